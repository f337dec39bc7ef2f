"""What the outcomes come to: shares with their intervals, by class and by threshold."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sanctrail.evidence.rates import Rate
from sanctrail.screening.evaluation.cases import DAMAGED, INVENTED, LABELLED, LEFT_OUT
from sanctrail.screening.evaluation.outcomes import Outcome

THRESHOLDS = tuple(hundredth / 100 for hundredth in range(30, 100))

WORST = 8
"""Classes that are told as weaknesses."""
LEAST_CASES = 10
"""Cases under which a class says too little to be called weak."""


@dataclass(frozen=True, slots=True)
class Line:
    """The rate of one group of cases of one source; `by` says what groups were made by."""

    source: str
    by: str
    group: str
    rate: Rate

    def as_dict(self) -> dict[str, Any]:
        """Return the line as a JSON document."""
        about = {"source": self.source, "by": self.by, "group": self.group}
        return {**about, **self.rate.as_dict()}


def positives(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the cases of somebody listed, who must be found."""
    return [one for one in outcomes if one.case.wanted]


def customers(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the cases of the listed that are most like customers: those of one source.

    The user's own, else names damaged, else aliases left out: mixed together they would be like
    nobody's customers.
    """
    several = positives(outcomes)
    sources = {one.case.source for one in several}
    best = next((one for one in (LABELLED, DAMAGED, LEFT_OUT) if one in sources), "")
    return [one for one in several if one.case.source == best]


def look_alikes(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the cases that must not meet a certain party: another number."""
    return [one for one in outcomes if one.case.party and not one.case.wanted]


def innocents(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the cases of somebody on no list: the user's own, or if there are none, invented."""
    several = [one for one in outcomes if one.case.is_innocent]
    own = [one for one in several if one.case.source != INVENTED]
    return own or several


def hit_rate(outcomes: Sequence[Outcome], threshold: float) -> Rate:
    """Return how many score at or above a threshold."""
    return Rate(sum(one.score >= threshold for one in outcomes), len(outcomes))


def lines(outcomes: Iterable[Outcome], threshold: float, by: str = "class") -> list[Line]:
    """Return the hit rate group by group, in the order of their first cases.

    `by` is `class` or a trait; cases without the trait are in no group.
    """
    grouped: dict[tuple[str, str], list[Outcome]] = {}
    for one in outcomes:
        group = one.case.group if by == "class" else dict(one.case.traits).get(by, "")
        if group:
            grouped.setdefault((one.case.source, group), []).append(one)
    rated = (
        Line(source, by, group, hit_rate(own, threshold))
        for (source, group), own in grouped.items()
    )
    found = list(rated)
    return found if by == "class" else sorted(found, key=lambda one: (one.source, -one.rate.of))


TRAITS = ("script", "likeness to another name", "listed as", "regime")


def breakdowns(outcomes: Sequence[Outcome], threshold: float) -> list[Line]:
    """Return recall by every trait, where it tells more than one group apart."""
    found = positives(outcomes)
    several = [lines(found, threshold, by) for by in TRAITS]
    return [line for own in several if len({one.group for one in own}) > 1 for line in own]


def weakest(recall: Iterable[Line]) -> list[Line]:
    """Return the classes in which most is missed, the worst first; small ones are left out."""
    weak = [one for one in recall if one.rate.of >= LEAST_CASES and one.rate.count < one.rate.of]
    return sorted(weak, key=lambda one: (one.rate.share, one.source, one.group))[:WORST]


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold would give: who is found of the listed, who is hit of the innocent."""

    threshold: float
    recall: Rate
    alarms: Rate

    def as_dict(self) -> dict[str, Any]:
        """Return the point as a JSON document."""
        return {
            "threshold": self.threshold,
            "recall": self.recall.as_dict(),
            "false_alarms": self.alarms.as_dict(),
        }


def curve(outcomes: Sequence[Outcome]) -> list[Point]:
    """Return recall and false alarms at every threshold, from one pass over the scores."""
    found = sorted(one.score for one in customers(outcomes))
    alarms = sorted(one.score for one in innocents(outcomes))
    return [Point(at, _at_least(found, at), _at_least(alarms, at)) for at in THRESHOLDS]


def _at_least(scores: Sequence[float], threshold: float) -> Rate:
    return Rate(len(scores) - bisect_left(scores, threshold), len(scores))


def curves(outcomes: Sequence[Outcome]) -> dict[str, list[Rate]]:
    """Return recall at every threshold, source by source."""
    found: dict[str, list[float]] = {}
    for one in positives(outcomes):
        found.setdefault(one.case.source, []).append(one.score)
    return {
        source: [_at_least(sorted(scores), at) for at in THRESHOLDS]
        for source, scores in found.items()
    }
