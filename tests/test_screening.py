"""Screening: what is a hit, what raises it and what lowers it."""

import json

import pytest

from sanctrail.register import Register, load_lists
from sanctrail.screening import Query, Screener, Wanted
from sanctrail.text.dates import parse_date

PARK = {
    "id": "us:24918",
    "kind": "person",
    "names": [
        {"text": "Park, Jin Hyok", "kind": "primary", "quality": "strong"},
        {"text": "Pak, Kwang Chol", "kind": "alias", "quality": "strong"},
        {"text": "Mustang Rider", "kind": "alias", "quality": "weak"},
        {"text": "박진혁", "kind": "script", "quality": "strong"},
    ],
    "births": [{"earliest": "1984-08-15", "latest": "1984-08-15", "precision": "day"}],
    "countries": [{"role": "nationality", "code": "kp", "as_written": "Korea, North"}],
}
EXPO = {
    "id": "us:24917",
    "kind": "entity",
    "names": [{"text": "Chosun Expo", "kind": "primary", "quality": "strong"}],
}


def screener_of(tmp_path, *listings):
    document = {
        "format": "sanctrail-extract/1",
        "lists": {"us-sdn": {"regime": "us", "list_date": "2025-11-19"}},
        "listings": [{"list": "us-sdn", "reference": one["id"], **one} for one in listings],
    }
    path = tmp_path / "extract.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    _, problems = load_lists([path], tmp_path / "workspace")
    assert problems == []
    return Screener(Register(tmp_path / "workspace"))


@pytest.fixture
def screener(tmp_path):
    return screener_of(tmp_path, PARK, EXPO)


@pytest.fixture
def ask(screener):
    def scored(name, born=None, country="", threshold=0.0):
        query = Query(name, parse_date(born) if born else None, country)
        return {hit.party_id: hit for hit in screener.screen(query, threshold)}.get("us:24918")

    return scored


@pytest.mark.parametrize(
    ("name", "least", "matched"),
    [
        ("PARK JIN-HYOK", 0.9, "Park, Jin Hyok"),
        ("Jin Hyok Park", 0.9, "Park, Jin Hyok"),
        ("Hyok Jin Park", 0.9, "Park, Jin Hyok"),
        ("Pak, Kwang Chol", 0.9, "Pak, Kwang Chol"),
        ("박진혁", 0.8, "박진혁"),
        ("Mustang Rider", 0.7, "Mustang Rider"),
    ],
)
def test_the_name_itself_or_an_alias_is_found(ask, name, least, matched):
    hit = ask(name)
    assert (hit.matched_name, hit.primary_name) == (matched, "Park, Jin Hyok")
    assert hit.score == hit.name_score >= least


@pytest.mark.parametrize(
    "name",
    [
        "PARK JIN-HYOK",
        "Jin Hyok Park",
        "Park, Jin Hyok",
        "박진혁",
    ],
)
def test_the_same_words_in_the_same_order_are_exact(ask, name):
    assert ask(name).comparison.exact


def test_other_words_or_another_order_score_lower_than_the_name_itself(ask):
    itself = ask("Park, Jin Hyok").score
    for other in ("Hyok Jin Park", "Park Jin Hyuk", "Park Jin", "Park Jin Hyok Sam"):
        hit = ask(other)
        assert not hit.comparison.exact
        assert hit.score <= itself


def test_a_weak_alias_makes_a_hit_only_when_it_is_the_same(ask):
    assert ask("Mustang Ryder").score <= 0.69
    assert ask("Mustang Rider", threshold=0.7).explanation.startswith("weak alias 'Mustang Rider'")
    assert ask("Mustang Ryder", threshold=0.7) is None


def test_a_weak_alias_that_is_similar_counts_with_birth_date_and_country(ask):
    assert ask("Mustang Ryder", "1984-08-15", "kp", threshold=0.7) is not None
    assert ask("Mustang Ryder", "1951-01-02", "fr", threshold=0.7) is None


@pytest.mark.parametrize(
    ("born", "said", "moves"),
    [
        (None, "", 0),
        ("1984", "Birth date agrees (1984-08-15)", 1),
        ("1984-08", "Birth date agrees (1984-08-15)", 1),
        ("1984-08-15", "Birth date agrees to the day", 1),
        ("1985-12", "year is near", 0),
        ("1983", "year is near", 0),
        ("1986", "Birth date contradicts (listed 1984-08-15, query 1986)", -1),
        ("1951-01-02", "Birth date contradicts (listed 1984-08-15, query 1951-01-02)", -1),
    ],
)
def test_a_birth_date_raises_when_it_agrees_and_lowers_only_when_it_contradicts(
    ask, born, said, moves
):
    plain, hit = ask("Park Jin Hyuk"), ask("Park Jin Hyuk", born)
    assert (hit.score > plain.score) - (hit.score < plain.score) == moves
    assert hit.name_score == plain.name_score
    assert said in hit.explanation


@pytest.mark.parametrize(
    ("country", "said", "moves"),
    [("kp", "Country agrees", 1), ("fr", "Country differs (listed", -1), ("", "", 0)],
)
def test_a_country_raises_when_it_agrees_and_lowers_when_it_differs(ask, country, said, moves):
    plain, hit = ask("Park Jin Hyuk"), ask("Park Jin Hyuk", country=country)
    assert (hit.score > plain.score) - (hit.score < plain.score) == moves
    assert said in hit.explanation


