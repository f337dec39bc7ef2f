"""Slow obvious tracing: the whole ledger, every account, and for FIFO every single unit.

The judges of the real ones. They share no code with them.
"""

from collections import defaultdict
from fractions import Fraction


def account_twin(moves, method, sources, stops, since=None, marks=None, halts=()):
    """Trace (sender, receiver, amount) moves; return the ends and all tainted movements."""
    places = defaultdict(lambda: [] if method == "fifo" else [0, 0])
    ends = {"stolen": 0, "arrived": defaultdict(int), "returned": defaultdict(int), "flows": []}
    ends["stopped"] = defaultdict(int)
    stops = set(stops) - set(sources)
    for number, (sender, receiver, amount) in enumerate(moves):
        if sender in sources and (since is None or number >= since):
            robbed = receiver not in sources
            units = _bundle(method, amount if robbed else 0, amount)
            ends["stolen"] += amount if robbed else 0
        else:
            units = _bundle(method, 0, amount)
            if sender not in stops and sender not in sources:
                units = _withdraw(method, places[sender], amount)
            if marks and number in marks and receiver not in sources:
                units, new = _mark(method, units, marks[number])
                ends["stolen"] += new
        tainted = _count(method, units)
        if tainted:
            ends["flows"].append((sender, receiver, tainted, amount, number))
        if number in halts:
            ends["stopped"][number] += tainted
            units, tainted = _bundle(method, 0, amount), 0
        if receiver in sources:
            ends["returned"][receiver] += tainted
        elif receiver in stops:
            ends["arrived"][receiver] += tainted
        elif method == "fifo":
            places[receiver].extend(units)
        else:
            places[receiver][0] += units[0]
            places[receiver][1] += units[1]
    ends["dormant"] = {
        name: _count(method, place)
        for name, place in places.items()
        if name not in sources and name not in stops and _count(method, place)
    }
    ends["arrived"] = {k: v for k, v in ends["arrived"].items() if v}
    ends["returned"] = {k: v for k, v in ends["returned"].items() if v}
    ends["stopped"] = {k: v for k, v in ends["stopped"].items() if v}
    return ends


def _bundle(method, stolen, amount):
    if method == "fifo":
        return [True] * stolen + [False] * (amount - stolen)
    return [amount - stolen, stolen]


def _count(method, units):
    return sum(units) if method == "fifo" else units[1]


def _withdraw(method, place, amount):
    if method == "fifo":
        taken, place[:] = place[:amount], place[amount:]
        return taken + [False] * (amount - len(taken))
    clean, stolen = place
    known = min(amount, clean + stolen)
    part = stolen * known // (clean + stolen) if known else 0
    place[0] -= known - part
    place[1] -= part
    return [amount - part, part]


def _mark(method, units, amount):
    """Mark the first `amount` units stolen; under haircut stolen units stand before clean ones."""
    if method == "fifo":
        new = sum(not unit for unit in units[:amount])
        return [True] * min(amount, len(units)) + units[amount:], new
    new = max(0, amount - units[1])
    return [units[0] - new, units[1] + new], new


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


def utxo_twin(transactions, method, sources, stops, stop_transactions=(), since=None, marks=None):
    """Trace transactions ([outputs spent], [(address, value)]) unit by unit or share by share.

    A unit is None (clean) or the number of the input by which it came, with whether it is fresh
    from a source. Returns the ends; dormant is keyed by output number.
    """
    made = []  # each output: (address, value, its units: for fifo a list of bools, else a count)
    stolen = fees = 0
    arrived, returned, stopped = defaultdict(int), defaultdict(int), {}
    stops = set(stops) - set(sources)
    dormant = {}
    for number, (spent, outputs) in enumerate(transactions):
        pool, fresh = [], set()
        for at, output in enumerate(spent):
            address, value, units = made[output]
            if address in sources and (since is None or number >= since):
                fresh.add(at)
                units = [True] * value
            pool += [(at if unit else None) for unit in units]
            dormant.pop(output, None)
        if number in stop_transactions:
            held = [unit for unit in pool if unit is not None]
            stolen += sum(unit in fresh for unit in held)
            if held:
                stopped[number] = len(held)
            made += [(address, value, [False] * value) for address, value in outputs]
            continue
        for address, value in outputs:
            taken = _take_units(method, pool, value)
            old = sum(unit is not None and unit not in fresh for unit in taken)
            new = sum(unit is not None and unit in fresh for unit in taken)
            units = [unit is not None for unit in taken]
            here = len(made)
            if address in sources:
                returned[address] += old
                units = [False] * value
            else:
                stolen += new
                if marks and here in marks:
                    marked = min(marks[here], value)
                    stolen += sum(not unit for unit in units[:marked])
                    units = [True] * marked + units[marked:]
                if address in stops:
                    arrived[address] += sum(units)
                    units = [False] * value
                elif sum(units):
                    dormant[here] = sum(units)
            made.append((address, value, units))
        stolen += sum(unit in fresh for unit in pool if unit is not None)
        fees += sum(unit is not None for unit in pool)
    return {
        "stolen": stolen,
        "fees": fees,
        "arrived": {k: v for k, v in arrived.items() if v},
        "returned": {k: v for k, v in returned.items() if v},
        "stopped": stopped,
        "dormant": dormant,
    }


def _take_units(method, pool, value):
    """Take units out of a pool: the first ones, or a floor's share of each input's stolen ones."""
    known = min(value, len(pool))
    if method == "fifo":
        taken, pool[:] = pool[:known], pool[known:]
        return taken + [None] * (value - known)
    stolen = [unit for unit in pool if unit is not None]
    leaving, left = (len(stolen) * known // len(pool) if known else 0), len(stolen)
    taken = []
    for origin in sorted(set(stolen)):
        held = stolen.count(origin)
        part = leaving * held // left
        leaving, left = leaving - part, left - held
        taken += [origin] * part
    for unit in taken:
        pool.remove(unit)
    for _ in range(known - len(taken)):
        pool.remove(None)
    return taken + [None] * (value - len(taken))
