"""FollowTheMoney entities as JSON lines: an OpenSanctions file that the user holds, or our own.

Model: followthemoney 4.11. One entity a line, in any order: parties, and what is said of them
(sanctions, documents, wallets, ties) in entities of their own that point to them, so that a
listing is whole only at the end of the file. Its targets are the listings; other parties are
known by name only. A line is kept as the bytes it came in, a fifth of what its values would take.
Objects in the place of references (`targets.nested.json`) are read as entities of their own.

The model has no list and no list date. A list is a dataset, and its day the last one on which
any of its entities was seen or changed.
"""

import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import cast

from sanctrail.errors import Problem, UnreadableFile, UnsafeFile
from sanctrail.lists.ftm.ftm_entity import Entity, entities_in
from sanctrail.lists.ftm.ftm_entry import read_entry
from sanctrail.lists.ftm.ftm_said import SANCTIONED, Surroundings
from sanctrail.lists.ftm.ftm_terms import KINDS, NEIGHBOURS, OWNERS
from sanctrail.lists.records import ListHeader, Listing
from sanctrail.lists.source import ByteStream, Records
from sanctrail.text.dates import parse_date

FORM = "ftm-json"
REGIME = "ftm"
MAX_LINE = 64 << 20
"""Bytes of one line; the largest entities of merged files have some hundred thousand."""

_FIRST_KEYS = (
    "id|caption|schema|properties|datasets|referents|target|topics|first_seen|last_seen|last_change"
)
_BEGINNING = re.compile(rf'\{{\s*"(?:{_FIRST_KEYS})"\s*:')
_SCHEMA = re.compile(r'"schema"\s*:\s*"[A-Z][A-Za-z]*"')
_PROPERTIES = re.compile(r'"properties"\s*:\s*\{')
_OTHERS = "-and-others"
LONGEST_ID = 60
"""Characters of a list's id, which also names a folder."""


def recognises(head: bytes) -> bool:
    """Tell whether the first line that is not blank is one entity, or the beginning of one."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    line, end, _ = text.partition("\n")
    if _BEGINNING.match(line) is None:
        return False
    found = [bool(_SCHEMA.search(line)), bool(_PROPERTIES.search(line))]
    return all(found) if end else any(found)


def read(stream: ByteStream, problems: list[Problem]) -> Records:
    """Yield the header of each list in the file, and behind it the list's targets."""
    file = _File(stream.name, problems)
    for number, line in _lines(stream, problems):
        file.take(number, line)
    file.close()
    yield from file.records()


