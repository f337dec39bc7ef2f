"""The UN 1718 vessels: names, numbers, days and measures as the tables say them."""

import html
import re

import pytest

from sanctrail.errors import SanctrailError, UnreadableFile, UnsafeFile
from sanctrail.lists.formats import open_list
from sanctrail.lists.reading.imo import is_ship_number
from sanctrail.lists.records import Country, Detail, Identifier, Measure, Name, Relation
from sanctrail.lists.un import un_vessels
from sanctrail.lists.un.un_vessels import recognises

TITLE = "Microsoft Word - 1718 Designated Vessels List 4 June 2020.docx"
COLUMNS = (
    "Paragraph 8 (d) of resolution 1718 (2006)",
    "Paragraph 12 (a) of resolution 2321 (2016)",
    "Paragraph 12 (d) of resolution 2321 (2016)",
    "Paragraph 6 of resolution 2371 (2017)",
    "Economic resources controlled or operated by Ocean Maritime Management (KPe.020)",
)
HEAD = "1718 Designated Vessels List / # | Vessel Name | IMO number | Date of designation / "
WITH_COLUMNS = HEAD + " | ".join(COLUMNS)


def page(body, *, title=TITLE, head=WITH_COLUMNS):
    rows = "".join(
        "<tr>" + "".join(f"<td><p>{cell.strip()}</p></td>" for cell in row.split("|")) + "</tr>"
        for row in f"{head} / {body}".split(" / ")
    )
    top = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
    return f"{top}<body><table>{rows}</table></body></html>\n"


@pytest.fixture
def load(tmp_path):
    def read(text):
        path = tmp_path / "vessels.html"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        (version,) = open_list(path)
        return version

    return read


AN_SAN = "1 | 1: AN SAN 1 | 7303803 | 30-Mar-18 | na | na | Yes | Yes | na"


def test_a_vessel_has_its_number_its_day_and_its_measures(load):
    version = load(page(AN_SAN + " / Other information | DPRK tanker"))
    assert (version.header.list_id, version.header.form) == ("un-1718-vessels", "un-vessels-html")
    assert version.header.list_date == "2020-06-04"
    (vessel,) = version.listings
    assert (vessel.listing_id, vessel.reference, vessel.kind) == (
        "un:imo7303803",
        "7303803",
        "vessel",
    )
    assert vessel.names == (Name("AN SAN 1", "primary", "", "Latn"),)
    assert (vessel.listed_on, vessel.programmes) == ("2018-03-30", ("DPRK",))
    assert vessel.identifiers == (Identifier("IMO", "7303803"),)
    assert vessel.measures == (
        Measure("vessel measure", COLUMNS[2]),
        Measure("vessel measure", COLUMNS[3]),
    )
    assert vessel.details == (Detail("other information", "DPRK tanker"),)
    assert version.problems == ()


def test_numbered_names_flags_signs_and_mmsis_are_told_apart_wherever_the_number_stands(load):
    (vessel,) = load(
        page(
            "| 1: Blue Nouvelle 2: Billions No. 18 | 8909575 MMSI: 1: 529734000 2:515721000"
            " | 21-Jun-17 | na | na | na | na | Yes / | Flag | 1. Kiribati 2: Cambodia | / "
            "1 | Call Sign | 1: T3NM2 2: XUJX6 / Type | Bulk Carrier / "
            "Picture link | http://x.org/pho tos/1 / Age | 40 years"
        )
    ).listings
    assert [(name.text, name.kind) for name in vessel.names] == [
        ("Blue Nouvelle", "primary"),
        ("Billions No. 18", "alias"),
    ]
    assert vessel.identifiers == (
        Identifier("IMO", "8909575"),
        Identifier("MMSI", "529734000"),
        Identifier("MMSI", "515721000"),
        Identifier("Call Sign", "T3NM2"),
        Identifier("Call Sign", "XUJX6"),
    )
    assert vessel.countries == (
        Country("flag", "ki", "Kiribati"),
        Country("flag", "kh", "Cambodia"),
    )
    assert vessel.measures == (Measure("asset freeze", COLUMNS[4]),)
    assert vessel.relations == (Relation("linked to", "", "Ocean Maritime Management", COLUMNS[4]),)
    assert vessel.details == (
        Detail("type", "Bulk Carrier"),
        Detail("picture link", "http://x.org/photos/1"),
        Detail("age", "40 years"),
    )


