"""One FollowTheMoney entity out of a line of JSON, checked so that any file may come."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sanctrail.lists.ftm.ftm_terms import OWNERS

_SURROGATE = rb"\ud"
"""How half a character is written, which JSON can hold and no text can."""


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity: its values by property, each once, and what stands beside them on its line.

    `seen` is the latest moment that the line gives; `target` says that the file marks it as one.
    `flaws` are the sentences about values that could not be taken.
    """

    id: str
    schema: str
    caption: str
    values: dict[str, tuple[str, ...]]
    line: int
    target: bool = False
    datasets: tuple[str, ...] = ()
    seen: str = ""
    flaws: tuple[str, ...] = ()

    def of(self, *properties: str) -> tuple[str, ...]:
        """Return the values of these properties, each once."""
        if len(properties) == 1:
            return self.values.get(properties[0], ())
        found = (value for name in properties for value in self.values.get(name, ()))
        return tuple(dict.fromkeys(found))

    def first(self, *properties: str) -> str:
        """Return the first value of the first of these properties that has one."""
        return next(iter(self.of(*properties)), "")

    def owners(self) -> tuple[str, ...]:
        """Return the ids of the parties that it says something about."""
        return self.of(*OWNERS.get(self.schema, ()))

    def packed(self) -> bytes:
        """Return it as a line of its own."""
        held = {"id": self.id, "schema": self.schema, "caption": self.caption}
        return json.dumps({**held, "properties": self.values}, ensure_ascii=False).encode()


def entities_in(line: bytes, number: int) -> list[Entity]:
    """Return the entity of a line, and behind it those that stand inside it.

    Raises `ValueError` with a short reason where the line is no entity.
    """
    try:
        found = json.loads(line.decode())
        if _SURROGATE in line.lower():
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise ValueError("its text is not valid UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"the JSON is damaged at character {error.pos:,}") from error
    except RecursionError as error:
        raise ValueError("the JSON is nested too deep") from error
    return [*_entities(found, number, "")]


def _entities(found: Any, number: int, parent: str) -> Iterator[Entity]:
    """Yield an entity and what it holds; one that tells of its holder is made to name it."""
    held = found if isinstance(found, dict) else {}
    name, schema = _text(held.get("id")), _text(held.get("schema"))
    if not name or not schema or not isinstance(held.get("properties"), dict):
        raise ValueError("expected an object with id, schema and properties")
    inside: list[Any] = []
    flaws: list[str] = []
    values = {
        key: taken
        for key, written in found["properties"].items()
        if (taken := tuple(dict.fromkeys(_values(key, written, schema, inside, flaws))))
    }
    if parent and schema in OWNERS and parent not in _named(values, schema):
        empty = (key for key in OWNERS[schema] if key not in values)
        values.update(dict.fromkeys(list(empty)[:1], (parent,)))
    yield Entity(
        name,
        schema,
        _text(found.get("caption")),
        values,
        number,
        found.get("target") is True,
        tuple(filter(None, map(_text, _listed(found.get("datasets"))))),
        max(_text(found.get("last_seen")), _text(found.get("last_change"))),
        tuple(flaws),
    )
    for one in inside:
        yield from _entities(one, number, name)


def _named(values: dict[str, tuple[str, ...]], schema: str) -> set[str]:
    return {value for key in OWNERS[schema] for value in values.get(key, ())}


def _values(
    key: str, written: Any, schema: str, inside: list[Any], flaws: list[str]
) -> Iterator[str]:
    for value in _listed(written):
        if isinstance(value, dict) and _text(value.get("id")):
            inside.append(value)
            # A sanction inside its party names the party; the party need not name the sanction.
            if schema in OWNERS or value.get("schema") not in OWNERS:
                yield _text(value["id"])
        elif isinstance(value, str):
            if text := value.strip():
                yield text
        elif value is not None:
            flaws.append(f"property '{key}' holds a value that is no text; it was left out")


def _listed(written: Any) -> list[Any]:
    return written if isinstance(written, list) else [] if written is None else [written]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
