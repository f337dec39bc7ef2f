"""Romanising Arabic and Hebrew script, whose short vowels are mostly unwritten.

Words are looked up first: a table holds the names whose usual spelling cannot be told from their
letters. Any other word is spelt by its consonants and long vowels, and the missing vowels are
guessed by the rule that no syllable begins with two consonants. Consonants follow the spelling of
passports (the UN system of 1972 and 2017 without diacritics) rather than scholarly systems.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sanctrail.text.romanise_tables import pairs

_MARKS = re.compile(
    "[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u2066-\u2069]"
)
_SAME = str.maketrans("أإآٱىیےۍېکہەۀۃةھ", "اااايييييكهههههه")
"""Letters that typists of different countries use for one another: equal in the table."""

_ARTICLE, _SHORTEST = "ال", 5
_SERVANT, _GOD = "عبد", "الله"
_FATHER = ("ابو", "أبو")
_ENDINGS = (
    ("الدين", "uddin"),
    ("الله", "ullah"),
    ("زاده", "zadeh"),
    ("نژاد", "nejad"),
    ("ابادي", "abadi"),
    ("پور", "pour"),
    ("خان", "khan"),
    ("گل", "gul"),
    ("ي", "i"),
)
"""What Persian and Urdu write as one word with a name, and the adjective's ending."""


@cache
def _table(name: str) -> dict[str, str]:
    source = files("sanctrail") / "data" / "names" / name
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return {row["word"].translate(_SAME): row["latin"] for row in rows}


def split_article(word: str) -> tuple[str, ...]:
    """Part the article and the kunya from an Arabic word; the parts are in Arabic script.

    `الرحمن` is two words, `عبدالرحمن` three, `عبدالله` two, `ابوبكر` two. A name that merely begins
    with the article's letters (`الياس`) stays whole if the table knows it.
    """
    plain = _MARKS.sub("", word)
    rest = plain.removeprefix(_SERVANT)
    if rest != plain and rest.startswith(_ARTICLE) and len(rest) >= _SHORTEST - 1:
        return (_SERVANT, rest) if rest == _GOD else (_SERVANT, _ARTICLE, rest[2:])
    if plain.translate(_SAME) in _table("arabic_words.csv"):
        return (plain,)
    if plain.startswith(_FATHER) and len(plain) > _SHORTEST:
        return (plain[:3], *split_article(plain[3:]))
    if plain.startswith("و" + _ARTICLE) and len(plain) > _SHORTEST:
        return ("و", _ARTICLE, plain[3:])
    if plain.startswith(_ARTICLE) and len(plain) >= _SHORTEST and not plain.startswith("الله"):
        return (_ARTICLE, plain[2:])
    return (plain,)


def arabic(word: str) -> str:
    """Romanise a word in Arabic script: Arabic, Persian, Urdu, Pashto or Kurdish."""
    plain = _MARKS.sub("", word).translate(_SAME)
    return _known(plain) or _spelt(_arabic_sounds(_unhidden(word)))


def _known(plain: str) -> str:
    """Return the spelling of a word that the table knows whole or in its parts; else nothing."""
    table = _table("arabic_words.csv")
    if plain in table:
        return table[plain]
    if plain.startswith(_SERVANT + _ARTICLE) and len(plain) > _SHORTEST:
        return "abdul" + arabic(plain[5:])
    if plain.startswith(_ARTICLE) and len(plain) >= _SHORTEST:
        return "al" + arabic(plain[2:])
    for ending, latin in _ENDINGS:
        stem = plain.removesuffix(ending)
        if stem != plain and ((len(ending) > 1 and len(stem) > 1) or stem in table):
            spelling = table.get(stem) or arabic(stem)
            return spelling.rstrip("aiu" if ending == "ي" else "") + latin
    return ""


_UNSEEN = re.compile("[\u0610-\u061a\u0640\u0653-\u065f\u06d6-\u06ed\u200b-\u200f\u2066-\u2069]")
_TANWIN = re.compile("[\u064b-\u064d]")


def _unhidden(word: str) -> str:
    return _TANWIN.sub("", _UNSEEN.sub("", word))


@dataclass(frozen=True, slots=True)
class _Sound:
    """A consonant or a vowel; `long` marks an alif, `silent` a mark that no vowel follows."""

    text: str
    vowel: bool = False
    long: bool = False
    closed: bool = False


_CONSONANTS = pairs(
    "ب=b ت=t ث=th ج=j ح=h خ=kh د=d ذ=dh ر=r ز=z س=s ش=sh ص=s ض=d ط=t ظ=z ع= غ=gh ف=f ق=q ك=k ک=k"
    " ل=l م=m ن=n ه=h ہ=h ھ=h ۀ=h ء= پ=p چ=ch ژ=zh گ=g ڤ=v ڭ=n ڠ=ng ٹ=t ڈ=d ڑ=r ں=n ټ=t ډ=d ړ=r"
    " ښ=sh ږ=g ځ=z څ=s ڼ=n ګ=g ڕ=r ڵ=l ݢ=g ۋ=w ڥ=p ڨ=g ڪ=k ݐ=p ټ=t ڊ=d ٺ=t ڀ=bh ڌ=dh ڏ=d"
    " ڳ=g ڱ=n ڻ=n"
)
_PERSIAN = _CONSONANTS | {"ث": "s", "ذ": "z", "ض": "z"}
_PERSIAN_LETTERS = frozenset("پچژگکی")
_VOWELS = pairs(
    "آ=a أ=a إ=i ٱ=a ا=a ؤ=u ة=a ۃ=a ە=e ے=e ۓ=e ې=e ۍ=ai ێ=e ۆ=o ۇ=u ۈ=u ى=i"
    " \u064e=a \u064f=u \u0650=i \u0670=a"
)
_GLIDES = {"و": ("w", "u"), "ي": ("y", "i"), "ی": ("y", "i")}
_BEFORE_VOWEL = frozenset("اآأويیىةؤۃےېۆۇێە")
_DERIVED = re.compile("^ا(?=.ت..)|^ا(?=ست)|^إ")
"""Verbal nouns of the eighth and tenth form, which begin with an i: انتصار, استقلال."""


