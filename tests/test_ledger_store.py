"""Ledgers number, link and keep what readers hand over, exactly, whatever order it came in."""

import contextlib
import itertools
import random
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batches import account_batch, account_ledger, tx_id, utxo_batch, utxo_ledger
from sanctrail.errors import EngineFull, LedgerError
from sanctrail.ledger import How, importing, open_ledger, staging, unmaking, utxo_build
from sanctrail.ledger.amounts import join, split
from sanctrail.ledger.columns import once, pairs_once
from sanctrail.ledger.crc import crc32_of
from sanctrail.ledger.exporting import export_ledger
from sanctrail.ledger.lookup import look_up_address, look_up_transaction
from sanctrail.ledger.staging import bytes_of, words_of
from sanctrail.ledger.texts import Texts, write_texts
from sanctrail.ledger.values import MAX_AMOUNT, MAX_FAST
from sanctrail.ledger.verify import verify

CHAIN = [
    ("c0", 0, [], [("a", 50)]),
    ("c1", 1, [], [("b", 50)]),
    ("t1", 1, [("c0", 0)], [("b", 20), ("c", 29)]),
    ("t2", 1, [("t1", 1), ("t1", 0)], [("d", 49)]),
    ("c2", 2, [], [("a", 51)]),
]


def written(ledger):
    """A UTXO ledger as plain rows, for comparison."""
    total = len(ledger.columns["first_output"]) - 1
    return [
        (
            ledger.transaction(number),
            ledger.block(number),
            [(ledger.transaction(ledger.maker(o)), ledger.place(o)) for o in ledger.inputs(number)],
            [
                (ledger.address(int(ledger.owners[o])), int(ledger.values[o]))
                for o in ledger.outputs(number)
            ],
        )
        for number in range(ledger.outside, total)
    ]


def expected(chain):
    return [(tx_id(n), b, [(tx_id(e[0]), e[1]) for e in s], m) for n, b, s, m in chain]


def test_a_chain_comes_out_as_it_went_in(tmp_path):
    utxo_ledger(tmp_path / "l", utxo_batch(CHAIN[:2]), utxo_batch(CHAIN[2:], places=False))
    ledger = open_ledger(tmp_path / "l", verify=True)
    assert written(ledger) == expected(CHAIN)
    assert all(check.holds for check in verify(ledger))
    cover = ledger.manifest["coverage"]
    assert (cover["blocks"], cover["transactions"], cover["movements"]) == (3, 5, 6)
    assert ledger.number_of(tx_id("t2")) == 3
    assert ledger.number_of(tx_id("none")) is None
    assert ledger.ids_of(["d", "x"]) == {"d": 3}


def test_the_order_of_reading_does_not_matter_where_places_are_told(tmp_path):
    batch = utxo_batch(CHAIN)
    first = utxo_ledger(tmp_path / "one", batch)[0].digest
    order = [4, 3, 1, 2, 0]
    turned = utxo_batch([CHAIN[n] for n in order])
    places = np.array([0, 0, 1, 2, 0])[order]
    turned = type(turned)(**{**{f: getattr(turned, f) for f in turned.__slots__}, "places": places})
    assert utxo_ledger(tmp_path / "two", turned)[0].digest == first


def test_a_source_without_places_is_put_in_an_order_that_can_be(tmp_path):
    turned = [CHAIN[3], CHAIN[2], CHAIN[1], CHAIN[0], CHAIN[4]]
    utxo_ledger(tmp_path / "l", utxo_batch(turned, places=False))
    assert written(open_ledger(tmp_path / "l")) == expected(CHAIN)


def test_what_is_spent_but_not_made_here_stands_outside_with_what_is_known_of_it(tmp_path):
    rows = [("t", 7, [("x", 3, 11, "a"), ("y", 0), ("x", 1, 2, "b")], [("c", 12)])]
    utxo_ledger(tmp_path / "l", utxo_batch(rows))
    ledger = open_ledger(tmp_path / "l")
    assert (ledger.outside, written(ledger)) == (2, expected(rows))
    spent = ledger.inputs(2)
    assert [int(ledger.values[o]) for o in spent] == [11, -1, 2]
    assert [ledger.address(int(ledger.owners[o])) for o in spent] == ["a", "unknown", "b"]
    assert "values" in ledger.manifest["gaps"]
    answer = look_up_transaction(ledger, tx_id("t"))
    assert (answer.fee, [end["value"] for end in answer.inputs]) == (None, [11, None, 2])
    with pytest.raises(LedgerError, match="no such transaction"):
        look_up_transaction(ledger, tx_id("x"))


