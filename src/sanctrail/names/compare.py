"""Comparing two names token by token, with the reasons.

The tokens of both names are paired, best pairs first. The score is the share of weight that
met, both sides counted; what one side says beyond the other costs less than what contradicts;
and the worst paired word pulls the whole down, so that one wholly different name in a long row
of equal ones is not averaged away.
"""

from dataclasses import dataclass

from rapidfuzz.distance import OSA, JaroWinkler

from sanctrail.names.prepare import PreparedName, prepare

EXACT, REORDERED, JOINED = 1.0, 0.98, 0.96
CEILING = 0.95
"""What a name that only resembles another can reach."""

EXTRA_COST = 0.75
"""How much a word counts that stands on one side only, as a share of its weight."""

PAIR_FLOOR = 0.55
"""Below this similarity two words are not the same word misspelt but two words."""

INITIAL_SIMILARITY = 0.8

PREFIX_DISCOUNT = 0.15
"""What a likeness by common beginnings (Jaro-Winkler) is worth less than one by edits."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """One word of ours with one of theirs: how alike (0 to 1) and in which way."""

    ours: str
    theirs: str
    similarity: float
    how: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The score of two names (0 to 1) and what it came from."""

    score: float
    pairings: tuple[Pairing, ...]
    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]
    how: str

    def sentence(self) -> str:
        """Return the explanation as one line."""
        if self.how != "aligned":
            return self.how
        parts = [_told(pairing) for pairing in self.pairings]
        if self.only_ours:
            parts.append(f"only in the query: {' '.join(self.only_ours)}")
        if self.only_theirs:
            parts.append(f"only on the list: {' '.join(self.only_theirs)}")
        return "; ".join(parts)


def compare(ours: str, theirs: str) -> Comparison:
    """Compare two names as written, in any script and order."""
    return compare_prepared(prepare(ours), prepare(theirs))


def compare_prepared(ours: PreparedName, theirs: PreparedName) -> Comparison:
    """Compare two prepared names; symmetric in its score."""
    if not ours.tokens or not theirs.tokens:
        return Comparison(0.0, (), ours.tokens, theirs.tokens, "nothing to compare")
    # `Family, Given` is the same name in either order: as it stands and as it is spoken.
    if {ours.tokens, ours.written} & {theirs.tokens, theirs.written}:
        return Comparison(EXACT, (), (), (), "same name")
    if ours.ordered == theirs.ordered:
        return Comparison(REORDERED, (), (), (), "same words in another order")
    if ours.joined & theirs.joined:
        return Comparison(JOINED, (), (), (), "same letters, words joined or split")
    return _aligned(ours, theirs)


def _aligned(ours: PreparedName, theirs: PreparedName) -> Comparison:
    pairs = _pairs(ours.tokens, theirs.tokens)
    met = total = 0.0
    worst = 1.0
    for i, j, similarity, _ in pairs:
        weight = ours.weights[i] + theirs.weights[j]
        met += weight * similarity
        total += weight
        if min(ours.weights[i], theirs.weights[j]) == 1.0:
            worst = min(worst, similarity)
    left = [i for i in range(len(ours.tokens)) if i not in {pair[0] for pair in pairs}]
    right = [j for j in range(len(theirs.tokens)) if j not in {pair[1] for pair in pairs}]
    missing = _contradiction(ours, theirs, left, right)
    score = met / (total + missing) if met else 0.0
    score *= 0.6 + 0.4 * worst
    return Comparison(
        round(CEILING * score, 4),
        tuple(Pairing(ours.tokens[i], theirs.tokens[j], s, how) for i, j, s, how in pairs),
        tuple(ours.tokens[i] for i in left),
        tuple(theirs.tokens[j] for j in right),
        "aligned",
    )


def _contradiction(
    ours: PreparedName, theirs: PreparedName, left: list[int], right: list[int]
) -> float:
    """Return the weight of unpaired words: in full where both sides have one, less elsewhere."""
    alone = sum(ours.weights[i] for i in left), sum(theirs.weights[j] for j in right)
    both = 2 * min(alone)
    return both + EXTRA_COST * (sum(alone) - both)


def _pairs(ours: tuple[str, ...], theirs: tuple[str, ...]) -> list[tuple[int, int, float, str]]:
    found = []
    for i, a in enumerate(ours):
        for j, b in enumerate(theirs):
            similarity, how = _similarity(a, b)
            if similarity >= PAIR_FLOOR:
                found.append((i, j, similarity, how))
    found.sort(key=lambda pair: (-pair[2], abs(pair[0] - pair[1]), pair[0], pair[1]))
    used_ours: set[int] = set()
    used_theirs: set[int] = set()
    pairs = []
    for pair in found:
        if pair[0] not in used_ours and pair[1] not in used_theirs:
            used_ours.add(pair[0])
            used_theirs.add(pair[1])
            pairs.append(pair)
    return sorted(pairs)


def _similarity(a: str, b: str) -> tuple[float, str]:
    if a == b:
        return 1.0, "same"
    if min(len(a), len(b)) == 1:
        return (INITIAL_SIMILARITY, "initial") if a[0] == b[0] else (0.0, "")
    edits = OSA.distance(a, b)
    longest = max(len(a), len(b))
    similarity = 1.0 - edits / longest
    if longest > 3:  # noqa: PLR2004  (in shorter words one letter is a different word)
        similarity = max(similarity, JaroWinkler.similarity(a, b) - PREFIX_DISCOUNT)
    return similarity, f"{edits} edit{'s' if edits > 1 else ''}"


def _told(pairing: Pairing) -> str:
    if pairing.how == "same":
        return f"{pairing.ours} = {pairing.theirs}"
    return f"{pairing.ours} ~ {pairing.theirs} ({pairing.how})"
