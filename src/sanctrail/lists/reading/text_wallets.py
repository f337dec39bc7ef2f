"""Wallet addresses that a list writes only into its free text.

An address counts when its own checksum holds, when it is an Ethereum address, or when a code or a
word for crypto assets stands before it; where its checksum fails or is not known, that is told.
The asset is the code that the list writes before the address. Where it writes none the asset
stays empty: the address's form tells of a chain, and what is held there would be a guess.
"""

import re
from collections.abc import Iterator

from sanctrail.addresses import describe, is_transaction_id
from sanctrail.lists.records import Wallet

_TOKEN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{25,110}(?![0-9A-Za-z])")
_CODE = re.compile(
    r"(?<![A-Za-z])(XBT|BTC|ETH|USDT|USDC|TRX|BNB|BSC|ARB|XRP|LTC|BCH|BSV|BTG|DASH|XMR|ZEC|ETC|XVG|"
    r"DOGE|SOL|TON|DAI|BUSD|MATIC|AVAX)(?![A-Za-z])"
)
_LABEL = re.compile(
    r"暗号資産|仮想通貨|ビットコイン|\b(?:bitcoin|wallets?|crypto\w*|"
    r"(?:digital|virtual)\W?(?:currenc(?:y|ies)|assets?|address(?:es)?))\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,;&/、；，]*(?:and\s+)?")
_LABEL_REACH = 80
"""Characters before an address within which a word for crypto assets speaks of it."""

_CODE_REACH = 24
"""Characters before an address within which a code speaks of it: `USDT (TRC20) address: T...`."""


def wallets_in(text: str) -> Iterator[tuple[Wallet, str]]:
    """Yield every wallet address of a text in order, repeats included, with what is wrong with it.

    What stands before the first of several that only a comma or an `and` parts is said of all.
    """
    last, asset, labelled = 0, "", False
    for match in _TOKEN.finditer(text):
        before = text[last : match.start()]
        if not (last and _BETWEEN.fullmatch(before)):
            codes = _CODE.findall(before[-_CODE_REACH:])
            asset = codes[-1] if codes else ""
            labelled = _LABEL.search(before[-_LABEL_REACH:]) is not None
        if wallet := _wallet(match[0], asset, said=bool(asset) or labelled):
            yield wallet
        last = match.end()


def _wallet(token: str, asset: str, *, said: bool) -> tuple[Wallet, str] | None:
    form = describe(token)
    if form.checksum == "valid" or (form.family, form.checksum) == ("ethereum-like", "none"):
        return Wallet(asset, token), ""
    likely = form.family != "unknown" or any(c.isdigit() for c in token)
    if form.family == "ethereum-like" or (said and likely and not is_transaction_id(token)):
        return Wallet(asset, token), f"wallet address {token} has no checksum that holds"
    return None
