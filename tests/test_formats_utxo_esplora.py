"""Esplora's JSON: one transaction, a list, or one a line; what is no transaction yet is told."""

import bz2
import gzip
import json

import pytest

from sanctrail.errors import UnreadableFile
from sanctrail.ledger.batches import NULL_DATA, UNKNOWN
from sanctrail.ledger.formats import esplora, transactions
from sanctrail.ledger.formats.esplora import FORMAT
from utxo_reading import ADDRESS, KEY_ADDRESS, KEY_SCRIPT, SCRIPT, as_json, h, read, written


def prevout(value=1000, **fields):
    return {
        "scriptpubkey": SCRIPT, "scriptpubkey_asm": "OP_DUP", "scriptpubkey_type": "p2pkh",
        "scriptpubkey_address": ADDRESS, "value": value, **fields,
    }  # fmt: skip


def spent(number, **fields):
    return {
        "txid": h(number), "vout": 1, "prevout": prevout(), "scriptsig": "47",
        "scriptsig_asm": "", "witness": ["30"], "is_coinbase": False, "sequence": 4294967293,
        **fields,
    }  # fmt: skip


def status(**fields):
    return {
        "confirmed": True, "block_height": 750_000, "block_hash": h(0),
        "block_time": 1_660_000_000, **fields,
    }  # fmt: skip


def transaction(number, **fields):
    return {
        "txid": h(number), "version": 2, "locktime": 0, "vin": [spent(number + 100)],
        "vout": [prevout(900)], "size": 222, "weight": 561, "sigops": 1, "fee": 100,
        "status": status(), **fields,
    }  # fmt: skip


COINBASE = {"txid": "0" * 64, "vout": 4294967295, "prevout": None, "is_coinbase": True}


@pytest.fixture
def saved(tmp_path):
    """Read a document, or a text, saved as a file."""

    def call(content, name="tx.json"):
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        return read(FORMAT, written(tmp_path / name, text))

    return call


def test_a_transaction_tells_all(saved):
    found = saved(transaction(1))
    (tx,) = found.txs
    assert (tx.id, tx.block, tx.place, tx.time) == (h(1), 750_000, UNKNOWN, 1_660_000_000)
    assert tx.inputs == [(h(101), 1, 1000, ADDRESS)]
    assert tx.outputs == [(900, ADDRESS)]
    assert found.messages == []
    assert {"blocks", "unspent"} <= found.told.gaps
    assert found.rows == {"tx.json": 1}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([transaction(1), transaction(2)]),
        json.dumps([transaction(1), transaction(2)], indent=2),
        as_json([transaction(1), transaction(2)]),
        as_json([transaction(1), transaction(2)]).replace("\n", "\r\n\r\n"),
        "  \n" + json.dumps([transaction(1), transaction(2)]),
    ],
    ids=["list", "indented", "lines", "blank lines", "space before"],
)
def test_several_transactions_come_in_every_notation(saved, text):
    found = saved(text)
    assert [tx.id for tx in found.txs] == [h(1), h(2)]
    assert found.messages == []


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_packed_files_are_read(saved, pack):
    assert saved(pack(json.dumps(transaction(1)).encode()), "tx.json.packed").txs[0].id == h(1)


def test_the_same_transaction_in_several_files_comes_once(tmp_path):
    for name, rows in (("a", [1, 2]), ("b", [2, 3])):
        written(tmp_path / name, json.dumps([transaction(n) for n in rows]))
    found = read(FORMAT, tmp_path / "a", tmp_path / "b")
    assert [tx.id for tx in found.txs] == [h(1), h(2), h(3)]
    assert found.rows == {"a": 2, "b": 2}


def test_blocks_are_told_with_their_hashes(tmp_path):
    file = written(tmp_path / "tx.json", json.dumps(transaction(1)))
    (batch,) = FORMAT.read(esplora.Source((file,)))
    assert list(batch.hashes) == [(750_000, h(0))]


