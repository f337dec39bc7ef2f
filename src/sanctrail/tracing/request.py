"""What is asked of a trace: the stolen money's sources, the stops, the time and the methods."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sanctrail.addresses import canonical, canonical_transaction, is_transaction_id
from sanctrail.attribution import Label
from sanctrail.attribution.entries import EntryRow, read_entries
from sanctrail.errors import InputError, TraceError
from sanctrail.ground.inputs import FileDigest
from sanctrail.ledger import Ledger
from sanctrail.tracing.holdings import METHODS

_MAX_AMOUNT_DIGITS = 39
_MAX_PLACE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Part:
    """A transaction, or its output or transfer `n` (from 0)."""

    txid: str
    n: int | None = None

    def __str__(self) -> str:
        return self.txid if self.n is None else f"{self.txid}:{self.n}"


@dataclass(frozen=True, slots=True)
class StolenPart(Part):
    """A part, and how much of it was stolen in base units; without an amount all of it was."""

    amount: int | None = None

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
        return Part.__str__(self)


@dataclass(frozen=True, slots=True)
class Request:
    """One trace. Addresses are canonical; `since` is unix seconds, `asset` a code or None."""

    theft: str
    source_addresses: tuple[str, ...]
    stolen_parts: tuple[StolenPart, ...]
    stop_addresses: frozenset[str]
    stop_parts: frozenset[Part]
    methods: tuple[str, ...]
    asset: str | None = None
    since: int | None = None
    labels: Mapping[str, Label] = field(default_factory=dict)
    sources_file: FileDigest | None = None
    stops_file: FileDigest | None = None
    labels_file: FileDigest | None = None

    def ids_in(self, ledger: Ledger) -> tuple[set[int], set[int]]:
        """Return the ledger's ids of the sources and of the stops; a source is no stop."""
        ids = ledger.ids_of([*self.source_addresses, *sorted(self.stop_addresses)])
        sources = {ids[address] for address in self.source_addresses if address in ids}
        return sources, {ids[a] for a in self.stop_addresses if a in ids} - sources


@dataclass(frozen=True, slots=True)
class Options:
    """What a trace may be told besides its sources and stops."""

    asset: str | None = None
    since: int | None = None
    theft: str | None = None
    labels: Mapping[str, Label] = field(default_factory=dict)
    labels_file: FileDigest | None = None


def build_request(
    sources: Sequence[str], stops: Path | None, methods: str, options: Options | None = None
) -> Request:
    """Read the sources (files, or addresses and transactions themselves) and the stops file.

    Raises `InputError` or `TraceError` with a sentence where an entry cannot be understood.
    """
    options = options or Options()
    entries, name, sources_file = _source_entries(sources)
    addresses, parts = _sorted_sources(entries)
    stop_rows, stops_file = read_entries(stops) if stops else ([], None)
    stopped = {_part_of(row) or canonical(row.fields["entry"]): row for row in stop_rows}
    return Request(
        theft=options.theft or name,
        source_addresses=addresses,
        stolen_parts=parts,
        stop_addresses=frozenset(key for key in stopped if isinstance(key, str)),
        stop_parts=frozenset(key for key in stopped if isinstance(key, Part)),
        methods=_methods(methods),
        asset=options.asset,
        since=options.since,
        labels=_labels(stopped, options.labels, stops.name if stops else ""),
        sources_file=sources_file,
        stops_file=stops_file,
        labels_file=options.labels_file,
    )


def _source_entries(
    sources: Sequence[str],
) -> tuple[list[EntryRow], str, FileDigest | None]:
    files = [Path(source) for source in sources if _is_file(source)]
    if len(files) == 1 == len(sources):
        rows, digest = read_entries(files[0])
        return rows, files[0].name.partition(".")[0], digest
    if files:
        raise InputError(
            "Give --sources either one file or addresses and transactions, not both. "
            "Put all entries into one file, one a line."
        )
    missing = [source for source in sources if "/" in source or source.endswith((".csv", ".txt"))]
    if missing:
        raise InputError(f"{missing[0]}: no such file. Check the name given to --sources.")
    rows = [EntryRow(n, _split(source)) for n, source in enumerate(sources, 1)]
    return [row for row in rows if row.fields["entry"]], "sources", None


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except (OSError, ValueError):  # too long or not a possible name: then it is no file
        return False


def _split(source: str) -> dict[str, str]:
    entry, _, amount = source.partition(",")
    return {"entry": entry.strip(), "amount": amount.strip()}


def _sorted_sources(
    rows: Iterable[EntryRow],
) -> tuple[tuple[str, ...], tuple[StolenPart, ...]]:
    """Part the entries into addresses and stolen parts; nothing may be named stolen twice."""
    addresses: dict[str, None] = {}
    parts: dict[Part, StolenPart] = {}
    for row in rows:
        part = _part_of(row)
        amount = row.fields.get("amount", "")
        if part is None and amount:
            raise InputError(
                f"sources, line {row.line}: an amount stands behind the address "
                f"'{row.fields['entry']}', but from an address all that leaves is stolen. Name "
                "the transaction (txid:n,amount), or leave the amount out."
            )
        if part is None:
            addresses[canonical(row.fields["entry"])] = None
            continue
        if any(held.txid == part.txid and None in (held.n, part.n) for held in parts) or (
            part in parts
        ):
            raise InputError(
                f"sources, line {row.line}: {part} is named as stolen twice. Keep one line for it."
            )
        parts[part] = StolenPart(part.txid, part.n, _amount(amount, row.line))
    return tuple(addresses), tuple(parts.values())


def _part_of(row: EntryRow) -> Part | None:
    """Return the part that a line names, None where it names an address."""
    txid, colon, place = row.fields["entry"].partition(":")
    if not is_transaction_id(txid):
        return None
    if colon and not (place.isdecimal() and len(place) <= _MAX_PLACE_DIGITS):
        raise InputError(
            f"line {row.line}: '{row.fields['entry'][:120]}' should be txid or txid:n, where n "
            "counts the transaction's outputs or transfers from 0."
        )
    return Part(canonical_transaction(txid), int(place) if place else None)


def _amount(text: str, line: int) -> int | None:
    if text and not (text.isdecimal() and len(text) <= _MAX_AMOUNT_DIGITS):
        raise InputError(
            f"sources, line {line}: amount '{text[:60]}' is not a whole number of base units "
            "(satoshi, wei, cent). Write it without a decimal point."
        )
    return int(text) if text else None


def _labels(
    stopped: Mapping[Part | str, EntryRow], given: Mapping[str, Label], file: str
) -> dict[str, Label]:
    """Merge the stops' own labels over those given, field by field."""
    labels = dict(given)
    for key, row in stopped.items():
        held = labels.get(str(key))
        label = row.fields.get("label") or (held.label if held else "")
        category = row.fields.get("category") or (held.category if held else "")
        if label or category:
            labels[str(key)] = Label(str(key), label, category, f"{file}, line {row.line}")
    return labels


def _methods(text: str) -> tuple[str, ...]:
    methods = tuple(dict.fromkeys(m.strip().lower() for m in text.split(",") if m.strip()))
    unknown = [method for method in methods if method not in METHODS]
    if unknown or not methods:
        raise TraceError(
            f"There is no method '{', '.join(unknown) or text}'; this program traces by "
            f"{', '.join(METHODS)}. Give one or more, joined by commas."
        )
    return methods
