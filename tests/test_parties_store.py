"""The joining kept beside the register: from scratch or by what changed the same; ids stay."""

import os
import random
import shutil
import subprocess
import sys

import numpy as np
import pytest

from profiles import Desk, eu, sdn, un
from sanctrail.errors import InputError
from sanctrail.parties import open_parties, store
from sanctrail.parties.build import build
from sanctrail.parties.decisions import FILE, JOIN, SPLIT, Decision, decide
from sanctrail.parties.joined import seniority
from sanctrail.parties.kept import read_built, write_built
from sanctrail.parties.store import parties_key
from sanctrail.register import Register
from sanctrail.register.load import forget

RI = (1, "RI WON HO", "1964-07-17")
PAK = (2, "PAK CHOL SU", "1960-02-03")
JANG = (3, "JANG YONG SON", "1957-02-20")
OFAC_RI = (7, "RI, Won Ho", "17 Jul 1964")
OFAC_PAK = (8, "PAK, Chol Su", "03 Feb 1960")
EU_RI = (71, "Won-ho Ri", "1964-07-17", "KPi.001")
EU_PAK = (72, "Pak Chol-su", "1960-02-03")


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def grouped(party_of):
    members = {}
    for one, party in party_of.items():
        members.setdefault(party, set()).add(one)
    return {frozenset(party) for party in members.values()}


def folders(desk):
    return {entry.name for entry in (desk.workspace / store.FOLDER).iterdir() if entry.is_dir()}


@pytest.fixture
def built_so_often(monkeypatch):
    """Count how often listings are joined."""
    from sanctrail.parties import build as module

    calls, real = [], module.build

    def counted(*arguments):
        built = real(*arguments)
        calls.append(built)
        return built

    monkeypatch.setattr(module, "build", counted)
    return calls


# Made once, opened by all.


def test_parties_are_made_once_and_opened_afterwards(desk, built_so_often):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI, PAK), sdn_2026_01_01=sdn(OFAC_RI))
    first, again = open_parties(register), open_parties(Register(desk.workspace))
    assert len(built_so_often) == 1
    assert first.party_of("us:7") == again.party_of("us:7") == "un:1"
    assert first.joins == again.joins == tuple(built_so_often[0].joins)
    assert first.undecided == again.undecided == tuple(built_so_often[0].undecided)
    assert again.members("un:1") == ("un:1", "us:7")
    assert again.party_of("un:2") == "un:2"


def test_a_new_version_and_a_new_decision_make_new_parties(desk, built_so_often):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI, PAK), sdn_2026_01_01=sdn(OFAC_RI))
    keys = [parties_key(register)]
    open_parties(register)
    decide(desk.workspace, [Decision(JOIN, "us:7", "un:2")])
    keys.append(parties_key(register))
    assert open_parties(register).party_of("us:7") == "un:2"
    register = desk.load(un_2026_02_01=un("2026-02-01", RI, PAK, JANG))
    keys.append(parties_key(register))
    assert open_parties(register).party_of("un:3") == "un:3"
    assert len(set(keys)) == len(built_so_often) == 3
    assert parties_key(Register(desk.workspace, "2026-01-15")) == keys[1]  # what was held then
    assert folders(desk) == set(keys)  # older ones stay for who still reads them


def test_of_many_joinings_the_last_few_are_kept(desk):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI, PAK), sdn_2026_01_01=sdn(OFAC_RI))
    keys = []
    for number in range(store.KEPT + 3):
        decide(desk.workspace, [Decision(SPLIT, "us:7", f"un:{90 + number}")])
        open_parties(register)
        keys.append(parties_key(register))
    assert len(folders(desk)) <= store.KEPT + 1
    assert keys[-1] in folders(desk)
    assert keys[0] not in folders(desk)


def test_another_code_joins_from_scratch_and_keeps_the_ids(desk, built_so_often, monkeypatch):
    open_parties(desk.load(sdn_2026_01_01=sdn(OFAC_RI)))
    register = desk.load(un_2026_01_01=un("2026-01-01", RI, PAK))
    assert open_parties(register).members("us:7") == ("un:1", "us:7")
    monkeypatch.setattr(store, "code_digest", lambda: "another")
    assert open_parties(register).members("us:7") == ("un:1", "us:7")
    assert [one.compared for one in built_so_often] == [1, 2, 3]