def test_a_coinbase_spends_nothing(saved):
    assert saved(transaction(1, vin=[COINBASE], fee=0)).txs[0].inputs == []


def test_an_output_without_address_has_what_its_script_says(saved):
    outputs = [
        prevout(900, scriptpubkey=KEY_SCRIPT, scriptpubkey_type="p2pk"),
        prevout(0, scriptpubkey="6a24aa21a9ed", scriptpubkey_type="op_return"),
    ]
    for output in outputs:
        del output["scriptpubkey_address"]
    (tx,) = saved(transaction(1, vout=outputs)).txs
    assert tx.outputs == [(900, KEY_ADDRESS), (0, NULL_DATA)]


def test_an_input_without_prevout_is_only_an_outpoint(saved):
    (tx,) = saved(transaction(1, vin=[spent(9, prevout=None)])).txs
    assert tx.inputs == [(h(9), 1, UNKNOWN, None)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"status": {"confirmed": False}}, f"transaction {h(2)} is not in a block yet"),
        ({"status": None}, f"transaction {h(2)} is not in a block yet"),
        ({"fee": 99}, f"transaction {h(2)} tells a fee of 99, but its ends leave 100"),
        ({"txid": "ab"}, "'ab' is no transaction id of 64 hexadecimal digits"),
        ({"vout": None}, "not a transaction of Esplora"),
        ({"vout": [5]}, "its inputs or outputs are no list of objects"),
        ({"vin": {}}, "its inputs or outputs are no list of objects"),
        ({"vout": [prevout(-1)]}, "the value '-1' is not a whole number"),
        ({"vout": [prevout(1.5)]}, "the value '1.5' is not a whole number"),
        ({"vout": [prevout(True)]}, "the value 'True' is not a whole number"),
        ({"vout": [prevout(None)]}, "the value 'None' is not a whole number"),
        ({"vout": [prevout(2**53)]}, "the value 9007199254740992 is larger than can be"),
        ({"vin": [spent(1, vout=None)]}, "the output's place 'None' is not a whole number"),
        ({"status": status(block_height="tip")}, "the block's height 'tip' is not"),
        ({"status": status(block_time=10**12)}, "the block's time 1000000000000 is larger"),
        (
            {"vout": [prevout(scriptpubkey="zz", scriptpubkey_address=None)]},
            "script 'zz' is not hexadecimal",
        ),
    ],
)
def test_what_is_wrong_is_a_problem_and_the_rest_comes_in(saved, fields, message):
    found = saved([transaction(1), transaction(2, **fields), transaction(3)])
    assert [tx.id for tx in found.txs] == [h(1), h(3)]
    (told,) = found.messages
    assert told.startswith(f"tx.json, entry 2: {message}")
    assert found.rows == {"tx.json": 3}


def test_a_broken_line_is_a_problem_with_its_number(saved):
    found = saved(as_json([transaction(1)]) + "\n{broken\n" + as_json([transaction(2)]))
    assert [tx.id for tx in found.txs] == [h(1), h(2)]
    assert found.messages == ["tx.json, line 3: not a transaction of Esplora: {broken"]


@pytest.mark.parametrize("depth", [900, 100_000])
def test_nesting_beyond_reason_is_a_problem(tmp_path, depth):
    file = written(tmp_path / "deep.json", "[" * depth + "]" * depth)
    source = esplora.Source((file,))
    assert list(FORMAT.read(source)) == []
    assert source.told.problems


def test_a_file_that_breaks_off_is_unreadable(tmp_path):
    rows = json.dumps([transaction(n) for n in range(3_000)]).encode()
    file = written(tmp_path / "tx.json.gz", gzip.compress(rows)[:20_000])
    with pytest.raises(UnreadableFile, match="breaks off or is damaged"):
        read(FORMAT, file)


def test_batches_are_bounded(saved, monkeypatch):
    monkeypatch.setattr(transactions, "ROWS", 3)
    assert [tx.id for tx in saved([transaction(n) for n in range(8)]).txs] == [
        h(n) for n in range(8)
    ]  # fmt: skip
