"""CoinJoins are told by their protocols' published properties, and what decided is said."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batches import tx_id, utxo_batch, utxo_ledger
from coinjoin_data import (
    LOOKALIKES,
    after_mixes,
    alarms,
    read,
    with_conflicts,
)
from sanctrail.addresses.bech32 import witness_address
from sanctrail.attribution.coinjoins import joinmarket, wasabi, whirlpool
from sanctrail.attribution.coinjoins.detect import DETECTORS, examine, find, first_of, shape_of
from sanctrail.attribution.coinjoins.parting import Parting, parted
from sanctrail.attribution.coinjoins.shape import FOUND, NO, SUSPECTED, Shape
from sanctrail.attribution.coinjoins.sieve import candidates
from sanctrail.errors import InputError
from sanctrail.ledger import How, import_files, open_ledger
from sanctrail.ledger.batches import NULL_DATA, UNKNOWN


def address(number):
    """A one-key segwit address of mainnet."""
    return witness_address("bc", number.to_bytes(20, "big"))


class Numbers:
    """Fresh addresses, one after the other."""

    def __init__(self):
        self.last = 0

    def some(self, count):
        self.last += count
        return tuple(address(self.last - n) for n in range(count))


def shape(inputs, outputs, fresh=None, data=0):
    fresh = fresh or Numbers()
    ins, outs = fresh.some(len(inputs)), fresh.some(len(outputs))
    values, owners = (*outputs, *[0] * data), (*outs, *[NULL_DATA] * data)
    return Shape(tx_id("t"), tuple(inputs), ins, values, owners)


def join_by_rules(rng):
    """A JoinMarket transaction by its published rules.

    A taker names an amount and finds makers. Each maker puts in coins that cover it, gets the
    amount and his change, and gains the fee that he asked for. The taker pays those fees and the
    miners, and has change unless he sweeps. Inputs and outputs are shuffled.
    """
    makers = rng.randint(3, 10)
    amount = rng.randint(500_000, 2_000_000_000)
    mined = rng.randint(500, 20_000)
    gains = [
        rng.randint(0, min(10_000, max(1, int(amount * 0.003)))) if rng.random() < 0.5
        else int(amount * rng.uniform(0.00001, 0.0025))
        for _ in range(makers)
    ]  # fmt: skip
    inputs, outputs = [], [amount] * (makers + 1)
    for gain in gains:
        change = rng.randint(joinmarket.DUST, 3 * amount)
        inputs += split(rng, amount + change - gain, rng.randint(1, 4))
        outputs.append(change)
    sweeps = rng.random() < 0.2
    change = 0 if sweeps else rng.randint(joinmarket.DUST, amount)
    inputs += split(rng, amount + change + sum(gains) + mined, rng.randint(1, 4))
    outputs += [change] if change else []
    rng.shuffle(inputs)
    rng.shuffle(outputs)
    return shape(inputs, outputs)


def split(rng, total, parts):
    """A sum in so many parts, none of them zero."""
    cuts = sorted(rng.sample(range(1, total), parts - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


def test_real_rounds_are_found_and_labels_in_conflict_are_left_out(shared):
    told = with_conflicts(shared)
    counts = {name: (len(held.shapes), len(held.conflicts)) for name, held in told.items()}
    assert counts == {
        "wasabi-1": (152, 8),
        "wasabi-2": (35, 2),
        "whirlpool": (1_403, 0),
        "whirlpool-tx0": (900, 151),
    }
    detectors = dict(zip(told, DETECTORS, strict=False))
    missed = {
        name: [txid for txid, s in held.kept.items() if detectors[name](s).level != FOUND]
        for name, held in told.items()
    }
    assert missed == {name: [] for name in told}


def test_what_is_in_conflict_is_not_hidden(shared):
    told = with_conflicts(shared)
    for txid in told["wasabi-1"].conflicts:  # two lists disagree; the shape says a round
        assert wasabi.wasabi_1(told["wasabi-1"].shapes[txid]).level == FOUND
    for txid in told["wasabi-2"].conflicts:  # one address pays itself and two others
        verdict = wasabi.wasabi_2(told["wasabi-2"].shapes[txid])
        assert (verdict.level, verdict.decided_by.name) == (SUSPECTED, "inputs of several owners")
    for txid in told["whirlpool-tx0"].conflicts:
        assert whirlpool.whirlpool(told["whirlpool-tx0"].shapes[txid]).level == FOUND


def test_alarms_on_transactions_that_spend_mixed_coins(shared):
    told = after_mixes(shared)
    assert (len(told.shapes), len(told.conflicts)) == (3_038, 254)
    found = alarms(told.kept.values())
    assert found == [
        # Five equal outputs, one-key segwit, makers gain and one pays: it may well be one.
        ("891c170136939b193a51f8c303a5b0081e294b319e0bd0baf40e68c3f04b9988", "joinmarket"),
    ]


def test_no_alarm_on_what_looks_like_joinmarket(shared):
    shapes = read(shared, LOOKALIKES, "OtherCoinJoins")
    assert len(shapes) == 19
    assert alarms(shapes.values()) == []
    suspected = {s.transaction[:8] for s in shapes.values() if first_of(s) is not None}
    # Seven of them part among takers and makers like JoinMarket's, with scripts of before 2021 or
    # fees beyond the usual; 5411772f has everybody pay his own share of the miners' fee.
    assert suspected == {"7732a03c", "9ffc0493", "ae0bb191", "8bac3620", "4940e8a9", "0189fd88",
                         "a4acb9f2", "5411772f", "06b086ba"}  # fmt: skip


ORDINARY = ("bcoin/block300025.raw", "btcd/277647.dat.bz2")
BY_OUTPUTS = {
    "bcoin/block426884.raw": 426_884,
    "bcoin/block482683.raw": 482_683,
    "bitcoinj/block169482.dat": 169_482,
    "bitcoinj/block227835.dat": 227_835,
    "bitcoinj/block227836.dat": 227_836,
    "bitcoinj/block363703.dat": 363_703,
    "bitcoinj/block370661.dat": 370_661,
    "bitcoinj/block383616.dat": 383_616,
    "bitcoinj/block481815.dat": 481_815,
    "btcd/block-0000000000000000001602407ac49862a7bca9d00f7f402db20b7be2f5de59d2.blk": 574_200,
}
"""Real mainnet blocks whose inputs' values are not known, by height."""


