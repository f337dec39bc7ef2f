"""Files of queries: every form of input, every row told of, and runs that may be broken off."""

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet as pq

from fuzz_seeds import opendocument, workbook
from sanctrail.errors import InputError
from sanctrail.ground.store import file_sha256
from sanctrail.register import Register, load_lists
from sanctrail.screening import (
    IdentifierColumn,
    QueryColumns,
    Screener,
    Wanted,
    batch,
    compare_pairs,
    read_wanted,
    screen_file,
)
from sanctrail.screening.queries import part_sort
from sanctrail.screening.results import HIT_COLUMNS, csv_line, guarded

PARK = {
    "id": "us:24918",
    "kind": "person",
    "gender": "male",
    "listed_on": "2018-09-06",
    "programmes": ["DPRK3", "CYBER2"],
    "names": [
        {"text": "Park, Jin Hyok", "kind": "primary", "quality": "strong"},
        {"text": "Pak, Jin Hek", "kind": "alias", "quality": "strong"},
    ],
    "births": [{"earliest": "1984-08-15", "latest": "1984-08-15", "precision": "day"}],
    "countries": [{"role": "nationality", "code": "kp", "as_written": "Korea, North"}],
    "identifiers": [{"kind": "Passport", "number": "290333974", "country": "kp"}],
}
EXPO = {
    "id": "us:24917",
    "kind": "entity",
    "programmes": ["DPRK3"],
    "names": [{"text": "Chosun Expo", "kind": "primary", "quality": "strong"}],
    "wallets": [{"asset": "ETH", "address": "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"}],
}
FORMULA = {
    "id": "us:3",
    "kind": "entity",
    "names": [{"text": "=Cmd Zorblax", "kind": "primary", "quality": "strong"}],
}
DAY = "2025-11-19"
BY_NAME = QueryColumns()


def load(workspace, *listings, day=DAY):
    document = {
        "format": "sanctrail-extract/1",
        "lists": {"us-sdn": {"regime": "us", "list_date": day}},
        "listings": [{"list": "us-sdn", "reference": one["id"], **one} for one in listings],
    }
    path = workspace.with_name(f"extract-{day}.json")
    path.write_text(json.dumps(document), encoding="utf-8")
    assert load_lists([path], workspace)[1] == []
    return Register(workspace)


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    return load(tmp_path_factory.mktemp("lists") / "workspace", PARK, EXPO, FORMULA)


@pytest.fixture(scope="module")
def screener(register):
    return Screener(register)


@pytest.fixture
def screen(screener, tmp_path):
    """Screen a file of that name and content; return the summary and the hits by column."""

    def run(content, columns=BY_NAME, name="customers.csv", output="hits.csv", **options):
        source = tmp_path / name
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        summary = screen_file(screener, source, columns, tmp_path / output, 0.7, **options)
        return summary, rows_of(tmp_path / output)

    return run


