"""From an alignment's measures to a score between 0 and 1: a sum of log-odds, told term by term.

The terms are what speaks for and against two names being one party's; their weights were fitted to
labelled pairs, damaged names and innocents (docs/screening.md says which and how). The sum's
logistic is the score. An exact name has a floor, a contradiction a ceiling.
"""

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.measure import (
    AGAINST,
    ENDS_LEFT,
    EVIDENCE,
    EXACT,
    FAMILY_LEFT,
    FULL,
    INITIALS,
    LEFT_OURS,
    LEFT_THEIRS,
    MET,
    NUMBERS_DIFFER,
    PAIRS,
    TURNED,
    WORST,
)

Floats = npt.NDArray[np.float64]

(
    BASE,
    UNLIKE,
    LEFT_BY_US,
    LEFT_BY_THEM,
    WORST_PAIR,
    WORST_FAR,
    RARE,
    VERY_RARE,
    COMMON,
    WORDS_MET,
    WHOLE,
    ENDS,
    FAMILY,
    CONTRARY,
) = range(14)
TERMS = 14

WEIGHTS = np.array(
    [1.16, -38.1, -3.02, -3.02, -0.56, -29.0, 1.49, 3.25, -0.28, 0.08, 29.5, -2.2, -4.39, -6.0]
)
EXACT_FLOOR = 0.7
"""No exact name falls below it by the name alone."""
EXACT_STEP = 0.01
"""What each nat of rarity adds to an exact name's floor, up to `MOST_STEPS`."""
MOST_STEPS = 25.0
FAR = 0.25
"""What the worst pair may lack in likeness before it counts the more."""
LOW, ENOUGH, MORE = 7.0, 10.0, 8.0
"""Nats below which evidence is poor, from which on more says less, and how much more counts."""
LITTLE = 0.4
"""Weight under which what was left alone is no whole word."""
CONTRADICTED = 0.69
"""What a contradiction multiplies a score with: a wholly different word, another number, son and
father changed about. Below the threshold, yet in its order."""
DIFFERENT_WORD = 0.3
"""Weight of a whole word against another from which on they contradict."""
RARE_ENOUGH = 7.8
"""Nats that one word must bring where all else is one initial: S. Badege, but not Emily S."""
WORST_BEARABLE = 0.62
"""Likeness of the worst pair of whole words below which it is a contradiction."""


@kernel
def terms_kernel(m: Floats, out: Floats) -> None:
    """Write the terms (TERMS) of an alignment's measures; each is multiplied by its weight."""
    both = min(m[LEFT_OURS], m[LEFT_THEIRS])
    ours = m[LEFT_OURS] - both
    theirs = m[LEFT_THEIRS] - both
    total = max(m[FULL] + 2.0 * both + ours + theirs, 1e-9)
    worst = 1.0 - m[WORST]
    out[BASE] = 1.0
    out[UNLIKE] = 1.0 - m[MET] / m[FULL] if m[FULL] > 0.0 else 1.0
    out[LEFT_BY_US] = ours / total
    out[LEFT_BY_THEM] = theirs / total
    out[WORST_PAIR] = worst
    out[WORST_FAR] = max(worst - FAR, 0.0)
    out[RARE] = min(m[EVIDENCE], ENOUGH) / ENOUGH
    out[VERY_RARE] = min(max(m[EVIDENCE] - ENOUGH, 0.0), MORE) / ENOUGH
    out[COMMON] = max(0.0, LOW - m[EVIDENCE])
    out[WORDS_MET] = min(m[PAIRS], 5.0)
    out[WHOLE] = out[UNLIKE] if ours + theirs + both < LITTLE else 0.0
    out[ENDS] = m[ENDS_LEFT]
    out[FAMILY] = m[FAMILY_LEFT]
    out[CONTRARY] = m[AGAINST]


@kernel
def is_contradicted(m: Floats) -> bool:
    """Tell whether an alignment is contradicted, or rests on an initial and one common word."""
    differ: bool = m[AGAINST] > DIFFERENT_WORD or m[WORST] < WORST_BEARABLE
    thin: bool = m[INITIALS] == 1.0 and m[PAIRS] < 2.0 and m[EVIDENCE] < RARE_ENOUGH  # noqa: PLR2004
    return differ or thin or bool(m[TURNED] > 0.0) or bool(m[NUMBERS_DIFFER] > 0.0)


@kernel
def score_kernel(m: Floats, weights: Floats, terms: Floats) -> float:
    """Return the score of an alignment; `terms` is scratch of TERMS."""
    if m[FULL] == 0.0 and m[EXACT] == 0.0:
        return 0.0
    terms_kernel(m, terms)
    odds = 0.0
    for k in range(TERMS):
        odds += terms[k] * weights[k]
    score = float(1.0 / (1.0 + np.exp(-odds)))
    if m[EXACT] > 0.0:
        return max(score, EXACT_FLOOR + EXACT_STEP * float(min(m[EVIDENCE], MOST_STEPS)))
    return CONTRADICTED * score if is_contradicted(m) else score
