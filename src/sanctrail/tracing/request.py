"""What is asked of a trace: the stolen money's sources, the stops, the time and the methods."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sanctrail.addresses import canonical, canonical_transaction, is_transaction_id
from sanctrail.attribution import Label
from sanctrail.attribution.entries import EntryRow, read_entries
from sanctrail.errors import InputError, TraceError
from sanctrail.ground.inputs import FileDigest
from sanctrail.ledger.values import unix_time
from sanctrail.tracing.places import METHODS

ALL = "all"

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
class Theft:
    """What one theft took: addresses all of whose payments are stolen, or stolen parts.

    Addresses are canonical; `since` is unix seconds, from when on what leaves them is stolen.
    """

    name: str
    addresses: tuple[str, ...] = ()
    parts: tuple[StolenPart, ...] = ()
    since: int | None = None


@dataclass(frozen=True, slots=True)
class StopRules:
    """Where a trace stops or forks besides the stops that are named; see docs/tracing.md.

    Ages are seconds from a theft's first movement, amounts base units.
    """

    services: bool = True
    coinjoins: str = "stop"
    suspected: bool = False
    senders: int = 50
    receivers: int = 50
    max_age: int | None = None
    max_hops: int | None = None
    min_amount: int = 0
    follow_fees: bool = False


COINJOINS = ("stop", "found", "spread")
"""Stop at CoinJoins found or suspected; at those found alone; or trace through all of them."""


@dataclass(frozen=True, slots=True)
class Request:
    """One trace: thefts (each unit remembers which), stops, rules, methods; `asset` a code."""

    thefts: tuple[Theft, ...]
    stop_addresses: frozenset[str]
    stop_parts: frozenset[Part]
    methods: tuple[str, ...]
    asset: str | None = None
    rules: StopRules = field(default_factory=StopRules)
    labels: Mapping[str, Label] = field(default_factory=dict)
    sources_file: FileDigest | None = None
    stops_file: FileDigest | None = None
    label_files: tuple[FileDigest, ...] = ()
    workspace_labels: int = 0
    inferred: int = 0

    @property
    def name(self) -> str:
        """The theft's name, or how many there are."""
        return self.thefts[0].name if len(self.thefts) == 1 else f"{len(self.thefts)} thefts"


@dataclass(frozen=True, slots=True)
class Options:
    """What a trace may be told besides its sources and stops."""

    asset: str | None = None
    since: int | None = None
    theft: str | None = None
    rules: StopRules = field(default_factory=StopRules)
    labels: Mapping[str, Label] = field(default_factory=dict)
    label_files: tuple[FileDigest, ...] = ()
    workspace_labels: int = 0
    inferred: int = 0


def build_request(
    sources: Sequence[str], stops: Path | None, methods: str, options: Options | None = None
) -> Request:
    """Read the sources (files, or addresses and transactions themselves) and the stops file.

    A column `theft` in the sources file parts them into several thefts, `since` gives each a time.
    Raises `InputError` or `TraceError` with a sentence where an entry cannot be understood.
    """
    options = options or Options()
    entries, name, sources_file = _source_entries(sources)
    stop_rows, stops_file = read_entries(stops) if stops else ([], None)
    stopped = {_part_of(row) or canonical(row.fields["entry"]): row for row in stop_rows}
    return Request(
        thefts=_thefts(entries, options.theft or name, options.since),
        stop_addresses=frozenset(key for key in stopped if isinstance(key, str)),
        stop_parts=frozenset(key for key in stopped if isinstance(key, Part)),
        methods=_methods(methods),
        asset=options.asset,
        rules=options.rules,
        labels=_labels(stopped, options.labels, stops.name if stops else ""),
        sources_file=sources_file,
        stops_file=stops_file,
        label_files=options.label_files,
        workspace_labels=options.workspace_labels,
        inferred=options.inferred,
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


def _thefts(rows: Sequence[EntryRow], name: str, since: int | None) -> tuple[Theft, ...]:
    """Part the entries into thefts, in the order in which they are first named."""
    by_theft: dict[str, list[EntryRow]] = {}
    for row in rows:
        by_theft.setdefault(row.fields.get("theft") or name, []).append(row)
    whose: dict[str, str] = {}
    parts: dict[Part, StolenPart] = {}
    made = []
    for theft, own in by_theft.items():
        addresses = _addresses_of(own, theft, whose)
        stolen = [_stolen_part(row, parts) for row in own if _part_of(row)]
        made.append(Theft(theft, addresses, tuple(stolen), _since_of(own, since)))
    return tuple(made)


def _addresses_of(rows: Iterable[EntryRow], theft: str, whose: dict[str, str]) -> tuple[str, ...]:
    addresses: dict[str, None] = {}
    for row in rows:
        if _part_of(row) is not None:
            continue
        address = canonical(row.fields["entry"])
        if row.fields.get("amount"):
            raise InputError(
                f"sources, line {row.line}: an amount stands behind the address "
                f"'{row.fields['entry']}', but from an address all that leaves is stolen. Name "
                "the transaction (txid:n,amount), or leave the amount out."
            )
        if whose.setdefault(address, theft) != theft:
            raise InputError(
                f"sources, line {row.line}: {address} is a source of {whose[address]} and of "
                f"{theft}; what leaves it can be stolen only once. Name transactions instead."
            )
        addresses[address] = None
    return tuple(addresses)


def _stolen_part(row: EntryRow, parts: dict[Part, StolenPart]) -> StolenPart:
    """Return what a line names as stolen; nothing may be named twice."""
    part = _part_of(row)
    assert part is not None
    if any(held.txid == part.txid and None in (held.n, part.n) for held in parts) or part in parts:
        raise InputError(
            f"sources, line {row.line}: {part} is named as stolen twice. Keep one line for it."
        )
    parts[part] = StolenPart(part.txid, part.n, _amount(row.fields.get("amount", ""), row.line))
    return parts[part]


def _since_of(rows: Iterable[EntryRow], since: int | None) -> int | None:
    """Return from when on a theft's sources pay stolen money: its lines' own word, else the given.

    Lines of one theft that say different times are refused.
    """
    told = {text: row.line for row in rows if (text := row.fields.get("since", ""))}
    if len(told) > 1:
        raise InputError(
            f"sources, line {max(told.values())}: one theft has several times 'since' "
            f"({', '.join(sorted(told))}). Give it one."
        )
    for text, line in told.items():
        try:
            return unix_time(text)
        except ValueError as error:
            raise InputError(f"sources, line {line}: since: {error}.") from error
    return since


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
    if methods == (ALL,):
        return METHODS
    unknown = [method for method in methods if method not in METHODS]
    if unknown or not methods:
        raise TraceError(
            f"There is no method '{', '.join(unknown) or text}'; this program traces by "
            f"{', '.join(METHODS)}. Give one or more, joined by commas, or '{ALL}'."
        )
    return methods
