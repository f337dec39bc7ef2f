"""One listing out of a FollowTheMoney party and the entities that tell of it.

What has no place in a `Listing` stays as a detail under its property's name. Values have no
order and no pairing in the model: a birth place and a birth country belong together only where
there is one of each, or where the place names the country.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from sanctrail.lists.ftm.ftm_entity import Entity
from sanctrail.lists.ftm.ftm_names import names_of
from sanctrail.lists.ftm.ftm_said import (
    SANCTIONED,
    Designation,
    Notes,
    Surroundings,
    designation_of,
    relations_of,
)
from sanctrail.lists.ftm.ftm_terms import (
    COUNTRY_ROLES,
    IDENTIFIERS,
    KINDS,
    LINKS,
    NAME_KINDS,
    PART_ROLES,
    REFERENCES,
    code_of,
    words_of,
)
from sanctrail.lists.reading.imo import imo_identifier
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Identifier,
    Listing,
    Name,
    Wallet,
)
from sanctrail.text.countries import country_code
from sanctrail.text.dates import parse_date

_ADDRESS_PARTS = (
    "remarks",
    "postOfficeBox",
    "street",
    "street2",
    "city",
    "postalCode",
    "region",
    "state",
)
_NAME_PIECES = 3
"""Pieces between commas that the name of a country may have."""

_NUMBERED = frozenset({"passportNumber", "idNumber", "taxNumber", "registrationNumber"})
"""Properties that repeat the numbers of documents, which are entities of their own."""


def read_entry(
    party: Entity, about: Sequence[Entity], known: Surroundings
) -> tuple[Listing, list[str]]:
    """Return the party's listing, and a sentence for each thing not understood."""
    entry = _Entry(party, known)
    return entry.listing(about), entry.notes.flaws


