"""Importing chains: against raw SQL on the same files, a plain parser, and the size on the disk.

`SANCTRAIL_LEDGER_SIZE` sets how many transactions the simulated chain in AWS's layout has (a
million, if it does not; ten million is the size that is recorded). The parser of blocks runs in the
Python that `SANCTRAIL_PEER_PYTHON` names, with the package blockchain-parser in it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

import chain_files
from sanctrail.ledger import open_ledger
from sanctrail.ledger.formats import bitcoin_etl, blocks
from sanctrail.ledger.formats.source import Source
from sanctrail.ledger.lookup import look_up_address, look_up_transaction
from sanctrail.ledger.simulation import Simulation, simulate_heist

SIZE = int(os.environ.get("SANCTRAIL_LEDGER_SIZE", "1_000_000"))
JSON_SIZE = 150_000
MEMORY = "4GB"
SECONDS = 8
MAINNET = ("bcoin/block426884.raw", "bitcoinj/block363703.dat", "bitcoinj/block383616.dat",
           "bitcoinj/block481815.dat", "bitcoinj/block370661.dat")  # fmt: skip

MEASURED = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"code": done.returncode, "seconds": seconds, "peak": used.ru_maxrss * 1024,
                  "cpu": used.ru_utime + used.ru_stime}))
"""


def run(shared):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        parquet(folder)
        json_lines(folder)
        opening(folder)
    block_files(shared)


def measured(*command):
    """Run a command; return its seconds, processor seconds and peak memory."""
    told = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, command)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(told.stdout)
    assert found["code"] == 0, command
    return found


def sanctrail(*arguments):
    return measured(Path(sys.executable).with_name("sanctrail"), *arguments)


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


RAW_SQL = """
import duckdb, sys
files, target, memory = sys.argv[1], sys.argv[2], sys.argv[3]
db = duckdb.connect()
db.execute(f"SET memory_limit='{memory}'; SET temp_directory='{target}.tmp'")
db.execute("SET preserve_insertion_order=false")
db.execute(f'''
COPY (
  WITH t AS (SELECT hash, outputs, inputs FROM read_parquet('{files}')),
  o AS (SELECT hash, unnest(outputs) AS x FROM t),
  i AS (SELECT hash AS spender, unnest(inputs) AS x FROM t)
  SELECT o.hash, o.x.index AS n, o.x.address AS address, o.x.value AS value, i.spender
  FROM o LEFT JOIN i ON o.hash = i.x.spent_transaction_hash AND o.x.index = i.x.spent_output_index
) TO '{target}' (FORMAT parquet)''')
"""


def parquet(folder):
    """Import a chain in AWS's layout, and do the bare join over the same files in SQL."""
    files = folder / "aws"
    writing = (
        "import sys; from pathlib import Path; import chain_files; "
        "from sanctrail.ledger.simulation import Simulation; "
        f"chain_files.write_aws(Path(sys.argv[1]), Simulation(7, {SIZE}).batches())"
    )
    here = {**os.environ, "PYTHONPATH": str(Path(chain_files.__file__).parent)}
    subprocess.run([sys.executable, "-c", writing, str(files)], check=True, env=here)
    ledger = folder / "ledger"
    ours = sanctrail(
        "ledger", "import", *sorted(files.iterdir()), "--ledger", ledger, "--memory", MEMORY
    )
    theirs = measured(
        sys.executable, "-c", RAW_SQL, f"{files}/*.parquet", folder / "raw.parquet", MEMORY
    )
    held = open_ledger(ledger)
    cover = held.manifest["coverage"]
    total, outputs = cover["transactions"], cover["movements"]
    print(
        f"AWS's layout: {total:,} transactions, {outputs:,} outputs, {size_of(files) / 1e9:.2f} GB"
    )
    print("\n| AWS Parquet | seconds | transactions/s | peak memory | bytes per output |")
    print("| --- | --- | --- | --- | --- |")
    for name, told, size in (
        ("`ledger import`: whole ledger", ours, size_of(ledger)),
        ("DuckDB, one join, texts kept", theirs, (folder / "raw.parquet").stat().st_size),
    ):
        print(
            f"| {name} | {told['seconds']:.1f} s | {total / told['seconds']:,.0f} | "
            f"{told['peak'] / 1e9:.2f} GB | {size / outputs:.1f} |"
        )
    print(f"\nRatio of the times: {ours['seconds'] / theirs['seconds']:.2f} x")
    questions(held)


