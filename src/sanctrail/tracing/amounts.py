"""Amounts for people: base units as decimal numbers, exact, never through a float."""


def in_asset(base_units: str | int, decimals: int) -> str:
    """Return base units as whole assets with all decimals and thousands separators."""
    number = int(base_units)
    whole, part = divmod(abs(number), 10**decimals)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole:,}" + (f".{part:0{decimals}}" if decimals else "")
