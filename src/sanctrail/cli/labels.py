"""`sanctrail label`: who an address is said to be, by whom, and where sources disagree."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.grouping import DEFAULT, NameOrCommand
from sanctrail.cli.options import Json, Workspace, check_output
from sanctrail.cli.render import (
    plain,
    print_json,
    print_problems,
    print_table,
    problem_dicts,
    say,
    say_long,
)
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.attribution.conflicts import Conflict
    from sanctrail.attribution.hints import Hint
    from sanctrail.attribution.labels import Label
    from sanctrail.attribution.store import LabelStore

app = typer.Typer(
    cls=NameOrCommand,
    help="Labels of addresses: who says whose they are, how sure, and who disagrees.",
    no_args_is_help=True,
)
Sort = Annotated[str, typer.Option("--format", help="csv, tagpack or json.")]


@app.command(DEFAULT)
def show(
    addresses: Annotated[list[str], typer.Argument(help="Addresses or transaction ids.")],
    workspace: Workspace,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="With what its clusters say of the address.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show every label of an address: imported ones, derived ones, and the register's.

    Example: sanctrail label 0x098B716B8Aaf21512996dC57EB0615e2383E2f96
    """
    from sanctrail.attribution.conflicts import conflicts  # noqa: PLC0415
    from sanctrail.attribution.labels import key_of  # noqa: PLC0415
    from sanctrail.attribution.store import LabelStore  # noqa: PLC0415

    store = LabelStore(workspace)
    labels = [*store.labels(addresses), *listed_labels(workspace, addresses)]
    labels += _derived(ledger, addresses, store, workspace) if ledger else []
    hints = store.hints(addresses)
    disputed = {c.entry: c for c in conflicts(labels, store.actors())}
    held = {address: [x for x in labels if x.entry == key_of(address)] for address in addresses}
    if as_json:
        print_json({"addresses": [_document(a, held[a], hints, disputed) for a in addresses]})
        return
    for address in addresses:
        _show(address, held[address], disputed)
        _show_hints(hint for asked, hint in hints if asked == address)
    _say_sources(store.files, workspace)


def _derived(
    folder: Path, addresses: Sequence[str], store: "LabelStore", workspace: Path
) -> "list[Label]":
    """Return what the clusters of a ledger say of those addresses that it has."""
    from sanctrail.addresses import canonical  # noqa: PLC0415
    from sanctrail.attribution.clusters.spread import derived  # noqa: PLC0415
    from sanctrail.attribution.clusters.store import open_clusters  # noqa: PLC0415
    from sanctrail.ledger import UtxoLedger, open_ledger  # noqa: PLC0415

    ledger = open_ledger(folder)
    if not isinstance(ledger, UtxoLedger):
        raise InputError(
            f"--ledger {folder}: an account ledger has no clusters. Leave it out; deposit labels "
            "that were kept are shown anyway."
        )
    clusters = open_clusters(folder, ledger)
    everything = [*store.labels(), *listed_labels(workspace)]
    known = ledger.ids_of([canonical(address) for address in addresses])
    return [label for address in known for label in derived(clusters, address, everything)]


def _document(
    address: str,
    labels: "list[Label]",
    hints: "list[tuple[str, Hint]]",
    disputed: "dict[str, Conflict]",
) -> dict[str, Any]:
    conflict = disputed.get(labels[0].entry) if labels else None
    return {
        "address": address,
        "labels": [label_document(label) for label in labels],
        "hints": [asdict(hint) for asked, hint in hints if asked == address],
        "conflict": conflict.about if conflict else None,
    }


def label_document(label: "Label") -> dict[str, Any]:
    """Return a label as a JSON record, with its kind."""
    return {**asdict(label), "kind": label.kind}


def _show(address: str, labels: "list[Label]", disputed: "dict[str, Conflict]") -> None:
    if not labels:
        say(f"{address} has no label.")
        return
    conflict = disputed.get(labels[0].entry)
    warning = f" Sources DISAGREE about its {conflict.about}." if conflict else ""
    say(f"{address} has {len(labels)} label{'s' if len(labels) > 1 else ''}.{warning}")
    print_labels(labels)


