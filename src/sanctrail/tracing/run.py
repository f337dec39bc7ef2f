"""Running a trace: every asset that left the sources, by every method asked for."""

from collections.abc import Iterator

import numpy as np

from sanctrail.errors import TraceError
from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.ledger.store import Asset
from sanctrail.tracing.account import AccountIndex, trace_account
from sanctrail.tracing.request import Request
from sanctrail.tracing.result import TraceResult
from sanctrail.tracing.utxo import UtxoIndex, trace_utxo

MANY = 5
"""Entries named in full in one note."""


def trace(
    ledger: AccountLedger | UtxoLedger, request: Request
) -> tuple[list[TraceResult], list[str]]:
    """Trace the request through a ledger; return the results and notes for the reader.

    Raises `TraceError` where no source is in the ledger or nothing left the sources.
    """
    notes = list(_checked_sources(ledger, request))
    results = [result for result in _results(ledger, request) if result.stolen]
    if not results:
        raise TraceError(
            "Nothing left the sources"
            + (" from the given time on" if request.since is not None else "")
            + (f" in {request.asset}" if request.asset else "")
            + ". Check the addresses, --since and --asset against 'sanctrail ledger info'."
        )
    return results, notes


def _results(ledger: AccountLedger | UtxoLedger, request: Request) -> Iterator[TraceResult]:
    for asset in _assets(ledger, request):
        if isinstance(ledger, UtxoLedger):
            utxo_index = UtxoIndex(ledger)
            for method in request.methods:
                yield trace_utxo(ledger, request, method, asset, utxo_index)
        else:
            account_index = AccountIndex(ledger, asset)
            for method in request.methods:
                yield trace_account(ledger, request, method, asset, account_index)


def _assets(ledger: AccountLedger | UtxoLedger, request: Request) -> list[Asset]:
    if request.asset is None:
        return list(ledger.assets)
    chosen = [asset for asset in ledger.assets if asset.code == request.asset]
    if not chosen:
        raise TraceError(
            f"The ledger holds no asset '{request.asset}'; it holds "
            f"{', '.join(asset.code for asset in ledger.assets)}."
        )
    return chosen


def _checked_sources(ledger: AccountLedger | UtxoLedger, request: Request) -> Iterator[str]:
    known = ledger.ids_of([*request.source_addresses, *sorted(request.stop_addresses)])
    missing = [address for address in request.source_addresses if address not in known]
    missing += [str(part) for part in request.stolen_parts if not _holds(ledger, part.txid, part.n)]
    total = len(request.source_addresses) + len(request.stolen_parts)
    if not total:
        raise TraceError("No source was given. Name the thief's addresses or the stolen outputs.")
    if len(missing) == total:
        raise TraceError(
            f"None of the {total} source{'s' if total > 1 else ''} is in the ledger "
            f"(first: {missing[0]}). Check the address and that the ledger covers its chain and "
            "time with 'sanctrail ledger info'."
        )
    if missing:
        yield f"{len(missing)} of {total} sources are not in the ledger: {_some(missing)}."
    absent = sorted(request.stop_addresses - known.keys())
    if absent:
        yield (
            f"{len(absent)} of {len(request.stop_addresses)} stop addresses are not in the "
            f"ledger: {_some(absent)}."
        )
    both = sorted(request.stop_addresses & set(request.source_addresses))
    if both:
        yield f"Named both as source and as stop, and taken as source: {_some(both)}."


def _holds(ledger: AccountLedger | UtxoLedger, txid: str, n: int | None) -> bool:
    if isinstance(ledger, AccountLedger):
        count = len(ledger.positions_of_transaction(txid))
    else:
        number = ledger.number_of(txid)
        made = ledger.column("transaction")
        count = 0 if number is None else int(np.count_nonzero(made == number))
    return count > (n or 0)


def _some(entries: list[str]) -> str:
    more = len(entries) - MANY
    return ", ".join(entries[:MANY]) + (f" and {more} more" if more > 0 else "")
