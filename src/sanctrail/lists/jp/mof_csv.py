"""Japan: the Ministry of Finance's list of asset freezes as CSV, its layout since 2026.

UTF-8 with a byte order mark, 32 columns, a row an entry; entries that were lifted are left out.
番号 (`015-000025`) is the number of the measure and the notice number, as the workbook's sheets
and rows bear them, so that both layouts give a party one id (`mof_measures`). Of the measure only
the number is said: its title is the workbook's. Should the ministry put a measure in between and
shift 番号 with it, nothing in the file says so but that persons stand where entities were; that
is told. Values stand side by side with "; " or "；" between them, which also occur within
brackets. Line ends inside cells were lost (`2017.6.92022.8.3改訂`). Names in their own script
stand only in その他の情報; those in 外務省告示情報, the notice as printed, can run backwards.
Sources: the header and rows of the file of 28 August 2026 as public readers of the list keep them.
The file carries no date but in its name.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.delimited import Records as CsvRecords
from sanctrail.lists.jp.mof_facts import (
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
from sanctrail.lists.jp.mof_measures import TITLES, kind_in
from sanctrail.lists.jp.mof_names import english_name, original_scripts, paired, script_in
from sanctrail.lists.jp.mof_terms import country_in, plain
from sanctrail.lists.reading.gathered import Gathered
from sanctrail.lists.reading.prose import stand_in
from sanctrail.lists.reading.table_rows import Lines, whole_rows
from sanctrail.lists.reading.text_wallets import wallets_in
from sanctrail.lists.records import Address, Identifier, ListHeader, Listing, Name
from sanctrail.lists.source import ByteStream, Records
from sanctrail.text.fold import script_of, tidy

FORM = "mof-csv"

_JAPANESE, _ENGLISH = "(日本語)", "(英語)"
_BOTH = (_JAPANESE, _ENGLISH)
_MARKS = frozenset({"区分", "番号", "告示番号", "氏名(日本語)", "氏名(英語)"})
_COUNTRY, _PLACE = "住所・所在地(国)", "住所・所在地(都市その他の情報)"
_ALIASES = (
    ("別名・別称", "alias", ""),
    ("旧称", "former", ""),
    ("確定に十分でない別名", "alias", "weak"),
)
_PAPERS = ("旅券番号", "身分証番号")
_NEEDED = _MARKS | {
    "告示日付", "個人・団体", "生年月日", "国連参照番号", "その他の情報", *_PAPERS,
    *(f"{column}{language}" for language in _BOTH
      for column in ("別名・別称", "旧称", "確定に十分でない別名", "出生地", "国籍",
                     _COUNTRY, _PLACE)),
}  # fmt: skip
_NOTICE = "外務省告示情報"
_WORDS = tuple(f"{column}{language}" for column in ("称号", "役職") for language in _BOTH)
_TAKEN = _NEEDED | set(_WORDS)
_KNOWN = _TAKEN | {"リスト掲載日", _NOTICE}
_KINDS = {"個人": "person", "団体": "entity"}
_NUMBER = re.compile(r"(\d{3})-\d{6}", re.ASCII)
_TOKEN = re.compile(r"[0-9A-Za-z-]+")
_OPENING, _CLOSING, _PARTING = "（(", "）)", ";；\n"
_MARK = re.compile(f"[{_OPENING}{_CLOSING}{_PARTING}]")
_QUOTED = re.compile(r'["“]([^"“”]*)["”]')

Cells = dict[str, str]


def recognises(head: bytes) -> bool:
    """Tell a file by the columns that its header row names, in whatever order."""
    lines = head.decode("utf-8-sig", errors="replace").splitlines()[:1]
    try:
        columns = next(csv.reader(lines), [])
    except csv.Error:
        return False
    return {plain(column) for column in columns} >= _MARKS


def read(stream: ByteStream, problems: list[Problem]) -> Records:
    """Yield the list's header, then its listings in file order."""
    rows = _rows(stream, problems)
    _tell_shifts([cells for _, cells in rows], stream.name, problems)
    yield ListHeader("jp", "jp", FORM, "")
    for line, cells in rows:
        yield _Entry(cells, Gathered(stream.name, f"line {line}", problems)).listing()


