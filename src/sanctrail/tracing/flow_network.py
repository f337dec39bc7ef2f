"""Maximum flows over a network without cycles, in whole numbers of 128 bits, as kernels.

The network carries one full flow from the theft to every end. What any rule could give to a place
at most, or must give it at least, is that flow changed as far as it can be: units rerouted from
other ends to the place, or from it to others, along ways that still have room. Sources: Ford and
Fulkerson (1956); the search in levels is Dinic's (1970).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.ground.kernel import bare
from sanctrail.tracing.wide import ZERO, add, least, sub

ARC = np.dtype([("tail", "i8"), ("head", "i8"), ("high", "u8"), ("low", "u8")])
_TOP = np.uint64(0xFFFFFFFFFFFFFFFF)
_NONE = -1


@dataclass(frozen=True, slots=True)
class Network:
    """Arcs with what each can carry, node 0 the theft, node 1 where all that ends goes.

    `starts` and `order` list each node's arcs, forward (2n) and backward (2n + 1); `room` is what
    each can still carry under the full flow.
    """

    nodes: int
    starts: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]
    heads: npt.NDArray[np.int64]
    room: npt.NDArray[Any]

    def flow_into(self, nodes: npt.NDArray[np.int64]) -> int:
        """Return how much of the full flow ends at some of the ends."""
        total = 0
        for node in nodes.tolist():
            for arc in self.order[self.starts[node] : self.starts[node + 1]].tolist():
                if not arc & 1 and self.heads[arc] == 1:
                    total += _whole(self.room[arc + 1])
        return total

    def range_of(self, ends: npt.NDArray[np.int64]) -> tuple[int, int]:
        """Return the least and the most that can end at some of the ends."""
        mine = np.zeros(self.nodes, np.bool_)
        mine[ends] = True
        now = self.flow_into(ends)
        gained = self._moved(mine, out=False)
        lost = self._moved(mine, out=True)
        return now - lost, now + gained

    def _moved(self, mine: npt.NDArray[np.bool_], *, out: bool) -> int:
        room = self.room.copy()
        scratch = np.zeros((5, self.nodes + 1), np.int64)
        high, low = reroute(self.starts, self.order, self.heads, room, mine, out, scratch)
        return int(high) << 64 | int(low)


def network_of(arcs: npt.NDArray[Any], nodes: int) -> Network:
    """Return the network of some arcs, with a full flow: units go out by each node's first arcs.

    Arcs from node 0 are the supplies; those into node 1 leave the ends.
    """
    both = 2 * len(arcs)
    tails, heads = np.empty(both, np.int64), np.empty(both, np.int64)
    tails[0::2], heads[0::2] = arcs["tail"], arcs["head"]
    tails[1::2], heads[1::2] = arcs["head"], arcs["tail"]
    order = np.argsort(tails, kind="stable")
    starts = np.searchsorted(tails[order], np.arange(nodes + 1))
    room = np.zeros(both, [("high", "u8"), ("low", "u8")])
    for half in ("high", "low"):
        room[half][0::2] = arcs[half]
    held = np.zeros((2, nodes), np.uint64)
    waiting = np.bincount(arcs["head"], minlength=nodes).astype(np.int64)
    if not fill(starts, order, heads, room, waiting, held, np.zeros(nodes, np.int64)):
        raise ArithmeticError("a place on the trail cannot pay out what came in")
    return Network(nodes, starts, order, heads, room)


def _whole(pair: Any) -> int:
    return int(pair["high"]) << 64 | int(pair["low"])


@bare
def fill(
    starts: Any, order: Any, heads: Any, room: Any, waiting: Any, held: Any, queue: Any
) -> Any:
    """Send all supplies on, node after node; tell whether every unit came to an end."""
    nodes = len(waiting)
    first, last = 0, 0
    for node in range(nodes):
        if waiting[node] == 0:
            queue[last] = node
            last += 1
    held[0, 0], held[1, 0] = _TOP, _TOP
    while first < last:
        node = queue[first]
        first += 1
        for at in range(starts[node], starts[node + 1]):
            arc = order[at]
            if arc & 1:
                continue
            head = heads[arc]
            high, low = least(room[arc].high, room[arc].low, held[0, node], held[1, node])
            _send(room, arc, high, low)
            held[0, node], held[1, node] = sub(held[0, node], held[1, node], high, low)
            held[0, head], held[1, head], _ = add(held[0, head], held[1, head], high, low)
            waiting[head] -= 1
            if waiting[head] == 0:
                queue[last] = head
                last += 1
        if node > 1 and (held[0, node] | held[1, node]) != ZERO:
            return False
    return last == nodes


@bare
def _send(room: Any, arc: Any, high: Any, low: Any) -> None:
    """Carry units over an arc: as much more can come back."""
    other = arc ^ 1
    room_high, room_low = sub(room[arc].high, room[arc].low, high, low)
    room[arc].high = room_high
    room[arc].low = room_low
    back_high, back_low, over = add(room[other].high, room[other].low, high, low)
    room[other].high = _TOP if over else back_high
    room[other].low = _TOP if over else back_low


@bare
def _open(heads: Any, room: Any, mine: Any, out: Any, node: Any, arc: Any) -> Any:
    """Tell whether units may be rerouted over an arc.

    Nothing passes the theft, or from an end of `mine` to the node behind all ends or back: that
    would change what is asked.
    """
    head = heads[arc]
    if head == 0 or (room[arc].high | room[arc].low) == ZERO:
        return False
    if head == 1:
        return out and not mine[node]
    if node == 1:
        return not out and not mine[head]
    return True


@bare
def reroute(
    starts: Any, order: Any, heads: Any, room: Any, mine: Any, out: Any, scratch: Any
) -> Any:
    """Return how much can be moved from `mine` to the other ends (`out`), or from those to it."""
    level, queue, turn, path, by = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    total_high, total_low = ZERO, ZERO
    nodes = len(mine)
    while True:
        count = 0
        level[:] = _NONE
        for node in range(nodes):
            if (out and mine[node]) or (not out and node == 1):
                level[node] = 0
                queue[count] = node
                count += 1
        begins = count
        reached = False
        at = 0
        while at < count:
            node = queue[at]
            at += 1
            for place in range(starts[node], starts[node + 1]):
                arc = order[place]
                head = heads[arc]
                if level[head] == _NONE and _open(heads, room, mine, out, node, arc):
                    level[head] = level[node] + 1
                    reached = reached or (head == 1 if out else mine[head])
                    queue[count] = head
                    count += 1
        if not reached:
            return total_high, total_low
        for node in range(nodes):
            turn[node] = starts[node]
        for start in range(begins):
            high, low = _block(
                starts, order, heads, room, mine, out, level, turn, path, by, queue[start]
            )
            total_high, total_low, _ = add(total_high, total_low, high, low)


@bare
def _block(
    starts: Any, order: Any, heads: Any, room: Any, mine: Any, out: Any, level: Any, turn: Any,
    path: Any, by: Any, start: Any,
) -> Any:  # fmt: skip
    """Fill every way of rising levels from one node; return how much went over them."""
    total_high, total_low = ZERO, ZERO
    depth = 0
    path[0] = start
    while depth >= 0:
        node = path[depth]
        if depth and (node == 1 if out else mine[node]):
            high, low = _TOP, _TOP
            for at in range(1, depth + 1):
                high, low = least(high, low, room[by[at]].high, room[by[at]].low)
            back = depth
            for at in range(depth, 0, -1):
                _send(room, by[at], high, low)
                if (room[by[at]].high | room[by[at]].low) == ZERO:
                    back = at
            total_high, total_low, _ = add(total_high, total_low, high, low)
            depth = back - 1
            continue
        if turn[node] >= starts[node + 1]:
            depth -= 1
            if depth >= 0:
                turn[path[depth]] += 1
            continue
        arc = order[turn[node]]
        head = heads[arc]
        if level[head] == level[node] + 1 and _open(heads, room, mine, out, node, arc):
            depth += 1
            path[depth] = head
            by[depth] = arc
        else:
            turn[node] += 1
    return total_high, total_low
