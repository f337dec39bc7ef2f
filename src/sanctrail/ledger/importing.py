"""Importing chain files: told apart, read in parts that a kill cannot harm, made into a ledger."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sanctrail.errors import InputError, LedgerError, Problem
from sanctrail.ground.store import LOCK, exclusive, is_own
from sanctrail.ledger.batches import BITCOIN, UtxoBatch
from sanctrail.ledger.formats.every import ALL, format_of, named
from sanctrail.ledger.formats.source import Batch, Format, Source, digest_of
from sanctrail.ledger.making import default_memory, make
from sanctrail.ledger.manifest import data_name, ledger_manifest
from sanctrail.ledger.staging import HELD, PARTS, Parts, Plan, Staged, filled, problems_of
from sanctrail.ledger.store import AccountLedger, damaged_files, opened
from sanctrail.ledger.unmaking import account_batches, utxo_batches

FORMATS = tuple(form.name for form in ALL)

PART_ROWS = 200_000
"""Rows after which a part is closed: what a kill can cost."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import made; `rows` counts data rows, of which `problems` could not be read."""

    ledger: str
    family: str
    digest: str
    formats: tuple[str, ...]
    rows: int
    transactions: int
    movements: int
    addresses: int
    problems: int
    changed: bool


@dataclass(frozen=True, slots=True)
class How:
    """How to import: `add` to the ledger that is there, or `replace` it; the engine's `memory`.

    `options` go to the readers: `layout`, `network`, `height`.
    """

    add: bool = False
    replace: bool = False
    memory: int | None = None
    options: dict[str, Any] = field(default_factory=dict)


def import_files(
    files: Sequence[Path], folder: Path, form: str | None = None, how: How | None = None
) -> tuple[ImportSummary, list[Problem]]:
    """Import chain files into a ledger folder, all of them or none.

    Formats are told by the files themselves where `form` does not say. Importing the same files
    again changes nothing; an import that was cut off goes on where it stood.
    """
    how = how or How()
    jobs = _jobs(files, form, how)
    family = _one_family(jobs)
    plan = Plan(family, how.replace, sources=[staged for _, _, staged in jobs])
    return _import(folder, plan, jobs, how)


def _import(
    folder: Path, plan: Plan, jobs: "Sequence[Job]", how: How
) -> tuple[ImportSummary, list[Problem]]:
    _refuse_foreign(folder)
    with exclusive(folder):
        present = ledger_manifest(folder)
        parts = Parts(folder)
        if parts.plan() is None:
            parts.clear()  # a kill while parts were removed may have left some
        if present is not None and _holds(folder, present, plan) and parts.plan() is None:
            return _summary(folder, present, changed=False), _problems(folder, present)
        plan = _plan(folder, parts, plan, how, present)
        if plan.held:
            _tell_known(folder, jobs)
        try:
            _stage(parts, plan, jobs)
            _refuse_nothing(plan)
            manifest, changed = make(folder, parts, plan, how.memory or default_memory())
        except (InputError, LedgerError):
            parts.clear()  # an import that cannot succeed leaves nothing behind
            raise
    return _summary(folder, manifest, changed=changed), _problems(folder, manifest)


def write_batches(
    folder: Path, form: Format, source: Source, how: How, *, simulation: bool = False
) -> tuple[ImportSummary, list[Problem]]:
    """Make a ledger of batches that no file holds; the source's `options` are what tells it."""
    known = json.dumps([form.name, {k: str(v) for k, v in source.options.items()}], sort_keys=True)
    staged = Staged(hashlib.sha256(known.encode()).hexdigest(), form.name, [])
    plan = Plan(form.family, how.replace, simulation=simulation, sources=[staged])
    return _import(folder, plan, [(form, source, staged)], how)


Job = tuple[Format, Source, Staged]


def _jobs(files: Sequence[Path], form: str | None, how: How) -> list[Job]:
    """Sort the files into sources, in the order given."""
    grouped: dict[str, tuple[Format, list[Path]]] = {}
    for number, file in enumerate(files):
        chosen = named(form) if form else format_of(file)
        key = chosen.name if chosen.together else f"{chosen.name} {number}"
        grouped.setdefault(key, (chosen, []))[1].append(file)
    return [_job(chosen, chosen.gathered(paths), how) for chosen, paths in grouped.values()]


def _job(form: Format, files: list[Path], how: How) -> Job:
    told = [_file(path) for path in files]
    options = {key: value for key, value in how.options.items() if value is not None}
    shown = sorted((key, str(value)) for key, value in options.items())
    digests = [file["sha256"] for file in told]
    known = json.dumps([form.name, shown, sorted(digests) if form.together else digests])
    key = hashlib.sha256(known.encode()).hexdigest()
    return form, Source(tuple(files), options=options), Staged(key, form.name, told)


