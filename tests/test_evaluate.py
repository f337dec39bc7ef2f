"""Evaluation: what is measured is what was counted, and the evidence says so without harm."""

import csv
import json
import re
from math import sqrt

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from sanctrail.cli.evaluate import evaluate as command
from sanctrail.errors import InputError
from sanctrail.evidence.rates import Rate
from sanctrail.register import Register, load_lists
from sanctrail.screening import Query
from sanctrail.screening.damage import CLASSES, NOT_THE_SAME, classes_of, damaged
from sanctrail.screening.evaluation import Aliases, CaseFile, Plan, evaluate, write_evidence
from sanctrail.screening.evaluation.aliases import kinship
from sanctrail.screening.evaluation.cases import DAMAGED, INNOCENTS, Case
from sanctrail.screening.evaluation.files import guarded
from sanctrail.screening.evaluation.generated import natural_order
from sanctrail.screening.evaluation.labelled import party_id
from sanctrail.screening.evaluation.measure import curve
from sanctrail.screening.evaluation.outcomes import Outcome
from sanctrail.screening.evaluation.pages import Paragraph, Table, as_html, as_markdown
from sanctrail.screening.evaluation.reliability import above
from sanctrail.screening.evaluation.told import percent
from sanctrail.text.fold import fold

NAMES = st.lists(st.text("abcdefghiklmnoprstuvy", min_size=4, max_size=9), min_size=3, max_size=4)


def party(number, kind, *names, weak=(), country="kp"):
    told = [{"text": name, "kind": "alias", "quality": "strong"} for name in names]
    told += [{"text": name, "kind": "alias", "quality": "weak"} for name in weak]
    told[0]["kind"] = "primary"
    place = {"role": "nationality", "code": country, "as_written": country}
    return {
        "id": f"un:{number}",
        "list": "un",
        "reference": str(number),
        "kind": kind,
        "names": told,
        "countries": [place],
    }


