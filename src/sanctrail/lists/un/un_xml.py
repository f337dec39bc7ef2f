"""The UN Security Council consolidated list (XML, both styles of its platform).

Layout: https://scsanctions.un.org/ and the council's schema. Every INDIVIDUAL and ENTITY is one
listing, its id the DATAID, which survives amendments. Names come in parts in list order, not as
given and family names. A removal is an absence; there are no wallets, and no ties but reference
numbers in parentheses in the comments. Empty blocks stand for what is not known; one VALUE may
number several positions "a) ... b) ..."; an alias may carry a birth of its own or, without a
name, only that. A known copy lost the letters of all scripts but Latin (see `repair`): its
ruined names are left out, and the facts it damages are marked as cut.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sanctrail.errors import Problem
from sanctrail.lists.reading.prose import stand_in
from sanctrail.lists.reading.repair import (
    RepairedStream,
    has_readable_word,
    lost_letters,
    lost_script,
)
from sanctrail.lists.reading.xml import Element, elements, text_of
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    ListHeader,
    Listing,
    Name,
    Relation,
)
from sanctrail.lists.source import ByteStream
from sanctrail.text.countries import country_code
from sanctrail.text.dates import DateRange, parse_date, year_range
from sanctrail.text.fold import script_of, tidy

ROOT = "CONSOLIDATED_LIST"
FORM = "un-xml"
NOT_AVAILABLE = frozenset({"", "na", "null"})
"""What the list writes for an unknown value; `na` is not Namibia."""

_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_QUALITY = {"Good": "strong", "Low": "weak", "a.k.a.": "strong", "f.k.a.": "strong"}
_KIND = {"INDIVIDUAL": "person", "ENTITY": "entity"}
_PLACE = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE")
_DETAILS = {"TITLE": "title", "DESIGNATION": "position"}
_VALUES = frozenset({"VALUE"})
_ALIAS = frozenset({"QUALITY", "ALIAS_NAME", "NOTE"})
_ADDRESS = frozenset({*_PLACE, "COUNTRY", "NOTE"})
_BIRTH = frozenset({"TYPE_OF_DATE", "DATE", "YEAR", "FROM_YEAR", "TO_YEAR", "NOTE"})
_DOCUMENT_KIND = ("TYPE_OF_DOCUMENT", "TYPE_OF_DOCUMENT2")
_ISSUE = ("ISSUING_COUNTRY", "COUNTRY_OF_ISSUE", "CITY_OF_ISSUE", "DATE_OF_ISSUE")
_DOCUMENT = frozenset({*_DOCUMENT_KIND, *_ISSUE, "NUMBER", "NOTE"})
_READ: dict[str, frozenset[str]] = {
    **dict.fromkeys((*_NAME_PARTS, "DATAID", "UN_LIST_TYPE", "REFERENCE_NUMBER"), frozenset()),
    **dict.fromkeys(("LISTED_ON", "GENDER", "NAME_ORIGINAL_SCRIPT", "COMMENTS1"), frozenset()),
    **dict.fromkeys(("TITLE", "DESIGNATION", "NATIONALITY", "LAST_DAY_UPDATED"), _VALUES),
    "INDIVIDUAL_ALIAS": _ALIAS | {"DATE_OF_BIRTH", "CITY_OF_BIRTH", "COUNTRY_OF_BIRTH"},
    "ENTITY_ALIAS": _ALIAS,
    "INDIVIDUAL_ADDRESS": _ADDRESS,
    "ENTITY_ADDRESS": _ADDRESS,
    "INDIVIDUAL_PLACE_OF_BIRTH": _ADDRESS,
    "INDIVIDUAL_DATE_OF_BIRTH": _BIRTH,
    "INDIVIDUAL_DOCUMENT": _DOCUMENT,
}
"""The elements read below, with their children; any other becomes a `Detail` under its name."""
_SAYS_NOTHING = frozenset({"VERSIONNUM", "LIST_TYPE", "SORT_KEY", "SORT_KEY_LAST_MOD"})
"""Always 1, always "UN List", always empty."""

_OTHER_CALENDAR = re.compile(r"hijri|islamic|lunar|solar|qamari|shamsi", re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})\s*[-–]\s*(\d{4})")
_MONTHS = re.compile(r"between\s+([A-Za-z.]+)\s+and\s+([A-Za-z.]+\s+(\d{4}))", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_REFERENCE = re.compile(r"\b[A-Z][A-Za-z][ie]\.\d+\b")


def read(stream: ByteStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in file order."""
    wanted = {ROOT: "start", "INDIVIDUAL": "end", "ENTITY": "end"}
    file = _File(stream, problems)
    for tag, element in elements(stream, wanted):
        if tag == ROOT:
            generated = element.get("dateGenerated", "")
            yield ListHeader("un", "un", FORM, generated[:10], generated)
        else:
            yield _Entry(element, tag, file).listing()


