"""What takes too long for a benchmark: the heist in 10^7 transactions, and a chain of 10^8.

`python benchmarks/prove_tracing.py [--size N] [--times N]`: the simulated chain in which found must
equal planted, and how many times a chain of a million is laid behind itself.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=100)
    options = parser.parse_args()
    os.environ["SANCTRAIL_TRACE_LONG"] = str(options.times)
    sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]
    import tracing  # noqa: PLC0415 - it reads its sizes when it is imported

    with tempfile.TemporaryDirectory() as folder:
        tracing.growing(Path(folder))
    if options.size:
        tracing.TRACE_SIZE = options.size
        with tempfile.TemporaryDirectory() as folder:
            tracing.planted(Path(folder))


if __name__ == "__main__":
    main()
