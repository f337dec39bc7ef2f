"""The UN consolidated list: both styles of its platform, its traps, and the whole real file."""

import html
import lzma
import re
import tarfile
from collections import Counter

import pytest

from sanctrail.errors import SanctrailError, UnreadableFile, UnsafeFile
from sanctrail.lists.formats import ReadOptions, open_list
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    Name,
    Relation,
)
from sanctrail.register import Register

PERSON = """
<INDIVIDUAL><DATAID>6908512</DATAID><FIRST_NAME>RI </FIRST_NAME><SECOND_NAME>WON
  HO</SECOND_NAME><THIRD_NAME/><UN_LIST_TYPE>DPRK</UN_LIST_TYPE>
<REFERENCE_NUMBER> KPi.033 </REFERENCE_NUMBER><LISTED_ON>2016-11-30</LISTED_ON>{}</INDIVIDUAL>"""


def document(body, *, quote='"', generated="2026-02-27T00:00:09.554Z"):
    return (
        f"<?xml version={quote}1.0{quote} encoding={quote}UTF-8{quote}?>\n"
        f"<CONSOLIDATED_LIST xmlns:xsi={quote}http://www.w3.org/2001/XMLSchema-instance{quote} "
        f"dateGenerated={quote}{generated}{quote}>"
        f"<INDIVIDUALS>{body}</INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>"
    )


@pytest.fixture
def load(tmp_path):
    def read(text, *, strict=False):
        path = tmp_path / "consolidated.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        (version,) = open_list(path, ReadOptions(strict=strict))
        return version

    return read


@pytest.fixture
def person(load):
    def read(inside):
        version = load(document(PERSON.format(inside)))
        return version.listings[0], [problem.message for problem in version.problems]

    return read


@pytest.mark.parametrize(
    ("quote", "generated"), [('"', "2026-02-27T00:00:09.554Z"), ("'", "2018-10-29T18:00:00-04:00")]
)
def test_both_styles_of_the_platform_are_read(load, quote, generated):
    version = load(document(PERSON.format(""), quote=quote, generated=generated))
    assert (version.header.list_id, version.header.regime) == ("un", "un")
    assert version.header.list_date == generated[:10]
    (listing,) = version.listings
    assert listing.listing_id == "un:6908512"
    assert (listing.reference, listing.kind, listing.programmes) == ("KPi.033", "person", ("DPRK",))
    parts = (("1", "RI"), ("2", "WON HO"))
    assert listing.names == (Name("RI WON HO", "primary", "strong", "Latn", parts),)
    assert version.header.generated == generated
    assert listing.element.startswith("INDIVIDUAL DATAID 6908512, line ")
    assert version.problems == ()


def test_an_entity_is_an_entity_and_its_former_name_is_former(load):
    body = """<ENTITY><DATAID>7</DATAID><FIRST_NAME>GREEN PINE</FIRST_NAME>
    <LISTED_ON>2012-05-02</LISTED_ON>
    <ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>CHONGSONG</ALIAS_NAME></ENTITY_ALIAS>
    <ENTITY_ADDRESS><CITY>x</CITY><COUNTRY>Democratic People's Republic of Korea</COUNTRY>
    </ENTITY_ADDRESS><ENTITY_ADDRESS/></ENTITY>"""
    (listing,) = load(document(body)).listings
    assert listing.kind == "entity"
    assert listing.names == (
        Name("GREEN PINE", "primary", "strong", "Latn"),
        Name("CHONGSONG", "former", "strong", "Latn"),
    )
    korea = "Democratic People's Republic of Korea"
    assert listing.addresses == (Address("address", "x", "kp", korea, city="x"),)


def test_a_bare_zone_offset_behind_the_listing_date_is_cut(load):
    text = document(PERSON.format("")).replace("2016-11-30", "2001-02-23-05:00")
    assert load(text).listings[0].listed_on == "2001-02-23"