def test_an_address_knows_its_money_and_its_movements(tmp_path):
    utxo_ledger(tmp_path / "l", utxo_batch(CHAIN))
    answer = look_up_address(open_ledger(tmp_path / "l"), "b")
    (totals,) = answer.totals
    assert (totals.received, totals.sent, totals.balance) == (70, 20, 50)
    assert answer.transactions == 3
    assert [move.kind for move in answer.movements] == ["output", "output", "input"]
    with pytest.raises(LedgerError, match="no such address"):
        look_up_address(open_ledger(tmp_path / "l"), "nobody")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*CHAIN, ("t3", 2, [("t1", 0)], [("e", 1)])], "is spent 2 times"),
        ([*CHAIN, ("t3", 2, [("t1", 5)], [("e", 1)])], "spends an output that"),
        ([("t3", 0, [("c1", 0)], [("e", 1)]), *CHAIN], "before it was made"),
        (
            [("p", 1, [("q", 0)], [("e", 1)]), ("q", 1, [("p", 0)], [("e", 1)])],
            "in a circle",
        ),
        ([("t", 1, [("x", 0, 5, "a"), ("x", 0, 5, "a")], [("e", 1)])], "is spent 2 times"),
    ],
)
def test_sources_that_contradict_each_other_are_refused_and_leave_nothing(tmp_path, rows, said):
    with pytest.raises(LedgerError, match=said):
        utxo_ledger(tmp_path / "l", utxo_batch(rows, places=False))
    assert not (tmp_path / "l" / "manifest.json").exists()
    assert not (tmp_path / "l" / "parts").exists()


def test_a_transaction_that_stands_twice_is_kept_once_and_two_early_coinbases_both(tmp_path):
    rows = [*CHAIN, CHAIN[3], ("c0", 3, [], [("a", 50)])]
    utxo_ledger(tmp_path / "l", utxo_batch(rows[:5]), utxo_batch(rows[5:], places=False))
    ledger = open_ledger(tmp_path / "l")
    assert written(ledger) == expected([*CHAIN, rows[6]])
    assert ledger.number_of(tx_id("c0")) == 5


def test_a_transaction_told_of_two_blocks_is_a_problem(tmp_path):
    moved = ("t1", 2, *CHAIN[2][2:])
    _, problems = utxo_ledger(tmp_path / "l", utxo_batch(CHAIN), utxo_batch([moved]))
    assert [problem.where for problem in problems] == [f"transaction {tx_id('t1')}"]
    assert "stands in block 1 and in block 2" in problems[0].message


def test_verify_tells_what_breaks_a_rule(tmp_path):
    rows = [*CHAIN, ("t3", 2, [("t2", 0)], [("e", 60)])]
    utxo_ledger(tmp_path / "l", utxo_batch(rows))
    checks = {check.rule: check for check in verify(open_ledger(tmp_path / "l"))}
    assert checks["outputs no more than inputs"].flaws == (
        f"transaction {tx_id('t3')} pays 60 out of 49",
    )
    path = next((tmp_path / "l").glob("*/values.npy"))
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    (check,) = verify(open_ledger(tmp_path / "l"))
    assert check.flaws == ("values.npy",)


@st.composite
def chains(draw):
    """A random chain: coinbases and payments of random unspent outputs, some in one block."""
    rows, coins, number = [], [], 0
    for block in range(draw(st.integers(1, 4))):
        rows.append((f"c{block}", block, [], [(draw(st.sampled_from("abcde")), 100)]))
        coins.append((f"c{block}", 0))
        for _ in range(draw(st.integers(0, 3))):
            count = draw(st.integers(1, min(3, len(coins))))
            spent = [coins.pop(draw(st.integers(0, len(coins) - 1))) for _ in range(count)]
            outs = draw(
                st.lists(
                    st.tuples(st.sampled_from("abcdef"), st.integers(0, 9)), min_size=1, max_size=3
                )
            )
            rows.append((f"t{number}", block, spent, outs))
            coins.extend((f"t{number}", n) for n in range(len(outs)))
            number += 1
            if not coins:
                break
        if not coins:
            break
    return rows


