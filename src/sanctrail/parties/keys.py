"""Keys under which names are filed, so that those which may be one party's find each other.

A name has a key for every two of its words (by their consonants, their Korean syllables, their
groups of nicknames) of which one is among its two rarest, one for its consonants written together,
one for its only word, and for each word one with a birth day and, where it is rare, a birth year.
Keys depend on the name and its listing alone.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.align import MAX_WORDS
from sanctrail.names.likeness import (
    ARTICLE,
    FORM,
    GROUPS,
    INITIAL,
    PARTICLE,
    TITLE,
    UNKNOWN,
    WordTable,
)
from sanctrail.names.sound import consonants_kernel

Ints = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
Doubles = npt.NDArray[np.float64]

FEW_CONSONANTS = 2
RARE_WORD = 6.0
"""Nats from which on a word and a year of birth together are a key."""

MAX_CLASSES = 4 + 2 * GROUPS
MAX_KEY_WORDS = 7
MAX_NAME_KEYS = 1 << 14

_PRIME, _OFFSET = np.uint64(1099511628211), np.uint64(14695981039346656037)


class Names(NamedTuple):
    """Names of listings as arrays.

    `words[start[f]:start[f + 1]]` are the words of name `f` by number in `table`, `family` the
    place of its family name, `owner` its listing.
    """

    table: WordTable
    words: Ints
    start: Ints
    family: Ints
    owner: Ints


class Births(NamedTuple):
    """Birth days and years of listings: `days[day_start[p]:day_start[p + 1]]` are those of `p`."""

    days: Ints
    day_start: Ints
    years: Ints
    year_start: Ints


@kernel
def _mixed(value: np.uint64, other: np.uint64) -> np.uint64:
    value = (value ^ other) * _PRIME
    return value ^ (value >> np.uint64(31))


@kernel
def _pair_key(one: np.uint64, other: np.uint64) -> np.uint64:
    """Return a key of two word classes, whichever way about they stand."""
    return _mixed(_mixed(_OFFSET, min(one, other)), max(one, other))


@kernel
def _letters_class(letters: npt.NDArray[np.uint8], count: int) -> np.uint64:
    value = _OFFSET
    for k in range(count):
        value = (value ^ np.uint64(letters[k])) * _PRIME
    return value


@kernel
def classes_kernel(table: WordTable, out: Hashes, count: Ints) -> None:
    """Write the classes of every word into `out` (words by MAX_CLASSES); `count` says how many.

    Words of one class read alike: by their consonants, or all sounds where those are too few.
    """
    scratch = np.empty(4096, dtype=np.uint8)
    for i in range(len(table.facts)):
        facts = table.facts[i]
        first, end = facts.sound_first, facts.sound_end
        size = consonants_kernel(table.sounds, first, end, scratch)
        if size < FEW_CONSONANTS and not facts.unwritten:
            out[i, 0] = _letters_class(table.sounds[first:end], end - first)
        else:
            out[i, 0] = _letters_class(scratch, size)
        n = 1
        if facts.korean:
            out[i, n] = facts.korean
            n += 1
        if facts.number >= 0:
            out[i, n] = (np.uint64(facts.number) << np.uint64(33)) | np.uint64(2)
            n += 1
        for place in range(2 * GROUPS):
            if table.groups[i, place] >= 0:
                group = np.uint64(table.groups[i, place]) << np.uint64(33)
                out[i, n] = group | np.uint64(place // GROUPS)
                n += 1
        count[i] = n


@kernel
def _key_words(names: Names, f: int, out: Ints) -> int:
    """Choose the words of a name that keys are made of; return how many."""
    n = 0
    for at in range(names.start[f], names.start[f + 1]):
        kind = names.table.facts[names.words[at]].kind
        if kind not in (TITLE, ARTICLE, PARTICLE, FORM, UNKNOWN, INITIAL) and n < MAX_KEY_WORDS:
            out[n] = names.words[at]
            n += 1
    return n


@kernel
def _joined_class(names: Names, f: int, scratch: npt.NDArray[np.uint8]) -> np.uint64:
    """Return the class of a name's consonants written together, however it is parted."""
    n = 0
    for at in range(names.start[f], names.start[f + 1]):
        facts = names.table.facts[names.words[at]]
        if facts.kind in (TITLE, FORM) or n > len(scratch) - 128:
            continue
        first, end = facts.sound_first, facts.sound_end
        size = consonants_kernel(names.table.sounds, first, end, scratch[n:])
        if n and size and scratch[n - 1] == scratch[n]:
            for k in range(n, n + size - 1):
                scratch[k] = scratch[k + 1]
            size -= 1
        n += size
    return _letters_class(scratch, n) if n > FEW_CONSONANTS else np.uint64(0)


