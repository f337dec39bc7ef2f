"""Cases: an incident, what is claimed about it and by whom, and the evidence gathered."""

from sanctrail.cases.evidence import read_case
from sanctrail.cases.incidents import read_incident
from sanctrail.cases.records import (
    CONFIDENCES,
    LEVELS,
    Case,
    Claim,
    EvidenceFile,
    Exposure,
    Incident,
    ListedWallet,
)

__all__ = [
    "CONFIDENCES",
    "LEVELS",
    "Case",
    "Claim",
    "EvidenceFile",
    "Exposure",
    "Incident",
    "ListedWallet",
    "read_case",
    "read_incident",
]
