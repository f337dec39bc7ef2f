"""The flow picture: a graph of folded flows, drawn as SVG by our own code.

Colour tells the kind of outcome and is never alone: each outcome is named beside its bar. The
colours are those of Okabe and Ito, told apart by the colour-blind too. The text of the SVG is
made by `show` already, since the document passes pictures through as they are.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from sanctrail.report.amounts import NO_BREAK, cut, money, share
from sanctrail.report.findings import method_name, traced
from sanctrail.report.flowgraph import (
    FARTHEST_HOP,
    NO_CATEGORY,
    FlowGraph,
    Node,
    Outcome,
    Ribbon,
    build_graph,
)
from sanctrail.report.fonts import CHAIN, MONO, show

WIDTH = 690
TOP = 34
BAR = 8
LABEL_ROOM = 178
BARS_HEIGHT = 240
PITCH = {"hop": 25, "end": 27, "lane": 5}
DECIMALS_SHOWN = 8
SWEEPS = 6

STOLEN, HOP, OTHER_CATEGORY = "#1f2328", "#7d8590", "#4a5560"
ARRIVAL_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#56b4e9")
OUTCOME_COLOURS = {
    "converted": "#cc79a7",
    "stopped": "#000000",
    "returned": "#b8a800",
    "dormant": "#e69f00",
    "fees": "#a3a3a3",
}
OUTCOME_NAMES = {
    "converted": "Converted out",
    "stopped": "Stopped",
    "returned": "Returned to sources",
    "dormant": "Dormant",
    "fees": "Fees",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing, the caption below it and what it shows in words."""

    svg: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A laid-out graph: the top of each bar, the height of a base unit and what colours mean."""

    graph: FlowGraph
    result: Mapping[str, Any]
    tops: Mapping[str, float]
    heights: Mapping[str, float]
    scale: float
    colours: Mapping[str, str]

    def left(self, column: int) -> float:
        """Return the left edge of a column's bars."""
        return 1 + column * (WIDTH - LABEL_ROOM - BAR) / max(1, self.graph.last_column)

    def bottom(self) -> float:
        """Return where the lowest label ends."""
        return max((self.tops[n] + max(self.heights[n], 22) for n in self.tops), default=TOP) + 8


def draw_flows(
    flows: Iterable[Mapping[str, str]], result: Mapping[str, Any], sources: Sequence[str]
) -> Picture:
    """Draw the flows of one result, from the sources on the left to where it is on the right."""
    graph = build_graph(flows, result, sources)
    canvas = _lay_out(graph, result)
    parts = [
        *_headings(canvas),
        *(_ribbon_path(canvas, r, *ends) for r, ends in _ribbon_ends(canvas)),
        *(text for node in graph.nodes.values() if not node.lane for text in _bar(canvas, node)),
    ]
    legend, height = _legend(canvas)
    alt = _alt(result)
    fonts = ", ".join(f"'{face.family}'" for face in CHAIN)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" role="img" font-family="{fonts}" font-size="10">'
        f"<title>{_safe(alt)}</title>{''.join(parts)}{legend}</svg>"
    )
    return Picture(svg, _caption(graph, result), alt)


def _lay_out(graph: FlowGraph, result: Mapping[str, Any]) -> _Canvas:
    columns = _ordered_columns(graph)
    largest = max((sum(n.amount for n in column) for column in columns), default=0)
    scale = BARS_HEIGHT / largest if largest else 0.0
    heights = {key: max(1.0, node.amount * scale) for key, node in graph.nodes.items()}
    spaces = {key: max(heights[key] + 6, PITCH[_pitch(node)]) for key, node in graph.nodes.items()}
    tallest = max((sum(spaces[n.key] for n in column) for column in columns), default=0)
    tops: dict[str, float] = {}
    for column in columns:
        y = TOP + (tallest - sum(spaces[n.key] for n in column)) / 2
        for node in column:
            tops[node.key] = y
            y += spaces[node.key]
    return _Canvas(graph, result, tops, heights, scale, _category_colours(graph))


def _pitch(node: Node) -> str:
    if node.lane:
        return "lane"
    return "end" if node.outcome else "hop"


def _ordered_columns(graph: FlowGraph) -> list[list[Node]]:
    """Order each column by the middle of its neighbours, to and fro, so that few ribbons cross."""
    columns: list[list[Node]] = [[] for _ in range(graph.last_column + 1)]
    for node in graph.nodes.values():
        columns[node.column].append(node)
    columns[0].sort(key=lambda n: (n.folded, -n.amount, n.key))
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        inner = columns[1:-1] if forward else columns[-2:0:-1]
        for column in inner:
            middles = _middles(graph, columns, forward=forward)
            column.sort(key=lambda n: (middles.get(n.key, 0.5), n.key))
    return columns