@kernel
def name_keys_kernel(
    names: Names, f: int, births: Births, classes: Hashes, count: Ints, out: Hashes,
    words: Ints, scratch: npt.NDArray[np.uint8],
) -> int:  # fmt: skip
    """Write the keys of name `f` into `out`, sorted, each once; return how many."""
    size = _key_words(names, f, words)
    rarest, second = _two_rarest(names.table, words, size)
    n = 0
    joined = _joined_class(names, f, scratch)
    if joined:
        out[n] = _mixed(joined, np.uint64(1))
        n += 1
    for i in range(size):
        for a in range(count[words[i]]):
            one = classes[words[i], a]
            if size == 1:
                out[n] = _mixed(one, np.uint64(2))
                n += 1
            for j in range(i + 1, size):
                if i not in (rarest, second) and j not in (rarest, second):
                    continue
                for b in range(count[words[j]]):
                    out[n] = _pair_key(one, classes[words[j], b])
                    n += 1
            info = names.table.facts[words[i]].info
            n = _birth_keys(births, names.owner[f], one, info, out, n)
    kept = out[:n]
    kept.sort()
    return _distinct(kept)


@kernel
def _two_rarest(table: WordTable, words: Ints, size: int) -> tuple[int, int]:
    """Return the places of the two rarest words: two common ones alone lead to nobody."""
    rarest = second = -1
    for k in range(size):
        info = table.facts[words[k]].info
        if rarest < 0 or info > table.facts[words[rarest]].info:
            rarest, second = k, rarest
        elif second < 0 or info > table.facts[words[second]].info:
            second = k
    return rarest, second


@kernel
def _birth_keys(
    births: Births, owner: int, one: np.uint64, info: float, out: Hashes, n: int
) -> int:
    for at in range(births.day_start[owner], births.day_start[owner + 1]):
        out[n] = _mixed(one, np.uint64(births.days[at]))
        n += 1
    if info >= RARE_WORD:
        for at in range(births.year_start[owner], births.year_start[owner + 1]):
            out[n] = _mixed(one, np.uint64(births.years[at]))
            n += 1
    return n


@kernel
def _distinct(values: Hashes) -> int:
    n = 0
    for k in range(len(values)):
        if k == 0 or values[k] != values[k - 1]:
            values[n] = values[k]
            n += 1
    return n


@kernel
def all_keys_kernel(
    names: Names, births: Births, classes: Hashes, count: Ints, out: Hashes, start: Ints, first: int
) -> int:
    """Write the keys of names `first` and on; `out[start[f]:start[f + 1]]` are those of name `f`.

    Returns how many names are done: fewer than all where `out` is full.
    """
    words = np.zeros(MAX_WORDS, dtype=np.int32)
    scratch = np.zeros(4096, dtype=np.uint8)
    for f in range(first, len(names.owner)):
        if start[f] + MAX_NAME_KEYS > len(out):
            return f
        n = name_keys_kernel(names, f, births, classes, count, out[start[f] :], words, scratch)
        start[f + 1] = start[f] + n
    return len(names.owner)


def keys_of(names: Names, births: Births) -> tuple[Hashes, Ints]:
    """Return the keys of all names, one name after another, and where each name's begin."""
    words = len(names.table.facts)
    classes = np.zeros((words, MAX_CLASSES), dtype=np.uint64)
    count = np.zeros(words, dtype=np.int32)
    classes_kernel(names.table, classes, count)
    total, done = len(names.owner), 0
    start = np.zeros(total + 1, dtype=np.int32)
    keys = np.empty(MAX_NAME_KEYS + 24 * total, dtype=np.uint64)
    while True:
        done = all_keys_kernel(names, births, classes, count, keys, start, done)
        if done == total:
            return keys[: start[-1]], start
        keys = np.concatenate([keys, np.empty_like(keys)])
