"""What GraphSense's tables of account chains share: names in two spellings, bytes in base64.

Spark writes `blockId` where Cassandra has `block_id`, and bytes as base64 where others have
hexadecimal. Source: graphsense-lib, spark/src/main/scala/org/graphsense/account/Model.scala.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sanctrail.ledger.formats.fields import SHOWN
from sanctrail.ledger.formats.rows import names_in
from sanctrail.ledger.formats.source import Head
from sanctrail.ledger.values import BadField

COLUMNS = {
    "fee": {"energy_usage", "fee", "tx_hash"},
    "tron_trace": {"caller_address", "transferto_address", "call_value"},
    "trace": {"block_id", "trace_id", "from_address", "to_address", "value"},
    "log": {"block_id", "topics", "data", "log_index"},
    "block": {"block_id", "miner", "timestamp"},
    "transaction": {"tx_hash", "block_id", "from_address", "value", "gas_price"},
    "token": {"currency_ticker", "token_address", "decimals"},
}
"""Columns by which each table is known, asked in this order."""

TRON_TABLES = ("fee", "tron_trace")

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_FIRST = re.compile(r'"(?:blockHash|block_hash)"\s*:\s*"([^"]*)"')
_HEIGHT = re.compile(r'"(?:blockId|block_id)"\s*:\s*(\d+)')
_STANDARD = re.compile(r'"standard"\s*:\s*"trc')
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]*")
_HEIGHT_BYTES = 8


@lru_cache
def plain_name(name: str) -> str:
    """Return a column's name in small letters, its words joined by underscores."""
    return _CAPITAL.sub(r"_\1", name).lower()


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's fields by their plain names."""
    return {plain_name(name): value for name, value in fields.items()}


def table_in(head: Head) -> str:
    """Return which table a file is, empty where it is none of GraphSense's."""
    names = {plain_name(name) for name in names_in(head)}
    return next((table for table, needed in COLUMNS.items() if needed <= names), "")


def is_tron(head: Head, table: str) -> bool:
    """Tell whether a table is of TRON, whose block hashes begin with the block's number.

    Its bytes are in base64, and so are Ethereum's where Spark wrote them as JSON.
    """
    if table in TRON_TABLES:
        return True
    text = head.data.decode("utf-8", "replace").split("\n", 1)[0]
    if table == "token":
        return _STANDARD.search(text) is not None
    told, height = _FIRST.search(text), _HEIGHT.search(text)
    if not told or not height or told[1].startswith("0x"):
        return False
    try:
        number = base64.b64decode(told[1], validate=True)[:_HEIGHT_BYTES]
    except binascii.Error:
        return False
    return int.from_bytes(number, "big") == int(height[1])


def bytes_in(value: Any, length: int) -> bytes:
    """Return bytes written as base64, or as hexadecimal behind `0x`."""
    told = value.strip() if isinstance(value, str) else ""
    try:
        if is_hexadecimal(told):
            found = bytes.fromhex(told[2:])
        else:
            found = base64.b64decode(told, validate=True)
    except (ValueError, binascii.Error):
        found = b""
    if len(found) != length:
        raise BadField(f"'{str(value)[:SHOWN]}' is not {length} bytes in base64 or hexadecimal")
    return found


def is_hexadecimal(told: str) -> bool:
    """Tell hexadecimal from base64, which may begin with `0x` by chance but holds other letters."""
    return _HEXADECIMAL.fullmatch(told) is not None


def is_set(value: Any) -> bool:
    """Tell whether a field holds something."""
    return value is not None and value != ""
