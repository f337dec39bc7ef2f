"""Scripts to addresses: what each standard output script says of who may spend it.

A bare public key (P2PK) has no address of its own; as explorers do, it is given the address of
the key's hash, since whoever can spend the one can spend the other. Scripts without an address
(bare multisig, anything not standard) are kept by their SHA-256, data outputs by NULL_DATA.
Sources: BIP-11, BIP-16, BIP-141, BIP-350; Bitcoin Core's script/solver.cpp.
"""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sanctrail.addresses.base58 import base58check
from sanctrail.addresses.bech32 import witness_address
from sanctrail.ledger.batches import NULL_DATA
from sanctrail.ledger.bitcoin.encoding import LONGEST, OTHER, classify_kernel, encode_kernel
from sanctrail.ledger.bitcoin.hashes import hash160
from sanctrail.ledger.bitcoin.networks import Network

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

SCRIPT = "script:"
"""What stands before the SHA-256 of a script that has no address."""

_DUP, _HASH160, _EQUAL, _EQUALVERIFY, _CHECKSIG, _RETURN = 0x76, 0xA9, 0x87, 0x88, 0xAC, 0x6A
_ONE, _SIXTEEN = 0x51, 0x60
_KEY = {33: (2, 3), 65: (4, 6, 7)}
"""Lengths of public keys and the bytes with which they begin."""


def script_address(script: bytes, network: Network) -> str:
    """Return the address of an output script, in the plain way; the kernel's judge."""
    size = len(script)
    if (
        size == 25
        and script[:3] == bytes([_DUP, _HASH160, 20])
        and script[23:] == bytes([_EQUALVERIFY, _CHECKSIG])
    ):
        return base58check(bytes([network.key_hash]) + script[3:23])
    if size == 23 and script[:2] == bytes([_HASH160, 20]) and script[22] == _EQUAL:
        return base58check(bytes([network.script_hash]) + script[2:22])
    if _is_key(script):
        return base58check(bytes([network.key_hash]) + hash160(script[1:-1]))
    version = _witness_version(script)
    if version is not None:
        return witness_address(network.prefix, script[2:], version)
    if script[:1] == bytes([_RETURN]):
        return NULL_DATA
    return SCRIPT + hashlib.sha256(script).hexdigest()


def _is_key(script: bytes) -> bool:
    size = len(script) - 2
    return (
        size in _KEY and script[0] == size and script[-1] == _CHECKSIG and script[1] in _KEY[size]
    )


def _witness_version(script: bytes) -> int | None:
    """Return the version of a witness program (BIP-141), None where the script is none.

    Version 0 has 20 or 32 bytes; another length could never be spent and has no address.
    """
    size = len(script)
    if not 4 <= size <= 42 or script[1] != size - 2:
        return None
    if script[0] == 0:
        return 0 if size in {22, 34} else None
    return script[0] - _ONE + 1 if _ONE <= script[0] <= _SIXTEEN else None


def addresses_of(data: Bytes, starts: Ints, lengths: Ints, network: Network) -> pa.Array:
    """Return the address of each script; (n,) strings for n scripts inside `data`."""
    count = len(starts)
    text = np.empty(count * LONGEST, np.uint8)
    offsets = np.zeros(count + 1, np.int64)
    prefix = np.frombuffer(network.prefix.encode(), np.uint8)
    null_data = np.frombuffer(NULL_DATA.encode(), np.uint8)
    hashed = _script_hashes(data, starts, lengths)
    encode_kernel(
        data, starts, lengths, hashed,
        np.array([network.key_hash, network.script_hash], np.uint8), prefix, null_data,
        text, offsets,
    )  # fmt: skip
    return pa.LargeStringArray.from_buffers(
        count, pa.py_buffer(offsets), pa.py_buffer(text[: int(offsets[-1])])
    ).cast(pa.string())


def _script_hashes(data: Bytes, starts: Ints, lengths: Ints) -> Bytes:
    """Return the SHA-256 of each script that has no address; (n, 32) with zeros elsewhere."""
    kinds = np.empty(len(starts), np.uint8)
    classify_kernel(data, starts, lengths, kinds)
    hashed = np.zeros((len(starts), 32), np.uint8)
    for n in np.flatnonzero(kinds == OTHER).tolist():
        script = data[starts[n] : starts[n] + lengths[n]].tobytes()
        hashed[n] = np.frombuffer(hashlib.sha256(script).digest(), np.uint8)
    return hashed


def addresses_of_hex(scripts: pa.Array, network: Network) -> pa.Array:
    """Return the address of each script in hexadecimal; null where there is none."""
    raw: list[bytes | None] = [_unhexed(text) for text in scripts.to_pylist()]
    lengths = np.array([len(script or b"") for script in raw], np.int64)
    data = np.frombuffer(b"".join(script or b"" for script in raw) + b"\0", np.uint8)
    starts = np.cumsum(lengths) - lengths
    found = addresses_of(data, starts, lengths, network)
    missing = np.array([script is None for script in raw], bool)
    return pa.compute.if_else(pa.array(missing), pa.scalar(None, pa.string()), found)


def _unhexed(text: Any) -> bytes | None:
    try:
        return None if text is None else bytes.fromhex(text)
    except ValueError:
        return None
