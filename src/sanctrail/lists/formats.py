"""Which reader a file belongs to, told by its first bytes, and which files are one version."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path, PurePosixPath

from sanctrail.errors import Problem, SanctrailError, UnreadableFile
from sanctrail.ground.clock import today
from sanctrail.ground.inputs import FileDigest, InputStream, open_members, stream_of
from sanctrail.ground.memory import collector_resting
from sanctrail.lists import extract
from sanctrail.lists.au import dfat
from sanctrail.lists.ca import canada
from sanctrail.lists.ch import seco
from sanctrail.lists.eu import eu_csv, eu_whole, eu_xml
from sanctrail.lists.forms import FORMS
from sanctrail.lists.ftm import ftm_read
from sanctrail.lists.gb import ofsi, uk_ods, uk_xml
from sanctrail.lists.jp import mof, mof_csv
from sanctrail.lists.reading.repair import RepairedStream
from sanctrail.lists.reading.workbook import sheets_within_bounds
from sanctrail.lists.reading.xml import refuse_doctype, root_name
from sanctrail.lists.records import ListHeader, Listing
from sanctrail.lists.source import FileFormat, Reader, Records, SheetFormat
from sanctrail.lists.un import un_vessels, un_xml
from sanctrail.lists.us import csl, dpl, ofac_advanced, ofac_csv, ofac_enhanced, ofac_xml
from sanctrail.text.dates import parse_date

XML_READERS: dict[str, Reader] = {
    module.ROOT: module.read
    for module in (
        un_xml, ofac_advanced, ofac_xml, ofac_enhanced, eu_xml, eu_whole, uk_xml, seco, canada,
    )
}  # fmt: skip
"""Readers by the local name of the XML root element."""

OTHER_READERS: tuple[FileFormat, ...] = (
    extract, ftm_read, un_vessels, csl, dpl, eu_csv, ofsi, mof_csv,
)  # fmt: skip
"""Modules that recognise their file by its head and read its stream."""

SHEET_READERS: tuple[SheetFormat, ...] = (dfat, mof, uk_ods)
"""Modules that recognise their workbook by its sheets and read those."""

KNOWN = "an official list in one of its published layouts"

NOT_OFFICIAL = b"NOT AN OFFICIAL FILE"
"""How a file rebuilt from transcriptions says so of itself."""

_AHEAD = timedelta(days=2)
"""A publisher east of here, or a clock that is slow, is no mistake."""

_LIST_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_DIGEST = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{16,64}(?![0-9A-Za-z])")
_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One version of one list as one file carried it, complete in memory.

    `date_from` tells who dated it: list, file name or user.
    """

    header: ListHeader
    file: FileDigest
    listings: tuple[Listing, ...]
    problems: tuple[Problem, ...]
    date_from: str = "list"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are read: the date of lists that carry none, and if a flaw is a failure."""

    list_date: str = ""
    strict: bool = False


def open_list(path: Path, options: ReadOptions | None = None) -> tuple[ListVersion, ...]:
    """Read one file; an extract may carry several lists, an archive several versions.

    Raises `UnreadableFile` or `UnsafeFile` with one sentence where it cannot be read whole.
    """
    versions = []
    for found in open_lists([path], options):
        if isinstance(found, SanctrailError):
            raise found
        versions.append(found)
    return tuple(versions)


def open_lists(
    paths: Iterable[Path], options: ReadOptions | None = None
) -> Iterator[ListVersion | SanctrailError]:
    """Read files, folders of files and archives one by one; a failure is yielded in its place.

    The CSV files of one OFAC list (sdn, alt, add, sdn_comments) that lie together are one version.
    """
    options = options or ReadOptions()
    sets: dict[_SetKey, dict[str, InputStream]] = defaultdict(dict)
    for path in paths:
        try:
            for file in _files(path):
                yield from _of_file(file, sets, options)
        except SanctrailError as error:
            yield error
    for key in sorted(sets):
        yield from _told(_read_set(key, sets[key], options))


_SetKey = tuple[str, str, str]
"""Folder, list id and date in the names of the CSV files that make one version."""


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.is_file() and file.name[0] != ".")
    if not files:
        raise UnreadableFile(f"{path}: the folder holds no file. Name a list file or its folder.")
    return files


def _of_file(
    path: Path, sets: dict[_SetKey, dict[str, InputStream]], options: ReadOptions
) -> Iterator[ListVersion | SanctrailError]:
    for stream in open_members(path):
        recognised = ofac_csv.part_of(stream.name, stream.head())
        if recognised is None:
            yield from _told(_read_one(stream, options))
            continue
        list_id, part = recognised
        within = PurePosixPath(stream.name)
        key = (str(path.parent / within.parent), list_id, _date_in(within.name))
        if part in sets[key]:
            raise UnreadableFile(
                f"{path}: {sets[key][part].name} and {stream.name} are the same part of one list. "
                "Load the two versions one after the other; nothing was changed."
            )
        sets[key][part] = stream_of(within.name, stream.read())


def _told(versions: Iterator[ListVersion]) -> Iterator[ListVersion | SanctrailError]:
    """Yield the versions; the error that ends them becomes the last one."""
    try:
        with collector_resting():
            yield from versions
    except SanctrailError as error:
        yield error


def _read_one(stream: InputStream, options: ReadOptions) -> Iterator[ListVersion]:
    problems: list[Problem] = []
    head = stream.head()
    records = _records(stream, problems, options)
    sections = _sections(records, stream.name, problems, _Dating(stream.name, options))
    file = stream.digest()
    if NOT_OFFICIAL in head[:2048]:
        message = "says of itself that it is not an official file but was rebuilt from another"
        problems.insert(0, Problem(file.name, "line 2", message))
    # The problems are the file's: they stand once, with its first list.
    for number, (header, date_from, listings) in enumerate(sections):
        told = () if number else tuple(problems)
        yield ListVersion(header, file, tuple(listings), told, date_from)


def _read_set(
    key: _SetKey, parts: dict[str, InputStream], options: ReadOptions
) -> Iterator[ListVersion]:
    problems: list[Problem] = []
    names = " + ".join(parts[part].name for part in sorted(parts, key=ofac_csv.PARTS.index))
    records = ofac_csv.read(parts, key[1], problems)
    sections = _sections(records, names, problems, _Dating(key[2], options))
    for header, date_from, listings in sections:
        file = _digest_of(names, parts)
        yield ListVersion(header, file, tuple(listings), tuple(problems), date_from)


def _digest_of(names: str, parts: dict[str, InputStream]) -> FileDigest:
    """Return the digest of one file, or for several the digest of the list of their digests."""
    digests = {part: stream.digest() for part, stream in sorted(parts.items())}
    if len(digests) == 1:
        return next(iter(digests.values()))
    lines = "".join(f"{digest.sha256}  {part}\n" for part, digest in digests.items())
    size = sum(digest.size for digest in digests.values())
    return FileDigest(names, sha256(lines.encode()).hexdigest(), size)


def _records(stream: InputStream, problems: list[Problem], options: ReadOptions) -> Records:
    """Return what the reader that recognises the stream makes of it."""
    head = stream.head()
    if head.startswith(b"PK\x03\x04"):
        sheets = sheets_within_bounds(stream)
        for module in SHEET_READERS:
            if module.recognises(sheets):
                return module.read(sheets, stream.name, problems)
        raise _unknown(stream.name, "this workbook has the sheets and columns of no known list")
    for other in OTHER_READERS:
        if other.recognises(head):
            return other.read(stream, problems)
    refuse_doctype_unless_html(head, stream.name)
    root = root_name(head)
    if root in XML_READERS:
        repaired = RepairedStream(stream, problems, strict=options.strict)
        return XML_READERS[root](repaired, problems)
    raise _unknown(stream.name, _description(head, root))


def _unknown(name: str, found: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name}: {found}, expected {KNOWN}. "
        "See docs/lists.md for the files that can be loaded; nothing was changed."
    )


def refuse_doctype_unless_html(head: bytes, name: str) -> None:
    """Refuse a DOCTYPE, but leave an HTML page to the clearer message about its kind."""
    if b"<!doctype html" not in head[:1024].lower():
        refuse_doctype(head, name)


def _description(head: bytes, root: str) -> str:
    if not head.strip():
        return "the file is empty"
    if root.lower() == "html" or b"<!doctype html" in head[:1024].lower():
        return "this is an HTML page (often a publisher's error page)"
    if head.startswith(b"%PDF"):
        return "this is a PDF, which is for people to read"
    if root:
        return f"this is XML with the root element <{root}>, which no known list has"
    return "this is no layout that a list is published in"


@dataclass(frozen=True, slots=True)
class _Dating:
    """Where a list's date comes from when the list itself does not say it."""

    name: str
    options: ReadOptions

    def of(self, header: ListHeader) -> tuple[str, str]:
        """Return the date as written and who said it: list, user or file name."""
        if header.list_date:
            return header.list_date, "list"
        if self.options.list_date:
            return self.options.list_date, "user"
        return _date_in(PurePosixPath(self.name).name), "file name"


