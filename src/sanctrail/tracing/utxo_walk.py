"""The walk over a UTXO ledger, as a kernel: transactions that spend tainted outputs, in order.

A transaction is a place that its inputs fill, in order, and its outputs empty, in order, the fee
last. Only transactions on the trail are opened. An origin is 2 × theft, and 1 more for units that
leave a source in this very transaction: those that come back as change have not left.
"""

from typing import Any, NamedTuple

import numpy as np

from sanctrail.attribution.coinjoins.sieve import is_candidate
from sanctrail.ground.kernel import bare
from sanctrail.tracing.places import POISON, empty, free, mark, new_lot, put, stolen_in, take, touch
from sanctrail.tracing.state import (
    AGED,
    ARRIVED,
    ASKED,
    CHANGE,
    CLEAN,
    DAMAGED,
    DONE,
    EVENTS,
    EXAMINE,
    FAR,
    FEE,
    FRESH,
    GROW,
    HEAP,
    INS,
    LAST,
    LATE,
    MINED,
    MOVES,
    NAMED,
    NO_VALUE,
    NONE,
    ON,
    PAUSED,
    RETURNED,
    SMALL,
    STOPPED,
    SUSPECT,
    TABLE,
    TAKEN,
    found,
    move,
    pop,
    push,
    room,
    spot,
)
from sanctrail.tracing.wide import ZERO, add, less

SOURCE, STOP = 0, 1
"""Kinds of special addresses: the low bit of what the table of them holds; above it, the theft."""

PASS, HALT = 0, 1
"""What may be decided of a transaction or an address that was examined."""


class UtxoChain(NamedTuple):
    """A ledger's columns, and what is asked of them, as the kernel reads it."""

    first_output: Any
    first_input: Any
    inputs: Any
    values: Any
    owners: Any
    spent_by: Any
    block_first: Any
    block_time: Any
    address_starts: Any
    special_keys: Any
    """Table of the sources' and stops' addresses: 2 × theft + SOURCE, or STOP."""
    special: Any
    mark_keys: Any
    """Table of outputs named as stolen, with which of `marks` it is."""
    mark_of: Any
    marks: Any
    """(m, 2) the theft, and how much of the output was stolen."""
    halt_keys: Any
    """Table of outputs at which money stops because they were named."""
    halts: Any
    since: Any
    """(thefts,) from when on what leaves the sources is stolen, unix seconds."""
    pools: Any


class Rules(NamedTuple):
    """The rules of a walk, as numbers."""

    method: Any
    max_age: Any
    """Seconds; NONE for no limit."""
    max_hops: Any
    least_high: Any
    least_low: Any
    null: Any
    busy: Any
    """Outputs from which on an address is shown before it is followed; NONE for never."""
    follow: Any
    """Whether fees are followed to the coinbase of their block."""


@bare
def walk_utxo(state: Any, chain: Any, rules: Any, budget: Any) -> Any:
    """Take transactions in chain order until none is left, or something is needed: a status."""
    count = state.count
    while count[HEAP] > 0:
        key = state.heap[0, 0]
        number = key >> 1
        if key == count[LAST]:
            pop(state)
            continue
        if budget <= 0:
            return PAUSED
        status = _ready(state, chain, rules, number)
        if status == DONE and key & 1:
            status = _room_for_block(state, chain, number)
        if status != DONE:
            return status
        pop(state)
        count[LAST] = key
        count[EVENTS] += 1
        budget -= 1
        if key & 1:
            _end_block(state, chain, rules, number)
        else:
            _spend(state, chain, rules, number)
    return DONE


@bare
def _ready(state: Any, chain: Any, rules: Any, number: Any) -> Any:
    """Tell what is needed before a transaction can be taken; nothing is changed by it."""
    if not _sound(chain, number):
        state.count[ASKED] = number
        return DAMAGED
    first, last = chain.first_input[number], chain.first_input[number + 1]
    outputs = chain.first_output[number + 1] - chain.first_output[number]
    runs = 0
    for at in range(first, last):
        spent = chain.inputs[at]
        if chain.values[spent] < 0:
            state.count[ASKED] = number
            return NO_VALUE
        runs += 2 + _lots_of(state, spent)
    origins = min(runs, 2 * len(chain.since)) + 2
    if outputs > len(state.room):
        state.count[ASKED] = outputs
        return GROW
    if not room(state, runs + (outputs + 2) * (origins + 2)):
        state.count[ASKED] = runs + (outputs + 2) * (origins + 2)
        return GROW
    if (
        outputs >= 3  # noqa: PLR2004 - no CoinJoin known has fewer
        and found(state.asked_keys, state.asked, 2 * number) == NONE
        and is_candidate(
            number, chain.first_output, chain.first_input, chain.values, chain.owners, rules.null,
            chain.pools, state.room,
        )
    ):  # fmt: skip
        state.count[ASKED] = number
        return EXAMINE
    if rules.busy != NONE:
        for output in range(chain.first_output[number], chain.first_output[number + 1]):
            owner = np.int64(chain.owners[output])
            if owner < 0 or chain.values[output] == 0 or owner == rules.null:
                continue
            held = chain.address_starts[owner + 1] - chain.address_starts[owner]
            if held >= rules.busy and found(state.asked_keys, state.asked, 2 * owner + 1) == NONE:
                state.count[ASKED] = owner
                return SUSPECT
    return DONE


