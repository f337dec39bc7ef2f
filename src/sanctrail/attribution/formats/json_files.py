"""Label files in JSON: those that explorers' scrapes, tracing tools and list makers publish."""

from typing import Any

from sanctrail.attribution.formats.source import (
    LabelFormat,
    Text,
    Told,
    records,
    text_of,
    texts_of,
)
from sanctrail.attribution.hints import Hint
from sanctrail.attribution.labels import Label
from sanctrail.errors import Problem

_OFAC_TYPE = "Digital Currency Address - "
_SELF_PUBLISHED = "self-published"


def _is_object_of(text: Text, *fields: str) -> bool:
    """Tell an object whose members are objects, the first of them with these fields."""
    if not isinstance(text.document, dict) or not text.document:
        return False
    first = next(iter(text.document.values()))
    return isinstance(first, dict) and all(field in first for field in fields)


def _read_explorer(text: Text) -> Told:
    """`{address: {name, labels: [...]}}`: name tags and label groups of an explorer."""
    told = Told()
    for address, fields in records(text, text.document, told):
        groups = texts_of(fields.get("labels"))
        told.labels.append(
            Label(
                entry=address,
                label=text_of(fields.get("name")) or (groups[0] if groups else text.defaults.label),
                category=text.defaults.category,
                source=text.defaults.source or "explorer's label groups",
                chain=text.defaults.chain,
                asset=text.defaults.asset,
                actor=text.defaults.actor,
                concepts=groups,
                confidence=text.defaults.confidence or "web_crawl",
                date=text.defaults.date,
                file=text.name,
                place=f"entry {address}",
            )
        )
    return told


def _read_known(text: Text) -> Told:
    """`{address: {name, type, chain, source, source_kind}}`: addresses with their provenance."""
    told = Told()
    for address, fields in records(text, text.document, told):
        published = text_of(fields.get("source_kind")) == _SELF_PUBLISHED
        told.labels.append(
            Label(
                entry=address,
                label=text_of(fields.get("name")),
                category=text_of(fields.get("type")) or text.defaults.category,
                source=text_of(fields.get("source")) or text.defaults.source,
                chain=text_of(fields.get("chain")) or text.defaults.chain,
                asset=text.defaults.asset,
                actor=text.defaults.actor,
                confidence=text.defaults.confidence or ("service_data" if published else ""),
                date=text_of(fields.get("added")) or text.defaults.date,
                context=text_of(fields.get("source_kind")),
                file=text.name,
                place=f"entry {address}",
            )
        )
    return told


def _knows_partial(text: Text) -> bool:
    document = text.document
    if not isinstance(document, dict) or not isinstance(document.get("entries"), list):
        return False
    return all(isinstance(e, dict) and "prefix" in e for e in document["entries"])


def _read_partial(text: Text) -> Told:
    """`{entries: [{prefix, suffix, chain, name, type, source}]}`: addresses told in part."""
    told = Told()
    for number, fields in enumerate(text.document["entries"], 1):
        prefix, suffix = text_of(fields.get("prefix")), text_of(fields.get("suffix"))
        if not prefix or not suffix:
            told.problems.append(
                Problem(text.name, f"entry {number}", "a part of an address needs both its ends")
            )
            continue
        told.hints.append(
            Hint(
                prefix.lower(),
                suffix.lower(),
                text_of(fields.get("name")),
                text_of(fields.get("type")),
                text_of(fields.get("chain")),
                text_of(fields.get("source")),
                f"entry {number}",
            )
        )
    return told


def _knows_listed(text: Text) -> bool:
    document = text.document
    return isinstance(document, dict) and isinstance(document.get("addresses"), dict)


def _read_listed(text: Text) -> Told:
    """`{metadata, addresses: {address: {type, entries: [{entity, program, uid}]}}}`: OFAC's."""
    told = Told()
    metadata = text.document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for address, fields in records(text, text.document["addresses"], told):
        entries = fields.get("entries")
        entries = [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
        told.labels.append(
            Label(
                entry=address,
                label=" / ".join(dict.fromkeys(text_of(e.get("entity")) for e in entries)),
                category="sanctioned",
                source=text_of(metadata.get("url")) or text_of(metadata.get("source")),
                asset=text_of(fields.get("type")).removeprefix(_OFAC_TYPE),
                abuse="sanction",
                concepts=_programmes(entries),
                confidence="authority_data",
                date=_american(text_of(metadata.get("sdnListDate"))),
                context=", ".join(f"SDN {text_of(e.get('uid'))}" for e in entries),
                file=text.name,
                place=f"entry {address}",
            )
        )
    return told


def _programmes(entries: list[dict[str, Any]]) -> tuple[str, ...]:
    named = (p.strip() for e in entries for p in text_of(e.get("program")).split(","))
    return tuple(dict.fromkeys(p for p in named if p))


def _american(day: str) -> str:
    month, _, rest = day.partition("/")
    number, _, year = rest.partition("/")
    return f"{year}-{month}-{number}" if year else day


def _knows_own(text: Text) -> bool:
    rows = text.document
    return (
        isinstance(rows, list)
        and bool(rows)
        and all(isinstance(row, dict) and isinstance(row.get("entry"), str) for row in rows)
    )


def _read_own(text: Text) -> Told:
    """`[{entry, label, category, ...}]`: labels as this program writes them."""
    told = Told()
    for number, row in enumerate(text.document, 1):
        place = f"item {number}"
        if not row["entry"].strip():
            told.problems.append(Problem(text.name, place, "has no entry"))
            continue
        fields = {name: text_of(row.get(name)) for name in _TEXTS}
        told.labels.append(
            Label(
                **fields,
                concepts=texts_of(row.get("concepts")),
                definer=row.get("definer") is True,
                file=text.name,
                place=place,
            )
        )
    return told


_TEXTS = ("entry", "label", "category", "source", "chain", "asset", "actor", "abuse", "confidence",
          "date", "context", "rule")  # fmt: skip

OWN = LabelFormat("labels", _knows_own, _read_own)
EXPLORER = LabelFormat(
    "explorer-labels", lambda text: _is_object_of(text, "name", "labels"), _read_explorer
)
KNOWN = LabelFormat(
    "known-addresses", lambda text: _is_object_of(text, "name", "type"), _read_known
)
PARTIAL = LabelFormat("partial-addresses", _knows_partial, _read_partial)
LISTED = LabelFormat("listed-addresses", _knows_listed, _read_listed)