@given(chains(), st.randoms(use_true_random=False))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_chain_read_in_any_order_keeps_its_links_and_amounts(tmp_path_factory, chain, rnd):
    folder = tmp_path_factory.mktemp("l")
    cut = rnd.randrange(len(chain) + 1)
    mixed = rnd.sample(chain, len(chain))
    batches = [utxo_batch(part, places=False) for part in (mixed[:cut], mixed[cut:]) if part]
    utxo_ledger(folder, *batches)
    ledger = open_ledger(folder, verify=True)
    made = {row[0]: row for row in written(ledger)}
    assert made == {row[0]: row for row in expected(chain)}
    spent = {end for row in expected(chain) for end in row[2]}
    for output in range(len(ledger.values)):
        point = (ledger.transaction(ledger.maker(output)), ledger.place(output))
        assert (int(ledger.spent_by[output]) >= 0) == (point in spent)


def test_adding_gives_the_same_as_importing_all_at_once(tmp_path):
    utxo_ledger(tmp_path / "one", utxo_batch(CHAIN))
    utxo_ledger(tmp_path / "two", utxo_batch(CHAIN[3:]), key="late")
    utxo_ledger(tmp_path / "two", utxo_batch(CHAIN[:3]), key="early", how=How(add=True))
    one, two = (open_ledger(tmp_path / name) for name in ("one", "two"))
    assert written(one) == written(two)
    assert one.manifest["digest"] == two.manifest["digest"]
    again, _ = utxo_ledger(tmp_path / "two", utxo_batch(CHAIN[3:]), key="late")
    assert not again.changed
    with pytest.raises(LedgerError, match="already holds another ledger"):
        utxo_ledger(tmp_path / "two", utxo_batch(CHAIN[:1]), key="third")


# Account ledgers.

MOVES = [
    {"block": 1, "place": 0, "transaction": "0xb", "kind": "token", "position": 4,
     "sender": "x", "receiver": "y", "asset": "TOK", "amount": str(2**200)},
    {"block": 1, "place": 0, "transaction": "0xb", "kind": "trace", "position": 1,
     "sender": "x", "receiver": "z", "amount": "7"},
    {"block": 1, "place": 0, "transaction": "0xb", "kind": "transaction",
     "sender": "x", "receiver": "y", "amount": "7"},
    {"block": 0, "place": 3, "transaction": "0xa", "kind": "transaction",
     "sender": "w", "receiver": "x", "amount": str(2**127 + 1)},
    {"block": 0, "kind": "reward", "receiver": "m", "amount": "5"},
    {"block": 2, "place": 0, "transaction": "0xc", "kind": "transaction",
     "sender": "x", "receiver": "y", "amount": "1", "failed": True},
]  # fmt: skip
TOKEN = account_batch([]).assets[0].__class__("TOK", "unit", 0, "0xtok")
PAID = [("0xb", "x", 3), ("0xc", "x", 2), ("0xb", "x", 9)]


def moved(ledger):
    return [
        (
            ledger.kind(n), ledger.transaction(n), ledger.address(int(ledger.senders[n])),
            ledger.address(int(ledger.receivers[n])), ledger.amount(n),
            ledger.assets[int(ledger.asset_numbers[n])].code,
        )
        for n in range(len(ledger.times))
    ]  # fmt: skip


EXPECTED = [
    ("reward", "", "unknown", "m", 5, "ETH"),
    ("transaction", "0xa", "w", "x", 2**127 + 1, "ETH"),
    ("fee", "0xb", "x", "unknown", 3, "ETH"),
    ("trace", "0xb", "x", "z", 7, "ETH"),
    ("token", "0xb", "x", "y", 2**200, "TOK"),
    ("fee", "0xc", "x", "unknown", 2, "ETH"),
]


