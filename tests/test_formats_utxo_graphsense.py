"""GraphSense's UTXO transactions: inputs resolved, and its own reference files reproduced."""

from collections import Counter, defaultdict
from fractions import Fraction

import pytest

from account_reading import json_rows
from sanctrail.ledger.batches import UNKNOWN
from sanctrail.ledger.formats.graphsense_utxo import FORMAT, MULTISIG
from utxo_reading import as_json, h, read, written

COINBASE = "coinbase"


def end(value, *addresses):
    return {"address": list(addresses), "value": value, "txType": 5}


def transaction(number, inputs, outputs, **fields):
    return {
        "txIdGroup": 0, "txId": number, "txHash": h(number), "coinbase": not inputs,
        "coinjoin": False, "blockId": number, "inputs": inputs, "outputs": outputs,
        "timestamp": 1_230_948_000 + number, "totalInput": sum(i["value"] for i in inputs),
        "totalOutput": sum(o["value"] for o in outputs), **fields,
    }  # fmt: skip


@pytest.fixture
def lines(tmp_path):
    def call(rows):
        text = rows if isinstance(rows, str) else as_json(rows)
        return read(FORMAT, written(tmp_path / "txs.json", text))

    return call


def test_an_input_spends_the_output_of_its_address_and_value(lines):
    found = lines(
        [
            transaction(1, [], [end(5, "1A"), end(7, "1A"), end(7, "1B")]),
            transaction(2, [end(7, "1B"), end(7, "1A")], [end(13, "1C")]),
        ]
    )
    assert found[h(2)].inputs == [(h(1), 2, 7, "1B"), (h(1), 1, 7, "1A")]
    assert (found[h(2)].block, found[h(2)].place) == (2, UNKNOWN)
    assert found.told.gaps == {"unspent", "position"}
    assert "For 0 inputs there were several, for 0 none" in "".join(found.told.limits)


def test_of_several_the_oldest_is_spent_first_and_that_is_told(lines):
    found = lines(
        [
            transaction(1, [], [end(5, "1A"), end(5, "1A")]),
            transaction(2, [end(5, "1A")], [end(4, "1C")]),
            transaction(3, [end(5, "1A")], [end(4, "1C")]),
        ]
    )
    assert [found[h(n)].inputs[0][:2] for n in (2, 3)] == [(h(1), 0), (h(1), 1)]
    assert "For 1 inputs there were several, for 0 none" in "".join(found.told.limits)


def test_where_there_is_none_an_outside_output_is_made_up_and_that_is_told(lines):
    found = lines([transaction(2, [end(5, "1A"), end(5, "1A")], [end(9, "1C")])])
    made_up = [txid for txid, _, _, _ in found.txs[0].inputs]
    assert len(set(made_up)) == 2
    assert h(2) not in made_up
    assert [told[2:] for told in found.txs[0].inputs] == [(5, "1A"), (5, "1A")]
    assert "For 0 inputs there were several, for 2 none" in "".join(found.told.limits)


def test_addresses_of_one_output_stand_sorted_as_one(lines):
    found = lines(
        [
            transaction(1, [], [end(5, "1B", "1A")]),
            transaction(2, [end(5, "1A", "1B")], [end(5, "1C")]),
        ]
    )
    assert found[h(1)].outputs == [(5, MULTISIG + "1A+1B")]
    assert found[h(2)].inputs == [(h(1), 0, 5, MULTISIG + "1A+1B")]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"txHash": "ab"}, "'ab' is no transaction id of 64 hexadecimal digits"),
        ({"blockId": None}, "the block 'None' is not a whole number"),
        ({"timestamp": -1}, "the time '-1' is not a whole number"),
        ({"outputs": [end(-1, "1A")]}, "the value '-1' is not a whole number"),
        ({"outputs": [end(1.5, "1A")]}, "the value '1.5' is not a whole number"),
        ({"outputs": [end(2**53, "1A")]}, "the value 9007199254740992 is larger than can be"),
        ({"inputs": {}}, "its inputs or outputs are no list of objects"),
    ],
)
def test_a_bad_line_is_a_problem_and_spends_nothing(lines, fields, message):
    found = lines(
        [
            transaction(1, [], [end(5, "1A")]),
            {**transaction(2, [end(5, "1A")], [end(5, "1B")]), **fields},
            transaction(3, [end(5, "1A")], [end(5, "1B")]),
        ]
    )
    assert [tx.id for tx in found.txs] == [h(1), h(3)]
    assert found.messages == [f"txs.json, line 2: {message}"]
    assert found[h(3)].inputs == [(h(1), 0, 5, "1A")]


def test_a_line_that_is_no_object_is_a_problem(lines):
    found = lines(as_json([transaction(1, [], [end(5, "1A")])]) + "{broken\n[1]\n")
    assert [problem.where for problem in found.told.problems] == ["line 2", "line 3"]
    assert found.rows == {"txs.json": 3}


# The reference: what GraphSense makes of ten transactions.


@pytest.fixture(scope="module")
def utxo(shared):
    return shared / "chains/graphsense/utxo"


@pytest.fixture(scope="module", params=["test_txs.json", "cassandra/test_txs.json"])
def txs(utxo, request):
    """The reference's ten transactions, numbered as they are, from one."""
    found = read(FORMAT, utxo / request.param)
    assert found.messages == []
    return dict(enumerate(found.txs, 1))


def sole(address):
    """GraphSense leaves ends of several addresses out of all its sums but a total."""
    return not address.startswith(MULTISIG)


