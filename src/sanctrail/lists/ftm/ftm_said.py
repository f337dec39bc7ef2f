"""What FollowTheMoney's Sanction and link entities say of a party."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sanctrail.lists.ftm.ftm_entity import Entity
from sanctrail.lists.ftm.ftm_terms import BACK, LINKS, REFERENCES, measure_kind, words_of
from sanctrail.lists.records import MEASURES, RELATIONS, Detail, Measure, Relation
from sanctrail.text.dates import parse_date

T = TypeVar("T")

SANCTIONED = "sanction"
"""The topic that marks a target of sanctions."""

AT_THE_LATEST = "at the latest"
FORMER = "former"
_OF_SANCTION = frozenset(
    {
        "entity",
        "programId",
        "provisions",
        "listingDate",
        "startDate",
        "date",
        "authorityId",
        "unscId",
    }
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a party's entry looks up: names of all parties, which are listed, addresses."""

    names: Mapping[str, str]
    listed: Collection[str]
    address: Callable[[str], Entity | None]
    list_date: str


@dataclass(slots=True)
class Notes:
    """What is kept beside the facts that have a place: details, and what was not understood."""

    details: dict[Detail, None] = field(default_factory=dict)
    flaws: list[str] = field(default_factory=list)

    def detail(self, kind: str, text: str) -> None:
        """Keep a plain fact."""
        self.details[Detail(kind, text)] = None

    def rest(self, entity: Entity, used: Collection[str], kind: str = "", about: str = "") -> None:
        """Keep each value of the properties that are not `used` under its property's name."""
        for name, values in entity.values.items():
            if name not in used:
                for value in values:
                    self.detail(f"{kind} {words_of(name)}".strip(), about + value)


@dataclass(frozen=True, slots=True)
class Designation:
    """What the Sanction entities of a party say together; `ended` is the day they were lifted."""

    references: tuple[str, ...]
    programmes: tuple[str, ...]
    measures: tuple[Measure, ...]
    listed_on: str
    listed_basis: str
    ended: str


def designation_of(
    party: Entity, sanctions: Sequence[Entity], list_date: str, notes: Notes
) -> Designation:
    """Put the sanctions of a party together.

    One that ended before the list's day is a detail while another is in force. A party is
    delisted where all have ended and the file no longer gives it the topic of a target.
    """
    ends = {one.id: end for one in sanctions if (end := _end(one, list_date))}
    lifted = len(ends) == len(sanctions) > 0 and SANCTIONED not in party.of("topics")
    in_force = [one for one in sanctions if one.id not in ends] or sanctions
    for one in sanctions:
        if one in in_force:
            notes.rest(one, _used(one), "sanction")
        else:
            said = (f"{words_of(n)} {', '.join(v)}" for n, v in one.values.items() if n != "entity")
            notes.detail("ended sanction", "; ".join(said))
    listed_on, basis = _listed_on(in_force, notes)
    return Designation(
        references=_each(one.of("authorityId", "unscId") for one in in_force),
        programmes=_programmes(party, in_force, notes),
        measures=_each([_measure(text) for text in one.of("provisions")] for one in in_force),
        listed_on=listed_on,
        listed_basis=basis,
        ended=max(ends.values()) if lifted else "",
    )


def _programmes(party: Entity, sanctions: Sequence[Entity], notes: Notes) -> tuple[str, ...]:
    """Return the programmes by id where there is one, else by name; never one twice over."""
    of_sanctions = [one.of("programId") or one.of("program") for one in sanctions]
    programmes = _each([*of_sanctions, party.of("programId")])
    for text in party.of("program") if programmes else ():
        notes.detail("program", text)
    return programmes or party.of("program")


