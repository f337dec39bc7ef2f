"""From an entry of the EU list to a `Listing`, the same for every layout of the list."""

from collections.abc import Mapping

from sanctrail.errors import Problem
from sanctrail.lists.eu.eu_entry import NAME_PARTS, Act, Entry, Part, name_text
from sanctrail.lists.eu.eu_terms import FLAGS, ID_TYPES, place_of, said_of_name, un_references
from sanctrail.lists.reading.imo import imo_identifier
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    Listing,
    Name,
)
from sanctrail.text.countries import country_code
from sanctrail.text.dates import DateRange, date_range, parse_date, year_range
from sanctrail.text.fold import script_of

_KINDS = {"p": "person", "person": "person", "e": "entity", "enterprise": "entity"}
_ROLES = {"regulation": "listing", "amendment": "amendment", "corrigendum": "amendment"}
_GENDERS = {"M": "male", "F": "female", "?": ""}
_QUALITY = {"true": "strong", "false": "weak"}
_PLAIN_LANGUAGES = ("", "EN")
_NO_COUNTRY = ("", "00", "UNKNOWN")
_NO_NUMBER = ("", "-", "UNKNOWN")
_GREGORIAN = "GREGORIAN"
_LONGEST_YEAR = 4


class _Builder:
    """One entry being read: facts gathered without repeats, in the list's order."""

    def __init__(self, entry: Entry, source: str, problems: list[Problem]) -> None:
        self._entry = entry
        self._source = source
        self._problems = problems
        self.names: list[Name] = []
        self.births: dict[Birth, None] = {}
        self.countries: dict[Country, None] = {}
        self.addresses: dict[Address, None] = {}
        self.identifiers: dict[Identifier, None] = {}
        self.details: dict[Detail, None] = {}
        self.genders: dict[str, None] = {}
        self.on_ship = False

    def problem(self, message: str) -> None:
        """Note a problem at this entry."""
        self._problems.append(Problem(self._source, self._entry.where, message))

    def take(self, part: Part) -> None:
        """Put one child where it belongs; its own remarks are details under its name."""
        match part.kind:
            case "nameAlias":
                self._take_name(part)
            case "birthdate":
                self._take_birth(part.facts)
            case "citizenship":
                self._take_citizenship(part.facts)
            case "address":
                self._take_address(part.facts)
            case "identification":
                self._take_document(part.facts)
        for key, value in part.more:
            self.detail(key, value)
        word = {"nameAlias": "name", "birthdate": "birth"}.get(part.kind, part.kind)
        for remark in part.remarks:
            self.detail(f"{word} remark", remark)

    def detail(self, kind: str, text: str) -> None:
        """Keep a fact without a place of its own."""
        if text:
            self.details[Detail(kind.lower(), text)] = None

    def _take_name(self, part: Part) -> None:
        facts, text = part.facts, name_text(part.facts)
        if text:
            script = script_of(text)
            parts = ((role, facts.get(key, "")) for role, key in NAME_PARTS)
            quality = _QUALITY.get(facts.get("strong", "").lower(), "")
            kind = "alias" if script in ("", "Latn") else "script"
            kind, quality = said_of_name(part.remarks, kind, quality)
            self.names.append(Name(text, kind, quality, script, tuple(p for p in parts if p[1])))
        elif facts.get("logicalId"):
            self.problem(f"name {facts['logicalId']} has no text")
        self.detail("title", facts.get("title", ""))
        self.detail("position", facts.get("function", ""))
        if gender := facts.get("gender", ""):
            if gender not in _GENDERS:
                self.problem(f"gender '{gender}' is none of {', '.join(_GENDERS)}")
            self.genders[_GENDERS.get(gender, "")] = None

    def _take_birth(self, facts: Mapping[str, str]) -> None:
        calendar = facts.get("calendarType", "").upper() or _GREGORIAN
        written = _birth_text(facts)
        if written and calendar != _GREGORIAN:
            self.detail(f"birth date ({calendar.lower()})", written)
        elif written:
            self._take_birth_date(facts, written)
        self._take_place("birth", facts)

    def _take_birth_date(self, facts: Mapping[str, str], written: str) -> None:
        whole = parse_date(facts.get("birthdate", ""))
        parts = _birth_parts(facts)
        days = whole or parts
        if days is None:
            self.problem(f"date of birth is not read: {written}")
            self.detail("birth date", written)
            return
        if whole and parts and not whole.overlaps(parts):
            self.problem(f"date of birth contradicts its own parts: {written}")
        circa = facts.get("circa", "").lower() == "true"
        self.births[Birth(days.earliest, days.latest, days.precision, circa)] = None

    def _take_place(self, role: str, facts: Mapping[str, str]) -> str:
        text, (code, written) = place_of(facts), self._country(facts)
        if text or written:
            self.addresses[
                Address(
                    role,
                    text,
                    code,
                    written,
                    facts.get("city", ""),
                    facts.get("region", ""),
                    facts.get("zipCode", ""),
                )
            ] = None
        return ", ".join(filter(None, (text, written)))

    def _take_address(self, facts: Mapping[str, str]) -> None:
        place = self._take_place("address", facts)
        if facts.get("asAtListingTime", "").lower() == "true":
            self.detail("address at listing time", place)

    def _take_citizenship(self, facts: Mapping[str, str]) -> None:
        code, written = self._country(facts)
        if written:
            self.countries[Country("citizenship", code, written)] = None
        self.detail("citizenship region", facts.get("region", ""))
        self.detail("citizenship acquired", facts.get("acquisitionDate", ""))
        self.detail("citizenship lost", facts.get("disenfranchisementDate", ""))

    def _take_document(self, facts: Mapping[str, str]) -> None:
        kind = _document_kind(facts)
        numbers = [facts.get("number", ""), facts.get("latinNumber", "")]
        numbers = [number for number in dict.fromkeys(numbers) if number not in _NO_NUMBER]
        flags = [word for key, word in FLAGS.items() if facts.get(key, "").lower() == "true"]
        if not numbers:
            self.problem(f"document has no number: {kind}")
        for number in numbers:
            self._take_number(kind, number, flags, facts)
        said = "; ".join(f"{word} {facts[key]}" for key, word in _DOCUMENT_FACTS if facts.get(key))
        if said:
            self.detail("identification", f"{' / '.join([kind, *numbers])}: {said}")

    def _take_number(
        self, kind: str, number: str, flags: list[str], facts: Mapping[str, str]
    ) -> None:
        code, _ = self._country(facts)
        if kind != "IMO":
            marked = kind + "".join(f" ({flag})" for flag in flags)
            self.identifiers[Identifier(marked, number, code)] = None
            return
        identifier, wrong = imo_identifier(number)
        if wrong:
            self.problem(wrong)
        self.identifiers[identifier] = None
        self.on_ship = self.on_ship or identifier.kind == "IMO"
        for flag in flags:
            self.detail("identification", f"IMO {identifier.number}: {flag}")

    def _country(self, facts: Mapping[str, str]) -> tuple[str, str]:
        iso, name = facts.get("countryIso2Code", ""), facts.get("countryDescription", "")
        iso, name = (text if text.upper() not in _NO_COUNTRY else "" for text in (iso, name))
        code = country_code(iso) or country_code(name)
        if not code and (iso or name):
            self.problem(f"country '{name or iso}' is not known by that name or code")
        return code, name or iso


