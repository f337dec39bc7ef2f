"""What a trace hands over: movements that add up, paths that join, exports, and going on again."""

import csv
import json
import random
import subprocess
import sys
import xml.etree.ElementTree as ET
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from chains import MemoryAccount, MemoryUtxo, txid
from sanctrail.cli.app import app
from sanctrail.errors import InputError, LedgerError, TraceError
from sanctrail.ledger import import_files, open_ledger, simulate_heist
from sanctrail.ledger.prices import Key, Prices
from sanctrail.tracing import (
    METHODS,
    Extras,
    Keep,
    Part,
    StolenPart,
    StopRules,
    build_request,
    trace,
    walking,
    write_trace,
)
from sanctrail.tracing.flows import flows_of
from sanctrail.tracing.paths import paths_of
from test_tracing import (
    CONSERVING,
    UTXO_METHODS,
    all_results,
    moves,
    outputs_named,
    request,
    some_names,
    thief_names,
    utxo_chains,
)

COIN = 100_000_000


# The designed chain of BlockSci: amounts derived by hand from the definitions.


@pytest.fixture(scope="module")
def regtest(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("regtest") / "ledger"
    import_files([shared / "chains/blocksci-regtest/btc/blk00000.dat"], folder)
    named = json.loads((shared / "chains/blocksci-regtest/btc/output.json").read_text())
    return open_ledger(folder), named


SPLIT_AND_MERGED = {
    # 700,000,000 are split into 99,990,000, 199,990,000 and 399,990,000 (fee 30,000). The first two
    # merge (fee 10,000). The third merges with 800,000,000 clean units behind it (fee 10,000), and
    # both results merge (fee 10,000) into one output of 1,499,940,000.
    "fifo": (699_960_000, 40_000),  # the clean units came last, and pay the last two fees
    "stolen-first": (699_960_000, 40_000),
    "lifo": (699_940_000, 60_000),  # the first units in pay every fee, and they were stolen
    "stolen-last": (699_940_000, 60_000),
    # floor(399,990,000 x 1,199,980,000 / 1,199,990,000) = 399,986,666, fee 3,334; then
    # floor(699,956,666 x 1,499,940,000 / 1,499,950,000) = 699,951,999, fee 4,667.
    "haircut": (699_951_999, 48_001),
    "poison": (1_499_940_000, 60_000),
}


@pytest.mark.parametrize("method", UTXO_METHODS)
def test_blocksci_split_and_merge(regtest, method):
    ledger, named = regtest
    part = StolenPart(named["taint-fund-tx-1"], 0)
    (result,) = all_results(ledger, request(stolen_parts=[part], method=method))
    (at,) = result.dormant
    assert at.outpoint == f"{named['taint-merge-tx-3']}:0"
    assert (result.dormant[at], result.fees) == SPLIT_AND_MERGED[method]
    assert result.stolen == 700_000_000


MAPPED = {
    # Of three inputs (400, 400 and 200 million) the second is stolen. Three outputs of 333,330,000
    # (fee 10,000) are spent together into six of 166,660,000 (fee 30,000).
    "fifo": ([0, 0, 99_980_000, 166_660_000, 133_360_000, 0], 0),
    "haircut": ([66_664_000] * 6, 16_000),
    "stolen-first": ([166_660_000, 166_660_000, 66_680_000, 0, 0, 0], 0),
    # The fees are the last units left: 10,000, then 30,000, all of them stolen. Of 600 million
    # clean units 499.98 fill three outputs, and the fourth has 100.02 of them.
    "stolen-last": ([0, 0, 0, 66_640_000, 166_660_000, 166_660_000], 40_000),
    # Backwards, in millions: 200 clean and 133.33 stolen, 266.67 stolen and 66.66 clean, 333.33
    # clean; backwards again, the third output gets 66.67 clean and 99.99 stolen.
    "lifo": ([0, 0, 99_990_000, 166_660_000, 133_350_000, 0], 0),
    "poison": ([166_660_000] * 6, 40_000),
}


@pytest.mark.parametrize("method", UTXO_METHODS)
def test_blocksci_mapping(regtest, method):
    ledger, named = regtest
    part = StolenPart(named["taint-mapping-fund-tx-2"], 0)
    asked = request(stolen_parts=[part], method=method, rules=StopRules(coinjoins="spread"))
    (result,) = all_results(ledger, asked)
    amounts, fees = MAPPED[method]
    last = named["taint-check-tx"]
    found = {at.outpoint: amount for at, amount in result.dormant.items()}
    assert [found.get(f"{last}:{n}", 0) for n in range(6)] == amounts
    assert result.fees == fees


@pytest.mark.parametrize("method", UTXO_METHODS)
def test_blocksci_peel_chain_of_ten_hops(regtest, method):
    ledger, named = regtest
    part = StolenPart(named["funding-tx-peeling-chain"], 0)
    (result,) = all_results(ledger, request(stolen_parts=[part], method=method))
    peeled = [10_000_000 * n for n in range(1, 10)]
    assert sorted(result.dormant.values()) == [*peeled, 3_749_900_000]
    assert (result.stolen, result.fees) == (4_200_000_000, 10 * 10_000)
    longest = max(len(path["hops"]) for told in paths_of(result, 1) for path in told["paths"])
    assert longest == 11  # the theft, and ten hops


# Movements and paths.


def parts_of(named, sizes):
    marks = {n: (t, min(a, sizes[n])) for n, (t, a) in named.items() if n < len(sizes)}
    return {
        theft: [(n, a) for n, (t, a) in sorted(marks.items()) if t == theft] for theft in (0, 1)
    }


@pytest.mark.parametrize("method", CONSERVING)
@given(moves, thief_names, some_names, outputs_named, st.none() | st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_movements_and_paths_add_up_on_accounts(method, chain, sources, stops, named, hops):
    named = parts_of(named, [amount for _, _, amount in chain])
    parts = {t: tuple(StolenPart(txid(n), 0, a) for n, a in ps) for t, ps in named.items()}
    ledger = MemoryAccount([(*move, txid(n)) for n, move in enumerate(chain)])
    asked = request(sources, stops - sources.keys(), method, stolen_parts=parts,
                    rules=StopRules(max_hops=hops))  # fmt: skip
    for result in all_results(ledger, asked):
        rows = [row for row in flows_of(result.trail).to_pylist() if row["theft"] == result.theft]
        for name, amount in result.arrived.items():
            assert sum(int(row["amount_tainted"]) for row in rows if row["to"] == name) == amount
        assert sum(int(r["amount_tainted"]) for r in rows if r["to"] == "fee") == result.fees
        hold_paths(result)


@pytest.mark.parametrize("method", [m for m in UTXO_METHODS if m != "poison"])
@given(utxo_chains(), thief_names, some_names, outputs_named, st.none() | st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_movements_and_paths_add_up_on_outputs(method, chain, sources, stops, named, hops):
    outs = [(t, n, v) for t, (_, made) in enumerate(chain) for n, (_, v) in enumerate(made)]
    owners = [name for _, made in chain for name, _ in made]
    named = parts_of(named, [value for _, _, value in outs])
    parts = {
        t: tuple(StolenPart(txid(outs[o][0]), outs[o][1], a) for o, a in ps
                 if owners[o] not in sources) for t, ps in named.items()
    }  # fmt: skip
    asked = request(sources, stops - sources.keys(), method, stolen_parts=parts,
                    rules=StopRules(max_hops=hops))  # fmt: skip
    for result in all_results(MemoryUtxo(chain), asked):
        rows = [row for row in flows_of(result.trail).to_pylist() if row["theft"] == result.theft]
        into = {}
        for row in rows:
            into[row["to_output"]] = into.get(row["to_output"], 0) + int(row["amount_tainted"])
        for at, amount in result.dormant.items():
            assert into[at.outpoint] == amount
        assert sum(int(r["amount_tainted"]) for r in rows if r["to"] == "fee") == result.fees
        for name, amount in result.arrived.items():
            assert sum(int(row["amount_tainted"]) for row in rows if row["to"] == name) == amount
        hold_paths(result)


def hold_paths(result):
    """Paths join hop by hop, carry no more than each hop moved, and add up to what ended."""
    told = paths_of(result, 50, most=50)
    ended = {"arrived": result.arrived, "returned": result.returned, "fees": {"": result.fees}}
    for destination in told:
        amount = int(destination["amount"])
        if destination["part"] in ended:
            assert ended[destination["part"]][destination["place"]] == amount
        paths = destination["paths"]
        assert int(destination["by_other_paths"]) == 0  # fifty are all there are
        assert sum(int(path["amount"]) for path in paths) == amount
        widths = [int(path["amount"]) for path in paths]
        assert widths == sorted(widths, reverse=True)
        for path in paths:
            assert all(int(hop["amount"]) >= int(path["amount"]) for hop in path["hops"])
            for one, other in zip(path["hops"], path["hops"][1:], strict=False):
                assert one["to"] == other["from"]
    assert sum(int(destination["amount"]) for destination in told) == result.out


# Files.


@pytest.fixture(scope="module")
def heist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heist")
    simulate_heist(folder / "ledger", folder / "case", transactions=4_000)
    return folder


def asked_of(heist, method="fifo"):
    return build_request([str(heist / "case/sources.csv")], heist / "case/stops.csv", method)


def test_every_export_holds_the_same_movements(heist, tmp_path):
    ledger = open_ledger(heist / "ledger")
    asked = asked_of(heist, "fifo,poison")
    results, notes = trace(ledger, asked)
    extras = Extras(paths=2, exports=("parquet", "json", "graphml"))
    document = write_trace(tmp_path, ledger, asked, results, notes, extras=extras)
    rows = list(csv.DictReader((tmp_path / "flows.csv").read_text().splitlines()))
    assert len(rows) == document["flows"]["rows"] > 0
    assert [{k: str(v or "") for k, v in row.items()} for row in
            pq.read_table(tmp_path / "flows.parquet").to_pylist()] == rows  # fmt: skip
    told = json.loads((tmp_path / "flows.json").read_bytes())
    assert [{k: str(v or "") for k, v in row.items()} for row in told] == rows
    graph = ET.parse(tmp_path / "flows.graphml").getroot()[-1]
    edges = [e for e in graph if e.tag.endswith("edge")]
    assert len(edges) == len(rows)
    assert {e.get("source") for e in edges} == {row["from"] for row in rows}
    assert len(json.loads((tmp_path / "paths.json").read_bytes())) > 0


def test_an_unknown_export_is_refused_with_those_there_are(heist, tmp_path):
    ledger, asked = open_ledger(heist / "ledger"), asked_of(heist)
    results, notes = trace(ledger, asked)
    with pytest.raises(InputError, match="Known: parquet, json, graphml"):
        write_trace(tmp_path, ledger, asked, results, notes, extras=Extras(exports=("xlsx",)))


def test_money_is_valued_at_the_theft_at_movement_and_at_arrival(tmp_path):
    ledger = MemoryAccount([("thief", "x", 10), ("x", "shop", 4), ("x", "shop", 6)])
    prices = Prices({Key("COIN", "USD", 0, "a"): "2.5", Key("COIN", "USD", 1, "b"): "3.005"})
    asked = request(["thief"], ["shop"])
    results, notes = trace(ledger, asked)
    extras = Extras(currency="USD", prices=prices)
    document = write_trace(tmp_path, ledger, asked, results, notes, extras=extras)
    (result,) = document["results"]
    assert result["value"]["stolen"]["value"] == "25.00"
    assert result["value"]["arrived"]["value"] == "30.05"
    assert result["value"]["arrived"]["prices_of"] == ["b"]
    rows = list(csv.DictReader((tmp_path / "flows.csv").read_text().splitlines()))
    assert [row["value"] for row in rows] == ["25.00", "12.02", "18.03"]
    assert Decimal(result["arrived"][0]["value"]) == Decimal("30.05")


def test_units_without_a_price_are_counted_and_not_guessed(tmp_path):
    ledger = MemoryAccount([("thief", "shop", 10)])
    asked = request(["thief"], ["shop"])
    results, notes = trace(ledger, asked)
    extras = Extras(currency="EUR", prices=Prices({}))
    document = write_trace(tmp_path, ledger, asked, results, notes, extras=extras)
    assert document["results"][0]["value"]["stolen"] == {
        "currency": "EUR", "value": "0.00", "unpriced": "10", "prices_of": [],
    }  # fmt: skip


# Going on again, and damage.


class CutOff(Exception):
    pass


@pytest.mark.parametrize("method", ["fifo", "haircut", "poison"])
def test_a_trace_that_was_cut_off_goes_on_to_the_same_bytes(heist, tmp_path, monkeypatch, method):
    ledger, asked = open_ledger(heist / "ledger"), asked_of(heist, method)
    results, notes = trace(ledger, asked)
    write_trace(tmp_path / "whole", ledger, asked, results, notes)
    monkeypatch.setattr(walking, "BUDGET", 3)
    monkeypatch.setattr(walking, "SAVE_EVERY", 0)
    keep = Keep(tmp_path / "unfinished", resume=True)
    times = 0
    while True:
        left, times = [2], times + 1
        monkeypatch.setattr(walking.Checkpoint, "save", cut_after(left, walking.Checkpoint))
        try:
            results, notes = trace(ledger, asked, keep)
            break
        except CutOff:
            continue
    assert times > 2
    write_trace(tmp_path / "again", ledger, asked, results, notes)
    for name in ("trace.json", "flows.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert not list((tmp_path / "unfinished").glob("*.npz"))


_save = walking.Checkpoint.save


def cut_after(left, _):
    def save(self, state):
        _save(self, state)
        left[0] -= 1
        if not left[0]:
            raise CutOff

    return save


def test_a_damaged_checkpoint_is_one_sentence(heist, tmp_path):
    keep = Keep(tmp_path, resume=True)
    (tmp_path / "walk-fifo-0.npz").write_bytes(b"PK damaged")
    with pytest.raises(TraceError, match=r"damaged\. Remove the file"):
        trace(open_ledger(heist / "ledger"), asked_of(heist), keep)


@pytest.mark.parametrize("name", ["inputs", "owners", "spent_by", "first_output"])
def test_a_column_that_points_out_of_the_ledger_is_told_and_never_followed(name):
    ledger = MemoryUtxo([([], [("thief", 9)]), ([0], [("x", 5), ("y", 4)]), ([1], [("z", 5)])])
    broken = ledger.columns[name].copy()
    broken[-1] = 2**31 - 1
    ledger.columns[name] = broken
    with pytest.raises((LedgerError, TraceError)):
        trace(ledger, request(stolen_parts=[StolenPart(txid(1), 0)]))


# Services, suspects, and where the format has positions.


def test_a_labelled_service_is_a_stop_and_can_be_gone_through():
    from sanctrail.attribution import Label

    ledger = MemoryAccount([("thief", "x", 10), ("x", "hot", 10), ("hot", "y", 10)])
    labels = {"hot": Label("hot", "Exchange", "exchange", "me")}
    (result,) = all_results(ledger, request(["thief"], labels=labels))
    assert result.arrived == {"hot": 10}
    (result,) = all_results(ledger, request(["thief"], labels=labels,
                                            rules=StopRules(services=False)))  # fmt: skip
    assert {at.address for at in result.dormant} == {"y"}


def test_an_address_that_behaves_like_a_service_is_told_and_stops_only_when_asked():
    chain = [(f"in{n}", "hub", 5) for n in range(3)] + [("thief", "hub", 9)]
    chain += [("hub", f"out{n}", 8) for n in range(3)]
    ledger = MemoryAccount(chain)
    rules = StopRules(senders=3, receivers=3)
    results, notes = trace(ledger, request(["thief"], rules=rules))
    assert "hub has no label but behaves like a service (paid by 4, pays 3)" in notes[0]
    assert "went through it" in notes[0]
    assert results[0].arrived == {}
    rules = StopRules(senders=3, receivers=3, suspected=True)
    results, notes = trace(ledger, request(["thief"], rules=rules))
    assert results[0].arrived == {"hub": 9}
    assert "stopped at it as asked" in notes[0]


def test_results_do_not_depend_on_the_order_of_rows_that_carry_positions(shared, tmp_path):
    name = "test_stream_blocks_17173049_17173050_expected_token_transfers.json"
    file = shared / "chains/ethereum-etl" / name
    lines = file.read_text().splitlines()
    documents = []
    for turn in range(3):
        random.Random(turn).shuffle(lines)
        shuffled = tmp_path / f"tokens-{turn}.json"
        shuffled.write_text("\n".join(lines) + "\n")
        import_files([shuffled], tmp_path / f"ledger-{turn}")
        ledger = open_ledger(tmp_path / f"ledger-{turn}")
        busiest = sorted(
            ledger.addresses.to_pylist(),
            key=lambda a: (-len(ledger.positions_of(ledger.ids_of([a])[a])), a),
        )[:5]
        results, _ = trace(ledger, request(busiest, methods=METHODS))
        documents.append(
            {(r.method, r.asset.contract or r.asset.code): (r.stolen, sorted(r.arrived.items()),
             sorted(r.dormant.items()), r.fees) for r in results}
        )  # fmt: skip
    assert documents[0]
    assert documents[0] == documents[1] == documents[2]


@pytest.mark.parametrize("family", ["utxo", "account"])
def test_the_heist_is_found_without_being_told_where(tmp_path, family):
    """Labels of hot wallets alone; deposits are inferred, the join is found by its shape."""
    folder = tmp_path
    simulate_heist(folder / "ledger", folder / "case", transactions=6_000, family=family)
    command = ["trace", "--ledger", str(folder / "ledger"), "--sources",
               str(folder / "case/sources.csv"), "--labels", str(folder / "case/hot-wallets.csv"),
               "--infer-deposits", "--output", str(folder / "trace"), "--json"]  # fmt: skip
    answer = CliRunner().invoke(app, command)
    assert answer.exit_code == 0, answer.output
    result = json.loads(answer.stdout)["results"][0]
    truth = json.loads((folder / "case/truth.json").read_bytes())
    assert {s["transaction"]: s["amount"] for s in result["stopped"]} == truth["stopped"]
    found = {end["address"]: int(end["amount"]) for end in result["arrived"]}
    assert all(
        end["rule"] in {"inferred deposit", "inferred sweep", "labelled"}
        for end in result["arrived"]
    )
    assert all(truth["arrived"][name] == str(amount) for name, amount in found.items())
    for end in result["dormant"]:  # the mixer has no label: what it got lies there
        place = end["outpoint"] or end["address"]
        if place not in truth["dormant"]:
            found[end["address"]] = found.get(end["address"], 0) + int(end["amount"])
    assert {name: str(amount) for name, amount in found.items()} == truth["arrived"]
    assert result["fees"] == truth["fees"]


def test_a_halt_inside_the_trail_is_named_in_the_document(tmp_path):
    ledger = MemoryAccount([("thief", "x", 10, txid(1)), ("x", "y", 10, txid(2))])
    asked = request(["thief"], stop_parts=frozenset([Part(txid(2))]))
    results, notes = trace(ledger, asked)
    document = write_trace(tmp_path, ledger, asked, results, notes)
    (stop,) = document["results"][0]["stopped"]
    assert (stop["transaction"], stop["rule"]) == (txid(2), "asked")


def test_a_label_of_an_unknown_chain_does_not_hide_a_service_and_one_of_another_is_noted():
    from sanctrail.attribution import Label

    ledger = MemoryAccount([("thief", "x", 10), ("x", "hot", 10), ("hot", "y", 10)])
    for chain, arrived in (("erc20 mainnet", {"hot": 10}), ("bitcoin", {})):
        labels = {"hot": Label("hot", "Exchange", "exchange", "me", chain=chain)}
        results, notes = trace(ledger, request(["thief"], labels=labels))
        assert results[0].arrived == arrived
        assert ("of another chain by their label" in " ".join(notes)) is (not arrived)


def test_a_theft_of_what_another_had_before_is_noted():
    ledger = MemoryAccount([("v", "x", 10, txid(1)), ("x", "y", 10, txid(2))])
    parts = {0: (StolenPart(txid(1)),), 1: (StolenPart(txid(2)),)}
    results, notes = trace(ledger, request(stolen_parts=parts))
    assert [result.theft for result in results] == ["theft 0"]
    assert "theft 1: nothing was newly stolen by fifo" in notes[0]


def test_a_stop_at_another_output_of_the_stolen_transaction_stands():
    chain = [([], [("v", 10), ("w", 5)]), ([0], [("x", 6), ("y", 4)]), ([3], [("z", 4)])]
    parts = [StolenPart(txid(0), 0), StolenPart(txid(1), 0, 6)]
    asked = request(stolen_parts=parts, stop_parts=frozenset([Part(txid(1), 1)]))
    (result,), _ = trace(MemoryUtxo(chain), asked)
    assert {stop.place: n for stop, n in result.stopped.items()} == {f"{txid(1)}:1": 4}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--max-age", "99999999999"], "1000000"),
        (["--min-amount", str(2**128)], "128 bits"),
        (["--export", "xml"], "no export 'xml'"),
        (["--bounds", "--max-hops", "2"], "depends on the rule"),
        (["--coinjoins", "often"], "none of stop, found, spread"),
        (["--currency", "USD"], "no prices are kept"),
        (["--whole-chain", "--bounds"], "takes no --bounds"),
        (["--method", "lowest-balance"], "no accounts with balances"),
        (["--infer-deposits"], "needs labels"),
        (["--method", "tiho"], "There is no method"),
    ],
)
def test_options_that_cannot_be_are_refused_in_a_sentence(heist, tmp_path, options, said):
    sources = str(heist / "case/sources.csv")
    command = ["trace", "--ledger", str(heist / "ledger"), "--sources", sources]
    command += ["--output", str(tmp_path / "out"), *options]
    program = "import sys; from sanctrail.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert said in " ".join((done.stdout + done.stderr).replace("\u2502", " ").split())


def test_a_file_of_many_thefts_keeps_them_apart(tmp_path):
    ledger = MemoryAccount([("a", "x", 5), ("b", "x", 7), ("x", "shop", 6)])
    file = tmp_path / "thefts.csv"
    file.write_text("theft,address,since\nfirst,a,\nsecond,b,1970-01-01T00:00:01Z\n")
    asked = build_request([str(file)], None, "fifo,lifo")
    results, _ = trace(ledger, asked)
    dormant = {(r.theft, r.method): {at.address: n for at, n in r.dormant.items()} for r in results}
    assert dormant["first", "fifo"] == {"shop": 5}
    assert dormant["second", "fifo"] == {"shop": 1, "x": 6}
    assert dormant["second", "lifo"] == {"shop": 6, "x": 1}
    file.write_text("theft,address\nfirst,a\nsecond,a\n")
    with pytest.raises(InputError, match="is a source of first and of second"):
        build_request([str(file)], None, "fifo")
