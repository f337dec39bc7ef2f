"""Files of blocks: framed as nodes write them, or one bare block; plain, packed or under a key."""

from collections.abc import Iterator
from dataclasses import dataclass
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
_LOOK = 1 << 20


@dataclass(frozen=True, slots=True)
class BlockFile:
    """A file's bytes, as they lie (plain files are mapped), and the key over them, if any."""

    name: str
    raw: Bytes
    key: bytes

    def __len__(self) -> int:
        return len(self.raw)

    def take(self, start: int, end: int) -> Bytes:
        """Return the bytes [start, end), with the key taken off."""
        piece = self.raw[start:end]
        return under_key(piece, self.key, start) if self.key else piece

    def network(self) -> Network | None:
        """Return the network in whose files bytes begin so, None where they are not framed."""
        return BY_MAGIC.get(self.take(0, 4).tobytes())


def read_file(path: Path) -> BlockFile:
    """Open a file of blocks or of undo data, unpacked."""
    with open_input(path, large=True) as stream:
        head = stream.head()
        data = np.frombuffer(stream.read(), np.uint8) if _is_packed(path, head) else _mapped(path)
    return BlockFile(path.name, data, b"" if head[:4] in BY_MAGIC else key_of(path))


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


def _is_packed(path: Path, head: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(4) != head[:4]


def _mapped(path: Path) -> Bytes:
    if not path.stat().st_size:
        return np.empty(0, np.uint8)
    return np.asarray(np.memmap(path, np.uint8, "r"))


def under_key(data: Bytes, key: bytes, start: int = 0) -> Bytes:
    """Return bytes from `start` on with a key of eight bytes taken off, or put on."""
    pad = np.roll(np.frombuffer(key, np.uint8), -(start % _KEY_BYTES))
    whole = np.empty(len(data), np.uint8)
    end = len(data) // _KEY_BYTES * _KEY_BYTES
    whole[:end].reshape(-1, _KEY_BYTES)[:] = data[:end].reshape(-1, _KEY_BYTES) ^ pad
    whole[end:] = data[end:] ^ pad[: len(data) - end]
    return whole


def frames(file: BlockFile, network: Network, tail: int = 0) -> Iterator[tuple[int, int]]:
    """Yield where each block or record begins and ends in a framed file.

    Between frames there may be zeros: nodes make files longer before they fill them. `tail` is
    what stands behind each record (the checksum of undo data).
    """
    at, total = 0, len(file)
    while at < total:
        frame = file.take(at, at + FRAME)
        if len(frame) == FRAME and frame[:4].tobytes() == network.magic:
            size = int(frame[4:].view("<u4")[0])
            start, end = at + FRAME, at + FRAME + size
            if end + tail > total or (not tail and size < HEADER + 1):
                raise UnreadableFile(
                    f"{file.name}, byte {at:,}: {size:,} bytes are announced and "
                    f"{total - start:,} follow. The file breaks off or is damaged; fetch it "
                    "again. Nothing was changed."
                )
            yield start, end
            at = end + tail
            continue
        at = _behind_zeros(file, at)


def _behind_zeros(file: BlockFile, at: int) -> int:
    """Return where a frame may begin behind room that was never written."""
    filled = np.flatnonzero(file.raw[at : at + _LOOK])
    if not len(filled):
        return at + _LOOK
    if not filled[0]:
        raise UnreadableFile(
            f"{file.name}, byte {at:,}: no block begins here, as the network's mark is missing. "
            "The file is damaged; fetch it again. Nothing was changed."
        )
    # Under a key, the first bytes of a frame may be zeros too.
    return at + max(1, int(filled[0]) - _KEY_BYTES)
