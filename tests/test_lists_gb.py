"""The UK's lists: today's XML, the search export, the closed OFSI list, wallets in text."""

import contextlib
import csv
import gzip
import io
import random
import re
import zipfile
from collections import defaultdict
from datetime import date

import pytest

from sanctrail.errors import Problem, SanctrailError, UnreadableFile, UnsafeFile
from sanctrail.ground.ods import is_ods, read_ods
from sanctrail.ground.sheets import Sheet
from sanctrail.lists.formats import open_list
from sanctrail.lists.gb import uk_ods
from sanctrail.lists.gb.uk_terms import numbered
from sanctrail.lists.reading.imo import imo_identifier
from sanctrail.lists.reading.text_wallets import wallets_in
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    ListHeader,
    Measure,
    Name,
    Relation,
    Wallet,
)

XML = "lists/uk/UK_Sanctions_List_RECONSTRUCTED_2026-08-22.xml.gz"
ODS = "lists/uk/FCDO_SL_search_export_2025-08-11.ods"
OFSI = "lists/uk/OFSI_ConList_2018.csv.gz"

NAMES = "<Names><Name><Name6>PETREL 8</Name6><NameType>Primary name</NameType></Name></Names>"
HEAD = """<LastUpdated>18/12/2021</LastUpdated><DateDesignated>03/10/2017</DateDesignated>
<UniqueID>DPR0075</UniqueID>"""


def designations(body, generated="<DateGenerated>20/08/2026</DateGenerated>"):
    return f"<Designations>{generated}{body}</Designations>"


def designation(inside, kind="Individual"):
    said = f"<IndividualEntityShip>{kind}</IndividualEntityShip>"
    return f"<Designation>{HEAD}{said}{inside}</Designation>"


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
    def read(inside, kind="Individual"):
        version = load(designations(designation(inside, kind)))
        return version.listings[0], [problem.message for problem in version.problems]

    return read


def test_a_designation_is_read_with_its_header_and_regime(load):
    version = load(
        designations(
            designation(
                NAMES + "<OFSIGroupID>13556</OFSIGroupID><UNReferenceNumber>KPe.1; KPe.2"
                "</UNReferenceNumber><RegimeName>The DPRK Regulations 2019</RegimeName>"
                "<OtherInformation>A note.</OtherInformation><DesignationSource>UK|UN"
                "</DesignationSource><UKStatementofReasons>\nBecause.\n</UKStatementofReasons>",
                "Ship",
            )
        )
    )
    (listing,) = version.listings
    header = version.header
    assert (header.list_id, header.form, header.list_date) == ("gb", "uk-xml", "2026-08-20")
    assert (listing.listing_id, listing.kind) == ("gb:DPR0075", "vessel")
    assert listing.programmes == ("DPR",)
    assert listing.acts == (LegalAct("The DPRK Regulations 2019"),)
    assert (listing.listed_on, listing.amended_on) == ("2017-10-03", ("2021-12-18",))
    assert listing.identifiers == (
        Identifier("OFSI group id", "13556"),
        Identifier("UN reference", "KPe.1"),
        Identifier("UN reference", "KPe.2"),
    )
    assert listing.remarks == "A note."
    assert Detail("statement of reasons", "Because.") in listing.details
    assert Detail("designation source", "UK|UN") in listing.details
    assert version.problems == ()


def test_names_keep_their_parts_order_type_and_strength(one):
    listing, problems = one(
        "<Names><Name><Name1>Won</Name1><Name2>Ho</Name2><Name6>RI</Name6>"
        "<NameType>Primary Name</NameType></Name><Name><Name6>Ri</Name6><NameType>ALias</NameType>"
        "<AliasStrength>Low quality a.k.a</AliasStrength></Name><Name><Name6>Lee</Name6>"
        "<NameType>Primary Name Variation</NameType><AliasStrength>Good quality a.k.a."
        "</AliasStrength></Name><Name><NameType>Alias</NameType></Name></Names><NonLatinNames>"
        "<NonLatinName><NameNonLatinScript>리원호</NameNonLatinScript><NonLatinScriptLanguage>Korean"
        "</NonLatinScriptLanguage></NonLatinName></NonLatinNames>"
    )
    assert listing.names == (
        Name("Won Ho RI", "primary", "", "Latn", (("1", "Won"), ("2", "Ho"), ("6", "RI"))),
        Name("Ri", "alias", "weak", "Latn", (("6", "Ri"),)),
        Name("Lee", "alias", "strong", "Latn", (("6", "Lee"),)),
        Name("리원호", "script", "", "Hang"),
    )
    assert Detail("non-latin script language", "Korean") in listing.details
    assert problems == ["a name of the type 'Alias' is empty"]


