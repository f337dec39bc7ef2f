"""Arrays in one file, mapped into memory: opened in a millisecond, shared between processes.

The file is the arrays one after another; a manifest beside it says what they are. Pages are
copied on write, so that a process may note things in its own view and no other sees it.
"""

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.format import descr_to_dtype, dtype_to_descr

from sanctrail.errors import UnreadableFile
from sanctrail.ground.store import MANIFEST, read_manifest, write_json

DATA = "arrays.bin"
ALIGNED = 64

Arrays = Mapping[str, npt.NDArray[Any]]


def write_arrays(folder: Path, arrays: Arrays, about: Mapping[str, Any]) -> None:
    """Write arrays by name into a new folder, and what `about` says of them into its manifest."""
    layout: dict[str, dict[str, Any]] = {}
    with (folder / DATA).open("wb") as file:
        for name, array in arrays.items():
            file.write(b"\0" * (-file.tell() % ALIGNED))
            layout[name] = {
                "dtype": dtype_to_descr(array.dtype), "aligned": array.dtype.isalignedstruct,
                "shape": list(array.shape), "offset": file.tell(),
            }  # fmt: skip
            file.write(np.ascontiguousarray(array).data)
        size = file.tell()
    write_json(folder / MANIFEST, {**about, "size": size, "arrays": layout})


def map_arrays(folder: Path) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Return the arrays of a folder, mapped, and its manifest.

    Raises `UnreadableFile` where the folder is not whole.
    """
    manifest = read_manifest(folder)
    path = folder / DATA
    layout = {} if manifest is None else manifest.get("arrays")
    if manifest is None or layout is None or not _has_size(path, manifest.get("size")):
        raise UnreadableFile(f"{folder}: these arrays are missing or cut short.")
    try:
        mapped = _mapped(path)
    except OSError as error:
        raise UnreadableFile(f"{path}: these arrays cannot be read ({error}).") from error
    return {name: _view(mapped, entry) for name, entry in layout.items()}, manifest


def _has_size(path: Path, size: object) -> bool:
    return path.is_file() and path.stat().st_size == size


def _mapped(path: Path) -> mmap.mmap | bytearray:
    with path.open("rb") as file:
        if not path.stat().st_size:  # which cannot be mapped
            return bytearray()
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)


def _dtype(described: Any, aligned: bool) -> np.dtype[Any]:
    """Return the very dtype that was written: padding between fields and its alignment matter."""
    if isinstance(described, str):
        return np.dtype(described)
    found = descr_to_dtype([tuple(field) for field in described])
    fields: Mapping[str, Any] = found.fields or {}
    layout: Any = {
        "names": list(fields),
        "formats": [field[0] for field in fields.values()],
        "offsets": [field[1] for field in fields.values()],
        "itemsize": found.itemsize,
    }
    dtype: np.dtype[Any] = np.dtype(layout, align=aligned)
    return dtype


def _view(mapped: mmap.mmap | bytearray, entry: Mapping[str, Any]) -> npt.NDArray[Any]:
    count = int(np.prod(entry["shape"], dtype=np.int64))
    dtype = _dtype(entry["dtype"], entry["aligned"])
    flat = np.frombuffer(mapped, dtype, count, entry["offset"]) if count else np.empty(0, dtype)
    return flat.reshape(entry["shape"])
