"""Runs every benchmark and prints one page; `make bench > page.md` keeps it.

Absolute times are of this machine in this minute. The ratios are what to compare: each is taken
against a peer or a limit measured in the same run.
"""

import importlib
import os
import platform
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("SANCTRAIL_SHARED") or HERE.parents[1] / "shared" / "data")
BENCHMARKS = ("lists", "history", "joining", "screening", "ledger", "attribution", "tracing")


def main():
    chosen = sys.argv[1:] or BENCHMARKS
    sys.path.insert(0, str(HERE))
    sys.path.insert(0, str(HERE.parent / "tests"))
    print(
        f"Machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    for name in chosen:
        print(f"\n## {name}\n")
        if not SHARED.is_dir():
            print("Skipped: it needs the shared real files, and they are not beside this checkout.")
            continue
        importlib.import_module(name).run(SHARED)


if __name__ == "__main__":
    main()
