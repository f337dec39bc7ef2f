r"""Names on Japan's asset freeze list: Japanese and Latin ones in one cell, in many writings.

`ラシド\\n(a.k.a.: Rachid)`, `(a)アブ(b)サベール\\n(a)Abu (b)Saber`, `ルムリ（Rumuli）`,
`株式会社KBM; …\\nAO KBM; …`, `（別称）…（旧称）…`.
"""

import re
from collections.abc import Iterator

from sanctrail.lists.ca.canada_names import at_commas
from sanctrail.lists.reading.prose import lettered
from sanctrail.text.fold import script_of, tidy

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_ORIGINAL = re.compile(
    r"[（(]?\s*original\s*scr?ipt\s*[:：]\s*([^)）]*?)\s*(?:[)）]|$)", re.IGNORECASE
)
_ORIGINAL_BEHIND = re.compile(
    r"[（(]\s*([^（(]*?)\s*[:：]\s*original\s*scr?ipt\s*[)）]", re.IGNORECASE | re.DOTALL
)
_NO_NAME = re.compile("番号|生年月日|発行|失効|出生地|国籍")
_SECTION = re.compile(
    r"[（(]?\s*(別称|別名|旧称)\s*\d*\s*[)）、:：]|[（(]?\s*\b([af])\.k\.a\b\.?\s*[:：]?"
)
_PAIR = re.compile(r"[（(]([^（）()]*(?:[（(][^（）()]*[)）][^（）()]*)?)[)）]")
_BORN = re.compile(
    r",?\s*\bborn\b.*$|[、,]?\s*\d{4}年(?:\d{1,2}月|.*(?:出生|生まれ)).*$",
    re.IGNORECASE | re.DOTALL,
)
_DESCRIPTION = re.compile(
    r"\s*[（(](?=[^（）()]*(?:\b(?:DOB|POB|born|nationality)\b|生年月日|出生地|国籍))[^（）()]*[)）]?$",
    re.IGNORECASE,
)
_SCRIPTS = re.compile(r"original\s*scr?ipt\s*[:：]\s*([^（）()]*)[)）]", re.IGNORECASE)
_EDGES = " \t\r\n、,;；・:：\u3000\xa0"

PAIR = 2
"""Parts that a name has with its family name first."""

Alias = tuple[str, bool]
"""A name, and whether the cell calls it a former one."""


def script_in(text: str) -> str:
    """Return the script of a name; Jpan where it has Japanese letters."""
    return "Jpan" if JAPANESE.search(text) else script_of(text)


def english_name(text: str) -> tuple[str, str]:
    r"""Part `ADAM\\n(original script: آدم)` into the name and the name in its own script."""
    text = re.sub(r"[\u202a-\u202f\u200e\u200f]", " ", text)
    for pattern in (_ORIGINAL_BEHIND, _ORIGINAL):
        if match := pattern.search(text):
            return tidy(text[: match.start()] + " " + text[match.end() :]), tidy(match[1])
    return tidy(text), ""


def aliases_of(text: str) -> tuple[list[Alias], list[str]]:
    """Return the names in a cell, and the remarks that stand in brackets beside them."""
    names: dict[Alias, None] = {}
    remarks: list[str] = []
    japanese: set[int] = set()
    for section, former in _sections(text):
        for piece in _pieces(section, japanese):
            for name in paired(piece, remarks):
                names[name, former] = None
    return [*names], remarks


def _sections(text: str) -> Iterator[tuple[str, bool]]:
    """Split at the marks for other names and former names."""
    former, begun = False, 0
    for match in _SECTION.finditer(text):
        yield text[begun : match.start()], former
        former = match[1] == "旧称" or match[2] == "f"
        begun = match.end()
    yield text[begun:], former


def _pieces(text: str, japanese: set[int]) -> list[str]:
    """Split a section; `japanese` gathers how many names its Japanese lines hold.

    A comma parts Latin names only where the same cell has as many Japanese ones.
    """
    answers = lettered(text)
    if answers and answers != [text.strip()]:
        return [part for answer in answers for part in re.split(r"[\n;；](?![^（(]*[)）])", answer)]
    lines = [line for line in text.splitlines() if line.strip(_EDGES)]
    kept: list[str] = []
    parted = [_at_marks(line) for line in lines]
    inverted = not any(len(parts) == PAIR and _of_words(parts[0]) for parts in parted)
    for line, parts in zip(lines, parted, strict=True):
        if re.search(r"[;；]", line):
            kept.extend(re.split(r"[;；]", line))
            continue
        if JAPANESE.search(line):
            japanese.add(len(parts))
        family_first = len(parts) == PAIR and inverted and not _of_words(parts[0])
        kept.extend(parts if len(parts) in japanese and not family_first else [line])
    return kept


def _at_marks(line: str) -> list[str]:
    if JAPANESE.search(line):
        return re.split(r"、(?![^（(]*[)）])", _balanced(line))
    return at_commas(line.replace("，", ","))


def _of_words(part: str) -> bool:
    """Tell a whole name; `KOZLOV, Sergei` is one name with the family name first."""
    return re.search(r"[\s・\u3400-\u9fff]", part.strip()) is not None


def original_scripts(text: str) -> Iterator[str]:
    """Yield the names that running text gives as `(original script: محمد حسن آخوند)`."""
    for match in _SCRIPTS.finditer(text):
        name = tidy(match[1])
        if name and script_of(name) != "Latn" and not JAPANESE.search(name):
            yield name


def paired(piece: str, remarks: list[str]) -> Iterator[str]:
    """Yield `ルムリ` and `Rumuli` of `ルムリ（Rumuli）`; other brackets there hold a remark."""
    piece, original = english_name(piece)
    yield from filter(None, [original])
    born = _BORN.search(_PAIR.sub("", piece))
    if born and (cut := _BORN.search(piece)):
        remarks.append(tidy(piece))
        piece = piece[: cut.start()]
    if _NO_NAME.search(_PAIR.sub("", piece)) or _NO_NAME.search(piece.strip("（()）")[:8]):
        remarks.append(tidy(piece))
        return
    told = _DESCRIPTION.search(piece)
    if told:
        remarks.append(tidy(piece))
        piece = piece[: told.start()]
    brackets = [*_PAIR.finditer(piece)]
    outside = tidy(_PAIR.sub(" ", piece)) if brackets else tidy(piece)
    if not brackets or not JAPANESE.search(outside):
        yield from filter(None, [_balanced(piece)])
        return
    yield from filter(None, [_balanced(outside)])
    for bracket in brackets:
        inside = tidy(bracket[1])
        if len(inside) > 1 and not JAPANESE.search(inside):
            yield from filter(None, [_balanced(inside)])
        elif inside:
            remarks.append(tidy(piece))


def _balanced(text: str) -> str:
    """Cut the bracket that a split left open or closed at an end."""
    text = tidy(text).strip(_EDGES)
    if whole := re.fullmatch(r"[（(]([^（）()]*)[)）]", text):
        return whole[1].strip(_EDGES)
    opened, closed = len(re.findall(r"[（(]", text)), len(re.findall(r"[)）]", text))
    if closed > opened and text[-1:] in ")）":
        text = text[:-1]
    if opened > closed:
        text = text[1:] if text[:1] in "（(" else text.rstrip("（(")
    return text.strip(_EDGES)
