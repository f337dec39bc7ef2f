"""The search in kernels: from words near the query's to the names that bear them, to scores.

A query's rarer words open the lists of names that bear a word near them; common words only add
to names already met. The most promising names are aligned with the query word by word and
scored. Nothing here allocates: a `Desk` holds the working arrays, for one thread at a time.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.align import MAX_WORDS, PAIR, align_kernel
from sanctrail.names.likeness import (
    ARTICLE,
    FORM,
    INITIAL,
    MAX_LETTERS,
    NUMBER,
    PARTICLE,
    TITLE,
    WordTable,
    letters_of,
)
from sanctrail.names.measure import EXACT, MEASURES
from sanctrail.names.neighbours import (
    MAX_KEYS,
    MAX_NEAR,
    KeyTable,
    learn_rarity_kernel,
    near_kernel,
    spelt_kernel,
)
from sanctrail.names.score import TERMS, score_kernel

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]

FINALISTS = 40
"""Names of a query that are aligned word by word."""

OPENED = 0.62
"""Share of a query's weight whose words open lists of names; the rest only adds to them."""

PROMISING = 0.48
"""Share of both names' weight that must be near for a name to be aligned."""

LOPSIDED = 0.75
"""What a name promises that has all the query's words and more, or has them joined."""

UNOPENED = 1.0 - OPENED
"""Share of a query's weight that may be near without having voted."""

SMALL_LIST = 64
"""Lists of names so short that they are always opened."""


class NameArrays(NamedTuple):
    """The names of a register as arrays.

    `form_words[form_start[f]:form_start[f + 1]]` are the words of name form `f`, of total
    weight `form_weight[f]` and with the family name at `form_family[f]`;
    `post[post_start[w]:post_start[w + 1]]` are the forms that bear word `w`;
    `joined` the sorted hashes of forms written without spaces, `joined_form` their forms.
    """

    words: WordTable
    filed: KeyTable
    form_words: Ints
    form_start: Ints
    form_weight: Floats
    form_family: Ints
    post: Ints
    post_start: Ints
    joined: Hashes
    joined_form: Ints


class Desk(NamedTuple):
    """Working arrays of a search over one register."""

    stamps: Ints
    near_words: Ints
    near_likes: Floats
    keys: npt.NDArray[np.uint32]
    letters: npt.NDArray[np.uint8]
    rows: Ints
    votes: Floats
    voted: Ints
    touched: Ints
    slots: Floats
    marked: Ints
    finalists: Ints
    promise: Floats
    found: Ints
    found_keys: Doubles
    pairs: Ints
    measures: Doubles
    terms: Doubles
    order: Ints


def make_desk(forms: int, words: int) -> Desk:
    """Return the working arrays for a register of so many name forms and words."""
    return Desk(
        np.full(words, -1, dtype=np.int32),
        np.zeros(MAX_NEAR, dtype=np.int32),
        np.zeros(MAX_NEAR, dtype=np.float32),
        np.zeros(MAX_KEYS, dtype=np.uint32),
        np.zeros(4 * MAX_LETTERS + 4, dtype=np.uint8),
        np.zeros((3, 2 * MAX_LETTERS + 2), dtype=np.int32),
        np.zeros(forms, dtype=np.float32),
        np.full(forms, -1, dtype=np.int32),
        np.zeros(forms, dtype=np.int32),
        np.zeros(words, dtype=np.float32),
        np.zeros(MAX_WORDS * MAX_NEAR, dtype=np.int32),
        np.zeros(FINALISTS, dtype=np.int32),
        np.zeros(FINALISTS, dtype=np.float32),
        np.zeros((256, PAIR), dtype=np.int32),
        np.zeros(256, dtype=np.float64),
        np.zeros((MAX_WORDS, PAIR), dtype=np.int32),
        np.zeros(MEASURES, dtype=np.float64),
        np.zeros(TERMS, dtype=np.float64),
        np.zeros(MAX_WORDS, dtype=np.int32),
    )


