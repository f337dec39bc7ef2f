"""Files of queries: every row is screened or named as a problem, and the output appears whole.

The rows pass in chunks, however many they are. A run that was broken off is taken up behind its
last whole chunk when it is called again for the same input, options and lists; the rows before
are read again, for their problems, but not screened.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sanctrail.errors import InputError, Problem
from sanctrail.ground.inputs import FileDigest, open_input
from sanctrail.ground.memory import collector_resting
from sanctrail.ground.store import write_json
from sanctrail.screening.hits import EVERYTHING, Query, Wanted
from sanctrail.screening.problems import Problems
from sanctrail.screening.queries import QueryColumns, query_reader
from sanctrail.screening.results import Form, HitRow, form_of, hit_row
from sanctrail.screening.resume import Partial, partial_of
from sanctrail.screening.runs import Job, digest_of, run_facts
from sanctrail.screening.screen import CHUNK, Screener
from sanctrail.screening.tables import Cells, Rows, open_table

Asked = tuple[int, Query]
"""A data row by number, and what it asks."""


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """How a file of queries fared; `rows` counts data rows, `with_hits` those with a hit.

    `problems` are the first of `problem_count`, `resumed` the rows that an earlier run had done,
    `facts` what stands in the file of the run's facts.
    """

    rows: int
    with_hits: int
    hits: int
    problems: tuple[Problem, ...]
    problem_count: int
    resumed: int
    facts: Mapping[str, Any]


def screen_file(
    screener: Screener,
    source: Path,
    columns: QueryColumns,
    output: Path,
    threshold: float,
    *,
    wanted: Wanted = EVERYTHING,
) -> BatchSummary:
    """Screen every data row of a file and write its hits, best first within a row, to another.

    What is not understood of a row (a birth date, a country) is a problem; the rest of it is
    screened all the same. Raises `InputError` where the file as a whole cannot be screened.
    """
    job = Job(source, columns, output, threshold, wanted)
    digest = _digest(source)
    problems, form = Problems(digest.name), form_of(output)
    parts = (job.configuration(screener.register.as_of), digest.sha256, screener.index.key)
    with (
        collector_resting(),
        open_table(source, columns.wanted(), problems, columns.sheet) as rows,
        partial_of(output, digest_of(parts), form.head) as partial,
    ):
        resumed = partial.done.rows
        _screen(screener, job, _asked(rows, query_reader(columns, problems)), form, partial)
        _refuse_changed(source, digest)
        partial.close()
        form.finish(partial.data, output)
        done = partial.done
    facts = run_facts(job, screener, digest, done, problems)
    write_json(job.facts_file, facts)
    return BatchSummary(
        done.rows, done.with_hits, done.hits, tuple(problems.first), problems.count, resumed, facts
    )


def _asked(
    rows: Rows, read: Callable[[int, Cells], Query | None]
) -> Iterator[tuple[int, list[Asked]]]:
    """Yield chunk by chunk how many rows have passed with it, and its queries."""
    numbered = enumerate(rows)
    end = -1
    while end:
        end, asked = 0, []
        for number, cells in islice(numbered, CHUNK):
            end = number + 1
            query = None if cells is None else read(number, cells)
            if query is not None:
                asked.append((number, query))
        if end:
            yield end, asked


def _screen(
    screener: Screener,
    job: Job,
    chunks: Iterator[tuple[int, list[Asked]]],
    form: Form,
    partial: Partial,
) -> None:
    for end, asked in chunks:
        if end > partial.done.rows:
            found = _hits(screener, job, asked)
            with_hits = len({row[0] for row in found})
            partial.add(form.encode(found), end, with_hits, len(found))


def _hits(screener: Screener, job: Job, asked: list[Asked]) -> list[HitRow]:
    queries = [query for _, query in asked]
    answers = screener.screen_all(queries, job.threshold, job.wanted)
    return [
        hit_row(number, query, hit)
        for (number, query), hits in zip(asked, answers, strict=True)
        for hit in hits
    ]


def _digest(source: Path) -> FileDigest:
    with open_input(source) as stream:
        return stream.digest()


def _refuse_changed(source: Path, digest: FileDigest) -> None:
    if _digest(source) != digest:
        raise InputError(
            f"{source}: the file was changed while it was screened; nothing was written. Run again "
            "when it rests."
        )
