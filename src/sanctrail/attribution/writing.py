"""Labels as files for others: a table, JSON, or a TagPack that GraphSense's tools read."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import yaml

from sanctrail.addresses import is_transaction_id
from sanctrail.attribution.labels import SCHEMA, Label

FORMS = ("csv", "tagpack", "json")
COLUMNS = tuple(SCHEMA.names)

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_FIELDS = {
    "label": "label",
    "source": "source",
    "currency": "asset",
    "network": "chain",
    "category": "category",
    "abuse": "abuse",
    "actor": "actor",
    "confidence": "confidence",
    "lastmod": "date",
    "concepts": "concepts",
    "is_cluster_definer": "definer",
    "context": "context",
    "rule": "rule",
}


def written(labels: Sequence[Label], form: str, title: str = "Sanctrail labels") -> str:
    """Return labels as text of one of `FORMS`; the same labels give the same text."""
    if form == "csv":
        return _csv(labels)
    if form == "tagpack":
        return _tagpack(labels, title)
    return json.dumps([asdict(label) for label in labels], ensure_ascii=False, indent=1) + "\n"


def row_of(label: Label) -> list[str]:
    """Return a label's fields as text, in the order of `COLUMNS`."""
    fields = asdict(label)
    fields["concepts"] = "; ".join(concept.replace(";", ",") for concept in label.concepts)
    fields["definer"] = "true" if label.definer else ""
    return [fields[name] for name in COLUMNS]


def _csv(labels: Sequence[Label]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows(map(row_of, labels))
    return text.getvalue()


def _tagpack(labels: Sequence[Label], title: str) -> str:
    """Return a TagPack; what all tags share stands once, in the header, and is inherited."""
    tags = [_tag(label) for label in labels]
    shared = {
        name: tags[0][name]
        for name in _FIELDS
        if tags and name in tags[0] and all(tag.get(name) == tags[0][name] for tag in tags)
    }
    slim = [{k: v for k, v in tag.items() if k not in shared} for tag in tags]
    document = {"title": title, "creator": "Sanctrail", **shared, "tags": slim}
    return str(
        yaml.dump(document, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=10_000)
    )


def _tag(label: Label) -> dict[str, Any]:
    named = "tx_hash" if is_transaction_id(label.entry) else "address"
    fields = asdict(label)
    fields["concepts"] = list(label.concepts)
    tag = {name: fields[field] for name, field in _FIELDS.items() if fields[field]}
    return {named: label.entry, **tag}
