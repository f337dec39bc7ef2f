"""Romanising Han, Hangul and kana by the syllable; traditional Han to simplified.

Han by toneless Hanyu Pinyin (`anyascii`), with the readings that surnames have of their own;
Hangul by the Revised Romanisation of 2000 without assimilation, so that a syllable is spelt the
same wherever it stands; kana by Hepburn as in Japanese passports, long vowels as short ones.
"""

import csv
import re
from functools import cache
from importlib.resources import files

from anyascii import anyascii

from sanctrail.text.romanise_tables import pairs, words

_SURNAMES = pairs(
    "单=shan 單=shan 解=xie 仇=qiu 区=ou 區=ou 查=zha 翟=zhai 覃=qin 朴=piao "
    " 員=yun 员=yun 任=ren 冼=xian 缪=miao 繆=miao 谌=chen 諶=chen "
    " 尉=wei 那=na 葛=ge 纪=ji 紀=ji 柏=bai 逄=pang 郗=chi "
)
_READINGS = pairs(
    "曾=zeng 呂=lu 吕=lu 女=nu 宁=ning 寧=ning 甯=ning 贾=jia 賈=jia 沈=shen 石=shi 都=du 大=da"
    " 晟=sheng 茜=qian 盛=sheng 俞=yu 隗=wei 郇=xun 伽=jia 和=he 车=che 車=che 少=shao 辛=xin"
    " 绿=lu 綠=lu 律=lu 旅=lu 朝=chao 泽=ze 澤=ze 行=xing 会=hui 會=hui 厦=xia 廈=xia 藏=zang"
    " 传=chuan 傳=chuan 广=guang 厂=chang 廠=chang 省=sheng 地=di 的=de 了=liao 还=huan 還=huan"
)
_TOGETHER = {
    "银行": ("yin", "hang"),
    "銀行": ("yin", "hang"),
    "重庆": ("chong", "qing"),
    "重慶": ("chong", "qing"),
    "长春": ("chang", "chun"),
    "長春": ("chang", "chun"),
    "长城": ("chang", "cheng"),
    "長城": ("chang", "cheng"),
    "长江": ("chang", "jiang"),
    "長江": ("chang", "jiang"),
    "长沙": ("chang", "sha"),
    "長沙": ("chang", "sha"),
    "长孙": ("zhang", "sun"),
    "長孫": ("zhang", "sun"),
    "尉迟": ("yu", "chi"),
    "尉遲": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "西藏": ("xi", "zang"),
}
"""Words whose characters are read otherwise than alone."""

_LONGEST_NAME = 4


def han_syllables(word: str) -> tuple[str, ...]:
    """Return one romanised syllable a character; a surname's own reading counts at the start."""
    out: list[str] = []
    place = 0
    while place < len(word):
        pair = _TOGETHER.get(word[place : place + 2])
        if pair:
            out.extend(pair)
            place += 2
            continue
        reading = _SURNAMES.get(word[0], "") if not place and len(word) <= _LONGEST_NAME else ""
        out.append(reading or _reading(word[place]))
        place += 1
    return tuple(filter(None, out))


def _reading(character: str) -> str:
    return _READINGS.get(character) or anyascii(character).lower().replace(" ", "")


@cache
def _simplified() -> dict[int, str]:
    source = files("sanctrail") / "data" / "names" / "han_simplified.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return {
        ord(old): new
        for row in rows
        for old, new in zip(row["traditional"], row["simplified"], strict=True)
    }


def simplify(text: str) -> str:
    """Replace traditional Han characters, and Japanese forms, by the simplified ones."""
    return text if text.isascii() else text.translate(_simplified())


_FIRST_HANGUL, _HANGUL = 0xAC00, 11172
_INITIALS = words("g kk n d tt r m b pp s ss - j jj ch k t p h")
_MEDIALS = words("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
_FINALS = words("- k k k n n n t l k m l l l p l m p p t t ng t t k t p t")
_KOREAN_SURNAMES = {"김": "kim", "박": "park"}
"""Spelt so by nearly everyone who bears them, whatever the system."""


def hangul_syllables(word: str) -> tuple[str, ...]:
    """Return one romanised syllable a Hangul block; other characters stand for themselves."""
    out = [_hangul(character) for character in word]
    if word and word[0] in _KOREAN_SURNAMES:
        out[0] = _KOREAN_SURNAMES[word[0]]
    return tuple(out)


def _hangul(character: str) -> str:
    place = ord(character) - _FIRST_HANGUL
    if not 0 <= place < _HANGUL:
        return character
    rest, final = divmod(place, len(_FINALS))
    initial, medial = divmod(rest, len(_MEDIALS))
    return _INITIALS[initial] + _MEDIALS[medial] + _FINALS[final]


_KANA = dict(
    zip(
        "あいうえおかきくけこがぎぐげごさしすせそざじずぜぞたちつてとだぢづでどなにぬねの"
        "はひふへほばびぶべぼぱぴぷぺぽまみむめもやゆよらりるれろわゐゑをんゔゎゕゖ",
        words(
            "a i u e o ka ki ku ke ko ga gi gu ge go sa shi su se so za ji zu ze zo ta chi tsu te"
            " to da ji zu de do na ni nu ne no ha hi fu he ho ba bi bu be bo pa pi pu pe po ma mi"
            " mu me mo ya yu yo ra ri ru re ro wa i e o n vu wa ka ke"
        ),
        strict=True,
    )
)
_SMALL_Y = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
_SMALL = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}
_TO_HIRAGANA = {code: chr(code - 0x60) for code in range(0x30A1, 0x30F7)} | {
    0x30FC: "",
    0x30FB: "",
}
_LONG = re.compile("ou(?![aeiou])|oo|uu")


def kana(word: str) -> str:
    """Romanise a word in hiragana or katakana by Hepburn, long vowels as short ones."""
    out: list[str] = []
    for letter in word.translate(_TO_HIRAGANA):
        if letter in _SMALL_Y or letter in _SMALL:
            out.append(_contracted(out.pop() if out else "", letter))
        else:
            out.append(_KANA.get(letter, letter))
    spelt = re.sub("っ([a-z])", _double, "".join(out)).replace("っ", "")
    return _LONG.sub(lambda found: found[0][0], spelt)


def _double(found: re.Match[str]) -> str:
    return "t" + found[1] if found[1] == "c" else found[1] * 2


def _contracted(before: str, small: str) -> str:
    """Join a small vowel to the syllable before it: `ki`, `ya` to `kya`; `fu`, `a` to `fa`."""
    stem = before[:-1]
    if small in _SMALL_Y:
        sound = _SMALL_Y[small]
        return stem + (sound[1:] if stem in {"sh", "ch", "j"} else sound)
    glide = {"u": "w", "ku": "kw", "gu": "gw"}.get(before, stem)
    return (glide if before[-1:] in set("aiueo") else before) + _SMALL[small]
