"""Labels: every source reads whole, nothing overwrites anything, lost letters stay hints."""

import csv
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanctrail.attribution.chains import place
from sanctrail.attribution.conflicts import conflicts
from sanctrail.attribution.formats.source import Defaults
from sanctrail.attribution.hints import all_lost_case, lost_case
from sanctrail.attribution.labels import Label
from sanctrail.attribution.reading import read_label_file, read_labels
from sanctrail.attribution.store import LabelStore, forget_labels, import_labels
from sanctrail.attribution.writing import written
from sanctrail.errors import FailedFiles, InputError, SanctrailError, UnreadableFile, UnsafeFile

RONIN = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# Every source, whole.


def test_tagpacks_load_with_counts_equal_to_a_count_of_their_lines(shared):
    folder = shared / "tags/graphsense"
    for path in sorted(folder.glob("*.yaml")):
        text = path.read_text()
        read = read_label_file(path)
        if read.format == "actorpack":
            assert len(read.actors) == len(re.findall(r"^- id:", text, re.MULTILINE)) == 3_813
            continue
        addresses = re.findall(r"^(?:- |  )address:", text, re.MULTILINE)
        assert (len(read.labels), len(read.hints)) == (len(addresses), 0), path.name


def test_lists_of_addresses_load_with_counts_equal_to_a_count_of_their_lines(shared):
    counted = 0
    for path in sorted((shared / "tags/0xb10c_2024-09-27").glob("sanctioned*.txt")):
        lines = [line for line in path.read_text().splitlines() if line.strip()]
        read = read_label_file(path)
        beside = read_label_file(path.with_suffix(".json"))
        assert [label.entry for label in read.labels] == [x.entry for x in beside.labels]
        assert len(read.labels) == len(lines)
        counted += len(lines)
    assert counted == 654
    files = sorted((shared / "tags/ofac_addresses_2025-03").glob("*.txt"))
    assert sum(len(read_label_file(path).labels) for path in files) == 663


def test_json_label_files_load_with_counts_equal_to_a_plain_count(shared):
    explorer = shared / "labels/etherscan-2023-10.json"
    held = json.loads(explorer.read_text())
    read = read_label_file(explorer)
    assert len(read.labels) == len(held) == 29_945  # 173 addresses stand there in two spellings
    assert len({label.entry for label in read.labels}) == len({a.lower() for a in held}) == 29_772
    known = read_label_file(shared / "labels/crypttrace/known.json")
    assert (len(known.labels), sum(x.kind == "exchange" for x in known.labels)) == (672, 646)
    assert read_label_file(shared / "labels/crypttrace/partial.json").hints == ()
    bitcoin = shared / "tags/ofac_addresses_2026/nhamilton1_bitcoin_2026-07-14.json"
    told = read_label_file(bitcoin, Defaults(label="listed", asset="XBT"))
    assert len(told.labels) == len(json.loads(bitcoin.read_text()))
    strays = [label.entry for label in told.labels if label.chain != "bitcoin"]
    assert strays == ["TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"]  # listed as XBT, by its form TRON's


def test_the_lower_cased_list_gives_hints_and_no_address(shared, tmp_path):
    path = shared / "tags/ofac_addresses_2026/thomasgregg_sanctioned-addresses_2026-08-20.json"
    read = read_label_file(path)
    held = json.loads(path.read_text())["addresses"]
    assert (len(read.labels), len(read.hints)) == (0, len(held)) == (0, 961)
    import_labels(tmp_path, [path])
    store = LabelStore(tmp_path)
    assert store.labels() == []
    tron = "TNiq9AXBp9EjUqhDhrwrfvAA8U3GUQZH81"
    assert store.labels([tron, tron.lower()]) == []
    ((asked, hint),) = store.hints([tron])
    assert (asked, hint.label) == (tron, "BANK MARKAZI JOMHOURI ISLAMI IRAN")


# What a TagPack's header gives its tags.

PACK = """%YAML 1.1
---
title: Example
creator: me
lastmod: 2024-01-02
currency: BTC
category: exchange
confidence: service_data
is_cluster_definer: true
source: https://example.org
label: Example Exchange
actor: example
tags:
- address: 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa
- address: 0x098B716B8Aaf21512996dC57EB0615e2383E2f96
  currency: ETH
  label: "another"
  is_cluster_definer: false
  concepts: [hot_wallet, exchange]
  context: '{"n": 1}'
- label: without an address
"""