@pytest.mark.parametrize("date", ["", "soon", "2016"])
def test_a_listing_date_that_is_no_day_is_a_problem(load, date):
    version = load(document(PERSON.format("")).replace("2016-11-30", date))
    assert version.listings[0].listed_on == ""
    assert [p.message for p in version.problems] == [f"listing date '{date}' is not a day"]
    assert "6908512" in version.problems[0].where


@pytest.mark.parametrize(
    "empty",
    [
        "<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>",
        "<INDIVIDUAL_ALIAS></INDIVIDUAL_ALIAS><INDIVIDUAL_DOCUMENT/>",
        "<INDIVIDUAL_DATE_OF_BIRTH/><INDIVIDUAL_ADDRESS><COUNTRY/></INDIVIDUAL_ADDRESS>",
        "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE></INDIVIDUAL_DATE_OF_BIRTH>",
    ],
)
def test_empty_blocks_say_nothing_and_are_no_problem(person, empty):
    listing, problems = person(empty)
    assert (len(listing.names), listing.births, listing.countries, problems) == (1, (), (), [])


def test_aliases_keep_their_quality_and_their_script(person):
    listing, problems = person(
        "<NAME_ORIGINAL_SCRIPT>리원호</NAME_ORIGINAL_SCRIPT>"
        "<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Ri  Won</ALIAS_NAME>"
        "</INDIVIDUAL_ALIAS><INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Won"
        "</ALIAS_NAME></INDIVIDUAL_ALIAS>"
    )
    assert listing.names[1:] == (
        Name("리원호", "script", "strong", "Hang"),
        Name("Ri Won", "alias", "strong", "Latn"),
        Name("Won", "alias", "weak", "Latn"),
    )
    assert problems == []


def test_an_unknown_alias_quality_is_a_problem_but_the_name_stays(person):
    listing, problems = person(
        "<INDIVIDUAL_ALIAS><QUALITY>Fair</QUALITY><ALIAS_NAME>X</ALIAS_NAME></INDIVIDUAL_ALIAS>"
    )
    assert listing.names[1] == Name("X", "alias", "", "Latn")
    assert "'Fair'" in problems[0]


@pytest.mark.parametrize(
    ("kind", "inside", "birth"),
    [
        ("EXACT", "<DATE>1964-07-17</DATE>", Birth("1964-07-17", "1964-07-17", "day")),
        ("EXACT", "<YEAR>1971</YEAR>", Birth("1971-01-01", "1971-12-31", "year")),
        (
            "APPROXIMATELY",
            "<YEAR>1971</YEAR>",
            Birth("1971-01-01", "1971-12-31", "year", circa=True),
        ),
        (
            "BETWEEN",
            "<FROM_YEAR>1961</FROM_YEAR><TO_YEAR>1963</TO_YEAR>",
            Birth("1961-01-01", "1963-12-31", "range"),
        ),
        ("EXACT", "<NOTE>Nov. 1973</NOTE>", Birth("1973-11-01", "1973-11-30", "month")),
        ("EXACT", "<NOTE>Sep.</NOTE><YEAR>1977</YEAR>", Birth("1977-09-01", "1977-09-30", "month")),
        (
            "EXACT",
            "<NOTE>Between Aug. and Sep. 1977</NOTE>",
            Birth("1977-08-01", "1977-09-30", "range"),
        ),
        (
            "BETWEEN",
            "<NOTE>Approximately </NOTE><FROM_YEAR>1961</FROM_YEAR><TO_YEAR>1963</TO_YEAR>",
            Birth("1961-01-01", "1963-12-31", "range", circa=True),
        ),
        ("", "<DATE>1964-07-17-05:00</DATE>", Birth("1964-07-17", "1964-07-17", "day")),
    ],
)
def test_birth_dates_have_the_precision_that_is_written(person, kind, inside, birth):
    block = "INDIVIDUAL_DATE_OF_BIRTH"
    listing, problems = person(f"<{block}><TYPE_OF_DATE>{kind}</TYPE_OF_DATE>{inside}</{block}>")
    assert listing.births == (birth,)
    assert problems == []


