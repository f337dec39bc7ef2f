"""The document of trace.json: what was asked, in which ledger, and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sanctrail import __version__
from sanctrail.addresses import canonical_transaction
from sanctrail.ledger import Ledger
from sanctrail.ledger.manifest import FORMAT as LEDGER_FORMAT
from sanctrail.ledger.values import iso_time
from sanctrail.tracing.request import Request, Theft
from sanctrail.tracing.result import Stop, TraceResult

FORMAT = "sanctrail-trace/2"


def trace_document(
    ledger: Ledger, request: Request, results: Sequence[TraceResult], notes: Sequence[str]
) -> dict[str, Any]:
    """Return the document of trace.json; see docs/tracing.md for its fields."""
    about = ledger.manifest
    given = {key: label.label for key, label in request.labels.items() if label.label}
    names = {**ledger.labels(), **given}
    return {
        "format": FORMAT,
        "versions": {"sanctrail": __version__, "ledger_format": LEDGER_FORMAT},
        "parameters": parameters_of(request),
        "ledger": {
            "digest": about["digest"],
            "family": about["family"],
            "simulation": about["simulation"],
            "format": about["source_format"],
            "coverage": about["coverage"],
            "limits": about["limits"],
            "files": about["files"],
        },
        "notes": list(notes),
        "results": [_result(result, request, names) for result in results],
    }


def parameters_of(request: Request) -> dict[str, Any]:
    """Return what was asked, so that a stranger can ask it again."""
    return {
        "theft": request.name,
        "thefts": [_theft(theft) for theft in request.thefts],
        "sources": [source for theft in request.thefts for source in _sources(theft)],
        "sources_file": _file(request.sources_file),
        "stops": [
            {"entry": entry, **_named(entry, request, {})}
            for entry in sorted(request.stop_addresses | set(map(str, request.stop_parts)))
        ],
        "stops_file": _file(request.stops_file),
        "label_files": [_file(digest) for digest in request.label_files],
        "workspace_labels": request.workspace_labels,
        "inferred_deposits": request.inferred,
        "rules": asdict(request.rules) | {"min_amount": str(request.rules.min_amount)},
        "asset": request.asset,
        "since": _common_since(request),
        "methods": list(request.methods),
    }


def _theft(theft: Theft) -> dict[str, Any]:
    since = None if theft.since is None else iso_time(theft.since)
    return {"name": theft.name, "since": since}


def _common_since(request: Request) -> str | None:
    """Return the time that all thefts have in common, as it was given for all."""
    times = {theft.since for theft in request.thefts}
    since = times.pop() if len(times) == 1 else None
    return None if since is None else iso_time(since)


def _sources(theft: Theft) -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = [
        {"entry": address, "amount": None, "theft": theft.name} for address in theft.addresses
    ]
    return sources + [
        {
            "entry": str(part),
            "amount": None if part.amount is None else str(part.amount),
            "theft": theft.name,
        }
        for part in theft.parts
    ]


def _file(digest: Any) -> dict[str, str] | None:
    return {"name": digest.name, "sha256": digest.sha256} if digest else None


def _named(entry: str, request: Request, names: Mapping[str, str]) -> dict[str, str | None]:
    label = request.labels.get(entry)
    return {
        "label": names.get(entry) or (label.label if label else None) or None,
        "category": (label.category if label else None) or None,
    }


def _arrival(address: str, request: Request, names: Mapping[str, str]) -> dict[str, str | None]:
    """Say why an address is a destination: named, labelled (by whom), inferred or suspected."""
    label = request.labels.get(address)
    if address in request.stop_addresses:
        rule = "named"
    elif label is None:
        rule = "suspected"
    else:
        rule = f"inferred {label.rule}" if label.rule else "labelled"
    return {
        **_named(address, request, names),
        "rule": rule,
        "source": (label.source if label else None) or None,
    }


def _result(result: TraceResult, request: Request, names: Mapping[str, str]) -> dict[str, Any]:
    difference = result.stolen - result.out
    return {
        "theft": result.theft,
        "method": result.method,
        "conserved": result.conserved,
        "asset": result.asset.code,
        "unit": result.asset.unit,
        "decimals": result.asset.decimals,
        "stolen": str(result.stolen),
        "converted_in": "0",
        "arrived": [
            {"address": address, **_arrival(address, request, names), "amount": str(amount)}
            for address, amount in _largest_first(result.arrived)
        ],
        "dormant": [
            {"address": lying.address, "outpoint": lying.outpoint or None, "amount": str(amount)}
            for lying, amount in _largest_first(result.dormant)
        ],
        "returned": [
            {"address": address, "amount": str(amount)}
            for address, amount in _largest_first(result.returned)
        ],
        "stopped": [
            {**_stop(stop, result, request), "amount": str(amount)}
            for stop, amount in _largest_first(result.stopped)
        ],
        "converted_out": [],
        "fees": str(result.fees),
        "conservation": {
            "in": str(result.stolen),
            "out": str(result.out),
            "difference": str(difference) if result.conserved else None,
        },
        "unknown_origin": str(result.unknown_origin),
        "touched": {
            "transactions": result.touched_transactions,
            "addresses": result.touched_addresses,
        },
    }


def _stop(stop: Stop, result: TraceResult, request: Request) -> dict[str, Any]:
    rules = request.rules
    if stop.rule == "asked":
        part, colon, place = stop.place.partition(":")
        label = request.labels.get(canonical_transaction(part) + colon + place)
        named = f": {label.label}" if label and label.label else ""
        return {"transaction": stop.place, "rule": stop.rule, "reason": f"stop asked for{named}"}
    if stop.rule == "coinjoin":
        return {"transaction": stop.place, "rule": stop.rule, "reason": f"CoinJoin: {stop.detail}"}
    reasons = {
        "age": f"left more than {rules.max_age} seconds after the theft began",
        "hops": f"left after {rules.max_hops} hops",
        "amount": f"less than {rules.min_amount} {result.asset.unit}",
    }
    return {
        "transaction": None,
        "address": stop.address,
        "outpoint": stop.place or None,
        "rule": stop.rule,
        "reason": reasons[stop.rule],
    }


def _largest_first(amounts: Mapping[Any, int]) -> list[tuple[Any, int]]:
    held = [(key, amount) for key, amount in amounts.items() if amount]
    return sorted(held, key=lambda item: (-item[1], item[0]))
