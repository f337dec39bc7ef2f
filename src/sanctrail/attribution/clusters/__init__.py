"""Clusters: addresses of a UTXO ledger that one hand spent together."""
