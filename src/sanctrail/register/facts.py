"""The facts of a listing in a form in which two versions of a list can be compared.

A fact is (what kind, key, value): the value is what the list says, the key is equal for two
spellings that differ only in white space, case style or encoding, which are not amendments.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256

from anyascii import anyascii

from sanctrail.addresses import canonical
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
    Relation,
    Wallet,
)
from sanctrail.text.countries import country_name

SINGLE = frozenset({"name", "kind", "listing date", "gender", "remark"})
"""Facts of which a party has one: a new one beside the end of the old one is a change."""

FLAG_ROLES = frozenset({"flag", "former flag", "registration"})

_LONGEST_KEY = 80
_LATIN = 0x250
_LATIN_MORE = range(0x1E00, 0x1F00)
_ALIKE = str.maketrans("‘’‚‛ʻʼ`´“”„‟–—−‐‑", "''''''''\"\"\"\"-----")

Fact = tuple[str, str, str]
"""Kind, key, value."""


def facts_of(listing: Listing) -> Iterator[Fact]:
    """Yield every fact of a listing, none twice."""
    return iter(dict.fromkeys(_facts(listing)))


@lru_cache(maxsize=1 << 17)
def same_text(text: str) -> str:
    """Return a key that is equal for texts that differ only in white space, case or encoding.

    Latin letters are compared without their diacritics, since some layouts are ASCII only.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
        if all(ord(c) < _LATIN or ord(c) in _LATIN_MORE for c in text if c.isalpha()):
            text = anyascii(text)
    key = "".join(text.casefold().split())
    return key if len(key) <= _LONGEST_KEY else "sha256:" + sha256(key.encode()).hexdigest()[:32]


def _facts(listing: Listing) -> Iterator[Fact]:
    yield "kind", listing.kind, listing.kind
    yield from ((name_fact(name), same_text(name.text), name.text) for name in listing.names)
    yield from (("programme", same_text(text), text) for text in listing.programmes)
    if listing.listed_on and not listing.listed_basis:
        yield "listing date", listing.listed_on, listing.listed_on
    if listing.gender:
        yield "gender", listing.gender, listing.gender
    if listing.remarks:
        yield "remark", same_text(listing.remarks), listing.remarks
    yield from map(_birth, listing.births)
    yield from map(_country, listing.countries)
    yield from map(_address, listing.addresses)
    yield from map(_identifier, listing.identifiers)
    yield from map(_wallet, listing.wallets)
    yield from map(_measure, listing.measures)
    yield from map(_act, listing.acts)
    yield from map(_relation, listing.relations)
    yield from map(_detail, listing.details)


def name_fact(name: Name) -> str:
    """Tell which fact a name is."""
    if name.kind == "primary":
        return "name"
    if name.kind == "script" or name.script not in ("", "Latn"):
        return "script name"
    return "weak alias" if name.quality == "weak" else "alias"


def birth_text(birth: Birth) -> str:
    """Return a date of birth as precise as it is known: 1984, 1984-08, circa 1961 to 1963."""
    written = {"day": birth.earliest, "month": birth.earliest[:7], "year": birth.earliest[:4]}
    days = written.get(birth.precision, f"{birth.earliest} to {birth.latest}")
    if birth.earliest.endswith("-01-01") and birth.latest.endswith("-12-31"):
        first, last = birth.earliest[:4], birth.latest[:4]
        days = first if first == last else f"{first} to {last}"
    return f"circa {days}" if birth.circa else days


def _birth(birth: Birth) -> Fact:
    return "birth", birth_text(birth), birth_text(birth)


def _country(country: Country) -> Fact:
    fact = "flag" if country.role in FLAG_ROLES else "nationality"
    known = country_name(country.code) or country.as_written
    return fact, f"{country.role}|{country.code or same_text(known)}", f"{country.role} {known}"


def _address(address: Address) -> Fact:
    fact = "birth place" if address.role == "birth" else "address"
    country = country_name(address.country) or address.country_as_written
    value = ", ".join(filter(None, (address.text, country)))
    return fact, same_text(f"{address.text}|{address.country or country}"), value


def _identifier(identifier: Identifier) -> Fact:
    issuer = f" ({identifier.country})" if identifier.country else ""
    key = f"{same_text(identifier.kind)}|{same_text(identifier.number)}{issuer}"
    return "identifier", key, f"{identifier.kind} {identifier.number}{issuer}"


def _wallet(wallet: Wallet) -> Fact:
    key = f"{wallet.asset}|{canonical(wallet.address)}"
    return "wallet", key, f"{wallet.asset} {wallet.address}"


def _measure(measure: Measure) -> Fact:
    key = f"{measure.kind}|{same_text(measure.as_written)}"
    return "measure", key, f"{measure.kind} ({measure.as_written})"


def _act(act: LegalAct) -> Fact:
    value = f"{act.title} of {act.date}" if act.date else act.title
    return "legal act", same_text(value), value


def _relation(tie: Relation) -> Fact:
    former = " (former)" if tie.former else ""
    key = f"{tie.kind}|{tie.other or same_text(tie.name)}|{same_text(tie.as_written)}{former}"
    return "relation", key, f"{tie.kind} {tie.name or tie.other or tie.as_written}{former}"


def _detail(detail: Detail) -> Fact:
    key = f"{detail.kind}|{same_text(detail.text)}"
    return "detail", key, f"{detail.kind}: {detail.text}"
