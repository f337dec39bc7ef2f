"""Exports of ethereum-etl: every transfer once, exact, with its time, fate and fee."""

import json

import pytest

from account_reading import h, json_rows, read, written
from sanctrail.errors import InputError
from sanctrail.ledger.batches import GAPS
from sanctrail.ledger.formats import ethereum_etl
from sanctrail.ledger.formats.evm_receipts import created_address
from sanctrail.ledger.formats.logs import TRANSFER

FORM = ethereum_etl.FORMAT
A, B, C, TOKEN = (h(n, 20) for n in (1, 2, 3, 4))
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
WHOLE = 2**255 + 1


def transaction(number=1, **more):
    return {
        "hash": h(number), "nonce": 0, "block_hash": h(9), "block_number": 7,
        "transaction_index": number, "from_address": A, "to_address": B, "value": 5, "gas": 21000,
        "gas_price": 10, "input": "0x", "block_timestamp": 1_700_000_000, **more,
    }  # fmt: skip


def trace(number=1, **more):
    return {
        "block_number": 7, "transaction_hash": h(number), "transaction_index": number,
        "from_address": A, "to_address": B, "value": 5, "input": "0x", "output": "0x",
        "trace_type": "call", "call_type": "call", "reward_type": "", "gas": 1, "gas_used": 1,
        "subtraces": 0, "trace_address": "", "error": "", "status": 1, "trace_id": "", **more,
    }  # fmt: skip


def token_transfer(index=0, **more):
    return {
        "token_address": TOKEN, "from_address": A, "to_address": B, "value": WHOLE,
        "transaction_hash": h(1), "log_index": index, "block_number": 7, **more,
    }  # fmt: skip


def word(value):
    return "0x" + f"{value:064x}" if isinstance(value, int) else "0x" + value[2:].rjust(64, "0")


def log(index=0, value=WHOLE, topics=None, **more):
    return {
        "log_index": index, "transaction_hash": h(1), "transaction_index": 1, "block_hash": h(9),
        "block_number": 7, "address": TOKEN, "data": word(value),
        "topics": topics or [TRANSFER, word(A), word(B)], **more,
    }  # fmt: skip


