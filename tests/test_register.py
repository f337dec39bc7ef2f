"""The register: all files or none, in the lists' own order, and whole whenever a load is killed."""

import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from sanctrail.errors import FailedFiles, RegisterError, UnreadableFile, UnsafeFile
from sanctrail.register import LoadOptions, Register, has_register, load_lists

OLD_NAMES, NEW_NAMES = ("RI WON HO",), ("RI WON HO", "JANG YONG SON")


def un_list(names=OLD_NAMES, day="2026-01-01", padding=0):
    people = [*names, *(f"NAME NUMBER{n}" for n in range(padding))]
    entries = "".join(
        f"<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>{name}</FIRST_NAME>"
        "<LISTED_ON>2016-11-30</LISTED_ON></INDIVIDUAL>"
        for number, name in enumerate(people, 1)
    )
    return (
        f'<CONSOLIDATED_LIST dateGenerated="{day}T00:00:00Z"><INDIVIDUALS>{entries}</INDIVIDUALS>'
        "</CONSOLIDATED_LIST>"
    )


def extract(day="2026-06-01", list_id="un", **changes):
    listing = {
        "list": list_id,
        "id": "un:1",
        "reference": "KPi.033",
        "kind": "person",
        "listed_on": "2016-11-30",
        "names": [{"text": "FROM AN EXTRACT", "kind": "primary"}],
    }
    return json.dumps(
        {
            "format": "sanctrail-extract/1",
            "lists": {list_id: {"regime": "un", "list_date": day}},
            "listings": [{**listing, **changes}],
        }
    )


