"""What a reader is: bytes of one list in, its header and its listings out."""

import io
from collections.abc import Callable, Iterator
from typing import Protocol, cast

from sanctrail.errors import Problem
from sanctrail.ground.sheets import Sheet
from sanctrail.lists.records import ListHeader, Listing


class ByteStream(Protocol):
    """A named stream of bytes."""

    name: str

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes (all the rest when negative)."""


Records = Iterator[ListHeader | Listing]
"""A header, then its listings; again for each further list of the file."""

Reader = Callable[[ByteStream, list[Problem]], Records]
"""Reads one file; what it cannot understand it appends to the problems."""


class FileFormat(Protocol):
    """A module that recognises its file by the first 64 KiB and reads it."""

    def recognises(self, head: bytes, /) -> bool:
        """Tell whether a file that begins like this is one of this layout."""

    def read(self, stream: ByteStream, problems: list[Problem], /) -> Records:
        """Read one file; what it cannot understand it appends to the problems."""


class SheetFormat(Protocol):
    """A module that recognises its workbook by the sheets and reads them."""

    def recognises(self, sheets: tuple[Sheet, ...], /) -> bool:
        """Tell whether a workbook of these sheets is one of this layout."""

    def read(self, sheets: tuple[Sheet, ...], name: str, problems: list[Problem], /) -> Records:
        """Read the sheets of a workbook of this name."""


def text_of_stream(stream: ByteStream, encoding: str = "utf-8-sig") -> io.TextIOWrapper:
    """Return the stream as text, its line ends as they are."""
    raw = cast("io.RawIOBase", stream)
    return io.TextIOWrapper(io.BufferedReader(raw), encoding=encoding, newline="")
