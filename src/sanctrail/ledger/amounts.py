"""Amounts in columns: two halves of 64 bits; what is wider is carried as text and never reckoned.

A column of amounts is a pair of unsigned 64-bit columns, high and low. Where both are all ones the
amount has more than 128 bits and stands in the table of wide amounts.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sanctrail.ledger.values import MAX_FAST

Halves = npt.NDArray[np.uint64]

HALF = 64
MASK = 2**HALF - 1
WIDE = MAX_FAST
"""What the two halves say where the amount is wide."""

_SAFE_DIGITS = 18


def split(texts: pa.Array) -> tuple[Halves, Halves, pa.Array]:
    """Return the high and low halves of amounts in digits, and the wide ones as text, else null."""
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    if longest <= _SAFE_DIGITS:
        low = pc.cast(texts, pa.int64()).to_numpy(zero_copy_only=False).astype(np.uint64)
        return np.zeros(len(low), np.uint64), low, pa.nulls(len(low), pa.string())
    amounts = [int(text) for text in texts.to_pylist()]
    fast = [min(amount, WIDE) for amount in amounts]
    wide = [str(amount) if amount >= WIDE else None for amount in amounts]
    return (
        np.array([amount >> HALF for amount in fast], np.uint64),
        np.array([amount & MASK for amount in fast], np.uint64),
        pa.array(wide, pa.string()),
    )


def join(high: Sequence[int] | Halves, low: Sequence[int] | Halves) -> list[int]:
    """Return amounts of halves as whole numbers."""
    halves = (np.asarray(half, np.uint64).tolist() for half in (high, low))
    return [h << HALF | w for h, w in zip(*halves, strict=True)]
