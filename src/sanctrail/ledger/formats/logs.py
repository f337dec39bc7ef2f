"""Event logs: which of them move a token, and what they move.

An ERC-20 token logs `Transfer(address indexed, address indexed, uint256)`: three topics and one
word of data (EIP-20). With a fourth topic in place of the data it is an ERC-721 token, whose
number is no amount (EIP-721).
"""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from sanctrail.ledger.formats.fields import SHOWN, Fields, needed_address, text
from sanctrail.ledger.values import BadField

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""The first topic of a transfer: the Keccak-256 of `Transfer(address,address,uint256)`."""

_WORD = re.compile(r"0x[0-9a-f]{64}")
TOPICS = 3
"""Topics of a transfer that moves an amount."""
_ADDRESS_DIGITS = 40


class TokenMove(NamedTuple):
    """What a log moves: a token by its contract, and how much in base units."""

    contract: str
    sender: str
    receiver: str
    amount: int


def topics_of(value: Any) -> list[str]:
    """Return topics in lower case; they come as a list, as JSON text or joined by commas."""
    if isinstance(value, str):
        value = json.loads(value) if value.startswith("[") and '"' in value else value.strip("[]")
    parts: Sequence[Any] = value.split(",") if isinstance(value, str) else value or ()
    return [str(part).strip().lower() for part in parts]


def is_transfer(topics: Sequence[str]) -> bool:
    """Tell whether a log says that a token was transferred, whatever kind of token."""
    return bool(topics) and topics[0] == TRANSFER


def token_move(fields: Fields, topics: Sequence[str]) -> TokenMove | None:
    """Return what a transfer's log moves, None where that is no amount (ERC-721 and others)."""
    data = text(fields, "data").lower()
    if len(topics) != TOPICS or len(data) != len(TRANSFER):
        return None
    for word in (*topics, data):
        if not _WORD.fullmatch(word):
            raise BadField(f"the log's word '{word[:SHOWN]}' is not 32 bytes in hexadecimal")
    return TokenMove(
        needed_address(fields, "address"),
        "0x" + topics[1][-_ADDRESS_DIGITS:],
        "0x" + topics[2][-_ADDRESS_DIGITS:],
        int(data, 16),
    )


def read_topics(fields: Fields) -> list[str]:
    """Return a row's topics."""
    try:
        return topics_of(fields.get("topics"))
    except (ValueError, TypeError, RecursionError):
        raise BadField("the log's topics cannot be read") from None
