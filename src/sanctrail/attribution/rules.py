"""The rules that derive labels, and how often each was measured to err: what courts ask for.

Every figure comes from `benchmarks/attribution.py`, on the data that it names; a derived label
carries it. On data of another kind a rule errs otherwise, and nobody has measured how.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """How a rule did on data where the truth is known: right, wrong, missed; and what it was."""

    on: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of what the rule says that is so."""
        said = self.right + self.wrong
        return self.right / said if said else 1.0

    @property
    def recall(self) -> float:
        """The share of what is so that the rule says."""
        there = self.right + self.missed
        return self.right / there if there else 1.0

    def document(self) -> dict[str, Any]:
        """Return it as JSON holds it, with both shares to four digits."""
        return {
            **asdict(self),
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
        }


NOT_MEASURED = Measured("not measured: no data with a known truth is at hand", 0, 0, 0)

MEASURED: Mapping[str, Measured] = {}


def error_of(rule: str) -> Measured:
    """Return how a rule was measured to err."""
    return MEASURED.get(rule, NOT_MEASURED)


def context_of(rule: str, parameters: Mapping[str, Any], transactions: Sequence[str]) -> str:
    """Return what a derived label carries: parameters, transactions, the measured error."""
    document = {
        "parameters": dict(parameters),
        "transactions": list(transactions),
        "error": error_of(rule).document(),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
