"""The most valuable paths to a destination: which way the stolen units came, hop by hop.

A path is worth the units that went all along it: the least of its threads. The widest is found by
one pass over the movements, as every movement stands behind those that it carries on; then its
units are taken away, and the widest of what is left is the second. So the paths of a destination
add up to no more than what came there. The threads are those of `links`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import bare
from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.tracing.flows import flow_rows
from sanctrail.tracing.result import CONSERVED, TraceResult
from sanctrail.tracing.state import (
    AGED,
    ARRIVED,
    CARRIED,
    FAR,
    FEE,
    NONE,
    ON,
    RETURNED,
    SMALL,
    STOPPED,
    TAKEN,
)
from sanctrail.tracing.trail import Trail, sums
from sanctrail.tracing.wide import least, less

_AMOUNT = np.dtype([("high", "u8"), ("low", "u8")])
MOST = 20
"""Destinations for which paths are told, the largest first."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way to a destination: what went all along it, and its steps in order.

    A step is a movement, and the thread by which it carries the one before on; NONE for the first.
    """

    amount: int
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """A place where units ended: which part of the result, where, and the movements into it."""

    part: str
    place: str
    amount: int
    ends: npt.NDArray[np.int64]


def paths_of(result: TraceResult, count: int, most: int = MOST) -> list[dict[str, Any]]:
    """Return the `count` most valuable paths to each of the largest destinations, as a document."""
    finder = _Finder(result.trail)
    told = [
        (destination, list(finder.widest(destination, count)))
        for destination in _destinations(result, most)
    ]
    hops = _hops(result.trail, sorted({s for _, paths in told for p in paths for s in p.steps}))
    return [
        {
            "theft": result.theft,
            "method": result.method,
            "asset": result.asset.code,
            "part": destination.part,
            "place": destination.place,
            "amount": str(destination.amount),
            "paths": [
                {
                    "amount": str(path.amount),
                    "hops": [hops[step] for step in path.steps if step in hops],
                }
                for path in paths
            ],
            "by_other_paths": str(destination.amount - sum(path.amount for path in paths))
            if result.conserved
            else None,
        }
        for destination, paths in told
    ]


_PARTS = {
    "arrived": (ARRIVED,),
    "returned": (RETURNED,),
    "fees": (FEE,),
    "stopped": (STOPPED, SMALL, AGED, FAR),
    "dormant": (ON,),
}


def _destinations(result: TraceResult, most: int) -> list[Destination]:
    """Return the places where most units of the result's theft ended, the largest first."""
    trail = result.trail
    found: list[tuple[int, str, int, npt.NDArray[Any]]] = []
    for part in _PARTS:
        numbers = _ends(result, part)
        rows = _ending(trail, part, numbers)
        found += [(amount, part, key, rows) for (key,), amount in sums(rows, ("receiver",))]
    found.sort(key=lambda end: (-end[0], end[1], end[2]))
    return [
        Destination(
            part, _place(trail, part, key), amount,
            _ends(result, part)[rows["receiver"] == key],
        )
        for amount, part, key, rows in found[:most]
        if amount
    ]  # fmt: skip


def _ends(result: TraceResult, part: str) -> npt.NDArray[np.int64]:
    """Return the movements of a result whose units ended in a part of it."""
    trail = result.trail
    ends = (trail.moves["theft"] == result.theft_number) & np.isin(
        trail.moves["fate"], _PARTS[part]
    )
    if part == "dormant" and trail.utxo:
        ends &= trail.unspent()
    elif part == "dormant":
        rest = trail.links.rest
        ends &= (rest["high"] | rest["low"]) != 0
    return np.flatnonzero(ends)


