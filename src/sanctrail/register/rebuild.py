"""Listings out of the register's tables, as a reader would have yielded them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    Listing,
    Measure,
    Name,
    Relation,
    Wallet,
)
from sanctrail.register.query import Key, Register

Row = Mapping[str, Any]


def _name(row: Row) -> Name:
    parts = tuple((part["role"], part["text"]) for part in row["parts"])
    return Name(row["name"], row["kind"], row["quality"], row["script"], parts)


def _address(row: Row) -> Address:
    return Address(
        row["role"],
        row["text"],
        row["country"],
        row["as_written"],
        row["city"],
        row["region"],
        row["postal_code"],
    )


_RECORDS: dict[str, tuple[str, Callable[[Row], Any]]] = {
    "names": ("names", _name),
    "births": (
        "births",
        lambda r: Birth(r["earliest"], r["latest"], r["precision"], r["circa"]),
    ),
    "countries": ("countries", lambda r: Country(r["role"], r["country"], r["as_written"])),
    "addresses": ("addresses", _address),
    "identifiers": ("identifiers", lambda r: Identifier(r["kind"], r["number"], r["country"])),
    "wallets": ("wallets", lambda r: Wallet(r["asset"], r["address"])),
    "measures": ("measures", lambda r: Measure(r["kind"], r["as_written"])),
    "acts": ("acts", lambda r: LegalAct(r["title"], r["date"], r["role"])),
    "relations": (
        "relations",
        lambda r: Relation(r["kind"], r["other"], r["name"], r["as_written"], r["former"]),
    ),
    "details": ("details", lambda r: Detail(r["kind"], r["text"])),
}
"""For each table the field of `Listing` that it fills, and what makes a record of a row."""


def listings_of(register: Register) -> Iterator[tuple[str, Listing]]:
    """Yield (list id, listing) for every listing in force, in list and file order."""
    fields: dict[Key, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for table, (field, record) in _RECORDS.items():
        for row in register.rows(table):
            fields[row["list_id"], row["listing_id"]][field].append(record(row))
    for row in register.rows("listings"):
        held = fields.get((row["list_id"], row["listing_id"]), {})
        yield row["list_id"], _listing(row, {name: tuple(items) for name, items in held.items()})


def _listing(row: Row, held: Mapping[str, tuple[Any, ...]]) -> Listing:
    bare = Listing(
        listing_id=row["listing_id"],
        regime=row["regime"],
        reference=row["reference"],
        kind=row["kind"],
        names=(),
        listed_on=row["listed_on"],
        programmes=tuple(row["programmes"]),
        element=row["element"],
        gender=row["gender"],
        remarks=row["remarks"],
        amended_on=tuple(row["amended_on"]),
        listed_basis=row["listed_basis"],
        cut=tuple(row["cut"]),
    )
    facts: dict[str, Any] = dict(held)
    return replace(bare, **facts)
