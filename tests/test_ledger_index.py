"""An index of a column answers what a scan of it would, and `verify` finds one that does not."""

import hashlib

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from batches import account_batch, account_ledger, utxo_batch, utxo_ledger
from chains import MemoryAccount, MemoryUtxo, grouped
from sanctrail.errors import LedgerError
from sanctrail.ledger import open_ledger
from sanctrail.ledger import verify as verifying
from sanctrail.ledger.columns import ColumnWriter, MappedColumns, in_groups
from sanctrail.ledger.grouping import write_groups
from sanctrail.ledger.verify import verify

GROUPS = 6
COLUMNS = st.lists(st.integers(-1, GROUPS - 1), max_size=40)
NAMES = ("starts", "rows")


def written(folder, column, groups=GROUPS):
    writer = ColumnWriter(folder)
    write_groups(writer, NAMES, column, groups)
    writer.close()
    return MappedColumns(folder)


def scanned(column, wanted):
    """What the index must answer: every row whose number is wanted, one by one."""
    return [row for row, number in enumerate(column) if number >= 0 and number in wanted]


@given(COLUMNS, st.lists(st.integers(-3, GROUPS + 3), max_size=8), st.sampled_from("iq"))
@example([], [0], "i")
@example([-1, -1], [-1, 0], "q")
@settings(deadline=None)  # the kernel may have to be compiled
def test_groups_hold_what_a_scan_finds(tmp_path_factory, column, wanted, kind):
    held = written(tmp_path_factory.mktemp("c"), np.array(column, kind))
    for group in range(GROUPS):
        first, last = held["starts"][group : group + 2]
        assert held["rows"][first:last].tolist() == scanned(column, [group])
    assert held["starts"][-1] == len(held["rows"]) == len(scanned(column, range(GROUPS)))
    found = in_groups(held["starts"], held["rows"], wanted)
    assert found.dtype == np.int64
    assert found.tolist() == scanned(column, wanted)


@given(COLUMNS)
@settings(deadline=None)
def test_the_index_by_sorting_is_the_same(tmp_path_factory, column):
    column = np.array(column, np.int64)
    held = written(tmp_path_factory.mktemp("c"), column)
    starts, rows = grouped(column, GROUPS)
    assert (held["starts"].tolist(), held["rows"].tolist()) == (starts.tolist(), rows.tolist())


def test_a_column_without_groups_has_an_empty_index(tmp_path):
    held = written(tmp_path, np.full(3, -1, np.int32), groups=0)
    assert (held["starts"].tolist(), held["rows"].tolist()) == ([0], [])
    assert in_groups(held["starts"], held["rows"], [0, 1]).tolist() == []


CHAIN = [
    ("c0", 0, [], [("a", 50)]),
    ("c1", 1, [], [("b", 50)]),
    ("t1", 1, [("c0", 0), ("x", 0), ("y", 2, 5, "c")], [("b", 20), ("a", 10), (None, 20)]),
    ("t2", 2, [("t1", 1), ("t1", 0)], [("d", 15), ("b", 15)]),
]
MOVES = [
    {"transaction": "0xa", "sender": "w", "receiver": "x", "amount": "5", "time": 1},
    {"transaction": "0xb", "sender": "w", "receiver": "y", "amount": "5", "time": 1},
    {"receiver": "x", "amount": "5", "time": 2},
    {"transaction": "0xa", "sender": "x", "receiver": "y", "amount": "1", "time": 3},
    {"transaction": "0xf", "sender": "x", "receiver": "y", "amount": "1", "failed": True},
    {"transaction": "c", "sender": "x", "receiver": "y", "amount": "1", "time": 3},
]


def test_a_utxo_ledger_knows_the_outputs_of_each_address(tmp_path):
    utxo_ledger(tmp_path / "l", utxo_batch(CHAIN))
    ledger = open_ledger(tmp_path / "l", verify=True)
    owners = ledger.owners.tolist()
    assert owners.count(-1) == 2
    ids = range(len(ledger.addresses))
    assert sorted(map(ledger.address, ids)) == ["a", "b", "c", "d"]
    for number in ids:
        assert ledger.outputs_of(number).tolist() == scanned(owners, [number])
    assert ledger.outputs_of(-1).tolist() == []
    assert ledger.outputs_of_addresses([]).tolist() == []
    b, c = (ledger.ids_of([name])[name] for name in "bc")
    found = ledger.outputs_of_addresses([b, c, b])
    assert (found.tolist(), found.dtype) == (scanned(owners, [b, c]), np.int64)


def test_an_account_ledger_knows_the_movements_of_each_transaction(tmp_path):
    account_ledger(tmp_path / "l", account_batch(MOVES))
    ledger = open_ledger(tmp_path / "l", verify=True)
    numbers = ledger.columns["transactions"].tolist()
    ids = ledger.table("transactions")["transaction"].to_pylist()
    assert -1 in numbers
    assert ids[-1] == "0xf"
    for number, txid in enumerate(ids):
        assert ledger.positions_of_transaction(txid) == scanned(numbers, [number])
    assert ledger.positions_of_transaction("0xA") == scanned(numbers, [ids.index("0xa")])
    assert len(ledger.positions_of_transaction("a")) == 2
    assert ledger.positions_of_transaction("0xf") == ledger.positions_of_transaction("none") == []


