"""What changed when: facts end only when a form that can carry them lacks them."""

import hashlib
import itertools
import json

import pytest

from sanctrail.errors import HeldVersion, InputError, RegisterError, UnreadableFile
from sanctrail.register import LoadOptions, Register, load_lists
from sanctrail.register.facts import same_text
from sanctrail.register.history import changes_since, difference, first_seen, select

DATED = LoadOptions(accept_drop=True)


def un(day, *people, generated="T00:00:00Z"):
    """A UN list of people: (number, name, aliases, remark)."""
    entries = "".join(
        f"<INDIVIDUAL><DATAID>{number}</DATAID><FIRST_NAME>{name}</FIRST_NAME>"
        f"<UN_LIST_TYPE>DPRK</UN_LIST_TYPE><LISTED_ON>2016-11-30</LISTED_ON>"
        + "".join(
            f"<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>{alias}</ALIAS_NAME>"
            "</INDIVIDUAL_ALIAS>"
            for alias in aliases
        )
        + f"<COMMENTS1>{remark}</COMMENTS1></INDIVIDUAL>"
        for number, name, aliases, remark in people
    )
    return (
        f'<CONSOLIDATED_LIST dateGenerated="{day}{generated}"><INDIVIDUALS>{entries}</INDIVIDUALS>'
        "</CONSOLIDATED_LIST>"
    )


def sdn_csv(*rows):
    """OFAC's sdn.csv: (uid, name, programme, remarks)."""
    null = "-0- "
    return "".join(
        f'{uid},"{name}",individual,"{programme}",{",".join([null] * 7)},"{remarks}"\r\n'
        for uid, name, programme, remarks in rows
    )


def sdn_xml(day, *entries):
    """OFAC's SDN.XML: (uid, last, first, programme, strong aliases)."""
    month, date, year = day[5:7], day[8:], day[:4]
    body = "".join(
        f"<sdnEntry><uid>{uid}</uid><firstName>{first}</firstName><lastName>{last}</lastName>"
        f"<sdnType>Individual</sdnType><programList><program>{programme}</program></programList>"
        "<akaList>"
        + "".join(
            f"<aka><uid>{uid}{n}</uid><type>a.k.a.</type><category>strong</category>"
            f"<lastName>{alias}</lastName></aka>"
            for n, alias in enumerate(aliases)
        )
        + "</akaList></sdnEntry>"
        for uid, last, first, programme, aliases in entries
    )
    return (
        '<sdnList xmlns="http://tempuri.org/sdnList.xsd"><publshInformation>'
        f"<Publish_Date>{month}/{date}/{year}</Publish_Date>"
        f"<Record_Count>{len(entries)}</Record_Count></publshInformation>{body}</sdnList>"
    )


@pytest.fixture
def load(tmp_path):
    """Load texts under file names, in the order given; return the register."""

    def loaded(*files, options=DATED, as_of=""):
        for name, text in files:
            (tmp_path / name).write_text(text, encoding="utf-8")
            load_lists([tmp_path / name], tmp_path / "workspace", options)
        return Register(tmp_path / "workspace", as_of)

    return loaded


def told(register, since=""):
    return [
        (
            row["not_after"],
            row["change"],
            row["listing_id"],
            row["fact"],
            row["before"],
            row["after"],
        )
        for row in changes_since(register, since)
    ]


RI = ("1", "RI WON HO", ["Ri Won-ho"], "A remark")
JANG = ("2", "JANG YONG SON", [], "")
MANY = [(str(n), f"NAME NUMBER {n}", [], "") for n in range(10, 60)]


def test_a_party_comes_goes_and_comes_again(load):
    register = load(
        ("a.xml", un("2020-01-01", RI, *MANY)),
        ("b.xml", un("2020-02-01", RI, JANG, *MANY)),
        ("c.xml", un("2020-03-01", JANG, *MANY)),
        ("d.xml", un("2020-04-01", JANG, RI, *MANY)),
    )
    assert told(register) == [
        ("2020-02-01", "listed", "un:2", "", "", ""),
        ("2020-03-01", "delisted", "un:1", "", "", ""),
        ("2020-04-01", "listed again", "un:1", "", "", ""),
    ]
    gone, again = changes_since(register, "2020-03-01")
    assert (gone["not_before"], gone["not_after"], gone["on_date"]) == (
        "2020-02-01",
        "2020-03-01",
        "",
    )
    assert again["was_listed_until"] == "2020-02-01"


