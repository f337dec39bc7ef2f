"""Screening hits parties: one hit for all listings that are joined, as each of them writes it."""

import pytest

from profiles import eu, sdn, un
from sanctrail.parties.decisions import SPLIT, Decision, decide
from sanctrail.register import Register, load_lists
from sanctrail.screening import Query, Screener, Wanted
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
