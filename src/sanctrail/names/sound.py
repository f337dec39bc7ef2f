"""How a word sounds, whatever spelling a clerk chose for it: a skeleton of sound classes.

Spellings that name lists mix up fall together: `ou`, `oo`, `u` and `o`; `ee`, `i`, `y` and `e`;
doubled letters; `q` and `k`; `ph` and `f`; a silent final `h`; `ia-` and `ya-`. Sounds that are
only near (`kh` and `h`, `gh` and `g`, `w` and `v`) stay apart in the skeleton and are near in
`SWAP`. A skeleton is made of small letters for sounds and of C (ch), X (sh), H (kh), G (gh),
J (zh), Y and W for what takes two letters or glides.
"""

from itertools import product

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import kernel

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]

RULES = {
    # Several letters for one sound; German, English, Polish, French, Russian ways of writing it.
    "sch": "X", "sh": "X", "sz": "X", "^sz": "s", "tsch": "C", "tch": "C", "tsh": "C", "ch": "C",
    "cz": "C", "dj": "j", "dzh": "j", "zh": "J", "kh": "H", "gh": "G", "ph": "f", "th": "t",
    "dh": "d", "ck": "k", "ts": "s", "tz": "s", "qu|e": "k", "qu|i": "k", "x": "ks",
    "^x|V": "X", "^hs": "X", "q": "k",
    "c": "k", "c|e": "s", "c|i": "s", "c|y": "s", "h$": "", "^h$": "h",
    # Endings that a language adds to foreign names (Latvian Lavrovs, German Lawrow).
    "vs$": "v", "ejs$": "i", "ijs$": "i", "ow$": "uv",
    # Glides before a vowel, vowels elsewhere.
    "w": "u", "w|V": "W", "^w": "W", "y": "i", "y|V": "Y", "^ou|V": "W",
    "i|a": "Y", "i|o": "Y", "i|u": "Y",
    # Vowels: three classes, and the diphthongs that spellings agree on.
    "a": "a", "aa": "a", "ai": "ai", "ay": "ai", "ay|V": "a", "au": "au", "aw": "au", "aw|V": "a",
    "e": "i", "ee": "i", "ea": "i", "ei": "i", "ey": "i", "ey|V": "i", "ew|V": "i",
    "eo": "u", "eu": "u", "i": "i", "ie": "i", "ii": "i", "iy": "i", "iy|V": "i",
    "o": "u", "ou": "u", "oo": "u", "oe": "u", "ow": "u", "ow|V": "u", "oy|V": "u",
    "u": "u", "uu": "u", "ue": "u", "uw": "u", "uw|V": "u", "uy|V": "u",
}  # fmt: skip
"""What is read, longest first, and the sounds it makes. `|` parts what is read from what must
follow, `V` is any vowel, `^` and `$` are the ends of the word. Other letters are themselves."""

_VOWELS = "aeiou"
TABLE = 128

_NEAR = {
    "kg": 50, "td": 50, "bp": 55, "sz": 40, "sX": 50, "CX": 50, "Cj": 45, "jJ": 25, "JX": 55,
    "Jz": 45, "vW": 20, "fv": 40, "fp": 55, "Hh": 25, "Hk": 35, "Gg": 20, "Gk": 45, "Gh": 60,
    "GH": 60, "Yj": 40, "jg": 45, "jz": 55, "nm": 70, "rl": 85, "Cs": 70, "Ck": 80, "bv": 55,
    "ai": 70, "au": 70, "iu": 70, "iY": 30, "uW": 30,
}  # fmt: skip
_DROPPED = {"a": 50, "i": 50, "u": 50, "h": 45, "H": 80, "Y": 45, "W": 45}
_UNWRITTEN = 28
"""What a vowel costs that one side writes and the other, in a script of consonants, does not."""

HUNDRED = 100
"""Costs of sounds are whole hundredths of one sound."""


