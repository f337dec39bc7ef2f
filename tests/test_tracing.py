"""Tracing holds against its slow twins, balances to zero, and stops where it must."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chains import MemoryAccount, MemoryUtxo, txid
from sanctrail.attribution import Label
from sanctrail.errors import InputError, TraceError
from sanctrail.tracing import (
    METHODS,
    Options,
    Part,
    Request,
    StolenPart,
    StopRules,
    Theft,
    build_request,
    trace,
)
from sanctrail.tracing.flows import flows_of
from sanctrail.tracing.whole import METHODS as WHOLE_METHODS
from sanctrail.tracing.whole import whole_chain
from sanctrail.tracing.wide import share
from twins import account_twin, haircut_in_fractions, utxo_twin

NAMES = "abcdef"
UTXO_METHODS = [method for method in METHODS if method != "lowest-balance"]
CONSERVING = [method for method in METHODS if method != "poison"]


def request(sources=(), stops=(), method="fifo", **more):
    """A request of one theft, or of several where `sources` gives each source's number."""
    if not isinstance(sources, dict):
        sources = dict.fromkeys(sources, 0)
    parts, since = more.pop("stolen_parts", ()), more.pop("since", None) or {}
    if not isinstance(parts, dict):
        parts = {0: tuple(parts)}
    if isinstance(since, int):
        since = {0: since}
    thefts = tuple(
        Theft(
            f"theft {n}",
            tuple(name for name, theft in sources.items() if theft == n),
            parts.get(n, ()),
            since.get(n),
        )
        for n in range(1 + max([0, *sources.values(), *parts]))
    )
    values = {"stop_addresses": frozenset(stops), "stop_parts": frozenset(), "methods": (method,)}
    return Request(thefts=thefts, **{**values, **more})


def all_results(ledger, asked):
    """The results of a request; none where nothing was stolen."""
    told = ""
    try:
        return trace(ledger, asked)[0]
    except TraceError as error:
        told = str(error)
    assert any(
        said in told for said in ("Nothing left", "None of the", "The source is", "No source")
    )
    return []


def traced(ledger, asked):
    """The one result of a request, or None where nothing was stolen."""
    results = all_results(ledger, asked)
    assert len(results) < 2
    return results[0] if results else None


def found(results, place_of=lambda lying: lying.address):
    """What results come to, in the form of a twin's ends."""
    ends = {name: {} for name in ("stolen", "fees", "arrived", "returned", "dormant", "stopped")}
    for result in results:
        n = result.theft_number
        ends["stolen"][n, ""] = result.stolen
        ends["fees"] |= {(n, ""): result.fees} if result.fees else {}
        ends["arrived"] |= {(n, name): amount for name, amount in result.arrived.items()}
        ends["returned"] |= {(n, name): amount for name, amount in result.returned.items()}
        ends["dormant"] |= {(n, place_of(at)): amount for at, amount in result.dormant.items()}
        for stop, amount in result.stopped.items():
            place = stop.place or stop.address
            ends["stopped"][n, (stop.rule, place)] = amount
    return ends


def told(twin, thefts):
    """A twin's ends, of those thefts whose units were found to leave anything."""
    return {
        name: {key: amount for key, amount in ends.items() if key[0] in thefts}
        for name, ends in twin.items()
        if name != "flows"
    }


# Account ledgers.

moves = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from([*NAMES, *NAMES, None]),
        st.integers(0, 12),
    ),
    min_size=1,
    max_size=30,
)
thief_names = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 1), max_size=2)
some_names = st.sets(st.sampled_from(NAMES), max_size=2)
limits = st.fixed_dictionaries(
    {},
    optional={
        "max_age": st.integers(0, 20),
        "max_hops": st.integers(1, 4),
        "least": st.integers(1, 8),
    },
)


def rules_of(limit, **more):
    names = {"least": "min_amount"}
    return StopRules(**{names.get(key, key): value for key, value in limit.items()}, **more)


