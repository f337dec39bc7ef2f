"""How sure a measured share is."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

_Z = 1.959963984540054
"""The normal distribution's point for 95 %."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many out of so many, with the share and its 95 % interval (Wilson 1927)."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """The share, 0 of none."""
        return self.count / self.of if self.of else 0.0

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return max(0.0, self._centre() - self._reach()) if self.count else 0.0

    @property
    def high(self) -> float:
        """The upper end of the interval; 1 where nothing was measured."""
        return min(1.0, self._centre() + self._reach()) if self.count < self.of else 1.0

    def _centre(self) -> float:
        n = max(self.of, 1)
        return (self.share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)

    def _reach(self) -> float:
        n = max(self.of, 1)
        p = self.share
        return _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)

    def as_dict(self) -> dict[str, Any]:
        """Return the rate as a JSON document."""
        return {
            "count": self.count,
            "of": self.of,
            "share": round(self.share, 6),
            "low": round(self.low, 6),
            "high": round(self.high, 6),
        }
