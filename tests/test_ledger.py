"""Ledgers keep amounts exact, rows accounted for and bytes reproducible."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.errors import InputError, LedgerError
from sanctrail.ledger import import_files, open_ledger, simulate_heist
from sanctrail.ledger.chain import ChainBuilder
from sanctrail.ledger.importing import base_units, iso_time, unix_time
from sanctrail.ledger.store import MAX_AMOUNT, verify_digests

HEADER = "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD\n"
GOOD = (
    "2023-06-02 21:49:23,2,0xB,0xAA00000000000000000000000000000000000001,Thief,bob,,945646.73\n"
    "2023-06-02 21:40:00,1,0xa,carol,,0xaa00000000000000000000000000000000000001,,7.5\n"
)
LAYOUT = """
name = "my exchange"
time = "when"
sender = "payer"
receiver = "payee"
amount = "value"
asset = "coin"
assets = [
  { code = "ETH", unit = "wei", decimals = 18 },
  { code = "USDT", unit = "micro-USDT", decimals = 6 },
]
"""


def imported(tmp_path, rows, header=HEADER, **more):
    source = tmp_path / "flows.csv"
    source.write_text(header + rows)
    form = "transfers" if "layout_file" in more else "labelled-flows"
    summary, problems = import_files([source], form, tmp_path / "ledger", **more)
    return open_ledger(tmp_path / "ledger"), summary, problems


def test_labelled_flows_come_in_chain_order_exact_and_with_their_labels(tmp_path):
    ledger, summary, problems = imported(tmp_path, GOOD)
    assert [int(a.as_py()) for a in ledger.amounts] == [750, 94564673]
    assert [ledger.transaction(i) for i in (0, 1)] == ["0xa", "0xb"]
    assert ledger.labels() == {"0xaa00000000000000000000000000000000000001": "Thief"}
    assert (summary.rows, summary.transfers, summary.addresses, problems) == (2, 2, 3, [])
    assert ledger.manifest["coverage"]["first_time"] == "2023-06-02T21:40:00Z"
    assert any("no position inside a block" in limit for limit in ledger.manifest["limits"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2023-06-02 21:49:23,2,t,a,,b,,1.005\n", "finer than the base unit"),
        ("2023-06-02 21:49:23,2,t,a,,b,,-1\n", "negative"),
        ("2023-06-02 21:49:23,2,t,a,,b,,nan\n", "not a number"),
        ("2023-06-02 21:49:23,2,t,a,,b,,1_000\n", "not a number"),
        ("2023-06-02 21:49:23,2,t,a,,b,,1e40\n", "larger than can be kept"),
        ("2023-06-02 21:49:23,2,t,a,,b,,\n", "not a number"),
        ("yesterday,2,t,a,,b,,1\n", "neither ISO 8601 nor unix"),
        ("2023-06-02 21:49:23,two,t,a,,b,,1\n", "block 'two'"),
        ("2023-06-02 21:49:23,2,t,,,b,,1\n", "sender is empty"),
        ("2023-06-02 21:49:23,2,t,a,,,,1\n", "receiver is empty"),
        ("2023-06-02 21:49:23,2,t,a,,b,,1,9\n", "more fields than the header"),
        ("2023-06-02 21:49:23,2,t,a\n", "fewer fields than the header"),
    ],
)
def test_a_bad_row_is_a_located_problem_and_the_rest_comes_in(tmp_path, row, said):
    ledger, summary, (problem,) = imported(tmp_path, GOOD + row)
    assert said in problem.message
    assert problem.where == "line 4"
    assert (summary.rows, summary.transfers, summary.problems) == (3, 2, 1)
    assert ledger.table("problems").num_rows == 1
    assert any("1 rows could not be read" in limit for limit in ledger.manifest["limits"])


def test_a_file_without_one_good_row_leaves_nothing_behind(tmp_path):
    with pytest.raises(InputError, match="not one row could be read"):
        imported(tmp_path, "x\n")
    assert not (tmp_path / "ledger").exists()


def test_importing_again_changes_no_byte_and_another_ledger_is_not_overwritten(tmp_path):
    imported(tmp_path, GOOD)
    before = {p: p.read_bytes() for p in (tmp_path / "ledger").rglob("*") if p.is_file()}
    _, summary, _ = imported(tmp_path, GOOD)
    assert not summary.changed
    assert before == {p: p.read_bytes() for p in (tmp_path / "ledger").rglob("*") if p.is_file()}
    with pytest.raises(LedgerError, match="already holds another ledger"):
        imported(tmp_path, GOOD + GOOD)
    ledger, summary, _ = imported(tmp_path, GOOD + GOOD, replace=True)
    assert (summary.changed, len(ledger)) == (True, 4)


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "thesis.txt").write_text("mine")
    with pytest.raises(LedgerError, match="not a ledger and not empty"):
        imported(tmp_path, GOOD)
    assert (tmp_path / "ledger" / "thesis.txt").read_text() == "mine"


def test_any_table_of_transfers_comes_in_through_a_layout(tmp_path):
    layout = tmp_path / "mine.toml"
    layout.write_text(LAYOUT)
    rows = "1,a,b,1.000000000000000001,ETH\n2,b,c,0.5,USDT\n3,b,c,1,DOGE\n"
    ledger, _, (problem,) = imported(
        tmp_path, rows, "when,payer,payee,value,coin\n", layout_file=layout
    )
    assert [int(a.as_py()) for a in ledger.amounts] == [10**18 + 1, 500_000]
    assert "asset 'DOGE' is not declared" in problem.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = [", "cannot be read"),
        (LAYOUT + "colour = 'red'\n", "unknown key colour"),
        (LAYOUT.replace('asset = "coin"', ""), "either 'asset'"),
        (LAYOUT.replace('amount = "value"', ""), "not complete"),
    ],
)
def test_a_wrong_layout_is_told_in_a_sentence(tmp_path, text, said):
    layout = tmp_path / "mine.toml"
    layout.write_text(text)
    with pytest.raises(InputError, match=said):
        imported(tmp_path, "1,a,b,1,ETH\n", "when,payer,payee,value,coin\n", layout_file=layout)


def test_missing_columns_are_named_with_those_there_are(tmp_path):
    with pytest.raises(InputError, match=r"no column Timestamp.*the file has a, b"):
        imported(tmp_path, "1,2\n", "a,b\n")


def test_a_folder_without_a_ledger_says_how_to_make_one(tmp_path):
    with pytest.raises(LedgerError, match="sanctrail ledger import"):
        open_ledger(tmp_path)


@given(st.integers(0, MAX_AMOUNT), st.integers(0, 30))
def test_decimal_text_becomes_base_units_without_loss(units, decimals):
    whole, part = divmod(units, 10**decimals)
    text = f"{whole}.{part:0{decimals}}" if decimals else str(whole)
    assert base_units(text, decimals) == units


@given(st.integers(0, 4_000_000_000))
def test_times_come_back(seconds):
    assert unix_time(iso_time(seconds)) == seconds == unix_time(str(seconds))
    moment = datetime.fromtimestamp(seconds, UTC)
    assert unix_time(moment.strftime("%Y-%m-%d %H:%M:%S")) == seconds


def test_a_chain_refuses_double_spends_and_money_from_nowhere():
    chain = ChainBuilder()
    (coin,) = chain.add("t0", 0, 0, [], [("a", 10)])
    with pytest.raises(LedgerError, match="pays out more"):
        chain.add("t1", 1, 1, [coin], [("b", 11)])
    chain.add("t1", 1, 1, [coin], [("b", 9)])
    with pytest.raises(LedgerError, match="spent already"):
        chain.add("t2", 2, 2, [coin], [("c", 1)])


def test_a_simulation_is_the_same_for_the_same_seed_and_says_what_it_is(tmp_path):
    one = simulate_heist(tmp_path / "1", tmp_path / "c1", seed=3, transactions=2_500)
    two = simulate_heist(tmp_path / "2", tmp_path / "c2", seed=3, transactions=2_500)
    other = simulate_heist(tmp_path / "3", tmp_path / "c3", seed=4, transactions=2_500)
    assert one.digest == two.digest != other.digest
    for name in ("sources.csv", "stops.csv", "truth.json", "incident.toml"):
        assert (tmp_path / "c1" / name).read_bytes() == (tmp_path / "c2" / name).read_bytes()
    truth = json.loads((tmp_path / "c1" / "truth.json").read_bytes())
    ends = [truth["arrived"], truth["dormant"], truth["stopped"]]
    total = sum(int(amount) for end in ends for amount in end.values()) + int(truth["fees"])
    assert total == int(truth["stolen"])
    ledger = open_ledger(tmp_path / "1")
    assert ledger.manifest["simulation"]
    assert all(address.startswith("bcrt1") for address in ledger.addresses.to_pylist())
    assert one.transactions >= 2_500


def test_damage_to_a_ledger_is_found(tmp_path):
    ledger, _, _ = imported(tmp_path, GOOD)
    path = ledger.folder / "transfers.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert verify_digests(ledger) == ["transfers.parquet"]
