"""Blockchair's dumps: whole transactions out of separate tables, in every combination."""

import gzip

import pytest

from chain_files import rows_of
from sanctrail.errors import UnreadableFile
from sanctrail.ledger.batches import NULL_DATA, UNKNOWN
from sanctrail.ledger.bitcoin.scripts import SCRIPT as SCRIPT_MARK
from sanctrail.ledger.formats import blockchair
from sanctrail.ledger.formats.blockchair import FORMAT
from sanctrail.ledger.simulation import Simulation
from sanctrail.ledger.values import iso_time
from utxo_reading import (
    ADDRESS,
    KEY_ADDRESS,
    KEY_SCRIPT,
    SCRIPT,
    h,
    read,
    transactions,
    written,
)

OUTPUTS = [
    "block_id",
    "transaction_hash",
    "index",
    "time",
    "value",
    "value_usd",
    "recipient",
    "type",
    "script_hex",
    "is_from_coinbase",
    "is_spendable",
]
INPUTS = (
    *OUTPUTS,
    *[
        "spending_block_id",
        "spending_transaction_hash",
        "spending_index",
        "spending_time",
        "spending_value_usd",
        "spending_sequence",
        "spending_signature_hex",
        "spending_witness",
        "lifespan",
        "cdd",
    ],
)
HEADS = [
    "block_id",
    "hash",
    "time",
    "size",
    "weight",
    "version",
    "lock_time",
    "is_coinbase",
    "has_witness",
    "input_count",
    "output_count",
    "input_total",
    "input_total_usd",
    "output_total",
    "output_total_usd",
    "fee",
    "fee_usd",
    "fee_per_kb",
    "fee_per_kb_usd",
    "fee_per_kwu",
    "fee_per_kwu_usd",
    "cdd_total",
]
WHEN, SECONDS = "2010-04-10 16:31:40", 1270917100


def output(tx, n, value, **fields):
    return {
        "block_id": 7, "transaction_hash": h(tx), "index": n, "time": WHEN, "value": value,
        "value_usd": 0.5, "recipient": ADDRESS, "type": "pubkeyhash", "script_hex": SCRIPT,
        "is_from_coinbase": 0, "is_spendable": -1, **fields,
    }  # fmt: skip


def spent(tx, n, value, by, slot, **fields):
    return output(tx, n, value) | {
        "spending_block_id": 8, "spending_transaction_hash": h(by), "spending_index": slot,
        "spending_time": "2010-04-11 00:00:01", "spending_value_usd": 1.5,
        "spending_sequence": 4294967295, "spending_signature_hex": "47",
        "spending_witness": '"3044{\\"',  "lifespan": 1, "cdd": 0.1, **fields,
    }  # fmt: skip


def head(tx, **fields):
    return dict.fromkeys(HEADS, 0) | {"block_id": 7, "hash": h(tx), "time": WHEN, **fields}


def tsv(columns, rows):
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join("\t".join(map(str, line)) + "\n" for line in lines)


@pytest.fixture
def files(tmp_path):
    """A block of a coinbase (1), which stands last in the table, and a payment (2); then 3."""
    outs = [
        output(2, 0, 40), output(2, 1, 9), output(1, 0, 50, is_from_coinbase=1),
        output(4, 0, 50, block_id=8, is_from_coinbase=1), output(3, 0, 30, block_id=8),
    ]  # fmt: skip
    ins = [spent(2, 0, 40, 3, 0), spent(9, 3, 77, 2, 0, spending_block_id=7, spending_time=WHEN)]
    heads = [head(1, is_coinbase=1), head(2), head(4, block_id=8, is_coinbase=1)]
    heads.append(head(3, block_id=8))
    packed = gzip.compress(tsv(INPUTS, ins).encode())
    return (
        written(tmp_path / "blockchair_bitcoin_outputs_20100410.tsv", tsv(OUTPUTS, outs)),
        written(tmp_path / "blockchair_bitcoin_inputs_20100410.tsv.gz", packed),
        written(tmp_path / "blockchair_bitcoin_transactions_20100410.tsv", tsv(HEADS, heads)),
    )


