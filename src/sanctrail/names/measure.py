"""What an alignment measures: what met, how well and how rare, what was left, what contradicts."""

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.likeness import (
    AS_INITIAL,
    FORM,
    GENERIC,
    INITIAL,
    JOINED,
    NUMBER,
    ORDINARY,
    PARTICLE,
    ROMANISED,
    SAME,
    SERVANT,
    TITLE,
    WordTable,
    letters_of,
)

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

MEASURES = 15
(
    MET, FULL, LEFT_OURS, LEFT_THEIRS, WORST, EVIDENCE, PAIRS, EXACT, NUMBERS_DIFFER, TURNED,
    AGAINST, ALL_SAME, FAMILY_LEFT, ENDS_LEFT, INITIALS,
) = range(MEASURES)  # fmt: skip
"""What an alignment measures: weight met and weight of the pairs; weight left alone on either
side; the worst likeness of a pair of whole words; evidence in nats; pairs of whole words; 1 if the
same words in one order; 1 if numbers differ, or only one name has one; 1 if
son and father changed places; the weight of whole words that stand against each other; 1 if the
same words in any order; 1 if a family name known as such was left alone; how many first or last
whole words were; pairs of a word with its initial."""

_I, _V, _X = b"ivx"

ALL_BUT_SAME = 0.985
"""Likeness of words that are the same but for a space."""

ROMANISED_INFO = 0.65
"""Share of a word's rarity that stands where Han or Hangul is read against Latin letters."""

MAX_TURNED = 3
"""Pairs of `A bin B`: two names and the word between them."""


@kernel
def _weight_of(table: WordTable, words: Ints, first: int, end: int) -> tuple[float, float, bool]:
    """Return the weight and rarity of words in a row, and whether a whole word is among them."""
    weight = info = 0.0
    whole = False
    for k in range(first, end):
        weight += table.facts[words[k]].weight
        info += table.facts[words[k]].info
        kind = table.facts[words[k]].kind
        whole |= kind in (ORDINARY, SERVANT)
    return weight, info, whole


@kernel
def _is_rotated(pairs: Ints) -> bool:
    """Tell whether the other name begins somewhere within the one and goes on around.

    Walking the one name once around, the place in the other then falls back once.
    """
    falls = 0
    for pair in pairs:
        following = first = 0
        found = False
        for h in range(len(pairs)):
            if pairs[h, 0] < pairs[first, 0]:
                first = h
            later = pairs[h, 0] > pair[0]
            if later and (not found or pairs[h, 0] < pairs[following, 0]):
                following, found = h, True
        following = following if found else first
        if pairs[following, 2] < pair[2]:
            falls += 1
    return falls <= 1


@kernel
def _is_reversed(pairs: Ints) -> bool:
    for k in range(1, len(pairs)):
        for h in range(k):
            if (pairs[k, 0] > pairs[h, 0]) == (pairs[k, 2] > pairs[h, 2]):
                return False
    return True


@kernel
def _is_turned(a: WordTable, ours: Ints, b: WordTable, theirs: Ints, pairs: Ints) -> bool:
    """Tell whether two names that meet changed sides of a word for son: A bin B is not B bin A.

    A name of more words that is wholly the other way round is only written so.
    """
    if _is_reversed(pairs) and len(pairs) > MAX_TURNED:
        return False
    for i in range(len(ours)):
        if a.facts[ours[i]].kind != PARTICLE:
            continue
        for j in range(len(theirs)):
            if b.facts[theirs[j]].kind != PARTICLE:
                continue
            forth = back = False
            for pair in pairs:
                if b.facts[theirs[pair[2]]].kind == PARTICLE:
                    continue
                forth |= pair[0] < i and pair[2] > j
                back |= pair[0] > i and pair[2] < j
            if forth and back:
                return True
    return False


@kernel
def _measure_pairs(
    a: WordTable, ours: Ints, b: WordTable, theirs: Ints, pairs: Ints, measures: Floats
) -> None:
    worst = 1.0
    same = straight = len(pairs) > 0
    for k in range(len(pairs)):
        weight_a, info_a, whole_a = _weight_of(a, ours, pairs[k, 0], pairs[k, 1])
        weight_b, info_b, whole_b = _weight_of(b, theirs, pairs[k, 2], pairs[k, 3])
        likeness = pairs[k, 5] / 1000.0
        weight = weight_a + weight_b
        measures[MET] += weight * likeness
        measures[FULL] += weight
        info = min(info_a, info_b) * max(0.0, 2.0 * likeness - 1.0)
        signs = a.facts[ours[pairs[k, 0]]].han != b.facts[theirs[pairs[k, 2]]].han
        read = pairs[k, 4] == ROMANISED and signs
        measures[EVIDENCE] += ROMANISED_INFO * info if read else info
        if pairs[k, 4] == AS_INITIAL:
            measures[INITIALS] += 1.0
        if whole_a and whole_b:
            worst = min(worst, likeness)
            measures[PAIRS] += 1.0
        same &= likeness > ALL_BUT_SAME and pairs[k, 4] in (SAME, JOINED)
        for h in range(k):
            straight &= (pairs[k, 0] > pairs[h, 0]) == (pairs[k, 2] > pairs[h, 2])
    measures[TURNED] = 1.0 if _is_turned(a, ours, b, theirs, pairs) else 0.0
    measures[WORST] = worst
    measures[ALL_SAME] = 1.0 if same else 0.0
    measures[EXACT] = 1.0 if same and straight else 0.0