def test_as_of_a_day_parties_are_of_what_was_held_until_then_whatever_is_loaded_later(desk):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI), sdn_2026_02_01=sdn(OFAC_RI))
    assert open_parties(register).party_of("us:7") == "un:1"
    before = open_parties(Register(desk.workspace, "2026-01-15"))
    assert before.party_of("us:7") == "us:7"
    assert before.members("un:1") == ("un:1",)
    assert open_parties(Register(desk.workspace)).party_of("us:7") == "un:1"
    desk.load(eu_2026_03_01=eu("2026-03-01", EU_RI))
    assert open_parties(Register(desk.workspace, "2026-02-15")).members("un:1") == ("un:1", "us:7")
    assert open_parties(Register(desk.workspace)).party_of("eu:EU.71") == "un:1"


def test_a_question_about_an_earlier_day_is_no_step_that_the_next_is_built_upon(
    desk, built_so_often
):
    desk.load(un_2026_01_01=un("2026-01-01", RI), sdn_2026_02_01=sdn(OFAC_RI))
    open_parties(Register(desk.workspace))
    open_parties(Register(desk.workspace, "2026-01-15"))
    open_parties(desk.load(eu_2026_03_01=eu("2026-03-01", EU_RI)))
    assert [one.compared for one in built_so_often] == [2, 0, 1]


def test_parties_opened_before_a_decision_go_on_telling_what_they_told(desk):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI, PAK), sdn_2026_01_01=sdn(OFAC_RI))
    before = open_parties(register)
    decide(desk.workspace, [Decision(SPLIT, "us:7", "un:1")])
    after = open_parties(register)
    assert [(one.left, one.right) for one in before.joins] == [("un:1", "us:7")]
    assert after.joins == ()


def test_a_joining_is_read_as_it_was_written(desk, tmp_path):
    register = desk.load(
        un_2026_01_01=un("2026-01-01", RI, PAK, JANG),
        sdn_2026_01_01=sdn(OFAC_RI, (9, "JANG, Yong Son")),
        eu_2026_01_01=eu("2026-01-01", EU_RI, (73, "Kim Kyong Ok", "1937-01-01", "KPi.002")),
    )
    built = build(register)
    assert built.pairs
    assert built.undecided
    (tmp_path / "kept").mkdir()
    write_built(tmp_path / "kept", built)
    again = read_built(tmp_path / "kept")
    for field in ("listings", "since", "generation", "pairs"):
        assert getattr(again, field) == getattr(built, field), field
    assert_same_keys(again, built)


def assert_same_keys(one, other):
    assert one.filed.listings == other.filed.listings
    assert np.array_equal(one.filed.keys, other.filed.keys)
    assert np.array_equal(one.filed.start, other.filed.start)


def test_the_same_state_gives_the_same_bytes(desk, tmp_path):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI, PAK), sdn_2026_01_01=sdn(OFAC_RI))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_built(tmp_path / name, build(Register(desk.workspace)))
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 5
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert register.versions


# What was joined before spares comparing, and changes nothing.

PEOPLE = (
    RI, PAK, JANG, (4, "KIM TONG MYONG", "1964-01-01"), (5, "KIM TONG-MYONG"),
    (6, "KIM, Tong Myong"), (10, "Zanskar Qorvath"), (11, "Qorvath Zanskar", "1970-05-01"),
    (12, "Sidorov Ivan Petrovich"),
    (13, "Ivan Sidorov", "1964-07-17"), (14, "RI WONHO", "1964-07-17"), (15, "PAK CHOL"),
)  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul")


def in_ofac_s_words(number, name, born=""):
    day = [f"{born[8:]} {MONTHS[int(born[5:7]) - 1]} {born[:4]}"] if born else []
    return (number, name, *day)


def some_versions(made, count):
    """Versions of three lists by chance: people come, go, and are born on other days."""
    for number in range(count):
        day = f"2026-01-{number + 1:02}"
        people = [
            one if made.random() < 0.8 else (*one[:2], made.choice(("1964-07-17", "1950-03-04")))
            for one in made.sample(PEOPLE, made.randint(2, 8))
        ]
        kind = made.choice(("un", "sdn", "eu"))
        if kind == "un":
            text = un(day, *people)
        elif kind == "sdn":
            text = sdn(*(in_ofac_s_words(*one) for one in people))
        else:
            cited = ("", "", "KPi.001")
            text = eu(day, *((*one, *[""] * (3 - len(one)), made.choice(cited)) for one in people))
        yield f"{kind}_{day.replace('-', '_')}", text


