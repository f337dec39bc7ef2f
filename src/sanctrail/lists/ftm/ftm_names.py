"""The names of a FollowTheMoney party, and the parts that belong to the first of them."""

from collections.abc import Iterator

from sanctrail.lists.ftm.ftm_entity import Entity
from sanctrail.lists.ftm.ftm_terms import NAME_KINDS, PART_ROLES
from sanctrail.lists.records import Name
from sanctrail.text.fold import script_of

LATIN = "Latn"

Part = tuple[str, str]
"""A property and its value."""


def names_of(party: Entity) -> tuple[tuple[Name, ...], list[Part]]:
    """Return the names, the primary one first, and the parts of names that are not its own.

    The primary name is the one that the file shows (its caption), else the first. Another name
    in letters that are not Latin is a script name.
    """
    shown = party.of("name")
    primary = party.caption if party.caption in shown else next(iter(shown), "")
    parts, rest = _parts(party, primary)
    names = [Name(primary, "primary", "", script_of(primary), parts)] if primary else []
    return (*names, *_others(party, primary)), rest


def _others(party: Entity, primary: str) -> Iterator[Name]:
    for name, kind in NAME_KINDS.items():
        quality = "weak" if name == "weakAlias" else ""
        for text in party.of(name):
            script = script_of(text)
            if name != "name" or text != primary:
                foreign = kind == "alias" and script not in ("", LATIN)
                yield Name(text, "script" if foreign else kind, quality, script)


def _parts(party: Entity, primary: str) -> tuple[tuple[Part, ...], list[Part]]:
    """Part the primary name by the values that stand in it as words, longest first.

    The model gives the parts of all names of a party together and in no order; the order is
    that of the name itself, and a part of another name is returned as it stands.
    """
    found: dict[int, tuple[str, str, int]] = {}
    rest = []
    written = [(name, value) for name in PART_ROLES for value in party.of(name)]
    for name, value in sorted(written, key=lambda part: -len(part[1])):
        taken = [(start, end) for start, (_, _, end) in found.items()]
        start = _place(value, primary, taken)
        if start < 0:
            rest.append((name, value))
        else:
            found[start] = (PART_ROLES[name], value, start + len(value))
    return tuple((role, value) for _, (role, value, _) in sorted(found.items())), rest


def _place(part: str, name: str, taken: list[tuple[int, int]]) -> int:
    """Return where a part stands in a name as whole words, in any case; -1 if nowhere free."""
    lowered, sought = name.lower(), part.lower()
    if len(lowered) != len(name) or len(sought) != len(part):
        lowered, sought = name, part
    start = lowered.find(sought)
    while start >= 0:
        end = start + len(part)
        edges = (lowered[start - 1 : start], lowered[end : end + 1])
        if not any(edge.isalnum() for edge in edges) and not any(
            first < end and start < last for first, last in taken
        ):
            break
        start = lowered.find(sought, start + 1)
    return start
