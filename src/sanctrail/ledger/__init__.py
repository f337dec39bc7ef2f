"""The ledger: chain data in two families, exact, in columns, with what it covers and lacks.

A new chain format goes into `formats`: a reader that hands over batches, and its line in
`formats/every.py`.
"""

from sanctrail.ledger.importing import FORMATS, How, ImportSummary, import_files
from sanctrail.ledger.opening import open_ledger
from sanctrail.ledger.simulation import SimulationSummary, simulate_heist
from sanctrail.ledger.store import AccountLedger, Ledger, UtxoLedger

__all__ = [
    "FORMATS",
    "AccountLedger",
    "How",
    "ImportSummary",
    "Ledger",
    "SimulationSummary",
    "UtxoLedger",
    "import_files",
    "open_ledger",
    "simulate_heist",
]