@pytest.mark.parametrize("method", METHODS)
@given(
    moves,
    thief_names,
    some_names,
    st.dictionaries(st.integers(0, 1), st.integers(0, 20), max_size=2),
    st.sets(st.integers(0, 20), max_size=2),
    st.dictionaries(
        st.integers(0, 29), st.tuples(st.integers(0, 1), st.integers(0, 12)), max_size=3
    ),
    limits,
)
@settings(max_examples=2000, deadline=None)
@example([("a", "b", 5), ("b", "b", 3), ("b", "c", 9)], {"a": 0}, set(), {}, set(), {}, {})
@example([("b", "c", 4), ("a", "b", 5), ("b", "a", 5)], {"a": 0}, set(), {}, set(), {}, {})
@example(
    [("a", "b", 5), ("b", "c", 5), ("c", "d", 3), ("a", "c", 2)], {"a": 0}, set(), {}, {1}, {}, {}
)
def test_an_account_trace_equals_its_twin(
    method, chain, sources, stops, since, halts, named, limit
):
    stops -= sources.keys()
    marks = {n: (t, min(a, chain[n][2])) for n, (t, a) in named.items() if n < len(chain)}
    halts -= marks.keys()
    parts = {
        theft: tuple(StolenPart(txid(n), 0, a) for n, (t, a) in marks.items() if t == theft)
        for theft in (0, 1)
    }
    asked = request(
        sources, stops, method, since=since, stolen_parts=parts, rules=rules_of(limit),
        stop_parts=frozenset(Part(txid(number)) for number in halts),
    )  # fmt: skip
    ledger = MemoryAccount([(*move, txid(number)) for number, move in enumerate(chain)])
    results = all_results(ledger, asked)
    twin = account_twin(chain, method, sources, stops, marks, halts, since, **limit)
    thefts = {theft for theft, _ in twin["stolen"]}
    wanted = told(twin, thefts)
    wanted["stopped"] = {
        (theft, (rule, txid(at) if rule == "asked" else at)): amount
        for (theft, (rule, at)), amount in wanted["stopped"].items()
    }
    assert found(results) == wanted
    if method != "poison":
        assert all(result.stolen == result.out for result in results)
    if results:
        assert flows_in(results[0]) == {
            key: amount for key, amount in twin["flows"].items() if key[0] in thefts
        }


def flows_in(result):
    flows = {}
    for row in flows_of(result.trail).to_pylist():
        receiver = None if row["to"] == "fee" else row["to"]
        key = (int(row["theft"][-1]), (int(row["transaction"], 16), row["from"], receiver))
        assert key not in flows
        flows[key] = int(row["amount_tainted"])
    return flows


@given(moves, st.sets(st.sampled_from(NAMES), min_size=1, max_size=2), some_names)
@settings(max_examples=200, deadline=None)
def test_the_integer_haircut_stays_near_the_exact_shares(chain, sources, stops):
    stops -= sources
    result = traced(MemoryAccount(chain), request(sources, stops, "haircut"))
    ends = [result.arrived, result.returned, by_address(result.dormant)] if result else []
    near = {name: amount for end in ends for name, amount in end.items()}
    exact = haircut_in_fractions(chain, sources, stops)
    for name in (near.keys() | exact.keys()) - {None}:
        assert abs(near.get(name, 0) - exact.get(name, 0)) <= len(chain)


def by_address(dormant):
    return {at.address: amount for at, amount in dormant.items()}


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
def utxo_chains(draw, late=0):
    """Transactions that spend what is unspent, each paying out at most what it took in.

    With `late`, blocks of several transactions, whose coinbase may be spent in later ones only.
    """
    transactions, unspent, values, firsts, fresh = [], [], [], [], []
    for number in range(draw(st.integers(1, 14))):
        begins = not late or not unspent or not draw(st.integers(0, 2))
        if begins:
            firsts.append(number)
            unspent, fresh = unspent + fresh, []
        spent = []
        if unspent and (not begins if late else draw(st.integers(0, 3))):
            spent = draw(st.lists(st.sampled_from(unspent), min_size=1, max_size=4, unique=True))
        purse = sum(values[output] for output in spent) if spent else draw(st.integers(0, 40))
        outputs = []
        for _ in range(draw(st.integers(1, 4))):
            value = draw(st.integers(0, purse))
            purse -= value
            outputs.append((draw(st.sampled_from(NAMES)), value))
        transactions.append((spent, outputs))
        unspent = [output for output in unspent if output not in spent]
        made = list(range(len(values), len(values) + len(outputs)))
        if late and begins:
            fresh = made
        else:
            unspent += made
        values += [value for _, value in outputs]
    return (transactions, firsts) if late else transactions


def outpoints(chain):
    """The name of every output, by its number."""
    return [
        f"{txid(number)}:{n}" for number, (_, outs) in enumerate(chain) for n in range(len(outs))
    ]


