"""Bitcoin's own bytes: every real block parses, balances and names its addresses."""

import bz2
import contextlib
import json
import re
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chain_files as cf
from sanctrail.errors import InputError, SanctrailError, UnreadableFile
from sanctrail.ledger import How, import_files, open_ledger
from sanctrail.ledger.batches import NULL_DATA, UNKNOWN
from sanctrail.ledger.bitcoin.files import under_key
from sanctrail.ledger.bitcoin.hashes import hash160
from sanctrail.ledger.bitcoin.headers import chosen_chain
from sanctrail.ledger.bitcoin.networks import BY_NAME, MAINNET
from sanctrail.ledger.bitcoin.parsing import (
    HEADER,
    Header,
    height_of,
    merkle_root,
    parse_block,
    read_header,
)
from sanctrail.ledger.bitcoin.undo import (
    UndoDamaged,
    decompressed_amount,
    read_plain,
    read_store,
)
from sanctrail.ledger.lookup import look_up_address, look_up_transaction
from sanctrail.ledger.verify import verify

REGTEST = BY_NAME["regtest"]
TESTNET = ["block898352", "block928816", "block928828", "block928831", "block928927",
           "block1087400"]  # fmt: skip


def imported(tmp_path, *files, **options):
    summary, problems = import_files(list(files), tmp_path / "l", None, How(options=options))
    ledger = open_ledger(tmp_path / "l", verify=True)
    assert all(check.holds for check in verify(ledger))
    return ledger, summary, problems


# The real chains.


def test_the_regtest_chain_has_its_blocks_transactions_inputs_and_outputs(shared, tmp_path):
    folder = shared / "chains" / "blocksci-regtest" / "btc"
    ledger, _, problems = imported(tmp_path, folder / "blk00000.dat")
    cover = ledger.manifest["coverage"]
    assert (cover["blocks"], cover["transactions"]) == (202, 356)
    assert (cover["inputs"], cover["movements"]) == (178, 693)
    assert (ledger.manifest["network"], problems) == ("regtest", [])
    told = json.loads((folder / "output.json").read_text())
    txids = {name for name, value in told.items() if name.endswith("-tx")}
    assert len(txids) > 20
    for name, value in told.items():
        for txid in value if isinstance(value, list) else [value]:
            if "tx" in name and isinstance(txid, str) and len(txid) == 64:
                assert ledger.number_of(txid) is not None, name


def test_the_regtest_scenarios_have_the_amounts_and_addresses_that_they_tell(shared, tmp_path):
    folder = shared / "chains" / "blocksci-regtest" / "btc"
    ledger, _, _ = imported(tmp_path, folder / "blk00000.dat")
    told = json.loads((folder / "output.json").read_text())
    found = 0
    for name, address in told.items():
        if not (name.startswith("address-") and f"{name}-tx" in told):
            continue
        number = ledger.number_of(told[f"{name}-tx"])
        assert ledger.block(number) == told[f"{name}-height"]
        ends = [
            (ledger.address(int(ledger.owners[o])), int(ledger.values[o]))
            for o in ledger.outputs(number)
        ]
        assert (address, told[f"{name}-value"] * 100_000_000) in ends
        found += 1
    assert found >= 12


@pytest.mark.parametrize(
    ("file", "blocks", "transactions"),
    [
        ("bitcoinj/first-100k-blocks.dat", (0, 438), 446),
        ("btcd/blocks1-256.bz2", (1, 255), 262),
    ],
)
def test_the_first_blocks_come_in_and_keep_every_rule(shared, tmp_path, file, blocks, transactions):
    ledger, summary, problems = imported(tmp_path, shared / "chains" / "blocks" / file)
    cover = ledger.manifest["coverage"]
    assert (cover["first_block"], cover["last_block"]) == blocks
    assert (summary.transactions, problems) == (transactions, [])
    first = look_up_transaction(
        ledger, "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
    )
    assert [end["value"] for end in first.outputs] == [10_0000_0000, 40_0000_0000]
    assert (first.block, first.fee) == (170, 0)
    hashes = dict(
        zip(*(ledger.table("blocks")[c].to_pylist() for c in ("block", "hash")), strict=True)
    )
    assert hashes[170] == "00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee"


