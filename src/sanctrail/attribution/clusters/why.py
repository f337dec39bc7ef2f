"""Why two addresses are in one cluster: the shortest chain of transactions between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sanctrail.attribution.clusters.store import Clusters
from sanctrail.errors import InputError
from sanctrail.ground.kernel import kernel
from sanctrail.ledger.batches import Ints
from sanctrail.ledger.columns import once, pairs_once, starts_of


@dataclass(frozen=True, slots=True)
class Link:
    """One step: a transaction that spends from both addresses, or pays change from one to other."""

    transaction: str
    number: int
    by: str
    from_address: str
    to_address: str
    block: int
    time: int


def why(clusters: Clusters, one: str, other: str) -> list[Link]:
    """Return the shortest chain of links from one address to the other; empty if they are one.

    Among chains of equal length it is the one of earlier transactions. Raises `InputError` where
    the ledger has not both, or they are in different clusters.
    """
    ledger = clusters.ledger
    start, end = clusters.number_of(one), clusters.number_of(other)
    cluster = int(clusters.cluster_of[start])
    if cluster != int(clusters.cluster_of[end]):
        raise InputError(
            f"{one} and {other} are in different clusters: no chain of transactions that one hand "
            "signed joins them."
        )
    nodes = _Graph(clusters, cluster)
    path = nodes.path(start, end)
    links = []
    for n in range(0, len(path) - 1, 2):
        before, number, after = path[n], path[n + 1], path[n + 2]
        spent = set(np.asarray(ledger.owners[ledger.inputs(number)]).tolist())
        by = "co-spend" if {before, after} <= spent else "change"
        links.append(
            Link(
                ledger.transaction(number), number, by, ledger.address(before),
                ledger.address(after), ledger.block(number), ledger.time(number),
            )
        )  # fmt: skip
    return links


class _Graph:
    """Addresses of a cluster and the transactions that join them, two sorts of nodes in one row."""

    def __init__(self, clusters: Clusters, cluster: int) -> None:
        ledger = clusters.ledger
        mine = clusters.outputs_of(cluster)
        spent = mine[np.asarray(ledger.spent_by[mine]) >= ledger.outside]
        payers, spenders = _pair(ledger.owners[spent], ledger.spent_by[spent])
        kept = ~clusters.is_skipped(spenders)
        payers, spenders = payers[kept], spenders[kept]
        back = clusters.change_links()
        paid, by = _pair(ledger.owners[back[:, 1]], back[:, 0])
        here = paid >= 0
        here[here] = np.asarray(clusters.cluster_of[paid[here]]) == cluster
        who = np.concatenate([payers, paid[here]])
        where = np.concatenate([spenders, by[here]])
        self._addresses = once(who)
        self._transactions = once(where)
        a = np.searchsorted(self._addresses, who)
        t = np.searchsorted(self._transactions, where) + len(self._addresses)
        here, there = pairs_once(np.concatenate([a, t]), np.concatenate([t, a]))
        self._starts = starts_of(np.bincount(here, minlength=self._size()))
        self._next = there

    def _size(self) -> int:
        return len(self._addresses) + len(self._transactions)

    def path(self, start: int, end: int) -> Sequence[int]:
        """Return addresses and transactions by turns, from `start` to `end`."""
        if start == end:
            return [start]
        first, last = (int(np.searchsorted(self._addresses, n)) for n in (start, end))
        parent = np.full(self._size(), -1, np.int64)
        walk_kernel(self._starts, self._next, first, last, parent)
        way = [last]
        while way[-1] != first:
            way.append(int(parent[way[-1]]))
        return [self._named(node) for node in reversed(way)]

    def _named(self, node: int) -> int:
        edge = len(self._addresses)
        return int(self._addresses[node] if node < edge else self._transactions[node - edge])


def _pair(owners: Any, transactions: Any) -> tuple[Ints, Ints]:
    return np.asarray(owners, np.int64), np.asarray(transactions, np.int64)


@kernel
def walk_kernel(starts: Any, following: Any, first: Any, last: Any, parent: Any) -> None:
    """Walk a graph breadth first from `first` until `last` is reached; note whence in `parent`."""
    queue = np.empty(len(parent), np.int64)
    queue[0] = first
    parent[first] = first
    done, waiting = 0, 1
    while done < waiting:
        node = queue[done]
        done += 1
        if node == last:
            return
        for place in range(starts[node], starts[node + 1]):
            after = following[place]
            if parent[after] < 0:
                parent[after] = node
                queue[waiting] = after
                waiting += 1
