"""The labels of a workspace: every imported file kept apart, whole, under the digest of its bytes.

A folder `labels` beside the register: one manifest that names the files that count, and for each
a folder with its labels, hints, actors and problems as Parquet. Nothing overwrites anything.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from sanctrail.attribution.formats.source import Actor, Defaults
from sanctrail.attribution.hints import Hint
from sanctrail.attribution.labels import Label, key_of, label_of, labels_table
from sanctrail.attribution.reading import LabelFile, read_label_file
from sanctrail.errors import FailedFiles, InputError, Problem, SanctrailError, UnreadableFile
from sanctrail.ground.engine import DuckEngine
from sanctrail.ground.store import (
    MANIFEST,
    exclusive,
    read_manifest,
    staging,
    sweep,
    write_json,
    write_table,
)

FOLDER = "labels"
FORMAT = 1
_SHORTEST_DIGEST = 6
_AGREES = (
    "(suffix = '' AND prefix = ?) OR "
    "(suffix <> '' AND starts_with(?, prefix) AND ends_with(?, suffix))"
)
_HINTS = pa.schema([(name, pa.string()) for name in Hint.__slots__])
_ACTORS = pa.schema(
    [
        ("actor", pa.string()),
        ("label", pa.string()),
        ("categories", pa.list_(pa.string())),
        ("uri", pa.string()),
        ("jurisdictions", pa.list_(pa.string())),
        ("place", pa.string()),
    ]
)
_PROBLEMS = pa.schema([(name, pa.string()) for name in ("source", "where", "message")])


@dataclass(frozen=True, slots=True)
class HeldFile:
    """One imported file: what it was and how many rows of each sort it gave."""

    name: str
    sha256: str
    size: int
    format: str
    labels: int
    hints: int
    actors: int
    problems: int
    data: str
    defaults: Mapping[str, str]
    tables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did with one file."""

    file: HeldFile
    new: bool
    problems: tuple[Problem, ...]


class LabelStore:
    """The labels under one workspace; opening reads the manifest alone."""

    def __init__(self, workspace: Path) -> None:
        self.root = workspace / FOLDER
        self.files = _files(self.root)
        self._engine: DuckEngine | None = None

    def __bool__(self) -> bool:
        return bool(self.files)

    def labels(self, entries: Iterable[str] | None = None) -> list[Label]:
        """Return the labels of some addresses or transactions, or all, by entry and file."""
        rows = self._rows("labels", "entry, file_number, row_number", "entry", entries)
        return [label_of(row) for row in rows]

    def hints(self, entries: Sequence[str]) -> list[tuple[str, Hint]]:
        """Return what files that lost letters say of addresses that read like theirs."""
        found = []
        for entry in entries:
            folded = entry.strip().lower()
            rows = self._select("hints", _AGREES, [folded] * 3, "file_number, row_number")
            found += [(entry, Hint(**_only(row, Hint.__slots__))) for row in rows]
        return found

    def actors(self) -> dict[str, Actor]:
        """Return the actors by id; the first file that has one counts."""
        actors: dict[str, Actor] = {}
        for row in self._select("actors", "true", [], "file_number, row_number"):
            fields = _only(row, Actor.__slots__)
            lists = {name: tuple(fields[name] or ()) for name in ("categories", "jurisdictions")}
            actors.setdefault(row["actor"], Actor(**{**fields, **lists}))
        return actors

    def problems(self) -> list[Problem]:
        """Return every file's bad places."""
        rows = self._select("problems", "true", [], "file_number, row_number")
        return [Problem(**_only(row, ("source", "where", "message"))) for row in rows]

    def _rows(
        self, table: str, order: str, column: str, wanted: Iterable[str] | None
    ) -> list[dict[str, Any]]:
        if wanted is None:
            return self._select(table, "true", [], order)
        keys = sorted({key_of(entry) for entry in wanted})
        return self._select(table, f"{column} IN (SELECT unnest(?))", [keys], order)

    def _select(
        self, table: str, where: str, parameters: list[Any], order: str
    ) -> list[dict[str, Any]]:
        files = [file for file in self.files if getattr(file, table)]
        if not files:
            return []
        if self._engine is None:
            self._engine = DuckEngine()
        selects = []
        for number, file in enumerate(files):
            path = self.root / file.data / f"{table}.parquet"
            if not path.exists():
                raise UnreadableFile(
                    f"{path}: a table of the labels is missing. Import {file.name} again with: "
                    "sanctrail label import"
                )
            self._engine.register(f"{table}{number}", [path])
            selects.append(
                f'SELECT *, {number} AS file_number, row_number() OVER () AS row_number FROM "{table}{number}"'  # noqa: S608, E501 - names are our own
            )
        sql = f"SELECT * FROM ({' UNION ALL '.join(selects)}) WHERE {where} ORDER BY {order}"  # noqa: S608
        return self._engine.fetch(sql, parameters)


