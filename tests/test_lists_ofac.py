"""OFAC's advanced layout: numbers into reference values, its traps, and the whole real file."""

import bz2
import re
from collections import Counter
from itertools import pairwise

import pytest

from sanctrail.addresses import describe
from sanctrail.errors import UnreadableFile
from sanctrail.lists import Birth, Country, Identifier, Name, Wallet, open_list
from sanctrail.register import Register

REFERENCES = """
<AliasTypeValues><AliasType ID="1400">A.K.A.</AliasType><AliasType ID="1401">F.K.A.</AliasType>
<AliasType ID="1403">Name</AliasType></AliasTypeValues>
<AreaCodeValues><AreaCode ID="11" Description="Korea, North">KP</AreaCode></AreaCodeValues>
<DetailReferenceValues><DetailReference ID="91526">Male</DetailReference></DetailReferenceValues>
<FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType>
<FeatureType ID="25">Location</FeatureType>
<FeatureType ID="224">Gender</FeatureType><FeatureType ID="9">Place of Birth</FeatureType>
<FeatureType ID="345">Digital Currency Address - ETH</FeatureType></FeatureTypeValues>
<IDRegDocTypeValues><IDRegDocType ID="1571">Passport</IDRegDocType></IDRegDocTypeValues>
<ListValues><List ID="1550">SDN List</List><List ID="91512">Consolidated List</List></ListValues>
<NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType>
<NamePartType ID="1521">First Name</NamePartType><NamePartType ID="1525">Entity Name</NamePartType>
</NamePartTypeValues>
<PartySubTypeValues><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType>
<PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType>
<PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType></PartySubTypeValues>
<PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType>
<PartyType ID="4">Transport</PartyType></PartyTypeValues>
<SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType>
<SanctionsType ID="1705">Block</SanctionsType></SanctionsTypeValues>
<ScriptValues><Script ID="215" ScriptCode="Latin">Latin</Script>
<Script ID="501" ScriptCode="Hans">Chinese Simplified</Script></ScriptValues>
<ValidityValues><Validity ID="1">Valid</Validity><Validity ID="2">Fraudulent</Validity>
</ValidityValues>"""
SLS = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML"
OLD = "http://www.un.org/sanctions/1.0"


def day(year, month, number):
    return f"<Year>{year}</Year><Month>{month}</Month><Day>{number}</Day>"


def entry(*dates, profile=100, number=1, listed=1550, programme="DPRK3"):
    events = "".join(f"<EntryEvent><Date>{day(*date)}</Date></EntryEvent>" for date in dates)
    return (
        f'<SanctionsEntry ID="{number}" ProfileID="{profile}" ListID="{listed}">{events}'
        '<SanctionsMeasure SanctionsTypeID="1705"/>'
        f'<SanctionsMeasure SanctionsTypeID="1"><Comment>{programme}</Comment></SanctionsMeasure>'
        "</SanctionsEntry>"
    )


def spelled(*parts, script=215, number=1):
    inside = "".join(
        f'<DocumentedNamePart><NamePartValue NamePartGroupID="{group}" ScriptID="{script}">{text}'
        "</NamePartValue></DocumentedNamePart>"
        for group, text in parts
    )
    return f'<DocumentedName ID="{number}">{inside}</DocumentedName>'


PRIMARY = f'<Alias AliasTypeID="1403">{spelled((1, "Tian"), (2, "Yinyin"))}</Alias>'


def party(aliases=PRIMARY, features="", subtype=4, uid=28263, profile=100):
    return f"""<DistinctParty FixedRef="{uid}"><Profile ID="{profile}" PartySubTypeID="{subtype}">
    <Identity ID="7">{aliases}<NamePartGroups>
    <MasterNamePartGroup><NamePartGroup ID="1" NamePartTypeID="1520"/></MasterNamePartGroup>
    <MasterNamePartGroup><NamePartGroup ID="2" NamePartTypeID="1521"/></MasterNamePartGroup>
    <MasterNamePartGroup><NamePartGroup ID="3" NamePartTypeID="1525"/></MasterNamePartGroup>
    </NamePartGroups></Identity>{features}</Profile></DistinctParty>"""


def feature(kind, inside):
    return f'<Feature FeatureTypeID="{kind}"><FeatureVersion>{inside}</FeatureVersion></Feature>'


def born(first, last, approximate="false"):
    return feature(
        8,
        f'<DatePeriod><Start Approximate="{approximate}"><From>{day(*first)}</From>'
        f'<To>{day(*first)}</To></Start><End Approximate="{approximate}"><From>{day(*last)}</From>'
        f"<To>{day(*last)}</To></End></DatePeriod>",
    )


