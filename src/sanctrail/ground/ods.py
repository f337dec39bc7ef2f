"""Workbooks in the OpenDocument layout (ODS), read as plain rows of cells.

The reader of other workbooks stumbles over ODS files whose XML is indented, as some publishers
write it. Only what a published table needs: text, numbers, booleans, dates, repeated cells.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from datetime import date
from xml.parsers import expat

from sanctrail.errors import UnreadableFile, UnsafeFile
from sanctrail.ground.cells import Cell, Sheet

MIME_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
MAX_CONTENT = 512 << 20
"""Bytes that the sheets' XML may unpack to; the largest held one has 7 million."""

MAX_REPEATS = 4096
"""Times that a cell or row may repeat; an empty one repeats to the sheet's edge, and is dropped."""

_DAMAGED = (
    KeyError,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zlib.error,
    zipfile.BadZipFile,
)
"""What a damaged, locked or foreign zip file makes the standard library raise."""

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_PARAGRAPH = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 p"
_NOTE = _OFFICE + "annotation"
_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")
_NUMBERS = ("float", "percentage", "currency")
_LONGEST_COUNT = 9


def is_ods(data: bytes) -> bool:
    """Tell whether the bytes are a zip file whose mark says that it is an OpenDocument workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("mimetype") as mark:
            return mark.read(len(MIME_TYPE)) == MIME_TYPE
    except _DAMAGED:
        return False


def read_ods(data: bytes, name: str) -> tuple[Sheet, ...]:
    """Read every sheet, rows as wide as the widest.

    Raises `UnreadableFile` where the workbook is damaged, `UnsafeFile` where it unpacks too large
    or its XML carries a DOCTYPE.
    """
    workbook = _Workbook(name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo("content.xml").file_size > MAX_CONTENT:
                raise UnsafeFile(
                    f"{name}: the workbook unpacks to more than {MAX_CONTENT >> 20} MB, which no "
                    "published list does. Refused; fetch the list from its publisher again."
                )
            workbook.parse(archive.read("content.xml"))
    except (*_DAMAGED, expat.ExpatError) as error:
        raise UnreadableFile(
            f"{name}: the workbook is damaged or of an unknown kind ({error}). "
            "Fetch the file again; nothing was changed."
        ) from error
    return tuple(workbook.sheets)


class _Workbook:
    """Sheets as the parser's events build them; only white space inside a paragraph is text."""

    def __init__(self, name: str) -> None:
        self.sheets: list[Sheet] = []
        self._name = name
        self._table = ""
        self._rows: list[tuple[Cell, ...]] = []
        self._row: list[Cell] = []
        self._row_repeats = 1
        self._cell: Mapping[str, str] = {}
        self._paragraphs: list[str] = []
        self._within = False
        self._notes = 0

    def parse(self, content: bytes) -> None:
        """Read the sheets of one content.xml."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(content, True)

    def _refuse(self, *_: object) -> None:
        raise UnsafeFile(
            f"{self._name}: the workbook's XML carries a DOCTYPE, which no spreadsheet does and "
            "which can smuggle in other files. Refused; fetch the list from its publisher again."
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _TABLE + "table":
            self._table, self._rows = attributes.get(_TABLE + "name", ""), []
        elif tag == _TABLE + "table-row":
            self._row = []
            self._row_repeats = _repeats(attributes, "number-rows-repeated")
        elif tag in _CELLS:
            self._cell, self._paragraphs = attributes, []
        elif tag == _NOTE:
            self._notes += 1
        elif tag == _PARAGRAPH and not self._notes:
            self._paragraphs.append("")
            self._within = True

    def _text(self, text: str) -> None:
        if self._within and not self._notes:
            self._paragraphs[-1] += text

    def _end(self, tag: str) -> None:
        if tag == _PARAGRAPH:
            self._within = False
        elif tag == _NOTE:
            self._notes -= 1
        elif tag in _CELLS:
            value = _value(self._cell, "\n".join(one.strip() for one in self._paragraphs))
            self._row.extend([value] * _repeats(self._cell, "number-columns-repeated"))
        elif tag == _TABLE + "table-row":
            while self._row and self._row[-1] == "":
                self._row.pop()
            self._rows.extend([tuple(self._row)] * (self._row_repeats if self._row else 1))
        elif tag == _TABLE + "table":
            self._end_table()

    def _end_table(self) -> None:
        while self._rows and not self._rows[-1]:
            self._rows.pop()
        width = max(map(len, self._rows), default=0)
        rows = tuple(row + ("",) * (width - len(row)) for row in self._rows)
        self.sheets.append(Sheet(self._table, rows))


def _repeats(attributes: Mapping[str, str], which: str) -> int:
    text = attributes.get(_TABLE + which, "1")
    known = text.isdecimal() and len(text) <= _LONGEST_COUNT
    return min(int(text), MAX_REPEATS) if known else 1


def _value(attributes: Mapping[str, str], text: str) -> Cell:
    kind = attributes.get(_OFFICE + "value-type", "")
    try:
        if kind == "boolean":
            return attributes[_OFFICE + "boolean-value"] == "true"
        if kind in _NUMBERS:
            return float(attributes[_OFFICE + "value"])
        if kind == "date":
            return date.fromisoformat(attributes[_OFFICE + "date-value"][:10])
    except (KeyError, ValueError):
        return text
    return text
