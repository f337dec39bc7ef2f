"""Today, which a run that must be repeated can be told."""

import os
from datetime import UTC, date, datetime

VARIABLE = "SOURCE_DATE_EPOCH"
"""Seconds since 1970, by a convention of reproducible builds: the moment to take for now."""

_DIGITS = 12
"""So many digits of seconds are no year that a calendar has."""


def today() -> date:
    """Return the current day in UTC, or the day that `SOURCE_DATE_EPOCH` names."""
    said = os.environ.get(VARIABLE, "")
    if said.isdecimal() and len(said) < _DIGITS:
        return datetime.fromtimestamp(int(said), UTC).date()
    return datetime.now(UTC).date()
