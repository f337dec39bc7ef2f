"""Words of the EU list that its layouts share, and texts of the older ones taken apart.

The older layouts (CSV, WHOLE) join into one text what the XML of today tells apart: a document
number with its kind, a date of birth with its doubt, a remark with the date of designation.
"""

import re
from collections.abc import Mapping

from sanctrail.text.dates import parse_date

ID_TYPES = {
    "passport": "National passport",
    "id": "National identification card",
    "other": "Other identification number",
    "regnumber": "Registration Number",
    "fiscalcode": "National Fiscal Code",
    "swiftbic": "SWIFT/BIC",
    "imo": "IMO",
    "ssn": "Social Security Number",
    "drivinglicence": "Driving licence",
    "travelcardid": "Temporary Travel Document",
    "nationcert": "Nationality certificate",
    "birthcert": "Birth certificate",
    "tradelic": "Trade license",
    "electionid": "Election Card Number",
}
"""The list's own wording of its type codes; some files carry the code alone."""

FLAGS = {
    "knownFalse": "known false",
    "knownExpired": "known expired",
    "reportedLost": "reported lost",
    "revokedByIssuer": "revoked by issuer",
    "diplomatic": "diplomatic",
}
"""What the list says of a document beside its number."""

_BRACKETED = {
    "known to be false": "knownFalse",
    "known to be expired": "knownExpired",
    "reported lost": "reportedLost",
    "revoked by issuer": "revokedByIssuer",
    "diplomatic": "diplomatic",
}
_TYPED = re.compile(r"\s*\(([a-z]+)-([^()]*)\)")
_IN_BRACKETS = re.compile(r"\[([^\]]*)\]")
_APPROXIMATE = re.compile(r"\(approximative\)", re.IGNORECASE)
_CALENDAR = re.compile(r"\((islamic|buddhist|coptic|ethiopic)[^)]*\)", re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})\s*-\s*(\d{4})")
_CONTACT = re.compile(r"\b(PHONE|FAX|EMAIL|WEB)\[([^\]]*)\]")
_DESIGNATED = re.compile(r"Date of UN designation:\s*(\d{4}-\d{2}-\d{2})")
_QUALITY = re.compile(r"(good|low) quality (?:alias|aka)")
_UN_BREAK = re.compile(r"[;,]\s*|\s+(?=[A-Za-z]{2}[ie]\.)")


def un_references(text: str) -> list[str]:
    """Return the UN numbers of a field that may hold several."""
    return [part.strip() for part in _UN_BREAK.split(text) if part.strip()]


def said_of_name(remarks: tuple[str, ...], kind: str, quality: str) -> tuple[str, str]:
    """Return the kind and quality of a name where its remark says no more than that.

    The attribute for it (`strong`) is true on every published name; the remarks tell the weak ones.
    """
    for remark in remarks:
        plain = remark.lower().replace(".", "").strip(" ()")
        if match := _QUALITY.fullmatch(plain):
            quality = "strong" if match[1] == "good" else "weak"
        elif plain == "formerly known as" and kind == "alias":
            kind = "former"
    return kind, quality


def document_facts(text: str) -> dict[str, str]:
    """Take apart `AD001095 (passport-National passport) [known to be expired](remark)`."""
    match = _TYPED.search(text)
    if match is None:
        return {"number": text.strip()}
    facts = {
        "number": text[: match.start()].strip(),
        "identificationTypeCode": match[1],
        "identificationTypeDescription": match[2].strip(),
    }
    rest = text[match.end() :]
    for said in _IN_BRACKETS.findall(rest):
        if said.strip().lower() in _BRACKETED:
            facts[_BRACKETED[said.strip().lower()]] = "true"
            rest = rest.replace(f"[{said}]", " ")
    return {**facts, "remark": rest.strip()}


def birth_facts(text: str) -> dict[str, str]:
    """Take apart `1968 - 1973 (approximative)`."""
    facts = {"circa": "true"} if _APPROXIMATE.search(text) else {}
    if calendar := _CALENDAR.search(text):
        facts["calendarType"] = calendar[1].upper()
    plain = _CALENDAR.sub("", _APPROXIMATE.sub("", text)).strip()
    if years := _YEARS.fullmatch(plain):
        return {**facts, "yearRangeFrom": years[1], "yearRangeTo": years[2]}
    return {**facts, "birthdate": plain}


def contacts_in(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return (key, value) of every `PHONE[...]` in a text, and what else the text says."""
    contacts = tuple((key, value.strip()) for key, value in _CONTACT.findall(text))
    return contacts, _CONTACT.sub("", text).strip(" ;\n")


def designated_on(remark: str) -> str:
    """Return the day of UN designation that an older layout writes into the remark."""
    match = _DESIGNATED.search(remark)
    day = parse_date(match[1]) if match else None
    return day.earliest if day else ""


def place_of(facts: Mapping[str, str]) -> str:
    """Return a place in one line, from the street to the region."""
    box = facts.get("poBox", "")
    if box and "box" not in box.lower():
        box = f"P.O. Box {box}"
    parts = (
        facts.get("number", ""),
        facts.get("street", ""),
        box,
        facts.get("place", ""),
        facts.get("city", ""),
        facts.get("zipCode", ""),
        facts.get("region", ""),
    )
    return ", ".join(filter(None, parts))
