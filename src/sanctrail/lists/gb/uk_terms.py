"""Words of the UK's lists that their layouts share: measures, dates with holes, numbered cells."""

import re

from sanctrail.lists.records import Measure
from sanctrail.text.dates import DateRange, parse_date

KINDS = {"individual": "person", "entity": "entity", "ship": "vessel"}

_MEASURES = (
    ("asset freeze", "asset freeze"),
    ("travel ban", "travel ban"),
    ("arms embargo", "arms embargo"),
    ("correspondent banking", "correspondent account"),
    ("shipping", "vessel measure"),
    ("transport", "vessel measure"),
    ("ships", "vessel measure"),
    ("port entry", "vessel measure"),
    ("de-flag", "vessel measure"),
    ("deflag", "vessel measure"),
    ("trade sanctions", "trade restriction"),
)
"""Words that tell the measure; what has none of them (director disqualification) is `other`."""

_HOLES = re.compile(r"(?:dd|mm|--|00)(?=[/.-])", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_NUMBERED = re.compile(r"(?:^|(?<=[\s,;.)]))\(?(\d{1,2})\)\s*")
_LETTERED = re.compile(r"(?:^|(?<=[\s,;.)]))\(?([a-zA-Z])\)\s*")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PREFIX = re.compile(r"([A-Za-z]{3})\d+")


def measure(text: str) -> Measure:
    """Return a measure in our one word beside the list's own."""
    lowered = text.lower()
    kind = next((kind for words, kind in _MEASURES if words in lowered), "other")
    return Measure(kind, text)


def indicated(tag: str) -> str:
    """Return an indicator's name in words: `TravelBan` is Travel ban."""
    return _CAMEL.sub(" ", tag).capitalize()


def programme_of(unique_id: str) -> str:
    """Return the letters of a UK id, which name the regime: DPR0075 stands under DPR."""
    match = _PREFIX.fullmatch(unique_id)
    return match[1].upper() if match else ""


def parse_uk_date(text: str) -> DateRange | None:
    """Read a date whose unknown parts are letters, dashes or zeros: dd/11/1973, 00/00/1980."""
    filled = _HOLES.sub("00", text.strip())
    match = _DAY.fullmatch(filled)
    if match is None:
        return parse_date(filled)
    day, month, year = match.groups()
    parts = [year, month, day]
    while parts and not int(parts[-1]):
        parts.pop()
    return parse_date("-".join(part.zfill(2) for part in parts))


def uk_day(text: str) -> str:
    """Return the ISO day of a text; empty where it is not a whole day."""
    days = parse_uk_date(text) if text else None
    return days.earliest if days and days.precision == "day" else ""


def numbered(text: str) -> list[str]:
    """Split a cell such as `1) X 2) Y`, `(1) X (2) Y` or `a) X b) Y`; others stay whole.

    The numbers must count up from one, so that a bracketed number inside a text parts nothing.
    """
    for pattern, first in ((_NUMBERED, "1"), (_LETTERED, "a")):
        cuts, expected = [], first
        for match in pattern.finditer(text):
            if match[1].lower() == expected:
                cuts.append((match.start(), match.end()))
                expected = _after(expected)
        if len(cuts) > 1:
            ends = [start for start, _ in cuts[1:]] + [len(text)]
            before = text[: cuts[0][0]].strip(" ,;")
            items = (text[a:b].strip(" ,;") for (_, a), b in zip(cuts, ends, strict=True))
            return [f"{before} {item}".strip() for item in items if item and item != "-"]
    return [text.strip()] if text.strip() else []


def _after(mark: str) -> str:
    return str(int(mark) + 1) if mark.isdigit() else chr(ord(mark) + 1)
