"""A pass over a whole UTXO chain: where the stolen units of all thefts lie, without the movements.

Where a trail covers most of a chain, following it costs more than reading the chain once from end
to end. Each tainted output keeps its runs in one arena, in chain order; an untainted one costs a
look at one number. What comes out equals what the walk finds.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.attribution.coinjoins.detect import find
from sanctrail.attribution.coinjoins.shape import FOUND
from sanctrail.errors import TraceError
from sanctrail.ground.kernel import bare
from sanctrail.ground.progress import Bar
from sanctrail.ledger import UtxoLedger
from sanctrail.tracing.request import Request
from sanctrail.tracing.result import Stop
from sanctrail.tracing.setting import Setting, setting_of, since_of
from sanctrail.tracing.state import DAMAGED, NONE, found
from sanctrail.tracing.utxo import Named, sound_columns
from sanctrail.tracing.utxo_walk import first_unsound, time_of
from sanctrail.tracing.walking import refuse_damaged, table_of
from sanctrail.tracing.wide import whole_share

METHODS = ("fifo", "haircut", "poison")
FIFO, HAIRCUT, POISON = range(3)
CLEAN_ITEM = -1
_LAST = 1 << 30
"""Added to the theft of the last run of an output."""

_BITS = 62
_STEP = 1 << 20
_SHORT = np.int64(1 << 52)
_FEW = 500
"""Outputs up to which one quotient serves them all."""
DONE, FULL, NO_VALUE = range(3)

# What the pass counts, theft by theft.
STOLEN, FEES, SUMS = range(3)


class Arena(NamedTuple):
    """Runs of units: their amounts, and whose they are; `start` has each output's first, 0 none."""

    start: Any
    amount: Any
    theft: Any


class Asked(NamedTuple):
    """What is asked of the pass, as kernels read it."""

    method: Any
    mark_at: Any
    """Outputs named as stolen, rising, and behind them one that no output is."""
    mark_theft: Any
    mark_amount: Any
    halt_at: Any
    """Transactions at which money stops, rising, and behind them one that none is."""
    special_keys: Any
    special: Any
    halted_keys: Any
    halted: Any
    thefts: Any
    watched: Any
    """Whether any address or output is special."""


LYING = np.dtype([("output", "i8"), ("theft", "i8"), ("amount", "i8")])


@dataclass(slots=True)
class Whole:
    """Where one theft's units lie, by one method; the same as a trail's result, without a trail."""

    theft: str
    method: str
    stolen: int = 0
    fees: int = 0
    lying: npt.NDArray[Any] = field(default_factory=lambda: np.zeros(0, LYING))
    """Where units lie: (output, theft, amount), one row a run, by rising output."""
    arrived: dict[str, int] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    stopped: dict[Stop, int] = field(default_factory=dict)

    @property
    def dormant(self) -> int:
        """All units that lie in outputs that were never spent."""
        return int(self.lying["amount"].sum())


ENDS = np.dtype([("kind", "i8"), ("key", "i8"), ("theft", "i8"), ("amount", "i8")])
ARRIVED, RETURNED, HALTED, OUTPUT = range(4)

# Counters of a pass.
AT, USED, MARK, HALT, ENDED = range(5)
_NONE = np.iinfo(np.int64).max


class Columns(NamedTuple):
    """The ledger's columns that a pass reads."""

    first_output: Any
    first_input: Any
    inputs: Any
    values: Any
    owners: Any
    spent_by: Any
    block_first: Any
    block_time: Any
    address_starts: Any
    since: Any


def whole_chain(ledger: UtxoLedger, request: Request, method: str) -> list[Whole]:
    """Return where every theft's units lie, by one pass over the chain.

    Raises `TraceError` for methods and limits that only the walk knows.
    """
    _refuse_unknown(ledger, request, method)
    setting = setting_of(ledger, request)
    named = Named(ledger, request)
    columns = _columns(ledger, request)
    halted = dict(named.halted)
    joins = _coinjoins(ledger, request)
    asked = _asked(request, setting, named, sorted({*halted, *joins}), method)
    if first_unsound(columns) != NONE:
        refuse_damaged(ledger, DAMAGED)
    run = _Pass(ledger, columns, asked, setting)
    run.run()
    return run.results(request, named, joins)


