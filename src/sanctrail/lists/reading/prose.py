"""What lists say in running text: lettered answers, UN references.

A list without a field for such a fact writes it into a remark. What has a form of its own is
taken from there as it stands; nothing is read out of wording. Wallets and IMO numbers, which have
checksums, are found in `text_wallets` and `imo`.
"""

import re
from hashlib import sha256

UN_REFERENCE = re.compile(r"\b(?:[A-Z]{2,3}[ie]\.\d{3}|[A-Z]{2}\.[A-Z]\.\d{1,3}\.\d{2})\b")
"""`KPe.031`, and the older `QI.A.12.01`."""

_LETTER = re.compile(
    r"[（(]\s*([A-Za-zａ-ｚ]{1,2})\s*[)）]|(?:(?<=[\s;,、])|^)([a-zａ-ｚ]{1,2})[)）]"
)
_NARROW = {wide: wide - ord("ａ") + ord("a") for wide in range(ord("ａ"), ord("ｚ") + 1)}
_GAP = 2
_EDGES = " \t\r\n;,、；\u3000\xa0"


def stand_in(*facts: str) -> str:
    """Return the id of an entry to which its list gives none: a digest of its stable facts."""
    return "x" + sha256("\n".join(facts).encode()).hexdigest()[:16]


def lettered(text: str) -> list[str]:
    """Split `a) X b) Y` into its answers; text without such letters is one answer.

    Letters count in their order only, one at most left out, so that a stray `(b)` in a title parts
    nothing; an `a)` begins a new row of letters. Separators at the ends of an answer are cut.
    """
    cuts: list[tuple[int, int]] = []
    last = 0
    for match in _LETTER.finditer(text):
        place = _place_of((match[1] or match[2]).translate(_NARROW).lower())
        if place == 1 or (cuts and last < place <= last + _GAP):
            cuts.append(match.span())
            last = place
    if len(cuts) < 2 and not (cuts and not text[: cuts[0][0]].strip()):  # noqa: PLR2004
        return [text.strip()] if text.strip() else []
    ends = [start for start, _ in cuts[1:]] + [len(text)]
    answers = [text[end:stop] for (_, end), stop in zip(cuts, ends, strict=True)]
    stripped = (answer.strip(_EDGES) for answer in [text[: cuts[0][0]], *answers])
    return [answer for answer in stripped if answer]


def _place_of(letters: str) -> int:
    """Return 1 for `a`, 26 for `z`, 27 for `aa`."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("a") + 1
    return place
