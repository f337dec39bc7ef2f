"""Tracing: against the memory limit, over growing chains, against peers, and on real thefts.

`SANCTRAIL_PASS_SIZE` is how many outputs the random chain of the whole-chain pass has (20 million,
if it does not say), `SANCTRAIL_TRACE_SIZE` the transactions of the simulated chain (a million), and
`SANCTRAIL_TRACE_LONG` how many times that chain is laid behind itself (10; 100 makes 10^8).
networkx runs in the Python that `SANCTRAIL_NETWORKX_PYTHON` names: it is no dependency.
"""

import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

import numba
import numpy as np
import pyarrow as pa

from chains import MemoryAccount
from sanctrail.attribution.deposits import infer_deposits, labels_of_deposits
from sanctrail.attribution.reading import read_labels
from sanctrail.attribution.services import wallets_in
from sanctrail.attribution.sweeps import infer_swept
from sanctrail.ground.engine import DuckEngine
from sanctrail.ledger import How, import_files, open_ledger, simulate_heist
from sanctrail.tracing import (
    METHODS,
    Options,
    Request,
    StolenPart,
    StopRules,
    Theft,
    build_request,
    trace,
)
from sanctrail.tracing.account import trace_account
from sanctrail.tracing.setting import setting_of
from sanctrail.tracing.utxo import Named, trace_utxo
from sanctrail.tracing.whole import _asked, _columns, _Pass
from tracing_chains import laid_behind_itself, random_accounts, random_utxo

PASS_SIZE = int(os.environ.get("SANCTRAIL_PASS_SIZE", "20_000_000"))
TRACE_SIZE = int(os.environ.get("SANCTRAIL_TRACE_SIZE", "1_000_000"))
LONG = int(os.environ.get("SANCTRAIL_TRACE_LONG", "10"))
PEER_SIZE = 1_000_000
BACKGROUND = 1_000_000
SHUFFLES = 200
MARKED = 200

CHILD = """
import json, sys, time
from pathlib import Path
from sanctrail.ledger import open_ledger
from sanctrail.tracing import build_request, trace
ledger, case, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
def once():
    request = build_request([str(case / "sources.csv")], case / "stops.csv", "fifo")
    started = time.perf_counter()
    (result,), _ = trace(open_ledger(ledger), request)
    return time.perf_counter() - started, result
once()
seconds, result = min((once() for _ in range(times)), key=lambda pair: pair[0])
told = dict(l.split(":") for l in Path("/proc/self/status").read_text().splitlines())
own, peak = (int(told[name].split()[0]) for name in ("RssAnon", "VmHWM"))
print(json.dumps({"seconds": seconds, "own": own, "peak": peak, "stolen": str(result.stolen),
                  "arrived": {k: str(v) for k, v in sorted(result.arrived.items())}}))
"""

NETWORKX = """
import json, sys, time
import networkx, numpy as np
columns = dict(np.load(sys.argv[1]))
started = time.perf_counter()
first, inputs, begin = (columns[k].tolist() for k in ("first_output", "inputs", "first_input"))
values, spent_by, marks = (columns[k].tolist() for k in ("values", "spent_by", "marks"))
graph = networkx.DiGraph()
graph.add_nodes_from(range(len(first) - 1))
for maker in range(len(first) - 1):
    for output in range(first[maker], first[maker + 1]):
        spender = spent_by[output] if spent_by[output] >= 0 else ("unspent", output)
        if graph.has_edge(maker, spender):
            graph[maker][spender]["value"] += values[output]
        else:
            graph.add_edge(maker, spender, value=values[output])
built = time.perf_counter() - started
marked = set(marks)
stolen = {}
for node in networkx.topological_sort(graph):
    if not isinstance(node, int):
        continue
    into = sum(data["value"] for _, _, data in graph.in_edges(node, data=True))
    held = sum(stolen.get((a, node), 0) for a in graph.predecessors(node))
    for _, other, data in graph.out_edges(node, data=True):
        value = min(data["value"], into)
        part = data["value"] if node in marked else (held * value // into if into else 0)
        if part:
            stolen[node, other] = part
        if node not in marked:
            held, into = held - part, into - value
print(json.dumps({"built": built, "seconds": time.perf_counter() - started}))
"""


