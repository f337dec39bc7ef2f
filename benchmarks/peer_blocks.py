"""Measure python-bitcoin-blockchain-parser (PyPI: blockchain-parser) on raw blocks.

Run with whichever Python holds it, which need not be the project's own:

    python peer_blocks.py SECONDS FILE...

Each file is one bare block. Parsing means what the project's reader does: every transaction's id,
what each input spends, and value and address of each output. Prints JSON: bytes and seconds.
"""

import json
import sys
import time
from pathlib import Path

from blockchain_parser.block import Block


def parse(raw):
    found = 0
    for transaction in Block(raw).transactions:
        found += len(transaction.txid)
        for spent in transaction.inputs:
            found += spent.transaction_index + len(spent.transaction_hash)
        for made in transaction.outputs:
            found += made.value + sum(len(address.address) for address in made.addresses)
    return found


def main():
    blocks = [Path(name).read_bytes() for name in sys.argv[2:]]
    until = time.perf_counter() + float(sys.argv[1])
    started, done = time.perf_counter(), 0
    while time.perf_counter() < until:
        for raw in blocks:
            parse(raw)
            done += len(raw)
    print(json.dumps({"bytes": done, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
