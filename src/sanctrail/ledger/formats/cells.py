"""Cells of workbooks and Parquet files as the texts that a person would have written.

A number that is no whole one stands as the shortest decimal that gives the same double. Up to 15
digits that is what was typed; beyond, digits may have been lost before the file was written.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

SURE_DIGITS = 15
"""Digits of a decimal number that a double always keeps."""

_EXACT = 1 << 53


def cell_text(value: Any) -> str:
    """Return a cell's text, empty where there is nothing."""
    told = str(value)
    match value:
        case None:
            told = ""
        case bool():
            told = told.lower()
        case float() if value.is_integer() and abs(value) < _EXACT:
            told = str(int(value))
        case datetime():
            told = (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        case bytes():
            told = "0x" + value.hex()
        case Decimal():
            told = f"{value:f}"
    return told


def unsure(value: Any) -> bool:
    """Tell whether a number may have lost digits before it came into its cell."""
    if not isinstance(value, float):
        return False
    if value.is_integer():
        return abs(value) >= _EXACT
    digits = repr(value).partition("e")[0].replace(".", "").replace("-", "").lstrip("0")
    return len(digits) > SURE_DIGITS
