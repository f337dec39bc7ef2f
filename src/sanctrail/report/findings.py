"""What the trace found: the balance of each method, and where the value is now.

The report adds the parts up itself and says so when they do not meet the trace's own totals; a
reader must be able to follow the sum with a pencil.
"""

from collections.abc import Sequence
from typing import Any

from sanctrail.report.amounts import (
    MINUS,
    NO_BREAK,
    NOTHING,
    base_units,
    counted,
    exact,
    money,
    share,
)
from sanctrail.report.document import Block, Cell, Column, Heading, Paragraph, Row, Table

Result = dict[str, Any]

DORMANT_SHOWN = 25
OTHERS_SHOWN = 250
PARTS = ("arrived", "dormant", "returned", "stopped", "converted_out")
PART_NAMES = {
    "arrived": "Arrived at stops",
    "dormant": "Dormant, not moved since",
    "returned": "Returned to sources",
    "stopped": "Stopped",
    "converted_out": "Converted out",
}
METHOD_NAMES = {
    "fifo": "FIFO",
    "lifo": "LIFO",
    "stolen-first": "Stolen first",
    "stolen-last": "Stolen last",
    "haircut": "Haircut",
    "lowest-balance": "Lowest balance",
    "poison": "Poison",
}


def method_name(method: str) -> str:
    """Name a method as its users do."""
    return METHOD_NAMES.get(method, method)


def traced(result: Result) -> int:
    """Return all base units the trace started from: stolen, and converted in from elsewhere."""
    return base_units(result["stolen"]) + base_units(result["converted_in"])


def adds_up(result: Result) -> bool:
    """Tell whether the method's amounts are parts of what was stolen."""
    return bool(result.get("conserved", True))


def part_sum(result: Result, part: str) -> int:
    """Add up one part of a result."""
    return sum(base_units(entry["amount"]) for entry in result[part])


def summary_blocks(trace: dict[str, Any]) -> tuple[Block, ...]:
    """Build the summary: prose, then for each result its balance and the sum written out."""
    blocks: list[Block] = [Paragraph(" ".join(_sentence(r) for r in trace["results"]))]
    for result in trace["results"]:
        if not adds_up(result):
            continue
        blocks.append(_balance_table(result))
        blocks.append(Paragraph(_arithmetic(result), "arithmetic"))
        blocks.extend(_disagreement(result))
        blocks.extend(_unknown_origin(result))
    return tuple(blocks)


def _unknown_origin(result: Result) -> tuple[Block, ...]:
    amount = base_units(result.get("unknown_origin", "0"))
    if not amount:
        return ()
    return (
        Paragraph(
            f"The accounts followed by {method_name(result['method'])} also paid out "
            f"{_money(amount, result)} beyond the balances that the ledger knows. That money is of "
            "unknown origin; it counts as clean and is no part of the sum above."
        ),
    )


def _sentence(result: Result) -> str:
    whole = traced(result)

    def told(amount: int) -> str:
        return f"{_money(amount, result)} ({share(amount, whole)}, rounded)"

    arrived, dormant = part_sum(result, "arrived"), part_sum(result, "dormant")
    if not adds_up(result):
        return (
            f"{method_name(result['method'])} counts whole places that stolen units touched, so "
            f"its amounts are no parts of what was stolen: {_money(arrived, result)} at "
            f"{counted(len(result['arrived']), 'stop')}, {_money(dormant, result)} in "
            f"{counted(len(result['dormant']), 'place')}."
        )
    rest = whole - arrived - dormant
    transactions = counted(result["touched"]["transactions"], "transaction")
    addresses = counted(result["touched"]["addresses"], "address", "addresses")
    return (
        f"Of {_money(whole, result)} {_origin(result)}, {method_name(result['method'])} finds "
        f"{told(arrived)} arrived at {counted(len(result['arrived']), 'stop')} and "
        f"{told(dormant)} dormant in {counted(len(result['dormant']), 'place')}; {told(rest)} "
        "was returned, stopped, converted or paid in fees. The trail touches "
        f"{transactions} and {addresses}."
    )


def _origin(result: Result) -> str:
    if not base_units(result["converted_in"]):
        return "stolen"
    if not base_units(result["stolen"]):
        return "converted in from other assets"
    return "stolen or converted in from other assets"


