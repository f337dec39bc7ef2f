"""The US OFAC lists in the SDN_ADVANCED layout (also CONS_ADVANCED).

Everything in the file is a number into ReferenceValueSets, which stand first; locations and
documents come before the parties, relations and listing dates behind them. So the numbers are
looked up by their text, never by their value, and a listing is complete only at the end of the
file. A party on both of OFAC's lists stands in the file of each with the entries of both.
Layout: the schema that OFAC publishes beside the file (ADVANCED_XML.xsd).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sanctrail.errors import Problem
from sanctrail.lists.reading.xml import Element, elements, text_of
from sanctrail.lists.records import (
    Address,
    Detail,
    LegalAct,
    ListHeader,
    Listing,
    Measure,
    Relation,
)
from sanctrail.lists.source import ByteStream
from sanctrail.lists.us.ofac_facts import address_of, script_code
from sanctrail.lists.us.ofac_party import (
    Document,
    Tags,
    children,
    first,
    period_of,
    read_day,
    read_party,
)
from sanctrail.lists.us.ofac_terms import PERSON_TYPES, RELATION_KINDS, date_text, measures_of
from sanctrail.text.countries import country_code

ROOT = "Sanctions"
FORM = "ofac-advanced"
SDN_LIST = "SDN List"

_WANTED = {
    ROOT: "start",
    "DateOfIssue": "end",
    "ReferenceValueSets": "end",
    "Location": "end",
    "IDRegDocument": "end",
    "DistinctParty": "end",
    "ProfileRelationship": "end",
    "SanctionsEntry": "end",
}


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in file order."""
    events = elements(stream, _WANTED)
    _, root = next(events)
    file = _File(stream.name, problems, Tags.of(root))
    for tag, element in events:
        file.take(tag, element)
    yield ListHeader(file.list_id(), "us", FORM, file.issued)
    yield from file.listings()


