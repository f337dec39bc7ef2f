"""A walk's harvest: every movement of stolen units in one asset by one method, as columns."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.ledger.batches import UNSPENT, Asset
from sanctrail.tracing.judging import Suspect
from sanctrail.tracing.links import Links, links_of
from sanctrail.tracing.places import METHODS
from sanctrail.tracing.state import ON

LEFT = np.dtype([("account", "i8"), ("theft", "i8"), ("high", "u8"), ("low", "u8")])
_LIMB = np.uint64(32)
_NO_SHIFT = np.uint64(0)
_MASK = np.uint64(0xFFFFFFFF)


@dataclass(slots=True)
class Trail:
    """The movements (see `state.MOVE`), in the order of the chain, and what lies where at the end.

    `ins` are (n, 2) movements by the transaction that they enter (UTXO), `left` the stolen units
    that lie in accounts (accounts), `unknown` the clean units paid beyond known balances.
    """

    ledger: AccountLedger | UtxoLedger
    method: str
    asset: Asset
    thefts: tuple[str, ...]
    moves: npt.NDArray[Any]
    ins: npt.NDArray[np.int64]
    left: npt.NDArray[Any]
    unknown: int = 0
    events: int = 0
    marked: dict[int, int] = field(default_factory=dict)
    """How much of which output or movement was named as stolen: what poison counts as stolen."""
    asked: dict[int, str] = field(default_factory=dict)
    """Names of the transactions, outputs (as -1 - n) or movements at which to stop."""
    joins: dict[int, str] = field(default_factory=dict)
    """CoinJoins on the trail, and what each is."""
    suspects: dict[int, Suspect] = field(default_factory=dict)
    _links: Links | None = None

    @property
    def utxo(self) -> bool:
        """Whether the ledger is one of outputs."""
        return isinstance(self.ledger, UtxoLedger)

    @property
    def links(self) -> Links:
        """Which movement's units went on in which."""
        if self._links is None:
            method = METHODS.index(self.method)
            self._links = links_of(self.moves, self.ins, method, len(self.thefts), utxo=self.utxo)
        return self._links

    def unspent(self) -> npt.NDArray[np.bool_]:
        """Tell of each movement whether its units lie where it brought them; UTXO only."""
        lying: npt.NDArray[np.bool_] = self.moves["fate"] == ON
        spent_by = self.ledger.columns["spent_by"]
        lying[lying] = spent_by[self.moves["receiver"][lying]] == UNSPENT
        return lying

    def amount(self, number: int) -> int:
        """Return how many units a movement moved."""
        move = self.moves[number]
        return int(move["high"]) << 64 | int(move["low"])


def empty_left() -> npt.NDArray[Any]:
    """Return no units that lie anywhere."""
    return np.zeros(0, LEFT)


def cut(array: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
    """Return the used part of a state's array, its own copy."""
    return array[:count].copy()


def sums(rows: npt.NDArray[Any], keys: tuple[str, ...]) -> list[tuple[tuple[int, ...], int]]:
    """Return the exact sum of the rows' amounts for every different key, by rising key."""
    if not len(rows):
        return []
    order = np.lexsort([rows[key] for key in reversed(keys)])
    rows = rows[order]
    new = np.zeros(len(rows), np.bool_)
    new[0] = True
    for key in keys:
        new[1:] |= rows[key][1:] != rows[key][:-1]
    first = np.flatnonzero(new)
    limbs = [
        np.add.reduceat((rows[half] >> shift & _MASK).astype(np.int64), first).tolist()
        for half in ("low", "high")
        for shift in (_NO_SHIFT, _LIMB)
    ]
    totals = [sum(limb << 32 * n for n, limb in enumerate(four))
              for four in zip(*limbs, strict=True)]  # fmt: skip
    found = zip(*(rows[key][first].tolist() for key in keys), strict=True)
    return list(zip(found, totals, strict=True))


def total(rows: npt.NDArray[Any]) -> int:
    """Return the exact sum of the rows' amounts."""
    return sum(
        int((rows[half] >> shift & _MASK).astype(np.int64).sum()) << place
        for half, shift, place in (
            ("low", _NO_SHIFT, 0), ("low", _LIMB, 32), ("high", _NO_SHIFT, 64), ("high", _LIMB, 96),
        )
    )  # fmt: skip
