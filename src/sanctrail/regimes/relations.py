"""Typed relations between parties: what the lists claim, resolved, each with who claims it."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sanctrail.lists.records import RELATIONS
from sanctrail.parties.joined import Parties
from sanctrail.regimes.members import Row
from sanctrail.register.facts import same_text
from sanctrail.register.query import Register

_REVERSED = {"owner of": "owned by"}
"""Kinds that say of the other what another kind says of oneself."""

_MUTUAL = frozenset({"family of", "associate of", "linked to"})
"""Kinds that hold in both directions: either claim is a claim of both."""

_UN_REFERENCE = re.compile(r"\b[A-Z]{2}[ei]\.\d{3}\b", re.IGNORECASE)

KINDS = tuple(kind for kind in RELATIONS if kind not in _REVERSED)
"""Every kind that a relation here may have, ownership first."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One list's claim of a relation: which listing states it, in which words."""

    list_id: str
    listing_id: str
    as_written: str
    former: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """One relation, read from a party to another: `source` is "owned by" `target`.

    Both are party ids. `target` is empty where no party in force is meant for certain; then
    `name` is the reference or name that the list writes, and `may_be` are the parties that bear
    the name, where several do.
    """

    source: str
    kind: str
    target: str
    name: str
    claims: tuple[Claim, ...]
    may_be: tuple[str, ...] = ()

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that claim it."""
        return tuple(sorted({claim.list_id for claim in self.claims}))

    @property
    def former(self) -> bool:
        """Whether every list that claims it says that it is over."""
        return all(claim.former for claim in self.claims)

    @property
    def said(self) -> str:
        """The relation in words, with who claims it: "owned by (us-sdn)"."""
        return f"{'formerly ' if self.former else ''}{self.kind} ({', '.join(self.lists)})"

    def document(self) -> dict[str, Any]:
        """Return the relation as a JSON record."""
        return {
            "from": self.source,
            "kind": self.kind,
            "to": self.target or None,
            "name": self.name,
            "may_be": list(self.may_be),
            "lists": list(self.lists),
            "as_written": sorted({claim.as_written for claim in self.claims}),
            "former": self.former,
            "claims": [
                {"list_id": claim.list_id, "listing_id": claim.listing_id} for claim in self.claims
            ],
        }


@dataclass(frozen=True)
class Relations:
    """All relations that the lists in force claim: between parties, and those left open."""

    ties: tuple[Tie, ...]
    unresolved: tuple[Tie, ...]

    @cached_property
    def touching(self) -> Mapping[str, tuple[Tie, ...]]:
        """For each party the resolved relations that begin or end with it."""
        found: dict[str, list[Tie]] = defaultdict(list)
        for tie in self.ties:
            found[tie.source].append(tie)
            found[tie.target].append(tie)
        return {party_id: tuple(ties) for party_id, ties in found.items()}


@dataclass
class Names:
    """Who bears a name exactly as a list prints it, case, spacing and a last stop apart."""

    _borne: dict[tuple[str, str], list[tuple[str, str, bool]]] = field(default_factory=dict)

    def add(self, row: Row, party_id: str) -> None:
        """Take in one row of the table of names."""
        regime = row["listing_id"].partition(":")[0]
        bearer = row["list_id"], party_id, row["kind"] == "primary"
        for scope in (regime, ""):
            self._borne.setdefault((scope, _key(row["name"])), []).append(bearer)

    def bearers(self, name: str, regime: str = "", list_id: str = "") -> set[str]:
        """Return the parties that bear a name: on one list, else on its regime's lists.

        Without a regime on any list. Where some bear it as their primary name, only those.
        """
        borne = self._borne.get((regime, _key(name)), ())
        for here in (True, False):
            for primary in (True, False):
                found = {
                    party_id
                    for where, party_id, is_primary in borne
                    if (where == list_id or not here) and (is_primary or not primary)
                }
                if found:
                    return found
        return set()


def names_of(register: Register, parties: Parties, regimes: Collection[str] = ()) -> Names:
    """Return who bears which name, on the lists of some regimes, or on all."""
    names = Names()
    for row in register.rows("names"):
        if not regimes or row["listing_id"].partition(":")[0] in regimes:
            names.add(row, parties.party_of(row["listing_id"]))
    return names


def relations_of(register: Register, parties: Parties, listings: Iterable[Row]) -> Relations:
    """Return the relations that the lists in force claim; `listings` are the rows in force.

    A relation that several lists claim is one, and those of a party to itself are none. Open
    stay a number or a reference that no list in force has, and a name that none or several
    parties bear.
    """
    rows = register.rows("relations")
    resolve = _Resolver(register, parties, rows, listings)
    claimed: dict[tuple[str, str, str, str], dict[Claim, None]] = {}
    may_be: dict[tuple[str, str, str, str], tuple[str, ...]] = {}
    for row in rows:
        source = parties.party_of(row["listing_id"])
        target, name, several = resolve(row)
        if target == source:
            continue
        claim = Claim(row["list_id"], row["listing_id"], row["as_written"], row["former"])
        key = _directed(source, row["kind"], target, name, claimed)
        claimed.setdefault(key, {})[claim] = None
        may_be[key] = several
    ties = [Tie(*key, tuple(claims), may_be[key]) for key, claims in claimed.items()]
    return Relations(
        tuple(tie for tie in ties if tie.target), tuple(tie for tie in ties if not tie.target)
    )


def _directed(
    source: str, kind: str, target: str, name: str, claimed: Collection[tuple[str, str, str, str]]
) -> tuple[str, str, str, str]:
    """Return a relation's key: read the way of its kind, and a mutual one as first claimed."""
    if target and kind in _REVERSED:
        return target, _REVERSED[kind], source, ""
    turned = target, kind, source, ""
    if target and kind in _MUTUAL and turned in claimed:
        return turned
    return source, kind, target, "" if target else name


