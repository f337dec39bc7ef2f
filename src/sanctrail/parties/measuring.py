"""How well listings are joined, measured where the truth is known.

Some lists cite the UN's number for a party. Hidden, those numbers tell which joins should be found
without them, and which are wrong. Where a list cites nothing, pairs that somebody labelled by
reading both entries serve instead.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sanctrail.errors import InputError
from sanctrail.evidence.rates import Rate
from sanctrail.parties.build import all_profiles
from sanctrail.parties.joining import Clusters, Pair, Weighed, in_order, join_pairs
from sanctrail.parties.meeting import make_ready
from sanctrail.parties.pairs import weigh_pairs
from sanctrail.parties.profiles import Profile
from sanctrail.parties.weighing import reasons_of, score_of
from sanctrail.register import Register

SAME, DIFFERENT = "same", "different"


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair that was joined wrongly or missed: both names, the score, and what was weighed."""

    error: str
    left: str
    left_name: str
    right: str
    right_name: str
    score: float
    reasons: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was joined of pairs whose truth is known, in one group of them.

    `precision` is the share of the joined pairs that are right, `recall` that of the right pairs
    that were joined; `errors` are all others, each with what spoke for and against it.
    """

    group: str
    precision: Rate
    recall: Rate
    errors: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """Listings joined anew with their references hidden."""

    profiles: Mapping[str, Profile]
    clusters: Clusters
    pairs: Mapping[Pair, Weighed]

    def judged(self, error: str, left: str, right: str, note: str = "") -> Judged:
        """Return an error with what was weighed of it."""
        found = self.pairs.get(in_order(left, right))
        return Judged(
            error,
            left,
            self.profiles[left].primary,
            right,
            self.profiles[right].primary,
            score_of(found.odds) if found else 0.0,
            reasons_of(found.evidence) if found else (),
            note,
        )


def join_without_references(register: Register) -> tuple[Trial, dict[str, Profile]]:
    """Join all listings as if no list cited another; return that and what they cite."""
    profiles = all_profiles(register)
    hidden = {key: replace(one, references=()) for key, one in profiles.items()}
    pairs = weigh_pairs(hidden, make_ready(hidden))
    clusters, _, _ = join_pairs(hidden, pairs)
    return Trial(hidden, clusters, {(pair.left, pair.right): pair for pair in pairs}), profiles


def against_references(trial: Trial, profiles: Mapping[str, Profile]) -> list[Measured]:
    """Measure against the UN numbers that lists cite, regime by regime.

    A join to a UN entry of a programme under which the list cites another number is wrong. Under
    another programme it is not judged: the UN has some people twice, once for each.
    """
    un = {
        number: key
        for key, one in profiles.items()
        for whose, number in one.references
        if whose == "un" and one.regime == "un"
    }
    cited: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for key, one in profiles.items():
        told = {un[number] for whose, number in one.references if whose == "un" and number in un}
        if told and one.regime != "un":
            cited[one.regime][key] = told
    return [_against(regime, trial, cited[regime]) for regime in sorted(cited)]


def _against(regime: str, trial: Trial, cited: Mapping[str, set[str]]) -> Measured:
    right, joined, errors = 0, 0, []
    for key, told in sorted(cited.items()):
        programmes = {p for one in told for p in trial.profiles[one].programmes}
        got = {
            one
            for one in trial.clusters.members(key)
            if trial.profiles[one].regime == "un"
            and (one in told or programmes & set(trial.profiles[one].programmes))
        }
        right += len(got & told)
        joined += len(got)
        errors += [trial.judged("missed", key, one) for one in sorted(told - got)]
        errors += [trial.judged("wrong", key, one) for one in sorted(got - told)]
    total = sum(len(told) for told in cited.values())
    return Measured(f"{regime} to un", Rate(right, joined), Rate(right, total), tuple(errors))


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two listings that somebody read and found the same party or not, with the reason."""

    left: str
    right: str
    verdict: str
    reason: str


_COLUMNS = ("left", "right", "verdict", "reason")


def read_labelled(path: Path) -> list[LabelledPair]:
    """Read a CSV of labelled pairs with at least the columns left, right, verdict and reason.

    Raises `InputError` where it is no such table, or a verdict is neither same nor different.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: the labelled pairs cannot be read ({error}).") from error
    if not rows or not set(_COLUMNS) <= rows[0].keys():
        raise InputError(f"{path}: expected a CSV with the columns {', '.join(_COLUMNS)}.")
    for number, row in enumerate(rows, 2):
        if row["verdict"] not in (SAME, DIFFERENT):
            raise InputError(
                f"{path}, line {number}: '{row['verdict']}' is no verdict; write {SAME} or "
                f"{DIFFERENT}."
            )
    return [LabelledPair(*(row[column] for column in _COLUMNS)) for row in rows]


def against_labels(trial: Trial, pairs: Iterable[LabelledPair]) -> tuple[list[Measured], int]:
    """Measure against labelled pairs, by the two regimes; return also how many are not held."""
    groups: dict[str, list[LabelledPair]] = defaultdict(list)
    absent = 0
    for pair in pairs:
        if pair.left in trial.profiles and pair.right in trial.profiles:
            regimes = (trial.profiles[one].regime for one in (pair.left, pair.right))
            groups[" to ".join(regimes)].append(pair)
        else:
            absent += 1
    return [_labelled(group, trial, of) for group, of in sorted(groups.items())], absent


def _labelled(group: str, trial: Trial, pairs: Iterable[LabelledPair]) -> Measured:
    right = joined = total = 0
    errors = []
    for pair in pairs:
        one, same = trial.clusters.are_one(pair.left, pair.right), pair.verdict == SAME
        right, joined, total = right + (one and same), joined + one, total + same
        if one != same:
            error = "wrong" if one else "missed"
            errors.append(trial.judged(error, pair.left, pair.right, pair.reason))
    return Measured(group, Rate(right, joined), Rate(right, total), tuple(errors))
