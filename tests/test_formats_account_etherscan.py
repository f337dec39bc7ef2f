"""Etherscan's exports: headers of all years, exact amounts, and each transfer once."""

import pytest

from account_reading import h, read
from sanctrail.errors import InputError
from sanctrail.ledger import open_ledger
from sanctrail.ledger.formats import ethereum_etl, etherscan
from sanctrail.ledger.formats.source import Source, head_of
from sanctrail.ledger.importing import How, write_batches

FORM = etherscan.FORMAT
A, B, C, TOKEN = (h(n, 20) for n in (1, 2, 3, 4))
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
TIME = 1_700_000_000
OLD = (
    '"Txhash","Blockno","UnixTimestamp","DateTime","From","To","ContractAddress","Value_IN(ETH)",'
    '"Value_OUT(ETH)","CurrentValue @ $1785.9/Eth","TxnFee(ETH)","TxnFee(USD)",'
    '"Historical $Price/Eth","Status","ErrCode"'
)
NORMAL = (
    OLD.replace("Txhash", "Transaction Hash").replace("DateTime", "DateTime (UTC)") + ',"Method"'
)
INTERNAL = (
    '"Txhash","Blockno","UnixTimestamp","DateTime (UTC)","ParentTxFrom","ParentTxTo",'
    '"ParentTxETH_Value","From","TxTo","ContractAddress","Value_IN(ETH)","Value_OUT(ETH)",'
    '"CurrentValue @ $1/Eth","Historical $Price/Eth","Status","ErrCode","Type"'
)
OLD_TOKENS = (
    '"Txhash","UnixTimestamp","DateTime","From","To","Value","ContractAddress","TokenName",'
    '"TokenSymbol"'
)
TOKENS = (
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","TokenValue",'
    '"USDValueDayOfTx","ContractAddress","TokenName","TokenSymbol"'
)
ONE_TOKEN = '"Txhash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","Quantity","Method"'
NFT = (
    '"Txhash","UnixTimestamp","DateTime","From","To","ContractAddress","TokenId","TokenName",'
    '"TokenSymbol"'
)


def quoted(*fields):
    return ",".join(f'"{field}"' for field in fields)


def normal(number, sender, receiver, came, went, *, status="", error="", more=("Transfer",)):
    return quoted(
        h(number), 17, TIME + number, "2023-11-14 22:13:20", sender, receiver, "", came, went,
        "0", "0.000441", "0.9", "1785.9", status, error, *more,
    )  # fmt: skip


def internal(number, sender, receiver, came, went, status="0"):
    return quoted(
        h(number), 17, TIME, "2023-11-14 22:13:20", A, sender, "0", sender, receiver, "", came,
        went, "1", "1", status, "", "call", "",
    )  # fmt: skip


def token(number, sender, receiver, value, contract=USDT, symbol="USDT"):
    return quoted(
        h(number), 17, TIME, "2023-11-14 22:13:20", sender, receiver, value, "$1.00", contract,
        "Tether", symbol,
    )  # fmt: skip


def export(folder, name, header, *rows):
    path = folder / name
    path.write_text("\ufeff" + "\r\n".join([header, *rows]) + "\r\n")
    return path


def test_normal_transactions_have_value_fee_and_fate_in_old_and_new_headers(tmp_path):
    rows = [
        normal(1, A.upper().replace("X", "x"), B, "0", "1,234.000000000000000001"),
        normal(2, B, A, "0.5", "0"),
        normal(3, A, B, "0", "7", status="Error(0)", error="Reverted"),
    ]
    new = read(FORM, export(tmp_path, "new.csv", NORMAL, *rows))
    stripped = [row.rpartition(",")[0] for row in rows]
    assert read(FORM, export(tmp_path, "old.csv", OLD, *stripped)).transfers == new.transfers
    assert [(r["sender"], r["receiver"], r["amount"], r["failed"]) for r in new.transfers] == [
        (A, B, str(1234 * 10**18 + 1), False),
        (B, A, str(5 * 10**17), False),
        (A, B, str(7 * 10**18), True),
    ]
    assert [(fee["payer"], fee["fee"]) for fee in new.fees] == [
        (A, "441000000000000"), (B, "441000000000000"), (A, "441000000000000"),
    ]  # fmt: skip
    assert [row["time"] - TIME for row in new.transfers] == [1, 2, 3]
    assert new.told.gaps == {"position", "rewards", "internal", "tokens"}


