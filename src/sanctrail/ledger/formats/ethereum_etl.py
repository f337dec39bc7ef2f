"""Exports of ethereum-etl (blockchain-etl), as CSV or JSON lines, from its export or its stream.

Tables of one export are read together: receipts tell what transactions cost, blocks the times of
what has none. Source: ethereum-etl, docs/schema.md; BigQuery's public tables have the same names.
"""

from collections.abc import Iterator
from pathlib import Path

from sanctrail.errors import InputError
from sanctrail.ledger.batches import AccountBatch
from sanctrail.ledger.formats.evm import TABLES, EvmRows
from sanctrail.ledger.formats.evm_traces import unnamed
from sanctrail.ledger.formats.rows import first_rows, names_in, rows_of
from sanctrail.ledger.formats.source import Format, Head, Source, head_of, unreadable

_COLUMNS = {
    "trace": {"block_number", "trace_type", "from_address", "to_address", "value"},
    "token_transfer": {"token_address", "from_address", "to_address", "value", "log_index"},
    "log": {"log_index", "transaction_hash", "address", "data", "topics"},
    "receipt": {"transaction_hash", "transaction_index", "gas_used", "cumulative_gas_used"},
    "block": {"number", "hash", "miner", "timestamp"},
    "transaction": {"hash", "block_number", "from_address", "to_address", "value", "gas_price"},
    "token": {"address", "symbol", "decimals"},
    "contract": {"address", "bytecode"},
    "approval": {"token_address", "owner_address", "spender_address"},
    "geth_trace": {"block_number", "transaction_traces"},
}
"""Columns by which each table is known, asked in this order."""

_PASSED_OVER = ("approval",)


def table_of_names(names: set[str]) -> str:
    """Return which table has these columns, empty where none has."""
    return next((table for table, needed in _COLUMNS.items() if needed <= names), "")


def _matches(head: Head) -> bool:
    return bool(table_of_names(names_in(head)))


def _read(source: Source) -> Iterator[AccountBatch]:
    tables = {path: _table(path) for path in source.files}
    both = {"log", "token_transfer"} <= set(tables.values())
    traces = [path for path in source.files if tables[path] == "trace"]
    nameless = any(unnamed(first_rows(path)) for path in traces)
    rows = EvmRows(source, logs_too=both, unnamed_traces=nameless)
    for path in sorted(source.files, key=lambda path: _order(tables[path])):
        for row in rows_of(source, path):
            table = row.fields.get("type")
            rows_table = table if table in TABLES else tables[path]
            if rows_table not in _PASSED_OVER:
                rows.take(rows_table, row, path.name)
                yield from rows.out.full()
    rows.finish()
    yield from rows.out.rest()


def _order(table: str) -> int:
    return TABLES.index(table) if table in TABLES else len(TABLES)


def _table(path: Path) -> str:
    """Return which table a file is."""
    table = table_of_names(names_in(head_of(path)))
    if not table:
        raise unreadable(path.name, "first line", "the columns of no table of ethereum-etl")
    if table == "geth_trace":
        raise InputError(
            f"{path.name}: these are traces as Geth gives them, whole. Make a table of them with "
            "'ethereumetl extract_geth_traces' and import that."
        )
    return table


FORMAT = Format(
    "ethereum-etl",
    "account",
    "ethereum-etl's tables (CSV or JSON lines): transactions, traces, token transfers, logs, "
    "receipts, blocks, tokens",
    _matches,
    _read,
    together=True,
)
