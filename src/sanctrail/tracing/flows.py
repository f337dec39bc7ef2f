"""Every movement of stolen units as a table for people and files: who to whom, how much, when."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sanctrail.ground.kernel import bare
from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.ledger.amounts import join
from sanctrail.tracing.state import (
    AGED,
    CHANGE,
    FAR,
    MINED,
    NAMED,
    NONE,
    STOPPED,
    TAKEN,
)
from sanctrail.tracing.trail import Trail

FLOWS = pa.schema(
    [
        *((name, pa.string()) for name in ("from", "to", "amount_tainted", "amount_total")),
        *((name, pa.string()) for name in ("transaction", "time")),
        ("hop", pa.int64()),
        *((name, pa.string()) for name in ("theft", "method", "asset", "end")),
        *((name, pa.string()) for name in ("from_output", "to_output")),
    ]
)
ENDS = ("", "arrived", "returned", "fee", "stopped", "stopped", "", "", "stopped", "stopped", "")
"""What the column `end` says by what became of the units (see `state.ON`): empty: they go on."""

TO_FEE = "fee"
"""What stands in `to` where tainted units went to a transaction's fee."""

COINBASE = "coinbase"
"""What stands in `from` where a stolen output was newly made."""

ROW = np.dtype(
    [("move", "i8"), ("parent", "i8"), ("high", "u8"), ("low", "u8")],
)


def flows_of(trail: Trail) -> pa.Table:
    """Return the movements of a trail, in the order of the chain; see docs/tracing.md.

    On a UTXO ledger a row is the part of one output that came by one input.
    """
    return flows_and_moves(trail)[0]


def flows_and_moves(trail: Trail) -> tuple[pa.Table, npt.NDArray[Any]]:
    """Return the same table, and which movement and how much of it each row tells (see ROW)."""
    rows = _utxo_rows(trail) if trail.utxo else _account_rows(trail)
    return _table(trail, rows), rows


