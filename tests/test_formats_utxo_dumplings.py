"""CoinJoin dumps: every real line, what the lines say of each other, and bad ones with places."""

import zipfile
from collections import Counter

import pytest

from sanctrail.errors import UnreadableFile, UnsafeFile
from sanctrail.ledger.batches import NULL_DATA, UNKNOWN
from sanctrail.ledger.bitcoin.networks import MAINNET
from sanctrail.ledger.bitcoin.scripts import script_address
from sanctrail.ledger.formats import dumplings
from sanctrail.ledger.formats.dumplings import FORMAT
from sanctrail.ledger.formats.source import head_of
from utxo_reading import ADDRESS, SCRIPT, h, read, written

DUMPS = {
    "dumplings__end_zksnacks_202405.zip": (589, 589),
    "dumplings__sw_202403.zip": (4_939, 4_864),
    "joinmarket_lookalikes.zip": (21, 20),
}
"""Lines and different transactions in the real dumps."""


def line(number, place=12, time=1_717_130_617, inputs=None, outputs=None):
    spent = [f"{h(number + 100)}-1-1000+{SCRIPT}+TxPubkeyhash"] if inputs is None else inputs
    made = outputs or [f"900+{SCRIPT}+TxPubkeyhash"]
    fields = (h(number), h(0), place, time, "}{".join(spent), "}{".join(made))
    return ":::".join(map(str, fields))


def packed(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(f"Scanner/{name}.txt", text)
    return path


def plain(text):
    """A line as a reader without any checks takes it apart."""
    txid, _, place, time, inputs, outputs = text.strip().split(":::")

    def end(told):
        value, script, _ = told.split("+")
        return int(value), script_address(bytes.fromhex(script), MAINNET)

    def spent(told):
        point, place, rest = told.split("-")
        return point, int(place), *end(rest)

    return (txid, int(place), int(time), [spent(i) for i in inputs.split("}{")],
            [end(o) for o in outputs.split("}{")])  # fmt: skip


@pytest.fixture(scope="module")
def dumps(shared):
    return {name: read(FORMAT, shared / "chains/coinjoins" / name) for name in DUMPS}


@pytest.mark.parametrize("name", DUMPS)
def test_every_line_of_the_real_dumps_comes_in_once(shared, dumps, name):
    found, seen = dumps[name], {}
    with zipfile.ZipFile(shared / "chains/coinjoins" / name) as archive:
        for member in archive.namelist():
            for text in archive.read(member).decode().splitlines():
                row = plain(text)
                seen.setdefault(row[0], row)
    assert found.messages == []
    assert (found.rows[name], len(found.txs)) == DUMPS[name]
    assert {tx.id: (tx.id, tx.place, tx.time, tx.inputs, tx.outputs) for tx in found.txs} == seen
    assert {tx.block for tx in found.txs} == {UNKNOWN}


def test_what_an_input_says_it_spends_is_what_was_made(dumps):
    """The dumps tell each output up to twice, by what makes it and by what spends it."""
    txs = {tx.id: tx for found in dumps.values() for tx in found.txs}
    linked = 0
    for tx in txs.values():
        for txid, place, value, address in tx.inputs:
            if txid in txs:
                linked += 1
                assert txs[txid].outputs[place] == (value, address)
    assert linked > 5_000


def test_no_real_transaction_pays_more_than_it_spends(dumps):
    for found in dumps.values():
        for tx in found.txs:
            assert sum(i[2] for i in tx.inputs) >= sum(value for value, _ in tx.outputs)


def test_scripts_are_of_the_kind_that_the_dump_names(shared, dumps):
    """The dumps name each script's kind; the reader looks at the script alone."""
    looks = {
        "TxNullData": (NULL_DATA,), "TxPubkeyhash": ("1",), "TxScripthash": ("3",),
        "TxWitnessV0Keyhash": ("bc1q",), "TxWitnessV0Scripthash": ("bc1q",), "Unknown": ("bc1p",),
    }  # fmt: skip
    met = Counter()
    for name, found in dumps.items():
        txs = {tx.id: tx for tx in found.txs}
        with zipfile.ZipFile(shared / "chains/coinjoins" / name) as archive:
            lines = [x for m in archive.namelist() for x in archive.read(m).decode().splitlines()]
        for fields in (text.split(":::") for text in lines):
            kinds = [told.rsplit("+", 1)[1] for told in fields[5].split("}{")]
            for kind, (_, address) in zip(kinds, txs[fields[0]].outputs, strict=True):
                assert address.startswith(looks[kind])
                met[kind] += 1
    assert min(met[kind] for kind in ("TxNullData", "TxWitnessV0Keyhash", "Unknown")) > 500


def test_the_mixes_of_whirlpool_are_of_equal_outputs(shared, dumps):
    name = "dumplings__sw_202403.zip"
    with zipfile.ZipFile(shared / "chains/coinjoins" / name) as archive:
        lines = archive.read("Scanner/SamouraiCoinJoins.txt").decode().splitlines()
    txs = {tx.id: tx for tx in dumps[name].txs}
    mixes = [txs[text.split(":::")[0]] for text in lines]
    assert len(mixes) == 1_403
    for mix in mixes:
        assert len(mix.outputs) == len(mix.inputs) >= 5
        assert len({value for value, _ in mix.outputs}) == 1


def test_an_unpacked_dump_is_read_too(tmp_path):
    text = "\r\n".join([line(1), line(2), line(1), ""])
    found = read(FORMAT, written(tmp_path / "WasabiCoinJoins.txt", text))
    assert [tx.id for tx in found.txs] == [h(1), h(2)]
    assert found.txs[0].inputs == [(h(101), 1, 1000, ADDRESS)]
    assert found.txs[0].outputs == [(900, ADDRESS)]
    assert (found.txs[0].place, found.txs[0].block) == (12, UNKNOWN)
    assert found.rows == {"WasabiCoinJoins.txt": 3}
    assert {"blocks", "unspent"} <= found.told.gaps


def test_a_transaction_of_several_members_comes_once(tmp_path):
    file = packed(tmp_path / "d.zip", A=line(1) + "\n" + line(2), B=line(2) + "\n" + line(3))
    assert [tx.id for tx in read(FORMAT, file).txs] == [h(1), h(2), h(3)]


def test_a_height_in_the_place_of_the_place_is_a_height(tmp_path):
    found = read(FORMAT, written(tmp_path / "a.txt", line(1, place=800_000)))
    assert (found.txs[0].block, found.txs[0].place) == (800_000, UNKNOWN)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("garbage", "the line has 1 fields, expected 6"),
        (line(2)[:250], "the line has 5 fields, expected 6"),
        (line(2, place="first"), "the place in the block 'first' is not a whole number"),
        (line(2, time="noon"), "the time 'noon' is not a whole number"),
        (line(2, outputs=["x+00+T"]), "the value 'x' is not a whole number"),
        (line(2, outputs=["-5+00+T"]), "the value '-5' is not a whole number"),
        (line(2, outputs=[f"{2**53}+00+T"]), "the value 9007199254740992 is larger than can be"),
        (line(2, outputs=["5+zz+T"]), "script 'zz' is not hexadecimal"),
        (line(2, outputs=["5+00"]), "'5+00' is not value, script and type"),
        (line(2, inputs=[f"{h(1)}-x-5+00+T"]), "the output's place 'x' is not a whole number"),
        (line(2, inputs=["ab-0-5+00+T"]), "'ab' is no transaction id of 64 hexadecimal digits"),
        (line(2).replace(h(2), "é" * 64), "'"),
    ],
)
def test_a_bad_line_is_a_problem_and_the_rest_comes_in(tmp_path, text, message):
    content = "\n".join([line(1), "", text, line(3)])
    found = read(FORMAT, written(tmp_path / "a.txt", content))
    assert [tx.id for tx in found.txs] == [h(1), h(3)]
    (problem,) = found.told.problems
    assert (problem.source, problem.where) == ("a.txt", "a.txt, line 3")
    assert problem.message.startswith(message)
    assert found.rows == {"a.txt": 3}


