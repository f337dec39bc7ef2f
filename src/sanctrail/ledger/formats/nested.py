"""Tables with a transaction a row and lists of inputs and outputs in it, as batches.

Bitcoin-etl's JSON and AWS's Parquet hold the same things under the same names; the lists are
taken apart by their offsets, without a loop over rows. A row with something wrong in it is left
out as a problem, and the rest goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sanctrail.ledger.batches import NULL_DATA, UNKNOWN, Told, UtxoBatch
from sanctrail.ledger.bitcoin.networks import MAINNET, MAX_MONEY
from sanctrail.ledger.bitcoin.scripts import addresses_of_hex
from sanctrail.ledger.formats.hexes import ids_of

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

MAX_BLOCK = 2**31 - 1
MAX_PLACE = 1_000_000
"""The largest place of an output in its transaction; a block's bytes hold far fewer."""


@dataclass(frozen=True, slots=True)
class Lists:
    """A column of lists of structs: how long each list is, and the columns of what they hold."""

    counts: Ints
    columns: dict[str, pa.Array]


def lists_of(column: pa.ChunkedArray | pa.Array, names: Sequence[str]) -> Lists:
    """Take lists of structs apart; a null list is empty, a missing column all null.

    Where the entries tell an `index` they are put in its order.
    """
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    counts = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    flat = pc.list_flatten(column)
    kind = flat.type
    there = {kind.field(n).name for n in range(kind.num_fields)}
    columns = {
        name: pc.struct_field(flat, name) if name in there else pa.nulls(len(flat))
        for name in names
    }
    return _in_order(Lists(counts.astype(np.int64), columns))


def _in_order(lists: Lists) -> Lists:
    index = lists.columns.get("index")
    if index is None or index.null_count:
        return lists
    told = _ints(index)
    starts = np.cumsum(lists.counts) - lists.counts
    if np.array_equal(told, np.arange(len(told)) - np.repeat(starts, lists.counts)):
        return lists
    order = pa.array(np.lexsort((told, np.repeat(np.arange(len(starts)), lists.counts))))
    return Lists(lists.counts, {name: column.take(order) for name, column in lists.columns.items()})


def rows_with(bad: Bools, counts: Ints) -> Bools:
    """Return for each row whether any entry of its list is bad."""
    owner = np.repeat(np.arange(len(counts)), counts)
    touched: Bools = np.bincount(owner[bad], minlength=len(counts)) > 0
    return touched


@dataclass(slots=True)
class Rows:
    """Rows of one chunk on their way into a batch: which are good, and what is wrong with others.

    `where` names a row for people.
    """

    name: str
    told: Told
    where: Callable[[int], str]
    good: Bools

    def refuse(self, bad: Bools, message: str) -> None:
        """Tell the rows that are bad, each once."""
        for row in np.flatnonzero(bad & self.good).tolist():
            self.told.problem(self.name, self.where(row), message)
        self.good &= ~bad


