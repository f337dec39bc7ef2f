"""Parting inputs among people who each get an equal output and a change: exact, and bounded."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

STEPS = 500
"""Choices that are tried with the changes in one order."""

ORDERS = 400
"""Orders that are tried before it stays open whether there is a way: a wrong early choice can hide
one behind very many others, and another order makes another choice."""


@dataclass(frozen=True, slots=True)
class Parting:
    """The rule: everybody gets `amount`, and what each put in may differ from what he gets.

    He may put in `most_paid` more, or gain `most_gained`. Where `one_pays`, one of them pays
    what the others gain and the miners, whatever it is, and may be the one without a change.
    """

    amount: int
    people: int
    most_paid: int
    most_gained: int
    one_pays: bool


def parted(inputs: Sequence[int], changes: Sequence[int], rule: Parting) -> bool | None:
    """Tell whether disjoint sets of inputs can pay for every change by the rule.

    `changes` has one for everybody, or for all but one. Whoever is left over gets what no other
    took. None where there are too many ways to try all of them.
    """
    ordered = sorted(changes, reverse=True)
    chance = Random(len(ordered))  # noqa: S311 - the same orders every time
    for _ in range(ORDERS):
        found = _Search(inputs, ordered, rule).found()
        if found is not None:
            return found
        chance.shuffle(ordered)
    return None


class _Search:
    """Depth first, the changes in their order; for each the fewest inputs first.

    The last input of a set is looked up where its value must lie. Equal inputs are tried once at
    each place.
    """

    def __init__(self, inputs: Sequence[int], changes: Sequence[int], rule: Parting) -> None:
        self._inputs = sorted(inputs)
        self._changes = changes
        self._rule = rule
        self._used = [False] * len(self._inputs)
        self._steps = 0
        self._without_change = len(changes) < rule.people

    def found(self) -> bool | None:
        done = self._next(0, payer=self._rule.one_pays and not self._without_change)
        return None if self._steps > STEPS and not done else done

    def _next(self, number: int, *, payer: bool) -> bool:
        """Find inputs for the changes from `number` on; `payer`: one of them may pay for all."""
        if self._steps > STEPS:
            return False
        if number == len(self._changes):
            return self._rest_is_enough(payer=payer)
        wanted = self._changes[number] + self._rule.amount
        free = self._used.count(False)
        for size in range(1, free + 1):
            if self._take(number, len(self._inputs), wanted, size, payer=payer):
                return True
        return payer and self._next(number + 1, payer=False)

    def _rest_is_enough(self, *, payer: bool) -> bool:
        """Tell whether what is left pays for him who is left over, where somebody is."""
        left = sum(v for v, used in zip(self._inputs, self._used, strict=True) if not used)
        if self._rule.one_pays:
            return not payer and left > 0
        if self._without_change:
            gained = self._rule.amount - left
            return -self._rule.most_paid <= gained <= self._rule.most_gained
        return left == 0

    def _take(self, number: int, end: int, left: int, size: int, *, payer: bool) -> bool:
        """Take `size` inputs from before place `end` that hold what is wanted, `left`, or nearly.

        Then go on with the next change.
        """
        rule = self._rule
        low, high = left - rule.most_gained, left + rule.most_paid
        begin = bisect_left(self._inputs, low, 0, end) if size == 1 else 0
        before = None
        for place in range(bisect_right(self._inputs, high, 0, end) - 1, begin - 1, -1):
            value = self._inputs[place]
            if self._used[place] or value == before:
                continue
            if value * size < low:  # the rest is no greater: too little in all
                return False
            self._steps += 1
            if self._steps > STEPS:
                return False
            before = value
            self._used[place] = True
            if size == 1:
                done = self._next(number + 1, payer=payer)
            else:
                done = self._take(number, place, left - value, size - 1, payer=payer)
            if done:
                return True
            self._used[place] = False
        return False
