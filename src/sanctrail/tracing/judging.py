"""What a trace makes of a CoinJoin on its way, and of an address that behaves like a service."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sanctrail.attribution.coinjoins.detect import first_of, shape_of
from sanctrail.attribution.coinjoins.shape import FOUND, Verdict
from sanctrail.attribution.coinjoins.whirlpool import TX0
from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.ledger.batches import FEE, KIND_CODES, UNSPENT
from sanctrail.ledger.columns import once
from sanctrail.tracing.request import StopRules
from sanctrail.tracing.utxo_walk import HALT, PASS
from sanctrail.tracing.walking import SEEN

MANY = 20_000
"""Outputs of an address that are looked at to count whom it pays."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """An address without a label that behaves like a service: how many paid it, how many it."""

    address: str
    senders: int
    receivers: int
    stopped: bool


def coinjoin_in(ledger: UtxoLedger, number: int) -> Verdict | None:
    """Return what CoinJoin a transaction is found or suspected to be; one man's Tx0 is none."""
    verdict = first_of(shape_of(ledger, number))
    return None if verdict is None or verdict.protocol == TX0 else verdict


def judge_transaction(ledger: UtxoLedger, rules: StopRules, number: int) -> int:
    """Decide whether the trace stops at a transaction."""
    verdict = coinjoin_in(ledger, number)
    if verdict is None:
        return PASS
    stops = rules.coinjoins == "stop" or (rules.coinjoins == "found" and verdict.level == FOUND)
    return HALT if stops else SEEN


def judge_address(ledger: AccountLedger | UtxoLedger, rules: StopRules, number: int) -> int:
    """Decide whether the trace stops at an address that no label names."""
    senders, receivers = partners(ledger, number)
    if senders < rules.senders or receivers < rules.receivers:
        return PASS
    return HALT if rules.suspected else SEEN


def suspect(ledger: AccountLedger | UtxoLedger, number: int, *, stopped: bool) -> Suspect:
    """Tell of an address that was decided on."""
    return Suspect(ledger.address(number), *partners(ledger, number), stopped)


def partners(ledger: AccountLedger | UtxoLedger, number: int) -> tuple[int, int]:
    """Return from how many an address got money, and how many it paid.

    Accounts: different accounts. Outputs: transactions that pay it, and different addresses paid
    by those that spend from it, besides itself.
    """
    if isinstance(ledger, UtxoLedger):
        return _partners_of_outputs(ledger, number)
    places = ledger.positions_of(number)
    moving = ledger.columns["kinds"][places] != KIND_CODES.index(FEE)
    senders, receivers = ledger.senders[places[moving]], ledger.receivers[places[moving]]
    came = senders[(receivers == number) & (senders >= 0) & (senders != number)]
    went = receivers[(senders == number) & (receivers >= 0) & (receivers != number)]
    return len(once(came)), len(once(went))


def _partners_of_outputs(ledger: UtxoLedger, number: int) -> tuple[int, int]:
    outputs = ledger.outputs_of_addresses([number])[:MANY]
    makers = ledger.makers(outputs)
    spenders: Any = ledger.spent_by[outputs]
    spenders = once(np.asarray(spenders[spenders != UNSPENT], np.int64))
    paid = [ledger.owners[ledger.outputs(n).start : ledger.outputs(n).stop]
            for n in spenders.tolist()]  # fmt: skip
    receivers = once(np.concatenate(paid)) if paid else np.empty(0, np.int64)
    receivers = receivers[(receivers >= 0) & (receivers != number)]
    return len(once(makers)), len(receivers)
