"""Deposit addresses: found where they are, refused where something else only looks like them."""

import csv
import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batches import account_batch, account_ledger
from sanctrail.attribution.deposits import (
    Deposit,
    DepositRule,
    infer_deposits,
    labels_of_deposits,
)
from sanctrail.attribution.labels import Label
from sanctrail.attribution.reading import read_label_file
from sanctrail.attribution.rules import MEASURED
from sanctrail.attribution.services import Busy, suspected, wallets_in
from sanctrail.attribution.store import LabelStore
from sanctrail.ledger import import_files, open_ledger, simulate_heist
from sanctrail.ledger.lookup import look_up_address
from sanctrail.tracing import build_request, trace, write_trace

HOT, OTHER_HOT = "0x" + "aa" * 20, "0x" + "bb" * 20
LABELS = [Label(HOT, "Example 1", "exchange", "me"), Label(OTHER_HOT, "Rival 1", "exchange", "me")]
DAY = 86_400


def account(number):
    return f"0x{number:040x}"


D, FRIEND, OTHER, COLD = account(1), account(2), account(3), account(4)


def moves(tmp_path, rows, fees=()):
    """A ledger of (from, to, amount, time) in this order."""
    told = [
        {"sender": a, "receiver": b, "amount": str(n), "time": 1 + t, "transaction": f"0x{i:064x}"}
        for i, (a, b, n, t) in enumerate(rows)
    ]
    paid = [(f"0x{i:064x}", payer, fee) for i, payer, fee in fees]
    account_ledger(tmp_path / "l", account_batch(told, paid))
    return open_ledger(tmp_path / "l")


def inferred(ledger, rule=None, labels=LABELS):
    return infer_deposits(ledger, wallets_in(ledger, labels), rule)


def test_an_address_that_forwards_what_it_gets_is_a_deposit_address(tmp_path):
    rows = [(FRIEND, D, 100, 0), (D, HOT, 99, 600), (OTHER, D, 50, DAY), (D, HOT, 50, DAY + 60)]
    inference = inferred(moves(tmp_path, rows, [(1, D, 1)]))
    (deposit,) = inference.deposits
    assert (deposit.address, deposit.service.name) == (D, "Example 1")
    assert (deposit.share, deposit.only, deposit.delay) == (1.0, 1.0, 60)
    assert (deposit.senders, deposit.forwards) == (2, 2)
    assert deposit.transactions == (f"0x{1:064x}", f"0x{3:064x}")
    assert (deposit.assets[0].received, deposit.assets[0].forwarded) == (150, 149)


@pytest.mark.parametrize(
    ("why", "rows"),
    [
        ("forwards to several services",
         [(FRIEND, D, 100, 0), (D, HOT, 50, 1), (D, OTHER_HOT, 50, 2)]),
        ("pays elsewhere too", [(FRIEND, D, 100, 0), (D, HOT, 50, 1), (D, OTHER, 50, 2)]),
        ("keeps a part of what it gets", [(FRIEND, D, 100, 0), (D, HOT, 80, 1)]),
        ("forwards late, or nobody knows when", [(FRIEND, D, 100, 0), (D, HOT, 100, 4 * DAY)]),
        ("gets money from the service alone", [(HOT, D, 100, 0), (D, HOT, 100, 1)]),
        ("forwards late, or nobody knows when", [(D, HOT, 100, 0)]),
    ],
)  # fmt: skip
def test_what_only_looks_like_one_is_refused(tmp_path, why, rows):
    inference = inferred(moves(tmp_path, rows))
    # Where nothing is known to have come in, nobody but the service can have paid.
    told = "gets money from the service alone" if rows == [(D, HOT, 100, 0)] else why
    assert (inference.deposits, dict(inference.refused)) == ([], {told: 1})