def document(parties=None, entries=None, places="", papers="", namespace=SLS):
    parties = party() if parties is None else parties
    entries = entry((2020, 3, 2)) if entries is None else entries
    return f"""<?xml version="1.0" encoding="utf-8"?><Sanctions xmlns="{namespace}">
    <DateOfIssue>{day(2025, 11, 19)}</DateOfIssue>
    <ReferenceValueSets>{REFERENCES}</ReferenceValueSets>
    <Locations>{places}</Locations><IDRegDocuments>{papers}</IDRegDocuments>
    <DistinctParties>{parties}</DistinctParties>
    <SanctionsEntries>{entries}</SanctionsEntries></Sanctions>"""


@pytest.fixture
def load(tmp_path):
    def read(*args, **kwargs):
        path = tmp_path / "sdn_advanced.xml"
        path.write_text(document(*args, **kwargs).replace("\n", "\r\n"), encoding="utf-8")
        (version,) = open_list(path)
        return version

    return read


@pytest.mark.parametrize("namespace", [SLS, OLD])
def test_a_party_of_either_namespace_is_read(load, namespace):
    version = load(namespace=namespace)
    assert (version.header.list_id, version.header.list_date) == ("us-sdn", "2025-11-19")
    (listing,) = version.listings
    assert (listing.listing_id, listing.reference, listing.kind) == ("us:28263", "28263", "person")
    assert listing.names == (Name("Tian, Yinyin", "primary", "strong", "Latn"),)
    assert (listing.listed_on, listing.programmes) == ("2020-03-02", ("DPRK3",))
    assert version.problems == ()


@pytest.mark.parametrize(("subtype", "kind"), [(1, "vessel"), (3, "entity"), (4, "person")])
def test_the_kind_is_told_by_text_and_not_by_number(load, subtype, kind):
    assert load(party(subtype=subtype)).listings[0].kind == kind


@pytest.mark.parametrize(
    ("first", "last", "approximate", "birth"),
    [
        ((1986, 7, 12), (1986, 7, 12), "false", Birth("1986-07-12", "1986-07-12", "day")),
        ((1951, 1, 1), (1951, 12, 31), "false", Birth("1951-01-01", "1951-12-31", "year")),
        ((1984, 2, 1), (1984, 2, 29), "false", Birth("1984-02-01", "1984-02-29", "month")),
        (
            (1951, 1, 1),
            (1951, 12, 31),
            "true",
            Birth("1951-01-01", "1951-12-31", "year", circa=True),
        ),
        ((1961, 1, 1), (1963, 12, 31), "false", Birth("1961-01-01", "1963-12-31", "range")),
        ((1961, 2, 1), (1961, 3, 31), "false", Birth("1961-02-01", "1961-03-31", "range")),
    ],
)
def test_periods_fold_back_to_the_precision_they_stand_for(load, first, last, approximate, birth):
    version = load(party(features=born(first, last, approximate)))
    assert version.listings[0].births == (birth,)
    assert version.problems == ()


@pytest.mark.parametrize(
    "period", ["", born((1990, 1, 1), (1980, 1, 1)), born((1990, 13, 1), (1990, 13, 1))]
)
def test_a_period_that_is_none_is_a_problem(load, period):
    version = load(party(features=period or feature(8, "<Comment/>")))
    assert version.listings[0].births == ()
    assert [p.message for p in version.problems] == ["date of birth is not read"]
    assert "28263" in version.problems[0].where


def test_further_spellings_of_a_name_are_its_script_variants(load):
    aliases = (
        f'<Alias AliasTypeID="1403">{spelled((1, "Tian"), (2, "Yinyin"))}'
        f"{spelled((1, '田'), (2, '寅寅'), script=501)}{spelled((1, 'Tien'), (2, 'Yin'))}</Alias>"
        f'<Alias AliasTypeID="1400" LowQuality="true">{spelled((9, "snowsjohn"))}</Alias>'
        f'<Alias AliasTypeID="1401" LowQuality="false">{spelled((3, "Old  Name"))}</Alias>'
    )
    assert load(party(aliases)).listings[0].names == (
        Name("Tian, Yinyin", "primary", "strong", "Latn"),
        Name("田寅寅", "script", "strong", "Hans"),
        Name("Tien, Yin", "alias", "strong", "Latn"),
        Name("snowsjohn", "alias", "weak", "Latn"),
        Name("Old Name", "former", "strong", "Latn"),
    )


