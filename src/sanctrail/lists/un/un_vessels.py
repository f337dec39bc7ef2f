"""The UN 1718 Designated Vessels List, from an HTML conversion of the committee's PDF.

The committee publishes the list as a PDF; it is in no XML. What is read here is a third party's
conversion of that PDF to HTML tables, one a page (title "... 1718 Designated Vessels List 4 June
2020.docx"), so the PDF stays the authority. A vessel is a group of rows: the first holds its
names, IMO number, day of designation and a Yes or na for each of five measures; below stand rows
of a word and a value (Flag, Call Sign, Type, Other information). Which cell spans which rows, and
in which row the running number stands, differs from page to page, so rows are told by what their
filled cells hold. A vessel designated twice has a second date with the measures of that day.

The list numbers a vessel's names, flags, call signs and MMSIs without saying which is the present
one: the first name is the primary one here, the others are aliases, and all flags are flags.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from lxml import etree, html

from sanctrail.errors import Problem, UnreadableFile, UnsafeFile
from sanctrail.lists.reading.imo import is_ship_number
from sanctrail.lists.reading.prose import stand_in
from sanctrail.lists.reading.xml import Element
from sanctrail.lists.records import (
    Country,
    Detail,
    Identifier,
    ListHeader,
    Listing,
    Measure,
    Name,
    Relation,
)
from sanctrail.lists.source import ByteStream, Records
from sanctrail.text.countries import country_code
from sanctrail.text.dates import parse_date
from sanctrail.text.fold import script_of, tidy

FORM = "un-vessels-html"
MAX_SIZE = 16 << 20
"""Bytes that such a file may have; the held one has 335,384."""

_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE
)
_TITLE = re.compile(rb"<title>[^<]*1718\s+Designated\s+Vessels\s+List[^<]*</title>", re.IGNORECASE)
_COLUMNS = (b"IMO", b"designation", b"2321")
_LIST_DATE = re.compile(r"Vessels List\D*?(\d{1,2}\s+[A-Z][a-z]+\s+\d{4})")
_MEASURES = 5
_DAY = re.compile(r"(\d{1,2})[- ]([A-Z][a-z]{2,8})[- ](\d{4}|\d{2})")
_IMO = re.compile(r"(?:IMO\s*:?\s*)?([0-9]{7})\b")
_MMSI = re.compile(r"MMSI\s*:?\s*(.*)")
_NUMBER = re.compile(r"\d{1,3}")
_NOT_AVAILABLE = frozenset({"", "na", "n/a", "n.a."})
_FREEZE = re.compile(r"8\s*\(d\)|economic resource", re.IGNORECASE)
_RESOURCE_OF = re.compile(r"economic resources? .*\b(?:of|by)\b", re.IGNORECASE)
_REFERENCE = re.compile(r"\s*\([A-Z][A-Za-z][ie]\.\d+\)")

_Fact = Country | Identifier | Relation | Detail


def recognises(head: bytes) -> bool:
    """Tell whether this is the list as HTML: by its title and by columns that no other page has."""
    return (
        _HTML.match(head) is not None
        and _TITLE.search(head) is not None
        and all(column in head for column in _COLUMNS)
    )


def read(stream: ByteStream, problems: list[Problem]) -> Records:
    """Yield the list's header, then its vessels in file order."""
    page = _page(stream, problems)
    title = tidy("".join(page.xpath("//title//text()")))
    written = _LIST_DATE.search(title) or _LIST_DATE.search(_cell_text(page)[:5000])
    day = parse_date(tidy(written[1])) if written else None
    yield ListHeader("un-1718-vessels", "un", FORM, day.earliest if day else "")
    rows = [_Row(cells) for row in page.iter("tr") if any(cells := _cells(row))]
    measures = _measure_columns(rows, stream.name)
    vessels = _vessels(rows, stream.name, problems)
    if not vessels:
        raise UnreadableFile(
            f"{stream.name}: no row of the tables holds a vessel and its IMO number. Fetch the "
            "file again; nothing was changed."
        )
    read_numbers: set[str] = set()
    for place, vessel in enumerate(vessels, start=1):
        listing = vessel.listing(place, measures)
        read_numbers.add(listing.reference)
        yield listing
    _tell_unread(page, read_numbers, stream.name, problems)


def _tell_unread(page: Element, known: set[str], name: str, problems: list[Problem]) -> None:
    """Tell of a ship's number that stands alone and is no vessel's: a row ran into another."""
    for text in page.itertext():
        found = _IMO.match(text.strip())
        if found and found[1] not in known and is_ship_number(found[1]):
            known.add(found[1])
            message = "stands in the page, but no vessel could be read from its row"
            problems.append(Problem(name, f"IMO {found[1]}", message))


