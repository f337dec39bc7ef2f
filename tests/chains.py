"""Small ledgers in memory, written as lists of movements, for tests of tracing."""

from decimal import Decimal

import pyarrow as pa

from sanctrail.ledger.store import AMOUNT, SCHEMAS, SHARED_SCHEMAS, AccountLedger, UtxoLedger

UNIT = {"code": "COIN", "unit": "grain", "decimals": 0}
OTHER = {"code": "OTHER", "unit": "grain", "decimals": 0}


class MemoryAccount(AccountLedger):
    """An account ledger of (sender, receiver, amount[, transaction[, asset]]), one a second."""

    def __init__(self, moves):
        names = list(dict.fromkeys(name for move in moves for name in move[:2]))
        columns = {name: [] for name in SCHEMAS["account"]["transfers"].names}
        for time, move in enumerate(moves):
            sender, receiver, amount, *more = move
            columns["block"].append(time)
            columns["time"].append(time)
            columns["transaction"].append(more[0] if more else f"t{time}")
            columns["sender"].append(names.index(sender))
            columns["receiver"].append(names.index(receiver))
            columns["asset"].append(more[1] if len(more) > 1 else 0)
            columns["amount"].append(amount)
        self._memory = {
            "transfers": _table(columns, SCHEMAS["account"]["transfers"]),
            "addresses": _addresses(names),
        }
        super().__init__(_NOWHERE, _manifest("account", len(moves)))

    def table(self, name):
        return self._memory[name]


class MemoryUtxo(UtxoLedger):
    """A UTXO ledger of ([outputs spent], [(address, value)]) a transaction; none spent: coinbase.

    Outputs are numbered in chain order.
    """

    def __init__(self, transactions):
        names = list(dict.fromkeys(name for _, outs in transactions for name, _ in outs))
        columns = {name: [] for name in SCHEMAS["utxo"]["outputs"].names}
        for number, (spent, outputs) in enumerate(transactions):
            for at, output in enumerate(spent):
                columns["spent_by"][output] = number
                columns["spent_at"][output] = at
            for n, (name, value) in enumerate(outputs):
                columns["transaction"].append(number)
                columns["n"].append(n)
                columns["address"].append(names.index(name))
                columns["value"].append(value)
                columns["spent_by"].append(-1)
                columns["spent_at"].append(-1)
        count = len(transactions)
        heads = {
            "txid": [txid(number) for number in range(count)],
            "block": list(range(count)),
            "time": list(range(count)),
        }
        self._memory = {
            "transactions": _table(heads, SCHEMAS["utxo"]["transactions"]),
            "outputs": _table(columns, SCHEMAS["utxo"]["outputs"]),
            "addresses": _addresses(names),
        }
        super().__init__(_NOWHERE, _manifest("utxo", count))

    def table(self, name):
        return self._memory[name]


def txid(number):
    """The id of the transaction of that number: 64 hexadecimal digits."""
    return f"{number:064x}"


class _Nowhere:
    def __truediv__(self, other):
        return self


_NOWHERE = _Nowhere()


def _manifest(family, movements):
    return {
        "digest": "0" * 64,
        "family": family,
        "simulation": False,
        "source_format": "memory",
        "assets": [UNIT, OTHER] if family == "account" else [UNIT],
        "coverage": {"movements": movements, "transactions": movements},
        "limits": [],
        "files": [],
    }


def _table(columns, schema):
    arrays = [
        pa.array(
            [Decimal(v) for v in columns[f.name]] if f.type == AMOUNT else columns[f.name], f.type
        )
        for f in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _addresses(names):
    return pa.table(
        {"address": names, "label": [""] * len(names)}, schema=SHARED_SCHEMAS["addresses"]
    )
