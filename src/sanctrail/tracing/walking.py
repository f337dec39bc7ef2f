"""Driving a walk: room when it is short, judgement when it is asked, progress, and checkpoints."""

import io
import json
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from sanctrail.errors import LedgerError, TraceError
from sanctrail.ground.progress import Tally
from sanctrail.ground.store import replace_file
from sanctrail.ledger import Ledger
from sanctrail.ledger.amounts import HALF, MASK
from sanctrail.tracing.places import METHODS
from sanctrail.tracing.request import StopRules
from sanctrail.tracing.state import (
    ASKED,
    COUNTERS,
    DAMAGED,
    EVENTS,
    EXAMINE,
    GROW,
    HEAP,
    LAST,
    NONE,
    PAUSED,
    SUSPECT,
    VERDICTS,
    State,
    grown,
    new_state,
    spot,
)

BUDGET = 200_000
"""Events between two looks at the clock."""

SAVE_EVERY = 20.0
"""Seconds between two checkpoints."""

SEEN = -2
"""What is kept of a CoinJoin or a suspected service that the trace goes through."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file that keeps a walk, so that one that was cut off goes on from there.

    `key` tells this walk from any other: ledger, request, method, asset.
    """

    path: Path
    key: Mapping[str, Any]
    resume: bool = False
    _broken: list[bool] = field(default_factory=list)

    def load(self) -> State | None:
        """Return the state that was kept, None where none of this very walk is wanted or there."""
        if not self.resume:
            return None
        try:
            with np.load(self.path, allow_pickle=False) as kept:
                if json.loads(str(kept["key"])) != self.key:
                    return None
                state = State(**{name: kept[name] for name in State._fields})
                return _sound(state)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
            raise TraceError(
                f"{self.path}: what was kept of the trace is damaged. Remove the file and trace "
                "again from the start."
            ) from error

    def save(self, state: State) -> None:
        """Keep the state, whole or not at all."""
        if self._broken:
            return
        file = io.BytesIO()
        np.savez(file, key=np.array(json.dumps(self.key)), **state._asdict())
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.path, file.getvalue())
        except OSError as error:  # the trace itself goes on; it only cannot be taken up again
            sys.stderr.write(f"Not kept for --resume: {self.path} ({error.strerror}).\n")
            self._broken.append(True)

    def remove(self) -> None:
        """Forget what was kept: the walk has ended."""
        self.path.unlink(missing_ok=True)


def require_sound(ledger: Ledger, *groups: tuple[str, ...]) -> None:
    """Raise `LedgerError` where columns hold no whole numbers, or a group's differ in length.

    It reads nothing of them; where they point is looked at when the walk comes there.
    """
    for names in groups:
        columns = [ledger.columns[name] for name in names]
        if len({len(c) for c in columns}) > 1 or any(c.dtype.kind not in "iu" for c in columns):
            refuse_damaged(ledger, DAMAGED)


def limits_of(rules: StopRules, method: str) -> dict[str, Any]:
    """Return the method and the limits of a walk as kernels take them."""
    return {
        "method": METHODS.index(method),
        "max_age": NONE if rules.max_age is None else rules.max_age,
        "max_hops": NONE if rules.max_hops is None else rules.max_hops,
        "least_high": np.uint64(rules.min_amount >> HALF),
        "least_low": np.uint64(rules.min_amount & MASK),
    }


def _sound(state: State) -> State:
    """Return a state that was kept; raise `ValueError` where kernels could not go on with it."""
    fresh = new_state(len(state.until))
    for name in State._fields:
        kept, wanted = getattr(state, name), getattr(fresh, name)
        if kept.dtype != wanted.dtype or kept.shape[1:] != wanted.shape[1:]:
            raise ValueError(name)
    if len(state.count) != COUNTERS or np.any(state.count[:LAST] < NONE):
        raise ValueError("count")
    return grown(state, 1)


def refuse_damaged(ledger: Ledger, status: int) -> None:
    """Raise `LedgerError` where a walk came to a place that points out of the ledger."""
    if status == DAMAGED:
        raise LedgerError(
            f"{ledger.folder.parent}: the ledger is damaged: a column on the trail points to where "
            "nothing is. 'sanctrail ledger verify' names the file; import the source files again."
        )


Judge = Callable[[int, int], int]
"""Decides on a transaction (EXAMINE) or an account (SUSPECT): PASS, HALT or SEEN."""


def run_walk(
    step: Callable[[State, int], int], state: State, judge: Judge, checkpoint: Checkpoint | None
) -> tuple[State, int]:
    """Walk until nothing is left; return the state, and the status it ended with."""
    saved = time.monotonic()
    with Tally("tracing", "touched", "pending") as tally:
        while True:
            status = int(step(state, BUDGET))
            if status == GROW:
                state = grown(state, int(state.count[ASKED]))
            elif status in {EXAMINE, SUSPECT}:
                asked = int(state.count[ASKED])
                state = decided(state, 2 * asked + (status == SUSPECT), judge(status, asked))
            elif status != PAUSED:
                return state, status
            tally.reached(int(state.count[EVENTS]), int(state.count[HEAP]))
            if checkpoint and time.monotonic() - saved > SAVE_EVERY:
                checkpoint.save(state)
                saved = time.monotonic()


def decided(state: State, key: int, verdict: int) -> State:
    """Return the state with a decision on a transaction (2n) or an account (2n + 1)."""
    if 2 * (int(state.count[VERDICTS]) + 1) > len(state.asked_keys):
        state = grown(state, 1 + int(state.count[VERDICTS]) // 2)
    at = spot(state.asked_keys, key)
    state.count[VERDICTS] += state.asked_keys[at] == NONE
    state.asked_keys[at], state.asked[at] = key, verdict
    return state


def verdicts(state: State) -> dict[int, int]:
    """Return every decision by its key, rising."""
    at = np.flatnonzero(state.asked_keys != NONE)
    pairs = zip(state.asked_keys[at].tolist(), state.asked[at].tolist(), strict=True)
    return dict(sorted(pairs))


def table_of(pairs: Mapping[int, int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return an open-addressed table of pairs, for kernels."""
    size = 1 << max(4, (4 * len(pairs)).bit_length())
    keys, values = np.full(size, NONE, np.int64), np.zeros(size, np.int64)
    for key, value in pairs.items():
        at = spot(keys, key)
        keys[at], values[at] = key, value
    return keys, values