def test_a_person_s_details_are_read(one):
    listing, problems = one(
        NAMES + "<IndividualDetails><Individual><DOBs><DOB>dd/mm/1945</DOB><DOB>dd/11/1973</DOB>"
        "<DOB>04/02/1960</DOB><DOB>unknown</DOB></DOBs><BirthDetails><Location><TownOfBirth>Sinuiju"
        "</TownOfBirth><CountryOfBirth>North Korea</CountryOfBirth></Location></BirthDetails>"
        "<Nationalities><Nationality>North Korea</Nationality></Nationalities><PassportDetails>"
        "<Passport><PassportNumber>381310014</PassportNumber><PassportAdditionalInformation>Expired"
        "</PassportAdditionalInformation></Passport></PassportDetails><NationalIdentifierDetails>"
        "<NationalIdentifier><NationalIdentifierNumber>55130</NationalIdentifierNumber>"
        "</NationalIdentifier></NationalIdentifierDetails><Positions><Position>Head</Position>"
        "</Positions><Genders><Gender>Male</Gender></Genders></Individual></IndividualDetails>"
        "<Titles><Title>Dr</Title></Titles><PhoneNumbers><PhoneNumber>+1</PhoneNumber></PhoneNumbers>"
        "<EmailAddresses><EmailAddress>a@b</EmailAddress></EmailAddresses>"
        "<Websites><Website>x.kp</Website></Websites>"
    )
    assert listing.births == (
        Birth("1945-01-01", "1945-12-31", "year"),
        Birth("1973-11-01", "1973-11-30", "month"),
        Birth("1960-02-04", "1960-02-04", "day"),
    )
    assert problems == ["date of birth 'unknown' is not read"]
    assert listing.addresses == (Address("birth", "Sinuiju", "kp", "North Korea", city="Sinuiju"),)
    assert listing.countries == (Country("nationality", "kp", "North Korea"),)
    assert listing.identifiers == (
        Identifier("passport", "381310014"),
        Identifier("national identifier", "55130"),
    )
    assert listing.gender == "male"
    assert set(listing.details) == {
        Detail("birth date", "unknown"),
        Detail("passport information", "381310014 Expired"),
        Detail("position", "Head"),
        Detail("title", "Dr"),
        Detail("phone number", "+1"),
        Detail("email address", "a@b"),
        Detail("website", "x.kp"),
    }


def test_a_ship_s_details_are_read(one):
    listing, problems = one(
        NAMES + "<ShipDetails><Ship><IMONumbers><IMONumber>IMO9562233</IMONumber><IMONumber>9562234"
        "</IMONumber></IMONumbers><CurrentOwnerOperators><CurrentOwnerOperator>Global United"
        "</CurrentOwnerOperator></CurrentOwnerOperators><PreviousOwnerOperators>"
        "<PreviousOwnerOperator>Old Co</PreviousOwnerOperator></PreviousOwnerOperators>"
        "<CurrentBelievedFlagOfShips><CurrentBelievedFlagOfShip>Comoros</CurrentBelievedFlagOfShip>"
        "</CurrentBelievedFlagOfShips><PreviousFlags><PreviousFlag>India</PreviousFlag>"
        "</PreviousFlags><TypeOfShipDetails><TypeOfShip>Bulk Carrier</TypeOfShip>"
        "</TypeOfShipDetails><TonnageOfShipDetails><TonnageOfShip>7078</TonnageOfShip>"
        "</TonnageOfShipDetails><LengthOfShip>110</LengthOfShip><YearsBuilt><YearBuilt>2011"
        "</YearBuilt></YearsBuilt><HullIdentificationNumbers><HullIdentificationNumber>H1"
        "</HullIdentificationNumber></HullIdentificationNumbers></Ship></ShipDetails>",
        "Ship",
    )
    assert listing.identifiers == (
        Identifier("IMO", "9562233"),
        Identifier("IMO", "9562234"),
        Identifier("hull identification number", "H1"),
    )
    assert problems == ["IMO number 9562234 has a wrong check digit"]
    assert listing.relations == (
        Relation("owned by", "", "Global United", "current owner/operator"),
        Relation("owned by", "", "Old Co", "previous owner/operator", former=True),
    )
    assert listing.countries == (
        Country("flag", "km", "Comoros"),
        Country("former flag", "in", "India"),
    )
    assert {detail.kind for detail in listing.details} == {
        "type of ship",
        "tonnage of ship",
        "length of ship",
        "year built",
    }


