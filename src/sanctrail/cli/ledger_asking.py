"""`sanctrail ledger address` and `tx`: what a ledger tells of one address or transaction."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanctrail.cli.options import Json
from sanctrail.cli.render import print_json, print_table, say

if TYPE_CHECKING:
    from sanctrail.ledger.batches import Asset
    from sanctrail.ledger.lookup import AddressAnswer, Movement, TransactionAnswer

LedgerFolder = Annotated[Path, typer.Option("--ledger", help="Folder of the ledger.")]
DEFAULT_LIMIT = 20


def address(
    address: Annotated[str, typer.Argument(help="The address.")],
    ledger: LedgerFolder,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Movements to show, the latest ones.")
    ] = DEFAULT_LIMIT,
    as_json: Json = False,
) -> None:
    """Show what went in and out of an address, its balance and its movements.

    Example: sanctrail ledger address 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S --ledger bitcoin
    """
    from sanctrail.ledger import open_ledger  # noqa: PLC0415
    from sanctrail.ledger.lookup import look_up_address  # noqa: PLC0415

    opened = open_ledger(ledger)
    answer = look_up_address(opened, address)
    limits = opened.manifest["limits"]
    if as_json:
        print_json({**_address_document(answer, limit), "limits": limits})
        return
    say(f"{answer.address}: {answer.transactions:,} transactions")
    rows = [_totals_row(totals) for totals in answer.totals]
    print_table(("asset", "#received", "#sent", "#fees", "#balance", "#not in the sums"), rows)
    _say_movements(answer.movements[len(answer.movements) - limit :] if limit else [])
    for limit_text in limits:
        say(f"limit: {limit_text}")


def _totals_row(totals: Any) -> list[str]:
    sums = (totals.received, totals.sent, totals.fees, totals.balance)
    whole = [whole_units(amount, totals.asset) for amount in sums]
    return [totals.asset.code, *whole, f"{totals.unreckoned:,}"]


def whole_units(amount: int, asset: "Asset") -> str:
    """Return base units as whole assets, every digit kept."""
    from sanctrail.tracing.amounts import in_asset  # noqa: PLC0415

    return in_asset(amount, asset.decimals)


def _address_document(answer: "AddressAnswer", limit: int) -> dict[str, Any]:
    moves = answer.movements[len(answer.movements) - limit :] if limit else []
    return {
        "address": answer.address,
        "transactions": answer.transactions,
        "totals": [
            {
                "asset": asdict(totals.asset),
                "received": str(totals.received),
                "sent": str(totals.sent),
                "fees": str(totals.fees),
                "balance": str(totals.balance),
                "unreckoned": totals.unreckoned,
            }
            for totals in answer.totals
        ],
        "movement_count": len(answer.movements),
        "movements": [_move_document(move) for move in moves],
    }


def _move_document(move: "Movement") -> dict[str, Any]:
    return {
        **asdict(move),
        "asset": move.asset.code,
        "amount": None if move.amount is None else str(move.amount),
    }


def _say_movements(moves: "list[Movement]") -> None:
    """Print movements; those of outputs and inputs have one end, which the question named."""
    if not moves:
        return
    both = all(move.kind not in {"output", "input"} for move in moves)
    ends = ("from", "to") if both else ()
    columns = ("!time", "kind", *ends, "#amount", "asset", "transaction")
    print_table(columns, (_movement_row(move, both) for move in moves))


def _movement_row(move: "Movement", both: bool) -> list[str]:
    from sanctrail.ledger.values import iso_time  # noqa: PLC0415

    return [
        iso_time(move.time) if move.time is not None else "",
        move.kind,
        *((move.sender, move.receiver) if both else ()),
        "?" if move.amount is None else whole_units(move.amount, move.asset),
        move.asset.code,
        move.transaction,
    ]


def transaction(
    txid: Annotated[str, typer.Argument(help="The transaction id.")],
    ledger: LedgerFolder,
    as_json: Json = False,
) -> None:
    r"""Show one transaction: what went in, what came out, and its fee.

    Example: sanctrail ledger tx --ledger bitcoin \
      f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16
    """
    from sanctrail.ledger import open_ledger  # noqa: PLC0415
    from sanctrail.ledger.lookup import look_up_transaction  # noqa: PLC0415
    from sanctrail.ledger.values import iso_time  # noqa: PLC0415

    opened = open_ledger(ledger)
    answer = look_up_transaction(opened, txid)
    if as_json:
        print_json(_transaction_document(answer))
        return
    time = iso_time(answer.time) if answer.time is not None else "time unknown"
    say(f"{answer.transaction}: block {answer.block}, {time}")
    _say_ends("input", answer.inputs, opened.assets[0])
    _say_ends("output", answer.outputs, opened.assets[0])
    _say_movements(answer.movements)
    if answer.fee is not None:
        say(f"fee {whole_units(answer.fee, opened.assets[0])} {opened.assets[0].code}")


def _say_ends(kind: str, ends: list[dict[str, Any]], asset: "Asset") -> None:
    rows = [
        [
            str(end["n"]),
            end["address"],
            "?" if end["value"] is None else whole_units(end["value"], asset),
            end.get("transaction") or end.get("spent_by") or "",
        ]
        for end in ends
    ]
    if rows:
        linked = "spent from" if kind == "input" else "spent by"
        print_table((f"#{kind}", "address", f"#{asset.code}", linked), rows)


def _transaction_document(answer: "TransactionAnswer") -> dict[str, Any]:
    ends = {
        name: [
            {**end, "value": None if end["value"] is None else str(end["value"])} for end in rows
        ]
        for name, rows in (("inputs", answer.inputs), ("outputs", answer.outputs))
    }
    return {
        "transaction": answer.transaction,
        "block": answer.block,
        "time": answer.time,
        "fee": None if answer.fee is None else str(answer.fee),
        **ends,
        "movements": [_move_document(move) for move in answer.movements],
    }
