"""TRON as GraphSense keeps it: transactions, their fees, traces, logs and blocks, as JSON lines.

TRON's traces ("internal transactions") do not hold a transaction's own value, and stand beside it.
Amounts are in sun, a millionth of a TRX. Fees are burnt; what is newly made comes as transactions
without sender. Source: graphsense-lib, spark/src/main/scala/org/graphsense/account/trx.
"""

from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sanctrail.ledger.batches import UNKNOWN, AccountBatch, Asset
from sanctrail.ledger.formats import logs
from sanctrail.ledger.formats.fields import amount, text, when, whole
from sanctrail.ledger.formats.gathering import INTERNAL, Fee, Gathered, Transfer
from sanctrail.ledger.formats.graphsense import bytes_in, is_set, is_tron, plain, table_in
from sanctrail.ledger.formats.rows import rows_of
from sanctrail.ledger.formats.source import Format, Head, Source, head_of, unreadable
from sanctrail.ledger.formats.tokens import Tokens
from sanctrail.ledger.formats.tron_addresses import tron_address
from sanctrail.ledger.values import BadField

TRX = Asset("TRX", "sun", 6)

_TABLES = ("token", "block", "fee", "transaction", "tron_trace", "log")
_NOTES = {"call", "create", "suicide"}
_TRUE = {"true", "1"}

Fields = Mapping[str, Any]


class Fees:
    """What transactions cost, by their hashes: some fifty bytes each."""

    def __init__(self) -> None:
        self._hashes = bytearray()
        self._fees = array("q")
        self._order: Any = None
        self._sorted: Any = None

    def __len__(self) -> int:
        return len(self._fees)

    def add(self, txid: bytes, fee: int) -> None:
        """Gather a transaction's fee."""
        self._hashes += txid
        self._fees.append(fee)

    def of(self, txid: bytes) -> int:
        """Return a transaction's fee in sun, UNKNOWN where it is not told."""
        if not self._fees:
            return UNKNOWN
        if self._sorted is None:
            hashes = np.frombuffer(bytes(self._hashes), "S32")
            self._order = np.argsort(hashes, kind="stable")
            self._sorted = hashes[self._order]
        wanted = np.frombuffer(txid, "S32")[0]
        at = int(np.searchsorted(self._sorted, wanted))
        found = at < len(self._sorted) and self._sorted[at] == wanted
        return self._fees[int(self._order[at])] if found else UNKNOWN


