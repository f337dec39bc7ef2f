"""`bitcoin-etl`: transactions as JSON lines, with or without the values of what they spend.

Source: the schema of blockchain-etl/bitcoin-etl. Chunks of whole lines go through Arrow's reader;
a chunk that it refuses is read line by line to find what is wrong.
"""

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from sanctrail.ground.inputs import InputStream
from sanctrail.ledger.batches import UNKNOWN, UtxoBatch
from sanctrail.ledger.formats.nested import (
    Ends,
    Rows,
    addresses_from,
    batch_of,
    lists_of,
    numbers_or_unknown,
    single_addresses,
    whole_numbers,
)
from sanctrail.ledger.formats.source import Format, Head, Source, unreadable

CHUNK = 16 << 20
MAX_LINE = 256 << 20
"""Bytes of the longest line; the largest transactions take a few MB."""

_INPUT = pa.struct(
    [
        ("index", pa.int64()),
        ("spent_transaction_hash", pa.string()),
        ("spent_output_index", pa.int64()),
        ("type", pa.string()),
        ("addresses", pa.list_(pa.string())),
        ("value", pa.int64()),
    ]
)
_OUTPUT = pa.struct(
    [
        ("index", pa.int64()),
        ("script_hex", pa.string()),
        ("type", pa.string()),
        ("addresses", pa.list_(pa.string())),
        ("value", pa.int64()),
    ]
)
_SCHEMA = pa.schema(
    [
        ("type", pa.string()),
        ("hash", pa.string()),
        ("block_number", pa.int64()),
        ("block_hash", pa.string()),
        ("block_timestamp", pa.int64()),
        ("index", pa.int64()),
        ("inputs", pa.list_(_INPUT)),
        ("outputs", pa.list_(_OUTPUT)),
    ]
)


def read(source: Source) -> Iterator[UtxoBatch]:
    """Yield the transactions of JSON lines; lines of blocks are passed over."""
    source.told.lacks("unspent")
    for path in source.files:
        line = 1
        with source.open(path) as stream:
            for chunk in _chunks(stream):
                batch = _batch(chunk, line, path.name, source)
                line += chunk.count(b"\n")
                if batch is not None and len(batch):
                    yield batch


def _chunks(stream: InputStream) -> Iterator[bytes]:
    """Yield whole lines, some CHUNK bytes of them."""
    held = b""
    while data := stream.read(CHUNK):
        held += data
        cut = held.rfind(b"\n") + 1
        if not cut and len(held) > MAX_LINE:
            raise unreadable(stream.name, "first line", f"a line has more than {MAX_LINE:,} bytes")
        if cut:
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held + b"\n"


def _batch(chunk: bytes, line: int, name: str, source: Source) -> UtxoBatch | None:
    try:
        if b"\n\n" in chunk or b"\n\r\n" in chunk:  # blank lines would shift the count of lines
            raise pa.ArrowInvalid("blank lines")
        table = pj.read_json(
            io.BytesIO(chunk),
            pj.ReadOptions(use_threads=True, block_size=len(chunk) // 2 + (1 << 20)),
            pj.ParseOptions(explicit_schema=_SCHEMA, unexpected_field_behavior="ignore"),
        )
        numbers = np.arange(line, line + table.num_rows)
        whole = table.num_rows == chunk.count(b"\n")
    except (pa.ArrowException, ValueError):
        whole = False
    if not whole:
        table, numbers = _by_line(chunk, line, name, source)
    source.counted(name, table.num_rows)
    mine = np.array([kind in {None, "transaction"} for kind in table["type"].to_pylist()], bool)
    if not mine.all():
        table, numbers = table.filter(pa.array(mine)), numbers[mine]
    return _columns(table, numbers, name, source) if table.num_rows else None


def _by_line(chunk: bytes, line: int, name: str, source: Source) -> tuple[pa.Table, Any]:
    """Read a chunk line by line; what cannot be read is a problem with its line."""
    rows, numbers = [], []
    for number, text in enumerate(chunk.split(b"\n"), line):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
            table = pa.Table.from_pylist([_plain(row)], _SCHEMA)
        except (ValueError, TypeError, AttributeError, RecursionError, pa.ArrowException) as error:
            source.told.problem(name, f"line {number}", f"not a transaction: {str(error)[:200]}")
            source.counted(name, 1)
            continue
        rows.append(table)
        numbers.append(number)
    whole = pa.concat_tables(rows).combine_chunks() if rows else _SCHEMA.empty_table()
    return whole, np.array(numbers, np.int64)


def _plain(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise TypeError("the line is no object")
    return {key: value for key, value in row.items() if key in _SCHEMA.names}


def _columns(table: pa.Table, numbers: Any, name: str, source: Source) -> UtxoBatch:
    rows = Rows(
        name, source.told, lambda row: f"line {numbers[row]}", np.ones(table.num_rows, bool)
    )
    heads = {
        "txid": table["hash"].combine_chunks(),
        "block": whole_numbers(table["block_number"], rows, "the block number"),
        "place": numbers_or_unknown(table["index"].combine_chunks()),
        "time": whole_numbers(table["block_timestamp"], rows, "the block's time"),
    }
    inputs = lists_of(table["inputs"], _INPUT.names)
    outputs = lists_of(table["outputs"], _OUTPUT.names)
    spent = numbers_or_unknown(inputs.columns["value"])
    known = single_addresses(inputs.columns["addresses"])
    told = single_addresses(outputs.columns["addresses"])
    ends = Ends(
        inputs,
        outputs,
        np.where(spent >= 0, spent, UNKNOWN),
        numbers_or_unknown(outputs.columns["value"]),
        known,
        addresses_from(told, outputs.columns["script_hex"], outputs.columns["type"]),
    )
    return batch_of(rows, heads, ends)


def matches(head: Head) -> bool:
    """Tell by the first line: an object with a transaction's hash and lists of ends."""
    start = head.data.lstrip()[:4096]
    if not start.startswith(b"{"):
        return False
    return b'"hash"' in start and (
        (b'"inputs"' in head.data[:65536] and b'"spent_transaction_hash"' in head.data)
        or (b'"outputs"' in head.data and b'"required_signatures"' in head.data)
        or (b'"is_coinbase"' in start and b'"virtual_size"' in start)
    )


FORMAT = Format(
    "bitcoin-etl",
    "utxo",
    "bitcoin-etl's transactions as JSON lines",
    matches,
    read,
)
