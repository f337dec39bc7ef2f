"""FollowTheMoney JSON lines: what is read of them, and that what is written can be read again."""

import json
import lzma
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanctrail.errors import UnreadableFile, UnsafeFile
from sanctrail.lists import extract
from sanctrail.lists.formats import ReadOptions, open_list
from sanctrail.lists.ftm import ftm_read as ftm
from sanctrail.lists.ftm.ftm_values import party_id
from sanctrail.lists.ftm.ftm_write import entities
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    Listing,
    Measure,
    Name,
    Relation,
    Wallet,
)

REAL_UN = "lists/un/UN_consolidated_2026-02-27.xml.xz"
REAL_SDN = "lists/us_ofac/SDN_ADVANCED_2025-11-19.xml.bz2"

THING = (
    "name alias weakAlias previousName country notes summary address addressEntity topics "
    "programId modifiedAt"
)
LEGAL = (
    THING + " email website idNumber taxNumber registrationNumber jurisdiction incorporationDate"
)
ORGANISATION = LEGAL + " imoNumber swiftBic"
PROPERTIES = {
    "Person": LEGAL + " firstName middleName lastName fatherName motherName nameSuffix title"
    " birthDate birthPlace birthCountry gender nationality citizenship passportNumber position",
    "Organization": ORGANISATION,
    "Company": ORGANISATION,
    "LegalEntity": LEGAL,
    "Asset": THING,
    "Vessel": THING + " imoNumber mmsi callSign flag pastFlags type buildDate",
    "Airplane": THING + " serialNumber registrationNumber type model buildDate",
    "Address": "full street city region postalCode country",
    "CryptoWallet": "publicKey cryptoAddress currency holder topics",
    "Sanction": "entity authority authorityId unscId country program programId provisions reason"
    " listingDate startDate date endDate status",
    "Identification": "holder type number country",
    "Passport": "holder type number country",
    "Ownership": "owner asset role status summary namesMentioned",
    "Directorship": "director organization role status summary namesMentioned",
    "Membership": "member organization role status summary namesMentioned",
    "Representation": "agent client role status summary namesMentioned",
    "Family": "person relative relationship summary namesMentioned",
    "Associate": "person associate relationship summary namesMentioned",
    "UnknownLink": "subject object role status description summary namesMentioned",
}
"""Every property that we write, and the chief ones that we read, by schema."""


def entity(
    entity_id, schema="Person", /, *, target=None, datasets=("demo",), seen="2026-08-20", **values
):
    """One entity; a value may be one text, and a party is a target unless it says otherwise."""
    wanted = schema in ("Person", "Company", "Vessel", "Airplane", "Organization", "LegalEntity")
    target = wanted if target is None else target
    if target:
        values.setdefault("topics", ["sanction"])
    return {
        "id": entity_id,
        "caption": next(iter(values.get("name", [])), entity_id),
        "schema": schema,
        "properties": {k: [v] if isinstance(v, str) else v for k, v in values.items()},
        "datasets": [*datasets],
        "last_seen": f"{seen}T01:02:03",
    }


KIM = entity("NK-1", name=["KIM Sang Man"])


def lines(*found):
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found).encode()


@pytest.fixture
def read(tmp_path):
    def reading(*found, raw=None):
        path = tmp_path / "entities.ftm.json"
        path.write_bytes(lines(*found) if raw is None else raw)
        return open_list(path)

    return reading


@pytest.fixture
def only(read):
    """The one listing of a file without problems."""

    def reading(*found):
        [version] = read(*found)
        assert version.problems == ()
        [listing] = version.listings
        return listing

    return reading


def messages(version):
    return [problem.message for problem in version.problems]


def test_a_target_becomes_a_listing_and_a_neighbour_does_not(read):
    by_flag = {**entity("d", name=["D"], target=False), "target": True}
    [version] = read(
        KIM,
        entity("b", "Company", name=["B"], topics=["sanction.linked"]),
        entity("c", name=["C"], target=False, topics=["role.pep"]),
        by_flag,
    )
    assert [one.listing_id for one in version.listings] == ["ftm:NK-1", "ftm:d"]
    assert version.header.list_id == "ftm-demo"
    assert version.header.list_date == "2026-08-20"
    assert version.listings[0].element == "line 1, entity NK-1"
    assert version.problems == ()


