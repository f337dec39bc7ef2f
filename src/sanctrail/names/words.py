"""The words of a name: one Latin word each, whatever script the name is written in."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from sanctrail.text.fold import fold, script_of
from sanctrail.text.romanise import romanise, simplify, split_article, syllables

_APOSTROPHES = dict.fromkeys(map(ord, "'`’‘ʼʻʿʾ´ʹ′\u200c\u200d\u200e\u200f\u0640\u00ad"))
_LATIN_WORDS = re.compile(r"[a-z0-9]+")
_DOTTED = re.compile(r"\b(?:(?:[^\W\d_][./]){2,}(?:[^\W\d_]\b)?|[Mm]/[VvTt]\b)")
_DOTTED_FORMS = frozenset({"ao", "pt"})
"""Legal forms of two letters that stand in front; others in front are initials (`V.V. Putin`)."""
_RUN_TOGETHER = re.compile(r"(?<=[a-z]{3})(?=[A-Z])")
"""`VladimirPutin` and `SiemensAG` are two words each; so is `MacArthur`, which meets its like."""
_COMPOUND_SURNAMES = frozenset(
    ("欧阳", "司马", "诸葛", "上官", "司徒", "东方", "独孤", "南宫", "夏侯", "尉迟", "皇甫", "慕容")
)
_LEET = str.maketrans("013457", "oieast")
_WITHIN = re.compile(r"(?<=[a-z])[013457]+(?=[a-z])")
"""Digits between letters stand for letters (`Ig0r`); at an end they number (`Star1`)."""
_UNWRITTEN = frozenset({"Arab", "Hebr"})
HAN_SURNAME = 2
"""Characters from which on an unparted Han word is a surname and a given name."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `latin` is folded (a-z, 0-9), `han` the Han (simplified) or Hangul it stands for.

    `unwritten` says that its script writes no short vowels (Arabic, Hebrew).
    """

    latin: str
    han: str = ""
    unwritten: bool = False


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a name in the order written, punctuation and case folded away.

    Three letters or more with dots between them (`A.B.C.`, `p.l.c.`) are one word, two are
    initials; digits within a word that stand for letters (`Ig0r`) are read as letters; each Hangul
    syllable is a word, and an unparted Han name is a surname and a given name.
    """
    if "." in text or "/" in text:
        text = _DOTTED.sub(_undotted, text)
    if not (text.istitle() or text.isupper()):
        text = _RUN_TOGETHER.sub(" ", text)
    if text.isascii():
        if "'" in text or "`" in text:
            text = text.translate(_APOSTROPHES)
        return tuple(map(_latin, _LATIN_WORDS.findall(text.lower())))
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    return tuple(
        word for chunk in plain.translate(_WRITTEN).split() for word in _words_of_chunk(chunk)
    )


def _undotted(match: re.Match[str]) -> str:
    letters = match[0].replace(".", "").replace("/", "")
    initials = len(letters) == len("VV") and "/" not in match[0]
    if initials and letters.lower() not in _DOTTED_FORMS:
        letters = " ".join(letters)
    return f"{letters} "


@lru_cache(maxsize=1 << 16)
def _latin(word: str) -> Word:
    letters = sum(map(str.isalpha, word))
    if letters > 2 and len(word) - letters in (1, 2):  # noqa: PLR2004
        word = _WITHIN.sub(lambda digits: digits[0].translate(_LEET), word)
    return Word(word)


class _Written(dict[int, int]):
    """For `str.translate`: letters, marks and digits stay, all else becomes a space."""

    def __missing__(self, code: int) -> int:
        written = unicodedata.category(chr(code))[0] in "LMN"
        self[code] = code if written else ord(" ")
        return self[code]


_WRITTEN = _Written()


@lru_cache(maxsize=1 << 16)
def _words_of_chunk(chunk: str) -> tuple[Word, ...]:
    script = script_of(chunk)
    if script in ("Latn", ""):
        return tuple(map(_latin, fold(chunk).split()))
    if script == "Hani":
        return _han(chunk)
    if script == "Hang":
        signs = zip(syllables(chunk, script), chunk, strict=False)
        return tuple(Word(latin, sign) for latin, sign in signs if latin)
    parts = split_article(chunk) if script == "Arab" else (chunk,)
    unwritten = script in _UNWRITTEN
    found = (romanise(part, script) for part in parts)
    return tuple(Word(latin, "", unwritten) for latin in found if latin)


def _han(chunk: str) -> tuple[Word, ...]:
    """Part an unparted Han name as its bearer does; longer texts (firms) stay one word a sign."""
    plain = simplify(chunk)
    if len(plain) < HAN_SURNAME:
        parts: tuple[str, ...] = (plain,)
    elif plain[:2] in _COMPOUND_SURNAMES:
        parts = (plain[:2], plain[2:])
    elif len(plain) <= HAN_SURNAME + 1:
        parts = (plain,) if len(plain) == HAN_SURNAME else (plain[:1], plain[1:])
    else:
        parts = tuple(plain)
    made = (Word("".join(syllables(part, "Hani")), part) for part in parts if part)
    return tuple(word for word in made if word.latin)
