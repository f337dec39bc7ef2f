"""A block's bytes as columns: one walk in a kernel, every bound checked before it is crossed.

Source: the block and transaction formats of the Bitcoin protocol, BIP-141 and BIP-144.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.errors import UnreadableFile
from sanctrail.ground.kernel import kernel
from sanctrail.ledger.bitcoin.hashes import sha256d
from sanctrail.ledger.bitcoin.networks import MAX_MONEY

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

HEADER = 80
_MIN_TRANSACTION, _MIN_INPUT, _MIN_OUTPUT = 60, 41, 9
"""The fewest bytes that each can take: what is left of a block bounds how many there may be."""

_NULL_PLACE = 0xFFFFFFFF
"""The output that a coinbase's input names, of a transaction of zeros."""

START, END, INPUTS, OUTPUTS, WITNESS, BODY_END = range(6)
"""Columns of a transaction: where it begins and ends, its numbers of inputs and outputs, whether
it has a witness, and where its outputs end."""

_OK, _CUT, _TOO_MANY, _NO_OUTPUT = range(4)
_FLAWS = {
    _CUT: "the block breaks off inside a transaction",
    _TOO_MANY: "a count is larger than the bytes that are left can hold",
    _NO_OUTPUT: "a transaction has no inputs or an unknown witness flag",
}


def target_of(bits: int) -> int:
    """Return the target that a header's bits stand for; 0 where they are no valid number."""
    size, word = bits >> 24, bits & 0x7FFFFF
    if bits & 0x800000 or size > 34:  # beyond 256 bits
        return 0
    return word << 8 * (size - 3) if size > 3 else word >> 8 * (3 - size)


@dataclass(frozen=True, slots=True)
class Header:
    """A block's header; hashes are 32 bytes in the order of the file."""

    hash: bytes
    previous: bytes
    merkle: bytes
    version: int
    time: int
    bits: int

    @property
    def target(self) -> int:
        """The number that the hash may not exceed; 0 where the bits are no valid number."""
        return target_of(self.bits)

    @property
    def meets_target(self) -> bool:
        """Tell whether the hash shows the work that the header claims."""
        return 0 < int.from_bytes(self.hash, "little") <= self.target


def read_header(data: bytes) -> Header:
    """Return the header in 80 bytes."""
    word = [int.from_bytes(data[at : at + 4], "little") for at in (0, 68, 72)]
    return Header(sha256d(data), data[4:36], data[36:68], word[0], word[1], word[2])


@dataclass(frozen=True, slots=True)
class Block:
    """A block as columns over its bytes, with t transactions, i inputs and o outputs."""

    data: Bytes
    transactions: Ints
    """(t, 6) by START, END, INPUTS, OUTPUTS, WITNESS, BODY_END."""
    spent: Ints
    """(i, 2): where the spent transaction's id stands, and which output."""
    outputs: Ints
    """(o, 3): value, where the script stands and how long it is."""
    txids: list[bytes]
    """(t,) ids in the order of the file."""
    coinbase: bytes
    """The script of the first input, where a block may tell its height."""


@kernel
def _number_kernel(data: Any, at: Any, size: Any) -> Any:
    value = np.int64(0)
    for byte in range(size):
        value |= np.int64(data[at + byte]) << np.int64(8 * byte)
    return value


@kernel
def _count_kernel(data: Any, at: Any, end: Any) -> tuple[Any, Any]:
    """Return a compact size and where it ends; -1 where the bytes end before."""
    if at >= end:
        return -1, at
    first = np.int64(data[at])
    size = 0 if first < 0xFD else 2 << (first - 0xFD)
    if at + 1 + size > end:
        return -1, at
    if not size:
        return first, at + 1
    return _number_kernel(data, at + 1, size), at + 1 + size


@kernel
def _walk_kernel(
    data: Any, at: int, end: int, transactions: Any, spent: Any, outputs: Any, found: Any
) -> int:
    """Fill the columns of `len(transactions)` transactions; return a status.

    `found` takes where the walk ended, the numbers of inputs and outputs, and the coinbase's
    script.
    """
    inputs = 0
    made = 0
    for row in range(len(transactions)):
        found[0] = at
        transactions[row, START] = at
        at += 4
        witness = at + 2 <= end and data[at] == 0
        if witness:
            if data[at + 1] != 1:
                return _NO_OUTPUT
            at += 2
        count, at = _count_kernel(data, at, end)
        if count < 0:
            return _CUT
        if count > (end - at) // _MIN_INPUT:
            return _TOO_MANY
        if not count:
            return _NO_OUTPUT
        transactions[row, INPUTS] = count
        for _ in range(count):
            if at + 36 > end:
                return _CUT
            spent[inputs, 0] = at
            spent[inputs, 1] = _number_kernel(data, at + 32, 4)
            length, at = _count_kernel(data, at + 36, end)
            if length < 0 or length > end - at - 4:
                return _CUT
            if not inputs:
                found[3] = at
                found[4] = length
            inputs += 1
            at += length + 4
        first_count = count
        count, at = _count_kernel(data, at, end)
        if count < 0:
            return _CUT
        if count > (end - at) // _MIN_OUTPUT:
            return _TOO_MANY
        transactions[row, OUTPUTS] = count
        for _ in range(count):
            if at + 8 > end:
                return _CUT
            outputs[made, 0] = _number_kernel(data, at, 8)
            length, at = _count_kernel(data, at + 8, end)
            if length < 0 or length > end - at:
                return _CUT
            outputs[made, 1] = at
            outputs[made, 2] = length
            made += 1
            at += length
        transactions[row, BODY_END] = at
        transactions[row, WITNESS] = 1 if witness else 0
        if witness:
            for _ in range(first_count):
                items, at = _count_kernel(data, at, end)
                if items < 0 or items > end - at:
                    return _CUT
                for _ in range(items):
                    length, at = _count_kernel(data, at, end)
                    if length < 0 or length > end - at:
                        return _CUT
                    at += length
        at += 4
        if at > end:
            return _CUT
        transactions[row, END] = at
    found[0] = at
    found[1] = inputs
    found[2] = made
    return _OK


