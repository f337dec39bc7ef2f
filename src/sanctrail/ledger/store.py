"""A ledger on disk: Parquet columns, and a manifest that says what they cover and lack.

Rows stand in chain order; addresses, and on UTXO ledgers transactions, are dense integer ids.
The ledger's digest is taken over the columns' values, not over the Parquet bytes, so that it
does not change with the writer's version.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sanctrail.errors import LedgerError
from sanctrail.ground.store import (
    LOCK,
    MANIFEST,
    exclusive,
    file_sha256,
    read_manifest,
    staging,
    sweep,
    write_json,
    write_table,
)

FORMAT = 1
AMOUNT = pa.decimal128(38, 0)
MAX_AMOUNT = 10**38 - 1
"""The largest amount kept, in base units; more is a problem of its row, never rounded."""

UNSPENT = -1

Ints = npt.NDArray[np.int64]

SCHEMAS: dict[str, dict[str, pa.Schema]] = {
    "account": {
        "transfers": pa.schema(
            [
                ("block", pa.int64()),
                ("time", pa.int64()),
                ("transaction", pa.string()),
                ("sender", pa.int64()),
                ("receiver", pa.int64()),
                ("asset", pa.int64()),
                ("amount", AMOUNT),
            ]
        ),
    },
    "utxo": {
        "transactions": pa.schema(
            [("txid", pa.string()), ("block", pa.int64()), ("time", pa.int64())]
        ),
        "outputs": pa.schema(
            [
                ("transaction", pa.int64()),
                ("n", pa.int64()),
                ("address", pa.int64()),
                ("value", pa.int64()),
                ("spent_by", pa.int64()),
                ("spent_at", pa.int64()),
            ]
        ),
    },
}
SHARED_SCHEMAS = {
    "addresses": pa.schema([("address", pa.string()), ("label", pa.string())]),
    "problems": pa.schema([(name, pa.string()) for name in ("source", "element", "message")]),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset of a ledger; amounts are integers in `unit`, 10^`decimals` of which make one."""

    code: str
    unit: str
    decimals: int


class Ledger:
    """What both families share: manifest, addresses, assets."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder / _data_name(manifest)
        self.manifest = manifest
        self.assets = tuple(Asset(**asset) for asset in manifest["assets"])

    def table(self, name: str) -> pa.Table:
        """Return one table of the ledger."""
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            raise LedgerError(f"{path}: a table of the ledger is missing. Import it again.")
        return pq.read_table(path, memory_map=True)

    @cached_property
    def addresses(self) -> pa.ChunkedArray:
        """The address of each id."""
        return self.table("addresses")["address"]

    def address(self, number: int) -> str:
        """Return the address behind an id."""
        return str(self.addresses[number].as_py())

    def ids_of(self, addresses: Sequence[str]) -> dict[str, int]:
        """Return the ids of those addresses that the ledger knows (in canonical form)."""
        wanted = pa.array(list(addresses), pa.string())
        found = pc.index_in(wanted, value_set=self.addresses.combine_chunks()).to_pylist()
        return {a: number for a, number in zip(addresses, found, strict=True) if number is not None}

    def labels(self) -> dict[str, str]:
        """Return the names that the source file gave to addresses: for people, never an input."""
        table = self.table("addresses")
        named = table.filter(pc.not_equal(table["label"], ""))
        return dict(zip(named["address"].to_pylist(), named["label"].to_pylist(), strict=True))

    def __len__(self) -> int:
        return int(self.manifest["coverage"]["movements"])


class AccountLedger(Ledger):
    """Transfers between accounts, in order; columns are read when first asked for."""

    @cached_property
    def _transfers(self) -> pa.Table:
        return self.table("transfers")

    def column(self, name: str) -> Ints:
        """Return an integer column of the transfers."""
        return np.asarray(self._transfers[name].to_numpy(), dtype=np.int64)

    @cached_property
    def amounts(self) -> pa.ChunkedArray:
        """The amounts, exact, in each asset's base unit."""
        return self._transfers["amount"].combine_chunks()

    def transaction(self, position: int) -> str:
        """Return the transaction id of a transfer."""
        return str(self._transfers["transaction"][position].as_py())

    def positions_of_transaction(self, txid: str) -> list[int]:
        """Return the transfers of a transaction, in order."""
        found = pc.equal(self._transfers["transaction"], txid)
        return [int(i) for i in np.flatnonzero(found.to_numpy())]


