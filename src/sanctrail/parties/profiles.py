"""What is known of each listing that can tell whether it is the party of another.

Every listing that the register ever held has a profile, as it stood last: who left one list is
still the same party on the others, and an id once given must go on leading somewhere.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

from sanctrail.evidence.identifiers import comparable, sort_of
from sanctrail.evidence.weighing import ListedBirth
from sanctrail.register import Register
from sanctrail.register.programmes import is_under, topics
from sanctrail.text.dates import DateRange
from sanctrail.text.fold import fold

TABLES = (
    "listings",
    "names",
    "births",
    "countries",
    "addresses",
    "identifiers",
    "wallets",
    "relations",
    "details",
)

REFERENCES = {
    "UN reference": "un",
    "OFSI group id": "ofsi",
    "UK Sanctions List reference": "gb",
}
"""Kinds of identifier that are another list's number for the same party, and whose number."""

_NATIONAL = ("nationality", "citizenship")

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Profile:
    """One listing as the joining sees it.

    `lists` are the lists that bear its id; `names` pairs of text and whether it is strong, in list
    order; `births` as (earliest, latest, precision, circa); `countries` of any tie; `places` folded
    towns of birth and address; `numbers` as (sort, comparable number, issuer); `references` as
    (whose, number), those that it bears itself among them; `ties` folded names of those that the
    list ties it to.
    """

    listing_id: str
    regime: str
    lists: tuple[str, ...]
    kind: str
    primary: str
    names: tuple[tuple[str, bool], ...]
    births: tuple[tuple[str, str, str, bool], ...] = ()
    nationalities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str, str], ...] = ()
    wallets: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    topics: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    listed_on: str = ""

    def listed_births(self) -> tuple[ListedBirth, ...]:
        """Return the dates of birth as intervals."""
        return tuple(ListedBirth(DateRange(*one[:3]), one[3]) for one in self.births)

    def digest(self) -> str:
        """Return a digest of all that the joining sees."""
        return sha256(repr(self).encode()).hexdigest()[:16]


Tables = Mapping[str, Sequence[dict[str, Any]]]


def read_profiles(register: Register) -> dict[str, Profile]:
    """Return the profile of every listing in force, by listing id in the order of the lists."""
    tables = {table: register.rows(table) for table in TABLES}
    return profiles_from(tables, called_by(tables["listings"]))


def profiles_from(tables: Tables, called: Mapping[str, str]) -> dict[str, Profile]:
    """Return the profiles of the listings in some tables; `called` as `called_by` gives it."""
    grouped = {table: _grouped(rows) for table, rows in tables.items()}
    linked = _linked(tables["details"])
    found = {}
    for key, listings in grouped["listings"].items():
        facts = {table: by.get(key, []) for table, by in grouped.items()}
        topics_ = _once((*_topics(listings), *linked.get(key, ())))
        found[key] = _profile(key, listings, facts, topics_, _ties(facts["relations"], called))
    return found


def _grouped(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row["listing_id"]].append(row)
    return grouped


def called_by(listings: Rows) -> dict[str, str]:
    """Return the primary names of listings by id, those of the UN by reference number too."""
    found: dict[str, str] = {}
    for row in listings:
        found[row["listing_id"]] = row["primary_name"]
        if row["regime"] == "un" and row["reference"]:
            found[row["reference"]] = row["primary_name"]
    return found


def _ties(relations: Rows, called: Mapping[str, str]) -> tuple[str, ...]:
    """Return the folded names of those that a party is tied to, of more than one word."""
    names = (
        row["name"] or called.get(row["other"]) or called.get(row["as_written"], "")
        for row in relations
    )
    return _once(name for name in map(fold, names) if " " in name)


def _linked(details: Rows) -> dict[str, list[str]]:
    """Return the topics that a list's own fixed words tie its listings to, by listing id."""
    found: dict[str, list[str]] = defaultdict(list)
    for regime, topic, fits in _linking():
        for row in details:
            if row["listing_id"].startswith(regime) and fits(f"{row['kind']}: {row['text']}"):
                found[row["listing_id"]].append(topic)
    return found


@cache
def _linking() -> tuple[tuple[str, str, Callable[[str], object]], ...]:
    """Return for each regime (as the start of an id) and topic what tells words that tie to it."""
    return tuple(
        (f"{regime}:", topic, re.compile("|".join(map(translate, own)), re.IGNORECASE).match)
        for topic, about in topics().items()
        for regime, own in about.get("linked", {}).items()
    )


def _profile(
    listing_id: str,
    listings: Rows,
    facts: Mapping[str, Rows],
    topics_: tuple[str, ...],
    ties: tuple[str, ...],
) -> Profile:
    first = listings[0]
    return Profile(
        listing_id=listing_id,
        regime=first["regime"],
        lists=_once(row["list_id"] for row in listings),
        kind=first["kind"],
        primary=first["primary_name"],
        names=tuple(dict.fromkeys((n["name"], n["quality"] != "weak") for n in facts["names"])),
        births=tuple(
            dict.fromkeys(
                (b["earliest"], b["latest"], b["precision"], bool(b["circa"]))
                for b in facts["births"]
            )
        ),
        nationalities=_once(
            row["country"] for row in facts["countries"] if row["role"] in _NATIONAL
        ),
        countries=_countries(facts),
        genders=_once(row["gender"] for row in listings),
        places=_once(fold(row["city"] or "") for row in facts["addresses"]),
        numbers=_numbers(facts["identifiers"]),
        wallets=_once(row["comparable"] for row in facts["wallets"]),
        references=_references(listings, facts["identifiers"]),
        topics=topics_,
        ties=ties,
        programmes=_once(programme for row in listings for programme in row["programmes"]),
        listed_on=min(
            (r["listed_on"] for r in listings if r["listed_on"] and not r["listed_basis"]),
            default="",
        ),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _countries(facts: Mapping[str, Rows]) -> tuple[str, ...]:
    return _once(row["country"] for table in ("countries", "addresses") for row in facts[table])


def _numbers(rows: Rows) -> tuple[tuple[str, str, str], ...]:
    found: dict[tuple[str, str, str], None] = {}
    for row in rows:
        sort, _ = sort_of(row["kind"])
        number = comparable(row["number"], sort) if sort else ""
        if number:
            found[sort, number, row["country"]] = None
    return tuple(found)


def _references(listings: Rows, identifiers: Rows) -> tuple[tuple[str, str], ...]:
    """Return the numbers by which lists name the party: their own, and those they cite."""
    own = ((r["regime"], r["reference"]) for r in listings if r["regime"] in ("un", "gb"))
    cited = ((REFERENCES[r["kind"]], r["number"]) for r in identifiers if r["kind"] in REFERENCES)
    ofsi = (
        ("ofsi", row["reference"]) for row in listings if row["list_id"] == "gb-ofsi"
    )  # fmt: skip
    found = ((whose, number.strip().casefold()) for whose, number in (*own, *cited, *ofsi))
    return tuple(dict.fromkeys(one for one in found if one[1]))


def _topics(listings: Rows) -> tuple[str, ...]:
    return _once(
        topic for row in listings for topic in _topics_of(row["regime"], tuple(row["programmes"]))
    )


@lru_cache(maxsize=1 << 14)
def _topics_of(regime: str, programmes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(topic for topic in topics() if is_under(topic, regime, programmes))
