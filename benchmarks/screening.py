"""Screening beside its peers: nomenklatura's LogicV2 with its index, and rapidfuzz's matrix.

Quality on the labelled cases of `../shared/data/names`, against a register of the UN, OFAC, EU and
UK lists and, where the peer's figures are for it, of the UN's persons alone; then speed. The peer
runs in the Python that `SANCTRAIL_PEER_PYTHON` names (else this one), with nomenklatura in it:
`uv pip install --group oracles` in a place with ICU headers. Without it, that part says so.
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from sanctrail.names import compare_all
from sanctrail.register import Register, load_lists
from sanctrail.screening import DEFAULT_THRESHOLD, Query, Screener, Wanted
from sanctrail.text.countries import country_code
from sanctrail.text.dates import parse_date
from sanctrail.text.fold import fold

LISTS = (
    "lists/un/UN_consolidated_2026-02-27.xml.xz",
    "lists/us_ofac/SDN_ADVANCED_2025-11-19.xml.bz2",
    "lists/eu/xmlFullSanctionsList_1_1_RECONSTRUCTED_2026-05-01.xml.gz",
    "lists/uk/UK_Sanctions_List_RECONSTRUCTED_2026-08-22.xml.gz",
)
PERSONS = Wanted(kinds=frozenset({"person"}))
PEER_SAMPLE = 1_500
ROUNDS = 5


def run(shared):
    names = shared / "names"
    with tempfile.TemporaryDirectory() as folder:
        un, four = Path(folder) / "un", Path(folder) / "four"
        load_lists([shared / LISTS[0]], un)
        load_lists([shared / one for one in LISTS], four)
        Screener(Register(un)).screen(Query("Pak Jin Hyok"))  # the kernels compile here
        small, large = Screener(Register(un)), building(four)
        quality(small, large, names)
        pairs(names)
        speed(large, names)
        peer(small, large, names)


def building(workspace):
    register = Register(workspace)
    started = time.perf_counter()
    Screener(register)
    built = time.perf_counter() - started
    opened = []
    for _ in range(20):
        register = Register(workspace)
        started = time.perf_counter()
        screener = Screener(register)
        opened.append(time.perf_counter() - started)
    size = sum(path.stat().st_size for path in (workspace / "index").rglob("*.bin"))
    print("| index of UN + OFAC + EU + UK | value |\n| --- | --- |")
    print(
        f"| names, forms, words | {len(screener.index.columns['row_party']):,}, "
        f"{len(screener.index.names.form_family):,}, {len(screener.index.names.words.facts):,} |"
    )
    print(f"| build | {built:.1f} s |")
    print(f"| open, median of 20 | {np.median(opened) * 1000:.1f} ms |")
    print(f"| on disk | {size / 1e6:.0f} MB |\n")
    return screener


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def query_of(row, full):
    if not full:
        return Query(row["query"])
    return Query(row["query"], parse_date(row["dob"]), country_code(row["country"]))


def quality(small, large, names):
    print(
        "| cases, threshold 0.7 | register | found | of | rate |\n| --- | --- | --- | --- | --- |"
    )
    for full in (False, True):
        known = "names, birth dates, countries" if full else "names only"
        for file in ("positives", "positives_hard"):
            recall(file, known, large, names, full)
        innocents = rows_of(names / "negatives.csv")
        for screener, lists, wanted in (
            (small, "UN persons", PERSONS), (large, "UN + OFAC + EU + UK", Wanted())
        ):  # fmt: skip
            queries = [query_of(row, full) for row in innocents]
            hits = list(screener.screen_all(queries, DEFAULT_THRESHOLD, wanted))
            tell(f"negatives, {known}", [bool(one) for one in hits], lists, digits=4)
    aliases(names, small)


def recall(file, known, screener, names, full):
    rows = [r for r in rows_of(names / f"{file}.csv") if r["expected_id"] and r["treated"] == "1"]
    groups = defaultdict(list)
    for row, hits in zip(rows, screener.screen_all([query_of(r, full) for r in rows]), strict=True):
        wanted = "un:" + row["expected_id"].removeprefix("un-")
        groups[row["treatment"]].append(any(wanted in hit.listing_ids for hit in hits))
    every = [found for group in groups.values() for found in group]
    tell(f"{file}, treated, {known}", every, "UN + OFAC + EU + UK")
    for treatment, found in sorted(groups.items()):
        if file == "positives_hard" and not full:
            tell(f"&nbsp;&nbsp;{treatment}", found, "")


def aliases(names, screener):
    """Each alias against the party's other names only."""
    cases = rows_of(names / "positives_alias.csv")
    own = screener.register.by_party("names")
    asked, belongs = [], []
    for number, case in enumerate(cases):
        party = "un:" + case["expected_id"].removeprefix("un-")
        others = {row["name"] for row in own.get(party, ())} - {case["query"]}
        asked += [(case["query"], other) for other in sorted(others)]
        belongs += [number] * len(others)
    found = [False] * len(cases)
    for number, comparison in zip(belongs, compare_all(asked), strict=True):
        found[number] |= comparison.score >= DEFAULT_THRESHOLD
    tell("positives_alias (leave one out)", found, "the party's other names")
    for script in ("Latin", "Arabic"):
        these = [hit for hit, case in zip(found, cases, strict=True) if case["script"] == script]
        tell(f"&nbsp;&nbsp;{script}", these, "")


