"""Rows of a user's table as queries: what is not understood is a problem, the rest is screened."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sanctrail.evidence.identifiers import SORTS, AskedIdentifier, comparable
from sanctrail.screening.hits import Query, says_something
from sanctrail.screening.problems import Problems
from sanctrail.screening.store import WALLET
from sanctrail.screening.tables import Cells, Column
from sanctrail.text.countries import country_code
from sanctrail.text.dates import parse_date

SORTS_ASKED = (*SORTS, WALLET)
"""Sorts of identifiers that a user can name."""

_SORTS = {**{sort: sort for sort in SORTS_ASKED}, "swift": "bic"}

_PLAIN = re.compile("[A-Za-z0-9]")
"""One of these says something, which is quicker seen than by folding the whole name."""

_GENDERS = {
    "male": ("m", "male", "man"),
    "female": ("f", "female", "woman", "w"),
    "": ("x", "u", "unknown", "other", "n/a", "-"),
}
_KINDS = {
    "person": ("person", "individual", "natural person", "human"),
    "entity": (
        *("entity", "company", "organisation", "organization", "corporation", "business", "firm"),
        *("legal entity", "legal person"),
    ),
    "vessel": ("vessel", "ship", "boat"),
    "aircraft": ("aircraft", "plane", "airplane", "aeroplane"),
}
_GENDER_OF = {word: gender for gender, words in _GENDERS.items() for word in words}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class IdentifierColumn:
    """A column of identifiers, and their sort where it is known."""

    column: str
    sort: str = ""


@dataclass(frozen=True, slots=True)
class QueryColumns:
    """Which columns of the user's file hold the name and what else is known.

    Without a column for the name it is `name`, which may be missing where there are identifiers.
    `sheet` names the sheet of a workbook; else it is the first.
    """

    name: str | None = None
    dob: str | None = None
    country: str | None = None
    gender: str | None = None
    kind: str | None = None
    identifiers: tuple[IdentifierColumn, ...] = ()
    sheet: str | None = None

    def wanted(self) -> list[Column]:
        """Return the columns to be read, in the order in which `query_reader` takes them."""
        optional = self.name is None and bool(self.identifiers)
        named = [Column(getattr(self, key), option) for key, option, *_ in self._fields()]
        numbers = [Column(one.column, "--id-column COLUMN[:SORT]") for one in self.identifiers]
        return [Column(self.name or "name", "--name-column", optional), *named, *numbers]

    def parsers(self) -> list[tuple[str, str, Callable[[str], Any]]]:
        """Return for each column behind the name what it is of a query, its word, its reader."""
        return [(field, what, parse) for _, _, field, what, parse in self._fields()]

    def _fields(self) -> list[tuple[str, str, str, str, Callable[[str], Any]]]:
        return [field for field in _FIELDS if getattr(self, field[0]) is not None]


@lru_cache(maxsize=1 << 16)
def _date(text: str) -> Any:
    return parse_date(text)


def _country(text: str) -> str | None:
    return country_code(text) or None


def read_gender(text: str) -> str | None:
    """Return male, female, or an empty text where it is said to be unknown; else None."""
    return _GENDER_OF.get(text.strip().lower())


def read_kind(text: str) -> str | None:
    """Return the kind of party that a word means (ship: vessel); None if it is no such word."""
    return _KIND_OF.get(text.strip().lower())


def read_sort(text: str) -> str | None:
    """Return the sort of identifier that a word means; None if it is no such word."""
    return _SORTS.get(text.strip().lower().replace("_", " ").replace("-", " "))


def part_sort(text: str) -> tuple[str, str]:
    """Part `NUMBER:SORT` or `COLUMN:SORT`; without a sort behind the last colon it is whole."""
    front, colon, word = text.rpartition(":")
    sort = read_sort(word) if colon else None
    return (front, sort) if sort else (text, "")


def identifies(number: str, sort: str) -> bool:
    """Tell whether a number says enough to be anybody's own."""
    if sort:
        return sort == WALLET or bool(comparable(number, sort))
    return bool(comparable(number) or comparable(number, "bic"))


_FIELDS: list[tuple[str, str, str, str, Callable[[str], Any]]] = [
    ("dob", "--dob-column", "born", "birth date", _date),
    ("country", "--country-column", "country", "country", _country),
    ("gender", "--gender-column", "gender", "gender", read_gender),
    ("kind", "--kind-column", "kind", "kind", read_kind),
]
"""Column, its option, the field of a query, what it is called, how it is read."""


def query_reader(columns: QueryColumns, problems: Problems) -> Callable[[int, Cells], Query | None]:
    """Return what reads a data row as a query; None for a row that names nobody."""
    parsers = [(place, *parser) for place, parser in enumerate(columns.parsers(), 1)]
    sorts = [one.sort for one in columns.identifiers]
    first_number = 1 + len(parsers)

    def read(number: int, cells: Cells) -> Query | None:
        known: dict[str, Any] = {}
        for place, field, what, parse in parsers:
            said = cells[place].strip()
            if not said:
                continue
            if value := parse(said):
                known[field] = value
            elif value is None:
                told = f"{what} '{said}' is not understood and was left out"
                problems.note(f"data row {number}", told)
        if sorts:
            known["identifiers"] = _identifiers(number, cells[first_number:], sorts, problems)
        name = cells[0].strip()
        if _PLAIN.search(name) or says_something(name):
            return Query(name, **known)
        return _nameless(number, name, known, problems)

    return read


def _identifiers(
    row: int, cells: Sequence[str], sorts: Sequence[str], problems: Problems
) -> tuple[AskedIdentifier, ...]:
    found = []
    for text, sort in zip(cells, sorts, strict=True):
        number = text.strip()
        if number and identifies(number, sort):
            found.append(AskedIdentifier(number, sort))
        elif number:
            what = f"{sort or 'identifier'} '{number}' says too little and was left out"
            problems.note(f"data row {row}", what)
    return tuple(found)


def _nameless(row: int, name: str, known: dict[str, Any], problems: Problems) -> Query | None:
    numbered = bool(known.get("identifiers"))
    what = f"name '{name}' has no letter or digit" if name else "has no name"
    then = "only its identifiers were screened" if numbered else "nothing was screened"
    if name or not numbered:
        problems.note(f"data row {row}", f"{what}; {then}")
    return Query("", **known) if numbered else None
