"""Ledgers keep amounts exact, rows accounted for and bytes reproducible."""

import contextlib
import json
import shutil
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.cli import main
from sanctrail.errors import InputError, LedgerError
from sanctrail.ground import store as ground_store
from sanctrail.ledger import How, import_files, importing, open_ledger, simulate_heist
from sanctrail.ledger.manifest import FORMAT
from sanctrail.ledger.store import verify_digests
from sanctrail.ledger.values import MAX_AMOUNT, MAX_TIME, base_units, iso_time, unix_time

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


def imported(tmp_path, rows, header=HEADER, *, replace=False, layout_file=None):
    source = tmp_path / "flows.csv"
    source.write_text(header + rows)
    form = "labelled-flows" if layout_file is None else "transfers"
    how = How(replace=replace, options={"layout": layout_file})
    summary, problems = import_files([source], tmp_path / "ledger", form, how)
    return open_ledger(tmp_path / "ledger"), summary, problems


def amounts(ledger):
    return [ledger.amount(n) for n in range(len(ledger.times))]


def test_labelled_flows_come_in_chain_order_exact_and_with_their_labels(tmp_path):
    ledger, summary, problems = imported(tmp_path, GOOD)
    assert amounts(ledger) == [750, 94564673]
    assert [ledger.transaction(i) for i in (0, 1)] == ["0xa", "0xb"]
    assert ledger.labels() == {"0xaa00000000000000000000000000000000000001": "Thief"}
    assert (summary.rows, summary.movements, summary.addresses, problems) == (2, 2, 3, [])
    assert ledger.manifest["coverage"]["first_time"] == "2023-06-02T21:40:00Z"
    assert any("no position inside a block" in limit for limit in ledger.manifest["limits"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2023-06-02 21:49:23,2,t,a,,b,,1.005\n", "finer than the base unit"),
        ("2023-06-02 21:49:23,2,t,a,,b,,-1\n", "negative"),
        ("2023-06-02 21:49:23,2,t,a,,b,,nan\n", "not a number"),
        ("2023-06-02 21:49:23,2,t,a,,b,,1_000\n", "not a number"),
        ("2023-06-02 21:49:23,2,t,a,,b,,1e90\n", "larger than can be kept"),
        ("2023-06-02 21:49:23,2,t,a,,b,,\n", "not a number"),
        ("yesterday,2,t,a,,b,,1\n", "neither ISO 8601 nor unix"),
        ("2023,2,t,a,,b,,1\n", "neither ISO 8601 nor unix"),
        ("20230602,2,t,a,,b,,1\n", "neither ISO 8601 nor unix"),
        ("168574256300,2,t,a,,b,,1\n", "neither ISO 8601 nor unix"),
        ("1969-12-31 23:59:59.9,2,t,a,,b,,1\n", "outside the years 1970 to 9999"),
        ("9999-12-31T23:59:59-01:00,2,t,a,,b,,1\n", "outside the years 1970 to 9999"),
        ("0001-01-01T00:00:00+14:00,2,t,a,,b,,1\n", "outside the years 1970 to 9999"),
        ("2023-06-02 21:49:23,9223372036854775808,t,a,,b,,1\n", "larger than can be kept"),
        (f"2023-06-02 21:49:23,{'9' * 5000},t,a,,b,,1\n", "larger than can be kept"),
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
    assert (summary.rows, summary.movements, summary.problems) == (3, 2, 1)
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


def test_an_import_removes_only_its_own_leavings(tmp_path):
    imported(tmp_path, GOOD)
    folder = tmp_path / "ledger"
    (folder / "thesis.txt").write_text("mine")
    (folder / "notes").mkdir()
    (folder / "0123456789abcdef").mkdir()
    (folder / ".0123456789abcdef.77.new").mkdir()
    ledger, _, _ = imported(tmp_path, GOOD + GOOD, replace=True)
    assert {entry.name for entry in folder.iterdir()} == {
        "thesis.txt", "notes", "manifest.json", ".lock", ledger.folder.name
    }  # fmt: skip


def test_a_sweep_knows_a_register_s_folders_and_follows_no_link(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (tmp_path / "ofac_2025-11-19_advanced_0123456789abcdef").mkdir()
    (tmp_path / "0123456789abcdef").symlink_to(mine)
    (tmp_path / "report.new").touch()
    ground_store.sweep(tmp_path, keep=set())
    assert {entry.name for entry in tmp_path.iterdir()} == {
        "mine",
        "0123456789abcdef",
        "report.new",
    }


@pytest.mark.parametrize(
    ("entries", "foreign"),
    [
        ([".lock"], False),
        ([".lock", "0123456789abcdef/", ".0123456789abcdef.77.new/"], False),
        ([".lock", "poetry.toml"], True),
        (["0123456789abcdef/"], True),
        ([".lock", "0123456789abcdef"], True),
    ],
)
def test_a_lock_alone_does_not_make_a_folder_ours(tmp_path, entries, foreign):
    folder = tmp_path / "ledger"
    folder.mkdir()
    for entry in entries:
        (folder / entry).mkdir() if entry.endswith("/") else (folder / entry).touch()
    if not foreign:
        imported(tmp_path, GOOD)
        return
    with pytest.raises(LedgerError, match="not a ledger and not empty"):
        imported(tmp_path, GOOD)
    assert {entry.name for entry in folder.iterdir()} == {e.rstrip("/") for e in entries}


def test_an_import_that_came_first_is_seen_by_one_that_waited(tmp_path, monkeypatch):
    held = importing.exclusive

    @contextlib.contextmanager
    def late(folder):
        monkeypatch.setattr(importing, "exclusive", held)
        imported(tmp_path, GOOD)
        with held(folder):
            yield

    monkeypatch.setattr(importing, "exclusive", late)
    other = tmp_path / "other.csv"
    other.write_text(HEADER + GOOD + GOOD)
    with pytest.raises(LedgerError, match="already holds another ledger"):
        import_files([other], tmp_path / "ledger", "labelled-flows")
    assert len(open_ledger(tmp_path / "ledger", verify=True)) == 2


def test_any_table_of_transfers_comes_in_through_a_layout(tmp_path):
    layout = tmp_path / "mine.toml"
    layout.write_text(LAYOUT)
    rows = (
        "1700000001,a,b,1.000000000000000001,ETH\n1700000002,b,c,0.5,USDT\n1700000003,b,c,1,DOGE\n"
    )
    ledger, _, (problem,) = imported(
        tmp_path, rows, "when,payer,payee,value,coin\n", layout_file=layout
    )
    assert amounts(ledger) == [10**18 + 1, 500_000]
    assert "asset 'DOGE' is not declared" in problem.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = [", "cannot be read"),
        (LAYOUT + "colour = 'red'\n", "unknown key colour"),
        (LAYOUT.replace('asset = "coin"', ""), "either 'asset'"),
        (LAYOUT.replace('amount = "value"', ""), "not complete, there is no amount"),
        (LAYOUT.replace('amount = "value"', "amount = 5"), "'amount' must be a text"),
        (LAYOUT + 'delimiter = ";;"\n', "'delimiter' must be one character"),
        (LAYOUT + "delimiter = '\"'\n", "'delimiter' must be one character"),
        (LAYOUT + 'limits = "none"\n', "'limits' must be a list of texts"),
        (LAYOUT + "limits = [1]\n", "'limits' must be a list of texts"),
        (LAYOUT + 'base_units = "no"\n', "'base_units' must be true or false"),
        (LAYOUT.replace("decimals = 18", "decimals = 78"), "from 0 to 77"),
        (LAYOUT.replace("decimals = 18", "decimals = true"), "from 0 to 77"),
        (LAYOUT.replace("decimals = 18", 'decimals = "18"'), "from 0 to 77"),
        (LAYOUT.replace(', unit = "wei"', ""), "must have a code and a unit"),
        (LAYOUT.replace("USDT", "ETH"), "asset ETH is declared twice"),
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


def test_label_columns_are_needed_where_the_layout_names_them(tmp_path):
    with pytest.raises(InputError, match="no column To_label"):
        imported(tmp_path, "1700000000,1,t,a,,b,1\n", HEADER.replace("To_label,", ""))


def test_a_needed_column_that_stands_twice_is_refused_and_another_is_not(tmp_path):
    row = "2023-06-02,1,t,a,,b,,1,x,y\n"
    with pytest.raises(InputError, match="column From more than once"):
        imported(tmp_path, row, HEADER.replace("\n", ",From,note\n"))
    _, summary, _ = imported(tmp_path, row, HEADER.replace("\n", ",note,note\n"))
    assert summary.movements == 1


def test_a_quote_left_open_is_an_error_that_names_the_line(tmp_path):
    open_quote = '2023-06-02 21:49:23,2,t,a,"Thief,b,,1\n'
    with pytest.raises(InputError, match=r"flows\.csv: the record that begins on line 4"):
        imported(tmp_path, GOOD + open_quote + GOOD)
    assert not (tmp_path / "ledger").exists()


def test_a_record_over_several_lines_is_a_located_problem(tmp_path):
    row = '2023-06-02 21:49:23,2,t,a,"Thief\nand more",b,,1\n'
    _, summary, (problem,) = imported(tmp_path, GOOD + "\n" + row + GOOD)
    assert (problem.where, summary.rows, summary.movements) == ("lines 5 to 6", 5, 4)
    assert "line break" in problem.message


def test_fractions_of_a_second_order_rows_and_are_not_kept(tmp_path):
    times = ("21:00:00.9", "21:00:00.000002", "21:00:00.000001")
    rows = "".join(f"2023-06-02 {t},1,t{n},a,,b,,1\n" for n, t in enumerate(times))
    ledger, _, _ = imported(tmp_path, rows)
    assert [ledger.transaction(i) for i in range(3)] == ["t2", "t1", "t0"]
    assert set(ledger.times.tolist()) == {unix_time("2023-06-02 21:00")}


@pytest.mark.parametrize("stored", ["0x" + "aB" * 32, "Ab" * 32])
@pytest.mark.parametrize("asked", ["0x" + "ab" * 32, "0XABAB" + "ab" * 30, "ab" * 32, "AB" * 32])
def test_a_transaction_is_found_however_its_id_is_spelt(tmp_path, stored, asked):
    ledger, _, _ = imported(tmp_path, f"2023-06-02,1,{stored},a,,b,,1\n")
    assert ledger.transaction(0) == stored.lower()
    assert ledger.positions_of_transaction(asked) == [0]


def test_transaction_ids_that_differ_by_case_stay_two(tmp_path):
    rows = "2023-06-02,1,3KxY,a,,b,,1\n2023-06-02,1,3kxY,a,,b,,1\n"
    ledger, _, _ = imported(tmp_path, rows)
    assert [ledger.positions_of_transaction(i) for i in ("3KxY", "3kxY")] == [[0], [1]]
    assert ledger.manifest["coverage"]["transactions"] == 2


def test_a_folder_without_a_ledger_says_how_to_make_one(tmp_path):
    with pytest.raises(LedgerError, match="sanctrail ledger import"):
        open_ledger(tmp_path)


@given(st.integers(0, MAX_AMOUNT), st.integers(0, 30))
def test_decimal_text_becomes_base_units_without_loss(units, decimals):
    whole, part = divmod(units, 10**decimals)
    text = f"{whole}.{part:0{decimals}}" if decimals else str(whole)
    assert base_units(text, decimals) == units


@given(st.integers(0, MAX_TIME))
def test_times_come_back(seconds):
    assert unix_time(iso_time(seconds)) == seconds
    if 10**8 <= seconds < 10**11:
        assert unix_time(str(seconds)) == seconds
    moment = datetime.fromtimestamp(seconds, UTC)
    assert unix_time(moment.strftime("%Y-%m-%d %H:%M:%S")) == seconds


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
    path = ledger.folder / "transactions.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert verify_digests(ledger) == ["transactions.parquet"]


def test_a_table_that_cannot_be_read_is_told_in_a_sentence_and_repaired_by_importing(tmp_path):
    ledger, _, _ = imported(tmp_path, GOOD)
    path = ledger.folder / "transactions.parquet"
    whole = path.read_bytes()
    for damage in (whole[:-20], whole[:20], b"", None):
        path.unlink() if damage is None else path.write_bytes(damage)
        with pytest.raises(
            LedgerError, match=r"transactions\.parquet.*Import the source files again"
        ):
            open_ledger(tmp_path / "ledger").transaction(0)
        with pytest.raises(LedgerError, match=r"damaged: transactions\.parquet"):
            open_ledger(tmp_path / "ledger", verify=True)
        _, summary, _ = imported(tmp_path, GOOD)
        assert summary.changed
        assert path.read_bytes() == whole
    open_ledger(tmp_path / "ledger", verify=True)


def test_a_table_with_other_columns_is_told_in_a_sentence(tmp_path):
    ledger, _, _ = imported(tmp_path, GOOD)
    shutil.copy(ledger.folder / "addresses.parquet", ledger.folder / "transactions.parquet")
    with pytest.raises(LedgerError, match="the table is damaged"):
        ledger.transaction(0)


def test_a_column_that_cannot_be_read_is_told_in_a_sentence(tmp_path):
    ledger, _, _ = imported(tmp_path, GOOD)
    path = ledger.folder / "times.npy"
    for damage in (b"", b"x" * 200, path.read_bytes()[:-3], None):
        path.unlink() if damage is None else path.write_bytes(damage)
        with pytest.raises(LedgerError, match=r"times\.npy.*Import the source files again"):
            _ = open_ledger(tmp_path / "ledger").times


def test_the_same_rows_from_another_file_are_held_already(tmp_path):
    imported(tmp_path, GOOD)
    other = tmp_path / "renamed.csv"
    other.write_text(HEADER + GOOD)
    summary, _ = import_files([other], tmp_path / "ledger", "labelled-flows")
    ledger = open_ledger(tmp_path / "ledger", verify=True)
    assert not summary.changed
    assert [file["name"] for file in ledger.manifest["files"]] == ["flows.csv"]


@pytest.mark.parametrize(
    "change",
    [
        {"assets": None},
        {"assets": [{"code": "USD", "unit": "cent"}]},
        {"assets": [{"code": "USD", "unit": "cent", "decimals": "2"}]},
        {"coverage": {}},
        {"digest": 5},
        {"digest": "../../.."},
        {"family": ["utxo"]},
        {"family": "utxo"},
        {"files": [1]},
        {"files": [{"name": "flows.csv"}]},
        {"limits": "none"},
        {"tables": {}},
        {"tables": {"../x": "0" * 64}},
    ],
)
def test_a_malformed_manifest_is_told_in_a_sentence(tmp_path, change):
    ledger, _, _ = imported(tmp_path, GOOD)
    path = tmp_path / "ledger" / "manifest.json"
    path.write_text(json.dumps({**ledger.manifest, **change}))
    with pytest.raises(LedgerError, match=f"this is not a ledger.*{next(iter(change))}|tables"):
        open_ledger(tmp_path / "ledger")


@pytest.mark.parametrize(
    "manifest", [{"format": FORMAT, "family": "utxo"}, {"format": 1, "versions": []}]
)
def test_what_is_no_ledger_is_neither_opened_nor_overwritten(tmp_path, manifest):
    path = tmp_path / "ledger" / "manifest.json"
    path.parent.mkdir()
    path.write_text(json.dumps(manifest))
    with pytest.raises(LedgerError, match="this is not a ledger"):
        open_ledger(tmp_path / "ledger")
    with pytest.raises(LedgerError, match="this is not a ledger"):
        imported(tmp_path, GOOD, replace=True)
    assert json.loads(path.read_text()) == manifest


def test_info_prints_and_exits_with_2_on_a_damaged_ledger(tmp_path, capsys, monkeypatch):
    ledger, _, _ = imported(tmp_path, GOOD)
    (ledger.folder / "problems.parquet").unlink()
    for more in ([], ["--json"]):
        arguments = ["sanctrail", "ledger", "info", "--ledger", str(tmp_path / "ledger"), *more]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert ended.value.code == 2
        assert "problems.parquet" in out
        assert "the ledger is damaged: problems.parquet" in err