@kernel
def _same_written(a: WordTable, ours: Ints, b: WordTable, theirs: Ints) -> bool:
    """Tell whether two names are the same letters, however parted into words; Han and Latin never.

    Both are walked letter by letter, as if written without spaces.
    """
    i = j = 0
    if len(ours) == 0 or len(theirs) == 0:
        return False
    x, y = a.facts[ours[0]].first, b.facts[theirs[0]].first
    while True:
        while i < len(ours) and x == a.facts[ours[i]].end:
            i += 1
            x = a.facts[ours[i]].first if i < len(ours) else 0
        while j < len(theirs) and y == b.facts[theirs[j]].end:
            j += 1
            y = b.facts[theirs[j]].first if j < len(theirs) else 0
        if i == len(ours) or j == len(theirs):
            return i == len(ours) and j == len(theirs)
        if a.letters[x] != b.letters[y] or a.facts[ours[i]].han != b.facts[theirs[j]].han:
            return False
        if a.facts[ours[i]].unwritten != b.facts[theirs[j]].unwritten:
            return False
        x += 1
        y += 1


@kernel
def _ends_left(table: WordTable, words: Ints, taken: int) -> int:
    """Return how many of a name's first and last whole words were left alone (0 to 2)."""
    first = last = -1
    for i in range(len(words)):
        if table.facts[words[i]].kind in (ORDINARY, SERVANT):
            first = i if first < 0 else first
            last = i
    if first < 0:
        return 0
    left = 1 - ((taken >> first) & 1)
    return left + 1 - ((taken >> last) & 1) if last > first else left


@kernel
def _is_firm(table: WordTable, words: Ints) -> bool:
    for word in words:
        if table.facts[word].kind in (FORM, GENERIC):
            return True
    return False


@kernel
def _is_second(table: WordTable, word: int, firm: bool) -> bool:
    """Tell whether a numeral tells a second from a first; in a person's name `II` says nothing."""
    if table.facts[word].number == 1:
        return False
    if firm:
        return True
    for letter in letters_of(table, word):
        if letter not in (_I, _V, _X):
            return True
    return False


@kernel
def _measure_side(
    table: WordTable, words: Ints, taken: int, firm: bool, measures: Floats
) -> tuple[float, float, bool, bool]:
    """Return of what a side has left alone: weight, weight of whole words, if a number, a second.

    Anything but a title left alone makes two names other than the same.
    """
    weight = whole = 0.0
    number = second = False
    for i in range(len(words)):
        if (taken >> i) & 1:
            continue
        fact = table.facts[words[i]]
        weight += fact.weight
        if fact.kind in (ORDINARY, SERVANT, INITIAL, GENERIC):
            whole += fact.weight
        number |= fact.kind == NUMBER
        second |= fact.kind == NUMBER and _is_second(table, words[i], firm)
        if fact.kind != TITLE:
            measures[ALL_SAME] = measures[EXACT] = 0.0
    return weight, whole, number, second


@kernel
def _measure_rest(
    a: WordTable, ours: Ints, taken_ours: int, b: WordTable, theirs: Ints, taken_theirs: int,
    measures: Floats,
) -> None:  # fmt: skip
    firm = _is_firm(a, ours) or _is_firm(b, theirs)
    mine, whole_ours, number_ours, second_ours = _measure_side(a, ours, taken_ours, firm, measures)
    other, whole_theirs, number_theirs, second_theirs = _measure_side(
        b, theirs, taken_theirs, firm, measures
    )
    measures[LEFT_OURS], measures[LEFT_THEIRS] = mine, other
    measures[AGAINST] = min(whole_ours, whole_theirs)
    differ = (number_ours and number_theirs) or second_ours or second_theirs
    measures[NUMBERS_DIFFER] = 1.0 if differ else 0.0


@kernel
def measure_kernel(
    a: WordTable, ours: Ints, our_family: int, taken_ours: int, b: WordTable, theirs: Ints,
    their_family: int, taken_theirs: int, pairs: Ints, measures: Floats,
) -> None:  # fmt: skip
    """Fill `measures` (MEASURES) for two names whose words met in `pairs` (rows of PAIR).

    `taken_ours` and `taken_theirs` have a bit for each word that met one.
    """
    measures[:] = 0.0
    _measure_pairs(a, ours, b, theirs, pairs, measures)
    _measure_rest(a, ours, taken_ours, b, theirs, taken_theirs, measures)
    ours_left = our_family >= 0 and not (taken_ours >> our_family) & 1
    theirs_left = their_family >= 0 and not (taken_theirs >> their_family) & 1
    as_written = (our_family >= 0) != (their_family >= 0) and _is_rotated(pairs)
    if measures[ALL_SAME] > 0.0 and as_written:  # `Park Jin Hyok`, listed as `Park, Jin Hyok`
        measures[EXACT] = 1.0
    if _same_written(a, ours, b, theirs):
        measures[ALL_SAME] = measures[EXACT] = 1.0
    measures[ENDS_LEFT] = _ends_left(a, ours, taken_ours) + _ends_left(b, theirs, taken_theirs)
    measures[FAMILY_LEFT] = 1.0 if ours_left or theirs_left else 0.0
