"""The state of a walk: flat arrays that kernels fill, and that a checkpoint keeps as they are.

Kernels do not grow what they fill. Before each step they make sure that there is room for it, and
ask for more where there is not; `grown` doubles what is short and the step begins again.
"""

from typing import Any, NamedTuple

import numpy as np

from sanctrail.ground.kernel import bare

LOT = np.dtype(
    [("high", "u8"), ("low", "u8"), ("next", "i8"), ("origin", "i8")],
)
"""Units of one origin that entered a place together, and the lot behind them."""

HOLD = np.dtype(
    [
        ("account", "i8"), ("head", "i8"), ("tail", "i8"),
        ("clean_high", "u8"), ("clean_low", "u8"), ("total_high", "u8"), ("total_low", "u8"),
        ("at", "i8"), ("end", "i8"), ("hop", "i8"),
    ]
)  # fmt: skip
"""A place: an account, or the transaction at hand. Clean units of methods that keep no order stand
in `clean`; `total` is the whole balance. `at` to `end` are the account's movements to come."""

MOVE = np.dtype(
    [
        ("at", "i8"), ("sender", "i8"), ("receiver", "i8"), ("high", "u8"), ("low", "u8"),
        ("left_high", "u8"), ("left_low", "u8"), ("theft", "i4"), ("hop", "i4"), ("fate", "i4"),
        ("root", "i4"),
    ]
)  # fmt: skip
"""One movement of one theft's units. `at` is the transaction (UTXO) or the movement (accounts);
ends are outputs or accounts; `left` is the balance the sender has left (accounts)."""

NONE = -1
CLEAN = -1
LATE = 2**62

# What becomes of a movement's units where they arrive (or, from AGED on, where they would leave).
ON, ARRIVED, RETURNED, FEE, STOPPED, SMALL, TAKEN, CHANGE, AGED, FAR, MINED = range(11)

# How a movement's units came to be on the trail.
CARRIED, FRESH, NAMED = range(3)

# Counters.
LOTS, FREE, MOVES, HEAP, TABLE, HOLDS, EVENTS, ASKED, LAST, INS, OUT_HEAD, OUT_TAIL, VERDICTS = (
    range(13)
)
COUNTERS = 16

# What a kernel returns: why it stopped.
DONE, PAUSED, GROW, EXAMINE, SUSPECT, NO_VALUE, TOO_WIDE, DAMAGED = range(8)


class State(NamedTuple):
    """All that a walk knows, as arrays."""

    lots: Any
    holds: Any
    moves: Any
    heap: Any
    """(n, 2) what is still to come: a place in the chain, and whose event it is. On UTXO ledgers
    2 × transaction, and 1 more for the end of the block that it is the last of."""
    keys: Any
    """Open-addressed table: an output or account, NONE where free."""
    slots: Any
    """What the table holds for a key: an index into `holds` or `held`."""
    held: Any
    """(n, 3) tainted outputs: first lot, first move, number of moves; UTXO only."""
    ins: Any
    """(n, 2) which move's units entered which transaction; UTXO only."""
    asked_keys: Any
    asked: Any
    """Transactions and accounts that were examined, and what was decided."""
    count: Any
    unknown: Any
    """(2,) what followed accounts paid beyond their balance: high and low half."""
    room: Any
    """Where the outputs of one transaction are put in order."""
    until: Any
    """(thefts,) when the trace of each theft ends, unix seconds; LATE until its first units move
    or where no age is given."""


_START = 1 << 10


def new_state(thefts: int, size: int = _START) -> State:
    """Return an empty state with room for a small trail."""
    count = np.zeros(COUNTERS, np.int64)
    count[FREE] = count[LAST] = NONE
    return State(
        lots=np.zeros(size, LOT),
        holds=np.zeros(size, HOLD),
        moves=np.zeros(size, MOVE),
        heap=np.zeros((size, 2), np.int64),
        keys=np.full(size, NONE, np.int64),
        slots=np.zeros(size, np.int64),
        held=np.zeros((size, 3), np.int64),
        ins=np.zeros((size, 2), np.int64),
        asked_keys=np.full(size, NONE, np.int64),
        asked=np.zeros(size, np.int64),
        count=count,
        unknown=np.zeros(2, np.uint64),
        room=np.zeros(size, np.int64),
        until=np.full(thefts, LATE, np.int64),
    )


