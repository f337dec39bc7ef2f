"""Wasabi 1 (ZeroLink) and Wasabi 2 (WabiSabi).

Sources: ZeroLink (Ficsór and TDevD, 2017): equal outputs of one denomination for all, change for
each, a fee to the coordinator. WabiSabi (Ficsór et al., 2021) and Wasabi Wallet's documentation:
outputs of standard denominations, inputs and outputs sorted by value.
"""

from itertools import pairwise

from sanctrail.attribution.coinjoins.shape import Check, Shape, Verdict, all_p2wpkh, judged
from sanctrail.ledger.batches import UNKNOWN

WASABI_1, WASABI_2 = "wasabi-1", "wasabi-2"

COORDINATORS = frozenset(
    {
        "bc1qs604c7jv6amk4cxqlnvuxv26hv3e48cds4m0ew",
        "bc1qa24tsgchvuxsaccp8vrnkfd85hrcpafg20kmjw",
    }
)
"""Addresses to which Wasabi 1's coordinator had its fee paid, until it took fresh ones."""

FEWEST_EQUAL = 5
MANY_EQUAL = 10
BASE = (8_000_000, 12_000_000)
"""The denomination of later rounds, about 0.1 BTC, in satoshi."""

FEWEST = 10
"""Inputs, and outputs, of a Wasabi 2 round; its first coordinator wanted 50 inputs, others less."""

USUAL = 50
"""Inputs that the first coordinator's rounds had at least."""

SEVERAL = frozenset({"inputs of several owners"})

SHARE = 0.8
"""Of the outputs that hold a standard denomination; the rest are change and the coordinator's."""


def _standard() -> frozenset[int]:
    """Return WabiSabi's denominations: powers of 2 and 3, twice those of 3, and 1, 2, 5 x 10^k."""
    low, high = 5_000, 137_438_953_472
    powers = {base**k for base in (2, 3) for k in range(60)} | {2 * 3**k for k in range(60)}
    round_ones = {m * 10**k for m in (1, 2, 5) for k in range(13)}
    return frozenset(value for value in powers | round_ones if low <= value <= high)


STANDARD = _standard()
ROUND = frozenset(m * 10**k for m in (1, 2, 5) for k in range(13))


def wasabi_1(shape: Shape) -> Verdict:
    """Say whether a transaction is a round of Wasabi 1."""
    value, equal = shape.equal
    coordinator = next((a for a in shape.output_addresses if a in COORDINATORS), "")
    usual = equal >= MANY_EQUAL and BASE[0] <= value <= BASE[1]
    who = f"pays {coordinator}" if coordinator else f"{equal} outputs of {value} satoshi"
    unique = sum(1 for count in shape.counts.values() if count == 1)
    checks = (
        Check("equal outputs", f"{equal} of {value}", equal >= FEWEST_EQUAL),
        Check(
            "an input for each equal output",
            f"{len(shape.input_values)} inputs for {equal}",
            len(shape.input_values) >= equal,
        ),
        Check("change and the coordinator's fee", f"{unique} values once", unique >= 2),  # noqa: PLR2004
        all_p2wpkh(shape),
        Check("the coordinator or its denomination", who, bool(coordinator) or usual),
        _each_enough(shape, equal * value),
    )
    return judged(WASABI_1, checks, "the coordinator or its denomination")


def _each_enough(shape: Shape, needed: int) -> Check:
    """Return the check that the inputs together hold what the equal outputs do."""
    if not shape.inputs_known:
        return Check("inputs cover the mix", "values of inputs are not known", None)
    total = sum(shape.input_values)
    return Check("inputs cover the mix", f"{total} for {needed}", total >= needed)


def wasabi_2(shape: Shape) -> Verdict:
    """Say whether a transaction is a round of Wasabi 2."""
    outputs = shape.output_values
    standard = [value for value in outputs if value in STANDARD]
    telling = {value for value in standard if value not in ROUND}
    share = len(standard) / len(outputs) if outputs else 0.0
    checks = (
        Check("many inputs", str(len(shape.input_values)), len(shape.input_values) >= FEWEST),
        Check("many outputs", str(len(outputs)), len(outputs) >= FEWEST),
        Check("outputs sorted by value", "the greatest first", _falling(outputs)),
        _inputs_falling(shape),
        Check(
            "standard denominations",
            f"{len(standard)} of {len(outputs)}, {len(telling)} of them powers of 2 or 3",
            share >= SHARE and (len(telling) >= 2 or len(shape.input_values) >= USUAL),  # noqa: PLR2004
        ),
        _several_owners(shape),
    )
    return judged(WASABI_2, checks, "standard denominations", SEVERAL)


def _several_owners(shape: Shape) -> Check:
    """Return the check that not one address pays for nearly all: people mixing have several."""
    told = [address for address in shape.input_addresses if address]
    owners = len(set(told))
    holds = None if len(told) < len(shape.input_addresses) else owners * 4 >= len(told)
    return Check("inputs of several owners", f"{owners} addresses on {len(told)} inputs", holds)


def _inputs_falling(shape: Shape) -> Check:
    name = "inputs sorted by value"
    if UNKNOWN in shape.input_values:
        return Check(name, "values of inputs are not known", None)
    return Check(name, "the greatest first", _falling(shape.input_values))


def _falling(values: tuple[int, ...]) -> bool:
    return all(one >= other for one, other in pairwise(values))
