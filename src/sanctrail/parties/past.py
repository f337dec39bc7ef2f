"""Listings that are no longer in force: which version had them last, and their profiles then."""

from collections import defaultdict
from collections.abc import Mapping

from sanctrail.parties.profiles import Profile, profiles_of
from sanctrail.register import Register
from sanctrail.register.manifest import Version, in_order

Past = Mapping[str, str]
"""Listing ids that are no longer in force, each with the version that had it last."""


def past_listings(register: Register, in_force: Mapping[str, Profile]) -> dict[str, str]:
    """Return every listing id that a version held has and none in force, with its last version."""
    last: dict[str, str] = {}
    for version in in_order(register.versions):
        for listing_id in _ids_of(register, version):
            if listing_id not in in_force:
                last[listing_id] = version["version_id"]
    return last


def _ids_of(register: Register, version: Version) -> list[str]:
    rows = register.read(version, "listings", "SELECT DISTINCT listing_id FROM this ORDER BY ALL")
    return [row["listing_id"] for row in rows]


def past_profiles(register: Register, wanted: Past) -> dict[str, Profile]:
    """Return the profiles of listings as they stood on the day of their last version.

    One that its list marks as lifted in every version held has no day on which it stood; it is
    left out, for nothing can have been asked about it.
    """
    days = {version["version_id"]: version["list_date"] for version in register.versions}
    by_day: dict[str, list[str]] = defaultdict(list)
    for listing_id, version_id in wanted.items():
        by_day[days[version_id]].append(listing_id)
    found: dict[str, Profile] = {}
    for day, ids in sorted(by_day.items()):
        then = Register(register.root.parent, day)
        found.update(profiles_of(then, ids))
    return found
