"""Slow obvious tracing: the whole ledger, every place, every single unit, in plain lists.

The judges of the real ones. They share no code with them. A unit is None (clean), or the number of
the theft it is of; on its way through a transaction (theft, True) where it leaves a source there.
"""

from collections import defaultdict
from fractions import Fraction

NEVER = 10**9
NO_HOP = 10**9


def take(method, pool, amount):
    """Take units out of a pool (a list in the order of entry); beyond what it holds they are clean.

    Methods that keep no order between stolen and clean units give the stolen ones first.
    """
    known = min(amount, len(pool))
    stolen = [unit for unit in pool if unit is not None]
    clean = len(pool) - len(stolen)
    if method == "fifo":
        taken, pool[:] = pool[:known], pool[known:]
        return taken + [None] * (amount - known)
    if method == "lifo":
        taken = [pool.pop() for _ in range(known)]
        return taken + [None] * (amount - known)
    if method == "stolen-first":
        leaving = min(len(stolen), known)
    elif method == "haircut":
        leaving = len(stolen) * known // len(pool) if pool else 0
    else:
        leaving = known - min(clean, known)
    if method in {"haircut", "lowest-balance"}:
        taken = in_proportion(stolen, leaving)
    else:
        taken = stolen[:leaving]
    for unit in taken:
        pool.remove(unit)
    for _ in range(known - leaving):
        pool.remove(None)
    return taken + [None] * (amount - leaving)


def in_proportion(stolen, leaving):
    """Share out by the floor rule, one origin after the other; of a theft old before new."""
    taken, left = [], len(stolen)
    for origin in sorted(set(stolen), key=_rank):
        held = stolen.count(origin)
        part = leaving * held // left
        leaving, left = leaving - part, left - held
        taken += [origin] * part
    return taken


def _rank(unit):
    return unit if isinstance(unit, tuple) else (unit, False)


def theft_of(unit):
    return unit[0] if isinstance(unit, tuple) else unit


class Ends:
    """What a trace comes to, theft by theft: each a dict from a place to an amount."""

    def __init__(self):
        self.stolen = defaultdict(int)
        self.fees = defaultdict(int)
        self.arrived = defaultdict(int)
        self.returned = defaultdict(int)
        self.dormant = defaultdict(int)
        self.stopped = defaultdict(int)
        self.flows = defaultdict(int)

    def plain(self):
        return {
            name: {key: n for key, n in getattr(self, name).items() if n} for name in self.__dict__
        }


def count(units, ends, key):
    """Add stolen units to an end, under (theft, key)."""
    for unit in units:
        if unit is not None:
            ends[theft_of(unit), key] += 1


def account_twin(
    moves, method, sources, stops=(), marks=None, halts=(), since=None, *,
    max_age=None, max_hops=None, least=0,
):  # fmt: skip
    """Trace (sender, receiver, amount) moves, one a second.

    `sources` gives each source's theft, `marks` (theft, amount) of moves named as stolen, `since`
    each theft's time. Receiver None is a fee.
    """
    if method == "poison":
        return _account_poison(
            moves, sources, stops, marks or {}, halts, since or {},
            max_age=max_age, max_hops=max_hops, least=least,
        )  # fmt: skip
    ends, places = Ends(), defaultdict(list)
    hops, started = defaultdict(lambda: NO_HOP), {}
    for at, (sender, receiver, amount) in enumerate(moves):
        if not amount or (sender in sources and receiver in sources):
            continue
        fresh = sender in sources and at >= (since or {}).get(sources[sender], 0)
        if fresh:
            theft = sources[sender]
            started.setdefault(theft, at)
            units, hop = [theft] * amount, 1
            ends.stolen[theft, ""] += amount
        elif sender in sources or sender in stops:
            units, hop = [None] * amount, NO_HOP
        else:
            units, hop = take(method, places[sender], amount), hops[sender] + 1
            far = max_hops is not None and hops[sender] >= max_hops
            for n, unit in enumerate(units):
                old = max_age is not None and unit is not None and at > started[unit] + max_age
                if unit is not None and (far or old):
                    ends.stopped[unit, ("hops" if far else "age", sender)] += 1
                    units[n] = None
        marked = marks.get(at) if marks and not fresh and receiver not in sources else None
        small = marked is None and sum(unit is not None for unit in units) < least
        if marked:
            theft, named = marked
            if named:
                started.setdefault(theft, at)
            for n in range(named):
                if units[n] is None:
                    units[n], hop = theft, 1
                    ends.stolen[theft, ""] += 1
        count(units, ends.flows, (at, sender, receiver))
        if at in halts:
            count(units, ends.stopped, ("asked", at))
        elif receiver is None:
            count(units, ends.fees, "")
        elif receiver in sources:
            count(units, ends.returned, receiver)
        elif receiver in stops:
            count(units, ends.arrived, receiver)
        elif small:
            count(units, ends.stopped, ("amount", receiver))
        else:
            if any(unit is not None for unit in units):
                hops[receiver] = min(hops[receiver], hop)
            places[receiver] += units
            continue
        if receiver is not None and receiver not in sources and receiver not in stops:
            places[receiver] += [None] * amount
    for name, units in places.items():
        count(units, ends.dormant, name)
    return ends.plain()