BLOCK = {
    "number": 7, "hash": h(9), "miner": C, "timestamp": 1_700_000_000, "transaction_count": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", ["transactions.csv", "transactions.json"])
@pytest.mark.parametrize("value", [0, 2**63, 2**128, 2**256 - 1, str(2**200)])
def test_amounts_of_any_width_stay_exact(tmp_path, name, value):
    made = read(FORM, written(tmp_path, name, [transaction(value=value)]))
    (row,) = made.transfers
    assert (row["amount"], row["asset"], row["kind"]) == (str(value), "ETH", "transaction")
    assert (row["block"], row["place"], row["time"]) == (7, 1, 1_700_000_000)
    assert made.told.gaps == {"fees", "internal", "tokens", "rewards"} <= GAPS.keys()
    assert any("whether they failed" in limit for limit in made.told.limits)


def test_receipts_of_a_file_apart_tell_fate_fee_and_created_contract(tmp_path):
    receipts = [
        {"transaction_hash": h(1), "transaction_index": 1, "block_hash": h(9), "block_number": 7,
         "cumulative_gas_used": 1, "gas_used": 30_000_000, "contract_address": C, "root": "",
         "status": 0, "effective_gas_price": 10**12},
        {"transaction_hash": h(2), "transaction_index": 2, "block_hash": h(9), "block_number": 7,
         "cumulative_gas_used": 1, "gas_used": 21000, "contract_address": "", "root": "",
         "status": 1, "effective_gas_price": ""},
    ]  # fmt: skip
    made = read(
        FORM,
        written(tmp_path, "t.csv", [transaction(1, to_address=""), transaction(2)]),
        written(tmp_path, "r.csv", receipts),
    )
    assert [row["failed"] for row in made.transfers] == [True, False]
    assert made.transfers[0]["receiver"] == C
    assert [fee["fee"] for fee in made.fees] == [str(30_000_000 * 10**12), "210000"]
    assert [fee["failed"] for fee in made.fees] == [True, False]
    assert "fees" not in made.told.gaps


def test_what_a_rollup_or_blobs_cost_is_paid_too(tmp_path):
    row = transaction(
        receipt_status=1, receipt_gas_used=10, receipt_effective_gas_price=7, receipt_l1_fee=1000,
        receipt_blob_gas_used=3, receipt_blob_gas_price=5,
    )  # fmt: skip
    (fee,) = read(FORM, written(tmp_path, "t.json", [row])).fees
    assert fee["fee"] == str(10 * 7 + 1000 + 3 * 5)


def test_a_creation_goes_to_the_contract_that_it_makes():
    sender = "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"
    made = [
        "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d",
        "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8",
        "0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91",
        "0xfffd933a0bc612844eaf0c6fe3e5b8e9b6c1d19c",
    ]
    assert [created_address(sender, nonce) for nonce in range(4)] == made


def test_only_calls_that_move_coins_are_transfers(tmp_path):
    outside = {"call_type": "", "transaction_hash": "", "from_address": ""}
    rows = [
        trace(),
        trace(value=0),
        *(trace(call_type=kind) for kind in ("delegatecall", "callcode", "staticcall")),
        trace(trace_type="create", call_type="", to_address=C),
        trace(trace_type="suicide", call_type="", status=0),
        trace(trace_type="reward", **outside),
        trace(trace_type="genesis", block_number=0, **outside),
    ]
    made = read(FORM, written(tmp_path, "traces.csv", rows), written(tmp_path, "b.json", [BLOCK]))
    assert [(row["kind"], row["failed"]) for row in made.transfers] == [
        ("trace", False), ("trace", False), ("trace", True), ("reward", False), ("genesis", False),
    ]  # fmt: skip
    assert [row["position"] for row in made.transfers] == [0, 5, 6, 7, 0]
    assert made.transfers[3]["sender"] == made.transfers[3]["transaction"] == ""
    assert made.transfers[4]["time"] == 1_438_269_973
    assert "4 traces that move no coins were left out." in made.told.limits
    assert made.told.gaps == {"tokens", "fees"}


def test_calls_below_a_failed_one_failed_where_no_status_says_so(tmp_path):
    ways = [("", ""), ("0", "Reverted"), ("0,0", ""), ("0,0,1", ""), ("1", "")]
    rows = [trace(trace_address=way, error=error, status="") for way, error in ways]
    rows.append(trace(2, trace_address="0,0", status=""))
    made = read(FORM, written(tmp_path, "traces.csv", rows))
    assert [row["failed"] for row in made.transfers] == [False, True, True, True, False, False]


def test_traces_that_name_no_transaction_hold_the_transactions_values(tmp_path):
    rows = [trace(1, transaction_hash=""), trace(3, transaction_hash="", value=6)]
    files = [
        written(tmp_path, "traces.csv", rows),
        written(tmp_path, "t.csv", [transaction(1, receipt_gas_used=1, receipt_status=1)]),
    ]
    made = read(FORM, *files)
    assert [(r["kind"], r["transaction"], r["amount"]) for r in made.transfers] == [
        ("trace", h(1), "5"), ("trace", "", "6"),
    ]  # fmt: skip
    assert len(made.fees) == 1
    assert any("do not name their transactions" in limit for limit in made.told.limits)


def test_times_come_from_the_blocks_or_are_unknown_and_said_to_be(tmp_path):
    transfers = written(tmp_path, "token_transfers.csv", [token_transfer()])
    alone = read(FORM, transfers)
    assert alone.transfers[0]["time"] == -1
    assert any("The time of 1 transfers is not known" in limit for limit in alone.told.limits)
    assert "coin" in alone.told.gaps
    made = read(FORM, transfers, written(tmp_path, "blocks.csv", [BLOCK]))
    assert made.transfers[0]["time"] == 1_700_000_000


def test_a_transfer_told_by_log_and_table_moves_once_and_a_number_is_no_amount(tmp_path):
    nft = log(1, topics=[TRANSFER, word(A), word(B), word(77)], data="0x")
    other = log(2, topics=["0x" + "12" * 32])
    logs = written(tmp_path, "logs.json", [log(), nft, other])
    table = [token_transfer(0), token_transfer(1, value=77), token_transfer(3, value=1)]
    made = read(FORM, logs, written(tmp_path, "token_transfers.csv", table))
    assert [(r["position"], r["amount"]) for r in made.transfers] == [(0, str(WHOLE)), (3, "1")]
    assert (
        "1 transfers of tokens without amounts (ERC-721 and others) were left out."
        in made.told.limits
    )
    alone = read(FORM, tmp_path / "token_transfers.csv")
    assert any(
        "ERC-721" in limit and "Logs or contracts tell" in limit for limit in alone.told.limits
    )
    contracts = [{"address": TOKEN, "bytecode": "0x", "is_erc20": False, "is_erc721": True}]
    told = read(FORM, tmp_path / "token_transfers.csv", written(tmp_path, "c.csv", contracts))
    assert told.transfers == []


def test_topics_stand_in_csv_joined_or_as_json(tmp_path):
    for topics in (",".join, lambda parts: json.dumps(list(parts))):
        row = log(topics=topics([TRANSFER, word(A), word(B)]))
        made = read(FORM, written(tmp_path, "logs.csv", [row]))
        assert [(r["sender"], r["receiver"]) for r in made.transfers] == [(A, B)]


def test_a_symbol_belongs_to_one_contract_and_a_known_one_to_its_own(tmp_path):
    tokens = [
        {"address": TOKEN, "symbol": "USDT", "name": "fake", "decimals": 2, "total_supply": 1},
        {"address": A, "symbol": "PEPE", "name": "", "decimals": 18, "total_supply": 1},
        {"address": B, "symbol": "pepe", "name": "", "decimals": "", "total_supply": 1},
        {"address": C, "symbol": "ETH", "name": "", "decimals": 300, "total_supply": 1},
    ]
    moves = [token_transfer(n, token_address=t) for n, t in enumerate((TOKEN, USDT, A, B, C))]
    made = read(
        FORM,
        written(tmp_path, "tokens.csv", tokens),
        written(tmp_path, "token_transfers.csv", moves),
    )
    assert {code: (a.contract, a.decimals) for code, a in made.assets.items()} == {
        TOKEN: (TOKEN, 2), "USDT": (USDT, 6), "PEPE": (A, 18), B: (B, 0), C: (C, 0),
    }  # fmt: skip
    assert any("decimals of 2 tokens are not known" in limit for limit in made.told.limits)


def test_withdrawals_are_new_coins_in_wei(tmp_path):
    drawn = [{"index": 5, "validator_index": 1, "address": A, "amount": 12_420_714}]
    bare = json.dumps(drawn)[1:-1]
    for name, told in (("b.json", drawn), ("b.csv", json.dumps(drawn)), ("c.csv", bare)):
        (row,) = read(FORM, written(tmp_path, name, [{**BLOCK, "withdrawals": told}])).transfers
        assert (row["kind"], row["position"], row["amount"]) == (
            "withdrawal",
            5,
            "12420714000000000",
        )
        assert (row["sender"], row["receiver"]) == ("", A)


def test_one_stream_may_hold_all_kinds_of_rows(tmp_path):
    stamp = {"block_timestamp": 1_700_000_000}
    rows = [
        {"type": "block", **BLOCK},
        {"type": "transaction", **transaction(), "item_id": "transaction_1"},
        {"type": "trace", **trace(), **stamp, "trace_address": [0]},
        {"type": "log", **log(), **stamp},
        {"type": "contract", "address": TOKEN, "bytecode": "0x"},
    ]
    made = read(FORM, written(tmp_path, "stream.json", rows))
    assert [row["kind"] for row in made.transfers] == ["transaction", "trace", "token"]
    assert made.messages == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from_address": "0x12"}, "from_address '0x12' is not an address"),
        ({"from_address": ""}, "from_address is empty"),
        ({"hash": "0xzz"}, "not a transaction hash"),
        ({"value": "-1"}, "negative"),
        ({"value": "1.5"}, "finer than the base unit"),
        ({"value": 2**256}, "larger than can be kept"),
        ({"value": "0x1g"}, "not a number"),
        ({"value": None}, "not a number"),
        ({"block_number": "seven"}, "block_number 'seven' is not a whole number"),
        ({"block_number": 2**63}, "larger than can be kept"),
        ({"block_timestamp": "yesterday"}, "neither ISO 8601 nor unix"),
        ({"block_timestamp": "9" * 30}, "outside the years"),
    ],
)
def test_a_bad_row_is_a_located_problem_and_the_rest_comes_in(tmp_path, change, said):
    file = written(tmp_path, "t.json", [transaction(1), transaction(2, **change), transaction(3)])
    made = read(FORM, file)
    assert len(made.transfers) == 2
    (problem,) = made.told.problems
    assert (problem.source, problem.where) == ("t.json", "line 2")
    assert said in problem.message
    assert made.rows == {"t.json": 3}


