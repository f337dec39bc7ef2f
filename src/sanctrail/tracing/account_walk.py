"""The walk over an account ledger, as a kernel: every movement of the accounts on the trail.

Only accounts that stolen money reaches are followed. An account's earlier movements are looked up
when it is first reached, for the clean balance it then had; all its later ones are events. An
origin is 2 × theft, as on UTXO ledgers.
"""

from typing import Any, NamedTuple

import numpy as np

from sanctrail.ground.kernel import bare
from sanctrail.tracing.places import POISON, empty, free, mark, new_lot, put, stolen_in, take, touch
from sanctrail.tracing.state import (
    AGED,
    ARRIVED,
    ASKED,
    CARRIED,
    CLEAN,
    DAMAGED,
    DONE,
    EVENTS,
    FAR,
    FEE,
    FRESH,
    GROW,
    HEAP,
    HOLDS,
    LAST,
    MOVES,
    NAMED,
    NONE,
    ON,
    PAUSED,
    RETURNED,
    SMALL,
    STOPPED,
    SUSPECT,
    TABLE,
    TOO_WIDE,
    found,
    move,
    pop,
    push,
    room,
    spot,
)
from sanctrail.tracing.utxo_walk import PASS, SOURCE, start
from sanctrail.tracing.wide import ZERO, add, less, sub

_WIDE = np.uint64(0xFFFFFFFFFFFFFFFF)
_FAR = 1 << 40
NAMES = 0
"""The place of `holds` whose events are the movements named as stolen."""


class AccountChain(NamedTuple):
    """A ledger's columns, and what is asked of them, as the kernel reads it."""

    senders: Any
    receivers: Any
    high: Any
    low: Any
    times: Any
    assets: Any
    asset: Any
    account_starts: Any
    account_places: Any
    special_keys: Any
    special: Any
    mark_keys: Any
    mark_of: Any
    marks: Any
    """(m, 3) the theft, and how much of the movement was stolen: high and low half (uint64)."""
    named: Any
    """(m,) the movements named as stolen, rising."""
    halt_keys: Any
    halts: Any
    since: Any


class AccountRules(NamedTuple):
    """The rules of a walk, as numbers; see `Rules` of UTXO ledgers."""

    method: Any
    max_age: Any
    max_hops: Any
    least_high: Any
    least_low: Any
    busy: Any


@bare
def walk_accounts(state: Any, chain: Any, rules: Any, budget: Any) -> Any:
    """Take movements in order until none is left, or something is needed: a status."""
    count = state.count
    while count[HEAP] > 0:
        place, of = state.heap[0, 0], state.heap[0, 1]
        if place != count[LAST]:
            if budget <= 0:
                return PAUSED
            status = _ready(state, chain, rules, place)
            if status != DONE:
                return status
        pop(state)
        advance(state, chain, of)
        if place != count[LAST]:
            count[LAST] = place
            count[EVENTS] += 1
            budget -= 1
            if _transfer(state, chain, rules, place):
                count[ASKED] = place
                return TOO_WIDE
    return DONE


@bare
def advance(state: Any, chain: Any, of: Any) -> None:
    """Queue an account's next movement of the asset."""
    at, end = state.holds[of].at, state.holds[of].end
    if of == NAMES:
        if at < end:
            push(state, chain.named[at], of)
            state.holds[of].at = at + 1
        return
    while at < end:
        place = np.int64(chain.account_places[at])
        at += 1
        if not 0 <= place < len(chain.assets):  # damaged: the walk says so when its turn comes
            push(state, len(chain.assets), of)
            break
        if chain.assets[place] == chain.asset:
            push(state, place, of)
            break
    state.holds[of].at = at


@bare
def follow(state: Any, chain: Any, account: Any, after: Any) -> Any:
    """Begin to follow an account's movements behind a place; return its number."""
    of = state.count[HOLDS]
    state.count[HOLDS] = of + 1
    empty(state, of)
    state.holds[of].account = account
    state.holds[of].hop = _FAR
    low: Any = max(np.int64(chain.account_starts[account]), 0)
    high: Any = min(np.int64(chain.account_starts[account + 1]), len(chain.account_places))
    state.holds[of].end = high
    while low < high:
        middle = (low + high) >> 1
        if chain.account_places[middle] <= after:
            low = middle + 1
        else:
            high = middle
    state.holds[of].at = low
    at = spot(state.keys, np.int64(account))
    state.keys[at] = account
    state.slots[at] = of
    state.count[TABLE] += 1
    advance(state, chain, of)
    return of


