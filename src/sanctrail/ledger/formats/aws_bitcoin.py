"""`aws-bitcoin`: the transactions of AWS's public blockchain data, in Parquet.

Amounts there are whole coins in floating point; every amount of bitcoin is below 2^53 satoshi, so
rounding to the nearest is exact, and a number that is not near a satoshi is refused.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sanctrail.errors import UnreadableFile
from sanctrail.ground.progress import Bar
from sanctrail.ledger.batches import UtxoBatch
from sanctrail.ledger.formats.nested import (
    Ends,
    Ints,
    Rows,
    addresses_from,
    batch_of,
    lists_of,
    numbers_or_unknown,
    satoshi,
    whole_numbers,
)
from sanctrail.ledger.formats.source import Format, Head, Source
from sanctrail.ledger.values import MAX_TIME

ROWS = 50_000
_NEEDED = ("hash", "block_number", "block_timestamp", "inputs", "outputs")
_HEADS = ("hash", "block_number", "block_timestamp", "index", "is_coinbase")
_INPUT = ("index", "spent_transaction_hash", "spent_output_index", "type", "address", "value")
_OUTPUT = ("index", "script_hex", "type", "address", "value")
_MAGIC = b"PAR1"


def read(source: Source) -> Iterator[UtxoBatch]:
    """Yield the transactions of Parquet files, row group by row group."""
    source.told.lacks("unspent", "rounded")
    for path in source.files:
        try:
            yield from _read_file(path, source)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            reason = str(error).partition("\n")[0][:200].rstrip(".")
            raise UnreadableFile(
                f"{path.name}: the Parquet file is damaged ({reason}). Fetch it again; nothing was "
                "changed."
            ) from error


def _read_file(path: Path, source: Source) -> Iterator[UtxoBatch]:
    with pq.ParquetFile(path, memory_map=True, pre_buffer=False) as file:
        names = set(file.schema_arrow.names)
        if _is_blocks(names):
            return
        missing = [name for name in _NEEDED if name not in names]
        if missing:
            raise UnreadableFile(
                f"{path.name}: there is no column {', '.join(missing)}; the file has "
                f"{', '.join(file.schema_arrow.names)}. Give AWS's transactions, not its blocks."
            )
        done, total = 0, file.metadata.num_rows
        with Bar(f"reading {path.name}", total) as bar:
            for batch in file.iter_batches(ROWS, columns=_columns(file), use_threads=True):
                made = _batch(batch, done, path.name, source)
                done += batch.num_rows
                bar.reached(done)
                source.counted(path.name, batch.num_rows)
                if len(made):
                    yield made


def _is_blocks(names: set[str]) -> bool:
    """Tell the bucket's other table, of blocks: nothing in it moves."""
    return {"hash", "number", "merkle_root", "transaction_count"} <= names


def _columns(file: pq.ParquetFile) -> list[str]:
    """Return the leaves that are needed: most of the bytes are scripts that are not."""
    wanted = {f"inputs.{name}" for name in _INPUT} | {f"outputs.{name}" for name in _OUTPUT}
    leaves = []
    for n in range(len(file.schema)):
        path = file.schema.column(n).path
        head, *rest = path.split(".")
        if (not rest and head in _HEADS) or (rest and f"{head}.{rest[-1]}" in wanted):
            leaves.append(path)
    return leaves


def _batch(batch: pa.RecordBatch, first: int, name: str, source: Source) -> UtxoBatch:
    rows = Rows(
        name, source.told, lambda row: f"row {first + row + 1}", np.ones(batch.num_rows, bool)
    )
    index = batch.column("index") if "index" in batch.schema.names else pa.nulls(batch.num_rows)
    heads = {
        "txid": batch.column("hash"),
        "block": whole_numbers(batch.column("block_number"), rows, "the block number"),
        "place": numbers_or_unknown(index),
        "time": _times(batch.column("block_timestamp"), rows),
        "coinbase": batch.column("is_coinbase") if "is_coinbase" in batch.schema.names else None,
    }
    inputs = lists_of(batch.column("inputs"), _INPUT)
    outputs = lists_of(batch.column("outputs"), _OUTPUT)
    if (heads["place"] < 0).any():
        source.told.lacks("position")
    known = inputs.columns["address"].cast(pa.string())
    ends = Ends(
        inputs,
        outputs,
        _amounts(inputs.columns["value"], name),
        _amounts(outputs.columns["value"], name),
        pc.if_else(pc.equal(pc.binary_length(known), 0), pa.scalar(None, pa.string()), known),
        addresses_from(
            outputs.columns["address"], outputs.columns["script_hex"], outputs.columns["type"]
        ),
    )
    return batch_of(rows, heads, ends)


def _amounts(values: pa.Array, name: str) -> Ints:
    """Return values in satoshi: floating point counts coins, as AWS writes them.

    Other exports hold whole numbers of satoshi under the same names; theirs is another format.
    """
    if pa.types.is_null(values.type) or pa.types.is_floating(values.type):
        return satoshi(values)
    raise UnreadableFile(
        f"{name}: column 'value' is {values.type}, expected double (whole coins). Export the "
        "transactions as JSON lines and import them as bitcoin-etl; nothing was changed."
    )


def _times(column: pa.Array, rows: Rows) -> Ints:
    """Return block times as unix seconds; the bucket has held them as timestamps and as numbers."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    return whole_numbers(column, rows, "the block's time", MAX_TIME)


def matches(head: Head) -> bool:
    """Tell by the columns of a Parquet file."""
    if not head.data.startswith(_MAGIC):
        return False
    try:
        names = set(pq.read_schema(head.path).names)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return False
    return {"inputs", "outputs", "hash", "block_number"} <= names or _is_blocks(names)


FORMAT = Format(
    "aws-bitcoin",
    "utxo",
    "AWS public blockchain data: Bitcoin transactions in Parquet",
    matches,
    read,
    together=True,
)