def test_an_exact_name_stays_a_hit_unless_birth_date_and_country_both_contradict(ask):
    assert ask("Jin Hyok Park", "1951").score >= 0.7
    assert ask("Jin Hyok Park", country="fr").score >= 0.7
    assert ask("Jin Hyok Park", "1951", "kp").score >= 0.7
    assert ask("Jin Hyok Park", "1951", "fr").score < 0.7


def test_a_party_without_birth_date_or_country_is_not_lowered(screener):
    plain = screener.screen(Query("Chosun Expo"))
    (hit,) = screener.screen(Query("Chosun Expo", parse_date("1951"), "fr"))
    assert (hit.party_id, hit.listing_ids) == ("us:24917", ("us:24917",))
    assert hit.score == plain[0].score >= 0.7
    assert hit.evidence == ()


@pytest.mark.parametrize("name", ["", "...", "Xyzzy Quux", "Li", "🙂", "\u200b"])
def test_a_name_that_is_nobody_s_has_no_hit(screener, name):
    assert screener.screen(Query(name)) == []


def test_hits_come_best_first_and_at_or_above_the_threshold(tmp_path):
    others = [
        {"id": f"us:{n}", "kind": "person", "names": [{"text": text, "kind": "primary"}]}
        for n, text in enumerate(("Park Jin Hyuk", "Park Jin Hyok", "Park Jin"))
    ]
    screener = screener_of(tmp_path, PARK, *others)
    hits = screener.screen(Query("Park Jin Hyok"), 0.8)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert hits[0].party_id == "us:1"
    assert all(score >= 0.8 for score in scores)
    again = screener.screen(Query("Park Jin Hyok"), scores[1])
    assert [hit.party_id for hit in again[:2]] == [hit.party_id for hit in hits[:2]]
    assert screener.screen(Query("Park Jin Hyok"), 1.0) == []


def test_a_threshold_hides_hits_and_changes_none(screener):
    queries = [
        Query("Park Jin Hyuk"),
        Query("Pak Jin Hyok", parse_date("1984"), "kp"),
        Query("Rider"),
    ]
    for query in queries:
        every = [hit.as_dict() for hit in screener.screen(query, 0.0)]
        for threshold in (0.05, 0.2, 0.5, 0.7, 0.9, 0.999, *(hit["score"] for hit in every)):
            kept = [hit for hit in every if hit["score"] >= threshold]
            assert [hit.as_dict() for hit in screener.screen(query, threshold)] == kept


def test_a_threshold_of_none_still_needs_something_in_common(screener):
    assert screener.screen(Query("Xyzzy Quux"), 0.0) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), True),
        (Wanted(regimes=frozenset({"us"})), True),
        (Wanted(regimes=frozenset({"eu"})), False),
        (Wanted(kinds=frozenset({"entity"})), False),
        (Wanted(kinds=frozenset({"person", "entity"})), True),
        (Wanted(programmes=frozenset({"CYBER2"})), False),
    ],
)
def test_only_wanted_parties_are_hits(screener, wanted, found):
    assert bool(screener.screen(Query("Park Jin Hyok"), 0.7, wanted)) == found


def test_one_party_on_two_lists_of_a_publisher_is_one_hit_with_the_facts_of_both(tmp_path):
    about = {"regime": "us", "list_date": "2025-11-19"}
    expo = {**EXPO, "reference": "", "list": "us-sdn", "listed_on": "2018-09-06"}
    sdn = {**expo, "programmes": ["DPRK3", "CYBER2"], "countries": PARK["countries"]}
    cons = {
        **expo,
        "list": "us-cons",
        "listed_on": "2017-01-02",
        "programmes": ["NS-PLC", "DPRK3"],
        "names": [{"text": "Korea Expo Joint Venture", "kind": "primary"}],
    }
    path = tmp_path / "extract.json"
    lists = {"us-sdn": about, "us-cons": about}
    document = {"format": "sanctrail-extract/1", "lists": lists, "listings": [sdn, cons]}
    path.write_text(json.dumps(document), encoding="utf-8")
    assert load_lists([path], tmp_path / "workspace")[1] == []
    screener = Screener(Register(tmp_path / "workspace"))
    (hit,) = screener.screen(Query("Chosun Expo", country="kp"))
    assert (hit.listing_ids, hit.party.regimes) == (("us:24917",), ("us",))
    assert (hit.primary_name, hit.party.listed_on) == ("Chosun Expo", "2017-01-02")
    assert hit.party.programmes == ("NS-PLC", "DPRK3", "CYBER2")
    assert hit.comparison.exact
    assert "Country agrees" in hit.explanation
    (hit,) = screener.screen(Query("Korea Expo Joint Venture"))
    assert hit.primary_name == hit.matched_name == "Korea Expo Joint Venture"


def test_a_hit_is_told_as_a_document_with_its_reasons(screener):
    (hit,) = screener.screen(Query("Pak Jin Hyok", parse_date("1984-08-15"), "kp"))
    told = json.loads(json.dumps(hit.as_dict()))
    assert (told["party_id"], told["score"], told["kind"]) == ("us:24918", hit.score, "person")
    assert {word["ours"] for word in told["name"]["words"]} == {"pak", "jin", "hyok"}
    assert [one["about"] for one in told["evidence"]] == ["birth date", "country"]
    assert told["explanation"].startswith("primary name 'Park, Jin Hyok': ")
    assert told["explanation"] == hit.explanation
