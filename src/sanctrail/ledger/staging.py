"""Parts: what an import has read so far, safe on the disk, each whole or not there.

A part is a handful of Parquet files that no later step changes; `parts.json` says which of them
count, and from which source they came. A kill at any moment leaves the parts before it; the same
import then reads on behind them, and what they hold can be opened as it is.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.errors import LedgerError, Problem
from sanctrail.ground.store import read_manifest, write_json
from sanctrail.ledger.amounts import split
from sanctrail.ledger.batches import UNKNOWN, AccountBatch, Asset, Bytes, Told, UtxoBatch
from sanctrail.ledger.formats.source import Batch

PARTS = "parts"
_INDEX = "parts.json"

WORDS = ("a", "b", "c", "d")
"""A transaction id of 32 bytes as four unsigned 64-bit words, which an engine joins by fast."""


HELD = "held"
"""The source that stands for what a ledger holds already, when more is added to it."""


@dataclass(slots=True)
class Staged:
    """A source on its way in: its files, how many parts it gave, and what it told."""

    key: str
    form: str
    files: list[dict[str, Any]]
    parts: int = 0
    rows: int = 0
    complete: bool = False
    gaps: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    problems: list[list[str]] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Tell whether this is what the ledger held before."""
        return self.key == HELD


@dataclass(slots=True)
class Plan:
    """Everything that an import means to read, and how far it has come.

    `ordered` says whether the transactions so far were read in the order of the chain, the last
    of them being at `last` (block and place). `held` are the sources of a ledger that this adds
    to, as its manifest tells them.
    """

    family: str
    replace: bool
    last: list[int] = field(default_factory=lambda: [-1, -1])
    ordered: bool = True
    network: str | None = None
    simulation: bool = False
    assets: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    sources: list[Staged] = field(default_factory=list)

    def parts(self) -> int:
        """Return the number of parts that stand."""
        return sum(source.parts for source in self.sources)

    def whole(self) -> bool:
        """Tell whether every source was read to its end."""
        return all(source.complete for source in self.sources)

    def source_keys(self) -> list[str]:
        """Return what tells this plan from another."""
        return [source.key for source in self.sources]

    def met(self, assets: Sequence[Asset]) -> None:
        """Note the assets that a source speaks of; one code means one asset."""
        held = {asset["code"]: asset for asset in self.assets}
        for asset in assets:
            told = asdict(asset)
            if held.setdefault(asset.code, told) != told:
                raise LedgerError(
                    f"The sources disagree on the asset {asset.code}: {held[asset.code]} and "
                    f"{told}. Import them into two ledgers, or correct the layout."
                )
        self.assets = list(held.values())


class Parts:
    """The parts in a ledger's folder. Whoever writes holds the folder's lock."""

    def __init__(self, ledger: Path) -> None:
        self.folder = ledger / PARTS

    def plan(self) -> Plan | None:
        """Return the plan of an import that has not been finished, None if there is none."""
        document = self._document()
        if document is None:
            return None
        sources = [Staged(**source) for source in document.pop("sources")]
        return Plan(**document, sources=sources)

    def _document(self) -> dict[str, Any] | None:
        path = self.folder / _INDEX
        return read_manifest(self.folder, _INDEX) if path.exists() else None

    def begin(self, plan: Plan) -> None:
        """Start anew: whatever parts there were are gone."""
        self.clear()
        self.folder.mkdir(parents=True)
        self.save(plan)

    def save(self, plan: Plan) -> None:
        """Write down how far the import has come."""
        write_json(self.folder / _INDEX, asdict(plan))

    def clear(self) -> None:
        """Remove all parts; the index goes first, so that a kill leaves none that count."""
        (self.folder / _INDEX).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def files(self, kind: str, plan: Plan) -> list[Path]:
        """Return the files of one kind of all parts, in order."""
        return [self._path(number, kind) for number in range(plan.parts())]

    def add(self, plan: Plan, source: Staged, batches: Sequence[Batch], first: int) -> None:
        """Write batches as the next part. `first` is the number of their first row."""
        number = plan.parts()
        for batch in batches:
            if isinstance(batch, UtxoBatch):
                _note_order(plan, batch)
        tables = _tables(batches, first)
        for kind, table in tables.items():
            _write(self._path(number, kind), table)
        source.parts += 1
        source.rows += sum(len(batch) for batch in batches)
        self.save(plan)

    def _path(self, number: int, kind: str) -> Path:
        return self.folder / f"{number:06}.{kind}.parquet"


def _write(path: Path, table: pa.Table) -> None:
    """Write a part's table: packed lightly, since it is read once or twice and thrown away."""
    pq.write_table(table, path, compression="lz4", use_dictionary=False, row_group_size=1 << 18)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _tables(batches: Sequence[Batch], first: int) -> dict[str, pa.Table]:
    if isinstance(batches[0], UtxoBatch):
        return _utxo_tables([b for b in batches if isinstance(b, UtxoBatch)], first)
    return _account_tables([b for b in batches if isinstance(b, AccountBatch)], first)


def _note_order(plan: Plan, batch: UtxoBatch) -> None:
    """Note whether a batch goes on in the order of the chain."""
    if not plan.ordered or not len(batch):
        return
    block = np.concatenate([[plan.last[0]], batch.blocks])
    place = np.concatenate([[plan.last[1]], batch.places])
    later = (block[1:] > block[:-1]) | ((block[1:] == block[:-1]) & (place[1:] > place[:-1]))
    plan.ordered = bool(later.all() and (batch.places >= 0).all())
    plan.last = [int(block[-1]), int(place[-1])]


