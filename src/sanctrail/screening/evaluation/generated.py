"""Cases made from the register itself: listed names damaged, and people who are on no list."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from rapidfuzz.distance import JaroWinkler

from sanctrail.screening.damage import NOT_THE_SAME, TIED_TO, classes_of, damaged
from sanctrail.screening.evaluation.cases import (
    DAMAGED,
    INVENTED,
    Case,
    Listed,
    bag_of,
    traits_of,
)
from sanctrail.screening.hits import Query, says_something
from sanctrail.screening.parties import ListedName
from sanctrail.text.fold import fold

KINDS = ("person", "entity", "vessel")
_LEAST_LETTERS = 6
_ALIKE = 0.85


def damaged_names(listed: Listed, count: int, seed: int) -> Iterator[Case]:
    """Yield up to `count` names damaged by class, the same for the same register and seed.

    Classes share the number evenly; one that finds too little occasion gets fewer. The names are
    strong ones in Latin letters: elsewhere one does not slip among Latin keys.
    """
    rows = list(listed.latin)
    random.Random(f"{seed}:names").shuffle(rows)  # noqa: S311
    classes = [(kind, group) for kind in KINDS for group in classes_of(kind)]
    for number, (kind, group) in enumerate(classes):
        share = count // len(classes) + (number < count % len(classes))
        yield from islice(_of_class(listed, rows, (kind, group), seed), share)


def _of_class(
    listed: Listed, rows: Sequence[int], kind_and_class: tuple[str, str], seed: int
) -> Iterator[Case]:
    kind, group = kind_and_class
    tied = TIED_TO.get(group)
    for row in rows:
        number = listed.party_of[row]
        party = listed.parties[number]
        if party.kind != kind or (tied and tied.isdisjoint(party.countries[:1])):
            continue
        case = _damaged_case(listed, listed.names[row], number, group, seed)
        if case:
            yield case


def _damaged_case(
    listed: Listed, name: ListedName, number: int, group: str, seed: int
) -> Case | None:
    party = listed.parties[number]
    plain = natural_order(name.text) if party.kind == "person" else name.text.replace(",", "")
    if len(fold(plain)) < _LEAST_LETTERS:
        return None
    text = damaged(plain, group, seed)
    if text is None or not says_something(text):
        return None
    wanted = group not in NOT_THE_SAME
    if not wanted and bag_of(text) in {bag_of(own.text) for own in listed.own_names(number)}:
        return None
    label = f"{party.kind}: {group}"
    traits = traits_of(text, party)
    return Case(Query(text), DAMAGED, label, party.party_id, wanted, name.text, traits)


def natural_order(name: str) -> str:
    """Return `Kim, Jong Un` as `Jong Un Kim`; other names only without their commas."""
    family, comma, given = name.partition(",")
    if comma and given.strip() and "," not in given:
        return " ".join(f"{given} {family}".split())
    return " ".join(name.replace(",", " ").split())


def invented_people(listed: Listed, count: int, seed: int) -> Iterator[Case]:
    """Yield people whom no list names: half of the name of one listed person, half of another's.

    Both are tied to the same country, so that the names could be borne. They are harder to tell
    apart from the listed than customers are, being made of the very same words.
    """
    chance = random.Random(f"{seed}:invented")  # noqa: S311
    pools = _by_country(listed)
    countries = sorted(country for country, names in pools.items() if len(names) > 1)
    sizes = [len(pools[country]) for country in countries]
    seen: set[tuple[str, ...]] = set()
    for _ in range(4 * count if countries else 0):
        if len(seen) >= count:
            return
        country = chance.choices(countries, sizes)[0]
        one, other = chance.sample(pools[country], 2)
        text = " ".join([*one[: len(one) // 2], *other[len(other) // 2 :]])
        bag = bag_of(text)
        if bag in listed.bags or bag in seen or _is_one_person(one, other):
            continue
        seen.add(bag)
        origin = f"{' '.join(one)} / {' '.join(other)}"
        yield Case(Query(text), INVENTED, "recombined", origin=origin)


def _is_one_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two names share a word: they may be one person's, on two lists."""
    return any(JaroWinkler.similarity(fold(a), fold(b)) >= _ALIKE for a in one for b in other)


def _by_country(listed: Listed) -> dict[str, list[list[str]]]:
    """Return the primary names of people in Latin letters, as words, by country."""
    pools: dict[str, list[list[str]]] = defaultdict(list)
    for row in listed.latin:
        name, party = listed.names[row], listed.parties[listed.party_of[row]]
        words = natural_order(name.text).split()
        if party.kind != "person" or name.kind != "primary" or len(words) < 2:  # noqa: PLR2004
            continue
        for country in party.countries:
            pools[country].append(words)
    return pools