def test_a_tag_inherits_from_the_header_and_its_own_word_goes_first(tmp_path):
    read = read_label_file(write(tmp_path, "pack.yaml", PACK))
    first, second = read.labels
    assert (first.entry, first.label, first.chain, first.definer) == (
        GENESIS, "Example Exchange", "bitcoin", True,
    )  # fmt: skip
    assert (first.date, first.confidence, first.actor) == ("2024-01-02", "service_data", "example")
    assert (second.entry, second.label, second.chain, second.definer) == (
        RONIN.lower(), "another", "ethereum", False,
    )  # fmt: skip
    assert (second.concepts, second.context) == (("hot_wallet", "exchange"), '{"n": 1}')
    assert [str(p) for p in read.problems] == [
        "pack.yaml, tag 3, line 21: has neither address nor tx_hash"
    ]


def test_yaml_makes_no_number_of_an_address(tmp_path):
    read = read_label_file(write(tmp_path, "p.yaml", "label: x\ntags:\n- address: 0x1234\n"))
    assert read.labels[0].entry == "0x1234"


@pytest.mark.parametrize(
    ("name", "text", "error", "said"),
    [
        ("a.yaml", "a: &x [1]\nb: *x\n", UnsafeFile, "aliases"),
        ("a.yaml", "tags: [\n", UnreadableFile, "line"),
        ("a.yaml", "just: text\n", UnreadableFile, "not of any known form"),
        ("a.json", "{not json", UnreadableFile, "JSON"),
        ("a.json", "[1, 2]", UnreadableFile, "not of any known form"),
        ("a.json", '"text"', UnreadableFile, "--label"),
        ("a.json", "{}", UnreadableFile, "not of any known form"),
        ("a.csv", "", UnreadableFile, "not of any known form"),
        ("a.txt", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\n", UnreadableFile, "--label"),
        ("a.csv", 'entry,label\n"x,y\n', UnreadableFile, "not a table"),
        ("a.csv", "a\0b,c\n", UnreadableFile, "bytes of zero"),
        (
            "a.html",
            "<html><head><title>404, Not Found</title></head>",
            UnreadableFile,
            "hold no label",
        ),
        ("a.md", f"Some long, prose\nof many, words\n{GENESIS},x\n", UnreadableFile, "2 of 3 rows"),
        ("a.json", '{"A":{"name":"\\ud800","labels":["x"]}}', UnreadableFile, "no text"),
        (
            "a.json",
            '{"A":{"name":"x","type":"y"},"A":{"name":"z","type":"y"}}',
            UnreadableFile,
            "stands twice",
        ),
        ("a.yaml", "tags: [{address: x1, label: a, label: b}]\n", UnreadableFile, "second time"),
        ("a.csv", f"entry,label\nx,{'y' * 30_000}\n", UnreadableFile, "more than 20,000"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence_and_changes_nothing(tmp_path, name, text, error, said):
    path = write(tmp_path, name, text)
    with pytest.raises(error, match=said):
        read_label_file(path)
    with pytest.raises(FailedFiles):
        import_labels(tmp_path / "w", [write(tmp_path, "good.yaml", PACK), path])
    assert not LabelStore(tmp_path / "w")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["x.csv", "x.json", "x.yaml", "x.txt"]), st.text(max_size=300))
def test_any_text_is_read_or_refused(tmp_path_factory, name, text):
    path = tmp_path_factory.mktemp("any") / name
    path.write_text(text, encoding="utf-8")
    try:
        read = read_label_file(path)
    except SanctrailError:
        return
    assert read.labels or read.hints or read.actors or read.problems


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"address;label\n{GENESIS};Kraken\n", [(GENESIS, "Kraken")]),
        (f"address\tlabel\n{GENESIS}\tKraken\n", [(GENESIS, "Kraken")]),
        (f"address,label,concepts\r{GENESIS},x,a; b; c\r", [(GENESIS, "x")]),
        (f"tx_hash,label\n{'ab' * 32},x\n", [("ab" * 32, "x")]),
        (f"address,label,tag1\n{GENESIS},x,y\n", [(GENESIS, "x")]),
        (f"label,tx,address\nx,{'ab' * 32},{GENESIS}\n", [(GENESIS, "x")]),
        (f'"address","label"\n"{GENESIS}","a, b"\n', [(GENESIS, "a, b")]),
        (f"{GENESIS},x,exchange\nnot an address,y\n", [(GENESIS, "x")]),
    ],
)
def test_tables_of_many_dialects(tmp_path, text, told):
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    assert [(x.entry, x.label) for x in read_label_file(path).labels] == told


