"""Clusters on disk, beside their ledger, bound to its digest and to the rules that made them."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.addresses import canonical
from sanctrail.attribution.clusters.unite import Numbers
from sanctrail.attribution.coinjoins.detect import Found
from sanctrail.errors import InputError, LedgerError
from sanctrail.ground.store import MANIFEST, exclusive, read_manifest, staging, sweep, write_json
from sanctrail.ledger.columns import Column, ColumnWriter, MappedColumns
from sanctrail.ledger.store import UtxoLedger

FOLDER = "clusters"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Parameters:
    """What clusters were made by: which transactions unite nothing, and which rules of thumb."""

    coinjoins: str
    excluded: tuple[str, ...]
    change: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many addresses and clusters there are, how many of several addresses, the largest."""

    addresses: int
    clusters: int
    of_several: int
    addresses_in_them: int
    largest: int


class Clusters:
    """The clusters of a ledger, opened; columns are mapped, and read where they are touched."""

    def __init__(self, ledger: UtxoLedger, folder: Path, manifest: dict[str, Any]) -> None:
        self.ledger = ledger
        self.manifest = manifest
        self._columns = MappedColumns(folder)
        self._folder = folder

    @property
    def cluster_of(self) -> Column:
        """(n,) the cluster of each address: the number of the first address in it."""
        return self._columns["cluster_of"]

    @cached_property
    def skipped(self) -> Column:
        """The numbers of the transactions that unite nothing, rising."""
        return self._columns["skipped"]

    def excluded(self) -> list[dict[str, Any]]:
        """Return those transactions with what they are, and what decided it."""
        rows: list[dict[str, Any]] = pq.read_table(self._folder / "excluded.parquet").to_pylist()
        return rows

    def is_skipped(self, transactions: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Tell of each transaction whether it unites nothing."""
        return np.isin(transactions, self.skipped)

    def change_links(self) -> Column:
        """(k, 2) transactions and the outputs that went back to their payers by the rules."""
        return self._columns["change"]

    def number_of(self, address: str) -> int:
        """Return an address's number; raises `InputError` where the ledger has it not."""
        found = self.ledger.ids_of([canonical(address)])
        if not found:
            raise InputError(
                f"The ledger has no address {address[:100]}. Check it, and what the ledger covers "
                "with 'sanctrail ledger info'."
            )
        return next(iter(found.values()))

    def members(self, cluster: int) -> npt.NDArray[np.int64]:
        """Return the numbers of a cluster's addresses, rising."""
        return np.flatnonzero(self.cluster_of == self.cluster_of.dtype.type(cluster))

    def outputs_of(self, cluster: int) -> npt.NDArray[np.int64]:
        """Return the outputs of a cluster's addresses, in chain order."""
        member = np.zeros(len(self.cluster_of) + 1, np.bool_)
        member[self.members(cluster)] = True
        return np.flatnonzero(member[self.ledger.owners])  # nobody's number, -1, is the last place


def save_clusters(
    folder: Path,
    ledger: UtxoLedger,
    parameters: Parameters,
    fill: Callable[[ColumnWriter], Sizes],
    excluded: Sequence[Found],
    change: Numbers | None,
) -> Clusters:
    """Write clusters beside the ledger in `folder`, in place of what was there; return them.

    `fill` makes the column `cluster_of` and says what sizes came out.
    """
    root = folder / FOLDER
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "ledger": ledger.manifest["digest"],
        "parameters": asdict(parameters),
    }
    with exclusive(root):
        data = _data_name(manifest)
        with staging(root / data) as beside:
            writer = ColumnWriter(beside)
            sizes = fill(writer)
            _write(beside, writer, excluded, change)
            shutil.rmtree(root / data, ignore_errors=True)
            beside.replace(root / data)
        several = sum(1 for found in excluded if found.several)
        changes = 0 if change is None else int(np.count_nonzero(np.asarray(change) >= 0))
        counts = {**asdict(sizes), "excluded": several, "changes": changes}
        manifest |= {"counts": counts, "data": data}
        write_json(root / MANIFEST, manifest)
        sweep(root, {data})
    return Clusters(ledger, root / data, manifest)


def _data_name(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]


def _write(
    folder: Path, writer: ColumnWriter, excluded: Sequence[Found], change: Numbers | None
) -> None:
    writer.put("skipped", np.array([f.number for f in excluded if f.several], np.int64))
    back = np.zeros((0, 2), np.int64)
    if change is not None:
        paid = np.flatnonzero(change >= 0)
        back = np.stack([paid, np.asarray(change)[paid]], 1)
    writer.put("change", back)
    writer.close()
    rows = [_excluded_row(found) for found in excluded]
    table = pa.Table.from_pylist(rows, pa.schema([(n, pa.string()) for n in _EXCLUDED]))
    pq.write_table(table, folder / "excluded.parquet", compression="zstd")


_EXCLUDED = ("transaction", "protocol", "level", "decided_by", "said")


def _excluded_row(found: Found) -> dict[str, str]:
    verdict = found.verdict
    return {
        "transaction": found.transaction,
        "protocol": verdict.protocol,
        "level": verdict.level,
        "decided_by": verdict.decided_by.name,
        "said": verdict.decided_by.said,
    }


def open_clusters(folder: Path, ledger: UtxoLedger) -> Clusters:
    """Open the clusters beside the ledger in `folder`.

    Raises `LedgerError` where there are none, or they are of the ledger's earlier state.
    """
    root = folder / FOLDER
    manifest = read_manifest(root)
    build = f"sanctrail cluster build --ledger {folder}"
    if manifest is None or manifest.get("format") != FORMAT:
        raise LedgerError(f"{folder}: no clusters were made of this ledger yet. Run: {build}")
    if manifest["ledger"] != ledger.manifest["digest"]:
        raise LedgerError(
            f"{folder}: the clusters are of an earlier state of this ledger. Run again: {build}"
        )
    if not (root / manifest["data"] / "cluster_of.npy").exists():
        raise LedgerError(f"{folder}: the clusters' files are missing. Run again: {build}")
    return Clusters(ledger, root / manifest["data"], manifest)
