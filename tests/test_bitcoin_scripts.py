"""Scripts to addresses: published vectors, the plain way as the kernels' judge, another library."""

import bz2
import hashlib

import numpy as np
import pyarrow as pa
import pytest
from embit import hashes as embit_hashes
from embit.networks import NETWORKS as EMBIT_NETWORKS
from embit.script import Script
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sanctrail.addresses import describe
from sanctrail.addresses.base58 import base58check
from sanctrail.ledger.batches import NULL_DATA
from sanctrail.ledger.bitcoin import hashes
from sanctrail.ledger.bitcoin.networks import BY_NAME, MAINNET, NETWORKS
from sanctrail.ledger.bitcoin.parsing import parse_block
from sanctrail.ledger.bitcoin.scripts import SCRIPT, addresses_of, addresses_of_hex, script_address

TESTNET, REGTEST = BY_NAME["testnet3"], BY_NAME["regtest"]
EMBIT = {"mainnet": "main", "testnet3": "test", "regtest": "regtest"}
"""Our networks by the other library's names."""

WITNESS = {  # BIP-350's list, which holds BIP-173's of version 0
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7": (
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"
    ),
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y": (
        "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6"
    ),
    "BC1SW50QGDZ25J": "6002751e",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs": "5210751e76e8199196d454941c45d1b3a323",
    "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy": (
        "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"
    ),
    "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c": (
        "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"
    ),
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": (
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    ),
}
EXAMPLES = {  # BIP-173's examples, all of one key
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3": (
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"
    ),
}
WRONG = (  # BIP-350: prefix, variant of the checksum, letters, case, nothing in it
    "tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
    "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
    "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
    "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
    "bc1gmk9yu",
)
WRONG_INSIDE = (  # BIP-350: the checksum holds, and what it covers is no witness program
    "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
    "bc1pw5dgrnzv",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j",
)
BASE58 = {  # Bitcoin Core's key_io_valid.json; the first coin's key and the key of zeros beside
    "1AGNa15ZQXAZUgFiqJ2i7Z2DPU2J6hW62i": "76a91465a16059864a2fdbc7c99a4723a8395bc6f188eb88ac",
    "3CMNFxN1oHBc4R1EpboAL5yzHGgE611Xou": "a91474f209f6ea907e2ea48f74fae05782ae8a66525787",
    "mo9ncXisMeAoXwqcV5EWuyncbmCcQN4rVs": "76a91453c0307d6851aa0ce7825ba883c6bd9ad242b48688ac",
    "2N2JD6wb56AfK4tfmM6PwdVmoYk2dCKf4Br": "a9146349a418fc4578d10a372b54b45c280cc8c4382f87",
    "1111111111111111111114oLvT2": "76a914000000000000000000000000000000000000000088ac",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": (
        "4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f355"
        "04e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac"
    ),
    "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH": (
        "210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798ac"
    ),
}
RIPEMD_160 = {
    b"": "9c1185a5c5e9fc54612808977ee8f548b2258d31",
    b"a": "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe",
    b"abc": "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
    b"message digest": "5d0689ef49d2fae572b881b123a85ffa21595f36",
    b"abcdefghijklmnopqrstuvwxyz": "f71c27109c692c1b56bbdceb5b9d2865b3708dbc",
}
NO_PROGRAM = (
    "0013" + "11" * 19,  # version 0 has 20 or 32 bytes
    "0021" + "11" * 33,
    "5101" + "11",  # a program has 2 bytes at least
    "5129" + "11" * 41,  # and 40 at most
    "6102" + "1111",  # 16 is the last version
    "5002" + "1111",
    "5114" + "11" * 21,  # the push is not the rest of the script
    "4f02" + "1111",
)


def ours(scripts, network, gap=b""):
    """The addresses of scripts that lie in one buffer with `gap` between them."""
    lengths = np.array([len(script) for script in scripts], np.int64)
    steps = lengths + len(gap)
    starts = np.cumsum(steps) - steps
    data = np.frombuffer(gap.join([*scripts, b"\0"]), np.uint8)
    return addresses_of(data, starts, lengths, network)


def both(script, network):
    """The address of a script by the plain way, which the kernels must give too."""
    plain = script_address(script, network)
    assert ours([script], network).to_pylist() == [plain]
    return plain


def network_of(address):
    return TESTNET if address[0].lower() in "tm2" else MAINNET


# Vectors.


@pytest.mark.parametrize(("address", "script"), [*WITNESS.items(), *EXAMPLES.items()])
def test_published_witness_scripts_have_their_published_addresses(address, script):
    assert both(bytes.fromhex(script), network_of(address)) == address.lower()
    assert describe(address).checksum == "valid"


@pytest.mark.parametrize("address", WRONG)
def test_published_wrong_witness_addresses_are_not_valid(address):
    assert describe(address).checksum != "valid"


