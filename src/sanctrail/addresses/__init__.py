"""Addresses: telling what form a wallet address has, its checksum and its comparable form."""

from sanctrail.addresses.forms import AddressForm, canonical, describe, is_transaction_id

__all__ = ["AddressForm", "canonical", "describe", "is_transaction_id"]
