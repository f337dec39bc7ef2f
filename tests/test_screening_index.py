"""The index on disk: one for each state of the register, never half a one, never another's."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from sanctrail.ground.arrays import DATA
from sanctrail.ground.store import LOCK, MANIFEST
from sanctrail.register import Register, load_lists
from sanctrail.screening import Query, Screener
from sanctrail.screening.store import FOLDER, KEPT, index_key, number_hash, open_index
from test_screening import EXPO, PARK

DAY = "2025-11-19"


def loaded(folder, *listings, day=DAY, name="extract.json"):
    document = {
        "format": "sanctrail-extract/1",
        "lists": {"us-sdn": {"regime": "us", "list_date": day}},
        "listings": [{"list": "us-sdn", "reference": one["id"], **one} for one in listings],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    assert load_lists([path], folder / "workspace")[1] == []
    return folder / "workspace"


@pytest.fixture
def workspace(tmp_path):
    return loaded(tmp_path, PARK, EXPO)


def indexes(workspace):
    return sorted(one.name for one in (workspace / FOLDER).iterdir() if one.is_dir())


def answers(workspace, **view):
    screener = Screener(Register(workspace, **view))
    queries = [Query("Park Jin Hyuk"), Query("Chosun Expo"), Query("Nobody")]
    return [[hit.as_dict() for hit in hits] for hits in screener.screen_all(queries, 0.3)]


def test_the_same_register_has_the_same_key_and_the_same_bytes(tmp_path):
    first, second = (loaded(tmp_path / name, PARK, EXPO) for name in ("one", "two"))
    keys = [index_key(Register(one)) for one in (first, second)]
    assert keys[0] == keys[1]
    assert answers(first) == answers(second)
    assert indexes(first) == indexes(second) == keys[:1]
    for name in (DATA, MANIFEST):
        written = [(one / FOLDER / keys[0] / name).read_bytes() for one in (first, second)]
        assert written[0] == written[1]


def test_another_version_or_another_day_has_another_key_and_other_answers(tmp_path):
    workspace = loaded(tmp_path, EXPO, day="2025-01-02")
    before, told = index_key(Register(workspace)), answers(workspace)
    loaded(tmp_path, PARK, EXPO, day=DAY, name="newer.json")
    after = Register(workspace)
    assert index_key(after) != before
    assert [len(hits) for hits in told] == [0, 1, 0]
    assert [len(hits) for hits in answers(workspace)] == [1, 1, 0]
    then = {"as_of": "2025-06-01"}
    assert index_key(Register(workspace, **then)) == before
    assert answers(workspace, **then) == told
    assert len(indexes(workspace)) == 2


def test_a_second_opening_reads_what_the_first_one_wrote(workspace):
    told = answers(workspace)
    (key,) = indexes(workspace)
    data = workspace / FOLDER / key / DATA
    stamp, inode = data.stat().st_mtime_ns, data.stat().st_ino
    assert answers(workspace) == told
    assert (data.stat().st_mtime_ns, data.stat().st_ino) == (stamp, inode)
    assert indexes(workspace) == [key]


def cut(folder):
    data = (folder / DATA).read_bytes()
    (folder / DATA).write_bytes(data[: len(data) // 2])


def emptied(folder):
    (folder / DATA).write_bytes(b"")


def without_data(folder):
    (folder / DATA).unlink()


def without_manifest(folder):
    (folder / MANIFEST).unlink()


def with_broken_manifest(folder):
    (folder / MANIFEST).write_text('{"layout": 1, "si')


def with_a_list_for_a_manifest(folder):
    (folder / MANIFEST).write_text("[]")


def without_anything(folder):
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    "damage",
    [cut, emptied, without_data, without_manifest, with_broken_manifest,
     with_a_list_for_a_manifest, without_anything],
)  # fmt: skip
def test_an_index_that_is_not_whole_is_built_anew(workspace, damage):
    told = answers(workspace)
    (key,) = indexes(workspace)
    before = (workspace / FOLDER / key / DATA).read_bytes()
    damage(workspace / FOLDER / key)
    assert answers(workspace) == told
    assert (workspace / FOLDER / key / DATA).read_bytes() == before
    assert indexes(workspace) == [key]


def test_an_index_taken_away_is_built_anew(workspace):
    told = answers(workspace)
    shutil.rmtree(workspace / FOLDER)
    assert answers(workspace) == told


def test_a_damaged_index_under_an_open_one_leaves_the_open_one_answering(workspace):
    screener = Screener(Register(workspace))
    told = [hit.as_dict() for hit in screener.screen(Query("Park Jin Hyuk"))]
    shutil.rmtree(workspace / FOLDER)
    assert [hit.as_dict() for hit in screener.screen(Query("Park Jin Hyuk"))] == told


def test_two_processes_that_build_at_once_both_get_a_good_index(tmp_path):
    many = [
        {**EXPO, "id": f"us:{n}", "names": [{"text": f"Zanskar {n} Trading", "kind": "primary"}]}
        for n in range(300)
    ]
    workspace = loaded(tmp_path, PARK, *many)
    code = (
        "import sys; from pathlib import Path\n"
        "from sanctrail.register import Register\n"
        "from sanctrail.screening import Query, Screener\n"
        "screener = Screener(Register(Path(sys.argv[1])))\n"
        "hits = screener.screen(Query('Park Jin Hyuk'))\n"
        "print(screener.index.key, *(hit.party_id for hit in hits))\n"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(workspace)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    told = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], told
    assert len({out for out, _ in told}) == 1
    key, party = told[0][0].split()
    assert party == "us:24918"
    assert sorted(one.name for one in (workspace / FOLDER).iterdir()) == sorted([LOCK, key])


def test_a_workspace_that_cannot_be_written_is_screened_in_memory(workspace, tmp_path):
    told = answers(workspace)
    shutil.rmtree(workspace / FOLDER)
    (workspace / FOLDER).write_text("a file where the folder would be")
    assert answers(workspace) == told
    assert (workspace / FOLDER).is_file()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes all")
def test_a_workspace_of_somebody_else_is_screened_in_memory(workspace):
    told = answers(workspace)
    shutil.rmtree(workspace / FOLDER)
    workspace.chmod(0o555)
    try:
        assert answers(workspace) == told
        assert not (workspace / FOLDER).exists()
    finally:
        workspace.chmod(0o755)


def test_old_indexes_are_swept_and_the_newest_stay(workspace):
    root = workspace / FOLDER
    root.mkdir()
    for number in range(KEPT + 3):
        old = root / f"{number:016x}"
        old.mkdir()
        (old / DATA).write_bytes(b"x")
        os.utime(old, (1_000_000 + number, 1_000_000 + number))
    open_index(Register(workspace))
    newest = [f"{number:016x}" for number in range(3, KEPT + 3)]
    assert indexes(workspace) == sorted([*newest, index_key(Register(workspace))])


def test_an_opened_index_is_not_written_again_and_sweeps_nobody(workspace):
    key = open_index(Register(workspace)).key
    root = workspace / FOLDER
    for number in range(KEPT + 3):
        (root / f"{number:016x}").mkdir()
    assert open_index(Register(workspace)).key == key
    assert len(indexes(workspace)) == KEPT + 4


def test_the_index_holds_every_party_and_name_of_the_register(workspace):
    register = Register(workspace)
    index = open_index(register)
    texts = [row["name"] for row in register.rows("names")]
    rows = range(len(index.columns["row_party"]))
    assert [index.name(row).text for row in rows] == texts
    assert {index.party(index.party_of(row)).party_id for row in rows} == {"us:24917", "us:24918"}
    forms = len(index.names.form_family)
    assert sorted(row for form in range(forms) for row in index.rows_of(form)) == list(rows)
    assert (np.diff(index.columns["row_party"]) >= 0).all()


def test_a_party_is_read_from_the_index_as_it_was_written(tmp_path):
    wallet = {"asset": "XBT", "address": "1AXUTu9y3H8w4wYx4BjyFWgRhZKDhmcMrn"}
    identifiers = [{"kind": "Passport", "number": "PP-290 33 111", "country": "kp"}]
    workspace = loaded(tmp_path, {**PARK, "identifiers": identifiers, "wallets": [wallet]}, EXPO)
    opened, memory = open_index(Register(workspace)), None
    shutil.rmtree(workspace / FOLDER)
    (workspace / FOLDER).write_text("")
    memory = open_index(Register(workspace))
    for index in (opened, memory):
        (number,) = index.filed_under("passport", "PP29033111")
        party = index.party(number)
        assert party.numbers == (("passport", "PP29033111", "kp"),)
        assert party.births == (("1984-08-15", "1984-08-15", "day", False),)
        assert party.countries == ("kp",)
        assert len(party.wallets) == 1
        assert index.filed_under("passport", "nobody's") == []
    assert opened.key == memory.key
    for name, column in opened.columns.items():
        assert column.dtype == memory.columns[name].dtype
        assert column.tobytes() == memory.columns[name].tobytes()


def test_numbers_are_filed_alike_in_every_run():
    assert number_hash("imo", "9187629") == number_hash("imo", "9187629") < 1 << 32
    assert number_hash("imo", "9187629") != number_hash("mmsi", "9187629")
