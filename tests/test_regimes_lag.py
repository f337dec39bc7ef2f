"""Lags: days between the regimes' listings of one party, from exact days only."""

import csv
import io
import json
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_lists import eu, parties, un
from sanctrail.errors import InputError
from sanctrail.regimes.lag import find_lags, quartiles
from sanctrail.register import LoadOptions, Register, load_lists

PEOPLE = (
    (1, "RI WON HO", "2016-11-30"),
    (2, "CHOE CHUN-SIK", "2016-03-02"),
    (3, "KNIC", "2017-08-05"),
    (4, "KKBC", "2016-03-02"),
    (5, "HAQ", "2001-01-25", "Taliban"),
    (6, "KIM SE GON", "2016-11-30"),
)
ENTRIES = (
    ("1.1", "Won Ho Ri", "2016-12-09"),  # 9 days later
    ("2.2", "Chun-Sik CHOE", "2015-07-03"),  # 243 days earlier
    ("3.3", "Korea Foreign Insurance Company", "", "2016-04-28"),
    ("4.4", "KKBC", "2016-03-02", "2011-12-21"),
    ("5.5", "Abdul Haq", "2001-01-25", "", "AFG"),
)
JOINED = parties(*((f"un:{n}", f"eu:EU.{n}.{n}") for n in range(1, 6)))


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "un.xml").write_text(un("2021-03-12", *PEOPLE))
    (tmp_path / "eu.xml").write_text(eu("2021-03-02", *ENTRIES))
    files = [tmp_path / "un.xml", tmp_path / "eu.xml"]
    load_lists(files, tmp_path / "workspace", LoadOptions(accept_drop=True))
    return tmp_path / "workspace"


@pytest.fixture
def register(workspace):
    return Register(workspace)


def test_days_run_from_the_first_regime_to_the_second(register):
    lags = find_lags(register, JOINED, "un", "eu", "DPRK")
    assert {row.party_id: (row.days, row.year) for row in lags.rows} == {
        "un:1": (9, "2016"),
        "un:2": (-243, "2015"),  # the year of the first of the two
    }


def test_the_other_way_round_every_sign_is_turned(register):
    there = {row.party_id: row.days for row in find_lags(register, JOINED, "un", "eu").rows}
    back = {row.party_id: row.days for row in find_lags(register, JOINED, "eu", "un").rows}
    assert back == {party: -days for party, days in there.items()}
    both = find_lags(register, JOINED)
    assert {(row.there, row.here) for row in both.rows} == {("un", "eu"), ("eu", "un")}


def test_what_has_no_exact_day_is_left_out_and_counted_by_reason(register):
    assert find_lags(register, JOINED, "un", "eu").left_out == {
        ("un", "eu", "eu: an older legal act"): 1,
        ("un", "eu", "eu: at the latest"): 1,
    }


def test_figures_stand_by_programme_and_year_and_over_all_years(register):
    found = find_lags(register, JOINED, "un", "eu").summaries()
    assert [(one.programme, one.year, one.parties) for one in found] == [
        ("DPRK", "all", 2),
        ("DPRK", "2015", 1),
        ("DPRK", "2016", 1),
        ("TALIBAN", "all", 1),
        ("TALIBAN", "2001", 1),
        ("TERRORISM", "all", 1),  # a topic that takes in the Taliban
        ("TERRORISM", "2001", 1),
    ]
    every = found[0]
    assert (every.earlier, every.same_day, every.later) == (1, 0, 1)
    assert (every.least, every.median, every.most) == (-243, Fraction(-117), 9)


def test_an_unknown_programme_is_told(register):
    with pytest.raises(InputError, match="nobody on un of 2021-03-12 is under it"):
        find_lags(register, JOINED, "un", "eu", "LIBYA")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([4], (4, 4, 4)),
        ([1, 4], (1, Fraction(5, 2), 4)),
        ([1, 2, 9], (1, 2, 9)),
        ([1, 2, 4, 9], (Fraction(3, 2), 3, Fraction(13, 2))),
        ([1, 2, 4, 9, 9], (Fraction(3, 2), 4, 9)),
    ],
)
def test_quartiles_are_the_medians_of_what_lies_below_and_above(days, expected):
    assert quartiles(days) == expected


@given(st.lists(st.integers(-9000, 9000), min_size=1))
def test_the_middle_is_the_median_and_every_quartile_a_whole_or_half_day(days):
    lower, middle, upper = quartiles(sorted(days))
    assert middle == Fraction(median(map(Fraction, days)))
    assert min(days) <= lower <= middle <= upper <= max(days)
    assert all((2 * one).denominator == 1 for one in (lower, middle, upper))


# On the command line ----------------------------------------------------------------------------


@pytest.fixture
def ask(workspace, monkeypatch, run):
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", str(workspace))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772236800")
    monkeypatch.setattr("sanctrail.parties.open_parties", lambda register: JOINED)

    def call(*arguments):
        code, out, err = run("register", "lag", *arguments)
        assert code == 0, err
        return out

    return call


def test_a_page_says_the_rule_what_was_left_out_and_who_repeats_the_un(ask):
    told = " ".join(ask("--from", "un", "--to", "eu").split())
    assert "Median: the middle one" in told
    assert "1 party without an exact day (eu: at the latest)" in told
    assert "eu gives the UN's own day" in told
    assert "un of 2021-03-12" in told


def test_the_parties_themselves_come_with_both_days(ask):
    told = ask("--from", "un", "--to", "eu", "--programme", "DPRK", "--parties", "--csv")
    rows = list(csv.DictReader(io.StringIO(told)))
    assert [(r["party_id"], r["from_date"], r["to_date"], r["days"]) for r in rows] == [
        ("un:2", "2016-03-02", "2015-07-03", "-243"),
        ("un:1", "2016-11-30", "2016-12-09", "9"),
    ]


def test_figures_come_as_json_with_exact_halves(ask):
    told = json.loads(ask("--json"))
    (first,) = [
        row
        for row in told["lags"]
        if (row["from"], row["programme"], row["year"]) == ("un", "DPRK", "all")
    ]
    assert first["median"] == -117
    assert told["repeat_the_un_day"] == ["eu"]
    assert {(row["from"], row["parties"]) for row in told["left_out"]} == {("un", 1), ("eu", 1)}
    assert "parties" not in told
    assert len(json.loads(ask("--json", "--parties"))["parties"]) == 6


def test_the_same_lags_are_the_same_chart(ask, tmp_path):
    pytest.importorskip("matplotlib")
    for name in ("a.svg", "b.svg", "a.png", "b.png"):
        ask("--chart", tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
