"""Recognising a Latin word as Korean syllables, whichever way they were romanised.

Kim Jong Un, Kim Chong-un and Gim Jeong-eun are one name in the usual spelling, in McCune-Reischauer
(1939) without its diacritics and in the Revised Romanisation (2000). A word gets a key in which the
sounds that those spellings confuse are one; the key exists only if the whole word can be read as
syllables that names are made of, the readings of the Han characters in use.
"""

from functools import cache, lru_cache
from itertools import product

_READINGS = (
    "가각간갈감갑강갱거건걸검겁게격견결겸경계고곡곤골공과곽관괄광괘괴굉교구국군굴궁권궐궤귀규균귤극근글금급긍기길김"
    "나낙난날남납낭내냉녀년념녕노농뇌누눈눌뉴니다단달담답당대댁덕도독돈돌동두둔득등라락란랄람랑래량려력련렬렴령례로록론롱뢰료룡루류륙륜률륭륵름릉리린림립"
    "마막만말망매맥맹면멸명모목몰몽묘무묵문물미민밀박반발방배백번벌범법벽변별병보복본봉부북분불붕비빈빙"
    "사삭산살삼삽상새색생서석선설섬섭성세소속손솔송쇄쇠수숙순술숭슬습승시식신실심십쌍씨"
    "아악안알암압앙애액앵야약양어억언얼엄업에여역연열염엽영예오옥온옹와완왈왕왜외요욕용우욱운울웅원월위유육윤율융은을음읍응의이익인일임입"
    "자작잔잠장재쟁저적전절점접정제조족존졸종좌죄주죽준줄중즉즐증지직진질집징차착찬찰참창채책처척천철첨첩청체초촉촌총최추축춘출충취측층치칙친칠침칭"
    "쾌타탁탄탈탐탑탕태택토통퇴투특파판팔패팽편평폐포폭표품풍피필하학한할함합항해핵행향허헌헐험혁현혈협형혜호혹혼홀홍화확환활황회획횡효후훈훤휘휴흉흑흔흘흠흡흥희"
)

_FIRST_HANGUL, _VOWELS, _CODAS = 0xAC00, 21, 28

_ONSETS: tuple[tuple[str, str], ...] = (
    ("K", "g k"),
    ("K", "kk k g"),
    ("N", "n"),
    ("T", "d t"),
    ("T", "tt t d"),
    ("N", "r l n"),
    ("M", "m"),
    ("P", "b p"),
    ("P", "pp p b"),
    ("S", "s"),
    ("S", "ss s"),
    ("", "-"),
    ("C", "j ch"),
    ("C", "jj ch j"),
    ("C", "ch j"),
    ("K", "k kh"),
    ("T", "t th"),
    ("P", "p ph"),
    ("H", "h"),
)
"""Class and spellings of the nineteen initial consonants, in the order of Unicode."""

_NUCLEI: tuple[tuple[str, str], ...] = (
    ("A", "a"),
    ("E", "ae ai ay e"),
    ("YA", "ya"),
    ("YE", "yae"),
    ("O", "eo o"),
    ("E", "e"),
    ("YO", "yeo yo you yu"),
    ("YE", "ye"),
    ("O", "o"),
    ("WA", "wa"),
    ("WE", "wae wai"),
    ("WE", "oe oi"),
    ("YO", "yo"),
    ("U", "u oo ou"),
    ("WO", "wo weo"),
    ("WE", "we"),
    ("WI", "wi ui"),
    ("YU", "yu yoo"),
    ("U", "eu u"),
    ("I", "ui eui ee"),
    ("I", "i ee"),
)
"""Class and spellings of the twenty-one vowels; the first spelling is the official one."""

_ENDS: dict[int, tuple[str, str]] = {
    0: ("", "-"),
    1: ("K", "k g ck"),
    4: ("N", "n"),
    7: ("T", "t d"),
    8: ("L", "l"),
    16: ("M", "m"),
    17: ("P", "p b"),
    21: ("NG", "ng"),
}

