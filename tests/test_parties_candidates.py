"""Which listings meet: the keys and the comparing against a slow obvious twin, and its promises."""

import random
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import twins_names as twin
from profiles import profile
from sanctrail.names import likeness, measure
from sanctrail.names.compare import Aligner
from sanctrail.parties import candidates, keys
from sanctrail.parties.candidates import meet
from sanctrail.parties.keys import keys_of
from sanctrail.parties.meeting import _owners as owners_of
from sanctrail.parties.meeting import file_listings, make_ready, meet_listings

# The twin: keys as tuples in sets, every name held against every other.

SILENT = {
    likeness.TITLE, likeness.ARTICLE, likeness.PARTICLE, likeness.FORM, likeness.UNKNOWN,
    likeness.INITIAL,
}  # fmt: skip


@cache
def classes(word):
    """Every way in which a word is filed: what it sounds like, or what it stands for."""
    sounds = twin.consonants(word.skeleton)
    if len(sounds) < keys.FEW_CONSONANTS and not word.unwritten:
        sounds = word.skeleton
    found = {("sound", sounds)}
    if word.korean:
        found.add(("korean", word.korean))
    if word.number >= 0:
        found.add(("number", word.number))
    found |= {("nickname", group) for group in word.nicknames}
    return found | {("kin", group) for group in word.kin}


def twin_keys_of(words, births):
    """All keys of one name, as (sort, ...)."""
    telling = [word for word in words if word.kind not in SILENT][: keys.MAX_KEY_WORDS]
    places = range(len(telling))
    rarest = sorted(places, key=lambda k: -telling[k].info)[:2]
    found = {
        ("pair", *sorted((one, other)))
        for i, j in combinations(places, 2)
        if i in rarest or j in rarest
        for one in classes(telling[i])
        for other in classes(telling[j])
    }
    if len(telling) == 1:
        found |= {("alone", one) for one in classes(telling[0])}
    for word in telling:
        found |= {("born", one, day) for one in classes(word) for day in days(births)}
        if word.info >= keys.RARE_WORD:
            found |= {("born in", one, year) for one in classes(word) for year in years(births)}
    whole = ""
    for word in words:
        if word.kind not in (likeness.TITLE, likeness.FORM):
            sounds = twin.consonants(word.skeleton)
            whole += sounds[1:] if sounds[:1] == whole[-1:] else sounds
    return found | ({("whole", whole)} if len(whole) > keys.FEW_CONSONANTS else set())


def days(births):
    return {earliest for earliest, _, precision, _ in births if precision == "day"}


def years(births):
    spans = [(int(earliest[:4]), int(latest[:4])) for earliest, latest, _, _ in births]
    return {
        year for first, last in spans if last - first <= 3 for year in range(first, last + 1)
    }  # fmt: skip


def may_be_one(left, right, fresh):
    if left == right or left.kind != right.kind:
        return False
    if fresh is not None and not {left.listing_id, right.listing_id} & set(fresh):
        return False
    if not left.births or not right.births:
        return True
    spans = [
        (min(int(b[0][:4]) for b in one.births), max(int(b[1][:4]) for b in one.births))
        for one in (left, right)
    ]
    return max(first for first, _ in spans) - min(last for _, last in spans) <= 10


def twin_keys(ready):
    words = twin.twin_words([form.name for form in ready.forms])
    births = [ready.listings[form.owner].births for form in ready.forms]
    return [twin_keys_of(*one) for one in zip(words, births, strict=True)]


def twin_met(ready, fresh=None):
    """Every two names of two listings that share a key, compared."""
    filed, names, aligner, met = twin_keys(ready), ready.names, Aligner(), {}
    for f, g in combinations(range(len(filed)), 2):
        left, right = (ready.listings[ready.forms[k].owner] for k in (f, g))
        if not filed[f] & filed[g] or not may_be_one(left, right, fresh):
            continue
        ours, theirs = (names.words[names.start[k] : names.start[k + 1]] for k in (f, g))
        aligned = aligner.align(
            names.table, ours, int(names.family[f]), names.table, theirs, int(names.family[g])
        )
        m = aligned.measures
        if aligned.score >= candidates.LEAST_SCORE:
            alone = m[measure.LEFT_OURS] + m[measure.LEFT_THEIRS]
            same = 2 if m[measure.EXACT] else 1 if m[measure.ALL_SAME] else 0
            shared = alone / (alone + m[measure.FULL])
            met[f, g] = (aligned.score, m[measure.EVIDENCE], same, shared)
    return met


