"""Every pair of listings that may be one party: found by names, numbers, wallets and references."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from sanctrail.parties.joining import PROPOSED, Pair, Weighed, in_order
from sanctrail.parties.meeting import Ready, meet_listings
from sanctrail.parties.profiles import Profile
from sanctrail.parties.weighing import NamesMet, weigh


def weigh_pairs(
    profiles: Mapping[str, Profile], ready: Ready, fresh: Collection[str] | None = None
) -> list[Weighed]:
    """Return every pair that is likely enough to be proposed or that a list claims, by ids.

    `ready` are the listings whose names may meet: all, or those that are near a fresh one. `fresh`
    are the listings whose pairs are wanted; None is all.
    """
    pairs: dict[Pair, NamesMet | None] = {**meet_listings(ready, fresh)}
    for pair in _by_number(profiles, fresh):
        pairs.setdefault(pair, None)
    found = []
    for (left, right), names in sorted(pairs.items(), key=lambda item: item[0]):
        odds, evidence = weigh(profiles[left], profiles[right], names)
        weighed = Weighed(left, right, round(odds, 3), tuple(evidence))
        if odds >= PROPOSED or weighed.refers:
            found.append(weighed)
    return found


def _by_number(profiles: Mapping[str, Profile], fresh: Collection[str] | None) -> Iterator[Pair]:
    """Yield pairs of one kind that share a number, a wallet or a reference."""
    filed: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, one in profiles.items():
        for number in _numbers(one):
            filed[number].append(key)
    for bearers in filed.values():
        for at, left in enumerate(bearers):
            for right in bearers[at + 1 :]:
                wanted = fresh is None or left in fresh or right in fresh
                if wanted and profiles[left].kind == profiles[right].kind:
                    yield in_order(left, right)


def _numbers(profile: Profile) -> Iterator[tuple[str, ...]]:
    numbers = {(profile.kind, sort, number) for sort, number, _ in profile.numbers}
    wallets = {("wallet", address) for address in profile.wallets}
    yield from (*sorted(numbers), *sorted(wallets), *profile.references)