def _rows(stream: ByteStream, problems: list[Problem]) -> list[tuple[int, Cells]]:
    lines = Lines(stream)
    records = CsvRecords(lines, stream.name)
    columns = [plain(column) for column in next(records, [])]
    missing = sorted(_NEEDED.difference(columns))
    if missing:
        raise UnreadableFile(
            f"{stream.name}, line 1: the columns {', '.join(missing)} are not there, expected "
            "those of the Ministry of Finance's list of asset freezes. Fetch the file again; "
            "nothing was changed."
        )
    for column in columns:
        if column and column not in _KNOWN:
            message = f"column '{column}' is not known; kept as a detail"
            problems.append(Problem(stream.name, "line 1", message))
    numbered = ((records.last, record) for record in records)
    rows = [
        (row.line, dict(zip(columns, row.cells, strict=True)))
        for row in whole_rows(numbered, len(columns), stream.name, problems)
    ]
    lines.tell_flaws(problems)
    return rows


def _tell_shifts(rows: list[Cells], name: str, problems: list[Problem]) -> None:
    """Tell where the measures seem to be numbered anew: their ids would be those of others."""
    kinds = Counter((_measure(row), _KINDS.get(row["個人・団体"], "")) for row in rows)
    moved = Counter(
        _measure(row)
        for row in rows
        if (number := _NUMBER.fullmatch(plain(row["番号"]))) and int(number[1]) != _measure(row)
    )
    for measure in sorted({measure for measure, _ in kinds}):
        title = TITLES.get(measure, "")
        kind = kind_in(title)
        others = sum(kinds[measure, other] for other in _KINDS.values() if other != kind)
        if not title:
            message = f"measure {measure} is not known by a title; its number stands for it"
        elif (kind and others > kinds[measure, kind]) or moved[measure]:
            message = (
                f"measure {measure} does not hold what '{title}' did: the ministry may have "
                "numbered its measures anew, so that ids and titles are those of others"
            )
        else:
            continue
        problems.append(Problem(name, f"measure {measure}", message))


def _measure(cells: Cells) -> int:
    written = plain(cells["区分"])
    return int(written) if re.fullmatch(r"[0-9]{1,3}", written) else 0


def parts_of(text: str) -> list[str]:
    """Split at semicolons that stand outside brackets; at all where the brackets do not match."""
    parts, begun, depth = [], 0, 0
    for mark in _MARK.finditer(text):
        depth += (mark[0] in _OPENING) - (mark[0] in _CLOSING)
        if mark[0] in _PARTING and depth <= 0:
            parts.append(text[begun : mark.start()])
            begun = mark.end()
    parts.append(text[begun:])
    if depth:
        parts = re.split(f"[{_PARTING}]", text)
    bare = (
        _QUOTED.sub(r"\1", part) if _QUOTED.fullmatch(part) else part
        for part in (part.strip() for part in parts)
    )
    return [part for part in bare if not is_unknown(part)]