@pytest.mark.parametrize(
    "inside",
    ["<NOTE>40-45 years old</NOTE>", "<FROM_YEAR>1963</FROM_YEAR><TO_YEAR>1961</TO_YEAR>"],
)
def test_a_birth_date_that_is_not_understood_is_a_problem_with_its_words(person, inside):
    block = "INDIVIDUAL_DATE_OF_BIRTH"
    listing, problems = person(f"<{block}><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE>{inside}</{block}>")
    assert listing.births == ()
    assert problems[0].startswith("date of birth is not read: ")


def test_a_date_of_another_calendar_is_never_taken_for_ours(person):
    block = "INDIVIDUAL_DATE_OF_BIRTH"
    note = "24/06/1402 (Hijri Calendar)"
    listing, problems = person(f"<{block}><NOTE>{note}</NOTE></{block}>")
    assert (listing.births, problems) == ((), [])
    assert listing.details == (Detail("birth date (islamic)", note),)


def test_an_alias_has_births_and_places_of_its_own_even_without_a_name(person):
    block = "INDIVIDUAL_ALIAS"
    listing, problems = person(
        f"<{block}><QUALITY>Low</QUALITY><ALIAS_NAME>X</ALIAS_NAME><NOTE>nom de guerre</NOTE>"
        "<DATE_OF_BIRTH>1958 - 1964</DATE_OF_BIRTH><CITY_OF_BIRTH>Tunis</CITY_OF_BIRTH>"
        f"<COUNTRY_OF_BIRTH>Tunisia</COUNTRY_OF_BIRTH></{block}>"
        f"<{block}><DATE_OF_BIRTH>1975</DATE_OF_BIRTH></{block}>"
        f"<{block}><DATE_OF_BIRTH>null</DATE_OF_BIRTH></{block}>"
    )
    assert [name.text for name in listing.names] == ["RI WON HO", "X"]
    assert listing.births == (
        Birth("1958-01-01", "1964-12-31", "range"),
        Birth("1975-01-01", "1975-12-31", "year"),
    )
    assert listing.addresses == (Address("birth", "Tunis", "tn", "Tunisia", city="Tunis"),)
    assert listing.details == (Detail("alias note", "X: nom de guerre"),)
    assert problems == []


def test_places_keep_their_parts_and_a_note_alone_is_the_place(person):
    listing, problems = person(
        "<INDIVIDUAL_ADDRESS><STREET>Kachray Road</STREET><CITY>Quetta</CITY><STATE_PROVINCE>"
        "Baluchistan</STATE_PROVINCE><ZIP_CODE>87300</ZIP_CODE><COUNTRY>Pakistan</COUNTRY>"
        "<NOTE>previous address</NOTE></INDIVIDUAL_ADDRESS>"
        "<INDIVIDUAL_ADDRESS><COUNTRY>na</COUNTRY><NOTE>Block 5, Clifton</NOTE>"
        "</INDIVIDUAL_ADDRESS><INDIVIDUAL_ADDRESS/>"
        "<INDIVIDUAL_PLACE_OF_BIRTH><COUNTRY>Iraq</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>"
    )
    quetta = "Kachray Road, Quetta, Baluchistan, 87300"
    assert listing.addresses == (
        Address("address", quetta, "pk", "Pakistan", "Quetta", "Baluchistan", "87300"),
        Address("address", "Block 5, Clifton"),
        Address("birth", "", "iq", "Iraq"),
    )
    assert listing.details == (Detail("address note", f"{quetta}, Pakistan: previous address"),)
    assert problems == []


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("General", ["General"]),
        ("a) Minister of Planning b) Minister (c) of Education", None),
        ("a) First; b) Second, c) Third", ["First", "Second", "Third"]),
        ("(a) First (b) Second", ["First", "Second"]),
        ("Head of section b) and d)", ["Head of section b) and d)"]),
        ("", []),
    ],
)
def test_titles_and_positions_are_told_apart_also_within_one_value(person, value, items):
    listing, _ = person(
        f"<TITLE><VALUE>Dr</VALUE><VALUE/></TITLE><DESIGNATION><VALUE>{value}</VALUE></DESIGNATION>"
    )
    items = ["Minister of Planning", "Minister", "of Education"] if items is None else items
    assert listing.details == (
        Detail("title", "Dr"),
        *(Detail("position", item) for item in items),
    )


