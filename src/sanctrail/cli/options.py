"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer


def default_workspace() -> Path:
    """Return the user's own workspace folder."""
    from platformdirs import user_data_path  # noqa: PLC0415

    return user_data_path("sanctrail", appauthor=False)


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
