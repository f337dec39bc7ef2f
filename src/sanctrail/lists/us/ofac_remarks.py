"""The grammar of the Remarks field of OFAC's CSV files, which holds whatever has no column.

Items stand behind each other with "; " between them and a full stop at the end; each begins with
its label, the second and later ones of a kind with "alt. " before it. What begins with no label
is a title or a comment of the list's own, an item for itself (so in all 57 held versions); only
where the item before it is still open (a quotation mark or a bracket not closed) was its "; "
part of that item.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    Name,
    Relation,
    Wallet,
)
from sanctrail.lists.us.ofac_terms import (
    CODES,
    COUNTRY_ROLES,
    VESSEL_REGISTRATION,
    WALLET_PREFIX,
    birth_of,
    identifier_of,
    imo_flaw,
)
from sanctrail.text.countries import country_code
from sanctrail.text.fold import script_of, tidy

FACTS = (
    "weak alias",
    "birth",
    "birth place",
    "nationality",
    "flag",
    "identifier",
    "wallet",
    "gender",
    "relation",
    "detail",
)
"""What may stand in Remarks, and so may be missing where they are cut short."""

SEPARATOR = "; "

DOCUMENTS = (
    "Afghan Money Service Provider License Number", "Aircraft Serial Identification",
    "Birth Certificate Number", "Bosnian Personal ID No.", "Branch Unit Number",
    "British National Overseas Passport", "Business Number", "Business Registration Document #",
    "Business Registration Number", "C.I.F.", "C.I.N.", "C.R. No.", "C.U.I.", "C.U.I.P.",
    "C.U.I.T.", "C.U.R.P.", "CNP (Personal Numerical Code)",
    "Cartilla de Servicio Militar Nacional", "Cedula No.", "Central Registration System Number",
    "Certificate of Incorporation Number", "Chamber of Commerce Number",
    "Chinese Commercial Code", "Citizen's Card Number", "Commercial Registry Number",
    "Company Number", "Credencial electoral", "D.N.I.", "Diplomatic Passport",
    "Driver's License No.", "Dubai Chamber of Commerce Membership No.",
    "Economic Register Number (CBLS)", "Electoral Registry No.", "Enterprise Number",
    "Federal ID Card", "File Number", "Fiscal Code", "Folio Mercantil No.",
    "Global Intermediary Identification Number", "Government Gazette Number", "I.F.E.",
    "Identification Number", "Immigration No.", "Istanbul Chamber of Comm. No.",
    "Italian Fiscal Code", "Kenyan ID No.", "LE Number", "Legal Entity Number", "License",
    "MSB Registration Number", "Matricula Mercantil No", "Military Registration Number",
    "Moroccan Personal ID No.", "N.I.E.", "N.I.F.", "NIT #", "National Foreign ID Number",
    "National ID No.", "Numero Unico de Identificacao Tributaria (NUIT)", "Numero de Identidad",
    "Organization Code", "Paraguayan tax identification number", "Passport", "Permit Number",
    "Personal ID Card", "Pilot License Number", "Public Registration Number",
    "Public Security and Immigration No.", "R.F.C.", "RFC", "RIF #", "RTN", "RUC #",
    "Refugee ID Card", "Registered Charity No.", "Registration Certificate Number (Dubai)",
    "Registration ID", "Registration Number", "Residency Number", "Romanian C.R.",
    "Romanian Permanent Resident", "Romanian Tax Registration",
    "Russian State Individual Business Registration Number Pattern (OGRNIP)",
    "SRE Permit No.", "SSN", "Seafarer's Identification Document", "Serial No.",
    "Stateless Person ID Card", "Stateless Person Passport", "Tarjeta de Identidad",
    "Tax ID No.", "Tazkira National ID Card", "Tourism License No.", "Trade License No.",
    "Trademark number", "Travel Document Number", "Turkish Identification Number",
    "UAE Identification", "UK Company Number", "US FEIN", "Unified Social Credit Code (USCC)",
    "United Social Credit Code Certificate (USCCC)", "V.A.T. Number",
    "Vessel Registration Identification", "VisaNumberID", "MMSI",
)  # fmt: skip
"""OFAC's types of document and registration (the reference values of its advanced layout)."""

PLAIN = (
    "Additional Sanctions Information", "Aircraft Manufacture Date", "Aircraft Model",
    "Aircraft Operator", "Email Address", "Issuer Name", "Organization Established Date",
    "Organization Type", "Other Vessel Type", "Phone Number", "Secondary sanctions risk",
    "Target Type",
    "Transactions Prohibited For Persons Owned or Controlled By U.S. Financial Institutions",
    "Vessel Gross Registered Tonnage", "Vessel Owner", "Vessel Tonnage", "Vessel Type",
    "Vessel Year of Build", "Website",
)  # fmt: skip
"""Features that are told as they stand."""

