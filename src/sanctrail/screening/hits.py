"""What is asked and what is answered: queries, hits, and which hits are wanted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sanctrail.evidence.identifiers import AskedIdentifier
from sanctrail.evidence.weighing import Evidence
from sanctrail.names import Comparison
from sanctrail.screening.parties import ListedName, Party
from sanctrail.text.dates import DateRange
from sanctrail.text.fold import fold

DEFAULT_THRESHOLD = 0.7


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: a name, identifiers, or both, and what else is known.

    `country` is a code; `gender` male or female; `kind` person, entity, vessel or aircraft.
    """

    name: str
    born: DateRange | None = None
    country: str = ""
    gender: str = ""
    kind: str = ""
    identifiers: tuple[AskedIdentifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which hits are wanted: those of a party with one of each that is named; empty is any."""

    measures: frozenset[str] = frozenset()
    regimes: frozenset[str] = frozenset()
    programmes: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def admits(self, party: Party) -> bool:
        """Tell whether a hit on a party is wanted."""
        return (
            _meets(self.measures, party.measures)
            and _meets(self.regimes, party.regimes)
            and _meets(self.programmes, party.programmes)
            and _meets(self.kinds, (party.kind,))
        )


EVERYTHING = Wanted()


def _meets(wanted: frozenset[str], has: tuple[str, ...]) -> bool:
    return not wanted or not wanted.isdisjoint(has)


@dataclass(frozen=True, slots=True)
class Hit:
    """A party that the query may be, its best name and why.

    `score` runs from 0 to 1, `name_score` is that of the name alone; `evidence` tells what else
    spoke for and against. `explain` makes the comparison anew when it is asked for, so that who
    only counts hits does not pay for their explanations.
    """

    party: Party
    name: ListedName
    score: float
    name_score: float
    evidence: tuple[Evidence, ...]
    explain: Callable[[], Comparison] | None = field(default=None, repr=False, compare=False)

    @property
    def comparison(self) -> Comparison | None:
        """How the name met, word by word; None where an identifier alone did."""
        return None if self.explain is None else self.explain()

    @property
    def party_id(self) -> str:
        """The party's id."""
        return self.party.party_id

    @property
    def listing_ids(self) -> tuple[str, ...]:
        """The listings in force that make up the party, the most senior first."""
        return self.party.listing_ids

    @property
    def listing_id(self) -> str:
        """The listing that has the matched name."""
        return self.name.listing_id

    @property
    def matched_name(self) -> str:
        """The listed name that met best."""
        return self.name.text

    @property
    def primary_name(self) -> str:
        """The party's primary name on the list of the matched name."""
        return self.party.primary.get(self.name.list_id) or next(iter(self.party.primary.values()))

    @property
    def explanation(self) -> str:
        """Why, in one line of sentences."""
        comparison = self.comparison
        parts = [] if comparison is None else [self._name_sentence(comparison)]
        return ". ".join([*parts, *(one.reason for one in self.evidence)])

    def _name_sentence(self, comparison: Comparison) -> str:
        quality = "" if self.name.strong else "weak "
        kinds = {"primary": "primary name", "script": "name in original script"}
        kind = kinds.get(self.name.kind, self.name.kind)
        kind = "former name" if kind == "former" else kind
        return f"{quality}{kind} '{self.name.text}': {comparison.sentence()}"

    def as_dict(self) -> dict[str, Any]:
        """Return the hit as a JSON document, the explanation in parts beside the sentence."""
        comparison = self.comparison
        return {
            "party_id": self.party_id,
            "listing_ids": list(self.listing_ids),
            "listing_id": self.listing_id,
            "score": self.score,
            "name_score": self.name_score,
            "matched_name": self.matched_name,
            "primary_name": self.primary_name,
            "kind": self.party.kind,
            "regimes": list(self.party.regimes),
            "programmes": list(self.party.programmes),
            "measures": list(self.party.measures),
            "listed_on": self.party.listed_on,
            "explanation": self.explanation,
            "name": None if comparison is None else comparison_dict(comparison),
            "evidence": [
                {"about": one.about, "weight": one.weight, "reason": one.reason}
                for one in self.evidence
            ],
        }


def comparison_dict(comparison: Comparison) -> Mapping[str, Any]:
    """Return how two names met as a JSON document."""
    return {
        "exact": comparison.exact,
        "words": [
            {"ours": p.ours, "theirs": p.theirs, "likeness": p.likeness, "how": p.how}
            for p in comparison.pairings
        ],
        "only_ours": list(comparison.only_ours),
        "only_theirs": list(comparison.only_theirs),
        "weighed": dict(comparison.weighed),
        "against": list(comparison.against),
    }


def says_something(name: str) -> bool:
    """Tell whether a name has a letter or digit, without which nothing can be compared."""
    return bool(fold(name)) and any(character.isalnum() for character in name)
