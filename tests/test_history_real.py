"""The history of the real lists: who came, who left, and that no change was made up."""

import itertools
import lzma
import re
import tarfile
from collections import Counter

import pytest

from sanctrail.register import LoadOptions, Register, load_lists
from sanctrail.register.history import changes_since, select

TORNADO = "us:39796"
OFAC = "lists/us_ofac"
CSV_DAYS = ("2024-04-26", "2024-05-01", "2024-05-03")


@pytest.fixture(scope="module")
def sdn(shared, tmp_path_factory):
    """Three CSV versions, then three SDN_ADVANCED ones, loaded newest first."""
    folder = tmp_path_factory.mktemp("sdn")
    files = [
        shared / OFAC / f"SDN_ADVANCED_{day}.xml.bz2"
        for day in ("2025-04-02", "2024-12-19", "2024-05-28")
    ]
    archive = shared / OFAC / "sdn_csv_history_2021-08_2024-05.tar.xz"
    with tarfile.open(archive) as members:
        for day in CSV_DAYS:
            data = members.extractfile(f"sdn_csv_history/sdn_{day}.csv").read()
            (folder / f"sdn_{day}.csv").write_bytes(data)
    files += [folder / f"sdn_{day}.csv" for day in CSV_DAYS[::-1]]
    load_lists(files, folder / "workspace", LoadOptions(accept_drop=True))
    return folder / "workspace"


@pytest.fixture(scope="module")
def un(shared, tmp_path_factory):
    workspace = tmp_path_factory.mktemp("un") / "workspace"
    days = ("2026-02-27", "2025-04-19", "2025-08-16", "2025-11-20")
    files = [shared / f"lists/un/UN_consolidated_{day}.xml.xz" for day in days]
    load_lists(files, workspace, LoadOptions(accept_drop=True))
    return workspace


def raw(shared, day):
    return lzma.open(shared / f"lists/un/UN_consolidated_{day}.xml.xz").read().decode("latin-1")


def test_tornado_cash_left_the_list_between_december_2024_and_april_2025(sdn):
    register = Register(sdn)
    (gone,) = select(changes_since(register), change="delisted", party="tornado cash")
    assert (gone["listing_id"], gone["primary_name"]) == (TORNADO, "TORNADO CASH")
    assert (gone["not_before"], gone["not_after"]) == ("2024-12-19", "2025-04-02")
    assert ("us-sdn", TORNADO) not in register.listings()
    december = Register(sdn, "2024-12-31")
    assert ("us-sdn", TORNADO) in december.listings()
    assert december.views[0].following["list_date"] == "2025-04-02"
    assert TORNADO in {wallet.listing_id for wallet in december.wallets()}
    assert TORNADO not in {wallet.listing_id for wallet in register.wallets()}


def test_a_richer_form_among_poorer_ones_begins_and_ends_nothing(sdn):
    """SDN_ADVANCED follows sdn.csv: it knows aliases, scripts, addresses; none of them is news."""
    first = [row for row in changes_since(Register(sdn)) if row["not_after"] == "2024-05-28"]
    amended = Counter(row["fact"] for row in first if row["change"] == "amended")
    assert set(amended) <= {"name", "weak alias", "programme", "kind", "birth", "wallet", "gender"}
    assert sum(amended.values()) < 40  # in the 25 days between 14,965 and 14,984 parties
    assert len([row for row in first if row["change"] == "listed"]) == 21
    assert len([row for row in first if row["change"] == "delisted"]) == 2


def test_a_day_before_the_richer_form_knows_no_alias_and_a_day_after_does(sdn):
    before = {row["kind"] for row in Register(sdn, "2024-05-03").rows("names")}
    quality = {
        row["quality"]
        for row in Register(sdn, "2024-05-03").rows("names")
        if row["kind"] == "alias"
    }
    assert before == {"primary", "alias", "former"}
    assert quality == {"weak"}
    after = [row for row in Register(sdn, "2024-05-28").rows("names") if row["kind"] == "alias"]
    assert {row["quality"] for row in after} == {"weak", "strong"}


def test_iran_came_back_to_the_un_list_in_the_second_half_of_2025(un):
    rows = select(changes_since(Register(un)), change="listed", programme="Iran")
    assert len(rows) == 121
    assert {(row["not_before"], row["not_after"]) for row in rows} == {("2025-08-16", "2025-11-20")}
    assert {row["on_date"][:7] for row in rows if row["on_date"]} <= {"2025-09"}
    assert not [
        r for r in Register(un, "2025-10-31").rows("listings") if r["programmes"] == ["Iran"]
    ]


def test_comings_and_goings_are_those_of_the_raw_files(un, shared):
    days = ("2025-04-19", "2025-08-16", "2025-11-20", "2026-02-27")
    ids = {day: set(re.findall(r"<DATAID>\s*(\d+)", raw(shared, day))) for day in days}
    rows = changes_since(Register(un))
    for old, new in itertools.pairwise(days):
        for change, expected in (
            ("listed", ids[new] - ids[old]),
            ("delisted", ids[old] - ids[new]),
        ):
            found = {
                row["listing_id"].removeprefix("un:")
                for row in select(rows, change=change)
                if row["not_after"] == new
            }
            assert found == expected


def test_a_damaged_copy_amends_nothing_and_the_next_whole_one_undoes_nothing(un):
    """The copy of 2025-08-16 lost the letters of 379 names: no such name ended or began there."""
    rows = [row for row in changes_since(Register(un)) if row["change"] == "amended"]
    at_damage = [row for row in rows if row["not_after"] == "2025-08-16"]
    after = [row for row in rows if row["not_after"] == "2025-11-20"]
    assert len(at_damage) <= 2
    assert len(after) <= 15
    scripts = [row for row in after if row["fact"] == "script name"]
    assert {row["not_before"] for row in scripts} <= {"2025-04-19"}  # the last whole one
