"""The register's manifest: which versions are held, which of them count, and if they are whole."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sanctrail.errors import RegisterError, UnreadableFile
from sanctrail.ground.store import file_sha256, read_manifest
from sanctrail.lists.extract import FORM as EXTRACT
from sanctrail.register.tables import SCHEMAS

FOLDER = "register"
FORMAT = 1
TABLES = tuple(f"{name}.parquet" for name in SCHEMAS)

Version = dict[str, Any]
"""A version's entry in the manifest."""

_TEXTS = ("version_id", "list_id", "regime", "format", "list_date", "file", "sha256")


def read_versions(root: Path) -> list[Version] | None:
    """Return the versions that the register in `root` holds, or None where there is none yet.

    Raises `RegisterError` if the manifest is damaged or of another program version's layout.
    """
    try:
        manifest = read_manifest(root)
    except UnreadableFile as error:
        raise RegisterError(str(error)) from error
    if manifest is None:
        return None
    if manifest.get("format") != FORMAT:
        raise RegisterError(
            f"{root}: this register has layout {manifest.get('format')}, this program reads "
            f"layout {FORMAT}. Load the lists into a new workspace."
        )
    versions = manifest.get("versions")
    if not isinstance(versions, list) or not all(_is_version(entry) for entry in versions):
        raise RegisterError(
            f"{root}: the manifest is damaged, expected 'versions' as a list of versions with "
            "their tables. Restore it from a copy, or load the lists into a new workspace."
        )
    return versions


def current_versions(versions: Iterable[Version]) -> tuple[Version, ...]:
    """Choose one version a list: a full one before an extract, then the latest by its own date.

    Of two with the same date the one loaded later counts: a publisher corrects a list that way.
    """
    chosen: dict[str, Version] = {}
    for version in versions:
        best = chosen.get(version["list_id"])
        if best is None or _rank(version) > _rank(best):
            chosen[version["list_id"]] = version
    return tuple(chosen[list_id] for list_id in sorted(chosen))


def is_whole(root: Path, version: Version, tables: Iterable[str] = TABLES) -> bool:
    """Tell whether files of a version are there with the digests that the manifest gives them."""
    folder, digests = root / version["version_id"], version["tables"]
    try:
        return all(file_sha256(folder / table) == digests[table] for table in tables)
    except OSError:
        return False


def _rank(version: Version) -> tuple[bool, str, int]:
    return version["format"] != EXTRACT, version["list_date"], version["sequence"]


def _is_version(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("tables"), dict):
        return False
    return (
        all(isinstance(entry.get(key), str) for key in _TEXTS)
        and isinstance(entry.get("sequence"), int)
        and all(isinstance(entry["tables"].get(table), str) for table in TABLES)
    )
