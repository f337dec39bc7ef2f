"""Canada: the consolidated autonomous sanctions list (SEMA and JVCFOR, XML).

Flat records under the root `data-set`; the country doubles as the regulation. Before 2024 the
columns are Entity, Title and DateOfBirth, since then EntityOrShip, TitleOrShip, ShipIMONumber and
DateOfBirthOrShipBuildDate; DateOfListing came in 2021. The file carries neither a date nor ids,
and amendments renumber the items of a schedule. So the id is a digest of what stays: the
regulation's country and the words of the name whatever their order, or the IMO number of a ship.
Schedule and item are the reference. The list does not say what a schedule obliges to, so neither
does a listing.
"""

import re

from sanctrail.errors import Problem, UnreadableFile
from sanctrail.lists.ca.canada_names import aliases_of
from sanctrail.lists.reading.gathered import Gathered
from sanctrail.lists.reading.imo import imo_identifier
from sanctrail.lists.reading.prose import stand_in
from sanctrail.lists.reading.xml import Element, elements, text_of
from sanctrail.lists.records import Birth, LegalAct, ListHeader, Listing, Name
from sanctrail.lists.source import ByteStream, Records
from sanctrail.text.dates import DateRange, parse_date, year_range
from sanctrail.text.fold import fold, script_of, tidy

ROOT = "data-set"
FORM = "sema-xml"

_COLUMNS = {
    "Country": "country",
    "LastName": "last",
    "GivenName": "given",
    "Entity": "entity",
    "EntityOrShip": "entity",
    "Aliases": "aliases",
    "DateOfBirth": "date",
    "DateOfBirthOrShipBuildDate": "date",
    "Title": "title",
    "TitleOrShip": "title",
    "ShipIMONumber": "imo",
    "Schedule": "schedule",
    "Item": "item",
    "DateOfListing": "listed",
}
_NAMING = frozenset({"LastName", "GivenName", "Entity", "EntityOrShip"})
_RENAMED = {"burma": "myanmar burma"}
"""Regulations by the folded name that they have now."""

_NOT_GIVEN = frozenset({"", "n/a"})
_BILINGUAL = re.compile(r"(?<=\w\w)\s*/\s*(?=\w\w)")
"""Between the English and the French name of an entity; later versions drop the French one."""

_CIRCA = re.compile(r"(?:circa|c\.|about|approximately|approx\.)\s*", re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})\s*[-–]\s*(\d{4})")


def read(stream: ByteStream, problems: list[Problem]) -> Records:
    """Yield the header, then one listing a record."""
    yield ListHeader("ca", "ca", FORM, "")
    taken: dict[str, str] = {}
    unknown: set[str] = set()
    for number, (_, element) in enumerate(elements(stream, {"record": "end"}), 1):
        where = f"record {number}, line {element.sourceline}"
        record = _Record(element, Gathered(stream.name, where, problems), unknown)
        if number == 1:
            _refuse_unless_sema(record, stream.name)
        yield record.listing(taken)


def _refuse_unless_sema(record: "_Record", name: str) -> None:
    if "Country" not in record.tags or not _NAMING & record.tags:
        raise UnreadableFile(
            f"{name}: this is XML with the root element <data-set>, but its first record holds "
            f"{', '.join(sorted(record.tags)) or 'nothing'}, expected Country and LastName or "
            "EntityOrShip as on Canada's list. Fetch sema-lmes.xml again; nothing was changed."
        )


