"""The forms of wallet addresses: which chains use them, and whether their checksum holds.

Sources: Base58Check (Bitcoin wiki), BIP-173 and BIP-350 (bech32, bech32m), EIP-55 (mixed-case
checksum). An asset code on a list is not a chain: the form of the address tells more.
"""

import hashlib
import re
from dataclasses import dataclass

from sanctrail.addresses.bech32 import bech32_holds
from sanctrail.addresses.keccak import keccak256

_HEX40 = re.compile(r"0[xX][0-9a-fA-F]{40}")
_HEX_ID = re.compile(r"0[xX][0-9a-fA-F]+|[0-9a-fA-F]{64}")
_TXID = re.compile(r"(?:0[xX])?[0-9a-fA-F]{64}")
_BECH32 = re.compile(r"[a-z0-9]{1,83}1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{6,}")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32_CHAINS = {
    "bc": "bitcoin",
    "tb": "bitcoin testnet",
    "bcrt": "bitcoin regtest",
    "ltc": "litecoin",
}
_BASE58_CHAINS = {
    0x00: "bitcoin",
    0x05: "bitcoin",
    0x30: "litecoin",
    0x32: "litecoin",
    0x41: "tron",
    0x4C: "dash",
    0x6F: "bitcoin testnet",
    0xC4: "bitcoin testnet",
}
_CHECKSUM_LENGTH = 4
_HASH_LENGTH = 20


@dataclass(frozen=True, slots=True)
class AddressForm:
    """What an address's form says: its family, and whether its own checksum holds.

    `checksum` is valid, invalid, or none where the form carries no checksum (an Ethereum address
    in one case) or is not known here.
    """

    family: str
    checksum: str
    canonical: str


def canonical(address: str) -> str:
    """Return the form in which two spellings of one address are equal.

    Hexadecimal and bech32 addresses are the same in either case and become lower case; base58
    ones differ by case and stay as they are.
    """
    address = address.strip()
    return address.lower() if _HEX40.fullmatch(address) or _is_bech32(address) else address


def canonical_transaction(text: str) -> str:
    """Return the form in which two spellings of one transaction id are equal.

    Hexadecimal ids become lower case without `0x`; others (base58) differ by case and stay.
    """
    text = text.strip()
    if _HEX_ID.fullmatch(text):
        return text.lower().removeprefix("0x")
    return text


def is_transaction_id(text: str) -> bool:
    """Tell whether the text has the form of a transaction id: 64 hexadecimal digits."""
    return _TXID.fullmatch(text) is not None


def describe(address: str) -> AddressForm:
    """Return the family of an address by its form, and the verdict of its checksum."""
    address = address.strip()
    if _HEX40.fullmatch(address):
        return AddressForm("ethereum-like", _eip55(address), address.lower())
    if _is_bech32(address):
        return AddressForm(*_bech32(address), address.lower())
    family, verdict = _base58check(address)
    return AddressForm(family, verdict, address)


def _eip55(address: str) -> str:
    digits = address[2:]
    if digits in (digits.lower(), digits.upper()):
        return "none"
    mask = keccak256(digits.lower().encode()).hex()
    expected = "".join(
        c.upper() if int(nibble, 16) >= 8 else c  # noqa: PLR2004
        for c, nibble in zip(digits.lower(), mask, strict=False)
    )
    return "valid" if expected == digits else "invalid"


def _is_bech32(address: str) -> bool:
    """Tell bech32 by its prefix too: one base58 address in twelve has the alphabet by chance."""
    lowered = address.lower()
    return lowered.rpartition("1")[0] in _BECH32_CHAINS and _BECH32.fullmatch(lowered) is not None


def _bech32(address: str) -> tuple[str, str]:
    family = _BECH32_CHAINS[address.lower().rpartition("1")[0]]
    one_case = address in (address.lower(), address.upper())
    return family, "valid" if one_case and bech32_holds(address.lower()) else "invalid"


def _base58check(address: str) -> tuple[str, str]:
    if not 26 <= len(address) <= 40 or any(c not in _BASE58 for c in address):  # noqa: PLR2004
        return "unknown", "none"
    if address.startswith("r") and _checked(address, _RIPPLE)[1] == "valid":
        return "ripple", "valid"  # the same digits in another order, so a valid one is no accident
    body, verdict = _checked(address, _BASE58)
    if len(body) <= _HASH_LENGTH:
        return "unknown", "none"
    family = _BASE58_CHAINS.get(body[0], "base58") if len(body) == _HASH_LENGTH + 1 else "base58"
    return family, verdict


def _checked(address: str, alphabet: str) -> tuple[bytes, str]:
    number = 0
    for c in address:
        number = number * 58 + alphabet.index(c)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    raw = b"\0" * (len(address) - len(address.lstrip(alphabet[0]))) + raw
    body, check = raw[:-_CHECKSUM_LENGTH], raw[-_CHECKSUM_LENGTH:]
    digest = hashlib.sha256(hashlib.sha256(body).digest()).digest()
    return body, "valid" if digest[:_CHECKSUM_LENGTH] == check else "invalid"
