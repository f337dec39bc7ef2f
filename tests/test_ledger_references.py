"""Whole imports of reference chains: what others published of them comes out of the ledger."""

import base64
import csv
import json
from collections import Counter, defaultdict

import pytest

import chain_files
from batches import utxo_ledger
from sanctrail.ledger import How, import_files, open_ledger
from sanctrail.ledger.lookup import look_up_address, look_up_transaction
from sanctrail.ledger.simulation import Simulation
from sanctrail.ledger.verify import verify


def json_rows(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


@pytest.mark.parametrize("spelling", ["", "cassandra/"])
def test_graphsense_s_utxo_reference_comes_out_of_the_ledger(shared, tmp_path, spelling):
    """GraphSense counts an address's inputs and outputs of one transaction net of each other."""
    folder = shared / "chains" / "graphsense" / "utxo"
    import_files([folder / f"{spelling}test_txs.json"], tmp_path / "l")
    ledger = open_ledger(tmp_path / "l", verify=True)
    names = {
        r["addressId"]: r["address"] for r in json_rows(folder / "reference" / "addresses.json")
    }
    received, spent, relations = Counter(), Counter(), defaultdict(list)
    for number in range(ledger.outside, len(ledger.columns["txids"])):
        answer = look_up_transaction(ledger, ledger.transaction(number))
        net = Counter()
        for end in answer.outputs:
            net[end["address"]] += end["value"]
        for end in answer.inputs:
            net[end["address"]] -= end["value"]
        whole = sum(end["value"] for end in answer.inputs)
        ins = {a: -n for a, n in net.items() if n < 0} or {"coinbase": sum(net.values())}
        outs = {a: n for a, n in net.items() if n > 0}
        for address, amount in ins.items():
            spent[address] += amount
        for address, amount in outs.items():
            received[address] += amount
            for payer, part in ins.items():
                relations[payer, address].append(amount * part / (whole or part))
    for row in json_rows(folder / "reference" / "addresses.json"):
        address = names[row["addressId"]]
        assert row["totalReceived"]["value"] == received[address]
        assert row["totalSpent"]["value"] == spent[address]
        if address != "coinbase":
            (totals,) = look_up_address(ledger, address).totals
            assert totals.balance == received[address] - spent[address]
    for row in json_rows(folder / "reference" / "address_relations.json"):
        pair = names[row["srcAddressId"]], names[row["dstAddressId"]]
        if pair[0] != "coinbase" and row["noTransactions"] == 1 and "1FAkhqm9" not in pair[0]:
            assert abs(sum(relations[pair]) - row["estimatedValue"]["value"]) <= 1


@pytest.mark.parametrize("graph", ["simple_graph", "complex_graph"])
def test_graphsense_s_ethereum_totals_come_out_of_the_ledger(shared, tmp_path, graph):
    """Their totals count the value that a delegated call shows; the ledger leaves those out."""
    folder = shared / "chains" / "graphsense" / "account" / "eth" / graph
    files = [folder / f"{name}.csv" for name in ("blocks", "transactions", "traces")]
    import_files(files, tmp_path / "l")
    ledger = open_ledger(tmp_path / "l", verify=True)
    assert all(check.holds for check in verify(ledger))
    with (folder / "traces.csv").open() as file:
        traces = [row for row in csv.DictReader(file) if row["callType"] == "delegatecall"]
    for row in json_rows(folder / "reference" / "addresses.json"):
        address = "0x" + base64.b64decode(row["address"]).hex()
        (totals,) = look_up_address(ledger, address).totals
        moved = [m for m in look_up_address(ledger, address).movements if m.kind == "trace"]
        still = sum(int(t["value"]) for t in traces if t["toAddress"] == address)
        received = sum(m.amount for m in moved if m.receiver == address)
        assert row["totalReceived"]["value"] == received + still
        still = sum(int(t["value"]) for t in traces if t["fromAddress"] == address)
        sent = sum(m.amount for m in moved if m.sender == address)
        assert row["totalSpent"]["value"] == sent + still
        assert totals.sent == sent


def test_the_token_transfers_that_graphsense_found_are_in_the_ledger(shared, tmp_path):
    folder = shared / "chains" / "graphsense" / "account" / "eth" / "tokens"
    files = [folder / f"{name}.csv" for name in ("blocks", "transactions", "traces")]
    import_files([*files, folder / "logs.json"], tmp_path / "l")
    ledger = open_ledger(tmp_path / "l", verify=True)
    theirs = json_rows(folder / "reference" / "USDT_token_transfers.json")
    assert len(theirs) == 143

    def hexed(text):
        return "0x" + base64.b64decode(text).hex()

    for row in theirs:
        answer = look_up_transaction(ledger, hexed(row["txHash"]))
        assert answer.block == row["blockId"]
        assert (hexed(row["from"]), hexed(row["to"]), row["value"]) in {
            (m.sender, m.receiver, m.amount) for m in answer.movements if m.asset.code == "USDT"
        }


def test_ethereum_etl_s_blocks_pay_their_fees_and_move_their_tokens(shared, tmp_path):
    folder = shared / "chains" / "ethereum-etl"
    files = sorted(folder.glob("test_stream*.json"))
    summary, problems = import_files(files, tmp_path / "l")
    ledger = open_ledger(tmp_path / "l", verify=True)
    logs = json_rows(folder / "test_stream_blocks_17173049_17173050_expected_token_transfers.json")
    kinds = Counter(ledger.kind(n) for n in range(len(ledger.times)))
    assert problems == []
    assert 0 < kinds["token"] <= len(logs)
    assert kinds["fee"] == summary.transactions
    first = look_up_transaction(ledger, logs[0]["transaction_hash"])
    assert first.fee == 85143 * 80869370967


def test_one_chain_in_four_forms_is_one_ledger(tmp_path):
    batches = [*Simulation(11, 2_000).batches()]
    asset = {"code": "BTC", "unit": "satoshi", "decimals": 8, "contract": ""}
    files = chain_files.write_aws(tmp_path / "aws", batches, per_file=700)
    aws, _ = import_files(files, tmp_path / "l-aws")
    etl, _ = import_files([chain_files.write_etl(tmp_path / "x.json", batches)], tmp_path / "l-etl")
    turned, _ = import_files(files[::-1], tmp_path / "l-turned", None, How(memory=200_000_000))
    utxo_ledger(tmp_path / "l-direct", *batches)
    direct = open_ledger(tmp_path / "l-direct").manifest
    assert direct["assets"] == [asset]
    assert aws.digest == etl.digest == turned.digest
    one = open_ledger(tmp_path / "l-aws", verify=True)
    assert {name: one.manifest["tables"][name] for name in ("values.npy", "inputs.npy")} == {
        name: direct["tables"][name] for name in ("values.npy", "inputs.npy")
    }
