"""What the README shows is what the program prints."""

import re

import pytest

import readme


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANCTRAIL_WORKSPACE", "workspace")
    return tmp_path


def shown(title):
    return readme.blocks(readme.section(readme.README.read_text(encoding="utf-8"), title))


def test_the_offline_examples_print_what_the_readme_shows(folder):
    ((_, demo),) = shown("Example 1")
    timeless = [re.sub(readme.SECONDS, "", line) for line in demo]
    assert [re.sub(readme.SECONDS, "", line) for line in readme.session(demo)] == timeless
    (_, code), (_, output) = shown("Example 3")
    assert readme.python_output(code) == output


def test_the_real_example_prints_what_the_readme_shows(folder, shared):
    readme.link_real_files(shared, folder)
    ((_, lines),) = shown("Example 2")
    assert readme.session(lines) == lines
    assert {"report.html", "report.pdf"} <= {path.name for path in folder.iterdir()}


def test_every_document_the_readme_points_to_exists():
    text = readme.README.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (readme.ROOT / target).exists(), target
