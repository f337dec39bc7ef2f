"""The facts of a run over a file, so that it can be repeated and its result be trusted.

They stand beside the result as `NAME.run.json`. Paths are left to names: result, input and facts
stay true together wherever they are carried.
"""

import json
import shlex
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sanctrail import __version__
from sanctrail.ground.inputs import FileDigest
from sanctrail.ground.store import file_sha256
from sanctrail.register import Register
from sanctrail.register.ages import versions_used
from sanctrail.screening.hits import Wanted
from sanctrail.screening.problems import Problems
from sanctrail.screening.queries import QueryColumns
from sanctrail.screening.results import HIT_COLUMNS, form_of
from sanctrail.screening.resume import Done
from sanctrail.screening.screen import CHUNK, Screener

FORMAT = "sanctrail-screening/1"


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with a file of queries."""

    source: Path
    columns: QueryColumns
    output: Path
    threshold: float
    wanted: Wanted

    @property
    def facts_file(self) -> Path:
        """Where the facts of the run go."""
        return self.output.with_name(f"{self.output.name}.run.json")

    def configuration(self, as_of: str) -> dict[str, Any]:
        """Return all that decides the result but the input and the lists."""
        return {
            "columns": asdict(self.columns),
            "threshold": self.threshold,
            "wanted": {key: sorted(value) for key, value in asdict(self.wanted).items()},
            "as_of": as_of or None,
            "form": type(form_of(self.output)).__name__,
            "hit_columns": HIT_COLUMNS,
            "chunk": CHUNK,
            "version": __version__,
        }

    def command(self, register: Register) -> str:
        """Return the command that repeats the run where input and register are at hand."""
        newest = max(view.base["list_date"] for view in register.views)
        columns, wanted = self.columns, self.wanted
        options = [
            ("--input", self.source.name),
            ("--sheet", columns.sheet),
            *((f"--{key}-column", getattr(columns, key)) for key in _COLUMNS),
            *(
                ("--id-column", f"{one.column}:{one.sort}" if one.sort else one.column)
                for one in columns.identifiers
            ),
            *(("--measure", one) for one in sorted(wanted.measures)),
            *(("--regime", one) for one in sorted(wanted.regimes)),
            *(("--programme", one) for one in sorted(wanted.programmes)),
            *(("--hit-kind", one) for one in sorted(wanted.kinds)),
            ("--threshold", str(self.threshold)),
            ("--as-of", register.as_of or newest),
            ("--output", self.output.name),
        ]
        words = [word for option in options if option[1] is not None for word in option]
        return shlex.join(["sanctrail", "screen", *words])


_COLUMNS = ("name", "dob", "country", "gender", "kind")


def digest_of(document: Any) -> str:
    """Return the digest of a document of plain values."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:16]


def run_facts(
    job: Job, screener: Screener, source: FileDigest, done: Done, problems: Problems
) -> dict[str, Any]:
    """Return the facts of a run that is done."""
    register = screener.register
    configuration = job.configuration(register.as_of)
    lists = zip(versions_used(register.views), register.views, strict=True)
    return {
        "format": FORMAT,
        "program": f"sanctrail {__version__}",
        "command": job.command(register),
        "input": {"name": source.name, "sha256": source.sha256, "bytes": source.size},
        "output": {"name": job.output.name, "sha256": file_sha256(job.output)},
        **{key: configuration[key] for key in ("columns", "threshold", "wanted", "as_of")},
        "lists": [
            {**used, "version_ids": [one["version_id"] for one in view.versions]}
            for used, view in lists
        ],
        "index": screener.index.key,
        "configuration": digest_of(configuration),
        "rows": done.rows,
        "rows_with_hits": done.with_hits,
        "hits": done.hits,
        "problem_count": problems.count,
        "problems": [asdict(problem) for problem in problems.first],
    }
