"""Damage done to names by hands, ears and clerks, by class: cases to measure recall with.

Each class takes the words of a name in natural order and a source of chance, and returns the words
damaged, or nothing where the name gives no occasion for it (a name of one word has no middle to
drop). `NOT_THE_SAME` are the classes that make another party's name of it.
"""

import random
import re
import string
from collections.abc import Callable, Mapping

from sanctrail.names.kinds import forms, syllable_count
from sanctrail.text.fold import fold

Damage = Callable[[list[str], random.Random], list[str] | None]

_TITLES = ("Dr", "Mr", "Haji", "Eng", "General", "Sheikh", "Prof")
_RESPELT = (
    ("kh", "h"), ("gh", "g"), ("q", "k"), ("ou", "u"), ("y", "i"), ("ch", "j"), ("w", "ou"),
    ("th", "t"), ("dd", "d"), ("sh", "sch"), ("ph", "f"), ("dh", "d"), ("ee", "i"), ("oo", "u"),
)  # fmt: skip
_MOHAMMED = re.compile(r"m[ou]c?h?am+[ae]d", re.IGNORECASE)
_HEARD = (("ou", "o"), ("oo", "u"), ("ee", "i"), ("i", "e"), ("e", "i"), ("u", "o"), ("o", "u"))
_CYRILLIC = (
    # as German, French and Russian passports write what English writes
    {"shch": "schtsch", "sh": "sch", "zh": "sch", "ch": "tsch", "kh": "ch", "ts": "z", "v": "w",
     "ya": "ja", "yu": "ju", "ye": "je", "iy": "ij", "y": "i"},
    {"shch": "chtch", "sh": "ch", "zh": "j", "ch": "tch", "u": "ou", "ye": "ie", "y": "i"},
    {"ya": "ia", "yu": "iu", "ye": "e", "yy": "ii", "iy": "ii", "yev": "ev"},
)  # fmt: skip
_WADE = {
    "zh": "ch", "ch": "ch", "sh": "sh", "q": "ch", "j": "ch", "x": "hs", "z": "ts", "c": "ts",
    "b": "p", "d": "t", "g": "k", "r": "j",
}  # fmt: skip
_WADE_ENDS = (("ong", "ung"), ("ian", "ien"), ("ie", "ieh"), ("ue", "ueh"), ("uo", "o"))
_KOREAN = {
    "pak": "park", "ri": "lee", "yi": "lee", "choe": "choi", "jong": "jung", "chong": "jung",
    "hyok": "hyuk", "un": "eun", "kyong": "kyung", "song": "sung", "yong": "young",
    "chol": "cheol", "myong": "myung", "hyon": "hyun", "o": "oh", "paek": "baek", "ro": "noh",
    "im": "lim", "sok": "seok", "kwon": "gwon", "pyong": "byung", "chang": "jang", "cho": "jo",
}  # fmt: skip
_SHORTENED = {
    "company": "Co", "corporation": "Corp", "limited": "Ltd", "international": "Intl",
    "brothers": "Bros", "and": "&", "incorporated": "Inc", "organization": "Org",
    "department": "Dept", "ministry": "Min", "association": "Assoc", "manufacturing": "Mfg",
}  # fmt: skip
_OTHER_FORMS = {"ltd": "Ltd", "llc": "LLC", "jsc": "JSC", "corp": "Corp", "plc": "PLC"}
_LONGEST_FORM = 4
_LONG = 5
_MIDDLE = 3


def two_typos(words: list[str], chance: random.Random) -> list[str] | None:
    """Make two slips of the pen, anywhere."""
    once = _typo(words, chance)
    twice = _typo(once, chance) if once else None
    return _if_changed(twice, words) if twice else None


def one_typo(words: list[str], chance: random.Random) -> list[str] | None:
    """Make one slip of the pen: two letters swapped, one doubled, lost, added or replaced."""
    return _typo(words, chance)


