"""`sanctrail demo`: the main job end to end, offline."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sanctrail.cli.options import Json
from sanctrail.cli.render import print_json, say

if TYPE_CHECKING:
    from sanctrail.demo import DemoResult


def demo(
    output: Annotated[Path, typer.Option("--output", help="Folder for everything it makes.")] = (
        Path("sanctrail-demo")
    ),
    as_json: Json = False,
) -> None:
    """Run the whole way on what ships with the program: real listings, a simulated heist.

    Example: sanctrail demo --output sanctrail-demo
    """
    from sanctrail.demo import run_demo  # noqa: PLC0415

    result = run_demo(output)
    if as_json:
        print_json(asdict(result))
        return
    _tell(result)


def _tell(result: "DemoResult") -> None:
    from sanctrail.tracing.amounts import in_asset  # noqa: PLC0415

    found, decimals = result.result, result.result["decimals"]
    arrived: dict[str, int] = {}
    for end in found["arrived"]:
        arrived[end["label"]] = arrived.get(end["label"], 0) + int(end["amount"])
    dormant = sum(int(end["amount"]) for end in found["dormant"])
    stopped = sum(int(end["amount"]) for end in found["stopped"])
    folder = result.folder
    say(
        f"Register   {result.listings} real listings from {result.lists} official lists (an "
        f"extract), {result.wallets} wallets"
    )
    say(
        f"Screening  {result.customers} customers: {result.customers_found} of "
        f"{result.customers_expected} listed ones found"
        + _named(", missed: ", result.customers_missed)
        + (_named(", false alarms: ", result.customers_false) or ", no false alarm")
    )
    say(
        f"Tracing    SIMULATION: {in_asset(found['stolen'], decimals)} {found['asset']} stolen in "
        f"{result.transactions:,} transactions, traced by {found['method']}"
    )
    for label, amount in sorted(arrived.items(), key=lambda item: -item[1]):
        say(f"           {in_asset(amount, decimals):>20}  at {label}")
    say(f"           {in_asset(stopped, decimals):>20}  into a CoinJoin-shaped transaction")
    say(f"           {in_asset(dormant, decimals):>20}  lies unspent")
    verdict = "equal to" if result.equals_planted else "NOT EQUAL to"
    say(
        f"           {in_asset(found['fees'], decimals):>20}  fees; difference "
        f"{found['conservation']['difference']}; every destination {verdict} what was planted"
    )
    say(f"Report     {' and '.join(result.reports)}")
    say(f"           ({result.seconds} s in all)")
    say()
    say("Next       open the report, or type:")
    say(f'  sanctrail screen "Pak Jin Hyok" --workspace {folder}/workspace')
    say(
        "  sanctrail wallet 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 "
        f"--workspace {folder}/workspace"
    )
    say("  sanctrail lists load FILE...     (the official lists)")


def _named(prefix: str, names: tuple[str, ...]) -> str:
    return prefix + ", ".join(names) if names else ""
