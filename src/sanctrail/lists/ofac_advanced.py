"""The US OFAC lists in the SDN_ADVANCED layout (also CONS_ADVANCED).

Everything in the file is a number into ReferenceValueSets, which stand first; locations and
documents come before the parties, listing dates behind them. So the numbers are looked up by
their text, never by their value, and a listing is complete only at the end of the file. Layout:
the schema that OFAC publishes beside the file (ADVANCED_XML.xsd).

Kept: names in every script, listing date (the earliest of the entry events), programmes, birth
dates, countries, documents, codes such as SWIFT/BIC, wallets, gender.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sanctrail.errors import Problem
from sanctrail.ground.inputs import InputStream
from sanctrail.lists.records import (
    Birth,
    Country,
    Identifier,
    ListHeader,
    Listing,
    Name,
    Wallet,
)
from sanctrail.lists.xml import Element, elements, text_of
from sanctrail.text.countries import country_code
from sanctrail.text.dates import DateRange, date_range

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
    "SanctionsEntry": "end",
}
_WALLET_PREFIX = "Digital Currency Address - "
_COUNTRY_FEATURES = {
    "Nationality Country": "nationality",
    "Citizenship Country": "citizenship",
    "Location": "address",
    "Vessel Flag": "flag",
    "Former Vessel Flag": "flag",
    "Other Vessel Flag": "flag",
    "Nationality of Registration": "registration",
    "Registration Country": "registration",
}
_CODE_FEATURES = frozenset(
    {
        "SWIFT/BIC",
        "BIK (RU)",
        "D-U-N-S Number",
        "ISIN",
        "Vessel Call Sign",
        "Other Vessel Call Sign",
        "Aircraft Tail Number",
        "Previous Aircraft Tail Number",
        "Aircraft Manufacturer's Serial Number (MSN)",
        "Aircraft Mode S Transponder Code",
    }
)
_ALIAS_KIND = {"Name": "primary", "A.K.A.": "alias", "F.K.A.": "former", "N.K.A.": "alias"}
_SCRIPT_CODE = {"Latin": "Latn", "Hebrew": "Hebr", "Japanese": "Jpan", "Korean": "Kore"}
_UNSPACED = frozenset({"Hans", "Hant", "Jpan", "Kore", "Hang"})


def read(stream: InputStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in file order."""
    file = _File(stream.name, problems)
    for tag, element in elements(stream, _WANTED):
        file.take(tag, element)
    list_id = "us-sdn" if file.on_sdn or not file.parties else "us-cons"
    yield ListHeader(list_id, "us", FORM, file.issued)
    yield from file.listings()


@dataclass(slots=True)
class _Entry:
    """What the sanctions entries of one profile say, gathered over its lists."""

    dates: list[str] = field(default_factory=list)
    programmes: dict[str, None] = field(default_factory=dict)


