"""Canada's list: records written by hand in both layouts, and the held files."""

import io
import re
import xml.etree.ElementTree as ET

import pytest

from sanctrail.errors import UnreadableFile
from sanctrail.lists.ca import canada
from sanctrail.lists.formats import ReadOptions, open_list
from sanctrail.lists.records import Birth, Detail, Identifier, LegalAct, ListHeader, Name

OLD, NEW = "lists/ca/sema-lmes_2020-04.xml", "lists/ca/sema-lmes_2025-05.xml"


def record(**columns: str) -> str:
    return "".join(["<record>", *(f"<{k}>{v}</{k}>" for k, v in columns.items()), "</record>"])


PERSON = {"Country": "Belarus / Bélarus", "LastName": "Karaev", "GivenName": "Yuri"}
COMPANY = {"Country": "Russia / Russie", "EntityOrShip": "Foo Co., Ltd."}


def load(*records: str):
    stream = io.BytesIO(f"<data-set>{''.join(records)}</data-set>".encode())
    stream.name = "sema.xml"
    problems = []
    header, *listings = canada.read(stream, problems)
    return header, listings, [problem.message for problem in problems]


def only(**columns: str):
    _, [listing], problems = load(record(**columns))
    assert problems == []
    return listing


def names(listing) -> list[str]:
    return [name.text for name in listing.names]


def test_header_has_no_date_because_the_file_has_none():
    assert load(record(**PERSON))[0] == ListHeader("ca", "ca", "sema-xml", "")


def test_person_of_the_present_layout():
    listing = only(
        **PERSON,
        DateOfBirthOrShipBuildDate=" 1966-06-21 ",
        TitleOrShip="Colonel",
        Schedule="1, Part 1",
        Item="6",
        DateOfListing="2020-09-28",
    )
    parts = (("last", "Karaev"), ("first", "Yuri"))
    assert listing.kind == "person"
    assert listing.names == (Name("Yuri Karaev", "primary", "", "Latn", parts),)
    assert listing.births == (Birth("1966-06-21", "1966-06-21", "day"),)
    assert listing.details == (Detail("title", "Colonel"),)
    assert (listing.listed_on, listing.listed_basis) == ("2020-09-28", "")
    assert listing.programmes == ("Belarus",)
    assert listing.acts == (LegalAct("Belarus, Schedule 1, Part 1"),)
    assert listing.reference == "Belarus, Schedule 1, Part 1, item 6"
    assert listing.measures == ()


def test_person_and_entity_of_the_layout_before_2024():
    _, [person, entity], problems = load(
        record(Country="Iran", LastName="Foo", Title="General", DateOfBirth="1950"),
        record(Country="Iran", Entity="Bar Bank", Schedule="N/A", Item="2"),
    )
    assert problems == []
    assert (person.kind, person.births) == ("person", (Birth("1950-01-01", "1950-12-31", "year"),))
    assert (entity.kind, names(entity)) == ("entity", ["Bar Bank"])
    assert entity.reference == "Iran, item 2"


def test_ship_has_its_imo_number_type_and_build_date():
    ship = {"Country": "Russia / Russie", "EntityOrShip": "Musa Jalil", "ShipIMONumber": "8846814"}
    listing = only(**ship, TitleOrShip="Oil Tanker", DateOfBirthOrShipBuildDate="1989")
    assert listing.kind == "vessel"
    assert listing.identifiers == (Identifier("IMO", "8846814"),)
    assert listing.details == (Detail("ship type", "Oil Tanker"), Detail("ship build date", "1989"))
    assert listing.births == ()


