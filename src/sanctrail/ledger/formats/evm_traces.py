"""Traces: calls inside transactions, which of them moved coins, and in which order.

A trace is one call (or creation, or end of a contract) with its own value. `delegatecall`,
`callcode` and `staticcall` run another's code and move nothing, whatever value they show.
"""

from collections.abc import Iterable
from typing import Any

from sanctrail.addresses import is_transaction_id
from sanctrail.ledger.formats.fields import Fields, text

STILL = frozenset({"delegatecall", "callcode", "staticcall"})
"""Calls that move no coins."""

KINDS = {
    "call": "trace",
    "create": "trace",
    "create2": "trace",
    "suicide": "trace",
    "selfdestruct": "trace",
    "daofork": "trace",
    "reward": "reward",
    "genesis": "genesis",
}
"""The kinds of transfers that types of traces are."""

OUTSIDE = frozenset({"daofork", "reward", "genesis"})
"""Traces that belong to no transaction."""

_FAILED = "0"


def type_of(fields: Fields) -> str:
    """Return a trace's type, from its id where it has no column of its own."""
    told = text(fields, "trace_type").lower()
    return told or text(fields, "trace_id").partition("_")[0].lower()


def name_of(fields: Fields) -> str:
    """Return how a trace names its transaction; some exports do so in the trace's id alone."""
    told = text(fields, "transaction_hash")
    return told or text(fields, "trace_id").partition("_")[2].partition("_")[0]


def unnamed(rows: Iterable[Fields]) -> bool:
    """Tell by a file's first rows whether its traces do not name their transactions.

    Geth does not, and neither do exports of few columns.
    """
    inside = [row for row in rows if type_of(row) in KINDS.keys() - OUTSIDE]
    return bool(inside) and not any(is_transaction_id(name_of(row)) for row in inside)


class Fates:
    """Which traces failed: by their status, or by an error in themselves or a call above them.

    Older exports have no status. Their traces stand in the order of the calls, so that the traces
    above one have been seen when it comes.
    """

    def __init__(self) -> None:
        self._transaction: Any = None
        self._failed: set[tuple[str, ...]] = set()

    def failed(self, fields: Fields) -> bool:
        """Tell whether a trace failed; to be asked of every trace, those without value too."""
        status = text(fields, "status")
        if status:
            return status.removesuffix(".0") == _FAILED
        key = (fields.get("block_number"), fields.get("transaction_hash"))
        if key != self._transaction:
            self._transaction, self._failed = key, set()
        way = _way(fields.get("trace_address"))
        above = (way[:depth] for depth in range(len(way)))
        if not text(fields, "error") and not any(call in self._failed for call in above):
            return False
        self._failed.add(way)
        return True


def _way(told: Any) -> tuple[str, ...]:
    """Return the way to a trace in the tree of calls: `0,2` or [0, 2] is the first's third."""
    if isinstance(told, str):
        told = [part for part in told.strip("[]").split(",") if part.strip()]
    return tuple(str(part).strip() for part in told or ())


class Positions:
    """The position of traces that bear no number: their order among those of their block."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._files: dict[int, str] = {}
        self.shared: dict[str, int] = {}
        """The first block that two files both tell of, by the later file's name."""

    def next(self, block: int, file: str) -> int:
        """Return the next position in a block."""
        if self._files.setdefault(block, file) != file:
            self.shared.setdefault(file, block)
        count = self._counts.get(block, 0)
        self._counts[block] = count + 1
        return count
