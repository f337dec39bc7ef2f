"""OFAC's CSV files: sdn, alt, add and sdn_comments, and the same four of the non-SDN list.

None has a header or a date; what a file is shows in its fields (OFAC's dat_spec.txt). Null is
`-0- `, several programmes stand as `DPRK3] [CYBER2`, and the files end in the byte 0x1A, which is
the only sign that they are whole. Remarks hold all that has no column and are cut at exactly
1000 characters; the comments file has the rest, to be appended with nothing between.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePosixPath

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.delimited import Records as Delimited
from sanctrail.ground.inputs import InputStream
from sanctrail.lists.records import Address, Country, Detail, Identifier, ListHeader, Listing, Name
from sanctrail.lists.source import Records
from sanctrail.lists.us import ofac_remarks
from sanctrail.text.countries import country_code
from sanctrail.text.fold import script_of, tidy

PARTS = ("sdn", "alt", "add", "comments")

NULL = "-0-"
END_MARK = b"\x1a"
REMARKS_LENGTH = 1000
_FIELDS = {"sdn": 12, "alt": 5, "add": 6, "comments": 2}
_KIND = {"": "entity", "individual": "person", "vessel": "vessel", "aircraft": "aircraft"}
_ALIAS_KIND = {"aka": "alias", "fka": "former", "nka": "alias"}
_SPILLED = re.compile(r";|\.$|\)")
_NON_SDN = frozenset(
    {"NS-PLC", "NS-MBS", "NS-CMIC", "CMIC-EO13959", "UKRAINE-EO13662", "RUSSIA-EO14024",
     "561-Related", "561LIST", "FSE-IR", "FSE-SY", "FSE-WMD", "13599"}
)  # fmt: skip
_NON_SDN_ONLY = _NON_SDN - {"RUSSIA-EO14024", "UKRAINE-EO13662"}
"""Programmes of the non-SDN lists; the first two of them are also on the SDN list."""


def part_of(name: str, head: bytes) -> tuple[str, str] | None:
    """Tell the list and the part of it that a file is, by its first rows; None if it is neither.

    A list's id shows in the file's name (`cons_`) or in the programmes; alt, add and comments
    name no programme.
    """
    rows = _head_rows(head)
    base = PurePosixPath(name).name.lower()
    part = _part_of_rows(rows, base)
    if part is None:
        return None
    non_sdn = base.startswith("cons") or (part == "sdn" and _is_non_sdn(rows))
    return ("us-cons" if non_sdn else "us-sdn"), part


def read(parts: Mapping[str, InputStream], list_id: str, problems: list[Problem]) -> Records:
    """Yield the header of the list that the parts make together, then its listings."""
    if "sdn" not in parts:
        found = " and ".join(parts[part].name for part in PARTS if part in parts)
        raise UnreadableFile(
            f"{found}: these are parts of an OFAC list that name nobody without its main file, "
            "expected sdn.csv (cons_prim.csv) of the same day beside them. Give them together; "
            "nothing was changed."
        )
    file = _File(parts, problems)
    yield ListHeader(list_id, "us", _form(parts), "")
    yield from file.listings()


def _form(parts: Mapping[str, InputStream]) -> str:
    with_names, with_places = "alt" in parts, "add" in parts
    if with_names and with_places:
        return "ofac-csv"
    return "ofac-csv-sdn" + ("-alt" if with_names else "-add" if with_places else "")


def _head_rows(head: bytes) -> list[list[str]]:
    """Return the rows of a file's head that are whole; the last one may be cut."""
    lines = head.decode("utf-8-sig", errors="replace").splitlines(keepends=True)
    try:
        rows = list(csv.reader(lines[:400]))
    except csv.Error:
        return []
    return rows[:-1] if len(rows) > 1 and len(lines) <= 400 else rows  # noqa: PLR2004


def _part_of_rows(rows: list[list[str]], base: str) -> str | None:
    if not rows or not _is_number(rows[0][:1]):
        return None
    same = [row for row in rows if len(row) == len(rows[0]) and _is_number(row[:1])]
    match len(rows[0]):
        case 12 if any(_plain(row[2]).lower() in _KIND for row in same):
            return "sdn"
        case 5 if _plain(rows[0][2]).lower() in _ALIAS_KIND:
            return "alt"
        case 6 if _is_number(rows[0][1:2]):
            return "add"
        case 2 if "comment" in base or all(_SPILLED.search(row[1].strip()) for row in same):
            return "comments"
    return None


def _is_number(cells: list[str]) -> bool:
    return bool(cells) and cells[0].strip().isascii() and cells[0].strip().isdigit()


