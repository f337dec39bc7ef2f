"""Tracing: from a theft to where the money is, exact, by every method asked for.

A new method goes into `places`, as one more rule of what leaves a place: it serves both kinds of
ledger. See docs/methods.md for the definitions, docs/tracing.md for what is asked and what comes
out.
"""

from sanctrail.tracing.bounds import bounds_of
from sanctrail.tracing.places import METHODS
from sanctrail.tracing.request import (
    Options,
    Part,
    Request,
    StolenPart,
    StopRules,
    Theft,
    build_request,
)
from sanctrail.tracing.result import TraceResult
from sanctrail.tracing.run import Keep, trace
from sanctrail.tracing.writing import Extras, write_trace

__all__ = [
    "METHODS",
    "Extras",
    "Keep",
    "Options",
    "Part",
    "Request",
    "StolenPart",
    "StopRules",
    "Theft",
    "TraceResult",
    "bounds_of",
    "build_request",
    "trace",
    "write_trace",
]
