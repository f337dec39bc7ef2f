"""What the web says around a file: its headers, addresses and pages, and an end to all waiting.

Every value comes from a server and may be anything; what cannot be read counts as not said.
"""

import re
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urlsplit

from sanctrail.text.dates import parse_date

_DAY = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_SHOWN = 160
_NAME = 80


class Deadline:
    """An end to all asking: it shuts the connection in use, however slowly that still drips."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._ends = time.monotonic() + seconds
        self._stream: Any = None
        self.passed = False

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return self._ends - time.monotonic()

    def start(self) -> None:
        """Begin to count."""
        self._timer.start()

    def stop(self) -> None:
        """Count no longer."""
        self._timer.cancel()

    def watch(self, event: str, said: Mapping[str, Any]) -> None:
        """Note the connection that the client opens, as its trace tells."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._stream = said["return_value"]
            if self.passed:
                self._cut()

    def _cut(self) -> None:
        self.passed = True
        line = self._stream.get_extra_info("socket") if self._stream else None
        if line is not None:
            # The plain shutdown, also under TLS: the thread that reads sees the line end.
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)


class _Links(HTMLParser):
    """The addresses that a page links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of a link."""
        if tag == "a":
            self.found.extend(value.strip() for name, value in attrs if name == "href" and value)


def links_of(page: str) -> list[str]:
    """Return the addresses that an HTML page links, in order."""
    links = _Links()
    # The parser stops at marked sections (word processors leave them); they hold no links.
    links.feed(page.replace("<![", ""))
    return links.found


def day_in(name: str) -> str:
    """Return the last day that a file's name holds, as an ISO day; empty if there is none."""
    days = ("-".join(match.groups()) for match in _DAY.finditer(name))
    return next((day for day in reversed([*days]) if parse_date(day)), "")


def announced(headers: Mapping[str, str]) -> int:
    """Return the length that the server announces, 0 where it announces none."""
    text = headers.get("content-length", "")
    return int(text) if _LENGTH.fullmatch(text) else 0


def plain(headers: Mapping[str, str], name: str) -> str:
    """Return a header that can be sent back as it is; empty where it is missing or cannot."""
    text = headers.get(name, "")
    return text if text.isascii() and text.isprintable() else ""


def retry_after(text: str) -> float:
    """Return the seconds that a Retry-After header asks for: a number, or a moment to come."""
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    moment = moment_of(text)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else 0.0


def moment_of(text: str) -> datetime | None:
    """Read a date as HTTP writes it."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def file_name(url: str) -> str:
    """Return the last part of an address as a file's name that is safe everywhere."""
    try:
        last = unquote(urlsplit(url).path).rpartition("/")[2]
    except ValueError:
        last = ""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", last)[-_NAME:].strip(".") or "list"


def shown(url: str) -> str:
    """Return an address for a message: without its query, which may hold a key."""
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    bare = re.sub(r"//[^/]*@", "//", bare)
    return bare if len(bare) <= _SHOWN else f"{bare[:_SHOWN]}..."
