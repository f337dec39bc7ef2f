"""The fonts of the report: bundled in packages, the same on every machine.

A court must be able to read every name as the list wrote it, so no glyph may go missing in
silence: a character that no bundled font can draw, or that draws nothing and so could hide
something (controls, bidirectional overrides, fillers), is shown by its number instead.

A character is drawn by the first face of `CHAIN` that has it and all marks that follow it.
Both renderers are given the chain in this order.
"""

import importlib.util
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sanctrail.errors import MissingExtra


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file: `number` picks from a collection, `weight` from a variable font.

    `covers` limits the face to characters of one script, as a pattern of one character.
    """

    family: str
    distribution: str
    package: str
    file: str
    number: int = -1
    weight: int = 400
    variable: bool = False
    covers: str = ""

    @property
    def path(self) -> Path:
        """The font file; found without importing its package."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise MissingExtra(self.distribution, "report")
        path = Path(spec.origin).parent / self.file
        if not path.is_file():
            raise MissingExtra(self.distribution, "report")
        return path


_HANGUL_RANGES = ((0x1100, 0x11FF), (0x3131, 0x318E), (0xA960, 0xA97C), (0xAC00, 0xD7FB))
_HANGUL = "[" + "".join(f"{chr(low)}-{chr(high)}" for low, high in _HANGUL_RANGES) + "]"
_NOTO = ("Noto Sans", "fontpkg-noto-sans", "fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf")
_CJK = ("noto-cjk-sans-otc", "noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc")
_DEJAVU = ("matplotlib", "matplotlib", "mpl-data/fonts/ttf/")

SANS = Face(*_NOTO, variable=True)
BOLD = Face(*_NOTO, weight=700, variable=True)
ARABIC = Face(
    "Noto Sans Arabic",
    "fontpkg-noto-sans-arabic",
    "fontpkg_noto_sans_arabic",
    "files/NotoSansArabic[wdth,wght].ttf",
    variable=True,
)
DEJAVU = Face("DejaVu Sans", *_DEJAVU[:2], _DEJAVU[2] + "DejaVuSans.ttf")
HANGUL = Face("Noto Sans CJK KR", *_CJK, number=1, covers=_HANGUL)
HAN = Face("Noto Sans CJK SC", *_CJK, number=2)
MONO = Face("DejaVu Sans Mono", *_DEJAVU[:2], _DEJAVU[2] + "DejaVuSansMono.ttf")

# DejaVu stands before the two large faces only to spare opening them: it has no East Asian script.
CHAIN = (SANS, ARABIC, DEJAVU, HANGUL, HAN)

# Noto Sans Arabic draws letters and their dots as separate glyphs, and a name copied out of a PDF
# then comes out misspelt. DejaVu has one glyph a letter, so in a PDF it goes before.
PDF_CHAIN = (SANS, DEJAVU, ARABIC, HANGUL, HAN)

_MARKS = ("Mn", "Mc", "Me")
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
# Letters, marks and symbols that draw nothing: fillers, selectors, the blank Braille cell.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_JOINERS = "\u200c\u200d"
_ARABIC_LETTERS = re.compile("[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")


def uncovered(text: str) -> tuple[str, ...]:
    """List the characters that no bundled font can draw or that would hide, each once."""
    found = (char for cluster in _clusters(text) for char in _unshowable(cluster))
    return tuple(dict.fromkeys(found))


def show(text: str) -> str:
    """Return the text with each uncovered character replaced by its visible number."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(cluster) for cluster in _clusters(text))


def letters(texts: Iterable[str]) -> dict[Face, str]:
    """Divide all characters of the texts among the faces that draw them, sorted."""
    found: dict[Face, set[str]] = {}
    for cluster in {cluster for text in texts for cluster in _clusters(text)}:
        face = _face(cluster)
        if face is not None:
            found.setdefault(face, set()).update(cluster)
    return {face: "".join(sorted(found[face])) for face in CHAIN if face in found}


def subset_woff2(face: Face, text: str) -> bytes:
    """Cut a face down to the characters of a text, as WOFF2; no time is written into it."""
    if importlib.util.find_spec("brotli") is None:
        raise MissingExtra("brotli", "report")
    buffer = io.BytesIO()
    with _open(face) as font:
        _subset(font, text)
        if face.variable:
            from fontTools.varLib import instancer  # noqa: PLC0415

            axes = {"wght": face.weight, "wdth": 100}
            instancer.instantiateVariableFont(font, axes, inplace=True)
        font.flavor = "woff2"
        font.save(buffer)
    return buffer.getvalue()


def folders() -> tuple[Path, ...]:
    """List the folders of the font files, each once."""
    return tuple(dict.fromkeys(face.path.parent for face in (*CHAIN, MONO)))


def _clusters(text: str) -> Iterator[str]:
    """Cut text into characters with the marks, and the joiners of Arabic script, after them."""
    cluster = ""
    for char in text:
        if cluster and _belongs(char, cluster):
            cluster += char
        else:
            if cluster:
                yield cluster
            cluster = char
    if cluster:
        yield cluster


def _belongs(char: str, cluster: str) -> bool:
    if char.isascii():
        return False
    if char in _JOINERS:
        return _ARABIC_LETTERS.match(cluster[0]) is not None and cluster[-1] not in _JOINERS
    return unicodedata.category(char) in _MARKS and not _hides(cluster[0])


@cache
def _face(cluster: str) -> Face | None:
    lone_mark = cluster[0] in _JOINERS or unicodedata.category(cluster[0]) in _MARKS
    if lone_mark or any(_hides(char) for char in cluster if char not in _JOINERS):
        return None
    for face in CHAIN:
        if face.covers and not re.match(face.covers, cluster):
            continue
        if all(ord(char) in _character_map(face) for char in cluster):
            return face
    return None


def _hides(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN or _BLANK.match(char) is not None


def _unshowable(cluster: str) -> str:
    """Return what of a cluster cannot be shown: its marks alone where the letter itself can."""
    if _face(cluster) is not None:
        return ""
    return cluster[1:] if len(cluster) > 1 and _face(cluster[0]) is not None else cluster


def _shown(cluster: str) -> str:
    lost = _unshowable(cluster)
    kept = cluster[: len(cluster) - len(lost)]
    return kept + "".join(f"⟨U+{ord(char):04X}⟩" for char in lost)


@cache
def _character_map(face: Face) -> frozenset[int]:
    with _open(face) as font:
        return frozenset(font.getBestCmap())


def _open(face: Face) -> Any:
    try:
        from fontTools.ttLib import TTFont  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("fonttools", "report") from None
    return TTFont(face.path, fontNumber=face.number, lazy=True, recalcTimestamp=False)


def _subset(font: Any, text: str) -> None:
    from fontTools import subset  # noqa: PLC0415

    options = subset.Options()
    options.layout_features = ["*"]
    options.drop_tables += ["FFTM"]
    options.hinting = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
