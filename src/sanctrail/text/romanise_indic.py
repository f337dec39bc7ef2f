"""Romanising Devanagari and Bengali, where a consonant carries an unwritten `a`.

The `a` falls at a word's end and between a vowel and a syllable (Ohala 1983: VC_CV), as Hindi
speaks and as passports spell: मनमोहन is `manmohan`. Bengali's block mirrors Devanagari's (The
Unicode Standard, chapter 12), so a Bengali word is moved there first.
"""

from dataclasses import dataclass

from sanctrail.text.romanise_tables import pairs, words

_CONSONANTS = pairs(
    "क=k ख=kh ग=g घ=gh ङ=n च=ch छ=chh ज=j झ=jh ञ=n ट=t ठ=th ड=d ढ=dh ण=n त=t थ=th द=d ध=dh न=n"
    " प=p फ=ph ब=b भ=bh म=m य=y र=r ल=l ळ=l व=v श=sh ष=sh स=s ह=h"
)
_DOTTED = {"क": "q", "ख": "kh", "ग": "gh", "ज": "z", "ड": "r", "ढ": "rh", "फ": "f", "य": "y"}
"""Consonants with a nukta, which stand for Persian and flapped sounds."""

_VOWELS = pairs("अ=a आ=a इ=i ई=i उ=u ऊ=u ऋ=ri ए=e ऐ=ai ओ=o औ=au ऑ=o ऍ=e ॲ=a ऎ=e ऒ=o")
_SIGNS = dict(
    zip(
        "\u093e\u093f\u0940\u0941\u0942\u0943\u0947\u0948\u094b\u094c\u0949\u0945\u0946\u094a",
        words("a i i u u ri e ai o au o e e o"),
        strict=True,
    )
)
_VIRAMA, _NUKTA = "\u094d", "\u093c"
_NASALS = frozenset("\u0900\u0901\u0902")
_NASAL_BEFORE = dict.fromkeys("पफबभम", "m") | {"ह": "ng"}
"""मुंबई is mumbai, सिंह is singh."""

_SILENT = frozenset("\u200c\u200d\u0903\u093d")
_BENGALI = {code: chr(code - 0x80) for code in range(0x0980, 0x09F0)} | {
    0x09CE: "त्",
    0x09F0: "र",
    0x09F1: "व",
}


@dataclass(slots=True)
class _Unit:
    """A consonant, if any, and its vowel; `bare` while the vowel is the unwritten one."""

    consonant: str
    vowel: str
    bare: bool
    joined: bool = False
    nasal: str = ""


def devanagari(word: str) -> str:
    """Romanise a Devanagari word."""
    units = _units(word)
    _drop_unwritten(units)
    return "".join(unit.consonant + unit.vowel + unit.nasal for unit in units)


def bengali(word: str) -> str:
    """Romanise a Bengali or Assamese word with `a` for the unwritten vowel, as lists spell it."""
    word = word.replace("য\u09bc", "\u095f").replace("্য", "্\u095f").replace("য", "জ")
    word = word.replace("\u095f", "য").replace("ং", "ঙ্গ্" if not word.endswith("ং") else "ং")
    return devanagari(word.translate(_BENGALI))


def _units(word: str) -> list[_Unit]:
    units: list[_Unit] = []
    for place, letter in enumerate(word):
        if letter in _CONSONANTS:
            units.append(_consonant(letter, units))
        elif letter in _NASALS:
            following = word[place + 1 : place + 2]
            if units:
                units[-1].nasal = _NASAL_BEFORE.get(following, "n")
        elif letter == _NUKTA and units:
            units[-1].consonant = _DOTTED.get(word[place - 1], units[-1].consonant)
        elif units and units[-1].bare and (letter == _VIRAMA or letter in _SIGNS):
            units[-1].vowel, units[-1].bare = _SIGNS.get(letter, ""), False
        elif letter not in _SILENT:
            units.append(_Unit("", _VOWELS.get(letter, letter), bare=False))
    return units


def _consonant(letter: str, units: list[_Unit]) -> _Unit:
    joined = bool(units) and units[-1].vowel == ""
    sound = _CONSONANTS[letter]
    if joined and letter == "व":
        sound = "w"  # स्वामी is swami
    if joined and letter == "ञ" and units[-1].consonant == "j":
        units[-1].consonant, sound = "g", "y"  # ज्ञ is spoken gy
    return _Unit(sound, "a", bare=True, joined=joined)


def _drop_unwritten(units: list[_Unit]) -> None:
    last = len(units) - 1
    for place in range(last, 0, -1):
        unit, before = units[place], units[place - 1]
        if not unit.bare or unit.joined or unit.nasal or not before.vowel:
            continue
        after = units[place + 1] if place < last else None
        if after is None or (after.consonant and after.vowel):
            unit.vowel = ""
