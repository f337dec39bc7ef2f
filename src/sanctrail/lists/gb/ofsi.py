"""The old OFSI consolidated list (ConList.csv), closed on 28 January 2026.

Line 1 is the list's date, line 2 the header: 29 columns to 2022, then 36. One row stands for each
name and date of birth, so the rows of one Group ID are one party. Cells hold `1) X 2) Y`; unknown
parts of a date are zeros; UN numbers, IMO numbers and more stand in Other Information. Encoded as
cp1252 in older files, later as UTF-8.
"""

from collections.abc import Iterator
from typing import TypeVar

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.delimited import Records as CsvRecords
from sanctrail.lists.gb.ofsi_text import (
    Remark,
    birth_places,
    country_in,
    document,
    read_remark,
)
from sanctrail.lists.gb.uk_terms import KINDS, numbered, parse_uk_date, uk_day
from sanctrail.lists.reading.table_rows import Lines, whole_rows
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    ListHeader,
    Listing,
    Name,
)
from sanctrail.lists.source import ByteStream
from sanctrail.text.fold import script_of, tidy

FORM = "ofsi-csv"

_KEY = "group id"
_REQUIRED = ("name 6", "group type", "alias type", _KEY)
_BANNER_ROWS = 10
_HEAD = 16 << 10
_NATURAL = ("1", "2", "3", "4", "5", "6")
_NAME_KINDS = {
    "prime alias": "primary",
    "primary name": "primary",
    "primary name variation": "alias",
    "aka": "alias",
    "a.k.a": "alias",
    "alias": "alias",
    "fka": "former",
    "f.k.a": "former",
}
_QUALITIES = {"good": "strong", "low": "weak"}
_DOCUMENTS = (
    ("passport", "passport number", "passport details"),
    (
        "national identification",
        "national identification number",
        "national identification details",
    ),
    ("national identification", "", "ni number"),
)
"""Kind, column of the number, column of the details; the older layout has but one column."""

_DETAILS = ("title", "position", "non-latin script language", "uk sanctions list date designated")
_KNOWN = {
    *(f"name {n}" for n in _NATURAL),
    *(f"address {n}" for n in _NATURAL),
    *(column for _, *columns in _DOCUMENTS for column in columns if column),
    *_DETAILS,
    *_REQUIRED,
    "name non-latin script",
    "non-latin script type",
    "dob",
    "town of birth",
    "country of birth",
    "nationality",
    "post/zip code",
    "country",
    "other information",
    "alias quality",
    "regime",
    "listed on",
    "last updated",
}

Cells = dict[str, str]

T = TypeVar("T")


