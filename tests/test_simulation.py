"""The simulated chain keeps a chain's rules, hides what it says it hides, and comes out again."""

import csv
import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanctrail.addresses.bech32 import witness_address
from sanctrail.demo import equals_planted
from sanctrail.errors import InputError
from sanctrail.ledger import open_ledger, simulate_heist
from sanctrail.ledger.simulation import Simulation
from sanctrail.ledger.simulation.traffic import COINBASE, EXCHANGES, FEE, WAIT
from sanctrail.ledger.simulation.world import World
from sanctrail.ledger.verify import verify
from sanctrail.tracing import build_request, trace, write_trace
from twins_traffic import Traffic, Transaction, id_bytes

SIZE = 6_000
SALT = 0x7819_2A3B_4C5D_6E7F


def columns_of(batch):
    """A batch as plain values, column by column."""
    names = ("txids", "blocks", "places", "times", "output_counts", "input_counts", "values",
             "spent_txids", "spent_places", "spent_values")  # fmt: skip
    numbers = {name: getattr(batch, name) for name in names}
    return numbers, batch.addresses.to_pylist(), batch.spent_addresses.to_pylist()


def digest(batches):
    """A digest of every column of every batch."""
    said = hashlib.sha256()
    for batch in batches:
        numbers, addresses, spent = columns_of(batch)
        for name, column in numbers.items():
            said.update(f"{name} {column.dtype} {column.shape} ".encode() + column.tobytes())
        said.update(json.dumps([addresses, spent]).encode())
    return said.hexdigest()


def bytes_of(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass
class Told:
    """One transaction as its batch tells it."""

    txid: str
    block: int
    place: int
    time: int
    inputs: list  # (txid, place, value, address)
    outputs: list  # (address, value)


def transactions_of(batches):
    """The chain, transaction by transaction."""
    chain = []
    for batch in batches:
        outs = list(zip(batch.addresses.to_pylist(), batch.values.tolist(), strict=True))
        makers = [bytes(txid).hex() for txid in batch.spent_txids]
        ins = list(zip(makers, batch.spent_places.tolist(), batch.spent_values.tolist(),
                       batch.spent_addresses.to_pylist(), strict=True))  # fmt: skip
        out_ends, in_ends = np.cumsum(batch.output_counts), np.cumsum(batch.input_counts)
        assert (len(outs), len(ins)) == (out_ends[-1], in_ends[-1])
        chain += [
            Told(
                bytes(batch.txids[n]).hex(), int(batch.blocks[n]), int(batch.places[n]),
                int(batch.times[n]), ins[in_ends[n] - batch.input_counts[n] : in_ends[n]],
                outs[out_ends[n] - batch.output_counts[n] : out_ends[n]],
            )
            for n in range(len(batch))
        ]  # fmt: skip
    return chain


@pytest.fixture(scope="module")
def chain():
    return transactions_of(Simulation(5, SIZE).batches())


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    simulation = Simulation(5, SIZE)
    for _ in simulation.batches():
        pass
    simulation.write_case(folder)
    return folder


# The same again.


def test_the_same_seed_and_size_give_the_same_chain_and_others_another():
    said = [digest(Simulation(*asked).batches()) for asked in ((5, 2_000), (5, 2_000))]
    assert said[0] == said[1]
    others = {digest(Simulation(*asked).batches()) for asked in ((6, 2_000), (5, 2_100))}
    assert len({said[0], *others}) == 3


def test_the_same_seed_gives_the_same_files(tmp_path):
    for name in ("one", "two"):
        simulate_heist(
            tmp_path / name / "ledger", tmp_path / name / "case", seed=3, transactions=2_000
        )
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_a_case_made_again_beside_its_ledger_is_the_same(tmp_path):
    asked = {"seed": 3, "transactions": 2_000}
    first = simulate_heist(tmp_path / "ledger", tmp_path / "case", **asked)
    again = simulate_heist(tmp_path / "ledger", tmp_path / "again", **asked)
    assert bytes_of(tmp_path / "case") == bytes_of(tmp_path / "again")
    assert (first.digest, first.theft, first.stolen) == (again.digest, again.theft, again.stolen)


def test_what_inputs_spend_is_told_or_left_to_the_ledger_and_nothing_else_differs():
    told = [*Simulation(5, 2_000).batches()]
    untold = [*Simulation(5, 2_000, tells_spent=False).batches()]
    for left, right in zip(told, untold, strict=True):
        (one, owners, _), (two, same, spent) = columns_of(left), columns_of(right)
        assert (set(two.pop("spent_values").tolist()), set(spent)) == ({-1}, {None})
        assert one.pop("spent_values").min() > 0
        assert all((one[name] == two[name]).all() for name in two)
        assert owners == same


def test_a_chain_too_small_to_hide_in_is_refused():
    with pytest.raises(InputError, match="at least 2,000 transactions"):
        Simulation(7, 1_999)


# The kernel against its twin.


def made_by_kernel(world, blocks):
    """What the kernel makes of a world's next blocks, as the twin writes transactions."""
    list(world.grow(blocks))
    made = world._made
    rows = int(made.counts[0])
    chain, out, spent = [], 0, 0
    for row in range(rows):
        outs, ins = slice(out, out + made.outs[row]), slice(spent, spent + made.ins[row])
        coins = (made.maker, made.place, made.spent_value, made.spent_owner)
        inputs = list(zip(*(column[ins].tolist() for column in coins), strict=True))
        paid = list(zip(made.owner[outs].tolist(), made.value[outs].tolist(), strict=True))
        chain.append(Transaction(int(made.block[row]), inputs, paid))
        out, spent = outs.stop, ins.stop
    assert (rows, out, spent) == tuple(made.counts.tolist())
    return chain


def small_world(seed, users, deposits, size):
    """A world of so few that wallets run empty and addresses are used again."""
    world = World(seed, 2_000)
    world.users, world.deposits, world.per_block = users, deposits, size
    world._coins.heads[:] = -1
    return world


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**62 - 1), st.integers(1, 40), st.integers(1, 30), st.integers(1, 60),
    st.integers(1, 30),
)  # fmt: skip
def test_traffic_is_what_its_slow_twin_makes(seed, users, deposits, size, blocks):
    twin = Traffic(seed, users, deposits)
    twin.run(0, blocks, size)
    assert made_by_kernel(small_world(seed, users, deposits, size), blocks) == twin.chain


