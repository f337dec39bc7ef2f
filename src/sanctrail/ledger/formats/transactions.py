"""Transactions one by one on their way into batches, for sources that tell them so."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sanctrail.addresses import canonical
from sanctrail.ledger.batches import UNKNOWN, UtxoBatch
from sanctrail.ledger.bitcoin.networks import MAINNET, MAX_MONEY, Network
from sanctrail.ledger.bitcoin.scripts import script_address
from sanctrail.ledger.values import BadField, shown

ROWS = 20_000
_ID = 64
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Spent:
    """An input: which output it spends, and what is told of that output."""

    txid: str
    n: int
    value: int = UNKNOWN
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction: outputs as (value, address); `block` and `place` may be UNKNOWN."""

    txid: str
    block: int
    place: int
    time: int
    inputs: Sequence[Spent]
    outputs: Sequence[tuple[int, str | None]]


@dataclass(slots=True)
class Gathered:
    """Transactions until there are enough for a batch."""

    rows: list[Transaction] = field(default_factory=list)
    hashes: list[tuple[int, str]] = field(default_factory=list)

    def full(self) -> bool:
        """Tell whether there are enough."""
        return len(self.rows) >= ROWS

    def batch(self) -> UtxoBatch:
        """Return what was gathered and begin anew."""
        rows, spent = self.rows, [end for row in self.rows for end in row.inputs]
        made = [end for row in rows for end in row.outputs]
        result = UtxoBatch(
            txids=_ids([row.txid for row in rows]),
            blocks=np.array([row.block for row in rows], np.int64),
            places=np.array([row.place for row in rows], np.int64),
            times=np.array([row.time for row in rows], np.int64),
            output_counts=np.array([len(row.outputs) for row in rows], np.int64),
            input_counts=np.array([len(row.inputs) for row in rows], np.int64),
            values=np.array([value for value, _ in made], np.int64),
            addresses=pa.array([address for _, address in made], pa.string()),
            spent_txids=_ids([end.txid for end in spent]),
            spent_places=np.array([end.n for end in spent], np.int64),
            spent_values=np.array([end.value for end in spent], np.int64),
            spent_addresses=pa.array([end.address for end in spent], pa.string()),
            hashes=self.hashes,
        )
        self.rows, self.hashes = [], []
        return result


def _ids(texts: list[str]) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    return np.frombuffer(bytes.fromhex("".join(texts)), np.uint8).reshape(-1, 32)


def transaction_id(text: object) -> str:
    """Return a transaction id in lower case; raises `BadField` where it is none."""
    told = str(text).strip().lower().removeprefix("0x")
    try:
        if len(told) == _ID and len(bytes.fromhex(told)) == _ID // 2:
            return told
    except ValueError:
        pass
    raise BadField(f"'{shown(text)}' is no transaction id of 64 hexadecimal digits")


def whole(value: object, name: str, largest: int = 2**31 - 1) -> int:
    """Return a whole number from 0 to `largest`; raises `BadField` where it is none."""
    told = str(value).strip()
    if isinstance(value, bool) or not (told.isascii() and told.isdigit() and len(told) < 20):  # noqa: PLR2004
        raise BadField(f"{name} '{told[:40]}' is not a whole number")
    if int(told) > largest:
        raise BadField(f"{name} {told} is larger than can be")
    return int(told)


def sats(value: object) -> int:
    """Return an amount of satoshi; raises `BadField` where there can be no such amount."""
    return whole(value, "the value", MAX_MONEY)


def address_text(value: object) -> str:
    """Return an address as text; raises `BadField` where it is none."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise BadField(f"'{shown(value)}' is no address")
    if not value.isascii():
        raise BadField(f"address '{shown(value)}' holds letters that no address has")
    return canonical(value)


def address_of_script(text: object, network: Network = MAINNET) -> str:
    """Return the address of a script in hexadecimal; raises `BadField` where it is none."""
    try:
        script = bytes.fromhex(str(text))
    except ValueError:
        raise BadField(f"script '{shown(text)}' is not hexadecimal") from None
    return script_address(script, network)
