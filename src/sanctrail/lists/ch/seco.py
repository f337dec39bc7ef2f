"""Switzerland: the SECO list of sanctioned persons, entities and objects (XML).

Programmes and places stand first, targets behind them point there by number (`ssid`); a target
names the sanctions *sets* that it is under, and a set belongs to a programme. The list keeps what
it lifts: a target whose newest modification is `de-listed` is yielded as lifted. Modifications
stand inside the target and hold whole old copies of amended blocks, so only named children are
read, never descendants. A file of type `amendment` holds changed targets only.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sanctrail.errors import Problem
from sanctrail.lists.ch.seco_identity import Place, place_of, take_identity
from sanctrail.lists.ch.seco_names import names_of
from sanctrail.lists.reading.gathered import Gathered
from sanctrail.lists.reading.prose import UN_REFERENCE, stand_in
from sanctrail.lists.reading.xml import Element, elements, text_of
from sanctrail.lists.records import (
    Identifier,
    LegalAct,
    ListHeader,
    Listing,
    Measure,
    Name,
    Relation,
)
from sanctrail.lists.source import ByteStream, Records
from sanctrail.text.dates import parse_date

ROOT = "swiss-sanctions-list"
WHOLE = "whole-list"

_WANTED = {ROOT: "start", "sanctions-program": "end", "place": "end", "target": "end"}
_KINDS = {"individual": "person", "entity": "entity", "vessel": "vessel", "aircraft": "aircraft"}
_DAY_OF = ("effective-date", "enactment-date", "publication-date")
_MODIFICATIONS = ("listed", "amended", "de-listed", "corrected")
_IDENTITY = (
    "name",
    "nationality",
    "day-month-year",
    "place-of-birth",
    "address",
    "identification-document",
)
_SUBJECTS = ("individual", "entity", "object")
_SUBJECT = ("identity", "justification", "relation", "other-information")
_TARGET = (
    "sanctions-set-id",
    "foreign-identifier",
    "individual",
    "entity",
    "object",
    "justification",
    "other-information",
    "relation",
    "modification",
    "generic-attribute",
)
_MEASURES = (
    (r"\b(vessel|ship|port)s?\b", "vessel measure"),
    (r"\b(travel|entry|transit)", "travel ban"),
    (r"\b(financ|asset|econom|freez)", "asset freeze"),
    (r"\b(arms|military|weapon)", "arms embargo"),
    (r"\b(trade|goods|export|import|service|dual)", "trade restriction"),
)
_RELATIONS = (
    (r"\b(owned|subsidiary|parent company)\b", "owned by"),
    (r"\b(owner|owns|shareholder)\b", "owner of"),
    (r"\b(behalf|direction|controlled)\b", "acting for"),
    (r"\bsupport|\bfinanc", "supporting"),
    (r"\b(lead|head|direct|chair|manag)", "leader of"),
    (r"\b(member|belongs)\b", "member of"),
    (
        r"\bfamily|\b(father|mother|brother|sister|spouse|wife|husband|son|daughter|child)\b",
        "family of",
    ),
    (r"\bassociat", "associate of"),
)


@dataclass(slots=True)
class _File:
    """What the head of the file declares and its targets point to."""

    name: str
    problems: list[Problem]
    programmes: dict[str, str] = field(default_factory=dict)
    acts: dict[str, str] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def take_programme(self, element: Element) -> None:
        """Keep a programme's key and name under the number of each of its sets."""
        key = _english(element, "program-key")
        for ssid in {one.get("ssid", "") for one in element.iterfind("{*}sanctions-set")}:
            words = _english(element, "sanctions-set", ssid)
            self.programmes[ssid] = key
            self.origins[ssid] = text_of(element.find("{*}origin"))
            self.acts[ssid] = _english(element, "program-name")
            self.measures[ssid] = Measure(_first(_MEASURES, words, "other"), words)

    def take_place(self, element: Element) -> None:
        """Keep a place under its number."""
        self.places[element.get("ssid", "")] = place_of(element)


