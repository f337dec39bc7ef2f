"""Files with one address or transaction a line, with or without a header."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from sanctrail.errors import UnreadableFile
from sanctrail.ground.inputs import FileDigest, open_input

_ENTRY_WORDS = frozenset(
    {"entry", "address", "addresses", "account", "wallet", "txid", "transaction", "outpoint",
     "source", "stop", "terminal"}
)  # fmt: skip
_DEFAULT = ("entry", "amount")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line's fields by column name; the first column is always called `entry`."""

    line: int
    fields: dict[str, str]


def read_entries(path: Path) -> tuple[list[EntryRow], FileDigest]:
    """Return a file's entries and its digest.

    A first line whose first field is a word such as `address` is a header and names the columns;
    without one they are entry, amount. Lines that are empty or begin with # are passed over.
    """
    with open_input(path) as stream:
        raw = stream.read()
        digest = stream.digest()
    try:
        text = raw.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(
            f"{path}: not a text file with one entry a line ({error}). Save it as UTF-8 text."
        ) from error
    columns: tuple[str, ...] = _DEFAULT
    rows: list[EntryRow] = []
    started = False
    for number, cells in enumerate(lines, 1):
        fields = [cell.strip() for cell in cells]
        if not any(fields) or fields[0].startswith("#"):
            continue
        if not started and fields[0].lower() in _ENTRY_WORDS:
            columns = ("entry", *(field.lower() for field in fields[1:]))
        else:
            rows.append(EntryRow(number, dict(zip(columns, fields, strict=False))))
        started = True
    if not rows:
        raise UnreadableFile(
            f"{path}: the file holds no entry. Write one address or transaction a line."
        )
    return rows, digest