class _Resolver:
    """Finds the party that a row of relations means by a number, a reference or a name."""

    def __init__(
        self, register: Register, parties: Parties, rows: Iterable[Row], listings: Iterable[Row]
    ) -> None:
        self._parties = parties
        self._in_force: set[str] = set()
        self._references: dict[str, str] = {}
        for row in listings:
            self._in_force.add(parties.party_of(row["listing_id"]))
            if row["regime"] == "un":
                party_id = parties.party_of(row["listing_id"])
                self._references.setdefault(row["reference"].casefold(), party_id)
        unnumbered = (row for row in rows if row["name"] and not row["other"])
        named = {row["listing_id"].partition(":")[0] for row in unnumbered}
        self._names = names_of(register, parties, named) if named else Names()

    def __call__(self, row: Row) -> tuple[str, str, tuple[str, ...]]:
        """Return the party's id, what the list calls it, and who it may be where it stays open."""
        if row["other"]:
            target = self._parties.party_of(row["other"])
            return target if target in self._in_force else "", row["name"] or row["other"], ()
        references = _UN_REFERENCE.findall(row["as_written"]) if _is_un(row) else []
        for reference in references:
            if target := self._references.get(reference.casefold(), ""):
                return target, row["name"] or reference, ()
        if not row["name"]:
            return "", row["as_written"], ()
        return self._by_name(row)

    def _by_name(self, row: Row) -> tuple[str, str, tuple[str, ...]]:
        regime = row["listing_id"].partition(":")[0]
        found = self._names.bearers(row["name"], regime, row["list_id"])
        others = found - {self._parties.party_of(row["listing_id"])}
        several = tuple(sorted(others or found))
        return (several[0], row["name"], ()) if len(several) == 1 else ("", row["name"], several)


def _is_un(row: Row) -> bool:
    return str(row["listing_id"]).startswith("un:")


def _key(name: str) -> str:
    """Return what two writings of a name have in common; OFAC's remarks lose the stop of S.A."""
    return same_text(name.rstrip(". "))
