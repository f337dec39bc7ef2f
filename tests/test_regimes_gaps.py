"""Gaps: who is listed there and missing here, over versions of nearby days or with their skew."""

import csv
import io
import json
import sys

import pytest

from mini_lists import eu, parties, un
from sanctrail.errors import InputError, MissingExtra
from sanctrail.parties import Parties
from sanctrail.regimes.dates import AT_THE_LATEST, NO_DAY, OLDER_ACT, first_of, listing_dates
from sanctrail.regimes.gaps import find_gaps
from sanctrail.register import LoadOptions, Register, load_lists

RI = (1, "RI WON HO", "2016-11-30")
KIM = (2, "KIM SE GON", "2016-11-30")
PAK = (3, "PAK HAN SE", "2017-06-02")
HAQ = (4, "ABDUL HAQ", "2001-01-25", "Taliban")


@pytest.fixture
def hold(tmp_path):
    """Load lists given as texts into a workspace; return the register as of a day."""

    def load(*texts, as_of=""):
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"{number}.xml")
            files[-1].write_text(text)
        load_lists(files, tmp_path / "workspace", LoadOptions(accept_drop=True))
        return Register(tmp_path / "workspace", as_of)

    return load


def states(gaps):
    return {one.party_id: one.state for one in gaps.parties}


def test_a_party_joined_to_a_listing_here_is_no_gap(hold):
    register = hold(un("2021-03-12", RI, KIM), eu("2021-03-02", ("1.1", "Won Ho Ri")))
    gaps = find_gaps(register, parties(("un:1", "eu:EU.1.1")), "un", "eu")
    assert states(gaps) == {"un:1": "both", "un:2": "missing"}
    assert [one.name for one in gaps.rows] == ["KIM SE GON"]
    assert gaps.counts["missing"] == 1


def test_a_proposed_join_is_a_gap_that_may_be_none(hold):
    register = hold(un("2021-03-12", RI), eu("2021-03-02", ("1.1", "Won Ho Ri")))
    gaps = find_gaps(register, parties(perhaps=[("eu:EU.1.1", "un:1")]), "un", "eu")
    (row,) = gaps.rows
    assert (row.state, row.perhaps) == ("perhaps", ("eu:EU.1.1",))
    assert (gaps.counts["missing"], gaps.counts["perhaps_not_joined"]) == (1, 1)


def test_who_is_listed_here_under_another_programme_is_counted_and_no_gap(hold):
    register = hold(
        un("2021-03-12", RI, KIM, HAQ),
        eu("2021-03-02", ("1.1", "Won Ho Ri", "", "", "CYB"), ("2.2", "Haq", "", "", "PRK")),
    )
    joined = parties(("un:1", "eu:EU.1.1"), ("un:4", "eu:EU.2.2"))
    gaps = find_gaps(register, joined, "un", "eu", "dprk")
    assert states(gaps) == {"un:1": "other programme", "un:2": "missing"}
    assert gaps.counts["listed_under_another_programme"] == 1
    with pytest.raises(InputError, match="nobody on un of 2021-03-12 is under it"):
        find_gaps(register, joined, "un", "eu", "LIBYA")


def test_who_was_listed_here_before_says_until_when(hold):
    register = hold(
        un("2021-03-12", RI, KIM),
        eu("2021-01-05", ("1.1", "Won Ho Ri"), ("9.9", "Somebody Else")),
        eu("2021-03-02", ("9.9", "Somebody Else")),
    )
    gaps = find_gaps(register, parties(("un:1", "eu:EU.1.1")), "un", "eu")
    assert {one.party_id: one.was_listed_until for one in gaps.rows} == {
        "un:1": "2021-01-05",
        "un:2": "",
    }
    assert gaps.counts["was_listed_before"] == 1


def test_days_run_from_the_listing_there_to_the_version_here(hold):
    register = hold(un("2021-03-12", RI, (5, "NEW", "2021-03-10")), eu("2021-03-02", ("9.9", "Z")))
    gaps = find_gaps(register, parties(), "un", "eu")
    assert {one.party_id: one.days for one in gaps.rows} == {"un:1": 1553, "un:5": -8}
    assert gaps.counts["later"] == 1  # 30 November 2016 to 2 March 2021; 10 to 2 March


