"""Queries against the register: the name decides, other evidence raises or lowers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice

from sanctrail.addresses import canonical
from sanctrail.evidence.identifiers import BY_ISSUER, SORTS, AskedIdentifier, comparable
from sanctrail.evidence.weighing import (
    BORN_SAME_DAY,
    COUNTRY_SAME,
    GENDER_SAME,
    IDENTITY,
    NUMBER_ALONE,
    NUMBER_OTHER,
    Evidence,
    birth_evidence,
    country_evidence,
    gender_evidence,
    kind_evidence,
)
from sanctrail.names import prepare
from sanctrail.names.compare import from_log_odds, log_odds
from sanctrail.names.score import CONTRADICTED
from sanctrail.register import Register
from sanctrail.screening.finder import Finder, Found
from sanctrail.screening.hits import DEFAULT_THRESHOLD, EVERYTHING, Hit, Query, Wanted
from sanctrail.screening.parties import Party
from sanctrail.screening.store import WALLET, open_index

CHUNK = 16384
"""Queries that are searched together: their words are looked up once each."""

MIN_SCORE = 0.0001
"""The smallest score above none, as scores have four decimals."""

ROUNDING = 0.00005
"""What a score gains at most when it is rounded."""

MAX_SCORE = 0.999
"""The highest score short of identity."""

NUMBER_SCORE = 0.9
"""The score of a party that only a number without its issuer names."""

SUPPORT = 0.15
"""A name alone below this is no suspicion, however well birth date and country agree."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A name of a party that a query may mean: its number, its form, its score, if exact."""

    row: int
    form: int
    score: float
    exact: bool
    strong: bool


