"""OFAC's CSV files: the four parts, the grammar of Remarks, the traps, and every held file."""

import bz2
import contextlib
import csv
import gzip
import io
import lzma
import re
import tarfile
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctrail.errors import InputError, UnreadableFile
from sanctrail.ground.inputs import stream_of
from sanctrail.lists.formats import ReadOptions, open_list, open_lists
from sanctrail.lists.forms import FACTS as ALL_FACTS
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    Name,
    Relation,
    Wallet,
)
from sanctrail.lists.us import ofac_csv
from sanctrail.lists.us.ofac_remarks import FACTS, facts_of, items_of

DAY = ReadOptions(list_date="2025-12-01")
NULL = "-0- "
XBT = "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"
ETH = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"


def sdn_row(number=28263, name='"TIAN, Yinyin"', kind='"individual"', remarks=NULL, **more):
    columns = ("programme", "title", "call", "type", "tonnage", "grt", "flag", "owner")
    cells = [more.get(column, NULL) for column in columns]
    cells[0] = more.get("programme", '"DPRK3] [CYBER2"')
    quoted = remarks if remarks == NULL else f'"{remarks}"'
    return ",".join([str(number), name, kind, *cells, quoted]) + "\r\n"


def write(folder, end="\x1a\r\n", **parts):
    for part, text in parts.items():
        (folder / f"{part}.csv").write_bytes((text + end).encode())
    return folder


def load(folder, end="\x1a\r\n", **parts):
    found = list(open_lists([write(folder, end, **parts)], DAY))
    assert len(found) == 1
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def party(folder, remarks, **more):
    return load(folder, sdn=sdn_row(remarks=remarks, **more)).listings[0]


def test_a_set_is_one_version_with_names_places_and_programmes(tmp_path):
    version = load(
        tmp_path,
        sdn=sdn_row(remarks="DOB 12 Jul 1986; Gender Male."),
        alt='28263,1,"aka","TIAN, Yin Yin",-0- \r\n28263,2,"fka","TIAN, Y.","old spelling"\r\n'
        '28263,3,"nka","T\'IEN, Yin-yin",-0- \r\n',
        add='28263,1,"Chang\'an Road 1","Dandong, Liaoning 118000","China",-0- \r\n'
        "28263,2,-0- ,-0- ,-0- ,-0- \r\n",
    )
    listing = version.listings[0]
    assert version.header.list_id == "us-sdn"
    assert version.header.form == "ofac-csv"
    assert version.header.list_date == "2025-12-01"
    assert (listing.listing_id, listing.reference, listing.kind) == ("us:28263", "28263", "person")
    assert listing.names == (
        Name("TIAN, Yinyin", "primary", "strong", "Latn"),
        Name("TIAN, Yin Yin", "alias", "strong", "Latn"),
        Name("TIAN, Y.", "former", "strong", "Latn"),
        Name("T'IEN, Yin-yin", "alias", "strong", "Latn"),
    )
    assert listing.programmes == ("DPRK3", "CYBER2")
    assert listing.addresses == (
        Address("address", "Chang'an Road 1, Dandong, Liaoning 118000", "cn", "China"),
    )
    assert listing.births == (Birth("1986-07-12", "1986-07-12", "day"),)
    assert listing.gender == "male"
    assert listing.details == (Detail("alias remark", "old spelling"),)
    assert listing.listed_on == ""
    assert version.problems == ()


@pytest.mark.parametrize(
    ("parts", "form"),
    [
        ({}, "ofac-csv-sdn"),
        ({"alt": '28263,1,"aka","X",-0- \r\n'}, "ofac-csv-sdn-alt"),
        ({"add": '28263,1,-0- ,"Dandong","China",-0- \r\n'}, "ofac-csv-sdn-add"),
        ({"sdn_comments": '28263,"; Gender Male."\r\n'}, "ofac-csv-sdn"),
    ],
)
def test_the_form_says_which_parts_there_were(tmp_path, parts, form):
    assert load(tmp_path, sdn=sdn_row(), **parts).header.form == form


@pytest.mark.parametrize(
    ("written", "kind"),
    [(NULL, "entity"), ('"vessel"', "vessel"), ('"aircraft"', "aircraft"), ("-0-", "entity")],
)
def test_the_type_is_the_kind_and_null_is_an_entity(tmp_path, written, kind):
    assert load(tmp_path, sdn=sdn_row(kind=written)).listings[0].kind == kind


