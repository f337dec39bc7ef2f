"""What any rule could find, and the paths to the largest destinations, as tables."""

from typing import Any

from sanctrail.cases import Case
from sanctrail.report.amounts import NO_BREAK, counted, exact
from sanctrail.report.document import Block, Column, Heading, Paragraph, Table
from sanctrail.report.findings import PART_NAMES, method_name

DESTINATIONS = 5
"""Destinations whose paths are printed; paths.json has all that were asked for."""

HOPS = 25
PLACES = 50


def bounds_blocks(trace: dict[str, Any]) -> tuple[Block, ...]:
    """Build the tables of the least and the most that any rule could find, by place."""
    return (
        Paragraph(
            "Methods disagree where stolen and clean money meet. These bounds depend on none: any "
            "rule that respects time and conservation finds at least the one and at most the "
            "other. They are maximum flows through the movements on the trail. Poison conserves "
            "nothing, and need not lie within."
        ),
        *(_bounds_table(bound) for bound in trace["bounds"]),
    )


def _bounds_table(bound: dict[str, Any]) -> Table:
    places = bound["places"]
    left = len(places) - PLACES
    unit = f"({bound['asset']})"
    return Table(
        f"Whatever the rule: {bound['theft']}, {bound['asset']}",
        (
            Column("Place", "code"),
            Column("Part"),
            Column(f"At least{NO_BREAK}{unit}", "number"),
            Column(f"At most{NO_BREAK}{unit}", "number"),
        ),
        tuple(
            (
                (place["name"] or "fees",),
                (PART_NAMES.get(place["part"], place["part"]),),
                (exact(place["least"], bound["decimals"]),),
                (exact(place["most"], bound["decimals"]),),
            )
            for place in places[:PLACES]
        ),
        note=f"{counted(left, 'row')} left out here; all stand in trace.json." if left > 0 else "",
    )


def path_blocks(case: Case) -> tuple[Block, ...]:
    """Build the most valuable path to each of the first result's largest destinations."""
    first = case.trace["results"][0]
    mine = [
        told
        for told in case.paths
        if all(told[key] == first[key] for key in ("theft", "method", "asset")) and told["paths"]
    ]
    blocks: list[Block] = [
        Paragraph(
            f"The most valuable path to each of the largest destinations by "
            f"{method_name(first['method'])}, movement by movement. A path is worth the units that "
            "went all along it; paths.json has further paths and all destinations asked for."
        )
    ]
    for told in mine[:DESTINATIONS]:
        blocks += _path_blocks(told, first["decimals"])
    return tuple(blocks)


def _path_blocks(told: dict[str, Any], decimals: int) -> list[Block]:
    path = told["paths"][0]
    hops = path["hops"]
    left = len(hops) - HOPS
    shown = hops if left <= 0 else [*hops[: HOPS // 2], *hops[-(HOPS - HOPS // 2) :]]
    place = told["place"] or "fees"
    asset = told["asset"]
    return [
        Heading(f"{PART_NAMES.get(told['part'], 'Fees')}: {place}"),
        Table(
            f"{exact(path['amount'], decimals)} of {exact(told['amount'], decimals)} {asset} "
            "came this way",
            (
                Column("Time"),
                Column("From", "code"),
                Column("To", "code"),
                Column("Transaction", "code"),
                Column(f"Stolen{NO_BREAK}({asset})", "number"),
            ),
            tuple(
                (
                    (hop["time"],),
                    (hop["from"],),
                    (hop["to"],),
                    (hop["transaction"],),
                    (exact(hop["amount"], decimals),),
                )
                for hop in shown
            ),
            note=(
                f"{counted(left, 'movement')} in the middle left out here; all stand in paths.json."
                if left > 0
                else ""
            ),
        ),
    ]
