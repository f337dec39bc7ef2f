"""Trees for people: parties that hang below one another, by what they do so."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sanctrail.cli.render import console, plain

if TYPE_CHECKING:
    from sanctrail.regimes.tree import Branch


def print_tree(title: str, lines: Iterable["Branch"], name: Callable[[str], str]) -> None:
    """Print the lines of a tree; `name` says who a party is.

    Who hangs in several places has what hangs below it in the first one only.
    """
    from rich.text import Text  # noqa: PLC0415
    from rich.tree import Tree  # noqa: PLC0415

    tree = Tree(Text(plain(title)))
    way = [tree]
    for line in lines:
        del way[line.depth + 1 :]
        said = f"{line.label}: " if line.label else ""
        again = "  (in full above)" if line.again else ""
        way.append(way[-1].add(Text(plain(f"{said}{name(line.party_id)}{again}"))))
    console().print(tree)
