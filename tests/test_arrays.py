"""Arrays in one file: what was written is read, and what is not whole is refused."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanctrail.errors import UnreadableFile
from sanctrail.ground.arrays import ALIGNED, DATA, map_arrays, write_arrays
from sanctrail.ground.store import MANIFEST
from sanctrail.names.likeness import FACTS

PADDED = np.dtype([("flag", np.uint8), ("value", np.float64), ("last", np.uint16)], align=True)
PACKED = np.dtype([("flag", np.uint8), ("value", np.float64)])


@pytest.mark.parametrize("dtype", ["u1", "i4", "u4", "i8", "u8", "f4", "f8", FACTS, PADDED, PACKED])
@pytest.mark.parametrize("shape", [(0,), (1,), (7,), (3, 4), (0, 4)])
def test_what_is_written_is_read(tmp_path, dtype, shape):
    random = np.random.default_rng(3)
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = random.integers(0, 100, size, dtype=np.uint8).tobytes()
    array = np.frombuffer(raw, dtype=dtype).reshape(shape)
    write_arrays(tmp_path, {"first": np.arange(3, dtype=np.uint8), "it": array}, {"about": "x"})
    found, manifest = map_arrays(tmp_path)
    assert found["it"].dtype == array.dtype
    assert found["it"].dtype.isalignedstruct == array.dtype.isalignedstruct
    assert found["it"].shape == shape
    assert found["it"].tobytes() == array.tobytes()
    assert found["it"].ctypes.data % ALIGNED == 0 or array.size == 0
    assert manifest["about"] == "x"


@pytest.mark.parametrize("arrays", [{}, {"none": np.empty(0, dtype=FACTS)}])
def test_nothing_at_all_is_written_and_read(tmp_path, arrays):
    write_arrays(tmp_path, arrays, {})
    found, _ = map_arrays(tmp_path)
    assert {name: one.shape for name, one in found.items()} == dict.fromkeys(arrays, (0,))


def test_columns_of_a_table_and_rows_turned_about_are_written_as_they_read(tmp_path):
    table = np.arange(24, dtype=np.int32).reshape(4, 6)
    write_arrays(tmp_path, {"turned": table.T, "every": table[:, ::2]}, {})
    found, _ = map_arrays(tmp_path)
    assert (found["turned"] == table.T).all()
    assert (found["every"] == table[:, ::2]).all()


@given(st.lists(st.binary(max_size=70), max_size=5))
@settings(deadline=None)
def test_the_same_arrays_are_the_same_bytes(tmp_path_factory, parts):
    arrays = {f"part{k}": np.frombuffer(part, dtype=np.uint8) for k, part in enumerate(parts)}
    written = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("arrays")
        write_arrays(folder, arrays, {"about": len(parts)})
        written.append([(folder / name).read_bytes() for name in (DATA, MANIFEST)])
        found, _ = map_arrays(folder)
        assert [one.tobytes() for one in found.values()] == parts
    assert written[0] == written[1]


def test_notes_in_one_view_reach_neither_the_file_nor_another_view(tmp_path):
    write_arrays(tmp_path, {"it": np.arange(1000)}, {})
    before = (tmp_path / DATA).read_bytes()
    (one, _), (other, _) = map_arrays(tmp_path), map_arrays(tmp_path)
    one["it"][:] = -1
    assert other["it"][5] == 5
    assert (tmp_path / DATA).read_bytes() == before


def cut(folder):
    (folder / DATA).write_bytes((folder / DATA).read_bytes()[:-1])


def lengthened(folder):
    (folder / DATA).write_bytes((folder / DATA).read_bytes() + b"x")


def without_data(folder):
    (folder / DATA).unlink()


def without_manifest(folder):
    (folder / MANIFEST).unlink()


def with_broken_manifest(folder):
    (folder / MANIFEST).write_text('{"size": ')


def with_another_manifest(folder):
    size = (folder / DATA).stat().st_size
    (folder / MANIFEST).write_text(json.dumps({"size": size}))


def with_a_folder_for_data(folder):
    (folder / DATA).unlink()
    (folder / DATA).mkdir()


@pytest.mark.parametrize(
    "damage",
    [cut, lengthened, without_data, without_manifest, with_broken_manifest, with_another_manifest,
     with_a_folder_for_data],
)  # fmt: skip
def test_a_folder_that_is_not_whole_is_refused(tmp_path, damage):
    write_arrays(tmp_path, {"it": np.arange(1000)}, {})
    damage(tmp_path)
    with pytest.raises(UnreadableFile):
        map_arrays(tmp_path)
