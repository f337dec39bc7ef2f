"""From weighed pairs of listings to parties: the surest first, and no party twice on one list.

A pair is joined where it is sure enough and nothing rivals it: of two entries of one list, which
both look like the same entry of another, neither is joined unless one is clearly better. What
the user decided goes before all. What is likely but not sure is proposed, not made.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sanctrail.evidence.weighing import BORN_APART, Evidence, birth_evidence
from sanctrail.parties.profiles import Profile
from sanctrail.text.dates import DateRange

Pair = tuple[str, str]

JOINED: Final = 2.7
"""Log-odds from which on a pair is joined."""
PROPOSED: Final = 0.5
"""Log-odds from which on a pair is proposed where it is not joined."""
MARGIN: Final = 1.0
"""By so much a pair must be surer than a rival to be joined."""

_OFAC = frozenset({"us-sdn", "us-cons"})
"""Lists cut from one database: two numbers are two parties."""

_ONCE_A_PROGRAMME = frozenset({"un", "gb"})
"""Lists that have a party once under each programme; the others may repeat one."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A pair of listings with the log-odds that they are one party, and what those are made of."""

    left: str
    right: str
    odds: float
    evidence: tuple[Evidence, ...]

    @property
    def refers(self) -> bool:
        """Tell whether one list refers to the other: where that is not followed, it must show."""
        return any(one.about == "reference" for one in self.evidence)


def stand_apart(left: Profile, right: Profile) -> bool:
    """Tell whether the publisher keeps two listings apart, so that they are two parties."""
    mine, other = set(left.lists), set(right.lists)
    if mine & _OFAC and other & _OFAC:
        return True
    shared = bool(set(left.programmes) & set(right.programmes))
    return shared and bool(mine & other & _ONCE_A_PROGRAMME)


class Clusters:
    """Listings in disjoint sets, of which each could be one party."""

    def __init__(self, profiles: Mapping[str, Profile], odds: Mapping[Pair, float]) -> None:
        """`odds` are those of every pair that was weighed, in the order of ids."""
        self._profiles = profiles
        self._odds = odds
        self._root: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._apart: set[Pair] = set()

    def part(self, left: str, right: str) -> None:
        """Hold two listings apart, whatever speaks for them."""
        self._apart.add(in_order(left, right))

    def members(self, listing_id: str) -> Sequence[str]:
        """Return the listings that are one with a listing, itself among them."""
        return self._members.get(self._find(listing_id), [listing_id])

    def unite(self, left: str, right: str) -> None:
        """Make one set of the sets of two listings."""
        mine, other = self._find(left), self._find(right)
        if mine != other:
            mine, other = sorted((mine, other))
            held = self._members.pop(mine, [mine]) + self._members.pop(other, [other])
            self._members[mine] = held
            self._root[other] = mine

    def are_one(self, left: str, right: str) -> bool:
        """Tell whether two listings are in one set."""
        return self._find(left) == self._find(right)

    def may_unite(self, left: str, right: str) -> bool:
        """Tell whether the sets of two listings can be one party."""
        mine, other = self.members(left), self.members(right)
        return all(self.agree(a, b) for a in mine for b in other)

    def may_propose(self, left: str, right: str) -> bool:
        """Tell whether only dates or genders stand against one party, about which lists err."""
        return not any(
            in_order(a, b) in self._apart or self.rival(a, b)
            for a in self.members(left)
            for b in self.members(right)
        )

    def agree(self, left: str, right: str) -> bool:
        """Tell whether two listings can be one party, as far as they themselves say.

        Where they contradict, or are of one list, it takes their own pair to be sure enough.
        """
        pair = in_order(left, right)
        mine, other = self._profiles[left], self._profiles[right]
        if pair in self._apart or mine.kind != other.kind or stand_apart(mine, other):
            return False
        if set(mine.lists) & set(other.lists) or contradict(mine, other):
            return self._odds.get(pair, 0.0) >= JOINED
        return True

    def rival(self, one: str, other: str) -> bool:
        """Tell whether two listings are of one list and cannot be one party."""
        shared = set(self._profiles[one].lists) & set(self._profiles[other].lists)
        return bool(shared) and not self.agree(one, other)

    def _find(self, listing_id: str) -> str:
        root = listing_id
        while (parent := self._root.get(root, root)) != root:
            root = parent
        if root != listing_id:
            self._root[listing_id] = root
        return root

    def parties(self) -> Iterator[tuple[str, ...]]:
        """Yield the sets of two listings and more."""
        for members in self._members.values():
            yield tuple(members)


