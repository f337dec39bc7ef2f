"""Which listings are joined into one party, which stay apart, and which the user must decide."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles import groups, joined, joined_pairs, pair, profile
from sanctrail.parties.joining import JOINED, MARGIN, PROPOSED, contradict
from sanctrail.parties.weighing import score_of

KPI_33 = ("un", "kpi.033")
KOREAN = {"topics": ["DPRK"], "nationalities": ["kp"], "countries": ["kp"]}
IRANIAN = {"topics": ["IRAN"], "nationalities": ["ir"], "countries": ["ir"]}
RI = "Ri Won Ho"


def undecided(*profiles, **decided):
    found = joined(*profiles, **decided)
    assert found.parties == set()
    return list(found.undecided)


def reasons(found, left, right):
    weighed = found.weighed[tuple(sorted((left, right)))]
    return " / ".join(one.reason for one in weighed.evidence)


# References.


def test_a_reference_to_the_un_s_entry_joins_a_name_that_alone_would_not():
    un, us = profile("un:33", RI, references=[KPI_33]), profile("us:1", RI, references=[KPI_33])
    found = joined(un, us)
    assert found.parties == groups("un:33 us:1")
    assert "UN reference kpi.033 on both" in reasons(found, "un:33", "us:1")
    assert undecided(profile("un:33", RI), us) == [("un:33", "us:1")]


def test_two_lists_that_cite_one_entry_are_one_party_also_where_that_entry_is_not_held():
    eu, gb = profile("eu:1", RI, references=[KPI_33]), profile("gb:1", RI, references=[KPI_33])
    assert joined(eu, gb).parties == groups("eu:1 gb:1")


def test_a_reference_to_another_list_s_number_of_the_same_writing_is_none():
    un, us = profile("un:33", RI, references=[KPI_33]), profile("us:1", RI)
    gb = profile("gb:1", "Pak Chol Su", references=[("gb", "kpi.033")])
    assert joined(un, us, gb).parties == set()


WRONG = (
    profile("eu:76", "Kim Tong-Ho", born="1969-08-18", references=[("un", "kpi.045")]),
    profile("un:45", "KIM KYONG OK", born="1937", references=[("un", "kpi.045")]),
    profile("un:46", "KIM TONG HO", born="1969-08-18", references=[("un", "kpi.046")]),
)


def test_a_reference_to_somebody_of_another_name_and_birth_is_shown_and_not_followed():
    found = joined(*WRONG[:2])
    assert found.parties == set()
    assert list(found.undecided) == [("eu:76", "un:45")]
    assert found.undecided["eu:76", "un:45"].odds < PROPOSED


def test_an_entry_that_fits_is_taken_before_the_one_that_a_list_cites_by_mistake():
    found = joined(*WRONG)
    assert found.parties == groups("eu:76 un:46")
    assert list(found.undecided) == [("eu:76", "un:45")]


# Numbers and wallets.


def ship(listing_id, name, imo="", **facts):
    numbers = [("imo", imo, "")] if imo else []
    return profile(listing_id, name, kind="vessel", numbers=numbers, **facts)


def test_a_renamed_ship_keeps_its_imo_number():
    un, us = ship("un:1", "CHON MYONG 1", "8712362"), ship("us:1", "OCEAN DREAM", "8712362")
    assert joined(un, us).parties == groups("un:1 us:1")


def test_ships_of_one_name_and_two_imo_numbers_are_two():
    un, us = ship("un:1", "CHON MYONG 1", "8712362"), ship("us:1", "CHON MYONG 1", "8713457")
    found = joined(un, us)
    assert found.parties == set()
    assert found.undecided == {}
    assert contradict(un, us)


def passport(listing_id, name, issuer, number="381310014"):
    return profile(listing_id, name, numbers=[("passport", number, issuer)])


@pytest.mark.parametrize(("ours", "theirs"), [("kp", "kp"), ("", ""), ("kp", "")])
def test_a_passport_and_the_name_are_one_party_unless_two_states_issued_it(ours, theirs):
    un, us = passport("un:1", RI, ours), passport("us:1", RI, theirs)
    assert joined(un, us).parties == groups("un:1 us:1")


def test_passports_of_one_number_and_two_issuers_are_two_passports():
    found = joined(passport("un:1", RI, "kp"), passport("us:1", RI, "cn"))
    assert found.parties == set()
    assert "Passport" not in reasons(found, "un:1", "us:1")


def test_a_passport_alone_is_for_the_user_and_without_an_issuer_it_says_nothing():
    other = "Qorvath Zanskar"
    assert undecided(passport("un:1", RI, "kp"), passport("us:1", other, "kp")) == [
        ("un:1", "us:1")
    ]
    assert undecided(passport("un:1", RI, ""), passport("us:1", other, "")) == []


def test_a_wallet_on_two_lists_is_one_party_where_the_names_do_not_say_otherwise():
    us, eu = (
        profile(key, "Sim Hyon Sop", wallets=["0xab"], **KOREAN) for key in ("us:1", "eu:1")
    )  # fmt: skip
    assert joined(us, eu).parties == groups("eu:1 us:1")
    thief = profile("eu:1", "Qorvath Zanskar", wallets=["0xab"])
    found = joined(us, thief)
    assert found.parties == set()
    assert "Wallet 0xab on both" in reasons(found, "us:1", "eu:1")


# Names, births and what stands beside them.


def test_a_common_name_is_joined_by_the_day_of_birth_and_not_by_itself():
    one, other = {"born": "1970-05-01"}, {"born": ("1970-05-01", "1971")}
    us, eu = profile("us:1", "Ali Hassan", **one), profile("eu:1", "Hassan Ali", **other)
    assert joined(us, eu).parties == groups("eu:1 us:1")
    assert undecided(profile("us:1", "Ali Hassan"), eu) == [("eu:1", "us:1")]


@pytest.mark.parametrize("born", ["1975-05-01", "1975", "1990-05-01"])
def test_namesakes_born_in_other_years_stay_apart(born):
    us, eu = (
        profile("us:1", "Ali Hassan", born="1970-05-01"),
        profile("eu:1", "Ali Hassan", born=born),
    )
    assert undecided(us, eu) == []


def test_a_patronymic_may_be_missing_on_one_side():
    us = profile("us:1", "SIDOROV, Ivan Petrovich", born="1970-05-01")
    eu = profile("eu:1", "Ivan Sidorov", born="1970-05-01")
    assert joined(us, eu).parties == groups("eu:1 us:1")


def test_a_patronymic_of_another_father_is_another_man():
    us, eu = (profile(key, f"SIDOROV, Ivan {father}", born=born) for key, father, born in (
        ("us:1", "Petrovich", "1970-05-01"), ("eu:1", "Fedorovich", "1974-01-01"),
    ))  # fmt: skip
    assert undecided(us, eu) == []


def test_a_firm_with_one_more_word_is_another_firm_of_the_group():
    us = profile("us:1", "Zanskar Shipping LLC", kind="entity")
    other = profile("eu:1", "Zanskar Qorvath Shipping LLC", kind="entity")
    same = profile("eu:1", "OOO Zanskar Shipping", kind="entity")
    assert joined(us, other).parties == set()
    assert joined(us, same).parties == groups("eu:1 us:1")


def test_a_common_name_under_another_programme_and_in_another_country_is_somebody_else():
    us, eu = profile("us:1", "Omar Hassan", **KOREAN), profile("eu:1", "Omar Hassan", **IRANIAN)
    assert undecided(us, eu) == []
    assert joined(us, profile("eu:1", "Omar Hassan", **KOREAN)).parties == groups("eu:1 us:1")


@pytest.mark.parametrize("kind", ["entity", "vessel", "aircraft"])
def test_a_person_and_what_is_none_are_never_one_whatever_they_share(kind):
    shared = {"references": [KPI_33], "wallets": ["0xab"], "numbers": [("passport", "12345", "kp")]}
    us, un = profile("us:1", RI, kind=kind, **shared), profile("un:1", RI, **shared)
    found = joined(us, un)
    assert (found.parties, found.undecided) == (set(), {})


def test_a_set_that_the_user_made_of_two_kinds_takes_in_no_third_by_itself():
    firm, man = profile("eu:1", "A", kind="entity"), profile("us:1", "B")
    other = profile("gb:1", "A", kind="entity")
    found = joined_pairs([firm, man, other], [pair("eu:1", "gb:1", 9.0)], [("eu:1", "us:1")])
    assert found.parties == groups("eu:1 us:1")


def test_man_and_woman_of_one_name_are_two_also_by_way_of_a_third():
    us, eu = (
        profile(key, RI, genders=[one], **KOREAN)
        for key, one in (("us:1", "male"), ("eu:1", "female"))
    )
    assert contradict(us, eu)
    assert undecided(us, eu) == []
    assert (
        groups("eu:1 gb:1 us:1") != joined(us, eu, profile("gb:1", RI, **KOREAN)).parties != set()
    )


def test_who_is_joined_with_each_of_two_that_contradict_unites_them_not():
    """Without a birth the third fits both namesakes; it goes to one of them, or to none."""
    us = profile("us:1", RI, born="1964-07-17", **KOREAN)
    eu = profile("eu:1", RI, born="1984", **KOREAN)
    un = profile("un:1", RI, **KOREAN)
    found = joined(us, eu, un)
    assert {("un:1", "us:1"), ("eu:1", "un:1")} <= found.weighed.keys()
    assert all(one.odds >= JOINED for one in found.weighed.values())
    assert found.parties in (groups("un:1 us:1"), groups("eu:1 un:1"))


def test_the_reasons_say_what_weighed_and_every_score_is_between_nought_and_one():
    us, eu = (
        profile(key, "Ali Hassan", born="1970-05-01", listed_on="2016-11-30", places=["sinuiju"],
                ties=["korea kwangson bank"], **KOREAN)
        for key in ("us:1", "eu:1")
    )  # fmt: skip
    told = reasons(joined(us, eu), "us:1", "eu:1")
    for said in ("'Ali Hassan' equals 'Ali Hassan'", "agrees to the day", "Both under DPRK",
                 "Both listed on 2016-11-30", "Country agrees (North Korea)", "Both in Sinuiju",
                 "Both tied to Korea Kwangson Bank"):  # fmt: skip
        assert said in told
    assert [score_of(odds) for odds in (-40.0, 0.0, 40.0)] == [0.0, 0.5, 1.0]


def test_a_word_of_one_name_only_costs_a_firm_more_than_a_person():
    def odds(kind):
        found = joined(profile("us:1", "Qorvath Zanskar Ivanov", kind=kind, **KOREAN),
                       profile("eu:1", "Qorvath Zanskar", kind=kind, **KOREAN))  # fmt: skip
        return found.odds("us:1", "eu:1")

    assert odds("person") > odds("entity") + 1


# Entries of one list.


@pytest.mark.parametrize("on", ["us-sdn", "us-cons"])
def test_two_entries_of_ofac_s_are_never_one(on):
    shared = {"references": [KPI_33], "wallets": ["0xab"], "born": "1970-05-01", **KOREAN}
    one, other = profile("us:1", RI, **shared), profile("us:2", RI, on=on, **shared)
    found = joined(one, other)
    assert found.odds("us:1", "us:2") >= JOINED
    assert (found.parties, list(found.made)) == (set(), [])


@pytest.mark.parametrize(
    ("regime", "programmes", "one"),
    [
        ("un", ("Taliban", "Taliban"), False),
        ("un", ("Taliban", "Al-Qaida"), True),
        ("gb", ("RUS", "RUS"), False),
        ("gb", ("RUS", "BEL"), True),
        ("eu", ("UKR", "BLR"), True),
        ("eu", ("UKR", "UKR"), True),
    ],
)
def test_a_list_may_have_a_party_once_a_programme_and_the_eu_more_often(regime, programmes, one):
    born = {"born": "1970-05-01", "nationalities": ["ru"], "countries": ["ru"]}
    first, second = (
        profile(f"{regime}:{k}", "SIDOROV, Ivan Petrovich", programmes=[p], **born)
        for k, p in enumerate(programmes)
    )
    found = joined(first, second)
    assert found.odds(first.listing_id, second.listing_id) >= JOINED
    assert found.parties == (groups(f"{regime}:0 {regime}:1") if one else set())


def brothers(number, on, **facts):
    """Two brothers of one list: born two years apart, in one town, listed on one day."""
    shared = {"places": ["tikrit"], "listed_on": "2003-07-27", **facts}
    return (
        profile(f"{on}:{number}1", "Sabawi Ibrahim Hasan", born="1967", **shared),
        profile(f"{on}:{number}2", "Sabawi Ibrahim Hassan", born="1969", **shared),
    )


def test_of_brothers_on_two_lists_each_finds_his_own():
    names = ("Bashar", "Ayman", "Ibrahim")
    people = [
        profile(f"{on}:{k}", f"{name} Sabawi Ibrahim al-Tikriti", born=f"{1970 + 3 * k}",
                listed_on="2003-07-27", places=["tikrit"])
        for on in ("un", "us", "eu") for k, name in enumerate(names)
    ]  # fmt: skip
    found = joined(*people)
    assert found.parties == groups("un:0 us:0 eu:0", "un:1 us:1 eu:1", "un:2 us:2 eu:2")


def test_two_entries_that_fit_alike_are_left_to_the_user_both():
    shared = {"born": "1964-07-17", **KOREAN}
    us = profile("us:1", RI, **shared)
    first, second = (profile(f"un:{k}", RI, programmes=["DPRK"], **shared) for k in (1, 2))
    assert joined(us, first).parties == groups("un:1 us:1")
    assert sorted(undecided(us, first, second)) == [("un:1", "us:1"), ("un:2", "us:1")]


RIVALS = [profile("us:1", "A"), profile("un:1", "A", programmes=["DPRK"]),
          profile("un:2", "B", programmes=["DPRK"])]  # fmt: skip


@pytest.mark.parametrize(
    ("ahead", "party"),
    [(0.0, None), (MARGIN, None), (MARGIN + 0.01, "un:1 us:1"), (-MARGIN - 0.01, "un:2 us:1")],
)
def test_of_two_rivals_the_better_is_joined_only_where_it_leads_by_the_margin(ahead, party):
    pairs = [pair("us:1", "un:1", 6.0 + ahead), pair("us:1", "un:2", 6.0)]
    found = joined_pairs(RIVALS, pairs)
    assert found.parties == (groups(party) if party else set())
    if not party:
        assert len(found.undecided) == 2


def test_a_rival_that_finds_its_own_is_none_any_more():
    """un:2 goes with us:2, by far the surest; un:1 and us:1 are then left to each other."""
    profiles = [*RIVALS, profile("us:2", "B")]
    pairs = [pair("us:1", "un:1", 4.0), pair("us:1", "un:2", 4.0), pair("us:2", "un:2", 9.0)]
    assert joined_pairs(profiles, pairs).parties == groups("un:1 us:1", "un:2 us:2")


def test_entries_of_one_list_that_may_be_one_are_no_rivals():
    profiles = [profile("us:1", "A"), *(profile(f"eu:{k}", "A", programmes=[p])
                                        for k, p in ((1, "UKR"), (2, "BLR")))]  # fmt: skip
    pairs = [pair("us:1", "eu:1", 6.0), pair("us:1", "eu:2", 6.0), pair("eu:1", "eu:2", 6.0)]
    assert joined_pairs(profiles, pairs).parties == groups("eu:1 eu:2 us:1")
    assert joined_pairs(profiles, pairs[:2]).parties == set()


@pytest.mark.parametrize(("odds", "state"), [
    (JOINED, "made"), (JOINED - 0.01, "undecided"), (PROPOSED, "undecided"), (PROPOSED - 0.01, ""),
])  # fmt: skip
def test_sure_pairs_are_joined_likely_ones_proposed_and_others_passed_over(odds, state):
    found = joined_pairs([profile("us:1", "A"), profile("un:1", "A")], [pair("us:1", "un:1", odds)])
    assert (bool(found.made), bool(found.undecided)) == (state == "made", state == "undecided")


def test_a_chain_that_would_unite_two_that_contradict_is_cut_at_its_weakest():
    links = ["us:1", "gb:1", "eu:1", "un:1"]
    profiles = [profile("us:1", "A", born="1950"), profile("gb:1", "A"), profile("eu:1", "A"),
                profile("un:1", "A", born="1970")]  # fmt: skip
    pairs = [
        pair(*two, odds) for *two, odds in zip(links, links[1:], (6.0, 5.0, 4.0), strict=False)
    ]
    assert joined_pairs(profiles, pairs).parties == groups("eu:1 gb:1 us:1")
    turned = [
        pair(*two, odds) for *two, odds in zip(links, links[1:], (4.0, 5.0, 6.0), strict=False)
    ]
    assert joined_pairs(profiles, turned).parties == groups("eu:1 gb:1 un:1")


def test_two_that_contradict_are_one_where_their_own_pair_is_sure():
    profiles = [profile("us:1", "A", born="1950"), profile("un:1", "A", born="1970")]
    pairs = [pair("us:1", "un:1", JOINED)]
    assert contradict(*profiles)
    assert joined_pairs(profiles, pairs).parties == groups("un:1 us:1")


# The user's word.


def test_what_the_user_joins_is_one_whatever_speaks_against_it():
    us, eu = profile("us:1", "Ali Hassan", born="1950"), profile("us:2", "Pak Chol Su", born="1980")
    assert joined(us, eu, together=[("us:1", "us:2")]).parties == groups("us:1 us:2")


def test_what_the_user_parts_is_two_whatever_speaks_for_it_and_is_proposed_no_more():
    us, un = (profile(key, RI, references=[KPI_33], **KOREAN) for key in ("us:1", "un:1"))
    assert joined(us, un).parties == groups("un:1 us:1")
    assert joined(us, un, apart=[("us:1", "un:1")]).parties == set()


def test_a_third_cannot_unite_what_the_user_parted():
    us, un, eu = (
        profile(key, RI, references=[KPI_33], **KOREAN) for key in ("us:1", "un:1", "eu:1")
    )
    found = joined(us, un, eu, apart=[("us:1", "un:1")])
    assert all(len(party & {"us:1", "un:1"}) < 2 for party in found.parties)


def test_what_joins_a_decided_party_must_fit_all_of_it():
    us, gb = profile("us:1", "A", born="1950"), profile("gb:1", "B")
    un = profile("un:1", "B", born="1970")
    pairs = [pair("gb:1", "un:1", 9.0)]
    assert joined_pairs([us, gb, un], pairs).parties == groups("gb:1 un:1")
    held = joined_pairs([us, gb, un], pairs, together=[("gb:1", "us:1")])
    assert held.parties == groups("gb:1 us:1")


# Whatever the listings.

NAMES = ("Ri Won Ho", "RI WONHO", "Ri Won Ho (alias Pak)", "Ali Hassan", "Hassan Aly",
         "Zanskar Qorvath", "Zanskar LLC", "SIDOROV, Ivan Petrovich", "Ivan Sidorov",
         "Сидоров Иван")  # fmt: skip
BORN = ("", "1970", "1970-05-01", "1971", "1985-01-02")


@st.composite
def anybody(draw):
    regime = draw(st.sampled_from(("us", "un", "eu", "gb", "us")))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))
    born = draw(st.sampled_from(BORN))
    return regime, names, {
        "kind": draw(st.sampled_from(("person", "person", "entity"))),
        "born": (born,) if born else (),
        "genders": draw(st.sampled_from(((), (), ("male",), ("female",)))),
        "references": draw(st.sampled_from(((), (), (("un", "1"),), (("un", "2"),)))),
        "programmes": draw(st.sampled_from((("A",), ("B",)))),
        "topics": draw(st.sampled_from(((), ("DPRK",), ("IRAN",)))),
    }  # fmt: skip


everybody = st.lists(anybody(), min_size=2, max_size=10)


def people(told):
    return [
        profile(f"{regime}:{number}", *names, **facts)
        for number, (regime, names, facts) in enumerate(told)
    ]


@given(everybody)
@settings(max_examples=150, deadline=None)
def test_parties_part_the_listings_and_hold_none_of_ofac_s_twice(told):
    profiles = people(told)
    found = joined(*profiles)
    members = [one for party in found.parties for one in party]
    assert len(members) == len(set(members))
    assert set(members) <= {one.listing_id for one in profiles}
    by_id = {one.listing_id: one for one in profiles}
    for party in found.parties:
        assert len(party) > 1
        assert len([one for one in party if one.startswith("us:")]) <= 1
        assert len({by_id[one].kind for one in party}) == 1
    party_of = {one: party for party in found.parties for one in party}
    for left, right in found.weighed:
        together = right in party_of.get(left, ())
        assert together == ((left, right) in found.made)
        assert not (together and (left, right) in found.undecided)


@given(everybody, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_parties_do_not_hang_on_the_order_of_pairs_or_listings(told, shuffled):
    profiles = people(told)
    first = joined(*profiles)
    pairs = list(first.weighed.values())
    shuffled.shuffle(pairs)
    shuffled.shuffle(profiles)
    again = joined_pairs(profiles, pairs)
    assert (again.parties, again.undecided) == (first.parties, first.undecided)
    assert again.made == first.made


@given(everybody, st.data())
@settings(max_examples=150, deadline=None)
def test_the_user_is_always_obeyed(told, data):
    profiles = people(told)
    ids = sorted(one.listing_id for one in profiles)
    left, right = sorted(
        data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True))
    )
    united = joined(*profiles, together=[(left, right)])
    assert any({left, right} <= party for party in united.parties)
    parted = joined(*profiles, apart=[(left, right)])
    assert not any({left, right} <= party for party in parted.parties)
    assert all(
        {left, right} <= party or len({left, right} & party) == 0 for party in united.parties
    )


def test_many_pairs_by_chance_give_the_same_parties_in_any_order():
    made = random.Random(4)
    regimes = ("us", "un", "eu", "gb", "ch")
    profiles = [profile(f"{made.choice(regimes)}:{k}", "A", programmes=["P"]) for k in range(60)]
    ids = [one.listing_id for one in profiles]
    pairs = {tuple(sorted(made.sample(ids, 2))): float(made.randrange(1, 7)) for _ in range(250)}
    weighed = [pair(*two, odds) for two, odds in pairs.items()]
    first = joined_pairs(profiles, weighed)
    assert len(first.parties) > 5
    for _ in range(20):
        made.shuffle(weighed)
        assert joined_pairs(profiles, weighed).parties == first.parties
