"""The facts of one OFAC party, gathered in the same way from each XML layout.

The layouts call the same things features, documents or ids; what each one is, is told here once,
by OFAC's own words (`ofac_terms`), so that a party comes out the same whatever file it came in.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypedDict

from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    Name,
    Wallet,
)
from sanctrail.lists.us.ofac_terms import (
    CODES,
    COUNTRY_ROLES,
    PART_ROLE,
    WALLET_PREFIX,
    date_text,
    identifier_of,
    imo_flaw,
)
from sanctrail.text.countries import country_code

ADDRESS_LINES = ("ADDRESS1", "ADDRESS2", "ADDRESS3")
CITY, STATE, REGION, POSTAL_CODE = "CITY", "STATE/PROVINCE", "REGION", "POSTAL CODE"
_IN_ONE_LINE = (*ADDRESS_LINES, "Unknown", CITY, STATE, REGION, POSTAL_CODE)

UNDETERMINED = "undetermined"
"""What OFAC writes in place of a country that it does not know; no country."""

_FAMILY = ("last", "patronymic", "matronymic")
_GIVEN = ("first", "middle", "maiden", "nickname")
_UNSPACED = frozenset({"Hans", "Hant", "Jpan", "Kore", "Hang"})
_SCRIPT_CODE = {"Latin": "Latn", "Hebrew": "Hebr", "Japanese": "Jpan", "Korean": "Kore"}


def script_code(code: str) -> str:
    """Return the ISO 15924 code for what OFAC writes in its place (some are, some are words)."""
    return _SCRIPT_CODE.get(code, code)


def spelled_name(typed: Iterable[tuple[str, str]], kind: str, quality: str, script: str) -> Name:
    """Return a name from its typed parts, in one line as OFAC's text layouts write it."""
    parts = tuple([(PART_ROLE.get(role, "whole"), text) for role, text in typed if text])
    if len(parts) == 1:
        return Name(parts[0][1], kind, quality, script, () if parts[0][0] == "whole" else parts)
    return Name(in_one_line(parts, script), kind, quality, script, parts)


def in_one_line(parts: Sequence[tuple[str, str]], script: str) -> str:
    """Join the parts of a name: family names, a comma, given names, in OFAC's fixed order.

    The advanced layout gives parts in any order (`Camila, Antonia, Murillo, Ortega`); the text
    layouts have `ORTEGA MURILLO, Camila Antonia`. A patronymic is the father's family name, but
    behind a first name alone, beside a last name, it is the given name's second part
    (`Gaziyev, Tarkhan Ismailovich`).
    """
    roles = [role for role, _ in parts]
    if "whole" in roles:
        return " ".join(text for _, text in parts)
    sides: tuple[tuple[str, ...], ...] = (_FAMILY, _GIVEN)
    if roles == ["last", "first", "patronymic"]:
        sides = (("last",), ("first", "patronymic"))
    ends = [[text for wanted in side for role, text in parts if role == wanted] for side in sides]
    texts = ends[0] + ends[1]
    if script in _UNSPACED:
        return "".join(texts) if all(len(text) < 3 for text in texts) else " ".join(texts)  # noqa: PLR2004
    return ", ".join(" ".join(end) for end in ends if end)


def address_of(
    parts: Iterable[tuple[str, str]], code: str, country: str, role: str = "address"
) -> Address | None:
    """Return the address made of typed parts; None where it says nothing."""
    if country.lower() == UNDETERMINED:
        country = ""
    by_type: dict[str, list[str]] = {}
    for kind, text in parts:
        if text:
            by_type.setdefault(kind if kind in _IN_ONE_LINE else "Unknown", []).append(text)
    line = ", ".join(text for kind in _IN_ONE_LINE for text in by_type.get(kind, ()))
    if not line and not country:
        return None
    return Address(
        role=role,
        text=line,
        country=code,
        country_as_written=country,
        city=", ".join(by_type.get(CITY, ())),
        region=", ".join(by_type.get(STATE, []) + by_type.get(REGION, [])),
        postal_code=", ".join(by_type.get(POSTAL_CODE, ())),
    )


