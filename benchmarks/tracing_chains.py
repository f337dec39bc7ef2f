"""Chains for benchmarks of tracing: random ones in memory, and one chain laid behind itself.

A random chain's transactions spend outputs picked among all that are unspent, so taint spreads as
fast as it can. A chain laid behind itself is as long as wanted, while a theft in its first part
stays the same: what the later parts hold is other people's.
"""

import json
import shutil

import numba
import numpy as np
import pyarrow as pa
from numpy.lib.format import open_memmap

from chains import _NOWHERE, _manifest, as_kept
from sanctrail.ground.store import write_json
from sanctrail.ledger import open_ledger
from sanctrail.ledger.columns import ColumnWriter
from sanctrail.ledger.grouping import write_groups
from sanctrail.ledger.manifest import data_name
from sanctrail.ledger.store import AccountLedger, UtxoLedger
from sanctrail.ledger.texts import MemoryTexts

COIN = 100_000_000
PER_BLOCK = 2_000


class Numbered:
    """Texts that are made from their ids when they are asked for."""

    def __init__(self, prefix, count):
        self._prefix, self._count = prefix, count

    def __len__(self):
        return self._count

    def __getitem__(self, number):
        return f"{self._prefix}{number}"

    def many(self, numbers):
        return MemoryTexts([]).many(numbers[:0]) if not len(numbers) else self._many(numbers)

    def _many(self, numbers):
        texts = np.char.add(self._prefix, np.maximum(numbers, 0).astype("U12"))
        return pa.array(texts.tolist(), pa.string(), mask=numbers < 0)

    def find(self, texts):
        return {t: int(t[len(self._prefix) :]) for t in texts if t.startswith(self._prefix)}


def random_utxo(outputs, seed=7):
    """A UTXO ledger in memory of about so many outputs."""
    count = int(outputs / 2.4)
    room = 3 * count + 16
    columns = {
        "first_output": np.zeros(count + 1, np.int64),
        "first_input": np.zeros(count + 1, np.int64),
        "inputs": np.zeros(room, np.int32),
        "values": np.zeros(room, np.int64),
        "owners": np.zeros(room, np.int32),
        "spent_by": np.full(room, -1, np.int32),
    }
    made, spent = fill_utxo(*columns.values(), np.zeros(room, np.int64), seed)
    for name, size in (("inputs", spent), ("values", made), ("owners", made), ("spent_by", made)):
        columns[name] = columns[name][:size].copy()
    blocks = np.arange(0, count, PER_BLOCK)
    addresses = int(columns["owners"].max()) + 1
    order = np.argsort(columns["owners"], kind="stable")
    columns |= {
        "txids": np.zeros((count, 32), np.uint8),
        "txid_order": np.arange(count),
        "outside_places": np.zeros(0, np.int32),
        "block_first": blocks,
        "block_height": np.arange(len(blocks)),
        "block_time": 1_600_000_000 + 600 * np.arange(len(blocks)),
        "address_starts": np.searchsorted(columns["owners"][order], np.arange(addresses + 1)),
        "address_outputs": order,
    }
    columns["txids"][:, :8] = np.arange(count).astype(">u8")[:, None].view(np.uint8)
    about = _manifest("utxo", count, addresses)
    ledger = UtxoLedger(_NOWHERE, about, as_kept(columns), {"address": Numbered("a", addresses)})
    ledger.manifest["labelled"] = False
    return ledger


