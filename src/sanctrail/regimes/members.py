"""Parties with the listings in force that they are made of, whatever the regime."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sanctrail.parties.joined import Parties
from sanctrail.register.query import Register

Row = Mapping[str, Any]
"""One row of a table of the register, with its `list_id` and `list_date`."""


@dataclass(frozen=True, slots=True)
class ListedParty:
    """One party and its listings in force, in the register's order (by list, then by file).

    The party is called and of the kind as the listing that founded it says, where that one is
    still in force, else as its first listing says.
    """

    party_id: str
    listings: tuple[Row, ...]

    @property
    def founder(self) -> Row:
        """The listing that names the party."""
        own = (row for row in self.listings if row["listing_id"] == self.party_id)
        return next(own, self.listings[0])

    @property
    def name(self) -> str:
        """The party's name: the founder's primary one, as printed."""
        return str(self.founder["primary_name"])

    @property
    def kind(self) -> str:
        """Person, entity, vessel or aircraft."""
        return str(self.founder["kind"])

    @property
    def lists(self) -> tuple[str, ...]:
        """The ids of the lists that the party is on."""
        return tuple(dict.fromkeys(row["list_id"] for row in self.listings))

    @property
    def since(self) -> dict[str, str]:
        """For each regime the first day that one of its lists gives for the party, else empty."""
        days: dict[str, str] = {}
        for row in self.listings:
            known = days.get(row["regime"], "")
            days[row["regime"]] = min(filter(None, (known, row["listed_on"])), default="")
        return days


def parties_of(rows: Iterable[Row], parties: Parties) -> dict[str, ListedParty]:
    """Return the parties that these rows of listings make up, by party id, in order of the rows."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[parties.party_of(row["listing_id"])].append(row)
    return {party_id: ListedParty(party_id, tuple(own)) for party_id, own in grouped.items()}


def parties_in_force(register: Register, parties: Parties) -> dict[str, ListedParty]:
    """Return every party that some list has on the register's day."""
    return parties_of(register.rows("listings"), parties)