def _is_non_sdn(rows: list[list[str]]) -> bool:
    """Tell whether most rows name a programme of the non-SDN lists, and some only of these."""
    named = [_programmes(row[3]) for row in rows if len(row) == _FIELDS["sdn"]]
    many = sum(not _NON_SDN.isdisjoint(programmes) for programmes in named)
    own = sum(not _NON_SDN_ONLY.isdisjoint(programmes) for programmes in named)
    return own > 0 and many * 2 > len(named)


def _programmes(cell: str) -> tuple[str, ...]:
    codes = (code.strip(" []") for code in _plain(cell).split("] ["))
    return tuple(dict.fromkeys(filter(None, codes)))


def _plain(cell: str) -> str:
    """Return a cell's text, empty where it is null."""
    text = tidy(cell)
    return "" if text == NULL else text


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of one part; `cells` are as written."""

    cells: tuple[str, ...]
    line: int

    @property
    def party(self) -> str:
        """The number of the party that the row is of."""
        return self.cells[0].strip()

    @property
    def where(self) -> str:
        return f"line {self.line}, ent_num {self.party}"

    def text(self, number: int) -> str:
        """Return the text of a cell, empty where it is null."""
        return _plain(self.cells[number])


class _Part:
    """One file of the set; whatever is no row of it is a problem."""

    def __init__(self, part: str, stream: InputStream, problems: list[Problem]) -> None:
        self.name = stream.name
        self._fields = _FIELDS[part]
        self._problems = problems
        self._text = self._decoded(self._unmarked(stream.read()))

    def problem(self, where: str, message: str) -> None:
        """Note a problem at a place in the file."""
        self._problems.append(Problem(self.name, where, message))

    def rows(self) -> Iterator[_Row]:
        """Yield the rows that have all their fields."""
        begun, records = 1, Delimited(io.StringIO(self._text, newline=""), self.name)
        for cells in records:
            row = _Row(tuple(cells), begun)
            begun = records.last + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) == self._fields and _is_number(cells):
                yield self._without_broken_null(row)
            else:
                message = f"is no row of {self._fields} fields that begins with a number"
                self.problem(f"line {row.line}", f"{message}: '{tidy(','.join(cells))[:80]}'")

    def _without_broken_null(self, row: _Row) -> _Row:
        last = row.cells[-1].strip()
        if last not in ("-", "-0"):
            return row
        self.problem(row.where, f"ends in '{last}', a null that breaks off; read as null")
        return _Row((*row.cells[:-1], NULL), row.line)

    def _unmarked(self, data: bytes) -> bytes:
        """Cut the mark at the end, without which nobody can tell that the file is whole."""
        body = data.rstrip(b" \r\n")
        whole = body.endswith(END_MARK)
        body = body.rstrip(END_MARK) if whole else data
        if not whole:
            message = "lacks the byte 0x1A that ends OFAC's own file: a copy, or it breaks off here"
            self.problem("end of the file", message)
        if not body.endswith((b"\n", b"\r")):
            self.problem("last line", "has no line end: the file may break off in this row")
        return body

    def _decoded(self, data: bytes) -> str:
        data = data.removeprefix(b"\xef\xbb\xbf")
        if data.isascii():
            return data.decode("ascii")
        line = next(n for n, row in enumerate(data.split(b"\n"), 1) if not row.isascii())
        for encoding, called in (("utf-8", "UTF-8"), ("cp1252", "Windows-1252")):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            self.problem(f"line {line}", f"holds a byte that is not ASCII; file read as {called}")
            return text
        raise UnreadableFile(
            f"{self.name}, line {line}: the bytes are neither ASCII, UTF-8 nor Windows-1252 text, "
            "expected OFAC's CSV in ASCII. Fetch the file again; nothing was changed."
        )


@dataclass(slots=True)
class _Gathered:
    """What is said of one party by the rows of its names, its places and the rest of Remarks."""

    alt: list[_Row] = field(default_factory=list)
    add: list[_Row] = field(default_factory=list)
    comments: list[_Row] = field(default_factory=list)


class _File:
    """The parts of one list, joined by the party's number."""

    def __init__(self, parts: Mapping[str, InputStream], problems: list[Problem]) -> None:
        self._parts = {part: _Part(part, parts[part], problems) for part in PARTS if part in parts}
        self._of: dict[str, _Gathered] = defaultdict(_Gathered)
        for part in PARTS[1:]:
            if part in self._parts:
                for row in self._parts[part].rows():
                    getattr(self._of[row.party], part).append(row)

    def listings(self) -> Iterator[Listing]:
        """Yield the parties, and note the rows of the other parts that belong to none."""
        met = set()
        for row in self._parts["sdn"].rows():
            met.add(row.party)
            yield _Party(self, row, self._of.get(row.party, _Gathered())).listing()
        main = self._parts["sdn"].name
        for party in (party for party in self._of if party not in met):
            for part in PARTS[1:]:
                for row in getattr(self._of[party], part):
                    self.problem(part, row.where, f"is of a party that is not in {main}")

    def problem(self, part: str, where: str, message: str) -> None:
        """Note a problem at a place in one of the parts."""
        self._parts[part].problem(where, message)

    def has(self, part: str) -> bool:
        """Tell whether that part was given."""
        return part in self._parts