@pytest.mark.parametrize("seed", range(3))
def test_joined_step_by_step_in_any_order_parties_are_those_made_from_scratch(desk, tmp_path, seed):
    made = random.Random(seed)
    versions = list(some_versions(made, 8))
    made.shuffle(versions)
    before = None
    for number, (name, text) in enumerate(versions):
        register = desk.load(**{name: text})
        decisions = [Decision(SPLIT, "un:1", "us:1")] if number == 5 else []
        scratch, stepwise = build(register, decisions), build(register, decisions, before)
        for field in ("listings", "pairs", "joins", "undecided"):
            assert getattr(stepwise, field) == getattr(scratch, field), (name, field)
        assert grouped(stepwise.party_of) == grouped(scratch.party_of)
        assert_same_keys(stepwise, scratch)
        known = before.listings if before else {}
        changed = {key for key, one in scratch.listings.items() if known.get(key) != one}
        assert stepwise.compared == len(changed)
        folder = tmp_path / f"kept{number}"
        folder.mkdir()
        write_built(folder, stepwise)
        before = read_built(folder)
    assert scratch.pairs


def test_only_the_listings_that_a_version_changed_are_compared_again(desk):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI, PAK), sdn_2026_01_01=sdn(OFAC_RI))
    first = build(register)
    assert (first.compared, first.generation) == (3, 0)
    assert build(register, (), first).compared == 0
    register = desk.load(un_2026_02_01=un("2026-02-01", RI, (2, "PAK CHOL SU", "1961-02-03"), JANG))
    second = build(register, (), first)
    assert (second.compared, second.generation) == (2, 1)
    assert second.since == {"un:1": 0, "un:2": 0, "us:7": 0, "un:3": 1}
    gone = build(desk.load(un_2026_03_01=un("2026-03-01", RI)), (), second)
    assert gone.compared == 0  # who left stands as he stood last


# Ids that stay.


def test_of_those_seen_together_first_the_un_s_listing_founds_the_party(desk):
    register = desk.load(
        sdn_2026_01_01=sdn(OFAC_RI), eu_2026_01_01=eu("2026-01-01", EU_RI),
        un_2026_01_01=un("2026-01-01", RI),
    )  # fmt: skip
    assert open_parties(register).members("un:1") == ("un:1", "us:7", "eu:EU.71")
    order = sorted(("jp:1", "xx:1", "us:10", "us:9", "eu:EU.1", "un:1", "gb:1"), key=seniority)
    assert order == ["un:1", "us:9", "us:10", "eu:EU.1", "gb:1", "jp:1", "xx:1"]


def test_a_party_that_the_un_lists_later_keeps_the_id_it_had(desk):
    first = open_parties(desk.load(sdn_2026_01_01=sdn(OFAC_RI)))
    assert first.party_of("us:7") == "us:7"
    later = open_parties(desk.load(un_2026_02_01=un("2026-02-01", RI)))
    assert later.party_of("un:1") == later.party_of("us:7") == "us:7"
    assert later.members("us:7") == ("un:1", "us:7")


def test_merged_parties_lead_to_their_successor_and_get_their_ids_back_when_split(desk):
    register = desk.load(
        un_2026_01_01=un("2026-01-01", RI),
        sdn_2026_01_01=sdn(OFAC_RI),
        eu_2026_01_01=eu("2026-01-01", (72, "Pak Chol-su")),
    )
    assert open_parties(register).party_of("eu:EU.72") == "eu:EU.72"
    decide(desk.workspace, [Decision(JOIN, "us:7", "eu:EU.72")])
    merged = open_parties(register)
    assert merged.party_of("eu:EU.72") == merged.party_of("us:7") == "un:1"
    assert [one.basis for one in merged.joins_of("un:1")] == ["decision", "names"]
    decide(desk.workspace, [Decision(SPLIT, "us:7", "eu:EU.72")])
    apart = open_parties(register)
    assert (apart.party_of("us:7"), apart.party_of("eu:EU.72")) == ("un:1", "eu:EU.72")