def test_a_second_designation_adds_its_measures_and_is_an_amendment(load):
    (vessel,) = load(
        page(
            "1 | 1: HAO FAN 6 | 8628597 | 03-Oct-17 | na | na | na | Yes | na"
            " / Other information | coal | 30-Mar-2018 | Yes | na | na | na | na"
        )
    ).listings
    assert (vessel.listed_on, vessel.amended_on) == ("2017-10-03", ("2018-03-30",))
    assert [measure.kind for measure in vessel.measures] == ["asset freeze", "vessel measure"]
    assert vessel.details == (Detail("other information", "coal"),)


def test_the_owner_of_an_economic_resource_is_a_tie(load):
    words = "Designated as economic resources of"
    (vessel,) = load(page(f"{AN_SAN} / {words} | Hapjanggang Shipping Corp (Kpe.058)")).listings
    assert vessel.relations == (
        Relation(
            "linked to",
            "",
            "Hapjanggang Shipping Corp",
            f"{words} Hapjanggang Shipping Corp (Kpe.058)",
        ),
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1 | 1: X | 7303804 | 30-Mar-18 | na | na | na | Yes | na", "wrong check digit"),
        ("1 | 1: X | Does not exist | 30-Mar-18 | na | na | na | Yes | na", "has no IMO number"),
        ("1 | 1: X | 7303803 | 31-Feb-18 | na | na | na | Yes | na", "'31-Feb-18' is no day"),
        ("1 | 1: X | 7303803 | na | na | na | Yes | na", "has no day of designation"),
        ("1 | 1: X | 7303803 | 30-Mar-18 | na | na | Yes", "expected 5 times Yes or na"),
        ("1 | 1: X | 7303803 | 30-Mar-18 | na | na | na | ? | na", "expected 5 times Yes or na"),
        ("2 | 1: X | 7303803 | 30-Mar-18 | na | na | na | Yes | na", "has 2 beside it"),
        ("1: X | 7303803 | 30-Mar-18 | na | na | na | Yes | na", "has no number beside it"),
        (AN_SAN + " / Flag", "'Flag' stands alone"),
        (AN_SAN + " / 2", "has 1 and 2 beside it"),
    ],
)
def test_what_is_not_understood_of_a_vessel_is_told_and_the_vessel_stays(load, row, said):
    version = load(page(row))
    assert len(version.listings) == 1
    assert any(said in problem.message for problem in version.problems)
    assert all(problem.where.startswith("vessel 1, ") for problem in version.problems)


def test_a_vessel_without_a_number_has_an_id_that_stays_when_the_table_changes(load):
    row = "1 | 1: X 2: Y | Does not exist | {} | na | na | na | Yes | na"
    first, second = (load(page(row.format(day))).listings[0] for day in ("30-Mar-18", "1-Apr-19"))
    assert first.listing_id == second.listing_id
    assert re.fullmatch(r"un:x[0-9a-f]{16}", first.listing_id)


def test_another_edition_has_its_own_date(load):
    title = "1718 Designated Vessels List 16 October 2018"
    assert load(page(AN_SAN, title=title)).header.list_date == "2018-10-16"


