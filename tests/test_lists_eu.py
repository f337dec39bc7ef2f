"""The EU list in its four layouts: the promises, the traps, and the whole held files."""

import contextlib
import csv
import gzip
import io
import lzma
import random
import re
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict

import pytest

from sanctrail.errors import SanctrailError, UnreadableFile
from sanctrail.lists.formats import open_list
from sanctrail.lists.records import Address, Birth, Country, Detail, Identifier, LegalAct, Name

REAL = "lists/eu/xmlFullSanctionsList_1_1_2021-03-02.xml.xz"
REBUILT = "lists/eu/xmlFullSanctionsList_1_1_RECONSTRUCTED_2026-05-01.xml.gz"
WHOLE = "lists/eu/global_old_format_2016.xml.xz"
MANGLED = "lists/eu/csv_1_0_sample_2018-07-04_mangled.csv.gz"

NAME = '<nameAlias wholeName="Ri Won Ho" firstName="" nameLanguage="" strong="true"/>'
ENTITY = """<sanctionEntity euReferenceNumber="EU.1.1" logicalId="11" {attributes}>
<regulation regulationType="amendment" publicationDate="2017-08-31" entryIntoForceDate="2017-09-01"
  numberTitle="2017/1509 (OJ L224)" programme="PRK"/>
<subjectType code="{code}" classificationCode="{code}"/>{inside}</sanctionEntity>"""


def entity(inside=NAME, *, attributes="", code="person"):
    return ENTITY.format(inside=inside, attributes=attributes, code=code)


def export(*entities):
    return (
        '<?xml version="1.0"?><export xmlns="http://eu.europa.ec/fpi/fsd/export" '
        f'generationDate="2024-02-06T16:28:05.354+01:00">{"".join(entities)}</export>'
    )