def print_labels(labels: "Sequence[Label]", *, entries: bool = False) -> None:
    """Print labels as a table; with `entries`, what each is of."""
    first = ("address or transaction",) if entries else ()
    columns = (*first, "label", "kind", "chain", "confidence", "!date", "who says so")
    print_table(columns, ([*([x.entry] if entries else []), *_cells(x)] for x in labels))


def _cells(label: "Label") -> list[str]:
    actor = f" ({label.actor})" if label.actor else ""
    said = " · ".join(text for text in (label.source, label.file, label.place) if text)
    if label.rule:
        said = f"rule {label.rule} · {said}"
    kind = label.kind or label.category
    return [f"{label.label}{actor}", kind, label.chain, label.confidence, label.date, said]


def _show_hints(hints: Any) -> None:
    from sanctrail.attribution.hints import is_case_free  # noqa: PLC0415

    for hint in hints:
        known = not hint.suffix and is_case_free(hint.prefix)
        why = (
            "case does not matter in this form of address, so it is the same one"
            if known
            else "that source lost letters or their case, so this is a hint and no label"
        )
        say_long(
            f"Hint: a source has an address that reads like this one: {hint.label} "
            f"({hint.category}; {hint.source}, {hint.place}); {why}."
        )


def _say_sources(files: Any, workspace: Path) -> None:
    if not files:
        say_long(
            "No labels were imported yet; the register alone was asked. Import some with: "
            "sanctrail label import FILE"
        )
    else:
        say(f"Looked up in {len(files)} files of labels and the register in {workspace}.")


def listed_labels(workspace: Path, addresses: Sequence[str] | None = None) -> "list[Label]":
    """Return the register's wallets as labels, of some addresses or all; none without a register.

    The register hands them over as a table.
    """
    import pyarrow as pa  # noqa: PLC0415

    from sanctrail.attribution.listed import COLUMNS, labels_of_register  # noqa: PLC0415
    from sanctrail.register import Register  # noqa: PLC0415
    from sanctrail.register.query import has_register  # noqa: PLC0415

    if not has_register(workspace):
        return []
    wallets = Register(workspace).wallets(addresses)
    rows = [
        (w.address, w.asset, w.primary_name, w.listing_id, w.list_id, w.list_date, w.listed_on,
         "; ".join(w.programmes))
        for w in wallets
    ]  # fmt: skip
    columns = zip(*rows, strict=True) if rows else ([] for _ in COLUMNS)
    return labels_of_register(
        pa.table(
            {
                name: pa.array(column, pa.string())
                for name, column in zip(COLUMNS, columns, strict=True)
            }
        )
    )


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="Files of labels.")],
    workspace: Workspace,
    form: Annotated[
        str | None, typer.Option("--format", help="Their form; else it is told by the file.")
    ] = None,
    label: Annotated[str, typer.Option("--label", help="What addresses are, if unsaid.")] = "",
    category: Annotated[str, typer.Option("--category", help="exchange, mixer, ...")] = "",
    asset: Annotated[str, typer.Option("--asset", help="Asset code, such as XBT.")] = "",
    chain: Annotated[str, typer.Option("--chain", help="Chain, such as bitcoin.")] = "",
    actor: Annotated[str, typer.Option("--actor", help="Id of the actor.")] = "",
    confidence: Annotated[str, typer.Option("--confidence", help="TagPack level.")] = "",
    source: Annotated[str, typer.Option("--source", help="Who says so.")] = "",
    date: Annotated[str, typer.Option("--date", help="As of which day.")] = "",
    as_json: Json = False,
) -> None:
    """Import labels: TagPacks, actor packs, JSON label files, lists of addresses, your own CSV.

    The options say what a file does not say itself; a row's own word goes before them.

    Example: sanctrail label import tornado_cash.yaml my-addresses.csv
    """
    from sanctrail.attribution.formats.source import Defaults  # noqa: PLC0415
    from sanctrail.attribution.store import import_labels  # noqa: PLC0415

    given = Defaults(label, category, asset, chain, actor, confidence, source, date)
    results = import_labels(workspace, files, given, form)
    if as_json:
        print_json(
            [
                {**asdict(r.file), "new": r.new, "problem_list": problem_dicts(r.problems)}
                for r in results
            ]
        )
        return
    columns = ("file", "form", "#labels", "#hints", "#actors", "#problems", "")
    print_table(columns, (_import_row(r.file, "" if r.new else "held already") for r in results))
    problems = [problem for result in results for problem in result.problems]
    print_problems(problems, "--json lists all of them")
    if any(result.file.hints for result in results):
        say_long(
            "Hints are addresses that lost their case or letters on their way here: they are "
            "never taken for addresses, but 'sanctrail label' tells of them."
        )


