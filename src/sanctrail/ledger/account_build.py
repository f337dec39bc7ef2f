"""Making an account ledger out of parts: order, ids, exact amounts, and each account's movements.

As on UTXO ledgers the engine joins and sorts, and the answers are poured into columns.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.ground.engine import Engine
from sanctrail.ground.progress import Bar
from sanctrail.ledger import account_sql as sql
from sanctrail.ledger.batches import KIND_CODES, UNKNOWN
from sanctrail.ledger.columns import Column, ColumnWriter, index_dtype, starts_of
from sanctrail.ledger.texts import write_texts
from sanctrail.ledger.utxo_build import BATCH, Built


class AccountBuild:
    """One build: tables by name in the engine, files in `work`, columns into `folder`."""

    STEPS = 8
    """Questions that a build asks, more or less: what its progress is told by."""

    def __init__(
        self, engine: Engine, work: Path, folder: Path, assets: Sequence[str], bar: Bar
    ) -> None:
        self._bar, self._steps = bar, 0
        self._engine = engine
        self._work = work
        self._folder = folder
        self._assets = list(assets)
        self._columns = ColumnWriter(folder)

    def run(self, parts: dict[str, Sequence[Path]]) -> Built:
        """Build from the parts' files."""
        for name, files in parts.items():
            self._engine.register(name, files)
        codes = pa.table({"code": self._assets, "id": range(len(self._assets))})
        self._engine.register("assets", codes)
        for name, text in (
            ("repeated", sql.repeated_sql()),
            ("once", sql.once_sql()),
            ("paid", sql.paid_sql()),
            ("moved", sql.moved_sql()),
            ("transactions", sql.transactions_sql()),
            ("dictionary", sql.dictionary_sql()),
            ("numbered", sql.numbered_sql()),
        ):
            self._made(name, text)
        count = self._engine.count("numbered")
        self._pour(count)
        self._pour_accounts(count)
        self._write_texts("addresses", "dictionary", "address, label")
        self._write_texts("transactions", "transactions", "transaction")
        for name, text in (("wide", sql.wide_sql()), ("failed", sql.failed_sql())):
            self._engine.write(text, self._folder / f"{name}.parquet")
        self._columns.close()
        named = self._engine.fetch("SELECT count(*) AS n FROM dictionary WHERE label <> ''")
        return Built(self._coverage(count), [], set(), labelled=named[0]["n"] > 0)

    def _made(self, name: str, text: str) -> None:
        path = self._work / f"{name}.parquet"
        self._engine.write(text, path, passing=True)
        self._engine.register(name, [path])
        self._steps += 1
        self._bar.reached(self._steps)

    def _pour(self, count: int) -> None:
        new = self._columns.new
        addresses = index_dtype(self._engine.count("dictionary"))
        target = {
            "senders": new("senders", addresses, count),
            "receivers": new("receivers", addresses, count),
            "assets": new("assets", np.int32, count),
            "transactions": new("transactions", np.int32, count),
            "times": new("times", np.int64, count),
            "blocks": new("blocks", np.int64, count),
            "positions": new("positions", np.int64, count),
            "places": new("places", np.int32, count),
            "kinds": new("kinds", np.uint8, count),
            "amounts_high": new("amounts_high", np.uint64, count),
            "amounts_low": new("amounts_low", np.uint64, count),
        }
        for batch in self._batches("numbered"):
            at = batch.column("number").to_numpy()
            for name, column in target.items():
                column[at] = _numbers(batch, _SOURCES[name])
        self._group(target["transactions"])

    def _group(self, transactions: Column) -> None:
        """Write where each transaction's movements begin and which they are."""
        from sanctrail.ledger.grouping import write_groups  # noqa: PLC0415 - as in write_texts

        names = ("transaction_starts", "transaction_places")
        write_groups(self._columns, names, transactions, self._engine.count("transactions"))

    def _pour_accounts(self, count: int) -> None:
        """Write where each account's movements begin and which they are."""
        accounts = self._engine.count("dictionary")
        self._made("by_account", sql.by_account_sql())
        total = self._engine.count("by_account")
        places = self._columns.new("account_places", index_dtype(count), total)
        counts, done = np.zeros(accounts, np.int64), 0
        for batch in self._batches("by_account"):
            places[done : done + len(batch)] = batch.column("number").to_numpy()
            counts += np.bincount(batch.column("account").to_numpy(), minlength=accounts)
            done += len(batch)
        self._columns.put("account_starts", starts_of(counts).astype(index_dtype(total)))

    def _write_texts(self, name: str, dictionary: str, columns: str) -> None:
        path = self._work / f"{name}-texts.parquet"
        self._engine.write(sql.texts_sql(dictionary, columns), path, passing=True)
        tables = (pa.Table.from_batches([batch]) for batch in pq.ParquetFile(path).iter_batches())
        column = columns.partition(",")[0]
        for key, values in write_texts(self._folder / f"{name}.parquet", tables, column).items():
            self._columns.put(f"{column}_{key}", values)

    def _batches(self, name: str) -> Iterator[pa.RecordBatch]:
        yield from pq.ParquetFile(self._work / f"{name}.parquet").iter_batches(BATCH)

    def _coverage(self, count: int) -> dict[str, Any]:
        row = self._engine.fetch(
            "SELECT min(CASE WHEN block >= 0 THEN block END) AS first_block,"
            " max(CASE WHEN block >= 0 THEN block END) AS last_block,"
            " min(CASE WHEN time >= 0 THEN time END) AS first_time, max(time) AS last_time,"
            " count(DISTINCT CASE WHEN block >= 0 THEN block END) AS blocks FROM moved"
        )[0]
        plain = (
            "SELECT count(DISTINCT regexp_replace(transaction, '^0x', '')) AS n FROM transactions"
        )
        return {
            **row,
            "transactions": self._engine.fetch(plain)[0]["n"],
            "movements": count,
            "addresses": self._engine.count("dictionary"),
            "failed": self._engine.fetch("SELECT count(*) AS n FROM once WHERE failed")[0]["n"],
        }


_SOURCES = {
    "senders": "sender",
    "receivers": "receiver",
    "assets": "asset",
    "transactions": "transaction",
    "times": "time",
    "blocks": "block",
    "positions": "position",
    "places": "place",
    "kinds": "kind",
    "amounts_high": "high",
    "amounts_low": "low",
}
"""Which column of the answer fills which column of the ledger."""


def _numbers(batch: pa.RecordBatch, name: str) -> Any:
    column = batch.column(name)
    if name == "kind":
        return np.array([KIND_CODES.index(kind) for kind in column.to_pylist()], np.uint8)
    if column.null_count:
        column = column.fill_null(UNKNOWN)
    return column.to_numpy(zero_copy_only=False)
