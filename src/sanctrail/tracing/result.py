"""What a trace found, its balance, and its two files: trace.json and flows.csv."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sanctrail import __version__
from sanctrail.addresses import canonical_transaction
from sanctrail.errors import TraceError
from sanctrail.ground.store import replace_file, write_json
from sanctrail.ledger import Ledger
from sanctrail.ledger.batches import Asset
from sanctrail.ledger.manifest import FORMAT as LEDGER_FORMAT
from sanctrail.ledger.values import iso_time
from sanctrail.tracing.request import Request

FORMAT = "sanctrail-trace/1"
FLOW_COLUMNS = (
    "from",
    "to",
    "amount_tainted",
    "amount_total",
    "transaction",
    "time",
    "theft",
    "method",
    "asset",
)
FEE = "fee"
"""What stands in `to` where tainted units went to a transaction's fee."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One movement of tainted units; `total` is what the transfer or output moved in all."""

    sender: str
    receiver: str
    tainted: int
    total: int
    transaction: str
    time: int


@dataclass(slots=True)
class TraceResult:
    """One theft by one method in one asset; amounts in base units.

    `dormant` is keyed by (address, outpoint); the outpoint is empty on account ledgers.
    `unknown_origin` is what followed accounts paid beyond the balance that the ledger knows:
    clean money, no part of the balance of the trace.
    """

    theft: str
    method: str
    asset: Asset
    stolen: int = 0
    arrived: dict[str, int] = field(default_factory=dict)
    dormant: dict[tuple[str, str], int] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    stopped: dict[str, int] = field(default_factory=dict)
    fees: int = 0
    unknown_origin: int = 0
    flows: list[Flow] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    transactions: set[str] = field(default_factory=set)

    @property
    def out(self) -> int:
        """Everything the stolen units became: equal to `stolen`, or the trace is wrong."""
        ends: Iterable[Mapping[Any, int]] = (
            self.arrived,
            self.dormant,
            self.returned,
            self.stopped,
        )
        return sum(sum(end.values()) for end in ends) + self.fees

    def move(self, flow: Flow) -> None:
        """Record a movement of tainted units."""
        self.flows.append(flow)
        self.transactions.add(flow.transaction)
        self.addresses.add(flow.sender)
        if flow.receiver != FEE:
            self.addresses.add(flow.receiver)


def add(amounts: dict[str, int], key: str, amount: int) -> None:
    """Add to a place's amount; nothing added leaves no place behind."""
    if amount:
        amounts[key] = amounts.get(key, 0) + amount


def write_trace(
    output: Path,
    ledger: Ledger,
    request: Request,
    results: Sequence[TraceResult],
    notes: Sequence[str],
) -> dict[str, Any]:
    """Write trace.json and flows.csv into a folder and return the former's document."""
    flows = _flows_csv(results).encode()
    document = trace_document(ledger, request, results, notes)
    document["flows"] = {
        "file": "flows.csv",
        "sha256": hashlib.sha256(flows).hexdigest(),
        "rows": sum(len(result.flows) for result in results),
    }
    try:
        output.mkdir(parents=True, exist_ok=True)
        replace_file(output / "flows.csv", flows)
        write_json(output / "trace.json", document)
    except OSError as error:
        raise TraceError(
            f"{output}: the trace cannot be written there ({error.strerror}). Choose another "
            "--output folder."
        ) from error
    return document


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
        "parameters": _parameters(request),
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


def _parameters(request: Request) -> dict[str, Any]:
    sources: list[dict[str, Any]] = [
        {"entry": address, "amount": None} for address in request.source_addresses
    ]
    sources += [
        {"entry": str(part), "amount": None if part.amount is None else str(part.amount)}
        for part in request.stolen_parts
    ]
    return {
        "theft": request.theft,
        "sources": sources,
        "sources_file": _file(request.sources_file),
        "stops": [
            {"entry": entry, **_named(entry, request, {})}
            for entry in sorted(request.stop_addresses | set(map(str, request.stop_parts)))
        ],
        "stops_file": _file(request.stops_file),
        "labels_file": _file(request.labels_file),
        "asset": request.asset,
        "since": None if request.since is None else iso_time(request.since),
        "methods": list(request.methods),
    }


def _file(digest: Any) -> dict[str, str] | None:
    return {"name": digest.name, "sha256": digest.sha256} if digest else None


def _named(entry: str, request: Request, names: Mapping[str, str]) -> dict[str, str | None]:
    label = request.labels.get(entry)
    return {
        "label": names.get(entry) or (label.label if label else None) or None,
        "category": (label.category if label else None) or None,
    }


def _result(result: TraceResult, request: Request, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "theft": result.theft,
        "method": result.method,
        "asset": result.asset.code,
        "unit": result.asset.unit,
        "decimals": result.asset.decimals,
        "stolen": str(result.stolen),
        "converted_in": "0",
        "arrived": [
            {"address": address, **_named(address, request, names), "amount": str(amount)}
            for address, amount in _largest_first(result.arrived)
        ],
        "dormant": [
            {"address": address, "outpoint": outpoint or None, "amount": str(amount)}
            for (address, outpoint), amount in _largest_first(result.dormant)
        ],
        "returned": [
            {"address": address, "amount": str(amount)}
            for address, amount in _largest_first(result.returned)
        ],
        "stopped": [
            {"transaction": txid, "reason": _reason(txid, request), "amount": str(amount)}
            for txid, amount in _largest_first(result.stopped)
        ],
        "converted_out": [],
        "fees": str(result.fees),
        "conservation": {
            "in": str(result.stolen),
            "out": str(result.out),
            "difference": str(result.stolen - result.out),
        },
        "unknown_origin": str(result.unknown_origin),
        "touched": {
            "transactions": len(result.transactions),
            "addresses": len(result.addresses),
        },
    }


def _reason(txid: str, request: Request) -> str:
    part, colon, place = txid.partition(":")
    label = request.labels.get(canonical_transaction(part) + colon + place)
    return f"stop asked for: {label.label}" if label and label.label else "stop asked for"


def _largest_first(amounts: Mapping[Any, int]) -> list[tuple[Any, int]]:
    held = [(key, amount) for key, amount in amounts.items() if amount]
    return sorted(held, key=lambda item: (-item[1], item[0]))


def _flows_csv(results: Sequence[TraceResult]) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(FLOW_COLUMNS)
    for result in results:
        about = (result.theft, result.method, result.asset.code)
        for flow in result.flows:
            writer.writerow(
                (
                    flow.sender,
                    flow.receiver,
                    flow.tainted,
                    flow.total,
                    flow.transaction,
                    iso_time(flow.time),
                    *about,
                )
            )
    return written.getvalue()
