"""The embedded extract: what it promises of itself, and that the lists say it."""

import bz2
import csv
import json
import lzma
import re
from collections import Counter
from functools import cache
from html import unescape
from importlib.resources import files

import pytest
from lxml import etree

DATA = files("sanctrail") / "data"
EXTRACT = json.loads((DATA / "dprk-cyber.json").read_text(encoding="utf-8"))
LISTINGS = EXTRACT["listings"]
BY_ID = {listing["id"]: listing for listing in LISTINGS}

WALLETS = {
    "us:22985": {"USDT": 53},
    "us:27307": {"ETH": 8},
    "us:28263": {"XBT": 8},
    "us:28264": {"XBT": 12},
    "us:37070": {"XBT": 45},
    "us:42496": {"XBT": 17},
    "us:42498": {"ETH": 1, "ARB": 1, "BSC": 1},
    "us:43377": {"XBT": 2, "ETH": 2, "USDT": 1, "USDC": 1},
    "us:44437": {"XBT": 2},
    "us:44718": {"ETH": 8},
    "us:55065": {"XBT": 1},
}
REQUIRED = {
    "us:12210": "RECONNAISSANCE GENERAL BUREAU",
    "un:6908526": "RECONNAISSANCE GENERAL BUREAU",
    "eu:EU.3319.66": "Reconnaissance General Bureau",
    "gb:DPR0188": "RECONNAISSANCE GENERAL BUREAU (RGB)",
    "us:27307": "Lazarus Group",
    "us:27308": "Bluenoroff",
    "us:27309": "Andariel",
    "us:24917": "Chosun Expo",
    "eu:EU.5709.80": "Chosun Expo",
    "gb:CYB0004": "Chosun Expo",
    "us:24918": "Park, Jin Hyok",
    "us:28263": "Tian, Yinyin",
    "us:28264": "Li, Jiadong",
    "us:42498": "Sim, Hyon Sop",
    "us:43377": "Kim, Sang Man",
    "us:42496": "Wu, Huihui",
    "us:42497": "Cheng, Hung Man",
    "us:44437": "Sinbad",
    "us:37070": "Blender.io",
    "us:22985": "CHEIL CREDIT BANK",
    "us:11581": "KOREA KWANGSON BANKING CORP",
    "us:15603": "FOREIGN TRADE BANK OF THE DEMOCRATIC PEOPLE'S REPUBLIC OF KOREA",
    "us:43379": "Chinyong Information Technology Cooperation Company",
    "us:43337": "TECHNICAL RECONNAISSANCE BUREAU",
    "us:43338": "110th Research Center",
    "us:43336": "Pyongyang University of Automation",
    "us:56037": "Ryujong Credit Bank",
    "us:55183": "Jang, Kuk Chol",
    "us:55197": "Ho, Jong Son",
    "us:12212": "GREEN PINE ASSOCIATED CORPORATION",
    "us:9345": "KOREA MINING DEVELOPMENT TRADING CORPORATION",
}


def test_it_says_its_format_its_lists_and_that_absence_means_nothing():
    assert EXTRACT["format"] == "sanctrail-extract/1"
    assert "absence here means nothing" in EXTRACT["note"]
    assert set(EXTRACT["lists"]) == {"un", "us-sdn", "eu", "gb"}
    for about in EXTRACT["lists"].values():
        assert set(about) == {"regime", "list_date", "source"}
    for transcribed in ("eu", "gb"):
        assert "third party's transcription" in EXTRACT["lists"][transcribed]["source"]


def test_each_listing_stands_once_in_order_and_on_its_own_line():
    assert len(LISTINGS) >= 50
    assert len(BY_ID) == len(LISTINGS)
    order = [(listing["list"], numbered(listing["id"])) for listing in LISTINGS]
    assert order == sorted(order)
    lines = (DATA / "dprk-cyber.json").read_text(encoding="utf-8").splitlines()
    assert sum('"reference": ' in line for line in lines) == len(LISTINGS)


def test_ids_are_the_regimes_prefix_and_the_lists_own_number():
    for listing in LISTINGS:
        prefix, _, number = listing["id"].partition(":")
        assert prefix == EXTRACT["lists"][listing["list"]]["regime"]
        assert number == listing["reference"] or listing["list"] == "un"


def test_it_holds_at_least_forty_parties():
    assert len({listing["id"] for listing in LISTINGS if listing["list"] == "us-sdn"}) >= 40


