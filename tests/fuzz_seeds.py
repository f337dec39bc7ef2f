"""Small whole list files, one for each published layout: from the held real files, and by hand.

A seed knows its entries by looking at its text alone: which bytes make which entry. The ids come
from reading the undamaged file, in its order.
"""

import io
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from html import escape, unescape
from pathlib import Path

from sanctrail.errors import SanctrailError
from sanctrail.lists.formats import open_lists


@dataclass(frozen=True)
class Seed:
    """One undamaged list; `entries` maps a listing's id to the pieces of text that it stands in.

    `shape` is xml, csv, json, html or sheet. `main` is the file that holds the entries: for a
    workbook the text of its sheets is looked at, for a set of files the one that names parties.
    """

    name: str
    shape: str
    files: dict[str, bytes]
    main: str
    entry: str
    entries: dict[str, tuple[bytes, ...]]
    names: dict[str, str]
    problems: frozenset[str]
    delimiter: str = ","


def read_files(folder: Path, files: dict[str, bytes]):
    """Write the files and read them as one list: the listings, the problems, the refusals."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    listings, problems, errors = [], [], []
    for found in open_lists([folder / name for name in files]):
        if isinstance(found, SanctrailError):
            errors.append(found)
        else:
            listings += found.listings
            problems += found.problems
    return listings, problems, errors


def parts_of(data: bytes) -> dict[str, bytes]:
    """Return the parts of a zip file by name; none where it is none or damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001  whatever a damaged archive makes the library raise
        return {}


SERIAL_ZERO = date(1899, 12, 30).toordinal()
CONTENT = "content.xml"
ENTRY = {
    "un-xml": "INDIVIDUAL|ENTITY", "ofac-xml": "sdnEntry", "ofac-advanced": "DistinctParty",
    "ofac-enhanced": "entity", "eu-xml": "sanctionEntity", "eu-whole": "ENTITY",
    "uk-xml": "Designation", "seco-xml": "target", "sema-xml": "record",
}  # fmt: skip


def blocks_in(data: bytes, tag: str) -> list[bytes]:
    """Return every complete element of one of the names, by its text."""
    return [match[0] for match in re.finditer(_block(tag), data)]


def _block(tag: str) -> re.Pattern:
    return re.compile(rb"<(%s)(?=[\s>])[^>]*>.*?</\1>" % tag.encode(), re.DOTALL)


def thinned(data: bytes, tag: str, entries: int) -> bytes:
    """Keep some of the entries, spread over the file, and all that stands around them."""
    count = len(blocks_in(data, tag))
    entries = min(entries, count)
    kept = {number * count // entries for number in range(entries)}
    numbers = iter(range(count))
    return _block(tag).sub(lambda match: match[0] if next(numbers) in kept else b"", data)


def seed_of(
    folder: Path, name: str, shape: str, files: dict[str, bytes], *, key=None, delimiter=","
) -> Seed:
    """Pair what a look at the text finds with what reading the undamaged file gives."""
    listings, problems, errors = read_files(folder, files)
    assert not errors, errors
    main = next(iter(files))
    pieces = _pieces(shape, name, files[main], key, listings)
    assert len(pieces) == len(listings), (name, len(pieces), len(listings))
    entries = {one.listing_id: piece for one, piece in zip(listings, pieces, strict=True)}
    assert len(entries) == len(listings), name
    told = frozenset(map(str, problems))
    names = {one.listing_id: one.primary_name for one in listings}
    return Seed(name, shape, files, main, ENTRY.get(name, ""), entries, names, told, delimiter)


def _pieces(shape, name, data, key, listings):
    if shape == "xml":
        return [(block,) for block in blocks_in(data, ENTRY[name])]
    if shape == "sheet":
        return [_row_of(data, listing.element) for listing in listings]
    if shape == "html":
        return [((one.reference or one.primary_name).encode(),) for one in listings]
    if shape == "json":
        return [(json.dumps(one).encode(),) for one in key(data)]
    groups = {}
    for line in data.splitlines(keepends=True):
        if (found := key(line)) is not None:
            groups.setdefault(found, []).append(line)
    return [tuple(lines) for lines in groups.values()]


def _row_of(data: bytes, element: str) -> tuple[bytes, ...]:
    """Return the row of a workbook that an entry says it begins in."""
    number = int(re.search(r"row (\d+)", element)[1])
    named = re.match(r"sheet (.*), row", element)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if CONTENT in archive.namelist():
            return (blocks_in(archive.read(CONTENT), "table:table-row")[number - 1],)
        book = archive.read("xl/workbook.xml").decode()
        names = [unescape(one).strip() for one in re.findall(r'<sheet name="(.*?)"', book)]
        place = names.index(named[1].strip()) + 1 if named else 1
        text = archive.read(f"xl/worksheets/sheet{place}.xml")
        return (re.search(rb'<row r="%d">.*?</row>' % number, text)[0],)


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """Return an XLSX file with shared texts and dates by style, as publishers' programmes write."""
    shared: dict[str, int] = {}
    parts = {}
    for place, rows in enumerate(sheets.values(), 1):
        cells = "".join(_xlsx_row(number, row, shared) for number, row in enumerate(rows, 1))
        parts[f"xl/worksheets/sheet{place}.xml"] = (
            f"<worksheet {_MAIN}><sheetData>{cells}</sheetData></worksheet>"
        )
    texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
    parts["xl/sharedStrings.xml"] = f"<sst {_MAIN}>{texts}</sst>"
    parts["xl/styles.xml"] = (
        f'<styleSheet {_MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(sheets, 1)
    )
    parts["xl/workbook.xml"] = (
        f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>'
    )
    kinds = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    kinds += [("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")]
    parts["xl/_rels/workbook.xml.rels"] = _relations(kinds)
    parts["_rels/.rels"] = _relations([("officeDocument", "xl/workbook.xml")])
    parts["[Content_Types].xml"] = f'<Types xmlns="{_PACKAGE}/content-types"/>'
    return zipped({name: text.encode() for name, text in parts.items()})


_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _relations(kinds):
    ties = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(kinds, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{ties}</Relationships>'


def _xlsx_row(number, row, shared):
    cells = []
    for place, value in enumerate(row):
        at = f'r="{chr(65 + place // 26 - 1) if place > 25 else ""}{chr(65 + place % 26)}{number}"'
        if isinstance(value, datetime | date):
            days = date(value.year, value.month, value.day).toordinal() - SERIAL_ZERO
            cells.append(f'<c {at} s="1"><v>{days}</v></c>')
        elif isinstance(value, float | int):
            cells.append(f"<c {at}><v>{value}</v></c>")
        elif value:
            cells.append(f'<c {at} t="s"><v>{shared.setdefault(value, len(shared))}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return a zip file of the parts, with no moment of its own in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def opendocument(rows: list[list[str]]) -> bytes:
    """Return an ODS file of one sheet."""
    cells = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
    )
    spaces = "".join(f' xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Sheet1">{cells}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, CONTENT: content.encode()})


_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def _ods_cell(text):
    paragraph = f"<text:p>{escape(text)}</text:p>"
    return f'<table:table-cell office:value-type="string">{paragraph}</table:table-cell>'
