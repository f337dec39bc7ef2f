"""The register: versions of lists in one store, and who is listed, by whom, since when."""

from typing import TYPE_CHECKING, Any

from sanctrail.register.query import Register, RegisteredWallet, has_register

if TYPE_CHECKING:
    from sanctrail.register.load import LoadedVersion, LoadOptions, load_lists

__all__ = [
    "LoadOptions",
    "LoadedVersion",
    "Register",
    "RegisteredWallet",
    "has_register",
    "load_lists",
]

_OF_LOADING = frozenset({"LoadOptions", "LoadedVersion", "load_lists"})


def __getattr__(name: str) -> Any:
    """Import the loading, and with it every reader, only for those who load."""
    if name not in _OF_LOADING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sanctrail.register import load  # noqa: PLC0415

    return getattr(load, name)
