"""Prices beside a ledger: exact, with their time and source, and missing where they are missing."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from account_reading import json_rows
from sanctrail.errors import InputError, LedgerError
from sanctrail.ledger.formats import tables
from sanctrail.ledger.formats.source import Source
from sanctrail.ledger.importing import How, write_batches
from sanctrail.ledger.prices import DAY, Key, Prices, import_prices, open_prices
from sanctrail.ledger.values import unix_time

HEADER = "date,asset,currency,value,source\n"
NOON = unix_time("2023-06-02T12:00:00Z")
MIDNIGHT = unix_time("2023-06-02")


@pytest.fixture
def ledger(tmp_path):
    flows = tmp_path / "flows.csv"
    flows.write_text(
        "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD\n"
        "2023-06-02 21:40:00,1,0xa,alice,,bob,,7.5\n"
    )
    folder = tmp_path / "ledger"
    write_batches(folder, tables.LABELLED_FLOWS, Source((flows,)), How())
    return folder


def table(folder, rows, header=HEADER, name="prices.csv"):
    path = folder / name
    path.write_text(header + rows)
    return path


def test_a_price_comes_with_its_own_time_and_source(ledger, tmp_path):
    rows = "2023-06-02,ETH,usd,1845.123456789012345678,ECB\n2023-06-03,ETH,USD,1900,ECB\n"
    summary, problems = import_prices([table(tmp_path, rows)], ledger)
    assert (summary.rows, summary.prices, summary.added, summary.changed) == (2, 2, 2, True)
    assert problems == []
    price = open_prices(ledger).price_at("ETH", "USD", NOON)
    assert price.value == Decimal("1845.123456789012345678")
    assert (price.time, price.source) == (MIDNIGHT, "ECB")


def test_what_is_not_there_or_too_old_is_missing_and_never_zero(ledger, tmp_path):
    assert open_prices(ledger).price_at("ETH", "USD", NOON) is None
    import_prices([table(tmp_path, "2023-06-02,ETH,USD,1845,ECB\n")], ledger)
    prices = open_prices(ledger)
    assert prices.price_at("ETH", "EUR", NOON) is None
    assert prices.price_at("BTC", "USD", NOON) is None
    assert prices.price_at("ETH", "USD", MIDNIGHT - 1) is None
    assert prices.price_at("ETH", "USD", MIDNIGHT + 2 * DAY) is not None
    assert prices.price_at("ETH", "USD", MIDNIGHT + 2 * DAY + 1) is None
    assert prices.price_at("ETH", "USD", MIDNIGHT + 60, max_age=59) is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2023-06-02,ETH,USD,0,x\n", "not above zero"),
        ("2023-06-02,ETH,USD,-1,x\n", "not above zero"),
        ("2023-06-02,ETH,USD,,x\n", "not a number"),
        ("2023-06-02,ETH,USD,nan,x\n", "not a number"),
        ("2023-06-02,ETH,USD,1_000,x\n", "not a number"),
        ('2023-06-02,ETH,USD,"1,000",x\n', "not a number"),
        ("yesterday,ETH,USD,1,x\n", "neither ISO 8601 nor unix"),
        ("2023-06-02,,USD,1,x\n", "asset is empty"),
        ("2023-06-02,ETH,,1,x\n", "currency is empty"),
        ("2023-06-01,ETH,USD,2,x\n", "is 2 here, and 1 before for the same time and source"),
        ("2023-06-02,ETH,USD\n", "fewer fields"),
    ],
)
def test_a_bad_row_is_a_located_problem_and_the_rest_comes_in(ledger, tmp_path, row, said):
    file = table(tmp_path, "2023-06-01,ETH,USD,1,x\n" + row + "2023-06-03,ETH,USD,3,x\n")
    summary, (problem,) = import_prices([file], ledger)
    assert (summary.rows, summary.prices, summary.problems) == (3, 2, 1)
    assert (problem.source, problem.where) == ("prices.csv", "line 3")
    assert said in problem.message


def test_importing_again_changes_no_byte_and_more_is_added(ledger, tmp_path):
    manifest = (ledger / "manifest.json").read_bytes()
    first = table(tmp_path, "2023-06-02,ETH,USD,1845,x\n")
    import_prices([first], ledger)
    before = (ledger / "prices.parquet").read_bytes()
    summary, _ = import_prices([first], ledger)
    assert not summary.changed
    assert (ledger / "prices.parquet").read_bytes() == before
    second = table(
        tmp_path, "2023-06-02,ETH,USD,1845.0,x\n2023-06-02,ETH,EUR,1700,x\n", name="b.csv"
    )
    summary, problems = import_prices([second], ledger)
    assert (summary.prices, summary.added, problems) == (2, 1, [])
    assert (ledger / "manifest.json").read_bytes() == manifest


def test_a_write_that_breaks_off_leaves_the_old_prices(ledger, tmp_path, monkeypatch):
    import_prices([table(tmp_path, "2023-06-02,ETH,USD,1845,x\n")], ledger)
    before = (ledger / "prices.parquet").read_bytes()

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("sanctrail.ledger.prices.pq.write_table", killed)
    with pytest.raises(KeyboardInterrupt):
        import_prices([table(tmp_path, "2023-06-03,ETH,USD,1,x\n")], ledger)
    assert (ledger / "prices.parquet").read_bytes() == before


@pytest.mark.parametrize("key", ["fiatValues", "fiat_values"])
def test_graphsense_rates_come_in_with_the_asset_that_is_named(ledger, tmp_path, key):
    row = json.dumps({"date": "2023-06-02", key: {"EUR": 2.5337, "USD": 2.77212}})
    file = table(tmp_path, row + "\n", header="", name="exchange_rates.json")
    with pytest.raises(InputError, match="--asset ETH"):
        import_prices([file], ledger)
    summary, _ = import_prices([file], ledger, asset="ETH")
    assert (summary.rows, summary.prices) == (1, 2)
    price = open_prices(ledger).price_at("ETH", "EUR", NOON)
    assert (price.value, price.source) == (Decimal("2.5337"), "exchange_rates.json")


def test_times_and_other_columns_may_stand_in(ledger, tmp_path):
    file = table(tmp_path, f"{NOON},USD,2\n", header="time,currency,value\n")
    import_prices([file], ledger, asset="TRX")
    assert open_prices(ledger).price_at("TRX", "USD", NOON).time == NOON
    assert open_prices(ledger).price_at("TRX", "USD", NOON - 1) is None
    with pytest.raises(InputError, match="no column asset"):
        import_prices([file], ledger)


def test_wrong_files_and_folders_are_told_in_a_sentence(ledger, tmp_path):
    with pytest.raises(InputError, match="no table of prices"):
        import_prices([table(tmp_path, "1,2\n", header="a,b\n")], ledger)
    with pytest.raises(InputError, match="there is no price in it"):
        import_prices([table(tmp_path, "")], ledger)
    with pytest.raises(LedgerError, match="no ledger here"):
        import_prices([table(tmp_path, "2023-06-02,ETH,USD,1845,x\n")], tmp_path / "none")
    for damage in (b"PAR1", b"{}"):
        (ledger / "prices.parquet").write_bytes(damage)
        with pytest.raises(LedgerError, match="prices are damaged"):
            open_prices(ledger)


def test_the_shared_rates_come_in_and_those_of_two_assets_are_told(ledger, shared):
    folder = shared / "chains" / "graphsense" / "account"
    rates = folder / "trx" / "56804500to56805500" / "exchange_rates.json"
    summary, problems = import_prices([rates], ledger, asset="TRX")
    days = {row["date"] for row in json_rows(rates)}
    assert summary.rows == len(json_rows(rates))
    assert summary.prices == 2 * len(days) - len(problems)
    price = open_prices(ledger).price_at("TRX", "USD", unix_time("2022-07-16T09:00:00Z"))
    assert price.value == Decimal("0.068896994")


_PRICES = st.dictionaries(
    st.builds(
        Key, st.sampled_from("AB"), st.just("USD"), st.integers(0, 50), st.sampled_from("xyz")
    ),
    st.integers(1, 99).map(str),
)


@given(_PRICES, st.sampled_from("ABC"), st.integers(0, 60), st.integers(0, 20))
def test_the_latest_price_is_found_as_a_slow_search_finds_it(prices, asset, time, age):
    fitting = [k for k in prices if k.asset == asset and time - age <= k.time <= time]
    slow = min(fitting, key=lambda key: (-key.time, key.source), default=None)
    found = Prices(prices).price_at(asset, "USD", time, max_age=age)
    assert (found and (found.time, found.source, found.value)) == (
        slow and (slow.time, slow.source, Decimal(prices[slow]))
    )
