"""The UN Security Council consolidated list (XML, both styles of its platform).

Layout: https://scsanctions.un.org/ and the council's schema. Names come in parts in list order,
not as given and family names; a removal is an absence; there are no wallets. Every INDIVIDUAL
and ENTITY is one listing, its id the DATAID, which survives amendments.
"""

import hashlib
from collections.abc import Iterator

from sanctrail.errors import Problem
from sanctrail.ground.inputs import InputStream
from sanctrail.lists.records import Birth, Country, Identifier, ListHeader, Listing, Name
from sanctrail.lists.xml import Element, elements, text_of
from sanctrail.text.countries import country_code
from sanctrail.text.dates import DateRange, parse_date, year_range
from sanctrail.text.fold import script_of

ROOT = "CONSOLIDATED_LIST"
FORM = "un-xml"
_ISSUERS = ("ISSUING_COUNTRY", "COUNTRY_OF_ISSUE")
NOT_AVAILABLE = "na"
"""What the list writes for an unknown nationality; not Namibia."""

_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_QUALITY = {"Good": "strong", "Low": "weak", "a.k.a.": "strong", "f.k.a.": "strong"}
_KIND = {"INDIVIDUAL": "person", "ENTITY": "entity"}


def read(stream: InputStream, problems: list[Problem]) -> Iterator[ListHeader | Listing]:
    """Yield the list's header, then its listings in file order."""
    wanted = {ROOT: "start", "INDIVIDUAL": "end", "ENTITY": "end"}
    for tag, element in elements(stream, wanted):
        if tag == ROOT:
            generated = element.get("dateGenerated", "")
            yield ListHeader("un", "un", FORM, generated[:10])
        else:
            yield _Entry(element, tag, stream.name, problems).listing()


class _Entry:
    """One INDIVIDUAL or ENTITY element on its way to a `Listing`."""

    def __init__(self, element: Element, tag: str, source: str, problems: list[Problem]) -> None:
        self._element = element
        self._tag = tag
        self._source = source
        self._problems = problems
        self._dataid = text_of(element.find("DATAID"))
        self._where = f"{tag} DATAID {self._dataid or '?'}, line {element.sourceline}"

    def listing(self) -> Listing:
        """Return the whole entry; what could not be read is a problem beside it."""
        if not self._dataid:
            self._problem("has no DATAID; its id is a digest of its reference and names instead")
        names = self._names()
        if not names:
            self._problem("has no name")
        return Listing(
            listing_id=f"un:{self._dataid or self._stand_in(names)}",
            regime="un",
            reference=self._text("REFERENCE_NUMBER"),
            kind=_KIND[self._tag],
            names=names,
            listed_on=self._listed_on(),
            programmes=tuple(filter(None, [self._text("UN_LIST_TYPE")])),
            element=self._where,
            births=self._births(),
            countries=tuple(self._countries()),
            identifiers=tuple(self._identifiers()),
            gender=self._text("GENDER").lower(),
            remarks=self._text("COMMENTS1"),
        )

    def _stand_in(self, names: tuple[Name, ...]) -> str:
        facts = "\n".join([self._text("REFERENCE_NUMBER"), *(name.text for name in names)])
        return "x" + hashlib.sha256(facts.encode()).hexdigest()[:16]

    def _text(self, tag: str) -> str:
        return text_of(self._element.find(tag))

    def _problem(self, message: str) -> None:
        self._problems.append(Problem(self._source, self._where, message))

    def _names(self) -> tuple[Name, ...]:
        primary = " ".join(filter(None, (self._text(part) for part in _NAME_PARTS)))
        names = [Name(primary, "primary", "strong", script_of(primary))] if primary else []
        script = self._text("NAME_ORIGINAL_SCRIPT")
        if script:
            names.append(Name(script, "script", "strong", script_of(script)))
        names.extend(self._aliases())
        return tuple(names)

    def _aliases(self) -> Iterator[Name]:
        for alias in self._element.iterfind(f"{self._tag}_ALIAS"):
            text = text_of(alias.find("ALIAS_NAME"))
            quality = text_of(alias.find("QUALITY"))
            if not text:
                continue
            if quality and quality not in _QUALITY:
                self._problem(f"alias quality '{quality}' is not one that the UN list is known by")
            kind = "former" if quality == "f.k.a." else "alias"
            yield Name(text, kind, _QUALITY.get(quality, ""), script_of(text))

    def _listed_on(self) -> str:
        text = self._text("LISTED_ON")
        day = parse_date(text)
        if day is None or day.precision != "day":
            self._problem(f"listing date '{text}' is not a day")
            return ""
        return day.earliest

    def _births(self) -> tuple[Birth, ...]:
        births = []
        for element in self._element.iterfind("INDIVIDUAL_DATE_OF_BIRTH"):
            written = [child for child in element if text_of(child) and child.tag != "TYPE_OF_DATE"]
            if not written:
                continue
            days = self._birth_days(element)
            if days is None:
                said = "; ".join(f"{child.tag} {text_of(child)}" for child in written)
                self._problem(f"date of birth is not read: {said}")
                continue
            circa = text_of(element.find("TYPE_OF_DATE")) == "APPROXIMATELY"
            births.append(Birth(days.earliest, days.latest, days.precision, circa))
        return tuple(dict.fromkeys(births))

    def _birth_days(self, element: Element) -> DateRange | None:
        first, last = (text_of(element.find(tag)) for tag in ("FROM_YEAR", "TO_YEAR"))
        if first.isdecimal() and last.isdecimal():
            return year_range(int(first), int(last))
        written = (text_of(element.find(tag)) for tag in ("DATE", "YEAR", "NOTE"))
        return parse_date(next(filter(None, written), ""))

    def _countries(self) -> Iterator[Country]:
        places = [
            ("nationality", "NATIONALITY/VALUE"),
            ("birth", "INDIVIDUAL_PLACE_OF_BIRTH/COUNTRY"),
            ("address", f"{self._tag}_ADDRESS/COUNTRY"),
        ]
        for role, path in places:
            for element in self._element.iterfind(path):
                text = text_of(element)
                if text and text != NOT_AVAILABLE:
                    yield Country(role, country_code(text), text)

    def _identifiers(self) -> Iterator[Identifier]:
        for document in self._element.iterfind("INDIVIDUAL_DOCUMENT"):
            number = text_of(document.find("NUMBER"))
            kinds = (text_of(document.find(f"TYPE_OF_DOCUMENT{n}")) for n in ("", "2"))
            kind = next(filter(None, kinds), "")
            if not number and any(text_of(child) for child in document):
                said = "; ".join(filter(None, (kind, text_of(document.find("NOTE")))))
                self._problem(f"document has no number: {said}")
            if number:
                places = (text_of(document.find(tag)) for tag in _ISSUERS)
                issuer = next(filter(None, places), "")
                yield Identifier(kind, number, country_code(issuer))