def run(shared):
    with tempfile.TemporaryDirectory() as folder:
        whole_chain()
        trails()
        peers(Path(folder))
        growing(Path(folder))
        planted(Path(folder))
        untold(Path(folder))
        thefts = shared / "chains" / "thefts"
        theft(thefts / "atomic", "Atomic", Path(folder))
        theft(thefts / "lifi", "LIFI", Path(folder))


def named(ledger, count, methods, thefts=1):
    """A request of the first coinbases, parted among thefts."""
    empty = np.flatnonzero(np.diff(ledger.columns["first_input"]) == 0)[:count].tolist()
    parts = [StolenPart(ledger.transaction(number)) for number in empty]
    made = tuple(Theft(f"theft {n}", (), tuple(parts[n::thefts])) for n in range(thefts))
    rules = StopRules(coinjoins="spread")
    return Request(made, frozenset(), frozenset(), methods, rules=rules)


@numba.njit(cache=True)
def gather(first_input, first_output, inputs, values, other, out):
    """Read and write what a pass must at least, and reckon nothing but a sum."""
    total = 0
    for number in range(len(first_input) - 1):
        for at in range(first_input[number], first_input[number + 1]):
            total += values[inputs[at]] + other[inputs[at]]
        for output in range(first_output[number], first_output[number + 1]):
            out[output] = values[output]
    return total


def best(times, function):
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - started)
    return min(seconds), result


def whole_chain():
    ledger = random_utxo(PASS_SIZE)
    columns = ledger.columns
    other, out = (np.full(len(ledger.values), 0, np.int64) for _ in range(2))
    names = ("first_input", "first_output", "inputs", "values")
    bare, _ = best(3, lambda: gather(*(columns[name] for name in names), other, out))
    print(
        f"A random chain of {len(ledger.values):,} outputs and {len(columns['first_input']) - 1:,} "
        f"transactions; bare gather over the same columns: {bare:.3f} s.\n\n"
        "| whole-chain pass | thefts | outputs that were tainted | time | ratio to the gather |\n"
        "| --- | --- | --- | --- | --- |"
    )
    for thefts, methods in ((1, ("haircut", "fifo", "poison")), (16, ("fifo", "poison"))):
        request = named(ledger, MARKED, ("fifo",), thefts)
        setting, marks = setting_of(ledger, request), Named(ledger, request)
        for method in methods:
            asked = _asked(request, setting, marks, [], method)
            seconds = []
            for _ in range(3):
                passed = _Pass(ledger, _columns(ledger, request), asked, setting)
                seconds.append(best(1, passed.run)[0])
            tainted = int(np.count_nonzero(passed.arena.start))
            print(
                f"| {method} | {thefts} | {tainted:,} | {min(seconds):.3f} s | "
                f"{min(seconds) / bare:.2f} x |"
            )


def trails():
    print("\n| trail | method | touched | movements | time | a transaction |")
    print("| --- | --- | --- | --- | --- | --- |")
    ledger = random_utxo(8_000_000)
    for method, count in (("fifo", 2_300), ("haircut", 850), ("poison", 850)):
        request = named(ledger, count, (method,))
        setting = setting_of(ledger, request)
        found = best(2, partial(trace_utxo, ledger, request, method, setting))
        told(found, "outputs", method)
    ledger = random_accounts(4_000_000, 400_000)
    for method in ("fifo", "haircut"):
        parts = tuple(StolenPart(ledger.transaction(n)) for n in range(300))
        request = Request((Theft("theft", (), parts),), frozenset(), frozenset(), (method,))
        setting, how = setting_of(ledger, request), (method, ledger.assets[0])
        found = best(2, partial(trace_account, ledger, request, how, setting))
        told(found, "accounts", method)


def told(measured, family, method):
    seconds, trail = measured
    print(
        f"| {family} | {method} | {trail.events:,} | {len(trail.moves):,} | {seconds:.2f} s | "
        f"{seconds / trail.events * 1e6:.1f} us |"
    )


