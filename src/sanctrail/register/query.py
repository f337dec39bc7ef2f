"""Asking the register: what the lists say on a day, from tables whose digests are checked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sanctrail.addresses import canonical
from sanctrail.errors import InputError, RegisterError, UnreadableFile
from sanctrail.ground.engine import DuckEngine, Engine
from sanctrail.ground.store import MANIFEST
from sanctrail.lists.forms import FACTS
from sanctrail.register.layout import FACTS_OF_TABLE, fact_sql
from sanctrail.register.manifest import FOLDER, Version, chain_of, is_whole, read_versions
from sanctrail.register.views import ListView, views_of
from sanctrail.text.dates import parse_date

Key = tuple[str, str]
"""(list_id, listing_id): two lists of one publisher may bear the same listing id."""

_OF_LISTING = ("gender", "remark", "listing date")
"""Facts that stand in the listings table itself, and may come from an earlier version."""


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
    """Every list of a workspace as it stood on a day, opened for reading.

    `as_of` is an ISO day; without one, the latest state. `views` are the lists in force then,
    `current` the version of each that decides who is listed.
    """

    def __init__(self, workspace: Path, as_of: str = "") -> None:
        self.root = workspace / FOLDER
        versions = read_versions(self.root)
        if not versions:
            raise RegisterError(
                f"{workspace}: this workspace holds no lists yet. "
                "Load some with: sanctrail lists load FILE..."
            )
        self.as_of = _day(as_of)
        self.versions: tuple[Version, ...] = tuple(versions)
        self.views: tuple[ListView, ...] = views_of(self.versions, self.as_of)
        if not self.views:
            first = min(version["list_date"] for version in self.versions)
            raise RegisterError(
                f"{workspace}: no list is held that is as old as {self.as_of}; the oldest version "
                f"is of {first}. Ask for a later day, or load older versions."
            )
        self.current: tuple[Version, ...] = tuple(view.base for view in self.views)

    @cached_property
    def engine(self) -> Engine:
        """The engine that answers, opened with the first question and closed with the register."""
        return DuckEngine()

    def rows(self, table: str, parties: Collection[str] | None = None) -> list[dict[str, Any]]:
        """Return the rows of one table over all lists, in list and file order.

        Only of the listing ids in `parties`, where given. Each row also has its list's id and
        date. Parties that a list marks as lifted are left out.
        """
        views = self.views if parties is None else self._of_regimes(parties)
        return [row for view in views for row in self._of(view, table, parties)]

    def _of_regimes(self, parties: Collection[str]) -> list[ListView]:
        """Return the lists that can have these parties: an id begins with its regime."""
        regimes = {listing_id.partition(":")[0] for listing_id in parties}
        return [view for view in self.views if view.base["regime"] in regimes]

    def listings(self, parties: Collection[str] | None = None) -> dict[Key, dict[str, Any]]:
        """Return the listings by list and id."""
        return {_key(row): row for row in self.rows("listings", parties)}

    def by_party(self, table: str) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of one table grouped by listing id, from all lists that bear the id."""
        grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows(table):
            grouped[row["listing_id"]].append(row)
        return grouped

    def countries_by_party(self) -> dict[str, list[dict[str, Any]]]:
        """Return every country tied to a party, by nationality, flag, address or birth."""
        grouped = self.by_party("countries")
        for row in self.rows("addresses"):
            if row["country"]:
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
        parties = {row["listing_id"] for row in rows}
        listings = self.listings(parties)
        names = self._names_of(parties)
        return [_wallet(row, listings[_key(row)], names[_key(row)]) for row in rows]

    def chain(self, list_id: str) -> list[Version]:
        """Return the full versions of a list in their order, until the day asked about."""
        chain = chain_of(self.versions, list_id)
        return [one for one in chain if not self.as_of or one["list_date"] <= self.as_of]

    def read(
        self, version: Version, table: str, sql: str, parameters: Iterable[Any] = ()
    ) -> list[dict[str, Any]]:
        """Run a query over one table of one version, named `this` in it, once it is found whole."""
        self._check(version, table)
        try:
            self.engine.register("this", [self.root / version["version_id"] / f"{table}.parquet"])
            rows = self.engine.fetch(sql, tuple(parameters))
        except UnreadableFile as error:
            raise self._damaged(version, table) from error
        return rows

    def ids_where(self, table: str, condition: str, parameters: Iterable[Any]) -> list[str]:
        """Return the listing ids of one table's rows over all lists that meet an SQL condition.

        In one question to the engine, so that it costs the same for one list and for twenty.
        """
        files = []
        for view in self.views:
            of_base = (view.base, *view.layers)
            for version in of_base if table == "listings" else view.versions:
                self._check(version, table)
                files.append(self.root / version["version_id"] / f"{table}.parquet")
        self.engine.register("this", files)
        sql = f"SELECT DISTINCT listing_id FROM this WHERE {condition} ORDER BY ALL"  # noqa: S608
        return [row["listing_id"] for row in self.engine.fetch(sql, tuple(parameters))]

    def _check(self, version: Version, table: str) -> None:
        """Raise `RegisterError` unless a table of a version is whole."""
        if not is_whole(self.root, version, [f"{table}.parquet"]):
            raise self._damaged(version, table)

    def _damaged(self, version: Version, table: str) -> RegisterError:
        path = self.root / version["version_id"] / f"{table}.parquet"
        return RegisterError(
            f"{path}: this table of the register is missing or damaged. Load the list again with: "
            f"sanctrail lists load {version['file']}"
        )

    def _of(
        self, view: ListView, table: str, parties: Collection[str] | None
    ) -> list[dict[str, Any]]:
        rows = (
            self._listing_rows(view, parties)
            if table == "listings"
            else self._fact_rows(view, table, parties)
        )
        about = {"list_id": view.list_id, "list_date": view.base["list_date"]}
        return [{**row, **about} for row in rows]

    def _listing_rows(
        self, view: ListView, parties: Collection[str] | None
    ) -> list[dict[str, Any]]:
        listed, of_parties = _within("SELECT * FROM this WHERE NOT delisted", parties)
        rows = self.read(view.base, "listings", listed, of_parties)
        older = {fact: view.sources[fact] for fact in _OF_LISTING}
        for fact, version in older.items():
            if version["version_id"] == view.base["version_id"]:
                continue
            columns = f"SELECT listing_id, {_COLUMNS[fact]} FROM this"  # noqa: S608 - ours
            sql, parameters = _within(columns, parties)
            said = {
                row["listing_id"]: row for row in self.read(version, "listings", sql, parameters)
            }
            for row in rows:
                row.update(said.get(row["listing_id"], {}))
        known = self._ids(view.base) if view.layers else set()
        for layer in view.layers:
            found = self.read(layer, "listings", listed, of_parties)
            rows += [row for row in found if row["listing_id"] not in known]
            known |= self._ids(layer)
        return rows

    def _fact_rows(
        self, view: ListView, table: str, parties: Collection[str] | None
    ) -> list[dict[str, Any]]:
        facts_from: dict[str, list[str]] = defaultdict(list)
        for fact in FACTS_OF_TABLE.get(table, FACTS):
            facts_from[view.sources[fact]["version_id"]].append(fact)
        alone = set(facts_from) == {view.base["version_id"]} and not view.fallbacks
        if table == "problems" or alone:
            return self._whole(view, table, parties)
        listed = self._listed(view)
        rows: list[dict[str, Any]] = []
        for version in view.versions:
            facts = facts_from.get(version["version_id"])
            if facts is None:
                continue
            sql = f"SELECT * FROM this WHERE {fact_sql(table)} IN (SELECT unnest(?))"  # noqa: S608
            sql, parameters = _within(sql, parties)
            found = self.read(version, table, sql, [facts, *parameters])
            rows.extend(row for row in found if row["listing_id"] in listed)
        return rows + self._not_cut(view, table, parties, rows)

    def _not_cut(
        self,
        view: ListView,
        table: str,
        parties: Collection[str] | None,
        rows: list[dict[str, Any]],
    ) -> list[dict[str, Any]]:
        """Return what an earlier version says of entries that a source cuts short.

        A wallet behind the cut has not ended: a desk must not go blind by a shorter layout.
        """
        said = {str(row) for row in rows}
        found: list[dict[str, Any]] = []
        for fact in FACTS_OF_TABLE.get(table, FACTS):
            whole = view.fallbacks.get(fact)
            if whole is None:
                continue
            cut = "SELECT listing_id FROM this WHERE NOT delisted AND list_contains(cut, ?)"
            entries = {
                row["listing_id"] for row in self.read(view.sources[fact], "listings", cut, [fact])
            }
            entries &= set(parties) if parties is not None else entries
            sql = f"SELECT * FROM this WHERE {fact_sql(table)} = ?"  # noqa: S608
            sql, parameters = _within(sql, entries)
            earlier = self.read(whole, table, sql, [fact, *parameters]) if entries else []
            found.extend(row for row in earlier if str(row) not in said)
        return found

    def _whole(
        self, view: ListView, table: str, parties: Collection[str] | None
    ) -> list[dict[str, Any]]:
        if table == "problems":
            return self.read(view.base, table, "SELECT * FROM this")
        sql, parameters = _within("SELECT * FROM this WHERE true", parties)
        rows = self.read(view.base, table, sql, parameters)
        if view.base["delisted"]:
            listed = self._listed(view)
            rows = [row for row in rows if row["listing_id"] in listed]
        known = self._ids(view.base) if view.layers else set()
        for layer in view.layers:
            found = self.read(layer, table, sql, parameters)
            rows += [row for row in found if row["listing_id"] not in known]
            known |= self._ids(layer)
        return rows

    def _listed(self, view: ListView) -> set[str]:
        return self._ids(view.base, "WHERE NOT delisted")

    def _ids(self, version: Version, condition: str = "") -> set[str]:
        sql = f"SELECT listing_id FROM this {condition}"  # noqa: S608
        return {row["listing_id"] for row in self.read(version, "listings", sql)}

    def _names_of(self, wanted: Collection[str]) -> dict[Key, list[str]]:
        names: dict[Key, list[str]] = defaultdict(list)
        for row in self.rows("names", wanted):
            if row["kind"] in ("primary", "script"):
                names[_key(row)].append(row["name"])
        return names


_COLUMNS: Mapping[str, str] = {
    "gender": "gender",
    "remark": "remarks",
    "listing date": "listed_on, listed_basis, amended_on",
}


def _within(sql: str, parties: Collection[str] | None) -> tuple[str, list[Any]]:
    if parties is None:
        return sql, []
    joint = " AND " if " WHERE " in sql else " WHERE "
    return f"{sql}{joint}listing_id IN (SELECT unnest(?))", [sorted(parties)]


def has_register(workspace: Path) -> bool:
    """Tell whether lists were ever loaded into the workspace."""
    return (workspace / FOLDER / MANIFEST).exists()


def _day(text: str) -> str:
    if not text:
        return ""
    day = parse_date(text)
    if day is None or day.precision != "day":
        raise InputError(f"--as-of '{text}' is no day. Write it as 2021-03-12.")
    return day.earliest


def _key(row: Mapping[str, Any]) -> Key:
    return row["list_id"], row["listing_id"]


def _wallet(
    row: Mapping[str, Any], listing: Mapping[str, Any], names: Iterable[str]
) -> RegisteredWallet:
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
