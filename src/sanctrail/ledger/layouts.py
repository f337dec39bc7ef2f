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
from sanctrail.ledger.store import Asset

BUILT_IN = ("labelled-flows",)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column holds what; empty where the table has none.

    `asset` is a column, or `fixed_asset` one code for all rows. Amounts are decimal numbers of
    whole assets, unless `base_units` says that they are already integers in the base unit.
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
    delimiter: str = ","
    base_units: bool = False
    limits: tuple[str, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Return the columns that a file must have."""
        needed = (self.time, self.sender, self.receiver, self.amount, self.block,
                  self.transaction, self.asset)  # fmt: skip
        return tuple(column for column in needed if column)

    def asset_of(self, code: str) -> Asset | None:
        """Return the declared asset of a code, None if it is not declared."""
        return next((asset for asset in self.assets if asset.code == code), None)


def built_in_layout(name: str) -> Layout:
    """Return a layout that ships with the program."""
    file = resources.files("sanctrail") / "data" / "layouts" / f"{name}.toml"
    return _layout(tomllib.loads(file.read_text()), f"{name}.toml")


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
    try:
        assets = tuple(Asset(**asset) for asset in document.pop("assets"))
        layout = Layout(
            **{**document, "assets": assets, "limits": tuple(document.get("limits", ()))}
        )
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{name}: the layout is not complete ({error}). See docs/ledgers.md for an example."
        ) from error
    if bool(layout.asset) == bool(layout.fixed_asset):
        raise InputError(f"{name}: give either 'asset' (a column) or 'fixed_asset' (one code).")
    if layout.fixed_asset and layout.asset_of(layout.fixed_asset) is None:
        raise InputError(f"{name}: 'fixed_asset' {layout.fixed_asset} is not among 'assets'.")
    return layout