def read(stream: ByteStream, problems: list[Problem]) -> Records:
    """Yield the header, then every target, lifted ones included, in file order."""
    file = _File(stream.name, problems)
    for tag, element in elements(stream, _WANTED):
        if tag == ROOT:
            form = "seco-xml" if element.get("list-type") == WHOLE else "seco-amendment"
            yield ListHeader("ch", "ch", form, element.get("date", "")[:10])
        elif _tag(element.getparent()) != ROOT:
            continue  # an old copy inside a modification
        elif tag == "sanctions-program":
            file.take_programme(element)
        elif tag == "place":
            file.take_place(element)
        else:
            yield _Target(element, file).listing()


class _Target:
    """One target on its way to a `Listing`."""

    def __init__(self, element: Element, file: _File) -> None:
        self._element = element
        self._file = file
        self._ssid = element.get("ssid", "")
        where = f"target {self._ssid or '?'}, line {element.sourceline}"
        self._found = Gathered(file.name, where, file.problems)
        self._subject = next((one for one in element if _tag(one) in _SUBJECTS), None)
        self._kind = self._kind_of()

    def listing(self) -> Listing:
        """Return the whole target; what could not be read is a problem beside it."""
        found = self._found
        self._refuse_unknown(self._element, _TARGET)
        names = self._names()
        sets = self._sets()
        remarks = self._remarks()
        self._references()
        history = _history(self._element, found)
        return Listing(
            listing_id=f"ch:{self._ssid or stand_in(*(name.text for name in names))}",
            regime="ch",
            reference=self._ssid,
            kind=self._kind,
            names=names,
            listed_on=history.listed_on,
            programmes=_distinct(self._file.programmes[one] for one in sets),
            element=found.where,
            births=tuple(found.births),
            countries=tuple(found.countries),
            identifiers=tuple(found.identifiers),
            wallets=tuple(found.wallets),
            gender=self._subject.get("sex", "").lower() if self._subject is not None else "",
            remarks=remarks,
            addresses=tuple(found.addresses),
            measures=tuple(dict.fromkeys(self._file.measures[one] for one in sets)),
            acts=tuple(LegalAct(act) for act in _distinct(self._file.acts[one] for one in sets)),
            relations=tuple(self._relations()),
            details=tuple(found.details),
            amended_on=history.amended_on,
            delisted=history.delisted,
            delisted_on=history.delisted_on,
        )

    def _kind_of(self) -> str:
        if self._subject is None:
            self._found.problem("says neither individual nor entity nor object; read as an entity")
            return "entity"
        written = self._subject.get("object-type") or _tag(self._subject)
        if written not in _KINDS:
            self._found.problem(f"object type '{written}' is not known; read as an entity")
        return _KINDS.get(written, "entity")

    def _refuse_unknown(self, element: Element, known: tuple[str, ...]) -> None:
        for child in element:
            if _tag(child) not in known:
                self._found.problem(f"<{_tag(child)}> is not known here and is not read")

    def _parts(self, tag: str) -> Iterator[Element]:
        """Yield what the target or its subject carries by that name; the layout has used both."""
        yield from self._element.iterfind("{*}" + tag)
        if self._subject is not None:
            yield from self._subject.iterfind("{*}" + tag)

    def _names(self) -> tuple[Name, ...]:
        if self._subject is not None:
            self._refuse_unknown(self._subject, _SUBJECT)
        names: dict[Name, None] = {}
        for identity in self._parts("identity"):
            self._refuse_unknown(identity, _IDENTITY)
            main = identity.get("main", "true") == "true"
            for name in identity.iterfind("{*}name"):
                names.update(dict.fromkeys(names_of(name, self._found, main=main)))
            take_identity(identity, self._found, self._file.places)
        if not names:
            self._found.problem("has no name")
        if not self._ssid:
            self._found.problem("has no ssid; its id is a digest of its names instead")
        return tuple(names)

    def _sets(self) -> list[str]:
        sets = [text_of(one) for one in self._element.iterfind("{*}sanctions-set-id")]
        for one in sets:
            if one not in self._file.programmes:
                self._found.problem(f"sanctions set {one} is not declared in the file")
        known = [one for one in sets if one in self._file.programmes]
        for one in known:
            self._found.detail("origin", self._file.origins[one])
        return known

    def _remarks(self) -> str:
        for other in self._parts("other-information"):
            self._found.detail("other information", text_of(other))
            self._found.prose(text_of(other), self._kind)
        for attribute in self._element.iterfind("{*}generic-attribute"):
            self._found.detail(attribute.get("name", "attribute").lower(), text_of(attribute))
        return "; ".join(filter(None, map(text_of, self._parts("justification"))))

    def _references(self) -> None:
        for foreign in self._element.iterfind("{*}foreign-identifier"):
            if number := text_of(foreign):
                of_un = UN_REFERENCE.fullmatch(number)
                kind = "UN reference" if of_un else "foreign identifier"
                self._found.identifiers[Identifier(kind, number)] = None

    def _relations(self) -> Iterator[Relation]:
        for relation in self._parts("relation"):
            words = relation.get("relation-type", "")
            remark = text_of(relation.find("{*}remark"))
            target = relation.get("target-id", "")
            if not target:
                self._found.problem(f"relation '{words}' names no target")
                continue
            kind = _first(_RELATIONS, words.replace("-", " "), "linked to")
            as_written = "; ".join(filter(None, (words, remark)))
            former = bool(re.search(r"\bformer|\bex\b", words))
            yield Relation(kind, f"ch:{target}", "", as_written, former)


