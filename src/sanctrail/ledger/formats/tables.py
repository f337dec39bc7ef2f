"""Tables of transfers (CSV, Parquet, XLSX, ODS) whose columns a layout explains."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanctrail.addresses import canonical
from sanctrail.errors import InputError, LedgerError
from sanctrail.ground.inputs import InputStream
from sanctrail.ground.sheets import Sheet, read_sheets
from sanctrail.ledger.batches import UNKNOWN, AccountBatch, Asset
from sanctrail.ledger.formats.cells import cell_text, unsure
from sanctrail.ledger.formats.gathering import Fee, Gathered, Transfer
from sanctrail.ledger.formats.parquet_rows import MAGIC, opened_parquet, parquet_rows
from sanctrail.ledger.formats.rows import Record, Row, named, names_in, records_of
from sanctrail.ledger.formats.source import Format, Head, Source
from sanctrail.ledger.layouts import BUILT_IN, Layout, built_in_layout, read_layout
from sanctrail.ledger.values import (
    BadField,
    base_units,
    block_number,
    moment,
    stored_transaction,
)

_WORKBOOK = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


class Table:
    """Takes the rows of tables with one layout."""

    def __init__(self, source: Source, layout: Layout) -> None:
        self.out = Gathered()
        self._source = source
        self._layout = layout
        self._codes = {asset.code: asset for asset in layout.assets}
        self._failed = {word.casefold() for word in layout.failed}

    def take(self, row: Row, file: str) -> None:
        """Take one row; what is wrong with it becomes a problem."""
        fields = {name: cell_text(value).strip() for name, value in row.fields.items()}
        try:
            transfer = self._transfer(fields)
            fee = self._fee(fields, transfer)
        except BadField as error:
            self._source.told.problem(file, row.where, str(error))
            return
        if unsure(row.fields.get(self._layout.amount)):
            self._source.told.lacks("precision")
        self.out.transfers.append(transfer)
        if fee is not None:
            self.out.fees.append(fee)

    def _transfer(self, fields: Mapping[str, str]) -> Transfer:
        layout = self._layout

        def told(column: str) -> str:
            return fields[column] if column else ""

        code = layout.fixed_asset or told(layout.asset)
        asset = self._codes.get(code)
        if asset is None:
            raise BadField(f"asset '{code}' is not declared in the layout")
        amount = base_units(told(layout.amount), self._decimals(asset))
        time, micros = moment(told(layout.time))
        place = _number(told(layout.position), "position") if layout.position else UNKNOWN
        return Transfer(
            block_number(told(layout.block)) if layout.block else UNKNOWN,
            time,
            micros,
            place,
            stored_transaction(told(layout.transaction)),
            position=place,
            sender=_party(told(layout.sender), "sender"),
            receiver=_party(told(layout.receiver), "receiver"),
            asset=self.out.meet(asset),
            amount=str(amount),
            failed=told(layout.status).casefold() in self._failed,
            sender_label=told(layout.sender_label),
            receiver_label=told(layout.receiver_label),
        )

    def _fee(self, fields: Mapping[str, str], transfer: Transfer) -> Fee | None:
        """Return what a row's transaction cost; the ledger takes the first row's."""
        told = fields[self._layout.fee] if self._layout.fee else ""
        if not told or not transfer.transaction:
            return None
        asset = self._codes[self._layout.fee_asset or self._layout.fixed_asset]
        units = base_units(told, self._decimals(asset))
        return Fee(
            transfer.transaction,
            transfer.block,
            transfer.time,
            transfer.sender,
            str(units),
            self.out.meet(asset),
            transfer.failed,
        )

    def _decimals(self, asset: Asset) -> int:
        return 0 if self._layout.base_units else asset.decimals


def _party(told: str, name: str) -> str:
    party = canonical(told)
    if not party:
        raise BadField(f"the {name} is empty")
    return party


def _number(told: str, name: str) -> int:
    try:
        return block_number(told)
    except BadField as error:
        raise BadField(str(error).replace("block", name, 1)) from None


def _rows(source: Source, path: Path, layout: Layout) -> Iterator[Row]:
    """Yield a table's rows, whatever kind of file it is."""
    with source.open(path) as stream:
        head = stream.head()
        if head.startswith(MAGIC):
            yield from _parquet_rows(source, path, layout)
        elif head.startswith((_WORKBOOK, _OLD_WORKBOOK)):
            yield from _sheet_rows(source, path, read_sheets(stream), layout)
        else:
            yield from _text_rows(source, stream, layout)


