"""The Consolidated Screening List and the Denied Persons List: layouts, traps and held files."""

import contextlib
import csv
import gzip
import io
import re
from collections import Counter
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.errors import InputError, UnreadableFile
from sanctrail.lists.formats import ReadOptions, open_list
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    Measure,
    Name,
    Relation,
    Wallet,
)
from sanctrail.lists.us.dpl import month_first, notices

DAY = ReadOptions(list_date="2023-11-15")
HEADER = (
    "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,"
    "start_date,end_date,standard_order,license_requirement,license_policy,call_sign,vessel_type,"
    "gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,"
    "alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,ids"
)
COLUMNS = next(csv.reader([HEADER]))
SDN = "Specially Designated Nationals (SDN) - Treasury Department"
SSI = "Sectoral Sanctions Identifications List (SSI) - Treasury Department"
EL = "Entity List (EL) - Bureau of Industry and Security"
DPL_SOURCE = "Denied Persons List (DPL) - Bureau of Industry and Security"
XBT = "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"


def entry(**cells):
    return {"source": SDN, "name": "TIAN, Yinyin", **cells}


def csl_text(*entries, columns=COLUMNS):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries)
    return out.getvalue()


def load_text(folder, text, name="csl.csv"):
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return open_list(folder / name, DAY)[0]


def load(folder, *entries):
    return load_text(folder, csl_text(*entries))


def one(folder, **cells):
    return load(folder, entry(**cells)).listings[0]


def test_an_entry_is_kept_with_its_names_places_and_source(tmp_path):
    version = load(
        tmp_path,
        entry(
            _id="28263", entity_number="28263", type="Individual", programs="DPRK3; CYBER2",
            addresses="Chang'an Road 1, Dandong, CN; KP", alt_names="TIEN, Yin; TIAN, Y.",
            citizenships="CN; KP", nationalities="CN", dates_of_birth="1986-07-12; circa 1961",
            places_of_birth="Dandong, China", title="Major General; Minister",
            remarks="(Linked To: LAZARUS GROUP (APT38))",
        ),
    )  # fmt: skip
    listing = version.listings[0]
    assert (version.header.list_id, version.header.form) == ("us-csl", "csl-csv")
    assert (listing.listing_id, listing.reference, listing.kind) == (
        "us:csl-28263", "28263", "person",
    )  # fmt: skip
    assert [name.text for name in listing.names] == ["TIAN, Yinyin", "TIEN, Yin", "TIAN, Y."]
    assert listing.names[0] == Name("TIAN, Yinyin", "primary", "", "Latn")
    assert listing.programmes == ("DPRK3", "CYBER2")
    assert listing.addresses == (
        Address("address", "Chang'an Road 1, Dandong", "cn", "CN"),
        Address("address", "", "kp", "KP"),
        Address("birth", "Dandong", "cn", "China"),
    )
    assert listing.births == (
        Birth("1986-07-12", "1986-07-12", "day"),
        Birth("1961-01-01", "1961-12-31", "year", circa=True),
    )
    assert listing.countries == (
        Country("nationality", "cn", "CN"),
        Country("citizenship", "cn", "CN"),
        Country("citizenship", "kp", "KP"),
    )
    assert listing.measures == (Measure("asset freeze", SDN),)
    assert listing.relations == (
        Relation("linked to", "", "LAZARUS GROUP (APT38)", "Linked To: LAZARUS GROUP (APT38)"),
    )
    assert listing.remarks == "(Linked To: LAZARUS GROUP (APT38))"
    assert Detail("source", SDN) in listing.details
    assert Detail("title", "Major General; Minister") in listing.details
    assert version.problems == ()


TODAY = (
    f"Gender, Male; Passport, 1084010, EG; Digital Currency Address - XBT, {XBT}; "
    "Secondary sanctions risk:, section 1(b) of Order 13224, as amended; by Order 13886; "
    "Vessel Registration Identification, IMO 9187629; Website, www.a.com"
)
BEFORE_2023 = (
    f"Male, Gender; EG, 1084010, Passport; {XBT}, Digital Currency Address - XBT; "
    "section 1(b) of Order 13224, as amended; by Order 13886, Secondary sanctions risk:; "
    "IMO 9187629, Vessel Registration Identification; www.a.com, Website"
)


