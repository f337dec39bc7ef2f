"""Ethereum as GraphSense keeps it: blocks, transactions, traces and logs, as CSV or JSON lines.

The tables are those of ethereum-etl under other names, with the traces numbered in their block.
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sanctrail.ledger.batches import AccountBatch
from sanctrail.ledger.formats.evm import TABLES, EvmRows
from sanctrail.ledger.formats.evm_traces import unnamed
from sanctrail.ledger.formats.graphsense import (
    bytes_in,
    is_hexadecimal,
    is_set,
    is_tron,
    plain,
    table_in,
)
from sanctrail.ledger.formats.rows import Row, first_rows, rows_of
from sanctrail.ledger.formats.source import Format, Head, Source, head_of, unreadable
from sanctrail.ledger.values import BadField

_NAMES = {
    "block": {"block_id": "number"},
    "transaction": {"block_id": "block_number", "tx_hash": "hash"},
    "trace": {"block_id": "block_number", "tx_hash": "transaction_hash"},
    "log": {"block_id": "block_number", "tx_hash": "transaction_hash"},
    "token": {"currency_ticker": "symbol", "token_address": "address"},
}
"""What ethereum-etl calls the columns of each table."""

_BYTES = {
    "hash": 32, "transaction_hash": 32, "from_address": 20, "to_address": 20, "address": 20,
    "receipt_contract_address": 20, "data": 0,
}  # fmt: skip
"""Columns of bytes and their lengths; 0 stands for any."""


def _matches(head: Head) -> bool:
    table = table_in(head)
    return bool(table) and not is_tron(head, table)


def _read(source: Source) -> Iterator[AccountBatch]:
    tables = {path: _table(path) for path in source.files}
    traces = [path for path in source.files if tables[path] == "trace"]
    nameless = any(unnamed(_first_traces(path)) for path in traces)
    rows = EvmRows(source, unnamed_traces=nameless)
    for path in sorted(source.files, key=lambda path: TABLES.index(tables[path])):
        for row in rows_of(source, path):
            try:
                fields = _renamed(row.fields, tables[path])
            except BadField as error:
                source.told.problem(path.name, row.where, str(error))
                continue
            rows.take(tables[path], Row(row.where, fields), path.name)
            yield from rows.out.full()
    rows.finish()
    yield from rows.out.rest()


def _table(path: Path) -> str:
    table = table_in(head_of(path))
    if table not in _NAMES:
        raise unreadable(path.name, "first line", "the columns of no Ethereum table of GraphSense")
    return table


def _renamed(fields: Mapping[str, Any], table: str) -> dict[str, Any]:
    names = _NAMES[table]
    renamed = {names.get(name, name): value for name, value in plain(fields).items()}
    if "topics" in renamed and isinstance(renamed["topics"], list):
        renamed["topics"] = [_hexadecimal(topic, 32) for topic in renamed["topics"]]
    for name in renamed.keys() & _BYTES.keys():
        if is_set(renamed[name]):
            renamed[name] = _hexadecimal(renamed[name], _BYTES[name])
    return renamed


def _first_traces(path: Path) -> Iterator[dict[str, Any]]:
    for fields in first_rows(path):
        with contextlib.suppress(BadField):
            yield _renamed(fields, "trace")


def _hexadecimal(value: Any, length: int) -> str:
    """Return bytes as hexadecimal; what is written so is checked where it is used."""
    told = str(value)
    if is_hexadecimal(told):
        return told
    return "0x" + bytes_in(told, length or _length(told)).hex()


def _length(told: str) -> int:
    """Return how many bytes a base64 text stands for."""
    return len(told) * 3 // 4 - told.count("=")


FORMAT = Format(
    "graphsense-eth",
    "account",
    "GraphSense's raw tables of Ethereum (CSV or JSON lines): blocks, transactions, traces, logs",
    _matches,
    _read,
    together=True,
)
