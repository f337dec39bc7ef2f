"""The simulated chain while it grows: traffic in the background, and the script's own steps."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sanctrail.ledger.batches import UNKNOWN, UtxoBatch
from sanctrail.ledger.bitcoin.networks import BY_NAME
from sanctrail.ledger.bitcoin.scripts import addresses_of
from sanctrail.ledger.simulation.traffic import (
    COLD,
    DECOY,
    DEPOSIT,
    EXCHANGES,
    FRESH,
    HOT,
    USER,
    WAIT,
    Chance,
    Coins,
    Made,
    Queue,
    begin_kernel,
    ids_kernel,
    pay_kernel,
    spend_kernel,
    traffic_kernel,
    wait_kernel,
)

COIN = 100_000_000
GENESIS_TIME = 1_700_000_000
BLOCK_SECONDS = 600
SMALL, LARGE = 24, 2_000
"""Transactions of a block, on small and on large chains."""

_LARGE_FROM = 200_000
_BATCH = 50_000
_REGTEST = BY_NAME["regtest"]
_TXID_SALT = 0x7819_2A3B_4C5D_6E7F

Ints = npt.NDArray[np.int64]
Output = tuple[int, int, int, int]
"""An output of the script: transaction, place, value, address by number."""


class World:
    """The chain, the wallets and the purse of chance."""

    def __init__(self, seed: int, transactions: int, *, tells_spent: bool = True) -> None:
        """Begin a chain; with `tells_spent` inputs say what the outputs that they spend hold."""
        self._tells_spent = tells_spent
        self.seed = seed
        self.per_block = LARGE if transactions >= _LARGE_FROM else SMALL
        self.blocks = -(-transactions // self.per_block)
        self.users = max(300, min(2_000_000, transactions // 10))
        self.deposits = self.users  # each has one, at one of the exchanges
        self.block = 0
        self.count = 0
        self._names: dict[str, int] = {}
        self._made = _made(_BATCH + self.per_block * 2)
        self._first = 0
        self._coins = _coins(1 << 16, self.users + EXCHANGES)
        self._queue = _queue(1 << 16)
        start = np.array([seed * 2 + 1], np.uint64)
        self._chance = Chance(start, np.zeros(1, np.int64), np.zeros(1 << 16, np.int64))
        self._given = 0
        self.script_deposits: list[int] = []
        self.used_deposits = np.zeros(self.deposits, bool)
        self._last = (-1, 0)
        self.used_decoys = np.zeros(self.deposits, bool)

    # What the script does.

    def named(self, name: str) -> int:
        """Return the number of a named party's address."""
        return self._names.setdefault(name, 1000 + len(self._names))

    def hot(self, exchange: int) -> int:
        """Return the number of an exchange's hot wallet."""
        return HOT + exchange

    def new_deposit(self, exchange: int) -> int:
        """Return the number of a deposit address that an exchange gives to the script."""
        self._given += 1
        number = -(-self.deposits // EXCHANGES) * EXCHANGES + self._given * EXCHANGES + exchange
        self.script_deposits.append(DEPOSIT + number)
        return DEPOSIT + number

    def spend(self, inputs: Sequence[Output], outputs: Sequence[tuple[int, int]]) -> list[Output]:
        """Add a transaction of the script to the end of the block that was filled last."""
        begin_kernel(self._made, self.block - 1)
        for output in inputs:
            spend_kernel(self._made, *output)
        number = self._first + int(self._made.counts[0]) - 1
        made = []
        for owner, value in outputs:
            place = int(pay_kernel(self._made, owner, value))
            made.append((number, place, value, owner))
        self.count = number + 1
        return made

    def mint(self, name: str, value: int) -> Output:
        """Give a party clean coins of its own and return the output."""
        return self.spend([], [(self.named(name), value)])[0]

    def forward(self, output: Output, exchange: int) -> None:
        """Let an exchange forward a deposit to its hot wallet, as it does with everybody's."""
        self._room()
        wait_kernel(self._queue, *output, self.block - 1 + WAIT, self.users + exchange)

    def release(self, outputs: Sequence[Output]) -> None:
        """Let each owner of an output pay it on to a user: what follows is not the script's."""
        self._room()
        for number, output in enumerate(outputs):
            wait_kernel(self._queue, *output, self.block - 1 + WAIT, number % self.users)

    # What goes on around it.

    def grow(self, until: int) -> Iterator[UtxoBatch]:
        """Fill blocks up to `until` with traffic, and yield what is full."""
        while self.block < until:
            room = len(self._made.block) - int(self._made.counts[0])
            step = min(until - self.block, max(1, (room - 2 * self.per_block) // self.per_block))
            self._room()
            traffic_kernel(
                self._made, self._coins, self._queue, self._chance, self._first, self.block, step,
                self.per_block, self.users, self.deposits,
            )  # fmt: skip
            self.block += step
            self.count = self._first + int(self._made.counts[0])
            if int(self._made.counts[0]) >= _BATCH - self.per_block:
                yield self.batch()

    def _room(self) -> None:
        """Make sure that coins and queue can take what a batch may add."""
        owners, most = self._chance.owners, int(self._chance.fresh[0]) + len(self._made.owner) + 1
        if most > len(owners):
            owners = np.concatenate([owners, np.zeros(most, np.int64)])
            self._chance = self._chance._replace(owners=owners)
        wanted = int(self._coins.counts[0]) + len(self._made.owner)
        if wanted > len(self._coins.maker):
            self._coins = _grown(self._coins, wanted * 3 // 2)
        waiting = int(self._queue.counts[1] - self._queue.counts[0]) + len(self._made.block) * 2
        if waiting > len(self._queue.maker):
            self._queue = _longer(self._queue, waiting * 2)

    # What is true of it.

    def owners_of(self, numbers: Ints) -> Ints:
        """Return whose addresses are: a wallet's number, users first, then exchanges; or -1.

        Only of background traffic: of the script's own parties it is not told.
        """
        owners = np.full(len(numbers), -1, np.int64)
        users = (numbers >= USER) & (numbers < DEPOSIT)
        owners[users] = numbers[users] - USER
        deposits = (numbers >= DEPOSIT) & (numbers < DECOY)
        owners[deposits] = self.users + (numbers[deposits] - DEPOSIT) % EXCHANGES
        fresh = numbers >= FRESH
        owners[fresh] = self._chance.owners[numbers[fresh] - FRESH]
        for base in (HOT, COLD):
            held = (numbers >= base) & (numbers < base + EXCHANGES)
            owners[held] = self.users + numbers[held] - base
        return owners

    def numbers_used(self) -> Ints:
        """Return the numbers of all addresses that the traffic may have used."""
        fresh = FRESH + np.arange(1, int(self._chance.fresh[0]) + 1)
        users, deposits = USER + np.arange(self.users), DEPOSIT + np.arange(self.deposits)
        wallets = [base + n for base in (HOT, COLD) for n in range(EXCHANGES)]
        return np.concatenate([users, deposits, fresh, np.array(wallets)])

    # What comes out.

    def txid(self, number: int) -> str:
        """Return the invented id of a transaction."""
        return bytes(self._ids(np.array([number]), 4, _TXID_SALT)[0]).hex()

    def address(self, number: int) -> str:
        """Return the invented address of a number (regtest form, which no real coin can reach)."""
        return str(self.addresses(np.array([number]))[0].as_py())

    def _ids(self, numbers: Ints, words: int, salt: int = 0) -> npt.NDArray[np.uint8]:
        bits = np.empty((len(numbers), words), np.uint64)
        ids_kernel(np.uint64(self.seed ^ salt), numbers, bits)
        return bits.view(np.uint8)

    def addresses(self, numbers: Ints) -> pa.Array:
        """Return the invented addresses of some numbers."""
        scripts = np.zeros((len(numbers), 22), np.uint8)
        scripts[:, 1] = 20
        scripts[:, 2:] = self._ids(numbers, 3)[:, :20]
        starts = np.arange(len(numbers), dtype=np.int64) * 22
        return addresses_of(scripts.ravel(), starts, np.full(len(numbers), 22), _REGTEST)

    def rest(self) -> Iterator[UtxoBatch]:
        """Yield what is left."""
        if int(self._made.counts[0]):
            yield self.batch()

    def batch(self) -> UtxoBatch:
        """Return the transactions made so far and begin anew behind them."""
        made = self._made
        rows, outs, ins = (int(count) for count in made.counts)
        assert rows, "there is something to hand over"
        blocks = made.block[:rows].copy()
        owners = made.owner[:outs]
        for used, base in ((self.used_deposits, DEPOSIT), (self.used_decoys, DECOY)):
            mine = owners[(owners >= base) & (owners < base + self.deposits)] - base
            used[mine] = True
        before = np.searchsorted(blocks, blocks, "left")
        carried = self._carried(int(blocks[0]))
        places = np.arange(rows) - before
        places[blocks == blocks[0]] += carried
        result = UtxoBatch(
            txids=self._ids(np.arange(self._first, self._first + rows), 4, _TXID_SALT),
            blocks=blocks,
            places=places,
            times=GENESIS_TIME + blocks * BLOCK_SECONDS,
            output_counts=made.outs[:rows].copy(),
            input_counts=made.ins[:rows].copy(),
            values=made.value[:outs].copy(),
            addresses=self.addresses(owners),
            spent_txids=self._ids(made.maker[:ins], 4, _TXID_SALT),
            spent_places=made.place[:ins].copy(),
            **self._spent(ins),
        )
        self._last = (int(blocks[-1]), int(places[-1]) + 1)
        self._first += rows
        made.counts[:] = 0
        return result

    def _spent(self, ins: int) -> dict[str, Any]:
        if not self._tells_spent:
            unknown = np.full(ins, UNKNOWN, np.int64)
            return {"spent_values": unknown, "spent_addresses": pa.nulls(ins, pa.string())}
        return {
            "spent_values": self._made.spent_value[:ins].copy(),
            "spent_addresses": self.addresses(self._made.spent_owner[:ins]),
        }

    def _carried(self, block: int) -> int:
        """Return how many transactions of a block stand in the batch before."""
        return self._last[1] if self._last[0] == block else 0


def _made(rows: int) -> Made:
    outs = rows * 4 + 40_000
    tables: list[Any] = [np.zeros(rows, np.int64) for _ in range(3)]
    tables += [np.zeros(outs, np.int64) for _ in range(2)]
    tables += [np.zeros(outs, np.int64) for _ in range(4)]
    return Made._make([*tables, np.zeros(3, np.int64)])


def _coins(size: int, wallets: int) -> Coins:
    tables = [np.zeros(size, np.int64) for _ in range(5)]
    return Coins._make([*tables, np.full(wallets, -1, np.int64), np.array([0, -1], np.int64)])


def _grown(coins: Coins, size: int) -> Coins:
    tables = [np.concatenate([t, np.zeros(size - len(t), np.int64)]) for t in coins[:5]]
    return Coins._make([*tables, coins.heads, coins.counts])


def _queue(size: int) -> Queue:
    return Queue._make([*(np.zeros(size, np.int64) for _ in range(6)), np.zeros(2, np.int64)])


def _longer(queue: Queue, size: int) -> Queue:
    first, last = (int(count) for count in queue.counts)
    at = np.arange(first, last) % len(queue.maker)
    longer = _queue(size)
    for old, new in zip(queue[:6], longer[:6], strict=True):
        new[: last - first] = old[at]
    longer.counts[1] = last - first
    return longer
