"""`sanctrail cluster`: addresses that one hand spent together, why, and what unites nothing."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.ledger_asking import LedgerFolder
from sanctrail.cli.options import Json, Workspace
from sanctrail.cli.render import print_json, print_table, say, say_long
from sanctrail.errors import LedgerError

if TYPE_CHECKING:
    from sanctrail.attribution.clusters.store import Clusters
    from sanctrail.attribution.coinjoins.shape import Verdict
    from sanctrail.ledger import UtxoLedger

app = typer.Typer(
    help="Clusters of addresses that were spent together, and the CoinJoins kept out of them.",
    no_args_is_help=True,
)
SHOWN = 20


def _opened(folder: Path) -> "UtxoLedger":
    from sanctrail.ledger import UtxoLedger, open_ledger  # noqa: PLC0415

    ledger = open_ledger(folder)
    if not isinstance(ledger, UtxoLedger):
        raise LedgerError(
            f"{folder}: an account ledger has no inputs spent together. For deposit addresses use: "
            f"sanctrail label infer --ledger {folder}"
        )
    return ledger


@app.command("build")
def build(
    ledger: LedgerFolder,
    coinjoins: Annotated[
        str, typer.Option("--coinjoins", help="exclude them, or unite them like others.")
    ] = "exclude",
    excluded: Annotated[
        list[str] | None,
        typer.Option("--exclude", help="A transaction whose inputs are several people's."),
    ] = None,
    change: Annotated[
        str, typer.Option("--change", help="Rules of thumb for change, joined by commas; none.")
    ] = "",
    memory: Annotated[
        str | None, typer.Option("--memory", help="Beyond it work goes on in files: 4GB.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the clusters of a UTXO ledger and keep them beside it.

    Example: sanctrail cluster build --ledger bitcoin
    """
    from sanctrail.attribution.clusters.build import Wanted, build_clusters  # noqa: PLC0415
    from sanctrail.cli.ledger import bytes_of  # noqa: PLC0415

    rules = tuple(name.strip() for name in change.split(",") if name.strip())
    size = bytes_of(memory)
    wanted = Wanted(coinjoins, tuple(excluded or ()), rules, *([size] if size else []))
    clusters = build_clusters(ledger, _opened(ledger), wanted)
    if as_json:
        print_json(clusters.manifest)
        return
    counts = clusters.manifest["counts"]
    say(
        f"{counts['addresses']:,} addresses in {counts['clusters']:,} clusters; "
        f"{counts['of_several']:,} of several addresses ({counts['addresses_in_them']:,} in them, "
        f"{counts['largest']:,} in the largest)"
    )
    say(f"{counts['excluded']:,} transactions unite nothing: CoinJoins, found or suspected")
    if rules:
        say(f"{counts['changes']:,} changes guessed by {', '.join(rules)}")
    _say_error(clusters)


def _say_error(clusters: "Clusters") -> None:
    from sanctrail.attribution.clusters.spread import rule_of  # noqa: PLC0415
    from sanctrail.attribution.rules import error_of  # noqa: PLC0415

    error = error_of(rule_of(clusters))
    if not error.right:
        say_long("How often these clusters err was not measured.")
        return
    say_long(
        f"Measured error: of {error.right + error.wrong:,} pairs of addresses that the rule put "
        f"together {error.wrong:,} were of different owners ({error.on})."
    )


