"""Romanising: the spellings lists use, script by script; plain letters whatever comes in."""

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.text.fold import fold
from sanctrail.text.korean import korean_key
from sanctrail.text.romanise import romanise, simplify, split_article, syllables

SPELLINGS = {
    "Arab": (
        "محمد mohammed أحمد ahmad علي ali عمر omar بن bin يوسف yusuf رضا reza حقانی haqqani"
        " ملا mullah"
        " قنديل qandil ناصري nasiri رئيس rais عائشة aisha احمدی‌نژاد ahmadinejad عبدالله abdullah"
        " عبدالرحمن abdulrahman حبیب‌الله habibullah كَاتِب katib شاكر shakir مصطفى mustafa گل gul"
    ),
    "Armn": "Բարակ barak Օբամա obama Երևան yerevan Սարգսյան sargsyan Որոտան vorotan Ռուբեն ruben",
    "Beng": "শেখ shekh হাসিনা hasina রহমান rahman বাংলাদেশ bangladesh ইসলাম islam খালেদা khaleda",
    "Cyrl": (
        "Георгий georgy Горбачёв gorbachev Щербаков shcherbakov Юлия yuliya Белый bely Шойгу shoygu"
        " Зеленський zelensky Київ kyiv Ђоковић djokovic Живковић zivkovic Първанов parvanov"
        " Лукашэнка lukashenka Қасым kasym объект obekt Ћирић ciric"
    ),
    "Deva": (
        "मोहन mohan मनमोहन manmohan नरेन्द्र narendra नरेंद्र narendra मोदी modi मुंबई mumbai ज़ाकिर zakir"
        " ज्ञान gyan स्वामी swami सिंह singh"
    ),
    "Geor": "ბარაკ barak ობამა obama სააკაშვილი saakashvili გიორგი giorgi ჟვანია zhvania",
    "Grek": (
        "Γεώργιος georgios Παπανδρέου papandreou Μπάμπης bampis Ντίνος dinos Ευάγγελος evangelos"
        " Αυγούστου avgoustou Ευθύμιος efthymios Χρήστος christos Ψαρράς psarras"
    ),
    "Hang": "정은 jeongeun 최룡해 choeryonghae 평양 pyeongyang 김 kim 박 park 혁 hyeok",
    "Hani": (
        "习近平 xijinping"
        " 任正非 renzhengfei 单田芳 shantianfang 曾庆红 zengqinghong 区志强 ouzhiqiang"
        " 吕 lu 翟 zhai 覃 qin 查 zha 仇 qiu 解 xie 朴 piao 銀行 yinhang 简单 jiandan 女 nu"
    ),
    "Hebr": "בנימין binyamin נתניהו netanyahu כהן cohen לוי levi שומר shomar גולן golan",
    "Hira": "たろう taro ゆうこ yuko きょうと kyoto さっぽろ sapporo しんじ shinji ちゃん chan",
    "Kana": "バラク baraku オバマ obama トヨタ toyota マッチ matchi ファイサル faisaru ヴァン van",
    "Thai": "ทักษิณ thaksin ประยุทธ์ prayut สมชาย somchai กรุงเทพ krungthep เชียงใหม่ chiangmai",
}
CASES = [
    (script, *pair)
    for script, told in SPELLINGS.items()
    for pair in zip(told.split()[::2], told.split()[1::2], strict=True)
]
BLOCKS = {
    "Arab": (0x600, 0x6FF),
    "Armn": (0x530, 0x58F),
    "Beng": (0x980, 0x9FF),
    "Cyrl": (0x400, 0x52F),
    "Deva": (0x900, 0x97F),
    "Geor": (0x10A0, 0x10FF),
    "Grek": (0x370, 0x3FF),
    "Hang": (0xAC00, 0xD7A3),
    "Hani": (0x4E00, 0x9FFF),
    "Hebr": (0x590, 0x5FF),
    "Hira": (0x3040, 0x309F),
    "Kana": (0x30A0, 0x30FF),
    "Latn": (0x00, 0x24F),
    "Mymr": (0x1000, 0x109F),
    "Thai": (0xE00, 0xE7F),
}
PLAIN = set("abcdefghijklmnopqrstuvwxyz0123456789")


@pytest.mark.parametrize(("script", "word", "expected"), CASES)
def test_words_are_spelt_as_lists_spell_them(script, word, expected):
    assert romanise(word, script) == expected


@st.composite
def words(draw):
    script = draw(st.sampled_from(sorted(BLOCKS)))
    own = st.integers(*BLOCKS[script]).map(chr)
    return draw(st.text(own | st.characters(), max_size=12)), script


@given(words())
def test_any_word_in_any_script_becomes_plain_letters(case):
    word, script = case
    assert set(romanise(word, script)) <= PLAIN
    for part in syllables(word, script):
        assert part
        assert set(part) <= PLAIN


@given(st.text(max_size=12))
def test_a_script_without_a_rule_is_still_plain(word):
    assert set(romanise(word, "Zzzz")) <= PLAIN