def peers(folder):
    """The same haircut over the same chain, by each; and poison by recursive SQL."""
    ledger = random_utxo(PEER_SIZE)
    request = named(ledger, MARKED, ("haircut",))
    setting, marks = setting_of(ledger, request), Named(ledger, request)
    ours = {}
    for method in ("haircut", "poison"):
        asked = _asked(request, setting, marks, [], method)
        for _ in range(3):
            passed = _Pass(ledger, _columns(ledger, request), asked, setting)
            ours[method] = min(ours.get(method, 9), best(1, passed.run)[0])
    walk, trail = best(2, lambda: trace_utxo(ledger, request, "haircut", setting))
    plain = plain_haircut(ledger, marks.marks)
    rows = [("plain Python, lists", "haircut", plain)]
    if python := os.environ.get("SANCTRAIL_NETWORKX_PYTHON"):
        rows.append(("networkx", "haircut", with_networkx(python, ledger, marks.marks, folder)))
    rows.append(("DuckDB recursive SQL", "poison", with_sql(ledger, marks.marks)))
    print(
        f"\nPeers, {len(ledger.values):,} outputs: our pass by haircut {ours['haircut']:.4f} s, by "
        f"poison {ours['poison']:.4f} s; our walk with all movements {walk:.2f} s "
        f"({trail.events:,} transactions).\n\n| peer | method | time | over our pass | over our "
        "walk |\n| --- | --- | --- | --- | --- |"
    )
    for name, method, seconds in rows:
        print(
            f"| {name} | {method} | {seconds:.2f} s | {seconds / ours[method]:.0f} x | "
            f"{seconds / walk:.1f} x |"
        )


def plain_haircut(ledger, marks):
    """The pass as one would write it: every transaction in order, in lists."""
    names = ("first_input", "first_output", "inputs", "values")
    begin, first, inputs, values = (ledger.columns[name].tolist() for name in names)
    started = time.perf_counter()
    taint = [0] * len(values)
    for number in range(len(begin) - 1):
        total = held = 0
        for at in range(begin[number], begin[number + 1]):
            total += values[inputs[at]]
            held += taint[inputs[at]]
        for output in range(first[number], first[number + 1]):
            value = min(values[output], total)
            part = held * value // total if total else 0
            held, total = held - part, total - value
            taint[output] = marks[output][1] if output in marks else part
    return time.perf_counter() - started


def with_networkx(python, ledger, marks, folder):
    names = ("first_output", "first_input", "inputs", "values", "spent_by")
    makers = sorted({ledger.maker(output) for output in marks})
    np.savez(folder / "chain.npz", marks=makers, **{n: ledger.columns[n] for n in names})
    command = [python, "-c", NETWORKX, str(folder / "chain.npz")]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer["seconds"]


def with_sql(ledger, marks):
    """Poison as a recursive question: outputs of transactions that spend touched outputs."""
    first = np.asarray(ledger.columns["first_output"])
    makers = np.repeat(np.arange(len(first) - 1), np.diff(first))
    outs = pa.table({"maker": makers, "spender": np.asarray(ledger.spent_by),
                     "value": np.asarray(ledger.values)})  # fmt: skip
    begun = pa.table({"tx": sorted({ledger.maker(output) for output in marks})})
    started = time.perf_counter()
    with DuckEngine() as engine:
        engine.register("outs", outs)
        engine.register("begun", begun)
        engine.fetch(
            "WITH RECURSIVE touched(tx) AS (SELECT tx FROM begun UNION SELECT o.spender FROM outs o"
            " JOIN touched t ON o.maker = t.tx WHERE o.spender >= 0 AND o.value > 0)"
            " SELECT count(*) AS n, sum(o.value) AS amount FROM outs o JOIN touched t"
            " ON o.maker = t.tx WHERE o.spender < 0"
        )
    return time.perf_counter() - started


def growing(folder):
    print(
        "\n| chain | transactions | open and trace | own memory | with mapped pages of files |"
        " the same result |\n| --- | --- | --- | --- | --- | --- |"
    )
    ledger, case, long = folder / "short", folder / "short-case", folder / "long"
    made = simulate_heist(ledger, case, transactions=TRACE_SIZE)
    laid_behind_itself(ledger, long, LONG)
    answers = []
    for name, chain, size in (("short", ledger, 1), ("long", long, LONG)):
        command = [sys.executable, "-c", CHILD, str(chain), str(case), "5"]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        answers.append(answer)
        same = all(answers[0][key] == answer[key] for key in ("stolen", "arrived"))
        print(
            f"| {name} | {size * made.transactions:,} | {answer['seconds'] * 1000:.1f} ms | "
            f"{answer['own'] / 1024:.0f} MB | {answer['peak'] / 1024:.0f} MB | {same} |"
        )
    ratio = answers[1]["seconds"] / answers[0]["seconds"]
    print(f"\nRatio of the two times: {ratio:.2f} x.")


