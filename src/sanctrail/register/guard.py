"""What keeps a desk from going blind: a new version that lacks too much is held back."""

from collections.abc import Mapping
from pathlib import Path

from sanctrail.errors import HeldVersion
from sanctrail.ground.engine import DuckEngine
from sanctrail.lists.forms import LISTS
from sanctrail.register.manifest import Version, chain_of

MAX_DROP = 0.05
"""Share of a list's parties, names or wallets that a new version may lack unasked."""


def refuse_drops(root: Path, held: Mapping[str, Version], known: Mapping[str, Version]) -> None:
    """Raise `HeldVersion` if a new version lacks too much of its list.

    The newest is compared with the one before it and with the newest that was held before the
    load, so that two short files make none the right one. One in between is compared with
    what both its neighbours have. A list that takes another's place is compared with that one.
    """
    for list_id in sorted({version["list_id"] for version in known.values()}):
        chain = chain_of(known.values(), list_id)
        before = [version for version in chain if version["version_id"] in held]
        for number, version in enumerate(chain):
            if version["version_id"] in held:
                continue
            if number == len(chain) - 1:
                for older in {v["version_id"]: v for v in (*chain[-2:-1], *before[-1:])}.values():
                    _refuse_end(root, older, version)
            elif number:
                _refuse_between(root, chain[number - 1], version, chain[number + 1])
        if chain and not before:
            _refuse_succession(chain[-1], known)


def _refuse_end(root: Path, older: Version, newer: Version) -> None:
    were = _listed(root, older)
    _hold(newer, older, "parties", len(were - _listed(root, newer)), len(were))
    if older["format"] == newer["format"] and not newer["cut"]:
        for what in ("names", "wallets"):
            _hold(newer, older, what, older[what] - newer[what], older[what])


def _refuse_between(root: Path, older: Version, newer: Version, next_one: Version) -> None:
    stayed = _listed(root, older) & _listed(root, next_one)
    _hold(newer, older, "parties", len(stayed - _listed(root, newer)), len(stayed))


def _refuse_succession(newest: Version, known: Mapping[str, Version]) -> None:
    for predecessor in (one for one in LISTS.values() if one.successor == newest["list_id"]):
        for older in chain_of(known.values(), predecessor.list_id)[-1:]:
            lost = older["parties"] - newest["parties"]
            _hold(newest, older, "parties", lost, older["parties"])


def _hold(newer: Version, older: Version, what: str, lost: int, of: int) -> None:
    if lost > MAX_DROP * of:
        raise HeldVersion(
            f"{newer['file']}: this version of {newer['list_id']} ({newer['list_date']}) lacks "
            f"{lost:,} of the {of:,} {what} of {older['list_id']} of {older['list_date']}, more "
            f"than {MAX_DROP:.0%}. It may be cut short. If the publisher did remove them, load it "
            "with --accept-drop; nothing was changed."
        )


def _listed(root: Path, version: Version) -> set[str]:
    with DuckEngine() as engine:
        engine.register("listings", [root / version["version_id"] / "listings.parquet"])
        rows = engine.fetch("SELECT listing_id FROM listings WHERE NOT delisted")
        return {row["listing_id"] for row in rows}
