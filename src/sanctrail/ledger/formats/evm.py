"""Rows of an Ethereum-like chain, by the names that ethereum-etl gives them, as transfers and fees.

Other exports of such chains rename their columns and come here too. Blocks and receipts are to be
taken before the rows that need them.
"""

import json
from typing import Any

from sanctrail.ledger.batches import UNKNOWN, Asset
from sanctrail.ledger.formats import logs
from sanctrail.ledger.formats.evm_gaps import Seen
from sanctrail.ledger.formats.evm_receipts import (
    NO_RECEIPT,
    Receipt,
    Receipts,
    created_address,
    receipt_in,
)
from sanctrail.ledger.formats.evm_traces import (
    KINDS,
    OUTSIDE,
    STILL,
    Fates,
    Positions,
    name_of,
    type_of,
)
from sanctrail.ledger.formats.fields import (
    Fields,
    address,
    amount,
    needed_address,
    text,
    transaction_hash,
    when,
    whole,
)
from sanctrail.ledger.formats.gathering import Fee, Gathered, Transfer
from sanctrail.ledger.formats.lookups import Keys, place_key
from sanctrail.ledger.formats.rows import Row
from sanctrail.ledger.formats.source import Source
from sanctrail.ledger.formats.tokens import Tokens
from sanctrail.ledger.values import MAX_DECIMALS, BadField

ETHER = Asset("ETH", "wei", 18)

TABLES = (
    "token", "contract", "block", "receipt", "transaction", "trace", "log", "token_transfer",
)  # fmt: skip
"""Kinds of rows, in the order in which files of them are to be read."""

GENESIS_TIME = 1_438_269_973
"""When Ethereum began (2015-07-30 15:26:13 UTC): its first block bears no time of its own."""

_GWEI = 10**9


