"""Which listings may be one party: pairs of their names that share enough, compared.

Names that share one of their keys are compared. Whether two names meet depends on the two alone,
never on what else is listed: a later list changes nothing among those compared before.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.ground.progress import Bar
from sanctrail.names.align import MAX_WORDS, PAIR, align_kernel, scratch_arrays
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
from sanctrail.parties.keys import Births, Hashes, Ints, Names, keys_of

Doubles = npt.NDArray[np.float64]

LEAST_SCORE = 0.5
"""Names that score less are no reason to look at two listings together."""

YEARS_APART = 10
"""Birth years further apart part two listings, whatever their names."""

ROOM = 1 << 13
"""Pairs that are found between two looks at the clock."""


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
