"""Damage done to list files by chance, repeatable by its number, and the judge of what follows.

The promise: a damaged file never crashes a reader, hangs it, or loads silently short. So only a
`SanctrailError` of one line or a success may come out, soon and in bounded memory, and after a
success every entry that stands undamaged in the text is a listing or is spoken of by a problem.
"""

import contextlib
import random
import re
import resource
import signal
import traceback
from dataclasses import dataclass
from pathlib import Path

from fuzz_changes import CHANGES
from fuzz_seeds import CONTENT, Seed, blocks_in, parts_of, read_files

SECONDS = 20
"""A reader that takes longer over one damaged file hangs."""

MEGABYTES = 1024
"""How much more memory than before one damaged file may take at its peak."""


@dataclass(frozen=True)
class Verdict:
    """How one damaged file ended: refused, loaded, told (loaded with problems) or failed."""

    ended: str
    why: str = ""


@dataclass(frozen=True)
class Damage:
    """A damaged copy of a seed; `cut` is the byte from which on one file of it is missing."""

    files: dict[str, bytes]
    done: tuple[str, ...]
    file: str
    cut: int | None = None


class _Hangs(BaseException):
    """No reader can catch this by catching what it expects."""


def damaged(seed: Seed, number: int) -> Damage:
    """Return the damage of that number: the same for the same seed on every machine."""
    chance = random.Random(f"{seed.name} {number}")
    names = list(seed.files)
    name = names[0] if chance.random() < 0.7 else chance.choice(names)
    data = seed.files[name]
    if chance.random() < 0.2:
        cut = chance.randrange(len(data))
        return Damage(seed.files | {name: data[:cut]}, (f"cut at {cut}",), name, cut)
    done = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        change = chance.choice(CHANGES[seed.shape])
        data = change(data, chance, seed)
        done.append(change.__name__.strip("_"))
    return Damage(seed.files | {name: data}, tuple(done), name)


def judged(seed: Seed, damage: Damage, folder: Path) -> Verdict:
    """Read the damaged files and say how that ended."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        with _within(SECONDS):
            listings, problems, errors = read_files(folder, damage.files)
    except _Hangs:
        return Verdict("failed", f"took more than {SECONDS} s")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return Verdict("failed", "".join(traceback.format_exception(error)[-4:]))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if grown > MEGABYTES << 10:
        return Verdict("failed", f"took {grown >> 10} MB more")
    for error in errors:
        if "\n" in str(error) or not str(error).strip():
            return Verdict("failed", f"an error of several lines or none: {error!r}")
    if errors:
        return Verdict("refused", str(errors[0]))
    return _whole(seed, damage, listings, [p for p in problems if str(p) not in seed.problems])


@contextlib.contextmanager
def _within(seconds: int):
    def stop(*_):
        raise _Hangs

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _whole(seed, damage, listings, problems) -> Verdict:
    """Judge a success: nothing that a look at the text finds may be missing without a word."""
    told = "told" if problems else "loaded"
    if damage.cut is not None and (why := _cut_unseen(seed, damage, problems)):
        return Verdict("failed", why)
    text = _text(seed, damage)
    if text is None:
        return Verdict(told)
    got = {one.listing_id for one in listings}
    names = {one.primary_name for one in listings}
    lines = set(text.splitlines(keepends=True)) if seed.shape == "csv" else set()
    for listing_id, pieces in seed.entries.items():
        if listing_id in got or (_STAND_IN.search(listing_id) and seed.names[listing_id] in names):
            continue
        stands = all(piece in lines if lines else piece in text for piece in pieces)
        if stands and not _spoken_of(listing_id, pieces, text, problems):
            said = "; ".join(map(str, problems[:3]))
            return Verdict("failed", f"{listing_id} stands whole and is no listing: {said}")
    count = len(blocks_in(text, seed.entry)) if seed.shape == "xml" else 0
    if len(listings) < count and not problems:
        return Verdict("failed", f"{len(listings)} listings of {count} entries, without a word")
    return Verdict(told)


_STAND_IN = re.compile(r"x[0-9a-f]{16}$")
"""An id made of an entry's facts, and of more of them where another entry shares those."""


def _cut_unseen(seed, damage, problems) -> str:
    whole, cut = seed.files[damage.file], damage.cut
    if seed.shape in ("xml", "sheet") and whole[cut:].strip():
        return "a file without its end was taken"
    between = cut == 0 or whole[:cut].endswith(b"\n")
    if whole[cut:].strip() and not between and not problems:
        return "a file that breaks off within a line was taken without a word"
    return ""


def _text(seed, damage) -> bytes | None:
    """Return the text in which to look for entries; None where other parts give it its sense."""
    data = damage.files[seed.main]
    if seed.shape != "sheet":
        return data
    whole, parts = parts_of(seed.files[seed.main]), parts_of(data)
    sheets = {name for name in whole if "worksheets/" in name or name == CONTENT}
    if any(parts.get(name) != whole[name] for name in whole.keys() - sheets):
        return None
    return b"".join(parts.get(name, b"") for name in sorted(sheets))


def _spoken_of(listing_id, pieces, text, problems) -> bool:
    """Tell whether a problem speaks of the entry: by its id, or by the lines it stands in."""
    number = listing_id.partition(":")[2].removeprefix("imo")
    at = text.find(pieces[0])
    first = text.count(b"\n", 0, at) + 1
    last = first + pieces[0].count(b"\n")
    for problem in problems:
        said = f"{problem.where}: {problem.message}"
        places = [int(one) for one in re.findall(r"(?:lines?|rows?) (\d+)", said)]
        if number in said or any(first - 1 <= place <= last + 1 for place in places):
            return True
        if re.search(r"sheet .*(?:not read|no row)|cut|breaks off|swallow", said):
            return True
    return False
