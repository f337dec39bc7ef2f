"""Screening: names and identifiers against the register, every score with its explanation."""

from sanctrail.screening.hits import DEFAULT_THRESHOLD, Hit, Query, Wanted, says_something
from sanctrail.screening.identifiers import AskedIdentifier
from sanctrail.screening.screen import Screener

__all__ = [
    "DEFAULT_THRESHOLD",
    "AskedIdentifier",
    "Hit",
    "Query",
    "Screener",
    "Wanted",
    "says_something",
]