@pytest.fixture
def write(tmp_path):
    def file(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return file


@pytest.fixture
def workspace(tmp_path):
    return tmp_path / "workspace"


def bytes_of(workspace):
    return {
        str(path.relative_to(workspace)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(workspace.rglob("*"))
        if path.is_file()
    }


def answer(workspace):
    register = Register(workspace)
    names = [row["name"] for row in register.rows("names")]
    return [version["version_id"] for version in register.current], names, register.listings()


def names_in(workspace):
    return tuple(answer(workspace)[1])


def test_loading_twice_changes_no_byte(write, workspace):
    files = [write("un.xml", un_list()), write("extract.json", extract(list_id="us-sdn"))]
    first, _ = load_lists(files, workspace)
    before = bytes_of(workspace)
    second, _ = load_lists(files, workspace)
    assert [version.changed for version in first + second] == [True, True, False, False]
    assert bytes_of(workspace) == before


def test_the_same_file_under_another_name_or_packing_changes_nothing(write, workspace, tmp_path):
    load_lists([write("un.xml", un_list())], workspace)
    before = bytes_of(workspace)
    packed = tmp_path / "again.gz"
    packed.write_bytes(gzip.compress(un_list().encode()))
    assert not load_lists([packed], workspace)[0][0].changed
    assert bytes_of(workspace) == before


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_the_list_s_own_date_orders_versions_whatever_was_loaded_first(write, workspace, order):
    texts = {"old": un_list(), "new": un_list(NEW_NAMES, "2026-02-27")}
    for name in order:
        load_lists([write(f"{name}.xml", texts[name])], workspace)
    assert names_in(workspace) == NEW_NAMES
    assert len(Register(workspace).versions) == 2


@pytest.mark.parametrize("order", [("full", "extract"), ("extract", "full")])
def test_a_full_list_outranks_a_newer_extract(write, workspace, order):
    files = {"full": write("full.xml", un_list()), "extract": write("extract.json", extract())}
    load_lists([files[name] for name in order], workspace)
    assert names_in(workspace) == OLD_NAMES


def test_a_list_s_date_is_ordered_as_a_day_and_not_as_text(write, workspace):
    load_lists([write("a.json", extract("27/02/2025"))], workspace)
    names = [{"text": "NEWER", "kind": "primary"}]
    load_lists([write("b.json", extract("2026-1-2", names=names))], workspace)
    assert [v["list_date"] for v in Register(workspace).versions] == ["2025-02-27", "2026-01-02"]
    assert names_in(workspace) == ("NEWER",)


def test_partial_versions_add_to_one_another_since_absence_from_one_means_nothing(write, workspace):
    load_lists([write("a.json", extract("2025-02-27"))], workspace)
    load_lists([write("b.json", extract("2026-01-02", id="un:2"))], workspace)
    assert set(Register(workspace).listings()) == {("un", "un:1"), ("un", "un:2")}
    assert len(names_in(workspace)) == 2
    assert set(Register(workspace, "2025-12-31").listings()) == {("un", "un:1")}


BAD = {
    "truncated": (UnreadableFile, un_list()[:-20]),
    "doctype": (UnsafeFile, "<!DOCTYPE x>" + un_list()),
    "words": (UnreadableFile, "no list at all"),
}


@pytest.mark.parametrize("bad", BAD)
def test_after_a_bad_file_the_register_answers_as_before(write, workspace, bad):
    load_lists([write("un.xml", un_list())], workspace)
    before, bytes_before = answer(workspace), bytes_of(workspace)
    kind, text = BAD[bad]
    good = write("good.xml", un_list(NEW_NAMES, "2026-02-27"))
    with pytest.raises(kind, match=r"bad\.xml"):
        load_lists([good, write("bad.xml", text)], workspace)
    assert (answer(workspace), bytes_of(workspace)) == (before, bytes_before)


def test_several_bad_files_are_told_with_a_sentence_each(write, workspace, tmp_path):
    good = write("good.xml", un_list())
    bad = [write(f"{name}.xml", text) for name, (_, text) in BAD.items()]
    with pytest.raises(FailedFiles) as caught:
        load_lists([bad[0], good, *bad[1:], tmp_path / "absent.xml"], workspace)
    sentences = str(caught.value).split("\n")
    assert len(sentences) == len(caught.value.failures) == 4
    for name, sentence in zip([*BAD, "absent"], sentences, strict=True):
        assert f"{name}.xml" in sentence
    assert not has_register(workspace)


def test_a_workspace_without_lists_says_what_to_type(workspace):
    with pytest.raises(RegisterError, match="sanctrail lists load"):
        Register(workspace)


def test_another_layout_of_the_register_is_refused(write, workspace):
    load_lists([write("un.xml", un_list())], workspace)
    manifest = workspace / "register" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 9'))
    for ask in (
        lambda: Register(workspace),
        lambda: load_lists([write("b", extract())], workspace),
    ):
        with pytest.raises(RegisterError, match="layout 9"):
            ask()


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": ""},
        {"id": "un:"},
        {"id": "us:7"},
        {"id": "7"},
        {"reference": None},
        {"names": [{"text": " ", "kind": "primary"}]},
        {"wallets": [{"asset": "ETH", "address": ""}]},
        {"listed_on": "2016"},
        {"listed_on": "20161130"},
        {"listed_on": "30/11/2016"},
        {"programmes": "DPRK3"},
        {"programmes": [7]},
        {"births": [{"earliest": "20000101", "latest": "20000102", "precision": "day"}]},
        {"names": [{"text": 7, "kind": "primary"}]},
        {"names": [{"text": "\ud800", "kind": "primary"}]},
        {"names": []},
        {"names": ["KIM"]},
        {"kind": "ghost"},
        {"births": [{"earliest": "soon", "latest": "later", "precision": "day"}]},
        {"births": [{"earliest": "2000-01-02", "latest": "2000-01-01", "precision": "day"}]},
        {"births": None},
        {"wallets": [{"asset": "ETH"}]},
        {"list": "eu"},
        {"list": ["un"]},
    ],
)
def test_a_bad_listing_of_an_extract_is_a_problem_and_the_rest_is_loaded(write, workspace, changes):
    document = json.loads(extract())
    document["listings"].append({**document["listings"][0], "id": "un:bad", **changes})
    path = write("extract.json", json.dumps(document))
    (loaded,), problems = load_lists([path], workspace)
    assert (loaded.parties, len(problems)) == (1, 1)
    assert problems[0].where.startswith("listing 1")


def test_a_listing_may_lack_its_reference_number_and_its_day(write, workspace):
    path = write("extract.json", extract(reference="", listed_on="", programmes=[]))
    (loaded,), problems = load_lists([path], workspace)
    assert (loaded.parties, problems) == (1, [])


def two_lists(*listings):
    """An extract of two lists of one publisher; each listing is (list, changes)."""
    about = {"regime": "us", "list_date": "2026-01-01"}
    one = {"id": "us:7", "reference": "7", "kind": "entity", "listed_on": "2019-09-13"}
    return json.dumps(
        {
            "format": "sanctrail-extract/1",
            "lists": {"us-cons": about, "us-sdn": about},
            "listings": [{**one, "list": list_id, **changes} for list_id, changes in listings],
        }
    )


