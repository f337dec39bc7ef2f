"""Wallet addresses that a list writes only into its free text.

An address counts when its own checksum holds, or when its form or a label beside it leaves no
doubt; then a checksum that fails is told. The asset is the code before the address where one is
written, else the one that the address's family implies.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sanctrail.addresses import describe
from sanctrail.lists.records import Wallet

_TOKEN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{25,90}(?![0-9A-Za-z])")
_CODES = (
    "XBT|BTC|ETH|USDT|USDC|TRX|BNB|BSC|ARB|XRP|LTC|BCH|BSV|BTG|DASH|XMR|ZEC|ETC|XVG|DOGE|SOL|TON|"
    "DAI|BUSD|MATIC|AVAX"
)
_CODE = re.compile(rf"(?<![A-Za-z])({_CODES})\W{{0,6}}$")
_LABEL = re.compile(
    r"\b(?:address(?:es)?|wallets?|(?:digital|virtual|crypto)\W?currency|crypto\w*)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,;&]*(?:and\s+)?")
_IMPLIED = {
    "bitcoin": "XBT",
    "ethereum-like": "ETH",
    "tron": "TRX",
    "litecoin": "LTC",
    "dash": "DASH",
    "ripple": "XRP",
}
_LABEL_REACH = 80
"""Characters before an address within which a label speaks of it."""


@dataclass(frozen=True, slots=True)
class FoundWallet:
    """A wallet found in a text, and what is wrong with its address, if anything."""

    wallet: Wallet
    wrong: str = ""


def wallets_in(text: str) -> Iterator[FoundWallet]:
    """Yield every wallet address of a text, in order, repeats included."""
    last, code = 0, ""
    for match in _TOKEN.finditer(text):
        token, before = match[0], text[last : match.start()]
        form = describe(token)
        labelled = _LABEL.search(text[max(0, match.start() - _LABEL_REACH) : match.start()])
        written = _CODE.search(before)
        if written:
            code = written[1]
        elif not _BETWEEN.fullmatch(before):
            code = ""
        if not _counts(form.family, form.checksum, said=bool(written or labelled)):
            continue
        last = match.end()
        fails = form.checksum == "invalid"
        wrong = f"the checksum of wallet address {token} does not hold" if fails else ""
        yield FoundWallet(Wallet(code or _IMPLIED.get(form.family, ""), token), wrong)


def _counts(family: str, checksum: str, *, said: bool) -> bool:
    return checksum == "valid" or family == "ethereum-like" or (said and family != "unknown")
