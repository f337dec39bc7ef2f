"""The listings of one party side by side: what counts as a difference, and the page."""

import csv
import io
import json
import re

import pytest

from sanctrail.errors import InputError
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Identifier,
    Listing,
    Measure,
    Name,
    Relation,
    Wallet,
)
from sanctrail.parties import Join, Parties
from sanctrail.regimes.abreast import differences, side_by_side
from sanctrail.regimes.asked import parties_asked
from sanctrail.register import Register, load_lists
from sanctrail.register.tables import tables_of

ETHER = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"


def page(listing_id="un:1", name="RI WON HO", **facts):
    """A listing's page as the register makes it, of the facts given."""
    names = (Name(name, "primary"), *facts.pop("aliases", ()))
    about = {"kind": "person", "listed_on": "", "reference": "", "programmes": (), **facts}
    listing = Listing(
        listing_id=listing_id,
        regime=listing_id.partition(":")[0],
        names=names,
        element="1",
        **about,
    )
    tables = {key: table.to_pylist() for key, table in tables_of([listing], ()).items()}
    (row,) = tables["listings"]
    return {**row, **tables, "list_id": row["regime"]}


def marks(*pages):
    return {line.fact: line.difference for line in side_by_side(pages) if line.difference}


def only(fact, *pages):
    (line,) = (line for line in side_by_side(pages) if line.fact == fact)
    return [sorted(cell.only) for cell in line.cells]


def born(earliest, latest="", precision="day", circa=False):
    return Birth(earliest, latest or earliest, precision, circa)


YEAR = born("1964-01-01", "1964-12-31", "year")


def test_listings_that_say_the_same_in_their_own_way_do_not_differ():
    facts = {"listed_on": "2016-11-30", "gender": "male"}
    assert (
        marks(
            page(births=(born("1964-07-17"),), **facts),
            page("us:7", "Ri, Won-Ho", births=(YEAR,), **facts),
        )
        == {}
    )


def test_dates_of_birth_contradict_only_where_no_day_lies_in_both():
    exact = page(births=(born("1964-07-17"),))
    assert marks(exact, page("us:7", births=(born("1964-07-16"),))) == {"born": "contradiction"}
    assert marks(exact, page("us:7", births=(YEAR, born("1970-01-01")))) == {"born": "only one"}
    circa = born("1961-01-01", "1961-12-31", "year", circa=True)
    assert marks(exact, page("us:7", births=(circa,))) == {}
    far = born("1955-01-01", "1955-12-31", "year", circa=True)
    assert marks(exact, page("us:7", births=(far,))) == {"born": "contradiction"}


def test_what_only_one_has_is_told_and_no_contradiction():
    with_one = page(births=(YEAR,), wallets=(Wallet("ETH", ETHER),), gender="male")
    assert marks(with_one, page("us:7")) == {
        "born": "only one",
        "gender": "only one",
        "wallets": "only one",
    }
    assert only("wallets", with_one, page("us:7")) == [[f"ETH {ETHER}"], []]
    assert (
        marks(
            with_one,
            page("us:7", births=(YEAR,), gender="male", wallets=(Wallet("ETH", ETHER.lower()),)),
        )
        == {}
    )


def test_what_two_of_three_have_is_not_only_one_s():
    alias = Name("LITTLE RI", "alias")
    three = page(aliases=(alias,)), page("us:7", aliases=(alias,)), page("eu:9")
    assert marks(*three) == {}


def test_an_alias_is_known_to_a_list_that_has_it_as_the_name():
    un = page(aliases=(Name("LI YUAN HAO", "alias"), Name("RI X", "alias", "weak")))
    us = page("us:7", "Li Yuan Hao", aliases=(Name("Won Ho RI", "alias"),))
    assert marks(un, us) == {"aliases": "only one"}
    assert only("aliases", un, us) == [["RI X (weak)"], []]
    assert marks(page(), page("us:7", "Somebody Else"))["name"] == "only one"


def test_nationality_gender_and_kind_contradict_where_nothing_is_shared():
    korean, chinese = Country("nationality", "kp", "DPRK"), Country("citizenship", "cn", "China")
    other = Country("citizenship", "kp", "North Korea")
    assert marks(page(countries=(korean,)), page("us:7", countries=(other,))) == {}
    assert marks(page(countries=(korean,)), page("us:7", countries=(chinese, other))) == {
        "nationality": "only one"
    }
    assert marks(
        page(countries=(korean,), gender="male"),
        page("us:7", countries=(chinese,), gender="female", kind="entity"),
    ) == dict.fromkeys(("nationality", "gender", "kind"), "contradiction")