class _File:
    """Reference values, locations, documents, parties and entries of one file."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        self.issued = ""
        self.on_sdn = False
        self.parties: dict[str, Listing] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._unknown: set[tuple[str, str]] = set()
        self._areas: dict[str, tuple[str, str]] = {}
        self._party_type_of: dict[str, str] = {}
        self._script_codes: dict[str, str] = {}
        self._locations: dict[str, tuple[str, str]] = {}
        self._documents: dict[str, list[Identifier]] = {}
        self._entries: dict[str, _Entry] = {}

    def take(self, tag: str, element: Element) -> None:
        """Put one element where it belongs."""
        match tag:
            case "DateOfIssue":
                day = _day(element)
                self.issued = day.earliest if day and day.precision == "day" else ""
            case "ReferenceValueSets":
                self._take_references(element)
            case "Location":
                self._take_location(element)
            case "IDRegDocument":
                self._take_document(element)
            case "DistinctParty":
                self._take_party(element)
            case "SanctionsEntry":
                self._take_entry(element)

    def listings(self) -> Iterator[Listing]:
        """Yield the parties with their listing dates and programmes."""
        for profile, listing in self.parties.items():
            entry = self._entries.get(profile)
            if entry is None or not entry.dates:
                self.problem(listing.element, "has no dated sanctions entry: listing date unknown")
            found = entry or _Entry()
            programmes = tuple(filter(None, found.programmes))
            yield replace(listing, listed_on=min(found.dates, default=""), programmes=programmes)
        for profile in (profile for profile in self._entries if profile not in self.parties):
            self.problem(f"SanctionsEntry of ProfileID {profile}", "names a party not in the file")

    def problem(self, where: str, message: str) -> None:
        """Note a problem at a place in the file."""
        self.problems.append(Problem(self.source, where, message))

    def value(self, kind: str, number: str) -> str:
        """Return the text behind a reference number, or the number itself in brackets."""
        known = self._values.get(kind, {})
        if number and number not in known and (kind, number) not in self._unknown:
            self._unknown.add((kind, number))
            self.problem(f"{kind} {number}", "is used but stands not among the reference values")
        return known.get(number, f"[{kind} {number}]")

    def _take_references(self, element: Element) -> None:
        for group in element:
            for value in group:
                kind = value.tag.rpartition("}")[2]
                number, text = value.get("ID", ""), text_of(value)
                self._values.setdefault(kind, {})[number] = text
                if kind == "AreaCode":
                    self._areas[number] = (text, value.get("Description", ""))
                elif kind == "Script":
                    code = value.get("ScriptCode", "")
                    self._script_codes[number] = _SCRIPT_CODE.get(code, code)
                elif kind == "PartySubType":
                    self._party_type_of[number] = value.get("PartyTypeID", "")

    def _take_location(self, element: Element) -> None:
        area = element.find("{*}LocationAreaCode")
        country = element.find("{*}LocationCountry")
        number = area.get("AreaCodeID") if area is not None else ""
        if country is not None:
            number = number or country.get("CountryID")
        if number in self._areas:
            code, name = self._areas[number]
            self._locations[element.get("ID", "")] = (country_code(code), name)
        elif text := text_of(element.find("{*}LocationPart/{*}LocationPartValue/{*}Value")):
            self._locations[element.get("ID", "")] = (country_code(text), text)

    def _take_document(self, element: Element) -> None:
        number = text_of(element.find("{*}IDRegistrationNo"))
        kind = self.value("IDRegDocType", element.get("IDRegDocTypeID", ""))
        if not number:
            self.problem(f"IDRegDocument {element.get('ID')}", f"'{kind}' has no number")
            return
        if self.value("Validity", element.get("ValidityID", "")) == "Fraudulent":
            kind += " (fraudulent)"
        code, _ = self._areas.get(element.get("IssuedBy-CountryID", ""), ("", ""))
        document = Identifier(kind, number, country_code(code))
        self._documents.setdefault(element.get("IdentityID", ""), []).append(document)

    def _take_entry(self, element: Element) -> None:
        entry = self._entries.setdefault(element.get("ProfileID", ""), _Entry())
        if self.value("List", element.get("ListID", "")) == SDN_LIST:
            self.on_sdn = True
        for event in element.iterfind("{*}EntryEvent"):
            day = _day(event.find("{*}Date"))
            if day is None:
                self.problem(f"SanctionsEntry {element.get('ID')}", "has an event without a date")
            else:
                entry.dates.append(day.earliest)
        for measure in element.iterfind("{*}SanctionsMeasure"):
            if self.value("SanctionsType", measure.get("SanctionsTypeID", "")) == "Program":
                entry.programmes[text_of(measure.find("{*}Comment"))] = None

    def _take_party(self, element: Element) -> None:
        profile = element.find("{*}Profile")
        uid = element.get("FixedRef", "")
        where = f"DistinctParty FixedRef {uid}, line {element.sourceline}"
        if profile is None or not uid:
            self.problem(where, "has no profile or no number; it was left out")
            return
        if profile.get("ID") in self.parties:
            self.problem(where, f"repeats ProfileID {profile.get('ID')}; it was left out")
            return
        self.parties[profile.get("ID", "")] = _Party(self, profile, where).listing(uid)

    def kind_of(self, subtype: str) -> str:
        """Return our word for a party subtype: its own text, or that of its party type."""
        text = self.value("PartySubType", subtype)
        if text == "Unknown":
            text = self.value("PartyType", self._party_type_of.get(subtype, ""))
        return {"Individual": "person", "Vessel": "vessel", "Aircraft": "aircraft"}.get(
            text, "entity"
        )

    def script_code(self, number: str) -> str:
        """Return the ISO 15924 code of a script number."""
        return self._script_codes.get(number, "")

    def location(self, number: str) -> tuple[str, str] | None:
        """Return (code, name) of the country of a location, if it has one."""
        return self._locations.get(number)

    def documents(self, identity: str) -> list[Identifier]:
        """Return the documents of an identity."""
        return self._documents.get(identity, [])


class _Party:
    """One DistinctParty's profile on its way to a `Listing`."""

    def __init__(self, file: _File, profile: Element, where: str) -> None:
        self._file = file
        self._profile = profile
        self._where = where
        self._kind = file.kind_of(profile.get("PartySubTypeID", ""))
        self._births: dict[Birth, None] = {}
        self._countries: dict[Country, None] = {}
        self._identifiers: dict[Identifier, None] = {}
        self._wallets: list[Wallet] = []
        self._gender = ""

    def listing(self, uid: str) -> Listing:
        """Return the party without its entries, which stand further down in the file."""
        names: list[Name] = []
        for identity in self._profile.iterfind("{*}Identity"):
            names.extend(self._names(identity))
            self._identifiers.update(dict.fromkeys(self._file.documents(identity.get("ID", ""))))
        if not names:
            self._file.problem(self._where, "has no name")
        for feature in self._profile.iterfind("{*}Feature"):
            self._take_feature(feature)
        return Listing(
            listing_id=f"us:{uid}",
            regime="us",
            reference=uid,
            kind=self._kind,
            names=tuple(names),
            listed_on="",
            programmes=(),
            element=self._where,
            births=tuple(self._births),
            countries=tuple(self._countries),
            identifiers=tuple(self._identifiers),
            wallets=tuple(self._wallets),
            gender=self._gender,
        )

    def _names(self, identity: Element) -> Iterator[Name]:
        roles = {
            group.get("ID"): self._file.value("NamePartType", group.get("NamePartTypeID", ""))
            for group in identity.iterfind("{*}NamePartGroups//{*}NamePartGroup")
        }
        for alias in identity.iterfind("{*}Alias"):
            kind = _ALIAS_KIND.get(
                self._file.value("AliasType", alias.get("AliasTypeID", "")), "alias"
            )
            quality = "weak" if alias.get("LowQuality") == "true" else "strong"
            for number, documented in enumerate(alias.iterfind("{*}DocumentedName")):
                text, script = self._documented(documented, roles)
                if text:
                    yield Name(text, kind if not number else _later(kind, script), quality, script)
                else:
                    self._file.problem(
                        self._where, f"DocumentedName {documented.get('ID')} is empty"
                    )

    def _documented(self, name: Element, roles: dict[str, str]) -> tuple[str, str]:
        parts, script = [], ""
        for value in name.iterfind("{*}DocumentedNamePart/{*}NamePartValue"):
            parts.append((roles.get(value.get("NamePartGroupID"), ""), text_of(value)))
            script = script or self._file.script_code(value.get("ScriptID", ""))
        return _joined([part for part in parts if part[1]], script), script

    def _take_feature(self, feature: Element) -> None:
        kind = self._file.value("FeatureType", feature.get("FeatureTypeID", ""))
        for version in feature.iterfind("{*}FeatureVersion"):
            if kind.startswith(_WALLET_PREFIX):
                self._take_wallet(kind.removeprefix(_WALLET_PREFIX), version)
            elif kind in _COUNTRY_FEATURES:
                self._take_country(_COUNTRY_FEATURES[kind], version)
            elif kind == "Birthdate":
                self._take_birth(version)
            elif kind == "Place of Birth":
                self._take_birth_place(version)
            elif kind == "Gender":
                self._gender = self._detail(version).lower()
            elif kind in _CODE_FEATURES and self._detail(version):
                self._identifiers[Identifier(kind, self._detail(version))] = None

    def _detail(self, version: Element) -> str:
        detail = version.find("{*}VersionDetail")
        if detail is None:
            return ""
        if number := detail.get("DetailReferenceID"):
            return self._file.value("DetailReference", number)
        return text_of(detail)

    def _take_wallet(self, asset: str, version: Element) -> None:
        address = self._detail(version)
        if address:
            self._wallets.append(Wallet(asset.strip(), address))
        else:
            self._file.problem(self._where, f"digital currency address ({asset}) is empty")

    def _take_country(self, role: str, version: Element) -> None:
        place = version.find("{*}VersionLocation")
        area = self._file.location(place.get("LocationID", "")) if place is not None else None
        if area is not None:
            self._countries[Country(role, *area)] = None
        elif text := self._detail(version):
            self._countries[Country(role, country_code(text), text)] = None

    def _take_birth_place(self, version: Element) -> None:
        if text := self._detail(version):
            code = country_code(text) or country_code(text.rpartition(",")[2])
            self._countries[Country("birth", code, text)] = None
        else:
            self._take_country("birth", version)

    def _take_birth(self, version: Element) -> None:
        period = version.find("{*}DatePeriod")
        birth = _birth(period) if period is not None else None
        if birth is None:
            self._file.problem(self._where, "date of birth is not read")
        else:
            self._births[birth] = None


