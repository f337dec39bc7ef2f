"""Today, which a run that must be repeated can be told."""

import os
from datetime import UTC, date, datetime

VARIABLE = "SOURCE_DATE_EPOCH"
"""Seconds since 1970, by a convention of reproducible builds: the moment to take for now."""


def today() -> date:
    """Return the current day in UTC, or the day that `SOURCE_DATE_EPOCH` names."""
    said = os.environ.get(VARIABLE, "")
    now = datetime.fromtimestamp(int(said), UTC) if said.isdecimal() else datetime.now(UTC)
    return now.date()
