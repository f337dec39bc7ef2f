"""Asking an index of names: many names at once, each with the forms that score enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.names.compare import Aligner, Comparison
from sanctrail.names.lexicon import Lexicon, weights
from sanctrail.names.likeness import WordTable
from sanctrail.names.neighbours import MAX_NEAR
from sanctrail.names.prepare import PreparedName, prepare
from sanctrail.names.score import WEIGHTS
from sanctrail.screening.search import (
    FINALISTS,
    NameArrays,
    make_desk,
    near_all_kernel,
    search_kernel,
)

Ints = npt.NDArray[np.int32]

_HIT = (np.int32, np.int32, np.float64, np.uint8)
"""What is written of a hit: query, form, score, whether it is exact."""

_ROOM = 64
"""Near words of a word that room is first made for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Names made ready to be asked for: their words as arrays, rarities learnt from the index."""

    names: Sequence[PreparedName]
    table: WordTable
    words: Ints
    start: Ints

    def words_of(self, number: int) -> Ints:
        """Return the words of one asked name, by number in `table`."""
        return self.words[self.start[number] : self.start[number + 1]]


@dataclass(frozen=True, slots=True)
class Found:
    """Forms that scored enough, query by query, each with its score and whether it is exact."""

    asked: Asked
    query: Ints
    form: Ints
    score: npt.NDArray[np.float64]
    exact: npt.NDArray[np.uint8]


class Finder:
    """Searches one index in working arrays of its own; for one thread at a time."""

    def __init__(self, names: NameArrays) -> None:
        self.names = names
        self._desk = make_desk(len(names.form_family), len(names.words.facts))
        self._aligner = Aligner()

    def find(self, names: Sequence[PreparedName], least: float) -> Found:
        """Return the forms that score at least `least` for each name; of at most `FINALISTS`."""
        lexicon = Lexicon()
        flat, begins = lexicon.number_all(names)
        words, start = np.array(flat, dtype=np.int32), np.array(begins, dtype=np.int32)
        table = lexicon.table()
        near = self._near(table)
        # What the index knows to be common is known only now.
        table.facts["weight"] = weights(table.facts["kind"], table.facts["info"])
        families = np.array([name.family for name in names], dtype=np.int32)
        asked = Asked(names, table, words, start)
        return self._search(asked, families, near, least)

    def _near(self, table: WordTable) -> tuple[Ints, Ints, npt.NDArray[np.float32]]:
        count = len(table.facts)
        start = np.zeros(count + 1, dtype=np.int32)
        room = MAX_NEAR + _ROOM * count
        words, likes = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.float32)
        done = 0
        while True:
            done = near_all_kernel(self.names, table, done, self._desk, start, words, likes)
            if done == count:
                return start, words, likes
            words = np.concatenate([words, np.empty_like(words)])
            likes = np.concatenate([likes, np.empty_like(likes)])

    def _search(
        self,
        asked: Asked,
        families: Ints,
        near: tuple[Ints, Ints, npt.NDArray[np.float32]],
        least: float,
    ) -> Found:
        room = 2 * FINALISTS + 2 * len(asked.names)
        hits: tuple[Any, ...] = tuple(np.empty(room, dtype=dtype) for dtype in _HIT)
        parts: list[tuple[Any, ...]] = []
        query = 0
        while query < len(asked.names):
            count, query = search_kernel(
                self.names, asked.table, asked.words, asked.start, families, query, *near,
                self._desk, WEIGHTS, least, *hits,
            )  # fmt: skip
            parts.append(tuple(column[:count].copy() for column in hits))
        columns = zip(*parts, strict=True) if parts else ((column[:0],) for column in hits)
        return Found(asked, *(np.concatenate(column) for column in columns))

    def words_of(self, form: int) -> Ints:
        """Return the words of a form, by number in the index."""
        first, end = self.names.form_start[form : form + 2]
        return self.names.form_words[first:end]

    def explain(self, asked: Asked, query: int, form: int, text: str) -> Comparison:
        """Return how a query met a form; `text` is a listed name that has that form."""
        aligned = self._aligner.align(
            asked.table,
            asked.words_of(query),
            asked.names[query].family,
            self.names.words,
            self.words_of(form),
            int(self.names.form_family[form]),
        )
        return aligned.comparison(asked.names[query].words, prepare(text).words)
