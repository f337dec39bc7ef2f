"""Identifiers: which sort each list's words mean, and when two numbers are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.evidence.identifiers import SORTS, comparable, sort_of
from sanctrail.screening import AskedIdentifier, Query
from sanctrail.screening.screen import NUMBER_SCORE
from test_screening import EXPO, screener_of


@pytest.mark.parametrize(
    ("kind", "sort"),
    [
        ("Passport", "passport"),
        ("Diplomatic Passport", "passport"),
        ("Tax ID No.", "tax"),
        ("R.F.C.", "tax"),
        ("INN", "tax"),
        ("Registration Number", "registration"),
        ("Commercial Registry Number", "registration"),
        ("Company Number", "registration"),
        ("National ID No.", "national id"),
        ("Identification Number", "national id"),
        ("Cedula No.", "national id"),
        ("C.U.R.P.", "national id"),
        ("SWIFT/BIC", "bic"),
        ("IMO number", "imo"),
        ("MMSI", "mmsi"),
        ("Legal Entity Number", "lei"),
        ("Unified Social Credit Code (USCC)", "uscc"),
        ("D-U-N-S Number", "duns"),
        ("Passport (fraudulent)", ""),
        ("OFSI Group ID", ""),
        ("UN reference", ""),
        ("Email address", ""),
        ("Aircraft Mode S Transponder Code", ""),
        ("Unit number", ""),
        ("Community card", ""),
        ("Aircraft Construction Number (also called L/N or S/N or F/N)", ""),
        ("United Social Credit Code Certificate (USCCC)", "uscc"),
        ("Chinese Commercial Code", ""),
        ("Vessel Type", ""),
        ("", ""),
    ],
)
def test_a_list_s_words_mean_a_sort_or_none(kind, sort):
    assert sort_of(kind)[0] == sort
    assert sort_of(kind.upper())[0] == sort


@pytest.mark.parametrize(
    ("number", "sort", "same"),
    [
        ("PP-290 33.111", "passport", "PP29033111"),
        ("pp29033111", "passport", "PP29033111"),
        ("IMO 9187629", "imo", "9187629"),
        ("9187629", "imo", "9187629"),
        ("0009187629", "imo", "9187629"),
        ("918762", "imo", ""),
        ("IMO 91876291", "imo", ""),
        ("VTBR RUMM", "bic", "VTBRRUMM"),
        ("VTBRRUMM005", "bic", "VTBRRUMM"),
        ("VTBR", "bic", ""),
        ("1234", "passport", ""),
        ("ABCDE", "passport", ""),
        ("", "passport", ""),
        ("---", "", ""),
    ],
)
def test_a_number_is_compared_without_punctuation_and_only_if_it_says_enough(number, sort, same):
    assert comparable(number, sort) == same


@given(st.text(max_size=20), st.sampled_from(["", *SORTS]))
def test_making_a_number_comparable_twice_is_making_it_so_once(number, sort):
    once = comparable(number, sort)
    assert comparable(once, sort) == once
    assert comparable(f" {number.lower()}-", sort) == comparable(number.lower(), sort)


VESSEL = {
    "id": "us:15036",
    "kind": "vessel",
    "names": [{"text": "Ocean Pearl", "kind": "primary"}],
    "identifiers": [{"kind": "IMO number", "number": "IMO 9187629", "country": ""}],
}
BANK = {
    "id": "us:15037",
    "kind": "entity",
    "names": [{"text": "Zanskar Bank", "kind": "primary"}],
    "identifiers": [
        {"kind": "SWIFT/BIC", "number": "ZNSKRUMM", "country": "ru"},
        {"kind": "Tax ID No.", "number": "7702070139", "country": "ru"},
        {"kind": "Registration Number", "number": "1027739609391", "country": ""},
    ],
    "wallets": [{"asset": "ETH", "address": "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"}],
}


@pytest.fixture(scope="module")
def screener(tmp_path_factory):
    return screener_of(tmp_path_factory.mktemp("identifiers"), EXPO, VESSEL, BANK)


def found(screener, number, sort="", country="", name=""):
    asked = (AskedIdentifier(number, sort, country),)
    return [(hit.party_id, hit.score) for hit in screener.screen(Query(name, identifiers=asked))]


@pytest.mark.parametrize(
    ("number", "sort", "country", "party"),
    [
        ("IMO 9187629", "imo", "", "us:15036"),
        ("9187629", "imo", "", "us:15036"),
        ("9187629", "", "", "us:15036"),
        ("9187628", "imo", "", None),
        ("9187629", "passport", "", None),
        ("ZNSK RU MM", "bic", "", "us:15037"),
        ("ZNSKRUMMXXX", "bic", "fr", "us:15037"),
        ("7702070139", "tax", "ru", "us:15037"),
        ("77 02 07 01 39", "tax", "", "us:15037"),
        ("7702070139", "tax", "kz", None),
        ("1027739609391", "registration", "kz", "us:15037"),
        ("0x098B716B8Aaf21512996dC57EB0615e2383E2f96", "wallet", "", "us:15037"),
        ("0x098b716b8aaf21512996dc57eb0615e2383e2f96", "", "", "us:15037"),
        ("0x098b716b8aaf21512996dc57eb0615e2383e2f97", "", "", None),
        ("", "", "", None),
    ],
)
def test_a_listed_identifier_is_its_party_and_nobody_else(screener, number, sort, country, party):
    doubtful = sort in ("tax", "registration") and country != "ru"
    score = NUMBER_SCORE if doubtful else 1.0
    assert found(screener, number, sort, country) == ([(party, score)] if party else [])


def test_an_identifier_and_another_party_s_name_are_two_hits(screener):
    hits = found(screener, "9187629", "imo", name="Chosun Expo")
    assert hits[0] == ("us:15036", 1.0)
    assert [party for party, _ in hits] == ["us:15036", "us:24917"]


def test_who_is_found_by_an_identifier_alone_has_a_name_and_no_comparison(screener):
    asked = (AskedIdentifier("7702070139", "tax", "ru"),)
    (hit,) = screener.screen(Query("", identifiers=asked))
    assert (hit.matched_name, hit.primary_name) == ("Zanskar Bank", "Zanskar Bank")
    assert (hit.comparison, hit.name_score) == (None, 0.0)
    assert hit.explanation == "Tax 7702070139 is listed"


def test_of_two_numbers_of_one_party_the_surest_speaks(screener):
    sure = AskedIdentifier("ZNSK RU MM", "bic")
    doubtful = AskedIdentifier("7702070139", "tax")
    for asked in ((sure, doubtful), (doubtful, sure)):
        (hit,) = screener.screen(Query("", identifiers=asked))
        assert (hit.party_id, hit.score) == ("us:15037", 1.0)
