"""Rows of Parquet files: the same fields by name as those of text files."""

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sanctrail.ledger.formats.rows import Row
from sanctrail.ledger.formats.source import Head, Source, unreadable

MAGIC = b"PAR1"

_ROWS = 20_000
_UNREADABLE = (pa.ArrowException, OSError, OverflowError, UnicodeDecodeError, NotImplementedError)


@contextlib.contextmanager
def opened_parquet(source: Source, path: Path) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file, which may itself be packed.

    What cannot be read of it later is `UnreadableFile` too.
    """
    with source.open(path) as stream:
        try:
            with path.open("rb") as raw:
                plain = raw.read(len(MAGIC)) == MAGIC
            yield pq.ParquetFile(path if plain else pa.BufferReader(stream.read()))
        except _UNREADABLE as error:
            reason = str(error).partition("\n")[0].rstrip(".")[:200]
            what = f"it breaks off, is damaged or is no Parquet file ({reason})"
            raise unreadable(path.name, "as a whole", what) from error


def parquet_names(head: Head) -> set[str]:
    """Return the columns of a Parquet file; none where it is not one or cannot be read."""
    if not head.data.startswith(MAGIC):
        return set()
    with contextlib.suppress(Exception), opened_parquet(Source((head.path,)), head.path) as file:
        return set(file.schema_arrow.names)
    return set()


def double_columns(source: Source, path: Path) -> set[str]:
    """Return the columns that hold floating point numbers."""
    with opened_parquet(source, path) as file:
        return {field.name for field in file.schema_arrow if pa.types.is_floating(field.type)}


def parquet_rows(
    source: Source, path: Path, columns: Collection[str] = (), *, unix_times: bool = True
) -> Iterator[Row]:
    """Yield the rows of a Parquet file, with the named columns as far as they are there, or all.

    Times are whole unix seconds, or else what Python has for them.
    """
    count = 0
    with opened_parquet(source, path) as file:
        there = file.schema_arrow.names
        names = [name for name in there if name in columns] if columns else there
        for batch in file.iter_batches(_ROWS, columns=names):
            held = [_values(column, unix_times=unix_times) for column in batch.columns]
            for values in zip(*held, strict=True):
                count += 1
                yield Row(f"row {count}", dict(zip(names, values, strict=True)))
    source.counted(path.name, count)


def _values(column: pa.Array, *, unix_times: bool) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind) and unix_times:
        column = pc.cast(pc.cast(column, pa.timestamp("s", kind.tz), safe=False), pa.int64())
    elif pa.types.is_timestamp(kind):
        column = pc.cast(column, pa.timestamp("us", kind.tz), safe=False)
    return list(column.to_pylist())
