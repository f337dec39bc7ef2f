"""Tracing: from a theft to where the money is, exact, by every method asked for.

A new method goes here: a `Holding` in `holdings.METHODS`, which serves both kinds of ledger.
"""

from sanctrail.tracing.holdings import METHODS
from sanctrail.tracing.request import Options, Part, Request, StolenPart, build_request
from sanctrail.tracing.result import TraceResult, write_trace
from sanctrail.tracing.run import trace

__all__ = [
    "METHODS",
    "Options",
    "Part",
    "Request",
    "StolenPart",
    "TraceResult",
    "build_request",
    "trace",
    "write_trace",
]
