"""The commands and where they hang."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sanctrail import __version__
from sanctrail.cli import (
    clusters,
    demo,
    inferring,
    labels,
    ledger,
    lists,
    names,
    register,
    report,
    screen,
    trace,
    wallet,
)

ORDER = (
    "demo",
    "lists",
    "register",
    "screen",
    "names",
    "wallet",
    "label",
    "ledger",
    "cluster",
    "trace",
    "report",
)


class WayOfTheWork(TyperGroup):
    """Lists the commands in the order in which the work goes."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands' names in order."""
        return sorted(super().list_commands(ctx), key=ORDER.index)


app = typer.Typer(
    name="sanctrail",
    cls=WayOfTheWork,
    help="Official sanctions lists, screening, exact coin tracing and reports that re-check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(lists.app, name="lists")
app.add_typer(register.app, name="register")
app.add_typer(screen.app, name="screen")
app.add_typer(names.app, name="names")
app.command("wallet")(wallet.wallet)
labels.app.command("infer")(inferring.infer)
app.add_typer(labels.app, name="label")
app.add_typer(ledger.app, name="ledger")
app.add_typer(clusters.app, name="cluster")
app.command("trace")(trace.trace)
app.command("report")(report.report)
app.command("demo")(demo.demo)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sanctrail {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Official sanctions lists, screening, exact coin tracing and reports that re-check."""
