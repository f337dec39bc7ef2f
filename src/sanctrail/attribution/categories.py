"""What kind of thing an address is: the words of many sources under few names.

The names follow the INTERPOL dark web and virtual assets taxonomy as GraphSense uses it, with the
short forms that people say. A source's own word is kept beside.
"""

SERVICES = frozenset(
    {
        "exchange",
        "mixer",
        "bridge",
        "payment processor",
        "wallet service",
        "gambling",
        "market",
        "defi",
        "mining",
        "coinjoin",
        "service",
    }
)
"""Kinds that hold many people's money: what enters cannot be followed through."""

_WORDS = {
    "exchange": "exchange exchanges cex centralized_exchange otc atm hot_wallet",
    "mixer": "mixing_service mixer mixing tumbler mixers tornado-cash privacy_pool",
    "coinjoin": "coinjoin",
    "bridge": "bridge bridges defi_bridge cross_chain cross-chain",
    "payment processor": "payment_processor payment_processors payments payment processor",
    "wallet service": "wallet_service hosted_wallet escrow_wallet ico_wallet custodian",
    "gambling": "gambling casino",
    "market": "market marketplace darknet_market dark_market shop nft_marketplace",
    "defi": "defi dex defi_dex defi_lending decentralized_exchange swap lending loans",
    "mining": "miner mining_service mining_pool mining",
    "sanctioned": "sanction sanctioned sanctions ofac-sanctions-lists ofac-sanctioned",
    "theft": "service_hack hack heist exploit hacker thief stolen exploiter theft phish-hack",
    "scam": "scam phishing ponzi_scheme investment_fraud fraud fake-phishing phish scammer",
    "ransomware": "ransomware",
    "black list": "black_list blacklist blocked",
    "user": "user person individual donation perpetrator victim",
    "organization": "organization organisation company",
    "service": "service",
}
_KIND = {word: kind for kind, words in _WORDS.items() for word in words.split()}


def kind_of(*words: str) -> str:
    """Return the kind that the first known of a source's words stands for, else empty."""
    for word in words:
        plain = word.strip().lower()
        known = _KIND.get(plain) or _KIND.get(plain.replace(" ", "_"))
        if plain in _WORDS or known:
            return known or plain
    return ""


def is_service(kind: str) -> bool:
    """Tell whether an address of this kind holds the money of many."""
    return kind in SERVICES
