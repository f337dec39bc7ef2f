"""Background traffic in a kernel: wallets that pay each other, exchanges that sweep and pay out.

All chance comes from one counter of 64 bits (splitmix64; Steele, Lea and Flood, 2014), so the same
seed gives the same chain on every machine.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel

Ints = npt.NDArray[np.int64]

FEE = 2_500
"""The least fee, in base units; a coin of a few fees is moved whole."""

EXCHANGES = 3
USER, DEPOSIT, DECOY, FRESH = 10**6, 10**12, 2 * 10**12, 3 * 10**12
"""Where the numbers of addresses begin, by what they are; below USER are the parties with names."""

HOT = 0
"""The numbers of the exchanges' hot wallets, and of their wallets behind the users'."""

COLD = 100
SPLIT = 20
"""Of so many deposit addresses, one is forwarded in two parts."""

WAIT = 6
"""Blocks after which a deposit is forwarded."""

COINBASE = 50 * 100_000_000


class Made(NamedTuple):
    """Transactions being made; `counts`: how many transactions, outputs and inputs there are."""

    block: Ints
    outs: Ints
    ins: Ints
    owner: Ints
    value: Ints
    maker: Ints
    place: Ints
    spent_value: Ints
    spent_owner: Ints
    counts: Ints


class Coins(NamedTuple):
    """Unspent coins in wallets: each wallet a chain of slots, `heads` its first, -1 at the end.

    `counts`: slots used, first free slot.
    """

    maker: Ints
    place: Ints
    value: Ints
    owner: Ints
    after: Ints
    heads: Ints
    counts: Ints


class Queue(NamedTuple):
    """Coins that will be forwarded: a ring; `counts` says where it begins and ends."""

    maker: Ints
    place: Ints
    value: Ints
    owner: Ints
    due: Ints
    wallet: Ints
    counts: Ints


class Chance(NamedTuple):
    """The counter of chance, the last fresh address, and whose each fresh one is: the truth."""

    counter: npt.NDArray[np.uint64]
    fresh: Ints
    owners: Ints


@kernel
def mixed(counter: Any) -> Any:
    """Return 64 bits that a counter stands for."""
    z = np.uint64(counter)
    z = np.uint64((z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9))
    z = np.uint64((z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB))
    return np.uint64(z ^ (z >> np.uint64(31)))


@kernel
def below(chance: Any, limit: Any) -> Any:
    """Return a number from 0 to below the limit."""
    chance.counter[0] += np.uint64(0x9E3779B97F4A7C15)
    return np.int64((mixed(chance.counter[0]) >> np.uint64(1)) % np.uint64(limit))


@kernel
def begin_kernel(made: Any, block: Any) -> None:
    """Begin a transaction."""
    row = made.counts[0]
    made.block[row] = block
    made.outs[row] = 0
    made.ins[row] = 0
    made.counts[0] = row + 1


@kernel
def spend_kernel(made: Any, maker: Any, place: Any, value: Any, owner: Any) -> None:
    """Add an input to the transaction that was begun last."""
    at = made.counts[2]
    made.maker[at] = maker
    made.place[at] = place
    made.spent_value[at] = value
    made.spent_owner[at] = owner
    made.counts[2] = at + 1
    made.ins[made.counts[0] - 1] += 1


@kernel
def pay_kernel(made: Any, owner: Any, value: Any) -> Any:
    """Add an output to it; return its place."""
    at = made.counts[1]
    made.owner[at] = owner
    made.value[at] = value
    made.counts[1] = at + 1
    row = made.counts[0] - 1
    made.outs[row] += 1
    return made.outs[row] - 1


@kernel
def push_kernel(coins: Any, wallet: Any, maker: Any, place: Any, value: Any, owner: Any) -> None:
    """Put a coin into a wallet."""
    slot = coins.counts[1]
    if slot >= 0:
        coins.counts[1] = coins.after[slot]
    else:
        slot = coins.counts[0]
        coins.counts[0] = slot + 1
    coins.maker[slot] = maker
    coins.place[slot] = place
    coins.value[slot] = value
    coins.owner[slot] = owner
    coins.after[slot] = coins.heads[wallet]
    coins.heads[wallet] = slot


@kernel
def _take(made: Any, coins: Any, wallet: Any) -> Any:
    """Spend a wallet's first coin; return its value."""
    slot = coins.heads[wallet]
    coins.heads[wallet] = coins.after[slot]
    coins.after[slot] = coins.counts[1]
    coins.counts[1] = slot
    spend_kernel(made, coins.maker[slot], coins.place[slot], coins.value[slot], coins.owner[slot])
    return coins.value[slot]


@kernel
def wait_kernel(
    queue: Any, maker: Any, place: Any, value: Any, owner: Any, due: Any, wallet: Any
) -> None:
    """Put a coin among those that will be forwarded to a wallet."""
    at = queue.counts[1] % len(queue.maker)
    queue.maker[at] = maker
    queue.place[at] = place
    queue.value[at] = value
    queue.owner[at] = owner
    queue.due[at] = due
    queue.wallet[at] = wallet
    queue.counts[1] += 1


@kernel
def _address(chance: Any, wallet: Any, fresh: Any) -> Any:
    """Return an address of a user: his own, or with a chance of `fresh` in 100 a new one."""
    if below(chance, 100) < fresh:
        chance.fresh[0] += 1
        chance.owners[chance.fresh[0]] = wallet
        return FRESH + chance.fresh[0]
    return USER + wallet


