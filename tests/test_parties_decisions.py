"""What the user decided: kept, taken back, refused where it says nothing or contradicts itself."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles import Desk, sdn, un
from sanctrail.errors import InputError
from sanctrail.parties.build import build
from sanctrail.parties.deciding import Record, decide_join, decide_split, listing_named, take_back
from sanctrail.parties.decisions import (
    FILE,
    JOIN,
    SPLIT,
    Decision,
    decide,
    keep_decisions,
    read_decisions,
)
from sanctrail.register.load import forget

HEAD = "decision,left,right,on,by,note\n"
NOBODY = Record()


@pytest.fixture
def file(tmp_path):
    """Write the file of decisions."""

    def write(text):
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / FILE).write_bytes(data)
        return tmp_path

    return write


texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=20
).map(str.strip)  # fmt: skip
ids = st.sampled_from(
    ("us:1", "us:2", "un:1", "eu:EU.1.2", "gb:DPR0001", "us:a,b", 'us:"', "us:é\n1")
)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 8), texts, texts)))
@settings(max_examples=100, deadline=None)
def test_what_is_kept_is_read_again_as_it_was(tmp_path_factory, told):
    workspace = tmp_path_factory.mktemp("decisions")
    made = {}
    for join, number, by, note in told:
        made.pop(number, None)
        verb = JOIN if join else SPLIT
        made[number] = Decision(verb, "us:0", f"us:{number}", "2026-02-28", by, note)
    keep_decisions(workspace, made.values())
    assert read_decisions(workspace) == tuple(made.values())


@given(ids, ids, texts)
@settings(max_examples=100, deadline=None)
def test_ids_and_notes_of_any_characters_survive_the_file(tmp_path_factory, left, right, note):
    if left == right:
        return
    workspace = tmp_path_factory.mktemp("decisions")
    one = Decision(JOIN, left, right, "2026-02-28", "me", note)
    decide(workspace, [one])
    assert read_decisions(workspace) == (one,)


def test_no_file_and_a_file_of_its_head_alone_are_no_decisions(tmp_path, file):
    assert read_decisions(tmp_path) == ()
    assert read_decisions(file(HEAD)) == ()
    assert read_decisions(file(f"\ufeff{HEAD}\n\n")) == ()


def test_the_file_may_come_from_a_spreadsheet(file):
    text = f'\ufeff{HEAD}join, us:1 ,un:1,2026-01-02,me,"a, ""b"""\n'.replace("\n", "\r\n")
    (one,) = read_decisions(file(text))
    assert one == Decision("join", "us:1", "un:1", "2026-01-02", "me", 'a, "b"')
    assert one.pair == ("un:1", "us:1")


@pytest.mark.parametrize("later", ["split,un:1,us:1", "split,us:1,un:1"])
def test_of_two_decisions_about_a_pair_the_later_counts(file, later):
    workspace = file(f"{HEAD}join,us:1,un:1,,,\njoin,us:2,un:2,,,\n{later},,,\n")
    assert [(one.decision, one.pair) for one in read_decisions(workspace)] == [
        ("join", ("un:2", "us:2")),
        ("split", ("un:1", "us:1")),
    ]
    decide(workspace, [Decision(JOIN, "un:1", "us:1")])
    assert [one.decision for one in read_decisions(workspace)] == ["join", "join"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "expected the columns decision, left"),
        ("verdict,left,right,on,by,note\n", 1, "expected the columns"),
        ("decision,left,right\njoin,us:1,un:1\n", 1, "expected the columns"),
        (f"{HEAD}join,us:1,un:1\n", 2, "expected 6 columns, found 3"),
        (f"{HEAD}join,us:1,un:1,,,,\n", 2, "found 7"),
        (f"{HEAD}join,us:1,un:1,,,\n\nsame,us:2,un:2,,,\n", 4, "'same' is no decision"),
        (f"{HEAD}JOIN,us:1,un:1,,,\n", 2, "'JOIN' is no decision"),
        (f"{HEAD}join,us:1,us:1,,,\n", 2, "about two listings"),
        (f"{HEAD}join,us:1, ,,,\n", 2, "write both ids"),
        (f'{HEAD}join,us:1,un:1,,,"of\nthree\nlines"\nsplit,us:1,,,,\n', 5, "write both ids"),
        (f'{HEAD}join,us:1,,,,"two\nlines"\n', 2, "write both ids"),
    ],
)
def test_what_is_no_decision_is_refused_with_its_line(file, text, line, said):
    with pytest.raises(InputError, match=rf"decisions\.csv, line {line}: .*{said}") as caught:
        read_decisions(file(text))
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"\xff\xfe", HEAD.encode() + b"join,us:1,un:1,,,\xe4\n"])
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(file, data):
    with pytest.raises(InputError, match=r"decisions\.csv: the decisions cannot be read"):
        read_decisions(file(data))