def _middles(graph: FlowGraph, columns: list[list[Node]], *, forward: bool) -> dict[str, float]:
    """Return for each node the mean place, weighted by amount, of the nodes on one side of it."""
    place = {
        node.key: (number + 0.5) / len(column)
        for column in columns
        for number, node in enumerate(column)
    }
    weighed: dict[str, float] = {}
    weights: dict[str, int] = {}
    for ribbon in graph.ribbons:
        here, there = (ribbon.end, ribbon.start) if forward else (ribbon.start, ribbon.end)
        weighed[here] = weighed.get(here, 0.0) + place[there] * ribbon.amount
        weights[here] = weights.get(here, 0) + ribbon.amount
    return {key: weighed[key] / weights[key] for key in weighed}


def _category_colours(graph: FlowGraph) -> dict[str, str]:
    """Give the categories with the largest arrivals a colour of their own."""
    amounts: dict[str, int] = {}
    for node in graph.nodes.values():
        if node.outcome and node.outcome.kind == "arrived" and not node.lane:
            category = node.outcome.category
            amounts[category] = amounts.get(category, 0) + node.amount
    named = sorted(amounts.keys() - {NO_CATEGORY}, key=lambda c: (-amounts[c], c))
    colours = dict.fromkeys(amounts, OTHER_CATEGORY)
    return {**colours, **dict(zip(named, ARRIVAL_COLOURS, strict=False))}


def _colour(canvas: _Canvas, outcome: Outcome | None) -> str:
    if outcome is None:
        return HOP
    if outcome.kind == "arrived":
        return canvas.colours[outcome.category]
    return OUTCOME_COLOURS[outcome.kind]


def _ribbon_ends(canvas: _Canvas) -> list[tuple[Ribbon, tuple[float, float]]]:
    """Stack the ribbons at each bar in the order of their other ends; wide ones are drawn first."""
    ribbons = canvas.graph.ribbons
    starts, ends = dict(canvas.tops), dict(canvas.tops)
    begin: dict[Ribbon, float] = {}
    finish: dict[Ribbon, float] = {}
    for ribbon in sorted(ribbons, key=lambda r: (canvas.tops[r.end], r.end)):
        begin[ribbon] = starts[ribbon.start]
        starts[ribbon.start] += ribbon.amount * canvas.scale
    for ribbon in sorted(ribbons, key=lambda r: (canvas.tops[r.start], r.start)):
        finish[ribbon] = ends[ribbon.end]
        ends[ribbon.end] += ribbon.amount * canvas.scale
    widest = sorted(ribbons, key=lambda r: (-r.amount, r.start, r.end))
    return [(ribbon, (begin[ribbon], finish[ribbon])) for ribbon in widest]


def _ribbon_path(canvas: _Canvas, ribbon: Ribbon, start: float, end: float) -> str:
    nodes = canvas.graph.nodes
    width = max(0.5, ribbon.amount * canvas.scale)
    x0 = canvas.left(nodes[ribbon.start].column) + (0 if nodes[ribbon.start].lane else BAR)
    x1 = canvas.left(nodes[ribbon.end].column) + (BAR if nodes[ribbon.end].lane else 0)
    if nodes[ribbon.start].lane:
        x0 += BAR
    bend = (x0 + x1) / 2
    return (
        f'<path d="M{x0:.1f} {start:.2f}C{bend:.1f} {start:.2f} {bend:.1f} {end:.2f} '
        f"{x1:.1f} {end:.2f}V{end + width:.2f}C{bend:.1f} {end + width:.2f} {bend:.1f} "
        f'{start + width:.2f} {x0:.1f} {start + width:.2f}Z" '
        f'fill="{_colour(canvas, ribbon.outcome)}" fill-opacity="0.38"/>'
    )


def _headings(canvas: _Canvas) -> list[str]:
    """Name the columns."""
    last = canvas.graph.last_column
    texts = []
    for column in range(last + 1):
        words = "transfer" if column == 1 else "transfers"
        text = f"{column} {words} on"
        if column == 0:
            text = "Stolen"
        elif column == last:
            text = "Where it is now"
        elif column == FARTHEST_HOP and canvas.graph.folded_hops:
            text = f"{column} or more on"
        texts.append(_text(canvas.left(column), 12, text, weight=700))
    line = f'<path d="M0 19.5H{WIDTH}" stroke="#d0d7de"/>'
    return [*texts, line]


def _bar(canvas: _Canvas, node: Node) -> list[str]:
    x, y = canvas.left(node.column), canvas.tops[node.key]
    height = canvas.heights[node.key]
    first = node.column == 0
    colour = STOLEN if first else _colour(canvas, node.outcome)
    bar = f'<rect x="{x:.1f}" y="{y:.2f}" width="{BAR}" height="{height:.2f}" fill="{colour}"/>'
    whole, detail = _node_texts(canvas, node)
    short = _shortened(whole)
    address = node.outcome is None and not node.folded
    title = f"<title>{_safe(f'{whole}: {detail}')}</title>"
    label_y = y + max(8.5, min(height, 24) / 2 - 1.5)
    return [
        f"<g>{title}{bar}",
        _backing(x + BAR + 1, label_y, short, detail) if node.outcome is None else "",
        _text(x + BAR + 3, label_y, short, size=8 if address else 10, mono=address),
        _text(x + BAR + 3, label_y + 10.5, detail, size=8, colour="#57606a"),
        "</g>",
    ]


