"""`sanctrail screen` and `sanctrail names compare` on the command line."""

import csv
import io
import json
import subprocess
import sys

import pytest
from rich.console import Console

from sanctrail.cli.hits import highlighted
from sanctrail.cli.reference import reference
from sanctrail.names import compare

LIST = {
    "format": "sanctrail-extract/1",
    "lists": {"us-sdn": {"regime": "us", "list_date": "2025-11-19"}},
    "listings": [
        {
            "list": "us-sdn",
            "id": "us:24918",
            "reference": "24918",
            "kind": "person",
            "gender": "male",
            "listed_on": "2018-09-06",
            "programmes": ["DPRK3"],
            "names": [
                {"text": "Park, Jin Hyok", "kind": "primary", "quality": "strong"},
                {"text": "\u009b31mMustang", "kind": "alias", "quality": "strong"},
            ],
            "births": [{"earliest": "1984-08-15", "latest": "1984-08-15", "precision": "day"}],
            "identifiers": [{"kind": "Passport", "number": "290333974", "country": "kp"}],
        },
        {
            "list": "us-sdn",
            "id": "us:5",
            "reference": "5",
            "kind": "vessel",
            "names": [{"text": "Evaluate", "kind": "primary", "quality": "strong"}],
            "identifiers": [{"kind": "IMO", "number": "IMO 9187629"}],
        },
    ],
}


