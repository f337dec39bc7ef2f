"""Gaps: who is listed in one regime and missing in another."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sanctrail.parties import Parties
from sanctrail.regimes.dates import Dated, first_of, listing_dates
from sanctrail.regimes.sides import (
    Row,
    Side,
    Skew,
    by_party,
    days_from,
    is_one_under,
    labels_of,
    no_one_under,
    side_of,
    skew_between,
)
from sanctrail.register.history import changes_since, regime_of
from sanctrail.register.query import Register

State = Literal["both", "other programme", "perhaps", "missing"]
"""How a party of one regime stands in the other.

Perhaps: a join to a listing there is proposed and not decided, so it may only be an unmade join.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A party that one regime lists (`there`), and how it stands in the other.

    `listed_on` is its first day there with the doubt of `Dated`, `days` those from then until
    the day of the other regime's main list: negative if that is older than the listing.
    `perhaps` are the listings that it may be in the other regime, `was_listed_until` the last day
    on which one of its own was seen there.
    """

    party_id: str
    state: State
    listings: tuple[str, ...]
    kind: str
    name: str
    programmes: tuple[str, ...]
    labels: tuple[str, ...]
    dated: Dated
    days: int | None
    perhaps: tuple[str, ...] = ()
    was_listed_until: str = ""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Every party of one side with its standing on the other; `rows` are those missing."""

    there: Side
    here: Side
    programme: str
    skew: Skew
    parties: tuple[Standing, ...]

    @property
    def rows(self) -> tuple[Standing, ...]:
        """The parties that the other side does not list, the longest listed first."""
        return tuple(one for one in self.parties if one.state in ("missing", "perhaps"))

    @property
    def counts(self) -> dict[str, int]:
        """How many are listed there, in both, missing; and of these, how many are less than sure.

        `later` were listed there only after the other side's version, so that it cannot have them.
        """
        states = Counter(one.state for one in self.parties)
        return {
            "listed_there": len(self.parties),
            "listed_in_both": states["both"],
            "listed_under_another_programme": states["other programme"],
            "missing": len(self.rows),
            "perhaps_not_joined": states["perhaps"],
            "was_listed_before": sum(bool(one.was_listed_until) for one in self.rows),
            "later": sum(one.days is not None and one.days < 0 for one in self.rows),
        }


def find_gaps(
    register: Register, parties: Parties, there: str, here: str, programme: str = ""
) -> Gaps:
    """Return who is listed `there` and how each stands `here`, each a regime or a list's id.

    With a programme (a topic or a code) only who is under it there; who is listed here under
    another one is no gap, and counted. Raises `InputError` for an unknown side or programme.
    """
    sides = side_of(register, there, "--from"), side_of(register, here, "--to")
    rows = [r for r in register.rows("listings") if r["list_id"] in _ids(sides)]
    all_here = by_party(rows, sides[1], parties)
    asked = by_party(rows, sides[0], parties)
    asked = {one: own for one, own in asked.items() if is_one_under(programme, own)}
    if not asked:
        raise no_one_under(programme, sides[0])
    under_here = {one: own for one, own in all_here.items() if is_one_under(programme, own)}
    sides = sides[0].only(_lists(asked)), sides[1].only(_lists(under_here))
    look = _Look(
        sides[1].main.base["list_date"],
        listing_dates(register, (row for own in asked.values() for row in own)),
        _proposed(parties, all_here),
        _left(register, side_of(register, here, "--to"), parties),
    )
    found = [look.at(one, own, _state(one, all_here, under_here)) for one, own in asked.items()]
    found.sort(key=lambda one: (one.dated.day or "9999", one.party_id))
    return Gaps(*sides, programme, skew_between(register, *sides), tuple(found))


def _ids(sides: Iterable[Side]) -> set[str]:
    return {list_id for side in sides for list_id in side.list_ids}


def _lists(grouped: Mapping[str, list[Row]]) -> Counter[str]:
    return Counter(row["list_id"] for own in grouped.values() for row in own)


def _state(party: str, all_here: Mapping[str, object], under_here: Mapping[str, object]) -> State:
    if party in under_here:
        return "both"
    return "other programme" if party in all_here else "missing"


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of the other side: its day, listing days, proposed joins, who left."""

    until: str
    dates: Mapping[tuple[str, str], Dated]
    proposed: Mapping[str, tuple[str, ...]]
    left: Mapping[str, str]

    def at(self, party: str, own: list[Row], state: State) -> Standing:
        """Return how one party stands."""
        dated = first_of(self.dates[row["list_id"], row["listing_id"]] for row in own)
        missing = state == "missing"
        perhaps = self.proposed.get(party, ()) if missing else ()
        return Standing(
            party_id=party,
            state="perhaps" if perhaps else state,
            listings=tuple(dict.fromkeys(row["listing_id"] for row in own)),
            kind=own[0]["kind"],
            name=own[0]["primary_name"],
            programmes=tuple(dict.fromkeys(code for row in own for code in row["programmes"])),
            labels=labels_of(own),
            dated=dated,
            days=days_from(dated.day, self.until) if dated.day else None,
            perhaps=perhaps,
            was_listed_until=self.left.get(party, "") if missing else "",
        )


def _proposed(parties: Parties, all_here: Mapping[str, list[Row]]) -> dict[str, tuple[str, ...]]:
    """Return for each party the listings of the other side that it may be."""
    found: dict[str, set[str]] = defaultdict(set)
    for join in parties.undecided:
        ends = parties.party_of(join.left), parties.party_of(join.right)
        for party, other in (ends, ends[::-1]):
            found[party].update(row["listing_id"] for row in all_here.get(other, ()))
    return {party: tuple(sorted(ids)) for party, ids in found.items() if ids}


def _left(register: Register, side: Side, parties: Parties) -> dict[str, str]:
    """Return the last day on which each party that left a side was seen there.

    A list that says the day of a delisting itself is believed; else it is the last version.
    """
    left: dict[str, str] = {}
    for row in changes_since(register):
        if row["change"] == "delisted" and side.name in (row["list_id"], regime_of(row)):
            left[parties.party_of(row["listing_id"])] = row["on_date"] or row["not_before"]
    for view in side.views:
        if view.base["delisted"]:
            sql = "SELECT listing_id, delisted_on FROM this WHERE delisted AND delisted_on <> ''"
            for row in register.read(view.base, "listings", sql):
                left[parties.party_of(row["listing_id"])] = row["delisted_on"]
    return left
