"""The methods: in which order the units that entered a place leave it.

A holding is an account, or a transaction between its inputs and its outputs. Units enter and
leave in runs of (amount, origin): the origin tells stolen units apart, `CLEAN` marks the rest.
What is taken beyond the balance is clean and of unknown origin. Nothing is ever rounded away:
what leaves plus what stays equals what entered, origin by origin.
"""

from collections import deque
from collections.abc import Iterable
from typing import Protocol

CLEAN = -1

Run = tuple[int, int]
"""(amount in base units, origin)."""


class Holding(Protocol):
    """Money in one place under one method."""

    balance: int

    def put(self, runs: Iterable[Run]) -> None:
        """Let units in."""

    def take(self, amount: int) -> list[Run]:
        """Let exactly `amount` units out; beyond the balance they are clean."""

    def held(self) -> dict[int, int]:
        """Return what stays, by stolen origin."""


class Fifo:
    """First in, first out: units leave in the order in which they entered.

    Source: Clayton's case (Devaynes v Noble, 1816); for transactions, inputs in order onto
    outputs in order, fee last (Anderson, Shumailov, Ahmed: Making Bitcoin Legal, 2018).
    """

    __slots__ = ("_lots", "balance")

    def __init__(self) -> None:
        self._lots: deque[Run] = deque()
        self.balance = 0

    def put(self, runs: Iterable[Run]) -> None:
        """Add units behind all others."""
        for amount, origin in runs:
            if amount:
                self._append(amount, origin)
                self.balance += amount

    def take(self, amount: int) -> list[Run]:
        """Remove units from the front."""
        taken: list[Run] = []
        missing = amount
        while missing and self._lots:
            size, origin = self._lots.popleft()
            part = min(size, missing)
            _extend(taken, part, origin)
            missing -= part
            if part < size:
                self._lots.appendleft((size - part, origin))
        self.balance -= amount - missing
        _extend(taken, missing, CLEAN)
        return taken

    def held(self) -> dict[int, int]:
        """Sum the stolen units left, by origin."""
        return stolen_parts(self._lots)

    def _append(self, amount: int, origin: int) -> None:
        if self._lots and self._lots[-1][1] == origin:
            amount += self._lots.pop()[0]
        self._lots.append((amount, origin))


class Haircut:
    """Pro rata: each withdrawal carries the stolen share of the balance.

    The stolen part of a withdrawal is floor(stolen × amount ÷ balance); what the floor keeps
    back stays and leaves with later withdrawals, the last of which takes all. Over several origins
    the part is shared out by the same rule, one origin after the other.
    Source: Möser, Böhme, Breuker: Towards Risk Scoring of Bitcoin Transactions (2014).
    """

    __slots__ = ("_stolen", "balance")

    def __init__(self) -> None:
        self._stolen: dict[int, int] = {}
        self.balance = 0

    def put(self, runs: Iterable[Run]) -> None:
        """Mix units in."""
        for amount, origin in runs:
            self.balance += amount
            if origin != CLEAN and amount:
                self._stolen[origin] = self._stolen.get(origin, 0) + amount

    def take(self, amount: int) -> list[Run]:
        """Remove units, stolen ones in proportion."""
        known = min(amount, self.balance)
        stolen = sum(self._stolen.values())
        leaving = stolen * known // self.balance if known else 0
        self.balance -= known
        runs = self._shared_out(leaving, stolen)
        _extend(runs, amount - leaving, CLEAN)
        return runs

    def held(self) -> dict[int, int]:
        """Return the stolen units left, by origin."""
        return {origin: amount for origin, amount in self._stolen.items() if amount}

    def _shared_out(self, leaving: int, stolen: int) -> list[Run]:
        parts = []
        for origin in sorted(self._stolen):
            amount = self._stolen[origin]
            part = leaving * amount // stolen if stolen else 0
            leaving, stolen = leaving - part, stolen - amount
            self._stolen[origin] = amount - part
            if part:
                parts.append((part, origin))
        return parts


METHODS: dict[str, type[Holding]] = {"fifo": Fifo, "haircut": Haircut}


def _extend(runs: list[Run], amount: int, origin: int) -> None:
    if not amount:
        return
    if runs and runs[-1][1] == origin:
        amount += runs.pop()[0]
    runs.append((amount, origin))


def stolen_parts(runs: Iterable[Run]) -> dict[int, int]:
    """Sum the stolen units of some runs, by origin."""
    parts: dict[int, int] = {}
    for amount, origin in runs:
        if origin != CLEAN:
            parts[origin] = parts.get(origin, 0) + amount
    return parts


def stolen_amount(runs: Iterable[Run]) -> int:
    """Sum the stolen units of some runs."""
    return sum(amount for amount, origin in runs if origin != CLEAN)


def marked(runs: Iterable[Run], amount: int, origin: int) -> tuple[list[Run], int]:
    """Mark the first `amount` units as stolen where they are clean; return runs and how many."""
    result: list[Run] = []
    count = 0
    for size, held in runs:
        part = min(size, amount)
        amount -= part
        _extend(result, part, origin if held == CLEAN else held)
        _extend(result, size - part, held)
        count += part if held == CLEAN else 0
    return result, count
