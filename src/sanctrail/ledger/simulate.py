"""A simulated heist inside background traffic, with its ground truth.

Everything here is invented: the exchange that is robbed, the services, the addresses (regtest
form, which no real coin can be sent to) and the asset. The thief's script is fixed and the
traffic around it seeded, so the same seed gives the same chain, and what ends where is known by
construction: the script itself keeps the books, in the order of base units (first in, first
out), without any tracing code.
"""

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sanctrail.addresses.bech32 import witness_address
from sanctrail.errors import InputError
from sanctrail.ground.store import replace_file, write_json
from sanctrail.ledger.chain import ChainBuilder
from sanctrail.ledger.store import UNSPENT

COIN = 100_000_000
ASSET = {"code": "SIMCOIN", "unit": "simsat", "decimals": 8}
GENESIS_TIME = 1_700_000_000
BLOCK_SECONDS = 600
BLOCK_TRANSACTIONS = 24
MIN_TRANSACTIONS = 2_000
FEE = 2_500
USERS = 6_000

VICTIM = "Meridian Coin Exchange"
EXCHANGES = ("Northgate Exchange", "Harbour Digital", "Quillmarket")
MIXER = "Foglamp Mixer"


@dataclass(frozen=True, slots=True)
class SimulationSummary:
    """Where a simulation was written and how large it is; amounts in base units."""

    ledger: str
    case: str
    digest: str
    seed: int
    transactions: int
    outputs: int
    theft: str
    stolen: int


@dataclass(slots=True)
class _Books:
    """What the script knows of the stolen money: the ground truth, by destination."""

    arrived: dict[str, int] = field(default_factory=dict)
    dormant: dict[str, int] = field(default_factory=dict)
    stopped: dict[str, int] = field(default_factory=dict)
    fees: int = 0
    labels: list[tuple[str, str, str]] = field(default_factory=list)


def simulate_heist(
    folder: Path, case: Path, *, seed: int = 7, transactions: int = 60_000, replace: bool = False
) -> SimulationSummary:
    """Write a simulated ledger, and beside it the case: sources, stops, incident and truth."""
    if transactions < MIN_TRANSACTIONS:
        raise InputError(
            f"A simulation needs at least {MIN_TRANSACTIONS:,} transactions to hide a heist in; "
            f"{transactions:,} were asked for."
        )
    world = _World(seed, transactions)
    theft, stolen = world.run()
    manifest, _ = world.chain.write(folder, _about(seed, transactions), replace=replace)
    _write_case(case, world.books, theft, stolen, seed)
    return SimulationSummary(
        str(folder),
        str(case),
        manifest["digest"],
        seed,
        len(world.chain.txids),
        len(world.chain.values),
        theft,
        stolen,
    )


def _about(seed: int, transactions: int) -> dict[str, Any]:
    return {
        "source_format": "simulation",
        "simulation": True,
        "assets": [ASSET],
        "limits": [
            "This chain is a simulation: every party, address and coin in it is invented.",
            f"It was generated from seed {seed} with at least {transactions:,} transactions.",
        ],
        "files": [],
    }


