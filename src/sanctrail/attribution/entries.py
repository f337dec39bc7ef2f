"""Files with one address or transaction a line, with or without a header."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from sanctrail.errors import UnreadableFile
from sanctrail.ground.inputs import FileDigest, open_input

_ENTRY_WORDS = frozenset(
    {"entry", "address", "addresses", "account", "wallet", "txid", "tx_hash", "transaction"}
    | {"outpoint", "addr", "hash", "tx"}
)
_ADDRESS_WORDS = frozenset({"entry", "address", "addresses", "account", "wallet", "addr"})
_DEFAULT = ("entry", "amount")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line's fields by column name; the column of the entry itself is called `entry`."""

    line: int
    fields: dict[str, str]


def read_entries(path: Path) -> tuple[list[EntryRow], FileDigest]:
    """Return a file's entries and its digest.

    A first line with a word such as `address` or `label` in it is a header and names the columns;
    without one they are entry, amount. Lines that are empty or begin with # are passed over.
    Raises `UnreadableFile` where a line has no entry, or more fields than there are columns.
    """
    lines, digest = _lines(path)
    columns: tuple[str, ...] = _DEFAULT
    rows: list[EntryRow] = []
    for number, fields in lines:
        if not rows and columns is _DEFAULT and (header := header_of(fields)):
            columns = header
            continue
        row = dict(zip(columns, fields, strict=False))
        if not row.get("entry") or any(fields[len(columns) :]):
            raise UnreadableFile(
                f"{path}, line {number}: expected {', '.join(columns)}, found "
                f"'{','.join(fields)}'. Name further columns in a header line."
            )
        rows.append(EntryRow(number, row))
    if not rows:
        raise UnreadableFile(
            f"{path}: the file holds no entry. Write one address or transaction a line."
        )
    return rows, digest


def _lines(path: Path) -> tuple[list[tuple[int, list[str]]], FileDigest]:
    with open_input(path) as stream:
        raw = stream.read()
        digest = stream.digest()
    try:
        return cells_of(raw.decode("utf-8-sig")), digest
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(
            f"{path}: not a text file with one entry a line ({error}). Save it as UTF-8 text."
        ) from error


def cells_of(text: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """Return a table's rows with the line on which each ends, but for empty ones and comments (#).

    Raises `csv.Error` where a quotation mark is never closed.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    return [(n, cells) for n, cells in rows if any(cells) and not cells[0].startswith("#")]


def header_of(fields: list[str]) -> tuple[str, ...] | None:
    """Return the columns that a line names, or None where it is no header."""
    words = [field.lower() for field in fields]
    is_entry = [w in _ENTRY_WORDS or w.endswith((" address", "_address")) for w in words]
    if not any(is_entry):
        return None
    address = [w in _ADDRESS_WORDS or w.endswith((" address", "_address")) for w in words]
    place = (address if any(address) else is_entry).index(True)
    sure = any(word in _ENTRY_WORDS for word in words)
    if not sure and any(word and not _is_word(word) for word in words):
        return None
    return tuple("entry" if n == place else _plain(word) for n, word in enumerate(words))


def _is_word(text: str) -> bool:
    return not any(character.isdigit() for character in text)


def _plain(word: str) -> str:
    return "label" if word == "name" else word