class TronRows:
    """Takes rows one by one and gathers what they move."""

    def __init__(self, source: Source) -> None:
        self.out = Gathered()
        self._told = source.told
        self._tokens = Tokens(TRX.code)
        self._times: dict[int, int] = {}
        self._fees = Fees()
        self._tables: set[str] = set()
        self._counts = dict.fromkeys(
            ("aimless", "still", "numbered", "untimed", "free", "negative"), 0
        )

    def take(self, table: str, where: str, fields: Fields, file: str) -> None:
        """Take one row of a table; what is wrong with it becomes a problem."""
        self._tables.add(table)
        try:
            getattr(self, f"_take_{table}")(fields)
        except BadField as error:
            self._told.problem(file, where, str(error))

    def _take_token(self, fields: Fields) -> None:
        contract = _address(fields, "token_address")
        decimals = whole(fields, "decimals")
        self._tokens.describe(contract, text(fields, "currency_ticker"), decimals)

    def _take_block(self, fields: Fields) -> None:
        self._times[whole(fields, "block_id")] = when(fields, "timestamp")

    def _take_fee(self, fields: Fields) -> None:
        self._fees.add(bytes_in(fields.get("tx_hash"), 32), whole(fields, "fee"))

    def _take_transaction(self, fields: Fields) -> None:
        block = whole(fields, "block_id")
        txid = bytes_in(fields.get("tx_hash"), 32)
        sender = _address(fields, "from_address")
        time = when(fields, "block_timestamp")
        self._times.setdefault(block, time)
        transfer = Transfer(
            block,
            self._times[block] if time < 0 else time,
            place=whole(fields, "transaction_index", UNKNOWN),
            transaction=txid.hex(),
            kind="transaction" if sender else "reward",
            sender=sender,
            receiver=_address(fields, "to_address") or _address(fields, "receipt_contract_address"),
            amount=str(amount(fields, "value")),
            failed=whole(fields, "receipt_status", 1) == 0,
        )
        self._move(transfer, TRX)
        self._pay(transfer, self._fees.of(txid))

    def _pay(self, transfer: Transfer, fee: int) -> None:
        if fee < 0:
            self._counts["free"] += 1
        elif transfer.sender:
            self.out.fees.append(
                Fee(
                    transfer.transaction,
                    transfer.block,
                    transfer.time,
                    transfer.sender,
                    str(fee),
                    self.out.meet(TRX),
                    transfer.failed,
                )
            )

    def _take_tron_trace(self, fields: Fields) -> None:
        self._counts["negative"] += text(fields, "call_value").startswith("-")
        units, note = amount(fields, "call_value"), text(fields, "note").lower()
        if note not in _NOTES:
            raise BadField(f"the trace's note '{note}' is not known; nothing is made of it")
        if not units:
            self._counts["still"] += 1
            return
        block, sender = whole(fields, "block_id"), _address(fields, "caller_address")
        if not sender:
            raise BadField("caller_address is empty")
        transfer = Transfer(
            block,
            self._times.get(block, UNKNOWN),
            transaction=bytes_in(fields.get("tx_hash"), 32).hex(),
            kind=INTERNAL,
            position=whole(fields, "trace_index", UNKNOWN),
            sender=sender,
            receiver=_address(fields, "transferto_address"),
            amount=str(units),
            failed=text(fields, "rejected").lower() in _TRUE,
        )
        self._move(transfer, self._coin_of(fields))

    def _coin_of(self, fields: Fields) -> Asset:
        """Return what a trace moves: TRX, or a token of the chain itself (TRC-10) by its number."""
        number = text(fields, "call_token_id")
        return self._tokens.asset(f"TRC-10 {number}") if number and number != "0" else TRX

    def _take_log(self, fields: Fields) -> None:
        topics = ["0x" + bytes_in(topic, 32).hex() for topic in fields.get("topics") or ()]
        if not logs.is_transfer(topics):
            return
        if len(topics) != logs.TOPICS or not is_set(fields.get("data")):
            self._counts["numbered"] += 1
            return
        block = whole(fields, "block_id")
        contract = _address(fields, "address")
        transfer = Transfer(
            block,
            self._times.get(block, UNKNOWN),
            place=whole(fields, "transaction_index", UNKNOWN),
            transaction=bytes_in(fields.get("tx_hash"), 32).hex(),
            kind="token",
            position=whole(fields, "log_index"),
            sender=tron_address(bytes.fromhex(topics[1][-40:])),
            receiver=tron_address(bytes.fromhex(topics[2][-40:])),
            amount=str(int.from_bytes(bytes_in(fields["data"], 32), "big")),
        )
        self._move(transfer, self._tokens.asset(contract))

    def _move(self, transfer: Transfer, asset: Asset) -> None:
        """Gather a transfer; a transaction without receiver is none (votes, freezes)."""
        if not transfer.receiver:
            self._counts["aimless"] += 1
            return
        self._counts["untimed"] += transfer.time < 0
        self.out.transfers.append(transfer._replace(asset=self.out.meet(asset)))

    def finish(self) -> None:
        """Declare gaps and limits, once all rows are taken."""
        self._tokens.tell(self._told)
        self._tell_gaps()
        sentences = {
            "aimless": "transactions name no receiver (votes, freezes and the like): they are no "
            "transfers, and are left out but for their fees.",
            "still": "traces that move no coins were left out.",
            "numbered": "transfers of tokens without amounts (TRC-721 and others) were left out.",
            "negative": "amounts of traces are negative, as those beyond 2^31 become in 32 bits: "
            "others of the file may have lost their upper digits unseen.",
            "untimed": "transfers have no time: the blocks of the same export tell it.",
        }
        for name, sentence in sentences.items():
            if self._counts[name]:
                self._told.limit(f"{self._counts[name]:,} {sentence}")

    def _tell_gaps(self) -> None:
        gaps = {
            "internal": "tron_trace" not in self._tables,
            "tokens": "log" not in self._tables,
            "coin": not self._tables & {"transaction", "tron_trace"},
            "rewards": "transaction" not in self._tables,
            "fees": "transaction" not in self._tables or self._counts["free"] > 0,
        }
        self._told.lacks(*(gap for gap, holds in gaps.items() if holds))


def _address(fields: Fields, name: str) -> str:
    """Return an address in TRON's form, empty where there is none."""
    value = fields.get(name)
    return tron_address(bytes_in(value, 20)) if is_set(value) else ""


def _matches(head: Head) -> bool:
    table = table_in(head)
    return table in _TABLES and is_tron(head, table)


def _read(source: Source) -> Iterator[AccountBatch]:
    tables = {path: _table(path) for path in source.files}
    rows = TronRows(source)
    for path in sorted(source.files, key=lambda path: _TABLES.index(tables[path])):
        for row in rows_of(source, path):
            rows.take(tables[path], row.where, plain(row.fields), path.name)
            yield from rows.out.full()
    rows.finish()
    yield from rows.out.rest()


def _table(path: Path) -> str:
    table = table_in(head_of(path))
    if table not in _TABLES:
        raise unreadable(path.name, "first line", "the columns of no TRON table of GraphSense")
    return table


FORMAT = Format(
    "graphsense-tron",
    "account",
    "GraphSense's raw tables of TRON (JSON lines): blocks, transactions, fees, traces, logs",
    _matches,
    _read,
    together=True,
)
