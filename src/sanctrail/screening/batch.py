"""Files of queries: every row is screened or named as a problem, and the output appears whole."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from sanctrail.errors import InputError, Problem
from sanctrail.ground.delimited import Records
from sanctrail.ground.inputs import InputStream, open_input
from sanctrail.ground.store import replace_file
from sanctrail.names import compare
from sanctrail.screening.screen import Hit, Query, Screener, says_something
from sanctrail.text.countries import country_code
from sanctrail.text.dates import parse_date

Value = TypeVar("Value")

PAIR = ("name1", "name2")
SCORE = "score"

HIT_COLUMNS = (
    "row",
    "query",
    "party_id",
    "listing_ids",
    "regimes",
    "score",
    "matched_name",
    "explanation",
)


@dataclass(frozen=True, slots=True)
class QueryColumns:
    """Which columns of the user's file hold the name, the birth date and the country."""

    name: str
    dob: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """How a file of queries fared; `rows` counts data rows, `with_hits` those with a hit."""

    rows: int
    with_hits: int
    hits: int
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Table:
    """The user's CSV file while it is read: its header, and the problems met on the way."""

    stream: InputStream
    header: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def note(self, where: str, message: str) -> None:
        self.problems.append(Problem(self.stream.name, where, message))

    def position(self, column: str, hint: str) -> int:
        """Return where a column stands; raise `InputError` if it is not there exactly once."""
        count = self.header.count(column)
        if count == 1:
            return self.header.index(column)
        found = ", ".join(map(repr, self.header)) or "no header"
        lacks = f"{count} columns named" if count else "no column"
        raise InputError(
            f"{self.stream.name}: there {'are' if count else 'is'} {lacks} {column!r}; the file "
            f"has {found}. {hint}"
        )


def screen_file(
    screener: Screener, source: Path, columns: QueryColumns, output: Path, threshold: float
) -> BatchSummary:
    """Screen every data row of a CSV file and write its hits, best first, to another.

    A birth date or country that cannot be read is a problem; the name is screened all the same.
    """
    rows = hits = with_hits = 0
    written = [_line(HIT_COLUMNS)]
    with open_input(source) as stream:
        table = _Table(stream)
        records = _records(table)
        next(records)
        read = _query_reader(table, columns)
        for number, record in records:
            rows += 1
            query = read(number, record)
            if query is None:
                continue
            found = screener.screen(query, threshold)
            hits += len(found)
            with_hits += bool(found)
            written += [_line(_hit_row(number, query, hit)) for hit in found]
    replace_file(output, "".join(written).encode())
    return BatchSummary(rows, with_hits, hits, tuple(table.problems))


def compare_pairs(source: Path, output: Path) -> BatchSummary:
    """Score every pair (columns name1, name2) of a CSV file.

    Every row is written as it stands, column by column, with its score behind it.
    """
    rows = 0
    with open_input(source) as stream:
        table = _Table(stream)
        records = _records(table)
        next(records)
        places = _pair_places(table)
        written = [_line([*table.header, SCORE])]
        for number, record in records:
            rows += 1
            score = _score(table, number, *(record[place] for place in places))
            written.append(_line([*record, f"{score:.4f}"]))
    replace_file(output, "".join(written).encode())
    return BatchSummary(rows, 0, 0, tuple(table.problems))


def _pair_places(table: _Table) -> list[int]:
    hint = f"Name the two columns to compare {PAIR[0]} and {PAIR[1]}."
    places = [table.position(column, hint) for column in PAIR]
    if SCORE in table.header:
        raise InputError(
            f"{table.stream.name}: the file already has a column '{SCORE}', which is where the "
            "scores go. Rename it and run again."
        )
    return places


def _score(table: _Table, number: int, *pair: str) -> float:
    nothing = [place for place, name in enumerate(pair) if not says_something(name)]
    for place in nothing:
        what = f"{PAIR[place]} '{pair[place]}' has no letter or digit; the pair scores 0"
        table.note(f"data row {number}", what)
    return 0.0 if nothing else compare(*pair).score


def _line(cells: Sequence[str]) -> str:
    """Return one line of CSV. Quoted where a bare carriage return would else part the row."""
    line = io.StringIO(newline="")
    quoting: Literal[0, 1] = (
        csv.QUOTE_ALL if any("\r" in cell for cell in cells) else csv.QUOTE_MINIMAL
    )
    csv.writer(line, lineterminator="\n", quoting=quoting).writerow(cells)
    return line.getvalue()


def _hit_row(number: int, query: Query, hit: Hit) -> tuple[str, ...]:
    return (
        str(number),
        query.name,
        hit.party_id,
        ";".join(hit.listing_ids),
        ";".join(hit.regimes),
        f"{hit.score:.4f}",
        hit.matched_name,
        hit.explanation,
    )


def _records(table: _Table) -> Iterator[tuple[int, list[str]]]:
    """Fill in the header (yielded as row -1), then yield (data row number from 0, its cells).

    Blank lines are no rows. Rows of another width are problems but are kept; a short one is
    filled up with empty cells.
    """
    text = io.TextIOWrapper(io.BufferedReader(table.stream), encoding="utf-8-sig", newline="")
    lines = Records(text, table.stream.name)
    table.header = next(lines, [])
    yield -1, table.header
    width = len(table.header)
    for number, record in enumerate(filter(None, lines)):
        if len(record) != width:
            where = f"data row {number} (line {lines.last})"
            table.note(where, "has another number of fields")
        yield number, record + [""] * (width - len(record))


def _query_reader(table: _Table, columns: QueryColumns) -> Callable[[int, list[str]], Query | None]:
    """Return what reads a data row as a query; None for a row that names nobody."""

    def place(column: str, option: str) -> int:
        return table.position(column, f"Name the right one with {option}, or rename the column.")

    name_at = place(columns.name, "--name-column")
    born_at = None if columns.dob is None else place(columns.dob, "--dob-column")
    country_at = None if columns.country is None else place(columns.country, "--country-column")

    def read(number: int, record: list[str]) -> Query | None:
        def note(message: str) -> None:
            table.note(f"data row {number}", message)

        name = record[name_at].strip()
        if not says_something(name):
            what = f"name '{name}' has no letter or digit" if name else "has no name"
            note(f"{what}; nothing was screened")
            return None
        born = _read(record, born_at, parse_date, "birth date", note)
        country = _read(record, country_at, country_code, "country", note)
        return Query(name, born, country or "")

    return read


def _read(
    record: list[str],
    place: int | None,
    parse: Callable[[str], Value | None],
    what: str,
    note: Callable[[str], None],
) -> Value | None:
    text = record[place].strip() if place is not None else ""
    value = parse(text) if text else None
    if text and not value:
        note(f"{what} '{text}' is not understood and was left out")
    return value
