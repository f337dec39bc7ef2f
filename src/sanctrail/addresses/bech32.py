"""Bech32 and bech32m: the checksum, and writing an address. Source: BIP-173 and BIP-350."""

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32, _BECH32M = 1, 0x2BC830A3
_CHECKSUM = 6
_LAST_VERSION = 16


def bech32_holds(address: str) -> bool:
    """Tell whether a lower-case address's checksum holds, in the variant its version asks for."""
    prefix, _, data = address.rpartition("1")
    values = [_ALPHABET.index(c) for c in data]
    # BIP-350: witness version 0 (the letter q) takes bech32, later versions take bech32m.
    variant = _BECH32M if values[0] else _BECH32
    return _polymod(_expanded(prefix) + values) == variant and _is_program(values[:-_CHECKSUM])


def _is_program(values: list[int]) -> bool:
    """Tell a version and a witness program: 2 to 40 bytes (20 or 32 in version 0), padded by zeros.

    Source: BIP-173, "Segwit address format".
    """
    version, bits = values[0], 5 * (len(values) - 1)
    size, rest = divmod(bits, 8)
    last = values[-1] if len(values) > 1 else 0
    fits = 2 <= size <= 40 and (version or size in {20, 32})  # noqa: PLR2004
    return version <= _LAST_VERSION and bool(fits) and rest < 5 and not last & (1 << rest) - 1  # noqa: PLR2004


def witness_address(prefix: str, program: bytes, version: int = 0) -> str:
    """Return the address of a witness program (2 to 40 bytes), version 0 to 16."""
    values = [version, *_five_bits(program)]
    variant = _BECH32M if version else _BECH32
    checked = _polymod(_expanded(prefix) + values + [0] * 6) ^ variant
    checksum = [checked >> 5 * (5 - i) & 31 for i in range(6)]
    return f"{prefix}1" + "".join(_ALPHABET[value] for value in values + checksum)


def _five_bits(program: bytes) -> list[int]:
    bits = len(program) * 8
    number = int.from_bytes(program, "big") << (-bits % 5)
    count = (bits + 4) // 5
    return [number >> 5 * (count - 1 - i) & 31 for i in range(count)]


def _expanded(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit in range(5):
            checksum ^= _GENERATOR[bit] if top >> bit & 1 else 0
    return checksum
