"""A source: one file, or files that only together tell transactions, on its way into a ledger."""

import contextlib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sanctrail.errors import UnreadableFile
from sanctrail.ground.inputs import FileDigest, InputStream, open_input
from sanctrail.ground.store import file_sha256
from sanctrail.ledger.batches import AccountBatch, Told, UtxoBatch

Batch = UtxoBatch | AccountBatch


@dataclass(frozen=True, slots=True)
class Head:
    """A file as far as it must be known to tell its format: name, first bytes (unpacked)."""

    path: Path
    name: str
    data: bytes


@dataclass(slots=True)
class Source:
    """Files of one format, read together; what is said of them gathers in `told`.

    `options` are the user's: `layout` (path), `network`, `height`, `token` and so on.
    """

    files: tuple[Path, ...]
    told: Told = field(default_factory=Told)
    options: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    """Data rows (or transactions, in block files) that each file gave, by the file's name."""

    @contextlib.contextmanager
    def open(self, path: Path) -> Iterator[InputStream]:
        """Open one of the files as a stream of unpacked bytes (gzip, bzip2, xz, zip)."""
        with open_input(path, large=True) as stream:
            yield stream

    def counted(self, name: str, rows: int) -> None:
        """Say how many data rows a file gave, good and bad."""
        self.rows[name] = self.rows.get(name, 0) + rows


@dataclass(frozen=True, slots=True)
class Format:
    """One format: how it is recognised, how its files are grouped and how they are read."""

    name: str
    family: str
    """`utxo` or `account`."""
    about: str
    """One line for `--help` and docs."""
    matches: Callable[[Head], bool]
    """Tell whether a file is of this format; must be sure, since others are asked too."""
    read: Callable[[Source], Iterator[Batch]]
    """Yield batches of some 100,000 rows, the same ones at every reading."""
    together: bool = False
    """Whether all files given are one source (block files, tables of one export)."""
    gathered: Callable[[Sequence[Path]], list[Path]] = list
    """Return the files with those that belong to them and lie beside them."""


def unreadable(name: str, where: str, what: str) -> UnreadableFile:
    """Return the error of a file that cannot be read further: what, where, next step."""
    return UnreadableFile(f"{name}, {where}: {what}. Fetch the file again; nothing was changed.")


def head_of(path: Path) -> Head:
    """Return a file's first unpacked bytes; of an archive of several files, the archive's own."""
    if is_archive(path):
        with path.open("rb") as file:
            return Head(path, path.name, file.read(_HEAD))
    with open_input(path, large=True) as stream:
        return Head(path, path.name, stream.head())


def is_archive(path: Path) -> bool:
    """Tell a zip file of several files, which only some formats come in."""
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PK\x03\x04":
                return False
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile, NotImplementedError):
        return False
    return len(names) > 1 and "[Content_Types].xml" not in names and "mimetype" not in names


def digest_of(path: Path) -> FileDigest:
    """Return the digest of a file's unpacked bytes; of an archive, that of the archive itself."""
    if is_archive(path):
        return FileDigest(path.name, file_sha256(path), path.stat().st_size)
    with open_input(path, large=True) as stream:
        return stream.digest()


_HEAD = 4096


def first_line(head: Head) -> str:
    """Return the first line of a text file, empty where it is none."""
    with contextlib.suppress(UnicodeDecodeError):
        return head.data.split(b"\n", 1)[0].decode("utf-8-sig").strip()
    return ""


def columns_of(head: Head, delimiter: str = ",") -> list[str]:
    """Return the column names in the first line of a delimited file."""
    return [name.strip().strip('"') for name in first_line(head).split(delimiter)]


Formats = Sequence[Format]