_DOCUMENT_FACTS = (
    ("issuedBy", "issued by"),
    ("issueDate", "issue date"),
    ("validFrom", "valid from"),
    ("validTo", "valid to"),
    ("nameOnDocument", "name on document"),
    ("region", "region"),
)


def _document_kind(facts: Mapping[str, str]) -> str:
    code = facts.get("identificationTypeCode", "")
    return (
        ID_TYPES.get(code.lower())
        or facts.get("identificationTypeDescription")
        or code
        or "document"
    )


def _number(text: str) -> int:
    """Return a small number as the list writes it; -1, which is no part of a date, for others."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_YEAR else -1


def _birth_parts(facts: Mapping[str, str]) -> DateRange | None:
    first, last = facts.get("yearRangeFrom", ""), facts.get("yearRangeTo", "")
    if first and last:
        return year_range(_number(first), _number(last))
    keys = ("year", "monthOfYear", "dayOfMonth")
    year, month, day = (_number(facts.get(key, "0")) for key in keys)
    return date_range(year, month, day) if year > 0 else None


def _birth_text(facts: Mapping[str, str]) -> str:
    """Return all that is said of the date, as text."""
    keys = ("year", "monthOfYear", "dayOfMonth")
    said = "-".join(facts[key].zfill(2) for key in keys if facts.get(key))
    ends = [f"{word} {facts[key]}" for key, word in _ENDS if facts.get(key)]
    whole = facts.get("birthdate", "")
    texts = [said or whole, *ends]
    if whole and said and whole != said:
        texts.append(f"({whole})")
    text = " ".join(filter(None, texts))
    return f"circa {text}" if text and facts.get("circa", "").lower() == "true" else text


_ENDS = (("yearRangeFrom", "from"), ("yearRangeTo", "to"))


def listing_of(
    entry: Entry, listing_id: str, source: str, problems: list[Problem], as_of: str = ""
) -> Listing:
    """Return the whole entry; what could not be read is a problem beside it.

    `as_of` is the file's own day: a delisting on a later day is announced, not yet in force.
    """
    build = _Builder(entry, source, problems)
    for part in entry.parts:
        build.take(part)
    if not build.names:
        build.problem("has no name")
    acts = _acts(entry)
    listed_on, basis = _listed_on(entry, acts, build)
    delisted_on = _day(entry.facts, "delistingDate", build)
    for kind, key in _ENTRY_DETAILS:
        build.detail(kind, entry.facts.get(key, ""))
    for key, value in entry.more:
        build.detail(key, value)
    references = un_references(entry.facts.get("unitedNationId", ""))
    return Listing(
        listing_id=listing_id,
        regime="eu",
        reference=entry.facts.get("euReferenceNumber") or entry.facts.get("logicalId", ""),
        kind=_kind(entry, build),
        names=_with_primary(entry, build.names),
        listed_on=listed_on,
        programmes=tuple(dict.fromkeys(filter(None, entry.programmes))),
        element=entry.where,
        births=tuple(build.births),
        countries=tuple(build.countries),
        identifiers=(*(Identifier("UN reference", one) for one in references), *build.identifiers),
        gender=_gender(build),
        remarks="; ".join(entry.remarks),
        addresses=tuple(build.addresses),
        acts=tuple(dict.fromkeys(_legal_act(act) for act in acts)),
        details=tuple(build.details),
        amended_on=_amended_on(acts),
        listed_basis=basis,
        delisted=bool(delisted_on) and (not as_of or delisted_on <= as_of),
        delisted_on=delisted_on,
    )


_ENTRY_DETAILS = (
    ("logical id", "logicalId"),
    ("designation details", "designationDetails"),
    ("entry into force", "entryIntoForceDate"),
    ("delisting date", "delistingDate"),
)


def _kind(entry: Entry, build: _Builder) -> str:
    """Return person, entity, or vessel where a ship's IMO number stands for an enterprise."""
    written = entry.facts.get("classificationCode", "") or entry.facts.get("subjectType", "")
    kind = _KINDS.get(written.lower(), "")
    if not kind:
        build.problem(f"subject type '{written}' is neither person nor enterprise; taken as entity")
    return "vessel" if build.on_ship and kind != "person" else kind or "entity"


