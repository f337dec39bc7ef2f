"""`sanctrail lists update`: the official files from their publishers into the register."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.options import Json, Workspace
from sanctrail.cli.render import print_json, print_problems, print_table, say

if TYPE_CHECKING:
    from sanctrail.register.update import Outcome


def update(
    workspace: Workspace,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LIST",
            help="Sources to update, such as un or us-sdn; else the usual ones.",
        ),
    ] = None,
    sources: Annotated[
        Path | None,
        typer.Option("--sources", help="TOML file of addresses, laid over those that ship."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a file with forbidden bytes.")
    ] = False,
    accept_drop: Annotated[
        bool,
        typer.Option("--accept-drop", help="Take a version that lacks many of the parties so far."),
    ] = False,
    allow_any_host: Annotated[
        bool, typer.Option("--allow-any-host", help="Take answers from hosts not named.")
    ] = False,
    allow_http: Annotated[
        bool, typer.Option("--allow-http", help="Take answers without TLS (an internal mirror).")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be asked.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch lists from their publishers and load what is new; one that fails stops no other.

    Example: sanctrail lists update un us-sdn
    """
    from sanctrail.lists.publishers.download import Manners  # noqa: PLC0415
    from sanctrail.lists.publishers.sources import read_sources, select  # noqa: PLC0415
    from sanctrail.register.update import (  # noqa: PLC0415
        UpdateOptions,
        plan_update,
        update_lists,
    )

    chosen = select(read_sources(sources), names or [])
    manners = Manners(allow_any_host=allow_any_host, allow_http=allow_http)
    options = UpdateOptions(strict, accept_drop, manners)
    run = plan_update if dry_run else update_lists
    outcomes = run(chosen, workspace, options)
    if as_json:
        print_json(_document(outcomes))
    else:
        _draw(outcomes, workspace)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(2)


def _document(outcomes: list["Outcome"]) -> dict[str, Any]:
    failed = sum(outcome.failed for outcome in outcomes)
    return {"failed": failed, "lists": [asdict(outcome) for outcome in outcomes]}


def _draw(outcomes: list["Outcome"], workspace: Path) -> None:
    rows = (
        (
            outcome.source,
            outcome.result,
            outcome.list_date,
            "" if outcome.parties is None else f"{outcome.parties:,}",
            outcome.message if outcome.result != "would ask" else _asked(outcome),
        )
        for outcome in outcomes
    )
    print_table(("list", "result", "list date", "#parties", "what happened"), rows)
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    print_problems(problems, "give --json to see all")
    failed = sum(outcome.failed for outcome in outcomes)
    if failed:
        sys.stderr.write(
            f"{failed} of {_counted(outcomes)} failed; the others are as told above.\n"
        )
    else:
        say(f"{_counted(outcomes)} in {workspace}")


def _asked(outcome: "Outcome") -> str:
    return f"{outcome.message}: {outcome.url}"


def _counted(outcomes: list["Outcome"]) -> str:
    return "1 list" if len(outcomes) == 1 else f"{len(outcomes)} lists"
