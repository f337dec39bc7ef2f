"""CRC-32 over many texts at once, equal to `zlib.crc32` of each one's UTF-8 bytes."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sanctrail.ground.kernel import kernel

_BYTE = np.uint32(0xFF)
_EIGHT = np.uint32(8)
_ALL = np.uint32(0xFFFFFFFF)


def _table() -> npt.NDArray[np.uint32]:
    """Return the table of the reflected polynomial 0xEDB88320, one entry a byte."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> np.uint32(1)) ^ np.uint32(0xEDB88320), table >> 1)
    return table.astype(np.uint32)


_CRC = _table()


@kernel
def _crc32_kernel(
    data: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    table: npt.NDArray[np.uint32],
    found: npt.NDArray[np.uint32],
) -> None:
    for row in range(len(found)):
        crc = _ALL
        for at in range(offsets[row], offsets[row + 1]):
            crc = table[(crc ^ np.uint32(data[at])) & _BYTE] ^ (crc >> _EIGHT)
        found[row] = crc ^ _ALL


def crc32_of(texts: pa.Array) -> npt.NDArray[np.uint32]:
    """Return the CRC-32 of each text; (n,), nulls count as empty."""
    large = texts.cast(pa.large_string())
    offsets = np.frombuffer(large.buffers()[1], np.int64)[
        large.offset : large.offset + len(large) + 1
    ]
    data = large.buffers()[2]
    content = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
    found = np.empty(len(large), np.uint32)
    _crc32_kernel(content, offsets, _CRC, found)
    return found
