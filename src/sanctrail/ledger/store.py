"""A ledger on disk: Parquet columns, and a manifest that says what they cover and lack.

Rows stand in chain order; addresses, and on UTXO ledgers transactions, are dense integer ids.
The ledger's digest is taken over the columns' values, not over the Parquet bytes, so that it
does not change with the writer's version.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sanctrail.addresses import canonical_transaction
from sanctrail.errors import LedgerError
from sanctrail.ground.store import (
    LOCK,
    MANIFEST,
    exclusive,
    file_sha256,
    is_own,
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

MAX_INTEGER = 2**63 - 1
"""The largest block number, time or output value that a column holds."""

MAX_DECIMALS = 77
"""Decimals of an asset's base unit; more than any chain has, and still exact in reckoning."""

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
            raise LedgerError(
                f"{path}: a table of the ledger is missing. Import the source files again."
            )
        try:
            table = pq.read_table(path, memory_map=True)
        except (pa.ArrowException, OSError) as error:
            raise LedgerError(
                f"{path}: the table is damaged and cannot be read. Import the source files again."
            ) from error
        if not table.schema.equals(_schemas(self.manifest["family"])[name]):
            raise LedgerError(
                f"{path}: the table has other columns than a ledger's. "
                "Import the source files again."
            )
        return table

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
        """Return the transfers of a transaction, in order, whichever way its id is spelt."""
        found = pc.is_in(self._transfers["transaction"], value_set=_spellings(txid))
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
        for spelling in _spellings(txid):
            number = pc.index(self._transactions["txid"], spelling).as_py()
            if number >= 0:
                return int(number)
        return None


def open_ledger(folder: Path, *, verify: bool = False) -> AccountLedger | UtxoLedger:
    """Open the ledger in a folder; its columns are read on use.

    With `verify`, every file is first held against its digest, and `LedgerError` names the
    damaged ones: what is told of a theft must not rest on a changed table.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise LedgerError(
            f"{folder}: this folder holds no ledger. "
            "Make one with: sanctrail ledger import --format FORMAT FILE... --ledger DIR"
        )
    _check_manifest(manifest, folder)
    kind = AccountLedger if manifest["family"] == "account" else UtxoLedger
    ledger = kind(folder, manifest)
    if verify:
        require_whole(folder, verify_digests(ledger))
    return ledger


def write_ledger(
    folder: Path, family: str, tables: dict[str, pa.Table], about: dict[str, Any], *, replace: bool
) -> tuple[dict[str, Any], bool]:
    """Write a ledger whole or not at all; return its manifest and whether anything changed.

    A folder that holds another ledger is left alone unless `replace` is set. The same rows
    again mend damaged files, and renew what the manifest says of their origin.
    """
    digest = _content_digest(family, tables, about["assets"])
    manifest = {"format": FORMAT, "family": family, **about, "digest": digest}
    _present(folder)  # refused before the lock, which would leave its file in a foreign folder
    with exclusive(folder):
        present = _present(folder)
        same = present is not None and present["digest"] == digest
        if present is not None and not same and not replace:
            raise LedgerError(
                f"{folder}: this folder already holds another ledger. "
                "Choose a new --ledger folder, or give --replace to put this one in its place."
            )
        sweep(folder, keep=_kept(present))
        data = folder / _data_name(manifest)
        whole = present is not None and same and not _damaged(data, present)
        manifest["tables"] = present["tables"] if present and whole else _write_data(data, tables)
        if whole and json.loads(json.dumps(manifest)) == present:
            return manifest, False
        write_json(folder / MANIFEST, manifest)
        sweep(folder, keep=_kept(manifest))
    return manifest, True


def _write_data(data: Path, tables: dict[str, pa.Table]) -> dict[str, str]:
    """Write the tables into their folder, in place of damaged ones there; return the digests."""
    with staging(data) as beside:
        digests = {
            f"{name}.parquet": write_table(beside / f"{name}.parquet", table)
            for name, table in tables.items()
        }
        if data.exists():
            shutil.rmtree(data)
        beside.replace(data)
    return digests


def verify_digests(ledger: Ledger) -> list[str]:
    """Return the tables that are missing or whose bytes differ from the manifest's digests."""
    return _damaged(ledger.folder, ledger.manifest)


def require_whole(folder: Path, damaged: Sequence[str]) -> None:
    """Raise `LedgerError` where tables of the ledger in `folder` are damaged."""
    if damaged:
        raise LedgerError(
            f"{folder}: the ledger is damaged: {', '.join(damaged)} missing or changed since it "
            "was written. Import the source files again to repair it."
        )