class Screener:
    """The register's names, indexed once and asked many times. Not shared between threads."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.index = open_index(register)
        self._finder = Finder(self.index.names)
        self._party = lru_cache(maxsize=1 << 14)(self.index.party)
        self._name = lru_cache(maxsize=1 << 14)(self.index.name)

    def screen(
        self, query: Query, threshold: float = DEFAULT_THRESHOLD, wanted: Wanted = EVERYTHING
    ) -> list[Hit]:
        """Return the parties that score at or above the threshold, best first."""
        return next(self.screen_all([query], threshold, wanted))

    def screen_all(
        self,
        queries: Iterable[Query],
        threshold: float = DEFAULT_THRESHOLD,
        wanted: Wanted = EVERYTHING,
    ) -> Iterator[list[Hit]]:
        """Yield the hits of each query in turn; far faster than one by one."""
        waiting = iter(queries)
        while chunk := list(islice(waiting, CHUNK)):
            yield from self._screen_chunk(chunk, threshold, wanted)

    def _screen_chunk(
        self, queries: Sequence[Query], threshold: float, wanted: Wanted
    ) -> list[list[Hit]]:
        least = max(threshold, MIN_SCORE)
        found = self._finder.find([prepare(q.name) for q in queries], _least(queries, least))
        candidates = self._by_query(found, len(queries))
        answers = []
        for number, query in enumerate(queries):
            hits = self._hits(number, query, found, candidates[number], least)
            kept = [hit for hit in hits if wanted.admits(hit.party)]
            answers.append(sorted(kept, key=lambda hit: (-hit.score, hit.party_id)))
        return answers

    def _by_query(self, found: Found, queries: int) -> list[dict[int, _Candidate]]:
        """Return for each query its best candidate by party.

        Of names that score the same a strong one speaks: what one list calls a weak alias another
        may call a name. Of several such the most senior listing's does.
        """
        best: list[dict[int, _Candidate]] = [{} for _ in range(queries)]
        columns = (found.query, found.form, found.score, found.exact)
        for query, form, score, exact in zip(*(c.tolist() for c in columns), strict=True):
            for row in self.index.rows_of(form):
                party = self.index.party_of(row)
                held = best[query].get(party)
                if held is not None and (held.score, held.strong) >= (score, True):
                    continue
                strong = self._name(row).strong
                # A weak alias that is only similar supports a suspicion; it makes no hit.
                told = score if exact or strong else CONTRADICTED * score
                if held is None or (told, strong) > (held.score, held.strong):
                    best[query][party] = _Candidate(row, form, told, bool(exact), strong)
        return best

    def _hits(
        self,
        number: int,
        query: Query,
        found: Found,
        candidates: dict[int, _Candidate],
        least: float,
    ) -> Iterator[Hit]:
        # Of several numbers that name one party the surest speaks.
        identified = dict(sorted(self._identified(query), key=lambda found: found[1].weight))
        for party_number, candidate in candidates.items():
            identity = identified.get(party_number)
            if identity and candidate.score < _least([query], least):
                continue  # it was found only because others in the chunk had to look further
            identified.pop(party_number, None)
            party, name = self._party(party_number), self._name(candidate.row)
            evidence = _evidence(query, party)
            told = evidence if identity is None else (identity, *evidence)
            score = _score(candidate, name.strong, told)
            if round(score, 4) >= least:
                explain = partial(
                    self._finder.explain, found.asked, number, candidate.form, name.text
                )
                scores = round(score, 4), round(candidate.score, 4)
                yield Hit(party, name, *scores, told, explain)
        for party_number, identity in identified.items():
            party = self._party(party_number)
            row = int(self.index.columns["row_party"].searchsorted(party_number))
            score = 1.0 if identity.weight >= IDENTITY else NUMBER_SCORE
            if score >= least:
                yield Hit(party, self._name(row), score, 0.0, (identity, *_evidence(query, party)))

    def _identified(self, query: Query) -> Iterator[tuple[int, Evidence]]:
        for asked in query.identifiers:
            for sort in (asked.sort,) if asked.sort else (*SORTS, WALLET):
                yield from self._with_number(asked, asked.country or query.country, sort)

    def _with_number(
        self, asked: AskedIdentifier, issuer: str, sort: str
    ) -> Iterator[tuple[int, Evidence]]:
        wallet = sort == WALLET
        number = canonical(asked.number) if wallet else comparable(asked.number, sort)
        if not number:
            return
        for party_number in self.index.filed_under(sort, number):
            party = self._party(party_number)
            issuers = [c for s, n, c in party.numbers if (s, n) == (sort, number)]
            if wallet and number in party.wallets:
                yield party_number, Evidence("wallet", IDENTITY, f"Wallet {asked.number} is listed")
            elif issuers:
                weight, doubt = _number_weight(issuer, issuers, sort)
                reason = f"{sort.capitalize()} {asked.number} is listed{doubt}"
                if weight:
                    yield party_number, Evidence("identifier", weight, reason)


def _number_weight(issuer: str, issuers: Sequence[str], sort: str) -> tuple[float, str]:
    """Return what an equal number weighs, and what is doubtful; countries number passports alike.

    With the issuer it is identity, without it strong evidence, by another issuer nothing.
    """
    if sort not in BY_ISSUER or issuer in filter(None, issuers):
        return IDENTITY, ""
    if issuer and "" not in issuers:
        return 0.0, ""
    return NUMBER_ALONE, ", its issuer unknown"


def _least(queries: Sequence[Query], threshold: float) -> float:
    """Return the name score from which on evidence could still make a hit, once rounded."""
    least = threshold
    if any(q.born or q.country or q.gender for q in queries):
        most = BORN_SAME_DAY + COUNTRY_SAME + GENDER_SAME
        least = min(threshold, max(SUPPORT, from_log_odds(log_odds(threshold) - most)))
    return least - ROUNDING


def _evidence(query: Query, party: Party) -> tuple[Evidence, ...]:
    found = (
        birth_evidence(query.born, party.listed_births()),
        country_evidence(query.country, party.countries),
        gender_evidence(query.gender, party.genders),
        kind_evidence(query.kind, party.kind),
        _number_evidence(query, party),
    )
    return tuple(filter(None, found))


def _number_evidence(query: Query, party: Party) -> Evidence | None:
    """Weigh that a party has another number of a sort and country that the query gives."""
    for one in query.identifiers:
        issuer = one.country or query.country
        same_sort = [n for s, n, c in party.numbers if s == one.sort and c == issuer and c]
        if same_sort and comparable(one.number, one.sort) not in same_sort:
            return Evidence("identifier", NUMBER_OTHER, f"Listed with another {one.sort}")
    return None


def _score(candidate: _Candidate, strong: bool, evidence: Sequence[Evidence]) -> float:
    if any(one.weight >= IDENTITY for one in evidence):
        return 1.0
    weight = sum(one.weight for one in evidence)
    score = from_log_odds(log_odds(candidate.score) + weight) if weight else candidate.score
    against = {one.about for one in evidence if one.contradicts}
    if candidate.exact and strong:
        if not {"birth date", "country"} <= against:
            score = max(score, DEFAULT_THRESHOLD)
        agreeing = {one.about for one in evidence if one.weight >= COUNTRY_SAME}
        born = any(one.weight == BORN_SAME_DAY for one in evidence)
        if born and "country" in agreeing and not against:
            return 1.0
    return min(score, MAX_SCORE)