def test_every_schema_has_its_kind_and_others_are_counted(read):
    schemata = ("Person", "LegalEntity", "Organization", "Company", "PublicBody", "Vessel")
    [version] = read(
        *(entity(s.lower(), s, target=True, name=[s]) for s in (*schemata, "Airplane")),
        entity("s1", "Security", target=True, name=["Bond"]),
        entity("s2", "Security", target=True, name=["Share"]),
        entity("w", "CryptoWallet", target=True, publicKey=["1abc"]),
    )
    kinds = ["person", *["entity"] * 4, "vessel", "aircraft"]
    assert [one.kind for one in version.listings] == kinds
    said = "entities are of a schema of which no listing is made, and left out"
    unheld = "entities are about no party that the file holds, and left out"
    assert [(p.where, p.message) for p in version.problems] == [
        ("schema CryptoWallet, first in line 10", f"1 {unheld}"),
        ("schema Security, first in line 8", f"2 {said}"),
    ]  # fmt: skip


def test_names_keep_their_kind_and_other_letters_are_a_script_name(only):
    listing = only(
        entity(
            "NK-1",
            name=["김상만", "KIM Sang Man", "KIM Sang-man"],
            alias=["金相万", "Sim Yong"],
            weakAlias=["Blinky"],
            previousName=["PAK"],
        )
        | {"caption": "KIM Sang Man"}
    )
    assert [(n.text, n.kind, n.quality, n.script) for n in listing.names] == [
        ("KIM Sang Man", "primary", "", "Latn"),
        ("김상만", "script", "", "Hang"),
        ("KIM Sang-man", "alias", "", "Latn"),
        ("金相万", "script", "", "Hani"),
        ("Sim Yong", "alias", "", "Latn"),
        ("PAK", "former", "", "Latn"),
        ("Blinky", "alias", "weak", "Latn"),
    ]


def test_parts_belong_to_the_primary_name_only_where_they_stand_in_it(only):
    party = entity("a", name=["KIM, Sang Man"], lastName=["Kim", "PAK"], firstName=["Sang Man"])
    listing = only(party)
    assert listing.names[0].parts == (("last", "Kim"), ("first", "Sang Man"))
    assert listing.details == (Detail("last name", "PAK"),)


def test_births_have_the_precision_they_are_written_with(read):
    [version] = read(
        entity("a", name=["A"], birthDate=["1986", "1986-07", "1986-07-12", "Juche 75"])
    )
    births = version.listings[0].births
    assert [(b.earliest, b.precision) for b in births] == [
        ("1986-01-01", "year"),
        ("1986-07-01", "month"),
        ("1986-07-12", "day"),
    ]
    assert messages(version) == ["date of birth is not read: Juche 75"]


def test_places_and_countries_are_paired_only_where_that_is_certain(only):
    listing = only(
        entity(
            "a",
            name=["A"],
            birthPlace=["Wonsan, North Korea", "Moscow"],
            birthCountry=["kp", "suhh"],
            nationality=["kp"],
            country=["cn", "gb-sct"],
            address=["Ryongsong, Pyongyang", "12 Rd, Dandong, China"],
            addressEntity=["addr-1"],
        ),
        entity(
            "addr-1", "Address", full=["12 Rd, Dandong, China"], city=["Dandong"], country=["cn"]
        ),
    )
    assert listing.addresses == (
        Address("address", "12 Rd, Dandong", "cn", "China", "Dandong"),
        Address("address", "Ryongsong, Pyongyang"),
        Address("birth", "Wonsan", "kp", "North Korea"),
        Address("birth", "Moscow"),
        Address("birth", "", "suhh", "suhh"),
    )
    assert listing.countries == (
        Country("nationality", "kp", "kp"),
        Country("address", "cn", "cn"),
        Country("address", "gb", "gb-sct"),
    )


def test_one_birth_place_and_one_birth_country_belong_together(only):
    listing = only(entity("a", name=["A"], birthPlace=["Wonsan"], birthCountry=["kp"]))
    assert listing.addresses == (Address("birth", "Wonsan", "kp", "kp"),)


