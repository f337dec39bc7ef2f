"""Opening a file that somebody else made: packed or not, measured, hashed, bounded.

Packing is told by the first bytes, never by the name. The digest is that of the *unpacked*
bytes, because those are what the publisher signed off; `bzip2 -dc FILE | sha256sum` gives the
same. A workbook (XLSX, ODS) is a zip file by nature and is not unpacked; its digest is its own.
"""

import bz2
import contextlib
import gzip
import hashlib
import io
import lzma
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from sanctrail.errors import SanctrailError, UnreadableFile, UnsafeFile
from sanctrail.ground.progress import Bar

MAX_UNPACKED = 8 << 30
"""Bytes that one packed file may unpack to."""

MAX_RATIO = 400
"""Times its packed size that a file may grow; official lists pack at 10 to 60 times."""

RATIO_FLOOR = 64 << 20
"""Below this unpacked size the ratio says nothing: a small file may pack very well."""

MAX_MEMBERS = 10_000
"""Files that one archive may hold."""

_HEAD = 64 << 10
_TAR_MAGIC = slice(257, 262)
_WORKBOOK_MARKS = {"[Content_Types].xml", "mimetype"}
_DAMAGED = (
    EOFError,
    OSError,
    lzma.LZMAError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
    tarfile.TarError,
)


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A file's name, the SHA-256 of its unpacked bytes, and their number."""

    name: str
    sha256: str
    size: int


class InputStream(io.RawIOBase):
    """Unpacked bytes of one file, hashed as they pass and stopped if they grow beyond reason."""

    def __init__(
        self, name: str, unpacked: IO[bytes], raw: IO[bytes], bar: Bar, packed_size: int
    ) -> None:
        self.name = name
        self._unpacked = unpacked
        self._raw = raw
        self._bar = bar
        self._packed_size = packed_size
        self._limit = min(MAX_UNPACKED, max(RATIO_FLOOR, packed_size * MAX_RATIO))
        self._hash = hashlib.sha256()
        self._size = 0
        self._ahead = b""

    def unlimit(self) -> None:
        """Let the stream have any size: nothing unpacks, and nobody holds it whole."""
        self._limit = sys.maxsize

    def readable(self) -> bool:
        """Tell that this stream can be read."""
        return True

    def head(self) -> bytes:
        """Return the first 64 KiB without consuming them."""
        if not self._size and not self._ahead:
            self._ahead = self._pull(_HEAD)
        return self._ahead

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes (all the rest when negative)."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            data = self._pull(size)
        self._hash.update(data)
        self._size += len(data)
        return data

    def readinto(self, buffer: object, /) -> int:
        """Read into a buffer, as buffered and text wrappers do."""
        view = memoryview(cast("bytearray", buffer))
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def digest(self) -> FileDigest:
        """Read what is left and return the digest of the whole."""
        while self.read(1 << 20):
            pass
        return FileDigest(self.name, self._hash.hexdigest(), self._size)

    def member(self, name: str, content: IO[bytes]) -> "InputStream":
        """Return a file inside this one as a stream of its own, under the same bounds."""
        return InputStream(name, content, self._raw, self._bar, self._packed_size)

    def _pull(self, size: int) -> bytes:
        try:
            data = self._unpacked.read(size)
        except _DAMAGED as error:
            raise UnreadableFile(
                f"{self.name}: the packed data breaks off or is damaged after "
                f"{self._size:,} bytes. Fetch the file again; nothing was changed."
            ) from error
        if self._size + len(data) > self._limit:
            raise UnsafeFile(
                f"{self.name}: unpacks to more than {self._limit:,} bytes, far more than a list or "
                "a ledger of its packed size would. It looks like a decompression bomb; refused."
            )
        self._bar.reached(self._raw.tell())
        return data


