"""The US OFAC lists in the plain layout: SDN.XML and CONSOLIDATED.XML.

Both files have the same root and neither names its list, so the list is told by its entries: the
non-SDN list holds parties under directives and programmes that block nobody. The idList is a
catch-all in which wallets, gender, flags and notes on sanctions stand among the passports. There
are no original scripts and no listing dates; ties to others stand in the remarks. The file says
how many entries it holds, which shows a short one. Layout: OFAC's XML.xsd and dat_spec.txt.
"""

import re
from collections.abc import Callable, Iterator

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.lists.reading.prose import stand_in
from sanctrail.lists.reading.xml import Element, elements, text_of
from sanctrail.lists.records import ListHeader, Listing, Name
from sanctrail.lists.source import ByteStream
from sanctrail.lists.us.ofac_facts import (
    ADDRESS_LINES,
    CITY,
    POSTAL_CODE,
    STATE,
    Facts,
    address_of,
    spelled_name,
)
from sanctrail.lists.us.ofac_terms import (
    ALIAS_KINDS,
    CODES,
    COUNTRY_ROLES,
    PERSON_TYPES,
    WALLET_PREFIX,
    birth_of,
    is_plain_fact,
    linked_to,
)
from sanctrail.text.countries import country_code
from sanctrail.text.dates import date_range

ROOT = "sdnList"
FORM = "ofac-xml"

LOOKED_AT = 200
"""Entries that tell which list the file is."""

_NON_SDN_PROGRAMME = re.compile(r"(NS-|CMIC-|FSE-|561|CAPTA|BPI-).*", re.IGNORECASE)
_NON_SDN_NOTE = re.compile(
    r"Executive Order 13662 Directive Determination -"
    r"|Executive Order 140\d\d Directive Information.*"
    r"|(?:Listing|Effective) Date \(.*\):?",
)
"""Notes on directives, under which a party's dealings are limited but nothing is blocked."""

_ADDRESS_TAGS = {
    **dict(zip(("address1", "address2", "address3"), ADDRESS_LINES, strict=True)),
    "city": CITY,
    "stateOrProvince": STATE,
    "postalCode": POSTAL_CODE,
}
_VESSEL_TAGS = {
    "callSign": "Vessel Call Sign",
    "vesselType": "VESSEL TYPE",
    "vesselFlag": "Vessel Flag",
    "vesselOwner": "Vessel Owner",
    "tonnage": "Vessel Tonnage",
    "grossRegisteredTonnage": "Vessel Gross Registered Tonnage",
}
_PUBLISHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in file order; refuse a short file."""
    published, count, found = "", "", 0
    waiting: list[_Entry] = []
    header_told = False
    for tag, element in elements(stream, {"publshInformation": "end", "sdnEntry": "end"}):
        texts = _texts(element)
        if tag == "publshInformation":
            published = _publish_date(texts.get("Publish_Date", ""))
            count = texts.get("Record_Count", "")
            continue
        found += 1
        entry = _Entry(element, stream.name, problems)
        if header_told:
            yield entry.listing
            continue
        waiting.append(entry)
        if len(waiting) == LOOKED_AT:
            yield from _told(waiting, published)
            header_told = True
    if not header_told:
        yield from _told(waiting, published)
    _check_count(stream.name, count, found, problems)


def _told(waiting: "list[_Entry]", published: str) -> Iterator[ListHeader | Listing]:
    """Yield the header, told by most of the first entries, and those entries."""
    other = sum(entry.non_sdn for entry in waiting) * 2 > len(waiting)
    yield ListHeader("us-cons" if other else "us-sdn", "us", FORM, published)
    for entry in waiting:
        yield entry.listing


def _publish_date(text: str) -> str:
    """Return the ISO day of `MM/DD/YYYY`; empty where it is none, so that the user must say."""
    match = _PUBLISHED.fullmatch(text)
    day = date_range(int(match[3]), int(match[1]), int(match[2])) if match else None
    return day.earliest if day and day.precision == "day" else ""


def _check_count(name: str, count: str, found: int, problems: list[Problem]) -> None:
    if not (count.isascii() and count.isdecimal()):
        message = "does not say how many entries it holds, so a short file would not show"
        problems.append(Problem(name, "publshInformation", message))
    elif count != str(found) and int(count[:18]) != found:
        raise UnreadableFile(
            f"{name}: the file says that it holds {count} entries but has {found}, so it is not "
            "whole. Fetch it again; nothing was changed."
        )


def _texts(element: Element) -> dict[str, str]:
    """Return the texts of an element's children by local name; the first one counts."""
    texts: dict[str, str] = {}
    for child in element:
        text = text_of(child)
        if text:
            texts.setdefault(_local(child), text)
    return texts


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