class _Entry:
    """One party on its way to a `Listing`."""

    def __init__(self, party: Entity, known: Surroundings) -> None:
        self._party = party
        self._known = known
        self._used = {"program", "programId", *NAME_KINDS, *PART_ROLES, *REFERENCES}
        self._identifiers: dict[Identifier, None] = {}
        self._wallets: dict[Wallet, None] = {}
        self.notes = Notes()

    def listing(self, about: Sequence[Entity]) -> Listing:
        """Return the whole entry."""
        party, notes = self._party, self.notes
        sanctions = [one for one in about if one.schema == "Sanction"]
        said = designation_of(party, sanctions, self._known.list_date, notes)
        links = [one for one in about if one.schema in LINKS]
        self._take_numbers(about)
        listing = Listing(
            listing_id=f"ftm:{party.id}",
            regime="ftm",
            reference=next(iter(said.references), party.id),
            kind=KINDS[party.schema],
            names=self._names(),
            listed_on=said.listed_on,
            programmes=said.programmes,
            element=f"line {party.line}, entity {party.id}",
            births=tuple(self._births()),
            countries=tuple(self._countries()),
            identifiers=tuple(self._identifiers),
            wallets=tuple(self._wallets),
            gender=self._gender(),
            remarks="\n".join(self._take("notes")),
            addresses=tuple(self._addresses()),
            relations=relations_of(party, links, self._known, notes),
            amended_on=self._amended(),
        )
        return self._finished(listing, said)

    def _finished(self, listing: Listing, said: Designation) -> Listing:
        """Add the rest of the designation, and as details all that found no place."""
        for reference in said.references[1:]:
            self.notes.detail("reference", reference)
        self.notes.rest(self._party, self._used)
        return replace(
            listing,
            measures=said.measures,
            listed_basis=said.listed_basis,
            delisted=bool(said.ended),
            delisted_on=said.ended,
            details=tuple(self.notes.details),
        )

    def _take(self, name: str) -> tuple[str, ...]:
        """Return the values of a property that has a place, so that it is no detail too."""
        self._used.add(name)
        return self._party.of(name)

    def _names(self) -> tuple[Name, ...]:
        names, others = names_of(self._party)
        for name, value in others:
            self.notes.detail(words_of(name), value)
        if not names:
            self.notes.flaws.append("has no name")
        return names

    def _gender(self) -> str:
        genders = [*self._take("gender"), ""]
        for topic in self._take("topics"):
            if topic != SANCTIONED:
                self.notes.detail("topic", topic)
        for gender in genders[1:-1]:
            self.notes.detail("gender", gender)
        return genders[0].lower()

    def _amended(self) -> tuple[str, ...]:
        days = set()
        for text in self._take("modifiedAt"):
            day = parse_date(text[:10])
            if day is not None and day.precision == "day":
                days.add(day.earliest)
            else:
                self.notes.detail("modified at", text)
        return tuple(sorted(days))

    def _births(self) -> Iterator[Birth]:
        for value in self._take("birthDate"):
            days = parse_date(value)
            if days is None:
                self.notes.flaws.append(f"date of birth is not read: {value}")
                self.notes.detail("birth date", value)
            else:
                yield Birth(days.earliest, days.latest, days.precision)

    def _countries(self) -> Iterator[Country]:
        for name, role in COUNTRY_ROLES.items():
            yield from (Country(role, code_of(value), value) for value in self._take(name))

    def _addresses(self) -> Iterator[Address]:
        """Yield the addresses in words and as entities, each once, then the birth places."""
        wholes: set[str] = set()
        for reference in self._take("addressEntity"):
            entity = self._known.address(reference)
            if entity is None:
                self.notes.flaws.append(
                    f"names the address {reference}, which the file does not hold"
                )
            else:
                wholes.update(entity.of("full"))
                yield self._address(entity)
        for text in self._take("address"):
            if text not in wholes:
                yield Address("address", text)
        yield from self._birth_places()

    def _address(self, entity: Entity) -> Address:
        country = entity.first("country")
        text = entity.first("full") or ", ".join(entity.of(*_ADDRESS_PARTS))
        text, written = without_country(text, {code_of(country)})
        about = f"{text}: " if text else ""
        used = {"full", "country", "city", "region", "state", "postalCode"}
        self.notes.rest(
            entity, used if entity.of("full") else {*used, *_ADDRESS_PARTS}, "address", about
        )
        for name in ("country", "full", "postalCode"):
            for value in entity.of(name)[1:]:
                self.notes.detail(f"address {words_of(name)}", about + value)
        return Address(
            role="address",
            text=text,
            country=code_of(country),
            country_as_written=written or country,
            city=", ".join(entity.of("city")),
            region=", ".join(entity.of("region", "state")),
            postal_code=entity.first("postalCode"),
        )

    def _birth_places(self) -> Iterator[Address]:
        places, countries = self._take("birthPlace"), self._take("birthCountry")
        codes = {code_of(value): value for value in countries}
        paired: set[str] = set()
        for place in places:
            text, written = without_country(place, codes.keys())
            code = code_of(written) if written else ""
            if not written and len(places) == len(countries) == 1:
                code, written = code_of(countries[0]), countries[0]
            paired.add(code)
            yield Address("birth", text, code, written)
        for value in countries:
            if code_of(value) not in paired or not code_of(value):
                yield Address("birth", "", code_of(value), value)

    def _take_numbers(self, about: Sequence[Entity]) -> None:
        """Take wallets, documents, and the party's own numbers that no document repeats."""
        for one in about:
            if one.schema == "CryptoWallet":
                self._take_wallet(one)
            elif one.schema in ("Identification", "Passport"):
                self._take_document(one)
        documents = {one.number for one in self._identifiers}
        for name in sorted(IDENTIFIERS.keys() & self._party.values.keys()):
            for value in self._take(name):
                if name == "imoNumber":
                    kind = "vessel" if self._party.schema == "Vessel" else ""
                    identifier, wrong = imo_identifier(value, kind)
                    self.notes.flaws.extend(filter(None, [wrong]))
                    self._identifiers[identifier] = None
                elif name not in _NUMBERED or value not in documents:
                    self._identifiers[Identifier(IDENTIFIERS[name], value)] = None

    def _take_document(self, entity: Entity) -> None:
        """Take a document; what the file says of it besides is a detail."""
        kinds = entity.of("type") or (words_of(entity.schema).capitalize(),)
        countries = entity.of("country")
        numbers = entity.of("number", "passportNumber")
        for number in numbers:
            for value in countries or ("",):
                self._identifiers[Identifier(kinds[0], number, code_of(value))] = None
        if not numbers:
            self.notes.flaws.append(f"{kinds[0]} in line {entity.line} has no number")
        about = f"{kinds[0]} {', '.join(numbers)}".strip() + ": "
        used = {"holder", "number", "passportNumber", "country", "type"}
        self.notes.rest(entity, used, "document", about)
        for value in (*kinds[1:], *(one for one in countries if not code_of(one))):
            self.notes.detail("document", about + value)

    def _take_wallet(self, entity: Entity) -> None:
        """Take a wallet; each address is one with each asset that the file gives for it."""
        addresses = entity.of("publicKey", "cryptoAddress")
        assets = entity.of("currency") or entity.of("currencySymbol") or ("",)
        where = f"wallet in line {entity.line}"
        if not addresses:
            self.notes.flaws.append(f"{where} has no address")
        if len(addresses) > 1 and len(assets) > 1:
            said = "has several addresses and assets, and does not say which belong together"
            self.notes.flaws.append(f"{where} {said}")
        for asset in assets:
            self._wallets.update({Wallet(asset, address): None for address in addresses})
        used = {"publicKey", "cryptoAddress", "holder", "topics"}
        used.add("currency" if entity.of("currency") else "currencySymbol")
        self.notes.rest(entity, used, "wallet", f"{', '.join(addresses)}: ")


def without_country(text: str, codes: Collection[str]) -> tuple[str, str]:
    """Cut a country off the end of a place where it is one of these; return both parts.

    Its name may hold commas itself (`Pyongyang, Korea, North`).
    """
    pieces = text.split(",")
    for count in range(min(_NAME_PIECES, len(pieces)), 0, -1):
        written = ",".join(pieces[-count:]).strip()
        code = country_code(written)
        if code and code in codes:
            return ",".join(pieces[:-count]).strip(), written
    return text, ""