def test_versions_within_thirty_days_are_compared_without_a_word_of_warning(hold):
    register = hold(un("2021-03-12", RI), eu("2021-02-10", ("9.9", "Z")))
    skew = find_gaps(register, parties(), "un", "eu").skew
    assert (skew.days, skew.within, skew.ask_as_of) == (30, True, "")
    assert skew.in_words() == "Skew: un of 2021-03-12 and eu of 2021-02-10 are 30 days apart."


def test_versions_far_apart_name_the_newest_day_with_nearer_ones(hold):
    lists = (
        un("2021-01-12", RI),
        un("2021-03-12", RI),
        un("2022-03-12", RI),
        eu("2021-02-27", ("9.9", "Z")),
        eu("2023-02-27", ("9.9", "Z")),
    )
    skew = find_gaps(hold(*lists), parties(), "un", "eu").skew
    assert (skew.days, skew.within, skew.ask_as_of) == (352, False, "2021-03-12")
    assert "--as-of 2021-03-12" in skew.in_words()
    asked = find_gaps(hold(*lists, as_of="2021-03-12"), parties(), "un", "eu").skew
    assert (asked.from_date, asked.to_date, asked.within) == ("2021-03-12", "2021-02-27", True)
    far = find_gaps(hold(*lists, as_of="2023-03-01"), parties(), "un", "eu").skew
    assert (far.within, far.ask_as_of) == (False, "")


def test_no_nearer_pair_is_no_advice(hold):
    skew = find_gaps(
        hold(un("2021-03-12", RI), eu("2023-02-27", ("9.9", "Z"))), parties(), "un", "eu"
    ).skew
    assert "--as-of" not in skew.in_words()


def test_an_unknown_side_is_told_with_what_is_in_force(hold):
    register = hold(un("2021-03-12", RI), eu("2021-03-02", ("9.9", "Z")))
    with pytest.raises(InputError, match=r"--to 'xx'.*Regimes in force: eu, un; lists: eu, un"):
        find_gaps(register, parties(), "un", "xx")
    early = hold(un("2021-03-12", RI), eu("2021-03-02", ("9.9", "Z")), as_of="2021-03-05")
    with pytest.raises(InputError, match="oldest version held is of 2021-03-12"):
        find_gaps(early, parties(), "un", "eu")


# Listing days ----------------------------------------------------------------------------------


def days_of(register):
    dates = listing_dates(register, register.rows("listings"))
    return {key[1]: (dated.day, dated.doubt, dated.date_from) for key, dated in dates.items()}


def test_a_day_that_the_list_in_force_lacks_comes_from_the_nearest_later_version(hold):
    register = hold(
        eu("2021-03-02", ("1.1", "Ri"), ("2.2", "Gone"), ("3.3", "None"), ("4.4", "New")),
        eu("2021-04-02", ("1.1", "Ri"), ("3.3", "None"), ("4.4", "New", "2021-04-01")),
        eu("2021-05-02", ("1.1", "Ri", "2016-12-09"), ("2.2", "Gone", "2010-01-01"), ("3.3", "N")),
        as_of="2021-03-12",
    )
    found = days_of(register)
    assert found["eu:EU.1.1"][:2] == ("2016-12-09", "")
    assert found["eu:EU.1.1"][2].startswith("eu_2021-05-02")
    assert found["eu:EU.2.2"] == ("", NO_DAY, "")  # left in between, and may have come back anew
    assert found["eu:EU.3.3"] == ("", NO_DAY, "")
    assert found["eu:EU.4.4"] == ("", NO_DAY, "")  # a day after the list it stands on already


def test_an_earlier_version_speaks_where_no_later_one_can(hold):
    found = days_of(
        hold(eu("2021-03-02", ("1.1", "Ri", "2016-12-09")), eu("2022-03-02", ("1.1", "Ri")))
    )
    assert found["eu:EU.1.1"][:2] == ("2016-12-09", "")
    assert found["eu:EU.1.1"][2].startswith("eu_2021-03-02")


def test_a_legal_act_older_than_the_day_takes_its_exactness(hold):
    """KKBC stood in regulation 1355/2011; the EU gives it the UN's day of 2016."""
    found = days_of(
        hold(
            eu(
                "2021-03-02",
                ("1.1", "KKBC", "2016-03-02", "2011-12-21"),
                ("2.2", "X", "", "2017-08-31"),
            )
        )
    )
    assert found["eu:EU.1.1"] == ("2011-12-21", OLDER_ACT, "")
    assert found["eu:EU.2.2"] == ("2017-08-31", AT_THE_LATEST, "")


