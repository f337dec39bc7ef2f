"""A long run that can be broken off: what is done lies beside the output until it is whole.

In the folder `.NAME.partial` lie the parts written so far (`data`) and what they are (`state.json`:
how many rows, how many bytes, their digest, and the key of the run). The parts reach the disk
before the state that counts them, so that a kill at any moment leaves a state that is true; bytes
behind it are cut off. A run of another key starts over.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from sanctrail.errors import SanctrailError
from sanctrail.ground.store import exclusive, write_json

_DATA = "data"
_STATE = "state.json"


@dataclass(frozen=True, slots=True)
class Done:
    """What of a run is done: data rows, bytes with their digest, rows with hits, hits."""

    key: str
    rows: int
    size: int
    sha256: str
    with_hits: int
    hits: int


class Partial:
    """The parts of one run's output. Whoever holds it is the only one that does."""

    def __init__(self, folder: Path, key: str, head: bytes) -> None:
        self._folder = folder
        self._file: IO[bytes]
        self._hash = hashlib.sha256()
        self.done = Done(key, 0, 0, "", 0, 0)
        found = _state(folder)
        if found is not None and found.key == key and self._goes_on(found):
            return
        self._hash = hashlib.sha256(head)
        self._file = self.data.open("wb")
        self._file.write(head)
        self._note(0, 0, 0, len(head))

    @property
    def data(self) -> Path:
        """The file of the parts, the head in front."""
        return self._folder / _DATA

    def add(self, part: bytes, rows: int, with_hits: int, hits: int) -> None:
        """Put a part behind the others; `rows` of the input are done with it."""
        self._file.write(part)
        self._hash.update(part)
        done = self.done
        self._note(rows, done.with_hits + with_hits, done.hits + hits, done.size + len(part))

    def close(self) -> None:
        """Close the file of parts."""
        self._file.close()

    def _note(self, rows: int, with_hits: int, hits: int, size: int) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        digest = self._hash.hexdigest()
        self.done = Done(self.done.key, rows, size, digest, with_hits, hits)
        write_json(self._folder / _STATE, asdict(self.done))

    def _goes_on(self, found: Done) -> bool:
        """Take up the parts that a state tells of, if they are there as it says."""
        with contextlib.suppress(OSError):
            file = self.data.open("r+b")
            if _digest(file, found.size, self._hash) == found.sha256:
                file.truncate(found.size)
                self._file, self.done = file, found
                return True
            file.close()
        return False


@contextlib.contextmanager
def partial_of(output: Path, key: str, head: bytes) -> Iterator[Partial]:
    """Give what is done of a run already, or a fresh start.

    It stays when the run is broken off. It goes when the run is done, and when the input turns
    out not to be readable, since it would not be the next time.
    """
    folder = output.with_name(f".{output.name}.partial")
    with exclusive(folder):
        partial = Partial(folder, key, head)
        try:
            yield partial
        except SanctrailError:
            partial.close()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            partial.close()
        shutil.rmtree(folder, ignore_errors=True)


def _state(folder: Path) -> Done | None:
    with contextlib.suppress(OSError, ValueError, TypeError, RecursionError):
        return Done(**json.loads((folder / _STATE).read_bytes()))
    return None


def _digest(file: IO[bytes], size: int, into: "hashlib._Hash") -> str:
    while size > 0 and (data := file.read(min(size, 1 << 20))):
        into.update(data)
        size -= len(data)
    return "" if size else into.hexdigest()