def test_an_empty_name_is_a_problem(load):
    version = load(party(f'<Alias AliasTypeID="1403">{spelled((1, " "))}</Alias>'))
    assert [p.message for p in version.problems] == ["DocumentedName 1 is empty", "has no name"]


def test_a_location_has_its_country_by_number_or_else_by_its_text(load):
    places = (
        '<Location ID="1"><LocationCountry CountryID="11"/></Location>'
        '<Location ID="2"><LocationAreaCode AreaCodeID="11"/></Location>'
        '<Location ID="3"><LocationPart><LocationPartValue><Value>Iran</Value>'
        "</LocationPartValue></LocationPart></Location>"
    )
    features = "".join(
        feature(25, f'<VersionLocation LocationID="{number}"/>') for number in (1, 2, 3, 4)
    )
    assert load(party(features=features), places=places).listings[0].countries == (
        Country("address", "kp", "Korea, North"),
        Country("address", "ir", "Iran"),
    )


def test_a_birth_place_in_words_gives_its_last_part_s_country(load):
    place = feature(9, "<VersionDetail>Dandong, Liaoning, China</VersionDetail>")
    assert load(party(features=place)).listings[0].countries == (
        Country("birth", "cn", "Dandong, Liaoning, China"),
    )


def test_a_lookup_detail_is_its_text(load):
    gender = feature(224, '<VersionDetail DetailReferenceID="91526"/>')
    assert load(party(features=gender)).listings[0].gender == "male"


def test_of_several_entries_the_earliest_date_counts_and_all_programmes_stay(load):
    entries = entry((2020, 3, 2), (2018, 9, 6)) + entry((2019, 1, 1), number=2, programme="CYBER2")
    (listing,) = load(entries=entries).listings
    assert (listing.listed_on, listing.programmes) == ("2018-09-06", ("DPRK3", "CYBER2"))


def test_a_file_without_sdn_entries_is_the_other_list(load):
    assert load(entries=entry((2020, 3, 2), listed=91512)).header.list_id == "us-cons"


def test_documents_join_by_identity_and_a_false_one_is_called_so(load):
    papers = (
        '<IDRegDocument ID="1" IDRegDocTypeID="1571" IdentityID="7" IssuedBy-CountryID="11" '
        'ValidityID="2"><IDRegistrationNo> 109484100 </IDRegistrationNo></IDRegDocument>'
        '<IDRegDocument ID="2" IDRegDocTypeID="1571" IdentityID="8" ValidityID="1">'
        "<IDRegistrationNo>other</IDRegistrationNo></IDRegDocument>"
        '<IDRegDocument ID="3" IDRegDocTypeID="1571" IdentityID="7"/>'
    )
    version = load(papers=papers)
    assert version.listings[0].identifiers == (
        Identifier("Passport (fraudulent)", "109484100", "kp"),
    )
    assert [str(p) for p in version.problems] == [
        "sdn_advanced.xml, IDRegDocument 3: 'Passport' has no number"
    ]


def test_wallets_keep_their_case_and_lose_only_spaces(load):
    address = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
    wallet = feature(345, f"<VersionDetail>  {address} \n</VersionDetail>")
    version = load(party(features=wallet + feature(345, "<VersionDetail/>")))
    assert version.listings[0].wallets == (Wallet("ETH", address),)
    assert [p.message for p in version.problems] == ["digital currency address (ETH) is empty"]


def test_unknown_reference_numbers_are_problems_and_the_party_stays(load):
    features = feature(999, "<VersionDetail>x</VersionDetail>") * 2
    version = load(party(features=features, subtype=77))
    assert [listing.primary_name for listing in version.listings] == ["Tian, Yinyin"]
    assert [p.where for p in version.problems] == ["PartySubType 77", "FeatureType 999"]


def test_a_party_without_an_entry_and_an_entry_without_a_party_are_problems(load):
    entries = "".join(entry((2020, 3, 2), profile=n, number=n) for n in range(200, 212))
    version = load(entries=entries)
    assert version.listings[0].listed_on == ""
    assert "listing date unknown" in version.problems[0].message
    assert [p.where for p in version.problems[1:]] == [
        f"SanctionsEntry of ProfileID {n}" for n in range(200, 212)
    ]


def test_a_repeated_or_unnumbered_party_is_a_problem(load):
    version = load(party() + party(uid=2) + party(uid=""))
    assert len(version.listings) == 1
    assert len(version.problems) == 2


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path, share):
    path = tmp_path / "sdn_advanced.xml"
    text = document()
    path.write_text(text[: int(len(text) * share)], encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"sdn_advanced\.xml.*breaks off"):
        open_list(path)


