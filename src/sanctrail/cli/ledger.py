"""`sanctrail ledger`: chain data in, and what a ledger holds."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sanctrail.cli import ledger_asking, prices
from sanctrail.cli.options import Json
from sanctrail.cli.render import print_json, print_problems, problem_dicts, say
from sanctrail.errors import InputError, LedgerError

app = typer.Typer(help="Import chain data and ask what it holds.", no_args_is_help=True)

LedgerFolder = Annotated[Path, typer.Option("--ledger", help="Folder of the ledger.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Put the new ledger in place of another one there.")
]

Memory = Annotated[
    str | None,
    typer.Option("--memory", help="What joining may take: 4GB, 800MB. [default: half, <= 8GB]"),
]


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Chain files, of one kind of chain.")],
    ledger: LedgerFolder,
    form: Annotated[
        str | None,
        typer.Option("--format", help="The files' format, where they do not tell it themselves."),
    ] = None,
    layout: Annotated[
        Path | None,
        typer.Option("--layout", help="For any table: what each column holds (TOML)."),
    ] = None,
    height: Annotated[
        int | None, typer.Option("--height", min=0, help="The height of a lone, early block.")
    ] = None,
    network: Annotated[
        str | None,
        typer.Option("--network", help="Of bare blocks: mainnet, testnet3, testnet4, ..."),
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="Add these files to what the ledger holds.")
    ] = False,
    replace: Replace = False,
    memory: Memory = None,
    as_json: Json = False,
) -> None:
    """Import chain files into one ledger, all of them or none. Cut off, it goes on where it stood.

    Example: sanctrail ledger import blocks/blk*.dat --ledger bitcoin
    """
    from sanctrail.ledger import How, import_files  # noqa: PLC0415

    options = {"layout": layout, "height": height, "network": network}
    how = How(add, replace, bytes_of(memory), options)
    summary, problems = import_files(files, ledger, form, how)
    if as_json:
        print_json({**asdict(summary), "problem_list": problem_dicts(problems)})
        return
    print_problems(problems, "they stand in the ledger's problems table")
    state = "" if summary.changed else " (held already, nothing changed)"
    moved = "outputs" if summary.family == "utxo" else "transfers"
    say(
        f"{', '.join(summary.formats)}: {summary.transactions:,} transactions, "
        f"{summary.movements:,} {moved}, {summary.addresses:,} addresses in {ledger}{state}"
    )


_UNITS = {"MB": 10**6, "GB": 10**9}


def bytes_of(text: str | None) -> int | None:
    """Return the bytes of a size such as 4GB."""
    if text is None:
        return None
    number, unit = text[:-2].strip(), text[-2:].upper()
    size = float(number) * _UNITS[unit] if unit in _UNITS and _is_number(number) else 0
    if size < _UNITS["MB"] * 100:
        raise InputError(f"--memory {text}: give a size of at least 100MB, such as 800MB or 4GB.")
    return int(size)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


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
    family: Annotated[
        str, typer.Option("--family", help="utxo, or account: a coin and a token.")
    ] = "utxo",
    replace: Replace = False,
    memory: Memory = None,
    as_json: Json = False,
) -> None:
    """Write a simulated heist inside background traffic, with its ground truth.

    Example: sanctrail ledger simulate --ledger sim --case sim-case --seed 7
    """
    from sanctrail.ledger import How, simulate_heist  # noqa: PLC0415

    how = How(replace=replace, memory=bytes_of(memory))
    summary = simulate_heist(
        ledger, case, seed=seed, transactions=transactions, family=family, how=how
    )
    if as_json:
        print_json({**asdict(summary), "stolen": str(summary.stolen)})
        return
    moved = "movements" if family == "account" else "outputs"
    say(
        f"SIMULATION: {summary.transactions:,} transactions, {summary.outputs:,} {moved} in "
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
    network = f" ({about['network']})" if about.get("network") else ""
    say(f"  format        {about['source_format']}{network}, digest {about['digest']}")
    shown = [f"{a['code']} (in {a['unit']}, {a['decimals']} decimals)" for a in about["assets"]]
    more = f" and {len(shown) - SHOWN_ASSETS:,} more" if len(shown) > SHOWN_ASSETS else ""
    say(f"  assets        {', '.join(shown[:SHOWN_ASSETS])}{more}")
    say(
        f"  transactions  {cover['transactions']:,}, movements {cover['movements']:,}, "
        f"addresses {cover['addresses']:,}"
    )
    say(f"  blocks        {_shown(cover['first_block'])} to {_shown(cover['last_block'])}")
    say(f"  time          {cover['first_time']} to {cover['last_time']}")
    say(f"  from          {len(about['files']):,} files, problems {_problem_count(about):,}")
    for limit in about["limits"]:
        say(f"  limit         {limit}")
    damaged = ", ".join(about["damaged"])
    say(f"  files         {'DAMAGED: ' + damaged if damaged else 'whole, digests agree'}")


SHOWN_ASSETS = 5


def _shown(block: int | None) -> str:
    return "unknown" if block is None else str(block)


def _problem_count(about: dict[str, Any]) -> int:
    return sum(file["problems"] for file in about["files"])


@app.command("verify")
def verify(ledger: LedgerFolder, as_json: Json = False) -> None:
    """Hold a ledger against the rules of its chain and its own digests; exit with 2 if one breaks.

    Example: sanctrail ledger verify --ledger bitcoin
    """
    from sanctrail.ledger import open_ledger  # noqa: PLC0415
    from sanctrail.ledger.verify import verify as hold_against  # noqa: PLC0415

    checks = hold_against(open_ledger(ledger))
    if as_json:
        print_json([{**asdict(check), "holds": check.holds} for check in checks])
    else:
        for check in checks:
            left = f", {check.left_out:,} cannot be told" if check.left_out else ""
            say(f"{'holds ' if check.holds else 'BROKEN'}  {check.rule}: {check.looked_at:,}{left}")
            for flaw in check.flaws:
                say(f"        {flaw}")
    broken = [check.rule for check in checks if not check.holds]
    if broken:
        raise LedgerError(
            f"{ledger}: the ledger breaks {len(broken)} of {len(checks)} rules: "
            f"{'; '.join(broken)}. Check its sources and import them again."
        )


@app.command("export")
def export(
    ledger: LedgerFolder,
    to: Annotated[Path, typer.Option("--to", help="New folder for the tables.")],
    as_json: Json = False,
) -> None:
    """Write a ledger as Parquet tables that any engine reads.

    Example: sanctrail ledger export --ledger bitcoin --to bitcoin-tables
    """
    from sanctrail.ledger import open_ledger  # noqa: PLC0415
    from sanctrail.ledger.exporting import export_ledger  # noqa: PLC0415

    files = export_ledger(open_ledger(ledger), to)
    if as_json:
        print_json({"files": [str(path) for path in files]})
        return
    say(f"{len(files)} tables in {to}: {', '.join(path.name for path in files)}")


app.command("address")(ledger_asking.address)
app.command("tx")(ledger_asking.transaction)
app.add_typer(prices.app, name="prices")
