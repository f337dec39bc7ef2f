"""Loading list files into the register: all of them or none.

A version's folder is named by its list, date and content, so loading the same file twice finds
the folder there and changes nothing, unless its tables are damaged: then they are written again.
The manifest names the versions that count; replacing it is the one step that makes a load real.
"""

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sanctrail.errors import FailedFiles, Problem, SanctrailError
from sanctrail.ground.memory import collector_resting
from sanctrail.ground.store import (
    LOCK,
    MANIFEST,
    exclusive,
    staging,
    sweep,
    write_json,
    write_table,
)
from sanctrail.lists import open_list
from sanctrail.lists.formats import ListVersion
from sanctrail.register.manifest import (
    FOLDER,
    FORMAT,
    Version,
    current_versions,
    is_whole,
    read_versions,
)
from sanctrail.register.tables import tables_of


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """What one load put into the register from one list of one file.

    `current` is the id of the version of this list that counts after the load, often this one.
    """

    version_id: str
    list_id: str
    regime: str
    format: str
    list_date: str
    file: str
    sha256: str
    parties: int
    names: int
    wallets: int
    problems: int
    changed: bool
    current: str = ""


def load_lists(files: Sequence[Path], workspace: Path) -> tuple[list[LoadedVersion], list[Problem]]:
    """Load list files into the workspace's register and say what each one held.

    Either every file is taken or none: when one or more cannot be read, raises `FailedFiles` (or
    the single error) with a sentence each and the register stays as it was.
    """
    versions = _read_all(files)
    root = workspace / FOLDER
    with exclusive(root):
        known = {entry["version_id"]: entry for entry in read_versions(root) or ()}
        sweep(root, keep={MANIFEST, LOCK, *known})
        loaded = [_store(version, root, known) for version in versions]
        if any(version.changed for version in loaded):
            entries = sorted(
                known.values(), key=lambda e: (e["list_id"], e["list_date"], e["version_id"])
            )
            write_json(root / MANIFEST, {"format": FORMAT, "versions": entries})
    current = {entry["list_id"]: entry["version_id"] for entry in current_versions(known.values())}
    loaded = [replace(version, current=current[version.list_id]) for version in loaded]
    return loaded, [problem for version in versions for problem in version.problems]


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


def _store(version: ListVersion, root: Path, known: dict[str, Version]) -> LoadedVersion:
    """Write the version's tables unless they are held whole, and enter it among the known."""
    loaded = _described(version)
    held = known.get(loaded.version_id)
    if held and is_whole(root, held):
        return loaded
    digests = _write(version, root / loaded.version_id)
    # Only versions of one day need an order of loading; others are ordered by their dates alone.
    day = version.header.list_id, version.header.list_date
    same_day = sum((e["list_id"], e["list_date"]) == day for e in known.values())
    entry = asdict(loaded)
    del entry["changed"], entry["current"]
    known[loaded.version_id] = {
        **entry,
        "sequence": held["sequence"] if held else same_day,
        "bytes": version.file.size,
        "tables": digests,
    }
    return replace(loaded, changed=True)


def _described(version: ListVersion) -> LoadedVersion:
    header = version.header
    return LoadedVersion(
        version_id=f"{header.list_id}_{header.list_date}_{header.form}_{version.file.sha256[:16]}",
        list_id=header.list_id,
        regime=header.regime,
        format=header.form,
        list_date=header.list_date,
        file=version.file.name,
        sha256=version.file.sha256,
        parties=len(version.listings),
        names=sum(len(listing.names) for listing in version.listings),
        wallets=sum(len(listing.wallets) for listing in version.listings),
        problems=len(version.problems),
        changed=False,
    )


def _write(version: ListVersion, target: Path) -> dict[str, str]:
    with staging(target) as beside:
        digests = {
            f"{name}.parquet": write_table(beside / f"{name}.parquet", table)
            for name, table in tables_of(version.listings, version.problems).items()
        }
        if target.is_dir():  # a damaged one: a folder is renamed over an empty place only
            shutil.rmtree(target)
        beside.replace(target)
    return digests
