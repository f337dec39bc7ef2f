"""`sanctrail register join`, `split`, `undecided`, `decided` on the command line."""

import csv
import io
import json

import pytest

from profiles import eu, sdn, un

TODAY = "1772236800"  # 2026-02-28
RI, PAK = (1, "RI WON HO", "1964-07-17"), (2, "PAK CHOL SU", "1960-02-03")
KIM = (76, "Kim Kyong Ok", "1937-01-01", "KPi.002")


@pytest.fixture
def ask(tmp_path, monkeypatch, run):
    """Three lists: us:7 is un:1, the EU cites PAK's number for somebody else, two are namesakes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", "workspace")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", TODAY)
    files = {
        "un.xml": un("2026-01-01", RI, PAK),
        "sdn_2026-01-01.csv": sdn(
            (7, "RI, Won Ho", "17 Jul 1964"), (8, "JON, Il Chun"), (9, "JON, Il Chun")
        ),
        "eu.xml": eu("2026-01-01", KIM),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    assert run("lists", "load", *files)[0] == 0

    def call(*arguments, code=0):
        found, out, err = run("register", *arguments)
        assert found == code, out + err
        assert "Traceback" not in err
        return out if code == 0 else err

    return call


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


WORD = {"decision": "join", "left": "un:2", "right": "us:8", "on": "2026-02-28"}


def test_a_join_says_what_it_did_and_which_party_they_are(ask):
    told = ask("join", "us:8", "KPi.002", "--by", "me", "--note", "same photograph")
    assert told.splitlines() == ["un:2 joined with us:8", "They are one party, un:2."]
    answer = json.loads(ask("decided", "--json"))
    assert answer == {"decisions": [{**WORD, "by": "me", "note": "same photograph"}]}
    (row,) = rows(ask("decided", "--csv"))
    assert row == {**WORD, "by": "me", "note": "same photograph"}
    shown = ask("decided")
    assert "same photograph" in shown
    assert "1 decisions, kept in workspace/decisions.csv." in shown


def test_join_and_split_as_json_are_one_document(ask):
    answer = json.loads(ask("join", "us:8", "Pak Chol Su", "--json"))
    assert answer == {
        "decisions": [{**WORD, "by": "", "note": ""}],
        "told": "They are one party, un:2.",
    }
    answer = json.loads(ask("split", "un:1", "us:7", "--json"))
    assert [one["decision"] for one in answer["decisions"]] == ["split"]
    assert answer["told"] == "They are the parties un:1, us:7."


def test_split_without_another_parts_a_listing_from_all_of_its_party(ask):
    ask("join", "us:8", "us:7")
    told = ask("split", "us:8")
    assert told.splitlines()[-1] == "They are the parties un:1, us:8."
    assert {row["decision"] for row in rows(ask("decided", "--csv"))} == {"split"}
    assert "party of its own" in ask("split", "us:8", code=2)


def test_undecided_pairs_come_as_table_csv_and_json(ask):
    (row,) = rows(ask("undecided", "--csv"))
    assert (row["left"], row["right"], row["basis"]) == ("eu:EU.76", "un:2", "cross-reference")
    assert (row["left_name"], row["right_name"]) == ("Kim Kyong Ok", "PAK CHOL SU")
    assert 0 < float(row["score"]) < 1
    assert "UN reference kpi.002 on both" in row["reasons"]
    answer = json.loads(ask("undecided", "--json"))
    (one,) = answer["undecided"]
    assert one["reasons"] == row["reasons"].split("; ")
    assert f"{one['score']:.4f}" == row["score"]
    assert {held["list_id"] for held in answer["lists"]} == {"un", "us-sdn", "eu"}
    shown = ask("undecided")
    assert "1 pairs of listings in force may be one party" in shown
    assert "eu:EU.76" in shown
    assert "sanctrail register join LEFT RIGHT" in shown
    assert "un of 2026-01-01" in shown


def test_undecided_pairs_of_one_party_only(ask):
    assert len(rows(ask("undecided", "--csv", "--party", "KPi.002"))) == 1
    assert rows(ask("undecided", "--csv", "--party", "un:1")) == []
    assert "0 pairs" in ask("undecided", "--party", "Ri, Won Ho")


@pytest.mark.parametrize("verb", ["join", "split"])
def test_what_is_decided_is_undecided_no_more(ask, verb):
    ask(verb, "eu:EU.76", "un:2")
    assert rows(ask("undecided", "--csv")) == []
    ask("decided", "--forget", "un:2", "eu:EU.76")
    assert len(rows(ask("undecided", "--csv"))) == 1


def test_a_decision_is_taken_back_by_the_ids_in_any_order(ask):
    ask("split", "un:1", "us:7")
    told = ask("decided", "--forget", "us:7", "un:1")
    assert told.splitlines() == [
        "un:1 split from us:7", "This is taken back; the lists decide again."
    ]  # fmt: skip
    assert json.loads(ask("decided", "--json")) == {"decisions": []}
    assert "Nothing was decided about us:7 and un:1" in ask(
        "decided", "--forget", "us:7", "un:1", code=2
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("join", "us:99", "un:1"), "'us:99': no list in force"),
        (("join", "un:1", "Nobody"), "'Nobody': no list in force"),
        (("join", "", "un:1"), "'': no list in force"),
        (("join", "Jon, Il Chun", "un:1"), "several listings: us:8, us:9. Write one of the ids"),
        (("join", "un:1", "KPi.001"), "'un:1' and 'KPi.001' are one listing"),
        (("split", "us:99"), "'us:99': no list in force"),
        (("split", "un:1", "us:99"), "'us:99': no list in force"),
        (("split", "un:1", "KPi.001"), "cannot be split from itself"),
        (("split", "us:8"), "us:8 is a party of its own"),
        (("undecided", "--party", "Nobody"), "'Nobody': no list in force"),
        (("undecided", "--as-of", "soon"), "is no day"),
        (("decided", "--forget", "us:1", "us:2"), "Nothing was decided about us:1 and us:2"),
    ],
)
def test_what_names_nothing_is_told_in_a_sentence_and_changes_nothing(
    ask, tmp_path, arguments, said
):
    told = ask(*arguments, code=2)
    assert said in told
    assert not (tmp_path / "workspace" / "decisions.csv").exists()


def test_a_decision_against_others_is_refused_and_says_the_way_out(ask):
    ask("join", "us:7", "us:8")
    ask("join", "us:8", "us:9")
    told = ask("split", "us:7", "us:9", code=2)
    assert "us:7 and us:9 are split, yet joined through others" in told
    assert len(json.loads(ask("decided", "--json"))["decisions"]) == 2


def test_a_damaged_file_of_decisions_stops_every_answer_about_parties(ask, tmp_path):
    path = tmp_path / "workspace" / "decisions.csv"
    path.write_text("decision,left,right,on,by,note\nmaybe,us:7,un:1,,,\n")
    for arguments in (("undecided",), ("decided",), ("join", "us:7", "us:8"), ("split", "un:1")):
        assert "decisions.csv, line 2: 'maybe' is no decision" in ask(*arguments, code=2)
    assert "maybe" in path.read_text()


def test_decisions_of_a_workspace_without_lists_are_none(run, tmp_path, monkeypatch):
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", str(tmp_path / "new"))
    assert run("register", "decided", "--json")[1] == '{\n "decisions": []\n}\n'
    code, _, err = run("register", "undecided")
    assert code == 2
    assert "holds no lists yet" in err


def test_a_note_cannot_steer_the_screen(ask):
    ask("join", "us:7", "us:8", "--note", "a\x1b[31m\rb")
    shown = ask("decided")
    assert "\x1b" not in shown
    assert "⟨U+001B⟩" in shown
    (one,) = json.loads(ask("decided", "--json"))["decisions"]
    assert one["note"] == "a\x1b[31m\rb"


def test_the_party_of_a_decision_is_the_one_that_other_questions_tell(ask):
    ask("join", "us:8", "un:2")
    (party,) = {
        row["party_id"] for row in rows(ask("programme", "DPRK", "--csv"))
        if "us:8" in row["listings"]
    }  # fmt: skip
    assert party == "un:2"