@dataclass(slots=True)
class _File:
    """What is known of the file so far; `lost` says that it has names without their letters."""

    stream: ByteStream
    problems: list[Problem]
    lost: bool = False

    @property
    def damaged(self) -> bool:
        return self.lost or (isinstance(self.stream, RepairedStream) and self.stream.repaired)


class _Entry:
    """One INDIVIDUAL or ENTITY element on its way to a `Listing`."""

    def __init__(self, element: Element, tag: str, file: _File) -> None:
        self._element = element
        self._tag = tag
        self._file = file
        self._dataid = text_of(element.find("DATAID"))
        self._where = f"{tag} DATAID {self._dataid or '?'}, line {element.sourceline}"
        self._details: list[Detail] = []
        self._cut: dict[str, None] = {}

    def listing(self) -> Listing:
        """Return the whole entry; what could not be read is a problem beside it."""
        if not self._dataid:
            self._problem("has no DATAID; its id is a digest of its reference and names instead")
        names = self._names()
        if not names:
            self._problem("has no name")
        return Listing(
            listing_id=f"un:{self._dataid or self._digest(names)}",
            regime="un",
            reference=self._text("REFERENCE_NUMBER"),
            kind=_KIND[self._tag],
            names=names,
            listed_on=self._listed_on(),
            programmes=tuple(filter(None, [self._text("UN_LIST_TYPE")])),
            element=self._where,
            births=tuple(dict.fromkeys(self._births())),
            countries=tuple(self._countries()),
            addresses=tuple(self._places()),
            identifiers=tuple(self._identifiers()),
            gender=self._text("GENDER").lower(),
            remarks=self._checked("COMMENTS1", self._text("COMMENTS1"), "remark"),
            relations=tuple(dict.fromkeys(self._relations())),
            amended_on=tuple(self._amended_on()),
            details=(*self._occupations(), *self._details, *self._others()),
            cut=tuple(self._cut),
        )

    def _digest(self, names: tuple[Name, ...]) -> str:
        return stand_in(self._text("REFERENCE_NUMBER"), *(name.text for name in names))

    def _text(self, tag: str) -> str:
        return text_of(self._element.find(tag))

    def _values(self, tag: str) -> Iterator[str]:
        for value in self._element.iterfind(f"{tag}/VALUE"):
            yield from numbered(text_of(value))

    def _problem(self, message: str) -> None:
        self._file.problems.append(Problem(self._file.stream.name, self._where, message))

    def _checked(self, what: str, text: str, fact: str) -> str:
        """Return the text; where a damaged copy ruined words of it, its fact counts as cut."""
        if text and self._file.damaged and lost_letters(text):
            self._cut[fact] = None
            self._problem(f"{what} '{text[:80]}' lost letters in this copy; kept as it stands")
        return text

    def _names(self) -> tuple[Name, ...]:
        texts = [self._text(part) for part in _NAME_PARTS]
        primary = " ".join(filter(None, texts))
        names = []
        if primary:
            numbers = enumerate(texts if self._tag == "INDIVIDUAL" else (), start=1)
            parts = tuple((str(number), text) for number, text in numbers if text)
            names.append(Name(primary, "primary", "strong", script_of(primary), parts))
        script = self._text("NAME_ORIGINAL_SCRIPT")
        if lost_script(script):
            self._file.lost = True
            self._leave_out("NAME_ORIGINAL_SCRIPT", script, "script name")
        elif script:
            names.append(Name(script, "script", "strong", script_of(script)))
        names.extend(self._aliases())
        return tuple(names)

    def _leave_out(self, what: str, text: str, fact: str) -> None:
        self._cut[fact] = None
        self._problem(f"{what} '{text}' lost its letters in this copy; it was left out")

    def _aliases(self) -> Iterator[Name]:
        for alias in self._element.iterfind(f"{self._tag}_ALIAS"):
            text = text_of(alias.find("ALIAS_NAME"))
            quality = text_of(alias.find("QUALITY"))
            if note := text_of(alias.find("NOTE")):
                about = self._checked("alias note", f"{text}: {note}" if text else note, "detail")
                self._details.append(Detail("alias note", about))
            if not text:
                continue
            if quality and quality not in _QUALITY:
                self._problem(f"alias quality '{quality}' is not one that the UN list is known by")
            strength = _QUALITY.get(quality, "")
            fact = "weak alias" if strength == "weak" else "alias"
            if self._file.damaged and lost_letters(text) and not has_readable_word(text):
                self._leave_out("alias", text, fact)
                self._cut["script name"] = None  # what it was before it lost its letters
                continue
            if self._checked("alias", text, fact) and fact in self._cut:
                self._cut["script name"] = None
            kind = "former" if quality == "f.k.a." else "alias"
            yield Name(text, kind, strength, script_of(text))

    def _listed_on(self) -> str:
        text = self._text("LISTED_ON")
        day = parse_date(text)
        if day is None or day.precision != "day":
            self._problem(f"listing date '{text}' is not a day")
            return ""
        return day.earliest

    def _amended_on(self) -> Iterator[str]:
        for text in filter(None, self._values("LAST_DAY_UPDATED")):
            day = parse_date(text)
            if day is None or day.precision != "day":
                self._problem(f"day of amendment '{text}' is not a day")
            else:
                yield day.earliest

    def _births(self) -> Iterator[Birth]:
        """Yield the births of the party and of its aliases, who are the party too."""
        for element in self._element.iterfind("INDIVIDUAL_DATE_OF_BIRTH"):
            texts = {tag: text_of(element.find(tag)) for tag in _BIRTH}
            kind = texts.pop("TYPE_OF_DATE")
            if any(texts.values()):
                yield from self._birth(kind, texts)
        for element in self._element.iterfind(f"{self._tag}_ALIAS/DATE_OF_BIRTH"):
            text = text_of(element)
            if text.lower() not in NOT_AVAILABLE:
                yield from self._birth("", {"DATE": text})

    def _birth(self, kind: str, texts: dict[str, str]) -> Iterator[Birth]:
        said = "; ".join(f"{tag} {text}" for tag, text in sorted(texts.items()) if text)
        note = texts.get("NOTE", "")
        if _OTHER_CALENDAR.search(said):
            self._details.append(Detail("birth date (islamic)", note or said))
            return
        days, note_read = birth_days(texts)
        circa = kind == "APPROXIMATELY" or note.lower().startswith("approx")
        if note and not note_read and note.lower() != "approximately":
            self._details.append(Detail("birth date note", note))
        if days is None:
            self._problem(f"date of birth is not read: {said}")
        else:
            yield Birth(days.earliest, days.latest, days.precision, circa)

    def _countries(self) -> Iterator[Country]:
        for text in self._values("NATIONALITY"):
            if text not in NOT_AVAILABLE:
                yield Country("nationality", country_code(text), text)

    def _places(self) -> Iterator[Address]:
        for role, tag in (("address", "ADDRESS"), ("birth", "PLACE_OF_BIRTH")):
            for element in self._element.iterfind(f"{self._tag}_{tag}"):
                texts = {tag: text_of(element.find(tag)) for tag in _ADDRESS}
                if place := self._place(role, texts):
                    yield place
        for element in self._element.iterfind(f"{self._tag}_ALIAS"):
            texts = {tag: text_of(element.find(f"{tag}_OF_BIRTH")) for tag in ("CITY", "COUNTRY")}
            if place := self._place("birth", texts):
                yield place

    def _place(self, role: str, texts: dict[str, str]) -> Address | None:
        """Return a place; a note that stands alone is the place, another tells about it."""
        known = {tag: text for tag, text in texts.items() if text not in NOT_AVAILABLE}
        line = ", ".join(known[tag] for tag in _PLACE if tag in known)
        country, note = known.get("COUNTRY", ""), known.get("NOTE", "")
        fact = "birth place" if role == "birth" else "address"
        self._checked(fact, line, fact)
        if line and note:
            about = f"{', '.join(filter(None, [line, country]))}: {note}"
            self._details.append(Detail(f"{fact} note", self._checked("note", about, "detail")))
        if not (line or note or country):
            return None
        return Address(
            role,
            line or note,
            country_code(country),
            country,
            known.get("CITY", ""),
            known.get("STATE_PROVINCE", ""),
            known.get("ZIP_CODE", ""),
        )

    def _identifiers(self) -> Iterator[Identifier]:
        for document in self._element.iterfind("INDIVIDUAL_DOCUMENT"):
            texts = {tag: text_of(document.find(tag)) for tag in _DOCUMENT}
            if not any(texts.values()):
                continue
            kind = texts["TYPE_OF_DOCUMENT"] or texts["TYPE_OF_DOCUMENT2"]
            number = texts["NUMBER"]
            issuer = texts["ISSUING_COUNTRY"] or texts["COUNTRY_OF_ISSUE"]
            more = self._checked("document NOTE", about_document(texts, kind, issuer), "detail")
            if more:
                subject = " ".join(filter(None, [kind, number]))
                self._details.append(Detail("document", f"{subject}: {more}"))
            if number:
                yield Identifier(kind, number, country_code(issuer))
            else:
                said = "; ".join(filter(None, (kind, texts["NOTE"])))
                self._problem(f"document has no number: {said}")

    def _relations(self) -> Iterator[Relation]:
        """Yield the other parties whose reference numbers the comments put in parentheses.

        Their listing ids are not known here: the numbers may stand further down in the file.
        """
        own = self._text("REFERENCE_NUMBER")
        for brackets in _IN_BRACKETS.finditer(self._text("COMMENTS1")):
            for reference in _REFERENCE.findall(brackets[1]):
                if reference != own:
                    yield Relation("linked to", "", "", reference)

    def _occupations(self) -> Iterator[Detail]:
        for tag, kind in _DETAILS.items():
            for text in self._values(tag):
                yield Detail(kind, text)

    def _others(self) -> Iterator[Detail]:
        """Yield what stands in elements that this reader has no place for."""
        for child in self._element:
            if child.tag in _SAYS_NOTHING:
                continue
            if child.tag not in _READ:
                if text := tidy(" ".join(child.itertext())):
                    yield Detail(_word(child.tag), text)
                continue
            for inner in child:
                text = tidy(" ".join(inner.itertext()))
                if inner.tag not in _READ[child.tag] and text:
                    yield Detail(f"{_word(child.tag)} {_word(inner.tag)}", text)


