"""Which word of one name meets which of the other: the alignment.

Words are paired best first, heavier words before lighter ones; two or three words in a row may
meet one word of the other side (joined, split). What is left alone on both sides contradicts;
what is left on one side only is merely missing.
"""

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.likeness import (
    ARTICLE,
    DIFFERENT,
    FORM,
    INITIAL,
    JOINED,
    MAX_LETTERS,
    NUMBER,
    ORDINARY,
    PARTICLE,
    TITLE,
    WordTable,
    letters_likeness,
    letters_of,
    likeness_kernel,
    lone_letters,
    same_letters,
    sounds_likeness,
    sounds_of,
)
from sanctrail.names.measure import measure_kernel
from sanctrail.names.sound import sound_kernel

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

MAX_WORDS = 24
"""Words of a name that are compared; no listed person has more, of longer titles the rest."""

PAIR_FLOOR = 0.55
"""Below this likeness two words are not one word misspelt but two words."""

JOIN_FLOOR = 0.8
MAX_JOINED = 3
JOINED_COST = 0.02
LEAST_JOINED = 3
MOST_APART = 3
"""Letters by which words joined may be longer or shorter than the one that they meet."""

LEFT_COST = 0.5
"""What a word left alone costs an alignment, as a share of its weight."""

PAIR = 6
"""A pair: first and end word of ours, first and end of theirs, how, likeness in thousandths."""


@kernel
def _may_meet(kind_a: int, kind_b: int) -> bool:
    """Tell whether words of two kinds can be one: a title is no surname, a form no word."""
    if kind_a == kind_b or (kind_a in (TITLE, ORDINARY) and kind_b in (TITLE, ORDINARY)):
        return True
    light_a = kind_a in (TITLE, ARTICLE, PARTICLE, FORM, NUMBER)
    light_b = kind_b in (TITLE, ARTICLE, PARTICLE, FORM, NUMBER)
    return not light_a and not light_b


@kernel
def _may_join(a: WordTable, words: Ints, first: int, end: int, b: WordTable, j: int) -> bool:
    """Tell by length and letters alone whether words in a row can be alike to one word."""
    size = 0
    bag = np.uint64(0)
    for k in range(first, end):
        word = words[k]
        size += a.facts[word].end - a.facts[word].first
        bag |= a.facts[word].bag
    other = b.facts[j].end - b.facts[j].first
    if size < LEAST_JOINED or size > MAX_LETTERS or abs(size - other) > MOST_APART:
        return False
    return lone_letters(bag, b.facts[j].bag) <= MOST_APART


@kernel
def _joined_likeness(
    a: WordTable,
    words: Ints,
    first: int,
    end: int,
    b: WordTable,
    j: int,
    scratch: Bytes,
    rows: Ints,
) -> float:
    """Return how alike words `first:end` of one name written together are to one word.

    With a number, an initial or a legal form among them only the same letters count.
    """
    n = 0
    whole = True
    for k in range(first, end):
        whole &= a.facts[words[k]].kind not in (TITLE, FORM, NUMBER, INITIAL)
        for at in range(a.facts[words[k]].first, a.facts[words[k]].end):
            scratch[n] = a.letters[at]
            n += 1
    y = letters_of(b, j)
    x = scratch[:n]
    if same_letters(x, y):
        return 0.99
    if not whole:
        return 0.0
    best = letters_likeness(x, y) - JOINED_COST
    room = scratch[MAX_LETTERS:]
    m = sound_kernel(scratch, 0, n, room)
    v = sounds_of(b, j)
    if m <= MAX_LETTERS and abs(m - len(v)) <= MOST_APART:
        best = max(best, sounds_likeness(room[:m], v, False, rows) - JOINED_COST)
    return best


@kernel
def _propose_pairs(
    a: WordTable, ours: Ints, b: WordTable, theirs: Ints, found: Ints, keys: Floats, rows: Ints
) -> int:
    n = 0
    for i in range(len(ours)):
        for j in range(len(theirs)):
            x, y = ours[i], theirs[j]
            if not _may_meet(a.facts[x].kind, b.facts[y].kind):
                continue
            likeness, how = likeness_kernel(a, x, b, y, PAIR_FLOOR, rows)
            if how == DIFFERENT or likeness < PAIR_FLOOR or n == len(found):
                continue
            found[n, 0], found[n, 1], found[n, 2], found[n, 3] = i, i + 1, j, j + 1
            found[n, 4], found[n, 5] = how, round(1000 * likeness)
            keys[n] = likeness * (a.facts[x].weight + b.facts[y].weight) - 1e-4 * abs(i - j)
            n += 1
    return n


