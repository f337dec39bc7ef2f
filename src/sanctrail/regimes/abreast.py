"""The listings of one party side by side: what each says of every fact, and where they differ."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sanctrail.addresses import canonical
from sanctrail.evidence.identifiers import comparable
from sanctrail.evidence.weighing import CIRCA_YEARS
from sanctrail.lists.records import Birth
from sanctrail.register.facts import FLAG_ROLES, birth_text, same_text
from sanctrail.text.dates import DateRange

Page = Mapping[str, Any]
"""One listing's page, as `register.party.pages_of` makes it."""

CONTRADICTION, ONLY_ONE = "contradiction", "only one"


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that a listing says: the text to show, and what it is compared by.

    Dates of birth are compared by `days`: they agree where some day lies in both.
    """

    text: str
    key: str
    days: DateRange | None = None

    def agrees(self, other: "Value") -> bool:
        """Tell whether the two say one thing, or may."""
        if self.days and other.days:
            return self.days.overlaps(other.days)
        return self.key == other.key


@dataclass(frozen=True, slots=True)
class Cell:
    """What one listing says of a fact; `only` are the texts that no other listing has."""

    texts: tuple[str, ...]
    only: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact over all listings. `difference` is contradiction, only one, or empty."""

    fact: str
    cells: tuple[Cell, ...]
    difference: str


@dataclass(frozen=True, slots=True)
class _Fact:
    """How a fact is read and compared.

    `own` facts are each regime's business and never differ; of a `decided` one the listings can
    contradict one another, of the rest only one may have more. `known` are the values beside its
    own by which a listing knows what another says: an alias may be the other's primary name.
    """

    name: str
    values: Callable[[Page], list[Value]]
    decided: bool = False
    own: bool = False
    known: Callable[[Page], list[Value]] | None = None


def side_by_side(pages: Sequence[Page]) -> list[Line]:
    """Compare the listings of one party, fact by fact; facts that none gives have no line."""
    lines = (_line(fact, pages) for fact in _FACTS)
    return [line for line in lines if any(cell.texts for cell in line.cells)]


