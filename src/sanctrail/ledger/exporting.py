"""A ledger as Parquet tables that any engine reads: the columns joined, ids kept, texts beside.

What tracing needs is kept once, in columns that are mapped into memory; this writes the same
numbers for other programs, and for clusters.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.errors import LedgerError
from sanctrail.ground.progress import Bar
from sanctrail.ledger.amounts import join
from sanctrail.ledger.batches import KIND_CODES
from sanctrail.ledger.columns import runs_of
from sanctrail.ledger.store import AccountLedger, UtxoLedger

ROWS = 1 << 18

TRANSACTIONS = pa.schema(
    [("number", pa.int64()), ("txid", pa.binary(32)), ("block", pa.int64()), ("time", pa.int64())]
)
OUTPUTS = pa.schema(
    [
        ("number", pa.int64()),
        ("transaction", pa.int64()),
        ("n", pa.int64()),
        ("address", pa.int64()),
        ("value", pa.int64()),
        ("spent_by", pa.int64()),
    ]
)
INPUTS = pa.schema([("transaction", pa.int64()), ("place", pa.int64()), ("output", pa.int64())])
TRANSFERS = pa.schema(
    [
        ("number", pa.int64()),
        ("block", pa.int64()),
        ("time", pa.int64()),
        ("transaction", pa.int64()),
        ("kind", pa.string()),
        ("position", pa.int64()),
        ("sender", pa.int64()),
        ("receiver", pa.int64()),
        ("asset", pa.string()),
        ("amount", pa.string()),
    ]
)


def export_ledger(ledger: AccountLedger | UtxoLedger, folder: Path) -> list[Path]:
    """Write a ledger's tables into a new folder; return the files.

    Ids are those of the ledger: rows of `addresses.parquet` (and on account ledgers of
    `transactions.parquet`) in order; -1 is nobody, or unspent. Amounts of transfers are digits.
    """
    if folder.exists() and any(folder.iterdir()):
        raise LedgerError(f"{folder}: this folder is not empty. Name a new one for the export.")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    tables = _utxo(ledger) if isinstance(ledger, UtxoLedger) else _account(ledger)
    for name, schema, total, chunk in tables:
        path = folder / f"{name}.parquet"
        with pq.ParquetWriter(path, schema, compression="zstd") as writer, Bar(name, total) as bar:
            for first in range(0, total, ROWS):
                columns = chunk(first, min(first + ROWS, total))
                writer.write_table(pa.table(columns, schema=schema))
                bar.reached(first)
        written.append(path)
    for name in _KEPT[ledger.manifest["family"]]:
        pq.write_table(ledger.table(name), folder / f"{name}.parquet", compression="zstd")
        written.append(folder / f"{name}.parquet")
    return written


_KEPT = {"utxo": ("addresses", "blocks"), "account": ("addresses", "transactions", "failed")}

_Chunk = Callable[[int, int], dict[str, Any]]


def _utxo(ledger: UtxoLedger) -> Iterator[tuple[str, pa.Schema, int, _Chunk]]:
    columns = ledger.columns
    transactions = len(columns["first_output"]) - 1

    def heads(first: int, last: int) -> dict[str, Any]:
        at = np.searchsorted(columns["block_first"], np.arange(first, last), "right") - 1
        known = at >= 0
        ids = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(32), last - first, [None, pa.py_buffer(bytes(columns["txids"][first:last]))]
        )
        return {
            "number": np.arange(first, last),
            "txid": ids,
            "block": np.where(known, columns["block_height"][at], -1),
            "time": np.where(known, columns["block_time"][at], -1),
        }

    def outputs(first: int, last: int) -> dict[str, Any]:
        makers = runs_of(columns["first_output"], first, last)
        places = np.arange(first, last) - columns["first_output"][makers]
        outside = int(columns["first_output"][ledger.outside])
        held = columns["outside_places"][first : min(last, outside)]
        places[: len(held)] = held
        return {
            "number": np.arange(first, last),
            "transaction": makers,
            "n": places,
            "address": columns["owners"][first:last].astype(np.int64),
            "value": columns["values"][first:last],
            "spent_by": columns["spent_by"][first:last].astype(np.int64),
        }

    def inputs(first: int, last: int) -> dict[str, Any]:
        spenders = runs_of(columns["first_input"], first, last)
        return {
            "transaction": spenders,
            "place": np.arange(first, last) - columns["first_input"][spenders],
            "output": columns["inputs"][first:last].astype(np.int64),
        }

    yield "transactions", TRANSACTIONS, transactions, heads
    yield "outputs", OUTPUTS, len(ledger.values), outputs
    yield "inputs", INPUTS, len(columns["inputs"]), inputs


def _account(ledger: AccountLedger) -> Iterator[tuple[str, pa.Schema, int, _Chunk]]:
    columns = ledger.columns
    codes = np.array([asset.code for asset in ledger.assets], object)
    kinds = np.array(KIND_CODES, object)

    def transfers(first: int, last: int) -> dict[str, Any]:
        rows = slice(first, last)
        amounts = join(columns["amounts_high"][rows], columns["amounts_low"][rows])
        exact = [ledger.exact(first + n, amount) for n, amount in enumerate(amounts)]
        return {
            "number": np.arange(first, last),
            "block": columns["blocks"][rows],
            "time": columns["times"][rows],
            "transaction": columns["transactions"][rows].astype(np.int64),
            "kind": pa.array(kinds[columns["kinds"][rows]], pa.string()),
            "position": columns["positions"][rows],
            "sender": columns["senders"][rows].astype(np.int64),
            "receiver": columns["receivers"][rows].astype(np.int64),
            "asset": pa.array(codes[columns["assets"][rows]], pa.string()),
            "amount": [str(amount) for amount in exact],
        }

    yield "transfers", TRANSFERS, len(ledger.times), transfers