def same_as_twin(results, twin, chain):
    """Hold results against a twin's, whose outputs are numbers and transactions too."""
    names = outpoints(chain)
    wanted = told(twin, {theft for theft, _ in twin["stolen"]})
    wanted["dormant"] = {(t, names[o]): amount for (t, o), amount in wanted["dormant"].items()}
    wanted["stopped"] = {
        (t, (rule, txid(at) if rule == "asked" else names[at])): amount
        for (t, (rule, at)), amount in wanted["stopped"].items()
    }
    assert found(results, lambda lying: lying.outpoint) == wanted


outputs_named = st.dictionaries(
    st.integers(0, 40), st.tuples(st.integers(0, 1), st.integers(0, 40)), max_size=3
)


@pytest.mark.parametrize("method", UTXO_METHODS)
@given(
    utxo_chains(late=1) | utxo_chains().map(lambda chain: (chain, None)),
    thief_names,
    some_names,
    st.sets(st.integers(0, 13), max_size=2),
    st.dictionaries(st.integers(0, 1), st.integers(0, 10), max_size=2),
    outputs_named,
    limits,
)
@settings(max_examples=2000, deadline=None)
def test_a_utxo_trace_equals_its_twin(method, blocks, sources, stops, halts, since, named, limit):
    chain, firsts = blocks
    stops -= sources.keys()
    if firsts is not None:  # one clock: the time of the block
        since, limit = {}, {key: n for key, n in limit.items() if key != "max_age"}
    outs = [(t, n, value) for t, (_, made) in enumerate(chain) for n, (_, value) in enumerate(made)]
    owners = [name for _, made in chain for name, _ in made]
    marks = {
        o: (theft, min(amount, outs[o][2]))
        for o, (theft, amount) in named.items()
        if o < len(outs) and owners[o] not in sources
    }
    halts -= {outs[o][0] for o in marks}
    parts = {
        theft: tuple(
            StolenPart(txid(outs[o][0]), outs[o][1], a) for o, (t, a) in marks.items() if t == theft
        )
        for theft in (0, 1)
    }
    asked = request(
        sources, stops, method, since=since, stolen_parts=parts,
        rules=rules_of(limit, follow_fees=firsts is not None),
        stop_parts=frozenset(Part(txid(n)) for n in halts),
    )  # fmt: skip
    results = all_results(MemoryUtxo(chain, firsts), asked)
    twin = utxo_twin(chain, method, sources, stops, halts, since, marks, firsts=firsts, **limit)
    same_as_twin(results, twin, chain)
    if method != "poison":
        assert all(result.stolen == result.out for result in results)


@pytest.mark.parametrize("method", WHOLE_METHODS)
@given(utxo_chains(), thief_names, some_names, st.sets(st.integers(0, 13), max_size=2),
       st.dictionaries(st.integers(0, 1), st.integers(0, 10), max_size=2), outputs_named,
       st.sets(st.integers(0, 40), max_size=2))  # fmt: skip
@settings(max_examples=1000, deadline=None)
def test_a_pass_over_the_whole_chain_finds_what_the_walk_finds(
    method, chain, sources, stops, halts, since, named, halted
):
    outs = [(t, n, value) for t, (_, made) in enumerate(chain) for n, (_, value) in enumerate(made)]
    owners = [name for _, made in chain for name, _ in made]
    marks = {o: (theft, min(amount, outs[o][2])) for o, (theft, amount) in named.items()
             if o < len(outs) and owners[o] not in sources}  # fmt: skip
    parts = {
        theft: tuple(
            StolenPart(txid(outs[o][0]), outs[o][1], a) for o, (t, a) in marks.items() if t == theft
        )
        for theft in (0, 1)
    }
    halts = {n for n in halts if n < len(chain)} - {outs[o][0] for o in marks}
    ends = {Part(txid(n)) for n in halts}
    taken = {outs[o][0] for o in marks}
    ends |= {Part(txid(outs[o][0]), outs[o][1]) for o in halted if o < len(outs)
             and owners[o] not in sources and outs[o][0] not in taken}  # fmt: skip
    asked = request(
        sources, stops - sources.keys(), method, since=since, stolen_parts=parts,
        stop_parts=frozenset(ends),
    )  # fmt: skip
    if not sources and len({theft for theft, _ in marks.values()}) == 1 and not parts[1]:
        asked = replace(asked, thefts=asked.thefts[:1])  # one theft has a way of its own
    ledger = MemoryUtxo(chain)
    walked = {result.theft_number: result for result in all_results(ledger, asked)}
    for number, whole in enumerate(whole_chain(ledger, asked, method)):
        if not whole.stolen:
            assert number not in walked
            continue
        result = walked[number]
        for name in ("stolen", "fees", "arrived", "returned", "stopped"):
            assert getattr(whole, name) == getattr(result, name), name
        lying = {}
        for output, theft, amount in whole.lying.tolist():
            assert theft == number
            lying[outpoints(chain)[output]] = lying.get(outpoints(chain)[output], 0) + amount
        assert lying == {at.outpoint: amount for at, amount in result.dormant.items()}