def test_every_field_is_one_that_the_records_know():
    from dataclasses import fields

    from sanctrail.lists import records

    parts = {
        "names": records.Name,
        "births": records.Birth,
        "countries": records.Country,
        "identifiers": records.Identifier,
        "wallets": records.Wallet,
    }
    for listing in LISTINGS:
        assert listing["kind"] in records.KINDS
        assert listing["programmes"]
        for field, record in parts.items():
            known = {field.name for field in fields(record)}
            assert all(set(part) <= known for part in listing.get(field, ()))


def test_no_name_is_empty_or_untidy_and_each_party_has_one_primary_name():
    for listing in LISTINGS:
        assert [name["kind"] for name in listing["names"]].count("primary") == 1
        for name in listing["names"]:
            assert name["text"]
            assert name["text"] == " ".join(name["text"].split())
            assert name["kind"] in {"primary", "alias", "former", "script"}


@pytest.mark.parametrize(("listing_id", "name"), REQUIRED.items())
def test_each_required_party_is_present(listing_id, name):
    assert name in {known["text"] for known in BY_ID[listing_id]["names"]}


def test_wallets_are_held_by_the_parties_ofac_gives_them_to_in_full_number():
    held = {
        listing["id"]: dict(Counter(wallet["asset"] for wallet in listing["wallets"]))
        for listing in LISTINGS
        if listing.get("wallets")
    }
    assert held == WALLETS


def test_every_wallet_has_the_form_of_an_address():
    for listing in LISTINGS:
        for wallet in listing.get("wallets", ()):
            address = wallet["address"]
            if address.startswith("0x"):
                assert re.fullmatch(r"0x[0-9a-fA-F]{40}", address)
            elif wallet["asset"] == "USDT":
                assert re.fullmatch(r"T[1-9A-HJ-NP-Za-km-z]{33}", address)
            else:
                assert re.fullmatch(
                    r"(bc1[0-9a-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34})", address
                )


def test_names_stand_in_hangul_han_cyrillic_and_arabic_too():
    scripts = {name.get("script") for listing in LISTINGS for name in listing["names"]}
    assert scripts >= {"Latn", "Hang", "Kore", "Hans", "Cyrl", "Arab"}


def test_our_own_reader_takes_the_whole_extract_without_a_problem():
    from sanctrail.lists.formats import open_list

    versions = open_list(DATA / "dprk-cyber.json")
    assert sum(len(version.listings) for version in versions) == len(LISTINGS)
    assert not any(version.problems for version in versions)


def test_the_demo_customers_have_a_truth_that_names_listings_of_the_extract():
    customers, truth = rows("customers.csv"), rows("customers-truth.csv")
    assert [row["customer_id"] for row in customers] == [row["customer_id"] for row in truth]
    expected = [set(filter(None, row["expected"].split(";"))) for row in truth]
    assert set().union(*expected) <= set(BY_ID)
    assert sum(map(bool, expected)) >= 15
    assert sum(not hits for hits in expected) >= 10


def test_every_fact_read_from_the_un_list_stands_in_it(shared):
    with lzma.open(shared / "lists/un/UN_consolidated_2026-02-27.xml.xz") as stream:
        root = etree.parse(stream).getroot()
    entries = {entry.findtext("DATAID"): entry for entry in root.iter("INDIVIDUAL", "ENTITY")}
    for listing in of_list("un"):
        entry = entries[listing["id"].removeprefix("un:")]
        parts = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
        said = [" ".join(entry.findtext(part) or "" for part in parts)]
        said += [element.text or "" for element in entry.iter("ALIAS_NAME", "NAME_ORIGINAL_SCRIPT")]
        assert entry.findtext("REFERENCE_NUMBER").strip() == listing["reference"]
        assert entry.findtext("LISTED_ON")[:10] == listing["listed_on"]
        assert [entry.findtext("UN_LIST_TYPE").strip()] == listing["programmes"]
        assert texts(listing) == {tidy(text) for text in said if text.strip()}
        numbers = {tidy(element.text or "") for element in entry.iter("NUMBER")}
        assert {item["number"] for item in listing.get("identifiers", ())} <= numbers