def _balance_table(result: Result) -> Table:
    whole = traced(result)

    def line(name: str, number: str, amount: int) -> Row:
        return ((name,), (number,), (_exact(amount, result),), (share(amount, whole),))

    rows = [line("Stolen", "", base_units(result["stolen"]))]
    if base_units(result["converted_in"]):
        rows.append(line("Converted in", "", base_units(result["converted_in"])))
    rows += [
        line(PART_NAMES[part], f"{len(result[part]):,}", part_sum(result, part)) for part in PARTS
    ]
    rows.append(line("Fees", "", base_units(result["fees"])))
    difference = base_units(result["conservation"]["difference"])
    return Table(
        _caption("Balance", result),
        (Column("Position"), Column("Entries", "number"), _amount_column(result), _share_column()),
        tuple(rows),
        total=(("Difference",), ("",), (_exact(difference, result),), ("",)),
    )


def _arithmetic(result: Result) -> str:
    """Write the conservation out: what went in, each part that came out, and the difference."""
    incoming = [("stolen", base_units(result["stolen"]))]
    if base_units(result["converted_in"]):
        incoming.append(("converted in", base_units(result["converted_in"])))
    outgoing = [(part.replace("_", " "), part_sum(result, part)) for part in PARTS]
    outgoing.append(("fees", base_units(result["fees"])))
    left, right = (
        " + ".join(f"{_exact(amount, result)} {name}" for name, amount in side)
        for side in (incoming, outgoing)
    )
    books = {key: _exact(result["conservation"][key], result) for key in result["conservation"]}
    return (
        f"In {left} = {books['in']}; out {right} = {books['out']}; "
        f"difference {books['in']} {MINUS} {books['out']} = {books['difference']} "
        f"{result['asset']}."
    )


def _disagreement(result: Result) -> tuple[Paragraph, ...]:
    """Warn when the parts do not add up to what the trace says they do."""
    books = {key: base_units(value) for key, value in result["conservation"].items()}
    out = sum(part_sum(result, part) for part in PARTS) + base_units(result["fees"])
    if books == {"in": traced(result), "out": out, "difference": 0} and traced(result) == out:
        return ()
    return (
        Paragraph(
            f"The parts listed do not add up: in {_money(traced(result), result)}, out "
            f"{_money(out, result)}, while the trace states in {_money(books['in'], result)}, out "
            f"{_money(books['out'], result)}. Do not rely on this trace; run it again.",
            "warning",
        ),
    )


def where_blocks(trace: dict[str, Any]) -> tuple[Block, ...]:
    """Build the tables of where the value is, result by result, then the methods side by side."""
    results: Sequence[Result] = trace["results"]
    blocks: list[Block] = []
    for number, result in enumerate(results):
        if len(results) > 1:
            blocks.append(Heading(_caption("Where it is", result)))
        for part in PARTS:
            blocks.extend(_part_blocks(result, number, part))
    blocks.extend(_comparison(group) for group in _groups(results))
    return tuple(blocks)


def _part_blocks(result: Result, number: int, part: str) -> tuple[Block, ...]:
    entries = sorted(result[part], key=_largest_first)
    if not entries:
        return (Paragraph(f"{PART_NAMES[part]}: nothing."),)
    limit = DORMANT_SHOWN if part == "dormant" else OTHERS_SHOWN
    shown = entries[:limit]
    total = part_sum(result, part)
    columns = (*_part_columns(part), _amount_column(result), _share_column())
    blanks: Row = (("",),) * (len(columns) - 3)
    return (
        Table(
            _caption(PART_NAMES[part], result),
            columns,
            tuple(_part_row(entry, part, result) for entry in shown),
            total=(("Sum",), *blanks, (_exact(total, result),), (_part(total, result),)),
            note=_left_out(
                entries[limit:], result, f"results[{number}].{part}", total=len(entries)
            ),
        ),
    )


def _largest_first(entry: dict[str, Any]) -> tuple[int, str, str]:
    return (-base_units(entry["amount"]), str(entry.get("label") or ""), _place(entry))


def _place(entry: dict[str, Any]) -> str:
    return str(entry.get("outpoint") or entry.get("address") or entry.get("transaction") or "")