def test_an_entity_s_details_addresses_and_unknown_elements_are_read(one):
    listing, _ = one(
        NAMES + "<EntityDetails><Entity><TypeOfEntities><TypeOfEntity>Company</TypeOfEntity>"
        "</TypeOfEntities><BusinessRegistrationNumbers><BusinessRegistrationNumber>77"
        "</BusinessRegistrationNumber></BusinessRegistrationNumbers><ParentCompanies><ParentCompany>"
        "(1) A Ltd (2) B Ltd</ParentCompany></ParentCompanies><Subsidiaries><Subsidiary>C"
        "</Subsidiary></Subsidiaries></Entity></EntityDetails><Addresses><Address><AddressLine1>"
        "1 Road</AddressLine1><AddressLine6>Dubai</AddressLine6><AddressPostalCode>9"
        "</AddressPostalCode><AddressCountry>United Arab Emirates</AddressCountry></Address>"
        "<Address/></Addresses>"
        "<NewElement>new</NewElement>",
        "Entity",
    )
    assert listing.identifiers == (Identifier("business registration number", "77"),)
    assert [(r.kind, r.name) for r in listing.relations] == [
        ("owned by", "A Ltd"),
        ("owned by", "B Ltd"),
        ("owner of", "C"),
    ]
    country = "United Arab Emirates"
    assert listing.addresses == (
        Address("address", "1 Road, Dubai, 9", "ae", country, postal_code="9"),
    )
    assert Detail("new element", "new") in listing.details


def test_measures_come_from_the_text_or_else_from_the_indicators(one):
    said = (
        "<SanctionsImposed>Asset freeze|Travel Ban|Targeted arms embargo|De-flag|Director "
        "Disqualification Sanction</SanctionsImposed>"
    )
    indicators = (
        "<SanctionsImposedIndicators><AssetFreeze>true</AssetFreeze><TravelBan>false</TravelBan>"
        "<CharteringOfShips>true</CharteringOfShips></SanctionsImposedIndicators>"
    )
    assert [measure.kind for measure in one(NAMES + said + indicators)[0].measures] == [
        "asset freeze",
        "travel ban",
        "arms embargo",
        "vessel measure",
        "other",
    ]
    assert one(NAMES + indicators)[0].measures == (
        Measure("asset freeze", "Asset freeze"),
        Measure("vessel measure", "Chartering of ships"),
    )


ETH = "0x175d44451403Edf28469dF03A9280c1197ADb92c"
TRON = "TGJVc32ig2u8tQsYMLE7KXHT5NDQroaVNU"
BTC = "3Q8H2ZWMtc4R1M3mkmhnTjCoYKTeCFigDP"
BECH = "bc1q72ud4m6zf5g37jkhc2ty95zm5vel9ufdxquqpm"


@pytest.mark.parametrize(
    ("text", "wallets"),
    [
        (f"(1) ETH: {ETH} (2) BNB:  {ETH}", [Wallet("ETH", ETH), Wallet("BNB", ETH)]),
        (f"Digital Currency Address: XBT {BTC}", [Wallet("XBT", BTC)]),
        (f"USDT: {TRON}, {TRON}", [Wallet("USDT", TRON), Wallet("USDT", TRON)]),
        (f"the following Tron crypto addresses:\n{TRON}\n", [Wallet("", TRON)]),
        (f"Digital address: {BECH}.", [Wallet("", BECH)]),
        (f"USDT: {TRON}. Also known: {ETH}", [Wallet("USDT", TRON), Wallet("", ETH)]),
        (
            "a" * 64 + " https://www.interpol.int/en/How-we-work/Notices/ViewUNNoticesIndividuals",
            [],
        ),
        (f"transaction 0x{'ab' * 32}", []),
    ],
)
def test_wallets_in_free_text_are_found_in_exact_case(text, wallets):
    assert list(wallets_in(text)) == [(wallet, "") for wallet in wallets]


