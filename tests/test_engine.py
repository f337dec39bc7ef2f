"""The engine keeps its five verbs: register, run, count, write, drop."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sanctrail.errors import UnreadableFile
from sanctrail.ground.engine import DuckEngine


@pytest.fixture
def engine():
    with DuckEngine() as engine:
        yield engine


def test_a_table_in_memory_and_files_are_queried_by_name(engine, tmp_path):
    for number in (1, 2):
        path = tmp_path / f"it's {number}.parquet"
        pq.write_table(pa.table({"n": [number, 10 * number]}), path)
    engine.register("files", sorted(tmp_path.iterdir()))
    engine.register("memory", pa.table({"n": [2, 20]}))
    found = engine.run("SELECT n FROM files JOIN memory USING (n) WHERE n > ? ORDER BY n", [5])
    assert found.to_pylist() == [{"n": 20}]
    assert (engine.count("files"), engine.count("memory")) == (4, 2)


def test_a_query_is_written_to_a_file(engine, tmp_path):
    engine.register("memory", pa.table({"n": [3, 1, 2]}))
    engine.write("SELECT n FROM memory ORDER BY n", tmp_path / "sorted.parquet")
    assert pq.read_table(tmp_path / "sorted.parquet")["n"].to_pylist() == [1, 2, 3]


def test_a_dropped_table_is_forgotten_and_its_files_stay(engine, tmp_path):
    pq.write_table(pa.table({"n": [1]}), tmp_path / "a.parquet")
    for source in ([tmp_path / "a.parquet"], pa.table({"n": [1]})):
        engine.register("t", source)
        engine.drop("t")
        with pytest.raises(UnreadableFile, match="table 't'"):
            engine.count("t")
    assert (tmp_path / "a.parquet").exists()
