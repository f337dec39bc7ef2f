"""Who is owned by listed parties, and what each regime's rule on shares makes of it.

A party that is only owned is never called listed. A rule is computed from shares alone; where a
list claims "owned by" without a share, that is told and nothing is concluded.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sanctrail.regimes.shares import Holding, percent_text

HALF = Fraction(50)


@dataclass(frozen=True, slots=True)
class Rule:
    """When shares make an entity count as its listed owners do, in one regime since a day.

    `at_least` takes exactly half as enough; `aggregated` adds up the shares of several listed
    owners. `lists` are those whose parties are owners in its sense, `source` is where it stands.
    """

    regime: str
    lists: tuple[str, ...]
    at_least: bool
    aggregated: bool
    since: str
    source: str

    def meets(self, percent: Fraction) -> bool:
        """Tell whether a share of so many percent is enough."""
        return percent >= HALF if self.at_least else percent > HALF

    @property
    def in_words(self) -> str:
        """The threshold and whether shares are added up."""
        most = "50 % or more" if self.at_least else "more than 50 %"
        return f"{most}, {'in the aggregate' if self.aggregated else 'held by one party'}"


RULES = (
    Rule(
        "us",
        ("us-sdn",),
        at_least=True,
        aggregated=True,
        since="2014-08-13",
        source="OFAC, Revised Guidance on Entities Owned by Persons Whose Property and Interests "
        "in Property Are Blocked, 2014-08-13; FAQ 398 to 402",
    ),
    Rule(
        "eu",
        ("eu", "eu-whole"),
        at_least=False,
        aggregated=True,
        since="2022-04-08",
        source="Council, EU Best Practices as before 2024-07-03; Commission, FAQ on asset freeze, "
        "question 8, 2022-04-08",
    ),
    Rule(
        "eu",
        ("eu", "eu-whole"),
        at_least=True,
        aggregated=True,
        since="2024-07-03",
        source="Council, Update of the EU Best Practices for the effective implementation of "
        "restrictive measures, 2024-07-03",
    ),
    Rule(
        "gb",
        ("gb", "gb-ofsi"),
        at_least=False,
        aggregated=False,
        since="2020-12-31",
        source="Regulation 7 and Schedule 1 of the sanctions regulations, such as SI 2019/855; "
        "OFSI general guidance on ownership and control, updated in March 2022",
    ),
    Rule(
        "ch",
        ("ch",),
        at_least=False,
        aggregated=True,
        since="2024-06-13",
        source="SECO, FAQ on the Ordinance on measures in connection with the situation in "
        "Ukraine, 2024-06-13",
    ),
)
"""The rules that shares are held against, oldest first within a regime."""


def rules_on(day: str = "") -> tuple[Rule, ...]:
    """Return the rule of each regime on a day; without one, the latest."""
    in_force = {rule.regime: rule for rule in RULES if not day or rule.since <= day}
    return tuple(in_force.values())


@dataclass(frozen=True, slots=True)
class Part:
    """One owner's share that counts: `why` is listed, or owned if it counts by the rule itself."""

    owner: str
    percent: Fraction
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule makes of one entity: the shares that count, their sum, and the verdict.

    Where the rule does not add up, the shares are those of the one listed party with the most.
    """

    rule: Rule
    entity: str
    parts: tuple[Part, ...]
    owned: bool

    @property
    def total(self) -> Fraction:
        """The sum of the shares that count, in percent."""
        return sum((part.percent for part in self.parts), Fraction(0))

    def arithmetic(self, names: Mapping[str, str]) -> str:
        """Return the sum in words: "25 % A + 25.5 % B = 50.5 % >= 50 %: owned"."""
        terms = " + ".join(
            f"{percent_text(part.percent)} % {names.get(part.owner, part.owner)}"
            f"{' (itself owned)' if part.why == 'owned' else ''}"
            for part in self.parts
        )
        signs = (">=", "<") if self.rule.at_least else (">", "<=")
        sign, verdict = (signs[0], "owned") if self.owned else (signs[1], "not owned")
        return f"{terms} = {percent_text(self.total)} % {sign} 50 %: {verdict}"

    def document(self, names: Mapping[str, str]) -> dict[str, Any]:
        """Return the finding as a JSON record; percentages are exact decimals in texts."""
        return {
            "regime": self.rule.regime,
            "owned": self.owned,
            "percent": percent_text(self.total),
            "arithmetic": self.arithmetic(names),
            "parts": [
                {"owner": part.owner, "percent": percent_text(part.percent), "why": part.why}
                for part in self.parts
            ],
        }


def findings(
    rule: Rule, holdings: Iterable[Holding], blocked: Collection[str]
) -> dict[str, Finding]:
    """Return what a rule makes of each entity in which somebody that counts has a share.

    `blocked` are the parties that the rule's lists freeze. An entity that is owned counts as
    owner in its turn, with its whole share (OFAC FAQ 401), until nothing more is owned; shares
    that go round in a circle reach no other end. Listed parties are no exception: their own
    owners are told too.
    """
    into: dict[str, list[Holding]] = defaultdict(list)
    for one in holdings:
        if one.percent:
            into[one.owned].append(one)
    if rule.aggregated:
        return _findings_of(rule, into, frozenset(blocked), blocked)
    owners = {one.owner for several in into.values() for one in several}
    best: dict[str, Finding] = {}
    for party_id in sorted(owners & set(blocked)):
        for entity, found in _findings_of(rule, into, frozenset({party_id}), blocked).items():
            if entity not in best or found.total > best[entity].total:
                best[entity] = found
    return best


def _findings_of(
    rule: Rule,
    into: Mapping[str, Sequence[Holding]],
    seeds: frozenset[str],
    blocked: Collection[str],
) -> dict[str, Finding]:
    counting = _counting(rule, into, seeds)
    found = {}
    for entity, several in into.items():
        parts = tuple(
            Part(one.owner, one.percent, "listed" if one.owner in blocked else "owned")
            for one in several
            if one.owner in counting
        )
        if parts and seeds != {entity}:
            total = sum((part.percent for part in parts), Fraction(0))
            found[entity] = Finding(rule, entity, parts, rule.meets(total))
    return found


def _counting(
    rule: Rule, into: Mapping[str, Sequence[Holding]], seeds: frozenset[str]
) -> frozenset[str]:
    """Return the seeds and all that they own, step by step down: the least fixpoint.

    Each share is added once, when its owner comes to count, so that circles end.
    """
    by_owner: dict[str, list[Holding]] = defaultdict(list)
    for several in into.values():
        for one in several:
            by_owner[one.owner].append(one)
    totals: dict[str, Fraction] = defaultdict(Fraction)
    counting, waiting = set(seeds), list(seeds)
    while waiting:
        for one in by_owner.get(waiting.pop(), ()):
            totals[one.owned] += one.percent
            if one.owned not in counting and rule.meets(totals[one.owned]):
                counting.add(one.owned)
                waiting.append(one.owned)
    return frozenset(counting)
