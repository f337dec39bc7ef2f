"""What kind of word it is: tables of titles, particles, legal forms, generic words, numerals.

The tables are data (`data/names/*.csv`); here they become look-ups by folded word.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from sanctrail.names.likeness import (
    ARTICLE,
    GENERIC,
    INITIAL,
    NUMBER,
    ORDINARY,
    PARTICLE,
    SERVANT,
    TITLE,
)

SHORT = 5
"""Letters of a word of a legal form that could be another word misspelt."""

_TITLE_KINDS = {"title": TITLE, "suffix": TITLE}
_PARTICLE_KINDS = {
    "article": ARTICLE,
    "connective": ARTICLE,
    "particle": PARTICLE,
    "patronymic": PARTICLE,
    "kunya": SERVANT,
    "servant": SERVANT,
}
_PINYIN = re.compile(
    r"(?:(?:b|p|m|f|d|t|n|l|g|k|h|j|q|x|zh|ch|sh|r|z|c|s|y|w)"
    r"(?:a|o|e|ai|ei|ao|ou|an|en|ang|eng|i|ia|ie|iao|iu|ian|in|iang|ing|iong"
    r"|u|ua|uo|uai|ui|uan|un|uang|ong|ue)|a|e|ai|ao|ou|an|en|ang|er)"
)
_TWO_SYLLABLES = re.compile(f"{_PINYIN.pattern}{_PINYIN.pattern}")


def kind_of(word: str) -> int:
    """Return what kind a folded word is when it stands alone."""
    if word.isdigit() or word in numbers():
        return NUMBER
    return INITIAL if len(word) == 1 else _kinds().get(word, ORDINARY)


@cache
def numbers() -> Mapping[str, int]:
    """Return numerals in words and Roman figures with their value."""
    rows = _rows("numbers")
    return {row["word"]: int(row["number"]) for row in rows if not int(row["ambiguous"] or 0)}


@cache
def forms() -> Mapping[tuple[str, ...], str]:
    """Return legal forms, as words in a row, with their class (llc, jsc, ltd)."""
    return {tuple(row["form"].split()): row["canonical"] for row in _rows("org_forms")}


@cache
def form_starts() -> Mapping[str, int]:
    """Return the first word of every legal form with the words of the longest that begins so."""
    longest: dict[str, int] = defaultdict(int)
    for words in forms():
        longest[words[0]] = max(longest[words[0]], len(words))
    return dict(longest)


@cache
def form_words() -> tuple[str, ...]:
    """Return the long words that legal forms are made of (limited, liability, gesellschaft)."""
    return tuple(dict.fromkeys(word for form in forms() for word in form if len(word) > SHORT))


def is_known(word: str) -> bool:
    """Tell whether a word is known as a name's or a generic one, and so no misspelt form."""
    return word in frequencies() or word in _kinds()


@cache
def generic_groups() -> Mapping[str, str]:
    """Return generic words of firms with their group across languages (bank, banque, banco)."""
    return {row["word"]: row["group"] or row["word"] for row in _rows("generic_words")}


@cache
def groups(table: str) -> Mapping[str, tuple[int, ...]]:
    """Return the groups of names that a table of equivalents puts each name in."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(_rows(table)):
        for name in (row["name"], *row["variants"].split("|")):
            if name and number not in found[name]:
                found[name].append(number)
    return {name: tuple(numbers_) for name, numbers_ in found.items()}


@cache
def frequencies() -> Mapping[str, int]:
    """Return how many in a million people bear a name word."""
    return {row["word"]: int(row["per_million"]) for row in _rows("frequencies")}


def syllable_count(word: str) -> int:
    """Return 1 or 2 for a word that can be so many romanised Han syllables, else 0."""
    if _PINYIN.fullmatch(word):
        return 1
    return 2 if _TWO_SYLLABLES.fullmatch(word) else 0


@cache
def tables_digest() -> str:
    """Return a digest of all tables, and of the code that turns names into words."""
    names = files("sanctrail") / "data" / "names"
    tables = sorted((one.name, one.read_bytes()) for one in names.iterdir())
    code = sorted(
        (one.name, one.read_bytes())
        for room in ("text", "names")
        for one in (files("sanctrail") / room).iterdir()
        if one.name.endswith(".py")
    )
    parts = (part for name, data in (*tables, *code) for part in (name.encode(), data))
    return sha256(b"\0".join(parts)).hexdigest()[:16]


@cache
def _kinds() -> Mapping[str, int]:
    found = dict.fromkeys(generic_groups(), GENERIC)
    found.update(
        {row["word"]: _TITLE_KINDS[row["kind"]] for row in _rows("titles")
         if row["kind"] in _TITLE_KINDS}
    )  # fmt: skip
    found.update({row["word"]: _PARTICLE_KINDS[row["kind"]] for row in _rows("particles")})
    return found


def _rows(table: str) -> Iterator[dict[str, str]]:
    source = files("sanctrail") / "data" / "names" / f"{table}.csv"
    yield from csv.DictReader(source.read_text(encoding="utf-8").splitlines())