def _part_columns(part: str) -> tuple[Column, ...]:
    return {
        "arrived": (Column("Label"), Column("Category"), Column("Address", "code")),
        "stopped": (Column("Reason"), Column("Address or transaction", "code")),
        "converted_out": (Column("Into"), Column("Transaction", "code")),
    }.get(part, (Column("Address", "code"),))


def _part_row(entry: dict[str, Any], part: str, result: Result) -> Row:
    place: Cell = (entry.get("address") or entry.get("transaction") or "not stated",)
    if entry.get("outpoint"):
        place = (*place, f"output {entry['outpoint']}")
    before: Row = {
        "arrived": ((entry.get("label") or NOTHING,), (entry.get("category") or NOTHING,)),
        "stopped": ((entry.get("reason") or NOTHING,),),
        "converted_out": ((entry.get("asset") or NOTHING,),),
    }.get(part, ())
    amount = base_units(entry["amount"])
    return (*before, place, (_exact(amount, result),), (_part(amount, result),))


def _left_out(entries: list[dict[str, Any]], result: Result, place: str, *, total: int) -> str:
    """Say how many rows a table leaves out, what they sum to and where they stand."""
    if not entries:
        return ""
    rest = sum(base_units(entry["amount"]) for entry in entries)
    return (
        f"{counted(len(entries), 'row')} of {total:,} left out here, {_money(rest, result)} "
        f"{_in_brackets(_part(rest, result))}together; all rows stand in trace.json under "
        f"{place}. The sum includes them."
    )


def _groups(results: Sequence[Result]) -> list[list[Result]]:
    """Group the results that differ only in method and so can be compared."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((str(result["theft"]), result["asset"]), []).append(result)
    return [group for group in groups.values() if len(group) > 1]


def _comparison(group: list[Result]) -> Table:
    """Set the methods side by side, a row a destination: where they differ, so does the answer."""
    first = group[0]
    amounts: dict[str, list[int]] = {}
    for number, result in enumerate(group):
        for name, amount in _destinations(result):
            amounts.setdefault(name, [0] * len(group))[number] += amount
    ordered = sorted(amounts.items(), key=lambda item: (-max(item[1]), item[0]))
    sums = [sum(column) for column in zip(*amounts.values(), strict=True)]
    titles = [f"{method_name(r['method'])}{NO_BREAK}({r['asset']})" for r in group]
    left = len(ordered) - OTHERS_SHOWN

    def row(name: str, numbers: Sequence[int]) -> Row:
        return ((name,), *((_exact(amount, first),) for amount in numbers))

    note = f"{counted(left, 'row')} of {len(ordered):,} left out here; all stand in trace.json."
    return Table(
        f"The methods side by side: {first['theft']}, {first['asset']}",
        (Column("Destination"), *(Column(title, "number") for title in titles)),
        tuple(row(*item) for item in ordered[:OTHERS_SHOWN]),
        total=row("Sum", sums),
        note=note if left > 0 else "",
    )


def _destinations(result: Result) -> list[tuple[str, int]]:
    """Name where each base unit went: labels where known, addresses where not, else the part."""
    arrived = [
        (entry.get("label") or entry.get("address") or "not stated", base_units(entry["amount"]))
        for entry in result["arrived"]
    ]
    others = [(PART_NAMES[part], part_sum(result, part)) for part in PARTS[1:]]
    return [*arrived, *(o for o in others if o[1]), ("Fees", base_units(result["fees"]))]


def _caption(name: str, result: Result) -> str:
    return f"{name}: {method_name(result['method'])}, {result['theft']}, {result['asset']}"


def _amount_column(result: Result) -> Column:
    return Column(f"Amount{NO_BREAK}({result['asset']})", "number")


def _part(amount: int, result: Result) -> str:
    """Return an amount's share of what was stolen; nothing where amounts are no parts of it."""
    return share(amount, traced(result)) if adds_up(result) else ""


def _in_brackets(told: str) -> str:
    return f"({told}, rounded) " if told else ""


def _share_column() -> Column:
    return Column("Share (rounded)", "number")


def _exact(amount: str | int, result: Result) -> str:
    return exact(amount, result["decimals"])


def _money(amount: str | int, result: Result) -> str:
    return money(amount, result["decimals"], result["asset"])
