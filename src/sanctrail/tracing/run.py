"""Running a trace: every asset that left the sources, by every method asked for."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from sanctrail import __version__
from sanctrail.addresses import describe, is_transaction_id
from sanctrail.errors import TraceError
from sanctrail.ledger import AccountLedger, UtxoLedger
from sanctrail.ledger.batches import GAPS, Asset
from sanctrail.ledger.values import iso_time
from sanctrail.tracing.account import places_of, trace_account
from sanctrail.tracing.places import LOWEST, METHODS
from sanctrail.tracing.request import Part, Request, StolenPart, Theft
from sanctrail.tracing.result import TraceResult, results_of
from sanctrail.tracing.setting import services_elsewhere, setting_of
from sanctrail.tracing.state import STOPPED
from sanctrail.tracing.trail import Trail
from sanctrail.tracing.utxo import outputs_of, trace_utxo
from sanctrail.tracing.walking import Checkpoint

MANY = 5
"""Entries named in full in one note."""

_SAMPLE = 50
"""Addresses of a ledger that are looked at to tell their form."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Where long walks are kept, and whether to go on from what was kept there."""

    folder: Path
    resume: bool = False


def trace(
    ledger: AccountLedger | UtxoLedger, request: Request, keep: Keep | None = None
) -> tuple[list[TraceResult], list[str]]:
    """Trace the request through a ledger; return the results and notes for the reader.

    With `keep`, walks that take long are kept, and go on from there when they were cut off. Raises
    `TraceError` where no source is in the ledger or nothing left the sources.
    """
    resolved, notes = resolve(ledger, request)
    trails = list(trails_of(ledger, resolved, keep))
    results = [result for trail in trails for result in results_of(trail) if result.stolen]
    if not results:
        raise TraceError(_nothing_left(ledger, request))
    return results, [*notes, *_nothing_new(request, results), *_seen(trails)]


def _nothing_new(request: Request, results: Iterable[TraceResult]) -> list[str]:
    """Note the thefts of which nothing was found by some method: another theft had it before."""
    found = {(result.theft, result.method) for result in results}
    methods = sorted({method for _, method in found})
    told = []
    for theft in request.thefts:
        without = [method for method in methods if (theft.name, method) not in found]
        if without:
            told.append(
                f"{theft.name}: nothing was newly stolen by {', '.join(without)}: what was named "
                "moved nothing, lies at a source, or was stolen in another theft before."
            )
    return told


def trails_of(
    ledger: AccountLedger | UtxoLedger, request: Request, keep: Keep | None = None
) -> Iterator[Trail]:
    """Yield the trail of every asset and method of a request that was resolved."""
    setting = setting_of(ledger, request)
    asked = _asked(ledger, request) if keep else ""
    for asset in _assets(ledger, request):
        for method in request.methods:
            checkpoint = None
            if keep:
                key = {"asked": asked, "method": method, "asset": asset.code}
                name = f"walk-{method}-{ledger.assets.index(asset)}.npz"
                checkpoint = Checkpoint(keep.folder / name, key, keep.resume)
            if isinstance(ledger, UtxoLedger):
                yield trace_utxo(ledger, request, method, setting, checkpoint)
            else:
                yield trace_account(ledger, request, (method, asset), setting, checkpoint)
            if checkpoint:
                checkpoint.remove()


