"""Labels that a person gives to addresses, read from a file; each keeps where it came from."""

from dataclasses import dataclass
from pathlib import Path

from sanctrail.addresses import canonical, canonical_transaction, is_transaction_id
from sanctrail.attribution.entries import read_entries
from sanctrail.ground.inputs import FileDigest


@dataclass(frozen=True, slots=True)
class Label:
    """A name and a category for an address or a transaction; `source` is the file and line."""

    entry: str
    label: str
    category: str
    source: str


def read_labels(path: Path) -> tuple[dict[str, Label], FileDigest]:
    """Read `address,label,category` rows; the first label of an address counts."""
    rows, digest = read_entries(path)
    labels: dict[str, Label] = {}
    for row in rows:
        entry = row.fields.get("entry", "")
        key = canonical_transaction(entry) if is_transaction_id(entry) else canonical(entry)
        label = Label(
            key,
            row.fields.get("label", ""),
            row.fields.get("category", ""),
            f"{path.name}, line {row.line}",
        )
        labels.setdefault(key, label)
    return labels, digest