def rows_of(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        rows = list(reader)
        assert tuple(reader.fieldnames) == HIT_COLUMNS
    return rows


def told(hits):
    return [(int(hit["row"]), hit["query"], hit["party_id"]) for hit in hits]


# Forms of input.

HEAD = ("id", "name", "born", "country")
BODY = (
    (1, "Chosun Expo", None, None),
    (2, "Nobody At All", None, None),
    (3, "Park, Jin Hyok", "1984-08-15", "kp"),
)
COLUMNS = QueryColumns("name", "born", "country")


def as_csv(head, body):
    return "".join(csv_line([str(cell or "") for cell in row]) for row in (head, *body)).encode()


def as_json_lines(head, body):
    return "".join(json.dumps(dict(zip(head, row, strict=True))) + "\n" for row in body).encode()


def as_parquet(head, body, row_group_size=2):
    columns = {
        name: list(column) for name, column in zip(head, zip(*body, strict=True), strict=True)
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=row_group_size)
    return sink.getvalue()


def as_workbook(head, body):
    return workbook({"Customers": [list(head), *map(list, body)], "Other": [["x"]]})


def as_ods(head, body):
    return opendocument([[str(cell or "") for cell in row] for row in (head, *body)])


MADE = {
    "a.csv": as_csv,
    "a.csv.gz": lambda head, body: gzip.compress(as_csv(head, body), mtime=0),
    "a.jsonl": as_json_lines,
    "a.txt": as_json_lines,
    "a.parquet": as_parquet,
    "a.xlsx": as_workbook,
    "a.ods": as_ods,
}


@pytest.mark.parametrize("name", MADE)
def test_the_same_rows_in_any_form_give_the_same_hits(screen, name):
    summary, hits = screen(MADE[name](HEAD, BODY), COLUMNS, name)
    assert (summary.rows, summary.with_hits, summary.hits, summary.problems) == (3, 2, 2, ())
    assert told(hits) == [(0, "Chosun Expo", "us:24917"), (2, "Park, Jin Hyok", "us:24918")]
    assert hits[1]["score"] == "1.0000"
    assert "Birth date agrees to the day. Country agrees" in hits[1]["explanation"]


@pytest.mark.parametrize("name", MADE)
def test_a_column_that_is_not_there_is_told_with_those_that_are(screen, tmp_path, name):
    content = MADE[name](HEAD, BODY)
    if as_json_lines is MADE[name]:
        summary, _ = screen(content, QueryColumns("name", dob="geboren"), name)
        assert [str(problem) for problem in summary.problems] == [
            f"{name}, all rows: no object has 'geboren' (--dob-column)"
        ]
        return
    with pytest.raises(InputError, match=r"there is no column 'nom'; the file has 'id', 'name'"):
        screen(content, QueryColumns("nom"), name)
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("made", [as_csv, as_parquet, as_workbook])
def test_a_column_that_stands_twice_is_refused(screen, made):
    if made is as_parquet:
        sink = io.BytesIO()
        pq.write_table(pa.table([["A"], ["B"]], names=["name", "name"]), sink)
        content = sink.getvalue()
    else:
        content = made(("name", "name"), [("Chosun Expo", "y")])
    with pytest.raises(InputError, match="there are 2 columns named 'name'"):
        screen(content)


def test_bad_lines_of_json_are_located_and_the_others_screened(screen):
    lines = [
        b'\xef\xbb\xbf{"name": "Chosun Expo"}',
        b'{"name": "Chosun Expo"',
        b"",
        b"[1]",
        b'{"name": {"first": "Jin"}}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b'{"born": 1984}',
        b'{"name": "Park Jin Hyok", "born": 1984.0}',
    ]
    summary, hits = screen(b"\n".join(lines), QueryColumns(dob="born"), "a.ndjson")
    assert [(problem.where, problem.message) for problem in summary.problems] == [
        ("data row 1 (line 2)", "is not a JSON object; nothing was screened"),
        ("data row 2 (line 4)", "is not a JSON object; nothing was screened"),
        ("data row 3 (line 5)", "'name' is no text or number and was left out"),
        ("data row 3", "has no name; nothing was screened"),
        (
            "data row 4 (line 6)",
            "has half a character (a lone surrogate); nothing was screened",
        ),
        ("data row 5 (line 7)", "is not a JSON object; nothing was screened"),
        ("data row 6", "has no name; nothing was screened"),
    ]
    assert told(hits) == [(0, "Chosun Expo", "us:24917"), (7, "Park Jin Hyok", "us:24918")]
    assert "Birth date agrees" in hits[1]["explanation"]


def test_one_json_array_is_no_json_lines(screen):
    with pytest.raises(InputError, match=r"one JSON array\. Give JSON lines, one object a line"):
        screen('[{"name": "Chosun Expo"}]', name="a.json")


def test_a_header_that_begins_with_a_brace_is_still_csv(screen):
    _, hits = screen("{x},name\n1,Chosun Expo\n")
    assert len(hits) == 1


@pytest.mark.parametrize(
    "born",
    [
        pa.array([date(1984, 8, 15), None]),
        pa.array([datetime(1984, 8, 15, 3, tzinfo=UTC), None], pa.timestamp("ns", "UTC")),
        pa.array(["1984-08-15", None]).dictionary_encode(),
        pa.array([b"1984-08-15", None]),
    ],
    ids=str,
)
def test_a_day_in_parquet_is_read_whatever_its_type(screen, born):
    sink = io.BytesIO()
    pq.write_table(pa.table({"name": ["Park Jin Hyok", None], "born": born}), sink)
    summary, hits = screen(sink.getvalue(), QueryColumns(dob="born"), "a.parquet")
    assert [problem.message for problem in summary.problems] == [
        "has no name; nothing was screened"
    ]
    assert "agrees to the day" in hits[0]["explanation"]


def test_parquet_that_cannot_be_read_is_refused_in_a_sentence(screen, tmp_path):
    whole = as_parquet(HEAD, BODY)
    sink = io.BytesIO()
    pq.write_table(pa.table({"name": [["Chosun", "Expo"]]}), sink)
    for content, said in (
        (whole[:-20], "damaged, cut short or packed"),
        (gzip.compress(whole), "damaged, cut short or packed"),
        (sink.getvalue(), "column 'name' holds list<"),
    ):
        with pytest.raises(InputError, match=said) as caught:
            screen(content, name="a.parquet")
        assert "\n" not in str(caught.value)
        assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_a_sheet_is_chosen_by_name_and_its_days_and_numbers_are_text(screen):
    rows = [["name", "born", "number"], ["Park Jin Hyok", date(1984, 8, 15), 290333974]]
    book = workbook({"Notes": [["nothing"]], "Customers": rows})
    columns = QueryColumns(
        None, "born", identifiers=(IdentifierColumn("number", "passport"),), sheet="Customers"
    )
    summary, hits = screen(book, columns, "a.xlsx")
    assert summary.problems == ()
    assert "Passport 290333974 is listed" in hits[0]["explanation"]
    assert "agrees to the day" in hits[0]["explanation"]
    with pytest.raises(InputError, match=r"no sheet 'More'\. Its sheets: 'Notes', 'Customers'"):
        screen(book, QueryColumns(sheet="More"), "a.xlsx")
    with pytest.raises(InputError, match="is not a workbook"):
        screen("name\nX\n", QueryColumns(sheet="More"))


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_a_damaged_workbook_is_refused(screen, name):
    with pytest.raises(InputError, match=name):
        screen(MADE[name](HEAD, BODY)[:-60], name=name)


# Rows.


def test_bad_rows_are_counted_and_located_and_screened_all_the_same(screen):
    summary, hits = screen(
        "name,born,country\n ,1984,kp\nChosun Expo,soon,kp\nChosun Expo,,Atlantis\nChosun Expo\n"
        "\nChosun Expo,,,more\n",
        COLUMNS,
    )
    assert [(problem.where, problem.message) for problem in summary.problems] == [
        ("data row 0", "has no name; nothing was screened"),
        ("data row 1", "birth date 'soon' is not understood and was left out"),
        ("data row 2", "country 'Atlantis' is not understood and was left out"),
        ("data row 3 (line 5)", "has another number of fields"),
        ("data row 4 (line 7)", "has another number of fields"),
    ]
    assert {problem.source for problem in summary.problems} == {"customers.csv"}
    assert (summary.rows, [hit["row"] for hit in hits]) == (5, ["1", "2", "3", "4"])


def test_of_very_many_problems_the_first_are_kept_and_all_are_counted(screen):
    summary, _ = screen("name,x\n" + "-,\n" * 1500)
    assert (summary.problem_count, len(summary.problems)) == (1500, 1000)
    assert (summary.facts["problem_count"], len(summary.facts["problems"])) == (1500, 1000)


@pytest.mark.parametrize(
    ("column", "word", "about"),
    [
        (QueryColumns(gender="what"), "M", "Gender agrees (male)"),
        (QueryColumns(gender="what"), "woman", "Gender differs (listed male)"),
        (QueryColumns(kind="what"), "Ship", "Listed as person, asked as vessel"),
        (QueryColumns(kind="what"), "Company", "Listed as person, asked as entity"),
    ],
)
def test_gender_and_kind_are_understood_in_common_words(screen, column, word, about):
    summary, hits = screen(f"name,what\nJin Hyok Park,{word}\n", column)
    assert summary.problems == ()
    assert about in hits[0]["explanation"]


@pytest.mark.parametrize("column", [QueryColumns(gender="what"), QueryColumns(kind="what")])
def test_a_word_that_is_no_gender_or_kind_is_a_problem_of_its_row(screen, column):
    summary, hits = screen("name,what\nPark Jin Hyok,blue\n", column)
    assert "'blue' is not understood and was left out" in summary.problems[0].message
    assert len(hits) == 1


def test_a_gender_said_to_be_unknown_is_no_problem(screen):
    assert screen("name,what\nPark Jin Hyok,X\n", QueryColumns(gender="what"))[0].problems == ()


def test_identifiers_are_screened_with_a_name_and_without_one(screen):
    columns = QueryColumns(
        identifiers=(IdentifierColumn("passport_no", "passport"), IdentifierColumn("wallet"))
    )
    summary, hits = screen(
        "name,passport_no,wallet\n"
        ",290333974,\n"
        "Somebody Else,,0x098b716b8aaf21512996dc57eb0615e2383e2f96\n"
        ",,\n"
        "---,290333974,\n"
        "Chosun Expo,n/a,\n",
        columns,
    )
    assert told(hits) == [
        (0, "290333974", "us:24918"),
        (1, "Somebody Else", "us:24917"),
        (3, "290333974", "us:24918"),
        (4, "Chosun Expo", "us:24917"),
    ]
    assert [(problem.where, problem.message) for problem in summary.problems] == [
        ("data row 2", "has no name; nothing was screened"),
        (
            "data row 3",
            "name '---' has no letter or digit; only its identifiers were screened",
        ),
        ("data row 4", "passport 'n/a' says too little and was left out"),
    ]


def test_a_hit_by_identifier_is_told_alike_whoever_else_is_in_the_file(screen):
    columns = QueryColumns(None, "born", identifiers=(IdentifierColumn("no", "passport"),))
    alike = ("Jyn Hyoc Park", "Jin Park", "Dark Jin Hyok", "Pork Jin Hyek", "Hyok Park", "Nobody")
    text = "name,born,no\n" + "".join(f"{name},,290333974\n" for name in alike)
    alone = screen(text, columns)[1]
    assert len(alone) == len(alike)
    assert min(float(hit["score"]) for hit in alone) >= 0.9
    assert screen(text + "Nobody At All,1984,\n", columns)[1] == alone


def test_a_file_of_identifiers_needs_no_name_column_unless_it_is_named(screen):
    numbers = (IdentifierColumn("number"),)
    _, hits = screen("number\n290333974\n", QueryColumns(identifiers=numbers))
    assert told(hits) == [(0, "290333974", "us:24918")]
    with pytest.raises(InputError, match="no column 'name'"):
        screen("number\n290333974\n", QueryColumns("name", identifiers=numbers))


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("passport_no:passport", ("passport_no", "passport")),
        ("no:National_ID", ("no", "national id")),
        ("code:SWIFT", ("code", "bic")),
        ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", None),
        ("a:b", None),
        ("number", None),
    ],
)
def test_a_sort_behind_the_last_colon_is_parted(text, parted):
    assert part_sort(text) == (parted or (text, ""))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nom,born,country\nX,,\n", "there is no column 'name'; the file has 'nom'"),
        ('name,born,country\nA,,\n"Chosun Expo,,\nB,,\n', "begins on line 3 is not readable"),
        ("", "no header"),
        ("name,born,country\nJosé,,\n".encode("latin-1"), "not UTF-8"),
        ("name,born,country\n" + "x" * 2_000_000 + ",,\n", "not readable as CSV"),
    ],
)
def test_a_file_that_cannot_be_screened_is_refused_and_writes_nothing(screen, tmp_path, text, said):
    with pytest.raises(InputError, match=r"customers\.csv") as caught:
        screen(text, COLUMNS)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["customers.csv"]


