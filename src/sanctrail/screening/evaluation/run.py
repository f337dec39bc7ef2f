"""One evaluation: cases gathered, screened once, measured; the same for the same register."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from sanctrail import __version__
from sanctrail.errors import InputError, Problem
from sanctrail.evidence.rates import Rate
from sanctrail.ground.inputs import FileDigest
from sanctrail.ground.memory import collector_resting
from sanctrail.register import Register
from sanctrail.screening.evaluation.aliases import Aliases, left_out
from sanctrail.screening.evaluation.cases import Case, Listed
from sanctrail.screening.evaluation.generated import damaged_names, invented_people
from sanctrail.screening.evaluation.labelled import CaseFile, read_cases
from sanctrail.screening.evaluation.measure import (
    Line,
    Point,
    breakdowns,
    curve,
    curves,
    customers,
    hit_rate,
    innocents,
    lines,
    look_alikes,
    positives,
    weakest,
)
from sanctrail.screening.evaluation.outcomes import FLOOR, Outcome, screened
from sanctrail.screening.evaluation.reliability import Band, above, bands
from sanctrail.screening.hits import DEFAULT_THRESHOLD
from sanctrail.screening.screen import Screener

BASE_RATE = 0.001
VARIANTS = 2000


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure and with which cases; a source that is not wanted is None or 0."""

    threshold: float = DEFAULT_THRESHOLD
    base_rate: float = BASE_RATE
    seed: int = 0
    variants: int = 0
    labelled: CaseFile | None = None
    innocents: CaseFile | None = None
    aliases: Aliases | None = None


@dataclass(frozen=True)
class Evaluation:
    """The outcomes of a plan over a register, and what they come to.

    `files` are the digests of the user's files, `about` says which lists, index and program.
    """

    plan: Plan
    about: Mapping[str, Any]
    outcomes: tuple[Outcome, ...]
    files: tuple[FileDigest, ...]
    problems: tuple[Problem, ...]
    listed: Listed = field(repr=False)

    @cached_property
    def recall(self) -> list[Line]:
        """How many are found of the listed, class by class."""
        return lines(positives(self.outcomes), self.plan.threshold)

    @cached_property
    def by_source(self) -> dict[str, Rate]:
        """How many are found of the listed, source by source."""
        grouped: dict[str, list[Outcome]] = {}
        for one in positives(self.outcomes):
            grouped.setdefault(one.case.source, []).append(one)
        return {source: hit_rate(own, self.plan.threshold) for source, own in grouped.items()}

    @property
    def rests_on(self) -> tuple[str, str]:
        """The sources of the listed and of the innocents for curve and reliability."""
        several = (customers(self.outcomes), innocents(self.outcomes))
        listed, clean = (own[0].case.source if own else "none" for own in several)
        return listed, clean

    @cached_property
    def traits(self) -> list[Line]:
        """Recall by script, likeness to another name, what is listed, and regime."""
        return breakdowns(self.outcomes, self.plan.threshold)

    @cached_property
    def alarms(self) -> list[Line]:
        """How many are hit of the innocents, group by group."""
        return lines([one for one in self.outcomes if one.case.is_innocent], self.plan.threshold)

    @cached_property
    def alarm_rate(self) -> Rate:
        """How many are hit of the innocents that the curve and the reliability rest on."""
        return hit_rate(innocents(self.outcomes), self.plan.threshold)

    @cached_property
    def confused(self) -> list[Line]:
        """How many meet the party that they must not meet, class by class."""
        return lines(look_alikes(self.outcomes), self.plan.threshold)

    @cached_property
    def curve(self) -> list[Point]:
        """Recall and false alarms by threshold."""
        return curve(self.outcomes)

    @cached_property
    def bands(self) -> list[Band]:
        """How far hits can be trusted, by score."""
        return bands(self.outcomes, self.plan.threshold, self.plan.base_rate)

    @cached_property
    def above(self) -> Band:
        """How far hits at the threshold can be trusted, all together."""
        return above(self.outcomes, self.plan.threshold, self.plan.base_rate)

    @property
    def weakest(self) -> list[Line]:
        """The classes in which most is missed."""
        return weakest(self.recall)

    def as_dict(self) -> dict[str, Any]:
        """Return the evaluation as a JSON document, the same for the same input."""
        return {
            **self.about,
            "settings": _settings(self.plan),
            "files": [asdict(one) for one in self.files],
            "cases": len(self.outcomes),
            "recall": {
                "by_source": {source: one.as_dict() for source, one in self.by_source.items()},
                "by_class": _dicts(self.recall),
                "by_trait": _dicts(self.traits),
            },
            "false_alarms": {"all": self.alarm_rate.as_dict(), "by_group": _dicts(self.alarms)},
            "must_not_meet": _dicts(self.confused),
            "weakest": _dicts(self.weakest),
            "curve_and_reliability_rest_on": list(self.rests_on),
            "reliability": {
                "base_rate": self.plan.base_rate,
                "all_hits": self.above.as_dict(),
                "by_score": _dicts(self.bands),
            },
            "curve": _dicts(self.curve),
            "recall_by_source": {
                source: _dicts(rates) for source, rates in curves(self.outcomes).items()
            },
            "problems": [asdict(one) for one in self.problems],
        }


def _dicts(several: Iterable[Rate | Line | Band | Point]) -> list[dict[str, Any]]:
    return [one.as_dict() for one in several]


def _settings(plan: Plan) -> dict[str, Any]:
    return {
        "threshold": plan.threshold,
        "floor": FLOOR,
        "base_rate": plan.base_rate,
        "seed": plan.seed,
        "variants": plan.variants,
        "leave_one_out": None
        if plan.aliases is None
        else {"list": plan.aliases.list_id or None, "limit": plan.aliases.limit},
    }


def evaluate(register: Register, plan: Plan) -> Evaluation:
    """Screen the cases of a plan against a register and return what came of it."""
    screener = Screener(register)
    listed = Listed(screener.index)
    with collector_resting():
        files = (file for file in (plan.labelled, plan.innocents) if file is not None)
        read = [read_cases(file, listed) for file in files]
        cases = [case for one in read for case in one.cases]
        cases += _generated(listed, plan)
    outcomes = [*screened(screener, cases)]
    if plan.aliases is not None:
        outcomes += left_out(listed, plan.aliases, plan.seed)
    if not outcomes:
        raise InputError(
            "There is no case to measure with. Give a labelled file with --input, or a number of "
            "names to damage with --variants."
        )
    return Evaluation(
        plan,
        _about(register, listed),
        tuple(outcomes),
        tuple(one.digest for one in read if one.digest is not None),
        tuple(problem for one in read for problem in one.problems),
        listed,
    )


def _generated(listed: Listed, plan: Plan) -> Iterator[Case]:
    if plan.variants:
        yield from damaged_names(listed, plan.variants, plan.seed)
        yield from invented_people(listed, plan.variants, plan.seed)


def _about(register: Register, listed: Listed) -> dict[str, Any]:
    lists = [
        {
            "list_id": view.list_id,
            "list_date": view.base["list_date"],
            "form": view.base["format"],
            "file": view.base["file"],
            "sha256": view.base["sha256"],
            "versions": [version["version_id"] for version in view.versions],
        }
        for view in register.views
    ]
    return {
        "program": f"sanctrail {__version__}",
        "as_of": register.as_of or None,
        "lists": lists,
        "parties": len(listed.parties),
        "names": len(listed.names),
        "index": listed.index.key,
    }
