"""The flow of one trace, folded into a few columns that fit on a page.

Columns run from the sources over the hops (one column a hop distance, the far ones folded into
one) to the outcomes: where the value is now. A hop column names its largest addresses and folds
the others into one node. A ribbon that skips columns runs through a lane in each, so that no
ribbon hides a node. Transfers that cannot run left to right (within one column, or backwards)
are not drawn but counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sanctrail.report.amounts import base_units

FARTHEST_HOP = 4
NAMED_ADDRESSES = 5
NAMED_ARRIVALS = 9
NO_CATEGORY = "no category"

PLAIN_OUTCOMES = ("converted", "stopped", "returned", "dormant", "fees")
OUTCOME_PARTS = {
    "arrived": "arrived",
    "dormant": "dormant",
    "returned": "returned",
    "stopped": "stopped",
    "converted": "converted_out",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where value ended: a destination it arrived at, or one of the plain outcomes."""

    kind: str
    label: str = ""
    category: str = ""


@dataclass(slots=True)
class Node:
    """A bar of the picture: an address, a fold of several (`folded`), an outcome or a lane."""

    key: str
    column: int
    label: str = ""
    outcome: Outcome | None = None
    folded: int = 0
    lane: bool = False
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Value that runs between nodes of neighbouring columns, coloured by `outcome` if it ends."""

    start: str
    end: str
    amount: int
    outcome: Outcome | None


@dataclass(slots=True)
class FlowGraph:
    """What is drawn, and how much is not: `undrawn` counts transfers, in number and base units.

    `unplaced` tells that some value ended in a transaction that could be tied to no address.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    ribbons: list[Ribbon] = field(default_factory=list)
    last_column: int = 0
    folded_hops: bool = False
    undrawn: int = 0
    undrawn_amount: int = 0
    unplaced: bool = False


@dataclass(frozen=True, slots=True)
class _Move:
    start: str
    end: str | Outcome
    amount: int
    number: int = 1


def build_graph(
    flows: Iterable[Mapping[str, str]], result: Mapping[str, Any], sources: Sequence[str]
) -> FlowGraph:
    """Fold the flows of one result; `sources` are the addresses the value was stolen into."""
    moves = _to_outcomes(list(_moves(flows, result)), result)
    hops = _hop_distances(moves, sources)
    moves += _standing(moves, hops, result)
    moves += _untied(moves, hops, result)
    graph = FlowGraph(folded_hops=any(hop > FARTHEST_HOP for hop in hops.values()))
    graph.last_column = min(max(hops.values(), default=0), FARTHEST_HOP) + 1
    graph.unplaced = any(amount > 0 for amount in _missing(moves, result).values())
    names = _add_addresses(graph, moves, hops)
    ends = _add_outcomes(graph, result)
    _add_ribbons(graph, moves, names, ends)
    return graph


def _moves(flows: Iterable[Mapping[str, str]], result: Mapping[str, Any]) -> Iterator[_Move]:
    for flow in flows:
        if any(str(flow[key]) != str(result[key]) for key in ("theft", "method", "asset")):
            continue
        amount = base_units(flow["amount_tainted"])
        end = Outcome("fees") if flow["to"] == "fee" else flow["to"]
        if amount > 0:
            yield _Move(flow["from"], end, amount)


def _endings(result: Mapping[str, Any]) -> Iterator[tuple[str, Outcome, int]]:
    """List where value ended as (address or transaction, outcome, amount)."""
    for kind, part in OUTCOME_PARTS.items():
        for entry in result[part]:
            place = entry.get("address") or entry.get("transaction") or ""
            yield place, _outcome(kind, entry), base_units(entry["amount"])


def _outcome(kind: str, entry: Mapping[str, Any]) -> Outcome:
    if kind != "arrived":
        return Outcome(kind)
    name = entry.get("label") or entry.get("address") or "not stated"
    return Outcome(kind, name, entry.get("category") or NO_CATEGORY)


def _to_outcomes(moves: list[_Move], result: Mapping[str, Any]) -> list[_Move]:
    """Let value that stays where it came run straight into its outcome."""
    came: dict[str, int] = defaultdict(int)
    for move in moves:
        if isinstance(move.end, str):
            came[move.end] += move.amount
    stayed: dict[str, dict[Outcome, int]] = defaultdict(lambda: defaultdict(int))
    for place, outcome, amount in _endings(result):
        stayed[place][outcome] += amount
    straight: dict[str, Outcome] = {}
    for place, outcomes in stayed.items():
        if len(outcomes) == 1 and sum(outcomes.values()) == came.get(place, 0):
            straight[place] = next(iter(outcomes))
    return [
        _Move(move.start, straight.get(move.end, move.end), move.amount)
        if isinstance(move.end, str)
        else move
        for move in moves
    ]