# The whole real file, against counts taken from its bytes with nothing but expressions.


@pytest.fixture(scope="session")
def raw(shared):
    packed = shared / "lists" / "us_ofac" / "SDN_ADVANCED_2025-11-19.xml.bz2"
    return bz2.decompress(packed.read_bytes())


@pytest.fixture(scope="session")
def rows(real_workspace):
    register = Register(real_workspace[0])

    def of(table):
        return [row for row in register.rows(table) if row["listing_id"].startswith("us:")]

    return of


def test_every_real_party_and_name_is_in_the_register(raw, rows, real_workspace):
    parties = re.findall(rb'<DistinctParty FixedRef="(\d+)"', raw)
    assert [row["reference"] for row in rows("listings")] == [uid.decode() for uid in parties]
    assert len(rows("names")) == raw.count(b"<DocumentedName ") == 48_482
    assert sum(version.parties for version in real_workspace[1]) >= 19_000
    assert [p for p in real_workspace[2] if p.source.startswith("SDN_")] == []


def test_every_real_wallet_is_in_the_register_in_its_exact_case(raw, rows):
    kinds = dict(
        re.findall(rb'<FeatureType ID="(\d+)"[^>]*>Digital Currency Address - (\w+)<', raw)
    )
    features = re.findall(
        rb'<Feature ID="\d+" FeatureTypeID="(\d+)">(.*?)</Feature>', raw, re.DOTALL
    )
    written = Counter(
        (kinds[kind].decode(), text.strip().decode())
        for kind, body in features
        if kind in kinds
        for text in re.findall(rb"<VersionDetail[^>]*>([^<]*)</VersionDetail>", body)
    )
    assert written == Counter((row["asset"], row["address"]) for row in rows("wallets"))
    assert written.total() == 761


def test_every_real_wallet_with_a_checksum_is_valid(rows):
    verdicts = [(row["address"], describe(row["address"])) for row in rows("wallets")]
    assert [address for address, form in verdicts if form.checksum == "invalid"] == []
    assert sum(form.checksum == "valid" for _, form in verdicts) == 699
    assert all(row["comparable"] == describe(row["address"]).canonical for row in rows("wallets"))


def test_every_real_document_of_a_party_is_in_the_register(raw, rows):
    codes = rb"SWIFT/BIC|BIK \(RU\)|D-U-N-S Number|ISIN|.*Call Sign|.*Aircraft (?!Serial).*"
    start, end = raw.index(b"<IDRegDocuments>"), raw.index(b"</IDRegDocuments>")
    numbers = re.findall(rb"<IDRegistrationNo>([^<]*)</IDRegistrationNo>", raw[start:end])
    registered = [
        row for row in rows("identifiers") if not re.fullmatch(codes, row["kind"].encode())
    ]
    held = {" ".join(row["number"].split()) for row in registered}
    assert {" ".join(n.decode().split()).replace("&amp;", "&") for n in numbers} == held


def test_every_real_listing_has_its_earliest_date(raw, rows):
    dates = {}
    entries = re.findall(
        rb'<SanctionsEntry ID="\d+" ProfileID="(\d+)"(.*?)</SanctionsEntry>', raw, re.DOTALL
    )
    pattern = rb"<Date [^>]*>\s*<Year>(\d+)</Year>\s*<Month>(\d+)</Month>\s*<Day>(\d+)</Day>"
    for profile, body in entries:
        for year, month, number in re.findall(pattern, body):
            iso = f"{int(year):04}-{int(month):02}-{int(number):02}"
            dates[profile] = min(iso, dates.get(profile, iso))
    uids = re.findall(rb'<DistinctParty FixedRef="(\d+)">.*?<Profile ID="(\d+)"', raw, re.DOTALL)
    written = {f"us:{uid.decode()}": dates[profile] for uid, profile in uids}
    assert {row["listing_id"]: row["listed_on"] for row in rows("listings")} == written


def test_the_place_told_for_a_party_is_its_line_in_the_file(raw, rows):
    lines = [
        number for number, line in enumerate(raw.split(b"\n"), 1) if b"<DistinctParty " in line
    ]
    told = [int(row["element"].rpartition(" ")[2]) for row in rows("listings")]
    assert all(a < b for a, b in pairwise(told))
    assert all(abs(a - b) <= 1 for a, b in zip(told, lines, strict=True))