def _ending(trail: Trail, part: str, numbers: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Return those movements with what ended, and the key of the place in `receiver`."""
    rows: npt.NDArray[Any] = trail.moves[numbers]
    receivers = rows["receiver"]
    if part == "dormant" and not trail.utxo and trail.method != "poison":
        for half in ("high", "low"):
            rows[half] = trail.links.rest[half][numbers]
    if part == "stopped":
        rows["receiver"] = np.where(receivers < 0, -1 - rows["at"], receivers)
    elif trail.utxo and part in {"arrived", "returned"}:
        rows["receiver"] = trail.ledger.columns["owners"][receivers]
    return rows


def _place(trail: Trail, part: str, key: int) -> str:
    ledger = trail.ledger
    if part == "fees":
        return ""
    if key < 0:
        at = -1 - key
        return trail.asked.get(at) or _transaction(ledger, at)
    if isinstance(ledger, UtxoLedger) and part in {"stopped", "dormant"}:
        return f"{ledger.transaction(ledger.maker(key))}:{ledger.place(key)}"
    return ledger.address(key)


def _transaction(ledger: AccountLedger | UtxoLedger, at: int) -> str:
    return ledger.transaction(at)


def _rest(trail: Trail, number: int) -> int:
    """Return what of a movement's units lies where it brought them."""
    rest = trail.links.rest[number]
    return int(rest["high"]) << 64 | int(rest["low"])


class _Finder:
    """Finds the widest paths of one trail."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._threads = trail.links.threads
        self._best: tuple[npt.NDArray[Any], npt.NDArray[Any]] | None = None

    def widest(self, destination: Destination, count: int) -> Iterator[Path]:
        """Yield the widest path, then the widest of what is left, and so on."""
        threads, supply = self._threads, self._moved()
        ending = self._ending(destination)
        for turn in range(count):
            width, by = self._pass(threads, supply) if turn else self._first()
            end = _widest_end(width, ending, destination.ends)
            if end is None:
                return
            steps, amount = [(end, int(by[end]))], _joined(width[end], ending[end])
            while steps[-1][1] != NONE:
                before = int(threads["parent"][steps[-1][1]])
                steps.append((before, int(by[before])))
            yield Path(amount, tuple(reversed(steps)))
            if self._trail.method not in CONSERVED:
                ending[end] = 0  # what is touched is not used up; the next path ends elsewhere
                continue
            threads = threads if turn else threads.copy()
            _take_away(threads, supply, ending, steps, amount)

    def _moved(self) -> npt.NDArray[Any]:
        own = np.zeros(len(self._trail.moves), _AMOUNT)
        own["high"], own["low"] = self._trail.moves["high"], self._trail.moves["low"]
        return own

    def _ending(self, destination: Destination) -> npt.NDArray[Any]:
        """Return how much of each movement into a destination ended there."""
        own = self._moved()
        lying = destination.part == "dormant" and not self._trail.utxo
        if lying and self._trail.method != "poison":
            for half in ("high", "low"):
                own[half] = self._trail.links.rest[half]
        return own

    def _first(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        if self._best is None:
            self._best = self._pass(self._threads, self._moved())
        return self._best

    def _pass(
        self, threads: npt.NDArray[Any], supply: npt.NDArray[Any]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        moves = self._trail.moves
        width = np.zeros(len(moves), _AMOUNT)
        by = np.full(len(moves), NONE, np.int64)
        widths_kernel(moves, threads, supply, width, by)
        return width, by


@bare
def widths_kernel(moves: Any, threads: Any, own: Any, width: Any, by: Any) -> None:
    """Fill how wide the widest path to each movement is, and by which thread it comes."""
    at = 0
    for number in range(len(moves)):
        if moves[number].root != CARRIED and moves[number].fate == TAKEN:
            width[number].high = own[number].high
            width[number].low = own[number].low
        first = at
        while at < len(threads) and threads[at].child == number:
            parent = threads[at].parent
            high, low = least(
                threads[at].high, threads[at].low, width[parent].high, width[parent].low
            )
            if less(width[number].high, width[number].low, high, low):
                width[number].high = high
                width[number].low = low
                by[number] = at
            at += 1
        if at == first and moves[number].root != CARRIED:
            width[number].high = own[number].high
            width[number].low = own[number].low


def _widest_end(
    width: npt.NDArray[Any], own: npt.NDArray[Any], ends: npt.NDArray[np.int64]
) -> int | None:
    amounts = [_joined(width[n], own[n]) for n in ends]
    best = max(amounts, default=0)
    return int(ends[amounts.index(best)]) if best else None


def _joined(one: Any, other: Any) -> int:
    """Return the smaller of two amounts in halves."""
    return min(int(x["high"]) << 64 | int(x["low"]) for x in (one, other))


def _take_away(
    threads: npt.NDArray[Any],
    supply: npt.NDArray[Any],
    ending: npt.NDArray[Any],
    steps: list[tuple[int, int]],
    amount: int,
) -> None:
    """Take a path's units away from its threads, from where it begins, and from where it ends."""
    for rows, at in (
        (ending, steps[0][0]), (supply, steps[-1][0]),
        *((threads, thread) for _, thread in steps if thread != NONE),
    ):  # fmt: skip
        left = (int(rows["high"][at]) << 64 | int(rows["low"][at])) - amount
        rows["high"][at], rows["low"][at] = left >> 64, left & (2**64 - 1)


def _hops(trail: Trail, steps: list[tuple[int, int]]) -> dict[tuple[int, int], dict[str, Any]]:
    """Return the steps as a reader needs them; the taking from a source is the next one's."""
    fates = trail.moves["fate"]
    # On an account ledger what a limit held back is no payment: it stayed where it was.
    left_out = {TAKEN} if trail.utxo else {AGED, FAR}
    shown = [step for step in steps if int(fates[step[0]]) not in left_out]
    return {
        step: {key: row[key] for key in ("transaction", "time", "from", "to")}
        | {"amount": row["amount_tainted"], "to_output": row["to_output"]}
        for step, row in zip(shown, flow_rows(trail, shown), strict=True)
    }