def _arabic_sounds(word: str) -> list[_Sound]:
    foreign = not _PERSIAN_LETTERS.isdisjoint(word)
    consonants = _PERSIAN if foreign else _CONSONANTS
    sounds: list[_Sound] = []
    for place, letter in enumerate(word):
        following = word[place + 1 : place + 2]
        if letter in consonants:
            sounds.append(_Sound(consonants[letter]))
        elif letter in _GLIDES:
            sounds.append(_glide(letter, following, sounds, place))
        elif letter == "ئ":
            eased = bool(following) and following in _BEFORE_VOWEL
            sounds.append(_Sound("") if eased else _Sound("i", vowel=True))
        elif letter in _VOWELS:
            sounds.append(_arabic_vowel(word, place, long=not foreign))
        elif letter == "\u0651" and sounds:
            sounds.append(sounds[-1])
        elif letter == "\u0652" and sounds:
            sounds[-1] = _Sound(sounds[-1].text, closed=True)
        else:
            sounds.append(_Sound(letter))
    return sounds


def _glide(letter: str, following: str, sounds: list[_Sound], place: int) -> _Sound:
    consonant, vowel = _GLIDES[letter]
    after_vowel = bool(sounds) and sounds[-1].vowel
    if place == 1 and after_vowel and following not in _BEFORE_VOWEL:
        # اور-, اير-: the alif only carries the vowel.
        sounds.pop()
        return _Sound(vowel, vowel=True)
    if not place or after_vowel or (following and following in _BEFORE_VOWEL):
        return _Sound(consonant)
    return _Sound(vowel, vowel=True)


def _arabic_vowel(word: str, place: int, *, long: bool) -> _Sound:
    sound = _VOWELS[word[place]]
    if not place:
        return _Sound("i" if _DERIVED.match(word) else sound, vowel=True)
    return _Sound(sound, vowel=True, long=long and word[place] in "اآ")


def _spelt(sounds: list[_Sound], *, parted_end: bool = False) -> str:
    """Spell sounds, an `a` guessed wherever a syllable would begin with two consonants.

    With `parted_end`, also where a word would end with two.
    """
    out: list[str] = []
    open_syllable = after_long = False
    last = len(sounds) - 1
    for place, sound in enumerate(sounds):
        if sound.vowel:
            out.append(sound.text)
            open_syllable, after_long = True, sound.long
            continue
        out.append(sound.text)
        if place == last or sounds[place + 1].vowel or sound.closed:
            open_syllable = False
        elif after_long:
            # A long vowel's syllable is not closed by a consonant: خالد is khalid.
            out.append("i")
            open_syllable = True
        elif open_syllable and not (parted_end and place == last - 1):
            open_syllable = False
        else:
            out.append("a")
            open_syllable = True
        after_long = False
    return re.sub("([aiu])\\1", "\\1", "".join(out))


_HEBREW = pairs(
    "ב=v ג=g ד=d ז=z ח=h ט=t כ=kh ך=kh ל=l מ=m ם=m נ=n ן=n ס=s ע= פ=f ף=f צ=tz ץ=tz ק=k ר=r ש=sh"
    " ת=t א= ה=h"
)
_HEBREW_STARTS = {"ב": "b", "כ": "k", "פ": "p"}
_HEBREW_GLIDES = {"ו": ("v", "o"), "י": ("y", "i")}
_HEBREW_MARKED = {"c": _Sound("ch"), "w": _Sound("v"), "e": _Sound("ei", vowel=True)}
"""What `_without_geresh` makes of letters that change their sound together."""

_HEBREW_FOREIGN = str.maketrans({"׳": "'", "״": ""})


def hebrew(word: str) -> str:
    """Romanise a word in Hebrew script."""
    plain = _MARKS.sub("", word).translate(_HEBREW_FOREIGN)
    known = _table("hebrew_words.csv").get(plain)
    return known or _spelt(_hebrew_sounds(_without_geresh(plain)), parted_end=True)


_EI = re.compile("(?<=[^אהוי])יי(?=[^אהוי])")


def _without_geresh(word: str) -> str:
    word = word.replace("ג'", "j").replace("צ'", "c").replace("ץ'", "c").replace("ז'", "z")
    return _EI.sub("e", word.replace("'", "").replace("וו", "w"))


def _hebrew_sounds(word: str) -> list[_Sound]:
    sounds: list[_Sound] = []
    last = len(word) - 1
    for place, letter in enumerate(word):
        following = word[place + 1 : place + 2]
        final = place == last
        if letter in _HEBREW_GLIDES:
            consonant, vowel = _HEBREW_GLIDES[letter]
            before = (bool(following) and following in "אוי") or (
                following == "ה" and place + 1 == last
            )
            spoken = not place or sounds[-1].vowel or before
            sounds.append(_Sound(consonant) if spoken else _Sound(vowel, vowel=True))
        elif place and (letter == "א" or (letter == "ה" and final)):
            sounds.append(_Sound("" if sounds[-1].vowel else "a", vowel=True))
        elif not place and letter in _HEBREW_STARTS:
            sounds.append(_Sound(_HEBREW_STARTS[letter]))
        else:
            sounds.append(_HEBREW_MARKED.get(letter) or _Sound(_HEBREW.get(letter, letter)))
    return sounds
