"""Every version held of the UN and SDN lists, loaded in its order and shuffled: the same bytes.

`python benchmarks/prove_history.py [SHUFFLES]`; some minutes each.
"""

import hashlib
import random
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from run import SHARED
from sanctrail.register import LoadOptions, load_lists

SEED = 20210301
OPTIONS = LoadOptions(accept_drop=True)


def main():
    shuffles = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        files = versions(SHARED / "lists", Path(folder) / "files")
        print(f"{len(files)} files", flush=True)
        expected = loaded("in order, at once", [files], Path(folder) / "ordered")
        for number in range(shuffles):
            order = list(files)
            random.Random(SEED + number).shuffle(order)
            found = loaded(
                f"shuffle {number + 1}, one by one",
                [[file] for file in order],
                Path(folder) / f"shuffled-{number}",
            )
            assert found == expected, sorted(set(found.items()) ^ set(expected.items()))[:10]
            print(f"shuffle {number + 1}: the same {len(found):,} files, byte for byte", flush=True)


def versions(lists, folder):
    """The files of both lists, archives unpacked, in the order of their names."""
    folder.mkdir()
    for archive in (*lists.rglob("UN*.tar.xz"), *lists.rglob("sdn*.tar.xz")):
        with tarfile.open(archive) as members:
            for member in members:
                if member.isfile():
                    data = members.extractfile(member).read()
                    (folder / Path(member.name).name).write_bytes(data)
    real = [*lists.rglob("UN_consolidated_20*.xml.xz"), *lists.rglob("SDN_*.xml.*")]
    return sorted([*folder.iterdir(), *real], key=lambda file: file.name)


def loaded(what, batches, workspace):
    """Load the batches one after the other; return the digest of every file of the register."""
    started = time.perf_counter()
    for batch in batches:
        load_lists(batch, workspace, OPTIONS)
    print(f"{what}: {time.perf_counter() - started:,.0f} s", flush=True)
    return {
        str(path.relative_to(workspace)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(workspace.rglob("*"))
        if path.is_file()
    }


if __name__ == "__main__":
    main()
