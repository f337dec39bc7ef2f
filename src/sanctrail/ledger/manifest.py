"""A ledger's manifest: what it holds, covers and lacks, and where it came from."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sanctrail.errors import LedgerError
from sanctrail.ground.store import MANIFEST, read_manifest
from sanctrail.ledger.values import MAX_DECIMALS

FORMAT = 3
FAMILIES = ("account", "utxo")


def ledger_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of the ledger in `folder`, None where there is none.

    Raises `LedgerError` where the folder holds something else, or a ledger of another layout.
    """
    manifest = read_manifest(folder) if folder.is_dir() else None
    if manifest is not None:
        _check(manifest, folder)
    return manifest


def data_name(manifest: Mapping[str, Any]) -> str:
    """Return the name of the folder that holds a ledger's tables and columns."""
    return str(manifest["digest"])[:16]


def _check(manifest: dict[str, Any], folder: Path) -> None:
    if "family" in manifest and manifest.get("format") != FORMAT:
        raise LedgerError(
            f"{folder}: not a ledger this program reads (layout {manifest.get('format')}, expected "
            f"{FORMAT}). Import the source files again into a new folder."
        )
    wrong = [key for key, holds in _KEYS.items() if not holds(manifest.get(key))]
    if not wrong and not _TABLES[manifest["family"]] <= manifest["tables"].keys():
        wrong = ["tables"]
    if wrong:
        raise LedgerError(
            f"{folder}: this is not a ledger, or its {MANIFEST} is damaged (not as expected: "
            f"{', '.join(wrong)}). Give a ledger's folder, or import into a new one."
        )


def _is_assets(value: Any) -> bool:
    kinds: dict[str, tuple[type, ...]] = {
        "code": (str,), "unit": (str,), "decimals": (int,), "contract": (str,),
    }  # fmt: skip
    return _is_list(value, dict) and all(
        asset.keys() == kinds.keys()
        and _holds(asset, kinds)
        and 0 <= asset["decimals"] <= MAX_DECIMALS
        for asset in value
    )


def _is_files(value: Any) -> bool:
    texts, counts = ("name", "sha256"), ("bytes", "rows", "problems")
    kinds = {**dict.fromkeys(texts, (str,)), **dict.fromkeys(counts, (int,))}
    return _is_list(value, dict) and all(_holds(file, kinds) for file in value)


def _is_coverage(value: Any) -> bool:
    kinds: dict[str, tuple[type, ...]] = {
        **dict.fromkeys(("transactions", "movements", "addresses", "blocks"), (int,)),
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


_SHARED = {"addresses.parquet", "problems.parquet", "address_keys.npy", "address_order.npy"}
_TABLES = {
    "utxo": {
        "txids.npy", "values.npy", "owners.npy", "spent_by.npy", "inputs.npy",
        "address_starts.npy", "address_outputs.npy", *_SHARED,
    },
    "account": {
        "senders.npy", "receivers.npy", "amounts_low.npy",
        "transaction_starts.npy", "transaction_places.npy", *_SHARED,
    },
}  # fmt: skip
"""Files that tell a ledger of each family from anything else."""

_FILE = re.compile(r"[a-z_]+\.(npy|parquet)")


def _is_tables(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(map(_is_digest, value.values()))
        and all(_FILE.fullmatch(name) for name in value)
    )


_KEYS: dict[str, Callable[[Any], bool]] = {
    "format": lambda value: value == FORMAT,
    "family": lambda value: isinstance(value, str) and value in FAMILIES,
    "source_format": lambda value: isinstance(value, str),
    "simulation": lambda value: isinstance(value, bool),
    "assets": _is_assets,
    "coverage": _is_coverage,
    "gaps": lambda value: _is_list(value, str),
    "limits": lambda value: _is_list(value, str),
    "files": _is_files,
    "sources": lambda value: _is_list(value, dict),
    "digest": _is_digest,
    "tables": _is_tables,
}
"""What a ledger's manifest must hold; a register's, or a damaged one, does not."""