@bare
def first_unsound(chain: Any) -> Any:
    """Return the first transaction whose columns point out of the ledger, NONE for none."""
    for number in range(len(chain.first_input) - 1):
        if not _sound(chain, number):
            return number
    return NONE


@bare
def _sound(chain: Any, number: Any) -> Any:
    """Tell whether a transaction's columns point into the ledger: a damaged one is never read."""
    total = len(chain.first_input) - 1
    if not 0 <= number < total:
        return False
    first, last = chain.first_input[number], chain.first_input[number + 1]
    begin, end = chain.first_output[number], chain.first_output[number + 1]
    if not 0 <= first <= last <= len(chain.inputs) or not 0 <= begin <= end <= len(chain.values):
        return False
    addresses = len(chain.address_starts) - 1
    for at in range(first, last):
        if not 0 <= chain.inputs[at] < len(chain.values):
            return False
        if chain.owners[chain.inputs[at]] >= addresses:
            return False
    for output in range(begin, end):
        spender = chain.spent_by[output]
        if chain.owners[output] >= addresses or spender >= total or 0 <= spender <= number:
            return False
    return True


@bare
def _lots_of(state: Any, output: Any) -> Any:
    slot = found(state.keys, state.slots, output)
    if slot == NONE:
        return 0
    lots = state.held[slot, 2]
    at = state.held[slot, 0]
    while at != NONE:
        lots += 1
        at = state.lots[at].next
    return lots


@bare
def _block_of(chain: Any, number: Any) -> Any:
    """Return which block's transaction one is, NONE for one that is not in the ledger."""
    low, high = 0, len(chain.block_first)
    while low < high:
        middle = (low + high) >> 1
        if chain.block_first[middle] <= number:
            low = middle + 1
        else:
            high = middle
    return low - 1


@bare
def time_of(chain: Any, number: Any) -> Any:
    """Return a transaction's block time, or a time before all others where it is not known."""
    block = _block_of(chain, number)
    return chain.block_time[block] if block >= 0 else -(1 << 62)


@bare
def _spend(state: Any, chain: Any, rules: Any, number: Any) -> None:
    """Take one transaction."""
    time = time_of(chain, number)
    empty(state, 0)
    hop = 1 << 40
    tainted = False
    for at in range(chain.first_input[number], chain.first_input[number + 1]):
        spent = np.int64(chain.inputs[at])
        special = found(chain.special_keys, chain.special, np.int64(chain.owners[spent]))
        if special != NONE and (special & 1) == SOURCE and time >= chain.since[special >> 1]:
            if chain.values[spent] > 0:
                hop = 0
                tainted = True
            _leave_source(state, chain, rules, number, spent, special >> 1)
        else:
            hops = _enter(state, chain, rules, number, spent, time)
            if hops >= 0:
                hop = min(hop, hops)
                tainted = True
    verdict = found(state.asked_keys, state.asked, 2 * number)
    if verdict > PASS and tainted:
        _halt(state, number, hop + 1)
        return
    for output in range(chain.first_output[number], chain.first_output[number + 1]):
        if tainted or found(chain.mark_keys, chain.mark_of, output) != NONE:
            _pay(state, chain, rules, number, output, hop + 1, time)
    if tainted:
        hold = state.holds[0]
        head = take(state, 0, hold.total_high, hold.total_low, rules.method)
        _once_each(state, head, rules.method)
        if rules.follow and _to_miner(state, chain, number, head, hop + 1):
            return
        _end(state, number, NONE, head, FEE, hop + 1)


@bare
def start(state: Any, max_age: Any, theft: Any, time: Any) -> None:
    """Let a theft's time begin with the first of its units that move."""
    if max_age != NONE and state.until[theft] == LATE:
        state.until[theft] = time + max_age