def _file(path: Path) -> dict[str, Any]:
    digest = digest_of(path)
    return {"name": digest.name, "sha256": digest.sha256, "bytes": digest.size,
            "rows": 0, "problems": 0}  # fmt: skip


def _one_family(jobs: Sequence[Job]) -> str:
    families = {form.family: source.files[0].name for form, source, _ in jobs}
    if len(families) > 1:
        told = " and ".join(f"{file} ({family})" for family, file in families.items())
        raise InputError(
            f"These files belong to two kinds of ledger: {told}. Import them into two folders."
        )
    if not families:
        raise InputError("No file was given. Name the chain files to import.")
    return next(iter(families))


def _refuse_foreign(folder: Path) -> None:
    """Raise `LedgerError` where the folder is somebody else's."""
    if not folder.exists() or ledger_manifest(folder) is not None:
        return
    if not folder.is_dir() or _foreign(folder):
        raise LedgerError(
            f"{folder}: this is not a ledger and not empty, so nothing is written there. "
            "Choose another --ledger folder."
        )


def _foreign(folder: Path) -> bool:
    """Tell whether a folder without manifest holds more than an interrupted import's leavings.

    Every import makes the lock first, so that data folders without one are not ours.
    """
    entries = [entry for entry in folder.iterdir() if entry.name not in {LOCK, PARTS}]
    mine = (folder / LOCK).exists() and all(map(is_own, entries))
    return bool(entries) and not mine


def _holds(folder: Path, present: dict[str, Any], plan: Plan) -> bool:
    """Tell whether the ledger is whole and made of these very sources, or of more."""
    held = {source["key"] for source in present["sources"]}
    whole = present["parts"] is None and not damaged_files(folder / data_name(present), present)
    return whole and set(plan.source_keys()) <= held


def _plan(folder: Path, parts: Parts, plan: Plan, how: How, present: dict[str, Any] | None) -> Plan:
    """Return the plan to follow: the one that was cut off, or this one begun."""
    begun = parts.plan()
    if begun is not None and [k for k in begun.source_keys() if k != HELD] == plan.source_keys():
        return begun
    if begun is not None and not how.replace:
        names = ", ".join(file["name"] for source in begun.sources for file in source.files)
        raise LedgerError(
            f"{folder}: an import of other files ({names[:200]}) was cut off here. Give that "
            "command again to finish it, or --replace to begin anew with these."
        )
    held = None if how.replace else present
    if held and set(plan.source_keys()) != {source["key"] for source in held["sources"]}:
        if not how.add:
            raise LedgerError(
                f"{folder}: this folder already holds another ledger. Choose a new --ledger "
                "folder, give --add to add these files to it, or --replace to put this one in "
                "its place."
            )
        _hold(plan, held)
    parts.begin(plan)
    return plan


def _tell_known(folder: Path, jobs: Sequence[Job]) -> None:
    """Tell readers which blocks the ledger holds: what comes behind them has its height by them."""
    present = ledger_manifest(folder)
    if present is None or present["family"] != "utxo":
        return
    table = opened(folder / data_name(present), present).table("blocks")
    heights = dict(zip(table["hash"].to_pylist(), table["block"].to_pylist(), strict=True))
    heights.pop("", None)
    for _, source, _ in jobs:
        source.options["known"] = heights


def _hold(plan: Plan, present: dict[str, Any]) -> None:
    """Put what the ledger holds in front of what is added to it."""
    if present["family"] != plan.family:
        raise LedgerError(
            f"The ledger holds an {present['family']} chain and these files an {plan.family} one. "
            "Import them into a folder of their own."
        )
    held = {source["key"] for source in present["sources"]}
    gaps = [gap for source in present["sources"] for gap in source["gaps"]]
    limits = [limit for source in present["sources"] for limit in source["limits"]]
    first = Staged(HELD, present["source_format"], present["files"], gaps=gaps, limits=limits)
    plan.sources = [first, *(source for source in plan.sources if source.key not in held)]
    plan.held = present["sources"]
    plan.network, plan.simulation = present["network"], present["simulation"]
    plan.assets = list(present["assets"])


