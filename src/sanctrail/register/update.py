"""Fetching lists from their publishers and loading what is new: one after the other, each alone.

What was fetched is kept for good under `downloads/LIST/DAY_DIGEST_NAME`, so that a loaded version
can be traced to the very bytes that its publisher served. `downloads/state.json` remembers of each
source what the register took from it last; it is written after a load and only then, so a failure
leaves it as it was. It is only a memory: where it is lost, damaged or other than the register,
files are fetched again, and a version that is held already is found to be.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sanctrail.errors import HeldVersion, Problem, SanctrailError
from sanctrail.ground.store import exclusive, file_sha256, sweep, write_json
from sanctrail.lists.publishers.download import (
    Download,
    Manners,
    Validators,
    check_address,
    download,
)
from sanctrail.lists.publishers.sources import Source
from sanctrail.register.load import LoadedVersion, LoadOptions, load_lists
from sanctrail.register.manifest import FOLDER, is_whole, read_versions

DOWNLOADS = "downloads"
STATE = "state.json"
FORMAT = 1

RESULTS = ("loaded", "unchanged", "held", "failed", "would ask")
"""How an update of one source can end; the last is a dry run's."""

FAILURES = ("held", "failed")


@dataclass(frozen=True, slots=True)
class UpdateOptions:
    """How an update loads, and how it asks; see `LoadOptions` and `Manners`."""

    strict: bool = False
    accept_drop: bool = False
    manners: Manners = field(default_factory=Manners)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the update of one source ended: `result` is one of `RESULTS`, `message` why.

    `file` is the kept file below the workspace; `versions` are those that the file holds.
    """

    source: str
    list_id: str
    url: str
    result: str
    message: str
    list_date: str = ""
    parties: int | None = None
    file: str = ""
    sha256: str = ""
    versions: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def failed(self) -> bool:
        """Tell whether the list is now not known to be as its publisher has it."""
        return self.result in FAILURES


def update_lists(
    sources: Sequence[Source], workspace: Path, options: UpdateOptions | None = None
) -> list[Outcome]:
    """Fetch and load the sources in order; what fails is an outcome and stops no other.

    Raises `RegisterError` where the register itself cannot be read.
    """
    read_versions(workspace / FOLDER)
    with exclusive(workspace / DOWNLOADS):
        update = _Update(workspace, options or UpdateOptions())
        return [update.of(source) for source in sources]


def plan_update(
    sources: Sequence[Source], workspace: Path, options: UpdateOptions | None = None
) -> list[Outcome]:
    """Say what `update_lists` would ask, without asking or writing anything."""
    read_versions(workspace / FOLDER)
    update = _Update(workspace, options or UpdateOptions())
    return [update.planned(source) for source in sources]


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was last taken from a source, as the state remembers it."""

    url: str
    etag: str
    last_modified: str
    sha256: str
    file: str
    list_date: str
    versions: tuple[str, ...]

    @property
    def validators(self) -> Validators:
        return Validators(self.url, self.etag, self.last_modified)