def test_days_of_amendment_are_kept_and_one_that_is_none_is_told(person):
    listing, problems = person(
        "<LAST_DAY_UPDATED><VALUE/><VALUE>2016-08-26</VALUE><VALUE>2018-05-01-04:00</VALUE>"
        "<VALUE>lately</VALUE></LAST_DAY_UPDATED>"
    )
    assert listing.amended_on == ("2016-08-26", "2018-05-01")
    assert problems == ["day of amendment 'lately' is not a day"]


def test_reference_numbers_in_parentheses_are_ties_but_not_the_own_one(person):
    listing, _ = person(
        "<COMMENTS1>Works for Green Pine (KPe.010) and (listed under permanent reference number "
        "QDi.023, KPe.010). QDe.004 stands free; own (KPi.033).</COMMENTS1>"
    )
    assert listing.relations == (
        Relation("linked to", "", "", "KPe.010"),
        Relation("linked to", "", "", "QDi.023"),
    )


def test_what_no_place_is_known_for_is_kept_under_its_own_name(person):
    listing, problems = person(
        "<SUBMITTED_BY>Germany</SUBMITTED_BY><SORT_KEY/><INDIVIDUAL_ADDRESS><FLOOR>3</FLOOR>"
        "</INDIVIDUAL_ADDRESS>"
    )
    assert listing.details == (
        Detail("submitted by", "Germany"),
        Detail("individual address floor", "3"),
    )
    assert problems == []


def test_nationality_na_is_not_namibia(person):
    listing, _ = person("<NATIONALITY><VALUE>na</VALUE><VALUE>Namibia</VALUE></NATIONALITY>")
    assert listing.countries == (Country("nationality", "na", "Namibia"),)


def test_documents_keep_number_and_issuer_and_one_without_a_number_is_a_problem(person):
    block = "INDIVIDUAL_DOCUMENT"
    listing, problems = person(
        f"<{block}><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER> 381310014 </NUMBER>"
        f"<ISSUING_COUNTRY>Iran (Islamic Republic of)</ISSUING_COUNTRY></{block}>"
        f"<{block}><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NOTE>lost</NOTE></{block}>"
    )
    assert listing.identifiers == (Identifier("Passport", "381310014", "ir"),)
    assert problems == ["document has no number: Passport; lost"]
    assert listing.details == (Detail("document", "Passport: lost"),)


def test_what_a_document_says_beside_its_number_is_kept(person):
    block = "INDIVIDUAL_DOCUMENT"
    listing, problems = person(
        f"<{block}><TYPE_OF_DOCUMENT>National Identification Number</TYPE_OF_DOCUMENT>"
        "<TYPE_OF_DOCUMENT2>Voter ID</TYPE_OF_DOCUMENT2><NUMBER>L7</NUMBER><ISSUING_COUNTRY>"
        "Tunisia</ISSUING_COUNTRY><COUNTRY_OF_ISSUE>Italy</COUNTRY_OF_ISSUE><CITY_OF_ISSUE>Milan"
        f"</CITY_OF_ISSUE><DATE_OF_ISSUE>2001-02-03</DATE_OF_ISSUE><NOTE>expired</NOTE></{block}>"
    )
    assert listing.identifiers == (Identifier("National Identification Number", "L7", "tn"),)
    said = "Voter ID; issued on 2001-02-03; issued in Milan, Italy; expired"
    assert listing.details == (Detail("document", f"National Identification Number L7: {said}"),)
    assert problems == []


