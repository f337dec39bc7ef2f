"""Importing tables of transfers: every row becomes a transfer or a located problem."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from sanctrail.addresses import canonical, canonical_transaction
from sanctrail.errors import InputError, LedgerError, Problem
from sanctrail.ground.delimited import Records as Delimited
from sanctrail.ground.inputs import InputStream, open_input
from sanctrail.ledger.layouts import BUILT_IN, Layout, built_in_layout, read_layout
from sanctrail.ledger.store import (
    AMOUNT,
    MAX_AMOUNT,
    MAX_INTEGER,
    SCHEMAS,
    SHARED_SCHEMAS,
    stored_transaction,
    write_ledger,
)

FORMATS = (*BUILT_IN, "transfers")
"""Formats of `ledger import`; `transfers` takes any table with a `--layout` file."""

MAX_TIME = 253_402_300_799
"""The last second of the year 9999, the last that has a date."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"[0-9]+")
_UNIX_SECONDS = re.compile(r"[0-9]{9,11}")
_NUMBER = re.compile(r"[-+]?\d{1,90}(\.\d{0,90})?([eE][-+]?\d{1,3})?")
_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, Overflow])


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import made; `rows` counts data rows, of which `problems` became no transfer."""

    ledger: str
    digest: str
    rows: int
    transfers: int
    addresses: int
    problems: int
    changed: bool


@dataclass(slots=True)
class _Rows:
    """Transfers gathered from the files, in reading order.

    The third field of each is its microseconds: they order rows and are not kept.
    """

    transfers: list[tuple[int, int, int, str, int, int, int, int]] = field(default_factory=list)
    addresses: dict[str, int] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)

    def id_of(self, address: str, label: str) -> int:
        number = self.addresses.setdefault(address, len(self.addresses))
        if label:
            self.labels.setdefault(number, label)
        return number


def import_files(
    files: Sequence[Path],
    form: str,
    folder: Path,
    *,
    layout_file: Path | None = None,
    replace: bool = False,
) -> tuple[ImportSummary, list[Problem]]:
    """Import tables of transfers into a ledger folder, all of them or none.

    Transfers are ordered by block, then time, then row (file by file as given). Importing the
    same rows again changes nothing, unless the ledger is damaged or their origin is told anew.
    """
    layout = _layout_of(form, layout_file)
    rows = _Rows()
    for file in files:
        _read(file, layout, rows)
    if not rows.transfers:
        raise _nothing_read(files, rows.problems)
    rows.transfers.sort(key=lambda row: row[:3])  # stable: equal ones stay in reading order
    manifest, changed = write_ledger(
        folder, "account", _tables(rows), _about(rows, layout), replace=replace
    )
    total = sum(file["rows"] for file in rows.files)
    summary = ImportSummary(
        str(folder),
        manifest["digest"],
        total,
        len(rows.transfers),
        len(rows.addresses),
        total - len(rows.transfers),
        changed,
    )
    return summary, rows.problems


def _nothing_read(files: Sequence[Path], problems: Sequence[Problem]) -> InputError:
    first = f", the first: {problems[0]}" if problems else ""
    return InputError(
        f"{', '.join(file.name for file in files)}: not one row could be read as a transfer "
        f"({len(problems)} problems{first}). Check the --format and the layout; "
        "nothing was changed."
    )


def _layout_of(form: str, layout_file: Path | None) -> Layout:
    if form in BUILT_IN and layout_file is None:
        return built_in_layout(form)
    if form == "transfers" and layout_file is not None:
        return read_layout(layout_file)
    if form == "transfers":
        raise LedgerError(
            "The format 'transfers' needs --layout FILE, which says what each column holds. "
            "See docs/ledgers.md for an example."
        )
    if form in BUILT_IN:
        raise LedgerError(f"The format '{form}' has its own layout; use --format transfers.")
    raise LedgerError(f"There is no format '{form}'; this program reads {', '.join(FORMATS)}.")


def _read(path: Path, layout: Layout, rows: _Rows) -> None:
    count, before = 0, len(rows.problems)
    with open_input(path) as stream:
        records = _records(stream, layout.delimiter)
        header = next(records, _Record(1, 1, [])).fields
        _check_header(header, layout, stream.name)
        for record in records:
            _take(record, header, layout, stream.name, rows)
            count += 1
        digest = stream.digest()
    rows.files.append(
        {
            "name": digest.name,
            "sha256": digest.sha256,
            "bytes": digest.size,
            "rows": count,
            "problems": len(rows.problems) - before,
        }
    )


class _Record(NamedTuple):
    """The fields of one record and the lines it stands on."""

    first: int
    last: int
    fields: list[str]

    def where(self) -> str:
        span = self.last > self.first
        return f"lines {self.first} to {self.last}" if span else f"line {self.first}"


def _records(stream: InputStream, delimiter: str) -> Iterator[_Record]:
    """Yield the records that are not blank; a quote left open is an error, never a long field."""
    text = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8-sig", newline="")
    lines = Delimited(text, stream.name, delimiter)
    first = 1
    for fields in lines:
        if fields:
            yield _Record(first, lines.last, fields)
        first = lines.last + 1


def _check_header(header: list[str], layout: Layout, source: str) -> None:
    """Raise `InputError` unless each column that the layout names is there, and there once."""
    missing = [column for column in layout.columns() if column not in header]
    if missing:
        raise InputError(
            f"{source}: there is no column {', '.join(missing)}; the file has "
            f"{', '.join(header) or 'no header'}. Check the --format or the layout."
        )
    twice = [column for column in layout.columns() if header.count(column) > 1]
    if twice:
        raise InputError(
            f"{source}: the header has the column {', '.join(twice)} more than once, so it is not "
            "clear which one counts. Rename the others and import again."
        )


class _BadField(ValueError):
    """A field of a row that cannot be used; the text says which and why."""


def _take(record: _Record, header: list[str], layout: Layout, source: str, rows: _Rows) -> None:
    try:
        row = _transfer(_named(record, header), layout, rows)
    except _BadField as error:
        rows.problems.append(Problem(source, record.where(), str(error)))
    else:
        rows.transfers.append(row)


def _named(record: _Record, header: list[str]) -> dict[str, str]:
    """Return a record's fields by column."""
    if record.last > record.first:
        raise _BadField("a field holds a line break; perhaps a quote is not closed where it should")
    if len(record.fields) != len(header):
        more = len(record.fields) > len(header)
        raise _BadField(f"the row has {'more' if more else 'fewer'} fields than the header")
    return dict(zip(header, record.fields, strict=True))