@pytest.mark.parametrize(
    ("file", "height"), [("bcoin/block300025.raw", 300_025), ("btcd/277647.dat.bz2", 277_647)]
)
def test_blocks_with_undo_balance_to_the_fee_that_their_coinbase_claims(
    shared, tmp_path, file, height
):
    ledger, _, _ = imported(tmp_path, shared / "chains" / "blocks" / file)
    assert len(ledger.manifest["files"]) == 2
    assert "values" not in ledger.manifest["gaps"]
    total = len(ledger.columns["first_output"]) - 1
    coinbase, fees = None, 0
    for number in range(ledger.outside, total):
        answer = look_up_transaction(ledger, ledger.transaction(number))
        assert answer.block == height
        if answer.fee is None:
            coinbase = sum(end["value"] for end in answer.outputs)
        else:
            fees += answer.fee
    assert coinbase - 25 * 100_000_000 == fees


def real_blocks(shared):
    folder = shared / "chains" / "blocks"
    paths = [
        p for p in folder.glob("b*/block*") if "undo" not in p.name and "blocks1" not in p.name
    ]
    return sorted([*paths, folder / "btcd" / "277647.dat.bz2"])


def test_every_real_block_parses_and_its_merkle_root_is_the_header_s(shared):
    seen = 0
    for path in real_blocks(shared):
        raw = path.read_bytes()
        raw = bz2.decompress(raw) if path.suffix == ".bz2" else raw
        start = 8 if raw[:4] == MAINNET.magic else 0
        data = np.frombuffer(raw, np.uint8)
        block = parse_block(data, start, len(data), path.name)
        header = read_header(raw[start : start + HEADER])
        assert merkle_root(block.txids) == header.merkle
        assert header.meets_target
        told = height_of(header.version, block.coinbase)
        named = "".join(c for c in path.name.split(".")[0].split("-")[0] if c.isdigit())
        assert told is None or not named or told == int(named)
        seen += 1
    assert seen >= 22


def test_real_testnet_blocks_come_in_with_their_undo(shared, tmp_path):
    folder = shared / "chains" / "blocks" / "bcoin"
    files = [folder / f"{name}.raw" for name in TESTNET]
    ledger, _, problems = imported(tmp_path, *files, network="testnet3")
    assert ledger.manifest["network"] == "testnet3"
    assert ledger.manifest["coverage"]["blocks"] == len(files)
    assert problems == []
    with pytest.raises(InputError, match="Give --network"):
        import_files(files, tmp_path / "other")


def test_an_early_block_alone_needs_its_height(shared, tmp_path):
    file = shared / "chains" / "blocks" / "bitcoinj" / "block169482.dat"
    with pytest.raises(InputError, match=r"its height cannot be told.*--height"):
        import_files([file], tmp_path / "l")
    assert not (tmp_path / "l").exists()
    ledger, _, _ = imported(tmp_path, file, height=169_482)
    assert ledger.manifest["coverage"]["first_block"] == 169_482


# Chains made for the test.


def small_chain(blocks=5, start=1_700_000_000):
    """A regtest chain in which each coinbase is spent in the next block."""
    genesis = bytes.fromhex(REGTEST.genesis)[::-1]
    made, previous, coin = [], genesis, None
    for height in range(1, blocks + 1):
        base = cf.coinbase(
            height, 50_0000_0000 + (100 if coin else 0), b"\x00\x14" + bytes([height] * 20)
        )
        rows = [base]
        if coin is not None:
            witness = [[b"signature", b"key"]] if height % 2 else None
            outputs = [(10_0000_0000, b"\x51\x20" + bytes(32)), (39_9999_9900, b"\x6a\x01x")]
            rows.append(cf.transaction_bytes([(coin, 0, b"")], outputs, witness))
        data, previous = cf.block_bytes(previous, start + 600 * height, rows)
        made.append(data)
        coin = base[1]
    return made


def test_files_in_any_order_with_stale_blocks_and_room_behind_give_the_best_chain(tmp_path):
    blocks = small_chain()
    fork = cf.block_bytes(
        read_header(blocks[1][:HEADER]).hash, 1_700_009_999, [cf.coinbase(3, 50_0000_0000, b"\x52")]
    )[0]
    (tmp_path / "blk00000.dat").write_bytes(cf.framed([blocks[3], fork, blocks[0]]) + bytes(3000))
    (tmp_path / "blk00001.dat").write_bytes(cf.framed([blocks[4], blocks[2], blocks[1]]))
    ledger, _, _ = imported(tmp_path, *sorted(tmp_path.glob("blk*")))
    assert ledger.manifest["coverage"]["blocks"] == 5
    assert any("1 blocks of other branches" in limit for limit in ledger.manifest["limits"])
    assert look_up_address(ledger, NULL_DATA).transactions == 4