def parse_block(data: Bytes, start: int, end: int, name: str) -> Block:
    """Return the block in bytes [start, end) of a file.

    Raises `UnreadableFile` with the place where the bytes are no block: cut short, changed, or
    with transactions whose Merkle root is not the header's.
    """
    count, at = _count_kernel(data, start + HEADER, end)
    if count <= 0 or count > (end - at) // _MIN_TRANSACTION:
        raise _broken(name, start, start + HEADER, _FLAWS[_TOO_MANY])
    left = end - at
    transactions = np.zeros((count, 6), np.int64)
    spent = np.empty((left // _MIN_INPUT + 1, 2), np.int64)
    outputs = np.empty((left // _MIN_OUTPUT + 1, 3), np.int64)
    found = np.zeros(5, np.int64)
    status = _walk_kernel(data, at, end, transactions, spent, outputs, found)
    if status != _OK:
        raise _broken(name, start, int(found[0]), _FLAWS[status])
    if int(found[0]) != end:
        raise _broken(name, start, int(found[0]), f"{end - int(found[0])} bytes are left over")
    txids = [_txid(data, row) for row in transactions.tolist()]
    header = data[start : start + HEADER].tobytes()
    if merkle_root(txids) != header[36:68]:
        raise _broken(name, start, start, "its transactions have another Merkle root than it says")
    script = data[int(found[3]) : int(found[3] + found[4])].tobytes()
    block = Block(
        data, transactions, spent[: int(found[1])].copy(), outputs[: int(found[2])].copy(), txids,
        script,
    )  # fmt: skip
    if flaw := _rule_broken(block):
        raise _broken(name, start, start, flaw)
    return block


def _rule_broken(block: Block) -> str:
    """Say which rule a block breaks that no chain would let pass; empty if none."""
    if len(set(block.txids)) < len(block.txids):  # CVE-2012-2459: the Merkle root stays the same
        return "a transaction stands in it twice"
    null = block.spent[:, 1] == _NULL_PLACE
    at = block.spent[null, 0][:, None] + np.arange(32)
    null[null] = ~block.data[at].any(axis=1)
    if block.transactions[0, INPUTS] != 1 or not null[0] or null[1:].any():
        return "its first transaction is no coinbase, or another one is"
    values = block.outputs[:, 0]
    if ((values < 0) | (values > MAX_MONEY)).any():
        return "an output holds more than there can be"
    return ""


def _txid(data: Bytes, row: list[int]) -> bytes:
    if not row[WITNESS]:
        return sha256d(data[row[START] : row[END]].tobytes())
    start, end = row[START], row[END]
    parts = (data[start : start + 4], data[start + 6 : row[BODY_END]], data[end - 4 : end])
    return sha256d(b"".join(part.tobytes() for part in parts))


def merkle_root(txids: list[bytes]) -> bytes:
    """Return the Merkle root of transaction ids: the last one of an odd level is its own pair."""
    level = txids
    while len(level) > 1:
        pairs = zip(level[::2], [*level[1::2], level[-1]], strict=False)
        level = [sha256d(left + right) for left, right in pairs]
    return level[0]


def _broken(name: str, start: int, at: int, what: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name}, block at byte {start:,}, byte {at:,}: {what}. The file is damaged or no block "
        "file; fetch it again. Nothing was changed."
    )


def height_of(version: int, script: bytes) -> int | None:
    """Return the height that a coinbase's script begins with (BIP-34), None where it tells none."""
    if version < 2 or not script:
        return None
    first = script[0]
    if first == 0 or 0x51 <= first <= 0x60:
        return first - 0x50 if first else 0
    if not 1 <= first <= 4 or len(script) < 1 + first or script[first] & 0x80:
        return None
    height = int.from_bytes(script[1 : 1 + first], "little")
    minimal = first == 1 or height.bit_length() > 8 * first - 9
    return height if minimal else None
