"""`sanctrail trace`: from the sources to where the money is."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.options import Json
from sanctrail.cli.render import print_json, print_problems, print_table, say, say_long
from sanctrail.errors import InputError

if TYPE_CHECKING:
    from sanctrail.attribution import Label
    from sanctrail.ground.inputs import FileDigest
    from sanctrail.ledger import AccountLedger, UtxoLedger
    from sanctrail.tracing import StopRules

SHOWN = 12
_DAY = 86_400
_MOST = 1_000_000


def trace(
    ledger: Annotated[Path, typer.Option("--ledger", help="Folder of the ledger.")],
    sources: Annotated[
        list[str],
        typer.Option("--sources", help="A file of sources, or addresses and transactions."),
    ],
    output: Annotated[Path, typer.Option("--output", help="Folder for trace.json, flows.csv.")],
    more_sources: Annotated[
        list[str] | None, typer.Argument(metavar="[ADDRESS]...", help="Further sources.")
    ] = None,
    stops: Annotated[
        Path | None, typer.Option("--stops", help="File of addresses where money stays.")
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help="fifo, lifo, stolen-first, stolen-last, haircut, lowest-balance, poison; several "
            "joined by commas, or all.",
        ),
    ] = "fifo",
    bounds: Annotated[
        bool, typer.Option("--bounds", help="Least and most that any conserving rule could find.")
    ] = False,
    theft: Annotated[
        str | None, typer.Option("--theft", help="Name of the theft; else the sources file's.")
    ] = None,
    asset: Annotated[str | None, typer.Option("--asset", help="Trace only this asset.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Only what leaves source addresses from then on (ISO, UTC)."),
    ] = None,
    labels: Annotated[
        list[Path] | None,
        typer.Option("--labels", help="Files of labels; labelled services are stops."),
    ] = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Use the labels kept there too.")
    ] = None,
    infer_deposits: Annotated[
        bool,
        typer.Option("--infer-deposits", help="Take inferred deposit addresses as their service."),
    ] = False,
    through_services: Annotated[
        bool, typer.Option("--through-services", help="Do not stop at labelled services.")
    ] = False,
    coinjoins: Annotated[
        str,
        typer.Option("--coinjoins", help="stop (at found and suspected ones), found, or spread."),
    ] = "stop",
    stop_suspected: Annotated[
        bool,
        typer.Option("--stop-suspected", help="Stop where an address behaves like a service."),
    ] = False,
    max_age: Annotated[
        int | None,
        typer.Option("--max-age", min=0, max=_MOST, help="Days after a theft's first movement."),
    ] = None,
    max_hops: Annotated[
        int | None,
        typer.Option("--max-hops", min=1, max=_MOST, help="Movements from the theft on."),
    ] = None,
    min_amount: Annotated[
        int, typer.Option("--min-amount", min=0, help="Base units; smaller parts are not followed.")
    ] = 0,
    follow_fees: Annotated[
        bool, typer.Option("--follow-fees", help="Follow fees to the miners' new coins (UTXO).")
    ] = False,
    paths: Annotated[
        int, typer.Option("--paths", min=0, help="Most valuable paths to each destination.")
    ] = 3,
    currency: Annotated[
        str, typer.Option("--currency", help="Value the money in it, where prices are imported.")
    ] = "",
    export: Annotated[
        str, typer.Option("--export", help="Whole flow also as parquet, json, graphml.")
    ] = "",
    whole_chain: Annotated[
        bool,
        typer.Option(
            "--whole-chain",
            help="UTXO; fifo, haircut, poison: read the whole chain once; ends, no movements.",
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a trace that was cut off.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="First hold the ledger's files against their digests.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Trace stolen money from its sources to where it is now, exact to the base unit.

    Example: sanctrail trace --ledger theft --sources thief.csv --labels exchanges.csv
    --method all --bounds --output trace
    """
    from sanctrail.ledger import open_ledger  # noqa: PLC0415
    from sanctrail.tracing import (  # noqa: PLC0415
        Extras,
        Keep,
        Options,
        StopRules,
        bounds_of,
        build_request,
        write_trace,
    )
    from sanctrail.tracing import trace as run_trace  # noqa: PLC0415

    _refuse_early(output, export, bounds=bounds, limited=max_hops is not None or min_amount > 0)
    opened = open_ledger(ledger, verify=verify)
    known, files, kept = _known_labels(labels or [], workspace)
    inferred = _deposits(opened, known, workspace) if infer_deposits else []
    rules = _checked(
        StopRules(
            services=not through_services,
            coinjoins=coinjoins,
            suspected=stop_suspected,
            max_age=None if max_age is None else max_age * _DAY,
            max_hops=max_hops,
            min_amount=min_amount,
            follow_fees=follow_fees,
        )
    )
    options = Options(
        asset, _since(since), theft, rules, _by_entry(opened, [*known, *inferred]), files, kept,
        len(inferred),
    )  # fmt: skip
    request = build_request([*sources, *(more_sources or [])], stops, method, options)
    if whole_chain:
        _refuse_beside_pass(bounds=bounds, resume=resume, others=(export, currency))
        from sanctrail.tracing.taint import write_taint  # noqa: PLC0415

        document = write_taint(output, opened, request)
        print_json(document) if as_json else _show_taint(document, output)
        return
    keep = Keep(output / "unfinished", resume)
    results, notes = run_trace(opened, request, keep)
    document = write_trace(
        output,
        opened,
        request,
        results,
        notes,
        extras=Extras(
            paths=paths,
            exports=_kinds(export),
            currency=currency.upper(),
            prices=_prices(ledger) if currency else None,
            bounds=bounds_of(opened, request, results) if bounds else None,
        ),
    )
    if as_json:
        print_json(document)
        return
    _show_all(document, output)


