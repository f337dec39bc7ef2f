"""`sanctrail label infer`: deposit addresses, and on account chains suspected services."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.labels import listed_labels
from sanctrail.cli.options import Json, Workspace
from sanctrail.cli.render import print_json, print_table, say, say_long
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.attribution.deposits import Deposit, Inference
    from sanctrail.attribution.services import Suspected, Wallets

SHOWN = 15


def infer(
    ledger: Annotated[Path, typer.Option("--ledger", help="Folder of the ledger.")],
    workspace: Workspace,
    labels: Annotated[
        list[Path] | None,
        typer.Option("--labels", help="Files of labels to use beside the imported ones."),
    ] = None,
    share: Annotated[
        float, typer.Option("--share", min=0.5, max=1, help="Of what came in is forwarded.")
    ] = 0.95,
    only: Annotated[
        float, typer.Option("--only", min=0.5, max=1, help="Of what leaves goes to the service.")
    ] = 0.95,
    delay: Annotated[
        int, typer.Option("--delay", min=1, help="Seconds until half the forwards left.")
    ] = 259_200,
    senders: Annotated[
        int, typer.Option("--senders", min=2, help="Accounts that pay a suspected service.")
    ] = 50,
    receivers: Annotated[
        int, typer.Option("--receivers", min=2, help="Accounts that it pays.")
    ] = 50,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the deposit labels.")] = False,
    as_json: Json = False,
) -> None:
    """Infer which addresses are deposit addresses of labelled services, and suspect others.

    Example: sanctrail label infer --ledger eth --labels hot-wallets.csv
    """
    from sanctrail.attribution.deposits import (  # noqa: PLC0415
        DepositRule,
        infer_deposits,
        labels_of_deposits,
    )
    from sanctrail.attribution.reading import read_label_file  # noqa: PLC0415
    from sanctrail.attribution.services import Busy, suspected, wallets_in  # noqa: PLC0415
    from sanctrail.attribution.store import LabelStore, keep_labels  # noqa: PLC0415
    from sanctrail.attribution.sweeps import infer_swept  # noqa: PLC0415
    from sanctrail.ledger import AccountLedger, open_ledger  # noqa: PLC0415

    opened = open_ledger(ledger)
    store = LabelStore(workspace)
    known = [*store.labels(), *listed_labels(workspace)]
    known += [label for path in labels or () for label in read_label_file(path).labels]
    wallets = wallets_in(opened, known, store.actors())
    if not wallets.of:
        raise InputError(
            f"No label names a wallet of a service in {ledger}. Give some with --labels, or import "
            "them: sanctrail label import FILE"
        )
    rule, suspects = DepositRule(share, only, delay), []
    if isinstance(opened, AccountLedger):
        inference = infer_deposits(opened, wallets, rule)
        suspects = suspected(opened, wallets.labelled, Busy(senders, receivers))
    else:
        inference = infer_swept(opened, wallets, rule)
    if keep:
        name = f"deposits of {ledger.resolve().name}"
        keep_labels(workspace, name, labels_of_deposits(inference, opened), inference.name)
    if as_json:
        print_json(_document(inference, suspects, wallets))
        return
    _show(inference, suspects, wallets)
    say("Kept: 'sanctrail label ADDRESS' knows them now." if keep else "Keep them with --keep.")


def _document(
    inference: "Inference", suspects: "list[Suspected]", wallets: "Wallets"
) -> dict[str, Any]:
    from sanctrail.attribution.rules import error_of  # noqa: PLC0415

    return {
        "rule": inference.name,
        "parameters": asdict(inference.rule),
        "error": error_of(inference.name).document(),
        "wallets": len(wallets.of),
        "disputed_wallets": list(wallets.disputed),
        "looked_at": inference.looked_at,
        "deposits": [_deposit_document(deposit) for deposit in inference.deposits],
        "collectors": [asdict(collector) for collector in inference.collectors],
        "refused": dict(inference.refused),
        "suspected_services": [asdict(suspect) for suspect in suspects],
    }


def _deposit_document(deposit: "Deposit") -> dict[str, Any]:
    document = asdict(deposit)
    document["service"] = deposit.service.name
    document["assets"] = [
        {k: str(v) if isinstance(v, int) else v for k, v in asdict(held).items()}
        for held in deposit.assets
    ]
    return document


def _show(inference: "Inference", suspects: "list[Suspected]", wallets: "Wallets") -> None:
    from sanctrail.attribution.rules import error_of  # noqa: PLC0415

    rule, error = inference.rule, error_of(inference.name)
    say(
        f"{len(inference.deposits):,} deposit addresses of {len(set(wallets.of.values())):,} "
        f"labelled wallets, among {inference.looked_at:,} addresses that pay such"
    )
    columns = ("address", "service", "#share", "#delay", "#senders", "#forwards", "first evidence")
    rows = [
        [
            d.address, d.service.name, f"{d.share:.2%}", f"{d.delay:,} s", f"{d.senders:,}",
            f"{d.forwards:,}", d.transactions[0],
        ]
        for d in inference.deposits[:SHOWN]
    ]  # fmt: skip
    print_table(columns, rows)
    if len(inference.deposits) > SHOWN:
        say(f"and {len(inference.deposits) - SHOWN:,} more; --json has all")
    for collector in inference.collectors:
        say_long(
            f"Suspected to collect for {collector.service}: {collector.address}, paid by "
            f"{collector.deposits:,} addresses that forward to it, of {collector.senders:,} in all"
        )
    for why, count in sorted(inference.refused.items()):
        say(f"Refused: {count:,} that pay a labelled wallet but: {why}")
    for address in wallets.disputed:
        say(f"Not used: {address}, whose labels disagree about the owner")
    for suspect in suspects[:SHOWN]:
        say_long(
            f"Suspected service, not labelled: {suspect.address}, paid by {suspect.senders:,} "
            f"accounts ({suspect.came_in:,} times) and pays {suspect.receivers:,} "
            f"({suspect.went_out:,} times)"
        )
    say_long(
        f"Rule: {rule.share:.0%} of what came in is forwarded, {rule.only:.0%} of what left went "
        f"there, half of it within {rule.delay:,} s. Measured: {error.wrong:,} of "
        f"{error.right + error.wrong:,} wrong, {error.missed:,} missed ({error.on})."
    )
