"""A trace's cost against a plain pass over the whole chain, and over growing chains."""

import tempfile
import time
from pathlib import Path

from sanctrail.ledger import import_files, open_ledger, simulate_heist
from sanctrail.tracing import build_request, trace
from twins import account_twin

SIZES = (10_000, 60_000, 300_000)


def run(shared):
    with tempfile.TemporaryDirectory() as folder:
        simulations(Path(folder))
        thefts = shared / "chains" / "thefts"
        theft(thefts / "atomic", "Atomic", Path(folder))
        theft(thefts / "lifi", "LIFI", Path(folder))


def simulations(folder):
    print(
        "| simulated chain | outputs | open and trace by FIFO | bare read of the columns | ratio |"
        " found equals planted |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for size in SIZES:
        ledger, case = folder / f"ledger-{size}", folder / f"case-{size}"
        made = simulate_heist(ledger, case, transactions=size)
        request = build_request([str(case / "sources.csv")], case / "stops.csv", "fifo")
        started = time.perf_counter()
        (result,), _ = trace(open_ledger(ledger), request)
        seconds = time.perf_counter() - started
        truth = (case / "truth.json").read_text()
        ends = {**result.arrived, **{key[1]: n for key, n in result.dormant.items()}}
        right = all(f'"{place}": "{amount}"' in truth for place, amount in ends.items())
        bare = bare_read(open_ledger(ledger))
        print(
            f"| {made.transactions:,} | {made.outputs:,} | {seconds:.3f} s | {bare:.3f} s | "
            f"{seconds / bare:.1f} x | {right} |"
        )


def bare_read(ledger):
    """Read every integer column of the outputs and add it up: what any pass must at least do."""
    started = time.perf_counter()
    for name in ("values", "owners", "spent_by", "inputs", "first_output", "first_input"):
        ledger.columns[name].sum()
    return time.perf_counter() - started


def theft(files, name, folder):
    ledger = folder / name
    import_files([files / f"{name}-{name}.csv"], ledger)
    sources, stops = (
        files / f"{name}-source-addresses.csv",
        files / f"{name}-terminal-addresses.csv",
    )
    opened = open_ledger(ledger)
    print(f"\n| {name} theft | stolen USD | arrived USD | share | terminals | trace |")
    print("| --- | --- | --- | --- | --- | --- |")
    for method in ("fifo", "haircut"):
        request = build_request([str(sources)], stops, method)
        started = time.perf_counter()
        (result,), _ = trace(opened, request)
        seconds = time.perf_counter() - started
        arrived = sum(result.arrived.values())
        print(
            f"| {method} | {result.stolen / 100:,.2f} | {arrived / 100:,.2f} | "
            f"{100 * arrived / result.stolen:.1f} % | {len(result.arrived)} | {seconds:.3f} s |"
        )
        if method == "haircut":
            against_twin(opened, request, result, seconds)


def against_twin(opened, request, result, seconds):
    names = opened.addresses.to_pylist()
    amounts = [opened.amount(n) for n in range(len(opened.times))]
    ends = zip(opened.senders, opened.receivers, strict=True)
    moves = [(names[s], names[r], a) for (s, r), a in zip(ends, amounts, strict=True)]
    started = time.perf_counter()
    twin = account_twin(moves, "haircut", set(request.source_addresses), request.stop_addresses)
    plain = time.perf_counter() - started
    same = result.arrived == twin["arrived"] and result.stolen == twin["stolen"]
    print(
        f"\nPlain pass over all accounts: {plain:.3f} s; same result: {same}; ratio "
        f"{plain / seconds:.2f} x (the whole file is the trail here)."
    )
