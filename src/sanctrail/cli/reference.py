"""The CLI reference, generated from the commands themselves so that it cannot drift.

`python -m sanctrail.cli.reference FILE` writes it, with `--check` it only compares.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from sanctrail.cli.app import app

HEAD = """# Command reference

Generated from the program by `make docs`; `make check` fails when it is stale.
Exit codes: 0 done, 2 bad input or a job that cannot be done. Standard error says why: one sentence,
or the usage in a box where an option is missing, unknown or out of its range.
"""


def reference() -> str:
    """Return the whole reference as Markdown."""
    command = typer.main.get_command(app)
    return HEAD + "".join(_described(command, "sanctrail"))


def _described(command: Any, path: str) -> Iterator[str]:
    children: dict[str, Any] = getattr(command, "commands", {})
    alone = getattr(command, "default", None) or (command if not children else None)
    if alone is not None:
        yield _section(alone, path)
    for name in command.list_commands(None) if children else ():
        child = children[name]
        yield from _described(child, f"{path} {name}")


def _section(command: Any, path: str) -> str:
    text, _, example = inspect.cleandoc(command.help or "").partition("Example:")
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([path, *(_argument(argument) for argument in arguments), "[OPTIONS]"])
    rows = "".join(_row(option) for option in options)
    table = f"\n| option | meaning |\n| --- | --- |\n{rows}" if rows else ""
    shown = f"\n```\n{' '.join(example.split())}\n```\n" if example else ""
    return f"\n## {path}\n\n{' '.join(text.split())}\n\n`{usage}`\n{shown}{table}"


def _argument(parameter: Any) -> str:
    name = (parameter.name or "").upper()
    word = parameter.metavar if isinstance(parameter.metavar, str) else name
    return f"{word}..." if parameter.nargs == -1 and "..." not in word else word


def _row(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    required = " Required." if option.required else ""
    return f"| {names} | {getattr(option, 'help', None) or ''}{required} |\n"


def _main(arguments: list[str]) -> int:
    check = "--check" in arguments
    path = Path(next(argument for argument in arguments if argument != "--check"))
    text = reference()
    if not check:
        path.write_text(text, encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{path} is stale. Write it again with: make docs\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(_main(sys.argv[1:]))
