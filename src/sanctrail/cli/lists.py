"""`sanctrail lists`: official list files into the register."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sanctrail.cli import lists_update
from sanctrail.cli.options import Json, Workspace
from sanctrail.cli.render import print_json, print_problems, print_table, problem_dicts, say
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.register import LoadedVersion

app = typer.Typer(help="Load official lists into the register.", no_args_is_help=True)


@app.callback()
def lists() -> None:
    """Load official lists into the register."""


@app.command("load")
def load(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files as published, folders, archives; packed ones are unpacked."),
    ],
    workspace: Workspace,
    list_date: Annotated[
        str | None,
        typer.Option("--date", help="The day of lists that carry no date: 2022-01-31."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a file with bytes that XML forbids.")
    ] = False,
    accept_drop: Annotated[
        bool,
        typer.Option("--accept-drop", help="Take a version that lacks over 5 % of its list."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Load list files, all of them or none.

    Example: sanctrail lists load consolidated.xml SDN_ADVANCED.XML
    """
    from sanctrail.register import LoadOptions, load_lists  # noqa: PLC0415
    from sanctrail.text.dates import parse_date  # noqa: PLC0415

    day = parse_date(list_date) if list_date else None
    if list_date and (day is None or day.precision != "day"):
        raise InputError(f"--date '{list_date}' is no day. Write it as 2022-01-31.")
    options = LoadOptions(day.earliest if day else "", strict, accept_drop)
    loaded, problems = load_lists(files, workspace, options)
    if as_json:
        print_json(
            {
                "loaded": [asdict(version) for version in loaded],
                "problems": problem_dicts(problems),
            }
        )
        return
    columns = ("regime", "list", "format", "list date", "#parties", "#names", "#wallets",
               "#problems", "file")  # fmt: skip
    print_table(
        columns,
        (
            (
                version.regime,
                version.list_id,
                version.format,
                version.list_date,
                f"{version.parties:,}",
                f"{version.names:,}",
                f"{version.wallets:,}",
                f"{version.problems:,}",
                version.file + _remark(version),
            )
            for version in loaded
        ),
    )
    print_problems(problems, "give --json to see all")
    say(f"{_in_words(loaded)} in {workspace}")


def _in_words(loaded: "list[LoadedVersion]") -> str:
    lists = len({version.list_id for version in loaded})
    counted = "1 list" if lists == 1 else f"{lists} lists"
    if len(loaded) > lists:
        return f"{len(loaded)} versions of {counted}"
    return f"{sum(version.parties for version in loaded):,} parties from {counted}"


app.command("update")(lists_update.update)


def _remark(version: "LoadedVersion") -> str:
    held = "" if version.changed else " (held already)"
    if version.current == version.version_id:
        return held
    return f"{held} (not current; {version.current} counts)"