SAME_UID = (
    ("us-cons", {"names": [{"text": "ON CONS", "kind": "primary"}], "programmes": ["CMIC"]}),
    (
        "us-sdn",
        {
            "names": [{"text": "ON SDN", "kind": "primary"}],
            "programmes": ["DPRK3"],
            "wallets": [{"asset": "XBT", "address": "1Listed"}],
        },
    ),
)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_wallet_is_told_with_the_list_it_stands_on(write, workspace, turn):
    _, problems = load_lists([write("e.json", two_lists(*SAME_UID[::turn]))], workspace)
    assert problems == []
    (wallet,) = Register(workspace).wallets(["1Listed"])
    assert (wallet.list_id, wallet.listing_id) == ("us-sdn", "us:7")
    assert (wallet.names, wallet.programmes) == (("ON SDN",), ("DPRK3",))
    assert set(Register(workspace).listings()) == {("us-cons", "us:7"), ("us-sdn", "us:7")}


def test_an_id_that_one_list_repeats_is_a_problem(write, workspace):
    loaded, problems = load_lists([write("e.json", two_lists(*SAME_UID, SAME_UID[1]))], workspace)
    assert [version.parties for version in loaded] == [1, 1]
    assert [problem.where for problem in problems] == ["listing 2 (us:7)"]


# Two versions of one day: the one loaded later counts.


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
@pytest.mark.parametrize("at_once", [True, False])
def test_of_two_versions_with_one_date_the_later_load_counts(write, workspace, order, at_once):
    texts = {"one": un_list(), "two": un_list(NEW_NAMES)}
    files = [write(f"{name}.xml", texts[name]) for name in order]
    for batch in [files] if at_once else [[file] for file in files]:
        loaded, _ = load_lists(batch, workspace, LoadOptions(accept_drop=True))
    assert names_in(workspace) == (OLD_NAMES if order[-1] == "one" else NEW_NAMES)
    assert loaded[-1].current == loaded[-1].version_id
    before = bytes_of(workspace)
    (again,), _ = load_lists(files[:1], workspace)
    assert (again.changed, again.current) == (False, loaded[-1].version_id)
    assert bytes_of(workspace) == before


def test_the_same_files_in_the_same_order_give_the_same_bytes(write, tmp_path):
    files = [write("one.xml", un_list()), write("two.xml", un_list(NEW_NAMES))]
    load_lists(files, tmp_path / "once")
    for file in files:
        load_lists([file], tmp_path / "twice")
    assert bytes_of(tmp_path / "once") == bytes_of(tmp_path / "twice")


# Damage: told in a sentence, and mended by loading the file again.


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 255
    path.write_bytes(data)


def empty(path):
    path.write_bytes(b"")


DAMAGE = {
    "cut": cut,
    "flipped": flip,
    "empty": empty,
    "missing": lambda path: path.unlink(),
    "folder gone": lambda path: shutil.rmtree(path.parent),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_table_is_told_and_mended_by_loading_again(write, workspace, damage):
    files = [write("un.xml", un_list())]
    load_lists(files, workspace)
    before = bytes_of(workspace)
    (path,) = workspace.rglob("names.parquet")
    DAMAGE[damage](path)
    with pytest.raises(RegisterError, match=r"names\.parquet.*lists load un\.xml") as caught:
        answer(workspace)
    assert "\n" not in str(caught.value)
    assert load_lists(files, workspace)[0][0].changed
    assert bytes_of(workspace) == before


def test_a_table_that_the_engine_cannot_read_is_told(write, workspace):
    load_lists([write("un.xml", un_list())], workspace)
    (path,) = workspace.rglob("names.parquet")
    whole = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(b"PAR1 no table PAR1")
    manifest = workspace / "register" / "manifest.json"
    damaged = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text().replace(whole, damaged))
    with pytest.raises(RegisterError, match=r"names\.parquet"):
        answer(workspace)


def test_the_engine_tells_what_it_cannot_read_in_a_sentence(tmp_path):
    from sanctrail.ground.engine import DuckEngine

    path = tmp_path / "a.parquet"
    path.write_bytes(b"no table")
    with DuckEngine() as engine:
        for ask in (
            lambda: engine.register("t", [path]),
            lambda: engine.run("SELECT * FROM absent"),
            lambda: engine.count("absent"),
            lambda: engine.write("SELECT 1", tmp_path / "no" / "such"),
        ):
            with pytest.raises(UnreadableFile) as caught:
                ask()
            assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"format":2,"versions":5}',
        '{"format":2,"versions":[{}]}',
        '{"format":2,"versions":["un"]}',
        '{"format":2}',
        "[{}]",
        "{",
        "",
    ],
)
def test_a_damaged_manifest_is_told_to_who_asks_and_who_loads(write, workspace, text):
    file = write("un.xml", un_list())
    load_lists([file], workspace)
    (workspace / "register" / "manifest.json").write_text(text)
    before = bytes_of(workspace)
    for ask in (lambda: Register(workspace), lambda: load_lists([file], workspace)):
        with pytest.raises(RegisterError) as caught:
            ask()
        assert "\n" not in str(caught.value)
    assert bytes_of(workspace) == before