def test_numbers_have_their_kind_and_a_document_is_not_told_twice(only):
    listing = only(
        entity("a", name=["A"], passportNumber=["563410155", "X9"], innCode=["7707083893"]),
        entity(
            "p",
            "Passport",
            holder=["a"],
            number=["563410155"],
            country=["kp"],
            endDate=["2018-12-31"],
        ),
        entity("i", "Identification", holder=["a"], type=["National ID"], number=["1-2"]),
    )
    assert set(listing.identifiers) == {
        Identifier("Passport", "563410155", "kp"),
        Identifier("Passport", "X9"),
        Identifier("National ID", "1-2"),
        Identifier("INN", "7707083893"),
    }
    assert listing.details == (Detail("document end date", "Passport 563410155: 2018-12-31"),)


def test_an_imo_number_is_seven_digits_and_its_check_digit_is_checked(read):
    [version] = read(
        entity("v", "Vessel", name=["V"], imoNumber=["IMO9562233"], mmsi=["445123000"]),
        entity("w", "Vessel", name=["W"], imoNumber=["9562234"]),
    )
    first, second = version.listings
    assert first.identifiers == (Identifier("IMO", "9562233"), Identifier("MMSI", "445123000"))
    assert second.identifiers == (Identifier("IMO", "9562234"),)
    assert messages(version) == ["IMO number 9562234 has a wrong check digit"]


def test_wallets_are_their_holders_in_exact_case(only):
    address = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
    listing = only(
        KIM,
        entity("w1", "CryptoWallet", holder=["NK-1"], publicKey=[address], currency=["ETH", "BSC"]),
        entity("w2", "CryptoWallet", holder=["NK-1"], cryptoAddress=["1Abc"], publicKey=["1Abc"]),
    )
    assert listing.wallets == (Wallet("ETH", address), Wallet("BSC", address), Wallet("", "1Abc"))


def test_a_sanction_gives_programme_day_measures_and_reference(only):
    listing = only(
        KIM,
        entity(
            "s",
            "Sanction",
            entity=["NK-1"],
            authority=["OFAC"],
            authorityId=["43377"],
            programId=["US-DPRK3"],
            program=["North Korea"],
            listingDate=["2023-05-23"],
            startDate=["2023-05-24"],
            provisions=["Asset freeze", "Visa ban", "Arms embargo", "Other thing"],
            reason=["EO 13687"],
        ),
    )
    assert (listing.reference, listing.listed_on) == ("43377", "2023-05-23")
    assert listing.programmes == ("US-DPRK3",)
    assert [m.kind for m in listing.measures] == [
        "asset freeze",
        "travel ban",
        "arms embargo",
        "other",
    ]
    assert set(listing.details) == {
        Detail("sanction authority", "OFAC"),
        Detail("sanction program", "North Korea"),
        Detail("sanction start date", "2023-05-24"),
        Detail("sanction reason", "EO 13687"),
    }


@pytest.mark.parametrize(
    ("dates", "listed_on", "basis"),
    [
        ({"startDate": "2020-01-02"}, "2020-01-02", ""),
        ({"listingDate": "2020-01-03T00:00:00"}, "2020-01-03", ""),
        ({"date": "2020-01-04"}, "2020-01-04", "at the latest"),
        ({"startDate": "2020"}, "", ""),
        ({}, "", ""),
    ],
)
def test_the_listing_date_is_the_day_that_the_file_gives(only, dates, listed_on, basis):
    listing = only(KIM, entity("s", "Sanction", entity=["NK-1"], **dates))
    assert (listing.listed_on, listing.listed_basis) == (listed_on, basis)


def test_a_sanction_that_ended_is_a_detail_while_another_is_in_force(only):
    old = entity("s1", "Sanction", entity=["NK-1"], program=["OLD"], endDate=["2020-05-01"])
    new = entity("s2", "Sanction", entity=["NK-1"], program=["NEW"], endDate=["2030"])
    listing = only(KIM, old, new)
    assert listing.programmes == ("NEW",)
    assert Detail("ended sanction", "program OLD; end date 2020-05-01") in listing.details
    assert not listing.delisted


