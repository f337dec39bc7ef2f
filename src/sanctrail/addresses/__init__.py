"""Addresses: telling what form a wallet address has, its checksum and its comparable form."""

from sanctrail.addresses.forms import (
    AddressForm,
    canonical,
    canonical_transaction,
    describe,
    is_transaction_id,
)

__all__ = [
    "AddressForm",
    "canonical",
    "canonical_transaction",
    "describe",
    "is_transaction_id",
]
