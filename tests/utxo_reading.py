"""Reading UTXO formats in tests: transactions of all batches as plain values, and what was told."""

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sanctrail.ledger.batches import UNKNOWN
from sanctrail.ledger.formats.source import Source, head_of

MAX_SATS = 21_000_000 * 100_000_000
ADDRESS = "1HaHTfmvoUW6i6nhJf8jJs6tU4cHNmBQHQ"
SCRIPT = "76a914b5cd7aaed869cd5ccb45868e8666e7e934a2373688ac"
"""The output script of ADDRESS."""

KEY_SCRIPT = (
    "4104c1b5671c8975087cc796d6ea73d2407591528b5c669106f9b6ab6ef6e373a5"
    "7553e14866aaeffc44a9f58e5ee0c7faa7add7474f0a2c55a22cb40b949fdc933cac"
)
KEY_ADDRESS = "1PkqKGbNLDdDJGveCcNUMV9CEFH77ADrPQ"
"""The address that explorers give the bare key of block 50,001's coinbase."""


@dataclass
class Tx:
    id: str
    block: int
    place: int
    time: int
    inputs: list
    outputs: list
    places: list


@dataclass
class Read:
    txs: list
    told: object
    rows: dict

    def __getitem__(self, id_):
        return next(tx for tx in self.txs if tx.id == id_)

    @property
    def messages(self):
        return [str(problem) for problem in self.told.problems]


def read(form, *files, **options):
    """Read files with a format twice; both readings must give the same batches."""
    assert all(form.matches(head_of(file)) for file in files)
    source = Source(tuple(files), options=options)
    txs = [tx for batch in form.read(source) for tx in transactions(batch)]
    again = Source(tuple(files), options=options)
    assert txs == [tx for batch in form.read(again) for tx in transactions(batch)]
    assert source.told == again.told
    return Read(txs, source.told, source.rows)


def transactions(batch):
    """Yield a batch's transactions; what every batch must keep is asserted here."""
    assert_whole(batch)
    addresses, spent = batch.addresses.to_pylist(), batch.spent_addresses.to_pylist()
    places = batch.output_places
    out = into = 0
    for row in range(len(batch)):
        outs = slice(out, out + int(batch.output_counts[row]))
        ins = slice(into, into + int(batch.input_counts[row]))
        yield Tx(
            bytes(batch.txids[row]).hex(), int(batch.blocks[row]), int(batch.places[row]),
            int(batch.times[row]),
            [
                (bytes(batch.spent_txids[n]).hex(), int(batch.spent_places[n]),
                 int(batch.spent_values[n]), spent[n])
                for n in range(ins.start, ins.stop)
            ],
            list(zip(batch.values[outs].tolist(), addresses[outs], strict=True)),
            list(range(outs.stop - outs.start)) if places is None else places[outs].tolist(),
        )  # fmt: skip
        out, into = outs.stop, ins.stop


def assert_whole(batch):
    outs, ins = int(batch.output_counts.sum()), int(batch.input_counts.sum())
    assert len(batch), "no empty batch"
    assert batch.txids.shape == (len(batch), 32)
    assert batch.spent_txids.shape == (ins, 32)
    assert batch.txids.dtype == batch.spent_txids.dtype == np.uint8
    for column in (batch.blocks, batch.places, batch.times, batch.values, batch.spent_values):
        assert column.dtype == np.int64
    assert len(batch.values) == len(batch.addresses) == outs
    assert len(batch.spent_places) == len(batch.spent_values) == len(batch.spent_addresses) == ins
    assert batch.addresses.type == batch.spent_addresses.type == pa.string()
    assert ((batch.values >= 0) & (batch.values <= MAX_SATS)).all()
    assert (batch.spent_values >= UNKNOWN).all()


def h(number):
    """Return a made-up id."""
    return f"{number:x}".rjust(64, "a")


def as_json(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