# Names of several cultures and scripts, each in ways that lists write it.

WRITTEN = """
Kim Jong Un|KIM JONGUN|Kim, Jong-Un|김정은|Jong Un KIM|Gim Cheong Eun
Vladimir Vladimirovich Putin|Putin Wladimir|Путин Владимир Владимирович|PUTIN, Vladimir
Ivan Petrovich Sidorov|Sidorov Ivan Fedorovich|SIDOROV Ivan|Іван Сідоров
Mohammed bin Salman al-Saud|محمد بن سلمان|Muhamad Salman Al Saud|Bin Salman, Mohammad
Ibrahim al-Uwayr|ابراهيم العوير|AL-UWAYR Ibrahim
Xi Jinping|习近平|XI Jin Ping|Jinping Xi|習近平
Ali Hassan|Hassan Ali Ahmed|Aly Hasan|Ali Ahmed|Hassan
Korea Mining Development Trading Corporation|KOMID|Korea Mining Trading Corp.|Bureau 39|Office 39
Bank Zanskar LLC|OOO Zanskar Bank|Banque Zanskar|Zanskar|Zanskar Trading Co Ltd|Zanskar 2|Zanskar II
Zanskar Amina|Zanskar Manuel|Zanskar 1|Zanskar Barbara 0|Bill Zanskar|William Zanskar
Jose Maria Garcia Lopez|Garcia Lopez, Jose|Joe Garcia (Pepe)|Joseph Garcia
Dr. A. B. Ochieng|Ochieng|O Yu|Eo Yu|Oh|V. V.|General|...|Sheikh
Aboutalebi Yousef|Abu-Talebi, Yusef|ABUTALEBI
One Two Three Four Five Six Seven Eight Nine|Nine Eight Seven Six Five Four Three
Star1|M/T Star 1|Ocean Star One|OCEAN-STAR
"""
POOL = [name for line in WRITTEN.strip().splitlines() for name in line.split("|")]
BORN = (
    (), ("1970-05-01",), ("1970",), ("1970-05",), ("1975-02-03", "1970-05-01"), ("1981",),
    ("1990",), ("1968 to 1971",), ("1950 to 1969",), ("1979-05-01",),
)  # fmt: skip
BORN_OFTEN_NOT = st.one_of(st.just(()), st.sampled_from(BORN))

spelt = st.text(alphabet="aabdehiklmnorstuyw", min_size=1, max_size=9)
random_names = st.lists(spelt, min_size=1, max_size=4).map(" ".join)
any_name = st.one_of(st.sampled_from(POOL), st.sampled_from(POOL), random_names)


def listings_of(names):
    """Listings as (names, births, kind)."""
    kinds = st.sampled_from(("person", "person", "person", "entity"))
    one = st.tuples(st.lists(names, min_size=1, max_size=3), BORN_OFTEN_NOT, kinds)
    return st.lists(one, min_size=1, max_size=9)


listings = listings_of(any_name)


def profiles_of(told):
    """Profiles of (names, births, kind) in the order of their ids."""
    made = [
        profile(f"eu:{number:03}", *names, kind=kind, born=born)
        for number, (names, born, kind) in enumerate(told)
    ]
    return {one.listing_id: one for one in made}


def met_by_name(ready, fresh=None):
    found = meet(ready.names, owners_of(ready.listings, fresh), ready.births)
    rows = zip(*(column.tolist() for column in found), strict=True)
    made = {(left, right): tuple(how) for left, right, *how in rows}
    assert len(made) == len(found.left)  # no two names meet twice
    return made


def assert_as_twin(told, fresh=None):
    ready = make_ready(profiles_of(told))
    found, expected = met_by_name(ready, fresh), twin_met(ready, fresh)
    names = [form.text for form in ready.forms]
    told_of = {(names[f], names[g]) for f, g in found.keys() ^ expected.keys()}
    assert not told_of
    assert found == {key: pytest.approx(how, abs=1e-6) for key, how in expected.items()}
    return found


@pytest.fixture(scope="module")
def everyone():
    """All names of the pool, each a listing of its own, births and kinds dealt out by chance."""
    made = random.Random(5)
    return [([name], made.choice(BORN), "person") for name in POOL]


