"""The thief's script on an account chain: split, peel, mix with clean money, scatter, deposit.

The books are kept first in, first out per account, the fee before the payment that it belongs
to, without any tracing code: that is the ground truth.
"""

from collections.abc import Callable

from sanctrail.ledger.simulation.accounts import AccountWorld
from sanctrail.ledger.simulation.dealings import FEE
from sanctrail.ledger.simulation.heist import EXCHANGES, MIXER, VICTIM, Books

COIN = 10**9
_PEELS = 10


class AccountHeist:
    """One theft and its laundering; each step runs in its own block."""

    def __init__(self, world: AccountWorld) -> None:
        self._world = world
        self.books = Books()
        self.theft = ""
        self.stolen = 0
        self._queues: dict[int, list[tuple[bool, int]]] = {}
        self._parts: list[int] = []
        self._peeling = 0

    def steps(self) -> list[Callable[[], None]]:
        """Return the steps in order."""
        peels = [self._peel(hop) for hop in range(_PEELS)]
        return [
            self._rob,
            self._split,
            *peels[: _PEELS // 2],
            self._merge_with_clean,
            self._scatter_and_merge,
            *peels[_PEELS // 2 :],
            self._mix,
        ]

    def _rob(self) -> None:
        world, victim, thief = self._world, self._world.named(VICTIM), self._world.named("thief")
        world.mint(victim, 12_000 * COIN)
        self.stolen = 10_000 * COIN + 31_337
        self.theft = world.move(victim, thief, self.stolen)
        self._queues[thief] = [(True, self.stolen)]
        self._parts = [thief]

    def _split(self) -> None:
        thief = self._parts[0]
        shares = (3_000 * COIN, 2_400 * COIN, 1_900 * COIN)
        self._parts = [self._pay(thief, self._world.fresh(), share) for share in shares]
        self._parts.append(self._pay_all(thief, self._world.fresh()))
        self._peeling = self._parts[0]

    def _peel(self, hop: int) -> Callable[[], None]:
        """One hop of the peel chain: some to a deposit address, the rest to a fresh account."""

        def peel() -> None:
            peeled = (170 + 11 * hop) * COIN + 7 * hop
            self._deposit(self._peeling, 0, peeled)
            self._peeling = self._pay_all(self._peeling, self._world.fresh())
            if hop == _PEELS - 1:  # the last hop: what is left lies still
                self._rest(self._peeling)

        return peel

    def _merge_with_clean(self) -> None:
        """Clean money of the thief's own comes into an account behind the stolen."""
        world, held = self._world, self._parts[1]
        savings = world.named("thief's own savings")
        world.mint(savings, 650 * COIN)
        self._queues[savings] = [(False, 650 * COIN)]
        self._pay_all(savings, held)
        self._deposit(held, 1, 1_500 * COIN)
        self._deposit(held, 2, 1_200 * COIN)
        self._rest(held)

    def _scatter_and_merge(self) -> None:
        """Split into eight accounts, merge into two, and bring one of them to an exchange."""
        held = self._parts[2]
        eighth = self._held(held) // 8 - FEE
        pieces = [self._pay(held, self._world.fresh(), eighth) for _ in range(7)]
        pieces.append(self._pay_all(held, self._world.fresh()))
        merged = [self._world.fresh(), self._world.fresh()]
        for number, piece in enumerate(pieces):
            self._pay_all(piece, merged[number % 2])
        self._deposit(merged[0], 2, self._held(merged[0]) - FEE)
        self._rest(merged[1])

    def _mix(self) -> None:
        hop = self._pay_all(self._parts[3], self._world.fresh())
        mixer = self._world.named(MIXER)
        for amount in (1_250 * COIN, 600 * COIN):
            self._arrive(mixer, MIXER, "mixer", self._paid(hop, mixer, amount))
        self._rest(hop)

    def _pay(self, sender: int, receiver: int, amount: int) -> int:
        """Pay from one of the thief's accounts to another; return the other."""
        moved = self._moved(sender, receiver, amount)
        self._queues.setdefault(receiver, []).extend(moved)
        return receiver

    def _pay_all(self, sender: int, receiver: int) -> int:
        return self._pay(sender, receiver, self._held(sender) - FEE)

    def _paid(self, sender: int, receiver: int, amount: int) -> int:
        """Pay to somebody else; return how much of it was stolen."""
        return sum(size for stolen, size in self._moved(sender, receiver, amount) if stolen)

    def _moved(self, sender: int, receiver: int, amount: int) -> list[tuple[bool, int]]:
        """Move money and return its lots; the fee takes the oldest units, then the payment."""
        self._world.move(sender, receiver, amount)
        queue = self._queues[sender]
        self.books.fees += sum(size for stolen, size in _taken(queue, FEE) if stolen)
        return _taken(queue, amount)

    def _held(self, account: int) -> int:
        return sum(size for _, size in self._queues[account])

    def _deposit(self, sender: int, exchange: int, amount: int) -> None:
        deposit = self._world.new_deposit(exchange)
        stolen = self._paid(sender, deposit, amount)
        self._world.deposit(deposit, amount)
        self._arrive(deposit, EXCHANGES[exchange], "exchange", stolen)

    def _arrive(self, account: int, name: str, category: str, amount: int) -> None:
        address = self._world.address(account)
        if address not in self.books.arrived:
            self.books.labels.append((address, f"{name} (invented)", category))
        self.books.arrived[address] = self.books.arrived.get(address, 0) + amount

    def _rest(self, account: int) -> None:
        """Note what stolen money lies still in an account."""
        stolen = sum(size for is_stolen, size in self._queues[account] if is_stolen)
        if stolen:
            self.books.dormant[self._world.address(account)] = stolen


def _taken(queue: list[tuple[bool, int]], amount: int) -> list[tuple[bool, int]]:
    """Take so many units from the front of a queue of lots; return the lots taken."""
    taken = []
    while amount:
        stolen, size = queue[0]
        part = min(size, amount)
        taken.append((stolen, part))
        amount -= part
        if part == size:
            queue.pop(0)
        else:
            queue[0] = (stolen, size - part)
    return taken