COUNTRIES = {"nationality": "nationality", "citizen": "citizenship", **COUNTRY_ROLES}
"""Labels of a country, to the role it has."""

ALIASES = {"a.k.a.": "alias", "f.k.a.": "former", "n.k.a.": "alias"}

_PHONES = ("Telephone No.", "Telephone", "Phone No.", "Phone", "PHONE")
_OPEN_ENDED = (
    r"(?:Executive Order|CAATSA|PEESA|IFCA)\b[\w.() ]*? (?:[Ii]nformation|Determination)",
    r"(?:Listing|Effective|Purchase/Sales For Divestment) Date \([^()]*\)",
    r"[A-Z][\w/&()'. ]{2,60}? (?:[Ii]nformation|Determination|[Ss]anctions risk)(?= -|:)",
)
"""Labels of features that come in ever new numbers."""

_KNOWN_DOCUMENT = r"[A-Z][\w.,'/&() -]{0,60}?(?:No\.?|Number|#|ID|Code|Card|Passport|License)"
_DAY = r"(?:\d{1,2} )?(?:[A-Z][a-z]{2,8} )?\d{4}"
_DAYS = rf"{_DAY}(?: to {_DAY})?"
_DATED = re.compile(rf"(.*?)((?:^| )(?:issued|expires) {_DAYS}(?: expires {_DAYS})?)?")
_BRACKET = re.compile(r"(.*)\s*\(([^()]*)\)")
_LONGEST_ITEM = 2000
"""Characters of an item beyond which nothing is looked for in it; the longest held has some 500."""

_SEVEN_DIGITS = re.compile(r"[0-9]{7}")
_SHORTEST_COUNTRY = 4
"""Letters of the shortest country name; fewer behind a comma is a state of the US (GA, CA)."""


