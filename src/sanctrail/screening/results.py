"""Hits as rows of a file: CSV that no spreadsheet runs, or Parquet.

A spreadsheet takes a cell that begins with = + - @, a tab or a carriage return for a formula, and
names come from strangers. In CSV such a cell gets an apostrophe in front; in Parquet nothing is
changed, since no spreadsheet opens it by itself.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol

from sanctrail.ground.store import replacing
from sanctrail.screening.hits import Hit, Query

HIT_COLUMNS = (
    "row",
    "query",
    "party_id",
    "listing_ids",
    "listing_id",
    "regimes",
    "score",
    "name_score",
    "matched_name",
    "primary_name",
    "kind",
    "programmes",
    "measures",
    "listed_on",
    "explanation",
)
HitRow = tuple[int, str, str, str, str, str, float, float, str, str, str, str, str, str, str]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_GROUP = 1 << 17


def hit_row(number: int, query: Query, hit: Hit) -> HitRow:
    """Return a hit as the cells of `HIT_COLUMNS`."""
    party = hit.party
    return (
        number,
        query.name or "; ".join(one.number for one in query.identifiers),
        hit.party_id,
        ";".join(hit.listing_ids),
        hit.listing_id,
        ";".join(party.regimes),
        hit.score,
        hit.name_score,
        hit.matched_name,
        hit.primary_name,
        party.kind,
        ";".join(party.programmes),
        ";".join(party.measures),
        party.listed_on,
        hit.explanation,
    )


def csv_line(cells: Sequence[str]) -> str:
    """Return one line of CSV. Quoted where a bare carriage return would else part the row."""
    line = io.StringIO(newline="")
    bare = any("\r" in cell for cell in cells)
    quoting: Literal[0, 1] = csv.QUOTE_ALL if bare else csv.QUOTE_MINIMAL
    csv.writer(line, lineterminator="\n", quoting=quoting).writerow(cells)
    return line.getvalue()


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


class Form(Protocol):
    """How hits are written: in parts that are put behind each other, and then as a file."""

    head: bytes

    def encode(self, rows: Iterable[HitRow]) -> bytes:
        """Return rows as they are put behind those before."""

    def finish(self, parts: Path, output: Path) -> None:
        """Make the output, whole or not at all, of the head and all the parts."""


class CsvForm:
    """CSV, which grows as it will stand."""

    head = csv_line(HIT_COLUMNS).encode()

    def encode(self, rows: Iterable[HitRow]) -> bytes:
        """Return rows as lines of CSV."""
        return "".join(csv_line(_as_texts(row)) for row in rows).encode()

    def finish(self, parts: Path, output: Path) -> None:
        """Put the file in its place."""
        parts.replace(output)


def _as_texts(row: HitRow) -> list[str]:
    return [
        guarded(cell) if isinstance(cell, str)
        else f"{cell:.4f}" if isinstance(cell, float) else str(cell)
        for cell in row
    ]  # fmt: skip


class ParquetForm:
    """Parquet, which cannot grow: its parts are lines of JSON."""

    head = b""

    def encode(self, rows: Iterable[HitRow]) -> bytes:
        """Return rows as lines of JSON."""
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()

    def finish(self, parts: Path, output: Path) -> None:
        """Write the parts as one Parquet file."""
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow import parquet as pq  # noqa: PLC0415

        types: dict[str, Any] = {"row": pa.int64(), "score": pa.float64()}
        types["name_score"] = pa.float64()
        schema = pa.schema([(name, types.get(name, pa.string())) for name in HIT_COLUMNS])
        with (
            parts.open("rb") as lines,
            replacing(output) as file,
            pq.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            while rows := [json.loads(line) for line in islice(lines, _GROUP)]:
                columns = [list(column) for column in zip(*rows, strict=True)]
                writer.write_table(pa.table(columns, schema=schema), row_group_size=_GROUP)


def form_of(output: Path) -> Form:
    """Return the form that a file's name asks for: Parquet by `.parquet`, else CSV."""
    return ParquetForm() if output.suffix.lower() == ".parquet" else CsvForm()
