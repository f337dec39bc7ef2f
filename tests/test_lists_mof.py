"""Japan's asset freeze list: sheets written by hand, and the held workbooks."""

import re
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from sanctrail.errors import UnreadableFile
from sanctrail.ground.sheets import Sheet
from sanctrail.lists.formats import open_list
from sanctrail.lists.jp import mof
from sanctrail.lists.jp.mof_dates import births_of, notices_of
from sanctrail.lists.jp.mof_names import aliases_of, english_name
from sanctrail.lists.jp.mof_terms import place_and_country, role_of
from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    ListHeader,
    Measure,
)

HELD = "lists/jp/mof_shisantouketsu20260305.xlsx"
END_USERS = "lists/jp/meti_end_user_list_20250929_4.xlsx"
BASE = ("告示日付", "告示番号", "日本語表記", "英語表記")


def sheet(*rows: dict[str, object], name: str = "15.北朝鮮（個人）", notes: tuple = ()) -> Sheet:
    titles = tuple(dict.fromkeys([*BASE, *(title for row in rows for title in row)]))
    head = [(note, *[""] * (len(titles) - 1)) for note in ("北朝鮮に関連する者", *notes)]
    cells = [tuple(row.get(title, "") for title in titles) for row in rows]
    return Sheet(name, (*head, titles, *cells))


def load(*sheets: Sheet):
    assert mof.recognises(sheets)
    problems = []
    header, *listings = mof.read(sheets, "mof.xlsx", problems)
    assert header == ListHeader("jp", "jp", "mof-xlsx", "")
    return listings, [problem.message for problem in problems]


def entry(**columns: object) -> dict[str, object]:
    return dict(zip(BASE, ("2013.2.27", 7.0, "キム・チョル", "Kim Chol"), strict=True)) | columns


def only(**columns: object):
    [listing], problems = load(sheet(entry(**columns)))
    assert problems == []
    return listing


def test_row_is_a_listing_under_the_name_of_its_sheet():
    listing = only()
    assert listing.kind == "person"
    assert listing.programmes == ("15.北朝鮮（個人）",)
    assert listing.reference == "15.北朝鮮（個人） 7"
    assert listing.element == "sheet 15.北朝鮮（個人）, row 3"
    assert listing.measures == (Measure("asset freeze", "資産凍結等の措置"),)
    assert [(n.text, n.kind, n.script) for n in listing.names] == [
        ("Kim Chol", "primary", "Latn"),
        ("キム・チョル", "script", "Jpan"),
    ]


def test_notice_days_are_listing_amendments_and_lifting():
    listing = only(告示日付="2013.2.27\n2017.3.10改訂\n2020.3.1改訂")
    assert listing.listed_on == "2013-02-27"
    assert listing.amended_on == ("2017-03-10", "2020-03-01")
    assert [act.role for act in listing.acts] == ["listing", "amendment", "amendment"]
    assert listing.acts[0] == LegalAct("告示", "2013-02-27", "listing")
    lifted = only(告示日付="2021.5.28 削除", 日本語表記="", 英語表記="")
    assert (lifted.delisted, lifted.delisted_on, lifted.names) == (True, "2021-05-28", ())
    assert notices_of(date(2024, 2, 22)).listed_on == "2024-02-22"


def test_notice_day_that_cannot_be_read_is_told():
    [listing], problems = load(sheet(entry(告示日付="2002.4.20\n200812.19改訂")))
    assert listing.listed_on == "2002-04-20"
    assert problems == ["notice date is not read: 200812.19改訂"]


def test_id_survives_a_new_sheet_number_a_new_row_and_an_amended_name():
    [old], _ = load(sheet(entry(), name="13.北朝鮮（個人）"))
    [_, new], _ = load(sheet(entry(告示番号="6"), entry(英語表記="Kim Chol Su", 告示番号="7(#12)")))
    assert old.listing_id == new.listing_id
    assert re.fullmatch(r"jp:x[0-9a-f]{16}", new.listing_id)
    assert Detail("告示番号", "7(#12)") in new.details


