"""The register's tables: one Parquet file a table for every version of every list."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from sanctrail.addresses import canonical
from sanctrail.errors import Problem
from sanctrail.lists.records import Listing
from sanctrail.register.facts import facts_of
from sanctrail.register.layout import TABLES

_TEXT = pa.string()
_TEXTS = pa.list_(_TEXT)


def _texts(columns: str) -> Any:
    return pa.schema([(name, _TEXT) for name in columns.split()])


SCHEMAS: dict[str, Any] = {
    "listings": pa.schema(
        [
            ("listing_id", _TEXT),
            ("regime", _TEXT),
            ("reference", _TEXT),
            ("kind", _TEXT),
            ("primary_name", _TEXT),
            ("listed_on", _TEXT),
            ("listed_basis", _TEXT),
            ("programmes", _TEXTS),
            ("amended_on", _TEXTS),
            ("delisted", pa.bool_()),
            ("delisted_on", _TEXT),
            ("gender", _TEXT),
            ("remarks", _TEXT),
            ("element", _TEXT),
            ("cut", _TEXTS),
        ]
    ),
    "names": pa.schema(
        [
            *((name, _TEXT) for name in ("listing_id", "name", "kind", "quality", "script")),
            ("parts", pa.list_(pa.struct([("role", _TEXT), ("text", _TEXT)]))),
        ]
    ),
    "births": pa.schema(
        [*_texts("listing_id earliest latest precision"), pa.field("circa", pa.bool_())]
    ),
    "countries": _texts("listing_id role country as_written"),
    "addresses": _texts("listing_id role text country as_written city region postal_code"),
    "identifiers": _texts("listing_id kind number country"),
    "wallets": _texts("listing_id asset address comparable"),
    "measures": _texts("listing_id kind as_written"),
    "acts": _texts("listing_id title date role"),
    "relations": pa.schema(
        [*_texts("listing_id kind other name as_written"), pa.field("former", pa.bool_())]
    ),
    "details": _texts("listing_id kind text"),
    "facts": _texts("listing_id fact key value"),
    "problems": _texts("source element message"),
}

assert tuple(SCHEMAS) == TABLES

Row = tuple[Any, ...]


def tables_of(listings: Iterable[Listing], problems: Iterable[Problem]) -> dict[str, pa.Table]:
    """Return all tables of one version, rows in the order of the file."""
    rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    for listing in listings:
        for table, row in _rows(listing):
            rows[table].append(row)
    rows["problems"] = [(problem.source, problem.where, problem.message) for problem in problems]
    return {name: table_of(rows.pop(name), schema) for name, schema in SCHEMAS.items()}


def _rows(listing: Listing) -> Iterator[tuple[str, Row]]:
    key = listing.listing_id
    yield "listings", _listing_row(listing)
    for table, row in (*_identity_rows(listing), *_tie_rows(listing)):
        yield table, (key, *row)
    for fact in facts_of(listing):
        yield "facts", (key, *fact)


def _identity_rows(listing: Listing) -> Iterator[tuple[str, Row]]:
    for name in listing.names:
        parts = [{"role": role, "text": text} for role, text in name.parts]
        yield "names", (name.text, name.kind, name.quality, name.script, parts)
    for birth in listing.births:
        yield "births", (birth.earliest, birth.latest, birth.precision, birth.circa)
    for country in listing.countries:
        yield "countries", (country.role, country.code, country.as_written)
    for place in listing.addresses:
        where = place.country, place.country_as_written
        row = (place.role, place.text, *where, place.city, place.region, place.postal_code)
        yield "addresses", row
    for item in listing.identifiers:
        yield "identifiers", (item.kind, item.number, item.country)
    for wallet in listing.wallets:
        yield "wallets", (wallet.asset, wallet.address, canonical(wallet.address))


def _tie_rows(listing: Listing) -> Iterator[tuple[str, Row]]:
    for measure in listing.measures:
        yield "measures", (measure.kind, measure.as_written)
    for act in listing.acts:
        yield "acts", (act.title, act.date, act.role)
    for tie in listing.relations:
        yield "relations", (tie.kind, tie.other, tie.name, tie.as_written, tie.former)
    for detail in listing.details:
        yield "details", (detail.kind, detail.text)


def _listing_row(listing: Listing) -> Row:
    return (
        listing.listing_id,
        listing.regime,
        listing.reference,
        listing.kind,
        listing.primary_name,
        listing.listed_on,
        listing.listed_basis,
        list(listing.programmes),
        list(listing.amended_on),
        listing.delisted,
        listing.delisted_on,
        listing.gender,
        listing.remarks,
        listing.element,
        list(listing.cut),
    )


def table_of(rows: list[Row], schema: pa.Schema) -> pa.Table:
    """Return rows as a table; a row has a cell for each field of the schema."""
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in schema]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
