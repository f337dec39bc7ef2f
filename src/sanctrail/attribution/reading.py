"""Reading a file of labels, whatever its form, and telling addresses from hints."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sanctrail.addresses import describe, is_transaction_id
from sanctrail.attribution.chains import CHECKED
from sanctrail.attribution.formats.json_files import EXPLORER, KNOWN, LISTED, PARTIAL
from sanctrail.attribution.formats.plain import ADDRESS_LINES, ADDRESS_LIST, TABLE
from sanctrail.attribution.formats.source import Actor, Defaults, LabelFormat, Text, Told
from sanctrail.attribution.formats.tagpack import ACTORPACK, TAGPACK
from sanctrail.attribution.formats.yaml_text import read_yaml
from sanctrail.attribution.hints import Hint, all_lost_case, lost_case
from sanctrail.attribution.labels import Label, placed
from sanctrail.errors import Problem, UnreadableFile
from sanctrail.ground.inputs import FileDigest, open_input

FORMATS: tuple[LabelFormat, ...] = (
    TAGPACK, ACTORPACK, LISTED, PARTIAL, EXPLORER, KNOWN, ADDRESS_LIST, ADDRESS_LINES, TABLE,
)  # fmt: skip
BY_NAME: Mapping[str, LabelFormat] = {form.name: form for form in FORMATS}
MAX_FIELD = 20_000
"""Characters that one field of a label may have."""

_NO_DEFAULTS = Defaults()


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file as it was read. Each of its rows is a label, a hint, an actor or a problem."""

    digest: FileDigest
    format: str
    labels: tuple[Label, ...]
    hints: tuple[Hint, ...]
    actors: tuple[Actor, ...]
    problems: tuple[Problem, ...]


def read_label_file(
    path: Path, defaults: Defaults = _NO_DEFAULTS, form: str | None = None
) -> LabelFile:
    """Read a file of labels.

    Raises `UnreadableFile` where it is of no known form, or holds nothing that can be used.
    """
    with open_input(path) as stream:
        raw = stream.read()
        digest = stream.digest()
    text = _text(path.name, raw, defaults)
    chosen = _chosen(text, form)
    told = chosen.read(text)
    _refuse_oversized(text, told)
    if not (told.labels or told.hints or told.actors or told.problems) and chosen is not PARTIAL:
        raise text.unreadable("the file holds no label", "Check that it is the right file.")
    return _sorted_out(digest, chosen.name, told)


def read_labels(path: Path) -> tuple[dict[str, Label], FileDigest]:
    """Return a file's labels by address or transaction, and its digest; the first one counts."""
    read = read_label_file(path)
    labels: dict[str, Label] = {}
    for label in read.labels:
        told = label if label.source else replace(label, source=f"{label.file}, {label.place}")
        labels.setdefault(label.entry, told)
    return labels, read.digest


def _text(name: str, raw: bytes, defaults: Defaults) -> Text:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{name}: not UTF-8 text (byte 0x{raw[error.start]:02x} at {error.start}). Save it as "
            "UTF-8 and run again."
        ) from error
    if "\0" in text:
        raise UnreadableFile(f"{name}: holds bytes of zero, so it is no text. Check the file.")
    return Text(name, text, defaults, _document(name, text))


def _document(name: str, text: str) -> Any:
    """Return what a file's JSON or YAML says; None for any other text."""
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UnreadableFile(
                f"{name}: not readable as JSON ({error}). Mend the file, or fetch it again."
            ) from error
    if name.lower().endswith((".yaml", ".yml")) or start == "%" or text.startswith("---"):
        return read_yaml(text, name)
    return None


def _chosen(text: Text, form: str | None) -> LabelFormat:
    known = BY_NAME.get(form) if form else next((f for f in FORMATS if f.knows(text)), None)
    if known is None or not known.knows(text):
        wanted = f"the form '{form}'" if form else "any known form of labels"
        raise text.unreadable(f"is not of {wanted}", f"Known forms: {', '.join(BY_NAME)}.")
    return known


def _refuse_oversized(text: Text, told: Told) -> None:
    for label in told.labels:
        fields = (label.entry, label.label, label.source, label.context, label.category)
        if any(len(field) > MAX_FIELD for field in fields):
            raise text.unreadable(
                f"{label.place} has a field of more than {MAX_FIELD:,} characters",
                "No label has; check the file.",
            )


def _sorted_out(digest: FileDigest, form: str, told: Told) -> LabelFile:
    """Part labels whose addresses lost their case from the rest, and give the rest a chain."""
    lowered = all_lost_case(
        label.entry for label in told.labels if not is_transaction_id(label.entry)
    )
    labels, hints, problems = [], list(told.hints), list(told.problems)
    for read in told.labels:
        if lowered or lost_case(read.entry, read.asset):
            hints.append(_hint(read))
            continue
        label, problem = placed(read)
        labels.append(label)
        problems.extend([problem] if problem else [])
        problems.extend(_mistyped(read, label.chain))
    found = (tuple(labels), tuple(hints), tuple(told.actors), tuple(problems))
    return LabelFile(digest, form, *found)


def _hint(label: Label) -> Hint:
    return Hint(
        label.entry.lower(), "", label.label, label.category or label.abuse, label.asset,
        label.source, label.place, label.context,
    )  # fmt: skip


def _mistyped(label: Label, chain: str) -> list[Problem]:
    if chain not in CHECKED or describe(label.entry).checksum != "invalid":
        return []
    told = f"the checksum of '{label.entry}' fails: is it mistyped? Kept as it is"
    return [Problem(label.file, label.place, told)]