def test_a_party_whose_founder_leaves_its_list_keeps_its_id(desk):
    open_parties(desk.load(un_2026_01_01=un("2026-01-01", RI, PAK), sdn_2026_01_01=sdn(OFAC_RI)))
    register = desk.load(un_2026_02_01=un("2026-02-01", PAK))
    assert "un:1" not in {row["listing_id"] for row in register.rows("listings")}
    parties = open_parties(register)
    assert parties.party_of("us:7") == "un:1"
    assert parties.members("un:1") == ("un:1", "us:7")
    later = open_parties(desk.load(eu_2026_03_01=eu("2026-03-01", EU_RI)))
    assert later.party_of("eu:EU.71") == "un:1"  # joined with one who is listed no more


def test_a_version_forgotten_is_as_if_it_had_never_been(desk):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI), sdn_2026_01_01=sdn(OFAC_RI, OFAC_PAK))
    open_parties(register)
    (version,) = (v["version_id"] for v in register.versions if v["list_id"] == "un")
    forget(desk.workspace, version)
    parties = open_parties(Register(desk.workspace))
    assert parties.party_of("us:7") == "us:7"
    assert parties.members("un:1") == ("un:1",)
    assert parties.joins == ()
    again = open_parties(desk.load(un_2026_02_01=un("2026-02-01", RI)))
    assert again.party_of("un:1") == "us:7"


# Damage, kills, and a workspace that cannot be written.


def told(register):
    parties = open_parties(register)
    ids = ("un:1", "un:2", "un:3", "un:4", "us:7", "us:8", "eu:EU.71", "eu:EU.73")
    return {one: parties.party_of(one) for one in ids}, parties.joins, parties.undecided


@pytest.fixture
def joined(desk):
    """Lists whose parties were made in two steps, with a proposal."""
    open_parties(desk.load(sdn_2026_01_01=sdn(OFAC_RI, OFAC_PAK)))
    register = desk.load(
        un_2026_01_01=un("2026-01-01", RI, PAK, JANG),
        eu_2026_01_01=eu("2026-01-01", EU_RI, (73, "Kim Kyong Ok", "1937-01-01", "KPi.002")),
    )
    answer = told(register)
    assert answer[0]["un:1"] == "us:7"
    assert answer[2]
    return answer


FILES = ("listings.parquet", "pairs.parquet", "joins.parquet", "arrays.bin", "manifest.json")


def middle(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 255
    path.write_bytes(data)


DAMAGE = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "flipped": middle,
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "other": lambda path: path.write_bytes(b"[1, 2]"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_made_again_and_never_answers_otherwise(desk, joined, name, damage):
    folder = desk.workspace / store.FOLDER / parties_key(Register(desk.workspace))
    DAMAGE[damage](folder / name)
    groups, joins, undecided = told(Register(desk.workspace))
    assert grouped(groups) == grouped(joined[0])
    assert (joins, undecided) == joined[1:]
    desk.load(un_2026_02_01=un("2026-02-01", RI, PAK))
    assert grouped(told(Register(desk.workspace))[0]) == grouped(joined[0])


@pytest.mark.parametrize("name", FILES[:4])
def test_a_damaged_file_of_the_last_joining_is_not_built_upon(desk, joined, name):
    folder = desk.workspace / store.FOLDER / parties_key(Register(desk.workspace))
    DAMAGE["zeros" if name == "arrays.bin" else "flipped"](folder / name)
    register = desk.load(un_2026_02_01=un("2026-02-01", RI, PAK, JANG, (4, "KIM KYONG OK")))
    groups, joins, undecided = told(register)
    scratch = build(register)
    assert (joins, undecided) == (tuple(scratch.joins), tuple(scratch.undecided))
    assert grouped(groups) >= grouped(scratch.party_of) != set()
    assert groups["un:1"] == ("un:1" if name == "listings.parquet" else "us:7")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"code": 1}', None])
def test_a_damaged_manifest_of_the_folder_loses_only_time(desk, joined, text):
    path = desk.workspace / store.FOLDER / "manifest.json"
    path.unlink() if text is None else path.write_text(text)
    assert told(Register(desk.workspace)) == joined
    register = desk.load(un_2026_02_01=un("2026-02-01", RI, PAK))
    assert grouped(told(register)[0]) == grouped(joined[0])


def test_a_manifest_that_names_what_is_not_there_loses_only_time(desk, joined):
    path = desk.workspace / store.FOLDER / "manifest.json"
    path.write_text(path.read_text().replace('"current": "', '"current": "0'))
    register = desk.load(un_2026_02_01=un("2026-02-01", RI, PAK))
    assert grouped(told(register)[0]) == grouped(joined[0])


def test_without_its_folder_the_same_parties_are_made_again(desk, joined):
    shutil.rmtree(desk.workspace / store.FOLDER)
    groups, joins, undecided = told(Register(desk.workspace))
    assert grouped(groups) == grouped(joined[0])
    assert (joins, undecided) == joined[1:]


def test_where_nothing_can_be_written_parties_are_told_all_the_same(desk):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI), sdn_2026_01_01=sdn(OFAC_RI))
    (desk.workspace / store.FOLDER).write_text("a file in the folder's place")
    assert open_parties(register).party_of("us:7") == "un:1"
    decide(desk.workspace, [Decision(SPLIT, "us:7", "un:1")])
    assert open_parties(register).party_of("us:7") == "us:7"