def _labels(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_FIXED = (*DOCUMENTS, *CODES, *PLAIN, *COUNTRIES, *ALIASES, *_PHONES)
_LABEL = re.compile(
    rf"(?:alt\. )?(?P<label>DOB|POB|Gender|Linked To|{re.escape(WALLET_PREFIX)}\S+|"
    rf"{_labels(_FIXED)}|{'|'.join(_OPEN_ENDED)})(?: -|:)?(?:\s+(?P<value>.*))?",
    re.DOTALL,
)
_OTHER_DOCUMENT = re.compile(
    rf"(?:alt\. )?(?P<label>{_KNOWN_DOCUMENT})\s+(?P<value>\S*\d.*\((?P<country>[^()]+)\).*)"
)


_NAME_OF_LABEL = re.compile(
    rf"(DOB|POB|Gender|Linked To|{re.escape(WALLET_PREFIX)}\S+|{_labels(_FIXED)}|"
    rf"{'|'.join(_OPEN_ENDED)})(?: -|:)?"
)
_NAME_OF_DOCUMENT = re.compile(_KNOWN_DOCUMENT)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of Remarks: its label, what stands behind it, and both as written.

    The label is empty where the item begins with none.
    """

    label: str
    value: str
    written: str


@dataclass(slots=True)
class RemarkFacts:
    """What the Remarks of one party say; `flaws` tells what could not be understood."""

    names: list[Name] = field(default_factory=list)
    births: list[Birth] = field(default_factory=list)
    countries: list[Country] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    wallets: list[Wallet] = field(default_factory=list)
    gender: str = ""
    relations: list[Relation] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)


def items_of(text: str) -> Iterator[Item]:
    """Yield the items of a Remarks field; joined with "; " they are the text without its stop."""
    pending: Item | None = None
    for piece in text.removesuffix(".").split(SEPARATOR):
        item = _item(piece)
        if pending is None:
            pending = item
        elif not item.label and _goes_on(pending, item):
            pending = _item(pending.written + SEPARATOR + piece)
        else:
            yield pending
            pending = item
    if pending is not None:
        yield pending


def facts_of(items: Iterable[Item]) -> RemarkFacts:
    """Turn every item into the fact that it states; one without a label is a remark."""
    facts = RemarkFacts()
    for item in items:
        if not item.label:
            if text := tidy(item.written):
                facts.details.append(Detail("remark", text))
        elif not item.value:
            facts.flaws.append(f"'{item.label}' stands in Remarks with nothing behind it")
        else:
            _take(facts, item)
    return facts


def label_of(text: str) -> str:
    """Return the label that a text is as a whole, without its stop; empty if it is none.

    A name that ends like that of a document (`Number`, `ID Card`) is one too.
    """
    match = _NAME_OF_LABEL.fullmatch(text)
    if match:
        return match[1]
    return text if _NAME_OF_DOCUMENT.fullmatch(text) else ""


def _item(piece: str) -> Item:
    match = _LABEL.fullmatch(piece.strip())
    if match is None and len(piece) < _LONGEST_ITEM:
        match = _OTHER_DOCUMENT.fullmatch(piece.strip())
        match = match if match and country_code(match["country"]) else None
    if match is None:
        return Item("", "", piece)
    return Item(match["label"], (match["value"] or "").strip(), piece)


def _goes_on(before: Item, after: Item) -> bool:
    """Tell whether a piece without a label belongs to the item before it."""
    if len(before.written) > _LONGEST_ITEM:
        return False
    if before.label in ALIASES:
        return before.value.startswith("'") and not before.value.endswith("'")
    return before.written.count("(") > before.written.count(")") and ")" in after.written


def _take(facts: RemarkFacts, item: Item) -> None:
    label, value = item.label, tidy(item.value)
    if label.startswith(WALLET_PREFIX):
        _take_wallet(facts, label.removeprefix(WALLET_PREFIX), value)
    elif label in COUNTRIES:
        facts.countries.append(Country(COUNTRIES[label], country_code(value), value))
    elif label in ALIASES:
        facts.names.append(_alias(ALIASES[label], value))
    elif label in _TAKERS:
        _TAKERS[label](facts, value)
    elif label in CODES:
        facts.identifiers.append(identifier_of(label, value))
    elif label in DOCUMENTS or _OTHER_DOCUMENT.fullmatch(item.written.strip()):
        _take_document(facts, label, value)
    else:
        kind = "phone number" if label in _PHONES else label.lower()
        facts.details.append(Detail(kind, value))


def _take_wallet(facts: RemarkFacts, asset: str, address: str) -> None:
    if len(address.split()) == 1:
        facts.wallets.append(Wallet(asset, address))
    else:
        facts.details.append(Detail(f"digital currency address - {asset}", address))
        facts.flaws.append(f"digital currency address ({asset}) is not one word: '{address}'")


def _take_birth(facts: RemarkFacts, text: str) -> None:
    birth = birth_of(text)
    if birth is None:
        facts.details.append(Detail("birth date", text))
        facts.flaws.append(f"date of birth '{text}' is not read; it is kept as text")
    else:
        facts.births.append(birth)


def _take_birth_place(facts: RemarkFacts, text: str) -> None:
    place, country = _place_and_country(text)
    facts.addresses.append(Address("birth", place, country_code(country), country))


def _take_gender(facts: RemarkFacts, text: str) -> None:
    if facts.gender and facts.gender != text.lower():
        facts.details.append(Detail("gender", text))
        facts.flaws.append(f"Remarks name a second gender, '{text}'; it is kept as text")
    else:
        facts.gender = text.lower()


def _take_link(facts: RemarkFacts, text: str) -> None:
    facts.relations.append(Relation("linked to", "", text, f"Linked To: {text}"))


_TAKERS: dict[str, Callable[[RemarkFacts, str], None]] = {
    "DOB": _take_birth,
    "POB": _take_birth_place,
    "Gender": _take_gender,
    "Linked To": _take_link,
}


def _alias(kind: str, text: str) -> Name:
    """Return an alias; that it stands in quotation marks says that it is weak."""
    quoted = len(text) > 2 and text[0] == text[-1] == "'"  # noqa: PLR2004
    name = text[1:-1].strip() if quoted else text
    return Name(name, kind, "weak" if quoted else "", script_of(name))


def _place_and_country(text: str) -> tuple[str, str]:
    """Part a place from its country, which may hold a comma of its own (`Korea, North`)."""
    segments = [segment.strip() for segment in text.split(",")]
    for length in (2, 1):
        country = ", ".join(segments[-length:])
        known = len(segments) >= length and len(country) >= _SHORTEST_COUNTRY
        if known and country_code(country):
            return ", ".join(segments[:-length]), country
    return text, ""


def _take_document(facts: RemarkFacts, label: str, text: str) -> None:
    match = _DATED.fullmatch(text)
    number, dates = (match[1], match[2] or "") if match else (text, "")
    bracket = _BRACKET.fullmatch(number)
    issuer = country_code(bracket[2]) if bracket else ""
    if bracket and issuer:
        number = bracket[1]
    number = number.strip()
    readable = any(c.isdigit() for c in number) and not re.search(r"\bissued\b", number)
    if not readable and (not number or len(number.split()) > 1):
        facts.details.append(Detail(label.lower(), text))
        facts.flaws.append(f"'{label} {text}' is no number; it is kept as text")
        return
    if label == VESSEL_REGISTRATION and _SEVEN_DIGITS.fullmatch(number):
        number = f"IMO {number}"
    identifier = identifier_of(label, number, issuer)
    facts.identifiers.append(identifier)
    if dates:
        facts.details.append(Detail("document date", f"{label} {number} {dates.strip()}"))
    if flaw := imo_flaw(identifier):
        facts.flaws.append(flaw)