def test_a_cell_beyond_reason_is_told_in_a_sentence(file):
    before = csv.field_size_limit(100)
    try:
        with pytest.raises(InputError, match="cannot be read"):
            read_decisions(file(f"{HEAD}join,us:1,un:1,,,{'x' * 101}\n"))
    finally:
        csv.field_size_limit(before)


def test_a_folder_in_the_file_s_place_is_told(tmp_path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        read_decisions(tmp_path)


CHAIN = [
    Decision(JOIN, "us:1", "un:1"),
    Decision(JOIN, "un:1", "eu:1"),
    Decision(JOIN, "eu:1", "gb:1"),
]


@pytest.mark.parametrize("last", [Decision(SPLIT, "us:1", "gb:1"), Decision(SPLIT, "eu:1", "us:1")])
def test_a_decision_against_what_others_together_say_is_refused_and_changes_nothing(tmp_path, last):
    decide(tmp_path, CHAIN)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(InputError, match=r"contradict each other: .*--forget"):
        decide(tmp_path, [last])
    assert (tmp_path / FILE).read_bytes() == before
    decide(tmp_path, [Decision(SPLIT, "us:1", "gb:2")])


def test_a_join_that_closes_a_chain_over_a_split_is_refused(tmp_path):
    decide(tmp_path, [Decision(SPLIT, "us:1", "eu:1"), CHAIN[0]])
    with pytest.raises(InputError, match="us:1 and eu:1 are split"):
        decide(tmp_path, [CHAIN[1]])


def test_a_file_that_contradicts_itself_is_refused_and_can_be_mended_as_it_says(file):
    workspace = file(f"{HEAD}join,us:1,un:1,,,\njoin,un:1,eu:1,,,\nsplit,us:1,eu:1,,,\n")
    with pytest.raises(InputError, match="contradict each other: us:1 and eu:1"):
        read_decisions(workspace)
    assert take_back(workspace, "us:1", "eu:1").decision == SPLIT
    assert [one.decision for one in read_decisions(workspace)] == [JOIN, JOIN]


# Decisions beside lists that change.

RI, PAK = "RI WON HO", "PAK CHOL SU"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def two(desk):
    """A register in which the two Ri are one by themselves and Pak is somebody else."""
    return desk.load(
        un_2026_01_01=un("2026-01-01", (1, RI, "1964-07-17"), (2, PAK)),
        sdn_2026_01_01=sdn((7, "RI, Won Ho", "17 Jul 1964"), (8, "PAK, Yong Nam")),
    )


def parties_of(register):
    built = build(register, read_decisions(register.root.parent))
    members = {}
    for one, party in built.party_of.items():
        members.setdefault(party, set()).add(one)
    return members, built


def test_lists_alone_join_whom_they_agree_on(two):
    assert parties_of(two)[0] == {"un:1": {"un:1", "us:7"}}


def test_a_decision_names_its_listings_by_id_reference_or_exact_name(two):
    assert listing_named(two, "un:1") == listing_named(two, "kpi.001") == "un:1"
    assert listing_named(two, "Pak, Yong Nam") == "us:8"
    with pytest.raises(InputError, match="'un:99': no list in force"):
        listing_named(two, "un:99")
    with pytest.raises(InputError, match="'': no list"):
        listing_named(two, "")


def test_a_name_of_several_listings_must_be_told_by_id(desk):
    register = desk.load(un_2026_01_01=un("2026-01-01", (1, RI), (2, RI)))
    with pytest.raises(InputError, match="several listings: un:1, un:2"):
        listing_named(register, RI)


def test_joined_by_the_user_whatever_the_lists_say_and_the_join_says_who_and_why(two):
    one = decide_join(two, "us:8", "KPi.002", Record("me", "same photograph"))
    assert (one.decision, one.pair) == (JOIN, ("un:2", "us:8"))
    members, built = parties_of(two)
    assert members == {"un:1": {"un:1", "us:7"}, "un:2": {"un:2", "us:8"}}
    (join,) = [join for join in built.joins if join.basis == "decision"]
    assert (join.left, join.right, join.score) == ("un:2", "us:8", 1.0)
    assert join.reasons == (f"Decided on {one.on} by me: same photograph",)


def test_split_by_the_user_two_stay_two_and_are_proposed_no_more(two):
    before = parties_of(two)[1].parties()
    decide_split(two, before, "us:7", "un:1", NOBODY)
    members, built = parties_of(two)
    assert members == {}
    assert built.joins == ()
    assert list(built.undecided) == []


def test_a_wrong_reference_that_the_user_rejected_is_not_proposed_again(desk):
    from profiles import eu

    register = desk.load(
        un_2026_01_01=un("2026-01-01", (45, "KIM KYONG OK", "1937-01-01")),
        eu_2026_01_01=eu("2026-01-01", (76, "Pak Chol Su", "1969-08-18", "KPi.045")),
    )
    built = build(register)
    assert [(one.left, one.right, one.basis) for one in built.undecided] == [
        ("eu:EU.76", "un:45", "cross-reference")
    ]
    decide_split(register, built.parties(), "un:45", "eu:EU.76", NOBODY)
    assert list(parties_of(register)[1].undecided) == []


def test_a_listing_is_parted_from_all_of_its_party(desk):
    register = desk.load(
        un_2026_01_01=un("2026-01-01", (1, RI, "1964-07-17"), (2, "RI WONHO")),
        sdn_2026_01_01=sdn((7, "RI, Won Ho", "17 Jul 1964"), (8, "PAK, Yong Nam")),
    )
    decide_join(register, "us:8", "us:7", NOBODY)
    members, built = parties_of(register)
    assert members == {"un:1": {"un:1", "us:7", "us:8"}}
    made = decide_split(register, built.parties(), "us:8", "", Record("me", "other"))
    assert [(one.decision, one.pair) for one in made] == [
        (SPLIT, ("un:1", "us:8")), (SPLIT, ("us:7", "us:8")),
    ]  # fmt: skip
    members, built = parties_of(register)
    assert members == {"un:1": {"un:1", "us:7"}}
    with pytest.raises(InputError, match="us:8 is a party of its own"):
        decide_split(register, built.parties(), "us:8", "", NOBODY)


def test_nobody_is_joined_with_or_split_from_itself(two):
    with pytest.raises(InputError, match="one listing, un:1"):
        decide_join(two, "un:1", "KPi.001", NOBODY)
    with pytest.raises(InputError, match="cannot be split from itself"):
        decide_split(two, build(two).parties(), "un:1", "KPi.001", NOBODY)
    assert read_decisions(two.root.parent) == ()


def test_taken_back_the_lists_speak_again(two):
    before = parties_of(two)
    decide_split(two, before[1].parties(), "un:1", "us:7", NOBODY)
    gone = take_back(two.root.parent, "us:7", "un:1")
    assert gone.decision == SPLIT
    members, built = parties_of(two)
    assert (members, built.joins) == (before[0], before[1].joins)
    with pytest.raises(InputError, match="Nothing was decided about us:7 and un:1"):
        take_back(two.root.parent, "us:7", "un:1")


def test_a_decision_outlives_new_versions_and_the_absence_of_whom_it_is_about(desk, two):
    decide_join(two, "us:8", "un:2", NOBODY)
    later = desk.load(un_2026_02_01=un("2026-02-01", (1, RI, "1964-07-17"), (3, "JON IL CHUN")))
    assert parties_of(later)[0]["un:2"] == {"un:2", "us:8"}
    version = next(v["version_id"] for v in later.versions if v["list_date"] == "2026-01-01"
                   and v["list_id"] == "un")  # fmt: skip
    forget(desk.workspace, version)
    without = desk.load()
    members, built = parties_of(without)
    assert members == {"un:1": {"un:1", "us:7"}}
    assert [join for join in built.joins if join.basis == "decision"] == []
    assert len(read_decisions(desk.workspace)) == 1
    again = desk.load(un_2026_03_01=un("2026-03-01", (1, RI, "1964-07-17"), (2, PAK)))
    assert parties_of(again)[0]["un:2"] == {"un:2", "us:8"}
