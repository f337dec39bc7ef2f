"""The narrow door to the query engine: register, run, fetch, count, write, drop.

Everything above speaks SQL text to this protocol and never to DuckDB itself, so that the same
jobs can run on another engine behind the same six verbs. Arrow is imported only where whole
tables pass: a question with a short answer starts in half the time without it.
"""

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import duckdb

from sanctrail.errors import EngineFull, UnreadableFile

if TYPE_CHECKING:
    import pyarrow as pa


class Engine(Protocol):
    """Six verbs over named tables."""

    def register(self, name: str, source: "Sequence[Path] | pa.Table") -> None:
        """Give a table or a set of Parquet files (same columns) a name to query it by."""

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> "pa.Table":
        """Run one query and return its rows; `?` takes the parameters in order."""

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Run one query and return its rows by column name, for answers that are short."""

    def count(self, name: str) -> int:
        """Return the number of rows of a named table."""

    def write(self, sql: str, path: Path, *, passing: bool = False) -> None:
        """Run one query and write its rows to a Parquet file.

        A `passing` file is read again soon and thrown away: packed lightly, it is made faster.
        """

    def drop(self, name: str) -> None:
        """Forget a named table; its files stay."""


class DuckEngine:
    """The embedded engine: DuckDB in memory over Parquet files.

    What DuckDB cannot read or write becomes `UnreadableFile`, so that nothing above knows it.
    """

    def __init__(self, memory: int | None = None, spill: Path | None = None) -> None:
        """Take at most `memory` bytes, and go on in files in the folder `spill` beyond that.

        With a spill folder, rows come in the order that a query asks for and in no other.
        """
        self._connection = duckdb.connect(":memory:")
        # Its own bar would be drawn into what a command prints.
        self._connection.execute("SET enable_progress_bar = false")
        if memory is not None:
            self._connection.execute(f"SET memory_limit = '{memory // 1_000_000}MB'")
        if spill is not None:
            self._connection.execute(f"SET temp_directory = {_quoted(str(spill))}")
            self._connection.execute("SET preserve_insertion_order = false")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def register(self, name: str, source: "Sequence[Path] | pa.Table") -> None:
        """Give a table or a set of Parquet files a name."""
        if not isinstance(source, Sequence):
            self._connection.register(name, source)
            return
        files = ", ".join(_quoted(_literal(str(path))) for path in source)
        with _told(f"table '{name}'"):
            self._connection.execute(
                f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM '  # noqa: S608
                f"read_parquet([{files}], hive_partitioning = false)"
            )

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> "pa.Table":
        """Run one query and return its rows."""
        with _told("query"):
            return self._connection.sql(sql, params=list(parameters)).to_arrow_table()

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Run one query and return its rows by column name."""
        with _told("query"):
            answer = self._connection.execute(sql, list(parameters))
            names = [column[0] for column in answer.description or ()]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def count(self, name: str) -> int:
        """Return the number of rows of a named table."""
        with _told(f"table '{name}'"):
            rows = self._connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()  # noqa: S608
        return int(rows[0][0])

    def write(self, sql: str, path: Path, *, passing: bool = False) -> None:
        """Run one query and write its rows to a Parquet file."""
        target, packing = _quoted(str(path)), "lz4_raw" if passing else "zstd"
        with _told(str(path)):
            self._connection.execute(
                f"COPY ({sql}) TO {target} (FORMAT parquet, COMPRESSION {packing})"
            )

    def drop(self, name: str) -> None:
        """Forget a named table."""
        self._connection.execute(f'DROP VIEW IF EXISTS "{name}"')


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise EngineFull(
            f"{what}: the engine's memory is too small for this. Give it more with --memory, or "
            "free disk for what it lays aside, and run the same command again."
        ) from error
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise UnreadableFile(
            f"{what}: the engine cannot do this, a file is missing or damaged ({reason}). "
            "Restore the file or make it again."
        ) from error


def _literal(path: str) -> str:
    """Return a path in which no character stands for others: a folder may be called `g*`."""
    return re.sub(r"[*?\[]", lambda match: f"[{match[0]}]", path)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