@pytest.mark.parametrize(
    ("number", "kind"), [("8846815", "IMO"), ("884681", "IMO as written"), ("x", "IMO as written")]
)
def test_false_imo_number_is_kept_and_told(number, kind):
    ship = {"Country": "Russia", "EntityOrShip": "Foo", "ShipIMONumber": number}
    _, [listing], problems = load(record(**ship))
    assert listing.identifiers == (Identifier(kind, number),)
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("written", "births"),
    [
        ("1963-1964", [("1963-01-01", "1964-12-31", "range")]),
        (
            "1960 or 1961-05",
            [("1960-01-01", "1960-12-31", "year"), ("1961-05-01", "1961-05-31", "month")],
        ),
        (
            "1960 OR 1961",
            [("1960-01-01", "1960-12-31", "year"), ("1961-01-01", "1961-12-31", "year")],
        ),
    ],
)
def test_births_of_several_writings(written, births):
    listing = only(**PERSON, DateOfBirthOrShipBuildDate=written)
    assert listing.births == tuple(Birth(*birth) for birth in births)


def test_circa_birth():
    [birth] = only(**PERSON, DateOfBirthOrShipBuildDate="circa 1970").births
    assert (birth.earliest, birth.circa) == ("1970-01-01", True)


@pytest.mark.parametrize("written", ["Sep-99", "born in the early 1970s", "1970-13-01"])
def test_birth_that_cannot_be_read_is_kept_in_words_and_told(written):
    _, [listing], problems = load(record(**PERSON, DateOfBirthOrShipBuildDate=written))
    assert listing.births == ()
    assert listing.details == (Detail("birth date as written", written),)
    assert problems == [f"date of birth is not read: {written}"]


@pytest.mark.parametrize(
    ("written", "aliases"),
    [
        ("Bar Co., Ltd.; Baz Inc.", ["Bar Co., Ltd.", "Baz Inc."]),
        ("Bar Co., Ltd., Baz, LLC", ["Bar Co., Ltd.", "Baz, LLC"]),
        ("Htoo Wood, Htoo Wood Products", ["Htoo Wood", "Htoo Wood Products"]),
        ("Завод, АО; Завод", ["Завод, АО", "Завод"]),
        ('Завод "Дагдизель", АО', ['Завод "Дагдизель", АО']),
        ("Агентство по делам, соотечественников", ["Агентство по делам, соотечественников"]),
        ("Bank (Minsk, Belarus)", ["Bank (Minsk, Belarus)"]),
        ("Russian: Завод", ["Завод"]),
        ("(Rosselkhozbank)", ["Rosselkhozbank"]),
        ("Foo A/S, Bar", ["Foo A/S", "Bar"]),
        (" ; ", []),
    ],
)
def test_aliases_of_an_entity_are_parted_only_where_a_name_can_begin(written, aliases):
    assert names(only(**COMPANY, Aliases=written))[1:] == aliases


@pytest.mark.parametrize(
    ("written", "aliases"),
    [
        ("Yury, Iouri", ["Yury", "Iouri"]),
        ("Караев, Юрий", ["Караев, Юрий"]),
        ("Юрий Караев / Юрій Караєв", ["Юрий Караев", "Юрій Караєв"]),
        (
            "Yury K, Belarusian: Юры Караеў, Russian: Юрий Караев",
            ["Yury K", "Юры Караеў", "Юрий Караев"],
        ),
        ("Kolya K, Kolya; Russian: Юрий Караев, Юра", ["Kolya K", "Kolya", "Юрий Караев", "Юра"]),
    ],
)
def test_aliases_of_a_person(written, aliases):
    listing = only(**PERSON, Aliases=written)
    assert names(listing)[1:] == aliases
    assert {n.kind for n in listing.names if n.script == "Cyrl"} <= {"script"}


def test_id_survives_a_new_item_number_a_new_layout_and_a_renamed_regulation():
    old = only(Country="Burma / Birmanie", Entity="Foo/Fou Français", Schedule="1", Item="4")
    new = only(Country="Myanmar (Burma) / Myanmar (Birmanie)", EntityOrShip="FOO", Item="9")
    assert old.listing_id == new.listing_id
    assert re.fullmatch(r"ca:x[0-9a-f]{16}", new.listing_id)


def test_id_of_a_ship_survives_a_new_name():
    ship = {"Country": "Russia / Russie", "ShipIMONumber": "8846814"}
    assert only(**ship, EntityOrShip="A").listing_id == only(**ship, EntityOrShip="B").listing_id


