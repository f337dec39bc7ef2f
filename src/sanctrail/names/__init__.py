"""Names: the pure comparison of two names, with its explanation; it knows no register."""

from sanctrail.names.compare import Comparison, Pairing, compare, compare_all
from sanctrail.names.prepare import NameWord, PreparedName, prepare

__all__ = [
    "Comparison",
    "NameWord",
    "Pairing",
    "PreparedName",
    "compare",
    "compare_all",
    "prepare",
]
