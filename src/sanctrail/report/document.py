"""The report as plain data: what both renderers draw, and all that they may draw.

Every string here is text, never markup. A table cell is a tuple of lines; the kind of a column
or fact (text, number or code) only decides typeface and alignment.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal, cast

Kind = Literal["text", "number", "code"]
Cell = tuple[str, ...]
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the section's own."""

    text: str
    type: str = field(default="heading", init=False)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Prose; a `warning` is set apart, `arithmetic` is a line to follow with a pencil."""

    text: str
    style: Literal["plain", "warning", "arithmetic"] = "plain"
    type: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Points:
    """Sentences that stand on their own, one under another."""

    items: tuple[str, ...]
    type: str = field(default="points", init=False)


@dataclass(frozen=True, slots=True)
class Fact:
    """A name with what is known under it."""

    name: str
    lines: Cell
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Facts:
    """A list of names and values."""

    rows: tuple[Fact, ...]
    type: str = field(default="facts", init=False)


@dataclass(frozen=True, slots=True)
class Column:
    """A table column."""

    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption; `total` sums them up, `note` says what was left out and why."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row = ()
    note: str = ""
    type: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture drawn by our own code; `alt` says in words what it shows."""

    svg: str
    caption: str
    alt: str
    type: str = field(default="figure", init=False)


Block = Heading | Paragraph | Points | Facts | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report; `banner` stands on every page when it is not empty."""

    title: str
    subtitle: str
    banner: str
    running: str
    sections: tuple[Section, ...]


def with_texts(report: Report, change: Callable[[str], str]) -> Report:
    """Return the report with every text in it changed, pictures and type marks excepted."""
    return cast("Report", _changed(report, change))


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_changed(item, change) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in fields(value) if f.init and f.name not in ("svg", "kind", "style")]
        return replace(value, **{name: _changed(getattr(value, name), change) for name in names})
    return value
