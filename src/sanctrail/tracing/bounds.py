"""What any rule could find: the least and the most of a theft that can have come to a place.

The network is what poison touches: every way on which stolen money can have gone. An output
carries at most its value; an account keeps from one payment to the next at most the balance that
the ledger knows. Any rule that respects time and conservation is one flow through it, and any flow
is one rule's. See docs/methods.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.errors import TraceError
from sanctrail.ground.progress import Bar
from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.ledger.amounts import join
from sanctrail.tracing.account import Named as NamedMovements
from sanctrail.tracing.flow_network import ARC, Network, network_of
from sanctrail.tracing.places import METHODS, POISON
from sanctrail.tracing.request import Request
from sanctrail.tracing.result import TraceResult
from sanctrail.tracing.run import resolve, trails_of
from sanctrail.tracing.state import (
    AGED,
    ARRIVED,
    CARRIED,
    CHANGE,
    FEE,
    FRESH,
    MINED,
    NAMED,
    ON,
    RETURNED,
    STOPPED,
    TAKEN,
)
from sanctrail.tracing.trail import Trail
from sanctrail.tracing.utxo import Named as NamedOutputs

MOST = 50
"""Places whose bounds are told, the largest first; groups of one label come on top."""

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_PARTS = {ARRIVED: "arrived", RETURNED: "returned", FEE: "fees", STOPPED: "stopped",
          AGED: "stopped", ON: "dormant", CHANGE: "returned"}  # fmt: skip

NOT_STOLEN = "not stolen"
"""The end of what was named as stolen of money that may have been stolen before."""

Key = tuple[str, int]
"""A part of the result, and the ledger's number of the place in it."""