@bare
def _leave_source(state: Any, chain: Any, rules: Any, number: Any, spent: Any, theft: Any) -> None:
    low = np.uint64(chain.values[spent])
    if low == ZERO:
        return
    start(state, rules.max_age, theft, time_of(chain, number))
    made = move(state, number, NONE, spent, ZERO, low, theft, TAKEN, 0, FRESH)
    _in(state, number, made)
    put(state, 0, ZERO, low, 2 * theft + 1, rules.method)
    slot = found(state.keys, state.slots, spent)  # units that lay there go back to the source
    if slot != NONE:
        state.held[slot, 0] = NONE


@bare
def _in(state: Any, number: Any, made: Any) -> None:
    at = state.count[INS]
    state.count[INS] = at + 1
    state.ins[at, 0], state.ins[at, 1] = number, made


@bare
def _enter(state: Any, chain: Any, rules: Any, number: Any, spent: Any, time: Any) -> Any:
    """Let a spent output's units in; return its hop where it holds stolen ones, else NONE."""
    slot = found(state.keys, state.slots, spent)
    if slot == NONE or state.held[slot, 0] == NONE:
        put(state, 0, ZERO, np.uint64(chain.values[spent]), CLEAN, rules.method)
        return NONE
    first = state.held[slot, 1]
    hop = _hop_of(state, slot)
    far = rules.max_hops != NONE and hop >= rules.max_hops
    at = state.held[slot, 0]
    state.held[slot, 0] = NONE
    goes_on = False
    for made in range(first, first + state.held[slot, 2]):
        theft = state.moves[made].theft
        if far or time > state.until[theft]:
            state.moves[made].fate = FAR if far else AGED
        else:
            _in(state, number, made)
            goes_on = True
    while at != NONE:
        lot = state.lots[at]
        origin = lot.origin
        if origin != CLEAN and (far or time > state.until[origin >> 1]):
            origin = CLEAN
        _let_in(state, lot.high, lot.low, origin, rules.method)
        behind = lot.next
        free(state, at)
        at = behind
    if rules.method == POISON:
        put(state, 0, ZERO, np.uint64(chain.values[spent]), CLEAN, POISON)
    return hop if goes_on else NONE


@bare
def _let_in(state: Any, high: Any, low: Any, origin: Any, method: Any) -> None:
    if method != POISON:
        put(state, 0, high, low, origin, method)
    elif origin != CLEAN:
        touch(state, 0, high, low, origin)


@bare
def _hop_of(state: Any, slot: Any) -> Any:
    first = state.held[slot, 1]
    hop = state.moves[first].hop
    for made in range(first + 1, first + state.held[slot, 2]):
        hop = min(hop, state.moves[made].hop)
    return hop


@bare
def _halt(state: Any, number: Any, hop: Any) -> None:
    """Let everything stolen that enters a transaction stop there."""
    at = state.holds[0].head
    while at != NONE:
        lot = state.lots[at]
        if lot.origin != CLEAN:
            _sum(state, number, NONE, lot.high, lot.low, lot.origin, STOPPED, hop)
        behind = lot.next
        free(state, at)
        at = behind


@bare
def _end(state: Any, number: Any, output: Any, head: Any, fate: Any, hop: Any) -> None:
    """Record that a run's stolen units end, and give its lots back.

    What left a source and comes back as change has not left.
    """
    while head != NONE:
        lot = state.lots[head]
        if lot.origin != CLEAN:
            change = fate == RETURNED and lot.origin & 1
            end = CHANGE if change else fate
            _sum(state, number, output, lot.high, lot.low, lot.origin, end, hop)
        behind = lot.next
        free(state, head)
        head = behind


@bare
def _sum(
    state: Any, number: Any, receiver: Any, high: Any, low: Any, origin: Any, fate: Any, hop: Any
) -> None:
    """Record a movement, in one with those of the same transaction, place and origin before."""
    at = state.count[MOVES] - 1
    while at >= 0:
        held = state.moves[at]
        if held.at != number or held.receiver != receiver or held.fate != fate:
            break
        if held.theft == origin >> 1 and held.root == (origin & 1):
            sum_high, sum_low, _ = add(held.high, held.low, high, low)
            state.moves[at].high = sum_high
            state.moves[at].low = sum_low
            return
        at -= 1
    move(state, number, NONE, receiver, high, low, origin >> 1, fate, hop, origin & 1)


