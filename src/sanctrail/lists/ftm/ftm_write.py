"""Listings as FollowTheMoney entities: a party, and around it what the model keeps apart.

Model: followthemoney 4.11; every value passes the checks of its property. (The package's own
`validate` asks less of it and holds every identifier to 64 characters, so it alone takes offence
at a wallet address of 95, for which the property allows 512.) Ids are the same for the same
facts: the party's is its listing id with a hyphen for the colon, any other a digest of owner and
facts.

What the model cannot carry is kept in words, as `summary` of the party: a date of birth that is
approximate or a range (whose years also stand as dates), a country without a code, a number that
has no property, a detail without one. What is lost: the quality `strong`; that a weak name is a
former one; that a name in its own script is not just another alias; which second primary name is
primary; the parts of other names than the first, and parts that are only numbered or twofold in
role (a patronymic is a father's name there); the list's wording for a country, and its role
where the schema has no such property; the list's wording for a code such as a call sign; which
of several birth places a country without a place stands for; the role of a legal act, which
becomes a reason for the sanction.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sanctrail.lists.ftm.ftm_said import AT_THE_LATEST, SANCTIONED
from sanctrail.lists.ftm.ftm_terms import COUNTRY_ROLES, PART_ROLES, ftm_code, measure_kind
from sanctrail.lists.ftm.ftm_ties import Ties
from sanctrail.lists.ftm.ftm_values import (
    ADDRESS,
    IDENTIFIER,
    NAME,
    TEXT,
    Dataset,
    Values,
    dates_of,
    dates_text,
    party_id,
)
from sanctrail.lists.reading.imo import is_company_number, is_ship_number
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    Listing,
    Measure,
    Name,
    Wallet,
)
from sanctrail.text.countries import country_code, country_name

ISSUERS = frozenset({"un", "us", "eu", "gb", "ch", "ca", "au", "jp"})
"""Regimes whose prefix is a country (or a union of them) that the model knows."""

_LEGAL = frozenset({"Person", "Organization", "Company"})
"""Schemata that may hold documents; a ship or an aircraft has numbers of its own only."""

_GENDERS = frozenset({"male", "female", "other"})
_SECOND_ROLES = {"patronymic": "fatherName", "title": "title"}
_PARTS = {role: name for name, role in reversed(PART_ROLES.items())} | _SECOND_ROLES
_BIRTH = {"Person": "birthDate", "Vessel": "buildDate", "Airplane": "buildDate"}
_COUNTRIES = {
    "Person": frozenset({"nationality", "citizenship", "jurisdiction", "country"}),
    "Vessel": frozenset({"flag", "pastFlags", "country"}),
    "Airplane": frozenset({"country"}),
}
_OF_COMPANIES = frozenset({"jurisdiction", "country"})
_PROPERTY_OF_ROLE = {role: name for name, role in COUNTRY_ROLES.items()}

_DETAILS = {
    ("Person", "title"): "title",
    ("Person", "position"): "position",
    ("Vessel", "vessel type"): "type",
    ("Vessel", "type"): "type",
    ("Airplane", "aircraft model"): "model",
    ("Airplane", "model"): "model",
}
"""Details that are a property of plain text."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}", re.ASCII)
_WEBSITE = re.compile(
    r"(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}(?:/[\w./-]*)?", re.ASCII
)
_BIC = re.compile(r"[A-Z]{4}([A-Z]{2})[0-9A-Z]{2}(?:[0-9A-Z]{3})?")
_IMO = re.compile(r"\d{7}", re.ASCII)
_MMSI = re.compile(r"\d{9}", re.ASCII)
_FALSE = re.compile(r"fraud|false|fake|forged|counterfeit", re.IGNORECASE)
_NUMBERS = (
    ("passportNumber", r"passport|pasaporte|passeport"),
    ("taxNumber", r"\btax|fiscal|\btin\b|v\.?a\.?t\b|r\.f\.c|\bnit\b|\binn\b"),
    ("registrationNumber", r"regist|company|business|commerc|enterprise|ogrn|\bC\.R\."),
)
"""Words for a document, to the property that repeats its number on the party."""


def entities(
    listings: Iterable[Listing], list_id: str, regime: str, title: str, list_date: str
) -> Iterator[dict[str, Any]]:
    """Yield the entities of one list: each party, then what is said of it.

    `title` is the list's name, which stands as the authority of its sanctions.
    """
    dataset = Dataset(list_id, list_date)
    parties = [*listings]
    ties = Ties(parties, dataset)
    for listing in parties:
        yield from _Party(listing, ties, dataset).written(regime, title)


