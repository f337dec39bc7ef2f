"""Incidents are told apart from claims, and claims keep their speaker."""

import pytest

from sanctrail.cases import read_case, read_incident
from sanctrail.errors import InputError, UnreadableFile

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


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other"}'])
def test_what_is_no_trace_is_told(tmp_path, text):
    (tmp_path / "trace.json").write_text(text)
    with pytest.raises(UnreadableFile, match="sanctrail trace"):
        read_case(tmp_path)