def test_a_labelled_wallet_whose_checksum_fails_is_kept_and_told(one):
    wrong = TRON[:-1] + "V"
    listing, problems = one(NAMES + f"<OtherInformation>USDT: {wrong}</OtherInformation>")
    assert listing.wallets == (Wallet("USDT", wrong),)
    assert problems == [f"wallet address {wrong} has no checksum that holds"]


def test_a_designation_without_id_or_day_is_told(load):
    body = f"<Designation>{NAMES}<IndividualEntityShip>Robot</IndividualEntityShip></Designation>"
    version = load(designations(body))
    assert re.fullmatch(r"gb:x[0-9a-f]{16}", version.listings[0].listing_id)
    assert len(version.problems) == 3


def test_a_cut_or_foreign_file_is_refused(load):
    whole = designations(designation(NAMES))
    with pytest.raises(UnreadableFile, match="breaks off"):
        load(whole[:-20])
    with pytest.raises(UnreadableFile, match="no listing"):
        load(designations(""))
    with pytest.raises(UnreadableFile, match="of which day"):
        load(designations(designation(NAMES), generated=""))


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1) X 2) Y", ["X", "Y"]),
        ("(1) Somali (2) Swedish", ["Somali", "Swedish"]),
        ("a) General b)Major General", ["General", "Major General"]),
        ("Passport (1) 349054 (2) 3490054", ["Passport 349054", "Passport 3490054"]),
        ("UN resolution 1718 (2006)", ["UN resolution 1718 (2006)"]),
        ("", []),
    ],
)
def test_numbered_cells_are_split(text, items):
    assert numbered(text) == items


def test_an_imo_number_of_a_company_is_told_from_a_ship_s():
    assert imo_identifier("IMO 5342883") == (Identifier("IMO company", "5342883"), "")
    assert imo_identifier("8514306")[0] == Identifier("IMO", "8514306")
    assert imo_identifier("n/a")[1] == "IMO number 'n/a' has not seven digits"


def test_the_real_uk_file_is_read_whole(shared):
    (version,) = open_list(shared / XML)
    raw = gzip.decompress((shared / XML).read_bytes()).decode()
    listings = version.listings
    messages = [problem.message for problem in version.problems]
    assert len(listings) == raw.count("<Designation>") == 6349
    assert [one.reference for one in listings] == re.findall(r"<UniqueID>(.*?)<", raw)
    empty = sum("a name of the type" in message for message in messages)
    names = raw.count("<Name>") + raw.count("<NonLatinName>")
    assert sum(len(one.names) for one in listings) + empty == names
    assert len(messages) == empty + 1
    imposed = re.findall(r"<SanctionsImposed>(.*?)</SanctionsImposed>", raw)
    assert sum(len(one.measures) for one in listings) == sum(
        len({" ".join(part.split()) for part in text.split("|")} - {""}) for text in imposed
    )
    blocks = re.findall(r"<Designation>.*?</Designation>", raw, re.DOTALL)
    for listing, block in zip(listings, blocks, strict=True):
        places = set(re.findall(r"<Address>.*?</Address>", block, re.DOTALL))
        assert len(places) - 2 <= len(listing.addresses) <= len(places)
    assert sum("TAi" in i.number for one in listings for i in one.identifiers) == len(
        re.findall(r"<UNReferenceNumber>TAi", raw)
    )


def test_every_wallet_of_the_real_uk_file_is_found(shared):
    """By an independent look for anything of an address's shape in the whole text."""
    (version,) = open_list(shared / XML)
    raw = gzip.decompress((shared / XML).read_bytes()).decode()
    shapes = r"\b(?:0x[0-9a-fA-F]{40}|bc1[0-9a-z]{20,60}|[13T][1-9A-HJ-NP-Za-km-z]{25,34})\b"
    found = {wallet.address for one in version.listings for wallet in one.wallets}
    assert found == set(re.findall(shapes, raw))
    holders = {one.reference: len(one.wallets) for one in version.listings if one.wallets}
    assert holders == {
        "CTD0004": 10,
        "GHR0174": 4,
        "GHR0190": 2,
        "RUS1421": 3,
        "RUS3602": 3,
        "RUS3605": 1,
    }