@pytest.mark.parametrize("seed", [0, 7])
def test_traffic_of_the_real_proportions_is_what_its_slow_twin_makes(seed):
    world = World(seed, 40_000)
    twin = Traffic(seed, world.users, world.deposits)
    twin.run(0, 1_500, world.per_block)
    assert made_by_kernel(world, 1_500) == twin.chain
    shapes = Counter(len(t.outputs) for t in twin.chain)
    assert max(shapes) > 25  # an exchange paid many at once
    assert max(len(t.inputs) for t in twin.chain) > 10


def test_traffic_made_in_pieces_is_traffic_made_at_once():
    world, twin = World(9, 2_000), Traffic(9, 300, 300)
    twin.run(0, 80, world.per_block)
    for until in (1, 2, 17, 80):
        pieces = made_by_kernel(world, until)
    assert pieces == twin.chain


@given(st.integers(0, 2**62 - 1), st.lists(st.integers(0, 4 * 10**12), min_size=1, max_size=8))
def test_ids_and_addresses_are_those_of_plain_numbers(seed, numbers):
    world = World(seed, 2_000)
    for number in numbers:
        assert world.txid(number) == id_bytes(seed ^ SALT, number, 4).hex()
        program = id_bytes(seed, number, 3)[:20]
        assert world.address(number) == witness_address("bcrt", program)


# A chain's rules.


def test_no_transaction_pays_more_than_it_takes(chain):
    for transaction in chain:
        paid = [value for _, value in transaction.outputs]
        assert min(paid) > 0
        if transaction.inputs:
            assert sum(paid) <= sum(value for _, _, value, _ in transaction.inputs)


def test_each_input_spends_an_earlier_output_once_and_tells_what_it_holds(chain):
    unspent = {}
    for transaction in chain:
        for maker, place, value, address in transaction.inputs:
            assert unspent.pop((maker, place)) == (address, value)
        for place, output in enumerate(transaction.outputs):
            unspent[transaction.txid, place] = output
    assert len({transaction.txid for transaction in chain}) == len(chain)