def flow_rows(trail: Trail, steps: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Return steps of paths as rows of the same table.

    A step is a movement and the thread by which its units came; NONE for one that begins a path.
    On an account ledger a row is the movement whole.
    """
    rows = np.zeros(len(steps), ROW)
    rows["move"] = [number for number, _ in steps]
    rows["parent"] = NONE
    for half in ("high", "low"):
        rows[half] = trail.moves[half][rows["move"]]
    if trail.utxo:
        threads = trail.links.threads
        at = np.array([n for n, (_, thread) in enumerate(steps) if thread >= 0], np.int64)
        used = threads[[steps[n][1] for n in at.tolist()]]
        rows["parent"][at] = used["parent"]
        for half in ("high", "low"):
            rows[half][at] = used[half]
    told: list[dict[str, Any]] = _table(trail, rows).to_pylist()
    return told


def _table(trail: Trail, rows: npt.NDArray[Any]) -> pa.Table:
    moves = trail.moves[rows["move"]]
    ends = (_utxo_ends if trail.utxo else _account_ends)(trail, moves, rows)
    thefts = pa.array(trail.thefts, pa.string())
    table = {
        **ends,
        "amount_tainted": texts_of(rows["high"], rows["low"]),
        "hop": pa.array(moves["hop"].astype(np.int64)),
        "theft": thefts.take(pa.array(moves["theft"])),
        "method": pa.repeat(trail.method, len(rows)),
        "asset": pa.repeat(trail.asset.code, len(rows)),
        "end": pa.array(ENDS, pa.string()).take(pa.array(moves["fate"])),
    }
    return pa.table({name: table[name] for name in FLOWS.names}).cast(FLOWS)


def _account_rows(trail: Trail) -> npt.NDArray[Any]:
    """Return each transfer's stolen units of one theft as one row, however they came into it."""
    moves = trail.moves
    shown = np.flatnonzero((moves["fate"] != AGED) & (moves["fate"] != FAR))
    rows = np.zeros(len(shown), ROW)
    rows["move"], rows["parent"] = shown, NONE
    rows["high"], rows["low"] = moves["high"][shown], moves["low"][shown]
    named = np.flatnonzero(moves["root"][shown] == NAMED).tolist()
    gone = []
    for at in named:  # what was named as stolen of a transfer, beside what it carried of that theft
        before = at - 1
        while before >= 0 and moves["at"][shown[before]] == moves["at"][shown[at]]:
            if moves["theft"][shown[before]] == moves["theft"][shown[at]]:
                amount = sum(join(rows["high"][[before, at]], rows["low"][[before, at]]))
                rows[before]["high"], rows[before]["low"] = amount >> 64, amount & (2**64 - 1)
                gone.append(at)
                break
            before -= 1
    return np.delete(rows, gone)


def _utxo_rows(trail: Trail) -> npt.NDArray[Any]:
    """Return the threads through transactions, and what was named as stolen, in chain order."""
    moves, threads = trail.moves, trail.links.threads
    named = np.flatnonzero(moves["root"] == NAMED)
    rows = np.zeros(len(threads) + len(named), ROW)
    rows["move"] = np.concatenate([threads["child"], named])
    rows["parent"] = np.concatenate([threads["parent"], np.full(len(named), NONE)])
    for half in ("high", "low"):
        rows[half] = np.concatenate([threads[half], moves[half][named]])
    rows = rows[np.argsort(rows["move"], kind="stable")]
    fate = moves["fate"][rows["move"]]
    kept: npt.NDArray[Any] = rows[(fate != TAKEN) & (fate != CHANGE)]
    return kept


def _account_ends(
    trail: Trail, moves: npt.NDArray[Any], _rows: npt.NDArray[Any]
) -> dict[str, pa.Array]:
    ledger = trail.ledger
    assert isinstance(ledger, AccountLedger)
    at = moves["at"]
    columns = ledger.columns
    return {
        "from": ledger.addresses_of(moves["sender"]),
        "to": pc.if_else(
            pa.array(moves["receiver"] < 0), TO_FEE, ledger.addresses_of(moves["receiver"])
        ),
        "amount_total": texts_of(columns["amounts_high"][at], columns["amounts_low"][at]),
        "transaction": ledger.transactions_of(at),
        "time": times_of(columns["times"][at]),
        "from_output": pa.nulls(len(at), pa.string()),
        "to_output": pa.nulls(len(at), pa.string()),
    }


def _utxo_ends(
    trail: Trail, moves: npt.NDArray[Any], rows: npt.NDArray[Any]
) -> dict[str, pa.Array]:
    ledger = trail.ledger
    assert isinstance(ledger, UtxoLedger)
    numbers, outputs = moves["at"], moves["receiver"]
    spent, mined = _spent(trail, rows)
    columns = ledger.columns
    halted = (moves["fate"] == STOPPED) & (outputs < 0)
    nobody = (outputs < 0) & ~halted
    totals = np.zeros(len(rows), np.int64)
    totals[outputs >= 0] = columns["values"][outputs[outputs >= 0]]
    totals[halted] = columns["values"][spent[halted]]
    totals[nobody] = fees_of(ledger, numbers[nobody])
    transactions = ledger.transactions_of(numbers)
    payer = pc.if_else(pa.array(spent < 0), COINBASE, _owners(ledger, spent))
    payee = pc.if_else(pa.array(nobody), TO_FEE, _owners(ledger, outputs))
    return {
        "from": pc.if_else(pa.array(mined), TO_FEE, payer),
        "to": pc.if_else(pa.array(halted), transactions, payee),
        "amount_total": pa.array(totals).cast(pa.string()),
        "transaction": transactions,
        "time": times_of(ledger.times_of(numbers)),
        "from_output": outpoints_of(ledger, np.where(mined, NONE, spent)),
        "to_output": outpoints_of(ledger, outputs),
    }


def _spent(trail: Trail, rows: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the output that each row's units came by, NONE for none, and whether it was a fee.

    A stolen output that was named came by its transaction's first input.
    """
    parents = rows["parent"]
    known = parents >= 0
    spent = np.full(len(rows), NONE, np.int64)
    spent[known] = trail.moves["receiver"][parents[known]]
    mined = np.zeros(len(rows), np.bool_)
    mined[known] = trail.moves["fate"][parents[known]] == MINED
    first = trail.ledger.columns["first_input"]
    numbers = trail.moves["at"][rows["move"]]
    fresh = np.flatnonzero(~known & (first[numbers + 1] > first[numbers]))
    spent[fresh] = trail.ledger.columns["inputs"][first[numbers[fresh]]]
    return spent, mined


def _owners(ledger: UtxoLedger, outputs: npt.NDArray[Any]) -> pa.Array:
    owners = np.full(len(outputs), NONE, np.int64)
    owners[outputs >= 0] = ledger.owners[outputs[outputs >= 0]]
    return ledger.addresses_of(owners)


def outpoints_of(ledger: UtxoLedger, outputs: npt.NDArray[Any]) -> pa.Array:
    """Return outputs as txid:n, null where there is none."""
    there = outputs >= 0
    makers = np.zeros(len(outputs), np.int64)
    makers[there] = ledger.makers(outputs[there])
    places = outputs - ledger.columns["first_output"][makers]
    for at in np.flatnonzero(there & (makers < ledger.outside)).tolist():
        places[at] = ledger.place(int(outputs[at]))
    named = pc.binary_join_element_wise(
        ledger.transactions_of(makers), pa.array(places).cast(pa.string()), ":"
    )
    return pc.if_else(pa.array(there), named, pa.scalar(None, pa.string()))


def texts_of(high: npt.NDArray[Any], low: npt.NDArray[Any]) -> pa.Array:
    """Return amounts as whole numbers in digits."""
    texts = pa.array(np.ascontiguousarray(low)).cast(pa.string())
    if not np.any(high):
        return texts
    return pa.array(map(str, join(high, low)), pa.string())


def times_of(seconds: npt.NDArray[Any]) -> pa.Array:
    """Return unix seconds as ISO 8601 in UTC; empty where the source tells no time."""
    values = np.asarray(seconds, np.int64)
    stamps = pa.array(values).cast(pa.timestamp("s", "UTC"))
    return pc.if_else(pa.array(values < 0), "", pc.strftime(stamps, "%Y-%m-%dT%H:%M:%SZ"))


def fees_of(ledger: UtxoLedger, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return what transactions pay as fees, in base units."""
    columns = ledger.columns
    fees = np.zeros(len(numbers), np.int64)
    fees_kernel(
        np.asarray(numbers, np.int64), columns["first_output"], columns["first_input"],
        columns["inputs"], columns["values"], fees,
    )  # fmt: skip
    return fees


@bare
def fees_kernel(
    numbers: Any, first_output: Any, first_input: Any, inputs: Any, values: Any, fees: Any
) -> None:
    """Fill (n,) the fees of transactions."""
    for at in range(len(numbers)):
        number = numbers[at]
        fee = 0
        for place in range(first_input[number], first_input[number + 1]):
            fee += values[inputs[place]]
        for output in range(first_output[number], first_output[number + 1]):
            fee -= max(values[output], 0)
        fees[at] = max(fee, 0)