COLUMNS = (
    "Unique ID",
    "OFSI Group ID",
    "Name",
    "Regime Name",
    "Type",
    "Designation source",
    "Date Designated",
    "Sanctions Imposed",
)


def test_the_search_export_is_read_row_by_row():
    row = (
        "DPR0075",
        13556.0,
        "PETREL 8",
        "DPRK",
        "Ship",
        "UN",
        "03-10-2017",
        "Asset freeze, De-flag",
    )
    banner = ("UK Sanctions List", *[""] * 7)
    later = ("CYB0001", "", "KIM", "Cyber", "Individual", "UK", date(2020, 7, 31), "-")
    nothing = ("",) * 8
    sheets = (Sheet("List", (banner, COLUMNS, row, later, nothing, ("", *row[1:]))),)
    problems: list[Problem] = []
    assert uk_ods.recognises(sheets)
    header, first, second = uk_ods.read(sheets, "export.ods", problems)
    assert header == ListHeader("gb", "gb", "uk-ods", "")
    assert (first.listing_id, first.kind, first.listed_on) == ("gb:DPR0075", "vessel", "2017-10-03")
    assert first.identifiers == (Identifier("OFSI group id", "13556"),)
    assert [measure.kind for measure in first.measures] == ["asset freeze", "vessel measure"]
    assert (second.listed_on, second.measures) == ("2020-07-31", ())
    assert [problem.message for problem in problems] == ["has no Unique ID; it was left out"]
    assert not uk_ods.recognises((Sheet("List", (row,)),))


