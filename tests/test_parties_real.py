"""How well real lists are joined: their own references hidden, and pairs labelled by reading."""

from pathlib import Path

import pytest

from sanctrail.parties.measuring import (
    against_labels,
    against_references,
    join_without_references,
    read_labelled,
)
from sanctrail.register import Register, load_lists

LABELS = Path(__file__).with_name("joining_pairs.csv")
OF_2021 = ("un/UN_consolidated_2021-03-12.xml.xz", "eu/xmlFullSanctionsList_1_1_2021-03-02.xml.xz")
NOW = (
    "un/UN_consolidated_2026-02-27.xml.xz",
    "un/1718_vessels/1718_designated_vessels_list_final.html",
    "us_ofac/SDN_ADVANCED_2025-11-19.xml.bz2",
    "eu/xmlFullSanctionsList_1_1_RECONSTRUCTED_2026-05-01.xml.gz",
    "uk/UK_Sanctions_List_RECONSTRUCTED_2026-08-22.xml.gz",
)

WRONG_REFERENCES = {
    # EU: KPi.045 (Kim Kyong Ok, born 1937 or 1938) stands on Kim Tong-Ho's entry too, whose birth
    # day and passport are those of KPi.046.
    ("eu:EU.4076.89", "un:6908586"),
    # UK: the number of Kempes Sanon stands on the entry of Dimitri Herard, listed the same day.
    ("gb:HAI0012", "un:6909474"),
    # UK: the number of Ahmad Vahid Dastjerdi stands on the entry of Azim Aghajani.
    ("gb:INU0279", "un:110444"),
}
"""Joins that are right though the list cites another number: its own mistake, read in both."""


def trial_of(shared, folder, names):
    load_lists([shared / "lists" / name for name in names], folder)
    return join_without_references(Register(folder))


def not_the_lists_mistakes(measured):
    return [e for e in measured.errors if (e.left, e.right) not in WRONG_REFERENCES]


@pytest.fixture(scope="module")
def then(shared, tmp_path_factory):
    return trial_of(shared, tmp_path_factory.mktemp("then"), OF_2021)


@pytest.fixture(scope="module")
def now(shared, tmp_path_factory):
    return trial_of(shared, tmp_path_factory.mktemp("now"), NOW)


def test_the_eu_list_of_2021_is_joined_without_its_references(then):
    (eu,) = against_references(*then)
    assert eu.recall.of == 68
    assert eu.recall.share >= 0.97
    assert [e for e in not_the_lists_mistakes(eu) if e.error == "wrong"] == []


def test_the_lists_of_2026_are_joined_without_their_references(now):
    eu, gb = against_references(*now)
    assert (eu.recall.of, gb.recall.of) == (84, 996)
    for one in (eu, gb):
        assert one.recall.share >= 0.97
        assert [e for e in not_the_lists_mistakes(one) if e.error == "wrong"] == []


def test_taken_at_its_word_every_list_has_at_most_half_a_percent_wrong(then, now):
    measured = [*against_references(*then), *against_references(*now)]
    right = sum(one.precision.count for one in measured)
    assert right / sum(one.precision.of for one in measured) >= 0.995


def test_pairs_labelled_by_reading_are_joined_and_kept_apart(now):
    eu, un = measured = against_labels(now[0], read_labelled(LABELS))[0]
    assert (eu.group, un.group) == ("us to eu", "us to un")
    for one in measured:
        assert one.precision.share >= 0.99
        assert one.recall.share >= 0.90


def test_the_labelled_pairs_are_enough_and_half_of_them_near_misses():
    labelled = read_labelled(LABELS)
    assert len({(pair.left, pair.right) for pair in labelled}) == len(labelled) >= 200
    apart = sum(pair.verdict == "different" for pair in labelled)
    assert 0.4 <= apart / len(labelled) <= 0.6
    assert all(pair.reason for pair in labelled)


def test_all_labelled_pairs_are_of_listings_that_the_lists_hold(now):
    assert against_labels(now[0], read_labelled(LABELS))[1] == 0
