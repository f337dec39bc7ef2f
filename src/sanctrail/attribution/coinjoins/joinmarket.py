"""JoinMarket, and CoinJoins with equal outputs whoever made them.

Sources: JoinMarket's documentation; Möser and Böhme, "Join me on a market for anonymity" (2016);
Goldfeder et al., "When the cookie meets the blockchain" (2018) for the general shape. A taker
chooses an amount; everybody who takes part gets one output of it and has one change, except
that the taker may have none. Each maker comes out with a little more than he put in, and the
taker pays that and the miners. Since 2021 its wallets use native segwit.

What fits the shape but not the rules (older scripts, everyone paying his own share, fees beyond
the usual limits) is suspected of being some CoinJoin with equal outputs, never found.
"""

from sanctrail.attribution.coinjoins.parting import Parting, parted
from sanctrail.attribution.coinjoins.shape import (
    FOUND,
    NO,
    SUSPECTED,
    Check,
    Shape,
    Verdict,
    all_p2wpkh,
    judged,
)

JOINMARKET, EQUAL_OUTPUTS = "joinmarket", "equal-outputs"

FEWEST_TOGETHER = 3
DUST = 27_300
"""Satoshi below which JoinMarket makes neither a mix nor a change."""

MOST_RELATIVE = 0.003
MOST_ABSOLUTE = 10_000
"""What a maker may gain, of the amount or in satoshi: takers refuse more by default."""

LOOSE = 0.01


def joinmarket(shape: Shape) -> Verdict:
    """Say whether a transaction follows JoinMarket's rules."""
    value, equal = shape.equal
    limit = max(int(value * MOST_RELATIVE), MOST_ABSOLUTE)
    checks = (
        *_equal_shape(shape),
        all_p2wpkh(shape),
        Check("no dust", str(min([value, *shape.others])), min([value, *shape.others]) >= DUST),
        _parting(shape, Parting(value, equal, 0, limit, one_pays=True), "makers gain, one pays"),
    )
    return judged(JOINMARKET, checks, "makers gain, one pays")


def equal_outputs(shape: Shape) -> Verdict:
    """Say whether a transaction can be several people's, each with an equal output."""
    value, equal = shape.equal
    slack = int(value * LOOSE) + (max(shape.fee, 0) if shape.inputs_known else 0)
    checks = (
        *_equal_shape(shape),
        _parting(
            shape, Parting(value, equal, slack, slack, one_pays=False), "inputs part among them"
        ),
    )
    verdict = judged(EQUAL_OUTPUTS, checks, "inputs part among them")
    level = SUSPECTED if verdict.level == FOUND else verdict.level
    return Verdict(verdict.protocol, level, verdict.decided_by, verdict.checks)


def _equal_shape(shape: Shape) -> tuple[Check, ...]:
    value, equal = shape.equal
    inputs, others = len(shape.input_values), shape.others
    owners = {a for a in shape.input_addresses if a}
    reused = owners & set(shape.output_addresses)
    fresh = len(set(shape.output_addresses)) == len(shape.output_addresses)
    return (
        Check("equal outputs", f"{equal} of {value}", equal >= FEWEST_TOGETHER),
        Check(
            "a change for each, or for all but one",
            f"{len(others)} for {equal}",
            len(others) in {equal, equal - 1},
        ),
        Check("changes differ", f"{len(set(others))} values", len(set(others)) == len(others)),
        Check(
            "inputs of as many owners",
            f"{inputs} inputs of {len(owners)} addresses",
            inputs >= equal and (len(owners) >= equal if owners else True),
        ),
        Check(
            "no address twice",
            f"{len(reused)} paid back, outputs {'differ' if fresh else 'repeat'}",
            not reused and fresh,
        ),
        Check("no data", f"{shape.null_data} outputs", shape.null_data == 0),
    )


def _parting(shape: Shape, rule: Parting, name: str) -> Check:
    """Return the check that the inputs can be parted among those who take part."""
    if not shape.inputs_known:
        return Check(name, "values of inputs are not known", None)
    possible = len(shape.others) in {rule.people, rule.people - 1} and rule.people >= 1
    result = parted(shape.input_values, shape.others, rule) if possible else False
    said = "too many ways to try all" if result is None else ("yes" if result else "no way")
    return Check(name, said, result)


def best(shape: Shape) -> list[Verdict]:
    """Return what is found or suspected: JoinMarket's rules first, else the general shape."""
    strict = joinmarket(shape)
    if strict.level == FOUND:
        return [strict]
    general = equal_outputs(shape)
    return [general] if general.level != NO else []
