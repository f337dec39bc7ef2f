"""The README's examples, run as a reader would, so that their output cannot drift.

`python tests/readme.py` writes the real output back into the README.
"""

import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path

from typer.testing import CliRunner

from sanctrail.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
REAL_FILES = (
    "lists/un/UN_consolidated_2025-11-20.xml.xz",
    "lists/un/UN_consolidated_2026-02-27.xml.xz",
    "lists/us_ofac/SDN_ADVANCED_2025-11-19.xml.bz2",
    "chains/thefts/atomic/Atomic-Atomic.csv",
    "chains/thefts/atomic/Atomic-source-addresses.csv",
    "chains/thefts/atomic/Atomic-terminal-addresses.csv",
)
TODAY = {"SOURCE_DATE_EPOCH": "1795392000"}
"""2026-11-23, the day that the ages of lists in the README are told for."""

SECONDS = re.compile(r"\(\d+\.\d s in all\)")


def section(text, title):
    """The part of the README under one heading."""
    return re.split(r"^## ", text.split(f"## {title}")[1], flags=re.MULTILINE)[0]


def blocks(part):
    """The fenced blocks of a part, as (language, lines)."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", part, flags=re.MULTILINE | re.DOTALL)
    return [(language, body.splitlines()) for language, body in found]


def commands(lines):
    """The commands of a block: its lines that begin with a dollar sign."""
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def run(command):
    """Run one command in the present folder and return its standard output, tidied at the ends."""
    words = shlex.split(command)
    words = ["sanctrail", "demo"] if words == ["make", "demo"] else words
    result = CliRunner().invoke(app, words[1:], catch_exceptions=False, env=TODAY)
    assert result.exit_code == 0, result.output
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    return [line for line in lines if line]


def session(lines):
    """Run a block's commands in turn and return the block as it should read."""
    told = []
    for command in commands(lines):
        told += [f"$ {command}", *run(command)]
    return told


def python_output(lines):
    """Run a Python block and return what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec("\n".join(lines), {})
    return printed.getvalue().splitlines()


def link_real_files(shared, folder):
    """Put the real files that the README names into a folder, under their own names."""
    for name in REAL_FILES:
        (folder / Path(name).name).symlink_to(shared / name)


def _write(folder):
    from conftest import shared_folder

    os.chdir(folder)
    os.environ["SANCTRAIL_WORKSPACE"] = "workspace"
    link_real_files(shared_folder(), Path(folder))
    text = README.read_text()
    for title in ("Example 1", "Example 2"):
        (_, lines), *_ = blocks(section(text, title))
        text = text.replace("\n".join(lines) + "\n```", "\n".join(session(lines)) + "\n```")
    (_, code), (_, old) = blocks(section(text, "Example 3"))
    example = "\n".join(code) + "\n```\n\n```\n"
    shown = "".join(f"{line}\n" for line in old)
    printed = "".join(f"{line}\n" for line in python_output(code))
    text = text.replace(example + shown, example + printed)
    README.write_text(text)


if __name__ == "__main__":
    import tempfile

    sys.path.insert(0, str(Path(__file__).parent))
    with tempfile.TemporaryDirectory() as temporary:
        _write(temporary)
