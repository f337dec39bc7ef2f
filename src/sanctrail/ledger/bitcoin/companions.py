"""Undo files beside block files: found by name, and matched to blocks by what they hold."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from sanctrail.errors import UnreadableFile
from sanctrail.ledger.batches import Told
from sanctrail.ledger.bitcoin.files import BlockFile, frames, read_file
from sanctrail.ledger.bitcoin.hashes import sha256d
from sanctrail.ledger.bitcoin.headers import Found
from sanctrail.ledger.bitcoin.parsing import INPUTS, OUTPUTS, Block
from sanctrail.ledger.bitcoin.undo import (
    Spent,
    UndoDamaged,
    read_core,
    read_plain,
    read_store,
)
from sanctrail.ledger.columns import run_sums, starts_of

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


def stands_beside_a_block(path: Path) -> bool:
    """Tell whether the block file that an undo file belongs to is there."""
    name = path.name
    other = f"blk{name[3:]}" if name.startswith("rev") else name.replace("-undo.", ".")
    return path.with_name(other.replace(".utxostore", ".dat")).is_file()


class Companion:
    """An undo file; asked for a block, it tells what the block's inputs spent."""

    def __init__(self, path: Path, blocks: Iterable[Found], told: Told) -> None:
        """Take the file's path and the blocks beside it, in the order of the chain."""
        self._path = path
        self._blocks = list(blocks)
        self._told = told
        self._records: dict[bytes, tuple[int, int]] | None = None

    def spent(self, found: Found, block: Block) -> list[Spent] | None:
        """Return value and script of each input in order, None where the file has not the block.

        Raises `UnreadableFile` where the data is damaged or of another block.
        """
        try:
            spent = self._spent(found, block)
            if spent is not None:
                _check_balance(spent, block)
        except UndoDamaged as error:
            raise UnreadableFile(
                f"{self._path.name}, undo of block {found.header.hash[::-1].hex()}: {error}. "
                "Fetch the file again, or move it away; nothing was changed."
            ) from error
        return spent

    def _spent(self, found: Found, block: Block) -> list[Spent] | None:
        file = read_file(self._path)
        if self._path.name.startswith("rev"):
            bounds = self._framed(file).get(found.header.hash)
            if bounds is None:
                return None
            by_transaction = read_core(file.take(*bounds).tobytes())
            counts = [len(inputs) for inputs in by_transaction]
            if counts != block.transactions[1:, INPUTS].tolist():
                raise UndoDamaged("it is of other transactions than the block's")
            return [spent for inputs in by_transaction for spent in inputs]
        data = file.take(0, len(file)).tobytes()
        if ".utxostore" in self._path.name:
            return _from_store(data, block)
        spent = read_plain(data)
        if len(spent) != len(block.spent) - 1:
            raise UndoDamaged("it is of other transactions than the block's")
        return spent

    def _framed(self, file: BlockFile) -> dict[bytes, tuple[int, int]]:
        if self._records is None:
            self._records = dict(_matched(file, self._blocks, self._told))
        return self._records


def _check_balance(spent: Sequence[Spent], block: Block) -> None:
    """Raise `UndoDamaged` where a transaction would pay out more than it takes in."""
    ins, outs = (block.transactions[1:, column] for column in (INPUTS, OUTPUTS))
    held = np.array([value for value, _ in spent], np.int64)
    paid = block.outputs[int(block.transactions[0, OUTPUTS]) :, 0]
    took, gave = run_sums(held, starts_of(ins)), run_sums(paid, starts_of(outs))
    for at in np.flatnonzero(took < gave)[:1].tolist():
        raise UndoDamaged(
            f"by it transaction {block.txids[at + 1][::-1].hex()} pays {gave[at]} out of {took[at]}"
        )


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


def _matched(
    file: BlockFile, blocks: Sequence[Found], told: Told
) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Yield block hashes with their records: each ends in a checksum over the block before.

    Records come in the order in which blocks joined the chain, so the next is mostly the right
    one. A record that matches none of the blocks is a problem: it or its block is damaged.
    """
    network = file.network()
    if network is None:
        raise UndoDamaged("the file does not begin with a network's mark")
    waiting = list(blocks)
    for number, (start, end) in enumerate(frames(file, network, _CHECKSUM), 1):
        record = file.take(start, end).tobytes()
        checksum = file.take(end, end + _CHECKSUM).tobytes()
        for at, found in enumerate(waiting):
            if sha256d(found.header.previous + record) == checksum:
                yield waiting.pop(at).header.hash, (start, end)
                break
        else:
            told.problem(
                file.name, f"record {number}", "it fits no block of the block file beside it"
            )