@kernel
def _forward(made: Any, coins: Any, queue: Any, first: Any, block: Any, users: Any) -> None:
    """Forward the coins that are due: a deposit to its hot wallet, a decoy to another user."""
    while queue.counts[0] < queue.counts[1]:
        at = queue.counts[0] % len(queue.maker)
        if queue.due[at] > block:
            return
        queue.counts[0] += 1
        wallet, owner, value = queue.wallet[at], queue.owner[at], queue.value[at]
        begin_kernel(made, block)
        spend_kernel(made, queue.maker[at], queue.place[at], value, owner)
        row = first + made.counts[0] - 1
        left = value - FEE if value > 2 * FEE else value
        target = HOT + wallet - users if wallet >= users else USER + wallet
        if wallet >= users and (owner - DEPOSIT) % SPLIT == 0 and owner < DECOY:
            part = left // 3
            pay_kernel(made, COLD + wallet - users, part)
            left -= part
        place = pay_kernel(made, target, left)
        push_kernel(coins, wallet, row, place, left, target)


@kernel
def _pay_out(
    made: Any, coins: Any, chance: Any, row: Any, total: Any, users: Any, payer: Any
) -> None:
    """Let an exchange pay many customers at once."""
    count = 3 + below(chance, 28)
    left = total - FEE - 300 * count
    for _ in range(count):
        value = left // (2 * count) + below(chance, max(1, left // (4 * count)))
        user = below(chance, users)
        owner = _address(chance, user, 35)
        push_kernel(coins, user, row, pay_kernel(made, owner, value), value, owner)
        left -= value
    owner = HOT + payer - users
    push_kernel(coins, payer, row, pay_kernel(made, owner, left), left, owner)


@kernel
def _payment(
    made: Any,
    coins: Any,
    queue: Any,
    chance: Any,
    first: Any,
    block: Any,
    users: Any,
    deposits: Any,
) -> None:
    """Make one payment of a user or an exchange."""
    payer = users + below(chance, EXCHANGES) if below(chance, 8) == 0 else below(chance, users)
    tries = 0
    while coins.heads[payer] < 0 and tries < 32:
        payer = below(chance, users)
        tries += 1
    if coins.heads[payer] < 0:
        return
    roll = below(chance, 1000)
    wanted = 1 + (roll < 600) + (roll < 400) + (roll < 200) + (12 if roll < 30 else 0)
    begin_kernel(made, block)
    row = first + made.counts[0] - 1
    own = coins.owner[coins.heads[payer]]
    total = 0
    while wanted and coins.heads[payer] >= 0:
        total += _take(made, coins, payer)
        wanted -= 1
    if total <= 8 * FEE:
        user = below(chance, users)
        owner = _address(chance, user, 35)
        push_kernel(coins, user, row, pay_kernel(made, owner, total), total, owner)
        return
    kind = below(chance, 100)
    if payer >= users and kind < 15 and total > 40 * FEE:
        _pay_out(made, coins, chance, row, total, users, payer)
        return
    fee = FEE + below(chance, FEE)
    paid = FEE + (below(chance, total - 3 * FEE) >> below(chance, 5))
    change = total - paid - fee
    back = own if payer >= users or below(chance, 2) else _address(chance, payer, 100)
    turned = below(chance, 2)
    if turned and change > 0:
        push_kernel(coins, payer, row, pay_kernel(made, back, change), change, back)
    if payer < users and kind < 14:
        number = payer % deposits
        owner = DEPOSIT + number
        place = pay_kernel(made, owner, paid)
        wait_kernel(queue, row, place, paid, owner, block + WAIT, users + number % EXCHANGES)
    elif payer < users and kind < 16:
        owner = DECOY + payer % deposits
        place = pay_kernel(made, owner, paid)
        wait_kernel(queue, row, place, paid, owner, block + WAIT, below(chance, users))
    else:
        user = below(chance, users)
        owner = _address(chance, user, 35)
        push_kernel(coins, user, row, pay_kernel(made, owner, paid), paid, owner)
    if not turned and change > 0:
        push_kernel(coins, payer, row, pay_kernel(made, back, change), change, back)


@kernel
def traffic_kernel(
    made: Any, coins: Any, queue: Any, chance: Any, first: Any, block: Any, blocks: Any,
    per_block: Any, users: Any, deposits: Any,
) -> None:  # fmt: skip
    """Fill `blocks` blocks from `block` on with about `per_block` transactions each.

    `first` is the number of the transaction that row 0 of `made` holds.
    """
    for height in range(block, block + blocks):
        until = made.counts[0] + per_block
        begin_kernel(made, height)
        user = below(chance, users)
        row = first + made.counts[0] - 1
        place = pay_kernel(made, USER + user, COINBASE)
        push_kernel(coins, user, row, place, COINBASE, USER + user)
        _forward(made, coins, queue, first, height, users)
        while made.counts[0] < until:
            before = made.counts[0]
            _payment(made, coins, queue, chance, first, height, users, deposits)
            if made.counts[0] == before:
                break


@kernel
def ids_kernel(seed: Any, numbers: Any, words: Any) -> None:
    """Write the bits of the invented ids of some numbers: (n, w) words of 64 bits."""
    for row in range(len(numbers)):
        base = mixed(np.uint64(seed) ^ mixed(np.uint64(numbers[row]) + np.uint64(0xA5A5A5A5)))
        for word in range(words.shape[1]):
            words[row, word] = mixed(base + np.uint64(word) * np.uint64(0x9E3779B97F4A7C15))
