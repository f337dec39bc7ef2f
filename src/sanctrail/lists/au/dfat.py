"""Australia: the DFAT consolidated list (XLSX), in the layouts before and since 2025.

One row a name: `2` is the party under its primary name, `2a` and `2b` are its other names, each
with all the party's facts again and at times with facts that hold for that name only. So a party
is all rows of one number, wherever they stand, and its facts are those of all its rows. Since
2025 there are columns for the strength of an alias, the instrument, the IMO number and the four
measures; before, the list does not say what it obliges to. The workbook carries no date.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sanctrail.errors import Problem
from sanctrail.ground.sheets import Cell, Sheet
from sanctrail.lists.au.dfat_dates import births_of, listed_of
from sanctrail.lists.reading.gathered import Gathered
from sanctrail.lists.reading.imo import imo_identifier
from sanctrail.lists.reading.prose import UN_REFERENCE, lettered, stand_in
from sanctrail.lists.records import (
    Address,
    Country,
    Identifier,
    LegalAct,
    ListHeader,
    Listing,
    Measure,
    Name,
)
from sanctrail.lists.source import Records
from sanctrail.text.countries import country_code
from sanctrail.text.fold import fold, script_of, tidy

FORM = "dfat-xlsx"
FORM_2025 = "dfat-xlsx-2025"
"""With columns for the measures, the strength of an alias, the instrument and IMO numbers."""

_COLUMNS = {
    "reference": "reference",
    "name of individual or entity": "name",
    "name": "name",
    "type": "type",
    "name type": "name type",
    "alias strength": "strength",
    "date of birth": "birth",
    "place of birth": "birth place",
    "citizenship": "citizenship",
    "address": "address",
    "additional information": "information",
    "listing information": "listing",
    "instrument of designation": "instrument",
    "imo number": "imo",
    "committees": "committees",
    "control date": "control",
    "targeted financial sanction": "asset freeze",
    "targeted financial sanctions": "asset freeze",
    "travel ban": "travel ban",
    "arms embargo": "arms embargo",
    "maritime restriction": "vessel measure",
    "maritime restrictions": "vessel measure",
}
_NEEDED = frozenset({"reference", "name", "type", "name type", "committees"})
_MEASURES = ("asset freeze", "travel ban", "arms embargo", "vessel measure")
_TRUE, _FALSE = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0", ""})
_KINDS = {
    "individual": "person",
    "entity": "entity",
    "vessel": "vessel",
    "ship": "vessel",
    "aircraft": "aircraft",
}
_NAME_KINDS = {
    "primary name": "primary",
    "aka": "alias",
    "alias": "alias",
    "original script": "script",
    "formerly known as": "former",
    "fka": "former",
    "previously listed as": "former",
    "previous name": "former",
}
_STRENGTHS = {
    "": "",
    "strong": "strong",
    "good": "strong",
    "good quality": "strong",
    "high": "strong",
    "weak": "weak",
    "low": "weak",
    "low quality": "weak",
}
_NOT_GIVEN = frozenset({"", "na", "n/a", "unknown", "not available", "-"})
_HEADER_WITHIN = 10
_INSTRUMENT = re.compile(
    r"(?:Autonomous Sanctions|Charter of the United Nations)\b.*?"
    r"\b(?:Instrument|List|Listing|Declaration|Regulations?|Act(?!\s+\d{4}\s+List))\s+\d{4}(?:\s*\(No\.?\s*\d+\))?"
)
_REMARK = re.compile(r"^(.*?)\s*(\([^()]*\))?\s*\.?\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its number in the sheet, and its cells by the column's name."""

    number: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """Return a cell as text; what the list writes for "not given" is empty."""
        text = _text(self.cells.get(column, ""))
        return "" if text.lower() in _NOT_GIVEN else text


def recognises(sheets: tuple[Sheet, ...]) -> bool:
    """Tell by a header row with the columns that both layouts have."""
    return any(_header_row(sheet) is not None for sheet in sheets)


def read(sheets: tuple[Sheet, ...], name: str, problems: list[Problem]) -> Records:
    """Yield the header, then one listing a reference number, in the order of their first rows."""
    headers = [_header_row(sheet) for sheet in sheets]
    later = any(_has_measures(*pair) for pair in zip(sheets, headers, strict=True))
    yield ListHeader("au", "au", FORM_2025 if later else FORM, "")
    for sheet, header in zip(sheets, headers, strict=True):
        if header is not None:
            yield from _listings(sheet, header, name, problems)
        elif any(_text(cell) for row in sheet.rows for cell in row):
            message = "the sheet has not the list's columns and is not read"
            problems.append(Problem(name, f"sheet {sheet.name}", message))