def test_movements_stand_in_order_each_once_with_fees_and_without_failed_ones(tmp_path):
    batch = account_batch(MOVES + MOVES[:2], PAID, [*account_batch([]).assets, TOKEN])
    account_ledger(tmp_path / "l", batch)
    ledger = open_ledger(tmp_path / "l", verify=True)
    assert moved(ledger) == EXPECTED
    assert ledger.table("failed")["transaction"].to_pylist() == ["0xc"]
    assert all(check.holds for check in verify(ledger))
    answer = look_up_address(ledger, "x")
    eth, token = answer.totals
    assert (eth.received, eth.sent, eth.fees) == (2**127 + 1, 7, 5)
    assert (token.sent, token.unreckoned) == (0, 1)
    assert look_up_transaction(ledger, "0xB").fee == 3
    assert ledger.positions_of_transaction("0xB") == [2, 3, 4]


def test_adding_to_an_account_ledger_gives_the_same_as_all_at_once(tmp_path):
    assets = [*account_batch([]).assets, TOKEN]
    account_ledger(tmp_path / "one", account_batch(MOVES, PAID[:2], assets))
    account_ledger(tmp_path / "two", account_batch(MOVES[:3], PAID[:1], assets), key="a")
    account_ledger(
        tmp_path / "two", account_batch(MOVES[1:], PAID[1:2], assets), key="b", how=How(add=True)
    )
    one, two = (open_ledger(tmp_path / name) for name in ("one", "two"))
    assert sorted(moved(one)) == sorted(moved(two))
    assert two.table("failed").num_rows == 1


@given(st.lists(st.integers(0, MAX_AMOUNT) | st.integers(0, 10**19), max_size=20))
def test_halves_hold_every_amount_that_is_not_wide(amounts):
    high, low, wide = split(pa.array([str(a) for a in amounts], pa.string()))
    assert join(high, low) == [min(a, MAX_FAST) for a in amounts]
    assert wide.to_pylist() == [str(a) if a >= MAX_FAST else None for a in amounts]


@given(st.lists(st.text(max_size=20), max_size=30))
def test_checksums_are_those_of_zlib(texts):
    assert crc32_of(pa.array(texts, pa.string())).tolist() == [
        zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in texts
    ]


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=20))
def test_words_stand_for_ids_and_sort_like_them(ids):
    raw = np.frombuffer(b"".join(ids), np.uint8).reshape(-1, 32)
    words = words_of(raw)
    assert bytes_of(words).tobytes() == b"".join(ids)
    rows = list(zip(*(words[name].to_pylist() for name in "abcd"), strict=True))
    assert [ids[n] for n in sorted(range(len(ids)), key=rows.__getitem__)] == sorted(ids)


def test_texts_are_found_among_many_by_text_and_by_id(tmp_path):
    rnd = random.Random(5)
    texts = list(dict.fromkeys(f"address {rnd.randrange(10**9)}" for _ in range(150_000)))
    tables = (pa.table({"t": texts[n : n + 40_001]}) for n in range(0, len(texts), 40_001))
    found = write_texts(tmp_path / "t.parquet", tables, "t")
    held = Texts(tmp_path / "t.parquet", "t", found["keys"], found["order"])
    asked = rnd.sample(range(len(texts)), 50)
    assert [held[n] for n in asked] == [texts[n] for n in asked]
    assert held.find([texts[n] for n in asked] + ["x"]) == {texts[n]: n for n in asked}
    assert held.all().to_pylist() == texts


def test_an_exported_ledger_is_the_same_in_tables(tmp_path):
    rows = [*CHAIN, ("t9", 3, [("far", 4, 9, "z"), ("t2", 0)], [("a", 58)])]
    utxo_ledger(tmp_path / "l", utxo_batch(rows))
    export_ledger(open_ledger(tmp_path / "l"), tmp_path / "x")
    tables = {p.stem: pq.read_table(p).to_pylist() for p in (tmp_path / "x").iterdir()}
    names = [row["address"] for row in tables["addresses"]]
    ids = [row["txid"].hex() for row in tables["transactions"]]
    points = [(ids[row["transaction"]], row["n"]) for row in tables["outputs"]]
    made = {}
    for row in tables["outputs"]:
        made.setdefault(ids[row["transaction"]], []).append((names[row["address"]], row["value"]))
    spent = {}
    for row in tables["inputs"]:
        spent.setdefault(ids[row["transaction"]], []).append(points[row["output"]])
    assert points[0] == (tx_id("far"), 4)
    assert [(i, spent.get(i, []), made[i]) for i in ids[1:]] == [
        (row[0], row[2], row[3]) for row in expected(rows)
    ]
    with pytest.raises(LedgerError, match="not empty"):
        export_ledger(open_ledger(tmp_path / "l"), tmp_path / "x")


