"""`blockchair`: Blockchair's database dumps, tables of outputs, inputs and transactions (TSV).

Each row of `inputs` is an output with what spends it, each row of `outputs` an output; together
they tell whole transactions. The tables are joined by the engine, so that memory stays bounded.
Source: Blockchair's description of its Bitcoin dumps.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from sanctrail.errors import UnreadableFile
from sanctrail.ground.engine import DuckEngine
from sanctrail.ledger.batches import UNKNOWN, UtxoBatch
from sanctrail.ledger.bitcoin.networks import MAX_MONEY
from sanctrail.ledger.formats import blockchair_sql as sql
from sanctrail.ledger.formats.hexes import ids_of
from sanctrail.ledger.formats.nested import addresses_from
from sanctrail.ledger.formats.source import Format, Head, Source, columns_of

ROWS = 50_000
_BLOCK = 64 << 20
_MAX_PLACE = 1_000_000

_OUT = {
    "txid": "transaction_hash", "n": "index", "block": "block_id", "time": "time",
    "value": "value", "recipient": "recipient", "script": "script_hex", "kind": "type",
    "coinbase": "is_from_coinbase",
}  # fmt: skip
_IN = {
    "txid": "transaction_hash", "n": "index", "value": "value", "recipient": "recipient",
    "script": "script_hex", "kind": "type", "spender": "spending_transaction_hash",
    "slot": "spending_index", "spent_block": "spending_block_id", "spent_time": "spending_time",
}  # fmt: skip
_HEAD = {"txid": "hash", "block": "block_id", "time": "time", "coinbase": "is_coinbase"}
_TABLES = {"outs": _OUT, "ins": _IN, "heads": _HEAD}
_IDS = {"txid", "spender"}
_NUMBERS = {"n", "value", "block", "slot", "spent_block"}
_PLACES = {"n", "slot"}
_TIMES = {"time", "spent_time"}
_OPTIONAL = {"recipient", "script", "kind", "coinbase"}


def kind_of(names: list[str]) -> str | None:
    """Return which of the tables has these columns."""
    have = set(names)
    for kind in ("ins", "outs", "heads"):
        needed = {told for name, told in _TABLES[kind].items() if name not in _OPTIONAL}
        if needed <= have:
            return kind
    return None


def read(source: Source) -> Iterator[UtxoBatch]:
    """Yield whole transactions out of the tables that were given."""
    with tempfile.TemporaryDirectory() as made, DuckEngine(spill=Path(made) / "spill") as engine:
        tables = _Tables(Path(made), source)
        for path in source.files:
            tables.take(path)
        _tell_gaps(source, tables)
        for kind in _TABLES:
            engine.register(kind, tables.files(kind))
        for name, text in (
            ("transactions", sql.transactions_sql()), ("outputs", sql.outputs_sql()),
            ("inputs", sql.inputs_sql()), ("ordered", sql.heads_sql()),
        ):  # fmt: skip
            engine.write(text, Path(made) / f"{name}.parquet", passing=True)
            engine.register(name, [Path(made) / f"{name}.parquet"])
        yield from _batches(Path(made))


def _tell_gaps(source: Source, tables: "_Tables") -> None:
    source.told.lacks("unspent", "position")
    if not tables.written["ins"]:
        source.told.lacks("inputs")
    if not tables.written["outs"]:
        source.told.lacks("outputs")


@dataclass(slots=True)
class _Tables:
    """The tables as they are read: checked, and written where the engine finds them."""

    folder: Path
    source: Source
    written: dict[str, list[Path]] = field(default_factory=lambda: {kind: [] for kind in _TABLES})
    rows: int = 0

    def files(self, kind: str) -> list[Path]:
        """Return the files of one kind; where none was given, one without rows."""
        if self.written[kind]:
            return self.written[kind]
        empty = self.folder / f"{kind}-none.parquet"
        pq.write_table(_schema(kind).empty_table(), empty)
        return [empty]

    def take(self, path: Path) -> None:
        """Read one file."""
        count = 0
        with self.source.open(path) as stream:
            names = columns_of(Head(path, path.name, stream.head()), "\t")
            kind = kind_of(names)
            if kind is None:
                raise UnreadableFile(
                    f"{path.name}: not a table of Blockchair's outputs, inputs or transactions; "
                    f"its columns are {', '.join(names)[:300]}. Give those files."
                )
            target = self.folder / f"{kind}-{len(self.written[kind])}.parquet"
            with pq.ParquetWriter(target, _schema(kind), compression="lz4") as writer:
                for batch in _rows_of(stream, names, path.name, self.source):
                    table = self._checked(batch, kind, count + 2, path.name)
                    writer.write_table(table)
                    count += batch.num_rows
        self.written[kind].append(target)
        self.source.counted(path.name, count)

    def _checked(self, batch: pa.RecordBatch, kind: str, line: int, name: str) -> pa.Table:
        """Return the good rows of a batch; the others are problems with their lines."""
        count = batch.num_rows
        columns: dict[str, Any] = {}
        good = np.ones(count, bool)
        for column, told in _TABLES[kind].items():
            there = told in batch.schema.names
            text = batch.column(told) if there else pa.nulls(count, pa.string())
            columns[column], fine = _column(column, text)
            for row in np.flatnonzero(good & ~fine).tolist():
                message = f"{told} '{str(text[row].as_py())[:80]}' cannot be read"
                self.source.told.problem(name, f"line {line + row}", message)
            good &= fine
        columns["row"] = pa.array(np.arange(self.rows, self.rows + count))
        self.rows += count
        return pa.table(columns, schema=_schema(kind)).filter(pa.array(good))


def _schema(kind: str) -> pa.Schema:
    kinds = {
        **dict.fromkeys(_NUMBERS | _TIMES, pa.int64()), **dict.fromkeys(_IDS, pa.string()),
        "coinbase": pa.bool_(),
    }  # fmt: skip
    fields = [(name, kinds.get(name, pa.string())) for name in _TABLES[kind]]
    return pa.schema([*fields, ("row", pa.int64())])


def _column(name: str, text: pa.Array) -> tuple[pa.Array, Any]:
    """Return a column as what it means, and which of its rows are good."""
    every = np.ones(len(text), bool)
    if name in _IDS:
        return text, ids_of(text)[1]
    if name in _NUMBERS:
        digits = pc.fill_null(pc.match_substring_regex(text, r"^[0-9]{1,16}$"), False)
        numbers = pc.cast(pc.if_else(digits, text, "0"), pa.int64())
        fine = digits.to_numpy(zero_copy_only=False)
        largest = _MAX_PLACE if name in _PLACES else MAX_MONEY
        return numbers, fine & (numbers.to_numpy() <= largest)
    if name in _TIMES:
        times = pc.strptime(text, "%Y-%m-%d %H:%M:%S", "s", error_is_null=True)
        fine = times.is_valid().to_numpy(zero_copy_only=False)
        return pc.fill_null(times.cast(pa.int64()), 0), fine
    if name == "coinbase":
        return pc.fill_null(pc.equal(text, "1"), False), every
    return text, every


def _rows_of(stream: Any, names: list[str], name: str, source: Source) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file as texts; a row of another length is a problem."""

    def broken(row: Any) -> str:
        where = f"line {row.number}" if row.number is not None else "a line"
        source.told.problem(
            name, where, f"the row has {row.actual_columns} fields, not {row.expected_columns}"
        )
        source.counted(name, 1)
        return "skip"

    needed = {told for columns in _TABLES.values() for told in columns.values()}
    try:
        reader = pcsv.open_csv(
            stream,
            pcsv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names, skip_rows=1),
            pcsv.ParseOptions(delimiter="\t", quote_char=False, invalid_row_handler=broken),
            pcsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                include_columns=[told for told in names if told in needed],
            ),
        )
        yield from reader
    except pa.ArrowException as error:
        reason = str(error).partition("\n")[0][:200].rstrip(".")
        raise UnreadableFile(
            f"{name}: cannot be read as tab-separated text ({reason}). Fetch the file again; "
            "nothing was changed."
        ) from error


