"""`sanctrail register`: who is listed, by whom, since when, under what, and what changed."""

from collections import Counter
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sanctrail.cli import joining, monitor, parties
from sanctrail.cli.asking import open_register, say_used, used
from sanctrail.cli.options import AsOf, Csv, Json, Workspace, check_output
from sanctrail.cli.render import emit, print_json, say, say_long
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.register import Register

app = typer.Typer(help="Ask the register: parties, changes, programmes.", no_args_is_help=True)

_CHANGE_COLUMNS = (
    "list_id",
    "change",
    "listing_id",
    "primary_name",
    "fact",
    "before",
    "after",
    "not_before",
    "not_after",
    "on_date",
    "was_listed_until",
    "kind",
    "programmes",
)

_ALSO = {"XBT": ("BTC",), "BTC": ("XBT",)}
"""Two codes of one asset: OFAC writes XBT."""

_SHOWN_CHANGES = 200
"""Rows of changes that a table for people shows."""

_STATS_COLUMNS = ("list", "date", "age", "versions", "parties", "names", "identifiers", "wallets",
                  "relations", "problems")  # fmt: skip


@app.callback()
def register() -> None:
    """Ask the register: who is listed, by whom, since when, under what, and what changed."""


def _check_list(register: "Register", list_id: str | None) -> None:
    held = sorted({version["list_id"] for version in register.versions})
    if list_id is not None and list_id not in held:
        raise InputError(f"--list '{list_id}': no such list is held. Held: {', '.join(held)}.")