def _known_labels(
    paths: list[Path], workspace: Path | None
) -> "tuple[list[Label], tuple[FileDigest, ...], int]":
    """Return the labels of files and of a workspace, the files' digests, and how many were kept."""
    from sanctrail.attribution import read_labels  # noqa: PLC0415
    from sanctrail.attribution.store import LabelStore  # noqa: PLC0415

    known: list[Label] = []
    digests = []
    for path in paths:
        named, read = read_labels(path)
        known += [*named.values(), *read.labels]
        digests.append(read.digest)
        print_problems(read.problems, "mend the file of labels")
        for hint in read.hints:
            sys.stderr.write(f"Not used: {hint.place} of {path} lost the case of its address.\n")
    held = LabelStore(workspace).labels() if workspace else []
    return [*known, *held], tuple(digests), len(held)


def _by_entry(ledger: "AccountLedger | UtxoLedger", labels: "list[Label]") -> "dict[str, Label]":
    """Return one label an entry: the first that names a service of the chain, else the first."""
    from sanctrail.tracing.setting import services_among  # noqa: PLC0415

    chosen = {label.entry: label for label in reversed(services_among(ledger, labels))}
    for label in labels:
        chosen.setdefault(label.entry, label)
    return chosen


def _deposits(
    ledger: "AccountLedger | UtxoLedger", known: "list[Label]", workspace: Path | None
) -> "list[Label]":
    from sanctrail.attribution.deposits import infer_deposits, labels_of_deposits  # noqa: PLC0415
    from sanctrail.attribution.services import wallets_in  # noqa: PLC0415
    from sanctrail.attribution.store import LabelStore  # noqa: PLC0415
    from sanctrail.attribution.sweeps import infer_swept  # noqa: PLC0415
    from sanctrail.ledger import AccountLedger  # noqa: PLC0415

    actors = LabelStore(workspace).actors() if workspace else None
    wallets = wallets_in(ledger, known, actors)
    if not wallets.of:
        raise InputError(
            "--infer-deposits needs labels that name wallets of services in this ledger. Give some "
            "with --labels, or a --workspace that keeps them."
        )
    if isinstance(ledger, AccountLedger):
        inference = infer_deposits(ledger, wallets)
    else:
        inference = infer_swept(ledger, wallets)
    return labels_of_deposits(inference, ledger)


def _refuse_early(output: Path, export: str, *, bounds: bool, limited: bool) -> None:
    """Refuse what cannot be written or told before anything is traced."""
    from sanctrail.tracing.bounds import refuse_limits  # noqa: PLC0415
    from sanctrail.tracing.writing import known_exports  # noqa: PLC0415

    if output.exists() and not output.is_dir():
        raise InputError(f"{output}: --output must be a folder, and this is a file.")
    known_exports(_kinds(export))
    if bounds:
        refuse_limits(limited=limited)


def _kinds(export: str) -> tuple[str, ...]:
    return tuple(kind.strip() for kind in export.split(",") if kind.strip())


def _refuse_beside_pass(*, bounds: bool, resume: bool, others: tuple[str, ...]) -> None:
    if bounds or resume or any(others):
        raise InputError(
            "--whole-chain tells where the money lies and nothing of its way, so it takes no "
            "--bounds, --resume, --export or --currency. Leave those out, or --whole-chain."
        )


def _checked(rules: "StopRules") -> "StopRules":
    if rules.min_amount >= 2**128:
        raise InputError("--min-amount: no ledger reckons with amounts of more than 128 bits.")
    from sanctrail.tracing.request import COINJOINS  # noqa: PLC0415

    if rules.coinjoins not in COINJOINS:
        raise InputError(f"--coinjoins: '{rules.coinjoins}' is none of {', '.join(COINJOINS)}.")
    return rules


def _prices(ledger: Path) -> Any:
    from sanctrail.ledger.prices import open_prices  # noqa: PLC0415

    prices = open_prices(ledger)
    if not len(prices):
        raise InputError(
            f"{ledger}: no prices are kept beside the ledger, so nothing can be valued. Import "
            f"some: sanctrail ledger prices import FILE --ledger {ledger}"
        )
    return prices


def _since(text: str | None) -> int | None:
    from sanctrail.ledger.values import unix_time  # noqa: PLC0415

    if text is None:
        return None
    try:
        return unix_time(text)
    except ValueError as error:
        raise InputError(f"--since: {error}.") from error