def planted(folder):
    print("\n| simulated chain | transactions | trace by FIFO | found equals planted |")
    print("| --- | --- | --- | --- |")
    for size in (10_000, TRACE_SIZE):
        for family in ("utxo", "account"):
            ledger, case = folder / f"ledger-{family}-{size}", folder / f"case-{family}-{size}"
            made = simulate_heist(ledger, case, transactions=size, family=family)
            opened = open_ledger(ledger)
            asset = opened.assets[0].code if family == "account" else None
            options = Options(asset=asset)
            request = build_request(
                [str(case / "sources.csv")], case / "stops.csv", "fifo", options
            )
            seconds, ((result,), _) = best(2, lambda: trace(opened, request))  # noqa: B023
            print(
                f"| {family} | {made.transactions:,} | {seconds:.3f} s | "
                f"{not differences(result, case)} |"
            )


def differences(result, case):
    """What was found otherwise than planted, by place."""
    truth = json.loads((case / "truth.json").read_bytes())
    wanted = {**truth["arrived"], **truth["dormant"], **truth["stopped"]}
    found = Counter(result.arrived)
    for at, n in result.dormant.items():
        found[at.outpoint if at.outpoint in wanted else at.address] += n
    for stop, n in result.stopped.items():
        found[stop.place or stop.address] += n
    told = {place: (str(found.get(place, 0)), wanted.get(place)) for place in {*wanted, *found}}
    return {place: pair for place, pair in told.items() if pair[0] != pair[1]}


def untold(folder):
    """Labels of hot wallets alone: what the stop rules and inferred deposits make of it."""
    print("\n| without being told | deposits inferred | differences | services not labelled |")
    print("| --- | --- | --- | --- |")
    for family in ("utxo", "account"):
        size = TRACE_SIZE
        ledger, case = folder / f"ledger-{family}-{size}", folder / f"case-{family}-{size}"
        opened = open_ledger(ledger)
        labels, _ = read_labels(case / "hot-wallets.csv")
        wallets = wallets_in(opened, labels.values())
        infer = infer_deposits if family == "account" else infer_swept
        inferred = labels_of_deposits(infer(opened, wallets), opened)
        truth = {row["address"]: row["what"] for row in
                 csv.DictReader(io.StringIO((case / "deposits.csv").read_text()))}  # fmt: skip
        wrong = sum(not truth.get(label.entry, "").startswith("deposit") for label in inferred)
        missed = sum(what == "deposit" for what in truth.values()) + wrong - len(inferred)
        known = {label.entry: label for label in [*labels.values(), *inferred]}
        asset = opened.assets[0].code if family == "account" else None
        options = Options(asset=asset, labels=known)
        request = build_request([str(case / "sources.csv")], None, "fifo", options)
        (result,), notes = trace(opened, request)
        print(
            f"| {family}, {size:,} | {len(inferred):,} ({wrong} wrong, {missed} missed) | "
            f"{differences(result, case) or 'none'} | {len(notes)} |"
        )


