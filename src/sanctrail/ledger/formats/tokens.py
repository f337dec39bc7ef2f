"""Tokens as assets: which code a contract's token has, and how its amounts count.

A token's own symbol is only what its contract says of itself, and anybody may write "USDT" there.
So the codes of well-known contracts (data/tokens.toml) belong to those contracts alone, and of
others that share a symbol the first one met keeps it; the rest go by their contract's address.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from sanctrail.ledger.batches import Asset, Told
from sanctrail.ledger.values import MAX_DECIMALS

UNIT = "base unit"
_MAX_SYMBOL = 32


@cache
def known_tokens() -> Mapping[str, tuple[str, int]]:
    """Return code and decimals of the contracts that the program knows."""
    file = resources.files("sanctrail") / "data" / "tokens.toml"
    chains = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        contract: (code, decimals)
        for chain in chains.values()
        for code, (contract, decimals) in chain.items()
    }


@cache
def _reserved() -> frozenset[str]:
    return frozenset(code.casefold() for code, _ in known_tokens().values())


class Tokens:
    """The tokens of one source, each an asset from the first transfer on."""

    def __init__(self, coin: str, assumed: int | None = None) -> None:
        """Keep `coin`'s code for the chain's own coin.

        `assumed` are the decimals of tokens that nothing tells of, where the source writes amounts
        in whole tokens; without it their amounts are taken in base units.
        """
        self._taken = {coin.casefold()}
        self._assumed = assumed
        self._told: dict[str, tuple[str, int | None]] = {}
        self._assets: dict[str, Asset] = {}
        self._untold: set[str] = set()

    def describe(self, contract: str, symbol: str, decimals: int | None) -> None:
        """Take what a source says of a token; the first word counts."""
        self._told.setdefault(contract, (symbol, decimals))

    def asset(self, contract: str) -> Asset:
        """Return the asset of a contract."""
        if contract not in self._assets:
            self._assets[contract] = self._made(contract)
        return self._assets[contract]

    def tell(self, told: Told) -> None:
        """Say how many tokens' decimals are not known."""
        if not self._untold:
            return
        how = (
            "their amounts are in base units"
            if self._assumed is None
            else f"their amounts are in units of 10^-{self._assumed} token"
        )
        told.limit(
            f"The decimals of {len(self._untold):,} tokens are not known, so {how}; a file of "
            "tokens tells them."
        )

    def _made(self, contract: str) -> Asset:
        symbol, decimals = self._told.get(contract, ("", None))
        code, decimals = known_tokens().get(contract, (symbol, decimals))
        if decimals is None or not 0 <= decimals <= MAX_DECIMALS:
            self._untold.add(contract)
            decimals = self._assumed or 0
        return Asset(self._code(contract, code), UNIT, decimals, contract)

    def _code(self, contract: str, symbol: str) -> str:
        folded = symbol.casefold()
        foreign = contract not in known_tokens() and folded in _reserved()
        if foreign or folded in self._taken or not _usable(symbol):
            return contract
        self._taken.add(folded)
        return symbol


def _usable(symbol: str) -> bool:
    """Tell whether a symbol can stand in a report: short, in one word, and not a masked one."""
    told = 0 < len(symbol) <= _MAX_SYMBOL and symbol.isprintable()
    return told and not any(c.isspace() or c in "*?" for c in symbol)
