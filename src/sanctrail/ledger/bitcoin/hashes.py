"""SHA-256 and RIPEMD-160 of short messages in kernels, for many thousands of them at once.

Sources: FIPS 180-4; The RIPEMD-160 page of H. Dobbertin, A. Bosselaers and B. Preneel (1996).
The standard library's RIPEMD-160 is missing where OpenSSL leaves it out.
"""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint32]

BLOCK = 64


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _root_bits(prime: int, power: int) -> int:
    """Return the first 32 bits of the fraction of a prime's square or cube root."""
    low, high = 0, prime << 32
    while low < high:
        middle = (low + high + 1) // 2
        if middle**power <= prime << 32 * power:
            low = middle
        else:
            high = middle - 1
    return low & 0xFFFFFFFF


_K = np.array([_root_bits(prime, 3) for prime in _primes(64)], np.uint32)
_H = np.array([_root_bits(prime, 2) for prime in _primes(8)], np.uint32)

_R_LEFT = (
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
    3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12,
    1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
    4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
)  # fmt: skip
_R_RIGHT = (
    5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12,
    6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
    15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13,
    8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
    12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
)  # fmt: skip
_S_LEFT = (
    11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8,
    7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
    11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5,
    11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
    9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
)  # fmt: skip
_S_RIGHT = (
    8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6,
    9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
    9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5,
    15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
    8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
)  # fmt: skip
_RIPEMD = np.array([_R_LEFT, _R_RIGHT, _S_LEFT, _S_RIGHT], np.uint32)
_K_LEFT = np.array([0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E], np.uint32)
_K_RIGHT = np.array([0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0], np.uint32)
_RIPEMD_START = np.array([0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0], np.uint32)


@kernel
def _rotated_left(word: Any, by: Any) -> Any:
    return np.uint32(word << np.uint32(by)) | np.uint32(word >> np.uint32(32 - by))


@kernel
def _rotated_right(word: Any, by: Any) -> Any:
    return np.uint32(word >> np.uint32(by)) | np.uint32(word << np.uint32(32 - by))


@kernel
def padded_kernel(data: Any, start: int, length: int, block: Any, little: int) -> int:
    """Write a message with its padding into `block`; return the number of 64-byte blocks."""
    count = (length + 8) // 64 + 1
    for at in range(count * 64):
        block[at] = data[start + at] if at < length else 0
    block[length] = 0x80
    bits = length * 8
    for n in range(8):
        at = count * 64 - 8 + n if little else count * 64 - 1 - n
        block[at] = (bits >> 8 * n) & 0xFF
    return count


@kernel
def sha256_kernel(block: Any, count: int, words: Any, state: Any, digest: Any) -> None:
    """Write the SHA-256 of `count` padded blocks into `digest` (32 bytes)."""
    for n in range(8):
        state[n] = _H[n]
    for number in range(count):
        for n in range(16):
            at = number * 64 + 4 * n
            words[n] = (
                np.uint32(block[at]) << np.uint32(24)
                | np.uint32(block[at + 1]) << np.uint32(16)
                | np.uint32(block[at + 2]) << np.uint32(8)
                | np.uint32(block[at + 3])
            )
        for n in range(16, 64):
            a, b = words[n - 15], words[n - 2]
            s0 = _rotated_right(a, 7) ^ _rotated_right(a, 18) ^ (a >> np.uint32(3))
            s1 = _rotated_right(b, 17) ^ _rotated_right(b, 19) ^ (b >> np.uint32(10))
            words[n] = np.uint32(words[n - 16] + s0 + words[n - 7] + s1)
        a, b, c, d = state[0], state[1], state[2], state[3]
        e, f, g, h = state[4], state[5], state[6], state[7]
        for n in range(64):
            s1 = _rotated_right(e, 6) ^ _rotated_right(e, 11) ^ _rotated_right(e, 25)
            t1 = np.uint32(h + s1 + ((e & f) ^ (~e & g)) + _K[n] + words[n])
            s0 = _rotated_right(a, 2) ^ _rotated_right(a, 13) ^ _rotated_right(a, 22)
            t2 = np.uint32(s0 + ((a & b) ^ (a & c) ^ (b & c)))
            h, g, f, e = g, f, e, np.uint32(d + t1)
            d, c, b, a = c, b, a, np.uint32(t1 + t2)
        state[0] += a
        state[1] += b
        state[2] += c
        state[3] += d
        state[4] += e
        state[5] += f
        state[6] += g
        state[7] += h
    for n in range(8):
        for byte in range(4):
            digest[4 * n + byte] = (state[n] >> np.uint32(24 - 8 * byte)) & np.uint32(0xFF)


