"""Dates as lists and customers write them, as intervals of ISO days."""

import calendar
import re
from dataclasses import dataclass

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")
_SLASHED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})$")
_WORDED = re.compile(r"(?:(\d{1,2})\s+)?([A-Za-z]{3,9})\.?,?\s+(\d{4})$")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class DateRange:
    """An interval of ISO days, both ends included; `precision` is day, month, year or range."""

    earliest: str
    latest: str
    precision: str

    def overlaps(self, other: "DateRange") -> bool:
        """Tell whether some day lies in both."""
        return self.earliest <= other.latest and other.earliest <= self.latest


def parse_date(text: str) -> DateRange | None:
    """Read `1984`, `1984-08`, `1984-08-15`, `15/08/1984` (day first), `Aug. 1984`, `15 Aug 1984`.

    None where the text is none of these or names a day that does not exist.

    A zone offset behind a full date (`2015-04-07-04:00`, as the UN list writes some) is cut.
    """
    text = text.strip()
    if re.match(r"\d{4}-\d{2}-\d{2}[-+TZ]", text):
        text = text[:10]
    if match := _ISO.match(text):
        year, month, day = (int(part) if part else 0 for part in match.groups())
    elif match := _SLASHED.match(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := _WORDED.match(text):
        day, month, year = int(match[1] or 0), _month(match[2]), int(match[3])
        if not month:
            return None
    else:
        return None
    return date_range(year, month, day)


def _month(word: str) -> int:
    lowered = word.lower()
    return next((n for name, n in _MONTHS.items() if name.startswith(lowered)), 0)


def date_range(year: int, month: int = 0, day: int = 0) -> DateRange | None:
    """Return the days that a date known to the year, month or day can mean; None if no such."""
    if not 1 <= year <= 9999 or not 0 <= month <= MONTHS_IN_YEAR:  # noqa: PLR2004
        return None
    if not month:
        return DateRange(f"{year:04}-01-01", f"{year:04}-12-31", "year")
    last = calendar.monthrange(year, month)[1]
    if not day:
        return DateRange(f"{year:04}-{month:02}-01", f"{year:04}-{month:02}-{last:02}", "month")
    if not 1 <= day <= last:
        return None
    iso = f"{year:04}-{month:02}-{day:02}"
    return DateRange(iso, iso, "day")


def year_range(first: int, last: int) -> DateRange | None:
    """Return all days from the start of one year to the end of another."""
    start, end = date_range(first), date_range(last)
    if start is None or end is None or first > last:
        return None
    return DateRange(start.earliest, end.latest, "range" if first != last else "year")