def moved(tx):
    """What a transaction takes from (negative) and gives to each address, one sum an address."""
    sums = Counter()
    for _, _, value, address in tx.inputs:
        sums[address] -= value
    for value, address in tx.outputs:
        sums[address] += value
    if not tx.inputs:
        sums[COINBASE] = -sum(value for value, _ in tx.outputs)
    return {address: value for address, value in sums.items() if sole(address)}


def relations(txs):
    """What each address paid each other: its share of the inputs of each output, rounded.

    The inputs are those of the transaction less what went back to addresses that spend.
    """
    paid, count = Counter(), Counter()
    for tx in txs.values():
        sums = moved(tx)
        whole = sum(i[2] for i in tx.inputs) or -sums[COINBASE]
        spenders = {i[3] for i in tx.inputs}
        back = sum(value for value, address in tx.outputs if sole(address) and address in spenders)
        for source, taken in sums.items():
            for target, given in sums.items():
                if taken < 0 < given:
                    share = Fraction(-taken, whole - back) * given
                    paid[source, target] += int(share + Fraction(1, 2))
                    count[source, target] += 1
    return {pair: (count[pair], value) for pair, value in paid.items()}


@pytest.fixture(scope="module")
def names(utxo):
    return {r["addressId"]: r["address"] for r in json_rows(utxo / "reference/address_ids.json")}


def test_addresses_are_numbered_by_their_first_output(txs, names):
    met = dict.fromkeys(
        address for tx in txs.values() for _, address in tx.outputs if sole(address)
    )  # fmt: skip
    assert dict(enumerate([COINBASE, *met])) == names


def test_regular_inputs_are_reproduced(txs, utxo):
    found = Counter()
    for number, tx in txs.items():
        if not tx.inputs:
            found[COINBASE, sum(v for v, _ in tx.outputs), tx.block, number, tx.time] += 1
        for _, _, value, address in tx.inputs:
            found[address, value, tx.block, number, tx.time] += sole(address)
    told = json_rows(utxo / "reference/regular_inputs.json")
    fields = ("address", "value", "blockId", "txId", "timestamp")
    assert +found == Counter(tuple(row[name] for name in fields) for row in told)


def test_regular_outputs_are_reproduced(txs, utxo):
    found = {
        (address, value, tx.block, number, n, tx.time)
        for number, tx in txs.items()
        for n, (value, address) in enumerate(tx.outputs)
        if sole(address)
    }
    told = json_rows(utxo / "reference/regular_outputs.json")
    fields = ("address", "value", "blockId", "txId", "n", "timestamp")
    assert found == {tuple(row[name] for name in fields) for row in told}


@pytest.mark.parametrize(("file", "sign"), [("inputs.json", -1), ("outputs.json", 1)])
def test_sums_of_each_address_and_transaction_are_reproduced(txs, utxo, names, file, sign):
    """What goes back to the same address is taken off what it spends, as GraphSense does."""
    found = {
        (address, abs(value), tx.block, number)
        for number, tx in txs.items()
        for address, value in moved(tx).items()
        if value * sign > 0
    }
    told = json_rows(utxo / "reference" / file)
    assert found == {
        (names[row["addressId"]], row["value"], row["blockId"], row["txId"]) for row in told
    }


def test_totals_and_degrees_of_addresses_are_reproduced(txs, utxo):
    """Their totals are net in each transaction; their prices are not ours to reproduce."""
    signs, pairs = defaultdict(list), relations(txs)
    for number, tx in txs.items():
        for address, value in moved(tx).items():
            signs[address].append((number, value))
    for row in json_rows(utxo / "reference/addresses.json"):
        address, told = row["address"], signs[row["address"]]
        took = [value for _, value in told if value > 0]
        gave = [-value for _, value in told if value < 0]
        assert (row["firstTxId"], row["lastTxId"]) == (told[0][0], told[-1][0])
        assert (row["noIncomingTxs"], row["totalReceived"]["value"]) == (len(took), sum(took))
        assert (row["noOutgoingTxs"], row["totalSpent"]["value"]) == (len(gave), sum(gave))
        assert row["inDegree"] == sum(target == address for _, target in pairs)
        assert row["outDegree"] == sum(source == address for source, _ in pairs)
    assert len(signs) == 15


def test_relations_between_addresses_are_reproduced(txs, utxo, names):
    told = json_rows(utxo / "reference/address_relations.json")
    assert relations(txs) == {
        (names[row["srcAddressId"]], names[row["dstAddressId"]]): (
            row["noTransactions"],
            row["estimatedValue"]["value"],
        )
        for row in told
    }


def test_balances_are_what_no_input_was_found_to_spend(txs, utxo):
    """The resolved links leave unspent just what GraphSense's totals leave over."""
    spent = {i[:2] for tx in txs.values() for i in tx.inputs}
    left = Counter()
    for tx in txs.values():
        for n, (value, address) in enumerate(tx.outputs):
            left[address] += value * ((tx.id, n) not in spent)
    for row in json_rows(utxo / "reference/addresses.json"):
        if row["address"] != COINBASE:
            over = row["totalReceived"]["value"] - row["totalSpent"]["value"]
            assert left[row["address"]] == over


def test_the_one_input_that_fits_no_output_is_theirs(txs):
    """Transaction 8 spends 1,500,000 of two keys, which transaction 5 gave only 150,000."""
    ids = {tx.id for tx in txs.values()}
    loose = [
        (number, value)
        for number, tx in txs.items()
        for txid, _, value, _ in tx.inputs
        if txid not in ids
    ]
    assert loose == [(8, 1_500_000)]