def test_quoted_lines_and_json_tagpacks(tmp_path):
    lines = write(tmp_path, "x.txt", f'"address"\n"{GENESIS}"\n')
    assert [x.entry for x in read_label_file(lines, Defaults(label="L")).labels] == [GENESIS]
    pack = {"title": "t", "label": "L", "tags": [{"address": GENESIS, "context": [{"a": 1}]}]}
    (label,) = read_label_file(write(tmp_path, "x.json", json.dumps(pack))).labels
    assert (label.label, label.context) == ("L", '[{"a": 1}]')
    nested = "label: L\ntags:\n- address: x1\n  context:\n  - a: 1\n"
    (label,) = read_label_file(write(tmp_path, "x.yaml", nested)).labels
    assert label.context == '[{"a": "1"}]'
    actors = {"actors": [{"id": "a", "label": "A", "categories": ["exchange"]}]}
    assert read_label_file(write(tmp_path, "y.json", json.dumps(actors))).actors[0].label == "A"


def test_members_that_are_no_objects_are_problems(tmp_path):
    held = {GENESIS: {"name": "x", "labels": ["x", None, {"a": 1}]}, "12cb": "Binance"}
    read = read_label_file(write(tmp_path, "x.json", json.dumps(held)))
    assert [x.concepts for x in read.labels] == [("x",)]
    assert len(read.problems) == 1


# Asset and chain.


@pytest.mark.parametrize(
    ("asset", "address", "chain", "by"),
    [
        ("XBT", GENESIS, "bitcoin", "asset"),
        ("BCH", GENESIS, "bitcoin cash", "asset"),
        ("USDT", GENESIS, "bitcoin", "form"),
        ("USDT", RONIN, "ethereum-like", "form"),
        ("USDT", "TCiRCBNFrL6bFKWL94yWQi5hNMGNp1Nu27", "tron", "form"),
        ("ETC", RONIN, "ethereum classic", "asset"),
        ("XBT", "TCiRCBNFrL6bFKWL94yWQi5hNMGNp1Nu27", "tron", "form"),
        ("", RONIN, "ethereum-like", "form"),
        ("XMR", "4" + "A" * 94, "monero", "asset"),
        ("", "who knows", "", "nothing"),
    ],
)
def test_an_asset_is_not_a_chain(asset, address, chain, by):
    at = place(asset, address)
    assert (at.chain, at.by) == (chain, by)


def test_a_contradiction_is_told_and_the_label_kept(shared):
    read = read_label_file(shared / "tags/graphsense/ofac.yaml")
    (problem,) = read.problems
    assert problem.message.startswith("TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq: BTC is of bitcoin")


def test_a_mistyped_address_is_told_and_kept(tmp_path):
    wrong = GENESIS.replace("zP1", "zP2")
    read = read_label_file(write(tmp_path, "x.csv", f"entry,label,asset\n{wrong},y,XBT\n"))
    assert len(read.labels) == 1
    assert "checksum" in read.problems[0].message


# Lost letters.


def test_case_that_is_lost_is_told_from_case_that_never_was():
    assert lost_case(GENESIS.lower())
    assert lost_case("tciRCBNFrL6bFKWL94yWQi5hNMGNp1Nu27".lower(), "TRX")
    for whole in (GENESIS, RONIN, RONIN.lower(), "bc1qq7p0es3dv5hcynjjf40f2xjjr6qp5py47d2f6n",
                  "cosmos1nynns8ex9fq6sjjfj8k79ymkdz4sqth06xexae",
                  "qq3vlashthktqpeppuv7trmw070e3mydgq63zq348v"):  # fmt: skip
        assert not lost_case(whole)
    assert not lost_case("f1abjxfbp274xpdqcpuaykwkfb43omjotacm2p3za", "FIL")
    assert all_lost_case([(GENESIS.lower(), ""), (RONIN.lower(), "")])
    assert not all_lost_case([(GENESIS.lower(), ""), (RONIN, "")])
    assert not all_lost_case([(RONIN.lower(), "")])
    assert not lost_case("1f" * 32)  # a transaction
    strange = "inj1hkhdaj2a2clmq5jq6mspsggqs32vynpk228q3r"
    assert not all_lost_case([(RONIN.lower(), "")] * 1_000 + [(strange, "")])


def test_one_row_that_lost_its_case_is_a_hint_among_labels(tmp_path):
    text = f"entry,label,asset\n{GENESIS},whole,XBT\n{GENESIS.lower()},folded,XBT\n"
    read = read_label_file(write(tmp_path, "x.csv", text))
    assert [label.label for label in read.labels] == ["whole"]
    assert [hint.label for hint in read.hints] == ["folded"]


