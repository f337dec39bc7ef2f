"""A joining as tables and arrays, and back."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet as pq

from sanctrail.errors import UnreadableFile
from sanctrail.evidence.weighing import Evidence
from sanctrail.ground.arrays import map_arrays, write_arrays
from sanctrail.ground.store import read_manifest, write_table
from sanctrail.parties.build import Built
from sanctrail.parties.joined import Join
from sanctrail.parties.joining import Weighed
from sanctrail.parties.meeting import Filed
from sanctrail.register.tables import table_of

_TEXTS = pa.list_(pa.string())
_EVIDENCE = pa.list_(
    pa.struct([("about", pa.string()), ("weight", pa.float64()), ("reason", pa.string())])
)
_LISTINGS = pa.schema(
    [("listing_id", pa.string()), ("digest", pa.string()), ("since", pa.int32()),
     ("party_id", pa.string())]
)  # fmt: skip
_PAIRS = pa.schema(
    [("a", pa.string()), ("b", pa.string()), ("odds", pa.float64()), ("evidence", _EVIDENCE)]
)
_JOINS = pa.schema(
    [("a", pa.string()), ("b", pa.string()), ("state", pa.string()), ("basis", pa.string()),
     ("score", pa.float64()), ("reasons", _TEXTS)]
)  # fmt: skip


def write_built(folder: Path, built: Built) -> None:
    """Write a joining into a new folder."""
    listings = [
        (key, digest, built.since[key], built.party_of.get(key, ""))
        for key, digest in built.listings.items()
    ]
    pairs = [
        (one.left, one.right, one.odds,
         [{"about": e.about, "weight": e.weight, "reason": e.reason} for e in one.evidence])
        for one in built.pairs
    ]  # fmt: skip
    joins = [*_rows(built.joins, "made"), *_rows(built.undecided, "undecided")]
    tables = {
        "listings": table_of(listings, _LISTINGS),
        "pairs": table_of(pairs, _PAIRS),
        "joins": table_of(joins, _JOINS),
    }
    about = {
        "generation": built.generation,
        "compared": built.compared,
        "tables": {
            name: write_table(folder / f"{name}.parquet", one) for name, one in tables.items()
        },
        "filed": _digest(built.filed),
    }
    write_arrays(folder, {"keys": built.filed.keys, "start": built.filed.start}, about)


def _digest(filed: Filed) -> str:
    """Return a digest of the keys: one that is lost would be a pair never compared."""
    return sha256(filed.keys.tobytes() + filed.start.tobytes()).hexdigest()


def _rows(joins: Iterable[Join], state: str) -> list[tuple[Any, ...]]:
    return [(j.left, j.right, state, j.basis, j.score, list(j.reasons)) for j in joins]


def read_since(folder: Path) -> tuple[dict[str, int], int]:
    """Return in which generation each listing of a kept joining was first seen, and its own.

    Raises `UnreadableFile` where the folder is not whole.
    """
    manifest = read_manifest(folder)
    try:
        rows = pq.read_table(folder / "listings.parquet").to_pylist()
        generation = int((manifest or {})["generation"])
    except (OSError, pa.ArrowException, KeyError) as error:
        raise UnreadableFile(f"{folder}: the joined parties cannot be read ({error}).") from error
    return {row["listing_id"]: row["since"] for row in rows}, generation


def read_built(folder: Path) -> Built:
    """Return what a new joining needs of a kept one: listings, keys and pairs.

    Raises `UnreadableFile` where the folder is not whole.
    """
    arrays, manifest = map_arrays(folder)
    try:
        listings = pq.read_table(folder / "listings.parquet").to_pylist()
        pairs = pq.read_table(folder / "pairs.parquet").to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise UnreadableFile(f"{folder}: the joined parties cannot be read ({error}).") from error
    ids = tuple(row["listing_id"] for row in listings)
    filed = Filed(ids, np.array(arrays["keys"]), np.array(arrays["start"]))
    if manifest.get("filed") != _digest(filed):
        raise UnreadableFile(f"{folder}: the keys of the joined parties are damaged.")
    return Built(
        listings={row["listing_id"]: row["digest"] for row in listings},
        since={row["listing_id"]: row["since"] for row in listings},
        generation=int(manifest["generation"]),
        filed=filed,
        pairs=[
            Weighed(r["a"], r["b"], r["odds"], tuple(Evidence(**one) for one in r["evidence"]))
            for r in pairs
        ],
    )
