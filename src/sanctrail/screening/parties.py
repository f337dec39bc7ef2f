"""What the index holds of each party, to weigh evidence and to tell who it is."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sanctrail.evidence.identifiers import comparable, sort_of
from sanctrail.evidence.weighing import ListedBirth
from sanctrail.parties import Parties
from sanctrail.parties.joined import seniority
from sanctrail.register import Register
from sanctrail.text.dates import DateRange


@dataclass(frozen=True, slots=True)
class ListedName:
    """A name of a party as one of its listings has it; `strong` unless the list calls it weak."""

    text: str
    kind: str
    strong: bool
    list_id: str
    listing_id: str


@dataclass(frozen=True, slots=True)
class Party:
    """Who may be hit: the listings in force that are one party, the most senior first.

    Programmes and measures are those of all, the day is the earliest. `primary` gives the primary
    name by list, `numbers` each identifier as sort, comparable number and issuing country,
    `wallets` addresses in comparable form.
    """

    party_id: str
    listing_ids: tuple[str, ...]
    kind: str
    regimes: tuple[str, ...]
    primary: Mapping[str, str]
    programmes: tuple[str, ...]
    measures: tuple[str, ...]
    listed_on: str
    births: tuple[tuple[str, str, str, bool], ...]
    countries: tuple[str, ...]
    genders: tuple[str, ...]
    numbers: tuple[tuple[str, str, str], ...]
    wallets: tuple[str, ...]

    def listed_births(self) -> tuple[ListedBirth, ...]:
        """Return the dates of birth as intervals."""
        return tuple(ListedBirth(DateRange(*one[:3]), one[3]) for one in self.births)


_TABLES = ("births", "measures", "identifiers", "wallets")


def read_parties(register: Register, joined: Parties) -> list[Party]:
    """Return every party that the register lists, in the order of its lists."""
    listings = register.by_party("listings")
    tables = {table: register.by_party(table) for table in _TABLES}
    tables["countries"] = register.countries_by_party()
    members: dict[str, list[str]] = defaultdict(list)
    for listing_id in listings:
        members[joined.party_of(listing_id)].append(listing_id)
    return [
        _party(party_id, sorted(ids, key=seniority), listings, tables)
        for party_id, ids in members.items()
    ]


Rows = Sequence[Mapping[str, Any]]
Grouped = Mapping[str, Rows]


def _party(
    party_id: str, ids: Sequence[str], by_listing: Grouped, tables: Mapping[str, Grouped]
) -> Party:
    listings = [row for one in ids for row in by_listing[one]]
    facts = {
        table: [row for one in ids for row in grouped.get(one, ())]
        for table, grouped in tables.items()
    }
    births = (
        (b["earliest"], b["latest"], b["precision"], bool(b["circa"])) for b in facts["births"]
    )
    return Party(
        party_id=party_id,
        listing_ids=tuple(ids),
        kind=listings[0]["kind"],
        regimes=_united([row["regime"]] for row in listings),
        primary=_primary_names(listings),
        programmes=_united(row["programmes"] for row in listings),
        measures=_united([row["kind"]] for row in facts["measures"]),
        listed_on=min(filter(None, (row["listed_on"] for row in listings)), default=""),
        births=tuple(dict.fromkeys(births)),
        countries=_united([row["country"]] for row in facts["countries"] if row["country"]),
        genders=_united([row["gender"]] for row in listings if row["gender"]),
        numbers=_numbers(facts["identifiers"]),
        wallets=_united([row["comparable"]] for row in facts["wallets"]),
    )


def _primary_names(listings: Rows) -> dict[str, str]:
    """Return the primary name by list; of several listings on one list that of the first."""
    found: dict[str, str] = {}
    for row in listings:
        found.setdefault(row["list_id"], row["primary_name"])
    return found


def _numbers(rows: Rows) -> tuple[tuple[str, str, str], ...]:
    found: dict[tuple[str, str, str], None] = {}
    for row in rows:
        sort, _ = sort_of(row["kind"])
        number = comparable(row["number"], sort) if sort else ""
        if number:
            found[sort, number, row["country"]] = None
    return tuple(found)


def _united(texts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for several in texts for text in several))


def read_names(register: Register) -> dict[str, list[ListedName]]:
    """Return the names of every listing by its id, in the order of the lists."""
    grouped: dict[str, list[ListedName]] = defaultdict(list)
    for row in register.rows("names"):
        strong = row["quality"] != "weak"
        name = ListedName(row["name"], row["kind"], strong, row["list_id"], row["listing_id"])
        grouped[row["listing_id"]].append(name)
    return grouped


def to_bytes(record: Party | ListedName) -> bytes:
    """Return a record as one line of JSON."""
    return json.dumps(asdict(record), ensure_ascii=False, separators=(",", ":")).encode()


def party_from(line: bytes) -> Party:
    """Return the party that `to_bytes` wrote."""
    fields = json.loads(line)
    for name, value in fields.items():
        if isinstance(value, list):
            fields[name] = tuple(tuple(v) if isinstance(v, list) else v for v in value)
    return Party(**fields)


def name_from(line: bytes) -> ListedName:
    """Return the name that `to_bytes` wrote."""
    return ListedName(**json.loads(line))
