"""What every reader of a chain format hands over: batches of columns, in reading order.

A reader knows one format and nothing of how ledgers are kept; the ledger knows these columns and
nothing of formats. Amounts are integers in base units.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sanctrail.errors import Problem

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

UNKNOWN = -1
"""What stands where a source does not tell a block, a place, a time or a value."""

UNSPENT = -1
"""What stands where an output's spending transaction would."""

NULL_DATA = "op_return"
"""The address of outputs that carry data and can never be spent."""

GAPS = {
    "unspent": "Which outputs were spent is known only as far as the spending transactions are in "
    "the ledger; the unspent side is not complete.",
    "blocks": "The source holds single transactions, not whole blocks: what else happened in them "
    "is not known.",
    "inputs": "The source holds no inputs: where coins came from and which outputs are spent is "
    "not known.",
    "outputs": "The source holds no outputs: where coins went is not known.",
    "values": "The values of some spent outputs are not known: the transactions that made them "
    "are not in the ledger and the source does not tell.",
    "failed": "Failed transactions are missing, and with them the fees that they paid.",
    "fees": "Fees are missing: balances are too high by what was paid for transactions.",
    "internal": "Internal transfers (made by contracts) are missing.",
    "tokens": "Token transfers are missing: only the chain's own coin is in the ledger.",
    "coin": "Transfers of the chain's own coin are missing: only tokens are in the ledger.",
    "rewards": "Block rewards and other newly made coins are missing.",
    "precision": "The source holds amounts as floating point numbers: they are exact only up to "
    "2^53 base units, and larger ones may differ from the chain's in their last digits.",
    "rounded": "The source holds amounts as floating point numbers; they were rounded to the "
    "nearest base unit, which is exact below 2^53 units.",
    "position": "The source gives no position inside a block: transfers of one block stand in the "
    "order of the file's rows.",
}
"""What a source may lack, by the code that a manifest holds, in a sentence for every report."""


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset of a ledger; amounts are integers in `unit`, 10^`decimals` of which make one.

    A token has its contract's address; its decimals are 0 where the source does not tell them.
    """

    code: str
    unit: str
    decimals: int
    contract: str = ""


BITCOIN = Asset("BTC", "satoshi", 8)


@dataclass(frozen=True, slots=True)
class UtxoBatch:
    """Whole transactions (t of them, with o outputs and i inputs), in the order read.

    Outputs and inputs stand transaction after transaction, in their own order; the counts say
    which are whose. A transaction without inputs makes new coins. Ids are the 32 bytes in the
    order in which explorers print them.
    """

    txids: Bytes
    """(t, 32)"""
    blocks: Ints
    """(t,) block heights."""
    places: Ints
    """(t,) place inside the block, UNKNOWN where the source does not tell."""
    times: Ints
    """(t,) the block's time, unix seconds."""
    output_counts: Ints
    """(t,)"""
    input_counts: Ints
    """(t,)"""
    values: Ints
    """(o,) in the base unit."""
    addresses: pa.Array
    """(o,) strings, canonical, never null: an address, `script:` and the SHA-256 of the script
    where it has none, or NULL_DATA."""
    spent_txids: Bytes
    """(i, 32) the transaction whose output each input spends."""
    spent_places: Ints
    """(i,) which of its outputs."""
    spent_values: Ints
    """(i,) what that output holds, UNKNOWN where the source does not tell."""
    spent_addresses: pa.Array
    """(i,) strings, the spent output's address, null where the source does not tell."""
    output_places: Ints | None = None
    """(o,) each output's place in its transaction, where they are not 0, 1, 2 ..."""
    hashes: Sequence[tuple[int, str]] = ()
    """Height and hash (hexadecimal) of blocks, where the source tells them."""

    def __len__(self) -> int:
        return len(self.txids)


TRANSFERS = pa.schema(
    [
        ("block", pa.int64()),  # UNKNOWN where the source has none
        ("time", pa.int64()),  # unix seconds
        ("micros", pa.int32()),  # fractions of a second: they order rows and are not kept
        ("place", pa.int64()),  # the transaction's place in its block, or UNKNOWN
        ("transaction", pa.string()),  # as `stored_transaction` gives it, "" where there is none
        ("kind", pa.string()),  # one of KINDS
        ("position", pa.int64()),  # of the log, trace or row inside its transaction, or UNKNOWN
        ("sender", pa.string()),  # canonical; "" where coins are newly made
        ("receiver", pa.string()),  # canonical; "" where coins are destroyed
        ("asset", pa.string()),  # the code of an asset
        ("amount", pa.string()),  # decimal digits, in base units, up to 2^256 - 1
        ("failed", pa.bool_()),  # a failed transfer is kept for the record and moves nothing
        ("sender_label", pa.string()),
        ("receiver_label", pa.string()),
    ]
)
"""Columns of transfers between accounts, none ever null."""

FEES = pa.schema(
    [
        ("transaction", pa.string()),
        ("block", pa.int64()),
        ("time", pa.int64()),
        ("payer", pa.string()),  # canonical
        ("fee", pa.string()),  # decimal digits, in base units of the chain's own coin
        ("asset", pa.string()),
        ("failed", pa.bool_()),
    ]
)
"""What transactions cost, paid whether they failed or not; one row a transaction."""

KINDS = ("transaction", "trace", "reward", "genesis", "withdrawal", "token", "row", "internal")
"""Kinds of transfers: the value of a transaction itself, a call inside it, new coins, a token's
log, a row of a table. Where a transaction's traces are there, they hold its own value too, and the
reader hands over both: the ledger keeps the traces. `internal` are calls whose source tells them
beside the transaction's own value."""

FEE = "fee"
"""The kind of the movements that a ledger makes of FEES: they go nowhere."""

KIND_CODES = (*KINDS, FEE)
"""Kinds of movements by the number that a ledger's column `kinds` holds."""


@dataclass(frozen=True, slots=True)
class AccountBatch:
    """Transfers and fees, in the order read, and the assets that are new with them."""

    transfers: pa.Table
    """Of schema TRANSFERS."""
    fees: pa.Table = field(default_factory=FEES.empty_table)
    """Of schema FEES."""
    assets: Sequence[Asset] = ()

    def __len__(self) -> int:
        return int(self.transfers.num_rows)


def table_of(rows: Iterable[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Return rows (tuples in the schema's order) as a table."""
    held = list(rows)
    columns = zip(*held, strict=True) if held else [()] * len(schema)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


@dataclass(slots=True)
class Told:
    """What readers say beside their batches: bad rows, gaps and limits."""

    problems: list[Problem] = field(default_factory=list)
    gaps: set[str] = field(default_factory=set)
    limits: dict[str, None] = field(default_factory=dict)

    def problem(self, source: str, where: str, message: str) -> None:
        """Note a bad row: counted and located, never dropped in silence."""
        self.problems.append(Problem(source, where, message))

    def lacks(self, *gaps: str) -> None:
        """Note what a source cannot tell, by the codes of GAPS."""
        unknown = set(gaps) - GAPS.keys()
        assert not unknown, f"no such gap: {unknown}"
        self.gaps.update(gaps)

    def limit(self, text: str) -> None:
        """Note a limit in words, once."""
        self.limits[text] = None