def first_letter(words: list[str], chance: random.Random) -> list[str] | None:
    """Put another first letter, which most search trees cannot bear."""
    word = words[0]
    other = chance.choice([c for c in string.ascii_uppercase if c != word[0].upper()])
    return [other + word[1:], *words[1:]] if len(word) > _MIDDLE - 1 else None


def reversed_typo(words: list[str], chance: random.Random) -> list[str] | None:
    """Turn the words the other way round, and make a slip."""
    return _typo(words[::-1], chance) if len(words) > 1 else None


def joined(words: list[str], chance: random.Random) -> list[str] | None:
    """Write two words as one."""
    if len(words) < 2:  # noqa: PLR2004
        return None
    at = chance.randrange(len(words) - 1)
    return [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]


def split(words: list[str], chance: random.Random) -> list[str] | None:
    """Write a long word as two."""
    long = [i for i, word in enumerate(words) if len(word) > _LONG]
    if not long:
        return None
    at = chance.choice(long)
    cut = chance.randint(2, len(words[at]) - 2)
    return [*words[:at], words[at][:cut], words[at][cut:], *words[at + 1 :]]


def initial(words: list[str], _: random.Random) -> list[str] | None:
    """Put the first word as its first letter."""
    if len(words) < 2 or len(words[0]) < 2:  # noqa: PLR2004
        return None
    return [words[0][0], *words[1:]]


def dropped_middle(words: list[str], _: random.Random) -> list[str] | None:
    """Keep only the first word and the last."""
    return [words[0], words[-1]] if len(words) >= _MIDDLE else None


def dropped_last(words: list[str], _: random.Random) -> list[str] | None:
    """Drop the last word: a Spanish name without the mother's surname."""
    return words[:-1] if len(words) >= _MIDDLE else None


def with_title(words: list[str], chance: random.Random) -> list[str] | None:
    """Put a title before the name."""
    return [chance.choice(_TITLES).upper(), *words]


def comma_form(words: list[str], _: random.Random) -> list[str] | None:
    """Put the family name first, then a comma."""
    return [*words[1:-1], f"{words[-1]},", words[0]] if len(words) > 1 else None


def respelt(words: list[str], _: random.Random) -> list[str] | None:
    """Romanise Arabic otherwise: every letter group that two systems write differently."""
    text = _MOHAMMED.sub("Muhamed", " ".join(words))
    for old, new in _RESPELT:
        text = re.sub(old, new, text, flags=re.IGNORECASE)
    return _if_changed(text.split(), words)


def respelt_cyrillic(words: list[str], chance: random.Random) -> list[str] | None:
    """Romanise Cyrillic otherwise: as in German, in French, or at a passport office."""
    system = chance.choice(_CYRILLIC)
    groups = re.compile("|".join(sorted(system, key=len, reverse=True)))
    changed = [groups.sub(lambda found: system[found[0]], word.lower()) for word in words]
    return _if_changed(changed, words)


def respelt_chinese(words: list[str], _: random.Random) -> list[str] | None:
    """Put Wade and Giles' spelling instead of pinyin."""
    return _if_changed([_wade_word(word.lower()) for word in words], words)


def respelt_korean(words: list[str], _: random.Random) -> list[str] | None:
    """Put the spelling usual in South Korea instead of the North's."""
    parts = " ".join(words).replace("-", " ").lower().split()
    return _if_changed([_KOREAN.get(part, part) for part in parts], words)


def misheard(words: list[str], chance: random.Random) -> list[str] | None:
    """Spell by ear: vowels of one sound exchanged, double letters single."""
    text = re.sub(r"(\w)\1", r"\1", " ".join(words))
    rules = [rule for rule in _HEARD if rule[0] in text.lower()]
    chance.shuffle(rules)
    for old, new in rules[:2]:
        text = re.sub(rf"(?<=\w){old}", new, text, flags=re.IGNORECASE)
    return _if_changed(text.split(), words)


def other_form(words: list[str], chance: random.Random) -> list[str] | None:
    """Put another legal form: clerks write Ltd for an LLC."""
    at, form = _form_of(words)
    others = [written for known, written in _OTHER_FORMS.items() if known != form]
    return [*words[: at.start], chance.choice(others), *words[at.stop :]] if form else None