@pytest.mark.parametrize("ids", [TODAY, BEFORE_2023])
def test_ids_say_the_same_in_both_orders(tmp_path, ids):
    version = load(tmp_path, entry(ids=ids))
    listing = version.listings[0]
    assert listing.gender == "male"
    assert listing.identifiers == (
        Identifier("Passport", "1084010", "eg"),
        Identifier("IMO", "9187629"),
    )
    assert listing.wallets == (Wallet("XBT", XBT),)
    assert listing.details[1:] == (
        Detail(
            "secondary sanctions risk",
            "section 1(b) of Order 13224, as amended; by Order 13886",
        ),
        Detail("website", "www.a.com"),
    )
    assert version.problems == ()


@pytest.mark.parametrize(
    ("ids", "number", "country", "dates"),
    [
        ("JO, 2014-08-30, 2009-08-31, K475336, Passport", "K475336", "jo",
         "2014-08-30, 2009-08-31"),
        ("Passport, K475336, JO, 2009-08-31", "K475336", "jo", "2009-08-31"),
        ("2004-02-05, 1999-06-23, G025057, Passport", "G025057", "", "2004-02-05, 1999-06-23"),
        ("PA, 467323, Doc. 694710, Passport", "467323, Doc. 694710", "pa", ""),
    ],
)  # fmt: skip
def test_a_document_is_its_number_country_and_dates(tmp_path, ids, number, country, dates):
    listing = one(tmp_path, ids=ids)
    assert listing.identifiers == (Identifier("Passport", number, country),)
    said = [detail.text for detail in listing.details if detail.kind == "document date"]
    assert said == ([f"Passport {number}: {dates}"] if dates else [])


def test_ids_without_a_known_label_are_kept_and_told(tmp_path):
    version = load(tmp_path, entry(ids="hair colour, brown"))
    assert Detail("remark", "hair colour, brown") in version.listings[0].details
    assert "no label" in version.problems[0].message


def test_a_semicolon_in_brackets_parts_nothing(tmp_path):
    listing = one(tmp_path, alt_names="Precision (a.k.a. CK; Pasadena); Other")
    assert [name.text for name in listing.names[1:]] == ["Precision (a.k.a. CK; Pasadena)", "Other"]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (SDN, "asset freeze"),
        (EL, "trade restriction"),
        (DPL_SOURCE, "trade restriction"),
        ("Unverified List (UVL) - Bureau of Industry and Security", "trade restriction"),
        ("Military End User (MEU) List - Bureau of Industry and Security", "trade restriction"),
        ("ITAR Debarred (DTC) - State Department", "trade restriction"),
        ("Nonproliferation Sanctions (ISN) - State Department", "trade restriction"),
        ("Non-SDN Chinese Military-Industrial Complex Companies List (CMIC) - Treasury Department",
         "sectoral equity"),
        ("Capta List (CAP) - Treasury Department", "correspondent account"),
        ("Non-SDN Menu-Based Sanctions List (NS-MBS List) - Treasury Department", "other"),
        ("Palestinian Legislative Council List (PLC) - Treasury Department", "other"),
        ("A New List (NEW) - Some Department", "other"),
    ],
)  # fmt: skip
def test_the_measure_is_that_of_the_source_list(tmp_path, source, kind):
    assert one(tmp_path, source=source).measures == (Measure(kind, source),)


def test_a_directive_says_what_a_sectoral_listing_forbids(tmp_path):
    label = "Executive Order 13662 Directive Determination -"
    listing = one(tmp_path, source=SSI, ids=f"{label}, Subject to Directive 1")
    assert {measure.kind for measure in listing.measures} == {"sectoral debt", "sectoral equity"}
    listing = one(tmp_path, source=SSI, ids=f"Subject to Directive 4, {label}")
    assert [measure.kind for measure in listing.measures] == ["trade restriction"]


