"""The reference case: North Korea on three lists of March 2021, ten parties traced by hand.

Held are the UN list of 2021-03-12, OFAC's SDN.XML of 2021-03-10 (which carries no listing dates),
the EU list of 2021-03-02, and SDN_ADVANCED of 2024-05-28, which gives OFAC's days.

Traced in the raw files, element by element:

- UN: `<INDIVIDUAL>` or `<ENTITY>` with this `<DATAID>`, its `<LISTED_ON>`.
- OFAC: `<sdnEntry>` with this `<uid>` in SDN.XML (is it there, under which `<program>`); its day
  is the `<EntryEvent>` of the `<SanctionsEntry>` of `<DistinctParty FixedRef=uid>` in SDN_ADVANCED.
- EU: `<sanctionEntity>` with this `euReferenceNumber`, its `designationDate`, and beneath it the
  oldest `publicationDate` of a `<regulation>` or `<regulationSummary>`.
"""

from collections import Counter

import pytest

from sanctrail.parties import Parties, open_parties
from sanctrail.regimes.dates import AT_THE_LATEST, OLDER_ACT, listing_dates
from sanctrail.regimes.gaps import find_gaps
from sanctrail.regimes.lag import find_lags
from sanctrail.register import LoadOptions, Register, load_lists

FILES = (
    "un/UN_consolidated_2021-03-12.xml.xz",
    "us_ofac/SDN_2021-03-10.xml.xz",
    "eu/xmlFullSanctionsList_1_1_2021-03-02.xml.xz",
    "us_ofac/SDN_ADVANCED_2024-05-28.xml.bz2",
)

RI_WON_HO = ("un:6908555", "us:19609", "eu:EU.4167.18")
HWANG_SOK_HWA = ("un:690739", None, "eu:EU.4009.74")
CHOE_CHUN_SIK = ("un:6908500", "us:19498", "eu:EU.4117.13")
KKBC = ("un:6908518", "us:11581", "eu:EU.3317.39")
KNIC = ("un:6908623", "us:20573", "eu:EU.4006.82")
PHYONGCHON = ("un:6908684", "us:23717", "eu:EU.4459.7")
KOMID = ("un:690735", "us:9345", "eu:EU.4187.20")
HESONG = ("un:6908517", "us:9519", "eu:EU.4200.28")
KIM_YONG_CHOL = ("un:6908511", "us:17614", "eu:EU.4147.16")
CHOE_OF_KNIC = (None, None, "eu:EU.3486.46")
KIM_JONG_UN = (None, "us:20157", None)

# Party: its day with the UN, OFAC and the EU (None where it is not listed), what takes the EU day's
# exactness, and the days from the UN to OFAC and from the UN to the EU, counted by hand.
TRACED = {
    # DATAID 6908555 LISTED_ON 2016-11-30; FixedRef 19609 EntryEvent 2016-3-16 (259 days before:
    # 15 in March, 30 31 30 31 31 30 31 from April to October, 30 in November); EU.4167.18
    # designationDate 2016-11-30, though its oldest regulation is of 2016-12-09.
    RI_WON_HO: ("2016-11-30", "2016-03-16", "2016-11-30", "", -259, 0),
    # DATAID 690739 LISTED_ON 2009-07-16; no sdnEntry has a lastName or aka Hwang Sok-hwa;
    # EU.4009.74 designationDate 2009-07-16, oldest regulation 2009-07-31.
    HWANG_SOK_HWA: ("2009-07-16", None, "2009-07-16", "", None, 0),
    # DATAID 6908500 LISTED_ON 2016-03-02, born 1954-10-12; FixedRef 19498 (NPWMD) EntryEvent
    # 2016-3-2, born 1954-10-12; EU.4117.13 designationDate 2016-03-02, born 1954-10-12.
    CHOE_CHUN_SIK: ("2016-03-02", "2016-03-02", "2016-03-02", "", 0, 0),
    # DATAID 6908518 LISTED_ON 2016-03-02; FixedRef 11581 (NPWMD) EntryEvent 2009-8-11 (7 years with
    # two leap days to 2016-08-11 are 2557, less 162 back to 2 March); EU.3317.39 designationDate
    # 2016-03-02, but regulation 1355/2011 of 2011-12-21 names it already.
    KKBC: ("2016-03-02", "2009-08-11", "2011-12-21", OLDER_ACT, -2395, None),
    # DATAID 6908623 LISTED_ON 2017-08-05; FixedRef 20573 EntryEvent 2016-12-2 (29 31 28 31 30 31 30
    # 31 5); EU.4006.82 has no designationDate, oldest regulation 2016/659 of 2016-04-28.
    KNIC: ("2017-08-05", "2016-12-02", "2016-04-28", AT_THE_LATEST, -246, None),
    # DATAID 6908684 LISTED_ON 2018-03-30; FixedRef 23717 EntryEvent 2018-2-23 (5 + 30); EU.4459.7
    # designationDate 2018-03-30, oldest regulation 2018/548 of 2018-04-09.
    PHYONGCHON: ("2018-03-30", "2018-02-23", "2018-03-30", "", -35, 0),
    # DATAID 690735 LISTED_ON 2009-04-24; FixedRef 9345 (NPWMD, DPRK2) EntryEvent 2005-6-29 (4 years
    # with one leap day to 2009-06-29 are 1461, less 66 back to 24 April); EU.4187.20
    # designationDate 2009-04-24, oldest regulation 2009-05-13.
    KOMID: ("2009-04-24", "2005-06-29", "2009-04-24", "", -1395, 0),
    # DATAID 6908517 LISTED_ON 2016-03-02; FixedRef 9519 (NPWMD only) EntryEvent 2005-10-25 (10
    # years with two leap days to 2015-10-25 are 3652, and 129 to 2 March); EU.4200.28
    # designationDate 2016-03-02, but its oldest regulation is of 2011-12-21.
    HESONG: ("2016-03-02", "2005-10-25", "2011-12-21", OLDER_ACT, -3781, None),
    # DATAID 6908511, KOMID's man in Iran, born 1962-02-18, LISTED_ON 2016-03-02; FixedRef 17614
    # EntryEvent 2015-1-2 (365 + 60); EU.4147.16, born 1962-02-18, designationDate 2016-03-02. Not
    # the general of the name: FixedRef 12211 and EU.4159.44, born 1946.
    KIM_YONG_CHOL: ("2016-03-02", "2015-01-02", "2016-03-02", "", -425, 0),
    # EU.3486.46, of an insurer, born 1963-12-23, designationDate 2015-07-03: a namesake of
    # CHOE_CHUN_SIK whom neither the UN nor OFAC lists.
    CHOE_OF_KNIC: (None, None, "2015-07-03", "", None, None),
    # FixedRef 20157 EntryEvent 2016-7-6; neither other file has the name.
    KIM_JONG_UN: (None, "2016-07-06", None, "", None, None),
}