def test_a_party_is_delisted_only_where_all_has_ended_and_no_topic_says_otherwise(only):
    ended = entity("s1", "Sanction", entity=["NK-1"], program=["OLD"], endDate=["2020-05-01"])
    marked = {**KIM, "target": True, "properties": {"name": ["KIM"]}}
    lifted = only(marked, ended)
    assert (lifted.delisted, lifted.delisted_on) == (True, "2020-05-01")
    still = only(KIM, ended)
    assert not still.delisted
    assert still.programmes == ("OLD",)


def test_ties_are_told_from_both_ends(read):
    [version] = read(
        KIM,
        entity("co", "Company", name=["Chinyong"]),
        entity("mum", name=["PAK"], target=False),
        entity("o", "Ownership", owner=["NK-1"], asset=["co"], role=["50 per cent"]),
        entity("d", "Directorship", director=["NK-1"], organization=["co"], status=["former"]),
        entity("f", "Family", person=["NK-1"], relative=["mum"], relationship=["mother"]),
        entity("u", "UnknownLink", subject=["NK-1"], object=["gone"], role=["linked"]),
    )
    kim, company = version.listings
    assert kim.relations == (
        Relation("owner of", "ftm:co", "Chinyong", "50 per cent"),
        Relation("leader of", "ftm:co", "Chinyong", "directorship", former=True),
        Relation("family of", "", "PAK", "mother"),
        Relation("linked to", "ftm:gone", "", "linked"),
    )
    assert company.relations == (
        Relation("owned by", "ftm:NK-1", "KIM Sang Man", "50 per cent"),
        Relation("linked to", "ftm:NK-1", "KIM Sang Man", "directorship", former=True),
    )
    assert messages(version) == ["is tied to gone (linked), which the file does not hold"]


def test_what_has_no_place_is_kept_under_its_own_word(only):
    party = entity(
        "a", name=["A"], position=["Banker"], notes=["N1", "N2"], hairColor=["black"],
        topics=["sanction", "crime.cyber"], gender=["male"],
    )  # fmt: skip
    listing = only(party)
    assert set(listing.details) == {
        Detail("position", "Banker"),
        Detail("hair color", "black"),
        Detail("topic", "crime.cyber"),
    }
    assert (listing.gender, listing.remarks) == ("male", "N1\nN2")


def test_objects_in_the_place_of_references_are_read_too(only):
    nested = json.loads(json.dumps(KIM))
    nested["properties"] |= {
        "sanctions": [entity("s", "Sanction", entity=["NK-1"], program=["DPRK3"])],
        "cryptoWallets": [entity("w", "CryptoWallet", publicKey=["1Abc"], currency=["XBT"])],
        "addressEntity": [entity("addr", "Address", full=["Pyongyang"], country=["kp"])],
        "ownershipOwner": [
            entity("o", "Ownership", asset=[entity("co", "Company", name=["Co"])], owner=["NK-1"])
        ],
    }
    listing = only(nested)
    assert listing.programmes == ("DPRK3",)
    assert listing.wallets == (Wallet("XBT", "1Abc"),)
    assert listing.addresses == (Address("address", "Pyongyang", "kp", "kp"),)
    assert listing.relations == (Relation("owner of", "", "Co", "ownership"),)
    assert listing.details == ()


def test_each_dataset_is_a_list_where_each_target_bears_one(read):
    versions = read(
        entity("a", name=["A"], datasets=["us-sdn"], seen="2026-01-02"),
        entity("b", name=["B"], datasets=["UN SC"], seen="2026-03-04"),
        entity("c", name=["C"], datasets=["us-sdn"], seen="2026-01-03"),
    )
    assert [(v.header.list_id, v.header.list_date, len(v.listings)) for v in versions] == [
        ("ftm-us-sdn", "2026-01-03", 2),
        ("ftm-un-sc", "2026-03-04", 1),
    ]


