"""Japan: the Ministry of Finance's list of asset freezes (XLSX, one sheet a measure).

A sheet has its title, rows of notes and a row of column titles, which differ from sheet to sheet;
below, every row is an entry. An entry that is lifted keeps its row and number, with the day
behind 削除 and all else emptied; a measure that is lifted keeps its sheet, marked 【解除】. Sheets
are renumbered when one is put in between, but a notice number is never given twice within a
sheet. So an entry has the number that the CSV file gives it (`mof_measures`), and under a sheet of
other words a digest of those and of the notice number.
Continued text stands in rows of its own and belongs to the entry above. Wallets stand only in
その他の情報 ("other information"), without naming an asset. The workbook carries no date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.sheets import Cell, Sheet
from sanctrail.lists.jp.mof_dates import cell_text, day_in, lines_of
from sanctrail.lists.jp.mof_facts import (
    DAY,
    MEASURE,
    acts_of,
    gender_in,
    is_unknown,
    take_births,
    take_nationalities,
    take_notices,
    take_papers,
    take_places,
)
from sanctrail.lists.jp.mof_measures import LIFTED_SHEET, entry_number, kind_in, words_of
from sanctrail.lists.jp.mof_names import JAPANESE, aliases_of, english_name, script_in
from sanctrail.lists.jp.mof_terms import PERSONAL, plain, role_of
from sanctrail.lists.reading.gathered import Gathered
from sanctrail.lists.reading.prose import lettered, stand_in
from sanctrail.lists.records import Identifier, ListHeader, Listing, Name
from sanctrail.lists.source import Records
from sanctrail.text.fold import script_of, tidy

FORM = "mof-xlsx"

_HEADER_WITHIN = 15
_INDEX_SHEET = "一覧"
_END_USERS = ("懸念区分", "Company or Organization")
_LABELLED = re.compile(r"^([^：:。、]{2,10})[：:](.+)$")


def recognises(sheets: tuple[Sheet, ...]) -> bool:
    """Tell by the column titles; the other ministry's export list is known too, to be refused."""
    return _is_end_user_list(sheets) or any(_header_row(sheet) is not None for sheet in sheets)


def read(sheets: tuple[Sheet, ...], name: str, problems: list[Problem]) -> Records:
    """Yield the header, then one listing a row, sheet by sheet."""
    if _is_end_user_list(sheets):
        raise UnreadableFile(
            f"{name}: this is METI's Foreign End User List, which controls exports and freezes no "
            "assets, expected the Ministry of Finance's list of asset freezes "
            "(shisantouketsuYYYYMMDD.xlsx). Load that one; nothing was changed."
        )
    yield ListHeader("jp", "jp", FORM, "")
    for sheet in sheets:
        header = _header_row(sheet)
        if header is not None:
            yield from _listings(_Sheet(sheet, header, name, problems))
        elif _holds_more(sheet):
            message = "no row of column titles is found; the sheet is not read"
            problems.append(Problem(name, f"sheet {sheet.name}", message))


def _holds_more(sheet: Sheet) -> bool:
    """Tell whether a sheet without column titles is more than the index or a lifted measure."""
    if sheet.name.strip() == _INDEX_SHEET or LIFTED_SHEET in sheet.name:
        return False
    return any(cell_text(cell) for row in sheet.rows for cell in row)


def _is_end_user_list(sheets: tuple[Sheet, ...]) -> bool:
    titles = (cell_text(cell) for one in sheets for row in one.rows[:5] for cell in row)
    said = "\n".join(titles)
    return all(word in said for word in _END_USERS)


def _header_row(sheet: Sheet) -> int | None:
    for number, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        titles = {plain(cell_text(cell)) for cell in row}
        if "告示番号" in titles and titles & {"英語表記", "日本語表記"}:
            return number
    return None


