"""Comparing names word by word, with the reasons: the pure comparison, which knows no register."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
import numpy.typing as npt

from sanctrail.names import measure
from sanctrail.names.align import MAX_WORDS, PAIR, align_kernel, scratch_arrays
from sanctrail.names.lexicon import Lexicon
from sanctrail.names.likeness import (
    AS_INITIAL,
    EQUIVALENT,
    HOMOPHONE,
    JOINED,
    NICKNAME,
    NUMERAL,
    ROMANISED,
    SAME,
    SOUND,
    TYPO,
    WordTable,
)
from sanctrail.names.measure import MEASURES
from sanctrail.names.prepare import NameWord, PreparedName, prepare
from sanctrail.names.score import (
    COMMON,
    CONTRARY,
    DIFFERENT_WORD,
    ENDS,
    FAMILY,
    LEFT_BY_THEM,
    LEFT_BY_US,
    RARE,
    TERMS,
    UNLIKE,
    VERY_RARE,
    WEIGHTS,
    WHOLE,
    WORDS_MET,
    WORST_BEARABLE,
    WORST_FAR,
    WORST_PAIR,
    is_contradicted,
    score_kernel,
    terms_kernel,
)

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

HOW = {
    SAME: "same",
    TYPO: "typo",
    SOUND: "sound",
    AS_INITIAL: "initial",
    NICKNAME: "nickname",
    EQUIVALENT: "equivalent",
    ROMANISED: "transliteration",
    NUMERAL: "number",
    JOINED: "joined",
    HOMOPHONE: "homophone",
}
"""Ways in which words met, as the explanations call them."""

_TERMS = {
    "likeness of the words met": (UNLIKE, WHOLE, WORST_PAIR, WORST_FAR),
    "rarity of the words met": (RARE, VERY_RARE, COMMON, WORDS_MET),
    "words left on one side": (LEFT_BY_US, LEFT_BY_THEM, ENDS),
    "words against each other": (CONTRARY,),
    "family name left out": (FAMILY,),
}
"""The score's terms as a reviewer reads them."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A word (or words in a row) of ours with one of theirs: how alike (0 to 1), in which way."""

    ours: str
    theirs: str
    likeness: float
    how: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The score of two names (0 to 1) and what it came from.

    `weighed` maps what was weighed to log-odds for (above 0) or against; `against` names what
    contradicts. `exact` says that both are the same words in the same order.
    """

    score: float
    pairings: tuple[Pairing, ...]
    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]
    exact: bool
    weighed: Mapping[str, float]
    against: tuple[str, ...]

    def sentence(self) -> str:
        """Return the explanation as one line."""
        if not self.pairings:
            return "no word in common"
        if self.exact:
            return "same name"
        parts = [_told(pairing) for pairing in self.pairings]
        if self.only_ours:
            parts.append(f"only in the query: {' '.join(self.only_ours)}")
        if self.only_theirs:
            parts.append(f"only on the list: {' '.join(self.only_theirs)}")
        parts += [f"but {reason}" for reason in self.against]
        return "; ".join(parts)


def compare(ours: str, theirs: str, rarity: Mapping[str, float] | None = None) -> Comparison:
    """Compare two names as written, in any script and order.

    `rarity` maps folded words to nats (minus the logarithm of the share of people who bear
    them); words that it lacks are as rare as the name-frequency data that ships says.
    """
    return compare_all([(ours, theirs)], rarity)[0]


def compare_all(
    pairs: Iterable[tuple[str, str]], rarity: Mapping[str, float] | None = None
) -> list[Comparison]:
    """Compare each pair of names; far faster than one by one."""
    prepared = [(prepare(ours), prepare(theirs)) for ours, theirs in pairs]
    lexicon = Lexicon(rarity)
    flat = lexicon.number_all(name for pair in prepared for name in pair)
    numbers, start = (np.frombuffer(part, dtype=np.int32) for part in flat)
    table = lexicon.table()
    aligner = Aligner()
    found = []
    for k, (ours, theirs) in enumerate(prepared):
        mine = numbers[start[2 * k] : start[2 * k + 1]]
        other = numbers[start[2 * k + 1] : start[2 * k + 2]]
        aligned = aligner.align(table, mine, ours.family, table, other, theirs.family)
        found.append(aligned.comparison(ours.words, theirs.words))
    return found


@dataclass(frozen=True, slots=True)
class Alignment:
    """What `align_kernel` found for two names: its measures and pairs, and the score of them."""

    score: float
    measures: Floats
    pairs: Ints

    def comparison(self, ours: Sequence[NameWord], theirs: Sequence[NameWord]) -> Comparison:
        """Return the alignment told in words."""
        pairings = [_pairing(pair, ours, theirs) for pair in self.pairs]
        taken = [
            {place for pair in self.pairs for place in range(pair[side], pair[side + 1])}
            for side in (0, 2)
        ]
        only_ours, only_theirs = (
            tuple(word.latin for place, word in enumerate(words[:MAX_WORDS]) if place not in used)
            for words, used in zip((ours, theirs), taken, strict=True)
        )
        return Comparison(
            round(self.score, 4),
            tuple(pairings),
            only_ours,
            only_theirs,
            exact=bool(self.measures[measure.EXACT]),
            weighed=weighed(self.measures),
            against=contradictions(self.measures),
        )


class Aligner:
    """Aligns names in working arrays of its own; for one thread at a time."""

    def __init__(self) -> None:
        self._scratch = scratch_arrays()
        self._measures = np.zeros(MEASURES)
        self._pairs = np.zeros((MAX_WORDS, PAIR), dtype=np.int32)
        self._terms = np.zeros(TERMS)

    def align(
        self, a: WordTable, ours: Ints, our_family: int, b: WordTable, theirs: Ints, family: int
    ) -> Alignment:
        """Align two names, given as words of two tables and the place of the family name."""
        count = align_kernel(
            a, ours, our_family, b, theirs, family, self._measures, self._pairs, *self._scratch
        )
        score = score_kernel(self._measures, WEIGHTS, self._terms)
        order = np.lexsort((self._pairs[:count, 2], self._pairs[:count, 0]))
        return Alignment(score, self._measures.copy(), self._pairs[:count][order].copy())


def weighed(measures: Floats) -> dict[str, float]:
    """Return what an alignment's terms add to the log-odds, in a reviewer's words."""
    terms = np.zeros(TERMS)
    terms_kernel(measures, terms)
    parts = terms * WEIGHTS
    told = {name: float(sum(parts[k] for k in several)) for name, several in _TERMS.items()}
    return {name: round(odds, 2) for name, odds in told.items() if abs(odds) >= 0.005}  # noqa: PLR2004


def contradictions(measures: Floats) -> tuple[str, ...]:
    """Return what contradicts in an alignment, for which no rarity makes up."""
    if measures[measure.EXACT] or not is_contradicted(measures):
        return ()
    reasons = {
        "numbers differ": measures[measure.NUMBERS_DIFFER] > 0,
        "father and son changed places": measures[measure.TURNED] > 0,
        "a word is wholly different": measures[measure.AGAINST] > DIFFERENT_WORD
        or measures[measure.WORST] < WORST_BEARABLE,
    }
    told = tuple(reason for reason, holds in reasons.items() if holds)
    return told or ("only an initial stands beside one common word",)


def log_odds(score: float) -> float:
    """Return a score as log-odds, the scale on which evidence adds up."""
    held = min(max(score, 1e-9), 1.0 - 1e-9)
    return log(held / (1.0 - held))


def from_log_odds(odds: float) -> float:
    """Return log-odds as a score between 0 and 1."""
    return 1.0 / (1.0 + exp(-odds))


def _pairing(pair: Ints, ours: Sequence[NameWord], theirs: Sequence[NameWord]) -> Pairing:
    mine, other = ours[pair[0] : pair[1]], theirs[pair[2] : pair[3]]
    how = HOW[int(pair[4])]
    if how in ("same", "sound", "typo") and any(w.unwritten for w in (*mine, *other)):
        how = "transliteration" if mine[0].unwritten != other[0].unwritten else how
    return Pairing(
        " ".join(word.latin for word in mine),
        " ".join(word.latin for word in other),
        int(pair[5]) / 1000,
        how,
    )


def _told(pairing: Pairing) -> str:
    if pairing.how == "same":
        return f"{pairing.ours} = {pairing.theirs}"
    return f"{pairing.ours} ~ {pairing.theirs} ({pairing.how})"


__all__ = [
    "Aligner",
    "Alignment",
    "Comparison",
    "Pairing",
    "PreparedName",
    "compare",
    "compare_all",
    "from_log_odds",
    "log_odds",
]
