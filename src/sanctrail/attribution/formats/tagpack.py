"""TagPacks and actor packs, as GraphSense publishes them.

Source: GraphSense TagPack documentation and schema. Every field of the header that a tag may have
is inherited by the tags, whose own fields go before it.
"""

import json
from typing import Any

from sanctrail.attribution.formats.source import Actor, LabelFormat, Text, Told, text_of, texts_of
from sanctrail.attribution.formats.yaml_text import Item
from sanctrail.attribution.labels import Label
from sanctrail.errors import Problem

_TRUE = {"true", "yes", "on"}


def _knows(text: Text) -> bool:
    return isinstance(text.document, dict) and isinstance(text.document.get("tags"), list)


def _read(text: Text) -> Told:
    told = Told()
    header = {key: value for key, value in text.document.items() if key != "tags"}
    for number, item in enumerate(text.document["tags"], 1):
        fields, place = _fields(item, f"tag {number}")
        if fields is None:
            told.problems.append(Problem(text.name, place, "not a tag with fields"))
            continue
        label = _label(text, {**header, **fields}, place)
        if label is None:
            told.problems.append(Problem(text.name, place, "has neither address nor tx_hash"))
        else:
            told.labels.append(label)
    return told


def _fields(item: Any, place: str) -> tuple[dict[str, Any] | None, str]:
    """Return an item's fields and its place: a YAML item knows its line, a JSON one does not."""
    if isinstance(item, Item):
        return item.value, f"{place}, line {item.line}"
    return (item if isinstance(item, dict) else None), place


def _label(text: Text, fields: dict[str, Any], place: str) -> Label | None:
    given = text.defaults
    entry = text_of(fields.get("address")) or text_of(fields.get("tx_hash"))
    if not entry:
        return None
    return Label(
        entry=entry,
        label=text_of(fields.get("label")) or given.label,
        category=text_of(fields.get("category")) or given.category,
        source=text_of(fields.get("source")) or given.source,
        chain=text_of(fields.get("network")) or given.chain,
        asset=text_of(fields.get("currency")) or given.asset,
        actor=text_of(fields.get("actor")) or given.actor,
        abuse=text_of(fields.get("abuse")),
        concepts=texts_of(fields.get("concepts")),
        confidence=text_of(fields.get("confidence")) or given.confidence,
        date=text_of(fields.get("lastmod")) or text_of(fields.get("created")) or given.date,
        definer=text_of(fields.get("is_cluster_definer")).lower() in _TRUE,
        context=_context(fields.get("context")),
        rule=text_of(fields.get("rule")),
        file=text.name,
        place=place,
    )


def _context(value: Any) -> str:
    if isinstance(value, dict | list | Item):
        return json.dumps(
            value, ensure_ascii=False, sort_keys=True, default=lambda item: item.value
        )
    return text_of(value)


def _knows_actors(text: Text) -> bool:
    return isinstance(text.document, dict) and isinstance(text.document.get("actors"), list)


def _read_actors(text: Text) -> Told:
    told = Told()
    for number, item in enumerate(text.document["actors"], 1):
        fields, place = _fields(item, f"actor {number}")
        actor = text_of(fields.get("id")) if fields else ""
        if not fields or not actor:
            told.problems.append(Problem(text.name, place, "has no id"))
            continue
        told.actors.append(
            Actor(
                actor,
                text_of(fields.get("label")) or actor,
                texts_of(fields.get("categories")),
                text_of(fields.get("uri")),
                texts_of(fields.get("jurisdictions")),
                place,
            )
        )
    return told


TAGPACK = LabelFormat("tagpack", _knows, _read)
ACTORPACK = LabelFormat("actorpack", _knows_actors, _read_actors)
