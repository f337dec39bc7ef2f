"""Clusters against scipy and plain SQL, and how often every rule that derives labels errs.

`SANCTRAIL_CLUSTER_SIZE` sets how many transactions the simulated UTXO chain has (a million, if it
does not; ten million, some 20 million outputs, is the size that is recorded), and
`SANCTRAIL_DEPOSIT_SIZE` the account chain's. scipy runs in the Python that `SANCTRAIL_SCIPY_PYTHON`
names: it is no dependency of the project.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from coinjoin_data import labelled
from sanctrail.attribution.clusters.build import Wanted, build_clusters
from sanctrail.attribution.clusters.change import RULES, change_outputs, rules_named
from sanctrail.attribution.clusters.kinds import kinds_of
from sanctrail.attribution.clusters.unite import unite
from sanctrail.attribution.coinjoins.detect import find
from sanctrail.attribution.coinjoins.sieve import candidates
from sanctrail.attribution.deposits import infer_deposits
from sanctrail.attribution.reading import read_label_file
from sanctrail.attribution.services import wallets_in
from sanctrail.ground.engine import DuckEngine
from sanctrail.ledger import open_ledger, simulate_heist
from sanctrail.ledger.batches import UNKNOWN
from sanctrail.ledger.simulation import Simulation

SIZE = int(os.environ.get("SANCTRAIL_CLUSTER_SIZE", "1_000_000"))
DEPOSIT_SIZE = int(os.environ.get("SANCTRAIL_DEPOSIT_SIZE", "1_000_000"))
TRUTH_SIZE = 200_000

OURS = """
import json, sys, time
from pathlib import Path
import numpy as np
from sanctrail.attribution.clusters.unite import unite
from sanctrail.ledger import open_ledger
ledger = open_ledger(Path(sys.argv[1]))
n, t = ledger.manifest["coverage"]["addresses"], len(ledger.columns["first_input"]) - 1
skip, apart = np.zeros(t, np.bool_), np.zeros(n, np.bool_)
for name in ("first_input", "inputs", "owners"):
    np.asarray(ledger.columns[name]).sum()  # pages in, as for the peers
unite(ledger, skip[:1], apart)  # loads the compiled kernel
started = time.perf_counter()
clusters = unite(ledger, skip, apart)
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "peak": peak(),
                  "clusters": int((clusters == np.arange(n)).sum())}))
"""

SCIPY = """
import json, sys, time
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
folder, n = sys.argv[1], int(sys.argv[2])
col = {x: np.load(f"{folder}/{x}.npy", mmap_mode="r") for x in ("first_input", "inputs", "owners")}
for c in col.values():
    c.sum()
started = time.perf_counter()
owner = col["owners"][col["inputs"]]
starts = col["first_input"]
counts = np.diff(starts)
heads = np.repeat(owner[np.minimum(starts[:-1], max(len(owner) - 1, 0))], counts)
kept = (owner >= 0) & (heads >= 0) & (owner != heads)
graph = coo_matrix((np.ones(kept.sum(), np.int8), (heads[kept], owner[kept])), shape=(n, n))
found, _ = connected_components(graph, directed=False)
print(json.dumps({"seconds": time.perf_counter() - started, "clusters": int(found),
                  "peak": peak()}))
"""

SQL = """
import json, sys, time
import duckdb, numpy as np, pyarrow as pa
folder, n = sys.argv[1], int(sys.argv[2])
col = {x: np.load(f"{folder}/{x}.npy", mmap_mode="r") for x in ("first_input", "inputs", "owners")}
for c in col.values():
    c.sum()
started = time.perf_counter()
owner = col["owners"][col["inputs"]]
counts = np.diff(col["first_input"])
heads = np.repeat(owner[np.minimum(col["first_input"][:-1], max(len(owner) - 1, 0))], counts)
pairs = pa.table({"a": heads, "b": owner})
db = duckdb.connect()
db.execute("SET enable_progress_bar = false")  # it would be drawn into the answer
db.execute("CREATE TABLE e AS SELECT DISTINCT greatest(a,b) u, least(a,b) v FROM pairs WHERE a<>b")
db.execute("CREATE TABLE p AS SELECT range AS x, range AS r FROM range(?)", [n])
while True:
    db.execute('''
      CREATE TABLE q AS SELECT p.x, least(p.r, coalesce(m.r, p.r)) AS r FROM p LEFT JOIN (
      SELECT x, min(r) AS r FROM (
        SELECT e.u AS x, p.r FROM e JOIN p ON e.v = p.x UNION ALL
        SELECT e.v AS x, p.r FROM e JOIN p ON e.u = p.x) GROUP BY x) m ON p.x = m.x''')
    db.execute("CREATE TABLE s AS SELECT q.x, j.r FROM q JOIN q j ON q.r = j.x")
    changed = "SELECT count(*) FROM s JOIN p ON s.x = p.x WHERE s.r <> p.r"
    moved = db.execute(changed).fetchall()[0][0]
    db.execute("DROP TABLE p; DROP TABLE q; ALTER TABLE s RENAME TO p")
    if not moved:
        break