def test_decisions_that_cannot_be_read_are_told_and_not_passed_over(desk):
    register = desk.load(un_2026_01_01=un("2026-01-01", RI), sdn_2026_01_01=sdn(OFAC_RI))
    open_parties(register)
    (desk.workspace / FILE).write_text("join us:7 and un:1 please\n")
    with pytest.raises(InputError, match="line 1"):
        open_parties(register)


KILLED = """
import os, pathlib, shutil, signal, sys
from pyarrow import parquet
from sanctrail.parties import open_parties
from sanctrail.parties.meeting import make_ready, meet_listings
from sanctrail.parties.profiles import Profile
from sanctrail.register import Register

base = pathlib.Path(sys.argv[1])
names = (("Ri Won Ho", True),)
two = {key: Profile(key, "un", ("un",), "person", "Ri Won Ho", names) for key in ("un:1", "un:2")}
assert meet_listings(make_ready(two))  # the kernels are loaded before the forks
steps = at = 0

def counted(real):
    def call(*args, **kwargs):
        global steps
        for when in ("before", "after"):
            steps += 1
            if steps == at:
                os.kill(os.getpid(), signal.SIGKILL)
            if when == "before":
                answer = real(*args, **kwargs)
        return answer
    return call

def attempt(number):
    global at
    workspace = base / f"killed-{number}"
    shutil.copytree(base / "workspace", workspace)
    child = os.fork()
    if not child:
        at = number
        open_parties(Register(workspace))
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(number, status, flush=True)
    return status

pathlib.Path.replace = counted(pathlib.Path.replace)
pathlib.Path.rename = counted(pathlib.Path.rename)
pathlib.Path.mkdir = counted(pathlib.Path.mkdir)
shutil.rmtree = counted(shutil.rmtree)
os.fsync = counted(os.fsync)
parquet.write_table = counted(parquet.write_table)
number = 1
while attempt(number):
    number += 1
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")
def test_a_joining_killed_at_each_of_its_write_steps_is_made_by_who_asks_next(desk, tmp_path):
    """The third joining: an older one is read, one is swept away."""
    open_parties(desk.load(sdn_2026_01_01=sdn(OFAC_RI, OFAC_PAK)))
    open_parties(desk.load(un_2026_01_01=un("2026-01-01", RI, PAK)))
    desk.load(eu_2026_01_01=eu("2026-01-01", EU_RI, EU_PAK))
    shutil.copytree(desk.workspace, tmp_path / "warm")
    whole = told(Register(tmp_path / "warm"))
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], check=True, capture_output=True, text=True
    )
    codes = dict(map(int, line.split()) for line in run.stdout.splitlines())
    *killed, last = codes.values()
    assert len(killed) > 20
    assert (set(killed), last) == ({-9}, 0)
    for number in codes:
        workspace = tmp_path / f"killed-{number}"
        register = Register(workspace)
        assert told(register) == whole
        if number % 4:
            continue
        decide(workspace, [Decision(SPLIT, "us:7", "un:1")])
        assert open_parties(register).party_of("un:1") == "un:1"
        left = [one.name for one in (workspace / store.FOLDER).iterdir()]
        assert not [name for name in left if name.endswith(".new")]
