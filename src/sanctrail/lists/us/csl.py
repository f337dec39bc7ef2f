"""The Consolidated Screening List of the US International Trade Administration (CSV).

It gathers the lists of three departments, each in its own `source`; a party can stand in several
of them, under the same number. Cells hold several values with "; " between them. The `ids` cell
has changed its order: today `Passport, A1, EG`, before 2023 `EG, A1, Passport`; what stands where
a label should tells which. Only the Treasury's entries are numbered: the others are known by
their source and name, and where those are not one entry's alone by its dates and places too.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.delimited import Records as Delimited
from sanctrail.lists.reading.prose import stand_in
from sanctrail.lists.records import (
    Address,
    Country,
    Detail,
    Identifier,
    ListHeader,
    Listing,
    Measure,
    Name,
)
from sanctrail.lists.source import ByteStream, Records
from sanctrail.lists.us.dpl import Noted, note_undated, notices, oldest, whole_lines
from sanctrail.lists.us.ofac_remarks import DOCUMENTS, Item, RemarkFacts, facts_of, label_of
from sanctrail.lists.us.ofac_terms import linked_to
from sanctrail.text.countries import country_code
from sanctrail.text.dates import parse_date
from sanctrail.text.fold import script_of, tidy

FORM = "csl-csv"
_MARKS = frozenset({"source", "entity_number", "programs", "alt_names", "ids"})
_NEEDED = _MARKS | {"type", "name", "addresses", "federal_register_notice", "start_date",
                    "remarks", "citizenships", "dates_of_birth", "nationalities",
                    "places_of_birth"}  # fmt: skip
_KIND = {"": "entity", "entity": "entity", "individual": "person", "vessel": "vessel",
         "aircraft": "aircraft"}  # fmt: skip
_MEASURE = {
    "SDN": "asset freeze",
    "CMIC": "sectoral equity",
    "SSI": "sectoral debt",
    "CAP": "correspondent account",
    "EL": "trade restriction",
    "UVL": "trade restriction",
    "MEU": "trade restriction",
    "DPL": "trade restriction",
    "DTC": "trade restriction",
    "ISN": "trade restriction",
}
"""What the lists oblige others to; the rest (PLC, NS-MBS, FSE) block neither property nor trade."""

_DIRECTIVE = re.compile(r"Subject to Directive (\w+)\b.*")
_DIRECTIVES = {
    "13662": {
        "1": ("sectoral debt", "sectoral equity"),
        "2": ("sectoral debt",),
        "3": ("sectoral debt",),
        "4": ("trade restriction",),
    },
    "14024": {
        "1": ("sectoral debt",),
        "1a": ("sectoral debt",),
        "2": ("correspondent account",),
        "3": ("sectoral debt", "sectoral equity"),
        "4": ("other",),
    },
}
"""What the directives under the two executive orders forbid; of the first one's fourth, oil."""

_RANK = ("SDN", "SSI", "CMIC", "NS-MBS List", "FSE", "PLC", "CAP")
"""Of entries under one number the first one's source has the number alone for its id."""