def _parquet_rows(source: Source, path: Path, layout: Layout) -> Iterator[Row]:
    with opened_parquet(source, path) as file:
        _check_header(file.schema_arrow.names, layout, path.name)
    yield from parquet_rows(source, path, layout.columns(), unix_times=False)


def _text_rows(source: Source, stream: InputStream, layout: Layout) -> Iterator[Row]:
    records = records_of(stream, layout.delimiter)
    header = next(records, Record(1, 1, [])).fields
    _check_header(header, layout, stream.name)
    count = 0
    for record in records:
        count += 1
        fields = named(record, header)
        if isinstance(fields, str):
            source.told.problem(stream.name, record.where(), fields)
        else:
            yield Row(record.where(), fields)
    source.counted(stream.name, count)


@dataclass(frozen=True, slots=True)
class _Grid:
    """A sheet as a table: its header and where that stands."""

    sheet: Sheet
    header: list[str]
    top: int


def _sheet_rows(
    source: Source, path: Path, sheets: Sequence[Sheet], layout: Layout
) -> Iterator[Row]:
    grid = _grid(sheets, layout, path.name)
    _check_header(grid.header, layout, path.name)
    count = 0
    for number, cells in enumerate(grid.sheet.rows[grid.top + 1 :], grid.top + 2):
        if all(cell is None or cell == "" for cell in cells):
            continue
        count += 1
        fields: dict[str, Any] = dict(zip(grid.header, cells, strict=False))
        yield Row(f"sheet '{grid.sheet.name}', row {number}", fields)
    source.counted(path.name, count)


def _grid(sheets: Sequence[Sheet], layout: Layout, name: str) -> _Grid:
    """Return the sheet to read: the one that the layout names, else the first with the columns."""
    grids = [_headed(sheet) for sheet in sheets if layout.sheet in {"", sheet.name}]
    if not grids:
        there = ", ".join(sheet.name for sheet in sheets) or "none"
        raise InputError(
            f"{name}: there is no sheet '{layout.sheet}'; the workbook has {there}. "
            "Check the layout."
        )
    fitting = (grid for grid in grids if set(layout.columns()) <= set(grid.header))
    return next(fitting, grids[0])


def _headed(sheet: Sheet) -> _Grid:
    for top, cells in enumerate(sheet.rows):
        header = [cell_text(cell).strip() for cell in cells]
        if any(header):
            return _Grid(sheet, header, top)
    return _Grid(sheet, [], 0)


def _check_header(header: Sequence[str], layout: Layout, source: str) -> None:
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


def _read_with(source: Source, layout: Layout) -> Iterator[AccountBatch]:
    table = Table(source, layout)
    for path in source.files:
        for row in _rows(source, path, layout):
            table.take(row, path.name)
            yield from table.out.full()
    for limit in layout.limits:
        source.told.limit(limit)
    yield from table.out.rest()


def _read_labelled(source: Source) -> Iterator[AccountBatch]:
    if source.options.get("layout"):
        raise LedgerError(f"The format '{BUILT_IN[0]}' has its own layout; use --format transfers.")
    yield from _read_with(source, built_in_layout(BUILT_IN[0]))


def _read_transfers(source: Source) -> Iterator[AccountBatch]:
    layout = source.options.get("layout")
    if not layout:
        raise LedgerError(
            "The format 'transfers' needs --layout FILE, which says what each column holds. "
            "See docs/ledgers.md for an example."
        )
    yield from _read_with(source, read_layout(Path(layout)))


def _is_labelled(head: Head) -> bool:
    return set(built_in_layout(BUILT_IN[0]).columns()) <= names_in(head)


LABELLED_FLOWS = Format(
    BUILT_IN[0],
    "account",
    "expert-labelled laundering flows (CSV): one row a transfer, its value in US dollars",
    _is_labelled,
    _read_labelled,
)

TRANSFERS = Format(
    "transfers",
    "account",
    "any table of transfers (CSV, Parquet, XLSX, ODS) whose columns a --layout file explains",
    lambda _: False,
    _read_transfers,
)
