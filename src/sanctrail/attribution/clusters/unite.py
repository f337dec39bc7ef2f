"""Uniting addresses that were spent together: union-find in a kernel over a ledger's columns.

Source: Nakamoto (2008, section 10): the inputs of one transaction have one owner; Meiklejohn et
al. (2013) for clusters. It does not hold where several people's coins go in together, so those
transactions are left out; nor for scripts without an address, which anyone may be able to spend.

The number of a cluster is that of its first address, so the same ledger gives the same clusters.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.ledger.columns import index_dtype
from sanctrail.ledger.store import UtxoLedger

Numbers = npt.NDArray[Any]
CHUNK = 4_000_000
"""Transactions between two words to the progress bar."""


def unite(
    ledger: UtxoLedger,
    skipped: npt.NDArray[np.bool_],
    apart: npt.NDArray[np.bool_],
    change: Numbers | None = None,
    reached: Callable[[int], None] = lambda _: None,
) -> Numbers:
    """Return the cluster of each address: (n,) the number of the first address in it.

    `skipped` (t,) marks the transactions that unite nothing, `apart` (n,) the addresses that stay
    alone; `change` (t,) names the output that goes back to the payer, -1 for none. Memory: a
    number an address beside the mapped columns.
    """
    columns = ledger.columns
    count = len(apart)
    parent = np.arange(count, dtype=index_dtype(count))
    none = np.zeros(0, np.int64)
    for begin in range(0, len(skipped), CHUNK):
        end = min(begin + CHUNK, len(skipped))
        unite_kernel(
            columns["first_input"], columns["inputs"], ledger.owners, skipped, apart,
            none if change is None else change, begin, end, parent,
        )  # fmt: skip
        reached(end)
    flatten_kernel(parent)
    return parent


@kernel
def _root(parent: Any, node: Any) -> Any:
    """Return the first address of a node's set; the way there is halved as it goes."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def _join(parent: Any, one: Any, other: Any) -> Any:
    """Unite two sets under the lower of their roots; return it."""
    a, b = _root(parent, one), _root(parent, other)
    if a < b:
        parent[b] = a
        return a
    parent[a] = b
    return b


@kernel
def unite_kernel(
    first_input: Any, inputs: Any, owners: Any, skipped: Any, apart: Any, change: Any,
    begin: Any, end: Any, parent: Any,
) -> None:  # fmt: skip
    """Unite what the transactions from `begin` to `end` spend, in `parent`."""
    for number in range(begin, end):
        if skipped[number]:
            continue
        held = np.int64(-1)
        for place in range(first_input[number], first_input[number + 1]):
            owner = owners[inputs[place]]
            if owner < 0 or apart[owner]:
                continue
            if held < 0:
                held = np.int64(owner)
            elif owner != held:
                held = np.int64(_join(parent, held, owner))
        if len(change) and change[number] >= 0 and held >= 0:
            owner = owners[change[number]]
            if owner >= 0 and not apart[owner]:
                _join(parent, held, owner)


@kernel
def flatten_kernel(parent: Any) -> None:
    """Give every address its root at once: a parent never stands behind its child."""
    for node in range(len(parent)):
        parent[node] = parent[parent[node]]