def test_a_listing_date_is_the_start_date_or_at_the_latest_the_oldest_notice(tmp_path):
    notice = "68 F.R. 38290 6/27/03 71 F.R. 38843 7/10/06"
    dated = one(tmp_path, source=EL, start_date="2003-06-19", federal_register_notice=notice)
    assert (dated.listed_on, dated.listed_basis) == ("2003-06-19", "")
    assert dated.acts == (
        LegalAct("68 F.R. 38290", "2003-06-27"), LegalAct("71 F.R. 38843", "2006-07-10"),
    )  # fmt: skip
    undated = one(tmp_path, source=EL, federal_register_notice=notice)
    assert (undated.listed_on, undated.listed_basis) == ("2003-06-27", "at the latest")
    assert one(tmp_path, federal_register_notice="79 FR 32441").listed_on == ""


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("46 F.R. 46154 9/17/81 and 46 F.R. 19290 3/30/81",
         [("46 F.R. 46154", "1981-09-17"), ("46 F.R. 19290", "1981-03-30")]),
        ("72 FR 1 (9/9/2010), 73 FR 2; 74 FR 3", [("72 FR 1", "2010-09-09"), ("73 FR 2", ""),
                                                ("74 FR 3", "")]),
        ("Vol. 86, No. 71, 04/15/2021", [("Vol. 86, No. 71", "2021-04-15")]),
        ("Notice 1280, Vol. 64, No. 4, 1/3/99", [("Notice 1280, Vol. 64, No. 4", "1999-01-03")]),
        ("86 F.R. 66277 11/222/2021", [("86 F.R. 66277 11/222/2021", "")]),
        ("", []),
    ],
)  # fmt: skip
def test_a_citation_is_parted_into_its_notices(text, acts):
    assert [(act.title, act.date) for act in notices(text)] == acts


def test_a_notice_with_a_day_that_is_none_is_told(tmp_path):
    version = load(tmp_path, entry(federal_register_notice="86 F.R. 66277 13/45/2021"))
    assert "not read" in version.problems[0].message


def test_an_entry_without_a_number_has_an_id_of_its_source_and_name(tmp_path):
    first = one(tmp_path, source=EL, name="Alpha", _id="a1", addresses="Beijing, CN")
    later = one(tmp_path, source=EL, name="ALPHA ", _id="b2", addresses="Moscow, RU")
    other = one(tmp_path, source=DPL_SOURCE, name="Alpha")
    assert re.fullmatch(r"us:csl-x[0-9a-f]{16}", first.listing_id)
    assert first.listing_id == later.listing_id != other.listing_id


def test_entries_of_one_name_have_ids_of_their_own_in_any_order(tmp_path):
    entries = [entry(source=EL, name="Alpha", addresses=city) for city in ("Beijing", "Moscow")]
    there = {one.addresses: one.listing_id for one in load(tmp_path, *entries).listings}
    back = {one.addresses: one.listing_id for one in load(tmp_path, *entries[::-1]).listings}
    assert there == back
    assert len(set(there.values())) == 2


def test_one_number_in_two_source_lists_makes_two_listings(tmp_path):
    entries = [entry(source=source, entity_number="17016") for source in (SSI, SDN)]
    for order in (entries, entries[::-1]):
        ids = {one.details[0].text: one.listing_id for one in load(tmp_path, *order).listings}
        assert ids == {SDN: "us:csl-17016", SSI: "us:csl-17016-ssi"}


def test_a_second_header_is_no_entry(tmp_path):
    text = csl_text(entry())
    header = text.splitlines(keepends=True)[0]
    version = load_text(tmp_path, header + text)
    assert len(version.listings) == 1
    assert "repeats the header" in version.problems[0].message


def test_columns_are_found_by_name_and_new_ones_do_no_harm(tmp_path):
    text = csl_text(entry(entity_number="7"), columns=[*COLUMNS[::-1], "novelty"])
    assert load_text(tmp_path, "\ufeff" + text).listings[0].listing_id == "us:csl-7"


@pytest.mark.parametrize("bytes_left_out", [1, 2, 30, 90])
def test_a_file_that_breaks_off_tells_it(tmp_path, bytes_left_out):
    whole = csl_text(entry(entity_number="1"), entry(entity_number="2"))
    version = load_text(tmp_path, whole[:-bytes_left_out])
    assert [one.listing_id for one in version.listings] == ["us:csl-1"]
    assert "breaks off" in version.problems[0].message


def test_a_row_with_other_fields_is_told_and_left_out(tmp_path):
    version = load_text(tmp_path, csl_text(entry()) + '"1","2"\n')
    assert len(version.listings) == 1
    assert "2 fields" in version.problems[0].message


def test_a_quotation_never_closed_is_refused(tmp_path):
    text = csl_text(entry()) + '"never closed\n' + '"a"\n' * 3
    with pytest.raises(UnreadableFile, match="begins on line 3"):
        load_text(tmp_path, text)