def test_known_measure_gives_the_number_of_the_csv_whatever_its_sheet_is_numbered():
    old = sheet(entry(告示番号="#25"), name="12.北朝鮮(決議１７１８号等；個人) ")
    new = sheet(entry(告示番号="25(*3)"), name="15.北朝鮮(決議1718号等；個人)")
    [[before], _], [[after], _] = load(old), load(new)
    assert before.listing_id == after.listing_id == "jp:015-000025"


def test_lifted_row_keeps_its_id_so_that_the_lifting_is_known():
    gone = entry(告示日付="2021.5.28削除", 日本語表記="", 英語表記="")
    [[before], _], [[after], _] = load(sheet(entry())), load(sheet(gone))
    assert before.listing_id == after.listing_id
    assert (before.delisted, after.delisted) == (False, True)


def test_entries_of_a_lifted_measure_are_lifted_and_its_bare_sheet_is_no_problem():
    bare = Sheet("8.【解除】リベリア", (("リベリア",), ("【2015年12月18日告示廃止】",)))
    full = sheet(entry(), name="11.【解除】某国（個人）", notes=("【2016年7月29日告示廃止】",))
    [listing], problems = load(bare, full)
    assert problems == []
    assert (listing.delisted, listing.delisted_on) == (True, "2016-07-29")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ラシド\n(a.k.a.: Rachid)", ["ラシド", "Rachid"]),
        (
            "(a)ビラール(b)アーデル\n （a.k.a.: （a)Bilal （b)Adel)",
            ["ビラール", "アーデル", "Bilal", "Adel"],
        ),
        ("（ａ）ビラール（ｂ）アーデル", ["ビラール", "アーデル"]),
        ("(a)リディア（Lydia）、(b)ロメオ（Romeo）", ["リディア", "Lydia", "ロメオ", "Romeo"]),
        (
            "株式会社KBM; 工場\nAO KBM, Ltd.; Zavod",
            ["株式会社KBM", "工場", "AO KBM, Ltd.", "Zavod"],
        ),
        (
            "（別称、A工場、B工場）\n(a.k.a. Zavod A; a.k.a. Zavod B)",
            ["A工場", "B工場", "Zavod A", "Zavod B"],
        ),
        ("ルーディ、ルディ\nRudi S, Rudy S", ["ルーディ", "ルディ", "Rudi S", "Rudy S"]),
        ("KOZLOV, Sergei", ["KOZLOV, Sergei"]),
        ("CHO'N, Chin;ZYON, Zin", ["CHO'N, Chin", "ZYON, Zin"]),
        ("民主同盟軍", ["民主同盟軍"]),
    ],
)
def test_aliases_of_many_writings(text, names):
    assert [name for name, _ in aliases_of(text)[0]] == names


def test_former_names_stand_behind_their_mark():
    text = "（別称）コリア\nKorea Corp\n（旧称）リョン\n(f.k.a. Lyong)"
    assert aliases_of(text)[0] == [
        ("コリア", False),
        ("Korea Corp", False),
        ("リョン", True),
        ("Lyong", True),
    ]


def test_remark_beside_an_alias_is_no_name_and_is_kept():
    cell = "(a)リディア（Lydia）（APR参加時）(b)ラセド, born 5 Feb. 1969 in Tripoli"
    cell += "(c)アダム、1960年出生"
    listing = only(別名=cell)
    assert [n.text for n in listing.names[2:]] == ["リディア", "Lydia", "ラセド", "アダム"]
    assert [d.text for d in listing.details] == [
        "リディア（Lydia）（APR参加時）",
        "ラセド, born 5 Feb. 1969 in Tripoli",
        "アダム、1960年出生",
    ]


def test_column_of_names_tells_kind_and_quality():
    listing = only(
        別名="不明",
        確定可能な別名="ガブリエル（Gabriel）",
        確定に十分でない別名="タイガー",
        旧称="キム",
    )
    assert [(n.text, n.kind, n.quality) for n in listing.names[2:]] == [
        ("ガブリエル", "alias", "strong"),
        ("Gabriel", "alias", "strong"),
        ("キム", "former", ""),
        ("タイガー", "alias", "weak"),
    ]


def test_what_brackets_tell_of_a_birth_is_no_part_of_an_alias():
    listing = only(別名="Sayf-Al Adl (DOB: 11 Apr. 1963. POB: Egypt.)")
    assert [n.text for n in listing.names[2:]] == ["Sayf-Al Adl"]
    assert Detail("別名", "Sayf-Al Adl (DOB: 11 Apr. 1963. POB: Egypt.)") in listing.details


