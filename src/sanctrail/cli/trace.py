"""`sanctrail trace`: from the sources to where the money is."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sanctrail.cli.options import Json
from sanctrail.cli.render import print_json, print_problems, print_table, say
from sanctrail.errors import InputError

SHOWN = 12


def trace(
    ledger: Annotated[Path, typer.Option("--ledger", help="Folder of the ledger.")],
    sources: Annotated[
        list[str],
        typer.Option("--sources", help="A file of sources, or addresses and transactions."),
    ],
    output: Annotated[Path, typer.Option("--output", help="Folder for trace.json, flows.csv.")],
    more_sources: Annotated[
        list[str] | None, typer.Argument(metavar="[ADDRESS]...", help="Further sources.")
    ] = None,
    stops: Annotated[
        Path | None, typer.Option("--stops", help="File of addresses where money stays.")
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="fifo, haircut; several joined by commas.")
    ] = "fifo",
    theft: Annotated[
        str | None, typer.Option("--theft", help="Name of the theft; else the sources file's.")
    ] = None,
    asset: Annotated[str | None, typer.Option("--asset", help="Trace only this asset.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Only what leaves sources from this time on (ISO, UTC)."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", help="File of labels: your own table, a TagPack, any known form."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Trace stolen money from its sources to where it is now, exact to the base unit.

    Example: sanctrail trace --ledger theft --sources thief.csv --stops exchanges.csv
    --method fifo,haircut --output trace
    """
    from sanctrail.attribution import read_labels  # noqa: PLC0415
    from sanctrail.ledger import open_ledger  # noqa: PLC0415
    from sanctrail.tracing import Options, build_request, write_trace  # noqa: PLC0415
    from sanctrail.tracing import trace as run_trace  # noqa: PLC0415

    named, read = read_labels(labels) if labels else ({}, None)
    if read:
        print_problems(read.problems, "mend the file of labels")
        for hint in read.hints:
            sys.stderr.write(f"Not used: {hint.place} of {labels} lost the case of its address.\n")
    options = Options(asset, _since(since), theft, named, read.digest if read else None)
    request = build_request([*sources, *(more_sources or [])], stops, method, options)
    opened = open_ledger(ledger, verify=True)
    results, notes = run_trace(opened, request)
    document = write_trace(output, opened, request, results, notes)
    if as_json:
        print_json(document)
        return
    for result in document["results"]:
        _show(result)
    for note in notes:
        say(f"Note: {note}")
    say(f"Evidence: {output / 'trace.json'}, {output / 'flows.csv'}")
    say(f"Next: sanctrail report --trace {output} --output report.html")


def _since(text: str | None) -> int | None:
    from sanctrail.ledger.values import unix_time  # noqa: PLC0415

    if text is None:
        return None
    try:
        return unix_time(text)
    except ValueError as error:
        raise InputError(f"--since: {error}.") from error


def _show(result: dict[str, Any]) -> None:
    from sanctrail.tracing.amounts import in_asset  # noqa: PLC0415

    def money(amount: str) -> str:
        return in_asset(amount, result["decimals"])

    ends: list[tuple[str, str, str]] = [
        *(("arrived", a["label"] or a["address"], a["amount"]) for a in result["arrived"]),
        *(("dormant", d["outpoint"] or d["address"], d["amount"]) for d in result["dormant"]),
        *(("returned", r["address"], r["amount"]) for r in result["returned"]),
        *(("stopped", s["transaction"], s["amount"]) for s in result["stopped"]),
    ]
    shown = sorted(ends, key=lambda end: -int(end[2]))[:SHOWN]
    rows = [(kind, place, money(amount)) for kind, place, amount in shown]
    if len(ends) > SHOWN:
        rest = sum(int(end[2]) for end in ends) - sum(int(end[2]) for end in shown)
        rows.append(("", f"{len(ends) - SHOWN} more places", money(str(rest))))
    if result["fees"] != "0":
        rows.append(("fees", "", money(result["fees"])))
    title = f"{result['theft']} by {result['method']}, {result['asset']}"
    print_table(("end", "where", f"#{result['asset']}"), rows, title)
    balance = result["conservation"]
    say(
        f"in {money(balance['in'])} = out {money(balance['out'])}, "
        f"difference {balance['difference']} {result['unit']}"
    )
    say()
