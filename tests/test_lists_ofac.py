"""OFAC's advanced layout: numbers into reference values, and its traps."""

import pytest

from sanctrail.errors import UnreadableFile
from sanctrail.lists import open_list
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

REFERENCES = """
<AliasTypeValues><AliasType ID="1400">A.K.A.</AliasType><AliasType ID="1401">F.K.A.</AliasType>
<AliasType ID="1403">Name</AliasType></AliasTypeValues>
<AreaCodeValues><AreaCode ID="11" Description="Korea, North">KP</AreaCode>
<AreaCode ID="12" Description="undetermined"/><AreaCode ID="13" Description="Kosovo"/>
</AreaCodeValues>
<DetailReferenceValues><DetailReference ID="91526">Male</DetailReference></DetailReferenceValues>
<FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType>
<FeatureType ID="25">Location</FeatureType>
<FeatureType ID="224">Gender</FeatureType><FeatureType ID="9">Place of Birth</FeatureType>
<FeatureType ID="10">Nationality Country</FeatureType>
<FeatureType ID="13">SWIFT/BIC</FeatureType><FeatureType ID="26">Title</FeatureType>
<FeatureType ID="3">Vessel Flag</FeatureType><FeatureType ID="24">Former Vessel Flag</FeatureType>
<FeatureType ID="646">Organization Established Date</FeatureType>
<FeatureType ID="504">Secondary sanctions risk:</FeatureType>
<FeatureType ID="345">Digital Currency Address - ETH</FeatureType></FeatureTypeValues>
<IDRegDocDateTypeValues><IDRegDocDateType ID="1481">Expiration Date</IDRegDocDateType>
</IDRegDocDateTypeValues>
<IDRegDocTypeValues><IDRegDocType ID="1571">Passport</IDRegDocType>
<IDRegDocType ID="1626">Vessel Registration Identification</IDRegDocType>
<IDRegDocType ID="91264">MMSI</IDRegDocType></IDRegDocTypeValues>
<LegalBasisValues><LegalBasis ID="91745">Executive Order 13810 (North Korea)</LegalBasis>
<LegalBasis ID="91711">Executive Order 13694 (Cyber)</LegalBasis></LegalBasisValues>
<LocPartTypeValues><LocPartType ID="1451">ADDRESS1</LocPartType>
<LocPartType ID="1450">REGION</LocPartType><LocPartType ID="1454">CITY</LocPartType>
<LocPartType ID="1455">STATE/PROVINCE</LocPartType>
<LocPartType ID="1456">POSTAL CODE</LocPartType></LocPartTypeValues>
<ListValues><List ID="1550">SDN List</List><List ID="91512">Consolidated List</List></ListValues>
<NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType>
<NamePartType ID="1521">First Name</NamePartType>
<NamePartType ID="1522">Middle Name</NamePartType>
<NamePartType ID="91708">Patronymic</NamePartType>
<NamePartType ID="91709">Matronymic</NamePartType>
<NamePartType ID="1528">Nickname</NamePartType><NamePartType ID="1525">Entity Name</NamePartType>
</NamePartTypeValues>
<PartySubTypeValues><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType>
<PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType>
<PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType></PartySubTypeValues>
<PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType>
<PartyType ID="4">Transport</PartyType></PartyTypeValues>
<RelationQualityValues><RelationQuality ID="1540">High</RelationQuality>
<RelationQuality ID="1">Unknown</RelationQuality></RelationQualityValues>
<RelationTypeValues><RelationType ID="15001">Providing support to</RelationType>
<RelationType ID="99999">Sharing a cell with</RelationType></RelationTypeValues>
<ReliabilityValues><Reliability ID="1">Unknown</Reliability>
<Reliability ID="1561">False</Reliability></ReliabilityValues>
<SanctionsTypeValues><SanctionsType ID="91505">13662 Sectoral Directive 1</SanctionsType>
<SanctionsType ID="1">Program</SanctionsType>
<SanctionsType ID="1705">Block</SanctionsType></SanctionsTypeValues>
<ScriptValues><Script ID="215" ScriptCode="Latin">Latin</Script>
<Script ID="501" ScriptCode="Hans">Chinese Simplified</Script></ScriptValues>
<ValidityValues><Validity ID="1">Valid</Validity><Validity ID="2">Fraudulent</Validity>
</ValidityValues>"""
SLS = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML"
OLD = "http://www.un.org/sanctions/1.0"


