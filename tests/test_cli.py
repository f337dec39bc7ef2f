"""The command line: help with examples, one JSON document, and a sentence for bad input."""

import json
import os
import re
import subprocess
import sys

import pytest
import typer

from sanctrail.cli.app import app

LAZARUS = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
UN_LIST = """<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z"><INDIVIDUALS><INDIVIDUAL>
<DATAID>1</DATAID><FIRST_NAME>RI</FIRST_NAME><SECOND_NAME>WON HO</SECOND_NAME>
<LISTED_ON>2016-11-30</LISTED_ON></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>"""
FLOWS = (
    "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD\n"
    f"2022-01-01 00:00:00,1,0x{'a' * 64},thief,Thief,middle,,100.25\n"
    f"2022-01-01 01:00:00,2,0x{'b' * 64},middle,,shop,Shop,60.25\n"
)


def leaves(command, path=()):
    children = getattr(command, "commands", {})
    if not children or getattr(command, "default", None) is not None:
        yield path
    for name, child in children.items():
        yield from leaves(child, (*path, name))


COMMANDS = sorted(leaves(typer.main.get_command(app)))


@pytest.fixture
def document(run):
    def call(*arguments):
        code, out, err = run(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a list, flows and entries, which is also where the commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", "workspace")
    (tmp_path / "un.xml").write_text(UN_LIST)
    (tmp_path / "flows.csv").write_text(FLOWS)
    (tmp_path / "names.csv").write_text("name\nRi Won Ho\n")
    (tmp_path / "unclosed.csv").write_text('name\n"Ri Won Ho\nRi Won Ho\n')
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "pairs.csv").write_text("name1,name2\nKim,Kim\n")
    return tmp_path


@pytest.fixture
def register(folder, run):
    assert run("lists", "load", "un.xml")[0] == 0
    return folder


@pytest.fixture
def ledger(folder, run):
    assert run("ledger", "import", "flows.csv", "--ledger", "led")[0] == 0
    return folder


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_s_help_has_one_example_of_itself(run, path):
    code, out, _ = run(*path, "--help")
    assert code == 0
    text = " ".join(out.split())
    assert text.count("Example:") == 1
    assert f"Example: sanctrail {' '.join(path)}" in text
    assert "--json" in text


def test_the_help_of_all_lists_every_command(run):
    code, out, _ = run("--help")
    assert code == 0
    for name in {path[0] for path in COMMANDS}:
        assert re.search(rf"^│ {name} ", out, re.MULTILINE), name


def test_the_commands_are_these():
    assert [" ".join(path) for path in COMMANDS] == [
        "cluster build",
        "cluster coinjoins",
        "cluster show",
        "cluster why",
        "demo",
        "label",
        "label conflicts",
        "label export",
        "label forget",
        "label import",
        "label infer",
        "label sources",
        "ledger address",
        "ledger export",
        "ledger import",
        "ledger info",
        "ledger prices import",
        "ledger prices show",
        "ledger simulate",
        "ledger tx",
        "ledger verify",
        "lists load",
        "lists update",
        "names compare",
        "register changes",
        "register decided",
        "register diff",
        "register export",
        "register forget",
        "register gaps",
        "register join",
        "register joining",
        "register lag",
        "register measures",
        "register owned",
        "register programme",
        "register show",
        "register split",
        "register stats",
        "register undecided",
        "register versions",
        "register wallets",
        "report",
        "screen",
        "screen evaluate",
        "trace",
        "wallet",
    ]


def test_loading_and_asking_the_register_give_one_document_each(register, document):
    loaded = document("lists", "load", "un.xml")
    (version,) = loaded["loaded"]
    assert (version["list_id"], version["parties"], version["changed"]) == ("un", 1, False)
    assert (version["format"], version["current"]) == ("un-xml", version["version_id"])
    assert "form" not in version
    screened = document("screen", "Ri Won Ho", "--dob", "1964", "--country", "North Korea")
    assert [hit["party_id"] for hit in screened["hits"]] == ["un:1"]
    assert screened["lists"][0]["list_date"] == "2026-02-27"
    batch = document("screen", "--input", "names.csv", "--output", "hits.csv")
    assert (batch["rows"], batch["hits"], batch["problems"]) == (1, 1, [])
    looked_up = document("wallet", LAZARUS, LAZARUS.lower())
    assert [one["listed"] for one in looked_up["addresses"]] == [False, False]
    assert document("names", "compare", "--input", "pairs.csv", "--output", "s.csv")["pairs"] == 1


