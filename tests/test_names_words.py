"""From a name as written to its words: scripts, punctuation, order, and what kind each word is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.names import prepare
from sanctrail.names.kinds import (
    form_starts,
    forms,
    frequencies,
    generic_groups,
    groups,
    kind_of,
    numbers,
    tables_digest,
)
from sanctrail.names.likeness import (
    ARTICLE,
    FORM,
    GENERIC,
    INITIAL,
    NUMBER,
    ORDINARY,
    PARTICLE,
    SERVANT,
    TITLE,
)
from sanctrail.names.words import words_of

LATIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyzÀÉÖßñ '-.,0123456789", max_size=30)
wild = st.one_of(st.text(max_size=30), LATIN)


def written(text):
    return " ".join(word.latin for word in words_of(text))


def prepared(text):
    return " ".join(word.latin for word in prepare(text).words)


def kinds(text):
    return [word.kind for word in prepare(text).words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Kim Chong-u'n", "kim chong un"),
        ("MÜLLER, Hans", "muller hans"),
        ("O’Neil", "oneil"),
        ("Al-Qa'ida", "al qaida"),
        ("VladimirPutin", "vladimir putin"),
        ("SiemensAG", "siemens ag"),
        ("MacArthur", "macarthur"),
        ("A.B.C. Trading", "abc trading"),
        ("Zenith p.l.c.", "zenith plc"),
        ("M/V Grace 1", "mv grace 1"),
        ("V.V. Putin", "v v putin"),
        ("P.T. Zenith", "pt zenith"),
        ("Ig0r Sechin", "igor sechin"),
        ("Star1", "star1"),
        ("Unit 731", "unit 731"),
        ("A320", "a320"),
        ("  a\u00a0 b\n", "a b"),
        ("Ｋｉｍ", "kim"),
        ("Владимир Путин", "vladimir putin"),
        ("Αλέξης Τσίπρας", "alexis tsipras"),
        ("김정은", "kim jeong eun"),
        ("习近平", "xi jinping"),
        ("欧阳娜娜", "ouyang nana"),
        ("", ""),
        ("---", ""),
        ("🙂", ""),
    ],
)
def test_a_name_falls_into_plain_words_in_any_script(text, words):
    assert written(text) == words


def test_signs_are_kept_and_traditional_ones_simplified():
    assert [word.han for word in words_of("習近平")] == ["习", "近平"]
    assert [word.han for word in words_of("김정은")] == ["김", "정", "은"]
    assert {word.han for word in words_of("Kim Jong Un")} == {""}


def test_scripts_that_write_no_short_vowels_are_told():
    for text, unwritten in (("محمد", True), ("נתניהו", True), ("Путин", False), ("Ali", False)):
        assert {word.unwritten for word in words_of(text)} == {unwritten}


@given(wild)
def test_words_are_plain_and_none_is_empty(text):
    for word in (*words_of(text), *prepare(text).words):
        assert word.latin
        assert word.latin.isascii()
        assert word.latin.isalnum()
        assert word.latin == word.latin.lower()


@given(st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1), max_size=5))
def test_plain_words_are_their_own_words(row):
    assert [word.latin for word in words_of(" ".join(row))] == row


@given(st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1), max_size=5))
def test_case_and_punctuation_part_words_and_say_nothing(row):
    plain = " ".join(row)
    for text in (plain.upper(), plain.title(), " - ".join(row), f"({plain})", f"«{plain}»"):
        assert written(text) == plain


@pytest.mark.parametrize(
    ("text", "words", "family"),
    [
        ("Kim, Jong Un", "jong un kim", 2),
        ("GARCIA LOPEZ, Jose", "jose garcia lopez", 1),
        ("AL-ASSAD, Bashar", "bashar al assad", 2),
        ("Kim Jong Un", "kim jong un", -1),
        ("Chosun Expo, Ltd", "chosun expo ltd", -1),
        ("Siemens, Aktiengesellschaft", "siemens jsc", -1),
        ("X, Y, Z", "x y z", -1),
        ("Kim,", "kim", -1),
    ],
)
def test_a_comma_puts_the_family_name_behind_the_given_one(text, words, family):
    assert (prepared(text), prepare(text).family) == (words, family)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Siemens AG", [ORDINARY, FORM]),
        ("OOO Gazprom", [FORM, ORDINARY]),
        ("Public Joint Stock Company Rosneft", [FORM, ORDINARY]),
        ("Zenith Trading Co Ltd", [ORDINARY, GENERIC, FORM]),
        ("Bank of Zanskar", [GENERIC, ARTICLE, ORDINARY]),
        ("Dr. Ayman al-Zawahiri", [TITLE, ORDINARY, ARTICLE, ORDINARY]),
        ("Usama bin Ladin", [ORDINARY, PARTICLE, ORDINARY]),
        ("Abdul Rahman", [SERVANT, ORDINARY]),
        ("J. Smith", [INITIAL, ORDINARY]),
        ("Fund II Zanskar", [GENERIC, NUMBER, ORDINARY]),
        ("MV Grace 1", [TITLE, ORDINARY, NUMBER]),
        ("A. S. Karimov", [INITIAL, INITIAL, ORDINARY]),
        ("S.A. Karimov", [INITIAL, INITIAL, ORDINARY]),
        ("Zenith S.A.", [ORDINARY, FORM]),
    ],
)
def test_each_word_has_its_kind(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Siemens AG", "Siemens Aktiengesellschaft"),
        ("OOO Gazprom", "LLC Gazprom"),
        ("ООО Газпром", "OOO Gazprom"),
        ("Gazprom O.O.O.", "Gazprom LLC"),
        ("Zenith Limited", "Zenith Ltd."),
        ("Zenith Aktiengeselschaft", "Zenith AG"),
    ],
)
def test_legal_forms_of_one_class_are_one_word(text, same):
    assert prepared(text) == prepared(same)


@pytest.mark.parametrize("text", ["AG", "Ltd", "General", "bin", "II", "A", "al", "Sheikh Dr"])
def test_a_name_that_is_nothing_but_light_words_still_says_something(text):
    assert ORDINARY in kinds(text) or FORM in kinds(text) or NUMBER in kinds(text)
    assert prepare(text).words


@pytest.mark.parametrize("text", ["General Motors", "International Bank", "General Trading Co"])
def test_a_firm_of_generic_words_is_told_apart_by_them(text):
    assert ORDINARY in kinds(text)


@given(wild)
def test_preparing_twice_is_preparing_once(text):
    assert prepare(text) == prepare(text)
    assert prepare(text).family < len(prepare(text).words)


def test_tables_are_folded_and_of_one_mind():
    assert kind_of("smith") == ORDINARY
    assert numbers()["second"] == 2
    assert "i" not in numbers()
    assert generic_groups()["banque"] == generic_groups()["bank"]
    assert forms()["aktiengesellschaft",] == "jsc"
    assert form_starts()["public"] >= 4
    assert set(groups("nicknames")["bill"]) & set(groups("nicknames")["william"])
    assert all(1 <= count <= 1_000_000 for count in frequencies().values())
    assert tables_digest() == tables_digest()