def _page(stream: ByteStream, problems: list[Problem]) -> Element:
    """Return the page; HTML parsers heal what breaks off, so its end must be there."""
    data = _bytes(stream)
    if not data.rstrip().lower().endswith(b"</html>"):
        raise UnreadableFile(
            f"{stream.name}: the page breaks off after {len(data):,} bytes, expected </html> at "
            "its end. Fetch the file again; nothing was changed."
        )
    try:
        data.decode()
    except UnicodeDecodeError as error:
        problems.append(Problem(stream.name, f"byte {error.start:,}", "is not UTF-8; replaced"))
        data = data.decode(errors="replace").encode()
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        page = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise UnreadableFile(
            f"{stream.name}: the page cannot be read as HTML ({tidy(str(error))}). Fetch it again; "
            "nothing was changed."
        ) from error
    for line_break in page.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return page


def _bytes(stream: ByteStream) -> bytes:
    data = b""
    while more := stream.read(1 << 20):
        data += more
        if len(data) > MAX_SIZE:
            raise UnsafeFile(
                f"{stream.name}: holds more than {MAX_SIZE:,} bytes, no such list does. Refused."
            )
    return data


def _cells(row: Element) -> tuple[str, ...]:
    return tuple(_cell_text(cell) for cell in row.iterchildren("td", "th"))


def _cell_text(cell: Element) -> str:
    """Return a cell's paragraphs as one line."""
    paragraphs = [paragraph.text_content() for paragraph in cell.iter("p")]
    return tidy(" ".join(paragraphs) if paragraphs else cell.text_content())


class _Row:
    """What the filled cells of a row say: number, name and IMO or word and value, day, measures."""

    def __init__(self, cells: tuple[str, ...]) -> None:
        filled = [cell for cell in cells if cell]
        self.number = filled.pop(0) if filled and _NUMBER.fullmatch(filled[0]) else ""
        place = next((i for i, cell in enumerate(filled) if _DAY.fullmatch(cell)), len(filled))
        self.said = filled[:place]
        self.day = filled[place] if place < len(filled) else ""
        self.marks = filled[place + 1 :]
        self.text = " | ".join(filled)

    @property
    def starts_vessel(self) -> bool:
        named = bool(self.said) and re.match(r"1\s*[:.]\s*\S", self.said[0]) is not None
        return named or (len(self.said) > 1 and _IMO.match(self.said[1]) is not None)


def _measure_columns(rows: list[_Row], name: str) -> tuple[str, ...]:
    """Return the wording of the five columns of measures, above the first vessel."""
    for row in rows:
        if row.starts_vessel:
            break
        if len(row.said) == _MEASURES and any("2321" in cell for cell in row.said):
            return tuple(row.said)
    raise UnreadableFile(
        f"{name}: the heads of the {_MEASURES} columns of measures are not above the first vessel, "
        "so it cannot be told what was imposed. Fetch the file again; nothing was changed."
    )


def _vessels(rows: list[_Row], name: str, problems: list[Problem]) -> "list[_Vessel]":
    vessels: list[_Vessel] = []
    for row in rows:
        if row.starts_vessel:
            vessels.append(_Vessel(name, problems))
        if vessels and not _is_head(row):
            vessels[-1].rows.append(row)
    return vessels


def _is_head(row: _Row) -> bool:
    """Tell whether a row repeats the head of the table, as the head of a later page would."""
    return row.text.startswith(("#", "1718 Designated Vessels List", "Paragraph 8"))