def test_a_ledger_in_memory_knows_them_too():
    account = MemoryAccount([("a", "b", 1, "t"), ("b", "c", 1, "u"), ("b", "d", 1, "t")])
    assert account.positions_of_transaction("t") == [0, 2]
    utxo = MemoryUtxo([([], [("a", 3), ("b", 4)]), ([0], [("b", 3)])])
    assert utxo.outputs_of_addresses([1]).tolist() == utxo.outputs_of(1).tolist() == [1, 2]


@pytest.mark.parametrize("family", ["utxo", "account"])
def test_a_ledger_without_its_index_is_refused(tmp_path, family):
    ledger = made(tmp_path, family)
    path = tmp_path / "manifest.json"
    path.write_text(path.read_text().replace(f'"{INDEX[family][1]}.npy"', '"other.npy"'))
    with pytest.raises(LedgerError, match=r"this is not a ledger.*tables"):
        open_ledger(tmp_path)
    assert f"{INDEX[family][1]}.npy" in ledger.manifest["tables"]


# What `verify` finds.

INDEX = {
    "utxo": ("address_starts", "address_outputs", "each output in its address's list"),
    "account": (
        "transaction_starts", "transaction_places", "each movement in its transaction's list",
    ),
}  # fmt: skip


def made(folder, family):
    if family == "utxo":
        utxo_ledger(folder, utxo_batch(CHAIN))
    else:
        account_ledger(folder, account_batch(MOVES))
    return open_ledger(folder)


def tampered(ledger, name, values):
    """Write other values into a column, and their digest into the manifest as if they were so."""
    path = ledger.folder / f"{name}.npy"
    np.save(path, values)
    ledger.manifest["tables"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()


def swapped(values):
    return np.concatenate([values[1::-1], values[2:]])


DAMAGES = {
    "in no order": ("rows", swapped),
    "in another's group": ("rows", lambda values: values[::-1].copy()),
    "twice": ("rows", lambda values: np.concatenate([values[:1], values[:1], values[2:]])),
    "left out": ("rows", lambda values: values[:-1]),
    "beyond the end": ("rows", lambda values: np.concatenate([values[:-1], [99]])),
    "below nothing": ("rows", lambda values: np.concatenate([[-7], values[1:]])),
    "a group too few": ("starts", lambda values: values[:-1]),
    "groups that fall": ("starts", lambda values: np.concatenate([[0, 3, 2], values[3:]])),
    "another end": ("starts", lambda values: np.concatenate([values[:-1], values[-1:] - 1])),
    "another beginning": ("starts", lambda values: np.concatenate([[1], values[1:]])),
    "shifted": ("starts", lambda values: np.concatenate([[0], values[1:2] + 1, values[2:]])),
}


@pytest.mark.parametrize("family", ["utxo", "account"])
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("step", [1, 2, 1 << 20])
def test_verify_finds_an_index_that_does_not_tell_its_column(
    tmp_path, monkeypatch, family, damage, step
):
    monkeypatch.setattr(verifying, "STEP", step)
    ledger = made(tmp_path, family)
    starts, rows, rule = INDEX[family]
    assert next(check for check in verify(ledger) if check.rule == rule).holds
    part, change = DAMAGES[damage]
    name = {"starts": starts, "rows": rows}[part]
    tampered(ledger, name, change(ledger.columns[name].copy()))
    broken = [check for check in verify(open_as_told(ledger)) if not check.holds]
    assert [check.rule for check in broken] == [rule]
    assert all(name in flaw or rows in flaw for flaw in broken[0].flaws)
    assert broken[0].looked_at == len(ledger.columns[COLUMN[family]])


COLUMN = {"utxo": "owners", "account": "transactions"}


def open_as_told(ledger):
    """The same ledger, its columns read anew."""
    texts = ledger._texts
    return type(ledger)(ledger.folder, ledger.manifest, MappedColumns(ledger.folder), texts)


@given(COLUMNS, st.integers(1, 9), st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_other_index_is_found_whatever_the_step(monkeypatch, column, step, data):
    monkeypatch.setattr(verifying, "STEP", step)
    column = np.array(column, np.int64)
    starts, rows = grouped(column, GROUPS)
    one = data.draw(st.permutations(rows.tolist()) | st.lists(st.integers(-2, 41), max_size=41))
    other = data.draw(
        st.just(starts.tolist()) | st.lists(st.integers(0, 40), min_size=7, max_size=7).map(sorted)
    )
    columns = {"c": column, "starts": np.array(other), "rows": np.array(one, np.int64)}
    check = verifying._Index(columns, "c", NAMES).check("rule", GROUPS)
    assert check.holds == (other == starts.tolist() and one == rows.tolist())


def test_flaws_are_told_once_and_not_without_end(monkeypatch):
    monkeypatch.setattr(verifying, "STEP", 4)
    column = np.zeros(100, np.int32)
    columns = {"c": column, "starts": np.array([0, 100]), "rows": np.arange(100)[::-1]}
    check = verifying._Index(columns, "c", NAMES).check("rule", 1)
    assert len(set(check.flaws)) == len(check.flaws) == verifying.MANY