def without_form(words: list[str], _: random.Random) -> list[str] | None:
    """Leave out the legal form."""
    at, form = _form_of(words)
    rest = [*words[: at.start], *words[at.stop :]]
    return rest if form and len(rest) > 1 else None


def dropped_word(words: list[str], chance: random.Random) -> list[str] | None:
    """Drop one word of a firm's long name, the first and the legal form never."""
    own = _own_places(words)
    if len(own) <= _MIDDLE:
        return None
    at = chance.choice(own[1:])
    return [*words[:at], *words[at + 1 :]]


def other_order(words: list[str], chance: random.Random) -> list[str] | None:
    """Exchange two neighbouring words of a firm's name."""
    own = _own_places(words)
    if len(own) < _MIDDLE:
        return None
    at = chance.choice(own[:-1])
    changed = [*words[:at], words[at + 1], words[at], *words[at + 2 :]]
    return _if_changed(changed, words)


def shortened(words: list[str], _: random.Random) -> list[str] | None:
    """Abbreviate usual words of firms' names, but none within a legal form of several words."""
    at, _form = _form_of(words)
    fixed = range(at.start, at.stop) if len(at) > 1 else range(0)
    changed = [
        word if place in fixed else _SHORTENED.get(word.lower(), word)
        for place, word in enumerate(words)
    ]
    return _if_changed(changed, words)


def other_number(words: list[str], chance: random.Random) -> list[str] | None:
    """Put another number: Factory 22 is not Factory 23."""
    at = [i for i, word in enumerate(words) if word.isascii() and word.isdigit()]
    if not at:
        return None
    which = chance.choice(at)
    other = str(int(words[which]) + chance.randint(1, 5))
    return [*words[:which], other, *words[which + 1 :]]


def _if_changed(changed: list[str], words: list[str]) -> list[str] | None:
    return changed if fold(" ".join(changed)) != fold(" ".join(words)) else None


def _typo(words: list[str], chance: random.Random) -> list[str] | None:
    at = [i for i, word in enumerate(words) if len(word) > _MIDDLE - 1 and word.isalpha()]
    if not at:
        return None
    which = chance.choice(at)
    word = words[which]
    k = chance.randrange(len(word) - 1)
    letter = chance.choice(string.ascii_uppercase)
    letter = letter if word.isupper() else letter.lower()  # a capital within would part the word
    slip = chance.randrange(5)
    lost = word[:k] + word[k + 1 :]
    changed = (
        word[:k] + word[k + 1] + word[k] + word[k + 2 :],
        word[:k] + word[k] + word[k:],
        lost,
        word[: k + 1] + letter + word[k + 1 :],
        word[: k + 1] + letter + word[k + 2 :],
    )[slip]
    if changed.upper() == word.upper():  # two letters alike change nothing by changing places
        changed = lost
    changed = changed.capitalize() if word.istitle() else changed
    return [*words[:which], changed, *words[which + 1 :]]


def _wade_word(word: str) -> str:
    if syllable_count(word) == 1:
        return _wade(word)
    cuts = (k for k in range(1, len(word)) if syllable_count(word) == 2)  # noqa: PLR2004
    for k in cuts:
        if syllable_count(word[:k]) == syllable_count(word[k:]) == 1:
            return f"{_wade(word[:k])}-{_wade(word[k:])}"
    return word


def _wade(syllable: str) -> str:
    start = re.match("zh|ch|sh|[bcdfghjklmnpqrstwxyz]?", syllable)
    first = start[0] if start else ""
    end = syllable[len(first) :]
    for old, new in _WADE_ENDS:
        if end.endswith(old):
            end = end.removesuffix(old) + new
            break
    return _WADE.get(first, first) + end


