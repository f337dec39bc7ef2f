"""AWS's Parquet of Bitcoin transactions: amounts to the satoshi, column variants, damage."""

import math
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain_files import write_aws
from sanctrail.errors import UnreadableFile
from sanctrail.ledger.batches import NULL_DATA, UNKNOWN
from sanctrail.ledger.formats import aws_bitcoin
from sanctrail.ledger.formats.aws_bitcoin import FORMAT
from sanctrail.ledger.formats.nested import satoshi
from sanctrail.ledger.simulation import Simulation
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

WHEN = datetime(2010, 4, 10, 16, 31, 40, tzinfo=UTC)
INPUT = {
    "index": pa.int64(), "spent_transaction_hash": pa.string(), "spent_output_index": pa.int64(),
    "script_asm": pa.string(), "script_hex": pa.string(), "sequence": pa.int64(),
    "required_signatures": pa.int64(), "type": pa.string(), "address": pa.string(),
    "value": pa.float64(),
}  # fmt: skip
OUTPUT = {
    "index": pa.int64(), "script_asm": pa.string(), "script_hex": pa.string(),
    "required_signatures": pa.int64(), "type": pa.string(), "address": pa.string(),
    "value": pa.float64(),
}  # fmt: skip
COLUMNS = {
    "hash": pa.string(), "size": pa.int64(), "virtual_size": pa.int64(), "version": pa.int64(),
    "lock_time": pa.int64(), "block_hash": pa.string(), "block_number": pa.int64(),
    "block_timestamp": pa.timestamp("ns"), "index": pa.int64(), "input_count": pa.int64(),
    "output_count": pa.int64(), "input_value": pa.float64(), "output_value": pa.float64(),
    "is_coinbase": pa.bool_(), "fee": pa.float64(),
}  # fmt: skip


def spent(number, value=0.5, **fields):
    return {
        "index": 0, "spent_transaction_hash": h(number), "spent_output_index": 1,
        "type": "pubkeyhash", "address": ADDRESS, "value": value, **fields,
    }  # fmt: skip


def made(value=0.25, **fields):
    return {
        "index": 0, "script_hex": SCRIPT, "type": "pubkeyhash", "address": ADDRESS,
        "value": value, **fields,
    }  # fmt: skip


def transaction(number, **fields):
    return {
        "hash": h(number), "block_number": 50001, "block_timestamp": WHEN, "index": number,
        "is_coinbase": False, "inputs": [spent(number + 100)], "outputs": [made()], **fields,
    }  # fmt: skip


def table(rows, **changed):
    """A table in AWS's columns; a type of None leaves a column out."""
    kinds = {
        **COLUMNS,
        "inputs": pa.list_(pa.struct(list(INPUT.items()))),
        "outputs": pa.list_(pa.struct(list(OUTPUT.items()))),
        **changed,
    }
    fields = [(name, kind) for name, kind in kinds.items() if kind is not None]
    return pa.Table.from_pylist(rows, pa.schema(fields))


@pytest.fixture
def parquet(tmp_path):
    """Read rows as a Parquet file."""

    def call(rows, **changed):
        file = tmp_path / "part-00000.snappy.parquet"
        pq.write_table(table(rows, **changed), file)
        return read(FORMAT, file)

    return call


def test_a_transaction_tells_all(parquet):
    found = parquet([transaction(0, is_coinbase=True, inputs=[]), transaction(1)])
    assert found.messages == []
    assert found.told.gaps == {"unspent", "rounded"}
    assert found.rows == {"part-00000.snappy.parquet": 2}
    first, second = found.txs
    assert first.inputs == []
    assert (second.id, second.block, second.place) == (h(1), 50001, 1)
    assert second.time == int(WHEN.timestamp())
    assert second.inputs == [(h(101), 1, 50_000_000, ADDRESS)]
    assert second.outputs == [(25_000_000, ADDRESS)]


@given(st.integers(0, 1_000_000 * 10**8))
def test_every_amount_that_an_output_ever_held_survives_floating_point(sats):
    """The most was 550,000 coins; beyond a million, doubles may err by more than is allowed."""
    assert satoshi(pa.array([sats / 1e8, float(f"{sats / 10**8:.8f}")])).tolist() == [sats, sats]


@pytest.mark.parametrize(
    ("coins", "sats"),
    [(20999999.9769, 2099999997690000), (1e-8, 1), (0.1 + 0.2, 30_000_000), (0.0, 0)],
)
def test_amounts_are_rounded_to_the_nearest_satoshi(parquet, coins, sats):
    assert parquet([transaction(1, outputs=[made(coins)])]).txs[0].outputs == [(sats, ADDRESS)]


