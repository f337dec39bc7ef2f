"""The register's manifest: which versions are held, in which order they stand, and if whole."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sanctrail.errors import RegisterError, UnreadableFile
from sanctrail.ground.store import file_sha256, read_manifest
from sanctrail.lists.forms import FORMS
from sanctrail.register.layout import TABLES as TABLE_NAMES

FOLDER = "register"
FORMAT = 2
TABLES = tuple(f"{name}.parquet" for name in TABLE_NAMES)

Version = dict[str, Any]
"""A version's entry in the manifest."""

_TEXTS = ("version_id", "list_id", "regime", "format", "list_date", "generated", "file", "sha256")
_NUMBERS = ("sequence", "cut", "parties")


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


def rank(version: Version) -> tuple[str, int, str, int]:
    """Order the versions of one list: by its own date, then by how much the form carries.

    Of two in one form and of one date the one published later counts, and where the list does
    not give the moment, the one loaded later: a publisher corrects a list that way.
    """
    form = FORMS[version["format"]]
    return version["list_date"], form.rank, version["generated"], version["sequence"]


def in_order(versions: Iterable[Version]) -> list[Version]:
    """Return versions by list, those of one list in their order."""
    return sorted(versions, key=lambda version: (version["list_id"], rank(version)))


def is_partial(version: Version) -> bool:
    """Tell whether a version is less than its whole list, so that absence means nothing."""
    return FORMS[version["format"]].partial


def chain_of(versions: Iterable[Version], list_id: str) -> list[Version]:
    """Return the full versions of a list in their order: its history."""
    return [one for one in in_order(versions) if one["list_id"] == list_id and not is_partial(one)]


def is_whole(root: Path, version: Version, tables: Iterable[str] = TABLES) -> bool:
    """Tell whether files of a version are there with the digests that the manifest gives them."""
    folder, digests = root / version["version_id"], version["tables"]
    try:
        return all(file_sha256(folder / table) == digests[table] for table in tables)
    except OSError:
        return False


def _is_version(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("tables"), dict):
        return False
    return (
        all(isinstance(entry.get(key), str) for key in _TEXTS)
        and all(isinstance(entry.get(key), int) for key in _NUMBERS)
        and entry["format"] in FORMS
        and isinstance(entry.get("changes"), dict | None)
        and all(isinstance(entry["tables"].get(table), str) for table in TABLES)
    )
