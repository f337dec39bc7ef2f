"""The UK Sanctions List (XML), since January 2026 the UK's only list of designations.

Layout: https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.xml. Names come as up to six
parts of which the sixth is the family's or the whole; unknown parts of a birth date are letters;
wallets stand only in the free text. The letters of the id name the regime, `RegimeName` its
regulations. A removal is an absence: nothing in the layout marks one.
"""

from collections.abc import Callable, Iterator

from sanctrail.errors import Problem
from sanctrail.lists.eu.eu_terms import un_references
from sanctrail.lists.gb.uk_terms import (
    KINDS,
    indicated,
    measure,
    numbered,
    parse_uk_date,
    programme_of,
    uk_day,
)
from sanctrail.lists.reading.imo import imo_identifier
from sanctrail.lists.reading.prose import stand_in
from sanctrail.lists.reading.text_wallets import wallets_in
from sanctrail.lists.reading.xml import Element, elements, text_of
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    ListHeader,
    Listing,
    Measure,
    Name,
    Relation,
    Wallet,
)
from sanctrail.lists.source import ByteStream
from sanctrail.text.countries import country_code
from sanctrail.text.fold import script_of

ROOT = "Designations"
FORM = "uk-xml"

_NAME_PARTS = ("1", "2", "3", "4", "5", "6")
_NAME_KINDS = {
    "primary name": "primary",
    "primary name variation": "alias",
    "alias": "alias",
    "a.k.a": "alias",
    "f.k.a": "former",
    "formerly known as": "former",
}
_STRENGTHS = {"good quality a.k.a": "strong", "low quality a.k.a": "weak"}
_SCRIPTS = {"arabic": "Arab", "cyrillic": "Cyrl", "chinese": "Hani", "hangul": "Hang"}
_NOT_GIVEN = ("n/a", "na", "none", "-")
_NATIONALITY, _FLAG, _FORMER_FLAG = "nationality", "flag", "former flag"
_COUNTRIES = {
    "Nationality": _NATIONALITY,
    "CurrentBelievedFlagOfShip": _FLAG,
    "PreviousFlag": _FORMER_FLAG,
}
_RELATIONS = {
    "ParentCompany": ("owned by", "parent company", False),
    "Subsidiary": ("owner of", "subsidiary", False),
    "CurrentOwnerOperator": ("owned by", "current owner/operator", False),
    "PreviousOwnerOperator": ("owned by", "previous owner/operator", True),
}
_NUMBERS = {
    "BusinessRegistrationNumber": "business registration number",
    "HullIdentificationNumber": "hull identification number",
    "MMSI": "MMSI",
}
_DOCUMENTS = {"Passport": "passport", "NationalIdentifier": "national identifier"}
_DETAILS = {
    "PhoneNumber": "phone number",
    "EmailAddress": "email address",
    "Website": "website",
    "Position": "position",
    "Title": "title",
    "TypeOfEntity": "type of entity",
    "TypeOfShip": "type of ship",
    "TonnageOfShip": "tonnage of ship",
    "LengthOfShip": "length of ship",
    "YearBuilt": "year built",
    "DesignationSource": "designation source",
    "UKStatementofReasons": "statement of reasons",
    "NonLatinScriptLanguage": "non-Latin script language",
}
_ELSEWHERE = {
    "LastUpdated",
    "DateDesignated",
    "UniqueID",
    "Names",
    "RegimeName",
    "IndividualEntityShip",
    "SanctionsImposed",
    "SanctionsImposedIndicators",
    "OtherInformation",
}
"""Read by name before the rest of the designation is walked through."""


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in file order."""
    headed = False
    for tag, element in elements(stream, {"DateGenerated": "end", "Designation": "end"}):
        if not headed:
            headed = True
            written = text_of(element) if tag == "DateGenerated" else ""
            yield ListHeader("gb", "gb", FORM, uk_day(written) or written, written)
        if tag == "Designation":
            yield _Entry(element, stream.name, problems).listing()


class _Entry:
    """One Designation element on its way to a `Listing`."""

    def __init__(self, element: Element, source: str, problems: list[Problem]) -> None:
        self._element = element
        self._source = source
        self._problems = problems
        self._id = self._text("UniqueID")
        self._where = f"Designation {self._id or '?'}, line {element.sourceline}"
        self._births: dict[Birth, None] = {}
        self._countries: dict[Country, None] = {}
        self._addresses: dict[Address, None] = {}
        self._identifiers: dict[Identifier, None] = {}
        self._relations: dict[Relation, None] = {}
        self._details: dict[Detail, None] = {}
        self._scripts: list[Name] = []
        self._gender = ""
        self._readers: dict[str, Callable[[str], None]] = {
            "UNReferenceNumber": self._take_un_reference,
            "OFSIGroupID": self._take_group,
            "IMONumber": self._take_imo,
            "DOB": self._take_birth,
            "Gender": self._take_gender,
        }

    def listing(self) -> Listing:
        """Return the whole entry; what could not be read is a problem beside it."""
        for child in self._element:
            if _local(child) not in _ELSEWHERE:
                self._walk(child)
        names = (*self._names(), *self._scripts)
        if not names:
            self._problem("has no name")
        if not self._id:
            self._problem("has no UniqueID; its id is a digest of its regime and names instead")
        designated, updated = self._day("DateDesignated"), self._day("LastUpdated")
        regime = self._text("RegimeName")
        return Listing(
            listing_id=f"gb:{self._id or self._digest(names)}",
            regime="gb",
            reference=self._id,
            kind=self._kind(),
            names=names,
            listed_on=designated,
            programmes=tuple(filter(None, [programme_of(self._id) or regime])),
            element=self._where,
            births=tuple(self._births),
            countries=tuple(self._countries),
            identifiers=tuple(self._identifiers),
            wallets=tuple(self._wallets()),
            gender=self._gender,
            remarks=self._text("OtherInformation"),
            addresses=tuple(self._addresses),
            measures=tuple(self._measures()),
            acts=(LegalAct(regime),) if regime else (),
            relations=tuple(self._relations),
            details=tuple(self._details),
            amended_on=(updated,) if updated and updated != designated else (),
        )

    def _digest(self, names: tuple[Name, ...]) -> str:
        return stand_in(self._text("RegimeName"), *(name.text for name in names))

    def _text(self, tag: str) -> str:
        return text_of(self._element.find("{*}" + tag))

    def _problem(self, message: str) -> None:
        self._problems.append(Problem(self._source, self._where, message))

    def _day(self, tag: str) -> str:
        text = self._text(tag)
        day = uk_day(text)
        if not day and (text or tag == "DateDesignated"):
            self._problem(f"{tag} '{text}' is not a day")
        return day

    def _kind(self) -> str:
        written = self._text("IndividualEntityShip")
        if written.lower() not in KINDS:
            self._problem(f"'{written}' is none of Individual, Entity, Ship; taken as entity")
        return KINDS.get(written.lower(), "entity")

    def _names(self) -> Iterator[Name]:
        for element in self._element.iterfind("{*}Names/{*}Name"):
            parts = [(n, text_of(element.find(f"{{*}}Name{n}"))) for n in _NAME_PARTS]
            parts = [part for part in parts if part[1]]
            text = " ".join(part for _, part in parts)
            kind = text_of(element.find("{*}NameType"))
            strength = text_of(element.find("{*}AliasStrength"))
            if not text:
                self._problem(f"a name of the type '{kind}' is empty")
                continue
            if _plain(kind) not in _NAME_KINDS:
                self._problem(f"name type '{kind}' is not one that the UK list is known by")
            if strength and _plain(strength) not in _STRENGTHS:
                self._problem(f"alias strength '{strength}' is not one that is known")
            yield Name(
                text,
                _NAME_KINDS.get(_plain(kind), "alias"),
                _STRENGTHS.get(_plain(strength), ""),
                script_of(text),
                tuple(parts),
            )

    def _walk(self, element: Element) -> None:
        """Read an element, or those inside it, by its name; a text of no known name is a detail."""
        tag, text = _local(element), text_of(element)
        if tag == "Address":
            self._take_address(element)
        elif tag == "Location":
            self._take_birth_place(element)
        elif tag == "NonLatinName":
            self._take_script(element)
        elif tag in _DOCUMENTS and len(element):
            self._take_document(tag, element)
        elif len(element):
            for child in element:
                self._walk(child)
        elif text:
            self._take_text(tag, text)

    def _take_text(self, tag: str, text: str) -> None:
        if tag in self._readers:
            self._readers[tag](text)
        elif tag in _COUNTRIES:
            for name in numbered(text):
                self._countries[Country(_COUNTRIES[tag], country_code(name), name)] = None
        elif tag in _RELATIONS:
            kind, written, former = _RELATIONS[tag]
            for name in numbered(text):
                self._relations[Relation(kind, "", name, written, former)] = None
        elif tag in _NUMBERS:
            for number in numbered(text):
                self._identifiers[Identifier(_NUMBERS[tag], number)] = None
        else:
            kind = _DETAILS.get(tag, indicated(tag))
            self._details[Detail(kind.lower(), text)] = None

    def _take_gender(self, text: str) -> None:
        if self._gender not in ("", text.lower()):
            self._problem(f"has another gender too ({text}); the first is kept")
        self._gender = self._gender or text.lower()

    def _take_group(self, text: str) -> None:
        self._identifiers[Identifier("OFSI group id", text)] = None

    def _take_un_reference(self, text: str) -> None:
        if text.lower() not in _NOT_GIVEN:
            for number in un_references(text):
                self._identifiers[Identifier("UN reference", number)] = None

    def _take_imo(self, text: str) -> None:
        for one in numbered(text):
            identifier, wrong = imo_identifier(one, "vessel")
            if wrong:
                self._problem(wrong)
            self._identifiers[identifier] = None

    def _take_birth(self, text: str) -> None:
        for one in numbered(text):
            days = parse_uk_date(one)
            if days is None:
                self._problem(f"date of birth '{one}' is not read")
                self._details[Detail("birth date", one)] = None
            else:
                self._births[Birth(days.earliest, days.latest, days.precision)] = None

    def _take_script(self, element: Element) -> None:
        text = text_of(element.find("{*}NameNonLatinScript"))
        said = text_of(element.find("{*}NonLatinScriptType"))
        if text:
            script = _SCRIPTS.get(said.lower(), "") or script_of(text)
            self._scripts.append(Name(text, "script", "", script))
        for child in element:
            if _local(child) not in ("NameNonLatinScript", "NonLatinScriptType"):
                self._walk(child)

    def _take_address(self, element: Element) -> None:
        lines = [text_of(element.find(f"{{*}}AddressLine{n}")) for n in _NAME_PARTS]
        postal = text_of(element.find("{*}AddressPostalCode"))
        country = text_of(element.find("{*}AddressCountry"))
        text = ", ".join(filter(None, (*lines, postal)))
        if text or country:
            code = country_code(country)
            self._addresses[Address("address", text, code, country, postal_code=postal)] = None

    def _take_birth_place(self, element: Element) -> None:
        town = text_of(element.find("{*}TownOfBirth"))
        country = text_of(element.find("{*}CountryOfBirth"))
        if town or country:
            code = country_code(country)
            self._addresses[Address("birth", town, code, country, city=town)] = None

    def _take_document(self, tag: str, element: Element) -> None:
        number = text_of(element.find(f"{{*}}{tag}Number"))
        said = text_of(element.find(f"{{*}}{tag}AdditionalInformation"))
        kind = _DOCUMENTS[tag]
        if number:
            self._identifiers[Identifier(kind, number)] = None
        elif said:
            self._problem(f"{kind} has no number: {said}")
        if said:
            self._details[Detail(f"{kind} information", f"{number} {said}".strip())] = None

    def _wallets(self) -> Iterator[Wallet]:
        found: dict[Wallet, None] = {}
        for tag in ("OtherInformation", "UKStatementofReasons"):
            for wallet, wrong in wallets_in(self._text(tag)):
                if wrong and wallet not in found:
                    self._problem(wrong)
                found[wallet] = None
        yield from found

    def _measures(self) -> Iterator[Measure]:
        """Yield the measures imposed; the indicators only where the text lacks them."""
        imposed = [part.strip() for part in self._text("SanctionsImposed").split("|")]
        if not any(imposed):
            indicators = self._element.iterfind("{*}SanctionsImposedIndicators/*")
            imposed = [
                indicated(_local(one)) for one in indicators if text_of(one).lower() == "true"
            ]
        for text in dict.fromkeys(filter(None, imposed)):
            yield measure(text)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _plain(text: str) -> str:
    return text.lower().rstrip(".")
