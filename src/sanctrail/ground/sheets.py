"""Workbooks (XLSX, ODS) as plain rows of cells."""

import io

from sanctrail.errors import UnreadableFile
from sanctrail.ground.cells import Cell, Sheet
from sanctrail.ground.inputs import InputStream
from sanctrail.ground.ods import is_ods, read_ods

__all__ = ["Cell", "Sheet", "read_sheets"]


def read_sheets(stream: InputStream) -> tuple[Sheet, ...]:
    """Read every sheet of a workbook, phonetic guides left out.

    Raises `UnreadableFile` where the file is no workbook or a damaged one.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    data = stream.read()
    if is_ods(data):
        return read_ods(data, stream.name)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return tuple(
            Sheet(
                name,
                tuple(tuple(row) for row in workbook.get_sheet_by_name(name).to_python()),
            )
            for name in workbook.sheet_names
        )
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableFile(
            f"{stream.name}: the workbook is damaged or of an unknown kind ({error}). "
            "Fetch the file again; nothing was changed."
        ) from error
