"""Drawing answers: one JSON document, or tables and sentences for people."""

import csv
import json
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sanctrail.errors import Problem

if TYPE_CHECKING:
    from rich.console import Console

SHOWN_PROBLEMS = 10
WIDTH = 110
"""Columns of a sentence that may need several lines."""

_STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def print_json(document: Any) -> None:
    """Print one JSON document to standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def plain(text: str) -> str:
    """Return the text with control characters made visible: a list's text must not steer a screen.

    Line breaks stay; marks that turn the direction of writing are shown too.
    """
    return _STEERING.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def say(text: str = "") -> None:
    """Print one line for people to standard output."""
    sys.stdout.write(plain(text) + "\n")


def say_long(text: str) -> None:
    """Print a long sentence over several lines."""
    for line in textwrap.wrap(plain(text), WIDTH, break_long_words=False, break_on_hyphens=False):
        sys.stdout.write(line + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Print a table for people.

    Columns whose name begins with `#` are numbers and stand to the right, those whose name
    begins with `!` are never broken over lines. A cell is a text, or one that rich has styled.
    """
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        right = column.startswith("#")
        table.add_column(
            column.lstrip("#!"),
            justify="right" if right else "left",
            no_wrap=column.startswith(("#", "!")),
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(c if isinstance(c, Text) else Text(plain(c)) for c in row))
    console().print(table)


def console() -> "Console":
    """Return what draws on standard output: as wide as the terminal, or 120 columns without one."""
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def emit(columns: Sequence[str], rows: Iterable[Sequence[Any]], as_csv: bool) -> None:
    """Print rows as CSV for other programs, or as a table for people.

    Lists within a cell are joined; columns are marked as for `print_table`.
    """
    if not as_csv:
        print_table(columns, ([_cell(cell) for cell in row] for row in rows))
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.lstrip("#!") for column in columns])
    writer.writerows([_cell(cell, grouped=False) for cell in row] for row in rows)


def _cell(value: Any, *, grouped: bool = True) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if grouped else str(value)
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def problem_dicts(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Return problems as JSON records."""
    return [asdict(problem) for problem in problems]


def print_problems(problems: Sequence[Problem], rest: str, count: int = 0) -> None:
    """Print the first problems to standard error and say where the rest stand.

    `count` tells how many there are where `problems` are only the first of them.
    """
    if not problems:
        return
    count = max(count, len(problems))
    sys.stderr.write(f"{count:,} problem{'s' if count > 1 else ''}:\n")
    for problem in problems[:SHOWN_PROBLEMS]:
        sys.stderr.write(f"  {plain(str(problem))}\n")
    if count > SHOWN_PROBLEMS:
        sys.stderr.write(f"  and {count - SHOWN_PROBLEMS:,} more; {rest}\n")