def _word(tag: str) -> str:
    return tag.lower().replace("_", " ")


def numbered(text: str) -> list[str]:
    """Return the items of "a) ... b) ..." without their letters; else the text as the only one."""
    items, rest = [], text
    if not re.match(r"\(?a\)\s*\S", text):
        return [text] if text else []
    for letter in "abcdefghijklmnopqrstuvwxyz":
        parts = re.split(rf"(?:^|(?<=\s))\(?{letter}\)\s*", rest, maxsplit=1)
        if len(parts) == 1:
            break
        items.append(parts[0])
        rest = parts[1]
    return [item for item in (part.strip(" ;,") for part in [*items, rest]) if item]


def birth_days(texts: dict[str, str]) -> tuple[DateRange | None, bool]:
    """Return the days that a date of birth can mean, and whether its note was read for them."""
    first, last = texts.get("FROM_YEAR", ""), texts.get("TO_YEAR", "")
    date, year, note = (texts.get(tag, "") for tag in ("DATE", "YEAR", "NOTE"))
    if first.isdecimal() and last.isdecimal():
        return year_range(int(first), int(last)), False
    if years := _YEARS.fullmatch(date):
        return year_range(int(years[1]), int(years[2])), False
    if not date and year and note and (days := parse_date(f"{note} {year}")):
        return days, True
    if date or year:
        return parse_date(date or year), False
    days = parse_date(note) or _months(note)
    return days, days is not None


def _months(note: str) -> DateRange | None:
    """Read "Between Aug. and Sep. 1977"."""
    found = _MONTHS.fullmatch(note)
    first = parse_date(f"{found[1]} {found[3]}") if found else None
    last = parse_date(found[2]) if found else None
    if first is None or last is None or first.earliest > last.earliest:
        return None
    return DateRange(first.earliest, last.latest, "range")


def about_document(texts: dict[str, str], kind: str, issuer: str) -> str:
    """Return what a document block says beside kind, number and issuer."""
    other = texts["TYPE_OF_DOCUMENT2"]
    country = texts["COUNTRY_OF_ISSUE"]
    where = [texts["CITY_OF_ISSUE"], country if country != issuer else ""]
    place = ", ".join(filter(None, where))
    said = [
        other if other != kind else "",
        f"issued on {texts['DATE_OF_ISSUE']}" if texts["DATE_OF_ISSUE"] else "",
        f"issued in {place}" if place else "",
        texts["NOTE"],
    ]
    return "; ".join(filter(None, said))
