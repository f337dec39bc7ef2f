"""Which listings may be one party: pairs of their names that share enough, compared.

Every name is filed under keys of two of its words (by their consonants, their Korean syllables,
their groups of nicknames), under all its letters written together, and under one word with a
birth day or year. Names under one key are compared. Whether two names meet depends on the two
alone, never on what else is listed: a later list changes nothing among those compared before.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.ground.progress import Bar
from sanctrail.names.align import MAX_WORDS, PAIR, align_kernel, scratch_arrays
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
from sanctrail.names.measure import (
    ALL_SAME,
    EVIDENCE,
    EXACT,
    FULL,
    LEFT_OURS,
    LEFT_THEIRS,
    MEASURES,
)
from sanctrail.names.score import TERMS, WEIGHTS, score_kernel
from sanctrail.names.sound import consonants_kernel

Ints = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
Doubles = npt.NDArray[np.float64]

LEAST_SCORE = 0.5
"""Names that score less are no reason to look at two listings together."""

YEARS_APART = 10
"""Birth years further apart part two listings, whatever their names."""

FEW_CONSONANTS = 2
RARE_WORD = 6.0
"""Nats from which on a word and a year of birth together are a key."""

MAX_CLASSES = 4 + 2 * GROUPS
MAX_KEY_WORDS = 7
MAX_NAME_KEYS = 1 << 14
ROOM = 1 << 13
"""Pairs that are found between two looks at the clock."""

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


class Owners(NamedTuple):
    """What parts two listings before their names are looked at.

    `kind` is its number; `first_year` and `last_year` span the birth years, 0 and 9999 where none
    is given; `fresh` is 1 for those that are to be compared with all.
    """

    kind: Ints
    first_year: Ints
    last_year: Ints
    fresh: Ints


class Met(NamedTuple):
    """Pairs of names that met: their numbers, their score and its evidence in nats.

    `same` is 2 for the same words in one order, 1 for the same words in another.
    `left_over` is the share of their words, by weight, that only one of the two has.
    """

    left: Ints
    right: Ints
    score: Doubles
    nats: Doubles
    same: npt.NDArray[np.uint8]
    left_over: Doubles


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


@kernel
def _share_first(keys: Hashes, start: Ints, f: int, g: int, key: np.uint64) -> bool:
    """Tell whether `key` is the first that two names share: they are compared under that one."""
    i, j = start[f], start[g]
    while keys[i] != keys[j]:
        if keys[i] < keys[j]:
            i += 1
        else:
            j += 1
    return bool(keys[i] == key)


@kernel
def _may_be_one(owners: Owners, p: int, q: int) -> bool:
    if p == q or owners.kind[p] != owners.kind[q] or not (owners.fresh[p] or owners.fresh[q]):
        return False
    apart = max(owners.first_year[p], owners.first_year[q]) - min(
        owners.last_year[p], owners.last_year[q]
    )
    return bool(apart <= YEARS_APART)


@kernel
def meet_kernel(
    names: Names, owners: Owners, keys: Hashes, start: Ints, filed: Hashes, filed_name: Ints,
    first: int, least: float, weights: Doubles, out: Met, found: Ints, found_keys: Doubles,
    letters: npt.NDArray[np.uint8], rows: Ints, measures: Doubles, pairs: Ints, terms: Doubles,
) -> tuple[int, int]:  # fmt: skip
    """Compare the names under each key, from entry `first` of `filed` on, with those behind them.

    Returns how many pairs were written and the next entry: the end unless `out` might be short.
    """
    met = 0
    for at in range(first, len(filed)):
        end = at + 1
        while end < len(filed) and filed[end] == filed[at]:
            end += 1
        if met + end - at > len(out.left):
            return met, at
        f = filed_name[at]
        for other in range(at + 1, end):
            g = filed_name[other]
            if not _may_be_one(owners, names.owner[f], names.owner[g]):
                continue
            if not _share_first(keys, start, f, g, filed[at]):
                continue
            align_kernel(
                names.table, names.words[names.start[f] : names.start[f + 1]], names.family[f],
                names.table, names.words[names.start[g] : names.start[g + 1]], names.family[g],
                measures, pairs, found, found_keys, letters, rows,
            )  # fmt: skip
            score = score_kernel(measures, weights, terms)
            if score >= least:
                out.left[met], out.right[met] = f, g
                out.score[met], out.nats[met] = score, measures[EVIDENCE]
                out.same[met] = measures[EXACT] + measures[ALL_SAME]
                alone = measures[LEFT_OURS] + measures[LEFT_THEIRS]
                out.left_over[met] = alone / max(measures[FULL] + alone, 1e-9)
                met += 1
    return met, len(filed)


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


def meet(names: Names, owners: Owners, births: Births) -> Met:
    """Return every pair of names of two listings that score `LEAST_SCORE` or more."""
    keys, start = keys_of(names, births)
    order = np.argsort(keys, kind="stable")
    filed = keys[order]
    numbers = np.arange(len(names.owner), dtype=np.int32)
    filed_name = np.repeat(numbers, np.diff(start))[order]
    out = _room(ROOM + _largest(filed))
    scratch = (*scratch_arrays(), *_more_scratch())
    parts: list[tuple[Any, ...]] = [_room(0)]
    at = 0
    with Bar("Comparing names", len(filed)) as bar:
        while at < len(filed):
            count, at = meet_kernel(
                names, owners, keys, start, filed, filed_name, at, LEAST_SCORE, WEIGHTS, out,
                *scratch,
            )  # fmt: skip
            parts.append(tuple(column[:count].copy() for column in out))
            bar.reached(at)
    return Met(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _largest(filed: Hashes) -> int:
    """Return how many names stand under the fullest key."""
    _, sizes = np.unique(filed, return_counts=True)
    return int(sizes.max(initial=0))


def _more_scratch() -> tuple[Doubles, Ints, Doubles]:
    """Return the scratch for measures, pairs and terms."""
    return np.zeros(MEASURES), np.zeros((MAX_WORDS, PAIR), dtype=np.int32), np.zeros(TERMS)


def _room(size: int) -> Met:
    return Met(
        np.empty(size, dtype=np.int32),
        np.empty(size, dtype=np.int32),
        np.empty(size),
        np.empty(size),
        np.empty(size, dtype=np.uint8),
        np.empty(size),
    )