def test_a_key_beside_the_files_is_taken_off(tmp_path):
    blocks = small_chain()
    for name, key in (("plain", bytes(8)), ("hidden", bytes(range(1, 9)))):
        folder = tmp_path / name
        folder.mkdir()
        data = np.frombuffer(cf.framed(blocks), np.uint8)
        (folder / "blk00000.dat").write_bytes(under_key(data, key).tobytes() + bytes(500))
        (folder / "xor.dat").write_bytes(key)
    digests = [
        import_files([tmp_path / name / "blk00000.dat"], tmp_path / f"l-{name}")[0].digest
        for name in ("plain", "hidden")
    ]
    assert digests[0] == digests[1]


def core_varint(number):
    out = [number & 0x7F]
    while number > 0x7F:
        number = (number >> 7) - 1
        out.append(number & 0x7F | 0x80)
    return bytes(reversed(out))


def compressed_amount(value):
    if not value:
        return 0
    exponent = 0
    while value % 10 == 0 and exponent < 9:
        value //= 10
        exponent += 1
    if exponent < 9:
        return 1 + ((value // 10) * 9 + value % 10 - 1) * 10 + exponent
    return 1 + (value - 1) * 10 + 9


@given(st.integers(0, 21 * 10**14))
def test_compressed_amounts_are_read_back(value):
    assert decompressed_amount(compressed_amount(value)) == value


def test_core_s_undo_files_are_matched_by_their_checksums(tmp_path):
    blocks = small_chain()
    key = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    whole = bytes.fromhex(
        "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
    )
    scripts = {
        2: (b"\x04", key[1:]), 3: (b"\x00", bytes(20)), 4: (b"\x02", key[1:]),
        5: (bytes([6 + 22]), b"\x00\x14" + bytes([4] * 20)),
    }  # fmt: skip
    records = []
    for height in (3, 2, 5, 4):
        kind, rest = scripts[height]
        value = core_varint(compressed_amount(50_0000_0000 + height))
        record = b"\x01\x01" + core_varint(2 * height + 1) + b"\x00" + value + kind + rest
        previous = read_header(blocks[height - 1][:HEADER]).previous
        records.append(
            REGTEST.magic
            + len(record).to_bytes(4, "little")
            + record
            + cf.sha256d(previous + record)
        )
    (tmp_path / "blk00000.dat").write_bytes(cf.framed(blocks[1:]))  # the first block is missing
    (tmp_path / "rev00000.dat").write_bytes(b"".join(records) + bytes(100))
    import_files([tmp_path / "blk00000.dat"], tmp_path / "l")
    ledger = open_ledger(tmp_path / "l")
    spent = look_up_transaction(ledger, ledger.transaction(2)).inputs
    assert [end["value"] for end in spent] == [50_0000_0002]
    from sanctrail.addresses.base58 import base58check

    assert spent[0]["address"] == base58check(bytes([0x6F]) + hash160(whole))
    whole_file = (tmp_path / "rev00000.dat").read_bytes()
    for at, said in ((4, r"rev00000\.dat"), (-1 - 100, "record 4: it fits no block")):
        damaged = bytearray(whole_file)
        damaged[at] ^= 0xFF
        (tmp_path / "rev00000.dat").write_bytes(damaged)
        try:
            _, problems = import_files([tmp_path / "blk00000.dat"], tmp_path / f"l{at}")
            told = "; ".join(map(str, problems))
        except UnreadableFile as error:
            told = str(error)
        assert re.search(said, told)


def test_two_networks_in_one_import_are_refused(shared, tmp_path):
    folder = shared / "chains"
    files = [
        folder / "blocksci-regtest" / "btc" / "blk00000.dat",
        folder / "blocks" / "bitcoinj" / "first-100k-blocks.dat",
    ]
    with pytest.raises(InputError, match="holds blocks of mainnet, where regtest was told"):
        import_files(files, tmp_path / "l")


def test_a_chain_that_grows_is_added_to(tmp_path):
    blocks = small_chain(8)
    (tmp_path / "a.dat").write_bytes(cf.framed(blocks[:5]))
    (tmp_path / "b.dat").write_bytes(cf.framed(blocks[5:]))
    (tmp_path / "all.dat").write_bytes(cf.framed(blocks))
    import_files([tmp_path / "a.dat"], tmp_path / "l")
    grown, _ = import_files([tmp_path / "b.dat"], tmp_path / "l", None, How(add=True))
    whole, _ = import_files([tmp_path / "all.dat"], tmp_path / "w")
    assert (grown.digest, grown.transactions) == (whole.digest, whole.transactions)


# What no chain would let pass, though its bytes are whole.


def lone_block(tmp_path, transactions, bits=0x207FFFFF):
    data, _ = cf.block_bytes(bytes(32), 1_700_000_000, transactions, bits)
    (tmp_path / "blk.dat").write_bytes(cf.framed([data]))
    return [tmp_path / "blk.dat"]


NULL = (bytes(32), 0xFFFFFFFF, b"\x01\x07")


@pytest.mark.parametrize(
    ("transactions", "said"),
    [
        ([cf.transaction_bytes([NULL, NULL], [(1, b"")])], "is no coinbase"),
        ([cf.transaction_bytes([(bytes([1] * 32), 0, b"")], [(1, b"")])], "is no coinbase"),
        ([cf.coinbase(7, 5), cf.transaction_bytes([NULL], [(1, b"")])], "or another one is"),
        ([cf.coinbase(7, 2**64 - 5)], "holds more than there can be"),
        ([cf.coinbase(7, 5), *[cf.transaction_bytes([(bytes([1] * 32), 0, b"")], [(1, b"")])] * 2],
         "stands in it twice"),
    ],
)  # fmt: skip
def test_blocks_that_no_chain_holds_are_refused(tmp_path, transactions, said):
    how = How(options={"height": 7})
    with pytest.raises(UnreadableFile, match=said):
        import_files(lone_block(tmp_path, transactions), tmp_path / "l", None, how)


def test_a_block_easier_than_its_network_asks_for_is_refused(tmp_path):
    data, _ = cf.block_bytes(bytes(32), 1_700_000_000, [cf.coinbase(300_000, 5)])
    (tmp_path / "blk.dat").write_bytes(cf.framed([data], "f9beb4d9"))
    with pytest.raises(UnreadableFile, match="the work that its network asks for"):
        import_files([tmp_path / "blk.dat"], tmp_path / "l")


@pytest.mark.parametrize(("byte", "said"), [(7, "more than there can be"), (5, "pays")])
def test_undo_that_cannot_be_is_refused(shared, tmp_path, byte, said):
    for name in ("block300025.raw", "block300025-undo.raw"):
        data = bytearray((shared / "chains" / "blocks" / "bcoin" / name).read_bytes())
        if "undo" in name:
            data[byte] = 0xFF if byte == 7 else data[byte]
            data[0:4] = bytes(4) if byte == 5 else data[0:4]
        (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableFile, match=said):
        import_files([tmp_path / "block300025.raw"], tmp_path / "l")


def test_undo_alone_asks_for_its_blocks(tmp_path):
    (tmp_path / "rev00000.dat").write_bytes(REGTEST.magic + bytes(40))
    with pytest.raises(InputError, match="Undo files alone"):
        import_files([tmp_path / "rev00000.dat"], tmp_path / "l", "bitcoin-blocks")


def test_a_height_by_hand_does_not_contradict_the_block(shared, tmp_path):
    file = shared / "chains" / "blocks" / "bcoin" / "block300025.raw"
    with pytest.raises(InputError, match="does not tell its height itself"):
        import_files([file], tmp_path / "l", None, How(options={"height": 5}))


def branch(previous, heights, salt):
    made = []
    for height in heights:
        data, previous = cf.block_bytes(
            previous, 1_700_000_000 + 600 * height, [cf.coinbase(height, 5, bytes([salt]))]
        )
        made.append(data)
    return made


def test_another_branch_behind_what_a_ledger_holds_is_left_out_or_refused(tmp_path):
    blocks = small_chain(5)
    (tmp_path / "a.dat").write_bytes(cf.framed(blocks))
    first, _ = import_files([tmp_path / "a.dat"], tmp_path / "l")
    fork = read_header(blocks[3][:HEADER]).hash
    (tmp_path / "stale.dat").write_bytes(cf.framed(branch(fork, [5], 0x53)))
    import_files([tmp_path / "stale.dat"], tmp_path / "l", None, How(add=True))
    assert open_ledger(tmp_path / "l").manifest["digest"] == first.digest
    (tmp_path / "longer.dat").write_bytes(cf.framed(branch(fork, [5, 6, 7], 0x54)))
    with pytest.raises(InputError, match="a longer branch of the chain from block 5"):
        import_files([tmp_path / "longer.dat"], tmp_path / "l", None, How(add=True))
    assert open_ledger(tmp_path / "l", verify=True).manifest["digest"] == first.digest


# Damage.


def _block_of(data):
    return cf.framed([data])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_block_files_are_told_in_a_sentence(tmp_path_factory, data):
    raw = bytearray(cf.framed(small_chain(3)))
    at = data.draw(st.integers(0, len(raw) - 1))
    action = data.draw(st.sampled_from(["flip", "cut", "insert", "drop"]))
    if action == "flip":
        raw[at] ^= 1 << data.draw(st.integers(0, 7))
    elif action == "cut":
        raw = raw[:at]
    elif action == "insert":
        raw[at:at] = data.draw(st.binary(min_size=1, max_size=9))
    else:
        del raw[at : at + data.draw(st.integers(1, 200))]
    folder = tmp_path_factory.mktemp("d")
    (folder / "blk.dat").write_bytes(raw)
    try:
        import_files([folder / "blk.dat"], folder / "l", "bitcoin-blocks")
    except SanctrailError:
        return
    assert all(check.holds for check in verify(open_ledger(folder / "l")))


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_bytes_that_are_no_block_are_refused_where_they_break(data):
    array = np.frombuffer(data, np.uint8)
    told = "x, block at byte 0"
    try:
        parse_block(array, 0, len(array), "x")
    except UnreadableFile as error:
        told = str(error)
    assert "x, block at byte 0" in told


@given(st.binary(max_size=200))
def test_bytes_that_are_no_undo_are_refused(data):
    for reader in (read_plain, read_store):
        with contextlib.suppress(UndoDamaged):
            reader(data)


@pytest.mark.parametrize(
    ("version", "script", "height"),
    [
        (1, "03a5140300", None),
        (2, "03a5140300", 201_893),
        (2, "51", 1),
        (2, "00", 0),
        (2, "60", 16),
        (2, "0111", 17),
        (2, "02ff00", 255),
        (2, "020001", 256),
        (2, "03ff0000", None),
        (2, "0180", None),
        (2, "", None),
        (2, "03a5", None),
        (2, "0904ffff001d", None),
    ],
)
def test_heights_are_read_as_bip_34_writes_them(version, script, height):
    assert height_of(version, bytes.fromhex(script)) == height


def found(name, previous, work_bits=0x207FFFFF, told=None):
    from sanctrail.ledger.bitcoin.headers import Found

    return Found(Header(name, previous, b"", 4, 0, work_bits), 0, 0, 0, told)


def test_more_work_beats_more_blocks():
    light = [found(b"b1", b"a"), found(b"b2", b"b1"), found(b"b3", b"b2")]
    heavy = [found(b"c1", b"a", 0x1D00FFFF)]
    root = found(b"a", b"0")
    chain = chosen_chain([root, *light, *heavy], {b"0": 4})
    assert {h: one.header.hash for h, one in chain.blocks.items()} == {5: b"a", 6: b"c1"}
    assert [one.header.hash for one in chain.stale] == [b"b1", b"b2", b"b3"]


def test_a_piece_without_anchor_takes_the_heights_that_its_blocks_tell():
    piece = [found(b"x", b"?"), found(b"y", b"x", told=90)]
    chain = chosen_chain(piece, {})
    assert sorted(chain.blocks) == [89, 90]
    torn = [found(b"x", b"?", told=5), found(b"y", b"x", told=90)]
    assert len(chosen_chain(torn, {}).without_height) == 2


def test_unknown_values_are_said_in_the_manifest(shared, tmp_path):
    file = tmp_path / "block300025.raw"
    shutil.copy(shared / "chains" / "blocks" / "bcoin" / "block300025.raw", file)
    ledger, _, _ = imported(tmp_path, file)
    assert "values" in ledger.manifest["gaps"]
    assert (ledger.values == UNKNOWN).any()