def _form_of(words: list[str]) -> tuple[range, str]:
    """Return where a legal form stands at the end or the beginning, and its class; else nothing."""
    for size in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
        for at in (range(len(words) - size, len(words)), range(size)):
            form = forms().get(tuple(fold(" ".join(words[at.start : at.stop])).split()))
            if form:
                return at, form
    return range(0), ""


def _own_places(words: list[str]) -> list[int]:
    """Return the places of the words that are not of the legal form; they stand in a row."""
    at, _form = _form_of(words)
    return [place for place in range(len(words)) if place not in at]


CLASSES: Mapping[str, Damage] = {
    "one typo": one_typo,
    "two typos": two_typos,
    "first letter": first_letter,
    "reversed, one typo": reversed_typo,
    "joined": joined,
    "split": split,
    "initial": initial,
    "middle dropped": dropped_middle,
    "title added": with_title,
    "family name first": comma_form,
    "respelt": respelt,
    "misheard": misheard,
}
"""Classes of damage to names of people."""

PEOPLES: Mapping[str, Damage] = {
    "respelt from Cyrillic": respelt_cyrillic,
    "respelt from Chinese": respelt_chinese,
    "respelt from Korean": respelt_korean,
    "second surname dropped": dropped_last,
}
"""Classes of damage to names of people tied to one of the countries in `TIED_TO`."""

ENTITY_CLASSES: Mapping[str, Damage] = {
    "one typo": one_typo,
    "two typos": two_typos,
    "joined": joined,
    "split": split,
    "legal form swapped": other_form,
    "legal form left out": without_form,
    "word dropped": dropped_word,
    "word order": other_order,
    "abbreviated": shortened,
    "another number": other_number,
}
"""Classes of damage to names of firms and organisations."""

VESSEL_CLASSES: Mapping[str, Damage] = {
    "one typo": one_typo,
    "joined": joined,
    "another number": other_number,
}
"""Classes of damage to names of ships."""

NOT_THE_SAME = frozenset({"another number"})
"""Classes that make the name of somebody else."""

TIED_TO: Mapping[str, frozenset[str]] = {
    "respelt": frozenset(
        [
            "ae",
            "af",
            "bh",
            "dj",
            "dz",
            "eg",
            "iq",
            "ir",
            "jo",
            "kw",
            "lb",
            "ly",
            "ma",
            "mr",
            "om",
            "pk",
            "ps",
            "qa",
            "sa",
            "sd",
            "so",
            "sy",
            "tn",
            "ye",
        ]
    ),
    "respelt from Cyrillic": frozenset(
        ["am", "az", "bg", "by", "ge", "kg", "kz", "md", "ru", "tj", "tm", "ua", "uz"]
    ),
    "respelt from Chinese": frozenset({"cn", "hk", "tw"}),
    "respelt from Korean": frozenset({"kp", "kr"}),
    "second surname dropped": frozenset(
        [
            "ar",
            "bo",
            "cl",
            "co",
            "cr",
            "cu",
            "do",
            "ec",
            "es",
            "gt",
            "hn",
            "mx",
            "ni",
            "pa",
            "pe",
            "py",
            "sv",
            "uy",
            "ve",
        ]
    ),
}
"""Countries to one of which a party must be tied for a class to make sense."""

_ALL = {**CLASSES, **PEOPLES, **ENTITY_CLASSES, **VESSEL_CLASSES}


def classes_of(kind: str) -> Mapping[str, Damage]:
    """Return the classes of damage to names of a kind of party: person, entity, vessel."""
    of_kind: Mapping[str, Mapping[str, Damage]] = {
        "person": {**CLASSES, **PEOPLES}, "entity": ENTITY_CLASSES, "vessel": VESSEL_CLASSES
    }  # fmt: skip
    return of_kind.get(kind, {})


def damaged(name: str, kind: str, seed: int) -> str | None:
    """Return a name damaged in one class; the same for the same seed."""
    chance = random.Random(f"{seed}:{kind}:{name}")  # noqa: S311
    words = name.split()
    changed = _ALL[kind](words, chance) if words else None
    return " ".join(changed) if changed else None