def test_a_day_that_is_only_the_latest_possible_contradicts_no_earlier_one():
    un = page(listed_on="2016-11-30")
    assert marks(un, page("eu:9", listed_on="2017-12-01", listed_basis="at the latest")) == {}
    assert marks(un, page("eu:9", listed_on="2017-12-01")) == {"since": "contradiction"}
    early = page("eu:9", listed_on="2015-12-01", listed_basis="at the latest")
    assert marks(un, early) == {"since": "contradiction"}


def test_numbers_are_compared_without_their_punctuation_and_a_reference_is_known():
    un = page(reference="KPi.002", identifiers=(Identifier("passport", "PO-381 310"),))
    us = page(
        "us:7",
        identifiers=(Identifier("Passport", "PO381310"), Identifier("UN reference", "KPi.002")),
    )
    assert marks(un, us) == {}


def test_places_measures_and_relations_are_compared_as_sets():
    home = Address("address", "Pyongyang", "kp", "DPRK")
    same = Address("address", "PYONGYANG", "kp", "Korea, North")
    birth = Address("birth", "Nampo", "kp", "DPRK")
    freeze, ban = Measure("asset freeze", "Block"), Measure("travel ban", "Ban")
    tie = Relation("owned by", "", "KOMID", "x")
    assert marks(page(addresses=(home,)), page("us:7", addresses=(same,))) == {}
    assert marks(
        page(addresses=(home, birth), measures=(freeze, ban)),
        page("us:7", addresses=(home,), measures=(freeze,), relations=(tie,)),
    ) == dict.fromkeys(("born in", "relations", "measures"), "only one")


def test_what_is_each_regime_s_own_is_shown_and_never_a_difference():
    un, us = page(programmes=("DPRK",)), page("us:7", programmes=("NPWMD",))
    lines = side_by_side((un, us))
    assert [[cell.texts for cell in line.cells] for line in lines if line.fact == "programme"] == [
        [("DPRK",), ("NPWMD",)]
    ]
    assert differences((un, us), lines) == []


def test_differences_name_the_listings_and_what_only_they_say():
    un, us = page(gender="male"), page("us:7", gender="female")
    assert differences((un, us), side_by_side((un, us))) == [
        {
            "fact": "gender",
            "difference": "contradiction",
            "listings": [
                {"list_id": "un", "listing_id": "un:1", "values": ["male"], "only": ["male"]},
                {"list_id": "us", "listing_id": "us:7", "values": ["female"], "only": ["female"]},
            ],
        }
    ]


def un(day, *people):
    entries = "".join(
        f"<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>{name}</FIRST_NAME>"
        f"<UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPi.{number:03}</REFERENCE_NUMBER>"
        "<LISTED_ON>2016-11-30</LISTED_ON></INDIVIDUAL>"
        for number, name in people
    )
    return (
        f'<CONSOLIDATED_LIST dateGenerated="{day}T00:00:00Z"><INDIVIDUALS>{entries}</INDIVIDUALS>'
        "</CONSOLIDATED_LIST>"
    )


MANY = [(number, f"NAME NUMBER {number}") for number in range(100, 140)]


