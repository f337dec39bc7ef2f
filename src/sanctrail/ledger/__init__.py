"""The ledger: chain data in two families, exact, in columns, with what it covers and lacks.

A new chain format goes here: an importer that ends in `write_account_ledger` or
`write_utxo_ledger`, and its line in `importing.FORMATS`.
"""

from sanctrail.ledger.importing import FORMATS, ImportSummary, import_files
from sanctrail.ledger.simulate import SimulationSummary, simulate_heist
from sanctrail.ledger.store import AccountLedger, Ledger, UtxoLedger, open_ledger

__all__ = [
    "FORMATS",
    "AccountLedger",
    "ImportSummary",
    "Ledger",
    "SimulationSummary",
    "UtxoLedger",
    "import_files",
    "open_ledger",
    "simulate_heist",
]
