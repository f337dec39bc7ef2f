"""Reading SDN_ADVANCED into the register, against a bare iterparse over the same bytes."""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

BARE = """
import bz2, sys, time
from lxml import etree
started = time.perf_counter()
with bz2.open(sys.argv[1]) as file:
    for _, element in etree.iterparse(file):
        element.clear()
print(time.perf_counter() - started)
"""
LOAD = """
import sys, time
from pathlib import Path
from sanctrail.register import load_lists
started = time.perf_counter()
load_lists([Path(sys.argv[1])], Path(sys.argv[2]))
print(time.perf_counter() - started)
"""
ROUNDS = 3


def run(shared):
    file = shared / "lists" / "us_ofac" / "SDN_ADVANCED_2025-11-19.xml.bz2"
    ratios = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            bare = timed(BARE, file)
            load = timed(LOAD, file, Path(folder) / "workspace")
            ratios.append((load / bare, load, bare))
    ratio, load, bare = sorted(ratios)[ROUNDS // 2]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print("| what | value |\n| --- | --- |")
    print(f"| bare lxml iterparse over the unpacked stream | {bare:.2f} s |")
    print(f"| read, check, write to the register | {load:.2f} s |")
    print(f"| ratio (median of {ROUNDS}) | {ratio:.2f} x |")
    print(f"| peak memory of the load | {peak:,.0f} MB |")


def timed(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)
