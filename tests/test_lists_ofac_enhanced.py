"""OFAC's enhanced layout: its traps, the held file, and the same facts in the other layout."""

import re
import zipfile
from collections import Counter

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

SPACE = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ENHANCED_XML"
REFERENCES = """
<referenceValue refId="11159"><type>COUNTRY</type><value>Korea, North</value><isoCode>KP</isoCode>
</referenceValue><referenceValue refId="20122"><type>SCRIPT</type><value>Latin</value>
<code>Latin</code></referenceValue><referenceValue refId="20107"><type>SCRIPT</type>
<value>Cyrillic</value><code>Cyrl</code></referenceValue>"""


def filtered(*lists, programmes=()):
    names = "".join(f'<sanctionsList refId="1">{name}</sanctionsList>' for name in lists)
    codes = "".join(f'<sanctionsProgram refId="1">{code}</sanctionsProgram>' for code in programmes)
    return (
        f"<filters><sanctionsLists>{names}</sanctionsLists>"
        f"<sanctionsPrograms>{codes}</sanctionsPrograms></filters>"
    )


def translated(*parts, script=20122, main="true", number=1):
    inside = "".join(
        f"<namePart><type>{kind}</type><value>{text}</value></namePart>" for kind, text in parts
    )
    return (
        f'<translation id="{number}"><isPrimary>{main}</isPrimary>'
        f'<script refId="{script}">x</script>'
        f"<formattedFullName>SHOUTED</formattedFullName><nameParts>{inside}</nameParts></translation>"
    )


def name(*translations, alias="", weak="false"):
    kind = f"<aliasType>{alias}</aliasType>" if alias else ""
    main = "false" if alias else "true"
    return (
        f"<name><isPrimary>{main}</isPrimary>{kind}<isLowQuality>{weak}</isLowQuality>"
        f"<translations>{''.join(translations)}</translations></name>"
    )


TIAN = name(translated(("First Name", "Yinyin"), ("Last Name", "Tian")))


def entity(uid=28263, names=TIAN, inside="", lists=("SDN List",), general=""):
    on = "".join(
        f'<sanctionsList datePublished="2020-03-0{day}">{text}</sanctionsList>'
        for day, text in enumerate(lists, 2)
    )
    return (
        f'<entity id="{uid}"><generalInfo><entityType>Individual</entityType>'
        f"{general}</generalInfo>"
        f"<sanctionsLists>{on}</sanctionsLists><sanctionsPrograms><sanctionsProgram>DPRK3"
        f"</sanctionsProgram></sanctionsPrograms><names>{names}</names>{inside}</entity>"
    )


def document(*entities, filters=None, as_of="2025-01-10T12:30:00"):
    return (
        f'<?xml version="1.0"?><sanctionsData xmlns="{SPACE}"><publicationInfo>'
        f"<dataAsOf>{as_of}</dataAsOf>{filtered('SDN List') if filters is None else filters}"
        f"</publicationInfo><referenceValues>{REFERENCES}</referenceValues>"
        f"<entities>{''.join(entities)}</entities></sanctionsData>"
    )


@pytest.fixture
def load(tmp_path):
    def read(*entities, **said):
        path = tmp_path / "enhanced.xml"
        path.write_text(document(*(entities or (entity(),)), **said), encoding="utf-8")
        return open_list(path)

    return read


def test_header_and_party_are_read(load):
    ((version),) = load()
    header = version.header
    assert (header.list_id, header.list_date) == ("us-sdn", "2025-01-10")
    assert header.generated == "2025-01-10T12:30:00"
    (listing,) = version.listings
    assert (listing.listing_id, listing.reference, listing.kind) == ("us:28263", "28263", "person")
    assert (listing.listed_on, listing.programmes) == ("2020-03-02", ("DPRK3",))
    parts = (("first", "Yinyin"), ("last", "Tian"))
    assert listing.names == (Name("Tian, Yinyin", "primary", "strong", "Latn", parts),)
    assert version.problems == ()


