"""Screening hits parties: one hit for all listings that are joined, as each of them writes it."""

import json

import pytest

from profiles import Desk, eu, sdn, un
from sanctrail.parties.decisions import JOIN, SPLIT, Decision, decide
from sanctrail.register import Register, load_lists
from sanctrail.screening import Query, Screener, Wanted
from sanctrail.screening.evaluation import Aliases, CaseFile, Plan, evaluate
from sanctrail.text.dates import parse_date


@pytest.fixture
def workspace(tmp_path):
    """One man on three lists, and another man on one."""
    files = {
        "un_2026-01-01.xml": un("2026-01-01", (1, "RI WON HO", "1964-07-17")),
        "eu_2026-01-01.xml": eu("2026-01-01", (71, "Won-ho Ree", "1964-07-17", "KPi.001")),
        "sdn_2026-01-01.csv": sdn((7, "RI, Won Ho", "17 Jul 1964"), (8, "PAK, Yong Sik")),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    load_lists([tmp_path / name for name in files], tmp_path / "workspace")
    return tmp_path / "workspace"


def hits(workspace, query, **more):
    return Screener(Register(workspace)).screen(query, **more)


def test_one_party_is_one_hit_with_all_its_listings(workspace):
    (hit,) = hits(workspace, Query("Ri Won Ho"))
    assert hit.party_id == "un:1"
    assert hit.listing_ids == ("un:1", "us:7", "eu:EU.71")
    assert hit.party.regimes == ("un", "us", "eu")
    assert set(hit.party.programmes) >= {"DPRK", "PRK"}


def test_a_hit_says_which_listing_has_the_matched_name(workspace):
    (hit,) = hits(workspace, Query("Won-ho Ree"))
    assert (hit.listing_id, hit.matched_name) == ("eu:EU.71", "Won-ho Ree")
    assert hit.as_dict()["listing_id"] == "eu:EU.71"


def test_evidence_of_any_listing_speaks_for_the_party(workspace):
    (hit,) = hits(workspace, Query("Won-ho Ri", born=parse_date("1964-07-17")))
    assert any(one.reason == "Birth date agrees to the day" for one in hit.evidence)


def test_a_party_is_wanted_if_any_of_its_listings_is(workspace):
    for regime in ("un", "us", "eu"):
        assert hits(workspace, Query("Ri Won Ho"), wanted=Wanted(regimes=frozenset({regime})))
    assert not hits(workspace, Query("Ri Won Ho"), wanted=Wanted(regimes=frozenset({"gb"})))


def test_a_decision_makes_other_parties_to_hit(workspace):
    decide(workspace, [Decision(SPLIT, "us:7", "un:1"), Decision(SPLIT, "us:7", "eu:EU.71")])
    found = {hit.party_id: hit.listing_ids for hit in hits(workspace, Query("Ri Won Ho"))}
    assert found == {"un:1": ("un:1", "eu:EU.71"), "us:7": ("us:7",)}


# --- what the listings of a party say together -------------------------------------------------


def extract(*listings):
    """Lists as an extract: (id, list, listed on, span of birth, names as (text, quality))."""
    lists = {one[1]: one[0].partition(":")[0] for one in listings}
    return json.dumps({
        "format": "sanctrail-extract/1",
        "lists": {name: {"regime": regime, "list_date": "2026-01-01"}
                  for name, regime in lists.items()},
        "listings": [
            {
                "id": listing_id,
                "list": name,
                "reference": listing_id,
                "kind": "person",
                "listed_on": listed_on,
                "names": [
                    {"text": text, "kind": "alias" if k else "primary", "quality": quality}
                    for k, (text, quality) in enumerate(names)
                ],
                "births": [{"earliest": first, "latest": last, "precision": precision}],
                "countries": [{"role": "nationality", "code": "kp", "as_written": "DPRK"}],
            }
            for listing_id, name, listed_on, (first, last, precision), *names in listings
        ],
    })  # fmt: skip


DAY, YEAR = ("1964-07-17", "1964-07-17", "day"), ("1965-01-01", "1965-12-31", "year")


@pytest.fixture
def together(tmp_path):
    """One party of three listings, two of them on one list, each with something of its own."""
    (tmp_path / "extract.json").write_text(extract(
        ("un:1", "un", "2016-11-30", DAY, ("Ri Won Ho", "strong"), ("Zarqonda", "weak")),
        ("eu:EU.71", "eu", "2017-01-10", YEAR, ("Ree Won-ho", "strong"), ("Zarqonda", "strong")),
        ("eu:EU.72", "eu", "2009-03-01", DAY, ("Lee Wonho", "strong"), ("Won Ho, RI", "strong")),
    ))  # fmt: skip
    _, problems = load_lists([tmp_path / "extract.json"], tmp_path / "workspace")
    assert problems == []
    joins = [Decision(JOIN, "un:1", "eu:EU.71"), Decision(JOIN, "eu:EU.71", "eu:EU.72")]
    decide(tmp_path / "workspace", joins)
    return tmp_path / "workspace"


def test_a_party_was_listed_on_its_earliest_day_and_a_list_names_it_as_its_first_listing(together):
    (hit,) = hits(together, Query("Lee Wonho"))
    assert hit.listing_ids == ("un:1", "eu:EU.71", "eu:EU.72")
    assert (hit.listing_id, hit.matched_name) == ("eu:EU.72", "Lee Wonho")
    assert hit.party.listed_on == "2009-03-01"
    assert list(hit.party.primary.items()) == [("un", "Ri Won Ho"), ("eu", "Ree Won-ho")]


def test_a_name_that_one_listing_calls_weak_is_strong_if_another_does(together):
    same_day = Query("Zarqonda", born=parse_date("1964-07-17"), country="kp")
    for query, score in ((Query("Zarqonda", country="us"), 0.7), (same_day, 1.0)):
        (hit,) = hits(together, query)
        assert hit.score >= score
        assert (hit.listing_id, hit.name.strong) == ("eu:EU.71", True)


def test_a_birth_date_contradicts_only_if_no_listing_has_it(together):
    def against(born):
        (hit,) = hits(together, Query("Ri Won Ho", born=parse_date(born)))
        return any(one.contradicts for one in hit.evidence)

    assert not against("1964-07-17")
    assert not against("1965-03-01")
    assert against("1971-01-01")


# --- parties over time -------------------------------------------------------------------------


@pytest.fixture
def delisted(tmp_path):
    """The UN, whose listing founded the party, has delisted it; the US and the EU have not."""
    desk = Desk(tmp_path)
    ri = (1, "RI WON HO", "1964-07-17")
    desk.load(un_2026_01_01=un("2026-01-01", ri, (2, "PAK YONG SIK")))
    desk.load(sdn_2026_01_01=sdn((7, "RI, Won Ho", "17 Jul 1964")))
    desk.load(eu_2026_01_01=eu("2026-01-01", (71, "Won-ho Ree", "1964-07-17", "KPi.001")))
    desk.load(un_2026_02_01=un("2026-02-01", (2, "PAK YONG SIK")))
    return desk.workspace


def test_only_listings_in_force_are_hit_and_the_party_keeps_its_id(delisted):
    (hit,) = hits(delisted, Query("Ri Won Ho"))
    assert (hit.party_id, hit.listing_ids) == ("un:1", ("us:7", "eu:EU.71"))
    assert hit.party.regimes == ("us", "eu")
    assert hit.listing_id == "us:7"


def test_as_of_a_day_the_listings_of_that_day_are_hit(delisted):
    (hit,) = Screener(Register(delisted, "2026-01-15")).screen(Query("Ri Won Ho"))
    assert (hit.party_id, hit.listing_ids) == ("un:1", ("un:1", "us:7", "eu:EU.71"))


# --- measuring ---------------------------------------------------------------------------------


def test_a_labelled_case_is_found_by_whichever_listing_it_expects(delisted, tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text("query,expected\nRi Won Ho,us:7\nRi Won Ho,eu:EU.71\nRi Won Ho,un:1\n")
    found = evaluate(Register(delisted), Plan(labelled=CaseFile(cases)))
    assert found.problems == ()
    assert [one.score >= 0.7 for one in found.outcomes] == [True] * 3


def test_an_alias_is_left_out_of_every_list_in_whatever_order_its_words_stand(together):
    found = evaluate(Register(together), Plan(aliases=Aliases()))
    asked = {one.case.query.name: one for one in found.outcomes}
    assert asked.keys() == {"Ri Won Ho", "Ree Won-ho", "Zarqonda", "Lee Wonho"}
    assert asked["Ri Won Ho"].case.origin == "4 left"  # Zarqonda stands twice
    assert "Won Ho, RI" not in asked["Ri Won Ho"].why


@pytest.mark.parametrize("list_id", ["", "un", "us-sdn", "eu"])
def test_a_list_s_aliases_are_those_it_has_whoever_else_has_them(workspace, list_id):
    found = evaluate(Register(workspace), Plan(aliases=Aliases(list_id)))
    asked = {one.case.query.name: one for one in found.outcomes}
    wanted = {"un": {"RI WON HO"}, "us-sdn": {"RI, Won Ho"}, "eu": {"Won-ho Ree"}}
    assert asked.keys() == wanted.get(list_id, {"RI WON HO", "Won-ho Ree"})
    for name, one in asked.items():
        assert one.met == "un:1"
        assert ("Won-ho Ree" in one.why) == (name != "Won-ho Ree")


def test_aliases_of_a_party_whose_founder_is_delisted_are_left_out_too(delisted):
    found = evaluate(Register(delisted), Plan(aliases=Aliases()))
    assert {one.case.party for one in found.outcomes} == {"un:1"}
    assert all(0.7 <= one.score < 1 for one in found.outcomes)
