"""Cases: an incident, what is claimed about it and by whom, and the evidence gathered.

An incident is what happened; a claim is what somebody says about it. The two are kept apart
because a report may state the first and must only attribute the second.
"""

import csv
import io
import json
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sanctrail.errors import InputError, UnreadableFile
from sanctrail.ground.inputs import open_input

LEVELS = (
    "government",
    "un_panel",
    "multilateral",
    "vendor",
    "investigator",
    "victim",
    "suspected",
    "disputed",
    "simulation",
)
CONFIDENCES = ("read_primary", "read_secondary", "memory", "planted")


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says: never the report's own finding.

    `level` is the kind of speaker (one of `LEVELS`), `confidence` how the claim was read (one
    of `CONFIDENCES`), `source` the document and `url` the page it was read on, if any.
    """

    statement: str
    said_by: str
    level: str
    confidence: str
    source: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident: `date` is ISO with the precision known (2023, 2023-06 or 2023-06-02)."""

    incident_id: str
    title: str
    date: str
    victim: str
    summary: str = ""
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedWallet:
    """A wallet of the register that lies on the trail, with what reached it.

    `amounts` holds (method, amount in base units) in the order of the trace's results.
    """

    listing_id: str
    names: tuple[str, ...]
    regime: str
    programmes: tuple[str, ...]
    listed_on: str
    asset: str
    address: str
    amounts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exposure:
    """Listed wallets on a trail; `wallets_known` is how many the register holds in all.

    `register` names the list versions looked up, as (list id, list date, sha256) triples.
    """

    wallets_known: int
    register: tuple[tuple[str, str, str], ...]
    found: tuple[ListedWallet, ...]


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file the report rests on: its name and digest."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Case:
    """All that a report is drawn from. `trace` is the document of trace.json, `flows` its rows.

    `hits` are rows of a screening result (row, query, party_id, listing_ids, regimes, score,
    matched_name, explanation); empty when nothing was screened.
    """

    trace: dict[str, Any]
    flows: tuple[dict[str, str], ...]
    files: tuple[EvidenceFile, ...]
    incident: Incident | None = None
    exposure: Exposure | None = None
    hits: tuple[dict[str, str], ...] = field(default=())

    def with_exposure(self, exposure: Exposure) -> "Case":
        """Return the case with the listed wallets on its trail."""
        return replace(self, exposure=exposure)


def read_incident(path: Path, incident_id: str | None = None) -> Incident:
    """Read an incident from a TOML file, or one row of an incident table (CSV) by its id.

    Raises `UnreadableFile` or `InputError` with a sentence where that cannot be done.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"{path}: the incident cannot be read ({error}). Check the name and try again."
        ) from error
    if path.suffix == ".csv":
        return _from_table(text, path, incident_id)
    return _from_toml(text, path)


def _from_toml(text: str, path: Path) -> Incident:
    try:
        document = tomllib.loads(text)
        claims = tuple(_checked(Claim(**claim), path) for claim in document.get("claims", ()))
        return Incident(**document["incident"], claims=claims)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: not an incident file ({error}). It needs [incident] with incident_id, title, "
            "date, victim and, for each claim, [[claims]]; see docs/reports.md."
        ) from error


def _checked(claim: Claim, path: Path) -> Claim:
    for value, allowed in ((claim.level, LEVELS), (claim.confidence, CONFIDENCES)):
        if value not in allowed:
            raise InputError(
                f"{path}: a claim says '{value}', expected one of {', '.join(allowed)}."
            )
    return claim


def _from_table(text: str, path: Path, incident_id: str | None) -> Incident:
    rows = {row.get("incident_id", ""): row for row in csv.DictReader(text.splitlines())}
    if incident_id is None or incident_id not in rows:
        near = [key for key in rows if incident_id and incident_id.lower() in key.lower()]
        raise InputError(
            f"{path}: the table holds {len(rows)} incidents, but no '{incident_id or ''}'. "
            f"Choose one with --incident-id{', such as ' + near[0] if near else ''}."
        )
    row = rows[incident_id]
    try:
        claims = (_amount_claim(row), _attribution_claim(row), _route_claim(row))
        return Incident(
            incident_id=incident_id,
            title=f"Theft from {row['victim']}",
            date=row["date"],
            victim=row["victim"],
            claims=tuple(_checked(claim, path) for claim in claims if claim),
        )
    except KeyError as error:
        raise InputError(f"{path}: the incident table has no column {error}.") from error


def _amount_claim(row: dict[str, str]) -> Claim | None:
    if not row["amount_usd"]:
        return None
    note = f" ({row['amount_note']})" if row["amount_note"] else ""
    amount = row["amount_usd"]
    written = f"{int(amount):,}" if amount.isdecimal() else amount
    statement = f"USD {written} stolen in {row['assets'] or 'assets'}{note}"
    return _claim(statement, row["source"], row)


def _attribution_claim(row: dict[str, str]) -> Claim | None:
    if not row["attribution"]:
        return None
    return _claim(f"Attributed to {row['attribution']}", row["attributed_by"], row)


def _route_claim(row: dict[str, str]) -> Claim | None:
    if not row["laundering_route"]:
        return None
    return _claim(f"Laundered through: {row['laundering_route']}", row["source"], row)


def _claim(statement: str, said_by: str, row: dict[str, str]) -> Claim:
    from_memory = row.get("memory_fields") or ""
    return Claim(
        statement=statement,
        said_by=said_by,
        level=row["attribution_level"],
        confidence=row["confidence"],
        source=row["source"] + (f" (from memory: {from_memory})" if from_memory else ""),
        url=row["source_url"],
    )


def read_case(
    trace_folder: Path, *, incident: Incident | None = None, hits: Path | None = None
) -> Case:
    """Gather a case from a trace folder (trace.json, flows.csv) and what belongs to it."""
    trace, trace_file = _trace_document(trace_folder / "trace.json")
    flows, flows_file = _table(trace_folder / "flows.csv")
    files = [trace_file, flows_file]
    rows: tuple[dict[str, str], ...] = ()
    if hits is not None:
        rows, hits_file = _table(hits)
        files.append(hits_file)
    return Case(trace, flows, tuple(files), incident, None, rows)


def _trace_document(path: Path) -> tuple[dict[str, Any], EvidenceFile]:
    with open_input(path) as stream:
        raw = stream.read()
        digest = stream.digest()
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise UnreadableFile(
            f"{path}: the trace is damaged ({error}). Run 'sanctrail trace' again."
        ) from error
    if not isinstance(document, dict) or not str(document.get("format", "")).startswith(
        "sanctrail-trace/"
    ):
        raise UnreadableFile(f"{path}: this is not a trace. Run 'sanctrail trace' first.")
    return document, EvidenceFile(digest.name, digest.sha256)


def _table(path: Path) -> tuple[tuple[dict[str, str], ...], EvidenceFile]:
    with open_input(path) as stream:
        raw = stream.read()
        digest = stream.digest()
    try:
        rows = tuple(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(
            f"{path}: not a readable table ({error}). Make it again with 'sanctrail'."
        ) from error
    return rows, EvidenceFile(digest.name, digest.sha256)