@bare
def _ready(state: Any, chain: Any, rules: Any, place: Any) -> Any:
    """Tell what is needed before a movement can be taken; nothing is changed by it."""
    accounts = len(chain.account_starts) - 1
    if not 0 <= place < len(chain.senders) or (
        chain.senders[place] >= accounts or chain.receivers[place] >= accounts
    ):
        state.count[ASKED] = place
        return DAMAGED
    if chain.high[place] == _WIDE and chain.low[place] == _WIDE:
        state.count[ASKED] = place
        return TOO_WIDE
    lots = 0
    of = found(state.keys, state.slots, np.int64(chain.senders[place]))
    if of != NONE:
        at = state.holds[of].head
        while at != NONE:
            lots += 1
            at = state.lots[at].next
    if not room(state, 2 * lots + 16):
        state.count[ASKED] = 2 * lots + 16
        return GROW
    receiver = np.int64(chain.receivers[place])
    if rules.busy != NONE and receiver >= 0:
        held = chain.account_starts[receiver + 1] - chain.account_starts[receiver]
        if (
            held >= rules.busy
            and found(state.asked_keys, state.asked, 2 * receiver + 1) == NONE
            and found(chain.special_keys, chain.special, receiver) == NONE
        ):
            state.count[ASKED] = receiver
            return SUSPECT
    return DONE


@bare
def _transfer(state: Any, chain: Any, rules: Any, place: Any) -> Any:
    """Take one movement; return whether a balance left 128 bits."""
    high, low = chain.high[place], chain.low[place]
    if (high | low) == ZERO:
        return False
    sender, receiver = np.int64(chain.senders[place]), np.int64(chain.receivers[place])
    from_source = found(chain.special_keys, chain.special, sender)
    from_source = from_source if from_source != NONE and (from_source & 1) == SOURCE else NONE
    to = found(chain.special_keys, chain.special, receiver)
    to_source = to != NONE and (to & 1) == SOURCE
    if from_source != NONE and to_source:
        return False
    first, hop = state.count[MOVES], _FAR
    time = chain.times[place]
    root = CARRIED
    if from_source != NONE and time >= chain.since[from_source >> 1]:
        theft = from_source >> 1
        start(state, rules.max_age, theft, time)
        head = new_lot(state, high, low, 2 * theft, NONE)
        hop, root = 1, FRESH
    elif from_source != NONE:  # too early
        head = new_lot(state, high, low, CLEAN, NONE)
    else:
        head, hop = _leaving(state, chain, rules, place, sender, high, low)
    marked = NONE
    if root == CARRIED and not to_source:
        marked = found(chain.mark_keys, chain.mark_of, place)
    fate = _fate(state, chain, place, receiver, to, to_source)
    if fate == ON and marked == NONE:
        part_high, part_low = stolen_in(state, head, rules.method)
        if less(part_high, part_low, rules.least_high, rules.least_low):
            fate = SMALL
    _tell(state, place, sender, receiver, head, fate, hop, root)
    if marked != NONE:
        before = state.count[MOVES]
        head = _mark(state, chain, rules, place, head, marked, fate)
        hop = 1 if state.count[MOVES] > before else hop
    _note_left(state, sender, first)
    over = False
    if receiver >= 0:
        over = _arrive(state, chain, rules, place, head, fate, hop, first)
    while head != NONE:
        behind = state.lots[head].next
        free(state, head)
        head = behind
    return over


@bare
def _leaving(
    state: Any, chain: Any, rules: Any, place: Any, sender: Any, high: Any, low: Any
) -> Any:
    """Return the run that leaves an account, and its hop; what a limit holds back stays behind."""
    of = found(state.keys, state.slots, sender)
    if of == NONE:
        return new_lot(state, high, low, CLEAN, NONE), _FAR
    hold = state.holds[of]
    if less(hold.total_high, hold.total_low, high, low):
        beyond_high, beyond_low = sub(high, low, hold.total_high, hold.total_low)
        unknown = state.unknown
        unknown[0], unknown[1], _ = add(unknown[0], unknown[1], beyond_high, beyond_low)
    head = take(state, of, high, low, rules.method)
    far = rules.max_hops != NONE and hold.hop >= rules.max_hops
    at = head
    time = chain.times[place]
    while at != NONE:
        lot = state.lots[at]
        if lot.origin != CLEAN and (far or time > state.until[lot.origin >> 1]):
            _add_up(state, place, sender, sender, lot.high, lot.low, lot.origin,
                    FAR if far else AGED, hold.hop, CARRIED)  # fmt: skip
            state.lots[at].origin = CLEAN
        at = lot.next
    return head, hold.hop + 1


@bare
def _fate(state: Any, chain: Any, place: Any, receiver: Any, to: Any, to_source: Any) -> Any:
    if found(chain.halt_keys, chain.halts, place) != NONE:
        return STOPPED
    if receiver < 0:
        return FEE
    if to_source:
        return RETURNED
    if to != NONE or found(state.asked_keys, state.asked, 2 * receiver + 1) > PASS:
        return ARRIVED
    return ON