def import_labels(
    workspace: Path,
    paths: Sequence[Path],
    defaults: Defaults | None = None,
    form: str | None = None,
) -> list[Imported]:
    """Read files of labels and keep them; a file that is held already changes nothing.

    Either every file comes in or none does: `FailedFiles` tells of each that cannot be read.
    """
    given = defaults or Defaults()
    read, failures = [], []
    for path in paths:
        try:
            read.append(read_label_file(path, given, form))
        except SanctrailError as error:
            failures.append(error)
    if failures:
        raise FailedFiles(failures)
    root = workspace / FOLDER
    with exclusive(root):
        held = {file.data: file for file in _files(root)}
        results = [_kept(root, file, given, held) for file in read]
        _write_manifest(root, held.values())
    return results


def keep_labels(workspace: Path, name: str, labels: Sequence[Label], rule: str) -> Imported:
    """Keep labels that a rule derived, as a file of their own that replaces the rule's last."""
    root = workspace / FOLDER
    with exclusive(root):
        held = {f.data: f for f in _files(root) if not (f.format == rule and f.name == name)}
        table = labels_table(labels)
        text = json.dumps([asdict(label) for label in labels], sort_keys=True).encode()
        digest = hashlib.sha256(text).hexdigest()
        made = _written(root, digest, {"labels": table})
        file = HeldFile(
            name, digest, len(text), rule, len(labels), 0, 0, 0, made[0], {}, made[1]
        )  # fmt: skip
        held[file.data] = file
        _write_manifest(root, held.values())
    return Imported(file, new=True, problems=())


def forget_labels(workspace: Path, name: str) -> list[HeldFile]:
    """Forget the files of a name, or with a digest that begins so; return which they were."""
    root = workspace / FOLDER
    with exclusive(root):
        files = _files(root)
        digest = name if len(name) >= _SHORTEST_DIGEST else "none so short"
        gone = [f for f in files if f.name == name or f.sha256.startswith(digest)]
        if not gone:
            raise InputError(
                f"No file of labels is called '{name}'. 'sanctrail label sources' lists them."
            )
        _write_manifest(root, [file for file in files if file not in gone])
    return gone


def _kept(root: Path, file: LabelFile, given: Defaults, held: dict[str, HeldFile]) -> Imported:
    said = {key: value for key, value in asdict(given).items() if value}
    text = json.dumps([file.digest.sha256, file.digest.name, file.format, said], sort_keys=True)
    data = _key(text)
    if data in held:
        return Imported(held[data], new=False, problems=file.problems)
    tables = {
        "labels": labels_table(file.labels),
        "hints": pa.Table.from_pylist([asdict(hint) for hint in file.hints], _HINTS),
        "actors": pa.Table.from_pylist([asdict(actor) for actor in file.actors], _ACTORS),
        "problems": pa.Table.from_pylist([asdict(p) for p in file.problems], _PROBLEMS),
    }
    made = _written(root, text, {name: table for name, table in tables.items() if len(table)})
    counts = (len(file.labels), len(file.hints), len(file.actors), len(file.problems))
    digest = file.digest
    held[data] = HeldFile(
        digest.name, digest.sha256, digest.size, file.format, *counts, made[0], said, made[1]
    )
    return Imported(held[data], new=True, problems=file.problems)


def _written(root: Path, text: str, tables: Mapping[str, pa.Table]) -> tuple[str, dict[str, str]]:
    """Write a file's tables into a folder named by what they came from."""
    data = _key(text)
    with staging(root / data) as beside:
        digests = {name: write_table(beside / f"{name}.parquet", t) for name, t in tables.items()}
        if not (root / data).exists():
            beside.replace(root / data)
    return data, digests


def _key(text: str) -> str:
    return hashlib.sha256(f"{FORMAT} {text}".encode()).hexdigest()[:16]


def _write_manifest(root: Path, files: Iterable[HeldFile]) -> None:
    kept = sorted(files, key=lambda file: (file.name, file.sha256, file.data))
    write_json(root / MANIFEST, {"format": FORMAT, "files": [asdict(file) for file in kept]})
    sweep(root, {file.data for file in kept})


def _files(root: Path) -> tuple[HeldFile, ...]:
    manifest = read_manifest(root)
    if manifest is None:
        return ()
    if manifest.get("format") != FORMAT:
        raise UnreadableFile(
            f"{root / MANIFEST}: the labels are of another version of this program. Import the "
            "files again into a new workspace."
        )
    try:
        return tuple(HeldFile(**file) for file in manifest["files"])
    except (KeyError, TypeError) as error:
        raise UnreadableFile(
            f"{root / MANIFEST}: the manifest is damaged. Move the folder away and import again."
        ) from error


def _only(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}
