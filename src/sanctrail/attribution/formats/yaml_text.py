"""YAML as its author wrote it: every scalar stays text, and each item knows its line.

YAML itself would turn an address such as 0x1234 into a number and a date into an object.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from sanctrail.errors import UnreadableFile, UnsafeFile

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = {"", "~", "null", "Null", "NULL"}
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Item:
    """A value with the line on which it begins."""

    value: Any
    line: int


def read_yaml(text: str, name: str) -> dict[str, Any] | None:
    """Return a document that is a mapping; lists of mappings hold `Item`s. None if it is not one.

    Raises `UnreadableFile` where it is no YAML, `UnsafeFile` where it has aliases: a few of them
    can stand for gigabytes.
    """
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        reason = getattr(error, "problem", None) or "it is not well formed"
        raise UnreadableFile(
            f"{name}{line}: not readable as YAML ({reason}). Mend the file, or fetch it again."
        ) from error
    if not isinstance(node, yaml.MappingNode):
        return None
    made = _Maker(name).value(node, 0)
    return made if isinstance(made, dict) else None


class _Maker:
    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, depth: int) -> Any:
        if id(node) in self._seen or depth > _DEEPEST:
            raise UnsafeFile(
                f"{self._name}, line {node.start_mark.line + 1}: aliases, and values nested deeper "
                f"than {_DEEPEST}, are refused. Write the values out."
            )
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            made: dict[str, Any] = {}
            for key, held in node.value:
                name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
                if name in made or not name:
                    raise UnreadableFile(
                        f"{self._name}, line {key.start_mark.line + 1}: a field without a name, or "
                        f"'{name[:60]}' for the second time. Keep one."
                    )
                made[name] = self.value(held, depth + 1)
            return made
        if isinstance(node, yaml.SequenceNode):
            return [self._item(held, depth + 1) for held in node.value]
        plain = node.style is None
        return None if plain and node.value in _NULLS else str(node.value)

    def _item(self, node: yaml.Node, depth: int) -> Any:
        value = self.value(node, depth)
        return Item(value, node.start_mark.line + 1) if isinstance(value, dict) else value
