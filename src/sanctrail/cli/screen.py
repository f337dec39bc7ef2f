"""`sanctrail screen`: one name, or a file of names, against the register."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.evaluate import evaluate
from sanctrail.cli.grouping import DEFAULT, NameOrCommand
from sanctrail.cli.options import AsOf, Json, MaxAge, Workspace, check_output, refuse_given
from sanctrail.cli.render import print_json, print_problems, say, say_long
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.register import Register
    from sanctrail.screening import (
        AskedIdentifier,
        BatchSummary,
        IdentifierColumn,
        Query,
        QueryColumns,
        Wanted,
    )

_THRESHOLD = 0.7
_OF_A_NAME = "only for a NAME, not for --input FILE"
_OF_A_FILE = "only for --input FILE, not for a NAME"

app = typer.Typer(cls=NameOrCommand, add_completion=False)
app.command("evaluate")(evaluate)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which hits are wished for, in the user's words."""

    threshold: float
    measures: list[str]
    regimes: list[str]
    programmes: list[str]
    kinds: list[str]

    def wanted(self, register: "Register") -> "Wanted":
        from sanctrail.screening import read_wanted  # noqa: PLC0415

        return read_wanted(register, self.measures, self.regimes, self.programmes, self.kinds)


@app.command(DEFAULT)
def screen(
    workspace: Workspace,
    name: Annotated[str | None, typer.Argument(help="The name to look for.")] = None,
    dob: Annotated[
        str | None, typer.Option("--dob", help="Birth date: 1984, 1984-08 or 1984-08-15.")
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", help="Country: a code or a name.")
    ] = None,
    gender: Annotated[str | None, typer.Option("--gender", help="male or female.")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="person, entity, vessel or aircraft.")
    ] = None,
    numbers: Annotated[
        list[str] | None,
        typer.Option(
            "--id",
            metavar="NUMBER[:SORT]",
            help="An identifier, with its sort if known (A1234567:passport); may repeat.",
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--input", help="File of names to screen: CSV, JSON lines, Parquet, Excel or ODS."
        ),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="Its sheet, if it is a workbook; else the first.")
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
    gender_column: Annotated[
        str | None, typer.Option("--gender-column", help="Its column with the gender.")
    ] = None,
    kind_column: Annotated[
        str | None,
        typer.Option("--kind-column", help="Its column with the kind (person, company, ship ...)."),
    ] = None,
    id_columns: Annotated[
        list[str] | None,
        typer.Option(
            "--id-column",
            metavar="COLUMN[:SORT]",
            help="Its column with identifiers, with their sort if known; may repeat.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="File to write the hits to: .csv or .parquet."),
    ] = None,
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.0, max=1.0, help="Lowest score of a hit.")
    ] = _THRESHOLD,
    measures: Annotated[
        list[str] | None,
        typer.Option("--measure", help="Only parties under this measure; may repeat."),
    ] = None,
    regimes: Annotated[
        list[str] | None,
        typer.Option("--regime", help="Only parties of this regime (un, us ...); may repeat."),
    ] = None,
    programmes: Annotated[
        list[str] | None,
        typer.Option("--programme", help="Only parties under this code or topic; may repeat."),
    ] = None,
    hit_kinds: Annotated[
        list[str] | None,
        typer.Option("--hit-kind", help="Only parties listed as this kind; may repeat."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="For a NAME: all that was weighed, hit by hit.")
    ] = False,
    as_of: AsOf = None,
    max_age: MaxAge = None,
    as_json: Json = False,
) -> None:
    """Screen a name, or every row of a file, against the register.

    Beside the output of a file stands its run.json: what is needed to repeat the run. A run that
    was broken off goes on where it was when it is given again.

    Example: sanctrail screen "Park Jin Hyok" --dob 1984 --country kp
    """
    wish = _Wish(threshold, measures or [], regimes or [], programmes or [], hit_kinds or [])
    of_a_name: dict[str, Any] = {
        "--dob": dob, "--country": country, "--gender": gender, "--kind": kind,
        "--id": numbers or None, "--explain": explain or None,
    }  # fmt: skip
    of_a_file: dict[str, Any] = {
        "--output": output, "--sheet": sheet, "--name-column": name_column,
        "--dob-column": dob_column, "--country-column": country_column,
        "--gender-column": gender_column, "--kind-column": kind_column,
        "--id-column": id_columns or None,
    }  # fmt: skip
    if (source is not None) == (name is not None or (source is None and bool(numbers))):
        raise InputError("Give either a NAME or --input FILE; see: sanctrail screen --help")
    if source is None:
        refuse_given(of_a_file, _OF_A_FILE)
        query = _query(name, dob, country, gender, kind, numbers or [])
        register = _open(workspace, as_of, max_age)
        _screen_one(register, query, of_a_name, wish, as_json=as_json)
        return
    refuse_given(of_a_name, _OF_A_NAME)
    if output is None:
        raise InputError("Give --output FILE, where the hits of the --input file shall go.")
    check_output(output)
    columns = _columns(of_a_file)
    register = _open(workspace, as_of, max_age)
    _screen_file(register, source, columns, output, wish, as_json=as_json)


def _open(workspace: Path, as_of: str | None, max_age: int | None) -> "Register":
    from sanctrail.register import Register  # noqa: PLC0415
    from sanctrail.register.ages import refuse_older  # noqa: PLC0415

    register = Register(workspace, as_of or "")
    if max_age is not None:
        refuse_older(register.views, max_age)
    return register


# A file.


