"""Prices of assets in currencies, kept beside a ledger: each with its time and its source.

A price that is not there is missing, never zero, and an old one is not stretched: what is asked
for a time is the latest price at or before it, within a stated age.
"""

import bisect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.errors import InputError, LedgerError, Problem
from sanctrail.ground.store import exclusive, replacing
from sanctrail.ledger.batches import Told, table_of
from sanctrail.ledger.formats.cells import cell_text
from sanctrail.ledger.formats.rows import names_in, rows_of
from sanctrail.ledger.formats.source import Source, head_of
from sanctrail.ledger.manifest import ledger_manifest
from sanctrail.ledger.values import BadField, unix_time

FILE = "prices.parquet"

DAY = 86_400

MAX_AGE = 2 * DAY
"""Seconds for which a price stands where nothing else is said: a daily one, and a day's grace."""

SCHEMA = pa.schema(
    [
        ("asset", pa.string()),
        ("currency", pa.string()),
        ("time", pa.int64()),  # unix seconds; a date stands for its first second, UTC
        ("source", pa.string()),
        ("value", pa.string()),  # decimal, as the source wrote it
    ]
)

_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{0,60})?([eE][-+]?[0-9]{1,3})?")
_SHOWN = 100


class Key(NamedTuple):
    """What tells one price from another."""

    asset: str
    currency: str
    time: int
    source: str


@dataclass(frozen=True, slots=True)
class Price:
    """What one whole asset cost in a currency, when, and who says so."""

    asset: str
    currency: str
    time: int
    value: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class PriceSummary:
    """What an import of prices made; `rows` counts data rows, `prices` all that are kept now."""

    rows: int
    prices: int
    added: int
    problems: int
    changed: bool


class Prices:
    """The prices beside a ledger."""

    def __init__(self, prices: Mapping[Key, str]) -> None:
        self._prices = dict(sorted(prices.items()))
        self._times: dict[tuple[str, str], list[Key]] = {}
        for key in self._prices:
            self._times.setdefault((key.asset, key.currency), []).append(key)

    def __len__(self) -> int:
        return len(self._prices)

    def price_at(
        self, asset: str, currency: str, time: int, max_age: int = MAX_AGE
    ) -> Price | None:
        """Return the latest price at or before a time, None where it is missing or too old.

        Of several sources at the same second the first by name counts.
        """
        keys = self._times.get((asset, currency), [])
        last = bisect.bisect_right(keys, time, key=lambda key: key.time)
        if not last or time - keys[last - 1].time > max_age:
            return None
        first = bisect.bisect_left(keys, keys[last - 1].time, key=lambda key: key.time)
        key = keys[first]
        return Price(key.asset, key.currency, key.time, Decimal(self._prices[key]), key.source)


def open_prices(folder: Path) -> Prices:
    """Return the prices beside a ledger; none where none were imported."""
    return Prices(_kept(folder))


def import_prices(
    files: Sequence[Path], folder: Path, asset: str | None = None
) -> tuple[PriceSummary, list[Problem]]:
    """Import prices into a ledger's folder, all files or none; the same files change nothing.

    Files are CSV (`date` or `time`, `asset`, `currency`, `value`, `source`) or GraphSense's
    exchange rates, whose asset must be named. `asset` also stands in where a CSV has none.
    """
    if ledger_manifest(folder) is None:
        raise LedgerError(
            f"{folder}: there is no ledger here to keep prices beside. Import the chain first, "
            "with 'sanctrail ledger import'."
        )
    with exclusive(folder):
        kept = _kept(folder)
        before = dict(kept)
        told, rows = Told(), 0
        for file in files:
            rows += _import(file, kept, told, asset)
        if not rows:
            names = ", ".join(file.name for file in files)
            raise InputError(f"{names}: there is no price in it; nothing was changed.")
        if kept != before:
            _write(folder, kept)
    summary = PriceSummary(
        rows, len(kept), len(kept) - len(before), len(told.problems), kept != before
    )
    return summary, told.problems


