"""Transfers and fees on their way into batches, in the order of the columns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sanctrail.ledger.batches import FEES, TRANSFERS, UNKNOWN, AccountBatch, Asset, table_of

ROWS = 100_000
"""Rows of a batch."""

INTERNAL = "internal"
"""The kind of transfers by contracts that stand beside a transaction's own value."""


class Transfer(NamedTuple):
    """One row of TRANSFERS."""

    block: int
    time: int
    micros: int = 0
    place: int = UNKNOWN
    transaction: str = ""
    kind: str = "row"
    position: int = UNKNOWN
    sender: str = ""
    receiver: str = ""
    asset: str = ""
    amount: str = "0"
    failed: bool = False
    sender_label: str = ""
    receiver_label: str = ""


class Fee(NamedTuple):
    """One row of FEES."""

    transaction: str
    block: int
    time: int
    payer: str
    fee: str
    asset: str
    failed: bool = False


@dataclass(slots=True)
class Gathered:
    """What was read since the last batch, and the assets met so far."""

    transfers: list[Transfer] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    _new: list[Asset] = field(default_factory=list)
    _codes: set[str] = field(default_factory=set)

    def meet(self, asset: Asset) -> str:
        """Note an asset at its first use; return its code."""
        if asset.code not in self._codes:
            self._codes.add(asset.code)
            self._new.append(asset)
        return asset.code

    def full(self) -> Iterator[AccountBatch]:
        """Yield a batch where there are rows enough for one."""
        if max(len(self.transfers), len(self.fees)) >= ROWS:
            yield self._batch()

    def rest(self) -> Iterator[AccountBatch]:
        """Yield what is left."""
        if self.transfers or self.fees:
            yield self._batch()

    def _batch(self) -> AccountBatch:
        batch = AccountBatch(
            table_of(self.transfers, TRANSFERS), table_of(self.fees, FEES), tuple(self._new)
        )
        self.transfers, self.fees, self._new = [], [], []
        return batch
