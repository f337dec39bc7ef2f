"""Which blocks are the chain: the branch with the most work, and the height of each of its blocks.

Block files hold blocks in the order in which they came, stale ones among them, and no heights.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sanctrail.errors import InputError
from sanctrail.ledger.bitcoin.parsing import Header


@dataclass(frozen=True, slots=True)
class Found:
    """A block in a file: its header, where its bytes are, and the height that it tells itself."""

    header: Header
    file: int
    start: int
    end: int
    told_height: int | None = None

    @property
    def work(self) -> int:
        """The number of hashes that the block stands for."""
        return (1 << 256) // (self.header.target + 1)


@dataclass(slots=True)
class Chain:
    """The blocks of the chain by height, and those that are left out."""

    blocks: dict[int, Found] = field(default_factory=dict)
    stale: list[Found] = field(default_factory=list)
    without_height: list[Found] = field(default_factory=list)


def chosen_chain(found: Iterable[Found], known: Mapping[bytes, int]) -> Chain:
    """Choose the branch with the most work, in each piece of chain that hangs together.

    `known` gives heights of blocks that are not here (hashes in the order of the file): a piece
    that begins behind one of them is anchored to it, another by the heights that its blocks tell.
    Of two pieces that claim a height the one with more work keeps it. Of two branches with the same
    work the one that was read first is taken.
    """
    blocks = {one.header.hash: one for one in reversed([*found])}
    blocks = dict(reversed([*blocks.items()]))
    children: dict[bytes, list[Found]] = defaultdict(list)
    roots = []
    for one in blocks.values():
        if one.header.previous in blocks:
            children[one.header.previous].append(one)
        else:
            roots.append(one)
    chain = Chain()
    pieces = [_piece(root, children) for root in roots]
    for branch, _, stale in sorted(pieces, key=lambda piece: -piece[1]):
        chain.stale.extend(stale)
        _place(chain, branch, known)
    return chain


def _piece(
    root: Found, children: Mapping[bytes, list[Found]]
) -> tuple[list[Found], int, list[Found]]:
    """Return the best branch from a root, its work, and the blocks beside it."""
    parents: dict[bytes, Found] = {}
    best, best_work = root, root.work
    waiting, order = [(root, root.work)], []
    while waiting:
        one, work = waiting.pop()
        order.append(one)
        if work > best_work:
            best, best_work = one, work
        for child in reversed(children.get(one.header.hash, [])):
            parents[child.header.hash] = one
            waiting.append((child, work + child.work))
    branch = [best]
    while (parent := parents.get(branch[-1].header.hash)) is not None:
        branch.append(parent)
    branch.reverse()
    kept = {one.header.hash for one in branch}
    return branch, best_work, [one for one in order if one.header.hash not in kept]


def _place(chain: Chain, branch: list[Found], known: Mapping[bytes, int]) -> None:
    """Give the blocks of a branch their heights.

    Against blocks that are known already the longer branch wins: their work is not known here.
    """
    first = _first_height(branch, known)
    tip = max(known.values(), default=0)
    new = [one for one in branch if one.header.hash not in known]
    behind = first + len(branch) - len(new) if first is not None else 0
    if first is not None and new and behind <= tip and branch[0].header.previous in known:
        if first + len(branch) - 1 > tip:
            raise InputError(
                f"These files hold a longer branch of the chain from block {behind:,} on than the "
                f"ledger, which ends at {tip:,}. Import all block files anew with --replace; "
                "nothing was changed."
            )
        chain.stale.extend(new)
        return
    if first is None:
        chain.without_height.extend(branch)
        return
    for height, one in enumerate(branch, first):
        if chain.blocks.setdefault(height, one) is not one:
            chain.stale.append(one)


def _first_height(branch: list[Found], known: Mapping[bytes, int]) -> int | None:
    root = branch[0].header
    if root.hash in known:
        return known[root.hash]
    if root.previous in known:
        return known[root.previous] + 1
    told = Counter(
        one.told_height - n for n, one in enumerate(branch) if one.told_height is not None
    )
    (first, times), *_ = told.most_common(1) or [(0, 0)]
    return first if 2 * times > told.total() and first >= 0 else None
