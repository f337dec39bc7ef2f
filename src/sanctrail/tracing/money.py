"""What units were worth in money, where prices were imported: exact decimals, with their sources.

The value of a movement is its units at the latest price at or before its time; units for which
there is no price are counted as not valued, never guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.ledger.prices import Prices
from sanctrail.tracing.result import TraceResult
from sanctrail.tracing.state import AGED, ARRIVED, CHANGE, FAR, NAMED, TAKEN
from sanctrail.tracing.trail import Trail

CENT = Decimal("0.01")
_EXACT = Context(prec=120)


@dataclass(slots=True)
class Value:
    """A sum in a currency, the units for which there was no price, and whose prices were used."""

    amount: Decimal = Decimal(0)
    unpriced: int = 0
    sources: set[str] = field(default_factory=set)

    def document(self, currency: str) -> dict[str, Any]:
        """Return it for trace.json: rounded to the hundredth, once, at the end."""
        with localcontext(_EXACT):
            rounded = self.amount.quantize(CENT, ROUND_HALF_EVEN)
        return {
            "currency": currency,
            "value": str(rounded),
            "unpriced": str(self.unpriced),
            "prices_of": sorted(self.sources),
        }


class Valuer:
    """Values a trail's movements at the prices of their times."""

    def __init__(self, trail: Trail, prices: Prices, currency: str) -> None:
        self.currency = currency
        self._trail = trail
        self._prices = prices
        self._at: dict[int, Any] = {}

    def of(self, numbers: Iterable[int]) -> Value:
        """Return what movements were worth together, each at its time."""
        return self.of_parts((number, self._trail.amount(number)) for number in numbers)

    def of_parts(self, parts: Iterable[tuple[int, int]]) -> Value:
        """Return what parts of movements were worth together, each at its movement's time."""
        value = Value()
        with localcontext(_EXACT):
            for number, amount in parts:
                price = self._price(self._time(number))
                if price is None:
                    value.unpriced += amount
                    continue
                value.amount += price.value * amount / Decimal(10) ** self._trail.asset.decimals
                value.sources.add(price.source)
        return value

    def texts(self, rows: npt.NDArray[Any], amounts: Iterable[int]) -> list[str | None]:
        """Return the value of parts of movements, each at its time, null without a price."""
        told: list[str | None] = []
        with localcontext(_EXACT):
            for number, amount in zip(rows.tolist(), amounts, strict=True):
                price = self._price(self._time(number))
                value = price and price.value * amount / Decimal(10) ** self._trail.asset.decimals
                told.append(None if value is None else str(value.quantize(CENT, ROUND_HALF_EVEN)))
        return told

    def _price(self, time: int) -> Any:
        if time not in self._at:
            self._at[time] = self._prices.price_at(self._trail.asset.code, self.currency, time)
        return self._at[time]

    def _time(self, number: int) -> int:
        at = int(self._trail.moves["at"][number])
        ledger: Any = self._trail.ledger
        return int(ledger.time(at)) if self._trail.utxo else int(ledger.times[at])


def values_of(result: TraceResult, valuer: Valuer) -> dict[str, Any]:
    """Return what was stolen at the theft's prices, and what arrived at those of its arrival."""
    moves = result.trail.moves
    mine = moves["theft"] == result.theft_number
    taken = np.flatnonzero(mine & _begins(result))
    arrived = np.flatnonzero(mine & (moves["fate"] == ARRIVED))
    if result.method == "poison":  # a movement counts a whole place, not what was stolen of it
        stolen = valuer.of_parts((n, _named_amount(result, n)) for n in taken.tolist())
    else:
        stolen = valuer.of(taken)
    back = valuer.of(np.flatnonzero(mine & (moves["fate"] == CHANGE)))
    stolen.amount -= back.amount
    stolen.unpriced -= back.unpriced
    return {
        "stolen": stolen.document(valuer.currency),
        "arrived": valuer.of(arrived).document(valuer.currency),
        "by_address": _by_address(result, valuer, arrived),
    }


def _named_amount(result: TraceResult, number: int) -> int:
    """Return how much of a movement was stolen: what was named of it, else all of it."""
    trail = result.trail
    move = trail.moves[number]
    if move["root"] != NAMED:
        return trail.amount(number)
    return trail.marked[int(move["receiver" if trail.utxo else "at"])]


def _begins(result: TraceResult) -> npt.NDArray[np.bool_]:
    moves = result.trail.moves
    named = moves["root"] == NAMED
    if result.trail.utxo:
        return np.asarray(named | (moves["fate"] == TAKEN))
    carried_on = (moves["fate"] == AGED) | (moves["fate"] == FAR)
    return np.asarray((moves["root"] != 0) & ~carried_on)


def _by_address(
    result: TraceResult, valuer: Valuer, arrived: npt.NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    trail = result.trail
    receivers = trail.moves["receiver"][arrived]
    owners = trail.ledger.columns["owners"][receivers] if trail.utxo else receivers
    by_owner: dict[int, list[int]] = {}
    for owner, number in zip(owners.tolist(), arrived.tolist(), strict=True):
        by_owner.setdefault(owner, []).append(number)
    return {
        trail.ledger.address(owner): valuer.of(numbers).document(valuer.currency)
        for owner, numbers in by_owner.items()
    }
