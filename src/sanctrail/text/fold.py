"""Folding text to a plain form in which two spellings of one word compare equal."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_SYLLABLES = re.compile(r"([\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3])")
_WORDS = re.compile(r"[a-z0-9]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'`’‘ʼʻʿʾ´ʹ′"))


def tidy(text: str) -> str:
    """Collapse runs of white space, line breaks included, and trim; nothing else changes."""
    return " ".join(text.split())


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Return lower-case ASCII words joined by single spaces.

    Compatibility forms, diacritics, case, punctuation and script are folded away; apostrophes
    vanish (`Chong-u'n` becomes `chong un`), other punctuation parts words, and each Han or Hangul
    character is a syllable of its own. Idempotent.
    """
    if not text.isascii():
        plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
        text = anyascii(_SYLLABLES.sub(r" \1 ", plain))
    return " ".join(_WORDS.findall(text.lower().translate(_APOSTROPHES)))


_SCRIPT_OF_PREFIX = {
    "LATIN": "Latn",
    "CYRILLIC": "Cyrl",
    "ARABIC": "Arab",
    "HANGUL": "Hang",
    "CJK": "Hani",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "HEBREW": "Hebr",
    "GREEK": "Grek",
    "THAI": "Thai",
    "DEVANAGARI": "Deva",
    "GEORGIAN": "Geor",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "MYANMAR": "Mymr",
}


def script_of(text: str) -> str:
    """Return the ISO 15924 code of the script most letters are in; empty if none is known."""
    if text.isascii():
        return "Latn" if any(map(str.isalpha, text)) else ""
    counts: dict[str, int] = {}
    for character in text:
        if character.isalpha():
            prefix = unicodedata.name(character, "").partition(" ")[0].partition("-")[0]
            script = _SCRIPT_OF_PREFIX.get(prefix, "")
            counts[script] = counts.get(script, 0) + 1
    return max(sorted(counts), key=counts.__getitem__, default="")
