"""Dealings on an account chain, in a kernel: people, exchanges, and those who look alike.

Beside the deposit addresses of three exchanges stand addresses that only look like such: relays
that forward to private people, splitters that forward a part, savers that forward all but late,
bots that carry money to and fro between exchanges, and walk-ins, which are private accounts that
once pay all they got into an exchange's wallet: nothing tells those from deposit addresses.
Chance is that of `traffic`.
"""

from typing import Any, NamedTuple

from sanctrail.ground.kernel import kernel
from sanctrail.ledger.simulation.traffic import EXCHANGES, Ints, below

COIN, TOKEN = 0, 1
"""Assets by number: the chain's own coin, and a token whose transfers cost fees in that coin."""

FEE = 21_000
USER, DEPOSIT, RELAY, SPLITTER, SAVER, BOT, WALK_IN, FRESH = (n * 10**12 for n in range(1, 9))
"""Where the numbers of accounts begin, by what they are; below USER are those with names."""

HOT, COLD, GAS = 0, 100, 200
"""The exchanges' wallets: hot ones, where they sweep a part to, and who pays deposits' fees."""

NOBODY = -1
SPLIT = 20
"""Of so many deposit addresses, one is swept in two parts, the lesser to the cold wallet."""

SOON, LATE = 6, 1_000
"""Blocks after which deposits and most forwarders move on, and savers."""

BOTS = 40
REWARD = 40 * 10**9
ISSUED = 60_000 * 10**6
SWEEP, FORWARD, PART, SAVED, CARRY, WALK = range(6)
"""What waits: a deposit to be swept; money of a relay, splitter, saver, bot or walk-in to go on."""


class Moved(NamedTuple):
    """Transactions being made, each one transfer; `counts`: how many there are."""

    block: Ints
    sender: Ints
    receiver: Ints
    asset: Ints
    amount: Ints
    fee: Ints
    counts: Ints


class Purses(NamedTuple):
    """What everybody holds: (wallets, 2) by asset; users first, then the exchanges' hot wallets."""

    held: Ints
    deposits: Ints


class Waiting(NamedTuple):
    """What will be moved on, in the order in which it is due: a ring, `counts` its two ends."""

    due: Ints
    what: Ints
    number: Ints
    asset: Ints
    amount: Ints
    target: Ints
    counts: Ints


@kernel
def move_kernel(
    moved: Any, block: Any, sender: Any, receiver: Any, asset: Any, amount: Any, fee: Any
) -> None:
    """Add a transaction."""
    at = moved.counts[0]
    moved.block[at] = block
    moved.sender[at] = sender
    moved.receiver[at] = receiver
    moved.asset[at] = asset
    moved.amount[at] = amount
    moved.fee[at] = fee
    moved.counts[0] = at + 1


@kernel
def wait_kernel(
    waiting: Any, due: Any, what: Any, number: Any, asset: Any, amount: Any, target: Any
) -> None:
    """Put money among what will be moved on."""
    at = waiting.counts[1] % len(waiting.due)
    waiting.due[at] = due
    waiting.what[at] = what
    waiting.number[at] = number
    waiting.asset[at] = asset
    waiting.amount[at] = amount
    waiting.target[at] = target
    waiting.counts[1] += 1


