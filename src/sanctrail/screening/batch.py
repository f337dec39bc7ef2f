"""Files of queries: every row is screened or named as a problem, and the output appears whole."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sanctrail.errors import InputError, Problem
from sanctrail.ground.inputs import InputStream, open_input
from sanctrail.ground.store import replace_file
from sanctrail.names import compare
from sanctrail.screening.screen import Hit, Query, Screener
from sanctrail.text.countries import country_code
from sanctrail.text.dates import parse_date

Value = TypeVar("Value")

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


def screen_file(
    screener: Screener, source: Path, columns: QueryColumns, output: Path, threshold: float
) -> BatchSummary:
    """Screen every data row of a CSV file and write its hits, best first, to another.

    A birth date or country that cannot be read is a problem; the name is screened all the same.
    """
    problems: list[Problem] = []
    rows = hits = with_hits = 0
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(HIT_COLUMNS)
    wanted = [c for c in (columns.name, columns.dob, columns.country) if c]
    with open_input(source) as stream:
        records = _rows(stream, wanted, problems)
        next(records)
        for number, record in records:
            rows += 1
            query = _query(
                record, columns, Problem(source.name, f"data row {number}", ""), problems
            )
            found = screener.screen(query, threshold) if query.name else []
            hits += len(found)
            with_hits += bool(found)
            writer.writerows(_hit_row(number, query, hit) for hit in found)
    replace_file(output, written.getvalue().encode())
    return BatchSummary(rows, with_hits, hits, tuple(problems))


def compare_pairs(source: Path, output: Path) -> BatchSummary:
    """Score every pair (columns name1, name2) of a CSV file; all its columns are kept."""
    problems: list[Problem] = []
    written = io.StringIO(newline="")
    rows = 0
    writer = csv.writer(written, lineterminator="\n")
    with open_input(source) as stream:
        records = _rows(stream, ["name1", "name2"], problems)
        writer.writerow([*next(records)[1], "score"])
        for _, record in records:
            score = compare(record["name1"], record["name2"]).score
            writer.writerow([*record.values(), f"{score:.4f}"])
            rows += 1
    replace_file(output, written.getvalue().encode())
    return BatchSummary(rows, 0, 0, tuple(problems))


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


def _rows(
    stream: InputStream, wanted: list[str], problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (-1, header), then (data row number from 0, record).

    Rows of another width are problems but are kept.
    """
    text = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8-sig", newline="")
    reader = csv.DictReader(text)
    try:
        _check_columns(reader.fieldnames, wanted, stream.name)
        yield -1, {key: key for key in reader.fieldnames or ()}
        for number, record in enumerate(reader):
            if record.pop(None, None) is not None or None in record.values():
                where = f"data row {number} (line {reader.line_num})"
                problems.append(Problem(stream.name, where, "has another number of fields"))
            yield number, {key: value or "" for key, value in record.items()}
    except UnicodeDecodeError as error:
        raise InputError(
            f"{stream.name}: the file is not UTF-8 text (byte 0x{error.object[error.start]:02x} at "
            f"{error.start}). Save it as UTF-8 and run again."
        ) from error
    except csv.Error as error:
        raise InputError(
            f"{stream.name}, line {reader.line_num}: this is not readable as CSV ({error}). "
            "Save it as comma-separated UTF-8 and run again."
        ) from error


def _check_columns(found: object, wanted: list[str], name: str) -> None:
    columns = list(found) if isinstance(found, (list, tuple)) else []
    missing = [column for column in wanted if column not in columns]
    if missing:
        raise InputError(
            f"{name}: there is no column {', '.join(map(repr, missing))}; the file has "
            f"{', '.join(map(repr, columns)) or 'no header'}. Name the column with its option."
        )


def _query(
    record: dict[str, str], columns: QueryColumns, place: Problem, problems: list[Problem]
) -> Query:
    def note(message: str) -> None:
        problems.append(Problem(place.source, place.where, message))

    name = record[columns.name].strip()
    if not name:
        note("has no name; nothing was screened")
    born = _read(record, columns.dob, parse_date, "birth date", note)
    country = _read(record, columns.country, country_code, "country", note)
    return Query(name, born, country or "")


def _read(
    record: dict[str, str],
    column: str | None,
    parse: Callable[[str], Value | None],
    what: str,
    note: Callable[[str], None],
) -> Value | None:
    text = record[column].strip() if column else ""
    value = parse(text) if text else None
    if text and not value:
        note(f"{what} '{text}' is not understood and was left out")
    return value