@pytest.mark.parametrize("list_id", ["../../escaped", "", "a/b", "UN"])
def test_a_list_s_name_cannot_leave_the_register(write, workspace, tmp_path, list_id):
    path = write("extract.json", extract(list_id=list_id))
    with pytest.raises(UnreadableFile, match="no name of a list"):
        load_lists([path], workspace)
    assert [entry.name for entry in tmp_path.iterdir()] == ["extract.json"]


@pytest.mark.parametrize("about", [None, {}, {"regime": "un"}, {"regime": 1, "list_date": "2026"}])
def test_a_list_without_its_regime_and_date_is_refused(write, workspace, about):
    document = {**json.loads(extract()), "lists": {"un": about}}
    with pytest.raises(UnreadableFile, match="regime and list_date"):
        load_lists([write("extract.json", json.dumps(document))], workspace)


# Killed at any moment: the register answers as before, or as after, and the next load is whole.

KILLED = """
import os, pathlib, shutil, signal, sys, time
from pyarrow import parquet
from sanctrail.register import load_lists

file, base = map(pathlib.Path, sys.argv[1:3])
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

def attempt(number, kill_at=0, delay=None):
    global at
    workspace = base / f"killed-{number}"
    shutil.copytree(base / "old", workspace)
    started = time.monotonic()
    child = os.fork()
    if not child:
        at = kill_at
        load_lists([file], workspace)
        os._exit(0)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(number, status, flush=True)
    return time.monotonic() - started, status
"""

AT_EACH_STEP = """
pathlib.Path.replace = counted(pathlib.Path.replace)
pathlib.Path.mkdir = counted(pathlib.Path.mkdir)
os.fsync = counted(os.fsync)
parquet.write_table = counted(parquet.write_table)
number = 1
while attempt(number, kill_at=number)[1]:
    number += 1
"""

AT_ANY_TIME = """
import random
duration = min(attempt(0)[0], attempt(1)[0])
moments = random.Random(7)
number, killed = 1, 0
while killed < 12:
    number += 1
    killed += attempt(number, delay=moments.random() * duration)[1] != 0
"""

LOAD = """
import pathlib, sys
from sanctrail.register import load_lists
load_lists([pathlib.Path(sys.argv[1])], pathlib.Path(sys.argv[2]))
"""


def killed_loads(tmp_path, write, script, padding):
    """Kill loads of a new list over an old one as the script says; yield what each left."""
    old = write("old.xml", un_list())
    new = write("new.xml", un_list(NEW_NAMES, "2026-02-27", padding))
    load_lists([old], tmp_path / "old")
    finished = tmp_path / "finished"
    load_lists([old], finished)
    before = answer(finished)
    load_lists([new], finished)
    after, whole = answer(finished), bytes_of(finished)
    run = subprocess.run(
        [sys.executable, "-c", KILLED + script, str(new), str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )
    for line in run.stdout.splitlines():
        number, code = line.split()
        workspace = tmp_path / f"killed-{number}"
        found = answer(workspace)
        assert found in (before, after)
        load_lists([new], workspace)
        assert answer(workspace) == after
        assert bytes_of(workspace) == whole
        yield int(code), found == after


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")


@needs_fork
def test_a_load_killed_at_each_of_its_write_steps_leaves_a_whole_register(write, tmp_path):
    *killed, last = killed_loads(tmp_path, write, AT_EACH_STEP, padding=20)
    assert len(killed) > 30
    assert {code for code, _ in killed} == {-signal.SIGKILL}
    assert last == (0, True)
    became_real = [real for _, real in killed]
    assert became_real == sorted(became_real)  # one step makes it real, and it stays so
    assert set(became_real) == {False, True}


@needs_fork
def test_a_load_killed_at_any_time_leaves_a_whole_register(write, tmp_path):
    first, second, *rest = killed_loads(tmp_path, write, AT_ANY_TIME, padding=2000)
    assert first == second == (0, True)
    assert sum(code == -signal.SIGKILL for code, _ in rest) >= 12


def test_the_same_lists_give_the_same_bytes_in_any_process(write, tmp_path):
    path = write("un.xml", un_list(NEW_NAMES, padding=500))
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", LOAD, str(path), str(tmp_path / seed)],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed},
        )
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "2") != {}


def test_versions_of_different_days_give_the_same_bytes_in_any_order(write, tmp_path):
    files = [write(f"{day}.xml", un_list(day=f"2026-01-0{day}")) for day in (1, 2, 3)]
    for name, order in (("a", files), ("b", files[::-1])):
        for file in order:
            load_lists([file], tmp_path / name)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
