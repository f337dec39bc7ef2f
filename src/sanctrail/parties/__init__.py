"""Parties: which listings of which regimes are one person, entity, vessel or aircraft, and why."""

from sanctrail.parties.joined import Join, Parties
from sanctrail.parties.store import open_parties

__all__ = ["Join", "Parties", "open_parties"]
