"""Tracing on account ledgers: from the request to the walk, and from the walk to a trail."""

from typing import Any

import numpy as np

from sanctrail.errors import TraceError
from sanctrail.ground.kernel import bare
from sanctrail.ledger import AccountLedger
from sanctrail.ledger.amounts import WIDE
from sanctrail.ledger.batches import Asset
from sanctrail.tracing.account_walk import (
    NAMES,
    AccountChain,
    AccountRules,
    advance,
    follow,
    walk_accounts,
)
from sanctrail.tracing.judging import judge_address, suspect
from sanctrail.tracing.places import METHODS, POISON
from sanctrail.tracing.request import Part, Request
from sanctrail.tracing.setting import Setting, named_parts, since_of
from sanctrail.tracing.state import (
    ASKED,
    CLEAN,
    EVENTS,
    HOLDS,
    LAST,
    MOVES,
    NONE,
    TOO_WIDE,
    State,
    grown,
    new_state,
)
from sanctrail.tracing.trail import LEFT, Trail, cut
from sanctrail.tracing.utxo_walk import HALT
from sanctrail.tracing.walking import (
    SEEN,
    Checkpoint,
    limits_of,
    refuse_damaged,
    require_sound,
    run_walk,
    table_of,
    verdicts,
)

_MASK = 2**64 - 1
_HALF = 64


def trace_account(
    ledger: AccountLedger,
    request: Request,
    how: tuple[str, Asset],
    setting: Setting,
    checkpoint: Checkpoint | None = None,
) -> Trail:
    """Trace an account ledger by one method in one asset."""
    method, asset = how
    named = Named(ledger, request, asset)
    chain = _chain(ledger, request, asset, setting, named)
    rules = _rules(request, method)
    state = checkpoint.load() if checkpoint else None
    if state is None:
        state = _started(request, setting, chain)

    def judge(_status: int, asked: int) -> int:
        return judge_address(ledger, request.rules, asked)

    state, status = run_walk(
        lambda held, budget: walk_accounts(held, chain, rules, budget), state, judge, checkpoint
    )
    refuse_damaged(ledger, status)
    if status == TOO_WIDE:
        place = int(state.count[ASKED])
        raise TraceError(
            f"transaction {ledger.transaction(place)}: {_too_much(ledger, place)} more than 128 "
            "bits hold, which no trace reckons with. Leave the asset out with --asset."
        )
    return _trail(ledger, request, how, named, state)


def _too_much(ledger: AccountLedger, place: int) -> str:
    amount = ledger.amount(place)
    if amount >= WIDE:
        return f"it moves {amount} base units,"
    return "with it a balance on the trail becomes"


class Named:
    """The movements that a request names, by their places in the ledger."""

    def __init__(self, ledger: AccountLedger, request: Request, asset: Asset) -> None:
        code = ledger.assets.index(asset)
        self.marks: dict[int, tuple[int, int]] = {}
        for theft, part in named_parts(request):
            places = places_of(ledger, part, code)
            amounts: dict[int, int] = {}
            part.spread({place: _reckoned(ledger, place) for place in places}, amounts)  # type: ignore[attr-defined]
            self.marks |= {place: (theft, amount) for place, amount in amounts.items()}
        self.halts = {
            place: ledger.transaction(place) + ("" if part.n is None else f":{part.n}")
            for part in sorted(request.stop_parts, key=str)
            for place in places_of(ledger, part, code)
        }


def _reckoned(ledger: AccountLedger, place: int) -> int:
    amount = ledger.amount(place)
    if amount >= WIDE:
        raise TraceError(
            f"transaction {ledger.transaction(place)}: {_too_much(ledger, place)} more than 128 "
            "bits hold, which no trace reckons with. Leave the asset out with --asset."
        )
    return amount


def places_of(ledger: AccountLedger, part: Part, code: int | None = None) -> list[int]:
    """Return a part's movements, in order; of one asset where a code is given.

    A part's `n` counts all movements of its transaction, whatever they move.
    """
    rows = ledger.positions_of_transaction(part.txid)
    rows = rows if part.n is None else rows[part.n : part.n + 1]
    return [row for row in rows if code is None or ledger.asset_numbers[row] == code]


