"""The SECO list: whole lists written by hand after the layout, and the held example amendment."""

import io
import re
import xml.etree.ElementTree as ET

import pytest

from sanctrail.errors import UnreadableFile
from sanctrail.lists.ch import seco
from sanctrail.lists.formats import open_list
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    ListHeader,
    Measure,
    Name,
    Relation,
)

HEAD = """<sanctions-program ssid="1" version-date="2026-01-05">
<program-key lang="ger">Russland</program-key><program-key lang="eng">Russia</program-key>
<program-name lang="eng">Ordinance of 4 March 2022 (SR 946.231.176.72)</program-name>
<sanctions-set ssid="10" lang="ger">Finanzsanktionen</sanctions-set>
<sanctions-set ssid="10" lang="eng">Financial sanctions, annex 8</sanctions-set>
<sanctions-set ssid="11" lang="eng">Travel ban, annex 8</sanctions-set>
<sanctions-set ssid="12" lang="eng">Prohibition of entering ports, annex 33</sanctions-set>
<origin>EU</origin></sanctions-program>
<place ssid="50"><location>Moscow</location><location-variant>Moskva</location-variant>
<area>Moscow Region</area><country iso-code="RU">Russian Federation</country></place>"""

LISTED = '<modification modification-type="listed" effective-date="2022-03-04"/>'


def whole(*targets: str, kind: str = "whole-list") -> bytes:
    root = f'<swiss-sanctions-list list-type="{kind}" date="2026-02-03">'
    return (root + HEAD + "".join(targets) + "</swiss-sanctions-list>").encode()


def load(data: bytes):
    stream = io.BytesIO(data)
    stream.name = "seco.xml"
    problems = []
    header, *listings = seco.read(stream, problems)
    return header, listings, [problem.message for problem in problems]


def target(inside: str, after: str = LISTED, subject: str = "individual", ssid: str = "77") -> str:
    tag = subject.split(maxsplit=1)[0]
    return (
        f'<target ssid="{ssid}"><sanctions-set-id>10</sanctions-set-id>'
        f"<{subject}>{inside}</{tag}>{after}</target>"
    )


def identity(inside: str, main: str = "true") -> str:
    return f'<identity ssid="78" main="{main}">{inside}</identity>'


def name(*parts: tuple[str, str, str], kind: str = "primary-name", quality: str = "good") -> str:
    written = "".join(
        f'<name-part order="{order}" name-part-type="{role}">{value}</name-part>'
        for order, role, value in parts
    )
    return f'<name ssid="79" name-type="{kind}" quality="{quality}" lang="eng">{written}</name>'


def value(text: str, *variants: tuple[str, str, str]) -> str:
    spelled = "".join(
        f'<spelling-variant lang="{lang}" script="{script}">{text}</spelling-variant>'
        for lang, script, text in variants
    )
    return f"<value>{text}</value>{spelled}"


WHOLE_NAME = name(("1", "whole-name", value("Ivan Petrov")))


def only(data: bytes):
    _, [listing], problems = load(data)
    assert problems == []
    return listing


def test_header_tells_whole_list_from_amendment():
    one = target(identity(WHOLE_NAME))
    assert load(whole(one))[0] == ListHeader("ch", "ch", "seco-xml", "2026-02-03")
    assert load(whole(one, kind="amendment"))[0].form == "seco-amendment"


def test_name_parts_stand_in_their_order_whatever_the_file_order():
    parts = (
        ("2", "given-name", value("Ivan")),
        ("1", "family-name", value("Petrov")),
        ("3", "title", value("General")),
    )
    listing = only(whole(target(identity(name(*parts)))))
    assert listing.listing_id == "ch:77"
    assert listing.names == (
        Name(
            "Petrov Ivan",
            "primary",
            "strong",
            "Latn",
            (("last", "Petrov"), ("first", "Ivan"), ("title", "General")),
        ),
    )
    assert Detail("title", "General") in listing.details


def test_spellings_of_all_parts_make_names_of_their_own():
    parts = (
        ("1", "family-name", value("Petrov", ("rus", "Cyrl", "Петров"), ("eng", "Latn", "Petrow"))),
        ("2", "given-name", value("Ivan", ("rus", "Cyrl", "Иван"))),
    )
    listing = only(whole(target(identity(name(*parts)))))
    assert [(n.text, n.kind, n.script) for n in listing.names] == [
        ("Petrov Ivan", "primary", "Latn"),
        ("Петров Иван", "script", "Cyrl"),
        ("Petrow Ivan", "alias", "Latn"),
    ]


