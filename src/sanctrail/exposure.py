"""Exposure: the two columns meet. Which listed wallets lie on a trail, and what reached them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sanctrail.addresses import canonical
from sanctrail.cases import Exposure, ListedWallet
from sanctrail.register import Register, RegisteredWallet

Key = tuple[str, str]
"""(method, asset) of a result."""


def exposure_of(
    register: Register, trace: Mapping[str, Any], flows: Iterable[Mapping[str, str]]
) -> Exposure:
    """Look up every address of a trail (rows of flows.csv) among the register's wallets.

    An amount is what arrived at the wallet by one method; a wallet that the money only left, such
    as a source, shows what left it.
    """
    arrived: dict[str, dict[Key, int]] = {}
    left: dict[str, dict[Key, int]] = {}
    for flow in flows:
        key = flow["method"], flow["asset"]
        for book, end in ((arrived, flow["to"]), (left, flow["from"])):
            amounts = book.setdefault(canonical(end), {})
            amounts[key] = amounts.get(key, 0) + int(flow["amount_tainted"])
    keys = [(result["method"], result["asset"]) for result in trace["results"]]
    wallets = register.wallets()
    on_trail = arrived.keys() | left.keys()
    # A party that stands on two lists of one regime is one row.
    found = {
        (wallet.listing_id, wallet.asset, wallet.address): wallet
        for wallet in wallets
        if wallet.comparable in on_trail
    }
    return Exposure(
        wallets_known=len(wallets),
        register=tuple((v["list_id"], v["list_date"], v["sha256"]) for v in register.current),
        found=tuple(
            _listed(wallet, keys, arrived.get(wallet.comparable) or left[wallet.comparable])
            for _, wallet in sorted(found.items())
        ),
    )


def _listed(
    wallet: RegisteredWallet, keys: Sequence[Key], amounts: Mapping[Key, int]
) -> ListedWallet:
    return ListedWallet(
        listing_id=wallet.listing_id,
        names=wallet.names,
        regime=wallet.regime,
        programmes=wallet.programmes,
        listed_on=wallet.listed_on,
        asset=wallet.asset,
        address=wallet.address,
        amounts=tuple((key[0], str(amounts.get(key, 0))) for key in keys),
    )
