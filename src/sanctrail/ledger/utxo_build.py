"""Making a UTXO ledger out of parts: numbers, links, addresses, and the columns of them all.

Joins, sorts and the dictionary go through the engine, within its memory; what comes out is poured
into columns at the place that its number says, so nothing here grows with the chain but those
columns, which are files.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.errors import LedgerError, Problem
from sanctrail.ground.engine import Engine
from sanctrail.ground.progress import Bar
from sanctrail.ledger import utxo_sql as sql
from sanctrail.ledger.batches import UNKNOWN, UNSPENT, Ints
from sanctrail.ledger.columns import Column, ColumnWriter, index_dtype, starts_of
from sanctrail.ledger.staging import WORDS, bytes_of
from sanctrail.ledger.texts import write_texts

BATCH = 1 << 20
"""Rows that are poured into columns at a time."""

BUCKET = 25_000_000
"""Outputs whose addresses are grouped at a time."""

MANY = 20
"""Contradictions that are told one by one."""


@dataclass(slots=True)
class Built:
    """What a build made, for the manifest."""

    coverage: dict[str, Any]
    problems: list[Problem]
    gaps: set[str]
    labelled: bool = False
    """Whether the source gave names to addresses."""


class UtxoBuild:
    """One build: tables by name in the engine, files in `work`, columns into `folder`."""

    STEPS = 17
    """Questions that a build asks, more or less: what its progress is told by."""

    def __init__(self, engine: Engine, work: Path, folder: Path, bar: Bar) -> None:
        self._bar, self._steps = bar, 0
        self._addresses = 0
        self._as_read = False
        self._engine = engine
        self._work = work
        self._folder = folder
        self._columns = ColumnWriter(folder)
        self._problems: list[Problem] = []

    def run(self, parts: dict[str, Sequence[Path]], *, ordered: bool) -> Built:
        """Build from the parts' files; `ordered` says that they stand in chain order already."""
        for name, files in parts.items():
            self._engine.register(name, files)
        self._number(ordered=ordered)
        self._link()
        sizes = self._sizes()
        self._pour_transactions(sizes)
        self._pour_inputs(sizes)
        self._forget("links", "spends", "outside_spends")
        self._pour_outputs(sizes)
        self._write_texts()
        coverage = self._blocks(sizes)
        self._columns.close()
        return Built(coverage, self._problems, self._gaps())

    def _made(self, name: str, text: str) -> int:
        """Write the answer to a question and give it a name; return its number of rows."""
        path = self._work / f"{name}.parquet"
        self._engine.write(text, path, passing=True)
        self._engine.register(name, [path])
        self._steps += 1
        self._bar.reached(self._steps)
        return self._engine.count(name)

    def _in_buckets(self, name: str, question: Callable[..., str], outputs: int) -> None:
        """Write the answer to a question bucket by bucket, as many as the outputs need."""
        of = outputs // BUCKET + 1
        for bucket in range(of):
            text = question(ordered=self._as_read, bucket=bucket, of=of)
            self._engine.write(text, self._work / f"{name}.{bucket}.parquet", passing=True)
        self._engine.register(name, self._files(name))
        self._steps += 1
        self._bar.reached(self._steps)

    def _files(self, name: str) -> list[Path]:
        return sorted(self._work.glob(f"{name}.*parquet"))

    def _forget(self, *names: str) -> None:
        """Remove tables that no later question asks: they take as much disk as the ledger."""
        for name in names:
            self._engine.drop(name)
            for path in self._files(name):
                path.unlink()

    def _number(self, *, ordered: bool, deep: bool = False) -> None:
        """Find what is there twice, then give every transaction its number."""
        self._source, self._twice = "transactions", False
        if self._made("again", sql.again_sql()):
            dropped = self._made("dropped", sql.dropped_sql())
            ordered = ordered and not dropped
            self._twice = True
            if dropped:
                self._tell_conflicts()
                self._made("kept", sql.kept_sql())
                self._source = "kept"
        self._made_numbers(ordered=ordered, deep=deep)

    def _made_numbers(self, *, ordered: bool, deep: bool) -> None:
        self._as_read = ordered
        text = sql.as_read_sql() if ordered else sql.numbers_sql(self._source, deep=deep)
        self._made("numbers", text)
        if self._twice:
            self._made("makers", sql.makers_sql())

    def _tell_conflicts(self) -> None:
        rows = self._engine.fetch(sql.conflicts_sql(MANY))
        for row in rows:
            self._problems.append(
                Problem(
                    "the sources", f"transaction {_txid(row)}",
                    f"stands in block {row['first_block']} and in block {row['block']}; the first "
                    "was kept",
                )
            )  # fmt: skip

    def _link(self) -> None:
        """Join inputs to outputs; where the order inside a block was a guess, mend it once."""
        self._made("links", sql.links_sql(twice=self._twice, ordered=self._as_read))
        if self._made("backwards", sql.backwards_sql()):
            self._mend_order()
        self._made("outside", sql.outside_sql())
        self._made("outside_outputs", sql.outside_outputs_sql())

    def _mend_order(self) -> None:
        self._engine.register("depths", _depths(self._engine.run(sql.edges_sql())))
        self._made_numbers(ordered=False, deep=True)
        self._made("links", sql.links_sql(twice=self._twice, ordered=self._as_read))
        if self._made("backwards", sql.backwards_sql()):
            row = self._engine.fetch(sql.first_backwards_sql())[0]
            raise LedgerError(
                f"The sources contradict each other: an output of transaction {_txid(row)} of "
                f"block {row['made']} is spent in block {row['spent']}, before it was made. "
                "Check the blocks of the sources; nothing was changed."
            )

    def _sizes(self) -> "_Sizes":
        outside = self._engine.count("outside")
        inside = self._engine.count("numbers")
        outs = np.zeros(outside + inside, np.int64)
        ins = np.zeros(outside + inside, np.int64)
        for rows in self._rows("numbers", "number", "outs", "ins"):
            outs[rows["number"] + outside] = rows["outs"]
            ins[rows["number"] + outside] = rows["ins"]
        for rows in self._rows("outside_outputs", "number"):
            np.add.at(outs, rows["number"], 1)
        return _Sizes(outside, inside, starts_of(outs), starts_of(ins))

    def _pour_transactions(self, sizes: "_Sizes") -> None:
        count = sizes.transactions
        txids = self._columns.new("txids", np.uint8, (count, 32))
        for rows in self._rows("numbers", "number", *WORDS):
            txids[rows["number"] + sizes.outside] = bytes_of(rows)
        for rows in self._rows("outside", "number", *WORDS):
            txids[rows["number"]] = bytes_of(rows)
        words = np.ascontiguousarray(txids[:, :8]).view(">u8").ravel().astype(np.uint64)
        order = np.argsort(words, kind="stable")
        self._columns.put("txid_order", order.astype(index_dtype(count)))
        for name, starts in (("first_output", sizes.outputs), ("first_input", sizes.inputs)):
            self._columns.put(name, starts.astype(index_dtype(int(starts[-1]))))

    def _pour_outputs(self, sizes: "_Sizes") -> None:
        self._in_buckets("firsts", sql.firsts_sql, int(sizes.outputs[-1]))
        addresses = self._addresses = self._made("ids", sql.ids_sql())
        self._in_buckets("held", sql.held_sql, int(sizes.outputs[-1]))
        self._made("owned", sql.owned_sql())
        self._forget("held")
        self._made("outside_owned", sql.outside_owned_sql())
        count = int(sizes.outputs[-1])
        values = self._columns.new("values", np.int64, count)
        owners = self._columns.new("owners", index_dtype(addresses), count)
        for rows in self._rows("owned", "number", "n", "value", "id"):
            at = sizes.outputs[rows["number"] + sizes.outside] + rows["n"]
            values[at], owners[at] = rows["value"], rows["id"]
        self._forget("owned")
        places = np.zeros(int(sizes.outputs[sizes.outside]), np.int64)
        for rows in self._rows("outside_owned", "output", "n", "value", "id"):
            at = rows["output"]
            values[at], owners[at], places[at] = rows["value"], rows["id"], rows["n"]
        self._columns.put("outside_places", places.astype(np.int32))
        self._group(owners)

    def _group(self, owners: Column) -> None:
        """Write where each address's outputs begin and which they are."""
        from sanctrail.ledger.grouping import write_groups  # noqa: PLC0415 - as in write_texts

        names = ("address_starts", "address_outputs")
        write_groups(self._columns, names, owners, self._addresses)

    def _pour_inputs(self, sizes: "_Sizes") -> None:
        count = int(sizes.inputs[-1])
        outputs = int(sizes.outputs[-1])
        inputs = self._columns.new("inputs", index_dtype(outputs), count)
        spent_by = self._columns.new("spent_by", index_dtype(sizes.transactions), outputs)
        spent_by[:] = UNSPENT
        self._made("spends", sql.spends_sql())
        self._made("outside_spends", sql.outside_spends_sql())
        spent = 0
        for rows in self._rows("spends", "spender", "slot", "maker", "n"):
            maker = rows["maker"] + sizes.outside
            output = sizes.outputs[maker] + rows["n"]
            self._refuse_beyond(output, sizes.outputs[maker + 1], maker)
            spent += _pour_spends(rows, output, sizes, inputs, spent_by)
        for rows in self._rows("outside_spends", "spender", "slot", "output"):
            spent += _pour_spends(rows, rows["output"], sizes, inputs, spent_by)
        if int(np.count_nonzero(spent_by != UNSPENT)) != spent:
            raise self._spent_twice()

    def _refuse_beyond(self, outputs: Ints, ends: Ints, makers: Ints) -> None:
        beyond = np.flatnonzero(outputs >= ends)
        if len(beyond):
            raise LedgerError(
                "The sources contradict each other: an input spends an output that transaction "
                f"number {int(makers[beyond[0]])} has not, by the outputs that the sources tell. "
                "Import the whole transactions; nothing was changed."
            )

    def _spent_twice(self) -> LedgerError:
        row = self._engine.fetch(sql.spent_twice_sql())[0]
        return LedgerError(
            f"The sources contradict each other: output {row['n']} of transaction "
            f"{_txid(row)} is spent {row['times']} times. Leave out the source that is of "
            "another branch of the chain; nothing was changed."
        )

    def _write_texts(self) -> None:
        path = self._work / "texts.parquet"
        self._engine.write(sql.texts_sql(), path, passing=True)
        self._forget("firsts", "ids")
        found = write_texts(self._folder / "addresses.parquet", _tables(path), "address")
        for name, column in found.items():
            self._columns.put(f"address_{name}", column)

    def _blocks(self, sizes: "_Sizes") -> dict[str, Any]:
        """Write where each block begins, and return what the ledger covers."""
        block = np.empty(sizes.inside, np.int64)
        time = np.empty(sizes.inside, np.int64)
        for rows in self._rows("numbers", "number", "block", "time"):
            block[rows["number"]], time[rows["number"]] = rows["block"], rows["time"]
        fresh = np.ones(sizes.inside, bool)
        fresh[1:] = (block[1:] != block[:-1]) | (time[1:] != time[:-1])
        first = np.flatnonzero(fresh)
        self._columns.put("block_first", (first + sizes.outside).astype(np.int64))
        self._columns.put("block_height", block[first])
        self._columns.put("block_time", time[first])
        hashes = self._engine.run(sql.hashes_sql())
        pq.write_table(hashes, self._folder / "blocks.parquet", compression="zstd")
        known = block[block != UNKNOWN]
        return {
            "first_block": int(known.min()) if len(known) else None,
            "last_block": int(known.max()) if len(known) else None,
            "first_time": int(time.min()),
            "last_time": int(time.max()),
            "blocks": len(np.unique(known)),
            "transactions": sizes.inside,
            "movements": int(sizes.outputs[-1] - sizes.outputs[sizes.outside]),
            "inputs": int(sizes.inputs[-1]),
            "addresses": self._addresses,
            "outside_transactions": sizes.outside,
            "outside_outputs": int(sizes.outputs[sizes.outside]),
        }

    def _gaps(self) -> set[str]:
        return {"values"} if self._engine.fetch(sql.unknown_values_sql())[0]["n"] else set()

    def _rows(self, name: str, *columns: str) -> Iterator[dict[str, Ints]]:
        """Yield the rows of a table that was made, as whole numbers; null is UNKNOWN."""
        file = pq.ParquetFile(self._work / f"{name}.parquet")
        for batch in file.iter_batches(BATCH, columns=list(columns)):
            yield {column: _ints(batch.column(column)) for column in columns}


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many transactions are outside and inside; where each one's outputs and inputs begin."""

    outside: int
    inside: int
    outputs: Ints
    inputs: Ints

    @property
    def transactions(self) -> int:
        return self.outside + self.inside


