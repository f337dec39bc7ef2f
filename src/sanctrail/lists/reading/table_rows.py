"""Rows of a published table (CSV), where a row that is cut short is told and never shifted.

A download that breaks off leaves a shorter file that still reads: its only traces are a last
line without its end, or a row with fewer cells than the header.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sanctrail.errors import Problem, UnreadableFile, UnsafeFile
from sanctrail.lists.source import ByteStream

MAX_LINE = 4 << 20
"""Bytes that one line may have; the longest held one has some 12,000."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row in the order of the header; `line` is where it ends in the file."""

    line: int
    cells: tuple[str, ...]


class Lines:
    """Lines of a stream as text; `tell_flaws` says afterwards what was wrong with them.

    A publisher that changed its encoding over the years says so nowhere: with a `fallback`, the
    encoding in which more lines read is taken for the whole file, since a line of the older one
    can look like UTF-8 by chance.
    """

    def __init__(self, stream: ByteStream, fallback: str = "") -> None:
        self._stream = stream
        self._fallback = fallback
        self._ended = True
        self._broken: list[int] = []
        self._count = 0

    def __iter__(self) -> Iterator[str]:
        if not self._fallback:
            yield from (self._strict(line) for line in self._lines())
            return
        lines = list(self._lines())
        encoding = "utf-8" if _mostly_utf8(lines) else self._fallback
        for number, line in enumerate(lines, 1):
            text = line.decode(encoding, errors="replace")
            if "\ufffd" in text and "\ufffd".encode() not in line:
                self._broken.append(number)
            yield text

    def tell_flaws(self, problems: list[Problem]) -> None:
        """Note lines with unreadable bytes, and a last line without its end: a cut, perhaps."""
        name = self._stream.name
        for number in self._broken:
            message = "holds bytes that are no letters; the replacement character stands for them"
            problems.append(Problem(name, f"line {number}", message))
        if not self._ended:
            message = "the last line has no end: the file may be cut short. Fetch it again"
            problems.append(Problem(name, f"line {self._count}", message))

    def _lines(self) -> Iterator[bytes]:
        buffered = io.BufferedReader(self._stream)  # type: ignore[type-var]
        for number, line in enumerate(iter(lambda: buffered.readline(MAX_LINE), b""), 1):
            if len(line) == MAX_LINE and not line.endswith(b"\n"):
                raise UnsafeFile(
                    f"{self._stream.name}, line {number}: the line has {MAX_LINE:,} bytes or more, "
                    "which no list has. Refused; fetch the list from its publisher again."
                )
            self._ended = line.endswith((b"\n", b"\r"))
            self._count = number
            yield line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line

    def _strict(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"{self._stream.name}, line {self._count}: the text is not UTF-8, in which this "
                "list is published. Fetch the file again; nothing was changed."
            ) from error


def _mostly_utf8(lines: list[bytes]) -> bool:
    verdicts = [_is_utf8(line) for line in lines if not line.isascii()]
    return sum(verdicts) * 2 >= len(verdicts)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def whole_rows(
    records: Iterable[tuple[int, list[str]]], width: int, name: str, problems: list[Problem]
) -> Iterator[Row]:
    """Yield rows as wide as the header; one that is shorter is padded, one that is longer left out.

    Empty lines and empty cells beyond the header mean nothing; every other misfit is a problem.
    """
    for line, record in records:
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) > width:
            message = f"has {len(cells)} cells where the header has {width}; it was left out"
            problems.append(Problem(name, f"line {line}", message))
            continue
        if len(record) < width:
            message = f"breaks off after {len(record)} of {width} cells; the rest is taken as empty"
            problems.append(Problem(name, f"line {line}", message))
        yield Row(line, tuple(cells + [""] * (width - len(cells))))
