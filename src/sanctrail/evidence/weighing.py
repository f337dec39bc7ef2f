"""What speaks for and against a hit besides the name: birth date, country, gender, kind.

Each piece of evidence is a weight in log-odds and a reason. Missing evidence weighs nothing;
contradicting evidence lowers, agreeing evidence raises.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sanctrail.text.countries import country_name
from sanctrail.text.dates import DateRange

BORN_SAME_DAY = 4.0
BORN_SWAPPED = 2.5
BORN_ONE_OFF = 1.0
BORN_OVERLAPS = 1.2
BORN_NEAR = 0.0
BORN_OTHER_DAY = -2.0
BORN_APART = -4.0
BORN_FAR_APART = -6.0
COUNTRY_SAME = 0.7
COUNTRY_OTHER = -2.6
GENDER_SAME = 0.2
GENDER_OTHER = -2.5
KIND_OTHER = -4.0
NUMBER_OTHER = -1.0
NUMBER_ALONE = 4.0
IDENTITY = 99.0
"""A number that only one party in the world has: no sum of log-odds, but the answer."""

YEARS_NEAR = 1
"""Birth years so far apart do not contradict: lists and customers both round."""
YEARS_FAR = 5
DAYS_OFF = 3
CIRCA_YEARS = 3
"""What a list calls approximate may be so many years off."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: what it is about, its weight in log-odds and the reason in words."""

    about: str
    weight: float
    reason: str

    @property
    def contradicts(self) -> bool:
        """Tell whether it speaks against the hit."""
        return self.weight < 0


@dataclass(frozen=True, slots=True)
class ListedBirth:
    """A date of birth on a list; `circa` where the list calls it approximate."""

    days: DateRange
    circa: bool = False


def birth_evidence(born: DateRange | None, listed: Sequence[ListedBirth]) -> Evidence | None:
    """Weigh a birth date against those that the lists give; the best of several counts."""
    if born is None or not listed:
        return None
    weight, reason = max((_birth(born, one) for one in listed), key=lambda found: found[0])
    if weight < 0:
        said = ", ".join(sorted({span(one.days) for one in listed}))
        reason = f"Birth date contradicts (listed {said}, query {span(born)})"
    return Evidence("birth date", weight, reason)


def _birth(born: DateRange, listed: ListedBirth) -> tuple[float, str]:  # noqa: PLR0911
    days = listed.days
    if born.precision == days.precision == "day":
        if born.earliest == days.earliest:
            return BORN_SAME_DAY, "Birth date agrees to the day"
        if born.earliest in _swapped(days.earliest):
            return BORN_SWAPPED, "Birth date agrees but for day and month changed about"
        if _is_one_off(born.earliest, days.earliest):
            return BORN_ONE_OFF, f"Birth date differs in one place (listed {days.earliest})"
    if born.overlaps(days):
        return BORN_OVERLAPS, f"Birth date agrees ({span(days)})"
    apart = _years_apart(born, days) - (CIRCA_YEARS if listed.circa else 0)
    if apart <= YEARS_NEAR and born.precision == days.precision == "day" and not listed.circa:
        return BORN_OTHER_DAY, ""
    if apart <= YEARS_NEAR:
        return BORN_NEAR, "Birth date differs but the year is near"
    return (BORN_FAR_APART if apart > YEARS_FAR else BORN_APART), ""


def _swapped(day: str) -> tuple[str, ...]:
    year, month, of_month = day.split("-")
    return (f"{year}-{of_month}-{month}",) if month != of_month else ()


def _is_one_off(ours: str, theirs: str) -> bool:
    """Tell whether two days differ in the year, the month or the day only, or by few days."""
    same = [a == b for a, b in zip(ours.split("-"), theirs.split("-"), strict=True)]
    if sum(same) >= len(same) - 1:
        return same[0] or abs(int(ours[:4]) - int(theirs[:4])) in (1, 10)
    return abs((date.fromisoformat(ours) - date.fromisoformat(theirs)).days) <= DAYS_OFF


def _years_apart(a: DateRange, b: DateRange) -> int:
    first, last = sorted((a, b), key=lambda days: days.earliest)
    return max(0, int(last.earliest[:4]) - int(first.latest[:4]))


def span(days: DateRange) -> str:
    """Return an interval of days as precise as it is known: 1984, 1984-08, 1961-.. to 1963-.."""
    written = {"day": days.earliest, "month": days.earliest[:7], "year": days.earliest[:4]}
    return written.get(days.precision, f"{days.earliest} to {days.latest}")


def country_evidence(country: str, listed: Sequence[str]) -> Evidence | None:
    """Weigh a country against those tied to the party."""
    if not country or not listed:
        return None
    if country in listed:
        return Evidence("country", COUNTRY_SAME, f"Country agrees ({country_name(country)})")
    said = ", ".join(sorted(country_name(code) or code for code in listed))
    return Evidence("country", COUNTRY_OTHER, f"Country differs (listed {said})")


def gender_evidence(gender: str, listed: Sequence[str]) -> Evidence | None:
    """Weigh a gender (male, female) against the lists'."""
    if not gender or not listed:
        return None
    if gender in listed:
        return Evidence("gender", GENDER_SAME, f"Gender agrees ({gender})")
    return Evidence("gender", GENDER_OTHER, f"Gender differs (listed {', '.join(listed)})")


def kind_evidence(kind: str, listed: str) -> Evidence | None:
    """Weigh what the query is (person, entity, vessel, aircraft) against what is listed."""
    if not kind or not listed or kind == listed:
        return None
    return Evidence("kind", KIND_OTHER, f"Listed as {listed}, asked as {kind}")
