"""Which word meets which: the alignment and its score against the twin's sets and sorted lists."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import twins_names as twin
from sanctrail.names import compare, likeness, measure, prepare
from sanctrail.names.align import MAX_WORDS, PAIR, align_kernel, scratch_arrays
from sanctrail.names.lexicon import Lexicon
from sanctrail.names.score import TERMS, WEIGHTS, is_contradicted, score_kernel

_VOCABULARY = """
    Mohammed Muhamad Ali Aly Hassan Hasan bin Salman al Saud Abdul Abdulrahman Rahman Kim Jong
    Chong Un Eun Jongun Jose Maria Garcia Lopez de la Cruz General Trading Bank Banque of
    International First Second 2 II 3 LLC Limited Co Vladimir Wladimir Putin V P J John Smith Dr
    Sheikh Ivan Ivanov Iwanow Petrov 정은 김 近平 习 محمد بن سلمان Путин Xyzzyq
"""
VOCABULARY = _VOCABULARY.split()
names = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6).map(" ".join)
random_names = st.lists(
    st.text(alphabet="abeiklmnru", min_size=1, max_size=7), min_size=1, max_size=5
).map(" ".join)
any_name = st.one_of(names, random_names)


def aligned(ours, theirs):
    """Return the measures and the pairs of two names by the kernel, and their score."""
    lexicon = Lexicon()
    words, start = lexicon.number_all([ours, theirs])
    words = np.array(words, dtype=np.int32)
    table = lexicon.table()
    measures, pairs = np.zeros(measure.MEASURES), np.zeros((MAX_WORDS, PAIR), dtype=np.int32)
    count = align_kernel(
        table, words[: start[1]], ours.family, table, words[start[1] :], theirs.family,
        measures, pairs, *scratch_arrays(),
    )  # fmt: skip
    return measures, pairs[:count].copy(), score_kernel(measures, WEIGHTS, np.zeros(TERMS))


def by_twin(ours, theirs):
    a, b = twin.twin_words([ours, theirs])
    chosen = twin.aligned(a, b)
    return twin.measured(a, b, chosen, ours.family, theirs.family), chosen


def told(measures):
    return {k: round(float(value), 4) for k, value in enumerate(measures)}


@given(any_name, any_name)
@settings(max_examples=300, deadline=None)
@example("Alpha Beta Gamma", "Beta Alpha Gamma")
@example("Kim Jong Un", "KIM JONGUN")
@example("Kim, Jong Un", "김정은")
@example("Garcia Lopez, Jose", "Maria Garcia")
@example("Fund II", "Fund III")
@example("Xyzzyq Ali Aly", "Ali Xyzzyq Hassan")
def test_pairs_and_measures_are_those_of_the_twin(ours, theirs):
    ours, theirs = prepare(ours), prepare(theirs)
    measures, pairs, _ = aligned(ours, theirs)
    expected, chosen = by_twin(ours, theirs)
    assert [tuple(pair[:4]) for pair in pairs.tolist()] == [
        (p.ours.start, p.ours.stop, p.theirs.start, p.theirs.stop) for p in chosen
    ]
    assert [pair[5] for pair in pairs.tolist()] == [p.likeness for p in chosen]
    assert told(measures) == pytest.approx(told(expected), abs=2e-3)


@given(any_name, any_name)
@settings(max_examples=300, deadline=None)
def test_the_score_is_the_sum_of_the_terms_by_their_names(ours, theirs):
    measures, _, score = aligned(prepare(ours), prepare(theirs))
    assert score == pytest.approx(twin.scored(measures), abs=1e-9)
    assert 0.0 <= score <= 1.0
    assert compare(ours, theirs).score == round(score, 4)


@given(any_name, any_name)
@settings(max_examples=200, deadline=None)
def test_no_word_is_taken_twice_and_none_is_lost(ours, theirs):
    found = compare(ours, theirs)
    for side, left, name in (
        ([p.ours for p in found.pairings], found.only_ours, ours),
        ([p.theirs for p in found.pairings], found.only_theirs, theirs),
    ):
        words = [word for part in (*side, *left) for word in part.split()]
        assert sorted(words) == sorted(word.latin for word in prepare(name).words)


@given(any_name)
@settings(max_examples=200, deadline=None)
def test_a_name_met_with_itself_is_exact_and_uncontradicted(name):
    measures, _, score = aligned(prepare(name), prepare(name))
    assert measures[measure.EXACT] == 1.0
    assert not is_contradicted(measures)
    assert score >= 0.7


@given(st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=5), st.randoms())
@settings(max_examples=200, deadline=None)
def test_only_words_in_one_order_are_exact(row, random):
    turned = random.sample(row, len(row))
    ours, theirs = prepare(" ".join(row)), prepare(" ".join(turned))
    measures, _, _ = aligned(ours, theirs)
    same = [w.latin for w in ours.words if w.kind != likeness.TITLE] == [
        w.latin for w in theirs.words if w.kind != likeness.TITLE
    ]
    written = "".join(w.latin for w in ours.words) == "".join(w.latin for w in theirs.words)
    if measures[measure.EXACT]:
        assert same or written


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Al Noor Fund II", "Al Noor Fund III"),
        ("Zenith Bank 2", "Zenith Bank 3"),
        ("First International Bank", "Second International Bank"),
        ("Zenith Trading Co", "Zenith Trading 2 Co"),
        ("Ocean Star 1", "Ocean Star 2"),
    ],
)
def test_numbers_that_differ_contradict(ours, theirs):
    measures, _, _ = aligned(prepare(ours), prepare(theirs))
    assert measures[measure.NUMBERS_DIFFER]
    assert "numbers differ" in compare(ours, theirs).against


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("Fund II", "Fund 2"), ("1st Bank", "First Bank"), ("Ocean Star", "Ocean Star 1"),
     ("Zenith Bank 1", "Zenith Bank")],
)  # fmt: skip
def test_numbers_that_agree_or_only_say_one_do_not_contradict(ours, theirs):
    measures, _, _ = aligned(prepare(ours), prepare(theirs))
    assert not measures[measure.NUMBERS_DIFFER]


@pytest.mark.parametrize(
    ("ours", "theirs", "turned"),
    [
        ("Mohammed bin Salman", "Salman bin Mohammed", True),
        ("Mohammed bin Salman", "Muhammad ibn Salman", False),
        ("Usama bin Mohammed bin Awad bin Ladin", "Usama bin Ladin", False),
        ("Jan van der Berg", "van der Berg Jan", False),
        ("Jose de la Cruz", "de la Cruz Jose", False),
        ("Luiz Inacio Lula da Silva", "Lula da Silva Luiz Inacio", False),
    ],
)
def test_son_and_father_who_change_places_are_told_from_a_name_written_otherwise(
    ours, theirs, turned
):
    measures, _, _ = aligned(prepare(ours), prepare(theirs))
    assert bool(measures[measure.TURNED]) == turned


@pytest.mark.parametrize("count", [24, 25, 40])
def test_names_of_very_many_words_are_compared(count):
    name = " ".join(f"word{chr(97 + k % 26)}{chr(97 + k // 26)}q" for k in range(count))
    assert compare(name, name).exact
    assert compare(name, name).score >= 0.7
    assert compare(" ".join(["Mohammed"] * count), name).score < 0.5


def test_very_many_likely_pairs_do_not_overflow():
    many = "Mohammed Muhammad Mohamad Muhamed " * 6
    found = compare(many, many)
    assert found.exact
    assert len(found.pairings) <= MAX_WORDS
