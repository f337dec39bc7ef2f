"""Looking up rows by a number that is theirs on the chain, in a few bytes a row."""

from array import array

import numpy as np

from sanctrail.ledger.batches import Ints
from sanctrail.ledger.values import BadField

_PLACE_BITS = 24
_BLOCK_BITS = 63 - _PLACE_BITS


def place_key(block: int, place: int) -> int:
    """Return one number for a place in a block: of a transaction, or of a log."""
    if block >> _BLOCK_BITS or place >> _PLACE_BITS:
        raise BadField(f"block {block} or place {place} is larger than any chain has")
    return block << _PLACE_BITS | place


class Keys:
    """Whole numbers that are gathered first and then looked for, eight bytes each."""

    def __init__(self) -> None:
        self._gathered = array("q")
        self._sorted: Ints | None = None
        self._rows: Ints | None = None

    def __len__(self) -> int:
        return len(self._gathered)

    def add(self, key: int) -> None:
        """Gather a key; its row is the number of keys before it."""
        self._gathered.append(key)

    def find(self, key: int) -> int:
        """Return the first row of a key, -1 where it was not gathered."""
        if not self._gathered:
            return -1
        keys, rows = self._order()
        at = int(np.searchsorted(keys, key))
        return int(rows[at]) if at < len(keys) and keys[at] == key else -1

    def _order(self) -> tuple[Ints, Ints]:
        if self._sorted is None or self._rows is None or len(self._sorted) < len(self._gathered):
            keys = np.array(self._gathered, np.int64)
            self._rows = np.argsort(keys, kind="stable")
            self._sorted = keys[self._rows]
        return self._sorted, self._rows