def _date_in(name: str) -> str:
    """Return the last day that a file's name holds, as 2022-01-31; empty if there is none."""
    days = ("-".join(match.groups()) for match in _DATE_IN_NAME.finditer(_DIGEST.sub("", name)))
    return next((day for day in reversed([*days]) if parse_date(day)), "")


Section = tuple[ListHeader, str, list[Listing]]


def _sections(
    records: Records, name: str, problems: list[Problem], dating: _Dating
) -> list[Section]:
    """Gather the listings under their headers; an id stands once in each list."""
    sections: list[Section] = []
    seen: set[str] = set()
    for record in records:
        if isinstance(record, ListHeader):
            sections.append((*_checked(record, name, dating), []))
            seen = set()
        elif record.listing_id in seen:
            message = f"repeats the id {record.listing_id}; only the first one is kept"
            problems.append(Problem(name, record.element, message))
        else:
            seen.add(record.listing_id)
            sections[-1][2].append(record)
    if not any(listings for _, _, listings in sections):
        raise UnreadableFile(
            f"{name}: the file holds no listing at all. Fetch it again; nothing was changed."
        )
    return sections


def _checked(header: ListHeader, name: str, dating: _Dating) -> tuple[ListHeader, str]:
    """Return the header with its date as an ISO day; its id and date name a folder."""
    if not _LIST_ID.fullmatch(header.list_id):
        raise UnreadableFile(
            f"{name}: '{header.list_id}' is no name of a list, expected letters, digits and "
            "hyphens such as us-sdn. Nothing was changed."
        )
    if header.form not in FORMS:
        raise ValueError(f"the form {header.form} is not declared")
    written, date_from = dating.of(header)
    day = parse_date(written)
    if day is None or day.precision != "day":
        raise UnreadableFile(
            f"{name}: the list does not say of which day it is (found '{written}'), so it cannot "
            "be put in order with other versions. Give its day with --date 2026-02-27, or put it "
            "in the file's name; nothing was changed."
        )
    if date.fromisoformat(day.earliest) > today() + _AHEAD:
        raise UnreadableFile(
            f"{name}: the list is dated {day.earliest}, which is still to come; every true list "
            "until then would stand behind it. Give its right day with --date, or fetch it again; "
            "nothing was changed."
        )
    return replace(header, list_date=day.earliest), date_from
