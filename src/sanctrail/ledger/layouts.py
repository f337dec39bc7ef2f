"""Layouts: how the columns of somebody's table of transfers map to a ledger.

A layout is a small TOML file. `labelled-flows` is one that ships with the program; a user's own
is given with `--layout FILE`. See docs/ledgers.md for the keys.
"""

import tomllib
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any

from sanctrail.errors import InputError, UnreadableFile
from sanctrail.ledger.batches import Asset
from sanctrail.ledger.values import MAX_DECIMALS

BUILT_IN = ("labelled-flows",)

FAILED = ("0", "false", "fail", "failed", "failure", "error", "reverted")
"""Words of a column `status` that mean failure where a layout has no words of its own."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column holds what; empty where the table has none.

    `asset` is a column, or `fixed_asset` one code for all rows. Amounts are decimal numbers of
    whole assets, unless `base_units` says that they are already integers in the base unit.
    `position` orders the transfers of one block (a log's index). `failed` are the words in the
    column `status` that mean failure, in either case. A `fee` is in `fee_asset`, else in
    `fixed_asset`, and paid once a transaction by the sender of its first row. Of a workbook the
    sheet named `sheet` is read, else the first that has the columns.
    """

    name: str
    time: str
    sender: str
    receiver: str
    amount: str
    assets: tuple[Asset, ...]
    block: str = ""
    transaction: str = ""
    asset: str = ""
    fixed_asset: str = ""
    sender_label: str = ""
    receiver_label: str = ""
    position: str = ""
    status: str = ""
    failed: tuple[str, ...] = FAILED
    fee: str = ""
    fee_asset: str = ""
    sheet: str = ""
    delimiter: str = ","
    base_units: bool = False
    limits: tuple[str, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Return the columns that a file must have."""
        named = (self.time, self.sender, self.receiver, self.amount, self.block,
                 self.transaction, self.asset, self.sender_label, self.receiver_label,
                 self.position, self.status, self.fee)  # fmt: skip
        return tuple(column for column in dict.fromkeys(named) if column)

    def asset_of(self, code: str) -> Asset | None:
        """Return the declared asset of a code, None if it is not declared."""
        return next((asset for asset in self.assets if asset.code == code), None)


def built_in_layout(name: str) -> Layout:
    """Return a layout that ships with the program."""
    file = resources.files("sanctrail") / "data" / "layouts" / f"{name}.toml"
    return _layout(tomllib.loads(file.read_text(encoding="utf-8")), f"{name}.toml")


def read_layout(path: Path) -> Layout:
    """Read a user's layout file; raises `UnreadableFile` or `InputError` with what is wrong."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFile(
            f"{path}: the layout cannot be read ({error}). See docs/ledgers.md for an example."
        ) from error
    return _layout(document, path.name)


def _layout(document: dict[str, Any], name: str) -> Layout:
    known = {field.name for field in fields(Layout)}
    unknown = sorted(set(document) - known)
    if unknown:
        raise InputError(
            f"{name}: unknown key {', '.join(unknown)}; a layout has "
            f"{', '.join(sorted(known))}. See docs/ledgers.md."
        )
    for key, value in document.items():
        _check_kind(key, value, name)
    missing = [key for key in _NEEDED if not document.get(key)]
    if missing:
        raise InputError(
            f"{name}: the layout is not complete, there is no {', '.join(missing)}. "
            "See docs/ledgers.md for an example."
        )
    ready = dict(document, assets=_assets(document["assets"], name))
    ready |= {key: tuple(document[key]) for key in ("limits", "failed") if key in document}
    layout = Layout(**ready)
    _check_assets(layout, name)
    return layout


def _check_assets(layout: Layout, name: str) -> None:
    """Raise `InputError` where it is not clear in what a transfer or a fee is counted."""
    if bool(layout.asset) == bool(layout.fixed_asset):
        raise InputError(f"{name}: give either 'asset' (a column) or 'fixed_asset' (one code).")
    if layout.fixed_asset and layout.asset_of(layout.fixed_asset) is None:
        raise InputError(f"{name}: 'fixed_asset' {layout.fixed_asset} is not among 'assets'.")
    if layout.fee_asset and layout.asset_of(layout.fee_asset) is None:
        raise InputError(f"{name}: 'fee_asset' {layout.fee_asset} is not among 'assets'.")
    if layout.fee and not (layout.transaction and (layout.fee_asset or layout.fixed_asset)):
        raise InputError(
            f"{name}: 'fee' needs 'transaction' (fees are paid once a transaction) and 'fee_asset'."
        )


_NEEDED = ("name", "time", "sender", "receiver", "amount", "assets")


def _check_kind(key: str, value: Any, name: str) -> None:
    """Raise `InputError` where a key of a layout holds another kind of value than it should."""
    if key == "base_units":
        kind, holds = "true or false", isinstance(value, bool)
    elif key in {"limits", "failed"}:
        kind = "a list of texts"
        holds = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    elif key == "assets":
        kind = "a list of tables { code, unit, decimals }"
        holds = isinstance(value, list) and all(isinstance(asset, dict) for asset in value)
    elif key == "delimiter":
        kind = "one character, and neither a quote nor a line break"
        holds = isinstance(value, str) and len(value) == 1 and value not in '"\r\n\0'
    else:
        kind, holds = "a text", isinstance(value, str)
    if not holds:
        raise InputError(f"{name}: '{key}' must be {kind}. See docs/ledgers.md for an example.")


def _assets(entries: list[dict[str, Any]], name: str) -> tuple[Asset, ...]:
    for entry in entries:
        decimals = entry.get("decimals")
        if (
            entry.keys() != {"code", "unit", "decimals"}
            or not all(isinstance(entry[key], str) and entry[key] for key in ("code", "unit"))
            or type(decimals) is not int
            or not 0 <= decimals <= MAX_DECIMALS
        ):
            raise InputError(
                f"{name}: each of 'assets' must have a code and a unit (texts) and decimals (a "
                f"whole number from 0 to {MAX_DECIMALS}); this one is {entry}. "
                "See docs/ledgers.md for an example."
            )
    codes = [entry["code"] for entry in entries]
    if len(set(codes)) < len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        raise InputError(f"{name}: asset {twice} is declared twice. Keep one of the two.")
    return tuple(Asset(**entry) for entry in entries)
