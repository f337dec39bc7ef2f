"""How alike two words are, from 0 to 1, and in which way: kernels over tables of words.

A word is a row of `WordTable`. The likeness is the best of several readings: the same letters, a
few slips of the pen, the same sound, one letter for a whole word, a number however written, a
nickname, the same Korean syllable in another romanisation.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.sound import DROP, DROP_UNWRITTEN, SWAP

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

MAX_LETTERS = 40
"""Letters of a word that are compared; longer ones are cut."""

ORDINARY, INITIAL, TITLE, ARTICLE, PARTICLE, SERVANT, FORM, GENERIC, NUMBER, UNKNOWN = range(10)
"""What a word is in a name; `ARTICLE` and `PARTICLE` part al from bin, `SERVANT` is Abd."""

(
    DIFFERENT, SAME, TYPO, SOUND, AS_INITIAL, NICKNAME, EQUIVALENT, ROMANISED, NUMERAL, JOINED,
    HOMOPHONE,
) = range(11)  # fmt: skip
"""Ways in which two words are alike."""

SOUND_CEILING = 0.96
"""Words that only sound the same: the spelling still says something."""
ROMANISED_LIKENESS = 0.93
ROMANISED_SAME = 0.99
INITIAL_LIKENESS = 0.9
NICKNAME_LIKENESS = 0.9
EQUIVALENT_LIKENESS = 0.78
HOMOPHONE_LIKENESS = 0.5
"""Two Han words that are read alike but written otherwise are two names."""
SYLLABLES_DIFFER = 0.8
"""Two romanised syllables are rarely one misspelt: some 400 exist, most one letter apart."""
UNWRITTEN_DOUBT = 1.35
"""How much more a difference weighs where vowels are unwritten and so cannot tell words apart."""
ENDING_SAYS = 0.25
"""What the ending of a patronymic adds to its stem: Petrovich is not Fedorovich."""
COMMON = 7.0
"""Nats under which a word is a name of its own: Ahmed is no slip for Mohamed."""
COMMON_DIFFER = 0.85
ALIKE_ENOUGH = 0.7
SHORT_SOUND = 4
SHORT_SOUND_CEILING = 0.92
LEAST_DROP = 0.45
"""What the cheapest sound costs that only one side has, in sounds."""
STRANGE = 0.67
"""Share of letters foreign to each other from which on two words cannot sound alike."""
SHORT = 3
SHORT_COST = 0.08
"""What a slip costs more in words so short that it makes another word."""


FACTS = np.dtype(
    [
        ("first", np.int32), ("end", np.int32), ("sound_first", np.int32), ("sound_end", np.int32),
        ("bag", np.uint64), ("korean", np.uint64), ("han", np.uint64), ("number", np.int32),
        ("weight", np.float32), ("info", np.float32), ("kind", np.uint8), ("unwritten", np.uint8),
        ("syllable", np.uint8), ("stem", np.uint8),
        ("place", np.uint16),
    ],
    align=True,
)  # fmt: skip
"""What is known of a word. `bag` has a bit for each letter that occurs; `weight` says how much of
a name's identity the word carries (0 to 1), `info` how rare it is (nats: minus the logarithm of the
share of people or firms that bear it); `number` is a numeral's value or -1; `korean` and `han` are
hashes, 0 for none; `unwritten` is 1 where the script has no vowels, `syllable` where the word is
one romanised Han or Hangul syllable; `stem` is the letters of a patronymic before its ending;
`place` numbers a country, 0 for other words."""


class WordTable(NamedTuple):
    """Words as arrays, one of `facts` (FACTS) a word.

    `letters[first:end]` are a word's folded letters (MAX_LETTERS at most), `sounds` likewise its
    skeleton. `groups[i]` are the groups it is in, -1 filled: nicknames in the first `GROUPS`
    places, equivalents across languages in the others.
    """

    letters: Bytes
    sounds: Bytes
    facts: npt.NDArray[np.void]
    groups: Ints


GROUPS = 4


@kernel
def letters_of(table: WordTable, i: int) -> Bytes:
    """Return the letters of a word."""
    return table.letters[table.facts[i].first : table.facts[i].end]


@kernel
def sounds_of(table: WordTable, i: int) -> Bytes:
    """Return the skeleton of a word."""
    return table.sounds[table.facts[i].sound_first : table.facts[i].sound_end]


@kernel
def edits_kernel(a: Bytes, b: Bytes) -> int:
    """Return the edits between two words of 64 letters at most, a swap of neighbours being one.

    The optimal string alignment distance, a column of the table at a time in the bits of one
    word (Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit
    distances").
    """
    m = len(a)
    if m == 0:
        return len(b)
    one = np.uint64(1)
    last = one << np.uint64(m - 1)
    rises, falls = ~np.uint64(0), np.uint64(0)
    matched = met_before = np.uint64(0)
    distance = m
    for j in range(len(b)):
        met = np.uint64(0)
        for i in range(m):
            if a[i] == b[j]:
                met |= one << np.uint64(i)
        swapped = ((~matched & met) << one) & met_before
        matched = (((met & rises) + rises) ^ rises) | met | falls | swapped
        up = falls | ~(matched | rises)
        down = matched & rises
        if up & last:
            distance += 1
        elif down & last:
            distance -= 1
        up = (up << one) | one
        down <<= one
        rises = down | ~(matched | up)
        falls = up & matched
        met_before = met
    return distance


@kernel
def sound_distance_kernel(a: Bytes, b: Bytes, drop: Ints, rows: Ints) -> int:
    """Return the distance of two skeletons in hundredths of a sound, near sounds costing less."""
    row = rows[0]
    row[0] = 0
    for j in range(len(b)):
        row[j + 1] = row[j] + drop[b[j]]
    for i in range(len(a)):
        x = a[i]
        cost = drop[x]
        corner = row[0]
        row[0] += cost
        for j in range(len(b)):
            swapped = corner + SWAP[x, b[j]]
            corner = row[j + 1]
            row[j + 1] = min(swapped, corner + cost, row[j] + drop[b[j]])
    return int(row[len(b)])


_ODD, _PAIRS, _NIBBLES = (
    np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
)  # fmt: skip
_ONES = np.uint64(0x0101010101010101)


@kernel
def _bits(x: np.uint64) -> int:
    """Return the number of bits set (Warren, Hacker's Delight, 5-1)."""
    x -= (x >> np.uint64(1)) & _ODD
    x = (x & _PAIRS) + ((x >> np.uint64(2)) & _PAIRS)
    x = (x + (x >> np.uint64(4))) & _NIBBLES
    return int((x * _ONES) >> np.uint64(56))


@kernel
def lone_letters(a: np.uint64, b: np.uint64) -> int:
    """Return how many letters one of two words has that the other lacks, the more of both ways."""
    return max(_bits(a & ~b), _bits(b & ~a))


@kernel
def letters_likeness(a: Bytes, b: Bytes) -> float:
    """Return the likeness of two different words by their letters."""
    longest = max(len(a), len(b))
    likeness = 1.0 - edits_kernel(a, b) / longest
    return likeness - SHORT_COST if longest <= SHORT else likeness


@kernel
def sounds_likeness(a: Bytes, b: Bytes, unwritten: bool, rows: Ints) -> float:
    """Return the likeness of two words by their sounds."""
    longest = max(len(a), len(b))
    if longest == 0:
        return 0.0
    drop = DROP_UNWRITTEN if unwritten else DROP
    distance = sound_distance_kernel(a, b, drop, rows)
    return SOUND_CEILING * (1.0 - distance / (100.0 * longest))


@kernel
def _share_group(a: Ints, i: int, b: Ints, j: int, first: int) -> bool:
    for x in range(first, first + GROUPS):
        if a[i, x] < 0:
            return False
        for y in range(first, first + GROUPS):
            if a[i, x] == b[j, y]:
                return True
    return False


@kernel
def same_letters(a: Bytes, b: Bytes) -> bool:
    """Tell whether two words are the same, letter by letter."""
    if len(a) != len(b):
        return False
    for k in range(len(a)):
        if a[k] != b[k]:
            return False
    return True


@kernel
def likeness_kernel(
    a: WordTable, i: int, b: WordTable, j: int, floor: float, rows: Ints
) -> tuple[float, int]:
    """Return how alike word `i` of `a` and word `j` of `b` are, and how; 0 if under `floor`.

    `rows` is scratch: a row of `MAX_LETTERS + 1`.
    """
    x = letters_of(a, i)
    y = letters_of(b, j)
    if a.facts[i].han and b.facts[j].han and a.facts[i].han != b.facts[j].han:
        return (HOMOPHONE_LIKENESS if same_letters(x, y) else 0.0), HOMOPHONE
    if same_letters(x, y):
        read = (a.facts[i].han != 0) != (b.facts[j].han != 0) or a.facts[i].unwritten != b.facts[
            j
        ].unwritten
        return (ROMANISED_SAME, ROMANISED) if read else (1.0, SAME)
    if a.facts[i].number >= 0 or b.facts[j].number >= 0:
        return (0.98, NUMERAL) if a.facts[i].number == b.facts[j].number else (0.0, DIFFERENT)
    if a.facts[i].place and b.facts[j].place and a.facts[i].place != b.facts[j].place:
        return 0.0, DIFFERENT
    if len(x) == 1 or len(y) == 1:
        return (INITIAL_LIKENESS, AS_INITIAL) if x[0] == y[0] else (0.0, DIFFERENT)
    return _alike_kernel(a, i, b, j, x, y, floor, rows)


@kernel
def _alike_kernel(
    a: WordTable, i: int, b: WordTable, j: int, x: Bytes, y: Bytes, floor: float, rows: Ints
) -> tuple[float, int]:
    best, how = 0.0, DIFFERENT
    korean = a.facts[i].korean != 0 and a.facts[i].korean == b.facts[j].korean
    if korean:
        best, how = ROMANISED_LIKENESS, ROMANISED
    if _share_group(a.groups, i, b.groups, j, 0):
        best, how = max(best, NICKNAME_LIKENESS), NICKNAME
    elif _share_group(a.groups, i, b.groups, j, GROUPS) and best < EQUIVALENT_LIKENESS:
        best, how = EQUIVALENT_LIKENESS, EQUIVALENT
    longest = max(len(x), len(y))
    alone = lone_letters(a.facts[i].bag, b.facts[j].bag)
    least = max(alone, abs(len(x) - len(y)))
    if 1.0 - least / longest >= max(floor, best):
        likeness = letters_likeness(x, y)
        if likeness > best:
            best, how = likeness, TYPO
    unwritten = a.facts[i].unwritten != b.facts[j].unwritten
    ceiling = SHORT_SOUND_CEILING if longest <= SHORT_SOUND and not unwritten else SOUND_CEILING
    u, v = sounds_of(a, i), sounds_of(b, j)
    apart = abs(len(u) - len(v)) * LEAST_DROP > (1.0 - floor) * max(len(u), len(v))
    if unwritten or not (apart or alone > STRANGE * longest):
        likeness = min(ceiling, sounds_likeness(u, v, unwritten, rows))
        if unwritten:
            likeness = 1.0 - UNWRITTEN_DOUBT * (1.0 - likeness)
        if likeness > best:
            best, how = likeness, SOUND
    if best < ALIKE_ENOUGH and max(a.facts[i].info, b.facts[j].info) < COMMON and not unwritten:
        best *= COMMON_DIFFER
    if a.facts[i].stem and b.facts[j].stem:
        stem = letters_likeness(x[: a.facts[i].stem], y[: b.facts[j].stem])
        best = min(best, stem + ENDING_SAYS * (1.0 - stem))
    if a.facts[i].syllable and b.facts[j].syllable and not korean:
        best *= SYLLABLES_DIFFER
    return (best, how) if best >= floor else (0.0, DIFFERENT)
