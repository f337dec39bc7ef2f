"""How alike two words are: the kernel against the twin that tries every reading."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twins_names as twin
from sanctrail.names import PreparedName, likeness, prepare
from sanctrail.names.kinds import kind_of
from sanctrail.names.lexicon import LEAST_INFO, MOST_INFO, Lexicon
from sanctrail.names.likeness import MAX_LETTERS, edits_kernel, likeness_kernel
from sanctrail.names.neighbours import NEAR_FLOOR
from sanctrail.names.prepare import NameWord

ROWS = np.zeros((3, 2 * MAX_LETTERS + 2), dtype=np.int32)
FLOORS = (0.0, 0.55, NEAR_FLOOR)

_REAL = """
    kim gim jong chong jeong un eun mohammed muhamad mohd bill william ivan john juan bank
    banque banco second 2 ii 2nd third j jo jose josef garcia garsia al el bin ibn abd abdul
    general dr a aa aaa aaaa aab li lee lie ri yi wei wai chen chan cheng putin poutine vladimir
    wladimir xi si jinping tsipras sipras llc jsc 1234567891 1234567892 731
"""
REAL = _REAL.split()
letters = st.sampled_from("aabcdeghijklmnorstuwxyz01")
random_words = st.text(alphabet=letters, min_size=1, max_size=12)
long_words = st.text(alphabet="abn", min_size=38, max_size=45)


@st.composite
def slips(draw):
    word = draw(st.one_of(st.sampled_from(REAL), random_words))
    at = draw(st.integers(0, len(word)))
    put = draw(st.sampled_from(["", "a", "h", "k"]))
    return word, (word[:at] + put + word[at + draw(st.integers(0, 1)) :]) or "a"


pairs = st.one_of(
    slips(), st.tuples(random_words, random_words), st.tuples(long_words, long_words)
)  # fmt: skip


def name_word(latin, han="", unwritten=False):
    return NameWord(latin, kind_of(latin), han, unwritten)


def both(a, b, floor=0.0):
    """Return the likeness of two words by the kernel and by the twin, each with how."""
    names = [PreparedName("", (a,)), PreparedName("", (b,))]
    lexicon = Lexicon()
    numbers, _ = lexicon.number_all(names)
    table = lexicon.table()
    found = likeness_kernel(table, numbers[0], table, numbers[1], floor, ROWS)
    ((x,), (y,)) = twin.twin_words(names)
    return found, twin.alike(x, y, floor)


def assert_as_twin(a, b, floor):
    found, expected = both(a, b, floor)
    assert found[0] == pytest.approx(expected[0], abs=1e-9), (a, b, floor)
    assert found[1] == expected[1] or found[0] == 0.0


@given(pairs)
@settings(max_examples=300, deadline=None)
def test_edits_are_those_of_the_whole_table(pair):
    a, b = (word[:MAX_LETTERS] for word in pair)
    assert edits_kernel(as_bytes(a), as_bytes(b)) == twin.osa(a, b)


def as_bytes(text):
    return np.frombuffer(text.encode(), dtype=np.uint8).copy()


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [("", "", 0), ("", "abc", 3), ("a", "b", 1), ("ab", "ba", 1), ("ca", "abc", 3),
     ("a" * 40, "b" * 40, 40), ("aab", "aba", 1), ("kitten", "sitting", 3)],
)  # fmt: skip
def test_a_swap_of_neighbours_is_one_edit(a, b, edits):
    assert edits_kernel(as_bytes(a), as_bytes(b)) == edits == twin.osa(a, b)


@given(pairs, st.sampled_from(FLOORS), st.booleans(), st.booleans())
@settings(max_examples=400, deadline=None)
def test_likeness_is_the_best_of_all_readings(pair, floor, unwritten_a, unwritten_b):
    a, b = pair
    assert_as_twin(
        name_word(a, unwritten=unwritten_a), name_word(b, unwritten=unwritten_b), floor
    )  # fmt: skip


def test_likeness_of_real_words_is_the_best_of_all_readings():
    for a, b in product(REAL, REAL):
        assert_as_twin(name_word(a), name_word(b), 0.0)


def test_likeness_of_signs_is_the_best_of_all_readings():
    texts = ("김정은", "김종은", "习近平", "习近朋")
    signs = [word for text in texts for word in prepare(text).words]
    plain = [name_word(word) for word in ("kim", "jong", "xi", "jinping", "un", "gim")]
    for a, b in product([*signs, *plain], [*signs, *plain]):
        assert_as_twin(a, b, 0.0)


@given(pairs, st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_likeness_is_the_same_both_ways_between_none_and_one_and_one_to_itself(pair, left, right):
    a, b = name_word(pair[0], unwritten=left), name_word(pair[1], unwritten=right)
    found = both(a, b)[0]
    assert found == both(b, a)[0]
    assert 0.0 <= found[0] <= 1.0
    assert both(a, a)[0] == (1.0, likeness.SAME)


@given(pairs, st.sampled_from(FLOORS))
@settings(deadline=None)
def test_a_floor_hides_what_is_below_it_and_changes_nothing_above(pair, floor):
    a, b = name_word(pair[0]), name_word(pair[1])
    full, _ = both(a, b)[0]
    held, _ = both(a, b, floor)[0]
    assert held == (full if full >= floor else 0.0)


@pytest.mark.parametrize(
    ("a", "b", "least", "how"),
    [
        ("jong", "chong", 0.9, likeness.ROMANISED),
        ("bill", "william", 0.9, likeness.NICKNAME),
        ("ivan", "juan", 0.75, likeness.EQUIVALENT),
        ("bank", "banque", 0.75, None),
        ("ii", "2", 0.95, likeness.NUMERAL),
        ("first", "1st", 0.95, likeness.NUMERAL),
        ("j", "john", 0.85, likeness.AS_INITIAL),
        ("yusuf", "yousouf", 0.9, likeness.SOUND),
        ("smithson", "smihtson", 0.8, None),
        ("xu", "hsu", 0.9, likeness.SOUND),
    ],
)
def test_words_are_alike_in_the_way_a_reviewer_would_say(a, b, least, how):
    found, told = both(name_word(a), name_word(b))[0]
    assert found >= least
    assert how is None or told == how


@pytest.mark.parametrize(
    ("a", "b"),
    [("ii", "iii"), ("2", "3"), ("j", "smith"), ("un", "il"), ("chen", "chan"), ("wei", "wai"),
     ("ahmed", "mohamed"), ("1234567891", "1234567892")],
)  # fmt: skip
def test_other_words_are_not_near(a, b):
    assert both(name_word(a), name_word(b))[0][0] < NEAR_FLOOR


def test_two_signs_read_alike_are_two_names():
    ping, peng = (prepare(text).words[-1] for text in ("习近平", "习近朋"))
    assert both(ping, peng)[0][0] <= likeness.HOMOPHONE_LIKENESS


@given(st.lists(random_words, min_size=1, max_size=6))
@settings(deadline=None)
def test_every_word_of_a_lexicon_has_its_facts(words):
    lexicon = Lexicon()
    lexicon.number_all([PreparedName("", tuple(map(name_word, words)))])
    table = lexicon.table()
    assert [word.latin for word in lexicon.words] == list(dict.fromkeys(words))
    for k, word in enumerate(lexicon.words):
        facts = table.facts[k]
        assert bytes(table.letters[facts["first"] : facts["end"]]).decode() == word.latin[:40]
        assert (
            bytes(table.sounds[facts["sound_first"] : facts["sound_end"]]).decode()
            == (twin.skeleton(word.latin[:40])[:40])
        )
        assert 0.0 < facts["weight"] <= 1.0
        assert facts["info"] <= MOST_INFO
        assert facts["kind"] != likeness.ORDINARY or facts["info"] >= LEAST_INFO


def test_a_rarity_given_goes_before_the_one_that_ships():
    name = prepare("Xyzzyq Ivanov")
    plain, told = Lexicon(), Lexicon({"xyzzyq": 2.0})
    tables = []
    for lexicon in (plain, told):
        lexicon.number_all([name])
        tables.append(lexicon.table().facts["info"])
    assert tables[0][0] == pytest.approx(MOST_INFO)
    assert tables[1][0] == pytest.approx(2.0)
    assert tables[0][1] == tables[1][1]
