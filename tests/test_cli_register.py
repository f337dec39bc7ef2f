"""`sanctrail register` and what screening says of the lists' ages, on the command line."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

TODAY = "1772236800"  # 2026-02-28
KIM = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"


def un(day, *people):
    entries = "".join(
        f"<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>{name}</FIRST_NAME>"
        f"<UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPi.{number:03}</REFERENCE_NUMBER>"
        "<LISTED_ON>2016-11-30</LISTED_ON></INDIVIDUAL>"
        for number, name in people
    )
    return (
        f'<CONSOLIDATED_LIST dateGenerated="{day}T00:00:00Z"><INDIVIDUALS>{entries}</INDIVIDUALS>'
        "</CONSOLIDATED_LIST>"
    )


EXTRACT = {
    "format": "sanctrail-extract/1",
    "lists": {"us-sdn": {"regime": "us", "list_date": "2026-02-01"}},
    "listings": [
        {
            "list": "us-sdn",
            "id": "us:7",
            "reference": "7",
            "kind": "entity",
            "listed_on": "2019-09-13",
            "programmes": ["DPRK3"],
            "names": [{"text": "KIM\u009b31m & Sons", "kind": "primary", "quality": "strong"}],
            "wallets": [{"asset": "ETH", "address": KIM}],
        }
    ],
}
MANY = [(number, f"NAME NUMBER {number}") for number in range(100, 140)]


@pytest.fixture
def ask(tmp_path, monkeypatch, run):
    """A register of two UN versions and an extract; ask it and get the output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", "workspace")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", TODAY)
    (tmp_path / "a.xml").write_text(un("2026-01-01", (1, "RI WON HO"), *MANY))
    (tmp_path / "b.xml").write_text(un("2026-02-18", (2, "JANG YONG SON"), *MANY))
    (tmp_path / "e.json").write_text(json.dumps(EXTRACT))
    assert run("lists", "load", "a.xml", "b.xml", "e.json")[0] == 0

    def call(*arguments, code=0):
        found, out, err = run(*arguments)
        assert found == code, out + err
        return out if code == 0 else err

    return call


@pytest.mark.parametrize("party", ["un:2", "UN:2", "kpi.002", "jang yong son", "JangYong SON"])
def test_a_party_is_found_by_id_reference_or_exact_name(ask, party):
    page = ask("register", "show", party)
    assert "JANG YONG SON  (person)" in page
    assert "first seen between 2026-01-01 and 2026-02-18" in page
    assert "un of 2026-02-18 (10 days old)" in page


def test_a_party_is_found_by_its_wallet_and_told_with_its_checksum(ask):
    page = ask("register", "show", KIM.lower())
    assert f"ETH {KIM} (ethereum-like, checksum valid)" in page


def test_a_name_cannot_steer_the_screen(ask):
    for page in (ask("register", "show", "us:7"), ask("register", "programme", "DPRK")):
        assert "\u009b" not in page
        assert "⟨U+009B⟩31m" in page


def test_who_left_is_told_with_the_way_to_see_him(ask):
    told = ask("register", "show", "Ri Won Ho", code=2)
    assert "left un between 2026-01-01 and 2026-02-18" in told
    assert "--as-of 2026-01-01" in told
    assert "since" in ask("register", "show", "Ri Won Ho", "--as-of", "2026-01-01")
    answer = json.loads(ask("register", "show", "un:1", "--as-of", "2026-01-31", "--json"))
    assert answer["lists"][0]["next_version"] == "2026-02-18"
    assert "screen 'Nobody'" in ask("register", "show", "Nobody", code=2)


def test_changes_come_as_table_csv_and_json(ask):
    assert "KPi" not in ask("register", "changes")
    rows = list(csv.DictReader(io.StringIO(ask("register", "changes", "--csv"))))
    assert [(r["change"], r["listing_id"]) for r in rows] == [
        ("delisted", "un:1"),
        ("listed", "un:2"),
    ]
    told = json.loads(ask("register", "changes", "--change", "delisted", "--json"))
    assert [row["not_after"] for row in told["changes"]] == ["2026-02-18"]
    assert "2026-02-27" not in ask("register", "changes", "--since", "2026-02-19")
    for wrong in (("--since", "soon"), ("--change", "gone"), ("--as-of", "later")):
        assert "\n" not in ask("register", "changes", *wrong, code=2).strip()


def test_two_versions_differ(ask):
    told = ask("register", "diff", "un@2026-01-01", "un")
    assert "2 changes from un_2026-01-01" in told
    assert "Not compared" in told
    assert "lists held" in ask("register", "diff", "xx", "un", code=2)


def test_versions_and_counts_are_told(ask):
    versions = json.loads(ask("register", "versions", "--json"))
    assert [(v["list_id"], v["list_date"], v["date_from"]) for v in versions] == [
        ("un", "2026-01-01", "list"),
        ("un", "2026-02-18", "list"),
        ("us-sdn", "2026-02-01", "list"),
    ]
    counts = json.loads(ask("register", "stats", "--json"))["counts"]
    assert [(c["list"], c["age"], c["parties"], c["wallets"]) for c in counts] == [
        ("un", 10, 41, 0),
        ("us-sdn", 27, 1, 1),
    ]
    assert "DPRK3" in ask("register", "stats", "--programmes")


