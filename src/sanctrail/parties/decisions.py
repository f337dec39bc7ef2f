"""What the user decided about parties: a file of their own that outlives every list version."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from sanctrail.errors import InputError
from sanctrail.ground.store import replace_file
from sanctrail.parties.joining import Pair, in_order

FILE = "decisions.csv"
JOIN, SPLIT = "join", "split"


@dataclass(frozen=True, slots=True)
class Decision:
    """That two listings are one party (join) or are not (split): the day, who says so, and why."""

    decision: str
    left: str
    right: str
    on: str = ""
    by: str = ""
    note: str = ""

    @property
    def pair(self) -> Pair:
        """The two listings in the order of ids."""
        return in_order(self.left, self.right)


_COLUMNS = tuple(field.name for field in fields(Decision))


def read_decisions(workspace: Path) -> tuple[Decision, ...]:
    """Return the decisions of a workspace, of several about one pair the last.

    Raises `InputError` where the file says something that is no decision: one that is passed over
    would be a party joined or parted against the user's word.
    """
    decisions = read_unweighed(workspace)
    _refuse_contradictions(decisions, str(workspace / FILE))
    return decisions


def read_unweighed(workspace: Path) -> tuple[Decision, ...]:
    """Return the decisions of a workspace though they may contradict, so that one can be mended."""
    path = workspace / FILE
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = _numbered(text)
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: the decisions cannot be read ({error}).") from error
    if not rows or tuple(rows[0][1]) != _COLUMNS:
        raise InputError(
            f"{path}, line 1: expected the columns {', '.join(_COLUMNS)}. Mend the line, or move "
            "the file away to decide anew."
        )
    latest: dict[Pair, Decision] = {}
    for number, row in rows[1:]:
        if row:
            one = _decision(row, f"{path}, line {number}")
            latest.pop(one.pair, None)
            latest[one.pair] = one
    return tuple(latest.values())


def _numbered(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows with the line on which each begins: a note may have several lines."""
    reader = csv.reader(io.StringIO(text, newline=""))
    found, line = [], 1
    for row in reader:
        found.append((line, row))
        line = reader.line_num + 1
    return found


def _decision(row: Sequence[str], where: str) -> Decision:
    if len(row) != len(_COLUMNS):
        raise InputError(f"{where}: expected {len(_COLUMNS)} columns, found {len(row)}.")
    one = Decision(*(cell.strip() for cell in row))
    if one.decision not in (JOIN, SPLIT):
        raise InputError(f"{where}: '{one.decision}' is no decision; write {JOIN} or {SPLIT}.")
    if not one.left or not one.right or one.left == one.right:
        raise InputError(f"{where}: a decision is about two listings; write both ids.")
    return one


def keep_decisions(workspace: Path, decisions: Iterable[Decision]) -> None:
    """Write the decisions of a workspace, whole or not at all."""
    rows = [astuple(one) for one in decisions]
    returns = any("\r" in cell for row in rows for cell in row)  # which csv leaves unquoted
    out = io.StringIO()
    writer = csv.writer(
        out, lineterminator="\n", quoting=csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL
    )
    writer.writerow(_COLUMNS)
    writer.writerows(rows)
    workspace.mkdir(parents=True, exist_ok=True)
    replace_file(workspace / FILE, out.getvalue().encode())


def decide(workspace: Path, new: Sequence[Decision]) -> tuple[Decision, ...]:
    """Add decisions to those of a workspace, in place of older ones about the same pairs."""
    pairs = {one.pair for one in new}
    decisions = (*(one for one in read_decisions(workspace) if one.pair not in pairs), *new)
    _refuse_contradictions(decisions, "These decisions")
    keep_decisions(workspace, decisions)
    return decisions


def _refuse_contradictions(decisions: Iterable[Decision], where: str) -> None:
    """Raise `InputError` where two listings are parted that other decisions make one party."""
    decisions = tuple(decisions)
    party: dict[str, str] = {}

    def root(one: str) -> str:
        while party.get(one, one) != one:
            one = party[one]
        return one

    for one in decisions:
        if one.decision == JOIN:
            party[root(one.left)] = root(one.right)
    for one in decisions:
        if one.decision == SPLIT and root(one.left) == root(one.right):
            raise InputError(
                f"{where} contradict each other: {one.left} and {one.right} are split, yet joined "
                "through others. Take one of them back with: sanctrail register decided --forget"
            )