@pytest.mark.parametrize("address", WRONG_INSIDE)
def test_published_addresses_of_no_witness_program_are_not_valid(address):
    assert describe(address).checksum != "valid"


@pytest.mark.parametrize("script", NO_PROGRAM)
def test_scripts_that_only_look_like_a_witness_program_are_kept_by_their_hash(script):
    raw = bytes.fromhex(script)
    for network in NETWORKS:
        assert both(raw, network) == SCRIPT + hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize(("address", "script"), BASE58.items())
def test_published_hashes_and_keys_have_their_published_addresses(address, script):
    assert both(bytes.fromhex(script), network_of(address)) == address
    assert describe(address).checksum == "valid"


@given(st.binary(min_size=21, max_size=21))
@example(bytes(21))
@example(b"\xff" * 21)
def test_what_base58check_writes_holds_and_any_letter_changed_does_not(payload):
    address = base58check(payload)
    if 26 <= len(address) <= 40:
        assert describe(address).checksum == "valid"
        swapped = address[:5] + ("2" if address[5] != "2" else "3") + address[6:]
        assert describe(swapped).checksum != "valid"


def test_each_network_writes_its_own_addresses():
    hashed = b"\x76\xa9\x14" + bytes(range(20)) + b"\x88\xac"
    program = b"\x00\x14" + bytes(range(20))
    begins = {network.name: (both(hashed, network)[0], both(program, network)[:5])
              for network in NETWORKS}  # fmt: skip
    assert begins == {
        "mainnet": ("1", "bc1qq"), "testnet3": ("m", "tb1qq"), "testnet4": ("m", "tb1qq"),
        "signet": ("m", "tb1qq"), "regtest": ("m", "bcrt1"),
    }  # fmt: skip


# The hashes in kernels.


def sha256(message):
    data = np.frombuffer(message or b"\0", np.uint8)
    block, digest = np.zeros(128, np.uint8), np.zeros(32, np.uint8)
    count = hashes.padded_kernel(data, 0, len(message), block, 0)
    words, state = np.zeros(64, np.uint32), np.zeros(8, np.uint32)
    hashes.sha256_kernel(block, count, words, state, digest)
    return digest.tobytes()


def ripemd160(message):
    data = np.frombuffer(message or b"\0", np.uint8)
    block, digest = np.zeros(128, np.uint8), np.zeros(20, np.uint8)
    assert hashes.padded_kernel(data, 0, len(message), block, 1) == 1
    hashes.ripemd160_kernel(block, np.zeros(64, np.uint32), digest)
    return digest.tobytes()


@pytest.mark.parametrize(("message", "digest"), RIPEMD_160.items())
def test_ripemd_160_gives_the_published_digests(message, digest):
    assert ripemd160(message).hex() == digest


@pytest.mark.parametrize("length", range(120))
def test_sha_256_is_the_standard_library_s_at_every_length(length):
    message = bytes((7 * n + length) & 0xFF for n in range(length))
    assert sha256(message) == hashlib.sha256(message).digest()


@given(st.binary(max_size=119))
def test_the_hash_of_keys_is_another_library_s(message):
    assert hashes.hash160(message) == embit_hashes.hash160(message)


def test_a_known_key_has_its_known_hash():
    key = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    assert hashes.hash160(key).hex() == "751e76e8199196d454941c45d1b3a323f1433bd6"


# The plain way judges the kernels.


def pushed(first, low, high, last=b""):
    body = st.binary(min_size=low, max_size=high)
    return body.map(lambda rest: bytes([*first, len(rest)]) + rest + last)


def keyed(first, size):
    key = st.tuples(st.sampled_from(first), st.binary(min_size=size - 1, max_size=size - 1))
    return key.map(lambda pair: bytes([size, pair[0]]) + pair[1] + b"\xac")


standard = st.one_of(
    pushed([0x76, 0xA9], 19, 21, b"\x88\xac"),
    pushed([0xA9], 19, 21, b"\x87"),
    keyed([0, 2, 3, 4, 5], 33),
    keyed([2, 4, 6, 7, 8], 65),
    st.integers(0, 17).flatmap(lambda v: pushed([0x50 + v if v else 0], 0, 42)),
    st.binary(max_size=90).map(lambda rest: b"\x6a" + rest),
    st.binary(max_size=130),
    st.sampled_from([b"", b"\x6a", b"\x00", b"\x51", b"\x51\x02", b"\x21", b"\x41" * 67]),
)


