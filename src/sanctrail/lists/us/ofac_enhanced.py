"""The US OFAC lists in the SDN_ENHANCED layout (also CONS_ENHANCED): everything inline.

The file says by a filter which list it holds, and an entity on both of OFAC's lists stands in the
file of each. OFAC also hands out selections by programme in this layout: such a file is not a
list, and loaded as one it would seem to lift everybody else. A name, like an address, has a
translation for each script. Layout: OFAC's ENHANCED_XML.xsd.
"""

from collections.abc import Iterator

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.lists.reading.prose import stand_in
from sanctrail.lists.reading.xml import Element, elements, text_of
from sanctrail.lists.records import (
    Birth,
    LegalAct,
    ListHeader,
    Listing,
    Measure,
    Name,
    Relation,
)
from sanctrail.lists.source import ByteStream
from sanctrail.lists.us.ofac_facts import Facts, address_of, script_code, spelled_name
from sanctrail.lists.us.ofac_terms import (
    ALIAS_KINDS,
    COUNTRY_ROLES,
    PERSON_TYPES,
    RELATION_KINDS,
    birth_between,
    birth_of,
    date_text,
    measures_of,
)
from sanctrail.text.countries import country_code
from sanctrail.text.dates import parse_date

ROOT = "sanctionsData"
FORM = "ofac-enhanced"
SDN_LIST = "SDN List"
OTHER_LIST = "Consolidated List"

_WANTED = {"publicationInfo": "end", "referenceValues": "end", "entity": "end"}
_LIST_IDS = {SDN_LIST: "us-sdn", OTHER_LIST: "us-cons"}
_GENERAL = {
    "title": "title",
    "livingStatus": "living status",
    "isUsCitizen": "us citizen",
    "isUsPerson": "us person",
}
"""What the general part may say beside type and remarks, to the kind of its detail."""


def _refuse_delta(element: Element, name: str) -> None:
    """Refuse a delta file, which has the same elements but only what one publication changed."""
    if "DeltaFile" in element.tag or element.get("action") is not None:
        raise UnreadableFile(
            f"{name}: this is OFAC's delta file, which holds changes and not a list, expected "
            "SDN_ENHANCED.XML or CONS_ENHANCED.XML. Changes are told from whole files; nothing "
            "was changed."
        )


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in file order; again for a second list."""
    file = _File(stream.name, problems)
    held: list[tuple[Listing, frozenset[str]]] = []
    told = False
    for tag, element in elements(stream, _WANTED):
        if tag == "publicationInfo":
            file.take_publication(element)
        elif tag == "referenceValues":
            file.take_references(element)
        else:
            _refuse_delta(element, stream.name)
            entity = _Entity(file, element)
            if len(file.list_ids) != 1:
                held.append((entity.listing(), entity.list_ids()))
                continue
            if not told:
                yield file.header(*file.list_ids)
            told = True
            yield entity.listing()
    if held:
        yield from _sorted_out(file, held)


def _sorted_out(
    file: "_File", held: list[tuple[Listing, frozenset[str]]]
) -> Iterator[ListHeader | Listing]:
    """Yield the lists of a file whose filter does not name one list.

    One that names both is two lists. One that names none is the list that most are on: some of
    the parties of either stand on the other as well, and these alone are no list.
    """
    if file.list_ids:
        for list_id in sorted(file.list_ids, reverse=True):
            yield file.header(list_id)
            yield from (listing for listing, on in held if list_id in on)
        return
    sdn, other = (sum(list_id in on for _, on in held) for list_id in ("us-sdn", "us-cons"))
    yield file.header("us-sdn" if sdn >= other else "us-cons")
    yield from (listing for listing, _ in held)


class _File:
    """What the parts before the entities say, and the problems of the file."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        self.list_ids: tuple[str, ...] = ()
        self._as_of = ""
        self._iso: dict[str, str] = {}
        self._scripts: dict[str, str] = {}

    def header(self, list_id: str) -> ListHeader:
        """Return the header of one of the file's lists."""
        day = parse_date(self._as_of)
        date = day.earliest if day and day.precision == "day" else ""
        return ListHeader(list_id, "us", FORM, date, self._as_of)

    def take_publication(self, element: Element) -> None:
        """Take date and filter; a selection that is no whole list is refused."""
        self._as_of = _text(element, "dataAsOf")
        lists = [text_of(item) for item in _all(element, "filters", "sanctionsLists")]
        programmes = [text_of(item) for item in _all(element, "filters", "sanctionsPrograms")]
        known = [_LIST_IDS[name] for name in lists if name in _LIST_IDS]
        if programmes or (lists and not known):
            raise UnreadableFile(
                f"{self.source}: the file is a selection ({', '.join(programmes or lists)}), not a "
                f"whole list; loaded as one it would seem to lift all others. Fetch the whole "
                f"{SDN_LIST} or {OTHER_LIST}; nothing was changed."
            )
        self.list_ids = tuple(dict.fromkeys(known))

    def take_references(self, element: Element) -> None:
        """Keep the codes of countries and scripts; all else stands inline."""
        for value in element:
            kind, number = _text(value, "type"), value.get("refId", "")
            if iso := _text(value, "isoCode"):
                self._iso[number] = iso
            if kind == "SCRIPT":
                self._scripts[number] = script_code(_text(value, "code"))

    def country(self, element: Element | None) -> tuple[str, str]:
        """Return code and name of a country element."""
        name = text_of(element)
        number = "" if element is None else element.get("refId", "")
        return self.country_code(number, name), name

    def country_code(self, number: str, name: str) -> str:
        """Return the code of a country by its number or else its name."""
        return country_code(self._iso.get(number, "")) or country_code(name)

    def script(self, element: Element | None) -> str:
        """Return the ISO 15924 code of a script element."""
        return "" if element is None else self._scripts.get(element.get("refId", ""), "")


