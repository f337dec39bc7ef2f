"""Small ledgers in memory, written as lists of movements, for tests of tracing."""

from pathlib import Path

import numpy as np

from sanctrail.ledger.batches import KIND_CODES, UNSPENT
from sanctrail.ledger.store import AccountLedger, UtxoLedger
from sanctrail.ledger.texts import MemoryTexts

UNIT = {"code": "COIN", "unit": "grain", "decimals": 0, "contract": ""}
OTHER = {"code": "OTHER", "unit": "grain", "decimals": 0, "contract": ""}
_NOWHERE = Path("nowhere")


class _Memory:
    """A ledger's columns and texts held in memory."""

    def labels(self):
        return {}


class MemoryAccount(_Memory, AccountLedger):
    """An account ledger of (sender, receiver, amount[, transaction[, asset]]), one a second.

    A receiver of None is nobody: a fee.
    """

    def __init__(self, moves):
        rows = [
            (*move[:3], move[3] if len(move) > 3 else f"t{time}", move[4] if len(move) > 4 else 0)
            for time, move in enumerate(moves)
        ]
        names = [n for n in dict.fromkeys(n for row in rows for n in row[:2]) if n is not None]
        ids = list(dict.fromkeys(row[3] for row in rows))
        number = {name: n for n, name in enumerate(names)} | {None: -1}
        ends = [[number[n] for n in row[:2]] for row in rows]
        own = [[] for _ in names]
        for n, pair in enumerate(ends):
            for a in dict.fromkeys(pair):
                if a >= 0:
                    own[a].append(n)
        places = {txid: n for n, txid in enumerate(ids)}
        columns = {
            "senders": np.array([pair[0] for pair in ends], np.int64),
            "receivers": np.array([pair[1] for pair in ends], np.int64),
            "assets": np.array([row[4] for row in rows], np.int64),
            "transactions": np.array([places[row[3]] for row in rows], np.int64),
            "times": np.arange(len(rows)),
            "blocks": np.arange(len(rows)),
            "kinds": np.full(len(rows), KIND_CODES.index("row"), np.uint8),
            "amounts_high": np.array([row[2] >> 64 for row in rows], np.uint64),
            "amounts_low": np.array([row[2] & (2**64 - 1) for row in rows], np.uint64),
            "account_starts": np.cumsum([0, *map(len, own)]),
            "account_places": np.array([n for held in own for n in held], np.int64),
        }
        names_of_index = ("transaction_starts", "transaction_places")
        columns |= zip(names_of_index, grouped(columns["transactions"], len(ids)), strict=True)
        texts = {"address": MemoryTexts(names), "transaction": MemoryTexts(ids)}
        about = _manifest("account", len(rows), len(names))
        super().__init__(_NOWHERE, about, as_kept(columns), texts)


class MemoryUtxo(_Memory, UtxoLedger):
    """A UTXO ledger of ([outputs spent], [(address, value)]) a transaction; none spent: coinbase.

    Outputs are numbered in chain order. `firsts` are the first transactions of the blocks, else
    each transaction is a block.
    """

    def __init__(self, transactions, firsts=None):
        names = list(dict.fromkeys(name for _, outs in transactions for name, _ in outs))
        outputs = [output for _, outs in transactions for output in outs]
        spent_by = np.full(len(outputs), UNSPENT, np.int64)
        for number, (spent, _) in enumerate(transactions):
            spent_by[spent] = number
        count = len(transactions)
        columns = {
            "values": np.array([value for _, value in outputs], np.int64),
            "owners": np.array([names.index(name) for name, _ in outputs], np.int64),
            "spent_by": spent_by,
            "inputs": np.array([o for spent, _ in transactions for o in spent], np.int64),
            "first_output": np.cumsum([0, *(len(outs) for _, outs in transactions)]),
            "first_input": np.cumsum([0, *(len(spent) for spent, _ in transactions)]),
            "txids": np.array([list(bytes.fromhex(txid(n))) for n in range(count)], np.uint8),
            "txid_order": np.arange(count),
            "outside_places": np.zeros(0, np.int32),
            "block_first": np.array(firsts or range(count), np.int64),
            "block_height": np.arange(len(firsts or range(count))),
            "block_time": np.array(firsts or range(count), np.int64),
        }
        names_of_index = ("address_starts", "address_outputs")
        columns |= zip(names_of_index, grouped(columns["owners"], len(names)), strict=True)
        texts = {"address": MemoryTexts(names)}
        about = _manifest("utxo", count, len(names))
        super().__init__(_NOWHERE, about, as_kept(columns), texts)


def grouped(column, groups):
    """Where the rows of each number begin, and all rows by their number: an index, by sorting."""
    rows = np.argsort(column, kind="stable")
    rows = rows[column[rows] >= 0]
    return np.searchsorted(column[rows], np.arange(groups + 1)), rows


_WIDE = {"times", "blocks", "values", "block_first", "block_height", "block_time"}


def as_kept(columns):
    """The columns in the kinds in which a ledger on disk has them, and as little writable."""
    for name, column in columns.items():
        if column.dtype == np.int64 and name not in _WIDE:
            columns[name] = column.astype(np.int32)
        columns[name].setflags(write=False)
    return columns


def txid(number):
    """The id of the transaction of that number: 64 hexadecimal digits."""
    return f"{number:064x}"


def _manifest(family, movements, addresses):
    return {
        "digest": "0" * 64,
        "family": family,
        "simulation": False,
        "source_format": "memory",
        "assets": [UNIT, OTHER] if family == "account" else [UNIT],
        "coverage": {
            "movements": movements,
            "transactions": movements,
            "addresses": addresses,
            "first_time": "1970-01-01T00:00:00Z",
            "last_time": "1970-01-01T00:10:00Z",
            "outside_transactions": 0,
        },
        "limits": [],
        "gaps": [],
        "files": [],
    }
