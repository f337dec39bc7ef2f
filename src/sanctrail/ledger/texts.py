"""Texts by their ids (addresses, transaction ids), and ids by text, without reading them all.

The texts lie in a Parquet file in the order of their ids; beside it two columns: the CRC-32 of
every text in rising order, and the ids in that order. A text is found by its CRC and then
compared; an id is found in its row group.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.errors import LedgerError
from sanctrail.ledger.columns import Column, index_dtype, place_in

ROWS = 1 << 16
"""Rows of a row group: what is read to find one text."""

_HELD = 64


class Texts:
    """A column of texts that is asked for a few of them at a time."""

    def __init__(self, path: Path, column: str, keys: Column, order: Column) -> None:
        self._path = path
        self._column = column
        self._keys = keys
        self._order = order
        self._group = lru_cache(maxsize=_HELD)(self._read_group)

    @cached_property
    def _file(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self._path, memory_map=True)
        except FileNotFoundError as error:
            raise LedgerError(
                f"{self._path}: a table of the ledger is missing. Import the source files again."
            ) from error
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self._path) from error

    def _read_group(self, number: int) -> pa.Array:
        try:
            column = self._file.read_row_group(number, columns=[self._column])[self._column]
        except (pa.ArrowException, OSError, KeyError) as error:
            raise _damaged(self._path) from error
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, number: int) -> str:
        """Return the text of an id."""
        return str(self._group(number // ROWS)[number % ROWS].as_py())

    def many(self, numbers: Column) -> pa.Array:
        """Return the texts of many ids at once, in their order; null for a negative one."""
        known = np.flatnonzero(numbers >= 0)
        groups = numbers[known] // ROWS
        order = np.argsort(groups, kind="stable")
        starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
        parts: list[pa.Array] = []
        for first, last in pairwise([*starts, len(order)]):
            mine = numbers[known[order[first:last]]] % ROWS
            parts.append(self._group(int(groups[order[first]])).take(pa.array(mine)))
        places = np.full(len(numbers), -1, np.int64)
        places[known[order]] = np.arange(len(order))
        together = pa.concat_arrays(parts) if parts else pa.array([], pa.string())
        return together.take(pa.array(places, mask=places < 0))

    def find(self, texts: Sequence[str]) -> dict[str, int]:
        """Return the ids of those texts that are here."""
        found = {}
        for text in texts:
            key = zlib.crc32(text.encode())
            first, last = (place_in(self._keys, key, side) for side in ("left", "right"))
            for number in self._order[first:last].tolist():
                if self[number] == text:
                    found[text] = number
        return found

    def all(self) -> pa.ChunkedArray:
        """Return every text in the order of their ids."""
        groups = range(self._file.num_row_groups)
        return pa.chunked_array([self._read_group(g) for g in groups], pa.string())


class MemoryTexts:
    """The same over a list in memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        self._ids = {text: number for number, text in enumerate(self._texts)}

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, number: int) -> str:
        return self._texts[number]

    def many(self, numbers: Column) -> pa.Array:
        """Return the texts of many ids at once, in their order; null for a negative one."""
        return pa.array([self._texts[n] if n >= 0 else None for n in numbers.tolist()], pa.string())

    def find(self, texts: Sequence[str]) -> dict[str, int]:
        """Return the ids of those texts that are here."""
        return {text: self._ids[text] for text in texts if text in self._ids}

    def all(self) -> pa.ChunkedArray:
        """Return every text in the order of their ids."""
        return pa.chunked_array([pa.array(self._texts, pa.string())])


def write_texts(path: Path, batches: Iterable[pa.Table], column: str) -> dict[str, Column]:
    """Write a table of texts in the order of their ids; return the columns that find them."""
    from sanctrail.ledger.crc import crc32_of  # noqa: PLC0415 - only writers need the compiler

    keys, count, writer = [np.empty(0, np.uint32)], 0, None
    for table in _even(batches):
        if writer is None:
            writer = pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=ROWS)
        keys.append(crc32_of(table[column].combine_chunks()))
        count += table.num_rows
    if writer is not None:
        writer.close()
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    return {"keys": key[order], "order": order.astype(index_dtype(count))}


def _even(batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the same rows in tables of ROWS; only the last is shorter, and one there always is."""
    held: pa.Table | None = None
    for table in batches:
        held = table if held is None else pa.concat_tables([held, table])
        while held.num_rows > ROWS:
            yield held.slice(0, ROWS)
            held = held.slice(ROWS)
    if held is not None:
        yield held


def _damaged(path: Path) -> LedgerError:
    return LedgerError(
        f"{path}: the table is damaged and cannot be read. Import the source files again."
    )