UN_DPRK, EU_PRK, US_DPRK = 155, 224, 414
"""Entries counted in the raw files: UN_LIST_TYPE DPRK; regulations of programme PRK; and DPRK*."""


@pytest.fixture(scope="module")
def register(shared, tmp_path_factory):
    workspace = tmp_path_factory.mktemp("reference") / "workspace"
    files = [shared / "lists" / name for name in FILES]
    load_lists(files, workspace, LoadOptions(accept_drop=True))
    return Register(workspace, "2021-03-12")


@pytest.fixture(scope="module")
def by_hand():
    """The ten parties joined by hand, each by its first listing."""
    groups = [list(filter(None, ids)) for ids in TRACED]
    return Parties({one: group[0] for group in groups for one in group}, (), ())


def missing(gaps):
    return {one.party_id for one in gaps.rows}


@pytest.mark.parametrize("ids", TRACED, ids=lambda ids: next(filter(None, ids)))
def test_each_day_is_that_of_the_raw_file(register, ids):
    rows = register.rows("listings", set(filter(None, ids)))
    dates = {key[1]: dated for key, dated in listing_dates(register, rows).items()}
    un, us, eu, doubt, *_ = TRACED[ids]
    assert [dates[one].day if one else None for one in ids] == [un, us, eu]
    assert [dates[one].doubt for one in ids if one] == [""] * (len(dates) - bool(ids[2])) + (
        [doubt] if ids[2] else []
    )


def test_ofac_days_come_from_the_later_version_and_say_so(register):
    rows = [row for row in register.rows("listings") if row["regime"] == "us"]
    dates = listing_dates(register, rows).values()
    sources = Counter(dated.date_from.partition("_")[2][:10] for dated in dates)
    # Of 8,832 entries of SDN.XML, 951 were gone by 2024-05-28, and no version says their day.
    assert sources == {"2024-05-28": 8832 - 951, "": 951}


def test_everyone_under_the_programme_is_there(register, by_hand):
    counts = {
        pair: find_gaps(register, by_hand, *pair, "DPRK").counts
        for pair in (("un", "eu"), ("eu", "un"), ("us", "un"))
    }
    assert [told["listed_there"] for told in counts.values()] == [UN_DPRK, EU_PRK, US_DPRK]
    # Nine of the parties traced are with the UN and the EU; five of those under DPRK* with OFAC.
    assert [told["listed_in_both"] for told in counts.values()] == [9, 9, 5]
    assert [told["missing"] for told in counts.values()] == [155 - 9, 224 - 9, 414 - 5]