@pytest.mark.parametrize("name", ORDINARY)
def test_no_alarm_on_ordinary_transactions(shared, tmp_path, name):
    import_files([shared / "chains/blocks" / name], tmp_path / "ledger")
    found = list(find(open_ledger(tmp_path / "ledger")))
    assert [f.transaction for f in found] == []


def test_by_outputs_alone_nothing_is_found_only_suspected(shared, tmp_path):
    hits = {}
    for name, height in BY_OUTPUTS.items():
        folder = tmp_path / str(height)
        how = How(options={"height": height} if height <= 227_835 else {})
        import_files([shared / "chains/blocks" / name], folder, how=how)
        ledger = open_ledger(folder)
        for found in find(ledger):
            assert found.verdict.level == SUSPECTED
            hits[found.transaction[:8]] = found.verdict.protocol
    assert hits == BY_OUTPUTS_HITS


BY_OUTPUTS_HITS = {"48fc9600": "equal-outputs", "e98c7e96": "equal-outputs"}
"""Every hit on real blocks whose inputs' values are not known."""


def test_joinmarket_by_its_published_rules_is_found():
    rng = random.Random(7)
    said = [joinmarket.joinmarket(join_by_rules(rng)).level for _ in range(400)]
    assert NO not in said
    assert said.count(FOUND) >= 385  # of the rest there are too many ways to part to try them all


def test_joinmarket_says_what_decided():
    verdict = joinmarket.joinmarket(join_by_rules(random.Random(1)))
    assert (verdict.level, verdict.decided_by.name) == (FOUND, "makers gain, one pays")


@pytest.mark.parametrize(
    ("why", "changed"),
    [
        ("one-key segwit", lambda s: replace(s, input_addresses=("1A", *s.input_addresses[1:]))),
        ("no address twice",
         lambda s: replace(s, output_addresses=(s.input_addresses[0], *s.output_addresses[1:]))),
        ("no data", lambda s: replace(s, output_values=(*s.output_values, 0),
                                      output_addresses=(*s.output_addresses, NULL_DATA))),
        ("equal outputs",
         lambda s: replace(s, output_values=tuple(v + n for n, v in enumerate(s.output_values)))),
    ],
)  # fmt: skip
def test_a_broken_property_decides_against(why, changed):
    verdict = joinmarket.joinmarket(changed(join_by_rules(random.Random(3))))
    assert verdict.level == NO
    assert why in {check.name for check in verdict.checks if check.holds is False}


def test_everyone_paying_his_own_share_is_suspected_not_joinmarket():
    inputs = [1_000_146, 1_500_146, 2_000_146, 2_500_146]
    outputs = [1_000_000] * 4 + [500_000, 1_000_000 + 1, 1_500_000 - 1]
    told = shape([*inputs[:2], inputs[2] + 1, inputs[3] - 1], outputs)
    assert joinmarket.joinmarket(told).level == NO
    assert [v.level for v in joinmarket.best(told)] == [SUSPECTED]


def test_a_batch_of_equal_payouts_is_none():
    """One payer, ten equal payments and one change: nobody else has a change."""
    told = shape([700_000_000, 500_000_000, 300_000_000], [100_000_000] * 10 + [499_990_000])
    assert first_of(told) is None


def test_a_self_split_in_round_sums_is_no_round():
    """One address with many coins that splits them into equal round ones."""
    told = shape([500_000] * 68, [1_000_000] * 33)
    told = replace(told, input_addresses=(address(1),) * 68)
    assert wasabi.wasabi_2(told).level != FOUND


