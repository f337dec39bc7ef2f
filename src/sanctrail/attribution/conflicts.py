"""Where labels of one address disagree: about who owns it, or about what it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, groupby

from sanctrail.attribution.categories import is_service
from sanctrail.attribution.confidence import level
from sanctrail.attribution.formats.source import Actor
from sanctrail.attribution.labels import Label
from sanctrail.attribution.owners import kind_with, owner_of, same_owner


@dataclass(frozen=True, slots=True)
class Conflict:
    """One address and the labels that disagree, the surest first, and about what they do."""

    entry: str
    about: str
    labels: tuple[Label, ...]


def conflicts(labels: Iterable[Label], actors: Mapping[str, Actor]) -> list[Conflict]:
    """Return the addresses about which sources disagree, by address.

    About the `owner` where two labels name owners that have nothing in common; about the
    `kind` where two say it is a service of different kinds. That a service's address is also
    called stolen from, or sanctioned, is no conflict: both can be true.
    """
    found = []
    ordered = sorted(labels, key=lambda label: label.entry)
    for entry, group in groupby(ordered, key=lambda label: label.entry):
        held = tuple(sorted(group, key=_surest))
        about = _about(held, actors)
        if about:
            found.append(Conflict(entry, about, held))
    return found


def _about(labels: tuple[Label, ...], actors: Mapping[str, Actor]) -> str:
    kinds = {kind for label in labels if is_service(kind := kind_with(label, actors))}
    named = {owner_of(label, actors) for label in labels if not _is_deed(label, actors)}
    differ = any(not same_owner(one, other) for one, other in combinations(named, 2))
    return " and ".join(
        word for word, here in (("owner", differ), ("kind", len(kinds) > 1)) if here
    )


def _is_deed(label: Label, actors: Mapping[str, Actor]) -> bool:
    """Tell a label of what was done with an address from one of whose it is."""
    kind = kind_with(label, actors)
    return bool(label.abuse) or kind in {"sanctioned", "theft", "scam", "black list", "ransomware"}


def _surest(label: Label) -> tuple[int, str, str, str, str]:
    later = _inverse(label.date) if label.date else "\x7f"
    return -level(label.confidence), later, label.file, label.place, label.label


def _inverse(date: str) -> str:
    """Return a text that sorts the later date first."""
    return "".join(chr(0x7F - ord(c)) if c.isascii() else c for c in date)
