"""The methods, as kernels: in which order the units that entered a place leave it.

A place is an account, or a transaction between its inputs and its outputs. Each rule's definition,
source and standing is in docs/methods.md. What is taken beyond the balance is clean and of unknown
origin. Nothing is rounded away: what leaves plus what stays equals what entered, theft by theft;
`poison` alone is not conserved.
"""

from typing import Any

from sanctrail.ground.kernel import bare
from sanctrail.tracing.state import CLEAN, FREE, LOTS, NONE, OUT_HEAD, OUT_TAIL
from sanctrail.tracing.wide import ZERO, add, least, share, sub

METHODS = ("fifo", "lifo", "stolen-first", "stolen-last", "haircut", "lowest-balance", "poison")
FIFO, LIFO, STOLEN_FIRST, STOLEN_LAST, HAIRCUT, LOWEST, POISON = range(7)


@bare
def new_lot(state: Any, high: Any, low: Any, origin: Any, behind: Any) -> Any:
    """Return a lot, one that was given back before a fresh one."""
    at = state.count[FREE]
    if at != NONE:
        state.count[FREE] = state.lots[at].next
    else:
        at = state.count[LOTS]
        state.count[LOTS] = at + 1
    state.lots[at].high = high
    state.lots[at].low = low
    state.lots[at].origin = origin
    state.lots[at].next = behind
    return at


@bare
def free(state: Any, at: Any) -> None:
    """Give a lot back."""
    state.lots[at].next = state.count[FREE]
    state.count[FREE] = at


@bare
def empty(state: Any, place: Any) -> None:
    """Make a place of nothing."""
    state.holds[place].head = NONE
    state.holds[place].tail = NONE
    state.holds[place].clean_high = ZERO
    state.holds[place].clean_low = ZERO
    state.holds[place].total_high = ZERO
    state.holds[place].total_low = ZERO


@bare
def put(state: Any, place: Any, high: Any, low: Any, origin: Any, method: Any) -> Any:
    """Let units of one origin in; return whether the balance left 128 bits."""
    if (high | low) == ZERO:
        return False
    hold = state.holds[place]
    total_high, total_low, over = add(hold.total_high, hold.total_low, high, low)
    state.holds[place].total_high = total_high
    state.holds[place].total_low = total_low
    if origin == CLEAN and method > LIFO:
        clean_high, clean_low, _ = add(hold.clean_high, hold.clean_low, high, low)
        state.holds[place].clean_high = clean_high
        state.holds[place].clean_low = clean_low
    elif method >= HAIRCUT:
        _mix(state, place, high, low, origin)
    elif method == LIFO:
        _lay_on_top(state, place, high, low, origin)
    else:
        _line_up(state, place, high, low, origin)
    return over


@bare
def touch(state: Any, place: Any, high: Any, low: Any, origin: Any) -> None:
    """Let a theft touch a place; `put` lets the amount in, once for all that touch it."""
    if (high | low) != ZERO:
        _mix(state, place, high, low, origin)


@bare
def _more(state: Any, at: Any, high: Any, low: Any) -> None:
    lot = state.lots[at]
    lot_high, lot_low, _ = add(lot.high, lot.low, high, low)
    state.lots[at].high = lot_high
    state.lots[at].low = lot_low


@bare
def _line_up(state: Any, place: Any, high: Any, low: Any, origin: Any) -> None:
    tail = state.holds[place].tail
    if tail != NONE and state.lots[tail].origin == origin:
        _more(state, tail, high, low)
        return
    at = new_lot(state, high, low, origin, NONE)
    if tail == NONE:
        state.holds[place].head = at
    else:
        state.lots[tail].next = at
    state.holds[place].tail = at


@bare
def _lay_on_top(state: Any, place: Any, high: Any, low: Any, origin: Any) -> None:
    head = state.holds[place].head
    if head != NONE and state.lots[head].origin == origin:
        _more(state, head, high, low)
        return
    state.holds[place].head = new_lot(state, high, low, origin, head)


@bare
def _mix(state: Any, place: Any, high: Any, low: Any, origin: Any) -> None:
    """Keep one lot an origin, rising."""
    before, at = NONE, state.holds[place].head
    while at != NONE and state.lots[at].origin < origin:
        before, at = at, state.lots[at].next
    if at != NONE and state.lots[at].origin == origin:
        _more(state, at, high, low)
        return
    new = new_lot(state, high, low, origin, at)
    if before == NONE:
        state.holds[place].head = new
    else:
        state.lots[before].next = new


@bare
def _out(state: Any, high: Any, low: Any, origin: Any) -> None:
    """Add units to the run that leaves."""
    if (high | low) == ZERO:
        return
    tail = state.count[OUT_TAIL]
    if tail != NONE and state.lots[tail].origin == origin:
        _more(state, tail, high, low)
        return
    at = new_lot(state, high, low, origin, NONE)
    if tail == NONE:
        state.count[OUT_HEAD] = at
    else:
        state.lots[tail].next = at
    state.count[OUT_TAIL] = at


