"""Measures: what a listing obliges to, stated by the list or implied by its legal source."""

import csv
import io
import json
import re
import tomllib
from importlib.resources import files

import pytest

from mini_lists import eu, parties, un
from sanctrail.lists.forms import LISTS
from sanctrail.lists.records import KINDS, MEASURES
from sanctrail.regimes.measures import measures_of
from sanctrail.register import LoadOptions, Register, load_lists

REMARK = "Listed pursuant to paragraphs 15 and 17 of resolution 1970 (Travel Ban, Asset Freeze)."
ONLY_TRAVEL = "Listed pursuant to paragraph 15 of resolution 1970 (Travel Ban)."
PEOPLE = (
    (1, "RI WON HO", "2016-11-30"),
    (2, "SAADI QADHAFI", "2011-02-26", "Libya", REMARK),
    (3, "AL-BAGHDADI", "2011-02-26", "Libya", ONLY_TRAVEL),
    (4, "UNKNOWN", "2011-02-26", "Libya"),
)
UK = """<Designations><DateGenerated>02/03/2021</DateGenerated><Designation>
<LastUpdated>02/03/2021</LastUpdated><DateDesignated>31/12/2020</DateDesignated>
<UniqueID>DPR0270</UniqueID><Names><Name><Name6>RI WON HO</Name6>
<NameType>Primary Name</NameType></Name></Names><RegimeName>The DPR (Sanctions)</RegimeName>
<IndividualEntityShip>Individual</IndividualEntityShip><SanctionsImposed>Asset freeze|Travel Ban
</SanctionsImposed></Designation></Designations>"""


@pytest.fixture
def workspace(tmp_path):
    for name, text in (
        ("un", un("2021-03-12", *PEOPLE)),
        ("eu", eu("2021-03-02", ("1.1", "Won Ho Ri"))),
        ("gb", UK),
    ):
        (tmp_path / f"{name}.xml").write_text(text)
    found = [tmp_path / f"{name}.xml" for name in ("un", "eu", "gb")]
    load_lists(found, tmp_path / "workspace", LoadOptions(accept_drop=True))
    return tmp_path / "workspace"


JOINED = parties(("un:1", "eu:EU.1.1", "gb:DPR0270"))


def cells(workspace, text):
    (found,) = measures_of(Register(workspace), JOINED, text)
    return {(cell.measure, cell.regime): (cell.basis, cell.text) for cell in found.cells}


def test_each_regime_stands_beside_the_others(workspace):
    told = cells(workspace, "X.1")
    assert told["asset freeze", "gb"] == ("stated", "Asset freeze")
    assert told["asset freeze", "un"][0] == "implied"
    assert "1718 (2006), paragraph 8(d)" in told["asset freeze", "un"][1]
    assert "Regulation (EU) 2017/1509" in told["asset freeze", "eu"][1]
    assert told["travel ban", "gb"] == ("stated", "Travel Ban")
    assert told["travel ban", "eu"][0] == "not said"
    assert "Council's decisions" in told["travel ban", "eu"][1]


def test_a_party_is_found_by_any_of_its_listings(workspace):
    assert cells(workspace, "gb:DPR0270") == cells(workspace, "un:1")
    assert measures_of(Register(workspace), JOINED, "Nobody") == []


def test_what_a_list_writes_in_brackets_is_stated(workspace):
    told = cells(workspace, "X.2")
    assert {basis for basis, _ in told.values()} == {"stated"}
    assert {measure for measure, _ in told} == {"asset freeze", "travel ban"}
    assert {measure for measure, _ in cells(workspace, "X.3")} == {"travel ban"}


def test_what_neither_list_nor_law_says_for_all_is_not_guessed(workspace):
    ((basis, why),) = cells(workspace, "X.4").values()
    assert basis == "not said"
    assert "leaves the measures to each listing" in why


def test_the_table_names_known_lists_measures_and_kinds_each_with_its_source():
    source = files("sanctrail") / "data" / "measures.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    for entry in (*table["implied"], *table["remarked"], *table["silent"]):
        assert entry["list"] in LISTS
        assert entry.get("measure", MEASURES[0]) in MEASURES
        assert set(entry.get("kinds", ())) <= set(KINDS)
    assert all(entry["source"] for entry in table["implied"])
    assert all(re.compile(entry["pattern"]) for entry in table["remarked"])
    for entry in table["implied"]:
        if entry["list"] == "un":  # the UN's measures always rest on a resolution's paragraph
            assert re.search(r"resolution \d+ \(\d{4}\), paragraph \d", entry["source"])


# On the command line ----------------------------------------------------------------------------


@pytest.fixture
def ask(workspace, monkeypatch, run):
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", str(workspace))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772236800")
    monkeypatch.setattr("sanctrail.parties.open_parties", lambda register: JOINED)

    def call(*arguments, code=0):
        found, out, err = run("register", "measures", *arguments)
        assert found == code, out + err
        return out if code == 0 else err

    return call


def test_a_page_has_a_column_a_regime_and_the_basis_in_each_cell(ask):
    told = ask("X.1")
    assert re.search(r"measure +eu +gb +un", told)
    assert "stated: Travel Ban" in told
    assert "list does not say" in told
    assert "un of 2021-03-12" in told


def test_cells_come_as_json_and_csv(ask):
    (party,) = json.loads(ask("X.1", "--json"))["parties"]
    rows = list(csv.DictReader(io.StringIO(ask("X.1", "--csv"))))
    assert [row["basis"] for row in party["measures"]] == [row["basis"] for row in rows]
    assert {row["basis"] for row in rows} == {"stated", "implied", "not said"}
    assert party["regimes"] == ["eu", "gb", "un"]


def test_nobody_is_told_with_the_next_step(ask):
    assert "screen 'Nobody'" in ask("Nobody", code=2)
