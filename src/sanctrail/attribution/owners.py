"""Who stands behind a label: the actor that it names, or the name that is left of its text.

"Binance 14", "binance reserve wallets ETH" and actor `binance` are one owner. Two owners differ
where they share no telling word and neither name holds the other.
"""

import re
from collections.abc import Mapping

from sanctrail.attribution.categories import kind_of
from sanctrail.attribution.formats.source import Actor
from sanctrail.attribution.labels import Label

_LISTED = frozenset({"ofac", "sanction", "sanctions", "sanctioned", "blacklisted", "blocked"})
_WORD = re.compile(r"[^\W_]+")
_RENAMED = {"htx": "huobi", "okex": "okx"}
_SAYING_LITTLE = (
    "hot cold warm wallet wallets reserve reserves deposit deposits address addresses exchange "
    "the of and on contract proxy old new main multisig funder account service exploiter hack "
    "hacker com io net org erc20 token btc eth usdt usdc trx bch ltc proof "
    "pro global international limited ltd inc invented"
)
_LONG_ENOUGH = 4
"""Letters of a word that says something inside another one."""

_PLAIN = frozenset(_SAYING_LITTLE.split())


def owner_of(label: Label, actors: Mapping[str, Actor]) -> frozenset[str]:
    """Return the words that name the owner by this label; empty where it names none."""
    named = [label.actor, *label.concepts]
    ids = [name for name in named if name in actors] or [name for name in (label.actor,) if name]
    said = " ".join([*ids, *(actors[name].label for name in ids if name in actors)])
    words = _WORD.findall(label.label.casefold())
    if _LISTED.intersection(words):
        words = []  # who lists an address does not own it
    words += _WORD.findall(said.casefold())
    telling = [word for word in words if not word.isdigit() and word not in _PLAIN]
    return frozenset(_RENAMED.get(word, word) for word in telling)


def same_owner(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two owners can be one: they share a word, one holds the other, or none is."""
    if not one or not other or one & other:
        return True
    return any(_holds(a, b) or _holds(b, a) for a in one for b in other)


def _holds(long: str, short: str) -> bool:
    return len(short) >= _LONG_ENOUGH and short in long


def kind_with(label: Label, actors: Mapping[str, Actor]) -> str:
    """Return a label's kind; where it says none, that of its actor."""
    if label.kind:
        return label.kind
    named = [label.actor, *label.concepts]
    return kind_of(*(c for name in named if name in actors for c in actors[name].categories))
