"""Charts of the monitor's answers, as SVG or PNG; each says which versions it rests on.

The same answer gives the same bytes: letters are drawn as paths from the fonts that ship with the
packages, ids come from a fixed salt, and no date is written. Colours are those of Okabe and Ito,
told apart by the colour-blind too.
"""

import io
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sanctrail.errors import InputError, MissingExtra
from sanctrail.ground.store import replace_file
from sanctrail.regimes.gaps import Gaps, Standing
from sanctrail.regimes.lag import Lag, Lags
from sanctrail.report.fonts import HAN, show

CHARTS = (".svg", ".png")
"""What a chart's file name may end in."""

STATE_COLOURS = {
    "both": "#0072b2",
    "other programme": "#56b4e9",
    "perhaps": "#e69f00",
    "missing": "#d55e00",
}
PAIR_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
PAIR_MARKS = "os^Dv*X"

_SETTINGS: Mapping[str, Any] = {
    "svg.hashsalt": "sanctrail",
    "svg.fonttype": "path",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False,  # a programme's code may hold a dollar sign
}
_INCHES = 8.0
_SHOWN = 25
"""Bars of one chart; the rest is one bar more."""

_LAST_LATIN = 0x24F


def check_chart(path: Path) -> None:
    """Raise `InputError` unless a chart can be written under this name."""
    if path.suffix.lower() not in CHARTS:
        raise InputError(f"--chart {path}: name a file that ends in {' or '.join(CHARTS)}.")
    if not path.parent.is_dir():
        raise InputError(f"--chart {path}: there is no folder {path.parent}. Make it first.")


def draw_gaps(gaps: Gaps, path: Path) -> None:
    """Draw how many of a regime's parties the other lists: by programme, or by year under one."""
    by_year = bool(gaps.programme)
    groups = _by_year(gaps.parties) if by_year else _by_label(gaps.parties)
    topic = f" under {gaps.programme}" if gaps.programme else ""
    title = f"Listed by {gaps.there.name}{topic}: missing in {gaps.here.name}?"
    notes = [gaps.skew.in_words(), f"{gaps.there.name}: {gaps.there.in_words()}"]
    notes.append(f"{gaps.here.name}: {gaps.here.in_words()}")
    if not by_year:
        notes.append("A party under several programmes stands in each of their bars.")
    names = {
        "both": f"listed in both ({gaps.counts['listed_in_both']:,})",
        "other programme": f"in {gaps.here.name} under another programme",
        "perhaps": f"perhaps in {gaps.here.name}: a join is undecided",
        "missing": f"missing in {gaps.here.name}",
    }

    def draw(axes: Any) -> None:
        labels = list(groups)
        start = [0] * len(labels)
        for state, name in names.items():
            counts = [groups[label][state] for label in labels]
            if any(counts):
                axes.barh(labels, counts, left=start, color=STATE_COLOURS[state], label=name)
                start = [sum(pair) for pair in zip(start, counts, strict=True)]
        axes.invert_yaxis()
        axes.set_xlabel("parties")
        axes.set_ylabel(f"first listed by {gaps.there.name}" if by_year else "programme")
        axes.legend(frameon=False)

    _write(path, title, notes, draw, height=1.8 + 0.24 * len(groups), labels=groups)


def _by_year(parties: Iterable[Standing]) -> dict[str, Counter[str]]:
    groups: dict[str, Counter[str]] = {}
    for one in sorted(parties, key=lambda one: one.dated.day or "9999"):
        groups.setdefault(one.dated.day[:4] or "no day", Counter())[one.state] += 1
    return groups


def _by_label(parties: Iterable[Standing]) -> dict[str, Counter[str]]:
    groups: dict[str, Counter[str]] = {}
    for one in parties:
        for label in one.labels:
            groups.setdefault(_label(label), Counter())[one.state] += 1
    order = sorted(groups, key=lambda label: (-groups[label].total(), label))
    shown = {label: groups[label] for label in order[:_SHOWN]}
    rest = sum((groups[label] for label in order[_SHOWN:]), Counter[str]())
    return {**shown, f"{len(order) - _SHOWN} more": rest} if rest else shown