def test_every_fact_read_from_the_eu_list_stands_in_its_transcription(shared):
    entries = transcription(shared / "lists/eu/transcribed_eu_2026-05-01.jsonl.xz")
    for listing in of_list("eu"):
        entry = entries[listing["reference"]]
        assert texts(listing) == {tidy(name["whole_name"]) for name in entry["name_aliases"]}
        programmes = {act["programme"] for act in entry["regulations"]}
        assert set(listing["programmes"]) == programmes
        day = ".".join(part.lstrip("0") for part in reversed(listing["listed_on"].split("-")))
        assert day in {"", entry.get("designation_details")}
        numbers = {tidy(item["number"]) for item in entry.get("identifications", ())}
        assert {item["number"] for item in listing.get("identifiers", ())} == numbers


def test_every_fact_read_from_the_uk_list_stands_in_its_transcription(shared):
    entries = transcription(shared / "lists/uk/transcribed_uk_2026-08-22.jsonl.xz")
    for listing in of_list("gb"):
        entry = entries[listing["reference"]]
        parts = [f"name{number}" for number in range(1, 7)]
        said = {
            tidy(" ".join(name.get(part, "") for part in parts)) for name in entry["names"]["names"]
        }
        for name in entry.get("non_latin_names", {}).get("names", ()):
            said.add(tidy(name["name_non_latin_script"]))
        assert texts(listing) == said
        assert listing["listed_on"] == entry["date_designated"]
        assert listing["programmes"] == [tidy(entry["regime_name"])]


def test_every_fact_read_from_the_ofac_list_stands_in_it_and_no_wallet_is_left_out(shared):
    sdn = ofac(shared / "lists/us_ofac/SDN_ADVANCED_2025-11-19.xml.bz2")
    features = dict(re.findall(r'<FeatureType ID="(\d+)"[^>]*>([^<]*)<', sdn[: 1 << 20]))
    parties = elements(sdn, "DistinctParty", "FixedRef", of_list("us-sdn"))
    entries = elements(sdn, "SanctionsEntry", "ProfileID", of_list("us-sdn"))
    for listing in of_list("us-sdn"):
        party, entry = parties[listing["reference"]], entries[listing["reference"]]
        assert {solid(text) for text in texts(listing)} == names_said(party)
        assert listing["listed_on"] == min(days_said(entry))
        assert set(listing["programmes"]) == set(
            re.findall(r'SanctionsTypeID="1">\s*<Comment>([^<]+)<', entry)
        )
        held = {(wallet["asset"], wallet["address"]) for wallet in listing.get("wallets", ())}
        assert held == set(wallets_said(party, features))


def rows(name):
    with (DATA / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def numbered(text):
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]


def of_list(list_id):
    return [listing for listing in LISTINGS if listing["list"] == list_id]


def texts(listing):
    return {name["text"] for name in listing["names"]}


def tidy(text):
    return " ".join(text.split())


def solid(text):
    return re.sub(r"[\s,]", "", text)


@cache
def transcription(path):
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        entries = map(json.loads, lines)
        return {entry.get("eu_reference_number") or entry["unique_id"]: entry for entry in entries}


@cache
def ofac(path):
    with bz2.open(path) as stream:
        return stream.read().decode("utf-8")


def elements(text, tag, attribute, listings):
    """Return the source text of each listing's elements, by the listing's reference."""
    wanted = {listing["reference"] for listing in listings}
    found = dict.fromkeys(wanted, "")
    close = f"</{tag}>"
    for opening in re.finditer(rf'<{tag} [^>]*\b{attribute}="(\d+)"[^>]*>', text):
        if opening[1] in wanted:
            found[opening[1]] += text[opening.start() : text.index(close, opening.end())]
    return found


def names_said(party):
    documented = re.findall(r"<DocumentedName .*?</DocumentedName>", party, re.DOTALL)
    parts = [re.findall(r"<NamePartValue[^>]*>([^<]*)<", name) for name in documented]
    return {solid(unescape("".join(part))) for part in parts}


def days_said(entry):
    found = re.findall(
        r"<Date [^>]*>\s*<Year>(\d+)</Year>\s*<Month>(\d+)</Month>\s*<Day>(\d+)</Day>", entry
    )
    return [f"{year}-{int(month):02d}-{int(day):02d}" for year, month, day in found]


def wallets_said(party, features):
    for feature in re.findall(r"<Feature .*?</Feature>", party, re.DOTALL):
        kind = features[re.search(r'FeatureTypeID="(\d+)"', feature)[1]]
        if kind.startswith("Digital Currency Address - "):
            for address in re.findall(r"<VersionDetail[^>]*>([^<]*)<", feature):
                yield kind.rpartition(" - ")[2], address.strip()