# What is written.


def test_a_hit_s_row_says_who_under_what_since_when_and_why(screen):
    _, (hit,) = screen("name,born\nPak Jin Hek,1984\n", QueryColumns(dob="born"))
    assert {key: value for key, value in hit.items() if key not in ("score", "explanation")} == {
        "row": "0",
        "query": "Pak Jin Hek",
        "party_id": "us:24918",
        "listing_ids": "us:24918",
        "listing_id": "us:24918",
        "regimes": "us",
        "name_score": hit["name_score"],
        "matched_name": "Pak, Jin Hek",
        "primary_name": "Park, Jin Hyok",
        "kind": "person",
        "programmes": "DPRK3;CYBER2",
        "measures": "",
        "listed_on": "2018-09-06",
    }
    assert hit["explanation"].startswith("alias 'Pak, Jin Hek': ")


def test_csv_and_parquet_hold_the_same_hits_but_for_the_guard(screen):
    text = 'name\n=Cmd Zorblax\nPark Jin Hyok\n"Chosun\rExpo"\n'
    summary, by_csv = screen(text)
    _, by_parquet = screen(text, output="hits.parquet")
    assert summary.hits == 3
    assert (by_csv[0]["query"], by_csv[0]["matched_name"]) == ("'=Cmd Zorblax", "'=Cmd Zorblax")
    assert by_parquet[0]["query"] == by_parquet[0]["matched_name"] == "=Cmd Zorblax"
    assert by_csv[2]["query"] == by_parquet[2]["query"] == "Chosun\rExpo"
    for one, other in zip(by_csv, by_parquet, strict=True):
        for key, value in other.items():
            text = f"{value:.4f}" if isinstance(value, float) else str(value)
            assert one[key] in (text, guarded(text))


