"""Opening the ledger in a folder, whole, and what an import that was cut off left of one."""

import contextlib
from pathlib import Path

from sanctrail.errors import LedgerError
from sanctrail.ledger.manifest import data_name, ledger_manifest
from sanctrail.ledger.staging import PARTS
from sanctrail.ledger.store import (
    AccountLedger,
    UtxoLedger,
    opened,
    require_whole,
    verify_digests,
)


def open_ledger(folder: Path, *, verify: bool = False) -> AccountLedger | UtxoLedger:
    """Open the ledger in a folder; its columns are read on use.

    Where an import was cut off, what it had read is opened, and the ledger says so. With `verify`,
    every file is first held against its digest, and `LedgerError` names the damaged ones: what is
    told of a theft must not rest on a changed table.
    """
    if (folder / PARTS).is_dir():
        _recover(folder)
    manifest = ledger_manifest(folder)
    if manifest is None:
        raise LedgerError(
            f"{folder}: this folder holds no ledger. "
            "Make one with: sanctrail ledger import FILE... --ledger DIR"
        )
    ledger = opened(folder / data_name(manifest), manifest)
    if verify:
        require_whole(folder, verify_digests(ledger))
    return ledger


def _recover(folder: Path) -> None:
    from sanctrail.ledger.making import recover  # noqa: PLC0415 - the engine, for this case alone

    with contextlib.suppress(OSError):  # a folder that cannot be written is opened as it is
        recover(folder)
