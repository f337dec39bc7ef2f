"""Workbooks from strangers: a sheet is kept in memory as the whole rectangle up to its last cell.

So one cell at the far corner of an otherwise empty sheet, a file of two thousand bytes, would ask
for more memory than any machine has. The places of cells are looked at before that happens.
"""

import io
import re
import zipfile
import zlib

from sanctrail.errors import UnreadableFile, UnsafeFile
from sanctrail.ground.cells import Sheet
from sanctrail.ground.inputs import InputStream, stream_of
from sanctrail.ground.sheets import read_sheets
from sanctrail.text.fold import tidy

_FAR = re.compile(
    rb"<(?:\w+:)?(?:c|row)\s[^<>]*?\br\s*=\s*[\"'](?:[A-Za-z]{3,}[0-9]+|[A-Za-z]*[0-9]{6,})[\"']"
)
"""A cell beyond column ZZ (702) or row 99,999; the largest held list has 29 by 9,560."""

_DAMAGED = (KeyError, OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile)


def sheets_within_bounds(stream: InputStream) -> tuple[Sheet, ...]:
    """Return every sheet; raises `UnsafeFile` where a cell stands farther out than any list's."""
    data = stream.read()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/") and (found := _FAR.search(archive.read(name))):
                    place = found[0].rpartition(b"=")[2].strip(b" \"'").decode()[:20]
                    raise UnsafeFile(
                        f"{stream.name}: the workbook has a cell at {place}, farther out than any "
                        "list's. Refused; fetch the list from its publisher again."
                    )
    except (*_DAMAGED, zlib.error) as error:
        raise UnreadableFile(
            f"{stream.name}: the workbook is damaged ({tidy(str(error))}). Fetch the file again; "
            "nothing was changed."
        ) from error
    return read_sheets(stream_of(stream.name, data))
