"""Preparing a name for comparison: its words in natural order, each with what kind it is."""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from sanctrail.names.kinds import form_starts, form_words, forms, is_known, kind_of, syllable_count
from sanctrail.names.likeness import (
    FORM,
    GENERIC,
    ORDINARY,
    PARTICLE,
    SERVANT,
)
from sanctrail.names.words import Word, words_of
from sanctrail.text.fold import tidy

LONG_FORM_WORD = 6
VERY_LONG_FORM_WORD = 10
"""Letters from which on a word of a legal form is known by one slip, by two."""

_GIVEN_NAMES = frozenset({"ben", "van", "del"})
"""Particles that are given names where a short name begins with one."""
_FEW = 3


@dataclass(frozen=True, slots=True)
class NameWord:
    """A word of a prepared name: `kind` is one of the kinds of `likeness`."""

    latin: str
    kind: int
    han: str = ""
    unwritten: bool = False


@dataclass(frozen=True, slots=True)
class PreparedName:
    """A name ready for comparison.

    `words` stand in natural order (`Kim, Jong Un` is put as `jong un kim`), legal forms made one
    word each of their class (`Aktiengesellschaft` and `OAO` are both `jsc`). `family` is the
    place of the family name's first whole word where the name is written `Family, Given`: of a
    Spanish double surname that is the father's, by which its bearer goes; -1 where unknown.
    """

    text: str
    words: tuple[NameWord, ...]
    family: int = -1


@lru_cache(maxsize=1 << 16)
def prepare(text: str) -> PreparedName:
    """Return the prepared form of a name in any script; without words if it says nothing."""
    given, family = _parted(text)
    words = _with_forms(words_of(f"{given} {family}" if given else family))
    words = _telling(words)
    return PreparedName(text, words, _family_place(words, given))


def _telling(words: tuple[NameWord, ...]) -> tuple[NameWord, ...]:
    """Let generic words, or at worst all words, tell the name apart where no other does.

    `General Motors` is made of generic words, `La Familia` may be, `Ben Ali` begins with a name.
    """
    if not any(word.kind in (ORDINARY, SERVANT) for word in words):
        generic = any(word.kind == GENERIC for word in words)
        return tuple(_promoted(w) if not generic or w.kind == GENERIC else w for w in words)
    if words[0].latin in _GIVEN_NAMES and len(words) <= _FEW:
        return (_promoted(words[0]), *words[1:])
    if words[-1].kind == PARTICLE and all(syllable_count(w.latin) == 1 for w in words[:-1]):
        return (*words[:-1], _promoted(words[-1]))  # Ko Tae Bin
    return words


def _promoted(word: NameWord) -> NameWord:
    return NameWord(word.latin, ORDINARY, word.han, word.unwritten)


def _parted(text: str) -> tuple[str, str]:
    """Part `Family, Given`; two commas or more, or a legal form behind one, part nothing."""
    family, comma, given = text.partition(",")
    if not comma or "," in given or not given.strip() or _is_form(given):
        return "", text
    return tidy(given), family


def _family_place(words: tuple[NameWord, ...], given: str) -> int:
    if not given:
        return -1
    first = len(words_of(given))
    whole = (at for at in range(first, len(words)) if words[at].kind == ORDINARY)
    return next(whole, -1)


def _is_form(text: str) -> bool:
    return tuple(word.latin for word in words_of(text)) in forms()


def _with_forms(words: tuple[Word, ...]) -> tuple[NameWord, ...]:
    """Give each word its kind, and make each legal form at either end of the name one word."""
    spelt = tuple(_form_word(word.latin) for word in words)
    starts = form_starts()
    if not any(word in starts for word in spelt):
        return tuple(map(_name_word, words))
    out: list[NameWord] = []
    at = 0
    while at < len(words):
        size, canonical = _form_at(spelt, at)
        out.append(NameWord(canonical, FORM) if canonical else _name_word(words[at]))
        at += size
    return tuple(out)


def _form_at(words: tuple[str, ...], at: int) -> tuple[int, str]:
    """Return how many words from `at` on are a legal form, and its class; 1 and empty if none."""
    longest = form_starts().get(words[at], 0)
    for size in range(min(longest, len(words) - at), 0, -1):
        form = words[at : at + size]
        canonical = forms().get(form)
        at_an_end = at == 0 or at + size >= len(words) - 1
        if size > 1 and len("".join(form)) == size:  # A. S. Karimov is no company
            at_an_end = at + size == len(words)
        if canonical and size < len(words) and at_an_end:
            return size, canonical
    return 1, ""


@lru_cache(maxsize=1 << 17)
def _form_word(word: str) -> str:
    """Return the word of a legal form that a word is, misspelt perhaps; else the word itself."""
    if len(word) < LONG_FORM_WORD or word in form_words() or is_known(word):
        return word
    slips = 2 if len(word) >= VERY_LONG_FORM_WORD else 1
    near = process.extractOne(word, form_words(), scorer=OSA.distance, score_cutoff=slips)
    return near[0] if near else word


@lru_cache(maxsize=1 << 16)
def _name_word(word: Word) -> NameWord:
    return NameWord(word.latin, kind_of(word.latin), word.han, word.unwritten)
