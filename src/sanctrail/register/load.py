"""Loading list files into the register: all of them or none.

A version's folder is named by its list, date and content, so loading the same file twice finds
the folder there and changes nothing, unless its tables are damaged: then they are written again.
The manifest names the versions that count; replacing it is the one step that makes a load real.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sanctrail.errors import FailedFiles, Problem, RegisterError, SanctrailError
from sanctrail.ground.store import (
    LOCK,
    MANIFEST,
    exclusive,
    staging,
    sweep,
    write_json,
    write_table,
)
from sanctrail.lists.formats import ListVersion, ReadOptions, open_lists
from sanctrail.register.changes import keep_changes
from sanctrail.register.guard import refuse_drops
from sanctrail.register.manifest import (
    FOLDER,
    FORMAT,
    Version,
    chain_of,
    in_order,
    is_whole,
    read_versions,
)
from sanctrail.register.tables import tables_of
from sanctrail.register.views import views_of


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How files are loaded.

    `list_date` dates lists that carry no date; `strict` refuses a file with forbidden bytes;
    `accept_drop` takes a version that lacks more than `guard.MAX_DROP` of its list's parties.
    """

    list_date: str = ""
    strict: bool = False
    accept_drop: bool = False


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """What one load put into the register from one list of one file.

    `current` is the id of the version that decides who is on the list after the load, often this
    one; `parties` are those listed, `delisted` those that the list itself marks as lifted.
    """

    version_id: str
    list_id: str
    regime: str
    format: str
    list_date: str
    date_from: str
    generated: str
    file: str
    sha256: str
    parties: int
    delisted: int
    names: int
    wallets: int
    problems: int
    cut: int
    changed: bool
    current: str = ""


def load_lists(
    files: Sequence[Path], workspace: Path, options: LoadOptions | None = None
) -> tuple[list[LoadedVersion], list[Problem]]:
    """Load list files into the workspace's register and say what each one held.

    Either every file is taken or none: when one or more cannot be read, raises `FailedFiles` (or
    the single error) with a sentence each and the register stays as it was.
    """
    options = options or LoadOptions()
    root = workspace / FOLDER
    with exclusive(root):
        held = {entry["version_id"]: entry for entry in read_versions(root) or ()}
        sweep(root, keep=_kept(held.values()))
        known = dict(held)
        try:
            loaded, problems = _read_all(files, root, known, options)
            if not options.accept_drop:
                refuse_drops(root, held, known)
            _commit(root, known, changed=any(version.changed for version in loaded))
        except BaseException:
            sweep(root, keep=_kept(held.values()))
            raise
    current = {view.list_id: view.base["version_id"] for view in views_of(known.values())}
    return [
        replace(version, current=current.get(version.list_id, "")) for version in loaded
    ], problems


def forget(workspace: Path, version_id: str) -> Version:
    """Take one version out of the register, as if it had never been loaded; return its entry."""
    root = workspace / FOLDER
    with exclusive(root):
        known = {entry["version_id"]: entry for entry in read_versions(root) or ()}
        if version_id not in known:
            raise RegisterError(
                f"'{version_id}' is no version that is held. See: sanctrail register versions"
            )
        entry = known.pop(version_id)
        _commit(root, known, changed=True)
    return entry


def _kept(versions: Iterable[Version]) -> set[str]:
    """Return the names in the register's folder that count."""
    kept = {MANIFEST, LOCK}
    for version in versions:
        kept.add(version["version_id"])
        if version["changes"]:
            kept.add(version["changes"]["folder"])
    return kept


def _read_all(
    files: Sequence[Path], root: Path, known: dict[str, Version], options: LoadOptions
) -> tuple[list[LoadedVersion], list[Problem]]:
    """Read and write one version after the other, so that only one is in memory."""
    loaded: list[LoadedVersion] = []
    problems: list[Problem] = []
    failures: list[SanctrailError] = []
    for found in open_lists(files, ReadOptions(options.list_date, options.strict)):
        if isinstance(found, SanctrailError):
            failures.append(found)
        elif not failures:
            loaded.append(_store(found, root, known))
            problems.extend(found.problems)
        del found  # before the next one is read: a list fills hundreds of megabytes
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise FailedFiles(failures)
    return loaded, problems


def _commit(root: Path, known: dict[str, Version], *, changed: bool) -> None:
    """Make the load real, if anything changed or a table of changes must be made again."""
    for list_id in {version["list_id"] for version in known.values()}:
        chain = chain_of(known.values(), list_id)
        for version in chain[:1]:
            version["changes"] = None
        for version, place in keep_changes(root, chain):
            version["changes"] = place
            changed = True
    if not changed:
        return
    entries = in_order(known.values())
    write_json(root / MANIFEST, {"format": FORMAT, "versions": entries})
    sweep(root, keep=_kept(entries))


def _store(version: ListVersion, root: Path, known: dict[str, Version]) -> LoadedVersion:
    """Write the version's tables unless they are held whole, and enter it among the known."""
    loaded = _described(version)
    held = known.get(loaded.version_id)
    if held and is_whole(root, held):
        return loaded
    digests = _write(version, root / loaded.version_id)
    entry = asdict(loaded)
    del entry["changed"], entry["current"]
    known[loaded.version_id] = {
        **entry,
        "sequence": held["sequence"] if held else _alike(entry, known),
        "bytes": version.file.size,
        "tables": digests,
        "changes": held["changes"] if held else None,
    }
    return replace(loaded, changed=True)


def _alike(entry: Version, known: dict[str, Version]) -> int:
    """Count the versions that only the order of loading can tell from this one."""
    keys = "list_id", "list_date", "format", "generated"
    return sum(all(other[key] == entry[key] for key in keys) for other in known.values())


def _described(version: ListVersion) -> LoadedVersion:
    header = version.header
    delisted = sum(listing.delisted for listing in version.listings)
    return LoadedVersion(
        version_id=f"{header.list_id}_{header.list_date}_{header.form}_{version.file.sha256[:16]}",
        list_id=header.list_id,
        regime=header.regime,
        format=header.form,
        list_date=header.list_date,
        date_from=version.date_from,
        generated=header.generated,
        file=version.file.name,
        sha256=version.file.sha256,
        parties=len(version.listings) - delisted,
        delisted=delisted,
        names=sum(len(listing.names) for listing in version.listings),
        wallets=sum(len(listing.wallets) for listing in version.listings),
        problems=len(version.problems),
        cut=sum(bool(listing.cut) for listing in version.listings),
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
