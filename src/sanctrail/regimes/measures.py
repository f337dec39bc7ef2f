"""What a listing obliges others to, regime by regime: as the list states it, or as the law implies.

Many lists do not print their measures. What follows from the listing alone stands with its legal
source in `data/measures.toml`; what neither the list nor the table says is not guessed.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from sanctrail.lists.forms import FORMS
from sanctrail.lists.records import MEASURES
from sanctrail.parties import Parties
from sanctrail.regimes.sides import Row
from sanctrail.register.party import find_parties
from sanctrail.register.query import Key, Register
from sanctrail.register.views import ListView

Basis = Literal["stated", "implied", "not said"]
"""Stated: in the list's own words. Implied: by the legal source in `text`. Not said: by neither."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one regime says of one measure: its words, its legal source, or why nothing is said."""

    measure: str
    regime: str
    basis: Basis
    text: str
    listings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Obliged:
    """One party's measures side by side: a cell for each of `measures` in each of `regimes`.

    `measures` are those that at least one regime states or implies, in the order of the
    vocabulary; where none does, the first of it.
    """

    party_id: str
    name: str
    kind: str
    listings: tuple[str, ...]
    list_ids: tuple[str, ...]
    regimes: tuple[str, ...]
    measures: tuple[str, ...]
    cells: tuple[Cell, ...]

    def cell(self, measure: str, regime: str) -> Cell:
        """Return one cell."""
        found = (c for c in self.cells if (c.measure, c.regime) == (measure, regime))
        return next(found)


def measures_of(register: Register, parties: Parties, text: str) -> list[Obliged]:
    """Return the measures of every party that a text names (as `find_parties`); none for nobody."""
    named = dict.fromkeys(parties.party_of(one) for _, one in find_parties(register, text))
    return [_obliged(register, party, parties.members(party)) for party in named]


def _obliged(register: Register, party: str, members: Iterable[str]) -> Obliged:
    listings = register.listings(set(members))
    stated = _stated(register, listings)
    views = {view.list_id: view for view in register.views}
    said = [
        cell
        for key, row in listings.items()
        for cell in (*stated.get(key, ()), *_unsaid(views[key[0]], row, stated.get(key, ())))
    ]
    regimes = tuple(sorted({row["regime"] for row in listings.values()}))
    measures = tuple(kind for kind in MEASURES if any(c.measure == kind for c in said))
    measures = measures or MEASURES[:1]
    first = next(iter(listings.values()))
    own: dict[str, list[Row]] = {regime: [] for regime in regimes}
    for row in listings.values():
        own[row["regime"]].append(row)
    return Obliged(
        party_id=party,
        name=first["primary_name"],
        kind=first["kind"],
        listings=tuple(dict.fromkeys(listing_id for _, listing_id in listings)),
        list_ids=tuple(dict.fromkeys(list_id for list_id, _ in listings)),
        regimes=regimes,
        measures=measures,
        cells=tuple(_merged(m, own[regime], said) for m in measures for regime in regimes),
    )


def _merged(measure: str, own: Sequence[Row], said: Iterable[Cell]) -> Cell:
    """Return one cell of all listings of a regime; what is stated goes before what is implied."""
    regime = own[0]["regime"]
    by_regime = [cell for cell in said if cell.regime == regime]
    ours = [cell for cell in by_regime if cell.measure == measure]
    ours = [cell for cell in ours if cell.basis == "stated"] or ours
    if not ours:
        ids = tuple(dict.fromkeys(row["listing_id"] for row in own))
        return Cell(measure, regime, "not said", _silence(measure, own, not by_regime), ids)
    return Cell(
        measure,
        regime,
        ours[0].basis,
        "; ".join(dict.fromkeys(cell.text for cell in ours)),
        tuple(dict.fromkeys(one for cell in ours for one in cell.listings)),
    )


def _silence(measure: str, own: Iterable[Row], says_nothing: bool) -> str:
    """Return why the lists do not say a measure; a reason for all of them only if none is said."""
    lists = dict.fromkeys(row["list_id"] for row in own)
    return "; ".join(
        entry["why"]
        for entry in _table()["silent"]
        if entry["list"] in lists
        and entry.get("measure", measure if says_nothing else "") == measure
    )


def _stated(register: Register, listings: Mapping[Key, Row]) -> dict[Key, list[Cell]]:
    """Return what the lists say themselves: as a measure, or in the brackets of a remark."""
    found: dict[Key, list[Cell]] = {}
    ids = {listing_id for _, listing_id in listings}
    for row in register.rows("measures", ids) if ids else ():
        key = row["list_id"], row["listing_id"]
        cell = _cell(row["kind"], listings[key], "stated", row["as_written"])
        found.setdefault(key, []).append(cell)
    for key, listing in listings.items():
        for entry in _table()["remarked"]:
            words = re.search(entry["pattern"], listing["remarks"])
            if entry["list"] == key[0] and words:
                cell = _cell(entry["measure"], listing, "stated", words[0])
                found.setdefault(key, []).append(cell)
    return found


def _unsaid(view: ListView, row: Row, stated: Iterable[Cell]) -> list[Cell]:
    """Return what the law adds where the list's form cannot say it; the closest source only."""
    if "measure" in FORMS[view.sources["measure"]["format"]].carries:
        return []
    found = {cell.measure: cell for cell in stated}
    implied: list[Cell] = []
    for entry in _table()["implied"]:  # a programme's own source stands before the list's
        if entry["measure"] not in found and _applies(entry, row):
            cell = _cell(entry["measure"], row, "implied", entry["source"])
            found[cell.measure] = cell
            implied.append(cell)
    return implied


def _applies(entry: Mapping[str, Any], row: Row) -> bool:
    return (
        entry["list"] == row["list_id"]
        and row["kind"] in entry.get("kinds", (row["kind"],))
        and entry.get("from", "") <= row["list_date"] < entry.get("before", "9999")
        and any(
            fnmatchcase(code.lower(), pattern.lower())
            for code in row["programmes"] or [""]
            for pattern in entry.get("programmes", ["*"])
        )
    )


def _cell(measure: str, row: Row, basis: Basis, text: str) -> Cell:
    return Cell(measure, row["regime"], basis, text, (row["listing_id"],))


@cache
def _table() -> Mapping[str, list[dict[str, Any]]]:
    source = files("sanctrail") / "data" / "measures.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
