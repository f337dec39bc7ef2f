"""Damage done to names by hands, ears and clerks, by class: cases to measure recall with.

Each class takes a name and a source of chance and returns the name damaged, or nothing where the
name gives no occasion for it (a name of one word has no middle to drop).
"""

import random
import re
import string
from collections.abc import Callable, Mapping

Damage = Callable[[list[str], random.Random], list[str] | None]

_TITLES = ("Dr", "Mr", "Haji", "Eng", "General", "Sheikh", "Prof")
_RESPELT = (
    ("kh", "h"), ("gh", "g"), ("q", "k"), ("ou", "u"), ("y", "i"), ("ch", "j"), ("w", "ou"),
    ("th", "t"), ("dd", "d"), ("sh", "sch"), ("ph", "f"), ("dh", "d"), ("ee", "i"), ("oo", "u"),
)  # fmt: skip
_MOHAMMED = re.compile(r"m[ou]c?h?am+[ae]d", re.IGNORECASE)
_HEARD = (("ou", "o"), ("oo", "u"), ("ee", "i"), ("i", "e"), ("e", "i"), ("u", "o"), ("o", "u"))
_LONG = 5
_MIDDLE = 3


def two_typos(words: list[str], chance: random.Random) -> list[str] | None:
    """Two slips of the pen, anywhere."""
    once = _typo(words, chance)
    return once and _typo(once, chance)


def one_typo(words: list[str], chance: random.Random) -> list[str] | None:
    """One slip of the pen: two letters swapped, one doubled, lost, added or replaced."""
    return _typo(words, chance)


def first_letter(words: list[str], chance: random.Random) -> list[str] | None:
    """Another first letter, which most search trees cannot bear."""
    word = words[0]
    other = chance.choice([c for c in string.ascii_uppercase if c != word[0].upper()])
    return [other + word[1:], *words[1:]] if len(word) > _MIDDLE - 1 else None


def reversed_typo(words: list[str], chance: random.Random) -> list[str] | None:
    """The words the other way round, and a slip."""
    return _typo(words[::-1], chance) if len(words) > 1 else None


def joined(words: list[str], chance: random.Random) -> list[str] | None:
    """Two words written as one."""
    if len(words) < 2:  # noqa: PLR2004
        return None
    at = chance.randrange(len(words) - 1)
    return [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]


def split(words: list[str], chance: random.Random) -> list[str] | None:
    """A long word written as two."""
    long = [i for i, word in enumerate(words) if len(word) > _LONG]
    if not long:
        return None
    at = chance.choice(long)
    cut = chance.randint(2, len(words[at]) - 2)
    return [*words[:at], words[at][:cut], words[at][cut:], *words[at + 1 :]]


def initial(words: list[str], _: random.Random) -> list[str] | None:
    """The first word as its first letter."""
    if len(words) < 2 or len(words[0]) < 2:  # noqa: PLR2004
        return None
    return [words[0][0], *words[1:]]


def dropped_middle(words: list[str], _: random.Random) -> list[str] | None:
    """Only the first word and the last."""
    return [words[0], words[-1]] if len(words) >= _MIDDLE else None


def with_title(words: list[str], chance: random.Random) -> list[str] | None:
    """A title before the name."""
    return [chance.choice(_TITLES).upper(), *words]


def comma_form(words: list[str], _: random.Random) -> list[str] | None:
    """The family name first, then a comma."""
    return [*words[1:-1], f"{words[-1]},", words[0]] if len(words) > 1 else None


def respelt(words: list[str], _: random.Random) -> list[str] | None:
    """Another romanisation: every letter group that two systems write differently."""
    text = _MOHAMMED.sub("Muhamed", " ".join(words))
    for old, new in _RESPELT:
        text = re.sub(old, new, text, flags=re.IGNORECASE)
    return text.split() if text.lower() != " ".join(words).lower() else None


def misheard(words: list[str], chance: random.Random) -> list[str] | None:
    """Spelt by ear: vowels of one sound exchanged, double letters single."""
    text = re.sub(r"(\w)\1", r"\1", " ".join(words))
    rules = [rule for rule in _HEARD if rule[0] in text.lower()]
    chance.shuffle(rules)
    for old, new in rules[:2]:
        text = re.sub(rf"(?<=\w){old}", new, text, flags=re.IGNORECASE)
    return text.split() if text.lower() != " ".join(words).lower() else None


def _typo(words: list[str], chance: random.Random) -> list[str] | None:
    at = [i for i, word in enumerate(words) if len(word) > _MIDDLE - 1]
    if not at:
        return None
    which = chance.choice(at)
    word = words[which]
    k = chance.randrange(len(word) - 1)
    letter = chance.choice(string.ascii_uppercase)
    slip = chance.randrange(5)
    changed = (
        word[:k] + word[k + 1] + word[k] + word[k + 2 :],
        word[:k] + word[k] + word[k:],
        word[:k] + word[k + 1 :],
        word[: k + 1] + letter + word[k + 1 :],
        word[: k + 1] + letter + word[k + 2 :],
    )[slip]
    return [*words[:which], changed, *words[which + 1 :]]


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


def damaged(name: str, kind: str, seed: int) -> str | None:
    """Return a name damaged in one class (a key of `CLASSES`); the same for the same seed."""
    chance = random.Random(f"{seed}:{kind}:{name}")  # noqa: S311 - test cases, not secrets
    words = CLASSES[kind](name.split(), chance)
    return " ".join(words) if words else None