def _show_all(document: dict[str, Any], output: Path) -> None:
    for result in document["results"]:
        _show(result)
    if len(document["results"]) > 1:
        _show_side_by_side(document["results"])
    for bound in document.get("bounds") or ():
        _show_bounds(bound)
    for note in document["notes"]:
        say_long(f"Note: {note}")
    files = ["trace.json", "flows.csv", *(["paths.json"] if "paths" in document else [])]
    say(f"Evidence: {', '.join(str(output / name) for name in files)}")
    say(f"Next: sanctrail report --trace {output} --output report.html")


def _show(result: dict[str, Any]) -> None:
    from sanctrail.tracing.amounts import in_asset  # noqa: PLC0415

    def money(amount: str) -> str:
        return in_asset(amount, result["decimals"])

    ends: list[tuple[str, str, str]] = [
        *(("arrived", a["label"] or a["address"], a["amount"]) for a in result["arrived"]),
        *(("dormant", d["outpoint"] or d["address"], d["amount"]) for d in result["dormant"]),
        *(("returned", r["address"], r["amount"]) for r in result["returned"]),
        *(("stopped", _stop(s), s["amount"]) for s in result["stopped"]),
    ]
    shown = sorted(ends, key=lambda end: -int(end[2]))[:SHOWN]
    rows = [(kind, place, money(amount)) for kind, place, amount in shown]
    if len(ends) > SHOWN:
        rest = sum(int(end[2]) for end in ends) - sum(int(end[2]) for end in shown)
        rows.append(("", f"{len(ends) - SHOWN} more places", money(str(rest))))
    if result["fees"] != "0":
        rows.append(("fees", "", money(result["fees"])))
    title = f"{result['theft']} by {result['method']}, {result['asset']}"
    print_table(("end", "where", f"#{result['asset']}"), rows, title)
    balance = result["conservation"]
    if result["conserved"]:
        say(
            f"in {money(balance['in'])} = out {money(balance['out'])}, "
            f"difference {balance['difference']} {result['unit']}"
        )
    else:
        say(
            f"stolen {money(balance['in'])}; {result['method']} counts whole places, so its "
            "amounts do not add up to it"
        )
    if "value" in result:
        _say_value(result["value"])
    say()


def _say_value(value: dict[str, Any]) -> None:
    for name, when in (("stolen", "at the theft"), ("arrived", "at arrival")):
        told = value[name]
        prices = f"prices of {', '.join(told['prices_of'])}" if told["prices_of"] else "no price"
        unpriced = f"; without a price: {told['unpriced']} base units"
        say_long(
            f"{name} {when}: {told['value']} {told['currency']} ({prices})"
            + (unpriced if told["unpriced"] != "0" else "")
        )


def _stop(stop: dict[str, Any]) -> str:
    place = stop["transaction"] or stop.get("outpoint") or stop["address"]
    return f"{place} ({stop['reason']})"


def _show_side_by_side(results: list[dict[str, Any]]) -> None:
    """Show what every method finds at each destination, of each theft in each asset."""
    from sanctrail.tracing.amounts import in_asset  # noqa: PLC0415

    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for result in results:
        groups.setdefault((result["theft"], result["asset"]), []).append(result)
    for (theft, asset), group in groups.items():
        if len(group) < 2:  # noqa: PLR2004
            continue
        methods = [result["method"] for result in group]
        places: dict[str, dict[str, int]] = {}
        for result in group:
            for arrival in result["arrived"]:
                name = arrival["label"] or arrival["address"]
                held = places.setdefault(name, dict.fromkeys(methods, 0))
                held[result["method"]] += int(arrival["amount"])
        largest = sorted(places.items(), key=lambda item: (-max(item[1].values()), item[0]))
        rows = [
            [name, *(in_asset(amounts[m], group[0]["decimals"]) for m in methods)]
            for name, amounts in largest[:SHOWN]
        ]
        print_table(("arrived at", *(f"#{m}" for m in methods)), rows, f"{theft}, {asset}")
        say()


def _show_bounds(bound: dict[str, Any]) -> None:
    from sanctrail.tracing.amounts import in_asset  # noqa: PLC0415

    rows = [
        [
            place["name"], place["part"], in_asset(place["least"], bound["decimals"]),
            in_asset(place["most"], bound["decimals"]),
        ]
        for place in bound["places"][:SHOWN]
    ]  # fmt: skip
    title = f"Whatever the rule: {bound['theft']}, {bound['asset']}"
    print_table(("where", "part", "#at least", "#at most"), rows, title)
    say()


def _show_taint(document: dict[str, Any], output: Path) -> None:
    from sanctrail.tracing.amounts import in_asset  # noqa: PLC0415

    decimals = document["decimals"]
    rows = [
        [
            result["theft"], result["method"],
            *(in_asset(result[key], decimals) for key in _TAINT),
        ]
        for result in document["results"]
    ]  # fmt: skip
    print_table(("theft", "method", *(f"#{key}" for key in _TAINT)), rows, document["asset"])
    say(f"Where it lies, output by output: {output / 'taint.parquet'}")


_TAINT = ("stolen", "arrived", "dormant", "returned", "stopped", "fees")