def day(year, month, number):
    return f"<Year>{year}</Year><Month>{month}</Month><Day>{number}</Day>"


BASES = (91745, 91711)


def entry(*dates, profile=100, number=1, listed=1550, programme="DPRK3", kind=1705):
    events = "".join(
        f'<EntryEvent LegalBasisID="{basis}"><Date>{day(*date)}</Date></EntryEvent>'
        for date, basis in zip(dates, BASES, strict=False)
    )
    return (
        f'<SanctionsEntry ID="{number}" ProfileID="{profile}" ListID="{listed}">{events}'
        f'<SanctionsMeasure SanctionsTypeID="{kind}"/>'
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


def party(aliases=PRIMARY, features="", subtype=4, uid=28263, profile=100, comment=""):
    return f"""<DistinctParty FixedRef="{uid}"><Comment>{comment}</Comment>
    <Profile ID="{profile}" PartySubTypeID="{subtype}">
    <Identity ID="7">{aliases}<NamePartGroups>
    <MasterNamePartGroup><NamePartGroup ID="1" NamePartTypeID="1520"/></MasterNamePartGroup>
    <MasterNamePartGroup><NamePartGroup ID="2" NamePartTypeID="1521"/></MasterNamePartGroup>
    <MasterNamePartGroup><NamePartGroup ID="3" NamePartTypeID="1525"/></MasterNamePartGroup>
    <MasterNamePartGroup><NamePartGroup ID="4" NamePartTypeID="1522"/></MasterNamePartGroup>
    <MasterNamePartGroup><NamePartGroup ID="5" NamePartTypeID="91708"/></MasterNamePartGroup>
    <MasterNamePartGroup><NamePartGroup ID="6" NamePartTypeID="91709"/></MasterNamePartGroup>
    <MasterNamePartGroup><NamePartGroup ID="8" NamePartTypeID="1528"/></MasterNamePartGroup>
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


def document(parties=None, entries=None, places="", papers="", ties="", namespace=SLS):
    parties = party() if parties is None else parties
    entries = entry((2020, 3, 2)) if entries is None else entries
    return f"""<?xml version="1.0" encoding="utf-8"?><Sanctions xmlns="{namespace}">
    <DateOfIssue>{day(2025, 11, 19)}</DateOfIssue>
    <ReferenceValueSets>{REFERENCES}</ReferenceValueSets>
    <Locations>{places}</Locations><IDRegDocuments>{papers}</IDRegDocuments>
    <DistinctParties>{parties}</DistinctParties>
    <ProfileRelationships>{ties}</ProfileRelationships>
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
    assert listing.names == (
        Name("Tian, Yinyin", "primary", "strong", "Latn", (("last", "Tian"), ("first", "Yinyin"))),
    )
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
    names = load(party(aliases)).listings[0].names
    assert [(name.text, name.kind, name.quality, name.script) for name in names] == [
        ("Tian, Yinyin", "primary", "strong", "Latn"),
        ("田寅寅", "script", "strong", "Hans"),
        ("Tien, Yin", "script", "strong", "Latn"),
        ("snowsjohn", "alias", "weak", "Latn"),
        ("Old Name", "former", "strong", "Latn"),
    ]
    assert names[1].parts == (("last", "田"), ("first", "寅寅"))
    assert names[4].parts == ()


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (((2, "Sergei"), (4, "V."), (1, "Kiriyenko")), "Kiriyenko, Sergei V."),
        (
            ((2, "Camila"), (4, "Antonia"), (6, "Murillo"), (5, "Ortega")),
            "Ortega Murillo, Camila Antonia",
        ),
        (((1, "Gaziyev"), (2, "Tarkhan"), (5, "Ismailovich")), "Gaziyev, Tarkhan Ismailovich"),
        (((1, "Juuk"), (2, "Kuol"), (4, "Manyang"), (5, "Chaw")), "Juuk Chaw, Kuol Manyang"),
        (((5, "Guzman"), (6, "Salazar"), (4, "A."), (2, "Ivan")), "Guzman Salazar, Ivan A."),
        (((1, "Enayatullah"), (8, "Maulawi")), "Enayatullah, Maulawi"),
        (((8, "El Mayo"),), "El Mayo"),
        (((3, "Two Part"), (3, "Entity")), "Two Part Entity"),
    ],
)
def test_a_name_is_in_the_order_of_the_text_layouts_whatever_the_order_of_its_parts(
    load, parts, text
):
    (name,) = load(party(f'<Alias AliasTypeID="1403">{spelled(*parts)}</Alias>')).listings[0].names
    assert name.text == text
    assert " ".join(word for _, word in name.parts) in ("", " ".join(word for _, word in parts))