class _Party:
    """One listing on its way to entities."""

    def __init__(self, listing: Listing, ties: Ties, dataset: Dataset) -> None:
        self._listing = listing
        self._ties = ties
        self._dataset = dataset
        self._schema = ties.schema_of(listing)
        self._id = party_id(listing.listing_id)
        self._values = Values()
        self._others: dict[str, dict[str, Any]] = {}

    def written(self, regime: str, title: str) -> Iterator[dict[str, Any]]:
        """Yield the party and what is around it."""
        listing, values = self._listing, self._values
        if not listing.delisted:
            values.add("topics", SANCTIONED)
        self._facts()
        self._parts()
        self._gender()
        values.add("notes", listing.remarks[:TEXT], TEXT)
        for day in listing.amended_on:
            values.add("modifiedAt", day)
        links = [*self._links()]
        caption = listing.primary_name
        target = not listing.delisted
        yield self._dataset.entity(self._id, self._schema, caption, values, target=target)
        yield self._sanction(regime, title)
        yield from self._others.values()
        yield from links

    def _facts(self) -> None:
        """Take all that has a kind of its own, in list order."""
        for name in self._listing.names:
            self._name(name)
        for birth in self._listing.births:
            self._birth(birth)
        for country in self._listing.countries:
            self._country(country)
        for address in self._listing.addresses:
            self._address(address)
        for identifier in self._listing.identifiers:
            self._identifier(identifier)
        for wallet in self._listing.wallets:
            self._wallet(wallet)
        for detail in self._listing.details:
            self._detail(detail)

    def _beside(self, schema: str, caption: str, values: Values) -> str:
        """Keep an entity of its own; return its id, a digest of its owner and values."""
        name = self._dataset.id_of(schema, self._id, *values.facts())
        self._others[name] = self._dataset.entity(name, schema, caption, values)
        return name

    def _name(self, name: Name) -> None:
        kinds = {"primary": "name", "former": "previousName"}
        kind = kinds.get(name.kind, "alias")
        if name.quality == "weak" and name.kind != "primary":
            kind = "weakAlias"
        if not self._values.add(kind, name.text, NAME):
            self._values.note(f"{name.kind} name", name.text)

    def _parts(self) -> None:
        primary = next((name for name in self._listing.names if name.kind == "primary"), None)
        if self._schema == "Person" and primary is not None:
            for role, text in primary.parts:
                if role in _PARTS:
                    self._values.add(_PARTS[role], text)

    def _gender(self) -> None:
        gender = self._listing.gender
        if self._schema == "Person" and gender in _GENDERS:
            self._values.add("gender", gender)
        elif gender:
            self._values.note("gender", gender)

    def _birth(self, birth: Birth) -> None:
        for date in dates_of(birth):
            self._values.add(_BIRTH.get(self._schema, "incorporationDate"), date)
        if birth.circa or birth.precision == "range":
            self._values.note("date of birth", dates_text(birth))

    def _country(self, country: Country) -> None:
        own = _COUNTRIES.get(self._schema, _OF_COMPANIES)
        code = ftm_code(country.code)
        name = _PROPERTY_OF_ROLE.get(country.role, "country")
        if country.role == "birth":
            self._place(Address("birth", "", country.code, country.as_written))
        elif code:
            self._values.add(name if name in own else "country", code)
        else:
            self._values.note(country.role, country.as_written or country_name(country.code))

    def _place(self, place: Address) -> None:
        """Write a place of birth, with its country in words too, which pairs the two."""
        country = place.country_as_written or country_name(place.country)
        if self._schema != "Person":
            self._values.note("birth place", ", ".join(filter(None, (place.text, country))))
            return
        code = ftm_code(place.country)
        self._values.add("birthCountry", code)
        if place.text or not code:
            text = ", ".join(filter(None, (place.text, _spoken(place))))
            if not self._values.add("birthPlace", text):
                self._values.note("birth place", text)

    def _address(self, address: Address) -> None:
        if address.role == "birth":
            self._place(address)
            return
        values = Values()
        text = ", ".join(filter(None, (address.text, _spoken(address))))
        values.add("country", ftm_code(address.country))
        if values.add("full", text, ADDRESS):
            values.add("city", address.city)
            values.add("region", address.region)
            values.add("postalCode", address.postal_code, 16)
        elif not values.add("street", text):
            self._values.note("address", text)
        if values.properties():
            self._values.add("addressEntity", self._beside("Address", text, values))

    def _wallet(self, wallet: Wallet) -> None:
        values = Values()
        values.add("publicKey", wallet.address, 512)
        values.add("currency", wallet.asset)
        values.add("holder", self._id)
        if not self._listing.delisted:
            values.add("topics", SANCTIONED)
        self._beside("CryptoWallet", wallet.address, values)

    def _identifier(self, identifier: Identifier) -> None:
        """Write a number as a code that the model knows, as a document, or else in words."""
        code = _code_property(self._schema, identifier)
        number = f"IMO{identifier.number}" if code == "imoNumber" else identifier.number
        if code and self._values.add(code, number, IDENTIFIER):
            return
        if self._schema not in _LEGAL or len(identifier.number) > IDENTIFIER:
            issuer = f" ({identifier.country})" if identifier.country else ""
            self._values.note(identifier.kind, identifier.number + issuer)
            return
        values = Values()
        passport = self._schema == "Person" and _property(identifier.kind) == "passportNumber"
        values.add("holder", self._id)
        values.add("number", identifier.number, IDENTIFIER)
        values.add("type", identifier.kind)
        values.add("country", ftm_code(identifier.country))
        schema = "Passport" if passport else "Identification"
        self._beside(schema, identifier.number, values)
        if not _FALSE.search(identifier.kind):
            own = _property(identifier.kind)
            own = "idNumber" if own == "passportNumber" and not passport else own
            self._values.add(own, identifier.number, IDENTIFIER)

    def _detail(self, detail: Detail) -> None:
        if detail.kind == "summary":
            self._values.add("summary", detail.text, TEXT)
            return
        name = _DETAILS.get((self._schema, detail.kind), "")
        if self._schema in _LEGAL and _WEBSITE.fullmatch(detail.text) and detail.kind == "website":
            name = "website"
        elif self._schema in _LEGAL and _EMAIL.fullmatch(detail.text) and "mail" in detail.kind:
            name = "email"
        if not name or not self._values.add(name, detail.text):
            self._values.note(detail.kind, detail.text)

    def _links(self) -> Iterator[dict[str, Any]]:
        for relation in self._listing.relations:
            if relation.name or self._ties.other(relation):
                yield from self._ties.written(self._listing, relation)
            else:
                self._values.note(relation.kind, relation.as_written)

    def _sanction(self, regime: str, title: str) -> dict[str, Any]:
        """Return the listing as a sanction: one, whatever the programmes it stands under."""
        listing, values = self._listing, Values()
        values.add("entity", self._id)
        values.add("authority", title)
        values.add("authorityId", listing.reference, IDENTIFIER)
        values.add("country", regime if regime in ISSUERS else "")
        if regime == "un":
            values.add("unscId", listing.reference, 16)
        for programme in listing.programmes:
            values.add("program", programme)
        for measure in listing.measures:
            values.add("provisions", _provision(measure))
        for act in listing.acts:
            values.add("reason", _title(act), TEXT)
        latest = listing.listed_basis == AT_THE_LATEST
        values.add("date" if latest else "listingDate", listing.listed_on)
        if listing.delisted:
            values.add("status", "delisted")
            values.add("endDate", listing.delisted_on)
        name = self._dataset.id_of("Sanction", self._id)
        caption = ", ".join(listing.programmes) or title
        return self._dataset.entity(name, "Sanction", caption, values)


