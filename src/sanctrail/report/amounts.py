"""How numbers are written: exactly, and by integer arithmetic alone.

Amounts are counts of base units kept as integer strings. A float never touches them, so what is
printed is what was counted; only shares are rounded, and they say so where they stand.
"""

from sanctrail.errors import InputError
from sanctrail.tracing.amounts import in_asset

NO_BREAK = "\u00a0"
MINUS = "\u2212"
NOTHING = "\u2013"


def base_units(amount: str | int) -> int:
    """Read an amount in base units; anything but an integer is refused."""
    try:
        return int(str(amount), 10)
    except ValueError:
        raise InputError(
            f"The trace holds the amount '{amount}', which is not a whole number of base units."
        ) from None


def exact(amount: str | int, decimals: int) -> str:
    """Write base units in whole units with all decimals: ("3542", 2) gives "35.42"."""
    return in_asset(base_units(amount), decimals)


def money(amount: str | int, decimals: int, asset: str) -> str:
    """Write an exact amount with its asset, kept on one line: "35,421,300.12 USD"."""
    return f"{exact(amount, decimals)}{NO_BREAK}{asset}"


def cut(amount: str | int, decimals: int, keep: int) -> str:
    """Write an amount cut (not rounded) after `keep` decimals; an ellipsis marks the cut."""
    full = exact(amount, decimals)
    surplus = decimals - keep
    if surplus <= 0:
        return full
    kept, lost = full[:-surplus], full[-surplus:]
    return kept if not lost.strip("0") else f"{kept}…"


def share(part: str | int, whole: str | int) -> str:
    """Write part of whole in percent, rounded half up to one decimal in integers.

    A share that is neither nothing nor all never reads as 0.0 % or 100.0 %.
    """
    numerator, denominator = base_units(part), base_units(whole)
    if denominator <= 0 or numerator < 0:
        return NOTHING
    tenths = (2000 * numerator + denominator) // (2 * denominator)
    if numerator and not tenths:
        return f"<{NO_BREAK}0.1{NO_BREAK}%"
    if numerator < denominator and tenths == 1000:  # noqa: PLR2004 (a thousand tenths: all)
        return f">{NO_BREAK}99.9{NO_BREAK}%"
    return f"{tenths // 10:,}.{tenths % 10}{NO_BREAK}%"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Write a count with its noun: "1 row", "1,080 rows"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
