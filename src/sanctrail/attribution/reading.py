"""Reading a file of labels, whatever its form, and telling addresses from hints."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sanctrail.addresses import describe, is_transaction_id
from sanctrail.attribution.chains import CHECKED
from sanctrail.attribution.formats.json_files import EXPLORER, KNOWN, LISTED, OWN, PARTIAL
from sanctrail.attribution.formats.plain import ADDRESS_LINES, ADDRESS_LIST, TABLE
from sanctrail.attribution.formats.source import Actor, Defaults, LabelFormat, Text, Told
from sanctrail.attribution.formats.tagpack import ACTORPACK, TAGPACK
from sanctrail.attribution.formats.yaml_text import read_yaml
from sanctrail.attribution.hints import Hint, all_lost_case, lost_case
from sanctrail.attribution.labels import Label, placed
from sanctrail.errors import InputError, Problem, UnreadableFile
from sanctrail.ground.inputs import FileDigest, open_input

FORMATS: tuple[LabelFormat, ...] = (
    TAGPACK, ACTORPACK, OWN, LISTED, PARTIAL, EXPLORER, KNOWN, ADDRESS_LIST, ADDRESS_LINES, TABLE,
)  # fmt: skip
BY_NAME: Mapping[str, LabelFormat] = {form.name: form for form in FORMATS}
MAX_FIELD = 20_000
"""Characters that one field of a label may have."""

MAX_ENTRY = 300
"""Characters of the longest address that a chain in use has, with room."""

_NOT_IN_ENTRY = re.compile(r"""[\s<>"',;{}\[\]()]""")
_NOTED = re.compile(r"(\S+)\s+\(.*\)")
_SURROGATE = re.compile("[\ud800-\udfff]")
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
    _refuse_unfit(text, told)
    read = _sorted_out(digest, chosen.name, told)
    usable = len(read.labels) + len(read.hints) + len(read.actors)
    lost = len(told.problems) + len(told.labels) + len(told.hints) + len(told.actors) - usable
    if (not usable or lost > usable) and chosen is not PARTIAL:
        first = f" (the first problem: {read.problems[0]})" if read.problems else ""
        raise text.unreadable(
            f"{lost} of {lost + usable} rows hold no label{first}",
            "Check that it is the right file.",
        )
    return read


def read_labels(path: Path) -> tuple[dict[str, Label], LabelFile]:
    """Return a file's labels by address or transaction, the first of each, and the file as read."""
    read = read_label_file(path)
    labels: dict[str, Label] = {}
    for label in read.labels:
        told = label if label.source else replace(label, source=f"{label.file}, {label.place}")
        labels.setdefault(label.entry, told)
    return labels, read


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
            return json.loads(text, object_pairs_hook=_Members.of)
        except (ValueError, RecursionError) as error:
            raise UnreadableFile(
                f"{name}: not readable as JSON ({error}). Mend the file, or fetch it again."
            ) from error
    if name.lower().endswith((".yaml", ".yml")) or start == "%" or text.startswith("---"):
        return read_yaml(text, name)
    return None


class _Members(dict[str, Any]):
    """The members of a JSON object; a name that stands there twice is refused: one must count."""

    @classmethod
    def of(cls, pairs: list[tuple[str, Any]]) -> "_Members":
        made = cls(pairs)
        if len(made) < len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise ValueError(f"'{twice[:80]}' stands twice in one object")
        return made


def _chosen(text: Text, form: str | None) -> LabelFormat:
    if form and form not in BY_NAME:
        raise InputError(f"There is no form '{form}'. Known forms: {', '.join(BY_NAME)}.")
    known = BY_NAME.get(form) if form else next((f for f in FORMATS if f.knows(text)), None)
    if known is None or not known.knows(text):
        wanted = f"the form '{form}'" if form else "any known form of labels"
        raise text.unreadable(f"is not of {wanted}", f"Known forms: {', '.join(BY_NAME)}.")
    return known


def _refuse_unfit(text: Text, told: Told) -> None:
    """Raise `UnreadableFile` where a field is longer than any label's, or holds what is no text."""
    rows: list[Label | Hint | Actor] = [*told.labels, *told.hints, *told.actors]
    for row in rows:
        values = (getattr(row, name) for name in row.__slots__)
        fields = [t for v in values for t in (v if isinstance(v, tuple) else (v,))]
        for field in fields:
            if not isinstance(field, str):
                continue
            if len(field) > MAX_FIELD:
                raise text.unreadable(
                    f"{row.place} has a field of more than {MAX_FIELD:,} characters",
                    "No label has; check the file.",
                )
            if "\0" in field or _SURROGATE.search(field):
                raise text.unreadable(
                    f"{row.place} has a field with characters that are no text",
                    "Write the file as UTF-8.",
                )


def _plain_entry(entry: str) -> str:
    """Return an entry without what copying brings along: invisible marks, a note in brackets."""
    visible = "".join(c for c in entry if unicodedata.category(c) != "Cf").strip()
    noted = _NOTED.fullmatch(visible)
    return noted[1] if noted else visible


def _can_be_entry(entry: str) -> bool:
    """Tell whether a text can be an address or a transaction: printable, in one piece."""
    return 0 < len(entry) <= MAX_ENTRY and entry.isprintable() and not _NOT_IN_ENTRY.search(entry)


def _sorted_out(digest: FileDigest, form: str, told: Told) -> LabelFile:
    """Part labels whose addresses lost their case from the rest, and give the rest a chain."""
    lowered = all_lost_case(
        (x.entry, x.asset) for x in told.labels if not is_transaction_id(x.entry)
    )
    labels, hints, problems = [], list(told.hints), list(told.problems)
    for written in told.labels:
        read = replace(written, entry=_plain_entry(written.entry))
        if read.entry != written.entry.strip():
            note = f"'{written.entry[:120]}' is more than an address; kept as {read.entry}"
            problems.append(Problem(read.file, read.place, note))
        if not _can_be_entry(read.entry):
            wrong = f"'{read.entry[:60]}' is neither an address nor a transaction"
            problems.append(Problem(read.file, read.place, wrong))
            continue
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
