"""What changed when: the kept changes of all lists, read together."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sanctrail.errors import InputError, RegisterError
from sanctrail.ground.store import file_sha256
from sanctrail.lists.forms import FACTS
from sanctrail.register.changes import FILE, Change, changes_between, predecessors
from sanctrail.register.manifest import Version, is_partial
from sanctrail.register.programmes import is_known, is_under
from sanctrail.register.query import Register
from sanctrail.text.dates import parse_date

MOVES = ("listed", "listed again", "delisted", "amended")


@dataclass(frozen=True, slots=True)
class Difference:
    """What two versions differ in; `not_compared` are facts that one of them cannot say."""

    old: Version
    new: Version
    changes: tuple[Change, ...]
    not_compared: tuple[str, ...]


def changes_since(
    register: Register, since: str = "", parties: Collection[str] | None = None
) -> list[Change]:
    """Return every change that a version dated `since` or later shows, oldest first.

    Until the register's `as_of` day. A listing of a party that was delisted before is `listed
    again`, with `was_listed_until`, the last day it was seen.
    """
    rows = list(_kept(register, parties))
    rows.sort(key=lambda row: (row["not_after"], row["list_id"]))
    left: dict[tuple[str, str], str] = {}
    found = []
    for row in rows:
        key = row["list_id"], row["listing_id"]
        if row["change"] == "delisted":
            left[key] = row["not_before"]
        elif row["change"] == "listed" and key in left:
            row = {**row, "change": "listed again", "was_listed_until": left[key]}  # noqa: PLW2901
        if row["not_after"] >= since:
            found.append(row)
    return found


def select(
    rows: Collection[Change],
    *,
    list_id: str | None = None,
    change: str | None = None,
    programme: str | None = None,
    party: str | None = None,
) -> list[Change]:
    """Return the changes that fit every condition given; `listed` takes in `listed again`."""
    if change is not None and change not in MOVES:
        raise InputError(f"--change '{change}' is none of {', '.join(MOVES)}.")
    if programme is not None and not is_known(programme):
        written = {p.casefold() for row in rows for p in row["programmes"]}
        if programme.casefold() not in written:
            raise InputError(
                f"--programme '{programme}': no change is of a party under it. Write a code as a "
                "list writes it (see: sanctrail register stats --programmes), or a topic."
            )
    return [
        row
        for row in rows
        if (list_id is None or row["list_id"] == list_id)
        and (change is None or row["change"].startswith(change))
        and (programme is None or is_under(programme, regime_of(row), row["programmes"]))
        and (party is None or _bears(row, party))
    ]


def regime_of(row: Change) -> str:
    """Return the regime of a change: the prefix of its listing id."""
    return str(row["listing_id"]).partition(":")[0]


def _bears(row: Change, text: str) -> bool:
    wanted = text.casefold()
    return wanted == row["listing_id"].casefold() or wanted in row["primary_name"].casefold()


def difference(register: Register, old: str, new: str) -> Difference:
    """Compare two versions of one list, each named by its id or as LIST@DATE.

    `us-sdn@2025-01-01` is the version in force on that day.
    """
    before, after = version_named(register, old), version_named(register, new)
    for version in (before, after):
        if is_partial(version):
            raise InputError(
                f"{version['version_id']} is not the whole list: absence from it means nothing, so "
                "it cannot be compared."
            )
    if before["list_id"] != after["list_id"]:
        raise InputError(
            f"'{old}' and '{new}' are versions of two lists, {before['list_id']} and "
            f"{after['list_id']}. Name two versions of one list."
        )
    pair = (before, after)
    silent = tuple(fact for fact in FACTS if not predecessors(pair, fact))
    return Difference(before, after, tuple(changes_between(register.root, pair)), silent)


def version_named(register: Register, name: str) -> Version:
    """Return the version with this id, or the one of a list in force on a day (LIST@DATE)."""
    for version in register.versions:
        if version["version_id"] == name:
            return version
    list_id, at, written = name.partition("@")
    parsed = parse_date(written)
    if at and (parsed is None or parsed.precision != "day"):
        raise InputError(f"'{name}': '{written}' is no day. Write it as {list_id}@2024-12-19.")
    day = parsed.earliest if parsed else ""
    chain = register.chain(list_id)
    if not chain:
        known = ", ".join(sorted({version["list_id"] for version in register.versions}))
        raise InputError(
            f"'{name}' is no version that is held. Write LIST or LIST@DATE; lists held: {known}."
        )
    until = [one for one in chain if not at or one["list_date"] <= day]
    if not until:
        raise InputError(
            f"'{name}': the oldest version of {list_id} held is of {chain[0]['list_date']}."
        )
    return until[-1]


def first_seen(register: Register, list_id: str, changes: Iterable[Change]) -> dict[str, str]:
    """Return the interval in which a party came onto a list, from its changes on that list.

    `not_before` is empty where the oldest version held has it already.
    """
    came = [row for row in changes if row["change"].startswith("listed")]
    if came:
        return {"not_before": came[-1]["not_before"], "not_after": came[-1]["not_after"]}
    chain = register.chain(list_id)
    return {"not_before": "", "not_after": chain[0]["list_date"] if chain else ""}


def _kept(register: Register, parties: Collection[str] | None) -> Iterator[Change]:
    files = []
    for version in register.versions:
        kept = version["changes"]
        if kept is None or (register.as_of and version["list_date"] > register.as_of):
            continue
        path = register.root / kept["folder"] / FILE
        if not path.is_file() or file_sha256(path) != kept["sha256"]:
            raise RegisterError(
                f"{path}: this table of changes is missing or damaged. It is made again by loading "
                f"the list again with: sanctrail lists load {version['file']}"
            )
        files.append(path)
    if not files:
        return
    register.engine.register("changes", files)
    sql, parameters = "SELECT * FROM changes", []
    if parties is not None:
        sql += " WHERE listing_id IN (SELECT unnest(?))"
        parameters = [sorted(parties)]
    yield from register.engine.fetch(sql, parameters)
