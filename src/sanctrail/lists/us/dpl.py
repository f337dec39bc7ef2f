"""The Denied Persons List of the Bureau of Industry and Security (tab-separated text).

One row is one name at one address under one denial order; a party with several addresses has
several rows, and nothing in the file numbers them. So an id is a digest of the name and the day
the order takes effect, and of the address too where that alone would stand for several rows.
Days are month first. The list does not say whether a name is a person's or a company's.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.delimited import MAX_CELL
from sanctrail.ground.delimited import Records as Delimited
from sanctrail.lists.reading.prose import stand_in
from sanctrail.lists.records import (
    Address,
    Detail,
    LegalAct,
    ListHeader,
    Listing,
    Measure,
    Name,
)
from sanctrail.lists.source import ByteStream, Records, text_of_stream
from sanctrail.text.countries import country_code
from sanctrail.text.dates import date_range
from sanctrail.text.fold import script_of, tidy

FORM = "dpl-txt"
_COLUMNS = (
    "Name",
    "Street_Address",
    "City",
    "State",
    "Country",
    "Postal_Code",
    "Effective_Date",
    "Expiration_Date",
    "Standard_Order",
    "Last_Update",
    "Action",
    "FR_Citation",
)
_DETAILS = {"Expiration_Date": "expiration date", "Standard_Order": "standard order",
            "Action": "action"}  # fmt: skip
_MONTH_FIRST = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\d/])")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NEXT_NOTICE = re.compile(r"(?<![\d/])(?=\d{2,3}\.?\s*F\.?\s*R\b)")
_VOLUME = re.compile(r"(?:^|Vol\. )(\d{2,3})\b")
_FIRST_YEAR = 1936
"""The year of the Federal Register's volume 1; each year is a volume."""

Row = dict[str, str]


def recognises(head: bytes) -> bool:
    """Tell a file by its header row."""
    first = head.decode("utf-8-sig", errors="replace").splitlines()[:1]
    columns = [cell.strip().strip('"') for cell in first[0].split("\t")] if first else []
    return {"Name", "Effective_Date", "FR_Citation"} <= set(columns)


def read(stream: ByteStream, problems: list[Problem]) -> Records:
    """Yield the list's header, then its listings in file order."""
    rows = list(_rows(stream, problems))
    shared = Counter(_key(row) for _, row in rows)
    yield ListHeader("us-dpl", "us", FORM, "")
    for line, row in rows:
        yield _listing(row, line, _id_of(row, shared), Noted(stream.name, line, problems))


class Noted:
    """Notes problems of one row."""

    def __init__(self, source: str, line: int, problems: list[Problem]) -> None:
        self._source = source
        self._line = line
        self._problems = problems

    def problem(self, message: str) -> None:
        """Note a problem of the row."""
        self._problems.append(Problem(self._source, f"line {self._line}", message))


def month_first(text: str) -> str:
    """Return the ISO day of `06/19/2003`; empty where the text is not such a day."""
    match = _MONTH_FIRST.fullmatch(text.strip())
    found = date_range(int(match[3]), int(match[1]), int(match[2])) if match else None
    return found.earliest if found else ""


def notices(text: str) -> tuple[LegalAct, ...]:
    """Return the Federal Register notices that a citation names, each with its day if it has one.

    `68 F.R. 38290 6/27/03 71 F.R. 38843 7/10/06` are two. Years of two digits take the century
    of the volume.
    """
    pieces = (tidy(piece).strip(" ,;") for piece in _NEXT_NOTICE.split(text))
    acts = (_notice(piece.removesuffix(" and")) for piece in pieces if piece)
    return tuple(dict.fromkeys(acts))


def oldest(acts: Sequence[LegalAct]) -> str:
    """Return the oldest day of legal acts, empty if none has one."""
    return min((act.date for act in acts if act.date), default="")


def whole_lines(stream: ByteStream, problems: list[Problem]) -> Iterator[str]:
    """Yield the lines that end; a last one that does not is left out, for the file breaks off.

    A file that breaks off between two lines cannot be told from a whole one.
    """
    number, line = 0, "\n"
    lines = text_of_stream(stream)
    try:
        while line := lines.readline(MAX_CELL):
            number += 1
            if not line.endswith(("\n", "\r")):
                break
            yield line
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{stream.name}, after line {number}: the file is not UTF-8 text "
            f"(byte 0x{error.object[error.start]:02x}). Fetch it again; nothing was changed."
        ) from error
    if len(line) == MAX_CELL:
        raise UnreadableFile(
            f"{stream.name}, line {number}: the line is longer than {MAX_CELL:,} characters, more "
            "than any entry. Fetch the file again; nothing was changed."
        )
    if line:
        message = f"the file breaks off in this line, which was left out: '{tidy(line)[:80]}'"
        problems.append(Problem(stream.name, f"line {number}", message))