def words_of(ids: Bytes) -> dict[str, pa.Array]:
    """Return ids of 32 bytes as four columns of words; they sort as the bytes do."""
    words = np.ascontiguousarray(ids).view(">u8").astype(np.uint64).reshape(-1, 4)
    return {name: pa.array(words[:, n]) for n, name in enumerate(WORDS)}


def bytes_of(words: Mapping[str, Any]) -> Bytes:
    """Return the ids of 32 bytes that four columns of words stand for."""
    stacked = np.stack([np.asarray(words[name], np.uint64) for name in WORDS], axis=1)
    return stacked.astype(">u8").view(np.uint8).reshape(-1, 32)


def _utxo_tables(batches: Sequence[UtxoBatch], first: int) -> dict[str, pa.Table]:
    parts: dict[str, list[pa.Table]] = {name: [] for name in ("transactions", "outputs", "inputs")}
    hashes: list[tuple[int, str]] = []
    for batch in batches:
        rows = np.arange(first, first + len(batch), dtype=np.int64)
        parts["transactions"].append(_transactions(batch, rows))
        parts["outputs"].append(_outputs(batch, rows))
        parts["inputs"].append(_inputs(batch, rows))
        hashes.extend(batch.hashes)
        first += len(batch)
    tables = {name: pa.concat_tables(tables) for name, tables in parts.items()}
    heights, texts = zip(*hashes, strict=True) if hashes else ((), ())
    tables["blocks"] = pa.table(
        {"block": pa.array(heights, pa.int64()), "hash": pa.array(texts, pa.string())}
    )
    return tables


def _transactions(batch: UtxoBatch, rows: Any) -> pa.Table:
    return pa.table(
        {
            "tx": rows,
            **words_of(batch.txids),
            "block": batch.blocks,
            "place": batch.places,
            "time": batch.times,
            "outs": batch.output_counts,
            "ins": batch.input_counts,
        }
    )


def _inside(counts: Any) -> Any:
    """Return 0, 1, 2 ... inside each run of the given lengths."""
    starts = np.cumsum(counts) - counts
    return np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(starts, counts)


def _outputs(batch: UtxoBatch, rows: Any) -> pa.Table:
    return pa.table(
        {
            "tx": np.repeat(rows, batch.output_counts),
            "n": _inside(batch.output_counts),
            "value": batch.values,
            "address": batch.addresses,
        }
    )


def _inputs(batch: UtxoBatch, rows: Any) -> pa.Table:
    return pa.table(
        {
            "tx": np.repeat(rows, batch.input_counts),
            "slot": _inside(batch.input_counts),
            **words_of(batch.spent_txids),
            "n": batch.spent_places,
            "value": batch.spent_values,
            "address": batch.spent_addresses,
        }
    )


def _account_tables(batches: Sequence[AccountBatch], first: int) -> dict[str, pa.Table]:
    transfers = pa.concat_tables([batch.transfers for batch in batches])
    fees = pa.concat_tables([batch.fees for batch in batches])
    return {
        "transfers": _halved(transfers, "amount", first),
        "fees": _halved(fees, "fee", first),
    }


def _halved(table: pa.Table, amounts: str, first: int) -> pa.Table:
    """Return the table with its amounts in halves too, and its rows numbered."""
    high, low, wide = split(table[amounts].combine_chunks())
    rows = np.arange(first, first + table.num_rows, dtype=np.int64)
    added = {"high": pa.array(high), "low": pa.array(low), "wide": wide, "row": pa.array(rows)}
    for name, column in added.items():
        table = table.append_column(name, column)
    return table


def problems_of(told: Told) -> list[list[str]]:
    """Return problems as they are kept in an index."""
    return [[problem.source, problem.where, problem.message] for problem in told.problems]


def told_problems(sources: Sequence[Staged]) -> Iterator[Problem]:
    """Yield the problems of sources."""
    for source in sources:
        yield from (Problem(*parts) for parts in source.problems)


def filled(batch: UtxoBatch) -> UtxoBatch:
    """Return the batch with its outputs at places 0, 1, 2 ...: what is missing has no value.

    Most sources tell all outputs of a transaction, and their batch comes back as it is.
    """
    places = batch.output_places
    if places is None or np.array_equal(places, _inside(batch.output_counts)):
        return batch
    owner = np.repeat(np.arange(len(batch)), batch.output_counts)
    highest = np.zeros(len(batch), np.int64)
    np.maximum.at(highest, owner, places + 1)
    starts = np.cumsum(highest) - highest
    values = np.full(int(highest.sum()), UNKNOWN, np.int64)
    at = starts[owner] + places
    values[at] = batch.values
    taken = np.full(len(values), -1, np.int64)
    taken[at] = np.arange(len(at))
    indices = pa.array(taken, mask=taken < 0)
    return UtxoBatch(
        batch.txids, batch.blocks, batch.places, batch.times, highest, batch.input_counts,
        values, batch.addresses.take(indices), batch.spent_txids, batch.spent_places,
        batch.spent_values, batch.spent_addresses, None, batch.hashes,
    )  # fmt: skip
