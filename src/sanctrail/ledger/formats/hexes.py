"""Hexadecimal text of many ids at once, as bytes."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sanctrail.ground.kernel import kernel

Bytes = npt.NDArray[np.uint8]

_BAD = 255


def _digits() -> Bytes:
    table = np.full(256, _BAD, np.uint8)
    for value, letters in enumerate(zip("0123456789abcdef", "0123456789ABCDEF", strict=True)):
        for letter in letters:
            table[ord(letter)] = value
    return table


_DIGITS = _digits()


@kernel
def _hex_kernel(data: Any, offsets: Any, digits: Any, size: Any, found: Any, good: Any) -> None:
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        if end - start == 2 * size + 2 and data[start] == 48 and data[start + 1] == 120:
            start += 2
        good[row] = end - start == 2 * size
        if not good[row]:
            continue
        for byte in range(size):
            high, low = digits[data[start + 2 * byte]], digits[data[start + 2 * byte + 1]]
            if high > 15 or low > 15:
                good[row] = False
                break
            found[row, byte] = high << 4 | low


def ids_of(texts: pa.Array) -> tuple[Bytes, npt.NDArray[np.bool_]]:
    """Return ids of 32 bytes in hexadecimal (with or without 0x), and which of them are good.

    (n, 32) and (n,); a null or anything else than 64 digits is not good.
    """
    large = texts.cast(pa.large_string())
    _, raw, data = large.buffers()
    offsets = np.frombuffer(raw, np.int64)[large.offset : large.offset + len(large) + 1]
    content = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
    found = np.zeros((len(large), 32), np.uint8)
    good = np.zeros(len(large), np.bool_)
    _hex_kernel(content, offsets, _DIGITS, 32, found, good)
    if texts.null_count:
        good &= texts.is_valid().to_numpy(zero_copy_only=False)
    return found, good
