"""`sanctrail ledger prices`: what an asset was worth, when, and who says so."""

import typer

app = typer.Typer(help="Import prices and ask for one.", no_args_is_help=True)
