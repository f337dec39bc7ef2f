"""Files of pairs of names: every row as it stands, with its score behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress, islice
from pathlib import Path

from sanctrail.errors import InputError, Problem
from sanctrail.ground.inputs import open_input
from sanctrail.ground.store import replacing
from sanctrail.names import compare_all
from sanctrail.screening.hits import says_something
from sanctrail.screening.problems import Problems
from sanctrail.screening.results import csv_line
from sanctrail.screening.tables import csv_records, place_of

PAIR = ("name1", "name2")
SCORE = "score"
EXPLANATION = "explanation"
CHUNK = 4096

Numbered = list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class PairsSummary:
    """How a file of pairs fared; `problems` are the first of `problem_count`."""

    rows: int
    problems: tuple[Problem, ...]
    problem_count: int


def compare_pairs(source: Path, output: Path, *, explain: bool = False) -> PairsSummary:
    """Score every pair (columns name1, name2) of a CSV file.

    Every row is written as it stands, column by column, with its score behind it, and if wanted
    the explanation behind that.
    """
    added = [SCORE, EXPLANATION] if explain else [SCORE]
    rows = 0
    with open_input(source) as stream:
        problems = Problems(stream.name)
        header, records = csv_records(stream, problems)
        places = _pair_places(header, stream.name, added)
        numbered = enumerate(records)
        with replacing(output) as file:
            file.write(csv_line([*header, *added]).encode())
            for chunk in iter(lambda: list(islice(numbered, CHUNK)), []):
                rows += len(chunk)
                told = _told(chunk, places, problems)
                lines = (
                    csv_line([*record, *answer[: len(added)]])
                    for (_, record), answer in zip(chunk, told, strict=True)
                )
                file.write("".join(lines).encode())
    return PairsSummary(rows, tuple(problems.first), problems.count)


def _pair_places(header: list[str], name: str, added: list[str]) -> list[int]:
    hint = f"Name the two columns to compare {PAIR[0]} and {PAIR[1]}."
    places = [place_of(header, column, name, hint) for column in PAIR]
    for column in added:
        if column in header:
            what = "scores" if column == SCORE else "explanations"
            raise InputError(
                f"{name}: the file already has a column '{column}', which is where the "
                f"{what} go. Rename it and run again."
            )
    return places


def _told(chunk: Numbered, places: list[int], problems: Problems) -> Iterator[tuple[str, str]]:
    """Yield score and explanation of each row; a row in which a name says nothing scores 0."""
    pairs = [(record[places[0]], record[places[1]]) for _, record in chunk]
    rows = [row for row, _ in chunk]
    sound = [_is_sound(row, pair, problems) for row, pair in zip(rows, pairs, strict=True)]
    compared = iter(compare_all(compress(pairs, sound)))
    for is_sound in sound:
        if is_sound:
            comparison = next(compared)
            yield f"{comparison.score:.4f}", comparison.sentence()
        else:
            yield f"{0:.4f}", "a name has no letter or digit"


def _is_sound(row: int, pair: tuple[str, str], problems: Problems) -> bool:
    nothing = [place for place, name in enumerate(pair) if not says_something(name)]
    for place in nothing:
        what = f"{PAIR[place]} '{pair[place]}' has no letter or digit; the pair scores 0"
        problems.note(f"data row {row}", what)
    return not nothing
