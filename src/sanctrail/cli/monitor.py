"""`sanctrail register gaps`, `lag` and `measures`: one regime beside the others."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.asking import open_register, say_used, used
from sanctrail.cli.monitor_tables import (
    GAP_COLUMNS,
    LAG_COLUMNS,
    PARTY_COLUMNS,
    figures,
    gap_row,
    gaps_document,
    lags_document,
    party_rows,
    say_left_out,
    show_gaps,
    show_lags,
)
from sanctrail.cli.options import AsOf, Csv, Json, Workspace
from sanctrail.cli.render import emit, print_json, say, say_long

if TYPE_CHECKING:
    from sanctrail.parties import Parties
    from sanctrail.regimes.measures import Obliged
    from sanctrail.register import Register

Programme = Annotated[
    str | None, typer.Option("--programme", help="Only parties under a topic (DPRK) or a code.")
]
Chart = Annotated[Path | None, typer.Option("--chart", help="Draw it too: a file .svg or .png.")]

_CELL_COLUMNS = ("party_id", "name", "measure", "regime", "basis", "text", "listings")


def add_to(app: typer.Typer) -> None:
    """Hang the monitor's commands onto `sanctrail register`."""
    app.command("gaps")(gaps)
    app.command("lag")(lag)
    app.command("measures")(measures)


def gaps(
    workspace: Workspace,
    there: Annotated[str, typer.Option("--from", help="Who lists them: a regime (un) or a list.")],
    here: Annotated[str, typer.Option("--to", help="Who may not: a regime (eu) or a list.")],
    programme: Programme = None,
    chart: Chart = None,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show who is listed in one regime and missing in another.

    Example: sanctrail register gaps --from un --to eu --programme DPRK
    """
    from sanctrail.regimes.gaps import find_gaps  # noqa: PLC0415

    _check_chart(chart)
    register, parties = _open(workspace, as_of)
    found = find_gaps(register, parties, there, here, programme or "")
    if chart is not None:
        from sanctrail.report.charts import draw_gaps  # noqa: PLC0415

        draw_gaps(found, chart)
    if as_json:
        print_json({**used(register), **gaps_document(found)})
        return
    if as_csv:
        rows = (gap_row(one, found) for one in found.rows)
        emit(GAP_COLUMNS, ([row[c] for c in GAP_COLUMNS] for row in rows), as_csv)
        sys.stderr.write(found.skew.in_words() + "\n")
        return
    say_long(found.skew.in_words())
    show_gaps(found)
    _say_drawn(chart)
    say_long(found.skew.in_words())
    say_used(register, {*found.there.list_ids, *found.here.list_ids})


def lag(
    workspace: Workspace,
    there: Annotated[str | None, typer.Option("--from", help="A regime (un) or a list.")] = None,
    here: Annotated[str | None, typer.Option("--to", help="A regime (eu) or a list.")] = None,
    programme: Programme = None,
    each: Annotated[
        bool, typer.Option("--parties", help="Each party with its days, instead of the figures.")
    ] = False,
    chart: Chart = None,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show how many days lie between the regimes' listings of the same party.

    Example: sanctrail register lag --from un --to us --programme DPRK
    """
    from sanctrail.regimes.lag import find_lags  # noqa: PLC0415

    _check_chart(chart)
    register, parties = _open(workspace, as_of)
    found = find_lags(register, parties, there or "", here or "", programme or "")
    if chart is not None:
        from sanctrail.report.charts import draw_lags  # noqa: PLC0415

        draw_lags(found, chart)
    if as_json:
        print_json({**used(register), **lags_document(found, each=each)})
        return
    columns, rows = (PARTY_COLUMNS, party_rows(found)) if each else (LAG_COLUMNS, figures(found))
    if as_csv:
        emit(columns, ([row[c] for c in columns] for row in rows), as_csv)
        return
    show_lags(rows, each=each)
    say_left_out(found)
    _say_drawn(chart)
    say_used(register, {one for side in found.sides for one in side.list_ids})


def measures(
    party: Annotated[str, typer.Argument(help="Listing id, reference, exact name or wallet.")],
    workspace: Workspace,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show what each regime's listing of a party obliges to, side by side.

    Example: sanctrail register measures KPe.031
    """
    from sanctrail.regimes.measures import measures_of  # noqa: PLC0415
    from sanctrail.register.party import not_listed  # noqa: PLC0415

    register, parties = _open(workspace, as_of)
    found = measures_of(register, parties, party)
    if not found:
        raise not_listed(register, party)
    if as_json:
        documents = [_obliged_document(one) for one in found]
        print_json({"party": party, **used(register), "parties": documents})
        return
    if as_csv:
        rows = (row for one in found for row in _cell_rows(one))
        emit(_CELL_COLUMNS, ([row[c] for c in _CELL_COLUMNS] for row in rows), as_csv)
        return
    for one in found:
        _show_measures(one)
    say_used(register, {list_id for one in found for list_id in one.list_ids})


def _obliged_document(one: "Obliged") -> dict[str, Any]:
    return {
        "party_id": one.party_id,
        "name": one.name,
        "kind": one.kind,
        "listings": list(one.listings),
        "regimes": list(one.regimes),
        "measures": [{key: row[key] for key in _CELL_COLUMNS[2:]} for row in _cell_rows(one)],
    }


def _cell_rows(one: "Obliged") -> list[dict[str, Any]]:
    return [
        {
            "party_id": one.party_id,
            "name": one.name,
            "measure": cell.measure,
            "regime": cell.regime,
            "basis": cell.basis,
            "text": cell.text,
            "listings": list(cell.listings),
        }
        for cell in one.cells
    ]


def _show_measures(one: "Obliged") -> None:
    say(f"{one.name}  ({one.kind}; {', '.join(one.listings)})")
    rows = []
    for measure in one.measures:
        cells = (one.cell(measure, regime) for regime in one.regimes)
        rows.append([measure, *(_told(cell.basis, cell.text) for cell in cells)])
    emit(("measure", *one.regimes), rows, as_csv=False)


def _told(basis: str, text: str) -> str:
    said = "list does not say" if basis == "not said" else basis
    return f"{said}: {text}" if text else said


def _open(workspace: Path, as_of: str | None) -> "tuple[Register, Parties]":
    from sanctrail.parties import open_parties  # noqa: PLC0415

    register = open_register(workspace, as_of)
    return register, open_parties(register)


def _check_chart(chart: Path | None) -> None:
    if chart is not None:  # before the work
        from sanctrail.report.charts import check_chart  # noqa: PLC0415

        check_chart(chart)


def _say_drawn(chart: Path | None) -> None:
    if chart is not None:
        say(f"Chart: {chart}")
