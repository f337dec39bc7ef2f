"""The table of official addresses: which list is fetched where, from whom and in what bounds.

It ships as `data/list-sources.toml`. A user's file in the same layout is laid over it key by key,
so that one line moves a list to a mirror and a publisher's move needs no new release.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sanctrail.errors import InputError, UnreadableFile

SHIPPED = "list-sources.toml"
HELP = "See docs/updating.md for the layout."


@dataclass(frozen=True, slots=True)
class Source:
    """One address that serves one list.

    `hosts` may answer besides the host of `url`. Where `link` is given, `url` is a page and the
    file is the newest that it links with an address matching this pattern. `file` is the name to
    keep the file under where the address has none. `undated` says that the layout carries no
    date. `max_megabytes` bounds the body, `read_seconds` a silence, `total_seconds` everything
    together.
    """

    name: str
    list: str
    url: str
    hosts: tuple[str, ...] = ()
    link: str = ""
    file: str = ""
    undated: bool = False
    default: bool = False
    user_agent: str = ""
    max_megabytes: float = 64.0
    read_seconds: float = 60.0
    total_seconds: float = 1800.0


_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_NUMBERS = ("max_megabytes", "read_seconds", "total_seconds")
_LARGEST = 1_000_000
_FLAGS = ("undated", "default")
_KEYS = tuple(field.name for field in fields(Source) if field.name != "name")


def read_sources(override: Path | None = None) -> dict[str, Source]:
    """Return the shipped sources by name, a user's file laid over them.

    Raises `UnreadableFile` or `InputError` with what is wrong in the user's file.
    """
    shipped = resources.files("sanctrail") / "data" / SHIPPED
    tables = tomllib.loads(shipped.read_text(encoding="utf-8"))
    if override is None:
        return {name: _source(name, table, SHIPPED) for name, table in tables.items()}
    for name, table in _tables(override).items():
        if not isinstance(table, dict):
            raise InputError(
                f"{override}: '{name}' stands outside a table, expected a table for each source "
                f"such as [un]. {HELP}"
            )
        tables[name] = {**tables.get(name, {}), **table}
    return {name: _source(name, table, str(override)) for name, table in tables.items()}


def select(sources: Mapping[str, Source], wanted: Sequence[str]) -> list[Source]:
    """Return the sources named, each once; the default ones where none is named.

    A name that is none of a source's is taken for a list's: all sources of that list.
    """
    if not wanted:
        return [source for source in sources.values() if source.default]
    chosen: dict[str, Source] = {}
    for name in wanted:
        named = [sources[name]] if name in sources else []
        found = named or [source for source in sources.values() if source.list == name]
        if not found:
            raise InputError(
                f"'{name}' is no source of lists, expected one of {', '.join(sources)}. "
                "Others can be added in a file given with --sources."
            )
        chosen.update((source.name, source) for source in found)
    return list(chosen.values())


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableFile(f"{path}: the sources cannot be read ({error}). {HELP}") from error


def _source(name: str, table: dict[str, Any], file: str) -> Source:
    where = f"{file}, [{name}]"
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{where}: a source's name is small letters, digits and hyphens, such as un. {HELP}"
        )
    unknown = sorted(set(table) - set(_KEYS))
    if unknown:
        raise InputError(
            f"{where}: unknown key {', '.join(unknown)}; a source has {', '.join(_KEYS)}. {HELP}"
        )
    for key, value in table.items():
        _check_kind(key, value, where)
    missing = [key for key in ("list", "url") if not table.get(key)]
    if missing:
        raise InputError(f"{where}: there is no {' and no '.join(missing)}. {HELP}")
    hosts = tuple(host.lower() for host in table.get("hosts", ()))
    source = Source(**{**table, "name": name, "hosts": hosts})
    _check_values(source, where)
    return source


def _check_kind(key: str, value: Any, where: str) -> None:
    """Raise `InputError` where a key holds another kind of value than it should."""
    if key in _FLAGS:
        kind, holds = "true or false", isinstance(value, bool)
    elif key in _NUMBERS:
        kind = f"a number above 0 and up to {_LARGEST:,}"
        holds = type(value) in {int, float} and 0 < value <= _LARGEST
    elif key == "hosts":
        kind = "a list of host names"
        holds = isinstance(value, list) and all(isinstance(host, str) for host in value)
    else:
        kind, holds = "a text of one line", isinstance(value, str) and value.isprintable()
    if not holds:
        raise InputError(f"{where}: '{key}' must be {kind}. {HELP}")


def _check_values(source: Source, where: str) -> None:
    """Raise `InputError` where a text cannot be what its key says it is."""
    if not _NAME.fullmatch(source.list):
        raise InputError(f"{where}: '{source.list}' is no name of a list, such as us-sdn. {HELP}")
    if not _is_address(source.url):
        raise InputError(
            f"{where}: '{source.url}' is no address, expected https://host/path without a user "
            f"name or password. {HELP}"
        )
    if not source.user_agent.isascii():
        raise InputError(f"{where}: 'user_agent' must be plain ASCII text. {HELP}")
    try:
        re.compile(source.link)
    except (re.error, RecursionError) as error:
        raise InputError(f"{where}: 'link' is no regular expression ({error}). {HELP}") from error


def _is_address(url: str) -> bool:
    """Tell an http address; one with credentials is none, since addresses are shown and kept."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        return False
