"""Finding the words of a table that are near a word, without comparing it to each of them.

Every word is filed under keys: itself, itself less one or two letters, its sound, its
consonants, its Korean syllable, its groups of nicknames. Two words that share a key are compared.
One slip on each side meets under a key less one letter, two slips in a long word under a key
less two; another spelling of the same sound meets under the sound.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.likeness import (
    ARTICLE,
    FORM,
    GROUPS,
    INITIAL,
    MAX_LETTERS,
    NUMBER,
    PARTICLE,
    TITLE,
    UNKNOWN,
    WordTable,
    letters_of,
    likeness_kernel,
)
from sanctrail.names.sound import consonants_kernel

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint32]

ONE_DELETION = 4
TWO_DELETIONS = 7
"""Letters from which on a word is also filed less one letter, less two."""
FEWEST_CONSONANTS = 3
CONSONANTS_LESS_ONE = 5

NEAR_FLOOR = 0.68
"""Likeness from which on a word leads to the names that bear the other."""

SAME_SOUND = 0.955
"""Likeness of words that read or sound the same."""

BUCKETS = 18
"""Bits of a hash that number its bucket."""

MAX_KEYS = 1024
MAX_NEAR = 512

_LETTERS, _SOUND, _CONSONANTS, _KOREAN, _NICK, _KIN = range(1, 7)
_PRIME, _OFFSET = np.uint64(1099511628211), np.uint64(14695981039346656037)
_MIXER = np.uint64(0x9E3779B97F4A7C15)


class KeyTable(NamedTuple):
    """Which words are filed under a key: `words[k]` under `hashes[k]`, sorted by hash.

    `bucket[h >> (32 - BUCKETS)]` is where a bucket's first entry stands.
    """

    hashes: Hashes
    words: Ints
    bucket: Ints


@kernel
def _mixed(value: np.uint64) -> np.uint32:
    value ^= value >> np.uint64(29)
    value *= _MIXER
    return np.uint32(value >> np.uint64(32))


@kernel
def _hash(sort: int, text: Bytes, skip: int, skip_too: int) -> np.uint32:
    """Return a hash of some letters, less those at `skip` and `skip_too` (-1: none)."""
    value = (_OFFSET ^ np.uint64(sort)) * _PRIME
    for k in range(len(text)):
        if k not in (skip, skip_too):
            value = (value ^ np.uint64(text[k])) * _PRIME
    return _mixed(value)


@kernel
def _hash_number(sort: int, number: np.uint64) -> np.uint32:
    return _mixed((_OFFSET ^ np.uint64(sort) ^ number) * _PRIME)


@kernel
def _korean_key_kernel(table: WordTable, i: int, keys: Hashes, n: int) -> int:
    if table.facts[i].korean:
        keys[n] = _hash_number(_KOREAN, table.facts[i].korean)
        n += 1
    return n


@kernel
def keys_kernel(table: WordTable, i: int, keys: Hashes, scratch: Bytes) -> int:
    """Write the keys of word `i` into `keys` (MAX_KEYS); return how many."""
    word = letters_of(table, i)
    keys[0] = _hash(_LETTERS, word, -1, -1)
    n = 1
    kind = table.facts[i].kind
    if table.facts[i].han:  # a sign has its reading, and in Hangul what else that is spelt like
        return _korean_key_kernel(table, i, keys, n)
    if kind in (TITLE, ARTICLE, PARTICLE, FORM, NUMBER, INITIAL):
        return n
    size = len(word)
    if size >= ONE_DELETION:
        for a in range(size):
            keys[n] = _hash(_LETTERS, word, a, -1)
            n += 1
    if size >= TWO_DELETIONS and kind != UNKNOWN:
        for a in range(size):
            for b in range(a + 1, size):
                if n < MAX_KEYS - 2 * MAX_LETTERS - 12:
                    keys[n] = _hash(_LETTERS, word, a, b)
                    n += 1
    return _more_keys_kernel(table, i, keys, n, scratch)


@kernel
def _more_keys_kernel(table: WordTable, i: int, keys: Hashes, n: int, scratch: Bytes) -> int:
    first, end = table.facts[i].sound_first, table.facts[i].sound_end
    keys[n] = _hash(_SOUND, table.sounds[first:end], -1, -1)
    n += 1
    if table.facts[i].kind == UNKNOWN:
        return n
    count = consonants_kernel(table.sounds, first, end, scratch)
    if count >= FEWEST_CONSONANTS or table.facts[i].unwritten:
        keys[n] = _hash(_CONSONANTS, scratch[:count], -1, -1)
        n += 1
    if count >= CONSONANTS_LESS_ONE:
        for a in range(count):
            keys[n] = _hash(_CONSONANTS, scratch[:count], a, -1)
            n += 1
    n = _korean_key_kernel(table, i, keys, n)
    for place, group in enumerate(table.groups[i]):
        if group >= 0:
            keys[n] = _hash_number(_NICK if place < GROUPS else _KIN, np.uint64(group))
            n += 1
    return n


@kernel
def _count_keys(table: WordTable) -> int:
    keys = np.empty(MAX_KEYS, dtype=np.uint32)
    scratch = np.empty(2 * MAX_LETTERS + 2, dtype=np.uint8)
    total = 0
    for i in range(len(table.facts)):
        total += keys_kernel(table, i, keys, scratch)
    return total


@kernel
def _write_keys(table: WordTable, hashes: Hashes, words: Ints) -> None:
    keys = np.empty(MAX_KEYS, dtype=np.uint32)
    scratch = np.empty(2 * MAX_LETTERS + 2, dtype=np.uint8)
    n = 0
    for i in range(len(table.facts)):
        count = keys_kernel(table, i, keys, scratch)
        hashes[n : n + count] = keys[:count]
        words[n : n + count] = i
        n += count


def key_table(table: WordTable) -> KeyTable:
    """File every word of a table under its keys."""
    total = _count_keys(table)
    hashes, words = np.empty(total, dtype=np.uint32), np.empty(total, dtype=np.int32)
    _write_keys(table, hashes, words)
    order = np.argsort(hashes, kind="stable")
    hashes, words = hashes[order], words[order]
    edges = np.arange((1 << BUCKETS) + 1, dtype=np.uint64) << np.uint64(32 - BUCKETS)
    bucket = np.searchsorted(hashes.astype(np.uint64), edges).astype(np.int32)
    return KeyTable(hashes, words, bucket)


@kernel
def _insert(word: int, likeness: float, words: Ints, likes: npt.NDArray[np.float32], n: int) -> int:
    """Put a word in its place among `n`, the nearest first, equals as they came."""
    at = n
    while at > 0 and likes[at - 1] < likeness:
        words[at], likes[at] = words[at - 1], likes[at - 1]
        at -= 1
    words[at], likes[at] = word, likeness
    return n + 1


@kernel
def near_kernel(
    asked: WordTable, i: int, table: WordTable, filed: KeyTable, stamps: Ints, stamp: int,
    words: Ints, likes: npt.NDArray[np.float32], keys: Hashes, scratch: Bytes, rows: Ints,
) -> int:  # fmt: skip
    """Write the words of `table` near word `i` of `asked`, nearest first; return how many.

    `stamps` has a place for each word of the table and remembers `stamp` for those seen.
    """
    n = 0
    for k in range(keys_kernel(asked, i, keys, scratch)):
        slot = keys[k] >> np.uint32(32 - BUCKETS)
        for at in range(filed.bucket[slot], filed.bucket[slot + 1]):
            if filed.hashes[at] != keys[k] or stamps[filed.words[at]] == stamp:
                continue
            word = filed.words[at]
            stamps[word] = stamp
            likeness, _ = likeness_kernel(asked, i, table, word, NEAR_FLOOR, rows)
            if likeness >= NEAR_FLOOR and n < len(words):
                n = _insert(word, likeness, words, likes, n)
    return n


@kernel
def spelt_kernel(a: Bytes, b: Bytes, filed: KeyTable, scratch: Bytes, words: Ints) -> int:
    """Write the words filed under two words' letters written together; return how many.

    As they stand, then less each letter in turn: one slip may have gone with the space. A word
    may be written twice; `words` may be too short for all.
    """
    size = len(a) + len(b)
    if size > MAX_LETTERS:
        return 0
    scratch[: len(a)] = a
    scratch[len(a) : size] = b
    n = 0
    for skip in range(-1, size if size > TWO_DELETIONS else 0):
        key = _hash(_LETTERS, scratch[:size], skip, -1)
        slot = key >> np.uint32(32 - BUCKETS)
        for at in range(filed.bucket[slot], filed.bucket[slot + 1]):
            if filed.hashes[at] == key and n < len(words):
                words[n] = filed.words[at]
                n += 1
    return n


@kernel
def learn_rarity_kernel(
    asked: WordTable, i: int, table: WordTable, words: Ints, likes: npt.NDArray[np.float32]
) -> None:
    """Make word `i` no rarer than a word of the table that reads or sounds the same."""
    for k in range(len(words)):
        if likes[k] > SAME_SOUND and 0.0 < table.facts[words[k]].info < asked.facts[i].info:
            asked.facts[i].info = table.facts[words[k]].info
