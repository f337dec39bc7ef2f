"""OFAC's whole advanced file, against counts taken from its bytes with nothing but expressions."""

import bz2
import html
import re
from collections import Counter
from itertools import pairwise

import pytest

from sanctrail.addresses import describe
from sanctrail.lists import open_list

FILE = "SDN_ADVANCED_2025-11-19.xml.bz2"


@pytest.fixture(scope="module")
def raw(shared):
    return bz2.decompress((shared / "lists" / "us_ofac" / FILE).read_bytes()).decode()


@pytest.fixture(scope="module")
def version(shared):
    (version,) = open_list(shared / "lists" / "us_ofac" / FILE)
    return version


@pytest.fixture(scope="module")
def references(raw):
    return raw[: raw.index("</ReferenceValueSets>")]


@pytest.fixture(scope="module")
def body(raw):
    """What stands behind the reference values."""
    return raw[raw.index("</ReferenceValueSets>") :]


def referred(raw, kind):
    """Texts of the reference values of one kind, by number."""
    return dict(re.findall(rf'<{kind} ID="(\d+)"[^>]*>\s*([^<]*?)\s*<', raw))


def features(kinds, body):
    """The features in a part of the file as (feature type, element text)."""
    found = re.findall(r'<Feature ID="\d+" FeatureTypeID="(\d+)">(.*?)</Feature>', body, re.DOTALL)
    return [(kinds[kind], inside) for kind, inside in found]


@pytest.fixture(scope="module")
def kinds(references):
    return referred(references, "FeatureType")


def total(version, attribute):
    return sum(len(getattr(listing, attribute)) for listing in version.listings)


def test_every_party_and_name_is_there(raw, body, version):
    parties = re.findall(r'<DistinctParty FixedRef="(\d+)"', raw)
    assert [listing.reference for listing in version.listings] == parties
    assert (version.header.list_id, version.header.list_date) == ("us-sdn", "2025-11-19")
    assert total(version, "names") == raw.count("<DocumentedName ") == 48_482
    written = Counter(
        html.unescape(" ".join(text.split()))
        for text in re.findall(r"<NamePartValue [^>]*>([^<]*)<", body)
    )
    kept = Counter(
        text
        for listing in version.listings
        for name in listing.names
        for text in ([part for _, part in name.parts] or [name.text])
    )
    assert kept == written


def test_only_wrong_check_digits_are_problems(version):
    assert len(version.problems) == 9
    assert all("fails its own check digit" in problem.message for problem in version.problems)


def test_every_wallet_is_there_in_its_exact_case(kinds, body, version):
    written = Counter(
        (kind.rpartition(" ")[2], text.strip())
        for kind, inside in features(kinds, body)
        if kind.startswith("Digital Currency Address - ")
        for text in re.findall(r"<VersionDetail[^>]*>([^<]*)</VersionDetail>", inside)
    )
    kept = [(w.asset, w.address) for listing in version.listings for w in listing.wallets]
    assert Counter(kept) == written
    assert len(kept) == 761


def test_every_wallet_with_a_checksum_holds_it(version):
    wallets = [wallet for listing in version.listings for wallet in listing.wallets]
    forms = [(wallet, describe(wallet.address).checksum) for wallet in wallets]
    assert [wallet for wallet, checksum in forms if checksum == "invalid"] == []
    assert sum(checksum == "valid" for _, checksum in forms) == 699


def test_every_feature_in_words_is_a_fact_of_its_party(references, kinds, body, version):
    lookups = referred(references, "DetailReference")
    lost, seen = [], 0
    for listing, inside in parties(body, version):
        kept = {(one.kind, one.text) for one in listing.details}
        kept |= {(one.kind.lower(), one.number) for one in listing.identifiers}
        kept |= {("flag", one.as_written) for one in listing.countries}
        kept |= {
            (f"digital currency address - {w.asset.lower()}", w.address) for w in listing.wallets
        }
        kept.add(("gender", listing.gender.title()))
        birth_places = [
            re.sub("[, ]", "", one.text + one.country_as_written) for one in listing.addresses
        ]
        for kind, feature in features(kinds, inside):
            for attributes, text in re.findall(
                r"<VersionDetail([^>]*?)(?:/>|>([^<]*)</VersionDetail>)", feature
            ):
                number = re.search(r'DetailReferenceID="(\d+)"', attributes)
                said = " ".join(html.unescape(lookups[number[1]] if number else text).split())
                if not said:
                    continue
                seen += 1
                if kind == "Place of Birth":
                    told = re.sub("[, ]", "", said) in birth_places
                else:
                    plain = "flag" if kind.endswith("Flag") else kind.lower()
                    told = not kept.isdisjoint({(plain, said), (plain.rstrip(": -"), said)})
                lost += [] if told else [(listing.listing_id, kind, said)]
    assert lost == []
    assert seen == 12_315 + 22_866


def parties(body, version):
    """Each listing with the text of its element in the file."""
    found = re.findall(r"<DistinctParty (.*?)</DistinctParty>", body, re.DOTALL)
    return zip(version.listings, found, strict=True)


def test_every_birth_is_there_with_its_ends(kinds, body, version):
    edge = r"<Year>(\d+)</Year>\s*<Month>(\d+)</Month>\s*<Day>(\d+)</Day>"
    lost = []
    for listing, inside in parties(body, version):
        written = set()
        for kind, feature in features(kinds, inside):
            if kind == "Birthdate":
                days = ["{:04}-{:02}-{:02}".format(*map(int, d)) for d in re.findall(edge, feature)]
                written.add((days[0], days[-1], 'Approximate="true"' in feature))
        if {(b.earliest, b.latest, b.circa) for b in listing.births} != written:
            lost.append(listing.listing_id)
    assert lost == []
    assert total(version, "births") == 7_983  # of 7,984: one party has the same one twice