def _lines(stream: ByteStream, problems: list[Problem]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank; a last one without its end may be a cut one."""
    lines = io.BufferedReader(cast("io.RawIOBase", stream), 1 << 20)
    number = 0
    while line := lines.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise UnsafeFile(
                f"{stream.name}, line {number}: is longer than {MAX_LINE:,} bytes, which no entity "
                "is. Refused; fetch the file again."
            )
        if not line.endswith(b"\n"):
            _check_last(line, number, stream.name, problems)
        if line.strip():
            yield number, line.strip().removeprefix(b"\xef\xbb\xbf")


def _check_last(line: bytes, number: int, name: str, problems: list[Problem]) -> None:
    try:
        json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"{name}, line {number}: the file breaks off in the middle of an entity. "
            "Fetch it again; nothing was changed."
        ) from error
    message = "the last line has no line end: the file may have been cut behind it"
    problems.append(Problem(name, f"line {number}", message))


class _File:
    """All entities of one file, by what they are and whom they are about."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self._name = name
        self._problems = problems
        self._lines: Counter[bool] = Counter()
        self._targets: dict[str, tuple[int, bytes]] = {}
        self._datasets: dict[str, tuple[str, ...]] = {}
        self._seen: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._addresses: dict[str, bytes] = {}
        self._about: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        self._owners: dict[str, tuple[str, int, bool, tuple[str, ...]]] = {}
        self._unread: dict[str, list[int]] = defaultdict(list)

    def take(self, number: int, line: bytes) -> None:
        """Put the entity of one line, and those inside it, where they belong."""
        try:
            own, *inside = entities_in(line, number)
        except ValueError as error:
            self._lines[False] += 1
            self._problem(f"line {number}", f"is no entity: {error}; it was left out")
            return
        self._lines[True] += 1
        where = f"line {number}, entity {own.id}"
        if own.id in self._targets or own.id in self._owners or own.id in self._addresses:
            self._problem(where, "repeats the id of an earlier line; only the first one is kept")
            return
        for message in (flaw for one in (own, *inside) for flaw in one.flaws):
            self._problem(where, message)
        for dataset in map(_list_id, own.datasets or ("",)):
            self._seen[dataset] = max(own.seen, self._seen.get(dataset, ""))
        self._place(own, own.packed() if inside else line, alone=True)
        for one in inside:
            self._place(one, one.packed(), alone=False)

    def _place(self, entity: Entity, line: bytes, *, alone: bool) -> None:
        """File an entity; only one with a line of its own (`alone`) can be a target."""
        target = alone and (entity.target or SANCTIONED in entity.of("topics"))
        if entity.schema in OWNERS:
            if entity.id not in self._owners:
                owners = entity.owners()
                self._owners[entity.id] = (entity.schema, entity.line, target, owners)
                for owner in owners:
                    self._about[owner].append((entity.line, line))
        elif entity.schema == "Address":
            self._addresses.setdefault(entity.id, line)
        elif entity.schema in KINDS and target:
            self._targets[entity.id] = (entity.line, line)
            listed = dict.fromkeys(map(_list_id, entity.datasets or ("",)))
            self._datasets[entity.id] = tuple(listed)
        elif target or entity.schema not in (*KINDS, *NEIGHBOURS):
            self._unread[entity.schema].append(entity.line)
        if entity.schema not in OWNERS and not self._names.get(entity.id):
            self._names[entity.id] = entity.caption or entity.first("name")

    def close(self) -> None:
        """Say what was not read, and refuse a file of which most is no entity."""
        if self._lines[False] > self._lines[True]:
            raise UnreadableFile(
                f"{self._name}: {self._lines[False]:,} of {self._lines.total():,} lines are no "
                "FollowTheMoney entity, expected one JSON object a line with id, schema and "
                "properties. Fetch the file again; nothing was changed."
            )
        alone: dict[str, list[int]] = defaultdict(list)
        for schema, number, target, owners in self._owners.values():
            if not any(owner in self._names for owner in owners):
                alone[schema].append(number)
            elif target and self._targets.keys().isdisjoint(owners):
                self._unread[schema].append(number)
        self._count(alone, "about no party that the file holds, and left out")
        self._count(self._unread, "of a schema of which no listing is made, and left out")

    def _count(self, lines: dict[str, list[int]], said: str) -> None:
        for schema, numbers in sorted(lines.items()):
            where = f"schema {schema}, first in line {numbers[0]}"
            self._problem(where, f"{len(numbers):,} entities are {said}")

    def records(self) -> Records:
        """Yield every list: its header, then its targets in file order."""
        for list_id, moment, parties in self._lists():
            day = parse_date(moment[:10])
            list_date = day.earliest if day and day.precision == "day" else ""
            generated = moment if list_date and len(moment) > len(list_date) else ""
            yield ListHeader(list_id, REGIME, FORM, list_date, generated)
            known = Surroundings(self._names, self._targets.keys(), self._address, list_date)
            for party in parties:
                yield self._listing(party, known)

    def _lists(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield each list's id, its latest moment and its targets.

        A dataset that all targets bear is the file's one list. Where each target bears one, every
        dataset is a list. A merged collection, where some bear several, is one list, named for
        its commonest dataset but told apart from it.
        """
        borne = Counter(one for datasets in self._datasets.values() for one in datasets)
        latest = max(self._seen.values(), default="")
        common = max(sorted(borne), key=borne.__getitem__, default=_list_id(""))
        if borne[common] == len(self._targets):
            yield common, latest, [*self._targets]
        elif all(len(datasets) == 1 for datasets in self._datasets.values()):
            for list_id in borne:
                parties = [one for one, (own,) in self._datasets.items() if own == list_id]
                yield list_id, self._seen[list_id], parties
        else:
            yield common[: LONGEST_ID - len(_OTHERS)] + _OTHERS, latest, [*self._targets]

    def _listing(self, party: str, known: Surroundings) -> Listing:
        number, line = self._targets[party]
        about = [_again(packed, where) for where, packed in self._about.get(party, ())]
        listing, flaws = read_entry(_again(line, number), about, known)
        for message in flaws:
            self._problem(listing.element, message)
        return listing

    def _address(self, name: str) -> Entity | None:
        line = self._addresses.get(name)
        return None if line is None else _again(line, 0)

    def _problem(self, where: str, message: str) -> None:
        self._problems.append(Problem(self._name, where, message))


def _again(line: bytes, number: int) -> Entity:
    return entities_in(line, number)[0]


def _list_id(dataset: str) -> str:
    """Return the list of a dataset; one without a name is `ftm-unnamed`."""
    name = re.sub(r"[^a-z0-9_-]+", "-", dataset.lower()).strip("-")
    return f"ftm-{name or 'unnamed'}"[:LONGEST_ID]
