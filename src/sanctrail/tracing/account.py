"""Tracing on account ledgers: balances that stolen money enters and leaves in time order.

Only accounts that stolen money reaches are followed. An account's earlier transfers are looked
up when it is first reached, for the clean balance it then had; all its later transfers are
events. So the work is that of the trail, not of the chain.
"""

import heapq
from collections.abc import Iterator

import numpy as np

from sanctrail.errors import TraceError
from sanctrail.ledger import AccountLedger
from sanctrail.ledger.amounts import WIDE
from sanctrail.ledger.batches import Asset, Ints
from sanctrail.tracing.holdings import CLEAN, METHODS, Holding, Run, marked, stolen_amount
from sanctrail.tracing.request import Part, Request
from sanctrail.tracing.result import FEE, Flow, TraceResult, add

STOLEN = 0
"""The origin that stolen units bear."""


class AccountIndex:
    """The movements of one asset, and each account's own among them."""

    def __init__(self, ledger: AccountLedger, asset: Asset) -> None:
        self.ledger = ledger
        self._code = ledger.assets.index(asset)
        self._codes = ledger.asset_numbers
        self.senders = ledger.senders
        self.receivers = ledger.receivers
        self.times = ledger.times

    def of(self, account: int) -> Ints:
        """Return the places of an account's movements, in order, each once."""
        places = self.ledger.positions_of(account)
        mine: Ints = places[self._codes[places] == self._code]
        return mine

    def amount(self, place: int) -> int:
        """Return a movement's amount, exact; `TraceError` where it is too wide to reckon with."""
        amount = self.ledger.amount(place)
        if amount >= WIDE:
            raise TraceError(
                f"transaction {self.transaction(place)}: it moves {amount} base units, more than "
                "128 bits hold, which no trace reckons with. Leave the asset out with --asset."
            )
        return amount

    def transaction(self, place: int) -> str:
        """Return a movement's transaction id."""
        return self.ledger.transaction(place)

    def of_transaction(self, txid: str) -> list[int]:
        """Return the places of a transaction's movements in this asset, in order."""
        rows = self.ledger.positions_of_transaction(txid)
        return [row for row in rows if self._codes[row] == self._code]


def trace_account(
    ledger: AccountLedger, request: Request, method: str, asset: Asset, index: AccountIndex
) -> TraceResult:
    """Trace one asset by one method."""
    walk = _Walk(ledger, request, method, asset, index)
    walk.run()
    return walk.result


