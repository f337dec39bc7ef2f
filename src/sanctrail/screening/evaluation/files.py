"""The folder of evidence: figures, wrong answers, the curve, and the auditor's page."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from sanctrail.errors import InputError
from sanctrail.ground.store import replace_file
from sanctrail.screening.evaluation.audit import PICTURE, TITLE, audit_blocks
from sanctrail.screening.evaluation.measure import curves
from sanctrail.screening.evaluation.outcomes import Outcome, misses
from sanctrail.screening.evaluation.pages import as_html, as_markdown
from sanctrail.screening.evaluation.picture import curve_svg
from sanctrail.screening.evaluation.run import Evaluation

COLUMNS = (
    "cases", "class", "query", "about", "score", "best_party", "best_score", "origin", "explanation"
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def check_folder(folder: Path) -> None:
    """Raise `InputError` if the evidence cannot be written there: better before the work."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--output {folder}: this is a file. Name a folder to write into.")
    if not folder.absolute().parent.is_dir():
        raise InputError(
            f"--output {folder}: there is no folder {folder.parent}. Make it, or name another."
        )


def write_evidence(found: Evaluation, folder: Path, command: str) -> tuple[str, ...]:
    """Write all files of an evaluation into a folder and return their names.

    Files of the same names are replaced; the same evaluation gives the same bytes.
    """
    check_folder(folder)
    folder.mkdir(exist_ok=True)
    threshold = found.plan.threshold
    wrong = [one for one in found.outcomes if not one.is_right(threshold)]
    picture = curve_svg(found.curve, curves(found.outcomes), threshold)
    blocks = audit_blocks(found, picture, command)
    document = {**found.as_dict(), "command": command}
    missed = misses([one for one in wrong if one.case.wanted], found.listed)
    texts = {
        "evaluation.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n",
        "misses.csv": _table(
            (*COLUMNS, "compared"),
            ((*_cells(one.outcome, one.why), f"{one.compared:.4f}") for one in missed),
        ),
        "false_alarms.csv": _table(
            COLUMNS, (_cells(one, one.why) for one in wrong if not one.case.wanted)
        ),
        PICTURE: picture,
        "audit.html": as_html(TITLE, blocks),
        "audit.md": as_markdown(TITLE, blocks),
    }
    for name, text in texts.items():
        replace_file(folder / name, text.encode())
    return tuple(texts)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return wrong answers as CSV, in the order of the cases."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cells(one: Outcome, why: str) -> tuple[str, ...]:
    case = one.case
    scores = (f"{one.score:.4f}", one.met, f"{one.best:.4f}")
    return (case.source, case.group, case.query.name, case.party, *scores, case.origin, why)


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: it would run in a reviewer's name."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
