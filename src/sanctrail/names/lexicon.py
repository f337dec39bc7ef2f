"""Words as arrays: each distinct word of a set of names once, with what comparing needs of it."""

import re
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel
from sanctrail.names.kinds import frequencies, generic_groups, groups, numbers, syllable_count
from sanctrail.names.likeness import (
    ARTICLE,
    FACTS,
    FORM,
    GENERIC,
    GROUPS,
    INITIAL,
    MAX_LETTERS,
    NUMBER,
    ORDINARY,
    PARTICLE,
    SERVANT,
    TITLE,
    UNKNOWN,
    WordTable,
)
from sanctrail.names.prepare import NameWord, PreparedName
from sanctrail.names.sound import sound_kernel
from sanctrail.text.countries import country_code
from sanctrail.text.fold import script_of
from sanctrail.text.korean import korean_key

MOST_INFO = 11.0
"""Nats that the rarest word carries: one in 60,000 people; what is rarer cannot be told apart."""

LEAST_INFO = 1.5
LEAST_COUNTRY = 4
"""Letters of a country's name; shorter ones are codes, which are also words."""
MOST_PLACES = 0xFFFE
SYLLABLE_INFO = 2.6
TWO_SYLLABLES_INFO = 7.2
"""A romanised Han or Hangul syllable: some 400 exist, and names use few of them."""

LONG_NUMBER = 10
"""Digits from which on a number is held as a hash."""

_MILLION = 1_000_000
_FIXED = {
    # kind: weight in a name's identity, nats of evidence
    TITLE: (0.06, 0.2), ARTICLE: (0.06, 0.2), PARTICLE: (0.12, 0.3), FORM: (0.1, 0.3),
    SERVANT: (0.4, 1.2), GENERIC: (0.45, 2.5), NUMBER: (0.8, 1.5), INITIAL: (0.35, 1.0),
    UNKNOWN: (0.0, 0.0),
}  # fmt: skip


class Lexicon:
    """Distinct words, numbered in the order met; `table()` gives them as arrays."""

    def __init__(self, rarity: Mapping[str, float] | None = None) -> None:
        """`rarity` maps a folded word to nats and goes before what ships with the program."""
        self._numbers: dict[NameWord, int] = {}
        self._rarity = rarity or {}

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def words(self) -> tuple[NameWord, ...]:
        """The words by number."""
        return tuple(self._numbers)

    def number_all(self, names: Iterable[PreparedName]) -> "tuple[array[int], array[int]]":
        """Return the words of all names by number, one after another, and where each name begins.

        `words[start[k]:start[k + 1]]` are the words of name `k`.
        """
        known = self._numbers
        words, start = array("i"), array("i", [0])
        for name in names:
            for word in name.words:
                words.append(known.setdefault(word, len(known)))
            start.append(len(words))
        return words, start

    def table(self) -> WordTable:
        """Return the words as arrays."""
        words = list(self._numbers)
        known = [_facts(word) for word in words]
        letters, start = _letters([word.latin[:MAX_LETTERS] for word in words])
        sounds, sound_end = _sounds_kernel(letters, start)
        facts = np.zeros(len(words), dtype=FACTS)
        facts["first"], facts["end"] = start[:-1], start[1:]
        facts["sound_first"] = sound_end[:-1]
        facts["sound_end"] = np.minimum(sound_end[1:], sound_end[:-1] + MAX_LETTERS)
        facts["bag"] = _bags_kernel(letters, start)
        for name in ("korean", "han", "number", "syllable"):
            facts[name] = [getattr(one, name) for one in known]
        facts["place"] = [_place(word) for word in words]
        facts["stem"] = [_stem(word) for word in words]
        facts["kind"] = [word.kind for word in words]
        facts["unwritten"] = [word.unwritten for word in words]
        facts["info"] = self._infos(words, known)
        facts["weight"] = weights(facts["kind"], facts["info"])
        groups_of = [one.groups for one in known]
        return WordTable(
            letters, sounds, facts, np.array(groups_of, dtype=np.int32).reshape(-1, 2 * GROUPS)
        )

    def _infos(self, words: Sequence[NameWord], known: "Sequence[_Facts]") -> list[float]:
        if not self._rarity:
            return [one.info for one in known]
        return [
            min(one.info, self._rarity.get(word.latin, MOST_INFO))
            for word, one in zip(words, known, strict=True)
        ]


