"""One entry of the EU list as its file says it, whatever layout it came in, and its id.

The readers name every fact as the schema of the XML does (`FULL-schema-1_1.xsd`): firstName,
countryIso2Code. `countryIso2Code` 00 and the country UNKNOWN say that nothing is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sanctrail.lists.reading.prose import stand_in
from sanctrail.text.fold import tidy

NAME_PARTS = (("first", "firstName"), ("middle", "middleName"), ("last", "lastName"))


@dataclass(frozen=True, slots=True)
class Act:
    """A regulation as the list cites it; `kind` is its word for it (regulation, amendment)."""

    title: str
    date: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One child of an entry: a name, birth, citizenship, address or document."""

    kind: str
    facts: Mapping[str, str]
    act: Act | None = None
    remarks: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Entry:
    """What a file says of one party; `more` are (key, value) facts without a column."""

    facts: dict[str, str]
    where: str
    acts: list[Act] = field(default_factory=list)
    programmes: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    more: list[tuple[str, str]] = field(default_factory=list)

    def names(self) -> list[str]:
        """Return the texts of the names, in file order."""
        return [name_text(part.facts) for part in self.parts if part.kind == "nameAlias"]


def name_text(facts: Mapping[str, str]) -> str:
    """Return the whole name, or its parts where the list gives no whole."""
    parts = (facts.get(key, "") for _, key in NAME_PARTS)
    return facts.get("wholeName", "") or " ".join(filter(None, parts))


class EntryIds:
    """Ids of one file's entries: the EU reference, or what stands in for it where it must.

    One party can be listed twice under two acts, with one reference and one logical id; the list
    keeps the two entries apart, and so do we.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, entry: Entry) -> tuple[str, str]:
        """Return the id and, where it is not the reference, what is wrong."""
        reference, logical = (
            entry.facts.get(key, "") for key in ("euReferenceNumber", "logicalId")
        )
        programme = "-".join(entry.programmes)
        digest = stand_in(logical, programme, *entry.names())
        stand_ins = (f"L{logical}", f"L{logical}-{programme}") if logical else ()
        chosen = next(
            (one for one in (reference, *stand_ins) if one and one not in self._taken), digest
        )
        self._taken.add(chosen)
        if chosen == reference:
            return f"eu:{chosen}", ""
        said = f"shares the reference {reference} with an entry before it"
        return (
            f"eu:{chosen}",
            f"{said if reference else 'has no EU reference'}; its id is eu:{chosen}",
        )


def tidy_facts(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts that say something, white space tidied."""
    tidied = ((key, tidy(value)) for key, value in facts.items())
    return {key: value for key, value in tidied if value}
