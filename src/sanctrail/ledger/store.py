"""A ledger on disk: columns of numbers, tables of texts, and a manifest of what they cover.

Transactions, outputs, addresses and movements are dense whole numbers in the order of the chain.
Opening a ledger maps its columns and reads nothing of them: it takes the same time whatever its
size, and a question reads only what it touches. See docs/ledgers.md for every column.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sanctrail.addresses import canonical_transaction, is_transaction_id
from sanctrail.errors import LedgerError
from sanctrail.ground.store import file_sha256
from sanctrail.ledger.amounts import HALF, WIDE
from sanctrail.ledger.batches import KIND_CODES, UNKNOWN, UNSPENT, Asset, Ints
from sanctrail.ledger.columns import Column, MappedColumns, in_groups, place_in, places_in
from sanctrail.ledger.texts import Texts

__all__ = ["UNSPENT", "AccountLedger", "Asset", "Ints", "Ledger", "UtxoLedger"]

_ID_DIGITS = 64
NOBODY = "unknown"
"""What stands for an address that no source tells."""

SCHEMAS = {
    "addresses": pa.schema([("address", pa.string()), ("label", pa.string())]),
    "problems": pa.schema([(name, pa.string()) for name in ("source", "element", "message")]),
}


class TextColumn(Protocol):
    """Texts by their ids, and ids by text."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int) -> str: ...

    def many(self, numbers: Column) -> pa.Array:
        """Return the texts of many ids at once, in their order; null for a negative one."""

    def find(self, texts: Sequence[str]) -> dict[str, int]:
        """Return the ids of those texts that are here."""

    def all(self) -> pa.ChunkedArray:
        """Return every text in the order of their ids."""


