"""The two sides of a comparison: the lists of a regime, and how far apart in time they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sanctrail.errors import InputError
from sanctrail.parties import Parties
from sanctrail.register.programmes import is_known, is_under, topics
from sanctrail.register.query import Register
from sanctrail.register.views import ListView, views_of

NEARBY_DAYS = 30
"""Versions at most so many days apart are compared without a warning."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a regime with all its lists in force, or one list.

    `main` is the list that has most of the parties compared.
    """

    name: str
    views: tuple[ListView, ...]
    main: ListView

    @property
    def list_ids(self) -> tuple[str, ...]:
        """The lists, in order of their ids."""
        return tuple(view.list_id for view in self.views)

    def only(self, counts: Mapping[str, int]) -> "Side":
        """Return the side with the lists that have parties here; unchanged, where none has."""
        views = tuple(view for view in self.views if counts.get(view.list_id))
        if not views:
            return self
        return Side(self.name, views, max(views, key=lambda view: counts[view.list_id]))

    def in_words(self) -> str:
        """Return the lists with their dates."""
        return ", ".join(_called(view) for view in self.views)


@dataclass(frozen=True, slots=True)
class Skew:
    """How many days lie between the main lists of the two sides.

    `others` are (list, date, days) of further lists that lie farther than `NEARBY_DAYS` from the
    other side's main one. `ask_as_of` is the newest day on which versions held lie nearby, where
    these do not and the latest state was asked for; empty where there is none.
    """

    from_list: str
    from_date: str
    to_list: str
    to_date: str
    days: int
    others: tuple[tuple[str, str, int], ...] = ()
    ask_as_of: str = ""

    @property
    def within(self) -> bool:
        """Tell whether the two versions are near enough to be compared without a warning."""
        return self.days <= NEARBY_DAYS

    def in_words(self) -> str:
        """Return what a page must say, with the next step where the versions are far apart."""
        pair = f"{self.from_list} of {self.from_date} and {self.to_list} of {self.to_date}"
        said = f"Skew: {pair} are {_days(self.days)} apart"
        if not self.within:
            said += (
                f", more than {NEARBY_DAYS}: what changed in between looks like a difference of "
                "the regimes"
            )
        if self.ask_as_of:
            said += f". Versions held that lie nearer: ask with --as-of {self.ask_as_of}"
        for list_id, day, days in self.others:
            said += f". Also rests on {list_id} of {day}, {_days(days)} from the other side"
        return f"{said}."


def _days(days: int) -> str:
    return f"{days:,} day{'' if days == 1 else 's'}"


def _called(view: ListView) -> str:
    return f"{view.list_id} of {view.base['list_date']}"


def side_of(register: Register, name: str, option: str) -> Side:
    """Return the regime or list of this name; `option` is what the user called it by.

    A regime goes before a list of the same name. Raises `InputError` if none is in force.
    """
    views = tuple(v for v in register.views if v.base["regime"] == name)
    views = views or tuple(v for v in register.views if v.list_id == name)
    if views:
        return Side(name, views, max(views, key=lambda view: int(view.base["parties"])))
    regimes = ", ".join(sorted({v.base["regime"] for v in register.views}))
    lists = ", ".join(view.list_id for view in register.views)
    held = [v for v in register.versions if name in (v["regime"], v["list_id"])]
    since = f"The oldest version held is of {min(v['list_date'] for v in held)}. " if held else ""
    raise InputError(
        f"{option} '{name}': no list of this name is in force"
        f"{f' on {register.as_of}' if register.as_of else ''}. {since}"
        f"Regimes in force: {regimes}; lists: {lists}."
    )


def regimes_of(register: Register) -> tuple[Side, ...]:
    """Return every regime with a list in force, by name."""
    names = sorted({view.base["regime"] for view in register.views})
    return tuple(side_of(register, name, "--from") for name in names)


def skew_between(register: Register, there: Side, here: Side) -> Skew:
    """Return how far apart the versions of two sides are."""
    one, other = there.main.base["list_date"], here.main.base["list_date"]
    pairs = [(view, other) for view in there.views] + [(view, one) for view in here.views]
    distances = ((v.list_id, v.base["list_date"], d) for v, day in pairs for d in [_apart(v, day)])
    mains = (there.main.list_id, here.main.list_id)
    others = tuple(x for x in distances if x[2] > NEARBY_DAYS and x[0] not in mains)
    days = days_between(one, other)
    far = days > NEARBY_DAYS and not register.as_of
    nearer = _nearby_day(register, *mains) if far else ""
    return Skew(mains[0], one, mains[1], other, days, others, nearer)


def _apart(view: ListView, day: str) -> int:
    return days_between(view.base["list_date"], day)


def _nearby_day(register: Register, one: str, other: str) -> str:
    """Return the newest day as of which two lists lie nearby, or nothing."""
    ours = [v for v in register.versions if v["list_id"] in (one, other)]
    for day in sorted({str(version["list_date"]) for version in ours}, reverse=True):
        dates = {view.list_id: view.base["list_date"] for view in views_of(ours, day)}
        if len(dates) == len({one, other}) and days_between(*dates.values()) <= NEARBY_DAYS:
            return day
    return ""


def days_between(one: str, other: str) -> int:
    """Return the days between two ISO days, whichever is the earlier."""
    return abs(days_from(one, other))


def days_from(one: str, other: str) -> int:
    """Return the days from one ISO day to the other; negative if the other is the earlier."""
    return (date.fromisoformat(other) - date.fromisoformat(one)).days


def by_party(rows: Iterable[Row], side: Side, parties: Parties) -> dict[str, list[Row]]:
    """Group the listings of a side by the party that they are of."""
    lists = set(side.list_ids)
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["list_id"] in lists:
            grouped[parties.party_of(row["listing_id"])].append(row)
    return grouped


def is_one_under(programme: str, rows: Iterable[Row]) -> bool:
    """Tell whether one of a party's listings is under a topic or code; under none, each is."""
    return not programme or any(is_under(programme, r["regime"], r["programmes"]) for r in rows)


def labels_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return what a party is listed under: topics, and codes that are under no topic."""
    labels = (_labels(row["regime"], tuple(row["programmes"])) for row in rows)
    return tuple(sorted({label for some in labels for label in some}))


@cache
def _labels(regime: str, programmes: tuple[str, ...]) -> tuple[str, ...]:
    known = tuple(topics())
    found: set[str] = set()
    for code in programmes:
        found.update([topic for topic in known if is_under(topic, regime, [code])] or [code])
    return tuple(found) or ("no programme",)


def label_asked(programme: str) -> str:
    """Return a programme as the labels write it: topics in capitals."""
    return programme.upper() if is_known(programme) else programme


def no_one_under(programme: str, side: Side) -> InputError:
    """Return the error that nobody of a side is under a programme."""
    return InputError(
        f"--programme '{programme}': nobody on {side.in_words()} is under it. Write a code as the "
        "list writes it (see: sanctrail register stats --programmes), or a topic: "
        f"{', '.join(sorted(topics()))}."
    )
