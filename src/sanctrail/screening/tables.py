"""A user's table row by row as text, whatever it is kept in: CSV, JSON lines, Parquet, a workbook.

Which it is the first bytes tell; JSON lines also their name. No form is held in memory whole but
the workbook, whose own limit is a million rows.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BufferedReader, TextIOWrapper
from operator import itemgetter
from pathlib import Path
from typing import Any

from sanctrail.errors import InputError, UnreadableFile
from sanctrail.ground.delimited import Records
from sanctrail.ground.inputs import InputStream, open_input
from sanctrail.ground.progress import Bar
from sanctrail.ground.sheets import read_sheets
from sanctrail.screening.problems import Problems

Cells = tuple[str, ...]
Rows = Iterator[Cells | None]
"""The wanted columns of each data row; None for a row that is a problem as a whole."""

MAX_LINE = 16 << 20
"""Bytes that one line of JSON may have."""

_BUFFER = 1 << 20
_BATCH = 1 << 12
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Column:
    """A column to be read, and the option that names it; an optional one is empty if missing."""

    name: str
    option: str
    optional: bool = False


@contextlib.contextmanager
def open_table(
    path: Path, columns: Sequence[Column], problems: Problems, sheet: str | None = None
) -> Iterator[Rows]:
    """Open a file of rows and give the wanted columns of each; blank rows are none.

    Raises `InputError` where a column is not there exactly once, and `UnreadableFile`, also
    while the rows are read, where the file is damaged.
    """
    with open_input(path) as stream:
        head = stream.head()
        if head.startswith(_WORKBOOKS):
            yield _workbook_rows(stream, columns, sheet)
            return
        if sheet is not None:
            raise InputError(f"--sheet '{sheet}': {path.name} is not a workbook, it has no sheets.")
        if head.startswith(b"PAR1"):
            yield _parquet_rows(path, columns)
        elif _is_json(path, head):
            yield _json_rows(stream, columns, problems)
        else:
            yield _csv_rows(stream, columns, problems)


def place_of(header: Sequence[str], column: str, source: str, hint: str) -> int:
    """Return where a column stands; raise `InputError` if it is not there exactly once."""
    count = header.count(column)
    if count == 1:
        return header.index(column)
    found = ", ".join(map(repr, header)) or "no header"
    lacks = f"{count} columns named" if count else "no column"
    raise InputError(
        f"{source}: there {'are' if count else 'is'} {lacks} {column!r}; the file "
        f"has {found}. {hint}"
    )


def csv_records(stream: InputStream, problems: Problems) -> tuple[list[str], Iterator[list[str]]]:
    """Return a CSV file's header and its data rows.

    Blank lines are no rows. Rows of another width are problems but are kept; a short one is
    filled up with empty cells.
    """
    text = TextIOWrapper(BufferedReader(stream, _BUFFER), encoding="utf-8-sig", newline="")
    records = Records(text, stream.name)
    header = next(records, [])
    return header, _even(records, len(header), problems)


def _even(records: Records, width: int, problems: Problems) -> Iterator[list[str]]:
    for number, record in enumerate(filter(None, records)):
        if len(record) != width:
            where = f"data row {number} (line {records.last})"
            problems.note(where, "has another number of fields")
            record.extend([""] * (width - len(record)))
        yield record


def _csv_rows(stream: InputStream, columns: Sequence[Column], problems: Problems) -> Rows:
    header, records = csv_records(stream, problems)
    return map(_picker(header, columns, stream.name), records)


def _picker(
    header: Sequence[str], columns: Sequence[Column], source: str
) -> Callable[[Sequence[str]], Cells]:
    places = _places(header, columns, source)
    there = [place for place in places if place is not None]
    if len(there) == len(places) > 1:
        return itemgetter(*there)
    return lambda row: tuple("" if place is None else row[place] for place in places)


def _places(header: Sequence[str], columns: Sequence[Column], source: str) -> list[int | None]:
    return [
        None
        if column.optional and column.name not in header
        else place_of(
            header,
            column.name,
            source,
            f"Name the right one with {column.option}, or rename the column.",
        )
        for column in columns
    ]


def _is_json(path: Path, head: bytes) -> bool:
    if {".jsonl", ".ndjson"} & set(path.suffixes):
        return True
    if ".json" in path.suffixes and head.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] == b"[":
        raise InputError(
            f"{path.name}: this is one JSON array. Give JSON lines, one object a line "
            "(jq -c '.[]' makes them)."
        )
    first = head.removeprefix(_BYTE_ORDER_MARK).lstrip().partition(b"\n")[0]
    with contextlib.suppress(ValueError, RecursionError):
        return isinstance(json.loads(first), dict)
    return False


def _json_rows(stream: InputStream, columns: Sequence[Column], problems: Problems) -> Rows:
    unseen = {column.name for column in columns if not column.optional}
    number = 0
    for line_number, line in _lines(stream):
        where = f"data row {number} (line {line_number})"
        record = _json_object(line)
        if record is None:
            problems.note(where, "is not a JSON object; nothing was screened")
            yield None
        else:
            unseen -= record.keys() if unseen else set()
            yield _json_cells(record, columns, where, problems)
        number += 1
    for column in columns:
        if number and column.name in unseen:
            problems.note("all rows", f"no object has '{column.name}' ({column.option})")


def _lines(stream: InputStream) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, with their numbers."""
    buffer = BufferedReader(stream, _BUFFER)
    number = 0
    while line := buffer.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise UnreadableFile(
                f"{stream.name}: line {number} has more than {MAX_LINE:,} bytes. Give JSON lines, "
                "one object a line."
            )
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line.isspace() and line:
            yield number, line