def test_missing_columns_are_named(tmp_path):
    columns = [column for column in COLUMNS if column != "addresses"]
    with pytest.raises(UnreadableFile, match="addresses"):
        load_text(tmp_path, csl_text(entry(), columns=columns))


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_one_clear_sentence(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("noise")
    for name, text in (("csl.csv", csl_text(entry())), ("dpl.txt", dpl_text(("A",)))):
        (folder / name).write_bytes(text.encode() + noise)
        with contextlib.suppress(InputError):
            open_list(folder / name, DAY)


# The Denied Persons List.

DPL_COLUMNS = (
    "Name", "Street_Address", "City", "State", "Country", "Postal_Code", "Effective_Date",
    "Expiration_Date", "Standard_Order", "Last_Update", "Action", "FR_Citation",
)  # fmt: skip


def dpl_text(*rows):
    defaults = (
        "ALPHA LTD", "1 MAIN STREET", "EL PASO", "TX", "US", "79905", "08/24/2022", "01/14/2026",
        "Y", "2022-08-29", "F.R. NOTICE ADDED", "87 F.R. 52741 8/29/2022",
    )  # fmt: skip
    cells = [DPL_COLUMNS, *((*row, *defaults[len(row) :]) for row in rows)]
    return "".join("\t".join(f'"{cell}"' for cell in row) + "\n" for row in cells)


def test_a_denied_person_is_kept_with_its_order(tmp_path):
    version = load_text(tmp_path, dpl_text((" I. ASH",)), "dpl.txt")
    listing = version.listings[0]
    assert (version.header.list_id, version.header.form) == ("us-dpl", "dpl-txt")
    assert listing.names == (Name("I. ASH", "primary", "", "Latn"),)
    assert listing.listed_on == "2022-08-24"
    assert listing.amended_on == ("2022-08-29",)
    assert listing.acts == (LegalAct("87 F.R. 52741", "2022-08-29"),)
    assert listing.addresses == (
        Address("address", "1 MAIN STREET, EL PASO, TX 79905", "us", "US", "EL PASO", "TX",
                "79905"),
    )  # fmt: skip
    assert listing.measures == (Measure("trade restriction", "Denied Persons List"),)
    assert listing.details == (
        Detail("expiration date", "2026-01-14"),
        Detail("standard order", "Y"),
        Detail("action", "F.R. NOTICE ADDED"),
    )
    assert version.problems == ()


def test_days_are_month_first():
    assert month_first("06/07/2003") == "2003-06-07"
    assert month_first("13/01/2003") == month_first("") == month_first("2003") == ""


def test_a_denied_persons_id_outlives_a_change_of_address(tmp_path):
    ids = {
        load_text(tmp_path, dpl_text(("ALPHA", street)), "dpl.txt").listings[0].listing_id
        for street in ("1 MAIN STREET", "FCI LA TUNA")
    }
    assert len(ids) == 1
    assert re.fullmatch(r"us:dpl-x[0-9a-f]{16}", ids.pop())


def test_two_addresses_under_one_order_are_two_listings(tmp_path):
    version = load_text(tmp_path, dpl_text(("ALPHA", "1 A"), ("ALPHA", "2 B")), "dpl.txt")
    assert len({one.listing_id for one in version.listings}) == 2


def test_an_order_without_a_day_is_known_from_its_notice(tmp_path):
    row = ("ALPHA", "1 A", "B", "", "MX", "", "soon")
    version = load_text(tmp_path, dpl_text(row), "dpl.txt")
    listing = version.listings[0]
    assert (listing.listed_on, listing.listed_basis) == ("2022-08-29", "at the latest")
    assert "'soon' is not a day" in version.problems[0].message


def test_a_denied_persons_file_that_breaks_off_tells_it(tmp_path):
    version = load_text(tmp_path, dpl_text(("A",), ("B",))[:-9], "dpl.txt")
    assert [one.primary_name for one in version.listings] == ["A"]
    assert "breaks off" in version.problems[0].message


# The held files, against counts taken from them by other means.


@cache
def held(path):
    return open_list(path, DAY)[0]


def held_rows(path, delimiter=","):
    text = gzip.decompress(path.read_bytes()).decode("utf-8-sig")
    text = text[: text.rindex("\n") + 1]
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [dict(zip(header, row, strict=True)) for row in rows if row != header]


def pieces(rows, column):
    return sum(len({p.strip() for p in row[column].split("; ") if p.strip()}) for row in rows)


@pytest.mark.parametrize(
    ("name", "parties", "wallets", "told"),
    [
        ("csl_2023-11.csv.gz", 4226, 0, {"repeats the header": 1, "breaks off": 1, "notice": 5}),
        ("csl_consolidated_2022-05.csv.gz", 14160, 344, {"repeats the id": 1, "check digit": 9,
                                                         "notice": 3}),
    ],
)  # fmt: skip
def test_every_fact_of_a_held_screening_list_is_there(shared, name, parties, wallets, told):
    path = shared / "lists/us_csl" / name
    version = held(path)
    rows = held_rows(path)
    assert len(rows) == parties
    for said, count in told.items():
        assert sum(said in problem.message for problem in version.problems) == count
    assert len(version.problems) == sum(told.values())
    repeated = told.get("repeats the id", 0)
    assert len(version.listings) == parties - repeated
    lines = {listing.element for listing in version.listings}
    kept = [row for row, line in zip(rows, held_lines(path), strict=True) if line in lines]
    total = Counter()
    for listing in version.listings:
        total["names"] += len(listing.names)
        total["wallets"] += len(listing.wallets)
        total["programmes"] += len(listing.programmes)
        total["births"] += len(listing.births)
        total["dated"] += bool(listing.listed_on)
        total["born in"] += sum(address.role == "birth" for address in listing.addresses)
        total["nationals"] += sum(c.role == "nationality" for c in listing.countries)
    bracketed = sum(row["alt_names"].count("; ") for row in kept if odd_brackets(row["alt_names"]))
    assert bracketed == 0
    assert total["names"] == len(kept) + pieces(kept, "alt_names")
    assert total["programmes"] == pieces(kept, "programs")
    assert total["births"] == pieces(kept, "dates_of_birth")
    assert total["born in"] == pieces(kept, "places_of_birth")
    beside = sum(row["ids"].count("Nationality Country") for row in kept)
    assert total["nationals"] == pieces(kept, "nationalities") + beside
    assert total["dated"] == sum(bool(row["start_date"]) for row in kept)
    assert total["wallets"] == wallets
    label = "Digital Currency Address - "
    assert wallets == sum(len({p for p in row["ids"].split("; ") if label in p}) for row in kept)


def held_lines(path):
    text = gzip.decompress(path.read_bytes()).decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text[: text.rindex("\n") + 1], newline=""))
    header = next(reader)
    return [f"line {reader.line_num}" for row in reader if row != header]


