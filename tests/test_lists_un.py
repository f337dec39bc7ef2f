"""The UN consolidated list: both styles of its platform, its traps, and the whole real file."""

import lzma
import re

import pytest

from sanctrail.errors import SanctrailError, UnreadableFile, UnsafeFile
from sanctrail.lists import Birth, Country, Identifier, Name, open_list
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
    def read(text):
        path = tmp_path / "consolidated.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        (version,) = open_list(path)
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
    assert listing.names == (Name("RI WON HO", "primary", "strong", "Latn"),)
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
    assert listing.names[1] == Name("CHONGSONG", "former", "strong", "Latn")
    assert [(c.role, c.code) for c in listing.countries] == [("address", "kp")]


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
    "another root": (UnreadableFile, "<?xml version='1.0'?><sdnList/>", "<sdnList>"),
    "empty": (UnreadableFile, "", "empty"),
    "words": (UnreadableFile, "hello", "neither XML nor an extract"),
    "no listings": (UnreadableFile, document(""), "no listing"),
    "truncated": (UnreadableFile, GOOD[: len(GOOD) // 2], "breaks off"),
    "truncated at the end": (UnreadableFile, GOOD[:-8], "breaks off"),
    "control byte": (UnreadableFile, GOOD.replace("DPRK", "D\x19"), "damaged"),
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
    unread = [b for b in only_notes if not re.search(r">\s*(\d\d? )?[A-Z]\w+\.? \d{4}\s*<", b)]
    assert len(births) == len(unread) == 3


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
