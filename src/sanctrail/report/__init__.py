"""The report: one case, told so that every number in it can be checked again.

`write_report` is the door. The content is built once (`content`) and drawn twice, as one
self-contained HTML file (`html`) or as PDF (`pdf`); the renderers add nothing of their own, so
the two cannot disagree. The same case gives the same bytes: no clock is read anywhere.
"""

from pathlib import Path

from sanctrail.cases import Case
from sanctrail.errors import InputError
from sanctrail.ground.store import replace_file

__all__ = ["SUFFIXES", "write_report"]

SUFFIXES = (".html", ".pdf")
"""What a report's file name may end in."""


def write_report(case: Case, output: Path) -> None:
    """Write the report of a case to `output`, as its suffix says (.html or .pdf)."""
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"The report cannot be written as '{output.name}': name a file that ends in "
            ".html or .pdf."
        )
    drawn = _drawn(case, suffix)
    try:
        replace_file(output, drawn)
    except OSError as error:
        raise InputError(
            f"{output}: the report cannot be written there ({error.strerror}). Choose another "
            "--output."
        ) from error


def _drawn(case: Case, suffix: str) -> bytes:
    """Import late: the renderers pull in packages that most commands never need."""
    from sanctrail.report.content import build_report  # noqa: PLC0415

    report = build_report(case)
    if suffix == ".html":
        from sanctrail.report.html import render_html  # noqa: PLC0415

        return render_html(report)
    from sanctrail.report.pdf import render_pdf  # noqa: PLC0415

    return render_pdf(report)
