"""The report as PDF through Typst; texts go in as JSON data and are never read as markup."""

import json
from dataclasses import asdict
from importlib.resources import files

from sanctrail.errors import MissingExtra
from sanctrail.report.document import Report
from sanctrail.report.fonts import MONO, PDF_CHAIN, folders


def render_pdf(report: Report) -> bytes:
    """Draw the report as PDF; it bears no date, so the same report is the same file."""
    try:
        import typst  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("typst", "report") from None
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders())
    )
    compiler = typst.Compiler(
        typst_template(),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"report": report_json(report)},
    )
    drawn = compiler.compile(format="pdf")
    if not isinstance(drawn, bytes):
        raise TypeError("Typst gave no document back.")
    return drawn


def typst_template() -> bytes:
    """Return the template; it is fixed text of this package."""
    return files("sanctrail.report").joinpath("templates/report.typ").read_bytes()


def report_json(report: Report) -> str:
    """Return the report with its fonts as the template reads it."""
    chain = [{"name": face.family, "covers": face.covers or None} for face in PDF_CHAIN]
    document = {**asdict(report), "fonts": chain, "mono": MONO.family}
    return json.dumps(document, ensure_ascii=True, sort_keys=True)