def test_paper_whose_only_digits_are_a_day_has_no_number():
    [listing], problems = load(sheet(entry(旅券番号="1993年に発行されたエジプト旅券")))
    assert listing.identifiers == ()
    assert Detail("旅券番号", "1993年に発行されたエジプト旅券") in listing.details
    assert problems == ["旅券番号 has no number: 1993年に発行されたエジプト旅券"]


@pytest.mark.parametrize(
    "text",
    [
        "ADAM\n(original script: آدم)",
        "ADAM （original script：آدم）",
        "ADAM (آدم :original script)",
    ],
)
def test_original_script_is_a_name_of_its_own(text):
    assert english_name(text) == ("ADAM", "آدم")


def births(cell) -> list[tuple[str, str, bool]]:
    return [(b.earliest, b.precision, b.circa) for b in births_of(cell).births]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (date(1971, 12, 22), [("1971-12-22", "day", False)]),
        (1953.0, [("1953-01-01", "year", False)]),
        ("1941年8月20日", [("1941-08-20", "day", False)]),
        ("1966 年1月 1\n日", [("1966-01-01", "day", False)]),
        ("１９６２年１２月", [("1962-12-01", "month", False)]),
        ("1959年頃", [("1959-01-01", "year", True)]),
        ("おおよそ1975年", [("1975-01-01", "year", True)]),
        (
            "(a)1955年-1958年頃\n(b)1945年",
            [("1955-01-01", "range", True), ("1945-01-01", "year", False)],
        ),
        ("1937年～1945年", [("1937-01-01", "range", False)]),
        ("1963年から1968年までの間", [("1963-01-01", "range", False)]),
        ("1964年又は1967年5月3日", [("1964-01-01", "year", False), ("1967-05-03", "day", False)]),
        ("1964年5月3日又は6月4日", [("1964-05-03", "day", False), ("1964-06-04", "day", False)]),
        ("1970/1/2; 1971年頃", [("1970-01-02", "day", False), ("1971-01-01", "year", True)]),
    ],
)
def test_births_of_many_writings(cell, expected):
    assert births(cell) == expected
    assert births_of(cell).left_over == ""


@pytest.mark.parametrize(
    "cell", ["2000年2月20/29日", "9月28日（year unknown）", "おおむね30～35歳", "昭和25年"]
)
def test_birth_that_cannot_be_read_is_told_and_kept_in_words(cell):
    [listing], problems = load(sheet(entry(生年月日=cell)))
    assert Detail("生年月日", cell) in listing.details
    assert problems == [f"date of birth is not read in full: {cell}"]


def test_birth_of_another_calendar_is_never_gregorian():
    listing = only(生年月日="(a)1963年4月11日(b)1382年11月18日（ヒジュラ暦）")
    assert listing.births == (Birth("1963-04-11", "1963-04-11", "day"),)
    assert Detail("birth date (ヒジュラ暦)", "1382年11月18日") in listing.details


def test_birth_and_place_in_one_column():
    column = {
        "生年月日・出生地": "1941年8月20日セルビアボル生\nBorn at Bor, Serbia, on 20 August 1941"
    }
    listing = only(**column)
    assert listing.births == (Birth("1941-08-20", "1941-08-20", "day"),)
    assert listing.addresses == (
        Address("birth", "ボル", "rs", "セルビア"),
        Address("birth", "Bor", "rs", "Serbia"),
    )


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("北朝鮮平壌特別市", ("平壌特別市", "kp", "北朝鮮")),
        ("シリア・アラブ共和国アレッポ", ("アレッポ", "sy", "シリア・アラブ共和国")),
        ("モスクワ（ロシア）", ("モスクワ", "ru", "ロシア")),
        ("南スーダン、ボル", ("ボル", "ss", "南スーダン")),
        ("Tunis, Tunisia", ("Tunis", "tn", "Tunisia")),
        ("クウェート Kuwait", ("", "kw", "クウェート")),
        ("ティクリート", ("ティクリート", "", "")),
    ],
)
def test_country_stands_before_or_behind_the_place(text, parted):
    assert place_and_country(text) == parted