def test_quality_and_kind_of_names():
    weak = name(("1", "whole-name", value("Vanya")), kind="alias", quality="low")
    former = name(("1", "whole-name", value("Ivan Old")), kind="formerly-known-as")
    second = identity(name(("1", "whole-name", value("John"))), main="false")
    listing = only(whole(target(identity(WHOLE_NAME + weak + former) + second)))
    assert [(n.text, n.kind, n.quality) for n in listing.names] == [
        ("Ivan Petrov", "primary", "strong"),
        ("Vanya", "alias", "weak"),
        ("Ivan Old", "former", "strong"),
        ("John", "alias", "strong"),
    ]


def test_births_keep_their_precision_and_other_calendars_are_no_births():
    dates = (
        '<day-month-year day="7" month="10" year="1952" calendar="Gregorian" quality="good"/>'
        '<day-month-year month="10" year="1953" calendar="Gregorian" quality="good"/>'
        '<day-month-year year="1954" calendar="Gregorian" quality="low"/>'
        '<day-month-year day="1" month="7" year="1337" calendar="Islamic" quality="good"/>'
    )
    listing = only(whole(target(identity(WHOLE_NAME + dates))))
    assert listing.births == (
        Birth("1952-10-07", "1952-10-07", "day"),
        Birth("1953-10-01", "1953-10-31", "month"),
        Birth("1954-01-01", "1954-12-31", "year"),
    )
    assert Detail("birth date (islamic)", "1337-7-1") in listing.details
    assert Detail("birth date (low quality)", "1954") in listing.details


@pytest.mark.parametrize("written", ['day="31" month="2" year="1960"', 'year="196?"', 'day="1"'])
def test_impossible_birth_is_a_problem(written):
    _, [listing], problems = load(
        whole(target(identity(f"{WHOLE_NAME}<day-month-year {written}/>")))
    )
    assert listing.births == ()
    assert "date of birth is not read" in problems[0]


def test_places_are_looked_up_in_the_table_before_the_targets():
    inside = (
        WHOLE_NAME
        + '<nationality><country iso-code="RU">Russian Federation</country></nationality>'
        + '<place-of-birth place-id="50"/>'
        + '<address place-id="50"><address-details>Arbat 1</address-details>'
        + "<zip-code>119019</zip-code><remark>until 2020</remark></address>"
    )
    listing = only(whole(target(identity(inside))))
    russia = ("ru", "Russian Federation")
    assert listing.countries == (Country("nationality", *russia),)
    assert listing.addresses == (
        Address("birth", "Moscow, Moscow Region", *russia, "Moscow", "Moscow Region"),
        Address(
            "address",
            "Arbat 1, 119019 Moscow, Moscow Region",
            *russia,
            "Moscow",
            "Moscow Region",
            "119019",
        ),
    )
    assert Detail("place variant", "Moskva") in listing.details
    assert Detail("address remark", "until 2020") in listing.details


def test_documents_references_and_relations():
    paper = (
        '<identification-document document-type="passport"><number>AB 12</number>'
        '<issuer code="RU">Russian Federation</issuer><expiry-date>2030-01-01</expiry-date>'
        "</identification-document>"
    )
    relation = (
        '<relation target-id="99" relation-type="owned-by"><remark>since 2019</remark></relation>'
    )
    data = whole(target(identity(WHOLE_NAME + paper) + relation)).replace(
        b"<individual>",
        b"<foreign-identifier>QDi.001</foreign-identifier>"
        b"<foreign-identifier>EU.1.2</foreign-identifier><individual>",
    )
    listing = only(data)
    assert set(listing.identifiers) == {
        Identifier("passport", "AB 12", "ru"),
        Identifier("UN reference", "QDi.001"),
        Identifier("foreign identifier", "EU.1.2"),
    }
    assert listing.relations == (Relation("owned by", "ch:99", "", "owned-by; since 2019"),)


def test_programme_comes_by_the_set_and_measure_from_its_words():
    sets = b"".join(b"<sanctions-set-id>%d</sanctions-set-id>" % one for one in (11, 12))
    sets += b"<individual>"
    listing = only(whole(target(identity(WHOLE_NAME))).replace(b"<individual>", sets))
    assert listing.programmes == ("Russia",)
    assert listing.measures == (
        Measure("asset freeze", "Financial sanctions, annex 8"),
        Measure("travel ban", "Travel ban, annex 8"),
        Measure("vessel measure", "Prohibition of entering ports, annex 33"),
    )
    assert [act.title for act in listing.acts] == ["Ordinance of 4 March 2022 (SR 946.231.176.72)"]


def test_vessel_carries_its_imo_number_and_a_false_one_is_told():
    good = '<other-information ssid="5">IMO Number: 9074729</other-information>'
    ship = target(identity(WHOLE_NAME) + good, subject='object object-type="vessel"')
    listing = only(whole(ship))
    assert (listing.kind, listing.identifiers) == ("vessel", (Identifier("IMO", "9074729"),))
    _, [listing], problems = load(whole(ship.replace("9074729", "9074720")))
    assert listing.identifiers == (Identifier("IMO", "9074720"),)
    assert "has a wrong check digit" in problems[0]


