"""`sanctrail report`: a trace as a document for people."""

from pathlib import Path
from typing import Annotated

import typer

from sanctrail.cli.options import Json, Workspace, check_output, refuse_given
from sanctrail.cli.render import print_json, say
from sanctrail.errors import InputError


def report(
    trace: Annotated[Path, typer.Option("--trace", help="Folder that 'trace' wrote.")],
    output: Annotated[
        list[Path], typer.Option("--output", help="report.html or report.pdf; may be repeated.")
    ],
    workspace: Workspace,
    incident: Annotated[
        Path | None, typer.Option("--incident", help="Incident file (TOML) or table (CSV).")
    ] = None,
    incident_id: Annotated[
        str | None, typer.Option("--incident-id", help="The incident's id in a table.")
    ] = None,
    hits: Annotated[
        Path | None, typer.Option("--hits", help="Screening hits (CSV) to include.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a report that opens in a browser (.html) or on paper (.pdf).

    Example: sanctrail report --trace trace --output report.html --output report.pdf
    """
    from sanctrail.cases import read_case, read_incident  # noqa: PLC0415
    from sanctrail.exposure import exposure_of  # noqa: PLC0415
    from sanctrail.register import Register, has_register  # noqa: PLC0415
    from sanctrail.report import write_report  # noqa: PLC0415

    if incident is None:
        refuse_given({"--incident-id": incident_id}, "only together with --incident FILE")
    for path in output:  # all before the first is written
        _check(path)
    case = read_case(
        trace,
        incident=read_incident(incident, incident_id) if incident else None,
        hits=hits,
    )
    if has_register(workspace):  # without one the report says that none was at hand
        case = case.with_exposure(exposure_of(Register(workspace), case.trace, case.flows))
    for path in output:
        write_report(case, path)
    if as_json:
        print_json({"reports": [str(path) for path in output], "trace": str(trace)})
        return
    for path in output:
        say(f"Report: {path}")


def _check(path: Path) -> None:
    from sanctrail.report import SUFFIXES  # noqa: PLC0415

    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"--output {path}: name a file that ends in {' or '.join(SUFFIXES)}.")
    check_output(path)
