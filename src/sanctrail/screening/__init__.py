"""Screening: a name against the register, with evidence and an explanation for every score."""

from sanctrail.screening.batch import BatchSummary, compare_pairs, screen_file
from sanctrail.screening.screen import DEFAULT_THRESHOLD, Hit, Query, Screener

__all__ = [
    "DEFAULT_THRESHOLD",
    "BatchSummary",
    "Hit",
    "Query",
    "Screener",
    "compare_pairs",
    "screen_file",
]