def tell(name, found, register, digits=3):
    rate = sum(found) / len(found)
    print(f"| {name} | {register} | {sum(found):,} | {len(found):,} | {rate:.{digits}f} |")


def pairs(names):
    rows = rows_of(names / "pairs.csv")
    true = np.array([row["is_match"].lower() == "true" for row in rows])
    score = np.array([c.score for c in compare_all([(r["name1"], r["name2"]) for r in rows])])
    print("\n| pairs.csv | value |\n| --- | --- |")
    print(f"| F1 at 0.7 | {f1(score, true)} |")
    doubtful = np.array([is_numbered(row) for row in rows])
    print(
        f"| F1 less {doubtful.sum()} labelled matches that differ in a number | "
        f"{f1(score[~doubtful], true[~doubtful])} |"
    )
    print(f"| ROC AUC | {auc(score, true):.3f} |")
    print(f"| ROC AUC less those | {auc(score[~doubtful], true[~doubtful]):.3f} |")
    print(f"| true pairs at exactly 1.0 | {(score[true] >= 1.0).mean():.3f} |")
    print(f"| distinct scores among {true.sum()} true pairs | {len(set(score[true].tolist()))} |\n")


def is_numbered(row):
    """Tell whether two names labelled a match are the same but for a number."""

    def spelt(name):
        words = fold(name).split()
        marks = {w for w in words if any(c.isdigit() for c in w) or set(w) <= set("ivx")}
        return marks, [w for w in words if w not in marks]

    (ours, left), (theirs, right) = spelt(row["name1"]), spelt(row["name2"])
    return (
        row["is_match"].lower() == "true"
        and left == right
        and ours != theirs
        and bool(ours and theirs)
    )


def f1(score, true):
    said = score >= DEFAULT_THRESHOLD
    right, false, missed = (said & true).sum(), (said & ~true).sum(), (~said & true).sum()
    value = 2 * right / (2 * right + false + missed)
    return f"{value:.3f} ({right} right, {missed} missed, {false} false)"


def auc(score, true):
    """Return the chance that a true pair scores above a false one, ties counted half."""
    above = (score[true][:, None] > score[~true][None, :]).mean()
    return above + (score[true][:, None] == score[~true][None, :]).mean() / 2