def _batches(made: Path) -> Iterator[UtxoBatch]:
    """Yield transactions with their outputs and inputs, which stand in the same order."""
    outputs, inputs = (_Walk(made / f"{name}.parquet") for name in ("outputs", "inputs"))
    for heads in pq.ParquetFile(made / "ordered.parquet").iter_batches(ROWS):
        first = int(heads.column("tx")[0].as_py())
        until = first + heads.num_rows
        outs, ins = outputs.until(until), inputs.until(until)
        yield UtxoBatch(
            txids=ids_of(heads.column("txid"))[0],
            blocks=heads.column("block").to_numpy(),
            places=np.full(heads.num_rows, UNKNOWN, np.int64),
            times=heads.column("time").to_numpy(),
            output_counts=_counts(outs, first, until),
            input_counts=_counts(ins, first, until),
            values=outs["value"].to_numpy(),
            addresses=_addresses(outs),
            spent_txids=ids_of(ins["spent"].combine_chunks())[0],
            spent_places=ins["n"].to_numpy(),
            spent_values=ins["value"].to_numpy(),
            spent_addresses=_addresses(ins),
            output_places=outs["n"].to_numpy(),
        )


class _Walk:
    """The rows of a sorted file, taken transaction by transaction."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path)
        self._batches = self._file.iter_batches(ROWS)
        self._held: pa.Table = self._file.schema_arrow.empty_table()

    def until(self, tx: int) -> pa.Table:
        """Return the rows of transactions before `tx` that were not given yet."""
        parts = [self._held]
        while not parts[-1].num_rows or int(parts[-1]["tx"][-1].as_py()) < tx:
            batch = next(self._batches, None)
            if batch is None:
                break
            parts.append(pa.Table.from_batches([batch]))
        whole = pa.concat_tables(parts).combine_chunks()
        cut = int(np.searchsorted(whole["tx"].to_numpy(), tx))
        self._held = whole.slice(cut)
        return whole.slice(0, cut)


def _counts(rows: pa.Table, first: int, until: int) -> Any:
    return np.bincount(rows["tx"].to_numpy() - first, minlength=until - first)


def _addresses(rows: pa.Table) -> pa.Array:
    """Return addresses; Blockchair's own marks for scripts (`d-`, `m-`, `s-`) are none."""
    told, script, kind = (
        pa.array(rows[name].combine_chunks(), pa.string())
        for name in ("recipient", "script", "kind")
    )
    marked = pc.fill_null(pc.match_substring_regex(told, "^[a-z]-"), False)
    return addresses_from(pc.if_else(marked, "", told), script, kind)


def matches(head: Head) -> bool:
    """Tell by the columns."""
    return kind_of(columns_of(head, "\t")) is not None


FORMAT = Format(
    "blockchair",
    "utxo",
    "Blockchair's dumps of outputs, inputs and transactions (TSV), given together",
    matches,
    read,
    together=True,
)