def _rows(stream: ByteStream, problems: list[Problem]) -> Iterator[tuple[int, Row]]:
    records = Delimited(whole_lines(stream, problems), stream.name, delimiter="\t")
    columns = [cell.strip() for cell in next(records, [])]
    missing = [column for column in _COLUMNS if column not in columns]
    if missing:
        raise UnreadableFile(
            f"{stream.name}, line 1: the columns {', '.join(missing)} are not there, expected "
            "those of the BIS Denied Persons List. Fetch the file again; nothing was changed."
        )
    for cells in records:
        line = records.last
        if len(cells) == len(columns):
            yield line, dict(zip(columns, cells, strict=True))
        elif any(cell.strip() for cell in cells):
            message = f"has {len(cells)} fields, expected {len(columns)}; it was left out"
            Noted(stream.name, line, problems).problem(message)


def _key(row: Row) -> tuple[str, str]:
    return tidy(row["Name"]).casefold(), row["Effective_Date"].strip()


def _id_of(row: Row, shared: Counter[tuple[str, str]]) -> str:
    key = _key(row)
    if shared[key] == 1:
        return stand_in(*key)
    places = ("Street_Address", "City", "State", "Country", "Postal_Code")
    return stand_in(*key, *(tidy(row[place]).casefold() for place in places))


def _notice(text: str) -> LegalAct:
    days = [*_MONTH_FIRST.finditer(text)]
    if len(days) != 1:
        return LegalAct(text, _day_of_notice(days[0], text) if days else "")
    title = tidy(text.replace(days[0][0], "").replace("()", "")).strip(" ,;")
    day = _day_of_notice(days[0], text)
    return LegalAct(title, day) if day and title else LegalAct(text, day)


def _day_of_notice(match: re.Match[str], text: str) -> str:
    month, day, year = (int(part) for part in match.groups())
    if len(match[3]) == 2:  # noqa: PLR2004
        volume = _VOLUME.search(text)
        published = _FIRST_YEAR - 1 + int(volume[1]) if volume else 0
        near = published or (1900 if year >= _FIRST_YEAR % 100 else 2000) + year
        year += 2000 if near >= 2000 else 1900  # noqa: PLR2004
    found = date_range(year, month, day)
    return found.earliest if found else ""


def note_undated(acts: Sequence[LegalAct], noted: Noted) -> None:
    """Note the notices whose day is written but is no day."""
    for act in acts:
        if not act.date and "/" in act.title:
            noted.problem(f"the day of the notice '{act.title}' is not read; kept as written")


def _listing(row: Row, line: int, digest: str, noted: Noted) -> Listing:
    name = tidy(row["Name"])
    if not name:
        noted.problem("has no name")
    acts = notices(row["FR_Citation"])
    note_undated(acts, noted)
    listed = month_first(row["Effective_Date"])
    if not listed:
        noted.problem(f"effective date '{row['Effective_Date']}' is not a day")
    return Listing(
        listing_id=f"us:dpl-{digest}",
        regime="us",
        reference="",
        kind="entity",
        names=(Name(name, "primary", "", script_of(name)),) if name else (),
        listed_on=listed or oldest(acts),
        listed_basis="at the latest" if not listed and oldest(acts) else "",
        programmes=(),
        element=f"line {line}",
        addresses=_addresses(row),
        measures=(Measure("trade restriction", "Denied Persons List"),),
        acts=acts,
        details=_details(row, noted),
        amended_on=_amended(row, noted),
    )


def _addresses(row: Row) -> tuple[Address, ...]:
    street, city, state, postal, country = (
        tidy(row[column])
        for column in ("Street_Address", "City", "State", "Postal_Code", "Country")
    )
    text = ", ".join(filter(None, (street, city, " ".join(filter(None, (state, postal))))))
    if not text and not country:
        return ()
    return (Address("address", text, country_code(country), country, city, state, postal),)


def _details(row: Row, noted: Noted) -> tuple[Detail, ...]:
    details = []
    for column, kind in _DETAILS.items():
        text = tidy(row[column])
        if kind == "expiration date" and text and not month_first(text):
            noted.problem(f"expiration date '{text}' is not a day; it is kept as written")
        if text:
            details.append(Detail(kind, month_first(text) or text))
    return tuple(details)


def _amended(row: Row, noted: Noted) -> tuple[str, ...]:
    text = row["Last_Update"].strip()
    match = _ISO.fullmatch(text)
    found = date_range(*(int(part) for part in match.groups())) if match else None
    day = found.earliest if found else month_first(text)
    if text and not day:
        noted.problem(f"last update '{text}' is not a day")
    return (day,) if day else ()
