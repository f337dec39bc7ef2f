"""What a ledger tells of one address or one transaction, exact, with what it cannot tell."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sanctrail.addresses import canonical
from sanctrail.errors import LedgerError
from sanctrail.ledger.amounts import WIDE
from sanctrail.ledger.batches import FEE, UNKNOWN, UNSPENT, Asset
from sanctrail.ledger.store import NOBODY, AccountLedger, UtxoLedger

COINBASE = "new coins"
"""What stands for the sender of coins that did not exist before."""


@dataclass(slots=True)
class Totals:
    """An address's money in one asset, in base units, as far as the ledger covers it.

    `unreckoned` counts amounts that are not in the sums: wider than 128 bits, or not known.
    """

    asset: Asset
    received: int = 0
    sent: int = 0
    fees: int = 0
    unreckoned: int = 0

    @property
    def balance(self) -> int:
        """What is left; negative where the ledger does not reach back to what came in before."""
        return self.received - self.sent - self.fees


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of money; `amount` is None where it is not known."""

    transaction: str
    block: int | None
    time: int | None
    kind: str
    sender: str
    receiver: str
    asset: Asset
    amount: int | None


@dataclass(slots=True)
class AddressAnswer:
    """Totals by asset, and the movements in order."""

    address: str
    totals: list[Totals]
    movements: list[Movement]
    transactions: int


@dataclass(slots=True)
class TransactionAnswer:
    """A transaction's movements, in order. On UTXO ledgers, inputs and outputs, and the fee."""

    transaction: str
    block: int | None
    time: int | None
    movements: list[Movement] = field(default_factory=list)
    inputs: list[dict[str, object]] = field(default_factory=list)
    outputs: list[dict[str, object]] = field(default_factory=list)
    fee: int | None = None


def look_up_address(ledger: AccountLedger | UtxoLedger, text: str) -> AddressAnswer:
    """Return what went in and out of an address; raises `LedgerError` where it is not there."""
    address = canonical(text)
    number = ledger.ids_of([address]).get(address)
    if number is None:
        cover = ledger.manifest["coverage"]
        raise LedgerError(
            f"{address[:120]}: the ledger has no such address. It covers {cover['first_time']} to "
            f"{cover['last_time']}; check the address, or import the chain data of its time."
        )
    if isinstance(ledger, UtxoLedger):
        return _utxo_address(ledger, address, number)
    return _account_address(ledger, address, number)


def _utxo_address(ledger: UtxoLedger, address: str, number: int) -> AddressAnswer:
    totals = Totals(ledger.assets[0])
    rows: list[tuple[int, Movement]] = []
    for output in ledger.outputs_of(number).tolist():
        maker, spender = ledger.maker(output), int(ledger.spent_by[output])
        value = _value(ledger, output)
        totals.received += value or 0
        totals.unreckoned += value is None
        rows.append((maker, _move(ledger, maker, ("output", "", address), value)))
        if spender != UNSPENT:
            totals.sent += value or 0
            rows.append((spender, _move(ledger, spender, ("input", address, ""), value)))
    rows.sort(key=lambda row: row[0])
    return AddressAnswer(
        address, [totals], [move for _, move in rows], len({place for place, _ in rows})
    )


def _move(
    ledger: UtxoLedger, number: int, ends: tuple[str, str, str], value: int | None
) -> Movement:
    return Movement(
        ledger.transaction(number),
        _known(ledger.block(number)),
        _known(ledger.time(number)),
        *ends,
        ledger.assets[0],
        value,
    )


def _value(ledger: UtxoLedger, output: int) -> int | None:
    return _known(int(ledger.values[output]))


def _known(value: int) -> int | None:
    return None if value == UNKNOWN else value


