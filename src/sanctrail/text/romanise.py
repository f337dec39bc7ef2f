"""Romanising one word by its script, as passports and sanctions lists most often spell it.

`anyascii` gives every letter a Latin one but knows neither unwritten vowels nor the spelling a
language's own passports use. Here each script of the lists has its rule; what no rule covers still
goes through `anyascii`. The outcome is meant for a sound-tolerant comparison, not for print.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from anyascii import anyascii

from sanctrail.text.romanise_alphabets import armenian, cyrillic, georgian, greek
from sanctrail.text.romanise_cjk import han_syllables, hangul_syllables, kana, simplify
from sanctrail.text.romanise_indic import bengali, devanagari
from sanctrail.text.romanise_semitic import arabic, hebrew, split_article
from sanctrail.text.romanise_thai import thai

__all__ = ["romanise", "simplify", "split_article", "syllables"]

_OTHER = re.compile("[^a-z0-9]+")


def _joined(split: Callable[[str], tuple[str, ...]]) -> Callable[[str], str]:
    return lambda word: "".join(split(word))


_RULES: dict[str, Callable[[str], str]] = {
    "Arab": arabic,
    "Armn": armenian,
    "Beng": bengali,
    "Cyrl": cyrillic,
    "Deva": devanagari,
    "Geor": georgian,
    "Grek": greek,
    "Hang": _joined(hangul_syllables),
    "Hani": _joined(han_syllables),
    "Hebr": hebrew,
    "Hira": kana,
    "Kana": kana,
    "Thai": thai,
}


@lru_cache(maxsize=1 << 16)
def romanise(word: str, script: str) -> str:
    """Return a word written in one script (ISO 15924) as lower-case ASCII letters and digits.

    Empty for a word without letters or digits. Letters of another script than the named one are
    let through `anyascii`, so the answer is always plain.
    """
    rule = _RULES.get(script)
    text = unicodedata.normalize("NFKC", word).lower()
    return _plain(rule(text) if rule else text)


def syllables(word: str, script: str) -> tuple[str, ...]:
    """Return the romanised syllables of a Han or Hangul word; any other word is one syllable."""
    text = unicodedata.normalize("NFKC", word)
    if script == "Hani":
        parts = han_syllables(text)
    elif script == "Hang":
        parts = hangul_syllables(text)
    else:
        parts = (romanise(word, script),)
    return tuple(filter(None, map(_plain, parts)))


def _plain(text: str) -> str:
    if text.isascii() and text.isalnum() and text.islower():
        return text
    return _OTHER.sub("", anyascii(text).lower())
