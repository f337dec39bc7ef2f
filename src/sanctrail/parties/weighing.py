"""How sure it is that two listings are one party: names first, then all that both of them say.

Two lists describe one party in their own words, so what screening weighs for a customer is
weighed here for a pair of listings: in log-odds, each piece with its reason. A name alone joins
nothing unless it is rare, or several names agree; a contradiction speaks louder than agreement.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sanctrail.evidence.identifiers import BY_ISSUER
from sanctrail.evidence.weighing import BORN_ONE_OFF, Evidence, birth_evidence, span
from sanctrail.names.compare import from_log_odds, log_odds
from sanctrail.parties.profiles import Profile
from sanctrail.text.countries import country_name
from sanctrail.text.dates import DateRange

__all__ = ["NamesMet", "weigh"]

PRIOR = -4.2
"""Two listings that met under a key are rarely one party."""

MOST_NAME = 4.0
"""Log-odds that the likeness of two names brings at most, or takes."""
NATS_ENOUGH = 8.0
"""Evidence of a name, in nats, that neither helps nor hurts."""
PER_NAT = 0.45
MOST_NATS = 4.5
EXACT = 1.0
SAME_WORDS = 0.7
"""The same name, and the same words in another order."""
LEFT_OVER = {"person": 3.0, "entity": 9.0, "vessel": 9.0, "aircraft": 9.0}
"""What words cost that only one name has: a patronymic may be missing, a firm's word tells it
from another of its group."""
WEAK = 2.0
NO_NAME = -3.0
PER_NAME = 0.9
MOST_NAMES = 2.7
"""Another pair of names that agree, and the most that such pairs bring."""
AGREES = 0.9
"""Score from which on a pair of names agrees."""
PRIMARY_EXACT = 2.0
PRIMARY_EXACT_SHIP = 1.5
"""The same primary name; ships sail under names that others bear too."""
PRIMARY_SAME_WORDS = 1.5
PRIMARY_AGREES = 1.0
PRIMARY_OTHER = -1.5

REFERENCE = 8.0
SAME_TOPIC = 2.0
OTHER_TOPIC = -1.2
SAME_DATE = 3.0
NEAR_DATE = 0.6
NEAR_DAYS = 45
MASS = frozenset({"RUSSIA", "TERRORISM"})
MASS_SHARE = 0.5
"""Topics of thousands, listed by hundreds a day, where topic and day say half as much."""
WIDE = frozenset({"TERRORISM"})
"""Topics that take in others, so that another one beside them contradicts nothing."""
SAME_COUNTRY = 0.5
OTHER_COUNTRY = -1.6
OTHER_PLACE = -0.6
"""People live where they are not nationals, so that an address elsewhere says little of them."""
SAME_PLACE = 1.4
SAME_TIE = 1.2
ONE_SLIP = 2.0
"""A birth date that differs in one place only: two lists that wrote down one date."""
OTHER_GENDER = -4.0
NUMBER = 9.0
IMO = 12.0
NUMBER_UNSURE = 4.5
WALLET = 9.0
OTHER_IMO = -8.0
OTHER_NUMBER = -1.5
"""A number of one sort and issuer that differs; people renew passports, ships keep their number."""
SAME_LIST = -2.5
OTHER_PROGRAMME = -1.0
"""Two entries of one list: two parties, unless the list repeats one programme by programme."""


EXACT_ORDER, ANY_ORDER = 2, 1
_SAME = {EXACT_ORDER: "equals", ANY_ORDER: "has the words of"}


@dataclass(frozen=True, slots=True)
class NamesMet:
    """How the names of two listings met.

    `left` and `right` are the two names that speak loudest, with `odds` in log-odds, their `score`
    and how they are the `same` (`EXACT_ORDER`, `ANY_ORDER`, 0 for not at all); `agreeing` counts
    pairs of names that agree; `primary` is the score of the two primary names, 0 where they did
    not meet, `primary_same` how they are the same.
    """

    left: str
    right: str
    odds: float
    score: float
    same: int
    agreeing: int
    primary: float
    primary_same: int


def name_odds(kind: str, score: float, nats: float, same: int, left_over: float) -> float:
    """Return what a pair of names says by itself, in log-odds."""
    bonus = {EXACT_ORDER: EXACT, ANY_ORDER: SAME_WORDS}.get(same, 0.0)
    like = min(max(log_odds(score), -MOST_NAME), MOST_NAME) + bonus
    return like + min(PER_NAT * (nats - NATS_ENOUGH), MOST_NATS) - LEFT_OVER[kind] * left_over


def weigh(left: Profile, right: Profile, names: NamesMet | None) -> tuple[float, list[Evidence]]:
    """Return the log-odds that two listings are one party, and what they are made of."""
    evidence = list(_evidence(left, right, names))
    return PRIOR + sum(one.weight for one in evidence), evidence


def _evidence(left: Profile, right: Profile, names: NamesMet | None) -> Iterator[Evidence]:
    yield from _references(left, right)
    yield from _names(left.kind, names)
    yield from _numbers(left, right)
    same_list = _same_list(left, right)
    for found in (
        _birth(left, right),
        _topic(left, right),
        same_list or _listed(left, right),
        _country(left, right),
        _place(left, right),
        _tie(left, right),
        _gender(left, right),
    ):
        if found is not None:
            yield found


def _references(left: Profile, right: Profile) -> Iterator[Evidence]:
    for whose, number in left.references:
        if (whose, number) in right.references:
            yield Evidence("reference", REFERENCE, f"{whose.upper()} reference {number} on both")


def _names(kind: str, names: NamesMet | None) -> Iterator[Evidence]:
    if names is None:
        yield Evidence("name", NO_NAME, "No name in common")
        return
    said = _SAME.get(names.same) or f"is like ({names.score:.2f})"
    yield Evidence("name", names.odds, f"'{names.left}' {said} '{names.right}'")
    if names.agreeing > 1:
        weight = min(PER_NAME * (names.agreeing - 1), MOST_NAMES)
        yield Evidence("names", weight, f"{names.agreeing} names agree")
    if names.primary_same == EXACT_ORDER:
        weight = PRIMARY_EXACT_SHIP if kind == "vessel" else PRIMARY_EXACT
        yield Evidence("primary name", weight, "Primary names are the same")
    elif names.primary_same == ANY_ORDER:
        yield Evidence("primary name", PRIMARY_SAME_WORDS, "Primary names have the same words")
    elif names.primary >= AGREES:
        yield Evidence("primary name", PRIMARY_AGREES, "Primary names agree")
    elif not names.primary:
        yield Evidence("primary name", PRIMARY_OTHER, "Primary names differ")


def _same_list(left: Profile, right: Profile) -> Evidence | None:
    if not set(left.lists) & set(right.lists):
        return None
    if set(left.programmes) & set(right.programmes):
        return Evidence("list", SAME_LIST, "Two entries of one list and programme")
    return Evidence("list", OTHER_PROGRAMME, "Two entries of one list under two programmes")


def _numbers(left: Profile, right: Profile) -> Iterator[Evidence]:
    for wallet in sorted(set(left.wallets) & set(right.wallets)):
        yield Evidence("wallet", WALLET, f"Wallet {wallet} on both")
    shared = _shared(left, right)
    for (sort, number), sure in shared.items():
        weight = IMO if sort == "imo" else NUMBER if sure else NUMBER_UNSURE
        yield Evidence("identifier", weight, f"{sort.capitalize()} {number} on both")
    if not shared:
        yield from _other_numbers(left, right)


def _shared(left: Profile, right: Profile) -> dict[tuple[str, str], bool]:
    """Return the numbers of both, and whether they are sure: worldwide, or of a known issuer."""
    found: dict[tuple[str, str], bool] = {}
    for sort, number, issuer in left.numbers:
        for _, _, other in (n for n in right.numbers if n[:2] == (sort, number)):
            if not issuer or not other or issuer == other:
                sure = sort not in BY_ISSUER or bool(issuer and other)
                found[sort, number] = found.get((sort, number), False) or sure
    return found


def _other_numbers(left: Profile, right: Profile) -> Iterator[Evidence]:
    for sort, weight in (("imo", OTHER_IMO), ("registration", OTHER_NUMBER), ("tax", OTHER_NUMBER),
                         ("national id", OTHER_NUMBER)):  # fmt: skip
        ours, theirs = _of_sort(left, sort), _of_sort(right, sort)
        if ours and theirs and {c for _, c in ours} & {c for _, c in theirs}:
            yield Evidence("identifier", weight, f"Each with another {sort}")


def _of_sort(profile: Profile, sort: str) -> set[tuple[str, str]]:
    return {(number, issuer) for s, number, issuer in profile.numbers if s == sort}


def _birth(left: Profile, right: Profile) -> Evidence | None:
    found = [
        birth_evidence(DateRange(*one[:3]), right.listed_births()) for one in left.births
    ]  # fmt: skip
    weighed = [one for one in found if one is not None]
    if not weighed:
        return None
    best = max(weighed, key=lambda one: one.weight)
    if best.weight == BORN_ONE_OFF:
        return Evidence(best.about, ONE_SLIP, best.reason)
    if best.weight < 0:
        ours, theirs = (
            ", ".join(sorted({span(one.days) for one in p.listed_births()})) for p in (left, right)
        )
        return Evidence(best.about, best.weight, f"Born {ours} against {theirs}")
    return best


def _topic(left: Profile, right: Profile) -> Evidence | None:
    if not left.topics or not right.topics:
        return None
    shared = [topic for topic in left.topics if topic in right.topics]
    if shared:
        return Evidence(
            "programme", SAME_TOPIC * _mass(left, right), f"Both under {', '.join(shared)}"
        )
    if not set(left.topics) - WIDE or not set(right.topics) - WIDE:
        return None
    ours, theirs = " ".join(left.topics), " ".join(right.topics)
    return Evidence("programme", OTHER_TOPIC, f"Under {ours} against {theirs}")


def _listed(left: Profile, right: Profile) -> Evidence | None:
    if not left.listed_on or not right.listed_on:
        return None
    apart = abs((_day(left.listed_on) - _day(right.listed_on)).days)
    if apart == 0:
        return Evidence(
            "listed on", SAME_DATE * _mass(left, right), f"Both listed on {left.listed_on}"
        )
    if apart <= NEAR_DAYS:
        return Evidence("listed on", NEAR_DATE, f"Listed {apart} days apart")
    return None


def _mass(left: Profile, right: Profile) -> float:
    shared = set(left.topics) & set(right.topics)
    return MASS_SHARE if shared and shared <= MASS else 1.0


def _day(written: str) -> date:
    return date.fromisoformat(written)


def _country(left: Profile, right: Profile) -> Evidence | None:
    if not left.countries or not right.countries:
        return None
    shared = [code for code in left.countries if code in right.countries]
    if shared:
        said = ", ".join(country_name(code) or code for code in shared)
        return Evidence("country", SAME_COUNTRY, f"Country agrees ({said})")
    if left.kind == "person" and not (left.nationalities and right.nationalities):
        return Evidence("country", OTHER_PLACE, "Countries of residence differ")
    return Evidence("country", OTHER_COUNTRY, "Countries differ")


def _place(left: Profile, right: Profile) -> Evidence | None:
    shared = [place for place in left.places if place in right.places]
    return Evidence("place", SAME_PLACE, f"Both in {shared[0].title()}") if shared else None


def _tie(left: Profile, right: Profile) -> Evidence | None:
    shared = [tie for tie in left.ties if tie in right.ties]
    return Evidence("relation", SAME_TIE, f"Both tied to {shared[0].title()}") if shared else None


def _gender(left: Profile, right: Profile) -> Evidence | None:
    if left.genders and right.genders and not set(left.genders) & set(right.genders):
        return Evidence("gender", OTHER_GENDER, "Genders differ")
    return None


def score_of(odds: float) -> float:
    """Return log-odds as a score from 0 to 1, of four decimals."""
    return round(from_log_odds(odds), 4)


def reasons_of(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the reasons, what weighs most first."""
    return tuple(one.reason for one in sorted(evidence, key=lambda one: -abs(one.weight)))
