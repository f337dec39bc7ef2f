"""Who is owned by listed parties, and what each regime's rule on shares makes of it."""

import csv
import io
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from held import Held, listed
from sanctrail.errors import InputError, UnreadableFile
from sanctrail.lists.records import Measure
from sanctrail.parties import Parties
from sanctrail.regimes.owners import owned_parties, ownership_of
from sanctrail.regimes.ownership import findings, rules_on
from sanctrail.regimes.relations import names_of
from sanctrail.regimes.shares import Bearers, Holding, node_of_name, percent_text, read_shares

ALONE = Parties({}, (), ())
US, EU, GB, CH = (rule for rule in rules_on() if rule.regime in ("us", "eu", "gb", "ch"))


def holdings(text):
    """Shares in a word: "X 50 A, A 25.5 B": X owns 50 % of A, A 25.5 % of B."""
    rows = (row.split() for row in text.split(","))
    return [Holding(a, b, Fraction(percent), (a, b)) for a, percent, b in rows]


def owned(rule, text, blocked="XYZ"):
    found = findings(rule, holdings(text), set(blocked))
    return "".join(sorted(entity for entity, one in found.items() if one.owned))


@pytest.mark.parametrize(
    ("shares", "blocked"),
    [
        ("X 50 A, A 50 B", "AB"),
        ("X 50 A, X 50 B, A 25 C, B 25 C", "ABC"),
        ("X 50 A, X 10 B, A 40 B", "AB"),
    ],
)
def test_the_examples_of_ofac_s_faq_401_come_out_as_it_says(shares, blocked):
    assert owned(US, shares) == blocked


def test_exactly_half_is_enough_in_the_us_and_the_eu_and_not_in_the_uk():
    assert [owned(rule, "X 50 A") for rule in (US, EU, GB, CH)] == ["A", "A", "", ""]
    more = "X 50.000000000000000000000000000001 A"
    assert [owned(rule, more) for rule in (US, EU, GB, CH)] == ["A"] * 4
    assert owned(US, "X 49.999999999999999999999999999999 A") == ""


def test_the_eu_took_exactly_half_as_enough_only_since_july_2024():
    (before,) = (rule for rule in rules_on("2024-07-02") if rule.regime == "eu")
    (after,) = (rule for rule in rules_on("2024-07-03") if rule.regime == "eu")
    assert [owned(rule, "X 50 A") for rule in (before, after)] == ["", "A"]
    assert [rule.regime for rule in rules_on("2021-03-12")] == ["us", "gb"]


def test_shares_of_several_listed_owners_are_added_up_but_not_in_the_uk():
    assert [owned(rule, "X 25 A, Y 25.5 A") for rule in (US, EU, GB, CH)] == ["A", "A", "", "A"]


def test_in_the_uk_one_party_s_direct_and_indirect_shares_are_one_holding():
    assert owned(GB, "X 60 A, X 30 B, A 21 B") == "AB"
    assert owned(GB, "X 60 A, Y 30 B, A 21 B") == "A"
    assert owned(GB, "X 60 Y, X 30 B, Y 21 B") == "BY"  # Y is listed too, and is X's


def test_a_circle_holds_itself_up_no_more_than_its_listed_owners_do():
    assert owned(US, "A 60 B, B 60 A") == ""
    assert owned(US, "X 45 A, A 60 B, B 10 A") == ""
    assert owned(US, "X 50 A, A 60 B, B 10 A") == "AB"
    assert owned(GB, "X 51 A, A 60 B, B 10 A") == "AB"
    assert owned(US, "X 50 Y, Y 50 X") == "XY"


def test_the_arithmetic_is_shown():
    found = findings(US, holdings("X 25 A, Y 25.5 A, A 30 B, C 40 B"), set("XY"))
    names = {"X": "Ann", "Y": "Bea", "A": "Alpha"}
    assert found["A"].arithmetic(names) == "25 % Ann + 25.5 % Bea = 50.5 % >= 50 %: owned"
    assert found["B"].arithmetic(names) == "30 % Alpha (itself owned) = 30 % < 50 %: not owned"
    (half,) = findings(GB, holdings("X 50 A"), set("X")).values()
    assert half.arithmetic(names) == "50 % Ann = 50 % <= 50 %: not owned"


@given(st.data())
def test_the_order_of_the_rows_and_more_shares_of_listed_owners_never_free_anybody(data):
    ends = st.sampled_from("XYABCDE")
    row = st.tuples(ends, st.integers(0, 100), ends).filter(lambda one: one[0] != one[2])
    rows = data.draw(st.lists(row, max_size=12))
    some = [Holding(a, b, Fraction(n), (a, b)) for a, n, b in rows]
    for rule in (US, GB):
        first = findings(rule, some, set("XY"))
        shuffled = findings(rule, data.draw(st.permutations(some)), set("XY"))
        told = {key: (one.total, one.owned) for key, one in first.items()}
        assert {key: (one.total, one.owned) for key, one in shuffled.items()} == told
        more = findings(rule, [*some, Holding("X", "A", Fraction(50), ("X", "A"))], set("XY"))
        assert {key for key, one in first.items() if one.owned} <= {
            key for key, one in more.items() if one.owned
        }


