"""The history of the UN and SDN lists: events a month, and one party's page asked cold.

The page's floor is the interpreter that imports the query engine and does nothing.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from sanctrail.register import LoadOptions, Register, load_lists
from sanctrail.register.history import changes_since

ASKED = ("us:27307", "KPe.031", "EU.5709.80", "Lazarus Group", "CYB0004")
ROUNDS = 5
FLOOR = [sys.executable, "-c", "import duckdb; duckdb.connect(':memory:').execute('SELECT 1')"]


def run(shared):
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        versions, seconds = load(shared / "lists", workspace)
        print(f"{versions} versions loaded in {seconds:,.0f} s.\n")
        events(workspace)
        page(workspace)


def load(lists, workspace):
    un, ofac = lists / "un", lists / "us_ofac"
    steps = [
        (sorted(un.glob("UN_consolidated_*.xz")), ""),
        ([*ofac.glob("SDN_*.*z*"), ofac / "sdn_csv_history_2021-08_2024-05.tar.xz"], ""),
        ([ofac / "CONSOLIDATED_2025-05.xml.gz", ofac / "CONS_ENHANCED_2025-01.ZIP"], ""),
        ([ofac / "cons_csv_2025-12"], "2025-12-31"),
        (sorted((lists / "eu").glob("*xml*")) + sorted((lists / "uk").glob("*[hl]*.gz")), ""),
        ([lists / "un" / "1718_vessels" / "1718_designated_vessels_list_final.html"], ""),
        ([lists / "jp" / "mof_shisantouketsu20260305.xlsx"], ""),
        ([lists / "us_csl" / "csl_2023-11.csv.gz", lists / "us_csl" / "dpl_2023-11.txt.gz"],
         "2023-11-15"),
        ([lists / "au" / "regulation8_consolidated_2024-12.xlsx"], "2024-12-15"),
        ([lists / "ca" / "sema-lmes_2025-05.xml"], "2025-03-20"),
    ]  # fmt: skip
    started, versions = time.perf_counter(), 0
    for files, day in steps:
        loaded, _ = load_lists(files, workspace, LoadOptions(day, accept_drop=True))
        versions += len(loaded)
    return versions, time.perf_counter() - started


def events(workspace):
    months = defaultdict(Counter)
    for row in changes_since(Register(workspace)):
        if row["list_id"] in ("un", "us-sdn"):
            change = row["change"] if row["change"] != "amended" else "facts amended"
            months[row["list_id"], row["not_after"][:7]][change] += 1
    columns = ("listed", "listed again", "delisted", "facts amended")
    print(f"| list | month | {' | '.join(columns)} |\n|{' --- |' * 6}")
    for (list_id, month), counts in sorted(months.items()):
        print(f"| {list_id} | {month} | {' | '.join(f'{counts[c]:,}' for c in columns)} |")


def page(workspace):
    script = Path(sys.executable).with_name("sanctrail")
    floor = statistics.median(timed(FLOOR) for _ in range(ROUNDS))
    lists = len(Register(workspace).views)
    print(f"\n| `register show` over {lists} lists, cold process | seconds | times the floor |")
    print("| --- | --- | --- |")
    print(f"| floor: import the engine, ask nothing | {floor:.2f} | 1.0 |")
    for party in ASKED:
        command = [script, "register", "show", party, "--workspace", workspace]
        seconds = statistics.median(timed(command) for _ in range(ROUNDS))
        print(f"| {party} | {seconds:.2f} | {seconds / floor:.1f} |")


def timed(command):
    started = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return time.perf_counter() - started
