"""The figures of an evaluation as rows and sentences, for the terminal and for the audit."""

from collections.abc import Iterable, Sequence

from sanctrail.evidence.rates import Rate
from sanctrail.screening.evaluation.cases import INVENTED
from sanctrail.screening.evaluation.measure import Line, Point
from sanctrail.screening.evaluation.reliability import Band
from sanctrail.screening.evaluation.run import Evaluation

LINE_COLUMNS = ("cases", "class", "#found", "#of", "#share", "#95 % interval")
ALARM_COLUMNS = ("cases", "class", "#alarmed", "#of", "#share", "#95 % interval")
TRAIT_COLUMNS = ("cases", "by", "group", "#found", "#of", "#share", "#95 % interval")
BAND_COLUMNS = ("score", "#right", "#wrong", "#measured", "#at base rate", "#at least")
CURVE_COLUMNS = ("threshold", "#found", "#share", "#innocents alarmed", "#share of them")

_TOLD = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)
"""Thresholds that tables show; evaluation.json has all."""


def percent(share: float, places: int = 1) -> str:
    """Return a share in per cent, never rounded up to all or down to none."""
    rounded = f"{100 * share:.{places}f}"
    if share < 1 and float(rounded) >= 100:  # noqa: PLR2004
        rounded = f"{100 - 10**-places:.{places}f}"
    if share > 0 and float(rounded) <= 0:
        return f"< {10**-places:.{places}f} %"
    return f"{rounded} %"


def interval(rate: Rate, places: int = 1) -> str:
    """Return the interval of a rate in per cent."""
    return f"{100 * rate.low:.{places}f} to {100 * rate.high:.{places}f}"


def line_rows(several: Iterable[Line], places: int = 1) -> list[tuple[str, ...]]:
    """Return lines as rows of `LINE_COLUMNS` or `ALARM_COLUMNS`."""
    return [(one.source, one.group, *_counted(one.rate, places)) for one in several]


def trait_rows(several: Iterable[Line]) -> list[tuple[str, ...]]:
    """Return lines as rows of `TRAIT_COLUMNS`."""
    return [(one.source, one.by, one.group or "-", *_counted(one.rate, 1)) for one in several]


def _counted(rate: Rate, places: int) -> tuple[str, ...]:
    share = percent(rate.share, places)
    return f"{rate.count:,}", f"{rate.of:,}", share, interval(rate, places)


def band_rows(several: Iterable[Band]) -> list[tuple[str, ...]]:
    """Return bands of scores as rows of `BAND_COLUMNS`, the highest first."""
    return [
        (
            f"{one.low:.2f} to {one.high:.2f}" if one.high <= 1.0 else "1.00",
            f"{one.right.count:,}",
            f"{one.wrong.count + one.alarms.count:,}",
            percent(one.measured.share) if one.measured.of else "-",
            "-" if one.reliability is None else percent(one.reliability),
            "-" if one.at_least is None else percent(one.at_least),
        )
        for one in reversed(list(several))
    ]


def curve_rows(points: Sequence[Point]) -> list[tuple[str, ...]]:
    """Return the curve at some thresholds as rows of `CURVE_COLUMNS`."""
    return [
        (
            f"{one.threshold:.2f}",
            f"{one.recall.count:,}",
            percent(one.recall.share) if one.recall.of else "-",
            f"{one.alarms.count:,}",
            percent(one.alarms.share, 2) if one.alarms.of else "-",
        )
        for one in points
        if one.threshold in _TOLD
    ]


def summary(found: Evaluation) -> str:
    """Return what came out at the threshold, in sentences."""
    alarms = found.alarm_rate
    parts = [
        f"At {found.plan.threshold:.2f}, {rate.count:,} of {rate.of:,} listed are found "
        f"({source}: {percent(rate.share)}, 95 % interval {interval(rate)})."
        for source, rate in found.by_source.items()
    ]
    if alarms.of:
        parts.append(
            f"{alarms.count:,} of {alarms.of:,} innocents meet somebody ({found.rests_on[1]}: "
            f"{percent(alarms.share, 2)}, 95 % interval {interval(alarms, 2)})."
        )
    return " ".join(parts)


def reliability_told(found: Evaluation) -> str:
    """Return what the hits are worth among customers, in plain words."""
    whole = found.above
    if whole.reliability is None:
        return (
            "How far hits can be trusted was not measured: that takes cases of the listed and of "
            "innocents. Give names on no list with --innocents."
        )
    base = found.plan.base_rate
    right = 100 * whole.reliability
    told = f"about {right:.0f}" if right >= 1 else "fewer than 1"
    harder = (
        " The innocents measured were invented of listed names and are harder than customers: "
        "with names of your own (--innocents) the share is higher."
    )
    return (
        f"Were {one_in(base)} customers on a list, then of 100 customers with a hit {told} would "
        "truly be the listed party, the others namesakes. The number of cases measured vouches "
        f"for at least {100 * (whole.at_least or 0):.1f} of 100."
        + (harder if found.rests_on[1] == INVENTED else "")
    )


def one_in(base: float) -> str:
    """Return a base rate as one in so many."""
    return f"one in {1 / base:,.0f}" if base else "none"


def lists(found: Evaluation) -> str:
    """Return which lists were screened against, as one sentence."""
    dated = ", ".join(f"{one['list_id']} of {one['list_date']}" for one in found.about["lists"])
    return f"Measured against {dated}."
