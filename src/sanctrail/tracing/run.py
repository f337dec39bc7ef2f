"""Running a trace: every asset that left the sources, by every method asked for."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sanctrail.errors import TraceError
from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.ledger.batches import Asset
from sanctrail.tracing.account import AccountIndex, trace_account
from sanctrail.tracing.request import Part, Request, StolenPart
from sanctrail.tracing.result import TraceResult
from sanctrail.tracing.utxo import trace_utxo

MANY = 5
"""Entries named in full in one note."""


def trace(
    ledger: AccountLedger | UtxoLedger, request: Request
) -> tuple[list[TraceResult], list[str]]:
    """Trace the request through a ledger; return the results and notes for the reader.

    Raises `TraceError` where no source is in the ledger or nothing left the sources.
    """
    resolved, notes = _resolved(ledger, request)
    results = [result for result in _results(ledger, resolved) if result.stolen]
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
            for method in request.methods:
                yield trace_utxo(ledger, request, method, asset)
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


def _resolved(ledger: AccountLedger | UtxoLedger, request: Request) -> tuple[Request, list[str]]:
    """Fit the request to the ledger: what it lacks is noted, what is in conflict is decided.

    An entry that is no address of the ledger but one of its transactions is a transaction.
    """
    known = ledger.ids_of([*request.source_addresses, *sorted(request.stop_addresses)])
    strays = [a for a in request.source_addresses if a not in known]
    asked = {str(p): p for p in (*request.stolen_parts, *request.stop_parts, *map(Part, strays))}
    moved = {name for name, part in asked.items() if _moved(ledger, part)}
    named = [StolenPart(a) for a in strays if a in moved]
    strays = [a for a in strays if Part(a) not in {Part(part.txid) for part in named}]
    parts = (*request.stolen_parts, *named)
    missing = [*strays, *(str(p) for p in parts if str(p) not in moved)]
    total = len(request.source_addresses) + len(request.stolen_parts)
    _refuse_nothing(missing, total)
    _refuse_mixed(ledger, request, parts)
    stolen = {part.txid for part in parts}
    both = [p for p in request.stop_parts if p.txid in stolen]
    resolved = replace(
        request,
        source_addresses=tuple(a for a in request.source_addresses if a in known),
        stolen_parts=tuple(p for p in parts if str(p) in moved),
        stop_parts=request.stop_parts - set(both),
    )
    absent = [a for a in request.stop_addresses if a not in known]
    absent += [str(p) for p in request.stop_parts if str(p) not in moved]
    both_names = [*map(str, both), *(request.stop_addresses & set(request.source_addresses))]
    stops = len(request.stop_addresses) + len(request.stop_parts)
    return resolved, [
        *_note(f"of {total} sources are not in the ledger", missing),
        *_note(f"of {stops} stops are not in the ledger", sorted(absent)),
        *_note("named both as source and as stop are taken as source", sorted(both_names)),
    ]


def _refuse_nothing(missing: list[str], total: int) -> None:
    if not total:
        raise TraceError("No source was given. Name the thief's addresses or the stolen outputs.")
    if len(missing) == total:
        raise TraceError(
            f"None of the {total} source{'s' if total > 1 else ''} is in the ledger "
            f"(first: {missing[0][:120]}). Check the address and that the ledger covers its chain "
            "and time with 'sanctrail ledger info'."
        )


def _refuse_mixed(
    ledger: AccountLedger | UtxoLedger, request: Request, parts: tuple[StolenPart, ...]
) -> None:
    """Refuse an amount for a transaction that moves several assets: it does not say of which."""
    if not isinstance(ledger, AccountLedger) or request.asset is not None:
        return
    for part in parts:
        if part.amount is None or part.n is not None:
            continue
        codes = np.unique(ledger.asset_numbers[ledger.positions_of_transaction(part.txid)])
        if len(codes) > 1:
            raise TraceError(
                f"source {part}: the transaction moves "
                f"{', '.join(ledger.assets[code].code for code in codes)}, so an amount alone does "
                "not say what was stolen. Give --asset, or name the transfer with :n."
            )


def _moved(ledger: AccountLedger | UtxoLedger, part: Part) -> bool:
    """Tell whether the ledger has the transaction, or its output or transfer of that place."""
    if isinstance(ledger, AccountLedger):
        return len(ledger.positions_of_transaction(part.txid)) > (part.n or 0)
    number = ledger.number_of(part.txid)
    if number is None:
        return False
    return part.n is None or len(ledger.outputs(number)) > part.n


def _note(what: str, entries: list[str]) -> list[str]:
    if not entries:
        return []
    more = len(entries) - MANY
    named = ", ".join(entries[:MANY]) + (f" and {more} more" if more > 0 else "")
    return [f"{len(entries)} {what}: {named}."]
