"""The bounds are what brute force finds, and every conserving method lies within them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chains import MemoryAccount, MemoryUtxo, txid
from sanctrail.errors import TraceError
from sanctrail.tracing import METHODS, Part, StolenPart, StopRules, bounds_of
from sanctrail.tracing.bounds import Ranges, poison_trails
from test_tracing import (
    NAMES,
    all_results,
    moves,
    outpoints,
    request,
    some_names,
    thief_names,
    utxo_chains,
)
from twins import every_account_allocation, every_allocation


@st.composite
def tiny_chains(draw):
    """A few transactions of a few units, so that every allocation can be written out."""
    transactions, unspent, values = [], [], []
    for _ in range(draw(st.integers(2, 5))):
        spent = []
        if unspent and draw(st.integers(0, 3)):
            spent = draw(st.lists(st.sampled_from(unspent), min_size=1, max_size=3, unique=True))
        purse = sum(values[output] for output in spent) if spent else draw(st.integers(1, 4))
        outputs = []
        for _ in range(draw(st.integers(1, 3))):
            value = draw(st.integers(0, purse))
            purse -= value
            outputs.append((draw(st.sampled_from(NAMES)), value))
        transactions.append((spent, outputs))
        unspent = [output for output in unspent if output not in spent]
        unspent += range(len(values), len(values) + len(outputs))
        values += [value for _, value in outputs]
    return transactions


@given(tiny_chains(), st.data())
@settings(max_examples=1000, deadline=None)
def test_bounds_are_those_of_every_allocation(chain, data):
    outs = [(t, n, value) for t, (_, made) in enumerate(chain) for n, (_, value) in enumerate(made)]
    coinbase = [o for o, (t, _, value) in enumerate(outs) if not chain[t][0] and value]
    chosen = data.draw(st.sets(st.sampled_from(coinbase), max_size=2)) if coinbase else set()
    marks = {o: data.draw(st.integers(1, outs[o][2])) for o in sorted(chosen)}
    if not marks:
        return
    parts = [StolenPart(txid(outs[o][0]), outs[o][1], n) for o, n in marks.items()]
    ledger, asked = MemoryUtxo(chain), request(stolen_parts=parts)
    ends = [
        {("fees", 0) if at == "fee" else ("dormant", at): n for at, n in held.items()}
        for held in every_allocation(chain, marks)
    ]
    held_against(ledger, asked, ends, data)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["a", "b", "c", None]),
                  st.integers(0, 3)),
        min_size=2, max_size=7,
    ),
    st.data(),
)  # fmt: skip
@settings(max_examples=1000, deadline=None)
def test_bounds_are_those_of_every_allocation_on_accounts(chain, data):
    first = data.draw(st.integers(0, len(chain) - 1))
    if not chain[first][2] or chain[first][0] == chain[first][1]:
        return
    marks = {first: data.draw(st.integers(1, chain[first][2]))}
    ledger = MemoryAccount([(*move, txid(n)) for n, move in enumerate(chain)])
    asked = request(stolen_parts=[StolenPart(txid(first), 0, marks[first])])
    names = ledger.addresses.to_pylist()
    ends = [
        {
            ("fees", 0) if name is None else ("dormant", names.index(name)): n
            for name, n in held.items()
            if n
        }
        for held in every_account_allocation(chain, marks)
    ]
    held_against(ledger, asked, ends, data)


def held_against(ledger, asked, ends, data):
    """Hold the range of every place, and of a group, against every allocation's ends."""
    trail = next(iter(poison_trails(ledger, asked)))
    ranges = Ranges(trail, asked, 0)
    places = sorted({place for end in ends for place in end})
    assert set(places) <= ranges.ends.keys()
    for place in places:
        found = [end.get(place, 0) for end in ends]
        assert ranges.of([place]) == (min(found), max(found))
    group = data.draw(st.sets(st.sampled_from(places), min_size=1)) if places else set()
    together = [sum(end.get(place, 0) for place in group) for end in ends]
    if group:
        assert ranges.of(group) == (min(together), max(together))


