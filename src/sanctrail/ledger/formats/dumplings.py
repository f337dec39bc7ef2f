"""`dumplings`: CoinJoin dumps as text, a transaction a line, with all inputs and outputs.

A line is: id, block hash, place in the block, time, inputs, outputs, with `:::` between; inputs
and outputs are joined by `}{`. Some writers put the height where others put the place; a number
of 100,000 and more can only be a height.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sanctrail.errors import UnreadableFile, UnsafeFile
from sanctrail.ground.inputs import open_input
from sanctrail.ledger.batches import UNKNOWN, UtxoBatch
from sanctrail.ledger.formats.source import (
    Format,
    Head,
    Source,
    first_line,
    is_archive,
    unreadable,
)
from sanctrail.ledger.formats.transactions import (
    Gathered,
    Spent,
    Transaction,
    address_of_script,
    sats,
    transaction_id,
    whole,
)
from sanctrail.ledger.values import MAX_TIME, BadField

_BETWEEN, _JOIN, _FIELDS = ":::", "}{", 6
_FIRST_HEIGHT = 100_000
_FIRST = re.compile(r"[0-9a-fA-F]{64}:::[0-9a-fA-F]*:::\d+:::\d+:::")
"""How a line begins; of a long one no more may be seen."""

_DAMAGED = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
)  # fmt: skip

MAX_LINE = 64 << 20
MAX_MEMBER = 8 << 30
MAX_RATIO = 400


def read(source: Source) -> Iterator[UtxoBatch]:
    """Yield the transactions of all dumps, each once."""
    source.told.lacks("blocks", "unspent")
    source.told.limit(
        "The dumps name blocks by their hash and not by their height: transactions stand by time."
    )
    gathered, seen = Gathered(), set()
    for path in source.files:
        for name, lines in _members(path):
            for number, line in enumerate(_lines(lines, name), 1):
                if not line.strip():
                    continue
                source.counted(path.name, 1)
                try:
                    row = parse_line(line.strip())
                except BadField as error:
                    source.told.problem(path.name, f"{name}, line {number}", str(error))
                    continue
                if row.txid not in seen:
                    seen.add(row.txid)
                    gathered.rows.append(row)
                if gathered.full():
                    yield gathered.batch()
    if gathered.rows:
        yield gathered.batch()


def parse_line(line: str) -> Transaction:
    """Return the transaction that a line tells; raises `BadField` where it tells none."""
    fields = line.split(_BETWEEN)
    if len(fields) != _FIELDS:
        raise BadField(f"the line has {len(fields)} fields, expected {_FIELDS}")
    txid, _, number, time, inputs, outputs = fields
    told = whole(number, "the place in the block")
    high = told >= _FIRST_HEIGHT
    return Transaction(
        transaction_id(txid),
        told if high else UNKNOWN,
        UNKNOWN if high else told,
        whole(time, "the time", MAX_TIME),
        [_input(text) for text in inputs.split(_JOIN)] if inputs else [],
        [_output(text) for text in outputs.split(_JOIN)],
    )


def _input(text: str) -> Spent:
    point, _, rest = text.partition("-")
    place, _, rest = rest.partition("-")
    value, address = _output(rest)
    return Spent(transaction_id(point), whole(place, "the output's place"), value, address)


def _output(text: str) -> tuple[int, str]:
    parts = text.split("+")
    if len(parts) != 3:  # noqa: PLR2004 - value, script, type
        raise BadField(f"'{text[:80]}' is not value, script and type")
    return sats(parts[0]), address_of_script(parts[1])


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the text files of a dump: the file itself, or each one in a zip file."""
    if not is_archive(path):
        with open_input(path, large=True) as stream:
            yield path.name, io.BufferedReader(stream)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                if info.file_size > min(MAX_MEMBER, max(64 << 20, info.compress_size * MAX_RATIO)):
                    raise UnsafeFile(
                        f"{path.name}: {info.filename} unpacks to {info.file_size:,} bytes, far "
                        "more than a dump of its packed size would. Refused."
                    )
                with archive.open(info) as file:
                    yield info.filename, file
    except _DAMAGED as error:
        raise UnreadableFile(
            f"{path.name}: the zip file is damaged ({str(error)[:200]}). Fetch it again; nothing "
            "was changed."
        ) from error


def _lines(file: IO[bytes], name: str) -> Iterator[str]:
    number = 0
    try:
        while line := file.readline(MAX_LINE):
            number += 1
            if len(line) >= MAX_LINE:
                raise unreadable(name, f"line {number}", "it is too long for a transaction")
            yield line.decode("ascii", "replace")
    except _DAMAGED as error:
        raise unreadable(
            name, f"line {number + 1}", f"the packed data is damaged ({error})"
        ) from error


def matches(head: Head) -> bool:
    """Tell by the first line, in a zip file by that of its first text."""
    if is_archive(head.path):
        try:
            with zipfile.ZipFile(head.path) as archive:
                texts = [i for i in archive.infolist() if i.filename.endswith(".txt")]
                data = archive.open(texts[0]).read(4096) if texts else b""
        except _DAMAGED:
            return False
        head = Head(head.path, head.name, data)
    line = first_line(head)
    return _FIRST.match(line) is not None


FORMAT = Format(
    "dumplings",
    "utxo",
    "CoinJoin dumps as text, or zip files of them",
    matches,
    read,
    together=True,
)