@given(st.decimals(min_value=0, max_value=100, places=6))
def test_a_percentage_is_written_as_exactly_as_it_was_read(percent):
    assert Fraction(percent_text(Fraction(percent))) == Fraction(percent)


SCENE = (
    listed("us:1", "SIM", "NPWMD", kind="person"),
    listed("us:2", "BANK", "DPRK"),
    listed("us:3", "SHIP", "DPRK", kind="vessel", ties=[("owned by", "us:2")]),
    listed("gb:4", "GROUP", "RUS", ties=[("owner of", "HIDDEN LLC"), ("owned by", "A TRUST")]),
    listed("gb:5", "TRAVELLER", "RUS", measures=(Measure("travel ban", "Travel Ban"),)),
    listed("us:6", "TWIN"),
    listed("us:7", "TWIN"),
)


@pytest.fixture
def table(tmp_path):
    def write(*rows, header="owner,owned,percent,source,date"):
        path = tmp_path / "shares.csv"
        path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        return path

    return write


def read(path, as_of=""):
    held = Held(*SCENE)
    ids = {row["listing_id"] for row in held.rows("listings")}
    return read_shares(path, Bearers(ALONE, ids, names_of(held, ALONE)), as_of)


def test_a_cell_is_an_id_or_an_exact_listed_name_or_somebody_unlisted(table):
    shares = read(
        table("us:1,Alpha Ltd,25 %", "Bank,ALPHA  LTD,25.5", header="owner,owned,percent")
    )
    alpha = node_of_name("Alpha Ltd")
    assert [(one.owner, one.owned) for one in shares.holdings] == [("us:1", alpha), ("us:2", alpha)]
    assert shares.names[alpha] == "Alpha Ltd"
    assert shares.problems == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("us:1,A,-5,,", "percent '-5' is negative"),
        ("us:1,A,half,,", "is no percentage such as 25.5"),
        ("us:1,A,25,5,", "date"),
        ('us:1,A,"25,5",,', "'25,5' is no percentage"),
        ("us:1,A,1e1,,", "no percentage"),
        ("us:1,A,٢٥,,", "no percentage"),
        ("us:1,A,100.5,,", "more than 100"),
        ("us:99,A,5,,", "owner 'us:99' is the id of no listing in force"),
        ("us:1,us:99,5,,", "owned 'us:99'"),
        ("Twin,A,5,,", "the name of 2 parties; write the id: us:6, us:7"),
        (",A,5,,", "owner is empty"),
        ("us:1,A,5,,soon", "date 'soon' is none"),
        ("us:1,Sim,5,,", "owner and owned are one party"),
        ("us:1,A,5", "has 3 fields, the header 5"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_line_and_does_not_count(table, row, said):
    if said == "date":
        row, said = "us:1,A,25,x,5", "date '5' is none"
    shares = read(table("us:2,B,10,,", row))
    (problem,) = shares.problems
    assert problem.where == "line 3"
    assert said in problem.message
    assert "not counted" in problem.message
    assert len(shares.holdings) == 1


def test_shares_of_more_than_the_whole_are_told_and_count(table):
    shares = read(table("us:1,A,60,,", "us:2,A,60.5,,"))
    (problem,) = shares.problems
    assert problem.where == "lines 2, 3"
    assert "add up to 120.5 %" in problem.message
    assert len(shares.holdings) == 2


def test_of_two_rows_on_one_share_the_later_counts_else_the_larger(table):
    dated = read(table("us:1,A,60,,2024-01-01", "us:1,A,10,,2025-01-01"))
    assert ([one.percent for one in dated.holdings], dated.problems) == ([10], [])
    undated = read(table("us:1,A,10,,", "us:1,A,60,,"))
    assert [one.percent for one in undated.holdings] == [60]
    assert "the larger share counts, 60 %" in undated.problems[0].message


def test_a_row_of_a_later_day_does_not_count(table):
    shares = read(table("us:1,A,60,,2024-01-01", "us:2,A,10,,2025-01-01"), "2024-06-30")
    assert ([one.owner for one in shares.holdings], shares.later) == (["us:1"], 1)


def test_a_table_without_its_columns_is_an_error(table):
    with pytest.raises(InputError, match="owner, owned, percent once each"):
        read(table("a,b", header="owner,owned"))
    with pytest.raises(UnreadableFile, match="quotation mark"):
        read(table('us:1,"A,5,,'))


def test_who_is_only_owned_is_never_called_listed(table):
    found = ownership_of(Held(*SCENE), ALONE, table("us:1,A,60,,", "A,us:3,50,,"))
    hidden, free = node_of_name("HIDDEN LLC"), node_of_name("A")
    assert set(owned_parties(found)) == {"us:3", hidden, free}
    assert found.standing("us:3") == "listed: us-sdn"
    assert found.standing(hidden) == found.standing(free) == "not listed"
    assert [edge.basis for edge in found.owners_of["us:3"]] == [
        "50 %, table line 3",
        "share not given, us-sdn: Owned By",
    ]
    assert [one["owned"] for one in found.document("us:3")["rules"]] == [True]
    assert found.document(hidden)["party_id"] is None
    assert found.document(hidden)["rules"] == []


def test_a_name_that_several_bear_is_neither_listed_nor_unlisted():
    scene = (*SCENE, listed("us:8", "OWNED", ties=[("owned by", "Twin")]))
    found = ownership_of(Held(*scene), ALONE)
    (edge,) = found.owners_of["us:8"]
    assert found.standing(edge.owner) == "open: one of us:6, us:7"


def test_a_list_s_owned_by_without_a_share_concludes_nothing():
    found = ownership_of(Held(*SCENE), ALONE)
    assert found.findings == {}
    assert "us:3" in owned_parties(found)
    assert owned_parties(found, {"us:1"}) == []


def test_only_who_is_frozen_counts_as_an_owner(table):
    found = ownership_of(Held(*SCENE), ALONE, table("gb:5,A,90,,", "gb:4,B,90,,"))
    assert list(found.findings) == [node_of_name("B")]


@pytest.fixture
def ask(tmp_path, monkeypatch, run, table):
    """A register with a bank and a person; ask `register owned` and get output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", "workspace")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772236800")
    names = [("us:1", "SIM", "NPWMD"), ("us:2", "BANK", "DPRK4"), ("us:3", "SHIP", "SDGT")]
    extract = {
        "format": "sanctrail-extract/1",
        "lists": {"us-sdn": {"regime": "us", "list_date": "2026-02-01"}},
        "listings": [
            {
                "list": "us-sdn",
                "id": listing_id,
                "reference": listing_id[3:],
                "kind": "entity",
                "programmes": [code],
                "names": [{"text": name, "kind": "primary"}],
            }
            for listing_id, name, code in names
        ],
    }
    (tmp_path / "e.json").write_text(json.dumps(extract))
    table("us:1,Alpha,25,registry,", "Bank,Alpha,25.5,,", "Alpha,Beta,50,,", "us:9,C,9,,")
    assert run("lists", "load", "e.json")[0] == 0

    def call(*arguments, code=0):
        found, out, err = run("register", "owned", *arguments)
        assert found == code, out + err
        return out, err

    return call


def test_what_is_owned_is_told_with_its_owners_the_arithmetic_and_the_problems(ask):
    out, err = ask("--shares", "shares.csv")
    assert "2 owned by listed parties: 0 are listed themselves, 2 are not listed." in out
    assert "us: 25 % SIM + 25.5 % BANK" in " ".join(out.split())
    assert "Rule gb: more than 50 %, held by one party" in out
    assert "line 5: owner 'us:9'" in err


def test_a_party_is_told_up_and_down(ask):
    out, _ = ask("Alpha", "--shares", "shares.csv")
    assert "owned by [25.5 %, table line 3]: BANK (us:2), listed: us-sdn" in out
    assert "owns [50 %, table line 4]: Beta, not listed" in out
    out, _ = ask("us:1", "--shares", "shares.csv")
    assert "Beta by the rule of us: 50 % Alpha (itself owned) = 50 % >= 50 %: owned" in out
    told = json.loads(ask("us:1", "--shares", "shares.csv", "--json")[0])
    assert [one["name"] for one in told["owned"]] == ["Alpha", "Beta", "SIM"]
    assert told["owned"][0]["rules"][0]["percent"] == "50.5"
    assert len(told["problems"]) == 1
    assert "screen 'Nobody'" in ask("Nobody", code=2)[1]
    assert "--programme" in ask("us:1", "--programme", "DPRK", code=2)[1]


def test_a_programme_s_parties_own_what_they_own_through_others_too(ask):
    rows = list(
        csv.DictReader(
            io.StringIO(ask("--programme", "DPRK", "--shares", "shares.csv", "--csv")[0])
        )
    )
    assert [(row["name"], row["owner"], row["percent"]) for row in rows] == [
        ("Alpha", "BANK", "25.5"),
        ("Alpha", "SIM", "25"),
        ("Beta", "Alpha", "50"),
    ]
    assert rows[0]["us"] == "25 % SIM + 25.5 % BANK = 50.5 % >= 50 %: owned"
    assert rows[0]["gb"] == ""


def test_without_a_table_no_rule_is_computed_and_that_is_said(ask):
    assert "no rule was computed" in ask()[0]
