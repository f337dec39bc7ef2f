"""Clusters are what a naive union gives, and every one can say which transactions made it."""

import json
import re
from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batches import tx_id, utxo_batch, utxo_ledger
from sanctrail.attribution.clusters.beyond import unite_beyond
from sanctrail.attribution.clusters.build import EXCLUDE, UNITE, Wanted, build_clusters
from sanctrail.attribution.clusters.change import RULES, change_outputs, rules_named
from sanctrail.attribution.clusters.kinds import TYPES, kinds_of
from sanctrail.attribution.clusters.spread import derived
from sanctrail.attribution.clusters.store import open_clusters
from sanctrail.attribution.clusters.unite import unite
from sanctrail.attribution.clusters.why import why
from sanctrail.attribution.labels import Label
from sanctrail.errors import InputError, LedgerError
from sanctrail.ground.engine import DuckEngine
from sanctrail.ledger import How, import_files, open_ledger, simulate_heist
from sanctrail.ledger.batches import NULL_DATA

JOIN = "simple-coinjoin-tx"


@pytest.fixture(scope="module")
def regtest(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("regtest") / "ledger"
    import_files([shared / "chains/blocksci-regtest/btc/blk00000.dat"], folder)
    named = json.loads((shared / "chains/blocksci-regtest/btc/output.json").read_text())
    return folder, open_ledger(folder), named


def expected(shared, name):
    path = (
        shared / f"chains/blocksci-regtest/expected/test_clustering.test_clustering_{name}[btc].out"
    )
    return [re.findall(r"Address\(([^)]*)\)", line) for line in path.read_text().splitlines()]


def cluster(clusters, address):
    number = clusters.number_of(address)
    members = clusters.members(int(clusters.cluster_of[number]))
    return {clusters.ledger.address(int(n)) for n in members}


ASKED = ("address-p2pkh-spend-1", "address-p2sh-spend-2", "addr-2-in-2-out", "addr-peeling-chain",
         "addr-merge-0", "addr-merge-2", "merge-addr-1", "merge-addr-2")  # fmt: skip


# BlockSci's designed chain.


def test_blocksci_no_change(shared, regtest):
    folder, ledger, named = regtest
    clusters = build_clusters(folder, ledger, Wanted())
    lines = expected(shared, "no_change")
    assert cluster(clusters, named["merge-addr-1"]) == set(lines[0])
    merge = ledger.number_of(named["merge-final-tx"])
    ((link),) = why(clusters, named["merge-addr-1"], named["merge-addr-3"])
    assert (link.number, link.by, link.block) == (merge, "co-spend", 152)
    # The rest of their page: the cluster's money came in three outputs and left in one transaction.
    outputs = clusters.outputs_of(
        int(clusters.cluster_of[clusters.number_of(named["merge-addr-1"])])
    )
    assert sorted(int(ledger.values[o]) for o in outputs) == [99_990_000, 199_990_000, 299_990_000]
    assert {int(ledger.spent_by[o]) for o in outputs} == {merge}


@pytest.mark.parametrize("name", ["ignore_coinjoin", "cluster_coinjoin"])
def test_blocksci_with_and_without_coinjoins(shared, regtest, name):
    """The two expected files are the same bytes: none of the addresses asked for is in the join."""
    folder, ledger, named = regtest
    how = Wanted(EXCLUDE if name == "ignore_coinjoin" else UNITE)
    clusters = build_clusters(folder, ledger, how)
    told = [cluster(clusters, named[key]) for key in ASKED]
    assert told == [set(line) for line in expected(shared, name)]


def test_uniting_or_excluding_the_join_changes_the_clusters(regtest):
    """By hand: its three inputs are of three addresses that meet nowhere else in the chain."""
    folder, ledger, named = regtest
    number = ledger.number_of(named[JOIN])
    owners = [ledger.address(int(ledger.owners[o])) for o in ledger.inputs(number)]
    assert len(set(owners)) == 3
    apart = build_clusters(folder, ledger, Wanted())
    assert [cluster(apart, owner) for owner in owners] == [{owner} for owner in owners]
    told = [(row["transaction"], row["decided_by"]) for row in apart.excluded()]
    assert told == [(named[JOIN], "inputs part among them")]
    united = build_clusters(folder, ledger, Wanted(UNITE))
    assert [cluster(united, owner) for owner in owners] == [set(owners)] * 3
    named_apart = build_clusters(folder, ledger, Wanted(UNITE, excluded=(named[JOIN],)))
    assert np.array_equal(named_apart.cluster_of, apart.cluster_of)
    both = [c.manifest["counts"]["clusters"] for c in (apart, united)]
    assert both == [193, 191]


@pytest.mark.parametrize(
    ("name", "coinjoins"),
    [("address_cluster_with_coinjoin", UNITE), ("address_cluster", EXCLUDE)],
)
def test_graphsense_s_clusters(shared, tmp_path, name, coinjoins):
    """Their set has one transaction that they take for a CoinJoin; it is named here."""
    folder = shared / "chains/graphsense/utxo"
    import_files([folder / "test_txs.json"], tmp_path / "l")
    ledger = open_ledger(tmp_path / "l")
    rows = [json.loads(x) for x in (folder / f"reference/{name}.json").read_text().splitlines()]
    ids = (folder / "reference/address_ids.json").read_text().splitlines()
    texts = {row["addressId"]: row["address"] for row in map(json.loads, ids)}
    theirs = defaultdict(set)
    for row in rows:
        if row["addressId"] in texts:
            theirs[row["clusterId"]].add(texts[row["addressId"]])
    txs = [json.loads(x) for x in (folder / "test_txs.json").read_text().splitlines()]
    joins = tuple(tx["txHash"] for tx in txs if tx.get("coinjoin")) if coinjoins == EXCLUDE else ()
    clusters = build_clusters(tmp_path / "l", ledger, Wanted(coinjoins, joins))
    for members in theirs.values():
        for address in members - {"coinbase"}:
            assert cluster(clusters, address) == members


PEELING, OPTIMAL, TYPE, LOCKTIME, REUSE, FRESH, LEGACY, NONE = range(8)


@pytest.mark.parametrize(
    ("page", "rules"),
    [(PEELING, ("peeling",)), (REUSE, ("reuse",)), (LEGACY, ("optimal", "fresh")), (NONE, ())],
)
def test_blocksci_with_change_equal(shared, regtest, page, rules):
    folder, ledger, named = regtest
    clusters = build_clusters(folder, ledger, Wanted(change=rules))
    told = [cluster(clusters, named[key]) for key in ASKED]
    lines = expected(shared, "with_change")[page * 8 : page * 8 + 8]
    assert [{a for a in members if "of 3" not in a} for members in told] == [
        {a for a in line if "of 3" not in a} for line in lines
    ]


@pytest.mark.parametrize("page", [OPTIMAL, TYPE, FRESH])
def test_blocksci_with_change_differs_by_payments_with_one_output(shared, regtest, page):
    """BlockSci takes a payment's only output for change; here one output leaves nothing to choose.

    Uniting those too, where their rule does not rule the output out, gives their clusters.
    """
    folder, ledger, named = regtest
    rule = {OPTIMAL: "optimal", TYPE: "address-type", FRESH: "fresh"}[page]
    clusters = build_clusters(folder, ledger, Wanted(change=(rule,)))
    edges = [(int(clusters.cluster_of[a]), a) for a in range(len(clusters.cluster_of))]
    edges += only_outputs(ledger, rule, set(clusters.skipped.tolist()))
    groups = united(len(clusters.cluster_of), edges)
    lines = expected(shared, "with_change")[page * 8 : page * 8 + 8]
    for key, line in zip(ASKED, lines, strict=True):
        number = clusters.number_of(named[key])
        told = {ledger.address(n) for n in groups[number]}
        plain = {a for a in told if not a.startswith("script:")}
        assert plain == {a for a in line if "of 3" not in a}, (rule, key)


def only_outputs(ledger, rule, skipped):
    """Payer and payee where one output can be spent and a rule does not rule it out."""
    with DuckEngine() as engine:
        kinds = kinds_of(ledger, engine)
    seen = {}
    for number in range(ledger.outside, len(ledger.columns["first_input"]) - 1):
        outputs, inputs = list(ledger.outputs(number)), ledger.inputs(number)
        for output in outputs:
            seen.setdefault(int(ledger.owners[output]), number)
        spendable = [o for o in outputs if ledger.address(int(ledger.owners[o])) != NULL_DATA]
        if number in skipped or len(inputs) == 0 or len(spendable) != 1:
            continue
        owner, value = int(ledger.owners[spendable[0]]), int(ledger.values[spendable[0]])
        payers = [int(ledger.owners[o]) for o in inputs]
        fits = {
            "optimal": value < min(int(ledger.values[o]) for o in inputs),
            "address-type": {int(kinds[p]) for p in payers} == {int(kinds[owner])},
            "fresh": seen[owner] == number,
        }[rule]
        if fits:
            yield payers[0], owner


def united(count, edges):
    """The set of each node, by a naive union."""
    group = {n: {n} for n in range(count)}
    for a, b in edges:
        if group[a] is not group[b]:
            group[a] |= group[b]
            for n in group[b]:
                group[n] = group[a]
    return group


# Any chain.


@st.composite
def chains(draw):
    """Rows for `utxo_batch`: few addresses, outputs spent in any number together."""
    names = [f"1{chr(65 + n) * 25}" for n in range(draw(st.integers(2, 8)))]
    names += ["script:" + "0" * 64, NULL_DATA] if draw(st.booleans()) else []
    rows, unspent = [], []
    for number in range(draw(st.integers(2, 14))):
        count = draw(st.integers(0, min(4, len(unspent))))
        spent = [unspent.pop(draw(st.integers(0, len(unspent) - 1))) for _ in range(count)]
        made = draw(st.lists(st.sampled_from(names), min_size=1, max_size=4))
        values = [draw(st.sampled_from([5, 700, 1_000_000, 2_500_000])) for _ in made]
        rows.append((f"t{number}", number // 3, spent, list(zip(made, values, strict=True))))
        unspent += [(f"t{number}", n) for n, owner in enumerate(made) if owner != NULL_DATA]
    return rows


def naive(ledger, skipped, apart, change=None):
    """The first address of each address's cluster, by a union written to be obvious."""
    edges = []
    for number in range(ledger.outside, len(skipped)):
        if skipped[number]:
            continue
        owners = [int(ledger.owners[o]) for o in ledger.inputs(number)]
        owners = [o for o in owners if o >= 0 and not apart[o]]
        if owners and change is not None and change[number] >= 0:
            back = int(ledger.owners[change[number]])
            owners += [back] if not apart[back] else []
        edges += [(owners[0], other) for other in owners[1:]]
    group = united(len(apart), edges)
    return [min(group[n]) for n in range(len(apart))]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_kernel_and_the_engine_agree_with_a_naive_union(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("any")
    utxo_ledger(folder / "l", utxo_batch(data.draw(chains())))
    ledger = open_ledger(folder / "l")
    count = len(ledger.columns["first_input"]) - 1
    skipped = np.array([data.draw(st.booleans()) for _ in range(count)], np.bool_)
    with DuckEngine() as engine:
        kinds = kinds_of(ledger, engine)
        apart = kinds == 0
        rules = rules_named([data.draw(st.sampled_from(sorted(RULES)))])
        change = change_outputs(ledger, rules, skipped, kinds)
        for back in (None, change):
            told = naive(ledger, skipped, apart, back)
            assert unite(ledger, skipped, apart, back).tolist() == told
            work = folder / f"work{back is None}"
            work.mkdir()
            found = list(range(len(apart)))
            for batch in unite_beyond(ledger, engine, work, skipped, apart, back):
                for u, v in zip(batch["u"].to_pylist(), batch["v"].to_pylist(), strict=True):
                    found[u] = v
            assert found == told


@settings(max_examples=60, deadline=None)
@given(chains())
def test_why_is_a_shortest_chain_of_links_that_hold(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("why") / "l"
    utxo_ledger(folder, utxo_batch(rows))
    ledger = open_ledger(folder)
    clusters = build_clusters(folder, ledger, Wanted(change=("fresh",)))
    joins = defaultdict(set)
    skipped = set(clusters.skipped.tolist())
    change = {int(t): int(o) for t, o in clusters.change_links()}
    apart = {n for n in range(len(clusters.cluster_of))
             if ledger.address(n).startswith(("script:", NULL_DATA))}  # fmt: skip
    for number in range(ledger.outside, len(ledger.columns["first_input"]) - 1):
        if number not in skipped:
            joins[number] = {int(ledger.owners[o]) for o in ledger.inputs(number)} - apart
            if number in change and joins[number]:
                joins[number].add(int(ledger.owners[change[number]]))
    for a, b in combinations(range(len(clusters.cluster_of)), 2):
        if int(clusters.cluster_of[a]) != int(clusters.cluster_of[b]):
            continue
        links = why(clusters, ledger.address(a), ledger.address(b))
        at = a
        for link in links:
            assert ledger.address(at) == link.from_address
            after = clusters.number_of(link.to_address)
            assert {at, after} <= joins[link.number]
            at = after
        assert at == b
        assert len(links) == steps(joins, a, b)


def steps(joins, start, end):
    """How many transactions the shortest chain has."""
    reached, count = {start}, 0
    while end not in reached:
        reached |= {o for owners in joins.values() if owners & reached for o in owners}
        count += 1
    return count


# Rules of thumb, one by one.


def changes(tmp_path, rule, rows, **kind):
    utxo_ledger(tmp_path / "l", utxo_batch(rows), key=rule)
    ledger = open_ledger(tmp_path / "l")
    with DuckEngine() as engine:
        kinds = kinds_of(ledger, engine)
    count = len(ledger.columns["first_input"]) - 1
    change = change_outputs(ledger, rules_named([rule]), np.zeros(count, np.bool_), kinds)
    number = ledger.number_of(tx_id("pay"))
    return None if change[number] < 0 else ledger.place(int(change[number]))


A, B, C, D = (f"1{letter * 25}" for letter in "ABCD")
S = "3" + "S" * 25
MINT = ("mint", 1, [], [(A, 1_000_000), (B, 400_000)])
TWO = [("mint", 0), ("mint", 1)]


@pytest.mark.parametrize(
    ("rule", "made", "place"),
    [
        ("optimal", [(C, 300_000), (D, 1_090_000)], 0),
        ("optimal", [(C, 300_000), (D, 390_000)], None),
        ("optimal", [(C, 700_000), (D, 690_000)], None),
        ("address-type", [(S, 700_000), (D, 690_000)], 1),
        ("address-type", [(C, 700_000), (D, 690_000)], None),
        ("reuse", [(C, 700_000), (A, 690_000)], 1),
        ("reuse", [(B, 700_000), (A, 690_000)], None),
        ("fresh", [(A, 700_000), (D, 690_000)], 1),
        ("fresh", [(C, 700_000), (D, 690_000)], None),
        ("round", [(C, 1_000_000), (D, 390_000)], 1),
        ("round", [(C, 1_000_001), (D, 390_000)], None),
        ("optimal", [(C, 300_000)], None),
        ("optimal", [(C, 300_000), (NULL_DATA, 0)], None),
    ],
)
def test_a_rule_names_the_change_or_nothing(tmp_path, rule, made, place):
    assert changes(tmp_path, rule, [MINT, ("pay", 2, TWO, made)]) == place


def test_a_peeling_chain_goes_on_in_the_change(tmp_path):
    rows = [
        MINT,
        ("pay", 2, [("mint", 0)], [(C, 100_000), (D, 890_000)]),
        ("on", 3, [("pay", 1)], [(B, 90_000), (A, 790_000)]),
        ("end", 4, [("pay", 0), ("on", 0)], [(B, 150_000)]),
    ]
    assert changes(tmp_path, "peeling", rows) == 1


def test_a_rule_that_is_not_there_is_told():
    with pytest.raises(InputError, match="there are optimal"):
        rules_named(["magic"])


def test_types_of_addresses(tmp_path, regtest):
    _, ledger, _ = regtest
    with DuckEngine() as engine:
        kinds = kinds_of(ledger, engine)
    found = defaultdict(int)
    for number, kind in enumerate(kinds):
        found[TYPES[kind]] += 1
        text = ledger.address(number)
        assert (TYPES[kind] == "none") == (text == NULL_DATA or text.startswith("script:"))
        assert (TYPES[kind] == "p2sh") == text.startswith("2")
        assert (TYPES[kind] == "p2wsh") == (text.startswith("bcrt1q") and len(text) == 64)
    assert found["other"] == 0


# On disk, and what labels say of clusters.


def test_clusters_are_bound_to_their_ledgers_state(tmp_path):
    folder = tmp_path / "l"
    utxo_ledger(folder, utxo_batch([MINT]))
    ledger = open_ledger(folder)
    with pytest.raises(LedgerError, match="no clusters were made"):
        open_clusters(folder, ledger)
    build_clusters(folder, ledger, Wanted())
    assert open_clusters(folder, ledger).manifest["counts"]["addresses"] == 2
    utxo_ledger(folder, utxo_batch([("more", 2, [], [(C, 5)])]), how=How(add=True), key="more")
    with pytest.raises(LedgerError, match="earlier state"):
        open_clusters(folder, open_ledger(folder))


def test_the_same_ledger_gives_the_same_bytes(tmp_path):
    simulate_heist(tmp_path / "l", tmp_path / "case", transactions=3_000)
    ledger = open_ledger(tmp_path / "l")

    def files():
        build_clusters(tmp_path / "l", ledger, Wanted(change=("reuse",)))
        found = (tmp_path / "l" / "clusters").rglob("*")
        return {p.name: p.read_bytes() for p in found if p.is_file()}

    assert files() == files()


def test_a_label_that_speaks_for_its_cluster_says_by_which_transactions(tmp_path):
    folder = tmp_path / "l"
    rows = [MINT, ("pay", 2, TWO, [(C, 1_000_000), (A, 390_000)])]
    utxo_ledger(folder, utxo_batch(rows))
    clusters = build_clusters(folder, open_ledger(folder), Wanted())
    told = [Label(A, "Example", "exchange", "who", "bitcoin", definer=True),
            Label(A, "alone", "exchange", "who", "bitcoin")]  # fmt: skip
    (found,) = derived(clusters, B, told)
    context = json.loads(found.context)
    assert (found.entry, found.label, found.rule) == (B, "Example", "co-spend")
    assert context["transactions"] == [tx_id("pay")]
    assert context["error"]["wrong"] == 0
    assert derived(clusters, C, told) == []


def test_cluster_commands(run, tmp_path):
    folder = tmp_path / "l"
    utxo_ledger(folder, utxo_batch([MINT, ("pay", 2, TWO, [(C, 1_390_000)])]))
    assert run("cluster", "show", A, "--ledger", folder)[0] == 2
    code, out, _ = run("cluster", "build", "--ledger", folder, "--json")
    assert (code, json.loads(out)["counts"]["of_several"]) == (0, 1)
    code, out, _ = run("cluster", "show", A, "--ledger", folder, "--workspace", tmp_path, "--json")
    assert json.loads(out)["shown"] == [A, B]
    code, out, _ = run("cluster", "why", A, B, "--ledger", folder, "--json")
    assert [link["transaction"] for link in json.loads(out)] == [tx_id("pay")]
    code, _, err = run("cluster", "why", A, C, "--ledger", folder)
    assert (code, "different clusters" in err) == (2, True)
    code, _, err = run("cluster", "show", D, "--ledger", folder)
    assert (code, "ledger info" in err) == (2, True)
    assert json.loads(run("cluster", "coinjoins", "--ledger", folder, "--json")[1]) == []
    code, out, _ = run("cluster", "coinjoins", tx_id("pay"), "--ledger", folder, "--json")
    assert {v["level"] for v in json.loads(out)[tx_id("pay")]} == {"no"}
    labels = tmp_path / "x.csv"
    labels.write_text(f"entry,label,category,definer\n{A},Example,exchange,true\n")
    run("label", "import", labels, "--workspace", tmp_path)
    _, out, _ = run("label", B, "--workspace", tmp_path, "--ledger", folder, "--json")
    assert [x["rule"] for x in json.loads(out)["addresses"][0]["labels"]] == ["co-spend"]
