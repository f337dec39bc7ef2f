"""Japan's asset freeze list as CSV: rows of the facts that the held workbook says."""

import csv
import io

import pytest

from sanctrail.errors import UnreadableFile
from sanctrail.lists.formats import open_list
from sanctrail.lists.forms import FORMS
from sanctrail.lists.jp import mof_csv
from sanctrail.lists.jp.mof_csv import parts_of
from sanctrail.lists.jp.mof_dates import notices_of
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    ListHeader,
    Measure,
    Wallet,
)
from sanctrail.register import Register, load_lists
from sanctrail.register.facts import facts_of
from sanctrail.register.history import difference

HELD = "lists/jp/mof_shisantouketsu20260305.xlsx"
HEADER = (
    "区分,番号,告示日付,告示番号,個人・団体,氏名（日本語）,氏名（英語）,別名・別称（日本語）,"
    "別名・別称（英語）,旧称（日本語）,旧称（英語）,確定に十分でない別名（日本語）,"
    "確定に十分でない別名（英語）,称号（日本語）,称号（英語）,役職（日本語）,役職（英語）,生年月日,"
    "出生地（日本語）,出生地（英語）,国籍（日本語）,国籍（英語）,旅券番号,身分証番号,"
    "住所・所在地（国）（日本語）,住所・所在地（都市その他の情報）（日本語）,"
    "住所・所在地（国）（英語）,住所・所在地（都市その他の情報）（英語）,"
    "国連参照番号,リスト掲載日,その他の情報,外務省告示情報"
)
COLUMNS = next(csv.reader([HEADER]))
SIM = {
    "区分": "17",
    "番号": "017-000078",
    "告示日付": "2023.9.1",
    "告示番号": "78",
    "個人・団体": "個人",
    "氏名（日本語）": "シム・ヒョンソプ",
    "氏名（英語）": "Sim Hyon Sop",
    "別名・別称（英語）": "Sim Hyo'n-so'p",
    "役職（日本語）": "コリア・クワンソン・バンキング・コーポレーションの副代表者",
    "生年月日": "1983/11/25",
    "出生地（日本語）": "北朝鮮平壌特別市",
    "国籍（日本語）": "北朝鮮",
    "旅券番号": "109484100（北朝鮮旅券）、旅券失効日：2024年12月24日",
    "住所・所在地（国）（日本語）": "中華人民共和国",
    "住所・所在地（都市その他の情報）（日本語）": "丹東市",
    "その他の情報": "性別：男性暗号資産アドレス：0x4f47bc496083c727c5fbe3ce9cdf2b0f6496270c",
}
WALLET = Wallet("", "0x4f47bc496083c727c5fbe3ce9cdf2b0f6496270c")


def text_of(*rows: dict[str, str], columns=COLUMNS) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def read(text: bytes, tmp_path, name="shisantouketsu20260828.csv"):
    path = tmp_path / name
    path.write_bytes(text)
    [version] = open_list(path)
    return version


@pytest.fixture
def load(tmp_path):
    def loaded(*rows: dict[str, str]):
        version = read(text_of(*rows), tmp_path)
        return version.listings, [problem.message for problem in version.problems]

    return loaded


@pytest.fixture
def only(load):
    def alone(**cells: str):
        [listing], problems = load(SIM | cells)
        assert problems == []
        return listing

    return alone


def test_row_is_a_listing_under_the_title_of_its_measure(only):
    listing = only()
    assert listing.listing_id == "jp:017-000078"
    assert (listing.reference, listing.element) == ("017-000078", "line 2")
    assert listing.programmes == ("17.北朝鮮(協調；個人)",)
    assert (listing.kind, listing.gender) == ("person", "male")
    assert listing.measures == (Measure("asset freeze", "資産凍結等の措置"),)
    assert [(n.text, n.kind, n.script) for n in listing.names] == [
        ("Sim Hyon Sop", "primary", "Latn"),
        ("シム・ヒョンソプ", "script", "Jpan"),
        ("Sim Hyo'n-so'p", "alias", "Latn"),
    ]
    assert listing.births == (Birth("1983-11-25", "1983-11-25", "day"),)
    assert listing.countries == (Country("nationality", "kp", "北朝鮮"),)
    assert listing.addresses == (
        Address("birth", "平壌特別市", "kp", "北朝鮮"),
        Address("address", "丹東市", "cn", "中華人民共和国"),
    )
    assert listing.identifiers == (Identifier("旅券番号", "109484100", "kp"),)
    assert listing.wallets == (WALLET,)


