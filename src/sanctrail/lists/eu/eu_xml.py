"""The EU consolidated financial sanctions list (FSF), XML 1.1.

Layout: the Commission's schema `FULL-schema-1_1.xsd`. All data stands in attributes, an empty one
says nothing; no name is marked as primary; each child repeats the act that added it. One party
listed under two acts can stand twice, with one reference and one logical id. A document type
"imo" holds ships' and companies' numbers alike, which their check digits tell apart.
"""

from collections.abc import Iterator

from sanctrail.errors import Problem
from sanctrail.lists.eu.eu_entry import Act, Entry, EntryIds, Part, tidy_facts
from sanctrail.lists.eu.eu_listing import listing_of
from sanctrail.lists.reading.xml import Element, elements, text_of
from sanctrail.lists.records import ListHeader, Listing
from sanctrail.lists.source import ByteStream

ROOT = "export"
FORM = "eu-xml"

_PARTS = ("nameAlias", "citizenship", "birthdate", "address", "identification")
_COUNTRY = {"region", "countryIso2Code", "countryDescription"}
_COMMON = {"logicalId", "regulationLanguage"}
_PLACE = {"city", "zipCode", "place"} | _COUNTRY
_KNOWN = {
    "sanctionEntity": {
        "delistingDate",
        "designationDate",
        "designationDetails",
        "unitedNationId",
        "euReferenceNumber",
    },
    "nameAlias": {
        "firstName",
        "middleName",
        "lastName",
        "wholeName",
        "function",
        "gender",
        "title",
        "nameLanguage",
        "strong",
    },
    "citizenship": {"acquisitionDate", "disenfranchisementDate"} | _COUNTRY,
    "birthdate": {
        "circa",
        "calendarType",
        "birthdate",
        "dayOfMonth",
        "monthOfYear",
        "year",
        "yearRangeFrom",
        "yearRangeTo",
    }
    | _PLACE,
    "address": {"street", "poBox", "asAtListingTime"} | _PLACE,
    "identification": {
        "diplomatic",
        "knownExpired",
        "knownFalse",
        "reportedLost",
        "revokedByIssuer",
        "issueDate",
        "issuedBy",
        "latinNumber",
        "nameOnDocument",
        "number",
        "validFrom",
        "validTo",
        "identificationTypeCode",
        "identificationTypeDescription",
    }
    | _COUNTRY,
}
"""The schema's attributes; one that is not among them is told, once for each file."""


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in file order."""
    generated, ids = None, EntryIds()
    reader = _Reader(stream.name, problems)
    for tag, element in elements(stream, {ROOT: "start", "sanctionEntity": "end"}):
        if tag == "sanctionEntity":
            entry = reader.entry(element)
            listing_id, wrong = ids.of(entry)
            if wrong:
                problems.append(Problem(stream.name, entry.where, wrong))
            yield listing_of(entry, listing_id, stream.name, problems, (generated or "")[:10])
        elif generated is None:
            generated = element.get("generationDate", "")
            yield ListHeader("eu", "eu", FORM, generated[:10], generated)


class _Reader:
    """Turns elements into entries; what the schema does not have is told once."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self._source = source
        self._problems = problems
        self._told: set[str] = set()

    def entry(self, element: Element) -> Entry:
        """Return one sanctionEntity with its children."""
        reference = element.get("euReferenceNumber") or f"logicalId {element.get('logicalId', '?')}"
        where = f"sanctionEntity {reference}, line {element.sourceline}"
        entry = Entry(self._facts(element, "sanctionEntity", where), where)
        for child in element:
            tag = _local(child)
            match tag:
                case "remark":
                    entry.remarks.extend(filter(None, [text_of(child)]))
                case "regulation":
                    _take_regulation(entry, child)
                case "subjectType":
                    kind = child.get("classificationCode") or child.get("code", "")
                    entry.facts["classificationCode"] = kind
                case "additionalInformation":
                    entry.more.append(_key_and_value(child))
                case _ if tag in _PARTS:
                    entry.parts.append(self._part(child, tag, where))
                case _:
                    self._tell(f"element <{tag}>", where)
        return entry

    def _part(self, element: Element, tag: str, where: str) -> Part:
        act: Act | None = None
        remarks: list[str] = []
        more: list[tuple[str, str]] = []
        for child in element:
            match _local(child):
                case "remark":
                    remarks.extend(filter(None, [text_of(child)]))
                case "regulationSummary":
                    act = _act(child)
                case "contactInfo" | "additionalInformation":
                    more.append(_key_and_value(child))
                case other:
                    self._tell(f"element <{other}> in {tag}", where)
        return Part(tag, self._facts(element, tag, where), act, tuple(remarks), tuple(more))

    def _facts(self, element: Element, tag: str, where: str) -> dict[str, str]:
        for name in element.attrib:
            if name not in _KNOWN[tag] and name not in _COMMON:
                self._tell(f"attribute {name} of {tag}", where)
        return tidy_facts(element.attrib)

    def _tell(self, what: str, where: str) -> None:
        if what not in self._told:
            self._told.add(what)
            message = f"{what} is not in the layout that this list is known by; it was not read"
            self._problems.append(Problem(self._source, where, message))


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _take_regulation(entry: Entry, element: Element) -> None:
    facts = tidy_facts(element.attrib)
    entry.acts.append(_act(element))
    entry.programmes.extend(filter(None, [facts.get("programme", "")]))
    if day := facts.get("entryIntoForceDate"):
        entry.facts.setdefault("entryIntoForceDate", day)
    for child in element:
        if _local(child) == "corrigendum":
            act = _act(child)
            entry.acts.append(Act(act.title, act.date, "corrigendum"))
        elif _local(child) == "remark":
            entry.more.append(("regulation remark", text_of(child)))


def _act(element: Element) -> Act:
    facts = tidy_facts(element.attrib)
    return Act(
        facts.get("numberTitle", ""),
        facts.get("publicationDate", ""),
        facts.get("regulationType", ""),
    )


def _key_and_value(element: Element) -> tuple[str, str]:
    facts = tidy_facts(element.attrib)
    return facts.get("key", "") or "additional information", facts.get("value", "")
