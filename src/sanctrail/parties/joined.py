"""Listings joined into parties: which are one, on what basis, and what is only proposed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BASES = ("decision", "cross-reference", "identifier", "names")
"""What a join rests on, the surest first: the user, a list's own reference, a number, the names."""


@dataclass(frozen=True, slots=True)
class Join:
    """Two listings that are one party, or may be: on what basis, how sure (0 to 1), and why."""

    left: str
    right: str
    basis: str
    score: float
    reasons: tuple[str, ...]


class Parties:
    """Which listings are one party.

    A party bears the id of the listing that founded it, so that of a lone listing is its own.
    Every listing id leads to its party, also one that is delisted or whose party was merged.
    """

    def __init__(
        self, party_of: Mapping[str, str], joins: Iterable[Join], undecided: Iterable[Join]
    ) -> None:
        """`party_of` maps listing ids to party ids; listings that it lacks are parties alone."""
        self._party_of = dict(party_of)
        self.joins = tuple(joins)
        self.undecided = tuple(undecided)
        members: dict[str, list[str]] = defaultdict(list)
        for listing_id, party_id in self._party_of.items():
            members[party_id].append(listing_id)
        self._members = {party: tuple(ids) for party, ids in members.items()}

    def party_of(self, listing_id: str) -> str:
        """Return the id of the party that a listing belongs to."""
        return self._party_of.get(listing_id, listing_id)

    def members(self, party_id: str) -> tuple[str, ...]:
        """Return every listing ever held of a party, in force or not."""
        return self._members.get(party_id, (party_id,))

    def joins_of(self, party_id: str) -> tuple[Join, ...]:
        """Return the joins that made a party."""
        return tuple(join for join in self.joins if self.party_of(join.left) == party_id)

    def undecided_of(self, party_id: str) -> tuple[Join, ...]:
        """Return the joins that are only proposed between a party and others."""
        return tuple(
            one
            for one in self.undecided
            if party_id in (self.party_of(one.left), self.party_of(one.right))
        )
