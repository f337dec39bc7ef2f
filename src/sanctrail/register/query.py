"""Asking the register: which versions it holds, whose wallet this is, all names to screen."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanctrail.addresses import canonical
from sanctrail.errors import RegisterError
from sanctrail.ground.engine import DuckEngine
from sanctrail.ground.store import MANIFEST, read_manifest
from sanctrail.register.load import FOLDER, check_format

EXTRACT_FORM = "extract"


@dataclass(frozen=True, slots=True)
class RegisteredWallet:
    """One wallet of one listing, with who lists it, under what and since when.

    `listed_on` is the day the party was listed; lists give no date for the wallet itself.
    """

    listing_id: str
    regime: str
    list_id: str
    list_date: str
    primary_name: str
    names: tuple[str, ...]
    programmes: tuple[str, ...]
    listed_on: str
    asset: str
    address: str
    comparable: str


class Register:
    """The current version of every list in a workspace, opened for reading."""

    def __init__(self, workspace: Path) -> None:
        root = workspace / FOLDER
        manifest = read_manifest(root)
        if manifest is None or not manifest.get("versions"):
            raise RegisterError(
                f"{workspace}: this workspace holds no lists yet. "
                "Load some with: sanctrail lists load FILE..."
            )
        check_format(manifest, root)
        self._root = root
        self.versions: tuple[dict[str, Any], ...] = tuple(manifest["versions"])
        self.current = _current(self.versions)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of one table over the current versions, in list and file order."""
        return [row for _, rows in self._tables(table) for row in rows]

    def listings(self) -> dict[str, dict[str, Any]]:
        """Return the current listings by id, each with its list's id and date."""
        found: dict[str, dict[str, Any]] = {}
        for version, rows in self._tables("listings"):
            about = {"list_id": version["list_id"], "list_date": version["list_date"]}
            for row in rows:
                found[row["listing_id"]] = {**row, **about}
        return found

    def by_listing(self, table: str) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of one table grouped by listing id."""
        grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows(table):
            grouped[row["listing_id"]].append(row)
        return grouped

    def wallets(self, addresses: Iterable[str] | None = None) -> list[RegisteredWallet]:
        """Return listed wallets: all of them, or those equal to one of the addresses."""
        wanted = None if addresses is None else {canonical(address) for address in addresses}
        rows = [
            row for row in self.rows("wallets") if wanted is None or row["comparable"] in wanted
        ]
        if not rows:
            return []
        listings = self.listings()
        names = self._names_of({row["listing_id"] for row in rows})
        return [_wallet(row, listings[row["listing_id"]], names) for row in rows]

    def _names_of(self, listing_ids: set[str]) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for row in self.rows("names"):
            if row["listing_id"] in listing_ids and row["kind"] in ("primary", "script"):
                names[row["listing_id"]].append(row["name"])
        return names

    def _tables(self, table: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
        with DuckEngine() as engine:
            found = []
            for version in self.current:
                path = self._root / version["version_id"] / f"{table}.parquet"
                if not path.exists():
                    raise RegisterError(
                        f"{path}: a table of the register is missing. Load the list again into a "
                        "new workspace, or restore the folder."
                    )
                engine.register(table, [path])
                found.append((version, engine.run(f'SELECT * FROM "{table}"').to_pylist()))  # noqa: S608
            return found


def has_register(workspace: Path) -> bool:
    """Tell whether lists were ever loaded into the workspace."""
    return (workspace / FOLDER / MANIFEST).exists()


def _current(versions: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Choose one version a list: a full one before an extract, then the latest by its own date."""
    chosen: dict[str, dict[str, Any]] = {}
    for version in versions:
        best = chosen.get(version["list_id"])
        if best is None or _rank(version) > _rank(best):
            chosen[version["list_id"]] = version
    return tuple(chosen[list_id] for list_id in sorted(chosen))


def _rank(version: dict[str, Any]) -> tuple[bool, str, str]:
    return version["form"] != EXTRACT_FORM, version["list_date"], version["version_id"]


def _wallet(
    row: dict[str, Any], listing: dict[str, Any], names: dict[str, list[str]]
) -> RegisteredWallet:
    return RegisteredWallet(
        listing_id=row["listing_id"],
        regime=listing["regime"],
        list_id=listing["list_id"],
        list_date=listing["list_date"],
        primary_name=listing["primary_name"],
        names=tuple(names[row["listing_id"]]),
        programmes=tuple(listing["programmes"]),
        listed_on=listing["listed_on"],
        asset=row["asset"],
        address=row["address"],
        comparable=row["comparable"],
    )
