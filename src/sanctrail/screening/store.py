"""The index on disk: built once for each state of the register, mapped, shared by processes.

It lies in the workspace's `index` folder under a digest of the versions it was built from and of
the code that built it, so that an index never answers for another state. It holds nothing that
the register does not; deleting it loses nothing but the seconds to build it.
"""

import contextlib
import shutil
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail import evidence
from sanctrail.errors import UnreadableFile
from sanctrail.ground.arrays import map_arrays, write_arrays
from sanctrail.ground.kernel import kernels_digest
from sanctrail.ground.memory import collector_resting
from sanctrail.ground.store import exclusive, staging
from sanctrail.names.kinds import tables_digest
from sanctrail.names.likeness import WordTable
from sanctrail.names.neighbours import KeyTable
from sanctrail.names.prepare import prepare
from sanctrail.parties.store import open_parties, parties_key
from sanctrail.register import Register
from sanctrail.screening.index import name_arrays
from sanctrail.screening.parties import (
    ListedName,
    Party,
    name_from,
    party_from,
    read_names,
    read_parties,
    to_bytes,
)
from sanctrail.screening.search import NameArrays

FOLDER = "index"
LAYOUT = 2
WALLET = "wallet"
KEPT = 4
"""Indexes that stay beside a new one: of other days, or of a register that others still read."""

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class NameIndex:
    """A register's names and parties, ready to be searched.

    Names are numbered in the order of the lists: `row_form` is the form of each, `row_party` its
    party; `form_rows[form_start[f]:form_start[f + 1]]` are the names that have a form.
    """

    names: NameArrays
    key: str
    columns: Mapping[str, npt.NDArray[Any]]

    def rows_of(self, form: int) -> list[int]:
        """Return the numbers of the names that have a form."""
        first, end = self.columns["rows_start"][form : form + 2].tolist()
        rows: list[int] = self.columns["rows"][first:end].tolist()
        return rows

    def party_of(self, row: int) -> int:
        """Return the number of the party that bears a name."""
        return int(self.columns["row_party"][row])

    def party(self, number: int) -> Party:
        """Return a party by its number."""
        return party_from(self._line("parties", number))

    def name(self, row: int) -> ListedName:
        """Return a name by its number."""
        return name_from(self._line("listed", row))

    def filed_under(self, sort: str, number: str) -> list[int]:
        """Return the parties filed where an identifier would be; the caller must look."""
        hashes = self.columns["number_hash"]
        wanted = np.uint32(number_hash(sort, number))
        first = int(np.searchsorted(hashes, wanted, "left"))
        end = int(np.searchsorted(hashes, wanted, "right"))
        found: list[int] = self.columns["number_party"][first:end].tolist()
        return found

    def _line(self, table: str, number: int) -> bytes:
        first, end = self.columns[f"{table}_start"][number : number + 2].tolist()
        return bytes(self.columns[table][first:end])


def open_index(register: Register) -> NameIndex:
    """Return the index of the register's present view, built first where there is none yet."""
    key = index_key(register)
    root = register.root.parent / FOLDER
    with contextlib.suppress(UnreadableFile):
        return _opened(root / key, key)
    try:
        with exclusive(root):
            with contextlib.suppress(UnreadableFile):  # another process may have built it
                return _opened(root / key, key)
            _build_into(root, key, register)
        return _opened(root / key, key)
    except OSError:  # a workspace that cannot be written is screened all the same
        columns = _built(register)
        return NameIndex(_names_from(columns), key, columns)


def index_key(register: Register) -> str:
    """Return the digest that names the index of a register's view."""
    versions = sorted({v["version_id"] for view in register.views for v in view.versions})
    bases = [view.base["version_id"] for view in register.views]
    code = (kernels_digest(), tables_digest(), _room_digest())
    parts = [str(LAYOUT), *code, parties_key(register), *bases, "", *versions]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def _room_digest() -> str:
    """Return a digest of the code that decides what is held of a party."""
    rooms = (Path(__file__).parent, Path(evidence.__file__).parent)
    sources = [source for room in rooms for source in sorted(room.glob("*.py"))]
    return sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def _opened(folder: Path, key: str) -> NameIndex:
    if not folder.exists():
        raise UnreadableFile(f"{folder}: no index there.")
    columns, _ = map_arrays(folder)
    return NameIndex(_names_from(columns), key, columns)


def _build_into(root: Path, key: str, register: Register) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("Making the index of names ...\n")
    with staging(root / key) as fresh:
        write_arrays(fresh, _built(register), {"layout": LAYOUT, "key": key})
        shutil.rmtree(root / key, ignore_errors=True)
        fresh.rename(root / key)
    others = [one for one in root.iterdir() if one.is_dir() and one.name != key]
    others.sort(key=lambda one: one.stat().st_mtime, reverse=True)
    for old in others[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _built(register: Register) -> Arrays:
    with collector_resting():
        parties = read_parties(register, open_parties(register))
        names = read_names(register)
        rows = [
            (number, name)
            for number, party in enumerate(parties)
            for listing_id in party.listing_ids
            for name in names.get(listing_id, ())
        ]
        arrays, form_of = name_arrays(
            [prepare(name.text) for _, name in rows], [party for party, _ in rows]
        )
    columns = _flattened("", arrays)
    order = np.argsort(form_of, kind="stable").astype(np.int32)
    forms = np.arange(len(arrays.form_family) + 1)
    columns["rows"] = order
    columns["rows_start"] = np.searchsorted(form_of[order], forms).astype(np.int32)
    columns["row_party"] = np.array([party for party, _ in rows], dtype=np.int32)
    columns.update(_lines("parties", [to_bytes(party) for party in parties]))
    columns.update(_lines("listed", [to_bytes(name) for _, name in rows]))
    columns.update(_numbers(parties))
    return columns


def _flattened(prefix: str, arrays: NamedTuple) -> Arrays:
    columns: Arrays = {}
    for name, value in arrays._asdict().items():
        if isinstance(value, tuple):
            columns.update(_flattened(f"{prefix}{name}.", value))  # type: ignore[arg-type]
        else:
            columns[f"{prefix}{name}"] = value
    return columns


def _names_from(columns: Mapping[str, npt.NDArray[Any]]) -> NameArrays:
    def part(kind: type[Any], prefix: str) -> Any:
        return kind(*(columns[f"{prefix}{name}"] for name in kind._fields))

    own = {name: columns[name] for name in NameArrays._fields if name in columns}
    return NameArrays(words=part(WordTable, "words."), filed=part(KeyTable, "filed."), **own)


def _lines(table: str, lines: Sequence[bytes]) -> Arrays:
    start = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum([len(line) for line in lines], out=start[1:])
    return {table: np.frombuffer(b"".join(lines), dtype=np.uint8), f"{table}_start": start}


def _numbers(parties: Sequence[Party]) -> Arrays:
    filed = sorted(
        {
            (number_hash(sort, number), k)
            for k, party in enumerate(parties)
            for sort, number in (
                *((sort, number) for sort, number, _ in party.numbers),
                *((WALLET, address) for address in party.wallets),
            )
        }
    )
    return {
        "number_hash": np.array([value for value, _ in filed], dtype=np.uint32),
        "number_party": np.array([party for _, party in filed], dtype=np.int32),
    }


def number_hash(sort: str, number: str) -> int:
    """Return where an identifier is filed; others may be filed there too."""
    return zlib.crc32(f"{sort}:{number}".encode())