def theft(files, name, folder):
    ledger = folder / name
    import_files([files / f"{name}-{name}.csv"], ledger)
    sources = files / f"{name}-source-addresses.csv"
    stops = files / f"{name}-terminal-addresses.csv"
    opened = open_ledger(ledger)
    request = build_request([str(sources)], stops, "all")
    results, _ = trace(opened, request)
    spread = over_ties(files / f"{name}-{name}.csv", sources, stops, folder, name)
    print(
        f"\n| {name} theft | stolen USD | arrived USD | share | terminals reached | over "
        f"{SHUFFLES} orders of ties: different results, least and most arrived |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )
    for result in results:
        arrived = sum(result.arrived.values())
        seen = spread[result.method]
        amounts = [amount for _, amount in seen]
        print(
            f"| {result.method} | {result.stolen / 100:,.2f} | {arrived / 100:,.2f} | "
            f"{100 * arrived / result.stolen:.1f} % | {len(result.arrived)} of "
            f"{len(request.stop_addresses)} | {len(seen)}: {min(amounts) / 100:,.2f} to "
            f"{max(amounts) / 100:,.2f} |"
        )
    mixed(opened, request, results)


def over_ties(file, sources, stops, folder, name):
    """Trace the theft in other orders of what one second holds; return the different results."""
    rows = list(csv.reader(file.open(encoding="utf-8-sig", newline="")))
    header, body = rows[0], rows[1:]
    dice = random.Random(7)
    at = header.index("Block") if "Block" in header else 1
    seen = {method: set() for method in METHODS}
    for _ in range(SHUFFLES):
        keys = {id(row): dice.random() for row in body}
        shuffled = sorted(body, key=lambda row: (row[at], keys[id(row)]))
        target = folder / f"{name}-ties.csv"
        with target.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *shuffled])
        ledger = folder / f"{name}-ties"
        import_files([target], ledger, how=How(replace=True))
        results, _ = trace(open_ledger(ledger), build_request([str(sources)], stops, "all"))
        for result in results:
            arrived = tuple(sorted(result.arrived.items()))
            seen[result.method].add((hash(arrived), sum(result.arrived.values())))
    return seen


def mixed(opened, request, results):
    """Lay the theft into a million invented transfers: apart from it, and touching it."""
    moves = moves_of(opened)
    dice = random.Random(7)
    apart = [(f"bg{dice.randrange(100_000)}", f"bg{dice.randrange(100_000)}",
              dice.randrange(1, 10**6)) for _ in range(BACKGROUND)]  # fmt: skip
    held = sorted({name for move in moves for name in move[:2]} - set(names_of(request)))
    touching = [
        (sender, dice.choice(held) if dice.random() < 0.01 else receiver, amount)
        for sender, receiver, amount in apart
    ]
    for kind, background in (("apart", apart), ("touching", touching)):
        chain = interleaved(moves, background, dice)
        ledger = MemoryAccount(chain)
        again, _ = trace(ledger, request)
        if kind == "apart":
            same = all(
                (a.stolen, a.arrived, a.dormant, a.returned)
                == (b.stolen, b.arrived, b.dormant, b.returned)
                for a, b in zip(again, results, strict=True)
            )
            print(f"\nMixed into {BACKGROUND:,} transfers apart from it: the same ends: {same}.")
            continue
        sources = dict.fromkeys(names_of(request), 0)
        wide = [result for result in again if result.method == "haircut"]
        twin = wide_haircut(chain, sources, request.stop_addresses)
        same = (wide[0].stolen, wide[0].arrived) == twin
        print(f"With one in a hundred touching it: haircut equals the plain pass: {same}.")


def names_of(request):
    return [address for theft in request.thefts for address in theft.addresses]


def moves_of(ledger):
    names = ledger.addresses.to_pylist()
    ends = zip(ledger.senders.tolist(), ledger.receivers.tolist(), strict=True)
    return [(names[s], names[r], ledger.amount(n)) for n, (s, r) in enumerate(ends)]


def interleaved(moves, background, dice):
    """The theft's moves in their order, anywhere among the others."""
    places = sorted(dice.sample(range(len(moves) + len(background)), len(moves)))
    other, own = iter(background), dict(zip(places, moves, strict=True))
    both = range(len(moves) + len(background))
    return [own[at] if at in own else next(other) for at in both]


def wide_haircut(moves, sources, stops):
    """The haircut over every account, with amounts too large to write out unit by unit."""
    places, stolen, arrived = {}, 0, Counter()
    for sender, receiver, amount in moves:
        if not amount or (sender in sources and receiver in sources):
            continue
        if sender in sources:
            part = amount
            stolen += amount
        elif sender in stops:
            part = 0
        else:
            total, held = places.get(sender, (0, 0))
            known = min(amount, total)
            part = held * known // total if known else 0
            places[sender] = (total - known, held - part)
        if receiver in stops:
            arrived[receiver] += part
        elif receiver not in sources:
            total, held = places.get(receiver, (0, 0))
            places[receiver] = (total + amount, held + part)
    return stolen, {name: n for name, n in arrived.items() if n}