@bare
def _pay(state: Any, chain: Any, rules: Any, number: Any, output: Any, hop: Any, time: Any) -> None:
    """Let an output receive its units, and what was named as stolen of it."""
    value = np.uint64(max(chain.values[output], 0))
    head = take(state, 0, ZERO, value, rules.method)
    special = found(chain.special_keys, chain.special, np.int64(chain.owners[output]))
    if special != NONE and (special & 1) == SOURCE:
        _end(state, number, output, head, RETURNED, hop)
        return
    _once_each(state, head, rules.method)
    fate = ON
    asked = found(state.asked_keys, state.asked, 2 * np.int64(chain.owners[output]) + 1)
    if found(chain.halt_keys, chain.halts, output) != NONE:
        fate = STOPPED
    elif special != NONE or asked > PASS:
        fate = ARRIVED
    first = state.count[MOVES]
    marked = found(chain.mark_keys, chain.mark_of, output)
    high, low = stolen_in(state, head, rules.method)
    if fate == ON and marked == NONE and less(high, low, rules.least_high, rules.least_low):
        fate = SMALL
    at = head
    while at != NONE:
        lot = state.lots[at]
        if lot.origin != CLEAN:
            _sum(state, number, output, lot.high, lot.low, lot.origin, fate, hop)
            state.lots[at].origin = lot.origin & ~1
        at = lot.next
    if marked != NONE:
        head = _mark(state, chain, rules, number, output, head, marked, fate, time)
    if fate == ON and state.count[MOVES] > first:
        _keep(state, chain, output, head, first)
    else:
        while head != NONE:
            behind = state.lots[head].next
            free(state, head)
            head = behind


@bare
def _once_each(state: Any, head: Any, method: Any) -> None:
    """Under poison, let a theft count once that touches by old and by freshly stolen units."""
    while method == POISON and head != NONE:
        behind = state.lots[head].next
        if behind != NONE and state.lots[behind].origin >> 1 == state.lots[head].origin >> 1:
            state.lots[head].next = state.lots[behind].next
            free(state, behind)
        else:
            head = behind


@bare
def _mark(
    state: Any, chain: Any, rules: Any, number: Any, output: Any, head: Any, marked: Any,
    fate: Any, time: Any,
) -> Any:  # fmt: skip
    theft = chain.marks[marked, 0]
    low = np.uint64(chain.marks[marked, 1])
    if low != ZERO:  # whatever of it is new: the clock must not depend on the method
        start(state, rules.max_age, theft, time)
    if rules.method == POISON:
        touched = low == ZERO
        at = head
        while at != NONE:
            touched = touched or state.lots[at].origin >> 1 == theft
            at = state.lots[at].next
        low = ZERO if touched else np.uint64(chain.values[output])
        if not touched:
            head = new_lot(state, ZERO, low, 2 * theft, head)
    else:
        head, _, low = mark(state, head, ZERO, low, 2 * theft)
    if low != ZERO:
        move(state, number, NONE, output, ZERO, low, theft, fate, 1, NAMED)
    return head


@bare
def _hold(state: Any, key: Any, head: Any, first: Any) -> None:
    """Remember a run of units, and the movements from `first` on that brought them."""
    slot = state.count[TABLE]
    state.count[TABLE] = slot + 1
    at = spot(state.keys, key)
    state.keys[at] = key
    state.slots[at] = slot
    state.held[slot, 0] = head
    state.held[slot, 1] = first
    state.held[slot, 2] = state.count[MOVES] - first


@bare
def _keep(state: Any, chain: Any, output: Any, head: Any, first: Any) -> None:
    """Remember a tainted output, and take the transaction that spends it when its turn comes."""
    _hold(state, np.int64(output), head, first)
    spender = chain.spent_by[output]
    if spender >= 0:
        push(state, 2 * np.int64(spender), NONE)


@bare
def last_of_block(chain: Any, number: Any) -> Any:
    """Return the last transaction of a transaction's block where it has a coinbase, else NONE."""
    block = _block_of(chain, number)
    if block < 0:
        return NONE
    coinbase = chain.block_first[block]
    if not 0 <= coinbase <= number:
        return NONE
    if chain.first_input[coinbase + 1] > chain.first_input[coinbase]:
        return NONE
    end = np.int64(len(chain.first_input)) - 2
    if block + 1 < len(chain.block_first):
        end = min(end, np.int64(chain.block_first[block + 1]) - 1)
    return max(end, number)


