"""Fixtures: the smallest data that shows the promise, and the shared real files where present."""

import os
import pickle
import sys
from pathlib import Path

import pytest

from sanctrail import cli
from sanctrail.errors import Problem
from sanctrail.ground.store import exclusive
from sanctrail.register import LoadedVersion, load_lists

REAL_UN = "lists/un/UN_consolidated_2026-02-27.xml.xz"
REAL_SDN = "lists/us_ofac/SDN_ADVANCED_2025-11-19.xml.bz2"


def shared_folder() -> Path:
    """The folder of real files that lies beside a checkout, or where SANCTRAIL_SHARED says."""
    named = os.environ.get("SANCTRAIL_SHARED")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip(f"needs the shared real files, and there is no folder {folder.name} beside us")
    return folder


@pytest.fixture(scope="session")
def real_workspace(shared, tmp_path_factory) -> tuple[Path, list[LoadedVersion], list[Problem]]:
    """The whole real UN and OFAC lists, loaded once a run, however many workers there are."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "real"
    workspace, answer = folder / "workspace", folder / "answer.pickle"
    with exclusive(folder):
        if not answer.exists():
            files = [shared / REAL_UN, shared / REAL_SDN]
            answer.write_bytes(pickle.dumps(load_lists(files, workspace)))
    loaded, problems = pickle.loads(answer.read_bytes())
    return workspace, loaded, problems


@pytest.fixture
def run(monkeypatch, capfd):
    """Run the command line in this process; return its exit code, output and error output."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["sanctrail", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capfd.readouterr()
        return stop.value.code or 0, out, err

    return call
