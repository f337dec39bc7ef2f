"""Which output goes back to the payer: optional rules of thumb, each by its name, off by default.

Each says which outputs it cannot rule out; where that is exactly one, it is taken for the change.
Several rules together must leave the same one. A transaction with one output that can be spent
has no change. Sources: Meiklejohn et al., "A fistful of bitcoins" (2013); Androulaki et al. (2013);
Nick, "Data-driven de-anonymization in Bitcoin" (2015); Kalodner et al., "BlockSci" (2020). How
often each errs is measured: see docs/attribution.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.attribution.clusters.kinds import NO_ADDRESS
from sanctrail.attribution.clusters.unite import CHUNK, Numbers
from sanctrail.errors import InputError
from sanctrail.ground.kernel import kernel
from sanctrail.ledger.store import UtxoLedger

OPTIMAL, ADDRESS_TYPE, REUSE, FRESH, ROUND, PEELING = 1, 2, 4, 8, 16, 32
ROUND_UNIT = 1_000_000
"""Multiples of this (0.01 BTC) are what people choose to pay, and seldom what is left."""


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """A rule of thumb: its bit, and what it says."""

    name: str
    bit: int
    said: str


RULES = {
    rule.name: rule
    for rule in (
        ChangeRule("optimal", OPTIMAL, "the change is smaller than every input"),
        ChangeRule("address-type", ADDRESS_TYPE, "the change has the inputs' one type of address"),
        ChangeRule("reuse", REUSE, "the change goes to an address that was spent from"),
        ChangeRule("fresh", FRESH, "the change goes to an address never seen before"),
        ChangeRule("round", ROUND, "the change is no multiple of 0.01 coins"),
        ChangeRule("peeling", PEELING, "the change goes on in a chain of one input, two outputs"),
    )
}


def rules_named(names: Sequence[str]) -> tuple[ChangeRule, ...]:
    """Return rules by name; raises `InputError` where there is none of that name."""
    unknown = [name for name in names if name not in RULES]
    if unknown:
        raise InputError(
            f"There is no change rule '{unknown[0]}'; there are {', '.join(RULES)}. They guess: "
            "docs/attribution.md says how often each errs."
        )
    return tuple(RULES[name] for name in names)


def change_outputs(
    ledger: UtxoLedger,
    rules: Sequence[ChangeRule],
    skipped: npt.NDArray[np.bool_],
    kinds: npt.NDArray[np.int8],
    reached: Callable[[int], None] = lambda _: None,
) -> Numbers:
    """Return the output of each transaction that goes back to its payer: (t,), -1 for none.

    `kinds` (n,) is the type of each address, `skipped` (t,) what has no single payer.
    """
    columns = ledger.columns
    bits = sum(rule.bit for rule in rules)
    change = np.full(len(skipped), -1, np.int64)
    seen = np.full(len(kinds), -1, np.int64) if bits & FRESH else np.zeros(0, np.int64)
    if bits & FRESH:
        first_seen_kernel(columns["first_output"], ledger.owners, seen)
    for begin in range(0, len(skipped), CHUNK):
        end = min(begin + CHUNK, len(skipped))
        change_kernel(
            columns["first_output"], columns["first_input"], columns["inputs"], ledger.values,
            ledger.owners, ledger.spent_by, ledger.outside, skipped, kinds, seen, bits, begin, end,
            change,
        )  # fmt: skip
        reached(end)
    return change


@kernel
def first_seen_kernel(first_output: Any, owners: Any, seen: Any) -> None:
    """Note in `seen` (n,) the first transaction that pays to each address."""
    for number in range(len(first_output) - 1):
        for output in range(first_output[number], first_output[number + 1]):
            owner = owners[output]
            if owner >= 0 and seen[owner] < 0:
                seen[owner] = number


@kernel
def _looks_peeling(first_output: Any, first_input: Any, number: Any) -> Any:
    outputs = first_output[number + 1] - first_output[number]
    return outputs == 2 and first_input[number + 1] - first_input[number] == 1  # noqa: PLR2004


@kernel
def _maker(first_output: Any, output: Any) -> Any:
    return np.searchsorted(first_output, output, "right") - 1


@kernel
def _in_peeling(
    first_output: Any, first_input: Any, inputs: Any, spent_by: Any, outside: Any, number: Any
) -> Any:
    """Tell a link of a peeling chain: its shape, and that of a neighbour before or behind."""
    if not _looks_peeling(first_output, first_input, number):
        return False
    before = _maker(first_output, inputs[first_input[number]])
    if before >= outside and _looks_peeling(first_output, first_input, before):
        return True
    for output in range(first_output[number], first_output[number + 1]):
        after = spent_by[output]
        if after >= 0 and _looks_peeling(first_output, first_input, after):
            return True
    return False


@kernel
def change_kernel(
    first_output: Any, first_input: Any, inputs: Any, values: Any, owners: Any, spent_by: Any,
    outside: Any, skipped: Any, kinds: Any, seen: Any, bits: Any, begin: Any, end: Any, change: Any,
) -> None:  # fmt: skip
    """Write into `change` the one output of each transaction that no rule in `bits` rules out."""
    for number in range(max(begin, outside), end):
        i0, i1 = first_input[number], first_input[number + 1]
        o0, o1 = first_output[number], first_output[number + 1]
        if skipped[number] or i1 == i0 or o1 - o0 < 2:  # noqa: PLR2004 - nothing to choose from
            continue
        least, kind, known, one_kind = np.int64(-1), np.int64(-1), True, True
        for place in range(i0, i1):
            value, owner = values[inputs[place]], owners[inputs[place]]
            known = known and value >= 0
            least = np.int64(value) if least < 0 or value < least else least
            its = np.int64(kinds[owner]) if owner >= 0 else np.int64(NO_ADDRESS)
            one_kind = one_kind and (kind < 0 or its == kind) and its != NO_ADDRESS
            kind = its
        if (bits & OPTIMAL and not known) or (bits & ADDRESS_TYPE and not one_kind):
            continue
        if bits & PEELING and not _in_peeling(
            first_output, first_input, inputs, spent_by, outside, number
        ):
            continue
        spendable, left, found = 0, 0, np.int64(-1)
        for output in range(o0, o1):
            owner = owners[output]
            if owner < 0 or kinds[owner] == NO_ADDRESS:
                continue
            spendable += 1
            may = True
            if bits & OPTIMAL:
                may = may and values[output] < least
            if bits & ADDRESS_TYPE:
                may = may and kinds[owner] == kind
            if bits & FRESH:
                may = may and seen[owner] == number
            if bits & ROUND:
                may = may and values[output] % ROUND_UNIT != 0
            if bits & PEELING:
                after = spent_by[output]
                may = may and (
                    after < 0
                    or _in_peeling(first_output, first_input, inputs, spent_by, outside, after)
                )
            if bits & REUSE:
                back = False
                for place in range(i0, i1):
                    back = back or owners[inputs[place]] == owner
                may = may and back
            if may:
                left += 1
                found = np.int64(output)
        if spendable > 1 and left == 1:
            change[number] = found