def _account_poison(moves, sources, stops, marks, halts, since, *, max_age, max_hops, least):
    ends, touched, balance = Ends(), defaultdict(set), defaultdict(int)
    hops, started = defaultdict(lambda: NO_HOP), {}
    for at, (sender, receiver, amount) in enumerate(moves):
        if not amount or (sender in sources and receiver in sources):
            continue
        fresh = sender in sources and at >= since.get(sources[sender], 0)
        if fresh:
            thefts, hop = {sources[sender]}, 1
            started.setdefault(sources[sender], at)
            ends.stolen[sources[sender], ""] += amount
        elif sender in sources or sender in stops:
            thefts, hop = set(), NO_HOP
        else:
            thefts, hop = set(touched[sender]), hops[sender] + 1
            balance[sender] = max(0, balance[sender] - amount)
            far = max_hops is not None and hops[sender] >= max_hops
            for theft in sorted(thefts):
                if far or (max_age is not None and at > started[theft] + max_age):
                    ends.stopped[theft, ("hops" if far else "age", sender)] += amount
                    thefts.discard(theft)
        small = bool(thefts) and amount < least
        if at in marks and not fresh and receiver not in sources:
            theft, named = marks[at]
            small = False
            if named:
                started.setdefault(theft, at)
            if named and theft not in thefts:
                thefts.add(theft)
                hop = 1
                ends.stolen[theft, ""] += named
        for theft in thefts:
            ends.flows[theft, (at, sender, receiver)] += amount
        end = None
        if at in halts:
            end = (ends.stopped, ("asked", at))
        elif receiver is None:
            end = (ends.fees, "")
        elif receiver in sources:
            end = (ends.returned, receiver)
        elif receiver in stops:
            end = (ends.arrived, receiver)
        elif small:
            end = (ends.stopped, ("amount", receiver))
        for theft in thefts:
            if end:
                end[0][theft, end[1]] += amount
        if receiver is not None:
            balance[receiver] += amount
            if end is None and thefts:
                hops[receiver] = min(hops[receiver], hop)
                touched[receiver] |= thefts
    for name, thefts in touched.items():
        for theft in thefts:
            ends.dormant[theft, name] += balance[name]
    return ends.plain()


def haircut_in_fractions(moves, sources, stops):
    """The haircut without any rounding: what each destination would get in exact shares."""
    places = defaultdict(lambda: [Fraction(0), Fraction(0)])
    ends = defaultdict(Fraction)
    for sender, receiver, amount in moves:
        if sender in sources:
            stolen = Fraction(amount if receiver not in sources else 0)
        elif sender in stops:
            stolen = Fraction(0)
        else:
            clean, held = places[sender]
            known = min(Fraction(amount), clean + held)
            stolen = held * known / (clean + held) if known else Fraction(0)
            places[sender] = [clean - (known - stolen), held - stolen]
        if receiver in sources or receiver in stops:
            ends[receiver] += stolen
        else:
            places[receiver][0] += amount - stolen
            places[receiver][1] += stolen
    for name, (_, held) in places.items():
        if name not in sources and name not in stops:
            ends[name] += held
    return dict(ends)