class UtxoLedger(Ledger):
    """Transactions and the outputs they make and spend."""

    @cached_property
    def _transactions(self) -> pa.Table:
        return self.table("transactions")

    @cached_property
    def _outputs(self) -> pa.Table:
        return self.table("outputs")

    def column(self, name: str) -> Ints:
        """Return an integer column of the outputs."""
        return np.asarray(self._outputs[name].to_numpy(), dtype=np.int64)

    @cached_property
    def times(self) -> Ints:
        """The time of each transaction (seconds since 1970, UTC)."""
        return np.asarray(self._transactions["time"].to_numpy(), dtype=np.int64)

    def transaction(self, number: int) -> str:
        """Return the transaction id behind a number."""
        return str(self._transactions["txid"][number].as_py())

    def number_of(self, txid: str) -> int | None:
        """Return the number of a transaction, or None if the ledger has it not."""
        number = pc.index(self._transactions["txid"], txid).as_py()
        return None if number < 0 else int(number)


def open_ledger(folder: Path) -> AccountLedger | UtxoLedger:
    """Open the ledger in a folder; its columns are read on use."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise LedgerError(
            f"{folder}: this folder holds no ledger. "
            "Make one with: sanctrail ledger import --format FORMAT FILE... --ledger DIR"
        )
    if manifest.get("format") != FORMAT or manifest.get("family") not in SCHEMAS:
        raise LedgerError(
            f"{folder}: not a ledger this program reads (layout {manifest.get('format')}, expected "
            f"{FORMAT}). Import the source files again into a new folder."
        )
    if manifest["family"] == "account":
        return AccountLedger(folder, manifest)
    return UtxoLedger(folder, manifest)


def write_ledger(
    folder: Path, family: str, tables: dict[str, pa.Table], about: dict[str, Any], *, replace: bool
) -> tuple[dict[str, Any], bool]:
    """Write a ledger whole or not at all; return its manifest and whether anything changed.

    A folder that holds another ledger is left alone unless `replace` is set.
    """
    manifest = {
        "format": FORMAT,
        "family": family,
        **about,
        "digest": _content_digest(family, tables, about["assets"]),
    }
    present = _present(folder)
    if present is not None and present.get("digest") == manifest["digest"]:
        return present, False
    if present is not None and not replace:
        raise LedgerError(
            f"{folder}: this folder already holds another ledger. "
            "Choose a new --ledger folder, or give --replace to put this one in its place."
        )
    with exclusive(folder):
        data = folder / _data_name(manifest)
        sweep(folder, keep=_kept(present))
        with staging(data) as beside:
            manifest["tables"] = {
                f"{name}.parquet": write_table(beside / f"{name}.parquet", table)
                for name, table in tables.items()
            }
            beside.replace(data)
        write_json(folder / MANIFEST, manifest)
        sweep(folder, keep=_kept(manifest))
    return manifest, True


def verify_digests(ledger: Ledger) -> list[str]:
    """Return the tables whose bytes differ from the manifest's digests."""
    return [
        name
        for name, sha256 in ledger.manifest["tables"].items()
        if file_sha256(ledger.folder / name) != sha256
    ]


def _present(folder: Path) -> dict[str, Any] | None:
    if not folder.exists():
        return None
    manifest = read_manifest(folder) if folder.is_dir() else None
    if manifest is None and (not folder.is_dir() or _foreign(folder)):
        raise LedgerError(
            f"{folder}: this is not a ledger and not empty, so nothing is written there. "
            "Choose another --ledger folder."
        )
    return manifest


def _foreign(folder: Path) -> bool:
    """Tell whether a folder without manifest holds more than an interrupted import's leavings."""
    return not (folder / LOCK).exists() and any(folder.iterdir())


def _data_name(manifest: dict[str, Any]) -> str:
    return str(manifest["digest"])[:16]


def _kept(manifest: dict[str, Any] | None) -> set[str]:
    return {MANIFEST, LOCK, *([_data_name(manifest)] if manifest else [])}


def _content_digest(family: str, tables: dict[str, pa.Table], assets: list[dict[str, Any]]) -> str:
    digest = hashlib.sha256(json.dumps([FORMAT, family, assets], sort_keys=True).encode())
    for name in sorted(tables):
        for field in tables[name].schema:
            digest.update(f"{name}.{field.name}:{field.type}\n".encode())
            digest.update(_canonical_bytes(tables[name][field.name]))
    return digest.hexdigest()


def _canonical_bytes(column: pa.ChunkedArray) -> bytes:
    if pa.types.is_string(column.type):
        return json.dumps(column.to_pylist()).encode()
    if pa.types.is_decimal(column.type):
        return "\n".join(pc.cast(column, pa.string()).to_pylist()).encode()
    return bytes(column.to_numpy().astype("<i8").tobytes())