def test_a_part_of_an_address_is_a_hint_for_both_its_ends(tmp_path):
    entries = [{"prefix": "bc1qq85v2c9", "suffix": "cu9r", "name": "thief", "type": "scam"}]
    import_labels(tmp_path, [write(tmp_path, "partial.json", json.dumps({"entries": entries}))])
    store = LabelStore(tmp_path)
    assert len(store.hints(["BC1QQ85V2C9xyzcu9r"])) == 1
    assert store.hints(["bc1qq85v2c9xyzcu9x", "xbc1qq85v2c9cu9r"]) == []


# The store.


def test_importing_again_changes_nothing_and_forgetting_forgets(tmp_path):
    path = write(tmp_path, "pack.yaml", PACK)
    first, again = import_labels(tmp_path, [path]), import_labels(tmp_path, [path])
    assert (first[0].new, again[0].new) == (True, False)
    before = {p: p.read_bytes() for p in (tmp_path / "labels").rglob("*") if p.is_file()}
    import_labels(tmp_path, [path])
    assert before == {p: p.read_bytes() for p in (tmp_path / "labels").rglob("*") if p.is_file()}
    assert len(LabelStore(tmp_path).labels([RONIN])) == 1
    forget_labels(tmp_path, "pack.yaml")
    assert LabelStore(tmp_path).labels() == []
    with pytest.raises(InputError, match="label sources"):
        forget_labels(tmp_path, "pack.yaml")


@pytest.mark.parametrize("step", ["write_table", "write_json"])
def test_an_import_that_breaks_off_leaves_what_was(tmp_path, monkeypatch, step):
    import_labels(tmp_path, [write(tmp_path, "a.csv", f"entry,label\n{GENESIS},first\n")])
    before = LabelStore(tmp_path).labels()

    def breaks(*arguments):
        raise KeyboardInterrupt

    second = write(tmp_path, "b.csv", f"entry,label\n{GENESIS},second\n")
    with monkeypatch.context() as broken:
        broken.setattr(f"sanctrail.attribution.store.{step}", breaks)
        with pytest.raises(KeyboardInterrupt):
            import_labels(tmp_path, [second])
    assert LabelStore(tmp_path).labels() == before
    import_labels(tmp_path, [tmp_path / "b.csv"])
    assert [x.label for x in LabelStore(tmp_path).labels()] == ["first", "second"]
    folders = [p for p in (tmp_path / "labels").iterdir() if p.is_dir()]
    assert len(folders) == 2


def test_a_file_of_the_same_name_does_not_overwrite(tmp_path):
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        text = f"entry,label\n{GENESIS},owner {number}\n"
        import_labels(tmp_path, [write(tmp_path / str(number), "mine.csv", text)])
    assert sorted(x.label for x in LabelStore(tmp_path).labels([GENESIS])) == ["owner 1", "owner 2"]


@pytest.mark.parametrize("form", ["csv", "tagpack", "json"])
def test_what_is_exported_says_the_same_when_it_is_imported(tmp_path, form):
    labels = [
        Label(GENESIS, 'A "quoted", one', "exchange", "https://x.org", "bitcoin", "BTC", "a", "",
              ("hot_wallet", "exchange"), "service_data", "2024-01-02", definer=True,
              context='{"n": [1, 2]}'),
        Label(RONIN.lower(), "yes", "", "null", "ethereum", "", "", "service_hack"),
        Label("ab" * 32, "1e5", "mixer", "0x12", "bitcoin", "BTC", context="a\rb", rule="deposit"),
    ]  # fmt: skip
    name = {"csv": "x.csv", "tagpack": "x.yaml", "json": "x.json"}[form]
    text = written(labels, form)
    read = read_label_file(write(tmp_path, name, text))
    plain = [replace(x, file="", place="") for x in read.labels]
    assert plain == labels
    assert text == written(labels, form)


def test_all_labels_of_the_field_survive_a_round_trip(shared, tmp_path):
    read = read_label_file(shared / "tags/graphsense/exchange-wallets-huobi.yaml")
    labels = [replace(x, file="", place="") for x in read.labels]
    for form, name in (("csv", "x.csv"), ("tagpack", "x.yaml"), ("json", "x.json")):
        again = read_label_file(write(tmp_path, name, written(labels, form)))
        assert [replace(x, file="", place="") for x in again.labels] == labels


# Conflicts.