def differences(pages: Sequence[Page], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines on which the listings differ, as JSON records."""
    return [
        {
            "fact": line.fact,
            "difference": line.difference,
            "listings": [
                {
                    "list_id": page["list_id"],
                    "listing_id": page["listing_id"],
                    "values": list(cell.texts),
                    "only": [text for text in cell.texts if text in cell.only],
                }
                for page, cell in zip(pages, line.cells, strict=True)
            ],
        }
        for line in lines
        if line.difference
    ]


def _line(fact: _Fact, pages: Sequence[Page]) -> Line:
    said = [fact.values(page) for page in pages]
    if fact.own or len(pages) == 1:
        return Line(fact.name, tuple(Cell(_texts(one), frozenset()) for one in said), "")
    known = said
    if fact.known is not None:
        known = [[*one, *fact.known(page)] for one, page in zip(said, pages, strict=True)]
    cells = tuple(
        Cell(_texts(values), _only(values, [*known[:place], *known[place + 1 :]]))
        for place, values in enumerate(said)
    )
    if fact.decided and _contradict(said):
        return Line(fact.name, cells, CONTRADICTION)
    return Line(fact.name, cells, ONLY_ONE if any(cell.only for cell in cells) else "")


def _texts(values: Sequence[Value]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.text for value in values))


def _only(values: Sequence[Value], others: Sequence[Sequence[Value]]) -> frozenset[str]:
    return frozenset(
        value.text
        for value in values
        if not any(value.agrees(other) for said in others for other in said)
    )


def _contradict(said: Sequence[Sequence[Value]]) -> bool:
    """Tell whether of two listings that give a fact neither's values agree with the other's."""
    telling = [values for values in said if values]
    return any(
        not any(one.agrees(other) for one in left for other in right)
        for left, right in combinations(telling, 2)
    )


def _single(field: str) -> Callable[[Page], list[Value]]:
    def read(page: Page) -> list[Value]:
        return [Value(page[field], same_text(page[field]))] if page[field] else []

    return read


def _words(text: str) -> str:
    """Return a name's words without their order: lists put the family name first or last."""
    return " ".join(sorted(same_text(word) for word in re.findall(r"\w+", text)))


def _names(page: Page, *, primary: bool) -> list[Value]:
    return [
        Value(f"{row['name']}{' (weak)' if row['quality'] == 'weak' else ''}", _words(row["name"]))
        for row in page["names"]
        if (row["kind"] == "primary") == primary
    ]


def _births(page: Page) -> list[Value]:
    found = []
    for row in page["births"]:
        birth = Birth(row["earliest"], row["latest"], row["precision"], row["circa"])
        found.append(Value(birth_text(birth), birth_text(birth), _days(birth)))
    return found


def _days(birth: Birth) -> DateRange:
    """Return the days that a date of birth may mean; an approximate one some years more."""
    if not birth.circa:
        return DateRange(birth.earliest, birth.latest, birth.precision)
    first, last = int(birth.earliest[:4]) - CIRCA_YEARS, int(birth.latest[:4]) + CIRCA_YEARS
    return DateRange(f"{first:04}-01-01", f"{last:04}-12-31", "range")


def _places(page: Page, *, birth: bool) -> list[Value]:
    rows = (row for row in page["addresses"] if (row["role"] == "birth") == birth)
    return [
        Value(
            ", ".join(filter(None, (row["text"], row["as_written"] or row["country"]))),
            _words(f"{row['text']} {row['country'] or row['as_written']}"),
        )
        for row in rows
    ]


def _countries(page: Page, *, flag: bool) -> list[Value]:
    rows = (row for row in page["countries"] if (row["role"] in FLAG_ROLES) == flag)
    return [
        Value(f"{row['role']} {row['as_written']}", row["country"] or same_text(row["as_written"]))
        for row in rows
    ]


def _identifiers(page: Page) -> list[Value]:
    found = []
    for row in page["identifiers"]:
        issuer = f" ({row['country']})" if row["country"] else ""
        key = comparable(row["number"]) or same_text(row["number"])
        found.append(Value(f"{row['kind']} {row['number']}{issuer}", key))
    return found


def _reference(page: Page) -> list[Value]:
    text = page["reference"]
    return [Value(text, comparable(text) or same_text(text))] if text else []


def _wallets(page: Page) -> list[Value]:
    rows = ((f"{row['asset']} {row['address']}".strip(), row) for row in page["wallets"])
    return [Value(text, canonical(row["address"])) for text, row in rows]


def _measures(page: Page) -> list[Value]:
    return [Value(kind, kind) for kind in dict.fromkeys(row["kind"] for row in page["measures"])]


def _acts(page: Page) -> list[Value]:
    texts = (" of ".join(filter(None, (r["title"], r["date"]))) for r in page["acts"])
    return [Value(text, same_text(text)) for text in texts]


def _programmes(page: Page) -> list[Value]:
    return [Value(text, same_text(text)) for text in page["programmes"]]


def _relations(page: Page) -> list[Value]:
    found = []
    for row in page["relations"]:
        other = row["name"] or row["other"] or row["as_written"]
        former = "formerly " if row["former"] else ""
        found.append(Value(f"{former}{row['kind']} {other}", f"{row['kind']} {_words(other)}"))
    return found


def _since(page: Page) -> list[Value]:
    """Return the day of listing; one that the list knows only as the latest possible is no date."""
    day, basis = page["listed_on"], page["listed_basis"]
    if not day:
        return []
    days = DateRange("0001-01-01" if basis else day, day, "range")
    return [Value(" ".join(filter(None, (day, basis))), day, days)]


_FACTS = (
    _Fact(
        "name",
        lambda page: _names(page, primary=True),
        known=lambda page: _names(page, primary=False),
    ),
    _Fact(
        "aliases",
        lambda page: _names(page, primary=False),
        known=lambda page: _names(page, primary=True),
    ),
    _Fact("kind", _single("kind"), decided=True),
    _Fact("born", _births, decided=True),
    _Fact("born in", lambda page: _places(page, birth=True)),
    _Fact("nationality", lambda page: _countries(page, flag=False), decided=True),
    _Fact("flag", lambda page: _countries(page, flag=True)),
    _Fact("gender", _single("gender"), decided=True),
    _Fact("addresses", lambda page: _places(page, birth=False)),
    _Fact("identifiers", _identifiers, known=_reference),
    _Fact("wallets", _wallets),
    _Fact("relations", _relations),
    _Fact("since", _since, decided=True),
    _Fact("measures", _measures),
    _Fact("reference", _reference, own=True),
    _Fact("programme", _programmes, own=True),
    _Fact("legal acts", _acts, own=True),
)
"""What is compared, in the order shown."""