found = db.execute("SELECT count(DISTINCT r) FROM p").fetchall()[0][0]
print(json.dumps({"seconds": time.perf_counter() - started, "clusters": found,
                  "peak": peak()}))
"""


def run(shared):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        speed(folder)
        owners(folder)
        deposits(folder)
        coinjoins(shared, folder)


PEAK = """
def peak():
    # Not getrusage: what the parent held before it started this process would count.
    line = next(x for x in open("/proc/self/status") if x.startswith("VmHWM"))
    return int(line.split()[1])
"""


def _asked(python, text, *arguments):
    done = subprocess.run(
        [python, "-c", PEAK + text, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def speed(folder):
    """Time and memory of the union, beside scipy's and plain SQL's on the same columns."""
    at = folder / "chain"
    simulate_heist(at, folder / "case", seed=7, transactions=SIZE)
    ledger = open_ledger(at)
    outputs, addresses = len(ledger), ledger.manifest["coverage"]["addresses"]
    print(f"Clusters of {outputs:,} outputs, {addresses:,} addresses\n")
    print("| | seconds | peak memory | clusters | times ours |\n| --- | --- | --- | --- | --- |")
    _asked(sys.executable, OURS, at)  # compiles
    ours = _asked(sys.executable, OURS, at)
    _row("union-find in a kernel", ours, ours)
    peer = os.environ.get("SANCTRAIL_SCIPY_PYTHON")
    if peer:
        _row("scipy, connected components", _asked(peer, SCIPY, ledger.folder, addresses), ours)
    else:
        print("| scipy | skipped: SANCTRAIL_SCIPY_PYTHON names no Python that has it | | | |")
    _row("DuckDB, plain SQL", _asked(sys.executable, SQL, ledger.folder, addresses), ours)
    started = time.perf_counter()
    clusters = build_clusters(at, ledger, Wanted())
    whole = time.perf_counter() - started
    started = time.perf_counter()
    beyond = build_clusters(at, ledger, Wanted(memory=1))
    print(
        f"\nThe whole command's work (CoinJoins looked for, kinds of addresses, union, written): "
        f"{whole:.1f} s; through the engine in 512 MB, in files: "
        f"{time.perf_counter() - started:.1f} s, the same clusters: "
        f"{bool(np.array_equal(clusters.cluster_of, beyond.cluster_of))}"
    )
    started = time.perf_counter()
    kept = len(candidates(ledger))
    print(
        f"The sieve of {SIZE:,} transactions: {time.perf_counter() - started:.2f} s, "
        f"{kept:,} left for the detectors\n"
    )


def _row(name, told, ours):
    print(
        f"| {name} | {told['seconds']:.2f} | {told['peak'] / 1e6:.2f} GB | "
        f"{told['clusters']:,} | {told['seconds'] / ours['seconds']:.1f} |"
    )


def owners(folder):
    """How often co-spending and each rule of thumb err, where the owners are known."""
    simulation = Simulation(7, TRUTH_SIZE)
    for _ in simulation.batches():
        pass
    at = folder / "truth"
    simulate_heist(at, folder / "truth-case", seed=7, transactions=TRUTH_SIZE)
    ledger = open_ledger(at)
    owner = _owners(simulation.world, ledger)
    print(f"Errors on the simulated chain, seed 7, {TRUTH_SIZE:,} transactions\n")
    _heading("rule")
    count = len(ledger.columns["first_input"]) - 1
    several = [found.number for found in find(ledger) if found.several]
    skipped = np.zeros(count, np.bool_)
    skipped[several] = True
    with DuckEngine() as engine:
        kinds = kinds_of(ledger, engine)
    apart = kinds == 0
    _pairs("co-spend", unite(ledger, skipped, apart), owner)
    _pairs("co-spend, CoinJoins united", unite(ledger, skipped & False, apart), owner)
    for names in [*((name,) for name in RULES), ("optimal", "fresh")]:
        change = change_outputs(ledger, rules_named(names), skipped, kinds)
        _decisions(f"change {'+'.join(names)}", ledger, change, owner)
    print()


def _owners(world, ledger):
    """The owner of each address of the ledger by its number, -1 where it is not told."""
    texts = ledger.addresses.to_pylist()
    known = {}
    ranges = world.numbers_used()
    for begin in range(0, len(ranges), 1 << 18):
        some = ranges[begin : begin + (1 << 18)]
        known.update(zip(world.addresses(some).to_pylist(), world.owners_of(some), strict=True))
    return np.array([known.get(text, -1) for text in texts], np.int64)


def _pairs(name, cluster_of, owner):
    """Pairs of addresses put together: of one owner (right) or of two (wrong); and those missed."""
    told = owner >= 0
    both = Counter(zip(cluster_of[told].tolist(), owner[told].tolist(), strict=True))
    right = sum(n * (n - 1) // 2 for n in both.values())
    sizes = Counter(cluster_of[told].tolist())
    together = sum(n * (n - 1) // 2 for n in sizes.values())
    whole = sum(n * (n - 1) // 2 for n in Counter(owner[told].tolist()).values())
    _said(name, right, together - right, whole - right)


def _decisions(name, ledger, change, owner):
    """Changes named: the payer's own output (right) or another's; missed where there is one."""
    columns = ledger.columns
    first_input, first_output = columns["first_input"], columns["first_output"]
    right = wrong = missed = 0
    for number in range(ledger.outside, len(change)):
        begin, end = int(first_input[number]), int(first_input[number + 1])
        if begin == end:
            continue
        payer = owner[ledger.owners[columns["inputs"][begin]]]
        if payer < 0:
            continue
        outputs = range(int(first_output[number]), int(first_output[number + 1]))
        if change[number] >= 0:
            mine = owner[ledger.owners[change[number]]]
            right += int(mine == payer)
            wrong += int(mine not in {payer, UNKNOWN})
        elif len(outputs) > 1 and any(owner[ledger.owners[o]] == payer for o in outputs):
            missed += 1
    _said(name, right, wrong, missed)


def _heading(what):
    print(f"| {what} | right | wrong | missed | precision | recall |")
    print(f"|{' --- |' * 6}")


def _said(name, right, wrong, missed):
    precision = right / (right + wrong) if right + wrong else float("nan")
    recall = right / (right + missed) if right + missed else float("nan")
    print(f"| {name} | {right:,} | {wrong:,} | {missed:,} | {precision:.4f} | {recall:.4f} |")


def deposits(folder):
    """Deposit addresses on the simulated account chain, with decoys, from hot wallets alone."""
    at, case = folder / "accounts", folder / "accounts-case"
    simulate_heist(at, case, seed=7, transactions=DEPOSIT_SIZE, family="account")
    ledger = open_ledger(at)
    wallets = wallets_in(ledger, read_label_file(case / "hot-wallets.csv").labels)
    started = time.perf_counter()
    inference = infer_deposits(ledger, wallets)
    seconds = time.perf_counter() - started
    with (case / "deposits.csv").open() as file:
        truth = {row["address"]: row for row in csv.DictReader(file)}
    wrong = Counter()
    right = 0
    for deposit in inference.deposits:
        row = truth.get(deposit.address, {"what": "other", "service": ""})
        fits = row["what"].startswith("deposit") and row["service"] == deposit.service.name
        right += int(fits)
        if not fits:
            wrong[row["what"]] += 1
    there = sum(row["what"].startswith("deposit") for row in truth.values())
    kinds = Counter(row["what"] for row in truth.values())
    print(f"Deposit addresses among {len(ledger):,} movements: {seconds:.1f} s")
    print(f"There are: {', '.join(f'{n:,} {what}' for what, n in sorted(kinds.items()))}")
    print(f"Wrong: {dict(wrong)}; refused: {dict(inference.refused)}\n")
    _heading("rule")
    _said("deposit", right, sum(wrong.values()), there - right)
    print()


def coinjoins(shared, folder):
    """Detectors on the labelled real transactions."""
    print("CoinJoins, real transactions with labels\n")
    _heading("detector")
    for name, right, wrong, missed in labelled(shared, folder):
        _said(name, right, wrong, missed)
