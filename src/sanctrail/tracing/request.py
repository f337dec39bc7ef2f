"""What is asked of a trace: the stolen money's sources, the stops, the time and the methods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sanctrail.addresses import canonical, is_transaction_id
from sanctrail.attribution import Label
from sanctrail.attribution.entries import EntryRow, read_entries
from sanctrail.errors import InputError, TraceError
from sanctrail.ground.inputs import FileDigest
from sanctrail.tracing.holdings import METHODS


@dataclass(frozen=True, slots=True)
class StolenPart:
    """A transaction, or its output or transfer `n` (from 0), and how much of it was stolen.

    Without an amount all of it was stolen.
    """

    txid: str
    n: int | None
    amount: int | None

    def spread(self, amounts: Mapping[int, int], marks: dict[int, int]) -> None:
        """Mark what was stolen on movements, in their order; `amounts` is what each one moved.

        Raises `TraceError` when more was named as stolen than they moved together.
        """
        left = self.amount
        for number, amount in amounts.items():
            taken = amount if left is None else min(amount, left)
            left = None if left is None else left - taken
            marks[number] = marks.get(number, 0) + taken
        if amounts and left:
            raise TraceError(
                f"source {self}: {left} base units more were named as stolen than it moved. "
                "Check the amount, which counts base units, and the asset."
            )

    def __str__(self) -> str:
        place = "" if self.n is None else f":{self.n}"
        return f"{self.txid}{place}"


@dataclass(frozen=True, slots=True)
class Request:
    """One trace. Addresses are canonical; `since` is unix seconds, `asset` a code or None."""

    theft: str
    source_addresses: tuple[str, ...]
    stolen_parts: tuple[StolenPart, ...]
    stop_addresses: frozenset[str]
    stop_transactions: frozenset[str]
    methods: tuple[str, ...]
    asset: str | None = None
    since: int | None = None
    labels: Mapping[str, Label] = field(default_factory=dict)
    sources_file: FileDigest | None = None
    stops_file: FileDigest | None = None


def build_request(
    sources: Sequence[str],
    stops: Path | None,
    methods: str,
    *,
    asset: str | None = None,
    since: int | None = None,
    labels: Mapping[str, Label] | None = None,
    theft: str | None = None,
) -> Request:
    """Read the sources (files, or addresses and transactions themselves) and the stops file.

    Raises `InputError` or `TraceError` with a sentence where an entry cannot be understood.
    """
    entries, name, sources_file = _source_entries(sources)
    addresses = dict.fromkeys(
        canonical(row.fields["entry"]) for row in entries if not _is_part(row.fields["entry"])
    )
    parts = [_part(row) for row in entries if _is_part(row.fields["entry"])]
    stop_rows, stops_file = read_entries(stops) if stops else ([], None)
    known = dict(labels or {})
    stop_addresses: set[str] = set()
    stop_transactions: set[str] = set()
    for row in stop_rows:
        entry = row.fields["entry"]
        is_txid = is_transaction_id(entry)
        key = entry.lower() if is_txid else canonical(entry)
        (stop_transactions if is_txid else stop_addresses).add(key)
        if row.fields.get("label") or row.fields.get("category"):
            known[key] = Label(
                key,
                row.fields.get("label", ""),
                row.fields.get("category", ""),
                f"{stops.name if stops else ''}, line {row.line}",
            )
    return Request(
        theft=theft or name,
        source_addresses=tuple(addresses),
        stolen_parts=tuple(parts),
        stop_addresses=frozenset(stop_addresses),
        stop_transactions=frozenset(stop_transactions),
        methods=_methods(methods),
        asset=asset,
        since=since,
        labels=known,
        sources_file=sources_file,
        stops_file=stops_file,
    )


def _source_entries(
    sources: Sequence[str],
) -> tuple[list[EntryRow], str, FileDigest | None]:
    files = [Path(source) for source in sources if Path(source).is_file()]
    if len(files) == 1 == len(sources):
        rows, digest = read_entries(files[0])
        return rows, files[0].name.partition(".")[0], digest
    if files:
        raise InputError(
            "Give --sources either one file or addresses and transactions, not both. "
            "Put all entries into one file, one a line."
        )
    rows = [EntryRow(n, _split(source)) for n, source in enumerate(sources, 1)]
    missing = [source for source in sources if "/" in source or source.endswith((".csv", ".txt"))]
    if missing:
        raise InputError(f"{missing[0]}: no such file. Check the name given to --sources.")
    return rows, "sources", None


def _split(source: str) -> dict[str, str]:
    entry, _, amount = source.partition(",")
    return {"entry": entry.strip(), "amount": amount.strip()}


def _is_part(entry: str) -> bool:
    return is_transaction_id(entry.partition(":")[0])


def _part(row: EntryRow) -> StolenPart:
    txid, colon, place = row.fields["entry"].partition(":")
    amount = row.fields.get("amount", "")
    if colon and not place.isdecimal():
        raise InputError(
            f"sources, line {row.line}: '{row.fields['entry']}' should be txid or txid:n, where n "
            "counts the transaction's outputs or transfers from 0."
        )
    if amount and not amount.isdecimal():
        raise InputError(
            f"sources, line {row.line}: amount '{amount}' is not a whole number of base units "
            "(satoshi, wei, cent). Write it without a decimal point."
        )
    return StolenPart(txid.lower(), int(place) if place else None, int(amount) if amount else None)


def _methods(text: str) -> tuple[str, ...]:
    methods = tuple(dict.fromkeys(m.strip().lower() for m in text.split(",") if m.strip()))
    unknown = [method for method in methods if method not in METHODS]
    if unknown or not methods:
        raise TraceError(
            f"There is no method '{', '.join(unknown) or text}'; this program traces by "
            f"{', '.join(METHODS)}. Give one or more, joined by commas."
        )
    return methods