def _hop_distances(moves: Sequence[_Move], sources: Sequence[str]) -> dict[str, int]:
    """Count the transfers from the nearest source; what no source leads to starts a trail too."""
    onward: dict[str, list[str]] = defaultdict(list)
    for move in moves:
        if isinstance(move.end, str):
            onward[move.start].append(move.end)
    starts = dict.fromkeys(move.start for move in moves)
    reached = dict.fromkeys(move.end for move in moves if isinstance(move.end, str))
    roots = [source for source in sources if source in starts]
    hops = _spread(roots or [start for start in starts if start not in reached], onward, {})
    for start in starts:
        if start not in hops:
            hops = _spread([start], onward, hops)
    return hops


def _spread(
    roots: Sequence[str], onward: Mapping[str, Sequence[str]], hops: dict[str, int]
) -> dict[str, int]:
    hops = {**hops, **dict.fromkeys(roots, 0)}
    frontier = list(roots)
    while frontier:
        frontier = [end for start in frontier for end in _fresh(start, onward, hops)]
    return hops


def _fresh(start: str, onward: Mapping[str, Sequence[str]], hops: dict[str, int]) -> list[str]:
    """Note the hop of each address first reached from `start`, and return those addresses."""
    fresh = [end for end in dict.fromkeys(onward.get(start, ())) if end not in hops]
    hops.update(dict.fromkeys(fresh, hops[start] + 1))
    return fresh


def _standing(
    moves: Sequence[_Move], hops: Mapping[str, int], result: Mapping[str, Any]
) -> list[_Move]:
    """List value that ended at an address which also passed some on, as moves of its own."""
    missing = _missing(moves, result)
    found = []
    for place, outcome, amount in _endings(result):
        if place in hops and 0 < amount <= missing[outcome]:
            found.append(_Move(place, outcome, amount, number=0))
            missing[outcome] -= amount
    return found


def _missing(moves: Sequence[_Move], result: Mapping[str, Any]) -> dict[Outcome, int]:
    """Return how much of each outcome no move has brought there yet."""
    missing: dict[Outcome, int] = defaultdict(int)
    for _, outcome, amount in _endings(result):
        missing[outcome] += amount
    for move in moves:
        if isinstance(move.end, Outcome):
            missing[move.end] -= move.amount
    return missing


def _untied(
    moves: Sequence[_Move], hops: Mapping[str, int], result: Mapping[str, Any]
) -> list[_Move]:
    """Tie value that ended in a transaction to the addresses it vanished from.

    That is certain only when one address or one outcome explains it; else nothing is tied.
    """
    kept: dict[str, int] = defaultdict(int)
    for move in moves:
        kept[move.start] -= move.amount
        if isinstance(move.end, str):
            kept[move.end] += move.amount
    gone = {a: kept[a] for a in hops if hops[a] and kept[a] > 0}
    missing = {o: amount for o, amount in _missing(moves, result).items() if amount > 0}
    if sum(gone.values()) != sum(missing.values()) or min(len(gone), len(missing)) != 1:
        return []
    return [
        _Move(address, outcome, min(gone[address], missing[outcome]), number=0)
        for address in gone
        for outcome in missing
    ]


def _add_addresses(
    graph: FlowGraph, moves: Sequence[_Move], hops: Mapping[str, int]
) -> dict[str, str]:
    """Add the hop nodes; return which node draws each address."""
    drawn = _drawn_amounts(moves, hops)
    columns: dict[int, list[str]] = defaultdict(list)
    for address, hop in hops.items():
        columns[min(hop, FARTHEST_HOP)].append(address)
    names: dict[str, str] = {}
    for column, addresses in sorted(columns.items()):
        addresses.sort(key=lambda a: (-drawn.get(a, 0), a))
        keep = len(addresses) if len(addresses) <= NAMED_ADDRESSES + 1 else NAMED_ADDRESSES
        for address in addresses[:keep]:
            names[address] = f"address {address}"
            graph.nodes[names[address]] = Node(names[address], column, address)
        others = addresses[keep:]
        if others:
            key = f"others {column}"
            names.update(dict.fromkeys(others, key))
            graph.nodes[key] = Node(key, column, folded=len(others))
    return names


