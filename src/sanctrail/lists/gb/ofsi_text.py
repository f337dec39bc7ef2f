"""What the old OFSI list writes into one cell: numbered places, documents, labelled remarks."""

import re
from dataclasses import dataclass, field

from sanctrail.lists.gb.uk_terms import numbered
from sanctrail.lists.reading.imo import imo_identifier
from sanctrail.lists.records import Country, Detail, Identifier, Relation
from sanctrail.text.countries import country_code

_RANGE = re.compile(r"\(?(\d{1,2})\)(?:\s*(?:-|to)\s*\(?(\d{1,2})\))?")
_MOST_PLACES = 60
_BRACKETS = re.compile(r"\(([^()]*)\)")
_DATED = re.compile(r"\b(?:issue|expir|valid|dated|date of)", re.IGNORECASE)
_TOKEN = re.compile(r"(?:(?<![A-Za-z])[A-Z]{1,3}[ -])?[0-9A-Za-z][0-9A-Za-z/.-]*")
_NUMBER_LABEL = re.compile(r"^(?:no|nr|number)[.]?(?=\d|[A-Z]+\d)", re.IGNORECASE)
_ENOUGH_DIGITS = 4
_SHORT_COUNTRIES = ("UK", "US", "USA", "UAE", "DRC")
_WORD = re.compile(r"[A-Za-z][A-Za-z' -]*")

_UN_NUMBER = r"([A-Z]{2}[ie][. ]\s?\d{3}\b|[A-Z]{1,3}[A-Z.\d]*\.[A-Z.\d]*\d)"
_UN_LABELLED = re.compile(
    rf"\bUN\s?\.?\s*Ref(?:erence)?\.?(?:\s*(?:no|number)s?\b\.?)?\s*\)?\s*[.:]?\s*\(?{_UN_NUMBER}",
    re.IGNORECASE,
)
_UN_LOOSE = re.compile(r"[. ]+")
_UN_FIRST = re.compile(r"^([A-Z]{2}[ie]\.\d{3})\b")
_UK_NUMBER = re.compile(r"\b[A-Z]{3}\d{4}\b")
_IMO = re.compile(r"\bIMO(?:\s*(?:number|no))?\s*[.:)]*\s*(?:IMO)?\s*(\d{7})\b", re.IGNORECASE)
_MMSI = re.compile(r"\bMMSI(?:\s*(?:number|no))?\s*[.:)]*\s*(\d{9})\b", re.IGNORECASE)
_LABEL = re.compile(r"\(([A-Z][A-Za-z/ ]{2,50})\)\s*:\s*")

_RELATIONS = {
    "parent company": ("owned by", False),
    "subsidiaries": ("owner of", False),
    "current owners": ("owned by", False),
    "current owner/operator": ("owned by", False),
    "previous owners": ("owned by", True),
    "previous owner/operator": ("owned by", True),
}
_FLAGS = {
    "flag of vessel": "flag",
    "current believed flag of ship": "flag",
    "previous flags": "former flag",
}
_NUMBERS = {
    "business reg no": "business registration number",
    "hull identification number": "hull identification number",
}
_READ_ELSEWHERE = ("un ref", "imo number", "mmsi")


def country_in(text: str) -> str:
    """Return the code of a country, a remark in brackets behind it set aside."""
    return country_code(text) or country_code(_BRACKETS.sub(" ", text).strip(" ,."))


def birth_places(town: str, country: str) -> list[tuple[str, str]]:
    """Pair numbered towns with numbered countries: `(1)-(2) Tunisia (3) Libya`."""
    towns, countries = _by_number(town), _by_number(country)
    numbers = sorted({*towns, *countries} - {0}) or [0]
    pairs = [
        (towns.get(n, towns.get(0, "")), countries.get(n, countries.get(0, ""))) for n in numbers
    ]
    return [pair for pair in dict.fromkeys(pairs) if any(pair)]


def _by_number(text: str) -> dict[int, str]:
    marks = list(_RANGE.finditer(text))
    if not marks or marks[0].start() or int(marks[0][1]) != 1:
        return {0: text.strip()} if text.strip() else {}
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found, value = {}, ""
    for mark, end in zip(reversed(marks), reversed(ends), strict=True):
        value = text[mark.end() : end].strip(" ,;-") or value
        first, last = int(mark[1]), int(mark[2] or mark[1])
        found.update(dict.fromkeys(range(first, min(last, _MOST_PLACES) + 1), value))
    return found


def document(kind: str, text: str) -> Identifier | None:
    """Return the document that a text such as `592667 (Qatari), issued 2007` tells of."""
    for token in _TOKEN.findall(_DATED.split(text)[0]):
        number = _NUMBER_LABEL.sub("", token).strip(" .-/")
        if sum(c.isdigit() for c in number) >= _ENOUGH_DIGITS:
            return Identifier(kind, number, _issuer(text))
    return None


def _issuer(text: str) -> str:
    before = _WORD.match(text)
    said = [*_BRACKETS.findall(text), before[0] if before else ""]
    for phrase in said:
        words = phrase.replace(",", " ").replace(".", " ").split()
        for count in (len(words), 3, 2, 1):
            name = " ".join(words[:count])
            code = country_code(name)
            if code and (len(name) > max(map(len, _SHORT_COUNTRIES)) or name in _SHORT_COUNTRIES):
                return code
    return ""


@dataclass(slots=True)
class Remark:
    """What `Other Information` tells beside its own text."""

    identifiers: dict[Identifier, None] = field(default_factory=dict)
    relations: dict[Relation, None] = field(default_factory=dict)
    countries: dict[Country, None] = field(default_factory=dict)
    details: dict[Detail, None] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    gender: str = ""


def read_remark(text: str) -> Remark:
    """Read numbers of other lists, IMO and MMSI numbers and the parts behind `(Label):`."""
    told = Remark()
    for match in (*_UN_FIRST.finditer(text), *_UN_LABELLED.finditer(text)):
        number = _UN_LOOSE.sub(".", match[1])
        told.identifiers[Identifier("UN reference", number)] = None
    for match in _IMO.finditer(text):
        identifier, wrong = imo_identifier(match[1])
        told.identifiers[identifier] = None
        told.wrong.extend(filter(None, [wrong]))
    for match in _MMSI.finditer(text):
        told.identifiers[Identifier("MMSI", match[1])] = None
    labels = list(_LABEL.finditer(text))
    ends = [label.start() for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=False):
        _take(told, label[1].strip().lower(), text[label.end() : end].strip())
    return told


def _take(told: Remark, label: str, value: str) -> None:
    if label == "uk sanctions list ref":
        found = _UK_NUMBER.findall(value)
        told.identifiers.update((Identifier("UK Sanctions List reference", n), None) for n in found)
    elif label == "gender":
        told.gender = told.gender or value.rstrip(".").lower()
    elif label in _RELATIONS:
        kind, former = _RELATIONS[label]
        names = numbered(value.rstrip("."))
        told.relations.update((Relation(kind, "", name, label, former), None) for name in names)
    elif label in _FLAGS:
        role, names = _FLAGS[label], numbered(value.rstrip("."))
        told.countries.update((Country(role, country_in(name), name), None) for name in names)
    elif label in _NUMBERS:
        told.identifiers.update((Identifier(_NUMBERS[label], one), None) for one in numbered(value))
    elif label not in _READ_ELSEWHERE and value:
        told.details[Detail(label.removeprefix("uk "), value)] = None