def test_an_empty_name_is_a_problem(load):
    version = load(party(f'<Alias AliasTypeID="1403">{spelled((1, " "))}</Alias>'))
    assert [p.message for p in version.problems] == ["DocumentedName 1 is empty", "has no name"]


def part(kind, *values):
    inside = "".join(
        f'<LocationPartValue Primary="{"false" if script else "true"}"><Comment>{script}</Comment>'
        f"<Value>{text}</Value></LocationPartValue>"
        for script, text in values
    )
    return f'<LocationPart LocPartTypeID="{kind}">{inside}</LocationPart>'


def placed(*numbers, kind=25):
    return "".join(feature(kind, f'<VersionLocation LocationID="{n}"/>') for n in numbers)


def test_an_address_is_kept_in_full_and_once_for_each_script(load):
    parts = (
        part(1451, ("", "1-117 Shukuatocho"), ("Japanese", "1-117 宿跡町"))
        + part(1454, ("", "Nagoya"), ("Japanese", "名古屋市"))
        + part(1455, ("", "Aichi"))
        + part(1456, ("", "453"))
    )
    places = f'<Location ID="1"><LocationCountry CountryID="11"/>{parts}</Location>'
    version = load(party(features=placed(1)), places=places)
    korea = {"country": "kp", "country_as_written": "Korea, North"}
    main = {"city": "Nagoya", "region": "Aichi", "postal_code": "453"}
    assert version.listings[0].addresses == (
        Address("address", "1-117 Shukuatocho, Nagoya, Aichi, 453", **korea, **main),
        Address("address", "1-117 宿跡町, 名古屋市", **korea, city="名古屋市"),
    )
    assert version.problems == ()


def test_an_undetermined_country_is_none_and_a_location_not_held_is_a_problem(load):
    places = (
        '<Location ID="1"><LocationAreaCode AreaCodeID="13"/></Location>'
        '<Location ID="2"><LocationAreaCode AreaCodeID="12"/></Location>'
        f'<Location ID="3"><LocationAreaCode AreaCodeID="12"/>{part(1450, ("", "Gaza"))}</Location>'
    )
    version = load(party(features=placed(1, 2, 3, 4)), places=places)
    assert version.listings[0].addresses == (
        Address("address", "", "xk", "Kosovo"),
        Address("address", "Gaza", region="Gaza"),
    )
    assert [p.message for p in version.problems] == [
        "'Location' names location 4, which the file does not hold"
    ]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Dandong, Liaoning, China", Address("birth", "Dandong, Liaoning", "cn", "China")),
        ("Egypt", Address("birth", "", "eg", "Egypt")),
        ("Umm Tuba", Address("birth", "Umm Tuba")),
    ],
)
def test_a_birth_place_in_words_has_the_country_that_stands_last(load, written, address):
    place = feature(9, f"<VersionDetail>{written}</VersionDetail>")
    assert load(party(features=place)).listings[0].addresses == (address,)


