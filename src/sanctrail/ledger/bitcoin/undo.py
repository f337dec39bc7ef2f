"""Undo data: what a block's inputs spent, as nodes keep it beside the block.

Three layouts: Bitcoin Core's `rev*.dat` (amounts and scripts compressed), a plain list of value
and script for each input (bcoin), and btcd's store of unspent outputs (by outpoint, compressed as
Core does). Sources: Bitcoin Core's undo.h and compressor.h; btcd's blockchain/compress.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sanctrail.ledger.bitcoin.networks import MAX_MONEY

Spent = tuple[int, bytes]
"""Value in satoshi and output script."""

_PRIME = 2**256 - 2**32 - 977
"""The prime of the curve secp256k1 (SEC 2)."""

_SPECIAL = 6
"""Script types below this number are not sizes: hashes and public keys, kept bare."""


class UndoDamaged(ValueError):
    """Undo bytes that are not what they should be; the text says how."""


@dataclass(slots=True)
class _Reader:
    data: bytes
    at: int = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        if not 0 <= size <= len(self.data) - self.at:
            raise UndoDamaged(f"the undo data breaks off at byte {self.at:,}")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        """Return the next little-endian number."""
        return int.from_bytes(self.take(size), "little")

    def compact_size(self) -> int:
        """Return the next compact size."""
        first = self.number(1)
        return first if first < 0xFD else self.number(2 << (first - 0xFD))

    def varint(self) -> int:
        """Return the next number in Core's base-128 form, where each more byte adds one."""
        value = 0
        while True:
            byte = self.number(1)
            value = value << 7 | byte & 0x7F
            if value >= 1 << 64:
                raise UndoDamaged(f"a number at byte {self.at:,} is too large")
            if not byte & 0x80:
                return value
            value += 1

    def left(self) -> int:
        """Return how many bytes are left."""
        return len(self.data) - self.at


def decompressed_amount(number: int) -> int:
    """Return the satoshi that a compressed amount stands for."""
    if not number:
        return 0
    number, exponent = divmod(number - 1, 10)
    if exponent < 9:
        number, digit = divmod(number, 9)
        mantissa = number * 10 + digit + 1
    else:
        mantissa = number + 1
    return mantissa * int(10**exponent)


def _script(reader: _Reader) -> bytes:
    """Return the next script, written out."""
    kind = reader.varint()
    if kind == 0:
        return b"\x76\xa9\x14" + reader.take(20) + b"\x88\xac"
    if kind == 1:
        return b"\xa9\x14" + reader.take(20) + b"\x87"
    if kind < 4:
        return b"\x21" + bytes([kind]) + reader.take(32) + b"\xac"
    if kind < _SPECIAL:
        return b"\x41" + _whole_key(kind & 1, reader.take(32)) + b"\xac"
    size = kind - _SPECIAL
    if size > reader.left():
        raise UndoDamaged(f"a script at byte {reader.at:,} is longer than the data")
    return reader.take(size)


def _whole_key(odd: int, x: bytes) -> bytes:
    """Return the uncompressed public key of a point's x and the oddness of its y."""
    number = int.from_bytes(x, "big")
    square = (pow(number, 3, _PRIME) + 7) % _PRIME
    y = pow(square, (_PRIME + 1) // 4, _PRIME)
    if y * y % _PRIME != square:
        raise UndoDamaged("a public key is no point of the curve")
    y = y if y % 2 == odd else _PRIME - y
    return b"\x04" + x + y.to_bytes(32, "big")


def read_core(data: bytes) -> list[list[Spent]]:
    """Return what each transaction but the coinbase spent, by Core's layout."""
    reader = _Reader(data)
    spent = []
    for _ in range(_bounded(reader)):
        inputs = []
        for _ in range(_bounded(reader)):
            if reader.varint() >> 1:  # the height; behind one, a number that is no longer used
                reader.varint()
            value = _possible(decompressed_amount(reader.varint()))
            inputs.append((value, _script(reader)))
        spent.append(inputs)
    if reader.left():
        raise UndoDamaged(f"{reader.left():,} bytes are left over")
    return spent


def _possible(value: int) -> int:
    if value > MAX_MONEY:
        raise UndoDamaged(f"an amount of {value} satoshi is more than there can be")
    return value


def _bounded(reader: _Reader) -> int:
    count = reader.compact_size()
    if count > reader.left():
        raise UndoDamaged(f"a count at byte {reader.at:,} is larger than the data")
    return count


def read_plain(data: bytes) -> list[Spent]:
    """Return value and script of each input in order, the coinbase's left out."""
    reader = _Reader(data)
    spent = []
    while reader.left():
        value = _possible(reader.number(8))
        spent.append((value, reader.take(reader.compact_size())))
    return spent


def read_store(data: bytes) -> Mapping[tuple[bytes, int], Spent]:
    """Return btcd's store of unspent outputs: outpoint to value and script."""
    reader = _Reader(data)
    held = {}
    while reader.left():
        point = (reader.take(32), reader.number(4))
        entry = _Reader(reader.take(reader.number(4)))
        entry.varint()  # height, and whether a coinbase made it
        value = _possible(decompressed_amount(entry.varint()))
        held[point] = (value, _script(entry))
    return held