@given(words())
def test_parting_the_article_loses_no_letter(case):
    word, _ = case
    joined = "".join(split_article(word))
    assert joined == "".join(split_article(joined))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("الرحمن", "ال رحمن"),
        ("والحسن", "و ال حسن"),
        ("عبدالله", "عبد الله"),
        ("عبدالرحمن", "عبد ال رحمن"),
        ("عبدالحي", "عبد ال حي"),
        ("أبوبكر", "أبو بكر"),
        ("ابوالحسن", "ابو ال حسن"),
        ("الله", "الله"),
        ("الياس", "الياس"),
        ("للتجارة", "للتجارة"),
        ("بن", "بن"),
    ],
)
def test_the_article_is_a_word_of_its_own(word, parts):
    assert split_article(word) == tuple(parts.split())


def test_han_and_hangul_fall_into_syllables():
    assert syllables("김정은", "Hang") == ("kim", "jeong", "eun")
    assert syllables("重庆银行", "Hani") == ("chong", "qing", "yin", "hang")
    assert syllables("Обама", "Cyrl") == ("obama",)
    assert syllables("", "Hani") == ()


def test_traditional_and_japanese_forms_become_simplified():
    assert simplify("劉陳張黃楊吳趙國際有限責任") == "刘陈张黄杨吴赵国际有限责任"
    assert simplify("渋沢広") == "涩泽广"
    assert simplify("Ivan 习近平") == "Ivan 习近平"


@given(st.text(max_size=20))
def test_simplifying_keeps_the_length_and_settles(text):
    once = simplify(text)
    assert len(once) == len(text)
    assert simplify(once) == once


@pytest.mark.parametrize(
    "spellings",
    [
        "kim gim",
        "pak park bak",
        "lee yi rhee ri i",
        "choe choi",
        "jong chong jeong jung chung",
        "un eun",
        "chol cheol chul",
        "hyok hyeok hyuk",
        "yong young yeong",
        "song sung seong",
        "hyun hyon hyeon",
        "kyung kyong gyeong",
        "sok seok",
        "suk sook",
        "hui hee",
        "ju joo chu",
        "jongun chongun jeongeun jungeun",
        "ilsung ilsong ilseong",
        "rim lim im",
        "ryu yu yoo",
        "paek baek paik",
    ],
)
def test_spellings_of_one_korean_syllable_share_a_key(spellings):
    assert len({korean_key(word) for word in spellings.split()}) == 1
    assert korean_key(spellings.split()[0])


def test_only_whole_words_of_korean_syllables_have_a_key():
    assert korean_key("jongun") == "CONG-UN"
    foreign = "john donald ivan hassan boris bank van mohammed vladimir 123 é"
    for word in foreign.split():
        assert not korean_key(word), word
    assert not korean_key("")
    assert korean_key("kim") != korean_key("kang")


@given(st.text(max_size=12) | st.text("abeghijklmnoprstuwy", max_size=12))
def test_a_korean_key_never_fails(word):
    assert korean_key(word).count("-") <= 2


@given(st.lists(st.sampled_from("김이박정은철혁영성현경석희주문"), min_size=1, max_size=3))
def test_hangul_and_its_romanisation_have_a_key(syllable_list):
    assert korean_key(romanise("".join(syllable_list), "Hang"))


TABLES = files("sanctrail") / "data" / "names"


def rows(name):
    return list(csv.DictReader((TABLES / name).read_text(encoding="utf-8").splitlines()))


def test_word_tables_have_no_word_twice_and_plain_spellings():
    for name in ("arabic_words.csv", "hebrew_words.csv"):
        table = rows(name)
        assert len({row["word"] for row in table}) == len(table)
        assert all(set(row["latin"]) <= PLAIN and row["latin"] for row in table)


FOLDED = {
    "titles.csv": ("word", {"kind": {"title", "namelike", "suffix"}}),
    "particles.csv": (
        "word",
        {"kind": {"article", "patronymic", "kunya", "servant", "particle", "connective"}},
    ),
    "org_forms.csv": (
        "form",
        {
            "canonical": {
                "llc",
                "jsc",
                "ltd",
                "corp",
                "co",
                "plc",
                "partnership",
                "fz",
                "state",
                "est",
                "other",
            }
        },
    ),
    "generic_words.csv": ("word", {}),
    "numbers.csv": ("word", {"ambiguous": {"0", "1"}}),
    "nicknames.csv": ("name", {}),
    "name_equivalents.csv": ("name", {}),
}


@pytest.mark.parametrize("name", FOLDED)
def test_latin_tables_are_folded_and_say_each_word_once(name):
    column, choices = FOLDED[name]
    table = rows(name)
    keys = [row[column] for row in table]
    assert len(set(keys)) == len(keys)
    for row in table:
        assert row[column] == fold(row[column]) != ""
        assert all(row[choice] in allowed for choice, allowed in choices.items())
        for variant in row.get("variants", "x").split("|"):
            assert variant == fold(variant) != ""
