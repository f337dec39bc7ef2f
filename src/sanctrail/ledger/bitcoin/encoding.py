"""Addresses of many scripts in kernels: told apart, hashed and written one behind the other."""

from typing import Any

import numpy as np

from sanctrail.addresses.base58 import ALPHABET
from sanctrail.ground.kernel import kernel
from sanctrail.ledger.bitcoin.hashes import padded_kernel, ripemd160_kernel, sha256_kernel

KEY_HASH, SCRIPT_HASH, KEY, WITNESS, DATA, OTHER = range(6)
LONGEST = 96
"""Bytes that the longest address may have: its prefix, 40 bytes in bech32, a checksum."""

_BASE58 = np.frombuffer(ALPHABET.encode(), np.uint8).copy()
_BECH32 = np.frombuffer(b"qpzry9x8gf2tvdw0s3jn54khce6mua7l", np.uint8).copy()
_SCRIPT = np.frombuffer(b"script:", np.uint8).copy()
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8).copy()
_GENERATOR = np.array([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3], np.int64)


@kernel
def _kind_kernel(data: Any, start: int, length: int) -> int:
    first = data[start] if length else 0
    if (
        length == 25 and first == 0x76 and data[start + 1] == 0xA9 and data[start + 2] == 20
        and data[start + 23] == 0x88 and data[start + 24] == 0xAC
    ):  # fmt: skip
        return KEY_HASH
    if length == 23 and first == 0xA9 and data[start + 1] == 20 and data[start + 22] == 0x87:
        return SCRIPT_HASH
    if (length == 35 and first == 33) or (length == 67 and first == 65):
        key = data[start + 1]
        compressed = key == 2 or key == 3
        plain = key == 4 or key == 6 or key == 7
        if data[start + length - 1] == 0xAC and (compressed if first == 33 else plain):
            return KEY
    if 4 <= length <= 42 and data[start + 1] == length - 2:
        if first == 0 and (length == 22 or length == 34):
            return WITNESS
        if 0x51 <= first <= 0x60:
            return WITNESS
    return DATA if length and first == 0x6A else OTHER


@kernel
def classify_kernel(data: Any, starts: Any, lengths: Any, kinds: Any) -> None:
    for n in range(len(starts)):
        kinds[n] = _kind_kernel(data, starts[n], lengths[n])


@kernel
def _base58_kernel(payload: Any, text: Any, at: int) -> int:
    """Write 25 bytes in base 58 at `at`; return where the text ends."""
    digits = np.zeros(35, np.uint8)
    used = 0
    zeros = 0
    while zeros < 25 and payload[zeros] == 0:
        zeros += 1
    for n in range(zeros, 25):
        carry = np.int64(payload[n])
        place = 0
        while place < used or carry:
            carry += 256 * np.int64(digits[place])
            digits[place] = carry % 58
            carry //= 58
            place += 1
        used = place
    for _ in range(zeros):
        text[at] = _BASE58[0]
        at += 1
    for place in range(used):
        text[at] = _BASE58[digits[used - 1 - place]]
        at += 1
    return at


@kernel
def _polymod_kernel(checksum: int, value: int) -> int:
    top = checksum >> 25
    checksum = (checksum & 0x1FFFFFF) << 5 ^ value
    for bit in range(5):
        if top >> bit & 1:
            checksum ^= _GENERATOR[bit]
    return checksum


@kernel
def _bech32_kernel(
    data: Any, start: int, length: int, version: int, prefix: Any, text: Any, at: int
) -> int:
    """Write a witness program's address at `at`; return where the text ends."""
    checksum = 1
    for n in range(len(prefix)):
        checksum = _polymod_kernel(checksum, prefix[n] >> 5)
    checksum = _polymod_kernel(checksum, 0)
    for n in range(len(prefix)):
        checksum = _polymod_kernel(checksum, prefix[n] & 31)
        text[at] = prefix[n]
        at += 1
    text[at] = 49
    text[at + 1] = _BECH32[version]
    at += 2
    checksum = _polymod_kernel(checksum, version)
    held = 0
    bits = 0
    for n in range(length):
        held = (held << 8 | data[start + n]) & 0xFFFF
        bits += 8
        while bits >= 5:
            bits -= 5
            value = held >> bits & 31
            checksum = _polymod_kernel(checksum, value)
            text[at] = _BECH32[value]
            at += 1
    if bits:
        value = held << (5 - bits) & 31
        checksum = _polymod_kernel(checksum, value)
        text[at] = _BECH32[value]
        at += 1
    for _ in range(6):
        checksum = _polymod_kernel(checksum, 0)
    checksum ^= 0x2BC830A3 if version else 1
    for n in range(6):
        text[at] = _BECH32[checksum >> 5 * (5 - n) & 31]
        at += 1
    return at


@kernel
def encode_kernel(
    data: Any, starts: Any, lengths: Any, hashed: Any, versions: Any, prefix: Any,
    null_data: Any, text: Any, offsets: Any,
) -> None:  # fmt: skip
    """Write the address of each script behind the one before.

    `hashed` holds the SHA-256 of scripts that have no address, `text` LONGEST bytes a script.
    """
    block = np.empty(128, np.uint8)
    words = np.empty(64, np.uint32)
    state = np.empty(8, np.uint32)
    digest = np.empty(32, np.uint8)
    payload = np.empty(25, np.uint8)
    at = 0
    for n in range(len(starts)):
        start, length = starts[n], lengths[n]
        kind = _kind_kernel(data, start, length)
        if kind <= KEY:
            payload[0] = versions[1] if kind == SCRIPT_HASH else versions[0]
            if kind == KEY:
                count = padded_kernel(data, start + 1, length - 2, block, 0)
                sha256_kernel(block, count, words, state, digest)
                padded_kernel(digest, 0, 32, block, 1)
                ripemd160_kernel(block, words, digest)
                for byte in range(20):
                    payload[1 + byte] = digest[byte]
            else:
                first = start + (3 if kind == KEY_HASH else 2)
                for byte in range(20):
                    payload[1 + byte] = data[first + byte]
            padded_kernel(payload, 0, 21, block, 0)
            sha256_kernel(block, 1, words, state, digest)
            padded_kernel(digest, 0, 32, block, 0)
            sha256_kernel(block, 1, words, state, digest)
            for byte in range(4):
                payload[21 + byte] = digest[byte]
            at = _base58_kernel(payload, text, at)
        elif kind == WITNESS:
            version = data[start] - 0x50 if data[start] else 0
            at = _bech32_kernel(data, start + 2, length - 2, version, prefix, text, at)
        elif kind == DATA:
            for byte in range(len(null_data)):
                text[at + byte] = null_data[byte]
            at += len(null_data)
        else:
            for byte in range(len(_SCRIPT)):
                text[at + byte] = _SCRIPT[byte]
            at += len(_SCRIPT)
            for byte in range(32):
                text[at] = _HEX[hashed[n, byte] >> 4]
                text[at + 1] = _HEX[hashed[n, byte] & 15]
                at += 2
        offsets[n + 1] = at
