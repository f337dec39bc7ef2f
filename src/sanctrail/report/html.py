"""The report as one HTML file that needs nothing else: no network, no script, no local font."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sanctrail.errors import MissingExtra
from sanctrail.report.document import Figure, Report, with_texts
from sanctrail.report.fonts import BOLD, CHAIN, MONO, SANS, Face, letters, subset_woff2

# What the template itself says, and what addresses and digests are made of.
PRINTABLE = "".join(map(chr, range(0x20, 0x7F))) + "…·\u2013\u00a0"


def render_html(report: Report) -> bytes:
    """Draw the report as HTML; all text is escaped, the picture alone is taken as it is."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("jinja2", "report") from None
    environment = Environment(
        loader=PackageLoader("sanctrail.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.get_template("report.html.j2")
    families = ", ".join(f'"{face.family}"' for face in CHAIN)
    page = template.render(
        report=asdict(report),
        fonts=list(_embedded(report)),
        families=families,
        mono=f'"{MONO.family}", {families}',
    )
    return page.encode("utf-8")


def visible_texts(report: Report) -> tuple[str, ...]:
    """Gather every text of the report, those inside its pictures included."""
    texts: list[str] = []

    def gather(text: str) -> str:
        texts.append(text)
        return text

    with_texts(report, gather)
    for section in report.sections:
        texts.extend(block.svg for block in section.blocks if isinstance(block, Figure))
    return tuple(texts)


def _embedded(report: Report) -> Iterator[dict[str, Any]]:
    drawn = letters((PRINTABLE, *visible_texts(report)))
    yield _font(MONO, PRINTABLE)
    yield _font(BOLD, drawn[SANS])
    for face, text in drawn.items():
        yield _font(face, text)


def _font(face: Face, text: str) -> dict[str, Any]:
    data = b64encode(subset_woff2(face, text)).decode("ascii")
    return {"family": face.family, "weight": face.weight, "data": data}