def test_a_parquet_file_of_no_hit_has_its_columns(screen):
    _, hits = screen("name\nNobody At All\n", output="hits.parquet")
    assert hits == []


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_guarded_cells_come_back_and_none_begins_a_formula(cells):
    line = csv_line([guarded(cell) for cell in cells])
    (found,) = csv.reader(io.StringIO(line, newline=""), strict=True) if any(cells) else [cells]
    for cell, written in zip(cells, found, strict=True):
        assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert written in (cell, "'" + cell)


def test_filters_leave_only_what_is_wanted(screen, register):
    text = "name\nPark Jin Hyok\nChosun Expo\n"
    wanted = read_wanted(register, kinds=["Entity"])
    assert told(screen(text, wanted=wanted)[1]) == [(1, "Chosun Expo", "us:24917")]
    wanted = read_wanted(register, programmes=["cyber2"], regimes=["US"])
    assert told(screen(text, wanted=wanted)[1]) == [(0, "Park Jin Hyok", "us:24918")]
    assert read_wanted(register, programmes=["dprk"]).programmes == {"DPRK3"}
    assert read_wanted(register) == Wanted()
    assert screen(text, wanted=read_wanted(register, ["asset freeze"]))[1] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"measures": ["freeze"]}, "--measure 'freeze' is none of: asset freeze, travel ban"),
        ({"regimes": ["eu"]}, "--regime 'eu' is none of: us."),
        ({"kinds": ["ship"]}, "--hit-kind 'ship' is none of: person, entity, vessel, aircraft."),
        ({"programmes": ["X"]}, "--programme 'X' is not held. Topics: "),
        ({"programmes": ["TALIBAN"]}, "'TALIBAN' is a topic of which no programme is held."),
    ],
)
def test_a_filter_that_can_meet_nothing_is_refused_with_what_there_is(register, words, said):
    with pytest.raises(InputError) as caught:
        read_wanted(register, **words)
    assert said in str(caught.value)
    assert "programmes held: CYBER2, DPRK3." in str(caught.value) or "programmes" not in words