def _header_row(sheet: Sheet) -> int | None:
    for number, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        if {_COLUMNS.get(_plain(cell), "") for cell in row} >= _NEEDED:
            return number
    return None


def _has_measures(sheet: Sheet, header: int | None) -> bool:
    columns = () if header is None else sheet.rows[header]
    return any(_COLUMNS.get(_plain(cell)) in _MEASURES for cell in columns)


def _listings(sheet: Sheet, header: int, name: str, problems: list[Problem]) -> Iterator[Listing]:
    titles = [_plain(cell) for cell in sheet.rows[header]]
    parties: dict[str, list[_Row]] = {}
    unknown: set[str] = set()
    for number, cells in enumerate(sheet.rows[header + 1 :], header + 2):
        row = _Row(number, _by_column(titles, cells))
        if not any(_text(cell) for cell in cells):
            continue
        for column in row.cells.keys() - set(_COLUMNS.values()) - unknown:
            unknown.add(column)
            message = f"column '{column}' is not one the list is known by; kept as a detail"
            problems.append(Problem(name, f"row {number}", message))
        parties.setdefault(_party(row), []).append(row)
    for key, rows in parties.items():
        where = "row " + ", ".join(str(row.number) for row in rows[:3])
        where += f" and {len(rows) - 3} more" if len(rows) > 3 else ""  # noqa: PLR2004
        yield _Entry(key, rows, Gathered(name, where, problems)).listing()


def _by_column(titles: list[str], cells: tuple[Cell, ...]) -> dict[str, Cell]:
    """Return the cells that hold something under their columns' names."""
    named = zip(titles, cells, strict=True)
    return {
        _COLUMNS.get(title, title or "without a title"): cell
        for title, cell in named
        if _text(cell)
    }


def _party(row: _Row) -> str:
    """Return the number that all rows of one party share; a digest where there is none."""
    match = re.match(r"\d+", row.text("reference"))
    if match:
        return match[0]
    return stand_in(row.text("reference"), fold(row.text("name")), row.text("committees"))


