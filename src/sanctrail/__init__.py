"""Sanctrail: official sanctions lists, screening, exact coin tracing and reports that re-check.

The command line is the widest door; from Python, import the room you need
(`sanctrail.register`, `sanctrail.screening`, `sanctrail.tracing` ...). Nothing heavy is
imported here, so that `sanctrail --help` answers at once.
"""

__version__ = "0.1.0"
