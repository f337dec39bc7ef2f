"""Australia's list: rows written by hand in both layouts, and the held workbook."""

import re
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from sanctrail.ground.sheets import Sheet
from sanctrail.lists.au import dfat
from sanctrail.lists.au.dfat_dates import births_of, listed_of
from sanctrail.lists.formats import ReadOptions, open_list
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    ListHeader,
    Measure,
)

HELD = "lists/au/regulation8_consolidated_2024-12.xlsx"

OLD = (
    "Reference",
    "Name of Individual or Entity",
    "Type",
    "Name Type",
    "Date of Birth",
    "Place of Birth",
    "Citizenship",
    "Address",
    "Additional Information",
    "Listing Information",
    "Committees",
    "Control Date",
)
NEW = (
    *OLD[:4],
    "Alias Strength",
    *OLD[4:10],
    "IMO Number",
    *OLD[10:],
    "Instrument of Designation",
    "Targeted Financial Sanction",
    "Travel Ban",
    "Arms Embargo",
    "Maritime Restriction",
)


def row(columns, reference, name, **cells) -> tuple:
    given = {
        "Reference": reference,
        "Name of Individual or Entity": name,
        "Type": "Individual",
        "Name Type": "Primary Name" if str(reference).replace(".0", "").isdecimal() else "aka",
        "Committees": "1718 (DPRK)",
        **{key.replace("_", " "): cell for key, cell in cells.items()},
    }
    assert not given.keys() - {*columns}
    return tuple(given.get(column, "") for column in columns)


def load(*rows, columns=OLD):
    sheets = (Sheet("Sheet1", (columns, *rows)),)
    assert dfat.recognises(sheets)
    problems = []
    header, *listings = dfat.read(sheets, "au.xlsx", problems)
    later = any("travel ban" in column.lower() for column in columns)
    assert header == ListHeader("au", "au", "dfat-xlsx-2025" if later else "dfat-xlsx", "")
    return listings, [problem.message for problem in problems]


def only(*rows, columns=OLD):
    [listing], problems = load(*rows, columns=columns)
    assert problems == []
    return listing


def test_rows_of_one_number_are_one_party_wherever_they_stand():
    rows = [
        row(OLD, 2.0, "MOHAMMAD HASSAN"),
        row(OLD, "2a", "محمد حسن", Name_Type="original Script "),
        row(OLD, 3.0, "Abdul Kabir"),
        row(OLD, "2b", "M. Hassan", Name_Type="Aka "),
        row(OLD, "2b1", "Old Hassan", Name_Type="Formerly known as"),
        row(OLD, "3a ", "A. Kabir"),
    ]
    listings, problems = load(*rows)
    assert problems == []
    assert [one.listing_id for one in listings] == ["au:2", "au:3"]
    assert [(n.text, n.kind, n.script) for n in listings[0].names] == [
        ("MOHAMMAD HASSAN", "primary", "Latn"),
        ("محمد حسن", "script", "Arab"),
        ("M. Hassan", "alias", "Latn"),
        ("Old Hassan", "former", "Latn"),
    ]
    assert listings[0].element == "row 2, 3, 5 and 1 more"
    assert listings[0].programmes == ("1718 (DPRK)",)


def test_cells_with_letters_are_parted_and_na_is_nothing():
    listing = only(
        row(
            OLD,
            2.0,
            "Foo",
            Place_of_Birth="a) Tunis, Tunisia b) Libya",
            Address="NA",
            Citizenship="a) Tunisian; b) Libyan",
        )
    )
    assert listing.addresses == (
        Address("birth", "Tunis", "tn", "Tunisia"),
        Address("birth", "", "ly", "Libya"),
    )
    assert listing.countries == (
        Country("citizenship", "tn", "Tunisian"),
        Country("citizenship", "ly", "Libyan"),
    )