class _Party:
    """One row of sdn, with what the other parts say of it, on its way to a `Listing`."""

    def __init__(self, file: _File, row: _Row, gathered: _Gathered) -> None:
        self._file = file
        self._row = row
        self._gathered = gathered

    def listing(self) -> Listing:
        """Return the whole entry; what could not be read is a problem beside it."""
        items, cut = self._remarks()
        said = ofac_remarks.facts_of(items)
        for flaw in said.flaws:
            self._problem("sdn", self._row, flaw)
        names = (*self._primary(), *self._aliases(), *said.names)
        if not names:
            self._problem("sdn", self._row, "has no name")
        return Listing(
            listing_id=f"us:{self._row.party}",
            regime="us",
            reference=self._row.party,
            kind=self._kind(),
            names=tuple(dict.fromkeys(names)),
            listed_on="",
            programmes=_programmes(self._row.cells[3]),
            element=self._row.where,
            births=tuple(dict.fromkeys(said.births)),
            countries=tuple(dict.fromkeys((*self._flag(), *said.countries))),
            identifiers=tuple(dict.fromkeys((*self._call_sign(), *said.identifiers))),
            wallets=tuple(dict.fromkeys(said.wallets)),
            gender=said.gender,
            addresses=tuple(dict.fromkeys((*self._addresses(), *said.addresses))),
            relations=tuple(dict.fromkeys(said.relations)),
            details=tuple(dict.fromkeys((*self._details(), *said.details))),
            cut=ofac_remarks.FACTS if cut else (),
        )

    def _problem(self, part: str, row: _Row, message: str) -> None:
        self._file.problem(part, row.where, message)

    def _kind(self) -> str:
        written = self._row.text(2)
        if written.lower() not in _KIND:
            self._problem("sdn", self._row, f"type '{written}' is not known; read as an entity")
        return _KIND.get(written.lower(), "entity")

    def _primary(self) -> Iterator[Name]:
        if text := self._row.text(1):
            yield Name(text, "primary", "strong", script_of(text))

    def _aliases(self) -> Iterator[Name]:
        for row in self._gathered.alt:
            written, text = row.text(2).lower(), row.text(3)
            if written not in _ALIAS_KIND:
                self._problem("alt", row, f"alias type '{written}' is not aka, fka or nka")
            if text:
                yield Name(text, _ALIAS_KIND.get(written, "alias"), "strong", script_of(text))
            else:
                self._problem("alt", row, "has no name")

    def _addresses(self) -> Iterator[Address]:
        for row in self._gathered.add:
            place, country = ", ".join(filter(None, (row.text(2), row.text(3)))), row.text(4)
            if place or country:
                yield Address("address", place, country_code(country), country)

    def _flag(self) -> Iterator[Country]:
        if flag := self._row.text(9):
            yield Country("flag", country_code(flag), flag)

    def _call_sign(self) -> Iterator[Identifier]:
        if sign := self._row.text(5):
            yield Identifier("Vessel Call Sign", sign)

    def _details(self) -> Iterator[Detail]:
        columns = {
            4: "title",
            6: "vessel type",
            7: "vessel tonnage",
            8: "vessel gross registered tonnage",
            10: "vessel owner",
        }
        own = ((kind, self._row.text(number)) for number, kind in columns.items())
        alias = (("alias remark", row.text(4)) for row in self._gathered.alt)
        place = (("address remark", row.text(5)) for row in self._gathered.add)
        yield from (Detail(kind, text) for kind, text in chain(own, alias, place) if text)

    def _remarks(self) -> tuple[list[ofac_remarks.Item], bool]:
        """Return the items of the whole Remarks, and whether their end is missing."""
        written = self._row.cells[11]
        text = "" if written.strip() == NULL else written
        rest = [row.cells[1] for row in self._gathered.comments if row.text(1)]
        if rest:
            if len(written) != REMARKS_LENGTH:
                message = "goes on with Remarks that are not cut; appended all the same"
                self._problem("comments", self._gathered.comments[0], message)
            text = "".join((text, *rest))
        items = [*ofac_remarks.items_of(text)] if text.strip() else []
        whole = self._file.has("comments") and text.rstrip().endswith(".")
        if len(written) != REMARKS_LENGTH or rest or whole:
            return items, False
        broken = items.pop().written
        message = f"Remarks are cut at {REMARKS_LENGTH} characters; left out the last '{broken}'"
        self._problem("sdn", self._row, message + ": the comments file has the rest")
        return items, True
