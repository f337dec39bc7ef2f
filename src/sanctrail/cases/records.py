"""The records of a case: the incident, who claims what, and the evidence gathered."""

from dataclasses import dataclass, field, replace
from typing import Any

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
    paths: tuple[dict[str, Any], ...] = ()
    """The rows of paths.json, where the trace told any."""

    def with_exposure(self, exposure: Exposure) -> "Case":
        """Return the case with the listed wallets on its trail."""
        return replace(self, exposure=exposure)
