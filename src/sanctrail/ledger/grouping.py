"""The index of a column: the rows of each number in it, by a counting sort.

A question about one number then costs as much as its answer, not a walk over the column. The
kernels go row by row over the mapped files: numpy's own counting would first copy the column to
64 bits, and refuses a number below 0.
"""

from typing import Any

import numpy as np

from sanctrail.ground.kernel import kernel
from sanctrail.ledger.columns import Column, ColumnWriter, index_dtype, starts_of


def write_groups(writer: ColumnWriter, names: tuple[str, str], column: Column, groups: int) -> None:
    """Write where the rows of each number below `groups` begin, and all rows by their number.

    Rows rise within one number; those of a number below 0 (UNKNOWN) stand in no group.
    """
    counts = np.zeros(groups, np.int64)
    count_kernel(np.asarray(column), counts)
    starts = starts_of(counts)
    total = int(starts[-1])
    writer.put(names[0], starts.astype(index_dtype(total)))
    rows = writer.new(names[1], index_dtype(len(column)), total)
    place_kernel(np.asarray(column), starts, np.asarray(rows))


@kernel
def count_kernel(column: Any, counts: Any) -> None:
    """Add to `counts` (groups,) how often each number stands in `column` (n,)."""
    for row in range(len(column)):
        if column[row] >= 0:
            counts[column[row]] += 1


@kernel
def place_kernel(column: Any, ends: Any, rows: Any) -> None:
    """Fill `rows` by number; `ends` holds where each group begins, and afterwards where it ends."""
    for row in range(len(column)):
        number = column[row]
        if number >= 0:
            rows[ends[number]] = row
            ends[number] += 1