@pytest.fixture
def load(tmp_path):
    def read(content, name="list.xml"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (version,) = open_list(path)
        return version

    return read


@pytest.fixture
def one(load):
    def read(inside, **more):
        version = load(export(entity(inside, **more)))
        return version.listings[0], [problem.message for problem in version.problems]

    return read


def test_an_entity_is_read_with_its_header_id_and_programme(load):
    version = load(export(entity()))
    header, (listing,) = version.header, version.listings
    assert (header.list_id, header.form, header.list_date) == ("eu", "eu-xml", "2024-02-06")
    assert header.generated == "2024-02-06T16:28:05.354+01:00"
    assert (listing.listing_id, listing.reference, listing.kind) == (
        "eu:EU.1.1",
        "EU.1.1",
        "person",
    )
    assert listing.programmes == ("PRK",)
    assert Detail("logical id", "11") in listing.details
    assert listing.names == (Name("Ri Won Ho", "primary", "strong", "Latn"),)
    assert listing.acts == (LegalAct("2017/1509 (OJ L224)", "2017-08-31", "amendment"),)
    assert (listing.listed_on, listing.listed_basis) == ("2017-08-31", "at the latest")
    assert version.problems == ()


def test_the_first_name_in_english_or_no_language_is_the_primary_one(one):
    listing, _ = one(
        '<nameAlias wholeName="РИ Вон Хо" nameLanguage="" strong="true"/>'
        '<nameAlias wholeName="Ri Wonho" nameLanguage="FR" strong="true"/>'
        '<nameAlias firstName="Won" middleName="Ho" lastName="RI" wholeName="Won Ho RI"'
        ' nameLanguage="EN" strong="false" gender="M" title="Mr" function="Officer"/>'
    )
    assert [(name.text, name.kind, name.quality) for name in listing.names] == [
        ("РИ Вон Хо", "script", "strong"),
        ("Ri Wonho", "alias", "strong"),
        ("Won Ho RI", "primary", "weak"),
    ]
    assert listing.names[2].parts == (("first", "Won"), ("middle", "Ho"), ("last", "RI"))
    assert listing.gender == "male"
    assert {Detail("title", "Mr"), Detail("position", "Officer")} <= set(listing.details)


def test_a_remark_that_calls_a_name_weak_or_former_is_heard(one):
    listing, _ = one(
        NAME
        + '<nameAlias wholeName="Ho"><remark>Low quality a.k.a.</remark></nameAlias>'
        + '<nameAlias wholeName="Old Ho"><remark>formerly known as</remark></nameAlias>'
    )
    assert [(name.kind, name.quality) for name in listing.names[1:]] == [
        ("alias", "weak"),
        ("former", ""),
    ]


def test_designation_beats_acts_and_amendments_are_the_later_ones(one):
    summary = '<regulationSummary regulationType="{}" publicationDate="{}" numberTitle="{}"/>'
    listing, _ = one(
        f'<nameAlias wholeName="A">{summary.format("regulation", "2007-04-20", "329/2007")}'
        f'</nameAlias><citizenship countryIso2Code="KP" countryDescription="NORTH KOREA">'
        f"{summary.format('amendment', '2019-01-02', '2019/1')}</citizenship>",
        attributes='designationDate="2006-12-23" unitedNationId="KPi.001 KPi.002"',
    )
    assert (listing.listed_on, listing.listed_basis) == ("2006-12-23", "")
    assert LegalAct("329/2007", "2007-04-20", "listing") in listing.acts
    assert listing.amended_on == ("2017-08-31", "2019-01-02")
    assert listing.countries == (Country("citizenship", "kp", "NORTH KOREA"),)
    assert [i.number for i in listing.identifiers if i.kind == "UN reference"] == [
        "KPi.001",
        "KPi.002",
    ]


@pytest.mark.parametrize(
    ("attributes", "birth"),
    [
        ('birthdate="1964-02-29" year="1964"', Birth("1964-02-29", "1964-02-29", "day")),
        ('year="1964" circa="true"', Birth("1964-01-01", "1964-12-31", "year", circa=True)),
        ('year="1964" monthOfYear="2"', Birth("1964-02-01", "1964-02-29", "month")),
        (
            'year="1964" monthOfYear="2" dayOfMonth="3"',
            Birth("1964-02-03", "1964-02-03", "day"),
        ),
        (
            'yearRangeFrom="1958" yearRangeTo="1963"',
            Birth("1958-01-01", "1963-12-31", "range"),
        ),
    ],
)
def test_a_birth_is_as_exact_as_the_list_makes_it(one, attributes, birth):
    listing, problems = one(NAME + f'<birthdate calendarType="GREGORIAN" {attributes}/>')
    assert listing.births == (birth,)
    assert problems == []


def test_another_calendar_is_never_taken_for_ours(one):
    listing, problems = one(
        NAME + '<birthdate calendarType="ISLAMIC" birthdate="1982-04-19" year="1402"'
        ' monthOfYear="6" dayOfMonth="24" city="Ghazni" countryIso2Code="AF"/>'
    )
    assert listing.births == ()
    assert Detail("birth date (islamic)", "1402-06-24 (1982-04-19)") in listing.details
    assert listing.addresses == (Address("birth", "Ghazni", "af", "AF", city="Ghazni"),)
    assert problems == []


@pytest.mark.parametrize(
    "attributes", ['yearRangeTo="1980"', 'year="1964" monthOfYear="13"', 'birthdate="soon"']
)
def test_a_birth_that_cannot_be_read_is_told_and_kept_as_text(one, attributes):
    listing, problems = one(NAME + f'<birthdate calendarType="GREGORIAN" {attributes}/>')
    assert listing.births == ()
    assert "date of birth is not read" in problems[0]
    assert any(detail.kind == "birth date" for detail in listing.details)


def test_documents_keep_type_issuer_and_what_is_wrong_with_them(one):
    listing, problems = one(
        NAME + '<identification identificationTypeCode="passport" number="563" knownFalse="true"'
        ' knownExpired="true" countryIso2Code="KP" issueDate="2009-07-23">'
        "<remark>diplomatic mission</remark></identification>"
        '<identification identificationTypeCode="taxid" number="" latinNumber="77"'
        ' identificationTypeDescription="Tax number" countryIso2Code="00"/>'
        '<identification identificationTypeCode="swiftbic" number="DCBK" countryIso2Code="00"/>'
        '<identification identificationTypeCode="id" number="-" countryIso2Code="00"/>'
    )
    assert listing.identifiers == (
        Identifier("National passport (known false) (known expired)", "563", "kp"),
        Identifier("Tax number", "77"),
        Identifier("SWIFT/BIC", "DCBK"),
    )
    assert Detail("identification remark", "diplomatic mission") in listing.details
    assert Detail("identification", "National passport / 563: issue date 2009-07-23") in (
        listing.details
    )
    assert problems == ["document has no number: National identification card"]


@pytest.mark.parametrize(
    ("number", "kind", "identifier", "wrong"),
    [
        ("IMO 8514306", "vessel", Identifier("IMO", "8514306"), 0),
        ("5342883", "entity", Identifier("IMO company", "5342883"), 0),
        ("8514307", "vessel", Identifier("IMO", "8514307"), 1),
    ],
)
def test_an_imo_number_makes_an_enterprise_a_vessel_unless_it_is_a_company_s(
    one, number, kind, identifier, wrong
):
    listing, problems = one(
        NAME + f'<identification identificationTypeCode="imo" number="{number}"/>',
        code="enterprise",
    )
    assert (listing.kind, listing.identifiers, len(problems)) == (kind, (identifier,), wrong)


def test_an_address_keeps_its_parts_contacts_and_remarks(one):
    listing, _ = one(
        NAME + '<address street="Rakwon-dong" poBox="7" city="Pyongyang" zipCode="12"'
        ' countryIso2Code="KP" countryDescription="KOREA" asAtListingTime="true">'
        '<remark>former location</remark><contactInfo key="EMAIL" value="a@b.kp"/></address>'
        '<address countryIso2Code="00" countryDescription="UNKNOWN" city=""/>'
    )
    assert listing.addresses == (
        Address(
            "address",
            "Rakwon-dong, P.O. Box 7, Pyongyang, 12",
            "kp",
            "KOREA",
            city="Pyongyang",
            postal_code="12",
        ),
    )
    kinds = {detail.kind for detail in listing.details}
    assert {"email", "address remark", "address at listing time"} <= kinds


def test_shared_and_missing_references_get_ids_of_their_own_and_are_told(load):
    nameless = entity().replace('euReferenceNumber="EU.1.1" logicalId="11"', 'logicalId="12"')
    version = load(export(entity(), entity(), entity(), nameless))
    assert [listing.listing_id for listing in version.listings] == [
        "eu:EU.1.1",
        "eu:L11",
        "eu:L11-PRK",
        "eu:L12",
    ]
    assert len(version.problems) == 3


def test_a_delisting_day_counts_from_that_day_on(one):
    past, _ = one(NAME, attributes='delistingDate="2024-01-01"')
    coming, _ = one(NAME, attributes='delistingDate="2030-01-01"')
    assert (past.delisted, past.delisted_on) == (True, "2024-01-01")
    assert (coming.delisted, coming.delisted_on) == (False, "2030-01-01")


def test_what_the_schema_does_not_have_is_told_once(load):
    strange = entity(NAME + '<wallet/><nameAlias wholeName="B" nickName="x"/>')
    version = load(export(strange, strange.replace("EU.1.1", "EU.1.2")))
    told = [problem.message for problem in version.problems]
    assert len([text for text in told if "<wallet>" in text]) == 1
    assert len([text for text in told if "nickName" in text]) == 1


def test_the_retired_layout_is_read(load):
    version = load(
        '<WHOLE Date="11/02/2016"><ENTITY Id="525" Type="P" legal_basis="36/2011 (OJ L14)"'
        ' reg_date="2011-01-19" programme="TAQA" remark="(Date of UN designation: 2010-07-25)">'
        '<NAME Id="1" legal_basis="881/2002" reg_date="2002-05-29"><WHOLENAME>Ali</WHOLENAME>'
        "<LANGUAGE/></NAME><BIRTH><DATE>1958 - 1963 (approximative)</DATE><PLACE>Sana</PLACE>"
        "<COUNTRY>YEM</COUNTRY></BIRTH><CITIZEN><COUNTRY>YEM</COUNTRY></CITIZEN><PASSPORT>"
        "<NUMBER>D 1 (passport-National passport) [known to be expired](afghan)</NUMBER>"
        "<COUNTRY>AFG</COUNTRY></PASSPORT><ADDRESS><CITY>Sana</CITY><COUNTRY/>"
        "<OTHER>PHONE[587] (former)</OTHER></ADDRESS></ENTITY></WHOLE>"
    )
    (listing,) = version.listings
    assert (version.header.list_id, version.header.list_date) == ("eu-whole", "2016-02-11")
    assert (listing.listing_id, listing.listed_on) == ("eu:L525", "2010-07-25")
    assert listing.births == (Birth("1958-01-01", "1963-12-31", "range", circa=True),)
    assert listing.identifiers == (Identifier("National passport (known expired)", "D 1", "af"),)
    assert listing.countries == (Country("citizenship", "ye", "YEM"),)
    assert {Detail("phone", "587"), Detail("address remark", "(former)")} <= set(listing.details)
    assert version.problems == ()


CSV_11 = {
    "entity": "LogicalId EU_ReferenceNumber UnitedNationId DesignationDate DesignationDetails "
    "Remark SubjectType SubjectType_ClassificationCode Regulation_Type "
    "Regulation_OrganisationType Regulation_PublicationDate Regulation_EntryIntoForceDate "
    "Regulation_NumberTitle Regulation_Programme Regulation_PublicationUrl",
    "NameAlias": "LastName FirstName MiddleName WholeName NameLanguage Gender Title Function",
    "Address": "City Street PoBox ZipCode Region Place AsAtListingTime ContactInfo "
    "CountryIso2Code CountryDescription",
    "BirthDate": "BirthDate Day Month Year YearRangeFrom YearRangeTo Circa CalendarType ZipCode "
    "Region Place City CountryIso2Code CountryDescription",
    "Identification": "Number Diplomatic KnownExpired KnownFalse ReportedLost RevokedByIssuer "
    "IssuedBy IssuedDate ValidFrom ValidTo LatinNumber NameOnDocument TypeCode TypeDescription "
    "Region CountryIso2Code CountryDescription",
    "Citizenship": "Region CountryIso2Code CountryDescription",
}
COMMON = (
    "LogicalId RegulationLanguage Remark Regulation_Type Regulation_OrganisationType "
    "Regulation_PublicationDate Regulation_EntryIntoForceDate Regulation_NumberTitle "
    "Regulation_Programme Regulation_PublicationUrl"
)


def header_11():
    columns = ["fileGenerationDate"] + [f"Entity_{c}" for c in CSV_11["entity"].split()]
    for group, own in list(CSV_11.items())[1:]:
        columns += [f"{group}_{c}" for c in [*own.split(), *COMMON.split()]]
    return columns


def as_csv(columns, rows):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


TAGS = {
    "nameAlias": "NameAlias",
    "address": "Address",
    "birthdate": "BirthDate",
    "identification": "Identification",
    "citizenship": "Citizenship",
}
RENAMED = {
    "dayOfMonth": "Day",
    "monthOfYear": "Month",
    "issueDate": "IssuedDate",
    "identificationTypeCode": "TypeCode",
    "identificationTypeDescription": "TypeDescription",
}


def rows_from_xml(entities):
    """Write the facts of real entities as the CSV does: one child a row, the entity on each."""
    for element in entities:
        own = {f"Entity_{k[0].upper() + k[1:]}": v for k, v in element.attrib.items()}
        regulation = element.find("{*}regulation")
        shared = {
            "fileGenerationDate": "02/03/2021",
            **own,
            "Entity_EU_ReferenceNumber": element.get("euReferenceNumber"),
            "Entity_UnitedNationId": element.get("unitedNationId"),
            "Entity_SubjectType": element.find("{*}subjectType").get("classificationCode"),
            "Entity_SubjectType_ClassificationCode": element.find("{*}subjectType").get("code"),
            "Entity_Regulation_PublicationDate": regulation.get("publicationDate"),
            "Entity_Regulation_NumberTitle": regulation.get("numberTitle"),
            "Entity_Regulation_Type": regulation.get("regulationType"),
            "Entity_Regulation_Programme": regulation.get("programme"),
        }
        for child in element:
            group = TAGS.get(child.tag.rpartition("}")[2])
            if group:
                facts = {
                    f"{group}_{RENAMED.get(k, k[0].upper() + k[1:])}": v
                    for k, v in child.attrib.items()
                    if v not in ("false", "00", "UNKNOWN")
                }
                act = child.find("{*}regulationSummary")
                facts[f"{group}_Regulation_PublicationDate"] = act.get("publicationDate")
                facts[f"{group}_Regulation_NumberTitle"] = act.get("numberTitle")
                facts[f"{group}_Regulation_Type"] = act.get("regulationType")
                yield {**shared, **facts}


def test_the_csv_of_today_says_what_the_xml_says(load, shared):
    """Names, births, places, documents, acts and dates of 300 real entities, in both layouts."""
    root = ET.fromstring(lzma.decompress((shared / REAL).read_bytes()))
    entities = list(root)[:300]
    version = load(as_csv(header_11(), rows_from_xml(entities)), "eu.csv")
    whole = {one.listing_id: one for one in open_list(shared / REAL)[0].listings[:300]}
    assert version.header.form == "eu-csv"
    assert version.header.list_date == "2021-03-02"
    assert len(version.listings) == len({element.get("logicalId") for element in entities})
    twice = Counter(element.get("euReferenceNumber") for element in entities)
    for listing in (one for one in version.listings if twice[one.reference] == 1):
        twin = whole[listing.listing_id]
        assert [n.text for n in listing.names] == [n.text for n in twin.names]
        assert set(listing.births) == set(twin.births)
        assert set(listing.identifiers) == set(twin.identifiers)
        assert set(listing.addresses) == set(twin.addresses)
        assert set(listing.acts) == set(twin.acts)
        assert (listing.listed_on, listing.listed_basis, listing.kind, listing.gender) == (
            twin.listed_on,
            twin.listed_basis,
            twin.kind,
            twin.gender,
        )


HEADER_10 = (
    "Date_file;Entity_logical_id;Subject_type;Leba_numtitle;Leba_publication_date;Leba_url;"
    "Programme;Entity_remark;Naal_logical_id;Entity_logical_id;Naal_leba_numtitle;"
    "Naal_leba_publication_date;Naal_leba_url;Naal_programme;Naal_lastname;Naal_firstname;"
    "Naal_middlename;Naal_wholename;Naal_gender;Naal_title;Naal_function;Naal_language;"
    "Addr_logical_id;Entity_logical_id;Addr_leba_numtitle;Addr_leba_publication_date;"
    "Addr_leba_url;Addr_programme;Addr_number;Addr_street;Addr_zipcode;Addr_city;Addr_country;"
    "Addr_other;Birt_logical_id;Entity_logical_id;Birt_leba_numtitle;Birt_leba_publication_date;"
    "Birt_leba_url;Birt_programme;Birt_date;Birt_place;Birt_country;Iden_logical_id;"
    "Entity_logical_id;Iden_leba_numtitle;Iden_leba_publication_date;Iden_leba_url;"
    "Iden_programme;Iden_number;Iden_country;Citi_logical_id;Entity_logical_id;"
    "Citi_leba_numtitle;Citi_leba_publication_date;Citi_leba_url;Citi_programme;Citi_country;"
    "EU_ref_num"
)


def csv_10(*rows, end="\n"):
    width = HEADER_10.count(";") + 1
    lines = [HEADER_10]
    for row in rows:
        cells = [""] * width
        cells[:8] = ["04/07/2018", "1", "P", "2018/223 (OJ L43)", "2018-02-16", "", "ZWE", ""]
        for at, value in row.items():
            cells[at] = value
        lines.append(";".join(cells))
    return "\n".join(lines) + end


NAMED = {8: "1", 10: "898/2005", 11: "2005-06-16", 17: "Robert Mugabe", 18: "M", 58: "EU.36.64"}


def test_the_csv_before_is_read_with_its_repeated_columns(load):
    version = load(
        csv_10(
            NAMED,
            {7: "(Date of UN designation: 2002-02-21)\\n(x)", **NAMED},
            {34: "5", 40: "1924 (approximative)", 41: "Kutama", 42: "ZWE", 58: "EU.36.64"},
            {43: "6", 49: "AD1 (passport-National passport) (note)", 58: "EU.36.64"},
            {51: "7", 57: "ZWE", 58: "EU.36.64"},
        ),
        "eu.csv",
    )
    (listing,) = version.listings
    assert (listing.listing_id, version.header.list_date) == ("eu:EU.36.64", "2018-07-04")
    assert [name.text for name in listing.names] == ["Robert Mugabe"]
    assert listing.births == (Birth("1924-01-01", "1924-12-31", "year", circa=True),)
    assert listing.identifiers == (Identifier("National passport", "AD1"),)
    assert listing.countries == (Country("citizenship", "zw", "ZWE"),)
    assert listing.remarks == "(Date of UN designation: 2002-02-21) (x)"
    assert version.problems == ()


def test_a_csv_that_breaks_off_is_told(load):
    version = load(csv_10(NAMED, end=""), "eu.csv")
    assert "the last line has no end" in version.problems[0].message
    cut = csv_10(NAMED, {**NAMED, 8: "2", 17: "Bob"})[:-30]
    messages = [problem.message for problem in load(cut, "cut.csv").problems]
    assert any("breaks off after" in message for message in messages)


def test_a_row_without_entity_or_with_too_many_cells_is_told(load):
    long = csv_10(NAMED, NAMED)[:-1] + ";more\n"
    version = load(long.replace("04/07/2018;1;P", "04/07/2018;1;P", 1), "eu.csv")
    assert any("it was left out" in problem.message for problem in version.problems)
    version = load(csv_10(NAMED, {**NAMED, 1: ""}), "eu2.csv")
    assert any("belongs to no party" in problem.message for problem in version.problems)


def test_a_csv_that_a_spreadsheet_re_saved_is_refused(load, shared):
    with pytest.raises(UnreadableFile, match="re-saved by a spreadsheet"):
        open_list(shared / MANGLED)
    with pytest.raises(UnreadableFile, match="not parted by semicolons"):
        load(csv_10(NAMED).replace(";", ","), "eu.csv")


def test_damaged_bytes_never_end_in_a_raw_exception(load):
    wild = random.Random(7)
    samples = [
        export(entity(NAME + '<birthdate year="1964"/>')).encode(),
        csv_10(NAMED, NAMED).encode(),
        as_csv(header_11(), [{"Entity_LogicalId": "1", "Entity_SubjectType": "P"}]),
    ]
    for number in range(240):
        data = bytearray(samples[number % 3])
        for _ in range(wild.randrange(1, 6)):
            data[wild.randrange(len(data))] = wild.randrange(256)
        with contextlib.suppress(SanctrailError):
            load(bytes(data[: wild.randrange(1, len(data) + 1)]), f"wild-{number}.csv")


@pytest.mark.parametrize("name", [REAL, REBUILT])
def test_nothing_of_a_held_file_is_lost(shared, name):
    (version,) = open_list(shared / name)
    unpacked = lzma.decompress if name.endswith(".xz") else gzip.decompress
    raw = unpacked((shared / name).read_bytes()).decode()
    listings, problems = version.listings, [problem.message for problem in version.problems]
    assert len(listings) == raw.count("<sanctionEntity ")
    assert sum(len(one.names) for one in listings) == raw.count("<nameAlias ")
    assert sum(len(one.wallets) for one in listings) == 0
    assert len({one.listing_id for one in listings}) == len(listings)
    assert all(one.listed_on for one in listings)
    assert Counter(p for one in listings for p in one.programmes) == Counter(
        re.findall(r' programme="([^"]+)"', raw)
    )
    blocks = re.findall(r"<sanctionEntity .*?</sanctionEntity>", raw, re.DOTALL)
    _same_births(listings, blocks, problems)
    _same_countries_and_documents(listings, blocks, problems)


def _attribute(tag, key):
    match = re.search(rf' {key}="([^"]*)"', tag)
    return match[1] if match else ""


def _same_births(listings, blocks, problems):
    unread = 0
    for listing, block in zip(listings, blocks, strict=True):
        dates = set()
        for tag in re.findall(r"<birthdate [^>]*>", block):
            keys = ("birthdate", "year", "monthOfYear", "yearRangeFrom", "yearRangeTo", "circa")
            said = tuple(_attribute(tag, key) for key in keys)
            if 'calendarType="GREGORIAN"' in tag and any(said[:5]):
                if said[4] and not said[3]:
                    unread += 1
                else:
                    dates.add((said[0],) if said[0] else said[1:5])
        circa = {(b.earliest, b.latest) for b in listing.births}
        assert len(circa) == len(dates), listing.element
    assert unread == sum("date of birth is not read" in problem for problem in problems)


def _same_countries_and_documents(listings, blocks, problems):
    lost = sum("document has no number" in problem for problem in problems)
    for listing, block in zip(listings, blocks, strict=True):
        citizens = {
            _attribute(tag, "countryIso2Code") for tag in re.findall(r"<citizenship [^>]*>", block)
        } - {"00"}
        # A state that is no more has four letters: CS is csxx.
        assert {c.code[:2] for c in listing.countries} == {c.lower() for c in citizens}
        numbers = {
            " ".join(_attribute(tag, "number").replace("&amp;", "&").split())
            for tag in re.findall(r"<identification [^>]*>", block)
        } - {"", "-"}
        found = {i.number for i in listing.identifiers if i.kind != "UN reference"}
        assert len(found) == len(numbers), listing.element
    empty = sum(len(re.findall(r'<identification [^>]* number="-?"', block)) for block in blocks)
    assert lost == empty


def test_nothing_of_the_retired_file_is_lost(shared):
    (version,) = open_list(shared / WHOLE)
    root = ET.fromstring(lzma.decompress((shared / WHOLE).read_bytes()))
    assert len(version.listings) == len(root) == 595
    assert sum(len(one.names) for one in version.listings) == len(root.findall(".//NAME"))
    by_id = {one.reference: one for one in version.listings}
    lost = 0
    for element in root:
        listing = by_id[element.get("Id")]
        dates = {one.findtext("DATE") for one in element.findall("BIRTH")} - {"", None}
        numbers = defaultdict(int)
        for one in element.findall("PASSPORT"):
            numbers[re.sub(r"\s*\([a-z]+-.*", "", one.findtext("NUMBER"), flags=re.DOTALL)] += 1
        lost += numbers.pop("UNKNOWN", 0)
        assert len(listing.births) == len(dates)
        assert {one.number for one in listing.identifiers} == set(numbers)
    assert lost == len(version.problems) == 1