def test_the_columns_of_a_vessel_are_kept(tmp_path):
    row = sdn_row(
        name='"ANTHEM"', kind='"vessel"', programme='"IRAN"', title='"flagship"', call='"A8BC2"',
        type='"Crude Oil Tanker"', tonnage="317,356".join('""'), grt='"163660"',
        flag='"Cook Islands"', owner='"NITC"',
        remarks="Former Vessel Flag Malta; alt. Former Vessel Flag Panama; "
        "Vessel Registration Identification IMO 9187629; MMSI 572469210.",
    )  # fmt: skip
    listing = load(tmp_path, sdn=row).listings[0]
    assert listing.countries == (
        Country("flag", "ck", "Cook Islands"),
        Country("former flag", "mt", "Malta"),
        Country("former flag", "pa", "Panama"),
    )
    assert listing.identifiers == (
        Identifier("Vessel Call Sign", "A8BC2"),
        Identifier("IMO", "9187629"),
        Identifier("MMSI", "572469210"),
    )
    assert [detail.text for detail in listing.details] == [
        "flagship", "Crude Oil Tanker", "317,356", "163660", "NITC",
    ]  # fmt: skip


REMARKS = {
    "DOB 12 Jul 1986": ("births", Birth("1986-07-12", "1986-07-12", "day")),
    "alt. DOB circa 1961": ("births", Birth("1961-01-01", "1961-12-31", "year", circa=True)),
    "DOB 1961 to 1963": ("births", Birth("1961-01-01", "1963-12-31", "range")),
    "DOB Feb 1958": ("births", Birth("1958-02-01", "1958-02-28", "month")),
    "POB Pyongyang, Korea, North": (
        "addresses",
        Address("birth", "Pyongyang", "kp", "Korea, North"),
    ),
    "alt. POB Egypt": ("addresses", Address("birth", "", "eg", "Egypt")),
    "POB Shati": ("addresses", Address("birth", "Shati")),
    "POB Los Angeles, CA": ("addresses", Address("birth", "Los Angeles, CA")),
    "nationality China": ("countries", Country("nationality", "cn", "China")),
    "citizen Korea, South": ("countries", Country("citizenship", "kr", "Korea, South")),
    "Nationality of Registration Iran": ("countries", Country("registration", "ir", "Iran")),
    "Passport 109484100 (Korea, North)": (
        "identifiers",
        Identifier("Passport", "109484100", "kp"),
    ),
    "alt. Tax ID No. 100036386": ("identifiers", Identifier("Tax ID No.", "100036386")),
    "Unified Social Credit Code (USCC) 91222401MA0Y31E659 (China)": (
        "identifiers",
        Identifier("Unified Social Credit Code (USCC)", "91222401MA0Y31E659", "cn"),
    ),
    "File Number 7136946 (Delaware) (United States)": (
        "identifiers",
        Identifier("File Number", "7136946 (Delaware)", "us"),
    ),
    "Ruritanian Ration Card Number 12-A (Poland)": (
        "identifiers",
        Identifier("Ruritanian Ration Card Number", "12-A", "pl"),
    ),
    "SWIFT/BIC KYCBKPPY": ("identifiers", Identifier("SWIFT/BIC", "KYCBKPPY")),
    "Vessel Registration Identification IMO 8405270": (
        "identifiers",
        Identifier("IMO", "8405270"),
    ),
    f"Digital Currency Address - XBT {XBT}": ("wallets", Wallet("XBT", XBT)),
    f"alt. Digital Currency Address - ETH {ETH}": ("wallets", Wallet("ETH", ETH)),
    "a.k.a. 'ABU-'UMAR'": ("names", Name("ABU-'UMAR", "alias", "weak", "Latn")),
    "f.k.a. 'SAND SWAN'": ("names", Name("SAND SWAN", "former", "weak", "Latn")),
    "n.k.a. 'A; B'": ("names", Name("A; B", "alias", "weak", "Latn")),
    "Linked To: LAZARUS GROUP": (
        "relations",
        Relation("linked to", "", "LAZARUS GROUP", "Linked To: LAZARUS GROUP"),
    ),
    "Email Address kdb@co.chesin.com": ("details", Detail("email address", "kdb@co.chesin.com")),
    "alt. Website www.a.com": ("details", Detail("website", "www.a.com")),
    "Phone Number 850 2 381 8221": ("details", Detail("phone number", "850 2 381 8221")),
    "Secondary sanctions risk: North Korea Sanctions Regulations, sections 510.201": (
        "details",
        Detail("secondary sanctions risk", "North Korea Sanctions Regulations, sections 510.201"),
    ),
    "Additional Sanctions Information - Subject to Secondary Sanctions": (
        "details",
        Detail("additional sanctions information", "Subject to Secondary Sanctions"),
    ),
    "Executive Order 15999 Directive Information - Subject to Directive 9": (
        "details",
        Detail("executive order 15999 directive information", "Subject to Directive 9"),
    ),
    "Listing Date (EO 14024 Directive 2): 24 Feb 2022": (
        "details",
        Detail("listing date (eo 14024 directive 2)", "24 Feb 2022"),
    ),
    "Chief of Staff": ("details", Detail("remark", "Chief of Staff")),
}