def weights(kind: npt.NDArray[np.uint8], info: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return how much of a name each word is: whole words by their rarity, others by kind."""
    weight = 0.5 + 0.5 * np.minimum(info, MOST_INFO) / MOST_INFO
    for fixed, (fixed_weight, _) in _FIXED.items():
        weight[kind == fixed] = fixed_weight
    return weight.astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the tables say of one word."""

    info: float
    number: int
    groups: tuple[int, ...]
    korean: int
    han: int
    syllable: bool


_PATRONYMIC = re.compile(r"(\w{3,})(?:[oeyi]?vi(?:ch|c|tch|tsch|cz)|[oe]vna|ichna)")
_NONE = (-1,) * GROUPS


@lru_cache(maxsize=1 << 17)
def _facts(word: NameWord) -> _Facts:
    latin = word.latin
    return _Facts(
        _info(word),
        _number(word),
        (*_filled(groups("nicknames").get(latin, ())), *_filled(_kin(word))),
        _hash(_korean(word)),
        _hash(word.han),
        _syllables(word) == 1,
    )


def _number(word: NameWord) -> int:
    """Return a numeral's value, for one too long to hold a hash of it; -1 for no numeral."""
    if word.kind != NUMBER:
        return -1
    if not word.latin.isdigit():
        return numbers()[word.latin]
    plain = word.latin.lstrip("0") or "0"
    return int(plain) if len(plain) < LONG_NUMBER else _folded(plain)


def _folded(text: str) -> int:
    """Return a hash of a text that a small positive number is not mistaken for."""
    return _hash(text) & 0x3FFFFFFF | 0x40000000


def _korean(word: NameWord) -> str:
    """Return the Korean key of a word in Latin letters or Hangul; Han is read as Chinese."""
    return korean_key(word.latin) if word.kind == ORDINARY and not _is_han(word) else ""


def _is_han(word: NameWord) -> bool:
    return script_of(word.han) == "Hani"


def _info(word: NameWord) -> float:
    if word.kind in _FIXED:
        return _FIXED[word.kind][1]
    per_million = frequencies().get(word.latin, 0)
    info = log(_MILLION / per_million) if per_million else MOST_INFO
    syllables = syllable_count(word.latin) or (
        1 if "-" not in (korean_key(word.latin) or "-") else 0
    )
    if syllables:
        info = min(info, SYLLABLE_INFO if syllables == 1 else TWO_SYLLABLES_INFO)
    return max(LEAST_INFO, min(info, MOST_INFO))


def _place(word: NameWord) -> int:
    """Return a number for a word that is a country's name: Iran is not Iraq; 0 for other words."""
    code = country_code(word.latin) if len(word.latin) >= LEAST_COUNTRY else ""
    return zlib.crc32(code.encode()) % MOST_PLACES + 1 if code else 0


def _stem(word: NameWord) -> int:
    """Return how many letters a patronymic has before its ending; 0 for other words."""
    match = _PATRONYMIC.fullmatch(word.latin) if word.kind == ORDINARY else None
    return min(len(match[1]), MAX_LETTERS) if match else 0


def _syllables(word: NameWord) -> int:
    """Return of how many romanised Han or Hangul syllables a word can be made; 0 for none."""
    if word.kind != ORDINARY or word.unwritten:
        return 0
    key = korean_key(word.latin)
    return syllable_count(word.latin) or (key.count("-") + 1 if key else 0)


def _kin(word: NameWord) -> tuple[int, ...]:
    if word.kind == GENERIC:
        group = generic_groups().get(word.latin, "")
        return (_folded(group),) if group else ()
    return groups("name_equivalents").get(word.latin, ())


def _filled(found: Sequence[int]) -> tuple[int, ...]:
    return (*found, *_NONE)[:GROUPS]


def _hash(text: str) -> int:
    """Return a number for a text, the same in every run; 0 for none."""
    data = text.encode()
    return zlib.crc32(data) | zlib.crc32(data, 0x5EED) << 32 if text else 0


def _letters(words: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    letters = np.frombuffer(bytearray("".join(words).encode("ascii")), dtype=np.uint8)
    start = np.zeros(len(words) + 1, dtype=np.int32)
    np.cumsum([len(word) for word in words], out=start[1:])
    return letters, start


@kernel
def _sounds_kernel(
    letters: npt.NDArray[np.uint8], start: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    out = np.empty(2 * len(letters) + 2, dtype=np.uint8)
    ends = np.zeros(len(start), dtype=np.int32)
    n = 0
    for i in range(len(start) - 1):
        n += sound_kernel(letters, start[i], start[i + 1], out[n:])
        ends[i + 1] = n
    return out[:n].copy(), ends


@kernel
def _bags_kernel(
    letters: npt.NDArray[np.uint8], start: npt.NDArray[np.int32]
) -> npt.NDArray[np.uint64]:
    bags = np.zeros(len(start) - 1, dtype=np.uint64)
    for i in range(len(bags)):
        for at in range(start[i], start[i + 1]):
            bags[i] |= np.uint64(1) << np.uint64(letters[at] & 63)
    return bags