def test_who_is_missing_where_is_as_traced(register, by_hand):
    un_us = find_gaps(register, by_hand, "un", "us", "DPRK")
    assert HWANG_SOK_HWA[0] in missing(un_us)
    assert not missing(un_us) & {RI_WON_HO[0], KOMID[0], KNIC[0], PHYONGCHON[0]}
    # OFAC lists these under NPWMD alone: no gap, but another programme.
    other = {one.party_id for one in un_us.parties if one.state == "other programme"}
    assert other == {CHOE_CHUN_SIK[0], KKBC[0], HESONG[0]}
    assert CHOE_OF_KNIC[2] in missing(find_gaps(register, by_hand, "eu", "un", "DPRK"))
    assert KIM_JONG_UN[1] in missing(find_gaps(register, by_hand, "us", "un", "DPRK"))
    assert KIM_JONG_UN[1] in missing(find_gaps(register, by_hand, "us", "eu", "DPRK"))


def test_the_versions_lie_within_a_fortnight(register, by_hand):
    skew = find_gaps(register, by_hand, "un", "eu", "DPRK").skew
    assert (skew.from_date, skew.to_date, skew.days) == ("2021-03-12", "2021-03-02", 10)
    assert skew.within
    assert find_gaps(register, by_hand, "us", "un", "DPRK").skew.days == 2


def test_days_since_a_listing_run_to_the_other_list(register, by_hand):
    """Hwang Sok-hwa: 2009-07-16 to 2021-03-10 are 11 years with three leap days, and 237 days."""
    (row,) = (
        one
        for one in find_gaps(register, by_hand, "un", "us", "DPRK").rows
        if one.party_id == HWANG_SOK_HWA[0]
    )
    assert row.days == 11 * 365 + 3 + 237


@pytest.mark.parametrize(("here", "place"), [("us", 4), ("eu", 5)])
def test_the_lags_are_those_counted_by_hand(register, by_hand, here, place):
    lags = find_lags(register, by_hand, "un", here, "DPRK")
    expected = {ids[0]: told[place] for ids, told in TRACED.items() if told[place] is not None}
    assert {row.party_id: row.days for row in lags.rows} == expected
    left_out = Counter(told[3] for ids, told in TRACED.items() if ids[0] and ids[2] and told[3])
    assert lags.left_out == (
        {("un", "eu", f"eu: {doubt}"): count for doubt, count in left_out.items()}
        if here == "eu"
        else {}
    )


def test_the_figures_are_those_of_the_hand_counted_days(register, by_hand):
    found = find_lags(register, by_hand, "un", "us", "DPRK").summaries()
    every = found[0]
    # Sorted: -3781 -2395 -1395 -425 -259 -246 -35 0; the middle two are -425 and -259.
    assert (every.parties, every.earlier, every.same_day, every.later) == (8, 7, 1, 0)
    assert (every.least, every.median, every.most) == (-3781, -342, 0)
    assert every.lower_quartile == (-2395 - 1395) / 2
    assert every.upper_quartile == (-246 - 35) / 2


def test_the_eu_repeats_the_day_of_the_un_and_the_answer_says_so(register, by_hand):
    lags = find_lags(register, by_hand, "un", "eu", "DPRK")
    assert {row.days for row in lags.rows} == {0}
    assert lags.repeating() == ("eu",)


def test_the_joining_finds_the_traced_parties_and_no_namesake(register):
    joined = open_parties(register)
    for ids in TRACED:
        listings = list(filter(None, ids))
        assert {joined.party_of(one) for one in listings} == {joined.party_of(listings[0])}
    parties = [joined.party_of(next(filter(None, ids))) for ids in TRACED]
    assert len(set(parties)) == len(parties)
    assert joined.party_of("us:12211") != joined.party_of(KIM_YONG_CHOL[0])  # the general


def test_the_whole_case_has_the_gaps_that_a_reading_of_the_names_finds(register):
    """All names of the 155 were read beside those of the two other lists.

    The EU has every one of them. OFAC has no Hwang Sok-hwa and no Han Yu-ro, and Korea Kumryong
    only as another name of KOMID. Three more are on OFAC's list by names that say too little to
    join them without being asked (Yu Chol U, the Foreign Trade Bank, Shen Zhong): each is proposed.
    Of the EU's 224 entries 69 are not the UN's 155. Three of these are second entries of parties
    that the UN lists; Pak To Chun's is joined, Paek Se Bong's (born eight years later) and Pak Yong
    Sik's (without a birth date) are not.
    """
    joined = open_parties(register)
    assert missing(find_gaps(register, joined, "un", "eu", "DPRK")) == set()
    un_us = find_gaps(register, joined, "un", "us", "DPRK")
    sure = {row.party_id for row in un_us.rows if not row.perhaps}
    assert sure == {joined.party_of(one) for one in ("un:690739", "un:690741", "un:690765")}
    assert {row.party_id: row.perhaps for row in un_us.rows if row.perhaps} == {
        "un:6908515": ("us:19488",),
        "un:6908622": ("us:15603",),
        "un:6908696": ("us:23769",),
    }
    assert joined.party_of("eu:EU.3786.38") == joined.party_of("un:6908590")
    assert find_gaps(register, joined, "eu", "un", "DPRK").counts["missing"] == 68
