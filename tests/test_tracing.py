"""Tracing holds against its slow twins, balances to zero, and stops where it must."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chains import MemoryAccount, MemoryUtxo, txid
from sanctrail.attribution import Label
from sanctrail.errors import InputError, TraceError
from sanctrail.tracing import METHODS, Options, Request, build_request, trace
from sanctrail.tracing.holdings import CLEAN, Fifo, Haircut, marked
from sanctrail.tracing.request import Part, StolenPart
from twins import account_twin, haircut_in_fractions, utxo_twin

NAMES = "abcdef"
METHOD_NAMES = sorted(METHODS)


def request(sources=(), stops=(), method="fifo", **more):
    values = {
        "theft": "theft",
        "source_addresses": tuple(sources),
        "stolen_parts": (),
        "stop_addresses": frozenset(stops),
        "stop_parts": frozenset(),
        "methods": (method,),
    }
    return Request(**{**values, **more})


def traced(ledger, asked):
    """The one result of a request, or an empty one where nothing was stolen."""
    try:
        results, _ = trace(ledger, asked)
    except TraceError:
        return SimpleNamespace(
            stolen=0, out=0, arrived={}, returned={}, dormant={}, stopped={}, fees=0, flows=[]
        )
    (result,) = results
    return result


# Account ledgers.

moves = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 12)),
    min_size=1,
    max_size=30,
)
some_names = st.sets(st.sampled_from(NAMES), max_size=2)
sources_names = st.sets(st.sampled_from(NAMES), min_size=1, max_size=2)


@pytest.mark.parametrize("method", METHOD_NAMES)
@given(
    moves,
    sources_names,
    some_names,
    st.none() | st.integers(0, 20),
    st.sets(st.integers(0, 20), max_size=2),
)
@settings(max_examples=2000, deadline=None)
@example([("a", "b", 5), ("b", "b", 3), ("b", "c", 9)], {"a"}, set(), None, set())
@example([("b", "c", 4), ("a", "b", 5), ("b", "a", 5)], {"a"}, set(), None, set())
@example([("a", "b", 5), ("b", "c", 5), ("c", "d", 3), ("a", "c", 2)], {"a"}, set(), None, {1})
def test_an_account_trace_equals_its_twin(method, chain, sources, stops, since, halts):
    named = [(*move, txid(number)) for number, move in enumerate(chain)]
    parts = frozenset(Part(txid(number)) for number in halts)
    asked = request(sources, stops, method, since=since, stop_parts=parts)
    result = traced(MemoryAccount(named), asked)
    twin = account_twin(chain, method, sources, stops, since, halts=halts)
    assert result.stopped == {txid(n): amount for n, amount in twin["stopped"].items()}
    assert result.stolen == twin["stolen"]
    assert result.arrived == twin["arrived"]
    assert result.returned == twin["returned"]
    assert {name: amount for (name, _), amount in result.dormant.items()} == twin["dormant"]
    found = [(f.sender, f.receiver, f.tainted, f.total, f.time) for f in result.flows]
    assert found == twin["flows"]
    assert result.stolen == result.out


@pytest.mark.parametrize("method", METHOD_NAMES)
@given(moves, some_names, st.dictionaries(st.integers(0, 29), st.integers(0, 12), min_size=1))
@settings(max_examples=200, deadline=None)
def test_a_theft_named_by_transactions_equals_its_twin(method, chain, stops, stolen):
    within = {n: a for n, a in stolen.items() if n < len(chain)}
    amounts = {n: min(a, chain[n][2]) for n, a in within.items()}
    named = [(*move, txid(number)) for number, move in enumerate(chain)]
    parts = tuple(StolenPart(txid(n), 0, amount) for n, amount in amounts.items())
    asked = request((), stops, method, stolen_parts=parts)
    result = traced(MemoryAccount(named), asked)
    twin = account_twin(chain, method, set(), stops, marks=amounts)
    assert (result.stolen, result.arrived) == (twin["stolen"], twin["arrived"])
    assert {name: amount for (name, _), amount in result.dormant.items()} == twin["dormant"]
    assert result.stolen == result.out


@given(moves, sources_names, some_names)
@settings(max_examples=200, deadline=None)
def test_the_integer_haircut_stays_near_the_exact_shares(chain, sources, stops):
    stops -= sources
    result = traced(MemoryAccount(chain), request(sources, stops, "haircut"))
    found = {**result.arrived, **result.returned}
    found |= {name: amount for (name, _), amount in result.dormant.items()}
    exact = haircut_in_fractions(chain, sources, stops)
    for name in found.keys() | exact.keys():
        assert abs(found.get(name, 0) - exact.get(name, 0)) <= len(chain)


def test_what_leaves_a_source_is_stolen_and_what_comes_back_ends_there():
    ledger = MemoryAccount([("thief", "x", 10), ("x", "thief", 4), ("x", "shop", 6)])
    result = traced(ledger, request(["thief"], ["shop"]))
    assert (result.stolen, result.returned, result.arrived) == (10, {"thief": 4}, {"shop": 6})


def test_money_between_sources_is_counted_once():
    ledger = MemoryAccount([("t1", "t2", 10), ("t2", "x", 10)])
    result = traced(ledger, request(["t1", "t2"]))
    assert (result.stolen, result.dormant) == (10, {("x", ""): 10})


def test_money_beyond_the_known_balance_is_clean_and_counted():
    ledger = MemoryAccount([("thief", "x", 10), ("x", "shop", 25)])
    result = traced(ledger, request(["thief"], ["shop"]))
    assert (result.arrived, result.unknown_origin) == ({"shop": 10}, 15)


def test_fifo_lets_the_clean_balance_leave_first_and_haircut_shares():
    chain = [("victim", "x", 30), ("thief", "x", 10), ("x", "shop", 20)]
    fifo = traced(MemoryAccount(chain), request(["thief"], ["shop"], "fifo"))
    haircut = traced(MemoryAccount(chain), request(["thief"], ["shop"], "haircut"))
    assert (fifo.arrived, fifo.dormant) == ({}, {("x", ""): 10})
    assert (haircut.arrived, haircut.dormant) == ({"shop": 5}, {("x", ""): 5})


def test_what_arrives_at_a_stop_stays_though_the_stop_pays_on():
    ledger = MemoryAccount([("thief", "shop", 10), ("shop", "x", 10), ("x", "y", 10)])
    result = traced(ledger, request(["thief"], ["shop"]))
    assert (result.arrived, result.dormant) == ({"shop": 10}, {})


def test_since_leaves_earlier_payments_of_a_source_clean():
    ledger = MemoryAccount([("thief", "x", 3), ("thief", "y", 5)])
    result = traced(ledger, request(["thief"], since=1))
    assert (result.stolen, result.dormant) == (5, {("y", ""): 5})


def test_assets_are_traced_apart():
    ledger = MemoryAccount(
        [("thief", "x", 3, "t0", 0), ("thief", "x", 5, "t1", 1), ("x", "y", 4, "t2", 1)]
    )
    results, _ = trace(ledger, request(["thief"]))
    assert [(r.asset.code, r.stolen) for r in results] == [("COIN", 3), ("OTHER", 5)]
    assert results[1].dormant == {("x", ""): 1, ("y", ""): 4}
    (only,), _ = trace(ledger, request(["thief"], asset="OTHER"))
    assert only.stolen == 5


def test_amounts_of_wei_stay_exact():
    wei = 10**37 + 1
    ledger = MemoryAccount([("v", "x", 2 * wei), ("thief", "x", wei), ("x", "shop", wei + 7)])
    result = traced(ledger, request(["thief"], ["shop"], "haircut"))
    assert result.arrived["shop"] == wei * (wei + 7) // (3 * wei)
    assert result.stolen == wei == result.out


# UTXO ledgers.


@st.composite
def utxo_chains(draw):
    """Transactions that spend what is unspent, each paying out at most what it took in."""
    transactions, unspent, values = [], [], []
    for _ in range(draw(st.integers(1, 14))):
        spent = []
        if unspent and draw(st.integers(0, 3)):
            spent = draw(st.lists(st.sampled_from(unspent), min_size=1, max_size=4, unique=True))
        purse = sum(values[output] for output in spent) if spent else draw(st.integers(0, 40))
        outputs = []
        for _ in range(draw(st.integers(1, 4))):
            value = draw(st.integers(0, purse))
            purse -= value
            outputs.append((draw(st.sampled_from(NAMES)), value))
        transactions.append((spent, outputs))
        unspent = [output for output in unspent if output not in spent]
        unspent += range(len(values), len(values) + len(outputs))
        values += [value for _, value in outputs]
    return transactions


def checked_utxo(chain, asked, twin):
    ledger = MemoryUtxo(chain)
    result = traced(ledger, asked)
    assert result.stolen == twin["stolen"]
    assert result.fees == twin["fees"]
    assert result.arrived == twin["arrived"]
    assert result.returned == twin["returned"]
    assert result.stopped == {txid(n): amount for n, amount in twin["stopped"].items()}
    names = [
        f"{txid(number)}:{n}" for number, (_, outs) in enumerate(chain) for n in range(len(outs))
    ]
    assert {outpoint: amount for (_, outpoint), amount in result.dormant.items()} == {
        names[output]: amount for output, amount in twin["dormant"].items()
    }
    assert result.stolen == result.out


@pytest.mark.parametrize("method", METHOD_NAMES)
@given(
    utxo_chains(),
    sources_names,
    some_names,
    st.sets(st.integers(0, 13), max_size=2),
    st.none() | st.integers(0, 10),
)
@settings(max_examples=2000, deadline=None)
def test_a_utxo_trace_equals_its_twin(method, chain, sources, stops, halts, since):
    asked = request(
        sources, stops, method, since=since, stop_parts=frozenset(Part(txid(n)) for n in halts)
    )
    checked_utxo(chain, asked, utxo_twin(chain, method, sources, stops, halts, since))


@pytest.mark.parametrize("method", METHOD_NAMES)
@given(utxo_chains(), some_names, st.data())
@settings(max_examples=200, deadline=None)
def test_stolen_outputs_equal_their_twin(method, chain, stops, data):
    outputs = [(t, n, v) for t, (_, outs) in enumerate(chain) for n, (_, v) in enumerate(outs)]
    numbers = data.draw(st.sets(st.integers(0, len(outputs) - 1), min_size=1, max_size=3))
    amounts = {number: data.draw(st.integers(0, outputs[number][2])) for number in numbers}
    parts = tuple(
        StolenPart(txid(outputs[number][0]), outputs[number][1], amount)
        for number, amount in amounts.items()
    )
    asked = request((), stops, method, stolen_parts=parts)
    checked_utxo(chain, asked, utxo_twin(chain, method, set(), stops, marks=amounts))


def test_fifo_maps_inputs_in_order_onto_outputs_in_order_fee_last():
    chain = [([], [("thief", 7)]), ([], [("x", 5)]), ([0, 1], [("y", 4), ("z", 6)])]
    asked = request((), (), stolen_parts=(StolenPart(txid(0), 0, None),))
    result = traced(MemoryUtxo(chain), asked)
    assert {outpoint[-1]: amount for (_, outpoint), amount in result.dormant.items()} == {
        "0": 4,
        "1": 3,
    }
    assert result.fees == 0


def test_a_whole_transaction_can_be_the_theft():
    chain = [([], [("v", 10)]), ([0], [("x", 6), ("y", 3)])]
    asked = request((), ("y",), stolen_parts=(StolenPart(txid(1), None, 8),))
    result = traced(MemoryUtxo(chain), asked)
    assert (result.stolen, result.arrived) == (8, {"y": 2})


def test_change_back_to_the_source_was_never_stolen():
    chain = [([], [("thief", 10)]), ([0], [("x", 6), ("thief", 3)]), ([2], [("y", 3)])]
    result = traced(MemoryUtxo(chain), request(["thief"]))
    assert result.stolen == 10  # 6 and a fee of 1 in the first, 3 in the second payment
    assert sum(result.dormant.values()) == 9


def test_the_way_into_a_stopped_transaction_is_a_movement():
    chain = [([], [("thief", 60)]), ([0], [("x", 30), ("y", 25)])]
    result = traced(MemoryUtxo(chain), request(["thief"], stop_parts=frozenset([Part(txid(1))])))
    assert (result.stolen, result.stopped) == (60, {txid(1): 60})
    assert [(f.sender, f.receiver, f.tainted) for f in result.flows] == [("thief", txid(1), 60)]


def test_money_stops_at_a_named_output():
    chain = [([], [("thief", 10)]), ([0], [("x", 6), ("y", 4)]), ([1], [("z", 6)])]
    halt = Part(txid(1), 0)
    result = traced(MemoryUtxo(chain), request(["thief"], stop_parts=frozenset([halt])))
    assert (result.stopped, sum(result.dormant.values())) == ({str(halt): 6}, 4)


def test_a_named_transfer_of_a_source_is_stolen_though_it_was_early():
    moves = [("thief", "x", 3, "t0"), ("thief", "y", 5, "t1")]
    asked = request(["thief"], since=1, stolen_parts=(StolenPart("t0"),))
    assert traced(MemoryAccount(moves), asked).dormant == {("x", ""): 3, ("y", ""): 5}


def test_a_source_that_is_no_address_but_a_transaction_is_a_transaction():
    moves = [("v", "x", 3, "tx-hello"), ("v", "y", 5, "t1")]
    assert traced(MemoryAccount(moves), request(["tx-hello"])).dormant == {("x", ""): 3}


def test_an_amount_of_a_transaction_with_several_assets_needs_the_asset():
    ledger = MemoryAccount([("v", "x", 100, txid(1), 0), ("v", "x", 7, txid(1), 1)])
    asked = request((), stolen_parts=(StolenPart(txid(1), None, 50),))
    with pytest.raises(TraceError, match="moves COIN, OTHER"):
        trace(ledger, asked)
    (result,), _ = trace(ledger, replace(asked, asset="COIN"))
    assert result.stolen == 50


def test_what_is_both_stolen_and_a_stop_is_stolen_and_noted():
    chain = [([], [("x", 10)]), ([0], [("y", 10)])]
    part = StolenPart(txid(0), 0)
    asked = request((), stolen_parts=(part,), stop_parts=frozenset([Part(txid(0))]))
    (result,), notes = trace(MemoryUtxo(chain), asked)
    assert result.stolen == 10
    assert "taken as source" in notes[0]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([f"{'a' * 64}:0,20", f"{'a' * 64}:0"], "named as stolen twice"),
        ([f"{'a' * 64},20", f"{'A' * 64}:1"], "named as stolen twice"),
        (["0x" + "a" * 40 + ",5"], "an amount stands behind the address"),
        ([f"{'a' * 64},1.5"], "not a whole number of base units"),
        ([f"{'a' * 64},{'9' * 5000}"], "not a whole number of base units"),
        ([f"{'a' * 64}:x"], "should be txid or txid:n"),
        ([f"{'a' * 64}:{'9' * 5000}"], "should be txid or txid:n"),
        (["a,b,c"], "expected entry, amount"),
        (["# nothing"], "holds no entry"),
    ],
)
def test_entries_that_cannot_be_are_told_in_a_sentence(tmp_path, lines, said):
    (tmp_path / "sources.txt").write_text("\n".join(lines))
    with pytest.raises(InputError, match=said):
        build_request([str(tmp_path / "sources.txt")], None, "fifo")


def test_columns_are_found_by_their_header_and_labels_merge_field_by_field(tmp_path):
    stops = tmp_path / "stops.csv"
    stops.write_text("label,Deposit address,category\nBinance,0xB0,exchange\n,0xC0,mixer\n")
    held = {"0xC0": Label("0xC0", "Old name", "", "labels.csv, line 1")}
    asked = build_request(["0xA0"], stops, "fifo", Options(labels=held))
    assert asked.stop_addresses == {"0xB0", "0xC0"}
    assert (asked.labels["0xB0"].label, asked.labels["0xB0"].category) == ("Binance", "exchange")
    assert (asked.labels["0xC0"].label, asked.labels["0xC0"].category) == ("Old name", "mixer")


# Sources that cannot be.


def test_no_source_in_the_ledger_is_one_clear_sentence():
    ledger = MemoryAccount([("a", "b", 1)])
    with pytest.raises(TraceError, match="None of the 2 sources is in the ledger"):
        trace(ledger, request(["x", "y"]))


def test_a_source_that_paid_nothing_is_said():
    with pytest.raises(TraceError, match="Nothing left the sources"):
        trace(MemoryAccount([("a", "b", 1)]), request(["b"]))


def test_more_named_as_stolen_than_was_moved_is_refused():
    asked = request((), stolen_parts=(StolenPart(txid(0), 0, 5),))
    with pytest.raises(TraceError, match="3 base units more"):
        trace(MemoryUtxo([([], [("a", 2)])]), asked)


def test_an_unknown_asset_is_refused_with_those_there_are():
    with pytest.raises(TraceError, match="it holds COIN, OTHER"):
        trace(MemoryAccount([("a", "b", 1)]), request(["a"], asset="BTC"))


def test_sources_and_stops_that_are_missing_or_in_conflict_are_noted():
    _, notes = trace(MemoryAccount([("a", "b", 1)]), request(["a", "q"], ["a", "z"]))
    assert len(notes) == 3


# Holdings alone.

runs = st.lists(st.tuples(st.integers(0, 50), st.sampled_from([CLEAN, 0, 1, 2])), max_size=8)


@pytest.mark.parametrize("holding", [Fifo, Haircut])
@given(st.lists(st.tuples(runs, st.integers(0, 120)), max_size=8))
def test_a_holding_loses_no_unit_of_any_origin(holding, steps):
    held = holding()
    entered, left = {}, {}
    for put, take in steps:
        held.put(put)
        taken = held.take(take)
        assert sum(amount for amount, _ in taken) == take
        for amount, origin in put:
            entered[origin] = entered.get(origin, 0) + amount
        for amount, origin in taken:
            left[origin] = left.get(origin, 0) + amount
    for origin in (0, 1, 2):
        assert entered.get(origin, 0) == left.get(origin, 0) + held.held().get(origin, 0)


def test_marking_counts_only_clean_units():
    assert marked([(3, 0), (4, CLEAN)], 5, 7) == ([(3, 0), (2, 7), (2, CLEAN)], 2)
