"""Loading list files into the register: all of them or none.

A version's folder is named by its list, date and content, so loading the same file twice finds
the folder there and changes nothing. The manifest names the versions that count; replacing it
is the one step that makes a load real.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sanctrail.errors import FailedFiles, Problem, RegisterError, SanctrailError
from sanctrail.ground.memory import collector_resting
from sanctrail.ground.store import (
    LOCK,
    MANIFEST,
    exclusive,
    read_manifest,
    staging,
    sweep,
    write_json,
    write_table,
)
from sanctrail.lists import open_list
from sanctrail.lists.formats import ListVersion
from sanctrail.register.tables import tables_of

FOLDER = "register"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """What one load put into the register from one list of one file."""

    version_id: str
    list_id: str
    regime: str
    form: str
    list_date: str
    file: str
    sha256: str
    parties: int
    names: int
    wallets: int
    problems: int
    changed: bool


def load_lists(files: Sequence[Path], workspace: Path) -> tuple[list[LoadedVersion], list[Problem]]:
    """Load list files into the workspace's register and say what each one held.

    Either every file is taken or none: when one or more cannot be read, raises `FailedFiles` (or
    the single error) with a sentence each and the register stays as it was.
    """
    versions = _read_all(files)
    root = workspace / FOLDER
    with exclusive(root):
        manifest = read_manifest(root) or {"format": FORMAT, "versions": []}
        check_format(manifest, root)
        known = {entry["version_id"]: entry for entry in manifest["versions"]}
        sweep(root, keep={MANIFEST, LOCK, *known})
        loaded = [_store(version, root, known) for version in versions]
        if any(version.changed for version in loaded):
            entries = sorted(
                known.values(), key=lambda e: (e["list_id"], e["list_date"], e["version_id"])
            )
            write_json(root / MANIFEST, {"format": FORMAT, "versions": entries})
    return loaded, [problem for version in versions for problem in version.problems]


def check_format(manifest: dict[str, Any], root: Path) -> None:
    """Raise `RegisterError` if another program version's layout is in the folder."""
    if manifest.get("format") != FORMAT:
        raise RegisterError(
            f"{root}: this register has layout {manifest.get('format')}, this program reads "
            f"layout {FORMAT}. Load the lists into a new workspace."
        )


def _read_all(files: Sequence[Path]) -> list[ListVersion]:
    versions: list[ListVersion] = []
    failures: list[SanctrailError] = []
    for file in files:
        try:
            with collector_resting():
                versions.extend(open_list(file))
        except SanctrailError as error:
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise FailedFiles(failures)
    return versions


def _store(version: ListVersion, root: Path, known: dict[str, dict[str, Any]]) -> LoadedVersion:
    header = version.header
    version_id = f"{header.list_id}_{header.list_date}_{header.form}_{version.file.sha256[:16]}"
    loaded = LoadedVersion(
        version_id=version_id,
        list_id=header.list_id,
        regime=header.regime,
        form=header.form,
        list_date=header.list_date,
        file=version.file.name,
        sha256=version.file.sha256,
        parties=len(version.listings),
        names=sum(len(listing.names) for listing in version.listings),
        wallets=sum(len(listing.wallets) for listing in version.listings),
        problems=len(version.problems),
        changed=version_id not in known,
    )
    if loaded.changed:
        digests = _write(version, root / version_id)
        entry = {key: value for key, value in asdict(loaded).items() if key != "changed"}
        known[version_id] = {**entry, "bytes": version.file.size, "tables": digests}
    return loaded


def _write(version: ListVersion, target: Path) -> dict[str, str]:
    with staging(target) as beside:
        digests = {
            f"{name}.parquet": write_table(beside / f"{name}.parquet", table)
            for name, table in tables_of(version.listings, version.problems).items()
        }
        beside.replace(target)
    return digests