def test_two_parties_of_one_name_have_two_ids():
    first = record(**PERSON, DateOfBirth="1950", Schedule="1", Item="1")
    second = record(**PERSON, DateOfBirth="1960", Schedule="1", Item="2")
    third = record(**PERSON, DateOfBirth="1960", Schedule="1", Item="3")
    _, listings, problems = load(first, second, third, third)
    assert len({one.listing_id for one in listings}) == 4
    assert problems == []


def test_column_that_is_new_is_kept_and_told_once():
    _, listings, problems = load(*[record(**PERSON, PlaceOfBirth=f"Minsk {n}") for n in range(3)])
    assert [one.details for one in listings] == [
        (Detail("place of birth", f"Minsk {n}"),) for n in range(3)
    ]
    assert problems == ["column PlaceOfBirth is not one the list is known by; kept as a detail"]


def test_record_without_name_and_listing_date_that_is_none_are_told():
    _, [_, listing], problems = load(record(**PERSON), record(Country="Iran", DateOfListing="soon"))
    assert listing.names == ()
    assert problems == ["has no name", "listing date 'soon' is not a day"]


def test_foreign_file_with_the_same_root_is_refused():
    with pytest.raises(UnreadableFile, match="first record holds price, title, expected Country"):
        load(record(title="Book", price="5"))


@pytest.mark.parametrize("cut", [60, 100, -12])
def test_file_that_breaks_off_is_refused(cut):
    stream = io.BytesIO(f"<data-set>{record(**PERSON) * 2}</data-set>".encode()[:cut])
    stream.name = "sema.xml"
    with pytest.raises(UnreadableFile, match="damaged or breaks off"):
        list(canada.read(stream, []))


def rows(path) -> list[dict[str, str]]:
    return [{c.tag: (c.text or "").strip() for c in one} for one in ET.parse(path).getroot()]


@pytest.fixture(scope="module")
def versions(shared):
    options = ReadOptions(list_date="2026-01-01")
    return {file: open_list(shared / file, options)[0] for file in (OLD, NEW)}


@pytest.mark.parametrize("file", [OLD, NEW])
def test_held_file_is_read_whole(shared, versions, file):
    records, listings = rows(shared / file), versions[file].listings
    problems = [problem.message for problem in versions[file].problems]
    assert len(listings) == len(records)
    persons = [one for one in records if one.get("LastName") or one.get("GivenName")]
    assert sum(one.kind == "person" for one in listings) == len(persons)
    born = [one.get("DateOfBirth") or one.get("DateOfBirthOrShipBuildDate") for one in persons]
    dates = [date for text in born if text for date in re.split(r"(?i) or ", text)]
    assert sum(len(one.births) for one in listings) + len(problems) == len(dates)
    assert all(message.startswith("date of birth is not read") for message in problems)
    numbers = [one["ShipIMONumber"] for one in records if one.get("ShipIMONumber")]
    assert [i.number for one in listings for i in one.identifiers] == numbers
    assert [one.listed_on for one in listings] == [one.get("DateOfListing", "") for one in records]
    assert sum(len(one.acts) for one in listings) == len(records)
    assert sum(len(one.programmes) for one in listings) == len(records)


@pytest.mark.parametrize("file", [OLD, NEW])
def test_no_word_of_a_held_name_or_alias_is_lost(shared, versions, file):
    for one, listing in zip(rows(shared / file), versions[file].listings, strict=True):
        tags = ("LastName", "GivenName", "Entity", "EntityOrShip", "Aliases")
        written = re.sub(r"\b[A-Z][a-z]+\s*:", " ", " ".join(one.get(tag, "") for tag in tags))
        words = set(re.findall(r"\w+", written))
        assert words <= set(re.findall(r"\w+", " ".join(names(listing)))), listing.element


def test_parties_keep_their_ids_over_five_years(versions):
    old, new = ({one.listing_id: one for one in versions[file].listings} for file in (OLD, NEW))
    left = [one for key, one in old.items() if key not in new]
    assert len(old.keys() & new.keys()) == 1259
    assert sum(one.programmes == ("Zimbabwe",) for one in left) == 100
    assert len(left) == 110
