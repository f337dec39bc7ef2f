"""Reading account formats in tests: rows of all batches as dictionaries, and what was told."""

import csv
import io
import json
from dataclasses import dataclass

from sanctrail.ledger.formats.source import Source, head_of


@dataclass
class Read:
    transfers: list
    fees: list
    assets: dict
    told: object
    rows: dict

    def of(self, kind):
        return [row for row in self.transfers if row["kind"] == kind]

    @property
    def messages(self):
        return [str(problem) for problem in self.told.problems]


def read(form, *files, **options):
    """Read files with a format twice; the batches must be the same ones."""
    assert all(form.matches(head_of(file)) for file in files) or form.name == "transfers"
    source = Source(tuple(files), options=options)
    batches = list(form.read(source))
    again = list(form.read(Source(tuple(files), options=options)))
    assert [(b.transfers, b.fees, b.assets) for b in batches] == [
        (b.transfers, b.fees, b.assets) for b in again
    ]
    met = [asset for batch in batches for asset in batch.assets]
    assert len({asset.code for asset in met}) == len(met)
    transfers = [row for batch in batches for row in batch.transfers.to_pylist()]
    fees = [row for batch in batches for row in batch.fees.to_pylist()]
    used = {row["asset"] for row in (*transfers, *fees)}
    assert used <= {asset.code for asset in met}
    return Read(transfers, fees, {a.code: a for a in met}, source.told, source.rows)


def as_csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_json(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def written(folder, name, rows):
    """Write rows as CSV or JSON lines, by the name's ending; return the path."""
    path = folder / name
    path.write_text(as_json(rows) if name.endswith("json") else as_csv(rows))
    return path


def h(number, size=32):
    """Return a made-up hash or address."""
    return "0x" + f"{number:x}".rjust(2 * size, "a")


def json_rows(path):
    """Return the objects of a file with one a line."""
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