def test_internal_transfers_stand_beside_the_transaction_s_own_value(tmp_path):
    made = read(
        FORM,
        export(tmp_path, "n.csv", NORMAL, normal(1, A, C, "0", "1")),
        export(
            tmp_path,
            "i.csv",
            INTERNAL,
            internal(1, C, A, "0.25", "0"),
            internal(1, C, A, "9", "0", "1"),
        ),
    )
    assert [(r["kind"], r["amount"], r["failed"]) for r in made.transfers] == [
        ("transaction", str(10**18), False),
        (etherscan.INTERNAL, str(25 * 10**16), False),
        (etherscan.INTERNAL, str(9 * 10**18), True),
    ]
    assert made.messages == []


def test_token_amounts_are_exact_in_what_is_known_of_their_decimals(tmp_path):
    rows = [
        token(1, A, B, "1,000.000001"),
        token(2, A, B, "0.000000000000000001", contract=TOKEN, symbol="PEPE"),
        token(3, A, B, "5", contract=C, symbol="ERC-20 TOKEN*"),
        token(4, A, B, "1.0000001"),
    ]
    made = read(FORM, export(tmp_path, "t.csv", TOKENS, *rows))
    assert [(r["asset"], r["amount"]) for r in made.transfers] == [
        ("USDT", "1000000001"), ("PEPE", "1"), (C, str(5 * 10**18)),
    ]  # fmt: skip
    assert "finer than the base unit" in made.messages[0]
    assert any("units of 10^-18 token" in limit for limit in made.told.limits)
    assert made.told.gaps == {"position", "rewards", "internal", "coin", "fees"}
    old = quoted(h(1), TIME, "2020-01-01 00:00:00", A, B, "1,000.000001", USDT, "Tether", "USDT")
    (row,) = read(FORM, export(tmp_path, "old.csv", OLD_TOKENS, old)).transfers
    assert (row["block"], row["amount"]) == (-1, "1000000001")


def test_a_token_s_own_export_names_it_in_the_file_s_name(tmp_path):
    row = quoted(h(1), 17, TIME, "2023-11-14 22:13:20", A, B, "1,000", "Transfer")
    made = read(FORM, export(tmp_path, f"export-token-{USDT}.csv", ONE_TOKEN, row))
    assert [(r["asset"], r["amount"]) for r in made.transfers] == [("USDT", "1000000000")]
    file = export(tmp_path, "export.csv", ONE_TOKEN, row)
    with pytest.raises(InputError, match="does not name its token"):
        read(FORM, file)
    assert read(FORM, file, token=USDT).transfers == made.transfers


def test_numbered_tokens_are_left_out_and_counted(tmp_path):
    row = quoted(h(1), TIME, "2023-11-14 22:13:20", A, B, TOKEN, "77", "Apes", "APE")
    made = read(FORM, export(tmp_path, "nft.csv", NFT, row))
    assert made.transfers == []
    assert any("1 transfers of tokens without amounts" in limit for limit in made.told.limits)


def test_what_two_addresses_exports_both_tell_counts_once_and_repeats_in_one_are_real(tmp_path):
    twice, once = token(1, A, B, "5"), token(2, A, B, "6")
    files = [
        export(tmp_path, "a-tokens.csv", TOKENS, twice, twice, once),
        export(tmp_path, "b-tokens.csv", TOKENS, once, twice, twice, twice),
        export(tmp_path, "a.csv", NORMAL, normal(3, A, B, "0", "1")),
        export(tmp_path, "b.csv", NORMAL, normal(3, A, B, "1", "0")),
    ]
    made = read(FORM, *files)
    assert sorted(row["amount"] for row in made.of("token")) == ["5000000"] * 3 + ["6000000"]
    assert len(made.of("transaction")) == len(made.fees) == 1


