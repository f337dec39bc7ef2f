"""OFAC's plain XML layout: its traps, and the held files against counts from their bytes."""

import gzip
import lzma
import re
from collections import Counter

import pytest

from sanctrail.errors import SanctrailError, UnreadableFile
from sanctrail.lists import open_list
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
from sanctrail.lists.us.ofac_terms import birth_of, date_text, linked_to, measures_of

OLD = "http://tempuri.org/sdnList.xsd"
SLS = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML"


def entry(uid=28263, inside="", name="<firstName>Yinyin</firstName><lastName>TIAN</lastName>"):
    return (
        f"<sdnEntry><uid>{uid}</uid>{name}<sdnType>Individual</sdnType>{inside}"
        "<programList><program>DPRK3</program><program>CYBER2</program></programList></sdnEntry>"
    )


def document(*entries, count=None, date="03/10/2021", namespace=SLS):
    said = len(entries) if count is None else count
    return (
        f'<?xml version="1.0" standalone="yes"?><sdnList xmlns="{namespace}"><publshInformation>'
        f"<Publish_Date>{date}</Publish_Date><Record_Count>{said}</Record_Count>"
        f"</publshInformation>{''.join(entries)}</sdnList>"
    )


@pytest.fixture
def load(tmp_path):
    def read(*entries, **said):
        path = tmp_path / "list.xml"
        path.write_text(document(*(entries or (entry(),)), **said), encoding="utf-8")
        (version,) = open_list(path)
        return version

    return read


def ids(*rows):
    tags = ("idType", "idNumber", "idCountry", "issueDate", "expirationDate")
    inside = "".join(
        "<id><uid>1</uid>"
        + "".join(f"<{tag}>{text}</{tag}>" for tag, text in zip(tags, row, strict=False) if text)
        + "</id>"
        for row in rows
    )
    return f"<idList>{inside}</idList>"


@pytest.mark.parametrize("namespace", [OLD, SLS])
def test_a_party_of_either_namespace_is_read(load, namespace):
    version = load(namespace=namespace)
    assert (version.header.list_id, version.header.list_date) == ("us-sdn", "2021-03-10")
    (listing,) = version.listings
    parts = (("last", "TIAN"), ("first", "Yinyin"))
    assert listing.names == (Name("TIAN, Yinyin", "primary", "strong", "Latn", parts),)
    assert (listing.listing_id, listing.reference, listing.kind) == ("us:28263", "28263", "person")
    assert (listing.programmes, listing.listed_on) == (("DPRK3", "CYBER2"), "")
    assert version.problems == ()


@pytest.mark.parametrize("date", ["", "13/40/2021", "2021-03-10"])
def test_a_list_that_does_not_say_its_day_asks_for_it(load, date):
    with pytest.raises(UnreadableFile, match="does not say of which day"):
        load(date=date)


@pytest.mark.parametrize("count", [0, 2, 443])
def test_a_file_with_another_number_of_entries_than_it_says_is_refused(load, count):
    with pytest.raises(UnreadableFile, match=f"says that it holds {count} entries but has 1"):
        load(count=count)


def test_a_file_that_does_not_count_its_entries_is_told(load):
    assert "how many entries" in load(count="").problems[0].message


def test_the_list_is_told_by_its_entries(load):
    plc = entry(1).replace("DPRK3", "NS-PLC")
    directive = entry(2, ids(("Executive Order 13662 Directive Determination -", "Directive 4")))
    capta = entry(3, ids(("Executive Order 14024 Directive Information", "Directive 2")))
    assert load(plc, directive, capta, entry(4)).header.list_id == "us-cons"
    assert load(plc, entry(2), entry(3)).header.list_id == "us-sdn"