def _columns(options: dict[str, Any]) -> "QueryColumns":
    from sanctrail.screening import QueryColumns  # noqa: PLC0415

    keys = ("name", "dob", "country", "gender", "kind")
    return QueryColumns(
        **{key: options[f"--{key}-column"] for key in keys},
        identifiers=tuple(map(_id_column, options["--id-column"] or ())),
        sheet=options["--sheet"],
    )


def _id_column(text: str) -> "IdentifierColumn":
    from sanctrail.screening import IdentifierColumn  # noqa: PLC0415
    from sanctrail.screening.queries import part_sort  # noqa: PLC0415

    return IdentifierColumn(*part_sort(text))


def _screen_file(
    register: "Register",
    source: Path,
    columns: "QueryColumns",
    output: Path,
    wish: _Wish,
    *,
    as_json: bool,
) -> None:
    from sanctrail.screening import Screener, screen_file  # noqa: PLC0415

    wanted = wish.wanted(register)
    try:
        summary = screen_file(
            Screener(register), source, columns, output, wish.threshold, wanted=wanted
        )
    except KeyboardInterrupt:
        sys.stderr.write("Broken off. The same command goes on where this one was.\n")
        raise
    if as_json:
        print_json(summary.facts)
        return
    _say_summary(summary, output, wish.threshold)


def _say_summary(summary: "BatchSummary", output: Path, threshold: float) -> None:
    kept = len(summary.problems)
    rest = f"the first {kept:,} stand in {output.name}.run.json"
    print_problems(summary.problems, rest, summary.problem_count)
    if summary.resumed:
        say(f"The first {summary.resumed:,} rows were screened by a run that was broken off.")
    say(
        f"{summary.rows:,} rows screened at {threshold:.2f}: {summary.with_hits:,} with a hit, "
        f"{summary.hits:,} hits, in {output}"
    )


# One name.


def _screen_one(
    register: "Register", query: "Query", asked: dict[str, Any], wish: _Wish, *, as_json: bool
) -> None:
    from sanctrail.cli.hits import print_hits, print_pages  # noqa: PLC0415
    from sanctrail.register.ages import in_words  # noqa: PLC0415
    from sanctrail.screening import Screener  # noqa: PLC0415

    wanted = wish.wanted(register)
    hits = Screener(register).screen(query, wish.threshold, wanted)
    if as_json:
        lists = _lists(register)
        document = {"query": _query_document(query, asked), "threshold": wish.threshold}
        print_json({**document, "lists": lists, "hits": [hit.as_dict() for hit in hits]})
        return
    if not hits:
        only = "" if wanted == _everything() else " of those that are wanted"
        say_long(
            f"No party{only} scores {wish.threshold:.2f} or more on {in_words(register.views)}."
        )
        return
    draw = print_pages if asked["--explain"] else print_hits
    draw(hits)
    say_long(f"Screened against {in_words(register.views)}.")


def _everything() -> "Wanted":
    from sanctrail.screening import Wanted  # noqa: PLC0415

    return Wanted()


def _query_document(query: "Query", asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": query.name,
        "dob": asked["--dob"],
        "country": query.country or None,
        "gender": query.gender or None,
        "kind": query.kind or None,
        "identifiers": [{"number": one.number, "sort": one.sort} for one in query.identifiers],
    }


def _query(
    name: str | None,
    dob: str | None,
    country: str | None,
    gender: str | None,
    kind: str | None,
    numbers: Iterable[str],
) -> "Query":
    from sanctrail.lists.records import KINDS  # noqa: PLC0415
    from sanctrail.screening import Query, says_something  # noqa: PLC0415
    from sanctrail.screening.queries import read_gender, read_kind  # noqa: PLC0415
    from sanctrail.text.countries import country_code  # noqa: PLC0415
    from sanctrail.text.dates import parse_date  # noqa: PLC0415

    if name is not None and not says_something(name):
        raise InputError(f"NAME '{name}' has no letter or digit. Give a name to look for.")
    born = parse_date(dob) if dob else None
    if dob and born is None:
        raise InputError(f"--dob '{dob}' is no date. Write 1984, 1984-08 or 1984-08-15.")
    code = country_code(country) if country else ""
    if country and not code:
        raise InputError(f"--country '{country}' is not known. Write a code (kp) or a name.")
    of_gender = read_gender(gender) if gender else ""
    if of_gender is None:
        raise InputError(f"--gender '{gender}' is not known. Write male or female.")
    of_kind = read_kind(kind) if kind else ""
    if of_kind is None:
        raise InputError(f"--kind '{kind}' is none of: {', '.join(KINDS)}.")
    return Query(name or "", born, code, of_gender, of_kind, tuple(map(_identifier, numbers)))


def _identifier(text: str) -> "AskedIdentifier":
    from sanctrail.screening import AskedIdentifier  # noqa: PLC0415
    from sanctrail.screening.queries import SORTS_ASKED, identifies, part_sort  # noqa: PLC0415

    number, sort = part_sort(text.strip())
    word = number.rpartition(":")[2] if not sort and ":" in number else ""
    if word and word.replace(" ", "").isalpha():
        raise InputError(f"--id '{text}': '{word}' is no sort. Sorts: {', '.join(SORTS_ASKED)}.")
    if not identifies(number, sort):
        what = sort or "an identifier"
        raise InputError(f"--id '{text}' says too little to be {what}. Give the whole number.")
    return AskedIdentifier(number, sort)


def _lists(register: "Register") -> list[dict[str, Any]]:
    from sanctrail.register.ages import versions_used  # noqa: PLC0415

    return versions_used(register.views)
