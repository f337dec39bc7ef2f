"""Delimited text (CSV and its kin) from strangers, read strictly; where it breaks is told."""

import csv
from collections.abc import Iterable
from typing import Any

from sanctrail.errors import UnreadableFile

MAX_CELL = 1 << 20
"""Characters that one cell may hold; the longest held remark has some 10,000."""


class Records:
    """Records of delimited text; what makes it unreadable is told with where the record began."""

    def __init__(
        self, lines: Iterable[str], name: str, delimiter: str = ",", largest: int = MAX_CELL
    ) -> None:
        csv.field_size_limit(largest)
        self._reader: Any = csv.reader(lines, delimiter=delimiter, strict=True)
        self._name = name

    @property
    def last(self) -> int:
        """The line on which the record just given ends."""
        return int(self._reader.line_num)

    def __iter__(self) -> "Records":
        return self

    def __next__(self) -> list[str]:
        begun = self.last + 1
        try:
            return list(next(self._reader))
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"{self._name}: the file is not UTF-8 text (byte 0x{error.object[error.start]:02x} "
                f"at {error.start}). Save it as UTF-8 and run again."
            ) from error
        except csv.Error as error:
            raise UnreadableFile(
                f"{self._name}: the record that begins on line {begun} is not readable as CSV "
                f"({error}). Look for a quotation mark that is never closed, save the file as "
                "delimited UTF-8 text and run again."
            ) from error