def test_a_merged_collection_is_one_list_told_apart_from_its_datasets(read):
    both = entity("a", name=["A"], datasets=["un", "us"])
    [version] = read(both, entity("b", name=["B"], datasets=["us"]), entity("c", datasets=["eu"]))
    assert version.header.list_id == "ftm-us-and-others"
    [version] = read(both, entity("b", name=["B"], datasets=["us"]))
    assert version.header.list_id == "ftm-us"


def test_a_file_without_dates_needs_one_from_outside(read, tmp_path):
    bare = {key: KIM[key] for key in ("id", "schema", "properties")}
    with pytest.raises(UnreadableFile, match="does not say of which day"):
        read(bare)
    path = tmp_path / "entities.ftm.json"
    [version] = open_list(path, ReadOptions(list_date="2026-08-20"))
    assert (version.header.list_id, version.date_from) == ("ftm-unnamed", "user")


@pytest.mark.parametrize("cut", [1, 20, 90])
def test_a_file_cut_in_mid_line_is_refused(read, cut):
    whole = lines(KIM, entity("b", name=["B"]))
    with pytest.raises(UnreadableFile, match="line 2: the file breaks off"):
        read(raw=whole[: -1 - cut])


def test_a_last_line_without_its_end_is_a_problem(read):
    [version] = read(raw=lines(KIM)[:-1])
    assert messages(version) == [
        "the last line has no line end: the file may have been cut behind it"
    ]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"id": "a", "schema": }', "damaged at character 22"),
        (b"[1, 2]", "expected an object with id, schema and properties"),
        (b'{"id": "a", "schema": "Person"}', "expected an object"),
        (b'{"id": 7, "schema": "Person", "properties": {}}', "expected an object"),
        (b'{"id": "\xff", "schema": "Person", "properties": {}}', "not valid UTF-8"),
        (b'{"id": "\\ud800", "schema": "Person", "properties": {}}', "not valid UTF-8"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_a_bad_line_is_a_problem_with_its_number(read, bad, reason):
    [version] = read(raw=lines(KIM) + bad + b"\n" + lines(entity("b", name=["B"])))
    assert len(version.listings) == 2
    [problem] = version.problems
    assert problem.where == "line 2"
    assert reason in problem.message


def test_a_value_that_is_no_text_and_an_id_told_twice_are_problems(read):
    odd = entity("b", name=["B"], birthDate=[1986], alias=[None, {"x": 1}])
    [version] = read(KIM, odd, KIM)
    assert len(version.listings) == 2
    assert [p.where for p in version.problems] == [
        "line 2, entity b", "line 2, entity b", "line 3, entity NK-1",
    ]  # fmt: skip


def test_what_is_about_nobody_is_counted(read):
    [version] = read(
        KIM,
        entity("s", "Sanction", entity=["gone"]),
        entity("x", "Occupancy", holder=["NK-1"]),
        entity("a", name=["A"], addressEntity=["nowhere"]),
    )
    assert messages(version) == [
        "1 entities are about no party that the file holds, and left out",
        "1 entities are of a schema of which no listing is made, and left out",
        "names the address nowhere, which the file does not hold",
    ]


def test_a_file_of_which_most_is_something_else_is_refused(read):
    with pytest.raises(UnreadableFile, match="2 of 3 lines are no FollowTheMoney entity"):
        read(raw=lines(KIM) + b"some\nwords\n")


def test_a_line_beyond_reason_is_refused(read, monkeypatch):
    monkeypatch.setattr(ftm, "MAX_LINE", 500)
    with pytest.raises(UnsafeFile, match="longer than 500 bytes"):
        read(KIM, entity("b", name=["B" * 600]))


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (lines(KIM), True),
        (b"\xef\xbb\xbf\n" + lines(KIM), True),
        (lines(KIM)[:120], True),
        (b'{"caption":"X","datasets":[],"id":"a","properties":{"name":["' + b"x" * 65_000, True),
        (b'{"format": "sanctrail-extract/1", "lists": {}}', False),
        (b'{"op": "ADD", "entity": {"id": "a"}}\n', False),
        (b'{"id": "a", "geometry": {}}\n', False),
        (b'{\n "id": "a",\n "schema": "Person", "properties": {}}', False),
        (b"[1]", False),
        (b"<xml/>", False),
        (b"", False),
    ],
)
def test_its_own_files_are_recognised_and_an_extract_is_not_one(head, known):
    assert ftm.recognises(head) is known
    assert extract.recognises(head) is (head.startswith(b"{") and not known)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 400))
