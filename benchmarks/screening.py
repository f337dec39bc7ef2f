"""Screening quality and speed on the labelled cases, beside rapidfuzz's exhaustive matrix."""

import csv
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from sanctrail.names import compare
from sanctrail.register import Register, load_lists
from sanctrail.screening import DEFAULT_THRESHOLD, Query, Screener
from sanctrail.text.fold import fold

UN = "lists/un/UN_consolidated_2026-02-27.xml.xz"
SDN = "lists/us_ofac/SDN_ADVANCED_2025-11-19.xml.bz2"
SAMPLE = 1_000


def run(shared):
    names = shared / "names"
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        load_lists([shared / UN, shared / SDN], workspace)
        started = time.perf_counter()
        screener = Screener(Register(workspace))
        print(f"Index of UN + OFAC built in {time.perf_counter() - started:.2f} s.\n")
        quality(screener, names)
        speed(screener, names)
    pairs(names)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def quality(screener, names):
    print("| cases (names only, threshold 0.7, UN + OFAC) | found | of | rate |")
    print("| --- | --- | --- | --- |")
    for name in ("positives", "positives_hard"):
        rows = [r for r in rows_of(names / f"{name}.csv") if r["expected_id"]]
        groups = defaultdict(list)
        for row in rows:
            if name == "positives" and row["treated"] != "1":
                continue
            hits = screener.screen(Query(row["query"]), DEFAULT_THRESHOLD)
            wanted = "un:" + row["expected_id"].removeprefix("un-")
            groups[row["treatment"]].append(any(hit.party_id == wanted for hit in hits))
        every = [found for group in groups.values() for found in group]
        tell(f"{name}, treated", every)
        for treatment, found in sorted(groups.items()):
            if name == "positives_hard":
                tell(f"  {treatment}", found)
    innocents = rows_of(names / "negatives.csv")
    alarms = [bool(screener.screen(Query(r["query"]), DEFAULT_THRESHOLD)) for r in innocents]
    tell("negatives, false alarms", alarms, digits=4)


def tell(name, found, digits=3):
    print(f"| {name} | {sum(found):,} | {len(found):,} | {sum(found) / len(found):.{digits}f} |")


def speed(screener, names):
    queries = [row["query"] for row in rows_of(names / "positives_hard.csv")[:SAMPLE]]
    started = time.perf_counter()
    for query in queries:
        screener.screen(Query(query), DEFAULT_THRESHOLD)
    ours = len(queries) / (time.perf_counter() - started)
    choices = [fold(row["name"]) for row in screener.register.rows("names")]
    folded = [fold(query) for query in queries]
    started = time.perf_counter()
    process.cdist(folded, choices, scorer=fuzz.token_sort_ratio, dtype=np.uint8, workers=1)
    theirs = len(queries) / (time.perf_counter() - started)
    print(f"\n| queries a second, one core, {len(choices):,} names | value |\n| --- | --- |")
    print(f"| sanctrail | {ours:,.0f} |")
    print(f"| rapidfuzz cdist, token_sort_ratio (no explanation) | {theirs:,.0f} |")
    print(f"| ratio | {ours / theirs:.2f} x |")


def pairs(names):
    hits = misses = alarms = 0
    for row in rows_of(names / "pairs.csv"):
        said = compare(row["name1"], row["name2"]).score >= DEFAULT_THRESHOLD
        true = row["is_match"].lower() == "true"
        hits += said and true
        alarms += said and not true
        misses += true and not said
    f1 = 2 * hits / (2 * hits + misses + alarms)
    print(f"\npairs.csv: F1 {f1:.3f} ({hits} right, {misses} missed, {alarms} false).")