def ods(content, mark="application/vnd.oasis.opendocument.spreadsheet"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", mark)
        archive.writestr("content.xml", content)
    return packed.getvalue()


SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def test_an_ods_workbook_is_read_whatever_its_white_space():
    content = f"""<office:document-content {SPACES}>
      <table:table table:name="One">
        <table:table-row>
          <table:table-cell table:number-columns-repeated="2"><text:p>a<text:span>b</text:span>
          </text:p></table:table-cell>
          <table:table-cell office:value-type="float" office:value="5"><text:p>5</text:p>
          </table:table-cell>
          <table:table-cell office:value-type="date" office:date-value="2024-02-06T00:00:00"/>
          <table:table-cell office:value-type="boolean" office:boolean-value="true"/>
          <table:table-cell table:number-columns-repeated="16376"/>
        </table:table-row>
        <table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>
      </table:table></office:document-content>"""
    (sheet,) = read_ods(ods(content), "x.ods")
    assert sheet == Sheet("One", (("ab", "ab", 5.0, date(2024, 2, 6), True),))


def test_a_damaged_or_dangerous_ods_is_refused():
    with pytest.raises(UnreadableFile, match="damaged"):
        read_ods(ods("<a><b></a>"), "x.ods")
    with pytest.raises(UnreadableFile, match="damaged"):
        read_ods(b"PK\x03\x04 no zip", "x.ods")
    with pytest.raises(UnsafeFile, match="DOCTYPE"):
        read_ods(ods('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "x.ods")
    assert is_ods(ods("<a/>"))
    assert not is_ods(ods("<a/>", mark="text/plain"))
    assert not is_ods(b"nothing")


def test_the_real_search_export_is_read_whole(shared):
    data = (shared / ODS).read_bytes()
    raw = zipfile.ZipFile(io.BytesIO(data)).read("content.xml").decode()
    problems: list[Problem] = []
    sheets = read_ods(data, "export.ods")
    listings = list(uk_ods.read(sheets, "export.ods", problems))[1:]
    ids = re.findall(r"<text:p>([A-Z]{3}\d{4})</text:p>", raw)
    assert [one.reference for one in listings] == ids
    nameless = [problem for problem in problems if problem.message == "has no name"]
    assert len(problems) == len(nameless) == 2
    assert sum(len(one.names) for one in listings) == len(ids) - len(nameless)
    freezes = len(re.findall(r"<text:p>[^<]*\bAsset freeze\b[^<]*</text:p>", raw))
    assert sum(m.kind == "asset freeze" for one in listings for m in one.measures) == freezes


OLD = (
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,DOB,Town of Birth,Country of Birth,"
    "Nationality,Passport Details,NI Number,Position,Address 1,Address 2,Address 3,Address 4,"
    "Address 5,Address 6,Post/Zip Code,Country,Other Information,Group Type,Alias Type,Regime,"
    "Listed On,Last Updated,Group ID"
)
NEW = (
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,Name Non-Latin Script,Non-Latin Script Type,"
    "Non-Latin Script Language,DOB,Town of Birth,Country of Birth,Nationality,Passport Number,"
    "Passport Details,National Identification Number,National Identification Details,Position,"
    "Address 1,Address 2,Address 3,Address 4,Address 5,Address 6,Post/Zip Code,Country,"
    "Other Information,Group Type,Alias Type,Alias Quality,Regime,Listed On,"
    "UK Sanctions List Date Designated,Last Updated,Group ID"
)
BASE = {
    "Name 6": "RI",
    "Name 1": "Won",
    "Group Type": "Individual",
    "Alias Type": "Prime Alias",
    "Regime": "North Korea",
    "Listed On": "22/12/2017",
    "Last Updated": "09/01/2018",
    "Group ID": "13562",
}


def conlist(header, *rows, encoding="cp1252"):
    out = io.StringIO()
    columns = header.split(",")
    out.write("Last Updated,13/04/2018" + "," * (len(columns) - 2) + "\n")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def test_the_rows_of_one_group_are_one_party(load):
    version = load(
        conlist(
            OLD,
            {**BASE, "DOB": "00/00/1980", "Nationality": "1) Saudi Arabia 2) Qatar"},
            {**BASE, "DOB": "00/08/1981", "Name 6": "RÍ’", "Alias Type": "AKA"},
            {**BASE, "DOB": "01/08/1979", "Name 6": "ÖLD", "Alias Type": "FKA"},
            {**BASE, "DOB": "01/08/1979", "Name 6": "LÉ", "Alias Type": "FKA"},
        ),
        "ConList.csv",
    )
    (listing,) = version.listings
    header = version.header
    assert (header.list_id, header.form, header.list_date) == ("gb-ofsi", "ofsi-csv", "2018-04-13")
    assert (listing.listing_id, listing.kind) == ("gb:ofsi-13562", "person")
    assert [(name.text, name.kind) for name in listing.names] == [
        ("Won RI", "primary"),
        ("Won RÍ’", "alias"),
        ("Won ÖLD", "former"),
        ("Won LÉ", "former"),
    ]
    assert [birth.precision for birth in listing.births] == ["year", "month", "day"]
    assert [country.code for country in listing.countries] == ["sa", "qa"]
    assert (listing.listed_on, listing.amended_on) == ("2017-12-22", ("2018-01-09",))
    assert listing.programmes == ("North Korea",)
    assert version.problems == ()


def test_numbered_places_documents_and_references_are_taken_apart(load):
    version = load(
        conlist(
            OLD,
            {
                **BASE,
                "Town of Birth": "(1) Tunis (2) Tripoli",
                "Country of Birth": "(1) Tunisia (2) Libya",
                "Passport Details": "Passport No: 592667 (Qatari passport issued in 2007).",
                "NI Number": "(1) 6110125312507 (Pakistan) (2) unknown",
                "Country": "Afghanistan (since 2009)",
                "Other Information": "UN Ref QDe.004. IMO: 8937675. MMSI: 445539000. Linked to "
                "another (TAi.162).",
            },
        ),
        "ConList.csv",
    )
    (listing,) = version.listings
    assert [(a.role, a.text, a.country) for a in listing.addresses] == [
        ("birth", "Tunis", "tn"),
        ("birth", "Tripoli", "ly"),
        ("address", "", "af"),
    ]
    assert set(listing.identifiers) == {
        Identifier("UN reference", "QDe.004"),
        Identifier("IMO", "8937675"),
        Identifier("MMSI", "445539000"),
        Identifier("passport", "592667", "qa"),
        Identifier("national identification", "6110125312507", "pk"),
    }


def test_the_layout_of_36_columns_is_read_as_utf_8(load):
    version = load(
        conlist(
            NEW,
            {
                **BASE,
                "Alias Type": "Primary name",
                "Name Non-Latin Script": "리원호",
                "Passport Number": "(1) 563 (2) D 000933",
                "Passport Details": "(1) - (2) Issued in Kabul",
                "UK Sanctions List Date Designated": "31/12/2020",
                "Other Information": "(UK Sanctions List Ref):GHR0050 and BEL0045 (UN Ref):TAi.130"
                " (UK Statement of Reasons):Because. (Gender):Male (Parent company):A Ltd. "
                "(Phone number):(1) +1 (2) +2",
            },
            {**BASE, "Alias Type": "AKA", "Alias Quality": "Low quality a.k.a", "Name 6": "LI"},
            encoding="utf-8-sig",
        ),
        "ConList.csv",
    )
    (listing,) = version.listings
    assert [(n.text, n.kind, n.quality) for n in listing.names] == [
        ("Won RI", "primary", ""),
        ("리원호", "script", ""),
        ("Won LI", "alias", "weak"),
    ]
    assert set(listing.identifiers) == {
        Identifier("UN reference", "TAi.130"),
        Identifier("UK Sanctions List reference", "GHR0050"),
        Identifier("UK Sanctions List reference", "BEL0045"),
        Identifier("passport", "563"),
        Identifier("passport", "D 000933"),
    }
    assert listing.gender == "male"
    assert listing.relations == (Relation("owned by", "", "A Ltd", "parent company"),)
    assert Detail("statement of reasons", "Because.") in listing.details
    assert Detail("phone number", "(1) +1 (2) +2") in listing.details
    assert version.problems == ()


def test_a_broken_letter_is_told_with_its_line(load):
    whole = conlist(NEW, BASE, {**BASE, "Name 6": "РИ", "Group ID": "2"}, encoding="utf-8")
    version = load(whole + whole.splitlines()[-1].replace(b"\xd0\xa0", b"\xff") + b"\n", "a.csv")
    assert [str(problem.where) for problem in version.problems] == ["line 5"]


def test_an_ofsi_file_that_breaks_off_is_told(load):
    whole = conlist(OLD, BASE, {**BASE, "Group ID": "2"})
    told = [problem.message for problem in load(whole[:-1], "a.csv").problems]
    assert "the last line has no end" in told[0]
    version = load(whole[:-40], "b.csv")
    assert len(version.listings) == 1
    assert {message.split(" after")[0] for message in (p.message for p in version.problems)} > {
        "breaks off"
    }
    with pytest.raises(UnreadableFile):
        load(whole.replace(b"Group Type", b"Group Kind"), "c.csv")


def test_damaged_bytes_never_end_in_a_raw_exception(load):
    wild = random.Random(11)
    samples = [
        designations(designation(NAMES + "<OtherInformation>x</OtherInformation>")).encode(),
        conlist(OLD, BASE, BASE),
        ods(f"<office:a {SPACES}><table:table/></office:a>"),
    ]
    for number in range(240):
        data = bytearray(samples[number % 3])
        for _ in range(wild.randrange(1, 6)):
            data[wild.randrange(len(data))] = wild.randrange(256)
        cut = bytes(data[: wild.randrange(1, len(data) + 1)])
        with contextlib.suppress(SanctrailError):
            if number % 3 == 2:
                read_ods(cut, "wild.ods")
            else:
                load(cut, f"wild-{number}.csv")


def test_the_real_ofsi_file_is_read_whole(shared):
    (version,) = open_list(shared / OFSI)
    text = gzip.decompress((shared / OFSI).read_bytes()).decode("cp1252")
    rows = list(csv.DictReader(io.StringIO(text.split("\n", 1)[1], newline="")))
    names, births, places = defaultdict(set), defaultdict(set), defaultdict(set)
    for row in rows:
        group = row["Group ID"]
        parts = tuple(" ".join(row[f"Name {n}"].split()) for n in (1, 2, 3, 4, 5, 6))
        names[group].add((*parts, row["Alias Type"]))
        births[group].add(row["DOB"])
        lines = [row[f"Address {n}"] for n in range(1, 7)]
        place = tuple(" ".join(x.split()) for x in (*lines, row["Post/Zip Code"], row["Country"]))
        places[group].add(place)
    assert version.problems == ()
    assert len(version.listings) == len(names) == 2106
    for listing in version.listings:
        group = listing.reference
        assert len(listing.names) == len(names[group])
        assert len(listing.births) == len(births[group] - {""})
        held = {one for one in places[group] if any(one)}
        assert len([a for a in listing.addresses if a.role == "address"]) == len(held)
    references = {i.number for one in version.listings for i in one.identifiers}
    assert set(re.findall(r"UN Ref:? ?([A-Z]{2}[ie]\.\d{3})", text)) <= references
