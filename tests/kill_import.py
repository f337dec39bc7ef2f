"""Kills an import at one of its steps, or at any moment, and sees what it leaves.

`main` runs one import to its end, then again and again: each time it is killed at another step,
opened as it was left, and finished. What is finished must be what was never killed, byte for byte.
"""

import itertools
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import chain_files
from sanctrail.errors import LedgerError
from sanctrail.ground.engine import DuckEngine
from sanctrail.ledger import How, import_files, importing, open_ledger
from sanctrail.ledger.formats import aws_bitcoin
from sanctrail.ledger.simulation import Simulation

PART_ROWS, BATCH, FILES = 1_000, 500, 3
KILLED = 9


def prepare(folder):
    """Write a simulated chain as three files."""
    whole = chain_files.aws_table(next(Simulation(5, 3_000).batches()))
    for number in range(FILES):
        last = number == FILES - 1
        part = whole.slice(number * 1_000, whole.num_rows if last else 1_000)
        chain_files.pq.write_table(part, folder / f"{number}.parquet")


def run(files, ledger, memory=500_000_000):
    return import_files(files, ledger, None, How(memory=memory))[0]


def in_child(work):
    """Run something in a child process; return its exit code."""
    child = os.fork()
    if not child:
        code = 1
        try:
            code = work() or 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killing_at(step):
    """Die at a step: steps are the moments before and after what changes the disk."""
    count = itertools.count()

    def wrapped(function):
        def call(*arguments, **options):
            if next(count) == step:
                os._exit(KILLED)
            result = function(*arguments, **options)
            if next(count) == step:
                os._exit(KILLED)
            return result

        return call

    os.fsync = wrapped(os.fsync)
    Path.replace = wrapped(Path.replace)
    Path.unlink = wrapped(Path.unlink)
    shutil.rmtree = wrapped(shutil.rmtree)
    DuckEngine.write = wrapped(DuckEngine.write)


def state(ledger):
    """Every file that a ledger's manifest counts, with its bytes."""
    return {
        str(path.relative_to(ledger)): path.read_bytes()
        for path in sorted(ledger.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def opened_prefix(ledger, whole):
    """Open what a kill left: nothing, or the transactions of the parts that were complete."""
    try:
        held = open_ledger(ledger, verify=True)
    except LedgerError as error:
        if "holds no ledger" not in str(error):
            raise
        return
    count = held.manifest["coverage"]["transactions"]
    assert count % PART_ROWS == 0 or count == len(whole), count
    ids = [held.transaction(held.outside + n) for n in range(0, count, 97)]
    assert ids == whole[:count:97]
    if count < len(whole):
        assert any("THE IMPORT WAS CUT OFF" in limit for limit in held.manifest["limits"])


def check(files, folder, kill, expected, whole):
    """Import, be killed by `kill`, look, import again; return whether a kill happened."""
    ledger = folder / "ledger"
    shutil.rmtree(ledger, ignore_errors=True)
    code = kill(files, ledger)
    if code == 0:
        return False
    assert in_child(lambda: opened_prefix(ledger, whole)) == 0
    assert in_child(lambda: run(files, ledger) and 0) == 0
    found = state(ledger)
    assert found == expected, sorted(found.keys() ^ expected.keys()) or [
        name for name in found if found[name] != expected[name]
    ]
    return True


def at_step(step):
    def kill(files, ledger):
        def work():
            killing_at(step)
            run(files, ledger)

        return in_child(work)

    return kill


def after(seconds):
    def kill(files, ledger):
        child = os.fork()
        if not child:
            run(files, ledger)
            os._exit(0)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    return kill


def main(folder, stride, moments, seed=1):
    """Kill at every `stride`-th step, then at so many random moments; return how many kills."""
    importing.PART_ROWS, aws_bitcoin.ROWS = PART_ROWS, BATCH
    assert in_child(lambda: prepare(folder)) == 0  # a parent without threads can be copied
    files = [folder / f"{number}.parquet" for number in range(FILES)]
    done = folder / "done"

    def first():
        run(files, done)
        before = state(done)
        assert not run(files, done).changed
        assert state(done) == before

    started = time.monotonic()
    assert in_child(first) == 0
    seconds = time.monotonic() - started
    expected = state(done)
    listed = folder / "ids.txt"

    def ids():
        held = open_ledger(done)
        listed.write_text("\n".join(held.transaction(n) for n in range(len(held.columns["txids"]))))

    assert in_child(ids) == 0
    whole = listed.read_text().split("\n")
    kills = 0
    for step in itertools.count(0, stride):
        if not check(files, folder, at_step(step), expected, whole):
            break
        kills += 1
    chance = random.Random(seed)
    for _ in range(moments):
        kills += check(files, folder, after(chance.random() * seconds), expected, whole)
    return kills


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))}\n")
