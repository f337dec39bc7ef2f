"""Screening: what is a hit, what lowers it, and files of queries from the first row to the last."""

import csv
import io
import json
import random

import pytest

from sanctrail.errors import InputError
from sanctrail.names import compare
from sanctrail.register import Register, load_lists
from sanctrail.screening import Query, Screener, compare_pairs, screen_file
from sanctrail.screening.batch import QueryColumns
from sanctrail.text.dates import parse_date

PARK = {
    "id": "us:24918",
    "kind": "person",
    "names": [
        {"text": "Park, Jin Hyok", "kind": "primary", "quality": "strong"},
        {"text": "Pak, Kwang Chol", "kind": "alias", "quality": "strong"},
        {"text": "Mustang Rider", "kind": "alias", "quality": "weak"},
        {"text": "박진혁", "kind": "script", "quality": "strong"},
    ],
    "births": [{"earliest": "1984-08-15", "latest": "1984-08-15", "precision": "day"}],
    "countries": [{"role": "nationality", "code": "kp", "as_written": "Korea, North"}],
}
EXPO = {
    "id": "us:24917",
    "kind": "entity",
    "names": [{"text": "Chosun Expo", "kind": "primary", "quality": "strong"}],
}


def screener_of(tmp_path, *listings):
    document = {
        "format": "sanctrail-extract/1",
        "lists": {"us-sdn": {"regime": "us", "list_date": "2025-11-19"}},
        "listings": [{"list": "us-sdn", "reference": one["id"], **one} for one in listings],
    }
    path = tmp_path / "extract.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    _, problems = load_lists([path], tmp_path / "workspace")
    assert problems == []
    return Screener(Register(tmp_path / "workspace"))


@pytest.fixture
def screener(tmp_path):
    return screener_of(tmp_path, PARK, EXPO)


@pytest.fixture
def ask(screener):
    def scored(name, born=None, country="", threshold=0.0):
        query = Query(name, parse_date(born) if born else None, country)
        return {hit.party_id: hit for hit in screener.screen(query, threshold)}.get("us:24918")

    return scored


@pytest.mark.parametrize(
    ("name", "score", "matched"),
    [
        ("PARK JIN-HYOK", 1.0, "Park, Jin Hyok"),
        ("Jin Hyok Park", 1.0, "Park, Jin Hyok"),
        ("Hyok Jin Park", 0.98, "Park, Jin Hyok"),
        ("Pak, Kwang Chol", 1.0, "Pak, Kwang Chol"),
        ("박진혁", 1.0, "박진혁"),
        ("Mustang Rider", 1.0, "Mustang Rider"),
    ],
)
def test_the_name_itself_or_an_alias_is_found_in_full(ask, name, score, matched):
    hit = ask(name)
    assert (hit.score, hit.matched_name, hit.primary_name) == (score, matched, "Park, Jin Hyok")


def test_a_weak_alias_makes_a_hit_only_when_it_is_the_same(ask):
    assert ask("Mustang Ryder").score <= 0.69
    assert ask("Rider Mustang", threshold=0.7).explanation.startswith("weak alias 'Mustang Rider'")
    assert ask("Mustang Ryder", threshold=0.7) is None


@pytest.mark.parametrize(
    ("born", "score", "said"),
    [
        (None, 1.0, ""),
        ("1984", 1.0, "Birth date agrees"),
        ("1984-08", 1.0, "Birth date agrees"),
        ("1984-02-01", 1.0, "year is near"),
        ("1985-12-31", 1.0, "year is near"),
        ("1983", 1.0, "year is near"),
        ("1986", 0.85, "Birth date contradicts (listed 1984-08-15, query 1986)"),
        ("1951-01-02", 0.85, "Birth date contradicts (listed 1984-08-15, query 1951-01-02)"),
    ],
)
def test_a_birth_date_lowers_only_when_it_contradicts(ask, born, score, said):
    hit = ask("Jin Hyok Park", born)
    assert hit.score == score
    assert said in hit.explanation


@pytest.mark.parametrize(
    ("country", "score", "said"),
    [("kp", 1.0, "Country agrees"), ("fr", 0.95, "Country differs (listed"), ("", 1.0, "")],
)
def test_a_country_lowers_only_when_it_differs(ask, country, score, said):
    hit = ask("Jin Hyok Park", country=country)
    assert hit.score == score
    assert said in hit.explanation