_DETAILS = {
    "source": "source",
    "title": "title",
    "end_date": "end date",
    "standard_order": "standard order",
    "license_requirement": "license requirement",
    "license_policy": "license policy",
    "vessel_type": "vessel type",
    "gross_tonnage": "gross tonnage",
    "gross_registered_tonnage": "gross registered tonnage",
    "vessel_owner": "vessel owner",
    "source_list_url": "source list url",
    "source_information_url": "source information url",
}
_SOURCE = re.compile(r".*\(([^()]+)\).*")
_CODE = re.compile(r"[A-Z]{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Row = dict[str, str]


def recognises(head: bytes) -> bool:
    """Tell a file by the columns that its header row names."""
    lines = head.decode("utf-8-sig", errors="replace").splitlines()[:1]
    try:
        columns = next(csv.reader(lines), [])
    except csv.Error:
        return False
    return set(columns) >= _MARKS


def read(stream: ByteStream, problems: list[Problem]) -> Records:
    """Yield the list's header, then its listings in file order."""
    rows = list(_rows(stream, problems))
    ids = _Ids([row for _, row in rows])
    yield ListHeader("us-csl", "us", FORM, "")
    for line, row in rows:
        yield _Entry(row, line, Noted(stream.name, line, problems)).listing(ids.of(row))


def _rows(stream: ByteStream, problems: list[Problem]) -> Iterator[tuple[int, Row]]:
    records = Delimited(whole_lines(stream, problems), stream.name)
    columns = next(records, [])
    missing = sorted(_NEEDED.difference(columns))
    if missing:
        raise UnreadableFile(
            f"{stream.name}, line 1: the columns {', '.join(missing)} are not there, expected "
            "those of the Consolidated Screening List. Fetch the file again; nothing was changed."
        )
    for cells in records:
        noted = Noted(stream.name, records.last, problems)
        if cells == columns:
            noted.problem("repeats the header; it was left out")
        elif len(cells) == len(columns):
            yield records.last, dict(zip(columns, cells, strict=True))
        elif any(cell.strip() for cell in cells):
            noted.problem(f"has {len(cells)} fields, expected {len(columns)}; it was left out")


def _source(row: Row) -> str:
    """Return the short name of the list that the entry is from (SDN, EL)."""
    match = _SOURCE.fullmatch(row["source"])
    return match[1] if match else tidy(row["source"])


class _Ids:
    """Ids that stand for one entry each, whatever the order of the rows."""

    def __init__(self, rows: list[Row]) -> None:
        self._named = Counter(self._name(row) for row in rows)
        self._first: dict[str, str] = {}
        for row in sorted(rows, key=self._rank, reverse=True):
            self._first[row["entity_number"].strip()] = _source(row)

    def of(self, row: Row) -> str:
        """Return the id of an entry."""
        number, source = row["entity_number"].strip(), _source(row)
        if number:
            also = "" if self._first[number] == source else f"-{source.split()[0].lower()}"
            return f"us:csl-{number}{also}"
        name = self._name(row)
        if self._named[name] == 1:
            return f"us:csl-{stand_in(*name)}"
        more = (row[column] for column in ("start_date", "addresses", "federal_register_notice"))
        return f"us:csl-{stand_in(*name, *map(tidy, more))}"

    @staticmethod
    def _name(row: Row) -> tuple[str, str]:
        return _source(row), tidy(row["name"]).casefold()

    @staticmethod
    def _rank(row: Row) -> tuple[int, str]:
        source = _source(row)
        return (_RANK.index(source) if source in _RANK else len(_RANK)), source


def values(cell: str) -> list[str]:
    """Part a cell at its semicolons, but for those inside brackets."""
    parts: list[str] = []
    is_open = False
    for piece in cell.split("; "):
        if is_open:
            parts[-1] += "; " + piece
        else:
            parts.append(piece)
        is_open = parts[-1].count("(") > parts[-1].count(")") and cell.count("(") == cell.count(")")
    return [text for part in parts if (text := tidy(part))]


def _id_items(cell: str) -> Iterator[Item]:
    """Yield the items of an `ids` cell, in whichever of its two orders it is written.

    A piece with no label where the cell's labels stand is a part of a text of its neighbour.
    """
    pieces = [piece for piece in cell.split("; ") if piece.strip()]
    if not pieces:
        return
    if label_of(_first(pieces[0])):
        for text in _joined(pieces, [bool(label_of(_first(piece))) for piece in pieces]):
            label = _first(text)
            yield Item(label_of(label), text[len(label) + 2 :].strip(), text)
    else:
        # A piece begins a text where the one before it ended in a label.
        ends = [True, *(bool(label_of(_last(piece))) for piece in pieces[:-1])]
        for text in _joined(pieces, ends):
            label = _last(text)
            yield Item(label_of(label), text[: -len(label) - 2].strip(), text)


def _first(piece: str) -> str:
    return piece.split(", ", 1)[0].strip()


def _last(piece: str) -> str:
    return piece.rsplit(", ", 1)[-1].strip()


def _joined(pieces: list[str], begins: list[bool]) -> list[str]:
    """Append the pieces that begin nothing to the one before them."""
    parts: list[str] = []
    for piece, begin in zip(pieces, begins, strict=True):
        if begin or not parts:
            parts.append(piece)
        else:
            parts[-1] += "; " + piece
    return parts


class _Entry:
    """One row on its way to a `Listing`."""

    def __init__(self, row: Row, line: int, noted: Noted) -> None:
        self._row = row
        self._line = line
        self._noted = noted
        self._problem = noted.problem
        self._dates: list[Detail] = []

    def listing(self, listing_id: str) -> Listing:
        """Return the whole entry; what could not be read is a problem beside it."""
        said = facts_of([*self._items()])
        for flaw in said.flaws:
            self._problem(flaw.replace("Remarks", "the row"))
        acts = notices(self._text("federal_register_notice"))
        note_undated(acts, self._noted)
        listed = self._day("start_date")
        return Listing(
            listing_id=listing_id,
            regime="us",
            reference=self._text("entity_number") or self._text("_id"),
            kind=self._kind(),
            names=tuple(dict.fromkeys(self._names())),
            listed_on=listed or oldest(acts),
            listed_basis="at the latest" if not listed and oldest(acts) else "",
            programmes=tuple(dict.fromkeys(values(self._row["programs"]))),
            element=f"line {self._line}",
            births=tuple(dict.fromkeys(said.births)),
            countries=tuple(dict.fromkeys((*self._flag(), *said.countries))),
            identifiers=tuple(dict.fromkeys((*self._call_sign(), *said.identifiers))),
            wallets=tuple(dict.fromkeys(said.wallets)),
            gender=said.gender,
            remarks=self._text("remarks"),
            addresses=tuple(dict.fromkeys((*self._addresses(), *said.addresses))),
            measures=tuple(dict.fromkeys(self._measures(said))),
            acts=acts,
            relations=linked_to(self._text("remarks")),
            details=tuple(dict.fromkeys((*self._details(), *said.details, *self._dates))),
        )

    def _text(self, column: str) -> str:
        return tidy(self._row.get(column, ""))

    def _day(self, column: str) -> str:
        text = self._text(column)
        day = parse_date(text)
        if day is not None and day.precision == "day":
            return day.earliest
        if text:
            self._problem(f"{column} '{text}' is not a day")
        return ""

    def _kind(self) -> str:
        written = self._text("type")
        if written.lower() not in _KIND:
            self._problem(f"type '{written}' is not known; read as an entity")
        return _KIND.get(written.lower(), "entity")

    def _names(self) -> Iterator[Name]:
        if name := self._text("name"):
            yield Name(name, "primary", "", script_of(name))
        else:
            self._problem("has no name")
        for alias in values(self._row["alt_names"]):
            yield Name(alias, "alias", "", script_of(alias))

    def _items(self) -> Iterator[Item]:
        columns = {"dates_of_birth": "DOB", "places_of_birth": "POB", "nationalities":
                   "nationality", "citizenships": "citizen"}  # fmt: skip
        for column, label in columns.items():
            yield from (Item(label, text, text) for text in values(self._row[column]))
        for item in _id_items(self._row["ids"]):
            if not item.label:
                self._problem(f"'{item.written}' in ids has no label; it is kept as text")
            yield self._document(item) if item.label in DOCUMENTS else item

    def _document(self, item: Item) -> Item:
        """Write a document as OFAC's Remarks do: its number, then its country in brackets."""
        fields = item.value.split(", ")
        days = [text for text in fields if _DAY.fullmatch(text)] if len(fields) > 1 else []
        rest = [text for text in fields if text not in days]
        codes = [text for text in (rest[0], rest[-1]) if _CODE.fullmatch(text)]
        country = next((code for code in codes if len(rest) > 1 and country_code(code)), "")
        if country:
            rest.pop(0 if rest[0] == country else -1)
        number = ", ".join(rest)
        if days:
            self._dates.append(Detail("document date", f"{item.label} {number}: {', '.join(days)}"))
        return Item(item.label, f"{number} ({country})" if country else number, item.written)

    def _flag(self) -> Iterator[Country]:
        if flag := self._text("vessel_flag"):
            yield Country("flag", country_code(flag), flag)

    def _call_sign(self) -> Iterator[Identifier]:
        if sign := self._text("call_sign"):
            yield Identifier("Vessel Call Sign", sign)

    def _addresses(self) -> Iterator[Address]:
        for written in values(self._row["addresses"]):
            place, _, country = written.rpartition(", ")
            if _CODE.fullmatch(country) and country_code(country):
                yield Address("address", place, country_code(country), country)
            else:
                yield Address("address", written)

    def _measures(self, said: RemarkFacts) -> Iterator[Measure]:
        source = _source(self._row)
        found = [*_directives(said)] if source == "SSI" else []
        yield from found or [Measure(_MEASURE.get(source, "other"), self._text("source"))]

    def _details(self) -> Iterator[Detail]:
        for column, kind in _DETAILS.items():
            if text := self._text(column):
                yield Detail(kind, text)


def _directives(said: RemarkFacts) -> Iterator[Measure]:
    """Yield what the directives forbid that an entry names."""
    for detail in said.details:
        match = _DIRECTIVE.fullmatch(detail.text)
        order = next((order for order in _DIRECTIVES if order in detail.kind), "")
        if match and order:
            kinds = _DIRECTIVES[order].get(match[1], ("other",))
            yield from (Measure(kind, detail.text) for kind in kinds)