def questions(held):
    """How long one address and one transaction take."""
    middle = len(held.columns["txids"]) // 2
    address, txid = held.address(int(held.owners[middle])), held.transaction(middle)
    for name, ask in (
        ("one address", lambda: look_up_address(held, address)),
        ("one transaction", lambda: look_up_transaction(held, txid)),
    ):
        started = time.perf_counter()
        ask()
        print(f"{name}: {(time.perf_counter() - started) * 1000:.1f} ms, first time asked")


def opening(folder):
    """Open ledgers of growing size, each in a process of its own, and take the fastest of five."""
    code = (
        "import sys, time; from pathlib import Path; from sanctrail.ledger import open_ledger; "
        "start = time.perf_counter(); ledger = open_ledger(Path(sys.argv[1])); "
        "ledger.values[-1]; ledger.spent_by[-1]; ledger.inputs(len(ledger.columns['txids']) - 1); "
        "print((time.perf_counter() - start) * 1000)"
    )
    print("\n| ledger | outputs | opening, one output and its spender read |\n| --- | --- | --- |")
    small = folder / "small"
    simulate_heist(small, folder / "case", transactions=10_000)
    for ledger in (small, folder / "ledger"):
        times = [
            float(subprocess.run([sys.executable, "-c", code, str(ledger)], capture_output=True,
                                 text=True, check=True).stdout)
            for _ in range(5)
        ]  # fmt: skip
        outputs = open_ledger(ledger).manifest["coverage"]["movements"]
        print(f"| {ledger.name} | {outputs:,} | {min(times):.1f} ms |")


def json_lines(folder):
    """Read bitcoin-etl's JSON into batches, beside DuckDB's reader and plain Python."""
    path = chain_files.write_etl(folder / "etl.json", Simulation(7, JSON_SIZE).batches())
    size = path.stat().st_size / 1e6
    times = {
        "`bitcoin-etl` reader, to batches": lambda: [*bitcoin_etl.read(Source((path,)))],
        "DuckDB `read_json`, counting outputs": lambda: duckdb.sql(
            f"SELECT count(*) FROM (SELECT unnest(outputs) FROM read_json('{path}'))"
        ).fetchall(),
        "Python's json.loads alone": lambda: [json.loads(line) for line in path.open()],
    }
    print(f"\n| bitcoin-etl JSON, {size:,.0f} MB | MB/s |\n| --- | --- |")
    for name, work in times.items():
        best = min(clocked(work) for _ in range(2))
        print(f"| {name} | {size / best:.0f} |")
    ours = sanctrail("ledger", "import", path, "--ledger", folder / "etl", "--memory", MEMORY)
    print(f"| `ledger import`, whole ledger made | {size / ours['seconds']:.0f} |")


def clocked(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def block_files(shared):
    """Parse real blocks on one core, ids and addresses and all, beside another parser."""
    files = [shared / "chains" / "blocks" / name for name in MAINNET]

    def ours():
        source = Source(tuple(files), options={"network": "mainnet"})
        return sum(len(batch.values) for batch in blocks.read(source))

    ours()
    started, done = time.perf_counter(), 0
    size = sum(path.stat().st_size for path in files)
    while time.perf_counter() - started < SECONDS:
        ours()
        done += size
    rate = done / 1e6 / (time.perf_counter() - started)
    print("\n| real mainnet blocks, one core | MB/s |\n| --- | --- |")
    print(f"| `bitcoin-blocks` reader, to batches | {rate:.1f} |")
    python = os.environ.get("SANCTRAIL_PEER_PYTHON", sys.executable)
    peer = Path(__file__).with_name("peer_blocks.py")
    told = subprocess.run(
        [python, str(peer), str(SECONDS), *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        print("| blockchain-parser | not here: set SANCTRAIL_PEER_PYTHON to a Python that has it |")
        return
    found = json.loads(told.stdout)
    theirs = found["bytes"] / 1e6 / found["seconds"]
    print(f"| blockchain-parser | {theirs:.2f} |")
    print(f"\nRatio: {rate / theirs:.0f} x")