class _Entity:
    """One entity element on its way to a `Listing`."""

    def __init__(self, file: _File, element: Element) -> None:
        self._file = file
        self._element = element
        self._uid = element.get("id", "")
        self._where = f"entity id {self._uid or '?'}, line {element.sourceline}"
        self._facts = Facts(self._problem)
        self._spelled: dict[str, Name] = {}

    def _problem(self, message: str) -> None:
        self._file.problems.append(Problem(self._file.source, self._where, message))

    def list_ids(self) -> frozenset[str]:
        """Return the ids of the lists that the entity is on."""
        lists = (text_of(item) for item in _all(self._element, "sanctionsLists"))
        return frozenset(_LIST_IDS[name] for name in lists if name in _LIST_IDS)

    def listing(self) -> Listing:
        """Return the whole entity."""
        names = tuple(self._names())
        if not names:
            self._problem("has no name")
        programmes = tuple(dict.fromkeys(self._texts("sanctionsPrograms")))
        if not self._uid:
            self._problem("has no id; a digest of its names and programmes stands in for it")
        self._take_facts()
        return Listing(
            listing_id=f"us:{self._uid or stand_in(*(name.text for name in names), *programmes)}",
            regime="us",
            reference=self._uid,
            kind=self._kind(),
            names=names,
            listed_on=self._listed_on(),
            programmes=programmes,
            element=self._where,
            remarks=_text(_one(self._element, "generalInfo"), "remarks"),
            measures=self._measures(),
            acts=tuple(dict.fromkeys(map(_listing_act, self._texts("legalAuthorities")))),
            relations=tuple(dict.fromkeys(self._relations())),
            **self._facts.fields(),
        )

    def _texts(self, block: str) -> Iterator[str]:
        return (text for item in _all(self._element, block) if (text := text_of(item)))

    def _kind(self) -> str:
        written = _text(_one(self._element, "generalInfo"), "entityType")
        if written not in PERSON_TYPES:
            self._problem(f"type '{written}' is not one that OFAC is known by; taken as an entity")
        return PERSON_TYPES.get(written, "entity")

    def _listed_on(self) -> str:
        days = []
        for item in _all(self._element, "sanctionsLists"):
            day = parse_date(item.get("datePublished", ""))
            if day is None or day.precision != "day":
                self._problem(f"'{text_of(item)}' is without the day of its publication")
            else:
                days.append(day.earliest)
        return min(days, default="")

    def _measures(self) -> tuple[Measure, ...]:
        found = (one for text in self._texts("sanctionsTypes") for one in measures_of(text))
        return tuple(dict.fromkeys(found))

    def _names(self) -> Iterator[Name]:
        """Yield the names; further translations of one are script names, as in all layouts."""
        for name in _all(self._element, "names"):
            kind = self._name_kind(name)
            quality = "weak" if _text(name, "isLowQuality") == "true" else "strong"
            translations = list(_all(name, "translations"))
            translations.sort(key=lambda one: _text(one, "isPrimary") != "true")
            for number, translation in enumerate(translations):
                spelled = self._spelling(translation, kind if not number else "script", quality)
                if spelled.text:
                    self._spelled[translation.get("id", "")] = spelled
                    yield spelled
                else:
                    self._problem(f"name {name.get('id')} is empty")

    def _name_kind(self, name: Element) -> str:
        if _text(name, "isPrimary") == "true":
            return "primary"
        written = _text(name, "aliasType")
        if written.lower() not in ALIAS_KINDS:
            self._problem(f"alias type '{written}' is not one that OFAC is known by")
        return ALIAS_KINDS.get(written.lower(), "alias")

    def _spelling(self, translation: Element, kind: str, quality: str) -> Name:
        script = self._file.script(_one(translation, "script"))
        parts = [
            (_text(part, "type"), _text(part, "value")) for part in _all(translation, "nameParts")
        ]
        whole = [("Entity Name", _text(translation, "formattedFullName"))]
        return spelled_name(
            parts if any(text for _, text in parts) else whole, kind, quality, script
        )

    def _take_facts(self) -> None:
        general = _one(self._element, "generalInfo")
        for tag, kind in _GENERAL.items():
            self._facts.detail(kind, _text(general, tag))
        for name in dict.fromkeys(self._texts("sanctionsLists")):
            self._facts.detail("sanctions list", name)
        for address in _all(self._element, "addresses"):
            self._take_address(address)
        for feature in _all(self._element, "features"):
            self._take_feature(feature)
        for document in _all(self._element, "identityDocuments"):
            self._take_document(document)

    def _take_address(self, address: Element) -> None:
        country = self._file.country(_one(address, "country"))
        translations = list(_all(address, "translations", wanted="translation"))
        for translation in translations:
            parts = (
                (_text(part, "type"), _text(part, "value"))
                for part in _all(translation, "addressParts")
            )
            self._facts.address(address_of(parts, *country))
        if not translations:
            self._facts.address(address_of((), *country))

    def _take_feature(self, feature: Element) -> None:
        kind, text = _text(feature, "type"), _text(feature, "value")
        dated = _one(feature, "valueDate")
        if dated is not None or kind == "Birthdate":
            self._facts.dated(kind, _dates(dated) or birth_of(text), text)
        elif kind in COUNTRY_ROLES:
            code = self._file.country_code(_text(feature, "valueRefId"), text)
            self._facts.feature(kind, text, code)
        else:
            self._facts.feature(kind, text)
        for tag, about in (("comments", "comment"), ("reliability", "reliability")):
            said = _text(feature, tag)
            if said != "Unknown":
                self._facts.note(kind, text, about, said)

    def _take_document(self, document: Element) -> None:
        kind, number = _text(document, "type"), _text(document, "documentNumber")
        if not number:
            self._problem(f"'{kind}' has no number")
            return
        code, country = self._file.country(_one(document, "issuingCountry"))
        valid = _text(document, "isValid") != "false"
        taken = self._facts.document(kind, number, code, valid=valid)
        for tag, about in (("issueDate", "issue date"), ("expirationDate", "expiration date")):
            if dates := _dates(_one(document, tag)):
                self._facts.note(taken.kind, taken.number, about, date_text(dates))
        self._facts.note(
            taken.kind, taken.number, "issuing authority", _text(document, "issuingAuthority")
        )
        self._facts.note(taken.kind, taken.number, "issued in", _text(document, "issuingLocation"))
        self._facts.note(taken.kind, taken.number, "comment", _text(document, "comments"))
        self._facts.note(taken.kind, taken.number, "country", "" if code else country)
        name = _one(document, "name")
        on_it = None if name is None else self._spelled.get(name.get("nameTranslationId", ""))
        if on_it is not None and on_it.kind != "primary":
            self._facts.note(taken.kind, taken.number, "in the name of", on_it.text)

    def _relations(self) -> Iterator[Relation]:
        for tie in _all(self._element, "relationships"):
            kind, other = _text(tie, "type"), _one(tie, "relatedEntity")
            name, number = text_of(other), "" if other is None else other.get("entityId", "")
            if not number:
                self._problem(f"relation '{kind}' to '{name}' does not number the other")
            listing_id = f"us:{number}" if number else ""
            dates = _dates(_one(tie, "dateRange"))
            notes = {
                "comment": _text(tie, "comments"),
                "quality": _text(tie, "quality"),
                "date": date_text(dates) if dates else "",
            }
            for about, said in notes.items():
                if said not in ("", "Unknown"):
                    self._facts.detail(f"relation {about}", f"{kind} {name}: {said}")
            yield Relation(RELATION_KINDS.get(kind, "linked to"), listing_id, name, kind)


def _listing_act(title: str) -> LegalAct:
    return LegalAct(title, "", "listing")


def _dates(period: Element | None) -> Birth | None:
    """Return the time between the ends of a period; without an end, what its start can mean."""
    if period is None:
        return None
    tags = ("fromDateBegin", "fromDateEnd", "toDateBegin", "toDateEnd")
    days = [parse_date(text) for tag in tags if (text := _text(period, tag))]
    if not days:
        return None
    return birth_between(days[0], days[-1], circa=_text(period, "isApproximate") == "true")


def _one(element: Element | None, tag: str) -> Element | None:
    """Return the first child of a local name."""
    if element is not None:
        for child in element:
            if child.tag.rpartition("}")[2] == tag:
                return child
    return None


def _all(element: Element | None, *path: str, wanted: str = "") -> Iterator[Element]:
    """Yield the children of the block that a path of local names leads to."""
    for tag in path:
        element = _one(element, tag)
    if element is not None:
        for child in element:
            if not wanted or child.tag.rpartition("}")[2] == wanted:
                yield child


def _text(element: Element | None, tag: str) -> str:
    """Return the text of the first child of a local name."""
    return text_of(_one(element, tag))
