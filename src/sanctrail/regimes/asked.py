"""The parties that a question means: every listing of each, in force or left, and why they are one.

A listing's id, a reference, a name or a wallet leads to the whole party, whichever regime has it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from sanctrail.parties.joined import BASES, Join, Parties, seniority
from sanctrail.regimes.abreast import Line, differences, side_by_side
from sanctrail.register.history import changes_since
from sanctrail.register.party import find_parties, not_listed, pages_of
from sanctrail.register.query import Key, Register


@dataclass(frozen=True)
class AskedParty:
    """One party: its pages in force, what it left, why its listings are one, what is only proposed.

    `left` are the last delistings of listings that are no longer in force, as rows of changes.
    `others` are names of the listings that are proposed to be this party too.
    """

    party_id: str
    asked: tuple[Key, ...]
    pages: tuple[Mapping[str, Any], ...]
    left: tuple[Mapping[str, Any], ...]
    joins: tuple[Join, ...]
    undecided: tuple[Join, ...]
    others: Mapping[str, str]

    @cached_property
    def lines(self) -> list[Line]:
        """The listings side by side."""
        return side_by_side(self.pages)

    @property
    def binding(self) -> tuple[Join, ...]:
        """The surest joins that hold the party together: of those that say it twice, the first."""
        bound = {end: {end} for join in self.joins for end in (join.left, join.right)}
        found = []
        for join in sorted(self.joins, key=lambda one: (BASES.index(one.basis), -one.score)):
            left, right = bound[join.left], bound[join.right]
            if left is not right:
                found.append(join)
                left |= right
                bound |= dict.fromkeys(right, left)
        return tuple(found)

    @property
    def differences(self) -> list[dict[str, Any]]:
        """Where the listings differ, as JSON records."""
        return [{"party_id": self.party_id, **one} for one in differences(self.pages, self.lines)]

    @property
    def name(self) -> str:
        """The name that the founding listing gives, where it is in force, else the first one."""
        own = (page for page in self.pages if page["listing_id"] == self.party_id)
        return str(next(own, self.pages[0])["primary_name"])

    def undecided_documents(self) -> list[dict[str, Any]]:
        """Return what is only proposed, as JSON records with the names of both."""
        return [
            {
                **asdict(join),
                "left_name": self.others.get(join.left, ""),
                "right_name": self.others.get(join.right, ""),
            }
            for join in self.undecided
        ]


def parties_asked(register: Register, parties: Parties, text: str) -> list[AskedParty]:
    """Return every party that a text names: one, or several that bear one name.

    The id of a listing that was delisted leads to its party too, where another of its listings
    is in force. Raises `InputError` where no list in force has such a party.
    """
    keys = find_parties(register, text)
    by_party: dict[str, list[Key]] = {}
    for key in keys:
        by_party.setdefault(parties.party_of(key[1]), []).append(key)
    if not keys:
        by_party[parties.party_of(text.strip())] = []
    found = [_party(register, parties, party_id, tuple(own)) for party_id, own in by_party.items()]
    if not any(party.pages for party in found):
        raise not_listed(register, text)
    return found


def _party(
    register: Register, parties: Parties, party_id: str, asked: tuple[Key, ...]
) -> AskedParty:
    members = {*parties.members(party_id), *(listing_id for _, listing_id in asked)}
    keys = sorted(register.listings(members), key=lambda key: seniority(key[1]))
    undecided = parties.undecided_of(party_id)
    return AskedParty(
        party_id,
        asked,
        tuple(pages_of(register, keys)) if keys else (),
        _left(register, members, keys),
        parties.joins_of(party_id),
        undecided,
        _names(register, undecided),
    )


def _left(
    register: Register, members: set[str], in_force: Iterable[Key]
) -> tuple[Mapping[str, Any], ...]:
    """Return the last delisting of each listing that is no longer on its list."""
    gone: dict[Key, Mapping[str, Any]] = {}
    for row in changes_since(register, parties=members):
        if row["change"] == "delisted":
            gone[row["list_id"], row["listing_id"]] = row
    for key in in_force:
        gone.pop(key, None)
    return tuple(gone.values())


def _names(register: Register, joins: Iterable[Join]) -> dict[str, str]:
    ids = {listing_id for join in joins for listing_id in (join.left, join.right)}
    if not ids:
        return {}
    return {key[1]: row["primary_name"] for key, row in register.listings(ids).items()}
