"""What speaks for and against a hit besides the name, rule by rule, and what the sum may decide."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanctrail.evidence.weighing import (
    BORN_APART,
    BORN_FAR_APART,
    BORN_NEAR,
    BORN_ONE_OFF,
    BORN_OTHER_DAY,
    BORN_OVERLAPS,
    BORN_SAME_DAY,
    BORN_SWAPPED,
    ListedBirth,
    birth_evidence,
    country_evidence,
    gender_evidence,
    kind_evidence,
    span,
)
from sanctrail.screening import AskedIdentifier, Query
from sanctrail.text.dates import parse_date, year_range
from test_screening import PARK, screener_of

days = st.dates(date(1920, 1, 1), date(2010, 12, 31))


def born(query, *listed, circa=False):
    read = [year_range(*map(int, one.split("-"))) if one.count("-") == 1 and len(one) == 9
            else parse_date(one) for one in listed]  # fmt: skip
    return birth_evidence(parse_date(query), [ListedBirth(one, circa) for one in read])


@pytest.mark.parametrize(
    ("query", "listed", "weight"),
    [
        ("1984-08-15", "1984-08-15", BORN_SAME_DAY),
        ("1984-08-05", "1984-05-08", BORN_SWAPPED),
        ("1984-08-15", "1984-08-16", BORN_ONE_OFF),
        ("1984-08-15", "1984-09-15", BORN_ONE_OFF),
        ("1984-08-15", "1985-08-15", BORN_ONE_OFF),
        ("1984-08-15", "1994-08-15", BORN_ONE_OFF),
        ("1984-08-31", "1984-09-02", BORN_ONE_OFF),
        ("1984-12-31", "1985-01-01", BORN_ONE_OFF),
        ("1984-08-15", "1984-02-01", BORN_OTHER_DAY),
        ("1984-08-15", "1985-02-01", BORN_OTHER_DAY),
        ("1984-08-15", "1984", BORN_OVERLAPS),
        ("1984-08-15", "1984-08", BORN_OVERLAPS),
        ("1984", "1984-08-15", BORN_OVERLAPS),
        ("1984", "1984", BORN_OVERLAPS),
        ("1962-03-04", "1961-1963", BORN_OVERLAPS),
        ("1984-08", "1984-09", BORN_NEAR),
        ("1985", "1984", BORN_NEAR),
        ("1985-01-01", "1984", BORN_NEAR),
        ("1964", "1961-1963", BORN_NEAR),
        ("1986", "1984", BORN_APART),
        ("1989", "1984", BORN_APART),
        ("1984-08-15", "1987-08-15", BORN_APART),
        ("1990", "1984", BORN_FAR_APART),
        ("1951-01-02", "1984-08-15", BORN_FAR_APART),
    ],
)
def test_a_birth_date_weighs_by_how_near_and_how_precise_it_is(query, listed, weight):
    assert born(query, listed).weight == weight
    if listed != "1961-1963":
        assert born(listed, query).weight == weight


@pytest.mark.parametrize(
    ("query", "listed", "weight"),
    [("1988", "1984", BORN_NEAR), ("1989", "1984", BORN_APART),
     ("1984-02-01", "1984", BORN_OVERLAPS),
     ("1993", "1984", BORN_FAR_APART), ("1984-02-01", "1984-08-15", BORN_NEAR)],
)  # fmt: skip
def test_what_a_list_calls_approximate_may_be_some_years_off(query, listed, weight):
    assert born(query, listed, circa=True).weight == weight


def test_weights_stand_in_the_order_of_what_they_say():
    order = [BORN_FAR_APART, BORN_APART, BORN_OTHER_DAY, BORN_NEAR, BORN_ONE_OFF, BORN_OVERLAPS,
             BORN_SWAPPED, BORN_SAME_DAY]  # fmt: skip
    assert order == sorted(order)
    assert BORN_OTHER_DAY < 0 <= BORN_NEAR < BORN_ONE_OFF


def test_the_best_of_several_listed_dates_counts_and_all_are_told_where_none_does():
    assert born("1984-08-15", "1951", "1984-08-15", "1990").weight == BORN_SAME_DAY
    found = born("1984-08-15", "1990", "1951")
    assert found.reason == "Birth date contradicts (listed 1951, 1990, query 1984-08-15)"
    assert found.contradicts


def test_nothing_is_weighed_where_one_side_says_nothing():
    assert birth_evidence(None, [ListedBirth(parse_date("1984"))]) is None
    assert birth_evidence(parse_date("1984"), []) is None
    assert country_evidence("", ["ru"]) is None
    assert country_evidence("ru", []) is None
    assert gender_evidence("", ["male"]) is None
    assert gender_evidence("male", []) is None
    assert kind_evidence("", "person") is None
    assert kind_evidence("person", "") is None
    assert kind_evidence("person", "person") is None


@given(days, days, st.booleans())
def test_a_birth_date_weighs_the_same_both_ways_and_most_against_itself(a, b, circa):
    one, other = ListedBirth(parse_date(str(a)), circa), ListedBirth(parse_date(str(b)), circa)
    forth, back = birth_evidence(one.days, [other]), birth_evidence(other.days, [one])
    assert forth.weight == back.weight
    assert birth_evidence(one.days, [one]).weight == BORN_SAME_DAY
    assert (forth.weight == BORN_SAME_DAY) == (a == b)


@given(days, st.integers(1, 3), st.sampled_from([-1, 1]))
def test_few_days_off_is_never_a_contradiction(day, off, sign):
    other = day + timedelta(days=sign * off)
    assert born(str(day), str(other)).weight >= BORN_ONE_OFF


@given(days, st.integers(2, 80))
def test_years_apart_contradict_all_the_more_the_farther(day, years):
    other = str(day.year + years)
    found = born(str(day), other)
    assert found.weight == (BORN_FAR_APART if years > 5 else BORN_APART)


@given(days)
def test_less_precision_never_contradicts_the_same_date(day):
    iso = day.isoformat()
    for query in (iso, iso[:7], iso[:4]):
        for listed in (iso, iso[:7], iso[:4]):
            assert born(query, listed).weight >= BORN_OVERLAPS


def test_a_span_of_days_is_told_as_precisely_as_it_is_known():
    assert [span(parse_date(one)) for one in ("1984", "1984-08", "1984-08-15")] == [
        "1984", "1984-08", "1984-08-15"
    ]  # fmt: skip
    assert span(year_range(1961, 1963)) == "1961-01-01 to 1963-12-31"


def test_country_gender_and_kind_agree_or_differ():
    assert country_evidence("ru", ["by", "ru"]).weight > 0
    assert country_evidence("fr", ["by", "ru"]).reason == "Country differs (listed Belarus, Russia)"
    assert gender_evidence("male", ["male"]).weight > 0
    assert gender_evidence("female", ["male"]).contradicts
    assert kind_evidence("person", "vessel").contradicts


# The sum.


@pytest.fixture(scope="module")
def screener(tmp_path_factory):
    park = {
        **PARK,
        "gender": "male",
        "identifiers": [{"kind": "Passport", "number": "PP-290 33 111", "country": "kp"}],
    }
    namesake = {
        "id": "us:2",
        "kind": "person",
        "names": [{"text": "Park, Jin Hyok", "kind": "primary"}],
    }
    return screener_of(tmp_path_factory.mktemp("evidence"), park, namesake)


def ask(screener, name, born_=None, party="us:24918", threshold=0.0, **more):
    query = Query(name, parse_date(born_) if born_ else None, **more)
    return {hit.party_id: hit for hit in screener.screen(query, threshold)}.get(party)


NAMES = ("Jin Hyok Park", "Park Jin Hyuk", "Pak Jin Hyok", "Park Jin", "박진혁", "Mustang Ryder")
BIRTHS = (None, "1984", "1984-08-15", "1984-08-16", "1986", "1951-01-02")
COUNTRIES = ("", "kp", "fr")


@pytest.mark.parametrize("name", NAMES)
def test_agreement_never_lowers_and_contradiction_never_raises(screener, name):
    plain = ask(screener, name).score
    for raised in (
        ask(screener, name, "1984-08-15"),
        ask(screener, name, country="kp"),
        ask(screener, name, gender="male"),
        ask(screener, name, "1984"),
    ):
        assert raised.score >= plain
    for more in ({"born_": "1951"}, {"country": "fr"}, {"gender": "female"}, {"kind": "vessel"}):
        lowered = ask(screener, name, **more)
        assert lowered is None or lowered.score <= plain


@pytest.mark.parametrize("name", NAMES)
def test_only_identity_or_full_agreement_of_an_exact_name_scores_one(screener, name):
    for born_ in BIRTHS:
        for country in COUNTRIES:
            hit = ask(screener, name, born_, country=country)
            exact = hit is not None and hit.comparison.exact and hit.name.strong
            if exact and born_ == "1984-08-15" and country == "kp":
                assert hit.score == 1.0
            elif hit is not None:
                assert hit.score < 1.0


@given(
    st.sampled_from(BIRTHS), st.sampled_from(COUNTRIES), st.sampled_from(["", "male", "female"]),
    st.sampled_from(["", "person", "vessel"]),
)  # fmt: skip
@settings(deadline=None)
def test_an_exact_strong_name_is_a_hit_unless_birth_date_and_country_both_contradict(
    screener, born_, country, gender, kind
):
    hit = ask(
        screener, "Jin Hyok Park", born_, threshold=0.7, country=country, gender=gender, kind=kind
    )
    if born_ in ("1986", "1951-01-02") and country == "fr":
        assert hit is None or hit.score >= 0.7
    else:
        assert hit is not None
        assert hit.comparison.exact


def test_the_identifier_of_a_party_is_identity_whatever_else_contradicts(screener):
    passport = (AskedIdentifier("PP29033111", "passport", "kp"),)
    for name, born_, country in (
        ("Somebody Else", "1951", "fr"), ("", None, ""), ("Jin Hyok Park", "1984-08-15", "kp")
    ):  # fmt: skip
        hit = ask(screener, name, born_, threshold=1.0, country=country, identifiers=passport)
        assert hit.score == 1.0
        assert "Passport PP29033111 is listed" in hit.explanation


@pytest.mark.parametrize(
    "asked",
    [
        AskedIdentifier("PP29033112", "passport", "kp"),
        AskedIdentifier("PP29033111", "passport", "ru"),
        AskedIdentifier("PP29033111", "registration", "kp"),
        AskedIdentifier("PP", "passport", "kp"),
        AskedIdentifier("", "passport", "kp"),
    ],
)
def test_another_number_issuer_or_sort_is_no_identity(screener, asked):
    assert ask(screener, "Somebody Else", threshold=0.7, identifiers=(asked,)) is None


def test_another_passport_of_the_same_country_speaks_against(screener):
    other = (AskedIdentifier("PP99999999", "passport", "kp"),)
    foreign = (AskedIdentifier("PP99999999", "passport", "ru"),)
    plain = ask(screener, "Park Jin Hyuk").score
    assert ask(screener, "Park Jin Hyuk", identifiers=other).score < plain
    assert ask(screener, "Park Jin Hyuk", identifiers=foreign).score == plain


def test_a_namesake_without_facts_is_neither_raised_nor_lowered(screener):
    plain = ask(screener, "Jin Hyok Park", party="us:2")
    told = ask(screener, "Jin Hyok Park", "1951", party="us:2", country="fr", gender="female")
    assert (told.score, told.evidence) == (plain.score, ())


def test_evidence_changes_a_hit_and_never_the_name_s_own_score(screener):
    assert {
        ask(screener, "Park Jin Hyuk", born_, country=country).name_score
        for born_ in BIRTHS
        for country in COUNTRIES
    } == {ask(screener, "Park Jin Hyuk").name_score}


@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.1, 0.3, 0.7, 0.95])
def test_queries_with_and_without_evidence_are_answered_together_as_alone(screener, threshold):
    queries = [
        Query(name, parse_date(born_) if born_ else None, country)
        for name in (*NAMES, "Jin Park", "Hyok", "Kwang Pak")
        for born_ in (None, "1984-08-15", "1951")
        for country in COUNTRIES
    ]
    alone = [[h.as_dict() for h in screener.screen(query, threshold)] for query in queries]
    together = [[h.as_dict() for h in hits] for hits in screener.screen_all(queries, threshold)]
    assert together == alone
