"""Any table of transfers: rows of CSV, Parquet and workbooks through a layout."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from account_reading import read
from fuzz_seeds import workbook
from sanctrail.errors import InputError, LedgerError, UnreadableFile
from sanctrail.ledger.formats import tables
from sanctrail.ledger.formats.source import Source, head_of

LAYOUT = """
name = "my exchange"
time = "when"
block = "height"
sender = "payer"
receiver = "payee"
amount = "value"
asset = "coin"
transaction = "id"
position = "log"
status = "state"
fee = "cost"
fee_asset = "ETH"
assets = [
  { code = "ETH", unit = "wei", decimals = 18 },
  { code = "USDT", unit = "micro-USDT", decimals = 6 },
]
limits = ["Only what the exchange saw."]
"""
SMALL = """
name = "small"
time = "when"
sender = "payer"
receiver = "payee"
amount = "value"
fixed_asset = "USDT"
assets = [{ code = "USDT", unit = "micro-USDT", decimals = 6 }]
"""
COLUMNS = ("when", "height", "payer", "payee", "value", "coin", "id", "log", "state", "cost")
MIDNIGHT = 1_699_920_000
NIGHT = datetime(2023, 11, 14, 22, 13, 20)  # noqa: DTZ001 - cells have no zone
HEADER = "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD\n"


def layout(folder, text):
    path = folder / "layout.toml"
    path.write_text(text)
    return path


def test_a_layout_tells_position_failure_and_fees(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(
        ",".join(COLUMNS) + "\n"
        "2023-11-14T22:13:20.5Z,7,a,b,1.000000000000000001,ETH,0xAB,4,1,0.5\n"
        "1700000000,7,b,c,0.5,USDT,0xAB,3,Failed,0.5\n"
        "1700000000,7,b,c,1,ETH,,2,ok,\n"
    )
    made = read(tables.TRANSFERS, file, layout=layout(tmp_path, LAYOUT))
    assert made.messages == []
    assert [(r["position"], r["place"], r["failed"]) for r in made.transfers] == [
        (4, 4, False), (3, 3, True), (2, 2, False),
    ]  # fmt: skip
    assert [(r["asset"], r["amount"], r["micros"]) for r in made.transfers] == [
        ("ETH", str(10**18 + 1), 500_000), ("USDT", "500000", 0), ("ETH", str(10**18), 0),
    ]  # fmt: skip
    assert [(f["transaction"], f["payer"], f["fee"]) for f in made.fees] == [
        ("0xab", "a", str(5 * 10**17)), ("0xab", "b", str(5 * 10**17)),
    ]  # fmt: skip
    assert list(made.told.limits) == ["Only what the exchange saw."]


def test_labelled_flows_are_known_by_their_columns(tmp_path):
    file = tmp_path / "flows.csv"
    address = "0xAA00000000000000000000000000000000000001"
    file.write_text(HEADER + f"2023-06-02 21:49:23,2,0xB,{address},Thief,bob,,945646.73\n")
    made = read(tables.LABELLED_FLOWS, file)
    (row,) = made.transfers
    assert (row["sender"], row["sender_label"], row["amount"]) == (
        address.lower(),
        "Thief",
        "94564673",
    )
    assert (row["kind"], row["transaction"], row["block"]) == ("row", "0xb", 2)
    assert any("no position inside a block" in limit for limit in made.told.limits)
    with pytest.raises(LedgerError, match="has its own layout"):
        read(tables.LABELLED_FLOWS, file, layout=file)


def test_parquet_cells_of_every_kind_are_exact(tmp_path):
    table = pa.table(
        {
            "when": pa.array([NIGHT] * 3, pa.timestamp("ns")),
            "payer": ["a", "a", "a"], "payee": ["b", "b", "b"],
            "value": pa.array([Decimal("1.5"), Decimal(2), None], pa.decimal128(30, 6)),
        }
    )  # fmt: skip
    pq.write_table(table, tmp_path / "t.parquet")
    made = read(tables.TRANSFERS, tmp_path / "t.parquet", layout=layout(tmp_path, SMALL))
    assert [r["amount"] for r in made.transfers] == ["1500000", "2000000"]
    assert {r["time"] for r in made.transfers} == {1_700_000_000}
    assert made.messages == ["t.parquet, row 3: amount '' is not a number"]
    assert made.told.gaps == set()
    doubles = pa.table({"when": [date(2023, 1, 1)] * 2, "payer": ["a", "a"], "payee": ["b", "b"],
                        "value": [0.1, 1234567890123.1234]})  # fmt: skip
    pq.write_table(doubles, tmp_path / "d.parquet")
    made = read(tables.TRANSFERS, tmp_path / "d.parquet", layout=layout(tmp_path, SMALL))
    assert [r["amount"] for r in made.transfers] == ["100000", "1234567890123123300"]
    assert made.told.gaps == {"precision"}


def test_a_workbook_s_numbers_and_dates_come_as_they_were_typed(tmp_path):
    head = ["when", "payer", "payee", "value"]
    sheets = {
        "notes": [["nothing here"]],
        "moves": [
            head, [NIGHT.date(), "a", "b", 0.1], [],
            [1_700_000_000, "a", "b", 12], ["soon", "a", "b", 1],
        ],
    }  # fmt: skip
    file = tmp_path / "t.xlsx"
    file.write_bytes(workbook(sheets))
    made = read(tables.TRANSFERS, file, layout=layout(tmp_path, SMALL))
    assert [(r["time"], r["amount"]) for r in made.transfers] == [
        (MIDNIGHT, "100000"), (1_700_000_000, "12000000"),
    ]  # fmt: skip
    assert "t.xlsx, sheet 'moves', row 5: time 'soon'" in made.messages[0]
    assert made.rows == {"t.xlsx": 3}
    with pytest.raises(InputError, match="there is no sheet 'x'; the workbook has notes, moves"):
        read(tables.TRANSFERS, file, layout=layout(tmp_path, SMALL + 'sheet = "x"\n'))
    with pytest.raises(InputError, match="no column when"):
        read(tables.TRANSFERS, file, layout=layout(tmp_path, SMALL + 'sheet = "notes"\n'))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('fee = "cost"\n', "'fee' needs 'transaction'"),
        ('fee_asset = "BTC"\n', "'fee_asset' BTC is not among 'assets'"),
        ('failed = "no"\n', "'failed' must be a list of texts"),
        ("position = 5\n", "'position' must be a text"),
        ("colour = 'red'\n", "unknown key colour"),
    ],
)
def test_a_wrong_layout_is_told_in_a_sentence(tmp_path, more, said):
    file = tmp_path / "t.csv"
    file.write_text("when,payer,payee,value\n")
    with pytest.raises(InputError, match=said):
        read(tables.TRANSFERS, file, layout=layout(tmp_path, SMALL + more))


def test_a_table_without_layout_says_what_it_needs(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(LedgerError, match="needs --layout FILE"):
        read(tables.TRANSFERS, file)
    with pytest.raises(InputError, match="no column when, payer"):
        read(tables.TRANSFERS, file, layout=layout(tmp_path, SMALL))
    assert not tables.LABELLED_FLOWS.matches(head_of(file))


def test_a_quote_left_open_is_an_error_that_names_the_line(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text('when,payer,payee,value\n1700000000,a,b,1\n1700000000,"a,b,1\n')
    with pytest.raises(UnreadableFile, match=r"t\.csv: the record that begins on line 3"):
        list(tables.TRANSFERS.read(Source((file,), options={"layout": layout(tmp_path, SMALL)})))


def test_every_shared_flow_comes_in(shared):
    for file in sorted((shared / "chains" / "thefts").rglob("*.csv")):
        if tables.LABELLED_FLOWS.matches(head_of(file)):
            made = read(tables.LABELLED_FLOWS, file)
            assert made.rows[file.name] == len(made.transfers) + len(made.messages)
            assert len(made.transfers) > 100
