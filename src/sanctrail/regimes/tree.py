"""A programme across regimes: its parties, those linked to it and why, and their tree."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sanctrail.parties.joined import Parties
from sanctrail.regimes.members import ListedParty, Row, parties_of
from sanctrail.regimes.relations import KINDS, Relations, Tie, relations_of
from sanctrail.register.programmes import parties_under, texts_linking
from sanctrail.register.query import Key, Register


@dataclass(frozen=True, slots=True)
class Member:
    """A party of a programme, and why it is one.

    `under` are the codes of the topic by (list id, listing id), empty for a party that is only
    linked. `hops` counts the relations to the nearest party under the programme; it is 0 for one
    under it and for one that a list's own words tie to it.
    """

    party: ListedParty
    under: Mapping[Key, tuple[str, ...]]
    why: tuple[str, ...]
    hops: int = 0

    @property
    def standing(self) -> str:
        """`under` the programme on some list, or only `linked` to it."""
        return "under" if self.under else "linked"

    def document(self) -> dict[str, Any]:
        """Return the member as a JSON record."""
        party = self.party
        return {
            "party_id": party.party_id,
            "name": party.name,
            "kind": party.kind,
            "standing": self.standing,
            "why": list(self.why),
            "hops": self.hops,
            "since": party.since,
            "listings": [self._listing(row) for row in party.listings],
        }

    def _listing(self, row: Row) -> dict[str, Any]:
        return {**row, "under": list(self.under.get(_key(row), ()))}


@dataclass(frozen=True, slots=True)
class Programme:
    """The parties of a programme with the relations between them.

    `unresolved` are relations of theirs to somebody whom no list in force has for certain.
    """

    topic: str
    members: Mapping[str, Member]
    ties: tuple[Tie, ...]
    unresolved: tuple[Tie, ...]

    def of_kind(self, kind: str) -> "Programme":
        """Return the programme with the members of one kind and the relations that touch them."""
        kept = {key: one for key, one in self.members.items() if one.party.kind == kind}
        ties = tuple(tie for tie in self.ties if {tie.source, tie.target} & kept.keys())
        unresolved = tuple(tie for tie in self.unresolved if tie.source in kept)
        return Programme(self.topic, kept, ties, unresolved)


def programme_of(register: Register, parties: Parties, topic: str, hops: int = 1) -> Programme:
    """Return everyone under a topic or a programme code, and everyone linked to it.

    Linked is whom a list's own words tie to the topic, and whom at most `hops` relations join to
    a party under it. A party is under the topic if one of its listings is. Raises `InputError`
    where no list in force has such a programme.
    """
    under = _codes(parties_under(register, topic))
    rows = register.rows("listings")
    everyone = parties_of(rows, parties)
    relations = relations_of(register, parties, rows)
    texts = texts_linking(register, topic)
    members = {
        party_id: Member(party, codes, _why_under(party, codes, texts))
        for party_id, party in everyone.items()
        if (codes := {key: under[key] for row in party.listings if (key := _key(row)) in under})
    }
    reached = _reached(relations, everyone, members, hops)
    said = {parties.party_of(listing_id) for _, listing_id in texts} - members.keys()
    linked = {
        party_id: _linked(everyone[party_id], texts, reached.get(party_id))
        for party_id in said | reached.keys()
    }
    return _between(topic, members | linked, relations)


def _linked(
    party: ListedParty,
    texts: Mapping[Key, Sequence[str]],
    reached: tuple[int, list[str]] | None,
) -> Member:
    said = _said(party, texts)
    far, ties = reached or (0, [])
    return Member(party, {}, (*said, *ties), 0 if said else far)


def _between(topic: str, members: dict[str, Member], relations: Relations) -> Programme:
    ordered = dict(sorted(members.items(), key=_order))
    return Programme(
        topic,
        ordered,
        tuple(tie for tie in relations.ties if {tie.source, tie.target} <= members.keys()),
        tuple(tie for tie in relations.unresolved if tie.source in members),
    )


def _order(item: tuple[str, Member]) -> tuple[bool, int, str, str]:
    party_id, member = item
    return member.standing != "under", member.hops, member.party.name.casefold(), party_id


def _codes(rows: Iterable[Row]) -> dict[Key, tuple[str, ...]]:
    return {_key(row): tuple(row["under"]) for row in rows}


def _key(row: Row) -> Key:
    return row["list_id"], row["listing_id"]


def _why_under(
    party: ListedParty, codes: Mapping[Key, tuple[str, ...]], texts: Mapping[Key, Sequence[str]]
) -> tuple[str, ...]:
    """Say under which codes a party stands where, and how it is listed where it does not."""
    why = [f"{key[0]}: {', '.join(own)}" for key, own in codes.items()]
    others = tuple(row for row in party.listings if _key(row) not in codes)
    why += [f"{r['list_id']} lists it under {', '.join(r['programmes']) or '-'}" for r in others]
    return tuple(dict.fromkeys((*why, *_said(ListedParty(party.party_id, others), texts))))


def _said(party: ListedParty, texts: Mapping[Key, Sequence[str]]) -> tuple[str, ...]:
    """Return the lists' own words that tie a party to the topic, each with its list."""
    said = (
        f"{row['list_id']} says: {t}" for row in party.listings for t in texts.get(_key(row), ())
    )
    return tuple(dict.fromkeys(said))


