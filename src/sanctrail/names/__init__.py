"""Names: the pure comparison of two names, with its explanation; it knows no register."""

from sanctrail.names.compare import Comparison, compare, compare_prepared
from sanctrail.names.prepare import PreparedName, prepare

__all__ = ["Comparison", "PreparedName", "compare", "compare_prepared", "prepare"]
