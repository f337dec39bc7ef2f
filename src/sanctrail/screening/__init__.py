"""Screening: names and identifiers against the register, every score with its explanation."""

from sanctrail.evidence.identifiers import AskedIdentifier
from sanctrail.screening.batch import BatchSummary, screen_file
from sanctrail.screening.filters import read_wanted
from sanctrail.screening.hits import DEFAULT_THRESHOLD, Hit, Query, Wanted, says_something
from sanctrail.screening.pairs import PairsSummary, compare_pairs
from sanctrail.screening.queries import IdentifierColumn, QueryColumns
from sanctrail.screening.screen import Screener

__all__ = [
    "DEFAULT_THRESHOLD",
    "AskedIdentifier",
    "BatchSummary",
    "Hit",
    "IdentifierColumn",
    "PairsSummary",
    "Query",
    "QueryColumns",
    "Screener",
    "Wanted",
    "compare_pairs",
    "read_wanted",
    "says_something",
    "screen_file",
]