def test_features_are_countries_codes_and_details_and_none_is_dropped(load):
    places = '<Location ID="1"><LocationCountry CountryID="11"/></Location>'
    features = (
        placed(1, kind=10)
        + feature(3, "<VersionDetail>Cuba</VersionDetail>")
        + feature(24, "<VersionDetail>Panama</VersionDetail>")
        + feature(13, "<VersionDetail>KKBCKPPY</VersionDetail>")
        + feature(26, "<Comment>until 2019</Comment><VersionDetail>Director</VersionDetail>")
        + feature(504, "<VersionDetail>section 510.201</VersionDetail>")
        + born((1960, 1, 1), (1960, 12, 31)).replace('"8"', '"646"')
    )
    version = load(party(features=features, comment="all offices worldwide"), places=places)
    (listing,) = version.listings
    assert listing.countries == (
        Country("nationality", "kp", "Korea, North"),
        Country("flag", "cu", "Cuba"),
        Country("former flag", "pa", "Panama"),
    )
    assert listing.identifiers == (Identifier("SWIFT/BIC", "KKBCKPPY"),)
    assert listing.details == (
        Detail("title", "Director"),
        Detail("title comment", "Director: until 2019"),
        Detail("secondary sanctions risk", "section 510.201"),
        Detail("organization established date", "1960"),
        Detail("sanctions list", "SDN List"),
    )
    assert listing.remarks == "all offices worldwide"
    assert version.problems == ()


def test_what_the_list_calls_false_is_said_beside_the_fact(load):
    title = "<VersionDetail>Director</VersionDetail>"
    feature_ = feature(26, title).replace(
        "<FeatureVersion>", '<FeatureVersion ReliabilityID="1561">'
    )
    details = load(party(features=feature_)).listings[0].details
    assert Detail("title reliability", "Director: False") in details


def test_an_imo_number_is_its_seven_digits_and_a_wrong_check_digit_is_a_problem(load):
    papers = "".join(
        f'<IDRegDocument ID="{n}" IDRegDocTypeID="{kind}" IdentityID="7" ValidityID="1">'
        f"<IDRegistrationNo>{number}</IDRegistrationNo></IDRegDocument>"
        for n, (kind, number) in enumerate(
            [
                (1626, "IMO 9187629"),
                (1626, "IMO 9187628"),
                (1626, "8606173"),
                (1626, "8606172"),
                (1626, "RS 150443"),
                (91264, "636016459"),
            ]
        )
    )
    version = load(party(subtype=1), papers=papers)
    assert version.listings[0].identifiers == (
        Identifier("IMO", "9187629"),
        Identifier("IMO", "9187628"),
        Identifier("IMO", "8606173"),
        Identifier("Vessel Registration Identification", "8606172"),
        Identifier("Vessel Registration Identification", "RS 150443"),
        Identifier("MMSI", "636016459"),
    )
    assert [p.message for p in version.problems] == [
        "the IMO number 9187628 fails its own check digit; it is kept as written"
    ]


def test_relations_are_read_from_the_listed_party_in_the_list_s_own_words(load):
    def tie(kind, to, former="false", inside=""):
        return (
            f'<ProfileRelationship From-ProfileID="100" To-ProfileID="{to}" '
            f'RelationTypeID="{kind}" RelationQualityID="1540" Former="{former}">'
            f"<Comment>{inside}</Comment></ProfileRelationship>"
        )

    lazarus = party(
        f'<Alias AliasTypeID="1403">{spelled((3, "Lazarus Group"))}</Alias>', uid=27307, profile=5
    )
    ties = tie(15001, 5) + tie(99999, 5, "true", "since 2019") + tie(15001, 6)
    entries = entry((2020, 3, 2)) + entry((2019, 9, 13), profile=5)
    version = load(party() + lazarus, entries=entries, ties=ties)
    listing, other = version.listings
    assert listing.relations == (
        Relation("supporting", "us:27307", "Lazarus Group", "Providing support to"),
        Relation("linked to", "us:27307", "Lazarus Group", "Sharing a cell with", former=True),
        Relation("supporting", "us:6", "", "Providing support to"),
    )
    assert other.relations == ()
    assert (
        Detail("relation comment", "Sharing a cell with Lazarus Group: since 2019")
        in listing.details
    )
    assert [str(p.message) for p in version.problems] == [
        "'Providing support to' names a party not in the file"
    ]


