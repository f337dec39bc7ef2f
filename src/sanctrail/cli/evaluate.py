"""`sanctrail screen evaluate`: evidence to set a threshold by, and to show an auditor."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.options import AsOf, Json, Workspace, refuse_given
from sanctrail.cli.render import print_json, print_problems, print_table, say_long

if TYPE_CHECKING:
    from sanctrail.screening.evaluation import CaseFile, Evaluation, Plan

Given = dict[str, Any]
"""The options by name."""

_THRESHOLD = 0.7
_BASE_RATE = 0.001
_VARIANTS = 2000
_LIMIT = 5000


def evaluate(
    workspace: Workspace,
    source: Annotated[
        Path | None, typer.Option("--input", help="CSV file of queries with the party expected.")
    ] = None,
    query_column: Annotated[
        str | None, typer.Option("--query-column", help="Its column with the name; else 'query'.")
    ] = None,
    expected_column: Annotated[
        str | None,
        typer.Option(
            "--expected-column",
            help="With the listing id, empty for an innocent; else 'expected' or 'expected_id'.",
        ),
    ] = None,
    class_column: Annotated[
        str | None,
        typer.Option("--class-column", help="With the class; else 'class' or 'treatment'."),
    ] = None,
    dob_column: Annotated[
        str | None, typer.Option("--dob-column", help="With the birth date; else not used.")
    ] = None,
    country_column: Annotated[
        str | None, typer.Option("--country-column", help="With the country; else not used.")
    ] = None,
    innocents: Annotated[
        Path | None, typer.Option("--innocents", help="CSV file of names that are on no list.")
    ] = None,
    name_column: Annotated[
        str | None, typer.Option("--name-column", help="Its column with the name; else 'name'.")
    ] = None,
    variants: Annotated[
        int | None,
        typer.Option(
            "--variants",
            min=0,
            max=1_000_000,
            help="Listed names to damage, and people "
            f"to invent; {_VARIANTS} where no other cases are given.",
        ),
    ] = None,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Seek each alias by the party's other names.")
    ] = False,
    list_id: Annotated[
        str | None, typer.Option("--list", help="Leave out only aliases of this list.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help=f"Aliases to leave out, else {_LIMIT}.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Draws other names.")] = 0,
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.3, max=1.0, help="Lowest score of a hit.")
    ] = _THRESHOLD,
    base_rate: Annotated[
        float,
        typer.Option("--base-rate", min=0.0, max=1.0, help="Share of customers that are listed."),
    ] = _BASE_RATE,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Folder for figures, wrong answers and the audit's pages."),
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Measure how many listed parties screening finds, and how many innocents it troubles.

    Example: sanctrail screen evaluate --variants 2000 --output evidence
    """
    if source is None:
        refuse_given(
            {"--query-column": query_column, "--expected-column": expected_column,
             "--class-column": class_column, "--dob-column": dob_column,
             "--country-column": country_column},
            "only for --input FILE",
        )  # fmt: skip
    if innocents is None:
        refuse_given({"--name-column": name_column}, "only for --innocents FILE")
    if not leave_one_out:
        refuse_given({"--list": list_id, "--limit": limit}, "only for --leave-one-out")
    if variants is None:
        variants = 0 if source or innocents or leave_one_out else _VARIANTS
    given = {
        "--input": source, "--query-column": query_column, "--expected-column": expected_column,
        "--class-column": class_column, "--dob-column": dob_column,
        "--country-column": country_column, "--innocents": innocents,
        "--name-column": name_column, "--variants": variants, "--leave-one-out": leave_one_out,
        "--list": list_id, "--limit": limit, "--seed": seed, "--threshold": threshold,
        "--base-rate": base_rate, "--as-of": as_of,
    }  # fmt: skip
    _run(workspace, given, output, as_json=as_json)


def _run(workspace: Path, given: Given, output: Path | None, *, as_json: bool) -> None:
    from sanctrail.register import Register  # noqa: PLC0415
    from sanctrail.screening.evaluation import check_folder, write_evidence  # noqa: PLC0415
    from sanctrail.screening.evaluation import evaluate as measure  # noqa: PLC0415

    if output is not None:
        check_folder(output)
    found = measure(Register(workspace, given["--as-of"] or ""), _plan(given))
    written = () if output is None else write_evidence(found, output, _command(given))
    if as_json:
        print_json({**found.as_dict(), "output": str(output) if output else None})
        return
    print_problems(found.problems, "give --json to see all")
    _show(found)
    if written:
        say_long(f"Written to {output}: {', '.join(written)}.")


def _plan(given: Given) -> "Plan":
    from sanctrail.screening.evaluation import Aliases, Plan  # noqa: PLC0415

    leave_out = Aliases(given["--list"] or "", given["--limit"] or _LIMIT)
    return Plan(
        given["--threshold"],
        given["--base-rate"],
        given["--seed"],
        given["--variants"],
        _labelled(given),
        _innocents(given),
        leave_out if given["--leave-one-out"] else None,
    )


def _labelled(given: Given) -> "CaseFile | None":
    from sanctrail.screening.evaluation import CaseFile  # noqa: PLC0415

    if given["--input"] is None:
        return None
    return CaseFile(
        given["--input"],
        query=given["--query-column"] or "",
        expected=given["--expected-column"] or "",
        group=given["--class-column"] or "",
        born=given["--dob-column"] or "",
        country=given["--country-column"] or "",
    )


def _innocents(given: Given) -> "CaseFile | None":
    from sanctrail.screening.evaluation import CaseFile  # noqa: PLC0415

    if given["--innocents"] is None:
        return None
    return CaseFile(given["--innocents"], given["--name-column"] or "", innocents=True)


def _command(given: Given) -> str:
    """Return the command that repeats the evaluation, on the same register."""
    words = ["sanctrail", "screen", "evaluate"]
    for option, value in given.items():
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            words += [option, str(value)]
    return shlex.join([*words, "--output", "FOLDER"])


def _show(found: "Evaluation") -> None:
    from sanctrail.screening.evaluation import told  # noqa: PLC0415

    of = "{} and {}".format(*found.rests_on)
    if found.recall:
        print_table(told.LINE_COLUMNS, told.line_rows(found.recall), "Found of the listed")
    if found.plan.aliases is not None:
        print_table(told.TRAIT_COLUMNS, told.trait_rows(found.traits), "The same by")
    if found.alarms:
        print_table(told.ALARM_COLUMNS, told.line_rows(found.alarms, 2), "Innocents alarmed")
    if found.confused:
        print_table(told.ALARM_COLUMNS, told.line_rows(found.confused), "Must not meet, but do")
    print_table(told.CURVE_COLUMNS, told.curve_rows(found.curve), f"By threshold, {of}")
    if found.above.reliability is not None:
        print_table(told.BAND_COLUMNS, told.band_rows(found.bands), f"Hits that are right, {of}")
    for sentence in (told.summary(found), told.reliability_told(found), told.lists(found)):
        say_long(sentence)
