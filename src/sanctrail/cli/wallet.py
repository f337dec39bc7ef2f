"""`sanctrail wallet`: is this address listed, by whom, since when."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sanctrail.cli.options import AsOf, Json, Workspace
from sanctrail.cli.render import print_json, print_table, say, say_long

if TYPE_CHECKING:
    from sanctrail.addresses import AddressForm
    from sanctrail.register import RegisteredWallet


def wallet(
    addresses: Annotated[list[str], typer.Argument(help="Wallet addresses.")],
    workspace: Workspace,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Say whether an address is listed, by whom, under what and since when.

    Example: sanctrail wallet 0x098B716B8Aaf21512996dC57EB0615e2383E2f96
    """
    from sanctrail.addresses import describe  # noqa: PLC0415
    from sanctrail.register import Register  # noqa: PLC0415
    from sanctrail.register.ages import in_words, versions_used  # noqa: PLC0415

    register = Register(workspace, as_of or "")
    found: dict[str, list[RegisteredWallet]] = {}
    for listed in register.wallets(addresses):
        found.setdefault(listed.comparable, []).append(listed)
    forms = {address: describe(address) for address in addresses}
    if as_json:
        records = [
            {
                "address": address,
                "form": form.family,
                "checksum": form.checksum,
                "listed": form.canonical in found,
                "listings": [asdict(listed) for listed in found.get(form.canonical, ())],
            }
            for address, form in forms.items()
        ]
        print_json({"addresses": records, "lists": versions_used(register.views)})
        return
    for address, form in forms.items():
        _show(address, found.get(form.canonical, []), form)
    say_long(f"Looked up in {in_words(register.views)}.")


def _show(address: str, listed: "list[RegisteredWallet]", form: "AddressForm") -> None:
    warning = " Its own checksum fails: is it mistyped?" if form.checksum == "invalid" else ""
    if form.family == "unknown":
        warning = " Its form is none that this program knows: is it a wallet address?"
    if not listed:
        say(f"{address} is not listed.{warning}")
        return
    say(f"{address} is LISTED.{warning}")
    print_table(
        ("listing", "party", "list", "programme", "party listed on", "asset"),
        (
            (
                item.listing_id,
                " / ".join(item.names),
                f"{item.list_id} of {item.list_date}",
                ", ".join(item.programmes),
                item.listed_on or "not given",
                item.asset,
            )
            for item in listed
        ),
    )