def _refuse_unknown(ledger: Any, request: Request, method: str) -> None:
    rules = request.rules
    limited = rules.max_age is not None or rules.max_hops is not None or rules.min_amount
    if method not in METHODS:
        raise TraceError(
            f"A pass over the whole chain is made by {', '.join(METHODS)}, not by {method}. Leave "
            "--whole-chain out, and the trail is followed."
        )
    if not isinstance(ledger, UtxoLedger):
        raise TraceError("A pass over the whole chain is made on UTXO ledgers. Leave it out.")
    if limited or rules.follow_fees or rules.suspected:
        raise TraceError(
            "A pass over the whole chain knows no limits of age, hops or amount, follows no fees "
            "and stops at no suspected services. Leave those out, or --whole-chain."
        )
    if method == METHODS[POISON] and len(request.thefts) > _BITS:
        raise TraceError(f"A pass by poison takes {_BITS} thefts at most. Give fewer at a time.")


def _columns(ledger: UtxoLedger, request: Request) -> Columns:
    names = [name for name in Columns._fields if name != "since"]
    since = np.array(since_of(request), np.int64)
    columns = sound_columns(ledger)
    return Columns(**{name: columns[name] for name in names}, since=since)


def _coinjoins(ledger: UtxoLedger, request: Request) -> dict[int, str]:
    if request.rules.coinjoins == "spread":
        return {}
    return {
        join.number: f"{join.verdict.protocol}, {join.verdict.level}"
        for join in find(ledger)
        if join.several and (request.rules.coinjoins == "stop" or join.verdict.level == FOUND)
    }


def _asked(
    request: Request, setting: Setting, named: Named, halts: list[int], method: str
) -> Asked:
    marks = sorted((output, *mark) for output, mark in named.marks.items() if mark[1])
    special_keys, special = table_of(setting.special())
    halted_keys, halted = table_of(dict.fromkeys(named.halts, 1))
    return Asked(
        method=METHODS.index(method),
        mark_at=np.array([*(mark[0] for mark in marks), _NONE], np.int64),
        mark_theft=np.array([*(mark[1] for mark in marks), 0], np.int64),
        mark_amount=np.array([*(mark[2] for mark in marks), 0], np.int64),
        halt_at=np.array([*halts, _NONE], np.int64),
        special_keys=special_keys,
        special=special,
        halted_keys=halted_keys,
        halted=halted,
        thefts=len(request.thefts),
        watched=bool(setting.special() or named.halts),
    )


class _Pass:
    """One pass: its arena, its counters, and what it came to."""

    def __init__(
        self, ledger: UtxoLedger, columns: Columns, asked: Asked, setting: Setting
    ) -> None:
        self._ledger, self._columns, self._asked = ledger, columns, asked
        count = len(columns.values)
        self.arena = Arena(
            np.full(count, 0, np.int64),  # written once here, not page by page in the pass
            np.zeros(1 << 16, np.int64),
            np.zeros(1 << 16, np.int32),
        )
        for owner, theft in setting.sources.items():
            self.arena.start[np.asarray(ledger.outputs_of(owner), np.int64)] = -1 - theft
        self.ends = np.zeros(1 << 12, ENDS)
        self.counters = np.array([ledger.outside, 1, 0, 0, 0], np.int64)
        self.sums = np.zeros((SUMS, asked.thefts), np.int64)
        self._room = np.zeros((2, 1 << 12), np.int64)
        self._dense = asked.method == HAIRCUT and asked.thefts == 1

    def run(self) -> None:
        """Read the chain from end to end."""
        total = len(self._columns.first_input) - 1
        with Bar("reading the chain", total) as bar:
            while int(self.counters[AT]) < total:
                bar.reached(int(self.counters[AT]))
                status = self._step(min(int(self.counters[AT]) + _STEP, total))
                if status == FULL:
                    self._grow()
                elif status == NO_VALUE:
                    number = int(self.counters[AT])
                    raise TraceError(
                        f"transaction {self._ledger.transaction(number)}: it spends outputs whose "
                        "values the ledger does not know. Import the blocks that made them too."
                    )

    def _step(self, last: int) -> int:
        if self._dense:
            return int(
                dense_kernel(
                    self._columns, self._asked, self.arena.start, self.ends, self.counters,
                    self.sums, last,
                )
            )  # fmt: skip
        return int(
            pass_kernel(
                self._columns, self._asked, self.arena, self.ends, self.counters, self.sums,
                self._room, last,
            )
        )  # fmt: skip

    def _grow(self) -> None:
        used = int(self.counters[USED])
        if 2 * used > len(self.arena.amount):
            self.arena = self.arena._replace(
                amount=_longer(self.arena.amount), theft=_longer(self.arena.theft)
            )
        if 2 * int(self.counters[ENDED]) > len(self.ends):
            self.ends = _longer(self.ends)
        self._room = np.zeros((2, 2 * self._room.shape[1]), np.int64)

    def results(self, request: Request, named: Named, joins: dict[int, str]) -> list[Whole]:
        """Return what every theft came to."""
        lying = self._lying()
        made = [
            Whole(
                theft.name, METHODS[self._asked.method], int(self.sums[STOLEN, n]),
                int(self.sums[FEES, n]), lying=lying[lying["theft"] == n],
            )
            for n, theft in enumerate(request.thefts)
        ]  # fmt: skip
        self._tell_ends(made, named, joins)
        return made

    def _tell_ends(self, made: list[Whole], named: Named, joins: dict[int, str]) -> None:
        sums: dict[tuple[int, int, int], int] = defaultdict(int)
        for kind, key, theft, amount in self.ends[: int(self.counters[ENDED])].tolist():
            sums[kind, key, theft] += amount
        for (kind, key, theft), amount in sums.items():
            whole = made[theft]
            if kind in {ARRIVED, RETURNED}:
                end = whole.arrived if kind == ARRIVED else whole.returned
                end[self._ledger.address(key)] = amount
            elif kind == OUTPUT:
                whole.stopped[Stop(named.halts[key], "", "asked", "")] = amount
            elif key in named.halted:
                whole.stopped[Stop(named.halted[key], "", "asked", "")] = amount
            else:
                stop = Stop(self._ledger.transaction(key), "", "coinjoin", joins[key])
                whole.stopped[stop] = amount

    def _lying(self) -> npt.NDArray[Any]:
        """Return all stolen units in outputs that were never spent; see LYING."""
        rows = np.zeros(1 << 12, LYING)
        while True:
            count = int(lying_kernel(self._columns, self._asked, self.arena, self._dense, rows))
            if count <= len(rows):
                return rows[:count]
            rows = np.zeros(count, LYING)


