"""Damaged and foreign files of UTXO formats: problems or one clear sentence, never a crash."""

import gzip
import json
import tempfile
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import test_formats_utxo_aws as aws
import test_formats_utxo_blockchair as dumps
import test_formats_utxo_dumplings as coinjoins
import test_formats_utxo_esplora as api
import test_formats_utxo_etl as etl
import test_formats_utxo_graphsense as table
from sanctrail.errors import SanctrailError
from sanctrail.ledger.formats.source import Source, head_of
from utxo_reading import as_json, assert_whole

FORMS = {module.FORMAT.name: module.FORMAT for module in (aws, dumps, coinjoins, api, etl, table)}


def seeds():
    ends = [table.end(5, "1A")]
    yield "bitcoin-etl", as_json([etl.transaction(n) for n in range(3)]).encode()
    yield "esplora", json.dumps([api.transaction(n) for n in range(3)]).encode()
    yield "esplora", as_json([api.transaction(n) for n in range(3)]).encode()
    yield "graphsense-utxo", as_json([table.transaction(n, ends, ends) for n in range(3)]).encode()
    yield "dumplings", "\n".join(coinjoins.line(n) for n in range(3)).encode()
    outs = dumps.tsv(dumps.OUTPUTS, [dumps.output(1, n, n) for n in range(4)]).encode()
    yield "blockchair", outs
    yield "blockchair", gzip.compress(outs, mtime=0)
    yield "blockchair", dumps.tsv(dumps.INPUTS, [dumps.spent(1, 0, 5, 2, 0)]).encode()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "t")
        pq.write_table(aws.table([aws.transaction(n) for n in range(3)]), file)
        yield "aws-bitcoin", file.read_bytes()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in "ab":
                member = zipfile.ZipInfo(f"{name}.txt")
                archive.writestr(member, "\n".join(coinjoins.line(n) for n in range(3)))
        yield "dumplings", file.read_bytes()


SEEDS = list(seeds())


def read_or_told(form, data):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x")
        file.write_bytes(data)
        source = Source((file,))
        try:
            form.matches(head_of(file))
            for batch in form.read(source):
                assert_whole(batch)
        except SanctrailError:
            return None
        return source


@pytest.mark.parametrize(("name", "content"), SEEDS, ids=[name for name, _ in SEEDS])
def test_each_seed_is_of_its_own_format_and_of_no_other(tmp_path, name, content):
    (tmp_path / "x").write_bytes(content)
    head = head_of(tmp_path / "x")
    assert [form.name for form in FORMS.values() if form.matches(head)] == [name]
    assert read_or_told(FORMS[name], content).told.problems == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_file_that_breaks_off_is_no_crash(form, data):
    """Whatever file it is: one's own, or one of another format."""
    _, content = data.draw(st.sampled_from(SEEDS))
    read_or_told(form, content[: data.draw(st.integers(0, len(content)))])


@pytest.mark.parametrize(
    "name", ["aws-bitcoin", "blockchair", "dumplings", "bitcoin-etl", "esplora", "graphsense-utxo"]
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_flipped_characters_are_no_crash(name, data):
    """Bytes become other printable ones in texts, other ASCII ones in Parquet, any in the rest."""
    content = bytearray(data.draw(st.sampled_from([c for n, c in SEEDS if n == name])))
    low, high = (32, 126) if content.isascii() else (0, 127 if name == "aws-bitcoin" else 255)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(low, high))
    read_or_told(FORMS[name], bytes(content))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_no_foreign_file_is_claimed_or_a_crash(form, data):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x")
        file.write_bytes(data)
        try:
            assert not form.matches(head_of(file))
        except SanctrailError:
            return


_CELLS = st.sampled_from(
    ["", "0", "-1", "1e400", "nan", None, True, -1, 10**14, [], [[]], {}, [None], [{}], "é", "0x"]
)


@pytest.mark.parametrize("name", ["bitcoin-etl", "esplora", "graphsense-utxo"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_field_is_a_crash_and_no_good_line_is_lost(name, data):
    make = {
        "bitcoin-etl": etl.transaction,
        "esplora": api.transaction,
        "graphsense-utxo": lambda n: table.transaction(
            n, [table.end(5, "1A")], [table.end(5, "1A")]
        ),
    }[name]
    row = make(1)
    parts = [row, *(v for v in row.values() if isinstance(v, dict))]
    parts += [x for v in row.values() if isinstance(v, list) for x in v if isinstance(x, dict)]
    for part in data.draw(st.lists(st.sampled_from(parts), min_size=1, max_size=3)):
        part[data.draw(st.sampled_from(sorted(part)))] = data.draw(_CELLS)
    source = read_or_told(FORMS[name], as_json([make(2), row, make(3)]).encode())
    assert source is not None
    assert len(source.told.problems) <= 1
    assert sum(source.rows.values()) == 3