def test_an_alias_that_ends_and_a_remark_that_changes_are_amendments(load):
    register = load(
        ("a.xml", un("2020-01-01", RI)),
        ("b.xml", un("2020-02-01", ("1", "RI WON HO", ["Ri, W."], "Another remark"))),
    )
    assert told(register) == [
        ("2020-02-01", "amended", "un:1", "alias", "", "Ri, W."),
        ("2020-02-01", "amended", "un:1", "alias", "Ri Won-ho", ""),
        ("2020-02-01", "amended", "un:1", "remark", "A remark", "Another remark"),
    ]


def test_white_space_case_and_encoding_are_no_amendments(load):
    register = load(
        ("a.xml", un("2020-01-01", ("1", "RI  WON HO", ["Kim Chŏng-ŭn", "Ri’s"], "A  remark"))),
        ("b.xml", un("2020-02-01", ("1", "Ri Won Ho", ["KIM CHONG-UN", "Ri's"], "a re mark"))),
    )
    assert told(register) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ó Séaghdha", "O SEAGHDHA", True),
        ("Łukasz", "lukasz", True),
        ("ＫＩＭ", "Kim", True),
        ("Kim", "Kin", False),
        ("박진혁", "박진헉", False),
        ("Al-Qaida", "Al Qaida", False),
        ("x" * 5000, "X" * 5000, True),
        ("x" * 5000, "x" * 4999, False),
    ],
)
def test_texts_are_the_same_but_for_space_case_and_encoding(one, other, same):
    assert (same_text(one) == same_text(other)) is same


SOLO = ("7", "RI, Won Ho", "DPRK3", "DOB 1964; a.k.a. 'WEAK ONE'.")


def test_a_form_that_cannot_carry_an_alias_does_not_end_it(load):
    full = sdn_xml("2022-02-01", ("7", "RI", "Won Ho", "DPRK3", ["RI, W."]))
    files = (
        ("sdn_2022-01-01.csv", sdn_csv(SOLO)),
        ("full.xml", full),
        ("sdn_2022-03-01.csv", sdn_csv(SOLO)),
    )
    register = load(*files)
    names = {row["name"]: row["kind"] for row in register.rows("names")}
    assert names["RI, W."] == "alias"  # from the XML, though the CSV is the latest
    assert not any(row[3] == "alias" and row[4] for row in told(register))
    assert "RI, W." not in str(told(register))  # nor did it begin with the first form to carry it
    view = next(view for view in register.views if view.list_id == "us-sdn")
    assert [v["list_date"] for v in view.versions] == ["2022-03-01", "2022-02-01"]


def test_a_party_that_left_takes_the_older_form_s_facts_with_it(load):
    others = [(str(n), f"NAME, {n}", "CUBA", "DOB 1950.") for n in range(10, 60)]
    full = sdn_xml("2022-02-01", ("7", "RI", "Won Ho", "DPRK3", ["RI, W."]))
    register = load(("full.xml", full), ("sdn_2022-03-01.csv", sdn_csv(*others)))
    assert "RI, W." not in {row["name"] for row in register.rows("names")}
    assert ("2022-03-01", "delisted", "us:7", "", "", "") in told(register)


def test_an_alias_ends_when_a_form_that_carries_it_lacks_it_however_late(load):
    def full(day, *aliases):
        return sdn_xml(day, ("7", "RI", "Won Ho", "DPRK3", aliases))

    register = load(
        ("a.xml", full("2022-01-01", "RI, W.", "RI, X.")),
        ("sdn_2022-02-01.csv", sdn_csv(SOLO)),
        ("b.xml", full("2022-03-01", "RI, W.")),
    )
    (gone,) = [row for row in changes_since(register) if row["before"] == "RI, X."]
    assert (gone["not_before"], gone["not_after"]) == ("2022-01-01", "2022-03-01")


