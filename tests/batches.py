"""Batches written as lists, and ledgers made of them, for tests of the ledger."""

import hashlib

import numpy as np
import pyarrow as pa

from sanctrail.ledger import importing
from sanctrail.ledger.batches import (
    FEES,
    TRANSFERS,
    UNKNOWN,
    AccountBatch,
    Asset,
    UtxoBatch,
    table_of,
)
from sanctrail.ledger.formats.source import Format, Source

ETH = Asset("ETH", "wei", 18)


def tx_id(name):
    """The id of a transaction called `name`: 64 hexadecimal digits."""
    return hashlib.sha256(str(name).encode()).hexdigest()


def _ids(names):
    return np.array([list(bytes.fromhex(tx_id(n))) for n in names], np.uint8).reshape(-1, 32)


def utxo_batch(rows, places=True, hashes=()):
    """Transactions as (name, block, spent, made): spent is a list of (name, n[, value, address]),

    made a list of (address, value). A transaction's time is 600 seconds a block.
    """
    spent = [end for row in rows for end in row[2]]
    made = [end for row in rows for end in row[3]]
    seen, at = {}, []
    for row in rows:
        at.append(seen.setdefault(row[1], 0))
        seen[row[1]] += 1
    return UtxoBatch(
        txids=_ids(row[0] for row in rows),
        blocks=np.array([row[1] for row in rows], np.int64),
        places=np.array(at if places else [UNKNOWN] * len(rows), np.int64),
        times=np.array([600 * row[1] for row in rows], np.int64),
        output_counts=np.array([len(row[3]) for row in rows], np.int64),
        input_counts=np.array([len(row[2]) for row in rows], np.int64),
        values=np.array([value for _, value in made], np.int64),
        addresses=pa.array([address for address, _ in made], pa.string()),
        spent_txids=_ids(end[0] for end in spent),
        spent_places=np.array([end[1] for end in spent], np.int64),
        spent_values=np.array([end[2] if len(end) > 2 else UNKNOWN for end in spent], np.int64),
        spent_addresses=pa.array([end[3] if len(end) > 3 else None for end in spent], pa.string()),
        hashes=hashes,
    )


def utxo_format(batches):
    """A format whose one source gives these batches."""
    return Format("test-utxo", "utxo", "", lambda head: False, lambda source: iter(batches))


def utxo_ledger(folder, *batches, how=None, key=""):
    """Make a UTXO ledger of batches; `key` tells one source from another."""
    source = Source((), options={"network": "regtest", "key": key})
    return importing.write_batches(folder, utxo_format(batches), source, how or importing.How())


def account_batch(rows, fees=(), assets=(ETH,)):
    """Transfers as dictionaries of what differs from a plain one; fees as (txid, payer, fee)."""
    plain = {
        "block": UNKNOWN, "time": 0, "micros": 0, "place": UNKNOWN, "transaction": "",
        "kind": "row", "position": UNKNOWN, "sender": "", "receiver": "", "asset": "ETH",
        "amount": "0", "failed": False, "sender_label": "", "receiver_label": "",
    }  # fmt: skip
    transfers = table_of([tuple({**plain, **row}.values()) for row in rows], TRANSFERS)
    paid = [(txid, UNKNOWN, 0, payer, str(fee), "ETH", False) for txid, payer, fee in fees]
    return AccountBatch(transfers, table_of(paid, FEES), assets)


def account_ledger(folder, *batches, how=None, key=""):
    """Make an account ledger of batches."""
    form = Format("test-account", "account", "", lambda head: False, lambda source: iter(batches))
    source = Source((), options={"key": key})
    return importing.write_batches(folder, form, source, how or importing.How())
