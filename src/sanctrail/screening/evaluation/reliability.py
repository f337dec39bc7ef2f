"""How far a hit can be trusted: of the hits in a band of scores, how many are right.

The measured share holds for the mix of cases measured, in which the listed are many. Among
customers they are few, so the same innocents make most of the hits: the share is weighed again to
a base rate b by Bayes' rule, b r / (b r + b w + (1 - b) f), of the shares r and w of the listed
that have a right or a wrong hit in the band and f of the innocents that have one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sanctrail.evidence.rates import Rate
from sanctrail.screening.evaluation.measure import customers, innocents
from sanctrail.screening.evaluation.outcomes import Outcome

EDGES = (0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
"""Where the bands begin; each ends below the next, the last is 1.00 alone."""
_OVER = 1.01


@dataclass(frozen=True, slots=True)
class Band:
    """Customers whose best score lies from `low` to below `high`.

    `right` of the listed have their own party there, `wrong` of them another; `alarms` of the
    innocents anybody. `base_rate` is the share of the listed among the customers.
    """

    low: float
    high: float
    right: Rate
    wrong: Rate
    alarms: Rate
    base_rate: float

    @property
    def measured(self) -> Rate:
        """The share of right ones among the hits as measured."""
        right = self.right.count
        return Rate(right, right + self.wrong.count + self.alarms.count)

    @property
    def reliability(self) -> float | None:
        """The share of right ones at the base rate; None where the band is empty or one-sided."""
        if not self.right.of or not self.alarms.of or not self.measured.of:
            return None
        return _share(self.base_rate, self.right.share, self.wrong.share, self.alarms.share)

    @property
    def at_least(self) -> float | None:
        """The same with every interval's worse end: what the number of cases can vouch for."""
        if self.reliability is None:
            return None
        return _share(self.base_rate, self.right.low, self.wrong.high, self.alarms.high)

    def as_dict(self) -> dict[str, Any]:
        """Return the band as a JSON document."""
        return {
            "from": self.low,
            "to": min(self.high, 1.0),
            "listed_right": self.right.as_dict(),
            "listed_wrong": self.wrong.as_dict(),
            "innocents": self.alarms.as_dict(),
            "measured": self.measured.as_dict(),
            "at_base_rate": _rounded(self.reliability),
            "at_base_rate_at_least": _rounded(self.at_least),
        }


def _share(base: float, right: float, wrong: float, alarms: float) -> float:
    whole = base * (right + wrong) + (1.0 - base) * alarms
    return base * right / whole if whole else 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def bands(outcomes: Sequence[Outcome], threshold: float, base_rate: float) -> list[Band]:
    """Return the bands of scores, lowest first, and what their hits are worth."""
    ends = (*EDGES[1:], _OVER)
    return [
        band_of(outcomes, threshold, base_rate, low, high)
        for low, high in zip(EDGES, ends, strict=True)
    ]


def band_of(
    outcomes: Sequence[Outcome], threshold: float, base_rate: float, low: float, high: float
) -> Band:
    """Return one band. A listed customer's hit is right if it shows the reviewer their party."""
    listed, clean = customers(outcomes), innocents(outcomes)
    there = [one for one in listed if low <= one.best < high]
    right = sum(one.score >= min(threshold, one.best) for one in there)
    alarms = sum(low <= one.best < high for one in clean)
    return Band(
        low,
        high,
        Rate(right, len(listed)),
        Rate(len(there) - right, len(listed)),
        Rate(alarms, len(clean)),
        base_rate,
    )


def above(outcomes: Sequence[Outcome], threshold: float, base_rate: float) -> Band:
    """Return all hits at or above the threshold as one band."""
    return band_of(outcomes, threshold, base_rate, threshold, _OVER)