def _longer(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    more = np.zeros(2 * len(array), array.dtype)
    more[: len(array)] = array
    return more


@bare
def pass_kernel(
    chain: Any, asked: Any, arena: Any, ends: Any, counters: Any, sums: Any, room: Any, last: Any
) -> Any:
    """Take transactions in order up to `last`; on FULL or NO_VALUE the one at hand is undone.

    Plain transactions, which are nearly all, are taken in one go; the rest go the long way.
    """
    number = counters[AT]
    while number < last:
        marked = asked.mark_at[counters[MARK]] < chain.first_output[number + 1]
        kind = _kind(chain, arena, number)
        if kind == UNTOUCHED and not marked:
            number += 1
            continue
        used, ended, mark = counters[USED], counters[ENDED], counters[MARK]
        plain = kind == CARRIES and not marked and _plain(chain, asked, arena, counters, number)
        if plain and asked.method == POISON:
            status = _touch_plainly(chain, asked, arena, sums, number)
        elif plain and asked.method == FIFO:
            status = _queue_plainly(chain, arena, counters, sums, number)
        elif asked.method == POISON:
            status = _touch(chain, asked, arena, ends, counters, sums, number)
        else:
            status = _flow(chain, asked, arena, ends, counters, sums, room, number)
        if status != DONE:
            counters[AT], counters[USED] = number, used
            counters[ENDED], counters[MARK] = ended, mark
            return status
        number += 1
    counters[AT] = number
    return DONE


UNTOUCHED, CARRIES, LEAVES = range(3)


@bare
def _kind(chain: Any, arena: Any, number: Any) -> Any:
    """Tell whether a transaction spends no stolen units, some, or a source's outputs."""
    kind = UNTOUCHED
    for at in range(chain.first_input[number], chain.first_input[number + 1]):
        start = arena.start[chain.inputs[at]]
        if start > 0:
            kind = CARRIES
        elif start < 0:
            return LEAVES
    return kind


@bare
def _plain(chain: Any, asked: Any, arena: Any, counters: Any, number: Any) -> Any:
    """Tell whether a transaction is no stop, and pays neither stops nor sources."""
    if _halts(asked, counters, number):
        return False
    if not asked.watched:
        return True
    for output in range(chain.first_output[number], chain.first_output[number + 1]):
        if (
            arena.start[output] < 0
            or found(asked.special_keys, asked.special, np.int64(chain.owners[output])) >= 0
            or found(asked.halted_keys, asked.halted, np.int64(output)) >= 0
        ):
            return False
    return True


@bare
def _queue_plainly(chain: Any, arena: Any, counters: Any, sums: Any, number: Any) -> Any:
    """Lay the runs of the inputs onto the outputs, in order, and the rest on the fee."""
    amounts, thefts, start = arena.amount, arena.theft, arena.start
    used = counters[USED]
    at, end = chain.first_input[number], chain.first_input[number + 1]
    item, left, theft = np.int64(0), np.int64(0), np.int32(0)
    last = True
    for output in range(chain.first_output[number], chain.first_output[number + 1]):
        need = np.int64(chain.values[output])
        first = used
        stolen = False
        while need > 0:
            if left == 0:
                if not last:
                    item += 1
                elif at < end:
                    spent = chain.inputs[at]
                    at += 1
                    item = start[spent]
                    if item == 0:
                        left, theft = chain.values[spent], np.int32(0)
                        if left < 0:
                            return NO_VALUE
                        continue
                else:
                    left, theft = need, np.int32(0)
                    continue
                left, theft = amounts[item], thefts[item]
                last = theft >= _LAST
                theft = np.int32(theft - _LAST) if last else theft
                continue
            part = min(need, left)
            need -= part
            left -= part
            stolen = stolen or theft != 0
            if used > first and thefts[used - 1] == theft:
                amounts[used - 1] += part
                continue
            if used + 1 >= len(amounts):
                return FULL
            amounts[used] = part
            thefts[used] = theft
            used += 1
        if stolen:
            thefts[used - 1] += np.int32(_LAST)
            start[output] = first
        else:
            used = first
    counters[USED] = used
    while True:
        if theft:
            sums[FEES, theft - 1] += left
        if not last:
            item += 1
        elif at < end:
            item = start[chain.inputs[at]]
            at += 1
            if item == 0:
                theft = np.int32(0)
                continue
        else:
            return DONE
        left, theft = amounts[item], thefts[item]
        last = theft >= _LAST
        theft = np.int32(theft - _LAST) if last else theft


@bare
def _touch_plainly(chain: Any, asked: Any, arena: Any, sums: Any, number: Any) -> Any:
    bits = np.int64(0)
    total = np.int64(0)
    for at in range(chain.first_input[number], chain.first_input[number + 1]):
        spent = chain.inputs[at]
        if chain.values[spent] < 0:
            return NO_VALUE
        total += chain.values[spent]
        bits |= arena.start[spent]
    for output in range(chain.first_output[number], chain.first_output[number + 1]):
        value = chain.values[output]
        if value > 0:
            total -= min(value, total)
            arena.start[output] = bits
    if total > 0:
        for theft in range(asked.thefts):
            if bits >> theft & 1:
                sums[FEES, theft] += total
    return DONE


@bare
def dense_kernel(
    chain: Any, asked: Any, taint: Any, ends: Any, counters: Any, sums: Any, last: Any
) -> Any:
    """Share out the units of one theft: `taint` (outputs,) holds how much of each is stolen.

    A source's outputs hold -1. Plain transactions are taken in one go, as in `pass_kernel`.
    """
    first_output, first_input, inputs = chain.first_output, chain.first_input, chain.inputs
    values = chain.values
    next_mark, next_halt = asked.mark_at[counters[MARK]], asked.halt_at[counters[HALT]]
    fees = np.int64(0)
    number = counters[AT]
    while number < last:
        begin, end = first_input[number], first_input[number + 1]
        out, out_end = first_output[number], first_output[number + 1]
        # Both columns are read at once: their misses overlap. A sign tells what needs more thought.
        stolen, total, signs = np.int64(0), np.int64(0), np.int64(0)
        for at in range(begin, end):
            spent = inputs[at]
            part, value = taint[spent], values[spent]
            stolen += part
            total += value
            signs |= part | value
        slow = next_mark < out_end or signs < 0
        if stolen == 0 and not slow:
            number += 1
            continue
        while next_halt < number:
            counters[HALT] += 1
            next_halt = asked.halt_at[counters[HALT]]
        slow = slow or next_halt == number or total >= _SHORT or out_end - out > _FEW
        if not slow and asked.watched:
            for output in range(out, out_end):
                if (
                    taint[output] < 0
                    or found(asked.special_keys, asked.special, np.int64(chain.owners[output])) >= 0
                    or found(asked.halted_keys, asked.halted, np.int64(output)) >= 0
                ):
                    slow = True
        if slow:
            ended = counters[ENDED]
            status = _share_out(chain, asked, taint, ends, counters, sums, number)
            next_mark = asked.mark_at[counters[MARK]]
            if status != DONE:
                counters[AT], counters[ENDED] = number, ended
                sums[FEES, 0] += fees
                return status
            number += 1
            continue
        # One quotient serves all outputs: it is off by no more than there are of them, and the
        # remainder, which 64 bits hold, shows by how much.
        ratio = np.float64(stolen) / np.float64(total) if total else 0.0
        for output in range(out, out_end):
            value = min(values[output], total)
            if value <= 0:
                continue
            if stolen == total:
                part = value
            else:
                part = np.int64(np.float64(value) * ratio)
                rest = stolen * value - part * total
                while rest < 0:
                    part -= 1
                    rest += total
                while rest >= total:
                    part += 1
                    rest -= total
            taint[output] = part
            stolen -= part
            total -= value
        fees += stolen
        number += 1
    sums[FEES, 0] += fees
    counters[AT] = number
    return DONE


@bare
def _share_out(
    chain: Any, asked: Any, taint: Any, ends: Any, counters: Any, sums: Any, number: Any
) -> Any:
    """Take a transaction that is a stop, spends or pays a source or a stop, or is itself named."""
    outputs = chain.first_output[number + 1] - chain.first_output[number]
    if counters[ENDED] + outputs + 2 > len(ends):
        return FULL
    total: Any = np.int64(0)
    old: Any = np.int64(0)
    fresh: Any = np.int64(0)
    for at in range(chain.first_input[number], chain.first_input[number + 1]):
        spent = chain.inputs[at]
        if chain.values[spent] < 0:
            return NO_VALUE
        total += chain.values[spent]
        if taint[spent] >= 0:
            old += taint[spent]
        elif _fresh(chain, taint[spent], number) >= 0:
            fresh += chain.values[spent]
    if _halts(asked, counters, number):
        if old + fresh:
            _end(ends, counters, HALTED, number, 0, old + fresh)
        sums[STOLEN, 0] += fresh
        total, old, fresh = np.int64(0), np.int64(0), np.int64(0)
    for output in range(chain.first_output[number], chain.first_output[number + 1]):
        known = min(max(np.int64(chain.values[output]), 0), total)
        leaving = whole_share(old + fresh, known, total)
        part = whole_share(leaving, old, old + fresh)
        new = leaving - part
        total, old, fresh = total - known, old - part, fresh - new
        _pay_share(chain, asked, taint, ends, counters, sums, part, new, output)
    sums[FEES, 0] += old + fresh
    sums[STOLEN, 0] += fresh
    return DONE


@bare
def _pay_share(
    chain: Any, asked: Any, taint: Any, ends: Any, counters: Any, sums: Any, old: Any, fresh: Any,
    output: Any,
) -> None:  # fmt: skip
    marked = asked.mark_at[counters[MARK]] == output
    counters[MARK] += marked
    owner = np.int64(chain.owners[output])
    if taint[output] < 0:
        if old:
            _end(ends, counters, RETURNED, owner, 0, old)
        return
    sums[STOLEN, 0] += fresh
    part = old + fresh
    if marked:
        new = max(0, asked.mark_amount[counters[MARK] - 1] - part)
        sums[STOLEN, 0] += new
        part += new
    if part == 0:
        return
    if found(asked.halted_keys, asked.halted, np.int64(output)) >= 0:
        _end(ends, counters, OUTPUT, output, 0, part)
    elif found(asked.special_keys, asked.special, owner) >= 0:
        _end(ends, counters, ARRIVED, owner, 0, part)
    else:
        taint[output] = part


@bare
def _fresh(chain: Any, start: Any, number: Any) -> Any:
    """Return the theft of a source's output that is stolen when this transaction spends it."""
    theft = -1 - start
    if start < 0 and time_of(chain, number) >= chain.since[theft]:
        return theft
    return CLEAN_ITEM


@bare
def _halts(asked: Any, counters: Any, number: Any) -> Any:
    while asked.halt_at[counters[HALT]] < number:
        counters[HALT] += 1
    return asked.halt_at[counters[HALT]] == number


@bare
def _flow(
    chain: Any, asked: Any, arena: Any, ends: Any, counters: Any, sums: Any, room: Any, number: Any
) -> Any:
    """Take one transaction of a conserving method.

    `room` takes the runs that come in: amounts, and origins (2 × theft, 1 more for fresh ones).
    """
    outputs = chain.first_output[number + 1] - chain.first_output[number]
    runs = _enter(chain, asked, arena, room, number)
    if runs < 0:
        return NO_VALUE if runs == -2 else FULL  # noqa: PLR2004
    need = runs + 2 * outputs + 4
    if asked.method == HAIRCUT:
        need = (outputs + 2) * (2 * asked.thefts + 2)
    if (
        counters[USED] + need > len(arena.amount)
        or counters[ENDED] + need > len(ends)
        or runs + 3 * need > room.shape[1]
    ):
        return FULL
    if _halts(asked, counters, number):
        _halt(ends, counters, sums, room, runs, number)
        runs = 0
    total: Any = 0
    for run in range(runs):
        total += room[0, run]
    first = 0
    for output in range(chain.first_output[number], chain.first_output[number + 1]):
        value = max(np.int64(chain.values[output]), 0)
        first, taken = _take(asked, room, first, runs, total, value)
        total -= min(value, total)
        _pay(chain, asked, arena, ends, counters, sums, room, runs, taken, output)
    first, taken = _take(asked, room, first, runs, total, total)
    for run in range(runs, runs + taken):
        origin = room[1, run]
        if origin >= 0:
            sums[FEES, origin >> 1] += room[0, run]
            if origin & 1:
                sums[STOLEN, origin >> 1] += room[0, run]
    return DONE


@bare
def _enter(chain: Any, asked: Any, arena: Any, room: Any, number: Any) -> Any:
    """Put what comes in into `room`; return how many runs, -1 for no room, -2 for no value."""
    runs = 0
    if asked.method == HAIRCUT:  # one run an origin, and one of clean units behind them
        runs = 2 * asked.thefts + 1
        if runs > room.shape[1]:
            return -1
        for run in range(runs):
            room[0, run] = 0
            room[1, run] = run if run + 1 < runs else CLEAN_ITEM
    for at in range(chain.first_input[number], chain.first_input[number + 1]):
        spent = chain.inputs[at]
        value = np.int64(chain.values[spent])
        if value < 0:
            return -2
        item = arena.start[spent]
        fresh = _fresh(chain, item, number) if item < 0 else CLEAN_ITEM
        if item <= 0:
            runs = _add(asked, room, runs, value, 2 * fresh + 1 if fresh >= 0 else CLEAN_ITEM)
        held = 0
        while item > 0:
            theft = arena.theft[item]
            plain = theft & ~_LAST if theft >= _LAST else theft
            origin = 2 * np.int64(plain - 1) if plain else CLEAN_ITEM
            runs = _add(asked, room, runs, arena.amount[item], origin)
            held += arena.amount[item]
            item = item + 1 if theft < _LAST else 0
            if runs < 0:
                return -1
        if 0 < held < value:
            runs = _add(asked, room, runs, value - held, CLEAN_ITEM)
        if runs < 0:
            return -1
    return runs


@bare
def _add(asked: Any, room: Any, runs: Any, amount: Any, origin: Any) -> Any:
    """Add a run; return how many there are now, -1 for no room."""
    if asked.method == HAIRCUT:
        room[0, origin if origin >= 0 else runs - 1] += amount
        return runs
    if amount == 0:
        return runs
    if runs and room[1, runs - 1] == origin:
        room[0, runs - 1] += amount
        return runs
    if runs >= room.shape[1]:
        return -1
    room[0, runs] = amount
    room[1, runs] = origin
    return runs + 1


@bare
def _take(asked: Any, room: Any, first: Any, runs: Any, total: Any, amount: Any) -> Any:
    """Take units out of the runs from `first` on; put them behind `runs`, and return how many.

    A haircut's stolen runs come out before its clean one, as they stand.
    """
    known = min(amount, total)
    taken = 0
    if asked.method == FIFO:
        while known:
            part = min(known, room[0, first])
            taken = _give(room, runs, taken, part, room[1, first])
            room[0, first] -= part
            known -= part
            if room[0, first] == 0:
                first += 1
    elif runs:
        stolen = total - room[0, runs - 1]
        leaving = whole_share(stolen, known, total)
        clean = known - leaving
        for run in range(runs - 1):
            part = whole_share(leaving, room[0, run], stolen)
            leaving -= part
            stolen -= room[0, run]
            room[0, run] -= part
            taken = _give(room, runs, taken, part, room[1, run])
        room[0, runs - 1] -= clean
        taken = _give(room, runs, taken, clean, CLEAN_ITEM)
    taken = _give(room, runs, taken, amount - min(amount, total), CLEAN_ITEM)
    return first, taken


@bare
def _give(room: Any, runs: Any, taken: Any, amount: Any, origin: Any) -> Any:
    if amount == 0:
        return taken
    if taken and room[1, runs + taken - 1] == origin:
        room[0, runs + taken - 1] += amount
        return taken
    room[0, runs + taken] = amount
    room[1, runs + taken] = origin
    return taken + 1


@bare
def _halt(ends: Any, counters: Any, sums: Any, room: Any, runs: Any, number: Any) -> None:
    for run in range(runs):
        origin = room[1, run]
        if origin >= 0 and room[0, run]:
            _end(ends, counters, HALTED, number, origin >> 1, room[0, run])
            if origin & 1:
                sums[STOLEN, origin >> 1] += room[0, run]


@bare
def _end(ends: Any, counters: Any, kind: Any, key: Any, theft: Any, amount: Any) -> None:
    at = counters[ENDED]
    if at and ends[at - 1].kind == kind and ends[at - 1].key == key and ends[at - 1].theft == theft:
        ends[at - 1].amount += amount
        return
    ends[at].kind = kind
    ends[at].key = key
    ends[at].theft = theft
    ends[at].amount = amount
    counters[ENDED] = at + 1


@bare
def _pay(
    chain: Any, asked: Any, arena: Any, ends: Any, counters: Any, sums: Any, room: Any, runs: Any,
    taken: Any, output: Any,
) -> None:  # fmt: skip
    """Let an output have its units, or end them there."""
    stolen = False
    if arena.start[output] < 0:  # a source's: change has not left, the rest has come back
        for run in range(runs, runs + taken):
            origin = room[1, run]
            if origin >= 0 and not origin & 1:
                _end(ends, counters, RETURNED, chain.owners[output], origin >> 1, room[0, run])
        if asked.mark_at[counters[MARK]] == output:
            counters[MARK] += 1
        return
    for run in range(runs, runs + taken):
        origin = room[1, run]
        if origin >= 0:
            stolen = True
            if origin & 1:
                sums[STOLEN, origin >> 1] += room[0, run]
    if asked.mark_at[counters[MARK]] == output:
        taken = _mark(asked, counters, sums, room, runs, taken)
        stolen = True
    if not stolen:
        return
    kind, key = HALTED, np.int64(output)
    if found(asked.halted_keys, asked.halted, key) >= 0:
        kind = OUTPUT
    elif found(asked.special_keys, asked.special, np.int64(chain.owners[output])) >= 0:
        kind, key = ARRIVED, np.int64(chain.owners[output])
    if kind != HALTED:
        for run in range(runs, runs + taken):
            if room[1, run] >= 0:
                _end(ends, counters, kind, key, room[1, run] >> 1, room[0, run])
        return
    _keep(asked, arena, counters, room, runs, taken, output)


@bare
def _mark(asked: Any, counters: Any, sums: Any, room: Any, runs: Any, taken: Any) -> Any:
    """Make the first units stolen where they are clean; the runs are written anew behind."""
    mark = counters[MARK]
    counters[MARK] += 1
    theft, left = asked.mark_theft[mark], asked.mark_amount[mark]
    count = 0
    behind = runs + taken
    for run in range(runs, runs + taken):
        amount, origin = room[0, run], room[1, run]
        part = min(amount, left)
        left -= part
        if origin == CLEAN_ITEM:
            sums[STOLEN, theft] += part
        count = _give(room, behind, count, part, origin if origin >= 0 else 2 * theft)
        count = _give(room, behind, count, amount - part, origin)
    for run in range(count):
        room[0, runs + run] = room[0, behind + run]
        room[1, runs + run] = room[1, behind + run]
    return count


@bare
def _keep(
    asked: Any, arena: Any, counters: Any, room: Any, runs: Any, taken: Any, output: Any
) -> None:
    """Write an output's runs into the arena; a haircut's clean units are not written."""
    used = counters[USED]
    first = used
    for run in range(runs, runs + taken):
        origin = room[1, run]
        if origin == CLEAN_ITEM and asked.method == HAIRCUT:
            continue
        theft = np.int32(0) if origin == CLEAN_ITEM else np.int32((origin >> 1) + 1)
        if used > first and arena.theft[used - 1] == theft:
            arena.amount[used - 1] += room[0, run]
            continue
        arena.amount[used] = room[0, run]
        arena.theft[used] = theft
        used += 1
    if used > first:
        arena.theft[used - 1] += np.int32(_LAST)
        arena.start[output] = first
        counters[USED] = used


@bare
def _touch(
    chain: Any, asked: Any, arena: Any, ends: Any, counters: Any, sums: Any, number: Any
) -> Any:
    """Take one transaction by poison; `start` holds the thefts that touched an output as bits."""
    outputs = chain.first_output[number + 1] - chain.first_output[number]
    if counters[ENDED] + (outputs + 2) * asked.thefts > len(ends):
        return FULL
    old, fresh = 0, 0
    total: Any = 0
    for at in range(chain.first_input[number], chain.first_input[number + 1]):
        spent = chain.inputs[at]
        if chain.values[spent] < 0:
            return NO_VALUE
        total += chain.values[spent]
        item = arena.start[spent]
        theft = _fresh(chain, item, number) if item < 0 else CLEAN_ITEM
        if theft >= 0 and chain.values[spent]:
            fresh |= 1 << theft
        elif item > 0:
            old |= item
    if _halts(asked, counters, number):
        _halt_touched(chain, asked, arena, ends, counters, sums, number)
        old, fresh = 0, 0
    for output in range(chain.first_output[number], chain.first_output[number + 1]):
        total -= min(max(chain.values[output], 0), total)
        _touch_output(chain, asked, arena, ends, counters, sums, old, fresh, output)
    for theft in range(asked.thefts):
        if (old | fresh) >> theft & 1:
            sums[FEES, theft] += total
        if fresh >> theft & 1:
            sums[STOLEN, theft] += _left(chain, arena, number, theft)
    return DONE


@bare
def _left(chain: Any, arena: Any, number: Any, theft: Any) -> Any:
    """Return what left a theft's sources in a transaction: what they paid less what came back."""
    left: Any = 0
    for at in range(chain.first_input[number], chain.first_input[number + 1]):
        if arena.start[chain.inputs[at]] == -1 - theft:
            left += chain.values[chain.inputs[at]]
    for output in range(chain.first_output[number], chain.first_output[number + 1]):
        if arena.start[output] < 0:
            left -= max(chain.values[output], 0)
    return max(left, 0)


@bare
def _halt_touched(
    chain: Any, asked: Any, arena: Any, ends: Any, counters: Any, sums: Any, number: Any
) -> None:
    for theft in range(asked.thefts):
        entered: Any = 0
        fresh: Any = 0
        for at in range(chain.first_input[number], chain.first_input[number + 1]):
            spent = chain.inputs[at]
            item = arena.start[spent]
            if item < 0 and _fresh(chain, item, number) == theft:
                fresh += chain.values[spent]
            elif item > 0 and item >> theft & 1:
                entered += chain.values[spent]
        sums[STOLEN, theft] += fresh
        if entered + fresh:
            _end(ends, counters, HALTED, number, theft, entered + fresh)


@bare
def _touch_output(
    chain: Any, asked: Any, arena: Any, ends: Any, counters: Any, sums: Any, old: Any, fresh: Any,
    output: Any,
) -> None:  # fmt: skip
    value = max(np.int64(chain.values[output]), 0)
    marked = asked.mark_at[counters[MARK]] == output
    counters[MARK] += marked
    if arena.start[output] < 0:
        for theft in range(asked.thefts):
            if old >> theft & 1 and value:
                _end(ends, counters, RETURNED, chain.owners[output], theft, value)
        return
    bits = (old | fresh) if value else 0
    if marked:
        theft = asked.mark_theft[counters[MARK] - 1]
        if not bits >> theft & 1:
            sums[STOLEN, theft] += asked.mark_amount[counters[MARK] - 1]
            bits |= 1 << theft
    kind, key = HALTED, np.int64(output)
    if found(asked.halted_keys, asked.halted, key) >= 0:
        kind = OUTPUT
    elif found(asked.special_keys, asked.special, np.int64(chain.owners[output])) >= 0:
        kind, key = ARRIVED, np.int64(chain.owners[output])
    if kind == HALTED:
        arena.start[output] = bits
        return
    for theft in range(asked.thefts):
        if bits >> theft & 1:
            _end(ends, counters, kind, key, theft, value)


@bare
def lying_kernel(chain: Any, asked: Any, arena: Any, dense: Any, rows: Any) -> Any:
    """Fill (output, theft, amount) of what was never spent; return how many rows there are."""
    count = 0
    for output in range(len(chain.values)):
        item = arena.start[output]
        if item <= 0 or chain.spent_by[output] >= 0:
            continue
        if dense:
            count = _lies(rows, count, output, 0, item)
            continue
        if asked.method == POISON:
            for theft in range(asked.thefts):
                if item >> theft & 1:
                    count = _lies(rows, count, output, theft, chain.values[output])
            continue
        while item > 0:
            theft = arena.theft[item]
            plain = theft & ~_LAST if theft >= _LAST else theft
            if plain:
                count = _lies(rows, count, output, plain - 1, arena.amount[item])
            item = item + 1 if theft < _LAST else 0
    return count


@bare
def _lies(rows: Any, count: Any, output: Any, theft: Any, amount: Any) -> Any:
    at = count - 1
    if 0 <= at < len(rows) and rows[at].output == output and rows[at].theft == theft:
        rows[at].amount += amount
        return count
    if count < len(rows):
        rows[count].output = output
        rows[count].theft = theft
        rows[count].amount = amount
    return count + 1