GARBLED = """<NAME_ORIGINAL_SCRIPT>#<0@>2 \x14>:C</NAME_ORIGINAL_SCRIPT>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>#(H /9'!</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>El Harrachi ('D-1'4J)</ALIAS_NAME>
<NOTE>original script: !5=5</NOTE></INDIVIDUAL_ALIAS><COMMENTS1>Father\x19s name A</COMMENTS1>"""


def test_a_copy_that_lost_other_scripts_loads_without_the_ruins_and_says_what_it_cuts(load):
    version = load(document(PERSON.format(GARBLED)))
    (listing,) = version.listings
    assert [name.text for name in listing.names] == ["RI WON HO", "El Harrachi ('D-1'4J)"]
    assert listing.remarks == "Father’s name A"
    assert listing.cut == ("script name", "weak alias", "detail", "alias")
    told = [problem.message for problem in version.problems]
    assert sum(message.endswith("it was left out") for message in told) == 2
    assert sum("kept as it stands" in message for message in told) == 2
    assert any("holds 0x19" in message for message in told)


def test_an_alias_that_looks_garbled_in_a_sound_file_is_left_alone(load):
    inside = "<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>A/B</ALIAS_NAME>"
    version = load(document(PERSON.format(inside + "</INDIVIDUAL_ALIAS>")))
    assert version.listings[0].names[1].text == "A/B"
    assert (version.listings[0].cut, version.problems) == ((), ())


def test_strict_refuses_a_forbidden_byte_with_its_line_and_byte(load):
    text = GOOD.replace("DPRK", "D\x19")
    assert load(text).listings[0].programmes == ("D’",)
    with pytest.raises(UnreadableFile, match=r"consolidated\.xml, line \d, byte \d+: holds 0x19"):
        load(text, strict=True)