def test_no_bytes_bring_a_raw_error(tmp_path_factory, junk, at):
    path = tmp_path_factory.mktemp("junk") / "a.ftm.json"
    whole = lines(KIM, entity("s", "Sanction", entity=["NK-1"], listingDate=["2020-01-01"]))
    path.write_bytes(whole[:at] + junk + whole[at:])
    try:
        open_list(path)
    except (UnreadableFile, UnsafeFile) as error:
        assert str(error)  # noqa: PT017


# Writing

LAZARUS = Listing(
    "us:27307", "us", "27307", "entity", (Name("LAZARUS GROUP", "primary", "strong", "Latn"),),
    "2019-09-13", ("DPRK3",), "row 1",
    wallets=(Wallet("ETH", "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"),),
    identifiers=(Identifier("SWIFT/BIC", "FTBDKPPY"), Identifier("Registration Number", "77")),
    measures=(Measure("asset freeze", "Block"), Measure("sectoral equity", "Directive 1")),
    acts=(LegalAct("EO 13722", "2016-03-15", "listing"),),
    details=(Detail("website", "www.lazarus.kp"), Detail("tonnage", "3")),
)  # fmt: skip
SHIP = Listing(
    "us:9", "us", "9", "vessel", (Name("CHONG 1", "primary"),), "2020-01-01", (), "row 2",
    identifiers=(Identifier("IMO", "9562233"), Identifier("IMO", "9562234")),
    countries=(Country("flag", "kp", "North Korea"), Country("former flag", "", "Fooland")),
    relations=(
        Relation("owned by", "us:27307", "LAZARUS GROUP", "Property in the interest of"),
        Relation("supporting", "us:27307", "LAZARUS GROUP", "Providing support to", former=True),
        Relation("linked to", "", "OCEAN CO", "see also"),
    ),
)  # fmt: skip


def written(*listings, list_id="us-sdn", regime="us"):
    return [*entities(listings, list_id, regime, "The list", "2026-08-20")]


def again(read, *listings, **about):
    [version] = read(*written(*listings, **about))
    return version


def test_a_party_is_written_with_what_stands_around_it():
    found = written(LAZARUS)
    party, sanction = found[:2]
    assert (party["id"], party["schema"], party["datasets"]) == (
        "us-27307",
        "Organization",
        ["us-sdn"],
    )
    assert party["properties"]["topics"] == ["sanction"]
    assert party["properties"]["swiftBic"] == ["FTBDKPPY"]
    assert party["properties"]["website"] == ["www.lazarus.kp"]
    assert party["properties"]["summary"] == ["tonnage: 3"]
    assert sanction["properties"] == {
        "authority": ["The list"],
        "authorityId": ["27307"],
        "country": ["us"],
        "entity": ["us-27307"],
        "listingDate": ["2019-09-13"],
        "program": ["DPRK3"],
        "provisions": ["Block", "sectoral equity: Directive 1"],
        "reason": ["EO 13722 of 2016-03-15"],
    }
    assert [one["schema"] for one in found[2:]] == ["Identification", "CryptoWallet"]


def test_the_same_listings_give_the_same_bytes_and_no_id_twice():
    first, second = written(LAZARUS, SHIP), written(LAZARUS, SHIP)
    assert lines(*first) == lines(*second)
    ids = [one["id"] for one in first]
    assert len(ids) == len(set(ids))


def test_only_properties_of_the_model_are_written():
    for one in written(LAZARUS, SHIP, replace(SHIP, listing_id="us:a", kind="aircraft")):
        assert set(one["properties"]) <= set(PROPERTIES[one["schema"]].split())
        assert all(isinstance(value, str) for of in one["properties"].values() for value in of)


