"""The sieve: which transactions of a whole ledger any detector has to look at.

A kernel walks the columns once and keeps what has a shape that no CoinJoin known here lacks: three
outputs of one value and as many inputs, many inputs and outputs with the outputs sorted, or a
data output beside a coin of a pool. The detectors decide on what is left, a few in a thousand.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from sanctrail.attribution.coinjoins.wasabi import FEWEST
from sanctrail.attribution.coinjoins.whirlpool import MOST_FOR_MINERS, POOLS
from sanctrail.ground.kernel import bare, kernel
from sanctrail.ledger.batches import NULL_DATA
from sanctrail.ledger.store import UtxoLedger

EQUAL = 3
POOL_VALUES = np.array(sorted(POOLS), np.int64)


def candidates(ledger: UtxoLedger) -> npt.NDArray[np.int64]:
    """Return the numbers of the transactions that some detector may find, in chain order."""
    columns = ledger.columns
    null = ledger.ids_of([NULL_DATA]).get(NULL_DATA, -2)
    kept = np.zeros(len(columns["first_output"]) - 1, np.bool_)
    longest = int(np.max(np.diff(columns["first_output"]), initial=0))
    sieve_kernel(
        columns["first_output"], columns["first_input"], ledger.values, ledger.owners, null,
        ledger.outside, POOL_VALUES, np.zeros(longest, np.int64), kept,
    )  # fmt: skip
    return np.flatnonzero(kept)


@kernel
def sieve_kernel(
    first_output: Any, first_input: Any, values: Any, owners: Any, null: Any, outside: Any,
    pools: Any, room: Any, kept: Any,
) -> None:  # fmt: skip
    """Mark the transactions worth a look in `kept` (n,); `room` takes the outputs of one."""
    for number in range(outside, len(kept)):
        kept[number] = is_candidate(
            number, first_output, first_input, values, owners, null, pools, room
        )


@bare
def is_candidate(
    number: Any, first_output: Any, first_input: Any, values: Any, owners: Any, null: Any,
    pools: Any, room: Any,
) -> Any:  # fmt: skip
    """Tell whether a transaction is worth a look; `room` takes its outputs."""
    begin, end = first_output[number], first_output[number + 1]
    outputs = end - begin
    inputs = first_input[number + 1] - first_input[number]
    if inputs == 0 or outputs < EQUAL:
        return False
    falling, data, pooled = True, False, False
    for place in range(outputs):
        value = values[begin + place]
        room[place] = value
        if place and value > room[place - 1]:
            falling = False
        data = data or owners[begin + place] == null
        for pool in pools:
            pooled = pooled or pool < value <= pool + MOST_FOR_MINERS
    if (data and pooled) or (falling and inputs >= FEWEST and outputs >= FEWEST):
        return True
    if inputs < EQUAL:
        return False
    run, longest = 1, 1
    put_in_order(room, outputs)
    for place in range(1, outputs):
        same = room[place] == room[place - 1] and room[place] > 0
        run = run + 1 if same else 1
        longest = max(longest, run)
    return longest >= EQUAL and inputs >= longest


@bare
def put_in_order(values: Any, count: Any) -> None:
    """Sort the first values, in place (Shell's sort: nothing is allocated)."""
    gap = count // 2
    while gap > 0:
        for at in range(gap, count):
            value = values[at]
            place = at
            while place >= gap and values[place - gap] > value:
                values[place] = values[place - gap]
                place -= gap
            values[place] = value
        gap //= 2