@kernel
def _sweep(moved: Any, purses: Any, users: Any, block: Any, number: Any, asset: Any) -> None:
    """Let an exchange empty a deposit address; it pays the fee of a token's transfer beforehand."""
    exchange = number % EXCHANGES
    owner = DEPOSIT + number
    held = purses.deposits[number, asset]
    parts = 2 if number % SPLIT == 0 else 1
    if asset == TOKEN and held > 0 and purses.deposits[number, COIN] < parts * FEE:
        move_kernel(moved, block, GAS + exchange, owner, COIN, 3 * FEE, FEE)
        purses.deposits[number, COIN] += 3 * FEE
    spare = held - parts * FEE if asset == COIN else held
    if spare <= 0:
        return
    if asset == TOKEN:
        purses.deposits[number, COIN] -= parts * FEE
    purses.deposits[number, asset] = 0
    if parts > 1 and spare > 3:
        move_kernel(moved, block, owner, COLD + exchange, asset, spare // 3, FEE)
        spare -= spare // 3
    move_kernel(moved, block, owner, HOT + exchange, asset, spare, FEE)
    purses.held[users + exchange, asset] += spare


@kernel
def _move_on(moved: Any, purses: Any, waiting: Any, chance: Any, users: Any, block: Any) -> None:
    """Move on what is due."""
    while waiting.counts[0] < waiting.counts[1]:
        at = waiting.counts[0] % len(waiting.due)
        if waiting.due[at] > block:
            return
        waiting.counts[0] += 1
        what, number, asset = waiting.what[at], waiting.number[at], waiting.asset[at]
        target = waiting.target[at]
        if what == SWEEP:
            _sweep(moved, purses, users, block, number, asset)
            continue
        amount = waiting.amount[at] - (2 * FEE if asset == COIN else 0)
        if amount <= 0:
            continue
        if what == FORWARD:
            move_kernel(moved, block, RELAY + number, USER + target, asset, amount, FEE)
            purses.held[target, asset] += amount
        elif what == SAVED:
            move_kernel(moved, block, SAVER + number, HOT + target, asset, amount, FEE)
            purses.held[users + target, asset] += amount
        elif what == WALK:
            move_kernel(moved, block, WALK_IN + number, HOT + target, asset, amount, FEE)
            purses.held[users + target, asset] += amount
        elif what == CARRY:
            move_kernel(moved, block, BOT + number, HOT + target, asset, amount, FEE)
            purses.held[users + target, asset] += amount
        else:
            part = amount * (35 + below(chance, 30)) // 100
            friend = below(chance, users)
            move_kernel(moved, block, SPLITTER + number, HOT + target, asset, part, FEE)
            move_kernel(moved, block, SPLITTER + number, USER + friend, asset, amount - part, FEE)
            purses.held[users + target, asset] += part
            purses.held[friend, asset] += amount - part


@kernel
def _to_deposit(
    moved: Any, purses: Any, soon: Any, block: Any, payer: Any, number: Any, asset: Any, amount: Any
) -> None:
    move_kernel(moved, block, payer, DEPOSIT + number, asset, amount, FEE)
    purses.deposits[number, asset] += amount
    wait_kernel(soon, block + SOON, SWEEP, number, asset, 0, 0)


@kernel
def _user_pays(
    moved: Any, purses: Any, soon: Any, late: Any, chance: Any, users: Any, block: Any, payer: Any,
    asset: Any, amount: Any,
) -> None:  # fmt: skip
    """Let a user pay somebody."""
    roll = below(chance, 1000)
    name = USER + payer
    if roll < 250:
        _to_deposit(moved, purses, soon, block, name, payer, asset, amount)
    elif roll < 290:  # a customer pays into somebody else's deposit address
        _to_deposit(moved, purses, soon, block, name, below(chance, users), asset, amount)
    elif roll < 310:
        move_kernel(moved, block, name, RELAY + payer, asset, amount, FEE)
        target = below(chance, users)
        wait_kernel(soon, block + SOON, FORWARD, payer, asset, amount, target)
    elif roll < 322:
        move_kernel(moved, block, name, SPLITTER + payer, asset, amount, FEE)
        wait_kernel(soon, block + SOON, PART, payer, asset, amount, payer % EXCHANGES)
    elif roll < 330:
        move_kernel(moved, block, name, SAVER + payer, asset, amount, FEE)
        wait_kernel(late, block + LATE, SAVED, payer, asset, amount, payer % EXCHANGES)
    elif roll == 330 and below(chance, 4) == 0:
        chance.fresh[0] += 1
        number = chance.fresh[0]
        move_kernel(moved, block, name, WALK_IN + number, asset, amount, FEE)
        wait_kernel(soon, block + SOON, WALK, number, asset, amount, payer % EXCHANGES)
    else:
        other = below(chance, users)
        move_kernel(moved, block, name, USER + other, asset, amount, FEE)
        purses.held[other, asset] += amount


@kernel
def _exchange_pays(
    moved: Any, purses: Any, soon: Any, chance: Any, users: Any, block: Any, exchange: Any,
    asset: Any, amount: Any,
) -> None:  # fmt: skip
    """Let an exchange pay out: to a user, into a deposit address elsewhere, or to a bot."""
    roll = below(chance, 100)
    user = below(chance, users)
    if roll < 6 and user % EXCHANGES != exchange:
        _to_deposit(moved, purses, soon, block, HOT + exchange, user, asset, amount)
    elif roll < 10:
        bot = below(chance, BOTS)
        move_kernel(moved, block, HOT + exchange, BOT + bot, asset, amount, FEE)
        target = (exchange + 1 + below(chance, EXCHANGES - 1)) % EXCHANGES
        wait_kernel(soon, block + SOON, CARRY, bot, asset, amount, target)
    else:
        move_kernel(moved, block, HOT + exchange, USER + user, asset, amount, FEE)
        purses.held[user, asset] += amount


@kernel
def dealings_kernel(
    moved: Any, purses: Any, soon: Any, late: Any, chance: Any, block: Any, blocks: Any,
    per_block: Any, users: Any,
) -> None:  # fmt: skip
    """Fill `blocks` blocks from `block` on with about `per_block` transactions each."""
    for height in range(block, block + blocks):
        until = moved.counts[0] + per_block
        for asset in range(2):
            lucky = below(chance, users)
            amount = REWARD if asset == COIN else ISSUED
            move_kernel(moved, height, NOBODY, USER + lucky, asset, amount, 0)
            purses.held[lucky, asset] += amount
        _move_on(moved, purses, soon, chance, users, height)
        _move_on(moved, purses, late, chance, users, height)
        misses = 0
        while moved.counts[0] < until and misses < 200:
            is_exchange = below(chance, 8) == 0
            payer = users + below(chance, EXCHANGES) if is_exchange else below(chance, users)
            asset = TOKEN if below(chance, 10) < 4 else COIN
            if purses.held[payer, COIN] < 4 * FEE or purses.held[payer, asset] < 8 * FEE:
                misses += 1
                continue
            purses.held[payer, COIN] -= FEE
            spare = purses.held[payer, asset]
            amount = 2 * FEE + (below(chance, spare - 2 * FEE) >> below(chance, 6))
            purses.held[payer, asset] -= amount
            if is_exchange:
                _exchange_pays(
                    moved, purses, soon, chance, users, height, payer - users, asset, amount
                )
            else:
                _user_pays(moved, purses, soon, late, chance, users, height, payer, asset, amount)
