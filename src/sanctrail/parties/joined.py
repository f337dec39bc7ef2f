"""Listings joined into parties: which are one, on what basis, and what is only proposed."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sanctrail.register import Register
from sanctrail.register.manifest import Version

BASES = ("decision", "cross-reference", "identifier", "names")
"""What a join rests on, the surest first: the user, a list's own reference, a number, the names."""


PRECEDENCE = ("un", "us", "eu", "gb", "ch", "ca", "au", "jp")
"""Whose listing founds a party of listings that came together, and stands first."""


def seniority(listing_id: str) -> tuple[int, int, str]:
    """Return what a listing is ordered by among those that were seen together first."""
    regime, _, number = listing_id.partition(":")
    place = PRECEDENCE.index(regime) if regime in PRECEDENCE else len(PRECEDENCE)
    return place, len(number), listing_id


def held_until(register: Register) -> list[Version]:
    """Return the versions of all lists until the day that a register is asked about."""
    return [
        one for one in register.versions if not register.as_of or one["list_date"] <= register.as_of
    ]


@dataclass(frozen=True, slots=True)
class Join:
    """Two listings that are one party, or may be: on what basis, how sure (0 to 1), and why."""

    left: str
    right: str
    basis: str
    score: float
    reasons: tuple[str, ...]


_Joins = Iterable[Join] | Callable[[Collection[str] | None], Iterable[Join]]


class Parties:
    """Which listings are one party.

    A party bears the id of the listing that founded it, so that of a lone listing is its own.
    Every listing id leads to its party, also one that is delisted or whose party was merged.
    """

    def __init__(
        self, party_of: Mapping[str, str], joins: "_Joins" = (), undecided: "_Joins" = ()
    ) -> None:
        """`party_of` maps listing ids to party ids; listings that it lacks are parties alone.

        Joins may be given as a function that is called when they are asked for: with listing ids
        for those of one of them, with None for all.
        """
        self._party_of = dict(party_of)
        self._joins, self._undecided = joins, undecided
        members: dict[str, list[str]] = defaultdict(list)
        for listing_id, party_id in self._party_of.items():
            members[party_id].append(listing_id)
        self._members = {party: tuple(sorted(ids, key=seniority)) for party, ids in members.items()}

    @cached_property
    def joins(self) -> tuple[Join, ...]:
        """Every pair of listings that are one party and resemble each other."""
        return tuple(_of(self._joins, None))

    @cached_property
    def undecided(self) -> tuple[Join, ...]:
        """Every pair that may be one party and was not joined."""
        return tuple(_of(self._undecided, None))

    def party_of(self, listing_id: str) -> str:
        """Return the id of the party that a listing belongs to."""
        return self._party_of.get(listing_id, listing_id)

    def members(self, party_id: str) -> tuple[str, ...]:
        """Return every listing ever held of a party, in force or not, the most senior first."""
        return self._members.get(party_id, (party_id,))

    def joins_of(self, party_id: str) -> tuple[Join, ...]:
        """Return the joins that made a party."""
        return tuple(_of(self._joins, self.members(party_id)))

    def undecided_of(self, party_id: str) -> tuple[Join, ...]:
        """Return the joins that are only proposed between a party and others."""
        return tuple(_of(self._undecided, self.members(party_id)))


def _of(joins: _Joins, ids: Collection[str] | None) -> Iterable[Join]:
    """Return joins: all, or those of one of some listings."""
    if callable(joins):
        return joins(ids)
    return (one for one in joins if ids is None or one.left in ids or one.right in ids)
