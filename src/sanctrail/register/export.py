"""The register for other programs: FollowTheMoney JSON lines, one CSV, or Parquet tables."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from sanctrail.ground.store import replace_file, staging, write_table
from sanctrail.lists.forms import LISTS
from sanctrail.lists.ftm.ftm_write import entities
from sanctrail.lists.records import Listing
from sanctrail.register.facts import birth_text
from sanctrail.register.query import Register
from sanctrail.register.rebuild import listings_of
from sanctrail.register.tables import SCHEMAS

CSV_COLUMNS = (
    "list_id",
    "list_date",
    "listing_id",
    "reference",
    "kind",
    "primary_name",
    "other_names",
    "weak_aliases",
    "births",
    "countries",
    "addresses",
    "identifiers",
    "wallets",
    "programmes",
    "measures",
    "listed_on",
    "listed_basis",
)
_TABLES = tuple(name for name in SCHEMAS if name not in ("facts", "problems"))


def export_csv(register: Register, target: Path) -> int:
    """Write one row a listing, several values joined by `; `; return the number of rows."""
    dates = _dates(register)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    count = 0
    for list_id, listing in listings_of(register):
        writer.writerow((list_id, dates[list_id], *_csv_row(listing)))
        count += 1
    replace_file(target, text.getvalue().encode())
    return count


def export_ftm(register: Register, target: Path) -> int:
    """Write FollowTheMoney entities as JSON lines; return the number of lines."""
    lines = [json.dumps(entity, ensure_ascii=False, sort_keys=True) for entity in _ftm(register)]
    replace_file(target, "".join(line + "\n" for line in lines).encode())
    return len(lines)


def export_parquet(register: Register, target: Path) -> int:
    """Write a folder of Parquet tables over all lists; return the number of listings."""
    dates = _dates(register)
    with staging(target) as beside:
        for name in _TABLES:
            schema = SCHEMAS[name].insert(0, pa.field("list_id", pa.string()))
            rows = [{**row, "list_date": dates[row["list_id"]]} for row in register.rows(name)]
            schema = schema.insert(1, pa.field("list_date", pa.string()))
            write_table(beside / f"{name}.parquet", pa.Table.from_pylist(rows, schema=schema))
            if name == "listings":
                count = len(rows)
        beside.replace(target)
    return count


def _ftm(register: Register) -> Iterator[dict[str, Any]]:
    dates = _dates(register)
    for list_id, group in groupby(listings_of(register), key=itemgetter(0)):
        listings = [listing for _, listing in group]
        title = LISTS[list_id].title if list_id in LISTS else list_id
        regime = listings[0].regime
        yield from entities(listings, list_id, regime, title, dates[list_id])


def _dates(register: Register) -> dict[str, str]:
    return {view.list_id: view.base["list_date"] for view in register.views}


def _csv_row(listing: Listing) -> tuple[str, ...]:
    primary = listing.primary_name
    others = [name for name in listing.names if name.text != primary]
    countries = [one.code for one in listing.countries] + [one.country for one in listing.addresses]
    return (
        listing.listing_id,
        listing.reference,
        listing.kind,
        primary,
        _joined(name.text for name in others if name.quality != "weak"),
        _joined(name.text for name in others if name.quality == "weak"),
        _joined(birth_text(birth) for birth in listing.births),
        _joined(countries),
        _joined(one.text for one in listing.addresses if one.role == "address"),
        _joined(f"{one.kind} {one.number}" for one in listing.identifiers),
        _joined(f"{one.asset} {one.address}" for one in listing.wallets),
        _joined(listing.programmes),
        _joined(measure.kind for measure in listing.measures),
        listing.listed_on,
        listing.listed_basis,
    )


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, texts)))