def test_remark_on_a_place_stays_and_the_country_is_still_found():
    listing = only(row(OLD, 2.0, "Foo", Address="Tripoli, Libya (as at Feb. 2014); Moscow"))
    assert listing.addresses == (
        Address("address", "Tripoli (as at Feb. 2014)", "ly", "Libya"),
        Address("address", "Moscow"),
    )


def days(cell) -> list[tuple[str, str, bool]]:
    return [(b.earliest, b.precision, b.circa) for b in births_of(cell).births]


@pytest.mark.parametrize(
    ("cell", "births"),
    [
        (date(1971, 12, 22), [("1971-12-22", "day", False)]),
        (1955.0, [("1955-01-01", "year", False)]),
        ("01/02/1960", [("1960-02-01", "day", False)]),
        ("Approximately 1963", [("1963-01-01", "year", True)]),
        ("c. 1963", [("1963-01-01", "year", True)]),
        ("Between 1963 and 1968", [("1963-01-01", "range", False)]),
        (
            "a) Approximately 1955- 1958 b) 1945",
            [("1955-01-01", "range", True), ("1945-01-01", "year", False)],
        ),
        ("March 1954 to March 1955", [("1954-03-01", "range", False)]),
        ("1963 or 1964 or 1965", [(f"{y}-01-01", "year", False) for y in (1963, 1964, 1965)]),
        (
            "a)1963 b)1964;c) 5 Sept. 1965",
            [
                ("1963-01-01", "year", False),
                ("1964-01-01", "year", False),
                ("1965-09-05", "day", False),
            ],
        ),
        (
            "15 Mar 1960 >> 16 Apr 1961",
            [("1960-03-15", "day", False), ("1961-04-16", "day", False)],
        ),
        (
            "09/11/ 1954; alt DOB: 04/1965",
            [("1954-11-09", "day", False), ("1965-04-01", "month", False)],
        ),
        ("15 May. 1960\xa0\xa0", [("1960-05-15", "day", False)]),
        ("7th December 1960", [("1960-12-07", "day", False)]),
        ("December 7, 1960", [("1960-12-07", "day", False)]),
    ],
)
def test_births_of_many_writings(cell, births):
    assert days(cell) == births
    assert births_of(cell).left_over == ""


def test_birth_of_another_calendar_is_never_gregorian():
    listing = only(
        row(OLD, 2.0, "Foo", Date_of_Birth="a) 1 Apr. 1960 b) 10/12/1379 (Hijri Calendar)")
    )
    assert listing.births == (Birth("1960-04-01", "1960-04-01", "day"),)
    assert Detail("birth date (hijri)", "10/12/1379") in listing.details


@pytest.mark.parametrize("cell", ["29-Aprl-1967", "Approximately (30-35 years old)", "12-Apr-63"])
def test_birth_that_cannot_be_read_is_told_once_for_a_party_and_kept_in_words(cell):
    rows = [row(OLD, one, "Foo" + one, Date_of_Birth=cell) for one in ("2", "2a", "2b")]
    [listing], problems = load(*rows)
    assert listing.details == (Detail("birth date as written", cell),)
    assert problems == [f"date of birth is not read in full: {cell}"]


def test_words_beside_a_birth_are_kept_without_a_problem():
    listing = only(row(OLD, 2.0, "Foo", Date_of_Birth="5 May 1960 (from false passport)"))
    assert days("5 May 1960 (from false passport)") == [("1960-05-05", "day", False)]
    assert listing.details == (Detail("birth date as written", "5 May 1960 (from false passport)"),)


