"""Every spelling of a country that the lists use comes to one code."""

import bz2
import csv
import lzma
import re

import pytest
from lxml import etree

from sanctrail.text.countries import country_code, country_name

LISTS = "lists"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Democratic People's Republic of Korea", "kp"),
        ("KOREA, DEMOCRATIC PEOPLE'S REPUBLIC OF", "kp"),
        ("Korea, North", "kp"),
        ("DPRK", "kp"),
        ("Korea, South", "kr"),
        ("Iran (Islamic Republic of)", "ir"),
        ("Burma", "mm"),
        ("Congo, Democratic Republic of the", "cd"),
        ("Congo, Republic of the", "cg"),
        ("Republic of the Congo", "cg"),
        ("Türkiye", "tr"),
        ("Turkey", "tr"),
        ("State of Palestine", "ps"),
        ("Cote d Ivoire", "ci"),
        ("Côte d’Ivoire", "ci"),
        ("Russia", "ru"),
        ("Bahamas, The", "bs"),
        ("Bosnia & Herzegovina", "ba"),
        ("Kosovo", "xk"),
        ("former Soviet Union", "suhh"),
        ("YUGOSLAVIA", "yucs"),
        ("SERBIA AND MONTENEGRO", "csxx"),
    ],
)
def test_the_lists_spellings_resolve(written, code):
    assert country_code(written) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("KP", "kp"), ("prk", "kp"), ("Us", "us"), ("U.S.", "us"), ("SU", "suhh"), ("CSXX", "csxx")],
)
def test_codes_of_two_three_or_four_letters_resolve_in_any_case(written, code):
    assert country_code(written) == code


def test_case_diacritics_punctuation_and_spaces_do_not_matter():
    spellings = ("São Tomé and Príncipe", "SAO TOME AND PRINCIPE", " são  tomé & príncipe. ")
    assert {country_code(spelling) for spelling in spellings} == {"st"}


@pytest.mark.parametrize("written", ["", "  ", "undetermined", "UNKNOWN", "00", "Atlantis", "the"])
def test_what_is_no_country_has_no_code(written):
    assert country_code(written) == ""


def test_every_code_has_a_name_that_leads_back_to_it():
    for code in ("kp", "xk", "suhh", "yucs", "csxx", "na", "gb"):
        assert country_code(country_name(code)) == code
    assert country_name("KP") == "North Korea"
    assert country_name("zz") == ""


def test_no_spelling_in_the_table_leads_to_two_countries():
    from sanctrail.text.countries import _table

    assert len(_table()) >= 250 + 3
    for code, name, variants in _table():
        assert {country_code(text) for text in (code, name, *variants)} == {code}


def test_every_country_of_the_un_list_resolves(shared):
    path = shared / LISTS / "un" / "UN_consolidated_2026-02-27.xml.xz"
    with lzma.open(path) as stream:
        root = etree.parse(stream).getroot()
    tags = ("COUNTRY", "COUNTRY_OF_BIRTH", "ISSUING_COUNTRY", "COUNTRY_OF_ISSUE")
    written = {element.text for element in root.iter(*tags)}
    written |= {value.text for value in root.iterfind(".//NATIONALITY/VALUE")}
    assert unresolved(written) == set()


def test_every_area_of_ofac_resolves_but_the_undetermined_one(shared):
    path = shared / LISTS / "us_ofac" / "SDN_ADVANCED_2025-11-19.xml.bz2"
    with bz2.open(path, "rt", encoding="utf-8") as stream:
        head = stream.read(1 << 18)
    areas = re.findall(r'<AreaCode [^>]*Description="([^"]*)"', head)
    assert "</AreaCodeValues>" in head
    assert len(areas) > 180
    assert unresolved(areas) == {"undetermined"}


def test_every_country_of_the_labelled_cases_resolves(shared):
    written = set()
    for path in [*(shared / "names").glob("positives*.csv"), shared / "names" / "negatives.csv"]:
        with path.open(encoding="utf-8", newline="") as lines:
            written |= {row["country"] for row in csv.DictReader(lines)}
    assert unresolved(written) == set()


def unresolved(written):
    return {text for text in written if text and text.strip() and not country_code(text)}