@pytest.fixture
def ask(tmp_path, monkeypatch, run):
    """A register of one person and one ship; run a command and get its output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", "workspace")
    (tmp_path / "list.json").write_text(json.dumps(LIST))
    assert run("lists", "load", "list.json")[0] == 0

    def call(*arguments, code=0):
        found, out, err = run(*arguments)
        assert found == code, out + err
        return out if code == 0 else err

    return call


def words(text):
    return " ".join(text.split())


# One name.


def test_a_name_s_hits_are_a_table_with_the_reasons(ask):
    out = words(ask("screen", "Jin Hyok Park", "--dob", "1984"))
    for said in (
        "us:24918",
        "Park, Jin Hyok",
        "person",
        "DPRK3",
        "2018-09-06",
        "Birth date agrees",
    ):
        assert said in out
    assert "Screened against us-sdn of 2025-11-19" in out


def test_hits_stand_below_each_other_on_a_narrow_terminal(ask, monkeypatch):
    monkeypatch.setattr("sanctrail.cli.hits._NARROW", 200)
    head, facts, why = ask("screen", "Jin Hyok Park").splitlines()[:3]
    assert head.endswith("  us:24918  Park, Jin Hyok")
    assert facts == "      person; DPRK3; listed on 2018-09-06"
    assert why == "      primary name 'Park, Jin Hyok': same name"


def test_a_name_s_hits_are_a_document_with_the_explanation_in_parts(ask):
    told = json.loads(
        ask("screen", "Jin Hyok Park", "--gender", "m", "--kind", "individual", "--json")
    )
    assert told["query"] == {
        "name": "Jin Hyok Park",
        "dob": None,
        "country": None,
        "gender": "male",
        "kind": "person",
        "identifiers": [],
    }
    (hit,) = told["hits"]
    assert (hit["party_id"], hit["programmes"]) == ("us:24918", ["DPRK3"])
    assert [pair["how"] for pair in hit["name"]["words"]] == ["same"] * 3
    assert [one["about"] for one in hit["evidence"]] == ["gender"]


def test_each_hit_can_be_told_in_full(ask):
    out = words(ask("screen", "Jin Hyuk Park Senior", "--dob", "1984", "--explain",
                    "--threshold", "0.01"))  # fmt: skip
    assert "us:24918 Park, Jin Hyok (person)" in out
    assert "programmes: DPRK3; listed on: 2018-09-06" in out
    assert "in the query on the list likeness how" in out
    assert "hyuk hyok" in out
    assert "score of the name alone: " in out
    assert "weighed, in log-odds:" in out
    assert "+1.20 birth date: Birth date agrees" in out


@pytest.mark.parametrize(
    ("number", "party", "said"),
    [
        ("290333974:passport", "us:24918", "Passport 290333974 is listed, its issuer unknown"),
        ("9187629", "us:5", "Imo 9187629 is listed"),
        ("IMO 9187629:IMO", "us:5", "Imo IMO 9187629 is listed"),
    ],
)
def test_an_identifier_is_screened_without_a_name(ask, number, party, said):
    out = words(ask("screen", "--id", number, "--explain"))
    assert party in out
    assert said in out
    assert ("same identifier: " in out) == ("unknown" not in said)


def test_an_identifier_beside_a_name_counts_for_the_party_that_bears_it(ask):
    told = json.loads(ask("screen", "Somebody Else", "--id", "290333974:passport", "--json"))
    assert [(hit["party_id"], hit["score"]) for hit in told["hits"]] == [("us:24918", 0.9)]


def test_filters_leave_what_is_wanted_and_say_so(ask):
    assert "us:24918" in ask("screen", "Jin Hyok Park", "--programme", "dprk", "--regime", "us")
    out = words(ask("screen", "Jin Hyok Park", "--hit-kind", "vessel"))
    assert out.startswith("No party of those that are wanted scores 0.70 or more on us-sdn")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--measure", "freeze"), "is none of: asset freeze, travel ban"),
        (("--regime", "eu"), "is none of: us."),
        (("--programme", "X"), "programmes held: DPRK3."),
        (("--hit-kind", "ship"), "is none of: person, entity, vessel, aircraft."),
        (("--kind", "tree"), "is none of: person, entity, vessel, aircraft."),
        (("--gender", "blue"), "Write male or female."),
        (("--id", "A1234567:pasport"), "'pasport' is no sort. Sorts: imo, bic"),
        (("--id", "12"), "says too little to be an identifier."),
        (("--id", "12:imo"), "says too little to be imo."),
        (("--sheet", "x"), "only for --input FILE"),
    ],
)
def test_an_option_that_can_mean_nothing_is_refused_with_what_it_may_be(ask, options, said):
    err = ask("screen", "Jin Hyok Park", *options, code=2)
    assert said in err
    assert err.count("\n") == 1


def test_a_list_s_text_does_not_steer_the_screen(ask):
    for option in ((), ("--explain",)):
        out = ask("screen", "31mMustang", *option)
        assert "\u009b" not in out
        assert "⟨U+009B⟩" in out


def styles(name, query):
    marked = highlighted(name, compare(query, name))
    assert marked.plain == name
    return {marked.plain[span.start : span.end]: span.style for span in marked.spans if span.style}


@pytest.mark.parametrize(
    ("query", "name", "found"),
    [
        (
            "Park Jin Hyok",
            "Park, Jin Hyok",
            {"Park": "bold green", "Jin": "bold green", "Hyok": "bold green"},
        ),
        (
            "Vladxmir Putin",
            "PUTIN, Vladimir Vladimirovich",
            {"Vladimir": "bold yellow", "PUTIN": "bold green"},
        ),
        (
            "Vladimir Lenin",
            "Vladimir Jones",
            {"Vladimir": "bold green", "Jones": "bold red"},
        ),
        ("Владимир", "Влади́мир (Kremlin)", {"Влади́мир": "bold green"}),
    ],
)
def test_the_words_of_a_listed_name_show_how_they_met(query, name, found):
    assert styles(name, query) == found


def test_marks_are_drawn_on_a_terminal_only(ask):
    assert "\x1b[" not in ask("screen", "Jin Hyok Park")
    drawn = Console(file=io.StringIO(), force_terminal=True, color_system="standard")
    drawn.print(highlighted("Park, Jin", compare("Park", "Park, Jin")))
    assert drawn.file.getvalue() == "\x1b[1;32mPark\x1b[0m, Jin\n"


# A file.


def test_a_file_s_run_is_told_in_one_document_and_beside_the_hits(ask, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"name": "Jin Hyok Park", "sex": "m"}\n{"name": ""}\n')
    arguments = ("--input", "a.jsonl", "--gender-column", "sex", "--output", "hits.csv")
    told = json.loads(ask("screen", *arguments, "--json"))
    assert told == json.loads((tmp_path / "hits.csv.run.json").read_bytes())
    assert (told["rows"], told["hits"], told["problem_count"]) == (2, 1, 1)
    assert ask("screen", *arguments) == (
        "2 rows screened at 0.70: 1 with a hit, 1 hits, in hits.csv\n"
    )


def test_hits_go_into_parquet_by_the_name_of_the_output(ask, tmp_path):
    from pyarrow import parquet as pq

    (tmp_path / "a.csv").write_text("name,imo\nJin Hyok Park,\n,9187629\n")
    ask("screen", "--input", "a.csv", "--output", "hits.parquet", "--id-column", "imo:imo")
    table = pq.read_table(tmp_path / "hits.parquet")
    assert table["party_id"].to_pylist() == ["us:24918", "us:5"]
    assert [str(table.schema.field(name).type) for name in ("row", "score")] == ["int64", "double"]


def test_a_run_that_was_broken_off_says_that_it_goes_on(ask, run, tmp_path, monkeypatch):
    from sanctrail.screening import Screener, batch

    monkeypatch.setattr(batch, "CHUNK", 2)
    (tmp_path / "a.csv").write_text("name\n" + "Jin Hyok Park\n" * 5)
    real, asked = Screener.screen_all, []

    def broken(self, queries, *options):
        asked.append(len(queries))
        if len(asked) == 2:
            raise KeyboardInterrupt
        return real(self, queries, *options)

    monkeypatch.setattr(Screener, "screen_all", broken)
    arguments = ("screen", "--input", "a.csv", "--output", "hits.csv")
    code, _, err = run(*arguments)
    assert code != 0
    assert "The same command goes on where this one was." in err
    out = ask(*arguments)
    assert out.startswith("The first 2 rows were screened by a run that was broken off.\n5 rows")
    assert asked == [2, 2, 2, 1]


# The command and the command within it.


def test_a_word_that_is_no_command_is_a_name_wherever_the_options_stand(ask):
    assert "us:24918" in ask("screen", "--dob", "1984", "Jin Hyok Park")
    assert "us:24918" in ask("screen", "Jin Hyok Park", "--dob", "1984")
    assert "us:5" in ask("screen", "--threshold", "0.5", "evaluate")


def test_evaluate_is_a_command_of_its_own_and_help_shows_both(ask):
    both = words(ask("screen", "--help"))
    assert "The name to look for." in both
    assert "--hit-kind" in both
    assert "evaluate" in both
    within = words(ask("screen", "evaluate", "--help"))
    assert "Example: sanctrail screen evaluate" in within
    assert "--hit-kind" not in within
    assert words(ask("screen", "Jin", "-h")).count("Example:") == 1


def test_a_wrong_option_is_told_with_the_command_s_own_name(ask):
    err = ask("screen", "Jin", "--colour", code=2)
    assert "Usage: sanctrail screen [OPTIONS] [" in err
    assert "Try 'sanctrail screen --help'" in words(err).replace(" -h'", " --help'")


def test_the_reference_documents_both():
    text = reference()
    assert "\n## sanctrail screen\n" in text
    assert "\n## sanctrail screen evaluate\n" in text
    assert "`sanctrail screen NAME [OPTIONS]`" in text


def test_help_loads_no_engine():
    code = (
        "import sys; from sanctrail.cli.app import app; "
        "print(sorted({'numba', 'pyarrow', 'numpy', 'rich.table'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Names compared with names.


def test_two_names_are_compared_with_the_reasons(run):
    code, out, _ = run("names", "compare", "Vladimir Puttin", "Путин, Владимир Владимирович")
    assert code == 0
    out = words(out)
    assert "first second likeness how" in out
    assert "puttin putin" in out
    assert "only second: vladimirovich" in out
    assert "weighed, in log-odds:" in out


def test_two_names_give_one_document(run):
    _, out, _ = run("names", "compare", "Kim Jong Un", "Kim Jong Un", "--json")
    told = json.loads(out)
    assert (told["name1"], told["exact"], told["explanation"]) == ("Kim Jong Un", True, "same name")
    assert [pair["ours"] for pair in told["words"]] == ["kim", "jong", "un"]


def test_a_file_of_pairs_can_gain_the_explanation(ask, tmp_path):
    (tmp_path / "pairs.csv").write_text("name1,name2\nKim,Kim\n")
    ask("names", "compare", "--input", "pairs.csv", "--output", "o.csv", "--explain")
    with (tmp_path / "o.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["explanation"] == "same name"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("Kim",),
        ("Kim", "🙂"),
        ("Kim", "Kim", "--output", "o.csv"),
        ("Kim", "Kim", "--explain"),
        ("Kim", "Kim", "--input", "pairs.csv", "--output", "o.csv"),
        ("--input", "pairs.csv"),
    ],
)
def test_names_that_cannot_be_compared_are_told_in_a_sentence(
    run, tmp_path, monkeypatch, arguments
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pairs.csv").write_text("name1,name2\nKim,Kim\n")
    code, out, err = run("names", "compare", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert not (tmp_path / "o.csv").exists()