def _json_object(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _json_cells(
    record: dict[str, Any], columns: Sequence[Column], where: str, problems: Problems
) -> Cells | None:
    values = [record.get(column.name) for column in columns]
    for place, value in enumerate(values):
        if isinstance(value, dict | list):
            what = f"'{columns[place].name}' is no text or number and was left out"
            problems.note(where, what)
            values[place] = None
    cells = tuple(map(text_of, values))
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        problems.note(where, "has half a character (a lone surrogate); nothing was screened")
        return None
    return cells


def _workbook_rows(stream: InputStream, columns: Sequence[Column], sheet: str | None) -> Rows:
    sheets = read_sheets(stream)
    found = next((one for one in sheets if sheet in (None, one.name)), None)
    if found is None:
        names = ", ".join(repr(one.name) for one in sheets) or "none"
        raise InputError(f"{stream.name}: there is no sheet '{sheet}'. Its sheets: {names}.")
    rows = (row for row in found.rows if any(cell not in ("", None) for cell in row))
    header = [text_of(cell) for cell in next(rows, ())]
    pick = _picker(header, columns, stream.name)
    return _told(
        (pick([text_of(cell) for cell in row]) for row in rows), stream.name, len(found.rows)
    )


def _told(rows: Iterator[Cells], name: str, total: int) -> Iterator[Cells]:
    """Yield the rows, telling now and then how many of them are done."""
    with Bar(f"screening {name}", total) as bar:
        for number, row in enumerate(rows):
            if not number % _BATCH:
                bar.reached(number)
            yield row


def _parquet_rows(path: Path, columns: Sequence[Column]) -> Rows:
    from pyarrow import parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise _damaged_parquet(path, error) from error
    schema = file.schema_arrow
    places = _places(schema.names, columns, path.name)
    fields = [schema.field(at) for at in places if at is not None]
    nested = [field for field in fields if field.type.num_fields]
    if nested:
        raise InputError(
            f"{path.name}: column '{nested[0].name}' holds {nested[0].type}, no text. Name another "
            "column, or write it as text."
        )
    rows = _batches(file, path, [None if at is None else schema.names[at] for at in places])
    return _told(rows, path.name, file.metadata.num_rows)


def _batches(file: Any, path: Path, names: Sequence[str | None]) -> Iterator[Cells]:
    wanted = [name for name in dict.fromkeys(names) if name is not None]
    batches = file.iter_batches(_BATCH, columns=wanted)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            read = {name: _texts(batch.column(name)) for name in wanted}
        except (OSError, ValueError) as error:
            raise _damaged_parquet(path, error) from error
        empty = [""] * batch.num_rows
        yield from zip(*(empty if n is None else read[n] for n in names), strict=True)


def _texts(column: Any) -> list[str]:
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.date32(), safe=False)
    elif pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        column = column.cast(pa.large_string())
    values = column.to_pylist()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return [value or "" for value in values]
    return [text_of(value) for value in values]


def _damaged_parquet(path: Path, error: Exception) -> UnreadableFile:
    said = str(error).partition("\n")[0].rstrip(".")
    return UnreadableFile(
        f"{path.name}: the Parquet file is damaged, cut short or packed ({said}). "
        "Write it again, unpacked."
    )


def text_of(value: Any) -> str:
    """Return a cell as a person would type it: whole numbers without a point, days as ISO."""
    if isinstance(value, str):
        return value
    if value is None or value != value:  # noqa: PLR0124
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