def _chain(
    ledger: AccountLedger, request: Request, asset: Asset, setting: Setting, named: Named
) -> AccountChain:
    special_keys, special = table_of(setting.special())
    places = sorted(named.marks)
    mark_keys, mark_of = table_of({place: n for n, place in enumerate(places)})
    marks = [
        (theft, amount >> _HALF, amount & _MASK)
        for theft, amount in (named.marks[place] for place in places)
    ]
    halt_keys, halts = table_of(dict.fromkeys(named.halts, 1))
    columns = ledger.columns
    require_sound(
        ledger,
        ("senders", "receivers", "amounts_high", "amounts_low", "times", "assets"),
        ("account_starts",), ("account_places",),
    )  # fmt: skip
    return AccountChain(
        senders=columns["senders"],
        receivers=columns["receivers"],
        high=columns["amounts_high"],
        low=columns["amounts_low"],
        times=columns["times"],
        assets=columns["assets"],
        asset=ledger.assets.index(asset),
        account_starts=columns["account_starts"],
        account_places=columns["account_places"],
        special_keys=special_keys,
        special=special,
        mark_keys=mark_keys,
        mark_of=mark_of,
        marks=np.array(marks, np.uint64).reshape(-1, 3),
        named=np.array(places, np.int64),
        halt_keys=halt_keys,
        halts=halts,
        since=np.array(since_of(request), np.int64),
    )


def _rules(request: Request, method: str) -> AccountRules:
    rules = request.rules
    return AccountRules(**limits_of(rules, method), busy=rules.senders + rules.receivers)


def _started(request: Request, setting: Setting, chain: AccountChain) -> State:
    """Return the state before the first movement: the sources' and the named ones wait."""
    state = grown(new_state(len(request.thefts)), len(setting.sources) + 16)
    state.count[HOLDS] = NAMES + 1
    state.holds[NAMES]["account"] = NONE
    state.holds[NAMES]["end"] = len(chain.named)
    advance(state, chain, NAMES)
    for source in sorted(setting.sources):
        follow(state, chain, source, NONE)
    state.count[LAST] = NONE
    return state


def _trail(
    ledger: AccountLedger, request: Request, how: tuple[str, Asset], named: Named, state: State
) -> Trail:
    method, asset = how
    unknown = int(state.unknown[0]) << _HALF | int(state.unknown[1])
    trail = Trail(
        ledger,
        method,
        asset,
        tuple(theft.name for theft in request.thefts),
        cut(state.moves, int(state.count[MOVES])),
        np.zeros((0, 2), np.int64),
        _left(state, method),
        unknown,
        int(state.count[EVENTS]),
        {place: amount for place, (_, amount) in named.marks.items()},
        named.halts,
    )
    for key, verdict in verdicts(state).items():
        if key & 1 and verdict in {HALT, SEEN}:
            trail.suspects[key >> 1] = suspect(ledger, key >> 1, stopped=verdict == HALT)
    return trail


def _left(state: State, method: str) -> Any:
    """Return the stolen units that lie in accounts; under poison, each touched one's balance."""
    left = np.zeros(int(state.count[0]) + 1, LEFT)
    used = left_kernel(state, METHODS.index(method) == POISON, left)
    return left[:used]


@bare
def left_kernel(state: Any, whole: Any, left: Any) -> Any:
    """Fill (account, theft, high, low) of every stolen lot that lies in an account."""
    used = 0
    for of in range(NAMES + 1, state.count[HOLDS]):
        at = state.holds[of].head
        while at != NONE:
            lot = state.lots[at]
            if lot.origin != CLEAN:
                left[used].account = state.holds[of].account
                left[used].theft = lot.origin >> 1
                left[used].high = state.holds[of].total_high if whole else lot.high
                left[used].low = state.holds[of].total_low if whole else lot.low
                used += 1
            at = lot.next
    return used