def contradict(left: Profile, right: Profile) -> bool:
    """Tell whether two listings differ in birth, gender or IMO number."""
    if left.genders and right.genders and not set(left.genders) & set(right.genders):
        return True
    ours, theirs = ({n for s, n, _ in p.numbers if s == "imo"} for p in (left, right))
    if ours and theirs and not ours & theirs:
        return True
    found = [birth_evidence(DateRange(*one[:3]), right.listed_births()) for one in left.births]
    weights = [one.weight for one in found if one is not None]
    return bool(weights) and max(weights) <= BORN_APART


def in_order(left: str, right: str) -> Pair:
    """Return a pair of listing ids in their order."""
    return (left, right) if left < right else (right, left)


def join_pairs(
    profiles: Mapping[str, Profile],
    pairs: Collection[Weighed],
    together: Iterable[Pair] = (),
    apart: Iterable[Pair] = (),
) -> tuple[Clusters, list[Weighed], list[Weighed]]:
    """Return the joined sets, the pairs that made or confirm them, and those only proposed.

    `together` and `apart` are pairs that the user decided.
    """
    clusters = Clusters(profiles, {(pair.left, pair.right): pair.odds for pair in pairs})
    for left, right in apart:
        clusters.part(left, right)
    for left, right in together:
        clusters.unite(left, right)
    likely = sorted(
        (pair for pair in pairs if pair.odds >= PROPOSED or pair.refers),
        key=lambda pair: (-pair.odds, pair.left, pair.right),
    )
    waiting = [pair for pair in likely if pair.odds >= JOINED]
    while waiting:
        waiting, joined = _round(clusters, waiting)
        if not joined:
            break
    made = [pair for pair in likely if clusters.are_one(pair.left, pair.right)]
    proposed = [
        pair
        for pair in likely
        if not clusters.are_one(pair.left, pair.right)
        and (pair.refers or clusters.may_propose(pair.left, pair.right))
    ]
    return clusters, made, proposed


def _round(clusters: Clusters, waiting: Sequence[Weighed]) -> tuple[list[Weighed], bool]:
    """Join what nothing rivals, the surest first; return what waits on, and if any was joined."""
    open_ = [
        pair
        for pair in waiting
        if not clusters.are_one(pair.left, pair.right) and clusters.may_unite(pair.left, pair.right)
    ]
    by_side = _by_side(open_)
    rivalled, joined = [], False
    for pair in open_:
        if clusters.are_one(pair.left, pair.right) or not clusters.may_unite(pair.left, pair.right):
            continue
        if _is_rivalled(pair, by_side, clusters):
            rivalled.append(pair)
        else:
            clusters.unite(pair.left, pair.right)
            joined = True
    return rivalled, joined


def _by_side(pairs: Iterable[Weighed]) -> Mapping[str, Sequence[Weighed]]:
    """Return the pairs of each listing, the surest first."""
    by_side: dict[str, list[Weighed]] = defaultdict(list)
    for pair in pairs:
        by_side[pair.left].append(pair)
        by_side[pair.right].append(pair)
    return by_side


def _is_rivalled(
    pair: Weighed, by_side: Mapping[str, Sequence[Weighed]], clusters: Clusters
) -> bool:
    """Tell whether another entry of the same list fits nearly as well, or better."""
    for mine, other in ((pair.left, pair.right), (pair.right, pair.left)):
        for rival in by_side[mine]:
            if rival.odds < pair.odds - MARGIN:
                break
            third = rival.right if rival.left == mine else rival.left
            if third != other and clusters.rival(other, third) and clusters.may_unite(mine, third):
                return True
    return False
