"""`sanctrail names`: names compared with names, no register needed."""

from pathlib import Path
from typing import Annotated

import typer

from sanctrail.cli.options import Json, check_output
from sanctrail.cli.render import print_json, print_problems, problem_dicts, say

app = typer.Typer(help="Compare names with names.", no_args_is_help=True)


@app.callback()
def names() -> None:
    """Compare names with names."""


@app.command("compare")
def compare(
    source: Annotated[Path, typer.Option("--input", help="CSV file with name1 and name2.")],
    output: Annotated[Path, typer.Option("--output", help="CSV file: the same rows plus score.")],
    as_json: Json = False,
) -> None:
    """Score every pair of names of a CSV file.

    Example: sanctrail names compare --input pairs.csv --output scores.csv
    """
    from sanctrail.screening import compare_pairs  # noqa: PLC0415

    check_output(output)
    summary = compare_pairs(source, output)
    if as_json:
        print_json(
            {
                "input": str(source),
                "output": str(output),
                "pairs": summary.rows,
                "problems": problem_dicts(summary.problems),
            }
        )
        return
    print_problems(summary.problems, "give --json to see all")
    say(f"{summary.rows:,} pairs scored, in {output}")
