"""Which word of one name meets which of the other: the alignment, and what it measures.

Words are paired best first, heavier words before lighter ones; two or three words in a row may
meet one word of the other side (joined, split). What is left alone on both sides contradicts;
what is left on one side only is merely missing.
"""

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.likeness import (
    ARTICLE,
    AS_INITIAL,
    DIFFERENT,
    FORM,
    GENERIC,
    INITIAL,
    JOINED,
    MAX_LETTERS,
    NUMBER,
    ORDINARY,
    PARTICLE,
    ROMANISED,
    SAME,
    SERVANT,
    TITLE,
    WordTable,
    letters_likeness,
    letters_of,
    likeness_kernel,
    lone_letters,
    sounds_likeness,
    sounds_of,
)
from sanctrail.names.sound import sound_kernel

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

MAX_WORDS = 24
"""Words of a name that are compared; no listed person has more, of longer titles the rest."""

PAIR_FLOOR = 0.55
"""Below this likeness two words are not one word misspelt but two words."""

ALL_BUT_SAME = 0.985
"""Likeness of words that are the same but for a space."""

JOIN_FLOOR = 0.8
MAX_JOINED = 3
JOINED_COST = 0.02
LEAST_JOINED = 3
MOST_APART = 3
"""Letters by which words joined may be longer or shorter than the one that they meet."""

ROMANISED_INFO = 0.65
"""Share of a word's rarity that stands where Han or Hangul is read against Latin letters."""

MAX_TURNED = 3
"""Pairs of `A bin B`: two names and the word between them."""

LEFT_COST = 0.5
"""What a word left alone costs an alignment, as a share of its weight."""

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
    same = n == len(y)
    if same:
        for k in range(n):
            if x[k] != y[k]:
                same = False
                break
    if same:
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
    measures[:] = 0.0
    singles = _propose_pairs(a, ours, b, theirs, found, keys, rows)
    n = _propose_joins(a, ours, b, theirs, False, found, keys, singles, scratch, rows)
    n = _propose_joins(b, theirs, a, ours, True, found, keys, n, scratch, rows)
    count, taken_ours, taken_theirs = _choose(found, keys, n, pairs)
    if n > singles:  # words joined only where that explains more than words one by one
        joined = _explained(a, ours, taken_ours, b, theirs, taken_theirs, pairs[:count])
        count, taken_ours, taken_theirs = _choose(found, keys, singles, pairs)
        if joined > _explained(a, ours, taken_ours, b, theirs, taken_theirs, pairs[:count]):
            count, taken_ours, taken_theirs = _choose(found, keys, n, pairs)
    _measure_pairs(a, ours, b, theirs, pairs, count, measures)
    _measure_rest(a, ours, taken_ours, b, theirs, taken_theirs, measures)
    ours_left = our_family >= 0 and not (taken_ours >> our_family) & 1
    theirs_left = their_family >= 0 and not (taken_theirs >> their_family) & 1
    as_written = (our_family >= 0) != (their_family >= 0) and _is_rotated(pairs[:count])
    if measures[ALL_SAME] > 0.0 and as_written:  # `Park Jin Hyok`, listed as `Park, Jin Hyok`
        measures[EXACT] = 1.0
    if _same_written(a, ours, b, theirs):
        measures[ALL_SAME] = measures[EXACT] = 1.0
    measures[ENDS_LEFT] = _ends_left(a, ours, taken_ours) + _ends_left(b, theirs, taken_theirs)
    measures[FAMILY_LEFT] = 1.0 if ours_left or theirs_left else 0.0
    return count


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
    a: WordTable, ours: Ints, b: WordTable, theirs: Ints, pairs: Ints, count: int, measures: Floats
) -> None:
    worst = 1.0
    same = straight = count > 0
    for k in range(count):
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
    measures[TURNED] = 1.0 if _is_turned(a, ours, b, theirs, pairs[:count]) else 0.0
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
def _measure_rest(
    a: WordTable, ours: Ints, taken_ours: int, b: WordTable, theirs: Ints, taken_theirs: int,
    measures: Floats,
) -> None:  # fmt: skip
    whole_ours = whole_theirs = 0.0
    number_ours = number_theirs = second_ours = second_theirs = False
    firm = _is_firm(a, ours) or _is_firm(b, theirs)
    for i in range(len(ours)):
        if not (taken_ours >> i) & 1:
            measures[LEFT_OURS] += a.facts[ours[i]].weight
            kind = a.facts[ours[i]].kind
            if kind in (ORDINARY, SERVANT, INITIAL, GENERIC):
                whole_ours += a.facts[ours[i]].weight
            number_ours |= kind == NUMBER
            second_ours |= kind == NUMBER and _is_second(a, ours[i], firm)
            if kind != TITLE:
                measures[ALL_SAME] = measures[EXACT] = 0.0
    for j in range(len(theirs)):
        if not (taken_theirs >> j) & 1:
            measures[LEFT_THEIRS] += b.facts[theirs[j]].weight
            kind = b.facts[theirs[j]].kind
            if kind in (ORDINARY, SERVANT, INITIAL, GENERIC):
                whole_theirs += b.facts[theirs[j]].weight
            number_theirs |= kind == NUMBER
            second_theirs |= kind == NUMBER and _is_second(b, theirs[j], firm)
            if kind != TITLE:
                measures[ALL_SAME] = measures[EXACT] = 0.0
    measures[AGAINST] = min(whole_ours, whole_theirs)
    differ = (number_ours and number_theirs) or second_ours or second_theirs
    measures[NUMBERS_DIFFER] = 1.0 if differ else 0.0


def scratch_arrays() -> tuple[Ints, Floats, Bytes, Ints]:
    """Return the scratch that `align_kernel` needs: found, keys, scratch, rows."""
    return (
        np.zeros((256, PAIR), dtype=np.int32),
        np.zeros(256, dtype=np.float64),
        np.zeros(4 * MAX_LETTERS + 4, dtype=np.uint8),
        np.zeros((3, 2 * MAX_LETTERS + 2), dtype=np.int32),
    )