def test_a_file_that_breaks_off_keeps_its_whole_rows(tmp_path):
    file = written(tmp_path, "t.json", [transaction(1), transaction(2)])
    file.write_text(file.read_text()[:-20])
    made = read(FORM, file)
    assert len(made.transfers) == 1
    assert "breaks off or is damaged" in made.messages[0]


def test_times_of_bigquery_and_hexadecimal_values_are_read(tmp_path):
    row = transaction(value=hex(WHOLE), block_timestamp="2023-11-14 22:13:20 UTC")
    (made,) = read(FORM, written(tmp_path, "t.csv", [row])).transfers
    assert (made["amount"], made["time"]) == (str(WHOLE), 1_700_000_000)


def test_traces_as_geth_gives_them_are_refused_with_the_way_out(tmp_path):
    file = written(tmp_path, "g.json", [{"block_number": 7, "transaction_traces": []}])
    with pytest.raises(InputError, match="extract_geth_traces"):
        read(FORM, file)


def test_the_shared_blocks_come_in_whole(shared):
    folder = shared / "chains" / "ethereum-etl"
    stream = {
        path.name.split("expected_")[1].split(".")[0]: path for path in folder.glob("*stream*")
    }
    made = read(FORM, *stream.values())
    assert made.messages == []
    assert made.told.gaps == {"internal"}
    assert (len(made.of("transaction")), len(made.fees)) == (298, 298)
    raw = json_rows(stream["transactions"])
    assert [int(r["amount"]) for r in made.of("transaction")] == [r["value"] for r in raw]
    assert sum(int(f["fee"]) for f in made.fees) == sum(
        r["receipt_gas_used"] * r["receipt_effective_gas_price"] for r in raw
    )
    assert [r["failed"] for r in made.of("transaction")] == [not r["receipt_status"] for r in raw]
    blocks = json_rows(stream["blocks"])
    assert sum(int(r["amount"]) for r in made.of("withdrawal")) == 10**9 * sum(
        entry["amount"] for block in blocks for entry in block["withdrawals"]
    )