def shared_keys(ready):
    """Pairs of names that share a key."""
    all_keys, start = keys_of(ready.names, ready.births)
    filed = [set(all_keys[a:b].tolist()) for a, b in pairwise(start)]
    return {(f, g) for f, g in combinations(range(len(filed)), 2) if filed[f] & filed[g]}, filed


def test_two_names_share_a_key_where_the_twin_says_so(everyone):
    ready = make_ready(profiles_of(everyone))
    found, filed = shared_keys(ready)
    expected = twin_keys(ready)
    assert found == {
        (f, g) for f, g in combinations(range(len(filed)), 2) if expected[f] & expected[g]
    }
    assert [len(one) for one in filed] == [len(one) for one in expected]
    assert len(found) > 80


@given(listings)
@settings(max_examples=100, deadline=None)
@example([(["Zanskar Amina"], (), "person"), (["Zanskar 2"], (), "person")])
@example([(["Zanskar Manuel"], (), "person"), (["1 Zanskar"], (), "person")])
def test_keys_are_the_twin_s_whatever_the_names(told):
    ready = make_ready(profiles_of(told))
    found, filed = shared_keys(ready)
    expected = twin_keys(ready)
    assert [len(one) for one in filed] == [len(one) for one in expected]
    assert found == {
        (f, g) for f, g in combinations(range(len(filed)), 2) if expected[f] & expected[g]
    }


def test_the_names_that_meet_are_the_twin_s(everyone):
    assert len(assert_as_twin(everyone)) > 40


@given(listings, st.one_of(st.none(), st.sets(st.integers(0, 8))))
@settings(max_examples=250, deadline=None)
def test_whatever_the_listings_those_meet_that_the_twin_lets_meet(told, fresh):
    ids = fresh if fresh is None else {f"eu:{number:03}" for number in fresh}
    assert_as_twin(told, ids)


@pytest.mark.parametrize("room", [0, 1 << 13])
def test_names_of_many_bearers_meet_each_other_once_however_little_room(room, monkeypatch):
    monkeypatch.setattr(candidates, "ROOM", room)
    told = [([f"Zanskar {['Amina', 'Bill', 'Manuel'][k % 3]}"], (), "person") for k in range(150)]
    found = met_by_name(make_ready(profiles_of(told)))
    assert len(found) == 3 * 50 * 49 / 2


def test_names_with_more_keys_than_was_reckoned_with_are_filed_whole():
    born = tuple(f"1970-{1 + k // 28:02}-{1 + k % 28:02}" for k in range(48))
    told = [(["One Two Three Four Five Six Seven"], born, "person")] * 60
    ready = make_ready(profiles_of(told))
    _, filed = shared_keys(ready)
    expected = len(twin_keys(ready)[0])
    assert 60 * expected > keys.MAX_NAME_KEYS + 24 * 60
    assert {len(one) for one in filed} == {expected}
    assert len(set(map(frozenset, filed))) == 1


# Which two names meet, told by hand.


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Kim Jong Un", "김정은"),
        ("Kim Jong Un", "KIM JONGUN"),
        ("Kim, Jong Un", "Gim Cheong Eun"),
        ("Yousef Aboutalebi", "Abu-Talebi, Yusef"),
        ("Vladimir Putin", "Путин Владимир Владимирович"),
        ("Mohammed bin Salman", "محمد بن سلمان"),
        ("Bill Zanskar", "William Zanskar"),
        ("Zanskar Bank LLC", "Banque Zanskar"),
        ("Zanskar 2", "Zanskar II"),
        ("KOMID", "Komid"),
        ("Xi Jinping", "习近平"),
        ("Korea Mining Development Trading Corporation", "Korea Mining Trading Corp."),
    ],
)
def test_one_name_written_in_two_ways_meets_itself(left, right):
    assert assert_as_twin([([left], (), "person"), ([right], (), "person")])


def test_one_common_word_is_a_key_with_a_day_of_birth_and_a_rare_one_with_a_year():
    def share(left, right, born, other):
        told = [([left], (born,), "person"), ([right], (other,), "person")]
        return bool(shared_keys(make_ready(profiles_of(told)))[0])

    assert share("Ali Omar", "Ali Khalid", "1970-05-01", "1970-05-01")
    assert not share("Ali Omar", "Ali Khalid", "1970-05-01", "1970-05-02")
    assert not share("Ali Omar", "Ali Khalid", "1970-05-01", "1970")
    assert share("Qorvath Omar", "Qorvath Khalid", "1970-05-01", "1970")
    assert share("Qorvath Omar", "Qorvath Khalid", "1970", "1968 to 1971")
    assert not share("Qorvath Omar", "Qorvath Khalid", "1970", "1967 to 1971")


