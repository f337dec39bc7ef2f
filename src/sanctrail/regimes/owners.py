"""Owners and what they own, as the lists claim it and as the user's table of shares says."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sanctrail.parties.joined import Parties
from sanctrail.regimes.members import ListedParty, Row, parties_of
from sanctrail.regimes.ownership import Finding, Rule, findings, rules_on
from sanctrail.regimes.relations import Relations, Tie, names_of, relations_of
from sanctrail.regimes.shares import (
    Bearers,
    Holding,
    Shares,
    node_of_name,
    percent_text,
    read_shares,
)
from sanctrail.register.facts import same_text
from sanctrail.register.query import Register


@dataclass(frozen=True, slots=True)
class Edge:
    """One claim that somebody owns somebody: by lists (`tie`) or by the table (`holding`)."""

    owner: str
    owned: str
    tie: Tie | None = None
    holding: Holding | None = None

    @property
    def basis(self) -> str:
        """Who claims it, and the share or that none is given."""
        if self.holding is not None:
            source = f", {self.holding.source}" if self.holding.source else ""
            return f"{percent_text(self.holding.percent)} %, table line {self.holding.line}{source}"
        if self.tie is None:
            return ""
        words = ", ".join(sorted({claim.as_written for claim in self.tie.claims}))
        former = "formerly, " if self.tie.former else ""
        return f"{former}share not given, {', '.join(self.tie.lists)}: {words}"

    def document(self) -> dict[str, Any]:
        """Return who claims it as a JSON record; a percentage is an exact decimal in a text."""
        holding, tie = self.holding, self.tie
        return {
            "percent": percent_text(holding.percent) if holding else None,
            "lists": list(tie.lists) if tie else [],
            "as_written": sorted({claim.as_written for claim in tie.claims}) if tie else [],
            "former": bool(tie and tie.former),
            "source": holding.source if holding else "",
            "date": holding.date if holding else "",
            "line": holding.line if holding else None,
        }


@dataclass(frozen=True)
class Ownership:
    """Every claim of ownership, and what the rules make of the shares.

    A node is the id of a party in force, or of somebody unlisted (`shares.node_of_name`).
    """

    listed: Mapping[str, ListedParty]
    names: Mapping[str, str]
    edges: tuple[Edge, ...]
    rules: tuple[Rule, ...]
    shares: Shares
    blocked: Mapping[str, Collection[str]]
    """For each regime of a rule the parties that its lists freeze."""
    may_be: Mapping[str, Sequence[str]]
    """For a name that several parties bear these parties."""

    @cached_property
    def owners_of(self) -> Mapping[str, Sequence[Edge]]:
        """For each that is owned the claims, by the owner's name."""
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in sorted(self.edges, key=lambda one: self.order(one.owner)):
            found[edge.owned].append(edge)
        return found

    @cached_property
    def owned_by(self) -> Mapping[str, Sequence[Edge]]:
        """For each owner the claims, by the name of what is owned."""
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in sorted(self.edges, key=lambda one: self.order(one.owned)):
            found[edge.owner].append(edge)
        return found

    @cached_property
    def findings(self) -> Mapping[str, Sequence[Finding]]:
        """For each entity what the rules make of the shares in it, in the rules' order."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for rule in self.rules:
            of_rule = findings(rule, self.shares.holdings, self.blocked[rule.regime])
            for entity, finding in of_rule.items():
                found[entity].append(finding)
        return found

    def order(self, node: str) -> tuple[str, str]:
        """Return what nodes are sorted by: the name, then the id."""
        return self.names[node].casefold(), node

    def below(self, nodes: Iterable[str]) -> list[str]:
        """Return all that these own, directly or through others, by name."""
        return self._reached(nodes, self.owned_by)

    def above(self, nodes: Iterable[str]) -> list[str]:
        """Return all that own these, directly or through others, by name."""
        return self._reached(nodes, self.owners_of)

    def _reached(self, nodes: Iterable[str], edges: Mapping[str, Sequence[Edge]]) -> list[str]:
        found: set[str] = set()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            ends = {one.owner if one.owned == node else one.owned for one in edges.get(node, ())}
            waiting.extend(ends - found)
            found |= ends
        return sorted(found, key=self.order)

    def standing(self, node: str) -> str:
        """Return where a party is listed itself, that it is not, or that several bear its name."""
        if node in self.may_be:
            return f"open: one of {', '.join(self.may_be[node])}"
        party = self.listed.get(node)
        return f"listed: {', '.join(party.lists)}" if party else "not listed"

    def document(self, node: str) -> dict[str, Any]:
        """Return a node as a JSON record: who it is, who owns it, and what the rules say."""
        party = self.listed.get(node)
        return {
            **self._who(node),
            "listings": [
                {"list_id": row["list_id"], "listing_id": row["listing_id"]}
                for row in (party.listings if party else ())
            ],
            "owners": [
                {**self._who(edge.owner), **edge.document()}
                for edge in self.owners_of.get(node, ())
            ],
            "rules": [one.document(self.names) for one in self.findings.get(node, ())],
        }

    def _who(self, node: str) -> dict[str, Any]:
        party_id = node if node in self.listed else None
        return {"party_id": party_id, "name": self.names[node], "standing": self.standing(node)}


def ownership_of(register: Register, parties: Parties, table: Path | None = None) -> Ownership:
    """Return who owns whom on the register's day, with the user's table of shares if one is given.

    Raises `InputError` where the table is none.
    """
    rows = register.rows("listings")
    listed = parties_of(rows, parties)
    relations = relations_of(register, parties, rows)
    shares = Shares("")
    if table is not None:
        bearers = Bearers(parties, listed.keys(), names_of(register, parties))
        shares = read_shares(table, bearers, register.as_of)
    claimed = list(_claimed(relations))
    edges = [Edge(tie.source, owned, tie) for tie, owned in claimed]
    edges += [Edge(one.owner, one.owned, holding=one) for one in shares.holdings]
    names = {node_of_name(tie.name): tie.name for tie, _ in claimed if tie.name}
    names |= shares.names | {party_id: party.name for party_id, party in listed.items()}
    rules = rules_on(register.as_of)
    blocked = _blocked(register, rules, listed)
    may_be = {node_of_name(tie.name): tie.may_be for tie, _ in claimed if tie.may_be}
    return Ownership(listed, names, tuple(edges), rules, shares, blocked, may_be)


def _claimed(relations: Relations) -> Iterable[tuple[Tie, str]]:
    """Yield the claims of ownership, each read from the owner, with the node that is owned."""
    for tie in relations.ties:
        if tie.kind == "owned by":
            yield Tie(tie.target, "owner of", tie.source, "", tie.claims), tie.source
    for tie in relations.unresolved:
        if tie.kind == "owner of":
            yield tie, node_of_name(tie.name)
        elif tie.kind == "owned by":
            owner = node_of_name(tie.name)
            yield Tie(owner, "owner of", tie.source, tie.name, tie.claims, tie.may_be), tie.source


def _blocked(
    register: Register, rules: Iterable[Rule], listed: Mapping[str, ListedParty]
) -> dict[str, set[str]]:
    """Return whom each rule's lists freeze: a list that says no measures freezes all it has."""
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in register.rows("measures"):
        kinds[row["list_id"], row["listing_id"]].add(row["kind"])

    def is_frozen(row: Row) -> bool:
        said = kinds.get((row["list_id"], row["listing_id"]))
        return said is None or "asset freeze" in said

    return {
        rule.regime: {
            party_id
            for party_id, party in listed.items()
            if any(row["list_id"] in rule.lists and is_frozen(row) for row in party.listings)
        }
        for rule in rules
    }


def owned_parties(ownership: Ownership, owners: Collection[str] | None = None) -> list[str]:
    """Return what listed parties own, or only these of them, directly or through others."""
    return ownership.below(ownership.listed.keys() if owners is None else owners)


def nodes_named(ownership: Ownership, text: str) -> list[str]:
    """Return the unlisted nodes of a name as the table or a list writes it."""
    key = same_text(text)
    nodes = {end for edge in ownership.edges for end in (edge.owner, edge.owned)}
    return sorted(
        node
        for node in nodes
        if node not in ownership.listed and same_text(ownership.names[node]) == key
    )
