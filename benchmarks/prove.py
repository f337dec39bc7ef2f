"""Damages every published layout by chance, many times, and says how each damaged file ended.

`python benchmarks/prove.py [CASES] [--layout NAME] [--case NUMBER]`: 20,000 cases a layout unless
told otherwise; one layout and one case of it, to look at a failure again.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("SANCTRAIL_SHARED") or HERE.parents[1] / "shared" / "data")
ENTRIES = 60
AT_ONCE = 50
ENDS = ("refused", "loaded", "told", "failed")
_seeds = {}


def main():
    options = _options()
    sys.path.insert(0, str(HERE.parent / "tests"))
    with tempfile.TemporaryDirectory() as folder:
        _seeds.update(_made(Path(folder), options.layout))
    if options.case is not None:
        for name in _seeds:
            print(name, _one(name, options.case))
        return
    tasks = [
        (name, first, min(first + AT_ONCE, options.cases))
        for first in range(0, options.cases, AT_ONCE)
        for name in _seeds
    ]
    ended, failures = _all(tasks)
    print("| layout | cases | refused | loaded | loaded with problems | failures |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, counts in ended.items():
        numbers = " | ".join(f"{counts[end]:,}" for end in ENDS)
        print(f"| {name} | {counts.total():,} | {numbers} |")
    for failure in failures[:50]:
        print(failure)
    sys.exit(1 if failures else 0)


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=int, nargs="?", default=20_000)
    parser.add_argument("--layout", default="")
    parser.add_argument("--case", type=int)
    return parser.parse_args()


def _made(folder, layout):
    from fuzz_layouts import as_held, by_hand  # noqa: PLC0415

    seeds = {f"{seed.name} by hand": seed for seed in by_hand(folder)}
    if (SHARED / "lists").is_dir():
        seeds |= {seed.name: seed for seed in as_held(folder, SHARED / "lists", ENTRIES)}
    return {name: seed for name, seed in seeds.items() if layout in ("", name)}


def _one(name, number):
    from fuzzing import damaged, judged  # noqa: PLC0415

    damage = damaged(_seeds[name], number)
    with tempfile.TemporaryDirectory() as folder:
        verdict = judged(_seeds[name], damage, Path(folder))
    return verdict, damage.done


def _some(task):
    name, first, end = task
    counts, failures = Counter(), []
    for number in range(first, end):
        verdict, done = _one(name, number)
        counts[verdict.ended] += 1
        if verdict.ended == "failed":
            failures.append(f"{name}, case {number} ({', '.join(done)}): {verdict.why}")
    return name, counts, failures


def _all(tasks):
    ended, failures, begun = {name: Counter() for name in _seeds}, [], time.monotonic()
    with multiprocessing.get_context("fork").Pool() as pool:
        for done, (name, counts, failed) in enumerate(pool.imap_unordered(_some, tasks), 1):
            ended[name] += counts
            failures += failed
            if done % 20 == 0 or done == len(tasks):
                part = f"{done * 100 // len(tasks)} %, {time.monotonic() - begun:.0f} s"
                print(f"{part}, {len(failures)} failures", file=sys.stderr)
    return ended, sorted(failures)


if __name__ == "__main__":
    main()
