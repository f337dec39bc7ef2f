"""The AWS public Ethereum data, and other Parquet tables with ethereum-etl's columns.

AWS keeps amounts as doubles: a double stands for one whole number, which is taken as it is, but
beyond 2^53 it need not be the chain's. Logs hold exact amounts, so where they are given tokens come
from them. Source: guidance-for-digital-assets-on-aws, analytics/consumer/schema/eth.md.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sanctrail.ledger.batches import AccountBatch
from sanctrail.ledger.formats.ethereum_etl import table_of_names
from sanctrail.ledger.formats.evm import TABLES, EvmRows
from sanctrail.ledger.formats.evm_traces import unnamed
from sanctrail.ledger.formats.parquet_rows import double_columns, parquet_names, parquet_rows
from sanctrail.ledger.formats.rows import Row
from sanctrail.ledger.formats.source import Format, Head, Source, head_of, unreadable

_COSTS = ("gas_used", "effective_gas_price", "l1_fee", "blob_gas_used", "blob_gas_price")
_IN_BLOCK = {"block_number", "block_timestamp", "transaction_index"}

_READ = {
    "token": {"address", "symbol", "decimals"},
    "contract": {"address", "is_erc721"},
    "block": {"number", "timestamp", "withdrawals"},
    "receipt": {"status", "contract_address", *_COSTS, *_IN_BLOCK},
    "transaction": {
        "hash", "nonce", "from_address", "to_address", "value", "gas_price", "receipt_status",
        "receipt_contract_address", *(f"receipt_{name}" for name in _COSTS), *_IN_BLOCK,
    },
    "trace": {
        "transaction_hash", "from_address", "to_address", "value", "trace_type", "call_type",
        "trace_address", "error", "status", "trace_id", "trace_index", *_IN_BLOCK,
    },
    "log": {"log_index", "transaction_hash", "address", "data", "topics", *_IN_BLOCK},
    "token_transfer": {
        "token_address", "from_address", "to_address", "value", "transaction_hash", "log_index",
        *_IN_BLOCK,
    },
}  # fmt: skip
"""The columns that are read of each table."""

_NAMES_READ = 100


def _matches(head: Head) -> bool:
    return table_of_names(parquet_names(head)) in TABLES


def _read(source: Source) -> Iterator[AccountBatch]:
    tables = {path: _table(path) for path in source.files}
    both = {"log", "token_transfer"} <= set(tables.values())
    traces = [path for path in source.files if tables[path] == "trace"]
    rows = EvmRows(source, logs_too=both, unnamed_traces=any(map(_unnamed, traces)))
    for path in sorted(source.files, key=lambda path: TABLES.index(tables[path])):
        table = tables[path]
        if "value" in double_columns(source, path):
            source.told.lacks("precision")
        for row in parquet_rows(source, path, _READ[table]):
            rows.take(table, _whole(row), path.name)
            yield from rows.out.full()
    rows.finish()
    yield from rows.out.rest()


def _unnamed(path: Path) -> bool:
    rows = parquet_rows(Source((path,)), path, _READ["trace"])
    return unnamed(row.fields for row, _ in zip(rows, range(_NAMES_READ), strict=False))


def _whole(row: Row) -> Row:
    """Return the row with a value that is a double as the whole number that it stands for."""
    value: Any = row.fields.get("value")
    if isinstance(value, float) and value.is_integer():
        row.fields["value"] = int(value)
    return row


def _table(path: Path) -> str:
    table = table_of_names(parquet_names(head_of(path)))
    if table not in TABLES:
        raise unreadable(path.name, "columns", "those of no table of Ethereum's")
    return table


FORMAT = Format(
    "aws-ethereum",
    "account",
    "the AWS public Ethereum Parquet, and other Parquet tables with ethereum-etl's columns",
    _matches,
    _read,
    together=True,
)