def test_a_remark_cut_short_by_the_file_ends_no_fact(load):
    long = "; ".join(f"alt. DOB {day} Jan 1964" for day in range(1, 29))
    whole = f"DOB 1964; {long}; Passport 12345 (Iran)."
    cut = ("DOB 1964; " + long + "; alt. DOB 1965" * 90)[:1000]
    register = load(
        ("sdn_2022-01-01.csv", sdn_csv(("7", "RI, Won Ho", "DPRK3", whole))),
        ("sdn_2022-02-01.csv", sdn_csv(("7", "RI, Won Ho", "DPRK3", cut))),
        ("sdn_2022-03-01.csv", sdn_csv(("7", "RI, Won Ho", "DPRK3", whole + " Gender Male."))),
    )
    assert not [row for row in told(register) if row[0] == "2022-02-01"]
    later = [row for row in told(register) if row[0] == "2022-03-01"]
    assert not [row for row in later if row[3] == "birth"]


def test_every_order_of_loading_gives_the_same_bytes(load, tmp_path):
    texts = [
        ("a.xml", un("2020-01-01", RI)),
        ("b.xml", un("2020-02-01", RI, JANG)),
        ("c.xml", un("2020-02-01", RI, JANG, generated="T09:00:00Z")),
        ("d.xml", un("2020-03-01", JANG)),
    ]
    seen = set()
    for number, order in enumerate(itertools.permutations(texts)):
        workspace = tmp_path / f"workspace-{number}"
        for name, text in order:
            (tmp_path / name).write_text(text, encoding="utf-8")
            load_lists([tmp_path / name], workspace, DATED)
        digests = {
            str(path.relative_to(workspace)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(workspace.rglob("*"))
            if path.is_file()
        }
        seen.add(json.dumps(digests))
    assert len(seen) == 1


def test_an_older_version_loaded_late_takes_its_place(load):
    first = ("c.xml", un("2020-03-01", RI, JANG, *MANY))
    register = load(("a.xml", un("2020-01-01", RI, *MANY)), first)
    assert [row[0] for row in told(register)] == ["2020-03-01"]
    register = load(("b.xml", un("2020-02-01", RI, JANG, *MANY)))
    assert [row[0] for row in told(register)] == ["2020-02-01"]


def test_a_day_is_answered_by_the_version_in_force_and_names_the_next(load):
    files = [(f"{m}.xml", un(f"2020-0{m}-01", RI, *([JANG] * (m > 1)), *MANY)) for m in (1, 2, 3)]
    register = load(*files, as_of="2020-01-31")
    (view,) = register.views
    assert (view.base["list_date"], view.following["list_date"]) == ("2020-01-01", "2020-02-01")
    assert ("un", "un:2") not in register.listings()
    assert changes_since(register) == []
    latest = Register(register.root.parent)
    assert latest.views[0].following is None
    assert ("un", "un:2") in latest.listings()
    with pytest.raises(RegisterError, match="2020-01-01"):
        Register(register.root.parent, "2019-12-31")
    with pytest.raises(InputError, match="--as-of"):
        Register(register.root.parent, "lately")


def test_first_seen_is_an_interval_or_the_oldest_version(load):
    register = load(
        ("a.xml", un("2020-01-01", RI, *MANY)), ("b.xml", un("2020-02-01", RI, JANG, *MANY))
    )
    rows = changes_since(register)
    of = {key: [row for row in rows if row["listing_id"] == key] for key in ("un:1", "un:2")}
    assert first_seen(register, "un", of["un:2"]) == {
        "not_before": "2020-01-01",
        "not_after": "2020-02-01",
    }
    assert first_seen(register, "un", of["un:1"]) == {"not_before": "", "not_after": "2020-01-01"}


def test_two_versions_are_compared_by_name_or_day(load):
    register = load(
        ("a.xml", un("2020-01-01", RI, *MANY)),
        ("b.xml", un("2020-02-01", RI, *MANY)),
        ("c.xml", un("2020-03-01", RI, JANG, *MANY)),
    )
    found = difference(register, "un@2020-01-15", "un")
    assert (found.old["list_date"], found.new["list_date"]) == ("2020-01-01", "2020-03-01")
    assert [row["listing_id"] for row in found.changes] == ["un:2"]
    assert "wallet" in found.not_compared
    assert "alias" not in found.not_compared
    assert difference(register, found.new["version_id"], found.old["version_id"]).changes
    for wrong, said in (("eu", "lists held: un"), ("un@2019-01-01", "2020-01-01")):
        with pytest.raises(InputError, match=said):
            difference(register, wrong, "un")


def test_changes_are_selected_by_list_kind_programme_and_name(load):
    register = load(
        ("a.xml", un("2020-01-01", RI, *MANY)), ("b.xml", un("2020-02-01", JANG, *MANY))
    )
    rows = changes_since(register)
    assert [row["listing_id"] for row in select(rows, change="listed")] == ["un:2"]
    assert [row["listing_id"] for row in select(rows, party="won ho")] == ["un:1"]
    assert len(select(rows, programme="dprk")) == 2
    assert select(rows, programme="IRAN") == select(rows, list_id="eu") == []
    with pytest.raises(InputError, match="listed again"):
        select(rows, change="gone")


def test_a_version_that_lacks_many_parties_is_held_until_somebody_says_it_is_right(load, tmp_path):
    whole, short = un("2020-01-01", RI, *MANY), un("2020-02-01", *MANY[:40])
    load(("a.xml", whole))
    before = sorted((tmp_path / "workspace").rglob("*"))
    with pytest.raises(HeldVersion, match=r"b\.xml.* lacks 11 of the 51 .*--accept-drop") as caught:
        load(("b.xml", short), options=LoadOptions())
    assert caught.value.exit_code == 2
    assert sorted((tmp_path / "workspace").rglob("*")) == before
    register = load(("b.xml", short), options=LoadOptions(accept_drop=True))
    assert len(register.listings()) == 40


def test_two_short_versions_in_one_load_are_held_like_one(load, tmp_path):
    load(("a.xml", un("2020-01-01", RI, *MANY)))
    short = [tmp_path / "b.xml", tmp_path / "c.xml"]
    for number, path in enumerate(short, 2):
        path.write_text(un(f"2020-0{number}-01", *MANY[:9]))
    with pytest.raises(HeldVersion, match="lacks 42 of the 51 parties"):
        load_lists(short, tmp_path / "workspace")


def test_a_version_without_the_names_of_the_one_before_is_held(load):
    aliases = [(number, name, ["First", "Second"], "") for number, name, _, _ in MANY]
    load(("a.xml", un("2020-01-01", *aliases)))
    with pytest.raises(HeldVersion, match="lacks 100 of the 150 names"):
        load(("b.xml", un("2020-02-01", *MANY)), options=LoadOptions())


def test_a_short_version_between_two_whole_ones_is_held(load):
    whole = un("2020-01-01", RI, *MANY), un("2020-03-01", RI, *MANY)
    load(("a.xml", whole[0]), ("c.xml", whole[1]))
    with pytest.raises(HeldVersion, match="lacks 31 of the 51 parties of un of 2020-01-01"):
        load(("b.xml", un("2020-02-01", *MANY[:20])), options=LoadOptions())


def test_a_list_dated_ahead_is_refused(load):
    with pytest.raises(UnreadableFile, match="2099-01-01, which is still to come"):
        load(("a.xml", un("2099-01-01", RI)))


def test_a_wallet_behind_a_cut_remark_is_still_answered(load):
    address = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
    long = "; ".join(f"alt. DOB {day} Jan 1964" for day in range(1, 29))
    whole = f"DOB 1964; Digital Currency Address - ETH {address}; {long}."
    cut = ("DOB 1964; " + long + "; alt. DOB 1965" * 90)[:1000]
    register = load(
        ("sdn_2022-01-01.csv", sdn_csv(("7", "RI, Won Ho", "DPRK3", whole))),
        ("sdn_2022-02-01.csv", sdn_csv(("7", "RI, Won Ho", "DPRK3", cut))),
    )
    assert [wallet.address for wallet in register.wallets([address])] == [address]
    assert changes_since(register) == []


def test_an_older_version_with_few_parties_blinds_nobody(load):
    register = load(("b.xml", un("2020-02-01", RI, *MANY)), options=LoadOptions())
    register = load(("a.xml", un("2020-01-01", RI)), options=LoadOptions())
    assert len(register.listings()) == 51


def test_a_damaged_table_of_changes_is_told_and_mended_by_loading_again(load):
    files = [("a.xml", un("2020-01-01", RI, *MANY)), ("b.xml", un("2020-02-01", *MANY))]
    register = load(*files)
    (kept,) = register.root.rglob("changes.parquet")
    kept.write_bytes(kept.read_bytes()[:-9])
    with pytest.raises(RegisterError, match=r"changes\.parquet.*b\.xml"):
        changes_since(Register(register.root.parent))
    load(files[1])
    assert len(changes_since(Register(register.root.parent))) == 1
