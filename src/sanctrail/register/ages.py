"""How old the lists are that an answer rests on."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sanctrail.errors import StaleLists
from sanctrail.ground.clock import today
from sanctrail.register.views import ListView


def versions_used(views: Iterable[ListView]) -> list[dict[str, Any]]:
    """Return what an answer rests on: each list's version, its age in days, the next one held."""
    return [
        {
            "list_id": view.list_id,
            "list_date": view.base["list_date"],
            "age_days": age_days(view.base["list_date"]),
            "form": view.base["format"],
            "file": view.base["file"],
            "sha256": view.base["sha256"],
            "facts_from": [f"{one['format']} of {one['list_date']}" for one in view.versions[1:]],
            "next_version": view.following["list_date"] if view.following else None,
        }
        for view in views
    ]


def age_days(list_date: str) -> int:
    """Return the days from a list's own date until today; a list dated ahead has none."""
    return max(0, (today() - date.fromisoformat(list_date)).days)


def in_words(views: Iterable[ListView]) -> str:
    """Return the lists, dates and ages of an answer as one sentence's part."""
    return ", ".join(
        f"{view.list_id} of {view.base['list_date']} ({_days(view.base['list_date'])} old)"
        for view in views
    )


def refuse_older(views: Iterable[ListView], max_age: int) -> None:
    """Raise `StaleLists` if a list is more than `max_age` days old."""
    stale = [view for view in views if age_days(view.base["list_date"]) > max_age]
    if stale:
        raise StaleLists(
            f"Older than the {max_age} days allowed: {in_words(stale)}. Fetch the lists of today "
            "with: sanctrail lists update"
        )


def _days(list_date: str) -> str:
    days = age_days(list_date)
    return "1 day" if days == 1 else f"{days:,} days"
