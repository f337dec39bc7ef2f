"""Parting inputs among people who each get an equal output and a change: exact, and bounded."""

from collections.abc import Sequence
from dataclasses import dataclass

STEPS = 50_000
"""Choices that are tried before it stays open whether there is a way."""


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
    return _Search(inputs, changes, rule).found()


class _Search:
    """Depth first, the greatest change first; equal inputs are tried once at each place."""

    def __init__(self, inputs: Sequence[int], changes: Sequence[int], rule: Parting) -> None:
        self._inputs = sorted(inputs, reverse=True)
        self._changes = sorted(changes, reverse=True)
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
        if self._take(number, 0, wanted, payer=payer):
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

    def _take(self, number: int, start: int, left: int, *, payer: bool) -> bool:
        """Take inputs from place `start` on until what is still wanted, `left`, is small enough."""
        self._steps += 1
        if self._steps > STEPS:
            return False
        taken_some = left < self._changes[number] + self._rule.amount
        if (
            taken_some
            and -self._rule.most_paid <= left <= self._rule.most_gained
            and self._next(number + 1, payer=payer)
        ):
            return True
        before = None
        for place in range(start, len(self._inputs)):
            value = self._inputs[place]
            if self._used[place] or value > left + self._rule.most_paid or value == before:
                continue
            before = value
            self._used[place] = True
            if self._take(number, place + 1, left - value, payer=payer):
                return True
            self._used[place] = False
        return False