def recognises(head: bytes) -> bool:
    """Tell whether a row near the top is the header of this list."""
    for line in head[:_HEAD].decode("latin-1").splitlines()[:_BANNER_ROWS]:
        cells = {cell.strip(' "').lower() for cell in line.split(",")}
        if {"name 6", _KEY} <= cells:
            return True
    return False


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in the order in which they first appear."""
    lines = Lines(stream, fallback="cp1252")
    records = CsvRecords(lines, stream.name)
    written, columns = _head(records, stream.name)
    for column in columns:
        if column and column not in _KNOWN:
            message = f"column '{column}' is not one that this list is known by; it was not read"
            problems.append(Problem(stream.name, f"line {records.last}", message))
    groups: dict[str, _Group] = {}
    numbered_records = ((records.last, record) for record in records)
    for row in whole_rows(numbered_records, len(columns), stream.name, problems):
        cells = {column: tidy(cell) for column, cell in zip(columns, row.cells, strict=True)}
        if not cells[_KEY]:
            message = "has no Group ID, so it belongs to no party; it was left out"
            problems.append(Problem(stream.name, f"line {row.line}", message))
            continue
        group = groups.setdefault(cells[_KEY], _Group(row.line, stream.name, problems))
        group.take(cells)
    lines.tell_flaws(problems)
    yield ListHeader("gb-ofsi", "gb", FORM, uk_day(written) or written, written)
    for number, group in groups.items():
        yield group.listing(number)


def _head(records: CsvRecords, name: str) -> tuple[str, list[str]]:
    """Return the date in the banner and the columns, in lower case."""
    written = ""
    for at, record in enumerate(records):
        cells = [tidy(cell).lower() for cell in record]
        if all(column in cells for column in _REQUIRED):
            return written, cells
        if cells[:1] == ["last updated"] and len(cells) > 1:
            written = cells[1]
        if at == _BANNER_ROWS:
            break
    raise UnreadableFile(
        f"{name}: the header lacks columns that the OFSI list has (Name 6, Group Type, Alias Type, "
        "Group ID). Restore the file from a copy; nothing was changed."
    )


class _Group:
    """The rows of one Group ID on their way to a `Listing`."""

    def __init__(self, line: int, source: str, problems: list[Problem]) -> None:
        self._line = line
        self._source = source
        self._problems = problems
        self._kinds: dict[str, None] = {}
        self._names: dict[Name, None] = {}
        self._births: dict[Birth, None] = {}
        self._countries: dict[Country, None] = {}
        self._addresses: dict[Address, None] = {}
        self._identifiers: dict[Identifier, None] = {}
        self._details: dict[Detail, None] = {}
        self._remarks: dict[str, Remark] = {}
        self._regimes: dict[str, str] = {}
        self._listed: dict[str, None] = {}
        self._updated: dict[str, None] = {}
        self._told: set[str] = set()

    def take(self, cells: Cells) -> None:
        """Add one row; what it repeats of other rows is kept once."""
        self._kinds[cells["group type"].lower()] = None
        self._take_names(cells)
        self._take_birth(cells)
        self._take_places(cells)
        for kind, number, details in _DOCUMENTS:
            self._take_documents(kind, cells.get(number, ""), cells.get(details, ""))
        for kind in _DETAILS:
            for text in numbered(cells.get(kind, "")):
                self._details[Detail(kind, text)] = None
        if remark := cells.get("other information", ""):
            self._remarks.setdefault(remark, read_remark(remark))
        self._take_dates(cells)

    def listing(self, number: str) -> Listing:
        """Return the whole party; what could not be read is a problem beside it."""
        if not self._names:
            self._problem("has no name")
        told = list(self._remarks.values())
        for wrong in dict.fromkeys(wrong for one in told for wrong in one.wrong):
            self._problem(wrong)
        listed_on = min(self._listed, default="")
        if len(self._listed) > 1:
            for regime, day in self._regimes.items():
                self._details[Detail("listed on", f"{day} ({regime})")] = None
        return Listing(
            listing_id=f"gb:ofsi-{number}",
            regime="gb",
            reference=number,
            kind=self._kind(),
            names=tuple(self._names),
            listed_on=listed_on,
            programmes=tuple(self._regimes),
            element=f"Group ID {number}, from line {self._line}",
            births=tuple(self._births),
            countries=_joined([self._countries, *(one.countries for one in told)]),
            identifiers=_joined([*(one.identifiers for one in told), self._identifiers]),
            gender=next((one.gender for one in told if one.gender), ""),
            remarks="; ".join(self._remarks),
            addresses=tuple(self._addresses),
            relations=_joined([one.relations for one in told]),
            details=_joined([self._details, *(one.details for one in told)]),
            amended_on=tuple(sorted(day for day in self._updated if day != listed_on)),
        )

    def _problem(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._problems.append(Problem(self._source, f"group from line {self._line}", message))

    def _kind(self) -> str:
        written = next(iter(self._kinds))
        if written not in KINDS:
            self._problem(f"group type '{written}' is none of Individual, Entity, Ship")
        if len(self._kinds) > 1:
            self._problem(
                f"rows are of several types ({', '.join(self._kinds)}); the first is kept"
            )
        return KINDS.get(written, "entity")

    def _take_names(self, cells: Cells) -> None:
        parts = [(n, cells.get(f"name {n}", "")) for n in _NATURAL]
        parts = [part for part in parts if part[1]]
        text = " ".join(part for _, part in parts)
        written = cells["alias type"].lower().rstrip(".")
        if written not in _NAME_KINDS:
            self._problem(f"alias type '{written}' is not one that this list is known by")
        quality = cells.get("alias quality", "").lower().partition(" ")[0]
        if quality and quality not in _QUALITIES:
            self._problem(f"alias quality '{quality}' is not one that this list is known by")
        if text:
            kind = _NAME_KINDS.get(written, "alias")
            quality = _QUALITIES.get(quality, "")
            self._names[Name(text, kind, quality, script_of(text), tuple(parts))] = None
        if script := cells.get("name non-latin script", ""):
            self._names[Name(script, "script", "", script_of(script))] = None

    def _take_birth(self, cells: Cells) -> None:
        for text in numbered(cells.get("dob", "")):
            days = parse_uk_date(text)
            if days is None:
                self._problem(f"date of birth '{text}' is not read")
                self._details[Detail("birth date", text)] = None
            else:
                self._births[Birth(days.earliest, days.latest, days.precision)] = None

    def _take_places(self, cells: Cells) -> None:
        places = birth_places(cells.get("town of birth", ""), cells.get("country of birth", ""))
        for town, country in places:
            code = country_in(country)
            self._addresses[Address("birth", town, code, country, city=town)] = None
        for text in numbered(cells.get("nationality", "")):
            self._countries[Country("nationality", country_in(text), text)] = None
        postal, country = cells.get("post/zip code", ""), cells.get("country", "")
        lines = [cells.get(f"address {n}", "") for n in _NATURAL]
        text = ", ".join(filter(None, (*lines, postal)))
        if text or country:
            code = country_in(country)
            self._addresses[Address("address", text, code, country, postal_code=postal)] = None

    def _take_documents(self, kind: str, numbers: str, details: str) -> None:
        """Take documents; the layout of 29 columns has numbers and details in one cell."""
        if details:
            self._details[Detail(f"{kind} details", details)] = None
        for text in numbered(numbers or details):
            found = document(kind, text)
            if found:
                self._identifiers[found] = None
            elif numbers:
                self._identifiers[Identifier(kind, text)] = None

    def _take_dates(self, cells: Cells) -> None:
        for column, days in (("listed on", self._listed), ("last updated", self._updated)):
            text = cells.get(column, "")
            if day := uk_day(text):
                days[day] = None
            elif text:
                self._problem(f"{column} '{text}' is not a day")
        if regime := cells.get("regime", ""):
            self._regimes.setdefault(regime, uk_day(cells.get("listed on", "")))


def _joined(parts: list[dict[T, None]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for part in parts for one in part))