@bare
def _to_miner(state: Any, chain: Any, number: Any, head: Any, hop: Any) -> Any:
    """Keep a fee for the end of its block, where the miner is paid; tell whether there is one."""
    last = last_of_block(chain, number)
    if last == NONE:
        return False
    first = state.count[MOVES]
    at = head
    while at != NONE:
        lot = state.lots[at]
        if lot.origin != CLEAN:
            _sum(state, number, NONE, lot.high, lot.low, lot.origin, MINED, hop)
            state.lots[at].origin = lot.origin & ~1
        at = lot.next
    if state.count[MOVES] == first:
        return False
    _hold(state, -2 - number, head, first)
    push(state, 2 * last + 1, NONE)
    return True


@bare
def _room_for_block(state: Any, chain: Any, last: Any) -> Any:
    """Tell whether there is room for a block's fees on its coinbase's outputs."""
    coinbase = np.int64(chain.block_first[_block_of(chain, last)])
    runs = last - coinbase + 2
    if not 0 <= coinbase <= last or not _sound(chain, coinbase):
        state.count[ASKED] = coinbase
        return DAMAGED
    for number in range(coinbase + 1, last + 1):
        if not _sound(chain, number):
            state.count[ASKED] = number
            return DAMAGED
        slot = found(state.keys, state.slots, -2 - number)
        at = state.held[slot, 0] if slot != NONE else NONE
        while at != NONE:
            runs += 1
            at = state.lots[at].next
    outputs = chain.first_output[coinbase + 1] - chain.first_output[coinbase]
    need = runs + (outputs + 2) * (min(runs, 2 * len(chain.since)) + 2) + runs
    state.count[ASKED] = need
    return DONE if room(state, need) else GROW


@bare
def _fee(chain: Any, number: Any) -> Any:
    """Return what a transaction pays as fee; 0 where the ledger does not know."""
    fee: Any = 0
    for at in range(chain.first_input[number], chain.first_input[number + 1]):
        value = np.int64(chain.values[chain.inputs[at]])
        if value < 0:
            return 0
        fee += value
    for output in range(chain.first_output[number], chain.first_output[number + 1]):
        fee -= max(np.int64(chain.values[output]), 0)
    return max(fee, 0)


@bare
def _end_block(state: Any, chain: Any, rules: Any, last: Any) -> None:
    """Pay the coinbase: new coins first, then the block's fees in the order of transactions."""
    coinbase = np.int64(chain.block_first[_block_of(chain, last)])
    time = time_of(chain, last)
    new: Any = 0
    hop = 1 << 40
    for output in range(chain.first_output[coinbase], chain.first_output[coinbase + 1]):
        new += max(np.int64(chain.values[output]), 0)
    for number in range(coinbase + 1, last + 1):
        new -= _fee(chain, number)
    empty(state, 0)
    if new > 0:
        put(state, 0, ZERO, np.uint64(new), CLEAN, rules.method)
    for number in range(coinbase + 1, last + 1):
        hops = _enter_fee(state, chain, rules, coinbase, number)
        hop = min(hop, hops) if hops >= 0 else hop
    for output in range(chain.first_output[coinbase], chain.first_output[coinbase + 1]):
        if 0 <= chain.spent_by[output] <= last:  # no chain allows it; then its units end as fees
            value = np.uint64(max(chain.values[output], 0))
            head = take(state, 0, ZERO, value, rules.method)
            _end(state, coinbase, NONE, head, FEE, hop + 1)
        else:
            _pay(state, chain, rules, coinbase, output, hop + 1, time)
    hold = state.holds[0]
    head = take(state, 0, hold.total_high, hold.total_low, rules.method)
    _end(state, coinbase, NONE, head, FEE, hop + 1)


@bare
def _enter_fee(state: Any, chain: Any, rules: Any, coinbase: Any, number: Any) -> Any:
    slot = found(state.keys, state.slots, -2 - number)
    if slot == NONE:
        put(state, 0, ZERO, np.uint64(_fee(chain, number)), CLEAN, rules.method)
        return NONE
    first = state.held[slot, 1]
    for made in range(first, first + state.held[slot, 2]):
        _in(state, coinbase, made)
    at = state.held[slot, 0]
    state.held[slot, 0] = NONE
    while at != NONE:
        lot = state.lots[at]
        _let_in(state, lot.high, lot.low, lot.origin, rules.method)
        behind = lot.next
        free(state, at)
        at = behind
    if rules.method == POISON:
        put(state, 0, ZERO, np.uint64(_fee(chain, number)), CLEAN, POISON)
    return _hop_of(state, slot)
