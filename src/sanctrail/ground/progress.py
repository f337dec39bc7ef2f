"""Progress on standard error: for people only, and only once work has lasted two seconds."""

import sys
import time
from types import TracebackType
from typing import Any, Self

PATIENCE = 2.0
"""Seconds of work before a bar appears."""


class _Waiting:
    """What both kinds share: silence where standard error is no terminal, and for two seconds."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._drawn: Any = None
        self._task: Any = None
        self._silent = not sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._drawn is not None:
            self._drawn.stop()

    def _too_early(self) -> bool:
        return self._silent or time.monotonic() - self._started < PATIENCE


class Bar(_Waiting):
    """A progress bar over a known total; silent where standard error is not a terminal."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        super().__init__()

    def reached(self, done: int) -> None:
        """Say how much of the total is done."""
        if self._too_early():
            return
        if self._drawn is None:
            self._draw()
        self._drawn.update(self._task, completed=done)

    def _draw(self) -> None:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import Progress  # noqa: PLC0415

        self._drawn = Progress(console=Console(stderr=True), transient=True)
        self._task = self._drawn.add_task(self._label, total=self._total)
        self._drawn.start()


class Tally(_Waiting):
    """Two counts of work whose end nobody knows: what is done, and what waits."""

    def __init__(self, label: str, done: str, waiting: str) -> None:
        super().__init__()
        self._text = f"{label}: {{:,}} {done}, {{:,}} {waiting}"

    def reached(self, done: int, waiting: int) -> None:
        """Say how much is done and how much waits."""
        if self._too_early():
            return
        if self._drawn is None:
            from rich.console import Console  # noqa: PLC0415

            self._drawn = Console(stderr=True).status("")
            self._drawn.start()
        self._drawn.update(self._text.format(done, waiting))
