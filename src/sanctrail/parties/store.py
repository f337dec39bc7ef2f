"""The joining kept on disk beside the register: made once for each state of it, opened by all.

It lies in the workspace's `parties` folder under a digest of the versions, the decisions and the
code that it was made from, so that it never answers for another state. Deleting it loses the time
to make it, and who came first among the parties: their ids are then those of a first build.
"""

import contextlib
import shutil
import sys
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

import sanctrail
from sanctrail.errors import UnreadableFile
from sanctrail.ground.store import MANIFEST, exclusive, read_manifest, staging, write_json
from sanctrail.parties.decisions import FILE, read_decisions
from sanctrail.parties.joined import Join, Parties
from sanctrail.register import Register

FOLDER = "parties"
LAYOUT = 1
_ROOMS = ("text", "names", "evidence", "parties")
_TABLES = ("listings", "pairs", "joins")


def open_parties(register: Register) -> Parties:
    """Return the parties of all listings that the register ever held, joined first if need be.

    Raises `InputError` where the decisions of the workspace cannot be read.
    """
    workspace = register.root.parent
    root, key = workspace / FOLDER, parties_key(register)
    with contextlib.suppress(UnreadableFile):
        return _opened(register, root / key)
    try:
        with exclusive(root):
            with contextlib.suppress(UnreadableFile):  # another process may have made it
                return _opened(register, root / key)
            _make_into(root, key, workspace)
        return _opened(register, root / key)
    except OSError:  # a workspace that cannot be written is asked all the same
        from sanctrail.parties.build import build  # noqa: PLC0415

        return build(Register(workspace), read_decisions(workspace)).parties()


def parties_key(register: Register) -> str:
    """Return the digest that names the joining of all that a register holds."""
    versions = sorted(version["version_id"] for version in register.versions)
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
    if read_manifest(folder) is None:
        raise UnreadableFile(f"{folder}: no parties are kept there.")
    engine = register.engine
    for table in ("listings", "joins"):
        engine.register(f"parties_{table}", [folder / f"{table}.parquet"])
    rows = engine.fetch("SELECT listing_id, party_id FROM parties_listings WHERE party_id <> ''")
    party_of = {row["listing_id"]: row["party_id"] for row in rows}
    return Parties(
        party_of, lambda: _joins(register, "made"), lambda: _joins(register, "undecided")
    )


def _joins(register: Register, state: str) -> list[Join]:
    rows = register.engine.fetch(
        "SELECT a, b, basis, score, reasons FROM parties_joins WHERE state = ?", (state,)
    )
    return [Join(r["a"], r["b"], r["basis"], r["score"], tuple(r["reasons"])) for r in rows]


def _make_into(root: Path, key: str, workspace: Path) -> None:
    from sanctrail.parties.build import build  # noqa: PLC0415 - only those who join load kernels
    from sanctrail.parties.kept import read_built, write_built  # noqa: PLC0415

    before = None
    manifest = read_manifest(root) or {}
    if manifest.get("code") == code_digest():
        with contextlib.suppress(UnreadableFile):
            before = read_built(root / str(manifest["current"]))
    if sys.stderr.isatty():
        sys.stderr.write("Joining the listings of all lists into parties ...\n")
    built = build(Register(workspace), read_decisions(workspace), before)
    with staging(root / key) as fresh:
        write_built(fresh, built)
        shutil.rmtree(root / key, ignore_errors=True)
        fresh.rename(root / key)
    write_json(root / MANIFEST, {"layout": LAYOUT, "code": code_digest(), "current": key})
    _sweep(root, keep={key, str(manifest.get("current"))})


def _sweep(root: Path, keep: Iterable[str]) -> None:
    """Remove older joinings; the last one stays for those who still read it."""
    for entry in root.iterdir():
        if entry.is_dir() and entry.name not in keep and len(entry.name) == len("0" * 16):
            shutil.rmtree(entry, ignore_errors=True)