@kernel
def near_all_kernel(
    names: NameArrays, asked: WordTable, first: int, desk: Desk, start: Ints, words: Ints,
    likes: Floats,
) -> int:  # fmt: skip
    """Find the near words of every asked word from `first` on.

    `words[start[i]:start[i + 1]]` are those of word `i`. Returns how many asked words are done:
    fewer than all where `words` is full, to be called again with more room.
    """
    desk.stamps[:] = -1
    n = start[first]
    for i in range(first, len(asked.facts)):
        if n + MAX_NEAR > len(words):
            return i
        count = near_kernel(
            asked, i, names.words, names.filed, desk.stamps, i, words[n : n + MAX_NEAR],
            likes[n : n + MAX_NEAR], desk.keys, desk.letters, desk.rows,
        )  # fmt: skip
        learn_rarity_kernel(asked, i, names.words, words[n : n + count], likes[n : n + count])
        n += count
        start[i + 1] = n
    return len(asked.facts)


@kernel
def _opens(kind: int) -> bool:
    return kind not in (TITLE, ARTICLE, PARTICLE, FORM, NUMBER, INITIAL)


@kernel
def _info(asked: WordTable, mine: Ints, desk: Desk, place: int) -> float:
    return float(asked.facts[mine[desk.order[place]]].info)


@kernel
def _vote_kernel(
    names: NameArrays, asked: WordTable, mine: Ints, start: Ints, words: Ints, likes: Floats,
    desk: Desk,
) -> int:  # fmt: skip
    """Let the query's words vote for names, the rarest first; return how many names were met."""
    total = 0.0
    size = min(len(mine), MAX_WORDS)
    for k in range(size):
        desk.order[k] = k
        if _opens(asked.facts[mine[k]].kind):
            total += asked.facts[mine[k]].weight
    for a in range(1, size):  # insertion sort by rarity, rarest first
        b = a
        while b > 0 and _info(asked, mine, desk, b) > _info(asked, mine, desk, b - 1):
            desk.order[b], desk.order[b - 1] = desk.order[b - 1], desk.order[b]
            b -= 1
    met = 0
    opened = 0.0
    for a in range(size):
        word = mine[desk.order[a]]
        if not _opens(asked.facts[word].kind):
            continue
        weight = asked.facts[word].weight
        opening = opened < OPENED * total
        for at in range(start[word], start[word + 1]):
            near = words[at]
            first, end = names.post_start[near], names.post_start[near + 1]
            if not opening and end - first > SMALL_LIST:
                continue
            vote = weight * likes[at]
            for p in range(first, end):
                form = names.post[p]
                if desk.votes[form] == 0.0:
                    desk.touched[met] = form
                    desk.voted[form] = -1
                    met += 1
                if desk.voted[form] != a:  # the nearest of its words speaks for a name
                    desk.voted[form] = a
                    desk.votes[form] += vote
        opened += weight
    return _vote_split_kernel(names, asked, mine, desk, met)


@kernel
def _vote_split_kernel(
    names: NameArrays, asked: WordTable, mine: Ints, desk: Desk, met: int
) -> int:
    """Let two words in a row vote for names in which they are written as one."""
    for k in range(min(len(mine), MAX_WORDS) - 1):
        a, b = mine[k], mine[k + 1]
        spelt = desk.marked[:MAX_NEAR]
        count = spelt_kernel(
            letters_of(asked, a), letters_of(asked, b), names.filed, desk.letters, spelt
        )
        vote = asked.facts[a].weight + asked.facts[b].weight
        for word in spelt[:count]:
            for p in range(names.post_start[word], names.post_start[word + 1]):
                form = names.post[p]
                if desk.votes[form] == 0.0:
                    desk.touched[met] = form
                    desk.voted[form] = -1
                    met += 1
                if desk.voted[form] != -2 - k:  # one vote for two words, however often filed
                    desk.voted[form] = -2 - k
                    desk.votes[form] += vote
    return met


@kernel
def _mark_kernel(mine: Ints, start: Ints, words: Ints, likes: Floats, desk: Desk) -> int:
    """Note for each word near the query's how near it is; return how many were marked."""
    marked = 0
    for k in range(min(len(mine), MAX_WORDS)):
        word = mine[k]
        for at in range(start[word], start[word + 1]):
            near = words[at]
            if desk.slots[near] == 0.0:
                desk.marked[marked] = near
                marked += 1
            desk.slots[near] = max(desk.slots[near], likes[at])
    return marked


