"""Folding, dates and the comparison of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.names import compare, prepare
from sanctrail.text.dates import DateRange, date_range, parse_date, year_range
from sanctrail.text.fold import fold, script_of, tidy

# No organisation form can be spelled with these letters.
words = st.text(alphabet="adeklmnr", min_size=1, max_size=8)
names = st.lists(words, min_size=1, max_size=5).map(" ".join)
wild = st.one_of(st.text(max_size=40), names)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    once = fold(text)
    assert fold(once) == once
    assert tidy(once) == once
    assert once.isascii()


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Chong-u'n", "chong un"),
        ("MÜLLER", "muller"),
        ("Дмитрий", "dmitriy"),
        ("  a\u00a0 b\n", "a b"),
        ("O’Neil", "oneil"),
        ("", ""),
    ],
)
def test_spellings_fold_to_plain_words(written, folded):
    assert fold(written) == folded


def test_each_han_or_hangul_character_is_a_word():
    assert len(fold("김정은").split()) == 3
    assert len(fold("田寅寅").split()) == 3


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Kim", "Latn"),
        ("김", "Hang"),
        ("田", "Hani"),
        ("محمد", "Arab"),
        ("Иван", "Cyrl"),
        ("1", ""),
    ],
)
def test_the_script_is_told_by_the_letters(text, script):
    assert script_of(text) == script


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("1984", "1984-01-01", "1984-12-31", "year"),
        ("1984-2", "1984-02-01", "1984-02-29", "month"),
        ("1984-08-15", "1984-08-15", "1984-08-15", "day"),
        ("15/08/1984", "1984-08-15", "1984-08-15", "day"),
        ("Nov. 1973", "1973-11-01", "1973-11-30", "month"),
        ("15 Aug 1984", "1984-08-15", "1984-08-15", "day"),
        ("15 September, 1984", "1984-09-15", "1984-09-15", "day"),
        ("2001-02-23-05:00", "2001-02-23", "2001-02-23", "day"),
        ("2001-02-23T00:00:09.5Z", "2001-02-23", "2001-02-23", "day"),
    ],
)
def test_written_dates_are_read_to_the_precision_they_have(text, earliest, latest, precision):
    assert parse_date(f" {text} ") == DateRange(earliest, latest, precision)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "1984-13", "1984-02-30", "31/04/1984", "8/15/1984", "Foo 1984", "0000", "84"],
)
def test_days_that_do_not_exist_are_no_dates(text):
    assert parse_date(text) is None


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_none(text):
    days = parse_date(text)
    assert days is None or days.earliest <= days.latest


@given(st.dates())
def test_a_day_is_read_as_itself(day):
    iso = day.isoformat()
    assert parse_date(iso) == DateRange(iso, iso, "day")
    for wider in (date_range(day.year), date_range(day.year, day.month)):
        assert wider.earliest <= iso <= wider.latest
        assert wider.overlaps(parse_date(iso))


def test_a_range_of_years_runs_forwards():
    assert year_range(1961, 1963) == DateRange("1961-01-01", "1963-12-31", "range")
    assert year_range(1961, 1961) == date_range(1961)
    assert year_range(1963, 1961) is None


@given(wild, wild)
def test_the_score_is_symmetric_and_between_none_and_one(ours, theirs):
    score = compare(ours, theirs).score
    assert 0.0 <= score <= 1.0
    assert score == compare(theirs, ours).score


@given(wild)
def test_a_name_equals_itself_if_it_has_a_word(name):
    assert compare(name, name).score == (1.0 if prepare(name).tokens else 0.0)


@given(st.lists(words, min_size=2, max_size=5), st.randoms())
def test_the_order_of_words_matters_little(row, random):
    turned = random.sample(row, len(row))
    assert compare(" ".join(row), " ".join(turned)).score >= 0.96
    assert compare(f"{row[0]}, {' '.join(row[1:])}", " ".join([*row[1:], row[0]])).score == 1.0


@given(st.lists(words, min_size=1, max_size=4))
def test_joining_words_matters_little(row):
    assert compare(" ".join(row), "".join(row)).score >= 0.9


@given(names, names)
def test_only_equal_words_reach_the_scores_of_equality(ours, theirs):
    if compare(ours, theirs).score > 0.95:
        assert sorted(ours.replace(" ", "")) == sorted(theirs.replace(" ", ""))


@pytest.mark.parametrize(
    ("ours", "theirs", "score"),
    [
        ("Kim Jong Un", "KIM  JONG-UN", 1.0),
        ("Kim, Jong Un", "Jong Un Kim", 1.0),
        ("Kim Jong Un", "Jong Un Kim", 0.98),
        ("Kim Jongun", "Kim Jong Un", 0.96),
        ("Chosun Expo Limited", "Chosun Expo Ltd.", 1.0),
        ("Chosun Expo, Ltd", "Chosun Expo Ltd", 1.0),
    ],
)
def test_forms_of_one_name_have_their_fixed_scores(ours, theirs, score):
    assert compare(ours, theirs).score == score


def test_what_resembles_stands_between_what_is_and_what_is_not():
    base = "Park Jin Hyok"
    typo, initial, other = (
        compare(base, name).score for name in ("Park Jin Hyak", "Park J Hyok", "Maria Lopez Silva")
    )
    assert 0.95 > typo > 0.7
    assert 0.95 > initial > 0.7
    assert other < 0.4


def test_one_wholly_different_word_is_not_averaged_away():
    same = "Korea National Trading Insurance"
    assert compare(f"{same} Alpha", f"{same} Zulu").score < compare(same, f"{same} Zulu").score


def test_the_explanation_mentions_the_words():
    told = compare("Park Jin Hyok X", "Pak Jin Hyok").sentence()
    assert told == "park ~ pak (1 edit); jin = jin; hyok = hyok; only in the query: x"
    assert compare("Kim A", "Kim B C").sentence().endswith("only on the list: b c")
    assert compare("Kim Jong Un", "Jong Un Kim").sentence() == "same words in another order"
    assert compare("...", "Kim").sentence() == "nothing to compare"


@given(names, names)
def test_every_word_of_both_sides_is_told(ours, theirs):
    found = compare(ours, theirs)
    if found.how == "aligned":
        told = found.sentence()
        assert all(word in told for word in (*prepare(ours).tokens, *prepare(theirs).tokens))
