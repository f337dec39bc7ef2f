"""Which movement's units went on in which: the threads that paths are made of.

At every place the stolen units of each theft that came in are laid against those that left, in the
order of the method: oldest first, or for `lifo` youngest first. That is exact for methods that keep
units in order. A method that shares out in proportion does not say which unit went where; there it
is one division among many that add up. Under `poison`, which counts places and not units, every
movement hangs on the largest that touched its place before.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import bare
from sanctrail.tracing.places import LIFO, POISON
from sanctrail.tracing.state import CARRIED, CHANGE, FRESH, NAMED, NONE, ON, TAKEN, spot
from sanctrail.tracing.wide import ZERO, least, less, sub

LINK = np.dtype([("parent", "i8"), ("child", "i8"), ("high", "u8"), ("low", "u8")])


@dataclass(frozen=True, slots=True)
class Links:
    """(n,) threads from a movement to one behind it, with how many units, by rising child.

    `rest` is what of each movement's units went on in none (`high`, `low`).
    """

    threads: npt.NDArray[Any]
    rest: npt.NDArray[Any]

    def into(self, child: int) -> npt.NDArray[Any]:
        """Return the threads into a movement."""
        first, last = (np.searchsorted(self.threads["child"], child, side)
                       for side in ("left", "right"))  # fmt: skip
        return self.threads[first:last]


def links_of(moves: Any, ins: Any, method: int, thefts: int, *, utxo: bool) -> Links:
    """Return the threads of a walk's movements."""
    size = 2 * len(moves) + len(ins) + 16
    threads = np.zeros(size, LINK)
    rest = np.zeros(len(moves), LINK)
    rest["high"], rest["low"] = moves["high"], moves["low"]
    if utxo:
        cursor = np.zeros(2 * thefts, np.int64)
        used = _link_transactions(moves, ins, method, cursor, rest, threads)
    else:
        table = np.full(1 << int(4 * len(moves) + 16).bit_length(), NONE, np.int64)
        slots = np.zeros((len(table), 2), np.int64)
        used = _link_accounts(moves, method, thefts, rest, table, slots, threads)
    return Links(threads[:used], rest)


@bare
def _join(threads: Any, used: Any, parent: Any, child: Any, high: Any, low: Any) -> Any:
    threads[used].parent = parent
    threads[used].child = child
    threads[used].high = high
    threads[used].low = low
    return used + 1


@bare
def _link_transactions(
    moves: Any, ins: Any, method: Any, cursor: Any, rest: Any, threads: Any
) -> Any:
    """Lay what entered each transaction against what left it, theft by theft."""
    used, first, at = 0, 0, 0
    while at < len(moves):
        number = moves[at].at
        last = first
        while last < len(ins) and ins[last, 0] == number:
            last += 1
        cursor[:] = 0
        while at < len(moves) and moves[at].at == number:
            if moves[at].fate != TAKEN and moves[at].root != NAMED:
                used = _feed(moves, ins, method, rest, threads, used, first, last, cursor, at)
            at += 1
        first = last
    return used


@bare
def _feed(
    moves: Any, ins: Any, method: Any, rest: Any, threads: Any, used: Any, first: Any, last: Any,
    cursor: Any, child: Any,
) -> Any:  # fmt: skip
    """Thread a movement to those among the transaction's inputs whose units it carries."""
    fresh = moves[child].root == FRESH
    kind = 2 * moves[child].theft + (1 if fresh else 0)
    high, low = moves[child].high, moves[child].low
    widest = NONE
    while cursor[kind] < last - first and (high | low) != ZERO:
        step = cursor[kind]
        parent = ins[last - 1 - step, 1] if method == LIFO else ins[first + step, 1]
        mine = (
            moves[parent].theft == moves[child].theft
            and (moves[parent].fate == TAKEN) == fresh
            and parent != child
        )
        if method == POISON:
            if mine and (widest == NONE or _wider(moves, parent, widest)):
                widest = parent
            cursor[kind] += 1
            continue
        if not mine or (rest[parent].high | rest[parent].low) == ZERO:
            cursor[kind] += 1
            continue
        part_high, part_low = least(rest[parent].high, rest[parent].low, high, low)
        rest_high, rest_low = sub(rest[parent].high, rest[parent].low, part_high, part_low)
        rest[parent].high = rest_high
        rest[parent].low = rest_low
        high, low = sub(high, low, part_high, part_low)
        if moves[child].fate != CHANGE:
            used = _join(threads, used, parent, child, part_high, part_low)
    if method == POISON:
        cursor[kind] = 0
        if widest != NONE and moves[child].fate != CHANGE:
            used = _join(threads, used, widest, child, high, low)
    return used


@bare
def _wider(moves: Any, one: Any, other: Any) -> Any:
    return less(moves[other].high, moves[other].low, moves[one].high, moves[one].low)


@bare
def _link_accounts(
    moves: Any, method: Any, thefts: Any, rest: Any, table: Any, slots: Any, threads: Any
) -> Any:
    """Keep each account's arrivals of each theft in a line; what leaves takes from it."""
    behind = rest["parent"]
    behind[:] = NONE
    used = 0
    for child in range(len(moves)):
        theft = moves[child].theft
        if moves[child].root == CARRIED:
            at = spot(table, np.int64(moves[child].sender * thefts + theft))
            if table[at] != NONE:
                used = _draw(moves, method, rest, slots, at, threads, used, child)
        if moves[child].fate != ON:
            continue
        key = np.int64(moves[child].receiver * thefts + theft)
        at = spot(table, key)
        new = table[at] == NONE
        table[at] = key
        if method == POISON:
            if new or _wider(moves, child, slots[at, 0]):
                slots[at, 0] = child
        elif new or slots[at, 0] == NONE:
            slots[at, 0], slots[at, 1] = child, child
        elif method == LIFO:
            behind[child] = slots[at, 0]
            slots[at, 0] = child
        else:
            behind[slots[at, 1]] = child
            slots[at, 1] = child
    return used


@bare
def _draw(
    moves: Any, method: Any, rest: Any, slots: Any, at: Any, threads: Any, used: Any, child: Any
) -> Any:
    high, low = moves[child].high, moves[child].low
    if method == POISON:
        return _join(threads, used, slots[at, 0], child, high, low)
    while slots[at, 0] != NONE and (high | low) != ZERO:
        parent = slots[at, 0]
        part_high, part_low = least(rest[parent].high, rest[parent].low, high, low)
        rest_high, rest_low = sub(rest[parent].high, rest[parent].low, part_high, part_low)
        rest[parent].high = rest_high
        rest[parent].low = rest_low
        high, low = sub(high, low, part_high, part_low)
        used = _join(threads, used, parent, child, part_high, part_low)
        if (rest_high | rest_low) == ZERO:
            slots[at, 0] = rest[parent].parent
    return used