def _import_row(file: Any, note: str) -> list[str]:
    counts = (file.labels, file.hints, file.actors, file.problems)
    return [file.name, file.format, *(f"{count:,}" for count in counts), note]


@app.command("sources")
def sources(workspace: Workspace, as_json: Json = False) -> None:
    """List the files of labels that were imported.

    Example: sanctrail label sources
    """
    from sanctrail.attribution.store import LabelStore  # noqa: PLC0415

    files = LabelStore(workspace).files
    if as_json:
        print_json([asdict(file) for file in files])
        return
    columns = ("file", "form", "#labels", "#hints", "#actors", "#problems", "!sha256")
    print_table(columns, (_import_row(file, file.sha256[:12]) for file in files))


@app.command("forget")
def forget(
    name: Annotated[str, typer.Argument(help="The file's name, or how its digest begins.")],
    workspace: Workspace,
    as_json: Json = False,
) -> None:
    """Forget the labels of a file.

    Example: sanctrail label forget my-addresses.csv
    """
    from sanctrail.attribution.store import forget_labels  # noqa: PLC0415

    gone = forget_labels(workspace, name)
    if as_json:
        print_json([asdict(file) for file in gone])
        return
    for file in gone:
        say(f"Forgotten: {file.name} ({file.labels:,} labels, {file.sha256[:12]}).")


@app.command("export")
def export(
    workspace: Workspace,
    output: Annotated[Path | None, typer.Option("--output", help="File to write.")] = None,
    form: Sort = "csv",
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only this kind: exchange, mixer, ...")
    ] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", help="Only labels that this rule derived.")
    ] = None,
    register: Annotated[
        bool, typer.Option("--register/--no-register", help="With the register's wallets.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Write all labels as CSV, as a TagPack, or as JSON.

    Example: sanctrail label export --format tagpack --output labels.yaml
    """
    from sanctrail.attribution.store import LabelStore  # noqa: PLC0415
    from sanctrail.attribution.writing import FORMS, written  # noqa: PLC0415
    from sanctrail.ground.store import replace_file  # noqa: PLC0415

    if form not in FORMS:
        raise InputError(f"--format {form}: labels are written as {', '.join(FORMS)}.")
    labels = LabelStore(workspace).labels()
    labels += listed_labels(workspace) if register else []
    chosen = [
        x for x in labels if (kind is None or x.kind == kind) and (rule is None or x.rule == rule)
    ]
    text = written(chosen, "json" if as_json else form)
    if output is None:
        typer.echo(text, nl=False)
        return
    check_output(output)
    replace_file(output, text.encode())
    say(f"{len(chosen):,} labels written to {output}.")


@app.command("conflicts")
def show_conflicts(
    workspace: Workspace,
    about: Annotated[
        str | None, typer.Option("--about", help="Only those about the owner, or the kind.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List addresses about which sources disagree; every label is kept.

    Example: sanctrail label conflicts
    """
    from sanctrail.attribution.conflicts import conflicts  # noqa: PLC0415
    from sanctrail.attribution.store import LabelStore  # noqa: PLC0415

    if about not in {None, "owner", "kind"}:
        raise InputError(f"--about {about}: conflicts are about the owner or the kind.")
    store = LabelStore(workspace)
    found = conflicts([*store.labels(), *listed_labels(workspace)], store.actors())
    found = [c for c in found if about is None or about in c.about]
    if as_json:
        print_json(
            [
                {
                    "entry": c.entry,
                    "about": c.about,
                    "labels": [label_document(x) for x in c.labels],
                }
                for c in found
            ]
        )
        return
    say(f"{len(found):,} addresses about which sources disagree")
    for conflict in found:
        say()
        say(f"{plain(conflict.entry)}: about its {conflict.about}")
        print_labels(conflict.labels)
