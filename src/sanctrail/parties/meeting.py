"""Listings made ready to meet, and how their names met: between profiles and arrays."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.lists.records import KINDS
from sanctrail.names.lexicon import Lexicon
from sanctrail.names.prepare import PreparedName, prepare
from sanctrail.parties.candidates import Met, Owners, meet
from sanctrail.parties.keys import Births, Hashes, Names, keys_of
from sanctrail.parties.profiles import Profile
from sanctrail.parties.weighing import AGREES, WEAK, NamesMet, name_odds

Ints = npt.NDArray[np.int32]

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SHORT = 5
"""Characters of a bracket that may hold a name, the brackets counted."""
_SHORT_SPAN = 3
"""Years of an interval of birth that are keys each; of a longer one none is."""
_NO_YEARS = 0, 9999
_MOST_BIRTHS = 48
"""Days and years of one listing that are keys: more would overflow the room for a name's keys."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One way in which a listing writes its party's name."""

    owner: int
    name: PreparedName
    text: str
    strong: bool
    primary: bool


class Filed(NamedTuple):
    """Keys of listings: `keys[start[k]:start[k + 1]]` are those of `listings[k]`, each once."""

    listings: tuple[str, ...]
    keys: Hashes
    start: npt.NDArray[np.int64]

    def near(self, other: "Filed") -> set[str]:
        """Return the listings here that share a key with one of the other's."""
        shared = np.flatnonzero(np.isin(self.keys, other.keys))
        owners = np.searchsorted(self.start, shared, "right") - 1
        return {self.listings[owner] for owner in np.unique(owners)}

    def only(self, wanted: Collection[str]) -> "Filed":
        """Return the keys of some listings only."""
        kept = [k for k, one in enumerate(self.listings) if one in wanted]
        rows = [self.keys[self.start[k] : self.start[k + 1]] for k in kept]
        return _filed([self.listings[k] for k in kept], rows)

    def with_more(self, other: "Filed") -> "Filed":
        """Return the keys of these and other listings, in the order of ids."""
        rows = {
            one: filed.keys[filed.start[k] : filed.start[k + 1]]
            for filed in (self, other)
            for k, one in enumerate(filed.listings)
        }
        return _filed(sorted(rows), [rows[one] for one in sorted(rows)])


def _filed(listings: Sequence[str], rows: Sequence[Hashes]) -> Filed:
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=start[1:])
    keys = np.concatenate(rows) if rows else np.empty(0, dtype=np.uint64)
    return Filed(tuple(listings), keys, start)


@dataclass(frozen=True, slots=True)
class Ready:
    """Listings made ready to be filed and to meet: their names and births as arrays."""

    listings: tuple[Profile, ...]
    forms: tuple[_Form, ...]
    names: Names
    births: Births


def make_ready(profiles: Mapping[str, Profile]) -> Ready:
    """Prepare every name of some listings."""
    listings = tuple(profiles.values())
    forms = tuple(form for number, one in enumerate(listings) for form in _forms(number, one))
    return Ready(listings, forms, _names(forms), _births(listings))


def file_listings(ready: Ready) -> Filed:
    """Return the keys of listings, in their order."""
    keys, start = keys_of(ready.names, ready.births)
    ends = np.searchsorted(ready.names.owner, np.arange(len(ready.listings) + 1))
    rows = [np.unique(keys[start[a] : start[b]]) for a, b in pairwise(ends.tolist())]
    return _filed([one.listing_id for one in ready.listings], rows)


def meet_listings(
    ready: Ready, fresh: Collection[str] | None = None
) -> dict[tuple[str, str], NamesMet]:
    """Return how the names of listings met, for each pair that has names alike.

    `fresh` are the listings whose pairs are wanted; None is all. A pair stands in the order of ids.
    """
    met = meet(ready.names, _owners(ready.listings, fresh), ready.births)
    return _by_pair(met, ready.forms, ready.listings)


def _forms(owner: int, profile: Profile) -> Iterator[_Form]:
    """Yield the distinct ways in which a listing writes its party's names."""
    seen: set[tuple[object, ...]] = set()
    primary = {prepare(written).words for written, _ in _ways(profile.primary)}
    for text, strong in profile.names:
        for written, whole in _ways(text):
            name = prepare(written)
            if name.words and name.words not in seen:
                seen.add(name.words)
                is_primary = whole and name.words in primary
                yield _Form(owner, name, text, strong and whole, is_primary)