def test_an_exact_name_stays_a_hit_against_all_contradictions(ask):
    assert ask("Jin Hyok Park", "1951", "fr").score >= 0.7


def test_a_party_without_birth_date_or_country_is_not_lowered(screener):
    (hit,) = screener.screen(Query("Chosun Expo", parse_date("1951"), "fr"))
    assert (hit.party_id, hit.score, hit.listing_ids) == ("us:24917", 1.0, ("us:24917",))


@pytest.mark.parametrize("name", ["", "...", "Xyzzy Quux", "Li"])
def test_a_name_that_is_nobody_s_has_no_hit(screener, name):
    assert screener.screen(Query(name)) == []


def test_hits_come_best_first_and_at_or_above_the_threshold(tmp_path):
    others = [
        {"id": f"us:{n}", "kind": "person", "names": [{"text": text, "kind": "primary"}]}
        for n, text in enumerate(("Park Jin Hyuk", "Park Jin Hyok", "Park Jin"))
    ]
    screener = screener_of(tmp_path, PARK, *others)
    hits = screener.screen(Query("Park Jin Hyok"), 0.8)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert hits[0].party_id == "us:1"
    assert all(score >= 0.8 for score in scores)
    assert screener.screen(Query("Park Jin Hyok"), scores[1])[:2] == hits[:2]
    assert {hit.score for hit in screener.screen(Query("Park Jin Hyok"), 1.0)} == {1.0}


def test_one_party_on_two_lists_of_a_publisher_is_one_hit_with_the_facts_of_both(tmp_path):
    about = {"regime": "us", "list_date": "2025-11-19"}
    expo = {**EXPO, "reference": "", "list": "us-sdn", "listed_on": "2018-09-06"}
    sdn = {**expo, "programmes": ["DPRK3", "CYBER2"], "countries": PARK["countries"]}
    cons = {
        **expo,
        "list": "us-cons",
        "listed_on": "2017-01-02",
        "programmes": ["NS-PLC", "DPRK3"],
        "names": [{"text": "Korea Expo Joint Venture", "kind": "primary"}],
    }
    path = tmp_path / "extract.json"
    lists = {"us-sdn": about, "us-cons": about}
    document = {"format": "sanctrail-extract/1", "lists": lists, "listings": [sdn, cons]}
    path.write_text(json.dumps(document), encoding="utf-8")
    assert load_lists([path], tmp_path / "workspace")[1] == []
    screener = Screener(Register(tmp_path / "workspace"))
    (hit,) = screener.screen(Query("Chosun Expo", country="kp"))
    assert (hit.listing_ids, hit.regimes, hit.score) == (("us:24917",), ("us",), 1.0)
    assert (hit.primary_name, hit.listed_on) == ("Chosun Expo", "2017-01-02")
    assert hit.programmes == ("NS-PLC", "DPRK3", "CYBER2")
    assert "Country agrees" in hit.explanation
    (hit,) = screener.screen(Query("Korea Expo Joint Venture"))
    assert hit.primary_name == hit.matched_name == "Korea Expo Joint Venture"


# Files.

COLUMNS = QueryColumns("name", "born", "country")
HEADER = "row,query,party_id,listing_ids,regimes,score,matched_name,explanation"


@pytest.fixture
def batch(screener, tmp_path):
    source, output = tmp_path / "customers.csv", tmp_path / "hits.csv"

    def run(text, columns=COLUMNS):
        source.write_bytes(text if isinstance(text, bytes) else text.encode())
        summary = screen_file(screener, source, columns, output, 0.7)
        written = output.read_text(encoding="utf-8")
        assert written.split("\n")[0] == HEADER
        return summary, list(csv.DictReader(io.StringIO(written)))

    run.output = output
    return run


