"""Fields of a row by name: amounts, numbers, times, addresses and ids, exact or refused.

A field may be a text, a whole number or missing, as CSV and JSON have it.
"""

import re
from collections.abc import Mapping
from typing import Any

from sanctrail.ledger.batches import UNKNOWN
from sanctrail.ledger.values import (
    MAX_AMOUNT,
    MAX_INTEGER,
    MAX_TIME,
    BadField,
    base_units,
    moment,
)

Fields = Mapping[str, Any]

SHOWN = 100
"""Characters of a wrong field that a message repeats."""

_EVM_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}")
_HASH = re.compile(r"0[xX][0-9a-fA-F]{60,64}")
_MAX_DIGITS = 77
_ZONE = " UTC"


def text(fields: Fields, name: str) -> str:
    """Return a field as text, empty where it is missing."""
    value = fields.get(name)
    if isinstance(value, str):
        return value.strip()
    return "" if value is None else str(value)


def amount(fields: Fields, name: str) -> int:
    """Return an amount in base units: digits, hexadecimal behind `0x`, or a whole decimal."""
    value = fields.get(name)
    if type(value) is int and 0 <= value <= MAX_AMOUNT:
        return value
    told = text(fields, name)
    if told.isascii() and told.isdigit() and len(told) <= _MAX_DIGITS:
        return int(told)
    if told[:2] in {"0x", "0X"}:
        return _hexadecimal(told)
    return base_units(told, 0)


def _hexadecimal(told: str) -> int:
    try:
        value = int(told, 16)
    except ValueError:
        raise BadField(f"amount '{told[:SHOWN]}' is not a number") from None
    if value > MAX_AMOUNT:
        raise BadField(f"amount '{told[:SHOWN]}' is larger than can be kept exactly")
    return value


def whole(fields: Fields, name: str, missing: int | None = None) -> int:
    """Return a whole number from 0 to 2^63 - 1; `missing` where there is none and one may be."""
    value = fields.get(name)
    if type(value) is int and 0 <= value <= MAX_INTEGER:
        return value
    if value is None and missing is not None:
        return missing
    told = text(fields, name)
    if not told and missing is not None:
        return missing
    told = told.removesuffix(".0")  # what a table with gaps makes of whole numbers
    if not (told.isascii() and told.isdigit()):
        raise BadField(f"{name} '{told[:SHOWN]}' is not a whole number")
    if len(told) > len(str(MAX_INTEGER)) or int(told) > MAX_INTEGER:
        raise BadField(f"{name} '{told[:SHOWN]}' is larger than can be kept")
    return int(told)


def when(fields: Fields, name: str) -> int:
    """Return a time in unix seconds, UNKNOWN where there is none.

    The first block of a chain may stand at second 0, so few digits are unix seconds here too.
    """
    value = fields.get(name)
    if type(value) is int and 0 <= value <= MAX_TIME:
        return value
    told = text(fields, name)
    if not told:
        return UNKNOWN
    if told.isascii() and told.isdigit():
        seconds = int(told) if len(told) <= len(str(MAX_TIME)) else MAX_TIME + 1
        if seconds > MAX_TIME:
            raise BadField(f"time '{told[:SHOWN]}' lies outside the years 1970 to 9999")
        return seconds
    return moment(told.removesuffix(_ZONE))[0]


def address(fields: Fields, name: str) -> str:
    """Return an Ethereum-like address in lower case, empty where there is none."""
    told = text(fields, name)
    if told and not _EVM_ADDRESS.fullmatch(told):
        raise BadField(f"{name} '{told[:SHOWN]}' is not an address (0x and 40 hexadecimal digits)")
    return told.lower()


def needed_address(fields: Fields, name: str) -> str:
    """Return an Ethereum-like address that must be there."""
    found = address(fields, name)
    if not found:
        raise BadField(f"{name} is empty")
    return found


def transaction_hash(fields: Fields, name: str) -> str:
    """Return the hash of a transaction as a ledger keeps it; it must be there.

    Tools that take a hash for a number shear off its leading zeros: such a one is kept as it is.
    """
    told = text(fields, name)
    if not _HASH.fullmatch(told):
        raise BadField(
            f"{name} '{told[:SHOWN]}' is not a transaction hash (0x and 64 hexadecimal digits)"
        )
    return told.lower()
