"""The simulated account chain while it grows: dealings behind, and the script's own steps."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sanctrail.ledger.batches import FEES, TRANSFERS, UNKNOWN, AccountBatch, Asset
from sanctrail.ledger.simulation.dealings import (
    COIN,
    DEPOSIT,
    FEE,
    FRESH,
    HOT,
    LATE,
    NOBODY,
    RELAY,
    SOON,
    SPLIT,
    SWEEP,
    TOKEN,
    USER,
    Moved,
    Purses,
    Waiting,
    dealings_kernel,
    move_kernel,
    wait_kernel,
)
from sanctrail.ledger.simulation.traffic import EXCHANGES, Chance, Ints, ids_kernel

SIMETH = Asset("SIMETH", "simgwei", 9)
SIMUSD = Asset("SIMUSD", "simcent", 6, "0x51" + "0" * 36 + "5d")
ASSETS = (SIMETH, SIMUSD)
GENESIS_TIME = 1_700_000_000
BLOCK_SECONDS = 600
SMALL, LARGE = 24, 200
_LARGE_FROM = 200_000
_BATCH = 50_000
_TXID_SALT = 0x2B7E_1516_28AE_D2A6


class AccountWorld:
    """The chain, the purses and the purse of chance."""

    def __init__(self, seed: int, transactions: int) -> None:
        self.seed = seed
        self.per_block = LARGE if transactions >= _LARGE_FROM else SMALL
        self.blocks = -(-transactions // self.per_block)
        self.users = max(300, min(1_000_000, transactions // 10))
        self.block = 0
        self.count = 0
        self._first = 0
        self._names: dict[str, int] = {}
        self._given = 0
        self.script_deposits: list[int] = []
        self.paid: set[int] = set()
        self.payers: set[int] = set()
        self._last = (-1, 0)
        self._chance = Chance(np.array([seed * 2 + 1], np.uint64), *(np.zeros(1, np.int64),) * 2)
        self._moved = _moved(_BATCH + self.per_block * 8)
        owners = self.users + EXCHANGES
        self._purses = Purses(
            np.zeros((owners, 2), np.int64), np.zeros((self.users + 10_000, 2), np.int64)
        )
        waiting = self.per_block * 4 * (SOON + 2)
        self._soon = _waiting(waiting)
        self._late = _waiting(self.per_block * (LATE + 2))

    # What the script does.

    def named(self, name: str) -> int:
        """Return the number of a named party's account."""
        return self._names.setdefault(name, 1000 + len(self._names))

    def fresh(self) -> int:
        """Return an account that nobody used before."""
        self._chance.fresh[0] += 1
        return FRESH + int(self._chance.fresh[0])

    def new_deposit(self, exchange: int) -> int:
        """Return a deposit address that an exchange gives to the script."""
        number = self.users - self.users % EXCHANGES + EXCHANGES * (1 + self._given) + exchange
        number += EXCHANGES if number % SPLIT == 0 else 0  # swept in one part
        self._given += 2
        self.script_deposits.append(DEPOSIT + number)
        return DEPOSIT + number

    def move(self, sender: int, receiver: int, amount: int, *, fee: int = FEE) -> str:
        """Add a transaction of the script to the block that was filled last; return its id."""
        move_kernel(self._moved, self.block - 1, sender, receiver, COIN, amount, fee)
        number = self._first + int(self._moved.counts[0]) - 1
        self.count = number + 1
        return self.txid(number)

    def mint(self, receiver: int, amount: int) -> None:
        """Give an account clean coins of its own."""
        self.move(NOBODY, receiver, amount, fee=0)

    def deposit(self, receiver: int, amount: int) -> None:
        """Let the exchange sweep what came into a deposit address, as it does with everybody's."""
        number = receiver - DEPOSIT
        self._purses.deposits[number, COIN] += amount
        wait_kernel(self._soon, self.block - 1 + SOON, SWEEP, number, COIN, 0, 0)

    # What goes on around it.

    def grow(self, until: int) -> Iterator[AccountBatch]:
        """Fill blocks up to `until` with dealings, and yield what is full."""
        while self.block < until:
            room = len(self._moved.block) - int(self._moved.counts[0])
            step = min(until - self.block, max(1, room // (self.per_block * 4)))
            dealings_kernel(
                self._moved, self._purses, self._soon, self._late, self._chance, self.block, step,
                self.per_block, self.users,
            )  # fmt: skip
            self.block += step
            self.count = self._first + int(self._moved.counts[0])
            if int(self._moved.counts[0]) >= _BATCH - self.per_block * 4:
                yield self.batch()

    # What comes out.

    def hot(self, exchange: int) -> int:
        """Return the number of an exchange's hot wallet."""
        return HOT + exchange

    def txid(self, number: int) -> str:
        """Return the invented id of a transaction."""
        return f"0x{self._ids(np.array([number]), 4, _TXID_SALT)[0].tobytes().hex()}"

    def address(self, number: int) -> str:
        """Return the invented address of a number."""
        return f"0x{self._ids(np.array([number]), 3)[0, :20].tobytes().hex()}"

    def _ids(self, numbers: Ints, words: int, salt: int = 0) -> npt.NDArray[np.uint8]:
        bits = np.empty((len(numbers), words), np.uint64)
        ids_kernel(np.uint64(self.seed ^ salt), numbers, bits)
        return bits.view(np.uint8)

    def _texts(self, numbers: Ints, words: int, length: int, salt: int = 0) -> pa.Array:
        """Return numbers as hexadecimal texts of so many bytes; nobody's is empty."""
        known, places = np.unique(numbers, return_inverse=True)
        ids = self._ids(known, words, salt)[:, :length]
        texts = ["" if n < 0 else f"0x{i.tobytes().hex()}" for n, i in zip(known, ids, strict=True)]
        return pa.array(texts, pa.string()).take(pa.array(places))

    def rest(self) -> Iterator[AccountBatch]:
        """Yield what is left."""
        if int(self._moved.counts[0]):
            yield self.batch()

    def batch(self) -> AccountBatch:
        """Return the transactions made so far and begin anew behind them."""
        rows = int(self._moved.counts[0])
        moved = {name: getattr(self._moved, name)[:rows].copy() for name in Moved._fields[:6]}
        times = GENESIS_TIME + moved["block"] * BLOCK_SECONDS
        numbers = np.arange(self._first, self._first + rows)
        txids = self._texts(numbers, 4, 32, _TXID_SALT)
        senders = self._texts(moved["sender"], 3, 20)
        receivers = self._texts(moved["receiver"], 3, 20)
        self.paid.update(np.unique(moved["receiver"]).tolist())
        self.payers.update(np.unique(moved["sender"]).tolist())
        minted = moved["sender"] < 0
        token = moved["asset"] == TOKEN
        kinds = np.where(minted, "reward", np.where(token, "token", "transaction"))
        codes = np.where(token, SIMUSD.code, SIMETH.code)
        first = np.searchsorted(moved["block"], moved["block"], "left")
        places = np.arange(rows) - first + self._carried(moved["block"])
        fees = moved["fee"]
        batch = AccountBatch(
            _table(
                TRANSFERS,
                block=moved["block"], time=times, micros=np.zeros(rows, np.int32), place=places,
                transaction=txids, kind=kinds.astype(object),
                position=np.where(token & ~minted, 0, UNKNOWN), sender=senders,
                receiver=receivers, asset=codes.astype(object), amount=_digits(moved["amount"]),
                failed=np.zeros(rows, np.bool_), sender_label=[""] * rows,
                receiver_label=[""] * rows,
            ),
            _table(
                FEES, transaction=txids, block=moved["block"], time=times, payer=senders,
                fee=_digits(fees), asset=[SIMETH.code] * rows, failed=np.zeros(rows, np.bool_),
            ).filter(pa.array(fees > 0)),
            ASSETS if self._first == 0 else (),
        )  # fmt: skip
        self._last = (int(moved["block"][-1]), int(places[-1]) + 1)
        self._first += rows
        self._moved.counts[:] = 0
        return batch

    def _carried(self, blocks: Ints) -> Ints:
        """Return for each row how many transactions of its block stand in the batch before."""
        held = self._last[1] if self._last[0] == int(blocks[0]) else 0
        return np.where(blocks == blocks[0], held, 0)

    # What is true of it.

    def truth(self) -> Iterator[tuple[int, str, int]]:
        """Yield every account used that looks like a deposit: number, what it is, its exchange."""
        for number in sorted(n for n in self.paid if DEPOSIT <= n < FRESH):
            place = number % USER
            if number < RELAY:
                what = "deposit" if number in self.payers else "deposit never swept"
            else:
                what = _LOOKS_LIKE[number // USER]
            yield number, what, place % EXCHANGES


_LOOKS_LIKE = {3: "relay", 4: "splitter", 5: "saver", 6: "bot", 7: "walk-in"}


def _digits(amounts: Ints) -> pa.Array:
    return pc.cast(pa.array(amounts), pa.string())


def _table(schema: pa.Schema, **columns: Any) -> pa.Table:
    arrays = [pa.array(columns[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _moved(rows: int) -> Moved:
    return Moved._make([*(np.zeros(rows, np.int64) for _ in range(6)), np.zeros(1, np.int64)])


def _waiting(size: int) -> Waiting:
    return Waiting._make([*(np.zeros(size, np.int64) for _ in range(6)), np.zeros(2, np.int64)])