def _backing(x: float, y: float, label: str, detail: str) -> str:
    """Whiten the ribbons behind a label, so that it stays readable on them."""
    width = 4 + 4.9 * max(_width(label), _width(detail))
    return (
        f'<rect x="{x:.1f}" y="{y - 8:.1f}" width="{width:.1f}" height="21" rx="2" '
        'fill="#ffffff" fill-opacity="0.66"/>'
    )


def _node_texts(canvas: _Canvas, node: Node) -> tuple[str, str]:
    """Return the name of a bar and, below it, its amount (and share, where value ended)."""
    decimals = canvas.result["decimals"]
    amount = cut(node.amount, decimals, min(decimals, DECIMALS_SHOWN))
    if node.outcome is None:
        return node.label or _others(node.folded), amount
    percent = share(node.amount, traced(dict(canvas.result)))
    detail = f"{amount}{NO_BREAK}{canvas.result['asset']} · {percent}"
    if node.outcome.kind != "arrived":
        return OUTCOME_NAMES[node.outcome.kind], detail
    if node.folded:
        return f"{_others(node.folded)} ({node.outcome.category})", detail
    return node.label, detail


def _others(number: int) -> str:
    return "1 other" if number == 1 else f"{number:,} others"


def _shortened(text: str, room: int = 30) -> str:
    """Cut the middle out of a text that is wider than the room; wide letters count twice."""
    text = show(text)
    if _is_address(text):
        return f"{text[:6]}…{text[-4:]}"
    if _width(text) <= room:
        return text
    head, tail = text, text[-6:]
    while head and _width(head + tail) >= room:
        head = head[:-1]
    return f"{head}…{tail}"


def _is_address(text: str) -> bool:
    return len(text) > 20 and text.isascii() and text.isalnum()  # noqa: PLR2004 (no name is)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _legend(canvas: _Canvas) -> tuple[str, float]:
    """Draw one swatch a meaning, in as many lines as they need; return it and the full height."""
    entries = [(STOLEN, "Stolen"), (HOP, "On the way")]
    named = [c for c in canvas.colours if canvas.colours[c] != OTHER_CATEGORY]
    entries += [(canvas.colours[category], f"Arrived: {category}") for category in named]
    if len(named) < len(canvas.colours):
        entries.append((OTHER_CATEGORY, "Arrived: other or no category"))
    kinds = {n.outcome.kind for n in canvas.graph.nodes.values() if n.outcome}
    entries += [(OUTCOME_COLOURS[k], OUTCOME_NAMES[k]) for k in OUTCOME_NAMES if k in kinds]
    x, y = 0.0, canvas.bottom() + 14
    parts = []
    for colour, name in entries:
        text = _shortened(name, 34)
        room = 26 + 5.1 * _width(text)
        if x and x + room > WIDTH:
            x, y = 0.0, y + 15
        parts.append(f'<rect x="{x:.1f}" y="{y - 8:.1f}" width="9" height="9" fill="{colour}"/>')
        parts.append(_text(x + 13, y, text, size=9))
        x += room
    return "".join(parts), y + 8


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 10,
    weight: int = 400,
    colour: str = "#1f2328",
    mono: bool = False,
) -> str:
    """Write one line of text."""
    family = f" font-family=\"'{MONO.family}'\"" if mono else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'fill="{colour}"{family}>{_safe(text)}</text>'
    )


def _safe(text: str) -> str:
    return escape(show(text), quote=True)


def _caption(graph: FlowGraph, result: Mapping[str, Any]) -> str:
    text = (
        f"{_alt(result)} The width of a ribbon is in proportion to the tainted value; the thinnest "
        "are drawn wider than they are, to be seen. Shares are rounded, amounts exact (… marks "
        "decimals cut off)."
    )
    if graph.unplaced:
        text += (
            " Value without a ribbon ended in a transaction that the ledger does not tie to one "
            "address."
        )
    if not graph.undrawn:
        return text
    number = "1 transfer" if graph.undrawn == 1 else f"{graph.undrawn:,} transfers"
    verb = "runs" if graph.undrawn == 1 else "run"
    worth = money(graph.undrawn_amount, result["decimals"], result["asset"])
    return (
        f"{text} Not drawn: {number} of {worth} in sum that {verb} between addresses of one column "
        "or backwards; the bars and amounts of the columns between count drawn ribbons only."
    )


def _alt(result: Mapping[str, Any]) -> str:
    return (
        f"Flow of the stolen value from left to right, {method_name(result['method'])}, "
        f"{result['theft']}, {result['asset']}."
    )