def _with_primary(entry: Entry, names: list[Name]) -> tuple[Name, ...]:
    """Mark the first name in no language or English as primary; the list itself marks none."""
    languages = [
        part.facts.get("nameLanguage", "").upper()
        for part in entry.parts
        if part.kind == "nameAlias" and name_text(part.facts)
    ]
    latin = [number for number, name in enumerate(names) if name.kind == "alias"]
    plain = [number for number in latin if languages[number] in _PLAIN_LANGUAGES]
    first = next(iter(plain or latin or range(len(names))), -1)
    return tuple(
        Name(name.text, "primary", name.quality, name.script, name.parts) if at == first else name
        for at, name in enumerate(names)
    )


def _gender(build: _Builder) -> str:
    said = [gender for gender in build.genders if gender]
    if len(said) > 1:
        build.problem(f"names have different genders ({', '.join(said)}); the first is kept")
    return next(iter(said), "")


def _acts(entry: Entry) -> list[Act]:
    cited = (part.act for part in entry.parts)
    return [*entry.acts, *(act for act in cited if act and (act.title or act.date))]


def _legal_act(act: Act) -> LegalAct:
    day = parse_date(act.date)
    date = day.earliest if day and day.precision == "day" else ""
    return LegalAct(act.title, date, _ROLES.get(act.kind.lower(), ""))


def _day(facts: Mapping[str, str], key: str, build: _Builder) -> str:
    text = facts.get(key, "")
    day = parse_date(text) if text else None
    if day and day.precision == "day":
        return day.earliest
    if text:
        build.problem(f"{key} '{text}' is not a day")
    return ""


def _listed_on(entry: Entry, acts: list[Act], build: _Builder) -> tuple[str, str]:
    if day := _day(entry.facts, "designationDate", build):
        return day, ""
    dates = [act.date for act in map(_legal_act, acts) if act.date]
    return min(dates, default=""), "at the latest" if dates else ""


def _amended_on(acts: list[Act]) -> tuple[str, ...]:
    """Return the days of amending acts behind the oldest one, which put the party on the list."""
    dated = [act for act in map(_legal_act, acts) if act.date]
    oldest = min((act.date for act in dated), default="")
    return tuple(
        sorted({act.date for act in dated if act.role == "amendment" and act.date > oldest})
    )
