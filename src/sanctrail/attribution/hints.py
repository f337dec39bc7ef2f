"""Addresses that lost their case, or their middle: hints to look further, never addresses.

A base58 address in lower case is another string with no valid checksum, and which capitals it had
nobody can tell. A file that lower-cased everything it holds gives hints alone, so that nothing in
it is ever taken for an address.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sanctrail.addresses import describe, is_transaction_id

_FOLDED = re.compile(r"[1-9a-z]{26,35}|[1-9a-z]{40,110}")
_WITH_CAPITALS = "BTC XBT LTC DOGE DASH ZEC XMR XVG XRP TRX SOL TON BTG BSV USDT USDC"
_CAPITALS = frozenset(["", *_WITH_CAPITALS.split()])
"""Assets whose addresses have capitals; of some others' all are lower case by nature."""

_LETTERS = 8
"""A real base58 address with so many letters and no capital is one in 2^8 or rarer."""

_BECH32 = re.compile(
    r"(?:bc|tb|bcrt|ltc|bnb|cosmos|terra|osmo|kava|zil|iota|smr|io|erd|addr|stake|inj|juno|sei|axelar|"
    r"celestia|dydx|neutron|noble|secret|thor|stars|akash|evmos|kujira|mantra|certik|one|lsk|zs|xpla)1"
    r"[02-9ac-hj-np-z]{6,110}|[qp][02-9ac-hj-np-z]{41}"
)
"""Bech32 of the chains in use, and Bitcoin Cash's addresses without their prefix."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What a source says of an address that it does not give whole.

    An address agrees if, its case ignored, it begins with `prefix` and ends with `suffix`, and,
    where `suffix` is empty, is `prefix`.
    """

    prefix: str
    suffix: str
    label: str
    category: str
    asset: str
    source: str
    place: str
    context: str = ""


def lost_case(address: str, asset: str = "") -> bool:
    """Tell whether an address must have had capitals that are gone."""
    if asset.upper() not in _CAPITALS or is_transaction_id(address):
        return False
    if not _FOLDED.fullmatch(address) or sum(c.isalpha() for c in address) < _LETTERS:
        return False
    return describe(address).checksum != "valid" and not _BECH32.fullmatch(address)


def all_lost_case(addresses: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a whole file of addresses with their assets was lower-cased.

    So it was where there is no capital anywhere, and a part of them must have had some: one in
    twenty at least, since a stranger's address may look so by nature.
    """
    lost = count = 0
    for address, asset in addresses:
        if address != address.lower():
            return False
        count += 1
        lost += lost_case(address, asset)
    return lost * 20 >= count and lost > 0


def is_case_free(address: str) -> bool:
    """Tell whether case never matters in an address of this form, so that nothing was lost."""
    plain = address.lower()
    if _BECH32.fullmatch(plain):
        return describe(plain).checksum == "valid"
    return describe(plain).family == "ethereum-like"
