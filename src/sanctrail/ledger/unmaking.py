"""A ledger as batches again, so that further sources can be added to what it holds."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sanctrail.ledger.amounts import join
from sanctrail.ledger.batches import (
    FEE,
    FEES,
    KIND_CODES,
    TRANSFERS,
    UNKNOWN,
    AccountBatch,
    UtxoBatch,
    table_of,
)
from sanctrail.ledger.store import AccountLedger, UtxoLedger

ROWS = 100_000


def utxo_batches(ledger: UtxoLedger) -> Iterator[UtxoBatch]:
    """Yield a UTXO ledger's transactions in chain order."""
    names = ledger.addresses.combine_chunks()
    total = len(ledger.columns["first_output"]) - 1
    hashes = ledger.table("blocks")
    pairs = list(zip(hashes["block"].to_pylist(), hashes["hash"].to_pylist(), strict=True))
    for first in range(ledger.outside, total, ROWS):
        yield _utxo_batch(ledger, names, first, min(first + ROWS, total), pairs)
        pairs = []


def _utxo_batch(
    ledger: UtxoLedger, names: pa.Array, first: int, last: int, hashes: Sequence[tuple[int, str]]
) -> UtxoBatch:
    columns = ledger.columns
    outs = columns["first_output"][first : last + 1].astype(np.int64)
    ins = columns["first_input"][first : last + 1].astype(np.int64)
    at = np.searchsorted(columns["block_first"], np.arange(first, last), "right") - 1
    spent = columns["inputs"][ins[0] : ins[-1]].astype(np.int64)
    makers = np.searchsorted(columns["first_output"], spent, "right") - 1
    places = spent - columns["first_output"][makers]
    outside = makers < ledger.outside
    places[outside] = columns["outside_places"][spent[outside]]
    return UtxoBatch(
        txids=columns["txids"][first:last],
        blocks=columns["block_height"][at],
        places=np.arange(first, last) - columns["block_first"][at],
        times=columns["block_time"][at],
        output_counts=np.diff(outs),
        input_counts=np.diff(ins),
        values=columns["values"][outs[0] : outs[-1]],
        addresses=_names(names, columns["owners"][outs[0] : outs[-1]]),
        spent_txids=columns["txids"][makers],
        spent_places=places,
        spent_values=columns["values"][spent],
        spent_addresses=_names(names, columns["owners"][spent]),
        hashes=hashes,
    )


def _names(names: pa.Array, owners: Any) -> pa.Array:
    return names.take(pa.array(owners.astype(np.int64), mask=owners < 0))


def account_batches(ledger: AccountLedger) -> Iterator[AccountBatch]:
    """Yield an account ledger's movements in order, the failed ones first."""
    yield AccountBatch(_failed(ledger.table("failed")), assets=ledger.assets)
    names, labels = (["", *ledger.table("addresses")[c].to_pylist()] for c in ("address", "label"))
    ids = ["", *ledger.table("transactions")["transaction"].to_pylist()]
    for first in range(0, len(ledger.times), ROWS):
        yield _account_batch(ledger, slice(first, first + ROWS), names, labels, ids)


def _account_batch(
    ledger: AccountLedger, rows: slice, names: list[str], labels: list[str], ids: list[str]
) -> AccountBatch:
    columns = {name: ledger.columns[name][rows].tolist() for name in _COLUMNS}
    amounts = join(columns["amounts_high"], columns["amounts_low"])
    transfers, fees = [], []
    for at, kind in enumerate(columns["kinds"]):
        position = rows.start + at
        amount = str(ledger.exact(position, amounts[at]))
        block, time, place = (columns[name][at] for name in ("blocks", "times", "places"))
        sender, receiver = columns["senders"][at] + 1, columns["receivers"][at] + 1
        txid, asset = ids[columns["transactions"][at] + 1], ledger.assets[columns["assets"][at]]
        if KIND_CODES[kind] == FEE:
            fees.append((txid, block, time, names[sender], amount, asset.code, False))
            continue
        transfers.append(
            (block, time, 0, place, txid, KIND_CODES[kind], columns["positions"][at],
             names[sender], names[receiver], asset.code, amount, False,
             labels[sender], labels[receiver])
        )  # fmt: skip
    return AccountBatch(table_of(transfers, TRANSFERS), table_of(fees, FEES))


_COLUMNS = (
    "amounts_high", "amounts_low", "kinds", "blocks", "times", "places", "senders", "receivers",
    "transactions", "assets", "positions",
)  # fmt: skip


def _failed(table: pa.Table) -> pa.Table:
    rows = [
        (row["block"], row["time"], 0, UNKNOWN, row["transaction"], row["kind"], row["position"],
         row["sender"], row["receiver"], row["asset"], row["amount"], True, "", "")
        for row in table.to_pylist()
    ]  # fmt: skip
    return table_of(rows, TRANSFERS)