@bare
def _add_up(
    state: Any, place: Any, sender: Any, receiver: Any, high: Any, low: Any, origin: Any,
    fate: Any, hop: Any, root: Any,
) -> None:  # fmt: skip
    """Record a movement, in one with those of the same place, theft and fate before."""
    at = state.count[MOVES] - 1
    while at >= 0 and state.moves[at].at == place:
        held = state.moves[at]
        if held.theft == origin >> 1 and held.fate == fate and held.root == root:
            sum_high, sum_low, _ = add(held.high, held.low, high, low)
            state.moves[at].high = sum_high
            state.moves[at].low = sum_low
            return
        at -= 1
    move(state, place, sender, receiver, high, low, origin >> 1, fate, hop, root)


@bare
def _tell(
    state: Any, place: Any, sender: Any, receiver: Any, head: Any, fate: Any, hop: Any, root: Any,
) -> None:  # fmt: skip
    while head != NONE:
        lot = state.lots[head]
        if lot.origin != CLEAN:
            _add_up(state, place, sender, receiver, lot.high, lot.low, lot.origin, fate, hop, root)
        head = lot.next


@bare
def _mark(state: Any, chain: Any, rules: Any, place: Any, head: Any, marked: Any, fate: Any) -> Any:
    theft = np.int64(chain.marks[marked, 0])
    high, low = chain.marks[marked, 1], chain.marks[marked, 2]
    if (high | low) != ZERO:  # whatever of it is new: the clock must not depend on the method
        start(state, rules.max_age, theft, chain.times[place])
    if rules.method == POISON:
        touched = (high | low) == ZERO
        at = head
        while at != NONE:
            lot = state.lots[at]
            touched = touched or (lot.origin != CLEAN and lot.origin >> 1 == theft)
            at = lot.next
        high, low = (ZERO, ZERO) if touched else (chain.high[place], chain.low[place])
        if not touched:
            head = new_lot(state, high, low, 2 * theft, head)
    else:
        head, high, low = mark(state, head, high, low, 2 * theft)
    if (high | low) != ZERO:
        sender, receiver = np.int64(chain.senders[place]), np.int64(chain.receivers[place])
        move(state, place, sender, receiver, high, low, theft, fate, 1, NAMED)
    return head


@bare
def _note_left(state: Any, sender: Any, first: Any) -> None:
    """Note on the movements what balance their sender has left: bounds are drawn from it."""
    of = found(state.keys, state.slots, sender)
    for at in range(first, state.count[MOVES]):
        if of != NONE:
            state.moves[at].left_high = state.holds[of].total_high
            state.moves[at].left_low = state.holds[of].total_low


@bare
def _arrive(
    state: Any, chain: Any, rules: Any, place: Any, head: Any, fate: Any, hop: Any, first: Any
) -> Any:
    """Let a run into the account it goes to where that is followed; behind a stop it is clean."""
    receiver = np.int64(chain.receivers[place])
    of = found(state.keys, state.slots, receiver)
    tainted = False
    for at in range(first, state.count[MOVES]):
        tainted = tainted or state.moves[at].fate == ON
    special = found(chain.special_keys, chain.special, receiver)
    if special != NONE or fate == ARRIVED or (of == NONE and not tainted):
        return False
    over = False
    if of == NONE:
        of = follow(state, chain, receiver, place)
        over = _known_balance(state, chain, rules, of, place)
    if tainted:
        state.holds[of].hop = min(state.holds[of].hop, hop)
    if rules.method == POISON:
        over = put(state, of, chain.high[place], chain.low[place], CLEAN, POISON) or over
    at = head
    while at != NONE:
        lot = state.lots[at]
        origin = lot.origin if fate == ON else CLEAN
        if rules.method != POISON:
            over = put(state, of, lot.high, lot.low, origin, rules.method) or over
        elif origin != CLEAN:
            touch(state, of, lot.high, lot.low, origin)
        at = lot.next
    return over


@bare
def _known_balance(state: Any, chain: Any, rules: Any, of: Any, place: Any) -> Any:
    """Put in the clean balance that an account had before a place; it never falls below zero."""
    account = state.holds[of].account
    high, low, over = ZERO, ZERO, False
    begin: Any = max(np.int64(chain.account_starts[account]), 0)
    for at in range(begin, min(chain.account_starts[account + 1], len(chain.account_places))):
        earlier = chain.account_places[at]
        if not 0 <= earlier <= place:
            break
        if chain.assets[earlier] != chain.asset:
            continue
        moved_high, moved_low = chain.high[earlier], chain.low[earlier]
        if chain.senders[earlier] == account:  # a payment to oneself has left before it comes in
            if less(high, low, moved_high, moved_low):
                high, low = ZERO, ZERO
            else:
                high, low = sub(high, low, moved_high, moved_low)
        if chain.receivers[earlier] == account and earlier < place:
            high, low, more = add(high, low, moved_high, moved_low)
            over = over or more
    return put(state, of, high, low, CLEAN, rules.method) or over
