"""A register in memory: the tables of a few listings, as the lists of one day hold them."""

from collections import defaultdict

from sanctrail.lists.records import Listing, Name, Relation
from sanctrail.register.tables import tables_of

PREFIX = {"us-sdn": "us", "us-cons": "us", "un-1718-vessels": "un"}


class Held:
    """Answers `rows` as a `Register` does; made of (list id, listing) in order."""

    as_of = ""

    def __init__(self, *listings, as_of=""):
        self.as_of = as_of
        self._rows = defaultdict(list)
        for list_id, listing in listings:
            for table, rows in tables_of([listing], ()).items():
                for row in rows.to_pylist():
                    self._rows[table].append({**row, "list_id": list_id, "list_date": "2026-01-01"})

    def rows(self, table, parties=None):
        rows = self._rows[table]
        return [dict(row) for row in rows if parties is None or row["listing_id"] in parties]


def listed(listing_id, name, *programmes, on="", kind="entity", ties=(), **facts):
    """(list id, listing): who is listed, by whom, under what, tied to whom (kind, other)."""
    regime = listing_id.partition(":")[0]
    relations = tuple(_tie(*tie) for tie in ties)
    listing = Listing(
        listing_id=listing_id,
        regime=regime,
        reference=facts.pop("reference", listing_id.partition(":")[2]),
        kind=kind,
        names=(Name(name, "primary"), *facts.pop("aliases", ())),
        listed_on=facts.pop("listed_on", ""),
        programmes=programmes,
        element="1",
        relations=relations,
        **facts,
    )
    return on or {"us": "us-sdn"}.get(regime, regime), listing


def _tie(kind, other, former=False):
    """A relation to a listing id, to a UN reference, or to a name."""
    if ":" in other:
        return Relation(kind, other, "", kind.title(), former)
    if other[2:3] in ("e", "i") and other[3:4] == ".":
        return Relation(kind, "", "", other, former)
    return Relation(kind, "", other, f"Linked To: {other}", former)
