"""`sanctrail screen`: one name, or a file of names, against the register."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sanctrail.cli.options import Json, Workspace
from sanctrail.cli.render import print_json, print_problems, print_table, problem_dicts, say
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.register import Register
    from sanctrail.screening import Query

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
        str, typer.Option("--name-column", help="Its column with the name.")
    ] = "name",
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
    as_json: Json = False,
) -> None:
    """Screen a name, or every row of a CSV file, against the register.

    Example: sanctrail screen "Park Jin Hyok" --dob 1984 --country kp
    """
    from sanctrail.register import Register  # noqa: PLC0415

    if (name is None) == (source is None):
        raise InputError("Give either a NAME or --input FILE; see: sanctrail screen --help")
    if name is not None:
        _screen_one(Register(workspace), name, dob, country, threshold, as_json=as_json)
        return
    if source is None or output is None:
        raise InputError("Give --output FILE, where the hits of the --input file shall go.")
    from sanctrail.screening import Screener, screen_file  # noqa: PLC0415
    from sanctrail.screening.batch import QueryColumns  # noqa: PLC0415

    columns = QueryColumns(name_column, dob_column, country_column)
    register = Register(workspace)
    summary = screen_file(Screener(register), source, columns, output, threshold)
    if as_json:
        print_json(
            {
                "input": str(source),
                "output": str(output),
                "threshold": threshold,
                "rows": summary.rows,
                "rows_with_hits": summary.with_hits,
                "hits": summary.hits,
                "lists": _lists(register),
                "problems": problem_dicts(summary.problems),
            }
        )
        return
    print_problems(summary.problems, "give --json to see all")
    say(
        f"{summary.rows:,} rows screened at {threshold:.2f}: {summary.with_hits:,} with a hit, "
        f"{summary.hits:,} hits, in {output}"
    )


def _screen_one(
    register: "Register",
    name: str,
    dob: str | None,
    country: str | None,
    threshold: float,
    *,
    as_json: bool,
) -> None:
    from sanctrail.screening import Screener  # noqa: PLC0415

    query = _query(name, dob, country)
    hits = Screener(register).screen(query, threshold)
    if as_json:
        print_json(
            {
                "query": {"name": name, "dob": dob, "country": query.country or None},
                "threshold": threshold,
                "lists": _lists(register),
                "hits": [asdict(hit) for hit in hits],
            }
        )
        return
    if not hits:
        say(f"No party scores {threshold:.2f} or more on {_lists_in_words(register)}.")
        return
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
    say(f"Screened against {_lists_in_words(register)}.")


def _query(name: str, dob: str | None, country: str | None) -> "Query":
    from sanctrail.screening import Query  # noqa: PLC0415
    from sanctrail.text.countries import country_code  # noqa: PLC0415
    from sanctrail.text.dates import parse_date  # noqa: PLC0415

    born = parse_date(dob) if dob else None
    if dob and born is None:
        raise InputError(f"--dob '{dob}' is no date. Write 1984, 1984-08 or 1984-08-15.")
    code = country_code(country) if country else ""
    if country and not code:
        raise InputError(f"--country '{country}' is not known. Write a code (kp) or a name.")
    return Query(name, born, code)


def _lists(register: "Register") -> list[dict[str, str]]:
    return [
        {"list_id": v["list_id"], "list_date": v["list_date"], "sha256": v["sha256"]}
        for v in register.current
    ]


def _lists_in_words(register: "Register") -> str:
    return ", ".join(f"{v['list_id']} of {v['list_date']}" for v in register.current)
