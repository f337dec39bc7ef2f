"""Blocks as hexadecimal text, as `bitcoin-cli getblock HASH 0` prints them."""

from sanctrail.errors import UnreadableFile
from sanctrail.ledger.bitcoin.headers import HEADER

_DIGITS = frozenset(b"0123456789abcdefABCDEF \t\r\n")


def is_hex(head: bytes) -> bool:
    """Tell whether a file that begins so is text of hexadecimal digits only."""
    return len(head) > 2 * HEADER and _DIGITS.issuperset(head)


def unhexed(text: bytes, name: str) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the bytes, and where each block begins and ends.

    Lines longer than a header are a block each; shorter ones are one block, wrapped.
    """
    lines = text.split()
    if any(len(line) <= 2 * HEADER for line in lines):
        lines = [b"".join(lines)]
    bounds, data = [], bytearray()
    for number, line in enumerate(lines, 1):
        try:
            data += bytes.fromhex(line.decode())
        except ValueError as error:
            raise UnreadableFile(
                f"{name}, block {number} of the text: it is no even number of hexadecimal digits. "
                "Fetch the file again; nothing was changed."
            ) from error
        bounds.append((bounds[-1][1] if bounds else 0, len(data)))
    return bytes(data), bounds
