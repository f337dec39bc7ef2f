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
import pyarrow.compute as pc
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
    several_addresses,
    single_addresses,
    whole_numbers,
)
from sanctrail.ledger.formats.source import Format, Head, Source, unreadable
from sanctrail.ledger.values import MAX_TIME, shown

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
        ("is_coinbase", pa.bool_()),
        ("merkle_root", pa.string()),  # of blocks, which are passed over
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
        table.validate(full=True)  # its reader takes bytes that are no text as they come
        numbers = np.arange(line, line + table.num_rows)
        whole = table.num_rows == chunk.count(b"\n")
    except (pa.ArrowException, ValueError):
        whole = False
    if not whole:
        table, numbers = _by_line(chunk, line, name, source)
    source.counted(name, table.num_rows)
    kinds = pc.fill_null(table["type"], "transaction")
    mine = pc.and_(pc.equal(kinds, "transaction"), pc.is_null(table["merkle_root"]))
    mine = mine.to_numpy(zero_copy_only=False) if isinstance(mine, pa.Array) else mine.to_numpy()
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
        except (ValueError, TypeError, RecursionError, OverflowError, pa.ArrowException) as error:
            source.told.problem(name, f"line {number}", f"not a transaction: {str(error)[:200]}")
            source.counted(name, 1)
            continue
        rows.append(table)
        numbers.append(number)
    whole = pa.concat_tables(rows).combine_chunks() if rows else _SCHEMA.empty_table()
    return whole, np.array(numbers, np.int64)


def _plain(row: Any) -> dict[str, Any]:
    """Return what the schema knows of a row; numbers may be texts, and are never cut to fit."""
    if not isinstance(row, dict):
        raise TypeError("the line is no object")
    return {name: _fitting(row.get(name), kind) for name, kind in _KINDS.items()}


_KINDS = {field.name: field.type for field in _SCHEMA}


def _fitting(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_integer(kind):
        return _whole(value)
    if pa.types.is_struct(kind):
        if not isinstance(value, dict):
            raise TypeError(f"{shown(value)} is no object")
        return {field.name: _fitting(value.get(field.name), field.type) for field in kind}
    if pa.types.is_list(kind):
        if not isinstance(value, list):
            raise TypeError(f"{shown(value)} is no list")
        return [_fitting(one, kind.value_type) for one in value]
    return value


def _whole(value: Any) -> int:
    text = str(value)
    number = float(value) if isinstance(value, float) else 0.0
    if isinstance(value, float) and number.is_integer() and abs(number) < 1 << 53:
        return int(number)
    if isinstance(value, bool) or not text.removeprefix("-").isdigit() or len(text) > _DIGITS:
        raise TypeError(f"{shown(text)} is no whole number")
    return int(text)


_DIGITS = 19


def _columns(table: pa.Table, numbers: Any, name: str, source: Source) -> UtxoBatch:
    rows = Rows(
        name, source.told, lambda row: f"line {numbers[row]}", np.ones(table.num_rows, bool)
    )
    heads = {
        "txid": table["hash"].combine_chunks(),
        "block": whole_numbers(table["block_number"], rows, "the block number"),
        "place": numbers_or_unknown(table["index"].combine_chunks()),
        "time": whole_numbers(table["block_timestamp"], rows, "the block's time", MAX_TIME),
        "coinbase": table["is_coinbase"].combine_chunks(),
    }
    inputs = lists_of(table["inputs"], _INPUT.names)
    outputs = lists_of(table["outputs"], _OUTPUT.names)
    spent = numbers_or_unknown(inputs.columns["value"])
    known = single_addresses(inputs.columns["addresses"])
    told = single_addresses(outputs.columns["addresses"])
    if (heads["place"] < 0).any():
        source.told.lacks("position")
    ends = Ends(
        inputs,
        outputs,
        np.where(spent == UNKNOWN, UNKNOWN, np.where(spent < 0, UNKNOWN - 1, spent)),
        numbers_or_unknown(outputs.columns["value"]),
        known,
        addresses_from(
            told,
            outputs.columns["script_hex"],
            outputs.columns["type"],
            several_addresses(outputs.columns["addresses"]),
        ),
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
        or (b'"merkle_root"' in start and b'"stripped_size"' in start)
    )


FORMAT = Format(
    "bitcoin-etl",
    "utxo",
    "bitcoin-etl's transactions as JSON lines",
    matches,
    read,
)
