"""One party of OFAC's advanced layout: its names, features and documents.

A name's parts have no type of their own: each points to a group, and the groups, which stand
behind the names, say which is a last name and which a first. A feature is text, a number into
lookup values, a period or a location, by the type of its detail.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Protocol

from sanctrail.lists.reading.xml import Element, text_of
from sanctrail.lists.records import Address, Birth, Listing, Name
from sanctrail.lists.us.ofac_facts import Facts, spelled_name
from sanctrail.lists.us.ofac_terms import ALIAS_KINDS, COUNTRY_ROLES, birth_between, date_text
from sanctrail.text.dates import DateRange, date_range

_TAGS = {
    "alias": "Alias",
    "area_code": "LocationAreaCode",
    "comment": "Comment",
    "date": "Date",
    "day": "Day",
    "date_period": "DatePeriod",
    "document_date": "DocumentDate",
    "documented_name": "DocumentedName",
    "documented_name_reference": "DocumentedNameReference",
    "end": "End",
    "entry_event": "EntryEvent",
    "feature": "Feature",
    "feature_version": "FeatureVersion",
    "identity": "Identity",
    "issuing_authority": "IssuingAuthority",
    "location_country": "LocationCountry",
    "location_part": "LocationPart",
    "location_part_value": "LocationPartValue",
    "measure": "SanctionsMeasure",
    "month": "Month",
    "name_part_groups": "NamePartGroups",
    "period_from": "From",
    "period_to": "To",
    "profile": "Profile",
    "registration_number": "IDRegistrationNo",
    "start": "Start",
    "value": "Value",
    "version_detail": "VersionDetail",
    "version_location": "VersionLocation",
    "year": "Year",
}


@dataclass(frozen=True, slots=True)
class Tags:
    """The layout's element names in one file's own namespace, of which two are known.

    Built once a file: a search by full name is several times as fast as one by `{*}`.
    """

    alias: str
    area_code: str
    comment: str
    date: str
    day: str
    date_period: str
    document_date: str
    documented_name: str
    documented_name_reference: str
    end: str
    entry_event: str
    feature: str
    feature_version: str
    identity: str
    issuing_authority: str
    location_country: str
    location_part: str
    location_part_value: str
    measure: str
    month: str
    name_part_groups: str
    period_from: str
    period_to: str
    profile: str
    registration_number: str
    start: str
    value: str
    version_detail: str
    version_location: str
    year: str

    @classmethod
    def of(cls, root: Element) -> "Tags":
        """Return the names in the namespace of the file's root."""
        namespace = root.tag.rpartition("}")[0]
        prefix = namespace + "}" if namespace else ""
        return cls(**{field: prefix + name for field, name in _TAGS.items()})


@dataclass(frozen=True, slots=True)
class Document:
    """A registration document, which stands before its party; `name` numbers the name on it."""

    kind: str
    number: str
    country: str
    valid: bool
    name: str
    notes: tuple[tuple[str, str], ...]


class Sources(Protocol):
    """What a party looks up in the rest of its file."""

    tags: Tags
    locations: dict[str, tuple[Address, ...]]
    documents: dict[str, list[Document]]
    script_codes: dict[str, str]

    def value(self, kind: str, number: str | None) -> str:
        """Return the text behind a reference number."""

    def kind_of(self, subtype: str) -> str:
        """Return what a party is."""

    def problem(self, where: str, message: str) -> None:
        """Note a problem."""


def read_party(file: Sources, profile: Element, uid: str, where: str, remarks: str) -> Listing:
    """Return the party without its entries and relations, which stand further down."""
    return _Party(file, profile, where).listing(uid, remarks)


