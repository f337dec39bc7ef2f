"""What changed from one version of a list to the next, kept as a table beside the newer one.

A party's absence from the next version of its list is a delisting between the two dates; where
the list flags it, it has its day. A fact of a party that stays ends only when a later version,
in a form that carries such facts in a comparable way, lacks it: so each fact is compared with the
latest earlier version that could have said it. What a file cuts short or damages in an entry is
compared with the version before that.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanctrail.ground.engine import DuckEngine, Engine
from sanctrail.ground.store import file_sha256, staging, write_table
from sanctrail.lists.forms import FACTS, FORMS
from sanctrail.register.facts import SINGLE
from sanctrail.register.manifest import Version

if TYPE_CHECKING:
    import pyarrow as pa

RULES = 1
"""Raised when the comparison itself changes, so that kept tables are made again."""

FILE = "changes.parquet"

COLUMNS = (
    "list_id",
    "version_id",
    "change",
    "listing_id",
    "primary_name",
    "kind",
    "fact",
    "before",
    "after",
    "not_before",
    "not_after",
    "on_date",
)
"""The texts of a change (listed, delisted or amended); beside them the party's programmes.

It came about after `not_before`, the date of the last version without it, and by `not_after`, that
of the first version with it; `on_date` is the day that the list itself gives for it.
"""

Change = dict[str, Any]


def keep_changes(root: Path, chain: Sequence[Version]) -> Iterator[tuple[Version, dict[str, str]]]:
    """Write the changes of every version of a chain that has none yet, and yield their places.

    The place depends on the versions compared alone, so the order of loading leaves no trace.
    """
    for number in range(1, len(chain)):
        version = chain[number]
        key = _key(chain[: number + 1])
        name = f"changes_{version['list_id']}_{version['list_date']}_{key}"
        kept = version.get("changes") or {}
        target = root / name
        if kept.get("folder") == name and _is_kept(target / FILE, kept["sha256"]):
            continue
        with staging(target) as beside:
            digest = write_table(beside / FILE, _table(changes_between(root, chain[: number + 1])))
            if target.is_dir():  # a damaged one: a folder is renamed over an empty place only
                shutil.rmtree(target)
            beside.replace(target)
        yield version, {"folder": name, "sha256": digest}


def changes_between(root: Path, chain: Sequence[Version]) -> list[Change]:
    """Return what changed from the last but one version of a chain to the last.

    Earlier versions speak for facts that the last but one cannot say. The rows come in order of
    change, listing and fact.
    """
    new, old = chain[-1], chain[-2]
    with DuckEngine() as engine:
        rows = [*_comings_and_goings(engine, root, old, new), *_amendments(engine, root, chain)]
    order = ("change", "listing_id", "fact", "before", "after")
    return sorted(rows, key=lambda row: tuple(row[name] for name in order))


def predecessors(chain: Sequence[Version], fact: str) -> list[Version]:
    """Return the versions that a fact of the chain's last is compared with, the nearest first.

    Empty where no earlier form carries the fact in the same dialect, or the last one's does not.
    Where the nearest cuts entries short, those are compared with the one before it, and with the
    nearest one that cuts none.
    """
    dialect = FORMS[chain[-1]["format"]].carries.get(fact)
    if dialect is None:
        return []
    alike = [
        version
        for version in reversed(chain[:-1])
        if FORMS[version["format"]].carries.get(fact) == dialect
    ]
    if not alike or not alike[0]["cut"]:
        return alike[:1]
    whole = [version for version in alike[2:] if not version["cut"]]
    return alike[:2] if len(alike) > 1 and not alike[1]["cut"] else alike[:2] + whole[:1]


def _key(chain: Sequence[Version]) -> str:
    compared = {fact: [v["version_id"] for v in predecessors(chain, fact)] for fact in FACTS}
    said = [RULES, chain[-1]["version_id"], chain[-2]["version_id"], compared]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _is_kept(path: Path, digest: str) -> bool:
    try:
        return file_sha256(path) == digest
    except OSError:
        return False


def _named(engine: Engine, root: Path, name: str, version: Version, table: str) -> None:
    engine.register(name, [root / version["version_id"] / f"{table}.parquet"])


_GOINGS_SQL = """
SELECT '{change}' AS change, a.listing_id, a.primary_name, a.kind, a.programmes,
       b.delisted_on AS left_on,
       CASE WHEN a.listed_basis = '' THEN a.listed_on ELSE '' END AS listed_on
