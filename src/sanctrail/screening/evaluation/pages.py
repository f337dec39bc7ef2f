"""A page of headings, sentences and tables, drawn once as HTML and once as Markdown.

All text is escaped in both: names on lists and in users' files are strangers' text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&!])")

_STYLE = """
body{font:15px/1.5 sans-serif;color:#222;max-width:60em;margin:2em auto;padding:0 1em}
h1{font-size:1.6em}h2{font-size:1.25em;margin-top:2em;border-bottom:1px solid #ccc}
table{border-collapse:collapse;margin:1em 0;font-size:.93em}
th,td{text-align:left;vertical-align:top;padding:.25em .8em .25em 0;border-bottom:1px solid #ddd}
td.n,th.n{text-align:right;white-space:nowrap}
pre{background:#f4f4f4;padding:.8em;white-space:pre-wrap;overflow-wrap:anywhere}
svg{max-width:100%;height:auto}
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within the page."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """Points, one below the other."""

    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; columns whose name begins with `#` hold numbers and stand to the right."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text to copy as it is: a command."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of ours: SVG for HTML, the name of its file for Markdown, and what it shows."""

    svg: str
    file: str
    shows: str


Block = Heading | Paragraph | Bullets | Table | Verbatim | Picture


def as_html(title: str, blocks: Sequence[Block]) -> str:
    """Return the page as one HTML file that asks nothing of the network and runs nothing."""
    body = "\n".join(_html(block) for block in blocks)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n<h1>{_safe(title)}</h1>\n{body}\n</body></html>\n"
    )


def _safe(text: str) -> str:
    """Return text for HTML; what would turn the direction of writing is shown."""
    return escape(_STEERING.sub(_shown, text))


def _shown(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{_safe(text)}</h2>"
        case Paragraph(text):
            return f"<p>{_safe(text)}</p>"
        case Bullets(points):
            return "<ul>" + "".join(f"<li>{_safe(point)}</li>" for point in points) + "</ul>"
        case Verbatim(text):
            return f"<pre>{_safe(text)}</pre>"
        case Picture(svg, _, _):
            return f"<figure>{svg}</figure>"
        case Table(columns, rows):
            return _html_table(columns, rows)


def _html_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    mark = [' class="n"' if column.startswith("#") else "" for column in columns]
    head = "".join(
        f"<th{own}>{_safe(column.lstrip('#'))}</th>"
        for own, column in zip(mark, columns, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(f"<td{own}>{_safe(cell)}</td>" for own, cell in zip(mark, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def as_markdown(title: str, blocks: Sequence[Block]) -> str:
    """Return the page as Markdown; its picture is the file beside it."""
    return "\n\n".join([f"# {_plain(title)}", *map(_markdown, blocks)]) + "\n"


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", _STEERING.sub(_shown, text))


def _markdown(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {_plain(text)}"
        case Paragraph(text):
            return _plain(text)
        case Bullets(points):
            return "\n".join(f"- {_plain(point)}" for point in points)
        case Verbatim(text):
            return "\n".join(f"    {line}" for line in text.splitlines())
        case Picture(_, file, shows):
            return f"![{_plain(shows)}]({file})"
        case Table(columns, rows):
            return _markdown_table(columns, rows)


def _markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = _markdown_row([column.lstrip("#") for column in columns])
    rule = " | ".join("---:" if column.startswith("#") else "---" for column in columns)
    return "\n".join([head, f"| {rule} |", *map(_markdown_row, rows)])


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_plain, cells))} |"
