"""Relations as FollowTheMoney links, whose ends must be of the schemata that the model asks for.

A tie that fits no schema, or is a former one of a schema without a status, is an `UnknownLink`
that says our kind of relation in its `description`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sanctrail.lists.ftm.ftm_said import FORMER
from sanctrail.lists.ftm.ftm_terms import LINKS
from sanctrail.lists.ftm.ftm_values import NAME, STRING, TEXT, Dataset, Values, party_id
from sanctrail.lists.records import Listing, Relation

_ASSETS = frozenset({"Company", "Vessel", "Airplane", "Asset"})
_ORGANISATIONS = frozenset({"Organization", "Company"})
_LEGAL = _ORGANISATIONS | {"Person", "LegalEntity"}
_PEOPLE = frozenset({"Person"})

_SCHEMATA = {
    "owner of": ("Ownership", _LEGAL, _ASSETS),
    "owned by": ("Ownership", _LEGAL, _ASSETS),
    "leader of": ("Directorship", _LEGAL, _ORGANISATIONS),
    "member of": ("Membership", _LEGAL, _ORGANISATIONS),
    "family of": ("Family", _PEOPLE, _PEOPLE),
    "associate of": ("Associate", _PEOPLE, _PEOPLE),
    "acting for": ("Representation", _LEGAL, _LEGAL),
}
"""For each kind of tie the schema that says it, and what may stand at its source and target."""

_UNLISTED = {
    "owner of": "Asset",
    "leader of": "Organization",
    "member of": "Organization",
    "family of": "Person",
    "associate of": "Person",
}
"""What a party is that only a tie names, where the tie tells; else a `LegalEntity`."""


class Ties:
    """The ties among the parties of one list."""

    def __init__(self, listings: Sequence[Listing], dataset: Dataset) -> None:
        self._dataset = dataset
        self._listings = {one.listing_id: one for one in listings}
        self._by_reference: dict[str, str] = {}
        for one in listings:
            clash = one.reference in self._by_reference
            self._by_reference[one.reference] = "" if clash else one.listing_id
        self._owned = self._owned_parties()
        self._written: set[str] = set()

    def schema_of(self, listing: Listing) -> str:
        """Return the schema of a party; an entity that somebody owns must be a `Company`."""
        if listing.kind == "entity":
            return "Company" if listing.listing_id in self._owned else "Organization"
        return {"person": "Person", "vessel": "Vessel", "aircraft": "Airplane"}[listing.kind]

    def other(self, relation: Relation) -> str:
        """Return the listing id of the other end, which a list may name by its reference only."""
        by_reference = "" if relation.name else self._by_reference.get(relation.as_written, "")
        return relation.other or by_reference

    def written(self, listing: Listing, relation: Relation) -> Iterator[dict[str, Any]]:
        """Yield the link, and before it the party at its end if no listing is one."""
        here = party_id(listing.listing_id)
        other = self.other(relation)
        if other:
            there = party_id(other)
            known = self._listings.get(other)
            schema = self.schema_of(known) if known else ""
        else:
            schema = _UNLISTED.get(relation.kind, "LegalEntity")
            there = self._dataset.id_of(schema, relation.name)
            values = Values()
            values.add("name", relation.name[:NAME], NAME)
            yield from self._once(there, schema, relation.name, values)
        ends = (self.schema_of(listing), schema)
        yield from self._link(relation, here, there, ends)

    def _link(
        self, relation: Relation, here: str, there: str, ends: tuple[str, str]
    ) -> Iterator[dict[str, Any]]:
        values = Values()
        if relation.kind == "owned by":
            here, there, ends = there, here, (ends[1], ends[0])
        schema, sources, targets = _SCHEMATA.get(relation.kind, ("UnknownLink", _LEGAL, _LEGAL))
        fits = ends[0] in sources and ends[1] in targets
        if not fits or (relation.former and schema in ("Family", "Associate")):
            schema = "UnknownLink"
            if relation.kind == "owned by":
                here, there = there, here
        if schema == "UnknownLink" and relation.kind != "linked to":
            values.add("description", relation.kind)
        model = LINKS[schema]
        values.add(model.source, here)
        values.add(model.target, there)
        if not values.add(model.wording, relation.as_written):
            values.add("summary", relation.as_written, TEXT)
        if relation.former:
            values.add("status", FORMER)
        if relation.other and relation.other not in self._listings:
            values.add("namesMentioned", relation.name, NAME)
        link = self._dataset.id_of(schema, *values.facts())
        yield from self._once(link, schema, relation.as_written[:STRING], values)

    def _once(
        self, name: str, schema: str, caption: str, values: Values
    ) -> Iterator[dict[str, Any]]:
        if name not in self._written:
            self._written.add(name)
            yield self._dataset.entity(name, schema, caption, values)

    def _owned_parties(self) -> set[str]:
        owned = set()
        for listing in self._listings.values():
            for relation in listing.relations:
                if relation.kind == "owned by":
                    owned.add(listing.listing_id)
                elif relation.kind == "owner of":
                    owned.add(self.other(relation))
        return owned
