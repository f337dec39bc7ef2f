"""The search against aligning a query with every form; and that it keeps no memory."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanctrail.names import prepare
from sanctrail.names.compare import Aligner
from sanctrail.names.likeness import MAX_LETTERS, likeness_kernel
from sanctrail.names.neighbours import NEAR_FLOOR
from sanctrail.screening.finder import Finder
from sanctrail.screening.index import name_arrays
from sanctrail.screening.search import FINALISTS

LEAST = 0.7

GIVEN = {
    "arab": "Mohammed Ahmed Ali Hassan Hussein Omar Khalid Ibrahim Yusuf Abdul-Rahman Mustafa",
    "russian": "Vladimir Sergey Alexander Dmitri Yevgeniy Andrey Igor Oleg Natalia Olga Viktor",
    "latin": "Jose Maria Juan Carlos Luis Miguel Rosa Pedro Joaquin Ismael Hector Rafael",
    "korean": "Jong-un Chol-su Yong-ho Jin-hyok Song-il Kwang-chol Myong-guk Hyon-u Tong-hwan",
    "chinese": "Wei Jinping Xiaoming Jianguo Li Haitao Yong Guoqiang Zhiqiang Na",
    "english": "John William Robert James Mary Charles Thomas Sean Emily Peter",
}
FAMILY = {
    "arab": "al-Assad Makhlouf al-Tikriti Salman al-Zawahiri Haqqani Rahman Soleimani al-Masri",
    "russian": "Ivanov Petrov Prigozhin Lavrov Shoigu Kostin Rotenberg Timchenko Mordashov Sechin",
    "latin": "Garcia Lopez Guzman Zambada Maduro Moros Cabello Rodriguez Flores Quintero",
    "korean": "Kim Pak Ri Choe Jang Han Jon Hwang O Yun",
    "chinese": "Xi Wang Zhang Liu Chen Hu Zhao Li Sun Ouyang",
    "english": "Smith Brown Taylor Johnson Gates O'Brien Mueller Mugabe Charamba Moyo",
}
SPECIAL = (
    "Zanskar|Orion|Moranbong|Tosong|Paradise|Caspian|Al-Noor|Wagner|Ocean-Star|Rosneft|Ryongbong"
)
TRADES = "Trading|General Trading|Bank|Shipping|Petroleum|Development Corporation|Marine Services"
FORMS = "LLC|Co Ltd|OOO|AG|Company|FZE|"


def made_names(seed, count):
    """Names as lists hold them, of people and firms of several cultures."""
    made, names = random.Random(seed), {}
    while len(names) < count:
        culture = made.choice(list(GIVEN))
        given_ = made.sample(GIVEN[culture].split(), made.choice((1, 1, 2)))
        family = made.sample(FAMILY[culture].split(), made.choice((1, 1, 1, 2)))
        words = [*family, *given_] if culture in ("korean", "chinese") else [*given_, *family]
        firm = [
            made.choice(part.split("|")) for part in (SPECIAL, TRADES, FORMS)
        ]  # fmt: skip
        name = " ".join(firm if made.random() < 0.25 else words).strip()
        names[f"{' '.join(family)}, {' '.join(given_)}" if made.random() < 0.2 else name] = None
    return list(names)


def misspelt(name, made):
    at = made.randrange(len(name))
    words = name.replace(",", "").split()
    return {
        "drop": name[:at] + name[at + 1 :],
        "change": name[:at] + "e" + name[at + 1 :],
        "double": name[: at + 1] + name[at:],
        "swap": name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
        "turn": " ".join(reversed(words)),
        "join": "".join(words[:2]) + " " + " ".join(words[2:]),
        "title": f"Dr {name}",
        "less": " ".join(words[:-1]) if len(words) > 2 else name,
        "initial": " ".join([words[0][0], *words[1:]]) if len(words) > 1 else name,
        "none": name,
    }[
        made.choice(
            ("drop", "change", "double", "swap", "turn", "join", "title", "less", "initial", "none")
        )
    ]


def index_of(names):
    arrays, form_of = name_arrays([prepare(name) for name in names], list(range(len(names))))
    return arrays, form_of


@pytest.fixture(scope="module")
def names():
    return made_names(7, 400)


@pytest.fixture(scope="module")
def index(names):
    return index_of(names)


def found(finder, queries, least=LEAST):
    """Return for each query its forms with score and whether exact, in the order found."""
    answer = finder.find([prepare(query) for query in queries], least)
    hits = [{} for _ in queries]
    columns = (answer.query, answer.form, answer.score, answer.exact)
    for query, form, score, exact in zip(*(c.tolist() for c in columns), strict=True):
        assert form not in hits[query]
        hits[query][form] = (score, bool(exact))
    return hits, answer


def exhaustive(finder, asked, query, least=LEAST):
    """Align a query with every form."""
    arrays, aligner, every = finder.names, Aligner(), {}
    for form in range(len(arrays.form_family)):
        aligned = aligner.align(
            asked.table, asked.words_of(query), asked.names[query].family, arrays.words,
            finder.words_of(form), int(arrays.form_family[form]),
        )  # fmt: skip
        if aligned.score >= least:
            every[form] = aligned.score
    return every


def test_the_search_loses_next_to_nothing_that_aligning_with_every_form_would_score(names, index):
    """Lost are only forms beyond the finalists, or whose words are near in no way that is filed."""
    made = random.Random(11)
    queries = [misspelt(made.choice(names), made) for _ in range(300)]
    finder = Finder(index[0])
    hits, answer = found(finder, queries)
    lost, total = [], 0
    for number, query in enumerate(queries):
        every = exhaustive(finder, answer.asked, number)
        total += len(every)
        assert set(hits[number]) <= set(every), query
        for form, (score, _) in hits[number].items():
            assert score == every[form]
        lost += [
            (query, names[list(index[1]).index(form)], round(score, 3))
            for form, score in every.items()
            if form not in hits[number]
        ]
    assert total > 300
    assert len(lost) <= total // 100, lost


def test_every_name_is_found_by_itself(names, index):
    hits, _ = found(Finder(index[0]), names)
    for number, name in enumerate(names):
        score, exact = hits[number][index[1][number]]
        assert exact, name
        assert score >= LEAST


@pytest.mark.parametrize("other", [str.upper, str.lower, lambda name: f"  {name}."])
def test_every_name_is_found_however_it_is_written(names, index, other):
    hits, _ = found(Finder(index[0]), [other(name) for name in names])
    assert all(hits[number][index[1][number]][1] for number in range(len(names)))


def test_many_at_once_are_found_as_one_by_one_and_in_any_order(names, index):
    made = random.Random(3)
    queries = [misspelt(made.choice(names), made) for _ in range(120)]
    together, _ = found(Finder(index[0]), queries, 0.3)
    one = Finder(index[0])
    assert [found(one, [query], 0.3)[0][0] for query in queries] == together
    turned, _ = found(Finder(index[0]), queries[::-1], 0.3)
    assert turned[::-1] == together


@given(st.lists(st.integers(0, 399), max_size=6), st.integers(0, 399))
@settings(max_examples=30, deadline=None)
def test_what_was_asked_before_leaves_no_trace(names, index, before, number):
    fresh, used = Finder(index[0]), Finder(index[0])
    for one in before:
        found(used, [names[one]], 0.0)
    desk = used._desk
    assert not desk.votes.any()
    assert not desk.slots.any()
    assert found(used, [names[number]], 0.2)[0] == found(fresh, [names[number]], 0.2)[0]


def test_asking_changes_nothing_in_the_index(names):
    arrays, _ = index_of(names[:60])
    before = [np.array(part, copy=True) for part in (*arrays.words, *arrays.filed, *arrays[2:])]
    finder = Finder(arrays)
    found(finder, names, 0.0)
    after = [*arrays.words, *arrays.filed, *arrays[2:]]
    assert all((a == b).all() for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("queries", [[], [""], ["...", "", "🙂"], ["", "Vladimir Putin", ""]])
def test_names_that_say_nothing_find_nothing_and_disturb_nobody(queries):
    finder = Finder(index_of(["Vladimir Putin", "Xi Jinping", "..."])[0])
    hits, _ = found(finder, queries, 0.0)
    assert [bool(hit) for hit in hits] == [query == "Vladimir Putin" for query in queries]


@pytest.mark.parametrize("names_", [[], ["..."], ["A"]])
def test_an_index_of_nothing_or_nearly_so_is_searched(names_):
    hits, _ = found(Finder(index_of(names_)[0]), ["Vladimir Putin", "A", ""], 0.0)
    assert [len(hit) for hit in hits] == [0, int(names_ == ["A"]), 0]


def test_a_query_with_more_near_words_than_room_is_answered_all_the_same():
    """Some hundred spellings of each of many words: the room for near words is made anew."""
    made = random.Random(5)
    stems = ["".join(made.choice("bdfgklmnprst") for _ in range(9)) for _ in range(8)]
    names = [
        f"{stem[:at]}{letter}{stem[at + 1 :]}"
        for stem in stems for at in range(9) for letter in "aeiouwxyzhjc"
    ]  # fmt: skip
    arrays, form_of = index_of(names)
    queries = [name for name in names if made.random() < 0.2]
    hits, _ = found(Finder(arrays), queries, 0.2)
    one = Finder(arrays)
    for query, hit in zip(queries, hits, strict=True):
        assert hit == found(one, [query], 0.2)[0][0]
        assert hit[form_of[names.index(query)]][1]


def test_no_more_than_the_finalists_are_told_and_the_same_letters_are_always_among_them():
    made = random.Random(9)
    stem = "Mohammed Hassan"
    names = [f"{stem} {''.join(made.choice('bdklmnrst') for _ in range(6))}" for _ in range(90)]
    names += ["Mohammedhassan", stem]
    arrays, form_of = index_of(names)
    ((hit,), _) = found(Finder(arrays), [stem], 0.0)
    assert len(hit) <= FINALISTS
    assert hit[form_of[-1]][1]
    assert hit[form_of[-2]][1]


def test_a_name_split_by_the_query_is_found_whoever_is_filed_beside_it():
    arrays, form_of = index_of(["Aboutalebi, Yousef", "Abutalebi, Yusef"])
    ((hit,), _) = found(Finder(arrays), ["Abu-Talebi, Yousef"])
    assert set(hit) == set(form_of.tolist())


@pytest.mark.xfail(strict=True, reason="reported: a word of one or two consonants has no such key")
@pytest.mark.parametrize(
    ("query", "listed"),
    [("Ibrahim al-Uwayr", "ابراهيم العوير"), ("ابراهيم العوير", "Ibrahim al-Uwayr")],
)
def test_a_short_arabic_word_is_found_by_its_consonants(query, listed):
    ((hit,), _) = found(Finder(index_of([listed])[0]), [query])
    assert hit


# The index of names itself.


def test_forms_are_the_distinct_names_and_words_lead_to_their_bearers(names, index):
    arrays, form_of = index
    for number in range(0, len(names), 7):
        words = [word.latin for word in prepare(names[number]).words]
        form = form_of[number]
        mine = arrays.form_words[arrays.form_start[form] : arrays.form_start[form + 1]]
        facts = arrays.words.facts[mine]
        told = [bytes(arrays.words.letters[f["first"] : f["end"]]).decode() for f in facts]
        assert told == words
        assert arrays.form_weight[form] == pytest.approx(facts["weight"].sum(), abs=1e-4)
        for word in mine:
            bearers = arrays.post[arrays.post_start[word] : arrays.post_start[word + 1]]
            assert form in bearers
            assert (np.diff(bearers) > 0).all()


def test_names_that_differ_only_in_case_are_one_form_and_a_comma_makes_another():
    _, form_of = index_of(["Kim Jong Un", "KIM JONG UN", "Jong Un Kim", "Kim, Jong Un"])
    assert form_of[0] == form_of[1]
    assert len(set(form_of.tolist())) == 3


def test_a_word_that_many_parties_bear_or_that_sounds_like_one_is_not_rare():
    names = [f"Zywicz {chr(97 + k)}rtuk" for k in range(20)] + ["Ziwicz Badege", "Qorvath Solo"]
    arrays, form_of = index_of(names)

    def info(number):
        form = form_of[number]
        return float(arrays.words.facts["info"][arrays.form_words[arrays.form_start[form]]])

    assert info(0) == info(20) < info(21)


def test_the_same_names_make_the_same_index(names):
    for a, b in zip(index_of(names)[0], index_of(names)[0], strict=True):
        parts = zip(a, b, strict=True) if isinstance(a, tuple) else [(a, b)]
        for x, y in parts:
            assert x.tobytes() == y.tobytes()


def test_a_word_of_the_index_is_near_itself_and_what_it_votes_for_is_its_own(names, index):
    arrays, _ = index
    rows = np.zeros((3, 2 * MAX_LETTERS + 2), dtype=np.int32)
    for word in range(0, len(arrays.words.facts), 11):
        likeness, _ = likeness_kernel(arrays.words, word, arrays.words, word, NEAR_FLOOR, rows)
        assert likeness == 1.0
