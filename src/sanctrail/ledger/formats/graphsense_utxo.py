"""`graphsense-utxo`: GraphSense's table of transactions as JSON lines.

GraphSense tells the address and value of each input, not the output that it spends. An input is
given the oldest unspent output of its address and value among the transactions read before; where
there is none, an output outside the ledger is made up for it. Both is said in the limits.
"""

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sanctrail.ledger.batches import UNKNOWN, UtxoBatch
from sanctrail.ledger.formats.nested import MULTISIG
from sanctrail.ledger.formats.source import Format, Head, Source, first_line
from sanctrail.ledger.formats.transactions import (
    Gathered,
    Spent,
    Transaction,
    address_text,
    sats,
    transaction_id,
    whole,
)
from sanctrail.ledger.values import MAX_TIME, BadField


@dataclass(slots=True)
class _Unspent:
    """Outputs that no input has claimed yet, by address and value, the oldest first."""

    held: dict[tuple[str | None, int], deque[tuple[str, int]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    invented: int = 0
    guessed: int = 0

    def spend(self, txid: str, at: int, address: str | None, value: int) -> Spent:
        """Return an input of an address and value."""
        waiting = self.held.get((address, value))
        if waiting:
            self.guessed += len(waiting) > 1
            return Spent(*waiting.popleft(), value, address)
        self.invented += 1
        made_up = hashlib.sha256(f"graphsense/{txid}/{at}".encode()).hexdigest()
        return Spent(made_up, 0, value, address)

    def make(self, row: Transaction) -> None:
        """Note a transaction's outputs."""
        for n, (value, address) in enumerate(row.outputs):
            self.held[address, value].append((row.txid, n))


def read(source: Source) -> Iterator[UtxoBatch]:
    """Yield the transactions in the order of the files."""
    source.told.lacks("unspent", "position")
    gathered, unspent, seen = Gathered(), _Unspent(), set()
    for path in source.files:
        with source.open(path) as stream:
            data = stream.read()
        for number, line in enumerate(data.split(b"\n"), 1):
            if not line.strip():
                continue
            source.counted(path.name, 1)
            try:
                told = _object(line)
                if (txid := transaction_id(told.get("txhash"))) in seen:
                    continue
                row = _transaction(told, unspent)
            except BadField as error:
                source.told.problem(path.name, f"line {number}", str(error))
                continue
            seen.add(txid)
            unspent.make(row)
            gathered.rows.append(row)
            if gathered.full():
                yield gathered.batch()
    _tell(source, unspent)
    if gathered.rows:
        yield gathered.batch()


def _tell(source: Source, unspent: _Unspent) -> None:
    source.told.limit(
        "GraphSense does not tell which output an input spends: each was given the oldest unspent "
        f"one of its address and value. For {unspent.guessed} inputs there were several, for "
        f"{unspent.invented} none: they spend outputs made up outside the ledger."
    )


def _object(line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise BadField("the line is no JSON object")
    return {key.replace("_", "").lower(): value for key, value in document.items()}


def _transaction(told: dict[str, Any], unspent: _Unspent) -> Transaction:
    txid = transaction_id(told.get("txhash"))
    inputs = [_end(end) for end in _list(told.get("inputs"))]
    outputs = [_end(end) for end in _list(told.get("outputs"))]
    if told.get("coinbase") is False and not inputs:
        raise BadField("it is no coinbase and has no inputs")
    return Transaction(
        txid,
        whole(told.get("blockid"), "the block"),
        UNKNOWN,
        whole(told.get("timestamp"), "the time", MAX_TIME),
        [unspent.spend(txid, at, address, value) for at, (value, address) in enumerate(inputs)],
        outputs,
    )


def _list(ends: Any) -> list[dict[str, Any]]:
    if ends is None:
        return []
    if not isinstance(ends, list) or not all(isinstance(end, dict) for end in ends):
        raise BadField("its inputs or outputs are no list of objects")
    return ends


def _end(end: dict[str, Any]) -> tuple[int, str | None]:
    """Return value and address; None where the script has none."""
    addresses = end.get("address") or []
    if not isinstance(addresses, list):
        raise BadField("the addresses of an input or output are no list")
    names = sorted(map(address_text, addresses))
    if not names:
        return sats(end.get("value")), None
    return sats(end.get("value")), names[0] if len(names) == 1 else MULTISIG + "+".join(names)


def matches(head: Head) -> bool:
    """Tell by the fields of the first line."""
    line = first_line(head)
    named = ('"txHash"' in line and '"txIdGroup"' in line) or (
        '"tx_hash"' in line and '"tx_id_group"' in line
    )
    return line.startswith("{") and named and '"inputs"' in line


FORMAT = Format(
    "graphsense-utxo",
    "utxo",
    "GraphSense's table of transactions of UTXO chains as JSON lines",
    matches,
    read,
    together=True,
)