def speed(screener, names):
    innocents = [row["query"] for row in rows_of(names / "negatives.csv")]
    hard = [row["query"] for row in rows_of(names / "positives_hard.csv")]
    print("| one core, UN + OFAC + EU + UK, in process | median | range |\n| --- | --- | --- |")
    for what, queries in (("9,915 innocents", innocents), ("1,371 damaged listed names", hard)):
        rates = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            list(screener.screen_all([Query(one) for one in queries]))
            rates.append(len(queries) / (time.perf_counter() - started))
        print(
            f"| batch of {what}, names a second | {np.median(rates):,.0f} | "
            f"{min(rates):,.0f} to {max(rates):,.0f} |"
        )
    mixed = innocents[:2_700] + hard[:300]
    random.Random(5).shuffle(mixed)
    took = []
    for one in mixed:
        started = time.perf_counter()
        screener.screen(Query(one))
        took.append(time.perf_counter() - started)
    p50, p99 = np.percentile(took, [50, 99]) * 1000
    print(f"| one query at a time (one in ten listed): p50, p99 | {p50:.2f} ms, {p99:.2f} ms | |")
    matrix(screener, innocents[:1_000])


def matrix(screener, queries):
    choices = [fold(row["name"]) for row in screener.register.rows("names")]
    folded = [fold(query) for query in queries]
    started = time.perf_counter()
    process.cdist(folded, choices, scorer=fuzz.token_sort_ratio, dtype=np.uint8, workers=1)
    theirs = len(queries) / (time.perf_counter() - started)
    started = time.perf_counter()
    list(screener.screen_all([Query(one) for one in queries]))
    ours = len(queries) / (time.perf_counter() - started)
    print(
        f"| rapidfuzz cdist, token_sort_ratio, all names | {theirs:,.0f} | "
        f"{ours / theirs:.0f} x slower than the same 1,000 here |"
    )


def peer(small, large, names):
    python = os.environ.get("SANCTRAIL_PEER_PYTHON") or sys.executable
    innocents = [row["query"] for row in rows_of(names / "negatives.csv")]
    queries = random.Random(7).sample(innocents, PEER_SAMPLE)
    print(
        "\n| nomenklatura LogicV2 with its index, same run | persons | theirs, queries a second "
        "on a sample of 1,500 "
        "| here on all 9,915, median of 5 | times |\n| --- | --- | --- | --- | --- |"
    )
    for screener, lists in ((small, "UN"), (large, "UN + OFAC + EU + UK")):
        answer = ask_peer(python, screener, queries)
        if isinstance(answer, str):
            print(f"\nNot measured: {answer}")
            return
        asked = [Query(one) for one in innocents]
        rates = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            list(screener.screen_all(asked, wanted=PERSONS))
            rates.append(len(asked) / (time.perf_counter() - started))
        ours = float(np.median(rates))
        sampled = screener.screen_all([Query(one) for one in queries], wanted=PERSONS)
        hits = sum(map(bool, sampled))
        theirs = answer["queries_per_second"]
        alarms = sum(bool(one) for one in answer["hits"] if one is not None)
        print(
            f"| innocents (false alarms: theirs {alarms} of "
            f"{answer['queries_done']:,}, here {hits} of the same) | {lists} | {theirs:,.0f} | "
            f"{ours:,.0f} | {ours / theirs:,.0f} |"
        )


def ask_peer(python, screener, queries):
    kinds = {row["listing_id"]: row["kind"] for row in screener.register.rows("listings")}
    parties = [
        {"id": key, "schema": "Person", "names": sorted({row["name"] for row in rows})}
        for key, rows in screener.register.by_party("names").items()
        if kinds[key] == "person"
    ]
    job = {"parties": parties, "queries": [{"name": one} for one in queries], "pairs": [],
           "threshold": DEFAULT_THRESHOLD, "limit": 120}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "job.json", Path(folder) / "out.json"
        asked.write_text(json.dumps(job, ensure_ascii=False))
        script = Path(__file__).with_name("peer_logicv2.py")
        done = subprocess.run(
            [python, str(script), str(asked), str(answered)], capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        return json.loads(answered.read_text()) if done.returncode == 0 else done.stderr.strip()
