"""Dates on Japan's asset freeze list: days of notices, and births in Japanese writing."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sanctrail.ground.sheets import Cell
from sanctrail.lists.records import Birth
from sanctrail.text.dates import DateRange, date_range, year_range

_STEP = re.compile(
    r"(\d{4})\s*[./年-]\s*(\d{1,2})\s*[./月-]\s*(\d{1,2})(?!\d(?!\d{3}[./年-]))日?"
    r"\s*(改訂|改定|改正|修正|削除|解除|廃止)?"
)
"""A day and what was done; the CSV file lost line ends: `2017.6.92022.8.3改訂`."""

_LIFTED = ("削除", "解除", "廃止")

_CIRCA_BEFORE = re.compile(r"(?:約|およそ|おおよそ|おおむね)$")
_OTHER_CALENDAR = re.compile(r"^[(]?(ヒジュラ暦|イスラム暦|イラン暦)[)]?")
_ONE = (
    r"(?:(?P<y{0}>\d{{4}})年)?(?P<m{0}>\d{{1,2}})月(?P<d{0}>\d{{1,2}})日"
    r"|(?P<ym{0}>\d{{4}})年(?:(?P<mm{0}>\d{{1,2}})月)?"
    r"|(?P<iy{0}>\d{{4}})[./-](?P<im{0}>\d{{1,2}})[./-](?P<id{0}>\d{{1,2}})"
    r"|(?P<yy{0}>(?<!\d)\d{{4}}(?!\d))"
)
_DATE = re.compile(
    f"(?:{_ONE.format(1)})(?:(?:頃)?(?:から|-|~)(?:{_ONE.format(2)}))?(?P<circa>の?頃)?"
)
_FILLERS = re.compile(r"[a-z©]|又は|または|までの間|の間|生まれ|生|から|[\s\W]")


@dataclass(frozen=True, slots=True)
class Notices:
    """The days of an entry's notices; `left_over` is what is no notice."""

    listed_on: str
    amended_on: tuple[str, ...]
    lifted_on: str
    lifted: bool
    left_over: str


def notices_of(cell: Cell) -> Notices:
    """Read `2013.2.27`, `2017.3.10改訂` (amended), `2021.5.28削除` (lifted)."""
    text = unicodedata.normalize("NFKC", cell_text(cell))
    listed, lifted, amended = "", "", []
    for match in _STEP.finditer(text):
        day = date_range(int(match[1]), int(match[2]), int(match[3]))
        if day is None:
            continue
        if match[4] in _LIFTED:
            lifted = day.earliest
        elif match[4]:
            amended.append(day.earliest)
        else:
            listed = listed or day.earliest
    left_over = _STEP.sub(" ", text).strip()
    gone = any(word in text for word in _LIFTED)
    return Notices(listed, tuple(sorted(set(amended))), lifted, gone, left_over)


def day_in(text: str) -> str:
    """Return the first day that running text names; empty if it names none."""
    match = _STEP.search(unicodedata.normalize("NFKC", text))
    day = date_range(int(match[1]), int(match[2]), int(match[3])) if match else None
    return day.earliest if day else ""


@dataclass(frozen=True, slots=True)
class Births:
    """What a cell says of births: dates, those of another calendar, and the words left over."""

    births: tuple[Birth, ...]
    others: tuple[tuple[str, str], ...]
    left_over: str


def births_of(cell: Cell) -> Births:
    """Read births such as `1941年8月20日`, `1959年頃` (circa), `(a)1955年-1958年頃`."""
    text = re.sub(r"\s+(?=[年月日])|(?<=[年月])\s+", "", _folded(cell))
    births: dict[Birth, None] = {}
    others: list[tuple[str, str]] = []
    rest, last, year = "", 0, 0
    for match in _DATE.finditer(text):
        before = text[last : match.start()]
        if calendar := _OTHER_CALENDAR.match(text[match.end() :]):
            others.append((calendar[1], match[0]))
            rest, last = rest + before, match.end() + calendar.end()
            continue
        days = _days(match, year)
        year = int(days.earliest[:4]) if days else 0
        if days:
            circa = bool(match["circa"] or _CIRCA_BEFORE.search(before))
            births[Birth(days.earliest, days.latest, days.precision, circa)] = None
        rest += _CIRCA_BEFORE.sub("", before) + ("" if days else match[0])
        last = match.end()
    rest = (rest + text[last:]).strip()
    return Births(tuple(births), tuple(others), rest if _FILLERS.sub("", rest) else "")


def _folded(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", cell_text(cell)).replace("―", "-").replace("–", "-")


def _days(match: re.Match[str], year: int) -> DateRange | None:
    first = _one(match, 1, year)
    last = _one(match, 2, int(first.earliest[:4]) if first else 0)
    if first is None or last is None:
        return first if last is None and not _said(match, 2) else None
    if (first.precision, last.precision) == ("year", "year"):
        return year_range(int(first.earliest[:4]), int(last.earliest[:4]))
    return (
        DateRange(first.earliest, last.latest, "range") if first.earliest <= last.latest else None
    )


def _said(match: re.Match[str], which: int) -> bool:
    return any(value for key, value in match.groupdict().items() if key.endswith(str(which)))


def _one(match: re.Match[str], which: int, year: int) -> DateRange | None:
    """Return one end of a match; a day without its year is in the year of the date before."""
    names = (("y", "m", "d"), ("ym", "mm", ""), ("iy", "im", "id"), ("yy", "", ""))
    for group in names:
        parts = [int(match[f"{name}{which}"] or 0) if name else 0 for name in group]
        if any(parts):
            return date_range(parts[0] or year, *parts[1:]) if parts[0] or year else None
    return None


def cell_text(cell: Cell) -> str:
    """Return a cell as text: whole numbers without a fraction, dates as ISO days."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return f"{cell.year:04}-{cell.month:02}-{cell.day:02}"
    return str(cell).strip()


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines of a cell that hold something."""
    return filter(None, (line.strip() for line in text.splitlines()))
