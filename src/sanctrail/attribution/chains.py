"""Asset code and chain told apart: OFAC's "USDT" is an asset, and its address says on what chain.

A label's source names an asset ("XBT", "USDT", "BEP20"). A coin has a chain of its own; a token
moves on many, and then only the form of the address tells more, if anything.
"""

from dataclasses import dataclass

from sanctrail.addresses import describe

EVM = "ethereum-like"
"""The family of chains with Ethereum's addresses: one key has one address on all of them."""

_COINS = {
    "bitcoin": "BTC XBT",
    "bitcoin cash": "BCH",
    "bitcoin gold": "BTG",
    "bitcoin sv": "BSV",
    "litecoin": "LTC",
    "dogecoin": "DOGE",
    "dash": "DASH",
    "zcash": "ZEC",
    "monero": "XMR",
    "verge": "XVG",
    "ethereum": "ETH",
    "ethereum classic": "ETC",
    "bnb smart chain": "BSC BEP20",
    "bnb beacon chain": "BEP2",
    "arbitrum": "ARB",
    "polygon": "MATIC POL",
    "avalanche": "AVAX",
    "kcc": "KCS",
    "tron": "TRX TRC20",
    "ripple": "XRP RIPPLE",
    "solana": "SOL",
    "cardano": "ADA",
    "cosmos": "ATOM",
    "polkadot": "DOT",
    "kusama": "KSM",
    "algorand": "ALGO",
    "filecoin": "FIL",
    "stellar": "XLM",
    "tezos": "XTZ",
    "eos": "EOS",
    "neo": "NEO",
    "vechain": "VET",
    "zilliqa": "ZIL",
    "iota": "MIOTA",
    "terra": "LUNA",
    "ton": "TON",
}
CHAIN_OF_ASSET = {code: chain for chain, codes in _COINS.items() for code in codes.split()}

_EVM_CHAINS = frozenset(
    {
        "ethereum",
        "ethereum classic",
        "bnb smart chain",
        "arbitrum",
        "polygon",
        "avalanche",
        "kcc",
        "vechain",
    }
)
_SHORT = {"btc": "bitcoin", "eth": "ethereum", "trx": "tron", "xrp": "ripple", "sol": "solana"}
_FORMS = {
    "bitcoin": frozenset(
        # The same version bytes: forks of Bitcoin kept its addresses, and Litecoin had its "3".
        {"bitcoin", "bitcoin cash", "bitcoin sv", "litecoin", "bitcoin gold"}
    ),
    "litecoin": frozenset({"litecoin", "bitcoin gold"}),
    "dash": frozenset({"dash"}),
    "tron": frozenset({"tron"}),
    "ripple": frozenset({"ripple"}),
    EVM: _EVM_CHAINS,
}
_OTHER_EVM = frozenset(
    {"bnb", "base", "optimism", "linea", "fantom", "gnosis", "blast", "scroll", "zksync", "mantle"}
    | {"ronin", "celo", "cronos", "heco", "moonbeam", "opbnb", "sonic", "berachain", "hyperevm"}
)
"""Names of chains that no asset code stands for here."""

CHECKED = frozenset({"bitcoin", "litecoin", "dash", "tron", "dogecoin", "zcash", EVM, *_EVM_CHAINS})
"""Chains whose addresses carry a checksum that is known here."""

_BECH32 = ("bc1", "tb1", "bcrt1", "ltc1")


@dataclass(frozen=True, slots=True)
class Placed:
    """A chain, and what said so: `asset`, `form` (the address's) or `nothing`."""

    chain: str
    by: str
    contradicted: str = ""


def chain_named(text: str) -> str:
    """Return the chain that a source's word for it means; what is not known stays as it is."""
    word = text.strip().lower()
    return _SHORT.get(word) or CHAIN_OF_ASSET.get(word.upper(), word)


def place(asset: str, address: str) -> Placed:
    """Return the chain of an address of which a source names the asset.

    Where the form of the address cannot be of the asset's chain, the form decides and the
    contradiction is told. A family of chains stands for one of its members not known.
    """
    family = describe(address).family
    possible = _possible(family, address)
    chain = CHAIN_OF_ASSET.get(asset.strip().upper(), "")
    if chain and (possible is None or chain in possible):
        return Placed(chain, "asset")
    if possible is None:
        return Placed("", "nothing")
    said = f"{asset} is of {chain}, the address has the form of {family}" if chain else ""
    return Placed(family, "form", said)


def fits(label_chain: str, ledger_families: frozenset[str]) -> bool:
    """Tell whether a label of one chain may speak of an address of a ledger.

    Among chains with one form of addresses a key owns the same address on each, so a label
    carries over; a contract's does not, and that no form tells.
    """
    if not label_chain or not ledger_families:
        return True
    return family_of(label_chain) in ledger_families


def may_fit(label_chain: str, ledger_families: frozenset[str]) -> bool:
    """Tell the same where a word that names no known chain must not hide a service.

    Then the form of the address, which the ledger has, decides.
    """
    family = family_of(label_chain)
    known = family == EVM or family in CHAIN_OF_ASSET.values()
    return not known or fits(label_chain, ledger_families)


def family_of(chain: str) -> str:
    """Return the form of addresses that a chain uses."""
    return EVM if chain == EVM or chain in _EVM_CHAINS or chain in _OTHER_EVM else chain


def _possible(family: str, address: str) -> frozenset[str] | None:
    """Return the chains on which an address of this form can be; None where any may be."""
    if address.lower().startswith(_BECH32):
        return frozenset({family})
    return _FORMS.get(family)