FROM {a} AS a LEFT JOIN {b} AS b USING (listing_id)
WHERE NOT a.delisted AND (b.listing_id IS NULL OR b.delisted)
"""


def _comings_and_goings(engine: Engine, root: Path, old: Version, new: Version) -> Iterator[Change]:
    _named(engine, root, "old_listings", old, "listings")
    _named(engine, root, "new_listings", new, "listings")
    listed = _GOINGS_SQL.format(change="listed", a="new_listings", b="old_listings")
    delisted = _GOINGS_SQL.format(change="delisted", a="old_listings", b="new_listings")
    for sql in (listed, delisted):
        for row in engine.fetch(sql):
            on_date = _said(row, old, new)
            yield _change(row, old, new, row["change"], on_date=on_date)


def _said(row: dict[str, Any], old: Version, new: Version) -> str:
    """Return the list's own day for a coming or going, unless the two versions contradict it."""
    if row["change"] == "delisted":
        return row["left_on"] or ""
    inside = old["list_date"] < row["listed_on"] <= new["list_date"]
    return str(row["listed_on"]) if inside else ""


_AMENDED_SQL = """
WITH staying AS (
  SELECT n.listing_id, n.cut AS new_cut, o.cut AS old_cut
  FROM new_listings AS n JOIN then_listings AS o USING (listing_id)
  WHERE NOT n.delisted AND NOT o.delisted
), had AS (
  SELECT * FROM then_facts WHERE fact IN (SELECT unnest(?))
), has AS (
  SELECT * FROM new_facts WHERE fact IN (SELECT unnest(?))
), moved AS (
  SELECT listing_id, fact, value, 'after' AS side
  FROM has ANTI JOIN had USING (listing_id, fact, key)
  UNION ALL
  SELECT listing_id, fact, value, 'before' AS side
  FROM had ANTI JOIN has USING (listing_id, fact, key)
)
SELECT m.*, list_contains(b.old_cut, m.fact) AS ask_earlier,
       n.primary_name, n.kind, n.programmes
FROM moved AS m JOIN staying AS b USING (listing_id) JOIN new_listings AS n USING (listing_id)
WHERE NOT list_contains(b.new_cut, m.fact)
"""

_CUT_SQL = """
WITH was_cut AS (SELECT listing_id, unnest(cut) AS fact FROM then_listings WHERE len(cut) > 0)
SELECT c.listing_id, c.fact FROM was_cut AS c JOIN new_listings AS n USING (listing_id)
WHERE c.fact IN (SELECT unnest(?)) AND NOT list_contains(n.cut, c.fact)
"""
"""Facts that were cut short then and are not now: an earlier version must be asked."""


def _amendments(engine: Engine, root: Path, chain: Sequence[Version]) -> Iterator[Change]:
    """Compare each fact with its predecessor; entries cut short there with the one before."""
    new = chain[-1]
    _named(engine, root, "new_facts", new, "facts")
    facts_of: dict[tuple[str, ...], list[str]] = defaultdict(list)
    by_id = {version["version_id"]: version for version in chain}
    for fact in FACTS:
        facts_of[tuple(v["version_id"] for v in predecessors(chain, fact))].append(fact)
    for ids, facts in facts_of.items():
        asked: set[tuple[str, str]] | None = None
        for old in (by_id[version_id] for version_id in ids):
            _named(engine, root, "then_listings", old, "listings")
            _named(engine, root, "then_facts", old, "facts")
            rows = engine.fetch(_AMENDED_SQL, [facts, facts])
            settled = [row for row in rows if _is_asked(row, asked) and not row["ask_earlier"]]
            yield from _paired(settled, old, new)
            cut = {(row["listing_id"], row["fact"]) for row in engine.fetch(_CUT_SQL, [facts])}
            asked = cut if asked is None else cut & asked
            if not asked:
                break


def _is_asked(row: dict[str, Any], asked: set[tuple[str, str]] | None) -> bool:
    return asked is None or (row["listing_id"], row["fact"]) in asked


def _paired(rows: Iterable[dict[str, Any]], old: Version, new: Version) -> Iterator[Change]:
    """Make one change of the end and the beginning of a fact of which a party has one."""
    single: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    about: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = row["listing_id"], row["fact"]
        if row["fact"] in SINGLE:
            single[key][row["side"]].append(row["value"])
            about[key] = row
        else:
            yield _change(row, old, new, "amended", **{row["side"]: row["value"]})
    for key, sides in single.items():
        before, after = ("; ".join(sorted(sides[side])) for side in ("before", "after"))
        yield _change(about[key], old, new, "amended", before=before, after=after)


def _change(
    row: dict[str, Any],
    old: Version,
    new: Version,
    change: str,
    *,
    before: str = "",
    after: str = "",
    on_date: str = "",
) -> Change:
    return {
        "list_id": new["list_id"],
        "version_id": new["version_id"],
        "change": change,
        "listing_id": row["listing_id"],
        "primary_name": row["primary_name"],
        "kind": row["kind"],
        "fact": row.get("fact", ""),
        "before": before,
        "after": after,
        "not_before": old["list_date"],
        "not_after": new["list_date"],
        "on_date": on_date,
        "programmes": row["programmes"],
    }


def _table(rows: list[Change]) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 - only those who load pay for it

    columns = [pa.field(name, pa.string()) for name in COLUMNS]
    schema = pa.schema([*columns, pa.field("programmes", pa.list_(pa.string()))])
    return pa.Table.from_pylist(rows, schema=schema)