@lru_cache(maxsize=1 << 14)
def birth_place(text: str) -> Address:
    """Return a place of birth in words; a country is told only where it stands last."""
    if code := country_code(text):
        return Address("birth", "", code, text)
    place, comma, last = text.rpartition(",")
    if comma and (code := country_code(last)):
        return Address("birth", place.strip(), code, last.strip())
    return Address("birth", text)


class _Fields(TypedDict):
    births: tuple[Birth, ...]
    countries: tuple[Country, ...]
    addresses: tuple[Address, ...]
    identifiers: tuple[Identifier, ...]
    wallets: tuple[Wallet, ...]
    details: tuple[Detail, ...]
    gender: str


class Facts:
    """What is gathered of one party; `problem` takes a sentence about it."""

    def __init__(self, problem: Callable[[str], None]) -> None:
        self._problem = problem
        self._births: dict[Birth, None] = {}
        self._countries: dict[Country, None] = {}
        self._addresses: dict[Address, None] = {}
        self._identifiers: dict[Identifier, None] = {}
        self._wallets: list[Wallet] = []
        self._details: dict[Detail, None] = {}
        self._gender = ""

    def fields(self) -> _Fields:
        """Return the fields of a `Listing` that were gathered."""
        return {
            "births": tuple(self._births),
            "countries": tuple(self._countries),
            "addresses": tuple(self._addresses),
            "identifiers": tuple(self._identifiers),
            "wallets": tuple(self._wallets),
            "details": tuple(self._details),
            "gender": self._gender,
        }

    def feature(self, kind: str, text: str, code: str = "") -> None:
        """Take a feature by OFAC's word for it; `code` is its country's where that is known."""
        if kind.startswith(WALLET_PREFIX):
            self._wallet(kind.removeprefix(WALLET_PREFIX).strip(), text)
        elif not text:
            self._problem(f"'{kind}' is empty")
        elif role := COUNTRY_ROLES.get(kind):
            if text.lower() != UNDETERMINED:
                self._countries[Country(role, code or country_code(text), text)] = None
        elif kind == "Gender" and self._gender in ("", text.lower()):
            self._gender = text.lower()
        elif kind == "Place of Birth":
            self._addresses[birth_place(text)] = None
        elif kind in CODES:
            self.identifier(Identifier(kind, text))
        else:
            self.detail(kind, text)

    def _wallet(self, asset: str, address: str) -> None:
        if address:
            self._wallets.append(Wallet(asset, address))
        else:
            self._problem(f"digital currency address ({asset}) is empty")
        if " " in address:
            self._problem(f"digital currency address ({asset}) holds a space: {address}")

    def dated(self, kind: str, dates: Birth | None, text: str) -> None:
        """Take a feature that is a date, in whose place the list may have written `text`."""
        if kind == "Birthdate":
            self.birth(dates, text)
        elif dates is None:
            self.feature(kind, text)
        else:
            self.detail(kind, date_text(dates))

    def birth(self, dates: Birth | None, text: str = "") -> None:
        """Take a date of birth; one that is not read is a problem."""
        if dates is None:
            self._problem(f"date of birth is not read{': ' if text else ''}{text}")
        else:
            self._births[dates] = None

    def address(self, address: Address | None) -> None:
        """Take an address, if it says anything."""
        if address is not None:
            self._addresses[address] = None

    def country(self, country: Country) -> None:
        """Take a country in a role."""
        self._countries[country] = None

    def document(self, kind: str, number: str, code: str = "", *, valid: bool = True) -> Identifier:
        """Take a document; a false one is called so in its kind."""
        document = identifier_of(kind, number, code)
        if not valid:
            document = Identifier(f"{document.kind} (fraudulent)", document.number, code)
        self.identifier(document)
        return document

    def identifier(self, identifier: Identifier) -> None:
        """Take a number; an IMO number is checked by its last digit."""
        if flaw := imo_flaw(identifier):
            self._problem(flaw)
        self._identifiers[identifier] = None

    def note(self, kind: str, value: str, about: str, text: str) -> None:
        """Take what the list says about one fact: when a passport was issued, how sure it is."""
        if text:
            self.detail(f"{kind} {about}", f"{value}: {text}" if value else text)

    def detail(self, kind: str, text: str) -> None:
        """Take a plain fact, if it says anything."""
        if text:
            self._details[Detail(kind.lower().rstrip(": -"), text)] = None