@dataclass(slots=True)
class _Sheet:
    """One sheet: its columns with what they hold, and what its head says of all its entries."""

    sheet: Sheet
    header: int
    source: str
    problems: list[Problem]
    columns: list[tuple[str, str]] = field(init=False)
    kind: str = field(init=False)
    lifted_on: str = field(init=False)

    def __post_init__(self) -> None:
        rows = self.sheet.rows
        titles = [tidy(cell_text(cell)) for cell in rows[self.header]]
        self.columns = [(role_of(title) or "detail", title) for title in titles]
        for title in titles:
            if title and not role_of(title):
                message = f"column '{title}' is not known; kept as a detail"
                self.problems.append(Problem(self.source, self.place(self.header), message))
        head = "\n".join(cell_text(cell) for row in rows[: self.header] for cell in row)
        title = next((cell_text(cell) for row in rows for cell in row if cell_text(cell)), "")
        self.kind = kind_in(self.sheet.name) or kind_in(title.partition("（注")[0])
        self.lifted_on = day_in(head) if self.lifted else ""

    @property
    def lifted(self) -> bool:
        """Tell whether the whole measure is lifted."""
        return LIFTED_SHEET in self.sheet.name

    @property
    def words(self) -> str:
        """The sheet's name without its number and the mark that the measure is lifted."""
        return words_of(self.sheet.name)

    def place(self, row: int) -> str:
        """Locate a row for a person."""
        return f"sheet {self.sheet.name.strip()}, row {row + 1}"


def _listings(sheet: _Sheet) -> Iterator[Listing]:
    """Gather each entry's row with the rows that go on with its text, then yield it."""
    entry: _Row | None = None
    for number, cells in enumerate(sheet.sheet.rows[sheet.header + 1 :], sheet.header + 1):
        row = _Row(sheet, number, cells)
        if row.continues and entry is not None:
            entry.go_on(row)
        elif row.filled:
            if entry is not None:
                yield entry.listing()
            entry = row
    if entry is not None:
        yield entry.listing()


