"""Receipts: whether a transaction succeeded and what it cost, told with it or in a file apart."""

from array import array
from dataclasses import dataclass

from sanctrail.addresses.keccak import keccak256
from sanctrail.ledger.batches import UNKNOWN
from sanctrail.ledger.formats.fields import Fields, address, amount, text, whole
from sanctrail.ledger.formats.lookups import Keys, place_key

_SINGLE_BYTE = 0x7F
_EMPTY_TEXT = 0x80
_SHORT_LIST = 0xC0
_ADDRESS_BYTES = 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction's fate; UNKNOWN where the source does not tell.

    `extra` is paid beside the gas: a rollup's fee to the chain below, or for blobs, in wei.
    """

    status: int = UNKNOWN
    gas: int = UNKNOWN
    price: int = UNKNOWN
    extra: int = 0
    contract: str = ""

    def fee(self, gas_price: int) -> int:
        """Return the fee in wei, UNKNOWN where the gas used is not known.

        Nodes of old gave no effective price; then the transaction's own was paid.
        """
        price = gas_price if self.price < 0 else self.price
        if self.gas < 0 or price < 0:
            return UNKNOWN
        return self.gas * price + self.extra


NO_RECEIPT = Receipt()


def receipt_in(fields: Fields, prefix: str = "") -> Receipt:
    """Read a receipt's columns; in a row of transactions they have a prefix."""
    return Receipt(
        whole(fields, f"{prefix}status", UNKNOWN),
        whole(fields, f"{prefix}gas_used", UNKNOWN),
        whole(fields, f"{prefix}effective_gas_price", UNKNOWN),
        _extra(fields, prefix),
        address(fields, f"{prefix}contract_address"),
    )


def _extra(fields: Fields, prefix: str) -> int:
    told = text(fields, f"{prefix}l1_fee")
    extra = amount(fields, f"{prefix}l1_fee") if told else 0
    blobs = whole(fields, f"{prefix}blob_gas_used", 0)
    return extra + blobs * whole(fields, f"{prefix}blob_gas_price", 0) if blobs else extra


class Receipts:
    """Receipts of a file apart, by block and place: some forty bytes each."""

    def __init__(self) -> None:
        self._keys = Keys()
        self._status = array("b")
        self._gas = array("q")
        self._price = array("q")
        self._extra: dict[int, int] = {}
        self._contracts: dict[int, str] = {}

    def add(self, fields: Fields) -> None:
        """Take one row of a file of receipts."""
        key = place_key(whole(fields, "block_number"), whole(fields, "transaction_index"))
        receipt = receipt_in(fields)
        self._keys.add(key)
        self._status.append(min(receipt.status, 1))
        self._gas.append(receipt.gas)
        self._price.append(receipt.price)
        if receipt.extra:
            self._extra[key] = receipt.extra
        if receipt.contract:
            self._contracts[key] = receipt.contract

    def of(self, block: int, place: int) -> Receipt:
        """Return the receipt of a transaction."""
        key = place_key(block, place) if place >= 0 else -1
        row = self._keys.find(key)
        if row < 0:
            return NO_RECEIPT
        return Receipt(
            self._status[row],
            self._gas[row],
            self._price[row],
            self._extra.get(key, 0),
            self._contracts.get(key, ""),
        )


def created_address(sender: str, nonce: int) -> str:
    """Return the address of the contract that a transaction creates.

    It is the end of the Keccak-256 of the RLP list of sender and nonce (Ethereum yellow paper, 7).
    """
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    plain = len(number) == 1 and number[0] <= _SINGLE_BYTE
    told = number if plain else bytes([_EMPTY_TEXT + len(number)]) + number
    body = bytes([_EMPTY_TEXT + _ADDRESS_BYTES]) + bytes.fromhex(sender[2:]) + told
    return "0x" + keccak256(bytes([_SHORT_LIST + len(body)]) + body)[-_ADDRESS_BYTES:].hex()
