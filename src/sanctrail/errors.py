"""What can go wrong, as one tree.

    SanctrailError                  exit code 2; its text is one clear sentence for the user
    ├── InputError                  a file, value or option the user gave cannot be used
    │   ├── UnreadableFile          missing, truncated, damaged or not in a known format
    │   └── UnsafeFile              refused on sight: DOCTYPE, decompression bomb, oversized field
    ├── RegisterError               the workspace holds no register, or not the one asked for
    │   ├── HeldVersion             a new version lacks too many parties to be taken unasked
    │   └── StaleLists              the lists are older than the user allows; exit code 3
    ├── LedgerError                 the folder holds no ledger, or one of another kind
    ├── TraceError                  the trace asked for cannot be made
    ├── EngineFull                  the engine's memory or disk is too small for the work
    └── MissingExtra                an optional package is not installed

Bad rows are not exceptions but values: a pass returns its results and its `Problem`s.
"""

from collections.abc import Iterable
from dataclasses import dataclass


class SanctrailError(Exception):
    """Base of all errors meant for the user; the command line prints it and exits with 2."""

    exit_code = 2


class InputError(SanctrailError):
    """A file, value or option that the user gave cannot be used."""


class UnreadableFile(InputError):
    """The file is missing, truncated, damaged or of no known format."""


class UnsafeFile(InputError):
    """The file is refused on sight: a DOCTYPE, a decompression bomb or an oversized field."""


class RegisterError(SanctrailError):
    """The workspace holds no register, or not the version asked for."""


class HeldVersion(RegisterError):
    """A new version lacks too many of its list's parties to be taken without a word."""


class StaleLists(RegisterError):
    """The lists are older than the user allows."""

    exit_code = 3


class LedgerError(SanctrailError):
    """The folder holds no ledger, or one of another kind than the work needs."""


class TraceError(SanctrailError):
    """The trace asked for cannot be made."""


class EngineFull(SanctrailError):
    """The engine's memory, or the disk that it lays work aside on, is too small."""


class MissingExtra(SanctrailError):
    """An optional package is needed and not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"This needs the package '{package}', which is not installed. "
            f"Install it with: pip install 'sanctrail[{extra}]'"
        )


class FailedFiles(InputError):
    """Several files failed; one sentence each, and nothing was changed."""

    def __init__(self, failures: Iterable[SanctrailError]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(str(failure) for failure in self.failures))


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad place in otherwise good input: counted, located, never dropped in silence.

    `where` is the place inside the source as a person would look for it: an element with its
    id, or a line or row number.
    """

    source: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.source}, {self.where}: {self.message}"
