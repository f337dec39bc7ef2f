"""Finding the names worth comparing: by shared words, words one letter off, and joined words.

Each word votes for the names that bear it, or a word that one deletion on either side makes
equal to it, with its rarity as the weight. The names with the most votes go to the comparison.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from sanctrail.names import PreparedName, prepare

MIN_DELETION_LENGTH = 4
"""Words shorter than this are looked up as they are: one letter off is another word."""

NEAR_VOTE = 0.7
"""What a word that is one edit off votes with, as a share of its rarity."""

CANDIDATES = 48
"""Names that go to the comparison for one query."""

IntArray = npt.NDArray[np.int32]


class NameIndex:
    """An index over names; candidates are positions in the sequence it was built from."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names: tuple[PreparedName, ...] = tuple(prepare(name) for name in names)
        self._votes = np.zeros(len(self.names), dtype=np.float32)
        self._same: dict[str, list[int]] = defaultdict(list)
        bearers: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.names):
            for key in _same_keys(name):
                self._same[key].append(number)
            for token in dict.fromkeys(name.tokens):
                bearers[token].append(number)
        self._postings: dict[str, IntArray] = {
            token: np.array(numbers, dtype=np.int32) for token, numbers in bearers.items()
        }
        self._near: dict[str, list[str]] = defaultdict(list)
        for token in self._postings:
            for key in _deletions(token):
                self._near[key].append(token)
        self._size = max(1, len(self.names))

    def candidates(self, query: PreparedName, limit: int = CANDIDATES) -> list[int]:
        """Return positions of the names most worth comparing with `query`, in file order."""
        touched = []
        for token in dict.fromkeys(query.tokens):
            for near, share in self._neighbours(token):
                numbers = self._postings[near]
                self._votes[numbers] += share * np.log1p(self._size / len(numbers))
                touched.append(numbers)
        same = {number for key in _same_keys(query) for number in self._same.get(key, ())}
        if not touched:
            return sorted(same)
        numbers = np.unique(np.concatenate(touched))
        votes = self._votes[numbers]
        self._votes[numbers] = 0.0
        if len(numbers) > limit:
            best = np.argsort(-votes, kind="stable")[:limit]
            numbers = numbers[best]
        return sorted({*map(int, numbers), *same})

    def _neighbours(self, token: str) -> Iterator[tuple[str, float]]:
        if token in self._postings:
            yield token, 1.0
        seen = {token}
        for key in _deletions(token):
            for near in self._near.get(key, ()):
                if near not in seen:
                    seen.add(near)
                    yield near, NEAR_VOTE


def _same_keys(name: PreparedName) -> set[str]:
    """Keys under which names of the same words, or the same letters, are always candidates."""
    return {*name.joined, " ".join(name.ordered)}


def _deletions(token: str) -> Iterator[str]:
    yield token
    if len(token) >= MIN_DELETION_LENGTH:
        for i in range(len(token)):
            yield token[:i] + token[i + 1 :]
