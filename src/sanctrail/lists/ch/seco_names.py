"""Names on the SECO list: parts in an order, each with its spellings in other scripts."""

import re
from collections.abc import Iterator

from sanctrail.lists.reading.gathered import Gathered
from sanctrail.lists.reading.xml import Element, text_of
from sanctrail.lists.records import Name
from sanctrail.text.fold import script_of

_ROLES = {
    "family-name": "last",
    "given-name": "first",
    "further-given-name": "middle",
    "father-name": "father",
    "maiden-name": "maiden",
    "whole-name": "whole",
    "title": "title",
    "suffix": "suffix",
    "tribal-name": "",
    "grand-father-name": "",
    "other": "",
}
"""Roles of name parts; empty where only the place in the name can be said."""

_KINDS = {"primary-name": "primary", "alias": "alias", "formerly-known-as": "former"}
_QUALITIES = {"good": "strong", "low": "weak", "": ""}
_NUMBERED = 6

Part = tuple[str, str]


def names_of(name: Element, found: Gathered, *, main: bool) -> Iterator[Name]:
    """Yield one name, then its spellings; the primary name of a second identity is an alias.

    A spelling in Latin letters is an alias, another one the name in that script. Titles stand in
    the parts but not in the text of a name.
    """
    written, quality = name.get("name-type", ""), name.get("quality", "")
    kind = _KINDS.get(written, "alias")
    if written not in _KINDS:
        found.problem(f"name type '{written}' is not one that the SECO list is known by")
    if quality not in _QUALITIES:
        found.problem(f"name quality '{quality}' is not one that the SECO list is known by")
    if kind == "primary" and not main:
        kind = "alias"
    strength = _QUALITIES.get(quality, "")
    elements = sorted(name.iterfind("{*}name-part"), key=_order)
    roles = [_role(part, number, found) for number, part in enumerate(elements, 1)]
    values = [text_of(part.find("{*}value")) for part in elements]
    for role, value in zip(roles, values, strict=True):
        if role == "title":
            found.detail("title", value)
    parts = _filled(roles, values)
    if text := _text(parts):
        yield Name(text, kind, strength, script_of(text), parts)
    else:
        found.problem(f"name {name.get('ssid', '?')} is empty")
    for script, spelling in _spellings(elements, roles, values):
        if text := _text(spelling):
            of_script = "alias" if script in ("", "Latn") else "script"
            in_kind = kind if kind == "former" else of_script
            yield Name(text, in_kind, strength, script or script_of(text), spelling)


def _order(part: Element) -> int:
    order = part.get("order", "")
    return int(order) if re.fullmatch(r"[0-9]{1,4}", order) else 0


def _role(part: Element, number: int, found: Gathered) -> str:
    written = part.get("name-part-type", "")
    if written not in _ROLES:
        found.problem(f"name part '{written}' is not one that the SECO list is known by")
    return _ROLES.get(written, "") or str(min(number, _NUMBERED))


def _filled(roles: list[str], values: list[str]) -> tuple[Part, ...]:
    return tuple((role, value) for role, value in zip(roles, values, strict=True) if value)


def _text(parts: tuple[Part, ...]) -> str:
    return " ".join(value for role, value in parts if role != "title")


def _spellings(
    elements: list[Element], roles: list[str], values: list[str]
) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Yield (script, parts) for each spelling; the n-th ones of all parts belong together.

    Where a Latin spelling respells some parts only, the others stay as they are.
    """
    keys: dict[tuple[str, str], None] = {}
    variants: list[dict[tuple[str, str], list[str]]] = []
    for element in elements:
        by_key: dict[tuple[str, str], list[str]] = {}
        for one in element.iterfind("{*}spelling-variant"):
            key = (one.get("script", ""), one.get("lang", ""))
            keys[key] = None
            by_key.setdefault(key, []).append(text_of(one))
        variants.append(by_key)
    for key in keys:
        latin = key[0] in ("", "Latn")
        for number in range(max(len(one.get(key, [])) for one in variants)):
            spelled = [
                of_part[key][min(number, len(of_part[key]) - 1)]
                if key in of_part
                else (value if latin else "")
                for of_part, value in zip(variants, values, strict=True)
            ]
            yield key[0], _filled(roles, spelled)