def test_list_is_dated_by_the_name_of_its_file(tmp_path):
    version = read(text_of(SIM), tmp_path)
    assert version.header == ListHeader("jp", "jp", "mof-csv", "2026-08-28")
    assert version.date_from == "file name"


def test_columns_are_known_in_any_order_and_with_narrow_brackets(tmp_path):
    columns = [c.replace("（", "(").replace("）", ")") for c in reversed(COLUMNS)]
    narrow = {c.replace("（", "(").replace("）", ")"): cell for c, cell in SIM.items()}
    [turned] = read(text_of(narrow, columns=columns), tmp_path).listings
    [listing] = read(text_of(SIM), tmp_path).listings
    assert {*facts_of(turned)} == {*facts_of(listing)}
    assert not mof_csv.recognises("区分,番号,氏名（日本語）\n".encode())


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2001.9.22 2008.6.25改訂", ("2001-09-22", "2008-06-25")),
        ("2016.3.112023.7.27改訂", ("2016-03-11", "2023-07-27")),
        ("2017.6.92022.8.3改訂", ("2017-06-09", "2022-08-03")),
        ("2022.5.102024.1.16改訂", ("2022-05-10", "2024-01-16")),
    ],
)
def test_notice_days_are_parted_where_line_ends_were_lost(only, text, days):
    listing = only(告示日付=text)
    assert (listing.listed_on, *listing.amended_on) == days
    assert listing.acts[0] == LegalAct("告示", days[0], "listing")
    assert notices_of(text).left_over == ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("パク・ジンヘク； パク・チンヒョク", ["パク・ジンヘク", "パク・チンヒョク"]),
        ("CHO'N, Chin; ZYON, Zin", ["CHO'N, Chin", "ZYON, Zin"]),
        ("甲（生年1963年；1964年）; 乙", ["甲（生年1963年；1964年）", "乙"]),
        ("（（甲；乙）丙）；丁", ["（（甲；乙）丙）", "丁"]),
        ("甲（乙; 丙", ["甲（乙", "丙"]),
        ('"210602196905220510"； Zavod “Zvezda”', ["210602196905220510", "Zavod “Zvezda”"]),
        ("不明", []),
    ],
)
def test_values_are_parted_outside_brackets(text, parts):
    assert parts_of(text) == parts


def test_aliases_tell_kind_and_quality_and_what_is_told_of_them_is_no_name(only):
    described = "サイフ・アル・アドル（生年月日1963/4/11； 1964年、国籍エジプト）"
    listing = only(
        **{
            "別名・別称（日本語）": f"{described}； ムハマド",
            "別名・別称（英語）": "Sayf-Al Adl (DOB: 11 Apr. 1963. POB: Egypt.)",
            "旧称（英語）": "Jannat Oshiklari",
            "確定に十分でない別名（英語）": "General Gaduel; Dhual",
        }
    )
    assert [(n.text, n.kind, n.quality) for n in listing.names[2:]] == [
        ("サイフ・アル・アドル", "alias", ""),
        ("ムハマド", "alias", ""),
        ("Sayf-Al Adl", "alias", ""),
        ("Jannat Oshiklari", "former", ""),
        ("General Gaduel", "alias", "weak"),
        ("Dhual", "alias", "weak"),
    ]
    assert Detail("別名・別称(日本語)", described) in listing.details


def test_names_in_their_own_script_stand_in_other_information(only):
    said = "(original script: محمد حسن آخوند) (original script: Абу Ханифа)(original script：不明)"
    listing = only(その他の情報=said + "同人は協力者。")
    assert [(n.text, n.kind, n.script) for n in listing.names if n.kind == "script"] == [
        ("シム・ヒョンソプ", "script", "Jpan"),
        ("محمد حسن آخوند", "script", "Arab"),
        ("Абу Ханифа", "script", "Cyrl"),
    ]


