"""What the column titles, places and papers of Japan's asset freeze list mean."""

import re
import unicodedata

from sanctrail.text.countries import country_code

_ROLES = (
    ("告示日", "notice"),
    ("告示番号", "number"),
    ("日本語", "japanese"),
    ("英語", "english"),
    ("国連参照番号", "reference"),
    ("確定に十分でない", "weak"),
    ("以前の|過去の", "former"),
    ("別称|別名", "alias"),
    ("旧称", "former"),
    ("指定日|掲載日|根拠|称号|役職|肩書|電話|FAX", "detail"),
    ("生年月日.*出生地", "birth and place"),
    ("生年月日", "birth"),
    ("出生地|出身地", "birth place"),
    ("国籍", "nationality"),
    ("旅券|ID番号|身分", "identifier"),
    ("住所|所在地|活動地域", "address"),
    ("その他の情報|詳細", "remark"),
)
"""Titles differ from sheet to sheet, so a column is known by a word in its title."""

PERSONAL = re.compile("生年月日|出生地|国籍|旅券|称号|役職|肩書|身分|ID番号|性別")
"""Titles and labels that only a person can have."""

UNKNOWN = frozenset({"", "不明", "なし", "無し", "-", "ー", "―", "n/a", "unknown"})

_COUNTRIES = {
    "アイルランド": "ie",
    "アフガニスタン": "af",
    "アメリカ": "us",
    "米国": "us",
    "アラブ首長国連邦": "ae",
    "UAE": "ae",
    "アルジェリア": "dz",
    "アルメニア": "am",
    "アンゴラ": "ao",
    "イエメン": "ye",
    "イスラエル": "il",
    "イタリア": "it",
    "イラク": "iq",
    "イラン": "ir",
    "インド": "in",
    "インドネシア": "id",
    "ウガンダ": "ug",
    "ウクライナ": "ua",
    "ウズベキスタン": "uz",
    "英国": "gb",
    "イギリス": "gb",
    "エジプト": "eg",
    "エストニア": "ee",
    "エチオピア": "et",
    "エリトリア": "er",
    "オーストラリア": "au",
    "オーストリア": "at",
    "オマーン": "om",
    "オランダ": "nl",
    "ガーナ": "gh",
    "カザフスタン": "kz",
    "カタール": "qa",
    "カナダ": "ca",
    "ガボン": "ga",
    "カンボジア": "kh",
    "北朝鮮": "kp",
    "朝鮮民主主義人民共和国": "kp",
    "キプロス": "cy",
    "ギリシャ": "gr",
    "キルギス": "kg",
    "クウェート": "kw",
    "クウェイト": "kw",
    "クェート": "kw",
    "ケニア": "ke",
    "コートジボワール": "ci",
    "コモロ": "km",
    "コンゴ民主共和国": "cd",
    "コンゴ共和国": "cg",
    "サウジアラビア": "sa",
    "サウディ・アラビア": "sa",
    "ジブチ": "dj",
    "ジョージア": "ge",
    "グルジア": "ge",
    "シリア": "sy",
    "シンガポール": "sg",
    "スイス": "ch",
    "スウェーデン": "se",
    "スーダン": "sd",
    "スペイン": "es",
    "スロバキア": "sk",
    "スリランカ": "lk",
    "セネガル": "sn",
    "セルビア": "rs",
    "ソマリア": "so",
    "タイ": "th",
    "台湾": "tw",
    "タジキスタン": "tj",
    "タンザニア": "tz",
    "チャド": "td",
    "中央アフリカ": "cf",
    "中国": "cn",
    "中華人民共和国": "cn",
    "香港": "hk",
    "チュニジア": "tn",
    "デンマーク": "dk",
    "ドイツ": "de",
    "トリニダード・トバゴ": "tt",
    "トルクメニスタン": "tm",
    "トルコ": "tr",
    "ナイジェリア": "ng",
    "ナミビア": "na",
    "ニジェール": "ne",
    "日本": "jp",
    "ノルウェー": "no",
    "ハイチ": "ht",
    "パキスタン": "pk",
    "パナマ": "pa",
    "パレスチナ": "ps",
    "バングラデシュ": "bd",
    "フィリピン": "ph",
    "フィンランド": "fi",
    "フランス": "fr",
    "ブルガリア": "bg",
    "ブルキナファソ": "bf",
    "ブルンジ": "bi",
    "ベトナム": "vn",
    "ベラルーシ": "by",
    "ベルギー": "be",
    "ポーランド": "pl",
    "ボスニア・ヘルツェゴビナ": "ba",
    "ポルトガル": "pt",
    "マリ": "ml",
    "マレーシア": "my",
    "ミャンマー": "mm",
    "南アフリカ": "za",
    "南スーダン": "ss",
    "モーリタニア": "mr",
    "モザンビーク": "mz",
    "モルドバ": "md",
    "モロッコ": "ma",
    "モンゴル": "mn",
    "ヨルダン": "jo",
    "ラオス": "la",
    "ラトビア": "lv",
    "リトアニア": "lt",
    "リビア": "ly",
    "リヒテンシュタイン": "li",
    "リベリア": "lr",
    "ルーマニア": "ro",
    "ルワンダ": "rw",
    "レバノン": "lb",
    "ロシア": "ru",
    "大韓民国": "kr",
    "韓国": "kr",
}
_LONGER = (
    r"(?:・?(?:アラブ|イスラム|社会主義)?(?:人民)?(?:民主)?(?:共和国|連邦|王国|首長国)|国(?!民))?"
)
_BY_LENGTH = "|".join(sorted(_COUNTRIES, key=len, reverse=True))
_NAMED = re.compile(f"({_BY_LENGTH}){_LONGER}")
_BEHIND = re.compile(f"^(.*?)[、,（(]\\s*(({_BY_LENGTH}){_LONGER})\\s*[)）]?$")


def plain(text: str) -> str:
    """Return text with compatibility forms folded (full-width digits) and no white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def role_of(title: str) -> str:
    """Return what a column holds, told by its title; empty if no word in it is known."""
    return next((role for words, role in _ROLES if re.search(words, plain(title))), "")


def country_in(text: str) -> str:
    """Return the code of the first country that Japanese text names; else of its last words."""
    match = _NAMED.search(plain(text))
    return _COUNTRIES[match[1]] if match else country_code(text.rpartition(",")[2])


def place_and_country(text: str) -> tuple[str, str, str]:
    """Part a place into the place, its country's code and the country as written.

    Japanese puts the country first (`北朝鮮平壌特別市`) or in brackets (`モスクワ（ロシア）`).
    """
    text = text.strip()
    if first := _NAMED.match(text):
        rest = text[first.end() :].strip(" 、,・\u3000")
        code = _COUNTRIES[first[1]]
        return ("" if country_code(rest) == code else rest), code, first[0]
    if behind := _BEHIND.match(text):
        return behind[1].strip(), _COUNTRIES[behind[3]], behind[2]
    body = text.rstrip(" .")
    rest, _, last = body.rpartition(",")
    code = country_code(last)
    return (rest.strip(" ,"), code, last.strip()) if code else (text, "", "")
