"""Programmes across regimes: one word for what every list calls by a code of its own."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase, translate
from functools import cache
from importlib.resources import files
from typing import Any

from sanctrail.errors import InputError
from sanctrail.register.query import Key, Register


def topics() -> dict[str, dict[str, Any]]:
    """Return the known topics: a title, patterns of programme codes by regime, and `linked`.

    `linked` holds, by regime, patterns of a list's own words that tie a party to the topic.
    """
    return dict(_table())


@cache
def _table() -> Mapping[str, dict[str, Any]]:
    source = files("sanctrail") / "data" / "programmes.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def patterns_of(topic: str, regime: str) -> list[str]:
    """Return the patterns of codes that a topic stands for in a regime."""
    return [pattern.lower() for pattern in _table()[topic.upper()].get(regime, [])]


def is_known(topic: str) -> bool:
    """Tell whether this is a topic, not a code that one list writes."""
    return topic.upper() in _table()


def is_under(topic: str, regime: str, programmes: Iterable[str]) -> bool:
    """Tell whether one of a party's programmes belongs to a topic or is the code itself."""
    return bool(_under(topic, regime, programmes))


def _under(topic: str, regime: str, programmes: Iterable[str]) -> list[str]:
    if not is_known(topic):
        return [p for p in programmes if p.casefold() == topic.casefold()]
    patterns = patterns_of(topic, regime)
    return [p for p in programmes if any(fnmatchcase(p.lower(), q) for q in patterns)]


def parties_under(register: Register, topic: str) -> list[dict[str, Any]]:
    """Return the listings under a topic (DPRK) or under a programme code as a list writes it.

    Raises `InputError` where no list in force has such a programme.
    """
    found = (
        {**row, "under": _under(topic, row["regime"], row["programmes"])}
        for row in register.rows("listings")
    )
    rows = [row for row in found if row["under"]]
    if not rows:
        known = ", ".join(sorted(_table()))
        raise InputError(
            f"'{topic}': no list in force has a programme of this name. Write a code as a list "
            f"writes it (see: sanctrail register stats --programmes), or a topic: {known}."
        )
    return sorted(rows, key=lambda row: (row["list_id"], row["listed_on"], row["listing_id"]))


def texts_linking(register: Register, topic: str) -> dict[Key, list[str]]:
    """Return for each listing whose own text ties it to a topic that text, none twice.

    Only fixed wordings that a list writes as a fact of its own ("secondary sanctions risk: North
    Korea Sanctions Regulations, ..."), or as a sentence of its remarks; prose is not read.
    """
    patterns = _table()[topic.upper()].get("linked", {}) if is_known(topic) else {}
    found: dict[Key, dict[str, None]] = defaultdict(dict)
    for regime, own in patterns.items():
        fits = re.compile("|".join(map(translate, own)), re.IGNORECASE).match
        for key, text in _texts(register, regime):
            if fits(text):
                found[key][text] = None
    return {key: _without_notes(texts) for key, texts in found.items()}


def _texts(register: Register, regime: str) -> Iterable[tuple[Key, str]]:
    for row in register.rows("details"):
        if row["listing_id"].startswith(f"{regime}:"):
            yield (row["list_id"], row["listing_id"]), f"{row['kind']}: {row['text']}"
    for row in register.rows("listings"):
        if row["regime"] == regime and row["remarks"]:
            sentences = re.split(r"[;.] ", row["remarks"])
            yield from (((row["list_id"], row["listing_id"]), text) for text in sentences)


def _without_notes(texts: Iterable[str]) -> list[str]:
    """Return texts in order, without those that only say of another how reliable it is."""
    return sorted(text for text in texts if "reliability: " not in text) or sorted(texts)
