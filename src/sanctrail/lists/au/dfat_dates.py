"""Dates in the words of the Australian list: births of several writings, days of listing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sanctrail.lists.records import Birth
from sanctrail.text.dates import DateRange, parse_date, year_range
from sanctrail.text.fold import tidy

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b\.?"
_DAY = (
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th)?[\s.-]*{_MONTH}[\s,-]*\d{{4}}"
    rf"|{_MONTH}\s+\d{{1,2}},\s*\d{{4}}|(?<!\d)\d{{4}}-\d{{2}}-\d{{2}}"
    r"|(?<!\d)\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{4}"
)
_DATE = re.compile(
    rf"(?P<from>{_DAY}|(?<![\d/])\d{{1,2}}/\d{{4}}|(?:{_MONTH}\s*)?(?<!\d)\d{{4}})"
    rf"(?:\s*(?:-|–|to|and(?=\s*\d{{4}}))\s*(?P<to>(?:{_MONTH}\s*)?\d{{4}}))?(?!\d)",
    re.IGNORECASE,
)
_CIRCA = re.compile(
    r"\b(?:approximately|approx\.?|circa|about|around|c\.|c(?=\s*\d))\W*$", re.IGNORECASE
)
_BETWEEN = re.compile(r"\bbetween\W*$", re.IGNORECASE)
_OTHER_CALENDAR = re.compile(
    r"^\s*\(?\s*(hijri|islamic|solar|persian|lunar)[^)]*\)?", re.IGNORECASE
)
_FILLERS = re.compile(
    r"\(?\b[a-z]\)|\b(?:approximately|approx|circa|about|around|between|and|or|to|alt|dob|born|c)\b"
    r"|>>|[\s\W]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Births:
    """What a cell says of births: dates, those of another calendar, and the words left over."""

    births: tuple[Birth, ...]
    others: tuple[tuple[str, str], ...]
    left_over: str


def births_of(cell: object) -> Births:
    """Read a birth cell; `left_over` holds the words that are no part of a date."""
    if isinstance(cell, date):
        day = f"{cell.year:04}-{cell.month:02}-{cell.day:02}"
        return Births((Birth(day, day, "day"),), (), "")
    text = tidy(f"{cell:.0f}" if isinstance(cell, float) else str(cell))
    births: dict[Birth, None] = {}
    others: list[tuple[str, str]] = []
    rest, last = "", 0
    for match in _DATE.finditer(text):
        before, behind = text[last : match.start()], text[match.end() :]
        if calendar := _OTHER_CALENDAR.match(behind):
            others.append((calendar[1].lower(), match[0]))
            rest, last = rest + before, match.end() + calendar.end()
            continue
        days = _days(match["from"], match["to"], joined=bool(_BETWEEN.search(before)))
        circa = bool(_CIRCA.search(before))
        births.update((Birth(one.earliest, one.latest, one.precision, circa), None) for one in days)
        rest, last = rest + before + ("" if days else match[0]), match.end()
    rest += text[last:]
    return Births(tuple(births), tuple(others), rest.strip() if _FILLERS.sub("", rest) else "")


def _days(first: str, last: str | None, *, joined: bool) -> list[DateRange]:
    """Return the days of one date or of a range; `1960 and 1962` is a range after "between"."""
    start, end = parsed(first), parsed(last or "")
    if not last:
        return [start] if start else []
    if start is None or end is None:
        return []
    in_years = first.isdecimal() and last.isdecimal()
    if in_years and (span := year_range(int(first), int(last))):
        return [span]
    if start.earliest <= end.latest:
        return [DateRange(start.earliest, end.latest, "range")]
    return [] if joined else [start, end]


def parsed(text: str) -> DateRange | None:
    """Read one date of any writing that the list uses; day first in `01/02/1960`."""
    if month := re.fullmatch(r"(\d{1,2})/(\d{4})", text):
        return parse_date(f"{month[2]}-{month[1]}")
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", tidy(text.replace("\xa0", " ")))
    if american := re.fullmatch(r"([A-Za-z]+)\.? (\d{1,2}), ?(\d{4})", plain):
        plain = f"{american[2]} {american[1]} {american[3]}"
    plain = re.sub(r"(?<=\d)[\s.-]*(?=[A-Za-z])", " ", plain)
    plain = re.sub(r"(?<=[A-Za-z])[.\s,-]*(?=\d)", " ", plain)
    plain = re.sub(r"\bsept\b", "sep", plain, flags=re.IGNORECASE)
    slashed = r"^(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})$"
    return parse_date(re.sub(slashed, r"\1/\2/\3", plain))


_KEYWORD = re.compile(
    r"(?P<again>re-?\s?listed|last listed|renewed|continued)|(?P<listed>listed|designated)"
    r"|(?P<amended>amended|updated|revised)|(?P<other>\bassets\b|\bdeclared\b|\bformerly\b|\breview)",
    re.IGNORECASE,
)
_WHOLE_DAY = re.compile(_DAY, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """The days that the listing information gives."""

    on: str
    amended: tuple[str, ...]


def listed_of(cell: object) -> Listed:
    """Read when a party was listed, and when listed again or amended.

    A day belongs to the last of these words before it, so that "assets received on or after" a
    day lists nobody.
    """
    if isinstance(cell, date):
        return Listed(f"{cell.year:04}-{cell.month:02}-{cell.day:02}", ())
    text = tidy(str(cell))
    days: dict[str, list[str]] = {"listed": [], "again": [], "amended": [], "other": []}
    for word, day in _worded_days(text):
        days[word].append(day)
    amended = sorted({*days["again"], *days["amended"], *days["listed"][1:]})
    return Listed(days["listed"][0] if days["listed"] else "", tuple(amended))


def _worded_days(text: str) -> Iterator[tuple[str, str]]:
    words = [(match.start(), match.lastgroup or "other") for match in _KEYWORD.finditer(text)]
    if _WHOLE_DAY.match(text):
        words.insert(0, (0, "listed"))
    for match in _WHOLE_DAY.finditer(text):
        before = [word for place, word in words if place <= match.start()]
        day = parsed(match[0])
        if before and day is not None and day.precision == "day":
            yield before[-1], day.earliest