def test_a_topic_gathers_what_each_regime_calls_it(ask):
    rows = list(csv.DictReader(io.StringIO(ask("register", "programme", "dprk", "--csv"))))
    assert {row["lists"] for row in rows} == {"un", "us-sdn"}
    assert {row["standing"] for row in rows} == {"under"}
    assert len(rows) == 42
    alone = list(csv.DictReader(io.StringIO(ask("register", "programme", "DPRK3", "--csv"))))
    assert [(row["party_id"], row["listings"]) for row in alone] == [("us:7", "us:7")]
    assert "CYBER" in ask("register", "programme", "NONE", code=2)


def test_wallets_are_told_with_their_checksums(ask):
    (row,) = csv.DictReader(io.StringIO(ask("register", "wallets", "--csv")))
    assert (row["address"], row["checksum"], row["listing_id"]) == (KIM, "valid", "us:7")
    assert "the lists write ETH" in ask("register", "wallets", "--asset", "xbt", code=2)
    assert KIM in ask("register", "wallets", "--asset", "eth")


def test_a_filter_that_fits_nothing_that_is_held_is_an_error_and_not_an_empty_answer(ask):
    for wrong in (
        ("changes", "--list", "us_sdn"),
        ("changes", "--programme", "DPKR"),
        ("changes", "--since", ""),
        ("versions", "--list", "nope"),
        ("diff", "un@soon", "un"),
        ("diff", "us-sdn", "us-sdn"),
        ("programme", "*"),
        ("show", " "),
    ):
        assert ask("register", *wrong, code=2).count("\n") == 1


def test_a_version_loaded_by_mistake_can_be_forgotten(ask):
    answer = json.loads(ask("register", "versions", "--list", "un", "--json"))
    told = ask("register", "forget", answer[-1]["version_id"])
    assert "no longer" in told
    assert "RI WON HO" in ask("register", "show", "un:1")
    assert "0 changes" in ask("register", "changes", "--list", "un")
    assert "no version" in ask("register", "forget", answer[-1]["version_id"], code=2)


def test_the_register_is_written_for_other_programs(ask, tmp_path):
    for form, count in (("csv", 42), ("ftm", 0), ("parquet", 42)):
        answer = ask("register", "export", "--format", form, "--output", f"out.{form}", "--json")
        assert json.loads(answer)["written"] >= count
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert len(rows) == 42
    entities = [json.loads(line) for line in (tmp_path / "out.ftm").read_text().splitlines()]
    assert {"Person", "CryptoWallet", "Sanction"} <= {entity["schema"] for entity in entities}
    assert pq.read_table(tmp_path / "out.parquet" / "wallets.parquet").num_rows == 1
    again = ask("register", "export", "--format", "parquet", "--output", "out.parquet", code=2)
    assert "exists already" in again


def test_screening_on_old_lists_ends_with_3_before_it_begins(ask):
    told = ask("screen", "Jang Yong Son", "--max-age", "9", code=3)
    assert "Older than the 9 days allowed: un of 2026-02-18 (10 days old)" in told
    assert "us-sdn of 2026-02-01 (27 days old)" in told
    assert "lists update" in told
    assert "un:2" in ask("screen", "Jang Yong Son", "--max-age", "27")


def test_screening_and_wallets_answer_as_of_a_day(ask):
    assert "un:1" in ask("screen", "Ri Won Ho", "--as-of", "2026-01-15")
    assert "No party scores" in ask("screen", "Ri Won Ho")
    assert "is LISTED" in ask("wallet", KIM)
    assert "is not listed" in ask("wallet", KIM, "--as-of", "2026-01-15")


def test_a_short_version_is_held_and_an_undated_one_needs_its_day(ask, tmp_path):
    (tmp_path / "c.xml").write_text(un("2026-03-01", *MANY[:20]))
    assert "--accept-drop" in ask("lists", "load", "c.xml", code=2)
    ask("lists", "load", "c.xml", "--accept-drop")
    (tmp_path / "sdn.csv").write_text('7,"KIM",-0- ,"CUBA"' + ",-0- " * 8 + "\r\n")
    assert "--date" in ask("lists", "load", "sdn.csv", code=2)
    ask("lists", "load", "sdn.csv", "--date", "2026-02-02")
    assert "no day" in ask("lists", "load", "sdn.csv", "--date", "2026", code=2)


def test_strict_refuses_what_else_is_repaired(ask, tmp_path):
    flawed = un("2026-02-19", (2, "JANG \x19YONG SON"), *MANY)
    (tmp_path / "d.xml").write_text(flawed)
    told = ask("lists", "load", "d.xml", "--strict", code=2)
    assert "line 1, byte" in told
    assert "0x19" in told
    loaded = json.loads(ask("lists", "load", "d.xml", "--json"))
    assert any("0x19" in problem["message"] for problem in loaded["problems"])
