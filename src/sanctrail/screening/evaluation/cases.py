"""Cases: questions whose right answer is known, and the listed names that they are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sanctrail.screening.hits import Query
from sanctrail.screening.parties import ListedName, Party
from sanctrail.screening.store import NameIndex
from sanctrail.text.fold import fold, script_of

LABELLED = "labelled file"
INNOCENTS = "innocents file"
DAMAGED = "damaged names"
INVENTED = "invented names"
LEFT_OUT = "aliases left out"

SCRIPTS = {
    "Latn": "Latin", "Arab": "Arabic", "Cyrl": "Cyrillic", "Hani": "Han", "Hang": "Hangul",
    "Hira": "Kana", "Kana": "Kana", "Hebr": "Hebrew", "Grek": "Greek", "Thai": "Thai",
    "Deva": "Devanagari", "Geor": "Georgian", "Armn": "Armenian", "Beng": "Bengali",
    "Mymr": "Burmese",
}  # fmt: skip

_ODD = frozenset('()[]/;"')


@dataclass(frozen=True, slots=True)
class Case:
    """One question with its right answer.

    `party` is the listing that the question is about: one that must be met (`wanted`) or one
    that must not (another number). An innocent has none and must meet nobody. `group` is the
    class, `origin` where the case comes from (a row, the name before damage), `traits` what else
    results are told apart by.
    """

    query: Query
    source: str
    group: str
    party: str = ""
    wanted: bool = False
    origin: str = ""
    traits: tuple[tuple[str, str], ...] = ()

    @property
    def is_innocent(self) -> bool:
        """Tell whether the case is somebody who is on no list."""
        return not self.party


class Listed:
    """The parties and names of an index as cases are drawn from them."""

    def __init__(self, index: NameIndex) -> None:
        self.index = index

    @cached_property
    def parties(self) -> tuple[Party, ...]:
        """Every party, by its number."""
        count = len(self.index.columns["parties_start"]) - 1
        return tuple(self.index.party(number) for number in range(count))

    @cached_property
    def names(self) -> tuple[ListedName, ...]:
        """Every name, by its number."""
        count = len(self.index.columns["listed_start"]) - 1
        return tuple(self.index.name(row) for row in range(count))

    @cached_property
    def party_of(self) -> Sequence[int]:
        """The number of the party of each name."""
        numbers: list[int] = self.index.columns["row_party"].tolist()
        return numbers

    @cached_property
    def number_of(self) -> Mapping[str, int]:
        """The number of each party by its id and those of its listings."""
        return {
            one: number
            for number, party in enumerate(self.parties)
            for one in (party.party_id, *party.listing_ids)
        }

    @cached_property
    def rows_of(self) -> Sequence[Sequence[int]]:
        """The numbers of the names of each party."""
        rows: list[list[int]] = [[] for _ in self.parties]
        for row, number in enumerate(self.party_of):
            rows[number].append(row)
        return rows

    def own_names(self, number: int) -> list[ListedName]:
        """Return the names of one party."""
        return [self.names[row] for row in self.rows_of[number]]

    @cached_property
    def latin(self) -> Sequence[int]:
        """The numbers of the strong names in Latin letters, without brackets and quotes."""
        return [
            row
            for row, name in enumerate(self.names)
            if name.strong and _ODD.isdisjoint(name.text) and _is_latin(name.text)
        ]

    @cached_property
    def bags(self) -> frozenset[tuple[str, ...]]:
        """The folded words of every name in alphabetical order: a name in whatever order."""
        return frozenset(bag_of(name.text) for name in self.names)


def _is_latin(text: str) -> bool:
    return text.isascii() or script_of(text) == "Latn"


def bag_of(name: str) -> tuple[str, ...]:
    """Return the folded words of a name in alphabetical order."""
    return tuple(sorted(fold(name).split()))


def script_name(text: str) -> str:
    """Return the script that a name is written in, in words."""
    return SCRIPTS.get(script_of(text), "other")


def traits_of(text: str, party: Party) -> tuple[tuple[str, str], ...]:
    """Return what results of a case are told apart by: script, what is listed, and by whom."""
    return (
        ("script", script_name(text)),
        ("listed as", party.kind),
        ("regime", ", ".join(party.regimes)),
    )
