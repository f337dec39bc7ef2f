"""Deposit addresses on account chains: those that forward nearly all they get to one service.

An exchange gives each customer an address and sweeps what comes in to a wallet of its own, so an
address that does nothing else is inferred to be such. Sources: Victor, "Address clustering
heuristics for Ethereum" (2020), whose rule this is; the share and the delay are measured here
instead of fixed, and stand in the result. The forwarding transactions are the evidence.

Some services sweep a part elsewhere, to wallets that nobody labelled: an address to which many
inferred deposits of one service forward, and hardly anybody else, collects for that service.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from statistics import median_low
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.attribution.labels import Label
from sanctrail.attribution.rules import context_of
from sanctrail.attribution.services import Service, Wallets
from sanctrail.ground.progress import Bar
from sanctrail.ledger.batches import FEE, KIND_CODES
from sanctrail.ledger.columns import pairs_once
from sanctrail.ledger.store import AccountLedger, Ledger

RULE = "deposit"
SHOWN = 5
"""Forwarding transactions that a label names; the result has all of them."""


@dataclass(frozen=True, slots=True)
class DepositRule:
    """What an address must do to be inferred a deposit address.

    `share` of what it got in an asset, until it last forwarded any and less the fees that it
    paid, goes to the service; of what leaves it, `only` so much at least goes there. Half of its
    forwards leave within `delay` seconds of the oldest money in them. An address `collects` where
    so many addresses that forward to one service also pay it, and make up `collected` of all
    who do.
    """

    share: float = 0.95
    only: float = 0.95
    delay: int = 3 * 86_400
    collects: int = 10
    collected: float = 0.9


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What an address got and forwarded in one asset, in base units."""

    asset: str
    received: int
    forwarded: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Deposit:
    """An address inferred to be a service's deposit address, with the evidence.

    `share` and `only` are those of the asset that decided; `delay` the median, in seconds.
    """

    address: str
    service: Service
    share: float
    only: float
    delay: int
    senders: int
    forwards: int
    first: int
    last: int
    transactions: tuple[str, ...]
    assets: tuple[Forwarded, ...]


@dataclass(frozen=True, slots=True)
class Collector:
    """An address without a label that collects for a service: suspected, never labelled."""

    address: str
    service: str
    deposits: int
    senders: int


@dataclass(slots=True)
class Inference:
    """What came out: deposits, collectors, and why other addresses that forward were refused."""

    rule: DepositRule
    name: str = RULE
    deposits: list[Deposit] = field(default_factory=list)
    collectors: list[Collector] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0


def infer_deposits(
    ledger: AccountLedger, wallets: Wallets, rule: DepositRule | None = None
) -> Inference:
    """Return the deposit addresses of the services whose wallets are known, in account order."""
    inference = Inference(rule or DepositRule())
    moves = _Moves(ledger, wallets)
    candidates = moves.candidates()
    inference.looked_at = len(candidates)
    collectors = moves.collectors(candidates, inference.rule)
    inference.collectors = [found for _, found in collectors]
    moves.accept(collectors)
    candidates = candidates[moves.service_of[candidates] < 0]
    with Bar("looking for deposit addresses", len(candidates)) as bar:
        for done, (account, events) in enumerate(moves.events(candidates)):
            if done % 1_000 == 0:
                bar.reached(done)
            verdict = _judged(moves, account, events, inference.rule)
            if isinstance(verdict, Deposit):
                inference.deposits.append(verdict)
            else:
                inference.refused[verdict] += 1
    return inference


def labels_of_deposits(inference: Inference, ledger: Ledger) -> list[Label]:
    """Return a label for each inferred deposit address, with rule, evidence and measured error."""
    parameters = asdict(inference.rule)
    digest = str(ledger.manifest["digest"])
    return [
        Label(
            entry=deposit.address,
            label=f"{deposit.service.name} deposit address",
            category=deposit.service.label.category or deposit.service.kind,
            source=f"rule {inference.name}: forwards to {deposit.service.name}",
            chain=deposit.service.label.chain,
            actor=deposit.service.label.actor,
            concepts=("deposit_address",),
            confidence="heuristic",
            context=context_of(
                inference.name, {**parameters, **_numbers(deposit)}, deposit.transactions[:SHOWN]
            ),
            file=f"ledger {digest[:12]}",
            place=f"{deposit.forwards} forwards",
            rule=inference.name,
        )
        for deposit in inference.deposits
    ]


def _numbers(deposit: Deposit) -> dict[str, Any]:
    return {
        "its_share": round(deposit.share, 4),
        "its_only": round(deposit.only, 4),
        "its_delay": deposit.delay,
        "its_forwards": deposit.forwards,
        "its_senders": deposit.senders,
    }


