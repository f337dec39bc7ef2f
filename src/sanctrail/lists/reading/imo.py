"""IMO numbers: seven digits whose last one checks the others, of a ship or of a company.

Sources: IMO resolution A.1117(30) for ships, A.898(21) as amended for companies and registered
owners. Lists write both kinds under one word, and only the check digit tells which it is.
"""

import re
from collections.abc import Iterator

from sanctrail.lists.records import Identifier

_DIGITS = re.compile(r"(?<![0-9])([0-9]{7})(?![0-9])")
_IN_TEXT = re.compile(r"IMO[^0-9\n]{0,24}?([0-9]{7,})", re.IGNORECASE)
_LENGTH = 7
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


def imo_identifier(text: str, kind: str = "") -> tuple[Identifier, str]:
    """Return the identifier that a text claims to be an IMO number, and what is wrong with it.

    `kind` is that of the party, empty where it is not known: a vessel has a ship's number only,
    any other party a company's wherever that one's check digit holds.
    """
    number = imo_number(text)
    if not number:
        return Identifier("IMO as written", text), f"IMO number '{text}' has not seven digits"
    ship = is_ship_number(number)
    if kind != "vessel" and is_company_number(number) and (kind or not ship):
        return Identifier("IMO company", number), ""
    wrong = "" if ship else f"IMO number {number} has a wrong check digit"
    return Identifier("IMO", number), wrong


def imo_identifiers(text: str, kind: str) -> Iterator[tuple[Identifier, str]]:
    """Yield each IMO number that running text names, with what is wrong with it."""
    for match in _IN_TEXT.finditer(text):
        if len(match[1]) == _LENGTH:
            yield imo_identifier(match[1], kind)
        else:
            yield Identifier("IMO as written", match[1]), f"'{match[0]}' is no IMO number"


def _weighed(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