@st.composite
def scripts(draw):
    """A script of some standard form, as it is, cut short, grown or with one byte changed."""
    script = bytearray(draw(standard))
    change = draw(st.sampled_from(["none", "none", "cut", "grow", "flip"]))
    if change == "cut" and script:
        del script[-1]
    elif change == "grow":
        script += draw(st.binary(min_size=1, max_size=2))
    elif change == "flip" and script:
        script[draw(st.integers(0, len(script) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(script)


@given(
    st.lists(scripts(), max_size=12), st.sampled_from(NETWORKS), st.sampled_from([b"", b"\xac\x14"])
)
@settings(max_examples=500, deadline=None)
def test_many_scripts_at_once_have_the_addresses_of_each_alone(many, network, gap):
    expected = [script_address(script, network) for script in many]
    found = ours(many, network, gap)
    assert found.to_pylist() == expected
    assert (found.type, found.null_count) == (pa.string(), 0)
    assert all(found.to_pylist())


@given(scripts(), st.sampled_from(NETWORKS))
@settings(max_examples=300, deadline=None)
def test_an_address_is_valid_or_no_address(script, network):
    address = both(script, network)
    if address.startswith(SCRIPT):
        assert address == SCRIPT + hashlib.sha256(script).hexdigest()
    elif address != NULL_DATA:
        assert describe(address).checksum == "valid"
        assert describe(address).family.startswith("bitcoin")


@given(st.lists(st.one_of(st.none(), scripts()), max_size=8), st.sampled_from(NETWORKS))
@settings(deadline=None)
def test_scripts_in_hexadecimal_have_the_same_addresses(many, network):
    texts = pa.array([None if one is None else one.hex() for one in many], pa.string())
    expected = [None if one is None else script_address(one, network) for one in many]
    assert addresses_of_hex(texts, network).to_pylist() == expected


def test_text_that_is_no_hexadecimal_has_no_address():
    texts = pa.array(["zz", "0", "51", ""], pa.string())
    found = addresses_of_hex(texts, MAINNET).to_pylist()
    assert found[:2] == [None, None]
    assert found[2:] == [script_address(raw, MAINNET) for raw in (b"\x51", b"")]


# Real outputs, against another library.


def outputs_of(path):
    """The output scripts of a real block, framed or bare, packed or not."""
    raw = path.read_bytes()
    raw = bz2.decompress(raw) if path.suffix == ".bz2" else raw
    data = np.frombuffer(raw, np.uint8)
    start = 8 if raw[:4] in {network.magic for network in NETWORKS} else 0
    outputs = parse_block(data, start, len(data), path.name).outputs
    return data, outputs[:, 1].copy(), outputs[:, 2].copy()


def theirs(script, network):
    """The kind of a script and its address by the other library, as far as it knows it."""
    other = EMBIT_NETWORKS[EMBIT[network.name]]
    kind = Script(script).script_type()
    if kind is not None:
        return kind, Script(script).address(other)
    if len(script) in {35, 67} and script[0] == len(script) - 2 and script[-1] == 0xAC:
        hashed = embit_hashes.hash160(script[1:-1])
        return "p2pk", Script(b"\x76\xa9\x14" + hashed + b"\x88\xac").address(other)
    if script[:1] == b"\x6a":
        return "data", NULL_DATA
    return "other", SCRIPT + hashlib.sha256(script).hexdigest()


def compared(path, network):
    """Assert that every output's address is the other library's; return how many of each kind."""
    data, starts, lengths = outputs_of(path)
    found = addresses_of(data, starts, lengths, network).to_pylist()
    counts = {}
    for address, start, length in zip(found, starts.tolist(), lengths.tolist(), strict=True):
        kind, expected = theirs(data[start : start + length].tobytes(), network)
        assert address == expected, kind
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def test_addresses_of_a_block_with_witnesses_are_another_library_s(shared):
    (path,) = (shared / "chains" / "blocks" / "btcd").glob("block-*.blk")
    counts = compared(path, MAINNET)
    assert {"p2pkh", "p2sh", "p2wpkh", "p2wsh", "data"} <= counts.keys()
    assert sum(counts.values()) > 4_000


def test_addresses_of_block_277647_are_another_library_s(shared):
    counts = compared(shared / "chains" / "blocks" / "btcd" / "277647.dat.bz2", MAINNET)
    assert counts["p2pkh"] > 700


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("block928816.raw", {"p2pkh", "p2sh", "data"}),
        ("block1087400.raw", {"p2pkh", "p2sh"}),
        ("block898352.raw", {"p2pkh"}),
    ],
)
def test_addresses_of_testnet_blocks_are_another_library_s(shared, file, kinds):
    assert kinds <= compared(shared / "chains" / "blocks" / "bcoin" / file, TESTNET).keys()


def test_addresses_of_the_first_coins_are_those_of_their_keys_hashes():
    key = bytes.fromhex(BASE58["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"])
    assert theirs(key, MAINNET) == ("p2pk", script_address(key, MAINNET))
    assert both(key, REGTEST) == theirs(key, REGTEST)[1] != both(key, MAINNET)