@kernel
def _propose_joins(
    a: WordTable, ours: Ints, b: WordTable, theirs: Ints, turned: bool, found: Ints, keys: Floats,
    n: int, scratch: Bytes, rows: Ints,
) -> int:  # fmt: skip
    mine, other = (2, 0) if turned else (0, 2)
    for first in range(len(ours)):
        weight = a.facts[ours[first]].weight
        for end in range(first + 2, min(first + MAX_JOINED, len(ours)) + 1):
            weight += a.facts[ours[end - 1]].weight
            for j in range(len(theirs)):
                if not _may_join(a, ours, first, end, b, theirs[j]):
                    continue
                likeness = _joined_likeness(a, ours, first, end, b, theirs[j], scratch, rows)
                if likeness < JOIN_FLOOR or n == len(found):
                    continue
                found[n, mine], found[n, mine + 1] = first, end
                found[n, other], found[n, other + 1] = j, j + 1
                found[n, 4], found[n, 5] = JOINED, round(1000 * likeness)
                keys[n] = likeness * (weight + b.facts[theirs[j]].weight) - 1e-4 * abs(first - j)
                n += 1
    return n


@kernel
def _choose(found: Ints, keys: Floats, n: int, pairs: Ints) -> tuple[int, int, int]:
    """Take proposals best first as long as their words are free; return how many, words taken."""
    taken_ours = taken_theirs = 0
    count = 0
    for k in range(n):  # tried ones are marked by a minus
        keys[k] = abs(keys[k])
    while count < len(pairs):
        best = -1
        for k in range(n):
            if keys[k] > 0.0 and (best < 0 or keys[k] > keys[best]):
                best = k
        if best < 0:
            break
        keys[best] = -keys[best]
        mine = (1 << found[best, 1]) - (1 << found[best, 0])
        other = (1 << found[best, 3]) - (1 << found[best, 2])
        if taken_ours & mine or taken_theirs & other:
            continue
        taken_ours |= mine
        taken_theirs |= other
        pairs[count] = found[best]
        count += 1
    return count, taken_ours, taken_theirs


@kernel
def _explained(
    a: WordTable, ours: Ints, taken_ours: int, b: WordTable, theirs: Ints, taken_theirs: int,
    pairs: Ints,
) -> float:  # fmt: skip
    """Return the weight that a choice of pairs makes meet, less what it leaves alone."""
    value = 0.0
    for pair in pairs:
        for i in range(pair[0], pair[1]):
            value += pair[5] * a.facts[ours[i]].weight / 1000.0
        for j in range(pair[2], pair[3]):
            value += pair[5] * b.facts[theirs[j]].weight / 1000.0
    for i in range(len(ours)):
        if not (taken_ours >> i) & 1:
            value -= LEFT_COST * a.facts[ours[i]].weight
    for j in range(len(theirs)):
        if not (taken_theirs >> j) & 1:
            value -= LEFT_COST * b.facts[theirs[j]].weight
    return value


@kernel
def align_kernel(
    a: WordTable, ours: Ints, our_family: int, b: WordTable, theirs: Ints, their_family: int,
    measures: Floats, pairs: Ints, found: Ints, keys: Floats, scratch: Bytes, rows: Ints,
) -> int:  # fmt: skip
    """Align words `ours` of `a` with words `theirs` of `b`; return the number of pairs.

    Fills `measures` (MEASURES) and `pairs` (rows of PAIR). The other arrays are scratch.
    """
    ours, theirs = ours[:MAX_WORDS], theirs[:MAX_WORDS]
    singles = _propose_pairs(a, ours, b, theirs, found, keys, rows)
    n = _propose_joins(a, ours, b, theirs, False, found, keys, singles, scratch, rows)
    n = _propose_joins(b, theirs, a, ours, True, found, keys, n, scratch, rows)
    count, taken_ours, taken_theirs = _choose(found, keys, n, pairs)
    if n > singles:  # words joined only where that explains more than words one by one
        joined = _explained(a, ours, taken_ours, b, theirs, taken_theirs, pairs[:count])
        count, taken_ours, taken_theirs = _choose(found, keys, singles, pairs)
        if joined > _explained(a, ours, taken_ours, b, theirs, taken_theirs, pairs[:count]):
            count, taken_ours, taken_theirs = _choose(found, keys, n, pairs)
    measure_kernel(
        a, ours, our_family, taken_ours, b, theirs, their_family, taken_theirs, pairs[:count],
        measures,
    )  # fmt: skip
    return count


def scratch_arrays() -> tuple[Ints, Floats, Bytes, Ints]:
    """Return the scratch that `align_kernel` needs: found, keys, scratch, rows."""
    return (
        np.zeros((256, PAIR), dtype=np.int32),
        np.zeros(256, dtype=np.float64),
        np.zeros(4 * MAX_LETTERS + 4, dtype=np.uint8),
        np.zeros((3, 2 * MAX_LETTERS + 2), dtype=np.int32),
    )