def test_births_of_many_writings_stand_side_by_side(only):
    births = only(生年月日="1955年から1958年の間; １９６８年頃; 1967/11/12; 1970年").births
    assert births == (
        Birth("1955-01-01", "1958-12-31", "range"),
        Birth("1968-01-01", "1968-12-31", "year", circa=True),
        Birth("1967-11-12", "1967-11-12", "day"),
        Birth("1970-01-01", "1970-12-31", "year"),
    )


@pytest.mark.parametrize(
    ("countries", "places", "addresses"),
    [
        ("Russia", "3 Novatorov; 1 Kerch,", [("3 Novatorov", "ru"), ("1 Kerch", "ru")]),
        ("Syrian Arab Republic; Iraq", "", [("", "sy"), ("", "iq")]),
        ("Libya; Tunisia", "Derna; Tunis", [("Derna", "ly"), ("Tunis", "tn")]),
        ("Libya; Tunisia", "Derna", [("Derna", ""), ("", "ly"), ("", "tn")]),
        ("", "Tunis, Tunisia", [("Tunis", "tn")]),
    ],
)  # fmt: skip
def test_places_are_joined_to_countries_only_where_that_is_certain(
    only, countries, places, addresses
):
    listing = only(
        **{
            "住所・所在地（国）（日本語）": "",
            "住所・所在地（都市その他の情報）（日本語）": "",
            "住所・所在地（国）（英語）": countries,
            "住所・所在地（都市その他の情報）（英語）": places,
        }
    )
    found = [(a.text, a.country) for a in listing.addresses if a.role == "address"]
    assert found == addresses


def test_country_said_in_two_languages_is_one(only):
    cells = {"国籍（英語）": "North Korea; Iran", "住所・所在地（国）（英語）": "China"}
    listing = only(**cells)
    assert [country.code for country in listing.countries] == ["kp", "ir"]
    assert [a.country for a in listing.addresses if a.role == "address"] == ["cn"]


def test_paper_without_a_number_is_told_and_kept_in_words(load):
    papers = "654220197、旅券失効日; 2019年5月7日（北朝鮮旅券）"
    [listing], problems = load(SIM | {"旅券番号": papers, "身分証番号": '"210602196905220510"'})
    assert listing.identifiers == (
        Identifier("旅券番号", "654220197"),
        Identifier("身分証番号", "210602196905220510"),
    )
    assert Detail("旅券番号", "2019年5月7日（北朝鮮旅券）") in listing.details
    assert problems == ["旅券番号 has no number: 2019年5月7日（北朝鮮旅券）"]


def test_un_reference_titles_and_the_notice_as_printed_are_kept(only):
    listing = only(
        **{
            "国連参照番号": "HTi.008",
            "称号（英語）": "Mullah; Haji",
            "リスト掲載日": "2025年10月17日",
            "外務省告示情報": f"78. シム・ヒョンソプ 暗号資産アドレス：{WALLET.address}",
            "その他の情報": "",
            "役職（日本語）": "",
        }
    )
    assert Identifier("UN reference", "HTi.008") in listing.identifiers
    assert listing.wallets == (WALLET,)
    assert listing.details[-4:] == (
        Detail("称号(英語)", "Mullah"),
        Detail("称号(英語)", "Haji"),
        Detail("リスト掲載日", "2025年10月17日"),
        Detail("外務省告示情報", f"78. シム・ヒョンソプ 暗号資産アドレス：{WALLET.address}"),
    )


def test_notice_number_that_is_not_in_the_id_is_kept(only):
    assert Detail("告示番号", "78") not in only().details
    assert Detail("告示番号", "78(#3)") in only(告示番号="78(#3)").details


def test_oddities_are_told_and_nothing_is_dropped(load):
    rows = [
        SIM | {"番号": "777"},
        SIM | {"番号": ""},
        SIM | {"番号": "017-000001", "個人・団体": "船舶"},
        dict.fromkeys(SIM, "不明") | {"区分": "17", "番号": "017-000002", "個人・団体": "個人"},
    ]
    listings, problems = load(*rows)
    assert [one.listing_id for one in listings[::2]] == ["jp:777", "jp:017-000001"]
    assert listings[1].listing_id.startswith("jp:x")
    assert listings[2].kind == "person"
    assert problems == [
        "number '777' is not written as 015-000025",
        "number '' is none; the id is of the name",
        "'船舶' is neither a person (個人) nor an entity (団体)",
        "has no name",
    ]


