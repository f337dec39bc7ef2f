"""TRON's addresses: base58check of the byte 0x41 and the twenty bytes that the chain works with."""

import hashlib
from functools import lru_cache

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PREFIX = b"\x41"
_CHECKSUM = 4


@lru_cache(1 << 16)
def tron_address(raw: bytes) -> str:
    """Return the address `T...` of twenty bytes."""
    body = _PREFIX + raw
    body += hashlib.sha256(hashlib.sha256(body).digest()).digest()[:_CHECKSUM]
    number, digits = int.from_bytes(body, "big"), []
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