def test_every_block_makes_fifty_coins_and_the_script_its_own_parties_purses(chain):
    made = defaultdict(list)
    for transaction in chain:
        if not transaction.inputs:
            ((_, value),) = transaction.outputs
            made[transaction.block].append(value)
    last = chain[-1].block
    assert all(made[block].count(COINBASE) == 1 for block in range(last + 1))
    purses = [value for values in made.values() for value in values if value != COINBASE]
    assert len(purses) == 3 + 1 + 5  # the victim's, the thief's savings, the strangers'


def test_blocks_stand_in_order_ten_minutes_apart_with_every_place_filled(chain):
    at = [(transaction.block, transaction.place) for transaction in chain]
    sizes = Counter(block for block, _ in at)
    assert list(sizes) == list(range(len(sizes)))
    assert at == [(block, place) for block, size in sizes.items() for place in range(size)]
    start = chain[0].time
    assert all(transaction.time == start + 600 * transaction.block for transaction in chain)


def test_a_block_cut_between_batches_goes_on_counting_its_places():
    batches = [*Simulation(7, 60_000).batches()]
    assert len(batches) > 1
    blocks = np.concatenate([batch.blocks for batch in batches])
    places = np.concatenate([batch.places for batch in batches])
    _, first = np.unique(blocks, return_index=True)
    assert (places == np.arange(len(blocks)) - first[blocks]).all()


def test_the_chain_looks_like_one(chain):
    outputs = [output for transaction in chain for output in transaction.outputs]
    addresses = {address for address, _ in outputs}
    assert all(address.startswith("bcrt1q") for address in addresses)
    assert 0.3 < len(addresses) / len(outputs) < 0.5
    assert 1.8 < len(outputs) / len(chain) < 2.6
    inputs = [len(transaction.inputs) for transaction in chain if transaction.inputs]
    assert 0.75 < sum(1 <= count <= 3 for count in inputs) / len(inputs) < 1
    block = {transaction.txid: transaction.block for transaction in chain}
    young = sum(block[maker] == t.block for t in chain for maker, *_ in t.inputs)
    assert young > 0  # some coins are spent in the block that made them


@pytest.mark.parametrize("size", [2_000, 2_001, 20_000, 199_999, 200_000, 260_000])
def test_a_chain_has_the_size_asked_for_and_little_more(size):
    batches = [*Simulation(7, size).batches()]
    made = sum(len(batch) for batch in batches)
    assert size <= made < size + 100 + (2_000 if size >= 200_000 else 24)
    assert max(len(batch) for batch in batches) <= 54_000


@pytest.mark.parametrize("size", [49_980, 240_000])
def test_a_chain_may_end_with_a_full_batch(size):
    assert sum(len(batch) for batch in Simulation(7, size).batches()) >= size


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_cannot_be_used_is_refused(seed):
    with pytest.raises(InputError, match="seed"):
        next(Simulation(seed, 2_000).batches())


def test_a_simulated_ledger_verifies(tmp_path):
    simulate_heist(tmp_path / "ledger", tmp_path / "case", seed=4, transactions=8_000)
    checks = verify(open_ledger(tmp_path / "ledger"))
    assert [check.rule for check in checks if not check.holds] == []
    assert sum(check.looked_at for check in checks) > 8_000


# What is planted.


@pytest.mark.parametrize(
    ("seed", "size"), [(0, 2_000), (3, 2_000), (8, 2_500), (21, 5_000), (22, 11_111), (23, 20_000)]
)
def test_what_a_trace_finds_is_what_was_planted(tmp_path, seed, size):
    told = simulate_heist(tmp_path / "ledger", tmp_path / "case", seed=seed, transactions=size)
    case, ledger = tmp_path / "case", open_ledger(tmp_path / "ledger")
    assert size <= told.transactions == ledger.manifest["coverage"]["transactions"]
    request = build_request([str(case / "sources.csv")], case / "stops.csv", "fifo,haircut")
    results, notes = trace(ledger, request)
    document = write_trace(tmp_path / "trace", ledger, request, results, notes)
    assert equals_planted(document["results"][0], case / "truth.json")
    assert notes == []
    for result in results:
        assert result.stolen == result.out == told.stolen


def test_the_truth_adds_up_to_what_was_stolen(case, chain):
    truth = json.loads((case / "truth.json").read_bytes())
    ends = [int(n) for end in ("arrived", "dormant", "stopped") for n in truth[end].values()]
    assert sum(ends) + int(truth["fees"]) == int(truth["stolen"])
    txid, place = truth["theft"].split(":")
    (theft,) = (transaction for transaction in chain if transaction.txid == txid)
    assert theft.outputs[int(place)][1] == int(truth["stolen"])
    spent = {f"{maker}:{place}" for transaction in chain for maker, place, *_ in transaction.inputs}
    assert not spent & truth["dormant"].keys()
    assert truth["theft"] in spent