class Ledger:
    """What both families share: manifest, addresses, assets."""

    def __init__(
        self,
        folder: Path,
        manifest: dict[str, Any],
        columns: Mapping[str, Column],
        texts: Mapping[str, TextColumn],
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self.columns = columns
        self.assets = tuple(Asset(**asset) for asset in manifest["assets"])
        self._texts = texts

    def table(self, name: str) -> pa.Table:
        """Return one table of the ledger, whole."""
        path = self.folder / f"{name}.parquet"
        try:
            return pq.read_table(path, memory_map=True)
        except FileNotFoundError as error:
            raise LedgerError(
                f"{path}: a table of the ledger is missing. Import the source files again."
            ) from error
        except (pa.ArrowException, OSError) as error:
            raise LedgerError(
                f"{path}: the table is damaged and cannot be read. Import the source files again."
            ) from error

    @property
    def addresses(self) -> pa.ChunkedArray:
        """The address of each id."""
        return self._texts["address"].all()

    def address(self, number: int) -> str:
        """Return the address behind an id; a negative one is nobody's."""
        return self._texts["address"][number] if number >= 0 else NOBODY

    def addresses_of(self, numbers: Column) -> pa.Array:
        """Return the addresses behind many ids; a negative one is nobody's."""
        return pc.fill_null(self._texts["address"].many(np.asarray(numbers, np.int64)), NOBODY)

    def ids_of(self, addresses: Sequence[str]) -> dict[str, int]:
        """Return the ids of those addresses that the ledger knows (in canonical form)."""
        return self._texts["address"].find(addresses)

    def labels(self) -> dict[str, str]:
        """Return the names that the source file gave to addresses: for people, never an input."""
        if not self.manifest["labelled"]:
            return {}
        table = self.table("addresses")
        named = table.filter(pa.compute.not_equal(table["label"], ""))
        return dict(zip(named["address"].to_pylist(), named["label"].to_pylist(), strict=True))

    def __len__(self) -> int:
        return int(self.manifest["coverage"]["movements"])


class AccountLedger(Ledger):
    """Movements between accounts, in order. Nobody is -1: new coins' sender, a fee's receiver."""

    @property
    def senders(self) -> Column:
        """(n,) the account that each movement leaves."""
        return self.columns["senders"]

    @property
    def receivers(self) -> Column:
        """(n,) the account that each movement enters."""
        return self.columns["receivers"]

    @property
    def times(self) -> Column:
        """(n,) unix seconds."""
        return self.columns["times"]

    @property
    def blocks(self) -> Column:
        """(n,) block numbers, UNKNOWN where the source has none."""
        return self.columns["blocks"]

    @property
    def asset_numbers(self) -> Column:
        """(n,) which of `assets` each movement moves."""
        return self.columns["assets"]

    def amount(self, position: int) -> int:
        """Return what a movement moves, exact, in the asset's base unit."""
        high = int(self.columns["amounts_high"][position])
        return self.exact(position, high << HALF | int(self.columns["amounts_low"][position]))

    def exact(self, position: int, amount: int) -> int:
        """Return a movement's amount, given what its two halves say."""
        return amount if amount != WIDE else self._wide[position]

    @cached_property
    def _wide(self) -> dict[int, int]:
        table = self.table("wide")
        amounts = map(int, table["amount"].to_pylist())
        return dict(zip(table["number"].to_pylist(), amounts, strict=True))

    def kind(self, position: int) -> str:
        """Return what kind of movement one is: one of KINDS, or `fee`."""
        return KIND_CODES[int(self.columns["kinds"][position])]

    def transaction(self, position: int) -> str:
        """Return the transaction id of a movement, empty where it has none."""
        number = int(self.columns["transactions"][position])
        return self._texts["transaction"][number] if number >= 0 else ""

    def transactions_of(self, positions: Column) -> pa.Array:
        """Return the transaction ids of many movements, empty where one has none."""
        numbers = np.asarray(self.columns["transactions"][positions], np.int64)
        return pc.fill_null(self._texts["transaction"].many(numbers), "")

    def positions_of_transaction(self, txid: str) -> list[int]:
        """Return the movements of a transaction, in order, whichever way its id is spelt."""
        numbers = list(self._texts["transaction"].find(_spellings(txid)).values())
        starts, places = self.columns["transaction_starts"], self.columns["transaction_places"]
        found: list[int] = in_groups(starts, places, numbers).tolist()
        return found

    def positions_of(self, account: int) -> Ints:
        """Return an account's movements, in order, each once."""
        starts = self.columns["account_starts"]
        held = self.columns["account_places"][int(starts[account]) : int(starts[account + 1])]
        return held.astype(np.int64)


class UtxoLedger(Ledger):
    """Transactions and the outputs they make and spend.

    The first `outside` transactions are not in the ledger: of them it knows the ids, and the
    outputs that it spends.
    """

    @property
    def values(self) -> Column:
        """(n,) what each output holds, in base units; UNKNOWN where no source tells."""
        return self.columns["values"]

    @property
    def owners(self) -> Column:
        """(n,) the address of each output; UNKNOWN where no source tells."""
        return self.columns["owners"]

    @property
    def spent_by(self) -> Column:
        """(n,) the transaction that spends each output, or UNSPENT."""
        return self.columns["spent_by"]

    @cached_property
    def outside(self) -> int:
        """How many transactions stand in front that are not in the ledger."""
        return int(self.manifest["coverage"]["outside_transactions"])

    def outputs(self, transaction: int) -> range:
        """Return the outputs that a transaction makes, in order."""
        starts = self.columns["first_output"]
        return range(int(starts[transaction]), int(starts[transaction + 1]))

    def inputs(self, transaction: int) -> Ints:
        """Return the outputs that a transaction spends, in input order."""
        starts = self.columns["first_input"]
        held = self.columns["inputs"][int(starts[transaction]) : int(starts[transaction + 1])]
        return held.astype(np.int64)

    def maker(self, output: int) -> int:
        """Return the transaction that makes an output."""
        return place_in(self.columns["first_output"], output, "right") - 1

    def makers(self, outputs: Column) -> Ints:
        """Return the transactions that make many outputs."""
        return places_in(self.columns["first_output"], outputs) - 1

    def place(self, output: int) -> int:
        """Return which of its transaction's outputs one is, from 0."""
        maker = self.maker(output)
        if maker < self.outside:
            return int(self.columns["outside_places"][output])
        return output - int(self.columns["first_output"][maker])

    def outputs_of(self, owner: int) -> Column:
        """Return an address's outputs in chain order: a piece of a column, not yet read."""
        starts = self.columns["address_starts"]
        return self.columns["address_outputs"][int(starts[owner]) : int(starts[owner + 1])]

    def outputs_of_addresses(self, owners: Sequence[int]) -> Ints:
        """Return all outputs of some addresses, in chain order; nobody (-1) has none."""
        starts, outputs = self.columns["address_starts"], self.columns["address_outputs"]
        return in_groups(starts, outputs, owners)

    def time(self, transaction: int) -> int:
        """Return a transaction's time (unix seconds), UNKNOWN for one outside the ledger."""
        return self._of_block("block_time", transaction)

    def block(self, transaction: int) -> int:
        """Return a transaction's block, UNKNOWN where no source tells."""
        return self._of_block("block_height", transaction)

    def _of_block(self, name: str, transaction: int) -> int:
        at = place_in(self.columns["block_first"], transaction, "right") - 1
        return int(self.columns[name][at]) if at >= 0 else UNKNOWN

    def transaction(self, number: int) -> str:
        """Return the transaction id behind a number."""
        return bytes(self.columns["txids"][number]).hex()

    def transactions_of(self, numbers: Column) -> pa.Array:
        """Return the transaction ids behind many numbers."""
        text = np.ascontiguousarray(self.columns["txids"][numbers]).tobytes().hex().encode()
        starts = np.arange(len(numbers) + 1, dtype=np.int64) * _ID_DIGITS
        buffers = [None, pa.py_buffer(starts), pa.py_buffer(text)]
        ids = pa.LargeStringArray.from_buffers(len(numbers), buffers[1], buffers[2])
        return ids.cast(pa.string())

    def times_of(self, numbers: Column) -> Ints:
        """Return the times of many transactions (unix seconds), UNKNOWN outside the ledger."""
        first = places_in(self.columns["block_first"], numbers) - 1
        times = np.full(len(numbers), UNKNOWN, np.int64)
        times[first >= 0] = self.columns["block_time"][first[first >= 0]]
        return times

    def __contains__(self, txid: str) -> bool:
        return self.number_of(txid) is not None

    def number_of(self, txid: str) -> int | None:
        """Return the number of a transaction, or None if the ledger has it not.

        Of two with one id (mainnet has two such pairs) it is the later.
        """
        if not is_transaction_id(txid):
            return None
        wanted = bytes.fromhex(canonical_transaction(txid))
        order, txids = self.columns["txid_order"], self.columns["txids"]
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            if bytes(txids[order[middle]][:8]) < wanted[:8]:
                low = middle + 1
            else:
                high = middle
        found = None
        while low < len(order) and bytes(txids[order[low]][:8]) == wanted[:8]:
            if bytes(txids[order[low]]) == wanted:
                found = int(order[low])
            low += 1
        return found


def opened(data: Path, manifest: dict[str, Any]) -> AccountLedger | UtxoLedger:
    """Return the ledger whose files lie in a folder."""
    columns = MappedColumns(data)
    account = manifest["family"] == "account"
    names = {"address": "addresses", **({"transaction": "transactions"} if account else {})}
    texts = _OpenTexts(data, columns, names)
    return (AccountLedger if account else UtxoLedger)(data, manifest, columns, texts)


class _OpenTexts(Mapping[str, TextColumn]):
    """The tables of texts in a folder, each opened when it is first asked for."""

    def __init__(self, data: Path, columns: MappedColumns, names: Mapping[str, str]) -> None:
        self._data = data
        self._columns = columns
        self._names = names
        self._held: dict[str, Texts] = {}

    def __getitem__(self, name: str) -> Texts:
        if name not in self._held:
            keys, order = (self._columns[f"{name}_{part}"] for part in ("keys", "order"))
            path = self._data / f"{self._names[name]}.parquet"
            self._held[name] = Texts(path, name, keys, order)
        return self._held[name]

    def __iter__(self) -> Any:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def verify_digests(ledger: Ledger) -> list[str]:
    """Return the files that are missing or whose bytes differ from the manifest's digests."""
    return damaged_files(ledger.folder, ledger.manifest)


def damaged_files(data: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Return the files of a data folder that are not as the manifest says."""
    return [name for name, sha256 in manifest["tables"].items() if _digest(data / name) != sha256]


def require_whole(folder: Path, damaged: Sequence[str]) -> None:
    """Raise `LedgerError` where files of the ledger in `folder` are damaged."""
    if damaged:
        raise LedgerError(
            f"{folder}: the ledger is damaged: {', '.join(damaged)} missing or changed since it "
            "was written. Import the source files again to repair it."
        )


def _spellings(txid: str) -> list[str]:
    """Return the forms in which a ledger may keep a transaction id, the canonical one first."""
    plain = canonical_transaction(txid)
    return list(dict.fromkeys([plain, f"0x{plain}", txid]))


def _digest(path: Path) -> str | None:
    try:
        return file_sha256(path)
    except OSError:
        return None
