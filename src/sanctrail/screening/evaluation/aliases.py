"""Leaving one alias out: whether a party is found by its other names, were this one unlisted.

Lists gather spellings that people really used, in every script. Each is sought with itself taken
out, which tells how well spellings are found that no list has yet. It is taken out of every list
and in whatever order its words stand, or another list's entry of the party would give it away.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from rapidfuzz.distance import JaroWinkler

from sanctrail.errors import InputError
from sanctrail.names import prepare
from sanctrail.names.score import CONTRADICTED
from sanctrail.screening.evaluation.cases import LEFT_OUT, Case, Listed, bag_of, traits_of
from sanctrail.screening.evaluation.outcomes import FLOOR, Outcome
from sanctrail.screening.finder import Finder, Found
from sanctrail.screening.hits import Query, says_something
from sanctrail.screening.screen import MAX_SCORE
from sanctrail.text.fold import fold, script_of

CHUNK = 4096
ALIKE = 0.85
"""Likeness (Jaro and Winkler) from which two words may be one word spelt twice."""
SHORTEST = 3
"""Letters of a word that is looked at."""


@dataclass(frozen=True, slots=True)
class Aliases:
    """Which aliases to leave out: those of one list (all, if empty), at most so many, drawn."""

    list_id: str = ""
    limit: int = 5000


def left_out(listed: Listed, wanted: Aliases, seed: int) -> Iterator[Outcome]:
    """Yield the outcome of each alias left out, in the order of the lists."""
    cases = _cases(listed, wanted, seed)
    finder = Finder(listed.index.names)
    waiting = iter(cases)
    while chunk := list(islice(waiting, CHUNK)):
        found = finder.find([prepare(case.query.name) for case in chunk], FLOOR)
        yield from _outcomes(chunk, found, finder, listed)


def _cases(listed: Listed, wanted: Aliases, seed: int) -> list[Case]:
    """Return the aliases of parties with two names or more that are not one spelling."""
    held = sorted({name.list_id for name in listed.names})
    if wanted.list_id and wanted.list_id not in held:
        raise InputError(f"No list '{wanted.list_id}' is held. Held: {', '.join(held)}.")
    numbers = range(len(listed.parties))
    eligible = [row for number in numbers for row in _spellings(listed, number, wanted.list_id)]
    chance = random.Random(f"{seed}:aliases")  # noqa: S311
    drawn = chance.sample(range(len(eligible)), min(wanted.limit, len(eligible)))
    return [_case(listed, eligible[place]) for place in sorted(drawn)]


def _spellings(listed: Listed, number: int, list_id: str) -> list[int]:
    """Return the names of a party on a list (any, if empty), each spelling once.

    There are none where all lists together have one spelling.
    """
    spellings: set[tuple[str, ...]] = set()
    rows: dict[tuple[str, ...], int] = {}
    for row in listed.rows_of[number]:
        name = listed.names[row]
        if says_something(name.text):
            spellings.add(bag_of(name.text))
            if list_id in ("", name.list_id):
                rows.setdefault(bag_of(name.text), row)
    return [*rows.values()] if len(spellings) > 1 else []


def _case(listed: Listed, row: int) -> Case:
    number = listed.party_of[row]
    name, party = listed.names[row], listed.parties[number]
    kind = name.kind if name.strong else f"weak {name.kind}"
    left_out = bag_of(name.text)
    others = [one.text for one in listed.own_names(number) if bag_of(one.text) != left_out]
    traits = (
        *traits_of(name.text, party),
        ("likeness to another name", kinship(name.text, others)),
    )
    origin = f"{len(others)} left"
    return Case(Query(name.text), LEFT_OUT, kind, party.party_id, True, origin, traits)


def kinship(name: str, others: Sequence[str]) -> str:
    """Return how many words of a name are like a word of one other name, in words.

    Judged by letters alone (Jaro and Winkler), apart from the comparison that is measured. What
    has no word alike is another name altogether, which no comparison can find.
    """
    words = _words(name)
    written = [own for own in map(_words, others) if own]
    if not words or not written:
        return "across scripts"
    best = max(_share_alike(words, own) for own in written)
    return "every word alike" if best == 1.0 else "some words alike" if best else "no word alike"


def _share_alike(words: Sequence[str], others: Sequence[str]) -> float:
    alike = sum(
        any(JaroWinkler.similarity(word, other) >= ALIKE for other in others) for word in words
    )
    return alike / len(words)


def _words(name: str) -> list[str]:
    """Return the words of a name in Latin letters that are long enough to be told apart."""
    if script_of(name) != "Latn":
        return []
    return [word for word in fold(name).split() if len(word) >= SHORTEST]


@dataclass(slots=True)
class _Best:
    """The best of a party's other names met so far."""

    score: float = 0.0
    row: int = -1
    form: int = -1


def _outcomes(
    cases: Sequence[Case], found: Found, finder: Finder, listed: Listed
) -> Iterator[Outcome]:
    best = [_Best() for _ in cases]
    numbers = [listed.number_of[case.party] for case in cases]
    left_out = [bag_of(case.query.name) for case in cases]
    columns = (found.query, found.form, found.score, found.exact)
    for query, form, score, exact in zip(*(c.tolist() for c in columns), strict=True):
        for row in listed.index.rows_of(form):
            name = listed.names[row]
            if listed.party_of[row] != numbers[query] or bag_of(name.text) == left_out[query]:
                continue
            told = score if exact or name.strong else CONTRADICTED * score
            if told > best[query].score:
                best[query] = _Best(told, row, form)
    for query, (case, met) in enumerate(zip(cases, best, strict=True)):
        if met.row < 0:
            yield Outcome(case, 0.0, 0.0, "")
            continue
        text = listed.names[met.row].text
        tell = partial(_told, finder, found, (query, met.form), text)
        score = round(min(met.score, MAX_SCORE), 4)
        yield Outcome(case, score, score, case.party, tell)


def _told(finder: Finder, found: Found, query_and_form: tuple[int, int], text: str) -> str:
    return f"'{text}': {finder.explain(found.asked, *query_and_form, text).sentence()}"
