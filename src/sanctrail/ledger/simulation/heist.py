"""The thief's script: split, peel, merge, join, mix, deposit, and leave a rest lying.

The script keeps the books as it goes, in the order of base units (first in, first out), without
any tracing code: that is the ground truth.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sanctrail.ledger.simulation.traffic import FEE
from sanctrail.ledger.simulation.world import COIN, Output, World

VICTIM = "Meridian Coin Exchange"
EXCHANGES = ("Northgate Exchange", "Harbour Digital", "Quillmarket")
MIXER = "Foglamp Mixer"
_PEELS = 10


@dataclass(slots=True)
class Books:
    """What the script knows of the stolen money: the ground truth, by destination."""

    arrived: dict[str, int] = field(default_factory=dict)
    dormant: dict[str, int] = field(default_factory=dict)
    stopped: dict[str, int] = field(default_factory=dict)
    fees: int = 0
    labels: list[tuple[str, str, str]] = field(default_factory=list)


class Heist:
    """One theft and its laundering; each step runs in its own block."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.books = Books()
        self.theft = ""
        self.stolen = 0
        self._parts: list[Output] = []
        self._peeling: list[Output] = []
        self._hops = 0

    def steps(self) -> list[Callable[[], None]]:
        """Return the steps in order."""
        peels = [self._peel(hop) for hop in range(_PEELS)]
        return [
            self._rob,
            self._split,
            *peels[: _PEELS // 2],
            self._merge_with_clean,
            self._scatter_and_join,
            *peels[_PEELS // 2 :],
            self._mix,
        ]

    def _rob(self) -> None:
        world = self._world
        purse = [world.mint(VICTIM, value * COIN) for value in (4_100, 3_650, 2_900)]
        taken = 10_000 * COIN + 31_337
        thief, change = world.named("thief"), world.named(f"{VICTIM} change")
        outputs = world.spend(purse, [(thief, taken), (change, _value(purse) - taken - FEE)])
        self.stolen = taken
        self.theft = world.txid(outputs[0][0])
        self._parts = [outputs[0]]
        world.release([outputs[1]])

    def _split(self) -> None:
        shares = (3_000 * COIN, 2_400 * COIN, 1_900 * COIN)
        rest = self.stolen - sum(shares) - FEE
        self._parts = self._move(self._parts, [("split", value) for value in (*shares, rest)])
        self._peeling = [self._parts[0]]

    def _peel(self, hop: int) -> Callable[[], None]:
        """One hop of the peel chain: some to a deposit address, the rest to a fresh one."""

        def peel() -> None:
            value = _value(self._peeling)
            peeled = (170 + 11 * hop) * COIN + 7 * hop
            deposit = self._world.new_deposit(0)
            outputs = self._move(self._peeling, [(deposit, peeled), ("peel", value - peeled - FEE)])
            self._deposit(outputs[0], 0)
            self._peeling = [outputs[1]]
            if hop == _PEELS - 1:  # the last hop: what is left lies still
                self._rest(outputs[1])

        return peel

    def _merge_with_clean(self) -> None:
        """Stolen coins first, the thief's own clean ones behind them, into one transaction."""
        world = self._world
        clean = world.mint("thief's own savings", 650 * COIN)
        stolen = _value([self._parts[1]])
        values = (1_500 * COIN, 1_200 * COIN, 350 * COIN - FEE)
        places = [(world.new_deposit(1), values[0]), (world.new_deposit(2), values[1])]
        outputs = self._move([self._parts[1], clean], [*places, ("rest", values[2])], stolen=stolen)
        self._deposit(outputs[0], 1, _inside(stolen, 0, values[0]))
        self._deposit(outputs[1], 2, _inside(stolen, values[0], values[1]))
        # The change is behind the stolen units in the queue: clean by this rule, and left lying.

    def _scatter_and_join(self) -> None:
        """Split into eight, merge two of them, then join with five strangers in equal outputs.

        Everybody brings one coin and gets one output of the common value and a change.
        """
        world = self._world
        whole = _value([self._parts[2]])
        eighth = (whole - FEE) // 8
        pieces = [eighth - 1_009 * n for n in range(7)]
        pieces.append(whole - FEE - sum(pieces))
        scattered = self._move([self._parts[2]], [("scatter", value) for value in pieces])
        merged = self._move(scattered[:2], [("merge", sum(pieces[:2]) - FEE)])
        mine = [*merged, *scattered[2:]]
        strangers = [world.mint(f"stranger {n}", (240 + n) * COIN + n) for n in range(5)]
        coins = [*mine, *strangers]
        joined = world.spend(coins, [
            *((world.named(f"joined {n}"), 200 * COIN) for n in range(len(coins))),
            *((world.named(f"join change {n}"), _value([coin]) - 200 * COIN - FEE)
              for n, coin in enumerate(coins)),
        ])  # fmt: skip
        txid = world.txid(joined[0][0])
        self.books.stopped[txid] = _value(mine)
        self.books.labels.append((txid, "CoinJoin-shaped transaction", "coinjoin"))
        world.release(joined)

    def _mix(self) -> None:
        value = _value([self._parts[3]])
        first = 1_250 * COIN
        hop = self._move([self._parts[3]], [("hop", value - FEE)])
        outputs = self._move(hop, [("mixer", first), ("change", value - first - 2 * FEE)])
        self._arrive(outputs[0], MIXER, "mixer", first)
        rest = _value([outputs[1]])
        last = self._move([outputs[1]], [("mixer", 600 * COIN), ("rest", rest - 600 * COIN - FEE)])
        self._arrive(last[0], MIXER, "mixer", 600 * COIN)
        self._rest(last[1])

    def _move(
        self,
        inputs: Sequence[Output],
        outputs: Sequence[tuple[str | int, int]],
        stolen: int | None = None,
    ) -> list[Output]:
        """Spend the thief's coins to fresh addresses; book the fee that stolen units pay."""
        world = self._world
        total = _value(inputs)
        paid = sum(value for _, value in outputs)
        prefix = total if stolen is None else stolen
        self.books.fees += _inside(prefix, paid, total - paid)
        self._hops += 1
        named = [
            (
                place if isinstance(place, int) else world.named(f"thief {self._hops} {n} {place}"),
                value,
            )
            for n, (place, value) in enumerate(outputs)
        ]
        return world.spend(inputs, named)

    def _deposit(self, output: Output, exchange: int, amount: int | None = None) -> None:
        self._world.forward(output, exchange)
        value = _value([output]) if amount is None else amount
        self._arrive(output, EXCHANGES[exchange], "exchange", value)

    def _arrive(self, output: Output, name: str, category: str, amount: int) -> None:
        address = self._world.address(output[3])
        self.books.arrived[address] = self.books.arrived.get(address, 0) + amount
        self.books.labels.append((address, f"{name} (invented)", category))

    def _rest(self, output: Output) -> None:
        outpoint = f"{self._world.txid(output[0])}:{output[1]}"
        self.books.dormant[outpoint] = _value([output])


def _value(outputs: Sequence[Output]) -> int:
    return sum(output[2] for output in outputs)


def _inside(prefix: int, start: int, length: int) -> int:
    """Return how many units of [start, start + length) lie among the first `prefix` units."""
    return max(0, min(prefix, start + length) - start)
