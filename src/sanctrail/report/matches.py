"""What the lists say: listed wallets on the trail, and screening hits.

A match with a list is a reason to look, not a finding about a person; the wording keeps to that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sanctrail.cases import Exposure, ListedWallet
from sanctrail.report.amounts import base_units, counted, exact
from sanctrail.report.document import Block, Column, Paragraph, Row, Table
from sanctrail.report.findings import method_name

HITS_SHOWN = 250


def exposure_blocks(exposure: Exposure | None, trace: dict[str, Any]) -> tuple[Block, ...]:
    """Build the table of listed wallets that tainted value reached, or say that none is known."""
    if exposure is None:
        return (
            Paragraph(
                "No register of sanctions lists was at hand, so the trail was not compared with "
                "listed wallets. Nothing follows from this either way."
            ),
        )
    known = counted(exposure.wallets_known, "listed wallet")
    if not exposure.found:
        verb = "is" if exposure.wallets_known == 1 else "are"
        return (
            Paragraph(
                f"{known} {verb} known to the register; none of them is on the trail. A wallet "
                "that no list names may still belong to a listed party."
            ),
        )
    found = len(exposure.found)
    return (
        Paragraph(
            f"Of {known} in the register, {found:,} {'lies' if found == 1 else 'lie'} on the "
            "trail. The amount is the tainted value that reached the wallet by each method."
        ),
        _exposure_table(exposure, trace),
    )


def _exposure_table(exposure: Exposure, trace: dict[str, Any]) -> Table:
    columns = (
        Column("Listed party"),
        Column("List and programme"),
        Column("Listed since"),
        Column("Wallet", "code"),
        Column("Amount", "number"),
    )
    rows = tuple(_wallet_row(wallet, trace["results"]) for wallet in exposure.found)
    return Table("Listed wallets on the trail", columns, rows)


def _wallet_row(wallet: ListedWallet, results: Sequence[dict[str, Any]]) -> Row:
    return (
        wallet.names or ("no name on the list",),
        (f"{wallet.regime} {wallet.listing_id}", *wallet.programmes),
        (wallet.listed_on or "not stated",),
        (wallet.address,),
        tuple(
            f"{method_name(method)}: {_amount(amount, number, method, results)}"
            for number, (method, amount) in enumerate(wallet.amounts)
        ),
    )


def _amount(amount: str, number: int, method: str, results: Sequence[dict[str, Any]]) -> str:
    """Write an amount in the units of its result: amounts stand in the order of the results."""
    if number < len(results) and results[number]["method"] == method:
        result = results[number]
    else:
        result = next((r for r in results if r["method"] == method), results[0])
    return f"{exact(base_units(amount), result['decimals'])} {result['asset']}"


def hit_blocks(hits: Sequence[Mapping[str, str]]) -> tuple[Block, ...]:
    """Build the table of screening hits."""
    intro = Paragraph(
        "A hit says that two names are alike by the rule explained beside it. It does not say "
        "that two persons are the same; a person must decide that."
    )
    left = len(hits) - HITS_SHOWN
    note = (
        f"{counted(left, 'row')} of {len(hits):,} left out here; all rows stand in the screening "
        "result."
        if left > 0
        else ""
    )
    columns = (
        Column("Name screened"),
        Column("Name on the list"),
        Column("List entry"),
        Column("Score", "number"),
        Column("Why"),
    )
    rows = tuple(_hit_row(hit) for hit in hits[:HITS_SHOWN])
    return (intro, Table("Screening hits", columns, rows, note=note))


def _hit_row(hit: Mapping[str, str]) -> Row:
    return (
        (hit["query"],),
        (hit["matched_name"],),
        tuple(text for text in (hit.get("listing_ids", ""), hit.get("regimes", "")) if text),
        (str(hit["score"]),),
        (hit["explanation"],),
    )