BOMB = '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;&x;">]>'
GOOD = document(PERSON.format(""))
BODY = GOOD.partition("?>")[2]
REFUSED = {
    "doctype": (UnsafeFile, "<!DOCTYPE CONSOLIDATED_LIST>" + BODY, "DOCTYPE"),
    "doctype with entities": (UnsafeFile, BOMB + BODY.replace("DPRK", "&z;"), "DOCTYPE"),
    "doctype dressed as html": (UnsafeFile, "<!DOCTYPE html [<!ENTITY x 'y'>]>" + BODY, "DOCTYPE"),
    "doctype in utf-16": (UnsafeFile, (BOMB + BODY).encode("utf-16"), "DOCTYPE"),
    "undefined entity": (UnreadableFile, GOOD.replace("DPRK", "&x;"), "damaged"),
    "oversized field": (
        UnsafeFile,
        GOOD.replace("DPRK", "x" * 1_100_000),
        "consolidated.xml, line",
    ),
    "html": (UnreadableFile, "<!DOCTYPE html><html><body>403</body></html>", "HTML page"),
    "html without doctype": (UnreadableFile, "<html><body>403</body></html>", "HTML page"),
    "another root": (UnreadableFile, "<?xml version='1.0'?><otherList/>", "<otherList>"),
    "empty": (UnreadableFile, "", "empty"),
    "words": (UnreadableFile, "hello", "no layout that a list is published in"),
    "no listings": (UnreadableFile, document(""), "no listing"),
    "truncated": (UnreadableFile, GOOD[: len(GOOD) // 2], "breaks off"),
    "truncated at the end": (UnreadableFile, GOOD[:-8], "breaks off"),
    "binary": (UnreadableFile, GOOD.encode() + bytes(range(256)) * 300, "this is no list"),
    "oversized attribute": (UnsafeFile, GOOD.replace("2026", "x" * 1_100_000), "without a tag"),
    "no date": (UnreadableFile, GOOD.replace("2026-02-27T00:00:09.554Z", ""), "which day"),
    "json that is no extract": (UnreadableFile, '{"format": "other"}', "not an extract"),
    "json that breaks off": (UnreadableFile, '{"format": ', "damaged or breaks off"),
    "deep json": (UnreadableFile, '{"a":' * 100_000, "damaged or breaks off"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_sound_list_is_refused_with_one_sentence(load, case):
    kind, text, said = REFUSED[case]
    with pytest.raises(SanctrailError) as caught:
        load(text)
    assert type(caught.value) is kind
    assert "consolidated.xml" in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_list_in_utf_16_says_the_same(load):
    text = GOOD.replace("UTF-8", "UTF-16")
    assert load(text.encode("utf-16")).listings == load(GOOD).listings


# The whole real file, against counts taken from its bytes with nothing but expressions.


@pytest.fixture(scope="session")
def raw(shared):
    packed = shared / "lists" / "un" / "UN_consolidated_2026-02-27.xml.xz"
    return lzma.decompress(packed.read_bytes()).decode()


@pytest.fixture
def rows(real_workspace):
    register = Register(real_workspace[0])

    def of(table):
        return [row for row in register.rows(table) if row["listing_id"].startswith("un:")]

    return of


def filled(tag, text):
    return re.findall(rf"<{tag}>\s*([^<\s][^<]*?)\s*</{tag}>", text)


def test_every_real_party_name_and_document_is_in_the_register(raw, rows):
    parties = re.findall(r"<(INDIVIDUAL|ENTITY)>(.*?)</\1>", raw, re.DOTALL)
    primary = [body for _, body in parties if filled("(?:FIRST|SECOND|THIRD|FOURTH)_NAME", body)]
    assert len(rows("listings")) == len(parties) == 1003
    assert [row["listing_id"] for row in rows("listings")] == [
        f"un:{dataid}" for dataid in filled("DATAID", raw)
    ]
    names = len(primary) + len(filled("NAME_ORIGINAL_SCRIPT", raw)) + len(filled("ALIAS_NAME", raw))
    assert len(rows("names")) == names
    assert sorted(" ".join(text.split()) for text in filled("ALIAS_NAME", raw)) == sorted(
        row["name"] for row in rows("names") if row["kind"] in ("alias", "former")
    )
    documents = re.findall(r"<INDIVIDUAL_DOCUMENT>(.*?)</INDIVIDUAL_DOCUMENT>", raw, re.DOTALL)
    numbers = [text for body in documents for text in filled("NUMBER", body)]
    assert sorted(" ".join(text.split()) for text in numbers) == sorted(
        row["number"] for row in rows("identifiers")
    )


def test_every_real_listing_has_the_date_that_is_written(raw, rows):
    written = [text[:10] for text in filled("LISTED_ON", raw)]
    assert [row["listed_on"] for row in rows("listings")] == written
    assert len(written) == 1003


def test_what_was_not_read_of_the_real_file_is_told_one_by_one(raw, real_workspace):
    told = [p for p in real_workspace[2] if p.source.startswith("UN_")]
    births = [p for p in told if p.message.startswith("date of birth is not read: NOTE ")]
    documents = [p for p in told if p.message.startswith("document has no number: ")]
    assert len(births) + len(documents) == len(told)
    blocks = re.findall(r"<INDIVIDUAL_DOCUMENT>(.*?)</INDIVIDUAL_DOCUMENT>", raw, re.DOTALL)
    without = [b for b in blocks if not filled("NUMBER", b) and filled(r"\w+", b)]
    assert len(documents) == len(without) == 14
    notes = re.findall(
        r"<INDIVIDUAL_DATE_OF_BIRTH>(.*?)</INDIVIDUAL_DATE_OF_BIRTH>", raw, re.DOTALL
    )
    only_notes = [b for b in notes if filled("NOTE", b) and not filled(r"DATE|\w*YEAR", b)]
    unread = [b for b in only_notes if not re.search(r"[A-Z]\w+\.? \d{4}\s*<|Hijri", b)]
    assert len(births) == len(unread) == 1


def test_an_entry_without_a_number_gets_a_digest_of_its_stable_facts(load):
    text = document(PERSON.format("")).replace("<DATAID>6908512</DATAID>", "")
    version = load(text)
    assert version.listings[0].listing_id == load(text).listings[0].listing_id
    assert re.fullmatch(r"un:x[0-9a-f]{16}", version.listings[0].listing_id)
    assert "has no DATAID" in version.problems[0].message


def test_a_repeated_number_is_a_problem_and_the_first_entry_is_kept(load):
    version = load(document(PERSON.format("") + PERSON.format("<GENDER>Male</GENDER>")))
    assert [listing.gender for listing in version.listings] == [""]
    assert "repeats the id un:6908512" in version.problems[0].message


def values(tag, text):
    """Return the texts of all innermost elements of a name."""
    return [" ".join(html.unescape(found).split()) for found in filled(tag, text)]


def blocks_of(text, *tags):
    found = re.findall(rf"<({'|'.join(tags)})>(.*?)</\1>", text, re.DOTALL)
    return [body for _, body in found if re.search(r">\s*[^<\s]", body)]


HELD = ["2018-10-29", "2021-03-12", "2025-04-19", "2025-11-20", "2026-02-27"]


@pytest.fixture(scope="session")
def held(shared):
    def read(day):
        path = shared / "lists" / "un" / f"UN_consolidated_{day}.xml.xz"
        (version,) = open_list(path, ReadOptions())
        return version, lzma.decompress(path.read_bytes()).decode("utf-8", errors="replace")

    return read


@pytest.mark.parametrize("day", HELD)
def test_every_held_file_yields_what_stands_in_its_bytes(held, day):
    version, text = held(day)
    of = version.listings
    assert (version.header.list_date, version.header.generated[:10]) == (day, day)
    assert len(of) == len(re.findall(r"<(?:INDIVIDUAL|ENTITY)>", text))
    kinds = Counter(name.kind for listing in of for name in listing.names)
    assert kinds["script"] == len(values("NAME_ORIGINAL_SCRIPT", text))
    assert kinds["alias"] + kinds["former"] == len(values("ALIAS_NAME", text))
    assert not any(listing.wallets or listing.cut for listing in of)
    numbers = [number.number for listing in of for number in listing.identifiers]
    assert sorted(numbers) == sorted(values("NUMBER", text))
    amended = [day for listing in of for day in listing.amended_on]
    updated = blocks_of(text, "LAST_DAY_UPDATED")
    assert len(amended) == sum(len(values("VALUE", block)) for block in updated)
    nationalities = [v for b in blocks_of(text, "NATIONALITY") for v in values("VALUE", b)]
    countries = [country.as_written for listing in of for country in listing.countries]
    assert countries == [value for value in nationalities if value != "na"]
    assert [listing.remarks for listing in of if listing.remarks] == values("COMMENTS1", text)


@pytest.mark.parametrize("day", HELD)
def test_every_held_place_and_birth_is_read_or_told(held, day):
    version, text = held(day)
    places = Counter(place.role for one in version.listings for place in one.addresses)
    aliases = blocks_of(text, "INDIVIDUAL_ALIAS")
    born = [block for block in aliases if values("(?:CITY|COUNTRY)_OF_BIRTH", block)]
    assert places["address"] == len(blocks_of(text, "INDIVIDUAL_ADDRESS", "ENTITY_ADDRESS"))
    assert places["birth"] == len(blocks_of(text, "INDIVIDUAL_PLACE_OF_BIRTH")) + len(born)
    dated = [
        (person, block)
        for person in re.findall(r"<INDIVIDUAL>(.*?)</INDIVIDUAL>", text, re.DOTALL)
        for block in [
            *re.findall(r"<INDIVIDUAL_DATE_OF_BIRTH>(.*?)</INDIVIDUAL_DATE", person, re.DOTALL),
            *re.findall(r"<DATE_OF_BIRTH>[^<]*</DATE_OF_BIRTH>", person),
        ]
        if re.search(r"\d{4}|old", block)
    ]
    told = sum("date of birth is not read" in problem.message for problem in version.problems)
    other = sum(
        detail.kind == "birth date (islamic)" for one in version.listings for detail in one.details
    )
    distinct = {
        (person, frozenset(re.findall(r"\d{4}(?:-\d\d-\d\d)?|Approx|APPROX|[A-Z][a-z]{2}", block)))
        for person, block in dated
    }
    births = sum(len(one.births) for one in version.listings)
    assert len(distinct) == births + told + other
    assert {re.sub(r":.*", "", problem.message) for problem in version.problems} <= {
        "date of birth is not read",
        "document has no number",
    }


def test_the_held_damaged_file_loads_whole_and_differs_from_its_neighbour_only_where_it_says(held):
    damaged, text = held("2025-08-16")
    assert len(damaged.listings) == text.count("<DATAID>") == 684 + 195
    assert len({listing.listing_id for listing in damaged.listings}) == 879
    scripts = [name.text for one in damaged.listings for name in one.names if name.kind == "script"]
    assert scripts == ["JAMAAH ANSHARUT DAULAH"]
    left_out = Counter(
        problem.message.partition(" ")[0]
        for problem in damaged.problems
        if problem.message.endswith("it was left out")
    )
    written = text.count("<NAME_ORIGINAL_SCRIPT>")
    assert left_out["NAME_ORIGINAL_SCRIPT"] == written - 1 == 379
    aliases = [n for one in damaged.listings for n in one.names if n.kind in ("alias", "former")]
    assert len(aliases) + left_out["alias"] == len(re.findall(r"<ALIAS_NAME>\s*[^<\s]", text))


def facts_of(listing):
    """What a party's texts say, under the names by which an entry calls them cut."""
    names = listing.names
    return {
        "name": [name for name in names if name.kind == "primary"],
        "script name": [name for name in names if name.kind == "script"],
        "alias": [n for n in names if n.kind in ("alias", "former") and n.quality != "weak"],
        "weak alias": [name for name in names if name.quality == "weak"],
        "remark": listing.remarks,
        "address": [place for place in listing.addresses if place.role == "address"],
        "birth place": [place for place in listing.addresses if place.role == "birth"],
        "detail": listing.details,
        "identifier": listing.identifiers,
        "birth": listing.births,
        "relation": listing.relations,
    }


def test_no_amendment_is_read_out_of_the_damage(held):
    before, damaged, after = (
        {listing.listing_id: facts_of(listing) for listing in held(day)[0].listings}
        for day in ("2025-04-19", "2025-08-16", "2025-11-20")
    )
    cut = {listing.listing_id: listing.cut for listing in held("2025-08-16")[0].listings}
    compared = 0
    for party in before.keys() & damaged.keys() & after.keys():
        for fact, said in before[party].items():
            if said == after[party][fact] and fact not in cut[party]:
                assert damaged[party][fact] == said, (party, fact)
                compared += 1
    assert compared > 8000


def test_months_of_the_held_archive_are_versions_of_one_list(shared, tmp_path):
    archive = shared / "lists" / "un" / "UN_consolidated_history_2021-2025_monthly.tar.xz"
    with tarfile.open(archive) as members:
        chosen = [member for member in members if member.isreg()][::9]
        for member in chosen:
            members.extract(member, tmp_path, filter="data")
    for member in chosen:
        (version,) = open_list(tmp_path / member.name)
        assert version.header.list_date in member.name
        text = (tmp_path / member.name).read_text("utf-8")
        assert len(version.listings) == text.count("<DATAID>")
        names = sum(len(one.names) for one in version.listings)
        assert names == len(version.listings) + sum(
            len(values(tag, text)) for tag in ("NAME_ORIGINAL_SCRIPT", "ALIAS_NAME")
        )
