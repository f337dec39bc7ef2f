"""The curve as a picture: recall above, false alarms below, over the thresholds; plain SVG."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from math import log10

from sanctrail.evidence.rates import Rate
from sanctrail.screening.evaluation.measure import THRESHOLDS, Point

WIDTH, HEIGHT = 780, 560
_LEFT, _RIGHT = 74, 700
_TOP, _MIDDLE = (64, 284), (344, 504)
"""Upper and lower edge of the two panels, in pixels from the top."""
_COLOURS = ("#1b5e8c", "#b3541e", "#4b7f3a", "#7a4f9e")
_ALARM, _INK, _FAINT = "#b3261e", "#222222", "#dddddd"
_LOWEST, _HIGHEST = -5, 0
"""Powers of ten between which false alarms are drawn."""

Place = Callable[[float], float]
Spot = tuple[float, float]


def curve_svg(
    points: Sequence[Point], by_source: Mapping[str, Sequence[Rate]], threshold: float
) -> str:
    """Return the curve; recall source by source, the chosen threshold marked with its values."""
    parts = [*_frame(), *_recall_axis(), *_alarm_axis(points), *_thresholds()]
    for number, (source, rates) in enumerate(by_source.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(_line([rate.share for rate in rates], _recall_y, colour))
        parts += _legend(number, source, colour)
    if any(point.alarms.of for point in points):
        parts.append(_line([point.alarms.share for point in points], _alarm_y, _ALARM))
    parts += _mark(points, by_source, threshold)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(threshold: float) -> float:
    first, last = THRESHOLDS[0], 1.0
    return _LEFT + (threshold - first) / (last - first) * (_RIGHT - _LEFT)


def _recall_y(share: float) -> float:
    return _TOP[1] - share * (_TOP[1] - _TOP[0])


def _alarm_y(share: float) -> float:
    """Return the height of a share on a scale of powers of ten; none lies on the floor."""
    power = max(log10(share), _LOWEST) if share > 0 else _LOWEST
    return _MIDDLE[1] - (power - _LOWEST) / (_HIGHEST - _LOWEST) * (_MIDDLE[1] - _MIDDLE[0])


def _frame() -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" font-family="sans-serif" font-size="12" '
        'aria-label="Recall and false alarms by threshold">'
    )
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    yield _text(_LEFT, 24, "Found and falsely alarmed, by threshold", size=15)


def _recall_axis() -> Iterator[str]:
    yield _text(_LEFT, _TOP[0] - 12, "share of the listed that are found")
    for percent in range(0, 101, 20):
        y = _recall_y(percent / 100)
        yield _rule(y)
        yield _text(_LEFT - 8, y + 4, f"{percent} %", "end")


def _alarm_axis(points: Sequence[Point]) -> Iterator[str]:
    yield _text(
        _LEFT, _MIDDLE[0] - 12, "false alarms among innocents (each line ten times the one below)"
    )
    for power in range(_LOWEST, _HIGHEST + 1):
        y = _alarm_y(10.0**power)
        yield _rule(y)
        label = "0" if power == _LOWEST else f"1 in {10**-power:,}" if power else "all"
        yield _text(_LEFT - 8, y + 4, label, "end")
    if not any(point.alarms.of for point in points):
        middle = (_MIDDLE[0] + _MIDDLE[1]) / 2
        yield _text((_LEFT + _RIGHT) / 2, middle, "no innocents were measured", "middle")


def _thresholds() -> Iterator[str]:
    for tenth in range(3, 11):
        x = _x(tenth / 10)
        for top, bottom in (_TOP, _MIDDLE):
            yield _segment((x, bottom), (x, bottom + 5), _INK)
            yield _segment((x, top), (x, bottom), _FAINT)
        yield _text(x, _TOP[1] + 18, f"{tenth / 10:.1f}", "middle")
        yield _text(x, _MIDDLE[1] + 18, f"{tenth / 10:.1f}", "middle")
    yield _text(
        (_LEFT + _RIGHT) / 2, _MIDDLE[1] + 38, "threshold: the lowest score of a hit", "middle"
    )


def _mark(
    points: Sequence[Point], by_source: Mapping[str, Sequence[Rate]], threshold: float
) -> Iterator[str]:
    """Mark the chosen threshold, where it lies on the picture, with what it gives."""
    x = _x(min(max(threshold, THRESHOLDS[0]), 1.0))
    for top, bottom in (_TOP, _MIDDLE):
        yield _segment((x, top), (x, bottom), _INK, ' stroke-dasharray="5 4"')
    near = min(range(len(points)), key=lambda k: abs(points[k].threshold - threshold))
    side, end = (x - 7, "end") if x > (_LEFT + _RIGHT) / 2 else (x + 7, "start")
    for rates in by_source.values():
        y = _recall_y(rates[near].share)
        yield _dot(x, y)
        yield _text(side, y + 18, f"{100 * rates[near].share:.1f} %", end)
    alarms = points[near].alarms
    if alarms.of:
        y = _alarm_y(alarms.share)
        yield _dot(x, y)
        told = f"{alarms.count:,} of {alarms.of:,}"
        yield _text(side, min(y + 18, _MIDDLE[1] - 6), told, end)
    yield _text(side, _TOP[1] - 10, f"threshold {threshold:.2f}", end)


def _legend(number: int, source: str, colour: str) -> Iterator[str]:
    x, y = _LEFT + 14, _TOP[1] - 54 - 18 * number
    yield _segment((x, y - 4), (x + 22, y - 4), colour, ' stroke-width="2.5"')
    yield _text(x + 28, y, source)


def _line(shares: Sequence[float], place: Place, colour: str) -> str:
    spots = " ".join(
        f"{_x(at):.1f},{place(share):.1f}" for at, share in zip(THRESHOLDS, shares, strict=True)
    )
    return f'<polyline points="{spots}" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def _segment(start: Spot, end: Spot, colour: str, more: str = "") -> str:
    place = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {place} stroke="{colour}"{more}/>'


def _rule(y: float) -> str:
    return _segment((_LEFT, y), (_RIGHT, y), _FAINT)


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_INK}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{_INK}">{escape(text)}</text>'
    )
