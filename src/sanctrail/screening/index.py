"""Building the index of names: forms, the words they are made of, and who bears which word."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.lexicon import LEAST_INFO, MOST_INFO, Lexicon, weights
from sanctrail.names.likeness import GENERIC, ORDINARY, SERVANT, UNKNOWN, WordTable
from sanctrail.names.neighbours import key_table
from sanctrail.names.prepare import NameWord, PreparedName
from sanctrail.screening.search import NameArrays, joined_hash_kernel

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

PRIOR = 10_000.0

_JOINABLE = frozenset({ORDINARY, SERVANT, GENERIC})


def name_arrays(names: Sequence[PreparedName], parties: Sequence[int]) -> tuple[NameArrays, Ints]:
    """Return the index of names and, for each name, the number of its form.

    `parties` numbers the party of each name: how rare a word is, is counted in parties.
    """
    lexicon = Lexicon()
    words, begins = _as_arrays(lexicon, names)
    families = np.array([name.family for name in names], dtype=np.int32)
    form_of, form_words, form_start, form_family = _forms(words, begins, families)
    joins = list(_joins(lexicon.words, form_words, form_start))
    join_words, join_start = _as_arrays(lexicon, joins)
    table = _with_rarity(lexicon.table(), words, begins, np.array(parties, dtype=np.int32))
    sizes = np.concatenate([np.diff(form_start), np.diff(join_start)])
    post, post_start = _postings(
        np.concatenate([form_words, join_words]), sizes, len(form_family), len(table.facts)
    )
    joined = _joined_kernel(table, form_words, form_start)
    order = np.argsort(joined, kind="stable")
    arrays = NameArrays(
        table,
        key_table(table),
        form_words,
        form_start,
        _form_weights_kernel(table.facts, form_words, form_start),
        form_family,
        post,
        post_start,
        joined[order],
        order.astype(np.int32),
    )
    return arrays, form_of


def _as_arrays(lexicon: Lexicon, names: Sequence[PreparedName]) -> tuple[Ints, Ints]:
    words, start = lexicon.number_all(names)
    return np.array(words, dtype=np.int32), np.array(start, dtype=np.int32)


def _forms(words: Ints, begins: Ints, families: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the distinct names by number: the same words, order and family name."""
    numbers: dict[tuple[bytes, int], int] = {}
    form_of = np.empty(len(begins) - 1, dtype=np.int32)
    for k in range(len(form_of)):
        key = words[begins[k] : begins[k + 1]].tobytes(), int(families[k])
        form_of[k] = numbers.setdefault(key, len(numbers))
    flat = np.frombuffer(bytearray(b"".join(form for form, _ in numbers)), dtype=np.int32)
    start = np.zeros(len(numbers) + 1, dtype=np.int32)
    np.cumsum([len(form) // words.itemsize for form, _ in numbers], out=start[1:])
    return form_of, flat, start, np.array([family for _, family in numbers], dtype=np.int32)


def _joins(words: Sequence[NameWord], form_words: Ints, form_start: Ints) -> Iterator[PreparedName]:
    """Yield for each form its neighbouring words written together, for queries that join them."""
    for first, end in pairwise(form_start.tolist()):
        mine = [words[word] for word in form_words[first:end].tolist()]
        joined = (
            NameWord(a.latin + b.latin, UNKNOWN)
            for a, b in pairwise(mine)
            if a.kind in _JOINABLE and b.kind in _JOINABLE
        )
        yield PreparedName("", tuple(joined))


def _with_rarity(table: WordTable, words: Ints, begins: Ints, parties: Ints) -> WordTable:
    """Make each whole word no rarer than the share of parties that bear it or its sound.

    A short list says little of that: what ships with the program counts like `PRIOR` parties.
    """
    sounds: dict[bytes, int] = {}
    sound_of = np.empty(len(table.facts), dtype=np.int64)
    spans = zip(table.facts["sound_first"].tolist(), table.facts["sound_end"].tolist(), strict=True)
    for i, (first, end) in enumerate(spans):
        sound_of[i] = sounds.setdefault(table.sounds[first:end].tobytes(), len(sounds))
    bearer = np.repeat(parties, np.diff(begins)).astype(np.int64)
    borne = np.unique(np.stack([sound_of[words], bearer], axis=1), axis=0)
    bearers = np.bincount(borne[:, 0], minlength=len(sounds))
    shipped = PRIOR * np.exp(-table.facts["info"].astype(np.float64))
    share = (bearers[sound_of] + shipped) / (len(np.unique(parties)) + PRIOR)
    seen = np.clip(-np.log(share), LEAST_INFO, MOST_INFO).astype(np.float32)
    facts = table.facts
    whole = facts["kind"] == ORDINARY
    facts["info"][whole] = np.minimum(facts["info"], seen)[whole]
    facts["weight"] = weights(facts["kind"], facts["info"])
    return table


def _postings(words: Ints, sizes: Ints, forms: int, count: int) -> tuple[Ints, Ints]:
    """Return the forms that bear each word, of words in the order of forms, joins behind."""
    bearer = np.repeat(np.tile(np.arange(forms, dtype=np.int32), 2), sizes)
    pairs = np.unique(np.stack([words, bearer], axis=1), axis=0)
    start = np.searchsorted(pairs[:, 0], np.arange(count + 1)).astype(np.int32)
    return np.ascontiguousarray(pairs[:, 1]), start


@kernel
def _form_weights_kernel(facts: npt.NDArray[np.void], form_words: Ints, form_start: Ints) -> Floats:
    out = np.zeros(len(form_start) - 1, dtype=np.float32)
    for f in range(len(out)):
        for at in range(form_start[f], form_start[f + 1]):
            out[f] += facts[form_words[at]].weight
    return out


@kernel
def _joined_kernel(table: WordTable, form_words: Ints, form_start: Ints) -> npt.NDArray[np.uint64]:
    out = np.zeros(len(form_start) - 1, dtype=np.uint64)
    for f in range(len(out)):
        out[f] = joined_hash_kernel(table, form_words[form_start[f] : form_start[f + 1]])
    return out
