"""Damaged list files never crash a reader, hang it, or load silently short.

Each failure names its layout and the number of its case;
`python benchmarks/prove.py --layout 'LAYOUT' --case NUMBER` does the same damage again.
"""

import pytest

from fuzz_layouts import CSV, REAL_CSV, REAL_SHEETS, REAL_XML, XML, as_held, by_hand
from fuzz_seeds import parts_of, read_files, zipped
from fuzzing import damaged, judged
from sanctrail.errors import UnsafeFile

CASES_BY_HAND = 200
CASES_AS_HELD = 40
ENTRIES = 20
HAND_MADE = [*XML, *CSV, "ftm", "extract", "un-vessels", "dfat", "mof", "uk-ods"]
TOO_LARGE = "ofac-advanced"
"""Its held files take too long to unpack for every run; `make prove` damages one of them."""

HELD = [*(name for name in REAL_XML if name != TOO_LARGE), *REAL_CSV, *REAL_SHEETS, "un-vessels"]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    return {seed.name: seed for seed in by_hand(tmp_path_factory.mktemp("seeds"))}


def failures_of(seed, cases, folder):
    found = []
    for number in range(cases):
        damage = damaged(seed, number)
        verdict = judged(seed, damage, folder)
        if verdict.ended == "failed":
            found.append(f"{seed.name}, case {number} ({', '.join(damage.done)}): {verdict.why}")
    return found


@pytest.mark.parametrize("layout", HAND_MADE)
def test_a_damaged_file_is_refused_or_read_with_nothing_lost_in_silence(layout, seeds, tmp_path):
    assert failures_of(seeds[layout], CASES_BY_HAND, tmp_path) == []


@pytest.mark.parametrize("layout", HELD)
def test_a_damaged_real_file_is_refused_or_read_with_nothing_lost_in_silence(
    layout, shared, tmp_path
):
    [seed] = as_held(tmp_path, shared / "lists", ENTRIES, [layout])
    assert failures_of(seed, CASES_AS_HELD, tmp_path) == []


def test_the_same_number_is_the_same_damage(seeds):
    for seed in seeds.values():
        assert damaged(seed, 7) == damaged(seed, 7)


def test_the_judge_sees_an_entry_that_is_lost_in_silence(seeds, tmp_path, monkeypatch):
    import fuzzing

    def forgetful(folder, files):
        listings, problems, errors = reading(folder, files)
        return listings[1:], problems, errors

    reading = fuzzing.read_files
    monkeypatch.setattr(fuzzing, "read_files", forgetful)
    for name in ("un-xml", "us-csl", "ftm", "uk-ods", "dfat"):
        seed = seeds[name]
        whole = fuzzing.Damage(dict(seed.files), (), seed.main)
        assert judged(seed, whole, tmp_path).ended == "failed"


def test_a_tag_with_an_undeclared_prefix_is_refused_in_one_line(tmp_path):
    for layout in ("eu-xml", "uk-xml"):
        head, entry, tail = XML[layout]
        tag = "Names" if layout == "uk-xml" else "nameAlias"
        text = head + entry.replace("{n}", "101").replace(f"<{tag}", f"<x:y/><{tag}") + tail
        _, _, [error] = read_files(tmp_path, {f"{layout}_2026-02-27.xml": text.encode()})
        assert "prefix x on y is not defined" in str(error)


def test_a_field_of_an_extract_that_is_a_list_is_no_text(seeds, tmp_path):
    seed = seeds["extract"]
    data = seed.files[seed.main].replace(b'"id": "un:101"', b'"id": ["un:101"]')
    listings, problems, _ = read_files(tmp_path, {seed.main: data})
    assert len(listings) == 5
    assert "is not text; it was left out" in problems[0].message


def test_a_vessel_whose_row_ran_into_another_is_told(seeds, tmp_path):
    seed = seeds["un-vessels"]
    data = seed.files[seed.main]
    joined = (
        b"</td>".join(data.rsplit(b"</td></tr>\n<tr>", 2)[:2])
        + b"<tr>"
        + data.rsplit(b"<tr>", 1)[1]
    )
    _, problems, errors = read_files(tmp_path, {seed.main: joined})
    assert errors == []
    assert any((one.where, "no vessel" in one.message) == ("IMO 8909575", True) for one in problems)


def test_one_far_cell_of_a_small_workbook_is_refused_before_it_takes_all_memory(seeds, tmp_path):
    seed = seeds["dfat"]
    for cell in ("XFD1", "A1048576", "XFD1048576"):
        parts = parts_of(seed.files[seed.main])
        sheet = "xl/worksheets/sheet1.xml"
        far = f'<row r="9"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
        parts[sheet] = parts[sheet].replace(b"</sheetData>", far)
        _, _, [error] = read_files(tmp_path, {seed.main: zipped(parts)})
        assert isinstance(error, UnsafeFile)
        assert f"a cell at {cell}, farther out" in str(error)
