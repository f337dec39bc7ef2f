"""CSV exports of Etherscan and its kin (BscScan, PolygonScan, ...), of one address each.

Normal transactions, internal ones (made by contracts) and token transfers, in the headers of all
years: the hash is `Txhash` or `Transaction Hash`, a token's amount `Value`, `TokenValue` or
`Quantity`, and the coin's name stands in `Value_IN(ETH)`. Exports give no position in a block.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sanctrail.errors import InputError
from sanctrail.ledger.batches import AccountBatch, Asset
from sanctrail.ledger.formats.fields import (
    address,
    needed_address,
    text,
    transaction_hash,
    when,
    whole,
)
from sanctrail.ledger.formats.gathering import INTERNAL, Fee, Gathered, Transfer
from sanctrail.ledger.formats.rows import is_json, names_in, rows_of
from sanctrail.ledger.formats.source import Format, Head, Source, head_of, unreadable
from sanctrail.ledger.formats.tokens import Tokens
from sanctrail.ledger.values import BadField, base_units

MAX_ROWS = 5_000
"""Rows after which an export breaks off."""

DECIMALS = 18
"""Decimals of every coin here, and those taken of tokens whose decimals nothing tells."""

_COIN = re.compile(r"value_in\((\w+)\)")
_CONTRACT = re.compile(r"0x[0-9a-fA-F]{40}")
_RENAMED = {"MATIC": "POL"}
_CLEAN = re.compile(r"[\s_]+")
_NAMES = {
    "txhash": "hash", "transactionhash": "hash", "blockno": "block", "blocknumber": "block",
    "unixtimestamp": "time", "datetime(utc)": "date", "datetime": "date", "from": "from",
    "to": "to", "txto": "to", "contractaddress": "contract", "tokenvalue": "value",
    "value": "value", "quantity": "value", "tokensymbol": "symbol", "status": "status",
    "errcode": "error", "parenttxfrom": "parent", "tokenid": "number",
}  # fmt: skip
"""What each column is called here, by its name without blanks and underscores."""

_SUCCEEDED = {"", "0", "success", "ok"}
"""Statuses of what did not fail; an error has its own, and internal transfers a 1."""

Fields = Mapping[str, Any]


@lru_cache
def _name(column: str) -> str:
    """Return what a column is called here: the amounts by their beginning, prices not at all."""
    plain = _CLEAN.sub("", column.lower())
    for start, name in (("valuein(", "in"), ("valueout(", "out"), ("txnfee(", "fee")):
        if plain.startswith(start):
            return "" if plain == "txnfee(usd)" else name
    return _NAMES.get(plain, "")


def _kind(names: set[str]) -> str:
    """Return which export has these columns, empty where none has."""
    told = {_name(name) for name in names}
    if not {"hash", "from", "to"} <= told or not told & {"time", "date"}:
        return ""
    if {"in", "out"} <= told:
        return "internal" if "parent" in told else "normal"
    if "number" in told:
        return "nft"
    return "token" if "value" in told else ""


def _matches(head: Head) -> bool:
    return not is_json(head.data) and bool(_kind(names_in(head)))


class Exports:
    """Takes the rows of exports, of one chain and of any number of addresses.

    A transfer between two of the addresses stands in the exports of both. Inside one file equal
    rows are real; of a transfer that several files tell, the file that tells it most often counts.
    """

    def __init__(self, source: Source, coin: str) -> None:
        self.out = Gathered()
        self._source = source
        self._coin = Asset(coin, "wei", DECIMALS)
        self._tokens = Tokens(coin, DECIMALS)
        self._most: Counter[tuple[Any, ...]] = Counter()
        self._here: Counter[tuple[Any, ...]] = Counter()
        self._numbered = 0

    def take_file(self, path: Path, kind: str) -> Iterator[AccountBatch]:
        """Take one file's rows; what is wrong with one becomes a problem."""
        self._here = Counter()
        fallback = self._contract_of(path) if kind == "token" else ""
        before = self._source.rows.get(path.name, 0)
        for row in rows_of(self._source, path):
            fields = {_name(name): value for name, value in row.fields.items()}
            fields.setdefault("contract", fallback)
            try:
                getattr(self, f"_take_{kind}")(fields)
            except BadField as error:
                self._source.told.problem(path.name, row.where, str(error))
            yield from self.out.full()
        self._most |= self._here
        if self._source.rows[path.name] - before == MAX_ROWS:
            self._source.told.limit(
                f"{path.name} holds {MAX_ROWS:,} rows, after which exports break off: later "
                "transfers are missing. Export the address again by shorter spans of time."
            )

    def finish(self) -> None:
        """Say what was left out, once all files are taken."""
        self._tokens.tell(self._source.told)
        if self._numbered:
            self._source.told.limit(
                f"{self._numbered:,} transfers of tokens without amounts (ERC-721 and others) "
                "were left out."
            )

    def _take_normal(self, fields: Fields) -> None:
        sender = needed_address(fields, "from")
        transfer = self._transfer(
            fields,
            kind="transaction",
            sender=sender,
            receiver=address(fields, "to") or needed_address(fields, "contract"),
            asset=self._coin,
            amount=self._moved(fields),
        )
        told = _plain(fields, "fee")
        fee = str(base_units(told, DECIMALS)) if told else ""
        if self._once(transfer) and fee:
            self.out.fees.append(
                Fee(
                    transfer.transaction,
                    transfer.block,
                    transfer.time,
                    sender,
                    fee,
                    transfer.asset,
                    transfer.failed,
                )
            )

    def _take_internal(self, fields: Fields) -> None:
        self._once(
            self._transfer(
                fields,
                kind=INTERNAL,
                sender=needed_address(fields, "from"),
                receiver=address(fields, "to") or needed_address(fields, "contract"),
                asset=self._coin,
                amount=self._moved(fields),
            )
        )

    def _take_token(self, fields: Fields) -> None:
        contract = needed_address(fields, "contract")
        self._tokens.describe(contract, text(fields, "symbol"), None)
        asset = self._tokens.asset(contract)
        self._once(
            self._transfer(
                fields,
                kind="token",
                sender=needed_address(fields, "from"),
                receiver=needed_address(fields, "to"),
                asset=asset,
                amount=base_units(_plain(fields, "value"), asset.decimals),
            )
        )

    def _take_nft(self, _: Fields) -> None:
        self._numbered += 1

    def _transfer(
        self, fields: Fields, *, kind: str, sender: str, receiver: str, asset: Asset, amount: int
    ) -> Transfer:
        time = when(fields, "time")
        time = when(fields, "date") if time < 0 else time
        if time < 0:
            raise BadField("the row has no time")
        failed = text(fields, "status").lower() not in _SUCCEEDED or bool(text(fields, "error"))
        return Transfer(
            whole(fields, "block", -1),
            time,
            transaction=transaction_hash(fields, "hash"),
            kind=kind,
            sender=sender,
            receiver=receiver,
            asset=self.out.meet(asset),
            amount=str(amount),
            failed=failed,
        )

    def _moved(self, fields: Fields) -> int:
        """Return the coin's amount, which stands as coming in or as going out.

        Where an address pays itself it stands as both.
        """
        came, went = (_plain(fields, name) or "0" for name in ("in", "out"))
        units = {base_units(came, DECIMALS), base_units(went, DECIMALS)} - {0}
        if len(units) > 1:
            raise BadField(f"the row has two amounts, {came} in and {went} out")
        return units.pop() if units else 0

    def _once(self, transfer: Transfer) -> bool:
        """Gather a transfer unless a file before told of it as often; tell whether it was."""
        self._here[transfer] += 1
        new = self._here[transfer] > self._most[transfer]
        if new:
            self.out.transfers.append(transfer)
        return new

    def _contract_of(self, path: Path) -> str:
        """Return the contract of a token's own export, which names it in the file's name alone."""
        if any(_name(name) == "contract" for name in names_in(head_of(path))):
            return ""
        told = str(self._source.options.get("token") or path.name)
        found = _CONTRACT.search(told)
        if not found:
            raise InputError(
                f"{path.name}: the export does not name its token. Put the token's contract into "
                "the file's name, as in export-token-0x....csv, and import again."
            )
        return found[0].lower()


