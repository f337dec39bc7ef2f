"""A transaction as the detectors see it, and what they say of it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sanctrail.ledger.batches import NULL_DATA, UNKNOWN

FOUND, SUSPECTED, NO = "found", "suspected", "no"

_P2WPKH = re.compile(r"(?:bc|tb|ltc)1q[02-9ac-hj-np-z]{38}|bcrt1q[02-9ac-hj-np-z]{38}")


@dataclass(frozen=True)
class Shape:
    """Values in base units and addresses of a transaction's inputs and outputs, in order.

    An input value that no source tells is UNKNOWN, an address that none tells is empty.
    """

    transaction: str
    input_values: tuple[int, ...]
    input_addresses: tuple[str, ...]
    output_values: tuple[int, ...]
    output_addresses: tuple[str, ...]

    @cached_property
    def counts(self) -> Counter[int]:
        """How many outputs hold each value; those that hold nothing are left out."""
        return Counter(value for value in self.output_values if value > 0)

    @cached_property
    def equal(self) -> tuple[int, int]:
        """The value that most outputs hold (of several the greatest), and how many hold it."""
        if not self.counts:
            return 0, 0
        return max(self.counts.items(), key=lambda item: (item[1], item[0]))

    @cached_property
    def inputs_known(self) -> bool:
        """Whether the value of every input is known."""
        return UNKNOWN not in self.input_values

    @cached_property
    def others(self) -> list[int]:
        """What the outputs hold that do not hold the most frequent value, the greatest first."""
        return sorted((v for v in self.output_values if v != self.equal[0]), reverse=True)

    @cached_property
    def null_data(self) -> int:
        """How many outputs carry data and can never be spent."""
        return self.output_addresses.count(NULL_DATA)

    @cached_property
    def fee(self) -> int:
        """What inputs hold beyond outputs; only where every input is known."""
        return sum(self.input_values) - sum(self.output_values)


@dataclass(frozen=True, slots=True)
class Check:
    """One property that a protocol's transactions have, and whether this one has it.

    `holds` is None where the ledger cannot tell, for want of the inputs' values.
    """

    name: str
    said: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a detector says: found, suspected or no; which property decided; and all of them."""

    protocol: str
    level: str
    decided_by: Check
    checks: tuple[Check, ...]

    @property
    def by_outputs_alone(self) -> bool:
        """Whether some property of the inputs could not be looked at."""
        return any(check.holds is None for check in self.checks)


def judged(
    protocol: str, checks: Sequence[Check], decisive: str, softly: frozenset[str] = frozenset()
) -> Verdict:
    """Return the verdict on a protocol's properties, of which `decisive` is the rarest.

    One that fails decides against; one of those named in `softly` only makes it suspected. Where
    all hold that can be looked at, the decisive one decides for; but what was looked at from the
    outputs alone is suspected, not found.
    """
    failed = [check for check in checks if check.holds is False]
    hard = next((check for check in failed if check.name not in softly), None)
    if hard:
        return Verdict(protocol, NO, hard, tuple(checks))
    unsure = next((check for check in checks if not check.holds), None)
    if unsure:
        return Verdict(protocol, SUSPECTED, unsure, tuple(checks))
    by = next(check for check in checks if check.name == decisive)
    return Verdict(protocol, FOUND, by, tuple(checks))


def is_p2wpkh(address: str) -> bool:
    """Tell a native segregated-witness address of one key (BIP-141, BIP-173)."""
    return _P2WPKH.fullmatch(address) is not None


def all_p2wpkh(shape: Shape) -> Check:
    """Return the check that every input and output is of one native segwit key."""
    others = [
        address
        for address in (*shape.input_addresses, *shape.output_addresses)
        if address and not is_p2wpkh(address)
    ]
    untold = not all(shape.input_addresses)
    said = f"{len(others)} inputs and outputs are of another kind" if others else "all are"
    return Check("one-key segwit", said, False if others else (None if untold else True))
