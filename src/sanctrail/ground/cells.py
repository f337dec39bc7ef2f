"""What a workbook holds: sheets of rows of cells."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None
"""One cell's value; an empty cell is an empty text."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: rows from the top, every row as wide as the widest."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