def test_ties_come_back_with_their_kind_and_an_owned_entity_is_a_company(read):
    lazarus, ship = again(read, LAZARUS, SHIP).listings
    assert ship.relations == tuple(
        replace(one, other=one.other.replace("us:", "ftm:us-")) for one in SHIP.relations
    )
    assert [(one.kind, one.former) for one in lazarus.relations] == [
        ("owner of", False),
        ("linked to", True),
    ]
    owned = replace(LAZARUS, relations=(Relation("owned by", "", "STATE", "Owned By"),))
    assert written(owned)[0]["schema"] == "Company"


def test_what_the_model_cannot_say_is_kept_in_words(read):
    circa = replace(
        LAZARUS,
        kind="person",
        births=(Birth("1961-01-01", "1963-12-31", "range", circa=True),),
    )
    [listing] = again(read, circa).listings
    assert [birth.earliest[:4] for birth in listing.births] == ["1961", "1962", "1963"]
    said = "date of birth: circa 1961-01-01 to 1963-12-31"
    assert Detail("summary", said) in listing.details
    [ship] = again(read, SHIP).listings[:1]
    assert Identifier("IMO", "9562233") in ship.identifiers
    assert {Detail("summary", "IMO: 9562234"), Detail("summary", "former flag: Fooland")} <= set(
        ship.details
    )


def test_a_listing_known_by_its_act_only_stays_at_the_latest(read):
    [listing] = again(read, replace(LAZARUS, listed_basis="at the latest")).listings
    assert (listing.listed_on, listing.listed_basis) == ("2019-09-13", "at the latest")


def test_a_lifted_listing_is_no_target():
    party, sanction, *_ = written(replace(LAZARUS, delisted=True, delisted_on="2025-03-21"))
    assert party["target"] is False
    assert "topics" not in party["properties"]
    assert sanction["properties"]["endDate"] == ["2025-03-21"]


@pytest.mark.parametrize("listing_id", ["ca:Belarus / 1 / 2", "jp:x0f", "ch:日本", "eu:EU.3319.66"])
def test_an_id_is_one_that_the_model_allows(listing_id):
    assert re.fullmatch(r"[0-9a-zA-Z]([0-9a-zA-Z.-]*[0-9a-zA-Z])?", party_id(listing_id))


TEXT = st.from_regex(r"[A-Z][a-z]{1,6}( [A-Z][a-z0-9]{1,6}){0,2}", fullmatch=True)
CODE = st.sampled_from(["kp", "cn", "ru", "suhh", "ddde"])
DAY = st.dates(min_value=date(1900, 1, 1)).map(str)
NAMES = st.one_of(
    st.builds(Name, TEXT, st.sampled_from(["alias", "former"]), st.just(""), st.just("Latn")),
    st.builds(Name, TEXT, st.just("alias"), st.just("weak"), st.just("Latn")),
    st.builds(
        Name,
        st.sampled_from(["김상만", "리철", "박"]),
        st.just("script"),
        st.just(""),
        st.just("Hang"),
    ),
)
BIRTHS = st.one_of(
    DAY.map(lambda day: Birth(day, day, "day")),
    st.integers(1900, 2020).map(lambda year: Birth(f"{year}-01-01", f"{year}-12-31", "year")),
)
LISTINGS = st.builds(
    Listing,
    st.from_regex(r"us:[a-z0-9]{1,8}", fullmatch=True), st.just("us"), TEXT,
    st.just("person"),
    st.builds(
        lambda first, others: (Name(first, "primary", "", "Latn"), *others),
        TEXT, st.lists(NAMES, max_size=4, unique_by=lambda name: name.text),
    ),
    DAY, st.lists(TEXT, max_size=3, unique=True).map(tuple), st.just("row 1"),
    births=st.lists(BIRTHS, max_size=3, unique=True).map(tuple),
    countries=st.lists(
        st.builds(Country, st.sampled_from(["nationality", "citizenship"]), CODE, st.just("")),
        max_size=3, unique=True,
    ).map(tuple),
    addresses=st.lists(
        st.builds(Address, st.just("address"), TEXT, CODE), max_size=3, unique=True
    ).map(tuple),
    identifiers=st.lists(
        st.builds(
            Identifier,
            st.sampled_from(["Passport", "National ID No.", "Tax ID No.", "IMO"]),
            st.from_regex(r"[A-Z0-9]{4,9}", fullmatch=True),
            st.one_of(st.just(""), CODE),
        ),
        max_size=4, unique=True,
    ).map(tuple),
    wallets=st.lists(
        st.builds(Wallet, st.sampled_from(["XBT", "ETH", ""]), st.text("aAbB12", min_size=4)),
        max_size=4, unique=True,
    ).map(tuple),
    gender=st.sampled_from(["", "male", "female"]),
)  # fmt: skip


