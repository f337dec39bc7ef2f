"""What an identity on the SECO list says besides names: births, places, papers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sanctrail.lists.reading.gathered import Gathered
from sanctrail.lists.reading.xml import Element, text_of
from sanctrail.lists.records import Address, Birth, Country, Identifier
from sanctrail.text.countries import country_code
from sanctrail.text.dates import date_range

_DATE = frozenset({"ssid", "day", "month", "year", "calendar", "quality"})


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the file's table of places."""

    location: str
    area: str
    country: str
    country_as_written: str
    variants: tuple[str, ...]


def place_of(element: Element) -> Place:
    """Read one place."""
    country = element.find("{*}country")
    tags = ("location-variant", "area-variant")
    return Place(
        text_of(element.find("{*}location")),
        text_of(element.find("{*}area")),
        _code(country),
        text_of(country),
        tuple(text_of(one) for tag in tags for one in element.iterfind("{*}" + tag)),
    )


def take_identity(identity: Element, found: Gathered, places: Mapping[str, Place]) -> None:
    """Gather all that an identity says besides its names."""
    for one in identity.iterfind("{*}nationality"):
        country = one.find("{*}country")
        written = text_of(country)
        found.countries[Country("nationality", _code(country), written)] = None
    for one in identity.iterfind("{*}day-month-year"):
        _take_birth(one, found)
    for one in identity.iterfind("{*}place-of-birth"):
        _take_place(one, "birth", found, places)
    for one in identity.iterfind("{*}address"):
        _take_place(one, "address", found, places)
    for one in identity.iterfind("{*}identification-document"):
        _take_document(one, found)


def _take_birth(element: Element, found: Gathered) -> None:
    written = [element.get(tag, "") for tag in ("year", "month", "day")]
    said = "-".join(filter(None, written))
    calendar = element.get("calendar", "Gregorian")
    for attribute in sorted(set(map(str, element.attrib)) - _DATE):
        found.problem(f"date of birth {said} has '{attribute}', which is not known and not read")
    if calendar != "Gregorian":
        found.detail(f"birth date ({calendar.lower()})", said)
        return
    numbers = [int(one) if re.fullmatch(r"[0-9]{1,4}", one) else 0 for one in written]
    unread = any(one and not number for one, number in zip(written, numbers, strict=True))
    days = None if unread or (numbers[2] and not numbers[1]) else date_range(*numbers)
    if days is None:
        found.problem(f"date of birth is not read: {said or 'empty'}")
        found.detail("birth date as written", said)
        return
    found.births[Birth(days.earliest, days.latest, days.precision)] = None
    if (quality := element.get("quality", "good")) != "good":
        found.detail(f"birth date ({quality} quality)", said)


def _take_place(element: Element, role: str, found: Gathered, places: Mapping[str, Place]) -> None:
    place_id = element.get("place-id", "")
    place = places.get(place_id, Place("", "", "", "", ()))
    if place_id not in places:
        found.problem(f"{role} place {place_id or '?'} is not declared in the file")
    own = [_own(element, tag) for tag in ("c-o", "address-details", "p-o-box", "zip-code")]
    city = " ".join(filter(None, (own[3], place.location)))
    text = ", ".join(filter(None, (*own[:3], city, place.area)))
    if text or place.country_as_written:
        country = (place.country, place.country_as_written)
        found.addresses[Address(role, text, *country, place.location, place.area, own[3])] = None
    for variant in place.variants:
        found.detail("place variant", variant)
    for remark in element.iterfind("{*}remark"):
        found.detail(
            f"{role} place remark" if role == "birth" else "address remark", text_of(remark)
        )


def _take_document(document: Element, found: Gathered) -> None:
    kind = document.get("document-type", "")
    number = _own(document, "number")
    issuer = document.find("{*}issuer")
    said = [f"{tag} {value}" for tag in _PAPER if (value := _own(document, tag))]
    if number:
        found.identifiers[Identifier(kind, number, _code(issuer))] = None
    else:
        found.problem(f"document has no number: {'; '.join(filter(None, (kind, *said)))}")
    if said:
        found.detail("document", "; ".join([f"{kind} {number}".strip(), *said]))


_PAPER = ("date-of-issue", "place-of-issue", "expiry-date", "remark")


def _own(element: Element, tag: str) -> str:
    """Return what the layout may write as a child or as an attribute."""
    children = (text_of(one) for one in element.iterfind("{*}" + tag))
    return "; ".join(filter(None, children)) or str(element.get(tag, "")).strip()


def _code(country: Element | None) -> str:
    if country is None:
        return ""
    written = country.get("iso-code") or country.get("code") or ""
    return country_code(written) or country_code(text_of(country))
