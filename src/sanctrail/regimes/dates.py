"""Since when a party is listed: a fact about the past, taken from any version that can say it.

SDN.XML of 2021-03-10 carries no listing date, SDN_ADVANCED of 2024-05-28 does: the day on which a
party was put on the list is the same in both. So where the version in force cannot say the day,
the nearest later one does, else the nearest earlier one, as long as the party never left the list
between the two; `date_from` then names the version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sanctrail.register.manifest import Version, chain_of
from sanctrail.register.query import Key, Register
from sanctrail.register.views import ListView

NO_DAY = "no day"
AT_THE_LATEST = "at the latest"
OLDER_ACT = "an older legal act"
DOUBTS = (NO_DAY, AT_THE_LATEST, OLDER_ACT)
"""Why a listing day is not exact.

There is none; there is only the oldest legal act; or an act that names the party is older than the
day that the list gives. The EU list has the last: for parties that the UN listed after the EU did,
it gives the UN's day.
"""

Row = Mapping[str, Any]

_SAID = "SELECT listing_id, listed_on, listed_basis FROM this WHERE NOT delisted"
_ACTS = "SELECT listing_id, min(date) AS day FROM this WHERE date <> '' GROUP BY listing_id"


@dataclass(frozen=True, slots=True)
class Dated:
    """The day on which a party was put on a list (ISO), empty where no version held says it.

    `doubt` is one of `DOUBTS`, empty where the day is exact; with an older act, `day` is that
    act's. `date_from` is the id of the version that says it where the one in force does not.
    """

    day: str
    doubt: str = ""
    date_from: str = ""


def listing_dates(register: Register, rows: Iterable[Row]) -> dict[Key, Dated]:
    """Return the listing day of each of these listings, by list and listing id.

    `rows` are of the register's `listings` table and in force. Also versions later than the
    register's `as_of` day are asked: they tell of the past, not who was listed.
    """
    by_list: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_list.setdefault(row["list_id"], {})[row["listing_id"]] = row
    found: dict[Key, Dated] = {}
    for view in register.views:
        listed = by_list.get(view.list_id, {})
        dates = {one: _said(row, _source(view)) for one, row in listed.items()}
        _ask_others(register, view, dates)
        _weigh_acts(register, view, dates)
        found.update(((view.list_id, one), dated) for one, dated in dates.items())
    return found


def _source(view: ListView) -> str:
    """Return the version that the register itself takes listing days from, if not the base."""
    source: str = view.sources["listing date"]["version_id"]
    return "" if source == view.base["version_id"] else source


def _said(row: Row, source: str) -> Dated:
    day = row["listed_on"]
    if not day:
        return Dated("", NO_DAY)
    whole = len(day) == len("2021-03-12") and not row["listed_basis"]
    return Dated(day, "" if whole else AT_THE_LATEST, source)


def _ask_others(register: Register, view: ListView, dates: dict[str, Dated]) -> None:
    """Fill in exact days from other versions of the list, later ones first, nearest first."""
    chain = chain_of(register.versions, view.list_id)
    ids = [version["version_id"] for version in chain]
    if view.base["version_id"] not in ids:  # a partial version: absence from it means nothing
        return
    at = ids.index(view.base["version_id"])
    for versions in (chain[at + 1 :], chain[:at][::-1]):
        open_ids = {one for one, dated in dates.items() if dated.doubt}
        for version in versions:
            if not open_ids:
                break
            said = {row["listing_id"]: row for row in register.read(version, "listings", _SAID)}
            open_ids &= said.keys()  # who left the list in between may have come back anew
            exact = {one: _said(said[one], version["version_id"]) for one in open_ids}
            exact = {one: dated for one, dated in exact.items() if _fits(dated, view.base)}
            dates.update(exact)
            open_ids -= exact.keys()


def _fits(dated: Dated, base: Version) -> bool:
    """Tell whether a day is exact and not after the list on which the party stands already."""
    return not dated.doubt and dated.day <= base["list_date"]


def _weigh_acts(register: Register, view: ListView, dates: dict[str, Dated]) -> None:
    """Mark the days that a legal act older than them contradicts."""
    source = view.sources["legal act"]
    for row in register.read(source, "acts", _ACTS):
        dated = dates.get(row["listing_id"])
        if dated is not None and not dated.doubt and row["day"] < dated.day:
            dates[row["listing_id"]] = Dated(row["day"], OLDER_ACT, dated.date_from)


def first_of(dates: Iterable[Dated]) -> Dated:
    """Return the first of the days on which one party came onto several lists.

    It is exact only if each of them is: a day that is not known may be the earlier one.
    """
    known = list(dates)
    doubts = [dated.doubt for dated in known if dated.doubt]
    first = min((dated for dated in known if dated.day), key=_by_day, default=Dated("", NO_DAY))
    if not doubts:
        return first
    return Dated(first.day, min(doubts, key=DOUBTS.index), first.date_from)


def _by_day(dated: Dated) -> tuple[str, str]:
    return dated.day, dated.date_from
