"""Making the clusters of a ledger: what unites nothing, the rules of thumb, the union itself."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.attribution.clusters.beyond import sizes_beyond, unite_beyond
from sanctrail.attribution.clusters.change import change_outputs, rules_named
from sanctrail.attribution.clusters.kinds import NO_ADDRESS, kinds_of
from sanctrail.attribution.clusters.store import Clusters, Parameters, Sizes, save_clusters
from sanctrail.attribution.clusters.unite import Numbers, unite
from sanctrail.attribution.coinjoins.detect import Found, find
from sanctrail.attribution.coinjoins.shape import FOUND, Check, Verdict
from sanctrail.errors import InputError
from sanctrail.ground.engine import DuckEngine
from sanctrail.ground.kernel import kernel
from sanctrail.ground.progress import Bar
from sanctrail.ledger.columns import ColumnWriter, index_dtype
from sanctrail.ledger.store import UtxoLedger

EXCLUDE, UNITE = "exclude", "unite"
BY_USER = "named"
"""The protocol of a transaction that the user says is several people's."""

DEFAULT_MEMORY = 4 << 30
_BYTES = 16
"""Bytes of memory an address takes where clusters are made in memory, all passes counted."""

_LEAST = 512 << 20
_FILL = 1 << 24


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to make clusters. `memory` in bytes: beyond it the engine makes them, in files."""

    coinjoins: str = EXCLUDE
    excluded: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    memory: int = DEFAULT_MEMORY


def build_clusters(folder: Path, ledger: UtxoLedger, wanted: Wanted) -> Clusters:
    """Make the clusters of a ledger, write them beside it, and return them.

    Raises `InputError` where a transaction or rule is not known.
    """
    if wanted.coinjoins not in {EXCLUDE, UNITE}:
        raise InputError(f"CoinJoins are either '{EXCLUDE}' or '{UNITE}', not {wanted.coinjoins}.")
    rules = rules_named(wanted.change)
    named = [_named(ledger, txid) for txid in wanted.excluded]
    found = list(find(ledger)) if wanted.coinjoins == EXCLUDE else []
    excluded = _merged(found, named)
    count = len(ledger.columns["first_input"]) - 1
    skipped = np.zeros(count, np.bool_)
    skipped[[found.number for found in excluded if found.several]] = True
    with DuckEngine() as engine:
        kinds = kinds_of(ledger, engine)
    with Bar("making clusters", count * (2 if rules else 1)) as bar:
        change = change_outputs(ledger, rules, skipped, kinds, bar.reached) if rules else None
        offset = count if rules else 0
        job = _Job(ledger, skipped, kinds == NO_ADDRESS, change, wanted.memory, bar, offset)
        parameters = Parameters(wanted.coinjoins, wanted.excluded, wanted.change)
        return save_clusters(folder, ledger, parameters, job.fill, excluded, change)


@dataclass(frozen=True, slots=True)
class _Job:
    """The union, in memory or beyond it."""

    ledger: UtxoLedger
    skipped: npt.NDArray[np.bool_]
    apart: npt.NDArray[np.bool_]
    change: Numbers | None
    memory: int
    bar: Bar
    offset: int

    def fill(self, writer: ColumnWriter) -> Sizes:
        """Write the column `cluster_of` and return what sizes came out."""
        if len(self.apart) * _BYTES > self.memory:
            return self._beyond(writer)
        cluster_of = unite(self.ledger, self.skipped, self.apart, self.change, self._reached)
        writer.put("cluster_of", cluster_of)
        sizes = np.zeros(len(cluster_of), cluster_of.dtype)
        count_kernel(cluster_of, sizes)
        several = sizes[sizes > 1]
        return Sizes(
            len(cluster_of), int(np.count_nonzero(sizes)), len(several), int(several.sum()),
            int(sizes.max(initial=0)),
        )  # fmt: skip

    def _beyond(self, writer: ColumnWriter) -> Sizes:
        count = len(self.apart)
        with tempfile.TemporaryDirectory(dir=self.ledger.folder.parent) as name:
            work = Path(name)
            with DuckEngine(max(self.memory, _LEAST), work) as engine:
                column = writer.new("cluster_of", index_dtype(count), count)
                for begin in range(0, count, _FILL):
                    end = min(begin + _FILL, count)
                    column[begin:end] = np.arange(begin, end)
                for batch in unite_beyond(
                    self.ledger, engine, work, self.skipped, self.apart, self.change, self._reached
                ):
                    column[batch["u"].to_numpy()] = batch["v"].to_numpy()
                clusters, members, largest = sizes_beyond(engine)
        lonely = count - members
        return Sizes(count, lonely + clusters, clusters, members, max(largest, min(count, 1)))

    def _reached(self, done: int) -> None:
        self.bar.reached(self.offset + done)


@kernel
def count_kernel(cluster_of: Any, sizes: Any) -> None:
    """Count the addresses of each cluster."""
    for cluster in cluster_of:
        sizes[cluster] += 1


def _named(ledger: UtxoLedger, txid: str) -> Found:
    number = ledger.number_of(txid)
    if number is None:
        raise InputError(f"The ledger has no transaction {txid[:80]} to exclude. Check the id.")
    said = Check("named by the user", "its inputs are kept apart", holds=True)
    verdict = Verdict(BY_USER, FOUND, said, (said,))
    return Found(number, ledger.transaction(number), verdict)


def _merged(found: Sequence[Found], named: Sequence[Found]) -> list[Found]:
    """Return both in chain order; what the user names goes before what a detector says."""
    by_number = {one.number: one for one in (*found, *named)}
    return [by_number[number] for number in sorted(by_number)]