def _asked(ledger: AccountLedger | UtxoLedger, request: Request) -> str:
    """Return a digest of all that a walk depends on, but for its method and asset."""
    parts = [
        __version__,
        ledger.manifest["digest"],
        *map(repr, (*request.thefts, request.rules)),
        *sorted([*request.stop_addresses, *map(str, request.stop_parts)]),
        *sorted(f"{x.entry} {x.kind} {x.chain}" for x in request.labels.values()),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _nothing_left(ledger: AccountLedger | UtxoLedger, request: Request) -> str:
    """Say why nothing was found: the ledger may end before the theft."""
    since = max((t.since for t in request.thefts if t.since is not None), default=None)
    cover = ledger.manifest["coverage"]
    said = (
        "Nothing left the sources"
        + (f" from {iso_time(since)} on" if since is not None else "")
        + (f" in {request.asset}" if request.asset else "")
    )
    if since is not None and iso_time(since) > cover["last_time"]:
        return (
            f"{said}: the ledger ends on {cover['last_time']}, before that. Import the chain data "
            "of the time after it, or give an earlier --since."
        )
    return (
        f"{said}; the ledger covers {cover['first_time']} to {cover['last_time']}. Check the "
        "addresses, --since and --asset against 'sanctrail ledger info'."
    )


def _seen(trails: Iterable[Trail]) -> list[str]:
    """Note what the trace went through, or stopped at, without having been told."""
    notes: dict[str, None] = {}
    for trail in trails:
        stopped = set(trail.moves["at"][trail.moves["fate"] == STOPPED].tolist())
        for number in sorted(trail.joins.keys() - stopped):
            notes[
                f"Traced through {trail.ledger.transaction(number)}, which is or may be a "
                f"CoinJoin ({trail.joins[number]}): behind it other people's money is mixed in."
            ] = None
        for suspect in trail.suspects.values():
            did = "stopped at it as asked" if suspect.stopped else "went through it"
            notes[
                f"{suspect.address} has no label but behaves like a service (paid by "
                f"{suspect.senders:,}, pays {suspect.receivers:,}): suspected; the trace {did}."
            ] = None
    return list(notes)


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


def resolve(ledger: AccountLedger | UtxoLedger, request: Request) -> tuple[Request, list[str]]:
    """Fit the request to the ledger: what it lacks is noted, what is in conflict is decided.

    An entry that is no address of the ledger but one of its transactions is a transaction.
    """
    named = [address for theft in request.thefts for address in theft.addresses]
    known = ledger.ids_of([*named, *sorted(request.stop_addresses)])
    moved = partial(_moved, ledger)
    thefts = tuple(_fitted(theft, known, moved) for theft in request.thefts)
    missing = list(_missing(request.thefts, thefts))
    total = sum(len(theft.addresses) + len(theft.parts) for theft in request.thefts)
    _refuse_nothing(ledger, missing, total)
    _refuse_mixed(ledger, request, [part for theft in thefts for part in theft.parts])
    stolen = {(part.txid, part.n) for theft in thefts for part in theft.parts}
    named_whole = {txid for txid, _ in stolen}
    both = [
        part
        for part in request.stop_parts
        if {(part.txid, part.n), (part.txid, None)} & stolen
        or (part.n is None and part.txid in named_whole)
    ]
    methods, left_out = _methods(ledger, request.methods)
    resolved = replace(
        request, thefts=thefts, stop_parts=request.stop_parts - set(both), methods=methods
    )
    absent = [a for a in request.stop_addresses if a not in known]
    absent += [str(part) for part in request.stop_parts if not moved(part)]
    both_names = [*map(str, both), *(request.stop_addresses & set(named))]
    stops = len(request.stop_addresses) + len(request.stop_parts)
    return resolved, [
        *_note(f"of {total} sources are not in the ledger", missing),
        *_note(f"of {stops} stops are not in the ledger", sorted(absent)),
        *_note("named both as source and as stop are taken as source", sorted(both_names)),
        *left_out,
        *_elsewhere(ledger, request),
        *_coverage(ledger),
    ]


def _fitted(theft: Theft, known: dict[str, int], moved: Callable[[Part], bool]) -> Theft:
    """Return what of a theft the ledger has."""
    strays = [StolenPart(a) for a in theft.addresses if a not in known and moved(Part(a))]
    return replace(
        theft,
        addresses=tuple(a for a in theft.addresses if a in known),
        parts=(*(part for part in theft.parts if moved(part)), *strays),
    )


def _missing(asked: Iterable[Theft], fitted: Iterable[Theft]) -> Iterator[str]:
    for before, after in zip(asked, fitted, strict=True):
        there = {*after.addresses, *map(str, after.parts)}
        yield from (a for a in before.addresses if a not in there)
        yield from (str(part) for part in before.parts if str(part) not in there)


def _methods(
    ledger: AccountLedger | UtxoLedger, methods: tuple[str, ...]
) -> tuple[tuple[str, ...], list[str]]:
    """Leave out the one method that needs balances where there are none."""
    lowest = METHODS[LOWEST]
    if isinstance(ledger, AccountLedger) or lowest not in methods:
        return methods, []
    if methods == (lowest,):
        raise TraceError(
            f"{lowest} looks at the lowest balance that an account had in between, and a UTXO "
            "ledger has no accounts with balances. Choose another --method; stolen-last is nearest."
        )
    note = f"{lowest} was left out: it needs accounts with balances, and this is a UTXO ledger."
    return tuple(method for method in methods if method != lowest), [note]


def _elsewhere(ledger: AccountLedger | UtxoLedger, request: Request) -> list[str]:
    """Note the labelled services that were not used because their label is of another chain."""
    if not request.rules.services:
        return []
    found = services_elsewhere(ledger, request.labels.values())
    return _note("labelled services are of another chain by their label, and are no stops", found)


def _coverage(ledger: AccountLedger | UtxoLedger) -> list[str]:
    """Note the gaps of the ledger through which stolen money could go unseen."""
    gaps = [code for code in ("internal", "tokens", "coin", "blocks", "outputs", "inputs")
            if code in ledger.manifest["gaps"]]  # fmt: skip
    return [f"The trail may go on where the ledger cannot see it. {GAPS[gap]}" for gap in gaps]


def _refuse_nothing(ledger: AccountLedger | UtxoLedger, missing: list[str], total: int) -> None:
    if not total:
        raise TraceError("No source was given. Name the thief's addresses or the stolen outputs.")
    if len(missing) == total:
        cover, asset = ledger.manifest["coverage"], ledger.assets[0]
        raise TraceError(
            f"{f'None of the {total} sources' if total > 1 else 'The source'} is "
            f"{'' if total > 1 else 'not '}in the ledger ({'first: ' if total > 1 else ''}"
            f"{missing[0][:120]}{_other_chain(ledger, missing[0])}). It holds {asset.code} and "
            f"covers {cover['first_time']} to {cover['last_time']}. Check the entry, or import the "
            "chain data of its time: sanctrail ledger import FILE... --ledger DIR"
        )


def _other_chain(ledger: AccountLedger | UtxoLedger, entry: str) -> str:
    """Say of an address that it is mistyped, or of another chain than the ledger's."""
    if is_transaction_id(entry.partition(":")[0]):
        return ""
    told = describe(entry)
    if told.checksum == "invalid":
        return ", whose checksum fails: is it mistyped?"
    count = min(_SAMPLE, int(ledger.manifest["coverage"].get("addresses") or 0))
    held = ledger.addresses_of(np.arange(count)).to_pylist()
    families = {describe(address).family for address in held} - {"unknown"}
    if told.family == "unknown" or not families or told.family in families:
        return ""
    return (
        f", an address of {told.family}, while the ledger's are of {' and '.join(sorted(families))}"
    )


def _refuse_mixed(
    ledger: AccountLedger | UtxoLedger, request: Request, parts: list[StolenPart]
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
    """Tell whether the ledger has a transaction, or its output or transfer of that place."""
    if isinstance(ledger, AccountLedger):
        return bool(places_of(ledger, part))
    return bool(outputs_of(ledger, part)) or (part.n is None and part.txid in ledger)


def _note(what: str, entries: list[str]) -> list[str]:
    if not entries:
        return []
    more = len(entries) - MANY
    named = ", ".join(entries[:MANY]) + (f" and {more} more" if more > 0 else "")
    return [f"{len(entries)} {what}: {named}."]