def test_the_shared_logs_give_the_shared_token_transfers_but_for_numbered_tokens(shared):
    folder = shared / "chains" / "ethereum-etl"
    logs = next(folder.glob("*logs.json"))
    table = next(folder.glob("*token_transfers.json"))

    def told(made):
        keys = ("transaction", "position", "sender", "receiver", "asset", "amount")
        return {tuple(row[key] for key in keys) for row in made.transfers}

    decoded, listed = read(FORM, logs), read(FORM, table)
    numbered = {
        (row["transaction_hash"], row["log_index"])
        for row in json_rows(logs)
        if len(row["topics"]) == 4 and row["topics"][0] == TRANSFER
    }
    assert len(numbered) == 9
    assert told(decoded) == {row for row in told(listed) if row[:2] not in numbered}
    assert (len(decoded.transfers), len(listed.transfers)) == (282, 291)
    assert told(read(FORM, logs, table)) == told(decoded)


def test_the_shared_csv_and_json_exports_say_the_same(shared):
    files = sorted((shared / "chains" / "ethereum-etl").glob("*export*"))
    made = [read(FORM, *(f for f in files if f.suffix == kind)) for kind in (".csv", ".json")]
    assert made[0].transfers == made[1].transfers
    assert len(made[0].transfers) == 298 + 32
