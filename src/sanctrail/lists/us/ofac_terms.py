"""What OFAC's words mean, the same in all of its layouts.

The layouts show one database, so a fact must come out of each of them in the same words: how a
date of birth is folded, what is a code and what a plain fact, which measure a sanctions type is.
"""

import re
from collections.abc import Iterator
from functools import cache

from sanctrail.lists.reading.imo import is_ship_number
from sanctrail.lists.records import Birth, Identifier, Measure, Relation
from sanctrail.text.dates import DateRange, date_range, parse_date

WALLET_PREFIX = "Digital Currency Address - "
"""What stands before the asset code of a listed wallet, in every layout."""

VESSEL_REGISTRATION = "Vessel Registration Identification"
"""OFAC's name for the field that holds a ship's IMO number, written `IMO 9187629`."""

PERSON_TYPES = {
    "Individual": "person",
    "Entity": "entity",
    "Vessel": "vessel",
    "Aircraft": "aircraft",
}
"""OFAC's word for what a party is, to ours."""

ALIAS_KINDS = {"name": "primary", "a.k.a.": "alias", "f.k.a.": "former", "n.k.a.": "alias"}
"""OFAC's alias types in lower case; the name now borne (n.k.a.) is an alias like others."""

PART_ROLE = {
    "Last Name": "last",
    "First Name": "first",
    "Middle Name": "middle",
    "Maiden Name": "maiden",
    "Patronymic": "patronymic",
    "Matronymic": "matronymic",
    "Nickname": "nickname",
    "Entity Name": "whole",
    "Vessel Name": "whole",
    "Aircraft Name": "whole",
}

COUNTRY_ROLES = {
    "Nationality Country": "nationality",
    "Citizenship Country": "citizenship",
    "Vessel Flag": "flag",
    "Other Vessel Flag": "flag",
    "Former Vessel Flag": "former flag",
    "Nationality of Registration": "registration",
    "Registration Country": "registration",
}
"""Features that are a country, to the role it has."""

CODES = frozenset(
    {
        "SWIFT/BIC",
        "BIK (RU)",
        "D-U-N-S Number",
        "ISIN",
        "MICEX Code",
        "Equity Ticker",
        "UN/LOCODE",
        "Vessel Call Sign",
        "Other Vessel Call Sign",
        "Aircraft Tail Number",
        "Previous Aircraft Tail Number",
        "Aircraft Manufacturer's Serial Number (MSN)",
        "Aircraft Construction Number (also called L/N or S/N or F/N)",
        "Aircraft Mode S Transponder Code",
    }
)
"""Features that number or name a party as a document does, and so are identifiers."""

PLAIN_FACTS = frozenset(
    {
        "Additional Sanctions Information -",
        "Aircraft Manufacture Date",
        "Aircraft Model",
        "Aircraft Operator",
        "Email Address",
        "Executive Order 14024 Directive Information",
        "Issuer Name",
        "Organization Established Date",
        "Other Vessel Type",
        "PEESA Information:",
        "Phone Number",
        "Target Type",
        "Title",
        "VESSEL TYPE",
        "Vessel Gross Registered Tonnage",
        "Vessel Owner",
        "Vessel Tonnage",
        "Vessel Year of Build",
        "Website",
    }
)
"""Features without a number; in the plain XML layout they stand among the documents."""

RELATION_KINDS = {
    "Associate Of": "associate of",
    "Providing support to": "supporting",
    "Acting for or on behalf of": "acting for",
    "Owned or Controlled By": "owned by",
    "Property in the interest of": "owned by",
    "Family member of": "family of",
    "playing a significant role in": "member of",
    "Leader or official of": "leader of",
    "Principal Executive Officer": "leader of",
    "Owns, controls, or operates": "owner of",
}
"""Relation types, read from the listed party; any other text is `linked to`."""

_DEBT, _EQUITY, _ACCOUNT = "sectoral debt", "sectoral equity", "correspondent account"
_MEASURE_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    # Directives 1 to 4 under EO 13662 (31 CFR 589, appendices) and 1a to 4 under EO 14024.
    (r".*13662 .*Directive 1", (_DEBT, _EQUITY)),
    (r".*13662 .*Directive [23]", (_DEBT,)),
    (r".*13662 .*Directive 4", ("trade restriction",)),
    (r".*14024 Directive 1a?", (_DEBT,)),
    (r".*14024 Directive 2", (_ACCOUNT,)),
    (r".*14024 Directive 3", (_DEBT, _EQUITY)),
    # EO 13959 as amended by EO 14032: securities of Chinese military-industrial companies.
    (r"CMIC .*|.*13959.*", (_EQUITY,)),
    # 31 CFR 561: accounts of foreign banks under CISADA; the CAPTA list took its place.
    (r"561 .*|.*CAPTA.*|.*correspondent account.*", (_ACCOUNT,)),
    (r"Block(?:ing)?", ("asset freeze",)),
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_IMO = re.compile(r"(IMO)?\s*(?:No\.?|Number)?[\s:.]*([0-9]{7})", re.IGNORECASE)
_CIRCA = re.compile(r"(?:circa|approximately|c\.)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between\s+)?(.+?)(?:\s+(?:to|and)\s+|\s*[-–]\s*)(.+)", re.IGNORECASE)


