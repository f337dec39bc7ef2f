"""Which reader a file belongs to, told by its first bytes."""

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.inputs import FileDigest, InputStream, open_input
from sanctrail.lists import extract, ofac_advanced, un
from sanctrail.lists.records import ListHeader, Listing
from sanctrail.lists.xml import refuse_doctype, root_name
from sanctrail.text.dates import parse_date

Reader = Callable[[InputStream, list[Problem]], Iterator[ListHeader | Listing]]

XML_FORMATS: dict[str, Reader] = {un.ROOT: un.read, ofac_advanced.ROOT: ofac_advanced.read}
"""Readers by the local name of the XML root element."""

_LIST_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

KNOWN = "the UN consolidated list (XML), OFAC's SDN_ADVANCED / CONS_ADVANCED (XML), or an extract"


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One version of one list as one file carried it, complete in memory."""

    header: ListHeader
    file: FileDigest
    listings: tuple[Listing, ...]
    problems: tuple[Problem, ...]


def open_list(path: Path) -> tuple[ListVersion, ...]:
    """Read one list file; an extract may carry several lists.

    Raises `UnreadableFile` or `UnsafeFile` with one sentence where it cannot be read whole.
    """
    problems: list[Problem] = []
    with open_input(path) as stream:
        reader = _reader_of(stream)
        sections = _sections(reader(stream, problems), stream.name, problems)
        file = stream.digest()
    # The problems are the file's: they stand once, with its first list.
    return tuple(
        ListVersion(header, file, tuple(listings), () if number else tuple(problems))
        for number, (header, listings) in enumerate(sections)
    )


def _reader_of(stream: InputStream) -> Reader:
    head = stream.head()
    plain = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if plain.startswith(b"{"):
        return extract.read
    refuse_doctype_unless_html(head, stream.name)
    root = root_name(head)
    if root in XML_FORMATS:
        return XML_FORMATS[root]
    raise UnreadableFile(
        f"{stream.name}: {_description(head, root)}, expected {KNOWN}. "
        "See docs/lists.md for the files that can be loaded; nothing was changed."
    )


def refuse_doctype_unless_html(head: bytes, name: str) -> None:
    """Refuse a DOCTYPE, but leave an HTML page to the clearer message about its kind."""
    with contextlib.suppress(UnicodeDecodeError):
        if b"<!doctype html" in head[:1024].lower():
            return
    refuse_doctype(head, name)


def _description(head: bytes, root: str) -> str:
    if not head.strip():
        return "the file is empty"
    if root.lower() == "html" or b"<!doctype html" in head[:1024].lower():
        return "this is an HTML page (often a publisher's error page)"
    if root:
        return f"this is XML with the root element <{root}>, which no known list has"
    return "this is neither XML nor an extract"


def _sections(
    records: Iterator[ListHeader | Listing], name: str, problems: list[Problem]
) -> list[tuple[ListHeader, list[Listing]]]:
    """Gather the listings under their headers; an id stands once in each list."""
    sections: list[tuple[ListHeader, list[Listing]]] = []
    seen: set[str] = set()
    for record in records:
        if isinstance(record, ListHeader):
            sections.append((_checked(record, name), []))
            seen = set()
        elif record.listing_id in seen:
            message = f"repeats the id {record.listing_id}; only the first one is kept"
            problems.append(Problem(name, record.element, message))
        else:
            seen.add(record.listing_id)
            sections[-1][1].append(record)
    if not any(listings for _, listings in sections):
        raise UnreadableFile(
            f"{name}: the file holds no listing at all. Fetch it again; nothing was changed."
        )
    return sections


def _checked(header: ListHeader, name: str) -> ListHeader:
    """Return the header with its date as an ISO day; its id and date name a folder."""
    if not _LIST_ID.fullmatch(header.list_id):
        raise UnreadableFile(
            f"{name}: '{header.list_id}' is no name of a list, expected letters, digits and "
            "hyphens such as us-sdn. Nothing was changed."
        )
    day = parse_date(header.list_date)
    if day is None or day.precision != "day":
        raise UnreadableFile(
            f"{name}: the list does not say of which day it is (found '{header.list_date}'), so it "
            "cannot be put in order with other versions. Fetch it again; nothing was changed."
        )
    return replace(header, list_date=day.earliest)


def text_stream(stream: InputStream) -> io.TextIOWrapper:
    """Return the stream as UTF-8 text."""
    return io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8-sig")