def test_fifo_maps_inputs_in_order_onto_outputs_in_order_fee_last():
    chain = [([], [("thief", 7)]), ([], [("x", 5)]), ([0, 1], [("y", 4), ("z", 6)])]
    asked = request((), (), stolen_parts=(StolenPart(txid(0), 0, None),))
    result = traced(MemoryUtxo(chain), asked)
    assert {at.outpoint[-1]: amount for at, amount in result.dormant.items()} == {
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
    assert (result.stolen, by_place(result.stopped)) == (60, {txid(1): 60})
    (row,) = flows_of(result.trail).to_pylist()
    assert (row["from"], row["to"], row["amount_tainted"]) == ("thief", txid(1), "60")


def test_money_stops_at_a_named_output():
    chain = [([], [("thief", 10)]), ([0], [("x", 6), ("y", 4)]), ([1], [("z", 6)])]
    halt = Part(txid(1), 0)
    result = traced(MemoryUtxo(chain), request(["thief"], stop_parts=frozenset([halt])))
    assert (by_place(result.stopped), sum(result.dormant.values())) == ({str(halt): 6}, 4)


def by_place(stopped):
    return {stop.place: amount for stop, amount in stopped.items()}


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


EVM, OTHER_EVM = "0x" + "ab" * 20, "0x" + "cd" * 20
BITCOIN = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (OTHER_EVM, "The source is not in the ledger"),
        (BITCOIN, "an address of bitcoin, while the ledger's are of ethereum-like"),
        (BITCOIN[:-1] + "b", "whose checksum fails: is it mistyped"),
    ],
)
def test_a_wrong_source_and_one_of_another_chain_are_told_apart(source, said):
    ledger = MemoryAccount([(EVM, "0x" + "ef" * 20, 5)])
    with pytest.raises(TraceError, match=said):
        trace(ledger, request([source]))


def test_a_ledger_that_ends_before_the_theft_says_so():
    ledger = MemoryAccount([("thief", "x", 5)])
    with pytest.raises(TraceError, match="the ledger ends on 1970-01-01T00:10:00Z, before that"):
        trace(ledger, request(["thief"], since=10**9))


def test_what_the_ledger_cannot_see_is_a_note_of_the_result():
    ledger = MemoryAccount([("thief", "x", 5)])
    ledger.manifest["gaps"] = ["internal", "fees"]
    _, notes = trace(ledger, request(["thief"]))
    assert "The trail may go on where the ledger cannot see it. Internal transfers" in notes[0]


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

WIDEST = 2**128 - 1


@given(st.integers(0, WIDEST), st.integers(0, WIDEST), st.integers(1, WIDEST))
@settings(max_examples=2000, deadline=None)
@example(2**52 - 1, 2**52 - 2, 2**52 - 1)
@example(2**64 - 1, 2**64 - 1, 2**64)
@example(WIDEST - 1, WIDEST - 1, WIDEST)
def test_a_share_of_128_bits_is_exact(one, other, whole):
    one, other = min(one, whole), min(other, whole)
    halves = [np.uint64(half) for n in (one, other, whole) for half in (n >> 64, n & 2**64 - 1)]
    high, low = share(*halves)
    assert int(high) << 64 | int(low) == one * other // whole


@given(st.integers(1, 2**53), st.data())
@settings(max_examples=2000, deadline=None)
def test_a_share_of_what_a_chain_holds_is_exact(whole, data):
    one, other = (data.draw(st.integers(0, whole)) for _ in range(2))
    zero = np.uint64(0)
    high, low = share(zero, np.uint64(one), zero, np.uint64(other), zero, np.uint64(whole))
    assert int(high) << 64 | int(low) == one * other // whole