def extract(*entries):
    """(list, id, name, identifiers)"""
    return {
        "format": "sanctrail-extract/1",
        "lists": {
            "gb": {"regime": "gb", "list_date": "2026-02-01"},
            "us-sdn": {"regime": "us", "list_date": "2026-02-01"},
        },
        "listings": [
            {
                "list": list_id,
                "id": listing_id,
                "reference": listing_id[3:],
                "kind": "person",
                "programmes": ["NPWMD"],
                "listed_on": "2017-06-01",
                "names": [{"text": name, "kind": "primary"}],
                "identifiers": [{"kind": "UN reference", "number": number} for number in numbers],
            }
            for list_id, listing_id, name, *numbers in entries
        ],
    }


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """The UN list in two versions, and a British and an American listing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", "workspace")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772236800")
    (tmp_path / "a.xml").write_text(un("2026-01-01", (1, "RI WON HO"), (2, "JANG"), *MANY))
    (tmp_path / "b.xml").write_text(un("2026-02-18", (2, "JANG YONG SON"), *MANY))
    entries = ("gb", "gb:K2", "Yong Son Jang", "KPi.002"), ("us-sdn", "us:7", "RI, Won Ho")
    (tmp_path / "e.json").write_text(json.dumps(extract(*entries)))
    load_lists([tmp_path / name for name in ("a.xml", "b.xml", "e.json")], tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.fixture
def show(workspace, run):
    def call(*arguments):
        code, out, err = run("register", "show", *arguments)
        assert code == 0, err
        return out

    return call


RI = Parties({"un:1": "un:1", "us:7": "un:1"}, (Join("un:1", "us:7", "names", 0.9, ("x",)),), ())


def test_an_id_that_left_its_list_leads_to_the_party_and_what_it_left_is_told(workspace):
    for asked in ("un:1", "us:7", "RI, Won Ho"):
        (party,) = parties_asked(Register(workspace), RI, asked)
        assert party.party_id == "un:1"
        assert [one["listing_id"] for one in party.pages] == ["us:7"]
        (left,) = party.left
        assert (left["listing_id"], left["not_before"]) == ("un:1", "2026-01-01")
    (then,) = parties_asked(Register(workspace, "2026-01-15"), RI, "un:1")
    assert (len(then.pages), then.left) == (1, ())


def test_a_party_none_of_whose_listings_is_in_force_is_an_error(workspace):
    with pytest.raises(InputError, match="left un between"):
        parties_asked(Register(workspace), Parties({}, (), ()), "un:1")


def test_what_is_only_proposed_is_told_with_both_names(workspace):
    maybe = Join("un:2", "us:7", "names", 0.4, ("Name is alike",))
    (party,) = parties_asked(Register(workspace), Parties({}, (), (maybe,)), "us:7")
    (told,) = party.undecided_documents()
    assert (told["left_name"], told["right_name"]) == ("JANG YONG SON", "RI, Won Ho")


def test_the_surest_joins_that_hold_a_party_together_are_told_and_no_more(workspace):
    weak, sure = Join("un:1", "us:7", "names", 0.9, ()), Join("us:7", "gb:K2", "identifier", 1, ())
    again, known = Join("un:1", "gb:K2", "names", 0.8, ()), Join("un:1", "un:2", "decision", 1, ())
    one = dict.fromkeys(("un:1", "un:2", "us:7", "gb:K2"), "un:1")
    party = parties_asked(Register(workspace), Parties(one, (weak, again, sure, known), ()), "un:2")
    assert party[0].binding == (known, sure, weak)
    assert len(party[0].joins) == 4


def test_several_listings_stand_side_by_side_with_why_they_are_one(show):
    told = show("gb:K2")
    assert "gb:K2, a listing of un:2" in told
    assert re.search("(un:2 = gb:K2|gb:K2 = un:2): cross-reference", told)
    assert "≠" in told.split("since")[1].splitlines()[0]
    assert "JANG YONG SON" in told
    assert "one because" not in show("us:7")
    assert "RI, Won Ho  (person)\n====" in show("us:7")


def test_each_gives_the_pages_one_after_the_other(show):
    told = show("un:2", "--each")
    assert told.count("programme       ") == 2
    assert "history" in told


def test_json_keeps_the_pages_and_adds_why_and_where_they_differ(show):
    told = json.loads(show("gb:K2", "--json"))
    assert (told["party"], told["party_id"]) == ("gb:K2", "un:2")
    assert {page["listing_id"] for page in told["listings"]} == {"un:2", "gb:K2"}
    assert [join["basis"] for join in told["joins"]] == ["cross-reference"]
    assert {(d["party_id"], d["fact"]) for d in told["differences"]} == {("un:2", "since")}
    assert (told["undecided"], told["left"], told["as_of"]) == ([], [], None)


def test_csv_has_the_facts_of_every_listing(show):
    rows = list(csv.DictReader(io.StringIO(show("un:2", "--csv"))))
    assert {(row["listing_id"], row["party_id"]) for row in rows} == {
        ("un:2", "un:2"),
        ("gb:K2", "un:2"),
    }


def test_more_listings_than_fit_go_on_in_the_next_table(capsys):
    from sanctrail.cli.pages import show_party
    from sanctrail.regimes.asked import AskedParty

    pages = tuple(page(f"eu:{n}", f"N{n}") for n in range(6))
    show_party(AskedParty("eu:0", (), pages, (), (), (), {}))
    told = capsys.readouterr().out
    assert told.count("  fact") == 2
    assert all(f"eu:{n}" in told for n in range(6))
