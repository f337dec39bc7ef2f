"""Base58Check: bytes with a checksum of four bytes in 58 letters. Source: Bitcoin's base58.h."""

import hashlib

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_CHECKSUM = 4


def base58check(payload: bytes) -> str:
    """Return a payload (version and hash) with its checksum in base 58."""
    raw = payload + checksum(payload)
    number = int.from_bytes(raw, "big")
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = ALPHABET[digit] + digits
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + digits


def checksum(payload: bytes) -> bytes:
    """Return the first four bytes of a payload's double SHA-256."""
    return hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:_CHECKSUM]
