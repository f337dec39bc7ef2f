"""What commands that ask the register share: opening it, and saying what an answer rests on."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanctrail.cli.render import say_long

if TYPE_CHECKING:
    from sanctrail.register import Register


def open_register(workspace: Path, as_of: str | None) -> "Register":
    """Open the register of a workspace as of a day, or in its latest state."""
    from sanctrail.register import Register  # noqa: PLC0415

    return Register(workspace, as_of or "")


def used(register: "Register") -> dict[str, Any]:
    """Return what an answer rests on as JSON: the day asked about, and the lists with their age."""
    from sanctrail.register.ages import versions_used  # noqa: PLC0415

    return {"as_of": register.as_of or None, "lists": versions_used(register.views)}


def say_used(register: "Register", lists: set[str] | None = None) -> None:
    """Say for people what an answer rests on: all lists, or only these."""
    from sanctrail.register.ages import in_words  # noqa: PLC0415

    views = [view for view in register.views if lists is None or view.list_id in lists]
    say_long(f"Rests on {in_words(views)}.")
    following = [view for view in views if view.following is not None]
    if register.as_of and following:
        dates = (f"{v.list_id} of {v.following['list_date']}" for v in following if v.following)
        say_long(f"As of {register.as_of}; the next versions are {', '.join(dates)}.")
