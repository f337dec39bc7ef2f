"""The UK Sanctions List as its search page exports it: one row a designation, no aliases.

The sheet carries no date of its own; the id's letters name the regime. The measures are one cell
parted by commas, which no measure's own name has.
"""

from collections.abc import Iterator
from datetime import date, datetime

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.sheets import Cell, Sheet
from sanctrail.lists.gb.uk_terms import KINDS, measure, programme_of, uk_day
from sanctrail.lists.records import Detail, Identifier, ListHeader, Listing, Name
from sanctrail.lists.source import Records
from sanctrail.text.fold import script_of, tidy

FORM = "uk-ods"

_COLUMNS = ("unique id", "name", "regime name", "type", "date designated", "sanctions imposed")
_OPTIONAL = ("ofsi group id", "designation source")
_NO_MEASURE = ("", "-")
_BANNER_ROWS = 10
"""Rows above the header in which a banner may stand."""


def recognises(sheets: tuple[Sheet, ...]) -> bool:
    """Tell whether a sheet has the columns of the search export."""
    return _table(sheets) is not None


def read(sheets: tuple[Sheet, ...], name: str, problems: list[Problem]) -> Records:
    """Yield the list's header, then its listings in row order."""
    found = _table(sheets)
    if found is None:
        raise UnreadableFile(
            f"{name}: no sheet has the columns of the UK search export (Unique ID, Name, Regime "
            "Name, Type). Export the list again; nothing was changed."
        )
    sheet, at, columns = found
    known = set(_COLUMNS) | set(_OPTIONAL)
    for column in columns:
        if column not in known:
            message = f"column '{column}' is not one that is known; its cells are details"
            problems.append(Problem(name, f"row {at + 1}", message))
    yield ListHeader("gb", "gb", FORM, "")
    yield from _listings(sheet, at, columns, name, problems)


def _listings(
    sheet: Sheet, at: int, columns: dict[str, int], name: str, problems: list[Problem]
) -> Iterator[Listing]:
    for number, row in enumerate(sheet.rows[at + 1 :], at + 2):
        cells = {
            column: _text(row[place]) if place < len(row) else ""
            for column, place in columns.items()
        }
        if any(cells.values()):
            where = f"sheet {sheet.name}, row {number}"
            if not cells["unique id"]:
                problems.append(Problem(name, where, "has no Unique ID; it was left out"))
                continue
            yield _listing(cells, where, name, problems)


def _listing(cells: dict[str, str], where: str, source: str, problems: list[Problem]) -> Listing:
    unique, text = cells["unique id"], cells["name"]
    designated = uk_day(cells["date designated"])
    kind = KINDS.get(cells["type"].lower(), "")
    wrong = (
        (not text, "has no name"),
        (not designated, f"Date Designated '{cells['date designated']}' is not a day"),
        (not kind, f"Type '{cells['type']}' is none of Individual, Entity, Ship; taken as entity"),
    )
    problems.extend(
        Problem(source, f"{where} ({unique})", message) for fails, message in wrong if fails
    )
    group = cells.get("ofsi group id", "")
    imposed = (part.strip() for part in cells["sanctions imposed"].split(","))
    said = {"regime name": cells["regime name"]} | {
        column: value for column, value in cells.items() if column not in _ELSEWHERE
    }
    return Listing(
        listing_id=f"gb:{unique}",
        regime="gb",
        reference=unique,
        kind=kind or "entity",
        names=(Name(text, "primary", "", script_of(text)),) if text else (),
        listed_on=designated,
        programmes=tuple(filter(None, [programme_of(unique) or cells["regime name"]])),
        element=f"{where} ({unique})",
        identifiers=(Identifier("OFSI group id", group),) if group else (),
        measures=tuple(measure(one) for one in imposed if one not in _NO_MEASURE),
        details=tuple(Detail(column, value) for column, value in said.items() if value),
    )


_ELSEWHERE = (*_COLUMNS, "ofsi group id")


def _table(sheets: tuple[Sheet, ...]) -> tuple[Sheet, int, dict[str, int]] | None:
    """Return the sheet, the row of its header and the place of each column."""
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:_BANNER_ROWS]):
            columns = {_text(cell).lower(): place for place, cell in enumerate(row) if _text(cell)}
            if all(column in columns for column in _COLUMNS):
                return sheet, at, columns
    return None


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else tidy(str(cell))