@pytest.fixture
def outputs(tmp_path):
    """Read a table of outputs, given as rows or as text."""

    def call(rows):
        text = tsv(OUTPUTS, rows) if isinstance(rows, list) else rows
        return read(FORMAT, written(tmp_path / "o.tsv", text))

    return call


def shape(found):
    return [(tx.id, [i[:3] for i in tx.inputs], [v for v, _ in tx.outputs]) for tx in found.txs]


WHOLE = [
    (h(1), [], [50]), (h(2), [(h(9), 3, 77)], [40, 9]),
    (h(4), [], [50]), (h(3), [(h(2), 0, 40)], [30]),
]  # fmt: skip


def test_tables_make_whole_transactions_the_coinbase_first(files):
    found = read(FORMAT, *files)
    assert shape(found) == WHOLE
    assert [(tx.block, tx.place) for tx in found.txs] == [(n, UNKNOWN) for n in (7, 7, 8, 8)]
    assert found.txs[0].time == SECONDS
    assert found.told.gaps == {"unspent", "position"}
    assert list(found.rows.values()) == [5, 2, 4]
    assert found.messages == []


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 0, 2), (0, 1), (1, 0)])
def test_the_order_of_files_does_not_matter_nor_do_heads(files, order):
    assert shape(read(FORMAT, *(files[n] for n in order))) == WHOLE


def test_outputs_alone_lack_inputs(files):
    found = read(FORMAT, files[0])
    assert shape(found) == [(txid, [], outs) for txid, _, outs in WHOLE]
    assert "inputs" in found.told.gaps


def test_inputs_alone_still_tell_what_was_spent(files):
    found = read(FORMAT, files[1])
    assert shape(found) == [(txid, ins, []) for txid, ins, _ in WHOLE if ins]
    assert found.txs[0].inputs == [(h(9), 3, 77, ADDRESS)]
    assert (found.txs[1].block, found.txs[1].time) == (8, 1270944001)
    assert "outputs" in found.told.gaps


def test_transactions_alone_have_no_ends(files):
    found = read(FORMAT, files[2])
    assert shape(found) == [(txid, [], []) for txid, _, _ in WHOLE]
    assert {"inputs", "outputs"} <= found.told.gaps


def test_outputs_keep_their_own_places(outputs):
    found = outputs([output(1, 4, 40), output(1, 1, 10)])
    assert found.txs[0].places == [1, 4]
    assert [value for value, _ in found.txs[0].outputs] == [10, 40]


def test_blockchairs_own_marks_are_no_addresses(outputs):
    multisig = "5121" + "02" * 33 + "51ae"
    found = outputs(
        [
            output(1, 0, 0, recipient="d-0cbd12ed", type="nulldata", script_hex="6a24aa"),
            output(1, 1, 1, recipient="s-0cbd12ed", type="nonstandard", script_hex="51"),
            output(1, 2, 1, recipient="m-0cbd12ed", type="multisig", script_hex=multisig),
            output(1, 3, 1, recipient=KEY_ADDRESS, type="pubkey", script_hex=KEY_SCRIPT),
            output(1, 4, 1, recipient="", type="pubkey", script_hex=KEY_SCRIPT),
        ]
    )
    told = [address for _, address in found.txs[0].outputs]
    assert told[0] == NULL_DATA
    assert all(address.startswith(SCRIPT_MARK) and len(address) == 71 for address in told[1:3])
    assert told[3:] == [KEY_ADDRESS, KEY_ADDRESS]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"value": "x"}, "value 'x' cannot be read"),
        ({"value": "-1"}, "value '-1' cannot be read"),
        ({"value": 2**53}, "value '9007199254740992' cannot be read"),
        ({"value": ""}, "value '' cannot be read"),
        ({"transaction_hash": "ab"}, "transaction_hash 'ab' cannot be read"),
        ({"index": "1.5"}, "index '1.5' cannot be read"),
        ({"time": "yesterday"}, "time 'yesterday' cannot be read"),
        ({"block_id": "mempool"}, "block_id 'mempool' cannot be read"),
    ],
)
def test_a_bad_row_is_a_problem_and_the_rest_comes_in(outputs, fields, message):
    found = outputs([output(1, 0, 5), output(2, 0, 6) | fields, output(3, 0, 7)])
    assert [tx.id for tx in found.txs] == [h(1), h(3)]
    assert found.messages == [f"o.tsv, line 3: {message}"]
    assert found.rows == {"o.tsv": 3}


