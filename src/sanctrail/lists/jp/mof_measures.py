"""The numbered measures of Japan's asset freeze list, and the ids of the entries under them.

The workbook has one sheet a measure, `15.北朝鮮(決議1718号等；個人)`; the CSV file says only the
number (区分, `15`) and beside it 番号, `015-000025`: the measure's number and the notice number.
The titles are those of the workbook of 5 March 2026. The ministry shifted the numbers when it put
a measure in between (the Central African Republic went from 34 to 37): a sheet's id therefore
comes from its words, by the number that they had that day.
"""

import re

from sanctrail.lists.jp.mof_terms import plain

LIFTED_SHEET = "【解除】"

_TITLES = """
1.ミロシェビッチ前ユーゴ大統領関係者
2.タリバーン関係者等
3.テロリスト等 (1)
4.テロリスト等 (2)
5.イラク前政権関係者等（Ⅰ）
6.イラク前政権関係者等 (Ⅱ)
7.イラク前政権関係者等 (Ⅲ)
8.【解除】リベリア
9.コンゴ民主共和国（個人）
10.コンゴ民主共和国 (団体)
11.【解除】コートジボワール
12.スーダン
13.北朝鮮(決議1695号)
14.北朝鮮(決議1718号等；団体)
15.北朝鮮(決議1718号等；個人)
16.北朝鮮(協調；団体)
17.北朝鮮(協調；個人)
18.【解除】イラン
19.イラン（個人）
20.イラン (団体)
21.ソマリア
22.リビア(Ⅰ)
23.リビア (Ⅱ)
24.シリア（個人）
25.シリア（団体）
26.クリミア等（個人）
27.クリミア等 (団体)
28.ロシア連邦(団体(特定銀行を除く))
29.ロシア連邦(個人)
30.ロシア連邦(特定銀行）
31.ベラルーシ(個人)
32.ベラルーシ(団体(特定銀行を除く))
33.ベラルーシ(特定銀行)
34.ロシア及びベラルーシ以外（団体(特定銀行を除く)）
35.ロシア及びベラルーシ以外（個人）
36.ロシア及びベラルーシ以外（特定銀行)
37.中央アフリカ共和国（個人）
38.中央アフリカ共和国（団体）
39.イエメン共和国
40.南スーダン
41.マリ共和国
42.ハイチ共和国（個人）
43.イスラエル
44.ハイチ共和国（団体）
"""
TITLES = {int(title.partition(".")[0]): title for title in _TITLES.strip().splitlines()}
"""The titles of the measures by their number."""


def words_of(title: str) -> str:
    """Return a measure's title without its number and the mark that the measure is lifted."""
    return re.sub(r"^\d+[.．]", "", plain(title)).replace(LIFTED_SHEET, "")


_NUMBERS = {words_of(title): number for number, title in TITLES.items()}


def kind_in(title: str) -> str:
    """Return the kind of party that a title names; empty where it names none or both."""
    person, entity = "個人" in title, "団体" in title or "銀行" in title
    return "" if person == entity else ("person" if person else "entity")


def entry_number(title: str, notice: str) -> str:
    """Return the number that the CSV file gives an entry of a sheet; empty where none is known.

    `notice` is the notice number as written, `25`, `#25` or `7(*1)`: its first digits count.
    """
    digits = re.search(r"[0-9]+", plain(notice))
    measure = _NUMBERS.get(words_of(title))
    return f"{measure:03}-{digits[0].lstrip('0').zfill(6)}" if measure and digits else ""