@kernel
def _mixed(turn: int, b: Any, c: Any, d: Any) -> Any:
    if turn == 0:
        return b ^ c ^ d
    if turn == 1:
        return (b & c) | (~b & d)
    if turn == 2:
        return (b | ~c) ^ d
    if turn == 3:
        return (b & d) | (c & ~d)
    return b ^ (c | ~d)


@kernel
def ripemd160_kernel(block: Any, words: Any, digest: Any) -> None:
    """Write the RIPEMD-160 of one padded block into `digest` (20 bytes)."""
    for n in range(16):
        words[n] = (
            np.uint32(block[4 * n])
            | np.uint32(block[4 * n + 1]) << np.uint32(8)
            | np.uint32(block[4 * n + 2]) << np.uint32(16)
            | np.uint32(block[4 * n + 3]) << np.uint32(24)
        )
    h = _RIPEMD_START
    a, b, c, d, e = h[0], h[1], h[2], h[3], h[4]
    aa, bb, cc, dd, ee = h[0], h[1], h[2], h[3], h[4]
    for n in range(80):
        turn = n // 16
        t = np.uint32(a + _mixed(turn, b, c, d) + words[_RIPEMD[0, n]] + _K_LEFT[turn])
        t = np.uint32(_rotated_left(t, _RIPEMD[2, n]) + e)
        a, e, d, c, b = e, d, _rotated_left(c, 10), b, t
        t = np.uint32(aa + _mixed(4 - turn, bb, cc, dd) + words[_RIPEMD[1, n]] + _K_RIGHT[turn])
        t = np.uint32(_rotated_left(t, _RIPEMD[3, n]) + ee)
        aa, ee, dd, cc, bb = ee, dd, _rotated_left(cc, 10), bb, t
    found = (
        np.uint32(h[1] + c + dd), np.uint32(h[2] + d + ee), np.uint32(h[3] + e + aa),
        np.uint32(h[4] + a + bb), np.uint32(h[0] + b + cc),
    )  # fmt: skip
    for n in range(5):
        for byte in range(4):
            digest[4 * n + byte] = (found[n] >> np.uint32(8 * byte)) & np.uint32(0xFF)


@kernel
def _hash160_kernel(data: Any, length: int, block: Any, words: Any, state: Any, out: Any) -> None:
    count = padded_kernel(data, 0, length, block, 0)
    sha256_kernel(block, count, words, state, out)
    padded_kernel(out, 0, 32, block, 1)
    ripemd160_kernel(block, words, out)


def hash160(message: bytes) -> bytes:
    """Return RIPEMD-160 of SHA-256 of a message of at most 119 bytes."""
    out = np.empty(32, np.uint8)
    data = np.frombuffer(message or b"\0", np.uint8)
    block, words, state = (
        np.empty(2 * BLOCK, np.uint8),
        np.empty(64, np.uint32),
        np.empty(8, np.uint32),
    )
    _hash160_kernel(data, len(message), block, words, state, out)
    return out[:20].tobytes()


def sha256d(data: bytes | memoryview) -> bytes:
    """Return the double SHA-256 by which Bitcoin names blocks and transactions."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()
