"""`sanctrail ledger prices`: what an asset was worth, when, and who says so."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sanctrail.cli.options import Json
from sanctrail.cli.render import print_json, print_problems, problem_dicts, say

app = typer.Typer(help="Import prices and ask for one.", no_args_is_help=True)

LedgerFolder = Annotated[Path, typer.Option("--ledger", help="Folder of the ledger.")]
DAYS = 86_400


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Prices: CSV, or GraphSense's rates.")],
    ledger: LedgerFolder,
    asset: Annotated[
        str | None, typer.Option("--asset", help="The asset, where the files do not name it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import prices (date or time, asset, currency, value, source) beside a ledger.

    Example: sanctrail ledger prices import rates.csv --ledger bitcoin
    """
    from sanctrail.ledger.prices import import_prices  # noqa: PLC0415

    summary, problems = import_prices(files, ledger, asset)
    if as_json:
        print_json({**asdict(summary), "problem_list": problem_dicts(problems)})
        return
    print_problems(problems, "they were left out")
    state = "" if summary.changed else " (held already, nothing changed)"
    say(f"{summary.prices:,} prices beside {ledger}, {summary.added:,} of them new{state}")


@app.command("show")
def show(
    asset: Annotated[str, typer.Argument(help="The asset: BTC.")],
    currency: Annotated[str, typer.Argument(help="The currency: USD.")],
    at: Annotated[str, typer.Option("--at", help="The time: 2021-03-12T10:00:00Z, or a date.")],
    ledger: LedgerFolder,
    max_age: Annotated[
        int, typer.Option("--max-age", min=0, help="Days for which a price stands.")
    ] = 2,
    as_json: Json = False,
) -> None:
    """Show what an asset cost at a time: the latest price at or before it, and who says so.

    Example: sanctrail ledger prices show BTC USD --at 2021-03-12 --ledger bitcoin
    """
    from sanctrail.errors import InputError  # noqa: PLC0415
    from sanctrail.ledger.prices import open_prices  # noqa: PLC0415
    from sanctrail.ledger.values import BadField, iso_time, unix_time  # noqa: PLC0415

    try:
        time = unix_time(at)
    except BadField as error:
        raise InputError(f"--at: {error}.") from error
    price = open_prices(ledger).price_at(asset, currency, time, max_age * DAYS)
    if as_json:
        print_json({"asked_at": iso_time(time), "price": _document(price)})
    elif price is None:
        say(f"No price of {asset} in {currency} is known for {iso_time(time)}: it is missing.")
    else:
        say(
            f"1 {asset} = {price.value} {currency} at {iso_time(price.time)}, "
            f"by {price.source or 'a source that is not named'}"
        )


def _document(price: Any) -> dict[str, Any] | None:
    from sanctrail.ledger.values import iso_time  # noqa: PLC0415

    if price is None:
        return None
    return {**asdict(price), "value": str(price.value), "time": iso_time(price.time)}