def test_measures_and_legal_acts_are_kept_with_their_days(load):
    entries = entry((2020, 3, 2), (2018, 9, 6)) + entry(
        (2022, 2, 24), kind=91505, number=2, listed=91512
    )
    (listing,) = load(entries=entries).listings
    assert listing.measures == (
        Measure("asset freeze", "Block"),
        Measure("sectoral debt", "13662 Sectoral Directive 1"),
        Measure("sectoral equity", "13662 Sectoral Directive 1"),
    )
    assert listing.acts == (
        LegalAct("Executive Order 13810 (North Korea)", "2020-03-02", "listing"),
        LegalAct("Executive Order 13694 (Cyber)", "2018-09-06", "listing"),
        LegalAct("Executive Order 13810 (North Korea)", "2022-02-24", "listing"),
    )
    assert listing.listed_on == "2018-09-06"


def test_a_lookup_detail_is_its_text(load):
    gender = feature(224, '<VersionDetail DetailReferenceID="91526"/>')
    assert load(party(features=gender)).listings[0].gender == "male"


def test_of_several_entries_the_earliest_date_counts_and_all_programmes_stay(load):
    entries = entry((2020, 3, 2), (2018, 9, 6)) + entry((2019, 1, 1), number=2, programme="CYBER2")
    (listing,) = load(entries=entries).listings
    assert (listing.listed_on, listing.programmes) == ("2018-09-06", ("DPRK3", "CYBER2"))


def test_a_file_without_sdn_entries_is_the_other_list(load):
    assert load(entries=entry((2020, 3, 2), listed=91512)).header.list_id == "us-cons"


def test_the_list_is_the_one_that_most_parties_are_on(load):
    parties = party() + party(uid=2, profile=200)
    other = entry((2020, 3, 2), listed=91512) + entry((2020, 3, 2), profile=200, listed=91512)
    both = other + entry((2019, 3, 2), number=9)
    assert load(parties, entries=both).header.list_id == "us-cons"


def test_documents_join_by_identity_and_a_false_one_is_called_so(load):
    period = born((2024, 12, 24), (2024, 12, 24)).partition("<FeatureVersion>")[2]
    expiry = (
        "<IssuingAuthority>OGRN</IssuingAuthority>"
        f'<DocumentDate IDRegDocDateTypeID="1481">{period.partition("</FeatureVersion>")[0]}'
        "</DocumentDate>"
    )
    papers = (
        '<IDRegDocument ID="1" IDRegDocTypeID="1571" IdentityID="7" IssuedBy-CountryID="11" '
        'ValidityID="2"><IDRegistrationNo> 109484100 </IDRegistrationNo></IDRegDocument>'
        '<IDRegDocument ID="2" IDRegDocTypeID="1571" IdentityID="8" ValidityID="1">'
        "<IDRegistrationNo>other</IDRegistrationNo></IDRegDocument>"
        '<IDRegDocument ID="3" IDRegDocTypeID="1571" IdentityID="7"/>'
    ).replace("</IDRegistrationNo>", f"</IDRegistrationNo>{expiry}", 1)
    version = load(papers=papers)
    assert version.listings[0].identifiers == (
        Identifier("Passport (fraudulent)", "109484100", "kp"),
    )
    assert version.listings[0].details[:2] == (
        Detail("passport (fraudulent) expiration date", "109484100: 24 Dec 2024"),
        Detail("passport (fraudulent) issuing authority", "109484100: OGRN"),
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
    assert [p.where for p in version.problems] == ["FeatureType 999", "PartySubType 77"]


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
