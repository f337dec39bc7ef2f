"""The register's tables: one Parquet file a table for every version of every list."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from sanctrail.addresses import canonical
from sanctrail.errors import Problem
from sanctrail.lists.records import Listing

_TEXT = pa.string()

SCHEMAS: dict[str, Any] = {
    "listings": pa.schema(
        [
            ("listing_id", _TEXT),
            ("regime", _TEXT),
            ("reference", _TEXT),
            ("kind", _TEXT),
            ("primary_name", _TEXT),
            ("listed_on", _TEXT),
            ("programmes", pa.list_(_TEXT)),
            ("gender", _TEXT),
            ("remarks", _TEXT),
            ("element", _TEXT),
        ]
    ),
    "names": pa.schema(
        [(name, _TEXT) for name in ("listing_id", "name", "kind", "quality", "script")]
    ),
    "births": pa.schema(
        [
            ("listing_id", _TEXT),
            ("earliest", _TEXT),
            ("latest", _TEXT),
            ("precision", _TEXT),
            ("circa", pa.bool_()),
        ]
    ),
    "countries": pa.schema(
        [(name, _TEXT) for name in ("listing_id", "role", "country", "as_written")]
    ),
    "identifiers": pa.schema(
        [(name, _TEXT) for name in ("listing_id", "kind", "number", "country")]
    ),
    "wallets": pa.schema(
        [(name, _TEXT) for name in ("listing_id", "asset", "address", "comparable")]
    ),
    "problems": pa.schema([(name, _TEXT) for name in ("source", "element", "message")]),
}

Row = tuple[Any, ...]


def tables_of(listings: Iterable[Listing], problems: Iterable[Problem]) -> dict[str, pa.Table]:
    """Return all tables of one version, rows in the order of the file."""
    rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    for listing in listings:
        for table, row in _rows(listing):
            rows[table].append(row)
    rows["problems"] = [(problem.source, problem.where, problem.message) for problem in problems]
    return {name: _table(rows[name], schema) for name, schema in SCHEMAS.items()}


def _rows(listing: Listing) -> Iterator[tuple[str, Row]]:
    key = listing.listing_id
    yield (
        "listings",
        (
            key,
            listing.regime,
            listing.reference,
            listing.kind,
            listing.primary_name,
            listing.listed_on,
            list(listing.programmes),
            listing.gender,
            listing.remarks,
            listing.element,
        ),
    )
    for name in listing.names:
        yield "names", (key, name.text, name.kind, name.quality, name.script)
    for birth in listing.births:
        yield "births", (key, birth.earliest, birth.latest, birth.precision, birth.circa)
    for country in listing.countries:
        yield "countries", (key, country.role, country.code, country.as_written)
    for item in listing.identifiers:
        yield "identifiers", (key, item.kind, item.number, item.country)
    for wallet in listing.wallets:
        yield "wallets", (key, wallet.asset, wallet.address, canonical(wallet.address))


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in schema]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