class _Entry:
    """All rows of one party on their way to a `Listing`."""

    def __init__(self, key: str, rows: list[_Row], found: Gathered) -> None:
        self._key = key
        self._rows = rows
        self._found = found
        primary = [row for row in rows if _name_kind(row) == "primary"]
        self._main = (primary or rows)[0]

    def listing(self) -> Listing:
        """Return the party; what could not be read is a problem beside it."""
        found, main = self._found, self._main
        self._check_reference()
        kind = self._kind()
        names = self._names()
        for row in self._rows:
            self._take(row, kind)
        for text, cell in {row.text("birth"): row.cells.get("birth") for row in self._rows}.items():
            self._take_births(cell, text)
        days = [listed_of(row.cells.get("listing", "")) for row in [main, *self._rows]]
        return Listing(
            listing_id=f"au:{self._key}",
            regime="au",
            reference=self._key,
            kind=kind,
            names=names,
            listed_on=next((day.on for day in days if day.on), ""),
            programmes=tuple(dict.fromkeys(filter(None, self._texts("committees")))),
            element=found.where,
            births=tuple(found.births),
            countries=tuple(found.countries),
            identifiers=tuple(found.identifiers),
            wallets=tuple(found.wallets),
            remarks=main.text("information"),
            addresses=tuple(found.addresses),
            measures=self._measures(),
            acts=tuple(dict.fromkeys(self._acts())),
            details=tuple(found.details),
            amended_on=tuple(sorted({day for one in days for day in one.amended})),
        )

    def _texts(self, column: str) -> list[str]:
        return [row.text(column) for row in [self._main, *self._rows]]

    def _check_reference(self) -> None:
        seen: dict[str, str] = {}
        for row in self._rows:
            reference = row.text("reference")
            if not re.fullmatch(r"\d+\s*[a-z]{0,2}\s*\d{0,3}", reference, re.IGNORECASE):
                self._found.problem(f"reference '{reference}' is not a number and letters")
            if reference in seen:
                self._found.problem(f"reference {reference} stands more than once; rows are joined")
            seen[reference] = row.text("name")

    def _kind(self) -> str:
        written = list(dict.fromkeys(_plain(text) for text in self._texts("type") if text))
        kind = _KINDS.get(written[0] if written else "")
        if kind is None or len(written) > 1:
            said = " and ".join(written) or "nothing"
            self._found.problem(f"type says {said}; read as {kind or 'an entity'}")
        return kind or "entity"

    def _names(self) -> tuple[Name, ...]:
        names: dict[Name, None] = {}
        primaries: set[str] = set()
        for row in self._rows:
            text, kind = row.text("name"), _name_kind(row)
            if not text:
                self._found.problem(f"row {row.number} has no name")
                continue
            if not kind:
                self._found.problem(f"name type '{row.text('name type')}' is not known; an alias")
            if kind == "primary":
                primaries.add(text)
                if len(primaries) > 1 and text != self._main.text("name"):
                    self._found.problem(f"a second primary name '{text}' is kept as an alias")
                    kind = "alias"
            names[Name(text, kind or "alias", self._strength(row), script_of(text))] = None
        if primaries or not names:
            return tuple(names)
        self._found.problem("no row holds a primary name")
        return tuple(names)

    def _strength(self, row: _Row) -> str:
        written = _plain(row.cells.get("strength", "")).removesuffix(" aka").removesuffix(" alias")
        if written in _NOT_GIVEN:
            return ""
        if written not in _STRENGTHS:
            self._found.problem(f"alias strength '{row.text('strength')}' is not known")
        return _STRENGTHS.get(written, "")

    def _take(self, row: _Row, kind: str) -> None:
        found = self._found
        for column, role in (("birth place", "birth"), ("address", "address")):
            for place in _answers(row.text(column)):
                found.addresses[address_of(place, role)] = None
        for written in _nationalities(row.text("citizenship")):
            found.countries[Country("citizenship", country_code(written), written)] = None
        self._take_imo(row.text("imo"))
        information = row.text("information")
        found.prose(information, kind)
        if reference := UN_REFERENCE.match(information):
            found.identifiers[Identifier("UN reference", reference[0])] = None
        if information != self._main.text("information"):
            found.detail("additional information", information)
        found.detail("listing information", row.text("listing"))
        found.detail("control date", row.text("control"))
        for column in row.cells.keys() - set(_COLUMNS.values()):
            found.detail(column, row.text(column))

    def _take_births(self, cell: Cell, text: str) -> None:
        if not text:
            return
        read_births = births_of(cell)
        self._found.births.update(dict.fromkeys(read_births.births))
        for calendar, written in read_births.others:
            self._found.detail(f"birth date ({calendar})", written)
        if read_births.left_over:
            self._found.detail("birth date as written", text)
            if re.search(r"\d", read_births.left_over) or not read_births.births:
                self._found.problem(f"date of birth is not read in full: {text}")

    def _take_imo(self, text: str) -> None:
        numbers = re.findall(r"(?<!\d)\d{7}(?!\d)", text)
        for number in numbers or filter(None, [text]):
            identifier, wrong = imo_identifier(number, "vessel")
            self._found.identifiers[identifier] = None
            if wrong:
                self._found.problem(wrong)

    def _measures(self) -> tuple[Measure, ...]:
        measures: dict[Measure, None] = {}
        for row in self._rows:
            for kind in _MEASURES:
                written = _plain(row.cells.get(kind, ""))
                if written in _TRUE:
                    measures[Measure(kind, _WORDS[kind])] = None
                elif written not in _FALSE and written not in _NOT_GIVEN:
                    self._found.problem(f"{_WORDS[kind]} says '{written}', expected true or false")
        return tuple(measures)

    def _acts(self) -> Iterator[LegalAct]:
        for row in self._rows:
            if instrument := row.text("instrument"):
                yield LegalAct(instrument)
            for match in _INSTRUMENT.finditer(row.text("listing")):
                yield LegalAct(match[0])


_WORDS = {
    "asset freeze": "targeted financial sanction",
    "travel ban": "travel ban",
    "arms embargo": "arms embargo",
    "vessel measure": "maritime restriction",
}


def _name_kind(row: _Row) -> str:
    return _NAME_KINDS.get(_plain(row.cells.get("name type", "")), "")


def address_of(place: str, role: str) -> Address:
    """Part a place from the country that it ends with; a remark in brackets stays in the text."""
    match = _REMARK.match(place)
    body, remark = (match[1], match[2] or "") if match else (place, "")
    rest, _, last = body.rpartition(",")
    last = last.strip()
    code = country_code(last)
    if not code:
        return Address(role, place)
    text = " ".join(filter(None, (rest.strip(" ,"), remark)))
    return Address(role, text, code, last)


def _answers(text: str) -> Iterator[str]:
    for answer in lettered(text):
        for part in re.split(r";(?![^()]*\))", answer):
            if part.strip().lower() not in _NOT_GIVEN:
                yield part.strip()


def _nationalities(text: str) -> Iterator[str]:
    for answer in _answers(text):
        parts = [part.strip() for part in re.split(r",|/|&|\band\b|\bor\b", answer)]
        if not country_code(answer) and all(country_code(part) for part in parts):
            yield from parts
        else:
            yield answer


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return tidy(str(cell))


def _plain(cell: Cell) -> str:
    return _text(cell).lower().replace(".", "").strip(" :*")