def _stage(parts: Parts, plan: Plan, jobs: Sequence[Job]) -> None:
    """Read every source to its end, part by part, behind the parts that stand."""
    by_key = {staged.key: (form, source) for form, source, staged in jobs}
    for staged in plan.sources:
        if staged.complete:
            continue
        if staged.held:
            _stage_held(parts, plan, staged)
            continue
        form, source = by_key[staged.key]
        _read(parts, plan, staged, form.read(source), source)
        staged.gaps = sorted(source.told.gaps)
        staged.limits = list(source.told.limits)
        staged.problems = problems_of(source.told)
        _count(staged, source)
        _set_network(plan, source)
        staged.complete = True
        parts.save(plan)


def _read(
    parts: Parts, plan: Plan, staged: Staged, batches: Iterable[Batch], source: Source
) -> None:
    """Write batches as parts; those that a cut-off import wrote are read again and passed over."""
    first = sum(other.rows for other in plan.sources if other is not staged)
    done, staged_rows = staged.parts, 0
    for number, group in enumerate(_groups(batches)):
        if number >= done:
            _set_network(plan, source)
            for batch in group:
                plan.met(_assets_of(batch, source))
            parts.add(plan, staged, group, first + staged_rows)
        staged_rows += sum(len(batch) for batch in group)


def _assets_of(batch: Batch, source: Source) -> Sequence[Any]:
    if isinstance(batch, UtxoBatch):
        return [source.options.get("asset", BITCOIN)]
    return batch.assets


def _set_network(plan: Plan, source: Source) -> None:
    told = source.options.get("network")
    if told and plan.network not in {None, told}:
        raise InputError(
            f"These files are of two networks, {plan.network} and {told}. Import each into a "
            "ledger of its own; nothing was changed."
        )
    plan.network = told or plan.network


def _groups(batches: Iterable[Batch]) -> Iterator[list[Batch]]:
    """Yield batches in groups of some PART_ROWS rows, the same ones at every reading."""
    group: list[Batch] = []
    rows = 0
    for batch in batches:
        whole = filled(batch) if isinstance(batch, UtxoBatch) else batch
        group.append(whole)
        rows += _weight(whole)
        if rows >= PART_ROWS:
            yield group
            group, rows = [], 0
    if group:
        yield group


def _weight(batch: Batch) -> int:
    if isinstance(batch, UtxoBatch):
        return max(len(batch), (len(batch.values) + len(batch.spent_values)) // 4)
    return max(len(batch), int(batch.fees.num_rows))


def _stage_held(parts: Parts, plan: Plan, staged: Staged) -> None:
    """Write what the ledger holds as parts, as if it were a source."""
    folder = parts.folder.parent
    present = ledger_manifest(folder)
    assert present is not None, "a ledger that is added to is there"
    ledger = opened(folder / data_name(present), present)
    batches: Iterator[Batch]
    if isinstance(ledger, AccountLedger):
        source, batches = Source(()), account_batches(ledger)
    else:
        source, batches = Source((), options={"asset": ledger.assets[0]}), utxo_batches(ledger)
    _read(parts, plan, staged, batches, source)
    table = ledger.table("problems").to_pylist()
    staged.problems = [[row["source"], row["element"], row["message"]] for row in table]
    staged.complete = True
    parts.save(plan)


def _count(staged: Staged, source: Source) -> None:
    """Note what each file gave."""
    for file in staged.files:
        file["rows"] = source.rows.get(file["name"], 0)
        file["problems"] = sum(p.source == file["name"] for p in source.told.problems)


def _refuse_nothing(plan: Plan) -> None:
    if any(source.rows for source in plan.sources):
        return
    problems = [problem for source in plan.sources for problem in source.problems]
    first = f", the first: {Problem(*problems[0])}" if problems else ""
    names = ", ".join(file["name"] for source in plan.sources for file in source.files)
    raise InputError(
        f"{names[:200]}: not one row could be read ({len(problems)} problems{first}). Check the "
        "--format and the layout; nothing was changed."
    )


def _problems(folder: Path, manifest: dict[str, Any]) -> list[Problem]:
    table = opened(folder / data_name(manifest), manifest).table("problems")
    return [Problem(r["source"], r["element"], r["message"]) for r in table.to_pylist()]


def _summary(folder: Path, manifest: dict[str, Any], *, changed: bool) -> ImportSummary:
    cover = manifest["coverage"]
    return ImportSummary(
        str(folder),
        manifest["family"],
        manifest["digest"],
        tuple(dict.fromkeys(source["format"] for source in manifest["sources"])),
        sum(file["rows"] for file in manifest["files"]),
        cover["transactions"],
        cover["movements"],
        cover["addresses"],
        sum(file["problems"] for file in manifest["files"]),
        changed,
    )
