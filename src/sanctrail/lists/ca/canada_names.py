"""Aliases on Canada's list: one cell for all, parted by semicolons or by commas.

A comma also stands inside names: before a legal form (`Foo Co., Ltd.`), in a family name put
first (`Baranov, Oleg`), in the long names of Russian institutes. So a comma parts an entity's
aliases only where no semicolon does and a new name can begin behind it.
"""

import re
from collections.abc import Iterator

from sanctrail.text.fold import fold, script_of, tidy

_FORM = (
    "ltd|limited|llc|llp|lp|inc|incorporated|corp|corporation|co|company|gmbh|ag|kg|sa|sarl|sas"
    "|spa|srl|bv|nv|plc|pte|pty|sdn|bhd|jsc|ojsc|cjsc|pjsc|ao|oao|zao|pao|ooo|oo|fze|fzc|fzco"
    "|fzllc|dmcc|pjs|psc|sal|doo|as|oy|ab|aps|fgup|gup|nao|npao|tov"
)
_LEGAL_FORMS = re.compile(f"(?:{_FORM})(?: (?:{_FORM}))*")
_LANGUAGE = re.compile(r"^[A-Z][a-z]+\s*:\s*")
_OPENING, _CLOSING = "([«“", ")]»”"


def aliases_of(text: str, kind: str, last_name: str) -> Iterator[str]:
    """Yield the aliases of one record; what may be one name is left as one name."""
    for piece in text.split(";"):
        if kind == "person":
            commas = _inverted_or_parted(piece, last_name)
        elif ";" in text:
            commas = [piece]
        else:
            commas = at_commas(piece)
        for part in commas:
            unlabelled = _LANGUAGE.sub("", tidy(part))
            for alias in _two_languages(unlabelled):
                if cleaned := _unbracketed(alias.strip(" ,")):
                    yield cleaned


def _inverted_or_parted(text: str, last_name: str) -> list[str]:
    parts = at_commas(text)
    if len(parts) == 2 and fold(parts[0]) == fold(last_name):  # noqa: PLR2004
        return [text]
    return parts


def at_commas(text: str) -> list[str]:
    """Split at the commas outside brackets and quotes behind which a new name can begin."""
    parts = [""]
    for piece, outside in _pieces(text):
        begins = piece.lstrip(" \"«“'‘(")[:1]
        lower = begins.islower() and script_of(piece) not in ("", "Latn")
        if outside and piece.strip() and not lower and not _is_legal_form(piece):
            parts.append(piece)
        else:
            parts[-1] += f",{piece}"
    return [part.strip(" ,") for part in parts if part.strip(" ,")]


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield what stands between commas, and whether the comma before it is outside of quotes."""
    depth, quoted, begun, outside = 0, False, 0, True
    for place, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
        elif character in ",،":
            yield text[begun:place], outside
            begun, outside = place + 1, not quoted and not depth
    yield text[begun:], outside


def _is_legal_form(piece: str) -> bool:
    return _LEGAL_FORMS.fullmatch(fold(piece.replace(".", ""))) is not None


def _two_languages(text: str) -> list[str]:
    """Split `Евгений Ильенко / Євгеній Ільєнко`: two whole names of as many words."""
    sides = [side.strip() for side in re.split(r"\s/\s?|/\s", text)]
    lengths = {len(side.split()) for side in sides}
    return sides if len(lengths) == 1 and min(lengths) > 1 else [text]


def _unbracketed(text: str) -> str:
    whole = re.fullmatch(r"\(([^()]+)\)", text)
    return whole[1].strip() if whole else text
