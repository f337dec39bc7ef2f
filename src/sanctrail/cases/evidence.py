"""Reading the evidence of a case, and refusing what does not hold together.

A report repeats what these files say, so they are checked before: the flows against the digest
that the trace gives them, every amount for being whole, every result for balancing.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sanctrail.cases.records import Case, EvidenceFile, Incident
from sanctrail.errors import SanctrailError, UnreadableFile
from sanctrail.ground.inputs import open_input

PARTS = ("arrived", "dormant", "returned", "stopped", "converted_out")
HIT_COLUMNS = ("query", "listing_ids", "regimes", "score", "matched_name", "explanation")
_MAX_DECIMALS = 77


class _Unsound(Exception):
    """The document does not hold together; the text says where."""


def read_case(
    trace_folder: Path, *, incident: Incident | None = None, hits: Path | None = None
) -> Case:
    """Gather a case from a trace folder (trace.json, flows.csv) and what belongs to it.

    Raises `UnreadableFile` where a file is damaged, altered or belongs to another trace.
    """
    trace, trace_file = _trace_document(trace_folder / "trace.json")
    flows, flows_file = _table(trace_folder / "flows.csv", ())
    if trace["flows"]["sha256"] != flows_file.sha256:
        raise UnreadableFile(
            f"{trace_folder / 'flows.csv'}: this is not the file that trace.json was written with. "
            "Run 'sanctrail trace' again."
        )
    files = [trace_file, flows_file]
    paths: tuple[dict[str, Any], ...] = ()
    if "paths" in trace:
        paths, paths_file = _paths(trace_folder / "paths.json", trace["paths"]["sha256"])
        files.append(paths_file)
    rows: tuple[dict[str, str], ...] = ()
    if hits is not None:
        rows, hits_file = _table(hits, HIT_COLUMNS)
        files.append(hits_file)
    return Case(trace, flows, tuple(files), incident, None, rows, paths)


def _paths(path: Path, sha256: str) -> tuple[tuple[dict[str, Any], ...], EvidenceFile]:
    raw, file = _whole(path)
    if file.sha256 != sha256:
        raise UnreadableFile(
            f"{path}: this is not the file that trace.json was written with. "
            "Run 'sanctrail trace' again."
        )
    try:
        told = json.loads(raw)
        _expect(isinstance(told, list), "paths")
        for entry in told:
            _texts((entry[key] for key in ("theft", "method", "asset", "part", "place")), "paths")
            _amount(entry["amount"], "paths")
            for way in entry["paths"]:
                _amount(way["amount"], "paths")
                for hop in way["hops"]:
                    _texts((hop[key] for key in ("time", "from", "to", "transaction")), "paths")
                    _amount(hop["amount"], "paths")
    except (
        ValueError, KeyError, TypeError, AttributeError, RecursionError, _Unsound,
    ) as error:  # fmt: skip
        raise UnreadableFile(
            f"{path}: the paths are damaged or were altered ({_said(error)}). "
            "Run 'sanctrail trace' again."
        ) from error
    return tuple(told), file


def _trace_document(path: Path) -> tuple[dict[str, Any], EvidenceFile]:
    raw, file = _whole(path)
    try:
        document = json.loads(raw)
        if not str(document["format"]).startswith("sanctrail-trace/"):
            raise UnreadableFile(f"{path}: this is not a trace. Run 'sanctrail trace' first.")
        _check_trace(document)
    except SanctrailError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, _Unsound) as error:
        raise UnreadableFile(
            f"{path}: the trace is damaged or was altered ({_said(error)}). "
            "Run 'sanctrail trace' again."
        ) from error
    return document, file


def _check_trace(document: Mapping[str, Any]) -> None:
    _expect(isinstance(document["flows"]["sha256"], str), "flows has no digest")
    ledger, parameters = document["ledger"], document["parameters"]
    _texts([ledger["digest"], ledger["family"], ledger["format"], *ledger["limits"]], "ledger")
    _expect(isinstance(ledger["simulation"], bool), "ledger.simulation is not true or false")
    _texts(parameters["methods"], "parameters.methods")
    _texts((source["entry"] for source in parameters["sources"]), "parameters.sources")
    _texts((stop["entry"] for stop in parameters["stops"]), "parameters.stops")
    _texts(document["notes"], "notes")
    for file in ledger["files"]:
        _texts([file["name"], file["sha256"]], "ledger.files")
    _expect(bool(document["results"]), "there is no result")
    for number, result in enumerate(document["results"]):
        _check_result(result, f"results[{number}]")


def _check_result(result: Mapping[str, Any], where: str) -> None:
    _texts((result[key] for key in ("theft", "method", "asset", "unit")), where)
    decimals = result["decimals"]
    _expect(type(decimals) is int and 0 <= decimals <= _MAX_DECIMALS, f"{where}.decimals")
    entering = _amount(result["stolen"], where) + _amount(result["converted_in"], where)
    leaving = _amount(result["fees"], where)
    for part in PARTS:
        leaving += sum(_amount(entry["amount"], f"{where}.{part}") for entry in result[part])
    balance = result["conservation"]
    if not result.get("conserved", True):  # whole places are counted, which add up to nothing
        held_apart = _amount(balance["in"], where) == entering
        _expect(held_apart and _amount(balance["out"], where) == leaving, f"{where}: balance")
        return
    held = {key: _amount(balance[key], where) for key in ("in", "out", "difference")}
    _expect(
        held == {"in": entering, "out": leaving, "difference": 0} and entering == leaving,
        f"{where}: its parts do not add up to its balance",
    )


def _amount(value: Any, where: str) -> int:
    _expect(
        isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 90,  # noqa: PLR2004
        f"{where}: an amount is not a whole number of base units",
    )
    return int(value)


def _texts(values: Iterable[Any], where: str) -> None:
    _expect(all(isinstance(value, str) for value in values), f"{where}: text was expected")


def _expect(condition: bool, what: str) -> None:
    if not condition:
        raise _Unsound(what)


def _said(error: Exception) -> str:
    return f"no entry {error}" if isinstance(error, KeyError) else str(error)


def _table(path: Path, needed: Iterable[str]) -> tuple[tuple[dict[str, str], ...], EvidenceFile]:
    raw, file = _whole(path)
    try:
        reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        missing = [column for column in needed if column not in (reader.fieldnames or ())]
        rows = tuple(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(
            f"{path}: not a readable table ({error}). Make it again with 'sanctrail'."
        ) from error
    ragged = any(None in row or None in row.values() for row in rows)
    if missing or ragged:
        raise UnreadableFile(
            f"{path}: not a table that this program wrote "
            f"({'no column ' + ', '.join(missing) if missing else 'rows of unequal length'}). "
            "Make it again with 'sanctrail'."
        )
    return rows, file


def _whole(path: Path) -> tuple[bytes, EvidenceFile]:
    with open_input(path) as stream:
        raw = stream.read()
        digest = stream.digest()
    return raw, EvidenceFile(digest.name, digest.sha256)