class _Entry:
    """One sdnEntry and the listing it makes."""

    def __init__(self, element: Element, source: str, problems: list[Problem]) -> None:
        self._source = source
        self._problems = problems
        self._texts = _texts(element)
        self._uid = self._texts.get("uid", "")
        self._where = f"sdnEntry uid {self._uid or '?'}, line {element.sourceline}"
        self._facts = Facts(self._problem)
        self._aliases: list[Name] = []
        self._programmes: dict[str, None] = {}
        self._notes: list[str] = []
        self.listing = self._listing(element)

    @property
    def non_sdn(self) -> bool:
        """Tell whether the entry is one of the non-SDN list by its programmes or notes."""
        return any(map(_NON_SDN_PROGRAMME.fullmatch, self._programmes)) or any(
            map(_NON_SDN_NOTE.fullmatch, self._notes)
        )

    def _problem(self, message: str) -> None:
        self._problems.append(Problem(self._source, self._where, message))

    def _listing(self, element: Element) -> Listing:
        self._take_parts(element)
        primary = self._name(self._texts, "primary", "strong")
        names = (*((primary,) if primary else ()), *self._aliases)
        if not names:
            self._problem("has no name")
        if not self._uid:
            self._problem("has no uid; its id is a digest of its names and programmes instead")
        remarks = self._texts.get("remarks", "")
        texts = (name.text for name in names)
        return Listing(
            listing_id=f"us:{self._uid or stand_in(*texts, *self._programmes)}",
            regime="us",
            reference=self._uid,
            kind=self._kind(),
            names=names,
            listed_on="",
            programmes=tuple(self._programmes),
            element=self._where,
            remarks=remarks,
            relations=linked_to(remarks),
            **self._facts.fields(),
        )

    def _kind(self) -> str:
        written = self._texts.get("sdnType", "")
        if written not in PERSON_TYPES:
            self._problem(f"type '{written}' is not one that OFAC is known by; taken as an entity")
        return PERSON_TYPES.get(written, "entity")

    def _take_parts(self, element: Element) -> None:
        """Take the lists of the entry; a part that is not known is told."""
        takes: dict[str, Callable[[Element], None]] = {
            "programList": self._take_programme,
            "idList": self._take_id,
            "akaList": self._take_alias,
            "addressList": self._take_address,
            "nationalityList": lambda item: self._take_country("Nationality Country", item),
            "citizenshipList": lambda item: self._take_country("Citizenship Country", item),
            "dateOfBirthList": self._take_birth,
            "placeOfBirthList": self._take_birth_place,
        }
        self._facts.detail("title", self._texts.get("title", ""))
        for child in element:
            tag = _local(child)
            if tag == "vesselInfo":
                self._take_vessel(child)
            elif take := takes.get(tag):
                for item in child:
                    take(item)
            elif len(child) or tag not in _KNOWN:
                self._problem(f"<{tag}> is no part of the layout; it was left out")

    def _name(self, texts: dict[str, str], kind: str, quality: str) -> Name | None:
        """Return a name; where it has a first name, the other is the last one."""
        last, first = texts.get("lastName", ""), texts.get("firstName", "")
        if not last and not first:
            return None
        person = bool(first) or (kind == "primary" and texts.get("sdnType") == "Individual")
        typed = [("Last Name" if person else "Entity Name", last), ("First Name", first)]
        return spelled_name(typed, kind, quality, "Latn")

    def _take_programme(self, item: Element) -> None:
        if text := text_of(item):
            self._programmes[text] = None

    def _take_alias(self, item: Element) -> None:
        texts = _texts(item)
        kind, quality = texts.get("type", ""), texts.get("category", "")
        if kind.lower() not in ALIAS_KINDS:
            self._problem(f"alias type '{kind}' is not one that OFAC is known by")
        if quality not in ("strong", "weak"):
            self._problem(f"alias category '{quality}' is neither strong nor weak")
            quality = ""
        name = self._name(texts, ALIAS_KINDS.get(kind.lower(), "alias"), quality)
        if name:
            self._aliases.append(name)
        else:
            self._problem(f"alias {texts.get('uid', '?')} is empty")

    def _take_id(self, item: Element) -> None:
        texts = _texts(item)
        kind, number = texts.get("idType", ""), texts.get("idNumber", "")
        country = texts.get("idCountry", "")
        self._notes.append(kind)
        if not kind or not number:
            if kind or number or country:
                self._problem(
                    f"id {texts.get('uid', '?')} lacks its type or number: {kind}{number}"
                )
            return
        special = kind.startswith(WALLET_PREFIX) or kind in CODES or kind in COUNTRY_ROLES
        if special or kind == "Gender" or is_plain_fact(kind):
            self._facts.feature(kind, number)
            self._facts.note(kind, number, "country", country)
            return
        document = self._facts.document(kind, number, country_code(country))
        self._facts.note(document.kind, document.number, "issue date", texts.get("issueDate", ""))
        self._facts.note(
            document.kind, document.number, "expiration date", texts.get("expirationDate", "")
        )
        if country and not document.country:
            self._facts.note(document.kind, document.number, "country", country)

    def _take_address(self, item: Element) -> None:
        country = ""
        parts = []
        for child in item:
            tag, text = _local(child), text_of(child)
            if tag == "country":
                country = text
            elif tag in _ADDRESS_TAGS:
                parts.append((_ADDRESS_TAGS[tag], text))
            elif tag != "uid":
                parts.append(("Unknown", text))
        self._facts.address(address_of(parts, country_code(country), country))

    def _take_country(self, kind: str, item: Element) -> None:
        if country := _texts(item).get("country", ""):
            self._facts.feature(kind, country)

    def _take_birth(self, item: Element) -> None:
        if text := _texts(item).get("dateOfBirth", ""):
            self._facts.birth(birth_of(text), text)

    def _take_birth_place(self, item: Element) -> None:
        if text := _texts(item).get("placeOfBirth", ""):
            self._facts.feature("Place of Birth", text)

    def _take_vessel(self, vessel: Element) -> None:
        for tag, text in _texts(vessel).items():
            self._facts.feature(_VESSEL_TAGS.get(tag, tag), text)


_KNOWN = frozenset({"uid", "firstName", "lastName", "title", "sdnType", "remarks"})