def test_aliases_have_their_kind_and_quality(load):
    def aka(kind, category, last, first=""):
        first = f"<firstName>{first}</firstName>" if first else ""
        return (
            f"<aka><uid>1</uid><type>{kind}</type><category>{category}</category>"
            f"<lastName>{last}</lastName>{first}</aka>"
        )

    akas = (
        aka("a.k.a.", "strong", "TIEN", "Yin")
        + aka("a.k.a.", "weak", "snowsjohn")
        + aka("f.k.a.", "strong", "OLD NAME")
        + aka("n.k.a.", "strong", "NEW NAME")
        + aka("p.k.a.", "so so", "ODD")
    )
    version = load(entry(inside=f"<akaList>{akas}</akaList>"))
    names = version.listings[0].names[1:]
    assert [(name.text, name.kind, name.quality) for name in names] == [
        ("TIEN, Yin", "alias", "strong"),
        ("snowsjohn", "alias", "weak"),
        ("OLD NAME", "former", "strong"),
        ("NEW NAME", "alias", "strong"),
        ("ODD", "alias", ""),
    ]
    assert [problem.message for problem in version.problems] == [
        "alias type 'p.k.a.' is not one that OFAC is known by",
        "alias category 'so so' is neither strong nor weak",
    ]


def test_the_id_list_is_sorted_into_what_its_entries_are(load):
    wallet = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
    inside = ids(
        ("Passport", "109484100", "Korea, North", "18 Jan 1984", "24 Dec 2024"),
        ("Digital Currency Address - ETH", wallet),
        ("Gender", "Male"),
        ("SWIFT/BIC", "KKBCKPPY"),
        ("Vessel Registration Identification", "IMO 9187629"),
        ("Former Vessel Flag", "Panama"),
        ("Secondary sanctions risk:", "section 510.201"),
        ("Listing Date (EO 14099 Directive 7):", "24 Feb 2022"),
        ("Executive Order 15000 information:", "no loans"),
        ("Website", "www.example.com"),
        ("Some New Number", "77"),
        ("Registration ID", "5", "Atlantis"),
        ("", "orphan"),
    )
    version = load(entry(inside=inside))
    (listing,) = version.listings
    assert listing.wallets == (Wallet("ETH", wallet),)
    assert listing.gender == "male"
    assert listing.identifiers == (
        Identifier("Passport", "109484100", "kp"),
        Identifier("SWIFT/BIC", "KKBCKPPY"),
        Identifier("IMO", "9187629"),
        Identifier("Some New Number", "77"),
        Identifier("Registration ID", "5"),
    )
    assert listing.countries == (Country("former flag", "pa", "Panama"),)
    assert listing.details == (
        Detail("passport issue date", "109484100: 18 Jan 1984"),
        Detail("passport expiration date", "109484100: 24 Dec 2024"),
        Detail("secondary sanctions risk", "section 510.201"),
        Detail("listing date (eo 14099 directive 7)", "24 Feb 2022"),
        Detail("executive order 15000 information", "no loans"),
        Detail("website", "www.example.com"),
        Detail("registration id country", "5: Atlantis"),
    )
    assert [p.message for p in version.problems] == ["id 1 lacks its type or number: orphan"]


def test_places_births_vessel_and_title_are_kept(load):
    inside = (
        "<title>Director</title><addressList><address><uid>1</uid><address1>Ibex House</address1>"
        "<city>London</city><postalCode>EC3N 1DY</postalCode><country>United Kingdom</country>"
        "</address><address><uid>2</uid><country>undetermined</country></address></addressList>"
        "<nationalityList><nationality><country>China</country></nationality></nationalityList>"
        "<citizenshipList><citizenship><country>Egypt</country></citizenship></citizenshipList>"
        "<dateOfBirthList><dateOfBirthItem><dateOfBirth>circa 1961 to 1963</dateOfBirth>"
        "</dateOfBirthItem><dateOfBirthItem><dateOfBirth>long ago</dateOfBirth></dateOfBirthItem>"
        "</dateOfBirthList><placeOfBirthList><placeOfBirthItem><placeOfBirth>Dandong, China"
        "</placeOfBirth></placeOfBirthItem></placeOfBirthList>"
        "<vesselInfo><callSign>CL2685</callSign><vesselType>Tug</vesselType><vesselFlag>Cuba"
        "</vesselFlag><tonnage>2597</tonnage></vesselInfo><newList><x>1</x></newList>"
    )
    version = load(entry(inside=inside))
    (listing,) = version.listings
    assert listing.addresses == (
        Address(
            "address",
            "Ibex House, London, EC3N 1DY",
            "gb",
            "United Kingdom",
            city="London",
            postal_code="EC3N 1DY",
        ),
        Address("birth", "Dandong", "cn", "China"),
    )
    assert listing.countries == (
        Country("nationality", "cn", "China"),
        Country("citizenship", "eg", "Egypt"),
        Country("flag", "cu", "Cuba"),
    )
    assert listing.births == (Birth("1961-01-01", "1963-12-31", "range", circa=True),)
    assert listing.identifiers == (Identifier("Vessel Call Sign", "CL2685"),)
    assert [(one.kind, one.text) for one in listing.details] == [
        ("title", "Director"),
        ("vessel type", "Tug"),
        ("vessel tonnage", "2597"),
    ]
    assert [problem.message for problem in version.problems] == [
        "date of birth is not read: long ago",
        "<newList> is no part of the layout; it was left out",
    ]