def kept(listing):
    """What a round trip keeps, without order."""
    return {
        "primary": listing.primary_name,
        "names": {(n.text, n.kind, n.quality, n.script) for n in listing.names},
        "births": set(listing.births),
        "countries": {(one.role, one.code) for one in listing.countries},
        "addresses": {(one.role, one.text, one.country) for one in listing.addresses},
        "identifiers": set(listing.identifiers),
        "wallets": set(listing.wallets),
        "programmes": listing.programmes,
        "rest": (listing.kind, listing.reference, listing.listed_on, listing.gender),
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(LISTINGS, min_size=1, max_size=3, unique_by=lambda one: one.listing_id))
def test_what_was_written_is_read_again(tmp_path_factory, listings):
    path = tmp_path_factory.mktemp("again") / "a.ftm.json"
    path.write_bytes(lines(*written(*listings)))
    [version] = open_list(path)
    assert version.problems == ()
    assert [kept(one) for one in version.listings] == [kept(one) for one in listings]


@pytest.fixture(scope="module")
def real_un(shared):
    [version] = open_list(shared / REAL_UN)
    return version


def test_the_whole_un_list_is_read_again_as_it_was_written(shared, real_un, read):
    found = written(*real_un.listings, list_id="un", regime="un")
    [version] = read(*found)
    assert version.problems == ()
    assert (version.header.list_id, version.header.list_date) == ("ftm-un", "2026-08-20")
    raw = lzma.decompress((shared / REAL_UN).read_bytes())
    assert len(version.listings) == len(re.findall(rb"<(?:INDIVIDUAL|ENTITY)>", raw))
    for one, back in zip(real_un.listings, version.listings, strict=True):
        assert {name.text for name in back.names} == {name.text for name in one.names}
        assert [n.text for n in back.names if n.quality == "weak"] == [
            *dict.fromkeys(n.text for n in one.names if n.quality == "weak")
        ]
        assert {(c.role, c.code) for c in back.countries} == {
            (c.role, c.code) for c in one.countries
        }
        short = {i for i in one.identifiers if len(i.number) <= 64}
        assert set(back.identifiers) == short
        assert {(b.earliest, b.latest) for b in one.births if b.precision != "range"} <= {
            (b.earliest, b.latest) for b in back.births
        }
        for field in ("programmes", "listed_on", "reference", "kind", "gender", "remarks"):
            assert getattr(back, field) == getattr(one, field)


def test_the_table_of_properties_is_the_models():
    model = pytest.importorskip("followthemoney").model
    for schema, names in PROPERTIES.items():
        missing = [name for name in names.split() if name not in model.get(schema).properties]
        assert not missing, schema


@pytest.mark.parametrize("file", [REAL_UN, REAL_SDN])
def test_every_value_written_is_valid_for_the_model(shared, file):
    """The model's `validate` holds every identifier to 64 characters, though a wallet may have 512.

    So the Monero addresses, of 95, are checked by the property's own limit.
    """
    model = pytest.importorskip("followthemoney").model
    [version] = open_list(shared / file)
    header = version.header
    found = written(*version.listings, list_id=header.list_id, regime=header.regime)
    schemata = {one["id"]: model.get(one["schema"]) for one in found}
    assert len(schemata) == len(found)
    for one in found:
        for name, values in one["properties"].items():
            prop = model.get(one["schema"]).get(name)
            for value in values:
                clean = prop.type.clean(value, format=prop.format)
                assert clean, (one["schema"], name, value)
                assert len(clean) <= prop.max_length
                if prop.type.name == "entity":
                    assert schemata[value].is_a(prop.range), (one["schema"], name)