@bare
def take(state: Any, place: Any, high: Any, low: Any, method: Any) -> Any:
    """Let exactly so many units out; return the first lot of the run that leaves, NONE for none.

    The run holds `high`:`low` units in all (under poison, so many for every theft).
    """
    state.count[OUT_HEAD] = NONE
    state.count[OUT_TAIL] = NONE
    hold = state.holds[place]
    known_high, known_low = least(high, low, hold.total_high, hold.total_low)
    if method == POISON:
        _touch_all(state, place, high, low)
    elif method <= LIFO:
        _from_front(state, place, known_high, known_low)
    else:
        _apart(state, place, known_high, known_low, method)
    left_high, left_low = sub(hold.total_high, hold.total_low, known_high, known_low)
    state.holds[place].total_high = left_high
    state.holds[place].total_low = left_low
    if method != POISON:
        beyond_high, beyond_low = sub(high, low, known_high, known_low)
        _out(state, beyond_high, beyond_low, CLEAN)
    return state.count[OUT_HEAD]


@bare
def _touch_all(state: Any, place: Any, high: Any, low: Any) -> None:
    at = state.holds[place].head
    while at != NONE:
        _out(state, high, low, state.lots[at].origin)
        at = state.lots[at].next


@bare
def _from_front(state: Any, place: Any, high: Any, low: Any) -> None:
    at = state.holds[place].head
    while at != NONE and (high | low) != ZERO:
        lot = state.lots[at]
        part_high, part_low = least(lot.high, lot.low, high, low)
        _out(state, part_high, part_low, lot.origin)
        high, low = sub(high, low, part_high, part_low)
        rest_high, rest_low = sub(lot.high, lot.low, part_high, part_low)
        if (rest_high | rest_low) != ZERO:
            state.lots[at].high = rest_high
            state.lots[at].low = rest_low
            break
        behind = lot.next
        free(state, at)
        at = behind
    state.holds[place].head = at
    if at == NONE:
        state.holds[place].tail = NONE


@bare
def _apart(state: Any, place: Any, high: Any, low: Any, method: Any) -> None:
    """Part what leaves into stolen and clean units, and let the stolen ones go first."""
    hold = state.holds[place]
    stolen_high, stolen_low = sub(hold.total_high, hold.total_low, hold.clean_high, hold.clean_low)
    if method == STOLEN_FIRST:
        part_high, part_low = least(stolen_high, stolen_low, high, low)
    elif method == HAIRCUT:
        part_high, part_low = share(
            stolen_high, stolen_low, high, low, hold.total_high, hold.total_low
        )
    else:  # clean units leave first
        part_high, part_low = least(hold.clean_high, hold.clean_low, high, low)
        part_high, part_low = sub(high, low, part_high, part_low)
    if method >= HAIRCUT:
        _in_proportion(state, place, part_high, part_low, stolen_high, stolen_low)
    else:
        _from_front(state, place, part_high, part_low)
    clean_high, clean_low = sub(high, low, part_high, part_low)
    _out(state, clean_high, clean_low, CLEAN)
    left_high, left_low = sub(hold.clean_high, hold.clean_low, clean_high, clean_low)
    state.holds[place].clean_high = left_high
    state.holds[place].clean_low = left_low


@bare
def _in_proportion(
    state: Any, place: Any, high: Any, low: Any, stolen_high: Any, stolen_low: Any
) -> None:
    """Take units of every origin by its share of the stolen ones, one origin after the other."""
    before, at = NONE, state.holds[place].head
    while at != NONE:
        lot = state.lots[at]
        part_high, part_low = share(high, low, lot.high, lot.low, stolen_high, stolen_low)
        _out(state, part_high, part_low, lot.origin)
        high, low = sub(high, low, part_high, part_low)
        stolen_high, stolen_low = sub(stolen_high, stolen_low, lot.high, lot.low)
        rest_high, rest_low = sub(lot.high, lot.low, part_high, part_low)
        behind = lot.next
        if (rest_high | rest_low) != ZERO:
            state.lots[at].high = rest_high
            state.lots[at].low = rest_low
            before = at
        else:
            free(state, at)
            if before == NONE:
                state.holds[place].head = behind
            else:
                state.lots[before].next = behind
        at = behind


@bare
def mark(state: Any, head: Any, high: Any, low: Any, origin: Any) -> Any:
    """Make the first units of a run stolen where they are clean; return the head and how many.

    Under methods that keep no order a run's stolen units stand before its clean ones.
    """
    state.count[OUT_HEAD] = NONE
    state.count[OUT_TAIL] = NONE
    new_high, new_low = ZERO, ZERO
    at = head
    while at != NONE:
        lot = state.lots[at]
        part_high, part_low = least(lot.high, lot.low, high, low)
        high, low = sub(high, low, part_high, part_low)
        _out(state, part_high, part_low, origin if lot.origin == CLEAN else lot.origin)
        if lot.origin == CLEAN:
            new_high, new_low, _ = add(new_high, new_low, part_high, part_low)
        rest_high, rest_low = sub(lot.high, lot.low, part_high, part_low)
        _out(state, rest_high, rest_low, lot.origin)
        behind = lot.next
        free(state, at)
        at = behind
    return state.count[OUT_HEAD], new_high, new_low


@bare
def stolen_in(state: Any, at: Any, method: Any) -> Any:
    """Return the stolen units of a run; under poison, the amount that all thefts touch."""
    high, low = ZERO, ZERO
    while at != NONE:
        lot = state.lots[at]
        if lot.origin != CLEAN:
            if method == POISON:
                return lot.high, lot.low
            high, low, _ = add(high, low, lot.high, lot.low)
        at = lot.next
    return high, low
