"""The AWS Ethereum tables: doubles as the whole numbers they stand for, tokens exact from logs."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from account_reading import read
from sanctrail.errors import UnreadableFile
from sanctrail.ledger.formats import aws_ethereum, ethereum_etl
from sanctrail.ledger.formats.cells import cell_text
from sanctrail.ledger.formats.source import Source, head_of
from test_formats_account_etl import TOKEN, A, B, log, token_transfer, trace, transaction

FORM = aws_ethereum.FORMAT
TIME = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC).replace(tzinfo=None)


def table(folder, name, rows, *, doubles=True):
    """Write rows as AWS does: values as doubles, times as timestamps without zone."""
    rows = [{"date": "2023-11-14", **row, "block_timestamp": TIME} for row in rows]
    for row in rows if doubles else ():
        if "value" in row:
            row["value"] = float(row["value"])
    made = pa.Table.from_pylist(rows)
    at = made.schema.get_field_index("block_timestamp")
    made = made.set_column(at, "block_timestamp", made["block_timestamp"].cast(pa.timestamp("ns")))
    path = folder / name
    pq.write_table(made, path, compression="snappy")
    return path


def receipt(**more):
    return {"receipt_gas_used": 21000, "receipt_status": 1, "receipt_contract_address": None,
            "receipt_effective_gas_price": 9, **more}  # fmt: skip


def test_a_double_is_taken_as_the_whole_number_that_it_stands_for(tmp_path):
    values = [0, 1, 2**53, 10**18 + 1, 123 * 10**21, 2**200]
    rows = [transaction(n, value=v, **receipt()) for n, v in enumerate(values)]
    made = read(FORM, table(tmp_path, "t.parquet", rows))
    assert [int(row["amount"]) for row in made.transfers] == [int(float(v)) for v in values]
    assert made.told.gaps == {"precision", "internal", "tokens", "rewards"}
    assert {row["time"] for row in made.transfers} == {1_700_000_000}
    assert {fee["fee"] for fee in made.fees} == {"189000"}


@pytest.mark.parametrize(("value", "said"), [(0.5, "finer"), (float("nan"), "not a number"),
                                             (-1.0, "negative"), (1e78, "larger")])  # fmt: skip
def test_a_double_that_is_no_amount_is_a_located_problem(tmp_path, value, said):
    rows = [transaction(1, **receipt()), transaction(2, value=value, **receipt())]
    made = read(FORM, table(tmp_path, "t.parquet", rows))
    assert len(made.transfers) == 1
    assert made.messages[0].startswith("t.parquet, row 2: ")
    assert said in made.messages[0]


def test_tokens_come_exact_from_logs_where_they_are_given(tmp_path):
    value = 2**70 + 1
    transfers = table(tmp_path, "tt.parquet", [token_transfer(0, value=value), token_transfer(4)])
    logs = table(tmp_path, "logs.parquet", [log(0, value=value)])
    made = read(FORM, transfers, logs)
    assert [(r["position"], r["amount"]) for r in made.transfers] == [
        (0, str(value)), (4, str(int(float(2**255 + 1)))),
    ]  # fmt: skip
    assert made.transfers[0]["asset"] == TOKEN


def test_traces_move_as_in_other_exports(tmp_path):
    rows = [
        trace(),
        trace(call_type="delegatecall"),
        trace(value=0),
        trace(status=0, error="Reverted"),
    ]
    made = read(FORM, table(tmp_path, "traces.parquet", rows))
    assert [(r["position"], r["failed"]) for r in made.transfers] == [(0, False), (3, True)]


def test_exact_columns_lose_nothing_and_declare_nothing(tmp_path):
    rows = [transaction(value=str(2**256 - 1), **receipt())]
    made = read(FORM, table(tmp_path, "t.parquet", rows, doubles=False))
    assert made.transfers[0]["amount"] == str(2**256 - 1)
    assert "precision" not in made.told.gaps


def test_parquet_and_text_tables_are_told_apart(tmp_path):
    file = table(tmp_path, "t.parquet", [transaction()])
    assert FORM.matches(head_of(file))
    assert not ethereum_etl.FORMAT.matches(head_of(file))
    foreign = tmp_path / "f.parquet"
    pq.write_table(pa.table({"a": [1]}), foreign)
    assert not FORM.matches(head_of(foreign))


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-9], lambda b: b[: len(b) // 2], lambda b: b"PAR1"]
)
def test_a_damaged_file_is_told_in_a_sentence(tmp_path, damage):
    file = table(
        tmp_path, "t.parquet", [transaction(n, to_address=(A, B)[n % 2]) for n in range(99)]
    )
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(UnreadableFile, match=r"t\.parquet, .*Fetch the file again"):
        list(FORM.read(Source((file,))))


@given(st.decimals(0, 10**12, allow_nan=False, places=3))
def test_a_number_typed_into_a_cell_comes_back_as_typed(number):
    assert float(cell_text(float(number))) == float(number)
    if number < 10**11:
        assert number == type(number)(cell_text(float(number)))