def _account_address(ledger: AccountLedger, address: str, number: int) -> AddressAnswer:
    totals: dict[int, Totals] = {}
    moves = []
    places = ledger.positions_of(number)
    for position in places.tolist():
        code = int(ledger.asset_numbers[position])
        held = totals.setdefault(code, Totals(ledger.assets[code]))
        move = _movement(ledger, position)
        moves.append(move)
        _add(held, move, address)
    ids = np.unique(ledger.columns["transactions"][places])
    return AddressAnswer(
        address, [totals[code] for code in sorted(totals)], moves, int((ids >= 0).sum())
    )


def _add(totals: Totals, move: Movement, address: str) -> None:
    amount = move.amount if move.amount is not None and move.amount < WIDE else None
    if amount is None:
        totals.unreckoned += 1
        return
    if move.receiver == address:
        totals.received += amount
    if move.sender == address and move.kind == FEE:
        totals.fees += amount
    elif move.sender == address:
        totals.sent += amount


def _movement(ledger: AccountLedger, position: int) -> Movement:
    sender, receiver = int(ledger.senders[position]), int(ledger.receivers[position])
    kind = ledger.kind(position)
    return Movement(
        ledger.transaction(position),
        _known(int(ledger.blocks[position])),
        _known(int(ledger.times[position])),
        kind,
        ledger.address(sender) if sender >= 0 else COINBASE,
        ledger.address(receiver) if receiver >= 0 else FEE if kind == FEE else NOBODY,
        ledger.assets[int(ledger.asset_numbers[position])],
        ledger.amount(position),
    )


def look_up_transaction(ledger: AccountLedger | UtxoLedger, txid: str) -> TransactionAnswer:
    """Return a transaction; raises `LedgerError` where the ledger has it not."""
    found = (
        _utxo_transaction(ledger, txid)
        if isinstance(ledger, UtxoLedger)
        else _account_transaction(ledger, txid)
    )
    if found is None:
        cover = ledger.manifest["coverage"]
        raise LedgerError(
            f"{txid[:120]}: the ledger has no such transaction. It covers blocks "
            f"{cover['first_block']} to {cover['last_block']}; check the id, or import its block."
        )
    return found


def _utxo_transaction(ledger: UtxoLedger, txid: str) -> TransactionAnswer | None:
    number = ledger.number_of(txid)
    if number is None or number < ledger.outside:
        return None
    spent = ledger.inputs(number).tolist()
    made = list(ledger.outputs(number))
    held, paid = (_sum(ledger, outputs) for outputs in (spent, made))
    fee = held - paid if spent and held is not None and paid is not None else None
    block, time = ledger.block(number), ledger.time(number)
    return TransactionAnswer(
        ledger.transaction(number),
        _known(block),
        _known(time),
        inputs=[*_inputs(ledger, spent)],
        outputs=[*_outputs(ledger, made)],
        fee=fee,
    )


def _sum(ledger: UtxoLedger, outputs: list[int]) -> int | None:
    values = [_value(ledger, output) for output in outputs]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _inputs(ledger: UtxoLedger, outputs: list[int]) -> Iterator[dict[str, object]]:
    for output in outputs:
        yield {
            "transaction": ledger.transaction(ledger.maker(output)),
            "n": ledger.place(output),
            "address": ledger.address(int(ledger.owners[output])),
            "value": _value(ledger, output),
        }


def _outputs(ledger: UtxoLedger, outputs: list[int]) -> Iterator[dict[str, object]]:
    for output in outputs:
        spender = int(ledger.spent_by[output])
        yield {
            "n": ledger.place(output),
            "address": ledger.address(int(ledger.owners[output])),
            "value": _value(ledger, output),
            "spent_by": None if spender == UNSPENT else ledger.transaction(spender),
        }


def _account_transaction(ledger: AccountLedger, txid: str) -> TransactionAnswer | None:
    positions = ledger.positions_of_transaction(txid)
    moves = [_movement(ledger, position) for position in positions]
    if not moves:
        return None
    fees = [move.amount for move in moves if move.kind == FEE and move.amount is not None]
    return TransactionAnswer(
        moves[0].transaction,
        moves[0].block,
        moves[0].time,
        movements=moves,
        fee=sum(fees) if fees else None,
    )
