"""The register: versions of lists in one store, and who is listed, by whom, since when."""

from sanctrail.register.load import LoadedVersion, load_lists
from sanctrail.register.query import Register, RegisteredWallet, has_register

__all__ = ["LoadedVersion", "Register", "RegisteredWallet", "has_register", "load_lists"]
