"""Readers of chain formats: each knows one format and hands over batches.

A new format is a module here with a `Format`, and its line in `ALL` (ledger/formats/every.py).
"""
