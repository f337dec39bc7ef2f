"""`sanctrail names`: names compared with names, no register needed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sanctrail.cli.options import Json, check_output, refuse_given
from sanctrail.cli.render import print_json, print_problems, problem_dicts, say, say_long
from sanctrail.errors import InputError

app = typer.Typer(help="Compare names with names.", no_args_is_help=True)


@app.callback()
def names() -> None:
    """Compare names with names."""


@app.command("compare")
def compare(
    ours: Annotated[str | None, typer.Argument(metavar="NAME1", help="A name.")] = None,
    theirs: Annotated[
        str | None, typer.Argument(metavar="NAME2", help="The name to compare it with.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--input", help="CSV file with name1 and name2.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="CSV file: the same rows plus score.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="For a file: add a column with the explanation.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Score two names, or every pair of names of a CSV file, with the reasons.

    Example: sanctrail names compare "Vladimir Putin" "Путин, Владимир"
    """
    if source is None:
        of_a_file = {"--output": output, "--explain": explain or None}
        refuse_given(of_a_file, "only for --input FILE, not for two names")
        if ours is None or theirs is None:
            raise InputError("Give two names, or --input FILE; see: sanctrail names compare --help")
        _compare_two(ours, theirs, as_json=as_json)
        return
    if ours is not None:
        raise InputError(
            "Give either two names or --input FILE; see: sanctrail names compare --help"
        )
    if output is None:
        raise InputError("Give --output FILE, where the scores of the --input file shall go.")
    check_output(output)
    _compare_file(source, output, explain=explain, as_json=as_json)


def _compare_two(ours: str, theirs: str, *, as_json: bool) -> None:
    from sanctrail.cli.hits import print_comparison  # noqa: PLC0415
    from sanctrail.names import compare as compared  # noqa: PLC0415
    from sanctrail.screening import says_something  # noqa: PLC0415
    from sanctrail.screening.hits import comparison_dict  # noqa: PLC0415

    for name in (ours, theirs):
        if not says_something(name):
            raise InputError(f"'{name}' has no letter or digit. Give names to compare.")
    comparison = compared(ours, theirs)
    if as_json:
        told: dict[str, Any] = {"name1": ours, "name2": theirs, "score": comparison.score}
        print_json({**told, "explanation": comparison.sentence(), **comparison_dict(comparison)})
        return
    say_long(f"{comparison.score:.4f}  {comparison.sentence()}.")
    print_comparison(comparison, ("first", "second"))


def _compare_file(source: Path, output: Path, *, explain: bool, as_json: bool) -> None:
    from sanctrail.screening import compare_pairs  # noqa: PLC0415

    summary = compare_pairs(source, output, explain=explain)
    if as_json:
        print_json(
            {
                "input": str(source),
                "output": str(output),
                "pairs": summary.rows,
                "problem_count": summary.problem_count,
                "problems": problem_dicts(summary.problems),
            }
        )
        return
    kept = f"give --json to see the first {len(summary.problems):,}"
    print_problems(summary.problems, kept, summary.problem_count)
    say(f"{summary.rows:,} pairs scored, in {output}")
