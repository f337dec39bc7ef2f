"""What a list says on a day, composed of the versions that can say it.

The latest version decides who is listed. A fact that its form cannot carry (`sdn.csv` alone has
no aliases) has not ended: it is taken from the latest version whose form carries it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sanctrail.lists.forms import FACTS, FORMS, LISTS
from sanctrail.register.manifest import Version, chain_of, in_order, is_partial


@dataclass(frozen=True, slots=True)
class ListView:
    """One list as of a day. `base` decides who is listed; `sources` who says each fact.

    `fallbacks` are the earlier versions that speak for the entries which a source cuts short.
    `layers` are earlier partial versions: each adds the parties that no later one has.
    `following` is the next version of the list after the day, if one is held.
    """

    list_id: str
    base: Version
    sources: Mapping[str, Version]
    following: Version | None
    fallbacks: Mapping[str, Version] = field(default_factory=dict)
    layers: tuple[Version, ...] = ()

    @property
    def versions(self) -> tuple[Version, ...]:
        """Every version that the view rests on, the base first."""
        named = (*self.sources.values(), *self.fallbacks.values(), *self.layers)
        others = {v["version_id"]: v for v in named}
        others.pop(self.base["version_id"], None)
        return (self.base, *others.values())


def views_of(versions: Iterable[Version], as_of: str = "") -> tuple[ListView, ...]:
    """Return every list that was in force on a day (the latest state where none is given).

    A list whose successor is held by then is not: the successor took its place. A partial
    version counts only where no whole one does.
    """
    held = in_order(versions)
    views = (_view(held, list_id, as_of) for list_id in sorted({v["list_id"] for v in held}))
    standing = {view.list_id: view for view in views if view is not None}
    return tuple(view for view in standing.values() if not _is_succeeded(view.list_id, standing))


def _is_succeeded(list_id: str, standing: Mapping[str, ListView]) -> bool:
    known = LISTS.get(list_id)
    successor = standing.get(known.successor) if known else None
    return successor is not None and not is_partial(successor.base)


def _view(held: list[Version], list_id: str, as_of: str) -> ListView | None:
    chain = chain_of(held, list_id)
    until = [one for one in chain if not as_of or one["list_date"] <= as_of]
    following = chain[len(until)] if len(until) < len(chain) else None
    if until:
        sources = _sources(until)
        return ListView(list_id, until[-1], sources, following, _fallbacks(until, sources))
    partial = [one for one in held if one["list_id"] == list_id and one not in chain]
    until = [one for one in partial if not as_of or one["list_date"] <= as_of]
    if not until:
        return None
    latest = until[-1]
    layers = tuple(reversed(until[:-1]))
    return ListView(list_id, latest, dict.fromkeys(FACTS, latest), following, layers=layers)


def _sources(chain: list[Version]) -> dict[str, Version]:
    sources = {}
    for fact in FACTS:
        said = (one for one in reversed(chain) if fact in FORMS[one["format"]].carries)
        sources[fact] = next(said, chain[-1])
    return sources


def _fallbacks(chain: list[Version], sources: Mapping[str, Version]) -> dict[str, Version]:
    """Return for each fact whose source cuts entries the nearest earlier version that does not."""
    found = {}
    for fact, source in sources.items():
        if source["cut"]:
            earlier = chain[: chain.index(source)]
            able = (v for v in reversed(earlier) if fact in FORMS[v["format"]].carries)
            whole = next((v for v in able if not v["cut"]), None)
            if whole is not None:
                found[fact] = whole
    return found