@pytest.mark.parametrize(
    ("kept", "rows"),
    [
        # A transfer of nothing in its name to another service is anybody's doing.
        (1, [(FRIEND, D, 100, 0), (D, HOT, 100, 60), (D, OTHER_HOT, 0, 70)]),
        # Specks from a stranger do not make a withdrawal that comes back a customer's deposit.
        (0, [(HOT, D, 100, 0), (FRIEND, D, 0, 5), (D, HOT, 100, 60)]),
        (0, [(HOT, D, 1000, 0), (FRIEND, D, 1, 5), (D, HOT, 1001, 60)]),
        (0, [(HOT, D, 1000, 0), (D, HOT, 1000, 60), (FRIEND, D, 900, 70)]),
        # Early forwards of nothing do not make a late one early.
        (0, [(FRIEND, D, 100, 0), (D, HOT, 0, 5), (D, HOT, 0, 9), (D, HOT, 100, 9 * DAY)]),
        # Money from another exchange's wallet is a customer's withdrawal there.
        (1, [(OTHER_HOT, D, 100, 0), (D, HOT, 100, 60)]),
    ],
)  # fmt: skip
def test_specks_and_transfers_of_nothing_prove_nothing(tmp_path, kept, rows):
    assert len(inferred(moves(tmp_path, rows)).deposits) == kept


def test_fees_after_the_last_forward_do_not_count_as_forwarded(tmp_path):
    rows = [(FRIEND, D, 100, 0), (D, HOT, 50, 60), (FRIEND, D, 100, 70), (D, account(9), 0, 80)]
    assert inferred(moves(tmp_path, rows, [(3, D, 50)])).deposits == []


def test_names_in_other_scripts_are_owners_of_their_own(tmp_path):
    labels = [Label(HOT, "币安", "exchange", "me"), Label(OTHER_HOT, "火币", "exchange", "me")]
    rows = [(FRIEND, D, 100, 0), (D, HOT, 50, 60), (D, OTHER_HOT, 50, 61)]
    inference = inferred(moves(tmp_path, rows), labels=labels)
    assert dict(inference.refused) == {"forwards to several services": 1}


def test_wallets_of_one_owner_are_one_service(tmp_path):
    labels = [
        Label(HOT, "OKX 5", "exchange", "me"),
        Label(OTHER_HOT, "OKX Treasury", "exchange", "me"),
    ]
    rows = [(FRIEND, D, 100, 0), (D, HOT, 50, 60), (D, OTHER_HOT, 50, 61)]
    assert [d.service.name for d in inferred(moves(tmp_path, rows), labels=labels).deposits] == [
        "OKX 5"
    ]


def test_what_came_after_the_last_forward_is_not_held_against_it(tmp_path):
    rows = [(FRIEND, D, 100, 0), (D, HOT, 100, 60), (FRIEND, D, 5_000, 120)]
    assert len(inferred(moves(tmp_path, rows)).deposits) == 1


def test_a_labelled_address_is_not_inferred_anew(tmp_path):
    rows = [(FRIEND, D, 100, 0), (D, HOT, 100, 60)]
    labels = [*LABELS, Label(D, "somebody", "user", "me")]
    assert inferred(moves(tmp_path, rows), labels=labels).looked_at == 0


def test_an_address_that_many_deposits_pay_collects_for_their_service(tmp_path):
    rows = []
    for n in range(12):
        deposit = account(100 + n)
        rows += [(FRIEND, deposit, 90, n), (deposit, COLD, 30, n + 1), (deposit, HOT, 60, n + 2)]
    ledger = moves(tmp_path, rows)
    inference = inferred(ledger)
    assert len(inference.deposits) == 12
    ((collector),) = inference.collectors
    assert (collector.address, collector.service, collector.deposits) == (COLD, "Example 1", 12)
    # It is suspected, never labelled: what they forward to it counts, but no label names it.
    assert COLD not in {label.entry for label in labels_of_deposits(inference, ledger)}
    few = DepositRule(collects=13)
    assert inferred(ledger, few).deposits == []


def test_a_popular_payee_is_no_collector(tmp_path):
    """A shop that deposits of a service pay by chance is paid by others as much."""
    rows = []
    for n in range(12):
        deposit = account(100 + n)
        rows += [(FRIEND, deposit, 90, n), (deposit, COLD, 30, n + 1), (deposit, HOT, 60, n + 2)]
        rows += [(account(300 + n), COLD, 7, n + 1)]
    inference = inferred(moves(tmp_path, rows))
    assert (inference.deposits, inference.collectors) == ([], [])


def test_disputed_wallets_are_not_used(tmp_path):
    labels = [*LABELS, Label(HOT, "Rival hot wallet", "exchange", "another")]
    wallets = wallets_in(moves(tmp_path, [(FRIEND, D, 1, 0), (D, HOT, 1, 1)]), labels)
    assert (wallets.disputed, [s.name for s in wallets.of.values()]) == ((HOT,), [])


