"""From parts to a ledger: built beside the old one, then put in its place with one rename."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sanctrail.errors import InputError, Problem
from sanctrail.ground.engine import DuckEngine
from sanctrail.ground.progress import Bar
from sanctrail.ground.store import (
    LOCK,
    MANIFEST,
    exclusive,
    file_sha256,
    staging,
    sweep,
    write_json,
)
from sanctrail.ledger.account_build import AccountBuild
from sanctrail.ledger.batches import GAPS
from sanctrail.ledger.manifest import FORMAT, data_name, ledger_manifest
from sanctrail.ledger.staging import Parts, Plan, Staged, told_problems
from sanctrail.ledger.store import SCHEMAS, damaged_files
from sanctrail.ledger.utxo_build import Built, UtxoBuild
from sanctrail.ledger.values import iso_time

KINDS = {
    "utxo": ("transactions", "outputs", "inputs", "blocks"),
    "account": ("transfers", "fees"),
}
"""The kinds of tables in a part."""

_ROWS = 1 << 16


def default_memory() -> int:
    """Return the bytes that the engine may take: half of the machine's memory, at most 8 GB."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not every system says
        total = 8 << 30
    return min(8_000_000_000, total // 2)


def recover(folder: Path) -> None:
    """Where an import was cut off, make its complete parts a ledger that can be opened."""
    parts = Parts(folder)
    plan = parts.plan()
    if plan is None or not plan.parts() or _is_made(folder, plan):
        return
    with exclusive(folder, wait=False):  # while an import runs, what was there before is opened
        plan = parts.plan()
        if plan is not None and plan.parts() and not _is_made(folder, plan):
            make(folder, parts, plan, default_memory())


def _is_made(folder: Path, plan: Plan) -> bool:
    """Tell whether the ledger that can be opened needs nothing of the parts."""
    manifest = ledger_manifest(folder)
    if manifest is None:
        return False
    if any(source.held and not source.complete for source in plan.sources):
        return True  # what is added to is not all in the parts yet: it alone is whole
    if manifest.get("keys") != plan.source_keys():
        return plan.replace
    return manifest.get("parts") == (None if plan.whole() else plan.parts())


def make(folder: Path, parts: Parts, plan: Plan, memory: int) -> tuple[dict[str, Any], bool]:
    """Build a ledger from the parts and put it in place; return its manifest, and if it changed.

    The caller holds the folder's lock. Once every source is whole, the parts are thrown away.
    """
    present = ledger_manifest(folder)
    sweep(folder, keep=_kept(present))
    with staging(folder / "build") as beside, staging(folder / "work") as work:
        built = _build(beside, work, parts, plan, memory)
        problems = [*told_problems(plan.sources), *built.problems]
        _write_problems(beside / "problems.parquet", problems)
        manifest = _manifest(beside, plan, built, problems)
        manifest, changed = _put(folder, beside, manifest, present)
    sweep(folder, keep=_kept(manifest))
    if plan.whole():
        parts.clear()
    return manifest, changed


def _build(beside: Path, work: Path, parts: Parts, plan: Plan, memory: int) -> Built:
    files: dict[str, Sequence[Path]] = {
        kind: parts.files(kind, plan) for kind in KINDS[plan.family]
    }
    steps = UtxoBuild.STEPS if plan.family == "utxo" else AccountBuild.STEPS
    with DuckEngine(memory, work / "spill") as engine, Bar("joining", steps) as bar:
        if plan.family == "utxo":
            return UtxoBuild(engine, work, beside, bar).run(files, ordered=plan.ordered)
        codes = [asset["code"] for asset in plan.assets]
        return AccountBuild(engine, work, beside, codes, bar).run(files)


def _put(
    folder: Path, beside: Path, manifest: dict[str, Any], present: dict[str, Any] | None
) -> tuple[dict[str, Any], bool]:
    """Put the built files in place, unless the very same stand there."""
    data = folder / data_name(manifest)
    same = present is not None and present["digest"] == manifest["digest"]
    if present is not None and same and not damaged_files(data, present):
        manifest["tables"] = present["tables"]
        if json.loads(json.dumps(manifest)) == present:
            return present, False
    else:
        shutil.rmtree(data, ignore_errors=True)
        beside.replace(data)
    write_json(folder / MANIFEST, manifest)
    return manifest, True


def _write_problems(path: Path, problems: list[Problem]) -> None:
    columns = {
        "source": [problem.source for problem in problems],
        "element": [problem.where for problem in problems],
        "message": [problem.message for problem in problems],
    }
    pq.write_table(pa.table(columns, schema=SCHEMAS["problems"]), path, compression="zstd")


def _manifest(beside: Path, plan: Plan, built: Built, problems: list[Problem]) -> dict[str, Any]:
    cover = built.coverage
    if cover["first_time"] is None:
        raise InputError("The sources hold no movement. Check the files; nothing was changed.")
    gaps = sorted({gap for source in plan.sources for gap in source.gaps} | built.gaps)
    tables = {path.name: file_sha256(path) for path in sorted(beside.iterdir())}
    return {
        "format": FORMAT,
        "family": plan.family,
        "source_format": ", ".join(dict.fromkeys(source.form for source in plan.sources)),
        "network": plan.network,
        "simulation": plan.simulation,
        "assets": plan.assets,
        "coverage": {
            **cover,
            "first_time": iso_time(cover["first_time"]),
            "last_time": iso_time(cover["last_time"]),
        },
        "labelled": built.labelled,
        "gaps": gaps,
        "limits": [*_limits(plan, problems), *(GAPS[gap] for gap in gaps)],
        "files": [file for source in plan.sources for file in source.files],
        "sources": [*plan.held, *(_source(staged) for staged in plan.sources if not staged.held)],
        "keys": plan.source_keys(),
        "parts": plan.parts() if not plan.whole() else None,
        "digest": _content_digest(beside, plan, tables),
        "tables": tables,
    }


def _source(staged: Staged) -> dict[str, Any]:
    return {
        "key": staged.key, "format": staged.form, "gaps": staged.gaps, "limits": staged.limits,
    }  # fmt: skip


def _limits(plan: Plan, problems: list[Problem]) -> Iterator[str]:
    yield from dict.fromkeys(limit for source in plan.sources for limit in source.limits)
    if problems:
        yield (
            f"{len(problems)} rows could not be read and are not in the ledger; "
            "they are listed in its problems table."
        )
    done = sum(source.complete for source in plan.sources)
    if not plan.whole():
        yield (
            f"THE IMPORT WAS CUT OFF: {done} of {len(plan.sources)} sources were read to the end. "
            "Give the same import command again to go on."
        )


def _kept(manifest: dict[str, Any] | None) -> set[str]:
    return {MANIFEST, LOCK, *([data_name(manifest)] if manifest else [])}


def _content_digest(beside: Path, plan: Plan, tables: dict[str, str]) -> str:
    """Return a digest of the values: it does not change with the writer of the Parquet files."""
    digest = hashlib.sha256(
        json.dumps([FORMAT, plan.family, plan.network, plan.assets], sort_keys=True).encode()
    )
    for name, sha256 in tables.items():
        if name.endswith(".parquet"):
            digest.update(f"{name}\n".encode())
            _digest_table(beside / name, digest)
        else:
            digest.update(f"{name} {sha256}\n".encode())
    return digest.hexdigest()


def _digest_table(path: Path, digest: Any) -> None:
    for batch in pq.ParquetFile(path).iter_batches(_ROWS):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            texts = pa.array(column.cast(pa.large_string())).fill_null("\0")
            _, offsets, data = texts.buffers()
            digest.update(f"{name} {len(texts)}\n".encode())
            digest.update(memoryview(offsets)[: 8 * (len(texts) + 1)] if offsets else b"")
            digest.update(memoryview(data) if data else b"")