class _World:
    """The chain while it grows: background traffic, and the script's steps in their blocks."""

    def __init__(self, seed: int, transactions: int) -> None:
        self.chain = ChainBuilder()
        self.books = _Books()
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311  (reproducible traffic, not secrets)
        self._wanted = transactions
        self._blocks = -(-transactions // BLOCK_TRANSACTIONS)
        self._block = 0
        self._coins: list[int] = []
        self._users = [self.address(f"user {number}") for number in range(USERS)]
        self._hot = {name: self.address(f"{name} hot wallet") for name in EXCHANGES}

    def address(self, name: str) -> str:
        """Return the invented address of a name in this world (regtest form)."""
        digest = hashlib.sha256(f"{self._seed}/{name}".encode()).digest()
        return witness_address("bcrt", digest[:20])

    def run(self) -> tuple[str, int]:
        """Grow the chain to its end; return the theft's transaction id and amount."""
        heist = _Heist(self)
        steps = heist.steps()
        start, spacing = self._blocks // 5, max(1, self._blocks * 3 // 5 // len(steps))
        script = {start + number * spacing: step for number, step in enumerate(steps)}
        while self._block < self._blocks or len(self.chain.txids) < self._wanted:
            reward = self.spend([], [(self._random.choice(self._users), 50 * COIN)])
            self._coins.extend(reward)
            if step := script.get(self._block):
                step()
            for _ in range(BLOCK_TRANSACTIONS - 1):
                self._payment()
            self._block += 1
        return heist.theft, heist.stolen

    def spend(self, inputs: Sequence[int], outputs: Sequence[tuple[str, int]]) -> list[int]:
        """Add a transaction to the current block."""
        number = len(self.chain.txids)
        txid = hashlib.sha256(f"{self._seed}/transaction {number}".encode()).hexdigest()
        time = GENESIS_TIME + self._block * BLOCK_SECONDS
        return self.chain.add(txid, self._block, time, inputs, outputs)

    def value(self, outputs: Sequence[int]) -> int:
        """Return what some outputs hold together."""
        return sum(self.chain.values[number] for number in outputs)

    def mint(self, name: str, value: int) -> int:
        """Give a party clean coins of its own and return the output."""
        return self.spend([], [(self.address(name), value)])[0]

    def outpoint(self, output: int) -> str:
        """Return the name of an output: transaction id, colon, place."""
        chain = self.chain
        return f"{chain.txids[chain.made_by[output]]}:{chain.places[output]}"

    def release(self, outputs: Sequence[int]) -> None:
        """Hand coins to the background: a service pays its customers out of them."""
        self._coins.extend(outputs)

    def _payment(self) -> None:
        """One payment between users, or between users and an exchange."""
        roll = self._random
        inputs = self._taken(1 + (roll.random() < 0.25) + (roll.random() < 0.05))  # noqa: PLR2004
        total = self.value(inputs)
        if total <= 4 * FEE:
            self._coins.extend(self.spend(inputs, [(roll.choice(self._users), total)]))
            return
        busy = roll.random() < 0.2  # noqa: PLR2004
        payee = self._hot[roll.choice(EXCHANGES)] if busy else roll.choice(self._users)
        paid = roll.randrange(FEE, total - 2 * FEE)
        outputs = [(payee, paid), (roll.choice(self._users), total - paid - FEE)]
        if roll.random() < 0.5:  # noqa: PLR2004
            outputs.reverse()
        self._coins.extend(self.spend(inputs, outputs))

    def _taken(self, count: int) -> list[int]:
        """Take up to `count` random coins from the background's purse."""
        taken = []
        for _ in range(min(count, len(self._coins))):
            at = self._random.randrange(len(self._coins))
            self._coins[at], self._coins[-1] = self._coins[-1], self._coins[at]
            taken.append(self._coins.pop())
        return taken


class _Heist:
    """The thief's script: split, peel, merge, join, mix, deposit, and leave a rest lying."""

    def __init__(self, world: _World) -> None:
        self._world = world
        self.theft = ""
        self.stolen = 0
        self._parts: list[int] = []
        self._peeling = UNSPENT
        self._swept: list[tuple[str, int]] = []

    def steps(self) -> list[Callable[[], None]]:
        """Return the steps in order; each one runs in its own block."""
        peels = [self._peel(hop) for hop in range(10)]
        return [
            self._rob,
            self._split,
            *peels[:5],
            self._merge_with_clean,
            self._scatter_and_join,
            *peels[5:],
            self._mix,
            self._sweep,
        ]

    def _rob(self) -> None:
        world = self._world
        purse = [world.mint(VICTIM, value * COIN) for value in (4_100, 3_650, 2_900)]
        taken = 10_000 * COIN + 31_337
        thief, change = world.address("thief"), world.address(f"{VICTIM} change")
        outputs = world.spend(purse, [(thief, taken), (change, world.value(purse) - taken - FEE)])
        self.stolen = taken
        self.theft = world.chain.txids[-1]
        self._parts = [outputs[0]]
        world.release([outputs[1]])

    def _split(self) -> None:
        shares = (3_000 * COIN, 2_400 * COIN, 1_900 * COIN)
        rest = self.stolen - sum(shares) - FEE
        self._parts = self._move(self._parts, [("split", value) for value in (*shares, rest)])
        self._peeling = self._parts[0]

    def _peel(self, hop: int) -> Callable[[], None]:
        """One hop of the peel chain: some to a deposit address, the rest to a fresh one."""

        def peel() -> None:
            value = self._world.value([self._peeling])
            peeled = (170 + 11 * hop) * COIN + 7 * hop
            outputs = self._move(
                [self._peeling], [("deposit", peeled), ("peel", value - peeled - FEE)]
            )
            self._deposit(outputs[0], EXCHANGES[0])
            self._peeling = outputs[1]
            if hop == 9:  # noqa: PLR2004  (the last hop: what is left lies still)
                self._rest(outputs[1])

        return peel

    def _merge_with_clean(self) -> None:
        """Stolen coins first, the thief's own clean ones behind them, into one transaction."""
        world = self._world
        clean = world.mint("thief's own savings", 650 * COIN)
        stolen = world.value([self._parts[1]])
        values = (1_500 * COIN, 1_200 * COIN, 350 * COIN - FEE)
        places = [("deposit", values[0]), ("deposit", values[1]), ("rest", values[2])]
        outputs = self._move([self._parts[1], clean], places, stolen=stolen)
        self._deposit(outputs[0], EXCHANGES[1], _inside(stolen, 0, values[0]))
        self._deposit(outputs[1], EXCHANGES[2], _inside(stolen, values[0], values[1]))
        # The change is behind the stolen units in the queue: clean by this rule, and left lying.

    def _scatter_and_join(self) -> None:
        """Split into eight, merge into two, then join with five strangers in equal outputs."""
        world = self._world
        whole = world.value([self._parts[2]])
        eighth = (whole - FEE) // 8
        pieces = [eighth] * 7 + [whole - FEE - 7 * eighth]
        scattered = self._move([self._parts[2]], [("scatter", value) for value in pieces])
        merged = [
            *self._move(scattered[:5], [("merge", sum(pieces[:5]) - FEE)]),
            *self._move(scattered[5:], [("merge", sum(pieces[5:]) - FEE)]),
        ]
        strangers = [world.mint(f"stranger {n}", 90 * COIN + n) for n in range(5)]
        names = [*(f"joined {n}" for n in range(25))]
        equal = [(world.address(name), 88 * COIN) for name in names]
        change = world.value([*merged, *strangers]) - 25 * 88 * COIN - 5 * FEE
        joined = world.spend(
            [*merged, *strangers], [*equal, (world.address("join change"), change)]
        )
        txid = world.chain.txids[-1]
        world.books.stopped[txid] = world.value(merged)
        world.books.labels.append((txid, "CoinJoin-shaped transaction", "coinjoin"))
        world.release(joined)

    def _mix(self) -> None:
        value = self._world.value([self._parts[3]])
        first = 1_250 * COIN
        hop = self._move([self._parts[3]], [("hop", value - FEE)])
        outputs = self._move(hop, [("mixer", first), ("change", value - first - 2 * FEE)])
        self._arrive(outputs[0], MIXER, "mixer", first)
        rest = self._world.value([outputs[1]])
        last = self._move([outputs[1]], [("mixer", 600 * COIN), ("rest", rest - 600 * COIN - FEE)])
        self._arrive(last[0], MIXER, "mixer", 600 * COIN)
        self._rest(last[1])

    def _sweep(self) -> None:
        """Each exchange gathers its deposits: the chain goes on where the trace has to stop."""
        world = self._world
        for name in EXCHANGES:
            deposits = [output for owner, output in self._swept if owner == name]
            hot = world.address(f"{name} hot wallet")
            world.release(world.spend(deposits, [(hot, world.value(deposits) - FEE)]))

    def _move(
        self,
        inputs: Sequence[int],
        outputs: Sequence[tuple[str, int]],
        stolen: int | None = None,
    ) -> list[int]:
        """Spend the thief's coins to fresh addresses; book the fee that stolen units pay."""
        world = self._world
        total = world.value(inputs)
        paid = sum(value for _, value in outputs)
        prefix = total if stolen is None else stolen
        world.books.fees += _inside(prefix, paid, total - paid)
        number = len(world.chain.txids)
        named = [
            (world.address(f"thief {number} {n} {name}"), value)
            for n, (name, value) in enumerate(outputs)
        ]
        return world.spend(inputs, named)

    def _deposit(self, output: int, exchange: str, amount: int | None = None) -> None:
        self._swept.append((exchange, output))
        value = self._world.value([output])
        self._arrive(output, exchange, "exchange", value if amount is None else amount)

    def _arrive(self, output: int, name: str, category: str, amount: int) -> None:
        chain, books = self._world.chain, self._world.books
        address = list(chain.addresses)[chain.owners[output]]
        books.arrived[address] = books.arrived.get(address, 0) + amount
        books.labels.append((address, f"{name} (invented)", category))

    def _rest(self, output: int) -> None:
        self._world.books.dormant[self._world.outpoint(output)] = self._world.value([output])


def _inside(prefix: int, start: int, length: int) -> int:
    """Return how many units of [start, start + length) lie among the first `prefix` units."""
    return max(0, min(prefix, start + length) - start)


def _write_case(case: Path, books: _Books, theft: str, stolen: int, seed: int) -> None:
    case.mkdir(parents=True, exist_ok=True)
    replace_file(case / "sources.csv", f"entry\n{theft}:0\n".encode())
    rows = "".join(f"{entry},{label},{category}\n" for entry, label, category in books.labels)
    replace_file(case / "stops.csv", f"entry,label,category\n{rows}".encode())
    replace_file(case / "incident.toml", _incident(seed).encode())
    truth: dict[str, Any] = {
        "simulation": True,
        "seed": seed,
        "rule": "fifo",
        "asset": ASSET["code"],
        "theft": f"{theft}:0",
        "stolen": str(stolen),
        "arrived": {address: str(amount) for address, amount in sorted(books.arrived.items())},
        "dormant": {outpoint: str(amount) for outpoint, amount in sorted(books.dormant.items())},
        "stopped": {txid: str(amount) for txid, amount in sorted(books.stopped.items())},
        "fees": str(books.fees),
    }
    write_json(case / "truth.json", truth)


def _incident(seed: int) -> str:
    summary = json.dumps(
        f"A simulated theft (seed {seed}) from the invented {VICTIM}: one transaction empties part "
        "of its wallet; the coins are split, peeled, merged, joined, mixed and deposited at three "
        "invented exchanges."
    )
    return f"""[incident]
incident_id = "simulated-heist-{seed}"
title = "SIMULATION: the robbery of {VICTIM} (invented)"
date = "2023-11-17"
victim = "{VICTIM} (invented)"
summary = {summary}

[[claims]]
statement = "The coins were taken by the thief whom this simulation plays."
said_by = "the simulation's author"
level = "simulation"
confidence = "planted"
source = "ground truth of the simulation (truth.json)"
"""