def birth_of(text: str) -> Birth | None:
    """Read a date of birth as the XML and CSV layouts write it; None where it is not one.

    `12 Jul 1986`, `Jul 1986`, `1986`, `circa 1986`, `1961 to 1963`, `circa 1979-1982`,
    `Jan 1961 to Mar 1962`, `08 Nov 1985 to 07 Nov 1986`.
    """
    text = text.strip()
    plain = _CIRCA.sub("", text, count=1) if _CIRCA.match(text) else text
    day = parse_date(plain)
    ends = _BETWEEN.fullmatch(plain) if day is None else None
    if ends:
        first = parse_date(_CIRCA.sub("", ends[1], count=1))
        last = parse_date(_CIRCA.sub("", ends[2], count=1))
    else:
        first = last = day
    return birth_between(first, last, circa=_CIRCA.search(text) is not None)


def birth_between(first: DateRange | None, last: DateRange | None, *, circa: bool) -> Birth | None:
    """Return the birth between two dates, folded back to the precision it stands for."""
    if first is None or last is None or first.earliest > last.latest:
        return None
    earliest, latest = first.earliest, last.latest
    return Birth(earliest, latest, _precision(earliest, latest), circa)


def _precision(earliest: str, latest: str) -> str:
    """Tell a whole year or month from another range: OFAC writes both as a first and last day."""
    if earliest == latest:
        return "day"
    year, month = int(earliest[:4]), int(earliest[5:7])
    for whole in (date_range(year, month), date_range(year)):
        if whole and (whole.earliest, whole.latest) == (earliest, latest):
            return whole.precision
    return "range"


def identifier_of(kind_text: str, number: str, country_code: str = "") -> Identifier:
    """Return a number under OFAC's own word for it, an IMO number as the seven digits alone.

    The field holds other registers' numbers too, so that one without the word IMO before it is
    an IMO number only if its check digit is right.
    """
    imo = _IMO.fullmatch(number.strip()) if kind_text == VESSEL_REGISTRATION else None
    if imo and (imo[1] or is_ship_number(imo[2])):
        return Identifier("IMO", imo[2], country_code)
    return Identifier(kind_text, number, country_code)


def imo_flaw(identifier: Identifier) -> str:
    """Say what is wrong with an IMO number, empty if nothing is."""
    if identifier.kind != "IMO" or is_ship_number(identifier.number):
        return ""
    return f"the IMO number {identifier.number} fails its own check digit; it is kept as written"


@cache
def measures_of(sanctions_type: str) -> tuple[Measure, ...]:
    """Return what a sanctions type obliges others to; a directive on debt and equity is two."""
    for pattern, kinds in _MEASURE_KINDS:
        if re.fullmatch(pattern, sanctions_type, re.IGNORECASE):
            return tuple(Measure(kind, sanctions_type) for kind in kinds)
    return (Measure("other", sanctions_type),)


def is_plain_fact(kind: str) -> bool:
    """Tell whether an entry among the documents of the plain XML layout is none.

    OFAC ends the names of its notes on sanctions with a colon or dash; days of effect and of
    listing have the word Date.
    """
    return kind in PLAIN_FACTS or kind.endswith((":", "-")) or " Date" in kind


def date_text(dates: Birth) -> str:
    """Write a date as OFAC's text layouts do: `16 Jan 2017`, `Sep 2007`, `circa 1961 to 1963`."""
    circa = "circa " if dates.circa else ""
    year, month, day = dates.earliest.split("-")
    match dates.precision:
        case "year":
            return circa + year
        case "month":
            return f"{circa}{_MONTHS[int(month) - 1]} {year}"
        case "day":
            return f"{circa}{day} {_MONTHS[int(month) - 1]} {year}"
    return circa + " to ".join(_end_texts(dates))


def _end_texts(dates: Birth) -> tuple[str, str]:
    """Write both ends of a range alike: as years, months or days, whichever they wholly are."""
    first, last = dates.earliest, dates.latest
    if first.endswith("-01-01") and last.endswith("-12-31"):
        return first[:4], last[:4]
    months = date_range(int(first[:4]), int(first[5:7])), date_range(int(last[:4]), int(last[5:7]))
    if months[0] and months[1] and (months[0].earliest, months[1].latest) == (first, last):
        ends = [Birth(month.earliest, month.latest, "month") for month in months if month]
    else:
        ends = [Birth(day, day, "day") for day in (first, last)]
    return date_text(ends[0]), date_text(ends[1])


def linked_to(remarks: str) -> tuple[Relation, ...]:
    """Return the ties that remarks name: `(Linked To: HAMAS; Linked To: IRGC (QODS FORCE))`."""
    return tuple(
        Relation("linked to", "", name, f"Linked To: {name}")
        for name in dict.fromkeys(_linked_names(remarks))
        if name
    )


def _linked_names(remarks: str) -> Iterator[str]:
    """Yield what stands behind each `Linked To:`, up to a semicolon or the bracket around it."""
    for found in re.finditer(r"Linked To:", remarks):
        depth, end = 0, len(remarks)
        for place in range(found.end(), len(remarks)):
            depth += {"(": 1, ")": -1}.get(remarks[place], 0)
            if depth < 0 or (depth == 0 and remarks[place] == ";"):
                end = place
                break
        yield remarks[found.end() : end].strip().removesuffix(".")