def keys_of(result, trail, names):
    """What a result found, by the ends' keys of its bounds."""
    ids = trail.ledger.ids_of([*result.arrived, *result.returned,
                               *(at.address for at in result.dormant)])  # fmt: skip
    found = {("fees", 0): result.fees}
    found |= {("arrived", ids[name]): n for name, n in result.arrived.items()}
    if not trail.utxo:
        found |= {("returned", ids[name]): n for name, n in result.returned.items()}
    for at, n in result.dormant.items():
        found["dormant", names.index(at.outpoint) if at.outpoint else ids[at.address]] = n
    return found


@given(moves, thief_names, some_names, st.sets(st.integers(0, 20), max_size=2),
       st.dictionaries(st.integers(0, 29), st.tuples(st.integers(0, 1), st.integers(0, 12)),
                       max_size=3), st.none() | st.integers(0, 20), st.data())  # fmt: skip
@settings(max_examples=700, deadline=None)
def test_every_method_lies_within_the_bounds_on_accounts(
    chain, sources, stops, halts, named, age, data
):
    marks = {n: (t, min(a, chain[n][2])) for n, (t, a) in named.items() if n < len(chain)}
    parts = {
        theft: tuple(StolenPart(txid(n), 0, a) for n, (t, a) in marks.items() if t == theft)
        for theft in (0, 1)
    }
    ledger = MemoryAccount([(*move, txid(number)) for number, move in enumerate(chain)])
    asked = request(
        sources, stops - sources.keys(), stolen_parts=parts, rules=StopRules(max_age=age),
        stop_parts=frozenset(Part(txid(n)) for n in halts - marks.keys()),
        methods=tuple(method for method in METHODS if method != "poison"),
    )  # fmt: skip
    within(ledger, asked, [], data)


@given(utxo_chains(), thief_names, some_names, st.sets(st.integers(0, 13), max_size=2),
       st.dictionaries(st.integers(0, 40), st.tuples(st.integers(0, 1), st.integers(0, 40)),
                       max_size=3), st.none() | st.integers(0, 10), st.data())  # fmt: skip
@settings(max_examples=700, deadline=None)
def test_every_method_lies_within_the_bounds_on_outputs(
    chain, sources, stops, halts, named, age, data
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
    asked = request(
        sources, stops - sources.keys(), stolen_parts=parts, rules=StopRules(max_age=age),
        stop_parts=frozenset(Part(txid(n)) for n in halts - {outs[o][0] for o in marks}),
        methods=tuple(m for m in METHODS if m not in {"poison", "lowest-balance"}),
    )  # fmt: skip
    within(MemoryUtxo(chain), asked, outpoints(chain), data)


def within(ledger, asked, names, data):
    results = all_results(ledger, asked)
    if not results:
        return
    trail = next(iter(poison_trails(ledger, asked)))
    by_theft = {result.theft_number: Ranges(trail, asked, result.theft_number)
                for result in results}  # fmt: skip
    for result in results:
        ranges = by_theft[result.theft_number]
        found = keys_of(result, trail, names)
        for place, amount in found.items():
            least, most = ranges.of([place])
            assert least <= amount <= most
        for place in ranges.ends.keys() - found.keys():
            if place[0] not in {"stopped", "returned", "not stolen"}:
                assert ranges.of([place])[0] == 0
        group = data.draw(st.sets(st.sampled_from(sorted(found)), min_size=1))
        least, most = ranges.of(group)
        assert least <= sum(found[place] for place in group) <= most
    assert bounds_of(ledger, asked, results)


@pytest.mark.parametrize("rules", [StopRules(max_hops=2), StopRules(min_amount=1)])
def test_bounds_are_refused_where_a_limit_depends_on_the_rule(rules):
    ledger = MemoryAccount([("thief", "x", 10)])
    asked = request(["thief"], rules=rules)
    with pytest.raises(TraceError, match="depends on the rule"):
        bounds_of(ledger, asked, all_results(ledger, asked))