def _ways(text: str) -> Iterator[tuple[str, bool]]:
    """Yield a name as written and without its brackets, and as a weak one what stands in them.

    `HAQQANI NETWORK (HQN)` is the Haqqani Network, and HQN.
    """
    yield text, True
    bare = _BRACKETS.sub(" ", text)
    if bare != text:
        yield bare, True
        for found in _BRACKETS.findall(text):
            if len(found) >= _SHORT:
                yield found[1:-1], False


def _names(forms: Sequence[_Form]) -> Names:
    lexicon = Lexicon()
    words, start = lexicon.number_all(form.name for form in forms)
    return Names(
        lexicon.table(),
        np.array(words, dtype=np.int32),
        np.array(start, dtype=np.int32),
        _ints(form.name.family for form in forms),
        _ints(form.owner for form in forms),
    )


def _ints(values: Iterator[int]) -> Ints:
    return np.fromiter(values, dtype=np.int32)


def _owners(listings: Sequence[Profile], fresh: Collection[str] | None) -> Owners:
    years = [_years(one) for one in listings]
    return Owners(
        _ints(KINDS.index(one.kind) for one in listings),
        _ints(first for first, _ in years),
        _ints(last for _, last in years),
        _ints(int(fresh is None or one.listing_id in fresh) for one in listings),
    )


def _years(profile: Profile) -> tuple[int, int]:
    if not profile.births:
        return _NO_YEARS
    return (
        min(int(birth[0][:4]) for birth in profile.births),
        max(int(birth[1][:4]) for birth in profile.births),
    )


def _births(listings: Sequence[Profile]) -> Births:
    days = [sorted(_days(one))[:_MOST_BIRTHS] for one in listings]
    years = [sorted(_sure_years(one))[:_MOST_BIRTHS] for one in listings]
    return Births(*_flat(days), *_flat(years))


def _days(profile: Profile) -> set[int]:
    return {int(b[0].replace("-", "")) for b in profile.births if b[2] == "day"}


def _sure_years(profile: Profile) -> set[int]:
    spans = ((int(birth[0][:4]), int(birth[1][:4])) for birth in profile.births)
    return {
        year for first, last in spans if last - first <= _SHORT_SPAN
        for year in range(first, last + 1)
    }  # fmt: skip


def _flat(rows: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    start = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum([len(row) for row in rows], out=start[1:])
    return _ints(value for row in rows for value in row), start


_One = tuple[int, int, float, float, int, float]


def _by_pair(
    met: Met, forms: Sequence[_Form], listings: Sequence[Profile]
) -> dict[tuple[str, str], NamesMet]:
    grouped: dict[tuple[str, str], list[_One]] = defaultdict(list)
    for left, right, *how in zip(*(column.tolist() for column in met), strict=True):
        mine, other = (listings[forms[form].owner].listing_id for form in (left, right))
        if mine < other:
            grouped[mine, other].append((left, right, *how))
        else:
            grouped[other, mine].append((right, left, *how))
    kinds = {one.listing_id: one.kind for one in listings}
    return {pair: _names_met(kinds[pair[0]], found, forms) for pair, found in grouped.items()}


def _names_met(kind: str, found: Sequence[_One], forms: Sequence[_Form]) -> NamesMet:
    """Return what a pair's names say together; of those that speak alike, the first listed."""
    told = []
    for left, right, score, nats, same, left_over in found:
        doubt = 0.0 if forms[left].strong and forms[right].strong else WEAK
        odds = name_odds(kind, score, nats, same, left_over) - doubt
        told.append((-odds, left, right, score, same))
    odds, left, right, score, same = min(told)
    agreeing = [(mine, other) for _, mine, other, alike, _ in told if alike >= AGREES]
    primary = [
        (how, alike)
        for _, mine, other, alike, how in told
        if forms[mine].primary and forms[other].primary
    ]
    primary_same, best = max(primary, default=(0, 0.0))
    return NamesMet(
        left=forms[left].text,
        right=forms[right].text,
        odds=-odds,
        score=score,
        same=same,
        agreeing=min(len({one for one, _ in agreeing}), len({one for _, one in agreeing})),
        primary=best,
        primary_same=primary_same,
    )
