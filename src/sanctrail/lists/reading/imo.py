"""IMO numbers: seven digits whose last one checks the others, of a ship or of a company.

Sources: IMO resolution A.1117(30) for ships, A.898(21) as amended for companies and registered
owners. Lists write both kinds under one word, and only the check digit tells which it is.
"""

import re

from sanctrail.lists.records import Identifier

_DIGITS = re.compile(r"(?<!\d)(\d{7})(?!\d)")
_SHIP_WEIGHTS = (7, 6, 5, 4, 3, 2)
_COMPANY_WEIGHTS = (8, 6, 4, 2, 9, 7)


def imo_number(text: str) -> str:
    """Return the seven digits of a text such as `IMO 9562233`; empty if it has none."""
    match = _DIGITS.search(text)
    return match[1] if match else ""


def is_ship_number(number: str) -> bool:
    """Tell whether the seven digits have a ship's check digit."""
    return _weighed(number, _SHIP_WEIGHTS) % 10 == int(number[6])


def is_company_number(number: str) -> bool:
    """Tell whether the seven digits have a company's check digit."""
    return (11 - _weighed(number, _COMPANY_WEIGHTS) % 11) % 10 == int(number[6])


def imo_identifier(text: str, *, companies: bool = True) -> tuple[Identifier, str]:
    """Return the identifier that a text claims to be an IMO number, and what is wrong with it.

    With `companies` a company's number is right too, and is of the kind `IMO company`.
    """
    number = imo_number(text)
    if not number:
        return Identifier("IMO", text), f"IMO number '{text}' has not seven digits"
    if is_ship_number(number):
        return Identifier("IMO", number), ""
    if companies and is_company_number(number):
        return Identifier("IMO company", number), ""
    return Identifier("IMO", number), f"IMO number {number} has a wrong check digit"


def _weighed(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