def odd_brackets(cell):
    return any(piece.count("(") > piece.count(")") for piece in cell.split("; "))


def test_ids_of_the_held_screening_lists_are_stable(shared):
    old, new = (
        {one.listing_id: one for one in held(shared / "lists/us_csl" / name).listings}
        for name in ("csl_consolidated_2022-05.csv.gz", "csl_2023-11.csv.gz")
    )
    both = old.keys() & new.keys()
    assert len(both) > 3_000
    names = {i: [words_of(version[i].primary_name) for version in (old, new)] for i in both}
    # The Real IRA and Ruselectronics were renamed by the list itself.
    renamed = {i for i, (before, after) in names.items() if before.isdisjoint(after)}
    assert renamed == {"us:csl-6853", "us:csl-18770"}
    assert sum(before != after for before, after in names.values()) < 20


def words_of(name):
    return set(re.findall(r"\w+", name.casefold()))


def test_every_row_of_the_held_denied_persons_list_is_there(shared):
    path = shared / "lists/us_csl/dpl_2023-11.txt.gz"
    version = open_list(path, DAY)[0]
    rows = held_rows(path, "\t")
    distinct = {tuple(row.values()) for row in rows}
    assert len(rows) == 665
    assert len(version.listings) == len(distinct) == 663
    said = [problem.message for problem in version.problems]
    assert sum("repeats the id" in message for message in said) == 2
    assert sum("notice" in message for message in said) == len(said) - 2 == 5
    dated = sum(bool(row["Expiration_Date"]) for row in map(dict, {tuple(r.items()) for r in rows}))
    kept = [detail for one in version.listings for detail in one.details]
    assert sum(detail.kind == "expiration date" for detail in kept) == dated
    assert all(one.listed_on and not one.listed_basis for one in version.listings)
