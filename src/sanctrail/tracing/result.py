"""What a trace found of one theft by one method in one asset, and its balance."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.ledger.batches import Asset
from sanctrail.ledger.columns import once
from sanctrail.tracing.flows import outpoints_of
from sanctrail.tracing.state import (
    AGED,
    ARRIVED,
    CHANGE,
    FAR,
    FEE,
    FRESH,
    NAMED,
    RETURNED,
    SMALL,
    STOPPED,
    TAKEN,
)
from sanctrail.tracing.trail import Trail, sums, total

CONSERVED = frozenset({"fifo", "lifo", "stolen-first", "stolen-last", "haircut", "lowest-balance"})
"""Methods by which what went in comes out, to the last unit."""


class Stop(NamedTuple):
    """Where the trace was stopped: a transaction, an address or an output, and by which rule."""

    place: str
    address: str
    rule: str
    detail: str


class Lying(NamedTuple):
    """Where units lie: an address, and on UTXO ledgers the output."""

    address: str
    outpoint: str


@dataclass(slots=True)
class TraceResult:
    """One theft by one method in one asset; amounts in base units.

    `unknown_origin` is what followed accounts paid beyond the balance that the ledger knows:
    clean money, no part of the balance of the trace. `theft_number` is its place in the request.
    """

    theft: str
    method: str
    asset: Asset
    trail: Trail
    theft_number: int = 0
    stolen: int = 0
    arrived: dict[str, int] = field(default_factory=dict)
    dormant: dict[Lying, int] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    stopped: dict[Stop, int] = field(default_factory=dict)
    fees: int = 0
    unknown_origin: int = 0
    touched_transactions: int = 0
    touched_addresses: int = 0

    @property
    def conserved(self) -> bool:
        """Whether the method's amounts add up; poison's do not."""
        return self.method in CONSERVED

    @property
    def out(self) -> int:
        """Everything the stolen units became: equal to `stolen`, or the trace is wrong."""
        ends: Iterable[Mapping[Any, int]] = (
            self.arrived,
            self.dormant,
            self.returned,
            self.stopped,
        )
        return sum(sum(end.values()) for end in ends) + self.fees


def results_of(trail: Trail) -> list[TraceResult]:
    """Return the result of every theft on a trail."""
    return [_result(trail, number, name) for number, name in enumerate(trail.thefts)]


def _result(trail: Trail, number: int, name: str) -> TraceResult:
    moves = trail.moves[trail.moves["theft"] == number]
    result = TraceResult(name, trail.method, trail.asset, trail, number)
    result.unknown_origin = trail.unknown
    result.stolen = _stolen(trail, moves)
    result.fees = total(_of(moves, FEE))
    for end, fate in ((result.arrived, ARRIVED), (result.returned, RETURNED)):
        end.update(_by_address(trail, _of(moves, fate)))
    result.dormant = _dormant(trail, number)
    result.stopped = _stopped(trail, moves)
    _count(trail, moves, result)
    return result


def _of(moves: npt.NDArray[Any], *fates: int) -> npt.NDArray[Any]:
    return moves[np.isin(moves["fate"], fates)]


def _stolen(trail: Trail, moves: npt.NDArray[Any]) -> int:
    """Return what was stolen: all that left the sources, less change, and what was named."""
    named = moves[moves["root"] == NAMED]
    if trail.method == "poison":  # its movements count whole places, not what was stolen of them
        where = named["receiver" if trail.utxo else "at"].tolist()
        taken = sum(trail.marked[place] for place in where)
    else:
        taken = total(named)
    if not trail.utxo:
        fresh = (moves["root"] == FRESH) & (moves["fate"] != AGED) & (moves["fate"] != FAR)
        return taken + total(moves[fresh])
    left = dict(sums(_of(moves, TAKEN), ("at",)))
    back = dict(sums(_of(moves, CHANGE), ("at",)))
    return taken + sum(max(0, amount - back.get(at, 0)) for at, amount in left.items())


def _by_address(trail: Trail, moves: npt.NDArray[Any]) -> dict[str, int]:
    held = moves.copy()
    held["receiver"] = _owners(trail, moves["receiver"])
    keys, amounts = _split(sums(held, ("receiver",)))
    return dict(zip(trail.ledger.addresses_of(keys).to_pylist(), amounts, strict=True))


def _split(summed: list[tuple[tuple[int, ...], int]]) -> tuple[npt.NDArray[np.int64], list[int]]:
    """Return the keys and the amounts of sums by one key, without those of nothing."""
    held = [(key, amount) for (key,), amount in summed if amount]
    return np.array([key for key, _ in held], np.int64), [amount for _, amount in held]


def _owners(trail: Trail, receivers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if isinstance(trail.ledger, AccountLedger):
        return receivers
    owners: npt.NDArray[Any] = trail.ledger.owners[receivers]
    return owners


def _dormant(trail: Trail, number: int) -> dict[Lying, int]:
    ledger = trail.ledger
    if isinstance(ledger, UtxoLedger):
        lying = trail.moves[trail.unspent() & (trail.moves["theft"] == number)]
        outputs, amounts = _split(sums(lying, ("receiver",)))
        return dict(zip(_lying(ledger, outputs), amounts, strict=True))
    mine = trail.left[trail.left["theft"] == number]
    accounts, amounts = _split(sums(mine, ("account",)))
    names = ledger.addresses_of(accounts).to_pylist()
    return {Lying(name, ""): amount for name, amount in zip(names, amounts, strict=True)}


def _lying(ledger: UtxoLedger, outputs: npt.NDArray[np.int64]) -> Iterator[Lying]:
    """Yield where outputs are: their addresses, and themselves as txid:n."""
    owners = ledger.addresses_of(ledger.owners[outputs]).to_pylist()
    return map(Lying, owners, outpoints_of(ledger, outputs).to_pylist())


def _stopped(trail: Trail, moves: npt.NDArray[Any]) -> dict[Stop, int]:
    stopped: dict[Stop, int] = {}
    for (at, receiver), amount in sums(_of(moves, STOPPED), ("at", "receiver")):
        stop = _asked(trail, at, receiver)
        stopped[stop] = stopped.get(stop, 0) + amount
    for fate, rule in ((AGED, "age"), (FAR, "hops"), (SMALL, "amount")):
        places, amounts = _split(sums(_of(moves, fate), ("receiver",)))
        for stop, amount in zip(_limited(trail, places, rule), amounts, strict=True):
            stopped[stop] = stopped.get(stop, 0) + amount
    return stopped


def _asked(trail: Trail, at: int, receiver: int) -> Stop:
    """Name the stop at a transaction, an output or a movement."""
    if trail.utxo and receiver >= 0:
        return Stop(trail.asked[-1 - receiver], "", "asked", "")
    if at in trail.asked:
        return Stop(trail.asked[at], "", "asked", "")
    assert isinstance(trail.ledger, UtxoLedger)
    return Stop(trail.ledger.transaction(at), "", "coinjoin", trail.joins[at])


def _limited(trail: Trail, places: npt.NDArray[np.int64], rule: str) -> Iterator[Stop]:
    if isinstance(trail.ledger, UtxoLedger):
        for lying in _lying(trail.ledger, places):
            yield Stop(lying.outpoint, lying.address, rule, "")
    else:
        for address in trail.ledger.addresses_of(places).to_pylist():
            yield Stop("", address, rule, "")


def _count(trail: Trail, moves: npt.NDArray[Any], result: TraceResult) -> None:
    """Count the transactions and addresses through which the theft's units moved."""
    at = once(moves["at"])
    if isinstance(trail.ledger, AccountLedger):
        result.touched_transactions = len(once(trail.ledger.columns["transactions"][at]))
        ends = np.concatenate([moves["sender"], moves["receiver"]])
    else:
        result.touched_transactions = len(at)
        receivers = moves["receiver"]
        ends = _owners(trail, receivers[receivers >= 0])
        payers = _payers(trail, at) if np.any(moves["root"] == NAMED) else ends[:0]
        ends = np.concatenate([ends, payers])
    result.touched_addresses = len(once(ends[ends >= 0]))


def _payers(trail: Trail, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return who paid the transactions that were named as the theft: their first inputs' owners."""
    named = trail.moves[(trail.moves["root"] == NAMED)]["at"]
    named = once(named[np.isin(named, numbers)])
    first = trail.ledger.columns["first_input"]
    paid = named[first[named + 1] > first[named]]
    owners: npt.NDArray[Any] = trail.ledger.columns["owners"][
        trail.ledger.columns["inputs"][first[paid]]
    ]
    return owners
