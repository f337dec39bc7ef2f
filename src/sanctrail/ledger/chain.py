"""Building a UTXO ledger transaction by transaction, in chain order, checked as it grows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from sanctrail.addresses import canonical, canonical_transaction
from sanctrail.errors import LedgerError
from sanctrail.ledger.importing import MAX_TIME, iso_time
from sanctrail.ledger.store import (
    MAX_INTEGER,
    SCHEMAS,
    SHARED_SCHEMAS,
    UNSPENT,
    stored_transaction,
    write_ledger,
)


@dataclass(slots=True)
class ChainBuilder:
    """Transactions and outputs as columns; an output's number is its place in chain order."""

    txids: list[str] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    made_by: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    spent_by: list[int] = field(default_factory=list)
    spent_at: list[int] = field(default_factory=list)
    addresses: dict[str, int] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def add(
        self,
        txid: str,
        block: int,
        time: int,
        inputs: Sequence[int],
        outputs: Sequence[tuple[str, int]],
    ) -> list[int]:
        """Add a transaction and return its outputs' numbers. No inputs means a coinbase.

        Raises `LedgerError` where no chain could hold the transaction: what is traced over it
        must balance.
        """
        flaw = self._flaw(txid, block, time, inputs, [value for _, value in outputs])
        if flaw:
            raise LedgerError(f"transaction {txid}: {flaw}. Correct the source; nothing was added.")
        number = len(self.txids)
        self.txids.append(stored_transaction(txid))
        self.known.add(canonical_transaction(txid))
        self.blocks.append(block)
        self.times.append(time)
        for at, spent in enumerate(inputs):
            self.spent_by[spent], self.spent_at[spent] = number, at
        return [self._output(number, n, *output) for n, output in enumerate(outputs)]

    def _flaw(
        self, txid: str, block: int, time: int, inputs: Sequence[int], values: Sequence[int]
    ) -> str:
        """Say why a transaction cannot come next, in a few words; empty if it can."""
        first_block, first_time = (self.blocks[-1], self.times[-1]) if self.txids else (0, 0)
        if canonical_transaction(txid) in self.known:
            return "the id stands in the chain already"
        if not first_block <= block <= MAX_INTEGER:
            return f"block {block} does not follow block {first_block}"
        if not first_time <= time <= MAX_TIME:
            return f"time {time} does not follow time {first_time}"
        if not values:
            return "it makes no output"
        if any(not 0 <= value <= MAX_INTEGER for value in values):
            return "an output is negative or too large"
        return self._spending_flaw(inputs, sum(values))

    def _spending_flaw(self, inputs: Sequence[int], paid: int) -> str:
        if any(not 0 <= number < len(self.values) for number in inputs):
            return "an input is no output of the chain"
        if len(set(inputs)) < len(inputs):
            return "an input is given twice"
        if any(self.spent_by[number] != UNSPENT for number in inputs):
            return "an input is spent already"
        if inputs and paid > sum(self.values[number] for number in inputs):
            return "it pays out more than its inputs hold"
        return ""

    def _output(self, transaction: int, n: int, address: str, value: int) -> int:
        owner = self.addresses.setdefault(canonical(address), len(self.addresses))
        self.made_by.append(transaction)
        self.places.append(n)
        self.owners.append(owner)
        self.values.append(value)
        self.spent_by.append(UNSPENT)
        self.spent_at.append(UNSPENT)
        return len(self.values) - 1

    def write(
        self, folder: Path, about: dict[str, Any], *, replace: bool = False
    ) -> tuple[dict[str, Any], bool]:
        """Write the ledger; `about` gives assets, limits, files and the source format."""
        if not self.txids:
            raise LedgerError(
                f"{folder}: the chain holds no transaction, so no ledger was written. "
                "Give a source with at least one."
            )
        coverage = {
            "first_block": min(self.blocks),
            "last_block": max(self.blocks),
            "first_time": iso_time(min(self.times)),
            "last_time": iso_time(max(self.times)),
            "transactions": len(self.txids),
            "movements": len(self.values),
        }
        about = {**about, "coverage": coverage}
        return write_ledger(folder, "utxo", self._tables(), about, replace=replace)

    def _tables(self) -> dict[str, pa.Table]:
        columns: dict[str, list[Sequence[Any]]] = {
            "transactions": [self.txids, self.blocks, self.times],
            "outputs": [
                self.made_by,
                self.places,
                self.owners,
                self.values,
                self.spent_by,
                self.spent_at,
            ],
        }
        tables = {
            name: pa.Table.from_arrays(
                [pa.array(c, f.type) for c, f in zip(columns[name], schema, strict=True)],
                schema=schema,
            )
            for name, schema in SCHEMAS["utxo"].items()
        }
        tables["addresses"] = pa.table(
            {"address": list(self.addresses), "label": [""] * len(self.addresses)},
            schema=SHARED_SCHEMAS["addresses"],
        )
        tables["problems"] = SHARED_SCHEMAS["problems"].empty_table()
        return tables
