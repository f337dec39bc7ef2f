"""Joining all lists into parties: how right, how fast, how much memory, and adding one version.

Quality is measured with the lists' own references hidden, and on pairs labelled by reading
(tests/joining_pairs.csv). The floor is what equal sorted words of primary names join. The peer in
time is an unexplained rapidfuzz matrix of primary names on one core, of which a part is computed.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from rapidfuzz import fuzz, process

from sanctrail.parties.build import all_profiles
from sanctrail.parties.measuring import (
    against_labels,
    against_references,
    join_without_references,
    read_labelled,
)
from sanctrail.register import LoadOptions, Register, load_lists
from sanctrail.text.fold import fold

LABELS = Path(__file__).parents[1] / "tests" / "joining_pairs.csv"
NEWEST = "us_ofac/SDN_ADVANCED_2025-11-19.xml.bz2"
BEFORE = "us_ofac/SDN_ADVANCED_2025-11-04.xml.bz2"
LISTS = (
    ("un/UN_consolidated_2026-02-27.xml.xz", ""),
    ("un/1718_vessels/1718_designated_vessels_list_final.html", ""),
    ("us_ofac/CONSOLIDATED_2025-05.xml.gz", ""),
    ("eu/xmlFullSanctionsList_1_1_RECONSTRUCTED_2026-05-01.xml.gz", ""),
    ("uk/UK_Sanctions_List_RECONSTRUCTED_2026-08-22.xml.gz", ""),
    ("jp/mof_shisantouketsu20260305.xlsx", ""),
    ("ca/sema-lmes_2025-05.xml", "2025-03-20"),
    ("au/regulation8_consolidated_2024-12.xlsx", "2024-12-15"),
)
OF_2021 = (
    "un/UN_consolidated_2021-03-12.xml.xz",
    "eu/xmlFullSanctionsList_1_1_2021-03-02.xml.xz",
)
SAMPLE = 400

JOIN = """
import resource, sys, time
from pathlib import Path
from sanctrail.parties.build import build
from sanctrail.parties.kept import read_built
from sanctrail.parties.store import open_parties, parties_key
from sanctrail.register import Register
register = Register(Path(sys.argv[1]))
started = time.perf_counter()
parties = open_parties(register)
seconds = time.perf_counter() - started
built = read_built(Path(sys.argv[1]) / "parties" / parties_key(register))
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(seconds, memory, len(built.listings), len(built.pairs), len(parties.joins),
      len(parties.undecided), len({parties.party_of(one) for one in built.listings}))
if len(sys.argv) > 2:
    scratch = build(register)
    anew = scratch.parties()
    print([(p.left, p.right, p.odds) for p in scratch.pairs] ==
          [(p.left, p.right, p.odds) for p in built.pairs],
          {frozenset(anew.members(p)) for p in scratch.party_of.values()} ==
          {frozenset(parties.members(parties.party_of(one))) for one in scratch.party_of})
"""


def run(shared):
    with tempfile.TemporaryDirectory() as folder:
        quality(shared / "lists", Path(folder))
        speed(shared / "lists", Path(folder) / "all")


def load(lists, workspace, files):
    for name, day in files:
        load_lists([lists / name], workspace, LoadOptions(day, accept_drop=True))


def quality(lists, folder):
    print("| lists | pairs of | right of joined | precision | joined of known | recall |")
    print("| --- | --- | --- | --- | --- | --- |")
    load(lists, folder / "2021", [(name, "") for name in OF_2021])
    load(lists, folder / "now", [*LISTS, (NEWEST, "")])
    errors = []
    for title, labels in (("2021", []), ("now", read_labelled(LABELS))):
        trial, profiles = join_without_references(Register(folder / title))
        measured, absent = against_labels(trial, labels)
        assert not absent
        for one in (*against_references(trial, profiles), *measured):
            row(title, one.group, one.precision, one.recall)
            errors += [(title, one.group, error) for error in one.errors]
        floor(title, profiles)
    print("\nErrors:\n")
    for title, group, e in errors:
        why = "; ".join((*e.reasons, *filter(None, (e.note,)))) or "nothing in common found"
        print(f"- {title}, {group}, {e.error}: {e.left} {e.left_name}, {e.right} {e.right_name} "
              f"({e.score:.4f}: {why})")  # fmt: skip


def row(title, group, precision, recall):
    shares = [f"{r.share:.4f} ({r.low:.4f} to {r.high:.4f})" for r in (precision, recall)]
    print(f"| {title} | {group} | {precision.count:,} of {precision.of:,} | {shares[0]} | "
          f"{recall.count:,} of {recall.of:,} | {shares[1]} |")  # fmt: skip


def floor(title, profiles):
    """What equal sorted words of primary names find of the lists' own references to the UN."""
    un = {
        n: k for k, p in profiles.items() if p.regime == "un" for w, n in p.references if w == "un"
    }
    by_words = defaultdict(set)
    for key, one in profiles.items():
        if one.regime == "un":
            by_words[one.kind, tuple(sorted(fold(one.primary).split()))].add(key)
    for regime in ("eu", "gb"):
        cited = {k: {un[n] for w, n in p.references if w == "un" and n in un}
                 for k, p in profiles.items() if p.regime == regime}  # fmt: skip
        cited = {key: told for key, told in cited.items() if told}
        if cited:
            words = {k: tuple(sorted(fold(profiles[k].primary).split())) for k in cited}
            got = {k: by_words[profiles[k].kind, words[k]] for k in cited}
            right = sum(len(got[k] & told) for k, told in cited.items())
            joined = sum(map(len, got.values()))
            known = sum(map(len, cited.values()))
            told = f"{right} of {joined} | {right / joined:.4f}"
            told += f" | {right} of {known} | {right / known:.4f}"
            print(f"| {title} | {regime} to un, equal sorted words (the floor) | {told} |")


def speed(lists, workspace):
    load(lists, workspace, [*LISTS, (BEFORE, "")])
    print("\n| joining | seconds | MB at most | listings | pairs | joins | proposed | parties |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    joined("all lists, from scratch", workspace)
    seconds = matrix(workspace)
    load(lists, workspace, [(NEWEST, "")])
    same = joined("one OFAC version more", workspace, "check")
    print(f"\nThe same pairs and parties as from scratch: {same}.")
    print(f"A rapidfuzz matrix of the primary names alone would take {seconds:,.0f} s on one core.")


def joined(title, workspace, *more):
    command = [sys.executable, "-c", JOIN, workspace, *more]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    seconds, memory, *counts = out[0].split()
    told = " | ".join(f"{int(count):,}" for count in counts)
    print(f"| {title} | {float(seconds):,.1f} | {float(memory):,.0f} | {told} |")
    return out[1] if more else ""


def matrix(workspace):
    names = [fold(one.primary) for one in all_profiles(Register(workspace)).values()]
    some = random.Random(1).sample(names, SAMPLE)
    started = time.perf_counter()
    process.cdist(some, names, scorer=fuzz.token_sort_ratio, score_cutoff=80, workers=1)
    return (time.perf_counter() - started) * len(names) / SAMPLE / 2