def test_a_ledger_its_trace_and_its_report_give_one_document_each(ledger, document):
    flows = ("ledger", "import", "flows.csv", "--ledger", "led")
    assert document(*flows)["changed"] is False
    assert document("ledger", "info", "--ledger", "led")["damaged"] == []
    assert all(check["holds"] for check in document("ledger", "verify", "--ledger", "led"))
    looked = document("ledger", "address", "thief", "--ledger", "led")
    assert [totals["asset"]["code"] for totals in looked["totals"]] == ["USD"]
    txid = looked["movements"][0]["transaction"]
    assert document("ledger", "tx", txid, "--ledger", "led")["transaction"] == txid
    assert len(document("ledger", "export", "--ledger", "led", "--to", "tables")["files"]) == 4
    (ledger / "rates.csv").write_text("date,asset,currency,value\n2023-06-01,USD,EUR,0.93\n")
    prices = ("ledger", "prices")
    assert document(*prices, "import", "rates.csv", "--ledger", "led")["added"] == 1
    shown = document(*prices, "show", "USD", "EUR", "--at", "2023-06-02", "--ledger", "led")
    assert (shown["price"]["value"], shown["price"]["time"]) == ("0.93", "2023-06-01T00:00:00Z")
    trace = document("trace", "--ledger", "led", "--sources", "thief", "--output", "trace")
    assert [result["method"] for result in trace["results"]] == ["fifo"]
    pytest.importorskip("jinja2")
    report = document("report", "--trace", "trace", "--output", "report.html")
    assert report["reports"] == ["report.html"]
    assert (ledger / "report.html").exists()


def test_a_simulation_gives_one_document(folder, document):
    told = document(
        "ledger", "simulate", "--ledger", "sim", "--case", "case", "--transactions", "2000"
    )
    assert told["transactions"] >= 2000


def test_the_demonstration_gives_one_document(folder, document):
    pytest.importorskip("typst")
    told = document("demo", "--output", "made")
    assert told["equals_planted"] is True
    found, missed = told["customers_found"], told["customers_missed"]
    assert found + len(missed) == told["customers_expected"]


