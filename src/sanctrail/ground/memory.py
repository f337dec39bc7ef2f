"""Building millions of small objects that all stay: the cycle collector mostly costs time then."""

import contextlib
import gc
from collections.abc import Iterator

_RARELY = (100_000, 50, 1000)
"""Young garbage in cycles is still found, by the hundred thousand; old objects are let alone."""


@contextlib.contextmanager
def collector_resting() -> Iterator[None]:
    """Let the cycle collector run rarely for a build that leaves little garbage, then as it was."""
    before = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