def whole_numbers(
    column: pa.Array | pa.ChunkedArray, rows: Rows, name: str, largest: int = MAX_BLOCK
) -> Ints:
    """Return a column of whole numbers; rows where it is missing or cannot be are refused."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    values = _ints(column)
    rows.refuse((values < 0) | (values > largest), f"{name} is missing or cannot be")
    return np.clip(values, 0, largest)


def _ints(column: pa.Array) -> Ints:
    if pa.types.is_null(column.type):
        return np.full(len(column), UNKNOWN, np.int64)
    whole = pc.fill_null(pc.cast(column, pa.int64()), UNKNOWN)
    values: Ints = whole.to_numpy(zero_copy_only=False)
    return values


def numbers_or_unknown(column: pa.Array) -> Ints:
    """Return a column of whole numbers, UNKNOWN where it is null."""
    return _ints(column)


def single_addresses(lists: pa.Array) -> pa.Array:
    """Return the address of each list of addresses, null unless it holds just one."""
    counts = pc.fill_null(pc.list_value_length(lists), 0)
    starts = pc.list_flatten(lists)
    sizes = counts.to_numpy(zero_copy_only=False).astype(np.int64)
    at = np.cumsum(sizes) - sizes
    one = sizes == 1
    indices = pa.array(np.where(one, at, 0), mask=~one)
    if not len(starts):
        return pa.nulls(len(lists), pa.string())
    return starts.take(indices).cast(pa.string())


def satoshi(coins: pa.Array) -> Ints:
    """Return amounts in whole coins (floating point) as satoshi: to the nearest, exact below 2^53.

    UNKNOWN where there is none; -2 where the nearest is not near, or it is no amount at all.
    """
    values = coins.cast(pa.float64()).to_numpy(zero_copy_only=False)
    scaled = np.multiply(values, 1e8)
    fits = np.isfinite(scaled) & (np.abs(scaled) < 2**62)
    nearest = np.rint(np.where(fits, scaled, 0))
    near = (np.abs(scaled - nearest) < _NEAR) | (np.divide(nearest, 1e8) == values)
    good = fits & near & (nearest >= 0)
    missing = coins.is_null().to_numpy(zero_copy_only=False)
    return np.where(missing, UNKNOWN, np.where(good, nearest, -2)).astype(np.int64)


_NEAR = 0.01
"""Satoshi that a floating point amount may lie beside a whole one: far more than doubles err."""

_PSEUDO = "nonstandard"
"""What bitcoin-etl puts before a hash of its own where a script has no address."""


def several_addresses(lists: pa.Array) -> pa.Array:
    """Return `multisig:` and the addresses joined, for lists of several, else null."""
    counts = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    several = counts > 1
    found: list[str | None] = [None] * len(lists)
    for row in np.flatnonzero(several).tolist():
        names = [str(name) for name in lists[row].as_py()]
        found[row] = MULTISIG + "+".join(sorted(names))
    return pa.array(found, pa.string())


MULTISIG = "multisig:"
"""What stands before the addresses of an output that several keys can spend."""


def addresses_from(
    told: pa.Array, scripts: pa.Array, kinds: pa.Array, several: pa.Array | None = None
) -> pa.Array:
    """Return canonical addresses: what the source tells, else what the script says.

    Where there is neither, those of a bare multisig joined; else null: nobody is known.
    """
    told = told.cast(pa.string())
    pseudo = pc.fill_null(pc.starts_with(told, _PSEUDO), True)
    empty = pc.equal(pc.binary_length(pc.fill_null(told, "")), 0)
    missing = pc.or_(pseudo, empty)
    if not pc.any(missing).as_py():
        return _canonical(told)
    at = pc.indices_nonzero(missing)
    derived = addresses_of_hex(scripts.take(at).cast(pa.string()), MAINNET)
    kind = pc.fill_null(kinds.take(at).cast(pa.string()), "")
    data = pa.scalar(NULL_DATA, pa.string())
    null_data = pc.if_else(pc.is_in(kind, _DATA_KINDS), data, pa.scalar(None, pa.string()))
    joined = pa.nulls(len(at), pa.string()) if several is None else several.take(at)
    filled = pc.coalesce(derived, null_data, joined)
    return _canonical(pc.replace_with_mask(told, missing, filled))


_DATA_KINDS = pa.array(["nulldata", "null-data", "op_return"])


def _canonical(addresses: pa.Array) -> pa.Array:
    """Return witness addresses in lower case: the same in either, by BIP-173."""
    upper = pc.match_substring_regex(addresses, "^(BC|TB|BCRT)1[0-9A-Z]+$")
    if not pc.any(upper).as_py():
        return addresses
    return pc.if_else(upper, pc.utf8_lower(addresses), addresses)


@dataclass(frozen=True, slots=True)
class Ends:
    """What a chunk says of inputs and outputs, ready to check: values in satoshi or UNKNOWN."""

    inputs: Lists
    outputs: Lists
    input_values: Ints
    output_values: Ints
    input_addresses: pa.Array
    output_addresses: pa.Array


def batch_of(rows: Rows, heads: dict[str, Any], ends: Ends) -> UtxoBatch:
    """Check a chunk and return its good rows as a batch.

    `heads` holds `txid` (texts), `block`, `place` and `time` (whole numbers), and `coinbase` where
    the source tells it (True, False or null).
    """
    txids, good = ids_of(heads["txid"])
    rows.refuse(~good, "the transaction id is not 64 hexadecimal digits")
    spent, spent_good = ids_of(ends.inputs.columns["spent_transaction_hash"])
    place = numbers_or_unknown(ends.inputs.columns["spent_output_index"])
    null = ends.inputs.columns["spent_transaction_hash"].is_null().to_numpy(zero_copy_only=False)
    null |= spent_good & ~spent.any(axis=1)  # some write the zeros that blocks hold
    wrong = ~null & (~spent_good | (place < 0) | (place > MAX_PLACE))
    rows.refuse(rows_with(wrong, ends.inputs.counts), "an input does not say what it spends")
    _refuse_new_coins(rows, heads.get("coinbase"), null, ends.inputs.counts)
    bad = (ends.output_values < 0) | (ends.output_values > MAX_MONEY)
    rows.refuse(rows_with(bad, ends.outputs.counts), "an output's value is missing or impossible")
    bad = (ends.input_values < UNKNOWN) | (ends.input_values > MAX_MONEY)
    rows.refuse(rows_with(bad, ends.inputs.counts), "a spent value is impossible")
    places = _output_places(rows, ends.outputs)
    keep = rows.good
    own_in = np.repeat(keep, ends.inputs.counts) & ~null
    own_out = np.repeat(keep, ends.outputs.counts)
    spending = np.repeat(np.arange(len(keep)), ends.inputs.counts)[~null]
    counts = np.bincount(spending, minlength=len(keep))
    return UtxoBatch(
        txids=txids[keep],
        blocks=heads["block"][keep],
        places=heads["place"][keep],
        times=heads["time"][keep],
        output_counts=ends.outputs.counts[keep],
        input_counts=counts[keep],
        values=ends.output_values[own_out],
        addresses=ends.output_addresses.filter(pa.array(own_out)),
        spent_txids=spent[own_in],
        spent_places=place[own_in],
        spent_values=ends.input_values[own_in],
        spent_addresses=ends.input_addresses.filter(pa.array(own_in)),
        output_places=None if places is None else places[own_out],
    )


def _refuse_new_coins(rows: Rows, told: pa.Array | None, null: Bools, counts: Ints) -> None:
    """Refuse rows that make coins without being a coinbase, or that lack an input."""
    nulls = np.bincount(np.repeat(np.arange(len(counts)), counts)[null], minlength=len(counts))
    rows.refuse((nulls > 0) & ((nulls > 1) | (counts > 1)), "an input does not say what it spends")
    if told is None:
        return
    plain = pc.fill_null(pc.equal(told, False), False).to_numpy(zero_copy_only=False)
    rows.refuse(
        plain & (nulls == counts), "it is no coinbase, and no input of it says what it spends"
    )


def _output_places(rows: Rows, outputs: Lists) -> Ints | None:
    """Return the places that outputs tell, None where none is told."""
    index = outputs.columns.get("index")
    if index is None or index.null_count:
        return None
    places = _ints(index)
    bad = (places < 0) | (places > MAX_PLACE)
    owner = np.repeat(np.arange(len(outputs.counts)), outputs.counts)
    bad[1:] |= (places[1:] == places[:-1]) & (owner[1:] == owner[:-1])
    rows.refuse(rows_with(bad, outputs.counts), "an output's place cannot be, or stands twice")
    return places
