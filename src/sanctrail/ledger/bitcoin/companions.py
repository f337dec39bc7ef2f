"""Undo files beside block files: found by name, and matched to blocks by what they hold."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from sanctrail.errors import UnreadableFile
from sanctrail.ledger.bitcoin.files import network_of, read_bytes
from sanctrail.ledger.bitcoin.hashes import sha256d
from sanctrail.ledger.bitcoin.headers import Found
from sanctrail.ledger.bitcoin.networks import Network
from sanctrail.ledger.bitcoin.parsing import INPUTS, OUTPUTS, Block, Bytes
from sanctrail.ledger.bitcoin.undo import (
    Spent,
    UndoDamaged,
    read_core,
    read_plain,
    read_store,
)

_CHECKSUM = 32


def is_companion(path: Path) -> bool:
    """Tell by its name whether a file holds undo data."""
    name = path.name
    return name.startswith("rev") or "-undo." in name or ".utxostore" in name


def companion_of(path: Path) -> Path | None:
    """Return the undo file that lies beside a block file, None where there is none."""
    name = path.name
    stem, _, rest = name.partition(".")
    candidates = [f"{stem}-undo.{rest}", name.replace(".dat", ".utxostore")]
    if name.startswith("blk"):
        candidates.append(f"rev{name[3:]}")
    beside = (path.with_name(other) for other in candidates if other != name)
    return next((other for other in beside if other.is_file()), None)


class Companion:
    """An undo file; asked for a block, it tells what the block's inputs spent."""

    def __init__(self, path: Path, blocks: Iterable[Found]) -> None:
        """Take the file's path and the blocks beside it, in the order of the chain."""
        self._path = path
        self._blocks = list(blocks)
        self._records: dict[bytes, bytes] | None = None

    def spent(self, found: Found, block: Block) -> list[Spent] | None:
        """Return value and script of each input in order, None where the file has not the block.

        Raises `UnreadableFile` where the data is damaged or of another block.
        """
        try:
            return self._spent(found, block)
        except UndoDamaged as error:
            raise UnreadableFile(
                f"{self._path.name}, undo of block {found.header.hash[::-1].hex()}: {error}. "
                "Fetch the file again, or leave it out; nothing was changed."
            ) from error

    def _spent(self, found: Found, block: Block) -> list[Spent] | None:
        if self._path.name.startswith("rev"):
            record = self._framed().get(found.header.hash)
            if record is None:
                return None
            by_transaction = read_core(record)
            counts = [len(inputs) for inputs in by_transaction]
            if counts != block.transactions[1:, INPUTS].tolist():
                raise UndoDamaged("it is of other transactions than the block's")
            return [spent for inputs in by_transaction for spent in inputs]
        data = read_bytes(self._path)[0].tobytes()
        if ".utxostore" in self._path.name:
            return _from_store(data, block)
        spent = read_plain(data)
        if len(spent) != len(block.spent) - 1:
            raise UndoDamaged("it is of other transactions than the block's")
        return spent

    def _framed(self) -> dict[bytes, bytes]:
        if self._records is None:
            self._records = dict(_matched(self._path, self._blocks))
        return self._records


def _from_store(data: bytes, block: Block) -> list[Spent]:
    """Return what inputs spent, from a store of earlier outputs and the block's own."""
    held = dict(read_store(data))
    made = 0
    for txid, row in zip(block.txids, block.transactions.tolist(), strict=True):
        for n in range(row[OUTPUTS]):
            value, start, length = block.outputs[made].tolist()
            held[txid, n] = (value, block.data[start : start + length].tobytes())
            made += 1
    points = [
        (block.data[start : start + 32].tobytes(), n) for start, n in block.spent[1:].tolist()
    ]
    missing = [point for point in points if point not in held]
    if missing:
        raise UndoDamaged(f"it lacks the output {missing[0][1]} of {missing[0][0][::-1].hex()}")
    return [held[point] for point in points]


def _matched(path: Path, blocks: Sequence[Found]) -> Iterator[tuple[bytes, bytes]]:
    """Yield block hashes with their records: each ends in a checksum over the block before.

    Records come in the order in which blocks joined the chain, so the next is mostly the right one.
    """
    data, written = read_bytes(path)
    network = network_of(data)
    if network is None:
        raise UndoDamaged("the file does not begin with a network's mark")
    waiting = list(blocks)
    for start, end in _records(data, written, network):
        record = data[start:end].tobytes()
        checksum = data[end : end + _CHECKSUM].tobytes()
        for at, found in enumerate(waiting):
            if sha256d(found.header.previous + record) == checksum:
                yield waiting.pop(at).header.hash, record
                break


def _records(data: Bytes, written: int, network: Network) -> Iterator[tuple[int, int]]:
    """Yield where each record begins and ends; its checksum stands behind it."""
    at = 0
    mark = np.frombuffer(network.magic, np.uint8)
    while at + 8 <= written:
        if not np.array_equal(data[at : at + 4], mark):
            if not data[at : at + 8].any():
                break
            raise UndoDamaged(f"no record begins at byte {at:,}")
        size = int(data[at + 4 : at + 8].view("<u4")[0])
        if at + 8 + size + _CHECKSUM > len(data):
            raise UndoDamaged(f"the record at byte {at:,} breaks off")
        yield at + 8, at + 8 + size
        at += 8 + size + _CHECKSUM