@pytest.mark.parametrize(
    ("cell", "on", "amended"),
    [
        (
            "Listed by UN Committee on 25 January 2001 (amended on3 Sep 2003 and 18 Jul. 2007)",
            "2001-01-25",
            ("2003-09-03", "2007-07-18"),
        ),
        ("Listed on: 25 Aug. 2016 (Relisted on 5 Aug. 2019)", "2016-08-25", ("2019-08-05",)),
        ("Designated under the Regulations 2011 on 2 March 2012.", "2012-03-02", ()),
        ("Assets received on or after 23 May 2003. Listed under Resolution 1483", "", ()),
        (
            "Instrument of first listing: List 2001 (No. 2). Last listed on: 16/09/2022",
            "",
            ("2022-09-16",),
        ),
        ("22 Apr. 2010 (amended 15 Apr 2014)", "2010-04-22", ("2014-04-15",)),
        ("Autonomous Sanctions (Foo) Amendment (No. 7) Instrument 2022", "", ()),
        (date(2016, 3, 2), "2016-03-02", ()),
    ],
)
def test_listing_day_and_amendments_are_told_by_the_words_before_them(cell, on, amended):
    assert (listed_of(cell).on, listed_of(cell).amended) == (on, amended)


def test_listing_information_gives_the_act_and_stays_in_words():
    words = (
        "Instrument of first designation: Autonomous Sanctions (Designated Persons—Russia) "
        "Amendment (No. 7) Instrument 2022"
    )
    listing = only(row(OLD, 2.0, "Foo", Listing_Information=words, Control_Date=date(2022, 5, 6)))
    assert listing.acts == (LegalAct(words.partition(": ")[2]),)
    assert listing.details == (
        Detail("listing information", words),
        Detail("control date", "2022-05-06"),
    )
    assert listing.measures == ()


def test_layout_since_2025_tells_strength_instrument_measures_and_imo_number():
    rows = [
        row(
            NEW,
            9.0,
            "Musa Jalil",
            Type="Vessel",
            IMO_Number=8846814.0,
            Travel_Ban=False,
            Targeted_Financial_Sanction=True,
            Maritime_Restriction="TRUE",
            Instrument_of_Designation="Instrument 2026",
            Additional_Information="KPe.001 Ship.",
        ),
        row(
            NEW,
            "9a",
            "Musa",
            Type="Vessel",
            Alias_Strength="Strong",
            Targeted_Financial_Sanction="Yes",
        ),
        row(NEW, "9b", "Jal", Type="Vessel", Alias_Strength="Weak"),
    ]
    listing = only(*rows, columns=NEW)
    assert listing.kind == "vessel"
    assert [n.quality for n in listing.names] == ["", "strong", "weak"]
    assert listing.identifiers == (
        Identifier("IMO", "8846814"),
        Identifier("UN reference", "KPe.001"),
    )
    assert listing.measures == (
        Measure("asset freeze", "targeted financial sanction"),
        Measure("vessel measure", "maritime restriction"),
    )
    assert listing.acts == (LegalAct("Instrument 2026"),)


def test_wallet_in_the_additional_information_is_taken_in_exact_case():
    address = "0xa0e1c89Ef1a489c9C7dE96311eD5Ce5D32c20E4B"
    listing = only(row(OLD, 2.0, "Foo", Additional_Information=f"Digital currency ETH {address}."))
    assert [(one.asset, one.address) for one in listing.wallets] == [("ETH", address)]


def test_oddities_are_told_and_nothing_is_dropped():
    rows = [
        row(OLD, 2.0, "Foo", Type="Robot"),
        row(OLD, 2.0, "Foo Two"),
        row(OLD, "2a", "", Name_Type="aka"),
        row(OLD, "2b", "Nick", Name_Type="Nickname"),
        row(OLD, "x", "Bar", Name_Type="Primary Name"),
        row(OLD, 7.0, "Ship", Name_Type="aka"),
    ]
    listings, problems = load(*rows)
    assert [one.listing_id.partition(":x")[0] for one in listings] == ["au:2", "au", "au:7"]
    assert [n.text for n in listings[0].names] == ["Foo", "Foo Two", "Nick"]
    assert problems == [
        "reference 2 stands more than once; rows are joined",
        "type says robot and individual; read as an entity",
        "a second primary name 'Foo Two' is kept as an alias",
        "row 4 has no name",
        "name type 'Nickname' is not known; an alias",
        "reference 'x' is not a number and letters",
        "no row holds a primary name",
    ]