class _Update:
    """One run over some sources."""

    def __init__(self, workspace: Path, options: UpdateOptions) -> None:
        self._workspace = workspace
        self._options = options
        self._downloads = workspace / DOWNLOADS
        self._state = _read_state(self._downloads / STATE)
        self._today = datetime.now(UTC).date().isoformat()

    def of(self, source: Source) -> Outcome:
        """Fetch and load one source; whatever happens is told by the outcome."""
        try:
            return self._updated(source)
        except HeldVersion as error:
            return _outcome(source, "held", _named(source, str(error)))
        except SanctrailError as error:
            return _outcome(source, "failed", _named(source, str(error)))
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            said = f"{where}{error.strerror or error}. Check the workspace and run again."
            return _outcome(source, "failed", _named(source, said))
        except Exception as error:  # noqa: BLE001 - a fault over one list must not keep the others
            said = (
                f"a fault of this program ({type(error).__name__}: {error}). The other lists are "
                "not touched by it; please report it."
            )
            return _outcome(source, "failed", _named(source, said))

    def planned(self, source: Source) -> Outcome:
        """Say how one source would be asked."""
        try:
            check_address(source.url, source, self._options.manners)
        except SanctrailError as error:
            return _outcome(source, "failed", str(error))
        taken = self._held(source)
        if source.link:
            said = f"the page, then the newest file that it links as '{source.link}'"
        elif taken and taken.validators.headers(source.url):
            said = "the file, if it has changed since it was last fetched"
        else:
            said = "the whole file"
        return self._about(_outcome(source, "would ask", said), taken)

    def _updated(self, source: Source) -> Outcome:
        folder = self._downloads / source.list
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder, keep=set())
        taken = self._held(source)
        known = taken.validators if taken else None
        found = download(source, folder, known, self._options.manners)
        if found is None:  # only a conditional request is answered so
            said = "the server says that it has not changed"
            return self._about(_outcome(source, "unchanged", said), taken)
        try:
            if taken and taken.sha256 == found.sha256:
                return self._same(source, taken, found)
            return self._loaded(source, found)
        finally:
            found.path.unlink(missing_ok=True)

    def _same(self, source: Source, taken: _Taken, found: Download) -> Outcome:
        said = found.validators
        now = replace(taken, url=said.url, etag=said.etag, last_modified=said.last_modified)
        self._remember(source, now)
        outcome = _outcome(source, "unchanged", "the same bytes as when it was last fetched")
        return self._about(outcome, now)

    def _loaded(self, source: Source, found: Download) -> Outcome:
        day, dated_by = self._day(source, found)
        path, fresh = self._keep(source, found, day or self._today)
        options = LoadOptions(day, self._options.strict, self._options.accept_drop)
        try:
            loaded, problems = load_lists([path], self._workspace, options)
        except HeldVersion:
            raise  # the file is kept: a person has to look at it
        except BaseException:
            if fresh:
                path.unlink(missing_ok=True)
            raise
        outcome = self._described(source, loaded, tuple(problems), dated_by)
        file = path.relative_to(self._workspace).as_posix()
        outcome = replace(outcome, url=found.validators.url, file=file, sha256=found.sha256)
        if not outcome.failed:
            said = found.validators
            self._remember(
                source,
                _Taken(said.url, said.etag, said.last_modified, found.sha256, file,
                       outcome.list_date, outcome.versions),
            )  # fmt: skip
        return outcome

    def _day(self, source: Source, found: Download) -> tuple[str, str]:
        """Return the day of an undated list and what told it; the same bytes keep their day."""
        if not source.undated:
            return "", ""
        taken = self._taken(source)
        if taken and taken.sha256 == found.sha256 and taken.list_date:
            return taken.list_date, "its earlier loading"
        return found.day(self._today)

    def _keep(self, source: Source, found: Download, day: str) -> tuple[Path, bool]:
        """Move the file to its place; tell if it was not there before. Same bytes stay once."""
        folder = self._downloads / source.list
        tail = f"{found.sha256[:16]}_{found.name}"
        for kept in sorted(folder.glob(f"*_{tail}")):
            if file_sha256(kept) == found.sha256:
                return kept, False
        path = folder / f"{day}_{tail}"
        found.path.replace(path)
        return path, True

    def _described(
        self,
        source: Source,
        loaded: Sequence[LoadedVersion],
        problems: tuple[Problem, ...],
        dated_by: str,
    ) -> Outcome:
        """Return what a load came to; a file of another list is no update of this one."""
        own = [version for version in loaded if version.list_id == source.list]
        ids = tuple(version.version_id for version in loaded)
        if not own:
            other = ", ".join(version.list_id for version in loaded)
            said = (
                f"{source.name}: the address serves the list {other}, expected {source.list}. It "
                "was loaded as what it is; correct the address in a file given with --sources."
            )
            return replace(_outcome(source, "failed", said), versions=ids, problems=problems)
        newest = max(own, key=lambda version: version.list_date)
        outcome = _outcome(source, "loaded", _remark(newest, dated_by))
        if not any(version.changed for version in loaded):
            outcome = _outcome(source, "unchanged", _remark(newest, dated_by))
        return replace(
            outcome,
            list_date=newest.list_date,
            parties=newest.parties,
            versions=ids,
            problems=problems,
        )

    def _taken(self, source: Source) -> _Taken | None:
        return _taken_of(self._state.get(source.name))

    def _held(self, source: Source) -> _Taken | None:
        """Return what was last taken, if the register still holds it whole and the file is kept."""
        taken = self._taken(source)
        if taken is None or not taken.versions or not (self._workspace / taken.file).is_file():
            return None
        root = self._workspace / FOLDER
        held = {entry["version_id"]: entry for entry in read_versions(root) or ()}
        whole = all(key in held and is_whole(root, held[key]) for key in taken.versions)
        return taken if whole else None

    def _about(self, outcome: Outcome, taken: _Taken | None) -> Outcome:
        """Return the outcome with what the register holds of the source."""
        if taken is None:
            return outcome
        held = {
            entry["version_id"]: entry for entry in read_versions(self._workspace / FOLDER) or ()
        }
        entries = [held[key] for key in taken.versions if key in held]
        own = [entry for entry in entries if entry["list_id"] == outcome.list_id]
        return replace(
            outcome,
            list_date=taken.list_date,
            parties=max(own, key=lambda entry: entry["list_date"])["parties"] if own else None,
            file=taken.file,
            sha256=taken.sha256,
            versions=taken.versions,
        )

    def _remember(self, source: Source, taken: _Taken) -> None:
        self._state[source.name] = asdict(taken)
        path = self._downloads / STATE
        write_json(path, {"format": FORMAT, "sources": dict(sorted(self._state.items()))})


def _outcome(source: Source, result: str, message: str) -> Outcome:
    return Outcome(source.name, source.list, source.url, result, message)


def _named(source: Source, message: str) -> str:
    """Return the message with the source's name in front, once."""
    return message if message.startswith(f"{source.name}: ") else f"{source.name}: {message}"


def _remark(version: LoadedVersion, dated_by: str) -> str:
    remarks = ["held already" if not version.changed else "new version"]
    if version.date_from == "file name":
        remarks.append("dated by the name it is kept under, since it carries no date")
    elif version.date_from != "list" and dated_by:
        remarks.append(f"dated by {dated_by}")
    if version.current and version.current != version.version_id:
        remarks.append(f"not current: {version.current} counts")
    return "; ".join(remarks)


def _read_state(path: Path) -> dict[str, Any]:
    """Return the entries by source; none where there is no state or a damaged one."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    known = isinstance(document, dict) and document.get("format") == FORMAT
    sources = document.get("sources") if known else None
    return sources if isinstance(sources, dict) else {}


def _taken_of(entry: Any) -> _Taken | None:
    """Read one entry of the state; None where it is missing or damaged."""
    texts = ("url", "etag", "last_modified", "sha256", "file", "list_date")
    if not isinstance(entry, dict) or not all(
        isinstance(entry.get(key), str) and entry[key].isascii() and entry[key].isprintable()
        for key in texts
    ):
        return None
    versions = entry.get("versions")
    if not isinstance(versions, list) or not all(isinstance(one, str) for one in versions):
        return None
    return _Taken(**{key: entry[key] for key in texts}, versions=tuple(versions))
