"""Slow obvious traffic: wallets are lists, what waits is a queue, chance is whole numbers.

The judge of the traffic's kernel. It shares the named numbers with it, and no code.
"""

from collections import deque
from dataclasses import dataclass, field

from sanctrail.ledger.simulation import traffic

BITS = 2**64 - 1
TIRED = 32
"""So often is another payer looked for when a wallet is empty."""


def mixed(counter):
    """64 bits that a counter stands for (splitmix64)."""
    z = ((counter ^ counter >> 30) * 0xBF58476D1CE4E5B9) & BITS
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & BITS
    return z ^ z >> 31


def id_bytes(seed, number, words):
    """The invented bits of a number: `words` of 64 bits, the low byte first."""
    base = mixed(seed ^ mixed(number + 0xA5A5A5A5))
    found = (mixed((base + word * 0x9E3779B97F4A7C15) & BITS) for word in range(words))
    return b"".join(word.to_bytes(8, "little") for word in found)


@dataclass
class Transaction:
    """Inputs are (transaction, place, value, owner), outputs (owner, value)."""

    block: int
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)


class Traffic:
    """Wallets of `users` users and, behind them, of the exchanges."""

    def __init__(self, seed, users, deposits):
        self.users, self.deposits = users, deposits
        self.chain = []
        self.wallets = [[] for _ in range(users + traffic.EXCHANGES)]
        self.waiting = deque()
        self._counter = 2 * seed + 1
        self._fresh = traffic.FRESH

    def run(self, first, blocks, size):
        """Make blocks of about `size` transactions, from height `first` on."""
        for height in range(first, first + blocks):
            until = len(self.chain) + size
            self._begin(height)
            user = self._below(self.users)
            self._pay(traffic.USER + user, traffic.COINBASE, user)
            while self.waiting and self.waiting[0][1] <= height:
                self._forward(height)
            while len(self.chain) < until and self._payment(height):
                pass

    def _below(self, limit):
        self._counter = (self._counter + 0x9E3779B97F4A7C15) & BITS
        return (mixed(self._counter) >> 1) % limit

    def _address(self, wallet, fresh):
        if self._below(100) < fresh:
            self._fresh += 1
            return self._fresh
        return traffic.USER + wallet

    def _hot(self, wallet):
        return traffic.HOT + wallet - self.users

    def _begin(self, height, coins=()):
        self.chain.append(Transaction(height, list(coins)))

    def _pay(self, owner, value, wallet=None):
        outputs = self.chain[-1].outputs
        outputs.append((owner, value))
        coin = (len(self.chain) - 1, len(outputs) - 1, value, owner)
        if wallet is not None:
            self.wallets[wallet].append(coin)
        return coin

    def _pay_somebody(self, value):
        user = self._below(self.users)
        self._pay(self._address(user, 35), value, user)

    def _forward(self, height):
        coin, _, wallet = self.waiting.popleft()
        *_, value, owner = coin
        self._begin(height, [coin])
        left = value - traffic.FEE if value > 2 * traffic.FEE else value
        if wallet < self.users:
            self._pay(traffic.USER + wallet, left, wallet)
            return
        part = left // 3 if (owner - traffic.DEPOSIT) % traffic.SPLIT == 0 else 0
        if part:
            self._pay(traffic.COLD + wallet - self.users, part)
        self._pay(self._hot(wallet), left - part, wallet)

    def _payer(self):
        exchange = self._below(8) == 0
        payer = self.users + self._below(traffic.EXCHANGES) if exchange else self._below(self.users)
        for _ in range(TIRED):
            if self.wallets[payer]:
                break
            payer = self._below(self.users)
        return payer if self.wallets[payer] else None

    def _payment(self, height):
        payer = self._payer()
        if payer is None:
            return False
        roll = self._below(1000)
        wanted = 1 + sum(roll < odds for odds in (600, 400, 200)) + 12 * (roll < 30)
        wallet = self.wallets[payer]
        own = wallet[-1][3]
        self._begin(height, [wallet.pop() for _ in range(min(wanted, len(wallet)))])
        total = sum(coin[2] for coin in self.chain[-1].inputs)
        if total <= 8 * traffic.FEE:
            self._pay_somebody(total)
            return True
        kind = self._below(100)
        if payer >= self.users and kind < 15 and total > 40 * traffic.FEE:
            self._pay_many(payer, total)
        else:
            self._pay_one(payer, total, own, kind, height)
        return True

    def _pay_many(self, payer, total):
        count = 3 + self._below(28)
        left = total - traffic.FEE - 300 * count
        for _ in range(count):
            value = left // (2 * count) + self._below(max(1, left // (4 * count)))
            self._pay_somebody(value)
            left -= value
        self._pay(self._hot(payer), left, payer)

    def _pay_one(self, payer, total, own, kind, height):
        fee = traffic.FEE + self._below(traffic.FEE)
        most = self._below(total - 3 * traffic.FEE)
        paid = traffic.FEE + (most >> self._below(5))
        back = own if payer >= self.users or self._below(2) else self._address(payer, 100)
        change_first = self._below(2)
        if change_first:
            self._pay(back, total - paid - fee, payer)
        number = payer % self.deposits
        if payer < self.users and kind < 14:
            coin = self._pay(traffic.DEPOSIT + number, paid)
            target = self.users + number % traffic.EXCHANGES
            self.waiting.append((coin, height + traffic.WAIT, target))
        elif payer < self.users and kind < 16:
            coin = self._pay(traffic.DECOY + number, paid)
            self.waiting.append((coin, height + traffic.WAIT, self._below(self.users)))
        else:
            self._pay_somebody(paid)
        if not change_first:
            self._pay(back, total - paid - fee, payer)