def _import(file: Path, kept: dict[Key, str], told: Told, asset: str | None) -> int:
    """Take one file's prices; return how many rows it has."""
    source = Source((file,), told)
    read = _reader(file, asset)
    for row in rows_of(source, file):
        try:
            for key, value in read(row.fields):
                _keep(kept, key, value)
        except BadField as error:
            told.problem(file.name, row.where, str(error))
    return source.rows.get(file.name, 0)


def _keep(kept: dict[Key, str], key: Key, value: str) -> None:
    """Keep a price; a second one for the same moment must be the same."""
    there = kept.setdefault(key, value)
    if Decimal(there) != Decimal(value):
        raise BadField(
            f"{key.asset} in {key.currency} is {value} here, and {there} before for the same time "
            "and source; the first is kept"
        )


Reader = Callable[[Mapping[str, Any]], Iterator[tuple[Key, str]]]


def _reader(file: Path, asset: str | None) -> Reader:
    """Return how a file's rows are read, told by its columns."""
    names = {name.lower() for name in names_in(head_of(file))}
    if "date" in names and names & {"fiatvalues", "fiat_values"}:
        if not asset:
            raise InputError(
                f"{file.name}: these exchange rates do not say of which asset they are. Name it "
                "with --asset, as in --asset ETH."
            )
        return lambda fields: _rates(fields, asset, file.name)
    if not (names & {"date", "time"} and {"currency", "value"} <= names):
        raise InputError(
            f"{file.name}: no table of prices. A CSV with the columns date (or time), asset, "
            "currency, value and, if you like, source is expected, or GraphSense's exchange rates."
        )
    if not ("asset" in names or asset):
        raise InputError(
            f"{file.name}: there is no column asset. Add it, or name the asset with --asset."
        )
    return lambda fields: _row(fields, asset, file.name)


def _row(fields: Mapping[str, Any], asset: str | None, name: str) -> Iterator[tuple[Key, str]]:
    told = {key.lower(): cell_text(value).strip() for key, value in fields.items()}
    code, currency = told.get("asset") or asset or "", told["currency"].upper()
    if not code or not currency:
        raise BadField(f"the {'currency' if code else 'asset'} is empty")
    time = _moment(told.get("time") or told.get("date") or "")
    yield Key(code, currency, time, told.get("source") or name), _price(told["value"])


def _rates(fields: Mapping[str, Any], asset: str, name: str) -> Iterator[tuple[Key, str]]:
    """Yield a day's rates of GraphSense."""
    rates = fields.get("fiatValues", fields.get("fiat_values"))
    if not isinstance(rates, dict):
        raise BadField("the row holds no rates")
    time = _moment(cell_text(fields.get("date")))
    for currency, value in rates.items():
        yield Key(asset, currency.upper(), time, name), _price(cell_text(value))


def _moment(told: str) -> int:
    try:
        day = date.fromisoformat(told) if "-" in told else None
    except ValueError:
        day = None
    return unix_time(told if day is None else f"{told}T00:00:00Z")


def _price(told: str) -> str:
    """Return a price as it is kept; one of nothing is no price."""
    if not _NUMBER.fullmatch(told):
        raise BadField(f"price '{told[:_SHOWN]}' is not a number")
    if Decimal(told) <= 0:
        raise BadField(f"price '{told[:_SHOWN]}' is not above zero; leave out what is not known")
    return told


def _kept(folder: Path) -> dict[Key, str]:
    path = folder / FILE
    try:
        rows = pq.read_table(path).cast(SCHEMA).to_pylist()
    except FileNotFoundError:
        return {}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise LedgerError(
            f"{path}: the prices are damaged and cannot be read. Remove the file and import them "
            "again."
        ) from error
    return {Key(*(row[name] for name in Key._fields)): row["value"] for row in rows}


def _write(folder: Path, kept: Mapping[Key, str]) -> None:
    """Write the prices in their order, so that the same ones are the same bytes."""
    rows = [(*key, value) for key, value in sorted(kept.items())]
    with replacing(folder / FILE) as file:
        pq.write_table(table_of(rows, SCHEMA), file, compression="zstd")