def test_new_column_is_kept_and_told_once():
    columns = (*OLD, "Shoe Size")
    rows = [row(columns, one, "Foo", Shoe_Size=44.0) for one in (2.0, 3.0)]
    listings, problems = load(*rows, columns=columns)
    assert [one.details for one in listings] == [(Detail("shoe size", "44"),)] * 2
    assert problems == ["column 'shoe size' is not one the list is known by; kept as a detail"]


def test_other_workbooks_are_not_recognised_and_other_sheets_are_told():
    other = Sheet("Notes", (("Some", "notes"),))
    assert not dfat.recognises((other, Sheet("empty", ())))
    problems = []
    sheets = (other, Sheet("Sheet1", ((), ("Banner",), OLD, row(OLD, 2.0, "Foo"))), Sheet("e", ()))
    assert len([*dfat.read(sheets, "au.xlsx", problems)]) == 2
    assert [str(one) for one in problems] == [
        "au.xlsx, sheet Notes: the sheet has not the list's columns and is not read"
    ]


@pytest.fixture(scope="module")
def held(shared):
    rows = CalamineWorkbook.from_path(str(shared / HELD)).get_sheet_by_index(0).to_python()
    [version] = open_list(shared / HELD, ReadOptions(list_date="2024-12-31"))
    return rows[1:], version


def test_held_workbook_has_9553_rows_and_7_empty_ones_below(shared, held):
    raw = zipfile.ZipFile(shared / HELD).read("xl/worksheets/sheet1.xml").decode()
    assert len(re.findall(r"<row ", raw)) - 1 == 9560
    assert len(re.findall(r'<c r="B\d+"[^>]*><v>', raw)) - 1 == len(held[0]) == 9553


def test_held_workbook_is_read_whole(held):
    rows, version = held
    numbers = [re.match(r"\d+", str(one[0]))[0] for one in rows]
    assert [one.reference for one in version.listings] == list(dict.fromkeys(numbers))
    assert len(version.listings) == 3062
    names = {
        (n, " ".join(one[1].split()), one[3].strip().lower())
        for n, one in zip(numbers, rows, strict=True)
    }
    assert sum(len(one.names) for one in version.listings) >= len({(n, t) for n, t, _ in names})
    for one in version.listings:
        assert {n.text for n in one.names} == {t for n, t, _ in names if n == one.reference}
    assert sum(one.names[0].kind == "primary" for one in version.listings) == 3062
    persons = {
        n for n, one in zip(numbers, rows, strict=True) if one[2].strip().lower() == "individual"
    }
    assert {one.reference for one in version.listings if one.kind == "person"} == persons


def test_no_birth_of_the_held_workbook_is_lost(held):
    rows, version = held
    told = sum("date of birth" in problem.message for problem in version.problems)
    assert told == len(version.problems) == 7
    listings = {one.reference: one for one in version.listings}
    for cells in rows:
        listing = listings[re.match(r"\d+", str(cells[0]))[0]]
        said = " ".join(d.text for d in listing.details if "birth" in d.kind)
        said += " ".join(f"{b.earliest} {b.latest}" for b in listing.births)
        for year in re.findall(r"\d{4}", str(cells[4]).replace("10/061962", "")):
            assert year in said, cells


def test_no_date_committee_or_country_of_the_held_workbook_is_lost(held):
    rows, version = held
    listings = {one.reference: one for one in version.listings}
    for cells in rows:
        listing = listings[re.match(r"\d+", str(cells[0]))[0]]
        assert " ".join(cells[10].split()) in listing.programmes
        places = "|".join(f"{a.text} {a.country_as_written}" for a in listing.addresses)
        for cell in (cells[5], cells[7]):
            for word in re.findall(r"\w{3,}", re.sub(r"(?i)\b(unknown|n/?a)\b", "", cell)):
                assert word in places, cells
        if isinstance(cells[9], str) and re.match(r"Listed (on|by)[^.(]*\d{4}", cells[9]):
            assert listing.listed_on or "Resolution" in cells[9] or "2368" in cells[9], cells
