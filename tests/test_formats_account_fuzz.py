"""Damaged and foreign files of account formats: problems or one clear sentence, never a crash."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from account_reading import as_csv, as_json, h
from sanctrail.errors import SanctrailError
from sanctrail.ledger.formats import (
    aws_ethereum,
    ethereum_etl,
    etherscan,
    graphsense_eth,
    graphsense_tron,
    tables,
)
from sanctrail.ledger.formats.source import Source, head_of
from test_formats_account_aws import table
from test_formats_account_etherscan import INTERNAL, NORMAL, TOKENS, A, B, internal, normal, token
from test_formats_account_etl import BLOCK, log, token_transfer, trace, transaction
from test_formats_account_tables import SMALL

FORMS = [
    module.FORMAT
    for module in (ethereum_etl, aws_ethereum, etherscan, graphsense_eth, graphsense_tron)
] + [tables.LABELLED_FLOWS, tables.TRANSFERS]

_TRON = {
    "blockIdGroup": 0,
    "blockId": 7,
    "traceIndex": 0,
    "callerAddress": "bgYXlI/gMKfklw+DidStKV8km34=",
    "transfertoAddress": "6X9FJ+1Q216kFdwW5AOzCznI4t8=",
    "callValue": 5,
    "note": "call",
    "rejected": False,
    "txHash": "ypm5l+CGfcVcE+lvfKhFNjtixM058NkEBkQm9Ck7OJ0=",
}
_GRAPHSENSE = {
    "blockIdGroup": 0, "blockId": 7, "traceId": "call_" + h(1), "traceIndex": 0,
    "fromAddress": A, "toAddress": B, "value": 5, "status": 1, "callType": "call", "txHash": h(1),
}  # fmt: skip


def seeds():
    yield as_json([transaction(n) for n in range(3)]).encode()
    yield as_csv([trace(n) for n in range(3)]).encode()
    yield as_json([log(n) for n in range(3)]).encode()
    yield as_csv([token_transfer(n) for n in range(3)]).encode()
    yield as_csv(
        [{**BLOCK, "withdrawals": '[{"index": 1, "address": "' + A + '", "amount": 1}]'}]
    ).encode()
    yield "\n".join([NORMAL, normal(1, A, B, "0", "1"), normal(2, A, B, "0", "2")]).encode()
    yield "\n".join([INTERNAL, internal(1, A, B, "0", "1")]).encode()
    yield "\n".join([TOKENS, token(1, A, B, "1,000.5")]).encode()
    yield as_csv([_GRAPHSENSE, _GRAPHSENSE]).encode()
    yield as_json([_TRON, _TRON]).encode()
    yield b"when,payer,payee,value\n1700000000,a,b,1\n"
    with tempfile.TemporaryDirectory() as folder:
        yield table(Path(folder), "t.parquet", [transaction(n) for n in range(3)]).read_bytes()


SEEDS = list(seeds())


def read_or_told(form, data):
    with tempfile.TemporaryDirectory() as folder:
        file, layout = Path(folder, "x"), Path(folder, "l.toml")
        file.write_bytes(data)
        layout.write_text(SMALL)
        options = {"layout": layout} if form.name == "transfers" else {}
        source = Source((file,), options=options)
        try:
            form.matches(head_of(file))
            batches = list(form.read(source))
        except SanctrailError:
            return None
        assert all(batch.transfers.num_rows + batch.fees.num_rows for batch in batches)
        return sum(map(len, batches)), source.told.problems


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_damage_is_a_crash(form, data):
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    read_or_told(form, bytes(content[:end] if data.draw(st.booleans()) else content))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=200))
def test_no_foreign_file_is_claimed_or_a_crash(form, data):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x")
        file.write_bytes(data)
        try:
            assert not form.matches(head_of(file))
        except SanctrailError:
            return
    read_or_told(form, data)


_CELLS = st.sampled_from(
    [
        "",
        "0",
        "-1",
        "1e400",
        "0x",
        "nan",
        "null",
        None,
        True,
        1.5,
        2**300,
        [],
        [[]],
        {},
        "[[",
        "é",
        A,
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_cell_is_a_crash(data):
    make = data.draw(st.sampled_from([transaction, trace, log, token_transfer]))
    row = make(1)
    for name in data.draw(st.lists(st.sampled_from(sorted(row)), max_size=3)):
        row[name] = data.draw(_CELLS)
    row["type"] = make.__name__
    told = read_or_told(ethereum_etl.FORMAT, as_json([make(2), row]).encode())
    assert told is not None
    assert told[0] >= 1
