"""What screening answered to each case, as one score a case."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sanctrail.names.compare import compare_all
from sanctrail.screening.evaluation.cases import LEFT_OUT, Case, Listed, bag_of
from sanctrail.screening.hits import Hit
from sanctrail.screening.screen import Screener

FLOOR = 0.3
"""The lowest score that is looked at; what scores less has none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case and its scores, 0 where below `FLOOR`.

    `score` is what decides: of the case's party, or for an innocent of whoever met best. `best`
    is the best score of anybody, `met` who that was. `tell` explains what decided, when asked:
    most outcomes are right and nobody asks.
    """

    case: Case
    score: float
    best: float
    met: str
    tell: Callable[[], str] | None = None

    @property
    def why(self) -> str:
        """The explanation of what decided; empty where nobody was met."""
        return self.tell() if self.tell else ""

    def is_right(self, threshold: float) -> bool:
        """Tell whether the answer at a threshold is the right one."""
        return (self.score >= threshold) == self.case.wanted


def screened(screener: Screener, cases: Sequence[Case]) -> Iterator[Outcome]:
    """Yield the outcome of each case, all screened once."""
    answers = screener.screen_all((case.query for case in cases), FLOOR)
    for case, hits in zip(cases, answers, strict=True):
        yield _outcome(case, hits)


def _outcome(case: Case, hits: Sequence[Hit]) -> Outcome:
    best = hits[0] if hits else None
    own = best if case.is_innocent else next((hit for hit in hits if _is_of(hit, case)), None)
    return Outcome(
        case,
        own.score if own else 0.0,
        best.score if best else 0.0,
        best.party_id if best else "",
        partial(_explanation, own) if own else None,
    )


def _explanation(hit: Hit) -> str:
    return hit.explanation


def _is_of(hit: Hit, case: Case) -> bool:
    return case.party == hit.party_id or case.party in hit.listing_ids


@dataclass(frozen=True, slots=True)
class Miss:
    """A miss and why; `compared` is the score of the nearest name when compared by itself.

    Where that is high although the party was not met, the search did not bring the name up.
    """

    outcome: Outcome
    why: str
    compared: float


def misses(outcomes: Sequence[Outcome], listed: Listed) -> Iterator[Miss]:
    """Yield why each was missed, by comparing it with the party's names one by one."""
    texts = [list(_others(one.case, listed)) for one in outcomes]
    compared = iter(
        compare_all(
            (one.case.query.name, text)
            for one, own in zip(outcomes, texts, strict=True)
            for text in own
        )
    )
    for one, own in zip(outcomes, texts, strict=True):
        found = [(next(compared), text) for text in own]
        best, text = max(found, key=lambda pair: pair[0].score)
        why = one.why or f"not brought up; nearest name '{text}': {best.sentence()}"
        yield Miss(one, why, best.score)


def _others(case: Case, listed: Listed) -> Iterator[str]:
    """Yield the names that a case could have met: of an alias left out, not its own words."""
    own = listed.own_names(listed.number_of[case.party])
    left_out = bag_of(case.query.name) if case.source == LEFT_OUT else ()
    return (name.text for name in own if not left_out or bag_of(name.text) != left_out)
