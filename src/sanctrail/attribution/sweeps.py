"""Deposit addresses on UTXO chains: those whose outputs are all swept to one service's wallets.

A service sweeps what its customers paid in: transactions that spend the outputs of many deposit
addresses and pay a wallet of its own. So an address that spends in no other transactions is
inferred to be such. The rule is that of account chains (see `deposits`), with the transaction in
place of the transfer.
"""

from collections.abc import Iterator
from statistics import median_low
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.attribution.deposits import Deposit, DepositRule, Forwarded, Inference
from sanctrail.attribution.services import Service, Wallets
from sanctrail.ground.progress import Bar
from sanctrail.ledger.batches import UNSPENT
from sanctrail.ledger.columns import once, run_sums, starts_of
from sanctrail.ledger.store import UtxoLedger

RULE = "sweep"
_STEP = 1_000


def infer_swept(ledger: UtxoLedger, wallets: Wallets, rule: DepositRule | None = None) -> Inference:
    """Return the addresses that do nothing but be swept to a service's labelled wallets."""
    inference = Inference(rule or DepositRule(), RULE)
    for service, owned in _by_service(wallets):
        sweeps = _sweeps(ledger, owned, inference.rule.only)
        candidates = _payers(ledger, sweeps, wallets)
        is_sweep = np.zeros(len(ledger.columns["first_output"]) - 1, np.bool_)
        is_sweep[sweeps] = True
        inference.looked_at += len(candidates)
        with Bar("looking for deposit addresses", len(candidates)) as bar:
            for done, account in enumerate(candidates.tolist()):
                if done % _STEP == 0:
                    bar.reached(done)
                verdict = _judged(ledger, account, is_sweep, service, inference.rule)
                if isinstance(verdict, Deposit):
                    inference.deposits.append(verdict)
                else:
                    inference.refused[verdict] += 1
    return inference


def _by_service(wallets: Wallets) -> Iterator[tuple[Service, npt.NDArray[np.int64]]]:
    by_name: dict[str, list[int]] = {}
    for account, service in sorted(wallets.of.items()):
        by_name.setdefault(service.name, []).append(account)
    for owned in by_name.values():
        yield wallets.of[owned[0]], np.array(owned, np.int64)


def _sweeps(ledger: UtxoLedger, owned: npt.NDArray[np.int64], only: float) -> npt.NDArray[np.int64]:
    """Return the transactions that pay nearly all of what they pay to a service, rising."""
    outputs = ledger.outputs_of_addresses(owned.tolist())
    numbers = once(ledger.makers(outputs))
    numbers = numbers[numbers >= ledger.outside]
    first = ledger.columns["first_output"]
    begins, counts = first[numbers].astype(np.int64), np.diff(first)[numbers].astype(np.int64)
    starts = starts_of(counts)
    places = np.repeat(begins - starts[:-1], counts) + np.arange(starts[-1])
    values = np.maximum(np.asarray(ledger.values[places], np.int64), 0)
    mine = np.isin(ledger.owners[places], owned)
    paid, here = run_sums(values, starts), run_sums(values * mine, starts)
    swept = (here > 0) & (here.astype(np.float64) >= only * paid)
    return np.asarray(numbers[swept], np.int64)


def _payers(
    ledger: UtxoLedger, sweeps: npt.NDArray[np.int64], wallets: Wallets
) -> npt.NDArray[np.int64]:
    """Return the addresses without a label whose outputs the sweeps spend, rising."""
    spent = [ledger.inputs(number) for number in sweeps.tolist()]
    owners: Any = ledger.owners[np.concatenate(spent)] if spent else np.empty(0, np.int64)
    found = once(np.asarray(owners, np.int64))
    labelled = np.fromiter(wallets.labelled, np.int64, len(wallets.labelled))
    return np.asarray(found[(found >= 0) & ~np.isin(found, labelled)], np.int64)


def _judged(
    ledger: UtxoLedger, account: int, is_sweep: npt.NDArray[np.bool_], service: Service,
    rule: DepositRule,
) -> Deposit | str:  # fmt: skip
    """Return a deposit with its evidence, or why the address is none."""
    outputs = np.asarray(ledger.outputs_of(account), np.int64)
    values = np.maximum(np.asarray(ledger.values[outputs], np.int64), 0)
    spenders = np.asarray(ledger.spent_by[outputs], np.int64)
    spent = spenders != UNSPENT
    swept = spent & is_sweep[spenders]  # what is unspent reads the last, and does not count
    received, forwarded = int(values[spent].sum()), int(values[swept].sum())
    if forwarded < rule.only * received:
        return "spends elsewhere too"
    delays = [
        ledger.time(spender) - ledger.time(maker)
        for spender, maker in zip(
            spenders[swept].tolist(), ledger.makers(outputs[swept]).tolist(), strict=True
        )
        if maker >= ledger.outside
    ]
    delay = median_low(delays) if delays else 0
    if delay > rule.delay:
        return "forwards too late"
    numbers = once(spenders[swept])
    return Deposit(
        address=ledger.address(account),
        service=service,
        share=forwarded / received if received else 1.0,
        only=forwarded / received if received else 1.0,
        delay=delay,
        senders=len(once(ledger.makers(outputs))),
        forwards=len(numbers),
        first=ledger.time(int(numbers[0])),
        last=ledger.time(int(numbers[-1])),
        transactions=tuple(ledger.transaction(number) for number in numbers.tolist()),
        assets=(Forwarded(ledger.assets[0].code, received, forwarded, received - forwarded),),
    )