def test_a_first_day_is_exact_only_if_each_day_is(hold):
    register = hold(
        eu(
            "2021-03-02",
            ("1.1", "Ri", "2016-12-09"),
            ("2.2", "Ri", "", "2012-05-16"),
            ("3.3", "Ri"),
        )
    )
    dates = {
        key[1]: dated for key, dated in listing_dates(register, register.rows("listings")).items()
    }
    one, two, three = (dates[f"eu:EU.{n}"] for n in ("1.1", "2.2", "3.3"))
    assert first_of([one]).day == "2016-12-09"
    assert (first_of([one, two]).day, first_of([one, two]).doubt) == ("2012-05-16", AT_THE_LATEST)
    assert (first_of([one, three]).day, first_of([one, three]).doubt) == ("2016-12-09", NO_DAY)


# On the command line ----------------------------------------------------------------------------


@pytest.fixture
def ask(hold, tmp_path, monkeypatch, run):
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772236800")
    hold(
        un("2021-03-12", RI, KIM, (5, "NEW\u009b31m", "2023-03-10")),
        un("2024-03-12", RI, KIM, (5, "NEW\u009b31m", "2023-03-10")),
        eu("2021-03-02", ("1.1", "Won Ho Ri", "2016-11-30")),
    )
    both = parties(("un:1", "eu:EU.1.1"), perhaps=[("un:2", "eu:EU.1.1")])
    monkeypatch.setattr("sanctrail.parties.open_parties", lambda register: both)

    def call(*arguments, code=0):
        found, out, err = run("register", *arguments)
        assert found == code, out + err
        return out if code == 0 else err

    return call


def test_the_skew_stands_above_and_below_the_table(ask):
    told = ask("gaps", "--from", "un", "--to", "eu").splitlines()
    lines = [
        number for number, line in enumerate(told) if line.startswith("Skew: un of 2024-03-12")
    ]
    table = next(number for number, line in enumerate(told) if "KIM SE GON" in line)
    assert lines[0] == 0
    assert lines[0] < table < lines[1]
    assert "--as-of 2021-03-12" in "".join(told)
    assert "perhaps eu:EU.1.1" in told[table]
    assert "\u009b" not in "".join(told)


def test_gaps_come_as_json_and_csv_with_their_skew(ask, run):
    told = json.loads(ask("gaps", "--from", "un", "--to", "eu", "--json"))
    assert told["skew"]["days"] == 1106
    assert told["skew"]["within"] is False
    assert told["counts"]["perhaps_not_joined"] == 1
    assert [row["party_id"] for row in told["gaps"]] == ["un:2", "un:5"]
    code, out, err = run("register", "gaps", "--from", "un", "--to", "eu", "--csv")
    assert code == 0
    assert [row["skew_days"] for row in csv.DictReader(io.StringIO(out))] == ["1106", "1106"]
    assert err.startswith("Skew: ")


@pytest.mark.parametrize("suffix", ["svg", "png"])
@pytest.mark.parametrize("more", [(), ("--programme", "DPRK")])
def test_the_same_gaps_are_the_same_chart(ask, tmp_path, suffix, more):
    pytest.importorskip("matplotlib")
    drawn = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.{suffix}"
        ask("gaps", "--from", "un", "--to", "eu", "--chart", path, *more)
        drawn.append(path.read_bytes())
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) > 5000


def test_a_chart_of_no_known_form_is_refused_before_the_work(ask, tmp_path):
    assert ".svg or .png" in ask("gaps", "--from", "un", "--to", "eu", "--chart", "a.pdf", code=2)
    absent = tmp_path / "absent" / "a.svg"
    assert "no folder" in ask("gaps", "--from", "un", "--to", "eu", "--chart", absent, code=2)


def test_without_the_drawing_package_the_way_to_it_is_told(ask, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    told = ask("gaps", "--from", "un", "--to", "eu", "--chart", tmp_path / "a.svg", code=2)
    assert told.strip() == str(MissingExtra("matplotlib", "report"))


def test_parties_alone_are_all_gaps(hold):
    register = hold(un("2021-03-12", RI, KIM, PAK), eu("2021-03-02", ("9.9", "Z")))
    assert find_gaps(register, Parties({}, (), ()), "un", "eu").counts["missing"] == 3