_USUAL = {
    "CONG": "jung chung joung",
    "SONG": "sung soung",
    "YONG": "young yung",
    "KYONG": "kyung gyung kyoung",
    "MYONG": "myung myoung",
    "PYONG": "byung pyung byoung",
    "HYONG": "hyung hyoung",
    "HYON": "hyun hyoun",
    "HYOK": "hyuk hyuck",
    "PYON": "byun pyun byoun",
    "COL": "chul",
    "I": "lee yi rhee rhie li ri yee ree lie",
    "IM": "lim rim yim rhim",
    "IN": "lin rin",
    "YU": "yoo ryu ryoo lyu",
    "YUN": "youn yoon",
    "PAK": "park bark pak",
    "PEK": "paik baik back",
    "NO": "roh noh rho",
    "O": "oh",
    "AN": "ahn",
    "HO": "hur huh hu her",
    "SO": "suh seo",
    "SON": "sohn",
    "OM": "uhm um",
    "U": "woo wu",
    "UK": "wook ook",
    "UN": "woon",
    "UNG": "woong",
    "SIN": "shin",
    "SIM": "shim",
    "SIK": "shik",
    "SI": "shi",
    "SIL": "shil",
    "KWON": "kwun",
    "CWE": "choi choe",
    "HWE": "hoi hoe",
    "CE": "jai",
    "KANG": "kahng",
    "NA": "rha nah rah",
    "YO": "yuh",
    "CO": "joh choh",
    "KO": "koh goh",
    "HA": "hah",
    "YE": "yeh",
    "MUN": "moon",
}
"""Spellings that people use for a syllable against every system, and would else be another's."""

_MOST_SYLLABLES = 3
_ALONE = frozenset("iou")


@lru_cache(maxsize=1 << 15)
def korean_key(word: str) -> str:
    """Return one key for the Korean readings of a folded Latin word; empty if it has none.

    The key of two syllables is `CONG-UN`. The reading with the fewest syllables counts, then the
    one whose earlier syllables are longer.
    """
    if not word.isascii() or not word.isalpha() or (len(word) == 1 and word not in _ALONE):
        return ""
    for count in range(1, _MOST_SYLLABLES + 1):
        keys = _read(word, count)
        if keys:
            return "-".join(keys)
    return ""


def _read(word: str, count: int) -> tuple[str, ...]:
    table = _spellings()
    if count == 1:
        key = table.get(word, "")
        return (key,) if key else ()
    for end in range(min(len(word) - 1, _longest()), 0, -1):
        key = table.get(word[:end], "")
        rest = _read(word[end:], count - 1) if key else ()
        if rest:
            return (key, *rest)
    return ()


@cache
def _longest() -> int:
    return max(map(len, _spellings()))


@cache
def _spellings() -> dict[str, str]:
    """Return every spelling of a syllable with its key; the official spelling claims it first."""
    table = {spelling: key for key, usual in _USUAL.items() for spelling in usual.split()}
    parts = [_parts(syllable) for syllable in _READINGS]
    for official in (True, False):
        for onset, nucleus, end in parts:
            key = _key(onset[0], nucleus[0], end[0])
            spelt = [part[1].split() for part in (onset, nucleus, end)]
            if official:
                spelt[1] = spelt[1][:1]
            for spelling in product(*spelt):
                table.setdefault("".join(spelling).replace("-", ""), key)
    return table


def _parts(syllable: str) -> tuple[tuple[str, str], tuple[str, str], tuple[str, str]]:
    rest, end = divmod(ord(syllable) - _FIRST_HANGUL, _CODAS)
    onset, vowel = divmod(rest, _VOWELS)
    return _ONSETS[onset], _NUCLEI[vowel], _ENDS[end]


def _key(onset: str, nucleus: str, end: str) -> str:
    if onset == "N" and nucleus[0] in "IY":
        onset = ""  # 리 and 이, 녕 and 영: said and written without it in the south
    return onset + nucleus + end