def test_the_coin_is_the_one_that_the_header_names_and_two_are_refused(tmp_path):
    rows = [normal(1, A, B, "0", "1")]
    bnb = export(tmp_path, "bnb.csv", NORMAL.replace("ETH", "BNB").replace("Eth", "BNB"), *rows)
    assert read(FORM, bnb).assets["BNB"].decimals == 18
    matic = export(tmp_path, "matic.csv", NORMAL.replace("ETH", "MATIC"), *rows)
    pol = export(tmp_path, "pol.csv", NORMAL.replace("ETH", "POL"), *rows)
    assert set(read(FORM, matic, pol).assets) == {"POL"}
    with pytest.raises(InputError, match=r"two chains, bnb\.csv \(BNB\) and matic\.csv \(POL\)"):
        read(FORM, bnb, matic)


def test_an_export_that_broke_off_is_said_to_have_done_so(tmp_path):
    rows = [token(n, A, B, "1") for n in range(etherscan.MAX_ROWS)]
    made = read(FORM, export(tmp_path, "t.csv", TOKENS, *rows))
    assert any("t.csv holds 5,000 rows" in limit for limit in made.told.limits)
    made = read(FORM, export(tmp_path, "t.csv", TOKENS, *rows[1:]))
    assert not any("5,000" in limit for limit in made.told.limits)


def test_a_contract_s_creation_goes_to_the_contract(tmp_path):
    row = normal(1, A, "", "0", "1").replace('"","0","1"', f'"{C}","0","1"')
    assert read(FORM, export(tmp_path, "n.csv", NORMAL, row)).transfers[0]["receiver"] == C


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (normal(2, A, B, "1", "2"), "two amounts, 1 in and 2 out"),
        (normal(2, A, B, "0", "1e-19"), "finer than the base unit"),
        (normal(2, A, B, "0", "N/A"), "not a number"),
        (normal(2, "alice", B, "0", "1"), "from 'alice' is not an address"),
        (normal(2, A, "", "0", "1"), "contract is empty"),
        (normal(2, A, B, "0", "1").replace(str(TIME + 2), "1.58E+09"), "neither ISO 8601"),
        (normal(2, A, B, "0", "1", more=("Transfer", "9")), "more fields than the header"),
        (quoted(h(2), 17), "fewer fields than the header"),
    ],
)
def test_a_bad_row_is_a_located_problem_and_the_rest_comes_in(tmp_path, row, said):
    file = export(
        tmp_path, "n.csv", NORMAL, normal(1, A, B, "0", "1"), row, normal(3, A, B, "0", "1")
    )
    made = read(FORM, file)
    assert len(made.transfers) == 2
    (problem,) = made.told.problems
    assert problem.where == "line 3"
    assert said in problem.message


def test_exports_and_other_tables_are_told_apart(tmp_path):
    for header in (OLD, NORMAL, INTERNAL, OLD_TOKENS, TOKENS, ONE_TOKEN, NFT):
        head = head_of(export(tmp_path, "x.csv", header))
        assert FORM.matches(head)
        assert not ethereum_etl.FORMAT.matches(head)
    assert not FORM.matches(head_of(export(tmp_path, "x.csv", "hash,from,to,value")))


def test_in_a_ledger_a_transaction_keeps_its_value_beside_internal_transfers(tmp_path):
    files = (
        export(tmp_path, "n.csv", NORMAL, normal(1, A, C, "0", "1")),
        export(tmp_path, "i.csv", INTERNAL, internal(1, C, A, "0.25", "0")),
        export(tmp_path, "t.csv", TOKENS, token(1, C, B, "5")),
    )
    write_batches(tmp_path / "ledger", FORM, Source(files), How())
    ledger = open_ledger(tmp_path / "ledger")
    amounts = sorted(ledger.amount(n) for n in range(len(ledger)))
    assert amounts == [5_000_000, 441 * 10**12, 25 * 10**16, 10**18]
    assert ledger.manifest["coverage"]["transactions"] == 1