def draw_lags(lags: Lags, path: Path) -> None:
    """Draw one dot a party: when it was first listed, and how many days later by the second."""
    topic = f" under {lags.programme}" if lags.programme else ""
    pairs = _pairs(lags.rows)
    title = f"Days between listings of one party{topic}"
    notes = [f"{side.name}: {side.in_words()}" for side in lags.sides]
    left_out = sum(lags.left_out.values())
    notes.append(f"{len(lags.rows):,} pairs of exact days; {left_out:,} left out for want of one.")
    notes += [
        f"{name} gives the UN's day for parties it took over from the UN: 0 days says little."
        for name in lags.repeating()
    ]

    def draw(axes: Any) -> None:
        axes.axhline(0, color="#7d8590", linewidth=0.8)
        for number, (pair, rows) in enumerate(pairs.items()):
            axes.plot(
                [_year(row) for row in rows],
                [row.days for row in rows],
                PAIR_MARKS[number % len(PAIR_MARKS)],
                color=PAIR_COLOURS[number % len(PAIR_COLOURS)],
                label=f"{pair} ({len(rows):,})",
                markersize=4,
                alpha=0.6,
            )
        axes.set_xlabel("year of the first listing of the two")
        axes.set_ylabel("days until the second regime listed it\n(below 0: it was first)")
        if pairs:
            axes.legend(frameon=False, ncols=2 if len(pairs) > _MANY_PAIRS else 1)

    _write(path, title, notes, draw, height=4.5)


_MANY_PAIRS = 8


def _pairs(rows: Iterable[Lag]) -> dict[str, list[Lag]]:
    """Group the lags by pair; of two regimes in both orders, the first order only."""
    groups: dict[str, list[Lag]] = {}
    for row in rows:
        if f"{row.here} to {row.there}" not in groups:
            groups.setdefault(f"{row.there} to {row.here}", []).append(row)
    return groups


def _year(row: Lag) -> float:
    """Return a day's place on the axis of years; a month is enough to see."""
    day = min(row.dated_there.day, row.dated_here.day)
    return int(day[:4]) + (int(day[5:7]) - 1) / 12


def _label(text: str, most: int = 44) -> str:
    text = show(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _write(
    path: Path,
    title: str,
    notes: Sequence[str],
    draw: Callable[[Any], None],
    *,
    height: float,
    labels: Iterable[str] = (),
) -> None:
    """Write a figure with one pair of axes, its title above and what it rests on below.

    `labels` are the texts that `draw` writes and that may need letters beyond Latin ones.
    """
    check_chart(path)
    try:
        import matplotlib as mpl  # noqa: PLC0415
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("matplotlib", "report") from None
    below = "\n".join(line for note in notes for line in textwrap.wrap(show(note), 108))
    form = path.suffix.lower().removeprefix(".")
    drawn = io.BytesIO()
    fonts = _families([title, below, *labels])
    settings: dict[Any, Any] = {**_SETTINGS, "font.family": fonts}
    with mpl.rc_context(settings):
        figure = Figure(figsize=(_INCHES, height + 0.16 * below.count("\n")), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        draw(axes)
        axes.set_title(show(title), loc="left", fontsize=11)
        figure.supxlabel(below, x=0.01, ha="left", fontsize=7, color="#4a5560")
        metadata = {"Date": None} if form == "svg" else {"Software": None}
        figure.savefig(drawn, format=form, dpi=150, metadata=metadata)
    _replace(path, drawn.getvalue())


def _families(texts: Iterable[str]) -> list[str]:
    """Return the fonts in order: beyond Latin letters also the one for Han, kana and Hangul."""
    from matplotlib import font_manager  # noqa: PLC0415

    if all(ord(char) <= _LAST_LATIN or char in "…–" for text in texts for char in text):
        return ["DejaVu Sans"]
    font_manager.fontManager.addfont(HAN.path)
    return ["DejaVu Sans", font_manager.FontProperties(fname=HAN.path).get_name()]


def _replace(path: Path, drawn: bytes) -> None:
    try:
        replace_file(path, drawn)
    except OSError as error:
        raise InputError(
            f"--chart {path}: it cannot be written there ({error.strerror}). Choose another file."
        ) from error
