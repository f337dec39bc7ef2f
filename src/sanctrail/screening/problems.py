"""Bad rows of a long file: all counted, the first ones kept."""

from sanctrail.errors import Problem

KEPT = 1000
"""Problems that are kept as they are; behind them it is their number that tells."""


class Problems:
    """What was wrong in one file, in the order in which it was met."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.count = 0
        self.first: list[Problem] = []

    def note(self, where: str, message: str) -> None:
        """Count one problem, and keep it if it is among the first."""
        self.count += 1
        if len(self.first) < KEPT:
            self.first.append(Problem(self.source, where, message))