def test_labels_of_another_chain_do_not_count(tmp_path):
    labels = [Label(HOT, "Example 1", "exchange", "me", chain="bitcoin")]
    assert not wallets_in(moves(tmp_path, [(D, HOT, 1, 1)]), labels).of


def test_a_derived_label_carries_rule_parameters_evidence_and_error(tmp_path):
    ledger = moves(tmp_path, [(FRIEND, D, 100, 0), (D, HOT, 100, 60)])
    (label,) = labels_of_deposits(inferred(ledger), ledger)
    context = json.loads(label.context)
    assert (label.rule, label.confidence, label.kind) == ("deposit", "heuristic", "exchange")
    assert context["transactions"] == [f"0x{1:064x}"]
    assert context["parameters"]["share"] == 0.95
    assert context["error"]["precision"] == round(MEASURED["deposit"].precision, 4)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6), st.integers(1, 8), st.sampled_from([0, 1, 7, 2**127, 2**200]),
            st.integers(0, 5),
        ),
        min_size=1, max_size=25,
    )
)  # fmt: skip
def test_whatever_moves_shares_are_those_of_plain_sums(tmp_path_factory, rows):
    """6 and 8 are wallets of two services; amounts of any width, payments to oneself included."""
    folder = tmp_path_factory.mktemp("any")
    names = {n: account(n) for n in range(1, 9)} | {6: HOT, 8: OTHER_HOT}
    steps = [(names[a], names[b], n, t) for t, (a, b, n, _) in enumerate(rows)]
    ledger = moves(folder, steps)
    rule = DepositRule(share=0.5, only=0.5, delay=10**9)
    for deposit in inferred(ledger, rule).deposits:
        assert isinstance(deposit, Deposit)
        sent = [(b, n) for a, b, n, _ in steps if a == deposit.address and a != b and n]
        hot = {"Example 1": HOT, "Rival 1": OTHER_HOT}[deposit.service.name]
        assert {b for b, _ in sent} & {HOT, OTHER_HOT} == {hot}
        forwarded = sum(n for b, n in sent if b == hot)
        assert deposit.assets[0].forwarded == forwarded
        assert deposit.assets[0].elsewhere == sum(n for b, n in sent if b != hot)
        assert forwarded * 2 >= sum(n for _, n in sent)


# Services that are only suspected.


def test_what_behaves_like_a_service_is_suspected_and_never_labelled(tmp_path):
    busy = account(50)
    rows = [(account(100 + n), busy, 5, n) for n in range(20)]
    rows += [(busy, account(200 + n), 5, 30 + n) for n in range(20)]
    ledger = moves(tmp_path, rows)
    (found,) = suspected(ledger, (), Busy(20, 20))
    assert (found.address, found.senders, found.receivers) == (busy, 20, 20)
    assert suspected(ledger, (), Busy(21, 20)) == []
    labelled = wallets_in(ledger, [Label(busy, "Shop", "market", "me")]).labelled
    assert suspected(ledger, labelled, Busy(20, 20)) == []


# The simulated account chain.


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accounts")
    simulate_heist(folder / "l", folder / "case", seed=11, transactions=30_000, family="account")
    return folder


def test_deposits_are_inferred_from_hot_wallets_alone(simulated):
    ledger = open_ledger(simulated / "l")
    inference = inferred(ledger, labels=read_label_file(simulated / "case/hot-wallets.csv").labels)
    with (simulated / "case/deposits.csv").open() as file:
        truth = {row["address"]: row for row in csv.DictReader(file)}
    counts = Counter(row["what"] for row in truth.values())
    for what in ("relay", "splitter", "saver", "bot", "walk-in"):
        assert counts[what] > 1, counts
    right = [
        d for d in inference.deposits
        if truth[d.address]["what"] == "deposit" and truth[d.address]["service"] == d.service.name
    ]  # fmt: skip
    wrong = Counter(truth[d.address]["what"] for d in inference.deposits if d not in right)
    assert len(right) >= 0.95 * counts["deposit"]
    assert len(right) >= 0.99 * len(inference.deposits)
    assert set(wrong) <= {"walk-in", "bot"}, wrong  # nothing tells those: a bot that went once


def test_without_labels_the_exchanges_are_suspected(simulated):
    ledger = open_ledger(simulated / "l")
    hot = {label.entry for label in read_label_file(simulated / "case/hot-wallets.csv").labels}
    assert {s.address for s in suspected(ledger, ())} == hot