def _reached(
    relations: Relations, everyone: Mapping[str, ListedParty], start: Collection[str], hops: int
) -> dict[str, tuple[int, list[str]]]:
    """Return who is within some relations of the start: how far, and by which relations."""
    found: dict[str, tuple[int, list[str]]] = {}
    frontier = list(start)
    for far in range(1, hops + 1):
        near: dict[str, list[str]] = defaultdict(list)
        for party_id in frontier:
            for tie in relations.touching.get(party_id, ()):
                other = tie.target if tie.source == party_id else tie.source
                if other not in start and other not in found:
                    near[other].append(_tie_in_words(tie, other, everyone))
        found |= {party_id: (far, why) for party_id, why in near.items()}
        frontier = list(near)
    return found


def _tie_in_words(tie: Tie, of: str, everyone: Mapping[str, ListedParty]) -> str:
    """Say a relation of one party: "acting for X (us-sdn)", or "X is acting for it (us-sdn)"."""
    former, lists = "formerly " if tie.former else "", ", ".join(tie.lists)
    if tie.source == of:
        return f"{former}{tie.kind} {everyone[tie.target].name} ({lists})"
    return f"{everyone[tie.source].name} is {former}{tie.kind} it ({lists})"


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of a tree, in reading order: how deep it hangs, and by what.

    `again` says that the party stands in full elsewhere, with what hangs below it.
    """

    depth: int
    party_id: str
    label: str
    again: bool


def tree_of(programme: Programme, members: Mapping[str, Member]) -> Iterator[Branch]:
    """Yield a programme as a tree: below an owner whom it owns, below a body who leads it.

    Parents are the targets of relations. Trees of several parties come first. Where the relations
    go round in a circle, the first of its parties by name begins it. `members` are those that
    have a name here: all of the whole programme, so that a part of one has its parents too.
    """
    below: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for tie in sorted(programme.ties, key=lambda tie: _tie_order(tie, members)):
        below[tie.target].append((tie.source, tie.said))
    children = {tie.source for tie in programme.ties}
    tied = {end for tie in programme.ties for end in (tie.source, tie.target)}
    shown = sorted(tied | programme.members.keys(), key=lambda one: _order((one, members[one])))
    roots = [one for one in shown if one in below and one not in children]
    yield from branches(
        [*roots, *(one for one in shown if one in below), *(o for o in shown if o not in tied)],
        below,
    )


def _tie_order(tie: Tie, members: Mapping[str, Member]) -> tuple[int, str, str]:
    kind = KINDS.index(tie.kind) if tie.kind in KINDS else len(KINDS)
    return kind, members[tie.source].party.name.casefold(), tie.source


def branches(
    roots: Iterable[str], below: Mapping[str, Sequence[tuple[str, str]]]
) -> Iterator[Branch]:
    """Yield trees line by line; who hangs in several places stands in full in the first.

    `below` has for each party (party, label) of those that hang below it. A root that hangs in
    an earlier tree begins none. No recursion: a chain may be as long as a list is.
    """
    full: set[str] = set()
    for root in roots:
        if root in full:
            continue
        waiting = [(0, root, "")]
        while waiting:
            depth, party_id, label = waiting.pop()
            again = party_id in full
            yield Branch(depth, party_id, label, again)
            if not again:
                full.add(party_id)
                hanging = reversed(below.get(party_id, ()))
                waiting.extend((depth + 1, child, said) for child, said in hanging)
