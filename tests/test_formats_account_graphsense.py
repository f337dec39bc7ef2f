"""GraphSense's account tables: their own reference files come out, or each difference is theirs."""

import base64
import csv
from collections import Counter, defaultdict

import pytest

from account_reading import h, json_rows, read, written
from sanctrail.ledger.formats import ethereum_etl, graphsense_eth, graphsense_tron
from sanctrail.ledger.formats.logs import TRANSFER
from sanctrail.ledger.formats.source import head_of
from sanctrail.ledger.formats.tron_addresses import tron_address

ETH, TRON = graphsense_eth.FORMAT, graphsense_tron.FORMAT
STILL = {"delegatecall", "callcode", "staticcall"}
MINER = "0x" + "ab" * 20


def eth_folder(shared, name):
    return shared / "chains" / "graphsense" / "account" / "eth" / name


def eth_files(folder):
    names = ("blocks.csv", "transactions.csv", "traces.csv", "logs.json")
    return [folder / name for name in names if (folder / name).exists()]


def csv_rows(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def hexed(text):
    return "0x" + base64.b64decode(text).hex()


def moving(made):
    """What a ledger keeps of a reading: of a transaction with traces, the traces."""
    traced = {row["transaction"] for row in made.of("trace")}
    return [
        row
        for row in made.transfers
        if not row["failed"] and (row["kind"] != "transaction" or row["transaction"] not in traced)
    ]


def still_calls(folder):
    """Calls without value: GraphSense keeps them as relations, a ledger leaves them out."""
    return [
        {"sender": row["fromAddress"], "receiver": row["toAddress"], "transaction": row["txHash"],
         "amount": "0"}
        for row in csv_rows(folder / "traces.csv")
        if row["txHash"] and row["value"] == "0"
    ]  # fmt: skip


def address_ids(traces, tokens):
    """GraphSense numbers addresses by the first trace or log in which they stand."""
    seen = [
        (int(row["blockId"]), False, int(row["traceIndex"] or 0), side, row[key])
        for row in traces
        if row["status"] == "1"
        for side, key in ((False, "toAddress"), (True, "fromAddress"))
        if row[key]
    ] + [
        (row["block"], True, row["position"], side, row[key])
        for row in tokens
        for side, key in ((False, "receiver"), (True, "sender"))
    ]
    return {address: n for n, address in enumerate(dict.fromkeys(row[-1] for row in sorted(seen)))}


def test_the_reference_balances_are_reproduced(shared):
    folder = eth_folder(shared, "balance")
    made = read(ETH, *eth_files(folder))
    assert made.messages == []
    balances = Counter()
    for row in moving(made):
        balances[row["sender"], row["asset"]] -= int(row["amount"])
        balances[row["receiver"], row["asset"]] += int(row["amount"])
    miners = {int(row["blockId"]): row["miner"] for row in csv_rows(folder / "blocks.csv")}
    for fee in made.fees:  # GraphSense gives the fees to the miners; a ledger lets them go
        balances[fee["payer"], "ETH"] -= int(fee["fee"])
        balances[miners[fee["block"]], "ETH"] += int(fee["fee"])
    supported = [row for row in made.of("token") if row["asset"] in {"USDC", "USDT", "WETH"}]
    ids = address_ids(csv_rows(folder / "traces.csv"), supported)
    ours = {
        (ids[address], asset): balance
        for (address, asset), balance in balances.items()
        if address in ids and asset in {"ETH", "USDC", "USDT", "WETH"}
    }
    theirs = {
        (int(row["addressId"]), row["currency"]): int(row["balance"])
        for row in csv_rows(folder / "reference" / "balances.csv")
    }
    assert {key: balance for key, balance in ours.items() if balance} == theirs


@pytest.mark.parametrize("graph", ["simple_graph", "complex_graph"])
def test_the_reference_addresses_and_relations_are_reproduced(shared, graph):
    folder = eth_folder(shared, graph)
    made = read(ETH, *eth_files(folder))
    assert made.messages == []
    moves = made.of("trace") + still_calls(folder)
    into, out, relations = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in moves:
        into[row["receiver"]].append(row)
        out[row["sender"]].append(row)
        relations[row["sender"], row["receiver"]].append(row)

    def total(rows):
        return sum(int(row["amount"]) for row in rows)

    addresses = json_rows(folder / "reference" / "addresses.json")
    assert {hexed(row["address"]) for row in addresses} == set(into) | set(out)
    names = {row["addressId"]: hexed(row["address"]) for row in addresses}
    for row in addresses:
        address = names[row["addressId"]]
        assert row["totalReceived"]["value"] == total(into[address])
        assert row["totalSpent"]["value"] == total(out[address])
        assert row["noIncomingTxs"] == len({r["transaction"] for r in into[address]})
        assert row["noOutgoingTxs"] == len({r["transaction"] for r in out[address]})
        assert row["inDegree"] == len({r["sender"] for r in into[address]})
        assert row["outDegree"] == len({r["receiver"] for r in out[address]})
    theirs = {
        (names[row["srcAddressId"]], names[row["dstAddressId"]]): (
            row["noTransactions"], row["value"]["value"],
        )
        for row in json_rows(folder / "reference" / "address_relations.json")
    }  # fmt: skip
    assert theirs == {
        pair: (len({r["transaction"] for r in rows}), total(rows))
        for pair, rows in relations.items()
    }
    told = json_rows(folder / "reference" / "address_transactions.json")
    assert Counter((names[r["addressId"]], r["isOutgoing"]) for r in told) == Counter(
        pair for row in moves for pair in ((row["receiver"], False), (row["sender"], True))
    )


def test_the_reference_token_transfers_are_reproduced(shared):
    folder = eth_folder(shared, "tokens")
    made = read(ETH, *eth_files(folder))
    ours = {
        (row["block"], row["position"], row["transaction"], row["sender"], row["receiver"],
         int(row["amount"]), made.assets["USDT"].contract)
        for row in made.of("token") if row["asset"] == "USDT"
    }  # fmt: skip
    theirs = {
        (row["blockId"], row["logIndex"], hexed(row["txHash"]), hexed(row["from"]),
         hexed(row["to"]), row["value"], hexed(row["tokenAddress"]))
        for row in json_rows(folder / "reference" / "USDT_token_transfers.json")
    }  # fmt: skip
    assert ours == theirs
    assert len(theirs) == 143


def test_the_reference_totals_of_traces_and_tokens_differ_by_delegated_calls_alone(shared):
    """Their totals count the value that a delegatecall shows; their balances do not, nor do ours.

    They take coins from traces alone; two transactions of the files have none.
    """
    folder = eth_folder(shared, "tokens")
    made = read(ETH, *eth_files(folder))
    assert made.messages == []
    received, spent, between = Counter(), Counter(), Counter()

    def move(sender, receiver, asset, amount):
        received[receiver, asset] += amount
        spent[sender, asset] += amount
        between[sender, receiver, asset] += amount

    for row in (*made.of("trace"), *made.of("reward"), *made.of("token")):
        if not row["failed"]:
            move(row["sender"], row["receiver"], row["asset"], int(row["amount"]))
    for row in csv_rows(folder / "traces.csv"):
        if row["callType"] in STILL and row["status"] == "1":
            move(row["fromAddress"], row["toAddress"], "ETH", int(row["value"]))
    addresses = json_rows(folder / "reference" / "addresses.json")
    assert len(addresses) == 782
    for row in addresses:
        address = hexed(row["address"])
        assert row["totalReceived"]["value"] == received[address, "ETH"]
        assert row["totalSpent"]["value"] == spent[address, "ETH"]
        for key, ours in (("totalTokensReceived", received), ("totalTokensSpent", spent)):
            for asset, value in row.get(key, {}).items():
                assert value["value"] == ours[address, asset]
    names = {row["addressId"]: hexed(row["address"]) for row in addresses}
    relations = json_rows(folder / "reference" / "address_relations.json")
    assert len(relations) == 2454
    for row in relations:
        pair = names.get(row["srcAddressId"]), names.get(row["dstAddressId"])
        if None in pair:  # their addresses are half of those in their relations
            continue
        assert row["value"]["value"] == between[*pair, "ETH"]
        for asset, value in row.get("tokenValues", {}).items():
            assert value["value"] == between[*pair, asset]


def test_names_in_two_spellings_say_the_same(shared):
    folder = eth_folder(shared, "cassandra")
    snake = read(
        ETH, folder / "test_blocks.csv", folder / "transactions.csv", folder / "traces.csv"
    )
    camel = read(ETH, *eth_files(eth_folder(shared, "simple_graph")))

    def told(made):
        keys = ("kind", "block", "time", "transaction", "sender", "receiver", "amount")
        rows = [row for row in made.transfers if row["kind"] != "genesis"]
        return sorted(tuple(row[key] for key in keys) for row in rows)

    assert snake.messages == camel.messages == []
    assert told(snake) == told(camel)
    paid = [{fee["transaction"]: fee["payer"] for fee in made.fees} for made in (snake, camel)]
    assert paid[0] == paid[1]  # the files differ in the gas of two transactions


def test_an_ethereum_table_that_spark_wrote_in_base64_is_not_taken_for_tron(tmp_path):
    def packed(text):
        return base64.b64encode(bytes.fromhex(text[2:])).decode()

    row = {
        "txHashPrefix": "aaaaa", "txHash": packed(h(1)), "nonce": 0, "blockHash": packed(h(9)),
        "blockId": 7, "transactionIndex": 0, "fromAddress": packed(h(2, 20)),
        "toAddress": packed(h(3, 20)), "value": 2**70, "gas": 1, "gasPrice": 10, "input": "",
        "blockTimestamp": 1_700_000_000, "receiptGasUsed": 21000, "receiptStatus": 1,
    }  # fmt: skip
    log = {
        "blockIdGroup": 0, "blockId": 7, "logIndex": 3, "address": packed(h(4, 20)),
        "blockHash": packed(h(9)), "data": packed(h(5)), "transactionIndex": 0,
        "txHash": packed(h(1)),
        "topics": [packed(TRANSFER), packed("0x" + "00" * 12 + h(2, 20)[2:]), packed(h(3))],
    }  # fmt: skip
    files = written(tmp_path, "t.json", [row]), written(tmp_path, "logs.json", [log])
    assert not any(TRON.matches(head_of(file)) for file in files)
    made = read(ETH, *files)
    coin, token = made.transfers
    assert (coin["transaction"], coin["sender"], coin["amount"]) == (h(1), h(2, 20), str(2**70))
    assert (token["sender"], int(token["amount"])) == (h(2, 20), int(h(5), 16))
    assert made.fees[0]["fee"] == "210000"


def test_tron_transactions_have_their_fees_and_addresses_in_the_chain_s_form(shared):
    folder = shared / "chains" / "graphsense" / "account" / "trx" / "0to10000"
    names = ("transactions.json", "tx_fee.json", "token_configuration.json")
    made = read(TRON, *(folder / name for name in names))
    assert made.messages == []
    raw = json_rows(folder / "transactions.json")
    sent = [row for row in raw if "toAddress" in row]
    assert len(made.of("transaction")) == len(sent) == 1958
    assert sum(int(r["amount"]) for r in made.transfers) == sum(row["value"] for row in sent)
    assert len(made.fees) == 2172
    fees = sum(row["fee"] for row in json_rows(folder / "tx_fee.json"))
    assert sum(int(fee["fee"]) for fee in made.fees) == fees
    pairs = {(row["sender"], row["receiver"]) for row in made.transfers}
    assert len(pairs) == 1848  # as GraphSense's own test counts them
    assert len({address for pair in pairs for address in pair}) == 1772
    assert all(address.startswith("T") and len(address) == 34 for pair in pairs for address in pair)
    assert any("214 transactions name no receiver" in limit for limit in made.told.limits)


def test_every_tron_trace_is_a_transfer_a_problem_or_counted(shared):
    folder = shared / "chains" / "graphsense" / "account" / "trx" / "56804500to56805500"
    made = read(TRON, folder / "blocks.json", folder / "traces.json")
    raw = json_rows(folder / "traces.json")
    assert len(made.transfers) == sum(row["callValue"] > 0 for row in raw)
    assert len(made.messages) == sum(row["callValue"] < 0 for row in raw) == 22
    assert all("is negative" in message for message in made.messages)
    assert any("lost their upper digits" in limit for limit in made.told.limits)
    assert {row["failed"] for row in made.transfers} == {False, True}
    assert all(row["time"] >= 1_701_046_164 for row in made.transfers)


def test_known_contracts_of_tron_come_out_of_their_twenty_bytes():
    ticker = {"USDT": "phT4A7b9eAmGpCx47Jx/d+be0Tw=", "USDC": "NIe2PTC1ssh/t/+ovPreOOqsGr4="}
    assert {code: tron_address(base64.b64decode(raw)) for code, raw in ticker.items()} == {
        "USDT": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "USDC": "TEkxiTehnzSmSe2XqrBj4w32RUN966rdz8",
    }


def test_tron_tokens_of_both_kinds_and_new_coins_are_told_apart(tmp_path):
    def packed(number, size=20):
        return base64.b64encode(number.to_bytes(size, "big")).decode()

    block = base64.b64encode((7).to_bytes(8, "big") + bytes(24)).decode()
    transaction = {
        "txHashPrefix": "00000", "txHash": packed(1, 32), "blockHash": block, "blockId": 7,
        "transactionIndex": 0, "toAddress": packed(5), "value": 16, "gasPrice": 1,
        "blockTimestamp": 1_700_000_000, "fromAddress": None, "receiptStatus": 1,
    }  # fmt: skip
    trace = {
        "blockIdGroup": 0, "blockId": 7, "internalIndex": 0, "traceIndex": 2,
        "callerAddress": packed(5), "transfertoAddress": packed(6), "callInfoIndex": 0,
        "callTokenId": 1_002_000, "callValue": 9, "note": "call", "rejected": False,
        "txHash": packed(1, 32),
    }  # fmt: skip
    usdt = int.from_bytes(base64.b64decode("phT4A7b9eAmGpCx47Jx/d+be0Tw="), "big")
    log = {
        "blockIdGroup": 0, "blockId": 7, "logIndex": 3, "address": packed(usdt),
        "blockHash": block, "data": packed(2**200, 32), "transactionIndex": 0,
        "txHash": packed(1, 32),
        "topics": [packed(int(TRANSFER, 16), 32), packed(5, 32), packed(6, 32)],
    }  # fmt: skip
    made = read(
        TRON,
        written(tmp_path, "transactions.json", [transaction]),
        written(tmp_path, "traces.json", [trace]),
        written(tmp_path, "logs.json", [log]),
    )
    assert made.messages == []
    assert [(row["kind"], row["asset"], row["amount"]) for row in made.transfers] == [
        ("reward", "TRX", "16"),
        ("internal", "TRC-10 1002000", "9"),
        ("token", "USDT", str(2**200)),
    ]  # fmt: skip
    assert {row["transaction"] for row in made.transfers} == {f"{1:064x}"}
    assert {row["time"] for row in made.transfers} == {1_700_000_000}


def test_formats_of_account_chains_do_not_claim_each_other_s_files(shared):
    forms = (ETH, TRON, ethereum_etl.FORMAT)
    folder = shared / "chains" / "graphsense" / "account"
    for file in (f for f in folder.rglob("*") if f.is_file() and "reference" not in f.parts):
        claims = [form.name for form in forms if form.matches(head_of(file))]
        expected = 0 if "exchange_rates" in file.name else 1
        assert len(claims) == expected, (file, claims)