def test_a_mix_needs_old_coins_and_fresh_ones():
    pool = 1_000_000
    assert whirlpool.whirlpool(shape([pool] * 3 + [pool + 300] * 2, [pool] * 5)).level == FOUND
    assert whirlpool.whirlpool(shape([pool] * 5, [pool] * 5)).level == NO
    assert whirlpool.whirlpool(shape([pool + 300] * 5, [pool] * 5)).level == NO
    assert whirlpool.whirlpool(shape([pool] * 3 + [pool * 2] * 2, [pool] * 5)).level == NO
    assert whirlpool.whirlpool(shape([pool] * 3 + [pool + 300], [pool] * 4)).level == NO


def test_a_tx0_pays_the_coordinator():
    outputs = [1_003_932] * 4 + [50_000, 617_548]
    told = shape([sum(outputs) + 900], outputs, data=1)
    assert whirlpool.tx0(told).level == FOUND
    discounted = replace(told, output_values=(*outputs[:4], 37_500, 617_548, 0))
    assert whirlpool.tx0(discounted).level == FOUND
    free = replace(told, output_values=(*outputs[:4], 51_234, 617_548, 0))
    assert whirlpool.tx0(free).decided_by.name == "the coordinator's fee"
    assert whirlpool.tx0(shape([sum(outputs) + 900], outputs)).level == NO


def test_without_values_of_inputs_it_is_suspected():
    pool = 1_000_000
    told = shape([UNKNOWN] * 5, [pool] * 5)
    verdict = whirlpool.whirlpool(told)
    assert (verdict.level, verdict.by_outputs_alone) == (SUSPECTED, True)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_parting_agrees_with_trying_everything(data):
    """The search finds a way exactly where trying every assignment does."""
    amount = data.draw(st.integers(5, 20))
    people = data.draw(st.integers(2, 3))
    changes = data.draw(
        st.lists(st.integers(1, 15), min_size=people - 1, max_size=people, unique=True)
    )
    inputs = data.draw(st.lists(st.integers(1, 40), min_size=people, max_size=6))
    slack = data.draw(st.integers(0, 4))
    rule = Parting(amount, people, slack, slack, one_pays=False)
    if len(changes) == people:  # then everything is somebody's
        assert parted(inputs, changes, rule) == tried(inputs, changes, rule, rest=True)
    else:
        assert parted(inputs, changes, rule) == tried(inputs, changes, rule, rest=False)


def tried(inputs, changes, rule, *, rest):
    """Try every assignment of inputs to people; who has no change gets what is left over."""
    people = len(changes) + (0 if rest else 1)
    wanted = [change + rule.amount for change in changes] + ([] if rest else [rule.amount])
    for code in range(people ** len(inputs)):
        sums = [0] * people
        used = [0] * people
        left = code
        for value in inputs:
            left, who = divmod(left, people)
            sums[who] += value
            used[who] += 1
        gains = [w - s for w, s in zip(wanted, sums, strict=True)]
        if all(used[: len(changes)]) and all(
            -rule.most_paid <= g <= rule.most_gained for g in gains
        ):
            return True
    return False


def test_too_many_ways_stay_open():
    rule = Parting(1_000, 12, 0, 0, one_pays=False)
    assert parted([3] * 200, [k * 7 + 1 for k in range(12)], rule) in {None, False}


def joined_ledger(tmp_path):
    """A ledger with one mix, one payment and one coinbase."""
    pool, fresh = 1_000_000, Numbers()
    owners = fresh.some(20)
    rows = [("mint", 1, [], [(owners[n], pool if n < 3 else pool + 500) for n in range(5)])]
    rows.append(("mix", 2, [("mint", n) for n in range(5)], [(o, pool) for o in owners[5:10]]))
    rows.append(
        ("pay", 3, [("mix", 0), ("mix", 1)], [(owners[11], 1_500_000), (owners[12], 400_000)])
    )
    utxo_ledger(tmp_path / "ledger", utxo_batch(rows))
    return open_ledger(tmp_path / "ledger")


def test_a_ledger_is_sieved_and_examined(tmp_path):
    ledger = joined_ledger(tmp_path)
    found = [(f.transaction, f.verdict.protocol) for f in find(ledger)]
    assert found == [(tx_id("mix"), whirlpool.WHIRLPOOL)]
    verdicts = {v.protocol: v.level for v in examine(ledger, tx_id("pay"))}
    assert set(verdicts.values()) == {NO}
    with pytest.raises(InputError, match="no transaction"):
        examine(ledger, tx_id("nothing"))


def test_the_sieve_lets_through_whatever_a_detector_finds(shared, tmp_path):
    archive = shared / "chains/coinjoins/dumplings__end_zksnacks_202405.zip"
    import_files([archive], tmp_path / "ledger")
    ledger = open_ledger(tmp_path / "ledger")
    kept = set(candidates(ledger).tolist())
    for number in range(ledger.outside, len(ledger.columns["first_input"]) - 1):
        if number not in kept:
            assert first_of(shape_of(ledger, number)) is None
