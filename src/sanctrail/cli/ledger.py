"""`sanctrail ledger`: chain data in, and what a ledger holds."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sanctrail.cli.options import Json
from sanctrail.cli.render import print_json, print_problems, problem_dicts, say

app = typer.Typer(help="Import chain data and see what it covers.", no_args_is_help=True)

LedgerFolder = Annotated[Path, typer.Option("--ledger", help="Folder of the ledger.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Put the new ledger in place of another one there.")
]


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Tables of transfers (CSV).")],
    form: Annotated[str, typer.Option("--format", help="labelled-flows, or transfers.")],
    ledger: LedgerFolder,
    layout: Annotated[
        Path | None, typer.Option("--layout", help="For transfers: what each column holds (TOML).")
    ] = None,
    replace: Replace = False,
    as_json: Json = False,
) -> None:
    """Import tables of transfers into one ledger, all of them or none.

    Example: sanctrail ledger import --format labelled-flows flows.csv --ledger theft
    """
    from sanctrail.ledger import import_files  # noqa: PLC0415

    summary, problems = import_files(files, form, ledger, layout_file=layout, replace=replace)
    if as_json:
        print_json({**asdict(summary), "problem_list": problem_dicts(problems)})
        return
    print_problems(problems, "they stand in the ledger's problems table")
    state = "" if summary.changed else " (held already, nothing changed)"
    say(
        f"{summary.transfers:,} transfers between {summary.addresses:,} addresses from "
        f"{summary.rows:,} rows in {ledger}{state}"
    )


@app.command("simulate")
def simulate(
    ledger: LedgerFolder,
    case: Annotated[
        Path, typer.Option("--case", help="Folder for sources, stops, incident and truth.")
    ],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same chain.")] = 7,
    transactions: Annotated[
        int, typer.Option("--transactions", help="Size of the chain, at least 2,000.")
    ] = 60_000,
    replace: Replace = False,
    as_json: Json = False,
) -> None:
    """Write a simulated heist inside background traffic, with its ground truth.

    Example: sanctrail ledger simulate --ledger sim --case sim-case --seed 7
    """
    from sanctrail.ledger import simulate_heist  # noqa: PLC0415

    summary = simulate_heist(ledger, case, seed=seed, transactions=transactions, replace=replace)
    if as_json:
        print_json({**asdict(summary), "stolen": str(summary.stolen)})
        return
    say(
        f"SIMULATION: {summary.transactions:,} transactions, {summary.outputs:,} outputs in "
        f"{ledger}; sources, stops and ground truth in {case}"
    )


@app.command("info")
def info(ledger: LedgerFolder, as_json: Json = False) -> None:
    """Say what a ledger covers, what it lacks and whether its files are whole.

    Example: sanctrail ledger info --ledger theft
    """
    from sanctrail.ledger import open_ledger  # noqa: PLC0415
    from sanctrail.ledger.store import require_whole, verify_digests  # noqa: PLC0415

    opened = open_ledger(ledger)
    about = {**opened.manifest, "damaged": verify_digests(opened)}
    if as_json:
        print_json(about)
    else:
        _say_info(ledger, about)
    require_whole(ledger, about["damaged"])


def _say_info(ledger: Path, about: dict[str, Any]) -> None:
    cover = about["coverage"]
    say(f"{'SIMULATION: ' if about['simulation'] else ''}{about['family']} ledger {ledger}")
    say(f"  format        {about['source_format']}, digest {about['digest']}")
    assets = ", ".join(
        f"{a['code']} (in {a['unit']}, {a['decimals']} decimals)" for a in about["assets"]
    )
    say(f"  assets        {assets}")
    say(f"  transactions  {cover['transactions']:,}, movements {cover['movements']:,}")
    say(f"  blocks        {cover['first_block']} to {cover['last_block']}")
    say(f"  time          {cover['first_time']} to {cover['last_time']}")
    for limit in about["limits"]:
        say(f"  limit         {limit}")
    damaged = ", ".join(about["damaged"])
    say(f"  files         {'DAMAGED: ' + damaged if damaged else 'whole, digests agree'}")
