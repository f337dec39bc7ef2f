"""Making a simulation: its chain as batches, its ledger, and the case beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanctrail.errors import InputError
from sanctrail.ledger.batches import AccountBatch, Asset, UtxoBatch
from sanctrail.ledger.formats.source import Format, Source
from sanctrail.ledger.importing import How, write_batches
from sanctrail.ledger.simulation.account_heist import AccountHeist
from sanctrail.ledger.simulation.accounts import SIMETH, AccountWorld
from sanctrail.ledger.simulation.case import write_account_case, write_case
from sanctrail.ledger.simulation.heist import Heist
from sanctrail.ledger.simulation.world import World

ASSET = Asset("SIMCOIN", "simsat", 8)
MIN_TRANSACTIONS = 2_000
MAX_SEED = 2**62
FAMILIES = ("utxo", "account")
GENERATION = 2
"""Which chains a seed stands for: raised when the traffic changes, so that no old one is kept."""

DEFAULT = How()


@dataclass(frozen=True, slots=True)
class SimulationSummary:
    """Where a simulation was written and how large it is; amounts in base units.

    `outputs` counts the outputs of a UTXO chain, the movements of an account chain.
    """

    ledger: str
    case: str
    digest: str
    seed: int
    transactions: int
    outputs: int
    theft: str
    stolen: int


class Simulation:
    """A simulated UTXO chain. Its batches come once; when they are through, the truth is known."""

    def __init__(self, seed: int, transactions: int, *, tells_spent: bool = True) -> None:
        """Begin a simulation; without `tells_spent` a ledger finds what inputs spend by itself."""
        _check(seed, transactions)
        self.world = World(seed, transactions, tells_spent=tells_spent)
        self._wanted = transactions
        self.heist = Heist(self.world)

    def batches(self) -> Iterator[UtxoBatch]:
        """Yield the chain: traffic, and the script's steps at even distances in three fifths."""
        yield from _played(self.world, self.heist, self._wanted)

    def write_case(self, folder: Path) -> None:
        """Write sources, stops, labels, incident and truth; the batches must be through."""
        write_case(folder, self.world, self.heist, ASSET)


class AccountSimulation:
    """A simulated account chain, of a coin and a token; made and used as `Simulation` is."""

    def __init__(self, seed: int, transactions: int) -> None:
        _check(seed, transactions)
        self.world = AccountWorld(seed, transactions)
        self._wanted = transactions
        self.heist = AccountHeist(self.world)

    def batches(self) -> Iterator[AccountBatch]:
        """Yield the chain: dealings, and the script's steps at even distances in three fifths."""
        yield from _played(self.world, self.heist, self._wanted)

    def write_case(self, folder: Path) -> None:
        """Write sources, stops, labels, incident and truth; the batches must be through."""
        write_account_case(folder, self.world, self.heist, SIMETH)


def _check(seed: int, transactions: int) -> None:
    if not 0 <= seed < MAX_SEED:
        raise InputError(f"The seed is a whole number from 0 to 2^62 - 1; {seed} was given.")
    if transactions < MIN_TRANSACTIONS:
        raise InputError(
            f"A simulation needs at least {MIN_TRANSACTIONS:,} transactions to hide a heist "
            f"in; {transactions:,} were asked for."
        )


def _played(world: World | AccountWorld, heist: Heist | AccountHeist, wanted: int) -> Iterator[Any]:
    """Yield a chain's batches: dealings, and the script's steps in between."""
    steps = heist.steps()
    start, spacing = world.blocks // 5, max(1, world.blocks * 3 // 5 // len(steps))
    for number, step in enumerate(steps):
        yield from world.grow(start + number * spacing + 1)
        step()
    yield from world.grow(world.blocks)
    while world.count < wanted:
        yield from world.grow(world.block + 1)
    yield from world.rest()


def simulate_heist(
    folder: Path,
    case: Path,
    *,
    seed: int = 7,
    transactions: int = 60_000,
    family: str = "utxo",
    how: How = DEFAULT,
) -> SimulationSummary:
    """Write a simulated ledger, and beside it the case: sources, stops, incident and truth."""
    if family not in FAMILIES:
        raise InputError(f"A simulated chain is of the family {' or '.join(FAMILIES)}.")
    simulation: Simulation | AccountSimulation = (
        AccountSimulation(seed, transactions)
        if family == "account"
        else Simulation(seed, transactions, tells_spent=False)
    )

    def read(source: Source) -> Iterator[UtxoBatch | AccountBatch]:
        source.told.limit(
            "This chain is a simulation: every party, address and coin in it is invented."
        )
        source.told.limit(
            f"It was generated from seed {seed} with at least {transactions:,} transactions."
        )
        return iter(simulation.batches())

    form = Format("simulation", family, "", lambda _: False, read)
    asset = SIMETH if family == "account" else ASSET
    options = {
        "asset": asset, "seed": seed, "transactions": transactions, "generation": GENERATION,
    }  # fmt: skip
    summary, _ = write_batches(folder, form, Source((), options=options), how, simulation=True)
    if not simulation.heist.theft:  # the ledger was there already; the truth is found again
        for _ in simulation.batches():
            pass
    simulation.write_case(case)
    return SimulationSummary(
        str(folder), str(case), summary.digest, seed, summary.transactions, summary.movements,
        simulation.heist.theft, simulation.heist.stolen,
    )  # fmt: skip
