"""Whirlpool, and Tx0, the transaction that prepares one person's coins for it.

Source: Samourai Wallet's Whirlpool documentation: four pools; as many inputs as outputs, all
outputs of the pool's denomination; some inputs come from earlier mixes and hold exactly that,
the others hold a little more, which pays the miners. A Tx0 pays the coordinator's fee once, makes
coins of the denomination and that little more, and carries data for the coordinator.
A Tx0 is of one person: it mixes nothing, and does not keep its inputs apart.
"""

from sanctrail.attribution.coinjoins.shape import (
    NO,
    Check,
    Shape,
    Verdict,
    is_p2wpkh,
    judged,
)

WHIRLPOOL, TX0 = "whirlpool", "whirlpool-tx0"

POOLS = {100_000: (5_000,), 1_000_000: (50_000,), 5_000_000: (175_000, 250_000),
         50_000_000: (1_750_000, 2_500_000)}  # fmt: skip
"""Each pool's denomination, and the coordinator's fee at its earlier and later rates."""

FEE_STEPS = 20
"""Discounts were given in twentieths of the fee."""

SMALLEST, LARGEST = 5, 10
"""Inputs of a mix: five at first, up to eight later."""

MOST_FOR_MINERS = 100_000
"""What a fresh coin may hold beyond the denomination; 62,920 is the most seen."""

MOST_PREMIX = 70
MOST_OTHERS = 3
"""Outputs of a Tx0 besides coins for the mix and data: the fee, and one or two for change."""


def whirlpool(shape: Shape) -> Verdict:
    """Say whether a transaction is a mix of Whirlpool."""
    value, equal = shape.equal
    inputs, outputs = len(shape.input_values), len(shape.output_values)
    checks = (
        Check("as many inputs as outputs", f"{inputs} and {outputs}", inputs == outputs),
        Check("size of a mix", str(outputs), SMALLEST <= outputs <= LARGEST),
        Check("all outputs equal", f"{equal} of {outputs}", equal == outputs),
        Check("a pool's denomination", str(value), value in POOLS),
        _old_and_fresh(shape, value),
    )
    return judged(WHIRLPOOL, checks, "inputs of earlier mixes and fresh ones")


def _old_and_fresh(shape: Shape, value: int) -> Check:
    name = "inputs of earlier mixes and fresh ones"
    if not shape.inputs_known:
        return Check(name, "values of inputs are not known", None)
    old = sum(1 for held in shape.input_values if held == value)
    fresh = sum(1 for held in shape.input_values if value < held <= value + MOST_FOR_MINERS)
    holds = old >= 1 and fresh >= 1 and old + fresh == len(shape.input_values)
    return Check(name, f"{old} and {fresh}", holds)


def tx0(shape: Shape) -> Verdict:
    """Say whether a transaction is a Tx0. One verdict for each pool is tried, the best returned."""
    verdicts = [_tx0_of(shape, pool, fees) for pool, fees in POOLS.items()]
    found = [verdict for verdict in verdicts if verdict.level != NO]
    return found[0] if found else max(verdicts, key=_held)


def _held(verdict: Verdict) -> int:
    return sum(1 for check in verdict.checks if check.holds)


def _tx0_of(shape: Shape, pool: int, fees: tuple[int, ...]) -> Verdict:
    premix = [
        (count, value)
        for value, count in shape.counts.items()
        if pool < value <= pool + MOST_FOR_MINERS
    ]
    count, value = max(premix, default=(0, 0))
    rest = [held for held in shape.output_values if held not in {0, value}]
    fee = next((held for held in sorted(rest) if _is_fee(held, fees)), 0)
    keyed = all(is_p2wpkh(a) for a in shape.output_addresses if a != "op_return")
    checks = (
        Check("data for the coordinator", f"{shape.null_data} outputs", shape.null_data == 1),
        Check("coins for the mix", f"{count} of {value}", 1 <= count <= MOST_PREMIX),
        Check("one-key segwit outputs", "all" if keyed else "not all", keyed),
        Check("few other outputs", str(len(rest)), 1 <= len(rest) <= MOST_OTHERS),
        Check("the coordinator's fee", f"{fee} of pool {pool}", fee > 0),
    )
    return judged(TX0, checks, "the coordinator's fee")


def _is_fee(value: int, fees: tuple[int, ...]) -> bool:
    """Tell the coordinator's fee, whole or with a discount."""
    return any(value <= full and value * FEE_STEPS % full == 0 for full in fees)
