"""Joining everything that the register ever held, from scratch or from what was joined before.

Whether two listings may be one depends on the two alone. So when a version is added, only the
listings that it changed are compared again, with all; the other pairs stand as they were. From
the pairs the parties are made anew each time, which takes a second.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sanctrail.parties.decisions import JOIN, SPLIT, Decision
from sanctrail.parties.joined import Join, Parties, seniority
from sanctrail.parties.joining import PROPOSED, Clusters, Weighed, join_pairs
from sanctrail.parties.meeting import Filed, file_listings, make_ready
from sanctrail.parties.pairs import weigh_pairs
from sanctrail.parties.past import past_listings, past_profiles
from sanctrail.parties.profiles import Profile, read_profiles
from sanctrail.parties.weighing import reasons_of, score_of
from sanctrail.register import Register


@dataclass(frozen=True, slots=True)
class Built:
    """A joining: `listings` maps ids to the digest of what was seen, `since` to the generation.

    `filed` are the keys by which names find each other, `compared` how many listings were
    compared anew. A generation is one building; a listing keeps that in which it was first seen,
    and the party the id of its oldest listing, so that ids stay when lists change.
    """

    listings: Mapping[str, str]
    since: Mapping[str, int]
    generation: int
    filed: Filed
    pairs: Sequence[Weighed]
    party_of: Mapping[str, str] = field(default_factory=dict)
    joins: Sequence[Join] = ()
    undecided: Sequence[Join] = ()
    compared: int = 0

    def parties(self) -> Parties:
        """Return the parties."""
        return Parties(self.party_of, self.joins, self.undecided)


@dataclass(frozen=True, slots=True)
class Remembered:
    """In which generation each listing was first seen, and the last generation."""

    since: Mapping[str, int]
    generation: int


def build(
    register: Register,
    decisions: Iterable[Decision] = (),
    before: Built | None = None,
    remembered: Remembered | None = None,
) -> Built:
    """Join all listings that a register held until its day.

    `before` spares comparing what is unchanged. `remembered` (else what `before` knows) keeps the
    ids of parties, also where the code has changed.
    """
    profiles = all_profiles(register)
    listings = {key: profile.digest() for key, profile in profiles.items()}
    known: Mapping[str, str] = before.listings if before else {}
    fresh = frozenset(key for key, digest in listings.items() if known.get(key) != digest)
    filed, pairs = _all_pairs(profiles, fresh, before)
    if remembered is None and before is not None:
        remembered = Remembered(before.since, before.generation)
    generation = remembered.generation + 1 if remembered else 0
    since = {key: remembered.since.get(key, generation) if remembered else 0 for key in listings}
    decided = [one for one in decisions if one.left in profiles and one.right in profiles]
    clusters, made, proposed = join_pairs(
        profiles,
        pairs,
        together=[one.pair for one in decided if one.decision == JOIN],
        apart=[one.pair for one in decided if one.decision == SPLIT],
    )
    return Built(
        listings=listings,
        since=since,
        generation=generation,
        filed=filed,
        pairs=pairs,
        party_of=_party_ids(clusters, since),
        joins=(*_decided_joins(decided), *(_join(pair) for pair in _undecided(made, decided))),
        undecided=[_join(pair) for pair in _undecided(proposed, decided)],
        compared=len(fresh),
    )


def all_profiles(register: Register) -> dict[str, Profile]:
    """Return the profile of every listing held until a day, as it stood last, in order of ids."""
    profiles = read_profiles(register)
    past = past_listings(register, profiles)
    profiles.update(past_profiles(register, past))
    return dict(sorted(profiles.items()))


def _all_pairs(
    profiles: Mapping[str, Profile], fresh: frozenset[str], before: Built | None
) -> tuple[Filed, list[Weighed]]:
    """Return the keys and the pairs of all listings; only the fresh ones are compared."""
    if before is None:
        ready = make_ready(profiles)
        return file_listings(ready), weigh_pairs(profiles, ready)
    kept = profiles.keys() - fresh
    filed = before.filed.only(kept)
    pairs = [pair for pair in before.pairs if pair.left in kept and pair.right in kept]
    if fresh:
        new = file_listings(make_ready({key: profiles[key] for key in sorted(fresh)}))
        near = sorted(filed.near(new) | fresh)
        pairs += weigh_pairs(profiles, make_ready({key: profiles[key] for key in near}), fresh)
        filed = filed.with_more(new)
    return filed, sorted(pairs, key=lambda pair: (pair.left, pair.right))


def _party_ids(clusters: Clusters, since: Mapping[str, int]) -> dict[str, str]:
    found: dict[str, str] = {}
    for members in clusters.parties():
        ordered = sorted(members, key=lambda key: (since[key], *seniority(key)))
        found.update(dict.fromkeys(ordered, ordered[0]))
    return dict(sorted(found.items()))


def _undecided(pairs: Iterable[Weighed], decided: Iterable[Decision]) -> list[Weighed]:
    pairs_decided = {one.pair for one in decided}
    return [pair for pair in pairs if (pair.left, pair.right) not in pairs_decided]


def _decided_joins(decided: Iterable[Decision]) -> list[Join]:
    return [
        Join(*one.pair, "decision", 1.0, (_reason(one),)) for one in decided if one.decision == JOIN
    ]


def _reason(one: Decision) -> str:
    told = ["Decided", one.on and f"on {one.on}", one.by and f"by {one.by}"]
    return " ".join(filter(None, told)) + (f": {one.note}" if one.note else "")


def _join(pair: Weighed) -> Join:
    abouts = {one.about for one in pair.evidence if one.weight >= PROPOSED}
    if "reference" in abouts:
        basis = "cross-reference"
    elif abouts & {"identifier", "wallet"}:
        basis = "identifier"
    else:
        basis = "names"
    return Join(pair.left, pair.right, basis, score_of(pair.odds), reasons_of(pair.evidence))
