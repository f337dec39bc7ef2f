"""docs/lists.md holds true: its tables are compared with the code and with every real file held."""

import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from sanctrail.errors import SanctrailError
from sanctrail.lists.formats import ReadOptions, open_lists
from sanctrail.lists.forms import FACTS, FORMS, LISTS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "lists.md").read_text("utf-8")
DAY = "2025-12-31"
DATED = {"list": "list", "name": "file name", "`--date`": "user"}
REBUILT = "says of itself that it is not an official file but was rebuilt from another"


def section(title):
    return re.split(r"^## ", PAGE.split(f"\n## {title}\n")[1], flags=re.MULTILINE)[0]


def table(title):
    """The rows of the one table of a section, without its head, as cells."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    assert re.fullmatch(r"[| -]+", lines[1])
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def words(cell):
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def numbers(cell):
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", cell)]


@dataclass(frozen=True)
class Held:
    """One row of the table of held files; `files` are paths inside the folder of lists.

    `counts` are parties, names and wallets; an archive has those of its first and last version.
    """

    files: tuple[str, ...]
    said: str
    dated: str
    counts: tuple[tuple[int, ...], ...]
    lifted: int

    @classmethod
    def of(cls, row):
        first, *others = words(row[0])
        folder = Path(first).parent
        files = (first, *((folder / other).as_posix() for other in others))
        parties, _, lifted = row[3].partition(" (")
        counts = [numbers(cell) for cell in (parties, *row[4:])]
        longest = max(map(len, counts))
        ends = (number * longest if len(number) == 1 else number for number in counts)
        return cls(files, row[1], row[2], tuple(zip(*ends, strict=True)), sum(numbers(lifted)))

    @property
    def is_read(self):
        return not self.said.startswith(("reference only: ", "refused: "))

    @property
    def list_and_form(self):
        list_id, form = words(self.said)[:2]
        return list_id, form

    @property
    def versions(self):
        found = re.search(r"(\d+) versions", self.said)
        return int(found[1]) if found else 1


HELD = [Held.of(row) for row in table("Files held")]
READ = [held for held in HELD if held.is_read]
LAST_OF = {held.list_and_form[0]: held for held in READ}
"""The last row of each list: the example of an id must stand in its file."""

IDS = {words(row[0])[0]: words(row[3])[0] for row in table("Lists and ids")}
LAYOUTS = {words(row[2])[0]: (words(row[1]), row[3]) for row in table("Layouts")}


def name_of(held):
    return held.files[0]


@pytest.fixture
def lists(shared):
    return shared / "lists"


def opened(paths, list_date=""):
    return list(open_lists(paths, ReadOptions(list_date)))


def first_and_last(archive, folder):
    """The first and the last version of an archive, in one of its kind; and how many it has."""
    packed = folder / "two.tar"
    with tarfile.open(archive) as members, tarfile.open(packed, "w") as two:
        held = sorted((one for one in members if one.isfile()), key=lambda one: one.name)
        for one in (held[0], held[-1]):
            two.addfile(one, members.extractfile(one))
    return packed, len(held)


def counts(version):
    """Parties, names and wallets of a version."""
    listings = version.listings
    return (
        len(listings),
        sum(len(listing.names) for listing in listings),
        sum(len(listing.wallets) for listing in listings),
    )


def test_the_page_names_every_list_with_its_regime_and_title():
    rows = {words(row[0])[0]: (words(row[1])[0], row[2]) for row in table("Lists and ids")}
    assert rows.pop("ftm-DATASET")[0] == "ftm"
    assert rows == {one.list_id: (one.regime, one.title) for one in LISTS.values()}


def test_the_page_names_every_form_once_with_its_lists():
    assert [words(row[2])[0] for row in table("Layouts")] == list(LAYOUTS)
    assert LAYOUTS.keys() == FORMS.keys()
    named = {list_id for list_ids, _ in LAYOUTS.values() for list_id in list_ids}
    assert named == IDS.keys()


def test_the_page_says_of_every_form_what_it_can_carry():
    def row(form):
        missing = [fact for fact in FACTS if fact not in form.carries]
        own = [fact for fact in FACTS if form.carries.get(fact)]
        said = [", ".join(facts) or "nothing" for facts in (missing, own)]
        return [f"`{form.name}`", *said, f"{form.rank}{', partial' if form.partial else ''}"]

    assert table("What a form can say") == [row(form) for form in FORMS.values()]
    assert f"The facts are: {', '.join(FACTS)}." in " ".join(section("What a form can say").split())


def test_the_page_tells_which_forms_no_published_file_was_held_of():
    tested = {held.list_and_form[1] for held in READ}
    untested = re.search(r"Read without a published file.*?\n\n", section("Layouts"), re.DOTALL)
    assert {*words(untested[0])} == FORMS.keys() - tested


def test_every_held_file_stands_on_the_page_once_and_no_other(lists):
    on_the_page = sorted(file for held in HELD for file in held.files)
    held = sorted(path.relative_to(lists).as_posix() for path in lists.rglob("*") if path.is_file())
    assert on_the_page == held


def test_files_that_are_not_official_are_called_so():
    for held in HELD:
        rebuilt = any(word in held.files[0] for word in ("RECONSTRUCTED", "transcribed"))
        assert "not official" in held.said or not rebuilt, held.files


@pytest.mark.parametrize("held", READ, ids=name_of)
def test_a_held_file_loads_as_the_page_says(held, lists, tmp_path):
    paths = [lists / file for file in held.files]
    if held.versions > 1:
        packed, how_many = first_and_last(paths[0], tmp_path)
        assert how_many == held.versions
        paths = [packed]
    versions = opened(paths, DAY if held.dated == "`--date`" else "")
    assert {(one.header.list_id, one.header.form) for one in versions} == {held.list_and_form}
    assert {one.date_from for one in versions} == {DATED[held.dated]}
    assert tuple(counts(one) for one in versions) == held.counts
    assert sum(listing.delisted for listing in versions[-1].listings) == held.lifted
    told = any(problem.message == REBUILT for problem in versions[0].problems)
    assert told == ("rebuilt from a transcription" in held.said)
    if held is LAST_OF[held.list_and_form[0]]:
        example = IDS[held.list_and_form[0]]
        assert example in {listing.listing_id for listing in versions[-1].listings}


def test_every_list_but_the_users_own_has_a_held_file():
    assert LAST_OF.keys() == LISTS.keys()


@pytest.mark.parametrize("held", [held for held in READ if held.dated == "`--date`"], ids=name_of)
def test_a_held_file_without_a_day_asks_for_it(held, lists):
    (failure,) = opened([lists / file for file in held.files])
    assert isinstance(failure, SanctrailError)
    assert "Give its day with --date" in str(failure)


def test_a_row_is_dated_as_its_form_is():
    for held in READ:
        _, dated = LAYOUTS[held.list_and_form[1]]
        assert (held.dated == "list") == (dated == "list"), held.files


@pytest.mark.parametrize("held", [held for held in HELD if not held.is_read], ids=name_of)
def test_any_other_held_file_is_refused_in_the_words_of_the_page(held, lists):
    (failure,) = opened([lists / file for file in held.files], DAY)
    assert isinstance(failure, SanctrailError)
    message = str(failure)
    assert re.search(r"“(.+)”", held.said)[1] in message
    assert "\n" not in message
    assert message.endswith(".")


def test_the_numbers_in_the_text_are_those_of_the_held_files(lists):
    def listings_of(part):
        (row,) = [held for held in READ if part in held.files[0]]
        (version,) = opened([lists / row.files[0]])
        return version.listings

    text = " ".join(section("What is kept").split())
    eu = listings_of("xmlFullSanctionsList_1_1_2021-03-02")
    late = sum(listing.listed_basis == "at the latest" for listing in eu)
    assert f"for {late:,} of {len(eu):,} parties of the EU list of 2021-03-02" in text
    shared_reference = sum(listing.listing_id.startswith("eu:L") for listing in eu)
    assert f"({shared_reference} entries of the list of 2021-03-02)" in PAGE.replace("\n  ", " ")
    wallets = [wallet for one in listings_of("uk/UK_Sanctions_List_RE") for wallet in one.wallets]
    bare = sum(not wallet.asset for wallet in wallets)
    assert f"({bare} of {len(wallets)} on the UK's" in text
    wallets = [wallet for one in listings_of("jp/mof") for wallet in one.wallets]
    assert f"all {sum(not wallet.asset for wallet in wallets)} on Japan's)" in text
    assert all(not wallet.asset for wallet in wallets)


def test_a_set_of_parts_is_read_from_its_folder_too(lists):
    row = next(held for held in READ if len(held.files) > 1)
    (version,) = opened([(lists / row.files[0]).parent], DAY)
    assert (version.header.list_id, version.header.form) == row.list_and_form
    assert (counts(version),) == row.counts