@contextlib.contextmanager
def open_input(path: Path, *, large: bool = False) -> Iterator[InputStream]:
    """Open `path` for reading, unpacking gzip, bzip2, xz and one-member zip files.

    A `large` file, which is read piece by piece, may have any size if it is not packed. Raises
    `UnreadableFile` with one clear sentence where that cannot be done.
    """
    try:
        packed_size = path.stat().st_size
        raw = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path}: {_reason(error)}. Check the name and try again.") from error
    with raw:
        try:
            unpacked = _unpack(raw, path)
        except SanctrailError:
            raise
        except _DAMAGED as error:
            raise UnreadableFile(
                f"{path}: the packed file is damaged. Fetch it again; nothing was changed."
            ) from error
        with Bar(f"reading {path.name}", packed_size) as bar:
            stream = InputStream(path.name, unpacked, raw, bar, packed_size)
            if large and unpacked is raw:
                stream.unlimit()
            yield stream


def open_members(path: Path) -> Iterator[InputStream]:
    """Yield the file as one stream, or each file of a tar archive (packed or not) in turn.

    A member's name is its path in the archive. Its stream can be read until the next is asked for.
    """
    with open_input(path) as stream:
        if stream.head()[_TAR_MAGIC] != b"ustar":
            yield stream
            return
        try:
            yield from _members(stream)
        except tarfile.TarError as error:
            raise UnreadableFile(
                f"{path}: the archive breaks off or is damaged ({error}). "
                "Fetch it again; nothing was changed."
            ) from error


def _members(stream: InputStream) -> Iterator[InputStream]:
    with tarfile.open(fileobj=io.BufferedReader(stream, 1 << 20), mode="r|") as archive:
        for number, member in enumerate(archive):
            if number >= MAX_MEMBERS:
                raise UnsafeFile(
                    f"{stream.name}: the archive holds more than {MAX_MEMBERS:,} files. Refused."
                )
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None:
                yield stream.member(member.name, content)


def stream_of(name: str, data: bytes) -> InputStream:
    """Return bytes at hand as a stream."""
    return InputStream(name, io.BytesIO(data), io.BytesIO(), Bar("", 0), len(data))


def _unpack(raw: IO[bytes], path: Path) -> IO[bytes]:
    magic = raw.read(6)
    raw.seek(0)
    if magic.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if magic.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    if magic.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(raw)
    if magic.startswith(b"PK\x03\x04"):
        archive = zipfile.ZipFile(raw)
        if _WORKBOOK_MARKS.isdisjoint(archive.namelist()):
            return _only_member(archive, path)
        _refuse_bomb(archive, path)
        raw.seek(0)
    return raw


def _refuse_bomb(workbook: zipfile.ZipFile, path: Path) -> None:
    """Refuse a workbook whose parts grow beyond reason, by what its directory says of them.

    A part cannot grow further than it says there: unpacking stops at that size.
    """
    size = sum(info.file_size for info in workbook.infolist())
    packed = path.stat().st_size
    if len(workbook.infolist()) > MAX_MEMBERS or size > max(RATIO_FLOOR, packed * MAX_RATIO):
        raise UnsafeFile(
            f"{path.name}: the workbook unpacks to {size:,} bytes in {len(workbook.infolist()):,} "
            "parts, far more than a list of its size would. It looks like a decompression bomb; "
            "refused."
        )


def _only_member(archive: zipfile.ZipFile, path: Path) -> IO[bytes]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) != 1:
        raise UnreadableFile(
            f"{path}: the zip file holds {len(members)} files, expected one. "
            "Unpack it and give the list file itself."
        )
    if members[0].flag_bits & 1:
        raise UnreadableFile(f"{path}: the zip file is encrypted. Unpack it first.")
    return archive.open(members[0])


def _reason(error: OSError) -> str:
    return {
        FileNotFoundError: "no such file",
        IsADirectoryError: "is a folder, not a file",
        PermissionError: "may not be read by this user",
    }.get(type(error), error.strerror or "cannot be read")