def test_a_further_translation_is_a_script_name_and_the_primary_one_comes_first(load):
    bank = name(
        translated(("Entity Name", "Банк"), script=20107, main="false", number=2),
        translated(("Entity Name", "Bank")),
    )
    alias = name(translated(("Entity Name", "VTB")), alias="F.K.A.", weak="true")
    odd = name(translated(), alias="P.K.A.")
    ((version),) = load(entity(names=bank + alias + odd))
    assert [(one.text, one.kind, one.quality, one.script) for one in version.listings[0].names] == [
        ("Bank", "primary", "strong", "Latn"),
        ("Банк", "script", "strong", "Cyrl"),
        ("VTB", "former", "weak", "Latn"),
        ("SHOUTED", "alias", "strong", "Latn"),
    ]
    assert [p.message for p in version.problems] == [
        "alias type 'P.K.A.' is not one that OFAC is known by"
    ]


@pytest.mark.parametrize(
    "filters",
    [
        filtered("SDN List", programmes=["DPRK3"]),
        filtered(programmes=["DPRK3"]),
        filtered("Sectoral Sanctions Identifications List"),
    ],
)
def test_a_selection_is_not_taken_for_a_whole_list(load, filters):
    with pytest.raises(UnreadableFile, match=r"is a selection .* not a whole list"):
        load(filters=filters)


def test_a_file_of_both_lists_is_two_versions(load):
    both = entity(2, lists=("SDN List", "Consolidated List"))
    entities = (entity(1), both, entity(3, lists=("Consolidated List", "CAPTA List")))
    versions = load(*entities, filters=filtered("SDN List", "Consolidated List"))
    assert [(one.header.list_id, [x.reference for x in one.listings]) for one in versions] == [
        ("us-sdn", ["1", "2"]),
        ("us-cons", ["2", "3"]),
    ]


def test_without_a_filter_the_list_is_the_one_that_most_are_on(load):
    both = entity(2, lists=("SDN List", "Consolidated List"))
    ((version),) = load(both, entity(3, lists=("Consolidated List",)), filters="")
    assert (version.header.list_id, len(version.listings)) == ("us-cons", 2)
    ((version),) = load(both, entity(3), filters="<filters/>")
    assert version.header.list_id == "us-sdn"


def feature(kind, value, more=""):
    return f"<feature><type>{kind}</type><value>{value}</value>{more}</feature>"


def period(*days, approximate="false"):
    tags = ("fromDateBegin", "fromDateEnd", "toDateBegin", "toDateEnd")
    inside = "".join(f"<{tag}>{day}</{tag}>" for tag, day in zip(tags, days, strict=False) if day)
    return f"{inside}<isApproximate>{approximate}</isApproximate>"


def test_every_feature_is_what_it_is(load):
    year = period("1961-01-01", "1961-01-01", "1961-12-31", "1961-12-31", approximate="true")
    day = period("2017-01-16", "2017-01-16", "2017-01-16", "2017-01-16")
    wallet = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
    features = (
        feature("Birthdate", "circa 1961", f"<valueDate>{year}</valueDate>")
        + feature("Birthdate", "Jul 1986")
        + feature("Birthdate", "long ago")
        + feature("Organization Established Date", "x", f"<valueDate>{day}</valueDate>")
        + feature("Nationality Country", "Corea", "<valueRefId>11159</valueRefId>")
        + feature("Digital Currency Address - ETH", wallet, "<comments>No forks.</comments>")
        + feature("Gender", "Male", "<valueRefId>1</valueRefId>")
        + feature("Place of Birth", "Nablus, West Bank")
        + feature("ISIN", "US1694261033", '<reliability refId="1">Confirmed</reliability>')
        + feature("Target Type", "Bank", '<reliability refId="2">Unknown</reliability>')
    )
    general = "<remarks>all offices</remarks><title>Director</title>"
    ((version),) = load(entity(inside=f"<features>{features}</features>", general=general))
    (listing,) = version.listings
    assert listing.births == (
        Birth("1961-01-01", "1961-12-31", "year", circa=True),
        Birth("1986-07-01", "1986-07-31", "month"),
    )
    assert listing.countries == (Country("nationality", "kp", "Corea"),)
    assert listing.wallets == (Wallet("ETH", wallet),)
    assert listing.identifiers == (Identifier("ISIN", "US1694261033"),)
    assert (listing.gender, listing.remarks) == ("male", "all offices")
    assert listing.addresses[0].role == "birth"
    assert listing.details == (
        Detail("title", "Director"),
        Detail("sanctions list", "SDN List"),
        Detail("organization established date", "16 Jan 2017"),
        Detail("digital currency address - eth comment", f"{wallet}: No forks."),
        Detail("isin reliability", "US1694261033: Confirmed"),
        Detail("target type", "Bank"),
    )
    assert [p.message for p in version.problems] == ["date of birth is not read: long ago"]