def test_rows_are_numbered_from_none_and_told_with_their_hits(batch):
    summary, hits = batch(
        "id,name,born,country\n1,Chosun Expo,,\n2,Nobody At All,,\n"
        '3,"Park, Jin Hyok",1984,North Korea\n'
    )
    assert (summary.rows, summary.with_hits, summary.hits, summary.problems) == (3, 2, 2, ())
    assert [(hit["row"], hit["query"], hit["party_id"], hit["score"]) for hit in hits] == [
        ("0", "Chosun Expo", "us:24917", "1.0000"),
        ("2", "Park, Jin Hyok", "us:24918", "1.0000"),
    ]
    assert hits[1]["listing_ids"] == "us:24918"
    assert hits[1]["regimes"] == "us"
    assert "Birth date agrees" in hits[1]["explanation"]


def test_bad_rows_are_counted_and_located_and_screened_all_the_same(batch):
    summary, hits = batch(
        "name,born,country\n ,1984,kp\nChosun Expo,soon,kp\nChosun Expo,,Atlantis\nChosun Expo\n"
        "Chosun Expo,,,more\n"
    )
    assert [(problem.where, problem.message) for problem in summary.problems] == [
        ("data row 0", "has no name; nothing was screened"),
        ("data row 1", "birth date 'soon' is not understood and was left out"),
        ("data row 2", "country 'Atlantis' is not understood and was left out"),
        ("data row 3 (line 5)", "has another number of fields"),
        ("data row 4 (line 6)", "has another number of fields"),
    ]
    assert {problem.source for problem in summary.problems} == {"customers.csv"}
    assert (summary.rows, [hit["row"] for hit in hits]) == (5, ["1", "2", "3", "4"])


@pytest.mark.parametrize("name", ["---", "🙂", "’", "\u200b"])
def test_a_name_without_letter_or_digit_is_a_problem_of_its_row(batch, name):
    summary, hits = batch(f"name,born,country\n{name},,\nChosun Expo,,\n")
    assert [problem.where for problem in summary.problems] == ["data row 0"]
    assert "no letter or digit; nothing was screened" in summary.problems[0].message
    assert [hit["row"] for hit in hits] == ["1"]


def test_a_column_without_a_name_is_no_problem(batch):
    summary, hits = batch(",name,born,country\n0,Chosun Expo,,\n")
    assert (summary.problems, len(hits)) == ((), 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nom,born,country\nX,,\n", "there is no column 'name'; the file has 'nom'"),
        ("name\nX\n", "there is no column 'born'; the file has 'name'"),
        ("name,born,country,name\nX,,,\n", "there are 2 columns named 'name'"),
        ('name,born,country\nA,,\n"Chosun Expo,,\nB,,\n', "begins on line 3 is not readable"),
        ('name,born,country\n"A\nA",,\n\n"B,,\n"C",,\n', "begins on line 5 is not readable"),
        ("", "no header"),
        ("name,born,country\nJosé,,\n".encode("latin-1"), "not UTF-8"),
        ("name,born,country\n" + "x" * 2_000_000 + ",,\n", "not readable as CSV"),
    ],
)
def test_a_file_that_cannot_be_screened_is_refused_and_writes_nothing(batch, text, said):
    with pytest.raises(InputError, match=r"customers\.csv") as caught:
        batch(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not batch.output.exists()


def test_a_byte_order_mark_and_carriage_returns_do_not_matter(batch):
    text = b"\xef\xbb\xbfname,born,country\r\nChosun Expo,,\r\n"
    assert len(batch(text)[1]) == 1


def test_a_header_alone_gives_a_header_alone(batch):
    assert batch("name,born,country\n")[0].rows == 0


def test_pairs_keep_all_columns_and_gain_a_score(tmp_path):
    source, output = tmp_path / "pairs.csv", tmp_path / "scores.csv"
    source.write_text(",name1,name2,schema\n0,Kim Jong Un,Jong Un Kim,Person\n1,,Kim,Person\n")
    summary = compare_pairs(source, output)
    assert (summary.rows, [problem.where for problem in summary.problems]) == (2, ["data row 1"])
    assert output.read_text() == (
        ",name1,name2,schema,score\n0,Kim Jong Un,Jong Un Kim,Person,0.9800\n1,,Kim,Person,0.0000\n"
    )


@pytest.fixture
def pairs(tmp_path):
    source, output = tmp_path / "pairs.csv", tmp_path / "scores.csv"

    def run(text):
        source.write_bytes(text.encode())
        summary = compare_pairs(source, output)
        with output.open(encoding="utf-8", newline="") as file:
            return summary, list(csv.reader(file, strict=True))

    run.output = output
    return run


def test_pairs_keep_their_very_cells_by_position(pairs):
    summary, rows = pairs(
        "note,name1,name2,note,\r\n"
        '"a\rb",Kim,Kim,"c\nd, ""e""",\r\n'
        " x ,Kim,Kim,y,z\r\n"
        "\r\n"
        ",Kim,Kim\r\n"
        ",Kim,Kim,,,more\r\n"
    )
    assert rows == [
        ["note", "name1", "name2", "note", "", "score"],
        ["a\rb", "Kim", "Kim", 'c\nd, "e"', "", "1.0000"],
        [" x ", "Kim", "Kim", "y", "z", "1.0000"],
        ["", "Kim", "Kim", "", "", "1.0000"],
        ["", "Kim", "Kim", "", "", "more", "1.0000"],
    ]
    assert [p.where for p in summary.problems] == ["data row 2 (line 7)", "data row 3 (line 8)"]


def test_names_that_say_nothing_are_not_equal(pairs):
    summary, rows = pairs("name1,name2\n---,---\n🙂,🙂\n")
    assert [row[-1] for row in rows] == ["score", "0.0000", "0.0000"]
    assert len(summary.problems) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name1,name2,name1\nA,B,C\n", "there are 2 columns named 'name1'"),
        ("name1,nom\nA,B\n", "there is no column 'name2'; the file has 'name1', 'nom'"),
        ("name1,name2,score\nA,B,1\n", "already has a column 'score'"),
        ('name1,name2\nA,A\n"B,B\nC,C\n', "begins on line 3 is not readable as CSV"),
    ],
)
def test_pairs_that_cannot_be_compared_are_refused_and_write_nothing(pairs, text, said):
    with pytest.raises(InputError, match=r"pairs\.csv") as caught:
        pairs(text)
    assert said in str(caught.value)
    assert "its option" not in str(caught.value)
    assert not pairs.output.exists()