def _listed_on(sanctions: Sequence[Entity], notes: Notes) -> tuple[str, str]:
    """Return the first day of listing, and on what it rests where it is only the latest possible.

    Each further day stays a detail.
    """
    dates = ["listingDate" if one.of("listingDate") else "startDate" for one in sanctions]
    days = [d for one, date in zip(sanctions, dates, strict=True) for d in _days(one, date, notes)]
    latest = [day for one in sanctions for day in _days(one, "date", notes)]
    for day in sorted(set(days))[1:]:
        notes.detail("later listing date", day)
    for day in latest if days else sorted(set(latest))[1:]:
        notes.detail("sanction date", day)
    basis = AT_THE_LATEST if latest and not days else ""
    return min(days or latest, default=""), basis


def _used(sanction: Entity) -> frozenset[str]:
    """Return the properties that have a place, or stand in for one that is absent."""
    used = _OF_SANCTION if sanction.of("programId") else _OF_SANCTION | {"program"}
    return used - {"startDate"} if sanction.of("listingDate") else used


def _end(sanction: Entity, list_date: str) -> str:
    """Return the last day of a sanction that ended before the list's own; else nothing."""
    days = [parse_date(text[:10]) for text in sanction.of("endDate")]
    last = max((day.latest for day in days if day), default="")
    return last if last and last < list_date else ""


def _days(sanction: Entity, name: str, notes: Notes) -> Iterator[str]:
    """Yield the values of a property that are days; any other stays a detail."""
    for text in sanction.of(name):
        day = parse_date(text[:10])
        if day is not None and day.precision == "day":
            yield day.earliest
        else:
            notes.detail(f"sanction {words_of(name)}", text)
        if day is None:
            notes.flaws.append(f"sanction {words_of(name)} '{text}' is not a date")


def _measure(text: str) -> Measure:
    """Read a provision, in front of which our own files write the kind where words do not tell."""
    kind, colon, words = text.partition(": ")
    if colon and kind in MEASURES:
        return Measure(kind, words)
    return Measure(text if text in MEASURES else measure_kind(text), text)


def relations_of(
    party: Entity, links: Sequence[Entity], known: Surroundings, notes: Notes
) -> tuple[Relation, ...]:
    """Return the party's ties, those that links make and those that it names itself."""
    found: dict[Relation, None] = {}
    for link in links:
        found.update(dict.fromkeys(_ties(party, link, known, notes)))
    for name, kind in REFERENCES.items():
        for other in party.of(name):
            wording = words_of(name)
            found[Relation(kind, *_other(other, wording, known, notes), wording)] = None
    return tuple(found)


def _ties(party: Entity, link: Entity, known: Surroundings, notes: Notes) -> Iterator[Relation]:
    """Yield what a link says of the party at either end."""
    model = LINKS[link.schema]
    said = link.first("description")
    own = link.schema == "UnknownLink" and said in RELATIONS
    kind, back = (said, BACK.get(said, "linked to")) if own else (model.kind, model.back)
    wording = "; ".join(link.of(model.wording)) or words_of(link.schema)
    ended = _end(link, known.list_date)
    former = bool(ended) or FORMER in (text.lower() for text in link.of("status"))
    mentioned = "; ".join(link.of("namesMentioned"))
    used = {model.source, model.target, model.wording, "namesMentioned"}
    used |= {"description"} if own else set()
    used |= {"status"} if link.of("status") == (FORMER,) else set()
    for here, there, tie in (
        (model.source, model.target, kind),
        (model.target, model.source, back),
    ):
        if party.id in link.of(here):
            for other in link.of(there):
                listing_id, name = _other(other, wording, known, notes)
                name = name or mentioned
                notes.rest(link, used, "relation", f"{wording} {name}: ")
                yield Relation(tie, listing_id, name, wording, former)


def _other(other: str, wording: str, known: Surroundings, notes: Notes) -> tuple[str, str]:
    """Return the listing id and the name of the other end; an unlisted party has no id."""
    held = other in known.names
    if not held:
        notes.flaws.append(f"is tied to {other} ({wording}), which the file does not hold")
    listed = other in known.listed or not held
    return f"ftm:{other}" if listed else "", known.names.get(other, "")


def _each(groups: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))