def utxo_twin(
    transactions, method, sources, stops=(), halts=(), since=None, marks=None, *,
    max_age=None, max_hops=None, least=0, firsts=None, halted=(),
):  # fmt: skip
    """Trace transactions ([outputs spent], [(address, value)]), unit by unit.

    `sources` gives each source's theft; `marks` (theft, amount) of outputs; `halts` are
    transactions and `halted` outputs at which money stops. With `firsts`, the first transaction
    of every block, fees are followed to the coinbase of their block.
    """
    kind = _PoisonTwin if method == "poison" else _UtxoTwin
    walk = kind(transactions, method, sources, set(stops) - set(sources))
    walk.halts, walk.halted, walk.since, walk.marks = halts, halted, since or {}, marks or {}
    walk.max_age, walk.max_hops, walk.least, walk.firsts = max_age, max_hops, least, firsts
    return walk.run()


class _UtxoTwin:
    """Outputs as lists of units."""

    def __init__(self, transactions, method, sources, stops):
        self.transactions, self.method = transactions, method
        self.sources, self.stops = sources, stops
        self.ends = Ends()
        self.values = [value for _, outs in transactions for _, value in outs]
        self.owners = [name for _, outs in transactions for name, _ in outs]
        self.starts = [0]
        for _, outs in transactions:
            self.starts.append(self.starts[-1] + len(outs))
        self.spent = {o: n for n, (spent, _) in enumerate(transactions) for o in spent}
        self.held, self.hops, self.started, self.fees = {}, {}, {}, {}

    def run(self):
        for first, last in self._blocks():
            late = self.firsts is not None and not self.transactions[first][0]
            for number in range(first, last + 1):
                if not (late and number == first):
                    self._spend(number, late=late)
            if late:
                self._pay_miner(first, last)
        for output in self.held:
            if output not in self.spent:
                self._end(self.held[output], output, "dormant", output)
        return self.ends.plain()

    def _blocks(self):
        firsts = self.firsts or list(range(len(self.transactions)))
        ends = [*(n - 1 for n in firsts[1:]), len(self.transactions) - 1]
        return list(zip(firsts, ends, strict=True))

    def outputs(self, number):
        return range(self.starts[number], self.starts[number + 1])

    def _is_fresh(self, output, number):
        theft = self.sources.get(self.owners[output])
        return theft is not None and number >= self.since.get(theft, 0)

    def _spend(self, number, *, late):
        pool, hop = [], NO_HOP
        for output in self.transactions[number][0]:
            if self._is_fresh(output, number):
                theft = self.sources[self.owners[output]]
                units = [(theft, True)] * self.values[output]
                if units:
                    hop = 0
                    self.started.setdefault(theft, number)
                    self.ends.stolen[theft, ""] += len(units)
            else:
                units = self._limited(output, number)
                if any(unit is not None for unit in units):
                    hop = min(hop, self.hops[output])
            pool += units
        if number in self.halts:
            count(pool, self.ends.stopped, ("asked", number))
            pool, hop = [None] * len(pool), NO_HOP
        for output in self.outputs(number):
            self._pay(output, take(self.method, pool, self.values[output]), hop + 1, number)
        fee = take(self.method, pool, len(pool))
        if late:
            self.fees[number] = ([theft_of(unit) for unit in fee], hop + 1)
        else:
            count(fee, self.ends.fees, "")

    def _limited(self, output, number):
        units = list(self.held.get(output, [None] * self.values[output]))
        far = self.max_hops is not None and self.hops.get(output, 0) >= self.max_hops
        for n, unit in enumerate(units):
            if unit is None:
                continue
            old = self.max_age is not None and number > self.started[unit] + self.max_age
            if far or old:
                self.ends.stopped[unit, ("hops" if far else "age", output)] += 1
                units[n] = None
        return units

    def _pay(self, output, units, hop, number):
        owner = self.owners[output]
        if owner in self.sources:
            for unit in units:
                if isinstance(unit, tuple):  # change, that never left
                    self.ends.stolen[unit[0], ""] -= 1
                elif unit is not None:
                    self.ends.returned[unit, owner] += 1
            return
        units = [theft_of(unit) for unit in units]
        small = output not in self.marks and sum(u is not None for u in units) < self.least
        if output in self.marks:
            theft, named = self.marks[output]
            if named:
                self.started.setdefault(theft, number)
            for n in range(named):
                if units[n] is None:
                    units[n], hop = theft, min(hop, 1)
                    self.ends.stolen[theft, ""] += 1
        self._arrive(output, units, hop, small=small)

    def _arrive(self, output, units, hop, *, small):
        owner = self.owners[output]
        if output in self.halted:
            self._end(units, output, "stopped", ("asked", output))
        elif owner in self.stops:
            self._end(units, output, "arrived", owner)
        elif small:
            self._end(units, output, "stopped", ("amount", output))
        elif any(unit is not None for unit in units):
            self.held[output], self.hops[output] = units, hop

    def _end(self, units, output, name, key):
        count(units, getattr(self.ends, name), key)

    def fee(self, number):
        spent, outs = self.transactions[number]
        return sum(self.values[o] for o in spent) - sum(value for _, value in outs)

    def _pay_miner(self, first, last):
        """New coins first, then the fees of the block in the order of its transactions."""
        numbers = range(first + 1, last + 1)
        made = sum(value for _, value in self.transactions[first][1])
        pool = [None] * max(0, made - sum(map(self.fee, numbers)))
        hop = NO_HOP
        for number in numbers:
            units, hops = self.fees[number]
            if any(unit is not None for unit in units):
                hop = min(hop, hops)
            pool += units
        for output in self.outputs(first):
            units = take(self.method, pool, self.values[output])
            if self.spent.get(output, NEVER) <= last:
                count(units, self.ends.fees, "")
            else:
                self._pay(output, units, hop + 1, last)
        count(take(self.method, pool, len(pool)), self.ends.fees, "")