_COUNTED = {"lots": LOTS, "holds": HOLDS, "moves": MOVES, "heap": HEAP, "held": TABLE, "ins": INS}


def grown(state: State, need: int) -> State:
    """Return the state with room for `need` more of everything; tables stay half empty."""
    new = {}
    for name, counter in _COUNTED.items():
        array, used = getattr(state, name), int(state.count[counter])
        if used + need > len(array):
            more = np.zeros((max(2 * len(array), used + 2 * need), *array.shape[1:]), array.dtype)
            more[:used] = array[:used]
            new[name] = more
    if need > len(state.room):
        new["room"] = np.zeros(2 * need, np.int64)
    for keys, values, counter in (("keys", "slots", TABLE), ("asked_keys", "asked", VERDICTS)):
        old, used = getattr(state, keys), int(state.count[counter])
        if 2 * (used + need) > len(old):
            size = 1 << int(4 * (used + need)).bit_length()
            new[keys] = np.full(size, NONE, np.int64)
            new[values] = np.zeros(size, np.int64)
            rehash(old, getattr(state, values), new[keys], new[values])
    return state._replace(**new)


@bare
def rehash(old: Any, old_values: Any, keys: Any, values: Any) -> None:
    """Put every key of one table into another."""
    for at in range(len(old)):
        if old[at] != NONE:
            place = spot(keys, old[at])
            keys[place] = old[at]
            values[place] = old_values[at]


@bare
def spot(keys: Any, key: Any) -> Any:
    """Return where a key stands in a table whose length is a power of two, or where it belongs."""
    mask = len(keys) - 1
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64(mixed >> np.uint64(20)) & mask
    while keys[at] != NONE and keys[at] != key:
        at = (at + 1) & mask
    return at


@bare
def found(keys: Any, values: Any, key: Any) -> Any:
    """Return what a table holds for a key, NONE where it has none, or where the key is nobody's."""
    if key == NONE:
        return NONE
    at = spot(keys, key)
    return values[at] if keys[at] == key else NONE


@bare
def room(state: Any, need: Any) -> Any:
    """Tell whether there is room for `need` more of everything."""
    count = state.count
    return (
        count[LOTS] + need <= len(state.lots)
        and count[HOLDS] + need <= len(state.holds)
        and count[MOVES] + need <= len(state.moves)
        and count[HEAP] + need <= len(state.heap)
        and count[TABLE] + need <= len(state.held)
        and count[INS] + need <= len(state.ins)
        and 2 * (count[TABLE] + need) <= len(state.keys)
    )


@bare
def push(state: Any, key: Any, of: Any) -> None:
    """Add an event; the smallest (key, of) comes out first."""
    heap = state.heap
    at = state.count[HEAP]
    state.count[HEAP] = at + 1
    while at > 0:
        above = (at - 1) >> 1
        if heap[above, 0] < key or (heap[above, 0] == key and heap[above, 1] <= of):
            break
        heap[at, 0], heap[at, 1] = heap[above, 0], heap[above, 1]
        at = above
    heap[at, 0], heap[at, 1] = key, of


@bare
def pop(state: Any) -> None:
    """Remove the first event."""
    heap = state.heap
    size = state.count[HEAP] - 1
    state.count[HEAP] = size
    key, of = heap[size, 0], heap[size, 1]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        right = below + 1
        if right < size and (
            heap[right, 0] < heap[below, 0]
            or (heap[right, 0] == heap[below, 0] and heap[right, 1] < heap[below, 1])
        ):
            below = right
        if key < heap[below, 0] or (key == heap[below, 0] and of <= heap[below, 1]):
            break
        heap[at, 0], heap[at, 1] = heap[below, 0], heap[below, 1]
        at = below
    heap[at, 0], heap[at, 1] = key, of


@bare
def move(
    state: Any, at: Any, sender: Any, receiver: Any, high: Any, low: Any, theft: Any, fate: Any,
    hop: Any, root: Any,
) -> Any:  # fmt: skip
    """Record a movement and return its number."""
    number = state.count[MOVES]
    state.count[MOVES] = number + 1
    state.moves[number].at = at
    state.moves[number].sender = sender
    state.moves[number].receiver = receiver
    state.moves[number].high = high
    state.moves[number].low = low
    state.moves[number].left_high = np.uint64(0)
    state.moves[number].left_low = np.uint64(0)
    state.moves[number].theft = theft
    state.moves[number].fate = fate
    state.moves[number].hop = hop
    state.moves[number].root = root
    return number