def _later(kind: str, script: str) -> str:
    """Further documented names of one alias are the same name in another script or wording."""
    return "script" if script not in ("", "Latn") else ("alias" if kind == "primary" else kind)


def _joined(parts: list[tuple[str, str]], script: str) -> str:
    texts = [text for _, text in parts]
    if script in _UNSPACED:
        return "".join(texts) if all(len(text) < 3 for text in texts) else " ".join(texts)  # noqa: PLR2004
    if len(parts) > 1 and parts[0][0] == "Last Name":
        return f"{texts[0]}, {' '.join(texts[1:])}"
    return " ".join(texts)


def _day(element: Element | None) -> DateRange | None:
    if element is None:
        return None
    parts = [text_of(element.find("{*}" + tag)) for tag in ("Year", "Month", "Day")]
    if not all(part.isdecimal() for part in parts):
        return None
    return date_range(*(int(part) for part in parts))


def _birth(period: Element) -> Birth | None:
    """Fold an OFAC period back to the precision it stands for: a whole year is a year."""
    first = _day(period.find("{*}Start/{*}From"))
    last = _day(period.find("{*}End/{*}To"))
    if first is None or last is None or first.earliest > last.latest:
        return None
    ends = (period.find("{*}Start"), period.find("{*}End"))
    circa = any(end is not None and end.get("Approximate") == "true" for end in ends)
    earliest, latest = first.earliest, last.latest
    return Birth(earliest, latest, _precision(earliest, latest), circa)


def _precision(earliest: str, latest: str) -> str:
    if earliest == latest:
        return "day"
    year, month = int(earliest[:4]), int(earliest[5:7])
    for whole in (date_range(year, month), date_range(year)):
        if whole and (whole.earliest, whole.latest) == (earliest, latest):
            return whole.precision
    return "range"