@dataclass(frozen=True, slots=True)
class _History:
    listed_on: str
    amended_on: tuple[str, ...]
    delisted: bool
    delisted_on: str


def _history(target: Element, found: Gathered) -> _History:
    """Read the modifications: by their days where all have one, else newest first as they stand.

    A party listed again after a lifting is listed since then; one that was only put under further
    sets is listed since the first time.
    """
    steps: list[tuple[str, str]] = []
    for one in target.iterfind("{*}modification"):
        kind = one.get("modification-type", "")
        if kind not in _MODIFICATIONS:
            found.problem(f"modification '{kind}' is not one that the SECO list is known by")
        steps.append((kind, _day_of(one, found)))
    if all(day for _, day in steps):
        steps.sort(key=lambda step: step[1], reverse=True)
    amended = sorted({day for kind, day in steps if kind == "amended" and day})
    decisive = [step for step in steps if step[0] in ("listed", "de-listed")]
    delisted = bool(decisive) and decisive[0][0] == "de-listed"
    lifted_on = decisive[0][1] if delisted else ""
    since = ""
    for kind, day in decisive[delisted:]:
        if kind == "de-listed":
            break
        since = day or since
    return _History(since, tuple(amended), delisted, lifted_on)


def _day_of(modification: Element, found: Gathered) -> str:
    written = next(filter(None, (modification.get(one, "") for one in _DAY_OF)), "")
    day = parse_date(written) if written else None
    if written and (day is None or day.precision != "day"):
        found.problem(f"modification date '{written}' is not a day")
    return day.earliest if day is not None and day.precision == "day" else ""


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _english(element: Element, tag: str, ssid: str = "") -> str:
    """Return the English text of a child that stands in four languages, or the first there is."""
    found = [one for one in element.iterfind("{*}" + tag) if ssid in ("", one.get("ssid"))]
    found.sort(key=lambda one: one.get("lang") != "eng")
    return text_of(found[0]) if found else ""


def _first(table: tuple[tuple[str, str], ...], words: str, otherwise: str) -> str:
    return next((kind for key, kind in table if re.search(key, words, re.IGNORECASE)), otherwise)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))
