"""Finding near words by their keys: nobody within one edit is lost, and the twin finds the same."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import twins_names as twin
from sanctrail.names import PreparedName, likeness, prepare
from sanctrail.names.kinds import kind_of
from sanctrail.names.lexicon import Lexicon
from sanctrail.names.likeness import MAX_LETTERS
from sanctrail.names.neighbours import MAX_KEYS, MAX_NEAR, key_table, near_kernel, spelt_kernel
from sanctrail.names.prepare import NameWord

_REAL = """
    mohammed muhamad mohamed ahmed ahmad ali aly alli hassan hasan hussein putin putinn puutin
    vladimir wladimir volodymyr kim gim jong chong jeong un eun xi jinping jin ping gaddafi
    qadhafi kadafi gadhafi bill william willy john juan ivan jean bank banque banco ii 2 second
    two llc jsc al el general dr lavrov lavrovs sergejs sergey prigozhin prigojin hezbollah
    hizballah abdulrahman abdurrahman rahman chen cheng chan wei wai garcia garsia a b j
"""
REAL = _REAL.split()
words = st.text(alphabet="aabdehiklmnorstuy", min_size=1, max_size=14)
whole_words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=16)


def named(word, unwritten=False):
    return NameWord(word, kind_of(word), "", unwritten)


def table_of(words_):
    lexicon = Lexicon()
    lexicon.number_all([PreparedName("", (word,)) for word in words_])
    return lexicon.table(), list(lexicon.words)


def near(asked, words_):
    """Return the words near the asked one in the kernel's order, each with its likeness."""
    table, known = table_of(words_)
    ours, _ = table_of([asked])
    room = np.zeros(MAX_NEAR, dtype=np.int32), np.zeros(MAX_NEAR, dtype=np.float32)
    count = near_kernel(
        ours, 0, table, key_table(table), np.full(len(known), -1, dtype=np.int32), 0, *room,
        np.zeros(MAX_KEYS, dtype=np.uint32), np.zeros(4 * MAX_LETTERS + 4, dtype=np.uint8),
        np.zeros((3, 2 * MAX_LETTERS + 2), dtype=np.int32),
    )  # fmt: skip
    return [(known[k], float(one)) for k, one in zip(room[0][:count], room[1], strict=False)]


def assert_as_twin(asked, words_):
    found = dict(near(asked, words_))
    (ours,), *theirs = twin.twin_words([PreparedName("", (word,)) for word in (asked, *words_)])
    expected = twin.near(ours, [one for (one,) in theirs])
    assert found == pytest.approx({words_[k]: one for k, one in expected.items()}, abs=1e-6)


@given(st.sampled_from(REAL), st.booleans())
@settings(deadline=None)
def test_near_words_are_those_that_share_a_key_and_are_alike(word, unwritten):
    assert_as_twin(named(word, unwritten), [named(one) for one in REAL])


@given(words, st.lists(words, min_size=1, max_size=12, unique=True))
@settings(max_examples=200, deadline=None)
def test_near_words_are_the_twin_s_whatever_the_words(word, others):
    assert_as_twin(named(word), [named(one) for one in others])


def test_signs_are_found_by_their_reading_and_hangul_by_its_other_spellings():
    signs = [word for text in ("김정은", "习近平") for word in prepare(text).words]
    for sign in signs:
        assert_as_twin(sign, [named(one) for one in REAL] + signs)
    found = {word.latin for word, _ in near(signs[1], [named(one) for one in REAL])}
    assert {"jong", "chong", "jeong"} <= found


@st.composite
def one_edit_apart(draw):
    word = draw(whole_words)
    at, letter = draw(st.integers(0, len(word) - 1)), draw(st.sampled_from("abehikmnosuz"))
    other = draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
            ]
        )
    )
    return word, other


@given(one_edit_apart())
@settings(max_examples=400, deadline=None)
@example(("abcd", "abc"))
@example(("putin", "putni"))
def test_every_word_one_edit_from_a_word_of_four_letters_or_more_is_found(pair):
    """Titles, numerals and the like are only themselves, and a syllable is no other's slip."""
    word, other = map(named, pair)
    ((a,), (b,)) = twin.twin_words([PreparedName("", (word,)), PreparedName("", (other,))])
    if {word.kind, other.kind} != {likeness.ORDINARY} or (a.syllable and b.syllable):
        return
    filler = [named(one) for one in REAL if one != other.latin]
    for asked, filed in ((word, other), (other, word)):
        found = dict(near(asked, [filed, *filler]))
        assert filed in found, pair


@given(words, st.lists(words, min_size=1, max_size=12, unique=True))
@settings(deadline=None)
def test_the_nearest_word_comes_first_and_each_once(word, others):
    found = near(named(word), [named(one) for one in (*others, *REAL) if one])
    likes = [one for _, one in found]
    assert likes == sorted(likes, reverse=True)
    assert len({one for one, _ in found}) == len(found)
    if word in others:
        assert found[0] == (named(word), 1.0)


def test_two_words_are_found_where_they_are_written_as_one():
    table, known = table_of([named(one) for one in ("alburhan", "putin", "jongun")])
    filed, scratch = key_table(table), np.zeros(2 * MAX_LETTERS + 2, dtype=np.uint8)
    room = np.zeros(8, dtype=np.int32)

    def spelt(a, b):
        count = spelt_kernel(as_bytes(a), as_bytes(b), filed, scratch, room)
        return {known[k].latin for k in room[:count]}

    assert spelt("al", "burhan") == {"alburhan"}
    assert spelt("al", "burhn") == {"alburhan"}
    assert spelt("al", "burhaan") == {"alburhan"}
    assert spelt("jong", "un") == {"jongun"}
    assert spelt("pu", "tin") == {"putin"}
    assert spelt("no", "body") == set()
    assert spelt("a" * 30, "b" * 30) == set()


def as_bytes(text):
    return np.frombuffer(text.encode(), dtype=np.uint8).copy()


def test_the_longest_words_have_room_for_all_their_keys():
    word = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop"
    table, _ = table_of([named(word)])
    filed = key_table(table)
    (ours,), = twin.twin_words([PreparedName("", (named(word),))])  # fmt: skip
    assert len(np.unique(filed.hashes)) == len(twin.keys(ours))
    assert near(named(word), [named(word)]) == [(named(word), 1.0)]