def test_papers_give_their_number_and_issuer_and_stay_in_words():
    listing = only(
        旅券番号="(a)アフガニスタン旅券番号：OR1961825（2003年2月4日に発行）(b)不明",
        ID番号=210602.0,
    )
    assert listing.identifiers[:2] == (
        Identifier("旅券番号", "OR1961825", "af"),
        Identifier("ID番号", "210602"),
    )
    assert "アフガニスタン旅券番号：OR1961825（2003年2月4日に発行）" in [
        d.text for d in listing.details
    ]


def test_un_reference_nationality_title_and_designation_day():
    listing = only(
        国連参照番号="HTi.008",
        国籍="(a)ハイチ共和国(b)チャド",
        役職="議長",
        リスト掲載日=date(2025, 10, 17),
    )
    assert listing.identifiers == (Identifier("UN reference", "HTi.008"),)
    assert listing.countries == (
        Country("nationality", "ht", "ハイチ共和国"),
        Country("nationality", "td", "チャド"),
    )
    assert listing.details == (Detail("役職", "議長"), Detail("リスト掲載日", "2025-10-17"))
    assert listing.listed_on == "2013-02-27"


def test_wallets_are_taken_from_other_information_in_exact_case():
    text = (
        "出生地：北朝鮮平壌特別市\n性別：男性\n暗号資産アドレス：\n1986rYHckYbJpGQJy6ornuMyD2N5MTqwDt；\n"
        "0xa0e1c89Ef1a489c9C7dE96311eD5Ce5D32c20E4B；0x4f47bc496083c727c5fbe3ce9cdf2b0f6496270c"
    )
    listing = only(その他の情報=text)
    assert [(one.asset, one.address) for one in listing.wallets] == [
        ("", "1986rYHckYbJpGQJy6ornuMyD2N5MTqwDt"),
        ("", "0xa0e1c89Ef1a489c9C7dE96311eD5Ce5D32c20E4B"),
        ("", "0x4f47bc496083c727c5fbe3ce9cdf2b0f6496270c"),
    ]
    assert listing.gender == "male"
    assert listing.addresses == (Address("birth", "平壌特別市", "kp", "北朝鮮"),)
    assert listing.remarks == text


def test_wallet_with_a_false_checksum_is_kept_behind_its_label_and_told():
    false = "1986rYHckYbJpGQJy6ornuMyD2N5MTqwDu"
    [listing], problems = load(sheet(entry(その他の情報=f"暗号資産アドレス：{false}")))
    assert [one.address for one in listing.wallets] == [false]
    assert problems == [f"wallet address {false} has no checksum that holds"]
    assert only(その他の情報=f"登録番号：{false}").wallets == ()


def test_company_number_of_the_imo_is_not_the_number_of_a_ship():
    rows = [
        entry(告示番号=1.0, その他の情報="IMO番号：5814883"),
        entry(告示番号=2.0, その他の情報="IMO9074729"),
    ]
    listings, problems = load(sheet(*rows, name="16.北朝鮮（団体）"))
    assert problems == []
    assert [one.identifiers[0] for one in listings] == [
        Identifier("IMO company", "5814883"),
        Identifier("IMO", "9074729"),
    ]


def test_rows_that_go_on_with_the_text_belong_to_the_entry_above():
    rows = [entry(その他の情報="第一。"), {"その他の情報": "第二。"}, {}, entry(告示番号="8")]
    listings, problems = load(sheet(*rows))
    assert problems == []
    assert [one.remarks for one in listings] == ["第一。\n第二。", ""]


def test_kind_comes_from_the_sheet_or_from_what_the_row_tells():
    mixed = "2.タリバーン関係者等"
    rows = [entry(告示番号="1", 生年月日="不明"), entry(告示番号="2", 所在地="イラク")]
    rows.append(entry(告示番号="3", その他の情報="生年月日：1941年4月27日"))
    listings, _ = load(sheet(*rows, name=mixed))
    assert [one.kind for one in listings] == ["person", "entity", "person"]
    assert listings[2].births == (Birth("1941-04-27", "1941-04-27", "day"),)
    assert load(sheet(entry(), name="33.ベラルーシ(特定銀行)"))[0][0].kind == "entity"


