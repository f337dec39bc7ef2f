"""Bitcoin-etl's JSON lines: every variant of them, and bad lines with their places."""

import gzip
import hashlib
import json

import pytest

from chain_files import rows_of
from sanctrail.errors import UnreadableFile
from sanctrail.ledger.batches import NULL_DATA, UNKNOWN
from sanctrail.ledger.bitcoin.scripts import SCRIPT as SCRIPT_MARK
from sanctrail.ledger.formats import bitcoin_etl
from sanctrail.ledger.formats.bitcoin_etl import FORMAT
from sanctrail.ledger.simulation import Simulation
from utxo_reading import (
    ADDRESS,
    KEY_ADDRESS,
    KEY_SCRIPT,
    SCRIPT,
    as_json,
    h,
    read,
    transactions,
    written,
)


def spent(number, **fields):
    return {
        "index": 0, "spent_transaction_hash": h(number), "spent_output_index": 1,
        "script_asm": "", "script_hex": "47", "sequence": 4294967295, "required_signatures": 1,
        "type": "pubkeyhash", "addresses": [ADDRESS], "value": 1000, **fields,
    }  # fmt: skip


def made(value=900, **fields):
    return {
        "index": 0, "script_asm": "OP_DUP", "script_hex": SCRIPT, "required_signatures": 1,
        "type": "pubkeyhash", "addresses": [ADDRESS], "value": value, **fields,
    }  # fmt: skip


def transaction(number, **fields):
    """A transaction as version 1.5 streams it: the values of inputs are told."""
    return {
        "type": "transaction", "hash": h(number), "size": 273, "virtual_size": 273, "version": 1,
        "lock_time": 0, "block_number": 50001, "block_hash": h(0), "block_timestamp": 1270917100,
        "is_coinbase": False, "index": number, "inputs": [spent(number + 100)],
        "outputs": [made()], "input_count": 1, "output_count": 1, "input_value": 1000,
        "output_value": 900, "fee": 100, "item_id": "transaction_" + h(number), **fields,
    }  # fmt: skip


def coinbase(number, **fields):
    return transaction(number, **{"is_coinbase": True, "inputs": [], "input_count": 0, **fields})


@pytest.fixture
def lines(tmp_path):
    """Read rows (or a text) as a file of JSON lines."""

    def call(rows, name="transactions.json"):
        text = rows if isinstance(rows, str | bytes) else as_json(rows)
        return read(FORMAT, written(tmp_path / name, text))

    return call


def test_a_streamed_transaction_tells_all(lines):
    found = lines([coinbase(0), transaction(1)])
    assert found.messages == []
    assert found.rows == {"transactions.json": 2}
    assert found.told.gaps == {"unspent"}
    first, second = found.txs
    assert (first.inputs, first.place) == ([], 0)
    assert (second.id, second.block, second.place, second.time) == (h(1), 50001, 1, 1270917100)
    assert second.inputs == [(h(101), 1, 1000, ADDRESS)]
    assert second.outputs == [(900, ADDRESS)]


def test_an_export_does_not_tell_what_inputs_spend(lines):
    bare = {"required_signatures": None, "type": None, "addresses": [], "value": None}
    found = lines([transaction(1, inputs=[spent(7, **bare), spent(8, index=1, **bare)])])
    assert found.txs[0].inputs == [(h(7), 1, UNKNOWN, None), (h(8), 1, UNKNOWN, None)]


def test_old_exports_lack_columns(lines):
    old = transaction(1)
    for name in ("type", "index", "is_coinbase", "input_value", "output_value", "fee", "item_id"):
        del old[name]
    for name in ("addresses", "type", "required_signatures"):
        del old["inputs"][0][name]
    (tx,) = lines([old]).txs
    assert (tx.place, tx.inputs) == (UNKNOWN, [(h(101), 1, 1000, None)])


def test_lines_of_blocks_in_a_stream_are_passed_over(lines):
    block = {"type": "block", "hash": h(9), "number": 50001, "timestamp": 1, "merkle_root": h(8)}
    found = lines([transaction(1), block, transaction(2)])
    assert [tx.id for tx in found.txs] == [h(1), h(2)]
    assert found.messages == []
    assert found.rows == {"transactions.json": 3}


def test_a_coinbase_input_spends_nothing_however_it_is_written(lines):
    zeros = spent(0, spent_transaction_hash="0" * 64, spent_output_index=4294967295, value=0)
    nulls = spent(0, spent_transaction_hash=None, spent_output_index=None, addresses=[], value=None)
    found = lines([coinbase(1, inputs=[zeros]), coinbase(2, inputs=[nulls])])
    assert [tx.inputs for tx in found.txs] == [[], []]


MULTISIG = "5121" + "02" * 33 + "21" + "03" * 33 + "52ae"


def hashed(script):
    return SCRIPT_MARK + hashlib.sha256(bytes.fromhex(script)).hexdigest()