class EvmRows:
    """Takes rows one by one and gathers what they move; `seen` keeps count for what is told."""

    def __init__(
        self, source: Source, *, logs_too: bool = False, unnamed_traces: bool = False
    ) -> None:
        """Take `logs_too` where both logs and token transfers are given: each moves once.

        Traces that do not name their transactions (`unnamed_traces`) hold the transactions' own
        values all the same, so these are taken from the traces alone.
        """
        self.out = Gathered()
        self.seen = Seen()
        self._source = source
        code = str(source.options.get("coin") or ETHER.code)
        self._coin = Asset(code, ETHER.unit, ETHER.decimals)
        self.tokens = Tokens(code)
        self._times: dict[int, int] = {}
        self._receipts = Receipts()
        self._fates = Fates()
        self._positions = Positions()
        self._logged = Keys() if logs_too else None
        self._numbered: set[str] = set()
        self._unnamed = unnamed_traces
        self._hashes: dict[int, str] = {}
        self._file = ""

    def take(self, kind: str, row: Row, file: str) -> None:
        """Take one row of a table; what is wrong with it becomes a problem."""
        self._file = file
        self.seen.tables.add(kind)
        try:
            getattr(self, f"_take_{kind}")(row.fields)
        except BadField as error:
            self._source.told.problem(file, row.where, str(error))

    def finish(self) -> None:
        """Say what was not told, once all rows are taken."""
        self.tokens.tell(self._source.told)
        self.seen.shared = dict(self._positions.shared)
        self.seen.unnamed = self._unnamed
        self.seen.tell(self._source.told)

    def _take_token(self, fields: Fields) -> None:
        told = text(fields, "decimals").removesuffix(".0")
        usable = told.isascii() and told.isdigit() and len(told) <= len(str(MAX_DECIMALS))
        decimals = int(told) if usable else None
        self.tokens.describe(needed_address(fields, "address"), text(fields, "symbol"), decimals)

    def _take_contract(self, fields: Fields) -> None:
        """Note contracts whose tokens have numbers instead of amounts."""
        if text(fields, "is_erc721").lower() in {"true", "1"}:
            self._numbered.add(needed_address(fields, "address"))

    def _take_block(self, fields: Fields) -> None:
        number, time = whole(fields, "number"), when(fields, "timestamp")
        if time >= 0:
            self._times[number] = time
        if fields.get("withdrawals"):
            for entry in _list(fields["withdrawals"]):
                self._withdraw(entry, number)

    def _withdraw(self, entry: Fields, block: int) -> None:
        """Take a validator's withdrawal: new coins for the ledger, told in gwei (EIP-4895)."""
        self.seen.withdrawals = True
        self._move(
            Transfer(
                block,
                self._time({}, block),
                kind="withdrawal",
                position=whole(entry, "index"),
                receiver=needed_address(entry, "address"),
                asset=self.out.meet(self._coin),
                amount=str(amount(entry, "amount") * _GWEI),
            )
        )

    def _take_receipt(self, fields: Fields) -> None:
        self._receipts.add(fields)

    def _take_transaction(self, fields: Fields) -> None:
        block = whole(fields, "block_number")
        place = whole(fields, "transaction_index", UNKNOWN)
        receipt = self._receipt(fields, block, place)
        self.seen.untold_status += receipt.status < 0
        sender, receiver = needed_address(fields, "from_address"), address(fields, "to_address")
        if not receiver:
            receiver = receipt.contract or created_address(sender, whole(fields, "nonce"))
        transfer = Transfer(
            block,
            self._time(fields, block),
            place=place,
            transaction=transaction_hash(fields, "hash"),
            kind="transaction",
            sender=sender,
            receiver=receiver,
            asset=self.out.meet(self._coin),
            amount=str(amount(fields, "value")),
            failed=receipt.status == 0,
        )
        fee = receipt.fee(whole(fields, "gas_price", UNKNOWN))
        self._pay(transfer, fee)
        if not self._unnamed:
            self._move(transfer)
        elif place >= 0:
            self._hashes[place_key(block, place)] = transfer.transaction

    def _pay(self, transfer: Transfer, fee: int) -> None:
        """Gather a transaction's fee."""
        if fee < 0:
            self.seen.untold_fees += 1
            return
        coin = self.out.meet(self._coin)
        self.out.fees.append(
            Fee(
                transfer.transaction,
                transfer.block,
                transfer.time,
                transfer.sender,
                str(fee),
                coin,
                transfer.failed,
            )
        )

    def _receipt(self, fields: Fields, block: int, place: int) -> Receipt:
        """Return what is told of a transaction's fate, in its row or in a receipt."""
        told = receipt_in(fields, "receipt_")
        if told == NO_RECEIPT:
            return self._receipts.of(block, place)
        return told

    def _take_trace(self, fields: Fields) -> None:
        kind = type_of(fields)
        if kind not in KINDS:
            raise BadField(f"trace type '{kind}' is not known; nothing is made of it")
        block = whole(fields, "block_number")
        position = whole(fields, "trace_index", UNKNOWN)
        if position < 0:
            position = self._positions.next(block, self._file)
        failed = self._fates.failed(fields)
        self.seen.rewards |= kind == "reward"
        units = amount(fields, "value") if text(fields, "value") else 0
        if text(fields, "call_type").lower() in STILL or not units:
            self.seen.still += 1
            return
        self._trace(fields, kind, (block, position), units, failed=failed)

    def _trace(
        self, fields: Fields, kind: str, at: tuple[int, int], units: int, *, failed: bool
    ) -> None:
        block, position = at
        inside = kind not in OUTSIDE
        sender = (needed_address if inside else address)(fields, "from_address")
        receiver = address(fields, "to_address")
        if not receiver and not failed:
            raise BadField("to_address is empty")
        time = self._time(fields, block)
        self._move(
            Transfer(
                block,
                GENESIS_TIME if kind == "genesis" and time <= 0 else time,
                place=whole(fields, "transaction_index", UNKNOWN),
                transaction=self._transaction_of(fields) if inside else "",
                kind=KINDS[kind],
                position=position,
                sender=sender,
                receiver=receiver,
                asset=self.out.meet(self._coin),
                amount=str(units),
                failed=failed,
            )
        )

    def _transaction_of(self, fields: Fields) -> str:
        """Return a trace's transaction, by its place in the block where no trace names one."""
        if not self._unnamed:
            return transaction_hash({"transaction_hash": name_of(fields)}, "transaction_hash")
        block = whole(fields, "block_number")
        place = whole(fields, "transaction_index", UNKNOWN)
        return self._hashes.get(place_key(block, place), "") if place >= 0 else ""

    def _take_log(self, fields: Fields) -> None:
        topics = logs.read_topics(fields)
        if not logs.is_transfer(topics):
            return
        block, position = whole(fields, "block_number"), whole(fields, "log_index")
        if self._logged is not None:
            self._logged.add(place_key(block, position))
        move = logs.token_move(fields, topics)
        if move is None:
            self.seen.numbered += 1
            return
        self._token(fields, block, position, move)

    def _take_token_transfer(self, fields: Fields) -> None:
        block, position = whole(fields, "block_number"), whole(fields, "log_index")
        if self._logged is not None and self._logged.find(place_key(block, position)) >= 0:
            return
        move = logs.TokenMove(
            needed_address(fields, "token_address"),
            needed_address(fields, "from_address"),
            needed_address(fields, "to_address"),
            amount(fields, "value"),
        )
        if move.contract in self._numbered:
            self.seen.numbered += 1
            return
        self._token(fields, block, position, move)

    def _token(self, fields: Fields, block: int, position: int, move: logs.TokenMove) -> None:
        transfer = Transfer(
            block,
            self._time(fields, block),
            place=whole(fields, "transaction_index", UNKNOWN),
            transaction=transaction_hash(fields, "transaction_hash"),
            kind="token",
            position=position,
            sender=move.sender,
            receiver=move.receiver,
            asset=self.out.meet(self.tokens.asset(move.contract)),
            amount=str(move.amount),
        )
        self._move(transfer)

    def _move(self, transfer: Transfer) -> None:
        """Gather a transfer."""
        self.seen.untimed += transfer.time < 0
        self.out.transfers.append(transfer)

    def _time(self, fields: Fields, block: int) -> int:
        """Return a row's time: its own, or its block's."""
        time = when(fields, "block_timestamp")
        if time < 0:
            return self._times.get(block, UNKNOWN)
        self._times.setdefault(block, time)
        return time


def _list(told: Any) -> list[Fields]:
    """Return a list of objects; in CSV it stands as JSON, with or without its brackets."""
    if isinstance(told, str):
        whole_list = told if told.lstrip().startswith("[") else f"[{told}]"
        try:
            told = json.loads(whole_list, parse_float=str)
        except (ValueError, RecursionError):
            raise BadField("the list of withdrawals cannot be read") from None
    if not isinstance(told, list) or not all(isinstance(entry, dict) for entry in told):
        raise BadField("the list of withdrawals cannot be read")
    return told