def test_a_trace_of_the_simulated_account_heist_equals_what_was_planted(simulated, tmp_path):
    ledger = open_ledger(simulated / "l")
    case = simulated / "case"
    request = build_request([str(case / "sources.csv")], case / "stops.csv", "fifo")
    results, notes = trace(ledger, request)
    document = write_trace(tmp_path / "t", ledger, request, results, notes)
    truth = json.loads((case / "truth.json").read_text())
    (coin,) = [r for r in document["results"] if r["asset"] == truth["asset"]]
    found = {end["address"]: end["amount"] for end in coin["dormant"]}
    assert found == truth["dormant"]
    assert {e["address"]: e["amount"] for e in coin["arrived"]} == truth["arrived"]
    assert (coin["stolen"], coin["fees"]) == (truth["stolen"], truth["fees"])


def test_the_same_seed_gives_the_same_account_chain(tmp_path):
    for name in "ab":
        simulate_heist(tmp_path / name, tmp_path / f"{name}c", transactions=4_000, family="account")
    files = [
        {
            p.relative_to(tmp_path / f): p.read_bytes()
            for p in (tmp_path / f).rglob("*")
            if p.is_file()
        }
        for f in ("ac", "bc")
    ]
    assert files[0] == files[1]
    digests = [open_ledger(tmp_path / n).manifest["digest"] for n in "ab"]
    assert digests[0] == digests[1]


# Real movements.


@pytest.mark.parametrize("graph", ["simple_graph", "complex_graph", "tokens"])
def test_no_false_claim_on_graphsense_sets(shared, tmp_path, graph):
    """With all public labels, and then with each account in turn taken for an exchange's wallet.

    Every claim is then held against plain sums: all that the address paid went there, it paid
    soon, and somebody else had paid it.
    """
    folder = shared / "chains/graphsense/account/eth" / graph
    files = [folder / f"{name}.csv" for name in ("blocks", "transactions", "traces")]
    files += [folder / "logs.json"] if graph == "tokens" else []
    import_files(files, tmp_path / "l")
    ledger = open_ledger(tmp_path / "l")
    labels = [label for name in ("etherscan-2023-10.json", "crypttrace/known.json")
              for label in read_label_file(shared / "labels" / name).labels]  # fmt: skip
    assert inferred(ledger, labels=labels).deposits == []
    claims = 0
    for hot in ledger.addresses.to_pylist():
        for deposit in inferred(ledger, labels=[Label(hot, "Taken", "exchange", "me")]).deposits:
            moved = [m for m in look_up_address(ledger, deposit.address).movements
                     if m.kind != "fee" and m.sender != m.receiver and m.amount]  # fmt: skip
            paid = [m for m in moved if m.sender == deposit.address]
            for code in {m.asset.code for m in paid}:
                of = [(m.receiver, m.amount) for m in paid if m.asset.code == code]
                there = sum(amount for receiver, amount in of if receiver == hot)
                assert there * 100 >= 95 * sum(amount for _, amount in of)
            assert {m.sender for m in moved if m.receiver == deposit.address} - {hot}
            claims += 1
    assert claims == CLAIMS[graph]


CLAIMS = {"simple_graph": 0, "complex_graph": 0, "tokens": 33}


def test_infer_from_the_command_line(run, simulated, tmp_path):
    case = simulated / "case"
    options = ("--ledger", simulated / "l", "--workspace", tmp_path)
    code, _, err = run("label", "infer", *options)
    assert (code, "label import" in err) == (2, True)
    code, out, _ = run("label", "infer", *options, "--labels", case / "hot-wallets.csv", "--json")
    told = json.loads(out)
    assert (code, told["wallets"], len(told["deposits"]) > 500) == (0, 3, True)
    assert told["error"]["wrong"] == MEASURED["deposit"].wrong
    run("label", "infer", *options, "--labels", case / "hot-wallets.csv", "--keep")
    address = told["deposits"][0]["address"]
    (kept,) = LabelStore(tmp_path).labels([address])
    assert kept.rule == "deposit"
    run("label", "infer", *options, "--labels", case / "hot-wallets.csv", "--keep")
    assert len(LabelStore(tmp_path).labels([address])) == 1
    assert look_up_address(open_ledger(simulated / "l"), address).transactions > 1
