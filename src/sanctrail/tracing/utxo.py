"""Tracing on UTXO ledgers: from the request to the walk, and from the walk to a trail."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sanctrail.attribution.coinjoins.sieve import POOL_VALUES
from sanctrail.errors import TraceError
from sanctrail.ledger import UtxoLedger
from sanctrail.ledger.batches import NULL_DATA, UNSPENT
from sanctrail.tracing.judging import coinjoin_in, judge_address, judge_transaction, suspect
from sanctrail.tracing.request import Part, Request
from sanctrail.tracing.setting import Setting, named_parts, since_of
from sanctrail.tracing.state import (
    ASKED,
    EVENTS,
    HEAP,
    HOLDS,
    INS,
    MOVES,
    NO_VALUE,
    NONE,
    SUSPECT,
    State,
    grown,
    new_state,
)
from sanctrail.tracing.trail import Trail, cut, empty_left
from sanctrail.tracing.utxo_walk import HALT, Rules, UtxoChain, last_of_block, walk_utxo
from sanctrail.tracing.walking import (
    SEEN,
    Checkpoint,
    decided,
    limits_of,
    refuse_damaged,
    require_sound,
    run_walk,
    table_of,
    verdicts,
)

_MASK = 2**64 - 1


def trace_utxo(
    ledger: UtxoLedger,
    request: Request,
    method: str,
    setting: Setting,
    checkpoint: Checkpoint | None = None,
) -> Trail:
    """Trace a UTXO ledger by one method."""
    named = Named(ledger, request)
    chain = _chain(ledger, request, setting, named)
    rules = _rules(ledger, request, method)
    state = checkpoint.load() if checkpoint else None
    if state is None:
        state = _started(ledger, request, setting, named, chain)

    def judge(status: int, asked: int) -> int:
        if status == SUSPECT:
            labelled = asked in setting.services or asked in setting.stops
            known = labelled or asked in setting.sources
            return 0 if known else judge_address(ledger, request.rules, asked)
        return judge_transaction(ledger, request.rules, asked)

    state, status = run_walk(
        lambda held, budget: walk_utxo(held, chain, rules, budget), state, judge, checkpoint
    )
    refuse_damaged(ledger, status)
    if status == NO_VALUE:
        raise TraceError(
            f"transaction {ledger.transaction(int(state.count[ASKED]))}: it spends outputs whose "
            "values the ledger does not know. Import the blocks that made them too, or a source "
            "that tells spent values, and trace again."
        )
    return _trail(ledger, request, method, named, state)


class Named:
    """The outputs and transactions that a request names, by the ledger's numbers."""

    def __init__(self, ledger: UtxoLedger, request: Request) -> None:
        self.marks: dict[int, tuple[int, int]] = {}
        for theft, part in named_parts(request):
            outputs = outputs_of(ledger, part)
            amounts: dict[int, int] = {}
            part.spread({output: max(0, int(ledger.values[output])) for output in outputs}, amounts)  # type: ignore[attr-defined]
            self.marks |= {output: (theft, amount) for output, amount in amounts.items()}
        self.halts: dict[int, str] = {}
        self.halted: dict[int, str] = {}
        for part in sorted(request.stop_parts, key=str):
            number = ledger.number_of(part.txid)
            if number is not None and part.n is None:
                self.halted[number] = ledger.transaction(number)
            for output in outputs_of(ledger, part) if part.n is not None else []:
                self.halts[output] = f"{ledger.transaction(ledger.maker(output))}:{part.n}"


def outputs_of(ledger: UtxoLedger, part: Part) -> list[int]:
    """Return a part's outputs, in order."""
    number = ledger.number_of(part.txid)
    outputs = [] if number is None else list(ledger.outputs(number))
    return outputs if part.n is None else outputs[part.n : part.n + 1]


def _chain(ledger: UtxoLedger, request: Request, setting: Setting, named: Named) -> UtxoChain:
    special_keys, special = table_of(setting.special())
    outputs = list(named.marks)
    mark_keys, mark_of = table_of({output: n for n, output in enumerate(outputs)})
    marks = np.array([named.marks[output] for output in outputs], np.int64).reshape(-1, 2)
    halt_keys, halts = table_of(dict.fromkeys(named.halts, 1))
    columns = sound_columns(ledger)
    return UtxoChain(
        first_output=columns["first_output"],
        first_input=columns["first_input"],
        inputs=columns["inputs"],
        values=columns["values"],
        owners=columns["owners"],
        spent_by=columns["spent_by"],
        block_first=columns["block_first"],
        block_time=columns["block_time"],
        address_starts=columns["address_starts"],
        special_keys=special_keys,
        special=special,
        mark_keys=mark_keys,
        mark_of=mark_of,
        marks=marks,
        halt_keys=halt_keys,
        halts=halts,
        since=np.array(since_of(request), np.int64),
        pools=POOL_VALUES,
    )


def sound_columns(ledger: UtxoLedger) -> Mapping[str, Any]:
    """Return the columns; raise `LedgerError` where they do not go together."""
    require_sound(
        ledger,
        ("values", "owners", "spent_by"), ("first_output", "first_input"),
        ("block_first", "block_time"), ("inputs",), ("address_starts",),
    )  # fmt: skip
    return ledger.columns


def _rules(ledger: UtxoLedger, request: Request, method: str) -> Rules:
    return Rules(
        **limits_of(request.rules, method),
        null=ledger.ids_of([NULL_DATA]).get(NULL_DATA, -2),
        busy=request.rules.senders,
        follow=request.rules.follow_fees,
    )


def _started(
    ledger: UtxoLedger, request: Request, setting: Setting, named: Named, chain: UtxoChain
) -> State:
    """Return the state before the first transaction: those that take what is stolen wait."""
    outputs = ledger.outputs_of_addresses(sorted(setting.sources))
    spenders: Any = ledger.spent_by[outputs]
    keys = {2 * int(number) for number in spenders[spenders != UNSPENT].tolist()}
    for output in named.marks:
        maker = ledger.maker(output)
        last = last_of_block(chain, maker) if request.rules.follow_fees else NONE
        coinbase = len(ledger.inputs(maker)) == 0
        keys.add(2 * last + 1 if coinbase and last != NONE else 2 * maker)
    state = grown(new_state(len(request.thefts)), len(keys) + 16)
    state.heap[: len(keys), 0] = sorted(keys)  # rising, so a heap
    state.heap[: len(keys), 1] = NONE
    state.count[HEAP] = len(keys)
    state.count[HOLDS] = 1
    for number in named.halted:
        state = decided(state, 2 * number, HALT)
    return state


def _trail(ledger: UtxoLedger, request: Request, method: str, named: Named, state: State) -> Trail:
    trail = Trail(
        ledger,
        method,
        ledger.assets[0],
        tuple(theft.name for theft in request.thefts),
        cut(state.moves, int(state.count[MOVES])),
        cut(state.ins, int(state.count[INS])),
        empty_left(),
        0,
        int(state.count[EVENTS]),
        {output: amount for output, (_, amount) in named.marks.items()},
        named.halted | {-1 - output: text for output, text in named.halts.items()},
    )
    for key, verdict in verdicts(state).items():
        number, address = key >> 1, key & 1
        if address and verdict in {HALT, SEEN}:
            trail.suspects[number] = suspect(ledger, number, stopped=verdict == HALT)
        elif not address and verdict in {HALT, SEEN} and number not in named.halted:
            found = coinjoin_in(ledger, number)
            trail.joins[number] = f"{found.protocol}, {found.level}" if found else "CoinJoin"
    return trail