def test_measures_numbered_anew_are_told_since_ids_would_be_those_of_others(load):
    entity = {"個人・団体": "団体", "区分": "29", "番号": "029-000001"}
    moved = {"区分": "30", "番号": "029-000002", "個人・団体": "団体"}
    listings, problems = load(SIM, SIM | entity, SIM | moved, SIM | {"区分": "45"})
    assert [message[:30] for message in problems[:2]] == [
        "measure 29 does not hold what ",
        "measure 30 does not hold what ",
    ]
    assert problems[2:3] == ["measure 45 is not known by a title; its number stands for it"]
    assert len(listings) == 3
    assert listings[1].programmes == ("29.ロシア連邦(個人)",)


def test_file_that_is_cut_short_is_told(tmp_path):
    whole = text_of(SIM, SIM | {"番号": "017-000079"})
    cut = whole[: whole.rindex("中華".encode())]
    version = read(cut, tmp_path)
    assert len(version.listings) == 2
    assert [problem.message for problem in version.problems] == [
        "breaks off after 25 of 32 cells; the rest is taken as empty",
        "the last line has no end: the file may be cut short. Fetch it again",
    ]
    with pytest.raises(UnreadableFile, match="the record that begins on line 3 is not readable"):
        read(text_of(SIM) + b'17,"017-0000', tmp_path)


def test_column_that_is_gone_refuses_the_file_and_a_new_one_is_kept(tmp_path):
    fewer = [column for column in COLUMNS if column != "生年月日"]
    with pytest.raises(UnreadableFile, match="the columns 生年月日 are not there"):
        read(text_of(SIM, columns=fewer), tmp_path)
    version = read(text_of(SIM | {"靴": "44"}, columns=[*COLUMNS, "靴"]), tmp_path)
    assert Detail("靴", "44") in version.listings[0].details
    assert [p.message for p in version.problems] == ["column '靴' is not known; kept as a detail"]


@pytest.fixture(scope="module")
def workbook(shared):
    [version] = open_list(shared / HELD)
    return {listing.listing_id: listing for listing in version.listings}


def test_switch_from_the_workbook_amends_nothing_that_both_can_say(workbook, only):
    carried = FORMS["mof-csv"].carries
    comparable = {fact for fact, dialect in carried.items() if not dialect}
    listing = only()
    before = {f[:2] for f in facts_of(workbook[listing.listing_id]) if f[0] in comparable}
    after = {f[:2] for f in facts_of(listing) if f[0] in comparable}
    assert before == after
    assert {"name", "wallet", "birth", "programme", "legal act"} <= {fact for fact, _ in after}


def test_every_entry_of_the_held_workbook_has_the_number_of_the_csv(workbook):
    assert len(workbook) == 3461
    assert all(mof_csv._NUMBER.fullmatch(one.removeprefix("jp:")) for one in workbook)
    names = {
        "jp:002-000160": "Mohammed Salahaldin Abd El Halim Zidane",
        "jp:014-000001": "Korea Mining Development Trading Corporation(KOMID）",
        "jp:015-000048": "PAEK SE BONG",
        "jp:017-000001": "PAEK SE BONG",
        "jp:002-000798": "ABUBAKAR SWALLEH",
    }
    assert {one: workbook[one].primary_name for one in names} == names


def test_switch_of_layout_lists_and_delists_nobody(shared, workbook, tmp_path):
    rows = [
        {
            "区分": one.listing_id[3:6].lstrip("0"),
            "番号": one.listing_id[3:],
            "告示日付": "".join(act.date for act in one.acts),
            "個人・団体": {"person": "個人", "entity": "団体"}[one.kind],
            "氏名（英語）": one.primary_name,
        }
        for one in workbook.values()
        if not one.delisted and one.names
    ]
    written = tmp_path / "shisantouketsu20260401.csv"
    written.write_bytes(text_of(*rows))
    [before, after], _ = load_lists([shared / HELD, written], tmp_path / "ws")
    assert (before.parties, after.parties) == (2863, 2862)
    found = difference(Register(tmp_path / "ws"), before.version_id, after.version_id)
    moves = [row for row in found.changes if row["change"] in ("listed", "delisted")]
    assert len(moves) == 1
