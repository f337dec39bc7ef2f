"""Lists: one reader a published layout; each yields what the list says, and its problems.

A new layout goes here: a module with its `read` function, its line in `formats`, and what it
can carry in `forms`.
"""

from typing import TYPE_CHECKING, Any

from sanctrail.lists.records import (
    Address,
    Birth,
    Country,
    Detail,
    Identifier,
    LegalAct,
    ListHeader,
    Listing,
    Measure,
    Name,
    Relation,
    Wallet,
)

if TYPE_CHECKING:
    from sanctrail.lists.formats import ListVersion, ReadOptions, open_list, open_lists

__all__ = [
    "Address",
    "Birth",
    "Country",
    "Detail",
    "Identifier",
    "LegalAct",
    "ListHeader",
    "ListVersion",
    "Listing",
    "Measure",
    "Name",
    "ReadOptions",
    "Relation",
    "Wallet",
    "open_list",
    "open_lists",
]

_OF_FORMATS = frozenset({"ListVersion", "ReadOptions", "open_list", "open_lists"})


def __getattr__(name: str) -> Any:
    """Import the readers only for those who read: a question to the register needs none."""
    if name not in _OF_FORMATS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sanctrail.lists import formats  # noqa: PLC0415

    return getattr(formats, name)