class _PoisonTwin(_UtxoTwin):
    """Outputs as sets of thefts: each counts the whole output."""

    def _spend(self, number, *, late):
        touched, hop = set(), NO_HOP
        entered, fresh = defaultdict(int), defaultdict(int)
        for output in self.transactions[number][0]:
            value = self.values[output]
            if self._is_fresh(output, number):
                theft = self.sources[self.owners[output]]
                if value:
                    hop = 0
                    self.started.setdefault(theft, number)
                    touched.add((theft, True))
                    fresh[theft] += value
                    entered[theft] += value
            else:
                thefts = self._limited(output, number)
                hop = min(hop, self.hops[output]) if thefts else hop
                touched |= {(theft, False) for theft in thefts}
                for theft in thefts:
                    entered[theft] += value
        if number in self.halts:
            for theft, value in entered.items():
                self.ends.stopped[theft, ("asked", number)] += value
            touched, hop = set(), NO_HOP
        back = defaultdict(int)
        left = sum(self.values[o] for o in self.transactions[number][0])
        for output in self.outputs(number):
            left -= min(left, self.values[output])
            self._pay_all(output, touched, hop + 1, number, back)
        for theft, value in fresh.items():
            self.ends.stolen[theft, ""] += max(0, value - back[theft])
        thefts = {theft for theft, _ in touched}
        if late:
            self.fees[number] = (thefts if left else set(), hop + 1)
        else:
            for theft in thefts:
                self.ends.fees[theft, ""] += left

    def _limited(self, output, number):
        thefts = set(self.held.get(output, ()))
        far = self.max_hops is not None and self.hops.get(output, 0) >= self.max_hops
        for theft in sorted(thefts):
            if far or (self.max_age is not None and number > self.started[theft] + self.max_age):
                rule = "hops" if far else "age"
                self.ends.stopped[theft, (rule, output)] += self.values[output]
                thefts.discard(theft)
        return thefts

    def _pay_all(self, output, touched, hop, number, back):
        owner, value = self.owners[output], self.values[output]
        if owner in self.sources:
            for theft, is_fresh in touched:
                if is_fresh:
                    back[theft] += value
                else:
                    self.ends.returned[theft, owner] += value
            return
        thefts = {theft for theft, _ in touched} if value else set()
        small = output not in self.marks and (value if thefts else 0) < self.least
        if output in self.marks:
            theft, named = self.marks[output]
            if named:
                self.started.setdefault(theft, number)
            if named and theft not in thefts:
                self.ends.stolen[theft, ""] += named
                thefts.add(theft)
                hop = min(hop, 1)
        self._arrive(output, sorted(thefts), hop, small=small)

    def _end(self, units, output, name, key):
        for theft in units:
            getattr(self.ends, name)[theft, key] += self.values[output]

    def _pay_miner(self, first, last):
        touched, hop = set(), NO_HOP
        for number in range(first + 1, last + 1):
            thefts, hops = self.fees[number]
            if thefts:
                hop = min(hop, hops)
            touched |= thefts
        made = sum(value for _, value in self.transactions[first][1])
        left = max(made, sum(self.fee(n) for n in range(first + 1, last + 1)))
        for output in self.outputs(first):
            value = self.values[output]
            left -= min(left, value)
            if self.spent.get(output, NEVER) <= last:
                for theft in touched:
                    self.ends.fees[theft, ""] += value
            else:
                both = {(theft, False) for theft in touched}
                self._pay_all(output, both, hop + 1, last, defaultdict(int))
        for theft in touched:
            self.ends.fees[theft, ""] += left


