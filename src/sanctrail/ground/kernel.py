"""Compiled kernels: one decorator, and a cache that no changed source can leave stale.

numba notes for each kernel when its own file changed, but compiles the kernels that it calls
into it, from whatever file they are. The cache therefore lies in a folder named by a digest of all
kernels' sources, in the user's cache: a package folder may not be writable.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import config
from platformdirs import user_cache_path

Function = TypeVar("Function", bound=Callable[..., object])

_ROOMS = ("names", "parties", "screening", "ledger", "attribution", "tracing")
_MARKS = (b"@kernel", b"@bare")


def _sources() -> list[bytes]:
    package = Path(__file__).resolve().parents[1]
    files = (path for room in _ROOMS for path in sorted((package / room).rglob("*.py")))
    return [
        text
        for text in (path.read_bytes() for path in files)
        if any(mark in text for mark in _MARKS)
    ]


@cache
def kernels_digest() -> str:
    """Return a digest of every kernel's source and of the compiler."""
    return hashlib.sha256(b"\0".join([numba.__version__.encode(), *_sources()])).hexdigest()[:16]


def _place() -> Path:
    return user_cache_path("sanctrail", appauthor=False) / "kernels" / kernels_digest()


if not os.environ.get("NUMBA_CACHE_DIR"):
    config.CACHE_DIR = str(_place())  # type: ignore[attr-defined]
    if sys.stderr.isatty() and not _place().exists():
        sys.stderr.write("Compiling for this machine, once: half a minute ...\n")


def kernel(function: Function) -> Function:
    """Compile a function over arrays and scalars when it is first called, or load it compiled.

    Plain IEEE arithmetic (no fast-math): the same input gives the same score on every run.
    """
    return cast("Function", numba.njit(cache=True)(function))


def bare(function: Function) -> Function:
    """Compile a function that allocates nothing, and so need not count references.

    Where such functions hand many arrays to one another, the counting costs more than the work.
    """
    options: dict[str, Any] = {"cache": True, "_nrt": False}
    return cast("Function", numba.njit(**options)(function))
