"""Files of blocks: framed as nodes write them, or one bare block; plain, packed or under a key."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sanctrail.errors import UnreadableFile
from sanctrail.ground.inputs import open_input
from sanctrail.ledger.bitcoin.networks import BY_MAGIC, Network
from sanctrail.ledger.bitcoin.parsing import HEADER, Bytes

KEY_FILE = "xor.dat"
"""Beside its block files, newer versions of Bitcoin Core keep the key that hides their bytes."""

FRAME = 8
"""Bytes of a frame: the network's magic and the block's size."""

_KEY_BYTES = 8


def key_of(path: Path) -> bytes:
    """Return the key under which a block file lies, empty where there is none."""
    beside = path.with_name(KEY_FILE)
    if not beside.is_file():
        return b""
    key = beside.read_bytes()
    if len(key) != _KEY_BYTES:
        raise UnreadableFile(
            f"{beside}: the key of the block files has {len(key)} bytes, expected {_KEY_BYTES}. "
            "Copy it again from the node's blocks folder."
        )
    return key if any(key) else b""


def read_bytes(path: Path) -> tuple[Bytes, int]:
    """Return a file's bytes, unpacked and with its key taken off, and how many are written.

    Behind those a node has only made room; under a key that room is left as zeros.
    """
    with open_input(path) as stream:
        head = stream.head()
        data = np.frombuffer(stream.read(), np.uint8) if _is_packed(path, head) else _mapped(path)
    key = key_of(path)
    if not key or head[:4] in BY_MAGIC:
        return data, len(data)
    return under_key(data, key), _written(data)


def _is_packed(path: Path, head: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(4) != head[:4]


def _mapped(path: Path) -> Bytes:
    if not path.stat().st_size:
        return np.empty(0, np.uint8)
    return np.asarray(np.memmap(path, np.uint8, "r"))


def _written(data: Bytes) -> int:
    """Return where the zeros at the end begin, if they are too many to be a block's own."""
    end = len(data)
    while end:
        filled = np.flatnonzero(data[max(0, end - (1 << 20)) : end])
        if len(filled):
            end = max(0, end - (1 << 20)) + int(filled[-1]) + 1
            break
        end = max(0, end - (1 << 20))
    return end if len(data) - end > _KEY_BYTES * _KEY_BYTES else len(data)


def under_key(data: Bytes, key: bytes) -> Bytes:
    """Return bytes with a key of eight bytes taken off, or put on."""
    whole = np.empty(len(data), np.uint8)
    pad = np.frombuffer(key, np.uint8)
    end = len(data) // _KEY_BYTES * _KEY_BYTES
    whole[:end].reshape(-1, _KEY_BYTES)[:] = data[:end].reshape(-1, _KEY_BYTES) ^ pad
    whole[end:] = data[end:] ^ pad[: len(data) - end]
    return whole


def network_of(data: bytes | Bytes) -> Network | None:
    """Return the network in whose files bytes begin so, None where they are not framed."""
    return BY_MAGIC.get(bytes(data[:4]))


def frames(data: Bytes, written: int, network: Network, name: str) -> Iterator[tuple[int, int]]:
    """Yield where each block begins and ends in a framed file.

    Between frames there may be zeros: nodes make files longer before they fill them.
    """
    at, total = 0, len(data)
    magic = int.from_bytes(network.magic, "little")
    while at < written:
        if total - at >= FRAME and int(data[at : at + 4].view("<u4")[0]) == magic:
            size = int(data[at + 4 : at + 8].view("<u4")[0])
            start, end = at + FRAME, at + FRAME + size
            if size < HEADER + 1 or end > total:
                raise UnreadableFile(
                    f"{name}, byte {at:,}: a block of {size:,} bytes is announced and "
                    f"{total - start:,} follow. The file breaks off or is damaged; fetch it "
                    "again. Nothing was changed."
                )
            yield start, end
            at = end
            continue
        ahead = np.flatnonzero(data[at : at + (1 << 20)])
        if not len(ahead):
            at += 1 << 20
        elif not ahead[0]:
            raise UnreadableFile(
                f"{name}, byte {at:,}: no block begins here, as the network's mark is missing. "
                "The file is damaged; fetch it again. Nothing was changed."
            )
        else:
            at += int(ahead[0])
