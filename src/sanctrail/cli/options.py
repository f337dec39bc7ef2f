"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sanctrail.errors import InputError


def default_workspace() -> Path:
    """Return the user's own workspace folder."""
    from platformdirs import user_data_path  # noqa: PLC0415

    return user_data_path("sanctrail", appauthor=False)


def check_output(path: Path) -> None:
    """Raise `InputError` if no file can be written there: better before the work than after."""
    if not path.name or path.is_dir():
        raise InputError(f"--output {path}: this is a folder. Name a file to write.")
    if not path.parent.is_dir():
        raise InputError(
            f"--output {path}: there is no folder {path.parent}. Make it, or name another."
        )


def refuse_given(options: dict[str, Any], reason: str) -> None:
    """Raise `InputError` if one of the options was given, since it would change nothing."""
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise InputError(f"{', '.join(given)}: {reason}; see the command's --help.")


Workspace = Annotated[
    Path,
    typer.Option(
        "--workspace",
        envvar="SANCTRAIL_WORKSPACE",
        default_factory=default_workspace,
        show_default="the user's data folder",
        help="Folder that holds the register.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV and nothing else.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="The lists as they stood on this day: 2021-03-12."),
]
MaxAge = Annotated[
    int | None,
    typer.Option("--max-age", min=0, help="Exit with 3 if a list is older than so many days."),
]
