"""A kill at any moment of an import leaves what was read so far, and the import goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can copy a process")
def test_a_killed_import_opens_at_its_last_part_and_resumes_to_the_same_bytes(tmp_path):
    script = Path(__file__).with_name("kill_import.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), "11", "3"],
        capture_output=True, text=True, check=False, cwd=script.parent, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) >= 8
