"""Fetching one published file over the network: bounded, retried, and only from named hosts.

Nothing that arrives is trusted. Redirects are followed by hand so that each hop is checked; a body
is stopped at its limit and a transfer at its time, however slowly a server drips; a transfer that
breaks off is told from a whole one by its announced length. What is fetched lies beside its
later place under a name of its own until the caller takes it.
"""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from sanctrail import __version__
from sanctrail.errors import InputError
from sanctrail.ground.progress import Bar
from sanctrail.lists.publishers.sources import Source
from sanctrail.lists.publishers.web import (
    Deadline,
    announced,
    day_in,
    file_name,
    links_of,
    moment_of,
    plain,
    retry_after,
    shown,
)

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 5
MAX_PAGE = 2 << 20
"""Bytes that a page which only links the file may have."""

CONNECT_SECONDS = 30.0
USER_AGENT = f"sanctrail/{__version__}"

_REDIRECTS = {301, 302, 303, 307, 308}
_OK, _NOT_MODIFIED, _TOO_MANY, _SERVER_FAULT = 200, 304, 429, 500

_Answer = TypeVar("_Answer")


class DownloadError(InputError):
    """A published file could not be fetched."""


class _Passing(DownloadError):
    """A failure that may pass: worth asking again, after `pause` seconds at the least."""

    def __init__(self, message: str, pause: float = 0.0) -> None:
        super().__init__(message)
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Manners:
    """How a server is asked: from where answers are taken, how often and how patiently.

    Pauses grow fourfold from `first_pause`; a server's own Retry-After counts where it is longer,
    up to `longest_pause`.
    """

    allow_any_host: bool = False
    allow_http: bool = False
    attempts: int = 4
    first_pause: float = 2.0
    longest_pause: float = 120.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the file at `url` when it was last fetched, to ask for news only."""

    url: str
    etag: str = ""
    last_modified: str = ""

    def headers(self, url: str) -> dict[str, str]:
        """Return the headers that make a request conditional, none for another address."""
        if url != self.url:
            return {}
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Download:
    """A file fetched whole: where it lies, what it is called, and what the server said of it."""

    path: Path
    name: str
    sha256: str
    size: int
    validators: Validators

    def day(self, today: str) -> tuple[str, str]:
        """Return the day that an undated list is of, and what told it.

        Its name, else the day on which the server last saw it change, else the day of fetching.
        """
        if day := day_in(self.name):
            return day, "its file name"
        changed = moment_of(self.validators.last_modified)
        if changed is not None and changed.date().isoformat() <= today:
            return changed.date().isoformat(), "the server's Last-Modified"
        return today, "the day it was fetched"


def download(
    source: Source, folder: Path, known: Validators | None, manners: Manners
) -> Download | None:
    """Fetch a source's file into `folder`; None where the server says that it has not changed.

    Raises `DownloadError` with one sentence, and then leaves nothing behind.
    """
    with _Session(source, manners) as session:
        url = session.newest_link() if source.link else source.url
        return session.file(url, folder, known)


def check_address(url: str, source: Source, manners: Manners) -> None:
    """Raise `DownloadError` unless this address may be asked for this source."""
    import httpx  # noqa: PLC0415

    said = f"{source.name}: {shown(url)}"
    try:
        address, own = httpx.URL(url), httpx.URL(source.url)
    except (httpx.InvalidURL, ValueError) as error:
        raise DownloadError(
            f"{said} is no address ({error}), expected https://host/path. "
            "Correct it in a file given with --sources."
        ) from error
    if address.userinfo:
        raise DownloadError(
            f"{source.name}: the address at {address.host} holds a user name or password, which "
            "would be shown and kept. Refused; nothing was changed."
        )
    if address.scheme != "https" and not (manners.allow_http and address.scheme == "http"):
        raise DownloadError(
            f"{said} is not https, so anybody on the way could change the list. "
            "Refused; for a mirror of your own give --allow-http."
        )
    if address.host not in {own.host, *source.hosts} and not manners.allow_any_host:
        raise DownloadError(
            f"{said} is on the host '{address.host}', which is not named for this "
            "source. Refused; if it is the publisher's, add it to 'hosts' in a file given with "
            "--sources, or give --allow-any-host."
        )


class _Session:
    """All the asking that one source needs, within its time."""

    def __init__(self, source: Source, manners: Manners) -> None:
        self._source = source
        self._manners = manners
        self._deadline = Deadline(source.total_seconds)
        self._client = _client(source)

    def __enter__(self) -> Self:
        self._deadline.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._deadline.stop()
        self._client.close()

    def newest_link(self) -> str:
        """Return the address of the newest file that the source's page links."""
        page, text = self._patiently(self._page)
        wanted = [href for href in links_of(text) if re.search(self._source.link, href)]
        if not wanted:
            raise self._error(
                page,
                f"links no file whose address matches '{self._source.link}'",
                "The publisher may have changed the page: give the file's address in a file with "
                "--sources; nothing was changed.",
            )
        # Of one day the last by name: a corrected file (_2), a workbook before its plain text.
        newest = max(wanted, key=lambda href: (day_in(file_name(href)), file_name(href)))
        return self._joined(page, newest)

    def file(self, url: str, folder: Path, known: Validators | None) -> Download | None:
        """Fetch the file, unless the server says that what is known of it still holds."""
        return self._patiently(lambda: self._file(url, folder, known))

    def _page(self) -> tuple[str, str]:
        with self._answer(self._source.url, {}) as response:
            body = b"".join(self._body(response, MAX_PAGE))
            return str(response.url), body.decode("utf-8", errors="replace")

    def _file(self, url: str, folder: Path, known: Validators | None) -> Download | None:
        headers = known.headers(url) if known else {}
        with self._answer(url, headers) as response:
            if response.status_code == _NOT_MODIFIED and headers:
                return None
            path = folder / f".{self._source.name}.{os.getpid()}.new"
            try:
                sha256, size = self._written(response, path)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            said = Validators(url, *(plain(response.headers, h) for h in ("etag", "last-modified")))
            return Download(path, file_name(self._source.file or url), sha256, size, said)

    def _written(self, response: "httpx.Response", path: Path) -> tuple[str, int]:
        limit = int(self._source.max_megabytes * (1 << 20))
        total = announced(response.headers) or limit
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as file, Bar(f"fetching {self._source.name}", total) as bar:
            for chunk in self._body(response, limit):
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                bar.reached(size)
            file.flush()
            os.fsync(file.fileno())
        return digest.hexdigest(), size

    def _body(self, response: "httpx.Response", limit: int) -> Iterator[bytes]:
        """Yield the body piece by piece; raises where it is not the list, or not all of it."""
        if response.status_code != _OK:
            raise self._refusal(response)
        size = announced(response.headers)
        if size <= limit:
            size = 0
            for chunk in response.iter_raw():
                size += len(chunk)
                if size > limit:
                    break
                yield chunk
        if size > limit:
            raise self._error(
                str(response.url),
                f"sends more than {limit:,} bytes, far more than this list has",
                "Refused; if it has grown, raise 'max_megabytes' in a file given with --sources.",
            )
        # A body that ends with its connection ends quietly where the time cut the connection.
        if self._deadline.passed:
            raise self._too_late(str(response.url))

    @contextmanager
    def _answer(self, url: str, headers: Mapping[str, str]) -> Iterator["httpx.Response"]:
        """Ask and give the answer at the end of all redirects."""
        import httpx  # noqa: PLC0415

        asked = url
        for _ in range(MAX_REDIRECTS + 1):
            check_address(url, self._source, self._manners)
            extensions = {"trace": self._deadline.watch}
            try:
                with self._client.stream(
                    "GET", url, headers=dict(headers), extensions=extensions
                ) as response:
                    if response.status_code not in _REDIRECTS:
                        yield response
                        return
                    url = self._joined(url, response.headers.get("location", ""))
            except (httpx.RequestError, httpx.InvalidURL) as error:
                raise self._broken(url, error) from error
        raise self._error(
            asked,
            f"redirects more than {MAX_REDIRECTS} times",
            "The publisher may have moved the list: give its new address in a file with "
            "--sources; nothing was changed.",
        )

    def _joined(self, url: str, location: str) -> str:
        import httpx  # noqa: PLC0415

        try:
            if location:
                return str(httpx.URL(url).join(location))
            reason = "it is empty"
        except (httpx.InvalidURL, ValueError) as error:
            reason = str(error)
        raise self._error(
            url, f"leads to no address ({reason})", "Try again later; nothing was changed."
        )

    def _patiently(self, ask: Callable[[], _Answer]) -> _Answer:
        """Ask again after growing pauses while a failure may pass and there is time left."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return ask()
            except _Passing as error:
                pause = max(error.pause, self._manners.first_pause * 4 ** (attempt - 1))
                pause = min(pause, self._manners.longest_pause)
                if attempt >= self._manners.attempts or pause >= self._deadline.left:
                    asked = "once" if attempt == 1 else f"{attempt} times"
                    raise DownloadError(
                        f"{error} (asked {asked}). Try again later; nothing was changed."
                    ) from error
            self._manners.sleep(pause)

    def _broken(self, url: str, error: Exception) -> DownloadError:
        """Return what a failure of the line means."""
        import httpx  # noqa: PLC0415

        if self._deadline.passed:
            return self._too_late(url)
        said = f"{self._source.name}: {shown(url)}"
        if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
            reason = f": {error}" if str(error) else ""
            return _Passing(f"{said} could not be reached{reason}")
        if isinstance(error, httpx.TimeoutException):
            return _Passing(f"{said} was silent for {self._source.read_seconds:g} seconds")
        return _Passing(f"{said} broke off before the whole file was there ({error})")

    def _refusal(self, response: "httpx.Response") -> DownloadError:
        """Return what a status other than success means."""
        import httpx  # noqa: PLC0415

        url, status = str(response.url), response.status_code
        said = f"answered {status} {httpx.codes.get_reason_phrase(status)}".strip()
        if status == _TOO_MANY or status >= _SERVER_FAULT:
            pause = retry_after(response.headers.get("retry-after", ""))
            return _Passing(f"{self._source.name}: {shown(url)} {said}", pause)
        return self._error(
            url,
            f"{said}, expected the list",
            "See whether the publisher moved it or turns programs away, and give a new address or "
            "user_agent in a file with --sources; nothing was changed.",
        )

    def _too_late(self, url: str) -> DownloadError:
        return self._error(
            url,
            f"did not send the whole file within {self._source.total_seconds:g} seconds",
            "Try again later, or raise 'total_seconds' in a file given with --sources; nothing was "
            "changed.",
        )

    def _error(self, url: str, what: str, then: str) -> DownloadError:
        return DownloadError(f"{self._source.name}: {shown(url)} {what}. {then}")


def _client(source: Source) -> "httpx.Client":
    """Return a client that sends what this source wants to see.

    No compression is asked for and none undone: the bytes kept are those that the publisher sent,
    and the loader unpacks a packed file within its own bounds.
    """
    import httpx  # noqa: PLC0415

    headers = {
        "User-Agent": source.user_agent or USER_AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
    }
    wait = min(CONNECT_SECONDS, source.read_seconds)
    try:
        timeout = httpx.Timeout(source.read_seconds, connect=wait)
        return httpx.Client(headers=headers, timeout=timeout, follow_redirects=False)
    except (httpx.InvalidURL, ValueError, OSError, ImportError) as error:
        raise DownloadError(
            f"{source.name}: the proxy or certificate settings of the environment cannot be used "
            f"({error}). Correct them and run again."
        ) from error
