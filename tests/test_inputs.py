"""Files that somebody else made are read safely, and our own are written whole."""

import bz2
import gzip
import hashlib
import io
import lzma
import subprocess
import sys
import zipfile

import pytest

from sanctrail.errors import UnreadableFile, UnsafeFile
from sanctrail.ground import inputs, store
from sanctrail.ground.inputs import open_input

TEXT = b"a list of parties\n" * 5000


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


PACKINGS = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda data: zipped({"folder/": b"", "folder/list.xml": data}),
}
packings = pytest.mark.parametrize("packing", PACKINGS)


def read_all(path):
    with open_input(path) as stream:
        return stream.read(), stream.digest()


def refusal(path, kind=UnreadableFile):
    with pytest.raises(kind) as caught:
        read_all(path)
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@packings
@pytest.mark.parametrize("name", ["list.xml", "list.gz", "list.zip", "list"])
def test_packing_is_told_by_content_and_never_by_name(tmp_path, packing, name):
    path = tmp_path / name
    path.write_bytes(PACKINGS[packing](TEXT))
    assert read_all(path)[0] == TEXT


@packings
def test_the_digest_is_that_of_the_unpacked_bytes(tmp_path, packing):
    path = tmp_path / "list"
    path.write_bytes(PACKINGS[packing](TEXT))
    with open_input(path) as stream:
        stream.read(17)
        digest = stream.digest()
    assert (digest.name, digest.size) == ("list", len(TEXT))
    assert digest.sha256 == hashlib.sha256(TEXT).hexdigest()


@packings
def test_looking_at_the_head_consumes_nothing(tmp_path, packing):
    data = bytes(range(256)) * 1000
    path = tmp_path / "list"
    path.write_bytes(PACKINGS[packing](data))
    with open_input(path) as stream:
        assert stream.head() == stream.head() == data[: 64 << 10]
        assert stream.read(10) + stream.read(70_000) + stream.read() == data
        assert stream.digest().sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "xz", "zip"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_a_truncated_packed_file_is_refused(tmp_path, packing, share):
    noisy = hashlib.shake_256(b"noise").digest(40_000)
    packed = PACKINGS[packing](noisy)
    path = tmp_path / "cut"
    path.write_bytes(packed[: int(len(packed) * share)])
    assert "nothing was changed" in refusal(path)


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "xz", "zip"])
def test_a_damaged_packed_file_is_refused(tmp_path, packing):
    noisy = hashlib.shake_256(b"noise").digest(40_000)
    packed = bytearray(PACKINGS[packing](noisy))
    packed[len(packed) // 2] ^= 0x55
    path = tmp_path / "damaged"
    path.write_bytes(packed)
    assert "damaged" in refusal(path)


def test_a_zip_of_several_files_is_refused_with_their_number(tmp_path):
    path = tmp_path / "two.zip"
    path.write_bytes(zipped({"a.xml": b"<a/>", "b.xml": b"<b/>"}))
    assert "holds 2 files, expected one" in refusal(path)


def test_an_encrypted_zip_is_refused(tmp_path):
    packed = bytearray(zipped({"a.xml": TEXT}))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "locked.zip"
    path.write_bytes(packed)
    assert "encrypted" in refusal(path)


def test_a_zip_of_an_unknown_method_is_refused(tmp_path):
    packed = bytearray(zipped({"a.xml": TEXT}))
    packed[8] = packed[packed.index(b"PK\x01\x02") + 10] = 9  # deflate64
    path = tmp_path / "other.zip"
    path.write_bytes(packed)
    refusal(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    assert "no such file" in refusal(tmp_path / "absent.xml")
    assert "is a folder" in refusal(tmp_path)


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "xz", "zip"])
def test_a_decompression_bomb_is_refused_by_its_ratio(tmp_path, packing, monkeypatch):
    monkeypatch.setattr(inputs, "RATIO_FLOOR", 1 << 20)
    monkeypatch.setattr(inputs, "MAX_RATIO", 10)
    path = tmp_path / "bomb"
    path.write_bytes(PACKINGS[packing](b"\0" * (4 << 20)))
    assert "decompression bomb" in refusal(path, UnsafeFile)


@packings
def test_no_file_may_unpack_to_more_than_the_limit(tmp_path, packing, monkeypatch):
    monkeypatch.setattr(inputs, "MAX_UNPACKED", len(TEXT))
    path = tmp_path / "list"
    path.write_bytes(PACKINGS[packing](TEXT))
    assert read_all(path)[0] == TEXT
    path.write_bytes(PACKINGS[packing](TEXT + b"!"))
    refusal(path, UnsafeFile)


def test_replacing_a_file_leaves_the_old_one_when_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "manifest.json"
    store.replace_file(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["manifest.json"]


def test_the_same_document_gives_the_same_bytes(tmp_path):
    for name in ("a.json", "b.json"):
        store.write_json(tmp_path / name, {"z": 1, "a": "é"})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert "é" in (tmp_path / "a.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["{", "[]", "\udcff"])
def test_a_damaged_manifest_is_told_with_its_place(tmp_path, text):
    (tmp_path / "manifest.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UnreadableFile, match=r"manifest\.json"):
        store.read_manifest(tmp_path)


def test_a_sweep_removes_folders_and_files_but_what_is_kept(tmp_path):
    (tmp_path / ".v1.77.new").mkdir()
    (tmp_path / ".v1.77.new" / "part").write_bytes(b"x")
    (tmp_path / ".manifest.json.77.new").write_bytes(b"{")
    (tmp_path / "v0").mkdir()
    store.sweep(tmp_path, keep={"v0"})
    assert [entry.name for entry in tmp_path.iterdir()] == ["v0"]


WAITER = """
import sys
from pathlib import Path
from sanctrail.ground.store import exclusive
print("waiting", flush=True)
with exclusive(Path(sys.argv[1])):
    print("in", (Path(sys.argv[1]) / "done").exists(), flush=True)
"""


def test_a_second_writer_waits_for_the_first(tmp_path):
    with store.exclusive(tmp_path):
        waiter = subprocess.Popen(
            [sys.executable, "-c", WAITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert waiter.stdout.readline() == "waiting\n"
        with pytest.raises(subprocess.TimeoutExpired):
            waiter.wait(timeout=0.3)
        (tmp_path / "done").touch()
    assert waiter.communicate(timeout=20)[0] == "in True\n"
