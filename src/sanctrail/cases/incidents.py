"""Reading incidents: a TOML file for one, or a row of a table of many.

An incident is what happened; a claim is what somebody says about it. The two are kept apart
because a report may state the first and must only attribute the second.
"""

import csv
import io
import tomllib
from pathlib import Path

from sanctrail.cases.records import CONFIDENCES, LEVELS, Claim, Incident
from sanctrail.errors import InputError, UnreadableFile


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
    if path.suffix.lower() == ".csv":
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
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    if "incident_id" not in (reader.fieldnames or ()):
        raise InputError(
            f"{path}: this is no table of incidents, it has no column incident_id. "
            "See docs/reports.md."
        )
    rows = {row["incident_id"]: row for row in reader}
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