def test_every_part_of_every_address_is_there(kinds, body, version):
    values = {
        number: [
            " ".join(html.unescape(text).split())
            for text in re.findall(r"<Value>([^<]*)</Value>", inside)
        ]
        for number, inside in re.findall(r'<Location ID="(\d+)">(.*?)</Location>', body, re.DOTALL)
    }
    lost, seen = [], 0
    for listing, inside in parties(body, version):
        places = [one.text for one in listing.addresses]
        for kind, feature in features(kinds, inside):
            for number in re.findall(r'<VersionLocation LocationID="(\d+)"', feature):
                if kind == "Location":
                    seen += len(values[number])
                    told = [any(text in place for place in places) for text in values[number]]
                    lost += [] if all(told) else [(listing.listing_id, number)]
    assert lost == []
    assert seen > 48_000
    countries = sum(bool(one.country) for one in all_of(version, "addresses"))
    named = [one for one in all_of(version, "addresses") if one.country_as_written]
    assert countries / len(named) > 0.999


def all_of(version, attribute):
    return [one for listing in version.listings for one in getattr(listing, attribute)]


def test_every_document_is_there_with_its_dates(body, version):
    papers = body[body.index("<IDRegDocuments>") : body.index("</IDRegDocuments>")]
    written = {
        " ".join(html.unescape(number).split())
        for number in re.findall(r"<IDRegistrationNo>([^<]*)</IDRegistrationNo>", papers)
    }
    kept = {one.number for one in all_of(version, "identifiers")}
    kept |= {
        f"IMO {one.number}"
        for one in all_of(version, "identifiers")
        if one.kind in ("IMO", "IMO (fraudulent)")
    }
    assert written - kept == set()
    fraudulent = sum(one.kind.endswith("(fraudulent)") for one in all_of(version, "identifiers"))
    assert fraudulent == papers.count('ValidityID="2"') == 339
    dated = [
        one
        for one in all_of(version, "details")
        if re.search(r"(issue|expiration) date$", one.kind)
    ]
    assert len(dated) == papers.count("<DocumentDate ") == 1_585
    of_vessels = re.findall(
        r'IDRegDocTypeID="1626" IdentityID="(\d+)"[^>]*>\s*<Comment[^<]*(?:</Comment>)?\s*'
        r"<IDRegistrationNo>(?:IMO\s+)?(\d{7})<",
        papers,
    )
    imo = {
        (listing.listing_id, one.number)
        for listing in version.listings
        for one in listing.identifiers
        if one.kind in ("IMO", "IMO (fraudulent)")
    }
    assert len(imo) == len(set(of_vessels)) > 1_300


def test_every_listing_has_its_earliest_date_its_programmes_and_its_acts(
    raw, references, body, version
):
    dates, programmes, acts = {}, {}, Counter()
    bases = referred(references, "LegalBasis")
    entries = re.findall(
        r'<SanctionsEntry ID="\d+" ProfileID="(\d+)"(.*?)</SanctionsEntry>', body, re.DOTALL
    )
    event = (
        r'LegalBasisID="(\d+)">.*?<Date [^>]*>\s*<Year>(\d+)</Year>\s*<Month>(\d+)</Month>'
        r"\s*<Day>(\d+)</Day>"
    )
    told = set()
    for profile, inside in entries:
        for basis, year, month, day in re.findall(event, inside, re.DOTALL):
            iso = f"{int(year):04}-{int(month):02}-{int(day):02}"
            dates[profile] = min(iso, dates.get(profile, iso))
            told.add((profile, html.unescape(bases[basis]), iso))
        programmes.setdefault(profile, set()).update(
            re.findall(r"<Comment>([^<]+)</Comment>", inside)
        )
    uids = re.findall(r'<DistinctParty FixedRef="(\d+)">.*?<Profile ID="(\d+)"', raw, re.DOTALL)
    assert {one.reference: one.listed_on for one in version.listings} == {
        uid: dates[profile] for uid, profile in uids
    }
    assert {one.reference: set(one.programmes) for one in version.listings} == {
        uid: programmes[profile] for uid, profile in uids
    }
    acts = {(one.reference, act.title, act.date) for one in version.listings for act in one.acts}
    assert acts == told  # in these files a profile has the number of its party


def test_every_relation_and_measure_is_there(references, body, version):
    ties = re.findall(r'From-ProfileID="(\d+)" To-ProfileID="(\d+)" RelationTypeID="(\d+)"', body)
    types = referred(references, "RelationType")
    written = {(source, f"us:{to}", types[kind]) for source, to, kind in ties}
    kept = {
        (listing.reference, tie.other, tie.as_written)
        for listing in version.listings
        for tie in listing.relations
    }
    assert kept == written
    assert total(version, "relations") == len(ties) == 8_194
    assert all(tie.name and tie.kind != "linked to" for tie in all_of(version, "relations"))
    measures = {one.as_written for one in all_of(version, "measures")}
    sanctions = referred(references, "SanctionsType")
    used = set(re.findall(r'SanctionsTypeID="(\d+)"', body))
    assert measures == {sanctions[number] for number in used} - {"Program"}


def test_the_place_told_for_a_party_is_its_line_in_the_file(raw, version):
    lines = [number for number, line in enumerate(raw.split("\n"), 1) if "<DistinctParty " in line]
    told = [int(listing.element.rpartition(" ")[2]) for listing in version.listings]
    assert all(a < b for a, b in pairwise(told))
    assert all(abs(a - b) <= 1 for a, b in zip(told, lines, strict=True))
