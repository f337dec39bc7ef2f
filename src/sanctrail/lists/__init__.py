"""Lists: one reader a published format; each yields what the list says, and its problems.

A new list goes here: a module with a `recognises` and a `read` function, and its line in
`formats.FORMATS`.
"""

from sanctrail.lists.formats import open_list
from sanctrail.lists.records import (
    Birth,
    Country,
    Identifier,
    ListHeader,
    Listing,
    Name,
    Wallet,
)

__all__ = [
    "Birth",
    "Country",
    "Identifier",
    "ListHeader",
    "Listing",
    "Name",
    "Wallet",
    "open_list",
]
