"""Rows of text files, CSV and JSON lines alike: fields by name, and where each row stands."""

import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sanctrail.errors import UnreadableFile
from sanctrail.ground.delimited import Records
from sanctrail.ground.inputs import InputStream
from sanctrail.ledger.formats.source import Head, Source, columns_of, first_line

MAX_CELL = 64 << 20
"""Characters of the longest cell: a contract's code or a call's output has some millions."""

MAX_LINE = 64 << 20
"""Bytes that one line of JSON may have; a block with all its transactions has less."""

_KEY = re.compile(r'"(\w+)"\s*:')


class Row(NamedTuple):
    """A row's fields and where it stands, as a person would look for it."""

    where: str
    fields: dict[str, Any]


class Record(NamedTuple):
    """The fields of one record of delimited text and the lines it stands on."""

    first: int
    last: int
    fields: list[str]

    def where(self) -> str:
        """Return the lines in words."""
        span = self.last > self.first
        return f"lines {self.first} to {self.last}" if span else f"line {self.first}"


Parsed = Iterator[tuple[str, dict[str, Any] | str]]
"""Where a row stands, and its fields or what is wrong with it."""


def rows_of(source: Source, path: Path) -> Iterator[Row]:
    """Yield the rows of a CSV or JSON lines file; broken ones become problems, all are counted."""
    count = 0
    with source.open(path) as stream:
        parsed = json_lines(stream) if is_json(stream.head()) else csv_lines(stream)
        for where, fields in parsed:
            count += 1
            if isinstance(fields, str):
                source.told.problem(stream.name, where, fields)
            else:
                yield Row(where, fields)
    source.counted(path.name, count)


def first_rows(path: Path, count: int = 100) -> list[dict[str, Any]]:
    """Return the fields of a file's first good rows, without saying anything of the others."""
    return [row.fields for row in islice(rows_of(Source((path,)), path), count)]


def is_json(head: bytes) -> bool:
    """Tell whether a file begins with a JSON object."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def names_in(head: Head) -> set[str]:
    """Return the names of the first row's fields: a CSV header, or the keys of a JSON object.

    The first object may be longer than the head, so its keys are looked for and not parsed.
    """
    if is_json(head.data):
        return set(_KEY.findall(head.data.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace")))
    return set(columns_of(head)) if first_line(head) else set()


def json_lines(stream: InputStream) -> Parsed:
    """Yield the objects of a file with one JSON object a line."""
    lines = io.BufferedReader(stream, 1 << 20)
    number = 0
    while line := lines.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise UnreadableFile(
                f"{stream.name}, line {number}: the line is longer than {MAX_LINE:,} bytes, so "
                "this is not a file with one JSON object a line. Write it so and run again."
            )
        if line.strip():
            yield f"line {number}", _object(line)


def _object(line: bytes) -> dict[str, Any] | str:
    """Return a line's object, its decimal numbers as the text that stands there."""
    try:
        told = json.loads(line, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return "the line is not a JSON object; it breaks off or is damaged"
    return told if isinstance(told, dict) else "the line is not a JSON object"


def csv_lines(stream: InputStream, delimiter: str = ",") -> Parsed:
    """Yield the rows of delimited text by the names in its header."""
    records = records_of(stream, delimiter)
    header = [name.strip() for name in next(records, Record(1, 1, [])).fields]
    for record in records:
        yield record.where(), named(record, header)


def records_of(stream: InputStream, delimiter: str) -> Iterator[Record]:
    """Yield the records that are not blank; a quote left open is an error, never a long field."""
    text = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8-sig", newline="")
    lines = Records(text, stream.name, delimiter, MAX_CELL)
    first = 1
    for fields in lines:
        if fields:
            yield Record(first, lines.last, fields)
        first = lines.last + 1


def named(record: Record, header: list[str]) -> dict[str, Any] | str:
    """Return a record's fields by column, or what is wrong with it.

    Empty fields behind the last column are let pass: some exports end every row with a comma.
    """
    if record.last > record.first:
        return "a field holds a line break; perhaps a quote is not closed where it should"
    fields = record.fields
    if len(fields) > len(header) and not any(fields[len(header) :]):
        fields = fields[: len(header)]
    if len(fields) != len(header):
        more = len(fields) > len(header)
        return f"the row has {'more' if more else 'fewer'} fields than the header"
    return dict(zip(header, fields, strict=True))