@pytest.mark.parametrize("item", REMARKS)
def test_every_item_of_remarks_is_its_fact(tmp_path, item):
    field, fact = REMARKS[item]
    assert fact in getattr(party(tmp_path, f"{item}; Gender Female."), field)


@given(st.lists(st.sampled_from(sorted(REMARKS)), min_size=1, max_size=12))
def test_all_of_the_text_of_remarks_is_accounted_for(chosen):
    items = list(items_of("; ".join(chosen) + "."))
    assert [item.written for item in items] == chosen
    said = facts_of(items)
    assert not said.flaws
    assert fact_count(said) == len(chosen)


def fact_count(said):
    lists = (
        said.names, said.births, said.countries, said.addresses, said.identifiers, said.wallets,
        said.relations, [d for d in said.details if d.kind != "document date"],
    )  # fmt: skip
    return sum(map(len, lists))


def test_a_documents_dates_are_kept_beside_it(tmp_path):
    listing = party(tmp_path, "Passport E590976 (Tunisia) issued 19 Jun 1987 expires 18 Jun 1992.")
    assert listing.identifiers == (Identifier("Passport", "E590976", "tn"),)
    assert listing.details == (
        Detail("document date", "Passport E590976 issued 19 Jun 1987 expires 18 Jun 1992"),
    )


def test_a_title_behind_a_nationality_is_no_part_of_it(tmp_path):
    listing = party(tmp_path, "nationality Iraq; former prime minister; Gender Male.")
    assert listing.countries == (Country("nationality", "iq", "Iraq"),)
    assert listing.details == (Detail("remark", "former prime minister"),)


def test_only_the_last_stop_is_not_part_of_the_text(tmp_path):
    assert party(tmp_path, "Linked To: X CO., LTD..").relations[0].name == "X CO., LTD."


def test_what_is_not_understood_is_kept_and_told(tmp_path):
    remarks = "DOB spring of 1970; Passport issued in Sarajevo; Gender Male; Gender Female."
    version = load(tmp_path, sdn=sdn_row(remarks=remarks))
    assert version.listings[0].births == ()
    assert {detail.kind for detail in version.listings[0].details} == {
        "birth date", "passport", "gender",
    }  # fmt: skip
    assert len(version.problems) == 3


def test_a_wrong_imo_number_is_kept_and_told(tmp_path):
    version = load(tmp_path, sdn=sdn_row(remarks="Vessel Registration Identification IMO 9187628."))
    assert version.listings[0].identifiers == (Identifier("IMO", "9187628"),)
    assert "check digit" in version.problems[0].message


