"""Columns of numbers: one `.npy` file each, mapped into memory, read where they are touched.

Opening a column costs the same whatever its length: the file's head is read and the rest mapped.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from numpy.lib.format import open_memmap

from sanctrail.errors import LedgerError

Column = npt.NDArray[Any]

_INT32 = 2**31 - 1


def index_dtype(largest: int) -> np.dtype[Any]:
    """Return the narrowest signed kind that holds `largest`: half the disk for most ledgers."""
    return np.dtype(np.int32 if largest <= _INT32 else np.int64)


def starts_of(counts: Column) -> Column:
    """Return where each run begins when runs of these lengths stand one behind the other.

    (n + 1,) for n lengths: the last is where all of them end.
    """
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def run_sums(values: Column, starts: Column) -> Column:
    """Return the sum of each run of values; (n,) for n + 1 starts. Exact: 64 bits hold them."""
    total = starts_of(values)
    sums: Column = total[starts[1:]] - total[starts[:-1]]
    return sums


def runs_of(starts: Column, first: int, last: int) -> Column:
    """Return which run each row of [first, last) stands in, for runs that begin at `starts`."""
    rows = np.arange(first, last).astype(starts.dtype)
    runs: Column = np.searchsorted(starts, rows, "right") - 1
    return runs


def in_groups(starts: Column, rows: Column, numbers: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return the rows of some groups together, rising; a number that has no group has no rows.

    `starts` (n + 1,) tells where each group begins in `rows`; see `grouping.write_groups`.
    """
    wanted = once(np.asarray(numbers, np.int64))
    wanted = wanted[(wanted >= 0) & (wanted < len(starts) - 1)]
    begin, end = (starts[wanted + more].astype(np.int64) for more in (0, 1))
    if len(wanted) == 1:  # rises already
        return rows[begin[0] : end[0]].astype(np.int64)
    before = starts_of(end - begin)
    at = np.arange(before[-1]) + np.repeat(begin - before[:-1], end - begin)
    return np.sort(rows[at].astype(np.int64))


def pairs_once(one: Column, other: Column) -> tuple[Column, Column]:
    """Return the different pairs of two columns, rising by the first and then the second.

    Neither holds a negative number, nor one so great that their product leaves 64 bits.
    """
    size = int(np.max(other, initial=0)) + 1
    keys = once(np.asarray(one, np.int64) * size + np.asarray(other, np.int64))
    return keys // size, keys % size


def once(values: Column) -> Column:
    """Return the different values, rising; by sorting, which is faster here than by hashing."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def place_in(column: Column, value: int, side: Literal["left", "right"]) -> int:
    """Return where a value belongs in a rising column.

    The value takes the column's kind first: otherwise the whole column would be copied to its.
    """
    return int(np.searchsorted(column, column.dtype.type(value), side))


def places_in(column: Column, values: Column) -> npt.NDArray[np.int64]:
    """Return where many values belong in a rising column, behind equal ones."""
    places = np.searchsorted(column, np.asarray(values).astype(column.dtype), "right")
    return places.astype(np.int64)


class MappedColumns(Mapping[str, Column]):
    """The columns of a folder by name, each mapped when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._held:
            self._held[name] = _mapped(self._folder / f"{name}.npy")
        return self._held[name]

    def __contains__(self, name: object) -> bool:
        return (self._folder / f"{name}.npy").exists()

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in sorted(self._folder.glob("*.npy")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _mapped(path: Path) -> Column:
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise LedgerError(
            f"{path}: a column of the ledger is missing. Import the source files again."
        ) from error
    except (ValueError, OSError, EOFError) as error:
        raise LedgerError(
            f"{path}: the column is damaged and cannot be read. Import the source files again."
        ) from error
    return np.asarray(mapped)


class ColumnWriter:
    """Columns being written into a folder: made at their full length, filled in any order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Column] = {}

    def new(self, name: str, dtype: npt.DTypeLike, shape: int | tuple[int, ...]) -> Column:
        """Return a new column of zeros to fill."""
        size = shape if isinstance(shape, tuple) else (shape,)
        if 0 in size:  # an empty file cannot be mapped
            self.put(name, np.zeros(size, dtype))
            return np.zeros(size, dtype)
        column = open_memmap(self._folder / f"{name}.npy", "w+", np.dtype(dtype), size)
        self._open[name] = column
        return column

    def put(self, name: str, values: Column) -> None:
        """Write a whole column at once."""
        np.save(self._folder / f"{name}.npy", np.ascontiguousarray(values), allow_pickle=False)

    def close(self) -> None:
        """Flush what was filled."""
        for column in self._open.values():
            if isinstance(column, np.memmap):
                column.flush()
        self._open.clear()