def test_births_more_than_ten_years_apart_part_even_the_same_name():
    def meets(born, other):
        return bool(assert_as_twin([(["Qorvath Zanskar"], born, "person"),
                                    (["Qorvath Zanskar"], other, "person")]))  # fmt: skip

    assert meets(("1970",), ("1980",))
    assert not meets(("1970",), ("1981",))
    assert meets(("1950", "1970"), ("1981", "1975"))
    assert meets((), ("1981",))


def test_a_name_is_also_one_without_its_brackets_and_what_they_hold_is_a_weak_one():
    ready = make_ready(profiles_of([(["Joe Garcia (Pepe)", "JOE GARCIA [JG]"], (), "person")]))
    forms = [
        (" ".join(word.latin for word in form.name.words), form.strong, form.primary)
        for form in ready.forms
    ]
    assert forms == [
        ("joe garcia pepe", True, True),
        ("joe garcia", True, True),
        ("pepe", False, False),
        ("joe garcia jg", True, False),
    ]


def test_listings_without_a_word_or_without_company_meet_nobody():
    assert assert_as_twin([(["..."], (), "person"), (["🙂", "..."], (), "person")]) == {}
    assert assert_as_twin([(["Zanskar"], (), "person")]) == {}
    assert meet_listings(make_ready({})) == {}
    assert file_listings(make_ready({})).listings == ()


def test_a_listing_with_thousands_of_births_is_filed_all_the_same():
    """Room for a name's keys is limited; what would overflow it must not."""
    born = [f"{1000 + day // 336:04}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}"
            for day in range(50_000)]  # fmt: skip
    name = "Zanskar Amina Barbara Manuel Mohammed Kim Jong"
    met = meet_listings(
        make_ready(profiles_of([([name], tuple(born), "person"), ([name], (), "person")]))
    )
    assert list(met) == [("eu:000", "eu:001")]


# Whether two meet is between the two.


@given(listings_of(st.sampled_from(POOL)))
@settings(max_examples=100, deadline=None)
def test_who_meets_whom_does_not_hang_on_the_order_of_listings(told):
    straight, turned = profiles_of(told), profiles_of(told)
    turned = dict(reversed(turned.items()))
    met, other = (meet_listings(make_ready(one)) for one in (straight, turned))
    assert met.keys() == other.keys()
    for key, names in met.items():
        assert (names.left, names.right) == (other[key].left, other[key].right)
        assert names.odds == pytest.approx(other[key].odds, abs=1e-6)
        assert (names.agreeing, names.primary_same) == (
            other[key].agreeing,
            other[key].primary_same,
        )


@given(listings, listings)
@settings(max_examples=100, deadline=None)
def test_what_else_is_listed_changes_nothing_between_those_before(before, more):
    alone = meet_listings(make_ready(profiles_of(before)))
    together = meet_listings(make_ready(profiles_of([*before, *more])))
    ids = profiles_of(before)
    assert {k: v for k, v in together.items() if set(k) <= set(ids)} == alone


@given(listings, st.sets(st.integers(0, 8)))
@settings(max_examples=100, deadline=None)
def test_asked_for_the_fresh_all_pairs_with_one_of_them_are_given_and_no_others(told, fresh):
    ready = make_ready(profiles_of(told))
    ids = {f"eu:{number:03}" for number in fresh}
    every = meet_listings(ready)
    assert meet_listings(ready, ids) == {k: v for k, v in every.items() if ids & set(k)}


@given(listings, st.sets(st.integers(0, 8)))
@settings(max_examples=100, deadline=None)
def test_listings_near_others_are_those_that_share_a_key_so_that_none_that_meets_is_lost(told, new):
    profiles = profiles_of(told)
    fresh = {key: one for key, one in profiles.items() if int(key[3:]) in new}
    filed = file_listings(make_ready(profiles))
    ours, kept = file_listings(make_ready(fresh)), filed.only(profiles.keys() - fresh.keys())
    met = meet_listings(make_ready(profiles))
    wanted = {key for pair in met for key in pair if len(set(pair) & fresh.keys()) == 1}
    assert wanted - fresh.keys() <= kept.near(ours)
    again = kept.with_more(ours)
    assert again.listings == filed.listings
    assert np.array_equal(again.keys, filed.keys)
    assert np.array_equal(again.start, filed.start)