def stored_transaction(text: str) -> str:
    """Return a transaction id as a ledger keeps it, so that explorers find it.

    Hexadecimal ids become lower case, and `0x` stays as given; base58 ones differ by case and stay.
    """
    text = text.strip()
    lower = text.lower()
    return lower if canonical_transaction(text) == lower.removeprefix("0x") else text


def _spellings(txid: str) -> pa.Array:
    """Return the forms in which a ledger may keep a transaction id, the canonical one first."""
    plain = canonical_transaction(txid)
    return pa.array(dict.fromkeys([plain, f"0x{plain}", txid]), pa.string())


def _damaged(data: Path, manifest: dict[str, Any]) -> list[str]:
    return [name for name, sha256 in manifest["tables"].items() if _digest(data / name) != sha256]


def _digest(path: Path) -> str | None:
    try:
        return file_sha256(path)
    except OSError:
        return None


def _present(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of the ledger in `folder`, None where one may be made.

    Raises `LedgerError` where the folder is somebody else's.
    """
    if not folder.exists():
        return None
    manifest = read_manifest(folder) if folder.is_dir() else None
    if manifest is not None:
        _check_manifest(manifest, folder)
    elif not folder.is_dir() or _foreign(folder):
        raise LedgerError(
            f"{folder}: this is not a ledger and not empty, so nothing is written there. "
            "Choose another --ledger folder."
        )
    return manifest


def _foreign(folder: Path) -> bool:
    """Tell whether a folder without manifest holds more than an interrupted import's leavings.

    Every import makes the lock first, so that data folders without one are not ours.
    """
    entries = [entry for entry in folder.iterdir() if entry.name != LOCK]
    return bool(entries) and not ((folder / LOCK).exists() and all(map(is_own, entries)))


def _check_manifest(manifest: dict[str, Any], folder: Path) -> None:
    """Raise `LedgerError` unless the manifest is one that `write_ledger` could have written."""
    if "family" in manifest and manifest.get("format") != FORMAT:
        raise LedgerError(
            f"{folder}: not a ledger this program reads (layout {manifest.get('format')}, expected "
            f"{FORMAT}). Import the source files again into a new folder."
        )
    wrong = [key for key, holds in _MANIFEST_KEYS.items() if not holds(manifest.get(key))]
    if not wrong and set(manifest["tables"]) != {
        f"{name}.parquet" for name in _schemas(manifest["family"])
    }:
        wrong = ["tables"]
    if wrong:
        raise LedgerError(
            f"{folder}: this is not a ledger, or its {MANIFEST} is damaged (not as expected: "
            f"{', '.join(wrong)}). Give a ledger's folder, or import into a new one."
        )


def _is_assets(value: Any) -> bool:
    return _is_list(value, dict) and all(
        asset.keys() == {"code", "unit", "decimals"}
        and _holds(asset, {"code": (str,), "unit": (str,), "decimals": (int,)})
        and 0 <= asset["decimals"] <= MAX_DECIMALS
        for asset in value
    )


def _is_files(value: Any) -> bool:
    texts, counts = ("name", "sha256"), ("bytes", "rows", "problems")
    kinds = {**dict.fromkeys(texts, (str,)), **dict.fromkeys(counts, (int,))}
    return _is_list(value, dict) and all(_holds(file, kinds) for file in value)


def _is_coverage(value: Any) -> bool:
    kinds: dict[str, tuple[type, ...]] = {
        **dict.fromkeys(("transactions", "movements"), (int,)),
        **dict.fromkeys(("first_block", "last_block"), (int, type(None))),
        **dict.fromkeys(("first_time", "last_time"), (str,)),
    }
    return isinstance(value, dict) and _holds(value, kinds)


def _holds(document: Mapping[str, Any], kinds: Mapping[str, tuple[type, ...]]) -> bool:
    """Tell whether a document has all these keys, each with a value of one of its kinds."""
    return all(key in document and type(document[key]) in kind for key, kind in kinds.items())


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


_MANIFEST_KEYS: dict[str, Callable[[Any], bool]] = {
    "format": lambda value: value == FORMAT,
    "family": lambda value: isinstance(value, str) and value in SCHEMAS,
    "source_format": lambda value: isinstance(value, str),
    "simulation": lambda value: isinstance(value, bool),
    "assets": _is_assets,
    "coverage": _is_coverage,
    "limits": lambda value: _is_list(value, str),
    "files": _is_files,
    "digest": _is_digest,
    "tables": lambda value: isinstance(value, dict) and all(map(_is_digest, value.values())),
}
"""What a ledger's manifest must hold; a register's, or a damaged one, does not."""


def _schemas(family: str) -> dict[str, pa.Schema]:
    return {**SCHEMAS[family], **SHARED_SCHEMAS}


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