def every_allocation(transactions, marks):
    """Yield what lies where under every rule there can be: {output or "fee": stolen units}.

    `marks` are the stolen units of outputs that carry none before. Every transaction may lay the
    stolen units that it takes in on its outputs and its fee in any way that fits.
    """
    values = [value for _, outs in transactions for _, value in outs]
    starts = [0]
    for _, outs in transactions:
        starts.append(starts[-1] + len(outs))

    def go(number, held):
        if number == len(transactions):
            yield held
            return
        spent, outs = transactions[number]
        stolen = sum(held.get(o, 0) for o in spent)
        rest = {o: n for o, n in held.items() if o not in spent}
        places = list(range(starts[number], starts[number + 1]))
        fee = max(0, sum(values[o] for o in spent) - sum(value for _, value in outs))
        room = [values[o] for o in places] + [fee]
        for split in _splits(stolen, room):
            now = dict(rest)
            for place, units in zip([*places, "fee"], split, strict=True):
                if units:
                    now[place] = now.get(place, 0) + units
            for place in places:
                if place in marks:
                    now[place] = marks[place]
            yield from go(number + 1, now)

    yield from go(0, {})


def every_account_allocation(moves, marks):
    """Yield what lies where under every rule there can be, on accounts: {name: stolen units}.

    `marks` are the stolen units of moves whose sender holds none. A payment may carry any number
    of the sender's stolen units that leaves it no more than its balance.
    """

    def go(at, stolen, balance, fees):
        if at == len(moves):
            yield {**stolen, None: fees} if fees else stolen
            return
        sender, receiver, amount = moves[at]
        has, held = balance.get(sender, 0), stolen.get(sender, 0)
        left = max(0, has - amount)
        low, high = max(0, held - left), min(held, amount)
        choices = [marks[at]] if at in marks else range(low, high + 1)
        for units in choices:
            now, balances = dict(stolen), dict(balance)
            if at not in marks:
                now[sender] = held - units
            balances[sender] = left
            if receiver is not None:
                now[receiver] = now.get(receiver, 0) + units
                balances[receiver] = balances.get(receiver, 0) + amount
            yield from go(at + 1, now, balances, fees + (units if receiver is None else 0))

    yield from go(0, {}, {}, 0)


def _splits(total, room):
    """Yield every way to lay units into places that hold so many each."""
    if not room:
        if not total:
            yield ()
        return
    for here in range(min(total, room[0]) + 1):
        for rest in _splits(total - here, room[1:]):
            yield (here, *rest)