@app.command("show")
def show(
    address: Annotated[str, typer.Argument(help="An address of the cluster.")],
    ledger: LedgerFolder,
    workspace: Workspace,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Addresses to show.")] = SHOWN,
    as_json: Json = False,
) -> None:
    """Show an address's cluster: its addresses, the labels in it, and what it was made by.

    Example: sanctrail cluster show 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S --ledger bitcoin
    """
    from sanctrail.attribution.clusters.spread import labels_in  # noqa: PLC0415
    from sanctrail.attribution.clusters.store import open_clusters  # noqa: PLC0415
    from sanctrail.attribution.store import LabelStore  # noqa: PLC0415
    from sanctrail.cli.labels import label_document, listed_labels, print_labels  # noqa: PLC0415

    clusters = open_clusters(ledger, _opened(ledger))
    cluster = int(clusters.cluster_of[clusters.number_of(address)])
    members = clusters.members(cluster)
    shown = [clusters.ledger.address(int(n)) for n in members[:limit]]
    labels = [*LabelStore(workspace).labels(), *listed_labels(workspace)]
    named = labels_in(clusters, cluster, labels)
    if as_json:
        print_json(
            {
                "cluster": cluster,
                "addresses": len(members),
                "shown": shown,
                "labels": [label_document(label) for label in named],
                "parameters": clusters.manifest["parameters"],
            }
        )
        return
    say(f"{address} is in a cluster of {len(members):,} addresses:")
    for member in shown:
        say(f"  {member}")
    if len(members) > len(shown):
        say(f"  and {len(members) - len(shown):,} more")
    if named:
        print_labels(named, entries=True)
    _say_error(clusters)


@app.command("why")
def explain(
    one: Annotated[str, typer.Argument(help="An address.")],
    other: Annotated[str, typer.Argument(help="Another address of the same cluster.")],
    ledger: LedgerFolder,
    as_json: Json = False,
) -> None:
    """Show the shortest chain of transactions that joins two addresses of a cluster.

    Example: sanctrail cluster why 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S
    1HSwVvq6QMBmDZUYL8ttqMADYRZRVUiA3i --ledger bitcoin
    """
    from sanctrail.attribution.clusters.store import open_clusters  # noqa: PLC0415
    from sanctrail.attribution.clusters.why import why  # noqa: PLC0415
    from sanctrail.ledger.values import iso_time  # noqa: PLC0415

    clusters = open_clusters(ledger, _opened(ledger))
    links = why(clusters, one, other)
    if as_json:
        print_json([asdict(link) for link in links])
        return
    say(f"{len(links)} transaction{'s' if len(links) != 1 else ''} join the two addresses:")
    columns = ("#", "by", "one address", "the next", "!time", "transaction")
    print_table(
        columns,
        (
            [str(n), x.by, x.from_address, x.to_address, iso_time(x.time), x.transaction]
            for n, x in enumerate(links, 1)
        ),
    )
    _say_error(clusters)


@app.command("coinjoins")
def coinjoins(
    ledger: LedgerFolder,
    transactions: Annotated[
        list[str] | None, typer.Argument(help="Transactions to examine; without, look for all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find the CoinJoins of a ledger, or say of one transaction what every detector says.

    Example: sanctrail cluster coinjoins --ledger bitcoin
    """
    from sanctrail.attribution.coinjoins.detect import examine, find  # noqa: PLC0415

    opened = _opened(ledger)
    if transactions:
        verdicts = {txid: examine(opened, txid) for txid in transactions}
        if as_json:
            print_json({txid: [asdict(v) for v in held] for txid, held in verdicts.items()})
            return
        for txid, held in verdicts.items():
            _show_verdicts(txid, held)
        return
    found = [(f.transaction, f.verdict) for f in find(opened)]
    if as_json:
        print_json([{"transaction": t, **_verdict_document(v)} for t, v in found])
        return
    say(f"{len(found):,} transactions found or suspected to be CoinJoins or their preparation")
    columns = ("transaction", "what", "level", "decided by")
    print_table(
        columns,
        ([t, v.protocol, v.level, f"{v.decided_by.name}: {v.decided_by.said}"] for t, v in found),
    )


def _verdict_document(verdict: "Verdict") -> dict[str, Any]:
    from sanctrail.attribution.rules import error_of  # noqa: PLC0415

    return {**asdict(verdict), "error": error_of(verdict.protocol).document()}


_SAID = {True: "yes", False: "NO", None: "not known"}


def _show_verdicts(txid: str, verdicts: "list[Verdict]") -> None:
    say(txid)
    for verdict in verdicts:
        say(f"{verdict.protocol}: {verdict.level}, decided by: {verdict.decided_by.name}")
        rows = ([c.name, _SAID[c.holds], c.said] for c in verdict.checks)
        print_table(("property", "holds", "what there is"), rows)