def _drawn_amounts(moves: Sequence[_Move], hops: Mapping[str, int]) -> dict[str, int]:
    """Return the larger of what came to and what left each address by moves that are drawn."""
    came: dict[str, int] = defaultdict(int)
    left: dict[str, int] = defaultdict(int)
    for move in moves:
        start = min(hops[move.start], FARTHEST_HOP)
        if isinstance(move.end, Outcome):
            left[move.start] += move.amount
        elif min(hops[move.end], FARTHEST_HOP) == start + 1:
            left[move.start] += move.amount
            came[move.end] += move.amount
    return {address: max(came[address], left[address]) for address in hops}


def _add_outcomes(graph: FlowGraph, result: Mapping[str, Any]) -> dict[Outcome, Node]:
    """Add the outcome nodes with the exact amounts of the result; fold the small arrivals."""
    amounts: dict[Outcome, int] = defaultdict(int)
    for _, outcome, amount in _endings(result):
        amounts[outcome] += amount
    if fees := base_units(result["fees"]):
        amounts[Outcome("fees")] = fees
    arrivals = sorted(
        (outcome for outcome in amounts if outcome.kind == "arrived"),
        key=lambda o: (-amounts[o], o.label, o.category),
    )
    keep = len(arrivals) if len(arrivals) <= NAMED_ARRIVALS + 1 else NAMED_ARRIVALS
    ends = {o: _outcome_node(graph, o.label, o) for o in arrivals[:keep]}
    for outcome in sorted(arrivals[keep:], key=lambda o: o.category):
        ends[outcome] = _outcome_node(graph, "", Outcome("arrived", "", outcome.category))
        ends[outcome].folded += 1
    for kind in PLAIN_OUTCOMES:
        if Outcome(kind) in amounts:
            ends[Outcome(kind)] = _outcome_node(graph, "", Outcome(kind))
    for outcome, node in ends.items():
        node.amount += amounts[outcome]
    return ends


def _outcome_node(graph: FlowGraph, label: str, outcome: Outcome) -> Node:
    key = f"end {outcome.kind} {outcome.label} {outcome.category}"
    if key not in graph.nodes:
        graph.nodes[key] = Node(key, graph.last_column, label, outcome)
    return graph.nodes[key]


def _add_ribbons(
    graph: FlowGraph,
    moves: Sequence[_Move],
    names: Mapping[str, str],
    ends: Mapping[Outcome, Node],
) -> None:
    """Add up the moves between each pair of nodes and lay the sums through their lanes."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for move in moves:
        start = graph.nodes[names[move.start]]
        end = _end_node(graph, move, names, ends)
        if end is not None and (end.outcome or end.column == start.column + 1):
            sums[start.key, end.key] += move.amount
        else:
            graph.undrawn += move.number
            graph.undrawn_amount += move.amount
    laid: dict[tuple[str, str], int] = defaultdict(int)
    for (start_key, end_key), amount in sums.items():
        for pair in _lanes(graph, graph.nodes[start_key], graph.nodes[end_key]):
            laid[pair] += amount
    for (first, second), amount in laid.items():
        graph.ribbons.append(Ribbon(first, second, amount, graph.nodes[second].outcome))
    _measure(graph)


def _end_node(
    graph: FlowGraph, move: _Move, names: Mapping[str, str], ends: Mapping[Outcome, Node]
) -> Node | None:
    if isinstance(move.end, Outcome):
        return ends.get(move.end)
    return graph.nodes[names[move.end]]


def _lanes(graph: FlowGraph, start: Node, end: Node) -> list[tuple[str, str]]:
    """Return the steps from start to end, column by column, adding the lanes between them."""
    stops = [start.key]
    for column in range(start.column + 1, end.column):
        key = f"lane {column} {end.key}"
        graph.nodes.setdefault(key, Node(key, column, outcome=end.outcome, lane=True))
        stops.append(key)
    return list(zip(stops, [*stops[1:], end.key], strict=True))


def _measure(graph: FlowGraph) -> None:
    """Give each bar the larger of what came and what left; outcomes keep their exact amount."""
    came: dict[str, int] = defaultdict(int)
    left: dict[str, int] = defaultdict(int)
    for ribbon in graph.ribbons:
        left[ribbon.start] += ribbon.amount
        came[ribbon.end] += ribbon.amount
    for node in graph.nodes.values():
        node.amount = max(node.amount, came[node.key], left[node.key])