def test_documents_addresses_ties_measures_and_acts_are_kept(load):
    def papers(kind, number, more=""):
        return (
            f"<identityDocument><type>{kind}</type><documentNumber>{number}</documentNumber>{more}"
            "</identityDocument>"
        )

    def part(kind, text):
        return f"<addressPart><type>{kind}</type><value>{text}</value></addressPart>"

    expiry = f"<expirationDate>{period('2024-12-24')}</expirationDate>"
    country = '<issuingCountry refId="11159">Korea, North</issuingCountry>'
    spelled = '<name nameId="1" nameTranslationId="9">Tien</name>'
    parts = part("CITY", "Pyongyang") + part("ADDRESS1", "1 Main St") + part("POSTAL CODE", "950")
    tie = '<relatedEntity entityId="27307">LAZARUS GROUP</relatedEntity><quality>High</quality>'
    inside = (
        '<addresses><address><country refId="11159">Korea, North</country><translations>'
        f"<translation><addressParts>{parts}</addressParts></translation></translations></address>"
        "<address><translations><translation/></translations></address></addresses>"
        "<identityDocuments>"
        + papers("Passport", "109", f"{spelled}<isValid>false</isValid>{country}{expiry}")
        + papers("Vessel Registration Identification", "IMO 9187628")
        + papers("License", "")
        + "</identityDocuments><relationships><relationship><type>Providing support to</type>"
        + f"{tie}</relationship></relationships><sanctionsTypes><sanctionsType>Block"
        "</sanctionsType></sanctionsTypes><legalAuthorities><legalAuthority>Executive Order 13810"
        "</legalAuthority></legalAuthorities>"
    )
    alias = name(translated(("Last Name", "Tien"), number=9), alias="A.K.A.")
    ((version),) = load(entity(names=TIAN + alias, inside=inside))
    (listing,) = version.listings
    assert listing.addresses == (
        Address(
            "address",
            "1 Main St, Pyongyang, 950",
            "kp",
            "Korea, North",
            city="Pyongyang",
            postal_code="950",
        ),
    )
    assert listing.identifiers == (
        Identifier("Passport (fraudulent)", "109", "kp"),
        Identifier("IMO", "9187628"),
    )
    assert listing.details[1:] == (
        Detail("passport (fraudulent) expiration date", "109: 24 Dec 2024"),
        Detail("passport (fraudulent) in the name of", "109: Tien"),
        Detail("relation quality", "Providing support to LAZARUS GROUP: High"),
    )
    assert listing.relations == (
        Relation("supporting", "us:27307", "LAZARUS GROUP", "Providing support to"),
    )
    assert listing.measures == (Measure("asset freeze", "Block"),)
    assert listing.acts == (LegalAct("Executive Order 13810", "", "listing"),)
    assert [p.message for p in version.problems] == [
        "the IMO number 9187628 fails its own check digit; it is kept as written",
        "'License' has no number",
    ]


def test_an_entity_without_id_name_or_type_is_told_and_kept(load):
    bare = entity("", names="").replace("Individual", "Robot")
    ((version),) = load(entity(), bare)
    assert re.fullmatch(r"us:x[0-9a-f]{16}", version.listings[1].listing_id)
    assert len(version.problems) == 3


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path, share):
    path = tmp_path / "enhanced.xml"
    text = document(entity(), entity(2))
    path.write_text(text[: int(len(text) * share)], encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"enhanced\.xml.*breaks off"):
        open_list(path)


# The held file, and the same list ten weeks later in the plain layout.


