"""The demonstration: the main job end to end, offline, on the embedded default.

Real designations (an extract that ships with the program), invented customers, and a simulated
heist whose ground truth is known, so that what the trace finds can be held against it.
"""

import csv
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from sanctrail.cases import read_case, read_incident
from sanctrail.exposure import exposure_of
from sanctrail.ledger import How, open_ledger, simulate_heist
from sanctrail.register import Register, load_lists
from sanctrail.report import write_report
from sanctrail.screening import DEFAULT_THRESHOLD, QueryColumns, Screener, screen_file
from sanctrail.tracing import Options, build_request, trace, write_trace

METHODS = "fifo,haircut"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demonstration found, held against what was planted."""

    folder: str
    listings: int
    lists: int
    wallets: int
    customers: int
    customers_expected: int
    customers_found: int
    customers_false: tuple[str, ...]
    customers_missed: tuple[str, ...]
    transactions: int
    result: dict[str, Any]
    equals_planted: bool
    reports: tuple[str, ...]
    seconds: float


def run_demo(folder: Path) -> DemoResult:
    """Run the whole way into a folder; running again replaces what stands there."""
    started = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    workspace = folder / "workspace"
    loaded, _ = load_lists([_shipped("dprk-cyber.json")], workspace)
    register = Register(workspace)
    screened = _screen(register, folder)
    simulation = simulate_heist(folder / "ledger", folder / "case", how=How(replace=True))
    document = _trace(folder)
    reports = _report(register, folder)
    return DemoResult(
        folder=str(folder),
        listings=sum(version.parties for version in loaded),
        lists=len(loaded),
        wallets=sum(version.wallets for version in loaded),
        **screened,
        transactions=simulation.transactions,
        result=document["results"][0],
        equals_planted=equals_planted(document["results"][0], folder / "case" / "truth.json"),
        reports=tuple(str(path) for path in reports),
        seconds=round(time.monotonic() - started, 1),
    )


def equals_planted(result: dict[str, Any], truth_file: Path) -> bool:
    """Tell whether a result names every planted destination with its amount, and no other."""
    truth = json.loads(truth_file.read_bytes())
    found = {
        "stolen": result["stolen"],
        "arrived": {end["address"]: end["amount"] for end in result["arrived"]},
        "dormant": {end["outpoint"]: end["amount"] for end in result["dormant"]},
        "stopped": {end["transaction"]: end["amount"] for end in result["stopped"]},
        "fees": result["fees"],
    }
    return all(truth[key] == value for key, value in found.items()) and not result["returned"]


def _shipped(name: str) -> Path:
    return Path(str(resources.files("sanctrail") / "data" / name))


def _screen(register: Register, folder: Path) -> dict[str, Any]:
    customers = _shipped("customers.csv")
    columns = QueryColumns("name", "dob", "country")
    hits = folder / "hits.csv"
    screen_file(Screener(register), customers, columns, hits, DEFAULT_THRESHOLD)
    rows = _rows(customers)
    found: dict[str, set[str]] = {row["customer_id"]: set() for row in rows}
    for hit in _rows(hits):
        found[rows[int(hit["row"])]["customer_id"]].update(hit["listing_ids"].split(";"))
    truth = {row["customer_id"]: set(filter(None, row["expected"].split(";")))
             for row in _rows(_shipped("customers-truth.csv"))}  # fmt: skip
    named = {row["customer_id"]: row["name"] for row in rows}
    right = [key for key, expected in truth.items() if expected & found[key]]
    return {
        "customers": len(rows),
        "customers_expected": sum(bool(expected) for expected in truth.values()),
        "customers_found": len(right),
        "customers_false": _names(named, (k for k, e in truth.items() if not e and found[k])),
        "customers_missed": _names(named, (k for k, e in truth.items() if e and not e & found[k])),
    }


def _names(named: dict[str, str], keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(named[key] for key in keys)


def _trace(folder: Path) -> dict[str, Any]:
    ledger = open_ledger(folder / "ledger")
    case = folder / "case"
    sources = [str(case / "sources.csv")]
    options = Options(theft="simulated heist")
    request = build_request(sources, case / "stops.csv", METHODS, options)
    results, notes = trace(ledger, request)
    return write_trace(folder / "trace", ledger, request, results, notes)


def _report(register: Register, folder: Path) -> list[Path]:
    case = read_case(
        folder / "trace",
        incident=read_incident(folder / "case" / "incident.toml"),
        hits=folder / "hits.csv",
    )
    case = case.with_exposure(exposure_of(register, case.trace, case.flows))
    reports = [folder / "report.html", folder / "report.pdf"]
    for path in reports:
        write_report(case, path)
    return reports


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