def _pour_spends(
    rows: dict[str, Ints], output: Ints, sizes: _Sizes, inputs: Column, spent_by: Column
) -> int:
    spender = rows["spender"] + sizes.outside
    inputs[sizes.inputs[spender] + rows["slot"]] = output
    spent_by[output] = spender
    return len(output)


def _ints(column: pa.Array) -> npt.NDArray[Any]:
    if column.null_count:
        column = column.fill_null(UNKNOWN)
    values: npt.NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return values if values.dtype == np.uint64 else values.astype(np.int64, copy=False)


def _tables(path: Path) -> Iterator[pa.Table]:
    for batch in pq.ParquetFile(path).iter_batches(BATCH):
        yield pa.Table.from_batches([batch])


def _txid(row: dict[str, Any]) -> str:
    return bytes(bytes_of({name: [row[name]] for name in WORDS}).tobytes()).hex()


def _depths(edges: pa.Table) -> pa.Table:
    """Return how many links of one block lie before each transaction, and the time it may have.

    A block's time may lie before that of the block before it; what spends an output is placed no
    earlier than what makes it. Raises `LedgerError` where links go round in a circle.
    """
    maker, spender = (edges[name].to_numpy() for name in ("maker", "spender"))
    ids, numbers = np.unique(np.concatenate([maker, spender]), return_inverse=True)
    source, target = numbers[: len(maker)], numbers[len(maker) :]
    depth, time = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
    time[source], time[target] = edges["made"].to_numpy(), edges["spent"].to_numpy()
    for _ in range(len(ids) + 1):
        before = (depth.copy(), time.copy())
        np.maximum.at(time, target, time[source])
        np.maximum.at(depth, target, depth[source] + 1)
        if np.array_equal(depth, before[0]) and np.array_equal(time, before[1]):
            return pa.table({"tx": ids, "depth": depth, "time": time})
    raise LedgerError(
        "The sources contradict each other: transactions of one block spend each other's outputs "
        "in a circle. Check the sources; nothing was changed."
    )
