"""What a reader of labels is given, and what it gives back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sanctrail.attribution.hints import Hint
from sanctrail.attribution.labels import Label
from sanctrail.errors import Problem, UnreadableFile


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a user says of a whole file; a row's own word goes before it."""

    label: str = ""
    category: str = ""
    asset: str = ""
    chain: str = ""
    actor: str = ""
    confidence: str = ""
    source: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody whom labels name by an id: an exchange, a mixer, a group."""

    actor: str
    label: str
    categories: tuple[str, ...]
    uri: str
    jurisdictions: tuple[str, ...]
    place: str


@dataclass(slots=True)
class Told:
    """What a file tells: labels and hints as they stand there, actors, and bad places."""

    labels: list[Label] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    actors: list[Actor] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text, under its name."""

    name: str
    text: str
    defaults: Defaults
    document: Any = None
    """What its JSON or YAML says, where it is such."""

    def unreadable(self, what: str, next_step: str) -> UnreadableFile:
        """Return the error for a file that is not what it should be."""
        return UnreadableFile(f"{self.name}: {what}. {next_step}")


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """One form of label files: its name, how to tell it, and how to read it."""

    name: str
    knows: Callable[[Text], bool]
    read: Callable[[Text], Told]


def texts_of(value: Any) -> tuple[str, ...]:
    """Return a list's texts; one text alone is a list of one."""
    if isinstance(value, str):
        return (value.strip(),) if value.strip() else ()
    if isinstance(value, list):
        return tuple(text for item in value if (text := text_of(item)))
    return ()


def text_of(value: Any) -> str:
    """Return a value as text: texts and numbers as they are, nothing as empty."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def records(text: Text, document: Any, told: Told) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the members of a JSON object that are objects; others are problems."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield key, value
        else:
            told.problems.append(Problem(text.name, f"entry {key[:80]}", "not an object"))
