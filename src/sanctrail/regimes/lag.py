"""Lags: how many days lie between the regimes' listings of one party."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sanctrail.parties import Parties
from sanctrail.regimes.dates import Dated, first_of, listing_dates
from sanctrail.regimes.sides import (
    Row,
    Side,
    by_party,
    days_from,
    is_one_under,
    label_asked,
    labels_of,
    no_one_under,
    regimes_of,
    side_of,
)
from sanctrail.register.query import Key, Register

REPEATS_UN = ("eu", "gb")
"""Regimes that give the UN's own day for parties which they took over from the UN."""

RULE = (
    "Median: the middle one of the days, of an even number the half-way between the middle two; "
    "quartiles: the medians of the days below and above it."
)


@dataclass(frozen=True, slots=True)
class Lag:
    """One party that two regimes list: the first day in each, and the days from one to the other.

    `days` is negative where the second regime was the earlier. `labels` are the topics, or else
    the codes, that it is under in the first.
    """

    there: str
    here: str
    party_id: str
    kind: str
    name: str
    labels: tuple[str, ...]
    listings_there: tuple[str, ...]
    listings_here: tuple[str, ...]
    dated_there: Dated
    dated_here: Dated

    @property
    def days(self) -> int:
        """Days from the first regime's listing to the second's."""
        return days_from(self.dated_there.day, self.dated_here.day)

    @property
    def year(self) -> str:
        """The year of the earlier of the two listings."""
        return min(self.dated_there.day, self.dated_here.day)[:4]


@dataclass(frozen=True, slots=True)
class Summary:
    """Lags of one pair of regimes under one programme in one year (`all` for all years).

    The middle ones are exact: whole days or halves.
    """

    there: str
    here: str
    programme: str
    year: str
    parties: int
    earlier: int
    same_day: int
    later: int
    least: int
    lower_quartile: Fraction
    median: Fraction
    upper_quartile: Fraction
    most: int


@dataclass(frozen=True, slots=True)
class Lags:
    """All lags found, and how many parties of each pair had none, by reason (pair, reason)."""

    sides: tuple[Side, ...]
    programme: str
    rows: tuple[Lag, ...]
    left_out: Mapping[tuple[str, str, str], int]

    def summaries(self) -> list[Summary]:
        """Return the figures by pair, programme and year; a party counts under each programme."""
        groups: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
        for row in self.rows:
            labels = [label_asked(self.programme)] if self.programme else row.labels
            for label in labels:
                for year in ("all", row.year):
                    groups[row.there, row.here, label, year].append(row.days)
        order = sorted(groups, key=lambda key: (*key[:3], key[3] != "all", key[3]))
        return [_summary(key, sorted(groups[key])) for key in order]

    def repeating(self) -> tuple[str, ...]:
        """Return the regimes compared with the UN that give the UN's day for its own parties."""
        met = {row.here for row in self.rows if row.there == "un"}
        met |= {row.there for row in self.rows if row.here == "un"}
        return tuple(name for name in REPEATS_UN if name in met)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A party on one side, with its first day there."""

    rows: tuple[Row, ...]
    dated: Dated

    @property
    def ids(self) -> tuple[str, ...]:
        """Its listings."""
        return tuple(dict.fromkeys(row["listing_id"] for row in self.rows))


def find_lags(
    register: Register, parties: Parties, there: str = "", here: str = "", programme: str = ""
) -> Lags:
    """Return the lags between regimes (or lists), over parties that both of a pair list now.

    Without `there` or `here` every regime stands for it. With a programme, only parties under it
    in the first of the pair. Days that are not exact are left out and counted.
    """
    from_sides = (side_of(register, there, "--from"),) if there else regimes_of(register)
    to_sides = (side_of(register, here, "--to"),) if here else regimes_of(register)
    sides = tuple({side.name: side for side in (*from_sides, *to_sides)}.values())
    rows = register.rows("listings")
    wanted = {list_id for side in sides for list_id in side.list_ids}
    dates = listing_dates(register, (row for row in rows if row["list_id"] in wanted))
    listed = {side.name: _listed(by_party(rows, side, parties), dates) for side in sides}
    if there and not any(is_one_under(programme, one.rows) for one in listed[there].values()):
        raise no_one_under(programme, from_sides[0])
    found: list[Lag] = []
    left_out: Counter[tuple[str, str, str]] = Counter()
    for one in (side.name for side in from_sides):
        for other in (side.name for side in to_sides if side.name != one):
            asked = {p: x for p, x in listed[one].items() if is_one_under(programme, x.rows)}
            _pair((one, other), asked, listed[other], found, left_out)
    return Lags(sides, programme, tuple(found), dict(sorted(left_out.items())))


def _listed(grouped: Mapping[str, list[Row]], dates: Mapping[Key, Dated]) -> dict[str, _Listed]:
    return {
        party: _Listed(
            tuple(own), first_of(dates[row["list_id"], row["listing_id"]] for row in own)
        )
        for party, own in grouped.items()
    }


def _pair(
    names: tuple[str, str],
    asked: Mapping[str, _Listed],
    others: Mapping[str, _Listed],
    found: list[Lag],
    left_out: Counter[tuple[str, str, str]],
) -> None:
    """Add one pair's lags, the earliest first, and count who has no exact day."""
    lags = []
    for party in asked.keys() & others.keys():
        one, other = asked[party], others[party]
        doubts = _doubts(names, one, other)
        if doubts:
            left_out[*names, doubts] += 1
            continue
        first = one.rows[0]
        lags.append(
            Lag(
                *names,
                party,
                first["kind"],
                first["primary_name"],
                labels_of(one.rows),
                one.ids,
                other.ids,
                one.dated,
                other.dated,
            )
        )
    found += sorted(lags, key=lambda lag: (lag.dated_there.day, lag.party_id))


def _doubts(names: tuple[str, str], *pair: _Listed) -> str:
    """Return why a pair of days is not exact, in words; empty where it is."""
    return "; ".join(
        f"{name}: {listed.dated.doubt}"
        for name, listed in zip(names, pair, strict=True)
        if listed.dated.doubt
    )


def _summary(key: tuple[str, str, str, str], days: Sequence[int]) -> Summary:
    lower, middle, upper = quartiles(days)
    return Summary(
        *key,
        parties=len(days),
        earlier=sum(day < 0 for day in days),
        same_day=days.count(0),
        later=sum(day > 0 for day in days),
        least=days[0],
        lower_quartile=lower,
        median=middle,
        upper_quartile=upper,
        most=days[-1],
    )


def quartiles(days: Sequence[int]) -> tuple[Fraction, Fraction, Fraction]:
    """Return the quartiles of sorted days by `RULE`; a lone day is all three."""
    half = len(days) // 2
    below, above = days[:half], days[len(days) - half :]
    middle = _middle(days)
    return (_middle(below), middle, _middle(above)) if half else (middle, middle, middle)


def _middle(days: Sequence[int]) -> Fraction:
    return Fraction(days[(len(days) - 1) // 2] + days[len(days) // 2], 2)
