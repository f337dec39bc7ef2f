"""Listings that are no longer in force: which version had them last, and their profiles then."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sanctrail.parties.joined import held_until
from sanctrail.parties.profiles import TABLES, Profile, called_by, profiles_from
from sanctrail.register import Register
from sanctrail.register.manifest import Version, in_order

Past = Mapping[str, str]
"""Listing ids that are no longer in force, each with the version that had it last."""


def past_listings(register: Register, in_force: Mapping[str, Profile]) -> dict[str, str]:
    """Return every listing id that a version had and none in force has, with its last version."""
    last: dict[str, str] = {}
    for version in in_order(held_until(register)):
        for listing_id in _ids_of(register, version):
            if listing_id not in in_force:
                last[listing_id] = version["version_id"]
    return last


def _ids_of(register: Register, version: Version) -> list[str]:
    sql = "SELECT DISTINCT listing_id FROM this WHERE NOT delisted ORDER BY ALL"
    return [row["listing_id"] for row in register.read(version, "listings", sql)]


def past_profiles(register: Register, wanted: Past) -> dict[str, Profile]:
    """Return the profiles of listings as their last version has them.

    A fact that its layout cannot carry is not looked for in earlier versions: of a party that
    left the list long ago the names and births of its last day do.
    """
    of_version: dict[str, list[str]] = defaultdict(list)
    for listing_id, version_id in wanted.items():
        of_version[version_id].append(listing_id)
    found: dict[str, Profile] = {}
    for version in held_until(register):
        ids = of_version.get(version["version_id"])
        if ids:
            tables = {table: _rows(register, version, table, ids) for table in TABLES}
            found.update(profiles_from(tables, called_by(tables["listings"])))
    return found


def _rows(register: Register, version: Version, table: str, ids: list[str]) -> list[dict[str, Any]]:
    sql = "SELECT * FROM this WHERE listing_id IN (SELECT unnest(?))"
    rows = register.read(version, table, sql, [ids])
    return [{**row, "list_id": version["list_id"]} for row in rows]