def test_an_exported_account_ledger_keeps_every_digit(tmp_path):
    assets = [*account_batch([]).assets, TOKEN]
    account_ledger(tmp_path / "l", account_batch(MOVES, PAID, assets))
    export_ledger(open_ledger(tmp_path / "l"), tmp_path / "x")
    rows = pq.read_table(tmp_path / "x" / "transfers.parquet").to_pylist()
    assert [(row["kind"], int(row["amount"]), row["asset"]) for row in rows] == [
        (kind, amount, asset) for kind, _, _, _, amount, asset in EXPECTED
    ]


def test_buckets_of_addresses_change_nothing(tmp_path, monkeypatch):
    rows = [*CHAIN, ("t9", 3, [("far", 4, 9, "z"), ("gone", 0), ("t2", 0)], [("a", 58)])]
    for name, places in (("read", True), ("turned", False)):
        batch = utxo_batch(rows if places else rows[::-1], places=places)
        whole, _ = utxo_ledger(tmp_path / name, batch)
        with monkeypatch.context() as patch:
            patch.setattr(utxo_build, "BUCKET", 2)
            parts, _ = utxo_ledger(tmp_path / f"{name}-parts", batch)
        assert whole.digest == parts.digest


class Killed(BaseException):
    """Nothing catches it: as good as a kill."""


@pytest.mark.parametrize("at", range(5))
def test_a_kill_while_adding_loses_nothing_of_what_was_held(tmp_path, monkeypatch, at):
    monkeypatch.setattr(importing, "PART_ROWS", 1)
    monkeypatch.setattr(unmaking, "ROWS", 2)
    whole, _ = utxo_ledger(tmp_path / "whole", utxo_batch(CHAIN))
    first, _ = utxo_ledger(tmp_path / "l", utxo_batch(CHAIN[:3]), key="a")
    adding = {"key": "b", "how": How(add=True)}
    count = itertools.count()
    add = staging.Parts.add

    def killed(*arguments):
        if next(count) == at:
            raise Killed
        add(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(staging.Parts, "add", killed)
        with contextlib.suppress(Killed):
            utxo_ledger(tmp_path / "l", utxo_batch(CHAIN[3:4]), utxo_batch(CHAIN[4:]), **adding)
    held = open_ledger(tmp_path / "l", verify=True)
    assert held.manifest["coverage"]["transactions"] >= 3
    assert at > 1 or held.manifest["digest"] == first.digest
    done, _ = utxo_ledger(tmp_path / "l", utxo_batch(CHAIN[3:4]), utxo_batch(CHAIN[4:]), **adding)
    assert done.digest == whole.digest


def test_too_little_memory_keeps_what_was_read(tmp_path, monkeypatch):
    def full(*_):
        raise EngineFull("too small")

    with monkeypatch.context() as patch:
        patch.setattr(importing, "make", full)
        with pytest.raises(EngineFull):
            utxo_ledger(tmp_path / "l", utxo_batch(CHAIN))
    assert (tmp_path / "l" / "parts" / "parts.json").exists()
    assert written(open_ledger(tmp_path / "l")) == expected(CHAIN)
    utxo_ledger(tmp_path / "l", utxo_batch(CHAIN))
    assert not (tmp_path / "l" / "parts").exists()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2**31)), max_size=30))
def test_different_pairs_come_once_and_rising(pairs):
    one, other = (np.array([pair[n] for pair in pairs], np.int64) for n in (0, 1))
    found = list(zip(*(column.tolist() for column in pairs_once(one, other)), strict=True))
    assert found == sorted(set(pairs))
    assert once(other).tolist() == sorted(set(other.tolist()))