def _spoken(place: Address) -> str:
    """Return the country in words that lead back to its code, if there are such."""
    if country_code(place.country_as_written) == place.country:
        return place.country_as_written
    return country_name(place.country) or place.country_as_written


def _code_property(schema: str, identifier: Identifier) -> str:
    """Return the property of a code whose form or check digit holds; else nothing."""
    kind, number = identifier.kind, identifier.number
    bic = _BIC.fullmatch(number)
    told = {
        "imoNumber": kind in ("IMO", "IMO company")
        and schema in ("Vessel", "Organization", "Company")
        and _IMO.fullmatch(number) is not None
        and (is_ship_number(number) or is_company_number(number)),
        "mmsi": schema == "Vessel" and kind == "MMSI" and _MMSI.fullmatch(number) is not None,
        "callSign": schema == "Vessel" and kind.lower().endswith("call sign"),
        "serialNumber": schema == "Airplane" and "serial number" in kind.lower(),
        "registrationNumber": schema == "Airplane" and kind == "Aircraft Tail Number",
        "swiftBic": schema in ("Organization", "Company")
        and re.search("swift|bic", kind, re.IGNORECASE) is not None
        and bic is not None
        and country_code(bic[1]) != "",
    }
    return next((name for name, holds in told.items() if holds), "")


def _property(kind: str) -> str:
    found = (name for name, words in _NUMBERS if re.search(words, kind, re.IGNORECASE))
    return next(found, "idNumber")


def _provision(measure: Measure) -> str:
    """Write a measure in the list's words, with its kind before them where they do not tell it."""
    if not measure.as_written:
        return measure.kind
    told = measure_kind(measure.as_written) == measure.kind and ": " not in measure.as_written
    return measure.as_written if told else f"{measure.kind}: {measure.as_written}"


def _title(act: LegalAct) -> str:
    return f"{act.title} of {act.date}" if act.date else act.title
