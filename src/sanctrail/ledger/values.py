"""Values as sources write them: amounts, times, blocks and transaction ids, exact or refused."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

from sanctrail.addresses import canonical_transaction

MAX_AMOUNT = 2**256 - 1
"""The largest amount that a chain can hold; more is a problem of its row, never rounded."""

MAX_FAST = 2**128 - 1
"""The largest amount that is reckoned with; a wider one is carried exactly and refused there."""

MAX_INTEGER = 2**63 - 1
"""The largest block number, time or output value that a column holds."""

MAX_TIME = 253_402_300_799
"""The last second of the year 9999, the last that has a date."""

MAX_DECIMALS = 77
"""Decimals of an asset's base unit; more than any chain has, and still exact in reckoning."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"[0-9]+")
_UNIX_SECONDS = re.compile(r"[0-9]{9,11}")
_NUMBER = re.compile(r"[-+]?\d{1,90}(\.\d{0,90})?([eE][-+]?\d{1,3})?")
_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, Overflow])


class BadField(ValueError):
    """A field of a row that cannot be used; the text says which and why."""


def base_units(text: str, decimals: int) -> int:
    """Return a decimal number as an integer of 10^-decimals; never rounded.

    Raises `BadField` where the text is no number, negative, finer than the unit or too large.
    """
    if not _NUMBER.fullmatch(text):
        raise BadField(f"amount '{text[:100]}' is not a number")
    try:
        scaled = _EXACT.scaleb(_EXACT.create_decimal(text), decimals)
    except (Inexact, InvalidOperation, Overflow):
        raise BadField(f"amount '{text}' has more digits than can be kept exactly") from None
    if scaled < 0:
        raise BadField(f"amount '{text}' is negative")
    if scaled > Decimal(MAX_AMOUNT):
        raise BadField(f"amount '{text}' is larger than can be kept exactly")
    if scaled != scaled.to_integral_value():
        raise BadField(f"amount '{text}' is finer than the base unit ({decimals} decimals)")
    return int(scaled)


def unix_time(text: str) -> int:
    """Return seconds since 1970 (UTC) of unix seconds or an ISO time; no zone means UTC.

    Raises `BadField` where the text is neither, or lies outside the years 1970 to 9999.
    """
    return moment(text)[0]


def moment(text: str) -> tuple[int, int]:
    """Return a time as whole seconds since 1970 and microseconds.

    Digits alone are unix seconds only where they can be: 9 to 11 of them. A bare year or a date
    without hyphens would else become a moment in 1970.
    """
    if _UNIX_SECONDS.fullmatch(text):
        return int(text), 0
    try:
        told = None if _DIGITS.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        told = None
    if told is None:
        raise BadField(f"time '{text[:100]}' is neither ISO 8601 nor unix seconds (9 to 11 digits)")
    since = (told if told.tzinfo else told.replace(tzinfo=UTC)) - _EPOCH
    seconds = since // timedelta(seconds=1)
    if not 0 <= seconds <= MAX_TIME:
        raise BadField(f"time '{text}' lies outside the years 1970 to 9999")
    return seconds, since.microseconds


def block_number(text: str) -> int:
    """Return a block's number; raises `BadField` where the text is none or too large."""
    if not _DIGITS.fullmatch(text):
        raise BadField(f"block '{text[:100]}' is not a number")
    if len(text) > len(str(MAX_INTEGER)) or int(text) > MAX_INTEGER:
        raise BadField(f"block '{text[:100]}' is larger than can be kept")
    return int(text)


def iso_time(seconds: int) -> str:
    """Return unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stored_transaction(text: str) -> str:
    """Return a transaction id as a ledger keeps it, so that explorers find it.

    Hexadecimal ids become lower case, and `0x` stays as given; base58 ones differ by case and stay.
    """
    text = text.strip()
    lower = text.lower()
    return lower if canonical_transaction(text) == lower.removeprefix("0x") else text


def shown(value: object, most: int = 80) -> str:
    """Return a value for a message: its first characters, what is not ASCII written out."""
    return str(value)[:most].encode("ascii", "backslashreplace").decode()