def test_real_labels_in_conflict(shared, tmp_path):
    files = [*(shared / "tags/graphsense").glob("*.yaml"), *shared.glob("labels/*.json"),
             shared / "labels/crypttrace/known.json"]  # fmt: skip
    import_labels(tmp_path, sorted(files))
    store = LabelStore(tmp_path)
    found = {c.entry: c for c in conflicts(store.labels(), store.actors())}
    okx = found["0x1522900b6dafac587d499a862861c0869be6e428"]
    assert (okx.about, sorted(x.label for x in okx.labels)) == ("owner", ["Bitstamp 2", "OKX"])
    heco = found["0xa929022c9107643515f5c777ce9a910f0d1e490c"]
    assert heco.about == "owner and kind"
    assert RONIN.lower() not in found  # stolen from, sanctioned, Lazarus: all can be true
    assert len(found) < 15  # HTX is Huobi, "OKX 9" is okex


def label(entry, name, category="", **more):
    return Label(entry, name, category, "s", **more)


def test_conflicts_are_about_owners_and_kinds():
    agree = [label("a", "Binance 14", "exchange"), label("a", "binance reserve wallets ETH")]
    owners = [label("b", "Kraken", "exchange"), label("b", "Bitfinex 19", "exchange")]
    silent = [label("e", "Kraken", "exchange"), label("e", "hot wallet")]
    scripts = [label("f", "币安"), label("f", "火币")]
    short = [label("g", "Bob's"), label("g", "Bitstamp")]
    kinds = [label("c", "Foo", "exchange"), label("c", "Foo Mixer", "mixing_service")]
    deeds = [label("d", "Kraken", "exchange"), label("d", "hack of 2019", abuse="service_hack")]
    found = {
        c.entry: c.about
        for c in conflicts([*agree, *owners, *kinds, *deeds, *silent, *scripts, *short], {})
    }
    assert found == {"b": "owner", "c": "kind", "f": "owner", "g": "owner"}


# The command line.


def test_label_tells_everything_an_address_is_called(run, shared, tmp_path):
    pack = shared / "tags/graphsense/ronin_bridge.yaml"
    assert run("label", "import", pack, "--workspace", tmp_path)[0] == 0
    code, out, _ = run("label", RONIN, "--workspace", tmp_path)
    assert code == 0
    assert "Ronin bridge exploiter" in out
    code, out, _ = run("label", RONIN, GENESIS, "--workspace", tmp_path, "--json")
    told = json.loads(out)["addresses"]
    assert [len(one["labels"]) for one in told] == [1, 0]
    assert told[0]["labels"][0]["place"] == "tag 1, line 11"


def test_the_registers_wallets_are_labels_too(run, real_workspace):
    workspace, _, _ = real_workspace
    code, out, _ = run("label", RONIN, "--workspace", workspace, "--json")
    (told,) = json.loads(out)["addresses"]
    kinds = {(x["kind"], x["confidence"], x["file"]) for x in told["labels"]}
    assert (code, kinds) == (0, {("sanctioned", "authority_data", "register")})


def test_import_export_conflicts_sources_and_forget(run, tmp_path):
    mine = write(tmp_path, "mine.csv", f"entry,label,category\n{GENESIS},Kraken,exchange\n")
    other = write(tmp_path, "list.txt", f"# comment\n{GENESIS}\n")
    assert run("label", "import", mine, "--workspace", tmp_path)[0] == 0
    code, _, err = run("label", "import", other, "--workspace", tmp_path)
    assert (code, "--label" in err) == (2, True)
    options = ("--label", "Bitfinex", "--category", "exchange", "--workspace", tmp_path)
    assert run("label", "import", other, *options)[0] == 0
    _, out, _ = run("label", "conflicts", "--workspace", tmp_path, "--json")
    assert [c["about"] for c in json.loads(out)] == ["owner"]
    target = tmp_path / "out.csv"
    assert run("label", "export", "--workspace", tmp_path, "--output", target)[0] == 0
    with target.open() as file:
        assert [row["label"] for row in csv.DictReader(file)] == ["Bitfinex", "Kraken"]
    assert run("label", "export", "--format", "xml", "--workspace", tmp_path)[0] == 2
    assert "mine.csv" in run("label", "sources", "--workspace", tmp_path)[1]
    assert run("label", "forget", "mine.csv", "--workspace", tmp_path)[0] == 0
    assert json.loads(run("label", "conflicts", "--workspace", tmp_path, "--json")[1]) == []


def test_labels_for_a_trace_come_from_any_form(tmp_path):
    labels, read = read_labels(write(tmp_path, "pack.yaml", PACK))
    assert labels[GENESIS].label == "Example Exchange"
    assert (read.digest.name, len(read.problems)) == ("pack.yaml", 1)
    plain, _ = read_labels(write(tmp_path, "x.csv", f"{GENESIS},mine,exchange\n"))
    assert plain[GENESIS].source == "x.csv, line 1"