@pytest.mark.parametrize(
    "coins", [math.nan, math.inf, -0.1, 0.123456785, 21_000_001.0, 1e300, None]
)
def test_what_is_no_amount_is_refused_with_its_row(parquet, coins):
    found = parquet([transaction(1), transaction(2, outputs=[made(coins)]), transaction(3)])
    assert [tx.id for tx in found.txs] == [h(1), h(3)]
    assert found.messages == [
        "part-00000.snappy.parquet, row 2: an output's value is missing or impossible"
    ]


@pytest.mark.parametrize(
    "kind",
    [pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("us", "UTC"), pa.timestamp("ns", "UTC")],
    ids=str,
)
def test_times_may_be_of_any_timestamp_type(parquet, kind):
    (tx,) = parquet([transaction(1)], block_timestamp=kind).txs
    assert tx.time == int(WHEN.timestamp())


def test_times_may_be_unix_seconds(parquet):
    row = transaction(1, block_timestamp=1270917100)
    assert parquet([row], block_timestamp=pa.int64()).txs[0].time == 1270917100


def test_numbers_may_be_narrower(parquet):
    narrow = {"block_number": pa.int32(), "index": pa.int32()}
    (tx,) = parquet([transaction(3)], **narrow).txs
    assert (tx.block, tx.place) == (50001, 3)


def test_columns_that_are_not_needed_may_be_missing(parquet):
    dropped = dict.fromkeys(("size", "fee", "input_count", "is_coinbase", "block_hash", "index"))
    (tx,) = parquet([transaction(1)], **dropped).txs
    assert (tx.place, tx.outputs) == (UNKNOWN, [(25_000_000, ADDRESS)])


def test_texts_may_be_large_or_dictionaries(parquet, tmp_path):
    plain = table([transaction(1), transaction(2)])
    place = plain.schema.get_field_index("hash")
    coded = plain.set_column(place, "hash", plain["hash"].dictionary_encode())
    pq.write_table(coded, tmp_path / "d.parquet")
    assert [tx.id for tx in read(FORMAT, tmp_path / "d.parquet").txs] == [h(1), h(2)]
    assert parquet([transaction(1)], hash=pa.large_string()).txs[0].id == h(1)


def test_where_the_source_has_no_address_the_script_tells_it(parquet):
    """A node of version 22 and later gives bare keys and data no address."""
    outputs = [
        made(50.0, index=0, script_hex=KEY_SCRIPT, type="pubkey", address=None),
        made(0.0, index=1, script_hex="6a24aa21a9ed", type="nulldata", address=None),
        made(1.0, index=2, address=""),
    ]
    (tx,) = parquet([transaction(1, outputs=outputs, inputs=[spent(9, address=None)])]).txs
    assert [address for _, address in tx.outputs] == [KEY_ADDRESS, NULL_DATA, ADDRESS]
    assert tx.inputs == [(h(9), 1, 50_000_000, None)]


def test_a_null_list_of_inputs_is_an_empty_one(parquet):
    (tx,) = parquet([transaction(1, is_coinbase=True, inputs=None)]).txs
    assert tx.inputs == []


def test_rows_keep_their_numbers_over_batches_and_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(aws_bitcoin, "ROWS", 7)
    rows = [transaction(n, **({"hash": "no"} if n == 23 else {})) for n in range(40)]
    file = tmp_path / "a.parquet"
    pq.write_table(table(rows), file, row_group_size=11)
    found = read(FORMAT, file)
    assert [tx.id for tx in found.txs] == [h(n) for n in range(40) if n != 23]
    assert [problem.where for problem in found.told.problems] == ["row 24"]


def test_several_files_are_one_source(tmp_path):
    for number in range(3):
        pq.write_table(table([transaction(number)]), tmp_path / f"{number}.parquet")
    found = read(FORMAT, *sorted(tmp_path.iterdir()))
    assert [tx.id for tx in found.txs] == [h(0), h(1), h(2)]
    assert found.rows == {f"{number}.parquet": 1 for number in range(3)}


def test_a_simulated_chain_comes_back_as_it_was(tmp_path):
    batches = list(Simulation(11, 2_000).batches())
    expected = [tx for batch in batches for tx in transactions(batch)]
    assert read(FORMAT, *write_aws(tmp_path / "aws", batches, 700)).txs == expected


def test_a_table_that_lacks_a_column_says_which(tmp_path):
    pq.write_table(table([transaction(1)], block_timestamp=None), tmp_path / "a.parquet")
    with pytest.raises(UnreadableFile, match="no column block_timestamp"):
        read(FORMAT, tmp_path / "a.parquet")


@pytest.mark.parametrize("kept", [0.2, 0.9])
def test_a_file_that_breaks_off_is_unreadable(tmp_path, kept):
    pq.write_table(table([transaction(n) for n in range(50)]), tmp_path / "a.parquet")
    data = (tmp_path / "a.parquet").read_bytes()
    file = written(tmp_path / "b.parquet", data[: int(len(data) * kept)])
    source = aws_bitcoin.Source((file,))
    with pytest.raises(UnreadableFile, match="the Parquet file is damaged"):
        list(FORMAT.read(source))