def _transfer(
    record: dict[str, str], layout: Layout, rows: _Rows
) -> tuple[int, int, int, str, int, int, int, int]:
    def text(column: str) -> str:
        return record[column].strip() if column else ""

    code = layout.fixed_asset or text(layout.asset)
    asset = layout.asset_of(code)
    if asset is None:
        raise _BadField(f"asset '{code}' is not declared in the layout")
    decimals = 0 if layout.base_units else asset.decimals
    amount = base_units(text(layout.amount), decimals)
    time, microseconds = _moment(text(layout.time))
    block = _block(text(layout.block)) if layout.block else 0
    sender, receiver = canonical(text(layout.sender)), canonical(text(layout.receiver))
    if not sender or not receiver:
        raise _BadField(f"the {'sender' if not sender else 'receiver'} is empty")
    return (
        block,
        time,
        microseconds,
        stored_transaction(text(layout.transaction)),
        rows.id_of(sender, text(layout.sender_label)),
        rows.id_of(receiver, text(layout.receiver_label)),
        layout.assets.index(asset),
        amount,
    )


def base_units(text: str, decimals: int) -> int:
    """Return a decimal number as an integer of 10^-decimals; never rounded.

    Raises `ValueError` where the text is no number, negative, finer than the unit or too large.
    """
    if not _NUMBER.fullmatch(text):
        raise _BadField(f"amount '{text}' is not a number")
    try:
        scaled = _EXACT.scaleb(_EXACT.create_decimal(text), decimals)
    except (Inexact, InvalidOperation, Overflow):
        raise _BadField(f"amount '{text}' has more digits than can be kept exactly") from None
    if scaled < 0:
        raise _BadField(f"amount '{text}' is negative")
    if scaled > MAX_AMOUNT:
        raise _BadField(f"amount '{text}' is larger than can be kept exactly")
    if scaled != scaled.to_integral_value():
        raise _BadField(f"amount '{text}' is finer than the base unit ({decimals} decimals)")
    return int(scaled)