@kernel
def _pick_finalists(names: NameArrays, weight: float, met: int, desk: Desk) -> int:
    """Choose the names with most of their and the query's weight near; return how many."""
    count = 0
    for t in range(met):
        form = desk.touched[t]
        votes = desk.votes[form]
        desk.votes[form] = 0.0
        if votes < 0.25 * weight:
            continue
        near = 0.0
        for at in range(names.form_start[form], names.form_start[form + 1]):
            word = names.form_words[at]
            near += names.words.facts[word].weight * desk.slots[word]
        met_weight = 2.0 * min(near, votes + UNOPENED * weight)
        promise = max(met_weight / (weight + names.form_weight[form]), LOPSIDED * votes / weight)
        if promise >= PROMISING:
            count = _insert(form, promise, count, desk)
    return count


@kernel
def _insert(form: int, promise: float, count: int, desk: Desk) -> int:
    """Keep the best `FINALISTS`, best first; of equals the first in the register."""
    if count == FINALISTS and promise <= desk.promise[count - 1]:
        return count
    if count < FINALISTS:
        count += 1
    at = count - 1
    while at > 0 and desk.promise[at - 1] < promise:
        desk.promise[at], desk.finalists[at] = desk.promise[at - 1], desk.finalists[at - 1]
        at -= 1
    desk.promise[at], desk.finalists[at] = promise, form
    return count


@kernel
def joined_hash_kernel(table: WordTable, mine: Ints) -> np.uint64:
    """Return a hash of a name's letters written without spaces."""
    value = np.uint64(14695981039346656037)
    for word in mine:
        for at in range(table.facts[word].first, table.facts[word].end):
            value = (value ^ np.uint64(table.letters[at])) * np.uint64(1099511628211)
    return value


@kernel
def _finalists_kernel(
    names: NameArrays, asked: WordTable, mine: Ints, start: Ints, words: Ints, likes: Floats,
    desk: Desk,
) -> int:  # fmt: skip
    """Find the forms to align with a query; return how many stand in `desk.finalists`."""
    weight = 0.0
    for word in mine[:MAX_WORDS]:
        weight += asked.facts[word].weight
    met = _vote_kernel(names, asked, mine, start, words, likes, desk)
    count = 0
    if met:
        marked = _mark_kernel(mine, start, words, likes, desk)
        count = _pick_finalists(names, weight, met, desk)
        for m in range(marked):
            desk.slots[desk.marked[m]] = 0.0
    joined = joined_hash_kernel(asked, mine)
    added = 0
    at = np.searchsorted(names.joined, joined)
    while at < len(names.joined) and names.joined[at] == joined and len(mine):
        form = names.joined_form[at]
        at += 1
        known = False
        for f in range(count):
            known |= desk.finalists[f] == form
        if known or added == FINALISTS:
            continue
        if count < FINALISTS:
            desk.finalists[count] = form
            count += 1
        else:  # the same letters are always looked at, whatever else is promising
            desk.finalists[FINALISTS - 1 - added] = form
            added += 1
    return count


@kernel
def search_kernel(
    names: NameArrays, asked: WordTable, query_words: Ints, query_start: Ints,
    query_family: Ints, first: int, start: Ints, words: Ints, likes: Floats, desk: Desk,
    weights: Doubles, least: float, hit_query: Ints, hit_form: Ints, hit_score: Doubles,
    hit_exact: npt.NDArray[np.uint8],
) -> tuple[int, int]:  # fmt: skip
    """Score queries `first` and on; return how many hits were written and the next query.

    Stops early where the room for hits might not suffice.
    """
    hits = 0
    for q in range(first, len(query_start) - 1):
        if hits + FINALISTS > len(hit_query):
            return hits, q
        mine = query_words[query_start[q] : query_start[q + 1]]
        for f in range(_finalists_kernel(names, asked, mine, start, words, likes, desk)):
            form = desk.finalists[f]
            theirs = names.form_words[names.form_start[form] : names.form_start[form + 1]]
            align_kernel(
                asked, mine, query_family[q], names.words, theirs, names.form_family[form],
                desk.measures, desk.pairs, desk.found, desk.found_keys, desk.letters, desk.rows,
            )  # fmt: skip
            score = score_kernel(desk.measures, weights, desk.terms)
            if score >= least:
                hit_query[hits], hit_form[hits], hit_score[hits] = q, form, score
                hit_exact[hits] = desk.measures[EXACT]
                hits += 1
    return hits, len(query_start) - 1
