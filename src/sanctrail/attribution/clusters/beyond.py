"""The same clusters where memory does not hold a number for every address: through the engine.

Edges are written out piece by piece; then connected components by alternating large-star and
small-star steps, each one query, until nothing changes. The engine lays aside what does not fit.
Source: Kiveris et al., "Connected components in MapReduce and beyond" (2014).
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.attribution.clusters.unite import Numbers
from sanctrail.ground.engine import Engine
from sanctrail.ledger.store import UtxoLedger

PIECE = 2_000_000
"""Inputs whose owners are looked up at a time."""

_EDGES = "SELECT DISTINCT greatest(a, b) AS u, least(a, b) AS v FROM pairs WHERE a <> b"
_BOTH = "SELECT u, v FROM edges UNION ALL SELECT v, u FROM edges"
LARGE_STAR = f"""
WITH both_ways AS ({_BOTH}),
     least_of AS (SELECT u, least(u, min(v)) AS m FROM both_ways GROUP BY u)
SELECT DISTINCT b.v AS u, l.m AS v
FROM both_ways b JOIN least_of l ON b.u = l.u
WHERE b.v > b.u AND b.v <> l.m
"""  # noqa: S608 - our own names
"""Hang every greater neighbour of a node on the least one in its neighbourhood."""

SMALL_STAR = """
WITH least_of AS (SELECT u, min(v) AS m FROM edges GROUP BY u)
SELECT DISTINCT * FROM (
  SELECT e.v AS u, l.m AS v FROM edges e JOIN least_of l ON e.u = l.u WHERE e.v <> l.m
  UNION ALL
  SELECT u, m AS v FROM least_of
)
"""
"""Hang a node and its lesser neighbours on the least of them."""

_CHANGED = """
SELECT count(*) AS n FROM (
  (SELECT u, v FROM edges EXCEPT SELECT u, v FROM before)
  UNION ALL (SELECT u, v FROM before EXCEPT SELECT u, v FROM edges)
)
"""

_SIZES = """
SELECT count(*) AS clusters, coalesce(sum(n), 0) AS members, coalesce(max(n), 0) AS largest
FROM (SELECT v, count(*) + 1 AS n FROM edges GROUP BY v)
"""


def unite_beyond(
    ledger: UtxoLedger,
    engine: Engine,
    work: Path,
    skipped: npt.NDArray[np.bool_],
    apart: npt.NDArray[np.bool_],
    change: Numbers | None = None,
    reached: Callable[[int], None] = lambda _: None,
) -> Iterator[pa.RecordBatch]:
    """Yield (address, cluster) of every address that is not alone; `work` takes what is laid aside.

    The clusters are those of `unite`.
    """
    _write_pairs(ledger, work / "pairs.parquet", skipped, apart, change, reached)
    engine.register("pairs", [work / "pairs.parquet"])
    engine.write(_EDGES, work / "edges.0.parquet", passing=True)
    engine.register("edges", [work / "edges.0.parquet"])
    rounds = 0
    while True:
        rounds += 1
        engine.register("before", [_edges(work, rounds - 1)])
        engine.write(LARGE_STAR, work / "large.parquet", passing=True)
        engine.register("edges", [work / "large.parquet"])
        engine.write(SMALL_STAR, _edges(work, rounds), passing=True)
        engine.register("edges", [_edges(work, rounds)])
        changed = engine.fetch(_CHANGED)[0]["n"]
        engine.drop("before")
        _edges(work, rounds - 1).unlink()
        if not changed:
            break
    yield from pq.ParquetFile(_edges(work, rounds)).iter_batches(columns=["u", "v"])


def sizes_beyond(engine: Engine) -> tuple[int, int, int]:
    """Return how many clusters have several addresses, how many those are, and the most in one."""
    row = engine.fetch(_SIZES)[0]
    return int(row["clusters"]), int(row["members"]), int(row["largest"])


def _edges(work: Path, number: int) -> Path:
    return work / f"edges.{number}.parquet"


def _write_pairs(
    ledger: UtxoLedger,
    path: Path,
    skipped: npt.NDArray[np.bool_],
    apart: npt.NDArray[np.bool_],
    change: Numbers | None,
    reached: Callable[[int], None],
) -> None:
    """Write who is spent together: the first owner of each transaction beside each other one."""
    schema = pa.schema([("a", pa.int64()), ("b", pa.int64())])
    starts = ledger.columns["first_input"]
    with pq.ParquetWriter(path, schema, compression="lz4") as writer:
        begin = 0
        while begin < len(skipped):
            last = int(starts[begin]) + PIECE
            end = max(begin + 1, int(np.searchsorted(starts, starts.dtype.type(last), "right")) - 1)
            end = min(end, len(skipped))
            pairs = _pairs(ledger, begin, end, skipped, apart, change)
            writer.write_table(pa.table(list(pairs), schema=schema))
            begin = end
            reached(end)


def _pairs(
    ledger: UtxoLedger,
    begin: int,
    end: int,
    skipped: npt.NDArray[np.bool_],
    apart: npt.NDArray[np.bool_],
    change: Numbers | None,
) -> tuple[Any, Any]:
    starts = np.asarray(ledger.columns["first_input"][begin : end + 1], np.int64)
    spent = np.asarray(ledger.columns["inputs"][starts[0] : starts[-1]])
    owner = np.asarray(ledger.owners[spent], np.int64)
    of = np.repeat(np.arange(begin, end), np.diff(starts))
    if change is not None:
        back = np.flatnonzero(change[begin:end] >= 0) + begin
        # A change unites with what was spent, so it stands behind the inputs of its transaction.
        owner = np.concatenate([owner, np.asarray(ledger.owners[change[back]], np.int64)])
        of = np.concatenate([of, back])
        is_change = np.concatenate([np.zeros(len(spent), np.int8), np.ones(len(back), np.int8)])
        order = np.lexsort((is_change, of))
        owner, of, is_change = owner[order], of[order], is_change[order]
    counted = (owner >= 0) & ~apart[np.maximum(owner, 0)] & ~skipped[of]
    owner, of = owner[counted], of[counted]
    first = np.ones(len(of), np.bool_)
    first[1:] = of[1:] != of[:-1]
    heads = owner[first][np.cumsum(first) - 1] if len(of) else owner
    if change is not None:
        # A change alone, whose transaction has no input that counts, has nobody to go back to.
        lone = first & (is_change[counted] == 1)
        heads = np.where(lone[first][np.cumsum(first) - 1] if len(of) else lone, owner, heads)
    return heads, owner