def test_a_header_alone_of_pairs_gives_its_header_with_score(tmp_path):
    source, output = tmp_path / "pairs.csv", tmp_path / "scores.csv"
    source.write_text("name1,name2\n")
    assert compare_pairs(source, output).rows == 0
    assert output.read_text() == "name1,name2,score\n"


# A naive twin compares every name; finding candidates may lose none that scores high.

SYLLABLES = ("kim", "ri", "pak", "chol", "jong", "hyok", "song", "myong", "un", "il", "kwang", "su")
WORDS = ("trading", "bank", "shipping", "general", "korea", "global", "ltd", "company", "moranbong")


def made_names(seed, count):
    made = random.Random(seed)

    def name():
        if made.random() < 0.3:
            return " ".join(made.sample(WORDS, 3))
        given = made.choice(SYLLABLES) + made.choice(SYLLABLES)
        return f"{made.choice(SYLLABLES)} {given} {made.choice(('', made.choice(SYLLABLES)))}"

    return [name().strip().title() for _ in range(count)]


def misspelt(name, made):
    at = made.randrange(len(name))
    change = made.choice(("drop", "swap", "double", "turn", "join", "none"))
    words = name.split()
    return {
        "drop": name[:at] + name[at + 1 :],
        "swap": name[:at] + "e" + name[at + 1 :],
        "double": name[: at + 1] + name[at:],
        "turn": " ".join(reversed(words)),
        "join": "".join(words[:2]) + " " + " ".join(words[2:]),
        "none": name,
    }[change]


def test_finding_candidates_loses_no_name_that_scores_high(tmp_path):
    names = made_names(1, 200)
    listings = [
        {"id": f"us:{n}", "kind": "entity", "names": [{"text": name, "kind": "primary"}]}
        for n, name in enumerate(names)
    ]
    screener = screener_of(tmp_path, *listings)
    made, compared = random.Random(2), 0
    for query in [misspelt(made.choice(names), made) for _ in range(300)]:
        exhaustive = {
            f"us:{n}": score
            for n, name in enumerate(names)
            if (score := compare(query, name).score) >= 0.9
        }
        found = {hit.party_id: hit.score for hit in screener.screen(Query(query), 0.9)}
        assert found == exhaustive, query
        compared += len(exhaustive)
    assert compared > 200
