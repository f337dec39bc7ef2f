"""Makes `data/names/frequencies.csv`: how many in a million people bear a name word.

Two sources, the larger share of the two counts: the name files of the US census of 1990 (public
domain; given as a folder that holds dist.all.last, dist.female.first and dist.male.first) and
the persons of the official lists, among whom the names of the Muslim world, Russia, Korea and
Latin America are as common as the census is poor in them.

    python benchmarks/frequencies.py CENSUS_FOLDER WORKSPACE OUTPUT
"""

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

from sanctrail.names.words import words_of
from sanctrail.register import Register

PER_PERCENT = 10_000
LEAST = 10
"""Names borne by fewer in a million are as good as unique here."""
LEAST_LISTED = 6


def census(folder):
    shares = defaultdict(float)
    for name, part in (("all.last", 1.0), ("female.first", 0.5), ("male.first", 0.5)):
        for line in (folder / f"dist.{name}").read_text().splitlines():
            word, percent = line.split()[:2]
            shares[word.lower()] += float(percent) * PER_PERCENT * part
    return shares


def listed(workspace):
    register = Register(workspace)
    persons = {row["listing_id"] for row in register.rows("listings") if row["kind"] == "person"}
    bearers = Counter()
    for party, rows in register.by_party("names").items():
        if party in persons:
            bearers.update({word.latin for row in rows for word in words_of(row["name"])})
    return {
        word: count * 1_000_000 / len(persons)
        for word, count in bearers.items()
        if count >= LEAST_LISTED and len(word) > 1
    }


def main():
    folder, workspace, output = map(Path, sys.argv[1:])
    shares = census(folder)
    for word, share in listed(workspace).items():
        # The lists are a small, peculiar people: half of what they say.
        shares[word] = max(shares[word], share / 2)
    with output.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["word", "per_million"])
        kept = ((word, round(share)) for word, share in shares.items() if share >= LEAST)
        writer.writerows(sorted(kept, key=lambda row: (-row[1], row[0])))


if __name__ == "__main__":
    main()