class _Record:
    """One record on its way to a `Listing`."""

    def __init__(self, element: Element, found: Gathered, unknown: set[str]) -> None:
        self.found = found
        self.tags: set[str] = set()
        self._values: dict[str, str] = {}
        for child in element:
            tag = str(child.tag).rpartition("}")[2]
            self.tags.add(tag)
            self._take(tag, text_of(child), unknown)

    def _take(self, tag: str, text: str, unknown: set[str]) -> None:
        if tag in _COLUMNS:
            column = _COLUMNS[tag]
            before = self._values.get(column, "")
            self._values[column] = "; ".join(filter(None, (before, text)))
            return
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tag).lower()
        self.found.detail(words, text)
        if tag not in unknown:
            unknown.add(tag)
            self.found.problem(f"column {tag} is not one the list is known by; kept as a detail")

    def _value(self, column: str) -> str:
        text = self._values.get(column, "")
        return "" if text.lower() in _NOT_GIVEN else text

    def listing(self, taken: dict[str, str]) -> Listing:
        """Return the record as a listing; `taken` holds the ids given so far in the file."""
        found = self.found
        kind = self._kind()
        names = self._names(kind)
        self._take_details(kind)
        programme = english(self._value("country"))
        schedule = self._value("schedule")
        act = ", ".join(filter(None, (programme, schedule and f"Schedule {schedule}")))
        item = self._value("item")
        return Listing(
            listing_id=self._listing_id(programme, taken),
            regime="ca",
            reference=", ".join(filter(None, (act, item and f"item {item}"))),
            kind=kind,
            names=names,
            listed_on=self._listed_on(),
            programmes=tuple(filter(None, [programme])),
            element=found.where,
            births=tuple(found.births),
            identifiers=tuple(found.identifiers),
            acts=(LegalAct(act),) if act else (),
            details=tuple(found.details),
        )

    def _kind(self) -> str:
        if self._value("last") or self._value("given"):
            return "person"
        of_ship = self._value("imo") or (self._value("entity") and self._value("title"))
        return "vessel" if of_ship else "entity"

    def _names(self, kind: str) -> tuple[Name, ...]:
        last, given, entity = (self._value(column) for column in ("last", "given", "entity"))
        if entity and kind == "person":
            self.found.problem("names both a person and an entity; read as the person")
            self.found.detail("entity", entity)
        parts = tuple((role, text) for role, text in (("last", last), ("first", given)) if text)
        primary = " ".join(filter(None, (given, last))) if parts else entity
        if not primary:
            self.found.problem("has no name")
        names = [Name(primary, "primary", "", script_of(primary), parts)] if primary else []
        for alias in aliases_of(self._value("aliases"), kind, last):
            script = script_of(alias)
            names.append(Name(alias, "alias" if script in ("", "Latn") else "script", "", script))
        return tuple(dict.fromkeys(names))

    def _take_details(self, kind: str) -> None:
        self.found.detail("ship type" if kind == "vessel" else "title", self._value("title"))
        date = self._value("date")
        if kind == "person":
            self._take_births(date)
        else:
            self.found.detail("ship build date" if kind == "vessel" else "date", date)
        if number := self._value("imo"):
            identifier, wrong = imo_identifier(number, "vessel")
            self.found.identifiers[identifier] = None
            if wrong:
                self.found.problem(wrong)

    def _take_births(self, text: str) -> None:
        for part in re.split(r"\s*(?:\bor\b|;)\s*", text, flags=re.IGNORECASE):
            written = _CIRCA.sub("", part)
            days = _days(written)
            if days is not None:
                birth = Birth(days.earliest, days.latest, days.precision, written != part)
                self.found.births[birth] = None
            elif part:
                self.found.problem(f"date of birth is not read: {part}")
                self.found.detail("birth date as written", part)

    def _listed_on(self) -> str:
        text = self._value("listed")
        day = parse_date(text)
        if day is not None and day.precision == "day":
            return day.earliest
        if text:
            self.found.problem(f"listing date '{text}' is not a day")
        return ""

    def _listing_id(self, programme: str, taken: dict[str, str]) -> str:
        """Return the id: of two records with one name the second also has what tells it apart."""
        country = _RENAMED.get(fold(programme), fold(programme))
        named = " ".join(self._value(column) for column in ("entity", "last", "given"))
        words = " ".join(sorted(fold(_BILINGUAL.split(named)[0]).split()))
        imo = self._value("imo")
        key = f"{country}\nimo {imo}" if imo else f"{country}\n{words}"
        place = f"{self._value('schedule')}\n{self._value('item')}"
        for further in ("", self._value("date"), place, self.found.where):
            told_apart = f"{key}\n{further}" if further else key
            if told_apart not in taken:
                taken[told_apart] = self.found.where
                break
        return "ca:" + stand_in(told_apart)


def english(text: str) -> str:
    """Return the English part of `Syria / Syrie`, without the stray spaces of some files."""
    return tidy(re.split(r"\s+/|/\s+", text)[0])


def _days(text: str) -> DateRange | None:
    if years := _YEARS.fullmatch(text):
        return year_range(int(years[1]), int(years[2]))
    return parse_date(text)
