"""Screening: a name against the register, with evidence and an explanation for every score."""

from sanctrail.screening.batch import BatchSummary, QueryColumns, compare_pairs, screen_file
from sanctrail.screening.screen import (
    DEFAULT_THRESHOLD,
    Hit,
    Query,
    Screener,
    says_something,
)

__all__ = [
    "DEFAULT_THRESHOLD",
    "BatchSummary",
    "Hit",
    "Query",
    "QueryColumns",
    "Screener",
    "compare_pairs",
    "says_something",
    "screen_file",
]
