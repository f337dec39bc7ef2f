"""`sanctrail screen`: one name, or a file of names, against the register."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.options import AsOf, Json, MaxAge, Workspace, check_output, refuse_given
from sanctrail.cli.render import (
    print_json,
    print_problems,
    print_table,
    problem_dicts,
    say,
    say_long,
)
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.register import Register
    from sanctrail.screening import BatchSummary, Hit, Query

_THRESHOLD = 0.7


def screen(
    workspace: Workspace,
    name: Annotated[str | None, typer.Argument(help="The name to look for.")] = None,
    dob: Annotated[
        str | None, typer.Option("--dob", help="Birth date: 1984, 1984-08 or 1984-08-15.")
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", help="Country: a code or a name.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--input", help="CSV file of names to screen.")
    ] = None,
    name_column: Annotated[
        str | None, typer.Option("--name-column", help="Its column with the name; else 'name'.")
    ] = None,
    dob_column: Annotated[
        str | None, typer.Option("--dob-column", help="Its column with the birth date.")
    ] = None,
    country_column: Annotated[
        str | None, typer.Option("--country-column", help="Its column with the country.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="CSV file to write the hits to.")
    ] = None,
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.0, max=1.0, help="Lowest score of a hit.")
    ] = _THRESHOLD,
    as_of: AsOf = None,
    max_age: MaxAge = None,
    as_json: Json = False,
) -> None:
    """Screen a name, or every row of a CSV file, against the register.

    Example: sanctrail screen "Park Jin Hyok" --dob 1984 --country kp
    """
    if (name is None) == (source is None):
        raise InputError("Give either a NAME or --input FILE; see: sanctrail screen --help")
    if source is None:
        of_a_file = {
            "--output": output,
            "--name-column": name_column,
            "--dob-column": dob_column,
            "--country-column": country_column,
        }
        refuse_given(of_a_file, "only for --input FILE, not for a NAME")
        query = _query(name or "", dob, country)
        register = _open(workspace, as_of, max_age)
        _screen_one(register, query, dob, threshold, as_json=as_json)
        return
    refuse_given({"--dob": dob, "--country": country}, "only for a NAME, not for --input FILE")
    if output is None:
        raise InputError("Give --output FILE, where the hits of the --input file shall go.")
    columns = (name_column or "name", dob_column, country_column)
    check_output(output)
    register = _open(workspace, as_of, max_age)
    _screen_file(register, source, columns, output, threshold, as_json=as_json)


def _open(workspace: Path, as_of: str | None, max_age: int | None) -> "Register":
    from sanctrail.register import Register  # noqa: PLC0415
    from sanctrail.register.ages import refuse_older  # noqa: PLC0415

    register = Register(workspace, as_of or "")
    if max_age is not None:
        refuse_older(register.views, max_age)
    return register


def _screen_file(
    register: "Register",
    source: Path,
    columns: tuple[str, str | None, str | None],
    output: Path,
    threshold: float,
    *,
    as_json: bool,
) -> None:
    from sanctrail.screening import QueryColumns, Screener, screen_file  # noqa: PLC0415

    summary = screen_file(Screener(register), source, QueryColumns(*columns), output, threshold)
    if as_json:
        about = {"input": str(source), "output": str(output), "threshold": threshold}
        print_json({**about, **_summary(summary, register)})
        return
    print_problems(summary.problems, "give --json to see all")
    say(
        f"{summary.rows:,} rows screened at {threshold:.2f}: {summary.with_hits:,} with a hit, "
        f"{summary.hits:,} hits, in {output}"
    )


def _summary(summary: "BatchSummary", register: "Register") -> dict[str, Any]:
    return {
        "rows": summary.rows,
        "rows_with_hits": summary.with_hits,
        "hits": summary.hits,
        "lists": _lists(register),
        "problems": problem_dicts(summary.problems),
    }


def _screen_one(
    register: "Register", query: "Query", dob: str | None, threshold: float, *, as_json: bool
) -> None:
    from sanctrail.register.ages import in_words  # noqa: PLC0415
    from sanctrail.screening import Screener  # noqa: PLC0415

    hits = Screener(register).screen(query, threshold)
    if as_json:
        print_json(
            {
                "query": {"name": query.name, "dob": dob, "country": query.country or None},
                "threshold": threshold,
                "lists": _lists(register),
                "hits": [asdict(hit) for hit in hits],
            }
        )
        return
    if not hits:
        say_long(f"No party scores {threshold:.2f} or more on {in_words(register.views)}.")
        return
    _show(hits)
    say_long(f"Screened against {in_words(register.views)}.")


def _show(hits: "list[Hit]") -> None:
    print_table(
        ("#score", "listing", "name on the list", "programme", "listed on", "why"),
        (
            (
                f"{hit.score:.2f}",
                ", ".join(hit.listing_ids),
                hit.matched_name,
                ", ".join(hit.programmes),
                hit.listed_on,
                hit.explanation,
            )
            for hit in hits
        ),
    )


def _query(name: str, dob: str | None, country: str | None) -> "Query":
    from sanctrail.screening import Query, says_something  # noqa: PLC0415
    from sanctrail.text.countries import country_code  # noqa: PLC0415
    from sanctrail.text.dates import parse_date  # noqa: PLC0415

    if not says_something(name):
        raise InputError(f"NAME '{name}' has no letter or digit. Give a name to look for.")
    born = parse_date(dob) if dob else None
    if dob and born is None:
        raise InputError(f"--dob '{dob}' is no date. Write 1984, 1984-08 or 1984-08-15.")
    code = country_code(country) if country else ""
    if country and not code:
        raise InputError(f"--country '{country}' is not known. Write a code (kp) or a name.")
    return Query(name, born, code)


def _lists(register: "Register") -> list[dict[str, Any]]:
    from sanctrail.register.ages import versions_used  # noqa: PLC0415

    return versions_used(register.views)
