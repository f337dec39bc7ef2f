"""Romanising Thai, roughly by the Royal Thai General System of 1999.

Thai writes some vowels before their consonant and some not at all; the syllables are found by one
pass over the letters without a dictionary, so the unwritten vowels are guesses.
"""

import re

from sanctrail.text.romanise_tables import pairs

_FIRST = pairs(
    "ก=k ข=kh ฃ=kh ค=kh ฅ=kh ฆ=kh ง=ng จ=ch ฉ=ch ช=ch ซ=s ฌ=ch ญ=y ฎ=d ฏ=t ฐ=th ฑ=th ฒ=th"
    " ณ=n ด=d ต=t ถ=th ท=th ธ=th น=n บ=b ป=p ผ=ph ฝ=f พ=ph ฟ=f ภ=ph ม=m ย=y ร=r ล=l ว=w ศ=s ษ=s"
    " ส=s ห=h ฬ=l อ= ฮ=h ฤ=ri ฦ=lue"
)
_LAST = pairs(
    "ก=k ข=k ค=k ฆ=k ง=ng จ=t ฉ=t ช=t ซ=t ฌ=t ญ=n ฎ=t ฏ=t ฐ=t ฑ=t ฒ=t ณ=n ด=t ต=t ถ=t ท=t ธ=t"
    " น=n บ=p ป=p ผ=p พ=p ฟ=p ภ=p ม=m ย=i ร=n ล=n ว=o ศ=t ษ=t ส=t ฬ=n ฤ=ri"
)
_SILENT = re.compile("[ก-ฮ][\u0e34-\u0e39]?\u0e4c|[\u0e48-\u0e4b\u0e4d\u0e4e]|\u0e46")
_ONSET = "(?:[กขคตปผพ][รล]|[กขค]ว|ห[งญนมยรลว]|[ก-ฮ])"
_VOWELS: tuple[tuple[str, str], ...] = (
    (f"เ({_ONSET})ียว", "iao"),
    (f"เ({_ONSET})ียะ?", "ia"),
    (f"เ({_ONSET})ือ", "uea"),
    (f"เ({_ONSET})าะ?", "ao"),
    (f"เ({_ONSET})[ิอ]", "oe"),
    (f"เ({_ONSET})ย", "oei"),
    (f"เ({_ONSET})[็ะ]?", "e"),
    (f"แ({_ONSET})[็ะ]?", "ae"),
    (f"โ({_ONSET})ะ?", "o"),
    (f"[ใไ]({_ONSET})(?:ย(?![ะ-ู็]))?", "ai"),
    (f"({_ONSET})ัว", "ua"),
    (f"({_ONSET})รร(?=[กงดตนบมยลว])", "a"),
    (f"({_ONSET})รร", "an"),
    (f"({_ONSET})[ะัา]", "a"),
    (f"({_ONSET})[ำ\u0e4d]า?", "am"),
    (f"({_ONSET})[ิี]", "i"),
    (f"({_ONSET})ือ?", "ue"),
    (f"({_ONSET})ึ", "ue"),
    (f"({_ONSET})[ุู]", "u"),
    (f"({_ONSET})[็]?อ(?![ะ-ู็])", "o"),
    ("([ก-ฮ])", ""),
)
_TOKEN = re.compile("|".join(pattern for pattern, _ in _VOWELS))
_SOUNDS = tuple(sound for _, sound in _VOWELS)


def thai(word: str) -> str:
    """Romanise a Thai word; approximate where vowels are unwritten."""
    # NFKC parts sara am into a sign and a vowel; put it back as one.
    word = _SILENT.sub("", word.replace("\u0e4d\u0e32", "ำ"))
    spoken: list[tuple[str, str]] = []
    place = 0
    while place < len(word):
        found = _TOKEN.match(word, place)
        if found is None or found.lastindex is None:
            spoken.append(("", word[place]))
            place += 1
        else:
            spoken.append((found[found.lastindex], _SOUNDS[found.lastindex - 1]))
            place = found.end()
    return _syllables(spoken)


def _syllables(spoken: list[tuple[str, str]]) -> str:
    out: list[str] = []
    open_syllable = False
    place = 0
    while place < len(spoken):
        consonant, vowel = spoken[place]
        if vowel:
            out.append(_onset(consonant) + vowel)
            open_syllable = vowel not in {"am", "ai", "an"}
        elif open_syllable:
            out.append(_LAST.get(consonant, ""))
            open_syllable = False
        elif place + 1 < len(spoken) and not spoken[place + 1][1]:
            out.append(_FIRST[consonant] + "o")
            open_syllable = True
        else:
            out.append(_FIRST[consonant] + "a")
        place += 1
    return "".join(out)


def _onset(letters: str) -> str:
    if len(letters) > 1 and letters[0] == "ห":
        letters = letters[1:]  # a silent ห only sets the tone
    return "".join(_FIRST[letter] for letter in letters)
