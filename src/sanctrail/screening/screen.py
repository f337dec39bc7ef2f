"""One query against the register: the name decides, birth date and country may contradict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sanctrail.ground.memory import collector_resting
from sanctrail.names import Comparison, compare_prepared, prepare
from sanctrail.names.compare import JOINED
from sanctrail.register import Register
from sanctrail.screening.index import NameIndex
from sanctrail.text.countries import country_name
from sanctrail.text.dates import DateRange
from sanctrail.text.fold import fold

DEFAULT_THRESHOLD = 0.7

MIN_SCORE = 0.0001
"""The smallest score above none, as scores have four decimals."""

BIRTH_CONTRADICTS = 0.85
COUNTRY_CONTRADICTS = 0.95
"""What a contradiction multiplies the score with; both together keep an exact name at 0.81."""

WEAK_CEILING = 0.69
"""A weak alias that is only similar supports a suspicion but does not make a hit."""

YEARS_NEAR = 1
"""Birth years this far apart do not contradict: lists and customers both round."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: a name, and a birth date and a country code where they are known."""

    name: str
    born: DateRange | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A party that the query may be, its best name and why; `score` runs from 0 to 1.

    Until listings are joined across regimes a party is one listing id. Where several lists of a
    publisher bear that id, the programmes are those of all and the day is the earliest.
    """

    party_id: str
    listing_ids: tuple[str, ...]
    regimes: tuple[str, ...]
    score: float
    primary_name: str
    matched_name: str
    explanation: str
    programmes: tuple[str, ...]
    listed_on: str


def says_something(name: str) -> bool:
    """Tell whether a name has a letter or digit, without which nothing can be compared."""
    return bool(fold(name)) and any(character.isalnum() for character in name)


class Screener:
    """The register's names, indexed once and asked many times. Not shared between threads."""

    def __init__(self, register: Register) -> None:
        self.register = register
        with collector_resting():
            self._listings = register.by_party("listings")
            self._births = register.by_party("births")
            self._countries = register.countries_by_party()
            self._names = register.rows("names")
            self._index = NameIndex([row["name"] for row in self._names])

    def screen(self, query: Query, threshold: float = DEFAULT_THRESHOLD) -> list[Hit]:
        """Return the parties that score at or above the threshold, best first."""
        best: dict[str, tuple[float, int, Comparison]] = {}
        prepared = prepare(query.name)
        for number in self._index.candidates(prepared):
            comparison = compare_prepared(prepared, self._index.names[number])
            row = self._names[number]
            score = _with_quality(comparison.score, row["quality"])
            held = best.get(row["listing_id"])
            if held is None or score > held[0]:
                best[row["listing_id"]] = (score, number, comparison)
        # Evidence only lowers a score, so what the name alone does not reach needs no explanation.
        least = max(threshold, MIN_SCORE)
        hits = [self._hit(query, key, *found) for key, found in best.items() if found[0] >= least]
        kept = [hit for hit in hits if hit.score >= threshold]
        return sorted(kept, key=lambda hit: (-hit.score, hit.party_id))

    def _hit(
        self, query: Query, listing_id: str, score: float, number: int, comparison: Comparison
    ) -> Hit:
        row, listings = self._names[number], self._listings[listing_id]
        reasons = [f"{_called(row)}: {comparison.sentence()}"]
        for factor, reason in (
            _birth_evidence(query.born, self._births.get(listing_id, ())),
            _country_evidence(query.country, self._countries.get(listing_id, ())),
        ):
            score *= factor
            reasons.extend(filter(None, [reason]))
        return Hit(
            party_id=listing_id,
            listing_ids=(listing_id,),
            regimes=_united([listing["regime"]] for listing in listings),
            score=round(score, 4),
            primary_name=next(
                one["primary_name"] for one in listings if one["list_id"] == row["list_id"]
            ),
            matched_name=row["name"],
            explanation=". ".join(reasons),
            programmes=_united(listing["programmes"] for listing in listings),
            listed_on=min(filter(None, (one["listed_on"] for one in listings)), default=""),
        )


def _united(texts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for several in texts for text in several))


def _with_quality(score: float, quality: str) -> float:
    return min(score, WEAK_CEILING) if quality == "weak" and score < JOINED else score


def _called(row: dict[str, Any]) -> str:
    quality = "weak " if row["quality"] == "weak" else ""
    kind = {"primary": "primary name", "script": "name in original script"}.get(
        row["kind"], f"{row['kind']} name" if row["kind"] == "former" else row["kind"]
    )
    return f"{quality}{kind} '{row['name']}'"


def _birth_evidence(born: DateRange | None, births: Iterable[dict[str, Any]]) -> tuple[float, str]:
    listed = [DateRange(b["earliest"], b["latest"], b["precision"]) for b in births]
    if born is None or not listed:
        return 1.0, ""
    if any(born.overlaps(one) for one in listed):
        return 1.0, "Birth date agrees"
    if any(_years_apart(born, one) <= YEARS_NEAR for one in listed):
        return 1.0, "Birth date differs but the year is near"
    said = ", ".join(sorted({_span(one) for one in listed}))
    return BIRTH_CONTRADICTS, f"Birth date contradicts (listed {said}, query {_span(born)})"


def _years_apart(a: DateRange, b: DateRange) -> int:
    first, last = sorted((a, b), key=lambda days: days.earliest)
    return max(0, int(last.earliest[:4]) - int(first.latest[:4]))


def _span(days: DateRange) -> str:
    match days.precision:
        case "day":
            return days.earliest
        case "month":
            return days.earliest[:7]
        case "year":
            return days.earliest[:4]
    return f"{days.earliest} to {days.latest}"


def _country_evidence(country: str, rows: Sequence[dict[str, Any]]) -> tuple[float, str]:
    listed = {row["country"] for row in rows if row["country"]}
    if not country or not listed:
        return 1.0, ""
    if country in listed:
        return 1.0, f"Country agrees ({country_name(country)})"
    said = ", ".join(sorted(country_name(code) for code in listed))
    return COUNTRY_CONTRADICTS, f"Country differs (listed {said})"