class _Row:
    """One row, with those that go on with it, on its way to a `Listing`."""

    def __init__(self, sheet: _Sheet, number: int, cells: tuple[Cell, ...]) -> None:
        self._sheet = sheet
        self._found = Gathered(sheet.source, sheet.place(number), sheet.problems)
        self.cells = [
            (role, title, cell)
            for (role, title), cell in zip(sheet.columns, cells, strict=True)
            if cell_text(cell)
        ]

    @property
    def filled(self) -> bool:
        """Tell whether the row holds anything."""
        return bool(self.cells)

    @property
    def continues(self) -> bool:
        """Tell whether the row has text only, and nothing that an entry is known by."""
        return not {"notice", "number", "japanese", "english"} & {role for role, _, _ in self.cells}

    def go_on(self, row: "_Row") -> None:
        """Take over the text of a row that goes on with this one."""
        self.cells += row.cells

    def _texts(self, role: str) -> list[tuple[str, str]]:
        found = ((title, cell_text(cell)) for one, title, cell in self.cells if one == role)
        return [(title, text) for title, text in found if not is_unknown(text)]

    def _text(self, role: str) -> str:
        return "\n".join(text for _, text in self._texts(role))

    def listing(self) -> Listing:
        """Return the entry; what could not be read is a problem beside it."""
        found, sheet = self._found, self._sheet
        notices = take_notices(found, self._text("notice"))
        lifted = notices.lifted or sheet.lifted
        names = self._names()
        number = self._text("number")
        if not names and not lifted:
            found.problem("has no name and is not marked as lifted")
        kind = self._kind()
        remarks = self._text("remark")
        self._take_columns(kind)
        return Listing(
            listing_id=self._listing_id(number, names),
            regime="jp",
            reference=tidy(f"{sheet.sheet.name} {number}"),
            kind=kind,
            names=names,
            listed_on=notices.listed_on,
            programmes=(sheet.sheet.name.strip(),),
            element=found.where,
            births=tuple(found.births),
            countries=tuple(found.countries),
            identifiers=tuple(found.identifiers),
            wallets=tuple(found.wallets),
            gender=gender_in(remarks),
            remarks=remarks,
            addresses=tuple(found.addresses),
            measures=(MEASURE,),
            acts=acts_of(notices),
            details=tuple(found.details),
            amended_on=notices.amended_on,
            delisted=lifted,
            delisted_on=notices.lifted_on or sheet.lifted_on,
        )

    def _listing_id(self, number: str, names: tuple[Name, ...]) -> str:
        digits = re.search(r"[0-9]+", plain(number))
        if digits is None:
            self._found.problem(f"notice number '{number}' is none; the id is of the name")
            return "jp:" + stand_in(self._sheet.words, *(name.text for name in names[:1]))
        if digits[0] != number:
            self._found.detail("告示番号", number)
        known = entry_number(self._sheet.sheet.name, number)
        return "jp:" + (known or stand_in(self._sheet.words, digits[0].lstrip("0")))

    def _kind(self) -> str:
        if self._sheet.kind:
            return self._sheet.kind
        titles = "".join(title for _, title, _ in self.cells)
        labels = "".join(label for label, _ in _labelled(self._text("remark")))
        return "person" if PERSONAL.search(titles + labels) else "entity"

    def _names(self) -> tuple[Name, ...]:
        english, original = english_name(self._text("english"))
        names: dict[Name, None] = {}
        if english:
            names[Name(english, "primary", "", script_in(english))] = None
        if original:
            names[Name(original, "script", "", script_of(original))] = None
        if japanese := tidy(self._text("japanese")):
            kind = "script" if english else "primary"
            names[Name(japanese, kind, "", script_in(japanese))] = None
        for role in ("alias", "former", "weak"):
            for title, text in self._texts(role):
                aliases, remarks = aliases_of(text)
                for alias, former in aliases:
                    kind = "former" if former or role == "former" else "alias"
                    quality = {"weak": "weak"}.get(role, "strong" if "確定可能" in title else "")
                    if not is_unknown(alias):
                        names[Name(alias, kind, quality, script_in(alias))] = None
                for remark in remarks:
                    self._found.detail(title, remark)
        return tuple(names)

    def _take_columns(self, kind: str) -> None:
        for role, title, cell in self.cells:
            if is_unknown(cell_text(cell)):
                continue
            self._take(role, title, cell)
        remarks = self._text("remark")
        self._found.prose(remarks, kind)
        for label, text in _labelled(remarks):
            role = role_of(label)
            if role in ("birth", "birth place", "nationality", "identifier"):
                self._take(role, label, text)

    def _take(self, role: str, title: str, cell: Cell) -> None:
        text, found = cell_text(cell), self._found
        if role == "birth and place":
            self._take_birth_and_place(text)
        elif role == "birth":
            take_births(found, cell)
        elif role in ("birth place", "address"):
            take_places(found, "birth" if role == "birth place" else "address", _places(text))
        elif role == "nationality":
            parts = re.split(r"[、,;；\n]", "\n".join(lettered(text)))
            take_nationalities(found, filter(None, parts))
        elif role == "identifier":
            take_papers(found, title, lettered(text))
        elif role == "reference":
            found.identifiers[Identifier("UN reference", text)] = None
        elif role == "detail":
            found.detail(title, tidy(text))

    def _take_birth_and_place(self, text: str) -> None:
        """Read `1941年8月20日セルビア共和国…生` and `Born at …, on 20 August 1941` below it."""
        for line in lines_of(text):
            if not JAPANESE.search(line):
                if place := re.match(r"Born at (.*?),? (?:on|in) [^,]*\d{4}$", line):
                    take_places(self._found, "birth", _places(place[1]))
                continue
            day = DAY.match(line)
            take_births(self._found, day[0] if day else line)
            take_places(self._found, "birth", _places(DAY.sub("", line).removesuffix("生").strip()))


def _places(text: str) -> Iterator[str]:
    for answer in lettered(text):
        yield from re.split(r"\n|[;；](?![^（(]*[)）])", answer)


def _labelled(remarks: str) -> Iterator[tuple[str, str]]:
    for line in lines_of(remarks):
        if match := _LABELLED.match(line):
            yield match[1].strip(), match[2].strip()