ERROR = "<!DOCTYPE html><html><head><title>{}</title></head><body>403 Forbidden</body></html>"
REFUSED = {
    "error page": (UnreadableFile, ERROR.format("Access denied"), "HTML page"),
    "error page with the title": (UnreadableFile, ERROR.format(TITLE), "HTML page"),
    "broken off": (UnreadableFile, page(AN_SAN)[:-30], "breaks off"),
    "no vessel": (UnreadableFile, page("na"), "no row of the tables"),
    "no columns": (
        UnreadableFile,
        page(AN_SAN, head=HEAD + "Resolution 2321"),
        "columns of measures",
    ),
    "no date": (UnreadableFile, page(AN_SAN, title="1718 Designated Vessels List"), "which day"),
    "too large": (UnsafeFile, page(AN_SAN) + " " * (17 << 20), "holds more than 16,777,216"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_whole_list_is_refused_with_one_sentence(load, case):
    kind, text, said = REFUSED[case]
    with pytest.raises(SanctrailError) as caught:
        load(text)
    assert type(caught.value) is kind
    assert said in str(caught.value)
    assert "vessels.html" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_told_and_the_vessels_read(load):
    version = load(page(AN_SAN + " / Type | Tanker").encode().replace(b"Tanker", b"Tank\xe9r"))
    assert version.listings[0].details == (Detail("type", "Tank\ufffdr"),)
    assert "is not UTF-8" in version.problems[0].message


@pytest.mark.parametrize("number", ["9074729", "7303803", "8909575"])
def test_the_check_digit_of_an_imo_number_is_checked(number):
    assert is_ship_number(number)
    assert not is_ship_number(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "head", [b"", b"<html>", b"%PDF-1.5", b"\x00" * 100, page("").encode()[:90]]
)
def test_other_files_are_not_taken_for_the_list(head):
    assert not recognises(head)


# The held conversion, against counts taken from its text with nothing but expressions.


@pytest.fixture(scope="module")
def held(shared):
    path = shared / "lists/un/1718_vessels/1718_designated_vessels_list_final.html"
    (version,) = open_list(path)
    text = html.unescape(re.sub(r"<[^>]+>", " ", path.read_text("utf-8")))
    return version, " ".join(text.split())


def test_every_held_vessel_is_read_with_its_number_and_day(held):
    version, text = held
    assert len(version.listings) == 59
    assert version.header.list_date == "2020-06-04"
    columns = re.findall(r"(?<![\w/=_-])(\d{7})(?= (?:MMSI|\d\d-[A-Z][a-z]{2}-\d\d))", text)
    numbers = [vessel.reference for vessel in version.listings if vessel.reference]
    assert numbers == columns
    assert len(numbers) == 58
    days = re.findall(r"\b\d\d-[A-Z][a-z]{2}-\d\d\b", text)
    read = [day for one in version.listings for day in (one.listed_on, *one.amended_on)]
    assert len(days) == len(read) == 60
    assert all(is_ship_number(number) for number in numbers)


def test_every_held_name_mmsi_flag_sign_and_measure_is_read(held):
    version, text = held
    of = version.listings
    mmsis = [i.number for vessel in of for i in vessel.identifiers if i.kind == "MMSI"]
    assert mmsis == re.findall(r"(?<!\d)\d: ?(\d{9})(?!\d)", text)
    signs = [i.number for vessel in of for i in vessel.identifiers if i.kind == "Call Sign"]
    called = re.findall(r"Call Sign (.*?) Type", text)
    assert signs == [sign for one in called for sign in re.findall(r"\d: (\w+)", one)]
    flags = re.findall(r"Flag (.*?) Call Sign", text)
    assert sum(len(vessel.countries) for vessel in of) == sum(
        len(re.findall(r"\d[.:]", flag)) for flag in flags
    )
    assert all(country.code for vessel in of for country in vessel.countries)
    assert sum(len(vessel.measures) for vessel in of) == len(re.findall(r"\bYes\b", text))
    assert all(vessel.measures for vessel in of)
    named = re.findall(r"(?<!\S)1: (?!\d{9}|[A-Z0-9]{4,7} (?:Type|2:))", text)
    assert len(named) == len(re.findall(r"\bOther information\b", text)) == len(of)
    words = [d.kind for vessel in of for d in vessel.details]
    assert words.count("type") == len(re.findall(r"Type [A-Z]", text))


def test_the_one_held_vessel_without_a_number_is_told(held):
    (problem,) = held[0].problems
    assert problem.where == "vessel 28, MIN NING DE YOU 078"
    assert "'Does not exist'" in problem.message


def test_no_word_of_the_held_tables_is_dropped(held):
    version, text = held
    kept = set()
    for vessel in version.listings:
        said = [vessel.reference, *(name.text for name in vessel.names)]
        said += [identifier.number for identifier in vessel.identifiers]
        said += [country.as_written for country in vessel.countries]
        said += [detail.text for detail in vessel.details]
        said += [tie.as_written for tie in vessel.relations]
        kept.update(" ".join(said).split())
    body = text[text.index("1: AN SAN 1") :]
    words = set(re.sub(r"https?://.*?(?= \d+ 1:| 1:|$)", " ", body).split())
    left = {
        word
        for word in words - kept
        if not re.fullmatch(r"\d+[.:]?|\d:\d{9}|na|Yes|\d\d-[A-Z][a-z]{2}-\d\d", word)
    }
    heads = "Flag Call Sign Type Other information Picture link MMSI: Does not exist"
    assert left <= set(heads.split())


def test_the_docstring_says_who_made_the_conversion():
    assert "third party" in " ".join(un_vessels.__doc__.split())