@pytest.mark.parametrize(
    ("told", "script", "kind", "address"),
    [
        ([ADDRESS], SCRIPT, "pubkeyhash", ADDRESS),
        ([ADDRESS], None, "pubkeyhash", ADDRESS),
        ([], SCRIPT, "nonstandard", ADDRESS),
        ([KEY_ADDRESS], KEY_SCRIPT, "pubkey", KEY_ADDRESS),
        (["nonstandard" + "0" * 40], KEY_SCRIPT, "nonstandard", KEY_ADDRESS),
        (["nonstandard" + "0" * 40], "6a0548656c6c6f", "nonstandard", NULL_DATA),
        ([], None, "nulldata", NULL_DATA),
        (
            ["BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"],
            "0014751e76e8199196d454941c45d1b3a323f1433bd6",
            "witness_v0_keyhash",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        ),
        (
            ["nonstandard4ae81572f06e1b88fd5ced7a1a000945432e83e1"],
            "51",
            "nonstandard",
            hashed("51"),
        ),
        ([ADDRESS, KEY_ADDRESS], MULTISIG, "multisig", hashed(MULTISIG)),
    ],
)
def test_each_output_has_the_address_that_its_script_says(lines, told, script, kind, address):
    output = made(addresses=told, script_hex=script, type=kind)
    (tx,) = lines([transaction(1, outputs=[output])]).txs
    assert tx.outputs == [(900, address)]


def test_ends_stand_in_the_order_of_their_numbers(lines):
    inputs = [spent(n, index=n, value=n) for n in (2, 0, 1)]
    outputs = [made(n, index=n) for n in (1, 2, 0)]
    (tx,) = lines([transaction(1, inputs=inputs, outputs=outputs)]).txs
    assert [value for _, _, value, _ in tx.inputs] == [0, 1, 2]
    assert [value for value, _ in tx.outputs] == [0, 1, 2]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"hash": "xyz"}, "the transaction id is not 64 hexadecimal digits"),
        ({"hash": None}, "the transaction id is not 64 hexadecimal digits"),
        ({"block_number": None}, "the block number is missing or cannot be"),
        ({"block_number": -5}, "the block number is missing or cannot be"),
        ({"block_timestamp": None}, "the block's time is missing or cannot be"),
        ({"outputs": [made(-1)]}, "an output's value is missing or impossible"),
        ({"outputs": [made(None)]}, "an output's value is missing or impossible"),
        ({"outputs": [made(2**53)]}, "an output's value is missing or impossible"),
        ({"inputs": [spent(1, spent_output_index=None)]}, "an input does not say what it spends"),
        ({"inputs": [spent(1, spent_transaction_hash="ab")]}, "an input does not say what"),
        ({"outputs": "none"}, "not a transaction"),
        ({"block_number": "high"}, "not a transaction"),
        ({"outputs": [made(True)]}, "not a transaction"),
    ],
)
def test_a_bad_line_is_a_problem_and_the_rest_comes_in(lines, fields, message):
    found = lines([transaction(1), transaction(2, **fields), transaction(3)])
    assert [tx.id for tx in found.txs] == [h(1), h(3)]
    (told,) = found.messages
    assert told.startswith("transactions.json, line 2: " + message)
    assert found.rows == {"transactions.json": 3}


def test_lines_keep_their_numbers_behind_blank_and_broken_ones(lines):
    good = [as_json([transaction(n)]) for n in range(4)]
    bad = as_json([transaction(9, hash="9")])
    found = lines(good[0] + "\n\n{broken\n" + good[1] + "[1]\n7\n\r\n" + good[2] + bad + good[3])
    assert [tx.id for tx in found.txs] == [h(n) for n in range(4)]
    assert [problem.where for problem in found.told.problems] == [
        f"line {n}" for n in (4, 6, 7, 10)
    ]  # fmt: skip
    assert found.rows == {"transactions.json": 8}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_last_line_may_lack_its_end(lines, end):
    found = lines(as_json([transaction(1), transaction(2)]).replace("\n", end).rstrip())
    assert [tx.id for tx in found.txs] == [h(1), h(2)]
    assert found.messages == []


def test_packed_files_are_read(lines):
    found = lines(gzip.compress(as_json([transaction(1)]).encode()), "transactions.json.gz")
    assert [tx.id for tx in found.txs] == [h(1)]


def test_a_file_that_breaks_off_says_where(tmp_path):
    packed = gzip.compress(as_json([transaction(n) for n in range(3_000)]).encode())
    file = written(tmp_path / "t.json.gz", packed[: len(packed) // 2])
    with pytest.raises(UnreadableFile, match="breaks off or is damaged"):
        read(FORMAT, file)


def test_chunks_of_any_size_give_the_same_transactions(lines, monkeypatch):
    rows = [transaction(n, outputs=[made(index=k) for k in range(n % 5 + 1)]) for n in range(40)]
    text = as_json(rows) + "{\n" + as_json([transaction(90)])
    whole = lines(text)
    for size in (700, 3_000):
        monkeypatch.setattr(bitcoin_etl, "CHUNK", size)
        cut = lines(text)
        assert (cut.txs, cut.messages, cut.rows) == (whole.txs, whole.messages, whole.rows)
    assert whole.told.problems[0].where == "line 41"


def test_a_simulated_chain_comes_back_as_it_was(tmp_path):
    batches = list(Simulation(11, 2_000).batches())
    file = tmp_path / "chain.json"
    with file.open("w") as out:
        out.writelines(json.dumps(row) + "\n" for batch in batches for row in rows_of(batch))
    expected = [tx for batch in batches for tx in transactions(batch)]
    assert read(FORMAT, file).txs == expected