@pytest.fixture(scope="module")
def held(shared):
    path = shared / "lists" / "us_ofac" / "CONS_ENHANCED_2025-01.ZIP"
    (version,) = open_list(path)
    with zipfile.ZipFile(path) as archive:
        raw = archive.read(archive.namelist()[0]).decode("utf-8-sig")
    return version, raw[raw.index("<entities>") :]


def total(version, attribute):
    return sum(len(getattr(one, attribute)) for one in version.listings)


def test_every_part_of_the_held_file_is_there(held):
    version, raw = held
    assert (version.header.list_id, version.header.list_date) == ("us-cons", "2025-01-10")
    assert [one.reference for one in version.listings] == re.findall(r'<entity id="(\d+)"', raw)
    assert len(version.listings) == 443
    assert total(version, "names") == raw.count("<formattedFullName>") == 1_624
    assert total(version, "programmes") == raw.count("<sanctionsProgram ")
    assert total(version, "relations") == raw.count("<relationship ")
    assert total(version, "acts") == raw.count("<legalAuthority ")
    assert total(version, "births") == raw.count(">Birthdate<") == 75
    codes = sum(
        raw.count(f">{kind}<") for kind in ("SWIFT/BIC", "ISIN", "BIK (RU)", "Equity Ticker")
    )
    assert (
        total(version, "identifiers") == raw.count("<documentNumber>") + codes - 2
    )  # two stand twice
    assert {one.as_written for x in version.listings for one in x.measures} == set(
        re.findall(r"<sanctionsType [^>]*>([^<]*)<", raw)
    )
    details = Counter(one.kind for listing in version.listings for one in listing.details)
    for kind in ("Website", "Email Address", "Target Type", "Issuer Name", "Listing Date (CMIC)"):
        assert details[kind.lower()] == raw.count(f">{kind}<")
    days = re.findall(r'<sanctionsLists>\s*<sanctionsList [^>]*datePublished="([^"]*)"', raw)
    assert all(one.listed_on <= day for one, day in zip(version.listings, days, strict=True))
    assert version.problems == ()


def test_names_are_composed_as_the_list_formats_them(held):
    version, raw = held
    formatted = re.findall(r"<formattedFullName>([^<]*)<", raw)
    wanted = Counter("".join(text.replace("&amp;", "&").casefold().split()) for text in formatted)
    made = Counter(
        "".join(one.text.casefold().split())
        for listing in version.listings
        for one in listing.names
    )
    assert made == wanted


@pytest.mark.parametrize(
    "fact",
    [
        lambda one: one.listing_id,
        lambda one: one.kind,
        lambda one: one.primary_name.casefold(),
        lambda one: {(n.text.casefold(), n.quality) for n in one.names if n.kind != "script"},
        lambda one: set(one.programmes),
        lambda one: set(one.births),
        lambda one: set(one.wallets),
        lambda one: one.gender,
        lambda one: set(one.countries),
        lambda one: {place for place in one.addresses if place.role == "birth"},
        lambda one: len(one.relations),
    ],
    ids=[
        "id", "kind", "name", "aliases", "programmes", "births", "wallets", "gender", "countries",
        "birth places", "relations",
    ],
)  # fmt: skip
def test_the_same_facts_come_out_of_the_plain_layout(held, shared, fact):
    (plain,) = open_list(shared / "lists" / "us_ofac" / "CONSOLIDATED_2025-05.xml.gz")
    pairs = zip(held[0].listings, plain.listings, strict=True)
    assert [one.listing_id for one, other in pairs if fact(one) != fact(other)] == []


@pytest.mark.parametrize(
    ("root", "entity"),
    [
        ('<sanctionsData xmlns="https://www.treasury.gov/ofac/DeltaFile/1.0">', '<entity id="7">'),
        ("<sanctionsData>", '<entity id="7" action="add">'),
    ],
)
def test_a_delta_file_is_not_taken_for_a_whole_list(tmp_path, root, entity):
    path = tmp_path / "delta.xml"
    path.write_text(f"{root}<entities>{entity}<generalInfo/></entity></entities></sanctionsData>")
    with pytest.raises(UnreadableFile, match=r"delta\.xml: this is OFAC's delta file"):
        open_list(path)