@dataclass(slots=True)
class _Vessel:
    """The rows of one vessel on their way to a `Listing`."""

    source: str
    problems: list[Problem]
    rows: list[_Row] = field(default_factory=list)
    where: str = ""

    def listing(self, place: int, measures: tuple[str, ...]) -> Listing:
        """Return the whole vessel; `place` is the running number that it should have."""
        first = self.rows[0]
        texts = _numbered(first.said[0])
        found = _IMO.match(first.said[1]) if len(first.said) > 1 else None
        imo = found[1] if found else ""
        self.where = f"vessel {place}, {f'IMO {imo}' if imo else texts[0]}"
        self._check_number(place)
        digest = stand_in(*texts)
        facts: list[_Fact] = [*self._identifiers(first.said[1:], imo), *self._facts()]
        columns = self._imposed(measures)
        facts += [_resource_of(column) for column in columns if _RESOURCE_OF.match(column)]
        days = sorted(set(self._days()))
        return Listing(
            listing_id=f"un:imo{imo}" if imo else f"un:{digest}",
            regime="un",
            reference=imo,
            kind="vessel",
            names=_names(texts),
            listed_on=days[0] if days else "",
            programmes=("DPRK",),
            element=self.where,
            identifiers=tuple(fact for fact in facts if isinstance(fact, Identifier)),
            countries=tuple(fact for fact in facts if isinstance(fact, Country)),
            measures=tuple(Measure(_measure_kind(column), column) for column in columns),
            relations=tuple(fact for fact in facts if isinstance(fact, Relation)),
            details=tuple(fact for fact in facts if isinstance(fact, Detail)),
            amended_on=tuple(days[1:]),
        )

    def _problem(self, message: str) -> None:
        self.problems.append(Problem(self.source, self.where, message))

    def _check_number(self, place: int) -> None:
        """Tell of a gap in the running numbers: it would mean a vessel that was not seen."""
        numbers = [row.number for row in self.rows if row.number]
        if numbers != [str(place)]:
            found = " and ".join(numbers) or "no number"
            self._problem(f"stands at place {place} of the list but has {found} beside it")

    def _identifiers(self, said: list[str], imo: str) -> Iterator[Identifier]:
        text = " ".join(said)
        if not imo:
            self._problem(f"has no IMO number but '{text}'; its id is a digest of its names")
        else:
            yield Identifier("IMO", imo)
            if not is_ship_number(imo):
                self._problem(f"IMO number {imo} has a wrong check digit; it is kept")
        mmsi = _MMSI.search(text)
        for number in _numbered(mmsi[1]) if mmsi else ():
            yield Identifier("MMSI", number)

    def _days(self) -> Iterator[str]:
        for row in self.rows:
            if not (found := _DAY.fullmatch(row.day)):
                continue
            year = found[3] if len(found[3]) == 4 else f"20{found[3]}"  # noqa: PLR2004
            day = parse_date(f"{found[1]} {found[2]} {year}")
            if day is None:
                self._problem(f"day of designation '{row.day}' is no day")
            else:
                yield day.earliest
        if not any(row.day for row in self.rows):
            self._problem("has no day of designation")

    def _imposed(self, measures: tuple[str, ...]) -> list[str]:
        """Return the columns that some day's marks say Yes in, in the order of the columns."""
        imposed = set()
        for row in (row for row in self.rows if row.day):
            marks = [mark.lower() for mark in row.marks]
            if len(marks) == len(measures) and {*marks} <= {"yes", "no", *_NOT_AVAILABLE}:
                imposed |= {number for number, mark in enumerate(marks) if mark == "yes"}
            else:
                self._problem(
                    f"of {row.day}: expected {len(measures)} times Yes or na, found "
                    f"'{' '.join(row.marks)}'; these measures are not read"
                )
        return [measures[number] for number in sorted(imposed)]

    def _facts(self) -> Iterator[_Fact]:
        for row in self.rows[1:]:
            if not row.said:
                if row.text and not row.day:
                    self._problem(f"has a row that says nothing to its reader: {row.text}")
                continue
            word, value = row.said[0], " ".join(row.said[1:])
            if len(row.said) == 1:
                self._problem(f"'{word}' stands alone, expected a word and its value")
            elif value.lower() not in _NOT_AVAILABLE:
                yield from _fact(word, value)


def _names(texts: list[str]) -> tuple[Name, ...]:
    kinds = ("primary", *["alias"] * (len(texts) - 1))
    return tuple(
        Name(text, kind, script=script_of(text)) for text, kind in zip(texts, kinds, strict=True)
    )


def _fact(word: str, value: str) -> Iterator[_Fact]:
    match word.lower():
        case "flag":
            for flag in _numbered(value):
                yield Country("flag", country_code(flag), flag)
        case "call sign":
            for sign in _numbered(value):
                yield Identifier(word, sign)
        case "picture link":
            yield Detail("picture link", "".join(value.split()))
        case lowered if _RESOURCE_OF.search(lowered):
            name = _REFERENCE.sub("", value)
            yield Relation("linked to", "", name, f"{word} {value}")
        case lowered:
            yield Detail(lowered, value)


def _measure_kind(column: str) -> str:
    return "asset freeze" if _FREEZE.search(column) else "vessel measure"


def _resource_of(column: str) -> Relation:
    """Return the tie that a column states: whose economic resource each vessel marked in it is."""
    name = _REFERENCE.sub("", _RESOURCE_OF.sub("", column)).strip()
    return Relation("linked to", "", name, column)


def _numbered(text: str) -> list[str]:
    """Return the items of "1: ... 2: ..." in order; else the text as the only one."""
    items, rest = [], text
    for number in count(1):
        parts = re.split(rf"(?:^|(?<=\s)){number}\s*[:.]\s*(?=\S)", rest, maxsplit=1)
        if len(parts) == 1:
            break
        items.append(parts[0])
        rest = parts[1]
    return [item for item in (part.strip() for part in [*items, rest]) if item]