class _Party:
    """One DistinctParty's profile on its way to a `Listing`."""

    def __init__(self, file: Sources, profile: Element, where: str) -> None:
        self._file = file
        self._tags = file.tags
        self._profile = profile
        self._where = where
        # Bound to the file, not to self: a cycle would keep the element until it is collected.
        self._problem = partial(file.problem, where)
        self._facts = Facts(self._problem)

    def listing(self, uid: str, remarks: str) -> Listing:
        """Return what the profile itself says."""
        names: list[Name] = []
        for identity in self._profile.iterchildren(self._tags.identity):
            if identity.get("False") == "true":
                self._problem("has an identity that the list calls false; its names are kept")
            numbered = list(self._names(identity))
            names.extend(name for _, name in numbered)
            for document in self._file.documents.get(identity.get("ID", ""), ()):
                self._take_document(document, dict(numbered))
        if not names:
            self._problem("has no name")
        for feature in self._profile.iterchildren(self._tags.feature):
            kind = self._file.value("FeatureType", feature.get("FeatureTypeID"))
            for version in children(feature, self._tags.feature_version):
                self._take_version(kind, version)
        return Listing(
            listing_id=f"us:{uid}",
            regime="us",
            reference=uid,
            kind=self._file.kind_of(self._profile.get("PartySubTypeID", "")),
            names=tuple(names),
            listed_on="",
            programmes=(),
            element=self._where,
            remarks=remarks,
            **self._facts.fields(),
        )

    def _names(self, identity: Element) -> Iterator[tuple[str, Name]]:
        """Yield the names with their numbers; further spellings of an alias are script names.

        OFAC gives them in another script, or in Latin letters with their accents.
        """
        tags, value = self._tags, self._file.value
        roles = {
            group.get("ID", ""): value("NamePartType", group.get("NamePartTypeID"))
            for groups in children(identity, tags.name_part_groups)
            for master in groups
            for group in master
        }
        for alias in children(identity, tags.alias):
            kind = ALIAS_KINDS.get(value("AliasType", alias.get("AliasTypeID")).lower(), "alias")
            quality = "weak" if alias.get("LowQuality") == "true" else "strong"
            for number, documented in enumerate(children(alias, tags.documented_name)):
                told = (kind if not number else "script", quality)
                name = self._documented(documented, roles, told)
                if name.text:
                    yield documented.get("ID", ""), name
                else:
                    self._problem(f"DocumentedName {documented.get('ID')} is empty")

    def _documented(
        self, documented: Element, roles: Mapping[str, str], told: tuple[str, str]
    ) -> Name:
        parts, script = [], ""
        for part in documented:
            for value in part:
                parts.append((roles.get(value.get("NamePartGroupID", ""), ""), text_of(value)))
                script = script or self._file.script_codes.get(value.get("ScriptID", ""), "")
        return spelled_name(parts, *told, script)

    def _take_document(self, document: Document, names: Mapping[str, Name]) -> None:
        facts = self._facts
        identifier = facts.document(
            document.kind, document.number, document.country, valid=document.valid
        )
        for about, text in document.notes:
            facts.note(identifier.kind, identifier.number, about, text)
        on_it = names.get(document.name)
        if on_it is not None and on_it.kind != "primary":
            facts.note(identifier.kind, identifier.number, "in the name of", on_it.text)

    def _take_version(self, kind: str, version: Element) -> None:
        tags = self._tags
        text, comment, period, location = "", "", None, None
        for child in version:
            if child.tag == tags.version_detail:
                number = child.get("DetailReferenceID")
                text = self._file.value("DetailReference", number) if number else text_of(child)
            elif child.tag == tags.version_location:
                location = child.get("LocationID", "")
            elif child.tag == tags.date_period:
                period = child
            elif child.tag == tags.comment:
                comment = text_of(child)
        if location is not None:
            text = self._take_location(kind, location, text)
        elif period is not None or kind == "Birthdate":
            dates = period_of(period, tags)
            self._facts.dated(kind, dates, text)
            text = date_text(dates) if dates else text
        else:
            self._facts.feature(kind, text)
        number = version.get("ReliabilityID")
        reliability = self._file.value("Reliability", number) if number else "Unknown"
        if comment:
            self._facts.note(kind, text, "comment", comment)
        if reliability != "Unknown":
            self._facts.note(kind, text, "reliability", reliability)

    def _take_location(self, kind: str, number: str, text: str) -> str:
        """Take a feature that is a place; return the place in words."""
        places = self._file.locations.get(number)
        if places is None:
            self._problem(f"'{kind}' names location {number}, which the file does not hold")
            places = ()
        words = [", ".join(filter(None, (one.text, one.country_as_written))) for one in places]
        for place, said in zip(places, words, strict=True):
            if kind == "Location":
                self._facts.address(place)
            elif kind == "Place of Birth":
                self._facts.address(replace(place, role="birth"))
            elif kind in COUNTRY_ROLES:
                self._facts.feature(kind, place.country_as_written or said, place.country)
            else:
                self._facts.detail(kind, said)
        if text:
            self._facts.feature(kind, text)
        return text or "; ".join(words)


def first(element: Element, tag: str) -> Element | None:
    """Return the first child with a full name.

    A loop over few children is several times as fast as `find`, which compiles its path first.
    """
    for child in element:
        if child.tag == tag:
            return child
    return None


def children(element: Element, tag: str) -> list[Element]:
    """Return the children with a full name; for few children, as `first`."""
    return [child for child in element if child.tag == tag]


def read_day(element: Element | None, tags: Tags) -> DateRange | None:
    """Return the day, month or year that Year, Month and Day children say."""
    said = () if element is None else tuple(element)
    if tuple(child.tag for child in said) != (tags.year, tags.month, tags.day):
        return None
    return _day_of(*map(text_of, said))


@lru_cache(maxsize=1 << 15)
def _day_of(year: str, month: str, day: str) -> DateRange | None:
    for part in (year, month, day):
        if not (part.isascii() and part.isdecimal() and len(part) < 5):  # noqa: PLR2004
            return None
    return date_range(int(year), int(month), int(day))


def period_of(period: Element | None, tags: Tags) -> Birth | None:
    """Fold a period back to the precision it stands for: a whole year is a year.

    A period without an end is the time that its start can mean.
    """
    start = None if period is None else first(period, tags.start)
    if period is None or start is None:
        return None
    end = first(period, tags.end)
    end = start if end is None else end
    circa = "true" in (start.get("Approximate"), end.get("Approximate"))
    earliest = read_day(first(start, tags.period_from), tags)
    latest = read_day(first(end, tags.period_to), tags)
    return birth_between(earliest, latest, circa=circa)
