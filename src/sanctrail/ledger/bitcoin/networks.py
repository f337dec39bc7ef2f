"""Bitcoin's networks: how their files begin, how their addresses look, where they start.

Source: Bitcoin Core's kernel/chainparams.cpp.
"""

from dataclasses import dataclass

from sanctrail.errors import InputError

MAX_MONEY = 21_000_000 * 100_000_000
"""Satoshi that there can be; a larger amount is damage."""


@dataclass(frozen=True, slots=True)
class Network:
    """One network. `magic` begins each block in a file; hashes are as explorers print them."""

    name: str
    magic: bytes
    key_hash: int
    """The version byte of addresses of key hashes."""
    script_hash: int
    """The version byte of addresses of script hashes."""
    prefix: str
    """The human-readable part of witness addresses."""
    easiest: int
    """The bits of the easiest target that a header may claim."""
    genesis: str


MAINNET = Network(
    "mainnet", bytes.fromhex("f9beb4d9"), 0x00, 0x05, "bc", 0x1D00FFFF,
    "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
)  # fmt: skip
NETWORKS = (
    MAINNET,
    Network(
        "testnet3", bytes.fromhex("0b110907"), 0x6F, 0xC4, "tb", 0x1D00FFFF,
        "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
    ),
    Network(
        "testnet4", bytes.fromhex("1c163f28"), 0x6F, 0xC4, "tb", 0x1D00FFFF,
        "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
    ),
    Network(
        "signet", bytes.fromhex("0a03cf40"), 0x6F, 0xC4, "tb", 0x1E0377AE,
        "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
    ),
    Network(
        "regtest", bytes.fromhex("fabfb5da"), 0x6F, 0xC4, "bcrt", 0x207FFFFF,
        "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
    ),
)  # fmt: skip
BY_MAGIC = {network.magic: network for network in NETWORKS}
BY_NAME = {network.name: network for network in NETWORKS}


def named(name: str) -> Network:
    """Return the network of a name; raises `InputError` where there is none."""
    if name not in BY_NAME:
        raise InputError(f"There is no network '{name}'; this program knows {', '.join(BY_NAME)}.")
    return BY_NAME[name]