def bounds_of(
    ledger: AccountLedger | UtxoLedger, request: Request, results: Sequence[TraceResult],
    most: int = MOST,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the bounds of every theft and asset of some results, as a document.

    Raises `TraceError` where a limit of the request depends on the method, so that no bound holds
    for all of them.
    """
    rules = request.rules
    refuse_limits(limited=rules.max_hops is not None or rules.min_amount > 0)
    told = []
    for trail in _poisoned(results) or poison_trails(ledger, request):
        for theft, name in enumerate(trail.thefts):
            mine = [r for r in results if r.theft_number == theft and r.asset == trail.asset]
            if mine:
                ranges = Ranges(trail, request, theft)
                told.append(_document(ranges, mine, name, request, most))
    return told


def refuse_limits(*, limited: bool) -> None:
    """Raise `TraceError` where a limit stops different money by different rules."""
    if limited:
        raise TraceError(
            "--bounds hold for every rule, but where a trace stops by --max-hops or --min-amount "
            "depends on the rule. Leave those two out, or trace without --bounds."
        )


def _poisoned(results: Sequence[TraceResult]) -> list[Trail]:
    """Return the trails by poison that the results rest on, where every asset has one."""
    trails = {r.asset: r.trail for r in results if r.method == METHODS[POISON]}
    return list(trails.values()) if {r.asset for r in results} == trails.keys() else []


def poison_trails(ledger: AccountLedger | UtxoLedger, request: Request) -> Iterable[Trail]:
    """Return all ways on which stolen money can have gone."""
    resolved, _ = resolve(ledger, replace(request, methods=(METHODS[POISON],)))
    return trails_of(ledger, resolved)


class Ranges:
    """The ranges of one theft on one trail: `least` and `most` of places and of groups."""

    def __init__(self, trail: Trail, request: Request, theft: int) -> None:
        self.trail = trail
        builder = _Utxo if trail.utxo else _Account
        arcs, self.ends = builder(trail, request, theft).arcs(optional=True)
        self._most = _network(arcs, self.ends)
        fixed, ends = builder(trail, request, theft).arcs(optional=False)
        self._least = (_network(fixed, ends), ends) if len(fixed) != len(arcs) else None

    def of(self, keys: Iterable[Key]) -> tuple[int, int]:
        """Return the least and the most that can have come to some places together."""
        chosen = [key for key in keys if key in self.ends]
        least, most = _range(self._most, self.ends, chosen)
        if self._least is not None:
            least, _ = _range(self._least[0], self._least[1], chosen)
        return least, most


def _range(network: Network, ends: Mapping[Key, int], keys: Iterable[Key]) -> tuple[int, int]:
    nodes = np.array([ends[key] for key in keys if key in ends], np.int64)
    return network.range_of(nodes) if len(nodes) else (0, 0)


def _network(arcs: npt.NDArray[Any], ends: Mapping[Key, int]) -> Network:
    nodes = 2 + max([0, *(ends.values()), *(np.max(arcs[end], initial=0) for end in
                                            ("tail", "head"))])  # fmt: skip
    supplies = arcs[arcs["tail"] == 0]
    if sum(join(supplies["high"], supplies["low"])) >= 2**128:
        raise TraceError(
            "All that was stolen in this asset is more than 128 bits hold, which no bound reckons "
            "with. Leave the asset out with --asset."
        )
    out = np.zeros(len(ends), ARC)
    out["tail"], out["head"] = list(ends.values()), 1
    out["high"] = out["low"] = _ALL
    return network_of(np.concatenate([arcs, out]), nodes)


class _Utxo:
    """The network of a trail through outputs: transactions are nodes, outputs are arcs."""

    def __init__(self, trail: Trail, request: Request, theft: int) -> None:
        self._trail = trail
        moves = trail.moves
        self._mine = moves["theft"] == theft
        ledger = trail.ledger
        assert isinstance(ledger, UtxoLedger)
        self._ledger = ledger
        named = NamedOutputs(ledger, request).marks
        self._marks = {o: amount for o, (t, amount) in named.items() if t == theft and amount}

    def arcs(self, *, optional: bool) -> tuple[npt.NDArray[Any], dict[Key, int]]:
        """Return the arcs, and the node of every end.

        What was named as stolen of an output that carries stolen units already may be new or not,
        as the rule has it: it is a supply only where `optional` ones count.
        """
        moves = self._trail.moves
        numbers = np.flatnonzero(self._mine & (moves["root"] != NAMED) & (moves["fate"] != TAKEN))
        once_only = _first_of_place(moves, numbers)
        self._nodes: dict[int, int] = {}
        rows: list[tuple[int, int, int]] = []
        self._ends: dict[Key, int] = {}
        taken = np.flatnonzero(self._mine & (moves["fate"] == TAKEN)).tolist()
        rows += [(0, self._node(int(moves["at"][n])), self._trail.amount(n)) for n in taken]
        into = dict(zip(self._trail.ins[:, 1].tolist(), self._trail.ins[:, 0].tolist(),
                        strict=True))  # fmt: skip
        for number in once_only.tolist():
            tail = self._node(int(moves["at"][number]))
            self._arc(rows, number, tail, into)
        carrying = (moves["root"] != NAMED) & (moves["fate"] != TAKEN)
        carried = set(moves["receiver"][carrying].tolist())
        self._supply(rows, into, carried=carried, optional=optional)
        return _as_arcs(rows), self._ends

    def _node(self, key: int) -> int:
        return self._nodes.setdefault(key, 2 + len(self._nodes) + len(self._ends))

    def _end(self, key: Key) -> int:
        return self._ends.setdefault(key, 2 + len(self._nodes) + len(self._ends))

    def _arc(
        self, rows: list[tuple[int, int, int]], number: int, tail: int, into: dict[int, int]
    ) -> None:
        output = int(self._trail.moves["receiver"][number])
        amount = self._trail.amount(number)
        if output in self._marks:  # its own node: what was named comes in there
            node = self._node(-2 - output)
            rows.append((tail, node, amount))
            return
        rows.append((tail, self._head(number, into), amount))

    def _head(self, number: int, into: dict[int, int]) -> int:
        move = self._trail.moves[number]
        fate, output, at = int(move["fate"]), int(move["receiver"]), int(move["at"])
        if fate == MINED:
            return self._node(into[number])
        if fate == ON and self._ledger.spent_by[output] >= 0:
            return self._node(int(self._ledger.spent_by[output]))
        if fate in {ARRIVED, RETURNED, CHANGE}:
            return self._end((_PARTS[fate], int(self._ledger.owners[output])))
        if fate == FEE:
            return self._end(("fees", 0))
        if fate == STOPPED and output < 0:
            return self._end(("stopped", -1 - at))
        return self._end((_PARTS[fate], output))

    def _supply(
        self, rows: list[tuple[int, int, int]], into: dict[int, int], carried: set[int], *,
        optional: bool,
    ) -> None:  # fmt: skip
        moves = self._trail.moves
        last = {}
        for number in np.flatnonzero(self._mine & (moves["receiver"] >= 0)).tolist():
            if moves["fate"][number] != TAKEN:
                last[int(moves["receiver"][number])] = number
        for output, amount in self._marks.items():
            if output not in last:
                continue
            node = self._node(-2 - output)
            if output not in carried:
                rows.append((0, node, amount))
            elif optional:
                new = self._node(-2 - output - len(self._ledger.values))
                rows += _perhaps(new, self._end((NOT_STOLEN, output)), node, amount)
            value = int(self._ledger.values[output])
            rows.append((node, self._head(last[output], into), value))


def _first_of_place(moves: npt.NDArray[Any], numbers: npt.NDArray[np.int64]) -> Any:
    """Return one movement of each place: under poison old and fresh units touch it alike."""
    seen: set[tuple[int, int, bool]] = set()
    kept = []
    for number in numbers.tolist():
        key = (int(moves["at"][number]), int(moves["receiver"][number]),
               moves["fate"][number] == MINED)  # fmt: skip
        if key not in seen or key[1] < 0:
            kept.append(number)
            seen.add(key)
    return np.array(kept, np.int64)


class _Account:
    """The network of a trail through accounts: a node for each time between two payments."""

    def __init__(self, trail: Trail, request: Request, theft: int) -> None:
        self._trail = trail
        self._mine = trail.moves[trail.moves["theft"] == theft]
        ledger = trail.ledger
        assert isinstance(ledger, AccountLedger)
        self._ledger = ledger
        named = NamedMovements(ledger, request, trail.asset).marks
        self._marks = {p: amount for p, (t, amount) in named.items() if t == theft and amount}
        carrying = (trail.moves["root"] == CARRIED) & (trail.moves["fate"] != AGED)
        self._carried = set(trail.moves["at"][carrying].tolist())

    def arcs(self, *, optional: bool) -> tuple[npt.NDArray[Any], dict[Key, int]]:
        """Return the arcs, and the node of every end; see `_Utxo.arcs`."""
        mine = self._mine
        self._ends: dict[Key, int] = {}
        self._count = 2
        now: dict[int, int] = {}
        rows: list[tuple[int, int, int]] = []
        at = 0
        places, roots = mine["at"].tolist(), mine["root"].tolist()
        while at < len(mine):
            last = at
            while last < len(mine) and places[last] == places[at]:
                last += 1
            self._place(rows, now, range(at, last), roots, optional=optional)
            at = last
        for account, node in now.items():
            rows.append((node, self._end(("dormant", account)), 2**128 - 1))
        return _as_arcs(rows), self._ends

    def _new(self) -> int:
        self._count += 1
        return self._count - 1

    def _end(self, key: Key) -> int:
        if key not in self._ends:
            self._ends[key] = self._new()
        return self._ends[key]

    def _place(
        self, rows: list[tuple[int, int, int]], now: dict[int, int], numbers: range,
        roots: list[int], *, optional: bool,
    ) -> None:  # fmt: skip
        """Add the arcs of one transfer: out of the sender, what is named, into the receiver."""
        move = self._mine[numbers[0]]
        place, sender = int(move["at"]), int(move["sender"])
        carried = next((n for n in numbers if roots[n] == CARRIED), None)
        amount = self._ledger.amount(place)
        before = now.get(sender) if carried is not None else None
        if before is not None and carried is not None:
            left = self._mine[carried]
            now[sender] = self._new()
            rows.append((before, now[sender], int(left["left_high"]) << 64 | int(left["left_low"])))
        held_back = carried is not None and int(self._mine["fate"][carried]) == AGED
        if held_back and before is not None:
            rows.append((before, self._end(("stopped", sender)), amount))
            before = None
        moving = [n for n in numbers if int(self._mine["fate"][n]) != AGED]
        if not moving:
            return
        head = self._head(now, int(moving[-1]))
        fresh = any(roots[n] == FRESH for n in moving)
        supply = amount if fresh else self._marks.get(place, 0)
        if supply and not fresh and place in self._carried:
            middle = self._new()
            rows.append((middle, head, amount))
            if before is not None:
                rows.append((before, middle, amount))
            if optional:
                end = self._end((NOT_STOLEN, place))
                rows += _perhaps(self._new(), end, middle, supply)
        elif before is not None:
            rows.append((before, head, amount))
        else:
            rows.append((0, head, supply))

    def _head(self, now: dict[int, int], number: int) -> int:
        fate, receiver = int(self._mine["fate"][number]), int(self._mine["receiver"][number])
        if fate == ON:
            if receiver not in now:
                now[receiver] = self._new()
            return now[receiver]
        if fate == STOPPED:
            return self._end(("stopped", -1 - int(self._mine["at"][number])))
        if fate == FEE:
            return self._end(("fees", 0))
        return self._end((_PARTS[fate], receiver))


def _perhaps(new: int, end: int, node: int, amount: int) -> list[tuple[int, int, int]]:
    """Return the arcs of a supply that need not come: at first it ends at once."""
    return [(0, new, amount), (new, end, amount), (new, node, amount)]


def _as_arcs(rows: list[tuple[int, int, int]]) -> npt.NDArray[Any]:
    arcs = np.zeros(len(rows), ARC)
    for name, column in (("tail", 0), ("head", 1)):
        arcs[name] = [row[column] for row in rows]
    arcs["high"] = [row[2] >> 64 for row in rows]
    arcs["low"] = [row[2] & (2**64 - 1) for row in rows]
    return arcs


def _document(
    ranges: Ranges, results: Sequence[TraceResult], name: str, request: Request, most: int
) -> dict[str, Any]:
    """Return the ranges of the largest places, and of all arrivals of one label together."""
    trail = ranges.trail
    largest = _largest(ranges, results)[:most]
    groups: dict[str, list[Key]] = {}
    for part, place in ranges.ends:
        if part == "arrived":
            label = request.labels.get(trail.ledger.address(place))
            if label and label.label:
                groups.setdefault(label.label, []).append((part, place))
    asked = [([key], _place(trail, key), key[0]) for key in largest]
    asked += [(keys, label, "arrived, all of them") for label, keys in groups.items()
              if len(keys) > 1]  # fmt: skip
    places = []
    with Bar("bounds", len(asked)) as bar:
        for done, (keys, told, part) in enumerate(asked):
            bar.reached(done)
            least, top = ranges.of(keys)
            places.append({"name": told, "part": part, "least": str(least), "most": str(top)})
    places.sort(key=lambda p: (-int(p["most"]), p["part"], p["name"]))
    return {
        "theft": name,
        "asset": trail.asset.code,
        "decimals": trail.asset.decimals,
        "places": places,
        "left_out": len(ranges.ends) - len(largest),
    }


def _largest(ranges: Ranges, results: Sequence[TraceResult]) -> list[Key]:
    """Return the places by what the methods of the request found there, the largest first."""
    found: dict[tuple[str, str], int] = {}
    for result in results:
        for part, amounts in (
            ("arrived", result.arrived), ("returned", result.returned),
            ("dormant", {x.outpoint or x.address: n for x, n in result.dormant.items()}),
            ("stopped", {x.place or x.address: n for x, n in result.stopped.items()}),
            ("fees", {"": result.fees}),
        ):  # fmt: skip
            for place, amount in amounts.items():
                found[part, place] = max(found.get((part, place), 0), amount)
    if ranges.trail.utxo:  # change that never left and what came back lie in one output
        keys = [key for key in ranges.ends if key[0] not in {"returned", NOT_STOLEN}]
    else:
        keys = [key for key in ranges.ends if key[0] != NOT_STOLEN]
    named = {key: found.get((key[0], _place(ranges.trail, key)), 0) for key in keys}
    return sorted(keys, key=lambda key: (-named[key], key))


def _place(trail: Trail, key: Key) -> str:
    """Name an end as the result does."""
    part, place = key
    ledger = trail.ledger
    if part == "fees":
        return ""
    if part == "stopped" and place < 0:
        at = -1 - place
        return trail.asked.get(at) or ledger.transaction(at)
    if isinstance(ledger, UtxoLedger) and part in {"dormant", "stopped"}:
        asked = trail.asked.get(-1 - place)
        return asked or f"{ledger.transaction(ledger.maker(place))}:{ledger.place(place)}"
    return ledger.address(place)
