"""`esplora`: transactions as Esplora's API gives them (Blockstream, mempool.space), saved as JSON.

A file holds one transaction, a list of them, or one a line. Source: Esplora's API documentation.
"""

import json
from collections.abc import Iterator
from typing import Any

from sanctrail.ledger.batches import UNKNOWN, UtxoBatch
from sanctrail.ledger.bitcoin.networks import MAINNET, Network, named
from sanctrail.ledger.formats.source import Format, Head, Source, unreadable
from sanctrail.ledger.formats.transactions import (
    Gathered,
    Spent,
    Transaction,
    address_of_script,
    address_text,
    sats,
    transaction_id,
    whole,
)
from sanctrail.ledger.values import MAX_TIME, BadField, shown

MAX_FILE = 1 << 30
"""Bytes of the largest file; a list of a whole block has some tens of MB."""


def read(source: Source) -> Iterator[UtxoBatch]:
    """Yield the transactions of all files, each once."""
    source.told.lacks("blocks", "unspent", "position")
    gathered, seen, network = Gathered(), set(), named(source.options.get("network", MAINNET.name))
    for path in source.files:
        with source.open(path) as stream:
            data = stream.read(MAX_FILE)
        for where, document in _documents(data, path.name):
            source.counted(path.name, 1)
            try:
                row = _transaction(document, network)
            except BadField as error:
                source.told.problem(path.name, where, str(error))
                continue
            if row.txid in seen:
                continue
            seen.add(row.txid)
            gathered.rows.append(row)
            gathered.hashes.append((row.block, str(document["status"].get("block_hash") or "")))
            if gathered.full():
                yield gathered.batch()
    if gathered.rows:
        yield gathered.batch()


def _documents(data: bytes, name: str) -> Iterator[tuple[str, Any]]:
    """Yield what a file holds, with its place; text that is no JSON comes as itself."""
    try:
        whole_file = json.loads(data)
    except (ValueError, RecursionError) as error:
        if data.lstrip().startswith(b"[") and isinstance(error, ValueError):
            raise unreadable(name, "the list", f"it breaks off or is damaged ({error})") from error
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.strip():
                yield f"line {number}", _json(line)
        return
    if isinstance(whole_file, list):
        yield from ((f"entry {number}", one) for number, one in enumerate(whole_file, 1))
    else:
        yield "the transaction", whole_file


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line.decode("utf-8", "replace")[:80]


def _transaction(document: Any, network: Network) -> Transaction:
    if not isinstance(document, dict) or not isinstance(document.get("vout"), list):
        raise BadField(f"not a transaction of Esplora: {shown(document)}")
    status = document.get("status")
    if not isinstance(status, dict) or not status.get("confirmed"):
        raise BadField(f"transaction {shown(document.get('txid'))} is not in a block yet")
    inputs = [
        _input(end, network) for end in _dicts(document.get("vin")) if not end.get("is_coinbase")
    ]
    outputs = [_end(end, network) for end in _dicts(document["vout"])]
    row = Transaction(
        transaction_id(document.get("txid")),
        whole(status.get("block_height"), "the block's height"),
        UNKNOWN,
        whole(status.get("block_time"), "the block's time", MAX_TIME),
        inputs,
        outputs,
    )
    _check_fee(document, row)
    return row


def _dicts(ends: Any) -> list[dict[str, Any]]:
    if not isinstance(ends, list) or not all(isinstance(end, dict) for end in ends):
        raise BadField("its inputs or outputs are no list of objects")
    return ends


def _input(end: dict[str, Any], network: Network) -> Spent:
    txid, place = transaction_id(end.get("txid")), whole(end.get("vout"), "the output's place")
    if not isinstance(end.get("prevout"), dict):
        return Spent(txid, place)
    value, address = _end(end["prevout"], network)
    return Spent(txid, place, value, address)


def _end(end: dict[str, Any], network: Network) -> tuple[int, str]:
    told = end.get("scriptpubkey_address")
    if told:
        return sats(end.get("value")), address_text(told)
    return sats(end.get("value")), address_of_script(end.get("scriptpubkey"), network)


def _check_fee(document: dict[str, Any], row: Transaction) -> None:
    fee = document.get("fee")
    if fee is None or not row.inputs or any(end.value == UNKNOWN for end in row.inputs):
        return
    left = sum(end.value for end in row.inputs) - sum(value for value, _ in row.outputs)
    if left != fee:
        raise BadField(f"transaction {row.txid} tells a fee of {fee}, but its ends leave {left}")


def matches(head: Head) -> bool:
    """Tell by the fields of the first transaction."""
    start = head.data.lstrip()
    return start[:1] in {b"{", b"["} and all(
        field in start for field in (b'"txid"', b'"vin"', b'"scriptpubkey"')
    )


FORMAT = Format(
    "esplora",
    "utxo",
    "transactions of Esplora's API (Blockstream, mempool.space) as JSON",
    matches,
    read,
    together=True,
)