class _Walk:
    """The accounts reached so far and the transfers still to come."""

    def __init__(
        self,
        ledger: AccountLedger,
        request: Request,
        method: str,
        asset: Asset,
        index: AccountIndex,
    ) -> None:
        self.result = TraceResult(request.theft, method, asset)
        self._ledger = ledger
        self._index = index
        self._since = request.since
        self._new_holding = METHODS[method]
        self._sources, self._stops = request.ids_in(ledger)
        self._marks = _marks(ledger, index, request)
        self._stop_places = {
            place: index.transaction(place) + ("" if part.n is None else f":{part.n}")
            for part in sorted(request.stop_parts, key=str)
            for place in _places(ledger, index, part)
        }
        self._holdings: dict[int, Holding] = {}
        self._events: list[tuple[int, int]] = []
        self._rests: dict[int, Iterator[int]] = {}

    def run(self) -> None:
        """Take every transfer of the trail in order, then see what lies where."""
        for source in sorted(self._sources):
            self._follow(source, -1)
        # Transfers named as stolen are events of their own, under a number no account has.
        self._rests[CLEAN] = iter(sorted(self._marks))
        self._next(CLEAN)
        last = -1
        while self._events:
            place, account = heapq.heappop(self._events)
            self._next(account)
            if place != last:
                self._transfer(place)
                last = place
        for account, holding in self._holdings.items():
            if amount := sum(holding.held().values()):
                self.result.dormant[self._ledger.address(account), ""] = amount

    def _follow(self, account: int, after: int) -> None:
        places = self._index.of(account)
        first = int(np.searchsorted(places, after, side="right"))
        self._rests[account] = iter(places[first:].tolist())
        self._next(account)

    def _next(self, account: int) -> None:
        place = next(self._rests[account], None)
        if place is not None:
            heapq.heappush(self._events, (place, account))

    def _transfer(self, place: int) -> None:
        sender = int(self._index.senders[place])
        receiver = int(self._index.receivers[place])
        amount = self._index.amount(place)
        if not amount:
            return
        runs = self._leaving(sender, receiver, place, amount)
        tainted = stolen_amount(runs)
        if stop := self._stop_places.get(place):
            # As behind a stopped transaction on a UTXO chain, what goes on is clean.
            add(self.result.stopped, stop, tainted)
            self._arriving(receiver, place, [(amount, CLEAN)], 0)
        else:
            self._arriving(receiver, place, runs, tainted)
        if tainted:
            address = self._ledger.address
            self.result.move(
                Flow(
                    address(sender),
                    address(receiver) if receiver >= 0 else FEE,
                    tainted,
                    amount,
                    self._index.transaction(place),
                    int(self._index.times[place]),
                )
            )

    def _leaving(self, sender: int, receiver: int, place: int, amount: int) -> list[Run]:
        """Return the units of a transfer; what leaves a source is stolen there and then."""
        if receiver in self._sources and sender in self._sources:
            return [(amount, CLEAN)]
        if sender in self._sources and not self._too_early(place):
            self.result.stolen += amount
            return [(amount, STOLEN)]
        runs = [(amount, CLEAN)]
        if holding := self._holdings.get(sender):
            self.result.unknown_origin += max(0, amount - holding.balance)
            runs = holding.take(amount)
        if place in self._marks and receiver not in self._sources:
            runs, new = marked(runs, self._marks[place], STOLEN)
            self.result.stolen += new
        return runs

    def _too_early(self, place: int) -> bool:
        return self._since is not None and int(self._index.times[place]) < self._since

    def _arriving(self, receiver: int, place: int, runs: list[Run], tainted: int) -> None:
        if receiver < 0:  # a fee, or coins that were destroyed
            self.result.fees += tainted
        elif receiver in self._sources:
            add(self.result.returned, self._ledger.address(receiver), tainted)
        elif receiver in self._stops:
            add(self.result.arrived, self._ledger.address(receiver), tainted)
        elif holding := self._holdings.get(receiver):
            holding.put(runs)
        elif tainted:
            self._open(receiver, place).put(runs)

    def _open(self, account: int, place: int) -> Holding:
        """Begin to follow an account at the moment stolen money first reaches it."""
        holding = self._new_holding()
        balance = self._balance_before(account, place)
        if int(self._index.senders[place]) == account:  # a stolen payment to oneself has left first
            balance = max(0, balance - self._index.amount(place))
        holding.put([(balance, CLEAN)])
        self._holdings[account] = holding
        self._follow(account, place)
        return holding

    def _balance_before(self, account: int, place: int) -> int:
        """Return the clean balance known before a place; it never falls below zero."""
        index, balance = self._index, 0
        for earlier in index.of(account).tolist():
            if earlier >= place:
                break
            amount = index.amount(earlier)
            sent, received = index.senders[earlier] == account, index.receivers[earlier] == account
            if sent:
                balance = max(0, balance - amount)
            if received:
                balance += amount
        return balance


def _marks(ledger: AccountLedger, index: AccountIndex, request: Request) -> dict[int, int]:
    """Return how much of which transfer was stolen, for parts named by transaction."""
    marks: dict[int, int] = {}
    for part in request.stolen_parts:
        places = _places(ledger, index, part)
        part.spread({place: index.amount(place) for place in places}, marks)
    return marks


def _places(ledger: AccountLedger, index: AccountIndex, part: Part) -> list[int]:
    """Return the places of a part's transfers in this asset, in order."""
    rows = ledger.positions_of_transaction(part.txid)
    if part.n is not None:
        rows = rows[part.n : part.n + 1]
    here = set(index.of_transaction(part.txid))
    return [row for row in rows if row in here]