def cut_remarks(tail):
    """Remarks of which exactly 1000 characters stand in sdn, and the rest elsewhere."""
    items = [f"Digital Currency Address - XBT {XBT}", "Gender Male"]
    items += [f"Linked To: COMPANY NUMBER {n:04}" for n in range(40)]
    text = "; ".join(items)[: 1000 - len(tail) // 2 - 2] + "; "
    whole = text.rpartition("; Linked")[0] + "; "
    filler = "Website " + "w" * (1000 - len(whole) - len("Website ; ") - len(tail) // 2) + "; "
    whole += filler + tail
    return whole[:1000], whole[1000:]


def test_cut_remarks_are_joined_with_their_rest_in_the_middle_of_a_word(tmp_path):
    first, rest = cut_remarks(f"alt. Digital Currency Address - ETH {ETH}; Passport 1 (China).")
    assert len(first) == 1000
    version = load(tmp_path, sdn=sdn_row(remarks=first), sdn_comments=f'28263,"{rest}"\r\n')
    listing = version.listings[0]
    assert listing.wallets == (Wallet("XBT", XBT), Wallet("ETH", ETH))
    assert listing.identifiers == (Identifier("Passport", "1", "cn"),)
    assert (listing.cut, version.problems) == ((), ())


def test_cut_remarks_without_their_rest_state_no_broken_fact(tmp_path):
    first, _ = cut_remarks(f"alt. Digital Currency Address - ETH {ETH}; Passport 1 (China).")
    version = load(tmp_path, sdn=sdn_row(remarks=first))
    listing = version.listings[0]
    assert listing.wallets == (Wallet("XBT", XBT),)
    assert listing.gender == "male"
    assert set(listing.cut) == set(FACTS) <= set(ALL_FACTS)
    assert "wallet" in listing.cut
    assert len(version.problems) == 1
    assert "cut at 1000 characters" in version.problems[0].message


def test_remarks_cut_between_two_items_lose_none_that_is_whole(tmp_path):
    whole = "Website " + "w" * (1000 - len("Website ; Gender Male; ")) + "; Gender Male; "
    listing = party(tmp_path, whole)
    assert listing.gender == "male"
    assert listing.cut


def test_remarks_of_exactly_1000_characters_can_be_whole(tmp_path):
    remarks = "Website " + "w" * (1000 - len("Website ; Gender Male.")) + "; Gender Male."
    comments = '28263,"; Gender Male."\r\n'.replace("28263", "5")
    rows = sdn_row(remarks=remarks) + sdn_row(5, remarks="DOB 1986")
    version = load(tmp_path, sdn=rows, sdn_comments=comments)
    assert version.listings[0].cut == ()
    assert version.listings[0].gender == "male"


def test_rows_of_a_party_that_is_not_in_sdn_are_told(tmp_path):
    version = load(
        tmp_path,
        sdn=sdn_row(),
        alt='1,1,"aka","NOBODY",-0- \r\n',
        add='2,1,-0- ,"Dandong","China",-0- \r\n',
        sdn_comments='3,"; Gender Male."\r\n',
    )
    told = {(p.source, p.where) for p in version.problems if "not in sdn.csv" in p.message}
    assert told == {
        ("alt.csv", "line 1, ent_num 1"),
        ("add.csv", "line 1, ent_num 2"),
        ("sdn_comments.csv", "line 1, ent_num 3"),
    }


@pytest.mark.parametrize("end", ["\x1a", "\x1a\r\n", "\x1a\n"])
def test_the_end_mark_is_no_row(tmp_path, end):
    version = load(tmp_path, end, sdn=sdn_row())
    assert len(version.listings) == 1
    assert version.problems == ()


def test_line_ends_and_spaces_in_nulls_do_not_matter(tmp_path):
    text = sdn_row(remarks="DOB 1986.").replace("\r\n", "\n").replace("-0- ", "-0-")
    assert load(tmp_path, "\x1a\n", sdn=text).listings[0].details == ()


def test_a_file_without_its_end_mark_is_told(tmp_path):
    version = load(tmp_path, "", sdn=sdn_row())
    assert "0x1A" in version.problems[0].message
    assert len(version.listings) == 1


@pytest.mark.parametrize("bytes_left_out", [3, 5, 8, 12, 40])
def test_a_file_that_breaks_off_never_loads_silently(tmp_path, bytes_left_out):
    whole = sdn_row() + sdn_row(28264, name='"LI, Jiadong"')
    try:
        version = load(tmp_path, "", sdn=whole[:-bytes_left_out])
    except UnreadableFile:
        return
    assert any("break" in problem.message for problem in version.problems)


def test_a_row_with_other_fields_is_told_and_left_out(tmp_path):
    version = load(tmp_path, sdn=sdn_row() + '7,"SHORT"\r\nx,' + sdn_row()[6:])
    assert len(version.listings) == 1
    assert [problem.where for problem in version.problems] == ["line 2", "line 3"]


def test_quotation_marks_inside_a_cell_are_doubled(tmp_path):
    version = load(tmp_path, sdn=sdn_row(name='"BANK ""ALPHA"", THE"'))
    assert version.listings[0].primary_name == 'BANK "ALPHA", THE'


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-8-sig"])
def test_letters_that_are_not_ascii_are_read_and_told(tmp_path, encoding):
    data = (sdn_row(name='"MUÑOZ, José"') + "\x1a\r\n").encode(encoding)
    (tmp_path / "sdn.csv").write_bytes(data)
    version = open_list(tmp_path / "sdn.csv", DAY)[0]
    assert version.listings[0].primary_name == "MUÑOZ, José"
    assert "not ASCII" in version.problems[0].message


@pytest.mark.parametrize(
    ("name", "programme", "list_id"),
    [
        ("sdn.csv", "SDGT", "us-sdn"),
        ("cons_prim.csv", "SDGT", "us-cons"),
        ("list.csv", "NS-PLC", "us-cons"),
        ("20251201.csv", "CMIC-EO13959", "us-cons"),
        ("sdn_2025-12-01.csv", "UKRAINE-EO13662", "us-sdn"),
    ],
)
def test_a_list_is_told_by_its_programmes_or_its_name(tmp_path, name, programme, list_id):
    (tmp_path / name).write_text(sdn_row(programme=programme) + "\x1a\n", newline="")
    assert open_list(tmp_path / name, DAY)[0].header.list_id == list_id


def test_a_row_is_a_part_by_its_fields_not_by_its_files_name():
    parts = {
        sdn_row(): "sdn",
        '36,12,"aka","AERO-CARIBBEAN",-0- \r\n': "alt",
        '36,25,-0- ,"Havana","Cuba",-0- \r\n': "add",
        '17016,"tive Date (EO 14024 Directive); Tax ID No. 77 (Russia)."\r\n': "comments",
    }
    for row, part in parts.items():
        assert ofac_csv.part_of("x.txt", row.encode() * 3) == ("us-sdn", part)


@pytest.mark.parametrize(
    "head",
    [b"", b"\x1a", b"name,born\nKim,1970\n", b"1,2\n3,4\n", b"id,1,2,3,4\n", b"\xff\xfe1\x00,",
     b"1,2,xka,name,x\n", b"<xml/>", b'1,"never closed'],
)  # fmt: skip
def test_a_foreign_file_is_no_part(head):
    assert ofac_csv.part_of("some.csv", head) is None


def test_parts_without_their_main_file_are_refused(tmp_path):
    with pytest.raises(UnreadableFile, match=r"alt\.csv.*name nobody.*sdn\.csv"):
        load(tmp_path, alt='36,12,"aka","AERO-CARIBBEAN",-0- \r\n')


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_one_clear_sentence(tmp_path_factory, noise):
    file = tmp_path_factory.mktemp("noise") / "sdn.csv"
    file.write_bytes(sdn_row().encode() + noise)
    with contextlib.suppress(InputError):
        open_list(file, DAY)


# The held files, against counts taken from them by other means.

LABELS = {
    "wallets": "Digital Currency Address - ",
    "births": "DOB ",
    "places": "POB ",
    "relations": "Linked To: ",
    "weak": "[afn]\\.k\\.a\\. ",
}


def raw_rows(path):
    data = path.read_bytes()
    return raw_rows_of(gzip.decompress(data) if path.suffix == ".gz" else data)


def raw_rows_of(data):
    text = data.decode("ascii").replace("\x1a", "")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]


def raw_counts(sdn, comments=()):
    """Count the facts of an sdn file; of cut Remarks, those before the last item."""
    rest, counts = dict(comments), Counter()
    for row in {row[0]: row for row in reversed(sdn)}.values():
        remarks = "" if row[11].strip() == "-0-" else row[11]
        if row[0] in rest:
            remarks += rest[row[0]]
        elif len(remarks) == 1000:
            counts["cut"] += 1
            remarks = remarks.rpartition("; ")[0]
        counts["parties"] += 1
        counts["programmes"] += len(row[3].split("] ["))
        items = {item.removeprefix("alt. ") for item in remarks.removesuffix(".").split("; ")}
        for kind, label in LABELS.items():
            counts[kind] += sum(re.match(label, item) is not None for item in items)
    counts["names"] = counts["parties"] + counts.pop("weak")
    return counts


def read_counts(version):
    counts = Counter(parties=len(version.listings))
    for listing in version.listings:
        counts["cut"] += bool(listing.cut)
        counts["places"] += sum(address.role == "birth" for address in listing.addresses)
        for kind in ("names", "programmes", "wallets", "births", "relations"):
            counts[kind] += len(getattr(listing, kind))
    return counts


@pytest.mark.parametrize("folder", ["csv_2019-01", "csv_2022-01", "cons_csv_2025-12"])
def test_every_fact_of_a_held_set_is_there(shared, folder):
    base = shared / "lists/us_ofac" / folder
    version = next(iter(open_lists([base], DAY)))
    raw = {path.name.split(".")[0].split("_")[-1]: raw_rows(path) for path in base.iterdir()}
    sdn = raw.get("sdn") or raw["prim"]
    expected = raw_counts(sdn, raw.get("comments", []))
    numbers = {row[0] for row in sdn}
    expected["names"] += len({tuple(row[:1] + row[2:4]) for row in raw["alt"] if row[0] in numbers})
    assert +read_counts(version) == +expected
    places = sum(len(listing.addresses) for listing in version.listings) - expected["places"]
    held = {tuple(r[:1] + r[2:5]) for r in raw["add"] if {c.strip() for c in r[2:5]} != {"-0-"}}
    assert places == len([place for place in held if place[0] in numbers])


@pytest.mark.parametrize("folder", ["csv_2025-02", "csv_2025-12"])
def test_the_held_parts_without_sdn_are_refused(shared, folder):
    found = list(open_lists([shared / "lists/us_ofac" / folder], DAY))
    assert len(found) == 1
    assert isinstance(found[0], UnreadableFile)


@pytest.fixture(scope="module")
def history(shared):
    """The 57 held versions of sdn.csv, by name."""
    path = shared / "lists/us_ofac/sdn_csv_history_2021-08_2024-05.tar.xz"
    with tarfile.open(path) as archive:
        files = ((member.name, archive.extractfile(member)) for member in archive)
        return {name: file.read() for name, file in files if file}


def test_an_archive_loads_as_versions_with_every_fact_there(history, tmp_path):
    names = sorted(history)
    chosen = [names[0], names[28], names[-1]]
    packed = tmp_path / "history.tar"
    with tarfile.open(packed, "w") as archive:
        for name in chosen:
            info = tarfile.TarInfo(name)
            info.size = len(history[name])
            archive.addfile(info, io.BytesIO(history[name]))
    (tmp_path / "history.tar.xz").write_bytes(lzma.compress(packed.read_bytes(), preset=0))
    versions = open_list(tmp_path / "history.tar.xz")
    assert [version.header.list_date for version in versions] == [
        re.search(r"\d{4}-\d\d-\d\d", name)[0] for name in chosen
    ]
    for name, version in zip(chosen, versions, strict=True):
        rows = raw_rows_of(history[name])
        expected = raw_counts([row for row in rows if len(row) == 12])
        assert +read_counts(version) == +expected
        cut = [problem for problem in version.problems if "cut at" in problem.message]
        assert len(cut) == expected["cut"]


def test_all_remarks_of_all_57_versions_are_accounted_for(history):
    assert len(history) == 57
    texts = [data.decode() for data in history.values()]
    remarks = {found for text in texts for found in re.findall(r',"([^"]+)"\r?\n', text)}
    assert len(remarks) > 15_000
    for text in remarks:
        items = list(items_of(text))
        assert "; ".join(item.written for item in items) == text.removesuffix(".")
        if len(text) == 1000:
            items.pop()
        said = facts_of(items)
        assert fact_count(said) + bool(said.gender) == len(items), text


def test_wallets_are_those_of_the_advanced_layout_but_for_cut_remarks(shared, history):
    packed = shared / "lists/us_ofac/SDN_ADVANCED_2024-05-28.xml.bz2"
    data = bz2.decompress(packed.read_bytes()).decode()
    prefix = "Digital Currency Address - "
    assets = dict(re.findall(rf'<FeatureType ID="(\d+)"[^>]*>{prefix}([^<]*)<', data))
    advanced = {}
    for block in re.split(r"(?=<DistinctParty )", data)[1:]:
        number = re.match(r'<DistinctParty FixedRef="(\d+)"', block)[1]
        advanced[number] = set()
        for kind, feature in re.findall(
            r'<Feature ID="\d+" FeatureTypeID="(\d+)">(.*?)</Feature>', block, re.DOTALL
        ):
            if kind in assets:
                found = re.findall(r"<VersionDetail[^>]*>([^<]*)<", feature)
                advanced[number].update((assets[kind], text.strip()) for text in found)
    listings = list(read_sdn(history[max(history)]))
    both = [listing for listing in listings if listing.reference in advanced]
    assert len(both) > 14_900
    differing = set()
    for listing in both:
        ours = {(wallet.asset, wallet.address) for wallet in listing.wallets}
        assert ours <= advanced[listing.reference]
        if ours != advanced[listing.reference]:
            differing.add(listing.reference)
            assert listing.cut
    assert differing == {
        "29703", "30518", "31212", "33151", "33854", "36216", "37070", "39585", "39593", "39796",
        "42496",
    }  # fmt: skip


def read_sdn(data):
    records = ofac_csv.read({"sdn": stream_of("sdn.csv", data)}, "us-sdn", [])
    next(records)
    return records