def unix_time(text: str) -> int:
    """Return seconds since 1970 (UTC) of unix seconds or an ISO time; no zone means UTC.

    Raises `ValueError` where the text is neither, or lies outside the years 1970 to 9999.
    """
    return _moment(text)[0]


def _moment(text: str) -> tuple[int, int]:
    """Return a time as whole seconds since 1970 and microseconds.

    Digits alone are unix seconds only where they can be: 9 to 11 of them. A bare year or a date
    without hyphens would else become a moment in 1970.
    """
    if _UNIX_SECONDS.fullmatch(text):
        return int(text), 0
    try:
        moment = None if _DIGITS.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None:
        raise _BadField(f"time '{text}' is neither ISO 8601 nor unix seconds (9 to 11 digits)")
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    seconds = since // timedelta(seconds=1)
    if not 0 <= seconds <= MAX_TIME:
        raise _BadField(f"time '{text}' lies outside the years 1970 to 9999")
    return seconds, since.microseconds


def _block(text: str) -> int:
    if not _DIGITS.fullmatch(text):
        raise _BadField(f"block '{text}' is not a number")
    if len(text) > len(str(MAX_INTEGER)) or int(text) > MAX_INTEGER:
        raise _BadField(f"block '{text}' is larger than can be kept")
    return int(text)


def _tables(rows: _Rows) -> dict[str, pa.Table]:
    blocks, times, _, *rest = zip(*rows.transfers, strict=True)
    schema = SCHEMAS["account"]["transfers"]
    columns = [blocks, times, *rest]
    arrays = [
        pa.array([Decimal(a) for a in column] if field.type == AMOUNT else column, field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return {
        "transfers": pa.Table.from_arrays(arrays, schema=schema),
        "addresses": pa.table(
            {
                "address": list(rows.addresses),
                "label": [rows.labels.get(number, "") for number in range(len(rows.addresses))],
            },
            schema=SHARED_SCHEMAS["addresses"],
        ),
        "problems": pa.table(
            {
                "source": [problem.source for problem in rows.problems],
                "element": [problem.where for problem in rows.problems],
                "message": [problem.message for problem in rows.problems],
            },
            schema=SHARED_SCHEMAS["problems"],
        ),
    }


def _about(rows: _Rows, layout: Layout) -> dict[str, Any]:
    blocks = [row[0] for row in rows.transfers]
    times = [row[1] for row in rows.transfers]
    limits = list(layout.limits)
    if rows.problems:
        limits.append(
            f"{len(rows.problems)} rows could not be read and are not in the ledger; "
            "they are listed in its problems table."
        )
    return {
        "source_format": layout.name,
        "simulation": False,
        "assets": [{"code": a.code, "unit": a.unit, "decimals": a.decimals} for a in layout.assets],
        "coverage": {
            "first_block": min(blocks) if layout.block else None,
            "last_block": max(blocks) if layout.block else None,
            "first_time": iso_time(min(times)),
            "last_time": iso_time(max(times)),
            "transactions": len({canonical_transaction(row[3]) for row in rows.transfers}),
            "movements": len(rows.transfers),
        },
        "limits": limits,
        "files": rows.files,
    }


def iso_time(seconds: int) -> str:
    """Return unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
