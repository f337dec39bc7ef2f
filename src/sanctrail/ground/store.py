"""Writing so that a kill at any moment leaves the old state whole.

Bulk data is written into new, immutable files; one small manifest says which of them count. A
write prepares everything beside the old state and then swaps the manifest with one rename,
which the file system does entirely or not at all. What an interrupted write left behind is named by
no manifest and is swept away by the next one.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sanctrail.errors import UnreadableFile

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "manifest.json"
LOCK = ".lock"

_DATA = re.compile(r"(?:.+_.+_.+_)?[0-9a-f]{16}")
_LEFTOVER = re.compile(r"\..+\.[0-9]+\.new")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, document: Any) -> None:
    """Write a JSON document whole or not at all, the same bytes for the same document."""
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=False) + "\n"
    replace_file(path, text.encode())


def replace_file(path: Path, data: bytes) -> None:
    """Write `data` beside `path`, flush it to the disk and rename it over `path`."""
    with replacing(path) as file:
        file.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file beside `path` to write into; once it is whole it takes the place of `path`."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            yield file
            _flush(file)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_table(path: Path, table: "pa.Table") -> str:
    """Write a table as Parquet and return the file's SHA-256."""
    from pyarrow import parquet as pq  # noqa: PLC0415 - only those who write pay for it

    pq.write_table(table, path, compression="zstd", row_group_size=1 << 17)
    with path.open("rb+") as file:
        _flush(file)
    return file_sha256(path)


def read_manifest(folder: Path, name: str = MANIFEST) -> dict[str, Any] | None:
    """Return the folder's manifest, or None where there is none yet."""
    path = folder / name
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"{path}: the manifest cannot be read ({error}). Restore it from a copy, or move the "
            "folder away and load again."
        ) from error
    if not isinstance(document, dict):
        raise UnreadableFile(f"{path}: not a manifest. Move the folder away and load again.")
    return document


@contextlib.contextmanager
def exclusive(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the folder's write lock; a second writer waits. The lock dies with its process.

    Without `wait` a lock that another holds is a `BlockingIOError`. A folder that was made for
    this and holds nothing in the end is taken away again.
    """
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("a+b") as file:
            _lock(file, wait=wait)
            if not _is_still(file, folder / LOCK):  # its last holder took the folder away
                continue
            try:
                yield
            finally:
                _remove_empty(made)
            return


def _is_still(file: IO[bytes], path: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


def _remove_empty(made: list[Path]) -> None:
    """Remove folders made for nothing, the innermost first; the lock is all that one may hold."""
    for number, folder in enumerate(made):
        with contextlib.suppress(OSError):
            if not number and [entry.name for entry in folder.iterdir()] == [LOCK]:
                (folder / LOCK).unlink()
            folder.rmdir()


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Give a fresh folder to write into, beside `folder`; it is gone if it was not moved away."""
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def sweep(folder: Path, keep: set[str]) -> None:
    """Remove what an interrupted write left in `folder`: our own entries but those in `keep`."""
    for entry in folder.iterdir():
        if entry.name in keep or not is_own(entry):
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def is_own(entry: Path) -> bool:
    """Tell by its name whether a write of ours made this entry; a user's file never is ours.

    Data folders are named by 16 hexadecimal digits (a register's with list, date and form in
    front), half-written ones and files `.NAME.PROCESS.new`.
    """
    if entry.is_symlink():
        return False
    if _LEFTOVER.fullmatch(entry.name):
        return True
    return entry.is_dir() and _DATA.fullmatch(entry.name) is not None


def _flush(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _lock(file: IO[bytes], *, wait: bool) -> None:
    if os.name == "nt":
        import msvcrt  # noqa: PLC0415

        mode = msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK  # type: ignore[attr-defined]
        msvcrt.locking(file.fileno(), mode, 1)  # type: ignore[attr-defined]
    else:
        import fcntl  # noqa: PLC0415

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise
            sys.stderr.write("Waiting for another sanctrail that is writing here ...\n")
            fcntl.flock(file, fcntl.LOCK_EX)