# The run's facts.


def test_the_facts_of_a_run_stand_beside_it(screen, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772236800")  # 2026-02-28
    summary, hits = screen("name,born\nPark Jin Hyok,1984\n-,\n", QueryColumns(dob="born"))
    facts = json.loads((tmp_path / "hits.csv.run.json").read_bytes())
    assert facts == json.loads(json.dumps(summary.facts))
    assert facts["input"]["name"] == "customers.csv"
    assert facts["columns"]["dob"] == "born"
    assert (facts["rows"], facts["rows_with_hits"], facts["hits"]) == (2, 1, len(hits))
    assert (facts["problem_count"], facts["problems"][0]["where"]) == (1, "data row 1")
    (used,) = facts["lists"]
    assert (used["list_date"], used["age_days"]) == (DAY, 101)
    assert [one[:20] for one in used["version_ids"]] == [f"us-sdn_{DAY}_ex"]
    assert facts["command"] == (
        "sanctrail screen --input customers.csv --dob-column born --threshold 0.7 "
        f"--as-of {DAY} --output hits.csv"
    )
    for file in ("input", "output"):
        name = facts[file]["name"]
        assert facts[file]["sha256"] == file_sha256(tmp_path / name)


def test_the_command_told_repeats_the_run_when_newer_lists_are_held(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", "workspace")
    load(tmp_path / "workspace", PARK, EXPO)
    (tmp_path / "a.csv").write_text("name,no\nPark Jin Hyok,\n,290333974\nChosun Expo,\n")
    arguments = ("--input", "a.csv", "--id-column", "no:passport", "--hit-kind", "person")
    assert run("screen", *arguments, "--output", "hits.csv")[0] == 0
    before = (tmp_path / "hits.csv").read_bytes()
    facts = json.loads((tmp_path / "hits.csv.run.json").read_bytes())
    load(tmp_path / "workspace", EXPO, FORMULA, day="2025-12-01")
    code, _, err = run("screen", *facts["command"].split()[2:])
    assert code == 0, err
    assert (tmp_path / "hits.csv").read_bytes() == before
    again = json.loads((tmp_path / "hits.csv.run.json").read_bytes())
    assert again["index"] == facts["index"]


# Runs that are broken off.

NAMES = ["Park Jin Hyok", "Nobody At All", "Chosun Expo", "=Cmd Zorblax", "", "Pak Jin Hek"]
MANY = "name\n" + "".join(f"{NAMES[n % 6] or '-'}\n" for n in range(53))
CHUNK = 5
CHUNKS = 11


class BreaksOff(Screener):
    """A screener whose power fails in one of its chunks, before, within or behind its answers."""

    def __init__(self, register, chunk, answers=0):
        super().__init__(register)
        self.asked, self._chunk, self._answers = 0, chunk, answers

    def screen_all(self, queries, *options):
        self.asked += 1
        for number, hits in enumerate(super().screen_all(queries, *options)):
            if self.asked - 1 == self._chunk and number == self._answers:
                self.fail()
            yield hits

    def fail(self):
        raise KeyboardInterrupt


@pytest.fixture
def broken(tmp_path, register, monkeypatch):
    """A folder in which to break runs off, and the bytes of a run that was not."""
    monkeypatch.setattr(batch, "CHUNK", CHUNK)
    (tmp_path / "many.csv").write_text(MANY)

    class Broken:
        folder = tmp_path
        source = tmp_path / "many.csv"

        def run(self, screener, name, threshold=0.7, columns=BY_NAME):
            return screen_file(screener, self.source, columns, tmp_path / name, threshold)

        def bytes_of(self, name, folder=tmp_path):
            return tuple((folder / one).read_bytes() for one in (name, f"{name}.run.json"))

        def whole(self, name):
            (tmp_path / "whole").mkdir(exist_ok=True)
            screen_file(
                Screener(register), self.source, QueryColumns(), tmp_path / "whole" / name, 0.7
            )
            return self.bytes_of(name, tmp_path / "whole")

    return Broken()


@pytest.mark.parametrize("name", ["hits.csv", "hits.parquet"])
@pytest.mark.parametrize("chunk", [0, 1, CHUNKS // 2, CHUNKS - 1])
def test_a_run_broken_off_anywhere_goes_on_and_ends_in_the_same_bytes(
    broken, register, name, chunk
):
    with pytest.raises(KeyboardInterrupt):
        broken.run(BreaksOff(register, chunk, answers=1), name)
    assert not (broken.folder / name).exists()
    assert (broken.folder / f".{name}.partial").is_dir()
    again = BreaksOff(register, chunk=-1)
    summary = broken.run(again, name)
    assert (summary.resumed, again.asked) == (chunk * CHUNK, CHUNKS - chunk)
    assert broken.bytes_of(name) == broken.whole(name)
    assert not (broken.folder / f".{name}.partial").exists()


def test_a_run_broken_off_many_times_ends_in_the_same_bytes(broken, register):
    for _ in range(CHUNKS - 1):
        with pytest.raises(KeyboardInterrupt):
            broken.run(BreaksOff(register, chunk=1), "hits.csv")
    assert broken.run(Screener(register), "hits.csv").resumed == (CHUNKS - 1) * CHUNK
    assert broken.bytes_of("hits.csv") == broken.whole("hits.csv")


KILLED = """
import os, signal, sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from test_screening_batch import BreaksOff, CHUNK, Register, QueryColumns, batch, screen_file
batch.CHUNK = CHUNK
class Killed(BreaksOff):
    def fail(self):
        os.kill(os.getpid(), signal.SIGKILL)
folder = Path(sys.argv[1])
screener = Killed(Register(Path(sys.argv[2])), chunk=6, answers=2)
screen_file(screener, folder / "many.csv", QueryColumns(), folder / "hits.csv", 0.7)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_a_killed_process_s_run_goes_on_and_ends_in_the_same_bytes(broken, register):
    program = KILLED.format(tests=str(Path(__file__).parent))
    words = [sys.executable, "-c", program, str(broken.folder), str(register.root.parent)]
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not (broken.folder / "hits.csv").exists()
    again = BreaksOff(register, chunk=-1)
    assert broken.run(again, "hits.csv").resumed == 6 * CHUNK
    assert broken.bytes_of("hits.csv") == broken.whole("hits.csv")
    left = {path.name for path in broken.folder.iterdir()}
    assert left == {"many.csv", "hits.csv", "hits.csv.run.json", "whole"}


@pytest.fixture
def half(broken, register):
    """A run that was broken off in its sixth chunk."""
    with pytest.raises(KeyboardInterrupt):
        broken.run(BreaksOff(register, chunk=5), "hits.csv")
    return broken


def test_bytes_behind_the_last_whole_chunk_are_cut_off(half, register):
    data = half.folder / ".hits.csv.partial" / "data"
    with data.open("ab") as file:
        file.write(b"3,half a li")
    assert half.run(Screener(register), "hits.csv").resumed == 5 * CHUNK
    assert half.bytes_of("hits.csv") == half.whole("hits.csv")


@pytest.mark.parametrize("file", ["data", "state.json"])
@pytest.mark.parametrize("damage", [b"", b"{}", b"\0" * 9000, None])
def test_damaged_parts_are_not_gone_on_with(half, register, file, damage):
    path = half.folder / ".hits.csv.partial" / file
    path.unlink() if damage is None else path.write_bytes(damage)
    assert half.run(Screener(register), "hits.csv").resumed == 0
    assert half.bytes_of("hits.csv") == half.whole("hits.csv")


def test_another_threshold_starts_over(half, register):
    assert half.run(Screener(register), "hits.csv", threshold=0.9).resumed == 0


def test_other_columns_start_over(half, register):
    columns = QueryColumns("name")
    assert half.run(Screener(register), "hits.csv", columns=columns).resumed == 0


def test_another_input_starts_over(half, register):
    half.source.write_text(MANY + "Chosun Expo\n")
    assert half.run(Screener(register), "hits.csv").resumed == 0


def test_other_lists_start_over(half, tmp_path):
    (tmp_path / "new").mkdir()
    other = load(tmp_path / "new" / "workspace", PARK)
    assert half.run(Screener(other), "hits.csv").resumed == 0


def test_a_slip_in_the_options_leaves_a_broken_off_run_alone(half, register):
    with pytest.raises(InputError, match="no column 'nom'"):
        half.run(Screener(register), "hits.csv", columns=QueryColumns("nom"))
    assert half.run(Screener(register), "hits.csv").resumed == 5 * CHUNK


def test_an_older_result_stands_until_the_new_one_is_whole(broken, register):
    broken.run(Screener(register), "hits.csv", threshold=0.99)
    before = broken.bytes_of("hits.csv")
    with pytest.raises(KeyboardInterrupt):
        broken.run(BreaksOff(register, chunk=3), "hits.csv")
    assert broken.bytes_of("hits.csv") == before


def test_what_is_found_unreadable_on_the_way_leaves_nothing(broken, register):
    broken.source.write_text(MANY + '"unclosed\n')
    screener = BreaksOff(register, chunk=-1)
    with pytest.raises(InputError, match="not readable as CSV"):
        broken.run(screener, "hits.csv")
    assert screener.asked > CHUNKS // 2  # chunks are screened before the rest is read
    assert [path.name for path in broken.folder.iterdir()] == ["many.csv"]


def test_an_input_that_changes_under_way_is_refused(broken, register):
    class Changes(BreaksOff):
        def fail(self):
            with broken.source.open("a") as file:
                file.write("Chosun Expo\n")

    with pytest.raises(InputError, match="changed while it was screened"):
        broken.run(Changes(register, chunk=4), "hits.csv")
    assert [path.name for path in broken.folder.iterdir()] == ["many.csv"]


class Nobody:
    """A screener to which nobody is known."""

    def __init__(self, screener):
        self.register, self.index = screener.register, screener.index

    def screen_all(self, queries, *_):
        return ([] for _ in queries)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_memory_does_not_grow_with_the_rows(screener, tmp_path, name, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", 1000)

    def peak(rows):
        body = [(n, f"Somebody Number {n} Of Many", None, None) for n in range(rows)]
        made = as_parquet(HEAD, body, 1000) if name == "a.parquet" else MADE[name](HEAD, body)
        (tmp_path / name).write_bytes(made)
        del made, body
        tracemalloc.start()
        try:
            screen_file(Nobody(screener), tmp_path / name, QueryColumns(), tmp_path / "o.csv", 0.7)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    few = peak(5_000)
    assert peak(20_000) < 1.3 * few


# Pairs.


def test_pairs_keep_their_rows_and_can_gain_an_explanation(tmp_path):
    source, output = tmp_path / "pairs.csv", tmp_path / "scores.csv"
    source.write_text("name1,name2\nKim Jong Un,Kim Jong Un\n---,Kim\n")
    summary = compare_pairs(source, output, explain=True)
    assert (summary.rows, summary.problem_count) == (2, 1)
    with output.open(newline="") as file:
        head, same, nothing = csv.reader(file, strict=True)
    assert head == ["name1", "name2", "score", "explanation"]
    assert (same[:2], same[3], float(same[2]) > 0.9) == (["Kim Jong Un"] * 2, "same name", True)
    assert nothing == ["---", "Kim", "0.0000", "a name has no letter or digit"]


def test_pairs_with_a_column_for_the_explanation_are_refused(tmp_path):
    (tmp_path / "pairs.csv").write_text("name1,name2,explanation\nKim,Kim,x\n")
    with pytest.raises(InputError, match="already has a column 'explanation'"):
        compare_pairs(tmp_path / "pairs.csv", tmp_path / "o.csv", explain=True)
    assert compare_pairs(tmp_path / "pairs.csv", tmp_path / "o.csv").rows == 1
