"""What takes too long for a test: hundreds of kills, a million damaged files, a great chain.

`python benchmarks/prove_ledger.py [--kills N] [--cases N] [--size N]`: so many kills at random
moments (beside one at each step), damaged files, and transactions of a simulated chain.
"""

import argparse
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("SANCTRAIL_SHARED") or HERE.parents[1] / "shared" / "data")
AT_ONCE = 200
TOKENS = "chains/ethereum-etl/test_stream_blocks_17173049_17173050_expected_token_transfers.json"
REAL = {
    "bitcoin-blocks": ["chains/blocks/bitcoinj/block_testnet700000.dat",
                       "chains/blocks/bitcoinj/first-100k-blocks.dat"],
    "dumplings": ["chains/coinjoins/joinmarket_lookalikes.zip"],
    "graphsense-utxo": ["chains/graphsense/utxo/test_txs.json"],
    "graphsense-eth": ["chains/graphsense/account/eth/complex_graph/traces.csv"],
    "ethereum-etl": [TOKENS],
    "labelled-flows": ["chains/thefts/atomic/Atomic-Atomic.csv"],
}  # fmt: skip
_seeds = {}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=900)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=100_000_000)
    options = parser.parse_args()
    sys.path.insert(0, str(HERE.parent / "tests"))
    failed = damage(options.cases) if options.cases else False
    if options.kills:
        kill(options.kills)
    if options.size:
        great_chain(options.size)
    sys.exit(1 if failed else 0)


def damage(cases):
    """Damage real files by chance and read each; any other end than these is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        _seeds.update(_made(Path(folder)))
    each = cases // len(_seeds)
    tasks = [(name, first) for first in range(0, each, AT_ONCE) for name in _seeds]
    ended, failures = {name: Counter() for name in _seeds}, []
    started = time.perf_counter()
    with multiprocessing.Pool(2) as pool:
        for name, counts, found in pool.imap_unordered(_some, tasks):
            ended[name] += counts
            failures += found
    print("| file | cases | refused | read | read with problems | failures |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, counts in ended.items():
        numbers = " | ".join(f"{counts[end]:,}" for end in ("refused", "read", "told", "failed"))
        print(f"| {name} | {counts.total():,} | {numbers} |")
    print(f"{time.perf_counter() - started:.0f} s", *failures[:20], sep="\n")
    return bool(failures)


def _made(folder):
    import chain_files  # noqa: PLC0415
    from sanctrail.ledger.simulation import Simulation  # noqa: PLC0415

    batches = [*Simulation(3, 2_000).batches()]
    (parquet,) = chain_files.write_aws(folder / "aws", batches)
    lines = chain_files.write_etl(folder / "etl.json", batches).read_bytes().split(b"\n")
    yield "aws-bitcoin", ("aws-bitcoin", parquet.read_bytes())
    yield "bitcoin-etl", ("bitcoin-etl", b"\n".join(lines[:40]))
    for form, paths in REAL.items():
        for path in paths:
            data = (SHARED / path).read_bytes()
            yield (
                f"{form}: {Path(path).name}",
                (form, data[:200_000] if "zip" not in path else data),
            )


def _some(task):
    name, first = task
    counts, failures = Counter(), []
    for number in range(first, first + AT_ONCE):
        end = _one(name, number)
        counts[end.partition(":")[0]] += 1
        if end.startswith("failed"):
            failures.append(f"{name} {number}: {end}")
    return name, counts, failures


def _one(name, number):
    from sanctrail.errors import SanctrailError  # noqa: PLC0415
    from sanctrail.ledger.formats.every import named  # noqa: PLC0415
    from sanctrail.ledger.formats.source import Source, head_of  # noqa: PLC0415

    form, data = _seeds[name]
    chance = random.Random(f"{name}/{number}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(_damaged(bytearray(data), chance))
        source = Source((path,))
        try:
            named(form).matches(head_of(path))
            for _ in named(form).read(source):
                pass
        except SanctrailError:
            return "refused"
        except Exception as error:  # noqa: BLE001 - which is what is looked for
            return f"failed: {type(error).__name__}: {error}"[:300]
    return "told" if source.told.problems else "read"


def _damaged(data, chance):
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        what = chance.randrange(5)
        if what == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            del data[at : at + chance.randint(1, 64)]
        elif what == 2:
            data[at:at] = chance.randbytes(chance.randint(1, 16))
        elif what == 3:
            data[at:at] = data[at : at + chance.randint(1, 64)]
        elif len(data) > 100:
            del data[max(100, at) :]
    return data


def kill(moments):
    """Kill an import at each of its steps, and at so many random moments."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        script = HERE.parent / "tests" / "kill_import.py"
        done = subprocess.run(
            [sys.executable, script, folder, "1", str(moments)], capture_output=True, text=True,
            check=True, cwd=script.parent,
        )  # fmt: skip
    print(
        f"Kills: {int(done.stdout):,}, each opened as it was left and finished to the same bytes, "
        f"{time.perf_counter() - started:.0f} s"
    )


def great_chain(size):
    """Build one great chain and say what it took."""
    from ledger import sanctrail, size_of  # noqa: PLC0415
    from sanctrail.ledger import open_ledger  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        ledger, case = Path(folder) / "ledger", Path(folder) / "case"
        told = sanctrail(
            "ledger", "simulate", "--ledger", ledger, "--case", case, "--transactions", size,
            "--memory", "8GB",
        )  # fmt: skip
        started = time.perf_counter()
        held = open_ledger(ledger)
        opening = (time.perf_counter() - started) * 1000
        cover = held.manifest["coverage"]
        print(
            f"{cover['transactions']:,} transactions, {cover['movements']:,} outputs in "
            f"{told['seconds']:.0f} s, {told['peak'] / 1e9:.1f} GB at the most, "
            f"{size_of(ledger) / cover['movements']:.1f} bytes an output, "
            f"opened in {opening:.1f} ms"
        )


if __name__ == "__main__":
    main()