def _costs() -> tuple[Ints, Ints, Ints]:
    swap = np.full((TABLE, TABLE), HUNDRED, dtype=np.int32)
    np.fill_diagonal(swap, 0)
    for pair, cost in _NEAR.items():
        a, b = map(ord, pair)
        swap[a, b] = swap[b, a] = cost
    drop = np.full(TABLE, HUNDRED, dtype=np.int32)
    for sound_, cost in _DROPPED.items():
        drop[ord(sound_)] = cost
    unwritten = drop.copy()
    unwritten[list(b"aiuYW")] = _UNWRITTEN
    return swap, drop, unwritten


SWAP, DROP, DROP_UNWRITTEN = _costs()


def _expanded() -> dict[str, tuple[int, bytes]]:
    """Return every rule without `V` and `|`: its letters, how many are read, its sounds."""
    plain = {}
    for written, sounds in RULES.items():
        read = len(written.partition("|")[0])
        letters = written.replace("|", "")
        for chosen in product(*(_VOWELS if letter == "V" else letter for letter in letters)):
            plain["".join(chosen)] = read, sounds.encode()
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    return {c: (1, c.encode()) for c in letters} | {"^": (1, b""), "$": (1, b"")} | plain


def _trie() -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16], Bytes]:
    """Return the rules as a tree of states: next state by letter, letters read, sounds (0 none)."""
    states: dict[str, int] = {"": 0}
    rules = _expanded()
    for written in rules:
        for end in range(1, len(written) + 1):
            states.setdefault(written[:end], len(states))
    step = np.full((len(states), TABLE), -1, dtype=np.int16)
    read = np.zeros(len(states), dtype=np.int16)
    sounds = np.zeros((len(states), 2), dtype=np.uint8)
    for prefix, state in states.items():
        if prefix:
            step[states[prefix[:-1]], ord(prefix[-1])] = state
        if prefix in rules:
            read[state], made = rules[prefix]
            sounds[state, : len(made)] = list(made)
    return step, read, sounds


_STEP, _READ, _SOUNDS = _trie()
_START, _END = ord("^"), ord("$")


@kernel
def sound_kernel(word: Bytes, start: int, end: int, out: Bytes) -> int:
    """Write the skeleton of `word[start:end]` (a-z, 0-9) into `out`; return its length.

    `out` must hold twice the letters of the word.
    """
    n = 0
    at = start - 1
    while at < end:
        state = rule = 0
        ahead = at
        while ahead <= end:
            letter = _START if ahead < start else (_END if ahead == end else word[ahead])
            state = _STEP[state, letter]
            if state < 0:
                break
            if _READ[state]:
                rule = state
            ahead += 1
        for k in range(2):
            sound_ = _SOUNDS[rule, k]
            if sound_ and not (n and out[n - 1] == sound_):
                out[n] = sound_
                n += 1
        at += max(1, _READ[rule])
    return n


_A, _I, _U, _GLIDE_Y, _GLIDE_W = b"aiuYW"
_COARSE = np.arange(TABLE, dtype=np.uint8)
for _fine, _coarse in ("Hh", "Gg", "Jj", "Cj", "Xs", "zs", "kg", "td", "pb", "vf", "Wf"):
    _COARSE[ord(_fine)] = ord(_coarse)


@kernel
def consonants_kernel(skeleton: Bytes, start: int, end: int, out: Bytes) -> int:
    """Write the skeleton's consonants, coarsely classed for look-up, into `out`; return how many.

    Voiced and voiceless fall together, as do the ways to write one hiss: it is a key, no verdict.
    """
    n = 0
    for i in range(start, end):
        c = skeleton[i]
        if c in (_A, _I, _U, _GLIDE_Y) or (c == _GLIDE_W and i > start):
            continue
        coarse = _COARSE[c]  # Wladimir begins as Vladimir does
        if not (n and out[n - 1] == coarse):
            out[n] = coarse
            n += 1
    return n


def sound(word: str) -> str:
    """Return the skeleton of sounds of a folded word."""
    letters = np.frombuffer(word.encode(), dtype=np.uint8).copy()
    out = np.empty(2 * len(letters) + 2, dtype=np.uint8)
    return bytes(out[: sound_kernel(letters, 0, len(letters), out)]).decode()