@pytest.mark.parametrize(
    ("remarks", "names"),
    [
        ("(Linked To: LAZARUS GROUP)", ["LAZARUS GROUP"]),
        ("All Offices Worldwide; (Linked To: HAMAS)", ["HAMAS"]),
        (
            "(Linked To: GUARD CORPS (IRGC)-QODS FORCE; Linked To: HIZBALLAH)",
            ["GUARD CORPS (IRGC)-QODS FORCE", "HIZBALLAH"],
        ),
        ("(Linked To: A); Linked To: B)", ["A", "B"]),
        ("Linked To: BANK (MELLI", ["BANK (MELLI"]),
        ("Linked To: ", []),
        ("all offices worldwide", []),
    ],
)
def test_ties_in_remarks_are_relations_by_name(remarks, names):
    wanted = [Relation("linked to", "", name, f"Linked To: {name}") for name in names]
    assert list(linked_to(remarks)) == wanted


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("12 Jul 1986", Birth("1986-07-12", "1986-07-12", "day")),
        ("Jul 1986", Birth("1986-07-01", "1986-07-31", "month")),
        ("1986", Birth("1986-01-01", "1986-12-31", "year")),
        ("circa 1986", Birth("1986-01-01", "1986-12-31", "year", circa=True)),
        ("circa 01 Jan 1961", Birth("1961-01-01", "1961-01-01", "day", circa=True)),
        ("1961 to 1963", Birth("1961-01-01", "1963-12-31", "range")),
        ("circa 1979-1982", Birth("1979-01-01", "1982-12-31", "range", circa=True)),
        ("Jan 1961 to Mar 1962", Birth("1961-01-01", "1962-03-31", "range")),
        ("08 Nov 1985 to 07 Nov 1986", Birth("1985-11-08", "1986-11-07", "range")),
        ("01 Jan 1985 to 31 Dec 1985", Birth("1985-01-01", "1985-12-31", "year")),
        ("1963 to 1961", None),
        ("31 Feb 1980", None),
        ("", None),
        ("unknown", None),
    ],
)
def test_births_are_read_in_every_form_that_the_list_writes(text, birth):
    assert birth_of(text) == birth


@pytest.mark.parametrize(
    "text",
    ["12 Jul 1986", "Jul 1986", "1986", "circa 1986", "1961 to 1963", "Jan 1961 to Mar 1962"],
)
def test_a_date_is_written_as_the_text_layouts_write_it(text):
    assert date_text(birth_of(text)) == text


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("Block", ["asset freeze"]),
        ("Reject", ["other"]),
        ("13662 Sectoral Directive 1", ["sectoral debt", "sectoral equity"]),
        ("13662 Sectoral Directive 2", ["sectoral debt"]),
        ("13662 Sectoral Directive 4", ["trade restriction"]),
        ("Executive Order 14024 Directive 1a", ["sectoral debt"]),
        ("Executive Order 14024 Directive 2", ["correspondent account"]),
        ("Executive Order 14024 Directive 3", ["sectoral debt", "sectoral equity"]),
        ("Executive Order 14024 Directive 4", ["other"]),
        ("CMIC Executive Order", ["sectoral equity"]),
        ("561 Full Restrictions", ["correspondent account"]),
        ("Executive Order 14059 Non-blocking", ["other"]),
        ("Something new", ["other"]),
    ],
)
def test_a_sanctions_type_is_what_it_obliges_to(words, kinds):
    assert [(one.kind, one.as_written) for one in measures_of(words)] == [(k, words) for k in kinds]