@app.command("changes")
def changes(
    workspace: Workspace,
    since: Annotated[
        str | None, typer.Option("--since", help="Versions of this day or later: 2025-03-01.")
    ] = None,
    list_id: Annotated[
        str | None, typer.Option("--list", help="Only this list, such as us-sdn.")
    ] = None,
    change: Annotated[
        str | None,
        typer.Option("--change", help="Only these: listed, delisted or amended."),
    ] = None,
    programme: Annotated[
        str | None, typer.Option("--programme", help="Only parties under a topic or programme.")
    ] = None,
    party: Annotated[
        str | None, typer.Option("--party", help="Only parties whose name or id has this text.")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show what changed from version to version of each list.

    Example: sanctrail register changes --since 2025-01-01 --change delisted
    """
    from sanctrail.register.history import changes_since, select  # noqa: PLC0415
    from sanctrail.text.dates import parse_date  # noqa: PLC0415

    register = open_register(workspace, as_of)
    _check_list(register, list_id)
    day = parse_date(since) if since is not None else None
    if since is not None and day is None:
        raise InputError(f"--since '{since}' is no date. Write it as 2025-03-01.")
    rows = changes_since(register, day.earliest if day else "")
    rows = select(rows, list_id=list_id, change=change, programme=programme, party=party)
    if as_json:
        print_json({"since": since, **used(register), "changes": rows})
        return
    _show_changes(rows, as_csv=as_csv)
    if not as_csv:
        say(f"{len(rows):,} changes.")
        say_used(register)


def _show_changes(rows: list[dict[str, Any]], *, as_csv: bool) -> None:
    if as_csv:
        emit(_CHANGE_COLUMNS, ([row.get(c, "") for c in _CHANGE_COLUMNS] for row in rows), as_csv)
        return
    shown = rows[:_SHOWN_CHANGES]
    emit(
        ("!between", "list", "change", "!listing", "party", "what"),
        (
            [
                row["on_date"] or f"{row['not_before']}…{row['not_after']}",
                row["list_id"],
                row["change"],
                row["listing_id"],
                row["primary_name"],
                _what(row),
            ]
            for row in shown
        ),
        as_csv,
    )
    if len(shown) < len(rows):
        say(f"and {len(rows) - len(shown):,} more; --csv and --json give all")
    counts = Counter((row["list_id"], row["fact"] or row["change"]) for row in rows)
    for list_id, group in groupby(sorted(counts), key=itemgetter(0)):
        told = ", ".join(f"{counts[key]:,} {key[1]}" for key in group)
        say_long(f"{list_id}: {told}")


def _what(row: dict[str, Any]) -> str:
    if row["change"] != "amended":
        until = f"; was listed until {row['was_listed_until']}" if "was_listed_until" in row else ""
        return ", ".join(row["programmes"]) + until
    if row["before"] and row["after"]:
        return f"{row['fact']}: {_short(row['before'])} -> {_short(row['after'])}"
    return f"{row['fact']}: {'+' if row['after'] else '-'} {_short(row['after'] or row['before'])}"


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[:most] + " ..."


@app.command("diff")
def diff(
    old: Annotated[str, typer.Argument(help="Version id, or LIST@DATE: us-sdn@2024-12-19.")],
    new: Annotated[str, typer.Argument(help="Version id, LIST@DATE, or LIST for the latest.")],
    workspace: Workspace,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show how two versions of one list differ.

    Example: sanctrail register diff us-sdn@2024-12-19 us-sdn@2025-04-02
    """
    from sanctrail.register.history import difference  # noqa: PLC0415

    found = difference(open_register(workspace, None), old, new)
    if as_json:
        sides = {"old": found.old["version_id"], "new": found.new["version_id"]}
        about = {"not_compared": found.not_compared, "changes": found.changes}
        print_json({**sides, **about})
        return
    _show_changes(list(found.changes), as_csv=as_csv)
    if not as_csv:
        say(
            f"{len(found.changes):,} changes from {found.old['version_id']} to "
            f"{found.new['version_id']}."
        )
        if found.not_compared:
            say(
                "Not compared, since one of the two cannot say them alike: "
                f"{', '.join(found.not_compared)}."
            )


@app.command("versions")
def versions(
    workspace: Workspace,
    list_id: Annotated[str | None, typer.Option("--list", help="Only this list.")] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show every version that the register holds.

    Example: sanctrail register versions --list un
    """
    register = open_register(workspace, None)
    _check_list(register, list_id)
    held = [v for v in register.versions if list_id in (None, v["list_id"])]
    if as_json:
        hidden = ("tables", "changes", "sequence")
        print_json([{k: x for k, x in v.items() if k not in hidden} for v in held])
        return
    columns = ("list_id", "list_date", "format", "#parties", "#names", "#wallets", "#problems",
               "file", "version_id")  # fmt: skip
    emit(columns, ([v[c.removeprefix("#")] for c in columns] for v in held), as_csv)


@app.command("forget")
def forget_version(
    version: Annotated[
        str, typer.Argument(help="The version's id, as `register versions` has it.")
    ],
    workspace: Workspace,
    as_json: Json = False,
) -> None:
    """Take one version out of the register, such as one loaded with a wrong date.

    Example: sanctrail register forget us-sdn_2099-01-01_ofac-csv-sdn_0123456789abcdef
    """
    from sanctrail.register.load import forget  # noqa: PLC0415

    entry = forget(workspace, version)
    if as_json:
        print_json({"forgotten": entry["version_id"], "file": entry["file"]})
        return
    say(f"{entry['version_id']} ({entry['file']}) is no longer in {workspace}.")


@app.command("stats")
def stats(
    workspace: Workspace,
    programmes: Annotated[
        bool, typer.Option("--programmes", help="Count by programme instead of by list.")
    ] = False,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Count what the register holds, list by list.

    Example: sanctrail register stats
    """
    from sanctrail.register.counts import counts_by_list, counts_by_programme  # noqa: PLC0415

    register = open_register(workspace, as_of)
    rows = counts_by_programme(register) if programmes else counts_by_list(register)
    if as_json:
        print_json({**used(register), "counts": rows})
        return
    if not rows:
        raise InputError("No list in force names a programme.")
    columns = tuple(rows[0]) if as_csv or programmes else _STATS_COLUMNS
    heads = [f"#{c}" if isinstance(rows[0][c], int) else c for c in columns]
    emit(heads, ([row[c] for c in columns] for row in rows), as_csv)
    if not as_csv:
        say_used(register)


@app.command("wallets")
def wallets(
    workspace: Workspace,
    asset: Annotated[str | None, typer.Option("--asset", help="Only this code: XBT.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show every listed wallet, with the verdict of its own checksum.

    Example: sanctrail register wallets --asset ETH
    """
    from dataclasses import asdict  # noqa: PLC0415

    from sanctrail.addresses import describe  # noqa: PLC0415

    register = open_register(workspace, as_of)
    found = register.wallets()
    if asset is not None:
        codes = sorted({wallet.asset for wallet in found})
        code = "XBT" if asset.upper() == "BTC" and "BTC" not in codes else asset.upper()
        if code not in codes:
            raise InputError(
                f"--asset '{asset}': the lists write {', '.join(filter(None, codes))}."
            )
        found = [wallet for wallet in found if wallet.asset in {code, *_ALSO.get(code, ())}]
    rows: list[dict[str, Any]] = []
    for wallet in found:
        form = describe(wallet.address)
        rows.append({**asdict(wallet), "family": form.family, "checksum": form.checksum})
    if as_json:
        print_json({**used(register), "wallets": rows})
        return
    columns: tuple[str, ...] = (
        "asset",
        "!address",
        "checksum",
        "listing_id",
        "primary_name",
        "listed_on",
    )
    if as_csv:
        columns = (*columns, "family", "programmes", "list_id", "list_date")
    emit(columns, ([row[c.lstrip("!")] for c in columns] for row in rows), as_csv)
    if not as_csv:
        failing = sum(row["checksum"] == "invalid" for row in rows)
        parties = len({row["listing_id"] for row in rows})
        say(f"{len(rows):,} wallets of {parties:,} parties; {failing:,} fail their own checksum.")
        say_used(register)


@app.command("export")
def export(
    output: Annotated[Path, typer.Option("--output", help="File to write (parquet: a folder).")],
    workspace: Workspace,
    form: Annotated[
        Literal["ftm", "csv", "parquet"],
        typer.Option("--format", help="FollowTheMoney JSON lines, one CSV, or Parquet tables."),
    ] = "ftm",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Write all listings in force for other programs.

    Example: sanctrail register export --format csv --output listings.csv
    """
    from sanctrail.register.export import export_csv, export_ftm, export_parquet  # noqa: PLC0415

    if form == "parquet":
        if output.exists():
            raise InputError(f"--output {output}: exists already. Name a new folder.")
    else:
        check_output(output)
    register = open_register(workspace, as_of)
    write = {"ftm": export_ftm, "csv": export_csv, "parquet": export_parquet}[form]
    count = write(register, output)
    if as_json:
        print_json({"output": str(output), "format": form, "written": count, **used(register)})
        return
    what = "entities" if form == "ftm" else "listings"
    say(f"{count:,} {what} written to {output}")
    say_used(register)


parties.add_to(app)
monitor.add_to(app)
joining.add_to(app)