def test_the_case_names_where_the_trace_starts_and_stops(case):
    truth = json.loads((case / "truth.json").read_bytes())
    assert [row["entry"] for row in rows_of(case / "sources.csv")] == [truth["theft"]]
    stops = rows_of(case / "stops.csv")
    assert {row["entry"] for row in stops} == {*truth["arrived"], *truth["stopped"]}
    named = {row["label"] for row in stops if row["category"] == "exchange"}
    hot = rows_of(case / "hot-wallets.csv")
    assert named == {row["label"] for row in hot}
    assert len({row["entry"] for row in hot}) == EXCHANGES
    assert all(
        "(invented)" in row["label"] for row in [*stops, *hot] if row["category"] != "coinjoin"
    )


# Deposits and decoys.


def whereabouts(case):
    """What the truth says: exchange by hot wallet, exchange by deposit address, decoys."""
    hot = {row["entry"]: row["label"] for row in rows_of(case / "hot-wallets.csv")}
    rows = rows_of(case / "deposits.csv")
    deposits = {row["address"]: row["service"] for row in rows if row["what"] == "deposit"}
    decoys = {row["address"] for row in rows if row["what"] == "decoy"}
    assert len(rows) == len(deposits) + len(decoys)
    return hot, deposits, decoys


def paid_and_forwarded(chain, addresses):
    """Each payment to one of the addresses that is old enough, with what spends it."""
    spender = {(maker, n): t for t in chain for maker, n, *_ in t.inputs}
    for transaction in chain:
        for place, (address, value) in enumerate(transaction.outputs):
            if address in addresses and transaction.block + WAIT <= chain[-1].block:
                yield transaction, address, value, spender[transaction.txid, place]


def test_every_deposit_is_forwarded_to_the_hot_wallet_of_its_exchange(case, chain):
    hot, deposits, _ = whereabouts(case)
    parts = Counter()
    for paid, address, value, forward in paid_and_forwarded(chain, deposits):
        assert (len(forward.inputs), forward.block) == (1, paid.block + WAIT)
        to_hot = {hot.get(owner): amount for owner, amount in forward.outputs}
        assert to_hot.keys() - {None} == {deposits[address]}
        assert to_hot[deposits[address]] * 3 >= (value - FEE) * 2
        parts[len(forward.outputs)] += 1
    assert parts.keys() == {1, 2}
    assert parts[1] > 8 * parts[2]
    again = Counter(address for _, address, *_ in paid_and_forwarded(chain, deposits))
    assert max(again.values()) > 1  # a deposit address is used again


def test_the_thiefs_deposits_are_forwarded_as_everybodys(case, chain):
    hot, deposits, _ = whereabouts(case)
    planted = {
        row["entry"]: row["label"]
        for row in rows_of(case / "stops.csv")
        if row["category"] == "exchange"
    }
    assert planted.items() <= deposits.items()
    forwarded = {
        address: {hot[owner] for owner, _ in forward.outputs if owner in hot}
        for _, address, _, forward in paid_and_forwarded(chain, planted)
    }
    assert forwarded == {address: {label} for address, label in planted.items()}


def test_decoys_are_forwarded_but_never_to_a_hot_wallet(case, chain):
    hot, deposits, decoys = whereabouts(case)
    seen = 0
    for paid, _, _, forward in paid_and_forwarded(chain, decoys):
        assert (len(forward.inputs), forward.block) == (1, paid.block + WAIT)
        ((owner, _),) = forward.outputs
        assert owner not in hot
        assert owner not in deposits
        assert owner not in decoys
        seen += 1
    assert seen > 20


def test_the_truth_names_every_address_that_forwards_to_a_hot_wallet(case, chain):
    hot, deposits, _ = whereabouts(case)
    sweepers = {
        transaction.inputs[0][3]
        for transaction in chain
        if len(transaction.inputs) == 1
        and transaction.inputs[0][3] not in hot
        and len(transaction.outputs) == 1
        and transaction.outputs[0][0] in hot
    }
    assert sweepers
    assert sweepers <= deposits.keys()