BAD = {
    "load a missing file": ("lists", "load", "absent.xml"),
    "load a folder": ("lists", "load", "."),
    "load words": ("lists", "load", "names.csv"),
    "load several bad files": ("lists", "load", "absent.xml", "names.csv"),
    "workspace is a file": ("lists", "load", "un.xml", "--workspace", "un.xml"),
    "screen nothing": ("screen",),
    "screen a name and a file": ("screen", "Ri", "--input", "names.csv"),
    "screen without output": ("screen", "--input", "names.csv"),
    "screen by no date": ("screen", "Ri", "--dob", "soon"),
    "screen by no country": ("screen", "Ri", "--country", "Atlantis"),
    "screen nobody": ("screen", ""),
    "screen a smile": ("screen", "🙂"),
    "screen dashes": ("screen", "---"),
    "screen a name into a file": ("screen", "Ri", "--output", "o.csv"),
    "screen a name by its column": ("screen", "Ri", "--name-column", "name"),
    "screen a file of one birth": (
        *("screen", "--input", "names.csv", "--output", "o.csv", "--dob", "1984"),
    ),
    "screen an unclosed quote": ("screen", "--input", "unclosed.csv", "--output", "o.csv"),
    "screen into a folder": ("screen", "--input", "names.csv", "--output", "."),
    "pairs into a folder": ("names", "compare", "--input", "pairs.csv", "--output", "led"),
    "pairs into no folder": ("names", "compare", "--input", "pairs.csv", "--output", "no/o.csv"),
    "screen above one": ("screen", "Ri", "--threshold", "2"),
    "screen a missing file": ("screen", "--input", "absent.csv", "--output", "o.csv"),
    "screen another column": (
        *("screen", "--input", "names.csv", "--output", "o.csv", "--name-column", "nom"),
    ),
    "screen one of no sheet": (
        *("screen", "--input", "names.csv", "--output", "o.csv", "--sheet", "x"),
    ),
    "screen a file by an identifier": (
        *("screen", "--input", "names.csv", "--output", "o.csv", "--id", "A1234567"),
    ),
    "screen under no measure": (
        *("screen", "--input", "names.csv", "--output", "o.csv", "--measure", "freeze"),
    ),
    "screen of no regime": ("screen", "Ri", "--regime", "eu"),
    "screen into no folder": ("screen", "--input", "names.csv", "--output", "no/such/o.csv"),
    "screen without register": ("screen", "Ri", "--workspace", "other"),
    "wallet without register": ("wallet", LAZARUS, "--workspace", "other"),
    "pairs of one name": ("names", "compare", "Ri"),
    "pairs of names and a file": ("names", "compare", "Ri", "Li", "--input", "pairs.csv"),
    "pairs of a missing file": ("names", "compare", "--input", "absent", "--output", "o.csv"),
    "pairs without columns": ("names", "compare", "--input", "names.csv", "--output", "o.csv"),
    "import a missing file": (
        *("ledger", "import", "--format", "labelled-flows", "absent.csv", "--ledger", "new"),
    ),
    "import another table": (
        *("ledger", "import", "--format", "labelled-flows", "names.csv", "--ledger", "new"),
    ),
    "import an unknown format": (
        *("ledger", "import", "--format", "other", "flows.csv", "--ledger", "new"),
    ),
    "import without a layout": (
        *("ledger", "import", "--format", "transfers", "flows.csv", "--ledger", "new"),
    ),
    "simulate too little": (
        *("ledger", "simulate", "--ledger", "new", "--case", "c", "--transactions", "5"),
    ),
    "info of no ledger": ("ledger", "info", "--ledger", "absent"),
    "trace no ledger": ("trace", "--ledger", "absent", "--sources", "thief", "--output", "t"),
    "trace an unknown source": ("trace", "--ledger", "led", "--sources", "nobody", "--output", "t"),
    "trace a missing file": ("trace", "--ledger", "led", "--sources", "no.csv", "--output", "t"),
    "trace by no method": (
        *("trace", "--ledger", "led", "--sources", "thief", "--output", "t", "--method", "tiho"),
    ),
    "trace since no time": (
        *("trace", "--ledger", "led", "--sources", "thief", "--output", "t", "--since", "soon"),
    ),
    "trace to missing stops": (
        *("trace", "--ledger", "led", "--sources", "thief", "--output", "t", "--stops", "no.csv"),
    ),
    "trace into a file": ("trace", "--ledger", "led", "--sources", "thief", "--output", "un.xml"),
    "report of an id alone": (
        *("report", "--trace", "absent", "--output", "o.html", "--incident-id", "1"),
    ),
    "report as text": ("report", "--trace", "absent", "--output", "o.html", "--output", "o.txt"),
    "report into a folder": ("report", "--trace", "absent", "--output", "folder.html"),
    "report into no folder": ("report", "--trace", "absent", "--output", "no/such/o.html"),
    "report of no trace": ("report", "--trace", "absent", "--output", "report.html"),
    "an unknown option": ("wallet", LAZARUS, "--colour"),
    "an unknown command": ("walet",),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_ends_with_a_sentence_and_exit_code_two(register, ledger, run, case):
    code, out, err = run(*BAD[case])
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    assert err.rstrip().endswith((".", "╯")) or "sanctrail " in err.splitlines()[-1]
    assert len(err.splitlines()) <= 6
    assert not (ledger / "o.csv").exists()
    assert not (ledger / "new" / "manifest.json").exists()


def test_problems_go_to_standard_error_and_answers_to_standard_output(register, run):
    (register / "names.csv").write_text("name\n\nRi Won Ho,x\n")
    code, out, err = run("screen", "--input", "names.csv", "--output", "hits.csv")
    assert code == 0
    assert "1 problem:" in err
    assert out.startswith("1 rows screened at 0.70: 1 with a hit, 1 hits")


def test_a_loaded_version_that_does_not_count_is_told(register, run):
    (register / "old.xml").write_text(UN_LIST.replace("2026-02-27", "2025-02-27"))
    _, out, _ = run("lists", "load", "old.xml")
    assert "old.xml (not current; un_2026-02-27_un-xml_" in " ".join(out.split())


def test_all_reports_are_checked_before_one_is_written(ledger, run):
    run("trace", "--ledger", "led", "--sources", "thief", "--output", "trace")
    code, _, err = run("report", "--trace", "trace", "--output", "o.html", "--output", "o.doc")
    assert (code, err) == (2, "--output o.doc: name a file that ends in .html or .pdf.\n")
    assert not (ledger / "o.html").exists()


def test_a_damaged_register_is_told_in_a_sentence(register, run):
    for path in (register / "workspace").rglob("*.parquet"):
        path.write_bytes(b"")
    for command in (("screen", "Ri Won Ho"), ("wallet", LAZARUS)):
        code, out, err = run(*command)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "sanctrail lists load un.xml" in err
    assert run("lists", "load", "un.xml")[0] == 0
    assert run("screen", "Ri Won Ho")[0] == 0


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_terminal_of_another_encoding_does_not_matter(register, as_json):
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from sanctrail.cli import main; main()",
            "screen",
            "李元浩 Ł",
            *as_json,
        ],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert told.returncode == 0, told.stderr
    text = told.stdout.decode("utf-8")
    assert "李元浩 Ł" in text or not as_json


def test_the_version_is_told(run):
    from sanctrail import __version__

    assert run("--version")[:2] == (0, f"sanctrail {__version__}\n")


@pytest.mark.parametrize("address", [LAZARUS, LAZARUS.lower(), LAZARUS.upper()])
def test_a_listed_wallet_is_told_with_party_programme_and_day(real_workspace, run, address):
    code, out, _ = run("wallet", address, "--workspace", real_workspace[0])
    assert code == 0
    assert f"{address} is LISTED." in out
    for said in ("Lazarus Group", "DPRK3", "2019-09-13", "us:27307", "us-sdn of 2025-11-19", "ETH"):
        assert said in " ".join(out.split())


def test_a_mistyped_wallet_is_told(real_workspace, run):
    typed = LAZARUS[:-1] + "7"
    _, out, _ = run("wallet", typed, "--workspace", real_workspace[0])
    assert f"{typed} is not listed. Its own checksum fails: is it mistyped?" in out


def test_every_listed_wallet_is_told_as_listed(real_workspace, document):
    from sanctrail.register import Register

    workspace = real_workspace[0]
    addresses = sorted({wallet.address for wallet in Register(workspace).wallets()})
    told = document("wallet", *addresses, "--workspace", workspace)["addresses"]
    assert [one["address"] for one in told if not one["listed"]] == []
    assert len(told) == len(addresses) > 700