def test_oddities_are_told_and_nothing_is_dropped():
    nameless = entry(日本語表記="", 英語表記="", 告示番号="275")
    numberless = entry(告示番号="")
    odd = sheet(nameless, numberless, entry(靴のサイズ="44"))
    listings, problems = load(Sheet("覚書", (("何か",),)), odd)
    assert len(listings) == 3
    assert listings[2].details == (Detail("靴のサイズ", "44"),)
    assert problems == [
        "no row of column titles is found; the sheet is not read",
        "column '靴のサイズ' is not known; kept as a detail",
        "has no name and is not marked as lifted",
        "notice number '' is none; the id is of the name",
    ]


def test_workbooks_of_others_are_not_recognised():
    assert not mof.recognises((Sheet("Sheet1", (("Reference", "Name"),)), Sheet("e", ())))


def test_export_control_list_is_refused_for_what_it_is(shared):
    with pytest.raises(UnreadableFile, match="Foreign End User List, which controls exports"):
        open_list(shared / END_USERS)


@pytest.fixture(scope="module")
def held(shared):
    book = CalamineWorkbook.from_path(str(shared / HELD))
    rows = []
    for name in book.sheet_names:
        cells = [[str(c).strip() for c in row] for row in book.get_sheet_by_name(name).to_python()]
        heads = [n for n, row in enumerate(cells) if "英語表記" in row]
        titles = ["".join(c.split()) for c in cells[heads[0]]] if heads else []
        for row in cells[heads[0] + 1 :] if heads else []:
            columns = dict(zip(titles, row, strict=True))
            rows += [(name, columns)] if columns["告示日付"] else []
    [version] = open_list(shared / HELD)
    return rows, version


def test_every_row_of_the_held_workbook_is_one_listing(held):
    rows, version = held
    listings = version.listings
    assert (version.header.list_date, version.date_from) == ("2026-03-05", "file name")
    assert len(rows) == len(listings) == 3461
    assert [one.programmes[0] for one in listings] == [name.strip() for name, _ in rows]
    assert [one.delisted for one in listings] == ["削除" in row["告示日付"] for _, row in rows]
    assert all(one.delisted_on for one in listings if one.delisted)
    assert sum(bool(one.names) for one in listings) == sum(
        bool(row["日本語表記"]) for _, row in rows
    )
    assert sum(n.kind == "primary" for one in listings for n in one.names) == 2862


def test_wallets_of_the_held_workbook(held):
    rows, version = held
    form = r"\b(0x[0-9a-fA-F]{40}|[13][1-9A-HJ-NP-Za-km-z]{25,33})\b"
    written = [one for _, row in rows for one in re.findall(form, row.get("その他の情報", ""))]
    assert [w.address for one in version.listings for w in one.wallets] == written
    assert len(written) == 26


def test_no_birth_year_of_the_held_workbook_is_lost(held):
    rows, version = held
    for (_, row), listing in zip(rows, version.listings, strict=True):
        said = " ".join(d.text for d in listing.details)
        said += " ".join(f"{b.earliest} {b.latest}" for b in listing.births)
        for year in re.findall(r"(?<!\d)[12]\d{3}(?=[-年])", row.get("生年月日", "")):
            assert year in said, listing.element


def test_no_latin_word_of_a_held_alias_is_lost(held):
    rows, version = held
    columns = [title for title in {t for _, row in rows for t in row} if role_of(title) in NAMING]
    for (_, row), listing in zip(rows, version.listings, strict=True):
        said = " ".join([*(n.text for n in listing.names), *(d.text for d in listing.details)])
        for column in columns:
            for word in re.findall(r"[A-Za-z]{4,}", row.get(column, "")):
                assert word in said or word in ("script", "scipt", "original"), listing.element


NAMING = {"english", "alias", "former", "weak"}


def test_problems_of_the_held_workbook_are_these(held):
    messages = sorted(re.sub(r"[:'].*", "", one.message) for one in held[1].problems)
    assert {one: messages.count(one) for one in messages} == {
        "": 2,
        "ID番号 has no number": 2,
        "date of birth is not read in full": 8,
        "has no name and is not marked as lifted": 1,
        "notice date is not read": 2,
        "旅券番号 has no number": 1,
    }
