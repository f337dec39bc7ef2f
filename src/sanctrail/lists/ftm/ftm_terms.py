"""FollowTheMoney's schemata and properties in our words: one table for reading and writing.

Model: followthemoney 4.11 (https://followthemoney.tech/explorer/). A property name such as
`birthPlace` that has no word here is read as its own words, `birth place`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from sanctrail.text.countries import country_code

KINDS = {
    "Person": "person",
    "LegalEntity": "entity",
    "Organization": "entity",
    "Company": "entity",
    "PublicBody": "entity",
    "Vessel": "vessel",
    "Airplane": "aircraft",
}
"""Schemata of which a target is a listing, to our word for what it is."""

NEIGHBOURS = frozenset({"Asset", "Vehicle", "Position", "Security", "RealEstate", "BankAccount"})
"""Further schemata that a link may lead to; they are known by their names only."""


@dataclass(frozen=True, slots=True)
class Link:
    """A schema that ties two parties: who it is read from, to whom, and in which words."""

    source: str
    target: str
    kind: str
    back: str
    wording: str = "role"


LINKS = {
    "Ownership": Link("owner", "asset", "owner of", "owned by"),
    "Directorship": Link("director", "organization", "leader of", "linked to"),
    "Membership": Link("member", "organization", "member of", "linked to"),
    "Employment": Link("employee", "employer", "linked to", "linked to"),
    "Family": Link("person", "relative", "family of", "family of", "relationship"),
    "Associate": Link("person", "associate", "associate of", "associate of", "relationship"),
    "Representation": Link("agent", "client", "acting for", "linked to"),
    "Succession": Link("predecessor", "successor", "linked to", "linked to"),
    "UnknownLink": Link("subject", "object", "linked to", "linked to"),
}

BACK = {
    "owner of": "owned by",
    "owned by": "owner of",
    "family of": "family of",
    "associate of": "associate of",
}
"""Ties that have a word for the other way too; any other is `linked to` from there."""

REFERENCES = {
    "parent": "owned by",
    "owner": "owned by",
    "operator": "linked to",
    "riskSource": "linked to",
}
"""Properties of a party that name another one, to the tie that they are."""

OWNERS = {
    "Sanction": ("entity",),
    "Identification": ("holder",),
    "Passport": ("holder",),
    "CryptoWallet": ("holder",),
    **{schema: (link.source, link.target) for schema, link in LINKS.items()},
}
"""Schemata that say something about a party, to the properties that name the party."""

IDENTIFIERS = {
    "passportNumber": "Passport",
    "idNumber": "Identification number",
    "taxNumber": "Tax number",
    "vatCode": "VAT number",
    "registrationNumber": "Registration number",
    "licenseNumber": "License number",
    "socialSecurityNumber": "Social security number",
    "swiftBic": "SWIFT/BIC",
    "leiCode": "LEI",
    "innCode": "INN",
    "ogrnCode": "OGRN",
    "kppCode": "KPP",
    "okpoCode": "OKPO",
    "bikCode": "BIK",
    "dunsCode": "D-U-N-S Number",
    "uscCode": "Unified Social Credit Code",
    "uniqueEntityId": "UEI",
    "npiCode": "NPI",
    "cageCode": "CAGE",
    "giiNumber": "GIIN",
    "cikCode": "CIK",
    "irsCode": "IRS",
    "permId": "PermID",
    "isinCode": "ISIN",
    "ticker": "Ticker",
    "ricCode": "RIC",
    "voenCode": "VOEN",
    "jibCode": "JIB",
    "mbsCode": "MBS",
    "pfrNumber": "PFR",
    "fnsCode": "FNS",
    "ipoCode": "IPO",
    "coatoCode": "COATO",
    "icijId": "ICIJ ID",
    "bvdId": "BvD ID",
    "sayariId": "Sayari ID",
    "brightQueryId": "BrightQuery ID",
    "brightQueryOrgId": "BrightQuery organisation ID",
    "wikidataId": "Wikidata",
    "imoNumber": "IMO",
    "mmsi": "MMSI",
    "callSign": "Call sign",
    "crsNumber": "CRS",
    "serialNumber": "Serial number",
    "icaoCode": "ICAO",
}
"""Properties that number a party, to the kind of identifier."""

COUNTRY_ROLES = {
    "nationality": "nationality",
    "citizenship": "citizenship",
    "flag": "flag",
    "pastFlags": "former flag",
    "jurisdiction": "registration",
    "mainCountry": "address",
    "country": "address",
}
"""Properties that tie a party to a country; a plain `country` says no more than being there."""

NAME_KINDS = {"name": "alias", "alias": "alias", "previousName": "former", "weakAlias": "alias"}

PART_ROLES = {
    "firstName": "first",
    "secondName": "middle",
    "middleName": "middle",
    "lastName": "last",
    "fatherName": "father",
    "motherName": "matronymic",
    "nameSuffix": "suffix",
}

_STATES = {"dd": "ddde"}
_CODES = {"ddde": "dd", "anhh": ""}
"""States that are no more and have another code there, or none (the Netherlands Antilles)."""

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_MEASURE_WORDS = (
    ("asset freeze", r"freez|frozen|\bblock|\bfunds\b|economic resource"),
    ("travel ban", r"travel|visa|entry (?:ban|restrict)|admission|immigration"),
    ("arms embargo", r"\barms\b|weapon"),
    ("sectoral debt", r"\bdebt\b|\bloans?\b"),
    ("sectoral equity", r"\bequity\b|\bsecurities\b"),
    ("correspondent account", r"correspondent|payable-through"),
    ("vessel measure", r"vessel|\bport\b|\bships?\b|de-?flag|maritime"),
    ("trade restriction", r"\btrade\b|\bexport|\bimport"),
)


@lru_cache(maxsize=1 << 12)
def words_of(name: str) -> str:
    """Return a property's or a schema's name as words: `birthPlace` is `birth place`."""
    return _CAPITAL.sub(" ", name).lower()


@lru_cache(maxsize=1 << 12)
def code_of(value: str) -> str:
    """Return our code for a country as FollowTheMoney writes it; a region has its state's."""
    value = value.strip().lower()
    return _STATES.get(value) or country_code(value) or country_code(value.partition("-")[0])


def ftm_code(code: str) -> str:
    """Return FollowTheMoney's code for one of ours; empty where it has none."""
    return _CODES.get(code, code)


def measure_kind(text: str) -> str:
    """Return the first of our kinds of measure that a wording speaks of, else `other`."""
    found = (kind for kind, words in _MEASURE_WORDS if re.search(words, text, re.IGNORECASE))
    return next(found, "other")
