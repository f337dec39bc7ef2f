"""Addresses: published vectors of each checksum, and one comparable form for each address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.addresses import canonical, describe, is_transaction_id
from sanctrail.addresses.bech32 import witness_address
from sanctrail.addresses.keccak import keccak256

BIP_173 = (
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
    "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
)
BIP_350 = (
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
    "BC1SW50QGDZ25J",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
    "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
)
WRONG_BECH32 = (
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    "bc1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
)
BASE58 = {
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "bitcoin",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy": "bitcoin",
    "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn": "bitcoin testnet",
    "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t": "tron",
    "rnXyVQzgxZe7TR1EPzTkGj2jxH4LMJYh66": "ripple",
}
EIP_55 = (
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)
KECCAK = {
    b"": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    b"abc": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    b"The quick brown fox jumps over the lazy dog": (
        "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"
    ),
}
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
addresses = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=ALPHABET, min_size=25, max_size=45),
    st.from_regex(r"0[xX][0-9a-fA-F]{40}", fullmatch=True),
    st.from_regex(r"(bc|TB|ltc|foo)1[qpzry9x8gf2tvdw0s3jn54khce6mua7lQPZ]{6,50}", fullmatch=True),
    st.sampled_from([*BIP_173, *BIP_350, *WRONG_BECH32, *BASE58, *EIP_55]),
)


@pytest.mark.parametrize("address", [*BIP_173, *BIP_350])
def test_published_bech32_addresses_are_valid(address):
    assert describe(address).checksum == "valid"
    assert describe(address).family == {"b": "bitcoin", "t": "bitcoin testnet"}[address[0].lower()]


@pytest.mark.parametrize("address", WRONG_BECH32)
def test_wrong_and_mixed_case_bech32_is_invalid(address):
    assert describe(address).checksum == "invalid"


def test_a_written_witness_address_is_the_published_one():
    program = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
    assert witness_address("bc", program) == BIP_173[1]


@given(st.binary(min_size=20, max_size=20), st.sampled_from(["bc", "tb", "bcrt", "ltc"]))
def test_every_written_witness_address_is_valid(program, prefix):
    assert describe(witness_address(prefix, program)).checksum == "valid"


@pytest.mark.parametrize(("address", "family"), BASE58.items())
def test_base58_addresses_tell_their_chain_and_a_typing_error(address, family):
    assert (describe(address).family, describe(address).checksum) == (family, "valid")
    wrong = address[:-1] + ("2" if address[-1] != "2" else "3")
    assert describe(wrong).checksum == "invalid"
    assert canonical(address) == address


@pytest.mark.parametrize("address", EIP_55)
def test_mixed_case_hexadecimal_carries_a_checksum_and_one_case_none(address):
    assert describe(address).checksum == "valid"
    assert describe(address.swapcase().replace("X", "x")).checksum == "invalid"
    assert describe(address.lower()).checksum == "none"
    assert describe("0x" + address[2:].upper()).checksum == "none"
    assert canonical(address) == canonical(address.upper()) == address.lower()


@pytest.mark.parametrize(("data", "digest"), KECCAK.items())
def test_keccak_gives_the_published_digests(data, digest):
    assert keccak256(data).hex() == digest


@pytest.mark.parametrize("length", [135, 136, 137, 271, 272])
def test_keccak_pads_at_the_block_s_edge(length):
    digests = {keccak256(b"a" * n) for n in (length - 1, length, length + 1)}
    assert len(digests) == 3


def test_a_base58_address_with_bech32_letters_by_chance_keeps_its_case():
    address = "TBATDh41qMQ1yeVYecneEvhpfayYmkAQWS"  # listed; behind its last 1 all is bech32
    assert canonical(address) == describe(address).canonical == address


@given(addresses)
def test_the_comparable_form_is_one_and_stays_itself(address):
    form = canonical(address)
    assert canonical(form) == form == canonical(f" {address}\n")
    assert describe(address).canonical == form
    assert describe(address).checksum in {"valid", "invalid", "none"}


@pytest.mark.parametrize("text", ["0x" + "aB" * 32, "0X" + "00" * 32, "f" * 64])
def test_a_transaction_id_is_sixty_four_digits(text):
    assert is_transaction_id(text)
    assert not is_transaction_id(text[:-1])
    assert not is_transaction_id(text + "0")