def _plain(fields: Fields, name: str) -> str:
    """Return a decimal number without the commas between thousands."""
    return text(fields, name).replace(",", "")


def _read(source: Source) -> Iterator[AccountBatch]:
    kinds = {path: _kind(names_in(head_of(path))) for path in source.files}
    for path, kind in kinds.items():
        if not kind:
            raise unreadable(path.name, "line 1", "the columns of no export of Etherscan")
    exports = Exports(source, _coin_of(source, kinds))
    for path, kind in kinds.items():
        yield from exports.take_file(path, kind)
    exports.finish()
    _tell(source, set(kinds.values()))
    yield from exports.out.rest()


def _coin_of(source: Source, kinds: Mapping[Path, str]) -> str:
    """Return the coin that the headers name; raises `InputError` where they name two."""
    coins: dict[str, Path] = {}
    for path in kinds:
        for name in names_in(head_of(path)):
            if found := _COIN.fullmatch(name.lower()):
                coin = found[1].upper()
                coins.setdefault(_RENAMED.get(coin, coin), path)
    if len(coins) > 1:
        told = " and ".join(f"{path.name} ({coin})" for coin, path in coins.items())
        raise InputError(
            f"These exports are of two chains, {told}. Import each chain into a ledger of its own; "
            "nothing was changed."
        )
    return next(iter(coins), str(source.options.get("coin") or "ETH"))


def _tell(source: Source, kinds: set[str]) -> None:
    gaps = {
        "coin": not kinds & {"normal", "internal"},
        "internal": "internal" not in kinds,
        "tokens": "token" not in kinds,
        "fees": "normal" not in kinds,
    }
    source.told.lacks("position", "rewards", *(gap for gap, holds in gaps.items() if holds))
    source.told.limit(
        "The exports hold what concerns the addresses that they were made for; what others did "
        "besides is not known here."
    )


FORMAT = Format(
    "etherscan",
    "account",
    "CSV exports of Etherscan, BscScan, PolygonScan: normal, internal and token transfers",
    _matches,
    _read,
    together=True,
)
