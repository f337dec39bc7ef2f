"""Asking the register: which versions it holds, whose wallet this is, all names to screen."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanctrail.addresses import canonical
from sanctrail.errors import RegisterError, UnreadableFile
from sanctrail.ground.engine import DuckEngine, Engine
from sanctrail.ground.store import MANIFEST
from sanctrail.register.manifest import (
    FOLDER,
    Version,
    current_versions,
    is_whole,
    read_versions,
)

Key = tuple[str, str]
"""(list_id, listing_id): two lists of one publisher may bear the same listing id."""


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
        versions = read_versions(root)
        if not versions:
            raise RegisterError(
                f"{workspace}: this workspace holds no lists yet. "
                "Load some with: sanctrail lists load FILE..."
            )
        self._root = root
        self.versions: tuple[Version, ...] = tuple(versions)
        self.current = current_versions(self.versions)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of one table over the current versions, in list and file order.

        Each row also has its list's id and date.
        """
        with DuckEngine() as engine:
            return [row for version in self.current for row in self._read(engine, version, table)]

    def listings(self) -> dict[Key, dict[str, Any]]:
        """Return the current listings by list and id."""
        return {_key(row): row for row in self.rows("listings")}

    def by_party(self, table: str) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of one table grouped by listing id, from all lists that bear the id."""
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
        names = self._names_of({_key(row) for row in rows})
        return [_wallet(row, listings[_key(row)], names[_key(row)]) for row in rows]

    def _names_of(self, wanted: set[Key]) -> dict[Key, list[str]]:
        names: dict[Key, list[str]] = defaultdict(list)
        for row in self.rows("names"):
            if _key(row) in wanted and row["kind"] in ("primary", "script"):
                names[_key(row)].append(row["name"])
        return names

    def _read(self, engine: Engine, version: Version, table: str) -> list[dict[str, Any]]:
        path = self._root / version["version_id"] / f"{table}.parquet"
        damaged = RegisterError(
            f"{path}: this table of the register is missing or damaged. Load the list again with: "
            f"sanctrail lists load {version['file']}"
        )
        if not is_whole(self._root, version, [path.name]):
            raise damaged
        try:
            engine.register(table, [path])
            rows = engine.run(f'SELECT * FROM "{table}"').to_pylist()  # noqa: S608
        except UnreadableFile as error:
            raise damaged from error
        about = {"list_id": version["list_id"], "list_date": version["list_date"]}
        return [{**row, **about} for row in rows]


def has_register(workspace: Path) -> bool:
    """Tell whether lists were ever loaded into the workspace."""
    return (workspace / FOLDER / MANIFEST).exists()


def _key(row: dict[str, Any]) -> Key:
    return row["list_id"], row["listing_id"]


def _wallet(row: dict[str, Any], listing: dict[str, Any], names: Iterable[str]) -> RegisteredWallet:
    return RegisteredWallet(
        listing_id=row["listing_id"],
        regime=listing["regime"],
        list_id=listing["list_id"],
        list_date=listing["list_date"],
        primary_name=listing["primary_name"],
        names=tuple(names),
        programmes=tuple(listing["programmes"]),
        listed_on=listing["listed_on"],
        asset=row["asset"],
        address=row["address"],
        comparable=row["comparable"],
    )
