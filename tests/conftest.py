"""Fixtures: the smallest data that shows the promise, and the shared real files where present."""

import os
from pathlib import Path

import pytest


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