PARTIES = [
    party(1, "person", "Tariq Hamdani Zuweitri", "Tarek Hamdani Zuwaytri", "The Lion"),
    party(2, "person", "Boris Grigoriev Lapshin", "Борис Григорьев Лапшин", country="ru"),
    party(3, "person", "<script>alert(1)</script> Qadhoumi"),
    party(4, "entity", "Korunda Shipbuilding Works Limited", "Factory 22 Korunda"),
    party(5, "person", "Jelena Vukmirovic Marin", country="ru"),
    party(6, "vessel", "Ocean Breezeway 7"),
    party(7, "person", "Tariq Hamdani Zuweitri Junior", "TARIQ HAMDANI, Zuweitri Junior"),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluate")
    document = {
        "format": "sanctrail-extract/1",
        "lists": {"un": {"regime": "un", "list_date": "2026-02-27"}},
        "listings": PARTIES,
    }
    path = folder / "extract.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    _, problems = load_lists([path], folder / "workspace")
    assert problems == []
    return folder / "workspace"


@pytest.fixture
def register(workspace):
    return Register(workspace)


@pytest.fixture
def file_of(tmp_path):
    def write(text, name="cases.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def outcome(score, wanted, best=None, source=DAMAGED):
    case = Case(Query("x"), source, "class", "un:1" if wanted else "", wanted)
    return Outcome(case, score, score if best is None else best, "un:1")


# --- damage ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if "first" not in kind])
@given(words=NAMES, seed=st.integers(0, 99))
def test_damage_changes_a_name_and_is_the_same_for_the_same_seed(kind, words, seed):
    name = " ".join(words)
    made = damaged(name, kind, seed)
    assert made == damaged(name, kind, seed)
    assert made is None or made != name


@given(words=NAMES, seed=st.integers(0, 99))
def test_a_typo_is_one_slip_in_letters_of_the_case_around_it(words, seed):
    name = " ".join([*(word.title() for word in words), "1984"])
    made = damaged(name, "one typo", seed)
    assert fold(made) != fold(name)
    assert made.split()[-1] == "1984"
    assert all(word.istitle() for word in made.split()[:-1])


@pytest.mark.parametrize(
    ("kind", "name", "wanted"),
    [
        ("legal form left out", "Korunda Works L.L.C.", "Korunda Works"),
        ("legal form left out", "Limited Liability Company Korunda Works", "Korunda Works"),
        ("legal form left out", "Korunda Ltd", None),
        ("abbreviated", "Korunda Trading Company", "Korunda Trading Co"),
        ("abbreviated", "Limited Liability Company Korunda", None),
        ("respelt from Chinese", "Zhang Xiaoqing", "chang hsiao-ching"),
        ("respelt from Korean", "Pak Yong Chol", "park young cheol"),
        ("second surname dropped", "Ana Rojas Vidal", "Ana Rojas"),
        ("another number", "Korunda Works", None),
        ("middle dropped", "Boris Lapshin", None),
    ],
)
def test_a_class_does_what_it_says_or_finds_no_occasion(kind, name, wanted):
    assert damaged(name, kind, 0) == wanted


def test_another_number_is_the_only_thing_another_number_changes():
    made = damaged("Factory 22 Korunda", "another number", 3)
    assert re.fullmatch(r"Factory (?!22)\d+ Korunda", made)
    assert "another number" in NOT_THE_SAME


def test_a_swapped_legal_form_is_of_another_class():
    for seed in range(20):
        made = damaged("Korunda Works Limited", "legal form swapped", seed)
        assert made.startswith("Korunda Works ")
        assert made.split()[-1] not in ("Limited", "Ltd")


def test_every_kind_of_party_that_is_damaged_has_classes():
    assert [bool(classes_of(kind)) for kind in ("person", "entity", "vessel", "aircraft")] == [
        True,
        True,
        True,
        False,
    ]


# --- figures --------------------------------------------------------------------------------


@given(of=st.integers(1, 500), data=st.data())
def test_an_interval_ends_where_the_measured_share_is_just_possible(of, data):
    """Wilson's ends solve |share - p| = z sqrt(p (1 - p) / n)."""
    rate = Rate(data.draw(st.integers(0, of)), of)
    assert 0 <= rate.low <= rate.share <= rate.high <= 1
    for end in (rate.low, rate.high):
        reach = 1.959963984540054 * sqrt(end * (1 - end) / of)
        assert abs(rate.share - end) == pytest.approx(reach, abs=1e-9)


def test_of_nothing_measured_nothing_is_known():
    assert (Rate(0, 0).share, Rate(0, 0).low, Rate(0, 0).high) == (0.0, 0.0, 1.0)


@given(
    listed=st.lists(st.integers(0, 1000), max_size=20),
    clean=st.lists(st.integers(0, 1000), max_size=20),
)
def test_the_curve_is_what_counting_at_every_threshold_gives(listed, clean):
    outcomes = [outcome(s / 1000, True) for s in listed]
    outcomes += [outcome(s / 1000, False, source=INNOCENTS) for s in clean]
    for point in curve(outcomes):
        assert point.recall.count == sum(s / 1000 >= point.threshold for s in listed)
        assert point.alarms.count == sum(s / 1000 >= point.threshold for s in clean)


def test_reliability_is_the_share_of_true_ones_among_hits_at_the_base_rate():
    """Of 1000 customers one is listed (8 in 10 found); of 999 innocents 1 in 100 is hit."""
    outcomes = [outcome(0.9, True)] * 8 + [outcome(0.1, True)] * 2
    outcomes += [outcome(0.8, False, source=INNOCENTS)] + [
        outcome(0.0, False, source=INNOCENTS)
    ] * 99
    found = above(outcomes, 0.7, 0.001)
    assert found.reliability == pytest.approx(0.8 / (0.8 + 9.99))
    assert found.measured == Rate(8, 9)
    assert found.at_least < found.reliability


def test_a_listed_customer_hit_only_for_somebody_else_is_no_right_hit():
    found = above([outcome(0.4, True, best=0.9)], 0.7, 0.001)
    assert (found.right.count, found.wrong.count) == (0, 1)


def test_a_share_is_never_rounded_up_to_all_or_down_to_none():
    assert percent(0.99999) == "99.9 %"
    assert percent(0.00001) == "< 0.1 %"
    assert (percent(1.0), percent(0.0)) == ("100.0 %", "0.0 %")


# --- the user's files -----------------------------------------------------------------------


def test_a_labelled_file_measures_recall_by_class_and_false_alarms(register, file_of):
    path = file_of(
        "query,expected,class\n"
        "Tariq Hamdani Zuweitri,un:1,as listed\n"
        "Tarik Hamdani Zuweitri,un-1,typo\n"
        "Gudrun Ohlendorf,un:1,wrong\n"
        "Gudrun Ohlendorf,,\n"
    )
    found = evaluate(register, Plan(labelled=CaseFile(path)))
    assert [(one.group, one.rate.count, one.rate.of) for one in found.recall] == [
        ("as listed", 1, 1),
        ("typo", 1, 1),
        ("wrong", 0, 1),
    ]
    assert found.alarm_rate == Rate(0, 1)


def test_both_separators_of_an_id_name_the_same_party():
    assert party_id("un-6908512") == party_id("un:6908512") == "un:6908512"
    assert party_id("eu:EU.10-4") == "eu:EU.10-4"


def test_a_party_on_no_list_and_a_row_without_name_are_problems_not_misses(register, file_of):
    path = file_of("query,expected\nTariq Hamdani Zuweitri,un:999\n...,un:1\nBoris Lapshin,un:2\n")
    found = evaluate(register, Plan(labelled=CaseFile(path)))
    assert [one.where for one in found.problems] == ["data row 0", "data row 1"]
    assert len(found.outcomes) == 1


def test_a_missing_column_is_named_with_the_option_that_helps(register, file_of):
    path = file_of("who,expected\nx,un:1\n")
    with pytest.raises(InputError, match=r"no column 'query'.*'who', 'expected'.*--query-column"):
        evaluate(register, Plan(labelled=CaseFile(path)))


def test_innocents_are_measured_by_script(register, file_of):
    path = file_of("name\nGudrun Ohlendorf\nБорис Григорьев Лапшин\n")
    found = evaluate(register, Plan(innocents=CaseFile(path, innocents=True)))
    assert [(one.group, one.rate.count) for one in found.alarms] == [("Latin", 0), ("Cyrillic", 1)]


def test_with_no_case_at_all_the_user_is_told_what_to_give(register):
    with pytest.raises(InputError, match="--input"):
        evaluate(register, Plan())


# --- cases from the register ----------------------------------------------------------------


def test_damaged_names_are_drawn_from_every_kind_and_aimed_at_their_party(register):
    found = evaluate(register, Plan(variants=90))
    cases = [one.case for one in found.outcomes if one.case.source == DAMAGED]
    assert {case.group.partition(":")[0] for case in cases} == {"person", "entity", "vessel"}
    assert all(case.party.startswith("un:") for case in cases)
    negative = [case for case in cases if not case.wanted]
    assert {case.group for case in negative} == {"entity: another number", "vessel: another number"}


def test_another_seed_draws_other_names(register):
    first, same, other = (
        [one.case.query.name for one in evaluate(register, Plan(variants=60, seed=s)).outcomes]
        for s in (0, 0, 1)
    )
    assert first == same
    assert first != other


def test_an_alias_left_out_is_met_by_the_other_names_and_never_by_itself(register):
    found = evaluate(register, Plan(aliases=Aliases()))
    score = {one.case.query.name: one.score for one in found.outcomes}
    assert score["Tarek Hamdani Zuwaytri"] >= 0.7
    assert score["The Lion"] == 0.0
    assert all(one.score < 1 for one in found.outcomes)


def test_a_party_with_one_spelling_has_nothing_to_leave_out(register):
    found = evaluate(register, Plan(aliases=Aliases()))
    assert {one.case.party for one in found.outcomes} == {"un:1", "un:2", "un:4"}


def test_an_unknown_list_is_refused_with_those_that_are_held(register):
    with pytest.raises(InputError, match="Held: un"):
        evaluate(register, Plan(aliases=Aliases("us-sdn")))


@pytest.mark.parametrize(
    ("name", "others", "wanted"),
    [
        ("Tarik Hamdani", ["Tariq Hamdani"], "every word alike"),
        ("The Lion", ["Tariq Hamdani"], "no word alike"),
        ("Tarik the Lion", ["Tariq Hamdani"], "some words alike"),
        ("Борис Лапшин", ["Boris Lapshin"], "across scripts"),
    ],
)
def test_what_an_alias_left_out_has_in_common_is_told_apart(name, others, wanted):
    assert kinship(name, others) == wanted


def test_a_family_name_before_a_comma_goes_to_the_end():
    assert natural_order("Kim, Jong Un") == "Jong Un Kim"
    assert natural_order("A, B, C") == "A B C"


# --- evidence -------------------------------------------------------------------------------


def test_the_same_evaluation_gives_the_same_bytes(workspace, tmp_path):
    for folder in ("a", "b"):
        plan = Plan(variants=60, aliases=Aliases())
        write_evidence(evaluate(Register(workspace), plan), tmp_path / folder, "sanctrail ...")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["audit.html", "audit.md", "curve.svg", "evaluation.json",
                     "false_alarms.csv", "misses.csv"]  # fmt: skip
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_misses_come_with_their_best_score_and_why(register, tmp_path, file_of):
    path = file_of('query,expected\nGudrun Ohlendorf,un:1\n"=HYPERLINK(""x"") Lapshin",un:2\n')
    found = evaluate(register, Plan(labelled=CaseFile(path)))
    write_evidence(found, tmp_path / "out", "")
    with (tmp_path / "out" / "misses.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["score"] == "0.0000"
    assert rows[0]["explanation"].startswith("not brought up; nearest name")
    assert rows[1]["query"].startswith("'=HYPERLINK")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1"])
def test_no_cell_is_a_formula(cell):
    assert guarded(cell) == f"'{cell}"


def test_the_page_escapes_what_lists_say_and_asks_nothing_of_the_network(
    register, tmp_path, file_of
):
    path = file_of("query,expected,class\n" + 12 * "<img src=x> Nobody,un:3,<b>\n")
    write_evidence(evaluate(register, Plan(labelled=CaseFile(path))), tmp_path / "out", "a <b>")
    page = (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "&lt;img src=x&gt; Nobody" in page
    assert "<script" not in page
    assert set(re.findall(r"https?://[^\"' ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in page


def test_marks_that_turn_the_writing_are_shown_and_no_table_is_broken():
    blocks = [Paragraph("a\u202eb"), Table(("x",), [("a|b\n<c>",)])]
    assert "a⟨U+202E⟩b" in as_html("t", blocks)
    assert as_markdown("t", blocks).endswith("| x |\n| --- |\n| a\\|b⟨U+000A⟩\\<c\\> |\n")


def test_the_auditors_page_says_lists_method_figures_and_how_to_repeat(register, tmp_path):
    plan = Plan(variants=90, threshold=0.75)
    write_evidence(evaluate(register, plan), tmp_path / "out", "sanctrail screen evaluate")
    page = (tmp_path / "out" / "audit.md").read_text(encoding="utf-8")
    for said in ("un | 2026-02-27", "not matched", "at 0.75", "person: one typo", "curve.svg",
                 "How far a hit can be trusted", "Known weaknesses",
                 "    sanctrail screen evaluate"):  # fmt: skip
        assert said in page
    assert "threshold 0.75" in (tmp_path / "out" / "curve.svg").read_text(encoding="utf-8")


# --- the command ----------------------------------------------------------------------------


@pytest.fixture
def call(workspace):
    app = typer.Typer()
    app.command()(command)

    def run(*arguments):
        told = ["--workspace", str(workspace), *map(str, arguments)]
        return CliRunner().invoke(app, told)

    return run


def test_the_command_answers_one_json_document_with_all_that_it_rests_on(call):
    document = json.loads(call("--variants", 60, "--json").stdout)
    assert document["lists"][0]["list_id"] == "un"
    assert document["settings"]["threshold"] == 0.7
    assert document["index"]
    assert len(document["curve"]) == 70


def test_the_command_shows_tables_and_writes_the_folder(call, tmp_path):
    done = call("--variants", 60, "--leave-one-out", "--output", tmp_path / "evidence")
    assert "Found of the listed" in done.stdout
    assert "Measured against un of 2026-02-27" in done.stdout
    document = json.loads((tmp_path / "evidence" / "evaluation.json").read_text())
    assert document["command"].startswith("sanctrail screen evaluate --variants 60 --leave-one-out")


def test_options_that_would_change_nothing_are_refused(call):
    assert isinstance(call("--list", "un").exception, InputError)
    assert isinstance(call("--dob-column", "dob").exception, InputError)


def test_the_output_must_be_a_folder_in_a_folder_that_is_there(call, tmp_path):
    assert isinstance(call("--output", tmp_path / "no" / "folder").exception, InputError)
    (tmp_path / "file").write_text("")
    assert isinstance(call("--output", tmp_path / "file").exception, InputError)


# --- the shared labelled files --------------------------------------------------------------


def test_the_real_labelled_files_are_found_and_innocents_left_alone(real_workspace, shared):
    names = shared / "names"
    plan = Plan(
        labelled=CaseFile(names / "positives_hard.csv"),
        innocents=CaseFile(names / "negatives.csv", innocents=True),
    )
    found = evaluate(Register(real_workspace[0]), plan)
    assert found.problems == ()
    assert found.by_source["labelled file"].share > 0.95
    assert found.alarm_rate.share < 0.01