def test_a_row_of_another_length_is_a_problem(outputs):
    found = outputs(tsv(OUTPUTS, [output(1, 0, 5), output(2, 0, 6)]) + "broken\toff\n")
    assert len(found.txs) == 2
    assert found.messages == ["o.tsv, line 4: the row has 2 fields, not 11"]


def test_lines_may_end_as_on_windows(outputs):
    found = outputs(tsv(OUTPUTS, [output(1, 0, 5)]).replace("\n", "\r\n"))
    assert shape(found) == [(h(1), [], [5])]


def test_a_table_without_rows_tells_nothing(outputs):
    assert outputs([]).txs == []


def test_batches_cut_between_transactions(tmp_path, monkeypatch):
    batches = list(Simulation(11, 2_000).batches())
    outs, ins = tmp_path / "o.tsv", tmp_path / "i.tsv"
    rows = [row for batch in batches for row in rows_of(batch)]
    outs.write_text(tsv(OUTPUTS, [made for row in rows for made in _outputs(row)]))
    ins.write_text(tsv(INPUTS, [end for row in rows for end in _inputs(row)]))
    monkeypatch.setattr(blockchair, "ROWS", 97)
    found = {tx.id: tx for tx in read(FORMAT, outs, ins).txs}
    for batch in batches:
        for tx in transactions(batch):
            assert (found[tx.id].inputs, found[tx.id].outputs) == (tx.inputs, tx.outputs)
            assert (found[tx.id].block, found[tx.id].time) == (tx.block, tx.time)


def _moment(row):
    return iso_time(row["block_timestamp"]).replace("T", " ").removesuffix("Z")


def _outputs(row):
    for made in row["outputs"]:
        yield {
            "block_id": row["block_number"], "transaction_hash": row["hash"], "time": _moment(row),
            "index": made["index"], "value": made["value"], "recipient": made["addresses"][0],
            "is_from_coinbase": int(row["is_coinbase"]),
        }  # fmt: skip


def _inputs(row):
    for end in row["inputs"]:
        yield {
            "block_id": 0, "transaction_hash": end["spent_transaction_hash"],
            "time": WHEN, "index": end["spent_output_index"], "value": end["value"],
            "recipient": (end["addresses"] or [""])[0], "spending_block_id": row["block_number"],
            "spending_transaction_hash": row["hash"], "spending_index": end["index"],
            "spending_time": _moment(row),
        }  # fmt: skip


def test_a_file_that_breaks_off_is_unreadable(tmp_path):
    packed = gzip.compress(tsv(OUTPUTS, [output(n, 0, n) for n in range(2_000)]).encode())
    file = written(tmp_path / "o.tsv.gz", packed[: len(packed) // 2])
    with pytest.raises(UnreadableFile):
        read(FORMAT, file)


def test_another_table_is_refused_with_its_columns(tmp_path):
    file = written(tmp_path / "blocks.tsv", "id\thash\ttime\n1\tx\ty\n")
    source = blockchair.Source((file,))
    with pytest.raises(UnreadableFile, match="its columns are id, hash, time"):
        list(FORMAT.read(source))