def test_an_entry_without_number_or_name_or_type_is_told_and_kept(load):
    bare = entry("", name="<lastName/>").replace("Individual", "Spacecraft")
    version = load(entry(), bare)
    assert re.fullmatch(r"us:x[0-9a-f]{16}", version.listings[1].listing_id)
    assert version.listings[1].kind == "entity"
    assert [problem.message.partition(";")[0] for problem in version.problems] == [
        "has no name",
        "has no uid",
        "type 'Spacecraft' is not one that OFAC is known by",
    ]


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path, share):
    path = tmp_path / "sdn.xml"
    text = document(entry(), entry(2))
    path.write_text(text[: int(len(text) * share)], encoding="utf-8")
    with pytest.raises(SanctrailError, match=r"sdn\.xml"):
        open_list(path)


# The held files.


@pytest.fixture(
    scope="module",
    params=[
        ("SDN_2021-03-10.xml.xz", lzma, "us-sdn", "2021-03-10", 8_832, 9),
        ("CONSOLIDATED_2025-05.xml.gz", gzip, "us-cons", "2025-03-28", 443, 0),
    ],
    ids=["sdn", "cons"],
)
def held(request, shared):
    name, packing, *wanted = request.param
    path = shared / "lists" / "us_ofac" / name
    (version,) = open_list(path)
    return version, packing.decompress(path.read_bytes()).decode(), wanted


def test_every_entry_name_and_programme_of_a_held_file_is_there(held):
    version, raw, (list_id, date, parties, flaws) = held
    assert (version.header.list_id, version.header.list_date) == (list_id, date)
    assert [one.reference for one in version.listings] == re.findall(
        r"<sdnEntry>\s*<uid>(\d+)<", raw
    )
    assert len(version.listings) == parties
    assert total(version, "names") == parties + raw.count("<aka>")
    assert total(version, "programmes") == raw.count("<program>")
    weak = sum(name.quality == "weak" for one in version.listings for name in one.names)
    assert weak == raw.count("<category>weak<")
    assert len(version.problems) == flaws
    assert all("check digit" in problem.message for problem in version.problems)


def total(version, attribute):
    return sum(len(getattr(one, attribute)) for one in version.listings)


def test_every_wallet_of_a_held_file_is_there_in_its_exact_case(held):
    version, raw, _ = held
    written = re.findall(
        r"<idType>Digital Currency Address - (\w+)</idType>\s*<idNumber>([^<]*)<", raw
    )
    kept = [(wallet.asset, wallet.address) for one in version.listings for wallet in one.wallets]
    assert Counter(kept) == Counter(written)


def test_every_id_place_and_birth_of_a_held_file_is_there(held):
    version, raw, _ = held
    entries = re.findall(r"<sdnEntry>(.*?)</sdnEntry>", raw, re.DOTALL)
    lost = []
    for listing, inside in zip(version.listings, entries, strict=True):
        kept = {one.number for one in listing.identifiers} | {listing.gender.title()}
        kept |= {one.text for one in listing.details} | {one.address for one in listing.wallets}
        kept |= {one.as_written for one in listing.countries}
        places = " | ".join(f"{one.text}, {one.country_as_written}" for one in listing.addresses)
        numbers = values(inside, "idNumber")
        lost += [
            (listing.listing_id, number)
            for number in numbers
            if number not in kept and number.removeprefix("IMO ") not in kept
        ]
        tags = "address1|address2|address3|city|stateOrProvince|postalCode"
        for place in values(inside, tags):
            lost += [] if place in places else [(listing.listing_id, place)]
        written = set(values(inside, "dateOfBirth"))
        if len(listing.births) != len(written) and listing.births != ():
            lost.append((listing.listing_id, sorted(written)))
        linked = inside.count("Linked To:")
        if bool(linked) != bool(listing.relations):
            lost.append((listing.listing_id, "linked"))
    assert lost == []
    assert sum(len(one.births) for one in version.listings) > 0


def values(text, tags):
    found = re.findall(rf"<({tags})>([^<]*)<", text)
    return [
        " ".join(value.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").split())
        for _, value in found
    ]
