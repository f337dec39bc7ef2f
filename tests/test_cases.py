"""Incidents are told apart from claims, and claims keep their speaker."""

import json

import pytest

from chains import MemoryAccount
from sanctrail.cases import read_case, read_incident
from sanctrail.errors import InputError, UnreadableFile
from sanctrail.tracing import build_request, trace, write_trace

HEAD = (
    "incident_id,date,victim,amount_usd,amount_note,assets,attribution,attributed_by,"
    "attribution_level,laundering_route,source,source_url,confidence,memory_fields\n"
)
ROW = "x-1,2023-06,Shop,1000,,ETH,Group,Agency,government,a mixer,Paper,https://e.org,memory,date\n"
TOML = """
[incident]
incident_id = "x"
title = "Theft"
date = "2023"
victim = "Shop"
[[claims]]
statement = "They did it."
said_by = "Agency"
level = "government"
confidence = "read_primary"
source = "paper"
"""


def test_a_table_row_becomes_claims_and_never_findings(tmp_path):
    (tmp_path / "i.csv").write_text(HEAD + ROW)
    incident = read_incident(tmp_path / "i.csv", "x-1")
    assert incident.summary == ""
    assert [claim.statement for claim in incident.claims] == [
        "USD 1,000 stolen in ETH",
        "Attributed to Group",
        "Laundered through: a mixer",
    ]
    assert incident.claims[1].said_by == "Agency"
    assert all("from memory: date" in claim.source for claim in incident.claims)


def test_an_unknown_incident_names_a_near_one(tmp_path):
    (tmp_path / "i.csv").write_text(HEAD + ROW)
    with pytest.raises(InputError, match=r"holds 1 incidents, but no 'x'.*such as x-1"):
        read_incident(tmp_path / "i.csv", "x")


def test_an_incident_file_is_read_and_its_words_are_checked(tmp_path):
    path = tmp_path / "i.toml"
    path.write_text(TOML)
    assert read_incident(path).claims[0].said_by == "Agency"
    path.write_text(TOML.replace('"government"', '"god"'))
    with pytest.raises(InputError, match="a claim says 'god', expected one of government"):
        read_incident(path)
    path.write_text(TOML.replace("victim", "prey"))
    with pytest.raises(InputError, match="not an incident file"):
        read_incident(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"format": "other"}'])
def test_what_is_no_trace_is_told(tmp_path, text):
    (tmp_path / "trace.json").write_text(text)
    with pytest.raises(UnreadableFile, match="sanctrail trace"):
        read_case(tmp_path)


@pytest.fixture
def trace_folder(tmp_path):
    ledger = MemoryAccount([("thief", "x", 10), ("x", "shop", 4)])
    request = build_request(["thief"], None, "fifo,haircut")
    results, notes = trace(ledger, request)
    write_trace(tmp_path / "trace", ledger, request, results, notes)
    return tmp_path / "trace"


def test_a_whole_trace_is_read(trace_folder):
    case = read_case(trace_folder)
    assert len(case.flows) == case.trace["flows"]["rows"] == 4
    assert [file.name for file in case.files] == ["trace.json", "flows.csv"]


@pytest.mark.parametrize("flows", ["", "from,to\n", "garbage", None])
def test_flows_of_another_trace_are_refused(trace_folder, flows):
    path = trace_folder / "flows.csv"
    path.write_text(path.read_text().replace("10", "11") if flows is None else flows)
    with pytest.raises(UnreadableFile, match="not the file that trace"):
        read_case(trace_folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t["results"][0].update(stolen="11"),
        lambda t: t["results"][0]["dormant"][0].update(amount="-5"),
        lambda t: t["results"][0]["dormant"][0].update(amount=5),
        lambda t: t["results"][0].update(decimals="2"),
        lambda t: t["results"][0].pop("fees"),
        lambda t: t["results"].append(5),
        lambda t: t.update(results=[]),
        lambda t: t.update(ledger=5),
        lambda t: t.pop("flows"),
        lambda t: t["parameters"].update(sources=[5]),
        lambda t: t["ledger"].update(limits=[{}]),
    ],
)
def test_an_altered_trace_is_refused_in_a_sentence(trace_folder, change):
    path = trace_folder / "trace.json"
    document = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(UnreadableFile, match="damaged or was altered"):
        read_case(trace_folder)


def test_hits_of_another_form_are_refused(trace_folder, tmp_path):
    (tmp_path / "hits.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableFile, match="no column query"):
        read_case(trace_folder, hits=tmp_path / "hits.csv")