@numba.njit(cache=True)
def fill_utxo(first_output, first_input, inputs, values, owners, spent_by, unspent, seed):
    """Fill a chain: a coinbase in forty, else one to three inputs and one to four outputs."""
    np.random.seed(seed)
    made, spent, waiting = 0, 0, 0
    for number in range(len(first_output) - 1):
        total = 0
        if waiting < 1_000 or number % 40 == 0:
            total = 50 * COIN
        else:
            for _ in range(1 + np.random.randint(0, 10) // 7 + np.random.randint(0, 10) // 8):
                at = np.random.randint(0, waiting)
                output = unspent[at]
                waiting -= 1
                unspent[at] = unspent[waiting]
                inputs[spent] = output
                spent += 1
                spent_by[output] = number
                total += values[output]
        parts = 2 + np.random.randint(0, 4) // 3 + np.random.randint(0, 10) // 9
        for part in range(parts):
            value = total if part == parts - 1 else np.random.randint(0, total // 2 + 1)
            total -= value
            if part == parts - 1 and value > 1_000:
                value -= 500
            values[made] = value
            owners[made] = np.random.randint(0, 1 + len(values) // 3)
            unspent[waiting] = made
            waiting += 1
            made += 1
        first_output[number + 1] = made
        first_input[number + 1] = spent
    return made, spent


def random_accounts(moves, accounts, seed=7):
    """An account ledger in memory: payments of a part of the sender's balance."""
    senders, receivers = np.zeros(moves, np.int32), np.zeros(moves, np.int32)
    low, high = np.zeros(moves, np.uint64), np.zeros(moves, np.uint64)
    fill_accounts(senders, receivers, low, np.full(accounts, 10**15, np.int64), seed)
    ends = np.concatenate([senders, receivers[senders != receivers]])
    places = np.concatenate([np.arange(moves), np.flatnonzero(senders != receivers)])
    order = np.lexsort((places, ends))
    columns = {
        "senders": senders,
        "receivers": receivers,
        "assets": np.zeros(moves, np.int32),
        "transactions": np.arange(moves),
        "times": 1_600_000_000 + np.arange(moves),
        "blocks": np.arange(moves) // PER_BLOCK,
        "kinds": np.zeros(moves, np.uint8),
        "amounts_high": high,
        "amounts_low": low,
        "account_starts": np.searchsorted(ends[order], np.arange(accounts + 1)),
        "account_places": places[order],
        "transaction_starts": np.arange(moves + 1),
        "transaction_places": np.arange(moves),
    }
    texts = {"address": Numbered("a", accounts), "transaction": Numbered("t", moves)}
    about = _manifest("account", moves, accounts)
    ledger = AccountLedger(_NOWHERE, about, as_kept(columns), texts)
    ledger.manifest["labelled"] = False
    return ledger


@numba.njit(cache=True)
def fill_accounts(senders, receivers, amounts, balance, seed):
    np.random.seed(seed)
    for at in range(len(senders)):
        sender = np.random.randint(0, len(balance))
        receiver = np.random.randint(0, len(balance))
        amount = np.random.randint(0, balance[sender] // 2 + 1)
        balance[sender] -= amount
        balance[receiver] += amount
        senders[at], receivers[at], amounts[at] = sender, receiver, amount


def laid_behind_itself(ledger_folder, target, times):
    """Write a ledger that holds another one `times` times; only the first has its own ids."""
    ledger = open_ledger(ledger_folder)
    about = json.loads((ledger_folder / "manifest.json").read_text())
    data = target / data_name(about)
    data.mkdir(parents=True)
    columns = ledger.columns
    count = len(columns["first_output"]) - 1
    outputs, inputs = len(columns["values"]), len(columns["inputs"])
    assert not ledger.outside
    for name, shift, length in (
        ("values", 0, outputs),
        ("owners", 0, outputs),
        ("spent_by", count, outputs),
        ("inputs", outputs, inputs),
        ("block_time", 0, len(columns["block_time"])),
        ("block_height", 0, len(columns["block_height"])),
        ("block_first", count, len(columns["block_first"])),
    ):
        kind = columns[name].dtype if not shift else np.dtype(np.int64 if times * max(
            count, outputs) >= 2**31 else columns[name].dtype)  # fmt: skip
        laid = open_memmap(data / f"{name}.npy", "w+", kind, (times * length,))
        for n in range(times):
            part = np.asarray(columns[name]).astype(np.int64) if shift else columns[name]
            moved = np.where(part < 0, part, part + n * shift) if shift else part
            laid[n * length : (n + 1) * length] = moved
        laid.flush()
    for name, total in (("first_output", outputs), ("first_input", inputs)):
        kind = np.int64 if times * total >= 2**31 else np.int32
        laid = open_memmap(data / f"{name}.npy", "w+", kind, (times * count + 1,))
        for n in range(times):
            part = np.asarray(columns[name])[:-1].astype(np.int64) + n * total
            laid[n * count : (n + 1) * count] = part
        laid[-1] = times * total
        laid.flush()
    lay_ids(columns, data, times, count)
    np.save(data / "outside_places.npy", np.zeros(0, np.int32))
    owners = np.load(data / "owners.npy", mmap_mode="r")
    writer = ColumnWriter(data)
    write_groups(writer, ("address_starts", "address_outputs"), owners,
                 about["coverage"]["addresses"])  # fmt: skip
    writer.close()
    for name in ("addresses.parquet", "problems.parquet", "blocks.parquet", "address_keys.npy",
                 "address_order.npy"):  # fmt: skip
        shutil.copy(ledger.folder / name, data / name)
    for key in ("transactions", "movements", "inputs", "blocks"):
        about["coverage"][key] *= times
    write_json(target / "manifest.json", about)


def lay_ids(columns, data, times, count):
    """Write ids: the first part's own, the others' counted, and the order in which all stand."""
    laid = open_memmap(data / "txids.npy", "w+", np.uint8, (times * count, 32))
    for n in range(times):
        part = np.array(columns["txids"])
        if n:
            part[:, 24:] ^= np.frombuffer(np.int64(n).tobytes(), np.uint8)
            part[:, 2] ^= n & 255
            part[:, 3] ^= n >> 8
        laid[n * count : (n + 1) * count] = part
    laid.flush()
    words = np.ascontiguousarray(laid[:, :8]).view(">u8").ravel().astype(np.uint64)
    order = np.argsort(words, kind="stable")
    kind = np.int64 if times * count >= 2**31 else np.int32
    np.save(data / "txid_order.npy", order.astype(kind))