class _Moves:
    """The ledger's movements, and which account is whose."""

    def __init__(self, ledger: AccountLedger, wallets: Wallets) -> None:
        self.ledger = ledger
        self._wallets = wallets
        senders, receivers = np.asarray(ledger.senders), np.asarray(ledger.receivers)
        self._fees = np.asarray(ledger.columns["kinds"]) == KIND_CODES.index(FEE)
        halves = (np.asarray(ledger.columns[f"amounts_{half}"]) for half in ("high", "low"))
        # Nothing can be sent by anybody, in anybody's name on some tokens: it moves nothing.
        worth = np.logical_or(*(half != 0 for half in halves))
        self._moving = ~self._fees & worth & (receivers >= 0) & (senders != receivers)
        self.senders, self.receivers = senders, receivers
        self.services: list[Service] = []
        self._places: dict[str, int] = {}
        # One place more, for nobody: -1 is the last.
        self.service_of = np.full(ledger.manifest["coverage"]["addresses"] + 1, -1, np.int32)
        for account, service in wallets.of.items():
            if service.name not in self._places:
                self._places[service.name] = len(self.services)
                self.services.append(service)
            self.service_of[account] = self._places[service.name]

    def candidates(self) -> npt.NDArray[np.int64]:
        """Return the accounts without a label that pay a labelled wallet, rising."""
        pays = self._moving & (self.service_of[self.receivers] >= 0)
        found = np.unique(self.senders[pays])
        labelled = np.fromiter(self._wallets.labelled, np.int64, len(self._wallets.labelled))
        kept = found[(found >= 0) & ~np.isin(found, labelled)]
        return np.asarray(kept, np.int64)

    def collectors(
        self, candidates: npt.NDArray[np.int64], rule: DepositRule
    ) -> list[tuple[int, Collector]]:
        """Return the accounts without a label that many candidates of one service pay."""
        chosen = self._mask(candidates)
        serves = np.full(len(self.service_of), -1, np.int32)
        pays = self._moving & chosen[self.senders] & (self.service_of[self.receivers] >= 0)
        serves[self.senders[pays]] = self.service_of[self.receivers[pays]]
        unlabelled = self.service_of[self.receivers] < 0
        pairs = _pairs(self, self._moving & chosen[self.senders] & unlabelled)
        paid, counts = np.unique(pairs[:, 1], return_counts=True)
        paid = paid[counts >= rule.collects]
        everybody = _pairs(self, self._moving & self._mask(paid)[self.receivers])
        found = []
        for account in paid.tolist():
            mine = pairs[pairs[:, 1] == account][:, 0]
            service, deposits = Counter(serves[mine].tolist()).most_common(1)[0]
            senders = int(np.count_nonzero(everybody[:, 1] == account))
            if deposits >= rule.collects and deposits >= rule.collected * senders:
                name = self.services[service].name
                collector = Collector(self.ledger.address(account), name, deposits, senders)
                found.append((account, collector))
        return found

    def accept(self, collectors: Iterable[tuple[int, Collector]]) -> None:
        """Take collectors for wallets of their services from now on."""
        for account, collector in collectors:
            self.service_of[account] = self._places[collector.service]

    def events(
        self, candidates: npt.NDArray[np.int64]
    ) -> Iterator[tuple[int, list[tuple[int, bool]]]]:
        """Yield each candidate with its movements in order: the position, and whether it pays."""
        chosen = self._mask(candidates)
        out = np.flatnonzero((self._moving | self._fees) & chosen[self.senders])
        into = np.flatnonzero(self._moving & chosen[self.receivers])
        account = np.concatenate([self.senders[out], self.receivers[into]])
        position = np.concatenate([out, into])
        pays = np.concatenate([np.ones(len(out), np.bool_), np.zeros(len(into), np.bool_)])
        order = np.lexsort((position, account))
        account, position, pays = account[order], position[order], pays[order]
        edges = np.flatnonzero(np.diff(account)) + 1
        starts = [0, *edges.tolist(), len(account)] if len(account) else []
        for begin, end in pairwise(starts):
            rows = zip(position[begin:end].tolist(), pays[begin:end].tolist(), strict=True)
            yield int(account[begin]), list(rows)

    def _mask(self, accounts: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        mask = np.zeros(len(self.service_of), np.bool_)
        mask[accounts] = True
        return mask


def _pairs(moves: _Moves, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the different (sender, receiver) of some movements, but of new coins: (p, 2)."""
    rows = rows & (moves.senders >= 0)
    return np.stack(pairs_once(moves.senders[rows], moves.receivers[rows]), 1)


@dataclass(slots=True)
class _Purse:
    """What an account holds of one asset, oldest first, and what it did with it."""

    lots: deque[tuple[int, int]] = field(default_factory=deque)
    received: int = 0
    until_forward: int = 0
    forwarded: int = 0
    elsewhere: int = 0
    fees: int = 0
    fees_until_forward: int = 0
    from_others: int = 0
    others_until_forward: int = 0

    def take(self, amount: int) -> int | None:
        """Take money out, the oldest first; return when the oldest of it came, if it is known."""
        oldest = self.lots[0][0] if self.lots else None
        while amount > 0 and self.lots:
            time, held = self.lots.popleft()
            if held > amount:
                self.lots.appendleft((time, held - amount))
            amount -= held
        return oldest


@dataclass(slots=True)
class _History:
    """What an account did: its purses, whom it reached, who paid it, and its forwards."""

    purses: dict[int, _Purse] = field(default_factory=dict)
    reached: set[int] = field(default_factory=set)
    senders: set[int] = field(default_factory=set)
    delays: list[int] = field(default_factory=list)
    forwards: list[int] = field(default_factory=list)


def _history(moves: _Moves, events: Sequence[tuple[int, bool]]) -> _History:
    ledger, told = moves.ledger, _History()
    for position, pays in events:
        purse = told.purses.setdefault(int(ledger.asset_numbers[position]), _Purse())
        amount, time = ledger.amount(position), int(ledger.times[position])
        if not pays:
            purse.lots.append((time, amount))
            purse.received += amount
            sender = int(moves.senders[position])
            told.senders.add(sender)
            if sender < 0 or int(moves.service_of[sender]) < 0:
                purse.from_others += amount
            continue
        came = purse.take(amount)
        if moves.receivers[position] < 0:
            purse.fees += amount
            continue
        service = int(moves.service_of[moves.receivers[position]])
        if service < 0:
            purse.elsewhere += amount
            continue
        told.reached.add(service)
        told.forwards.append(position)
        purse.forwarded += amount
        purse.until_forward = purse.received
        purse.fees_until_forward = purse.fees
        purse.others_until_forward = purse.from_others
        if came is not None and came > 0 and time > 0:
            told.delays.append(time - came)
    return told


def _judged(
    moves: _Moves, account: int, events: Sequence[tuple[int, bool]], rule: DepositRule
) -> Deposit | str:
    """Return the deposit address that an account is, or why it is none."""
    ledger, told = moves.ledger, _history(moves, events)
    refused = _refused(moves, told, rule)
    if refused:
        return refused
    share, only = _shares(told.purses.values())
    first, last = told.forwards[0], told.forwards[-1]
    return Deposit(
        ledger.address(account), moves.services[next(iter(told.reached))], share, only,
        median_low(told.delays), len(told.senders), len(told.forwards), int(ledger.times[first]),
        int(ledger.times[last]), tuple(ledger.transaction(p) for p in told.forwards),
        tuple(
            Forwarded(ledger.assets[number].code, p.received, p.forwarded, p.elsewhere)
            for number, p in sorted(told.purses.items())
        ),
    )  # fmt: skip


def _refused(moves: _Moves, told: _History, rule: DepositRule) -> str:
    """Return why an account is no deposit address, empty where it is one."""
    if len(told.reached) > 1:
        return "forwards to several services"
    if not _is_paid_by_others(moves, told):
        return "gets money from the service alone"
    share, only = _shares(told.purses.values())
    if only < rule.only:
        return "pays elsewhere too"
    if share < rule.share:
        return "keeps a part of what it gets"
    late = not told.delays or median_low(told.delays) > rule.delay
    return "forwards late, or nobody knows when" if late else ""


def _is_paid_by_others(moves: _Moves, told: _History) -> bool:
    """Tell whether others than the service it pays gave it a part of what it forwarded.

    A tenth at least of some asset, or wallets of other services: a speck sent to it says nothing.
    """
    served = {int(moves.service_of[sender]) for sender in told.senders if sender >= 0}
    if served - told.reached - {-1}:
        return True
    return any(
        purse.forwarded and purse.others_until_forward * 10 >= purse.until_forward > 0
        for purse in told.purses.values()
    )


def _shares(purses: Iterable[_Purse]) -> tuple[float, float]:
    """Return the best share of an asset that is forwarded, and the least of what goes only there.

    Both are told in floating point from exact amounts: they are compared with limits, not added.
    """
    share, only = 0.0, 1.0
    for purse in purses:
        went = purse.forwarded + purse.elsewhere
        if went:
            only = min(only, purse.forwarded / went)
        spendable = purse.until_forward - purse.fees_until_forward
        if purse.forwarded and purse.until_forward:
            share = max(share, min(1.0, purse.forwarded / max(spendable, 1)))
    return share, only
