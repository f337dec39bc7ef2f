"""Folding, dates and the comparison of names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanctrail.names import compare, prepare
from sanctrail.names.likeness import MAX_LETTERS
from sanctrail.text.dates import DateRange, date_range, parse_date, year_range
from sanctrail.text.fold import fold, script_of, tidy

# No legal form, title or particle can be spelled with these letters in words so long.
words = st.text(alphabet="dklmnr", min_size=4, max_size=8)
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
@settings(deadline=None)
def test_the_score_stands_between_none_and_one_and_is_the_same_every_time(ours, theirs):
    score = compare(ours, theirs).score
    assert 0.0 <= score <= 1.0
    assert score == compare(ours, theirs).score


@given(wild)
@settings(deadline=None)
def test_a_name_equals_itself_if_it_has_a_word(name):
    found = compare(name, name)
    assert found.exact == bool(prepare(name).words)
    assert found.score >= (0.7 if found.exact else 0.0)


@given(st.lists(words, min_size=2, max_size=5), st.randoms())
@settings(deadline=None)
def test_the_order_of_words_matters_little(row, random):
    turned = random.sample(row, len(row))
    assert compare(" ".join(row), " ".join(turned)).score >= 0.7
    assert compare(f"{row[0]}, {' '.join(row[1:])}", " ".join([*row[1:], row[0]])).exact


@given(st.lists(words, min_size=2, max_size=4))
@settings(deadline=None)
def test_joining_words_matters_little(row):
    found = compare(" ".join(row), "".join(row))
    if sum(map(len, row)) <= MAX_LETTERS:
        assert found.score >= 0.7


@given(names, names)
@settings(deadline=None)
def test_only_names_of_the_same_letters_are_exact(ours, theirs):
    if compare(ours, theirs).exact:
        assert sorted(ours.replace(" ", "")) == sorted(theirs.replace(" ", ""))


@pytest.mark.parametrize(
    ("ours", "theirs", "exact"),
    [
        ("Kim Jong Un", "KIM  JONG-UN", True),
        ("Kim, Jong Un", "Jong Un Kim", True),
        ("Kim Jong Un", "Jong Un Kim", False),
        ("Kim Jongun", "Kim Jong Un", True),
        ("Chosun Expo Limited", "Chosun Expo Ltd.", True),
        ("Chosun Expo, Ltd", "Chosun Expo Ltd", True),
    ],
)
def test_forms_of_one_name_are_one_name(ours, theirs, exact):
    found = compare(ours, theirs)
    assert found.exact == exact
    assert found.score >= 0.9


def test_what_resembles_stands_between_what_is_and_what_is_not():
    base = "Park Jin Hyok"
    itself, sound, initial, other = (
        compare(base, name).score
        for name in (base, "Park Jin Hyuk", "Park J Hyok", "Maria Lopez Silva")
    )
    assert itself > sound > 0.7 > other
    assert itself > initial > other
    assert other < 0.4


def test_one_wholly_different_word_is_not_averaged_away():
    same = "Korea National Trading Insurance"
    assert compare(f"{same} Alpha", f"{same} Zulu").score < compare(same, f"{same} Zulu").score


def test_the_explanation_mentions_the_words():
    told = compare("Park Jin Hyok X", "Pak Jin Hyok").sentence()
    assert told == "park ~ pak (transliteration); jin = jin; hyok = hyok; only in the query: x"
    assert "only on the list: b c" in compare("Kim A", "Kim B C").sentence()
    assert compare("Kim Jong Un", "Kim, Jong Un").sentence() == "same name"
    assert compare("Kim Jong Un", "KIM JONG UN").sentence() == "same name"
    assert compare("...", "Kim").sentence() == "no word in common"


@given(names, names)
@settings(deadline=None)
def test_every_word_of_both_sides_is_told(ours, theirs):
    found = compare(ours, theirs)
    told = found.sentence()
    if found.pairings and not found.exact:
        spoken = [word.latin for name in (ours, theirs) for word in prepare(name).words]
        assert all(word in told for word in spoken)