def broken_archive(tmp_path, change):
    text = "\n".join(line(n) for n in range(400))
    data = bytearray(packed(tmp_path / "whole.zip", A=text, B=text).read_bytes())
    return written(tmp_path / "d.zip", bytes(change(data)))


def test_a_damaged_member_is_told(tmp_path):
    def flip(data):
        data[300] ^= 255
        return data

    source = dumplings.Source((broken_archive(tmp_path, flip),))
    with pytest.raises(UnreadableFile, match=r"the packed data is damaged .*Fetch the file again"):
        list(FORMAT.read(source))


def test_an_archive_that_breaks_off_is_unreadable_or_foreign(tmp_path):
    file = broken_archive(tmp_path, lambda data: data[: len(data) // 2])
    with pytest.raises(UnreadableFile):
        head_of(file)


def test_a_bomb_is_refused(tmp_path):
    source = dumplings.Source((packed(tmp_path / "b.zip", A="0" * (80 << 20), B="1"),))
    with pytest.raises(UnsafeFile, match="far more than a dump of its packed size would"):
        list(FORMAT.read(source))


def test_other_archives_and_texts_are_not_claimed(tmp_path):
    archive = packed(tmp_path / "x.zip", A="a,b\n1,2\n", B="hello")
    text = written(tmp_path / "x.txt", "a:::b:::c\n")
    assert not FORMAT.matches(head_of(archive))
    assert not FORMAT.matches(head_of(text))
