"""Tracing on UTXO ledgers: outputs that carry stolen units, transaction by transaction.

A transaction is a holding that its inputs fill, in order, and its outputs empty, in order, the
fee last. Only transactions that spend a tainted output are opened, in chain order.
"""

import heapq
from collections.abc import Sequence

from sanctrail.errors import TraceError
from sanctrail.ledger import UtxoLedger
from sanctrail.ledger.batches import UNKNOWN, UNSPENT, Asset
from sanctrail.tracing.holdings import (
    CLEAN,
    METHODS,
    Run,
    marked,
    stolen_amount,
    stolen_parts,
)
from sanctrail.tracing.request import Part, Request
from sanctrail.tracing.result import FEE, Flow, TraceResult, add

STOLEN = 0


def trace_utxo(ledger: UtxoLedger, request: Request, method: str, asset: Asset) -> TraceResult:
    """Trace a UTXO ledger by one method."""
    walk = _Walk(ledger, request, method, asset)
    walk.run()
    return walk.result


class _Walk:
    """The tainted outputs so far and the transactions still to come."""

    def __init__(self, ledger: UtxoLedger, request: Request, method: str, asset: Asset) -> None:
        self.result = TraceResult(request.theft, method, asset)
        self._ledger = ledger
        self._since = request.since
        self._new_holding = METHODS[method]
        self._sources, self._stops = request.ids_in(ledger)
        self._stop_transactions = {
            number
            for part in request.stop_parts
            if part.n is None and (number := ledger.number_of(part.txid)) is not None
        }
        self._stop_outputs = {
            output: f"{ledger.transaction(ledger.maker(output))}:{part.n}"
            for part in request.stop_parts
            if part.n is not None
            for output in _outputs(ledger, part)
        }
        self._marks = _marks(ledger, request)
        self._tainted: dict[int, list[Run]] = {}
        self._events: list[int] = []
        self._queued: set[int] = set()

    def run(self) -> None:
        """Take every transaction of the trail in chain order, then see what was never spent."""
        for number in sorted(self._marks):
            self._queue(self._ledger.maker(number))
        for number in self._ledger.outputs_of_addresses(sorted(self._sources)).tolist():
            self._queue(int(self._ledger.spent_by[number]))
        while self._events:
            self._transaction(heapq.heappop(self._events))
        for number, runs in self._tainted.items():
            outpoint = f"{self._txid_of(number)}:{self._ledger.place(number)}"
            self.result.dormant[self._owner(number), outpoint] = stolen_amount(runs)

    def _queue(self, transaction: int) -> None:
        if transaction != UNSPENT and transaction not in self._queued:
            self._queued.add(transaction)
            heapq.heappush(self._events, transaction)

    def _transaction(self, number: int) -> None:
        inputs = self._ledger.inputs(number).tolist()
        self._refuse_unknown(number, inputs)
        holding = self._new_holding()
        fresh: set[int] = set()
        for at, spent in enumerate(inputs):
            runs = self._tainted.pop(spent, [(int(self._ledger.values[spent]), CLEAN)])
            if int(self._ledger.owners[spent]) in self._sources and not self._too_early(number):
                fresh.add(at)
                runs = [(int(self._ledger.values[spent]), STOLEN)]
            holding.put((amount, CLEAN if o == CLEAN else at) for amount, o in runs)
        if number in self._stop_transactions:
            self._stop(number, holding.held(), inputs, fresh)
            return
        for output in self._ledger.outputs(number):
            runs = holding.take(int(self._ledger.values[output]))
            self._output(output, runs, inputs, fresh)
        self._fee(number, holding.take(holding.balance), inputs, fresh)

    def _refuse_unknown(self, number: int, inputs: Sequence[int]) -> None:
        """Raise `TraceError` where a spent output's value is not known: no rule can go on there."""
        if any(self._ledger.values[spent] == UNKNOWN for spent in inputs):
            raise TraceError(
                f"transaction {self._ledger.transaction(number)}: it spends outputs whose values "
                "the ledger does not know. Import the blocks that made them too, or a source that "
                "tells spent values, and trace again."
            )

    def _too_early(self, number: int) -> bool:
        return self._since is not None and self._ledger.time(number) < self._since

    def _stop(
        self, number: int, held: dict[int, int], inputs: Sequence[int], fresh: set[int]
    ) -> None:
        """Let everything that enters a transaction stop there, whatever it pays out."""
        txid = self._ledger.transaction(number)
        for at, amount in sorted(held.items()):
            self.result.stolen += amount if at in fresh else 0
            add(self.result.stopped, txid, amount)
            self._flow(number, inputs[at], txid, amount, int(self._ledger.values[inputs[at]]))

    def _output(self, output: int, runs: list[Run], inputs: Sequence[int], fresh: set[int]) -> None:
        """Let an output receive its units; `runs` name the input that each stolen unit came by."""
        parts = stolen_parts(runs)
        owner = int(self._ledger.owners[output])
        if owner in self._sources:
            # What only moved between sources has not left them yet.
            parts = {at: amount for at, amount in parts.items() if at not in fresh}
            add(self.result.returned, self._owner(output), sum(parts.values()))
        else:
            self.result.stolen += sum(amount for at, amount in parts.items() if at in fresh)
            self._keep(output, owner, runs)
        number, value = self._ledger.maker(output), int(self._ledger.values[output])
        for at, amount in sorted(parts.items()):
            self._flow(number, inputs[at], self._owner(output), amount, value)

    def _keep(self, output: int, owner: int, runs: list[Run]) -> None:
        runs = [(amount, o if o == CLEAN else STOLEN) for amount, o in runs]
        if output in self._marks:
            runs, new = marked(runs, self._marks[output], STOLEN)
            self.result.stolen += new
            number, value = self._ledger.maker(output), int(self._ledger.values[output])
            self._flow(number, None, self._owner(output), new, value)
        tainted = stolen_amount(runs)
        if output in self._stop_outputs:
            add(self.result.stopped, self._stop_outputs[output], tainted)
        elif owner in self._stops:
            add(self.result.arrived, self._owner(output), tainted)
        elif tainted:
            self._tainted[output] = runs
            self._queue(int(self._ledger.spent_by[output]))

    def _fee(self, number: int, runs: list[Run], inputs: Sequence[int], fresh: set[int]) -> None:
        for at, amount in sorted(stolen_parts(runs).items()):
            self.result.stolen += amount if at in fresh else 0
            self.result.fees += amount
            self._flow(number, inputs[at], FEE, amount, sum(size for size, _ in runs))

    def _flow(self, number: int, spent: int | None, receiver: str, amount: int, total: int) -> None:
        if not amount:
            return
        self.result.move(
            Flow(
                self._owner(spent) if spent is not None else self._first_payer(number),
                receiver,
                amount,
                total,
                self._ledger.transaction(number),
                self._ledger.time(number),
            )
        )

    def _first_payer(self, number: int) -> str:
        inputs = self._ledger.inputs(number)
        return self._owner(int(inputs[0])) if len(inputs) else "coinbase"

    def _owner(self, output: int) -> str:
        return self._ledger.address(int(self._ledger.owners[output]))

    def _txid_of(self, output: int) -> str:
        return self._ledger.transaction(self._ledger.maker(output))


def _marks(ledger: UtxoLedger, request: Request) -> dict[int, int]:
    """Return how much of which output was stolen, for parts named by transaction."""
    marks: dict[int, int] = {}
    for part in request.stolen_parts:
        outputs = _outputs(ledger, part)
        part.spread({output: int(ledger.values[output]) for output in outputs}, marks)
    return marks


def _outputs(ledger: UtxoLedger, part: Part) -> list[int]:
    """Return a part's outputs, in order."""
    number = ledger.number_of(part.txid)
    outputs = [] if number is None else list(ledger.outputs(number))
    return outputs if part.n is None else outputs[part.n : part.n + 1]
