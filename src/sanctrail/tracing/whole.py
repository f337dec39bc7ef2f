"""A pass over a whole UTXO chain: where the stolen units of all thefts lie, without the movements.

Where a trail covers most of a chain, following it costs more than reading the chain once from end
to end. Each tainted output keeps its runs in one arena, in chain order; an untainted one costs a
look at one number. What comes out equals what the walk finds.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sanctrail.attribution.coinjoins.detect import find
from sanctrail.attribution.coinjoins.shape import FOUND
from sanctrail.errors import TraceError
from sanctrail.ground.kernel import kernel
from sanctrail.ground.progress import Bar
from sanctrail.ledger import UtxoLedger
from sanctrail.tracing.request import Request
from sanctrail.tracing.result import Lying, Stop
from sanctrail.tracing.setting import Setting, setting_of, since_of
from sanctrail.tracing.state import found
from sanctrail.tracing.utxo import Named
from sanctrail.tracing.utxo_walk import time_of
from sanctrail.tracing.walking import table_of
from sanctrail.tracing.wide import whole_share

METHODS = ("fifo", "haircut", "poison")
FIFO, HAIRCUT, POISON = range(3)
CLEAN_ITEM = -1
_LAST = 1 << 30
"""Added to the theft of the last run of an output."""

_STEP = 1 << 20
DONE, FULL, NO_VALUE = range(3)

# What the pass counts, theft by theft.
STOLEN, FEES, SUMS = range(3)


class Arena(NamedTuple):
    """Runs of units: their amounts, and whose they are; `start` has each output's first, 0 none."""

    start: Any
    amount: Any
    theft: Any


class Asked(NamedTuple):
    """What is asked of the pass, as kernels read it."""

    method: Any
    mark_at: Any
    """Outputs named as stolen, rising, and behind them one that no output is."""
    mark_theft: Any
    mark_amount: Any
    halt_at: Any
    """Transactions at which money stops, rising, and behind them one that none is."""
    special_keys: Any
    special: Any
    halted_keys: Any
    halted: Any
    thefts: Any


@dataclass(slots=True)
class Whole:
    """Where one theft's units lie, by one method; the same as a trail's result, without a trail."""

    theft: str
    method: str
    stolen: int = 0
    fees: int = 0
    arrived: dict[str, int] = field(default_factory=dict)
    dormant: dict[Lying, int] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    stopped: dict[Stop, int] = field(default_factory=dict)
