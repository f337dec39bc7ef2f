"""The joining kept on disk beside the register: made once for each state of it, opened by all.

It lies in the workspace's `parties` folder under a digest of the versions, the decisions and the
code that it was made from, so that it never answers for another state. Deleting it loses the time
to make it, and who came first among the parties: their ids are then those of a first build.
"""

import contextlib
import shutil
import sys
from collections.abc import Collection, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import sanctrail
from sanctrail.errors import UnreadableFile
from sanctrail.ground.store import (
    MANIFEST,
    exclusive,
    file_sha256,
    is_own,
    read_manifest,
    staging,
    sweep,
    write_json,
)
from sanctrail.parties.decisions import FILE, read_decisions
from sanctrail.parties.joined import Join, Parties, held_until
from sanctrail.register import Register

FOLDER = "parties"
LAYOUT = 1
KEPT = 4
"""Joinings that stay beside a new one."""
_ROOMS = ("text", "names", "evidence", "parties")
_TABLES = ("listings", "pairs", "joins")


def open_parties(register: Register) -> Parties:
    """Return the parties of all listings held until the register's day, joined first if need be.

    So an answer as of a day is the same whatever is loaded later. Raises `InputError` where the
    decisions of the workspace cannot be read.
    """
    workspace = register.root.parent
    root, key = workspace / FOLDER, parties_key(register)
    with contextlib.suppress(UnreadableFile):
        return _opened(register, root / key)
    try:
        with exclusive(root):
            with contextlib.suppress(UnreadableFile):  # another process may have made it
                return _opened(register, root / key)
            _make_into(root, key, register)
        return _opened(register, root / key)
    except OSError:  # a workspace that cannot be written is asked all the same
        from sanctrail.parties.build import build  # noqa: PLC0415

        return build(register, read_decisions(workspace)).parties()


def parties_key(register: Register) -> str:
    """Return the digest that names the joining of all that a register held until its day."""
    versions = sorted(version["version_id"] for version in held_until(register))
    decisions = register.root.parent / FILE
    decided = decisions.read_bytes() if decisions.is_file() else b""
    parts = [str(LAYOUT), code_digest(), sha256(decided).hexdigest(), *versions]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def code_digest() -> str:
    """Return a digest of the code and the tables that decide what is joined."""
    package = Path(sanctrail.__file__).parent
    sources = [path for room in _ROOMS for path in sorted((package / room).glob("*.py"))]
    sources += [*sorted((package / "data" / "names").iterdir()), package / "data/programmes.toml"]
    return sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _opened(register: Register, folder: Path) -> Parties:
    """Return the parties kept in a folder; what they rest on is read when it is asked for."""
    _check_whole(folder, ("listings", "joins"))
    engine, joins = register.engine, f"parties_joins_{folder.name}"
    engine.register("parties_listings", [folder / "listings.parquet"])
    engine.register(joins, [folder / "joins.parquet"])
    rows = engine.fetch("SELECT listing_id, party_id FROM parties_listings WHERE party_id <> ''")
    party_of = {row["listing_id"]: row["party_id"] for row in rows}
    return Parties(
        party_of,
        lambda ids: _joins(register, joins, "made", ids),
        lambda ids: _joins(register, joins, "undecided", ids),
    )


def _check_whole(folder: Path, tables: Iterable[str]) -> None:
    """Raise `UnreadableFile` unless tables of a folder have the digests of its manifest."""
    digests = (read_manifest(folder) or {}).get("tables")
    try:
        whole = isinstance(digests, dict) and all(
            file_sha256(folder / f"{table}.parquet") == digests.get(table) for table in tables
        )
    except OSError:
        whole = False
    if not whole:
        raise UnreadableFile(f"{folder}: no parties are kept there, or not whole.")


def _joins(register: Register, table: str, state: str, ids: Collection[str] | None) -> list[Join]:
    sql = f'SELECT a, b, basis, score, reasons FROM "{table}" WHERE state = ?'  # noqa: S608
    parameters: list[Any] = [state]
    if ids is not None:
        sql += " AND (a IN (SELECT unnest(?)) OR b IN (SELECT unnest(?)))"
        parameters += [list(ids), list(ids)]
    rows = register.engine.fetch(sql, parameters)
    return [Join(r["a"], r["b"], r["basis"], r["score"], tuple(r["reasons"])) for r in rows]


def _make_into(root: Path, key: str, register: Register) -> None:
    from sanctrail.parties.build import Remembered, build  # noqa: PLC0415 - it loads kernels
    from sanctrail.parties.kept import read_built, read_since, write_built  # noqa: PLC0415

    workspace = register.root.parent
    last, code = _last_made(root)
    before = remembered = None
    if last:
        with contextlib.suppress(UnreadableFile):
            _check_whole(root / last, ("listings",))
            remembered = Remembered(*read_since(root / last))
            _check_whole(root / last, _TABLES)
            before = read_built(root / last) if code == code_digest() else None
    if sys.stderr.isatty():
        sys.stderr.write("Joining the listings of all lists into parties ...\n")
    built = build(register, read_decisions(workspace), before, remembered)
    with staging(root / key) as fresh:
        write_built(fresh, built)
        shutil.rmtree(root / key, ignore_errors=True)
        fresh.rename(root / key)
    if not register.as_of:  # what was known on a day is not what is known
        write_json(root / MANIFEST, {"layout": LAYOUT, "code": code_digest(), "current": key})
        last = key
    sweep(root, keep={key, last, *_recent(root)})


def _recent(root: Path) -> list[str]:
    """Return the last joinings made: of other days, or of a state that others still read."""
    folders = [one for one in root.iterdir() if is_own(one) and not one.name.startswith(".")]
    folders.sort(key=lambda one: one.stat().st_mtime, reverse=True)
    return [one.name for one in folders[:KEPT]]


def _last_made(root: Path) -> tuple[str, str]:
    """Return the folder of the last joining and the digest of its code; empty where unknown."""
    try:
        manifest = read_manifest(root) or {}
    except UnreadableFile:  # joining from scratch mends it
        manifest = {}
    return str(manifest.get("current", "")), str(manifest.get("code", ""))