@dataclass(slots=True)
class _Entry:
    """What the sanctions entries of one profile say, gathered over its lists."""

    dates: list[str] = field(default_factory=list)
    programmes: dict[str, None] = field(default_factory=dict)
    measures: dict[Measure, None] = field(default_factory=dict)
    acts: dict[LegalAct, None] = field(default_factory=dict)
    details: dict[Detail, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Tie:
    """A relation as it stands in the file; `notes` are what it says beside its type."""

    type: str
    to: str
    former: bool
    notes: tuple[tuple[str, str], ...]


class _File:
    """Reference values, locations, documents, parties and entries of one file."""

    def __init__(self, source: str, problems: list[Problem], tags: Tags) -> None:
        self.source = source
        self.problems = problems
        self.tags = tags
        self.issued = ""
        self.locations: dict[str, tuple[Address, ...]] = {}
        self.documents: dict[str, list[Document]] = {}
        self.script_codes: dict[str, str] = {}
        self.areas: dict[str, tuple[str, str]] = {}
        self._parties: dict[str, Listing] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._unknown: set[tuple[str, str]] = set()
        self._party_type_of: dict[str, str] = {}
        self._entries: dict[str, _Entry] = {}
        self._lists: dict[str, set[str]] = {}
        self._ties: dict[str, list[_Tie]] = {}
        self._take = {
            "DateOfIssue": self._take_issue,
            "ReferenceValueSets": self._take_references,
            "Location": self._take_location,
            "IDRegDocument": self._take_document,
            "DistinctParty": self._take_party,
            "ProfileRelationship": self._take_tie,
            "SanctionsEntry": self._take_entry,
        }

    def take(self, tag: str, element: Element) -> None:
        """Put one element where it belongs."""
        self._take[tag](element)

    def list_id(self) -> str:
        """Tell which list this is: the one that most of its parties are on."""
        sdn = len(self._lists.get(SDN_LIST, ()))
        others = (profiles for name, profiles in self._lists.items() if name != SDN_LIST)
        return "us-sdn" if sdn >= len(set().union(*others)) else "us-cons"

    def listings(self) -> Iterator[Listing]:
        """Yield the parties with what stands behind them in the file."""
        for profile, listing in self._parties.items():
            entry = self._entries.get(profile)
            if entry is None or not entry.dates:
                self.problem(listing.element, "has no dated sanctions entry: listing date unknown")
            found = entry or _Entry()
            ties = self._ties.get(profile, ())
            notes = (note for tie in ties for note in self._notes(tie))
            yield replace(
                listing,
                listed_on=min(found.dates, default=""),
                programmes=tuple(filter(None, found.programmes)),
                measures=tuple(found.measures),
                acts=tuple(found.acts),
                relations=tuple(dict.fromkeys(map(self._relation, ties))),
                details=(*listing.details, *found.details, *notes),
            )
        for what, profiles in (("SanctionsEntry", self._entries), ("Relation", self._ties)):
            for profile in (profile for profile in profiles if profile not in self._parties):
                self.problem(f"{what} of ProfileID {profile}", "names a party not in the file")

    def problem(self, where: str, message: str) -> None:
        """Note a problem at a place in the file."""
        self.problems.append(Problem(self.source, where, message))

    def value(self, kind: str, number: str | None) -> str:
        """Return the text behind a reference number, or the number itself in brackets."""
        found = self._values.get(kind, {}).get(number or "")
        if found is not None:
            return found
        if number and (kind, number) not in self._unknown:
            self._unknown.add((kind, number))
            self.problem(f"{kind} {number}", "is used but stands not among the reference values")
        return f"[{kind} {number or ''}]"

    def kind_of(self, subtype: str) -> str:
        """Return our word for a party subtype: its own text, or that of its party type."""
        text = self.value("PartySubType", subtype)
        if text == "Unknown":
            text = self.value("PartyType", self._party_type_of.get(subtype, ""))
        return PERSON_TYPES.get(text, "entity")

    def _take_issue(self, element: Element) -> None:
        day = read_day(element, self.tags)
        self.issued = day.earliest if day and day.precision == "day" else ""

    def _take_references(self, element: Element) -> None:
        for group in element:
            for value in group:
                kind = value.tag.rpartition("}")[2]
                number, text = value.get("ID", ""), text_of(value)
                self._values.setdefault(kind, {})[number] = text
                if kind == "AreaCode":
                    name = value.get("Description", "")
                    self.areas[number] = (country_code(text) or country_code(name), name)
                elif kind == "Script":
                    self.script_codes[number] = script_code(value.get("ScriptCode", ""))
                elif kind == "PartySubType":
                    self._party_type_of[number] = value.get("PartyTypeID", "")

    def _take_location(self, element: Element) -> None:
        """Keep a location: its main wording, then the same place in each other script."""
        tags = self.tags
        area, country = first(element, tags.area_code), first(element, tags.location_country)
        found = self.areas.get("" if area is None else area.get("AreaCodeID", ""))
        if found is None:
            found = self.areas.get("" if country is None else country.get("CountryID", ""))
        wordings: dict[str, list[tuple[str, str]]] = {}
        for part in children(element, tags.location_part):
            kind = self.value("LocPartType", part.get("LocPartTypeID"))
            for value in children(part, tags.location_part_value):
                main = value.get("Primary") != "false"
                script = "" if main else text_of(first(value, tags.comment)) or "other"
                text = text_of(first(value, tags.value))
                wordings.setdefault(script, []).append((kind, text))
        places = (
            address_of(parts, *(found or ("", ""))) for parts in (wordings or {"": []}).values()
        )
        self.locations[element.get("ID", "")] = tuple(filter(None, places))

    def _take_document(self, element: Element) -> None:
        tags = self.tags
        number = text_of(first(element, tags.registration_number))
        kind = self.value("IDRegDocType", element.get("IDRegDocTypeID"))
        if not number:
            self.problem(f"IDRegDocument {element.get('ID')}", f"'{kind}' has no number")
            return
        valid = self.value("Validity", element.get("ValidityID")) != "Fraudulent"
        code, _ = self.areas.get(element.get("IssuedBy-CountryID", ""), ("", ""))
        named = first(element, tags.documented_name_reference)
        name = "" if named is None else named.get("DocumentedNameID", "")
        notes = tuple(self._document_notes(element))
        document = Document(kind, number, code, valid, name, notes)
        self.documents.setdefault(element.get("IdentityID", ""), []).append(document)

    def _document_notes(self, element: Element) -> Iterator[tuple[str, str]]:
        tags = self.tags
        for dated in children(element, tags.document_date):
            dates = period_of(first(dated, tags.date_period), tags)
            about = self.value("IDRegDocDateType", dated.get("IDRegDocDateTypeID")).lower()
            if dates is None:
                self.problem(f"IDRegDocument {element.get('ID')}", f"{about} is not read")
            else:
                yield about, date_text(dates)
        yield "issuing authority", text_of(first(element, tags.issuing_authority))
        for place in self.locations.get(element.get("IssuedIn-LocationID", ""), ()):
            yield "issued in", ", ".join(filter(None, (place.text, place.country_as_written)))
        yield "comment", text_of(first(element, tags.comment))

    def _take_party(self, element: Element) -> None:
        profile = first(element, self.tags.profile)
        uid = element.get("FixedRef", "")
        where = f"DistinctParty FixedRef {uid}, line {element.sourceline}"
        if profile is None or not uid:
            self.problem(where, "has no profile or no number; it was left out")
            return
        if profile.get("ID") in self._parties:
            self.problem(where, f"repeats ProfileID {profile.get('ID')}; it was left out")
            return
        remarks = text_of(first(element, self.tags.comment))
        self._parties[profile.get("ID", "")] = read_party(self, profile, uid, where, remarks)

    def _take_tie(self, element: Element) -> None:
        notes = [("comment", text_of(first(element, self.tags.comment)))]
        if quality := element.get("RelationQualityID"):
            notes.append(("quality", self.value("RelationQuality", quality)))
        period = first(element, self.tags.date_period)
        if period is not None and (dates := period_of(period, self.tags)):
            notes.append(("date", date_text(dates)))
        said = tuple(note for note in notes if note[1] not in ("", "Unknown"))
        former = element.get("Former") == "true"
        text = self.value("RelationType", element.get("RelationTypeID"))
        tie = _Tie(text, element.get("To-ProfileID", ""), former, said)
        self._ties.setdefault(element.get("From-ProfileID", ""), []).append(tie)

    def _relation(self, tie: _Tie) -> Relation:
        other = self._parties.get(tie.to)
        if other is None:
            where = f"Relation to ProfileID {tie.to}"
            self.problem(where, f"'{tie.type}' names a party not in the file")
        kind = RELATION_KINDS.get(tie.type, "linked to")
        listing_id = other.listing_id if other else f"us:{tie.to}"
        name = other.primary_name if other else ""
        return Relation(kind, listing_id, name, tie.type, tie.former)

    def _notes(self, tie: _Tie) -> Iterator[Detail]:
        other = self._parties.get(tie.to)
        name = other.primary_name if other else f"us:{tie.to}"
        for about, text in tie.notes:
            yield Detail(f"relation {about}", f"{tie.type} {name}: {text}")

    def _take_entry(self, element: Element) -> None:
        tags = self.tags
        profile, where = element.get("ProfileID", ""), f"SanctionsEntry {element.get('ID')}"
        entry = self._entries.setdefault(profile, _Entry())
        name = self.value("List", element.get("ListID"))
        self._lists.setdefault(name, set()).add(profile)
        entry.details[Detail("sanctions list", name)] = None
        for event in children(element, tags.entry_event):
            day = read_day(first(event, tags.date), tags)
            if day is None:
                self.problem(where, "has an event without a date")
            else:
                entry.dates.append(day.earliest)
            if (basis := event.get("LegalBasisID")) is not None:
                title = self.value("LegalBasis", basis)
                entry.acts[LegalAct(title, day.earliest if day else "", "listing")] = None
            if comment := text_of(first(event, tags.comment)):
                entry.details[Detail("entry comment", comment)] = None
        for measure in children(element, tags.measure):
            text = self.value("SanctionsType", measure.get("SanctionsTypeID"))
            comment = text_of(first(measure, tags.comment))
            if text == "Program":
                entry.programmes[comment] = None
            else:
                found = measures_of(text)
                if comment:
                    words = f"{text} ({comment})"
                    found = tuple(replace(one, as_written=words) for one in found)
                entry.measures.update(dict.fromkeys(found))