MODIFICATION = '<modification modification-type="{}" {}/>'


@pytest.mark.parametrize(
    ("steps", "listed_on", "delisted_on"),
    [
        (["listed 2022-03-04"], "2022-03-04", None),
        (
            ["de-listed 2024-05-06", "amended 2023-01-01", "listed 2022-03-04"],
            "2022-03-04",
            "2024-05-06",
        ),
        (["listed 2025-01-01", "de-listed 2024-05-06", "listed 2022-03-04"], "2025-01-01", None),
        (["listed 2022-03-04", "de-listed 2024-05-06"], "2022-03-04", "2024-05-06"),
        (["listed 2023-01-01", "listed 2022-03-04"], "2022-03-04", None),
        (["de-listed ", "listed 2022-03-04"], "2022-03-04", ""),
    ],
)
def test_newest_modification_tells_whether_the_target_is_lifted(steps, listed_on, delisted_on):
    written = ""
    for step in steps:
        kind, _, day = step.partition(" ")
        written += MODIFICATION.format(kind, f'effective-date="{day}"' if day else "")
    listing = only(whole(target(identity(WHOLE_NAME), written)))
    assert listing.listed_on == listed_on
    assert (listing.delisted, listing.delisted_on) == (delisted_on is not None, delisted_on or "")


def test_lifting_day_is_the_effective_one_else_enactment_else_publication():
    days = {
        "effective-date": "2024-05-06",
        "enactment-date": "2024-05-05",
        "publication-date": "2024-05-04",
    }
    for skipped in range(3):
        left = dict([*days.items()][skipped:])
        attributes = " ".join(f'{key}="{day}"' for key, day in left.items())
        lifted = MODIFICATION.format("de-listed", attributes) + LISTED
        assert only(whole(target(identity(WHOLE_NAME), lifted))).delisted_on == next(
            iter(left.values())
        )


def test_old_copies_in_modifications_are_never_taken_for_the_present():
    old = name(("1", "whole-name", value("Old Name")))
    amended = (
        '<modification modification-type="amended" effective-date="2023-01-02"><amended><removed>'
        f'<individual sex="female"><identity main="true">{old}<place-of-birth place-id="66"/>'
        '</identity></individual><place ssid="50"><location>Old Town</location></place>'
        "</removed></amended></modification>"
    )
    born = identity(WHOLE_NAME + '<place-of-birth place-id="50"/>')
    first, second = target(born, amended + LISTED), target(born, ssid="80")
    _, listings, problems = load(whole(first, second))
    assert problems == []
    assert [n.text for one in listings for n in one.names] == ["Ivan Petrov"] * 2
    assert [one.addresses[0].city for one in listings] == ["Moscow", "Moscow"]
    assert listings[0].amended_on == ("2023-01-02",)
    assert listings[0].gender == ""


def test_what_the_layout_does_not_know_is_a_problem_not_a_silence():
    odd = identity(WHOLE_NAME + "<tattoo>bear</tattoo>") + "<horoscope>lion</horoscope>"
    data = whole(target(odd)).replace(b">10<", b">13<")
    _, [listing], problems = load(data)
    assert listing.primary_name == "Ivan Petrov"
    assert problems == [
        "<horoscope> is not known here and is not read",
        "<tattoo> is not known here and is not read",
        "sanctions set 13 is not declared in the file",
    ]


@pytest.mark.parametrize("cut", [200, 900, 1100, -30])
def test_file_that_breaks_off_is_refused(cut):
    with pytest.raises(UnreadableFile, match="damaged or breaks off"):
        load(whole(target(identity(WHOLE_NAME)))[:cut])


def test_held_example_amendment_is_read_whole(shared):
    path = shared / "lists/ch/seco_official_test_amendment_2024-01-17.xml"
    version, *more = open_list(path)
    root = ET.fromstring(path.read_bytes())
    listings = version.listings
    assert more == []
    assert version.problems == ()
    assert version.header == ListHeader("ch", "ch", "seco-amendment", "2024-01-17")
    assert [one.reference for one in listings] == [one.get("ssid") for one in root.iter("target")]
    text = path.read_text(encoding="utf-8")
    assert sum(len(one.names) for one in listings) == len(re.findall(r"<name ", text))
    assert sum(len(one.births) for one in listings) == len(re.findall(r"<day-month-year ", text))
    assert sum(len(one.countries) for one in listings) == len(re.findall(r"<nationality ", text))
    assert sum(len(one.measures) for one in listings) == len(
        re.findall(r"<sanctions-set-id>", text)
    )