class _Entry:
    """One row on its way to a `Listing`."""

    def __init__(self, cells: Cells, found: Gathered) -> None:
        self._cells = {k: "" if is_unknown(cell) else cell for k, cell in cells.items()}
        self._found = found

    def _parts(self, column: str) -> list[str]:
        return parts_of(self._cells[column])

    def listing(self) -> Listing:
        """Return the entry; what could not be read is a problem beside it."""
        cells, found = self._cells, self._found
        notices = take_notices(found, cells["告示日付"])
        names = self._names()
        if not names:
            found.problem("has no name")
        kind, measure = self._kind(), _measure(cells)
        self._take_facts(kind)
        remarks = cells["その他の情報"]
        return Listing(
            listing_id=self._listing_id(names),
            regime="jp",
            reference=tidy(cells["番号"]),
            kind=kind,
            names=names,
            listed_on=notices.listed_on,
            programmes=(TITLES.get(measure, f"区分{cells['区分']}"),),
            element=found.where,
            births=tuple(found.births),
            countries=tuple(found.countries),
            identifiers=tuple(found.identifiers),
            wallets=tuple(found.wallets),
            gender=gender_in(remarks) or gender_in(cells.get(_NOTICE, "")),
            remarks=remarks,
            addresses=tuple(found.addresses),
            measures=(MEASURE,),
            acts=acts_of(notices),
            details=tuple(found.details),
            amended_on=notices.amended_on,
            delisted=notices.lifted,
            delisted_on=notices.lifted_on,
        )

    def _listing_id(self, names: tuple[Name, ...]) -> str:
        number = plain(self._cells["番号"])
        if _NUMBER.fullmatch(number):
            return f"jp:{number}"
        if _TOKEN.fullmatch(number):
            self._found.problem(f"number '{number}' is not written as 015-000025")
            return f"jp:{number}"
        self._found.problem(f"number '{number}' is none; the id is of the name")
        return "jp:" + stand_in(self._cells["区分"], *(name.text for name in names[:1]))

    def _kind(self) -> str:
        written = plain(self._cells["個人・団体"])
        if written not in _KINDS:
            self._found.problem(f"'{written}' is neither a person (個人) nor an entity (団体)")
        return _KINDS.get(written) or kind_in(TITLES.get(_measure(self._cells), "")) or "entity"

    def _names(self) -> tuple[Name, ...]:
        english, original = english_name(self._cells["氏名(英語)"])
        names: dict[Name, None] = {}
        if english:
            names[Name(english, "primary", "", script_of(english))] = None
        if japanese := tidy(self._cells["氏名(日本語)"]):
            kind = "script" if english else "primary"
            names[Name(japanese, kind, "", script_in(japanese))] = None
        for text in filter(None, [original, *original_scripts(self._cells["その他の情報"])]):
            names[Name(text, "script", "", script_of(text))] = None
        for column, kind, quality in _ALIASES:
            for language in _BOTH:
                script = script_in if language == _JAPANESE else script_of
                for text in self._aliases(column + language):
                    names[Name(text, kind, quality, script(text))] = None
        return tuple(names)

    def _aliases(self, column: str) -> Iterator[str]:
        remarks: list[str] = []
        for part in self._parts(column):
            yield from (name for name in paired(part, remarks) if not is_unknown(name))
        for remark in remarks:
            self._found.detail(column, remark)

    def _take_facts(self, kind: str) -> None:
        found = self._found
        for birth in self._parts("生年月日"):
            take_births(found, birth)
        take_nationalities(found, self._parts("国籍(日本語)"))
        told = {country.code for country in found.countries}
        english = self._parts("国籍(英語)")
        take_nationalities(found, (c for c in english if country_in(c) not in told - {""}))
        for language in _BOTH:
            take_places(found, "birth", self._parts(f"出生地{language}"))
            self._take_addresses(language)
        for column in _PAPERS:
            take_papers(found, column, self._parts(column))
        for reference in self._parts("国連参照番号"):
            found.identifiers[Identifier("UN reference", reference)] = None
        found.prose(self._cells["その他の情報"], kind)
        whole = (wallet for wallet, wrong in wallets_in(self._cells.get(_NOTICE, "")) if not wrong)
        found.wallets.update(dict.fromkeys(whole))
        self._take_words()

    def _take_words(self) -> None:
        """Keep what has no place of its own."""
        found, notice = self._found, plain(self._cells["告示番号"])
        if notice.zfill(6) != plain(self._cells["番号"])[-6:]:
            found.detail("告示番号", notice)
        for column in _WORDS:
            for word in parts_of(self._cells.get(column, "")):
                found.detail(column, tidy(word))
        for column, cell in self._cells.items():
            if column not in _TAKEN:
                found.detail(column, tidy(cell))

    def _take_addresses(self, language: str) -> None:
        """Join places to countries where there is one country, or as many as places."""
        countries, places = self._parts(_COUNTRY + language), self._parts(_PLACE + language)
        if len(countries) == 1:
            countries *= max(1, len(places))
        if len(places) not in (0, len(countries)):
            take_places(self._found, "address", places)
            places = []
        for at, country in enumerate(countries):
            text = tidy(places[at]).strip("、,; ") if places else ""
            self._take_address(text, country)

    def _take_address(self, text: str, country: str) -> None:
        code = country_in(country)
        told = {a.country for a in self._found.addresses if a.role == "address"} - {""}
        if text or code not in told:
            self._found.addresses[Address("address", text, code, tidy(country))] = None
